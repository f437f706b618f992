package test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/policy/scenario"
)

// The worked decisions of the policy language, and further ones, as package policy decides them too.
var caseFiles = []string{"../policy/testdata/worked.yaml", "../policy/testdata/further.yaml"}

// Why the wire cannot carry a case.
const (
	noOrganization = "no service puts control policies over an account yet"
	noWebIdentity  = "there are no identity providers yet, and so no identities that they vouch for"
	noProduct      = "a product's own principal does not sign calls, and no API makes a role that a product owns"
	noSigner       = "an unsigned caller cannot call AssumeRole, and without an object nobody's account is asked"
	noRootPolicy   = "no API attaches a policy to a root user"
	noRootSession  = "without a second factor there are no temporary credentials of a root user but with a policy"
	noBareQuestion = "a question of the door names a resource, and one without an account is the asker's"
	oneName        = "a question of the door names an object once"
	ownTime        = "the time of a request is never missing: it is now"
	ownUIN         = "who asks is no part of a question's context: the door refuses it"
)

// excused are the cases that the wire cannot carry, by number or name. Whatever else is in the files is run.
var excused = map[string]string{
	"86": noWebIdentity, "a bare operator on several values needs one": noWebIdentity,

	"95": noOrganization, "96": noOrganization, "97": noOrganization, "98": noOrganization, "99": noOrganization, "100": noOrganization,
	"101": noOrganization, "102": noOrganization, "103": noOrganization, "104": noOrganization,
	"with the switch control policies bind a member's root user":                 noOrganization,
	"with the switch a root user that control policies allow needs nothing more": noOrganization,
	"control policies bind a foreign root user":                                  noOrganization,

	"a role of a product is named as such": noProduct, "a product assumes a role that trusts it": noProduct, "another product does not": noProduct,
	"a product named by a bucket has no policies of its own": noProduct,

	"an unsigned caller assumes nothing": noSigner, "an unsigned caller may do nothing": noSigner,
	"a variable without value matches nothing without case either": noSigner,

	"a root user with temporary keys is not waved through":              noRootPolicy,
	"a root user with temporary keys has everything in its own account": noRootSession,

	"a question without resource is denied even to the root user": noBareQuestion, "a resource that names no owner is nobody's": noBareQuestion,
	"a deny on either name of a role counts": oneName,
	"a missing time is missing":              ownTime,
	"caller and account cannot be passed in": ownUIN,
}

// excuse says why the wire cannot carry a case; empty if it can.
func excuse(c *scenario.Case) string {
	p, l := &c.Principal, &c.Layers
	object := policy.ResourceLevel == c.Granularity && !(len(c.Objects[0]) > 0 && c.Objects[0][0].IsAny())
	switch {
	case len(l.Control) > 0 || l.LimitMemberRoot || l.ControlExempt:
		return noOrganization
	case p.Kind == policy.Federated:
		return noWebIdentity
	case p.Kind == policy.Service || p.ServiceLinked:
		return noProduct
	case p.Kind == policy.Anonymous && (c.AssumeRole || !object):
		return noSigner
	case p.Kind == policy.Root && len(l.Identity) > 0:
		return noRootPolicy
	case p.Temporary && l.Session == nil:
		return noRootSession
	case object && (len(c.Objects[0]) == 0 || c.Objects[0][0].Account == ""):
		return noBareQuestion
	case len(c.Objects[0]) > 1 && !c.AssumeRole:
		return oneName
	case c.Context.Time.IsZero() && c.Questions()[0].Timed():
		return ownTime
	case len(c.Context.Values["qcs:uin"]) > 0:
		return ownUIN
	}
	return ""
}

// ownersOnly are the cases that only the owner of the resource can ask about: the side of the caller does not know what
// AppID another account has.
var ownersOnly = map[string]bool{"an AppID in a resource policy is the owner's": true}

// key is what excuses a case: its number, or its name.
func key(c *scenario.Case) string {
	if c.Number > 0 {
		return fmt.Sprint(c.Number)
	}
	return c.Name
}

func TestWorkedDecisions(t *testing.T) {
	products := []string{"--product", manifest(t, cvmManifest), "--product", manifest(t, serviceManifest)}
	unused := maps.Clone(excused)
	onServer(t, append(products, unlimited...), func(t *testing.T, s *server) {
		w := newWorld(t, s)
		for _, name := range caseFiles {
			for _, c := range w.cases(t, name) {
				if why := excuse(&c); why != excused[key(&c)] {
					t.Errorf("%s: the wire cannot carry it: %q; the table says %q", c.Title(), why, excused[key(&c)])
				} else if why != "" {
					delete(unused, key(&c))
					continue
				}
				t.Run(c.Title(), func(t *testing.T) { w.run(t, &c) })
			}
		}
		s.stop(t)
		w.checkAssumed(t)
	})
	for k := range unused {
		t.Errorf("there is no case %s to excuse", k)
	}
}

