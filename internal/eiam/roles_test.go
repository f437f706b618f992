package eiam_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/eiam"
)

// role makes a role of the application and answers its id.
func (e *tenant) role(t testing.TB, code string) string {
	t.Helper()
	return e.Must(t, http.StatusOK, "POST", "/applications/"+e.ID+"/role", P{"code": code, "name": "Role " + code}).Str("role_id")
}

// of is another application of the tenant.
func (e *tenant) of(t testing.TB, in eiam.Application) *tenant {
	t.Helper()
	in.API = true
	return &tenant{e.w.ApplicationOf(t, &apitest.Account{UIN: int64(e.Application.Account)}, in, "all"), e.w}
}

// members are the accounts that have a role.
func (e *tenant) members(t testing.TB, role string) string {
	t.Helper()
	return column(e.Must(t, http.StatusOK, "GET", "/applications/"+e.ID+"/role-member-list/"+role+"?offset=0&limit=50", nil), "role_members", "account_name")
}

func TestRolesOfAnApplication(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		path := "/applications/" + e.ID
		one, two := e.role(t, "one"), e.role(t, " two ")
		shown := func(id, code, name string) string {
			return `{"id":"` + id + `","code":"` + code + `","name":"` + name + `","parentId":null,"sequence":0,"description":null,"disabled":false,"remoteId":null}`
		}
		if got := e.Must(t, http.StatusOK, "PUT", path+"/role/"+two, P{"name": " Second "}).Raw; got != `{"role_id":"`+two+`"}` {
			t.Errorf("%s", got)
		}
		if got, want := e.Must(t, http.StatusOK, "GET", path+"/role/"+two, nil).Raw, shown(two, "two", "Second"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		for query, want := range map[string]string{
			"offset=0&limit=50": `{"total":2,"offset":0,"limit":50,"roles":[` + shown(one, "one", "Role one") + "," + shown(two, "two", "Second") + `]}`,
			"offset=1&limit=1":  `{"total":2,"offset":1,"limit":1,"roles":[` + shown(two, "two", "Second") + `]}`,
			"offset=2&limit=1":  `{"total":2,"offset":2,"limit":1,"roles":[]}`,
		} {
			if got := e.Must(t, http.StatusOK, "GET", path+"/app-roles?"+query, nil).Raw; got != want {
				t.Errorf("%s: %s, want %s", query, got, want)
			}
		}
		e.Must(t, http.StatusNoContent, "DELETE", path+"/role/"+one, nil)
		e.Fails(t, "APP.ROLE.0002", "DELETE", path+"/role/"+one, nil)
	})
}

func TestRolesAreGivenToAnAccountAndTaken(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		x := e.public(t, "x")
		path := e.accounts() + "/" + x + "/member-role"
		ids := map[string]string{"a": e.role(t, "a"), "b": e.role(t, "b"), "none": missing, "foreign": e.of(t, eiam.Application{Name: "other", RoleModel: true}).role(t, "a")}
		for _, step := range []struct {
			name, method, roles, success, fail, have string
		}{
			{"two of them", "POST", "{a} {b}", "{a} {b}", "", "{a} {b}"},
			{"again, twice", "POST", "{b} {b}", "{b}", "", "{a} {b}"},
			{"one taken, and one that is not there", "DELETE", "{none} {a} {foreign}", "{a}", "{none} {foreign}", "{b}"},
			{"taken again", "DELETE", "{a}", "{a}", "", "{b}"},
			{"none at all", "POST", "", "", "", "{b}"},
			{"only ones that are not there", "POST", "{none} {foreign} {none}", "", "{none} {foreign}", "{b}"},
		} {
			t.Run(step.name, func(t *testing.T) {
				got := e.Must(t, http.StatusOK, step.method, path, P{"role_ids": strings.Fields(fill(ids, step.roles))})
				if want := fill(ids, lists(step.success, step.fail)); got.Raw != want {
					t.Errorf("%s, want %s", got.Raw, want)
				}
				if have := column(e.Must(t, http.StatusOK, "GET", "/applications/"+e.ID+"/account/"+x+"/permissions", nil), "roles", "id"); have != fill(ids, step.have) {
					t.Errorf("has %s, want %s", have, fill(ids, step.have))
				}
			})
		}
	})
}

// lists is the answer to a change of members.
func lists(success, fail string) string {
	array := func(s string) string {
		if s == "" {
			return "[]"
		}
		return `["` + strings.Join(strings.Fields(s), `","`) + `"]`
	}
	return `{"success_list":` + array(success) + `,"fail_list":` + array(fail) + `}`
}

