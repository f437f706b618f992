package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

// gate holds the writer, so that a test decides what is waiting behind it.
// It returns once the writer is held; the returned function lets it go.
func gate(t *testing.T, db *store.DB) (open func()) {
	t.Helper()
	held, release, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- db.Write(context.Background(), func(*store.Tx) error {
			close(held)
			<-release
			return nil
		})
	}()
	<-held
	return sync.OnceFunc(func() {
		close(release)
		<-done // it may share the fate of a test's own group
	})
}

// queued waits until n calls wait for the writer.
func queued(t *testing.T, db *store.DB, n int) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); db.Stats().Queued != n; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d calls are queued, not %d", db.Stats().Queued, n)
		}
	}
}

// later runs fn in a goroutine and returns how to wait for its error.
func later(fn func() error) (wait func() error) {
	done := make(chan error, 1)
	go func() { done <- fn() }()
	return func() error { return <-done }
}

func TestWaitingCallsShareOneCommit(t *testing.T) {
	const callers = 64
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must(t, db, itemsTable)
		open := gate(t, db)
		var waits []func() error
		for i := range callers {
			waits = append(waits, later(func() error {
				return db.Write(context.Background(), func(tx *store.Tx) error { return insert(tx, int64(i), 0) })
			}))
		}
		queued(t, db, callers)
		before := db.Stats()
		open()
		for _, wait := range waits {
			if err := wait(); err != nil {
				t.Error(err)
			}
		}
		after := db.Stats()
		if jobs := after.Jobs - before.Jobs; jobs != callers+1 {
			t.Errorf("%d calls were committed, not %d", jobs, callers+1)
		}
		// One for the gate and one for the rest; a few more if the machine is so
		// slow that a group runs out of time.
		if commits := after.Commits - before.Commits; commits > 12 {
			t.Errorf("%d calls took %d commits", callers, commits)
		}
		if after.MaxGroup < 6 {
			t.Errorf("the largest group had %d calls", after.MaxGroup)
		}
	})
}

func TestOnCommitIsToldOfEveryCall(t *testing.T) {
	storetest.EachConfig(t, func(t *testing.T, cfg store.Config) {
		var jobs int
		cfg.OnCommit = func(n int, d time.Duration) {
			jobs += n
			if d <= 0 {
				t.Errorf("a commit took %s", d)
			}
			panic("a metric must not end the process")
		}
		db := storetest.Open(t, cfg)
		must(t, db, itemsTable)
		for i := range 5 {
			if err := db.Write(context.Background(), func(tx *store.Tx) error { return insert(tx, int64(i), 0) }); err != nil {
				t.Fatal(err)
			}
		}
		if jobs != 6 {
			t.Errorf("told of %d calls", jobs)
		}
	})
}

func TestCallsRunInTheOrderTheyCame(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		open := gate(t, db)
		var order []int
		var waits []func() error
		for i := range 20 {
			waits = append(waits, later(func() error {
				return db.Write(context.Background(), func(*store.Tx) error {
					order = append(order, i)
					return nil
				})
			}))
			queued(t, db, i+1)
		}
		open()
		for _, wait := range waits {
			if err := wait(); err != nil {
				t.Error(err)
			}
		}
		if !slices.IsSorted(order) || len(order) != 20 {
			t.Errorf("ran in the order %v", order)
		}
	})
}

