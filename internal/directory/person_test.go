package directory_test

import (
	"errors"
	"reflect"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

var zhang = directory.Profile{
	Login: "ZhangSan", Name: "张三", FirstName: "San", LastName: "Zhang", Mobile: "+86-15204130007", Email: "Zhang.San@example.com",
	EmployeeID: "E1", ExternalID: "X1", Grade: 1,
	Attributes: map[string]string{"attr_city": "Dalian"}, Extension: map[string]string{"age": "18"},
}

func TestAPersonIsReadAsItWasCreated(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		made := create(t, db, zhang)
		if !regexp.MustCompile(`^20251009165320000-[0-9A-F]{4}-[0-9A-F]{9}$`).MatchString(made.ID) || !directory.IsID(made.ID) {
			t.Errorf("the id is %s", made.ID)
		}
		if !reflect.DeepEqual(made.Profile, zhang) || !made.Created.Equal(noon) || !made.Modified.Equal(noon) || !made.Enabled() {
			t.Errorf("made %+v", made)
		}
		got, err := directory.Get(ctx, db.Read(), us, made.ID)
		if err != nil || !reflect.DeepEqual(got, made) {
			t.Errorf("got %+v, %v", got, err)
		}
		if _, err := directory.Get(ctx, db.Read(), them, made.ID); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("another account: %v", err)
		}
	})
}

func TestPersonsAreFoundByWhatIsUnique(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		id := create(t, db, zhang).ID
		abroad := create(t, db, directory.Profile{Login: "li", Mobile: "+852-15204130007"}).ID
		only := create(t, db, directory.Profile{Login: "wang", Mobile: "+1-2025550100"}).ID
		create(t, db, directory.Profile{Login: "two", Mobile: "+44-2025550101"})
		create(t, db, directory.Profile{Login: "three", Mobile: "+1-2025550101"})
		create(t, db, directory.Profile{Login: "nothing"})
		login, mobile, email := directory.ByLogin, directory.ByMobile, directory.ByEmail
		for _, tc := range []struct {
			name string
			find func(ctx ctxT, q store.Queryer, a store.Account, key string) (*directory.Person, error)
			key  string
			want string
		}{
			{"a login", login, "ZhangSan", id},
			{"a login without regard to case", login, "zhangsan", id},
			{"an unknown login", login, "zhang", ""},
			{"no login", login, "", ""},
			{"a mobile with its country code", mobile, "+86-15204130007", id},
			{"a mobile with another country code", mobile, "+852-15204130007", abroad},
			{"a mobile without country code that several have means the default", mobile, "15204130007", id},
			{"a mobile without country code that one has", mobile, "2025550100", only},
			{"a mobile without country code that several have, none with the default", mobile, "2025550101", ""},
			{"a mobile of nobody", mobile, "15204130008", ""},
			{"no mobile", mobile, "", ""},
			{"a country code alone", mobile, "+86-", ""},
			{"an email", email, "Zhang.San@example.com", id},
			{"an email without regard to case", email, "zhang.san@EXAMPLE.com", id},
			{"no email", email, "", ""},
		} {
			t.Run(tc.name, func(t *testing.T) {
				p, err := tc.find(ctx, db.Read(), us, tc.key)
				if tc.want == "" && !errors.Is(err, directory.ErrNotFound) || tc.want != "" && (err != nil || p.ID != tc.want) {
					t.Errorf("got %+v, %v", p, err)
				}
				if _, err := tc.find(ctx, db.Read(), them, tc.key); !errors.Is(err, directory.ErrNotFound) {
					t.Errorf("another account finds it: %v", err)
				}
			})
		}
	})
}

