package audit

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func TestWalk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const n = 2*walkPage + 120
		var all []*Record
		var newest []string
		for i := range n {
			r := sample(1, "cam:GetUser", noon.Add(time.Duration(i/3)*time.Second)) // every third has an id of its own
			r.RequestID, r.ID = requestID(i), idAt(r.At)
			all = append(all, r)
		}
		other := sample(2, "cam:GetUser", noon)
		other.ID = idAt(noon)
		insert(t, db, append(all, other)...)
		for i := range n {
			newest = append(newest, requestID(n-1-i))
		}
		walk := func(w Window, enough int) (ids []string, whole bool) {
			whole, err := Walk(context.Background(), db.Read(), 1, w, func(r *Record) (bool, error) {
				ids = append(ids, r.RequestID)
				return len(ids) == enough, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return ids, whole
		}
		sorted := func(ids []string) []string { ids = slices.Clone(ids); slices.Sort(ids); return ids } // equal ids have no order
		if ids, whole := walk(Window{Most: 10_000}, 0); !whole || !slices.Equal(sorted(ids), sorted(newest)) || ids[0] < requestID(n-3) {
			t.Errorf("%d of %d records, whole: %t", len(ids), n, whole)
		}
		if ids, whole := walk(Window{Most: 700}, 0); whole || len(ids) != 700 {
			t.Errorf("%d records, 700 were asked for", len(ids))
		}
		if ids, whole := walk(Window{Most: 10_000}, 5); !whole || len(ids) != 5 {
			t.Errorf("%d records, 5 were enough", len(ids))
		}
		if ids, _ := walk(Window{Since: noon.Add(10 * time.Second), Until: noon.Add(19 * time.Second), Most: 10_000}, 0); len(ids) != 30 {
			t.Errorf("%d records in ten seconds, want 30", len(ids))
		}
		failed := errors.New("no more")
		if _, err := Walk(context.Background(), db.Read(), 1, Window{Most: 10}, func(*Record) (bool, error) { return false, failed }); !errors.Is(err, failed) {
			t.Errorf("got %v", err)
		}
	})
}
