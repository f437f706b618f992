package directory_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
)

func TestLinkAndUnlink(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		u, linker := a.Root.User(t, "u"), a.Root.User(t, "linker", administrator)
		stranger := other.Root.User(t, "stranger")
		id, second, theirs := person(t, w, a, "one"), person(t, w, a, "two"), person(t, w, other, "theirs")
		of := func(id string, uin int64) apitest.P { return apitest.P{"PersonId": id, "Uin": uin} }
		missing := directory.NewID(w.Now())
		for _, tc := range []struct {
			name   string
			by     *apitest.Client
			action string
			p      apitest.P
			code   string
		}{
			{"without the permission", u, "hufu:LinkIdentity", of(id, u.UIN), denied},
			{"without the permission, and nothing is there", u, "hufu:LinkIdentity", of(missing, 7), denied},
			{"the root", a.Root, "hufu:LinkIdentity", of(id, a.UIN), badValue},
			{"no person", a.Root, "hufu:LinkIdentity", of(missing, u.UIN), noPerson},
			{"a person of another account", a.Root, "hufu:LinkIdentity", of(theirs, u.UIN), noPerson},
			{"no user", a.Root, "hufu:LinkIdentity", of(id, 4711), noUser},
			{"a user of another account", a.Root, "hufu:LinkIdentity", of(id, stranger.UIN), noUser},
			{"no id", a.Root, "hufu:LinkIdentity", of("", u.UIN), badValue},
			{"a user", a.Root, "hufu:LinkIdentity", of(id, u.UIN), ""},
			{"again", a.Root, "hufu:LinkIdentity", of(id, u.UIN), ""},
			{"to another person", a.Root, "hufu:LinkIdentity", of(second, u.UIN), taken},
			{"oneself", linker, "hufu:LinkIdentity", of(id, linker.UIN), ""},
			{"unlink without the permission", u, "hufu:UnlinkIdentity", of(id, u.UIN), denied},
			{"unlink from another person", a.Root, "hufu:UnlinkIdentity", of(second, u.UIN), taken},
			{"unlink from no person", a.Root, "hufu:UnlinkIdentity", of(missing, u.UIN), noPerson},
			{"unlink no user", a.Root, "hufu:UnlinkIdentity", of(id, 4711), noUser},
			{"unlink in another account", other.Root, "hufu:UnlinkIdentity", of(id, u.UIN), noPerson},
			{"unlink", a.Root, "hufu:UnlinkIdentity", of(id, u.UIN), ""},
			{"unlink again", a.Root, "hufu:UnlinkIdentity", of(id, u.UIN), ""},
			{"and then to the other", a.Root, "hufu:LinkIdentity", of(second, u.UIN), ""},
		} {
			t.Run(tc.name, func(t *testing.T) { tc.by.Fails(t, tc.code, tc.action, tc.p) })
		}
		if got := a.Root.Fails(t, taken, "hufu:LinkIdentity", of(id, u.UIN)); got.Message != fmt.Sprintf("The user is linked to another person, `%s`; unlink it from that one first.", second) {
			t.Error(got.Message)
		}
		if got := fmt.Sprint(a.Root.Must(t, "hufu:DescribePerson", apitest.P{"PersonId": id}).Pluck("Users", "Uin")); got != fmt.Sprintf("[%d]", linker.UIN) {
			t.Error(got)
		}
	})
}

