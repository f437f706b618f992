package policy

import (
	"encoding/json"
	"math/big"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hufu-iam/hufu/qcs"
)

// slowCondition is the meaning of a condition, written down as the
// documentation puts it and without regard to speed. It knows single and
// multi-valued keys that come as texts.
func slowCondition(c Condition, seen []string) bool {
	base, ifExist := strings.CutSuffix(c.Operator, "_if_exist")
	qualifier, rest, qualified := strings.Cut(base, ":")
	if qualified {
		base = rest
	} else {
		qualifier = ""
	}
	if base == "null_equal" {
		null := !slices.ContainsFunc(seen, func(s string) bool { return s != "" })
		return slices.ContainsFunc(c.Values, func(v string) bool { return (v == "true") == null })
	}
	if len(seen) == 0 {
		return ifExist
	}
	negated := strings.Contains(base, "_not_")
	satisfies := func(s string) bool {
		hit := false
		for _, v := range c.Values {
			equal, typed := slowCompare(strings.Replace(base, "_not_", "_", 1), s, v)
			if !typed {
				return false
			}
			hit = hit || equal
		}
		return hit != negated
	}
	some := slices.ContainsFunc(seen, satisfies)
	every := !slices.ContainsFunc(seen, func(s string) bool { return !satisfies(s) })
	if qualifier == "for_all_value" || qualifier == "" && negated {
		return every
	}
	return some
}

func slowCompare(base, seen, value string) (equal, typed bool) {
	family, rest, _ := strings.Cut(base, "_")
	var sign int
	switch family {
	case "string":
		switch rest {
		case "like":
			return slowGlob(value, seen), true
		case "equal_ignore_case":
			return strings.EqualFold(value, seen), true
		}
		return value == seen, true
	case "binary":
		return value == seen, true
	case "bool":
		b := strings.ToLower(seen)
		return b == strings.ToLower(value), b == "true" || b == "false"
	case "ip":
		a, err := netip.ParseAddr(seen)
		if err != nil {
			return false, false
		}
		if p, err := netip.ParsePrefix(value); err == nil {
			return p.Contains(a.Unmap()), true
		}
		return netip.MustParseAddr(value) == a.Unmap(), true
	case "numeric":
		p, ok := new(big.Rat).SetString(seen)
		if !ok {
			return false, false
		}
		q, _ := new(big.Rat).SetString(value)
		sign = p.Cmp(q)
	case "date":
		p, err := time.Parse(time.RFC3339, seen)
		if err != nil {
			return false, false
		}
		q, _ := time.Parse(time.RFC3339, value)
		sign = p.Compare(q)
	}
	switch rest {
	case "less_than":
		return sign < 0, true
	case "less_than_equal":
		return sign <= 0, true
	case "greater_than":
		return sign > 0, true
	case "greater_than_equal":
		return sign >= 0, true
	}
	return sign == 0, true
}

// vocabulary holds, per family, the operators, good values of a policy, and
// values that a request may have.
var vocabulary = []struct{ operators, values, seen []string }{
	{[]string{"string_equal", "string_not_equal", "string_equal_ignore_case", "string_not_equal_ignore_case", "binary_equal"},
		[]string{"a", "A", "b", "", "a*"}, []string{"a", "A", "b", "", "a*", "ab"}},
	{[]string{"string_like", "string_not_like"}, []string{"a", "*", "a*", "*b", "a*b", ""}, []string{"a", "ab", "axb", "b", ""}},
	{[]string{"numeric_equal", "numeric_not_equal", "numeric_less_than", "numeric_less_than_equal", "numeric_greater_than", "numeric_greater_than_equal"},
		[]string{"1", "1.0", "-1", "10", "1e1", "0.1"}, []string{"1", "1.00", "10", "0", "-1", "abc", "", "100e-1"}},
	{[]string{"date_equal", "date_not_equal", "date_less_than", "date_less_than_equal", "date_greater_than", "date_greater_than_equal"},
		[]string{"2022-05-31T00:00:00Z", "2022-05-31T08:00:00+08:00", "2022-06-01T00:00:00Z"}, []string{"2022-05-31T00:00:00Z", "2022-05-31T00:00:01Z", "x", "2022-06-01T08:00:00+08:00"}},
	{[]string{"bool_equal"}, []string{"true", "false", "True"}, []string{"true", "FALSE", "1", ""}},
	{[]string{"ip_equal", "ip_not_equal"}, []string{"10.0.0.0/8", "10.1.0.0/16", "10.1.1.1", "::1"}, []string{"10.1.1.1", "10.2.0.1", "::ffff:10.1.0.7", "::1", "x"}},
	{[]string{"null_equal"}, []string{"true", "false"}, []string{"", "x"}},
}

