package wecom

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wecom/qyapi"
)

// credentials are what an enterprise is linked by. They are sealed together; of one that is not linked there are none.
type credentials struct {
	Secret        string `json:"secret,omitempty"`
	CallbackToken string `json:"callbackToken,omitempty"`
	CallbackKey   string `json:"callbackKey,omitempty"`
}

const corpTable, tokenTable = "wecom_corps", "wecom_tokens"

func (p *Product) sealCredentials(ctx context.Context, tx *store.Tx, corp int64, c credentials) ([]byte, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return p.Keys.SealRow(ctx, tx, corpTable, corp, string(text))
}

// credentials reads those of an enterprise.
func (p *Product) credentials(ctx context.Context, q store.Queryer, corp int64) (c credentials, err error) {
	var sealed []byte
	err = q.QueryRowContext(ctx, `SELECT secret FROM wecom_corps WHERE id = $1`, corp).Scan(&sealed)
	if errors.Is(err, store.ErrNotFound) {
		return c, errNoCorp
	}
	var text string
	if err == nil {
		text, err = p.Keys.OpenRow(corpTable, corp, sealed)
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &c)
	}
	if err != nil {
		return c, fmt.Errorf("read credentials of an enterprise: %w", err)
	}
	return c, nil
}

// tokens are the access tokens of an enterprise's application. They are in the database, for all nodes; one of them at a time
// fetches the next.
type tokens struct {
	p       *Product
	corp    int64
	account store.Account
	corpID  string
}

// session calls WeCom for an enterprise.
func (p *Product) session(c *corp) *qyapi.Session {
	return p.Client.Session(c.corpID, &tokens{p, c.id, c.account, c.corpID})
}

// held is a token with its times, in unix milliseconds; "" where there is none.
type held struct {
	text             string
	fetched, expires int64
}

func (h *held) valid(now int64) bool { return h.text != "" && now < h.expires }

// fresh reports whether less than 80 % of its life is over.
func (h *held) fresh(now int64) bool {
	return h.valid(now) && now < h.fetched+(h.expires-h.fetched)/5*4
}

func (t *tokens) read(ctx context.Context) (h held, err error) {
	var sealed []byte
	err = t.p.DB.Read().QueryRowContext(ctx, `SELECT token, fetched_at, expires_at FROM wecom_tokens WHERE id = $1 AND account = $2`, t.corp, t.account).Scan(&sealed, &h.fetched, &h.expires)
	if errors.Is(err, store.ErrNotFound) {
		return held{}, nil
	}
	if err == nil {
		h.text, err = t.p.Keys.OpenRow(tokenTable, t.corp, sealed)
	}
	if err != nil {
		return held{}, fmt.Errorf("read access token: %w", err)
	}
	return h, nil
}

// Token implements qyapi.Tokens. While one that is old is being replaced, or cannot be, it is still good.
func (t *tokens) Token(ctx context.Context) (string, error) {
	h, err := t.read(ctx)
	now := t.p.Now().UnixMilli()
	if err != nil || h.fresh(now) {
		return h.text, err
	}
	text, err := t.replace(ctx, h, h.valid(now))
	if err != nil && h.valid(now) && qyapi.HandlingOf(err) != qyapi.Rejected {
		return h.text, nil
	}
	return text, err
}

// Renew implements qyapi.Tokens.
func (t *tokens) Renew(ctx context.Context, stale string) (string, error) {
	return t.replace(ctx, held{text: stale}, false)
}

const (
	// leaseTime is how long a node may take to fetch a token before another one may try.
	leaseTime = 2 * time.Minute
	leasePoll = 100 * time.Millisecond
)

