package reach

import (
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// Products says what is known of products. Any method may answer that nothing
// is.
type Products interface {
	// Actions returns the names of all actions of a product; none unless all
	// of them are known.
	Actions(service string) []string
	// Granularity returns how finely an action can be granted.
	Granularity(service, action string) (level policy.Granularity, known bool)
	// ResourceServices returns the services of the resources that an action
	// touches; none if they are not known.
	ResourceServices(service, action string) []string
}

// Options say what bears on the choice of witnesses.
type Options struct {
	// Principal is who asks: it fills in variables, and says whose account an
	// empty account segment means.
	Principal policy.Principal
	// Owner is the account that owns the objects; the principal's if zero.
	Owner qcs.Account
	// Kind is what the policies are for.
	Kind policy.DocumentKind
	// Role names the role whose trust policies are compared.
	Role []qcs.Resource
	// Facts are those of every request, such as an address. Conditions are
	// tried with other values too.
	Facts policy.Context
	// Others are the policies that stay, and that have a say beside those
	// that are compared. A difference that only shows inside what a boundary
	// allows is found if the boundary is here.
	Others []*policy.Document
	// Features are the known feature sets; nil means policy.DefaultFeatures.
	Features policy.Features
	// Products may be nil.
	Products Products
	// Limit bounds the questions; 0 means 20,000.
	Limit int

	foreign bool // what is of other accounts can be allowed too
}

// A Witness is a question that stands for many: whatever the patterns match
// and no narrower witness stands for is decided alike.
type Witness struct {
	Action   string   // pattern
	Actions  []string // those it stands for, of a product whose actions are all known
	Resource string   // pattern
	Facts    []Fact   // besides those of the options
	// Question lacks the layers, which the caller has.
	Question policy.Question
}

// A Fact is a value of a condition key.
type Fact struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// The bounds of a comparison.
const (
	defaultLimit = 20_000
	maxPatterns  = 400 // of actions, and of the resources of one action
	maxFacts     = 64  // combinations of facts that are tried
	maxWork      = 2_000_000
)

// Witnesses returns the questions at which the answers by two sets of policies
// can differ, and whether there are more than it returns.
func Witnesses(old, new []policy.Source, o Options) (questions []Witness, partial bool) {
	s := newSearch(old, new, o)
	for _, cell := range s.cells() {
		for _, facts := range s.facts(&cell) {
			if len(questions) == s.limit() {
				return questions, true
			}
			questions = append(questions, s.witness(&cell, facts))
		}
	}
	return questions, s.partial
}

// A rule is a statement, as far as a witness depends on it.
type rule struct {
	statement *policy.Statement
	changed   bool // it is in one of the two sets only
	actions   []Action
	resources []Resource // variables filled in, accounts by number
	role      bool       // of a trust policy: the role
	met       []Fact     // with these its conditions hold
	unmet     []Fact     // with these they do not
	canMeet   bool
}

// A search is the work on one pair of sets.
type search struct {
	o       Options
	owner   qcs.Account
	self    qcs.Account // what an empty account segment means
	rules   []*rule
	filler  string            // letters that no pattern has
	labels  map[string]string // resources as they were written
	work    meter
	partial bool
}

func newSearch(old, new []policy.Source, o Options) *search {
	s := &search{o: o, owner: o.Owner, self: o.Principal.Account, labels: map[string]string{}, work: meter{maxWork}}
	if s.owner.UIN == "" {
		s.owner = o.Principal.Account
	}
	if s.owner.UIN == "" {
		s.owner.UIN = "1"
	}
	if o.Kind == policy.ControlPolicy || o.Kind == policy.ResourcePolicy || o.Kind == policy.TrustPolicy {
		s.self = s.owner
	}
	removed, added := Statements(old, new)
	gone := map[*policy.Statement]bool{}
	for _, list := range [][]Statement{removed, added} {
		for _, st := range list {
			gone[st.Statement] = true
		}
	}
	for _, set := range [][]policy.Source{old, new} {
		for _, source := range set {
			if source.Document != nil {
				s.read(source.Document, gone)
			}
		}
	}
	for _, d := range o.Others {
		s.read(d, nil)
	}
	s.filler = s.unused()
	for _, r := range s.rules {
		s.conditions(r)
	}
	return s
}

func (s *search) limit() int {
	if s.o.Limit > 0 {
		return s.o.Limit
	}
	return defaultLimit
}

func (s *search) read(d *policy.Document, changed map[*policy.Statement]bool) {
	for i := range d.Statements {
		st := &d.Statements[i]
		r := &rule{statement: st, changed: changed[st], actions: ExpandActions(st.Actions, s.o.Features), role: st.Resources == nil}
		for _, text := range st.Resources {
			for _, filled := range s.fill(text) {
				if resource, ok := s.resolve(filled); ok {
					r.resources = append(r.resources, resource)
					s.labels[resource.text] = text
				}
			}
		}
		s.rules = append(s.rules, r)
	}
}

// fill puts the principal's values in the place of variables, once for each
// tag where tags occur. What has no value, or one with a star, which would be
// taken for a wildcard, matches nothing.
func (s *search) fill(text string) []string {
	if !strings.Contains(text, "${") {
		return []string{text}
	}
	p := &s.o.Principal
	self := map[policy.PrincipalKind]string{policy.Root: p.Account.UIN, policy.User: p.UIN, policy.Role: p.RoleID}[p.Kind]
	values := []string{"${uin}", self, "${owner_uin}", p.Account.UIN, "${app_id}", p.Account.AppID}
	for i := 0; i < len(values); i += 2 {
		if v := values[i+1]; strings.Contains(text, values[i]) && (v == "" || strings.Contains(v, "*")) {
			return nil
		}
	}
	text = strings.NewReplacer(values...).Replace(text)
	if !strings.Contains(text, "${") {
		return []string{text}
	}
	var all []string
	for _, t := range p.Tags {
		if !strings.Contains(t.String(), "*") {
			all = append(all, strings.NewReplacer("${qcs:principal_tag_key}", t.Key(), "${qcs:principal_tag_value}", t.Value()).Replace(text))
		}
	}
	return all
}

// resolve names the account of a resource by its number, so that patterns of
// different policies can be compared.
func (s *search) resolve(text string) (Resource, bool) {
	r, err := ParseResource(text)
	if err != nil || r.everything {
		return r, err == nil
	}
	account := r.account
	switch {
	case account == "" && s.self.UIN == "":
		return r, false // nobody's own
	case account == "":
		account = "uin/" + s.self.UIN
	case account == "uid/"+s.owner.AppID:
		account = "uin/" + s.owner.UIN
	case account == "uid/"+s.self.AppID:
		account = "uin/" + s.self.UIN
	}
	r, err = ParseResource(join(r.project, r.service.text, r.region.text, account, r.path.text))
	return r, err == nil
}

func join(project, service, region, account, path string) string {
	return strings.Join([]string{"qcs", project, service, region, account, path}, ":")
}

// unused finds a letter that no pattern has. What a pattern matches with it in
// the place of stars is matched by what covers the pattern, and by nothing
// else.
func (s *search) unused() string {
	var all strings.Builder
	for _, r := range s.rules {
		for _, a := range r.actions {
			all.WriteString(strings.ToLower(a.String()))
		}
		for _, x := range r.resources {
			all.WriteString(strings.ToLower(x.text))
		}
	}
	for _, c := range "xzqjkvwy0123456789abcdefghilmnoprstu" {
		if !strings.ContainsRune(all.String(), c) {
			return string(c)
		}
	}
	return "xzqjkvwy" // somebody used every letter: chance has to do
}

// A cell is a pattern of actions on a pattern of resources.
type cell struct {
	action   Action
	actions  []string // real ones, where they are known
	resource Resource
	label    string // of the resource
	// What is asked for.
	asked    policy.Action
	objects  []qcs.Resource
	level    policy.Granularity
	noObject bool
	rules    []*rule // that match
}

// cells pairs the patterns of actions with those of resources.
func (s *search) cells() []cell {
	var all []cell
	for _, a := range s.actions() {
		var rules []*rule
		changed := false
		for _, r := range s.rules {
			if slices.ContainsFunc(r.actions, func(p Action) bool { return p.Match(a.asked) }) {
				rules = append(rules, r)
				changed = changed || r.changed
			}
		}
		if !changed {
			continue
		}
		for _, c := range s.resources(a, rules) {
			if slices.ContainsFunc(c.rules, func(r *rule) bool { return r.changed }) {
				all = append(all, c)
			}
		}
	}
	return all
}

// actions are the patterns of actions that changed statements have, alone and
// where they meet others.
func (s *search) actions() []cell {
	var seeds, all []string
	for _, r := range s.rules {
		for _, a := range r.actions {
			all = append(all, a.String())
			if r.changed {
				seeds = append(seeds, a.String())
			}
		}
		for _, x := range r.resources {
			// It is about calls without object too, to its own service only.
			if x.Any() && x.service.glob.Literal() {
				all = append(all, x.service.text+":*")
			}
		}
	}
	patterns := s.closure(seeds, all, s.meetActions)
	var cells []cell
	for _, text := range patterns {
		a, ok := ParseAction(text)
		if !ok {
			continue
		}
		if s.o.Products != nil && a.service.glob.Literal() && len(s.o.Products.Actions(a.Service())) > 0 {
			continue // by their names, below
		}
		cells = append(cells, cell{action: a, asked: policy.Action{Service: s.instance(a.Service()), Name: s.instance(a.Name())}})
	}
	return append(cells, s.known(patterns)...)
}

func (s *search) meetActions(a, b string) []string {
	serviceA, nameA, _ := strings.Cut(a, ":")
	serviceB, nameB, _ := strings.Cut(b, ":")
	var all []string
	for _, service := range s.work.meet(serviceA, serviceB) {
		for _, name := range s.work.meet(nameA, nameB) {
			all = append(all, service+":"+name)
		}
	}
	return all
}

// known are actions by name, of products whose actions are all known: those
// that the same patterns match are one cell.
func (s *search) known(patterns []string) []cell {
	if s.o.Products == nil {
		return nil
	}
	var parsed []Action
	services := map[string]bool{}
	for _, text := range patterns {
		if a, ok := ParseAction(text); ok {
			parsed = append(parsed, a)
			services[a.Service()] = a.service.glob.Literal()
		}
	}
	var cells []cell
	bySignature := map[string]int{}
	for _, service := range sortedKeys(services) {
		if !services[service] {
			continue
		}
		for _, name := range s.o.Products.Actions(service) {
			action := policy.Action{Service: service, Name: name}
			signature, narrowest := service+" ", -1
			for i := range parsed {
				if !parsed[i].Match(action) {
					continue
				}
				signature += string(rune(0x100 + i)) // patterns are few
				if narrowest < 0 || parsed[narrowest].Covers(&parsed[i]) {
					narrowest = i
				}
			}
			if narrowest < 0 {
				continue
			}
			level, _ := s.o.Products.Granularity(service, name)
			signature += string(rune('0' + level))
			i, ok := bySignature[signature]
			if !ok {
				i = len(cells)
				bySignature[signature] = i
				cells = append(cells, cell{action: parsed[narrowest], asked: action})
			}
			cells[i].actions = append(cells[i].actions, service+":"+name)
		}
	}
	return cells
}

func sortedKeys(m map[string]bool) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// closure returns the seeds and all that they meet in the others.
func (s *search) closure(seeds, all []string, meet func(a, b string) []string) []string {
	seen := map[string]bool{}
	var list []string
	add := func(texts ...string) {
		for _, t := range texts {
			if !seen[t] {
				seen[t] = true
				list = append(list, t)
			}
		}
	}
	add(seeds...)
	for i := 0; i < len(list); i++ {
		if len(list) > maxPatterns || s.work.left <= 0 {
			s.partial = true
			return list[:min(len(list), maxPatterns)]
		}
		for _, other := range all {
			if other != list[i] && len(list) <= maxPatterns {
				add(meet(list[i], other)...)
			}
		}
	}
	return list
}

// instance is a text that a pattern matches, and that matches nothing by
// chance.
func (s *search) instance(pattern string) string { return strings.ReplaceAll(pattern, "*", s.filler) }
