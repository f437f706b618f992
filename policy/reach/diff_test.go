package reach

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

var alice = policy.Principal{Kind: policy.User, Account: qcs.Account{UIN: "1", AppID: "11"}, UIN: "21", Tags: []policy.Tag{policy.NewTag("team", "web")}}

// shop is a product whose actions are all known.
type shop struct{}

func (shop) Actions(service string) []string {
	if service == "shop" {
		return []string{"Buy", "List", "Look", "Sell"}
	}
	return nil
}

func (shop) Granularity(service, action string) (policy.Granularity, bool) {
	switch {
	case service != "shop":
		return 0, false
	case action == "List":
		return policy.OperationLevel, true
	}
	return policy.ResourceLevel, true
}

func (shop) ResourceServices(service, _ string) []string {
	if service == "shop" {
		return []string{"shop"}
	}
	return nil
}

func sources(t testing.TB, statements ...string) []policy.Source {
	t.Helper()
	if len(statements) == 0 {
		return nil
	}
	d, err := policy.Parse(`{"version":"2.0","statement":[` + strings.Join(statements, ",") + `]}`)
	if err != nil {
		t.Fatalf("%s: %v", statements, err)
	}
	return []policy.Source{{ID: 1, Name: "p", Version: 1, Document: d}}
}

// st writes a statement in short: "+cvm:Stop* qcs::cvm:::*", or with a minus
// sign a deny; "*" is the resource that is not given.
func st(short string, condition ...string) string {
	effect := map[byte]string{'+': "allow", '-': "deny"}[short[0]]
	action, resource, ok := strings.Cut(short[1:], " ")
	if !ok {
		resource = "*"
	}
	more := ""
	if len(condition) > 0 {
		more = `,"condition":` + condition[0]
	}
	return fmt.Sprintf(`{"effect":%q,"action":%q,"resource":%q%s}`, effect, action, resource, more)
}

func identity(old, new []policy.Source, others ...*policy.Set) func(policy.Question) (policy.Decision, policy.Decision) {
	before, after := policy.Compile(old, policy.Env{}), policy.Compile(new, policy.Env{})
	return func(q policy.Question) (policy.Decision, policy.Decision) {
		if len(others) > 0 {
			q.Layers.Boundary = others[0]
		}
		q.Layers.Identity = before
		b := policy.Decide(&q)
		q.Layers.Identity = after
		return b, policy.Decide(&q)
	}
}

// text prints a change for the tests: "id>ok action on resource (facts), not ...".
func text(c Change) string {
	short := map[policy.Effect]string{policy.Allow: "ok", policy.ImplicitDeny: "id", policy.ExplicitDeny: "xd"}
	s := fmt.Sprintf("%s>%s %s on %s", short[c.Before.Effect], short[c.After.Effect], c.Action, c.Resource)
	if c.NoObject {
		s += " (no object)"
	}
	if len(c.Actions) > 0 {
		s += fmt.Sprintf(" %v", c.Actions)
	}
	if c.Conditional {
		s += " if"
		for _, f := range c.Facts {
			s += " " + f.Key + "=" + f.Value
		}
	}
	for _, e := range c.Except {
		s += fmt.Sprintf(", not %s on %s", e.Action, e.Resource)
		if e.NoObject {
			s += " (no object)"
		}
	}
	return s
}

