package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func TestReadersSeeWhatWasAnswered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must(t, db, itemsTable)
		for i := range int64(50) {
			if err := db.Write(context.Background(), func(tx *store.Tx) error { return insert(tx, i, i) }); err != nil {
				t.Fatal(err)
			}
			if n := number(t, db.Read(), "SELECT n FROM items WHERE call = $1", i); n != i {
				t.Fatalf("read %d after writing %d", n, i)
			}
		}
	})
}

func TestReadersDoNotWaitForTheWriter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must(t, db, itemsTable)
		err := db.Write(context.Background(), func(tx *store.Tx) error {
			if err := insert(tx, 1, 1); err != nil {
				return err
			}
			// The transaction is open and has written; if a reader waited for it,
			// this would never end.
			if n := number(t, db.Read(), "SELECT COUNT(*) FROM items"); n != 0 {
				t.Errorf("a reader sees %d rows that are not committed", n)
			}
			if n := number(t, tx, "SELECT COUNT(*) FROM items"); n != 1 {
				t.Errorf("the call sees %d rows of its own", n)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestASnapshotSeesOneMoment(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must(t, db, itemsTable)
		failed := errors.New("on purpose")
		err := db.Read().Snapshot(context.Background(), func(q store.Queryer) error {
			before := number(t, q, "SELECT COUNT(*) FROM items")
			must(t, db, "INSERT INTO items (call, n) VALUES (1, 1)")
			if after := number(t, q, "SELECT COUNT(*) FROM items"); before != 0 || after != 0 {
				t.Errorf("saw %d rows, then %d", before, after)
			}
			rows, err := q.QueryContext(context.Background(), "SELECT n FROM items WHERE call = $1", 1)
			if err != nil {
				return err
			}
			if rows.Next() {
				t.Error("a query sees a row that came later")
			}
			return errors.Join(rows.Close(), failed)
		})
		if !errors.Is(err, failed) {
			t.Error(err)
		}
		if n := number(t, db.Read(), "SELECT COUNT(*) FROM items"); n != 1 {
			t.Errorf("%d rows, not 1", n)
		}
	})
}

func TestReadersCannotWrite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must(t, db, itemsTable)
		var n int64
		if err := db.Read().QueryRowContext(context.Background(), "INSERT INTO items (call, n) VALUES (1, 1) RETURNING n").Scan(&n); err == nil {
			t.Error("a reader has written")
		}
		if n := number(t, db.Read(), "SELECT COUNT(*) FROM items"); n != 0 {
			t.Errorf("%d rows, not 0", n)
		}
	})
}

func TestACancelledReadEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		gone, cancel := context.WithCancel(context.Background())
		cancel()
		var n int64
		if err := db.Read().QueryRowContext(gone, "SELECT 1").Scan(&n); !errors.Is(err, context.Canceled) {
			t.Errorf("answered %v", err)
		}
		if _, err := db.Read().QueryContext(gone, "SELECT 1"); !errors.Is(err, context.Canceled) {
			t.Errorf("answered %v", err)
		}
		if err := db.Read().Snapshot(gone, func(store.Queryer) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("answered %v", err)
		}
		if err := db.Ping(context.Background()); err != nil {
			t.Error(err)
		}
		if err := db.Ping(gone); err == nil {
			t.Error("ping answers although nobody listens")
		}
	})
}