func TestConditionsAgreeWithTheObviousEvaluation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		family := rapid.SampledFrom(vocabulary).Draw(t, "family")
		op := rapid.SampledFrom(family.operators).Draw(t, "operator")
		if op != "null_equal" {
			op += rapid.SampledFrom([]string{"", "_if_exist"}).Draw(t, "suffix")
		}
		op = rapid.SampledFrom([]string{"", "for_any_value:", "for_all_value:"}).Draw(t, "qualifier") + op
		c := Condition{Operator: op, Key: "my:key", Values: rapid.SliceOfN(rapid.SampledFrom(family.values), 1, 3).Draw(t, "values")}
		seen := rapid.SliceOfN(rapid.SampledFrom(family.seen), 0, 3).Draw(t, "seen")
		compiled, why := compileCondition(c)
		if why != "" {
			t.Fatal(why)
		}
		q := &Question{Context: Context{Values: map[string][]string{"my:key": seen}}}
		if got, want := compiled.holds(q), slowCondition(c, seen); got != want {
			t.Fatalf("%s %v of %q: %v, want %v", op, c.Values, seen, got, want)
		}
	})
}

// drawDocument makes a policy over few words, so that statements meet.
func drawDocument(t *rapid.T, label string, effects ...string) *Document {
	var list []any
	for range rapid.IntRange(1, 4).Draw(t, label) {
		s := map[string]any{
			"effect":   rapid.SampledFrom(effects).Draw(t, "effect"),
			"action":   rapid.SliceOfN(rapid.SampledFrom([]string{"*", "cos:*", "cos:Get*", "cos:GetObject", "*:Put*", "cvm:*"}), 1, 2).Draw(t, "action"),
			"resource": rapid.SliceOfN(rapid.SampledFrom([]string{"*", "qcs::cos:::*", "qcs::cos:::b/*", "qcs::cos::uin/2:b/x", "qcs::cvm:::*", "qcs::cos:::b/${uin}"}), 1, 2).Draw(t, "resource"),
			"principal": map[string]any{"qcs": rapid.SliceOfN(rapid.SampledFrom([]string{"qcs::cam::anyone:anyone", "qcs::cam::uin/1:root",
				"qcs::cam::uin/1:uin/11", "qcs::cam::uin/2:root", "qcs::cam::uin/2:uin/11"}), 1, 2).Draw(t, "principal")},
		}
		if rapid.Bool().Draw(t, "conditional") {
			s["condition"] = map[string]any{rapid.SampledFrom([]string{"string_equal", "string_not_equal", "string_equal_if_exist"}).Draw(t, "operator"): map[string]any{
				"qcs:resource_tag/env": rapid.SampledFrom([]string{"prod", "dev"}).Draw(t, "value")}}
		}
		list = append(list, s)
	}
	text, err := json.Marshal(map[string]any{"version": "2.0", "statement": list})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := Parse(string(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return doc
}

func drawQuestion(t *rapid.T) *Question {
	q := &Question{
		Principal: Principal{
			Kind:    rapid.SampledFrom([]PrincipalKind{Anonymous, User, Role, Root}).Draw(t, "kind"),
			Account: qcs.Account{UIN: rapid.SampledFrom([]string{"1", "2"}).Draw(t, "account")},
			UIN:     "11", RoleID: "12",
			Temporary: rapid.Bool().Draw(t, "temporary"),
		},
		Action:      Action{"cos", rapid.SampledFrom([]string{"GetObject", "PutObject"}).Draw(t, "action")},
		Resource:    []qcs.Resource{{Service: "cos", Account: "uin/" + rapid.SampledFrom([]string{"1", "2"}).Draw(t, "owner"), Path: rapid.SampledFrom([]string{"b/x", "b/11", "c/x"}).Draw(t, "path")}},
		Granularity: rapid.SampledFrom([]Granularity{ResourceLevel, ResourceLevel, OperationLevel, ServiceLevel}).Draw(t, "level"),
		AssumeRole:  rapid.Bool().Draw(t, "assume"),
	}
	if rapid.Bool().Draw(t, "tagged") {
		q.Context.ResourceTags = []Tag{NewTag("env", rapid.SampledFrom([]string{"prod", "dev", "test"}).Draw(t, "env"))}
	}
	return q
}

// drawLayers returns the sources of every layer, to be compiled as they are
// or changed.
func drawLayers(t *rapid.T) map[Layer][]Source {
	layers := map[Layer][]Source{}
	for _, l := range []Layer{LayerControl, LayerBoundary, LayerSession, LayerIdentity, LayerResource} {
		for i := range rapid.IntRange(0, 2).Draw(t, l.String()) {
			layers[l] = append(layers[l], Source{ID: int64(i), Document: drawDocument(t, l.String(), "allow", "allow", "deny")})
		}
	}
	return layers
}

func with(q Question, sources map[Layer][]Source) *Question {
	compile := func(l Layer) *Set {
		if sources[l] == nil {
			return nil
		}
		return Compile(sources[l], Env{})
	}
	q.Layers = Layers{Boundary: compile(LayerBoundary), Session: compile(LayerSession), Identity: compile(LayerIdentity), Resource: compile(LayerResource)}
	if sources[LayerControl] != nil {
		q.Layers.Control = []*Set{compile(LayerControl)}
	}
	return &q
}

func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, layers := drawQuestion(t), drawLayers(t)
		before := Decide(with(*q, layers))
		for l, sources := range layers {
			slices.Reverse(sources)
			for i := range sources {
				d := *sources[i].Document
				d.Statements = rapid.Permutation(d.Statements).Draw(t, "order")
				layers[l][i].Document = &d
			}
		}
		after := Decide(with(*q, layers))
		if before.Effect != after.Effect || before.Layer != after.Layer {
			t.Fatalf("%v became %v", before, after)
		}
	})
}