func TestDiff(t *testing.T) {
	const office = `{"ip_equal":{"qcs:ip":"10.0.0.0/8"}}`
	const later = `{"date_greater_than":{"qcs:current_time":"2030-01-01"}}`
	for _, c := range []struct {
		name     string
		old, new []string
		want     []string
	}{
		{"nothing changes", []string{st("+cvm:*")}, []string{st("+name/CVM:*")}, nil},
		{"another order is no change", []string{st("+cvm:*"), st("-cvm:Stop")}, []string{st("-cvm:Stop"), st("+cvm:*")}, nil},
		{"a new allow", nil, []string{st("+cvm:Stop")}, []string{"id>ok cvm:Stop on *"}},
		{"a new allow on one object", nil, []string{st("+cvm:Stop qcs::cvm:::instance/ins-1")}, []string{"id>ok cvm:Stop on qcs::cvm:::instance/ins-1"}},
		{"an allow that is gone", []string{st("+cvm:Describe*")}, nil, []string{"ok>id cvm:Describe* on *"}},
		{"a wider allow", []string{st("+cvm:Describe*")}, []string{st("+cvm:*")}, []string{"id>ok cvm:* on *, not cvm:Describe* on *"}},
		{"an allow that says nothing new", []string{st("+cvm:*")}, []string{st("+cvm:*"), st("+cvm:Describe* qcs::cvm:::instance/*")}, nil},
		{"an allow in another region", []string{st("+cvm:* qcs::cvm:gz::*")}, []string{st("+cvm:* qcs::cvm:sh::*")}, []string{
			"ok>id cvm:* on qcs::cvm:gz::*", "id>ok cvm:* on qcs::cvm:sh::*"}},
		{"a new deny inside an allow", []string{st("+cvm:*")}, []string{st("+cvm:*"), st("-cvm:Stop* qcs::cvm:::instance/prod-*")}, []string{"ok>xd cvm:Stop* on qcs::cvm:::instance/prod-*"}},
		{"a new deny beside every allow", []string{st("+cvm:*")}, []string{st("+cvm:*"), st("-cos:*")}, []string{"id>xd cos:* on *"}},
		{"a condition more", []string{st("+cvm:*")}, []string{st("+cvm:*", office)}, []string{"ok>id cvm:* on * if"}},
		{"a condition less", []string{st("+cvm:*", office)}, []string{st("+cvm:*")}, []string{"id>ok cvm:* on * if"}},
		{"another condition", []string{st("+cvm:*", office)}, []string{st("+cvm:*", later)}, []string{
			"ok>id cvm:* on * if qcs:ip=10.0.0.0", "id>ok cvm:* on * if qcs:current_time=2030-01-01T00:00:01Z"}},
		{"patterns that meet", []string{st("+*:Get*")}, []string{st("+*:Get*"), st("-cos:*")}, []string{"id>xd cos:* on *, not cos:Get* on *", "ok>xd cos:Get* on *"}},
		{"an own resource", nil, []string{st("+x:* qcs::x:::u/${uin}/*")}, []string{"id>ok x:* on qcs::x:::u/${uin}/*"}},
		{"a resource by tag", nil, []string{st("+x:* qcs::x:::t/${qcs:principal_tag_value}")}, []string{"id>ok x:* on qcs::x:::t/${qcs:principal_tag_value}"}},
		{"another account", nil, []string{st("+cos:* qcs::cos::uin/2:b/*")}, nil}, // nobody there gave anything away
		{"actions that are known", []string{st("+shop:L*")}, []string{st("+shop:*")}, []string{"id>ok shop:* on * [shop:Buy shop:Sell]"}},
		{"one action that is known", []string{st("+shop:L*")}, []string{st("+shop:Lo*")}, []string{"ok>id shop:List on * (no object)"}},
		{"an action that does not exist", nil, []string{st("+shop:Steal*")}, nil},
		{"a known action on a foreign resource", nil, []string{st("+shop:Sell qcs::cvm:::*")}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			old, new := sources(t, c.old...), sources(t, c.new...)
			got := []string{}
			r := Diff(old, new, Options{Principal: alice, Products: shop{}}, identity(old, new))
			for _, c := range r.Changes {
				got = append(got, text(c))
			}
			if len(c.want) == 0 {
				c.want = []string{}
			}
			if diff := cmp.Diff(c.want, got); diff != "" || r.Partial {
				t.Errorf("%s partial: %t", diff, r.Partial)
			}
		})
	}
}

// What a boundary leaves of a change is found only by asking inside it.
func TestOtherPoliciesHaveASay(t *testing.T) {
	boundary := sources(t, st("+cos:Get*"))
	set := policy.Compile(boundary, policy.Env{})
	old, new := sources(t, st("+cvm:*")), sources(t, st("+*"))
	r := Diff(old, new, Options{Principal: alice, Others: []*policy.Document{boundary[0].Document}}, identity(old, new, set))
	if len(r.Changes) != 1 || text(r.Changes[0]) != "id>ok cos:Get* on *" {
		t.Errorf("%+v", r.Changes)
	}
}

func TestTrustAndResourcePolicies(t *testing.T) {
	trust := func(who string) []policy.Source {
		return sources(t, `{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":"`+who+`"}}`)
	}
	all := policy.Compile(sources(t, st("+*")), policy.Env{})
	old, new := trust("qcs::cam::uin/1:uin/21"), trust("qcs::cam::uin/1:uin/22")
	decide := func(q policy.Question) (policy.Decision, policy.Decision) {
		q.Layers.Identity, q.Layers.Resource = all, policy.Compile(old, policy.Env{})
		before := policy.Decide(&q)
		q.Layers.Resource = policy.Compile(new, policy.Env{})
		return before, policy.Decide(&q)
	}
	role := []qcs.Resource{qcs.RoleByName("1", "ops")}
	r := Diff(old, new, Options{Principal: alice, Kind: policy.TrustPolicy, Role: role}, decide)
	if len(r.Changes) != 1 || text(r.Changes[0]) != "ok>id sts:AssumeRole on *" || r.Changes[0].Example.Resource != role[0].String() {
		t.Errorf("%+v", r.Changes)
	}
}

