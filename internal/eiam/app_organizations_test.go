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
	"github.com/hufu-iam/hufu/internal/store"
)

func TestOrganizationsOfAnApplication(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		path := "/applications/" + e.ID + "/organizations"
		root := e.appOrg(t, "root", "")
		child := e.appOrg(t, " child ", root)
		shown := func(id, code, name, parent string) string {
			return `{"org_id":"` + id + `","org_code":"` + code + `","name":"` + name + `","parent_id":` + parent + `,"disabled":false,"extension":{}}`
		}
		check := func(id, want string) {
			t.Helper()
			if got := e.Must(t, http.StatusOK, "GET", path+"/"+id, nil).Raw; got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
		check(root, shown(root, "root", "Org root", "null"))
		check(child, shown(child, "child", "Org  child", `"`+root+`"`))
		list := e.Must(t, http.StatusOK, "GET", path+"?offset=0&limit=10", nil).Raw
		if want := `{"total":2,"organizations":[` + shown(root, "root", "Org root", "null") + "," + shown(child, "child", "Org  child", `"`+root+`"`) + `]}`; list != want {
			t.Errorf("%s, want %s", list, want)
		}
		for _, step := range []struct {
			name string
			body P
			want string
		}{
			{"an empty name changes nothing", P{"name": ""}, shown(child, "child", "Org  child", `"`+root+`"`)},
			{"a name", P{"name": " Child "}, shown(child, "child", "Child", `"`+root+`"`)},
			{"to the top", P{"parent_id": ""}, shown(child, "child", "Child", "null")},
			{"back below", P{"parent_id": root}, shown(child, "child", "Child", `"`+root+`"`)},
		} {
			t.Run(step.name, func(t *testing.T) {
				if got := e.Must(t, http.StatusOK, "PUT", path+"/"+child, step.body).Raw; got != `{"org_id":"`+child+`"}` {
					t.Errorf("%s", got)
				}
				check(child, step.want)
			})
		}
		e.Must(t, http.StatusNoContent, "DELETE", path+"/"+child, nil)
		e.Must(t, http.StatusNoContent, "DELETE", path+"/"+root, nil)
		if got := e.Must(t, http.StatusOK, "GET", path+"?offset=0&limit=10", nil).Raw; got != `{"total":0,"organizations":[]}` {
			t.Errorf("%s", got)
		}
	})
}

func TestOrganizationsOfAnApplicationAreWalkedPageByPage(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		var made, seen []string
		for i := range 25 {
			made = append(made, e.appOrg(t, fmt.Sprint("o", i), ""))
		}
		for page := range 4 {
			got := e.Must(t, http.StatusOK, "GET", fmt.Sprintf("/applications/%s/organizations?offset=%d&limit=10", e.ID, page), nil)
			if got.Int("total") != 25 {
				t.Errorf("%s", got.Raw)
			}
			seen = append(seen, strings.Fields(column(got, "organizations", "org_id"))...)
		}
		if !slices.Equal(seen, made) {
			t.Errorf("%v, want %v", seen, made)
		}
	})
}

