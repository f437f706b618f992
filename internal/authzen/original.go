package authzen

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/tc3"
)

// original is a request that a proxy holds back, as the proxy describes it: nginx as it is told to, in X-Original-Method
// and X-Original-URI, its ingress in X-Original-URL, Traefik and Caddy in X-Forwarded-Method and X-Forwarded-Uri; the host
// in X-Forwarded-Host where the request does not keep it. Only the word of a trusted proxy counts.
type original struct {
	method, host, path, query string
}

// unclear is the failure for a description that can be understood in two ways: clients send such headers too.
func unclear(what string) *fault.Error {
	return fault.New(code.AuthFailureInvalidAuthorization).WithDetail("The " + what + " of the original request is told in two ways.")
}

// misconfigured is the failure for what the proxy should have said.
func misconfigured(what string) *fault.Error {
	return malformed("", "The proxy's configuration is not complete: "+what+".")
}

func readOriginal(r *http.Request) (o original, err error) {
	var ok bool
	byURL := ""
	if whole := r.Header.Get("X-Original-Url"); whole != "" {
		u, err := url.Parse(whole)
		if err != nil || u.Host == "" {
			return o, unclear("URL")
		}
		o.host, byURL = u.Host, u.RequestURI()
	}
	if o.method, ok = agreed(r.Header, "", "X-Original-Method", "X-Forwarded-Method"); !ok {
		return o, unclear("method")
	}
	uri, ok := agreed(r.Header, byURL, "X-Original-Uri", "X-Forwarded-Uri")
	if !ok {
		return o, unclear("URI")
	}
	if o.host, ok = agreed(r.Header, o.host, "X-Forwarded-Host"); !ok {
		return o, unclear("host")
	}
	if o.host == "" {
		o.host = r.Host
	}
	if o.method == "" || uri == "" {
		return o, misconfigured("it must send the method and the URI of the original request")
	}
	o.path, o.query, _ = strings.Cut(uri, "?")
	return o, nil
}

// agreed is the value that all headers of these names have, and said where it is not "". False if two differ.
func agreed(h http.Header, said string, names ...string) (string, bool) {
	for _, name := range names {
		for _, value := range h[name] {
			if value == "" {
				continue
			}
			if said != "" && said != value {
				return "", false
			}
			said = value
		}
	}
	return said, true
}

// signed is the original request as its signature is checked. The body stays with the proxy: it is the empty one, or the
// one whose hash the signer declared, which whoever gets the body must compare. Leaving it out of the signature is for
// clients that reached the proxy over TLS.
func (o *original) signed(h http.Header, secure bool) tc3.Request {
	r := tc3.Request{Method: o.method, RawQuery: o.query, Header: h, Host: []string{o.host, tc3.StripPort(o.host)}, URIs: []string{"/", o.path}}
	switch declared := h.Get("X-Tc-Content-Sha256"); {
	case declared == "":
		r.PayloadHash = [][sha256.Size]byte{tc3.HashPayload(nil)}
	case declared == tc3.UnsignedPayload:
		if secure {
			r.PayloadHash = [][sha256.Size]byte{tc3.UnsignedPayloadHash()}
		}
	default:
		var sum [sha256.Size]byte
		if n, err := hex.Decode(sum[:], []byte(declared[:min(len(declared), 2*sha256.Size)])); err == nil && n == sha256.Size && len(declared) == 2*sha256.Size {
			r.PayloadHash = [][sha256.Size]byte{sum}
		}
	}
	return r
}
