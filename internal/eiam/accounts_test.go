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

// create makes an account by one of the three ways and answers its id.
func (e *tenant) create(t testing.TB, way string, body P) string {
	t.Helper()
	id := e.Must(t, http.StatusCreated, "POST", e.accounts()+"/"+way, body).Str("account_id")
	if !directory.IsID(id) {
		t.Fatalf("%q is no id", id)
	}
	return id
}

// appOrg makes an organization of the application and answers its id.
func (e *tenant) appOrg(t testing.TB, code, parent string) string {
	t.Helper()
	return e.Must(t, http.StatusCreated, "POST", "/applications/"+e.ID+"/organizations", P{"org_code": code, "name": "Org " + code, "parent_id": parent}).Str("org_id")
}

func TestAccountsAreShownAsTheyWereCreated(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		ann := e.persons(t, "ann")[0]
		org := e.appOrg(t, "sales", "")
		e.define(t, eiam.Attribute{Scope: eiam.ScopeAccount, Name: "age", Type: "text", Custom: true})
		for _, tc := range []struct {
			name, way string
			body      P
			want      string
		}{
			{"a basic account of nothing but its user", "basic-account", P{"user_id": ann},
				`"account_type":"BASIC_ACCOUNT","account_name":"ann","name":"Name of ann","org_id":null,"disabled":false,"attr_manager_id":null,"extension":{}`},
			{"an orphan with everything", "orphan-account",
				P{"account_name": " orphan ", "name": "Nobody", "org_code": "sales", "password": "kT7#mQ2$xW9!", "disabled": true, "extension": P{"age": "18"}},
				`"account_type":"ORPHAN_ACCOUNT","account_name":"orphan","name":"Nobody","org_id":"` + org + `","disabled":true,"attr_manager_id":null,"extension":{"age":"18"}`},
			{"a public one, with blanks for nothing", "public-account", P{"account_name": "共享", "org_code": "", "password": "", "disabled": "false"},
				`"account_type":"PUBLIC_ACCOUNT","account_name":"共享","name":null,"org_id":null,"disabled":false,"attr_manager_id":null,"extension":{}`},
		} {
			t.Run(tc.name, func(t *testing.T) {
				id := e.create(t, tc.way, tc.body)
				got := e.Must(t, http.StatusOK, "GET", e.accounts()+"/"+id, nil).Raw
				if want := `{"id":"` + id + `",` + tc.want + `}`; got != want {
					t.Errorf("%s, want %s", got, want)
				}
			})
		}
	})
}

func TestABasicAccountTakesItsNamesFromItsUserUnlessTheyAreGiven(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		ids := e.persons(t, "u1", "u2", "u3", "u4")
		granted := func(user string, body any) string {
			t.Helper()
			return e.Must(t, http.StatusOK, "POST", "/users/"+user+"/applications/"+e.ID+"/accounts", body).Str("account_id")
		}
		for _, tc := range []struct{ name, id, login, title string }{
			{"given at creation", e.create(t, "basic-account", P{"user_id": ids[0], "account_name": "first", "name": "First"}), "first", "First"},
			{"granted", granted(ids[1], P{}), "u2", "Name of u2"},
			{"granted with a blank", granted(ids[2], P{"account_name": " "}), "u3", "Name of u3"},
			{"granted with a name", granted(ids[3], P{"account_name": "fourth"}), "fourth", "Name of u4"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				got := e.Must(t, http.StatusOK, "GET", e.accounts()+"/"+tc.id, nil)
				if got.Str("account_type") != eiam.BasicAccount || got.Str("account_name") != tc.login || got.Str("name") != tc.title {
					t.Errorf("%s", got.Raw)
				}
			})
		}
	})
}

