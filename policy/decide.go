package policy

import (
	"fmt"
	"slices"
	"sync"

	"github.com/hufu-iam/hufu/qcs"
)

// A Layer is a place where a decision can be made.
type Layer uint8

// The layers. LayerNone is a question that no layer was asked about.
const (
	LayerNone     Layer = iota
	LayerRoot           // the owner's root user needs no policy
	LayerControl        // an organization's control policies
	LayerGeneral        // the rules that bind every sub-user
	LayerBoundary       // the permissions boundary
	LayerSession        // the session policy
	LayerIdentity       // policies of users, groups and roles
	LayerResource       // the resource's own policy, or the role's trust policy
)

var layerNames = [...]string{"none", "root", "control", "general", "boundary", "session", "identity", "resource"}

// String returns the name used in explanations and audit records.
func (l Layer) String() string {
	return layerNames[l]
}

// MarshalText writes the name.
func (l Layer) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the name.
func (l *Layer) UnmarshalText(text []byte) error {
	i := slices.Index(layerNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("unknown layer %q", text)
	}
	*l = Layer(i)
	return nil
}

// A Decision is the answer to a [Question]. The zero Decision denies.
type Decision struct {
	Allowed bool   `json:"allowed"`
	Effect  Effect `json:"effect"`
	// Layer made the decision. Of an implicit denial it is the layer where
	// the allow was missing.
	Layer Layer `json:"layer"`
	// Statement made it; nil when it was the absence of one, or no statement
	// was needed. It is read-only.
	Statement *Ref `json:"statement,omitempty"`
}

func allowed(layer Layer, ref *Ref) Decision { return Decision{true, Allow, layer, ref} }
func denied(layer Layer, ref *Ref) Decision  { return Decision{false, ExplicitDeny, layer, ref} }
func lacking(layer Layer) Decision           { return Decision{false, ImplicitDeny, layer, nil} }

// General returns the rules that bind every sub-user and collaborator: the
// few calls that need a session with a second factor. The documentation
// prints them without an effect; they act as a deny.
func General() *Set { return general() }

var general = sync.OnceValue(func() *Set {
	d, _ := Parse(`{"version":"2.0","statement":[{"effect":"deny","action":["account:QueryKeyBySecretId",
		"account:SetSafeAuthFlag","account:BindToken","account:UnbindToken","account:ModifyMail",
		"account:ModifyPhoneNum"],"resource":"*","condition":{"string_equal":{"mfa":"0"}}}]}`)
	return Compile([]Source{{Name: "general", Version: 1, Document: d}}, Env{})
})

// Decide answers a question. It reads nothing but its argument, does not
// change it, and may be called from several goroutines. It allocates only
// where a condition looks at a moment or an address as text, at text as a
// moment, or at a variable without regard to case.
func Decide(q *Question) Decision {
	e := evaluation{q: q}
	if !e.prepare() {
		return lacking(LayerNone)
	}
	root := e.isOwnerRoot()
	if root && !q.Layers.LimitMemberRoot {
		return allowed(LayerRoot, nil)
	}
	if d := e.control(); d.Effect == ExplicitDeny {
		return d
	}
	if root {
		return allowed(LayerRoot, nil)
	}
	return e.grant()
}

// DecideAll answers several questions about one call, which is allowed only
// if all are: a call that touches several objects asks once for each. It
// returns the first refusal and its index, or the last decision and -1.
// Without questions the call is denied.
func DecideAll(questions ...*Question) (Decision, int) {
	d := lacking(LayerNone)
	for i, q := range questions {
		if d = Decide(q); !d.Allowed {
			return d, i
		}
	}
	return d, -1
}

// An evaluation is a question with what follows from it at once.
type evaluation struct {
	q       *Question
	service string
	any     bool // the call touches no object
	owner   qcs.Account
	caller  scope // of the policies on the caller's side
}

// prepare reports whether the question can be asked at all.
func (e *evaluation) prepare() bool {
	q := e.q
	e.service = lower(q.Action.Service)
	e.any = q.Granularity != ResourceLevel
	if !e.any {
		if len(q.Resource) == 0 {
			return false
		}
		e.any = q.Resource[0].IsAny()
	}
	switch {
	case q.Owner.UIN != "":
		e.owner = q.Owner
	case e.any:
		e.owner = q.Principal.Account
	default:
		e.owner.UIN = q.Resource[0].Owner()
	}
	if e.owner.AppID == "" && e.owner.UIN == q.Principal.Account.UIN {
		e.owner.AppID = q.Principal.Account.AppID
	}
	e.caller.Self, e.caller.Owner = q.Principal.Account, e.owner
	return true
}

// own reports whether the caller is of the account that owns the resource.
func (e *evaluation) own() bool {
	return e.q.Principal.Kind != Anonymous && e.owner.UIN != "" && e.owner.UIN == e.q.Principal.Account.UIN
}

func (e *evaluation) isOwnerRoot() bool {
	p := &e.q.Principal
	// Trust is required of everyone, and what a session policy or a
	// temporary key limits must stay limited.
	return p.Kind == Root && e.own() && !p.Temporary && e.q.Layers.Session == nil && !e.q.AssumeRole
}

