package questions_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/tc3"
)

const preview = "hufu:PreviewPolicy"

// evaluate asks the door for services as a client, and answers the decision.
func evaluate(t testing.TB, w *apitest.World, c *apitest.Client, path, body string) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://hufu.test"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	now := w.Now().Unix()
	r.Header.Set("X-TC-Timestamp", strconv.FormatInt(now, 10))
	m := tc3.Message{Service: "hufu", Timestamp: now, Method: r.Method, PayloadHash: tc3.HashPayload([]byte(body)),
		Headers: []tc3.Header{{Name: "content-type", Value: "application/json"}, {Name: "host", Value: r.Host}}}
	a, err := m.Sign(c.ID, c.Key)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", a.Header())
	out := httptest.NewRecorder()
	w.AuthZEN.ServeHTTP(out, r)
	if out.Code != http.StatusOK {
		t.Fatalf("%d: %s", out.Code, out.Body)
	}
	return out.Body.String()
}

// question is the body of one question of a service.
func question(uin int64, action, resource, more string) string {
	return fmt.Sprintf(`{"subject":{"type":"user","id":"%d"},"action":{"name":"%s"},"resource":{"type":"qcs","id":"%s"}%s}`, uin, action, resource, more)
}

// changes are the samples of an answer as texts: who, what, from which effect to which.
func changes(a *apitest.Answer, names map[int64]string) []string {
	short := map[string]string{"allow": "ok", "implicit_deny": "id", "explicit_deny": "xd"}
	out := []string{}
	for i := range a.Len("Samples") {
		at := fmt.Sprintf("Samples.%d.", i)
		id, _ := strconv.ParseInt(a.Str(at+"PrincipalId"), 10, 64)
		out = append(out, fmt.Sprintf("%s %s %s %s>%s", names[id], a.Str(at+"Action"), a.Str(at+"Resource"), short[a.Str(at+"Before")], short[a.Str(at+"After")]))
	}
	slices.Sort(out)
	return out
}

