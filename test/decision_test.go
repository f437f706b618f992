package test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/policy"
)

// The two ways in which services ask for decisions.
const (
	single = "/access/v1/evaluation"
	many   = "/access/v1/evaluations"
)

// entity is a subject, an action or a resource of a question.
type entity struct {
	Type       string         `json:"type,omitempty"`
	ID         string         `json:"id,omitempty"`
	Name       string         `json:"name,omitempty"`
	Properties map[string]any `json:"properties,omitempty"`
}

// question is what a service asks.
type question struct {
	Subject  entity         `json:"subject"`
	Action   entity         `json:"action"`
	Resource entity         `json:"resource"`
	Context  map[string]any `json:"context,omitempty"`
}

// about asks whether someone may do this to that.
func about(who entity, action, resource string) question {
	return question{Subject: who, Action: entity{Name: action}, Resource: entity{Type: "qcs", ID: resource}}
}

// verdict is the answer to a question.
type verdict struct {
	Decision bool
	Context  struct {
		ID    string
		Error *struct {
			Status        int
			Code, Message string
		}
		ReasonAdmin struct{ En string } `json:"reason_admin"`
		Explanation *policy.Explanation
	}
}

// decisionCall is a signed call of the decision door.
func (s *server) decisionCall(t testing.TB, c credential, path string, body any) *message {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	m := &message{method: http.MethodPost, path: path, host: s.api, contentType: "application/json", body: string(text), service: "hufu",
		at: time.Now().Unix(), header: map[string]string{}}
	return m.as(c)
}

// decisions makes a call of the decision door, and answers its status and its text.
func (s *server) decisions(t testing.TB, c credential, path string, body any) (status int, text []byte) {
	t.Helper()
	r, err := s.client.Do(s.decisionCall(t, c, path, body).request(t))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if text, err = io.ReadAll(r.Body); err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, text
}

// evaluate asks one question, which must be answered.
func (s *server) evaluate(t testing.TB, c credential, q question) verdict {
	t.Helper()
	var v verdict
	status, text := s.decisions(t, c, single, q)
	if err := json.Unmarshal(text, &v); status != http.StatusOK || err != nil {
		t.Fatalf("%+v: %d %s %v", q, status, text, err)
	}
	return v
}

// evaluateAll asks several questions in one call. The semantic may be empty.
func (s *server) evaluateAll(t testing.TB, c credential, semantic string, questions []question) []verdict {
	t.Helper()
	body := map[string]any{"evaluations": questions}
	if semantic != "" {
		body["options"] = map[string]any{"evaluations_semantic": semantic}
	}
	var answer struct{ Evaluations []verdict }
	status, text := s.decisions(t, c, many, body)
	if err := json.Unmarshal(text, &answer); status != http.StatusOK || err != nil {
		t.Fatalf("%d questions: %d %s %v", len(questions), status, text, err)
	}
	return answer.Evaluations
}

// checkFailure is what every answer of the decision doors that is none has in common.
func (o *observer) checkFailure(answer *http.Response, body []byte) {
	id := answer.Header.Get("X-TC-RequestId")
	code, message, ok := strings.Cut(strings.TrimSuffix(string(body), "\n"), ": ")
	if !requestIDSyntax.MatchString(id) || !ok || code == "" || !strings.HasSuffix(message, "(request "+id+")") {
		o.t.Errorf("status %d, request %s: want code, sentence and request id: %s", answer.StatusCode, id, body)
	}
	o.server.refused(refusal{request: id, question: -1, code: code, message: message})
}

// checkDecisions is what every answer of the decision door has in common.
func (o *observer) checkDecisions(answer *http.Response, body []byte) {
	id := answer.Header.Get("X-TC-RequestId")
	if !requestIDSyntax.MatchString(id) {
		o.t.Errorf("X-TC-RequestId %q is not a lower-case UUIDv4", id)
	}
	var one struct {
		verdict
		Evaluations []verdict
	}
	if err := json.Unmarshal(body, &one); err != nil || answer.Header.Get("Content-Type") != "application/json" {
		o.t.Errorf("not an answer with decisions: %v: %s", err, body)
		return
	}
	if one.Evaluations == nil {
		o.notice(id, -1, &one.verdict)
	}
	for i := range one.Evaluations {
		o.notice(id, i, &one.Evaluations[i])
	}
}

// notice holds a verdict to its id, and remembers a denial.
func (o *observer) notice(id string, i int, v *verdict) {
	want := id
	if i >= 0 {
		want += "/" + strconv.Itoa(i)
	}
	if v.Context.ID != want {
		o.t.Errorf("a verdict has the id %q, want %q", v.Context.ID, want)
	}
	if x := v.Context.Explanation; x != nil && x.Decision.Allowed != v.Decision {
		o.t.Errorf("%s: decided %t, explained as %t", want, v.Decision, x.Decision.Allowed)
	}
	if !v.Decision && v.Context.Error == nil {
		o.server.refused(refusal{request: id, question: i, code: "decision", message: v.Context.ReasonAdmin.En})
	}
}

// text prints a value as JSON.
func text(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// number prints a uin or an id.
func number(n int64) string { return strconv.FormatInt(n, 10) }

// allow and deny are policies of one statement.
func allow(actions ...string) string { return statement("allow", "*", actions...) }
func deny(actions ...string) string  { return statement("deny", "*", actions...) }

func statement(effect, resource string, actions ...string) string {
	return fmt.Sprintf(`{"version":"2.0","statement":[{"effect":"%s","action":["%s"],"resource":"%s"}]}`, effect, strings.Join(actions, `","`), resource)
}
