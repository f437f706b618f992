package directory

import (
	"context"
	"fmt"

	"github.com/hufu-iam/hufu/internal/store"
)

// IDsByLogin finds the ids of persons by their logins, without regard to case: one a login, "" where nobody has it. Any
// number may be asked for; a query asks for a hundred.
func IDsByLogin(ctx context.Context, q store.Queryer, a store.Account, logins []string) ([]string, error) {
	keys, found := make([]string, len(logins)), map[string]string{}
	for i, login := range logins {
		keys[i] = fold(login)
	}
	err := store.Batches(keys, func(batch []any) error {
		rows, err := q.QueryContext(ctx, `SELECT login_key, id FROM persons WHERE account = $1 AND login_key IN (`+store.Placeholders(2, len(batch))+`)`,
			append([]any{a}, batch...)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var key, id string
			if err := rows.Scan(&key, &id); err != nil {
				return err
			}
			found[key] = id
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("find persons: %w", err)
	}
	ids := make([]string, len(keys))
	for i, key := range keys {
		ids[i] = found[key]
	}
	return ids, nil
}
