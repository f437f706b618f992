package signin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
)

// ticketLife is how long a sign-in may take from its first step.
const ticketLife = 10 * time.Minute

// ticket is a sign-in between two steps.
type ticket struct {
	hash    []byte // of its token; nil of one that was not kept yet
	account store.Account
	uin     int64
	method  string
	mfa     bool
	expires time.Time
}

// newToken draws 256 bits that nobody guesses.
func newToken() string {
	raw := make([]byte, 32)
	rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// keep puts the ticket under a new token, which its step answers: the token of the step before is void.
func (t *ticket) keep(ctx context.Context, tx *store.Tx) (token string, err error) {
	if err := t.drop(ctx, tx); err != nil {
		return "", err
	}
	token = newToken()
	hash := sha256.Sum256([]byte(token))
	mfa := 0
	if t.mfa {
		mfa = 1
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO signin_tickets (token_hash, account, uin, method, mfa, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		hash[:], t.account, t.uin, t.method, mfa, t.expires.UnixMilli())
	if err != nil {
		return "", fmt.Errorf("keep ticket: %w", err)
	}
	return token, nil
}

func (t *ticket) drop(ctx context.Context, tx *store.Tx) error {
	if t.hash == nil {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM signin_tickets WHERE token_hash = $1`, t.hash); err != nil {
		return fmt.Errorf("drop ticket: %w", err)
	}
	return nil
}

// at finds the ticket with a token and whom it is of, if it is at a step and the user may still sign in; else ErrTicket.
func (p *Product) at(ctx context.Context, q store.Queryer, token string, step Step, o *Origin) (*ticket, *state, error) {
	hash := sha256.Sum256([]byte(token))
	t := &ticket{hash: hash[:]}
	var expires int64
	err := q.QueryRowContext(ctx, `SELECT account, uin, method, mfa, expires_at FROM signin_tickets WHERE token_hash = $1`, t.hash).
		Scan(&t.account, &t.uin, &t.method, &t.mfa, &expires)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, ErrTicket
	}
	if err != nil {
		return nil, nil, fmt.Errorf("find ticket: %w", err)
	}
	t.expires = time.UnixMilli(expires)
	who, err := p.read(ctx, q, t.account, t.uin)
	if errors.Is(err, errNobody) {
		return nil, nil, ErrTicket
	}
	if err != nil {
		return nil, nil, err
	}
	if !o.At.Before(t.expires) || !who.admits(t.method, o.At) || who.step(t.method, t.mfa, o.At) != step {
		return nil, nil, ErrTicket
	}
	return t, who, nil
}