func TestWhatIsUniqueBelongsToOnePersonOfTheAccount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		id := create(t, db, zhang).ID
		other := create(t, db, directory.Profile{Login: "li"}).ID
		createIn(t, db, them, zhang)
		for _, tc := range []struct {
			name string
			in   directory.Profile
			want error
		}{
			{"a login in other letters", directory.Profile{Login: "zhangsan"}, directory.ErrLoginTaken},
			{"a mobile", directory.Profile{Login: "x", Mobile: zhang.Mobile}, directory.ErrMobileTaken},
			{"an email in other letters", directory.Profile{Login: "x", Email: "zhang.san@example.com"}, directory.ErrEmailTaken},
			{"an employee id", directory.Profile{Login: "x", EmployeeID: "E1"}, directory.ErrEmployeeIDTaken},
			{"an external id", directory.Profile{Login: "x", ExternalID: "X1"}, directory.ErrExternalIDTaken},
			{"all of them: the login is told", zhang, directory.ErrLoginTaken},
		} {
			t.Run(tc.name, func(t *testing.T) {
				err := db.Write(ctx, func(tx *store.Tx) error {
					_, err := directory.Create(ctx, tx, us, tc.in, "", false, noon)
					return err
				})
				if !errors.Is(err, tc.want) {
					t.Errorf("create: %v", err)
				}
				change := directory.Change{Mobile: &tc.in.Mobile, Email: &tc.in.Email, EmployeeID: &tc.in.EmployeeID, ExternalID: &tc.in.ExternalID}
				if errors.Is(tc.want, directory.ErrLoginTaken) {
					change.Login = &tc.in.Login
				}
				if err := update(db, us, other, change); !errors.Is(err, tc.want) {
					t.Errorf("update: %v", err)
				}
			})
		}
		t.Run("one's own are no others", func(t *testing.T) {
			if err := update(db, us, id, directory.Change{Login: new("ZHANGSAN"), Mobile: &zhang.Mobile, Email: &zhang.Email, EmployeeID: new("E1")}); err != nil {
				t.Error(err)
			}
		})
	})
}

func update(db *store.DB, a store.Account, id string, c directory.Change) error {
	return db.Write(ctx, func(tx *store.Tx) error {
		_, err := directory.Update(ctx, tx, a, id, c, noon.Add(time.Minute))
		return err
	})
}

func TestUpdateChangesWhatIsGiven(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		id := create(t, db, zhang).ID
		err := update(db, us, id, directory.Change{Name: new("李四"), Mobile: new(""), Attributes: map[string]string{"attr_area": "CN"},
			Extension: map[string]string{"age": ""}})
		if err != nil {
			t.Fatal(err)
		}
		want := zhang
		want.Name, want.Mobile = "李四", ""
		want.Attributes, want.Extension = map[string]string{"attr_city": "Dalian", "attr_area": "CN"}, map[string]string{}
		got, err := directory.Get(ctx, db.Read(), us, id)
		if err != nil || !reflect.DeepEqual(got.Profile, want) || !got.Modified.Equal(noon.Add(time.Minute)) || !got.Created.Equal(noon) {
			t.Errorf("got %+v, %v", got, err)
		}
		if _, err := directory.ByMobile(ctx, db.Read(), us, zhang.Mobile); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("the old mobile: %v", err)
		}
		for name, a := range map[string]store.Account{"another account": them, "an unknown id": us} {
			unknown := id
			if a == us {
				unknown = directory.NewID(noon)
			}
			if err := update(db, a, unknown, directory.Change{Name: new("x")}); !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// A list is in the order of creation even where all were created in one millisecond, by several at once, so that pages
// never shift while persons are added.
func TestIdsFollowTheOrderOfCreation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				for j := range 25 {
					create(t, db, directory.Profile{Login: string(rune('a'+i)) + string(rune('a'+j))})
				}
			})
		}
		wg.Wait()
		late := create(t, db, directory.Profile{Login: "last"})
		var ids []string
		for offset := int64(0); ; offset += 30 {
			page, total, err := directory.List(ctx, db.Read(), us, directory.Filter{}, offset, 30)
			if err != nil || total != 101 {
				t.Fatalf("%d persons, %v", total, err)
			}
			if len(page) == 0 {
				break
			}
			for _, p := range page {
				ids = append(ids, p.ID)
			}
		}
		if len(ids) != 101 || !slices.IsSorted(ids) || len(slices.Compact(ids)) != 101 || ids[100] != late.ID {
			t.Errorf("the pages are %v", ids)
		}
	})
}

