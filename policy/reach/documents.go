package reach

import (
	"slices"
	"strconv"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// A Comparison is what two documents differ in, for one principal.
type Comparison struct {
	// Principal is whom a resource policy or a trust policy is asked for, in
	// the words of the policy; empty for other documents, which are for whom
	// they are attached to.
	Principal string `json:"principal,omitempty"`
	Result
}

// Documents compares two documents by themselves, as if nothing else stopped
// or granted what they are about. Policies that are attached are compared for
// the principal of the options, or for some user if that is zero; the others
// for every principal that one of the two names.
func Documents(old, new *policy.Document, o Options) []Comparison {
	o.foreign = true
	before, after := []policy.Source{{ID: 1, Name: "old", Version: 1, Document: old}}, []policy.Source{{ID: 1, Name: "new", Version: 1, Document: new}}
	env := policy.Env{Features: o.Features}
	c := comparer{kind: o.Kind, before: policy.Compile(before, env), after: policy.Compile(after, env)}
	all, err := policy.Parse(`{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*"}}`)
	if err == nil {
		c.all = policy.Compile([]policy.Source{{Document: all}}, policy.Env{})
	}
	if o.Kind != policy.ResourcePolicy && o.Kind != policy.TrustPolicy {
		if o.Principal.Kind == policy.Anonymous {
			o.Principal = policy.Principal{Kind: policy.User, Account: qcs.Account{UIN: "100000000001"}, UIN: "100000000002"}
		}
		c.owner = o.Principal.Account
		return []Comparison{{Result: Diff(before, after, o, c.decide)}}
	}
	var list []Comparison
	for _, s := range subjects(old, new) {
		c.owner, c.alone = s.owner, s.alone
		o.Principal, o.Owner = s.principal, s.owner
		if o.Kind == policy.TrustPolicy {
			o.Role = []qcs.Resource{qcs.RoleByName(s.owner.UIN, "role")}
		}
		list = append(list, Comparison{s.name, Diff(before, after, o, c.decide)})
	}
	return list
}

// A comparer puts the documents into the layer that they are for.
type comparer struct {
	kind          policy.DocumentKind
	before, after *policy.Set
	all           *policy.Set // allows everything
	owner         qcs.Account
	alone         bool // the caller has no policies of his own
}

func (c *comparer) decide(q policy.Question) (before, after policy.Decision) {
	q.Owner = c.owner // a document may name its own account by number
	return c.with(q, c.before), c.with(q, c.after)
}

func (c *comparer) with(q policy.Question, set *policy.Set) policy.Decision {
	l := &q.Layers
	if !c.alone {
		l.Identity = c.all
	}
	switch c.kind {
	case policy.IdentityPolicy:
		l.Identity = set
	case policy.BoundaryPolicy:
		l.Boundary = set
	case policy.SessionPolicy:
		l.Session = set
	case policy.ControlPolicy:
		l.Control = []*policy.Set{set}
	default:
		l.Resource = set
	}
	return policy.Decide(&q)
}

// A subject is a principal that a policy names.
type subject struct {
	name      string
	principal policy.Principal
	owner     qcs.Account // of the resource, or the role
	alone     bool
}

// subjects are the principals of both documents, each once. Whom they name is
// of another account than the owner, so that the policy alone decides; a group
// means something in the owner's only.
func subjects(old, new *policy.Document) []subject {
	var list []subject
	add := func(s subject) {
		if !slices.ContainsFunc(list, func(t subject) bool { return t.name == s.name }) {
			list = append(list, s)
		}
	}
	owner := qcs.Account{UIN: stranger(old, new)}
	anyone := subject{name: "*", owner: owner, alone: true}
	for _, d := range []*policy.Document{old, new} {
		all := []*policy.Principals{d.Principal}
		for i := range d.Statements {
			all = append(all, d.Statements[i].Principal)
		}
		if slices.ContainsFunc(all, func(p *policy.Principals) bool { return p != nil && p.Anyone }) {
			add(anyone)
		}
		for _, e := range d.Principals() {
			switch {
			case e.Class == policy.ClassService:
				add(subject{name: e.Text, owner: owner, principal: policy.Principal{Kind: policy.Service, ServiceName: e.Text}})
			case e.Entity.Kind == qcs.KindAnyone:
				add(anyone)
			case e.Entity.Kind == qcs.KindGroup:
				in := qcs.Account{UIN: e.Entity.Account}
				add(subject{name: e.Text, owner: in, alone: true,
					principal: policy.Principal{Kind: policy.User, Account: in, UIN: stranger(old, new), Groups: []string{e.Entity.ID}}})
			default:
				add(subject{name: e.Text, owner: owner, principal: named(e.Entity, stranger(old, new))})
			}
		}
	}
	return list
}

// named is the principal that an entity means; of an account, some user.
func named(e qcs.Entity, user string) policy.Principal {
	p := policy.Principal{Account: qcs.Account{UIN: e.Account}}
	switch e.Kind {
	case qcs.KindAccount:
		p.Kind, p.UIN = policy.User, user
	case qcs.KindUser:
		p.Kind, p.UIN = policy.User, e.ID
	case qcs.KindRole:
		p.Kind, p.RoleID, p.RoleName, p.ServiceLinked = policy.Role, e.ID, e.Name, e.Service
	case qcs.KindSAMLProvider, qcs.KindOIDCProvider:
		p.Kind, p.Provider = policy.Federated, e
	}
	return p
}

// stranger is a uin that no principal has.
func stranger(documents ...*policy.Document) string {
	for n := int64(100000000001); ; n++ {
		uin := strconv.FormatInt(n, 10)
		if !slices.ContainsFunc(documents, func(d *policy.Document) bool {
			return slices.ContainsFunc(d.Principals(), func(e policy.PrincipalEntry) bool { return e.Entity.Account == uin || e.Entity.ID == uin })
		}) {
			return uin
		}
	}
}
