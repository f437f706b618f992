package rest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/internal/wire"
)

// Whatever a path, a query and a body are made of, the door answers in one of its forms, and a handler gets ids without
// blanks around them, never blank, and only parameters that are valid.
func FuzzRequest(f *testing.F) {
	w := apitest.New(f, storetest.Open(f, storetest.SQLite(f)))
	check := func(_ context.Context, _ *apitest.World, c *call.Call, in *request) (wire.Response, error) {
		for _, name := range []string{"id", "app_id", "user_id"} {
			if v := in.tree.Get(name); v != nil && (v.Str() == "" || strings.TrimSpace(v.Str()) != v.Str()) {
				f.Errorf("a handler got %s %q", name, v.Str())
			}
		}
		if err := c.Valid(); err != nil {
			return nil, err
		}
		return answer(in.tree.AppendJSON(nil)), nil
	}
	own := handlers{}
	for _, a := range small().Actions {
		if a.Name != "CreateToken" {
			own[a.Name] = check
		}
	}
	install(f, w, own)
	a := w.Application(f, w.Account(f), "crm", "all")
	for _, seed := range []struct{ method, path, query, contentType, body string }{
		{"GET", "/items/1", "", "", ""},
		{"GET", "/apps//items/%20", "filter=a+b&filter=c", "", ""},
		{"GET", "/apps/%2f/items/%ff", "filter=%00;x", "", ""},
		{"POST", "/items", "", "application/json; charset=utf-8", `{"name":"n","password":null,"x":[{}]}`},
		{"POST", "/items", "", "application/json", `{"name":1e99,"name":""}`},
		{"POST", "/token", "grant_type=client_credentials", "application/x-www-form-urlencoded", "client_id=a&client_secret=b"},
		{"DELETE", "/items/../..", "", "text/plain", "\xff"},
		{"PUT", "/users/a%2Fb/reset-password", "%zz", "", ""},
		{"PATCH", "//////", "", "", ""},
	} {
		f.Add(seed.method, seed.path, seed.query, seed.contentType, []byte(seed.body))
	}
	f.Fuzz(func(t *testing.T, method, path, query, contentType string, body []byte) {
		r := a.Request(t, http.MethodGet, "/items/1", string(body))
		u, err := url.ParseRequestURI("/api/v2/tenant" + path)
		if err != nil || u.Host != "" || method == http.MethodHead {
			return
		}
		u.RawQuery = query
		r.Method, r.URL = method, u
		r.Header.Set("Content-Type", contentType)
		out := httptest.NewRecorder()
		w.EIAM.ServeHTTP(out, r)
		if out.Code == http.StatusNoContent && out.Body.Len() == 0 {
			return
		}
		var object map[string]json.RawMessage
		if err := json.Unmarshal(out.Body.Bytes(), &object); err != nil {
			t.Fatalf("%s %s: %d %q: %v", method, u, out.Code, out.Body, err)
		}
		_, plain := object["error_code"]
		_, token := object["error"]
		if failed := out.Code >= 400; failed != (plain || token) || plain && token || failed && len(object) != 2 || out.Code == http.StatusInternalServerError {
			t.Fatalf("%s %s: %d %s", method, u, out.Code, out.Body)
		}
	})
}
