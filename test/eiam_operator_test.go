package test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/store/pgtest"
)

// operate is a command about the tenant.
func (w *eiamWorld) operate(t testing.TB, command string, args ...string) string {
	t.Helper()
	return w.run(t, slices.Concat([]string{"eiam"}, strings.Fields(command), []string{"--account", fmt.Sprint(w.uin)}, args)...)
}

// What an administrator says about an application counts for the very next request.
func TestEIAMApplicationsAtOnce(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		app := w.eiamApp(t, w.uin, "client", "account_read")
		c := w.eiamCaller.as(t, app)
		accounts := w.accounts() + "?offset=0&limit=10"
		bind := func(status int, code string) {
			t.Helper()
			c.soonEiam(t, "POST", w.shared()+"/users/bind", `{"user_names":["bob"]}`, status, code)
		}
		bind(http.StatusBadRequest, "insufficient_scope")
		t.Run("codes are given and taken", func(t *testing.T) {
			w.operate(t, "app grant", app.AppID, "account_all")
			bind(http.StatusOK, "")
			w.operate(t, "app revoke", app.AppID, "account_all")
			bind(http.StatusBadRequest, "insufficient_scope")
			c.do(t, "GET", accounts, "").wants(t, http.StatusOK, "")
		})
		t.Run("an application without codes may not use the API", func(t *testing.T) {
			none := w.eiamCaller.as(t, w.eiamApp(t, w.uin, "none", ""))
			none.do(t, "GET", accounts, "").wants(t, http.StatusBadRequest, "access_denied")
			none.do(t, "POST", "/applications//accounts/public-account//users/bind", "{").wants(t, http.StatusBadRequest, "access_denied")
		})
		t.Run("others can be kept from it", func(t *testing.T) {
			w.operate(t, "app targets", app.AppID, "--only", w.plain)
			c.soonEiam(t, "GET", accounts, "", http.StatusBadRequest, "APP.0001")
			c.do(t, "GET", w.in(w.plain)+"/accounts?offset=0&limit=10", "").wants(t, http.StatusOK, "")
			w.operate(t, "app targets", app.AppID, "--none")
			c.soonEiam(t, "GET", w.in(w.plain)+"/accounts?offset=0&limit=10", "", http.StatusBadRequest, "APP.0001")
			w.operate(t, "app targets", app.AppID, "--all")
			c.soonEiam(t, "GET", accounts, "", http.StatusOK, "")
		})
		t.Run("a new secret ends the old one and its tokens", func(t *testing.T) {
			var next eiamApp
			if err := json.Unmarshal([]byte(w.operate(t, "app rotate", app.AppID)), &next); err != nil || next.ClientID != app.ClientID || next.ClientSecret == app.ClientSecret {
				t.Fatalf("it prints %+v: %v", next, err)
			}
			w.secret(next.ClientSecret)
			c.soonEiam(t, "GET", accounts, "", http.StatusBadRequest, "invalid_token")
			w.askToken(t, app.ClientID, app.ClientSecret).wants(t, http.StatusUnauthorized, "invalid_client")
			app = next
			c = w.eiamCaller.as(t, app)
			c.do(t, "GET", accounts, "").wants(t, http.StatusOK, "")
		})
		t.Run("a disabled one has no token, and others manage its accounts", func(t *testing.T) {
			w.operate(t, "app disable", app.AppID)
			c.soonEiam(t, "GET", accounts, "", http.StatusBadRequest, "invalid_token")
			w.askToken(t, app.ClientID, app.ClientSecret).wants(t, http.StatusUnauthorized, "invalid_client")
			id := w.create(t, w.in(app.AppID)+"/accounts/public-account", `{"account_name":"shared"}`, "account_id")
			w.do(t, "POST", w.in(app.AppID)+"/accounts/public-account/"+id+"/users/bind", `{"user_names":["bob"]}`).wants(t, http.StatusOK, "")
			w.operate(t, "app enable", app.AppID)
			c.do(t, "GET", accounts, "").wants(t, http.StatusBadRequest, "invalid_token")
			w.eiamCaller.as(t, app).do(t, "GET", accounts, "").wants(t, http.StatusOK, "")
		})
		t.Run("a deleted one takes its accounts along", func(t *testing.T) {
			w.operate(t, "app delete", app.AppID)
			w.soonEiam(t, "GET", w.in(app.AppID)+"/accounts?offset=0&limit=10", "", http.StatusBadRequest, "APP.0001")
			w.askToken(t, app.ClientID, app.ClientSecret).wants(t, http.StatusUnauthorized, "invalid_client")
			if a := w.must(t, "GET", "/users/"+w.bob+"/accounts", ""); slices.Contains(eiamColumn(a.rows("accounts"), "application_id"), app.AppID) {
				t.Errorf("bob has %s", a.text)
			}
		})
	})
}

