package audit

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func requestID(n int) string { return fmt.Sprintf("4f0b9f9e-0000-4000-8000-%012d", n) }

func TestByRequest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var all []*Record
		for i := range 10 {
			r := sample(1, "cam:GetUser", noon.Add(time.Duration(i)*time.Minute))
			r.RequestID, r.ID = requestID(i), idAt(r.At)
			if i == 2 {
				r.Decision.Effect = "implicit_deny"
			}
			all = append(all, r)
		}
		insert(t, db, all...)
		at := func(minutes float64) time.Time { return noon.Add(time.Duration(minutes * float64(time.Minute))) }
		for _, tc := range []struct {
			name    string
			account store.Account
			request int
			w       Window
			found   bool
		}{
			{"a call", 1, 5, Window{Most: 100}, true},
			{"a call of another account", 2, 5, Window{Most: 100}, false},
			{"a call that never was", 1, 11, Window{Most: 100}, false},
			{"the newest few", 1, 7, Window{Most: 3}, true},
			{"one more than the newest few", 1, 6, Window{Most: 3}, false},
			{"from its moment on", 1, 5, Window{Since: at(5), Most: 100}, true},
			{"from a later moment on", 1, 5, Window{Since: at(5.01), Most: 100}, false},
			{"up to its moment", 1, 5, Window{Until: at(5), Most: 100}, true},
			{"up to an earlier moment", 1, 5, Window{Until: at(4.99), Most: 100}, false},
			{"a bound counts within the window", 1, 4, Window{Until: at(5), Most: 2}, true},
			{"a denied call, wherever it is", 1, 2, Window{Since: at(8), Most: 1}, true},
			{"a denied call of another account", 2, 2, Window{Most: 100}, false},
		} {
			r, err := ByRequest(context.Background(), db.Read(), tc.account, requestID(tc.request), tc.w)
			if err != nil {
				t.Fatal(err)
			}
			if (r != nil) != tc.found || r != nil && r.RequestID != requestID(tc.request) {
				t.Errorf("%s: found %v", tc.name, r)
			}
		}
	})
}
