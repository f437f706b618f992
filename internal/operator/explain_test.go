package operator_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/operator"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/policy"
)

const office = `{
  "version": "2.0",
  "statement": [
    {"effect": "allow", "action": "cvm:Describe*", "resource": "*"},
    {"effect": "allow", "action": "cvm:Stop*", "resource": "qcs::cvm:::instance/*",
     "condition": {"ip_equal": {"qcs:ip": "10.0.0.0/8"}}}
  ]
}`

// company is an account with a user of a policy and a boundary, and a role.
func company(t *testing.T, w *apitest.World) (a *apitest.Account, alice *apitest.Client) {
	t.Helper()
	a = w.Account(t)
	create := func(name, document string) int64 {
		return a.Root.Must(t, "cam:CreatePolicy", apitest.P{"PolicyName": name, "PolicyDocument": document}).Int("PolicyId")
	}
	alice = a.Root.User(t, "alice", create("office", office))
	limit := create("limit", `{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"},{"effect":"deny","action":"cvm:StopAll","resource":"*"}]}`)
	a.Root.Must(t, "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": alice.UIN, "PolicyId": limit})
	trust := fmt.Sprintf(`{"version":"2.0","statement":{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":"qcs::cam::uin/%d:root"},"condition":{"string_equal":{"sts:external_id":"E"}}}}`, a.UIN)
	a.Root.Must(t, "cam:CreateRole", apitest.P{"RoleName": "ops", "PolicyDocument": trust})
	return a, alice
}

func TestQuestionsAboutThePoliciesAsTheyAre(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, alice := company(t, w)
		other := w.Account(t)
		self := fmt.Sprint(alice.UIN)
		machine := fmt.Sprintf("qcs::cvm:ap-guangzhou:uin/%d:instance/ins-1", a.UIN)
		at := func(key, value string) []operator.Fact { return []operator.Fact{{Key: key, Value: value}} }
		for _, c := range []struct {
			name string
			q    operator.Question
			want string // decision and resource
		}{
			{"a user by name", operator.Question{User: "alice", Action: "cvm:DescribeInstances"}, "allow(identity) *"},
			{"a user by uin", operator.Question{User: self, Action: "cvm:DescribeInstances"}, "allow(identity) *"},
			{"nothing allows it", operator.Question{User: "alice", Action: "cos:GetObject"}, "implicit_deny(identity) *"},
			{"a condition that fails", operator.Question{User: "alice", Action: "cvm:StopInstances", Resource: "qcs::cvm:ap-guangzhou::instance/ins-1", Facts: at("qcs:ip", "11.0.0.1")}, "implicit_deny(identity) " + machine},
			{"a condition that holds", operator.Question{User: "alice", Action: "cvm:StopInstances", Resource: fmt.Sprintf("qcs::cvm:gz:uid/%d:instance/ins-1", a.AppID), Facts: at("qcs:ip", "10.0.0.1")}, "allow(identity) " + machine},
			{"a boundary that denies", operator.Question{User: "alice", Action: "cvm:StopAll", Resource: machine, Facts: at("qcs:ip", "10.0.0.1")}, "explicit_deny(boundary) " + machine},
			{"a role by name", operator.Question{Role: "ops", Action: "cvm:DescribeInstances"}, "implicit_deny(identity) *"},
			{"the root user", operator.Question{Root: true, Action: "cvm:DescribeInstances"}, "allow(root) *"},
			{"an action that is granted as a whole", operator.Question{User: "alice", Action: "cam:ListUsers", Resource: machine}, "implicit_deny(identity) *"},
			{"a role that does not trust without its secret", operator.Question{Root: true, Action: "sts:AssumeRole", Resource: fmt.Sprintf("qcs::cam::uin/%d:roleName/ops", a.UIN)}, fmt.Sprintf("implicit_deny(resource) qcs::cam::uin/%d:roleName/ops", a.UIN)},
			{"a role that trusts", operator.Question{Root: true, Action: "sts:AssumeRole", Resource: "qcs::cam:::roleName/ops", Facts: at("sts:external_id", "E")}, fmt.Sprintf("allow(resource) qcs::cam::uin/%d:roleName/ops", a.UIN)},
			{"an object of another account", operator.Question{User: "alice", Action: "cvm:StopInstances", Resource: fmt.Sprintf("qcs::cvm::uin/%d:instance/ins-1", other.UIN), Facts: at("qcs:ip", "10.0.0.1")}, fmt.Sprintf("implicit_deny(resource) qcs::cvm::uin/%d:instance/ins-1", other.UIN)},
			{"an object of nobody's here", operator.Question{Root: true, Action: "cvm:StopInstances", Resource: "qcs::cvm::uin/5:instance/ins-1"}, "implicit_deny(resource) qcs::cvm::uin/5:instance/ins-1"},
		} {
			c.q.Account = store.Account(a.UIN)
			got, err := w.Operator.Explain(context.Background(), c.q)
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			d := got.Decision
			if text := fmt.Sprintf("%s(%s) %s", d.Effect, d.Layer, got.Resource); text != c.want || got.Explanation.Decision.Effect != d.Effect || (got.Explanation.Remedy != nil) == d.Allowed {
				t.Errorf("%s: %s, want %s: %+v", c.name, text, c.want, got.Explanation)
			}
			for _, l := range got.Explanation.Layers {
				for _, s := range l.Statements {
					if l.Layer != policy.LayerIdentity && l.Layer != policy.LayerBoundary && l.Layer != policy.LayerResource {
						continue
					}
					if text := textOf(got, l.Layer, s.Ref); !strings.Contains(text, `"effect"`) || !strings.HasPrefix(text[s.Offset:], "{") {
						t.Errorf("%s: the text of %v is %q", c.name, s.Ref, text)
					}
				}
			}
		}
	})
}