func TestARoleIsGivenToAccountsAndTaken(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		path, role := "/applications/"+e.ID+"/role-member", e.role(t, "a")
		other := e.of(t, eiam.Application{Name: "other", RoleModel: true})
		ids := map[string]string{"x": e.public(t, "x"), "y": e.create(t, "orphan-account", P{"account_name": "y"}), "none": missing, "foreign": other.public(t, "z")}
		for _, step := range []struct {
			name, method, accounts, success, fail, have string
		}{
			{"both, and one that is not there", "POST", "{y} {none} {x}", "{y} {x}", "{none}", "x y"},
			{"again, and one of another application", "POST", "{x} {foreign}", "{x}", "{foreign}", "x y"},
			{"one taken, and ones that are not there", "DELETE", "{x} {foreign} {none}", "{x}", "{foreign} {none}", "y"},
			{"taken again", "DELETE", "{x}", "{x}", "", "y"},
		} {
			t.Run(step.name, func(t *testing.T) {
				got := e.Must(t, http.StatusOK, step.method, path, P{"role_id": role, "account_Ids": strings.Fields(fill(ids, step.accounts))})
				if want := fill(ids, lists(step.success, step.fail)); got.Raw != want {
					t.Errorf("%s, want %s", got.Raw, want)
				}
				if have := e.members(t, role); have != step.have {
					t.Errorf("have it: %s, want %s", have, step.have)
				}
			})
		}
		want := `{"total":1,"offset":0,"limit":1,"role_members":[{"id":"` + ids["y"] + `","account_type":"ORPHAN_ACCOUNT","account_name":"y","name":null,"org_id":null,"disabled":false,"extension":{}}]}`
		if got := e.Must(t, http.StatusOK, "GET", "/applications/"+e.ID+"/role-member-list/"+role+"?offset=0&limit=1", nil).Raw; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

func TestWhereAnAccountHasOneRoleAtMost(t *testing.T) {
	each(t, func(t *testing.T, home *tenant) {
		e := home.of(t, eiam.Application{Name: "single", RoleModel: true, SingleRole: true})
		a, b, x, y := e.role(t, "a"), e.role(t, "b"), e.public(t, "x"), e.public(t, "y")
		path, members := e.accounts()+"/"+x+"/member-role", "/applications/"+e.ID+"/role-member"
		e.Fails(t, "APP.ROLE.0004", "POST", path, P{"role_ids": []string{a, b}})
		if got := e.members(t, a) + e.members(t, b); got != "" {
			t.Fatalf("the call that was refused has given a role to %s", got)
		}
		e.Must(t, http.StatusOK, "POST", path, P{"role_ids": []string{a, missing}})
		e.Must(t, http.StatusOK, "POST", path, P{"role_ids": []string{a}})
		e.Fails(t, "APP.ROLE.0004", "POST", path, P{"role_ids": []string{b}})
		if got := e.Must(t, http.StatusOK, "POST", members, P{"role_id": b, "account_Ids": []string{x, y}}).Raw; got != lists(y, x) {
			t.Errorf("%s", got)
		}
		if got := e.Must(t, http.StatusOK, "POST", members, P{"role_id": a, "account_Ids": []string{x, y}}).Raw; got != lists(x, y) {
			t.Errorf("%s", got)
		}
		e.Must(t, http.StatusOK, "DELETE", path, P{"role_ids": []string{a}})
		e.Must(t, http.StatusOK, "POST", path, P{"role_ids": []string{b}})
		if got := e.members(t, a) + "|" + e.members(t, b); got != "|x y" {
			t.Errorf("members: %s", got)
		}
	})
}

func TestCallsAboutRolesAreRefusedWithTheirCodes(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		bare, other := e.of(t, eiam.Application{Name: "bare"}), e.of(t, eiam.Application{Name: "other", RoleModel: true})
		ids := map[string]string{"a": "/applications/" + e.ID, "bare": "/applications/" + bare.ID, "lost": "/applications/" + missing, "none": missing,
			"r": e.role(t, "taken"), "x": e.public(t, "x"), "foreign": other.role(t, "f"), "bx": bare.public(t, "x")}
		many := make([]string, 51)
		for i := range many {
			many[i] = fmt.Sprint("id", i)
		}
		all := []refusal{
			{"a code that is taken", "POST {a}/role", P{"code": "taken", "name": "T"}, "APP.ROLE.0001"},
			{"no code", "POST {a}/role", P{"name": "T"}, "COM.0601"},
			{"a code of blanks", "POST {a}/role", P{"code": " ", "name": "T"}, "COM.0601"},
			{"no name", "POST {a}/role", P{"code": "c"}, "COM.0601"},
			{"a name of blanks", "PUT {a}/role/{r}", P{"name": " "}, "COM.0601"},
			{"a new name that is none", "PUT {a}/role/{r}", P{}, "COM.0601"},
			{"more roles than a page takes", "GET {a}/app-roles?offset=0&limit=51", nil, "Idaas.TENANT-COMMON-0005"},
			{"a page of nothing", "GET {a}/app-roles?offset=0&limit=0", nil, "COM.0601"},
			{"no page", "GET {a}/role-member-list/{r}", nil, "COM.0601"},
			{"members of an unknown role before a wrong page", "GET {a}/role-member-list/{none}", nil, "APP.ROLE.0002"},
			{"roles for an unknown account before a wrong body", "POST {a}/accounts/{none}/member-role", `{`, "APP.ACCOUNT.0028"},
			{"roles for a blank account", "POST {a}/accounts/%20/member-role", `{`, "APP.ACCOUNT.0047"},
			{"no roles in the application before an unknown account", "POST {bare}/accounts/{none}/member-role", `{`, "APP.OBJECTMODEL.0006"},
			{"too many roles", "POST {a}/accounts/{x}/member-role", P{"role_ids": many}, "COM.0601"},
			{"roles that are no list", "DELETE {a}/accounts/{x}/member-role", P{"role_ids": "r"}, "COM.0601"},
			{"no body to take roles", "DELETE {a}/accounts/{x}/member-role", nil, "COM.0601"},
			{"an unknown account to take roles from", "DELETE {a}/accounts/{none}/member-role", P{"role_ids": many[:1]}, "APP.ACCOUNT.0028"},
			{"too many accounts", "POST {a}/role-member", P{"role_id": "{r}", "account_Ids": many}, "COM.0601"},
			{"an unknown role before unknown accounts", "POST {a}/role-member", P{"role_id": "{none}", "account_Ids": many[:1]}, "APP.ROLE.0002"},
			{"a role of another application", "DELETE {a}/role-member", P{"role_id": "{foreign}", "account_Ids": many[:1]}, "APP.ROLE.0002"},
			{"no role", "POST {a}/role-member", P{"account_Ids": many[:1]}, "COM.0601"},
			{"no accounts", "DELETE {a}/role-member", P{"role_id": "{r}"}, "COM.0601"},
		}
		for _, call := range []string{"POST {app}/role", "GET {app}/app-roles", "POST {app}/role-member", "DELETE {app}/role-member", "GET {app}/app-roles/permissions/page",
			"GET {app}/role/{none}", "PUT {app}/role/{none}", "DELETE {app}/role/{none}", "GET {app}/role-member-list/{none}", "GET {app}/app-role/{none}/permissions"} {
			for app, want := range map[string]string{"{lost}": "APP.0001", "{bare}": "APP.OBJECTMODEL.0006", "/applications/%20": "APP.0006"} {
				all = append(all, refusal{call + " of " + app, strings.Replace(call, "{app}", app, 1), nil, want})
			}
			if strings.Contains(call, "{none}") {
				for role, name := range map[string]string{"{none}": "an unknown role", "{foreign}": "a role of another application", "%20": "a blank role"} {
					all = append(all, refusal{call + ": " + name, strings.NewReplacer("{app}", "{a}", "{none}", role).Replace(call), nil, "APP.ROLE.0002"})
				}
			}
		}
		e.refuse(t, ids, all)
	})
}

