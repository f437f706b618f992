package credential

import (
	"context"
	"errors"
	"fmt"

	"github.com/hufu-iam/hufu/internal/store"
)

// Setting is a secret that the whole installation shares, ErrNotFound if none was kept under that name.
func (k *Keys) Setting(ctx context.Context, q store.Queryer, name string) ([]byte, error) {
	var sealed []byte
	err := q.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, name).Scan(&sealed)
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read setting %s: %w", name, err)
	}
	return k.ring.Open(sealed, name)
}

// KeepSetting keeps a secret that the whole installation shares, in the place of the one before.
func (k *Keys) KeepSetting(ctx context.Context, tx *store.Tx, name string, secret []byte) error {
	sealed, err := k.seal(ctx, tx, string(secret), name)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, sealed)
	if err != nil {
		return fmt.Errorf("keep setting %s: %w", name, err)
	}
	return nil
}