func TestUpdatingAnAccountChangesWhatIsGiven(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		sales, support := e.appOrg(t, "sales", ""), e.appOrg(t, "support", "")
		for _, name := range []string{"age", "floor"} {
			e.define(t, eiam.Attribute{Scope: eiam.ScopeAccount, Name: name, Type: "text", Custom: true})
		}
		id := e.create(t, "public-account", P{"account_name": "one", "name": "One", "org_code": "sales", "extension": P{"age": "18"}})
		path := e.accounts() + "/" + id
		for _, tc := range []struct {
			name string
			body P
			want string
		}{
			{"a name alone", P{"account_name": "two"}, `"account_name":"two","name":"One","org_id":"` + sales + `","disabled":false,"attr_manager_id":null,"extension":{"age":"18"}`},
			{"blanks that say nothing", P{"account_name": "two", "org_code": "", "password": ""},
				`"account_name":"two","name":"One","org_id":"` + sales + `","disabled":false,"attr_manager_id":null,"extension":{"age":"18"}`},
			{"only the case of its name", P{"account_name": "TWO"}, `"account_name":"TWO","name":"One","org_id":"` + sales + `","disabled":false,"attr_manager_id":null,"extension":{"age":"18"}`},
			{"everything", P{"account_name": "three", "name": "", "org_code": "support", "password": "kT7#mQ2$xW9!", "disabled": true, "extension": P{"age": "", "floor": "7"}},
				`"account_name":"three","name":null,"org_id":"` + support + `","disabled":true,"attr_manager_id":null,"extension":{"floor":"7"}`},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if got := e.Must(t, http.StatusCreated, "PUT", path, tc.body).Raw; got != `{"account_id":"`+id+`"}` {
					t.Errorf("%s", got)
				}
				if got := e.Must(t, http.StatusOK, "GET", path, nil).Raw; !strings.HasSuffix(got, tc.want+"}") {
					t.Errorf("%s, want %s", got, tc.want)
				}
			})
		}
	})
}

func TestEnablingAndDisablingAnAccountMayBeRepeated(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		path := e.accounts() + "/" + e.public(t, "one")
		for _, step := range []struct {
			verb     string
			disabled string
		}{{"enable", "false"}, {"disable", "true"}, {"disable", "true"}, {"enable", "false"}} {
			if got := e.Must(t, http.StatusOK, "PUT", path+"/"+step.verb, nil).Raw; got != `{"account_id":"`+path[strings.LastIndex(path, "/")+1:]+`"}` {
				t.Errorf("%s", got)
			}
			if got := e.Must(t, http.StatusOK, "GET", path, nil).Raw; !strings.Contains(got, `"disabled":`+step.disabled) {
				t.Errorf("after %s: %s", step.verb, got)
			}
		}
	})
}

