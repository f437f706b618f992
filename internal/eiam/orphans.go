package eiam

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
)

// Errors of BindOrphan.
var (
	ErrNotOrphan  = errors.New("the account is no orphan: it is a user's, or public")
	ErrHasAccount = errors.New("the user has an account in this application already")
)

// BindOrphan gives an account that is nobody's to a person: it becomes that person's account in its application. ErrNotFound
// for an account that is not there; the person must be.
func BindOrphan(ctx context.Context, tx *store.Tx, a store.Account, id, person string, at time.Time) error {
	var app, typ string
	err := tx.QueryRowContext(ctx, `SELECT app, type FROM eiam_accounts WHERE account = $1 AND id = $2`, a, id).Scan(&app, &typ)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return ErrNotFound
	case err != nil:
		return fmt.Errorf("find account: %w", err)
	case typ != "ORPHAN_ACCOUNT":
		return ErrNotOrphan
	}
	var n int
	err = tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM eiam_accounts WHERE account = $1 AND app = $2 AND person = $3`, a, app, person).Scan(&n)
	if err != nil {
		return fmt.Errorf("find account: %w", err)
	}
	if n > 0 {
		return ErrHasAccount
	}
	_, err = tx.ExecContext(ctx, `UPDATE eiam_accounts SET type = 'BASIC_ACCOUNT', person = $3, updated_at = $4 WHERE account = $1 AND id = $2`, a, id, person, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("bind account: %w", err)
	}
	return nil
}
