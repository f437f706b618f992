package test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

const form = "application/x-www-form-urlencoded"

var tokenSyntax = requestIDSyntax // a UUID of version 4

// claims are those of a JWT.
func claims(t testing.TB, token string) (header, body map[string]any) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is no JWT", token)
	}
	for i, into := range []*map[string]any{&header, &body} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, into); err != nil {
			t.Fatal(err)
		}
	}
	return header, body
}

func TestEIAMTokens(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		uin := s.bootstrapUIN(t)
		app := s.eiamApp(t, uin, "shop", "account_all,user_read")
		other := s.eiamApp(t, uin, "bank", "all")
		c := s.eiam(t)
		basic := func(id, secret string) eiamCaller {
			return c.with("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(id+":"+secret))).with("Content-Type", form)
		}
		grant := url.Values{"grant_type": {"client_credentials"}}.Encode()
		all := url.Values{"grant_type": {"client_credentials"}, "client_id": {app.ClientID}, "client_secret": {app.ClientSecret}}.Encode()
		legacy := `{"grant_type":"client_credentials","client_id":"` + app.ClientID + `","client_secret":"` + app.ClientSecret + `"}`

		var tokens []string
		for _, tt := range []struct {
			name string
			ask  func(t *testing.T) *eiamAnswer
		}{
			{"a Basic header", func(t *testing.T) *eiamAnswer {
				return basic(app.ClientID, app.ClientSecret).do(t, "POST", "/token", grant)
			}},
			{"a query", func(t *testing.T) *eiamAnswer { return c.do(t, "POST", "/token?"+all, "") }},
			{"a query beside an empty form", func(t *testing.T) *eiamAnswer { return c.with("Content-Type", form).do(t, "POST", "/token?"+all, "") }},
			{"a form", func(t *testing.T) *eiamAnswer { return c.with("Content-Type", form).do(t, "POST", "/token", all) }},
			{"a Basic header and the same client in the form", func(t *testing.T) *eiamAnswer {
				return basic(app.ClientID, app.ClientSecret).do(t, "POST", "/token", all)
			}},
			{"the older address with JSON", func(t *testing.T) *eiamAnswer { return c.do(t, "POST", "/api/oap/oauth/token", legacy) }},
		} {
			t.Run(tt.name, func(t *testing.T) {
				a := tt.ask(t).wants(t, http.StatusOK, "")
				token := a.str("access_token")
				if !tokenSyntax.MatchString(token) || a.str("token_type") != "bearer" || a.number("expires_in") < 1798 || a.number("expires_in") > 1800 || a.str("scope") != "all" || len(a.body) != 5 {
					t.Errorf("it answers %s", a.text)
				}
				s.secret(token)
				tokens = append(tokens, token)
				header, body := claims(t, a.str("id_token"))
				if header["alg"] != "RS256" || body["aud"] != app.ClientID || body["sub"] != app.AppID || body["iss"] == nil || body["jti"] == nil {
					t.Errorf("the id token says %v %v", header, body)
				}
				var api struct{ Perms []string }
				text, _ := body["api"].(string)
				if err := json.Unmarshal([]byte(text), &api); err != nil || !sameTexts(api.Perms, []string{"account_all", "user_read"}) {
					t.Errorf("the claim api is %v", body["api"])
				}
				iat, _ := body["iat"].(float64)
				if body["nbf"] != iat-120 || body["exp"] != iat+1800 {
					t.Errorf("nbf %v, iat %v, exp %v", body["nbf"], body["iat"], body["exp"])
				}
			})
		}
		t.Run("each is a new one, and all live", func(t *testing.T) {
			seen := map[string]bool{}
			for _, token := range tokens {
				if seen[token] {
					t.Error("a token came twice")
				}
				seen[token] = true
				c.token = token
				c.do(t, "GET", "/users?offset=0&limit=10", "").wants(t, http.StatusOK, "")
			}
			c.token = ""
		})
		wrong := strings.Repeat("0", 32)
		for _, tt := range []struct {
			name   string
			ask    func(t *testing.T) *eiamAnswer
			status int
			code   string
		}{
			{"a wrong secret", func(t *testing.T) *eiamAnswer { return basic(app.ClientID, wrong).do(t, "POST", "/token", grant) }, 401, "invalid_client"},
			{"an unknown client", func(t *testing.T) *eiamAnswer { return basic(wrong, app.ClientSecret).do(t, "POST", "/token", grant) }, 401, "invalid_client"},
			{"the secret of another client", func(t *testing.T) *eiamAnswer {
				return basic(app.ClientID, other.ClientSecret).do(t, "POST", "/token", grant)
			}, 401, "invalid_client"},
			{"no secret", func(t *testing.T) *eiamAnswer { return basic(app.ClientID, "").do(t, "POST", "/token", grant) }, 401, "invalid_client"},
			{"no client", func(t *testing.T) *eiamAnswer { return c.with("Content-Type", form).do(t, "POST", "/token", grant) }, 401, "invalid_client"},
			{"a wrong secret in the query", func(t *testing.T) *eiamAnswer {
				return c.do(t, "POST", "/token?grant_type=client_credentials&client_id="+app.ClientID+"&client_secret="+wrong, "")
			}, 401, "invalid_client"},
			{"a header and parameters that name different clients", func(t *testing.T) *eiamAnswer {
				return basic(other.ClientID, other.ClientSecret).do(t, "POST", "/token", all)
			}, 401, "invalid_client"},
			{"a Basic header that is no base64", func(t *testing.T) *eiamAnswer {
				return c.with("Authorization", "Basic %%%").with("Content-Type", form).do(t, "POST", "/token", grant)
			}, 401, "invalid_client"},
			{"another grant", func(t *testing.T) *eiamAnswer {
				return basic(app.ClientID, app.ClientSecret).do(t, "POST", "/token", "grant_type=password")
			}, 400, "unsupported_grant_type"},
		} {
			t.Run(tt.name, func(t *testing.T) { tt.ask(t).wants(t, tt.status, tt.code) })
		}
		t.Run("the refusal does not tell a wrong secret from an unknown client", func(t *testing.T) {
			if a, b := basic(app.ClientID, wrong).do(t, "POST", "/token", grant), basic(wrong, wrong).do(t, "POST", "/token", grant); a.text != b.text {
				t.Errorf("%s and %s", a.text, b.text)
			}
		})
	})
}