// Several link one sub-user to persons of their own at once: it is one person's at the end, and whose is what all say.
func TestManyLinkOneUserAtOnce(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		u := a.Root.User(t, "u")
		codes, ids := make([]string, 8), make([]string, 8)
		for i := range ids {
			ids[i] = person(t, w, a, fmt.Sprint("p", i))
		}
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() {
				codes[i] = a.Root.Call(t, "hufu:LinkIdentity", apitest.P{"PersonId": ids[i], "Uin": u.UIN}).Code
				for _, status := range []string{"Disabled", "Enabled"} {
					setStatus(t, a.Root, ids[i], status)
				}
			})
		}
		wg.Wait()
		won := slices.Index(codes, "")
		for i, c := range codes {
			if c != "" && c != taken || c == "" && i != won {
				t.Errorf("person %d: %q", i, c)
			}
		}
		if got := a.Root.Must(t, "hufu:ListPersons", apitest.P{"Uin": u.UIN}); got.Len("Persons") != 1 || won < 0 || got.Str("Persons.0.PersonId") != ids[won] {
			t.Error(codes, got.Raw)
		}
		u.Fails(t, denied, "cam:ListUsers", nil) // by its policies
	})
}

func TestWhoDisabledItselfNeedsAnother(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		u := a.Root.User(t, "u", administrator)
		id := person(t, w, a, "u")
		link(t, u, id, u.UIN)
		setStatus(t, u, id, "Disabled")
		u.Fails(t, denied, "hufu:SetPersonStatus", apitest.P{"PersonId": id, "Status": "Enabled"})
		setStatus(t, a.Root, id, "Enabled")
		u.Must(t, "cam:ListUsers", nil)
	})
}

func TestAPersonIsShownWithEverythingItIs(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		u := a.Root.User(t, "u")
		made := createIn(t, w.DB, store.Account(a.UIN), zhang)
		link(t, a.Root, made.ID, u.UIN)
		get := func() *apitest.Answer {
			t.Helper()
			return a.Root.Must(t, "hufu:DescribePerson", apitest.P{"PersonId": made.ID})
		}
		x := get()
		for path, want := range map[string]any{
			"Person.PersonId": made.ID, "Person.Status": "Enabled", "Person.UserName": "ZhangSan", "Person.Name": "张三", "Person.FirstName": "San",
			"Person.LastName": "Zhang", "Person.Mobile": "+86-15204130007", "Person.Email": "Zhang.San@example.com", "Person.EmployeeId": "E1",
			"Person.ExternalId": "X1", "Person.Attributes.0.Key": "attr_city", "Person.Attributes.0.Value": "Dalian", "Person.Extension.0.Value": "18",
			"Person.Locked": false, "Person.LastLoginTime": nil, "EiamUser.UserId": made.ID, "EiamUser.UserName": "ZhangSan", "EiamUser.Status": "Enabled",
			"Users.0.Name": "u", "Users.0.Status": "Enabled",
		} {
			if got := x.At(path); got != want {
				t.Errorf("%s is %v, want %v", path, got, want)
			}
		}
		if x.Int("Person.CreateTime") != noon.Unix() || x.Int("Users.0.Uin") != u.UIN || x.Len("Users") != 1 || x.Len("BiUsers") != 0 || x.Len("Person.DisabledBy") != 0 {
			t.Error(x.Raw)
		}
		eiam(t, w, a, made.ID, true)
		if s := setStatus(t, a.Root, made.ID, "Disabled"); s.Str("Status") != "Disabled" || fmt.Sprint(s.At("DisabledBy")) != "[Administrator EIAM]" {
			t.Error(s.Raw)
		}
		if x = get(); x.Str("Person.Status") != "Disabled" || fmt.Sprint(x.At("Person.DisabledBy")) != "[Administrator EIAM]" ||
			x.Str("EiamUser.Status") != "Disabled" || x.Str("Users.0.Status") != "Disabled" {
			t.Error(x.Raw)
		}
		if s := setStatus(t, a.Root, made.ID, "Enabled"); s.Str("Status") != "Disabled" || fmt.Sprint(s.At("DisabledBy")) != "[EIAM]" {
			t.Error(s.Raw)
		}
		other.Root.Fails(t, noPerson, "hufu:DescribePerson", apitest.P{"PersonId": made.ID})
		other.Root.Fails(t, noPerson, "hufu:SetPersonStatus", apitest.P{"PersonId": made.ID, "Status": "Disabled"})
		a.Root.Fails(t, badValue, "hufu:SetPersonStatus", apitest.P{"PersonId": made.ID, "Status": "disabled"})
		u.Fails(t, denied, "hufu:DescribePerson", apitest.P{"PersonId": "nobody"})
	})
}