func TestMoreTextsThanPreparedStatements(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		err := db.Write(context.Background(), func(tx *store.Tx) error {
			for i := range int64(store.StatementLimit + 50) {
				query := fmt.Sprintf("SELECT %d + CAST($1 AS BIGINT)", i)
				for _, q := range []store.Queryer{db.Read(), tx} {
					if n := number(t, q, query, 1); n != i+1 {
						return fmt.Errorf("%s gives %d", query, n)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestAWrongTextIsAnError(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const wrong = "SELECT nothing FROM nowhere"
		var n int64
		if err := db.Read().QueryRowContext(context.Background(), wrong).Scan(&n); err == nil {
			t.Error("a reader runs it")
		}
		if _, err := db.Read().QueryContext(context.Background(), wrong); err == nil {
			t.Error("a reader runs it")
		}
		for name, run := range map[string]func(*store.Tx) error{
			"exec":  func(tx *store.Tx) error { _, err := tx.ExecContext(context.Background(), wrong); return err },
			"query": func(tx *store.Tx) error { _, err := tx.QueryContext(context.Background(), wrong); return err },
			"row":   func(tx *store.Tx) error { return tx.QueryRowContext(context.Background(), wrong).Scan(&n) },
		} {
			err := db.Write(context.Background(), func(tx *store.Tx) error {
				if run(tx) == nil {
					t.Errorf("%s: a write runs it", name)
				}
				if _, err := tx.ExecContext(context.Background(), "SELECT 1"); err == nil {
					t.Errorf("%s: the call goes on after a failure", name)
				}
				return nil
			})
			if err == nil {
				t.Errorf("%s: the failure was forgotten", name)
			}
		}
	})
}

const valuesTable = `CREATE TABLE vals (id BIGINT NOT NULL PRIMARY KEY, big BIGINT, small SMALLINT, txt TEXT, blob BYTEA)`

type values struct {
	Big   int64
	Small int16
	Text  string
	Blob  []byte
}

func roundTrip(db *store.DB, id int64, v values) (got values, err error) {
	ctx := context.Background()
	err = db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO vals (id, big, small, txt, blob) VALUES ($1, $2, $3, $4, $5)",
			id, v.Big, v.Small, v.Text, v.Blob)
		return err
	})
	if err != nil {
		return got, err
	}
	err = db.Read().QueryRowContext(ctx, "SELECT big, small, txt, blob FROM vals WHERE id = $1", id).
		Scan(&got.Big, &got.Small, &got.Text, &got.Blob)
	return got, err
}

func TestValuesComeBackAsTheyWere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must(t, db, valuesTable)
		id := int64(0)
		check := func(t interface {
			Helper()
			Fatalf(string, ...any)
		}, v values) {
			t.Helper()
			id++
			got, err := roundTrip(db, id, v)
			if err != nil {
				t.Fatalf("%+v: %v", v, err)
			}
			if got.Big != v.Big || got.Small != v.Small || got.Text != v.Text || !bytes.Equal(got.Blob, v.Blob) {
				t.Fatalf("wrote %+v, read %+v", v, got)
			}
		}
		for _, v := range []values{
			{},
			{Big: math.MaxInt64, Small: math.MaxInt16, Text: "虎符 \u2028 \"'\\", Blob: []byte{0, 1, 0xff, 0}},
			{Big: math.MinInt64, Small: math.MinInt16, Text: "007", Blob: []byte("42")},
			{Text: "1e5", Blob: []byte{}},
			{Text: " padded ", Blob: bytes.Repeat([]byte{0xa5}, 100_000)},
		} {
			check(t, v)
		}
		rapid.Check(t, func(t *rapid.T) {
			check(t, values{
				Big:   rapid.Int64().Draw(t, "big"),
				Small: rapid.Int16().Draw(t, "small"),
				Text:  rapid.StringMatching(`[^\x00]*`).Draw(t, "text"),
				Blob:  rapid.SliceOf(rapid.Byte()).Draw(t, "blob"),
			})
		})
	})
}

func TestArgumentsAndColumns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		must(t, db, valuesTable)
		account := store.Account(100_000_000_001)
		args := []any{int64(1), account, true, nil, nil}
		err := db.Write(ctx, func(tx *store.Tx) error {
			if _, err := tx.ExecContext(ctx, "INSERT INTO vals (id, big, small, txt, blob) VALUES ($1, $2, $3, $4, $5)", args...); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, "INSERT INTO vals (id, big, small) VALUES ($1, $2, $3)", 2, account, false)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if args[2] != true {
			t.Error("the caller's arguments were changed")
		}
		var gotAccount store.Account
		var flag bool
		var flagNumber int
		var text sql.NullString
		var blob []byte
		err = db.Read().QueryRowContext(ctx, "SELECT big, small, small, txt, blob FROM vals WHERE small = $1", true).
			Scan(&gotAccount, &flag, &flagNumber, &text, &blob)
		if err != nil || gotAccount != account || !flag || flagNumber != 1 || text.Valid || blob != nil {
			t.Errorf("read %d %t %d %v %v: %v", gotAccount, flag, flagNumber, text, blob, err)
		}
		if err := db.Read().QueryRowContext(ctx, "SELECT small FROM vals WHERE small = $1", false).Scan(&flag); err != nil || flag {
			t.Errorf("read %t: %v", flag, err)
		}
		if err := gotAccount.Scan("1"); err == nil {
			t.Error("a text was taken for an account")
		}
		// In any order, and more than once.
		var a, b, c string
		err = db.Read().QueryRowContext(ctx, "SELECT CAST($2 AS TEXT), CAST($1 AS TEXT), CAST($2 AS TEXT)", "one", "two").Scan(&a, &b, &c)
		if err != nil || a+b+c != "twoonetwo" {
			t.Errorf("read %s %s %s: %v", a, b, c, err)
		}
		if err := db.Read().QueryRowContext(ctx, "SELECT big FROM vals WHERE id = $1", 3).Scan(&gotAccount); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a row that is not there: %v", err)
		}
	})
}

