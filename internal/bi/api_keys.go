package bi

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/bi20220105"
)

// apiKeyTable is where the keys are sealed, each for its row.
const apiKeyTable = "bi_api_keys"

// apiKey is a bearer secret with which a program acts in the BI engine as one user. Whoever administrates the enterprise
// may read it again, so it is sealed and not hashed. It is no SecretId: it signs nothing here.
type apiKey struct {
	id      int64
	sealed  []byte
	user    int64  // BI user that it acts as
	userID  string // of that user
	by      string
	created int64
	changed string // who changed it last
	updated int64
}

const apiKeyColumns = `k.id, k.sealed, k.bi_user, u.user_id, k.created_by, k.created_at, k.updated_by, k.updated_at`

const apiKeySource = ` FROM bi_api_keys k JOIN bi_users u ON u.account = k.account AND u.id = k.bi_user WHERE k.account = $1`

func scanAPIKey(r store.Row) (k apiKey, err error) {
	err = r.Scan(&k.id, &k.sealed, &k.user, &k.userID, &k.by, &k.created, &k.changed, &k.updated)
	return k, err
}

// apiKeyHash is what a key is found by: of 128 random bits a plain hash tells nothing.
func apiKeyHash(key string) []byte {
	sum := sha256.Sum256([]byte(key))
	return sum[:]
}

var errNoAPIKey = conflict("There is no such API key.")

func apiKeyByText(ctx context.Context, q store.Queryer, a store.Account, key string) (apiKey, error) {
	return store.One(ctx, q, scanAPIKey, errNoAPIKey, `SELECT `+apiKeyColumns+apiKeySource+` AND k.lookup = $2`, a, apiKeyHash(key))
}

// keyUser is the enabled BI user that a key shall act as: the one that is named, else the caller, else the root.
func keyUser(ctx context.Context, q store.Queryer, a store.Account, who *caller, userID string) (u User, err error) {
	switch {
	case userID != "":
		u, err = userByID(ctx, q, a, userID)
	case who.user != nil:
		return *who.user, nil
	default:
		return rootUser(ctx, q, a)
	}
	if err != nil {
		return u, err
	}
	if u.status() != enabled {
		err = noUser(userID)
	}
	return u, err
}

// CreateAuthApiKey makes a key, at most as many as the quota bi-api-keys says.
func (p *Product) CreateAuthApiKey(ctx context.Context, c *call.Call, in *bi20220105.CreateAuthApiKeyRequest) (*bi20220105.CreateAuthApiKeyResponse, error) {
	out := &bi20220105.CreateAuthApiKeyResponse{Msg: success}
	raw := make([]byte, 16)
	rand.Read(raw)
	text := hex.EncodeToString(raw)
	return out, p.write(ctx, c, need{right: writeCorp}, func(tx *store.Tx, who *caller) error {
		u, err := keyUser(ctx, tx, c.Account(), who, value(in.DefaultUser))
		if err != nil {
			return err
		}
		k := apiKey{user: u.ID, userID: u.UserID, by: who.by, created: c.At.UnixMilli(), changed: who.by, updated: c.At.UnixMilli()}
		if k.id, err = nextID(ctx, tx); err != nil {
			return err
		}
		if k.sealed, err = p.config.Keys.SealRow(ctx, tx, apiKeyTable, k.id, text); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO bi_api_keys (id, account, lookup, sealed, bi_user, created_by, created_at, updated_by, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $7)`, k.id, c.Account(), apiKeyHash(text), k.sealed, k.user, k.by, k.created)
		if err != nil {
			return fmt.Errorf("make API key: %w", err)
		}
		n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM bi_api_keys WHERE account = $1`, c.Account())
		if err != nil {
			return err
		}
		out.Data = k.print(c.Account(), text)
		return p.exceeded(account.BIApiKeys, n)
	})
}

