package directory_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

type ctxT = context.Context

func uins(t testing.TB, db *store.DB, id string) []int64 {
	t.Helper()
	links, err := directory.Links(ctx, db.Read(), us, id)
	if err != nil {
		t.Fatal(err)
	}
	all := []int64{}
	for _, l := range links {
		all = append(all, l.UIN)
	}
	return all
}

func TestASubUserBelongsToOnePerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		first, second := create(t, db, directory.Profile{Login: "a"}).ID, create(t, db, directory.Profile{Login: "b"}).ID
		for _, tc := range []struct {
			name          string
			do            func(tx *store.Tx) error
			err           error
			first, second []int64
		}{
			{"linked", func(tx *store.Tx) error { return directory.LinkUser(ctx, tx, us, first, 11, noon) }, nil, []int64{11}, nil},
			{"linked again", func(tx *store.Tx) error { return directory.LinkUser(ctx, tx, us, first, 11, noon) }, nil, []int64{11}, nil},
			{"another sub-user", func(tx *store.Tx) error { return directory.LinkUser(ctx, tx, us, first, 10, noon) }, nil, []int64{10, 11}, nil},
			{"to another person", func(tx *store.Tx) error { return directory.LinkUser(ctx, tx, us, second, 11, noon) }, directory.ErrLinked, []int64{10, 11}, nil},
			{"to nobody", func(tx *store.Tx) error { return directory.LinkUser(ctx, tx, us, "x", 12, noon) }, directory.ErrNotFound, []int64{10, 11}, nil},
			{"to a person of another account", func(tx *store.Tx) error { return directory.LinkUser(ctx, tx, them, first, 12, noon) }, directory.ErrNotFound, []int64{10, 11}, nil},
			{"unlinked from another person", func(tx *store.Tx) error { return directory.UnlinkUser(ctx, tx, us, second, 11) }, directory.ErrNotLinked, []int64{10, 11}, nil},
			{"unlinked", func(tx *store.Tx) error { return directory.UnlinkUser(ctx, tx, us, first, 11) }, nil, []int64{10}, nil},
			{"unlinked again", func(tx *store.Tx) error { return directory.UnlinkUser(ctx, tx, us, first, 11) }, directory.ErrNotLinked, []int64{10}, nil},
			{"to another person after that", func(tx *store.Tx) error { return directory.LinkUser(ctx, tx, us, second, 11, noon) }, nil, []int64{10}, []int64{11}},
			{"a sub-user is deleted", func(tx *store.Tx) error { return directory.UserDeleted(ctx, tx, us, 10) }, nil, nil, []int64{11}},
			{"a sub-user of nobody is deleted", func(tx *store.Tx) error { return directory.UserDeleted(ctx, tx, us, 10) }, nil, nil, []int64{11}},
			{"an enabled person is deleted", func(tx *store.Tx) error { return directory.Delete(ctx, tx, us, second, nil, noon) }, nil, nil, nil},
		} {
			if err := db.Write(ctx, tc.do); !errors.Is(err, tc.err) {
				t.Errorf("%s: %v", tc.name, err)
			}
			if a, b := uins(t, db, first), uins(t, db, second); !slices.Equal(a, tc.first) || !slices.Equal(b, tc.second) {
				t.Errorf("%s: links %v and %v", tc.name, a, b)
			}
		}
	})
}

// Who may delete persons must not thereby bring back the keys that an administrator cut off.
func TestSubUsersOfADisabledPersonOutliveIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		id := create(t, db, zhang).ID
		write(t, db, func(tx *store.Tx) error {
			return errors.Join(directory.LinkUser(ctx, tx, us, id, 11, noon), directory.SetDisabled(ctx, tx, us, id, true, noon),
				directory.Delete(ctx, tx, us, id, nil, noon))
		})
		if l, linked, err := directory.LinkOf(ctx, db.Read(), us, 11); err != nil || !linked || l.Person != id {
			t.Errorf("the link is %+v, %t, %v", l, linked, err)
		}
		if _, err := directory.OfUser(ctx, db.Read(), us, 11); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("its person: %v", err)
		}
		write(t, db, func(tx *store.Tx) error { return directory.UnlinkUser(ctx, tx, us, id, 11) })
	})
}

