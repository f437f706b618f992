package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var (
	noon  = time.UnixMilli(1_760_000_000_000)
	quiet = slog.New(slog.NewTextHandler(io.Discard, nil))
)

func sample(a store.Account, action string, at time.Time) *Record {
	return &Record{Account: a, At: at, RequestID: "r", Door: "api3", Action: action, CallerKind: "root", CallerID: int64(a), Outcome: "ok", Decision: Decision{Effect: "allow"}}
}

func insert(t *testing.T, db *store.DB, records ...*Record) {
	t.Helper()
	err := db.Write(context.Background(), func(tx *store.Tx) error { return insertAll(context.Background(), tx, records) })
	if err != nil {
		t.Fatal(err)
	}
}

func query(t *testing.T, db *store.DB, f Filter) []Record {
	t.Helper()
	records, err := Query(context.Background(), db.Read(), f)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func requests(records []Record) []string {
	out := []string{}
	for _, r := range records {
		out = append(out, r.RequestID)
	}
	return out
}

func TestARecordComesBackAsItWasWritten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		full := Record{
			Account: 100000000001, At: noon, RequestID: "4f0b9f9e-0000-4000-8000-000000000001", Door: "api3", Action: "cam:AddUser",
			CallerKind: "role", CallerID: 77, CallerName: "build 7", KeyID: "AKIDx", IP: "2001:db8::1", Region: "ap-guangzhou", Client: "SDK_GO",
			Resources: []string{"qcs::cam::uin/1:uin/2", "*"}, Parameters: json.RawMessage(`{"Name":"张三","Password":"***"}`),
			Decision:    Decision{Effect: "allow", Layer: "identity", PolicyID: 100000001, Policy: "p", Version: 3, Statement: 2},
			Explanation: json.RawMessage(`{"layers":[]}`), Outcome: "ok", Duration: 1234 * time.Microsecond,
		}
		bare := Record{Account: 2, At: noon, RequestID: "bare"}
		for _, r := range []Record{full, bare} {
			err := db.Write(context.Background(), func(tx *store.Tx) error { return Insert(context.Background(), tx, &r) })
			if err != nil {
				t.Fatal(err)
			}
			want := r
			if r.RequestID == "bare" {
				want.Parameters = json.RawMessage("{}")
			}
			got := query(t, db, Filter{Account: r.Account, Limit: 10})
			if d := cmp.Diff([]Record{want}, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		}
	})
}

func TestARecordIsPartOfTheTransactionItIsIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		rollback := errors.New("the call failed")
		err := db.Write(context.Background(), func(tx *store.Tx) error {
			if err := Insert(context.Background(), tx, sample(1, "cam:AddUser", noon)); err != nil {
				return err
			}
			return rollback
		})
		if !errors.Is(err, rollback) {
			t.Fatal(err)
		}
		if got := query(t, db, Filter{Limit: 10}); len(got) != 0 {
			t.Errorf("a record of what did not happen is there: %v", got)
		}
	})
}

func TestQueryFilters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var all []*Record
		for i, r := range []*Record{
			sample(1, "cam:AddUser", noon), sample(2, "cam:AddUser", noon.Add(time.Millisecond)), sample(1, "cam:GetUser", noon.Add(time.Second)),
			sample(0, "cam:GetUser", noon.Add(time.Minute)), sample(1, "cam:AddUser", noon.Add(time.Hour)),
		} {
			r.RequestID, r.ID = fmt.Sprint(i), idAt(r.At) // ids of their own: other tests have drawn ones of this time
			all = append(all, r)
		}
		insert(t, db, all...)
		for _, tc := range []struct {
			name string
			f    Filter
			want []string
		}{
			{"everything is newest first", Filter{Limit: 100}, []string{"4", "3", "2", "1", "0"}},
			{"the newest few", Filter{Limit: 2}, []string{"4", "3"}},
			{"one account", Filter{Account: 1, Limit: 100}, []string{"4", "2", "0"}},
			{"one action", Filter{Action: "cam:GetUser", Limit: 100}, []string{"3", "2"}},
			{"actions are compared whole", Filter{Action: "cam:Get", Limit: 100}, []string{}},
			{"since a moment, which counts", Filter{Since: noon.Add(time.Second), Limit: 100}, []string{"4", "3", "2"}},
			{"since a later moment", Filter{Since: noon.Add(time.Second + time.Millisecond), Limit: 100}, []string{"4", "3"}},
			{"all filters together", Filter{Account: 1, Action: "cam:AddUser", Since: noon.Add(time.Millisecond), Limit: 100}, []string{"4"}},
			{"what follows is oldest first", Filter{After: all[1].ID, Limit: 100}, []string{"2", "3", "4"}},
			{"what follows, a few at a time", Filter{After: all[1].ID, Limit: 2}, []string{"2", "3"}},
			{"what follows of one account", Filter{Account: 1, After: all[0].ID, Limit: 100}, []string{"2", "4"}},
			{"nothing follows the last", Filter{After: all[4].ID, Limit: 100}, []string{}},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if got := requests(query(t, db, tc.f)); !slices.Equal(got, tc.want) {
					t.Errorf("got %v, want %v", got, tc.want)
				}
			})
		}
	})
}

