package test

import (
	"net/http"
	"strings"
	"testing"
)

// users are the logins of those who use a public account.
func (w *eiamWorld) usersOf(t testing.TB, path string) []string {
	t.Helper()
	return eiamColumn(w.must(t, "GET", path+"/users?offset=0&limit=100", "").rows("associated_users"), "userName")
}

// The published page of adding users to a public account, letter by letter: what it answers, and its errors in their order.
func TestEIAMAddUsersToAPublicAccount(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		w.createUser(t, `{"user_name":"cq04130006","org_code":"HQ"}`)
		w.createUser(t, `{"user_name":"cq04130005","org_code":"HQ"}`)
		const page = `{
"user_names": ["cq04130006","cq04130005"]
}`
		both := []string{"cq04130006", "cq04130005"}
		bind := w.shared() + "/users/bind"

		t.Run("the example answers the id of the account alone", func(t *testing.T) {
			a := w.do(t, "POST", bind, page).wants(t, http.StatusOK, "")
			if len(a.body) != 1 || a.str("account_id") != w.public {
				t.Errorf("it answers %s", a.text)
			}
			if got := w.usersOf(t, w.shared()); !sameTexts(got, both) {
				t.Errorf("its users are %v", got)
			}
		})
		t.Run("binding again changes nothing", func(t *testing.T) {
			before := w.picture(t)
			if a := w.do(t, "POST", bind, page).wants(t, http.StatusOK, ""); a.str("account_id") != w.public {
				t.Errorf("it answers %s", a.text)
			}
			w.do(t, "POST", bind, `{"user_names":["cq04130006","CQ04130006"," cq04130006 "]}`).wants(t, http.StatusOK, "")
			w.unchanged(t, before)
		})
		t.Run("an account with account_all alone may do it", func(t *testing.T) {
			c := w.eiamCaller.as(t, w.eiamApp(t, w.uin, "accounts", "account_all"))
			c.do(t, "POST", bind, page).wants(t, http.StatusOK, "")
		})
		t.Run("names match in any case, and a name twice counts once", func(t *testing.T) {
			w.must(t, "POST", bind, `{"user_names":["BOB","bob"]}`)
			if got := w.usersOf(t, w.shared()); !sameTexts(got, append([]string{"bob"}, both...)) {
				t.Errorf("its users are %v", got)
			}
			w.must(t, "POST", w.shared()+"/users/unbind", `{"user_names":["bob"]}`)
		})
		t.Run("a disabled user may be bound, and shows as disabled", func(t *testing.T) {
			w.must(t, "POST", bind, `{"user_names":["carol"]}`)
			for _, row := range w.must(t, "GET", w.shared()+"/users?offset=0&limit=10", "").rows("associated_users") {
				if disabled := row["userName"] == "carol"; row["disabled"] != disabled || len(row) != 3 || !eiamID.MatchString(row["id"].(string)) {
					t.Errorf("a user is shown as %v", row)
				}
			}
			w.must(t, "POST", w.shared()+"/users/unbind", `{"user_names":["carol"]}`)
		})
		t.Run("a disabled account takes users", func(t *testing.T) {
			w.must(t, "PUT", w.accounts()+"/"+w.public+"/disable", "")
			w.do(t, "POST", bind, page).wants(t, http.StatusOK, "")
			w.must(t, "PUT", w.accounts()+"/"+w.public+"/enable", "")
		})

		const tail = "/users/bind"
		public := "/accounts/public-account/"
		type refusal struct{ name, path, body, code, chinese, english string }
		cases := []refusal{
			{"no application before anything else", "/applications/" + public + tail, "", "APP.0006", "应用ID不能为空", "App ID cannot be empty"},
			{"a blank application", "/applications/%20" + public + w.public + tail, page, "APP.0006", "应用ID不能为空", "App ID cannot be empty"},
			{"several blanks and a tab", "/applications/%20%09%20" + public + w.public + tail, page, "APP.0006", "应用ID不能为空", "App ID cannot be empty"},
			{"no account before an unknown application", "/applications/" + nowhere + public + tail, page, "APP.ACCOUNT.0047", "账号的ID不能为空", "The ID of the account cannot be blank"},
			{"a blank account", w.in(w.app) + public + "%20" + tail, page, "APP.ACCOUNT.0047", "账号的ID不能为空", "The ID of the account cannot be blank"},
			{"an unknown application before an unknown account", "/applications/" + nowhere + public + nowhere + tail, page, "APP.0001", "应用不存在", "App does not exist"},
			{"an unknown account before a bad body", w.in(w.app) + public + nowhere + tail, "{", "APP.ACCOUNT.0038", "公共账号不存在", "Public account does not exist"},
			{"the public account of another application", w.in(w.app) + public + w.plainPublic + tail, page, "APP.ACCOUNT.0038", "公共账号不存在", "Public account does not exist"},
			{"a basic account", w.in(w.app) + public + w.basic + tail, page, "APP.ACCOUNT.0038", "公共账号不存在", "Public account does not exist"},
			{"an orphan account", w.in(w.app) + public + w.orphan + tail, page, "APP.ACCOUNT.0038", "公共账号不存在", "Public account does not exist"},
			{"a longer id", w.in(w.app) + public + w.public + "0" + tail, page, "APP.ACCOUNT.0038", "公共账号不存在", "Public account does not exist"},
		}
		shape := "参数错误,缺少参数或者参数类型不正确"
		for name, body := range map[string]string{"no body": "", "a list as body": "[]", "broken JSON": `{"user_names":["bob"`, "no names": "{}", "null names": `{"user_names":null}`,
			"a name alone": `{"user_names":"bob"}`, "a number among the names": `{"user_names":["bob",1]}`, "null among the names": `{"user_names":["bob",null]}`,
			"a list among the names": `{"user_names":[["bob"]]}`, "an object of names": `{"user_names":{"0":"bob"}}`,
			"more than a thousand names": `{"user_names":["bob"` + strings.Repeat(`,"bob"`, 1000) + `]}`, "a member twice": `{"user_names":["bob"],"user_names":["bob"]}`} {
			cases = append(cases, refusal{name, w.shared() + tail, body, "COM.0601", shape, "Parameter missing or incorrect parameter type"})
		}
		for name, body := range map[string]string{"an empty list": `{"user_names":[]}`, "an empty name": `{"user_names":["bob",""]}`, "a blank name": `{"user_names":["  "]}`} {
			cases = append(cases, refusal{name, w.shared() + tail, body, "APP.ACCOUNT.0001", "", ""})
		}
		cases = append(cases, refusal{"one unknown name refuses the whole call", w.shared() + tail, `{"user_names":["bob","nobody","carol"]}`, "USER.0001", "用户不存在", "User does not exist"})
		before := w.picture(t)
		for _, tt := range cases {
			t.Run(tt.name, func(t *testing.T) {
				chinese := w.do(t, "POST", tt.path, tt.body).wants(t, http.StatusBadRequest, tt.code)
				if got := chinese.str("error_msg"); tt.chinese != "" && got != tt.chinese {
					t.Errorf("in Chinese: %q, want %q", got, tt.chinese)
				}
				for header, value := range map[string]string{"X-L": "en", "Accept-Language": "en-US,en;q=0.9"} {
					english := w.with(header, value).do(t, "POST", tt.path, tt.body).wants(t, http.StatusBadRequest, tt.code)
					if got := english.str("error_msg"); tt.english != "" && got != tt.english {
						t.Errorf("with %s: %q, want %q", header, got, tt.english)
					}
				}
				if got := w.with("Accept-Language", "zh-CN,en;q=0.5").do(t, "POST", tt.path, tt.body).str("error_msg"); got != chinese.str("error_msg") {
					t.Errorf("English as second language: %q", got)
				}
				before = w.unchanged(t, before)
			})
		}
		t.Run("a body of another type is none", func(t *testing.T) {
			c := w.with("Content-Type", "text/plain")
			c.do(t, "POST", bind, page).wants(t, http.StatusBadRequest, "COM.0601")
			c.do(t, "POST", w.in(w.app)+public+nowhere+tail, page).wants(t, http.StatusBadRequest, "APP.ACCOUNT.0038")
		})
		t.Run("any spelling of the type of JSON will do", func(t *testing.T) {
			for _, kind := range []string{"application/json", "application/json;charset=UTF-8", "Application/JSON; charset=utf-8", ""} {
				w.with("Content-Type", kind).do(t, "POST", bind, page).wants(t, http.StatusOK, "")
			}
		})
		t.Run("further members are passed over", func(t *testing.T) {
			w.do(t, "POST", bind, `{"user_names":["cq04130006"],"app_id":"x","more":{}}`).wants(t, http.StatusOK, "")
		})
		t.Run("a thousand names are not too many", func(t *testing.T) {
			w.do(t, "POST", bind, `{"user_names":["cq04130006"`+strings.Repeat(`,"cq04130006"`, 999)+`]}`).wants(t, http.StatusOK, "")
		})
		t.Run("without a token nothing else is looked at", func(t *testing.T) {
			c := w.eiamCaller
			c.token = ""
			c.do(t, "POST", "/applications/"+public+tail, "{").wants(t, http.StatusBadRequest, "invalid_token")
		})
	})
}

