package cam

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// maxTagKey is the longest key of a tag, in characters.
const maxTagKey = 128

// setTags sets tags on an object that the caller has found to exist: a key that it carries already gets the new value.
// A key may be named once.
func (p *Product) setTags(ctx context.Context, tx *store.Tx, a store.Account, kind ObjectKind, id int64, tags []call.Tag) error {
	if p.quotas.Exceeded(account.TagsPerObject, len(tags)) {
		return fault.New(code.InvalidParameterTagLimitExceeded)
	}
	seen := make(map[string]bool, len(tags))
	for _, t := range tags {
		if seen[t.Key] {
			return fault.New(code.InvalidParameterTagParamError)
		}
		seen[t.Key] = true
		_, err := tx.ExecContext(ctx, `INSERT INTO tags (account, object_kind, object_id, tag_key, tag_value) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (account, object_kind, object_id, tag_key) DO UPDATE SET tag_value = excluded.tag_value`, a, int64(kind), id, t.Key, t.Value)
		if err != nil {
			return fmt.Errorf("set tag: %w", err)
		}
	}
	n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM tags WHERE account = $1 AND object_kind = $2 AND object_id = $3`, a, int64(kind), id)
	if err != nil {
		return fmt.Errorf("count tags: %w", err)
	}
	if p.quotas.Exceeded(account.TagsPerObject, int(n)) {
		return fault.New(code.InvalidParameterTagLimitExceeded)
	}
	return nil
}

// removeTags takes tags off an object; a key that it does not carry is no error.
func removeTags(ctx context.Context, tx *store.Tx, a store.Account, kind ObjectKind, id int64, keys []string) error {
	for _, key := range keys {
		_, err := tx.ExecContext(ctx, `DELETE FROM tags WHERE account = $1 AND object_kind = $2 AND object_id = $3 AND tag_key = $4`, a, int64(kind), id, key)
		if err != nil {
			return fmt.Errorf("remove tag: %w", err)
		}
	}
	return nil
}

// removeAllTags is for an object that is deleted.
func removeAllTags(ctx context.Context, tx *store.Tx, a store.Account, kind ObjectKind, id int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM tags WHERE account = $1 AND object_kind = $2 AND object_id = $3`, a, int64(kind), id)
	if err != nil {
		return fmt.Errorf("remove tags: %w", err)
	}
	return nil
}

// tagsBetween reads the tags of the objects whose ids lie in a range, each object's in the order of their keys: of a
// page of a list in one query.
func tagsBetween(ctx context.Context, q store.Queryer, a store.Account, kind ObjectKind, lowest, highest int64) (map[int64][]call.Tag, error) {
	type line struct {
		id  int64
		tag call.Tag
	}
	lines, err := store.Collect(ctx, q, func(r store.Row) (l line, err error) {
		err = r.Scan(&l.id, &l.tag.Key, &l.tag.Value)
		return l, err
	}, `SELECT object_id, tag_key, tag_value FROM tags WHERE account = $1 AND object_kind = $2 AND object_id BETWEEN $3 AND $4`,
		a, int64(kind), lowest, highest)
	if err != nil {
		return nil, fmt.Errorf("read tags: %w", err)
	}
	tags := map[int64][]call.Tag{}
	for _, l := range lines {
		tags[l.id] = append(tags[l.id], l.tag)
	}
	for _, of := range tags {
		slices.SortFunc(of, func(x, y call.Tag) int { return strings.Compare(x.Key, y.Key) })
	}
	return tags, nil
}

// TagRole sets tags on a role.
func (p *Product) TagRole(ctx context.Context, c *call.Call, in *cam20190116.TagRoleRequest) (*cam20190116.TagRoleResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		r, err := selectRole(ctx, tx, c.Account(), in.RoleId, in.RoleName)
		if err != nil {
			return err
		}
		changedRole(tx, c.Account(), r.ID)
		return p.setTags(ctx, tx, c.Account(), TagRole, r.ID, roleTags(in.Tags))
	})
}

// UntagRole takes tags off a role; keys that it does not carry are no error.
func (p *Product) UntagRole(ctx context.Context, c *call.Call, in *cam20190116.UntagRoleRequest) (*cam20190116.UntagRoleResponse, error) {
	for _, key := range in.TagKeys {
		if n := len([]rune(key)); n == 0 || n > maxTagKey {
			return nil, fault.New(code.InvalidParameterTagParamError)
		}
	}
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		r, err := selectRole(ctx, tx, c.Account(), in.RoleId, in.RoleName)
		if err != nil {
			return err
		}
		changedRole(tx, c.Account(), r.ID)
		return removeTags(ctx, tx, c.Account(), TagRole, r.ID, in.TagKeys)
	})
}

// roleTags are tags as they come with a call about a role.
func roleTags(from []cam20190116.RoleTags) []call.Tag {
	to := make([]call.Tag, len(from))
	for i, t := range from {
		to[i] = call.Tag(t)
	}
	return to
}
