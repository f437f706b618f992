package policy_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

const bounded = `{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*"}}`

func codeOf(err error) policy.Code {
	if e, ok := errors.AsType[*policy.Error](err); ok {
		return e.Code
	}
	return ""
}

// A text has a bound in bytes, whatever its limit of characters, and it comes
// before everything else that may be wrong.
func TestTextsAreBoundedInBytes(t *testing.T) {
	trust := strings.Replace(bounded, `"resource":"*"`, `"principal":{"qcs":"qcs::cam::uin/1:root"}`, 1)
	trust = strings.Replace(trust, `"action":"*"`, `"action":"sts:AssumeRole"`, 1)
	for _, c := range []struct {
		name  string
		rules policy.Rules
		text  string
		want  policy.Code
	}{
		{"an identity policy", policy.Rules{}, bounded, policy.CodePolicyDocumentLengthOverLimit},
		{"without limit of characters", policy.Rules{MaxLength: -1}, bounded, policy.CodePolicyDocumentLengthOverLimit},
		{"the trust policy of a new role", policy.Rules{Kind: policy.TrustPolicy}, trust, policy.CodeParamError},
		{"a trust policy that replaces one", policy.Rules{Kind: policy.TrustPolicy, Update: true}, trust, policy.CodePolicyDocumentLengthOverLimit},
		{"a session policy", policy.Rules{Kind: policy.SessionPolicy}, bounded, policy.CodePolicyTooLong},
	} {
		t.Run(c.name, func(t *testing.T) {
			blanks := strings.Repeat(" ", policy.MaxBytes-len(c.text))
			if _, err := policy.Check(c.text+blanks, c.rules); err != nil {
				t.Errorf("as long as it may be: %v", err)
			}
			for what, text := range map[string]string{
				"one byte too long":     c.text + blanks + " ",
				"blanks alone":          strings.Repeat(" ", 9<<20),
				"percent encoding":      strings.Repeat("%20", policy.MaxBytes/3+1),
				"broken encoding":       strings.Repeat("%zz", policy.MaxBytes/3+1),
				"not JSON":              strings.Repeat("x", policy.MaxBytes+1),
				"not UTF-8":             strings.Repeat("\xff", policy.MaxBytes+1),
				"a hundred thousand {}": `{"statement":[` + strings.Repeat("{},", 150_000) + `{}]}`,
			} {
				if _, err := policy.Check(text, c.rules); codeOf(err) != c.want {
					t.Errorf("%s: %v, want %s", what, err, c.want)
				}
			}
		})
	}

	// What was let through once stays readable, but passes no second time.
	d := parse(t, bounded+strings.Repeat(" ", policy.MaxBytes))
	if err := d.Validate(policy.Rules{MaxLength: -1}); codeOf(err) != policy.CodePolicyDocumentLengthOverLimit {
		t.Error(err)
	}
}

// Whether principals exist may cost a lookup each: nobody is asked about those
// of a document that is too long anyway.
func TestPrincipalsOfTooLongDocumentsAreNotLookedUp(t *testing.T) {
	const one = `"qcs::cam::uin/100000000001:uin/100000000011"`
	document := `{"version":"2.0","principal":{"qcs":[` + strings.Repeat(one+",", 200) + one + `]},"statement":{"effect":"allow","action":"sts:AssumeRole"}}`
	for _, rules := range []policy.Rules{
		{AllowPrincipal: true},
		{AllowPrincipal: true, MaxLength: 100},
		{Kind: policy.TrustPolicy, Update: true},
	} {
		asked := 0
		rules.KnownPrincipal = func(policy.PrincipalEntry) policy.Code { asked++; return policy.CodePrincipalQcsNotExist }
		if _, err := policy.Check(document, rules); codeOf(err) != policy.CodePolicyDocumentLengthOverLimit || asked != 0 {
			t.Errorf("kind %d: %v after %d questions", rules.Kind, err, asked)
		}
		if err := parse(t, document).Validate(rules); codeOf(err) != policy.CodePolicyDocumentLengthOverLimit || asked != 0 {
			t.Errorf("kind %d, parsed: %v after %d questions", rules.Kind, err, asked)
		}
	}
	asked := 0
	_, err := policy.Check(document, policy.Rules{Kind: policy.TrustPolicy, MaxLength: -1,
		KnownPrincipal: func(policy.PrincipalEntry) policy.Code { asked++; return "" }})
	if err != nil || asked != 201 {
		t.Errorf("%v after %d questions", err, asked)
	}
}

// The resource of a trust policy is the one fault that goes before its length.
func TestOrderOfCodesOfTooLongDocuments(t *testing.T) {
	text := `{"version":"3.0","principal":{"qcs":"x"},"statement":{"effect":"maybe","action":"sts:AssumeRole","resource":"qcs::cam:::a"}}`
	for want, rules := range map[policy.Code]policy.Rules{
		policy.CodeParamError:                    {Kind: policy.TrustPolicy, Update: true, MaxLength: 20},
		policy.CodePolicyDocumentLengthOverLimit: {MaxLength: 20},
		policy.CodePolicyTooLong:                 {Kind: policy.SessionPolicy, MaxLength: 20, Principal: &policy.Principal{}},
	} {
		if _, err := policy.Check(text, rules); codeOf(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := policy.Check("{ nonsense", policy.Rules{MaxLength: 5}); codeOf(err) != policy.CodePolicyDocumentLengthOverLimit {
		t.Error(err)
	}
	// Another fault goes before the length with variables filled in.
	who := policy.Principal{Kind: policy.User, Account: qcs.Account{UIN: "1"}, UIN: strings.Repeat("9", 500)}
	text = `{"version":"2.0","statement":{"effect":"maybe","action":"*","resource":"qcs::a:::${uin}"}}`
	rules := policy.Rules{Kind: policy.SessionPolicy, Principal: &who, MaxLength: 200}
	if _, err := policy.Check(text, rules); codeOf(err) != policy.CodeStrategyFormatError {
		t.Error(err)
	}
	if _, err := policy.Check(strings.Replace(text, "maybe", "allow", 1), rules); codeOf(err) != policy.CodeExtendStrategyOverSize {
		t.Error(err)
	}
}

// Reading a text of any shape takes memory in proportion to its size: here
// under a kilobyte for each byte.
func TestMemoryOfHostileTexts(t *testing.T) {
	for name, text := range hostileTexts() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = policy.Check(text, policy.Rules{MaxLength: -1, AllowPrincipal: true})
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > 1024*policy.MaxBytes {
			t.Errorf("%s: %d MiB for %d bytes", name, got>>20, len(text))
		}
	}
}

func TestLongNamesAreCutInPaths(t *testing.T) {
	long := strings.Repeat("名", 1000)
	for _, text := range []string{
		`{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*","condition":{"` + long + `":1}}}`,
		`{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*","condition":{"string_equal":{"` + long + `":{}}}}}`,
		`{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*"},"principal":{"` + long + `":1}}`,
	} {
		_, err := policy.Parse(text)
		e, ok := errors.AsType[*policy.Error](err)
		if !ok || len(e.Path) > 200 || !strings.Contains(e.Path, "名名…") {
			t.Errorf("%v at %q", err, e.Path)
		}
	}
}
