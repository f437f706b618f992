package policy

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hufu-iam/hufu/qcs"
)

func nothing(string) bool { return false }

func onTags(key string) bool { return strings.HasPrefix(key, "qcs:resource_tag") }

func TestAVerdictOnKnownFactsIsTheDecision(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := with(*drawQuestion(t), drawLayers(t))
		x, verdict := Judge(q, nothing)
		d := Decide(q)
		if x.Decision != d || verdict == Conditional || (verdict == Granted) != d.Allowed {
			t.Fatalf("decided %v, judged %d", d, verdict)
		}
	})
}

func TestAVerdictHoldsWhateverTheOpenFactsAre(t *testing.T) {
	seen := map[Verdict]int{}
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			q := with(*drawQuestion(t), drawLayers(t))
			_, verdict := Judge(q, onTags)
			seen[verdict]++
			for _, tags := range [][]Tag{nil, {NewTag("env", "prod")}, {NewTag("env", "dev")}, {NewTag("env", "test"), NewTag("x", "")}} {
				q.Context.ResourceTags = tags
				d := Decide(q)
				if verdict == Granted && !d.Allowed || verdict == Refused && d.Allowed {
					t.Fatalf("judged %d, but with %v it is %v", verdict, tags, d)
				}
				if _, again := Judge(q, onTags); again != verdict {
					t.Fatalf("judged %d, but with %v %d", verdict, tags, again)
				}
			}
		}
	})
	for v := Refused; v <= Granted; v++ {
		if seen[v] == 0 {
			t.Errorf("no question was judged %d", v)
		}
	}
}

func TestJudge(t *testing.T) {
	const (
		other    = `{"effect":"allow","action":"other:*","resource":"*"}`
		plain    = `{"effect":"allow","action":"*","resource":"*"}`
		fromHome = `{"effect":"allow","action":"*","resource":"*","condition":{"ip_equal":{"qcs:ip":"10.0.0.0/8"}}}`
		withMFA  = `{"effect":"allow","action":"*","resource":"*","condition":{"ip_equal":{"qcs:ip":"10.0.0.0/8"},"bool_equal":{"qcs:BindToken":"true"}}}`
		notHome  = `{"effect":"deny","action":"*","resource":"*","condition":{"ip_equal":{"qcs:ip":"10.0.0.0/8"}}}`
	)
	onIP := func(key string) bool { return key == "qcs:ip" }
	for _, tc := range []struct {
		name, statements string
		open             func(string) bool
		change           func(q *Question)
		want             Verdict
	}{
		{"nothing is said", other, onIP, nil, Refused},
		{"a plain allow", plain, onIP, nil, Granted},
		{"an allow on an open key", fromHome, onIP, nil, Conditional},
		{"an allow on a known key", fromHome, nothing, nil, Refused},
		{"an allow on an open key and one that is known to fail", withMFA, onIP, nil, Refused},
		{"an allow on an open key and one that is known to hold", withMFA, onIP, func(q *Question) { q.Context.BindToken = true }, Conditional},
		{"a deny on an open key", plain + "," + notHome, onIP, nil, Conditional},
		{"a deny on a known key", plain + "," + notHome, nothing, nil, Granted},
		{"no resource to ask about", plain, onIP, func(q *Question) { q.Resource = nil }, Refused},
		{"the unsigned assume nothing", plain, onIP, func(q *Question) { q.Principal.Kind, q.AssumeRole = Anonymous, true }, Refused},
		{"the root user needs no policy", other, onIP, func(q *Question) { q.Principal.Kind = Root }, Granted},
	} {
		t.Run(tc.name, func(t *testing.T) {
			q := &Question{Principal: Principal{Kind: User, UIN: "11", Account: qcs.Account{UIN: "1"}}, Action: Action{"cvm", "Do"}, Resource: []qcs.Resource{qcs.Any},
				Layers: Layers{Identity: Compile([]Source{{Document: must(t, "["+tc.statements+"]")}}, Env{})}}
			if tc.change != nil {
				tc.change(q)
			}
			if _, got := Judge(q, tc.open); got != tc.want {
				t.Errorf("got %d, want %d", got, tc.want)
			}
		})
	}
}
