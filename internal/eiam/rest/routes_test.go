package rest_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/eiam/rest"
)

func TestPathsAreMatchedAsTheyWereSent(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		install(t, w, nil)
		a := w.Application(t, w.Account(t), "crm", "all")
		for _, tc := range []struct {
			name, method, path string
			status             int
			code, raw          string
		}{
			{"an id", "GET", "/items/7", 200, "", `{"id":"7"}`},
			{"an id with blanks around it", "GET", "/items/%20a%20b%20", 200, "", `{"id":"a b"}`},
			{"an escaped letter", "GET", "/items/%41", 200, "", `{"id":"A"}`},
			{"an escaped slash is part of an id", "GET", "/items/a%2Fb", 200, "", `{"id":"a/b"}`},
			{"an escaped percent sign", "GET", "/items/%2541", 200, "", `{"id":"%41"}`},
			{"a plus sign in a path is one", "GET", "/items/a+b", 200, "", `{"id":"a+b"}`},
			{"a dot is an id", "GET", "/items/.", 200, "", `{"id":"."}`},
			{"two dots are an id", "GET", "/items/..", 200, "", `{"id":".."}`},
			{"a blank id at the end", "GET", "/items/", 400, "USER.0001", ""},
			{"an id of blanks", "GET", "/items/%20%09", 400, "USER.0001", ""},
			{"no application", "GET", "/apps//items/1", 400, "APP.0006", ""},
			{"no application and no object", "GET", "/apps//items/", 400, "APP.0006", ""},
			{"an application of blanks", "GET", "/apps/%20/items/1", 400, "APP.0006", ""},
			{"no object of an application", "GET", "/apps/1/items/", 400, "USER.0001", ""},
			{"what is no text", "GET", "/items/%ff", 400, "COM.0601", ""},
			{"a word goes before an id", "POST", "/items/search", 400, "COM.0601", ""},
			{"a word has its own methods", "GET", "/items/search", 405, "COM.0405", ""},
			{"another method", "PATCH", "/items/1", 405, "COM.0405", ""},
			{"a HEAD", "HEAD", "/items/1", 405, "", ""},
			{"a longer path", "GET", "/items/1/more", 404, "COM.0404", ""},
			{"a shorter path", "GET", "", 404, "COM.0404", ""},
			{"the prefix with a slash", "GET", "/", 404, "COM.0404", ""},
			{"an unknown word", "GET", "/things", 404, "COM.0404", ""},
			{"a word in capitals", "GET", "/Items/1", 404, "COM.0404", ""},
			{"a path of slashes", "GET", "//////////////////////", 404, "COM.0404", ""},
			{"the path as it is documented", "PUT", "/users/1/rest-password", 200, "", `{"user_id":"1"}`},
			{"and as it was meant", "PUT", "/users/1/reset-password", 200, "", `{"user_id":"1"}`},
			{"an endpoint that is not built", "GET", "/planned", 501, "COM.0501", ""},
		} {
			t.Run(tc.name, func(t *testing.T) {
				r := a.Request(t, tc.method, "/items/1", nil)
				var err error
				if r.URL, err = url.ParseRequestURI("/api/v2/tenant" + tc.path); err != nil {
					t.Fatal(err)
				}
				if !rest.Serves(r.URL.EscapedPath()) {
					t.Fatal("the door does not serve it")
				}
				if tc.method == http.MethodHead {
					out := httptest.NewRecorder()
					w.EIAM.ServeHTTP(out, r)
					if out.Code != tc.status {
						t.Errorf("%d", out.Code)
					}
					return
				}
				got := a.Do(t, r)
				if got.Status != tc.status || got.Code != tc.code || tc.raw != "" && got.Raw != tc.raw {
					t.Errorf("%d %s", got.Status, got.Raw)
				}
				if len(got.Header.Get("X-Request-Id")) != 36 {
					t.Error("no id of the request")
				}
				if tc.status == 405 && got.Header.Get("Allow") == "" {
					t.Error("no header says which methods are allowed")
				}
			})
		}
	})
}

func TestPathsThatAreNotOfTheDoor(t *testing.T) {
	for path, want := range map[string]bool{
		"/api/v2/tenant": true, "/api/v2/tenant/": true, "/api/v2/tenant/users": true, "/api/v2/tenant//": true, "/api/oap/oauth/token": true,
		"/": false, "": false, "/api/v2/tenants": false, "/api/v2/%74enant/users": false, "/api/v2": false, "//api/v2/tenant/users": false,
		"/api/oap/oauth/token/": false, "/API/v2/tenant/users": false,
	} {
		if rest.Serves(path) != want {
			t.Errorf("%q: want %t", path, want)
		}
	}
}
