package component_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/apitest"
)

const everything = `{"version":"2.0","statement":{"effect":"allow","action":"cvm:*","resource":"*"}}`

func TestPoliciesAreMade(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, b := w.Account(t), w.Account(t)
		user := a.Root.User(t, "alice")
		group := a.Root.Must(t, "cam:CreateGroup", P{"GroupName": "g"}).Int("GroupId")
		stranger := b.Root.User(t, "bob")
		theirs := b.Root.Must(t, "cam:CreateGroup", P{"GroupName": "g"}).Int("GroupId")
		named := func(principal any) P {
			return P{"version": "2.0", "principal": principal, "statement": P{"effect": "allow", "action": "cvm:*", "resource": "*"}}
		}
		qcs := func(kind string, id int64) string { return fmt.Sprintf("qcs::cam::uin/%d:%s/%d", a.UIN, kind, id) }
		for i, c := range []struct {
			name   string
			info   any
			stored string // as it must be kept, "": as it was sent
			user   bool   // attached to the user
			group  bool
			code   int64
			desc   string
		}{
			{name: "a document as a text", info: everything},
			{name: "a document as an object", info: json.RawMessage(everything)},
			{name: "a principal that is empty", info: named(P{"qcs": []string{}}), stored: everything},
			{name: "a principal that is an empty text", info: named(""), stored: everything},
			{name: "a user without brackets", info: named(P{"qcs": qcs("uin", user.UIN)}), stored: everything, user: true},
			{name: "a user and a group", info: named(P{"qcs": []string{qcs("uin", user.UIN), qcs("groupid", group)}}), stored: everything, user: true, group: true},
			{name: "a path after the uin", info: named(P{"qcs": []string{qcs("uin", user.UIN) + "/myqueue/x"}}), stored: everything, user: true},
			{name: "a path after the group's number", info: named(P{"qcs": qcs("groupid", group) + "/x"}), stored: everything, group: true},
			{name: "a principal in a text", info: `{"principal":{"qcs":["` + qcs("uin", user.UIN) + `"]},"version":"2.0","statement":{"effect":"allow","action":"cvm:*","resource":"*"}}`,
				stored: everything, user: true},
			{name: "a principal in a statement", info: P{"version": "2.0", "statement": []P{{"effect": "allow", "action": "cvm:*", "resource": "*", "principal": P{"qcs": qcs("uin", user.UIN)}}}},
				stored: `{"version":"2.0","statement":[{"effect":"allow","action":"cvm:*","resource":"*"}]}`, user: true},
			{name: "a user that is not there", info: named(P{"qcs": qcs("uin", user.UIN+1000)}), code: 4000, desc: "InvalidParameter.user.NotExist"},
			{name: "a user of another account", info: named(P{"qcs": qcs("uin", stranger.UIN)}), code: 4000, desc: "InvalidParameter.user.NotExist"},
			{name: "another account's own name for its user", info: named(P{"qcs": fmt.Sprintf("qcs::cam::uin/%d:uin/%d", b.UIN, stranger.UIN)}), code: 4000, desc: "InvalidParameter.user.NotExist"},
			{name: "a group that is not there", info: named(P{"qcs": qcs("groupid", theirs+1000)}), code: 4000, desc: "InvalidParameter.group.NotExist"},
			{name: "a group of another account", info: named(P{"qcs": qcs("groupid", theirs)}), code: 4000, desc: "InvalidParameter.group.NotExist"},
			{name: "a user and a group that is not there", info: named(P{"qcs": []string{qcs("uin", user.UIN), qcs("groupid", theirs)}}), code: 4000, desc: "InvalidParameter.group.NotExist"},
			{name: "a role as the principal", info: named(P{"qcs": fmt.Sprintf("qcs::cam::uin/%d:role/1", a.UIN)}), code: 4000, desc: "InvalidParameter.principal.Error"},
			{name: "everybody as the principal", info: named("*"), code: 4000, desc: "InvalidParameter.principal.Error"},
			{name: "a service as the principal", info: named(P{"service": "cvm.qcloud.com"}), code: 4000, desc: "InvalidParameter.principal.Error"},
			{name: "a text that is no JSON", info: "{", code: 4000, desc: "InvalidParameter.policyDocument.TypeError"},
			{name: "an empty text", info: "", code: 4000, desc: "InvalidParameter.policyDocument.TypeError"},
			{name: "a list", info: []int{}, code: 4000, desc: "InvalidParameter.policyDocument.TypeError"},
			{name: "a number", info: 7, code: 4000, desc: "InvalidParameter.policyDocument.TypeError"},
			{name: "too long a document", info: `{"version":"2.0","statement":{"effect":"allow","action":"cvm:*","resource":"` + strings.Repeat("x", 7000) + `"}}`, code: 4000, desc: "InvalidParameter.policyDocument.LengthOverlimit"},
			{name: "another version", info: strings.Replace(everything, "2.0", "1.0", 1), code: 4000, desc: "InvalidParameter.version.Error"},
			{name: "another effect", info: strings.Replace(everything, "allow", "maybe", 1), code: 4000, desc: "InvalidParameter.effect.Error"},
			{name: "an action without a service", info: strings.Replace(everything, "cvm:*", "Describe", 1), code: 4000, desc: "InvalidParameter.action.Error"},
			{name: "no action", info: strings.Replace(everything, `"action":"cvm:*",`, "", 1), code: 4000, desc: "MissingParameter.action"},
			{name: "a resource that is no name", info: strings.Replace(everything, `"resource":"*"`, `"resource":"qcs:x"`, 1), code: 4000, desc: "InvalidParameter.resource.Error"},
			{name: "an unknown operator", info: strings.Replace(everything, `"*"}}`, `"*","condition":{"x":{"qcs:ip":"1.2.3.4"}}}}`, 1), code: 4000, desc: "InvalidParameter.condition.Error"},
			{name: "no statement", info: `{"version":"2.0"}`, code: 4000, desc: "MissingParameter.statement"},
			{name: "an empty statement", info: P{"version": "2.0", "statement": []P{}}, code: 4000, desc: "InvalidParameter.statement.Error"},
			{name: "no version", info: strings.Replace(everything, `"version":"2.0",`, "", 1), code: 4000, desc: "MissingParameter.version"},
			{name: "a statement without a resource", info: P{"version": "2.0", "statement": []P{{"effect": "allow", "action": "cvm:*", "resource": "*"}, {"effect": "allow", "action": "cvm:*"}}}, code: 4000, desc: "MissingParameter.resource"},
		} {
			t.Run(c.name, func(t *testing.T) {
				name := fmt.Sprint("policy", i)
				got := do(t, w, a.Root, "CreateCamStrategy", P{"strategyName": name, "strategyInfo": c.info, "remark": "r", "resource": "x"})
				made := a.Root.Must(t, "cam:ListPolicies", P{"Scope": "Local", "Keyword": name, "Rp": 200})
				if c.code != 0 {
					if got.wants(t, c.code, c.desc); slices.Contains(made.Pluck("List", "PolicyName"), any(name)) {
						t.Error("a policy was made")
					}
					if held := attached(t, a.Root, user.UIN); len(held) != 0 {
						t.Errorf("attached: %v", held)
					}
					return
				}
				id := got.Int("strategyId")
				if got.code != 0 || id == 0 || got.message != "OK" {
					t.Fatal(got.Raw)
				}
				want, ok := c.info.(string)
				if raw, is := c.info.(json.RawMessage); is {
					want, ok = string(raw), true
				}
				if c.stored != "" {
					want, ok = c.stored, true
				}
				kept := a.Root.Must(t, "cam:GetPolicy", P{"PolicyId": id})
				if !ok || !sameJSON(t, kept.Str("PolicyDocument"), want) || kept.Str("Description") != "r" {
					t.Errorf("kept is %s", kept.Raw)
				}
				groups := a.Root.Must(t, "cam:ListAttachedGroupPolicies", P{"TargetGroupId": group}).Int("TotalNum")
				if held := slices.Contains(attached(t, a.Root, user.UIN), id); held != c.user || groups == 1 != c.group {
					t.Errorf("the user has it: %t; the group has %d", held, groups)
				}
				must(t, w, a.Root, "DelCamStrategy", P{"strategyId": id})
			})
		}
	})
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	return text(t, x) == text(t, y)
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWhatIsWrongIsTold(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, b := w.Account(t), w.Account(t)
		user := a.Root.User(t, "alice")
		stranger := b.Root.User(t, "bob")
		id := must(t, w, a.Root, "CreateCamStrategy", P{"strategyName": "one", "strategyInfo": everything}).Int("strategyId")
		other := must(t, w, a.Root, "CreateCamStrategy", P{"strategyName": "two", "strategyInfo": everything}).Int("strategyId")
		theirs := must(t, w, b.Root, "CreateCamStrategy", P{"strategyName": "one", "strategyInfo": everything}).Int("strategyId")
		group := a.Root.Must(t, "cam:CreateGroup", P{"GroupName": "g"}).Int("GroupId")
		operate := func(user, group, id, what any) P {
			return P{"relateUin": user, "groupId": group, "strategyId": id, "actionType": what}
		}
		many := make([]int64, 101)
		for i := range many {
			many[i] = id
		}
		for _, c := range []struct {
			name string
			para P
			code int64
			desc string
		}{
			{"CreateCamStrategy", P{"strategyName": "one", "strategyInfo": everything}, 4000, "InvalidParameter.policyName.InUse"},
			{"CreateCamStrategy", P{"strategyName": "AdministratorAccess", "strategyInfo": everything}, 4000, "InvalidParameter.policyName.InUse"},
			{"CreateCamStrategy", P{"strategyName": "a b", "strategyInfo": everything}, 4000, "InvalidParameter.policyName.Error"},
			{"CreateCamStrategy", P{"strategyName": "", "strategyInfo": everything}, 4000, "InvalidParameter.policyName.Error"},
			{"CreateCamStrategy", P{"strategyName": strings.Repeat("a", 129), "strategyInfo": everything}, 4000, "InvalidParameter.policyName.Error"},
			{"CreateCamStrategy", P{"strategyName": 7, "strategyInfo": everything}, 4000, "InvalidParameter.policyName.TypeError"},
			{"CreateCamStrategy", P{"strategyInfo": everything}, 4000, "MissingParameter.policyName"},
			{"CreateCamStrategy", P{"strategyName": "x"}, 4000, "MissingParameter.policyDocument"},
			{"CreateCamStrategy", P{"strategyName": "x", "strategyInfo": everything, "remark": strings.Repeat("r", 301)}, 4000, "InvalidParameter.description.LengthOverlimit"},
			{"CreateCamStrategy", P{"strategyName": "x", "strategyInfo": everything, "remark": 1}, 4000, "InvalidParameter.description.TypeError"},
			{"CreateCamStrategy", P{"strategyName": "x", "strategyInfo": everything, "policyName": "x"}, 4000, "UnknownParameter"},
			{"CreateCamStrategy", P{"strategyName": "x", "StrategyName": "x", "strategyInfo": everything}, 4000, "InvalidParameter.policyName.TypeError"},
			{"CreateStrategy", P{"strategyName": "x", "strategyInfo": everything, "isPreset": 1}, 4000, "InvalidParameter"},
			{"CreateStrategy", P{"strategyName": "x", "strategyInfo": everything, "loginUin": user.UIN}, 4000, "InvalidParameter"},
			{"UpdateCamStrategy", P{"strategyId": id, "strategyName": "two"}, 4000, "InvalidParameter.policyName.InUse"},
			{"UpdateCamStrategy", P{"strategyId": theirs, "remark": "x"}, 4000, "InvalidParameter.policyId.NotExist"},
			{"UpdateCamStrategy", P{"remark": "x"}, 4000, "MissingParameter.policyId"},
			{"UpdateCamStrategy", P{"strategyId": "x"}, 4000, "InvalidParameter.policyId.TypeError"},
			{"UpdateCamStrategy", P{"strategyId": 0}, 4000, "InvalidParameter.policyId.TypeError"},
			{"UpdateCamStrategy", P{"strategyId": id, "strategyInfo": P{"version": "2.0", "principal": P{"qcs": fmt.Sprintf("qcs::cam::uin/%d:uin/%d", a.UIN, user.UIN)}, "statement": P{"effect": "allow", "action": "cvm:*", "resource": "*"}}}, 4000, "InvalidParameter.principal.Error"},
			{"DelCamStrategy", P{"strategyId": theirs}, 4000, "InvalidParameter.policyId.NotExist"},
			{"DelCamStrategy", P{"strategyId": []int64{id, theirs}}, 4000, "InvalidParameter.policyId.NotExist"},
			{"DelCamStrategy", P{"strategyId": 1}, 4000, "InvalidParameter"},
			{"DelCamStrategy", P{}, 4000, "MissingParameter.policyId"},
			{"OperateCamStrategy", operate(user.UIN, group, id, 1), 4000, "InvalidParameter"},
			{"OperateCamStrategy", operate(-1, -1, id, 1), 4000, "InvalidParameter"},
			{"OperateCamStrategy", operate(0, -1, id, 1), 4000, "InvalidParameter"},
			{"OperateCamStrategy", operate(-1, 0, id, 1), 4000, "InvalidParameter"},
			{"OperateCamStrategy", operate(user.UIN, -2, id, 1), 4000, "InvalidParameter"},
			{"OperateCamStrategy", operate(user.UIN, -1, id, 0), 4000, "InvalidParameter"},
			{"OperateCamStrategy", operate(user.UIN, -1, id, 3), 4000, "InvalidParameter"},
			{"OperateCamStrategy", P{"strategyId": id, "actionType": 1}, 4000, "InvalidParameter"},
			{"OperateCamStrategy", P{"relateUin": user.UIN, "actionType": 1}, 4000, "MissingParameter.policyId"},
			{"OperateCamStrategy", P{"relateUin": user.UIN, "strategyId": id}, 4000, "MissingParameter"},
			{"OperateCamStrategy", operate(user.UIN, -1, theirs, 1), 4000, "InvalidParameter.policyId.NotExist"},
			{"OperateCamStrategy", operate(user.UIN, -1, theirs, 2), 4000, "InvalidParameter.policyId.NotExist"},
			{"OperateCamStrategy", operate(stranger.UIN, -1, id, 1), 4000, "InvalidParameter.user.NotExist"},
			{"OperateCamStrategy", operate(stranger.UIN+1000, -1, id, 2), 4000, "InvalidParameter.user.NotExist"},
			{"OperateCamStrategy", operate(-1, group+1000, id, 1), 4000, "InvalidParameter.group.NotExist"},
			{"BatchOperateCamStrategy", P{"StrategyId": []int64{id, theirs}, "RelateUin": []int64{user.UIN}, "ActionType": 1}, 4000, "InvalidParameter.policyId.NotExist"},
			{"BatchOperateCamStrategy", P{"StrategyId": []int64{id}, "RelateUin": []int64{user.UIN, stranger.UIN}, "ActionType": 1}, 4000, "InvalidParameter.user.NotExist"},
			{"BatchOperateCamStrategy", P{"StrategyId": many, "RelateUin": []int64{user.UIN, user.UIN}, "ActionType": 1}, 4000, "InvalidParameter"},
			{"BatchOperateCamStrategy", P{"StrategyId": []int64{}, "RelateUin": []int64{user.UIN}, "ActionType": 1}, 4000, "InvalidParameter"},
			{"BatchOperateCamStrategy", P{"StrategyId": id, "RelateUin": user.UIN, "ActionType": 7}, 4000, "InvalidParameter"},
			{"GetCamStrategy", P{"strategyId": theirs}, 4000, "InvalidParameter.policyId.NotExist"},
			{"DescribeStrategyDetail", P{"strategyId": id, "ownerUin": b.UIN}, 4000, "InvalidParameter.policyId.NotExist"},
			{"GetCamStrategy", P{}, 4000, "MissingParameter.policyId"},
			{"ListCamStrategy", P{"type": 3}, 4000, "InvalidParameter"},
			{"ListCamStrategy", P{"rp": 201}, 4000, "InvalidParameter"},
			{"ListCamStrategy", P{"page": 0}, 4000, "InvalidParameter"},
			{"DescribeCamRelatedStrategyList", P{}, 4000, "InvalidParameter"},
			{"checkResource", P{"uin": user.UIN, "action": "a:b"}, 4000, "MissingParameter.resource"},
			{"checkResource", P{"uin": user.UIN, "action": "a:*", "resource": "*"}, 4000, "InvalidParameter"},
			{"checkResource", P{"uin": user.UIN, "action": "a:b", "resource": "qcs:x"}, 4000, "InvalidParameter"},
			{"checkResource", P{"uin": stranger.UIN, "action": "a:b", "resource": "*"}, 4000, "InvalidParameter.user.NotExist"},
			{"checkResource", P{"uin": stranger.UIN, "ownerUin": b.UIN, "action": "a:b", "resource": "*"}, 4000, "InvalidParameter.user.NotExist"},
			{"checkResource", P{"uin": stranger.UIN + 1000, "action": "a:b", "resource": "*"}, 4000, "InvalidParameter.user.NotExist"},
			{"sigAndAuth", P{"mode": 3}, 4000, "InvalidParameter"},
			{"sigAndAuth", P{"mode": 1, "mod": 1, "header": "x"}, 4000, "InvalidParameter"},
			{"sigAndAuth", P{"mode": 2, "action": "a:b"}, 4000, "MissingParameter"},
			{"sigAndAuth", P{"mode": 2, "uin": user.UIN}, 4000, "MissingParameter.action"},
			{"sigAndAuth", P{"mode": 2, "uin": user.UIN, "action": "a:b", "sub_condition": []int{1}}, 4000, "InvalidParameter"},
			{"sigAndAuth", P{"mode": 2, "uin": user.UIN, "action": "a:b", "condition": "x"}, 4000, "InvalidParameter"},
			{"sigAndAuth", P{"mode": 2, "uin": user.UIN, "action": "a:b", "condition": P{"qcs:ip": P{}}}, 4000, "InvalidParameter"},
			{"sigAndAuth", P{"mode": 2, "uin": user.UIN, "action": "a:b", "camContext": P{"clientIP": "x"}}, 4000, "InvalidParameter"},
			{"sigAndAuth", P{"mode": 2, "uin": stranger.UIN, "action": "a:b"}, 4000, "InvalidParameter.user.NotExist"},
			{"GetUser", P{}, 4000, "InvalidAction"},
		} {
			t.Run(c.name+" "+text(t, c.para)[:min(60, len(text(t, c.para)))], func(t *testing.T) {
				do(t, w, a.Root, c.name, c.para).wants(t, c.code, c.desc)
			})
		}
		// Messages speak of parameters by the names that they have here.
		do(t, w, a.Root, "ListCamStrategy", P{"rp": 201}).wants(t, 4000, "InvalidParameter", "`rp`")
		do(t, w, a.Root, "CreateCamStrategy", P{"strategyName": "a b", "strategyInfo": everything}).wants(t, 4000, "InvalidParameter.policyName.Error", "`strategyName`")
		if got := attached(t, a.Root, user.UIN); len(got) != 0 {
			t.Errorf("attached: %v", got)
		}
		if got := must(t, w, a.Root, "ListCamStrategy", P{"type": 1}).Int("totalNum"); got != 2 || other == 0 {
			t.Errorf("%d policies", got)
		}
	})
}

