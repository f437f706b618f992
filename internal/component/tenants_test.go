package component_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
)

var (
	requestID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)
	numbers   = regexp.MustCompile(`[0-9]{6,}`)
)

// What belongs to another account is answered as what nobody has, word for word, and stays as it is.
func TestAnotherAccountIsNotThere(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, b := w.Account(t), w.Account(t)
		alice := a.Root.User(t, "alice")
		group := a.Root.Must(t, "cam:CreateGroup", P{"GroupName": "g"}).Int("GroupId")
		id := must(t, w, a.Root, "CreateCamStrategy", P{"strategyName": "theirs", "strategyInfo": everything}).Int("strategyId")
		must(t, w, a.Root, "OperateCamStrategy", P{"relateUin": alice.UIN, "strategyId": id, "actionType": 1})
		own := must(t, w, b.Root, "CreateCamStrategy", P{"strategyName": "own", "strategyInfo": everything}).Int("strategyId")
		bob := b.Root.User(t, "bob")
		signed := func(key string) P {
			p := signedBy(w, alice, "POST", "h/", "cmq", "")
			p["mode"] = 1
			return replaced(p, "header", alice.ID, key)
		}
		principal := func(account, user int64) P {
			return P{"version": "2.0", "principal": P{"qcs": fmt.Sprintf("qcs::cam::uin/%d:uin/%d", account, user)}, "statement": P{"effect": "allow", "action": "cvm:*", "resource": "*"}}
		}
		const nobody, nothing, none = 100000999999, 100999999, 999999
		for _, c := range []struct {
			name           string
			theirs, nobody P
		}{
			{"CreateCamStrategy", P{"strategyName": "x", "strategyInfo": principal(a.UIN, alice.UIN)}, P{"strategyName": "x", "strategyInfo": principal(nobody, nobody+1)}},
			{"CreateCamStrategy", P{"strategyName": "x", "strategyInfo": principal(b.UIN, alice.UIN)}, P{"strategyName": "x", "strategyInfo": principal(b.UIN, nobody)}},
			{"UpdateCamStrategy", P{"strategyId": id, "remark": "x"}, P{"strategyId": nothing, "remark": "x"}},
			{"DelCamStrategy", P{"strategyId": id}, P{"strategyId": nothing}},
			{"DelCamStrategy", P{"strategyId": []int64{own, id}}, P{"strategyId": []int64{own, nothing}}},
			{"OperateCamStrategy", P{"relateUin": alice.UIN, "strategyId": own, "actionType": 1}, P{"relateUin": nobody, "strategyId": own, "actionType": 1}},
			{"OperateCamStrategy", P{"relateUin": alice.UIN, "strategyId": id, "actionType": 2}, P{"relateUin": nobody, "strategyId": nothing, "actionType": 2}},
			{"OperateCamStrategy", P{"relateUin": bob.UIN, "strategyId": id, "actionType": 1}, P{"relateUin": bob.UIN, "strategyId": nothing, "actionType": 1}},
			{"OperateCamStrategy", P{"groupId": group, "strategyId": own, "actionType": 1}, P{"groupId": none, "strategyId": own, "actionType": 1}},
			{"OperateCamStrategy", P{"groupId": group, "strategyId": id, "actionType": 2}, P{"groupId": none, "strategyId": nothing, "actionType": 2}},
			{"BatchOperateCamStrategy", P{"strategyId": id, "relateUin": alice.UIN, "actionType": 2}, P{"strategyId": nothing, "relateUin": nobody, "actionType": 2}},
			{"GetCamStrategy", P{"strategyId": id}, P{"strategyId": nothing}},
			{"DescribeStrategyDetail", P{"strategyId": id, "ownerUin": a.UIN}, P{"strategyId": nothing, "ownerUin": nobody}},
			{"ListCamStrategy", P{"keyword": "theirs"}, P{"keyword": "nothing"}},
			{"DescribeCamRelatedStrategyList", P{"relateUin": alice.UIN}, P{"relateUin": nobody}},
			{"DescribeCamRelatedStrategyList", P{"groupId": group}, P{"groupId": none}},
			{"checkResource", P{"uin": alice.UIN, "ownerUin": a.UIN, "action": "a:b", "resource": "*"}, P{"uin": nobody, "ownerUin": nobody, "action": "a:b", "resource": "*"}},
			{"checkResource", P{"uin": alice.UIN, "action": "a:b", "resource": "*"}, P{"uin": nobody, "action": "a:b", "resource": "*"}},
			{"checkResource", P{"uin": a.UIN, "ownerUin": a.UIN, "action": "a:b", "resource": "*"}, P{"uin": nobody, "ownerUin": nobody, "action": "a:b", "resource": "*"}},
			{"sigAndAuth", P{"mode": 2, "uin": alice.UIN, "ownerUin": a.UIN, "action": "a:b"}, P{"mode": 2, "uin": nobody, "ownerUin": nobody, "action": "a:b"}},
			{"sigAndAuth", signed(alice.ID), signed("AKIDnobody")},
		} {
			t.Run(c.name, func(t *testing.T) {
				theirs, nobodys := do(t, w, b.Root, c.name, c.theirs), do(t, w, b.Root, c.name, c.nobody)
				plain := func(a *answer) string {
					return fmt.Sprint(a.code, numbers.ReplaceAllString(requestID.ReplaceAllString(a.message, "…"), "…"), a.Body)
				}
				if plain(theirs) != plain(nobodys) {
					t.Errorf("answered\n%s\nand of nobody\n%s", theirs.Raw, nobodys.Raw)
				}
			})
		}
		if got := must(t, w, a.Root, "GetCamStrategy", P{"strategyId": id}); got.Str("strategyName") != "theirs" || got.Str("remark") != "" {
			t.Error(got.Raw)
		}
		if got := attached(t, a.Root, alice.UIN); len(got) != 1 || len(attached(t, b.Root, bob.UIN)) != 0 {
			t.Errorf("attached: %v", got)
		}
		must(t, w, b.Root, "GetCamStrategy", P{"strategyId": own})
	})
}
