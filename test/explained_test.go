package test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/policy"
)

// refusal is an answer that says no: an error about permission, or a decision.
type refusal struct {
	request       string // its id
	question      int    // of several in one call; -1: the call itself
	code, message string
}

// byPolicies reports whether the answer says that policies refused, and not a rule of the action or the account's state.
func (r refusal) byPolicies() bool {
	switch r.code {
	case denied:
		return strings.Contains(r.message, "ou are not authorized to perform operation (")
	case "decision":
		return strings.Contains(r.message, " layer")
	}
	return strings.HasPrefix(r.code, "UnauthorizedOperation") && strings.Contains(r.message, "does not trust the caller")
}

// refused remembers an answer that may need an explanation.
func (s *server) refused(r refusal) {
	if r.byPolicies() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.refusals = append(s.refusals, r)
	}
}

// said is what the audit trail keeps of a decision.
type said struct {
	Effect, Layer, Policy string
	PolicyID              int64
	Statement             int
}

// checkExplanations holds every denial of the server's life to its audit record: found by the request's id, it must tell
// the decision and the reason for it. The server is stopped, so that all records are written.
func (s *server) checkExplanations(t testing.TB) {
	t.Helper()
	if len(s.refusals) == 0 {
		return
	}
	records := map[string][]record{}
	for _, r := range s.records(t, "--limit", "1000000", "--since", (time.Since(s.started) + time.Minute).String()) {
		records[r.RequestID] = append(records[r.RequestID], r)
	}
	for _, r := range s.refusals {
		if len(records[r.request]) == 0 {
			t.Errorf("no audit record explains %s (%s: %s)", r.request, r.code, r.message)
		}
		for _, kept := range records[r.request] {
			if err := kept.explains(r); err != nil {
				t.Errorf("the audit record does not explain %s (%s: %s): %v: %+v %s", r.request, r.code, r.message, err, kept.Decision, kept.Explanation)
			}
		}
	}
}

// explains reports what an explanation lacks.
func (r *record) explains(why refusal) error {
	decision, explanation := r.Decision, r.Explanation
	if why.question >= 0 {
		var asked struct {
			Evaluations []struct {
				said
				Explanation json.RawMessage
			}
		}
		if err := json.Unmarshal(r.Parameters, &asked); err != nil || len(asked.Evaluations) <= why.question {
			return fmt.Errorf("%d questions are recorded, %w", len(asked.Evaluations), err)
		}
		one := asked.Evaluations[why.question]
		decision, explanation = one.said, one.Explanation
		if len(explanation) == 0 && one.Layer != "" && one.Effect != "" {
			return nil // of many long ones in one call only the first are kept whole
		}
	}
	var x policy.Explanation
	if err := json.Unmarshal(explanation, &x); err != nil {
		return fmt.Errorf("read the explanation: %w", err)
	}
	d := x.Decision
	if d.Allowed || d.Effect.String() != decision.Effect || d.Layer.String() != decision.Layer {
		return fmt.Errorf("it explains another decision")
	}
	if x.Remedy == nil {
		return fmt.Errorf("there is no remedy")
	}
	if d.Effect == policy.ExplicitDeny {
		return deniesBy(&x, decision)
	}
	return lacks(&x, r.Action)
}

// deniesBy looks for the statement that denies: in the decision, in its layer, and among what stands in the way.
func deniesBy(x *policy.Explanation, decision said) error {
	by := x.Decision.Statement
	if by == nil || by.PolicyName != decision.Policy || by.PolicyID != decision.PolicyID || by.Index+1 != decision.Statement {
		return fmt.Errorf("the statement is %+v", by)
	}
	found := false
	for _, l := range x.Layers {
		for _, s := range l.Statements {
			found = found || l.Layer == x.Decision.Layer && s.Ref == *by && s.Effect == policy.ExplicitDeny && s.Applies
		}
	}
	for _, one := range x.Remedy.Denies {
		if found && one.Layer == x.Decision.Layer && one.Ref == *by {
			return nil
		}
	}
	return fmt.Errorf("the statement %+v is not among those that deny", by)
}

// lacks looks for the statement that lacks, in the layer that the decision names.
func lacks(x *policy.Explanation, action string) error {
	for _, a := range x.Remedy.Additions {
		var s struct{ Effect, Action string }
		if err := json.Unmarshal(a.Statement, &s); err != nil {
			return err
		}
		if a.Layer == x.Decision.Layer && s.Effect == "allow" && s.Action != "" {
			return nil
		}
	}
	return fmt.Errorf("nothing is added to the layer %s for %s", x.Decision.Layer, action)
}

