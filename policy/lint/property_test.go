package lint_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/policy/lint"
	"github.com/hufu-iam/hufu/qcs"
)

// Small vocabularies, in which statements meet often.
var (
	someActions    = rapid.SampledFrom([]string{"*", "x:*", "x:Get*", "x:GetOne", "x:*One", "y:*", "*:Get*"})
	someResources  = rapid.SampledFrom([]string{"*", "qcs::x:::*", "qcs::x:::a/*", "qcs::x:::a/1", "qcs::x:gz::a/*", "qcs::*:*:*:*", "qcs::x::uin/1:a/*", "qcs::x:::a/${uin}"})
	someConditions = rapid.SampledFrom([]string{"", "",
		`{"string_equal":{"k:a":["1","2"]}}`, `{"string_equal":{"k:a":"1"},"string_not_equal":{"k:a":"1"}}`, `{"string_not_equal_if_exist":{"k:a":"1"}}`,
		`{"numeric_less_than":{"k:a":1},"numeric_greater_than":{"k:a":"0"}}`, `{"numeric_less_than":{"k:a":0},"numeric_greater_than_if_exist":{"k:a":"0"}}`,
		`{"null_equal":{"k:a":"true"}}`, `{"null_equal":{"k:a":"false"},"string_equal_if_exist":{"k:a":""}}`,
		`{"ip_equal":{"qcs:ip":"10.0.0.0/8"},"ip_not_equal":{"qcs:ip":["10.0.0.0/9","10.128.0.0/9"]}}`, `{"ip_equal_if_exist":{"qcs:ip":"10.0.0.0/8"}}`,
		`{"bool_equal":{"qcs:mfa":true}}`, `{"string_equal":{"mfa":"1"},"numeric_less_than":{"qcs:mfa":2}}`,
	})
)

func someStatement(t *rapid.T) string {
	list := func(g *rapid.Generator[string]) string {
		text, err := json.Marshal(rapid.SliceOfN(g, 1, 2).Draw(t, "list"))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	condition := someConditions.Draw(t, "condition")
	if condition != "" {
		condition = `,"condition":` + condition
	}
	return fmt.Sprintf(`{"effect":%q,"action":%s,"resource":%s%s}`, rapid.SampledFrom([]string{"allow", "deny"}).Draw(t, "effect"), list(someActions), list(someResources), condition)
}

func someQuestion(t *rapid.T) policy.Question {
	q := policy.Question{
		Principal:   policy.Principal{Kind: policy.User, Account: qcs.Account{UIN: "1"}, UIN: "2"},
		Action:      policy.Action{Service: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "service"), Name: rapid.SampledFrom([]string{"GetOne", "GetTwo", "PutOne"}).Draw(t, "name")},
		Granularity: policy.Granularity(rapid.IntRange(0, 2).Draw(t, "level")),
		Resource:    []qcs.Resource{qcs.Any},
		Context:     policy.Context{MFA: rapid.Bool().Draw(t, "mfa")},
	}
	if path := rapid.SampledFrom([]string{"", "a/1", "a/2", "b"}).Draw(t, "path"); path != "" {
		q.Resource = []qcs.Resource{{Service: q.Action.Service, Region: rapid.SampledFrom([]string{"ap-guangzhou", "ap-shanghai"}).Draw(t, "region"), Account: "uin/1", Path: path}}
	}
	if a := rapid.SampledFrom([]string{"missing", "", "0", "0.5", "1", "2", "x"}).Draw(t, "a"); a != "missing" {
		q.Context.Values = map[string][]string{"k:a": {a}}
	}
	if ip := rapid.SampledFrom([]string{"", "10.1.1.1", "10.200.1.1", "11.1.1.1", "::1"}).Draw(t, "ip"); ip != "" {
		if err := q.Context.Add("qcs:ip", ip); err != nil {
			t.Fatal(err)
		}
	}
	return q
}

// What is said to count for nothing can be left out, and what is said to
// never hold never does.
func TestWarningsAreTrue(t *testing.T) {
	decide := func(q policy.Question, list []string) policy.Explanation {
		d, err := policy.Parse(statements(list...))
		if err != nil {
			t.Fatal(err)
		}
		q.Layers.Identity = policy.Compile([]policy.Source{{Document: d}}, policy.Env{})
		return policy.Explain(&q)
	}
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		var list []string
		for range rapid.IntRange(1, 4).Draw(t, "statements") {
			if len(list) > 0 && rapid.IntRange(0, 4).Draw(t, "again") == 0 {
				list = append(list, list[0])
			} else {
				list = append(list, someStatement(t))
			}
		}
		for _, f := range lint.Check(statements(list...), lint.Options{}) {
			var index int
			if _, err := fmt.Sscanf(f.Path, "statement[%d]", &index); err != nil {
				continue
			}
			seen[f.Code]++
			for range 20 {
				q := someQuestion(t)
				with := decide(q, list)
				switch f.Code {
				case "W101", "W102", "W103":
					rest := append(append([]string{}, list[:index]...), list[index+1:]...)
					if len(rest) > 0 && decide(q, rest).Decision.Effect != with.Decision.Effect {
						t.Fatalf("%s %s of %s, but it counts for %+v", f.Code, f.Path, strings.Join(list, "\n"), q)
					}
				case "W303":
					for _, s := range with.Layers[0].Statements {
						if s.Ref.Index == index && s.Applies {
							t.Fatalf("%s %s of %s, but it holds for %+v", f.Code, f.Path, strings.Join(list, "\n"), q)
						}
					}
				}
			}
		}
	})
	t.Logf("warnings that were tried: %v", seen)
}