// A token lives as long as it says, and not longer.
func TestEIAMTokensExpire(t *testing.T) {
	var wait sync.WaitGroup
	for engine, p := range map[string]*place{"sqlite": newPlace(t, ""), "postgres": newPlace(t, pgtest.URL(t))} {
		s := p.start(t, unlimited...)
		app := s.eiamApp(t, s.bootstrapUIN(t), "short", "all", "--token-life", "60")
		c := s.eiam(t)
		began := time.Now()
		a := c.askToken(t, app.ClientID, app.ClientSecret).wants(t, http.StatusOK, "")
		if life := a.number("expires_in"); life < 58 || life > 60 {
			t.Errorf("%s: it lives %d s", engine, life)
		}
		c.token = a.str("access_token")
		wait.Go(func() {
			c.do(t, "GET", "/users?offset=0&limit=10", "").wants(t, http.StatusOK, "")
			time.Sleep(time.Until(began.Add(50 * time.Second)))
			c.do(t, "GET", "/users?offset=0&limit=10", "").wants(t, http.StatusOK, "")
			time.Sleep(time.Until(began.Add(62 * time.Second)))
			c.do(t, "GET", "/users?offset=0&limit=10", "").wants(t, http.StatusBadRequest, "invalid_token")
		})
	}
	wait.Wait()
}

// A host that is a tenant's is no other tenant's.
func TestEIAMHosts(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		bank := w.createAccount(t, "bank")
		app := w.eiamApp(t, bank.UIN, "app", "all")
		w.run(t, "eiam", "tenant", "set", "--account", fmt.Sprint(bank.UIN), "--host", "bank.example.com")
		w.operate(t, "tenant set", "--host", "shop.example.com")
		at := func(c eiamCaller, host string) eiamCaller {
			c.host = host
			return c
		}
		other := at(w.eiam(t), "bank.example.com").as(t, app)
		other.do(t, "GET", "/users?offset=0&limit=10", "").wants(t, http.StatusOK, "")
		before := w.picture(t)
		t.Run("its own host", func(t *testing.T) {
			for _, host := range []string{"shop.example.com", "SHOP.example.com:8443"} {
				at(w.eiamCaller, host).do(t, "GET", "/users/"+w.alice, "").wants(t, http.StatusOK, "")
			}
		})
		t.Run("a token on another's host is none", func(t *testing.T) {
			for _, c := range []eiamCaller{at(other, "shop.example.com"), at(w.eiamCaller, "bank.example.com")} {
				c.do(t, "GET", "/users/"+w.alice, "").wants(t, http.StatusBadRequest, "invalid_token")
				c.do(t, "POST", w.shared()+"/users/bind", `{"user_names":["bob"]}`).wants(t, http.StatusBadRequest, "invalid_token")
			}
		})
		t.Run("a client gets no token on another's host", func(t *testing.T) {
			at(w.eiam(t), "shop.example.com").askToken(t, app.ClientID, app.ClientSecret).wants(t, http.StatusUnauthorized, "invalid_client")
			at(w.eiam(t), "bank.example.com").askToken(t, w.self.ClientID, w.self.ClientSecret).wants(t, http.StatusUnauthorized, "invalid_client")
		})
		t.Run("an id token names the host", func(t *testing.T) {
			_, body := claims(t, at(w.eiam(t), "bank.example.com").askToken(t, app.ClientID, app.ClientSecret).str("id_token"))
			if iss, _ := body["iss"].(string); !strings.HasSuffix(iss, "://bank.example.com/api/v1/oauth2") {
				t.Errorf("iss is %q", iss)
			}
		})
		w.unchanged(t, before)
	})
}

