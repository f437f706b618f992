package bi

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/bi20220105"
)

var errNoToken = errors.New("no such embed token")

const embedColumns = `e.id, e.project, e.page, e.scope, e.intention, e.token_type, e.expire_time, e.bi_user, e.user_id, e.global_param, t.hash, t.remaining, t.expires_at, t.last_at`

func scanEmbed(r store.Row) (e embed, err error) {
	err = r.Scan(&e.id, &e.project, &e.page, &e.scope, &e.intention, &e.kind, &e.minutes, &e.user, &e.userID, &e.filter, &e.hash, &e.remaining, &e.expires, &e.limit)
	return e, err
}

// liveEmbed finds what a token that may still be used shows; errNoToken, whatever the reason.
func liveEmbed(ctx context.Context, q store.Queryer, a store.Account, token string, at time.Time) (embed, error) {
	e, err := store.One(ctx, q, scanEmbed, errNoToken, `SELECT `+embedColumns+` FROM bi_embed_tokens t JOIN bi_embeds e ON e.account = t.account AND e.id = t.embed
		WHERE t.account = $1 AND t.hash = $2 AND t.expires_at > $3 AND t.remaining <> 0`, a, tokenHash(token), at.UnixMilli())
	if err != nil || e.user == 0 {
		return e, err
	}
	u, err := store.One(ctx, q, scanUser, errNoToken, `SELECT `+userColumns+` FROM bi_users b`+` WHERE b.account = $1 AND b.id = $2`, a, e.user)
	if err != nil {
		return e, err
	}
	access, err := hasAccess(ctx, q, a, &u, e.project)
	if err == nil && !access {
		err = errNoToken
	}
	return e, err
}

// ApplyEmbedInterval gives a live token its whole time anew, up to seven days after it was made. Who has it must name the
// project, page and scope that it is of; for any other token the answer is a success that says no, which is the one place
// for such an answer.
func (p *Product) ApplyEmbedInterval(ctx context.Context, c *call.Call, in *bi20220105.ApplyEmbedIntervalRequest) (*bi20220105.ApplyEmbedIntervalResponse, error) {
	token := value(in.BIToken)
	if token == "" {
		return nil, missing("BIToken")
	}
	out := &bi20220105.ApplyEmbedIntervalResponse{Msg: success}
	return out, c.Write(ctx, func(tx *store.Tx) error {
		out.Data.Result, out.ErrorInfo = false, nil
		_, err := p.embedder(ctx, tx, c, value(in.ProjectId))
		if err != nil && !errors.Is(err, errEmbedProject) {
			return err
		}
		e, err := liveEmbed(ctx, tx, c.Account(), token, c.At)
		if errors.Is(err, errNoToken) || err == nil && !e.isOf(in) {
			out.ErrorInfo = &bi20220105.ErrorInfo{ErrorTip: "The token is not known, has ended, or is of another page.", ErrorMessage: "The token was not renewed.", ErrorLevel: "WARN"}
			return nil
		}
		if err != nil {
			return err
		}
		out.Data.Result = true
		_, err = tx.ExecContext(ctx, `UPDATE bi_embed_tokens SET expires_at = $3 WHERE account = $1 AND hash = $2`,
			c.Account(), e.hash, min(c.At.Add(e.life()).UnixMilli(), e.limit))
		if err != nil {
			return fmt.Errorf("renew embed token: %w", err)
		}
		return nil
	})
}

// isOf reports whether a request names the place that the token is of. What it leaves out has the value that it has when a
// token is made.
func (e *embed) isOf(in *bi20220105.ApplyEmbedIntervalRequest) bool {
	scope, intention := value(in.Scope), value(in.Intention)
	if scope == "" {
		scope = scopePage
	}
	return e.project == value(in.ProjectId) && e.page == value(in.PageId) && e.scope == scope && (intention == "" || intention == e.intention)
}

// ClearEmbedToken ends all tokens of a project and scope, or those of one page. It has done so too where there were none.
// Administrators of the enterprise alone may.
func (p *Product) ClearEmbedToken(ctx context.Context, c *call.Call, in *bi20220105.ClearEmbedTokenRequest) (*bi20220105.ClearEmbedTokenResponse, error) {
	out := &bi20220105.ClearEmbedTokenResponse{Msg: success, Data: true}
	return out, p.write(ctx, c, need{right: writeCorp}, func(tx *store.Tx, _ *caller) error {
		project, err := strconv.ParseInt(in.ProjectId, 10, 64)
		if err != nil || project <= 0 {
			return badEmbed("ProjectId")
		}
		if in.UserCorpId != corpID(c.Account()) {
			return badEmbed("UserCorpId")
		}
		if in.Scope != scopePage && in.Scope != scopePanel && in.Scope != scopeProject {
			return badEmbed("Scope")
		}
		places, args := `account = $1 AND project = $2 AND scope = $3`, []any{c.Account(), project, in.Scope}
		if s := value(in.PageId); s != "" {
			page, err := strconv.ParseInt(s, 10, 64)
			if err != nil || page < 0 {
				return badEmbed("PageId")
			}
			places, args = places+` AND page = $4`, append(args, page)
		}
		for _, statement := range []string{
			`DELETE FROM bi_embed_tokens WHERE account = $1 AND embed IN (SELECT id FROM bi_embeds WHERE ` + places + `)`,
			`DELETE FROM bi_embeds WHERE ` + places,
		} {
			if _, err := tx.ExecContext(ctx, statement, args...); err != nil {
				return fmt.Errorf("clear embed tokens: %w", err)
			}
		}
		return nil
	})
}

// purgeBatch is how many rows are looked at in one transaction, so that other writers are let in.
const purgeBatch = 5000

// Purge removes tokens that ended, and the embeds of which no token is left.
func Purge(ctx context.Context, db *store.DB, now time.Time) error {
	return purge(ctx, db, now, purgeBatch)
}

func purge(ctx context.Context, db *store.DB, now time.Time, batch int64) error {
	remove := func(statement string, args ...any) (n int64, err error) {
		return n, db.Write(ctx, func(tx *store.Tx) error {
			r, err := tx.ExecContext(ctx, statement, args...)
			if err != nil {
				return fmt.Errorf("purge embeds: %w", err)
			}
			n, err = r.RowsAffected()
			return err
		})
	}
	for n := batch; n == batch; {
		var err error
		n, err = remove(`DELETE FROM bi_embed_tokens WHERE hash IN (SELECT hash FROM bi_embed_tokens WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`, now.UnixMilli(), batch)
		if err != nil {
			return err
		}
	}
	for last := int64(0); ; {
		to, err := store.Count(ctx, db.Read(), `SELECT COALESCE(MAX(id), 0) FROM (SELECT id FROM bi_embeds WHERE id > $1 ORDER BY id LIMIT $2) next`, last, batch)
		if err != nil || to == 0 {
			return err
		}
		_, err = remove(`DELETE FROM bi_embeds WHERE id > $1 AND id <= $2
			AND NOT EXISTS (SELECT 1 FROM bi_embed_tokens t WHERE t.account = bi_embeds.account AND t.embed = bi_embeds.id)`, last, to)
		if err != nil {
			return err
		}
		last = to
	}
}
