package test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEIAMAccounts(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		basic, orphan, public := w.accounts()+"/basic-account", w.accounts()+"/orphan-account", w.accounts()+"/public-account"
		show := func(t *testing.T, id string) *eiamAnswer { return w.must(t, "GET", w.accounts()+"/"+id, "") }

		t.Run("a basic account has the login and the name of its user", func(t *testing.T) {
			a := show(t, w.basic)
			want := `{"account_name":"alice","account_type":"BASIC_ACCOUNT","attr_manager_id":null,"disabled":false,"extension":{},"id":"` + w.basic + `","name":"Alice","org_id":null}`
			if got := jsonOf(t, a.body); got != want {
				t.Errorf("it is %s, want %s", got, want)
			}
			list := w.must(t, "GET", "/users/"+w.alice+"/accounts", "")
			row := list.rows("accounts")[0]
			if list.number("total") != 1 || row["id"] != w.basic || row["application_id"] != w.app || row["account_type"] != "BASIC_ACCOUNT" {
				t.Errorf("the accounts of the user are %s", list.text)
			}
			for _, name := range []string{"org_id", "disabled"} {
				if _, ok := row[name]; ok {
					t.Errorf("the accounts of the user show %s: %s", name, list.text)
				}
			}
		})
		t.Run("an account is made as it is asked for", func(t *testing.T) {
			id := w.create(t, public, `{"account_name":"Made","name":"Made up","org_code":"AO","password":"Round-Stone-2026!","disabled":true}`, "account_id")
			w.secret("Round-Stone-2026!")
			if a := show(t, id); a.str("account_name") != "Made" || a.str("name") != "Made up" || a.str("org_id") != w.appOrg || a.body["disabled"] != true || a.str("account_type") != "PUBLIC_ACCOUNT" {
				t.Errorf("it is %s", a.text)
			}
			w.must(t, "DELETE", w.accounts()+"/"+id, "")
		})
		t.Run("an empty organization is none", func(t *testing.T) {
			id := w.create(t, orphan, `{"account_name":"none","org_code":""}`, "account_id")
			if a := show(t, id); a.body["org_id"] != nil {
				t.Errorf("it is %s", a.text)
			}
			w.must(t, "DELETE", w.accounts()+"/"+id, "")
		})
		nowhereAccounts := w.in(nowhere) + "/accounts"
		other := "/" + w.plainPublic // of another application
		cases := []eiamCase{
			{"a basic account in no application", "POST", "/applications//accounts/basic-account", `{"user_id":"` + w.bob + `"}`, "APP.0006"},
			{"a basic account in an unknown application", "POST", nowhereAccounts + "/basic-account", `{"user_id":"` + w.bob + `"}`, "APP.0001"},
			{"a basic account of nobody", "POST", basic, `{"user_id":"` + nowhere + `"}`, "USER.0001"},
			{"a basic account of no user", "POST", basic, `{}`, "USER.0001"},
			{"an unknown user before an unknown organization", "POST", basic, `{"user_id":"` + nowhere + `","org_code":"NONE"}`, "USER.0001"},
			{"a basic account in an unknown organization", "POST", basic, `{"user_id":"` + w.bob + `","org_code":"NONE"}`, "APP.ORG.0024"},
			{"an unknown organization before a blank name", "POST", orphan, `{"account_name":"","org_code":"NONE"}`, "APP.ORG.0024"},
			{"a blank name for a basic account", "POST", basic, `{"user_id":"` + w.bob + `","account_name":"  "}`, "APP.ACCOUNT.0001"},
			{"a second basic account", "POST", basic, `{"user_id":"` + w.alice + `","account_name":"second"}`, "APP.ACC.0029"},
			{"a second basic account of a taken name", "POST", basic, `{"user_id":"` + w.alice + `"}`, "APP.ACC.0029"},
			{"a name that is taken", "POST", basic, `{"user_id":"` + w.bob + `","account_name":"shared"}`, "APP.ACC.0013"},
			{"a name that is taken in other letters", "POST", orphan, `{"account_name":"SHARED"}`, "APP.ACC.0013"},
			{"a name that a basic account has", "POST", public, `{"account_name":"alice"}`, "APP.ACC.0013"},
			{"an orphan account without a name", "POST", orphan, `{}`, "APP.ACCOUNT.0001"},
			{"a public account without a name", "POST", public, `{"name":"x"}`, "APP.ACCOUNT.0001"},
			{"a public account with a blank name", "POST", public, `{"account_name":" "}`, "APP.ACCOUNT.0001"},
			{"an orphan account in an unknown application", "POST", nowhereAccounts + "/orphan-account", `{"account_name":"x"}`, "APP.0001"},
			{"a public account in a blank application", "POST", "/applications/%20/accounts/public-account", `{"account_name":"x"}`, "APP.0006"},
			{"a short password", "POST", orphan, `{"account_name":"x","password":"a"}`, "PWD.0002"},
			{"disabled as a number", "POST", orphan, `{"account_name":"x","disabled":1}`, "COM.0601"},
			{"no JSON", "POST", orphan, `account_name=x`, "COM.0601"},
			{"changing to a name that is taken", "PUT", w.accounts() + "/" + w.orphan, `{"account_name":"Shared"}`, "APP.ACC.0013"},
			{"changing without a name", "PUT", w.accounts() + "/" + w.orphan, `{"name":"x"}`, "APP.ACCOUNT.0001"},
			{"changing to an unknown organization", "PUT", w.accounts() + "/" + w.orphan, `{"account_name":"orphan","org_code":"NONE"}`, "APP.ORG.0024"},
			{"a type there is not", "GET", w.accounts() + "?offset=0&limit=10&account_type=BASIC", "", "APP.ACCOUNT.0045"},
			{"a type in small letters", "GET", w.accounts() + "?offset=0&limit=10&account_type=basic_account", "", "APP.ACCOUNT.0045"},
		}
		for _, verb := range []struct{ method, tail, body string }{{"PUT", "", `{"account_name":"x"}`}, {"DELETE", "", ""}, {"PUT", "/enable", ""}, {"PUT", "/disable", ""}, {"GET", "", ""}} {
			name := verb.method + verb.tail
			cases = append(cases,
				eiamCase{name + " in a blank application", verb.method, "/applications/%20/accounts/" + w.orphan + verb.tail, verb.body, "APP.0006"},
				eiamCase{name + " in an unknown application", verb.method, nowhereAccounts + "/" + w.orphan + verb.tail, verb.body, "APP.0001"},
				eiamCase{name + " of a blank account", verb.method, w.accounts() + "/%20" + verb.tail, verb.body, "APP.ACCOUNT.0047"},
				eiamCase{name + " of an unknown account", verb.method, w.accounts() + "/" + nowhere + verb.tail, verb.body, "APP.ACCOUNT.0028"},
				eiamCase{name + " of an account of another application", verb.method, w.accounts() + other + verb.tail, verb.body, "APP.ACCOUNT.0028"})
		}
		w.refuses(t, cases)

		t.Run("changing answers 201 and keeps what is empty", func(t *testing.T) {
			path := w.accounts() + "/" + w.orphan
			a := w.do(t, "PUT", path, `{"account_name":"orphan","name":"Orphan","org_code":"AO","disabled":true}`).wants(t, http.StatusCreated, "")
			if a.str("account_id") != w.orphan || len(a.body) != 1 {
				t.Errorf("it answers %s", a.text)
			}
			w.do(t, "PUT", path, `{"account_name":"Orphan","org_code":"","password":""}`).wants(t, http.StatusCreated, "")
			if a := show(t, w.orphan); a.str("account_name") != "Orphan" || a.str("name") != "Orphan" || a.str("org_id") != w.appOrg || a.body["disabled"] != true || a.str("account_type") != "ORPHAN_ACCOUNT" {
				t.Errorf("it is %s", a.text)
			}
		})
		t.Run("enabling and disabling again is harmless", func(t *testing.T) {
			for _, tt := range []struct {
				verb     string
				disabled bool
			}{{"enable", false}, {"enable", false}, {"disable", true}, {"disable", true}, {"enable", false}} {
				if a := w.do(t, "PUT", w.accounts()+"/"+w.orphan+"/"+tt.verb, "").wants(t, http.StatusOK, ""); a.str("account_id") != w.orphan {
					t.Errorf("it answers %s", a.text)
				}
				if a := show(t, w.orphan); a.body["disabled"] != tt.disabled {
					t.Errorf("after %s: %s", tt.verb, a.text)
				}
			}
		})
		t.Run("lists are of one type or of all", func(t *testing.T) {
			for kind, want := range map[string][]string{"BASIC_ACCOUNT": {w.basic}, "ORPHAN_ACCOUNT": {w.orphan}, "PUBLIC_ACCOUNT": {w.public}, "": {w.basic, w.orphan, w.public}} {
				a := w.must(t, "GET", w.accounts()+"?offset=0&limit=10&account_type="+kind, "")
				if got := eiamColumn(a.rows("accounts"), "id"); !slices.Equal(got, want) || a.number("total") != len(want) {
					t.Errorf("%q: %s", kind, a.text)
				}
			}
		})
		t.Run("the same name is free in another application", func(t *testing.T) {
			w.create(t, w.in(w.plain)+"/accounts/orphan-account", `{"account_name":"orphan"}`, "account_id")
		})
		t.Run("a name that was given up is free", func(t *testing.T) {
			w.do(t, "DELETE", w.accounts()+"/"+w.orphan, "").wants(t, http.StatusNoContent, "")
			w.do(t, "DELETE", w.accounts()+"/"+w.orphan, "").wants(t, http.StatusBadRequest, "APP.ACCOUNT.0028")
			w.create(t, orphan, `{"account_name":"orphan"}`, "account_id")
		})
		t.Run("deleting a public account takes its users and owner along", func(t *testing.T) {
			w.must(t, "POST", w.shared()+"/users/bind", `{"user_names":["bob"]}`)
			w.must(t, "POST", w.shared()+"/owner", `{"user_name":"bob"}`)
			w.must(t, "DELETE", w.accounts()+"/"+w.public, "")
			if a := w.must(t, "GET", "/users/"+w.bob+"/accounts", ""); a.number("total") != 0 {
				t.Errorf("bob has %s", a.text)
			}
			w.do(t, "GET", w.shared()+"/owner", "").wants(t, http.StatusBadRequest, "APP.ACCOUNT.0038")
		})
	})
}