func TestEIAMTenantSettings(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		t.Run("attributes of its own", func(t *testing.T) {
			const body = `{"code":"%s","name":"%s","extension":{"colour":"red"}}`
			w.operate(t, "attribute set", "colour", "--scope", "org")
			w.soonEiam(t, "POST", "/organizations", fmt.Sprintf(body, "RED", "Red"), http.StatusCreated, "")
			list := w.must(t, "GET", "/organizations?offset=0&limit=10", "").rows("organizations")
			if got := jsonOf(t, list[len(list)-1]["extension"]); got != `{"colour":"red"}` {
				t.Errorf("the extension is %s", got)
			}
			w.operate(t, "attribute set", "size", "--scope", "user", "--type", "number")
			w.soonEiam(t, "PUT", "/users/"+w.bob, `{"extension":{"size":"18"}}`, http.StatusOK, "")
			if got := jsonOf(t, w.must(t, "GET", "/users/"+w.bob, "").body["extension"]); got != `{"size":"18"}` {
				t.Errorf("the extension is %s", got)
			}
			w.do(t, "PUT", "/users/"+w.bob, `{"extension":{"size":"large"}}`).wants(t, http.StatusBadRequest, "COM.0601")
			w.do(t, "PUT", "/users/"+w.bob, `{"extension":{"colour":"red"}}`).wants(t, http.StatusBadRequest, "COM.0601")
		})
		t.Run("attributes that must be given", func(t *testing.T) {
			w.operate(t, "attribute set", "mobile", "--required")
			w.soonEiam(t, "POST", "/users", `{"user_name":"mobileless"}`, http.StatusBadRequest, "USER.0011")
			w.do(t, "PUT", "/users/"+w.alice, `{"mobile":""}`).wants(t, http.StatusBadRequest, "USER.0011")
			w.operate(t, "attribute remove", "mobile")
			w.operate(t, "attribute set", "email", "--required")
			w.soonEiam(t, "PUT", "/users/"+w.alice, `{"email":""}`, http.StatusBadRequest, "USER.0012")
			w.operate(t, "attribute remove", "email")
			w.soonEiam(t, "PUT", "/users/"+w.alice, `{"email":""}`, http.StatusOK, "")
		})
		t.Run("without job management nothing of jobs is there", func(t *testing.T) {
			w.operate(t, "tenant set", "--no-job-management")
			w.soonEiam(t, "GET", "/job-titles/"+w.title, "", http.StatusBadRequest, "ENT.CONFIG.0031")
			user := "/users/" + nowhere
			for _, e := range [][3]string{{"GET", user + "/jobs"}, {"PUT", user + "/jobs/transfer", `{"org_code":"NONE"}`}, {"POST", user + "/part-time-job", `{"org_code":"NONE"}`},
				{"PUT", user + "/part-time-job/" + nowhere, `{"org_code":"NONE"}`}, {"DELETE", user + "/part-time-job/" + nowhere}, {"POST", "/job-positions", `{"org_code":"NONE","name":"x","code":"x"}`},
				{"GET", "/job-positions?offset=0&limit=10"}, {"GET", "/job-positions/" + w.position}, {"PUT", "/job-positions/" + nowhere, `{"name":"x"}`}, {"DELETE", "/job-positions/" + w.position},
				{"POST", "/job-titles", `{"name":"x","code":"x"}`}, {"GET", "/job-titles?offset=0&limit=10"}, {"PUT", "/job-titles/" + w.title, `{"name":"x"}`}, {"DELETE", "/job-titles/" + w.title}} {
				w.do(t, e[0], e[1], e[2]).wants(t, http.StatusBadRequest, "ENT.CONFIG.0031")
			}
			w.operate(t, "tenant set", "--job-management")
			w.soonEiam(t, "GET", "/job-titles/"+w.title, "", http.StatusOK, "")
			w.do(t, "GET", "/job-positions/"+w.position, "").wants(t, http.StatusOK, "")
		})
		t.Run("times are of its zone", func(t *testing.T) {
			shown := func() time.Time {
				at, err := time.Parse("2006-01-02 15:04:05.000", w.must(t, "GET", "/users/"+w.carol, "").str("created_at"))
				if err != nil {
					t.Fatal(err)
				}
				return at
			}
			before := shown()
			w.operate(t, "tenant set", "--zone", "America/New_York")
			for end := time.Now().Add(2 * time.Second); shown().Equal(before) && time.Now().Before(end); {
				pause()
			}
			if d := before.Sub(shown()); d != 12*time.Hour && d != 13*time.Hour {
				t.Errorf("New York is %v behind", d)
			}
			w.operate(t, "tenant set", "--zone", "Asia/Shanghai")
		})
		t.Run("an orphan finds its user", func(t *testing.T) {
			w.operate(t, "account bind", w.orphan, "bob")
			a := w.must(t, "GET", w.accounts()+"/"+w.orphan, "")
			if a.str("account_type") != "BASIC_ACCOUNT" {
				t.Errorf("it is %s", a.text)
			}
			w.do(t, "POST", w.accounts()+"/basic-account", `{"user_id":"`+w.bob+`","account_name":"second"}`).wants(t, http.StatusBadRequest, "APP.ACC.0029")
		})
	})
}

