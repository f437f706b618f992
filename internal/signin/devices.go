package signin

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
)

const (
	// deviceLife is how long a browser is known after its last sign-in.
	deviceLife = 180 * 24 * time.Hour
	// maxDevices are known of one user.
	maxDevices = 20
)

// isKnown reports whether the user has signed in from the browser with this token before.
func isKnown(ctx context.Context, q store.Queryer, a store.Account, uin int64, token string) (bool, error) {
	hash := sha256.Sum256([]byte(token))
	n, err := store.Count(ctx, q, `SELECT COUNT(*) FROM known_devices WHERE account = $1 AND uin = $2 AND device = $3`, a, uin, hash[:])
	if err != nil {
		return false, fmt.Errorf("look for browser: %w", err)
	}
	return n > 0, nil
}

// know remembers the browser of a sign-in. One that is not known yet gets a token of its own rather than keeping the one that
// it brings, which somebody else may have put there.
func know(ctx context.Context, tx *store.Tx, a store.Account, uin int64, o *Origin) (fresh string, err error) {
	token := o.Device
	known := token != ""
	if known {
		if known, err = isKnown(ctx, tx, a, uin, token); err != nil {
			return "", err
		}
	}
	if !known {
		fresh = newToken()
		token = fresh
	}
	hash := sha256.Sum256([]byte(token))
	_, err = tx.ExecContext(ctx, `INSERT INTO known_devices (account, uin, device, seen_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, uin, device) DO UPDATE SET seen_at = excluded.seen_at`, a, uin, hash[:], o.At.UnixMilli())
	if err == nil {
		_, err = tx.ExecContext(ctx, `DELETE FROM known_devices WHERE account = $1 AND uin = $2 AND device NOT IN
			(SELECT device FROM known_devices WHERE account = $1 AND uin = $2 ORDER BY seen_at DESC, device LIMIT $3)`, a, uin, maxDevices)
	}
	if err != nil {
		return "", fmt.Errorf("remember browser: %w", err)
	}
	return fresh, nil
}
