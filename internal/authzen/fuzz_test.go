package authzen_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/tc3"
)

// Whatever a body holds, an authenticated asker gets an answer of JSON or a refusal with a status that says so, and
// nothing is allowed that is not asked in the right words.
func FuzzEvaluations(f *testing.F) {
	w := apitest.New(f, storetest.Open(f, storetest.SQLite(f)))
	c := newCast(f, w)
	mine := c.instance("ins-1")
	good := about("user", c.alice.UIN, "cvm:StartInstances", mine)
	for _, seed := range []string{
		good, `{"evaluations":[` + good + `,{},7,` + good + `]}`, `{"subject":{"type":"anonymous","id":"-"},"evaluations":[` + good + `],"options":{"evaluations_semantic":"permit_on_first_permit"}}`,
		about("role", "qcs::cam::uin/1:roleName/x", "a:b", "*", `,"context":{"explain":true,"ip":"::1","time":"2025-06-27T18:03-07:00","qcs:mfa":1,"a:b":[1,"2",true],"c":{}}`),
		`{"subject":{"type":"key","id":"x"},"action":{"name":"name/a:b"},"resource":{"type":"qcs","id":"qcs:id/1:a:gz:uid/1:x","properties":{"tags":{"a":"b"},"create_uin":7,"policy":` + grant("allow", "a:*", everyone) + `}}}`,
		`{"subject":{"type":"user"},"action":{"name":"cvm:StartInstances"},"resource":{"type":"qcs","id":"*"},"page":{"token":"x","limit":1}}`,
		`{"a":{"a":1,"a":2}}`, `[]`, ``, "\x00", `{"subject":null}`, `{"evaluations":[[]]}`,
	} {
		for path := range uint8(5) {
			f.Add(seed, path)
		}
	}
	paths := []string{single, many, "/access/v1/search/subject", "/access/v1/search/resource", "/access/v1/search/action"}
	f.Fuzz(func(t *testing.T, body string, n uint8) {
		r := send(t, w, request(t, w, c.pep, paths[int(n)%len(paths)], body))
		if !slices.Contains([]int{200, 400, 403, 413}, r.status) {
			t.Fatalf("status %d: %s", r.status, r.raw)
		}
		if r.status != 200 && !strings.Contains(r.raw, "(request ") {
			t.Errorf("no request id: %s", r.raw)
		}
		if r.body.At("decision") == true && !strings.Contains(body, "Start") && !strings.Contains(body, "policy") && !strings.Contains(body, `\u`) && !strings.Contains(body, "root") {
			t.Errorf("allowed: %s", body)
		}
	})
}

// Whatever headers and query say, nobody gets through but with the signature of who may.
func FuzzForward(f *testing.F) {
	w := apitest.New(f, storetest.Open(f, storetest.SQLite(f)))
	c := newCast(f, w)
	mine := c.instance("ins-1")
	get := held{method: "GET", path: "/v1", query: "a=b", host: "cvm.example.com", contentType: "text/plain", service: "cvm"}
	lines := func(h http.Header) string {
		var all []string
		for name, values := range h {
			for _, v := range values {
				all = append(all, name+": "+v)
			}
		}
		return strings.Join(all, "\n")
	}
	for _, describe := range []func(http.Header, held){nginx, traefik, ingress} {
		h := get.signedBy(f, w.Now(), c.pep, tc3.HashPayload(nil)) // who may not
		describe(h, get)
		f.Add("action=cvm:StartInstances&resource="+url.QueryEscape(mine), lines(h))
		h.Set("X-Hufu-Action", "cvm:StartInstances")
		h.Set("X-Hufu-Resource", mine)
		h.Set("X-TC-Content-SHA256", tc3.UnsignedPayload)
		f.Add("", lines(h))
	}
	f.Add("action=a:b&resource=*", "Authorization: Bearer x\nX-Original-Url: http://[::1]:7/%zz\nX-Forwarded-Proto: https")
	f.Add("%", "X-Original-Method: \nX-Original-Uri: ?\nX-Forwarded-Host: a:b:c")
	f.Fuzz(func(t *testing.T, query, headers string) {
		r := httptest.NewRequest(http.MethodGet, "http://hufu:9800/access/v1/forward", nil)
		r.URL.RawQuery, r.RemoteAddr = query, apitest.Proxy+":40000"
		r.Header.Set("X-Forwarded-For", "203.0.113.9")
		for line := range strings.SplitSeq(headers, "\n") {
			if name, value, ok := strings.Cut(line, ":"); ok {
				r.Header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
			}
		}
		got := send(t, w, r)
		if !slices.Contains([]int{401, 403, 500, 503}, got.status) {
			t.Fatalf("status %d: %v", got.status, got.header)
		}
	})
}
