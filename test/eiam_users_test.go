package test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// eiamUserMembers are what a user is shown with, whatever is set.
var eiamUserMembers = []string{"user_id", "org_id", "user_name", "name", "mobile", "email", "first_name", "middle_name", "last_name", "employee_id", "external_id",
	"attr_city", "attr_nick_name", "attr_area", "attr_gender", "attr_work_place", "attr_identity_type", "attr_identity_number", "attr_manager_id", "attr_birthday",
	"attr_user_type", "attr_hire_date", "pwd_must_modify", "disabled", "locked", "grade", "created_at", "updated_at", "pwd_change_at", "last_login_ip", "last_login_at",
	"user_org_relation_list", "extension"}

func TestEIAMUsers(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		t.Run("a user is shown with all members", func(t *testing.T) {
			id := w.createUser(t, `{"user_name":"Full.Name","org_code":"DEV","name":"陈七","mobile":"+852-51234567","email":"Full@Example.com","employee_id":"E9","external_id":"X9",
				"first_name":"F","middle_name":"M","last_name":"L","attr_city":"武汉","attr_nick_name":"Q","attr_area":"CN","attr_gender":"male","attr_work_place":"W",
				"attr_identity_type":"id_card","attr_identity_number":"420100199911111111","attr_manager_id":"`+w.alice+`","attr_birthday":"1993-08-25","attr_hire_date":"2022-08-01",
				"user_org_relation_list":[{"org_code":"DEV","relation_type":1},{"orgCode":"OPS","relationType":0}]}`)
			a := w.must(t, "GET", "/users/"+id, "")
			for _, name := range eiamUserMembers {
				if _, ok := a.body[name]; !ok {
					t.Errorf("%s is missing in %s", name, a.text)
				}
			}
			if len(a.body) != len(eiamUserMembers) {
				t.Errorf("it has %d members: %s", len(a.body), a.text)
			}
			for name, want := range map[string]any{"user_id": id, "org_id": w.dev, "user_name": "Full.Name", "name": "陈七", "mobile": "+852-51234567", "attr_gender": "male",
				"attr_manager_id": w.alice, "attr_birthday": "1993-08-25 00:00:00.000", "attr_hire_date": "2022-08-01 00:00:00.000", "disabled": false, "locked": false,
				"pwd_must_modify": true, "attr_user_type": nil, "last_login_at": nil} {
				if a.body[name] != want {
					t.Errorf("%s is %v, want %v", name, a.body[name], want)
				}
			}
			if a.number("grade") != 1 || !eiamTime.MatchString(a.str("created_at")) || !eiamTime.MatchString(a.str("updated_at")) || jsonOf(t, a.body["extension"]) != "{}" {
				t.Errorf("it is %s", a.text)
			}
			var relations []string
			for _, row := range a.rows("user_org_relation_list") {
				relations = append(relations, jsonOf(t, row))
			}
			if !sameTexts(relations, []string{`{"org_id":"` + w.dev + `","relation_type":1}`, `{"org_id":"` + w.ops + `","relation_type":0}`}) {
				t.Errorf("the organizations are %v", relations)
			}
			if strings.Contains(a.text, "password") {
				t.Errorf("it shows a password: %s", a.text)
			}
			if digits := strings.NewReplacer("-", "", ":", "", " ", "", ".", "").Replace(a.str("created_at")); digits[:8] != id[:8] {
				t.Errorf("the id %s is of another day than %s", id, a.str("created_at"))
			}
		})
		t.Run("who is given little has nulls", func(t *testing.T) {
			a := w.must(t, "GET", "/users/"+w.bob, "")
			for _, name := range []string{"name", "mobile", "email", "first_name", "employee_id", "attr_city", "attr_manager_id"} {
				if v, ok := a.body[name]; !ok || v != nil {
					t.Errorf("%s is %v", name, v)
				}
			}
		})
		t.Run("without an organization it is in the first root", func(t *testing.T) {
			if a := w.must(t, "GET", "/users/"+w.createUser(t, `{"user_name":"rootless"}`), ""); a.str("org_id") != w.hq {
				t.Errorf("it is %s", a.text)
			}
		})
		t.Run("nine organizations are not too many", func(t *testing.T) {
			var list []string
			for i, code := range []string{"HQ", "DEV", "OPS", "N1", "N2", "N3", "N4", "N5", "N6"} {
				if i > 2 {
					w.createOrg(t, `{"code":"`+code+`","name":"`+code+`"}`)
				}
				list = append(list, `{"org_code":"`+code+`","relation_type":`+string("10"[min(i, 1)])+`}`)
			}
			id := w.createUser(t, `{"user_name":"nine","user_org_relation_list":[`+strings.Join(list, ",")+`]}`)
			if a := w.must(t, "GET", "/users/"+id, ""); len(a.rows("user_org_relation_list")) != 9 || a.str("org_id") != w.hq {
				t.Errorf("it is %s", a.text)
			}
		})

		one := func(org, relation string) string {
			return `{"org_code":"` + org + `","relation_type":` + relation + `}`
		}
		create := func(name, body, code string) eiamCase { return eiamCase{name, "POST", "/users", body, code} }
		w.refuses(t, []eiamCase{
			create("no body", "", "COM.0601"),
			create("no JSON", "user_name=x", "COM.0601"),
			create("no login", `{"name":"X"}`, "COM.0601"),
			create("an empty login", `{"user_name":""}`, "COM.0601"),
			create("a login with a blank", `{"user_name":"a b"}`, "COM.0601"),
			create("a login in Chinese", `{"user_name":"张三"}`, "COM.0601"),
			create("a login of 65 characters", `{"user_name":"`+strings.Repeat("a", 65)+`"}`, "COM.0601"),
			create("a login that is a number", `{"user_name":7}`, "COM.0601"),
			create("a login that is taken", `{"user_name":"alice"}`, "USER.0029"),
			create("a login that is taken in other letters", `{"user_name":"ALICE"}`, "USER.0029"),
			create("a mobile number that is taken", `{"user_name":"x","mobile":"+86-15204130001"}`, "USER.0030"),
			create("a mobile number that is taken, without country", `{"user_name":"x","mobile":"15204130001"}`, "USER.0030"),
			create("an address that is taken in other letters", `{"user_name":"x","email":"Alice@Example.COM"}`, "USER.0031"),
			create("an employee number that is taken", `{"user_name":"x","employee_id":"E1"}`, "USER.0032"),
			create("an external id that is taken", `{"user_name":"x","external_id":"X1"}`, "USER.0033"),
			create("a name of 41 characters", `{"user_name":"x","name":"`+strings.Repeat("陈", 41)+`"}`, "USER.0037"),
			create("a mobile number with letters", `{"user_name":"x","mobile":"1520413000a"}`, "USER.0038"),
			create("an address that is none", `{"user_name":"x","email":"nobody"}`, "COM.0601"),
			create("an employee number of 51 characters", `{"user_name":"x","employee_id":"`+strings.Repeat("1", 51)+`"}`, "COM.0601"),
			create("a first name of 21 characters", `{"user_name":"x","first_name":"`+strings.Repeat("f", 21)+`"}`, "COM.0601"),
			create("a gender there is not", `{"user_name":"x","attr_gender":"unknown"}`, "COM.0601"),
			create("a birthday that is none", `{"user_name":"x","attr_birthday":"1993-02-30"}`, "COM.0601"),
			create("an unknown organization", `{"user_name":"x","org_code":"NONE"}`, "ORG.0001"),
			create("the id of an organization as code", `{"user_name":"x","org_code":"`+w.hq+`"}`, "ORG.0001"),
			create("an unknown organization in the list", `{"user_name":"x","user_org_relation_list":[`+one("HQ", "1")+`,`+one("NONE", "0")+`]}`, "ORG.0001"),
			create("a list whose primary is another", `{"user_name":"x","org_code":"HQ","user_org_relation_list":[`+one("DEV", "1")+`]}`, "COM.0601"),
			create("a list without a primary", `{"user_name":"x","org_code":"HQ","user_org_relation_list":[`+one("HQ", "0")+`]}`, "COM.0601"),
			create("a list with two primaries", `{"user_name":"x","org_code":"HQ","user_org_relation_list":[`+one("HQ", "1")+`,`+one("DEV", "1")+`]}`, "COM.0601"),
			create("ten organizations", `{"user_name":"x","user_org_relation_list":[`+one("HQ", "1")+strings.Repeat(","+one("DEV", "0"), 9)+`]}`, "COM.0601"),
			create("an unknown position", `{"user_name":"x","jobs":[{"org_code":"DEV","position_code":"NONE","relation_type":1}]}`, "JOB.POSITION.0001"),
			create("an unknown title", `{"user_name":"x","jobs":[{"org_code":"DEV","title_code":"NONE","relation_type":1}]}`, "JOB.TITLE.0001"),
			create("a password of one character", `{"user_name":"x","password":"a"}`, "PWD.0002"),
			create("the login as password", `{"user_name":"Zhang.San.2026","password":"Zhang.San.2026"}`, "PWD.0003"),
			create("the login backwards as password", `{"user_name":"Zhang.San.2026","password":"6202.naS.gnahZ"}`, "PWD.0004"),
			create("an extension that is a list", `{"user_name":"x","extension":[]}`, "COM.0601"),
		})
		modify := func(name, body, code string) eiamCase { return eiamCase{name, "PUT", "/users/" + w.bob, body, code} }
		w.refuses(t, []eiamCase{
			{"modifying nobody", "PUT", "/users/" + nowhere, `{"name":"X"}`, "USER.0001"},
			{"modifying nobody with a bad body", "PUT", "/users/" + nowhere, `{`, "USER.0001"},
			{"modifying a blank id", "PUT", "/users/%20", `{"name":"X"}`, "USER.0001"},
			modify("an empty login", `{"user_name":""}`, "COM.0601"),
			modify("the login of another", `{"user_name":"Alice"}`, "USER.0029"),
			modify("the mobile number of another", `{"mobile":"15204130001"}`, "USER.0030"),
			modify("the address of another", `{"email":"ALICE@example.com"}`, "USER.0031"),
			modify("the employee number of another", `{"employee_id":"E1"}`, "USER.0032"),
			modify("the external id of another", `{"external_id":"X1"}`, "USER.0033"),
			modify("a name that is too long", `{"name":"`+strings.Repeat("n", 41)+`"}`, "USER.0037"),
			modify("a mobile number that is none", `{"mobile":"mobile"}`, "USER.0038"),
			modify("another type", `{"name":["X"]}`, "COM.0601"),
			modify("an unknown primary organization", `{"org_code":"NONE"}`, "ORG.0001"),
			modify("an unknown secondary organization", `{"user_org_relation_list":[`+one("HQ", "1")+`,`+one("NONE", "0")+`]}`, "ORG.0001"),
			modify("what is good beside what is not", `{"name":"Robert","email":"alice@example.com"}`, "USER.0031"),
			{"deleting nobody", "DELETE", "/users/" + nowhere, "", "USER.0001"},
			{"enabling nobody", "PUT", "/users/" + nowhere + "/enable", "", "USER.0001"},
			{"disabling nobody", "PUT", "/users/" + nowhere + "/disable", "", "USER.0001"},
			{"showing nobody", "GET", "/users/" + nowhere, "", "USER.0001"},
			{"the accounts of nobody", "GET", "/users/" + nowhere + "/accounts", "", "USER.0001"},
			{"the login of nobody", "POST", "/users/user-by-username", `{"user_name":"nobody"}`, "USER.0001"},
			{"the mobile number of nobody", "POST", "/users/user-by-mobile", `{"mobile":"15999999999"}`, "USER.0001"},
			{"the address of nobody", "POST", "/users/user-by-email", `{"email":"nobody@example.com"}`, "USER.0001"},
			{"a part of a login", "POST", "/users/user-by-username", `{"user_name":"ali%"}`, "USER.0001"},
			{"no login", "POST", "/users/user-by-username", `{}`, "COM.0601"},
			{"an empty login to look for", "POST", "/users/user-by-username", `{"user_name":""}`, "COM.0601"},
			{"no mobile number", "POST", "/users/user-by-mobile", `{}`, "USER.0011"},
			{"an empty mobile number", "POST", "/users/user-by-mobile", `{"mobile":""}`, "USER.0011"},
			{"no address", "POST", "/users/user-by-email", `{}`, "USER.0012"},
			{"an empty address", "POST", "/users/user-by-email", `{"email":""}`, "USER.0012"},
			{"users of an unknown organization", "GET", "/users?offset=0&limit=10&org_id=" + nowhere, "", "ORG.0001"},
			{"users since no time", "GET", query("/users", "offset", "0", "limit", "10", "updated_at_greater", "2026-13-01 00:00:00"), "", "COM.0601"},
			{"users since a day", "GET", query("/users", "offset", "0", "limit", "10", "updated_at_greater", "2026-01-01"), "", "COM.0601"},
		})
	})
}