func TestPoliciesAreAttachedAndShown(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		alice, bob := a.Root.User(t, "alice"), a.Root.User(t, "bob")
		group := a.Root.Must(t, "cam:CreateGroup", P{"GroupName": "g"}).Int("GroupId")
		var ids []int64
		for i := range 5 {
			made := must(t, w, a.Root, "CreateStrategy", P{"loginUin": "", "strategyName": fmt.Sprint("p", i), "strategyInfo": everything, "isPreset": 0, "remark": fmt.Sprint("r", i)})
			ids = append(ids, made.Int("strategyId"))
		}
		// Twice is once, and what is not there can be taken away.
		for range 2 {
			must(t, w, a.Root, "OperateCamStrategy", P{"groupId": -1, "relateUin": alice.UIN, "strategyId": ids[0], "actionType": 1})
			must(t, w, a.Root, "OperateCamStrategy", P{"groupId": group, "relateUin": "-1", "strategyId": fmt.Sprint(ids[1]), "actionType": "1"})
		}
		if got := attached(t, a.Root, alice.UIN); !slices.Equal(got, ids[:1]) {
			t.Errorf("attached: %v", got)
		}
		for range 2 {
			must(t, w, a.Root, "OperateCamStrategy", P{"relateUin": alice.UIN, "strategyId": ids[0], "actionType": 2})
			must(t, w, a.Root, "OperateCamStrategy", P{"groupId": group, "strategyId": ids[1], "actionType": 2})
		}
		must(t, w, a.Root, "BatchOperateCamStrategy", P{"StrategyId": ids, "RelateUin": []int64{alice.UIN, bob.UIN}, "ActionType": 1, "Lang": "zh-CN"})
		for _, u := range []*apitest.Client{alice, bob} {
			if got := attached(t, a.Root, u.UIN); !slices.Equal(got, ids) {
				t.Errorf("attached: %v", got)
			}
		}
		must(t, w, a.Root, "BatchOperateCamStrategy", P{"strategyId": ids[0], "relateUin": bob.UIN, "actionType": 2})
		var walked []any
		for page := 1; ; page++ {
			got := must(t, w, a.Root, "DescribeCamRelatedStrategyList", P{"relateUin": bob.UIN, "page": page, "rp": 2})
			walked = append(walked, got.Pluck("list", "strategyId")...)
			if got.Int("totalNum") != 4 || len(walked) > 4 {
				t.Fatal(got.Raw)
			}
			if got.Len("list") < 2 {
				break
			}
		}
		if len(walked) != 4 || slices.Contains(walked, any(json.Number(fmt.Sprint(ids[0])))) {
			t.Error(walked)
		}
		must(t, w, a.Root, "UpdateCamStrategy", P{"strategyId": ids[2], "strategyName": "renamed", "strategyInfo": document("deny", "cvm:*", "*"), "remark": "x"})
		for _, name := range []string{"GetCamStrategy", "DescribeCamStrategyDetail", "DescribeStrategyDetail"} {
			got := must(t, w, a.Root, name, P{"strategyId": ids[2], "ownerUin": a.UIN})
			if got.Str("strategyName") != "renamed" || got.Str("strategyInfo") != document("deny", "cvm:*", "*") || got.Str("remark") != "x" ||
				got.Int("type") != 1 || got.Int("createMode") != 2 || got.Int("strategyId") != ids[2] || got.Str("addTime") == "" || got.Str("updateTime") == "" {
				t.Error(got.Raw)
			}
		}
		seen := map[any]bool{}
		total := int64(0)
		for page := 1; ; page++ {
			got := must(t, w, a.Root, "DescribeStrategyList", P{"page": page, "rp": 7, "filterInfo": []P{{"a": 1}}, "type": ""})
			for _, id := range got.Pluck("list", "strategyId") {
				if seen[id] {
					t.Errorf("%v is repeated", id)
				}
				seen[id] = true
			}
			if total = got.Int("totalNum"); got.Len("list") < 7 {
				break
			}
		}
		custom := must(t, w, a.Root, "ListCamStrategy", P{"type": 1}).Int("totalNum")
		presets := must(t, w, a.Root, "ListCamStrategy", P{"type": 2}).Int("totalNum")
		if int64(len(seen)) != total || total != custom+presets || custom != 5 {
			t.Errorf("%d of %d, %d custom and %d presets", len(seen), total, custom, presets)
		}
		if got := must(t, w, a.Root, "ListCamStrategy", P{"keyword": "renam"}); got.Int("totalNum") != 1 || got.Int("list.0.attachments") != 2 || got.Str("list.0.remark") != "x" {
			t.Error(got.Raw)
		}
		must(t, w, a.Root, "DelCamStrategy", P{"strategyId": ids[:4]})
		if got := attached(t, a.Root, bob.UIN); !slices.Equal(got, ids[4:]) {
			t.Errorf("attached: %v", got)
		}
	})
}