// walk goes through a list to its end, and answers the ids in it.
func walk(t *testing.T, by *apitest.Client, p apitest.P) (found []string) {
	t.Helper()
	for range 10 {
		x := by.Must(t, "hufu:ListPersons", p)
		for _, id := range x.Pluck("Persons", "PersonId") {
			found = append(found, id.(string))
		}
		p["Marker"] = x.Str("Marker")
		if x.At("IsTruncated") == false {
			return found
		}
		if x.Str("Marker") == "" {
			t.Fatalf("no marker: %s", x.Raw)
		}
	}
	t.Fatal("no end")
	return nil
}

func TestPersonsAreListedPageByPage(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		var ids []string
		for i := range 7 {
			ids = append(ids, person(t, w, a, fmt.Sprintf("p%d", i)))
		}
		person(t, w, other, "p9")
		u := a.Root.User(t, "u")
		link(t, a.Root, ids[2], u.UIN)
		setStatus(t, a.Root, ids[4], "Disabled")
		for _, tc := range []struct {
			name string
			p    apitest.P
			want []string
		}{
			{"all", apitest.P{}, ids},
			{"three a page", apitest.P{"MaxItems": 3}, ids},
			{"seven a page", apitest.P{"MaxItems": 7}, ids},
			{"enabled", apitest.P{"Status": "Enabled", "MaxItems": 2}, slices.Delete(slices.Clone(ids), 4, 5)},
			{"disabled", apitest.P{"Status": "Disabled"}, ids[4:5]},
			{"by keyword", apitest.P{"Keyword": "P5"}, ids[5:6]},
			{"of a sub-user", apitest.P{"Uin": u.UIN}, ids[2:3]},
			{"of a sub-user of nobody", apitest.P{"Uin": 4711}, nil},
			{"all filters at once", apitest.P{"Uin": u.UIN, "Status": "Enabled", "Keyword": "p2"}, ids[2:3]},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if total := a.Root.Must(t, "hufu:ListPersons", tc.p).Int("TotalCount"); int(total) != len(tc.want) {
					t.Errorf("%d in all", total)
				}
				if got := walk(t, a.Root, tc.p); !slices.Equal(got, tc.want) {
					t.Errorf("got %v, want %v", got, tc.want)
				}
			})
		}
		x := a.Root.Must(t, "hufu:ListPersons", apitest.P{"Uin": u.UIN})
		if x.Str("Persons.0.UserName") != "p2" || x.Str("Persons.0.Name") != "P2" || x.Int("Persons.0.Uins.0") != u.UIN || x.Str("Persons.0.Status") != "Enabled" {
			t.Error(x.Raw)
		}
		marker := a.Root.Must(t, "hufu:ListPersons", apitest.P{"MaxItems": 1}).Str("Marker")
		other.Root.Fails(t, "InvalidParameter.PaginationTokenInvalid", "hufu:ListPersons", apitest.P{"Marker": marker})
		a.Root.Fails(t, "InvalidParameter.PaginationTokenInvalid", "hufu:ListPersons", apitest.P{"Marker": "abc"})
		u.Fails(t, denied, "hufu:ListPersons", nil)
	})
}