// Every change of state is one of each sub-user, for the caches that hold what rests on it. Of a person without any nobody
// has to hear.
func TestChangesAreTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		id := create(t, db, zhang).ID
		var told []store.Change
		db.Subscribe(func(c []store.Change) { told = append(told, c...) })
		for _, tc := range []struct {
			name string
			do   func(tx *store.Tx) error
			uins []string
		}{
			{"disabled while nothing is linked", func(tx *store.Tx) error { return directory.SetEIAMDisabled(ctx, tx, us, id, true, noon) }, nil},
			{"a link", func(tx *store.Tx) error { return directory.LinkUser(ctx, tx, us, id, 11, noon) }, []string{"11"}},
			{"a second link", func(tx *store.Tx) error { return directory.LinkUser(ctx, tx, us, id, 12, noon) }, []string{"12"}},
			{"disabled", func(tx *store.Tx) error { return directory.SetDisabled(ctx, tx, us, id, true, noon) }, []string{"11", "12"}},
			{"enabled", func(tx *store.Tx) error { return directory.SetEIAMDisabled(ctx, tx, us, id, false, noon) }, []string{"11", "12"}},
			{"unlinked", func(tx *store.Tx) error { return directory.UnlinkUser(ctx, tx, us, id, 12) }, []string{"12"}},
			{"deleted", func(tx *store.Tx) error { return directory.Delete(ctx, tx, us, id, nil, noon) }, []string{"11"}},
		} {
			told = nil
			write(t, db, tc.do)
			var want []store.Change
			for _, uin := range tc.uins {
				want = append(want, store.Change{Account: us, Kind: credential.PersonChangeKind, ID: uin})
			}
			if !slices.Equal(told, want) {
				t.Errorf("%s: told %v", tc.name, told)
			}
		}
	})
}

func TestPasswords(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		hash := func(password string) string {
			h, err := credential.HashPassword(ctx, password)
			if err != nil {
				t.Fatal(err)
			}
			return h
		}
		first, second := hash("first"), hash("second")
		var id string
		write(t, db, func(tx *store.Tx) error {
			p, err := directory.Create(ctx, tx, us, zhang, first, true, noon)
			if err == nil {
				id = p.ID
				err = directory.Lock(ctx, tx, us, id, noon.Add(time.Hour))
			}
			return err
		})
		p, err := directory.Get(ctx, db.Read(), us, id)
		if err != nil || p.PasswordHash != first || !p.MustModify || !p.PasswordChanged.Equal(noon) || !p.Locked(noon) || p.Locked(noon.Add(time.Hour)) {
			t.Errorf("created %+v, %v", p, err)
		}
		later := noon.Add(time.Minute)
		write(t, db, func(tx *store.Tx) error {
			return errors.Join(directory.SetPassword(ctx, tx, us, id, second, false, later), directory.LoggedIn(ctx, tx, us, id, "10.0.0.1", later))
		})
		p, err = directory.Get(ctx, db.Read(), us, id)
		if err != nil || p.PasswordHash != second || p.MustModify || !p.PasswordChanged.Equal(later) || p.Locked(noon) || p.LastLoginIP != "10.0.0.1" || !p.LastLogin.Equal(later) {
			t.Errorf("changed %+v, %v", p, err)
		}
		for _, tc := range []struct {
			password string
			n        int
			want     bool
		}{{"first", 2, true}, {"second", 2, true}, {"third", 2, false}, {"first", 1, false}, {"second", 0, false}} {
			if used, err := directory.UsedPassword(ctx, db.Read(), us, id, tc.password, tc.n); err != nil || used != tc.want {
				t.Errorf("%s among the last %d: %t, %v", tc.password, tc.n, used, err)
			}
		}
		write(t, db, func(tx *store.Tx) error {
			for range 24 {
				if err := directory.SetPassword(ctx, tx, us, id, second, false, later); err != nil {
					return err
				}
			}
			return nil
		})
		if used, err := directory.UsedPassword(ctx, db.Read(), us, id, "first", 100); err != nil || used {
			t.Errorf("a password of long ago: %t, %v", used, err)
		}
	})
}

func TestParseMobile(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"15204130007", "+86-15204130007"},
		{"+86-15204130007", "+86-15204130007"},
		{"+852-91234567", "+852-91234567"},
		{"", ""}, {"+", ""}, {"+86", ""}, {"+86-", ""}, {"-15204130007", ""}, {"+-15204130007", ""}, {"+086-15204130007", ""},
		{"+8600-15204130007", ""}, {"86-15204130007", ""}, {"123", ""}, {"+86-12345678901234", ""}, {"１５２０４１３０００７", ""}, {"+86-152-0413", ""},
	} {
		if got, ok := directory.ParseMobile(tc.text); got != tc.want || ok != (tc.want != "") {
			t.Errorf("%q is %q, %t", tc.text, got, ok)
		}
	}
}

// What is read as a mobile is read again as the same one, and names one number.
func FuzzParseMobile(f *testing.F) {
	for _, s := range []string{"15204130007", "+86-15204130007", "+1-2025550100", "+", "--", "+86-+86-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		mobile, ok := directory.ParseMobile(s)
		if again, fine := directory.ParseMobile(mobile); ok && (!fine || again != mobile) {
			t.Errorf("%q is %q, and that %q", s, mobile, again)
		}
	})
}
