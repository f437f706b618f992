package eiam

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
)

// The errors about tokens, in the terms of OAuth 2.
const (
	codeToken  = "invalid_token"
	codeClient = "invalid_client"
	codeScope  = "insufficient_scope"
	codeDenied = "access_denied"
)

// layer is what audit records call the permission codes among what decides.
const layer = "application"

// standing is what an application is and may at a moment, read in one query.
type standing struct {
	client, app string
	appID       int64 // of the root account
	life        time.Duration
	suspended   bool // the root account
	disabled    bool // the application
	api         bool
	codes       []string
}

// columns and tables of a standing; the client is c.
const standingColumns = `c.client_id, c.app, c.token_life, a.disabled, a.api, r.suspended, r.appid, COALESCE(g.code, '')`

const standingTables = ` eiam_clients c
		JOIN eiam_apps a ON a.account = c.account AND a.id = c.app
		JOIN accounts r ON r.uin = c.account
		LEFT JOIN eiam_grants g ON g.account = c.account AND g.client_id = c.client_id`

// readStanding reads the rows of a standing, one a permission code; extra are the targets of further columns. nil for no
// row.
func readStanding(ctx context.Context, q store.Queryer, extra []any, query string, args ...any) (*standing, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read client: %w", err)
	}
	defer rows.Close()
	var s *standing
	for rows.Next() {
		if s == nil {
			s = &standing{}
		}
		var code string
		var life int64
		err := rows.Scan(append([]any{&s.client, &s.app, &life, &s.disabled, &s.api, &s.suspended, &s.appID, &code}, extra...)...)
		if err != nil {
			return nil, fmt.Errorf("read client: %w", err)
		}
		s.life = time.Duration(life) * time.Second
		if code != "" {
			s.codes = append(s.codes, code)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read client: %w", err)
	}
	return s, nil
}

// Caller is an application that proved itself. It is the authority for its own call: it is asked again whenever that
// writes.
type Caller struct {
	Account store.Account
	action  *wire.Action
	read    func(ctx context.Context, q store.Queryer) (*standing, error)
	now     *standing // until it was asked once
	who     call.Principal
}

// Principal is the application as the caller of a call.
func (c *Caller) Principal() *call.Principal { return &c.who }

// Authorize decides by what the application may now. An action without a family is open to every application.
func (c *Caller) Authorize(ctx context.Context, q store.Queryer) (audit.Decision, error) {
	now := c.now
	if c.now = nil; now == nil {
		var err error
		if now, err = c.read(ctx, q); err != nil {
			return audit.Decision{Effect: "none"}, err
		}
	}
	denied := audit.Decision{Effect: "implicit_deny", Layer: layer}
	family, write := c.action.Family, c.action.Write
	switch {
	case now.suspended:
		return denied, fault.New(codeDenied)
	case family == "":
		return audit.Decision{Effect: "allow", Layer: layer}, nil
	case !now.api:
		return denied, fault.New(codeDenied)
	}
	code := opening(now.codes, family, write)
	if code == "" {
		return denied, fault.New(codeScope, strings.Join(Accepted(family, write), ", "))
	}
	return audit.Decision{Effect: "allow", Layer: layer, Policy: code}, nil
}

// newCaller makes the caller of what read answers; it must exist and be enabled, else the error is refusal.
func newCaller(ctx context.Context, q store.Queryer, a store.Account, action *wire.Action, refusal string, read func(ctx context.Context, q store.Queryer) (*standing, error)) (*Caller, error) {
	c := &Caller{Account: a, action: action}
	c.read = func(ctx context.Context, q store.Queryer) (*standing, error) {
		s, err := read(ctx, q)
		if err == nil && (s == nil || s.disabled) {
			err = fault.New(refusal)
		}
		return s, err
	}
	var err error
	if c.now, err = c.read(ctx, q); err != nil {
		return nil, err
	}
	c.who = call.Principal{Kind: call.Application, Account: a, AppID: c.now.appID, KeyID: c.now.client, AppKey: c.now.app}
	return c, nil
}

