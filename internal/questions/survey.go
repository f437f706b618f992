package questions

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// maxSteps bounds what one survey compares: two patterns, or a statement with a question.
const maxSteps = 5_000_000

// survey finds what there is to decide about one principal: pairs of an action and a pattern of resources that some
// statement allows, and that what caps the principal allows too.
type survey struct {
	products Catalogue
	who      *policy.Principal
	allows   []span   // of the identity policies
	caps     [][]span // what the boundary and the session policy allow, where there are any
	denies   []span
	steps    int
}

// span is one pattern of actions of a statement with its resources.
type span struct {
	layer         policy.Layer
	policyID      int64
	service, name string // patterns, the service in lower case
	objects       []objects
}

// pair is an action, or a pattern of actions where nobody knows them, on a pattern of resources.
type pair struct {
	name   string
	object objects
}

// survey reads the policies of a principal. What is asked of them is asked later, in prepared.
func (p *Product) survey(ctx context.Context, c *call.Call, who *call.Principal, prepared *policy.Question) (*survey, error) {
	s := &survey{products: p.products, who: &prepared.Principal}
	if who.Kind == call.Root {
		s.allows = []span{{layer: policy.LayerIdentity, service: "*", name: "*", objects: []objects{everything}}}
	} else {
		bound, err := p.directory.Effective(ctx, c.Account(), who.Kind, who.ID())
		if err != nil {
			return nil, err
		}
		identity, err := p.directory.Documents(ctx, c.Account(), bound.Policies, bound.Groups)
		if err != nil {
			return nil, err
		}
		for _, d := range identity {
			s.allows = append(s.allows, s.read(policy.LayerIdentity, d)...)
		}
		if err := p.readBoundary(ctx, c, s, bound.Boundary); err != nil {
			return nil, err
		}
	}
	if who.Session != nil && who.Session.Policy != "" {
		s.caps = append(s.caps, s.read(policy.LayerSession, access.Document{Text: who.Session.Policy}))
	}
	return s, nil
}

// readBoundary takes in the boundary of a principal, if it has one.
func (p *Product) readBoundary(ctx context.Context, c *call.Call, s *survey, id int64) error {
	if id == 0 {
		return nil
	}
	boundary, err := p.directory.Documents(ctx, c.Account(), []int64{id}, nil)
	if err != nil {
		return err
	}
	allows := []span{}
	for _, d := range boundary {
		allows = s.read(policy.LayerBoundary, d)
	}
	s.caps = append(s.caps, allows)
	return nil
}

// read takes in a document: it keeps the denies and returns what is allowed. One that no longer parses allows nothing.
func (s *survey) read(layer policy.Layer, from access.Document) (allows []span) {
	d, err := policy.Parse(from.Text)
	if err != nil {
		return nil
	}
	for i := range d.Statements {
		st := &d.Statements[i]
		var on []objects
		for _, r := range st.Resources {
			on = append(on, objectsOf(r, s.who)...)
		}
		for _, a := range actionsOf(st) {
			sp := span{layer, from.ID, a.Service, a.Name, on}
			if st.Effect == policy.Allow {
				allows = append(allows, sp)
			} else {
				s.denies = append(s.denies, sp)
			}
		}
	}
	return allows
}

// actionsOf are the patterns of a statement's actions. The name of a feature set stands for the set.
func actionsOf(s *policy.Statement) []policy.Action {
	var all []policy.Action
	for _, text := range s.Actions {
		list := []string{text}
		if text != "*" && !strings.Contains(text, ":") {
			list = policy.DefaultFeatures()[text]
		}
		for _, a := range list {
			service, name, ok := strings.Cut(strings.TrimPrefix(a, "name/"), ":")
			if !ok {
				name = "*" // the bare star
			}
			all = append(all, policy.Action{Service: strings.ToLower(service), Name: name})
		}
	}
	return all
}

