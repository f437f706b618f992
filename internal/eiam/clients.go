package eiam

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
)

// Client is what an application proves itself with; each has one.
type Client struct {
	ID        string
	App       string
	TokenLife time.Duration
	Codes     []string // permission codes, sorted
	Limited   bool     // to the applications in Targets
	Targets   []string // sorted
}

// The bounds of how long a token lives, and what it is if nobody said.
const (
	MinTokenLife     = 60 * time.Second
	MaxTokenLife     = 86400 * time.Second
	DefaultTokenLife = 1800 * time.Second
)

// Errors of clients.
var (
	ErrTokenLife = fmt.Errorf("a token lives for %d to %d seconds", int(MinTokenLife.Seconds()), int(MaxTokenLife.Seconds()))
	ErrCode      = errors.New("there is no such permission code")
)

// CreateClient makes the client of an application, with the default life of tokens and no permission. The secret is never
// to be had again.
func CreateClient(ctx context.Context, tx *store.Tx, a store.Account, app string, at time.Time) (c *Client, secret string, err error) {
	c, secret = &Client{ID: newSecret(), App: app, TokenLife: DefaultTokenLife, Codes: []string{}, Targets: []string{}}, newSecret()
	_, err = tx.ExecContext(ctx, `INSERT INTO eiam_clients (client_id, account, app, secret, token_life, created_at, rotated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)`,
		c.ID, a, app, digest(secret), int64(c.TokenLife/time.Second), at.UnixMilli())
	if err != nil {
		return nil, "", fmt.Errorf("create client: %w", err)
	}
	return c, secret, nil
}

// GetClient finds the client of an application; ErrNotFound if there is no such application.
func GetClient(ctx context.Context, q store.Queryer, a store.Account, app string) (*Client, error) {
	c := &Client{App: app}
	var life int64
	err := q.QueryRowContext(ctx, `SELECT client_id, token_life, limited FROM eiam_clients WHERE account = $1 AND app = $2`, a, app).Scan(&c.ID, &life, &c.Limited)
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrNotFound
	}
	if err == nil {
		c.Codes, err = texts(ctx, q, `SELECT code FROM eiam_grants WHERE account = $1 AND client_id = $2 ORDER BY code`, a, c.ID)
	}
	if err == nil {
		c.Targets, err = texts(ctx, q, `SELECT app FROM eiam_targets WHERE account = $1 AND client_id = $2 ORDER BY app`, a, c.ID)
	}
	if err != nil {
		return nil, fmt.Errorf("read client: %w", err)
	}
	c.TokenLife = time.Duration(life) * time.Second
	return c, nil
}

// RotateSecret gives a client a new secret and revokes its tokens.
func RotateSecret(ctx context.Context, tx *store.Tx, a store.Account, c *Client, at time.Time) (secret string, err error) {
	secret = newSecret()
	_, err = tx.ExecContext(ctx, `UPDATE eiam_clients SET secret = $3, rotated_at = $4 WHERE account = $1 AND client_id = $2`, a, c.ID, digest(secret), at.UnixMilli())
	if err != nil {
		return "", fmt.Errorf("rotate secret: %w", err)
	}
	return secret, revokeTokens(ctx, tx, a, c.App)
}

// SetTokenLife says how long tokens of a client live that are issued from now on.
func SetTokenLife(ctx context.Context, tx *store.Tx, a store.Account, c *Client, life time.Duration) error {
	if life < MinTokenLife || life > MaxTokenLife {
		return ErrTokenLife
	}
	_, err := tx.ExecContext(ctx, `UPDATE eiam_clients SET token_life = $3 WHERE account = $1 AND client_id = $2`, a, c.ID, int64(life/time.Second))
	if err != nil {
		return fmt.Errorf("set token life: %w", err)
	}
	return nil
}

// SetCodes writes the permission codes of a client in place of those before. Live tokens have them at once.
func SetCodes(ctx context.Context, tx *store.Tx, a store.Account, c *Client, codes []string) error {
	known := Codes()
	for _, code := range codes {
		if !slices.Contains(known, code) {
			return fmt.Errorf("%w: %q", ErrCode, code)
		}
	}
	return c.replace(ctx, tx, a, "eiam_grants", "code", codes)
}

// SetTargets limits a client to applications, which may be none; nil lifts the limit. ErrNotFound if one is not there.
func SetTargets(ctx context.Context, tx *store.Tx, a store.Account, c *Client, apps []string) error {
	for _, app := range apps {
		if _, err := GetApplication(ctx, tx, a, app); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `UPDATE eiam_clients SET limited = $3 WHERE account = $1 AND client_id = $2`, a, c.ID, apps != nil)
	if err != nil {
		return fmt.Errorf("limit client: %w", err)
	}
	return c.replace(ctx, tx, a, "eiam_targets", "app", apps)
}

// replace writes a list of a client in place of the one before.
func (c *Client) replace(ctx context.Context, tx *store.Tx, a store.Account, table, column string, values []string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE account = $1 AND client_id = $2`, a, c.ID)
	for _, v := range values {
		if err == nil {
			_, err = tx.ExecContext(ctx, `INSERT INTO `+table+` (account, client_id, `+column+`) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, a, c.ID, v)
		}
	}
	if err != nil {
		return fmt.Errorf("change client: %w", err)
	}
	return nil
}

// withinTargets reports whether a client may manage an application.
func withinTargets(ctx context.Context, q store.Queryer, a store.Account, client, app string) (bool, error) {
	var limited bool
	var listed int64
	err := q.QueryRowContext(ctx, `SELECT c.limited, (SELECT COUNT(*) FROM eiam_targets t WHERE t.account = c.account AND t.client_id = c.client_id AND t.app = $3)
		FROM eiam_clients c WHERE c.account = $1 AND c.client_id = $2`, a, client, app).Scan(&limited, &listed)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil // the client was deleted meanwhile
	}
	if err != nil {
		return false, fmt.Errorf("read targets: %w", err)
	}
	return !limited || listed > 0, nil
}

// nobody is compared with where there is no client, so that its absence takes as long as a wrong secret.
var nobody [sha256.Size]byte

// fits compares a secret with what is kept of one.
func fits(secret string, kept []byte) bool {
	if len(kept) != sha256.Size {
		subtle.ConstantTimeCompare(digest(secret), nobody[:])
		return false
	}
	return subtle.ConstantTimeCompare(digest(secret), kept) == 1
}
