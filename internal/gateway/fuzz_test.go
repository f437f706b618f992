package gateway

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/tc3"
)

// Whatever comes over the wire, nothing panics, and every request to an endpoint gets an envelope. Half of the requests
// are signed, so that they get past authentication.
func FuzzRead(f *testing.F) {
	d := open(f, storetest.Open(f, storetest.SQLite(f)), Config{NoLimits: true})
	const json, form, multipart = "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
	for _, s := range []struct {
		method, query, host, contentType, headers, body string
		signed                                          bool
	}{
		{"POST", "", "tiny.hufu.test", json, "", `{"Name":"x","Nested":[{"Pin":"1","N":5}]}`, true},
		{"POST", "", "localhost", json, "X-TC-Language: en-US", `{"Name":null}`, true},
		{"POST", "", "tiny.hufu.test", json, "", `{"Nested":{"Pin":[[[[{}]]]]}}`, true},
		{"POST", "", "tiny.hufu.test", "application/json; charset=gbk", "", `{}`, true},
		{"POST", "", "tiny.hufu.test", form, "", "Name=x&Nested.0.Pin=1&Nested.0.N=5", true},
		{"POST", "", "tiny.hufu.test", multipart, "", "--b\r\nContent-Disposition: form-data; name=\"Name\"\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name=\"Nested\"\r\nContent-Type: application/json\r\n\r\n[{\"N\":5}]\r\n--b--\r\n", true},
		{"GET", "Name=x&Nested.0.N=007", "tiny.hufu.test", form, "", "", true},
		{"GET", "Action=Any&Version=2020-01-01&Timestamp=1760000000&Nonce=1&SecretId=x&Signature=y", "localhost", "", "", "", false},
		{"GET", "Action=Any&Version=2020-01-01&a=1&a.b=2&A.0=1&A.999999999999=2", "localhost", "", "", "", false},
		{"POST", "", "127.0.0.1:8080", json, "Authorization: SKIP\nX-TC-Action: Unsigned\nX-TC-Version: 2020-01-01", `{}`, false},
		{"POST", "", "[::1]", json, "Authorization: TC3-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=x, Signature=y\nX-TC-Action: Any\nX-TC-Version: 2020-01-01", `{"a":1e999}`, false},
		{"PUT", "%zz", "", "", "X-Forwarded-For: 1.2.3.4", "\xff", false},
		{"POST", "", "tiny.hufu.test", json, "X-TC-Timestamp: -1\nX-TC-Region: ../..\nX-TC-Token: t", `{"Name":"\ud800"}`, true},
	} {
		f.Add(s.method, s.query, s.host, s.contentType, s.headers, []byte(s.body), s.signed)
	}
	actions := []string{"Any", "Named", "Read", "Unsigned", "Write", "Planned"}
	f.Fuzz(func(t *testing.T, method, query, host, contentType, headers string, body []byte, signed bool) {
		d.t = t
		r := &http.Request{Method: method, URL: &url.URL{Path: "/", RawQuery: query}, Host: host, Header: http.Header{}, RemoteAddr: "192.0.2.1:5",
			Body: io.NopCloser(strings.NewReader(string(body))), ContentLength: int64(len(body)), Proto: "HTTP/1.1"}
		r = r.WithContext(t.Context())
		if contentType != "" {
			r.Header.Set("Content-Type", contentType)
		}
		for line := range strings.SplitSeq(headers, "\n") {
			if name, value, ok := strings.Cut(line, ":"); ok {
				r.Header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
			}
		}
		if signed {
			sign(d, r, actions[len(body)%len(actions)], body)
		}
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		if method == http.MethodOptions {
			return
		}
		if got := envelope(t, w); got.code == "InternalError" {
			t.Errorf("an internal error: %s", d.log)
		}
		d.log.Reset()
	})
}

// sign signs what can be signed.
func sign(d *door, r *http.Request, action string, body []byte) {
	at := d.now.Unix()
	m := tc3.Message{Service: "tiny", Timestamp: at, Method: r.Method, RawQuery: r.URL.RawQuery, PayloadHash: tc3.HashPayload(body),
		Headers: []tc3.Header{{Name: "content-type", Value: r.Header.Get("Content-Type")}, {Name: "host", Value: r.Host}}}
	a, err := m.Sign(d.root.id, d.root.secret)
	if err != nil {
		return
	}
	r.Header.Set("Authorization", a.Header())
	r.Header.Set("X-TC-Timestamp", strconv.FormatInt(at, 10))
	r.Header.Set("X-TC-Action", action)
	r.Header.Set("X-TC-Version", "2020-01-01")
}
