package bi

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/bi20220105"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// The kinds of embed tokens: of nobody, one of a user at a time, several of a user.
const (
	tokenOfNobody  = 100
	tokenOfUser    = 200
	tokensOfUser   = 300
	intentionEmbed = "embed"
	intentionChat  = "chatBIEmbed"
	scopePage      = "page"
	scopePanel     = "panel"
	scopeProject   = "project"
)

const (
	maxEmbedMinutes = 240
	maxEmbedLife    = 7 * 24 * time.Hour // however often it is renewed
	maxEmbedText    = 16 << 10           // bytes of each opaque parameter
	maxTickets      = 99_999
	maxTokens       = 100
	unlimited       = -1 // tickets
)

// embed is what one CreateEmbedToken asked for: a page or panel, or a conversation about a project, to be shown inside
// another application to whoever brings one of its tokens.
type embed struct {
	id, project, page         int64 // page 0: none
	scope, intention          string
	kind, tokens              int64
	minutes, tickets          int64 // of each token; tickets 0: no limit
	user                      int64 // BI user, 0 for nobody
	userID                    string
	extra, filter, config     string
	createdBy, updatedBy      string
	created, updated          int64
	remaining, expires, limit int64 // of one token
	hash                      []byte
}

// badEmbed is the answer for a value that no token can have.
func badEmbed(name string) error { return fault.New(code.InvalidParameterEmbed, name) }

// errEmbedProject is the answer for a project that is not there, to callers who may know.
var errEmbedProject = badEmbed("ProjectId")

var minutesForm = regexp.MustCompile(`^[0-9]{1,3}$`)

// readEmbed reads and checks what a caller asks for, all but the user.
func readEmbed(in *bi20220105.CreateEmbedTokenRequest) (*embed, error) {
	e := &embed{project: value(in.ProjectId), page: value(in.PageId), scope: value(in.Scope), intention: value(in.Intention), kind: tokenOfNobody, tokens: 1,
		minutes: maxEmbedMinutes, extra: value(in.ExtraParam), filter: value(in.GlobalParam), config: value(in.ConfigParam)}
	if e.intention == "" {
		e.intention = intentionEmbed
	}
	if e.scope == "" {
		e.scope = scopePage
	}
	if in.TokenType != nil {
		e.kind = *in.TokenType
	}
	if s := value(in.ExpireTime); s != "" {
		e.minutes, _ = strconv.ParseInt(s, 10, 64)
		if !minutesForm.MatchString(s) || e.minutes < 1 || e.minutes > maxEmbedMinutes {
			return nil, badEmbed("ExpireTime")
		}
	}
	if in.TicketNum != nil {
		if e.tickets = *in.TicketNum; e.tickets < 1 || e.tickets > maxTickets {
			return nil, badEmbed("TicketNum")
		}
	}
	if e.kind == tokensOfUser && in.TokenNum != nil {
		if e.tokens = *in.TokenNum; e.tokens < 1 || e.tokens > maxTokens {
			return nil, badEmbed("TokenNum")
		}
	}
	return e, e.check()
}

// check refuses what does not go together.
func (e *embed) check() error {
	switch {
	case e.intention != intentionEmbed && e.intention != intentionChat:
		return badEmbed("Intention")
	case e.intention == intentionChat && e.scope != scopeProject, e.intention == intentionEmbed && e.scope != scopePage && e.scope != scopePanel:
		return badEmbed("Scope")
	case (e.scope == scopePage) != (e.page > 0):
		return badEmbed("PageId")
	case !slices.Contains([]int64{tokenOfNobody, tokenOfUser, tokensOfUser}, e.kind), e.kind == tokenOfNobody && e.intention == intentionChat:
		return badEmbed("TokenType")
	case len(e.extra) > maxEmbedText:
		return badEmbed("ExtraParam")
	case len(e.config) > maxEmbedText:
		return badEmbed("ConfigParam")
	case e.filter != "" && !isFilter(e.filter):
		return badEmbed("GlobalParam")
	}
	return nil
}

// isFilter reports whether a text is a list of filters of the engine, which alone reads them.
func isFilter(text string) bool {
	var all []struct {
		ParamKey  string
		JoinType  string
		WhereList []struct {
			Operator string
			Value    []json.RawMessage
		}
	}
	if len(text) > maxEmbedText || json.Unmarshal([]byte(text), &all) != nil {
		return false
	}
	for _, f := range all {
		if f.ParamKey == "" || !strings.EqualFold(f.JoinType, "AND") {
			return false
		}
		for _, w := range f.WhereList {
			if !slices.Contains([]string{"-neq", "-eq", "-is"}, w.Operator) {
				return false
			}
		}
	}
	return true
}