// replace fetches a token in place of an old one, unless somebody else has done so meanwhile. Who may go on with the old
// one does not wait for another node.
func (t *tokens) replace(ctx context.Context, old held, goOn bool) (string, error) {
	lock, _ := t.p.fetching.LoadOrStore(t.corp, &sync.Mutex{})
	mu := lock.(*sync.Mutex)
	if goOn && !mu.TryLock() {
		return old.text, nil
	} else if !goOn {
		mu.Lock()
	}
	defer mu.Unlock()
	for {
		if text, err := t.replaced(ctx, old); text != "" || err != nil {
			return text, err
		}
		mine, err := t.lease(ctx)
		switch {
		case err != nil:
			return "", err
		case mine != 0:
			return t.fetch(ctx, old, mine)
		case goOn:
			return old.text, nil
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(leasePoll):
		}
	}
}

// replaced is the token that somebody has fetched in place of an old one, "" where nobody has. WeCom may answer the same text with
// a new life.
func (t *tokens) replaced(ctx context.Context, old held) (string, error) {
	h, err := t.read(ctx)
	if err != nil || !h.valid(t.p.Now().UnixMilli()) || h.text == old.text && (old.fetched == 0 || h.fetched == old.fetched) {
		return "", err
	}
	return h.text, nil
}

// lease makes this node the one that fetches, if no other is: mine is then until when, else 0.
func (t *tokens) lease(ctx context.Context) (mine int64, err error) {
	now := t.p.Now()
	until := now.Add(leaseTime).UnixMilli()
	err = t.p.DB.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.ExecContext(ctx, `UPDATE wecom_corps SET token_lease = $2 WHERE id = $1 AND token_lease <= $3 AND state <> $4`,
			t.corp, until, now.UnixMilli(), stateUnlinked)
		if err != nil {
			return fmt.Errorf("lease access token: %w", err)
		}
		n, err := r.RowsAffected()
		if mine = n * until; n > 0 || err != nil {
			return err
		}
		c, err := corpByNumber(ctx, tx, t.corp)
		if err == nil && !c.linkedNow() {
			err = errUnlinked
		}
		return err
	})
	return mine, err
}

// fetch fetches a token, and gives the lease back whatever comes of it. Before this node had the lease another one may have
// fetched it. Where the lease was lost, as when the enterprise was unlinked or has new credentials, the token is not kept.
func (t *tokens) fetch(ctx context.Context, old held, lease int64) (string, error) {
	text, failed := t.replaced(ctx, old)
	var token qyapi.Token
	asked := t.p.Now()
	if text == "" && failed == nil {
		var keys credentials
		if keys, failed = t.p.credentials(ctx, t.p.DB.Read(), t.corp); failed == nil {
			token, failed = t.p.Client.GetToken(ctx, t.corpID, keys.Secret)
		}
	}
	err := t.p.DB.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		r, err := tx.ExecContext(ctx, `UPDATE wecom_corps SET token_lease = 0 WHERE id = $1 AND token_lease = $2`, t.corp, lease)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 || failed != nil || text != "" {
			return err
		}
		return t.p.keepToken(ctx, tx, &corp{id: t.corp, account: t.account}, token, asked)
	})
	if err := errors.Join(failed, err); err != nil {
		return "", err
	}
	return cmp.Or(text, token.Text), nil
}

// keepToken keeps a token that was asked for at a time.
func (p *Product) keepToken(ctx context.Context, tx *store.Tx, o *corp, token qyapi.Token, asked time.Time) error {
	sealed, err := p.Keys.SealRow(ctx, tx, tokenTable, o.id, token.Text)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO wecom_tokens (id, account, token, fetched_at, expires_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET token = excluded.token, fetched_at = excluded.fetched_at, expires_at = excluded.expires_at`,
		o.id, o.account, sealed, asked.UnixMilli(), asked.Add(token.Life).UnixMilli())
	if err != nil {
		return fmt.Errorf("keep access token: %w", err)
	}
	return nil
}

// fixed is a token that was just fetched, for an enterprise that has no row yet.
type fixed string

// Token implements qyapi.Tokens.
func (f fixed) Token(context.Context) (string, error) { return string(f), nil }

// Renew implements qyapi.Tokens: a token that is refused at once will not get better.
func (f fixed) Renew(context.Context, string) (string, error) { return string(f), nil }
