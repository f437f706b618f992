package questions

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// shelf is a catalogue of two products: all of the actions of cvm are known, of cos one. A survey asks for no more of it.
type shelf struct{ Catalogue }

func (shelf) Registered(string) bool { return false }

func (shelf) Titles() map[string]string { return map[string]string{"cvm": "", "cos": ""} }

func (shelf) Actions(service string) map[string]bool {
	return map[string]map[string]bool{"cvm": {"Do": true, "DoAll": true, "Stop": true, "List": true}, "cos": {"Get": true}}[service]
}

func (shelf) Complete(service string) bool { return service == "cvm" }

func (shelf) Granularity(service, action string) policy.Granularity {
	if service == "cvm" && action == "List" {
		return policy.OperationLevel
	}
	return policy.ResourceLevel
}

func (shelf) ResourceServices(string, string) []string { return nil }

func drawPolicy(t *rapid.T, what string, effects ...string) string {
	var all []string
	for range rapid.IntRange(1, 3).Draw(t, what) {
		list := func(from ...string) string {
			return `["` + strings.Join(rapid.SliceOfN(rapid.SampledFrom(from), 1, 2).Draw(t, what), `","`) + `"]`
		}
		all = append(all, `{"effect":"`+rapid.SampledFrom(effects).Draw(t, what)+
			`","action":`+list("*", "cvm:*", "cvm:Do*", "cvm:Do", "cvm:List", "cos:*", "cos:G*", "cos:Put", "c*:Do", "new:Do*")+
			`,"resource":`+list("*", "qcs::cvm:::*", "qcs::cvm:::a/*", "qcs::cvm:gz::*", "qcs::cvm:::a/1", "qcs::cvm:::a/${uin}", "qcs::cos:::*", "qcs::cvm::uin/2:a/*")+`}`)
	}
	return `{"version":"2.0","statement":[` + strings.Join(all, ",") + `]}`
}

// drawn is a principal with its policies, and the survey of them.
type drawn struct {
	*survey
	prepared *policy.Question
}

func drawSurvey(t *rapid.T) drawn {
	q := &policy.Question{Principal: policy.Principal{Kind: policy.User, UIN: "11", Account: qcs.Account{UIN: "1"}}}
	d := drawn{&survey{products: shelf{}, who: &q.Principal}, q}
	compiled := func(text string) *policy.Set {
		parsed, err := policy.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return policy.Compile([]policy.Source{{Document: parsed}}, policy.Env{})
	}
	text := drawPolicy(t, "identity", "allow", "allow", "deny")
	d.allows, q.Layers.Identity = d.read(policy.LayerIdentity, access.Document{Text: text}), compiled(text)
	if rapid.Bool().Draw(t, "bounded") {
		text := drawPolicy(t, "boundary", "allow", "allow", "deny")
		d.caps, q.Layers.Boundary = append(d.caps, d.read(policy.LayerBoundary, access.Document{Text: text})), compiled(text)
	}
	return d
}

// matches reports whether an action on an object is of a pattern of both.
func (d drawn) matches(q *policy.Question, service, name string, o objects) bool {
	if !covers(service, q.Action.Service) || !covers(name, q.Action.Name) {
		return false
	}
	r, err := qcs.ParsePattern(o.meant(q.Action.Service, d.who).String())
	return q.Granularity != policy.ResourceLevel || err == nil && r.Match(q.Resource[0], qcs.Scope{Self: d.who.Account})
}

// find looks for a question among what the survey found and a decision allows. excepted tells that it is of a part that is
// not.
func (d drawn) find(q *policy.Question) (found, excepted bool) {
	services := d.services()
	for _, place := range services {
		if place != q.Action.Service && (slices.Contains(services, q.Action.Service) || !covers(place, q.Action.Service)) {
			continue // the patterns stand for the services that have no entry of their own
		}
		for _, p := range d.pairs(place) {
			level := shelf{}.Granularity(place, p.name)
			if level != policy.ResourceLevel {
				p.object = everything
			}
			_, verdict := policy.Judge(d.question(d.prepared, place, p, level), func(string) bool { return false })
			if verdict != policy.Granted || !d.matches(q, place, p.name, p.object) {
				continue
			}
			part := false
			for _, sp := range d.except(place, p, level != policy.ResourceLevel) {
				part = part || slices.ContainsFunc(sp.objects, func(o objects) bool { return d.matches(q, sp.service, sp.name, o) })
			}
			found, excepted = found || !part, excepted || part
		}
	}
	return found, excepted
}

// Whatever is allowed is among the pairs that a survey finds and a decision allows; and such a pair is allowed as a whole,
// but for what is excepted.
func TestASurveyFindsAllThatIsAllowed(t *testing.T) {
	allowed, parts := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		d := drawSurvey(t)
		for service, names := range map[string][]string{"cvm": {"Do", "DoAll", "Stop", "List"}, "cos": {"Get", "Put", "GetX"}, "new": {"Do", "DoX"}, "other": {"Do"}} {
			for _, name := range names {
				for _, path := range []string{"a/1", "a/11", "a/2", "b"} {
					q := *d.prepared
					q.Action, q.Granularity = policy.Action{Service: service, Name: name}, shelf{}.Granularity(service, name)
					region := rapid.SampledFrom([]string{"", "ap-guangzhou", "ap-shanghai"}).Draw(t, "region")
					q.Resource = []qcs.Resource{{Service: service, Account: "uin/1", Region: region, Path: path}}
					if q.Granularity != policy.ResourceLevel {
						q.Resource = []qcs.Resource{qcs.Any}
					}
					found, excepted := d.find(&q)
					want := policy.Decide(&q).Allowed
					if found && !want {
						t.Fatalf("%s on %s is found allowed, but is not", q.Action, q.Resource[0])
					}
					if want && !found && !excepted {
						t.Fatalf("%s on %s is allowed, but not found", q.Action, q.Resource[0])
					}
					allowed, parts = allowed+count(want), parts+count(excepted)
				}
			}
		}
	})
	if allowed == 0 || parts == 0 {
		t.Errorf("%d questions were allowed, %d excepted: too few to tell", allowed, parts)
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestASurveyHasABound(t *testing.T) {
	s := &survey{products: shelf{}, who: &policy.Principal{Kind: policy.User, UIN: "11", Account: qcs.Account{UIN: "1"}}}
	wide := func(service string) (list []span) {
		for i := range 3000 {
			list = append(list, span{service: service, name: strings.Repeat("x", i%50) + "*", objects: []objects{everything}})
		}
		return list
	}
	s.allows, s.caps = wide("new"), [][]span{wide("*"), wide("*")}
	s.pairs("new")
	if s.spent() {
		t.Fatalf("3,000 statements took %d steps", s.steps)
	}
	for i := range s.allows {
		s.allows[i].objects = []objects{{service: "new", region: "*", account: "*", path: strings.Repeat("y", i)}}
	}
	s.pairs("new")
	if !s.spent() || s.steps > maxSteps+10_000 {
		t.Errorf("the survey ended after %d steps", s.steps)
	}
}