// ModifyAuthApiKey changes whom a key acts as; without a user it changes nothing.
func (p *Product) ModifyAuthApiKey(ctx context.Context, c *call.Call, in *bi20220105.ModifyAuthApiKeyRequest) (*bi20220105.ModifyAuthApiKeyResponse, error) {
	out := &bi20220105.ModifyAuthApiKeyResponse{Msg: success}
	return out, p.write(ctx, c, need{right: writeCorp}, func(tx *store.Tx, who *caller) error {
		k, err := apiKeyByText(ctx, tx, c.Account(), in.ApiKey)
		if err != nil {
			return err
		}
		if userID := value(in.DefaultUser); userID != "" {
			u, err := keyUser(ctx, tx, c.Account(), who, userID)
			if err != nil {
				return err
			}
			k.user, k.userID, k.changed, k.updated = u.ID, u.UserID, who.by, c.At.UnixMilli()
			_, err = tx.ExecContext(ctx, `UPDATE bi_api_keys SET bi_user = $3, updated_by = $4, updated_at = $5 WHERE account = $1 AND id = $2`,
				c.Account(), k.id, k.user, k.changed, k.updated)
			if err != nil {
				return fmt.Errorf("change API key: %w", err)
			}
		}
		out.Data = k.print(c.Account(), in.ApiKey)
		return nil
	})
}

// DeleteAuthApiKey deletes a key: from now on it verifies no more.
func (p *Product) DeleteAuthApiKey(ctx context.Context, c *call.Call, in *bi20220105.DeleteAuthApiKeyRequest) (*bi20220105.DeleteAuthApiKeyResponse, error) {
	out := &bi20220105.DeleteAuthApiKeyResponse{Msg: success, Data: new(success)}
	return out, p.write(ctx, c, need{right: writeCorp}, func(tx *store.Tx, _ *caller) error {
		k, err := apiKeyByText(ctx, tx, c.Account(), in.ApiKey)
		if err != nil {
			return err
		}
		return exec(ctx, tx, c.Account(), k.id, `DELETE FROM bi_api_keys WHERE account = $1 AND id = $2`)
	})
}

// DescribeAuthApiKeyInfo answers one key.
func (p *Product) DescribeAuthApiKeyInfo(ctx context.Context, c *call.Call, in *bi20220105.DescribeAuthApiKeyInfoRequest) (*bi20220105.DescribeAuthApiKeyInfoResponse, error) {
	out := &bi20220105.DescribeAuthApiKeyInfoResponse{Msg: success}
	return out, p.read(ctx, c, need{right: writeCorp}, func(q store.Queryer, _ *caller) error {
		k, err := apiKeyByText(ctx, q, c.Account(), in.ApiKey)
		out.Data = k.print(c.Account(), in.ApiKey)
		return err
	})
}

// DescribeAuthApiKeyList lists the keys, the newest first. The keyword is a part of the key or of its user's id.
func (p *Product) DescribeAuthApiKeyList(ctx context.Context, c *call.Call, in *bi20220105.DescribeAuthApiKeyListRequest) (*bi20220105.DescribeAuthApiKeyListResponse, error) {
	out := &bi20220105.DescribeAuthApiKeyListResponse{Msg: success}
	return out, p.read(ctx, c, need{right: writeCorp}, func(q store.Queryer, _ *caller) error {
		keys, err := store.Collect(ctx, q, scanAPIKey, `SELECT `+apiKeyColumns+apiKeySource+` ORDER BY k.id DESC`, c.Account())
		if err != nil {
			return err
		}
		word := strings.ToLower(value(in.Keyword))
		all := []bi20220105.ApiKeyAuthApplyVO{}
		for _, k := range keys { // a quota keeps them few, and what is sealed can be searched in memory alone
			text, err := p.config.Keys.OpenRow(apiKeyTable, k.id, k.sealed)
			if err != nil {
				return fmt.Errorf("open API key %d: %w", k.id, err)
			}
			if strings.Contains(text, word) || strings.Contains(strings.ToLower(k.userID), word) {
				all = append(all, k.print(c.Account(), text))
			}
		}
		w := p.window(c, fromZero, value(in.PageNo), value(in.PageSize), value(in.AllPage))
		total := int64(len(all))
		out.Data = bi20220105.ApiKeyAuthApplyVOList{Total: total, TotalPages: w.pages(total), List: cut(all, w)}
		return nil
	})
}

// print is the key as answers show it.
func (k *apiKey) print(a store.Account, text string) bi20220105.ApiKeyAuthApplyVO {
	return bi20220105.ApiKeyAuthApplyVO{Id: k.id, CorpId: corpID(a), ApiKey: text, DefaultUser: k.userID,
		CreatedUser: k.by, CreatedAt: wireTime(k.created), UpdatedUser: k.changed, UpdatedAt: wireTime(k.updated)}
}
