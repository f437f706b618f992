package directory

import (
	"context"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
)

// maxReuse is how many passwords of a person are remembered.
const maxReuse = 24

// SetPassword changes a person's password to one of this hash, and ends a lock that failed logins have brought. Hash it with
// credential.HashPassword before the transaction. ErrNotFound.
func SetPassword(ctx context.Context, tx *store.Tx, a store.Account, id, hash string, mustModify bool, at time.Time) error {
	err := set(ctx, tx, `UPDATE persons SET password = $3, pwd_must_modify = $4, pwd_change_at = $5, locked_until = NULL, updated_at = $5
		WHERE account = $1 AND id = $2`, a, id, hash, mustModify, at.UnixMilli())
	if err != nil {
		return err
	}
	return rememberPassword(ctx, tx, a, id, hash)
}

// rememberPassword notes a new password, and forgets those that no rule can ask for any more.
func rememberPassword(ctx context.Context, tx *store.Tx, a store.Account, id, hash string) error {
	if hash == "" {
		return nil
	}
	var last int64
	err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(number), 0) FROM person_passwords WHERE account = $1 AND person = $2`, a, id).Scan(&last)
	if err == nil {
		_, err = tx.ExecContext(ctx, `INSERT INTO person_passwords (account, person, number, password) VALUES ($1, $2, $3, $4)`, a, id, last+1, hash)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, `DELETE FROM person_passwords WHERE account = $1 AND person = $2 AND number <= $3`, a, id, last+1-maxReuse)
	}
	if err != nil {
		return fmt.Errorf("remember password: %w", err)
	}
	return nil
}

// UsedPassword reports whether a password is among a person's last n, of which 24 are remembered. It hashes once for each:
// never call it in a transaction.
func UsedPassword(ctx context.Context, q store.Queryer, a store.Account, id, password string, n int) (bool, error) {
	hashes, err := store.Collect(ctx, q, func(r store.Row) (hash string, err error) {
		err = r.Scan(&hash)
		return hash, err
	}, `SELECT password FROM person_passwords WHERE account = $1 AND person = $2 ORDER BY number DESC LIMIT $3`, a, id, n)
	if err != nil {
		return false, fmt.Errorf("read earlier passwords: %w", err)
	}
	for _, hash := range hashes {
		same, err := credential.CheckPassword(ctx, hash, password)
		if err != nil {
			return false, fmt.Errorf("compare with an earlier password: %w", err)
		}
		if same {
			return true, nil
		}
	}
	return false, nil
}

// Lock keeps a person out until that time, after failed logins; the zero time lets it in again. It is no change of the
// profile. ErrNotFound.
func Lock(ctx context.Context, tx *store.Tx, a store.Account, id string, until time.Time) error {
	return set(ctx, tx, `UPDATE persons SET locked_until = $3 WHERE account = $1 AND id = $2`, a, id, milliseconds(until))
}

// LoggedIn notes a login. It is no change of the profile. ErrNotFound.
func LoggedIn(ctx context.Context, tx *store.Tx, a store.Account, id, ip string, at time.Time) error {
	return set(ctx, tx, `UPDATE persons SET last_login_ip = $3, last_login_at = $4 WHERE account = $1 AND id = $2`, a, id, ip, at.UnixMilli())
}
