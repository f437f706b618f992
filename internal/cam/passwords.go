package cam

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
)

// readPasswordRules are the account's rules, or the defaults while it has set none.
func readPasswordRules(ctx context.Context, q store.Queryer, a store.Account) (credential.PasswordRules, error) {
	r := credential.DefaultPasswordRules
	var expiredLogin int64
	err := q.QueryRowContext(ctx, `SELECT min_length, must_contain, expire_days, reuse_limit, retry_limit, expired_login FROM password_rules WHERE account = $1`, a).
		Scan(&r.MinimumLength, &r.MustContain, &r.ExpireDays, &r.ReuseLimit, &r.RetryLimit, &expiredLogin)
	if errors.Is(err, sql.ErrNoRows) {
		return credential.DefaultPasswordRules, nil
	}
	if err != nil {
		return r, fmt.Errorf("read password rules: %w", err)
	}
	r.ExpiredMayLogIn = expiredLogin == expiredMayLogIn
	return r, nil
}

// The values of PasswordExpirationInvalidation.
const (
	expiredIsOut    = 1 // an administrator must reset it
	expiredMayLogIn = 2 // it still logs in, to be changed at once
)

// maxReuse is the longest memory that the rules can ask for.
const maxReuse = 24

// rememberPassword notes a new password for the reuse rule, and forgets those that no rule can ask for any more.
func rememberPassword(ctx context.Context, tx *store.Tx, a store.Account, uin int64, hash string, at time.Time) error {
	if hash == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO password_history (account, uin, used_at, password) VALUES ($1, $2, $3, $4)`, a, uin, at.UnixMilli(), hash)
	if err == nil {
		_, err = tx.ExecContext(ctx, `DELETE FROM password_history WHERE account = $1 AND uin = $2 AND used_at <
			(SELECT MIN(used_at) FROM (SELECT used_at FROM password_history WHERE account = $1 AND uin = $2 ORDER BY used_at DESC LIMIT $3) AS kept)`,
			a, uin, maxReuse)
	}
	if err != nil {
		return fmt.Errorf("remember password: %w", err)
	}
	return nil
}
