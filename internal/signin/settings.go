package signin

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
)

// settings are what an account has set about its console.
type settings struct {
	alias      string // "" = none
	idle       time.Duration
	maximum    time.Duration
	requireMFA bool
	updated    int64 // unix milliseconds, 0 = never: the defaults
}

// The defaults.
const (
	defaultIdle    = 30 * time.Minute
	defaultMaximum = 12 * time.Hour
)

func readSettings(ctx context.Context, q store.Queryer, a store.Account) (settings, error) {
	s := settings{}
	var idle, maximum int64
	err := q.QueryRowContext(ctx, `SELECT COALESCE(alias, ''), idle, maximum, require_mfa, updated_at FROM console_settings WHERE account = $1`, a).
		Scan(&s.alias, &idle, &maximum, &s.requireMFA, &s.updated)
	if errors.Is(err, store.ErrNotFound) {
		return settings{idle: defaultIdle, maximum: defaultMaximum}, nil
	}
	if err != nil {
		return s, fmt.Errorf("read console settings: %w", err)
	}
	s.idle, s.maximum = time.Duration(idle)*time.Millisecond, time.Duration(maximum)*time.Millisecond
	return s, nil
}

// aliasForm is what an alias looks like; it must not be a number, which is read as a uin.
var aliasForm = regexp.MustCompile(`^[a-z0-9-]{3,32}$`)

var aNumber = regexp.MustCompile(`^-?[0-9]+$`)

// DescribeConsoleSettings shows the settings, the defaults while the account has set none.
func (p *Product) DescribeConsoleSettings(ctx context.Context, c *call.Call, _ *hufu20261201.DescribeConsoleSettingsRequest) (*hufu20261201.DescribeConsoleSettingsResponse, error) {
	s, err := readSettings(ctx, p.db.Read(), c.Account())
	if err != nil {
		return nil, err
	}
	out := &hufu20261201.DescribeConsoleSettingsResponse{Alias: s.alias, IdleMinutes: int64(s.idle / time.Minute), MaximumMinutes: int64(s.maximum / time.Minute), RequireMfa: s.requireMFA}
	if s.updated != 0 {
		out.UpdateTime = new(s.updated / 1000)
	}
	return out, nil
}

// UpdateConsoleSettings changes what is present. The sessions that are open run by the new limits at once.
func (p *Product) UpdateConsoleSettings(ctx context.Context, c *call.Call, in *hufu20261201.UpdateConsoleSettingsRequest) (*hufu20261201.UpdateConsoleSettingsResponse, error) {
	if a := in.Alias; a != nil && *a != "" && (!aliasForm.MatchString(*a) || aNumber.MatchString(*a)) {
		return nil, fault.New(code.InvalidParameterAliasError)
	}
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		s, err := readSettings(ctx, tx, c.Account())
		if err != nil {
			return err
		}
		before := s
		if in.Alias != nil {
			s.alias = *in.Alias
		}
		if in.IdleMinutes != nil {
			s.idle = time.Duration(*in.IdleMinutes) * time.Minute
		}
		if in.MaximumMinutes != nil {
			s.maximum = time.Duration(*in.MaximumMinutes) * time.Minute
		}
		if in.RequireMfa != nil {
			s.requireMFA = *in.RequireMfa
		}
		if err := saveSettings(ctx, tx, c.Account(), s, c.At); err != nil {
			return err
		}
		if s.idle == before.idle && s.maximum == before.maximum {
			return nil
		}
		return p.keys.SetConsoleLimits(ctx, tx, c.Account(), s.idle, s.maximum)
	})
}

func saveSettings(ctx context.Context, tx *store.Tx, a store.Account, s settings, at time.Time) error {
	var alias *string
	if s.alias != "" {
		alias = &s.alias
		taken, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM console_settings WHERE alias = $1 AND account <> $2`, s.alias, a)
		if err != nil {
			return fmt.Errorf("look for alias: %w", err)
		}
		if taken > 0 {
			return fault.New(code.InvalidParameterAliasInUse)
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO console_settings (account, alias, idle, maximum, require_mfa, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (account) DO UPDATE SET alias = excluded.alias, idle = excluded.idle, maximum = excluded.maximum,
			require_mfa = excluded.require_mfa, updated_at = excluded.updated_at`,
		a, alias, s.idle.Milliseconds(), s.maximum.Milliseconds(), flag(s.requireMFA), at.UnixMilli())
	if err != nil {
		return fmt.Errorf("save console settings: %w", err)
	}
	return nil
}
