package eiam_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/eiam"
	"github.com/hufu-iam/hufu/internal/store"
)

// strong is a password that every rule allows.
const strong = "tRee-51-houSe"

func (e *tenant) now() string {
	return e.w.Now().In(time.FixedZone("", 8*3600)).Format("2006-01-02 15:04:05.000")
}

func TestUserIsShownAsItWasMade(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		e.define(t, eiam.Attribute{Scope: eiam.ScopeUser, Name: "age", Type: "number"})
		e.define(t, eiam.Attribute{Scope: eiam.ScopeUser, Name: "tall", Type: "switch"})
		e.define(t, eiam.Attribute{Scope: eiam.ScopeUser, Name: "likes", Type: "multi"})
		hq, rd := e.org(t, "HQ", nil), e.org(t, "RD", nil)
		boss := e.user(t, "boss", nil)
		answer := e.Must(t, http.StatusCreated, "POST", "/users", P{"user_name": "Zhang.San", "name": "张三", "mobile": "15204130007", "email": "San@Example.com",
			"employee_id": "E1", "external_id": "X1", "first_name": "San", "middle_name": "M", "last_name": "Zhang", "password": strong, "pwd_must_modify": "false",
			"attr_city": "北京", "attr_nick_name": "z", "attr_area": "CN", "attr_gender": "male", "attr_work_place": "F3", "attr_identity_type": "id_card",
			"attr_identity_number": "110", "attr_manager_id": boss, "attr_birthday": "1990-02-28", "attr_user_type": "staff", "attr_hire_date": "2020-01-31",
			"user_org_relation_list": []P{{"orgCode": "RD", "relationType": 0}, {"org_code": "HQ", "relation_type": "1"}},
			"extension":              P{"age": 18, "tall": true, "likes": []string{"tea", "go"}}, "unknown": 1})
		id := answer.Str("user_id")
		if !directory.IsID(id) || answer.Raw != `{"user_id":"`+id+`"}` {
			t.Errorf("answered %s", answer.Raw)
		}
		at := e.now()
		want := `{"user_id":"` + id + `","org_id":"` + hq + `","user_name":"Zhang.San","name":"张三","mobile":"+86-15204130007","email":"San@Example.com",` +
			`"first_name":"San","middle_name":"M","last_name":"Zhang","employee_id":"E1","external_id":"X1","attr_city":"北京","attr_nick_name":"z","attr_area":"CN",` +
			`"attr_gender":"male","attr_work_place":"F3","attr_identity_type":"id_card","attr_identity_number":"110","attr_manager_id":"` + boss + `",` +
			`"attr_birthday":"1990-02-28 00:00:00.000","attr_user_type":"staff","attr_hire_date":"2020-01-31 00:00:00.000","pwd_must_modify":false,"disabled":false,` +
			`"locked":false,"grade":1,"created_at":"` + at + `","updated_at":"` + at + `","pwd_change_at":"` + at + `","last_login_ip":null,"last_login_at":null,` +
			`"user_org_relation_list":[{"org_id":"` + hq + `","relation_type":1},{"org_id":"` + rd + `","relation_type":0}],` +
			`"extension":{"age":"18","likes":"[\"tea\",\"go\"]","tall":"true"}}`
		for _, ask := range []struct {
			method, path string
			body         any
		}{
			{"GET", "/users/" + id, nil},
			{"POST", "/users/user-by-username", P{"user_name": "zhang.SAN"}},
			{"POST", "/users/user-by-mobile", P{"mobile": "15204130007"}},
			{"POST", "/users/user-by-mobile", P{"mobile": "+86-15204130007"}},
			{"POST", "/users/user-by-email", P{"email": "san@example.COM"}},
		} {
			if got := e.Must(t, 200, ask.method, ask.path, ask.body).Raw; got != want {
				t.Errorf("%s %s %v\n got %s\nwant %s", ask.method, ask.path, ask.body, got, want)
			}
		}
		least := e.Must(t, 200, "GET", "/users/"+boss, nil)
		if least.Str("org_id") != hq || least.At("pwd_must_modify") != true || least.At("name") != nil || least.At("attr_birthday") != nil || least.At("attr_manager_id") != nil {
			t.Errorf("a user of which nothing was said: %s", least.Raw)
		}
	})
}

