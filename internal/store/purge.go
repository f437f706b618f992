package store

import (
	"context"
	"time"
)

// PurgeBatch is how many rows Purge deletes in one transaction.
const PurgeBatch = 5000

// Purge runs a statement that deletes at most $2 rows from before $1, unix milliseconds, until there are no more. Each time is a
// transaction of its own, so that calls come in between however much there is.
func (db *DB) Purge(ctx context.Context, statement string, before time.Time) error {
	for {
		var n int64
		err := db.Write(ctx, func(tx *Tx) error {
			r, err := tx.ExecContext(ctx, statement, before.UnixMilli(), PurgeBatch)
			if err == nil {
				n, err = r.RowsAffected()
			}
			return err
		})
		if err != nil || n < PurgeBatch {
			return err
		}
	}
}
