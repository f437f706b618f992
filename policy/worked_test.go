package policy_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// A statement of a case file.
type yamlStatement struct {
	Allow any  `yaml:"allow"`
	Deny  any  `yaml:"deny"`
	On    *any `yaml:"on"`
	If    any  `yaml:"if"`
	For   any  `yaml:"for"`
}

// UnmarshalYAML tells "on: null", a trust statement's missing resource, from
// an absent "on", which is every resource.
func (s *yamlStatement) UnmarshalYAML(n *yaml.Node) error {
	type plain yamlStatement
	everything := any("*")
	s.On = &everything
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == "on" && n.Content[i+1].Tag == "!!null" {
			defer func() { s.On = nil }()
		}
	}
	return n.Decode((*plain)(s))
}

func (s yamlStatement) json() map[string]any {
	m := map[string]any{"effect": "allow", "action": s.Allow}
	if s.Deny != nil {
		m = map[string]any{"effect": "deny", "action": s.Deny}
	}
	if s.On != nil {
		m["resource"] = *s.On
	}
	if s.If != nil {
		m["condition"] = s.If
	}
	if s.For != nil {
		m["principal"] = s.For
	}
	return m
}

type yamlContext struct {
	IP           string              `yaml:"ip"`
	Time         time.Time           `yaml:"time"`
	NoMFA        bool                `yaml:"no_mfa"`
	BindToken    bool                `yaml:"bind_token"`
	CreateUIN    string              `yaml:"create_uin"`
	ResourceTags []string            `yaml:"resource_tags"`
	RequestTags  []string            `yaml:"request_tags"`
	Values       map[string][]string `yaml:"values"`
}

type decisionCase struct {
	N         int               `yaml:"n"`
	Name      string            `yaml:"name"`
	Who       string            `yaml:"who"`
	Tags      []string          `yaml:"tags"`
	Action    string            `yaml:"action"`
	Level     string            `yaml:"level"`
	Resource  string            `yaml:"resource"`  // one object, one name
	Names     []string          `yaml:"names"`     // one object, several names
	Resources []string          `yaml:"resources"` // several objects
	Refused   int               `yaml:"refused"`
	Owner     string            `yaml:"owner"`
	Assume    bool              `yaml:"assume"`
	General   bool              `yaml:"general"`
	Exempt    bool              `yaml:"exempt"`
	LimitRoot bool              `yaml:"limit_root"`
	Control   [][]yamlStatement `yaml:"control"`
	Boundary  []yamlStatement   `yaml:"boundary"`
	Session   []yamlStatement   `yaml:"session"`
	Identity  [][]yamlStatement `yaml:"identity"`
	Policy    []yamlStatement   `yaml:"policy"` // of the resource, or trust
	Context   yamlContext       `yaml:"context"`
	Want      string            `yaml:"want"`
}

var accounts = map[string]qcs.Account{
	"A": {UIN: "100000000001", AppID: "1250000001"},
	"B": {UIN: "100000000002", AppID: "1250000002"},
	"O": {UIN: "100000000009", AppID: "1250000009"},
}

var people = map[string]policy.Principal{
	"rootA": {Kind: policy.Root, Account: accounts["A"]},
	"tempA": {Kind: policy.Root, Account: accounts["A"], Temporary: true},
	"rootB": {Kind: policy.Root, Account: accounts["B"]},
	"a1":    {Kind: policy.User, Account: accounts["A"], UIN: "100000000011"},
	"a2":    {Kind: policy.User, Account: accounts["A"], UIN: "100000000012", Groups: []string{"71"}},
	"b1":    {Kind: policy.User, Account: accounts["B"], UIN: "100000000021"},
	"o1":    {Kind: policy.User, Account: accounts["O"], UIN: "100000000091"},
	"ops":   {Kind: policy.Role, Account: accounts["A"], RoleID: "4611686018427397919", RoleName: "ops"},
	"slr":   {Kind: policy.Role, Account: accounts["A"], RoleID: "4611686018427397920", RoleName: "CVM_QCSLinkedRole", ServiceLinked: true},
	"cvm":   {Kind: policy.Service, ServiceName: "cvm.qcloud.com"},
	"oidc": {Kind: policy.Federated, Account: accounts["A"],
		Provider: qcs.Entity{Kind: qcs.KindOIDCProvider, Account: "100000000001", Name: "ci"}},
	"anonymous": {},
}

func document(t testing.TB, statements []yamlStatement, kind policy.DocumentKind) *policy.Document {
	t.Helper()
	list := []any{}
	for _, s := range statements {
		list = append(list, s.json())
	}
	text, err := json.Marshal(map[string]any{"version": "2.0", "statement": list})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := policy.Check(string(text), policy.Rules{Kind: kind})
	if err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	return doc
}