// The check means something only if denials of every kind are kept, and a record without a reason is found.
func TestDenialsOfEveryKindAreExplained(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		a := newActors(t, s)
		list, other := a.policy(allow(watched)), a.policy(allow("cam:GetUser"))
		idle := a.user("idle")
		barred := a.user("barred", list, a.policy(deny("cam:List*")))
		bounded := a.user("bounded", list)
		a.as("cam:PutUserPermissionsBoundary", params{"TargetUin": bounded.uin, "PolicyId": other})(s)
		sender := a.user("sender", list, a.policy(allow("sts:*")))
		guest := *temporary(s.must(t, sender.key, "sts:GetFederationToken", params{"Name": "guest", "Policy": allow("cam:GetUser")}))
		role := s.must(t, bootstrap, "cam:CreateRole", params{"RoleName": "ops", "PolicyDocument": trusting(`"service":"cvm.qcloud.com"`)}).str("RoleId")
		arn := func(name string) params {
			return params{"RoleArn": "qcs::cam::uin/" + a.account + ":" + name, "RoleSessionName": "x-y"}
		}
		refused := map[string]string{} // layer and effect, by request
		for _, tt := range []struct {
			want, action string
			key          credential
			in           params
		}{
			{"identity implicit_deny", watched, idle.key, nil},
			{"identity explicit_deny", watched, barred.key, nil},
			{"boundary implicit_deny", watched, bounded.key, nil},
			{"session implicit_deny", watched, guest, nil},
			{"identity implicit_deny", "sts:AssumeRole", idle.key, arn("role/" + role)},
			{"resource implicit_deny", "sts:AssumeRole", sender.key, arn("role/" + role)},
			{"identity implicit_deny", "sts:AssumeRole", idle.key, arn("roleName/nobody")},
		} {
			answer := s.call(t, tt.key, tt.action, tt.in)
			if !strings.HasSuffix(answer.code, "UnauthorizedOperation") {
				t.Errorf("%s: %q %s", tt.want, answer.code, answer.message)
			}
			refused[answer.str("RequestId")] = tt.want
		}
		if status, _ := s.decisions(t, idle.key, single, about(entity{Type: "user", ID: number(idle.uin)}, watched, "*")); status != http.StatusForbidden {
			t.Errorf("who may not ask gets status %d", status)
		}
		questions := []question{about(entity{Type: "user", ID: number(idle.uin)}, watched, "*"), about(entity{Type: "user", ID: number(barred.uin)}, watched, "*")}
		s.evaluate(t, a.asker, questions[0])
		s.evaluateAll(t, a.asker, "", questions)
		s.stop(t) // which looks for all of them
		if len(s.refusals) != len(refused)+4 {
			t.Errorf("%d denials were kept: %+v", len(s.refusals), s.refusals)
		}
		found := 0
		for _, r := range s.records(t) {
			if want := refused[r.RequestID]; want != "" {
				found++
				r.mustExplain(t, want)
			}
		}
		if found != len(refused) {
			t.Errorf("%d of %d denials are recorded", found, len(refused))
		}
	})
}

// mustExplain holds a record to its reason, and the check to finding what is wrong with others.
func (r *record) mustExplain(t testing.TB, want string) {
	t.Helper()
	if got := r.Decision.Layer + " " + r.Decision.Effect; got != want {
		t.Errorf("%s: recorded as %s, want %s", r.Action, got, want)
	}
	why := refusal{request: r.RequestID, question: -1}
	for name, spoil := range map[string]func(bad *record){
		"no explanation":      func(bad *record) { bad.Explanation = nil },
		"of another decision": func(bad *record) { bad.Decision.Layer = "general" },
		"no remedy": func(bad *record) {
			bad.Explanation = []byte(strings.Replace(string(r.Explanation), `"remedy"`, `"remody"`, 1))
		},
		"another statement": func(bad *record) {
			bad.Explanation = []byte(strings.NewReplacer(`"additions"`, `"more"`, `"policyId":`, `"policyId":7`).Replace(string(r.Explanation)))
		},
	} {
		bad := *r
		if spoil(&bad); bad.explains(why) == nil {
			t.Errorf("%s: with %s it is taken for explained", want, name)
		}
	}
}