func TestEIAMGrantAccount(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		grant := func(user, app string) string { return "/users/" + user + "/applications/" + app + "/accounts" }
		w.refuses(t, []eiamCase{
			{"nobody before an unknown application", "POST", grant(nowhere, nowhere), "", "USER.0001"},
			{"a blank application", "POST", grant(w.bob, "%20"), "", "APP.0006"},
			{"an unknown application", "POST", grant(w.bob, nowhere), "{}", "APP.0001"},
			{"a user who has one", "POST", grant(w.alice, w.app), `{"account_name":"another"}`, "APP.ACC.0029"},
			{"a name that is taken", "POST", grant(w.bob, w.app), `{"account_name":"SHARED"}`, "APP.ACC.0013"},
			{"a name that is none", "POST", grant(w.bob, w.app), `{"account_name":{}}`, "COM.0601"},
		})
		for _, tt := range []struct{ name, app, body, want string }{{"the login is the name", w.app, "{}", "bob"}, {"another name", w.plain, `{"account_name":"robert"}`, "robert"}, {"no body", w.single, "", "bob"}} {
			t.Run(tt.name, func(t *testing.T) {
				a := w.do(t, "POST", grant(w.bob, tt.app), tt.body).wants(t, http.StatusOK, "")
				if len(a.body) != 1 || !eiamID.MatchString(a.str("account_id")) {
					t.Fatalf("it answers %s", a.text)
				}
				if got := w.must(t, "GET", w.in(tt.app)+"/accounts/"+a.str("account_id"), ""); got.str("account_name") != tt.want || got.str("account_type") != "BASIC_ACCOUNT" {
					t.Errorf("it is %s", got.text)
				}
			})
		}
		t.Run("the user has them all", func(t *testing.T) {
			a := w.must(t, "GET", "/users/"+w.bob+"/accounts", "")
			if a.number("total") != 3 || !sameTexts(eiamColumn(a.rows("accounts"), "application_id"), []string{w.app, w.plain, w.single}) {
				t.Errorf("they are %s", a.text)
			}
		})
	})
}

