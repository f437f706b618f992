package eiam_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/eiam"
	"github.com/hufu-iam/hufu/internal/store"
)

// accounts is the path of the accounts of an application.
func (e *tenant) accounts() string { return "/applications/" + e.ID + "/accounts" }

// persons makes persons of the tenant and answers their ids.
func (e *tenant) persons(t testing.TB, logins ...string) (ids []string) {
	t.Helper()
	e.write(t, func(tx *store.Tx) error {
		ids = nil
		for _, login := range logins {
			p, err := directory.Create(ctx, tx, e.Account, directory.Profile{Login: login, Name: "Name of " + login}, "", false, e.w.Now())
			if err != nil {
				return err
			}
			ids = append(ids, p.ID)
		}
		return nil
	})
	return ids
}

// public makes a public account and answers its id.
func (e *tenant) public(t testing.TB, name string) string {
	t.Helper()
	return e.Must(t, http.StatusCreated, "POST", e.accounts()+"/public-account", P{"account_name": name}).Str("account_id")
}

// using are the logins of who uses a public account.
func (e *tenant) using(t testing.TB, account string) string {
	t.Helper()
	return column(e.Must(t, http.StatusOK, "GET", e.accounts()+"/public-account/"+account+"/users?offset=0&limit=100", nil), "associated_users", "userName")
}

func TestBindingUsersToAPublicAccount(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		e.persons(t, "cq04130005", "cq04130006", "Ann")
		id := e.public(t, "shared")
		path := e.accounts() + "/public-account/" + id
		bind := func(names ...string) *apitest.RESTAnswer {
			t.Helper()
			return e.Must(t, http.StatusOK, "POST", path+"/users/bind", P{"user_names": names})
		}
		if got := bind("cq04130006", "cq04130005"); got.Raw != `{"account_id":"`+id+`"}` {
			t.Errorf("%s", got.Raw)
		}
		if got := e.using(t, id); got != "cq04130005 cq04130006" {
			t.Errorf("bound %s", got)
		}
		bind("cq04130006", " CQ04130006\t", "aNN", "ann")
		if got := e.using(t, id); got != "cq04130005 cq04130006 Ann" {
			t.Errorf("bound %s", got)
		}
		for _, names := range [][]string{{"ann", "cq04130005"}, {"ann", "who"}} {
			if got := e.Must(t, http.StatusOK, "POST", path+"/users/unbind", P{"user_names": names}); got.Raw != `{"account_id":"`+id+`"}` {
				t.Errorf("%s", got.Raw)
			}
			if got := e.using(t, id); got != "cq04130006" {
				t.Errorf("left %s", got)
			}
		}
		e.Must(t, http.StatusOK, "POST", path+"/users/unbind", P{"user_names": []string{"CQ04130006"}})
		if got := e.Must(t, http.StatusOK, "GET", path+"/users?offset=0&limit=10", nil).Raw; got != `{"total":0,"associated_users":[]}` {
			t.Errorf("%s", got)
		}
		if got := e.Must(t, http.StatusOK, "GET", e.accounts()+"/"+id, nil).Str("account_type"); got != eiam.PublicAccount {
			t.Errorf("an account that nobody uses is %s", got)
		}
	})
}

func TestWhoIsDisabledMayBeBoundAndTheAccountMayBe(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		ann := e.persons(t, "ann")[0]
		e.write(t, func(tx *store.Tx) error { return directory.SetDisabled(ctx, tx, e.Account, ann, true, e.w.Now()) })
		id := e.public(t, "shared")
		path := e.accounts() + "/public-account/" + id
		e.Must(t, http.StatusOK, "PUT", e.accounts()+"/"+id+"/disable", nil)
		e.Must(t, http.StatusOK, "POST", path+"/users/bind", P{"user_names": []string{"ann"}})
		if got := e.Must(t, http.StatusOK, "GET", path+"/users?offset=0&limit=10", nil).Raw; got != `{"total":1,"associated_users":[{"id":"`+ann+`","userName":"ann","disabled":true}]}` {
			t.Errorf("%s", got)
		}
		e.Must(t, http.StatusOK, "POST", path+"/owner", P{"user_name": "ANN "})
		if got := e.Must(t, http.StatusOK, "GET", path+"/owner", nil).Raw; got != `{"user_id":"`+ann+`","user_name":"ann","disabled":true}` {
			t.Errorf("%s", got)
		}
	})
}

