package signin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
)

// Login is a sign-in that another server takes over for a while. The browser keeps it, sealed; the other server knows its
// state alone. So nothing has to be kept of logins that strangers begin.
type Login struct {
	Account store.Account
	Corp    string // corpid
	State   string
	Expires int64 // unix milliseconds
}

// loginSeal is what the browser's text opens for.
const loginSeal = "signin/login"

// BeginLogin draws the state of a login: the browser keeps sealed, and the other server gives state back.
func (p *Product) BeginLogin(a store.Account, corp string, at time.Time) (state, sealed string) {
	raw := make([]byte, 16)
	rand.Read(raw)
	l := Login{Account: a, Corp: corp, State: hex.EncodeToString(raw), Expires: at.Add(ticketLife).UnixMilli()}
	text, _ := json.Marshal(l) // texts and numbers: cannot fail
	return l.State, p.keys.SealMarker(loginSeal, string(text))
}

// ResumeLogin reads the login that a browser comes back with. ErrTicket where it did not begin it, or too long ago.
func (p *Product) ResumeLogin(sealed, state string, at time.Time) (l Login, err error) {
	text, ok := p.keys.OpenMarker(loginSeal, sealed)
	if !ok || json.Unmarshal([]byte(text), &l) != nil {
		return Login{}, ErrTicket
	}
	if subtle.ConstantTimeCompare([]byte(l.State), []byte(state)) != 1 || at.UnixMilli() >= l.Expires {
		return Login{}, ErrTicket
	}
	return l, nil
}

// spend uses a login up, ErrTicket where it was.
func (l *Login) spend(ctx context.Context, tx *store.Tx) error {
	hash := sha256.Sum256([]byte(l.State))
	spent, err := tx.ExecContext(ctx, `INSERT INTO spent_logins (login, expires_at) VALUES ($1, $2) ON CONFLICT (login) DO NOTHING`, hash[:], l.Expires)
	if err != nil {
		return fmt.Errorf("use login: %w", err)
	}
	if n, _ := spent.RowsAffected(); n == 0 { // both drivers know the number
		return ErrTicket
	}
	return nil
}