func TestCallsAboutAccountsAreRefusedWithTheirCodes(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		persons := e.persons(t, "ann", "bob", "carla")
		e.appOrg(t, "sales", "")
		bare := e.w.ApplicationOf(t, &apitest.Account{UIN: int64(e.Application.Account)}, eiam.Application{Name: "bare", API: true}, "all")
		ids := map[string]string{"a": e.accounts(), "none": missing, "ann": persons[0], "bob": persons[1], "carla": persons[2],
			"app": "/applications/" + e.ID, "bare": "/applications/" + bare.ID, "id": e.public(t, "taken"),
			"foreign": bare.Must(t, http.StatusCreated, "POST", "/applications/"+bare.ID+"/accounts/orphan-account", P{"account_name": "x"}).Str("account_id")}
		e.create(t, "basic-account", P{"user_id": persons[0]})
		all := []refusal{
			{"a basic account of nobody", "POST {a}/basic-account", P{"org_code": "none"}, "USER.0001"},
			{"a basic account of an unknown user", "POST {a}/basic-account", P{"user_id": "{none}"}, "USER.0001"},
			{"a second basic account of a user", "POST {a}/basic-account", P{"user_id": "{ann}", "account_name": "taken"}, "APP.ACC.0029"},
			{"a basic account with a name that is taken", "POST {a}/basic-account", P{"user_id": "{bob}", "account_name": "ANN"}, "APP.ACC.0013"},
			{"a basic account with a blank name", "POST {a}/basic-account", P{"user_id": "{bob}", "account_name": ""}, "APP.ACCOUNT.0001"},
			{"an unknown organization before a blank name", "POST {a}/basic-account", P{"user_id": "{bob}", "account_name": "", "org_code": "none"}, "APP.ORG.0024"},
			{"an organization where there are none", "POST {bare}/accounts/basic-account", P{"user_id": "{bob}", "org_code": "sales"}, "APP.ORG.0024"},
			{"a password of personal data", "POST {a}/basic-account", P{"user_id": "{carla}", "account_name": "x1", "password": "Zx9!carla#Q"}, "PWD.0008"},
			{"an orphan without a name", "POST {a}/orphan-account", P{}, "APP.ACCOUNT.0001"},
			{"a public account with a name of blanks", "POST {a}/public-account", P{"account_name": " \t "}, "APP.ACCOUNT.0001"},
			{"a name with a control character", "POST {a}/public-account", P{"account_name": "a\u0007b"}, "COM.0601"},
			{"a name that is too long", "POST {a}/public-account", P{"account_name": strings.Repeat("é", 101)}, "COM.0601"},
			{"a state that is none", "POST {a}/public-account", P{"account_name": "x", "disabled": "maybe"}, "COM.0601"},
			{"an attribute that is not defined", "POST {a}/public-account", P{"account_name": "x", "extension": P{"age": "18"}}, "COM.0601"},
			{"an extension that is no object", "POST {a}/public-account", P{"account_name": "x", "extension": []string{}}, "COM.0601"},
			{"a short password", "POST {a}/public-account", P{"account_name": "x", "password": "aB3!"}, "PWD.0002"},
			{"the name as password", "POST {a}/public-account", P{"account_name": "xY3!xY3!", "password": "xY3!xY3!"}, "PWD.0003"},
			{"the name backwards as password", "POST {a}/public-account", P{"account_name": "xY3!xY3?", "password": "?3Yx!3Yx"}, "PWD.0004"},
			{"a password without digits", "POST {a}/public-account", P{"account_name": "x", "password": "abcdEFGH"}, "PWD.0005"},
			{"a password that is guessed first", "POST {a}/public-account", P{"account_name": "x", "password": "Password123!"}, "PWD.0006"},
			{"a password with the name in it", "POST {a}/public-account", P{"account_name": "kiosk", "password": "7&Kiosk#q2"}, "PWD.0008"},
			{"a body that is none", "POST {a}/orphan-account", `[`, "COM.0601"},
			{"an unknown application before a body that is none", "POST /applications/{none}/accounts/orphan-account", `[`, "APP.0001"},
			{"a blank application", "POST /applications/%20/accounts/orphan-account", `[`, "APP.0006"},

			{"granted to nobody before an unknown application", "POST /users/{none}/applications/{none}/accounts", P{}, "USER.0001"},
			{"granted to a blank user", "POST /users//applications/{none}/accounts", P{}, "USER.0001"},
			{"granted in a blank application", "POST /users/{bob}/applications/%20/accounts", P{}, "APP.0006"},
			{"granted in an unknown application", "POST /users/{bob}/applications/{none}/accounts", P{"account_name": 1}, "APP.0001"},
			{"granted to who has one, before a name that is taken", "POST /users/{ann}{app}/accounts", P{"account_name": "taken"}, "APP.ACC.0029"},
			{"granted with a name that is taken", "POST /users/{bob}{app}/accounts", P{"account_name": "Taken"}, "APP.ACC.0013"},
			{"granted with a name of another type", "POST /users/{bob}{app}/accounts", P{"account_name": 1}, "COM.0601"},

			{"updated without a name", "PUT {a}/{id}", P{"name": "x"}, "APP.ACCOUNT.0001"},
			{"updated to a name that is taken", "PUT {a}/{id}", P{"account_name": "ann"}, "APP.ACC.0013"},
			{"updated to an unknown organization", "PUT {a}/{id}", P{"account_name": "", "org_code": "none"}, "APP.ORG.0024"},
			{"updated to a weak password", "PUT {a}/{id}", P{"account_name": "ann", "password": "Password123!"}, "PWD.0006"},
			{"updated to an attribute that is not defined", "PUT {a}/{id}", P{"account_name": "y", "extension": P{"age": "18"}}, "COM.0601"},

			{"a wrong type", "GET {a}?account_type=OTHER&offset=0&limit=10", nil, "APP.ACCOUNT.0045"},
			{"a wrong type in an unknown application", "GET /applications/{none}/accounts?account_type=OTHER", nil, "APP.0001"},
			{"a page too large", "GET {a}?offset=0&limit=101", nil, "OAP.PAGE.0002"},
		}
		for _, c := range []struct{ call, body string }{{"GET {a}/{x}", ""}, {"PUT {a}/{x}", `{`}, {"DELETE {a}/{x}", ""}, {"PUT {a}/{x}/enable", ""}, {"PUT {a}/{x}/disable", ""}} {
			with := func(account string) string { return strings.Replace(c.call, "{x}", account, 1) }
			all = append(all,
				refusal{c.call + ": unknown", with("{none}"), c.body, "APP.ACCOUNT.0028"},
				refusal{c.call + ": of another application", with("{foreign}"), c.body, "APP.ACCOUNT.0028"},
				refusal{c.call + ": blank", with("%20"), c.body, "APP.ACCOUNT.0047"},
				refusal{c.call + ": an unknown application", strings.Replace(with("{none}"), "{a}", "/applications/{none}/accounts", 1), c.body, "APP.0001"})
		}
		e.refuse(t, ids, all)
		if got := e.Must(t, http.StatusOK, "GET", e.accounts()+"?offset=0&limit=10", nil); got.Int("total") != 2 {
			t.Errorf("a call that was refused has left something: %s", got.Raw)
		}
	})
}