func TestUsersOfAPublicAccountAreWalkedPageByPage(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		logins := make([]string, 235)
		for i := range logins {
			logins[i] = fmt.Sprintf("user-%04d", i)
		}
		e.persons(t, logins...)
		id := e.public(t, "shared")
		path := e.accounts() + "/public-account/" + id + "/users"
		e.Must(t, http.StatusOK, "POST", path+"/bind", P{"user_names": logins})
		var seen []string
		for page := 0; ; page++ {
			got := e.Must(t, http.StatusOK, "GET", fmt.Sprintf("%s?offset=%d&limit=50", path, page), nil)
			if got.Int("total") != 235 {
				t.Fatalf("%s", got.Raw)
			}
			if got.Len("associated_users") == 0 {
				break
			}
			seen = append(seen, strings.Fields(column(got, "associated_users", "userName"))...)
		}
		if !slices.Equal(seen, logins) {
			t.Errorf("%d users are not those that were bound, in order", len(seen))
		}
		e.Must(t, http.StatusOK, "POST", path+"/unbind", P{"user_names": logins[1:]})
		if got := e.using(t, id); got != "user-0000" {
			t.Errorf("left %s", got)
		}
	})
}

func TestCallsAboutPublicAccountsAreRefusedInOrder(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		e.persons(t, "ann")
		other := &tenant{e.w.ApplicationOf(t, &apitest.Account{UIN: int64(e.Application.Account)}, eiam.Application{Name: "other", API: true}, "all"), e.w}
		ids := map[string]string{"a": "/applications/" + e.ID + "/accounts/public-account", "id": e.public(t, "shared"), "none": missing,
			"orphan":  e.Must(t, http.StatusCreated, "POST", e.accounts()+"/orphan-account", P{"account_name": "orphan"}).Str("account_id"),
			"foreign": other.public(t, "foreign")}
		many := make([]string, 1001)
		for i := range many {
			many[i] = "ann"
		}
		names := func(v any) P { return P{"user_names": v} }
		good := names([]string{"ann"})
		all := []refusal{
			{"an unknown name", "POST {a}/{id}/users/bind", names([]string{"ann", "who"}), "USER.0001"},
			{"an owner that nobody is", "POST {a}/{id}/owner", P{"user_name": "who"}, "APP.ACCOUNT.0037"},
			{"a blank owner", "POST {a}/{id}/owner", P{"user_name": " "}, "APP.ACCOUNT.0037"},
			{"no owner given", "POST {a}/{id}/owner", P{}, "APP.ACCOUNT.0037"},
			{"an owner of another type", "POST {a}/{id}/owner", P{"user_name": 1}, "COM.0601"},
			{"no owner yet", "GET {a}/{id}/owner", nil, "APP.ACCOUNT.0037"},
			{"a page too small", "GET {a}/{id}/users?offset=0&limit=9", nil, "OAP.PAGE.0002"},
			{"a page before the first", "GET {a}/{id}/users?offset=-1&limit=10", nil, "OAP.PAGE.0003"},
			{"no page", "GET {a}/{id}/users", nil, "OAP.PAGE.0001"},
			{"a page of no account", "GET {a}/{none}/users", nil, "APP.ACCOUNT.0038"},
			{"the owner of no account", "GET {a}/{none}/owner", nil, "APP.ACCOUNT.0038"},
			{"an owner for no account", "POST {a}/{orphan}/owner", P{"user_name": 1}, "APP.ACCOUNT.0038"},
		}
		for _, verb := range []string{"bind", "unbind"} {
			all = append(all, []refusal{
				{verb + ": a blank application and account", "POST /applications/%20/accounts/public-account//users/" + verb, good, "APP.0006"},
				{verb + ": an empty application", "POST /applications//accounts/public-account/{id}/users/" + verb, good, "APP.0006"},
				{verb + ": a blank account before an unknown application", "POST /applications/{none}/accounts/public-account/%09/users/" + verb, good, "APP.ACCOUNT.0047"},
				{verb + ": an unknown application before an unknown account", "POST /applications/{none}/accounts/public-account/{none}/users/" + verb, good, "APP.0001"},
				{verb + ": an unknown account", "POST {a}/{none}/users/" + verb, good, "APP.ACCOUNT.0038"},
				{verb + ": an account of another type", "POST {a}/{orphan}/users/" + verb, good, "APP.ACCOUNT.0038"},
				{verb + ": an account of another application", "POST {a}/{foreign}/users/" + verb, good, "APP.ACCOUNT.0038"},
				{verb + ": an unknown account before a wrong body", "POST {a}/{none}/users/" + verb, `{`, "APP.ACCOUNT.0038"},
				{verb + ": a body that is no JSON", "POST {a}/{id}/users/" + verb, `{`, "COM.0601"},
				{verb + ": no list", "POST {a}/{id}/users/" + verb, P{}, "COM.0601"},
				{verb + ": null", "POST {a}/{id}/users/" + verb, names(nil), "COM.0601"},
				{verb + ": a text for a list", "POST {a}/{id}/users/" + verb, names("ann"), "COM.0601"},
				{verb + ": a number among names", "POST {a}/{id}/users/" + verb, names([]any{"ann", 1}), "COM.0601"},
				{verb + ": too many names", "POST {a}/{id}/users/" + verb, names(many), "COM.0601"},
				{verb + ": an empty list", "POST {a}/{id}/users/" + verb, names([]string{}), "APP.ACCOUNT.0001"},
				{verb + ": a blank name before an unknown one", "POST {a}/{id}/users/" + verb, names([]string{"who", " "}), "APP.ACCOUNT.0001"},
			}...)
		}
		e.refuse(t, ids, all)
		if got := e.using(t, ids["id"]); got != "" {
			t.Errorf("a call that was refused has bound %s", got)
		}
		e.Must(t, http.StatusOK, "POST", fill(ids, "{a}/{id}/users/bind"), names(many[1:]))
	})
}

