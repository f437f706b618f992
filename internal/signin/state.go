package signin

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// state is a user, or the root, as sign-in sees it at one moment.
type state struct {
	account   account.Account
	user      cam.Login // of the root the uin alone
	hash      string    // of the password, "" = none
	protected cam.Protection
	disabled  bool // the person behind the user is
	bound     bool // a one-time password device is
	absent    bool // from the enterprise in WeCom whose member the user is
	rules     credential.PasswordRules
	settings  settings
}

func (s *state) isRoot() bool { return s.user.UIN == int64(s.account.UIN) }

// kind is the principal that comes of the sign-in.
func (s *state) kind() call.PrincipalKind {
	if s.isRoot() {
		return call.Root
	}
	return call.User
}

// read reads the state of a user of the account, or of the root; errNobody where there is none.
func (p *Product) read(ctx context.Context, q store.Queryer, a store.Account, uin int64) (*state, error) {
	s := &state{}
	var err error
	if s.account, err = account.Get(ctx, q, a); err != nil {
		return nil, missing(err)
	}
	s.user.UIN = uin
	if !s.isRoot() {
		if s.user, err = cam.LoginByUIN(ctx, q, a, uin); err != nil {
			return nil, missing(err)
		}
	}
	return s, p.complete(ctx, q, s)
}

// errNobody is that there is no such account or user.
var errNobody = errors.New("no such user")

func missing(err error) error {
	if errors.Is(err, account.ErrNotFound) || fault.Is(err, code.ResourceNotFoundUserNotExist) {
		return errNobody
	}
	return err
}

// complete reads the rest of a state whose account and user are known.
func (p *Product) complete(ctx context.Context, q store.Queryer, s *state) (err error) {
	a, uin := s.account.UIN, s.user.UIN
	if s.isRoot() {
		if s.hash, err = account.Password(ctx, q, a); err == nil {
			s.protected, err = cam.LoginProtection(ctx, q, a)
		}
	} else {
		s.hash, s.protected = s.user.PasswordHash, s.user.Protection
		if s.user.Kind == cam.WeComUser && p.absent != nil {
			s.absent, err = p.absent(ctx, q, a, uin)
		}
		if err == nil {
			s.disabled, err = credential.UserDisabled(ctx, q, a, uin)
		}
		if err == nil {
			s.rules, err = cam.PasswordRules(ctx, q, a)
		}
	}
	if err == nil {
		s.settings, err = readSettings(ctx, q, a)
	}
	if err == nil {
		s.bound, err = isBound(ctx, q, a, uin)
	}
	return err
}

// expired reports whether the password has to be changed because of its age.
func (s *state) expired(at time.Time) bool {
	days := s.rules.ExpireDays
	return days > 0 && !at.Before(time.UnixMilli(s.user.PasswordAt).AddDate(0, 0, days))
}

// admits reports whether the user may sign in by a method at all, whatever it proves.
func (s *state) admits(method string, at time.Time) bool {
	switch {
	case s.account.Suspended || s.disabled:
		return false
	case s.isRoot():
		return method == ByPassword && s.hash != ""
	case method == ByWeCom:
		return s.user.Kind == cam.WeComUser && s.user.ConsoleLogin && !s.absent
	default:
		return s.user.Kind == cam.SubUser && s.user.ConsoleLogin && s.hash != "" && (s.rules.ExpiredMayLogIn || !s.expired(at))
	}
}

// step is what a sign-in by a method still lacks. A bound device comes first, so that whoever has come by a password alone
// cannot even change it.
func (s *state) step(method string, mfa bool, at time.Time) Step {
	switch {
	case s.bound && !mfa:
		return StepTOTP
	case method == ByPassword && !s.isRoot() && (s.user.NeedReset || s.expired(at)):
		return StepPassword
	case !s.bound && (s.protected == cam.ByTOTP || s.settings.requireMFA && !s.isRoot()):
		return StepBind
	default:
		return StepDone
	}
}

// Owner finds the root account that a sign-in page names by its uin or alias; not ok where there is none.
func Owner(ctx context.Context, q store.Queryer, text string) (a store.Account, ok bool, err error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return store.Account(n), true, nil
	}
	alias := strings.ToLower(text)
	if !aliasForm.MatchString(alias) {
		return 0, false, nil
	}
	err = q.QueryRowContext(ctx, `SELECT account FROM console_settings WHERE alias = $1`, alias).Scan(&a)
	if errors.Is(err, store.ErrNotFound) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("find alias: %w", err)
	}
	return a, true, nil
}

// find looks for whom an attempt is about: nil where there is none, after nearly as many queries as where there is one.
func (p *Product) find(ctx context.Context, in *Attempt) (*state, error) {
	q := p.db.Read()
	s := &state{}
	var nobody, err error
	if in.Root {
		s.account, err = root(ctx, q, in.Account)
		s.user.UIN = int64(s.account.UIN)
	} else {
		var owner store.Account
		if owner, _, err = Owner(ctx, q, in.Account); err != nil {
			return nil, err
		}
		s.account, err = account.Get(ctx, q, owner)
		nobody = missing(err)
		if nobody == nil || errors.Is(nobody, errNobody) {
			s.user, err = cam.LoginByName(ctx, q, owner, in.Name)
		}
	}
	for _, err := range []error{nobody, missing(err)} {
		if err != nil && !errors.Is(err, errNobody) {
			return nil, err
		}
	}
	completed := p.complete(ctx, q, s)
	switch {
	case nobody != nil || err != nil:
		return nil, nil
	case completed != nil:
		return nil, completed
	}
	return s, nil
}

// root finds the account whose root signs in by its uin, name or alias. Names go first: the operator gives them, and no
// account may take another's way in with an alias.
func root(ctx context.Context, q store.Queryer, text string) (account.Account, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return account.Get(ctx, q, store.Account(n))
	}
	a, err := account.ByName(ctx, q, text)
	if !errors.Is(err, account.ErrNotFound) {
		return a, err
	}
	uin, ok, err := Owner(ctx, q, text)
	if err == nil && !ok {
		err = account.ErrNotFound
	}
	if err != nil {
		return account.Account{}, err
	}
	return account.Get(ctx, q, uin)
}