func TestIDsGrowAlsoWhenTheClockStandsStillOrGoesBack(t *testing.T) {
	future := time.UnixMilli(sequence.Load()>>20 + 1000)
	last := int64(0)
	for _, at := range []time.Time{future, future, future.Add(-time.Hour), future, future.Add(time.Millisecond), future.Add(time.Millisecond)} {
		id := nextID(at)
		if id <= last {
			t.Fatalf("%d follows %d", id, last)
		}
		last = id
	}
	if id := nextID(future.Add(time.Second)); id != idAt(future.Add(time.Second)) {
		t.Errorf("the first id of a millisecond is %d, want %d", id, idAt(future.Add(time.Second)))
	}
}

func TestBatchesOfEverySizeAreWrittenOnceEach(t *testing.T) {
	for _, n := range []int{0, 1, rowsPerInsert - 1, rowsPerInsert, rowsPerInsert + 1, 3*rowsPerInsert + 5} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				var records []*Record
				want := []string{}
				for i := range n {
					r := sample(1, "cam:GetUser", noon)
					r.RequestID = fmt.Sprint(i)
					records, want = append(records, r), append(want, r.RequestID)
				}
				insert(t, db, records...)
				got := query(t, db, Filter{After: 1, Limit: 1000})
				if !slices.Equal(requests(got), want) {
					t.Errorf("got %v, want each record once, in order", requests(got))
				}
			})
		})
	}
}

// A batch that is written again after a conflict must not get other ids, or write twice.
func TestARecordKeepsItsID(t *testing.T) {
	r := sample(1, "cam:GetUser", noon)
	r.values()
	first := r.ID
	if r.values(); r.ID != first || first == 0 {
		t.Errorf("the id became %d after %d", r.ID, first)
	}
}

func TestCloseWritesDownWhatIsQueued(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail := NewTrail(db, quiet)
		const n = 3*batchLength + 17
		for i := range n {
			r := sample(1, "cam:GetUser", noon)
			r.RequestID = fmt.Sprint(i)
			if err := trail.Append(r); err != nil {
				t.Fatal(err)
			}
		}
		trail.Close()
		trail.Close() // again is no harm
		got := query(t, db, Filter{After: 1, Limit: 2 * n})
		if len(got) != n {
			t.Fatalf("%d records are there, want %d", len(got), n)
		}
		for i, r := range got {
			if r.RequestID != fmt.Sprint(i) {
				t.Fatalf("record %d is %s: they are out of order", i, r.RequestID)
			}
		}
		if err := trail.Append(sample(1, "cam:GetUser", noon)); !errors.Is(err, ErrClosed) {
			t.Errorf("got %v, want ErrClosed", err)
		}
	})
}

func TestFlushWaitsForWhatIsQueued(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail := NewTrail(db, quiet)
		written := 0
		for _, n := range []int{0, 1, 2*batchLength + 5} {
			for range n {
				if err := trail.Append(sample(1, "cam:GetUser", noon)); err != nil {
					t.Fatal(err)
				}
			}
			trail.Flush()
			if written += n; len(query(t, db, Filter{After: 1, Limit: 2*written + 1})) != written {
				t.Errorf("after %d records more, not all are there", n)
			}
		}
		trail.Close()
		trail.Flush() // of a closed trail is no harm
	})
}