// TestEachCallIsAtomic runs calls that write several rows and end in every way
// there is, many at a time, and compares what is there with what was answered.
func TestEachCallIsAtomic(t *testing.T) {
	errWanted := errors.New("on purpose")
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must(t, db, itemsTable)
		const callers, calls = 16, 30
		var mu sync.Mutex
		want := map[int64]int64{}
		var wg sync.WaitGroup
		for c := range callers {
			random := rand.New(rand.NewPCG(uint64(c), 1))
			wg.Go(func() {
				for i := range calls {
					call, rows, end := int64(c*calls+i), int64(1+random.IntN(4)), random.IntN(6)
					err := db.Write(context.Background(), func(tx *store.Tx) error {
						if id, err := tx.NextID(context.Background(), "calls", 1); err != nil || id < 1 {
							return fmt.Errorf("id %d: %w", id, err)
						}
						for n := range rows {
							if err := insert(tx, call, n); err != nil {
								return err
							}
						}
						switch end {
						case 0:
							return errWanted
						case 1:
							panic("on purpose")
						case 2:
							return insert(tx, call, 0) // a second time
						case 3:
							_ = insert(tx, call, 0) // swallowed, and still the end
							return nil
						}
						return nil
					})
					ok := false
					switch end {
					case 0:
						ok = errors.Is(err, errWanted)
					case 1:
						ok = errors.Is(err, store.ErrPanic)
					case 2, 3:
						ok = store.IsUniqueViolation(err)
					default:
						ok = err == nil
						mu.Lock()
						want[call] = rows
						mu.Unlock()
					}
					if !ok {
						t.Errorf("call %d with end %d was answered %v", call, end, err)
					}
				}
			})
		}
		wg.Wait()

		rows, err := db.Read().QueryContext(context.Background(), "SELECT call, COUNT(*) FROM items GROUP BY call")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		got := map[int64]int64{}
		for rows.Next() {
			var call, n int64
			if err := rows.Scan(&call, &n); err != nil {
				t.Fatal(err)
			}
			got[call] = n
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Errorf("%d calls left rows, %d were acknowledged", len(got), len(want))
		}
		for call, n := range want {
			if got[call] != n {
				t.Errorf("call %d left %d rows of %d", call, got[call], n)
			}
		}
		// Numbers of calls that failed were given back.
		if n := number(t, db.Read(), "SELECT value FROM sequences WHERE name = $1", "calls"); n != int64(len(want)) {
			t.Errorf("%d numbers were given out for %d calls", n, len(want))
		}
	})
}

func TestACallThatEndsTheGoroutineDoesNotStopTheWriter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must(t, db, itemsTable)
		err := db.Write(context.Background(), func(tx *store.Tx) error {
			if err := insert(tx, 1, 1); err != nil {
				return err
			}
			runtime.Goexit()
			return nil
		})
		if !errors.Is(err, store.ErrPanic) {
			t.Errorf("answered %v", err)
		}
		must(t, db, "INSERT INTO items (call, n) VALUES (2, 2)")
		if n := number(t, db.Read(), "SELECT COUNT(*) FROM items"); n != 1 {
			t.Errorf("%d rows, not 1", n)
		}
	})
}

func TestAnAnswerComesAfterChangesAndHooks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must(t, db, itemsTable)
		var events []string
		db.Subscribe(func(c []store.Change) {
			// What is told is there for everybody.
			events = append(events, fmt.Sprint("change ", c[0].ID, " sees ", number(t, db.Read(), "SELECT COUNT(*) FROM items")))
		})
		err := db.Write(context.Background(), func(tx *store.Tx) error {
			tx.OnCommit(func() { panic("on purpose") })
			tx.OnCommit(func() { events = append(events, "hook") })
			tx.Changed(store.Change{Account: 1, Kind: "user", ID: "7"})
			return insert(tx, 1, 1)
		})
		if err != nil {
			t.Fatal(err)
		}
		failed := errors.New("on purpose")
		err = db.Write(context.Background(), func(tx *store.Tx) error {
			tx.OnCommit(func() { events = append(events, "hook of a call that failed") })
			tx.Changed(store.Change{Kind: "user", ID: "8"})
			return failed
		})
		if !errors.Is(err, failed) {
			t.Error(err)
		}
		if want := []string{"change 7 sees 1", "hook"}; !slices.Equal(events, want) {
			t.Errorf("got %q, want %q", events, want)
		}
	})
}

func TestACallerWhoHasGoneIsSkipped(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		gone, cancel := context.WithCancel(context.Background())
		open := gate(t, db)
		wait := later(func() error {
			return db.Write(gone, func(*store.Tx) error { t.Error("it ran"); return nil })
		})
		queued(t, db, 1)
		cancel()
		// The writer is still held, so this does not wait for it.
		if err := wait(); !errors.Is(err, context.Canceled) {
			t.Errorf("answered %v", err)
		}
		open()
		if err := db.Write(gone, func(*store.Tx) error { t.Error("it ran"); return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("answered %v", err)
		}
	})
}

func TestACallThatHasBegunIsNotInterrupted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must(t, db, itemsTable)
		ctx, cancel := context.WithCancel(context.Background())
		err := db.Write(ctx, func(tx *store.Tx) error {
			cancel()
			if _, err := tx.ExecContext(ctx, "INSERT INTO items (call, n) VALUES (1, 1)"); err != nil {
				return err
			}
			var n int64
			return tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM items").Scan(&n)
		})
		if err != nil {
			t.Errorf("answered %v", err)
		}
		if n := number(t, db.Read(), "SELECT COUNT(*) FROM items"); n != 1 {
			t.Errorf("%d rows, not 1", n)
		}
	})
}

