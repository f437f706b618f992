// Package signin is sign-in to the console: who may come in by which password, what else has to be proved, how often one may
// try, and the sessions that come of it.
//
// A sign-in goes step by step. Behind the first, the password or WeCom, stands a ticket of ten minutes that can do nothing
// but the next step; every step gives a new one, and the last the session. What the next step is follows from the state of
// the user at that moment (state.step), so a ticket holds nothing that could be out of date.
//
//	SignIn, OpenSession -> ProveTOTP -> ChangePassword -> BeginBind, FinishBind -> session
//
// Rows of sub-users are cam's, those of accounts are account's, sessions are credential's: this room has the tickets, the
// failed attempts, the known browsers, the one-time password devices and the settings of an account.
package signin

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// Config is what the product stands on.
type Config struct {
	DB    *store.DB
	Keys  *credential.Keys
	Users *cam.Product
	Trail *audit.Trail
	// CheckPassword compares a password with its hash; nil: credential.CheckPassword. Tests count its calls, since how long an
	// answer takes must not tell whether there is such a user.
	CheckPassword func(ctx context.Context, hash, password string) (bool, error)
	// Absent reports whether a user who signs in by WeCom is a member there who may not now. It is asked in the transaction that opens
	// the session too. nil: nobody is.
	Absent func(ctx context.Context, q store.Queryer, a store.Account, uin int64) (bool, error)
}

// Product is sign-in, and the actions of the service hufu about it.
type Product struct {
	db    *store.DB
	keys  *credential.Keys
	users *cam.Product
	trail *audit.Trail
	check func(ctx context.Context, hash, password string) (bool, error)

	absent func(ctx context.Context, q store.Queryer, a store.Account, uin int64) (bool, error)

	dummy func() string // a hash that is nobody's

	mu      sync.Mutex
	scoping []byte // key of the hashes that attempts are counted under
}

// New makes the product.
func New(c Config) *Product {
	p := &Product{db: c.DB, keys: c.Keys, users: c.Users, trail: c.Trail, check: c.CheckPassword, absent: c.Absent}
	if p.check == nil {
		p.check = credential.CheckPassword
	}
	p.dummy = sync.OnceValue(func() string {
		hash, _ := credential.HashPassword(context.Background(), credential.NewPassword()) // fails with its context alone
		return hash
	})
	return p
}

// The methods by which a session is opened.
const (
	ByPassword = "password"
	ByWeCom    = "wecom"
)

// Step is what a sign-in still lacks.
type Step string

// The steps.
const (
	StepDone     Step = "done"
	StepTOTP     Step = "totp"     // a code of the bound device, or a recovery code
	StepPassword Step = "password" // a new password
	StepBind     Step = "bind"     // a device has to be bound
)

// Origin is where a sign-in comes from.
type Origin struct {
	RequestID string
	At        time.Time
	IP        netip.Addr
	Client    string // user agent
	Device    string // token of the browser, "" = it has none
	Session   string // token of the session that the browser has up to now; the new one takes its place
}

// Outcome is what a step led to: a session where Step is done, else the ticket for that step.
type Outcome struct {
	Step    Step
	Ticket  string
	Session string // token of the session
	Expires time.Time
	Device  string // new token of the browser, "" = it keeps its own
	// Rules are those of the account for the password that StepPassword asks for, so that a form can say them beforehand.
	Rules *credential.PasswordRules
	// RecoveryCodes stand in the answer of the step that bound a device, and nowhere else.
	RecoveryCodes []string
}

// Opening names a user whom something other than a password has shown to be himself.
type Opening struct {
	Account store.Account
	UIN     int64
	Method  string // ByWeCom
	// Login is what the user has come back with: it opens one session, or one sign-in that goes on.
	Login Login
	Try   *Try // what TryLogin counted; nil if nothing did
}

// The answers of a sign-in that goes no further.
var (
	// ErrLogin is the one answer to whatever is wrong with a first step: no such account or user, another password, too many
	// attempts, a user who may not sign in.
	ErrLogin = fault.New("AuthFailure.LoginFailed")
	// ErrTicket is a step without a ticket for it: none, one that ran out, or one for another step.
	ErrTicket = fault.New("AuthFailure.TicketFailure")
	// ErrCode is a wrong one-time password or recovery code, or one that was used.
	ErrCode = fault.New(code.InvalidParameterMFATokenError)
	// ErrLocked is told only to whoever has proved the first step.
	ErrLocked = fault.New(code.OperationDeniedLoginLocked)
	// ErrAddress is too many wrong attempts from one address, whoever they were about.
	ErrAddress = fault.New(code.RequestLimitExceededIPLimitExceeded)
)

// UserDeleted takes away what there is of a sub-user, in the transaction that deletes it. Its sessions end with its keys.
func (p *Product) UserDeleted(ctx context.Context, tx *store.Tx, a store.Account, uin int64) error {
	for _, of := range []string{"signin_tickets", "signin_failures", "known_devices", "totp_devices", "recovery_codes"} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+of+` WHERE account = $1 AND uin = $2`, a, uin); err != nil {
			return err
		}
	}
	return nil
}