// recordedCalls waits until so many records are to be seen: those of calls that changed nothing come a moment later.
func recordedCalls(t testing.TB, c *apitest.Client, ask apitest.P, n int64) *apitest.Answer {
	t.Helper()
	var a *apitest.Answer
	for range 500 {
		if a = c.Must(t, preview, ask); a.Int("Replayed")+a.Int("Outdated") >= n {
			return a
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("less than %d questions are on record: %s", n, a.Raw)
	return nil
}

func TestPreviewPolicyOfRecordedCalls(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		c := a.Root
		ours := newPolicy(t, c, "ours", "allow cam:ListUsers,cam:ListPolicies,sts:AssumeRole,cvm:Start* *", "allow cam:GetUser * "+atHome)
		ask := newPolicy(t, c, "ask", "allow hufu:Evaluate *")
		direct, member := c.User(t, "direct", ours), c.User(t, "member")
		newGroup(t, c, "g", []int64{ours}, member.UIN)
		bounded, stranger, pep := c.User(t, "bounded", administrator), c.User(t, "stranger", administrator), c.User(t, "pep", ask)
		c.Must(t, "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": bounded.UIN, "PolicyId": ours})
		ops := newRole(t, a, "ops", ours)
		opsID, _ := strconv.ParseInt(ops, 10, 64)
		names := map[int64]string{direct.UIN: "direct", member.UIN: "member", bounded.UIN: "bounded", opsID: "ops", pep.UIN: "pep"}
		role := session(t, w, direct, roleName(a, "ops"), document("allow cam:* *"))
		narrow := session(t, w, direct, roleName(a, "ops"), document("allow cam:ListUsers *"))
		instance := fmt.Sprintf("qcs::cvm::uin/%d:instance/1", a.UIN)

		// What is done again after the policy is replaced, with what it should come to then.
		draft := document("allow cam:ListUsers,cam:ListGroups,cvm:* *", "allow cam:GetUser *", "deny cvm:StartAll *")
		type step struct {
			who    string
			caller *apitest.Client
			action string
			params apitest.P
			ip     string
		}
		var steps []step
		for _, caller := range []*apitest.Client{direct, member, bounded, role} {
			who := map[*apitest.Client]string{direct: "direct", member: "member", bounded: "bounded", role: "ops"}[caller]
			steps = append(steps, step{who, caller, "cam:ListUsers", apitest.P{}, "10.0.0.1"}, step{who, caller, "cam:ListPolicies", apitest.P{}, "10.0.0.1"},
				step{who, caller, "cam:ListGroups", apitest.P{}, "10.0.0.1"}, step{who, caller, "cam:GetUser", apitest.P{"Name": "direct"}, "10.0.0.1"},
				step{who, caller, "cam:GetUser", apitest.P{"Name": "direct"}, "192.0.2.1"})
		}
		steps = append(steps, step{"ops", narrow, "cam:ListGroups", apitest.P{}, "10.0.0.1"}, step{"ops", narrow, "cam:ListUsers", apitest.P{}, "10.0.0.1"},
			step{"stranger", stranger, "cam:ListPolicies", apitest.P{}, "10.0.0.1"})
		run := func() (outcomes []string) {
			for _, s := range steps {
				s.caller.RemoteAddr = s.ip + ":4000"
				effect := "ok"
				if code := s.caller.Call(t, s.action, s.params).Code; code == denied {
					effect = "denied"
				} else if code != "" {
					t.Fatalf("%s: %s", s.action, code)
				}
				outcomes = append(outcomes, effect)
			}
			return outcomes
		}
		w.Sleep(time.Minute)
		before := run()
		for _, action := range []string{"cvm:StartInstances", "cvm:StartAll", "cvm:Stop"} {
			evaluate(t, w, pep, "/access/v1/evaluation", question(direct.UIN, action, instance, `,"context":{"ip":"10.0.0.1"}`))
		}
		evaluate(t, w, pep, "/access/v1/evaluations", fmt.Sprintf(`{"action":{"name":"cvm:Stop"},"resource":{"type":"qcs","id":"%s"},
			"evaluations":[{"subject":{"type":"user","id":"%d"}},{"subject":{"type":"user","id":"%d"}},{"subject":{"type":"user"}}]}`, instance, member.UIN, stranger.UIN))

		// 23 calls of holders, among them two that made sessions; four questions of the service.
		x := recordedCalls(t, c, apitest.P{"PolicyId": ours, "PolicyDocument": draft}, 22+2+4)
		t.Run("what would change is what changes", func(t *testing.T) {
			want := []string{"direct cvm:StartAll " + instance + " ok>xd", "direct cvm:Stop " + instance + " id>ok", "member cvm:Stop " + instance + " id>ok"}
			for range 2 { // the sessions
				want = append(want, fmt.Sprintf("direct sts:AssumeRole qcs::cam::uin/%d:roleName/ops ok>id", a.UIN))
			}
			c.Must(t, "cam:UpdatePolicy", apitest.P{"PolicyId": ours, "PolicyDocument": draft})
			for i, after := range run() {
				switch {
				case before[i] == after:
				case after == "ok":
					want = append(want, fmt.Sprintf("%s %s * id>ok", steps[i].who, steps[i].action))
				default:
					want = append(want, fmt.Sprintf("%s %s * ok>id", steps[i].who, steps[i].action))
				}
			}
			slices.Sort(want)
			if got := changes(x, names); !slices.Equal(got, want) {
				t.Errorf("previewed\n%s\nwhat happened\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			denials, allows := int64(0), int64(0)
			for _, s := range want {
				if strings.Contains(s, " ok>") {
					denials++
				} else {
					allows++
				}
			}
			if x.Int("NewlyDenied") != denials || x.Int("NewlyAllowed") != allows || x.Int("Outdated") != 0 || x.At("IsTruncated") != false || x.Int("Since") != w.Now().AddDate(0, 0, -7).Unix() {
				t.Error(x.Raw)
			}
		})
		t.Run("what was decided by other policies does not count", func(t *testing.T) {
			x := recordedCalls(t, c, apitest.P{"PolicyId": ours, "PolicyDocument": document("allow *:* *")}, 2*22+2+4)
			if x.Int("Outdated") == 0 || x.Int("NewlyDenied") != 0 {
				t.Error(x.Raw)
			}
		})
		t.Run("whether a service may ask", func(t *testing.T) {
			x := recordedCalls(t, c, apitest.P{"PolicyId": ask, "PolicyDocument": document("allow cam:* *")}, 4)
			if got, want := changes(x, names), slices.Repeat([]string{"pep hufu:Evaluate * ok>id"}, 4); !slices.Equal(got, want) {
				t.Errorf("got %v", got)
			}
		})
		t.Run("what is long ago is not looked at", func(t *testing.T) {
			w.Sleep(48 * time.Hour)
			if x := c.Must(t, preview, apitest.P{"PolicyId": ours, "PolicyDocument": draft, "Days": 1}); x.Int("Scanned") > 2 || x.Int("Replayed") != 0 {
				t.Error(x.Raw)
			}
		})
	})
}

func TestPreviewPolicyRefuses(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		c := a.Root
		id := newPolicy(t, c, "p", "allow cam:ListUsers *")
		asks := c.User(t, "asks", newPolicy(t, c, "asks", "allow hufu:PreviewPolicy *", fmt.Sprintf("allow cam:GetPolicy qcs::cam:::policyid/%d", id)))
		good := document("allow cam:ListUsers *")
		asks.Must(t, preview, apitest.P{"PolicyId": id, "PolicyDocument": good})
		c.Must(t, preview, apitest.P{"PolicyId": administrator, "PolicyDocument": good})
		for _, tc := range []struct {
			name, code string
			caller     *apitest.Client
			ask        apitest.P
		}{
			{"without the permission", denied, c.User(t, "nobody"), apitest.P{"PolicyId": id, "PolicyDocument": good}},
			{"a policy that the caller may not get", denied, asks, apitest.P{"PolicyId": administrator, "PolicyDocument": good}},
			{"a policy that is not there and that the caller may not get", denied, asks, apitest.P{"PolicyId": 4711, "PolicyDocument": good}},
			{"a policy that is not there", "ResourceNotFound.PolicyIdNotFound", c, apitest.P{"PolicyId": 4711, "PolicyDocument": good}},
			{"a policy of another account", "ResourceNotFound.PolicyIdNotFound", other.Root, apitest.P{"PolicyId": id, "PolicyDocument": good}},
			{"a draft that is no policy", "InvalidParameter.PolicyDocumentError", c, apitest.P{"PolicyId": id, "PolicyDocument": "allow all"}},
			{"a draft with an action that there is not", "InvalidParameter.ActionNotExist", c, apitest.P{"PolicyId": id, "PolicyDocument": document("allow cam:Nothing *")}},
			{"a draft with a principal", "InvalidParameter.PrincipalError", c, apitest.P{"PolicyId": id, "PolicyDocument": `{"version":"2.0","principal":"*","statement":[{"effect":"allow","action":"*","resource":"*"}]}`}},
		} {
			t.Run(tc.name, func(t *testing.T) { tc.caller.Fails(t, tc.code, preview, tc.ask) })
		}
	})
}