// What is wrong with a token comes before everything else, in the form of OAuth.
func TestEIAMTokensThatProveNothing(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		good := w.token
		idToken := w.askToken(t, w.self.ClientID, w.self.ClientSecret).str("id_token")
		before := w.picture(t)
		for name, header := range map[string]string{
			"no header": "", "an empty token": "Bearer ", "another scheme": "Basic " + good, "the token alone": good, "an unknown token": "Bearer 00000000-0000-4000-8000-000000000000",
			"a token and more": "Bearer " + good + " x", "two tokens": "Bearer " + good + ", Bearer " + good, "the token in capitals": "Bearer " + strings.ToUpper(good) + "X",
			"the id token": "Bearer " + idToken, "the client's secret": "Bearer " + w.self.ClientSecret, "a very long token": "Bearer " + strings.Repeat("a", 8000),
		} {
			t.Run(name, func(t *testing.T) {
				c := w.eiamCaller
				c.token = ""
				for _, tt := range [][3]string{{"POST", w.shared() + "/users/bind", `{"user_names":["bob"]}`}, {"DELETE", "/users/" + w.bob, ""}, {"GET", "/users/" + w.alice, ""},
					{"POST", "/applications//accounts/public-account//users/bind", "{"}, {"POST", "/users", "{"}} {
					a := c.with("Authorization", header).do(t, tt[0], tt[1], tt[2]).wants(t, http.StatusBadRequest, "invalid_token")
					if a.str("error_description") != "Invalid access" {
						t.Errorf("it answers %s", a.text)
					}
					if !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer") {
						t.Errorf("WWW-Authenticate is %q", a.header.Get("WWW-Authenticate"))
					}
				}
			})
		}
		t.Run("a token in the query is none", func(t *testing.T) {
			c := w.eiamCaller
			c.token = ""
			c.do(t, "GET", "/users?offset=0&limit=10&access_token="+good, "").wants(t, http.StatusBadRequest, "invalid_token")
		})
		t.Run("the scheme in small letters", func(t *testing.T) {
			w.with("Authorization", "bearer "+good).do(t, "GET", "/users/"+w.alice, "").wants(t, http.StatusOK, "")
		})
		w.unchanged(t, before)
	})
}

