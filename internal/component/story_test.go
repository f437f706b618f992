package component_test

import (
	"fmt"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
)

// queues are the policy that lets a user list all queues of the account, and consume and batch-delete messages of one.
func queues(account, creator, user int64) P {
	return P{
		"version":   "2.0",
		"principal": P{"qcs": fmt.Sprintf("qcs::cam::uin/%d:uin/%d/myqueue", account, user)},
		"statement": []P{
			{"effect": "allow", "action": "cmqqueue:ListQueue", "resource": "*"},
			{"effect": "allow", "action": []string{"cmqqueue:ReceiveMessage", "cmqqueue:BatchDeleteMessage"},
				"resource": fmt.Sprintf("qcs::cmqqueue:bj:uin/%d:queueName/uin/%d/horacetest1", account, creator)},
		},
	}
}

func TestAUserIsGrantedQueuesAndAProductAsks(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		user, product := a.Root.User(t, "3232"), a.Root.User(t, "cmq")
		grants(t, a.Root, product.UIN, "ask", "cam:CheckResource,cam:SigAndAuth")
		made := must(t, w, a.Root, "CreateCamStrategy", P{"strategyName": "strategy1", "strategyInfo": queues(a.UIN, user.UIN, user.UIN), "remark": "horace test",
			"resource": "qcs::cmqqueue:bj:uin/1238423:queueName/uin/3232/myqueue"})
		if made.Int("strategyId") == 0 || made.Int("uin") != a.UIN || made.Int("ownerAppid") != a.AppID {
			t.Error(made.Raw)
		}
		queue := func(region string, account int64, name string) string {
			return fmt.Sprintf("qcs::cmqqueue:%s:uin/%d:queueName/uin/%d/%s", region, account, user.UIN, name)
		}
		mine := queue("bj", a.UIN, "horacetest1")
		for _, q := range []struct {
			name, action, resource string
			allow                  bool
		}{
			{"listing all queues", "cmqqueue:ListQueue", "*", true},
			{"consuming on the queue", "cmqqueue:ReceiveMessage", mine, true},
			{"batch-deleting on the queue", "cmqqueue:BatchDeleteMessage", mine, true},
			{"sending to the queue", "cmqqueue:SendMessage", mine, false},
			{"consuming on another queue", "cmqqueue:ReceiveMessage", queue("bj", a.UIN, "horacetest2"), false},
			{"consuming in another region", "cmqqueue:ReceiveMessage", queue("gz", a.UIN, "horacetest1"), false},
			{"consuming in another account", "cmqqueue:ReceiveMessage", queue("bj", a.UIN+1, "horacetest1"), false},
			{"a queue without account is the user's", "cmqqueue:ReceiveMessage", fmt.Sprintf("qcs::cmqqueue:bj::queueName/uin/%d/horacetest1", user.UIN), true},
		} {
			t.Run(q.name, func(t *testing.T) {
				para := P{"uin": user.UIN, "ownerUin": a.UIN, "action": q.action, "resource": q.resource}
				got := must(t, w, product, "checkResource", para)
				if got.At("list.0.allow") != q.allow || got.Str("list.0.resource") != q.resource || got.Int("uin") != user.UIN || got.Int("ownerUin") != a.UIN {
					t.Errorf("checkResource: %s", got.Raw)
				}
				para["mode"] = 2
				if got := do(t, w, product, "logic.cam.sigAndAuth", para); q.allow {
					if got.code != 0 || got.message != "permission verify" || got.Str("permissionDetail.0.result") != "allow" || got.Int("uin") != user.UIN {
						t.Errorf("sigAndAuth: %s", got.Raw)
					}
				} else {
					got.wants(t, 4102, "SecretidNotAuthAccessResource", q.action, q.resource)
				}
				para = signedBy(w, user, "POST", "cmq.example.com/?", "cmq", `{"Action":"x"}`)
				para["mode"], para["action"], para["resource"] = 0, q.action, []string{q.resource}
				if got := do(t, w, product, "sigAndAuth", para); (got.code == 0) != q.allow {
					t.Errorf("signed: %s", got.Raw)
				}
			})
		}
	})
}