func TestUserIsPutWhereTheRequestSays(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		nobody := e.user(t, "early", nil)
		if got := e.Must(t, 200, "GET", "/users/"+nobody, nil); got.At("org_id") != nil || got.Len("user_org_relation_list") != 0 {
			t.Errorf("in a tenant without organizations: %s", got.Raw)
		}
		codes := map[string]string{}
		for _, code := range []string{"HQ", "RD", "LAB"} {
			codes[e.org(t, code, nil)] = code
		}
		e.Must(t, http.StatusCreated, "POST", "/job-positions", P{"org_code": "RD", "name": "dev", "code": "DEV"})
		e.Must(t, http.StatusCreated, "POST", "/job-titles", P{"name": "Senior", "code": "SR"})
		rel := func(code string, relation int) P { return P{"org_code": code, "relation_type": relation} }
		for i, tc := range []struct {
			name string
			body P
			want string // primary first
		}{
			{"nowhere: the first root", P{}, "HQ"},
			{"an empty code: the first root", P{"org_code": ""}, "HQ"},
			{"by code", P{"org_code": "RD"}, "RD"},
			{"by list", P{"user_org_relation_list": []P{rel("RD", 0), rel("LAB", 1)}}, "LAB RD"},
			{"by both", P{"org_code": "RD", "user_org_relation_list": []P{rel("RD", 1), rel("HQ", 0)}}, "RD HQ"},
			{"an empty list says nothing", P{"org_code": "RD", "user_org_relation_list": []P{}}, "RD"},
			{"by jobs", P{"jobs": []P{rel("LAB", 0), with(rel("RD", 1), P{"position_code": "DEV", "title_code": "SR"}), rel("LAB", 0)}}, "RD LAB"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				id := e.user(t, fmt.Sprintf("u%d", i), tc.body)
				u := e.Must(t, 200, "GET", "/users/"+id, nil)
				var got []string
				for _, org := range strings.Fields(column(u, "user_org_relation_list", "org_id")) {
					got = append(got, codes[org])
				}
				if strings.Join(got, " ") != tc.want || codes[u.Str("org_id")] != strings.Fields(tc.want)[0] {
					t.Errorf("in %v, primarily %s, want %s", got, codes[u.Str("org_id")], tc.want)
				}
				if n := e.Must(t, 200, "GET", "/users/"+id+"/jobs", nil).Int("total"); tc.body["jobs"] != nil && n != 3 {
					t.Errorf("%d jobs", n)
				}
			})
		}
		e.refuse(t, nil, []refusal{
			{"a list without a primary one", "POST /users", P{"user_name": "x", "user_org_relation_list": []P{rel("RD", 0)}}, "COM.0601"},
			{"a list with two primary ones", "POST /users", P{"user_name": "x", "user_org_relation_list": []P{rel("RD", 1), rel("HQ", 1)}}, "COM.0601"},
			{"a list that names one twice", "POST /users", P{"user_name": "x", "user_org_relation_list": []P{rel("RD", 1), rel("RD", 0)}}, "COM.0601"},
			{"a list that contradicts the code", "POST /users", P{"user_name": "x", "org_code": "HQ", "user_org_relation_list": []P{rel("RD", 1)}}, "COM.0601"},
			{"a list without codes", "POST /users", P{"user_name": "x", "user_org_relation_list": []P{{"relation_type": 1}}}, "COM.0601"},
			{"a list without relations", "POST /users", P{"user_name": "x", "user_org_relation_list": []P{{"org_code": "RD"}}}, "COM.0601"},
			{"a list with another relation", "POST /users", P{"user_name": "x", "user_org_relation_list": []P{rel("RD", 2)}}, "COM.0601"},
			{"more organizations than one can be in", "POST /users", P{"user_name": "x", "user_org_relation_list": make([]P, 10)}, "COM.0601"},
			{"a list with an unknown code", "POST /users", P{"user_name": "x", "user_org_relation_list": []P{rel("RD", 1), rel("NO", 0)}}, "ORG.0001"},
			{"an unknown code", "POST /users", P{"user_name": "x", "org_code": "NO"}, "ORG.0001"},
			{"jobs without a main one", "POST /users", P{"user_name": "x", "jobs": []P{rel("RD", 0)}}, "COM.0601"},
			{"jobs with two main ones", "POST /users", P{"user_name": "x", "jobs": []P{rel("RD", 1), rel("RD", 1)}}, "COM.0601"},
			{"jobs that contradict the code", "POST /users", P{"user_name": "x", "org_code": "HQ", "jobs": []P{rel("RD", 1)}}, "COM.0601"},
			{"jobs in an unknown organization", "POST /users", P{"user_name": "x", "jobs": []P{rel("NO", 1)}}, "ORG.0001"},
			{"jobs with an unknown position", "POST /users", P{"user_name": "x", "jobs": []P{with(rel("RD", 1), P{"position_code": "NO"})}}, "JOB.POSITION.0001"},
			{"jobs with an unknown title", "POST /users", P{"user_name": "x", "jobs": []P{with(rel("RD", 1), P{"title_code": "NO"})}}, "JOB.TITLE.0001"},
		})
		e.manageJobs(t, false)
		e.Fails(t, "ENT.CONFIG.0031", "POST", "/users", P{"user_name": "x", "jobs": []P{rel("RD", 1)}})
		e.Fails(t, "USER.0001", "POST", "/users/user-by-username", P{"user_name": "x"})
	})
}