var insufficient = regexp.MustCompile(`[a-z_]+`)

// eiamEndpoint is one that a permission code opens.
type eiamEndpoint struct {
	method, path string
	family       string
	read         bool
}

// eiamEndpoints are all that need a token; A is an application, I an id.
func eiamEndpoints() []eiamEndpoint {
	var all []eiamEndpoint
	add := func(family string, read bool, list ...string) {
		for _, e := range list {
			method, path, _ := strings.Cut(e, " ")
			path = strings.NewReplacer("A/", "/applications/"+nowhere+"/", "{i}", nowhere).Replace(path)
			all = append(all, eiamEndpoint{method, path, family, read})
		}
	}
	add("user", true, "GET /users/{i}", "POST /users/user-by-username", "POST /users/user-by-mobile", "POST /users/user-by-email", "GET /users", "GET /users/{i}/accounts", "GET /users/{i}/jobs")
	add("user", false, "POST /users", "PUT /users/{i}", "DELETE /users/{i}", "PUT /users/{i}/enable", "PUT /users/{i}/disable", "PUT /users/{i}/change-password",
		"PUT /users/{i}/change-password-verify", "PUT /users/{i}/rest-password", "PUT /users/{i}/reset-password", "POST /users/{i}/applications/{i}/accounts",
		"PUT /users/{i}/jobs/transfer", "POST /users/{i}/part-time-job", "PUT /users/{i}/part-time-job/{i}", "DELETE /users/{i}/part-time-job/{i}")
	add("org", true, "GET /organizations/{i}", "GET /organizations", "GET /organizations/{i}/org-leader")
	add("org", false, "POST /organizations", "PUT /organizations/{i}", "DELETE /organizations/{i}", "PUT /organizations/{i}/enable", "PUT /organizations/{i}/disable", "PUT /organizations/{i}/org-leader")
	for _, f := range [][2]string{{"job_position", "/job-positions"}, {"job_title", "/job-titles"}} {
		add(f[0], true, "GET "+f[1], "GET "+f[1]+"/{i}")
		add(f[0], false, "POST "+f[1], "PUT "+f[1]+"/{i}", "DELETE "+f[1]+"/{i}")
	}
	add("account", true, "GET A/accounts/{i}", "GET A/accounts", "GET A/accounts/public-account/{i}/users", "GET A/accounts/public-account/{i}/owner", "GET A/account/{i}/permissions", "GET A/accounts/permissions/page")
	add("account", false, "POST A/accounts/basic-account", "POST A/accounts/orphan-account", "POST A/accounts/public-account", "PUT A/accounts/{i}", "DELETE A/accounts/{i}", "PUT A/accounts/{i}/enable",
		"PUT A/accounts/{i}/disable", "POST A/accounts/public-account/{i}/users/bind", "POST A/accounts/public-account/{i}/users/unbind", "POST A/accounts/public-account/{i}/owner",
		"POST A/accounts/{i}/member-role", "DELETE A/accounts/{i}/member-role")
	add("app_org", true, "GET A/organizations", "GET A/organizations/{i}")
	add("app_org", false, "POST A/organizations", "PUT A/organizations/{i}", "DELETE A/organizations/{i}")
	add("app_role", true, "GET A/role/{i}", "GET A/app-roles", "GET A/role-member-list/{i}", "GET A/app-role/{i}/permissions", "GET A/app-roles/permissions/page")
	add("app_role", false, "POST A/role", "PUT A/role/{i}", "DELETE A/role/{i}", "POST A/role-member", "DELETE A/role-member")
	add("app_func", true, "GET A/func-perms")
	add("app_data", true, "GET A/data-perms")
	add("operation_log", true, "GET /logs/users-log")
	return all
}

// opens tells whether a permission code opens the endpoint.
func (e eiamEndpoint) opens(code string) bool {
	switch code {
	case "all", e.family + "_all":
		return e.family != "operation_log" || code == "all"
	case "read", e.family + "_read":
		return e.read
	}
	return false
}

