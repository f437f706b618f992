package policy

import (
	"encoding/json"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/hufu-iam/hufu/qcs"
)

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
