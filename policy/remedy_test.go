package policy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hufu-iam/hufu/qcs"
)

// apply adds statements to copies of the layers' sources.
func apply(t interface{ Fatalf(string, ...any) }, sources map[Layer][]Source, additions []Addition) map[Layer][]Source {
	out := map[Layer][]Source{}
	for l, s := range sources {
		out[l] = slices.Clone(s)
	}
	for _, a := range additions {
		d, err := Parse(fmt.Sprintf(`{"version":"2.0","statement":%s}`, a.Statement))
		if err != nil {
			t.Fatalf("%s: %v", a.Statement, err)
		}
		out[a.Layer] = append(out[a.Layer], Source{Document: d})
	}
	return out
}

func TestTheRemedyAllowsAndNoPartOfItIsIdle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, sources := drawQuestion(t), drawLayers(t)
		x := Explain(with(*q, sources))
		if x.Decision.Allowed {
			if x.Remedy != nil {
				t.Fatalf("a remedy for what is allowed: %+v", x.Remedy)
			}
			return
		}
		if len(x.Remedy.Denies) > 0 {
			if len(x.Remedy.Additions) > 0 && x.Decision.Effect != ExplicitDeny {
				t.Fatalf("denied implicitly, yet %+v", x.Remedy)
			}
			return
		}
		additions := x.Remedy.Additions
		if q.AssumeRole && q.Principal.Kind == Anonymous {
			return // only what caps is named: nobody can trust the unsigned
		}
		if d := Decide(with(*q, apply(t, sources, additions))); !d.Allowed {
			t.Fatalf("%s does not help: %v", compactJSON(x.Remedy), d)
		}
		for i := range additions {
			rest := slices.Delete(slices.Clone(additions), i, i+1)
			if d := Decide(with(*q, apply(t, sources, rest))); d.Allowed {
				t.Fatalf("%s is idle in %s", compactJSON(additions[i]), compactJSON(x.Remedy))
			}
		}
	})
}

