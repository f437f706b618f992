package policy

import (
	"maps"
	"slices"

	"github.com/hufu-iam/hufu/qcs"
)

// A Source is one policy that takes part in a set. ID, Name and Version are
// what decisions name it by.
type Source struct {
	ID      int64
	Name    string
	Version int64
	// Document is nil for a stored policy that no longer parses. Such a
	// policy grants nothing, and in every layer but identity it denies
	// everything: what it limited cannot be known.
	Document *Document
}

// A Ref names a statement of a set.
type Ref struct {
	PolicyID   int64  `json:"policyId"`
	PolicyName string `json:"policyName"`
	Version    int64  `json:"version"`
	Index      int    `json:"index"` // of the statement, from 0; -1 for a policy that cannot be read
}

// A Set holds the statements of one layer, compiled and indexed. It is
// immutable and may be used from several goroutines.
type Set struct {
	services   services     // of actions with a literal service
	open       *index       // of actions with a wildcard in it; nil without
	statements []*statement // in the order of their sources
	broken     []Ref
	timed      bool // a condition looks at the time
	size       int
}

// A statement, compiled.
type statement struct {
	ref       Ref
	source    *Statement
	effect    Effect
	actions   []action
	resources []resource // empty: the member is absent
	conds     []condition
	principal *Principals
	spread    bool // over so many services that it is indexed under none
}

// An Env holds what the meaning of documents depends on beside their text.
// The zero Env is good.
type Env struct {
	// Features are the known feature sets; nil means [DefaultFeatures].
	Features Features
}

// Compile makes the set of some policies. Their order does not matter to any
// decision; it only picks which of several equal statements is named.
func Compile(sources []Source, env Env) *Set {
	if env.Features == nil {
		env.Features = DefaultFeatures()
	}
	set := &Set{}
	for _, src := range sources {
		ref := Ref{src.ID, src.Name, src.Version, -1}
		if src.Document == nil {
			set.broken = append(set.broken, ref)
			continue
		}
		for i := range src.Document.Statements {
			s := &src.Document.Statements[i]
			ref.Index = i
			st := &statement{
				ref: ref, source: s, effect: s.Effect,
				actions: distinct(env.Features.expand(s.actions), action.same), resources: distinct(s.resources, resource.same),
				conds: s.compiled, principal: s.Principal,
			}
			if st.principal == nil {
				st.principal = src.Document.Principal
			}
			for i := range st.conds {
				set.timed = set.timed || st.conds[i].key.kind == keyTime
			}
			set.statements = append(set.statements, st)
		}
	}
	set.index()
	return set
}

// index sorts the statements by the services of their actions. One that names
// several services is in several indexes, unless it names so many, and so many
// resources, that it had better be looked at for each of them.
func (set *Set) index() {
	byService := map[string][]*statement{}
	var open []*statement
	// The statement last appended is all that can be the same one.
	add := func(list []*statement, st *statement) []*statement {
		if len(list) > 0 && list[len(list)-1] == st {
			return list
		}
		return append(list, st)
	}
	size := 0
	for _, st := range set.statements {
		size += st.size()
		st.spread = st.services()*len(st.resources) > 2*(len(st.actions)+len(st.resources))
		for i := range st.actions {
			if a := &st.actions[i]; a.service.Literal() && !st.spread {
				byService[a.service.String()] = add(byService[a.service.String()], st)
			} else {
				open = add(open, st)
			}
		}
	}
	b := indexer{budget: 4096 + size}
	for _, service := range slices.Sorted(maps.Keys(byService)) { // in order: the budget goes to the first
		set.services.add(service, b.statements(byService[service], func(_ *statement, a *action) bool {
			return a.service.Literal() && a.service.String() == service
		}))
	}
	if open != nil {
		set.open = b.statements(open, func(st *statement, a *action) bool { return st.spread || !a.service.Literal() })
	}
	set.size = size + b.postings
}

// size is how many patterns and values a statement is made of.
func (st *statement) size() int {
	n := 1 + len(st.actions) + len(st.resources)
	for i := range st.conds {
		n += len(st.conds[i].source.Values)
	}
	return n
}

// services is how many services the actions name.
func (st *statement) services() int {
	if len(st.actions) < 2 {
		return 1
	}
	names := map[string]bool{}
	for i := range st.actions {
		names[st.actions[i].service.String()] = true
	}
	return len(names)
}

// distinct leaves out what is there before. A list without repeats, as most
// are, stays as it is.
func distinct[T any](list []T, key func(T) string) []T {
	if len(list) < 2 {
		return list
	}
	seen := make(map[string]bool, len(list))
	for i := range list {
		seen[key(list[i])] = true
	}
	if len(seen) == len(list) {
		return list
	}
	clear(seen)
	var kept []T
	for _, one := range list {
		if k := key(one); !seen[k] {
			seen[k] = true
			kept = append(kept, one)
		}
	}
	return kept
}

