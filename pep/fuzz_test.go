package pep

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/tc3"
)

// Whatever arrives, nobody is taken for somebody without a signature that the plain verification of tc3 accepts too, for
// this service and of this time; and every refusal is one that can be answered.
func FuzzVerify(f *testing.F) {
	now := time.Unix(1_760_000_000, 0)
	h := newHufu(f)
	h.now = func() time.Time { return now }
	e := h.enforcer(func(c *Config) { c.MaxBody = 1 << 10 })
	strict := h.enforcer(func(c *Config) { c.MaxBody, c.Strict = 1<<10, true })
	for _, change := range []func(*signed){func(*signed) {}, asGuest, func(s *signed) { s.service = "bills" }, func(s *signed) { s.at = now.Add(-time.Hour) },
		func(s *signed) { s.method, s.body, s.target = http.MethodGet, "", "http://orders.test/?a=1" }, func(s *signed) { s.headers = []string{"X-TC-Action", "Refund"} }} {
		r := h.request(change)
		var s signed
		change(&s)
		body := s.body
		if body == "" && r.Method == http.MethodPost {
			body = `{"Order":42}`
		}
		f.Add(r.Method, r.Host, r.URL.Path, r.URL.RawQuery, r.Header.Get("Content-Type"), r.Header.Get("Authorization"), r.Header.Get("X-TC-Timestamp"), r.Header.Get("X-TC-Token"), "Refund", body)
	}
	f.Add("POST", "", "", "", "", "TC3-HMAC-SHA256 Credential=/, SignedHeaders=;, Signature=,", "-1", "\x00", "\n", strings.Repeat("x", 2000))
	f.Fuzz(func(t *testing.T, method, host, path, query, contentType, authorization, timestamp, token, action, body string) {
		request := func() *http.Request {
			r := &http.Request{Method: method, Host: host, URL: &url.URL{Path: path, RawQuery: query}, Header: http.Header{}, Body: newMemory([]byte(body)), ContentLength: -1}
			for name, value := range map[string]string{"Content-Type": contentType, "Authorization": authorization, "X-Tc-Timestamp": timestamp, "X-Tc-Token": token, "X-Tc-Action": action} {
				if value != "" {
					r.Header[name] = []string{value}
				}
			}
			return r
		}
		caller, err := e.Verify(request())
		if inStrict, _ := strict.Verify(request()); inStrict != nil && caller == nil {
			t.Errorf("strictly it is %+v, else %v", inStrict, err)
		}
		if caller == nil {
			if failed, ok := errors.AsType[*Error](err); !ok || failed.Code == "" || failed.Status < 400 {
				t.Errorf("refused with %v", err)
			}
			return
		}
		secret := map[string]string{aliceID: aliceKey, guestID: guestKey, ownID: ownKey}[caller.SecretID]
		a, parsed := tc3.ParseAuthorization(authorization)
		at, stamped := strconv.ParseInt(timestamp, 10, 64)
		in := &tc3.Request{Method: method, Timestamp: at, Host: []string{host, tc3.StripPort(host)}, URIs: []string{"/", (&url.URL{Path: path}).EscapedPath()},
			RawQuery: query, Header: request().Header, PayloadHash: [][sha256.Size]byte{tc3.HashPayload([]byte(body))}}
		if err != nil || parsed != nil || stamped != nil || a.SecretID != caller.SecretID || a.Service != "orders" || at < now.Unix()-300 || at > now.Unix()+300 ||
			len(body) > 1<<10 || (caller.SecretID == guestID) != (token == guestToken) || !tc3.Verify(a, in, secret) {
			t.Errorf("it is taken for %+v, %v", caller, err)
		}
	})
}

// A question is printed as JSON that says what it says, and two that differ are printed differently.
func FuzzQuestion(f *testing.F) {
	f.Add("Refund", "qcs::orders:::order/1", "env", "dev", "7", "{}", "orders:amount", "12", "AKIDx")
	f.Add("", "", "", "", "", "", "", "", "")
	f.Add("a:b", "\"", "\\", "\n", "\u2028", "<&>", "qcs:ip", "中", "\x00")
	f.Fuzz(func(t *testing.T, action, resource, tagKey, tagValue, creator, policy, key, value, id string) {
		q := Question{Action: action, Resource: resource, Tags: map[string]string{tagKey: tagValue, "other": "x"}, CreateUIN: creator, Policy: policy,
			Context: map[string][]string{key: {value, "x"}, "other": {}}}
		text := q.appendJSON(nil, "orders", &Caller{SecretID: id})
		var out struct {
			Subject  struct{ Type, ID string }
			Action   struct{ Name string }
			Resource struct {
				ID         string
				Properties struct {
					Tags      map[string]string
					CreateUIN string `json:"create_uin"`
					Policy    string
				}
			}
			Context map[string][]string
		}
		if err := json.Unmarshal(text, &out); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		valid := func(s string) string { return strings.ToValidUTF8(s, "\ufffd") }
		same := func(got, want string) {
			t.Helper()
			// Each wrong byte becomes a sign of its own, or a run of them one: both say that it was wrong.
			if strings.ReplaceAll(got, "\ufffd", "") != strings.ReplaceAll(valid(want), "\ufffd", "") {
				t.Errorf("%q is printed as %q: %s", want, got, text)
			}
		}
		same(out.Subject.ID, id)
		same(out.Action.Name, q.action("orders"))
		same(out.Resource.ID, q.resource())
		same(out.Resource.Properties.CreateUIN, creator)
		same(out.Resource.Properties.Policy, policy)
		if tagKey != "other" && valid(tagKey) == tagKey {
			same(out.Resource.Properties.Tags[tagKey], tagValue)
		}
		if key != "other" && valid(key) == key {
			same(out.Context[key][0], value)
		}
		if string(q.appendJSON(nil, "orders", &Caller{SecretID: id + "x"})) == string(text) {
			t.Error("another caller is asked about in the same words")
		}
	})
}
