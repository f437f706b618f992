package questions

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/catalogue"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/policy/reach"
)

const (
	maxHolders   = 200 // of each way to be bound by a policy
	maxCombined  = 10  // combinations of policies that are compared
	maxQuestions = 5000
	maxChanges   = 200
)

// knownProducts is the catalogue as comparisons take it.
type knownProducts struct{ Catalogue }

var _ reach.Products = knownProducts{}

// Actions are all actions of a product, if all of them are known.
func (k knownProducts) Actions(service string) []string {
	if !k.Complete(service) {
		return nil
	}
	return slices.Sorted(maps.Keys(k.Catalogue.Actions(service)))
}

// Granularity is known of registered actions, and of products that can be granted as a whole only.
func (k knownProducts) Granularity(service, action string) (policy.Granularity, bool) {
	p, ok := k.Product(service)
	if !ok || p.Action(action) == nil && p.Level != catalogue.Service {
		return 0, false
	}
	return k.Catalogue.Granularity(service, action), true
}

// combination is what some holders have in common: the same policies by the same ways, and the same boundary.
type combination struct {
	who     *call.Principal // one of them
	bound   *bound
	holders int64
}

// differences compares, for each combination of policies that holders have.
func (v *preview) differences(ctx context.Context) error {
	all, err := v.combinations(ctx)
	if err != nil {
		return err
	}
	v.out.HoldersTruncated = v.out.HoldersTruncated || len(all) > maxCombined
	see := v.sight(v.call, nil)
	for _, c := range all[:min(len(all), maxCombined)] {
		h, err := v.difference(ctx, see, c)
		if err != nil {
			return err
		}
		v.out.Holders = append(v.out.Holders, h)
	}
	return nil
}

// combinations looks at the holders, users first.
func (v *preview) combinations(ctx context.Context) ([]*combination, error) {
	var all []*combination
	byKey := map[string]*combination{}
	for _, kind := range []call.PrincipalKind{call.User, call.Role} {
		ids, err := v.holders(ctx, kind)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			who := &call.Principal{Kind: kind, Account: v.call.Account(), AppID: v.call.Caller.AppID, UIN: id}
			if kind == call.Role {
				who.UIN, who.RoleID = 0, id
			}
			b, err := v.binds(ctx, who)
			if err != nil {
				return nil, err
			}
			slices.Sort(b.policies)
			slices.Sort(b.groups)
			key := fmt.Sprint(b.policies, b.groups, b.boundary)
			c := byKey[key]
			if c == nil {
				c = &combination{who: who, bound: b}
				byKey[key] = c
				all = append(all, c)
			}
			c.holders++
		}
	}
	slices.SortStableFunc(all, func(a, b *combination) int { return cmp.Compare(b.holders, a.holders) })
	return all, nil
}

// holders are users or roles that the policy binds, not all of them where there are many.
func (v *preview) holders(ctx context.Context, kind call.PrincipalKind) ([]int64, error) {
	with := v.directory.UsersWithAny
	if kind == call.Role {
		with = v.directory.RolesWithAny
	}
	ids, err := with(ctx, v.db.Read(), v.call.Account(), []int64{v.policyID}, 0, maxHolders+1)
	if err != nil {
		return nil, err
	}
	bounded, err := v.directory.BoundedBy(ctx, v.db.Read(), v.call.Account(), v.policyID, kind, maxHolders+1)
	if err != nil {
		return nil, err
	}
	v.out.HoldersTruncated = v.out.HoldersTruncated || len(ids) > maxHolders || len(bounded) > maxHolders
	ids = append(ids[:min(len(ids), maxHolders)], bounded[:min(len(bounded), maxHolders)]...)
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// difference compares for one combination.
func (v *preview) difference(ctx context.Context, see *sight, c *combination) (hufu20261201.HolderChanges, error) {
	h := hufu20261201.HolderChanges{PrincipalType: c.who.Kind.String(), PrincipalId: strconv.FormatInt(c.who.ID(), 10), Holders: c.holders, Bounded: c.bound.bounds}
	var err error
	if h.Name, err = v.name(ctx, v.call, c.who.Kind, c.who.ID()); err != nil {
		return h, err
	}
	identity, err := v.directory.Documents(ctx, v.call.Account(), c.bound.policies, c.bound.groups)
	if err != nil {
		return h, err
	}
	var boundary []access.Document
	if c.bound.boundary != 0 {
		if boundary, err = v.directory.Documents(ctx, v.call.Account(), []int64{c.bound.boundary}, nil); err != nil {
			return h, err
		}
	}
	for _, d := range slices.Concat(identity, boundary) {
		ok, err := see.Policy(ctx, policy.LayerIdentity, d.ID)
		if err != nil {
			return h, err
		}
		if h.Redacted = h.Redacted || !ok; h.Redacted {
			return h, nil
		}
	}
	return h, v.compare(ctx, c, identity, boundary, &h)
}

// compare decides about the questions at which the answers can differ.
func (v *preview) compare(ctx context.Context, c *combination, identity, boundary []access.Document, h *hufu20261201.HolderChanges) error {
	facts := policy.Context{Time: v.call.At}
	now, err := v.engine.Prepare(ctx, access.Question{Caller: c.who, Action: policy.Action{Service: "*", Name: "*"}, Context: facts})
	if err != nil {
		return err
	}
	then, err := v.drafted(ctx, now, c.bound)
	if err != nil {
		return err
	}
	changed, others := identity, boundary
	o := reach.Options{Principal: now.Principal, Kind: policy.IdentityPolicy, Facts: facts, Products: knownProducts{v.products}, Limit: maxQuestions}
	if !c.bound.holds {
		changed, others, o.Kind = boundary, identity, policy.BoundaryPolicy
	}
	for _, d := range others {
		if parsed, err := policy.Parse(d.Text); err == nil {
			o.Others = append(o.Others, parsed)
		}
	}
	result := reach.Diff(sources(changed), v.replaced(changed), o, func(q policy.Question) (before, after policy.Decision) {
		q.Layers = now.Layers
		before = policy.Decide(&q)
		q.Layers = then.Layers
		return before, policy.Decide(&q)
	})
	h.IsPartial = result.Partial
	for i := range result.Changes {
		if ch := &result.Changes[i]; ch.Before.Allowed == ch.After.Allowed {
			continue // denied by another statement, or by none
		}
		if len(h.Changes) == maxChanges {
			h.IsPartial = true
			break
		}
		h.Changes = append(h.Changes, reachChange(&result.Changes[i]))
	}
	return nil
}

// sources are policies as they are.
func sources(documents []access.Document) []policy.Source {
	all := make([]policy.Source, len(documents))
	for i, d := range documents {
		all[i] = policy.Source{ID: d.ID, Name: d.Name, Version: d.Version}
		all[i].Document, _ = policy.Parse(d.Text) // nil is one that cannot be read, as the engine has it
	}
	return all
}

func reachChange(from *reach.Change) hufu20261201.ReachChange {
	to := hufu20261201.ReachChange{Action: from.Action, Actions: from.Actions, Resource: from.Resource, NoObject: from.NoObject,
		Before: from.Before.Effect.String(), After: from.After.Effect.String(), Conditional: from.Conditional,
		ExampleAction: from.Example.Action, ExampleResource: from.Example.Resource}
	for _, f := range from.Facts {
		to.Facts = append(to.Facts, hufu20261201.ReachFact{Key: f.Key, Value: f.Value})
	}
	for _, p := range from.Except {
		to.Except = append(to.Except, hufu20261201.ReachPart{Action: p.Action, Resource: p.Resource})
	}
	return to
}