func (a action) same() string { return a.service.String() + ":" + a.name.String() }

func (r resource) same() string { return r.pattern.String() }

// fewServices are found faster by comparing them all than by hashing.
const fewServices = 8

// services maps names to indexes.
type services struct {
	few  []service
	many map[string]*index // instead, beyond fewServices
}

type service struct {
	name  string
	index *index
}

func (s *services) add(name string, x *index) {
	if s.many == nil && len(s.few) < fewServices {
		s.few = append(s.few, service{name, x})
		return
	}
	if s.many == nil {
		s.many = map[string]*index{}
		for _, f := range s.few {
			s.many[f.name] = f.index
		}
	}
	s.many[name] = x
}

func (s *services) find(name string) *index {
	if s.many != nil {
		return s.many[name]
	}
	for i := range s.few {
		if s.few[i].name == name {
			return s.few[i].index
		}
	}
	return nil
}

// Len is the number of statements.
func (set *Set) Len() int { return len(set.statements) }

// Size is a measure of the memory that a set takes: one for each statement,
// pattern and value, and for each place in the index; some hundred bytes each.
func (set *Set) Size() int { return set.size }

// Broken returns the policies of the set that cannot be read, for an alarm.
func (set *Set) Broken() []Ref { return append([]Ref(nil), set.broken...) }

// isAction reports whether an action pattern is about the question's action.
func (e *evaluation) isAction(a *action) bool {
	return a.match(e.service, e.q.Action.Name) && (e.q.Granularity != ServiceLevel || a.whole(e.service))
}

// isResource reports whether a resource pattern is about one name of the
// question's resource. The path first: it tells most patterns apart.
func (e *evaluation) isResource(r *resource, name *qcs.Resource, scope *scope) bool {
	return r.path.match(name.Path, &e.q.Principal) && r.pattern.MatchHead(name, &scope.Scope)
}

// action reports whether the statement is about the action.
func (st *statement) action(e *evaluation) bool {
	for i := range st.actions {
		if e.isAction(&st.actions[i]) {
			return true
		}
	}
	return false
}

// resource reports whether the statement is about the resource of the
// question. Any name that matches will do, for allowing and for denying.
func (st *statement) resource(e *evaluation, scope *scope) bool {
	if len(st.resources) == 0 {
		return scope.trust
	}
	for i := range st.resources {
		r := &st.resources[i]
		if e.any && r.pattern.MatchAny(e.service, scope.Scope) {
			return true
		}
		for j := range e.q.Resource {
			if !e.any && e.isResource(r, &e.q.Resource[j], scope) {
				return true
			}
		}
	}
	return false
}

// condition reports whether every condition of the statement holds.
func (st *statement) condition(q *Question) bool {
	for i := range st.conds {
		if !st.conds[i].holds(q) {
			return false
		}
	}
	return true
}

// names reports whether the principal of a resource policy's statement is the
// caller, and whether it is everyone.
func (st *statement) names(p *Principal, owner qcs.Account) (named, anyone bool) {
	if st.principal == nil {
		// Validation refuses this. Of what slipped through, an allow is for
		// nobody and a deny for everybody.
		return st.effect == ExplicitDeny, false
	}
	anyone = st.principal.Anyone
	for i := range st.principal.Entries {
		e := &st.principal.Entries[i]
		switch {
		case e.Class == ClassService:
			named = named || p.Kind == Service && p.ServiceName == e.Text
		case e.Entity.Kind == qcs.KindAnyone:
			anyone = true
		default:
			named = named || p.is(&e.Entity, owner)
		}
	}
	return named, anyone
}

// is reports whether an entity means the principal.
func (p *Principal) is(e *qcs.Entity, owner qcs.Account) bool {
	switch e.Kind {
	case qcs.KindSAMLProvider, qcs.KindOIDCProvider:
		return p.Kind == Federated && p.Provider == *e
	}
	if e.Account != p.Account.UIN {
		return false
	}
	switch e.Kind {
	case qcs.KindAccount:
		return p.Kind == Root || p.Kind == User || p.Kind == Role
	case qcs.KindUser:
		return p.Kind == User && p.UIN == e.ID
	case qcs.KindRole:
		if p.Kind != Role || e.Service && !p.ServiceLinked {
			return false
		}
		return e.ID != "" && e.ID == p.RoleID || e.Name != "" && e.Name == p.RoleName
	case qcs.KindGroup:
		// Groups mean something in the account that owns the resource only.
		if p.Kind != User || e.Account != owner.UIN {
			return false
		}
		for _, id := range p.Groups {
			if id == e.ID {
				return true
			}
		}
	}
	return false
}
