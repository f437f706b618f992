// Package access answers "may this caller do that": it keeps the compiled policies of every principal that was asked
// about, and puts them before the policy engine with the facts of a call.
//
// Principals with the same policies share one compiled set. A commit that changes a policy, an attachment, a group or a
// boundary drops what it concerns, and nothing else, before it is acknowledged, so the next decision reads the new state;
// sets that a change has outdated are built again in the background. A decision itself never waits for a disk once its
// principal is known.
package access

import (
	"context"
	"hash/maphash"
	"strconv"

	"github.com/hufu-iam/hufu/internal/cache"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// Config says what an engine reads and how much it keeps.
type Config struct {
	Source Source
	// Controls may be nil: no account is in an organization.
	Controls Controls
	// MaxPrincipals bounds how many principals are kept, MaxSize the sizes of their policies together in the measure of
	// [policy.Set.Size], and by a quarter of it those of session policies. Beyond, what is needed again is read again.
	MaxPrincipals, MaxSize int
}

// Engine decides. It is safe for concurrent use.
type Engine struct {
	source      Source
	controls    Controls
	documents   *documents
	sets        *sets
	principals  *cache.Cache[holder, *compiled]
	controlOver *cache.Cache[store.Account, *controlled]
	sessions    *sessions
	general     *policy.Set
	generations *generations
	revisions   *revisions
}

// New makes an engine over a database.
func New(db *store.DB, c Config) *Engine {
	shared := &documents{}
	e := &Engine{
		source: c.Source, controls: c.Controls, documents: shared, sets: newSets(c.Source, shared, c.MaxSize),
		principals:  cache.New[holder, *compiled](c.MaxPrincipals),
		controlOver: cache.New[store.Account, *controlled](c.MaxPrincipals),
		sessions:    &sessions{documents: shared, max: c.MaxSize / 4, all: map[string]*policy.Set{}},
		general:     policy.General(),
		generations: &generations{seed: maphash.MakeSeed()},
		revisions:   newRevisions(),
	}
	db.Subscribe(e.forget)
	// Whoever reads a new revision must find nothing old in any cache, not only in those of this package.
	db.SubscribeLast(e.revisions.changed)
	return e
}

// forget drops what changes concern. The order counts: who has seen the new generation finds nothing old any more.
func (e *Engine) forget(changes []store.Change) {
	e.forgetControls(changes)
	e.forgetPrincipals(changes)
	e.sets.forget(changes)
	e.generations.changed(changes)
}

// Close ends what the engine does in the background. It still decides.
func (e *Engine) Close() { e.sets.close() }

// Cached is what is kept in memory, for metrics: principals, sets of policies that they share, and the size of those.
func (e *Engine) Cached() (principals, sets, size int) {
	sets, size = e.sets.kept()
	return e.principals.Len(), sets, size
}

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

// Recheck answers a question that was answered before, on the writer of the store: it reads at most some rows, and answers
// ErrNotReady where policies would have to be compiled, which must not keep other accounts' writes waiting.
func (e *Engine) Recheck(ctx context.Context, q Question) (policy.Decision, error) {
	asked, err := e.prepare(ctx, q, false)
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
	return e.prepare(ctx, q, true)
}

func (e *Engine) prepare(ctx context.Context, q Question, build bool) (*policy.Question, error) {
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
	if err := e.principal(ctx, p, asked, build); err != nil {
		return nil, err
	}
	if p.Session != nil && p.Session.Policy != "" {
		asked.Layers.Session = e.sessions.compiled(p.KeyID, p.Session.Policy)
	}
	return asked, e.control(ctx, owner(asked), p.Account, asked, build)
}

// owner is the account whose resource is asked about, 0 if that is none.
func owner(q *policy.Question) store.Account {
	uin := q.Owner.UIN
	if uin == "" && q.Granularity == policy.ResourceLevel && !q.Resource[0].IsAny() {
		uin = q.Resource[0].Owner()
	} else if uin == "" {
		uin = q.Principal.Account.UIN
	}
	n, err := strconv.ParseInt(uin, 10, 64)
	if err != nil {
		return 0
	}
	return store.Account(n)
}

func (e *Engine) principal(ctx context.Context, p *call.Principal, asked *policy.Question, build bool) error {
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
	if err := e.gather(ctx, holder{p.Account, p.Kind, p.ID()}, asked, build); err != nil {
		return err
	}
	if p.Session != nil && len(p.Session.Tags) > 0 {
		asked.Principal.Tags = overlay(asked.Principal.Tags, Tags(p.Session.Tags))
	}
	return nil
}

// Trust compiles the trust policy of a role, for Question.Trust.
func Trust(roleName, text string) *policy.Set {
	return new(documents).compile([]Document{{Name: roleName, Version: 1, Text: text}})
}

// AccountOf is the account that a principal acts in, by both numbers; none of an unsigned caller.
func AccountOf(p *call.Principal) qcs.Account {
	if p.Account == 0 {
		return qcs.Account{}
	}
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
