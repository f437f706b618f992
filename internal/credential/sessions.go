package credential

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
)

// Temporary is a freshly issued temporary credential: its key and token are shown once.
type Temporary struct {
	SecretID, SecretKey, Token string
	Expires                    time.Time
}

// Issue says whose temporary credential to make. Account is the account that the session acts in; for a role of
// another account that is the role's owner.
type Issue struct {
	Account store.Account
	UIN     int64 // who asked; for role sessions the uin that assumed it
	RoleID  int64 // role sessions only
	Parent  string
	Session call.Session
}

func bindSession(secretID string) string { return "sessions/" + secretID }

// longestSession bounds the life of every session, so that what has ended sessions can be forgotten some day.
const longestSession = 36 * time.Hour

// Issue makes a temporary credential. Parent is the permanent key at the root of the chain: when that key ends, so
// does everything issued from it, however long the chain.
func (k *Keys) Issue(ctx context.Context, tx *store.Tx, in Issue) (*Temporary, error) {
	if life := in.Session.Expires.Sub(in.Session.Issued); life > longestSession {
		return nil, fmt.Errorf("issue session: it would live for %s, longer than %s", life, longestSession)
	}
	t := &Temporary{SecretID: newTmpSecretID(), SecretKey: newTmpSecretKey(), Token: newToken(), Expires: in.Session.Expires}
	tags, err := json.Marshal(in.Session.Tags)
	if err != nil {
		return nil, fmt.Errorf("issue session: %w", err)
	}
	sealed, err := k.seal(ctx, tx, t.SecretKey, bindSession(t.SecretID))
	if err != nil {
		return nil, err
	}
	number, err := tx.NextID(ctx, sessionNumbers, 1)
	if err != nil {
		return nil, fmt.Errorf("issue session: %w", err)
	}
	hash := sha256.Sum256([]byte(t.Token))
	s := in.Session
	_, err = tx.ExecContext(ctx, `INSERT INTO sessions (secret_id, account, kind, uin, role_id, name, secret, token_hash, policy, tags,
			source_identity, mfa, depth, parent, parent_account, number, issued_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
			COALESCE((SELECT account FROM access_keys WHERE secret_id = $14), (SELECT account FROM console_sessions WHERE id = $14), 0), $15, $16, $17)`,
		t.SecretID, in.Account, int(s.Kind), in.UIN, in.RoleID, s.Name, sealed, hash[:],
		s.Policy, string(tags), s.SourceIdentity, flag(s.MFA), s.Depth, in.Parent, number, s.Issued.UnixMilli(), s.Expires.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("issue session: %w", err)
	}
	return t, nil
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// sessionNumbers is the sequence that sessions and revocations draw from. A revocation ends the sessions with a smaller
// number than its own. Their times would not do: a call that arrived later may commit earlier, a new session may come in
// the same millisecond, and the clocks of two nodes differ.
const sessionNumbers = "sessions"

// The changes by which every node hears that sessions have ended: those of a key (ID = its SecretId), of a role (ID = its
// id in digits), or those that were issued with any key of an account.
const (
	KeySessionsChangeKind     = "sessions-of-key"
	RoleSessionsChangeKind    = "sessions-of-role"
	AccountSessionsChangeKind = "sessions-of-account"
)

// ended tells, in a query on sessions s, how many revocations have ended a session.
const ended = `(SELECT COUNT(*) FROM revocations r WHERE r.upto >= s.number AND (
		r.account = s.parent_account AND r.kind = 'key' AND r.id = s.parent OR
		r.account = s.parent_account AND r.kind = 'account' AND r.id = '' OR
		r.account = s.account AND r.kind = 'role' AND r.id = CAST(s.role_id AS TEXT)))`

// RevokeByRole ends every session of a role.
func (k *Keys) RevokeByRole(ctx context.Context, tx *store.Tx, account store.Account, roleID int64, at time.Time) error {
	return revoke(ctx, tx, "role", store.Change{Account: account, Kind: RoleSessionsChangeKind, ID: strconv.FormatInt(roleID, 10)}, at)
}

// RevokeByParent ends every session that was issued, directly or through others, with a permanent key of the account.
// Those sessions may act in other accounts.
func (k *Keys) RevokeByParent(ctx context.Context, tx *store.Tx, account store.Account, parent string, at time.Time) error {
	return revoke(ctx, tx, "key", store.Change{Account: account, Kind: KeySessionsChangeKind, ID: parent}, at)
}

// RevokeByAccount ends every session that was issued with a key of the account.
func (k *Keys) RevokeByAccount(ctx context.Context, tx *store.Tx, account store.Account, at time.Time) error {
	return revoke(ctx, tx, "account", store.Change{Account: account, Kind: AccountSessionsChangeKind}, at)
}

// revoke writes one row of a kind, however many sessions it ends: the end of more of them takes no longer. at only says
// when the row may be purged.
func revoke(ctx context.Context, tx *store.Tx, kind string, of store.Change, at time.Time) error {
	upto, err := tx.NextID(ctx, sessionNumbers, 1)
	if err == nil {
		_, err = tx.ExecContext(ctx, `INSERT INTO revocations (account, kind, id, upto, at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (account, kind, id) DO UPDATE SET upto = excluded.upto, at = excluded.at`, of.Account, kind, of.ID, upto, at.UnixMilli())
	}
	if err != nil {
		return fmt.Errorf("revoke sessions: %w", err)
	}
	tx.Changed(of)
	return nil
}

// purgeAfter is how long the row of a session is kept after its end, so that its id still answers TokenFailure, and that
// of a revocation: well over longestSession, so that nothing comes back to life.
const purgeAfter = 7 * 24 * time.Hour

// Purge deletes the rows of sessions that ended long ago, and of revocations whose sessions have. Call it now and then.
func (k *Keys) Purge(ctx context.Context, now time.Time) error {
	for _, statement := range []string{
		`DELETE FROM sessions WHERE secret_id IN (SELECT secret_id FROM sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`,
		`DELETE FROM revocations WHERE (account, kind, id) IN (SELECT account, kind, id FROM revocations WHERE at < $1 ORDER BY at LIMIT $2)`,
	} {
		if err := k.db.Purge(ctx, statement, now.Add(-purgeAfter)); err != nil {
			return fmt.Errorf("purge sessions: %w", err)
		}
	}
	return nil
}