func TestEIAMApplicationOrganizations(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		orgs := w.in(w.app) + "/organizations"
		branch := orgs + "/" + w.appOrg
		cases := []eiamCase{
			{"no code", "POST", orgs, `{"name":"x"}`, "COM.0601"},
			{"no name", "POST", orgs, `{"org_code":"x"}`, "COM.0601"},
			{"a name of 101 characters", "POST", orgs, `{"org_code":"x","name":"` + strings.Repeat("名", 101) + `"}`, "COM.0601"},
			{"an unknown parent", "POST", orgs, `{"org_code":"x","name":"x","parent_id":"` + nowhere + `"}`, "APP.ORG.0040"},
			{"an unknown parent before a code that is taken", "POST", orgs, `{"org_code":"AO","name":"x","parent_id":"` + nowhere + `"}`, "APP.ORG.0040"},
			{"an organization of the tenant as parent", "POST", orgs, `{"org_code":"x","name":"x","parent_id":"` + w.hq + `"}`, "APP.ORG.0040"},
			{"a code that is taken", "POST", orgs, `{"org_code":"AO","name":"x"}`, "APP.0009"},
			{"changing to an unknown parent", "PUT", branch, `{"parent_id":"` + nowhere + `"}`, "APP.ORG.0040"},
			{"changing to be its own parent", "PUT", branch, `{"parent_id":"` + w.appOrg + `"}`, "APP.ORG.0040"},
		}
		for _, verb := range []struct{ method, id, body string }{{"POST", "", `{"org_code":"x","name":"x"}`}, {"GET", "", ""}, {"GET", "/" + w.appOrg, ""}, {"PUT", "/" + w.appOrg, `{"name":"x"}`}, {"DELETE", "/" + w.appOrg, ""}} {
			name, tail := verb.method+verb.id[:min(1, len(verb.id))], verb.id
			if verb.method == "GET" && tail == "" {
				tail = "?offset=0&limit=10"
			}
			cases = append(cases,
				eiamCase{name + " in a blank application", verb.method, "/applications/%20/organizations" + tail, verb.body, "APP.0006"},
				eiamCase{name + " in an unknown application", verb.method, w.in(nowhere) + "/organizations" + tail, verb.body, "APP.0001"},
				eiamCase{name + " in an application without them", verb.method, w.in(w.plain) + "/organizations" + tail, verb.body, "APP.OBJECTMODEL.0005"})
			if verb.id != "" {
				cases = append(cases,
					eiamCase{name + " of an unknown one", verb.method, orgs + "/" + nowhere, verb.body, "APP.ORG.0024"},
					eiamCase{name + " of an organization of the tenant", verb.method, orgs + "/" + w.hq, verb.body, "APP.ORG.0024"})
			}
		}
		w.refuses(t, cases)
		child := w.create(t, orgs, `{"org_code":"CH","name":"Child","parent_id":"`+w.appOrg+`"}`, "org_id")
		t.Run("it is shown", func(t *testing.T) {
			a := w.do(t, "GET", orgs+"/"+child, "").wants(t, http.StatusOK, "")
			want := `{"disabled":false,"extension":{},"name":"Child","org_code":"CH","org_id":"` + child + `","parent_id":"` + w.appOrg + `"}`
			if got := jsonOf(t, a.body); got != want {
				t.Errorf("it is %s, want %s", got, want)
			}
			list := w.do(t, "GET", orgs+"?offset=0&limit=10", "").wants(t, http.StatusOK, "")
			if !slices.Equal(eiamColumn(list.rows("organizations"), "org_id"), []string{w.appOrg, child}) || list.number("total") != 2 {
				t.Errorf("the list is %s", list.text)
			}
		})
		t.Run("it cannot be moved below its child", func(t *testing.T) {
			w.do(t, "PUT", branch, `{"parent_id":"`+child+`"}`).wants(t, http.StatusBadRequest, "APP.ORG.0040")
		})
		t.Run("one with children stays", func(t *testing.T) {
			w.do(t, "DELETE", branch, "").wants(t, http.StatusBadRequest, "APP.ORG.0027")
		})
		t.Run("one with accounts stays", func(t *testing.T) {
			id := w.create(t, w.accounts()+"/orphan-account", `{"account_name":"child","org_code":"CH"}`, "account_id")
			w.do(t, "DELETE", orgs+"/"+child, "").wants(t, http.StatusBadRequest, "APP.ORG.0028")
			w.must(t, "DELETE", w.accounts()+"/"+id, "")
		})
		t.Run("an empty name stays, and another is taken", func(t *testing.T) {
			for body, want := range map[string]string{`{"name":""}`: "Child", `{"name":"Kid"}`: "Kid"} {
				if a := w.do(t, "PUT", orgs+"/"+child, body).wants(t, http.StatusOK, ""); a.str("org_id") != child {
					t.Errorf("it answers %s", a.text)
				}
				if a := w.must(t, "GET", orgs+"/"+child, ""); a.str("name") != want || a.str("parent_id") != w.appOrg {
					t.Errorf("it is %s", a.text)
				}
				w.must(t, "PUT", orgs+"/"+child, `{"name":"Child"}`)
			}
		})
		t.Run("an empty one goes, once", func(t *testing.T) {
			w.do(t, "DELETE", orgs+"/"+child, "").wants(t, http.StatusNoContent, "")
			w.do(t, "DELETE", orgs+"/"+child, "").wants(t, http.StatusBadRequest, "APP.ORG.0024")
			w.do(t, "DELETE", branch, "").wants(t, http.StatusNoContent, "")
		})
	})
}

