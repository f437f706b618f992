package lint_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/policy/lint"
	"github.com/hufu-iam/hufu/policy/scenario"
)

// A text of any content is read in bounded time, and what is found stands in
// it. A document has errors if and only if it is refused.
func FuzzCheck(f *testing.F) {
	for _, name := range []string{"../testdata/worked.yaml", "../testdata/further.yaml"} {
		file, err := scenario.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, c := range file.Cases {
			for _, list := range [][]policy.Source{c.Layers.Identity, c.Layers.Boundary, c.Layers.Resource} {
				for _, s := range list {
					f.Add(s.Document.Text, "")
				}
			}
		}
	}
	text, err := os.ReadFile("../testdata/documents.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if _, doc, ok := strings.Cut(line, "text: '"); ok {
			f.Add(strings.ReplaceAll(strings.Split(doc, "'")[0], "OK", `"effect":"allow","action":"cvm:*","resource":"*"`), "trust")
		}
	}
	f.Fuzz(func(t *testing.T, text, kind string) {
		o := options(kind)
		start := time.Now()
		found := lint.Check(text, o)
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("it took %s", d)
		}
		decoded, err := policy.Decode(text)
		if err != nil {
			decoded = text
		}
		o.Rules.AllowPrincipal = true
		_, err = policy.Check(text, o.Rules)
		for _, one := range found {
			if one.Offset < 0 || one.Offset > len(decoded) || one.Line < 1 || one.Column < 1 || one.Message == "" {
				t.Errorf("%+v", one)
			}
			if (one.Severity == lint.Error) != (err != nil) {
				t.Errorf("Check says %v, and is found %+v", err, one)
			}
		}
		if err != nil && len(found) == 0 {
			t.Errorf("nothing is found, and Check says %v", err)
		}
	})
}

// The largest policies take no longer than one waits for.
func TestLargePoliciesAreReadInBoundedTime(t *testing.T) {
	many := func(item string, n int) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }
	unlimited := options("")
	unlimited.Rules.MaxLength = -1
	for name, text := range map[string]string{
		"actions":    statements(`{"effect":"allow","action":[` + many(`"a:*b*c*d"`, 5500) + `],"resource":"*"}`),
		"statements": statements(many(`{"effect":"allow","action":"a:*","resource":"*"}`, 1200)),
		"values":     statements(`{"effect":"allow","action":"a:b","resource":"*","condition":{"string_equal":{"k":[` + many(`"v"`, 15000) + `]},"ip_not_equal":{"qcs:ip":[]}}}`),
		"networks":   statements(`{"effect":"allow","action":"a:b","resource":"*","condition":{"ip_equal":{"qcs:ip":[` + many(`"10.0.0.0/8"`, 160) + `]},"ip_not_equal":{"qcs:ip":[` + many(`"10.0.0.0/8"`, 160) + `]}}}`),
		"faults":     statements(many(`{"effect":1}`, 4500)),
	} {
		start := time.Now()
		_ = lint.Check(text, unlimited)
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%d bytes of %s took %s", len(text), name, d)
		} else {
			t.Logf("%d bytes of %s took %s", len(text), name, d)
		}
	}
}