func TestEIAMRemoveUsersFromAPublicAccount(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		w.must(t, "POST", w.shared()+"/users/bind", `{"user_names":["alice","bob"]}`)
		unbind := w.shared() + "/users/unbind"
		public := w.in(w.app) + "/accounts/public-account/"
		const body = `{"user_names":["alice"]}`
		w.refuses(t, []eiamCase{
			{"no application", "POST", "/applications//accounts/public-account/" + w.public + "/users/unbind", body, "APP.0006"},
			{"no account", "POST", public + "/users/unbind", body, "APP.ACCOUNT.0047"},
			{"an unknown application", "POST", "/applications/" + nowhere + "/accounts/public-account/" + w.public + "/users/unbind", body, "APP.0001"},
			{"the account of another application", "POST", public + w.plainPublic + "/users/unbind", body, "APP.ACCOUNT.0038"},
			{"a basic account", "POST", public + w.basic + "/users/unbind", body, "APP.ACCOUNT.0038"},
			{"no names", "POST", unbind, "{}", "COM.0601"},
			{"names that are none", "POST", unbind, `{"user_names":[true]}`, "COM.0601"},
			{"an empty list", "POST", unbind, `{"user_names":[]}`, "APP.ACCOUNT.0001"},
			{"a blank name", "POST", unbind, `{"user_names":["alice"," "]}`, "APP.ACCOUNT.0001"},
			{"more than a thousand names", "POST", unbind, `{"user_names":["a"` + strings.Repeat(`,"a"`, 1000) + `]}`, "COM.0601"},
		})
		t.Run("names that are unknown or not bound are passed over", func(t *testing.T) {
			if a := w.do(t, "POST", unbind, `{"user_names":["nobody","carol","ALICE"]}`).wants(t, http.StatusOK, ""); a.str("account_id") != w.public {
				t.Errorf("it answers %s", a.text)
			}
			if got := w.usersOf(t, w.shared()); !sameTexts(got, []string{"bob"}) {
				t.Errorf("its users are %v", got)
			}
		})
		t.Run("again is harmless", func(t *testing.T) { w.do(t, "POST", unbind, body).wants(t, http.StatusOK, "") })
		t.Run("without users it is still a public account", func(t *testing.T) {
			w.must(t, "POST", unbind, `{"user_names":["bob"]}`)
			a := w.must(t, "GET", w.accounts()+"/"+w.public, "")
			if a.str("account_type") != "PUBLIC_ACCOUNT" || a.body["disabled"] != false {
				t.Errorf("it is %s", a.text)
			}
			if got := w.must(t, "GET", w.shared()+"/users?offset=0&limit=10", ""); got.number("total") != 0 || got.body["associated_users"] == nil || len(got.rows("associated_users")) != 0 {
				t.Errorf("its users are %s", got.text)
			}
		})
		t.Run("a user that is deleted is bound no longer", func(t *testing.T) {
			id := w.createUser(t, `{"user_name":"temp"}`)
			w.must(t, "POST", w.shared()+"/users/bind", `{"user_names":["temp","bob"]}`)
			w.must(t, "DELETE", "/users/"+id, "")
			if got := w.usersOf(t, w.shared()); !sameTexts(got, []string{"bob"}) {
				t.Errorf("its users are %v", got)
			}
		})
		t.Run("a user bears it among the accounts, under the login of now", func(t *testing.T) {
			w.must(t, "PUT", "/users/"+w.bob, `{"user_name":"robert"}`)
			if got := w.usersOf(t, w.shared()); !sameTexts(got, []string{"robert"}) {
				t.Errorf("its users are %v", got)
			}
			a := w.must(t, "GET", "/users/"+w.bob+"/accounts", "")
			rows := a.rows("accounts")
			if a.number("total") != 1 || len(rows) != 1 || rows[0]["id"] != w.public || rows[0]["account_type"] != "PUBLIC_ACCOUNT" || rows[0]["application_id"] != w.app {
				t.Errorf("the accounts are %s", a.text)
			}
		})
	})
}

