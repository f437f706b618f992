// Package access answers "may this caller do that": it keeps the compiled policies of every principal that was asked
// about, and puts them before the policy engine with the facts of a call. A commit that changes a policy, an
// attachment, a group or a boundary drops what it concerns before it is acknowledged, so the next decision reads the
// new state; a decision itself never waits for a disk once its principal is known.
package access

import (
	"context"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/internal/cache"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// Document is a stored policy on its way to the compiler.
type Document struct {
	ID, Version int64
	Name, Text  string
}

// Effective is what binds one principal. The zero value grants nothing.
type Effective struct {
	Policies      []Document
	Boundary      *Document
	Groups        []string
	Tags          []policy.Tag
	RoleName      string
	ServiceLinked bool
}

// Source reads what binds a principal. The product that owns users and roles implements it.
type Source interface {
	Effective(ctx context.Context, a store.Account, kind call.PrincipalKind, id int64) (*Effective, error)
}

// Changes that the source tells of, as the kinds of store.Change: one principal ("user/<uin>", "role/<id>"), or all of
// the account.
const (
	PrincipalChange = "principal"
	PoliciesChange  = "policies"
)

// holder is a principal as the cache knows it.
type holder struct {
	account store.Account
	kind    call.PrincipalKind
	id      int64
}

// compiled is a principal's effective policies, ready to decide. Shared and never changed.
type compiled struct {
	identity, boundary *policy.Set
	groups             []string
	tags               []policy.Tag
	roleName           string
	serviceLinked      bool
}

// Engine decides. It is safe for concurrent use.
type Engine struct {
	source     Source
	principals *cache.Cache[holder, *compiled]
	sessions   *cache.Cache[string, *policy.Set] // session policies by SecretId: fixed when issued
	general    *policy.Set
	revisions  *revisions
}

// New makes an engine that keeps at most about max principals.
func New(db *store.DB, source Source, max int) *Engine {
	e := &Engine{
		source:     source,
		principals: cache.New[holder, *compiled](max, func(h holder) store.Account { return h.account }),
		sessions:   cache.New[string, *policy.Set](max, func(id string) string { return id }),
		general:    policy.General(),
		revisions:  newRevisions(),
	}
	db.Subscribe(e.forget)
	return e
}

// forget drops what changes concern.
func (e *Engine) forget(changes []store.Change) {
	defer e.revisions.changed(changes) // whoever reads the new revision decides by the new state
	for _, c := range changes {
		switch c.Kind {
		case PrincipalChange:
			kind, id, _ := strings.Cut(c.ID, "/")
			h := holder{account: c.Account, kind: call.User}
			if kind == "role" {
				h.kind = call.Role
			}
			h.id, _ = strconv.ParseInt(id, 10, 64) // our own text
			e.principals.Drop(h)
		case PoliciesChange:
			of := holder{account: c.Account}
			e.principals.DropWhere(of, func(h holder) bool { return h.account == c.Account })
		case store.KindEverything:
			e.principals.DropAll(nil)
		}
	}
}

// Cached is the number of principals kept, for metrics.
func (e *Engine) Cached() int { return e.principals.Len() }

// Question is one action on one object, asked for a caller.
type Question struct {
	Caller *call.Principal
	Action policy.Action
	Names  []qcs.Resource // of one object; nil for an action that touches none
	Owner  qcs.Account    // of the object; zero: read off its name
	// Granularity is how finely the action can be granted. Without names it is the operation level at most.
	Granularity policy.Granularity
	Context     policy.Context
	Policy      *policy.Set // of the object itself, where it keeps one
	Trust       *policy.Set // asks whether the caller may assume the role with this trust policy
}

// Decide answers a question.
func (e *Engine) Decide(ctx context.Context, q Question) (policy.Decision, error) {
	asked, err := e.Prepare(ctx, q)
	if err != nil {
		return policy.Decision{}, err
	}
	return policy.Decide(asked), nil
}

// Explain answers a question with everything that bears on it.
func (e *Engine) Explain(ctx context.Context, q Question) (policy.Explanation, error) {
	asked, err := e.Prepare(ctx, q)
	if err != nil {
		return policy.Explanation{}, err
	}
	return policy.Explain(asked), nil
}

var anyObject = []qcs.Resource{qcs.Any}

// Prepare puts the caller's layers and the facts of the call together, as the policy engine takes them. What it returns
// holds the policies of this moment: it is for one decision, not to be kept.
func (e *Engine) Prepare(ctx context.Context, q Question) (*policy.Question, error) {
	p := q.Caller
	asked := &policy.Question{
		Action: q.Action, Resource: q.Names, Owner: q.Owner, Granularity: q.Granularity, AssumeRole: q.Trust != nil,
		Principal: policy.Principal{Account: AccountOf(p), Temporary: p.Session != nil},
		Context:   q.Context,
		Layers:    policy.Layers{Resource: q.Policy},
	}
	if q.Trust != nil {
		asked.Layers.Resource = q.Trust
	}
	if len(q.Names) == 0 {
		asked.Resource, asked.Granularity = anyObject, max(q.Granularity, policy.OperationLevel)
	}
	if err := e.principal(ctx, p, asked); err != nil {
		return nil, err
	}
	if p.Session != nil && p.Session.Policy != "" {
		asked.Layers.Session, _ = e.sessions.Get(p.KeyID, func() (*policy.Set, error) { // the load cannot fail
			return compile([]Document{{Name: "session", Version: 1, Text: p.Session.Policy}}), nil
		})
	}
	return asked, nil
}

func (e *Engine) principal(ctx context.Context, p *call.Principal, asked *policy.Question) error {
	asked.Principal.UIN = strconv.FormatInt(p.UIN, 10)
	switch p.Kind {
	case call.Anonymous:
		return nil
	case call.Root:
		asked.Principal.Kind = policy.Root
		if p.Session != nil {
			asked.Principal.Tags = Tags(p.Session.Tags)
		}
		return nil
	case call.User:
		asked.Principal.Kind = policy.User
		asked.Layers.General = e.general
	case call.Role:
		asked.Principal.Kind, asked.Principal.UIN = policy.Role, ""
		asked.Principal.RoleID = strconv.FormatInt(p.RoleID, 10)
	}
	c, err := e.compiled(ctx, holder{p.Account, p.Kind, p.ID()})
	if err != nil {
		return err
	}
	asked.Layers.Identity, asked.Layers.Boundary = c.identity, c.boundary
	asked.Principal.Groups, asked.Principal.Tags = c.groups, c.tags
	asked.Principal.RoleName, asked.Principal.ServiceLinked = c.roleName, c.serviceLinked
	if p.Session != nil && len(p.Session.Tags) > 0 {
		asked.Principal.Tags = overlay(c.tags, Tags(p.Session.Tags))
	}
	return nil
}

func (e *Engine) compiled(ctx context.Context, h holder) (*compiled, error) {
	return e.principals.Get(h, func() (*compiled, error) {
		from, err := e.source.Effective(ctx, h.account, h.kind, h.id)
		if err != nil {
			return nil, err
		}
		c := &compiled{identity: compile(from.Policies), groups: from.Groups, tags: from.Tags,
			roleName: from.RoleName, serviceLinked: from.ServiceLinked}
		if from.Boundary != nil {
			c.boundary = compile([]Document{*from.Boundary})
		}
		return c, nil
	})
}

// compile makes a set. A stored document that no longer parses goes in as broken: the engine knows what that means in
// each layer.
func compile(documents []Document) *policy.Set {
	sources := make([]policy.Source, len(documents))
	for i, d := range documents {
		parsed, err := policy.Parse(d.Text)
		if err != nil {
			parsed = nil
		}
		sources[i] = policy.Source{ID: d.ID, Name: d.Name, Version: d.Version, Document: parsed}
	}
	return policy.Compile(sources, policy.Env{})
}

// Trust compiles the trust policy of a role, for Question.Trust.
func Trust(roleName, text string) *policy.Set {
	return compile([]Document{{Name: roleName, Version: 1, Text: text}})
}

// AccountOf is the account that a principal acts in, by both numbers.
func AccountOf(p *call.Principal) qcs.Account {
	return qcs.Account{UIN: strconv.FormatInt(int64(p.Account), 10), AppID: strconv.FormatInt(p.AppID, 10)}
}

// Tags are tags of a call as the policy engine takes them.
func Tags(from []call.Tag) []policy.Tag {
	if len(from) == 0 {
		return nil
	}
	to := make([]policy.Tag, len(from))
	for i, t := range from {
		to[i] = policy.NewTag(t.Key, t.Value)
	}
	return to
}

// overlay lays the session's tags over the principal's own: the same key is replaced.
func overlay(own, session []policy.Tag) []policy.Tag {
	all := append([]policy.Tag(nil), session...)
	for _, t := range own {
		replaced := false
		for _, s := range session {
			replaced = replaced || s.Key() == t.Key()
		}
		if !replaced {
			all = append(all, t)
		}
	}
	return all
}
