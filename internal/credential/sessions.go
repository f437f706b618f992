package credential

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
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

// Issue makes a temporary credential. Parent is the permanent key at the root of the chain: when that key ends, so
// does everything issued from it, however long the chain.
func (k *Keys) Issue(ctx context.Context, tx *store.Tx, in Issue) (*Temporary, error) {
	t := &Temporary{SecretID: newTmpSecretID(), SecretKey: newTmpSecretKey(), Token: newToken(), Expires: in.Session.Expires}
	tags, err := json.Marshal(in.Session.Tags)
	if err != nil {
		return nil, fmt.Errorf("issue session: %w", err)
	}
	sealed, err := k.seal(ctx, tx, t.SecretKey, bindSession(t.SecretID))
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256([]byte(t.Token))
	s := in.Session
	_, err = tx.ExecContext(ctx, `INSERT INTO sessions (secret_id, account, kind, uin, role_id, name, secret, token_hash, policy, tags,
			source_identity, mfa, depth, parent, issued_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		t.SecretID, in.Account, int(s.Kind), in.UIN, in.RoleID, s.Name, sealed, hash[:],
		s.Policy, string(tags), s.SourceIdentity, flag(s.MFA), s.Depth, in.Parent, s.Issued.UnixMilli(), s.Expires.UnixMilli())
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

// RevokeByRole ends every session of a role.
func (k *Keys) RevokeByRole(ctx context.Context, tx *store.Tx, account store.Account, roleID int64, at time.Time) error {
	return k.revoke(ctx, tx, at, `account = $1 AND role_id = $2`, account, roleID)
}

// RevokeByParent ends every session that was issued, directly or through others, with a permanent key. Those
// sessions may act in other accounts; the key may not, so its account is checked where it is found.
func (k *Keys) RevokeByParent(ctx context.Context, tx *store.Tx, account store.Account, parent string, at time.Time) error {
	return k.revoke(ctx, tx, at, `parent IN (SELECT secret_id FROM access_keys WHERE account = $1 AND secret_id = $2)`, account, parent)
}

// RevokeByAccount ends every session that was issued with a key of the account.
func (k *Keys) RevokeByAccount(ctx context.Context, tx *store.Tx, account store.Account, at time.Time) error {
	return k.revoke(ctx, tx, at, `parent IN (SELECT secret_id FROM access_keys WHERE account = $1)`, account)
}

func (k *Keys) revoke(ctx context.Context, tx *store.Tx, at time.Time, where string, args ...any) error {
	live := fmt.Sprintf(`%s AND revoked_at IS NULL AND expires_at > %d`, where, at.UnixMilli())
	rows, err := tx.QueryContext(ctx, `SELECT secret_id, account FROM sessions WHERE `+live, args...)
	if err != nil {
		return fmt.Errorf("revoke sessions: %w", err)
	}
	defer rows.Close()
	var changes []store.Change
	for rows.Next() {
		c := store.Change{Kind: ChangeKind}
		if err := rows.Scan(&c.ID, &c.Account); err != nil {
			return fmt.Errorf("revoke sessions: %w", err)
		}
		changes = append(changes, c)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("revoke sessions: %w", err)
	}
	for _, c := range changes {
		if _, err := tx.ExecContext(ctx, `UPDATE sessions SET revoked_at = $2 WHERE secret_id = $1`, c.ID, at.UnixMilli()); err != nil {
			return fmt.Errorf("revoke sessions: %w", err)
		}
		tx.Changed(c)
	}
	return nil
}

// purgeAfter is how long an ended session's row is kept, so that its id still answers TokenFailure.
const purgeAfter = 7 * 24 * time.Hour

// Purge deletes the rows of sessions that ended long ago. Call it now and then.
func (k *Keys) Purge(ctx context.Context, now time.Time) error {
	return k.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE expires_at < $1`, now.Add(-purgeAfter).UnixMilli())
		return err
	})
}