func TestQuotasHold(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		w.Quotas[account.AttachmentsPerPrincipal], w.Quotas[account.Policies] = 2, 3
		a := w.Account(t)
		user := a.Root.User(t, "alice")
		var ids []int64
		for i := range 3 {
			ids = append(ids, must(t, w, a.Root, "CreateCamStrategy", P{"strategyName": fmt.Sprint("p", i), "strategyInfo": everything}).Int("strategyId"))
		}
		do(t, w, a.Root, "CreateCamStrategy", P{"strategyName": "p3", "strategyInfo": everything}).wants(t, 4000, "InvalidParameter.policyFull")
		do(t, w, a.Root, "BatchOperateCamStrategy", P{"strategyId": ids, "relateUin": user.UIN, "actionType": 1}).wants(t, 4000, "InvalidParameter.AttachmentFull")
		if got := attached(t, a.Root, user.UIN); len(got) != 0 {
			t.Errorf("attached: %v", got)
		}
		must(t, w, a.Root, "BatchOperateCamStrategy", P{"strategyId": ids[:2], "relateUin": user.UIN, "actionType": 1})
		do(t, w, a.Root, "OperateCamStrategy", P{"strategyId": ids[2], "relateUin": user.UIN, "actionType": 1}).wants(t, 4000, "InvalidParameter.AttachmentFull")
	})
}