func TestEIAMOwnerOfAPublicAccount(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		owner := w.shared() + "/owner"
		public := w.in(w.app) + "/accounts/public-account/"
		w.do(t, "GET", owner, "").wants(t, http.StatusBadRequest, "APP.ACCOUNT.0037")
		w.refuses(t, []eiamCase{
			{"no application", "POST", "/applications/%20/accounts/public-account/" + w.public + "/owner", `{"user_name":"bob"}`, "APP.0006"},
			{"no account", "POST", public + "%20/owner", `{"user_name":"bob"}`, "APP.ACCOUNT.0047"},
			{"an unknown application", "POST", "/applications/" + nowhere + "/accounts/public-account/" + w.public + "/owner", `{"user_name":"bob"}`, "APP.0001"},
			{"the account of another application", "POST", public + w.plainPublic + "/owner", `{"user_name":"bob"}`, "APP.ACCOUNT.0038"},
			{"an orphan account", "POST", public + w.orphan + "/owner", `{"user_name":"bob"}`, "APP.ACCOUNT.0038"},
			{"no name", "POST", owner, `{}`, "APP.ACCOUNT.0037"},
			{"a blank name", "POST", owner, `{"user_name":" "}`, "APP.ACCOUNT.0037"},
			{"an unknown name", "POST", owner, `{"user_name":"nobody"}`, "APP.ACCOUNT.0037"},
			{"a name that is no text", "POST", owner, `{"user_name":7}`, "COM.0601"},
			{"the owner in no application", "GET", "/applications//accounts/public-account/" + w.public + "/owner", "", "APP.0006"},
			{"the owner of no account", "GET", public + "/owner", "", "APP.ACCOUNT.0047"},
			{"the owner in an unknown application", "GET", "/applications/" + nowhere + "/accounts/public-account/" + w.public + "/owner", "", "APP.0001"},
			{"the owner of a basic account", "GET", public + w.basic + "/owner", "", "APP.ACCOUNT.0038"},
			{"the users of an account of another application", "GET", public + w.plainPublic + "/users?offset=0&limit=10", "", "APP.ACCOUNT.0038"},
			{"the users of no account", "GET", public + "/users?offset=0&limit=10", "", "APP.ACCOUNT.0047"},
		})
		for _, who := range []struct{ name, id string }{{"bob", w.bob}, {"bob", w.bob}, {"alice", w.alice}} {
			if a := w.do(t, "POST", owner, `{"user_name":"`+who.name+`"}`).wants(t, http.StatusOK, ""); a.str("account_id") != w.public {
				t.Errorf("it answers %s", a.text)
			}
			a := w.must(t, "GET", owner, "")
			if a.str("user_id") != who.id || a.str("user_name") != who.name || a.body["disabled"] != false || len(a.body) != 3 {
				t.Errorf("the owner is %s", a.text)
			}
		}
		t.Run("an owner is no user", func(t *testing.T) {
			if got := w.usersOf(t, w.shared()); len(got) != 0 {
				t.Errorf("its users are %v", got)
			}
		})
		t.Run("a disabled owner shows as disabled", func(t *testing.T) {
			w.must(t, "PUT", "/users/"+w.alice+"/disable", "")
			if a := w.must(t, "GET", owner, ""); a.body["disabled"] != true {
				t.Errorf("the owner is %s", a.text)
			}
			w.must(t, "PUT", "/users/"+w.alice+"/enable", "")
		})
		t.Run("a deleted owner is none", func(t *testing.T) {
			w.must(t, "DELETE", "/users/"+w.alice, "")
			w.do(t, "GET", owner, "").wants(t, http.StatusBadRequest, "APP.ACCOUNT.0037")
		})
	})
}
