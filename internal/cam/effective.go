package cam

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/policy"
)

var _ access.Source = (*Product)(nil)

// targetKind says what a policy is attached to.
type targetKind int64

// The kinds of attachment, with the numbers of ListEntitiesForPolicy.RelatedType.
const (
	toUser  targetKind = 1
	toGroup targetKind = 2
	toRole  targetKind = 3
)

// ObjectKind says what a tag is on.
type ObjectKind int64

// The objects that carry tags.
const (
	TagUser   ObjectKind = 1
	TagGroup  ObjectKind = 2
	TagRole   ObjectKind = 3
	TagPolicy ObjectKind = 4
)

// Effective reads what binds a principal, in one snapshot: what is attached to it, its groups, boundary and tags.
func (p *Product) Effective(ctx context.Context, a store.Account, kind call.PrincipalKind, id int64) (*access.Effective, error) {
	e := &access.Effective{}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) (err error) {
		if kind == call.Role {
			return effectiveRole(ctx, q, a, id, e)
		}
		return effectiveUser(ctx, q, a, id, e)
	})
	if err != nil {
		return nil, fmt.Errorf("read effective policies: %w", err)
	}
	return e, nil
}

func effectiveUser(ctx context.Context, q store.Queryer, a store.Account, uin int64, e *access.Effective) error {
	var boundary *int64
	err := q.QueryRowContext(ctx, `SELECT boundary FROM users WHERE uin = $2 AND account = $1`, a, uin).Scan(&boundary)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // deleted a moment ago: nothing is granted
	}
	if err != nil {
		return err
	}
	e.Boundary = number(boundary)
	if e.Groups, err = store.Collect(ctx, q, scanInt, `SELECT group_id FROM group_members WHERE account = $1 AND uin = $2`, a, uin); err != nil {
		return err
	}
	return ownPolicies(ctx, q, a, e, toUser, TagUser, uin)
}

func effectiveRole(ctx context.Context, q store.Queryer, a store.Account, id int64, e *access.Effective) error {
	var boundary *int64
	var kind string
	err := q.QueryRowContext(ctx, `SELECT name, kind, boundary FROM roles WHERE id = $2 AND account = $1`, a, id).Scan(&e.RoleName, &kind, &boundary)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	e.ServiceLinked, e.Boundary = kind == serviceLinkedRole, number(boundary)
	return ownPolicies(ctx, q, a, e, toRole, TagRole, id)
}

// ownPolicies adds the policies and tags of the principal itself.
func ownPolicies(ctx context.Context, q store.Queryer, a store.Account, e *access.Effective, to targetKind, tagged ObjectKind, id int64) (err error) {
	e.Policies, err = store.Collect(ctx, q, scanInt, `SELECT policy_id FROM attachments WHERE account = $1 AND target_kind = $2 AND target_id = $3`, a, int64(to), id)
	if err != nil {
		return err
	}
	e.Tags, err = tagsOf(ctx, q, a, tagged, id)
	return err
}

// Documents reads the default versions of policies and of those attached to groups, in one snapshot and in the order of
// their ids.
func (p *Product) Documents(ctx context.Context, a store.Account, policies, groups []int64) (all []access.Document, err error) {
	err = p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		all = nil
		ids := slices.Clone(policies)
		for _, g := range groups {
			of, err := store.Collect(ctx, q, scanInt, `SELECT policy_id FROM attachments WHERE account = $1 AND target_kind = 2 AND target_id = $2`, a, g)
			if err != nil {
				return err
			}
			ids = append(ids, of...)
		}
		slices.Sort(ids)
		for _, id := range slices.Compact(ids) {
			d, err := p.source(ctx, q, a, id)
			if errors.Is(err, sql.ErrNoRows) {
				continue // deleted a moment ago, and detached with that
			}
			if err != nil {
				return err
			}
			all = append(all, d)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read policies: %w", err)
	}
	return all, nil
}

// serviceLinkedRole is the kind of a role that a product owns.
const serviceLinkedRole = "service_linked"

// source reads the default version of a policy for compilation.
func (p *Product) source(ctx context.Context, q store.Queryer, a store.Account, id int64) (access.Document, error) {
	if preset := PresetByID(id); preset != nil {
		return access.Document{ID: id, Name: preset.Name, Version: 1, Text: preset.Document}, nil
	}
	d := access.Document{ID: id}
	err := q.QueryRowContext(ctx, `SELECT p.name, v.version, v.document FROM policies p JOIN policy_versions v
		ON v.account = p.account AND v.policy_id = p.id AND v.version = p.default_version WHERE p.id = $2 AND p.account = $1`, a, id).
		Scan(&d.Name, &d.Version, &d.Text)
	return d, err
}

func tagsOf(ctx context.Context, q store.Queryer, a store.Account, kind ObjectKind, id int64) ([]policy.Tag, error) {
	return store.Collect(ctx, q, func(r store.Row) (policy.Tag, error) {
		var key, value string
		err := r.Scan(&key, &value)
		return policy.NewTag(key, value), err
	}, `SELECT tag_key, tag_value FROM tags WHERE account = $1 AND object_kind = $2 AND object_id = $3`, a, int64(kind), id)
}
