package policy

import (
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

// A Set holds the statements of one layer, compiled. It is immutable and may
// be used from several goroutines.
type Set struct {
	// byService holds the statements that can match a service, in the order
	// of their sources; everyService those that match any other.
	byService    map[string][]*statement
	everyService []*statement
	broken       []Ref
	timed        bool // a condition looks at the time
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
	set := &Set{byService: map[string][]*statement{}}
	var all []*statement
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
				actions: env.Features.expand(s.actions), resources: s.resources,
				conds: s.compiled, principal: s.Principal,
			}
			if st.principal == nil {
				st.principal = src.Document.Principal
			}
			for i := range st.conds {
				set.timed = set.timed || st.conds[i].key.kind == keyTime
			}
			all = append(all, st)
		}
	}
	set.index(all)
	return set
}

// index sorts statements by the services of their actions.
func (set *Set) index(all []*statement) {
	for _, st := range all {
		for i := range st.actions {
			if a := &st.actions[i]; a.service.Literal() {
				set.byService[a.service.String()] = nil
			}
		}
	}
	for _, st := range all {
		if st.anyService() {
			set.everyService = append(set.everyService, st)
			for service := range set.byService {
				if st.touches(service) {
					set.byService[service] = append(set.byService[service], st)
				}
			}
			continue
		}
		for i := range st.actions {
			service := st.actions[i].service.String()
			if list := set.byService[service]; len(list) == 0 || list[len(list)-1] != st {
				set.byService[service] = append(list, st)
			}
		}
	}
}

func (st *statement) anyService() bool {
	for i := range st.actions {
		if !st.actions[i].service.Literal() {
			return true
		}
	}
	return false
}

func (st *statement) touches(service string) bool {
	for i := range st.actions {
		if st.actions[i].service.Match(service) {
			return true
		}
	}
	return false
}

// Broken returns the policies of the set that cannot be read, for an alarm.
func (set *Set) Broken() []Ref { return append([]Ref(nil), set.broken...) }

// candidates returns the statements that may say something about a service.
func (set *Set) candidates(service string) []*statement {
	if list, ok := set.byService[service]; ok {
		return list
	}
	return set.everyService
}

// action reports whether the statement is about the action.
func (st *statement) action(e *evaluation) bool {
	for i := range st.actions {
		a := &st.actions[i]
		if a.match(e.service, e.q.Action.Name) && (e.q.Granularity != ServiceLevel || a.whole(e.service)) {
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
		if e.any {
			if r.pattern.MatchAny(e.service, scope.Scope) {
				return true
			}
			continue
		}
		for j := range e.q.Resource {
			// The path first: it tells most patterns apart.
			name := &e.q.Resource[j]
			if r.path.match(name.Path, &e.q.Principal) && r.pattern.MatchHead(name, &scope.Scope) {
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