// CreateEmbedToken makes the tokens of one embed. They are in this answer alone; their hashes are kept. A new single token
// of a user ends the one before of the same place. Administrators of the project may.
func (p *Product) CreateEmbedToken(ctx context.Context, c *call.Call, in *bi20220105.CreateEmbedTokenRequest) (*bi20220105.CreateEmbedTokenResponse, error) {
	if value(in.ProjectId) == 0 {
		return nil, missing("ProjectId")
	}
	out := &bi20220105.CreateEmbedTokenResponse{Msg: success}
	return out, c.Write(ctx, func(tx *store.Tx) error {
		who, err := p.embedder(ctx, tx, c, value(in.ProjectId))
		if err != nil {
			return err
		}
		e, err := readEmbed(in)
		if err != nil {
			return err
		}
		if err := e.bind(ctx, tx, c.Account(), value(in.UserCorpId), value(in.UserId)); err != nil {
			return err
		}
		e.createdBy, e.updatedBy, e.created, e.updated = who.by, who.by, c.At.UnixMilli(), c.At.UnixMilli()
		tokens, err := e.issue(ctx, tx, c.Account(), c.At)
		if err != nil {
			return err
		}
		out.Data = e.print(c.Account(), tokens)
		n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM bi_embed_tokens WHERE account = $1 AND expires_at > $2`, c.Account(), c.At.UnixMilli())
		if err != nil {
			return err
		}
		return p.exceeded(account.BIEmbedTokens, n)
	})
}

// embedder is the caller, if he may make tokens of a project. A project that is not there is a bad value here.
func (p *Product) embedder(ctx context.Context, tx *store.Tx, c *call.Call, project int64) (*caller, error) {
	if err := ensureCorp(ctx, tx, c.Account(), c.At); err != nil {
		return nil, err
	}
	who, err := p.gate(ctx, tx, c, need{right: writeProject, project: project})
	if errors.Is(err, errNoProject) {
		err = errEmbedProject
	}
	return who, err
}

// bind finds the user of the tokens: enabled, of this enterprise, and with a role in the project or over all of them.
func (e *embed) bind(ctx context.Context, q store.Queryer, a store.Account, corp, userID string) error {
	if e.kind == tokenOfNobody {
		return nil
	}
	switch {
	case corp == "":
		return missing("UserCorpId")
	case userID == "":
		return missing("UserId")
	case corp != corpID(a):
		return noUser(userID)
	}
	u, err := userByID(ctx, q, a, userID)
	if err != nil {
		return err
	}
	access, err := hasAccess(ctx, q, a, &u, e.project)
	if err == nil && !access {
		err = noUser(userID)
	}
	e.user, e.userID = u.ID, u.UserID
	return err
}

// hasAccess reports whether a user is enabled and sees a project.
func hasAccess(ctx context.Context, q store.Queryer, a store.Account, u *User, project int64) (bool, error) {
	held, err := heldBy(ctx, q, a, u.ID)
	if err != nil {
		return false, err
	}
	who := caller{held: held, admin: u.isRoot(a)}
	return u.status() == enabled && (who.admin || who.has(corpAdmin) || who.seesAll() || who.in(project)), nil
}

// issue writes the embed and its tokens.
func (e *embed) issue(ctx context.Context, tx *store.Tx, a store.Account, at time.Time) (tokens []string, err error) {
	if e.kind == tokenOfUser {
		if err := e.replace(ctx, tx, a); err != nil {
			return nil, err
		}
	}
	if e.id, err = nextID(ctx, tx); err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO bi_embeds (id, account, project, page, scope, intention, token_type, token_num, expire_time, ticket_num, bi_user, user_id,
			extra_param, global_param, config_param, created_by, created_at, updated_by, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $16, $17)`,
		e.id, a, e.project, e.page, e.scope, e.intention, e.kind, e.tokens, e.minutes, e.tickets, e.user, e.userID, e.extra, e.filter, e.config, e.createdBy, e.created)
	if err != nil {
		return nil, fmt.Errorf("make embed: %w", err)
	}
	remaining := e.tickets
	if remaining == 0 {
		remaining = unlimited
	}
	for range e.tokens {
		token := call.NewUUID()
		_, err := tx.ExecContext(ctx, `INSERT INTO bi_embed_tokens (hash, account, embed, remaining, expires_at, last_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			tokenHash(token), a, e.id, remaining, at.Add(e.life()).UnixMilli(), at.Add(maxEmbedLife).UnixMilli())
		if err != nil {
			return nil, fmt.Errorf("make embed token: %w", err)
		}
		tokens = append(tokens, token)
	}
	return tokens, nil
}

func (e *embed) life() time.Duration { return time.Duration(e.minutes) * time.Minute }

// replace ends the single token that the user has of the same place.
func (e *embed) replace(ctx context.Context, tx *store.Tx, a store.Account) error {
	const place = `account = $1 AND project = $2 AND scope = $3 AND page = $4 AND bi_user = $5 AND token_type = $6`
	for _, s := range []string{
		`DELETE FROM bi_embed_tokens WHERE account = $1 AND embed IN (SELECT id FROM bi_embeds WHERE ` + place + `)`,
		`DELETE FROM bi_embeds WHERE ` + place,
	} {
		if _, err := tx.ExecContext(ctx, s, a, e.project, e.scope, e.page, e.user, tokenOfUser); err != nil {
			return fmt.Errorf("replace embed token: %w", err)
		}
	}
	return nil
}

// tokenHash is what is kept of a token.
func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func (e *embed) print(a store.Account, tokens []string) bi20220105.EmbedTokenInfo {
	out := bi20220105.EmbedTokenInfo{Id: e.id, BIToken: strings.Join(tokens, ","), ProjectId: strconv.FormatInt(e.project, 10),
		CreatedUser: e.createdBy, CreatedAt: wireTime(e.created), UpdatedUser: e.updatedBy, UpdatedAt: wireTime(e.updated),
		ExtraParam: e.extra, Scope: e.scope, ExpireTime: e.minutes, UserId: e.userID, TicketNum: e.tickets, GlobalParam: e.filter, Intention: e.intention,
		TokenType: e.kind, TokenNum: e.tokens, SingleUserMultiToken: e.kind == tokensOfUser, ConfigParam: e.config}
	if e.page > 0 {
		out.PageId = new(strconv.FormatInt(e.page, 10))
	}
	if e.user != 0 {
		out.UserCorpId = corpID(a)
	}
	return out
}