func TestEIAMPermissions(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		uin := s.bootstrapUIN(t)
		endpoints := eiamEndpoints()
		if len(endpoints) != 76 { // 75 beside the token's, and the second spelling of one
			t.Fatalf("%d endpoints", len(endpoints))
		}
		codes := []string{"all", "read", "operation_log_read"}
		for _, family := range []string{"user", "org", "account", "app_org", "app_role", "app_func", "app_data", "job_position", "job_title"} {
			codes = append(codes, family+"_all", family+"_read")
		}
		for _, code := range codes {
			t.Run(code, func(t *testing.T) {
				c := s.eiam(t).as(t, s.eiamApp(t, uin, code, code))
				for _, e := range endpoints {
					a := c.do(t, e.method, e.path, "")
					switch refused := a.code == "insufficient_scope"; {
					case refused == e.opens(code):
						t.Errorf("%s %s: %d %s", e.method, e.path, a.status, a.text)
					case refused:
						named := insufficient.FindAllString(a.str("error_description"), -1)
						want := e.family + "_all"
						if e.family == "operation_log" {
							want = "operation_log_read"
						}
						if a.status != http.StatusBadRequest || !strings.Contains(strings.Join(named, " "), want) {
							t.Errorf("%s %s: %d %s does not name %s", e.method, e.path, a.status, a.text, want)
						}
					case a.code == "invalid_token" || a.code == "access_denied" || a.code == "COM.0404" || a.code == "COM.0405":
						t.Errorf("%s %s: %d %s", e.method, e.path, a.status, a.text)
					}
				}
			})
		}
		t.Run("permission comes before blank parts of the path", func(t *testing.T) {
			c := s.eiam(t).as(t, s.eiamApp(t, uin, "reader", "account_read"))
			c.do(t, "POST", "/applications//accounts/public-account//users/bind", "").wants(t, http.StatusBadRequest, "insufficient_scope")
		})
		t.Run("several codes add up", func(t *testing.T) {
			c := s.eiam(t).as(t, s.eiamApp(t, uin, "several", "org_read,user_all"))
			c.do(t, "GET", "/organizations?offset=0&limit=10", "").wants(t, http.StatusOK, "")
			c.do(t, "POST", "/users", "{}").wants(t, http.StatusBadRequest, "COM.0601")
			c.do(t, "POST", "/organizations", "{}").wants(t, http.StatusBadRequest, "insufficient_scope")
		})
	})
}

func TestEIAMRoutes(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		for _, tt := range []struct {
			name, method, path string
			status             int
			code               string
		}{
			{"no endpoint", "GET", "/nothing", 404, "COM.0404"},
			{"a path that goes on", "GET", "/users/" + w.alice + "/accounts/more", 404, "COM.0404"},
			{"a slash at the end of one of no id", "GET", "/users/" + w.alice + "/accounts/", 404, "COM.0404"},
			{"the plural where the path has the singular", "GET", w.accounts() + "/" + w.basic + "/permissions", 404, "COM.0404"},
			{"another method", "PATCH", "/users/" + w.alice, 405, "COM.0405"},
			{"a delete of all users", "DELETE", "/users", 405, "COM.0405"},
			{"a look-up by GET finds no user of that id", "GET", "/users/user-by-username", 405, "COM.0405"},
			{"capitals", "GET", "/Users/" + w.alice, 404, "COM.0404"},
		} {
			t.Run(tt.name, func(t *testing.T) { w.do(t, tt.method, tt.path, "").wants(t, tt.status, tt.code) })
		}
		t.Run("dots in a path are no directories", func(t *testing.T) {
			w.do(t, "GET", "/users/%2e%2e", "").wants(t, http.StatusBadRequest, "USER.0001")
			w.do(t, "GET", "/users/..%2forganizations", "").wants(t, http.StatusBadRequest, "USER.0001")
		})
	})
}