func TestATransactionIsOverWhenItsFunctionReturns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must(t, db, itemsTable)
		var kept *store.Tx
		if err := db.Write(context.Background(), func(tx *store.Tx) error { kept = tx; return nil }); err != nil {
			t.Fatal(err)
		}
		if err := insert(kept, 1, 1); err == nil {
			t.Error("it still writes")
		}
		if _, err := kept.QueryContext(context.Background(), "SELECT 1"); err == nil {
			t.Error("it still queries")
		}
		var n int
		if err := kept.QueryRowContext(context.Background(), "SELECT 1").Scan(&n); err == nil {
			t.Error("it still queries rows")
		}
	})
}

func TestCloseFinishesWhatWasBegun(t *testing.T) {
	storetest.EachConfig(t, func(t *testing.T, cfg store.Config) {
		db := storetest.Open(t, cfg)
		must(t, db, itemsTable)
		open := gate(t, db)
		var waits []func() error
		for i := range 10 {
			waits = append(waits, later(func() error {
				return db.Write(context.Background(), func(tx *store.Tx) error { return insert(tx, int64(i), 0) })
			}))
		}
		queued(t, db, 10)
		closed := later(db.Close)
		// Close is under way when a new call is refused.
		for {
			gone, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
			err := db.Write(gone, func(*store.Tx) error { return nil })
			cancel()
			if errors.Is(err, store.ErrClosed) {
				break
			}
		}
		open()
		for _, wait := range waits {
			if err := wait(); err != nil {
				t.Error(err)
			}
		}
		if err := closed(); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Errorf("the second Close: %v", err)
		}
		again := storetest.Open(t, cfg)
		if n := number(t, again.Read(), "SELECT COUNT(*) FROM items"); n != 10 {
			t.Errorf("%d rows of 10 are there", n)
		}
	})
}

