package eiam

import (
	"context"
	"errors"
	"fmt"

	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
)

// checkManager refuses a manager who is no user of the tenant: COM.0601.
func checkManager(ctx context.Context, q store.Queryer, a store.Account, manager *string) error {
	if given(manager) == "" {
		return nil
	}
	_, err := directory.Get(ctx, q, a, *manager)
	if errors.Is(err, directory.ErrNotFound) {
		return fault.New(codeParameter)
	}
	return err
}

// setManager gives a user a manager; "" takes the manager away, nil changes nothing.
func setManager(ctx context.Context, tx *store.Tx, a store.Account, person string, manager *string) error {
	if manager == nil {
		return nil
	}
	statement, args := `DELETE FROM eiam_managers WHERE account = $1 AND person = $2`, []any{a, person}
	if *manager != "" {
		statement = `INSERT INTO eiam_managers (account, person, manager) VALUES ($1, $2, $3)
			ON CONFLICT (account, person) DO UPDATE SET manager = excluded.manager`
		args = append(args, *manager)
	}
	if _, err := tx.ExecContext(ctx, statement, args...); err != nil {
		return fmt.Errorf("set manager: %w", err)
	}
	return nil
}
