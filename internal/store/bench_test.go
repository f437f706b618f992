package store_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func engines(b *testing.B, body func(b *testing.B, db *store.DB)) {
	b.Run("sqlite", func(b *testing.B) { body(b, storetest.Open(b, storetest.SQLite(b))) })
	b.Run("postgres", func(b *testing.B) { body(b, storetest.Open(b, storetest.Postgres(b))) })
}

const usersTable = `CREATE TABLE bench_users (account BIGINT NOT NULL, uin BIGINT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
	PRIMARY KEY (account, uin))`

// BenchmarkWrite inserts a row and gives it a number, as a small action does.
// "alone" holds the callers back so that each commit has one call: what one
// commit per call costs on the same disk. The test server of PostgreSQL does not
// sync, so only SQLite's numbers say something about a disk.
func BenchmarkWrite(b *testing.B) {
	engines(b, func(b *testing.B, db *store.DB) {
		must(b, db, usersTable, "CREATE UNIQUE INDEX bench_users_name ON bench_users (account, name)")
		for _, writers := range []int{1, 64} {
			b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) { benchmarkWrite(b, db, writers, false) })
		}
		b.Run("writers=64,alone", func(b *testing.B) { benchmarkWrite(b, db, 64, true) })
	})
}

func benchmarkWrite(b *testing.B, db *store.DB, writers int, alone bool) {
	ctx := context.Background()
	var turn sync.Mutex
	one := func() {
		if alone {
			turn.Lock()
			defer turn.Unlock()
		}
		err := db.Write(ctx, func(tx *store.Tx) error {
			uin, err := tx.NextID(ctx, "uin", 100_000_000_001)
			if err != nil {
				return err
			}
			_, err = tx.ExecContext(ctx, "INSERT INTO bench_users (account, uin, name, body) VALUES ($1, $2, $3, $4)",
				store.Account(1), uin, fmt.Sprint("user", uin), "{}")
			tx.Changed(store.Change{Account: 1, Kind: "user", ID: "x"})
			return err
		})
		if err != nil {
			b.Error(err)
		}
	}
	before := db.Stats()
	b.ReportAllocs()
	b.ResetTimer()
	var left atomic.Int64
	left.Store(int64(b.N))
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				one()
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	after := db.Stats()
	b.ReportMetric(float64(after.Jobs-before.Jobs)/float64(after.Commits-before.Commits), "calls/commit")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

// BenchmarkReadPoint reads one row of 100,000 by its key.
func BenchmarkReadPoint(b *testing.B) {
	const users = 100_000
	engines(b, func(b *testing.B, db *store.DB) {
		must(b, db, usersTable)
		err := db.Write(context.Background(), func(tx *store.Tx) error {
			for i := range users {
				if _, err := tx.ExecContext(context.Background(), "INSERT INTO bench_users (account, uin, name, body) VALUES ($1, $2, $3, $4)",
					1, i, fmt.Sprint("user", i), "{}"); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		read := func(b *testing.B, ctx context.Context, i int) {
			var name, body string
			err := db.Read().QueryRowContext(ctx, "SELECT name, body FROM bench_users WHERE account = $1 AND uin = $2",
				store.Account(1), int64(i*7919%users)).Scan(&name, &body)
			if err != nil {
				b.Error(err)
			}
		}
		request, cancel := context.WithCancel(context.Background())
		defer cancel()
		for name, ctx := range map[string]context.Context{"background": context.Background(), "request": request} {
			b.Run(name, func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					read(b, ctx, i)
				}
			})
			b.Run(name+",parallel", func(b *testing.B) {
				b.ReportAllocs()
				b.RunParallel(func(p *testing.PB) {
					for i := 0; p.Next(); i++ {
						read(b, ctx, i)
					}
				})
			})
		}
	})
}