func TestUserChangesWhatIsGiven(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		e.define(t, eiam.Attribute{Scope: eiam.ScopeUser, Name: "age", Type: "number"})
		hq, rd, lab := e.org(t, "HQ", nil), e.org(t, "RD", nil), e.org(t, "LAB", nil)
		boss := e.user(t, "boss", nil)
		id := e.user(t, "alice", P{"name": "Alice", "mobile": "15204130007", "email": "a@b.c", "extension": P{"age": "18"},
			"user_org_relation_list": []P{{"org_code": "HQ", "relation_type": 1}, {"org_code": "RD", "relation_type": 0}}})
		for _, tc := range []struct {
			name   string
			body   P
			member string
			want   any
		}{
			{"nothing", P{}, "name", "Alice"},
			{"null says nothing", P{"name": nil, "extension": nil}, "name", "Alice"},
			{"the login", P{"user_name": "alice2"}, "user_name", "alice2"},
			{"the case of the login", P{"user_name": "ALICE2"}, "user_name", "ALICE2"},
			{"the name", P{"name": "Al"}, "name", "Al"},
			{"an empty name takes it away", P{"name": ""}, "name", nil},
			{"the mobile, which gets its country code", P{"mobile": "15204130008"}, "mobile", "+86-15204130008"},
			{"a mobile of another country", P{"mobile": "+1-5551234567"}, "mobile", "+1-5551234567"},
			{"an empty mobile takes it away", P{"mobile": ""}, "mobile", nil},
			{"the email stayed", P{}, "email", "a@b.c"},
			{"an attribute", P{"attr_city": "Wuhan"}, "attr_city", "Wuhan"},
			{"an empty attribute is taken away", P{"attr_city": ""}, "attr_city", nil},
			{"a day", P{"attr_hire_date": "2021-12-31"}, "attr_hire_date", "2021-12-31 00:00:00.000"},
			{"the manager", P{"attr_manager_id": boss}, "attr_manager_id", boss},
			{"the manager stays", P{"name": "A"}, "attr_manager_id", boss},
			{"an empty manager is taken away", P{"attr_manager_id": ""}, "attr_manager_id", nil},
			{"a value of the tenant's", P{"extension": P{"age": "19"}}, "extension.age", "19"},
			{"an empty value is taken away", P{"extension": P{"age": ""}}, "extension.age", nil},
			{"the primary organization by its code", P{"org_code": "LAB"}, "org_id", lab},
			{"and the further one stayed", P{}, "user_org_relation_list.1.org_id", rd},
			{"a further one becomes the primary one", P{"org_code": "RD"}, "org_id", rd},
			{"and is no further one then", P{}, "user_org_relation_list.1", nil},
			{"all organizations", P{"user_org_relation_list": []P{{"org_code": "HQ", "relation_type": 1}, {"org_code": "LAB", "relation_type": 0}}}, "org_id", hq},
			{"both of them", P{}, "user_org_relation_list.1.org_id", lab},
		} {
			t.Run(tc.name, func(t *testing.T) {
				e.w.Sleep(time.Second)
				if got := e.Must(t, 200, "PUT", "/users/"+id, tc.body).Str("user_id"); got != id {
					t.Errorf("answered %s", got)
				}
				u := e.Must(t, 200, "GET", "/users/"+id, nil)
				if got := u.At(tc.member); got != tc.want {
					t.Errorf("%s is %v, want %v", tc.member, got, tc.want)
				}
				if u.Str("updated_at") != e.now() || u.Str("created_at") == e.now() {
					t.Errorf("changed at %s, made at %s", u.Str("updated_at"), u.Str("created_at"))
				}
			})
		}
	})
}

