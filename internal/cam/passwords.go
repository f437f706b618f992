package cam

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// passwordRules are an account's rules with who set them.
type passwordRules struct {
	credential.PasswordRules
	modifier int64
	updated  int64 // unix milliseconds, 0 = never: the defaults
}

// readPasswordRules are the account's rules, or the defaults while it has set none.
func readPasswordRules(ctx context.Context, q store.Queryer, a store.Account) (passwordRules, error) {
	var r passwordRules
	var expiredLogin int64
	err := q.QueryRowContext(ctx, `SELECT min_length, must_contain, expire_days, reuse_limit, retry_limit, expired_login, modifier, updated_at
		FROM password_rules WHERE account = $1`, a).
		Scan(&r.MinimumLength, &r.MustContain, &r.ExpireDays, &r.ReuseLimit, &r.RetryLimit, &expiredLogin, &r.modifier, &r.updated)
	if errors.Is(err, sql.ErrNoRows) {
		return passwordRules{PasswordRules: credential.DefaultPasswordRules}, nil
	}
	if err != nil {
		return r, fmt.Errorf("read password rules: %w", err)
	}
	r.ExpiredMayLogIn = expiredLogin == expiredMayLogIn
	return r, nil
}

// PasswordRules are what an account asks of passwords, also of those of persons.
func PasswordRules(ctx context.Context, q store.Queryer, a store.Account) (credential.PasswordRules, error) {
	r, err := readPasswordRules(ctx, q, a)
	return r.PasswordRules, err
}

// The values of PasswordExpirationInvalidation.
const (
	expiredIsOut    = 1 // an administrator must reset it
	expiredMayLogIn = 2 // it still logs in, to be changed at once
)

func expiredLogin(may bool) int64 {
	if may {
		return expiredMayLogIn
	}
	return expiredIsOut
}

// nobody is the uin of a user that is yet to be made.
const nobody = 0

// newPassword checks or draws a console password and hashes it, outside of any transaction.
func (p *Product) newPassword(ctx context.Context, a store.Account, uin int64, given string) (password, hash string, err error) {
	password = given
	if given == "" {
		password = credential.NewPassword()
	} else if err := p.checkPassword(ctx, a, uin, given); err != nil {
		return "", "", err
	}
	hash, err = credential.HashPassword(ctx, password)
	return password, hash, err
}

// checkPassword holds a new password against the account's rules and the user's earlier passwords.
func (p *Product) checkPassword(ctx context.Context, a store.Account, uin int64, given string) error {
	rules, err := readPasswordRules(ctx, p.db.Read(), a)
	if err != nil {
		return err
	}
	if !rules.Allows(given) {
		return fault.New(code.InvalidParameterPasswordViolatedRules)
	}
	earlier, err := store.Collect(ctx, p.db.Read(), scanText, `SELECT password FROM password_history WHERE account = $1 AND uin = $2
		ORDER BY used_at DESC LIMIT $3`, a, uin, rules.ReuseLimit)
	if err != nil {
		return fmt.Errorf("read earlier passwords: %w", err)
	}
	for _, hash := range earlier {
		same, err := credential.CheckPassword(ctx, hash, given)
		if err != nil {
			return fmt.Errorf("compare with earlier password: %w", err)
		}
		if same {
			return fault.New(code.InvalidParameterPasswordViolatedRules)
		}
	}
	return nil
}

func scanText(r store.Row) (s string, err error) {
	err = r.Scan(&s)
	return s, err
}

// setPassword changes a user's console password and starts its time of expiry anew.
func setPassword(ctx context.Context, tx *store.Tx, a store.Account, uin int64, hash string, at time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE users SET password = $3, password_at = $4 WHERE uin = $2 AND account = $1`, a, uin, hash, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return rememberPassword(ctx, tx, a, uin, hash, at)
}

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

// GetPasswordRules shows the rules in force, the defaults while the account has set none.
func (p *Product) GetPasswordRules(ctx context.Context, c *call.Call, _ *cam20190116.GetPasswordRulesRequest) (*cam20190116.GetPasswordRulesResponse, error) {
	r, err := readPasswordRules(ctx, p.db.Read(), c.Account())
	if err != nil {
		return nil, err
	}
	out := &cam20190116.GetPasswordRulesResponse{Rules: cam20190116.PassWordRule{
		MinimumLength: new(int64(r.MinimumLength)), MustContain: &r.MustContain, ForcePasswordChange: new(int64(r.ExpireDays)),
		ReusePasswordLimit: new(int64(r.ReuseLimit)), RetryPasswordLimit: new(int64(r.RetryLimit)),
		PasswordExpirationInvalidation: new(expiredLogin(r.ExpiredMayLogIn)),
	}}
	if r.updated != 0 {
		out.UpdateTime, out.Modifier = wireTime(r.updated), strconv.FormatInt(r.modifier, 10)
	}
	return out, nil
}

// UpdatePasswordRules changes the rules; members that are absent keep their value. Passwords in use are judged only
// when they are next changed.
func (p *Product) UpdatePasswordRules(ctx context.Context, c *call.Call, in *cam20190116.UpdatePasswordRulesRequest) (*cam20190116.UpdatePasswordRulesResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		r, err := readPasswordRules(ctx, tx, c.Account())
		if err != nil {
			return err
		}
		if err := changeRules(&r.PasswordRules, in.Rules); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO password_rules (account, min_length, must_contain, expire_days, reuse_limit, retry_limit,
				expired_login, modifier, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (account) DO UPDATE SET min_length = excluded.min_length, must_contain = excluded.must_contain,
				expire_days = excluded.expire_days, reuse_limit = excluded.reuse_limit, retry_limit = excluded.retry_limit,
				expired_login = excluded.expired_login, modifier = excluded.modifier, updated_at = excluded.updated_at`,
			c.Account(), r.MinimumLength, r.MustContain, r.ExpireDays, r.ReuseLimit, r.RetryLimit,
			expiredLogin(r.ExpiredMayLogIn), callerUIN(c), c.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("update password rules: %w", err)
		}
		return nil
	})
}

// minPasswordLength is the least that the rules can ask for; they may say 0 for it.
const minPasswordLength = 8

// changeRules applies the members that are present. Their bounds are the contract's, but for what a range cannot say.
func changeRules(r *credential.PasswordRules, in cam20190116.PassWordRule) error {
	if in.MinimumLength != nil && *in.MinimumLength == 0 {
		in.MinimumLength = new(int64(minPasswordLength))
	}
	if in.MinimumLength != nil && *in.MinimumLength < minPasswordLength {
		return fault.New(code.InvalidParameterPasswordRuleError, "MinimumLength")
	}
	if in.MustContain != nil {
		classes := *in.MustContain
		if classes == "" || len(classes) > len(credential.PasswordClasses) || strings.Trim(classes, credential.PasswordClasses) != "" {
			return fault.New(code.InvalidParameterPasswordRuleError, "MustContain")
		}
		r.MustContain = classes
	}
	for to, from := range map[*int]*int64{&r.MinimumLength: in.MinimumLength, &r.ExpireDays: in.ForcePasswordChange,
		&r.ReuseLimit: in.ReusePasswordLimit, &r.RetryLimit: in.RetryPasswordLimit} {
		if from != nil {
			*to = int(*from)
		}
	}
	if in.PasswordExpirationInvalidation != nil {
		r.ExpiredMayLogIn = *in.PasswordExpirationInvalidation == expiredMayLogIn
	}
	return nil
}