func TestManyChangeTheMembersOfARoleAtOnce(t *testing.T) {
	each(t, func(t *testing.T, home *tenant) {
		e := home.of(t, eiam.Application{Name: "single", RoleModel: true, SingleRole: true})
		roles := []string{e.role(t, "r0"), e.role(t, "r1"), e.role(t, "r2")}
		x := e.public(t, "x")
		var all sync.WaitGroup
		given := make([]bool, 12)
		for i := range given {
			all.Go(func() {
				role := roles[i%3]
				if i%2 == 0 {
					given[i] = e.Call(t, "POST", e.accounts()+"/"+x+"/member-role", P{"role_ids": []string{role}}).Code == ""
				} else {
					given[i] = e.Call(t, "POST", "/applications/"+e.ID+"/role-member", P{"role_id": role, "account_Ids": []string{x}}).Len("success_list") == 1
				}
			})
		}
		all.Wait()
		have := column(e.Must(t, http.StatusOK, "GET", "/applications/"+e.ID+"/account/"+x+"/permissions", nil), "roles", "id")
		if !slices.Contains(roles, have) {
			t.Fatalf("has %q", have)
		}
		for i, ok := range given {
			if ok != (roles[i%3] == have) {
				t.Errorf("call %d: %v", i, ok)
			}
		}
		for range 6 {
			all.Go(func() { e.Call(t, "DELETE", "/applications/"+e.ID+"/role/"+have, nil) })
			all.Go(func() {
				if got := e.Call(t, "POST", e.accounts()+"/"+x+"/member-role", P{"role_ids": []string{have}}); got.Code != "" {
					t.Errorf("%s", got.Raw)
				}
			})
		}
		all.Wait()
		e.left(t, "eiam_role_members")
	})
}
