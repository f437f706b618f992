package store_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func change(t *testing.T, db *store.DB, changes ...store.Change) {
	t.Helper()
	err := db.Write(context.Background(), func(tx *store.Tx) error {
		for _, c := range changes {
			tx.Changed(c)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// listen collects what a node is told.
func listen(t *testing.T, db *store.DB) <-chan store.Change {
	t.Helper()
	heard := make(chan store.Change, 10_000)
	cancel := db.Subscribe(func(changes []store.Change) {
		for _, c := range changes {
			heard <- c
		}
	})
	t.Cleanup(cancel)
	return heard
}

func next(t *testing.T, heard <-chan store.Change, within time.Duration) store.Change {
	t.Helper()
	select {
	case c := <-heard:
		return c
	case <-time.After(within):
		t.Fatalf("nothing was heard within %s", within)
		return store.Change{}
	}
}

func TestChangesArriveBeforeTheAnswer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var got []store.Change
		cancel := db.Subscribe(func(c []store.Change) { got = append(got, c...) })
		db.Subscribe(func([]store.Change) { panic("on purpose") })
		last := 0
		db.Subscribe(func(c []store.Change) { last += len(c) })

		want := []store.Change{{Account: 1, Kind: "user", ID: "a"}, {Account: 2, Kind: "policy", ID: "b"}}
		change(t, db, want...)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		cancel()
		change(t, db, store.Change{Kind: "role"})
		if len(got) != 2 || last != 3 {
			t.Errorf("after the end of the subscription %d changes, the other one %d", len(got), last)
		}
	})
}

func TestWhoSubscribesLastIsToldLast(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var told []string
		db.SubscribeLast(func([]store.Change) { told = append(told, "last") })
		for _, name := range []string{"first", "second"} {
			db.Subscribe(func([]store.Change) { told = append(told, name) })
		}
		change(t, db, store.Change{Kind: "user"})
		if want := []string{"first", "second", "last"}; !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
	})
}

func TestAChangeThatIsNoTextFailsItsOwnCallOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		open := gate(t, db)
		bad := later(func() error {
			return db.Write(context.Background(), func(tx *store.Tx) error {
				tx.Changed(store.Change{Kind: "user", ID: "a\x00b"})
				return nil
			})
		})
		queued(t, db, 1)
		good := later(func() error {
			return db.Write(context.Background(), func(tx *store.Tx) error {
				tx.Changed(store.Change{Kind: "user", ID: "虎符"})
				return nil
			})
		})
		queued(t, db, 2)
		open()
		if err := bad(); err == nil {
			t.Error("it was acknowledged")
		}
		if err := good(); err != nil {
			t.Errorf("its neighbour was answered %v", err)
		}
	})
}

func TestChangesReachTheOtherNodes(t *testing.T) {
	cfg := storetest.Postgres(t)
	a := storetest.Open(t, cfg)
	change(t, a, store.Change{Kind: "before the other node began"})
	b := storetest.Open(t, cfg)
	atA, atB := listen(t, a), listen(t, b)

	var want []store.Change
	for i := range 3 {
		c := store.Change{Account: store.Account(i), Kind: "user", ID: strconv.Itoa(i)}
		want = append(want, c)
		change(t, a, c)
	}
	acknowledged := time.Now()
	var got []store.Change
	for range want {
		got = append(got, next(t, atB, 10*time.Second))
	}
	if took := time.Since(acknowledged); took > time.Second {
		t.Errorf("it took %s", took)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// More than one answer of a poll holds, and back the other way, which also
	// shows that a node does not hear itself twice.
	for range want {
		next(t, atA, time.Second)
	}
	many := make([]store.Change, 5000)
	for i := range many {
		many[i] = store.Change{Kind: "many", ID: strconv.Itoa(i)}
	}
	change(t, b, many...)
	for i := range many {
		if c := next(t, atA, 10*time.Second); c != many[i] {
			t.Fatalf("heard %v instead of %v", c, many[i])
		}
	}
}

func TestANodeThatHearsNothingForgetsEverything(t *testing.T) {
	cfg := storetest.Postgres(t)
	cfg.PollInterval = 50 * time.Millisecond
	a, b := storetest.Open(t, cfg), storetest.Open(t, cfg)
	heard := listen(t, b)
	must(t, a, "ALTER TABLE changes RENAME TO elsewhere")
	if c := next(t, heard, 10*time.Second); c.Kind != store.KindEverything {
		t.Errorf("heard %v", c)
	}
	// And again: meanwhile something may have been cached.
	if c := next(t, heard, 10*time.Second); c.Kind != store.KindEverything {
		t.Errorf("heard %v", c)
	}
	must(t, a, "ALTER TABLE elsewhere RENAME TO changes")
	for i := 0; ; i++ {
		change(t, a, store.Change{Kind: "again", ID: strconv.Itoa(i)})
		if c := next(t, heard, 10*time.Second); c.Kind == "again" {
			break
		}
	}
}

func TestOldChangesArePruned(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres(t))
	change(t, db, store.Change{Kind: "old"}, store.Change{Kind: "older"})
	must(t, db, "UPDATE changes SET at = at - 3600000")
	change(t, db, store.Change{Kind: "new"})
	if err := db.Write(context.Background(), store.PruneChanges); err != nil {
		t.Fatal(err)
	}
	rows, err := db.Read().QueryContext(context.Background(), "SELECT kind FROM changes ORDER BY seq")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var kinds []string
	for rows.Next() {
		var k string
		if err := rows.Scan(&k); err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, k)
	}
	if !slices.Equal(kinds, []string{"new"}) {
		t.Errorf("left are %q", kinds)
	}
}