func TestAnotherTenantsUsersAndAccountsAreNotThere(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		e, other := newTenant(t, w), newTenant(t, w)
		other.persons(t, "bob")
		id, theirs := e.public(t, "shared"), other.public(t, "shared")
		e.Fails(t, "USER.0001", "POST", e.accounts()+"/public-account/"+id+"/users/bind", P{"user_names": []string{"bob"}})
		e.Fails(t, "APP.ACCOUNT.0038", "POST", e.accounts()+"/public-account/"+theirs+"/users/bind", P{"user_names": []string{"bob"}})
		e.Fails(t, "APP.0001", "POST", other.accounts()+"/public-account/"+theirs+"/users/bind", P{"user_names": []string{"bob"}})
	})
}

func TestAClientThatIsLimitedManagesItsTargetsAlone(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		e.persons(t, "ann")
		id := e.public(t, "shared")
		limit := func(apps []string) {
			e.write(t, func(tx *store.Tx) error {
				client, err := eiam.GetClient(ctx, tx, e.Account, e.ID)
				if err != nil {
					return err
				}
				return eiam.SetTargets(ctx, tx, e.Account, client, apps)
			})
		}
		bind := func() *apitest.RESTAnswer {
			return e.Call(t, "POST", e.accounts()+"/public-account/"+id+"/users/bind", P{"user_names": []string{"ann"}})
		}
		limit([]string{})
		if got := bind(); got.Code != "APP.0001" {
			t.Errorf("%s", got.Raw)
		}
		limit([]string{e.ID})
		if got := bind(); got.Status != http.StatusOK {
			t.Errorf("%s", got.Raw)
		}
		limit(nil)
		if got := bind(); got.Status != http.StatusOK {
			t.Errorf("%s", got.Raw)
		}
	})
}