// reachable are the changes of one kind of holders as texts.
func reachable(a *apitest.Answer, holder int) []string {
	short := map[string]string{"allow": "ok", "implicit_deny": "id", "explicit_deny": "xd"}
	out := []string{}
	for i := range a.Len(fmt.Sprintf("Holders.%d.Changes", holder)) {
		at := fmt.Sprintf("Holders.%d.Changes.%d.", holder, i)
		row := short[a.Str(at+"Before")] + ">" + short[a.Str(at+"After")] + " " + a.Str(at+"Action") + " on " + a.Str(at+"Resource")
		for j := range a.Len(at + "Facts") {
			row += fmt.Sprintf(" %s=%s", a.Str(fmt.Sprintf("%sFacts.%d.Key", at, j)), a.Str(fmt.Sprintf("%sFacts.%d.Value", at, j)))
		}
		for j := range a.Len(at + "Except") {
			row += fmt.Sprintf(" not %s on %s", a.Str(fmt.Sprintf("%sExcept.%d.Action", at, j)), a.Str(fmt.Sprintf("%sExcept.%d.Resource", at, j)))
		}
		out = append(out, row)
	}
	slices.Sort(out)
	return out
}

// examples asks about the example of each change, and answers the decisions.
func examples(t *testing.T, c *apitest.Client, a *apitest.Answer) (effects []string) {
	t.Helper()
	for i := range a.Len("Holders") {
		for j := range a.Len(fmt.Sprintf("Holders.%d.Changes", i)) {
			at := fmt.Sprintf("Holders.%d.Changes.%d.", i, j)
			values := map[string][]string{}
			for k := range a.Len(at + "Facts") {
				key := a.Str(fmt.Sprintf("%sFacts.%d.Key", at, k))
				values[key] = append(values[key], a.Str(fmt.Sprintf("%sFacts.%d.Value", at, k)))
			}
			facts := []apitest.P{}
			for name, v := range values {
				facts = append(facts, key(name, v...))
			}
			holder := fmt.Sprintf("Holders.%d.", i)
			x := c.Must(t, explain, about(a.Str(holder+"PrincipalType"), a.Str(holder+"PrincipalId"), a.Str(at+"ExampleAction"), "Resource", a.Str(at+"ExampleResource"), "Context", facts))
			effects = append(effects, x.Str("Effect"))
		}
	}
	return effects
}

