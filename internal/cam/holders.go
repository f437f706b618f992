package cam

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
)

// This file answers who holds which policies, for rooms that ask about many principals at once. Whoever walks an account
// takes a few ids at a time, those after the last it has seen: an account may have a million users.

// Holding is how a principal comes by a policy.
type Holding struct {
	PolicyID int64
	Name     string
	Direct   bool    // attached to the principal itself
	Groups   []Group // of the user that have it
}

// Holdings are the policies of a user or role, by their ids; of one that is not there, none.
func (p *Product) Holdings(ctx context.Context, q store.Queryer, a store.Account, kind call.PrincipalKind, id int64) (map[int64]Holding, error) {
	all := map[int64]Holding{}
	to := toUser
	if kind == call.Role {
		to = toRole
	}
	own, err := attachedTo(ctx, q, a, to, id)
	if err != nil {
		return nil, err
	}
	for _, t := range own {
		all[t.policyID] = Holding{PolicyID: t.policyID, Name: t.name, Direct: true}
	}
	if to == toRole {
		return all, nil
	}
	inherited, err := heldBy(ctx, q, a, id, false, true)
	if err != nil {
		return nil, err
	}
	for _, t := range inherited {
		h := all[t.policyID]
		h.PolicyID, h.Name, h.Groups = t.policyID, t.name, t.groups
		all[t.policyID] = h
	}
	return all, nil
}

// UserName is the name of a sub-account that can act; not ok if there is none. Message receivers are contacts, no users.
func (p *Product) UserName(ctx context.Context, q store.Queryer, a store.Account, uin int64) (name string, ok bool, err error) {
	u, err := UserByUIN(ctx, q, a, uin)
	if errors.Is(err, ErrNoUser) || err == nil && u.Kind == Receiver {
		return "", false, nil
	}
	return u.Name, err == nil, err
}

// UserUIN finds a user by its exact name; ok is false if there is none.
func (p *Product) UserUIN(ctx context.Context, q store.Queryer, a store.Account, name string) (uin int64, ok bool, err error) {
	u, err := namedUser(ctx, q, a, name)
	if errors.Is(err, ErrNoUser) {
		return 0, false, nil
	}
	return u.UIN, err == nil, err
}

// AttachedPolicies are the policies that anything in the account has attached, up to a limit. It reads an entry of the
// index for each, however many attachments they have.
func (p *Product) AttachedPolicies(ctx context.Context, q store.Queryer, a store.Account, limit int) ([]int64, error) {
	ids, err := store.Collect(ctx, q, scanInt, `WITH RECURSIVE next (id) AS (
			SELECT MIN(policy_id) FROM attachments WHERE account = $1
			UNION ALL SELECT (SELECT MIN(policy_id) FROM attachments WHERE account = $1 AND policy_id > next.id) FROM next WHERE next.id IS NOT NULL)
		SELECT id FROM next WHERE id IS NOT NULL LIMIT $2`, a, limit)
	if err != nil {
		return nil, fmt.Errorf("list attached policies: %w", err)
	}
	return ids, nil
}

// UsersWithAny are the next users after a uin that have any of some policies, their own or of a group. It takes a query
// for each policy and each group that has one, and reads as many rows as the limit in each.
func (p *Product) UsersWithAny(ctx context.Context, q store.Queryer, a store.Account, policies []int64, uin int64, limit int) ([]int64, error) {
	groups := map[int64]bool{}
	var next lowest
	for _, policy := range policies {
		if err := next.add(ctx, q, limit, attachedAfter, a, policy, int64(toUser), uin); err != nil {
			return nil, err
		}
		have, err := p.GroupsWith(ctx, q, a, policy)
		if err != nil {
			return nil, err
		}
		for _, g := range have {
			groups[g] = true
		}
	}
	for g := range groups {
		err := next.add(ctx, q, limit, `SELECT uin FROM group_members WHERE account = $1 AND group_id = $2 AND uin > $3 ORDER BY uin LIMIT $4`, a, g, uin)
		if err != nil {
			return nil, err
		}
	}
	return next, nil
}

// BoundedBy are users or roles that a policy bounds, up to a limit.
func (p *Product) BoundedBy(ctx context.Context, q store.Queryer, a store.Account, policyID int64, kind call.PrincipalKind, limit int) ([]int64, error) {
	query := `SELECT uin FROM users WHERE account = $1 AND boundary = $2 ORDER BY uin LIMIT $3`
	if kind == call.Role {
		query = `SELECT id FROM roles WHERE account = $1 AND boundary = $2 ORDER BY id LIMIT $3`
	}
	bounded, err := store.Collect(ctx, q, scanInt, query, a, policyID, limit)
	if err != nil {
		return nil, fmt.Errorf("find whom a policy bounds: %w", err)
	}
	return bounded, nil
}

// GroupsWith are the groups that have a policy.
func (p *Product) GroupsWith(ctx context.Context, q store.Queryer, a store.Account, policyID int64) ([]int64, error) {
	groups, err := store.Collect(ctx, q, scanInt, `SELECT target_id FROM attachments WHERE account = $1 AND policy_id = $2 AND target_kind = $3 ORDER BY target_id`,
		a, policyID, int64(toGroup))
	if err != nil {
		return nil, fmt.Errorf("find groups with a policy: %w", err)
	}
	return groups, nil
}

// RolesWithAny are the next roles after an id that have any of some policies.
func (p *Product) RolesWithAny(ctx context.Context, q store.Queryer, a store.Account, policies []int64, id int64, limit int) ([]int64, error) {
	var next lowest
	for _, policy := range policies {
		if err := next.add(ctx, q, limit, attachedAfter, a, policy, int64(toRole), id); err != nil {
			return nil, err
		}
	}
	return next, nil
}

const attachedAfter = `SELECT target_id FROM attachments WHERE account = $1 AND policy_id = $2 AND target_kind = $3 AND target_id > $4
	ORDER BY target_id LIMIT $5`

// lowest are the lowest ids of several lists, in order and once each.
type lowest []int64

// add merges what a query answers, which takes the limit as its last argument.
func (l *lowest) add(ctx context.Context, q store.Queryer, limit int, query string, args ...any) error {
	ids, err := store.Collect(ctx, q, scanInt, query, append(args, limit)...)
	if err != nil {
		return fmt.Errorf("find holders of policies: %w", err)
	}
	all := append(*l, ids...)
	slices.Sort(all)
	all = slices.Compact(all)
	*l = all[:min(limit, len(all))]
	return nil
}