// Another tenant's objects are none, whatever the token may do in its own.
func TestEIAMTenantsDoNotSeeEachOther(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		bank := w.createAccount(t, "bank")
		own := w.eiamApp(t, bank.UIN, "own", "all")
		w.run(t, "eiam", "tenant", "set", "--account", fmt.Sprint(bank.UIN), "--host", "bank.example.com")
		other := w.eiam(t)
		other.host = "bank.example.com"
		other = other.as(t, own)
		before := w.picture(t)
		for _, tt := range []eiamCase{
			{"a user", "GET", "/users/" + w.alice, "", "USER.0001"},
			{"a user by name", "POST", "/users/user-by-username", `{"user_name":"alice"}`, "USER.0001"},
			{"a user by mobile", "POST", "/users/user-by-mobile", `{"mobile":"15204130001"}`, "USER.0001"},
			{"a user by e-mail", "POST", "/users/user-by-email", `{"email":"alice@example.com"}`, "USER.0001"},
			{"deleting a user", "DELETE", "/users/" + w.alice, "", "USER.0001"},
			{"disabling a user", "PUT", "/users/" + w.alice + "/disable", "", "USER.0001"},
			{"a password", "PUT", "/users/" + w.alice + "/change-password", `{"password":"Other-River-2026!"}`, "USER.0001"},
			{"an organization", "GET", "/organizations/" + w.hq, "", "ORG.0001"},
			{"a child of an organization", "POST", "/organizations", `{"code":"X","name":"X","parent_id":"` + w.hq + `"}`, "ORG.0008"},
			{"users of an organization", "GET", "/users?offset=0&limit=10&org_id=" + w.hq, "", "ORG.0001"},
			{"a position", "GET", "/job-positions/" + w.position, "", "JOB.POSITION.0001"},
			{"a title", "GET", "/job-titles/" + w.title, "", "JOB.TITLE.0001"},
			{"accounts", "GET", w.accounts() + "?offset=0&limit=10", "", "APP.0001"},
			{"an account", "GET", w.accounts() + "/" + w.basic, "", "APP.0001"},
			{"an account in its own application", "GET", "/applications/" + own.AppID + "/accounts/" + w.basic, "", "APP.ACCOUNT.0028"},
			{"a public account in its own application", "POST", "/applications/" + own.AppID + "/accounts/public-account/" + w.public + "/users/bind", `{"user_names":["bob"]}`, "APP.ACCOUNT.0038"},
			{"binding", "POST", w.shared() + "/users/bind", `{"user_names":["bob"]}`, "APP.0001"},
			{"granting", "POST", "/users/" + w.alice + "/applications/" + own.AppID + "/accounts", "", "USER.0001"},
			{"an account for a user", "POST", "/applications/" + own.AppID + "/accounts/basic-account", `{"user_id":"` + w.alice + `"}`, "USER.0001"},
			{"a role", "GET", w.in(w.app) + "/role/" + w.role, "", "APP.0001"},
			{"an application organization", "GET", w.in(w.app) + "/organizations/" + w.appOrg, "", "APP.0001"},
			{"an application that is nobody's", "GET", w.in(nowhere) + "/accounts?offset=0&limit=10", "", "APP.0001"},
		} {
			t.Run(tt.name, func(t *testing.T) { other.do(t, tt.method, tt.path, tt.body).wants(t, http.StatusBadRequest, tt.code) })
		}
		t.Run("lists have nothing of it", func(t *testing.T) {
			for _, path := range []string{"/users", "/organizations", "/job-positions", "/job-titles"} {
				if a := other.do(t, "GET", path+"?offset=0&limit=10", "").wants(t, http.StatusOK, ""); a.number("total") != 0 {
					t.Errorf("%s: %s", path, a.text)
				}
			}
		})
		t.Run("the same names and codes are free", func(t *testing.T) {
			other.createOrg(t, `{"code":"HQ","name":"Headquarters"}`)
			other.createUser(t, `{"user_name":"alice","mobile":"15204130001","email":"alice@example.com","employee_id":"E1","external_id":"X1"}`)
			other.create(t, "/job-titles", `{"name":"Engineer","code":"ENG"}`, "title_id")
		})
		w.unchanged(t, before)
	})
}

// soonEiam makes a request until it answers with the code: a command is a further process on PostgreSQL.
func (c eiamCaller) soonEiam(t testing.TB, method, path, body string, status int, code string) {
	t.Helper()
	a := c.do(t, method, path, body)
	for end := time.Now().Add(2 * time.Second); a.code != code && time.Now().Before(end); a = c.do(t, method, path, body) {
		pause()
	}
	a.wants(t, status, code)
}
