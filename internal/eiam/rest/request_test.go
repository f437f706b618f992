package rest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/wire"
)

func TestFaultsInParametersComeWhenTheirActionSays(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		install(t, w, handlers{"Add": missing, "Drop": missing, "Find": missing, "Early": missing})
		a := w.Application(t, w.Account(t), "crm", "all")
		for _, tc := range []struct {
			name, method, path, contentType, body string
			status                                int
			code                                  string
		}{
			{"a good body", "POST", "/items", "application/json", `{"name":"n"}`, 201, ""},
			{"members that nobody knows", "POST", "/items", "application/json", `{"name":"n","x":{"y":[1]}}`, 201, ""},
			{"no content type", "POST", "/items", "", `{"name":"n"}`, 201, ""},
			{"a content type with parameters", "POST", "/items", "application/json;charset=UTF-8", `{"name":"n"}`, 201, ""},
			{"a variant of JSON", "POST", "/items", "application/vnd.api+json", `{"name":"n"}`, 201, ""},
			{"another content type", "POST", "/items", "text/plain", `{"name":"n"}`, 400, "COM.0601"},
			{"a form", "POST", "/items", "application/x-www-form-urlencoded", `name=n`, 400, "COM.0601"},
			{"an unreadable content type", "POST", "/items", "a/b/c", `{"name":"n"}`, 400, "COM.0601"},
			{"no body", "POST", "/items", "application/json", ``, 400, "COM.0601"},
			{"a list", "POST", "/items", "application/json", `[]`, 400, "COM.0601"},
			{"half a body", "POST", "/items", "application/json", `{"name":`, 400, "COM.0601"},
			{"a member twice", "POST", "/items", "application/json", `{"name":"n","name":"gone"}`, 400, "COM.0601"},
			{"a number for a text", "POST", "/items", "application/json", `{"name":1}`, 400, "COM.0601"},
			{"a null is absent", "POST", "/items", "application/json", `{"name":null}`, 400, "COM.0601"},
			{"what does not exist comes before a fault", "POST", "/items", "application/json", `{"name":"gone","password":1}`, 400, "USER.0001"},
			{"unless the action is not late", "POST", "/early", "application/json", `{"name":"gone","password":1}`, 400, "COM.0601"},
			{"an answer without content", "DELETE", "/items/1", "application/json", ``, 204, ""},
			{"a body where none is taken", "DELETE", "/items/1", "text/plain", `anything`, 204, ""},
			{"a content type on a read", "GET", "/items/1", "text/plain", ``, 200, ""},
			{"a query that is repeated", "GET", "/apps/1/items/2?filter=a&filter=b", "", ``, 400, "COM.0601"},
			{"a query that cannot be read", "GET", "/apps/1/items/2?filter=%zz", "", ``, 400, "COM.0601"},
			{"a query that nobody knows", "GET", "/apps/1/items/2?x=1", "", ``, 200, ""},
			{"a body that is too large", "POST", "/items", "application/json", `{"name":"` + strings.Repeat("n", 1<<20) + `"}`, 413, "COM.0413"},
			{"a query that is too long", "GET", "/apps/1/items/2?filter=" + strings.Repeat("n", 33<<10), "", ``, 413, "COM.0413"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				r := a.Request(t, tc.method, tc.path, tc.body)
				r.Header.Set("Content-Type", tc.contentType)
				if tc.contentType == "" {
					r.Header.Del("Content-Type")
				}
				if got := a.Do(t, r); got.Status != tc.status || got.Code != tc.code {
					t.Errorf("%d %s", got.Status, got.Raw)
				}
			})
		}
	})
}

func TestAPermissionComesBeforeBlankIDsAndTheyBeforeFaults(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		install(t, w, nil)
		mighty, weak := w.Application(t, w.Account(t), "crm", "user_all"), w.Application(t, w.Account(t), "crm", "org_all")
		weak.Fails(t, "insufficient_scope", http.MethodGet, "/apps//items/1?filter=a&filter=b", nil)
		mighty.Fails(t, "APP.0006", http.MethodGet, "/apps//items/1?filter=a&filter=b", nil)
		mighty.Fails(t, "COM.0601", http.MethodGet, "/apps/1/items/1?filter=a&filter=b", nil)
	})
}

func TestBlanksInQueriesComeInBothForms(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		install(t, w, nil)
		a := w.Application(t, w.Account(t), "crm", "all")
		for _, query := range []string{"a%20b", "a+b"} {
			if got := a.Must(t, 200, http.MethodGet, "/apps/1/items/2?filter="+query, nil); got.Str("filter") != "a b" {
				t.Errorf("%s: %s", query, got.Raw)
			}
		}
	})
}

