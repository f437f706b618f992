package cache

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type key struct{ owner, id int }

func newCache(max int) *Cache[key, int] {
	return New[key, int](max)
}

// put loads v for k and fails if something else was kept.
func put(t *testing.T, c *Cache[key, int], k key, v int) {
	t.Helper()
	got, err := c.Get(k, func() (int, error) { return v, nil })
	if err != nil || got != v {
		t.Fatalf("%v: got %d, %v; want %d loaded", k, got, err, v)
	}
}

// kept reports whether the cache answers k without a load.
func kept(t *testing.T, c *Cache[key, int], k key) bool {
	t.Helper()
	loaded := false
	_, err := c.Get(k, func() (int, error) { loaded = true; return 0, errors.New("not kept") })
	if (err != nil) != loaded {
		t.Fatalf("%v: the error of a load must be the answer of Get: loaded %t, %v", k, loaded, err)
	}
	return !loaded
}

func TestDrops(t *testing.T) {
	a1, a2, b1 := key{1, 1}, key{1, 2}, key{2, 1}
	for _, tc := range []struct {
		name  string
		drop  func(c *Cache[key, int])
		stays []key
		goes  []key
	}{
		{"what nobody drops stays", func(*Cache[key, int]) {}, []key{a1, a2, b1}, nil},
		{"one key is dropped alone", func(c *Cache[key, int]) { c.Drop(a1) }, []key{a2, b1}, []key{a1}},
		{"a key that is not there is dropped without harm", func(c *Cache[key, int]) { c.Drop(key{9, 9}) }, []key{a1, a2, b1}, nil},
		{"values that match are dropped everywhere", func(c *Cache[key, int]) {
			c.DropAll(func(_ key, v int) bool { return v%2 == 1 })
		}, []key{a2}, []key{a1, b1}},
		{"everything is dropped", func(c *Cache[key, int]) { c.DropAll(nil) }, nil, []key{a1, a2, b1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newCache(100)
			put(t, c, a1, 1)
			put(t, c, a2, 2)
			put(t, c, b1, 3)
			tc.drop(c)
			if got := c.Len(); got != len(tc.stays) {
				t.Errorf("%d entries are kept, want %d", got, len(tc.stays))
			}
			for _, k := range tc.stays {
				if !kept(t, c, k) {
					t.Errorf("%v is gone", k)
				}
			}
			for _, k := range tc.goes {
				if kept(t, c, k) {
					t.Errorf("%v is still there", k)
				}
			}
		})
	}
}

func TestAnErrorIsNotKept(t *testing.T) {
	c := newCache(10)
	want := errors.New("no such row")
	if _, err := c.Get(key{1, 1}, func() (int, error) { return 5, want }); !errors.Is(err, want) {
		t.Fatalf("got %v, want the load's error", err)
	}
	if c.Len() != 0 {
		t.Fatal("the failed load was kept")
	}
	put(t, c, key{1, 1}, 7)
}

func TestTheSizeIsBounded(t *testing.T) {
	for _, tc := range []struct {
		name      string
		max, keys int
		owners    int
	}{
		{"many owners", 640, 20_000, 20_000},
		{"one owner fills its shard alone", 640, 20_000, 1},
		{"no room still keeps one a shard", 0, 5_000, 5_000},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newCache(tc.max)
			for i := range tc.keys {
				k := key{i % tc.owners, i}
				put(t, c, k, i)
				if !kept(t, c, k) {
					t.Fatalf("the newest entry %d was thrown out at once", i)
				}
			}
			if limit := tc.max + shards; c.Len() > limit {
				t.Errorf("%d entries are kept, at most %d should be", c.Len(), limit)
			}
		})
	}
}

// A drop while a load is under way means that the load may have read the old row.
func TestALoadThatRacedWithADropIsNotKept(t *testing.T) {
	k := key{1, 1}
	for _, tc := range []struct {
		name string
		drop func(c *Cache[key, int])
		kept bool
	}{
		{"the key itself", func(c *Cache[key, int]) { c.Drop(k) }, false},
		{"others, and this one with them", func(c *Cache[key, int]) { c.DropAll(func(key, int) bool { return false }) }, false},
		{"everything", func(c *Cache[key, int]) { c.DropAll(nil) }, false},
		{"nothing", func(*Cache[key, int]) {}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newCache(100)
			got, err := c.Get(k, func() (int, error) { tc.drop(c); return 41, nil })
			if err != nil || got != 41 {
				t.Fatalf("got %d, %v: the load's value must be handed out all the same", got, err)
			}
			if kept(t, c, k) != tc.kept {
				t.Errorf("kept is %t, want %t", !tc.kept, tc.kept)
			}
		})
	}
}

// rows stand for the database: a writer changes the row, then drops the entry, then answers. Whoever begins to read
// after that answer must see the change.
func TestAValueIsNeverOlderThanTheLastDropThatReturned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		owners := rapid.IntRange(1, 2).Draw(t, "owners")
		ids := rapid.IntRange(1, 2).Draw(t, "ids")
		rounds := rapid.IntRange(1, 30).Draw(t, "rounds")
		dropKind := rapid.IntRange(0, 1).Draw(t, "drop")
		max := rapid.SampledFrom([]int{0, 1, 1000}).Draw(t, "max")

		c := newCache(max)
		stored, acknowledged := make([]atomic.Int64, owners*ids), make([]atomic.Int64, owners*ids)
		at := func(k key) int { return k.owner*ids + k.id }
		drop := func(k key) {
			switch dropKind {
			case 0:
				c.Drop(k)
			default:
				c.DropAll(func(other key, _ int) bool { return other == k })
			}
		}
		var stale atomic.Int64
		var readers, writers sync.WaitGroup
		done := make(chan struct{})
		for o := range owners {
			for i := range ids {
				k := key{o, i}
				writers.Go(func() {
					for v := range int64(rounds) {
						stored[at(k)].Store(v + 1)
						drop(k)
						acknowledged[at(k)].Store(v + 1)
					}
				})
				readers.Go(func() {
					for {
						least := acknowledged[at(k)].Load()
						got, _ := c.Get(k, func() (int, error) { return int(stored[at(k)].Load()), nil })
						if int64(got) < least {
							stale.Add(1)
						}
						select {
						case <-done:
							return
						default:
							runtime.Gosched() // the writers' turn
						}
					}
				})
			}
		}
		writers.Wait()
		close(done)
		readers.Wait()
		if n := stale.Load(); n > 0 {
			t.Fatalf("%d reads answered a value from before a drop that had returned", n)
		}
	})
}