// What the case files call operation-level and service-level.
const (
	cvmManifest = `service: cvm
title: {en: Machines}
level: resource
actions:
  - {name: DescribeZones, access: list, level: operation}
`
	serviceManifest = `service: p
title: {en: Sold as a whole}
level: service
actions:
  - {name: DoX, access: write}
`
)

// cases reads a file of cases in which the numbers are those of this server: of accounts, users, the group, the role.
func (w *world) cases(t testing.TB, name string) []scenario.Case {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	file, err := scenario.Read(name, []byte(w.translated(t, string(text))), nil)
	if err != nil {
		t.Fatal(err)
	}
	return file.Cases
}

// translated puts the server's numbers in the place of those of the case files.
func (w *world) translated(t testing.TB, text string) string {
	t.Helper()
	file, err := scenario.ReadFile(caseFiles[0])
	if err != nil {
		t.Fatal(err)
	}
	a, b, p := file.Accounts["A"], file.Accounts["B"], file.Principals
	group := p["a2"].Groups[0]
	var pairs []string
	for _, pair := range [][2]string{
		{a.UIN, number(w.a.UIN)}, {a.AppID, number(w.a.AppID)}, {b.UIN, number(w.b.UIN)}, {b.AppID, number(w.b.AppID)},
		{p["a1"].UIN, number(w.people["a1"].uin)}, {p["a2"].UIN, number(w.people["a2"].uin)}, {p["b1"].UIN, number(w.people["b1"].uin)},
		{p["ops"].RoleID, w.role}, {`"` + group + `"`, `"` + number(w.group) + `"`}, {"groupid/" + group, "groupid/" + number(w.group)},
		{"group " + group, "group " + number(w.group)},
	} {
		pairs = append(pairs, pair[:]...)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// run sets up a case, asks through every door, and leaves the world as it was.
func (w *world) run(t *testing.T, c *scenario.Case) {
	if c.Principal.Kind == policy.User && len(c.Principal.Tags) > 0 {
		// No API tags a user yet. The role stands in, in a session with these tags.
		tags := c.Principal.Tags
		c.Principal = policy.Principal{Kind: policy.Role, Account: c.Principal.Account, RoleID: w.role, RoleName: "ops", Tags: tags}
		c.Who = "ops"
	}
	set := &setting{world: w, Case: c, t: t, ids: map[string]int64{}}
	defer set.undo()
	set.up()
	if c.AssumeRole {
		set.assume()
		return
	}
	want := c.Run()
	if want.Failure != "" {
		t.Fatal(want.Failure)
	}
	for _, who := range set.subjects() {
		set.ask(who, &want)
	}
}

// ask puts the questions of a case about one subject to both sides, through every door.
func (s *setting) ask(who entity, want *scenario.Result) {
	s.t.Helper()
	questions := s.questions(who)
	owner := s.owner()
	if s.Principal.Kind == policy.Anonymous {
		s.compare("evaluation", who, s.decide(s.side(owner).asker, questions), want)
		return
	}
	if !ownersOnly[s.Name] {
		own := s.side(s.Principal.Account.UIN).asker
		s.compare("evaluation", who, s.decide(own, questions), want)
		s.compare("ExplainDecision", who, s.explain(own, questions), want)
		if owner == "" || owner == s.Principal.Account.UIN {
			return
		}
	}
	s.told(who, s.decide(s.side(owner).asker, questions), want)
}

// told holds what the owner of a resource learns of principals of another account, no more than the decision, to that.
func (s *setting) told(who entity, got scenario.Result, want *scenario.Result) {
	s.t.Helper()
	if got.Decision.Allowed != want.Decision.Allowed || got.Refused != want.Refused {
		s.t.Errorf("asked by the owner about %s %s: allowed %t, refused %d, want %s", who.Type, who.ID, got.Decision.Allowed, got.Refused, scenario.Summary(want.Decision))
	}
}

// compare holds the answer of a door to the decision of the engine, down to the statement that made it.
func (s *setting) compare(door string, who entity, got scenario.Result, want *scenario.Result) {
	s.t.Helper()
	d, w := got.Decision, want.Decision
	said, should := fmt.Sprint(scenario.Summary(d), " of ", got.Refused), fmt.Sprint(scenario.Summary(w), " of ", want.Refused)
	if said != should || d.Allowed != w.Allowed {
		s.t.Errorf("%s about %s %s: got %s, want %s", door, who.Type, who.ID, said, should)
		return
	}
	if (d.Statement == nil) != (w.Statement == nil) {
		s.t.Errorf("%s about %s %s: got statement %v, want %v", door, who.Type, who.ID, d.Statement, w.Statement)
	} else if by, from := d.Statement, w.Statement; by != nil {
		if id, ok := s.ids[from.PolicyName]; by.Index != from.Index || ok && by.PolicyID != id {
			s.t.Errorf("%s about %s %s: got statement %+v, want %+v, which is policy %d", door, who.Type, who.ID, *by, *from, id)
		}
	}
}

// decide asks the decision door. Several objects are several questions, of which the first denial is the last.
func (s *setting) decide(c credential, questions []question) scenario.Result {
	s.t.Helper()
	verdicts := []verdict{}
	if len(questions) == 1 {
		verdicts = append(verdicts, s.evaluate(s.t, c, questions[0]))
	} else {
		verdicts = s.evaluateAll(s.t, c, "deny_on_first_deny", questions)
	}
	last := len(verdicts) - 1
	r := scenario.Result{Decision: policy.Decision{Allowed: verdicts[last].Decision}, Refused: -1}
	if x := verdicts[last].Context.Explanation; x != nil {
		r.Decision = x.Decision
	}
	if !r.Decision.Allowed {
		r.Refused = last
	}
	return r
}

// explain asks the extension service, object by object.
func (s *setting) explain(c credential, questions []question) scenario.Result {
	s.t.Helper()
	r := scenario.Result{Refused: -1}
	for i, q := range questions {
		r.Decision = explained(s.t, s.must(s.t, c, "hufu:ExplainDecision", explainParams(s.t, q)))
		if !r.Decision.Allowed {
			r.Refused = i
			break
		}
	}
	return r
}

// assume makes the call itself, by each name of the role.
func (s *setting) assume() {
	want := s.Run()
	if want.Failure != "" {
		s.t.Fatal(want.Failure)
	}
	in := params{"RoleSessionName": "worked"}
	if id := s.Context.Values["sts:external_id"]; len(id) > 0 {
		in["ExternalId"] = id[0]
	}
	code := ""
	switch {
	case want.Decision.Allowed:
	case want.Decision.Layer == policy.LayerResource:
		code = "UnauthorizedOperation"
	default:
		code = denied
	}
	for _, name := range s.Objects[0] {
		in["RoleArn"] = name.String()
		a := s.call(s.t, s.key(), "sts:AssumeRole", in).wants(s.t, code)
		s.assumed[a.str("RequestId")] = want.Decision
	}
	for _, who := range s.subjects() {
		questions := s.questions(who)
		s.compare("ExplainDecision", who, s.explain(s.side(s.Principal.Account.UIN).asker, questions), &want)
		questions[0].Resource.Properties = nil // what the role trusts the door reads for itself, of the owner's role
		got := s.decide(s.a.asker, questions)
		if s.Principal.Account.UIN == number(s.a.UIN) {
			shown := want
			if want.Decision.Layer == policy.LayerResource {
				shown.Decision.Statement = nil // what the trust policy says is half a secret
			}
			s.compare("evaluation", who, got, &shown)
		} else {
			s.told(who, got, &want)
		}
	}
}

// checkAssumed holds what the audit trail keeps of the calls of AssumeRole to the decisions of the engine.
func (w *world) checkAssumed(t *testing.T) {
	seen := 0
	for _, r := range w.records(t, "--action", "sts:AssumeRole", "--limit", "100000") {
		d, ok := w.assumed[r.RequestID]
		if !ok {
			continue
		}
		seen++
		if r.Decision.Effect != d.Effect.String() || r.Decision.Layer != d.Layer.String() {
			t.Errorf("%v: recorded as %s(%s), want %s", r.Resources, r.Decision.Effect, r.Decision.Layer, scenario.Summary(d))
		}
	}
	if len(w.assumed) == 0 || seen < len(w.assumed) {
		t.Errorf("%d of %d calls of AssumeRole are recorded", seen, len(w.assumed))
	}
}

// Every worked case is in the files, and what is excused is theirs.
func TestWorkedCasesAreAllThere(t *testing.T) {
	file, err := scenario.ReadFile(caseFiles[0])
	if err != nil {
		t.Fatal(err)
	}
	var numbers []int
	for _, c := range file.Cases {
		numbers = append(numbers, c.Number)
	}
	for n := 1; n <= 105; n++ {
		if !slices.Contains(numbers, n) {
			t.Errorf("case %d is missing", n)
		}
	}
}