func TestEIAMApplicationRoles(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		app, off := w.in(w.app), "APP.OBJECTMODEL.0006"
		member := func(account string) string { return w.accounts() + "/" + account + "/member-role" }
		many := func(name string) string {
			return `{"role_id":"` + w.role + `","` + name + `":["x"` + strings.Repeat(`,"x"`, 50) + `]}`
		}
		cases := []eiamCase{
			{"a role without a code", "POST", app + "/role", `{"name":"x"}`, "COM.0601"},
			{"a role without a name", "POST", app + "/role", `{"code":"x"}`, "COM.0601"},
			{"a code that is taken", "POST", app + "/role", `{"code":"R1","name":"x"}`, "APP.ROLE.0001"},
			{"51 roles at once", "POST", member(w.public), many("role_ids"), "COM.0601"},
			{"no roles to give", "POST", member(w.public), `{}`, "COM.0601"},
			{"no roles to take", "DELETE", member(w.public), ``, "COM.0601"},
			{"roles that are none", "DELETE", member(w.public), `{"role_ids":"` + w.role + `"}`, "COM.0601"},
			{"51 accounts at once", "POST", app + "/role-member", many("account_Ids"), "COM.0601"},
			{"51 accounts to take it from", "DELETE", app + "/role-member", many("account_Ids"), "COM.0601"},
			{"no accounts", "POST", app + "/role-member", `{"role_id":"` + w.role + `"}`, "COM.0601"},
			{"accounts in other letters", "POST", app + "/role-member", `{"role_id":"` + w.role + `","account_ids":["` + w.public + `"]}`, "COM.0601"},
			{"members of an unknown role", "POST", app + "/role-member", `{"role_id":"` + nowhere + `","account_Ids":["` + w.public + `"]}`, "APP.ROLE.0002"},
			{"members of a role of another application", "POST", app + "/role-member", `{"role_id":"` + w.singleRole + `","account_Ids":["` + w.public + `"]}`, "APP.ROLE.0002"},
			{"taking from an unknown role", "DELETE", app + "/role-member", `{"role_id":"` + nowhere + `","account_Ids":["` + w.public + `"]}`, "APP.ROLE.0002"},
			{"two roles where one is allowed", "POST", w.in(w.single) + "/accounts/" + w.singleAccount + "/member-role", `{"role_ids":["` + w.singleRole + `","` + w.singleNext + `"]}`, "APP.ROLE.0004"},
		}
		ids := `{"role_ids":["` + w.role + `"]}`
		members := `{"role_id":"` + w.role + `","account_Ids":["` + w.public + `"]}`
		for _, verb := range []struct{ method, path, body string }{{"POST", "/role", `{"code":"x","name":"x"}`}, {"PUT", "/role/" + w.role, `{"name":"x"}`}, {"DELETE", "/role/" + w.role, ""}, {"GET", "/role/" + w.role, ""},
			{"GET", "/app-roles?offset=0&limit=10", ""}, {"POST", "/role-member", members}, {"DELETE", "/role-member", members}, {"GET", "/role-member-list/" + w.role + "?offset=0&limit=10", ""},
			{"GET", "/app-role/" + w.role + "/permissions", ""}, {"GET", "/app-roles/permissions/page?offset=0&limit=10", ""}} {
			name, _, _ := strings.Cut(verb.method+" "+verb.path, "?")
			cases = append(cases,
				eiamCase{name + " in a blank application", verb.method, "/applications/%20" + verb.path, verb.body, "APP.0006"},
				eiamCase{name + " in an unknown application", verb.method, w.in(nowhere) + verb.path, verb.body, "APP.0001"},
				eiamCase{name + " in an application without roles", verb.method, w.in(w.plain) + verb.path, verb.body, off})
			if strings.Contains(verb.path, w.role) {
				for what, id := range map[string]string{"an unknown role": nowhere, "a role of another application": w.singleRole} {
					cases = append(cases, eiamCase{name + " of " + what, verb.method, app + strings.ReplaceAll(verb.path, w.role, id), verb.body, "APP.ROLE.0002"})
				}
			}
		}
		for _, method := range []string{"POST", "DELETE"} {
			cases = append(cases,
				eiamCase{method + " roles in an unknown application", method, w.in(nowhere) + "/accounts/" + w.public + "/member-role", ids, "APP.0001"},
				eiamCase{method + " roles in an application without them", method, w.in(w.plain) + "/accounts/" + w.plainPublic + "/member-role", ids, off},
				eiamCase{method + " roles of a blank account", method, member("%20"), ids, "APP.ACCOUNT.0047"},
				eiamCase{method + " roles of an unknown account", method, member(nowhere), ids, "APP.ACCOUNT.0028"},
				eiamCase{method + " roles of an account of another application", method, member(w.plainPublic), ids, "APP.ACCOUNT.0028"})
		}
		for _, path := range []string{"/account/%s/permissions"} {
			for id, code := range map[string]string{"%20": "APP.ACCOUNT.0047", nowhere: "APP.ACCOUNT.0028", w.plainPublic: "APP.ACCOUNT.0028"} {
				cases = append(cases, eiamCase{"permissions of " + id, "GET", app + strings.Replace(path, "%s", id, 1), "", code})
			}
		}
		w.refuses(t, cases)

		lists := func(t *testing.T, a *eiamAnswer, good, bad []string) {
			t.Helper()
			a.wants(t, http.StatusOK, "")
			if !sameTexts(a.texts("success_list"), good) || !sameTexts(a.texts("fail_list"), bad) || a.body["success_list"] == nil || a.body["fail_list"] == nil {
				t.Errorf("it answers %s, want %v and %v", a.text, good, bad)
			}
		}
		holders := func(t *testing.T, app, role string, want ...string) {
			t.Helper()
			a := w.must(t, "GET", w.in(app)+"/role-member-list/"+role+"?offset=0&limit=50", "")
			if got := eiamColumn(a.rows("role_members"), "id"); !sameTexts(got, want) || a.number("total") != len(want) {
				t.Errorf("its members are %s, want %v", a.text, want)
			}
		}
		t.Run("unknown roles fail and the others are given, again without harm", func(t *testing.T) {
			for range 2 {
				lists(t, w.do(t, "POST", member(w.public), `{"role_ids":["`+w.role+`","`+nowhere+`","`+w.singleRole+`"]}`), []string{w.role}, []string{nowhere, w.singleRole})
				holders(t, w.app, w.role, w.public)
			}
		})
		t.Run("unknown accounts fail and the others get it, again without harm", func(t *testing.T) {
			for range 2 {
				lists(t, w.do(t, "POST", app+"/role-member", `{"role_id":"`+w.role+`","account_Ids":["`+w.basic+`","`+nowhere+`","`+w.plainPublic+`"]}`), []string{w.basic}, []string{nowhere, w.plainPublic})
				holders(t, w.app, w.role, w.public, w.basic)
			}
		})
		t.Run("members are shown without the person answerable", func(t *testing.T) {
			row := w.must(t, "GET", app+"/role-member-list/"+w.role+"?offset=0&limit=1", "").rows("role_members")[0]
			if _, ok := row["attr_manager_id"]; ok || row["account_type"] == nil || row["account_name"] == nil {
				t.Errorf("a member is %v", row)
			}
		})
		t.Run("permissions refer to roles", func(t *testing.T) {
			a := w.must(t, "GET", app+"/account/"+w.public+"/permissions", "")
			want := `{"dataPerms":[],"funcPerms":[],"roles":[{"id":"` + w.role + `","remoteId":null}]}`
			if got := jsonOf(t, a.body); got != want {
				t.Errorf("they are %s, want %s", got, want)
			}
			page := w.must(t, "GET", app+"/accounts/permissions/page?offset=0&limit=50", "")
			if page.number("number") != 0 || page.number("size") != 50 || page.number("total") < 2 {
				t.Errorf("the page is %s", page.text)
			}
			for _, row := range page.rows("list") {
				for _, group := range []string{"roles", "funcPerms", "dataPerms"} {
					if list, ok := row[group].([]any); ok && len(list) == 0 {
						t.Errorf("the page shows an empty group: %s", page.text)
					}
				}
			}
			if got := jsonOf(t, w.must(t, "GET", app+"/app-role/"+w.role+"/permissions", "").body); got != `{"dataPerms":[],"funcPerms":[]}` {
				t.Errorf("the role's are %s", got)
			}
		})
		t.Run("taking is harmless too", func(t *testing.T) {
			for range 2 {
				lists(t, w.do(t, "DELETE", member(w.public), `{"role_ids":["`+w.role+`","`+nowhere+`"]}`), []string{w.role}, []string{nowhere})
				lists(t, w.do(t, "DELETE", app+"/role-member", `{"role_id":"`+w.role+`","account_Ids":["`+w.basic+`","`+nowhere+`"]}`), []string{w.basic}, []string{nowhere})
			}
			holders(t, w.app, w.role)
		})
		t.Run("one role to an account", func(t *testing.T) {
			one := w.in(w.single) + "/accounts/" + w.singleAccount + "/member-role"
			lists(t, w.do(t, "POST", one, `{"role_ids":["`+w.singleRole+`"]}`), []string{w.singleRole}, nil)
			w.do(t, "POST", one, `{"role_ids":["`+w.singleNext+`"]}`).wants(t, http.StatusBadRequest, "APP.ROLE.0004")
			lists(t, w.do(t, "POST", one, `{"role_ids":["`+w.singleRole+`"]}`), []string{w.singleRole}, nil)
			lists(t, w.do(t, "POST", w.in(w.single)+"/role-member", `{"role_id":"`+w.singleNext+`","account_Ids":["`+w.singleAccount+`"]}`), nil, []string{w.singleAccount})
			holders(t, w.single, w.singleRole, w.singleAccount)
			holders(t, w.single, w.singleNext)
		})
		t.Run("a role is shown, renamed and deleted", func(t *testing.T) {
			if a := w.do(t, "PUT", app+"/role/"+w.role, `{"name":"Viewer"}`).wants(t, http.StatusOK, ""); a.str("role_id") != w.role {
				t.Errorf("it answers %s", a.text)
			}
			a := w.must(t, "GET", app+"/role/"+w.role, "")
			if a.str("id") != w.role || a.str("code") != "R1" || a.str("name") != "Viewer" || a.body["parentId"] != nil || a.body["remoteId"] != nil || a.body["disabled"] != false || len(a.body) != 8 {
				t.Errorf("it is %s", a.text)
			}
			list := w.must(t, "GET", app+"/app-roles?offset=0&limit=50", "")
			if list.number("offset") != 0 || list.number("limit") != 50 || list.number("total") != 2 || !slices.Equal(eiamColumn(list.rows("roles"), "id"), []string{w.role, w.otherRole}) {
				t.Errorf("the roles are %s", list.text)
			}
			w.must(t, "POST", member(w.public), ids)
			w.do(t, "DELETE", app+"/role/"+w.role, "").wants(t, http.StatusNoContent, "")
			w.do(t, "DELETE", app+"/role/"+w.role, "").wants(t, http.StatusBadRequest, "APP.ROLE.0002")
			if got := jsonOf(t, w.must(t, "GET", app+"/account/"+w.public+"/permissions", "").body["roles"]); got != "[]" {
				t.Errorf("the account still has %s", got)
			}
			w.create(t, app+"/role", `{"code":"R1","name":"Reader"}`, "role_id")
		})
	})
}