func textOf(e *operator.Explained, layer policy.Layer, ref policy.Ref) string {
	for _, d := range e.Documents {
		if d.Layer == layer && d.ID == ref.PolicyID && d.Version == ref.Version {
			return d.Text
		}
	}
	return ""
}

func TestQuestionsThatCannotBeAnswered(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, _ := company(t, w)
		for _, c := range []struct {
			name string
			q    operator.Question
			want string
		}{
			{"no such account", operator.Question{Account: 5, Root: true, Action: "a:B"}, "account 5: no such root account"},
			{"no such user", operator.Question{User: "bob", Action: "a:B"}, fmt.Sprintf(`account %d has no user "bob"`, a.UIN)},
			{"no such uin", operator.Question{User: "17", Action: "a:B"}, fmt.Sprintf(`account %d has no user "17"`, a.UIN)},
			{"no such role", operator.Question{Role: "dev", Action: "a:B"}, fmt.Sprintf(`account %d has no role "dev"`, a.UIN)},
			{"no such role to assume", operator.Question{Root: true, Action: "sts:AssumeRole", Resource: "qcs::cam:::roleName/dev"}, fmt.Sprintf(`account %d has no role "dev"`, a.UIN)},
			{"no role", operator.Question{Root: true, Action: "sts:AssumeRole", Resource: "qcs::cvm:::instance/1"}, "names no role"},
			{"no role at all", operator.Question{Root: true, Action: "sts:AssumeRole"}, "sts:AssumeRole is about a role"},
			{"no action", operator.Question{Root: true, Action: "cvm:*"}, `"cvm:*" is no action like cvm:StopInstances`},
			{"no resource", operator.Question{Root: true, Action: "a:B", Resource: "x"}, `name "x" has not got six segments`},
			{"no fact", operator.Question{Root: true, Action: "a:B", Facts: []operator.Fact{{Key: "qcs:uin", Value: "1"}}}, "qcs:uin is read from the caller"},
		} {
			if c.q.Account == 0 {
				c.q.Account = store.Account(a.UIN)
			}
			if _, err := w.Operator.Explain(context.Background(), c.q); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %s", c.name, err, c.want)
			}
		}
		bare := operator.Actions{DB: w.DB, Keys: w.Keys}
		if _, err := bare.Explain(context.Background(), operator.Question{}); err == nil {
			t.Error("explained without policies")
		}
		if _, err := bare.Recorded(context.Background(), 0, ""); err == nil {
			t.Error("explained without policies")
		}
	})
}

func TestRecordedCalls(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		ctx := context.Background()
		a, alice := company(t, w)
		denied := alice.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:GetUser", apitest.P{"Name": "alice"}).Str("RequestId")
		allowed := a.Root.Must(t, "cam:GetUser", apitest.P{"Name": "alice"}).Str("RequestId")
		own := alice.Must(t, "sts:GetCallerIdentity", nil).Str("RequestId")
		w.Trail.Close() // writes down what is queued

		for _, of := range []store.Account{0, store.Account(a.UIN)} {
			got, err := w.Operator.Recorded(ctx, of, denied)
			if err != nil || got.Decision.Effect != policy.ImplicitDeny || got.Explanation == nil || got.Action != "cam:GetUser" || got.Call.RequestID != denied ||
				got.Caller != fmt.Sprintf("user %d", alice.UIN) || len(got.Explanation.Remedy.Additions) != 1 {
				t.Errorf("the denied call: %+v, %v", got, err)
			}
			got, err = w.Operator.Recorded(ctx, of, allowed)
			if err != nil || !got.Decision.Allowed || got.Decision.Layer != policy.LayerRoot || got.Explanation != nil {
				t.Errorf("the allowed call: %+v, %v", got, err)
			}
			got, err = w.Operator.Recorded(ctx, of, own)
			if err != nil || got.Decision.Allowed || got.Call.Decision.Effect != "none" {
				t.Errorf("the call that anyone may make: %+v, %v", got, err)
			}
		}
		for _, id := range []string{"", "%", "00000000-0000-4000-8000-00000000000%", strings.ToUpper(denied), "00000000-0000-4000-8000-000000000000"} {
			if _, err := w.Operator.Recorded(ctx, 0, id); err == nil {
				t.Errorf("%q was found", id)
			}
		}
		// Through the socket's words it is the same.
		text, err := json.Marshal(operator.Question{Account: store.Account(a.UIN), User: "alice", Action: "cvm:DescribeInstances"})
		if err != nil {
			t.Fatal(err)
		}
		var q operator.Question
		if err := json.Unmarshal(text, &q); err != nil {
			t.Fatal(err)
		}
		got, err := w.Operator.Commands().Explain(ctx, q)
		if err != nil || !got.Decision.Allowed || len(got.Documents) != 2 {
			t.Errorf("%+v, %v", got, err)
		}
		again, err := w.Operator.Commands().Recorded(ctx, 0, denied)
		if err != nil || again.Explanation == nil || again.Call == nil {
			t.Errorf("%+v, %v", again, err)
		}
	})
}
