package policy_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/policy/scenario"
	"github.com/hufu-iam/hufu/qcs"
)

// The people of the case files act in the other tests too.
var people, accounts = func() (map[string]policy.Principal, map[string]qcs.Account) {
	file, err := scenario.ReadFile("testdata/worked.yaml")
	if err != nil {
		panic(err)
	}
	return file.Principals, file.Accounts
}()

func readCases[T any](t testing.TB, file string) []T {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Cases []T `yaml:"cases"`
	}
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		t.Fatal(err)
	}
	return f.Cases
}

func TestDecisions(t *testing.T) {
	for _, name := range []string{"testdata/worked.yaml", "testdata/further.yaml"} {
		file, err := scenario.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range file.Cases {
			t.Run(c.Title(), func(t *testing.T) {
				r := c.Run()
				if r.Failure != "" {
					t.Error(r.Failure)
				}
				if r.Decision.Allowed != (r.Decision.Effect == policy.Allow) {
					t.Errorf("Allowed is %v, Effect %v", r.Decision.Allowed, r.Decision.Effect)
				}
				for _, q := range c.Questions() {
					if x := policy.Explain(q); x.Decision != policy.Decide(q) {
						t.Errorf("Explain decides %v, Decide %v", x.Decision, policy.Decide(q))
					}
				}
			})
		}
	}
}

// Every number of the worked cases is there.
func TestWorkedCasesAreComplete(t *testing.T) {
	seen := map[int]bool{}
	worked, err := scenario.ReadFile("testdata/worked.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range worked.Cases {
		seen[c.Number] = true
	}
	for _, c := range readCases[documentCase](t, "testdata/documents.yaml") {
		seen[c.N] = true
	}
	for n := 1; n <= 125; n++ {
		if !seen[n] {
			t.Errorf("case %d is missing", n)
		}
	}
}

type documentCase struct {
	N          int      `yaml:"n"`
	Name       string   `yaml:"name"`
	Kind       string   `yaml:"kind"`
	Attach     bool     `yaml:"attach"`
	Strict     bool     `yaml:"strict"`
	Update     bool     `yaml:"update"`
	Account    string   `yaml:"account"`
	Who        string   `yaml:"who"`
	Text       string   `yaml:"text"`
	Pad        int      `yaml:"pad"`    // lengthen to this many visible characters
	Blanks     int      `yaml:"blanks"` // and this many blanks
	Same       bool     `yaml:"same"`
	Stored     string   `yaml:"stored"`
	Principals []string `yaml:"principals"`
	Want       string   `yaml:"want"`
	At         string   `yaml:"at"` // the path in the error
}

// hosted is the catalogue of the document cases.
type hosted struct{}

func (hosted) Service(name string) bool { return name == "cam" || name == "sts" }
func (hosted) HasAction(service, action string) bool {
	return map[string]bool{"cam:GetUser": true, "sts:AssumeRole": true}[service+":"+action]
}
func (hosted) HasResourceType(service, typ string) bool {
	return map[string]bool{"cam:policy": true, "cam:policyid": true, "cam:uin": true, "cam:role": true}[service+":"+typ]
}

func known(e policy.PrincipalEntry) policy.Code {
	switch {
	case e.Entity.ID == "404":
		return policy.CodePrincipalQcsNotExist
	case e.Class == policy.ClassService && e.Text == "nobody.example.com":
		return policy.CodePrincipalServiceNotExist
	}
	return ""
}

func (c *documentCase) text() string {
	s := strings.NewReplacer("STATEMENT", "{OK}").Replace(c.Text)
	s = strings.ReplaceAll(s, "OK", `"effect":"allow","action":"cvm:*","resource":"*"`)
	if c.Pad > 0 {
		s = strings.Replace(s, `"effect"`, `"sid":"PAD","effect"`, 1)
		s = strings.Replace(s, "PAD", strings.Repeat("虎", c.Pad-policy.Length(s)+3), 1)
		s += strings.Repeat(" \t\r\n", c.Blanks/4)
	}
	return s
}

func TestDocuments(t *testing.T) {
	kinds := map[string]policy.DocumentKind{"": policy.IdentityPolicy, "trust": policy.TrustPolicy, "session": policy.SessionPolicy,
		"control": policy.ControlPolicy, "boundary": policy.BoundaryPolicy, "resource": policy.ResourcePolicy}
	for _, c := range readCases[documentCase](t, "testdata/documents.yaml") {
		name := c.Name
		if c.N > 0 {
			name = fmt.Sprintf("%d %s", c.N, name)
		}
		t.Run(name, func(t *testing.T) {
			rules := policy.Rules{Kind: kinds[c.Kind], AllowPrincipal: c.Attach, Catalogue: hosted{}, Strict: c.Strict,
				Update: c.Update, Account: accounts[c.Account], KnownPrincipal: known}
			if who, ok := people[c.Who]; ok {
				rules.Principal = &who
			}
			text := c.text()
			doc, err := policy.Check(text, rules)
			if c.Want != "" {
				e, ok := err.(*policy.Error)
				if !ok || string(e.Code) != c.Want {
					t.Fatalf("%s\ngot %v, want %s", text, err, c.Want)
				}
				if c.At != "" && e.Path != c.At {
					t.Errorf("at %q, want %q (%v)", e.Path, c.At, err)
				}
				if e.Offset > len(text) {
					t.Errorf("offset %d is outside of the text", e.Offset)
				}
				return
			}
			if err != nil {
				t.Fatalf("%s\nrefused: %v", text, err)
			}
			if c.Stored != "" && doc.Text != c.Stored || c.Same && doc.Text != text {
				t.Errorf("stored as %s", doc.Text)
			}
			var got []string
			for _, p := range doc.Principals() {
				got = append(got, p.Entity.Kind.String()+" "+p.Entity.ID)
			}
			if fmt.Sprint(got) != fmt.Sprint(c.Principals) {
				t.Errorf("principals %v, want %v", got, c.Principals)
			}
			if err := doc.Validate(rules); err != nil {
				t.Errorf("Check accepts it, Validate does not: %v", err)
			}
		})
	}
}