func TestPreviewPolicyOfWhatHoldersCouldDo(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		c := a.Root
		old, draft := []string{"allow cam:ListUsers,cvm:* *", "allow cos:Get* *"}, []string{"allow cam:ListUsers,cam:GetUser *", "allow cvm:* qcs::cvm:::instance/*", "allow cos:* * " + atHome, "deny cvm:Stop* *"}
		ours := newPolicy(t, c, "ours", old...)
		get := newPolicy(t, c, "get", "allow cam:GetUser,cvm:Start* *")
		newGroup(t, c, "g", []int64{ours}, c.User(t, "one").UIN, c.User(t, "two").UIN)
		c.User(t, "both", ours, get)
		bounded := c.User(t, "bounded", get)
		newRole(t, a, "ops", ours)
		c.Must(t, "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": bounded.UIN, "PolicyId": ours})
		c.User(t, "stranger", administrator)
		ask := apitest.P{"PolicyId": ours, "PolicyDocument": document(draft...)}
		x := c.Must(t, preview, ask)

		same(t, x, "Holders", "Name", "one", "both", "bounded", "ops")
		same(t, x, "Holders", "Holders", "2", "1", "1", "1")
		same(t, x, "Holders", "Bounded", "false", "false", "true", "false")
		same(t, x, "Holders", "IsPartial", "false", "false", "false", "false")
		plain := []string{"id>ok cam:GetUser on *", "id>ok cos:* on * qcs:ip=10.0.0.0", "ok>id cos:Get* on *",
			"ok>id cvm:* on * not cvm:* on qcs::cvm:::instance/* not cvm:Stop* on *", "ok>xd cvm:Stop* on *"}
		for i, want := range [][]string{
			plain,
			{plain[1], plain[2], plain[3] + " not cvm:Start* on *", plain[4]}, // another policy gives the rest
			{plain[0], "ok>id cvm:Start* on * not cvm:Start* on qcs::cvm:::instance/*"},
			plain,
		} {
			if got := reachable(x, i); !slices.Equal(got, want) {
				t.Errorf("of %s got\n%s\nwant\n%s", x.Str(fmt.Sprintf("Holders.%d.Name", i)), strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}

		wants := func(member string) (all []string) {
			for i := range x.Len("Holders") {
				all = append(all, plucked(x, fmt.Sprintf("Holders.%d.Changes", i), member)...)
			}
			return all
		}
		if got, want := examples(t, c, x), wants("Before"); !slices.Equal(got, want) || len(want) == 0 {
			t.Errorf("before the draft the examples are decided %v, not %v", got, want)
		}
		c.Must(t, "cam:UpdatePolicy", ask)
		if got, want := examples(t, c, x), wants("After"); !slices.Equal(got, want) {
			t.Errorf("with the draft the examples are decided %v, not %v", got, want)
		}
		t.Run("a draft that changes nothing", func(t *testing.T) {
			x := c.Must(t, preview, ask)
			for i := range x.Len("Holders") {
				if got := reachable(x, i); len(got) > 0 {
					t.Error(got)
				}
			}
		})
		t.Run("what follows from policies that the caller may not read", func(t *testing.T) {
			asks := c.User(t, "asks", newPolicy(t, c, "asks", "allow hufu:PreviewPolicy *", fmt.Sprintf("allow cam:GetPolicy qcs::cam:::policyid/%d", ours)))
			x := asks.Must(t, preview, apitest.P{"PolicyId": ours, "PolicyDocument": document(old...)})
			same(t, x, "Holders", "Redacted", "false", "true", "true", "false")
			if len(reachable(x, 0)) == 0 || len(reachable(x, 1)) > 0 || len(reachable(x, 2)) > 0 {
				t.Error(x.Raw)
			}
		})
		t.Run("a policy that nobody has", func(t *testing.T) {
			if x := c.Must(t, preview, apitest.P{"PolicyId": newPolicy(t, c, "idle", old...), "PolicyDocument": document(draft...)}); x.Len("Holders") != 0 || x.At("HoldersTruncated") != false {
				t.Error(x.Raw)
			}
		})
	})
}