func TestCallsAboutOrganizationsOfAnApplicationAreRefusedWithTheirCodes(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		account := &apitest.Account{UIN: int64(e.Application.Account)}
		bare := e.w.ApplicationOf(t, account, eiam.Application{Name: "bare", API: true}, "all")
		other := &tenant{e.w.Application(t, account, "other", "all"), e.w}
		root := e.appOrg(t, "root", "")
		middle := e.appOrg(t, "middle", root)
		used := e.appOrg(t, "used", "")
		e.create(t, "orphan-account", P{"account_name": "x", "org_code": "used"})
		mirror := e.appOrg(t, "mirror", "")
		e.write(t, func(tx *store.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE eiam_app_orgs SET virtual = 0 WHERE id = $1`, mirror)
			return err
		})
		ids := map[string]string{"o": "/applications/" + e.ID + "/organizations", "bare": "/applications/" + bare.ID + "/organizations", "none": missing,
			"lost": "/applications/" + missing + "/organizations", "root": root, "middle": middle, "leaf": e.appOrg(t, "leaf", middle), "used": used, "mirror": mirror,
			"foreign": other.appOrg(t, "foreign", "")}
		good := P{"org_code": "new", "name": "New"}
		all := []refusal{
			{"a code that is taken", "POST {o}", P{"org_code": "root", "name": "Root"}, "APP.0009"},
			{"an unknown parent before a code that is taken", "POST {o}", P{"org_code": "root", "name": "Root", "parent_id": "{none}"}, "APP.ORG.0040"},
			{"a parent of another application", "POST {o}", with(good, P{"parent_id": "{foreign}"}), "APP.ORG.0040"},
			{"no code", "POST {o}", P{"name": "New"}, "COM.0601"},
			{"a code of blanks", "POST {o}", P{"org_code": " ", "name": "New"}, "COM.0601"},
			{"no name", "POST {o}", P{"org_code": "new"}, "COM.0601"},
			{"a name that is too long", "POST {o}", P{"org_code": "new", "name": strings.Repeat("n", 101)}, "COM.0601"},
			{"a code with a control character", "POST {o}", P{"org_code": "a\nb", "name": "New"}, "COM.0601"},
			{"no such application before a wrong body", "POST {lost}", `{`, "APP.0001"},
			{"no organizations in the application", "POST {bare}", `{`, "APP.OBJECTMODEL.0005"},
			{"no organizations to list", "GET {bare}", nil, "APP.OBJECTMODEL.0005"},
			{"a page too large", "GET {o}?offset=0&limit=101", nil, "OAP.PAGE.0002"},
			{"below an unknown one", "PUT {o}/{leaf}", P{"parent_id": "{none}"}, "APP.ORG.0040"},
			{"below itself", "PUT {o}/{root}", P{"parent_id": "{root}"}, "APP.ORG.0040"},
			{"below what is below it", "PUT {o}/{root}", P{"parent_id": "{leaf}"}, "APP.ORG.0040"},
			{"a name that is too long", "PUT {o}/{leaf}", P{"name": strings.Repeat("n", 101)}, "COM.0601"},
			{"a mirror, before an unknown parent", "PUT {o}/{mirror}", P{"parent_id": "{none}"}, "APP.ORG.0041"},
			{"a mirror deleted", "DELETE {o}/{mirror}", nil, "APP.ORG.0041"},
			{"with another one below", "DELETE {o}/{middle}", nil, "APP.ORG.0027"},
			{"with an account", "DELETE {o}/{used}", nil, "APP.ORG.0028"},
		}
		for _, method := range []string{"GET", "PUT", "DELETE"} {
			body := any(nil)
			if method == "PUT" {
				body = `{`
			}
			all = append(all,
				refusal{method + " an unknown one", method + " {o}/{none}", body, "APP.ORG.0024"},
				refusal{method + " one of another application", method + " {o}/{foreign}", body, "APP.ORG.0024"},
				refusal{method + " a blank one", method + " {o}/%20", body, "APP.ORG.0024"},
				refusal{method + " in an application without", method + " {bare}/{none}", body, "APP.OBJECTMODEL.0005"},
				refusal{method + " in no application", method + " {lost}/{none}", body, "APP.0001"},
				refusal{method + " in a blank application", method + " /applications/%20/organizations/{none}", body, "APP.0006"})
		}
		e.refuse(t, ids, all)
	})
}

func TestTwoMovesAtOnceMakeNoRing(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		path := "/applications/" + e.ID + "/organizations/"
		a, b := e.appOrg(t, "a", ""), e.appOrg(t, "b", "")
		var all sync.WaitGroup
		var codes [2]string
		for i, move := range [][2]string{{a, b}, {b, a}} {
			all.Go(func() { codes[i] = e.Call(t, "PUT", path+move[0], P{"parent_id": move[1]}).Code })
		}
		all.Wait()
		slices.Sort(codes[:])
		if codes != [2]string{"", "APP.ORG.0040"} {
			t.Errorf("%q", codes)
		}
	})
}