func TestAComparisonHasABound(t *testing.T) {
	var before, after []string
	for i := range 300 {
		before = append(before, st(fmt.Sprintf("+a:*%c*%c* qcs::x:::*%c*", 'a'+i%20, 'A'+i%26, 'a'+i%26), `{"string_like":{"k:a":"`+strings.Repeat("a*", i%20)+`"}}`))
		after = append(after, st(fmt.Sprintf("-a:*%c*%c* qcs::x:::*%c*", 'A'+i%20, 'a'+i%26, 'b'+i%25), `{"string_not_like":{"k:b":"`+strings.Repeat("b*", i%20)+`"}}`))
	}
	old, new := sources(t, before...), sources(t, after...)
	start := time.Now()
	r := Diff(old, new, Options{Principal: alice, Limit: 5000}, identity(old, new))
	if d := time.Since(start); d > 20*time.Second || r.Asked > 5000 || !r.Partial {
		t.Errorf("%d questions took %s, partial: %t", r.Asked, d, r.Partial)
	} else {
		t.Logf("%d questions took %s", r.Asked, d)
	}
}

func TestStatementsThatDiffer(t *testing.T) {
	old := sources(t, st("+cvm:*"), st("-cvm:Stop"), `{"effect":"allow","action":["a:b","a:c"],"resource":["qcs::x:::1","qcs::x:::2"]}`, st("+x:Y"))
	new := sources(t, st("+x:Y"), st("+x:Y"), `{"Effect":"Allow","sid":"s","Action":["name/a:c","a:b"],"resource":["qcs::x:::2","qcs::x:::1"]}`, st("+name/CVM:*"), st("-cvm:Start"))
	removed, added := Statements(old, new)
	var got []string
	for _, s := range removed {
		got = append(got, fmt.Sprintf("-%d %s", s.Ref.Index, s.Text))
	}
	for _, s := range added {
		got = append(got, fmt.Sprintf("+%d %s", s.Ref.Index, s.Text))
	}
	want := []string{"-1 " + st("-cvm:Stop"), "+1 " + st("+x:Y"), "+4 " + st("-cvm:Start")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Small vocabularies, in which statements meet often.
var (
	drawAction    = rapid.SampledFrom([]string{"*", "x:*", "x:Get*", "x:GetOne", "x:*One", "y:*", "*:Get*", "shop:*", "shop:L*", "shop:Buy"})
	drawResource  = rapid.SampledFrom([]string{"*", "qcs::x:::*", "qcs::x:::a/*", "qcs::x:::a/1", "qcs::x:gz::a/*", "qcs::x:ap-*::*/1", "qcs::*:*:*:*", "qcs::x::uin/1:*/1", "qcs::x:::a/${uin}", "qcs:id/5:x:::*"})
	drawCondition = rapid.SampledFrom([]string{"", "", "",
		`{"string_equal":{"k:a":["1","2"]}}`, `{"string_not_equal":{"k:a":"1"}}`, `{"string_not_equal_if_exist":{"k:a":"1"}}`, `{"string_like":{"k:a":"1*"},"string_not_equal":{"k:a":"1"}}`,
		`{"numeric_less_than":{"k:a":1}}`, `{"null_equal":{"k:a":"true"}}`, `{"ip_equal":{"qcs:ip":"10.0.0.0/8"}}`, `{"ip_not_equal":{"qcs:ip":"10.0.0.0/8"},"string_equal":{"mfa":"1"}}`,
		`{"for_any_value:string_equal":{"qcs:resource_tag":["a&1","b&2"]}}`, `{"for_all_value:string_equal":{"qcs:request_tag":["a&1","b&2"]}}`, `{"null_equal":{"qcs:resource_tag/a":"false"}}`,
	})
)

func drawStatement(t *rapid.T) string {
	condition := drawCondition.Draw(t, "condition")
	effect := rapid.SampledFrom([]string{"+", "-"}).Draw(t, "effect")
	short := effect + drawAction.Draw(t, "action") + " " + drawResource.Draw(t, "resource")
	if condition == "" {
		return st(short)
	}
	return st(short, condition)
}

func drawQuestion(t *rapid.T) policy.Question {
	q := policy.Question{Principal: alice, Resource: []qcs.Resource{qcs.Any}, Owner: alice.Account, Context: policy.Context{MFA: rapid.Bool().Draw(t, "mfa")}}
	q.Action.Service = rapid.SampledFrom([]string{"x", "y", "shop"}).Draw(t, "service")
	if q.Action.Service == "shop" {
		q.Action.Name = rapid.SampledFrom(shop{}.Actions("shop")).Draw(t, "name")
		q.Granularity, _ = shop{}.Granularity("shop", q.Action.Name)
	} else {
		q.Action.Name = rapid.SampledFrom([]string{"GetOne", "GetTwo", "PutOne", "Do"}).Draw(t, "name")
	}
	if q.Granularity == policy.ResourceLevel && (q.Action.Service == "shop" || rapid.Bool().Draw(t, "named")) {
		q.Resource = []qcs.Resource{{Service: q.Action.Service, Project: rapid.SampledFrom([]string{"", "id/5", "id/6"}).Draw(t, "project"),
			Region: rapid.SampledFrom([]string{"", "ap-guangzhou", "na-ashburn"}).Draw(t, "region"), Account: "uin/1", Path: rapid.SampledFrom([]string{"a/1", "a/2", "b/1", "b", "a/21"}).Draw(t, "path")}}
	}
	add := func(key string, values ...string) {
		if v := rapid.SampledFrom(append(values, "missing")).Draw(t, key); v != "missing" {
			if err := q.Context.Add(key, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	add("k:a", "", "0", "1", "2", "12")
	add("qcs:ip", "10.1.1.1", "11.1.1.1")
	add("qcs:resource_tag", "a&1", "c&3")
	add("qcs:request_tag", "a&1", "c&3")
	return q
}

// If any question is answered differently, a change is found.
func TestNoChangeIsMissed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var before, after []string
		for range rapid.IntRange(0, 3).Draw(t, "common") {
			before = append(before, drawStatement(t))
		}
		after = append(after, before...)
		for range rapid.IntRange(0, 2).Draw(t, "old") {
			before = append(before, drawStatement(t))
		}
		for range rapid.IntRange(0, 2).Draw(t, "new") {
			after = append(after, drawStatement(t))
		}
		old, new := parseAll(t, before), parseAll(t, after)
		decide := identity(old, new)
		r := Diff(old, new, Options{Principal: alice, Products: shop{}}, decide)
		if r.Partial {
			t.Skip("more conditions than are tried together")
		}
		for range 20 {
			q := drawQuestion(t)
			if b, a := decide(q); b.Effect != a.Effect && len(r.Changes) == 0 {
				text, _ := json.Marshal(q.Context.Values)
				t.Fatalf("%s\n%s\nno change was found, but %s on %s with %s is %s and %s", strings.Join(before, "\n"), strings.Join(after, "\n"), q.Action, q.Resource, text, b.Effect, a.Effect)
			}
		}
		for _, c := range r.Changes {
			if c.Before.Effect == c.After.Effect {
				t.Errorf("no change: %+v", c)
			}
		}
	})
}

func parseAll(t *rapid.T, statements []string) []policy.Source {
	if len(statements) == 0 {
		return nil
	}
	d, err := policy.Parse(`{"version":"2.0","statement":[` + strings.Join(statements, ",") + `]}`)
	if err != nil {
		t.Fatal(err)
	}
	return []policy.Source{{ID: 1, Name: "p", Version: 1, Document: d}}
}

func TestDocumentsOfEveryKind(t *testing.T) {
	doc := func(statements ...string) *policy.Document { return sources(t, statements...)[0].Document }
	grant := func(effect, who, action string) string {
		return `{"effect":"` + effect + `","action":"` + action + `","resource":"*","principal":` + who + `}`
	}
	const bob, users, everyone = `{"qcs":"qcs::cam::uin/2:uin/22"}`, `{"qcs":["qcs::cam::uin/2:root","qcs::cam::uin/1:groupid/7"]}`, `"*"`
	trust := func(who string) string { return `{"effect":"allow","action":"sts:AssumeRole","principal":` + who + `}` }
	for _, c := range []struct {
		name     string
		kind     policy.DocumentKind
		old, new *policy.Document
		want     []string
	}{
		{"an identity policy", policy.IdentityPolicy, doc(st("+cvm:*")), doc(st("+cos:* qcs::cos::uin/7:b/*")), []string{": ok>id cvm:* on *", ": id>ok cos:* on qcs::cos::uin/7:b/*"}},
		{"a boundary", policy.BoundaryPolicy, doc(st("+*")), doc(st("+*"), st("-cam:*")), []string{": ok>xd cam:* on *"}},
		{"a session policy", policy.SessionPolicy, doc(st("+*")), doc(st("+cvm:*")), []string{": ok>id * on *, not cvm:* on *"}},
		{"a control policy", policy.ControlPolicy, doc(st("+*")), doc(st("+cvm:* qcs::cvm:::*")), []string{": ok>xd * on *, not cvm:* on qcs::cvm:::*, not cvm:* on * (no object)"}},
		{"a resource policy", policy.ResourcePolicy, doc(grant("allow", bob, "cos:Get*")), doc(grant("allow", bob, "cos:*"), grant("deny", users, "cos:Delete*")), []string{
			"qcs::cam::uin/2:uin/22: id>ok cos:* on *, not cos:Get* on *, not cos:Delete* on *", "qcs::cam::uin/2:uin/22: id>xd cos:Delete* on *",
			"qcs::cam::uin/2:root: id>xd cos:Delete* on *", "qcs::cam::uin/1:groupid/7: id>xd cos:Delete* on *"}},
		{"a bucket that is for everyone", policy.ResourcePolicy, doc(grant("allow", bob, "cos:Get*")), doc(grant("allow", everyone, "cos:Get*")), []string{"*: id>ok cos:Get* on *"}},
		{"trust", policy.TrustPolicy, doc(trust(bob), trust(`{"service":"cvm.qcloud.com"}`)), doc(trust(`{"qcs":"qcs::cam::uin/2:roleName/ops"}`), trust(`{"federated":"qcs::cam::uin/1:saml-provider/okta"}`)), []string{
			"qcs::cam::uin/2:uin/22: ok>id sts:AssumeRole on *", "cvm.qcloud.com: ok>id sts:AssumeRole on *", "qcs::cam::uin/2:roleName/ops: id>ok sts:AssumeRole on *",
			"qcs::cam::uin/1:saml-provider/okta: id>ok sts:AssumeRole on *"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, one := range Documents(c.old, c.new, Options{Kind: c.kind}) {
				for _, change := range one.Changes {
					got = append(got, one.Principal+": "+text(change))
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Conditions that nothing meets are tried for as long as any are.
func TestConditionsAreTriedInBoundedTime(t *testing.T) {
	var after []string
	for i := range 400 {
		after = append(after, st(fmt.Sprintf("+a:A%d", i), fmt.Sprintf(`{"numeric_less_than":{"k:%d":[1,2,3]},"numeric_greater_than":{"k:%d":[4,5,6]}}`, i, i)))
	}
	old, new := sources(t, st("+a:*")), sources(t, after...)
	start := time.Now()
	r := Diff(old, new, Options{Principal: alice}, identity(old, new))
	t.Logf("%d questions took %s", r.Asked, time.Since(start))
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("%d questions took %s", r.Asked, d)
	}
}

// FuzzDocuments compares any two documents in bounded time. A document differs
// from itself in nothing.
func FuzzDocuments(f *testing.F) {
	f.Add(st("+cvm:*"), st("-cvm:Stop qcs::cvm:::instance/ins-1", `{"ip_equal":{"qcs:ip":"10.0.0.0/8"}}`), uint8(0))
	f.Add(st("+*:Get*One* qcs:id/5:x:ap-*::a/${uin}/*"), st("+x:G*t* qcs::x::uin/*:*/1"), uint8(4))
	f.Add(`{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":"qcs::cam::uin/1:root"}}`, `{"effect":"deny","action":"sts:AssumeRole","principal":{"service":"a.b"}}`, uint8(1))
	f.Add(`{"effect":"allow","action":"cos:*","resource":"","principal":"*"}`, `{"effect":"deny","action":"permid/280655","resource":"*","principal":{"qcs":"qcs::cam::uin/1:groupid/1"}}`, uint8(5))
	f.Fuzz(func(t *testing.T, a, b string, kind uint8) {
		o := Options{Kind: policy.DocumentKind(kind % 6), Products: shop{}}
		read := func(text string) *policy.Document {
			d, err := policy.Check(`{"version":"2.0","statement":[`+text+`]}`, policy.Rules{Kind: o.Kind})
			if err != nil {
				return nil
			}
			return d
		}
		x, y := read(a), read(b)
		if x == nil || y == nil {
			return
		}
		start := time.Now()
		for _, c := range Documents(x, read(a), o) {
			if len(c.Changes) > 0 {
				t.Errorf("%s differs from itself: %+v", a, c.Changes)
			}
		}
		there, back := Documents(x, y, o), Documents(y, x, o)
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("it took %s", d)
		}
		for _, c := range there {
			for _, d := range back {
				if c.Principal == d.Principal && !c.Partial && !d.Partial && (len(c.Changes) == 0) != (len(d.Changes) == 0) {
					t.Errorf("%s and %s differ in one direction only", a, b)
				}
			}
		}
	})
}