func TestUserRefusals(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		e.define(t, eiam.Attribute{Scope: eiam.ScopeUser, Name: "age", Type: "number"})
		e.define(t, eiam.Attribute{Scope: eiam.ScopeUser, Name: "tall", Type: "switch"})
		e.org(t, "HQ", nil)
		alice := e.user(t, "alice", P{"mobile": "15204130007", "email": "a@b.c", "employee_id": "E1", "external_id": "X1"})
		ids := map[string]string{"alice": alice, "bob": e.user(t, "bob", nil), "missing": missing}
		x := P{"user_name": "x"}
		var all []refusal
		for _, r := range []struct {
			name string
			body P
			code string
		}{
			{"a login of other characters", P{"user_name": "a b"}, "COM.0601"},
			{"a login that is too long", P{"user_name": strings.Repeat("a", 65)}, "COM.0601"},
			{"an empty login", P{"user_name": ""}, "COM.0601"},
			{"a login that there is, in whatever case", P{"user_name": "ALICE"}, "USER.0029"},
			{"a name that is too long", P{"name": strings.Repeat("名", 41)}, "USER.0037"},
			{"a name of blanks", P{"name": "  "}, "USER.0037"},
			{"a name with a line break", P{"name": "a\nb"}, "USER.0037"},
			{"a name that is a number", P{"name": 7}, "COM.0601"},
			{"a mobile of letters", P{"mobile": "phone"}, "USER.0038"},
			{"a mobile without the number", P{"mobile": "+86-"}, "USER.0038"},
			{"a mobile that is too long", P{"mobile": strings.Repeat("1", 40)}, "USER.0038"},
			{"a mobile that there is", P{"mobile": "+86-15204130007"}, "USER.0030"},
			{"a mobile that there is, without its country code", P{"mobile": "15204130007"}, "USER.0030"},
			{"an email without a domain", P{"email": "a@"}, "COM.0601"},
			{"an email with two signs", P{"email": "a@b@c"}, "COM.0601"},
			{"an email with a blank", P{"email": "a b@c.d"}, "COM.0601"},
			{"an email that there is, in whatever case", P{"email": "A@B.C"}, "USER.0031"},
			{"an employee id that there is", P{"employee_id": "E1"}, "USER.0032"},
			{"an external id that there is", P{"external_id": "X1"}, "USER.0033"},
			{"an employee id that is too long", P{"employee_id": strings.Repeat("1", 51)}, "COM.0601"},
			{"a first name that is too long", P{"first_name": strings.Repeat("a", 21)}, "COM.0601"},
			{"a first name with a control character", P{"first_name": "a\tb"}, "COM.0601"},
			{"another gender", P{"attr_gender": "x"}, "COM.0601"},
			{"a birthday that is no day", P{"attr_birthday": "1990-02-30"}, "COM.0601"},
			{"a day with a time", P{"attr_hire_date": "1990-02-20 00:00:00"}, "COM.0601"},
			{"a city with a control character", P{"attr_city": "a\u0085b"}, "COM.0601"},
			{"a manager who is not there", P{"attr_manager_id": "{missing}"}, "COM.0601"},
			{"an unknown organization", P{"org_code": "NO"}, "ORG.0001"},
			{"a value that is not defined", P{"extension": P{"size": "1"}}, "COM.0601"},
			{"a value that is no number", P{"extension": P{"age": "NaN"}}, "COM.0601"},
			{"a value that is neither true nor false", P{"extension": P{"tall": "very"}}, "COM.0601"},
			{"a list for a number", P{"extension": P{"age": []string{"1"}}}, "COM.0601"},
			{"a value that is too long", P{"extension": P{"age": strings.Repeat("1", 256)}}, "COM.0601"},
			{"the login is told before the mobile", P{"user_name": "alice", "mobile": "15204130007"}, "USER.0029"},
			{"the organization is told before the login", P{"user_name": "alice", "org_code": "NO"}, "ORG.0001"},
		} {
			all = append(all, refusal{"made with " + r.name, "POST /users", with(x, r.body), r.code},
				refusal{"changed to " + r.name, "PUT /users/{bob}", r.body, r.code})
		}
		e.refuse(t, ids, append(all, []refusal{
			{"made without a login", "POST /users", P{"name": "x"}, "COM.0601"},
			{"made of nothing", "POST /users", "", "COM.0601"},
			{"made of a list", "POST /users", "[]", "COM.0601"},
			{"changed where there is none", "PUT /users/{missing}", P{}, "USER.0001"},
			{"that there is none is told before what is wrong", "PUT /users/{missing}", P{"name": 7}, "USER.0001"},
			{"a blank id", "GET /users/%20", nil, "USER.0001"},
			{"shown where there is none", "GET /users/{missing}", nil, "USER.0001"},
			{"deleted where there is none", "DELETE /users/{missing}", nil, "USER.0001"},
			{"enabled where there is none", "PUT /users/{missing}/enable", nil, "USER.0001"},
			{"disabled where there is none", "PUT /users/{missing}/disable", nil, "USER.0001"},
			{"the accounts of one who is not there", "GET /users/{missing}/accounts", nil, "USER.0001"},
			{"an unknown login", "POST /users/user-by-username", P{"user_name": "nobody"}, "USER.0001"},
			{"no login", "POST /users/user-by-username", P{}, "COM.0601"},
			{"an empty login", "POST /users/user-by-username", P{"user_name": ""}, "COM.0601"},
			{"an unknown mobile", "POST /users/user-by-mobile", P{"mobile": "15204130009"}, "USER.0001"},
			{"a mobile that is none", "POST /users/user-by-mobile", P{"mobile": "phone"}, "USER.0001"},
			{"a mobile with another country code", "POST /users/user-by-mobile", P{"mobile": "+1-15204130007"}, "USER.0001"},
			{"an empty mobile", "POST /users/user-by-mobile", P{"mobile": ""}, "USER.0011"},
			{"no mobile", "POST /users/user-by-mobile", P{}, "USER.0011"},
			{"an unknown email", "POST /users/user-by-email", P{"email": "x@y.z"}, "USER.0001"},
			{"an empty email", "POST /users/user-by-email", P{"email": ""}, "USER.0012"},
			{"no email", "POST /users/user-by-email", P{}, "USER.0012"},
			{"listed in an unknown organization", "GET /users?org_id={missing}&offset=0&limit=10", nil, "ORG.0001"},
			{"listed since no time", "GET /users?updated_at_greater=yesterday&offset=0&limit=10", nil, "COM.0601"},
			{"listed without a page", "GET /users?offset=0", nil, "OAP.PAGE.0001"},
			{"listed in a page that is no number", "GET /users?offset=0&limit=ten", nil, "OAP.PAGE.0001"},
			{"listed in pages that are too long", "GET /users?offset=0&limit=101", nil, "OAP.PAGE.0002"},
			{"listed before the first page", "GET /users?offset=-1&limit=10", nil, "OAP.PAGE.0003"},
		}...))
		if got := column(e.Must(t, 200, "GET", "/users?offset=0&limit=10", nil), "users", "user_name"); got != "alice bob" {
			t.Errorf("refused calls left the users %s", got)
		}
	})
}