func TestAccountsAreListedByTypeInTheOrderOfCreation(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		persons := e.persons(t, "u0", "u1", "u2", "u3", "u4", "u5", "u6", "u7")
		var all, shared []string
		for i, person := range persons {
			all = append(all, e.create(t, "basic-account", P{"user_id": person}), e.public(t, fmt.Sprint("public-", i)),
				e.create(t, "orphan-account", P{"account_name": fmt.Sprint("orphan-", i)}))
			shared = append(shared, all[len(all)-2])
		}
		walk := func(filter string) (seen []string) {
			for page := 0; ; page++ {
				got := e.Must(t, http.StatusOK, "GET", fmt.Sprintf("%s?offset=%d&limit=10%s", e.accounts(), page, filter), nil)
				if got.Len("accounts") == 0 {
					return seen
				}
				seen = append(seen, strings.Fields(column(got, "accounts", "id"))...)
			}
		}
		for filter, want := range map[string][]string{"": all, "&account_type=": all, "&account_type=PUBLIC_ACCOUNT": shared} {
			if got := walk(filter); !slices.Equal(got, want) {
				t.Errorf("%q lists %v, want %v", filter, got, want)
			}
		}
	})
}

func TestAccountsOfAPersonAreThoseItHasAndThoseItUses(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		persons := e.persons(t, "ann", "bob")
		other := &tenant{e.w.ApplicationOf(t, &apitest.Account{UIN: int64(e.Application.Account)}, eiam.Application{Name: "other", API: true}, "all"), e.w}
		shared := e.public(t, "shared")
		e.public(t, "unused")
		e.Must(t, http.StatusOK, "POST", e.accounts()+"/public-account/"+shared+"/users/bind", P{"user_names": []string{"ann", "bob"}})
		own := e.create(t, "basic-account", P{"user_id": persons[0]})
		theirs := other.create(t, "basic-account", P{"user_id": persons[0]})
		e.create(t, "basic-account", P{"user_id": persons[1]})
		of := func(client string) (ids []string) {
			all, err := eiam.AccountsOf(ctx, e.w.DB.Read(), e.Account, persons[0], client)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range all {
				ids = append(ids, x.ID)
			}
			return ids
		}
		if got, want := of(e.ClientID), []string{shared, own, theirs}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		e.write(t, func(tx *store.Tx) error {
			client, err := eiam.GetClient(ctx, tx, e.Account, e.ID)
			if err != nil {
				return err
			}
			return eiam.SetTargets(ctx, tx, e.Account, client, []string{other.ID})
		})
		if got, want := of(e.ClientID), []string{theirs}; !slices.Equal(got, want) {
			t.Errorf("limited: %v, want %v", got, want)
		}
	})
}

func TestOneOfManyCreatesTheSameAccount(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		ann := e.persons(t, "ann")[0]
		codes := make([]string, 12)
		var all sync.WaitGroup
		for i := range codes {
			all.Go(func() {
				switch i % 3 {
				case 0:
					codes[i] = e.Call(t, "POST", e.accounts()+"/basic-account", P{"user_id": ann}).Code
				case 1:
					codes[i] = e.Call(t, "POST", "/users/"+ann+"/applications/"+e.ID+"/accounts", P{}).Code
				case 2:
					codes[i] = e.Call(t, "POST", e.accounts()+"/orphan-account", P{"account_name": "Ann"}).Code
				}
			})
		}
		all.Wait()
		made := 0
		for _, code := range codes {
			switch code {
			case "":
				made++
			case "APP.ACC.0013", "APP.ACC.0029":
			default:
				t.Errorf("%s", code)
			}
		}
		if made != 1 {
			t.Errorf("%d have made it: %q", made, codes)
		}
	})
}

func TestPasswordsOfAccountsAreNotKept(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		const password = "kT7#mQ2$xW9!"
		e.create(t, "orphan-account", P{"account_name": "x", "password": password})
		for _, query := range []string{`SELECT COUNT(*) FROM audit WHERE record LIKE $1`, `SELECT COUNT(*) FROM eiam_accounts WHERE extension LIKE $1`} {
			var n int
			if err := e.w.DB.Read().QueryRowContext(ctx, query, "%kT7#mQ2%").Scan(&n); err != nil || n != 0 {
				t.Errorf("%s: %d, %v", query, n, err)
			}
		}
	})
}