// Bearer answers whose token this is in a tenant. The error is invalid_token, whatever is wrong with it.
func (p *Product) Bearer(ctx context.Context, a store.Account, action *wire.Action, token string, at time.Time) (*Caller, error) {
	hash := digest(token)
	return newCaller(ctx, p.db.Read(), a, action, codeToken, func(ctx context.Context, q store.Queryer) (*standing, error) {
		var expires int64
		s, err := readStanding(ctx, q, []any{&expires}, `SELECT `+standingColumns+`, t.expires_at FROM`+standingTables+`
			JOIN eiam_tokens t ON t.account = c.account AND t.client_id = c.client_id WHERE t.account = $1 AND t.hash = $2`, a, hash)
		if err == nil && expires <= at.UnixMilli() {
			s = nil
		}
		return s, err
	})
}

// Authenticate answers which application of a tenant has this client id and secret. The error is invalid_client, whatever
// is wrong with them.
func (p *Product) Authenticate(ctx context.Context, a store.Account, action *wire.Action, client, secret string) (*Caller, error) {
	return newCaller(ctx, p.db.Read(), a, action, codeClient, func(ctx context.Context, q store.Queryer) (*standing, error) {
		var kept []byte
		s, err := readStanding(ctx, q, []any{&kept}, `SELECT `+standingColumns+`, c.secret FROM`+standingTables+`
			WHERE c.account = $1 AND c.client_id = $2`, a, client)
		if err == nil && !fits(secret, kept) {
			s = nil
		}
		return s, err
	})
}

// Token is a new bearer token: it is shown once.
type Token struct {
	Token     string
	ExpiresIn int64  // seconds that are left
	Statement string // the signed statement of what the application may
}

// IssueToken makes a bearer token for the application that calls. Earlier ones stay good until their own end.
func (p *Product) IssueToken(ctx context.Context, c *call.Call) (*Token, error) {
	key, err := p.signingKey(ctx)
	if err != nil {
		return nil, err
	}
	token := call.NewUUID()
	var s *standing
	err = c.Write(ctx, func(tx *store.Tx) error {
		var err error
		s, err = readStanding(ctx, tx, nil, `SELECT `+standingColumns+` FROM`+standingTables+` WHERE c.account = $1 AND c.client_id = $2`, c.Account(), c.Caller.KeyID)
		if err != nil {
			return err
		}
		if s == nil || s.disabled {
			return fault.New(codeClient)
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO eiam_tokens (hash, account, client_id, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5)`,
			digest(token), c.Account(), s.client, c.At.UnixMilli(), c.At.Add(s.life).UnixMilli())
		if err != nil {
			return fmt.Errorf("issue token: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	statement, err := sign(key, c, s)
	if err != nil {
		return nil, err
	}
	return &Token{Token: token, ExpiresIn: int64(s.life/time.Second) - 1, Statement: statement}, nil
}

// CreateToken answers a new token. The door has established who asks.
func (p *Product) CreateToken(ctx context.Context, c *call.Call, _ *eiamv2.CreateTokenRequest) (*eiamv2.CreateTokenResponse, error) {
	t, err := p.IssueToken(ctx, c)
	if err != nil {
		return nil, err
	}
	return &eiamv2.CreateTokenResponse{AccessToken: t.Token, TokenType: "bearer", ExpiresIn: t.ExpiresIn, Scope: "all", IdToken: t.Statement}, nil
}

// revokeTokens ends every token of an application.
func revokeTokens(ctx context.Context, tx *store.Tx, a store.Account, app string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM eiam_tokens WHERE account = $1 AND client_id IN (SELECT client_id FROM eiam_clients WHERE account = $1 AND app = $2)`, a, app)
	if err != nil {
		return fmt.Errorf("revoke tokens: %w", err)
	}
	return nil
}

const (
	// purgeAfter is how long the row of a token is kept after its end: calls that came before it may still be under way.
	purgeAfter = time.Hour
)

// Purge deletes the rows of tokens that ended a while ago. Call it now and then.
func (p *Product) Purge(ctx context.Context, now time.Time) error {
	err := p.db.Purge(ctx, `DELETE FROM eiam_tokens WHERE hash IN (SELECT hash FROM eiam_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`,
		now.Add(-purgeAfter))
	if err != nil {
		return fmt.Errorf("purge tokens: %w", err)
	}
	return nil
}
