package cam

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
)

// Login is what sign-in to the console asks about a sub-account.
type Login struct {
	UIN          int64
	Kind         UserKind
	Name         string
	ConsoleLogin bool
	NeedReset    bool
	PasswordHash string // "" = none
	PasswordAt   int64  // unix milliseconds, 0 = never
	Protection   Protection
}

const selectLogin = `SELECT u.uin, u.kind, u.name, u.console_login, u.need_reset, u.password, COALESCE(u.password_at, 0), COALESCE(f.login, '')
	FROM users u LEFT JOIN safe_auth_flags f ON f.account = u.account AND f.uin = u.uin `

func scanLogin(r store.Row) (l Login, err error) {
	err = r.Scan(&l.UIN, &l.Kind, &l.Name, &l.ConsoleLogin, &l.NeedReset, &l.PasswordHash, &l.PasswordAt, &l.Protection)
	return l, err
}

// LoginByName finds who signs in by this name, without regard to the case of ASCII letters: people do not remember it.
func LoginByName(ctx context.Context, q store.Queryer, a store.Account, name string) (Login, error) {
	return store.One(ctx, q, scanLogin, ErrNoUser, selectLogin+`WHERE u.account = $1 AND u.name_key = $2`, a, fold(name))
}

// LoginByUIN finds a sub-account that signs in by its uin.
func LoginByUIN(ctx context.Context, q store.Queryer, a store.Account, uin int64) (Login, error) {
	return store.One(ctx, q, scanLogin, ErrNoUser, selectLogin+`WHERE u.uin = $2 AND u.account = $1`, a, uin)
}

// FoldName is the form in which two names are one.
func FoldName(name string) string { return fold(name) }

// NoteLogin keeps when and from where a sub-account signed in last.
func NoteLogin(ctx context.Context, tx *store.Tx, a store.Account, uin int64, ip netip.Addr, at time.Time) error {
	text := ""
	if ip.IsValid() {
		text = ip.String()
	}
	_, err := tx.ExecContext(ctx, `UPDATE users SET last_login_ip = $3, last_login_at = $4 WHERE uin = $2 AND account = $1`, a, uin, text, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("note login: %w", err)
	}
	return nil
}

// CheckPassword holds a new password of a sub-user against the account's rules and the earlier ones. It hashes: never call
// it in a transaction.
func (p *Product) CheckPassword(ctx context.Context, a store.Account, uin int64, password string) error {
	return p.checkPassword(ctx, a, uin, password)
}

// ChosePassword sets the password that a sub-user chose for itself: it need not be changed any more.
func ChosePassword(ctx context.Context, tx *store.Tx, a store.Account, uin int64, hash string, at time.Time) error {
	if _, err := tx.ExecContext(ctx, `UPDATE users SET need_reset = 0 WHERE uin = $2 AND account = $1`, a, uin); err != nil {
		return fmt.Errorf("choose password: %w", err)
	}
	return setPassword(ctx, tx, a, uin, hash, at)
}
