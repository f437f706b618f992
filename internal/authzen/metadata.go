package authzen

import (
	"net/http"
	"regexp"

	"github.com/hufu-iam/hufu/internal/wire"
)

const metadataPath = "/.well-known/authzen-configuration"

// hostSyntax is what a Host header may be to be repeated in an answer: a name or an address, with or without a port.
var hostSyntax = regexp.MustCompile(`^([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?$`)

// describe answers where the API is, under the name by which the client reached it.
func (d *Door) describe(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Use GET.", http.StatusMethodNotAllowed)
		return
	}
	base, ok := d.base(r)
	if !ok {
		http.Error(w, "The Host header is no host.", http.StatusBadRequest)
		return
	}
	b := wire.AppendString([]byte(`{"policy_decision_point":`), base)
	for _, e := range [...]struct{ name, path string }{
		{"access_evaluation_endpoint", "/access/v1/evaluation"},
		{"access_evaluations_endpoint", "/access/v1/evaluations"},
		{"search_subject_endpoint", "/access/v1/search/subject"},
		{"search_resource_endpoint", "/access/v1/search/resource"},
		{"search_action_endpoint", "/access/v1/search/action"},
	} {
		b = wire.AppendString(append(b, `,"`+e.name+`":`...), base+e.path)
	}
	if own := r.Header["X-Request-Id"]; len(own) > 0 {
		w.Header()["X-Request-Id"] = own[:1]
	}
	reply(w, append(b, '}'))
}

// base is the URL under which the client reached this server. What a proxy says counts if it is one of ours.
func (d *Door) base(r *http.Request) (string, bool) {
	scheme, host := "http", r.Host
	if r.TLS != nil {
		scheme = "https"
	}
	if d.authenticator.Trusted(r) {
		if p := r.Header.Get("X-Forwarded-Proto"); p == "https" || p == "http" {
			scheme = p
		}
		if h := r.Header.Get("X-Forwarded-Host"); h != "" {
			host = h
		}
	}
	return scheme + "://" + host, hostSyntax.MatchString(host)
}