// A scope is what the statements of one layer mean by their resources.
type scope struct {
	qcs.Scope
	trust bool // a statement without resource means the role in question
}

// scope says whose account an empty account segment means. Policies on the
// caller's side mean the caller's, the others that of the resource.
func (e *evaluation) scope(l Layer) scope {
	s := e.caller
	if l == LayerControl || l == LayerResource {
		s.Self = e.owner
	}
	s.trust = l == LayerResource && e.q.AssumeRole
	return s
}

// layer finds the first deny that matches and an allow. The allow is worth
// looking at only without a deny.
func (e *evaluation) layer(l Layer, set *Set) (deny, allow *Ref) {
	if set == nil {
		return nil, nil
	}
	if len(set.broken) > 0 && l != LayerIdentity {
		return &set.broken[0], nil
	}
	g := e.search(l, set)
	return g.deny, g.named
}

// control climbs the organization. A level that neither denies nor allows
// denies: that is what the documentation says of it.
func (e *evaluation) control() Decision {
	if e.controlExempt() {
		return Decision{}
	}
	for _, level := range e.q.Layers.Control {
		if deny, allow := e.layer(LayerControl, level); deny != nil || allow == nil {
			return denied(LayerControl, deny)
		}
	}
	return Decision{}
}

func (e *evaluation) controlExempt() bool {
	p, l := &e.q.Principal, &e.q.Layers
	return l.ControlExempt || p.ServiceLinked || p.Kind == Root && e.own() && !l.LimitMemberRoot
}

// grants are what a resource policy says about the caller.
type grants struct {
	deny   *Ref
	named  *Ref // allows the caller, a group of his or his account
	anyone *Ref // allows everyone
}

func (e *evaluation) resourcePolicy() grants {
	set := e.q.Layers.Resource
	if set == nil {
		return grants{}
	}
	if len(set.broken) > 0 {
		return grants{deny: &set.broken[0]}
	}
	return e.search(LayerResource, set)
}

// search goes through the statements of a set that can be about the question.
func (e *evaluation) search(l Layer, set *Set) (g grants) {
	named, open := set.services.find(e.service), set.open
	if named == nil && open == nil {
		return g
	}
	s := search{evaluation: e, scope: &e.caller, layer: l, grants: &g}
	if l == LayerControl || l == LayerResource {
		of := e.scope(l)
		s.scope = &of
	}
	s.index(named)
	s.index(open)
	return g
}

// concerns reports whether a statement of the resource policy is for the
// caller by name, and whether it is for everyone. A deny for everyone is for
// unsigned callers: signed ones are told by name (object store
// documentation). Trust policies know no unsigned callers.
func (e *evaluation) concerns(st *statement) (named, anyone bool) {
	named, anyone = st.names(&e.q.Principal, e.owner)
	if anyone && st.effect == ExplicitDeny && e.q.Principal.Kind != Anonymous && !e.q.AssumeRole {
		anyone = false
	}
	return named, anyone
}

// grant reads the account's policies: any deny refuses, the caps must allow,
// and something must grant.
func (e *evaluation) grant() Decision {
	l := &e.q.Layers
	if e.q.Principal.Kind == User {
		if deny, _ := e.layer(LayerGeneral, l.General); deny != nil {
			return denied(LayerGeneral, deny)
		}
	}
	deny, boundary := e.layer(LayerBoundary, l.Boundary)
	if deny != nil {
		return denied(LayerBoundary, deny)
	}
	deny, session := e.layer(LayerSession, l.Session)
	if deny != nil {
		return denied(LayerSession, deny)
	}
	deny, identity := e.layer(LayerIdentity, l.Identity)
	if deny != nil {
		return denied(LayerIdentity, deny)
	}
	res := e.resourcePolicy()
	switch {
	case res.deny != nil:
		return denied(LayerResource, res.deny)
	case l.Boundary != nil && boundary == nil:
		return lacking(LayerBoundary)
	case l.Session != nil && session == nil:
		return lacking(LayerSession)
	}
	return e.conclude(identity, res)
}

// conclude puts the two halves together: what the caller was given, and what
// the owner of the resource gave away.
func (e *evaluation) conclude(identity *Ref, res grants) Decision {
	kind := e.q.Principal.Kind
	// A root user may do everything that its account was given.
	holds := identity != nil || kind == Root
	if kind == Anonymous {
		holds, res.named = false, nil
	}
	if e.q.AssumeRole {
		switch {
		case res.named == nil:
			return lacking(LayerResource)
		case holds || kind == Service || kind == Federated:
			return allowed(LayerResource, res.named)
		}
		return lacking(LayerIdentity)
	}
	switch {
	case e.own() && holds:
		return allowed(LayerIdentity, identity)
	case res.anyone != nil:
		return allowed(LayerResource, res.anyone)
	case e.own() && res.named == nil:
		return lacking(LayerIdentity)
	case res.named == nil:
		return lacking(LayerResource)
	case e.own() || holds:
		return allowed(LayerResource, res.named)
	}
	return lacking(LayerIdentity)
}
