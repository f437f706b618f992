package cam

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

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

// Effective reads what binds a principal, in one snapshot: the default version of every policy attached to it or to
// one of its groups, its boundary, groups and tags.
func (p *Product) Effective(ctx context.Context, a store.Account, kind call.PrincipalKind, id int64) (*access.Effective, error) {
	e := &access.Effective{}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) (err error) {
		if kind == call.Role {
			err = p.effectiveRole(ctx, q, a, id, e)
		} else {
			err = p.effectiveUser(ctx, q, a, id, e)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read effective policies: %w", err)
	}
	return e, nil
}

func (p *Product) effectiveUser(ctx context.Context, q store.Queryer, a store.Account, uin int64, e *access.Effective) error {
	var boundary *int64
	err := q.QueryRowContext(ctx, `SELECT boundary FROM users WHERE uin = $2 AND account = $1`, a, uin).Scan(&boundary)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // deleted a moment ago: nothing is granted
	}
	if err != nil {
		return err
	}
	groups, err := collect(ctx, q, scanInt, `SELECT group_id FROM group_members WHERE account = $1 AND uin = $2 ORDER BY group_id`, a, uin)
	if err != nil {
		return err
	}
	for _, g := range groups {
		e.Groups = append(e.Groups, strconv.FormatInt(g, 10))
	}
	ids, err := collect(ctx, q, scanInt, `SELECT policy_id FROM attachments WHERE account = $1 AND target_kind = 1 AND target_id = $2
		UNION SELECT t.policy_id FROM attachments t JOIN group_members m ON m.account = t.account AND m.group_id = t.target_id
		WHERE t.account = $1 AND t.target_kind = 2 AND m.uin = $2`, a, uin)
	if err != nil {
		return err
	}
	return p.fill(ctx, q, a, e, ids, boundary, TagUser, uin)
}

func (p *Product) effectiveRole(ctx context.Context, q store.Queryer, a store.Account, id int64, e *access.Effective) error {
	var boundary *int64
	var kind string
	err := q.QueryRowContext(ctx, `SELECT name, kind, boundary FROM roles WHERE id = $2 AND account = $1`, a, id).Scan(&e.RoleName, &kind, &boundary)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	e.ServiceLinked = kind == serviceLinkedRole
	ids, err := collect(ctx, q, scanInt, `SELECT policy_id FROM attachments WHERE account = $1 AND target_kind = 3 AND target_id = $2`, a, id)
	if err != nil {
		return err
	}
	return p.fill(ctx, q, a, e, ids, boundary, TagRole, id)
}

// serviceLinkedRole is the kind of a role that a product owns.
const serviceLinkedRole = "service_linked"

// fill adds policies, boundary and tags.
func (p *Product) fill(ctx context.Context, q store.Queryer, a store.Account, e *access.Effective, ids []int64, boundary *int64, kind ObjectKind, id int64) (err error) {
	for _, policyID := range ids {
		source, err := p.source(ctx, q, a, policyID)
		if err != nil {
			return err
		}
		e.Policies = append(e.Policies, source)
	}
	if boundary != nil {
		source, err := p.source(ctx, q, a, *boundary)
		if err != nil {
			return err
		}
		e.Boundary = &source
	}
	e.Tags, err = tagsOf(ctx, q, a, kind, id)
	return err
}

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
	return collect(ctx, q, func(r row) (policy.Tag, error) {
		var key, value string
		err := r.Scan(&key, &value)
		return policy.NewTag(key, value), err
	}, `SELECT tag_key, tag_value FROM tags WHERE account = $1 AND object_kind = $2 AND object_id = $3`, a, int64(kind), id)
}
