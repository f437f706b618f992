package policy_test

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/hufu-iam/hufu/policy"
)

func TestAllFaultsOfADocument(t *testing.T) {
	trust := policy.Rules{Kind: policy.TrustPolicy}
	for _, c := range []struct {
		name, text string
		rules      policy.Rules
		want       []string
	}{
		{"a good document has none", `{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*"}}`, policy.Rules{}, nil},
		{"every fault once, in the order of the text",
			`{"version":"1.0","statement":[{"effect":"permit","action":["x","y:Z"],"resource":"qcs::a"},{"effect":"allow","action":"*","resource":"*","condition":{"likes":{"a":1},"ip_equal":{"qcs:ip":"home"}}}]}`,
			policy.Rules{}, []string{
				`VersionError: version: version must be the string "2.0"`,
				`EffectError: statement[0]: effect must be allow or deny`,
				`ActionError: statement[0].action[0]: "x" is no action`,
				`ResourceQcsError: statement[0].resource: name "qcs::a" has not got six segments`,
				`ConditionTypeError: statement[1].condition.likes: unknown operator "likes"`,
				`ConditionContentError: statement[1].condition.ip_equal["qcs:ip"]: not a value for ip_equal: home`,
			}},
		{"what is no JSON has one", `{`, policy.Rules{}, []string{`PolicyDocumentError: not JSON: `}},
		{"so has what is too large", strings.Repeat(" ", policy.MaxBytes+1), policy.Rules{}, []string{"PolicyDocumentLengthOverLimit: 65537 bytes, more than 65536"}},
		{"a document that is too long may have others", `{"version":"2","statement":[` + strings.Repeat(`{"effect":"allow","action":"*","resource":"*"},`, 200) + `{}]}`, policy.Rules{}, []string{
			"PolicyDocumentLengthOverLimit: ", "VersionError: ", "EffectError: ", "ActionMiss: ", "ResourceError: "}},
		{"codes are those of the kind", `{"version":"2.0","other":1,"statement":{"effect":"allow","action":"cvm:*"}}`, trust, []string{
			`ParamError: unknown member "other"`, "PrincipalError: statement: the statement has no principal", `ActionError: statement.action: "cvm:*" does not assume a role`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			faults := policy.Faults(c.text, c.rules)
			var got []string
			for i, f := range faults {
				text := f.Error()
				if i < len(c.want) && strings.HasPrefix(text, c.want[i]) {
					text = c.want[i]
				}
				got = append(got, text)
			}
			if diff := gocmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			// The one that Check reports is among them.
			_, err := policy.Check(c.text, c.rules)
			if first, ok := errors.AsType[*policy.Error](err); ok != (len(faults) > 0) || ok && !has(faults, *first) {
				t.Errorf("Check reports %v", err)
			}
		})
	}
}

func has(faults []*policy.Error, e policy.Error) bool {
	for _, f := range faults {
		if *f == e {
			return true
		}
	}
	return false
}

func TestFaultsHaveABound(t *testing.T) {
	text := `{"version":"2.0","statement":[` + strings.TrimSuffix(strings.Repeat(`{},`, 1000), ",") + `]}`
	if n := len(policy.Faults(text, policy.Rules{})); n != policy.MaxFaults {
		t.Errorf("%d faults", n)
	}
}

func TestPlaces(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a list of statements", `{"Version":"2.0","statement":[{"effect":"allow","Action":"a:b","resource":["r","s"]},{"condition":{"ip_equal":{"qcs:ip":["1","2"]},"bool_equal":{"k":true}}}]}`,
			`statement=[{"effect":"allow","Action":"a:b","resource":["r","s"]},{"condition":{"ip_equal":{"qcs:ip":["1","2"]},"bool_equal":{"k":true}}}]
statement[0]={"effect":"allow","Action":"a:b","resource":["r","s"]}
statement[0].action="a:b"
statement[0].effect="allow"
statement[0].resource=["r","s"]
statement[0].resource[0]="r"
statement[0].resource[1]="s"
statement[1]={"condition":{"ip_equal":{"qcs:ip":["1","2"]},"bool_equal":{"k":true}}}
statement[1].condition={"ip_equal":{"qcs:ip":["1","2"]},"bool_equal":{"k":true}}
statement[1].condition.bool_equal={"k":true}
statement[1].condition.bool_equal["k"]=true
statement[1].condition.ip_equal={"qcs:ip":["1","2"]}
statement[1].condition.ip_equal["qcs:ip"]=["1","2"]
statement[1].condition.ip_equal["qcs:ip"][0]="1"
statement[1].condition.ip_equal["qcs:ip"][1]="2"
version="2.0"`},
		{"one statement, in a wrapper", `{"strategyInfo":{"statement":{"action":["a:b"]}}}`,
			`statement={"action":["a:b"]}
statement.action=["a:b"]
statement.action[0]="a:b"`},
		{"no document", `[]`, ``},
		{"too large a document", `{"version":"2.0"}` + strings.Repeat(" ", policy.MaxBytes), ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			var lines []string
			for path, p := range policy.Places(c.text) {
				lines = append(lines, fmt.Sprintf("%s=%s", path, c.text[p.Offset:p.End]))
			}
			want := strings.FieldsFunc(c.want, func(r rune) bool { return r == '\n' })
			if diff := gocmp.Diff(want, lines, cmpopts.SortSlices(cmp.Less[string]), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
