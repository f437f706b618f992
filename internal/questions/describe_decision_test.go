package questions_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
)

const describe = "hufu:DescribeDecision"

// described is what is told of a call. Records of calls that changed nothing come a moment after their answers.
func described(t testing.TB, c *apitest.Client, of *apitest.Answer, more apitest.P) *apitest.Answer {
	t.Helper()
	ask := with(apitest.P{"RequestId": of.Str("RequestId")}, more)
	for range 500 {
		if a := c.Call(t, describe, ask); a.Code != "ResourceNotFound.RequestNotExist" {
			if a.Code != "" {
				t.Fatalf("%s: %s", a.Code, a.Message)
			}
			return a
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s is not found", of.Str("RequestId"))
	return nil
}

func TestDescribeDecision(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		c := a.Root
		const absent = "ResourceNotFound.RequestNotExist"
		lists := newPolicy(t, c, "lists", "allow cam:List* *", "allow cam:GetUser * "+atHome, "deny cam:ListPolicies *")
		u := c.User(t, "user", lists)
		u.RemoteAddr = "192.0.2.7:4000"
		read := u.Must(t, "cam:ListUsers", nil)
		conditional := u.Fails(t, denied, "cam:GetUser", apitest.P{"Name": "user"})
		barred := u.Fails(t, denied, "cam:ListPolicies", nil)
		written := c.Must(t, "cam:CreateGroup", apitest.P{"GroupName": "g"})
		free := u.Must(t, "sts:GetCallerIdentity", nil)

		t.Run("a call that was allowed", func(t *testing.T) {
			x := described(t, c, read, nil)
			if x.Str("Effect") != "allow" || x.Str("Layer") != "identity" || x.Int("Statement.PolicyId") != lists || x.Int("Statement.Statement") != 1 || x.At("Remedy") != nil || x.Len("Layers") != 0 {
				t.Error(x.Raw)
			}
			if x.Str("Call.Action") != "cam:ListUsers" || x.Str("Call.CallerId") != digits(u.UIN) || x.Str("Call.CallerType") != "user" || x.Str("Call.Ip") != "192.0.2.7" ||
				x.Str("Call.SecretId") != u.ID || x.Str("Call.Outcome") != "ok" || x.Int("Call.Time") != w.Now().UnixMilli() || x.Str("Call.Resources.0") != "*" ||
				x.Str("Call.RequestId") != read.Str("RequestId") || x.Str("Call.Door") != "api3" || x.Str("Parameters") != "{}" || x.Str("Client") != "" {
				t.Error(x.Raw)
			}
		})
		t.Run("a call that was denied", func(t *testing.T) {
			x := described(t, c, conditional, nil)
			if x.Str("Effect") != "implicit_deny" || x.Str("Call.Outcome") != denied || x.At("Statement") != nil {
				t.Error(x.Raw)
			}
			same(t, x, "Layers", "Layer", "general", "identity")
			same(t, x, "Layers.1.Statements.0.Failed", "Key", "qcs:ip")
			if x.Str("Layers.1.Statements.0.Failed.0.Seen.0") != "192.0.2.7" || x.Str("Remedy.Additions.0.Layer") != "identity" {
				t.Error(x.Raw)
			}
		})
		t.Run("a statement that denied", func(t *testing.T) {
			x := described(t, c, barred, nil)
			if x.Str("Effect") != "explicit_deny" || x.Str("Statement.PolicyName") != "lists" || x.Int("Statement.Statement") != 3 || x.Int("Remedy.Denies.0.Statement.Statement") != 3 {
				t.Error(x.Raw)
			}
		})
		t.Run("a change by the root user", func(t *testing.T) {
			if x := described(t, c, written, nil); x.Str("Effect") != "allow" || x.Str("Layer") != "root" || x.At("Statement") != nil {
				t.Error(x.Raw)
			}
		})
		t.Run("a call that no policy was asked about", func(t *testing.T) {
			if x := described(t, c, free, nil); x.Str("Effect") != "none" {
				t.Error(x.Raw)
			}
		})
		t.Run("what was said then, though it is said no more", func(t *testing.T) {
			c.Must(t, "cam:DetachUserPolicy", apitest.P{"DetachUin": u.UIN, "PolicyId": lists})
			if x := described(t, c, barred, nil); x.Str("Effect") != "explicit_deny" || x.Len("Layers.1.Statements") != 2 {
				t.Error(x.Raw)
			}
		})
		t.Run("what the caller may not read is not told", func(t *testing.T) {
			blind := c.User(t, "blind", newPolicy(t, c, "asks", "allow hufu:DescribeDecision *"))
			for _, of := range []*apitest.Answer{read, conditional, barred} {
				x := described(t, blind, of, nil)
				hides(t, x, `"lists"`, digits(lists), "10.0.0.0", "qcs:ip")
				if x.At("Statement") != nil || x.Str("Effect") == "" || x.Str("Layer") != "identity" {
					t.Error(x.Raw)
				}
			}
			x := described(t, blind, barred, nil)
			same(t, x, "Layers", "Result", "none", "deny")
			same(t, x, "Layers", "Redacted", "false", "true")
		})
		t.Run("near a time", func(t *testing.T) {
			at := w.Now().Unix()
			described(t, c, written, apitest.P{"Time": at + 600})
			described(t, c, written, apitest.P{"Time": at - 600})
			c.Fails(t, absent, describe, apitest.P{"RequestId": written.Str("RequestId"), "Time": at + 1000})
			c.Fails(t, absent, describe, apitest.P{"RequestId": written.Str("RequestId"), "Time": at - 1000})
			described(t, c, barred, apitest.P{"Time": at - 1000}) // denied: found without
		})
		for _, tc := range []struct {
			name, code string
			caller     *apitest.Client
			id         string
		}{
			{"another account's call", absent, other.Root, read.Str("RequestId")},
			{"another account's denied call", absent, other.Root, barred.Str("RequestId")},
			{"a call that never was", absent, c, "4f0b9f9e-0000-4000-8000-000000000001"},
			{"no request id", badValue, c, "%"},
			{"without the permission", denied, u, "4f0b9f9e-0000-4000-8000-000000000001"},
		} {
			t.Run(tc.name, func(t *testing.T) { tc.caller.Fails(t, tc.code, describe, apitest.P{"RequestId": tc.id}) })
		}
	})
}