func TestEIAMUserLife(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		show := func(t *testing.T) *eiamAnswer { return w.must(t, "GET", "/users/"+w.alice, "") }
		change := func(t *testing.T, body string) {
			t.Helper()
			if a := w.do(t, "PUT", "/users/"+w.alice, body).wants(t, http.StatusOK, ""); a.str("user_id") != w.alice || len(a.body) != 1 {
				t.Errorf("it answers %s", a.text)
			}
		}
		t.Run("what is absent or null stays", func(t *testing.T) {
			change(t, `{"name":"Alice Liddell","mobile":null,"email":null}`)
			if a := show(t); a.str("name") != "Alice Liddell" || a.str("mobile") != "+86-15204130001" || a.str("email") != "alice@example.com" || a.str("employee_id") != "E1" || a.str("org_id") != w.dev {
				t.Errorf("it is %s", a.text)
			}
		})
		t.Run("an empty text clears", func(t *testing.T) {
			change(t, `{"employee_id":"","external_id":""}`)
			if a := show(t); a.body["employee_id"] != nil || a.body["external_id"] != nil {
				t.Errorf("it is %s", a.text)
			}
			w.must(t, "PUT", "/users/"+w.bob, `{"employee_id":"E1"}`)
		})
		t.Run("its own values are no clash", func(t *testing.T) {
			change(t, `{"user_name":"Alice","mobile":"15204130001","email":"ALICE@example.com"}`)
			change(t, `{"user_name":"alice"}`)
		})
		t.Run("a list takes the place of all organizations", func(t *testing.T) {
			change(t, `{"user_org_relation_list":[{"org_code":"HQ","relation_type":1},{"org_code":"DEV","relation_type":0}]}`)
			change(t, `{"user_org_relation_list":[{"org_code":"OPS","relation_type":1},{"org_code":"HQ","relation_type":0}]}`)
			if a := show(t); a.str("org_id") != w.ops || !sameTexts(eiamColumn(a.rows("user_org_relation_list"), "org_id"), []string{w.ops, w.hq}) {
				t.Errorf("it is %s", a.text)
			}
			change(t, `{"org_code":"DEV"}`)
			if a := show(t); a.str("org_id") != w.dev {
				t.Errorf("it is %s", a.text)
			}
		})
		t.Run("look-ups find by exactly one", func(t *testing.T) {
			for path, body := range map[string]string{"username": `{"user_name":"alice"}`, "mobile": `{"mobile":"15204130001"}`, "email": `{"email":"alice@example.com"}`} {
				if a := w.do(t, "POST", "/users/user-by-"+path, body).wants(t, http.StatusOK, ""); a.text != show(t).text {
					t.Errorf("by %s: %s", path, a.text)
				}
			}
			if a := w.do(t, "POST", "/users/user-by-mobile", `{"mobile":"+86-15204130001"}`).wants(t, http.StatusOK, ""); a.str("user_id") != w.alice {
				t.Errorf("with the country: %s", a.text)
			}
		})
		t.Run("disabling and enabling again is harmless", func(t *testing.T) {
			accounts := w.must(t, "GET", w.accounts()+"?offset=0&limit=100", "").text
			for _, tt := range []struct {
				verb     string
				disabled bool
			}{{"disable", true}, {"disable", true}, {"enable", false}, {"enable", false}} {
				before := show(t).str("updated_at")
				time.Sleep(5 * time.Millisecond)
				if a := w.do(t, "PUT", "/users/"+w.alice+"/"+tt.verb, "").wants(t, http.StatusOK, ""); a.str("user_id") != w.alice {
					t.Errorf("it answers %s", a.text)
				}
				if a := show(t); a.body["disabled"] != tt.disabled || a.str("updated_at") < before {
					t.Errorf("after %s: %s", tt.verb, a.text)
				}
			}
			if after := w.must(t, "GET", w.accounts()+"?offset=0&limit=100", "").text; after != accounts {
				t.Errorf("the accounts changed: %s, %s", accounts, after)
			}
		})
		t.Run("lists are of the organization alone, secondary ones too", func(t *testing.T) {
			w.must(t, "PUT", "/users/"+w.alice, `{"user_org_relation_list":[{"org_code":"DEV","relation_type":1},{"org_code":"OPS","relation_type":0}]}`)
			for org, want := range map[string][]string{w.hq: {"carol"}, w.dev: {"alice"}, w.ops: {"alice", "bob"}, "": {"alice", "bob", "carol"}} {
				a := w.must(t, "GET", "/users?offset=0&limit=10&updated_at_greater=&org_id="+org, "")
				if got := eiamColumn(a.rows("users"), "user_name"); !slices.Equal(got, want) || a.number("total") != len(want) {
					t.Errorf("in %q: %v, want %v", org, got, want)
				}
			}
		})
		t.Run("what changed since", func(t *testing.T) {
			if a := w.must(t, "GET", query("/users", "offset", "0", "limit", "10", "updated_at_greater", "2099-01-01 00:00:00"), ""); a.number("total") != 0 {
				t.Errorf("in the future: %s", a.text)
			}
			if a := w.must(t, "GET", "/users?offset=0&limit=10&updated_at_greater=2020-01-01%2000:00:00", ""); a.number("total") != 3 {
				t.Errorf("since long ago: %s", a.text)
			}
			changed, err := time.Parse(time.DateTime, show(t).str("updated_at")[:19])
			if err != nil {
				t.Fatal(err)
			}
			since := changed.Add(-time.Second).Format(time.DateTime)
			if a := w.must(t, "GET", query("/users", "offset", "0", "limit", "10", "updated_at_greater", since), ""); !slices.Contains(eiamColumn(a.rows("users"), "user_id"), w.alice) {
				t.Errorf("since %s: %s", since, a.text)
			}
		})
		t.Run("deleting takes everything along, once", func(t *testing.T) {
			w.must(t, "POST", w.shared()+"/users/bind", `{"user_names":["alice"]}`)
			w.must(t, "POST", w.shared()+"/owner", `{"user_name":"alice"}`)
			w.must(t, "PUT", "/organizations/"+w.hq+"/org-leader?leader_id="+w.alice, "")
			w.must(t, "PUT", "/users/"+w.bob, `{"attr_manager_id":"`+w.alice+`"}`)
			w.must(t, "POST", "/users/"+w.alice+"/part-time-job", `{"org_code":"OPS"}`)
			w.do(t, "DELETE", "/users/"+w.alice, "").wants(t, http.StatusNoContent, "")
			w.do(t, "DELETE", "/users/"+w.alice, "").wants(t, http.StatusBadRequest, "USER.0001")
			w.do(t, "GET", "/users/"+w.alice, "").wants(t, http.StatusBadRequest, "USER.0001")
			w.do(t, "GET", w.accounts()+"/"+w.basic, "").wants(t, http.StatusBadRequest, "APP.ACCOUNT.0028")
			w.do(t, "GET", w.shared()+"/owner", "").wants(t, http.StatusBadRequest, "APP.ACCOUNT.0037")
			if got := w.usersOf(t, w.shared()); len(got) != 0 {
				t.Errorf("the public account has %v", got)
			}
			if a := w.must(t, "GET", "/organizations/"+w.hq+"/org-leader", ""); a.body["leader_id"] != nil {
				t.Errorf("the leader is %s", a.text)
			}
			if a := w.must(t, "GET", "/users/"+w.bob, ""); a.body["attr_manager_id"] != nil {
				t.Errorf("bob is %s", a.text)
			}
		})
		t.Run("what it had is free again", func(t *testing.T) {
			w.createUser(t, `{"user_name":"alice","mobile":"15204130001","email":"alice@example.com"}`)
		})
	})
}