func TestASubUserOfADeletedDisabledPersonIsFoundAndFreed(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		u := a.Root.User(t, "u", administrator)
		id := person(t, w, a, "u")
		link(t, a.Root, id, u.UIN)
		setStatus(t, a.Root, id, "Disabled")
		write(t, w.DB, func(tx *store.Tx) error { return directory.Delete(ctx, tx, store.Account(a.UIN), id, nil, w.Now()) })
		u.Fails(t, denied, "cam:ListUsers", nil)
		again := person(t, w, a, "u")
		if got := a.Root.Fails(t, taken, "hufu:LinkIdentity", apitest.P{"PersonId": again, "Uin": u.UIN}); got.Message != fmt.Sprintf("The user is linked to another person, `%s`; unlink it from that one first.", id) {
			t.Error(got.Message)
		}
		a.Root.Must(t, "hufu:UnlinkIdentity", apitest.P{"PersonId": id, "Uin": u.UIN})
		u.Must(t, "cam:ListUsers", nil)
	})
}

func TestWhatIsDoneToPersonsIsOnRecord(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		u := a.Root.User(t, "u")
		id := person(t, w, a, "u")
		link(t, a.Root, id, u.UIN)
		setStatus(t, a.Root, id, "Disabled")
		u.Fails(t, denied, "cam:ListUsers", nil)
		a.Root.Must(t, "hufu:UnlinkIdentity", apitest.P{"PersonId": id, "Uin": u.UIN})
		w.Trail.Close()
		name := fmt.Sprintf("qcs::hufu::uin/%d:person/%s", a.UIN, id)
		for _, want := range []struct {
			action, outcome, parameters string
			resources                   []string
		}{
			{"hufu:LinkIdentity", "ok", fmt.Sprintf(`{"PersonId":"%s","Uin":%d}`, id, u.UIN), []string{"*", name}},
			{"hufu:SetPersonStatus", "ok", fmt.Sprintf(`{"PersonId":"%s","Status":"Disabled"}`, id), []string{"*", name}},
			{"cam:ListUsers", denied, `{}`, nil},
			{"hufu:UnlinkIdentity", "ok", fmt.Sprintf(`{"PersonId":"%s","Uin":%d}`, id, u.UIN), []string{"*", name}},
		} {
			found, err := audit.Query(ctx, w.DB.Read(), audit.Filter{Account: store.Account(a.UIN), Action: want.action, Limit: 10})
			if err != nil || len(found) != 1 {
				t.Fatalf("%s: %d records, %v", want.action, len(found), err)
			}
			r := found[0]
			if r.Outcome != want.outcome || string(r.Parameters) != want.parameters || !slices.Equal(r.Resources, want.resources) {
				t.Errorf("%s: %s %s %v", want.action, r.Outcome, r.Parameters, r.Resources)
			}
		}
	})
}

// rooms are a cam and a BI of fixed users.
type rooms struct{ inBI int64 }

func (rooms) UserName(_ ctxT, _ store.Queryer, _ store.Account, uin int64) (string, bool, error) {
	return fmt.Sprint("user-", uin), true, nil
}

func (r rooms) BIUser(_ ctxT, _ store.Queryer, _ store.Account, uin int64) (directory.BIUser, bool, error) {
	return directory.BIUser{UserID: "zhang", UserName: "Zhang"}, uin == r.inBI, nil
}

func TestUsersOfBIAreShown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		id := create(t, db, zhang).ID
		write(t, db, func(tx *store.Tx) error {
			return errors.Join(directory.LinkUser(ctx, tx, us, id, 11, noon), directory.LinkUser(ctx, tx, us, id, 12, noon))
		})
		p := directory.New(directory.Config{DB: db, Users: rooms{}, BI: rooms{inBI: 12}})
		c := call.New(call.Call{Caller: &call.Principal{Account: us}, At: noon}, call.Hooks{})
		got, err := p.DescribePerson(ctx, c, &hufu20261201.DescribePersonRequest{PersonId: id})
		if err != nil {
			t.Fatal(err)
		}
		want := []hufu20261201.BiUser{{UserId: "zhang", UserName: "Zhang", Uin: 12, Status: "Disabled"}}
		if !slices.Equal(got.BiUsers, want) || len(got.Users) != 2 || got.Users[1].Name != "user-12" {
			t.Errorf("%+v", got)
		}
	})
}
