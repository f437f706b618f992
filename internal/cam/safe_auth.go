package cam

import (
	"context"
	"errors"
	"fmt"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// Protection is how logins or sensitive operations of a user are protected: "" = not, or the one method.
type Protection string

// The methods that can be set. Sign-in demands codes of a one-time password device; nothing here can send messages, so of the
// other two the flag is kept and shown only.
const (
	ByPhone  Protection = "phone"
	ByTOTP   Protection = "stoken"
	ByWechat Protection = "wechat"
)

// protections are both flags of a user; of one without a row, or the root without one, they are off.
func protections(ctx context.Context, q store.Queryer, a store.Account, uin int64) (login, action Protection, err error) {
	err = q.QueryRowContext(ctx, `SELECT login, action FROM safe_auth_flags WHERE account = $1 AND uin = $2`, a, uin).Scan(&login, &action)
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	if err != nil {
		return "", "", fmt.Errorf("read protection: %w", err)
	}
	return login, action, nil
}

// LoginProtection is how the root's own logins are protected; of a sub-user Login tells it.
func LoginProtection(ctx context.Context, q store.Queryer, a store.Account) (Protection, error) {
	login, _, err := protections(ctx, q, a, int64(a))
	return login, err
}

// SetMfaFlag sets one or both flags, of the caller or of a sub-user. A one-time password device need not be bound: the user
// has to bind one at the next sign-in.
func (p *Product) SetMfaFlag(ctx context.Context, c *call.Call, in *cam20190116.SetMfaFlagRequest) (*cam20190116.SetMfaFlagResponse, error) {
	uin := callerUIN(c)
	if in.OpUin != nil {
		uin = *in.OpUin
	}
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		u := User{UIN: uin}
		if uin != int64(c.Account()) {
			var err error
			if u, err = UserByUIN(ctx, tx, c.Account(), uin); err != nil {
				return err
			}
		} else if c.Caller.Kind != call.Root {
			return fault.New(code.FailedOperationUserUnbindNoPermission) // the root's protection is the root's
		}
		login, action, err := protections(ctx, tx, c.Account(), uin)
		if err == nil {
			login, err = replaced(login, in.LoginFlag, &u)
		}
		if err == nil {
			action, err = replaced(action, in.ActionFlag, &u)
		}
		if err != nil {
			return err
		}
		c.Touched(userResource(c.Account(), uin))
		_, err = tx.ExecContext(ctx, `INSERT INTO safe_auth_flags (account, uin, login, action) VALUES ($1, $2, $3, $4)
			ON CONFLICT (account, uin) DO UPDATE SET login = excluded.login, action = excluded.action`, c.Account(), uin, string(login), string(action))
		if err != nil {
			return fmt.Errorf("set protection: %w", err)
		}
		return nil
	})
}

// replaced is a flag after a call: absent leaves it, all zeros switch it off.
func replaced(now Protection, with *cam20190116.LoginActionMfaFlag, u *User) (Protection, error) {
	if with == nil {
		return now, nil
	}
	set := Protection("")
	for method, on := range map[Protection]*int64{ByPhone: with.Phone, ByTOTP: with.Stoken, ByWechat: with.Wechat} {
		if on == nil || *on == 0 {
			continue
		}
		if set != "" {
			return now, fault.New(code.InvalidParameter).WithDetail("One method can be set at most.")
		}
		set = method
	}
	switch {
	case set == ByPhone && !u.PhoneVerified:
		return now, fault.New(code.FailedOperationUserNotBindPhone)
	case set == ByWechat:
		return now, fault.New(code.FailedOperationUserNotBindWechat)
	}
	return set, nil
}

// ownProtections are the flags of the caller, who is the root or a sub-user.
func (p *Product) ownProtections(ctx context.Context, c *call.Call) (login, action Protection, err error) {
	if c.Caller.Kind != call.Root && c.Caller.Kind != call.User {
		return "", "", ErrNoUser
	}
	return protections(ctx, p.db.Read(), c.Account(), c.Caller.UIN)
}

func (f Protection) wire() cam20190116.LoginActionFlag {
	return cam20190116.LoginActionFlag{Phone: flag(f == ByPhone), Stoken: flag(f == ByTOTP), Wechat: flag(f == ByWechat)}
}

// unusual are the notices on unusual logins, which nobody can change: the documented defaults.
func unusual() cam20190116.OffsiteFlag {
	return cam20190116.OffsiteFlag{NotifyPhone: 1, NotifyEmail: 1, NotifyWechat: 1}
}

// DescribeSafeAuthFlag shows the caller's own flags.
func (p *Product) DescribeSafeAuthFlag(ctx context.Context, c *call.Call, _ *cam20190116.DescribeSafeAuthFlagRequest) (*cam20190116.DescribeSafeAuthFlagResponse, error) {
	login, action, err := p.ownProtections(ctx, c)
	if err != nil {
		return nil, err
	}
	return &cam20190116.DescribeSafeAuthFlagResponse{LoginFlag: login.wire(), ActionFlag: action.wire(), OffsiteFlag: unusual()}, nil
}

// DescribeSafeAuthFlagIntl shows the caller's own flags in the international form.
func (p *Product) DescribeSafeAuthFlagIntl(ctx context.Context, c *call.Call, _ *cam20190116.DescribeSafeAuthFlagIntlRequest) (*cam20190116.DescribeSafeAuthFlagIntlResponse, error) {
	login, action, err := p.ownProtections(ctx, c)
	if err != nil {
		return nil, err
	}
	return &cam20190116.DescribeSafeAuthFlagIntlResponse{LoginFlag: cam20190116.LoginActionFlagIntl(login.wire()),
		ActionFlag: cam20190116.LoginActionFlagIntl(action.wire()), OffsiteFlag: unusual()}, nil
}

// DescribeSafeAuthFlagColl shows the flags of a sub-account.
func (p *Product) DescribeSafeAuthFlagColl(ctx context.Context, c *call.Call, in *cam20190116.DescribeSafeAuthFlagCollRequest) (*cam20190116.DescribeSafeAuthFlagCollResponse, error) {
	u, err := UserByUIN(ctx, p.db.Read(), c.Account(), in.SubUin)
	if err != nil {
		return nil, err
	}
	login, action, err := protections(ctx, p.db.Read(), c.Account(), u.UIN)
	if err != nil {
		return nil, err
	}
	return &cam20190116.DescribeSafeAuthFlagCollResponse{LoginFlag: login.wire(), ActionFlag: action.wire(), OffsiteFlag: unusual()}, nil
}