func TestPermissionsAreThoseOfTheActions(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		victim := a.Root.User(t, "victim")
		id := must(t, w, a.Root, "CreateCamStrategy", P{"strategyName": "p", "strategyInfo": everything}).Int("strategyId")
		group := a.Root.Must(t, "cam:CreateGroup", P{"GroupName": "g"}).Int("GroupId")
		to := fmt.Sprintf("qcs::cam::uin/%d:uin/%d", a.UIN, victim.UIN)
		for i, c := range []struct{ may, name, missing string }{
			{"", "CreateCamStrategy", "cam:CreatePolicy"},
			{"cam:CreatePolicy", "CreateCamStrategy principal", "cam:AttachUserPolicy"},
			{"", "UpdateCamStrategy", "cam:UpdatePolicy"},
			{"", "DelCamStrategy", "cam:DeletePolicy"},
			{"cam:DetachUserPolicy", "OperateCamStrategy", "cam:AttachUserPolicy"},
			{"cam:AttachUserPolicy", "OperateCamStrategy remove", "cam:DetachUserPolicy"},
			{"cam:AttachUserPolicy", "OperateCamStrategy group", "cam:AttachGroupPolicy"},
			{"", "BatchOperateCamStrategy", "cam:AttachUserPolicy"},
			{"", "GetCamStrategy", "cam:GetPolicy"},
			{"", "ListCamStrategy", "cam:ListPolicies"},
			{"cam:ListAttachedGroupPolicies", "DescribeCamRelatedStrategyList", "cam:ListAttachedUserPolicies"},
			{"", "checkResource", "cam:CheckResource"},
			{"", "sigAndAuth", "cam:SigAndAuth"},
			{"", "UpdateCamStrategy malformed", "cam:UpdatePolicy"}, // who may not is not told what is wrong
		} {
			t.Run(c.name, func(t *testing.T) {
				user := a.Root.User(t, fmt.Sprint("u", i))
				if c.may != "" {
					grants(t, a.Root, user.UIN, fmt.Sprint("grant", i), c.may)
				}
				name, variant, _ := strings.Cut(c.name, " ")
				para := map[string]P{
					"CreateCamStrategy": {"strategyName": "q", "strategyInfo": everything}, "UpdateCamStrategy": {"strategyId": id}, "DelCamStrategy": {"strategyId": id},
					"OperateCamStrategy":      {"strategyId": id, "relateUin": victim.UIN, "actionType": 1},
					"BatchOperateCamStrategy": {"strategyId": id, "relateUin": victim.UIN, "actionType": 1}, "GetCamStrategy": {"strategyId": id}, "ListCamStrategy": {},
					"DescribeCamRelatedStrategyList": {"relateUin": victim.UIN}, "checkResource": {"uin": victim.UIN, "action": "a:b", "resource": "*"},
					"sigAndAuth": {"mode": 2, "uin": victim.UIN, "action": "a:b"},
				}[name]
				switch variant {
				case "principal":
					para["strategyInfo"] = P{"version": "2.0", "principal": P{"qcs": to}, "statement": P{"effect": "allow", "action": "cvm:*", "resource": "*"}}
				case "remove":
					para["actionType"] = 2
				case "group":
					delete(para, "relateUin")
					para["groupId"] = group
				case "malformed":
					para["x"] = 1
				}
				do(t, w, user, name, para).wants(t, 4101, "AuthFailure.UnauthorizedOperation", "perform operation ("+c.missing+")")
			})
		}
		if got := attached(t, a.Root, victim.UIN); len(got) != 0 {
			t.Errorf("attached: %v", got)
		}
	})
}