func TestEIAMPasswords(t *testing.T) {
	const next, third = "Loud-Forest-2027!", "Green-Valley-2028!"
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		for _, secret := range []string{next, third, "Blue-Canyon-2029!", "Tall-Meadow-2030!", "Wide-Harbour-2031!"} {
			w.secret(secret)
		}
		w.server.must(t, bootstrap, "cam:UpdatePasswordRules", params{"Rules": params{"ReusePasswordLimit": 3}})
		user := "/users/" + w.alice
		set := func(name, body, code string) eiamCase {
			return eiamCase{name, "PUT", user + "/change-password", body, code}
		}
		verify := func(name, body, code string) eiamCase {
			return eiamCase{name, "PUT", user + "/change-password-verify", body, code}
		}
		mail := w.createUser(t, `{"user_name":"mailless","org_code":"HQ"}`)
		w.refuses(t, []eiamCase{
			{"nobody's password", "PUT", "/users/" + nowhere + "/change-password", `{"password":"` + next + `"}`, "USER.0001"},
			set("no password", `{}`, "PWD.0001"),
			set("an empty password", `{"password":""}`, "PWD.0001"),
			set("a short password", `{"password":"a"}`, "PWD.0002"),
			set("a very long password", `{"password":"Aa1!`+strings.Repeat("x", 2000)+`"}`, "PWD.0002"),
			set("the password of now", `{"password":"`+alicePassword+`"}`, "PWD.0007"),
			set("letters alone", `{"password":"quietriverstone"}`, "PWD.0005"),
			set("a password that is guessed first", `{"password":"Password1!"}`, "PWD.0006"),
			set("a password with the login in it", `{"password":"Xy-alice-2026!"}`, "PWD.0008"),
			set("a number", `{"password":12345678}`, "COM.0601"),
			{"verifying nobody's password", "PUT", "/users/" + nowhere + "/change-password-verify", `{"password":"` + next + `","old_password":"x"}`, "USER.0001"},
			verify("no password to verify", `{"old_password":"`+alicePassword+`"}`, "PWD.0001"),
			verify("a wrong old password", `{"password":"`+next+`","old_password":"`+third+`"}`, "PWD.0010"),
			verify("a short new password", `{"password":"a","old_password":"`+alicePassword+`"}`, "PWD.0002"),
			{"sending nobody a password", "PUT", "/users/" + nowhere + "/rest-password?send_mode=SMS", "", "USER.0001"},
			{"another way of sending", "PUT", user + "/rest-password?send_mode=PIGEON", "", "MSG.0004"},
			{"no way of sending", "PUT", user + "/rest-password", "", "MSG.0004"},
			{"a message without a mobile number", "PUT", "/users/" + mail + "/rest-password?send_mode=SMS", "", "USER.0011"},
			{"a mail without an address", "PUT", "/users/" + mail + "/rest-password?send_mode=EMAIL", "", "USER.0012"},
			{"a message that cannot be delivered", "PUT", user + "/rest-password?send_mode=SMS", "", "MSG.0001"},
			{"a mail that cannot be delivered", "PUT", user + "/reset-password?send_mode=EMAIL", "", "MSG.0001"},
		})
		change := func(t *testing.T, path, body string) {
			t.Helper()
			if a := w.do(t, "PUT", user+path, body).wants(t, http.StatusOK, ""); a.str("user_id") != w.alice || len(a.body) != 1 {
				t.Errorf("it answers %s", a.text)
			}
		}
		t.Run("the texts say what the rules are", func(t *testing.T) {
			for body, want := range map[string]string{`{"password":"a"}`: "密码长度为8~32个字符", `{"password":""}`: "密码不能为空", `{"password":"alice"}`: "密码长度为8~32个字符"} {
				if a := w.do(t, "PUT", user+"/change-password", body); a.str("error_msg") != want {
					t.Errorf("%s answers %s, want %s", body, a.text, want)
				}
			}
			if a := w.do(t, "PUT", user+"/change-password", `{"password":"quietriverstone"}`); !strings.HasPrefix(a.str("error_msg"), "密码不符合校验规则,") || strings.Contains(a.text, "{0}") {
				t.Errorf("it answers %s", a.text)
			}
		})
		t.Run("none of it changed the password", func(t *testing.T) {
			change(t, "/change-password-verify", `{"old_password":"`+alicePassword+`","password":"`+next+`"}`)
		})
		t.Run("it must be changed at the next login unless that is said", func(t *testing.T) {
			for _, tt := range []struct {
				body string
				must bool
			}{{`{"password":"` + third + `"}`, true}, {`{"password":"Blue-Canyon-2029!","pwd_must_modify":false}`, false}, {`{"password":"Tall-Meadow-2030!","pwd_must_modify":"true"}`, true},
				{`{"password":"Wide-Harbour-2031!","pwd_must_modify":"false"}`, false}} {
				change(t, "/change-password", tt.body)
				if a := w.must(t, "GET", user, ""); a.body["pwd_must_modify"] != tt.must || !eiamTime.MatchString(a.str("pwd_change_at")) {
					t.Errorf("after %s: %s", tt.body, a.text)
				}
			}
			w.do(t, "PUT", user+"/change-password-verify", `{"old_password":"`+third+`","password":"`+next+`"}`).wants(t, http.StatusBadRequest, "PWD.0010")
		})
	})
}