func TestMandatoryAttributes(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		early := e.user(t, "early", nil)
		for _, name := range []string{"name", "mobile", "email", "attr_birthday", "attr_manager_id"} {
			e.define(t, eiam.Attribute{Scope: eiam.ScopeUser, Name: name, Type: "text", Required: true})
		}
		e.define(t, eiam.Attribute{Scope: eiam.ScopeUser, Name: "age", Type: "number", Required: true})
		whole := P{"user_name": "alice", "name": "A", "mobile": "15204130007", "email": "a@b.c", "attr_birthday": "1990-01-01", "attr_manager_id": early, "extension": P{"age": "1"}}
		without := func(name string) P {
			p := with(whole, P{"user_name": "x"})
			delete(p, name)
			return p
		}
		ids := map[string]string{"alice": e.user(t, "alice", whole), "early": early}
		e.refuse(t, ids, []refusal{
			{"made without a name", "POST /users", without("name"), "COM.0601"},
			{"made without a mobile", "POST /users", without("mobile"), "USER.0011"},
			{"made with an empty email", "POST /users", with(without("email"), P{"email": ""}), "USER.0012"},
			{"made without a birthday", "POST /users", without("attr_birthday"), "COM.0601"},
			{"made without a manager", "POST /users", without("attr_manager_id"), "COM.0601"},
			{"made without a value of the tenant's", "POST /users", without("extension"), "COM.0601"},
			{"made with an empty value of the tenant's", "POST /users", with(without("extension"), P{"extension": P{"age": ""}}), "COM.0601"},
			{"its mobile taken away", "PUT /users/{alice}", P{"mobile": ""}, "USER.0011"},
			{"its email taken away", "PUT /users/{alice}", P{"email": ""}, "USER.0012"},
			{"its name taken away", "PUT /users/{alice}", P{"name": ""}, "COM.0601"},
			{"its value taken away", "PUT /users/{alice}", P{"extension": P{"age": ""}}, "COM.0601"},
		})
		e.Must(t, 200, "PUT", "/users/"+early, P{"attr_city": "Wuhan"}) // from before: what is not said is not judged
		e.write(t, func(tx *store.Tx) error { return eiam.RemoveAttribute(ctx, tx, e.Account, eiam.ScopeUser, "mobile") })
		e.Must(t, 200, "PUT", "/users/"+ids["alice"], P{"mobile": ""})
	})
}