func TestRemedies(t *testing.T) {
	a := qcs.Account{UIN: "1"}
	user := Principal{Kind: User, Account: a, UIN: "11"}
	instance := []qcs.Resource{{Service: "cvm", Region: "ap-guangzhou", Account: "uin/1", Path: "instance/ins-1"}}
	nothing := Compile(nil, Env{})
	deny := Compile([]Source{{ID: 7, Name: "no", Document: must(t, `{"effect":"deny","action":"*","resource":"*","principal":{"qcs":"qcs::cam::uin/1:uin/11"}}`)}}, Env{})
	broken := Compile([]Source{{ID: 8}}, Env{})
	q := Question{Principal: user, Action: Action{"CVM", "StopInstances"}, Resource: instance}
	of := func(change func(*Question)) *Question {
		c := q
		change(&c)
		return &c
	}
	as := func(p Principal, change func(*Question)) *Question {
		return of(func(c *Question) { c.Principal = p; change(c) })
	}
	trust := func(c *Question) { c.AssumeRole, c.Layers.Resource = true, nothing }
	for _, tc := range []struct {
		name string
		q    *Question
		want string
	}{
		{"a user lacks a statement on the very resource", of(func(*Question) {}),
			`{"additions":[{"layer":"identity","statement":{"effect":"allow","action":"cvm:StopInstances","resource":"qcs::cvm:ap-guangzhou:uin/1:instance/ins-1"}}]}`},
		{"a call without object is allowed on everything", of(func(c *Question) { c.Granularity = OperationLevel }),
			`{"additions":[{"layer":"identity","statement":{"effect":"allow","action":"cvm:StopInstances","resource":"*"}}]}`},
		{"a product that is granted as a whole needs all of it", of(func(c *Question) { c.Granularity = ServiceLevel }),
			`{"additions":[{"layer":"identity","statement":{"effect":"allow","action":"cvm:*","resource":"*"}}]}`},
		{"every cap must allow too", of(func(c *Question) {
			c.Layers.Control, c.Layers.Boundary, c.Layers.Session = []*Set{nothing, nothing}, nothing, nothing
			c.Granularity = OperationLevel
		}), `{"additions":[{"layer":"control","statement":{"effect":"allow","action":"cvm:StopInstances","resource":"*"}},` +
			`{"layer":"control","level":1,"statement":{"effect":"allow","action":"cvm:StopInstances","resource":"*"}},` +
			`{"layer":"boundary","statement":{"effect":"allow","action":"cvm:StopInstances","resource":"*"}},` +
			`{"layer":"session","statement":{"effect":"allow","action":"cvm:StopInstances","resource":"*"}},` +
			`{"layer":"identity","statement":{"effect":"allow","action":"cvm:StopInstances","resource":"*"}}]}`},
		{"what denies is named in every layer", of(func(c *Question) {
			c.Layers.Identity, c.Layers.Boundary, c.Layers.Resource = deny, broken, deny
			c.Layers.Session = nothing
		}), `{"denies":[{"layer":"boundary","ref":{"policyId":8,"policyName":"","version":0,"index":-1}},` +
			`{"layer":"identity","ref":{"policyId":7,"policyName":"no","version":0,"index":0}},` +
			`{"layer":"resource","ref":{"policyId":7,"policyName":"no","version":0,"index":0}}],` +
			`"additions":[{"layer":"boundary","statement":` + stop + `},{"layer":"session","statement":` + stop + `},{"layer":"identity","statement":` + stop + `}]}`},
		{"a stranger needs both halves", as(Principal{Kind: User, Account: qcs.Account{UIN: "2"}, UIN: "21"}, func(*Question) {}),
			`{"additions":[{"layer":"identity","statement":` + stop + `},{"layer":"resource","statement":` + stopFor(`{"qcs":["qcs::cam::uin/2:uin/21"]}`) + `}]}`},
		{"the root user of another account needs the owner's half", as(Principal{Kind: Root, Account: qcs.Account{UIN: "2"}}, func(*Question) {}),
			`{"additions":[{"layer":"resource","statement":` + stopFor(`{"qcs":["qcs::cam::uin/2:uin/2"]}`) + `}]}`},
		{"an unsigned caller is everyone", as(Principal{}, func(*Question) {}),
			`{"additions":[{"layer":"resource","statement":` + stopFor(`"*"`) + `}]}`},
		{"a role to be assumed lacks trust and permission", as(user, trust),
			`{"additions":[{"layer":"identity","statement":` + stop + `},{"layer":"resource","statement":{"effect":"allow","principal":{"qcs":["qcs::cam::uin/1:uin/11"]},"action":"cvm:StopInstances"}}]}`},
		{"a role that a role assumes", as(Principal{Kind: Role, Account: a, RoleID: "5"}, trust),
			`{"additions":[{"layer":"identity","statement":` + stop + `},{"layer":"resource","statement":{"effect":"allow","principal":{"qcs":["qcs::cam::uin/1:role/5"]},"action":"cvm:StopInstances"}}]}`},
		{"a product needs trust alone", as(Principal{Kind: Service, ServiceName: "cvm.qcloud.com"}, trust),
			`{"additions":[{"layer":"resource","statement":{"effect":"allow","principal":{"service":["cvm.qcloud.com"]},"action":"cvm:StopInstances"}}]}`},
		{"a federated identity needs trust alone", as(Principal{Kind: Federated, Provider: qcs.Entity{Kind: qcs.KindSAMLProvider, Account: "1", Name: "idp"}}, trust),
			`{"additions":[{"layer":"resource","statement":{"effect":"allow","principal":{"federated":["qcs::cam::uin/1:saml-provider/idp"]},"action":"cvm:StopInstances"}}]}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x := Explain(tc.q)
			if got := string(compactJSON(x.Remedy)); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

const stop = `{"effect":"allow","action":"cvm:StopInstances","resource":"qcs::cvm:ap-guangzhou:uin/1:instance/ins-1"}`

func stopFor(principal string) string {
	return `{"effect":"allow","principal":` + principal + `,"action":"cvm:StopInstances","resource":"qcs::cvm:ap-guangzhou:uin/1:instance/ins-1"}`
}

func must(t testing.TB, statement string) *Document {
	t.Helper()
	d, err := Parse(`{"version":"2.0","statement":` + statement + `}`)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestNamesOfLayersAndEffectsAreReadBack(t *testing.T) {
	d := Decision{Allowed: true, Effect: Allow, Layer: LayerIdentity, Statement: &Ref{PolicyID: 3, PolicyName: "p", Version: 2, Index: 1}}
	text, err := json.Marshal(d)
	if want := `{"allowed":true,"effect":"allow","layer":"identity","statement":{"policyId":3,"policyName":"p","version":2,"index":1}}`; err != nil || string(text) != want {
		t.Fatalf("%s, %v", text, err)
	}
	var again Decision
	if err := json.Unmarshal(text, &again); err != nil || *again.Statement != *d.Statement || again.Layer != d.Layer || again.Effect != d.Effect {
		t.Errorf("%+v, %v", again, err)
	}
	for _, bad := range []string{`{"layer":"roof"}`, `{"effect":"maybe"}`} {
		if json.Unmarshal([]byte(bad), &again) == nil {
			t.Errorf("%s is read", bad)
		}
	}
}

func TestAQuestionKnowsWhetherItsAnswerDependsOnTheTime(t *testing.T) {
	timeless := Compile([]Source{{Document: must(t, `{"effect":"allow","action":"*","resource":"*","condition":{"ip_equal":{"qcs:ip":"::/0"}}}`)}}, Env{})
	timed := Compile([]Source{{Document: must(t, `{"effect":"allow","action":"*","resource":"*","condition":{"date_less_than":{"qcs:current_time":"2030-01-01"}}}`)}}, Env{})
	for _, tc := range []struct {
		name   string
		layers Layers
		want   bool
	}{
		{"no layer at all", Layers{}, false},
		{"layers that do not look at it", Layers{Identity: timeless, Control: []*Set{nil, timeless}}, false},
		{"a boundary until a date", Layers{Identity: timeless, Boundary: timed}, true},
		{"a level of the organization until a date", Layers{Control: []*Set{timeless, timed}}, true},
	} {
		if got := (&Question{Layers: tc.layers}).Timed(); got != tc.want {
			t.Errorf("%s: %v", tc.name, got)
		}
	}
}

func TestAnExplanationIsCutToWhatApplies(t *testing.T) {
	set := Compile([]Source{{Document: must(t, `[{"effect":"allow","action":"*","resource":"*","condition":{"bool_equal":{"qcs:BindToken":"true"}}},
		{"effect":"allow","action":"*","resource":"*","condition":{"null_equal":{"my:key":"false"}}},{"effect":"allow","action":"*","resource":"*"}]`)}}, Env{})
	x := Explain(&Question{Principal: Principal{Kind: User, UIN: "11"}, Action: Action{"cvm", "Do"}, Resource: []qcs.Resource{qcs.Any}, Layers: Layers{Identity: set}})
	x.Cut(3)
	if l := x.Layers[0]; len(l.Statements) != 3 || l.More != 0 {
		t.Errorf("%+v", l)
	}
	x.Cut(2)
	if l := x.Layers[0]; len(l.Statements) != 2 || l.More != 1 || l.Statements[0].Ref.Index != 2 || l.Statements[1].Ref.Index != 0 {
		t.Errorf("%+v", l)
	}
}

func TestACutExplanationHasABound(t *testing.T) {
	const many = 1000
	long := strings.Repeat("\u00e9", 200) // 400 bytes
	var values, statements []string
	for i := range many {
		values = append(values, fmt.Sprintf("%q", fmt.Sprint(i, long)))
		statements = append(statements, fmt.Sprintf(`{"effect":"allow","action":"*","resource":"*","condition":{"string_not_equal":{"my:%d":["x"]}}}`, i),
			`{"effect":"deny","action":"*","resource":"*"}`)
	}
	statements = append(statements, `{"effect":"allow","action":"*","resource":"*","condition":{"for_any_value:string_equal":{"my:key":[`+strings.Join(values, ",")+`]}}}`)
	sources := []Source{{Document: must(t, "["+strings.Join(statements, ",")+"]")}}
	for range many {
		sources = append(sources, Source{Name: "broken", Document: nil})
	}
	q := &Question{Principal: Principal{Kind: User, UIN: "11"}, Action: Action{"cvm", "Do"}, Resource: []qcs.Resource{qcs.Any}, Layers: Layers{Boundary: Compile(sources, Env{})}}
	for i := range 50 {
		if err := q.Context.Add("my:key", fmt.Sprint(i, long)); err != nil {
			t.Fatal(err)
		}
	}
	whole := Explain(q)
	x := whole
	x.Cut(50)
	for range 2 { // cutting again changes nothing
		if text, err := json.Marshal(x); err != nil || len(text) > 50<<10 {
			t.Errorf("%d bytes, %v", len(text), err)
		}
		if l := x.Layers[0]; len(l.Statements) != 50 || l.More != 2*many+1-50 || len(l.Broken) != 50 || l.MoreBroken != many-50 ||
			slices.ContainsFunc(l.Statements, func(s StatementTrace) bool { return s.Effect != ExplicitDeny }) {
			t.Errorf("not what denies: %d statements and %d, %d broken and %d", len(l.Statements), l.More, len(l.Broken), l.MoreBroken)
		}
		if r := x.Remedy; len(r.Denies) != 50 || r.More != 2*many-50 {
			t.Errorf("%d denials and %d", len(r.Denies), r.More)
		}
		x.Cut(50)
	}
	x = whole
	x.Cut(2*many + 1)
	for range 2 {
		c := x.Layers[0].Statements[2*many].Held[0]
		if len(c.Values) != 20 || c.More != many-20 || len(c.Seen) != 20 || c.MoreSeen != 30 {
			t.Errorf("%d values and %d, %d seen and %d", len(c.Values), c.More, len(c.Seen), c.MoreSeen)
		}
		if got, want := c.Values[0], "0"+long[:254]; got != want || c.Seen[0] != want {
			t.Errorf("%q, want %q", got, want)
		}
		if got, want := c.Values[10], "10"+long[:254]; got != want {
			t.Errorf("%q, want the whole characters %q", got, want)
		}
		x.Cut(2*many + 1)
	}
	if c := whole.Layers[0].Statements[2*many].Held[0]; len(c.Values) != many || len(c.Seen) != 50 || len(c.Seen[0]) < 400 || len(whole.Remedy.Denies) != 2*many {
		t.Error("the explanation that it was a copy of is cut too")
	}
}
