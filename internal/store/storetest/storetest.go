// Package storetest runs tests of the store, and of everything above it, on both
// engines:
//
//	func TestCreateUser(t *testing.T) {
//		storetest.Each(t, func(t *testing.T, db *store.DB) {
//			...
//		})
//	}
//
// The body runs as the subtests sqlite and postgres, each with a database of its
// own that is migrated and otherwise empty.
package storetest

import (
	"context"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/pgtest"
)

// Each runs body on every engine with a fresh database.
func Each(t *testing.T, body func(t *testing.T, db *store.DB)) {
	t.Helper()
	EachConfig(t, func(t *testing.T, cfg store.Config) { body(t, Open(t, cfg)) })
}

// EachConfig runs body on every engine with the configuration of a fresh
// database that is not open yet: for tests that open it more than once, or in
// another process. Two DBs at once are two nodes, which only PostgreSQL allows.
func EachConfig(t *testing.T, body func(t *testing.T, cfg store.Config)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { body(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { body(t, Postgres(t)) })
}

// SQLite returns the configuration of a fresh embedded database.
func SQLite(t testing.TB) store.Config {
	t.Helper()
	return store.Config{Dir: t.TempDir(), Logger: logger(t)}
}

// Postgres returns the configuration of a fresh PostgreSQL database, on a server
// that lives as long as the test process.
func Postgres(t testing.TB) store.Config {
	t.Helper()
	url := pgtest.Template(t, "hufu_template", func(url string) error {
		db, err := store.Open(context.Background(), store.Config{URL: url})
		if err != nil {
			return err
		}
		return db.Close()
	})
	return store.Config{URL: url, Logger: logger(t)}
}

// Open opens a database and closes it at the end of the test.
func Open(t testing.TB, cfg store.Config) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// Main runs a package's tests and fails if they leave goroutines behind:
//
//	func TestMain(m *testing.M) { storetest.Main(m) }
//
// A package without it loses nothing but that check.
func Main(m *testing.M, options ...goleak.Option) {
	code := m.Run()
	pgtest.Stop()
	if code == 0 {
		if err := goleak.Find(options...); err != nil {
			fmt.Fprintln(os.Stderr, "goroutines were left behind:", err)
			code = 1
		}
	}
	os.Exit(code)
}