func TestDescribeDecisionAboutARole(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		c := a.Root
		u := c.User(t, "user", newPolicy(t, c, "assume", "allow sts:AssumeRole *"))
		c.Must(t, "cam:CreateRole", apitest.P{"RoleName": "far", "PolicyDocument": `{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole",
			"principal":{"qcs":["` + root(a) + `"]},"condition":{"string_equal":{"sts:external_id":"E-17"}}}]}`})
		refused := u.Fails(t, "UnauthorizedOperation", "sts:AssumeRole", apitest.P{"RoleArn": roleName(a, "far"), "RoleSessionName": "session"})
		ask := "allow hufu:DescribeDecision *"
		blind := c.User(t, "blind", newPolicy(t, c, "asks", ask, "allow cam:GetPolicy *"))
		reader := c.User(t, "reader", newPolicy(t, c, "reads", ask, "allow cam:GetRole "+roleName(a, "far")))
		if x := described(t, blind, refused, nil); x.Str("Layer") != "resource" || x.At("Layers.2.Redacted") != true {
			t.Error(x.Raw)
		} else {
			hides(t, x, "E-17", "external_id")
		}
		if x := described(t, reader, refused, nil); x.Str("Layers.2.Statements.0.Failed.0.Key") != "sts:external_id" {
			t.Error(x.Raw)
		}
	})
}

