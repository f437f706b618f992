package test

import (
	"encoding/json"
	"fmt"
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
		return strings.Contains(r.message, "you are not authorized to perform operation (")
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
