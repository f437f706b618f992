package test

import (
	"net/http"
	"strings"
	"testing"
)

// No endpoint fails on a request that makes no sense, and none does anything.
func TestEIAMStrangeRequests(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		before := w.picture(t)
		refused := func(t *testing.T, e eiamEndpoint, path, body string) {
			t.Helper()
			a := w.do(t, e.method, path, body)
			if e.read && e.method == "GET" && a.status == http.StatusOK {
				return
			}
			if a.status != http.StatusBadRequest && a.status != http.StatusNotFound && a.status != http.StatusRequestEntityTooLarge {
				t.Errorf("%s %.200s %.100q: %d %s", e.method, path, body, a.status, a.text)
			}
			if len(a.text) > 1000 {
				t.Errorf("%s %.200s: an answer of %d bytes", e.method, path, len(a.text))
			}
		}
		bodies := []string{"", "null", "[]", "7", `""`, "{", `{"`, "\xff", `{"a":"` + "\xff" + `"}`, `{"user_name":"\ud800"}`, `{"a":1}{"a":2}`, "\ufeff{}",
			strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000), strings.Repeat("[", 5000), `{"user_names":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`,
			`{"sequence":1e400,"disabled":1e400}`, `{"sequence":99999999999999999999999}`, `{"user_name":{"$ne":null},"mobile":[],"email":{},"code":1,"name":[]}`,
			`{"__proto__":{"a":1},"constructor":1}`, `{"user_name":"a\u0000b","account_name":"a\u0000b","code":"a\u0000b","name":"a\u0000b"}`, `{"user_names":[],"role_ids":[],"account_Ids":[]}`}
		t.Run("bodies", func(t *testing.T) {
			for _, e := range eiamEndpoints() {
				for _, body := range bodies {
					refused(t, e, e.path, body)
				}
			}
		})
		parts := []string{"%20", "%00", "%ff", "%2F", "..", "%2e%2e", "%25", "'%20OR%20'1'='1", "%27%3B--", strings.Repeat("a", 4000), "%F0%9F%90%AF", "%E2%80%8B", ";", "a%0d%0aSet-Cookie:x=1", "%7B%7D", "*", nowhere + "%20x"}
		t.Run("parts of paths", func(t *testing.T) {
			for _, e := range eiamEndpoints() {
				if !strings.Contains(e.path, nowhere) {
					continue
				}
				for _, part := range parts {
					refused(t, e, strings.ReplaceAll(e.path, nowhere, part), `{"name":"x"}`)
				}
			}
		})
		t.Run("parts of paths in an application that exists", func(t *testing.T) {
			for _, e := range eiamEndpoints() {
				if !strings.HasPrefix(e.path, "/applications/") || strings.Count(e.path, nowhere) < 2 {
					continue
				}
				for _, part := range parts {
					refused(t, e, w.in(w.app)+strings.ReplaceAll(strings.TrimPrefix(e.path, "/applications/"+nowhere), nowhere, part), `{"name":"x"}`)
				}
			}
		})
		t.Run("queries", func(t *testing.T) {
			for _, e := range eiamEndpoints() {
				if e.method != "GET" {
					continue
				}
				for _, q := range []string{"offset=0&offset=1&limit=10", "offset=%00&limit=%ff", "%zz=1&offset=0&limit=10", ";offset=0&limit=10", "offset=0&limit=10&limit=20", strings.Repeat("a=b&", 5000)} {
					refused(t, e, e.path+"?"+q, "")
				}
			}
		})
		t.Run("a large body is refused", func(t *testing.T) {
			large := `{"user_names":["` + strings.Repeat("x", 20<<20) + `"]}`
			a := w.do(t, "POST", w.shared()+"/users/bind", large)
			if a.status < 400 || a.status >= 500 {
				t.Errorf("%d %s", a.status, a.text)
			}
		})
		w.unchanged(t, before)
	})
}