func TestDescribeDecisionOfAService(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		c := a.Root
		pep := c.User(t, "pep", newPolicy(t, c, "ask", "allow hufu:Evaluate *"))
		never := newPolicy(t, c, "never", "deny cvm:Stop* *")
		u := c.User(t, "user", newPolicy(t, c, "start", "allow cvm:Start* *"), never)
		c.Must(t, "cam:CreateRole", apitest.P{"RoleName": "far", "PolicyDocument": `{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole",
			"principal":{"qcs":["` + root(a) + `"]},"condition":{"string_equal":{"sts:external_id":"E-17"}}}]}`})
		c.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": u.UIN, "PolicyId": newPolicy(t, c, "assume", "allow sts:AssumeRole *")})
		instance := "qcs::cvm:ap-guangzhou:uin/" + digits(a.UIN) + ":instance/ins-1"
		body := `{"subject":{"type":"user","id":"` + digits(u.UIN) + `"},"resource":{"type":"qcs","id":"` + instance + `"},"evaluations":[{"action":{"name":"cvm:StartInstances"}},
			{"action":{"name":"cvm:StopInstances"}},{},{"action":{"name":"sts:AssumeRole"},"resource":{"type":"qcs","id":"` + roleName(a, "far") + `"}}]}`
		var given struct {
			Evaluations []struct{ Context struct{ ID string } }
		}
		if err := json.Unmarshal([]byte(evaluate(t, w, pep, "/access/v1/evaluations", body)), &given); err != nil || len(given.Evaluations) != 4 {
			t.Fatal(err)
		}
		of := func(i int) *apitest.Answer { // as an answer with that id
			return &apitest.Answer{Body: map[string]any{"RequestId": given.Evaluations[i].Context.ID}}
		}
		far := apitest.P{"Time": w.Now().Unix() - 10_000} // found without
		if x := described(t, c, of(0), far); x.Str("Effect") != "allow" || x.Str("Statement.PolicyName") != "start" || x.Str("Call.Resources.0") != instance || x.Str("Call.CallerId") != digits(pep.UIN) ||
			x.Str("Call.RequestId") != of(0).Str("RequestId") {
			t.Error(x.Raw)
		}
		if x := described(t, c, of(1), far); x.Str("Effect") != "explicit_deny" || x.Int("Statement.PolicyId") != never || x.Len("Layers") != 2 || x.Int("Remedy.Denies.0.Statement.PolicyId") != never {
			t.Error(x.Raw)
		}
		if x := described(t, c, of(2), far); x.Str("Effect") != "none" || x.Str("Call.Outcome") != "MissingParameter" {
			t.Error(x.Raw)
		}
		whole := &apitest.Answer{Body: map[string]any{"RequestId": strings.TrimSuffix(of(0).Str("RequestId"), "/0")}}
		if x := described(t, c, whole, far); x.Str("Effect") != "allow" || x.Str("Statement.PolicyName") != "ask" {
			t.Errorf("the permission to ask: %s", x.Raw)
		} else if p := x.Str("Parameters"); !strings.Contains(p, `"cvm:StopInstances"`) || !strings.Contains(p, `"explicit_deny"`) || strings.Contains(p, "never") || strings.Contains(p, "E-17") {
			t.Errorf("what was asked, not what policies said: %s", p)
		}
		for _, id := range []string{whole.Str("RequestId") + "/4", whole.Str("RequestId") + "/999"} {
			c.Fails(t, "ResourceNotFound.RequestNotExist", describe, apitest.P{"RequestId": id})
		}
		for _, id := range []string{"/", "/01", "/1000", "/x", "/1/1"} {
			c.Fails(t, badValue, describe, apitest.P{"RequestId": whole.Str("RequestId") + id})
		}
		ask := "allow hufu:DescribeDecision *"
		blind := c.User(t, "blind", newPolicy(t, c, "asks", ask, "allow cam:GetPolicy *"))
		if x := described(t, blind, of(3), nil); x.Str("Layer") != "resource" || x.At("Layers.2.Redacted") != true {
			t.Error(x.Raw)
		} else {
			hides(t, x, "E-17", "external_id")
		}
		reader := c.User(t, "reader", newPolicy(t, c, "reads", ask, "allow cam:GetRole "+roleName(a, "far")))
		if x := described(t, reader, of(3), nil); x.Str("Layers.2.Statements.0.Failed.0.Key") != "sts:external_id" {
			t.Error(x.Raw)
		}
	})
}
