package audit

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func requestID(n int) string { return fmt.Sprintf("4f0b9f9e-0000-4000-8000-%012d", n) }

func TestByRequest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var all []*Record
		for i := range 10 {
			r := sample(1, "cam:GetUser", noon.Add(time.Duration(i)*time.Minute))
			r.RequestID, r.ID = requestID(i), idAt(r.At)
			if i == 2 {
				r.Decision.Effect = "implicit_deny"
			}
			all = append(all, r)
		}
		insert(t, db, all...)
		at := func(minutes float64) time.Time { return noon.Add(time.Duration(minutes * float64(time.Minute))) }
		for _, tc := range []struct {
			name    string
			account store.Account
			request int
			w       Window
			found   bool
		}{
			{"a call", 1, 5, Window{Most: 100}, true},
			{"a call of another account", 2, 5, Window{Most: 100}, false},
			{"a call that never was", 1, 11, Window{Most: 100}, false},
			{"the newest few", 1, 7, Window{Most: 3}, true},
			{"one more than the newest few", 1, 6, Window{Most: 3}, false},
			{"from its moment on", 1, 5, Window{Since: at(5), Most: 100}, true},
			{"from a later moment on", 1, 5, Window{Since: at(5.01), Most: 100}, false},
			{"up to its moment", 1, 5, Window{Until: at(5), Most: 100}, true},
			{"up to an earlier moment", 1, 5, Window{Until: at(4.99), Most: 100}, false},
			{"a bound counts within the window", 1, 4, Window{Until: at(5), Most: 2}, true},
			{"a denied call, wherever it is", 1, 2, Window{Since: at(8), Most: 1}, true},
			{"a denied call of another account", 2, 2, Window{Most: 100}, false},
		} {
			r, err := ByRequest(context.Background(), db.Read(), tc.account, requestID(tc.request), tc.w)
			if err != nil {
				t.Fatal(err)
			}
			if (r != nil) != tc.found || r != nil && r.RequestID != requestID(tc.request) {
				t.Errorf("%s: found %v", tc.name, r)
			}
		}
	})
}

func TestByDecision(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		old, late := sample(1, "hufu:Evaluate", noon), sample(1, "hufu:Evaluate", noon.Add(time.Hour))
		old.RequestID, old.Denied = requestID(1), true
		old.Resources, old.Explanation = []string{"*"}, nil
		old.Parameters = []byte(`{"semantic":"execute_all","questions":4,"subject":"user/11","resource":"r","evaluations":[
			{"effect":"allow","layer":"identity","policyId":7,"version":2,"statement":3,"policy":"p","action":"a:B"},
			{"effect":"implicit_deny","layer":"identity","subject":"role/12","action":"a:C","resource":"s","explanation":{"x":1}},
			{"outcome":"MissingParameter","subject":"","resource":""},
			{"effect":"implicit_deny","layer":"identity","cut":true}]}`)
		late.RequestID, late.Parameters = requestID(2), []byte(`{"subject":{"type":"user","id":"11"},"action":{"name":"a:B"}}`)
		insert(t, db, old, late)
		newest := Window{Most: 1}
		for _, tc := range []struct {
			name, id string
			want     string // parameters, resources, decision, explanation, outcome
		}{
			{"the call itself, which denied others something and is found at once", requestID(1), string(old.Parameters) + ` [*] {allow  0  0 0}  ok`},
			{"a question with what all share", requestID(1) + "/0", `{"action":{"name":"a:B"},"resource":{"id":"r"},"subject":{"id":"11","type":"user"}} [r] {allow identity 7 p 2 3}  ok`},
			{"a question with names of its own", requestID(1) + "/1", `{"action":{"name":"a:C"},"resource":{"id":"s"},"subject":{"id":"12","type":"role"}} [s] {implicit_deny identity 0  0 0} {"x":1} ok`},
			{"a question that got no answer", requestID(1) + "/2", `{} [] {none  0  0 0}  MissingParameter`},
			{"a question whose names were cut", requestID(1) + "/3", `{} [] {implicit_deny identity 0  0 0}  ok`},
			{"beyond the last question", requestID(1) + "/4", ""},
			{"a question of a call that asked one", requestID(2) + "/0", ""},
			{"a call that asked one", requestID(2), string(late.Parameters) + ` [] {allow  0  0 0}  ok`},
			{"a place in another spelling", requestID(1) + "/01", ""},
			{"a place that is no number", requestID(1) + "/", ""},
			{"a negative place", requestID(1) + "/-1", ""},
			{"a call that never was", requestID(3) + "/0", ""},
		} {
			t.Run(tc.name, func(t *testing.T) {
				r, err := ByDecision(context.Background(), db.Read(), 1, tc.id, newest)
				got := ""
				if r != nil {
					got = fmt.Sprintf("%s %v %v %s %s", r.Parameters, r.Resources, r.Decision, r.Explanation, r.Outcome)
				}
				if err != nil || got != tc.want || r != nil && r.RequestID != tc.id {
					t.Errorf("%v: got %s, want %s", err, got, tc.want)
				}
			})
		}
		broken := &Record{Parameters: []byte(`{"evaluations":7}`)}
		if _, err := broken.Evaluation(0); err == nil {
			t.Error("parameters that are no batch are none")
		}
	})
}