// The writer is held up until the queue is full. Callers wait then; when the writer goes on, every record is there.
func TestAFullQueueWaitsAndLosesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail := NewTrail(db, quiet)
		holding, release := make(chan struct{}), make(chan struct{})
		held := make(chan error, 1)
		go func() {
			held <- db.Write(context.Background(), func(*store.Tx) error {
				close(holding)
				<-release
				return nil
			})
		}()
		<-holding
		const n = queueLength + batchLength + 100 // more than the queue and the batch in the writer's hands
		filled, done := make(chan struct{}), make(chan error, 1)
		go func() {
			for i := range n {
				if i == queueLength {
					close(filled)
				}
				if err := trail.Append(sample(1, "cam:GetUser", noon)); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
		<-filled
		select {
		case err := <-done:
			t.Fatalf("nothing waited: %v", err)
		default:
		}
		close(release)
		if err := errors.Join(<-held, <-done); err != nil {
			t.Fatal(err)
		}
		trail.Close()
		var count int
		if err := db.Read().QueryRowContext(context.Background(), `SELECT COUNT(*) FROM audit`).Scan(&count); err != nil || count != n {
			t.Errorf("%d records are there, %v, want %d", count, err, n)
		}
	})
}

// An Append that found the queue full is let in by Close, which waits for it.
func TestAppendBlocksOnAFullQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		trail := &Trail{queue: make(chan *Record, 2), done: make(chan struct{}), log: quiet} // nobody writes yet
		appended := 0
		go func() {
			for range 3 {
				if err := trail.Append(sample(1, "cam:GetUser", noon)); err != nil {
					t.Error(err)
				}
				appended++
			}
		}()
		synctest.Wait()
		if appended != 2 {
			t.Fatalf("%d records were taken, want the two that fit", appended)
		}
		if first, _ := trail.gather(<-trail.queue); len(first) != 3 {
			t.Errorf("the batch has %d records, want all that came within the moment", len(first))
		}
		synctest.Wait()
		if appended != 3 {
			t.Error("the one that waited is not in")
		}
	})
}

// gathered is the size of the next batch.
func gathered(t *Trail) int {
	batch, _ := t.gather(<-t.queue)
	return len(batch)
}

func TestGatherTakesABoundedBatchAndEndsWithTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		trail := &Trail{queue: make(chan *Record, 2*batchLength)}
		for range batchLength + 10 {
			trail.queue <- sample(1, "cam:GetUser", noon)
		}
		begun := time.Now()
		if got := gathered(trail); got != batchLength || time.Since(begun) != 0 {
			t.Errorf("a full batch has %d records after %v, want %d at once", got, time.Since(begun), batchLength)
		}
		if got := gathered(trail); got != 10 || time.Since(begun) != gather {
			t.Errorf("the rest are %d records after %v, want 10 after %v", got, time.Since(begun), gather)
		}
		trail.queue <- sample(1, "cam:GetUser", noon)
		close(trail.queue)
		if got := gathered(trail); got != 1 || time.Since(begun) != gather {
			t.Errorf("the last batch has %d records after %v, want 1 at once", got, time.Since(begun))
		}
	})
}

// A store that is gone must not keep Close waiting for ever.
func TestCloseEndsAlsoWhenTheStoreDoesNotWrite(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	trail := NewTrail(db, quiet)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := trail.Append(sample(1, "cam:GetUser", noon)); err != nil {
		t.Fatal(err)
	}
	trail.Close()
}

func TestPruneDeletesWhatIsOldInBatches(t *testing.T) {
	for _, tc := range []struct {
		name     string
		old, new int
		batches  uint64
	}{
		{"nothing at all", 0, 0, 1},
		{"nothing old", 0, 3, 1},
		{"a few", 7, 3, 1},
		{"one batch exactly", pruneBatch, 3, 2},
		{"two and a bit", 2*pruneBatch + 1, 1, 3},
		{"all", pruneBatch + 1, 0, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				ctx := context.Background()
				var records []*Record
				for i := range tc.old {
					records = append(records, &Record{ID: idAt(noon) - int64(tc.old) + int64(i), Account: 1, At: noon.Add(-time.Second)})
				}
				for i := range tc.new {
					records = append(records, &Record{ID: idAt(noon) + int64(i), Account: 1, At: noon})
				}
				insert(t, db, records...)
				before := db.Stats().Jobs
				if err := Prune(ctx, db, noon); err != nil {
					t.Fatal(err)
				}
				if got := db.Stats().Jobs - before; got != tc.batches {
					t.Errorf("%d transactions, want %d", got, tc.batches)
				}
				var left, least int64
				if err := db.Read().QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(MIN(id), $1) FROM audit`, idAt(noon)).Scan(&left, &least); err != nil {
					t.Fatal(err)
				}
				if left != int64(tc.new) || least < idAt(noon) {
					t.Errorf("%d records are left, the oldest %d; want the %d new ones", left, least, tc.new)
				}
			})
		})
	}
}