func TestTextIsComparedByteByByte(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must(t, db, "CREATE TABLE names (name TEXT NOT NULL PRIMARY KEY)",
			"INSERT INTO names (name) VALUES ('Alice'), ('alice'), ('ALICE '), ('é'), ('É')")
		for query, want := range map[string]int64{
			"SELECT COUNT(*) FROM names WHERE name = 'alice'":                      1,
			"SELECT COUNT(*) FROM names WHERE name = 'ALICE'":                      0,
			"SELECT COUNT(*) FROM names WHERE name = 'É'":                          1,
			`SELECT COUNT(*) FROM names WHERE name LIKE 'ali%' ESCAPE '\'`:         1,
			`SELECT COUNT(*) FROM names WHERE name LIKE '%LIC%' ESCAPE '\'`:        1,
			"SELECT COUNT(*) FROM names WHERE name IN ('Alice', 'aLICE', 'ALICE')": 1,
		} {
			if n := number(t, db.Read(), query); n != want {
				t.Errorf("%s: %d, not %d", query, n, want)
			}
			if err := db.Write(context.Background(), func(tx *store.Tx) error {
				if n := number(t, tx, query); n != want {
					t.Errorf("in a write, %s: %d, not %d", query, n, want)
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestLikePattern(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must(t, db, "CREATE TABLE names (name_lower TEXT NOT NULL PRIMARY KEY)",
			`INSERT INTO names (name_lower) VALUES ('100%'), ('1000'), ('a_b'), ('axb'), ('c\d'), ('cd'), ('émile')`)
		for keyword, want := range map[string]int64{
			"": 7, "100": 2, "0%": 1, "A_B": 1, "a": 2, `C\d`: 1, "ÉMILE": 1, "'": 0, "%%": 0,
		} {
			n := number(t, db.Read(), `SELECT COUNT(*) FROM names WHERE name_lower LIKE $1 ESCAPE '\'`, store.LikePattern(keyword))
			if n != want {
				t.Errorf("%q finds %d names, not %d", keyword, n, want)
			}
		}
	})
}

func TestIsUniqueViolation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must(t, db, "CREATE TABLE parents (id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)",
			"CREATE UNIQUE INDEX parents_name ON parents (name)",
			"CREATE TABLE children (id BIGINT NOT NULL PRIMARY KEY, parent BIGINT NOT NULL REFERENCES parents (id))",
			"INSERT INTO parents (id, name) VALUES (1, 'one')")
		for statement, want := range map[string]bool{
			"INSERT INTO parents (id, name) VALUES (1, 'two')":   true,
			"INSERT INTO parents (id, name) VALUES (2, 'one')":   true,
			"INSERT INTO parents (id, name) VALUES (3, NULL)":    false,
			"INSERT INTO children (id, parent) VALUES (1, 9)":    false,
			"INSERT INTO nowhere (id, parent) VALUES (1, 9)":     false,
			"UPDATE parents SET id = id + 1, name = name || '+'": false,
		} {
			err := db.Write(context.Background(), func(tx *store.Tx) error {
				if _, err := tx.ExecContext(context.Background(), statement); err != nil {
					return fmt.Errorf("wrapped: %w", err)
				}
				return errors.New("undo")
			})
			if store.IsUniqueViolation(err) != want {
				t.Errorf("%s: %v is a unique violation: %t", statement, err, !want)
			}
		}
		if store.IsUniqueViolation(nil) {
			t.Error("nil is a unique violation")
		}
	})
}

// Snapshots hold every connection, and each of them runs a query that nobody has run before.
func TestSnapshotsDoNotWaitForEachOther(t *testing.T) {
	storetest.EachConfig(t, func(t *testing.T, cfg store.Config) {
		cfg.Readers = 3
		db := storetest.Open(t, cfg)
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		var all, inside sync.WaitGroup
		inside.Add(cfg.Readers)
		for i := range cfg.Readers {
			all.Go(func() {
				err := db.Read().Snapshot(ctx, func(q store.Queryer) error {
					inside.Done()
					inside.Wait()
					for j := range 5 {
						var n int
						if err := q.QueryRowContext(ctx, fmt.Sprintf("SELECT %d + %d", i, 100*j)).Scan(&n); err != nil || n != i+100*j {
							return fmt.Errorf("got %d: %w", n, err)
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	})
}