func TestErrorsSpeakTheLanguageOfTheRequest(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		install(t, w, nil)
		a := w.Application(t, w.Account(t), "crm", "all")
		const chinese, english = `{"error_code":"APP.0006","error_msg":"应用ID不能为空"}`, `{"error_code":"APP.0006","error_msg":"App ID cannot be empty"}`
		for _, tc := range []struct{ name, own, accept, want string }{
			{"nothing said", "", "", chinese},
			{"the protocol's own header", "en", "", english},
			{"it goes before the other one", "zh", "en-US", chinese},
			{"the first language that is accepted", "", "en-US,zh;q=0.9", english},
			{"and not the second", "", "zh-CN,en;q=0.9", chinese},
			{"another language", "fr", "fr", chinese},
		} {
			t.Run(tc.name, func(t *testing.T) {
				r := a.Request(t, http.MethodGet, "/apps//items/1", nil)
				r.Header.Set("X-L", tc.own)
				r.Header.Set("Accept-Language", tc.accept)
				if got := a.Do(t, r); got.Raw != tc.want || got.Status != 400 || got.Header.Get("Content-Type") != "application/json; charset=utf-8" {
					t.Errorf("%d %s", got.Status, got.Raw)
				}
			})
		}
	})
}

func TestAPanicIsAnAnswer(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		install(t, w, handlers{"Find": func(context.Context, *apitest.World, *call.Call, *request) (wire.Response, error) {
			panic("at the disco")
		}})
		a := w.Application(t, w.Account(t), "crm", "all")
		out := httptest.NewRecorder()
		w.EIAM.ServeHTTP(out, a.Request(t, http.MethodGet, "/items/1", nil))
		if want := `{"error_code":"COM.0002","error_msg":"The system is busy, please try again later"}`; out.Code != 500 || out.Body.String() != want {
			t.Errorf("%d %s", out.Code, out.Body)
		}
	})
}

func TestTheHostSaysWhichTenantIsMeant(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		install(t, w, nil)
		first := w.Application(t, w.Account(t), "crm", "all")
		second := w.Application(t, w.Account(t), "crm", "all")
		for _, tc := range []struct {
			name, host, forwarded, from string
			first, second               bool // whose token is good there
		}{
			{"a tenant's own", first.Host, "", "127.0.0.1:1", true, false},
			{"another tenant's own", second.Host, "", "127.0.0.1:1", false, true},
			{"with a port", second.Host + ":9800", "", "127.0.0.1:1", false, true},
			{"in capitals", strings.ToUpper(second.Host), "", "127.0.0.1:1", false, true},
			{"one that nobody has is the first account's", "other.hufu.test", "", "127.0.0.1:1", true, false},
			{"what is no host", "\xff_", "", "127.0.0.1:1", true, false},
			{"an address", "127.0.0.1:9800", "", "127.0.0.1:1", true, false},
			{"what a stranger says of another host", first.Host, second.Host, "127.0.0.1:1", true, false},
			{"what a proxy of ours says of it", first.Host, second.Host, apitest.Proxy + ":1", false, true},
		} {
			t.Run(tc.name, func(t *testing.T) {
				for _, by := range []struct {
					a    *apitest.Application
					good bool
				}{{first, tc.first}, {second, tc.second}} {
					r := by.a.Request(t, http.MethodGet, "/items/1", nil)
					r.Host, r.RemoteAddr = tc.host, tc.from
					r.Header.Set("X-Forwarded-Host", tc.forwarded)
					if got := by.a.Do(t, r); (got.Status == 200) != by.good || !by.good && got.Code != "invalid_token" {
						t.Errorf("%s: %d %s", by.a.ID, got.Status, got.Raw)
					}
				}
			})
		}
	})
}

func TestAWriteInTheQueueLosesItsRight(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		var a *apitest.Application
		wrote := false
		install(t, w, handlers{"Add": func(ctx context.Context, w *apitest.World, c *call.Call, _ *request) (wire.Response, error) {
			revoke(t, w, a) // between the decision and the write
			return answer(`{}`), c.Write(ctx, noting(&wrote))
		}})
		a = w.Application(t, w.Account(t), "crm", "user_all")
		a.Fails(t, "insufficient_scope", http.MethodPost, "/items", apitest.P{"name": "n"})
		if wrote {
			t.Error("it wrote all the same")
		}
		w.Trail.Close()
		all, err := audit.Query(context.Background(), w.DB.Read(), audit.Filter{Action: "eiam:Add", Limit: 2})
		if err != nil || len(all) != 1 || all[0].Outcome != "insufficient_scope" || all[0].Decision.Effect != "implicit_deny" {
			t.Errorf("%+v, %v", all, err)
		}
	})
}