func set(t testing.TB, kind policy.DocumentKind, policies ...[]yamlStatement) *policy.Set {
	t.Helper()
	var sources []policy.Source
	for i, p := range policies {
		if len(p) > 0 {
			sources = append(sources, policy.Source{ID: int64(i + 1), Version: 1, Document: document(t, p, kind)})
		}
	}
	return policy.Compile(sources, policy.Env{})
}

func tags(texts []string) []policy.Tag {
	var out []policy.Tag
	for _, s := range texts {
		out = append(out, policy.ParseTag(s))
	}
	return out
}

// layers compiles the policies of the case.
func (c *decisionCase) layers(t testing.TB) policy.Layers {
	t.Helper()
	l := policy.Layers{
		ControlExempt: c.Exempt, LimitMemberRoot: c.LimitRoot,
		Identity: set(t, policy.IdentityPolicy, c.Identity...),
	}
	if c.General {
		l.General = policy.General()
	}
	for _, level := range c.Control {
		l.Control = append(l.Control, set(t, policy.ControlPolicy, level))
	}
	if c.Boundary != nil {
		l.Boundary = set(t, policy.BoundaryPolicy, c.Boundary)
	}
	if c.Session != nil {
		l.Session = set(t, policy.SessionPolicy, c.Session)
	}
	if c.Policy != nil {
		kind := policy.ResourcePolicy
		if c.Assume {
			kind = policy.TrustPolicy
		}
		l.Resource = set(t, kind, c.Policy)
	}
	return l
}

// questions builds one question for every object of the case.
func (c *decisionCase) questions(t testing.TB) []*policy.Question {
	t.Helper()
	who, ok := people[c.Who]
	if !ok {
		t.Fatalf("unknown principal %q", c.Who)
	}
	who.Tags = tags(c.Tags)
	action, ok := policy.ParseAction(c.Action)
	if !ok {
		t.Fatalf("bad action %q", c.Action)
	}
	q := policy.Question{Principal: who, Action: action, AssumeRole: c.Assume, Owner: accounts["A"]}
	if c.Owner != "" {
		q.Owner = accounts[c.Owner]
	}
	q.Granularity = map[string]policy.Granularity{"service": policy.ServiceLevel, "operation": policy.OperationLevel}[c.Level]
	q.Context = policy.Context{
		Time: c.Context.Time, MFA: !c.Context.NoMFA, BindToken: c.Context.BindToken, CreateUIN: c.Context.CreateUIN,
		ResourceTags: tags(c.Context.ResourceTags), RequestTags: tags(c.Context.RequestTags), Values: c.Context.Values,
	}
	if c.Context.IP != "" {
		q.Context.IP = netip.MustParseAddr(c.Context.IP)
	}
	q.Layers = c.layers(t)
	objects := [][]string{{c.Resource}}
	if c.Names != nil { // "[]" is a question without any
		objects = [][]string{c.Names}
	}
	if c.Resources != nil {
		objects = nil
		for _, r := range c.Resources {
			objects = append(objects, []string{r})
		}
	}
	var all []*policy.Question
	for _, names := range objects {
		one := q
		for _, n := range names {
			r, err := qcs.Parse(n)
			if err != nil {
				t.Fatal(err)
			}
			one.Resource = append(one.Resource, r)
		}
		all = append(all, &one)
	}
	return all
}

func summary(d policy.Decision, layer bool) string {
	s := map[policy.Effect]string{policy.Allow: "ok", policy.ExplicitDeny: "xd", policy.ImplicitDeny: "id"}[d.Effect]
	if layer {
		s += "(" + d.Layer.String() + ")"
	}
	return s
}

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
	for _, file := range []string{"testdata/worked.yaml", "testdata/further.yaml"} {
		for _, c := range readCases[decisionCase](t, file) {
			name := c.Name
			if c.N > 0 {
				name = fmt.Sprintf("%d %s", c.N, name)
			}
			t.Run(name, func(t *testing.T) {
				questions := c.questions(t)
				d, refused := policy.DecideAll(questions...)
				if got := summary(d, strings.Contains(c.Want, "(")); got != c.Want {
					t.Errorf("decided %s, want %s", summary(d, true), c.Want)
				}
				if d.Allowed != (d.Effect == policy.Allow) {
					t.Errorf("Allowed is %v, Effect %v", d.Allowed, d.Effect)
				}
				if !d.Allowed && refused != c.Refused {
					t.Errorf("refused resource %d, want %d", refused, c.Refused)
				}
				for _, q := range questions {
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
	for _, c := range readCases[decisionCase](t, "testdata/worked.yaml") {
		seen[c.N] = true
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
	case e.Class == policy.ClassService && e.Text == "nobody.qcloud.com":
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