func TestUserIsDisabledByEitherFlag(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		id := e.user(t, "alice", nil)
		administrator := func(disabled bool) {
			e.write(t, func(tx *store.Tx) error {
				return directory.SetDisabled(ctx, tx, e.Account, id, disabled, e.w.Now())
			})
		}
		put := func(what string) func() {
			return func() {
				if got := e.Must(t, 200, "PUT", "/users/"+id+"/"+what, nil).Str("user_id"); got != id {
					t.Errorf("answered %s", got)
				}
			}
		}
		for _, step := range []struct {
			name string
			do   func()
			want bool
		}{
			{"enabled again", put("enable"), false},
			{"disabled", put("disable"), true},
			{"disabled again", put("disable"), true},
			{"and by an administrator too", func() { administrator(true) }, true},
			{"enabled here alone", put("enable"), true},
			{"enabled by the administrator", func() { administrator(false) }, false},
		} {
			e.w.Sleep(time.Second)
			step.do()
			u := e.Must(t, 200, "GET", "/users/"+id, nil)
			if u.At("disabled") != step.want || u.Str("updated_at") != e.now() {
				t.Errorf("%s: disabled %v, updated at %s", step.name, u.At("disabled"), u.Str("updated_at"))
			}
		}
	})
}

func TestUserLists(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		hq := e.org(t, "HQ", nil)
		rd := e.org(t, "RD", P{"parent_id": hq})
		var want []string
		for i := range 23 {
			org := []string{"HQ", "RD"}[i%2]
			e.user(t, fmt.Sprintf("u%02d", i), P{"org_code": org}) // all at one moment
			want = append(want, fmt.Sprintf("u%02d", i))
		}
		newTenant(t, e.w).user(t, "stranger", nil)
		first := e.Must(t, 200, "POST", "/users/user-by-username", P{"user_name": "u00"}).Str("user_id")
		second := e.Must(t, 200, "POST", "/users/user-by-username", P{"user_name": "u01"}).Str("user_id")
		third := e.Must(t, 200, "POST", "/users/user-by-username", P{"user_name": "u02"}).Str("user_id")
		e.w.Sleep(10 * time.Second)
		since := e.w.Now().Add(-time.Second).In(time.FixedZone("", 8*3600)).Format("2006-01-02+15:04:05")
		exactly := e.w.Now().In(time.FixedZone("", 8*3600)).Format("2006-01-02+15:04:05")
		e.Must(t, 200, "PUT", "/users/"+first, P{"user_org_relation_list": []P{{"org_code": "HQ", "relation_type": 1}, {"org_code": "RD", "relation_type": 0}}})
		e.Must(t, 200, "PUT", "/users/"+second+"/disable", nil)
		e.Must(t, 200, "PUT", "/users/"+third+"/jobs/transfer", P{"org_code": "HQ"})
		for _, tc := range []struct {
			name, query string
			total       int64
			first       string
		}{
			{"all, disabled ones too", "", 23, "u00 u01 u02"},
			{"of one organization, not of what is below it", "org_id=" + hq, 12, "u00 u02 u04"},
			{"of one organization, primarily or not", "org_id=" + rd, 12, "u00 u01 u03"},
			{"what changed, was disabled or moved since then", "updated_at_greater=" + since, 3, "u00 u01 u02"},
			{"strictly since then", "updated_at_greater=" + exactly, 0, ""},
			{"of one organization since then", "org_id=" + rd + "&updated_at_greater=" + since, 2, "u00 u01"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				got := e.Must(t, 200, "GET", "/users?offset=0&limit=10&"+tc.query, nil)
				if names := column(got, "users", "user_name"); got.Int("total") != tc.total || !strings.HasPrefix(names, tc.first) {
					t.Errorf("%d: %s", got.Int("total"), names)
				}
			})
		}
		var got []string
		for page := range 4 {
			got = append(got, strings.Fields(column(e.Must(t, 200, "GET", fmt.Sprintf("/users?limit=10&offset=%d", page), nil), "users", "user_name"))...)
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("walked over %v", got)
		}
	})
}

