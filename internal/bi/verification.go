package bi

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire"
)

// Verified is what an engine learns of a token or key that somebody showed it. Of one that is not good it learns that alone.
type Verified struct {
	Active    bool
	CorpID    string
	ProjectID int64  // 0: none
	PageID    int64  // 0: none
	Scope     string // "" for a key
	UserID    string // "": nobody
	Filter    string // GlobalParam as it was given
	Remaining int64  // tickets after this one, below 0 without a limit
	ExpiresAt int64  // unix seconds, 0: never
}

// AppendJSON prints the answer.
func (v *Verified) AppendJSON(b []byte) []byte {
	b = wire.AppendBool(append(b, `{"active":`...), v.Active)
	if !v.Active {
		return append(b, '}')
	}
	b = wire.AppendString(append(b, `,"corpId":`...), v.CorpID)
	b = wire.AppendString(append(b, `,"userId":`...), v.UserID)
	if v.Scope == "" {
		return append(b, '}')
	}
	b = wire.AppendString(append(b, `,"projectId":`...), strconv.FormatInt(v.ProjectID, 10))
	b = append(b, `,"pageId":`...)
	if v.PageID == 0 {
		b = append(b, "null"...)
	} else {
		b = wire.AppendString(b, strconv.FormatInt(v.PageID, 10))
	}
	b = wire.AppendString(append(b, `,"scope":`...), v.Scope)
	b = wire.AppendString(append(b, `,"globalParam":`...), v.Filter)
	b = append(b, `,"remaining":`...)
	if v.Remaining < 0 {
		b = append(b, "null"...)
	} else {
		b = strconv.AppendInt(b, v.Remaining, 10)
	}
	return append(strconv.AppendInt(append(b, `,"expiresAt":`...), v.ExpiresAt, 10), '}')
}

// VerifyToken takes one ticket of an embed token of the caller's enterprise, if the token is good: not ended, revoked or
// used up, and its user still enabled and in the project. The writer takes one call after the other, so that no ticket is
// taken twice.
func (p *Product) VerifyToken(ctx context.Context, c *call.Call, token string) (*Verified, error) {
	v := &Verified{}
	return v, c.Write(ctx, func(tx *store.Tx) error {
		*v = Verified{}
		e, err := liveEmbed(ctx, tx, c.Account(), token, c.At)
		if errors.Is(err, errNoToken) {
			return nil
		}
		if err != nil {
			return err
		}
		if e.remaining > 0 {
			e.remaining--
			_, err := tx.ExecContext(ctx, `UPDATE bi_embed_tokens SET remaining = $3 WHERE account = $1 AND hash = $2`, c.Account(), e.hash, e.remaining)
			if err != nil {
				return fmt.Errorf("take ticket: %w", err)
			}
		}
		c.Touched(projectResource(c.Account(), e.project))
		*v = Verified{Active: true, CorpID: corpID(c.Account()), ProjectID: e.project, PageID: e.page, Scope: e.scope, UserID: e.userID, Filter: e.filter,
			Remaining: e.remaining, ExpiresAt: e.expires / 1000}
		return nil
	})
}

// VerifyKey says whom an API key of the caller's enterprise acts as, if that user is enabled.
func (p *Product) VerifyKey(ctx context.Context, c *call.Call, key string) (*Verified, error) {
	v := &Verified{}
	return v, p.config.DB.Read().Snapshot(ctx, func(q store.Queryer) error {
		k, err := apiKeyByText(ctx, q, c.Account(), key)
		if errors.Is(err, errNoAPIKey) {
			return nil
		}
		if err != nil {
			return err
		}
		u, err := store.One(ctx, q, scanUser, errNoUser, `SELECT `+userColumns+` FROM bi_users b WHERE b.account = $1 AND b.id = $2`, c.Account(), k.user)
		if err == nil && u.status() == enabled {
			*v = Verified{Active: true, CorpID: corpID(c.Account()), UserID: u.UserID}
		}
		return err
	})
}
