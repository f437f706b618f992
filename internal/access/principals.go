package access

import (
	"context"
	"errors"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/policy"
)

// holder is a principal as the cache knows it.
type holder struct {
	account store.Account
	kind    call.PrincipalKind
	id      int64
}

// compiled is what binds a principal. Never changed, and shared by all that have nothing of their own.
type compiled struct {
	identity, boundary *shared // boundary is nil without one
	groups             []string
	tags               []policy.Tag
	roleName           string
	serviceLinked      bool
}

// generations count the changes that decisions rest on, for some hundred lots of accounts.
type generations struct {
	seed maphash.Seed
	of   [512]atomic.Uint64
}

func (g *generations) at(a store.Account) *atomic.Uint64 {
	return &g.of[maphash.Comparable(g.seed, a)%uint64(len(g.of))]
}

func (g *generations) changed(changes []store.Change) {
	for _, c := range changes {
		if c.Account != 0 {
			g.at(c.Account).Add(1)
			continue
		}
		for i := range g.of {
			g.of[i].Add(1)
		}
	}
}

// maxTries bounds how often a decision starts again because something changed while it gathered what it rests on. Who
// changes policies without pause makes each decision rest on the state of some moment of its own making, no more.
const maxTries = 8

// ErrNotReady is a question whose policies must be compiled first, asked where there is no time for that.
var ErrNotReady = errors.New("policies are not compiled")

// gather puts together what binds a principal. What it reads comes from two places at two moments: where anything of the
// account changed between them it starts again, lest it see a later change and not the one before it. If it may not build,
// ErrNotReady is the answer where it would have to.
func (e *Engine) gather(ctx context.Context, h holder, asked *policy.Question, build bool) error {
	now := e.generations.at(h.account)
	for try := 1; ; try++ {
		before := now.Load()
		c, err := e.load(ctx, h)
		if err != nil {
			return err
		}
		if asked.Layers.Identity, err = e.set(ctx, h, c.identity, build); err != nil {
			return err
		}
		asked.Layers.Boundary = nil
		if c.boundary != nil {
			if asked.Layers.Boundary, err = e.set(ctx, h, c.boundary, build); err != nil {
				return err
			}
		}
		asked.Principal.Groups, asked.Principal.Tags = c.groups, c.tags
		asked.Principal.RoleName, asked.Principal.ServiceLinked = c.roleName, c.serviceLinked
		if now.Load() == before || try == maxTries {
			return nil
		}
	}
}

// set is a set that binds a principal.
func (e *Engine) set(ctx context.Context, h holder, of *shared, build bool) (*policy.Set, error) {
	if of.dropped.Load() {
		e.principals.Drop(h) // it is to find the one that has come in its place, if there is one
	}
	if set := e.sets.ready(of); set != nil {
		return set, nil
	}
	if !build {
		return nil, ErrNotReady
	}
	return e.sets.compiled(ctx, of)
}

func (e *Engine) load(ctx context.Context, h holder) (*compiled, error) {
	return e.principals.Get(h, func() (*compiled, error) {
		from, err := e.source.Effective(ctx, h.account, h.kind, h.id)
		if err != nil {
			return nil, err
		}
		slices.Sort(from.Policies)
		slices.Sort(from.Groups)
		identity := e.sets.of(h.account, from.Policies, from.Groups)
		plain := from.Boundary == 0 && len(from.Tags) == 0 && h.kind == call.User
		if known := identity.plain.Load(); plain && known != nil {
			return known, nil
		}
		c := &compiled{identity: identity, tags: from.Tags, roleName: from.RoleName, serviceLinked: from.ServiceLinked}
		for _, g := range from.Groups {
			c.groups = append(c.groups, strconv.FormatInt(g, 10))
		}
		if from.Boundary != 0 {
			c.boundary = e.sets.of(h.account, []int64{from.Boundary}, nil)
		}
		if plain {
			identity.plain.Store(c)
		}
		return c, nil
	})
}

// forgetPrincipals drops the principals that changes name.
func (e *Engine) forgetPrincipals(changes []store.Change) {
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
		case store.KindEverything:
			e.principals.DropAll(nil)
		}
	}
}