func TestAddingADenyNeverAllows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, layers := drawQuestion(t), drawLayers(t)
		before := Decide(with(*q, layers))
		l := rapid.SampledFrom([]Layer{LayerControl, LayerBoundary, LayerSession, LayerIdentity, LayerResource}).Draw(t, "layer")
		layers[l] = append(layers[l], Source{Document: drawDocument(t, "denies", "deny")})
		if after := Decide(with(*q, layers)); after.Allowed && !before.Allowed {
			t.Fatalf("%v became %v", before, after)
		}
	})
}

// Explain and Decide cannot disagree about what applies: a decision is made
// by a statement that the explanation lists as applying.
func TestExplanationsHoldTheStatementThatDecided(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := with(*drawQuestion(t), drawLayers(t))
		x := Explain(q)
		if x.Decision != Decide(q) {
			t.Fatalf("explained %v, decided %v", x.Decision, Decide(q))
		}
		if x.Decision.Statement == nil {
			return
		}
		for _, l := range x.Layers {
			for _, s := range l.Statements {
				if l.Layer == x.Decision.Layer && s.Ref == *x.Decision.Statement && s.Applies && l.Skipped == "" {
					return
				}
			}
		}
		t.Fatalf("%+v is not in %+v", x.Decision, x.Layers)
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`{"version":"2.0","statement":{"effect":"allow","action":"cvm:*","resource":"*"}}`,
		`{"Version":"2.0","principal":{"qcs":["qcs::cam::uin/1:uin/2"]},"Statement":[{"Effect":"Deny","Action":["a:b"],"Resource":["qcs:id/0:cos:gz:uid/1:b/${uin}*"],"condition":{"for_any_value:string_like_if_exist":{"qcs:resource_tag":["k&*",1,true]}}}]}`,
		`{"strategyInfo":"{\"version\":\"2.0\",\"statement\":[]}"}`,
		`%7B%22version%22%3A%222.0%22%7D`, `{"a":"\ud83d\udc2f"}`, `[[[[`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		Length(text)
		for _, k := range []DocumentKind{IdentityPolicy, TrustPolicy, SessionPolicy, ControlPolicy, BoundaryPolicy, ResourcePolicy} {
			if d, err := Check(text, Rules{Kind: k}); err == nil && d.Validate(Rules{Kind: k}) != nil {
				t.Fatalf("Check and Validate disagree on %q", text)
			} else if err != nil && err.(*Error).Offset > len(text) {
				t.Fatalf("%q: offset %d", text, err.(*Error).Offset)
			}
		}
		d, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(d.Text)
		if err != nil || again.Text != d.Text || again.Body != d.Body || len(again.Statements) != len(d.Statements) {
			t.Fatalf("%q is stored as %q, which is read as %+v, %v", text, d.Text, again, err)
		}
		set := Compile([]Source{{Document: d}}, Env{})
		Explain(&Question{Principal: Principal{Kind: User, UIN: "1"}, Action: Action{"cos", "GetObject"}, Resource: []qcs.Resource{qcs.User("1", "2")},
			Layers: Layers{Identity: set, Resource: set, Control: []*Set{set}}})
	})
}