func TestTheOwnerOfAPublicAccount(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		ids := e.persons(t, "ann", "Bob")
		id := e.public(t, "shared")
		path := e.accounts() + "/public-account/" + id + "/owner"
		for _, step := range []struct{ name, login, want string }{
			{"ann", "ann", ids[0]}, {" bob ", "Bob", ids[1]}, {"bob", "Bob", ids[1]},
		} {
			if got := e.Must(t, http.StatusOK, "POST", path, P{"user_name": step.name}).Raw; got != `{"account_id":"`+id+`"}` {
				t.Errorf("%s", got)
			}
			if got := e.Must(t, http.StatusOK, "GET", path, nil); got.Str("user_id") != step.want || got.Str("user_name") != step.login {
				t.Errorf("%s", got.Raw)
			}
		}
		if got := e.Must(t, http.StatusOK, "GET", e.accounts()+"/"+id, nil).Str("attr_manager_id"); got != ids[1] {
			t.Errorf("answers for it: %s", got)
		}
		if got := e.using(t, id); got != "" {
			t.Errorf("an owner uses the account: %s", got)
		}
		e.write(t, func(tx *store.Tx) error {
			return directory.Delete(ctx, tx, e.Account, ids[1], []directory.Dependents{e.w.People}, e.w.Now())
		})
		e.Fails(t, "APP.ACCOUNT.0037", "GET", path, nil)
	})
}

func TestManyBindUnbindAndDeleteTheSameAtOnce(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		logins := []string{"u1", "u2", "u3", "u4"}
		ids := e.persons(t, logins...)
		id := e.public(t, "shared")
		path := e.accounts() + "/public-account/" + id
		var all sync.WaitGroup
		at := func(fn func()) { all.Go(func() { fn() }) }
		for range 8 {
			at(func() { e.Must(t, http.StatusOK, "POST", path+"/users/bind", P{"user_names": logins[:3]}) })
			at(func() { e.Must(t, http.StatusOK, "POST", path+"/users/unbind", P{"user_names": logins[:1]}) })
			at(func() {
				if got := e.Call(t, "POST", path+"/users/bind", P{"user_names": logins[2:]}); got.Code != "" && got.Code != "USER.0001" {
					t.Errorf("%s", got.Raw)
				}
			})
		}
		at(func() {
			err := e.w.DB.Write(ctx, func(tx *store.Tx) error {
				return directory.Delete(ctx, tx, e.Account, ids[3], []directory.Dependents{e.w.People}, e.w.Now())
			})
			if err != nil {
				t.Error(err)
			}
		})
		all.Wait()
		e.Must(t, http.StatusOK, "POST", path+"/users/bind", P{"user_names": logins[:3]})
		if got := e.using(t, id); got != "u1 u2 u3" {
			t.Errorf("bound at the end: %s", got)
		}
		deleted := make([]string, 6)
		for i := range deleted {
			at(func() { deleted[i] = e.Call(t, "DELETE", e.accounts()+"/"+id, nil).Code })
			at(func() {
				if got := e.Call(t, "POST", path+"/users/bind", P{"user_names": logins[:3]}); got.Code != "" && got.Code != "APP.ACCOUNT.0038" {
					t.Errorf("%s", got.Raw)
				}
			})
		}
		all.Wait()
		slices.Sort(deleted)
		if deleted[0] != "" || deleted[1] != "APP.ACCOUNT.0028" || deleted[5] != deleted[1] {
			t.Errorf("one of them deletes it: %q", deleted)
		}
		var left int
		if err := e.w.DB.Read().QueryRowContext(ctx, `SELECT COUNT(*) FROM eiam_account_users`).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d users of no account, %v", left, err)
		}
	})
}
