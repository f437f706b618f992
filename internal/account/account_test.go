package account

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var noon = time.UnixMilli(1_760_000_000_000)

// each runs body on every engine with a fresh database and its keys.
func each(t *testing.T, body func(t *testing.T, db *store.DB, keys *credential.Keys)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ring, err := credential.OpenKeyring(t.TempDir()+"/master.key", true)
		if err != nil {
			t.Fatal(err)
		}
		body(t, db, credential.NewKeys(db, ring))
	})
}

func create(t *testing.T, db *store.DB, keys *credential.Keys, in New) (a Account, id, secret string) {
	t.Helper()
	err := db.Write(context.Background(), func(tx *store.Tx) (err error) {
		a, id, secret, err = Create(context.Background(), tx, keys, in, noon)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return a, id, secret
}

func TestAccountsAreNumberedInSequenceAndKeepWhatTheyWereMadeWith(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, keys *credential.Keys) {
		ctx := context.Background()
		first, id, secret := create(t, db, keys, New{Name: "first"})
		second, chosen, _ := create(t, db, keys, New{Name: "second", Unverified: true, SecretID: "AKIDchosen", SecretKey: "chosen secret key"})
		want := Account{UIN: firstUIN, AppID: firstAppID, UID: firstUID, Name: "first", Verified: true, Created: noon}
		if d := cmp.Diff(want, first); d != "" {
			t.Errorf("first (-want +got):\n%s", d)
		}
		want = Account{UIN: firstUIN + 1, AppID: firstAppID + 1, UID: firstUID + 1, Name: "second", Created: noon}
		if d := cmp.Diff(want, second); d != "" {
			t.Errorf("second (-want +got):\n%s", d)
		}
		if firstUIN >= 1<<53 {
			t.Error("uins do not fit a JavaScript number")
		}
		holder, err := credential.NewFinder(keys, 10).Find(ctx, id)
		if err != nil || holder.Secret != secret || holder.Principal.UIN != int64(first.UIN) || holder.Principal.AppID != first.AppID {
			t.Errorf("the first key leads to %+v, %v", holder, err)
		}
		if chosen != "AKIDchosen" {
			t.Errorf("the second key is %s, want the given one", chosen)
		}

		for _, tc := range []struct {
			name string
			find func() (Account, error)
			want Account
		}{
			{"by uin", func() (Account, error) { return Get(ctx, db.Read(), second.UIN) }, second},
			{"by appid", func() (Account, error) { return ByAppID(ctx, db.Read(), first.AppID) }, first},
		} {
			got, err := tc.find()
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("%s (-want +got):\n%s", tc.name, d)
			}
		}
		if _, err := Get(ctx, db.Read(), 1); !errors.Is(err, ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
		if _, err := ByAppID(ctx, db.Read(), int64(first.UIN)); !errors.Is(err, ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
		all, err := List(ctx, db.Read())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]Account{first, second}, all); d != "" {
			t.Errorf("list (-want +got):\n%s", d)
		}
	})
}

// Roots and sub-accounts draw from one sequence. A number is never given out twice, whatever is deleted meanwhile; only
// a call that failed, whose numbers nobody has seen, gives them back.
func TestNumbersAreNeverReused(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, keys *credential.Keys) {
		ctx := context.Background()
		root, _, _ := create(t, db, keys, New{Name: "root"})
		draw := func(fail error) (uin, uid int64) {
			err := db.Write(ctx, func(tx *store.Tx) (err error) {
				if uin, err = NextUIN(ctx, tx); err != nil {
					return err
				}
				if uid, err = NextUID(ctx, tx); err != nil {
					return err
				}
				return fail
			})
			if !errors.Is(err, fail) {
				t.Fatal(err)
			}
			return uin, uid
		}
		var uins, uids []int64
		for range 5 {
			uin, uid := draw(nil)
			uins, uids = append(uins, uin), append(uids, uid)
			if uin != int64(root.UIN)+int64(len(uins)) || uid != root.UID+int64(len(uids)) {
				t.Fatalf("drew %v and %v, want the numbers behind the root's", uins, uids)
			}
		}
		lost, _ := draw(errors.New("the call failed"))
		if err := db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.ExecContext(ctx, `DELETE FROM accounts WHERE uin = $1`, root.UIN)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		next, _, _ := create(t, db, keys, New{Name: "next"})
		if slices.Contains(uins, int64(next.UIN)) || next.UIN <= root.UIN || int64(next.UIN) != lost || next.AppID <= root.AppID || slices.Contains(uids, next.UID) {
			t.Errorf("the next account is %+v after %v and a deleted %d", next, uins, root.UIN)
		}
	})
}