func TestAFailedCommitFailsAllOfTheGroup(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		// The one thing that a call cannot see: a constraint that waits for the commit.
		must(t, db, itemsTable, "CREATE TABLE parents (id BIGINT PRIMARY KEY)",
			"CREATE TABLE children (id BIGINT PRIMARY KEY, parent BIGINT REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)")
		open := gate(t, db)
		good := later(func() error {
			return db.Write(context.Background(), func(tx *store.Tx) error {
				tx.OnCommit(func() { t.Error("the hook ran") })
				return insert(tx, 1, 1)
			})
		})
		queued(t, db, 1)
		bad := later(func() error {
			return db.Write(context.Background(), func(tx *store.Tx) error {
				_, err := tx.ExecContext(context.Background(), "INSERT INTO children (id, parent) VALUES (1, 1)")
				return err
			})
		})
		queued(t, db, 2)
		open()
		if err := bad(); err == nil {
			t.Error("the call that broke the commit was acknowledged")
		}
		// It shared the commit unless the group ran out of time before it.
		if err, n := good(), number(t, db.Read(), "SELECT COUNT(*) FROM items"); (err == nil) != (n == 1) {
			t.Errorf("answered %v with %d rows", err, n)
		}
		must(t, db, "INSERT INTO items (call, n) VALUES (3, 3)")
		if err := db.IntegrityCheck(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func TestAGroupThatLostAConflictRunsAgain(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres(t))
	must(t, db, itemsTable)
	runs := 0
	err := db.Write(context.Background(), func(tx *store.Tx) error {
		runs++
		if err := insert(tx, 1, 1); err != nil {
			return err
		}
		if runs == 1 {
			return fmt.Errorf("insert: %w", &pgconn.PgError{Code: "40001"})
		}
		return nil
	})
	if err != nil || runs != 2 || db.Stats().Retries != 1 {
		t.Errorf("%d runs, answered %v", runs, err)
	}
	runs = 0
	err = db.Write(context.Background(), func(*store.Tx) error {
		runs++
		return &pgconn.PgError{Code: "40P01"}
	})
	if err == nil || runs < 2 || runs > 10 {
		t.Errorf("%d runs, answered %v", runs, err)
	}
	if n := number(t, db.Read(), "SELECT COUNT(*) FROM items"); n != 1 {
		t.Errorf("%d rows, not 1", n)
	}
}

func TestTheWriterFindsTheServerAgain(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres(t))
	must(t, db, itemsTable)
	runs := 0
	err := db.Write(context.Background(), func(tx *store.Tx) error {
		runs++
		if err := insert(tx, 1, 1); err != nil {
			return err
		}
		if runs == 1 {
			_, err := tx.ExecContext(context.Background(), "SELECT pg_terminate_backend(pg_backend_pid())")
			return err
		}
		return nil
	})
	if err != nil || runs != 2 {
		t.Errorf("%d runs, answered %v", runs, err)
	}
	// Between two groups.
	other := storetest.Open(t, storetest.Postgres(t))
	must(t, other, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname <> current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND query LIKE '%SAVEPOINT%'")
	must(t, db, "INSERT INTO items (call, n) VALUES (2, 2)")
	if n := number(t, db.Read(), "SELECT COUNT(*) FROM items"); n != 2 {
		t.Errorf("%d rows, not 2", n)
	}
}

// TestLookThenInsertHoldsAcrossNodes is the reason for the lock: a quota that is
// checked and used by two nodes at once.
func TestLookThenInsertHoldsAcrossNodes(t *testing.T) {
	const quota = 20
	cfg := storetest.Postgres(t)
	nodes := []*store.DB{storetest.Open(t, cfg), storetest.Open(t, cfg)}
	must(t, nodes[0], itemsTable)
	errQuota := errors.New("no more")
	var wg sync.WaitGroup
	for c := range 16 {
		wg.Go(func() {
			for range 5 {
				err := nodes[c%2].Write(context.Background(), func(tx *store.Tx) error {
					var n int64
					if err := tx.QueryRowContext(context.Background(), "SELECT COUNT(*) FROM items").Scan(&n); err != nil {
						return err
					}
					if n >= quota {
						return errQuota
					}
					id, err := tx.NextID(context.Background(), "items", 1)
					if err != nil {
						return err
					}
					return insert(tx, id, 0)
				})
				if err != nil && !errors.Is(err, errQuota) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := number(t, nodes[0].Read(), "SELECT COUNT(*) FROM items"); n != quota {
		t.Errorf("%d rows with a quota of %d", n, quota)
	}
	if n := number(t, nodes[1].Read(), "SELECT MAX(call) FROM items"); n != quota {
		t.Errorf("the last number is %d", n)
	}
}

func TestRowsThatAreLeftOpenAreClosed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must(t, db, itemsTable, "INSERT INTO items (call, n) VALUES (1, 1), (1, 2), (1, 3)")
		for range 3 {
			err := db.Write(context.Background(), func(tx *store.Tx) error {
				rows, err := tx.QueryContext(context.Background(), "SELECT n FROM items WHERE call = $1", 1)
				if err != nil {
					return err
				}
				rows.Next()
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}

// TestAFailureNobodyNoticed: a query fails after its first row, and the call has
// no interest in the others. On PostgreSQL the transaction is spoilt all the
// same; SQLite has not come to the failing row. Either way the neighbours are fine.
func TestAFailureNobodyNoticed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must(t, db, itemsTable)
		open := gate(t, db)
		var waits []func() error
		for i := range int64(3) {
			waits = append(waits, later(func() error {
				return db.Write(context.Background(), func(tx *store.Tx) error {
					if err := insert(tx, i, i); err != nil {
						return err
					}
					var n int64
					if i != 1 {
						return nil
					}
					query := "SELECT abs(v) FROM (SELECT 1 AS v UNION ALL SELECT -9223372036854775807 - 1) AS s"
					return tx.QueryRowContext(context.Background(), query).Scan(&n)
				})
			}))
			queued(t, db, int(i)+1)
		}
		open()
		for i, wait := range waits {
			err := wait()
			if n := number(t, db.Read(), "SELECT COUNT(*) FROM items WHERE call = $1", i); (err == nil) != (n == 1) || err != nil && i != 1 {
				t.Errorf("call %d left %d rows and was answered %v", i, n, err)
			}
		}
	})
}

func TestNowIsTheSameForAllOfACall(t *testing.T) {
	storetest.EachConfig(t, func(t *testing.T, cfg store.Config) {
		clock := time.UnixMilli(1_700_000_000_000)
		cfg.Now = func() time.Time { clock = clock.Add(time.Second); return clock }
		db := storetest.Open(t, cfg)
		var seen []time.Time
		for range 2 {
			err := db.Write(context.Background(), func(tx *store.Tx) error {
				seen = append(seen, tx.Now(), tx.Now())
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if seen[0] != seen[1] || seen[2] != seen[3] || !seen[0].Before(seen[2]) {
			t.Errorf("saw %v", seen)
		}
	})
}