func TestListFilters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		createIn(t, db, them, zhang)
		first := create(t, db, zhang)
		second := create(t, db, directory.Profile{Login: "li_4", Name: "Li"})
		third := create(t, db, directory.Profile{Login: "wang"})
		write(t, db, func(tx *store.Tx) error {
			return errors.Join(directory.SetDisabled(ctx, tx, us, second.ID, true, noon.Add(time.Second)), directory.LinkUser(ctx, tx, us, third.ID, 7, noon))
		})
		for _, tc := range []struct {
			name   string
			filter directory.Filter
			want   []*directory.Person
		}{
			{"everybody", directory.Filter{}, []*directory.Person{first, second, third}},
			{"a part of a login in other letters", directory.Filter{Keyword: "gs"}, []*directory.Person{first}},
			{"a part of a name", directory.Filter{Keyword: "三"}, []*directory.Person{first}},
			{"a part of a mobile", directory.Filter{Keyword: "20413"}, []*directory.Person{first}},
			{"a part of an email", directory.Filter{Keyword: "@EXAMPLE"}, []*directory.Person{first}},
			{"a wildcard is a character", directory.Filter{Keyword: "_"}, []*directory.Person{second}},
			{"who is enabled", directory.Filter{Enabled: new(true)}, []*directory.Person{first, third}},
			{"who is disabled", directory.Filter{Enabled: new(false)}, []*directory.Person{second}},
			{"who was changed", directory.Filter{ModifiedAfter: noon}, []*directory.Person{second}},
			{"whom a query of another room names", directory.Filter{Within: `SELECT person FROM person_links WHERE account = $1 AND uin = $2`,
				WithinArgs: []any{int64(7)}, Keyword: "wang", Enabled: new(true)}, []*directory.Person{third}},
			{"nobody", directory.Filter{Keyword: "nobody"}, []*directory.Person{}},
		} {
			t.Run(tc.name, func(t *testing.T) {
				page, total, err := directory.List(ctx, db.Read(), us, tc.filter, 0, 10)
				same := func(a, b *directory.Person) bool { return a.ID == b.ID }
				if err != nil || int(total) != len(tc.want) || !slices.EqualFunc(page, tc.want, same) {
					t.Errorf("got %d of %d, %v", len(page), total, err)
				}
				if some, err := directory.Any(ctx, db.Read(), us, tc.filter); err != nil || some != (len(tc.want) > 0) {
					t.Errorf("anybody: %v, %v", some, err)
				}
			})
		}
	})
}

func TestStatusIsTwoFlags(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		id := create(t, db, zhang).ID
		for i, tc := range []struct {
			name         string
			set          func(tx *store.Tx, at time.Time) error
			admin, eiam  bool
			enabledAfter bool
		}{
			{"by the administrator", func(tx *store.Tx, at time.Time) error { return directory.SetDisabled(ctx, tx, us, id, true, at) }, true, false, false},
			{"by EIAM too", func(tx *store.Tx, at time.Time) error { return directory.SetEIAMDisabled(ctx, tx, us, id, true, at) }, true, true, false},
			{"the administrator takes his back", func(tx *store.Tx, at time.Time) error { return directory.SetDisabled(ctx, tx, us, id, false, at) }, false, true, false},
			{"and again", func(tx *store.Tx, at time.Time) error { return directory.SetDisabled(ctx, tx, us, id, false, at) }, false, true, false},
			{"EIAM takes its back", func(tx *store.Tx, at time.Time) error { return directory.SetEIAMDisabled(ctx, tx, us, id, false, at) }, false, false, true},
		} {
			at := noon.Add(time.Duration(i+1) * time.Second)
			write(t, db, func(tx *store.Tx) error { return tc.set(tx, at) })
			p, err := directory.Get(ctx, db.Read(), us, id)
			if err != nil || p.Disabled != tc.admin || p.EIAMDisabled != tc.eiam || p.Enabled() != tc.enabledAfter || !p.Modified.Equal(at) {
				t.Errorf("%s: %+v, %v", tc.name, p, err)
			}
		}
		err := db.Write(ctx, func(tx *store.Tx) error { return directory.SetDisabled(ctx, tx, them, id, true, noon) })
		if !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("another account: %v", err)
		}
	})
}

// witness is a room that keeps something of persons.
type witness struct {
	told []string
	fail error
}

func (w *witness) PersonDeleted(ctx ctxT, tx *store.Tx, a store.Account, person string, _ time.Time) error {
	p, err := directory.Get(ctx, tx, a, person)
	if err != nil {
		return err
	}
	w.told = append(w.told, p.ID)
	return w.fail
}

func TestDeleteTellsWhoeverKeepsSomething(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		one, two := &witness{}, &witness{fail: errors.New("no")}
		id := create(t, db, zhang).ID
		remove := func(all ...directory.Dependents) error {
			return db.Write(ctx, func(tx *store.Tx) error { return directory.Delete(ctx, tx, us, id, all, noon) })
		}
		if err := remove(one, two); !errors.Is(err, two.fail) {
			t.Errorf("a room that fails: %v", err)
		}
		if _, err := directory.Get(ctx, db.Read(), us, id); err != nil {
			t.Errorf("the person after a failure: %v", err)
		}
		if err := remove(one); err != nil || !slices.Equal(one.told, []string{id, id}) {
			t.Errorf("told %v, %v", one.told, err)
		}
		if err := remove(one); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("again: %v", err)
		}
		create(t, db, zhang) // nothing of it is taken any more
	})
}