func TestEIAMPermissionTrees(t *testing.T) {
	const tree = `{
		"func": [{"code": "users", "name": "Users", "remote_id": "r-1", "children": [{"code": "edit", "name": "Edit", "type": "OPERATE", "description": "edits", "sequence": 2}]}],
		"data": [{"code": "region", "name": "Region", "model": "m-1"}, {"code": "shop", "name": "Shop", "model": "m-2"}],
		"roles": {"R1": {"func": ["edit"], "data": ["region"]}},
		"accounts": {"shared": {"func": ["users"]}}
	}`
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		file := filepath.Join(t.TempDir(), "tree.json")
		if err := os.WriteFile(file, []byte(tree), 0o600); err != nil {
			t.Fatal(err)
		}
		w.operate(t, "permissions import", "--app", w.app, file)
		funcs := w.must(t, "GET", w.in(w.app)+"/func-perms?offset=0&limit=50", "").rows("list")
		if len(funcs) != 2 {
			t.Fatalf("the functions are %v", funcs)
		}
		top, edit := funcs[0], funcs[1]
		if top["code"] != "users" {
			top, edit = edit, top
		}
		id, _ := top["id"].(string)
		child, _ := edit["id"].(string)
		t.Run("functions", func(t *testing.T) {
			want := `{"appId":"` + w.app + `","code":"edit","description":"edits","displayPath":"/Users/Edit","extension":{},"id":"` + child + `","level":2,"name":"Edit","parentId":"` + id +
				`","path":"/` + id + `/` + child + `","remoteId":null,"sequence":2,"type":"OPERATE"}`
			if got := jsonOf(t, edit); got != want {
				t.Errorf("it is %s, want %s", got, want)
			}
			if top["type"] != "MENU" || top["remoteId"] != "r-1" || top["parentId"] != nil || jsonOf(t, top["level"]) != "1" || top["displayPath"] != "/Users" {
				t.Errorf("the top is %v", top)
			}
		})
		t.Run("data, of one model or of all", func(t *testing.T) {
			for q, want := range map[string][]string{"": {"region", "shop"}, "model_id=&": {"region", "shop"}, "model_id=m-2&": {"shop"}, "model_id=m-3&": {}} {
				a := w.must(t, "GET", w.in(w.app)+"/data-perms?"+q+"offset=0&limit=50", "")
				if got := eiamColumn(a.rows("list"), "code"); !sameTexts(got, want) || a.number("total") != len(want) {
					t.Errorf("%q: %s", q, a.text)
				}
				for _, row := range a.rows("list") {
					if _, ok := row["type"]; ok || row["objmId"] == nil {
						t.Errorf("a permission is %v", row)
					}
				}
			}
		})
		t.Run("who has them", func(t *testing.T) {
			region, _ := w.must(t, "GET", w.in(w.app)+"/data-perms?model_id=m-1&offset=0&limit=50", "").rows("list")[0]["id"].(string)
			ref := func(id, remote string) string { return `[{"id":"` + id + `","remoteId":` + remote + `}]` }
			of := `{"dataPerms":` + ref(region, "null") + `,"funcPerms":` + ref(child, "null") + `}`
			if got := jsonOf(t, w.must(t, "GET", w.in(w.app)+"/app-role/"+w.role+"/permissions", "").body); got != of {
				t.Errorf("the role has %s, want %s", got, of)
			}
			own := `{"dataPerms":[],"funcPerms":` + ref(id, `"r-1"`) + `,"roles":[]}`
			if got := jsonOf(t, w.must(t, "GET", w.in(w.app)+"/account/"+w.public+"/permissions", "").body); got != own {
				t.Errorf("the account has %s, want %s", got, own)
			}
			page := w.must(t, "GET", w.in(w.app)+"/app-roles/permissions/page?offset=0&limit=50", "")
			for _, row := range page.rows("list") {
				want := `{"roleId":"` + w.otherRole + `"}`
				if row["roleId"] == w.role {
					want = strings.TrimSuffix(of, "}") + `,"roleId":"` + w.role + `"}`
				}
				if got := jsonOf(t, row); got != want {
					t.Errorf("a row is %s, want %s", got, want)
				}
			}
			if len(page.rows("list")) != 2 {
				t.Errorf("the page is %s", page.text)
			}
		})
	})
}