func TestDeletingAUserTakesAlongWhatItWas(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		hq := e.org(t, "HQ", nil)
		boss := e.user(t, "boss", P{"jobs": []P{{"org_code": "HQ", "relation_type": 1}}, "mobile": "15204130007"})
		alice := e.user(t, "alice", P{"attr_manager_id": boss})
		e.Must(t, 200, "PUT", "/users/"+boss, P{"attr_manager_id": boss}) // one's own
		e.Must(t, 200, "PUT", "/organizations/"+hq+"/org-leader?leader_id="+boss, nil)
		e.w.Sleep(time.Minute)
		e.Must(t, http.StatusNoContent, "DELETE", "/users/"+boss, nil)
		e.Fails(t, "USER.0001", "DELETE", "/users/"+boss, nil)
		e.Fails(t, "USER.0001", "GET", "/users/"+boss, nil)
		u := e.Must(t, 200, "GET", "/users/"+alice, nil)
		if u.At("attr_manager_id") != nil || u.Str("updated_at") != e.now() {
			t.Errorf("whom he managed: %s", u.Raw)
		}
		if got := e.Must(t, 200, "GET", "/organizations/"+hq, nil).Str("updated_at"); got != e.now() {
			t.Errorf("the organization that he led changed at %s", got)
		}
		for _, table := range []string{"eiam_managers", "eiam_jobs", "eiam_person_orgs"} {
			var n int
			if err := e.w.DB.Read().QueryRowContext(ctx, `SELECT COUNT(*) FROM `+table+` WHERE person = $1`, boss).Scan(&n); err != nil || n != 0 {
				t.Errorf("%d rows of %s are left: %v", n, table, err)
			}
		}
		if again := e.user(t, "boss", P{"mobile": "15204130007"}); again == boss {
			t.Error("the same id again")
		}
	})
}

