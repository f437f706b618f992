package eiam_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/eiam"
	"github.com/hufu-iam/hufu/internal/store"
)

// permissions writes the trees of the application.
func (e *tenant) permissions(t testing.TB, in eiam.Trees) {
	t.Helper()
	e.write(t, func(tx *store.Tx) error {
		_, err := eiam.ImportPermissions(ctx, tx, e.Account, e.ID, &in, e.w.Now())
		return err
	})
}

// permissionID finds the id of a permission by its code.
func (e *tenant) permissionID(t testing.TB, kind, code string) (id string) {
	t.Helper()
	err := e.w.DB.Read().QueryRowContext(ctx, `SELECT id FROM eiam_permissions WHERE app = $1 AND kind = $2 AND code = $3`, e.ID, kind, code).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestWhatAccountsAndRolesHaveBeenGiven(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		path := "/applications/" + e.ID
		r, s, x, y := e.role(t, "r"), e.role(t, "s"), e.public(t, "x"), e.public(t, "y")
		e.Must(t, http.StatusOK, "POST", e.accounts()+"/"+x+"/member-role", P{"role_ids": []string{r}})
		e.permissions(t, eiam.Trees{Functions: []eiam.Permission{{Code: "f", Name: "F", Type: "OPERATE", RemoteID: "f-1"}}, Data: []eiam.Permission{{Code: "d", Name: "D"}},
			Roles: map[string]eiam.Holding{"r": {Functions: []string{"f"}}}, Accounts: map[string]eiam.Holding{"X": {Data: []string{"d"}}}})
		ids := map[string]string{"f": e.permissionID(t, "func", "f"), "d": e.permissionID(t, "data", "d"), "r": r, "s": s, "x": x, "y": y}
		functions, data, roles := fill(ids, `[{"id":"{f}","remoteId":"f-1"}]`), fill(ids, `[{"id":"{d}","remoteId":null}]`), fill(ids, `[{"id":"{r}","remoteId":null}]`)
		for _, tc := range []struct{ name, call, want string }{
			{"an account has its roles, and not again what these permit", "/account/{x}/permissions", `{"roles":` + roles + `,"funcPerms":[],"dataPerms":` + data + `}`},
			{"an account without anything", "/account/{y}/permissions", `{"roles":[],"funcPerms":[],"dataPerms":[]}`},
			{"accounts, without empty groups", "/accounts/permissions/page?offset=0&limit=50",
				`{"number":0,"total":2,"size":50,"list":[{"accountId":"{x}","roles":` + roles + `,"dataPerms":` + data + `},{"accountId":"{y}"}]}`},
			{"the second page of accounts", "/accounts/permissions/page?offset=1&limit=1", `{"number":1,"total":2,"size":1,"list":[{"accountId":"{y}"}]}`},
			{"a page behind the last", "/accounts/permissions/page?offset=2&limit=1", `{"number":2,"total":2,"size":1,"list":[]}`},
			{"a role", "/app-role/{r}/permissions", `{"funcPerms":` + functions + `,"dataPerms":[]}`},
			{"roles, without empty groups", "/app-roles/permissions/page?offset=0&limit=50",
				`{"number":0,"total":2,"size":50,"list":[{"roleId":"{r}","funcPerms":` + functions + `},{"roleId":"{s}"}]}`},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if got, want := e.Must(t, http.StatusOK, "GET", path+fill(ids, tc.call), nil).Raw, fill(ids, tc.want); got != want {
					t.Errorf("%s, want %s", got, want)
				}
			})
		}
		e.refuse(t, map[string]string{"a": path, "none": missing}, []refusal{
			{"an unknown account", "GET {a}/account/{none}/permissions", nil, "APP.ACCOUNT.0028"},
			{"a blank account", "GET {a}/account/%20/permissions", nil, "APP.ACCOUNT.0047"},
			{"an account of no application", "GET /applications/{none}/account/{none}/permissions", nil, "APP.0001"},
			{"an account of a blank application", "GET /applications/%20/account/{none}/permissions", nil, "APP.0006"},
			{"accounts of no application", "GET /applications/{none}/accounts/permissions/page", nil, "APP.0001"},
			{"accounts of a blank application", "GET /applications/%20/accounts/permissions/page", nil, "APP.0006"},
			{"an unknown role", "GET {a}/app-role/{none}/permissions", nil, "APP.ROLE.0002"},
			{"more accounts than a page takes", "GET {a}/accounts/permissions/page?offset=0&limit=51", nil, "Idaas.TENANT-COMMON-0005"},
		})
		e.Must(t, http.StatusNoContent, "DELETE", path+"/role/"+r, nil)
		if got := e.Must(t, http.StatusOK, "GET", path+"/account/"+x+"/permissions", nil).Raw; got != `{"roles":[],"funcPerms":[],"dataPerms":`+data+`}` {
			t.Errorf("without the role: %s", got)
		}
		e.Must(t, http.StatusNoContent, "DELETE", e.accounts()+"/"+x, nil)
		e.left(t, "eiam_permission_holders")
	})
}

// left fails the test if a table has rows.
func (e *tenant) left(t testing.TB, tables ...string) {
	t.Helper()
	for _, table := range tables {
		var n int
		if err := e.w.DB.Read().QueryRowContext(ctx, `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows are left in %s, %v", n, table, err)
		}
	}
}

func TestAnApplicationWithoutRolesShowsNoneOfItsAccounts(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		x, r := e.public(t, "x"), e.role(t, "r")
		e.Must(t, http.StatusOK, "POST", e.accounts()+"/"+x+"/member-role", P{"role_ids": []string{r}})
		e.write(t, func(tx *store.Tx) error {
			app, err := eiam.GetApplication(ctx, tx, e.Account, e.ID)
			if err != nil {
				return err
			}
			app.RoleModel = false
			return eiam.UpdateApplication(ctx, tx, e.Account, app, e.w.Now())
		})
		if got := e.Must(t, http.StatusOK, "GET", "/applications/"+e.ID+"/account/"+x+"/permissions", nil).Raw; got != `{"roles":[],"funcPerms":[],"dataPerms":[]}` {
			t.Errorf("%s", got)
		}
		if got := e.Must(t, http.StatusOK, "GET", "/applications/"+e.ID+"/accounts/permissions/page?offset=0&limit=1", nil).Raw; !strings.Contains(got, `[{"accountId":"`+x+`"}]`) {
			t.Errorf("%s", got)
		}
	})
}

func TestADeletedAccountLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		ann := e.persons(t, "ann")[0]
		id := e.public(t, "shared")
		e.Must(t, http.StatusOK, "POST", e.accounts()+"/public-account/"+id+"/users/bind", P{"user_names": []string{"ann"}})
		e.Must(t, http.StatusOK, "POST", e.accounts()+"/"+id+"/member-role", P{"role_ids": []string{e.role(t, "r")}})
		e.permissions(t, eiam.Trees{Data: []eiam.Permission{{Code: "d", Name: "D"}}, Accounts: map[string]eiam.Holding{"shared": {Data: []string{"d"}}}})
		e.Must(t, http.StatusNoContent, "DELETE", e.accounts()+"/"+id, nil)
		e.Fails(t, "APP.ACCOUNT.0028", "DELETE", e.accounts()+"/"+id, nil)
		e.left(t, "eiam_accounts", "eiam_account_users", "eiam_role_members", "eiam_permission_holders")
		if again := e.create(t, "basic-account", P{"user_id": ann, "account_name": "SHARED"}); again == id {
			t.Error("an id came back")
		}
	})
}