func TestStateOfAnAccount(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, keys *credential.Keys) {
		ctx := context.Background()
		a, id, _ := create(t, db, keys, New{Name: "ours", Unverified: true})
		other, _, _ := create(t, db, keys, New{Name: "theirs", Unverified: true})
		finder := credential.NewFinder(keys, 10)
		find := func() *credential.Holder {
			t.Helper()
			h, err := finder.Find(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			return h
		}
		find()
		for _, tc := range []struct {
			name                string
			change              func(tx *store.Tx) error
			verified, suspended bool
		}{
			{"verify", func(tx *store.Tx) error { return Verify(ctx, tx, a.UIN) }, true, false},
			{"verify again", func(tx *store.Tx) error { return Verify(ctx, tx, a.UIN) }, true, false},
			{"suspend", func(tx *store.Tx) error { return Suspend(ctx, tx, keys, a.UIN, noon) }, true, true},
			{"suspend again", func(tx *store.Tx) error { return Suspend(ctx, tx, keys, a.UIN, noon) }, true, true},
			{"resume", func(tx *store.Tx) error { return Resume(ctx, tx, a.UIN) }, true, false},
			{"resume again", func(tx *store.Tx) error { return Resume(ctx, tx, a.UIN) }, true, false},
		} {
			if err := db.Write(ctx, tc.change); err != nil {
				t.Fatalf("%s: %v", tc.name, err)
			}
			got, err := Get(ctx, db.Read(), a.UIN)
			if err != nil || got.Verified != tc.verified || got.Suspended != tc.suspended {
				t.Errorf("%s: the account is %+v, %v", tc.name, got, err)
			}
			if h := find(); h.Suspended != tc.suspended {
				t.Errorf("%s: its key says suspended %t, want %t", tc.name, h.Suspended, tc.suspended)
			}
		}
		if got, err := Get(ctx, db.Read(), other.UIN); err != nil || got != other {
			t.Errorf("the other account became %+v, %v", got, err)
		}
	})
}

func TestChangesOfAnUnknownAccountAreRefused(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, keys *credential.Keys) {
		ctx := context.Background()
		create(t, db, keys, New{Name: "root"})
		for name, change := range map[string]func(tx *store.Tx) error{
			"verify":  func(tx *store.Tx) error { return Verify(ctx, tx, 42) },
			"suspend": func(tx *store.Tx) error { return Suspend(ctx, tx, keys, 42, noon) },
			"resume":  func(tx *store.Tx) error { return Resume(ctx, tx, 42) },
		} {
			if err := db.Write(ctx, change); !errors.Is(err, ErrNotFound) {
				t.Errorf("%s: got %v, want ErrNotFound", name, err)
			}
		}
	})
}

func TestAKeyIDThatIsTakenMakesNoAccount(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, keys *credential.Keys) {
		ctx := context.Background()
		in := New{Name: "one", SecretID: "AKIDchosen", SecretKey: "chosen secret key"}
		create(t, db, keys, in)
		err := db.Write(ctx, func(tx *store.Tx) error {
			_, _, _, err := Create(ctx, tx, keys, in, noon)
			return err
		})
		if !store.IsUniqueViolation(err) {
			t.Errorf("got %v, want that the id is taken", err)
		}
		if all, err := List(ctx, db.Read()); err != nil || len(all) != 1 {
			t.Errorf("there are %d accounts, %v, want 1", len(all), err)
		}
	})
}

func TestQuotas(t *testing.T) {
	q := DefaultQuotas()
	for _, tc := range []struct {
		name string
		set  map[string]int
		want string // in the error; "" = accepted
	}{
		{"nothing", nil, ""},
		{"one quota", map[string]int{"sub-accounts": 5000}, ""},
		{"zero lifts it", map[string]int{"roles": 0}, ""},
		{"a negative number", map[string]int{"groups": -1}, "negative"},
		{"an unknown name", map[string]int{"sub-acounts": 5}, `"sub-acounts"`},
		{"another case", map[string]int{"Groups": 5}, `"Groups"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := q.Override(tc.set)
			switch {
			case tc.want == "" && err != nil:
				t.Error(err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("got %v, want an error with %s", err, tc.want)
			}
		})
	}
	if err := q.Override(map[string]int{"x": 1}); err == nil || !strings.Contains(err.Error(), "access-keys, attachments, bi-api-keys, ") {
		t.Errorf("got %v, want the names that there are, in order", err)
	}
	for _, tc := range []struct {
		name  string
		quota Quota
		n     int
		want  bool
	}{
		{"at the limit", Groups, 300, false},
		{"over the limit", Groups, 301, true},
		{"a raised limit", SubAccounts, 5000, false},
		{"over a raised limit", SubAccounts, 5001, true},
		{"a lifted limit", Roles, 1 << 40, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := q.Exceeded(tc.quota, tc.n); got != tc.want {
				t.Errorf("%d %s: got %t, want %t", tc.n, tc.quota, got, tc.want)
			}
		})
	}
	if DefaultQuotas()[SubAccounts] != 1000 {
		t.Error("an override changed the defaults")
	}
}