func TestEIAMPermissionTreesAndLog(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		now := time.Now().In(time.FixedZone("CST", 8*3600))
		at := func(d time.Duration) string { return now.Add(d).Format(time.DateTime) }
		logs := func(start, end string) string {
			return query("/logs/users-log", "start_time", start, "end_time", end, "offset", "0", "limit", "10")
		}
		w.refuses(t, []eiamCase{
			{"function permissions of a blank application", "GET", "/applications/%20/func-perms?offset=0&limit=10", "", "APP.0006"},
			{"function permissions of an unknown application", "GET", w.in(nowhere) + "/func-perms?offset=0&limit=10", "", "APP.0001"},
			{"data permissions of a blank application", "GET", "/applications//data-perms?offset=0&limit=10", "", "APP.0006"},
			{"data permissions of an unknown application", "GET", w.in(nowhere) + "/data-perms?offset=0&limit=10", "", "APP.0001"},
			{"account permissions of an unknown application", "GET", w.in(nowhere) + "/accounts/permissions/page?offset=0&limit=10", "", "APP.0001"},
			{"a log without a start", "GET", query("/logs/users-log", "end_time", at(0), "offset", "0", "limit", "10"), "", "COM.0601"},
			{"a log without an end", "GET", query("/logs/users-log", "start_time", at(-time.Hour), "offset", "0", "limit", "10"), "", "COM.0601"},
			{"a log from no time", "GET", logs("2026-02-30 00:00:00", at(0)), "", "COM.0601"},
			{"a log from a day", "GET", logs("2026-02-01", at(0)), "", "COM.0601"},
			{"a log that ends before it starts", "GET", logs(at(0), at(-time.Second)), "", "COM.0601"},
			{"a log of more than 31 days", "GET", logs(at(-31*24*time.Hour-time.Second), at(0)), "", "COM.0601"},
		})
		for _, path := range []string{"/func-perms?", "/data-perms?", "/data-perms?model_id=" + nowhere + "&"} {
			a := w.do(t, "GET", w.in(w.app)+path+"offset=0&limit=50", "").wants(t, http.StatusOK, "")
			if got := jsonOf(t, a.body); got != `{"list":[],"number":0,"size":50,"total":0}` {
				t.Errorf("%s: %s", path, got)
			}
		}
		for _, path := range []string{logs(at(-31*24*time.Hour), at(0)),
			strings.ReplaceAll(logs(at(-time.Hour), at(time.Hour)), "+", "%20")} {
			a := w.do(t, "GET", path, "").wants(t, http.StatusOK, "")
			if a.number("number") != 0 || a.number("size") != 10 || a.body["list"] == nil || a.number("total") < len(a.rows("list")) {
				t.Errorf("%s: %s", path, a.text)
			}
		}
	})
}
