package credential

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
)

// KeyFilter says which of an account's keys to list; the zero value means all that are not deleted.
type KeyFilter struct {
	Status   Status // 0 = any
	SecretID string // of the one key; goes before Holders
	// Holders narrows to the keys of the uins that a query of another room finds. In it $1 is the account, and the HolderArgs
	// begin at $2.
	Holders    string
	HolderArgs []any
}

// What ListAll looks at and counts at most: an account may have millions of keys.
const (
	mostKeysLooked  = 100_000
	mostKeysCounted = 10_000
)

// ListAll is a window of the keys of everybody in an account, the newest first, and how many there are in all, 10,000 at
// most. It looks at the newest 100,000, or at 10,000 of the holders.
func (k *Keys) ListAll(ctx context.Context, q store.Queryer, a store.Account, f KeyFilter, offset, limit int64) (page []AccessKey, total int64, err error) {
	from, args := ` ORDER BY created_at DESC, secret_id DESC LIMIT `+strconv.Itoa(mostKeysLooked), []any{a}
	switch {
	case f.SecretID != "":
		from, args = ` AND secret_id = $2`, append(args, f.SecretID)
	case f.Holders != "":
		from, args = ` AND uin IN (`+f.Holders+`) LIMIT `+strconv.Itoa(mostKeysCounted), append(args, f.HolderArgs...)
	}
	next := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	where := ` FROM (SELECT ` + keyColumns + ` FROM access_keys WHERE account = $1` + from + `) AS looked WHERE status <> 4`
	if f.Status != 0 {
		where += ` AND status = ` + next(f.Status)
	}
	if total, err = store.Count(ctx, q, `SELECT COUNT(*) FROM (SELECT secret_id`+where+` LIMIT `+strconv.Itoa(mostKeysCounted)+`) AS counted`, args...); err != nil {
		return nil, 0, fmt.Errorf("count access keys: %w", err)
	}
	page, err = store.Collect(ctx, q, func(r store.Row) (AccessKey, error) {
		key, err := k.scan(r.Scan)
		if err != nil {
			return AccessKey{}, err
		}
		return *key, nil
	}, `SELECT `+keyColumns+where+` ORDER BY created_at DESC, secret_id DESC LIMIT `+next(limit)+` OFFSET `+next(offset), args...)
	if err != nil {
		return nil, 0, fmt.Errorf("list access keys: %w", err)
	}
	return page, total, nil
}

// RoleSession is a session of a role that has not expired.
type RoleSession struct {
	SecretID, Name, SourceIdentity string
	UIN                            int64         // who assumed the role, 0 for a federated login
	Account                        store.Account // of that uin
	Issued, Expires                time.Time
	Ended                          bool // by a revocation
}

// ListRoleSessions is a window of the sessions of a role that have not expired, those issued last first, and how many
// there are in all.
func (k *Keys) ListRoleSessions(ctx context.Context, q store.Queryer, a store.Account, roleID int64, now time.Time, offset, limit int64) (page []RoleSession, total int64, err error) {
	const of = ` FROM sessions s WHERE s.account = $1 AND s.role_id = $2 AND s.expires_at > $3 AND s.kind = $4`
	args := []any{a, roleID, now.UnixMilli(), int(call.AssumedRole)}
	if total, err = store.Count(ctx, q, `SELECT COUNT(*)`+of, args...); err != nil {
		return nil, 0, fmt.Errorf("count sessions of a role: %w", err)
	}
	page, err = store.Collect(ctx, q, func(r store.Row) (s RoleSession, err error) {
		var issued, expires int64
		var revoked int
		err = r.Scan(&s.SecretID, &s.Name, &s.UIN, &s.Account, &s.SourceIdentity, &issued, &expires, &revoked)
		s.Issued, s.Expires, s.Ended = time.UnixMilli(issued), time.UnixMilli(expires), revoked > 0
		return s, err
	}, `SELECT s.secret_id, s.name, s.uin, s.parent_account, s.source_identity, s.issued_at, s.expires_at, `+ended+of+
		` ORDER BY s.number DESC LIMIT $5 OFFSET $6`, append(args, limit, offset)...)
	if err != nil {
		return nil, 0, fmt.Errorf("list sessions of a role: %w", err)
	}
	return page, total, nil
}
