package store_test

import (
	"context"
	"os"
	"testing"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

// TestMain also is the other process of the tests that need one.
func TestMain(m *testing.M) {
	switch os.Getenv("HUFU_STORE_CHILD") {
	case "crash":
		crashChild()
	case "open":
		openChild()
	default:
		storetest.Main(m)
	}
}

// must runs statements in one write.
func must(t testing.TB, db *store.DB, statements ...string) {
	t.Helper()
	err := db.Write(context.Background(), func(tx *store.Tx) error {
		for _, s := range statements {
			if _, err := tx.ExecContext(context.Background(), s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// number reads one number.
func number(t testing.TB, q store.Queryer, query string, args ...any) int64 {
	t.Helper()
	var n int64
	if err := q.QueryRowContext(context.Background(), query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func insert(tx *store.Tx, call, n int64) error {
	_, err := tx.ExecContext(context.Background(), "INSERT INTO items (call, n) VALUES ($1, $2)", call, n)
	return err
}

const itemsTable = "CREATE TABLE items (call BIGINT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (call, n))"
