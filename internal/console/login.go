package console

import (
	"net/http"
	"net/url"
	"strings"
)

// login serves the addresses that people are given to sign in by.
func (q *request) login(path string) {
	if !q.allow(http.MethodGet, http.MethodHead) {
		return
	}
	kind, owner, _ := strings.Cut(path, "/")
	switch {
	case owner == "" || strings.Contains(owner, "/") || len(owner) > maxField:
		http.NotFound(q.w, q.http)
	case kind == "subAccount":
		page := url.Values{"type": {"user"}, "account": {owner}}
		if name := q.http.URL.Query().Get("username"); name != "" && len(name) <= maxField {
			page.Set("name", name)
		}
		q.toSignIn(page)
	default:
		http.NotFound(q.w, q.http)
	}
}

// toSignIn sends the browser to the sign-in page of the console, with its fields filled in. The page takes them as text.
func (q *request) toSignIn(fields url.Values) {
	http.Redirect(q.w, q.http, "/console/sign-in?"+fields.Encode(), http.StatusSeeOther)
}