// services are those that have to be looked at: the registered ones, those that the policies name, and the patterns that
// stand for all others.
func (s *survey) services() []string {
	all := map[string]bool{}
	for service := range s.products.Titles() {
		all[service] = true
	}
	for _, list := range append([][]span{s.allows}, s.caps...) {
		for _, sp := range list {
			if !strings.Contains(sp.service, "*") {
				all[sp.service] = true
			}
		}
	}
	for _, sp := range s.allows {
		all[sp.service] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// named are the services that the identity policies name.
func (s *survey) named() map[string]bool {
	all := map[string]bool{}
	for _, sp := range s.allows {
		if !strings.Contains(sp.service, "*") {
			all[sp.service] = true
		}
	}
	return all
}

// pairs are what may be allowed on a service. Not all of them where that takes too many steps.
func (s *survey) pairs(service string) []pair {
	found := map[pair]bool{}
	for _, sp := range s.allows {
		if !covers(sp.service, service) {
			continue
		}
		for _, name := range s.names(service, sp.name) {
			for _, o := range sp.objects {
				found[pair{name, o}] = true
				s.steps++
			}
			if s.spent() {
				return nil
			}
		}
	}
	for _, list := range s.caps {
		found = s.within(service, found, list)
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b pair) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return strings.Compare(a.object.String(), b.object.String())
	})
}

// within is what of some pairs a cap allows too.
func (s *survey) within(service string, pairs map[pair]bool, list []span) map[pair]bool {
	found := map[pair]bool{}
	for p := range pairs {
		for _, sp := range list {
			if s.steps++; s.spent() {
				return found
			}
			name, ok := meet(p.name, sp.name)
			if !ok || !covers(sp.service, service) {
				continue
			}
			for _, o := range sp.objects {
				s.steps++
				if m, ok := p.object.meet(o); ok {
					found[pair{name, m}] = true
				}
			}
		}
	}
	return found
}

// names are the actions of a service that a pattern means: those that are known, and where they may not be all, or
// nobody knows any, the pattern itself.
func (s *survey) names(service, pattern string) []string {
	var all []string
	if !s.products.Complete(service) {
		all = append(all, pattern)
	}
	for name := range s.products.Actions(service) {
		if s.steps++; covers(pattern, name) && name != pattern {
			all = append(all, name)
		}
	}
	if s.products.Complete(service) && s.products.Actions(service)[pattern] {
		all = append(all, pattern)
	}
	return all
}

// weight is the steps of a decision: most statements are about another service or action.
func (s *survey) weight() int { return 1 + (len(s.allows)+len(s.denies))/8 }

func (s *survey) spent() bool { return s.steps > maxSteps }

// except are the denies that are about a part of a pair only: who decides about all of it does not meet them. whole says
// that the pair is about one object, or none, of which there are no parts.
func (s *survey) except(service string, p pair, whole bool) []span {
	var parts []span
	object := p.object.meant(service, s.who)
	for _, sp := range s.denies {
		s.steps++
		if !overlap(sp.service, service) || !overlap(sp.name, p.name) {
			continue
		}
		every := covers(sp.service, service) && covers(sp.name, p.name)
		if whole {
			if !every {
				parts = append(parts, sp)
			}
			continue
		}
		part := span{layer: sp.layer, policyID: sp.policyID, service: sp.service, name: sp.name}
		for _, o := range sp.objects {
			if m, ok := object.meet(o); ok && !(every && m == object) {
				part.objects = append(part.objects, o)
			}
		}
		if len(part.objects) > 0 {
			parts = append(parts, part)
		}
	}
	return parts
}

// question is what decides about a pair.
func (s *survey) question(prepared *policy.Question, service string, p pair, level policy.Granularity) *policy.Question {
	q := *prepared
	q.Action = policy.Action{Service: service, Name: p.name}
	q.Granularity, q.Resource = level, []qcs.Resource{p.object.object(service, s.who)}
	if level != policy.ResourceLevel {
		q.Resource = []qcs.Resource{qcs.Any}
	}
	return &q
}