func TestUserMadeAtOnceIsMadeOnce(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		e.org(t, "HQ", nil)
		codes := map[string]int{}
		var mu sync.Mutex
		var all sync.WaitGroup
		for i := range 6 {
			all.Go(func() {
				body := P{"user_name": "one", "mobile": fmt.Sprintf("1520413000%d", i)}
				if i%2 == 1 {
					body = P{"user_name": fmt.Sprintf("u%d", i), "mobile": "15204139999"}
				}
				answer := e.Call(t, "POST", "/users", body)
				mu.Lock()
				defer mu.Unlock()
				codes[answer.Code]++
			})
		}
		all.Wait()
		if codes[""] != 2 || codes["USER.0029"] != 2 || codes["USER.0030"] != 2 {
			t.Errorf("answers %v", codes)
		}
		if n := e.Must(t, 200, "GET", "/users?offset=0&limit=10", nil).Int("total"); n != 2 {
			t.Errorf("%d users", n)
		}
	})
}

func TestUserAccounts(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		alice, bob := e.user(t, "alice", nil), e.user(t, "bob", nil)
		e.write(t, func(tx *store.Tx) error {
			for i, a := range []struct{ kind, person, owner any }{{"BASIC_ACCOUNT", alice, nil}, {"PUBLIC_ACCOUNT", nil, bob}, {"BASIC_ACCOUNT", bob, nil}, {"PUBLIC_ACCOUNT", nil, alice}} {
				_, err := tx.ExecContext(ctx, `INSERT INTO eiam_accounts (account, id, app, type, login, login_key, name, person, owner, app_org, extension, created_at, updated_at)
					VALUES ($1, $2, $3, $4, $2, $2, '', $5, $6, '', '{}', 1, 1)`, e.Account, fmt.Sprintf("a%d", i), e.ID, a.kind, a.person, a.owner)
				if err != nil {
					return err
				}
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO eiam_account_users (account, app_account, person, bound_at) VALUES ($1, 'a1', $2, 1)`, e.Account, alice)
			return err
		})
		want := `{"total":2,"accounts":[{"id":"a0","application_id":"` + e.ID + `","account_type":"BASIC_ACCOUNT","account_name":"a0","name":null,"attr_manager_id":null,"extension":{}},` +
			`{"id":"a1","application_id":"` + e.ID + `","account_type":"PUBLIC_ACCOUNT","account_name":"a1","name":null,"attr_manager_id":"` + bob + `","extension":{}}]}`
		if got := e.Must(t, 200, "GET", "/users/"+alice+"/accounts", nil).Raw; got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	})
}

func TestUsersOfAnotherTenantAreNotThere(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		other := newTenant(t, e.w)
		other.org(t, "THEIRS", nil)
		them := other.user(t, "them", P{"mobile": "15204130007", "email": "a@b.c"})
		ours := e.user(t, "ours", P{"mobile": "15204130008"})
		e.Must(t, 200, "PUT", "/users/"+ours, P{"mobile": "15204130007", "email": "a@b.c"}) // unique in a tenant only
		ids := map[string]string{"them": them, "ours": ours}
		e.refuse(t, ids, []refusal{
			{"shown", "GET /users/{them}", nil, "USER.0001"},
			{"changed", "PUT /users/{them}", P{"name": "x"}, "USER.0001"},
			{"deleted", "DELETE /users/{them}", nil, "USER.0001"},
			{"enabled", "PUT /users/{them}/enable", nil, "USER.0001"},
			{"disabled", "PUT /users/{them}/disable", nil, "USER.0001"},
			{"given a password", "PUT /users/{them}/change-password", P{"password": strong}, "USER.0001"},
			{"given a password for an old one", "PUT /users/{them}/change-password-verify", P{"password": strong, "old_password": "x"}, "USER.0001"},
			{"sent a password", "PUT /users/{them}/rest-password?send_mode=SMS", nil, "USER.0001"},
			{"their accounts", "GET /users/{them}/accounts", nil, "USER.0001"},
			{"their jobs", "GET /users/{them}/jobs", nil, "USER.0001"},
			{"found by login", "POST /users/user-by-username", P{"user_name": "them"}, "USER.0001"},
			{"as a manager", "PUT /users/{ours}", P{"attr_manager_id": "{them}"}, "COM.0601"},
			{"in their organization", "PUT /users/{ours}", P{"org_code": "THEIRS"}, "ORG.0001"},
		})
	})
}
