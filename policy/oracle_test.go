package policy_test

import (
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// The oracle is the decision procedure written down as its documentation words
// it, for readers and without regard to speed: it reads the JSON text of the
// documents, scans every statement, and compares texts. It shares no code with
// the engine and knows only its public types; that the two agree on everything
// is what compare_test.go is about.
//
//	oracle_test.go            the procedure: root, levels, denies, caps, grant
//	oracle_document_test.go   from JSON text to statements
//	oracle_statement_test.go  whether action, resource and principal match
//	oracle_condition_test.go  conditions, keys and variables

// An oraclePolicy is one policy of a set. Of a broken one nothing is known but
// its name.
type oraclePolicy struct {
	ref        policy.Ref // Index is -1
	broken     bool
	statements []oracleStatement
}

// An oracleSet holds the policies of one layer. A nil set is a layer that is
// not there, unlike one without policies.
type oracleSet struct{ policies []oraclePolicy }

type oracleLayers struct {
	control []*oracleSet // the owner's account first
	sets    map[policy.Layer]*oracleSet
}

// An oracle has everything that one decision depends on: the question (its
// Resource and Layers are not looked at), the names of the resource as texts,
// and the layers.
type oracle struct {
	q      *policy.Question
	names  []oracleName
	owner  qcs.Account
	layers oracleLayers
	known  map[oracleLayer][]match // what matches returned
}

type oracleLayer struct {
	layer policy.Layer
	set   *oracleSet
}

func newOracle(q *policy.Question, names []string, layers oracleLayers) *oracle {
	o := &oracle{q: q, layers: layers, owner: q.Owner, known: map[oracleLayer][]match{}}
	if q.Granularity != policy.ResourceLevel {
		names = []string{"*"} // such an API touches no particular object
	}
	for _, n := range names {
		o.names = append(o.names, readName(n))
	}
	if o.owner == (qcs.Account{}) && len(o.names) > 0 {
		if first := o.names[0]; first.any {
			o.owner = q.Principal.Account
		} else if uin, ok := strings.CutPrefix(first.account, "uin/"); ok {
			o.owner = qcs.Account{UIN: uin}
		}
	}
	return o
}

// A verdict is what the oracle says of a question.
type verdict struct {
	effect policy.Effect
	layer  policy.Layer
}

// denyLayers are the layers in which a deny may stand, in the order in which
// they are read.
var denyLayers = []policy.Layer{policy.LayerGeneral, policy.LayerBoundary, policy.LayerSession, policy.LayerIdentity, policy.LayerResource}

func (o *oracle) decide() verdict {
	if len(o.names) == 0 {
		return verdict{policy.ImplicitDeny, policy.LayerNone}
	}

	// Root: the owner's root user, with its own long-term key or console
	// session, is allowed, unless it would assume a role. The control policies
	// are read first only if they are told to bind it.
	root := o.ownRoot() && !o.q.Principal.Temporary && o.layers.sets[policy.LayerSession] == nil && !o.q.AssumeRole
	if root && !o.q.Layers.LimitMemberRoot {
		return verdict{policy.Allow, policy.LayerRoot}
	}

	// Control policies: level by level up to the root node. A deny refuses, and
	// so does a level that does not allow.
	if !o.controlExempt() {
		for _, level := range o.layers.control {
			if o.denied(policy.LayerControl, level) || !o.allowed(policy.LayerControl, level) {
				return verdict{policy.ExplicitDeny, policy.LayerControl}
			}
		}
	}
	if root {
		return verdict{policy.Allow, policy.LayerRoot}
	}

	// Denies, wherever they stand.
	for _, layer := range denyLayers {
		if o.denied(layer, o.layers.sets[layer]) {
			return verdict{policy.ExplicitDeny, layer}
		}
	}

	// Caps: boundary and session policy must allow, if they are there.
	for _, layer := range []policy.Layer{policy.LayerBoundary, policy.LayerSession} {
		if set := o.layers.sets[layer]; set != nil && !o.allowed(layer, set) {
			return verdict{policy.ImplicitDeny, layer}
		}
	}
	return o.grant()
}

// grant is the last step: who must allow depends on who asks for what.
func (o *oracle) grant() verdict {
	kind := o.q.Principal.Kind
	idAllow := kind == policy.Root || o.allowed(policy.LayerIdentity, o.layers.sets[policy.LayerIdentity])
	resAllow := o.resourceAllows(false)
	anyAllow := o.resourceAllows(true)

	identity := verdict{policy.Allow, policy.LayerIdentity}
	resource := verdict{policy.Allow, policy.LayerResource}
	noIdentity := verdict{policy.ImplicitDeny, policy.LayerIdentity}
	noResource := verdict{policy.ImplicitDeny, policy.LayerResource}

	switch {
	case o.q.AssumeRole:
		// Trust is always needed and is never for everyone. Products and
		// identities of a provider have no policies of their own, and a root
		// user needs none.
		switch {
		case kind == policy.Anonymous || !resAllow:
			return noResource
		case kind == policy.Service || kind == policy.Federated || idAllow:
			return resource
		}
		return noIdentity
	case kind == policy.Anonymous:
		if anyAllow {
			return resource
		}
		return noResource
	case o.sameAccount():
		if idAllow {
			return identity
		}
		if resAllow || anyAllow {
			return resource
		}
		return noIdentity
	}
	// Across accounts both halves are needed.
	switch {
	case anyAllow || resAllow && idAllow:
		return resource
	case !resAllow:
		return noResource
	}
	return noIdentity
}

func (o *oracle) sameAccount() bool {
	return o.owner.UIN != "" && o.q.Principal.Account.UIN == o.owner.UIN
}

func (o *oracle) ownRoot() bool { return o.q.Principal.Kind == policy.Root && o.sameAccount() }

// controlExempt reports whether the levels of the organization do not bind the
// caller: the admin account, roles that products own, and the root user of a
// member in its own account, unless told otherwise.
func (o *oracle) controlExempt() bool {
	p := &o.q.Principal
	return o.q.Layers.ControlExempt ||
		p.Kind == policy.Role && p.ServiceLinked ||
		o.ownRoot() && !o.q.Layers.LimitMemberRoot
}

// denied reports whether a layer refuses. A policy that cannot be read denies
// everything, except among the identity's, where it only grants nothing.
func (o *oracle) denied(layer policy.Layer, set *oracleSet) bool {
	if set == nil || layer == policy.LayerGeneral && o.q.Principal.Kind != policy.User {
		return false
	}
	if layer != policy.LayerIdentity && slices.ContainsFunc(set.policies, func(p oraclePolicy) bool { return p.broken }) {
		return true
	}
	for _, m := range o.matches(layer, set) {
		if m.denies {
			return true
		}
	}
	return false
}

// allowed reports whether a set other than the resource's has an allow.
func (o *oracle) allowed(layer policy.Layer, set *oracleSet) bool {
	return slices.ContainsFunc(o.matches(layer, set), func(m match) bool { return m.allows })
}

// resourceAllows reports whether the resource's policy (or the role's trust
// policy) allows everyone, or this caller by name.
func (o *oracle) resourceAllows(anyone bool) bool {
	return slices.ContainsFunc(o.matches(policy.LayerResource, o.layers.sets[policy.LayerResource]), func(m match) bool {
		return m.allows && (anyone && m.anyone || !anyone && m.named)
	})
}

// A match is a statement that is about the question: action, resource and
// principal fit.
type match struct {
	ref     policy.Ref
	effect  policy.Effect
	applies bool // its conditions hold
	// anyone and named say whom a statement of a resource's policy is for.
	anyone, named  bool
	allows, denies bool // what it comes to
}

// matches lists the statements of a set that are about the question.
func (o *oracle) matches(layer policy.Layer, set *oracleSet) []match {
	if set == nil {
		return nil
	}
	list, ok := o.known[oracleLayer{layer, set}]
	if ok {
		return list
	}
	for i := range set.policies {
		p := &set.policies[i]
		for j := range p.statements {
			s := &p.statements[j]
			if !o.actionFits(s) || !o.resourceFits(s, layer) {
				continue
			}
			m := match{ref: p.ref, effect: s.effect}
			m.ref.Index = j
			if layer == policy.LayerResource {
				m.anyone, m.named = o.principalFits(s)
				if !o.isForCaller(s, m) {
					continue
				}
			}
			m.applies = o.conditionsHold(s)
			m.allows = m.applies && s.effect == policy.Allow
			m.denies = m.applies && s.effect == policy.ExplicitDeny
			list = append(list, m)
		}
	}
	o.known[oracleLayer{layer, set}] = list
	return list
}

// isForCaller reports whether a statement of a resource's policy is for the
// caller. A grant must say to whom; a deny that does not is for all. A deny for
// everyone is for unsigned callers only, but in a role's trust policy for all.
func (o *oracle) isForCaller(s *oracleStatement, m match) bool {
	if s.effect == policy.Allow {
		return m.named || m.anyone
	}
	return m.named || s.principal == nil || m.anyone && (o.q.AssumeRole || o.q.Principal.Kind == policy.Anonymous)
}

// self is the account that an empty account segment stands for: the caller's
// own in its policies, the accessed one in control and resource policies.
func (o *oracle) self(layer policy.Layer) qcs.Account {
	if layer == policy.LayerControl || layer == policy.LayerResource {
		return o.owner
	}
	return o.q.Principal.Account
}
