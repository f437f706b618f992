package pep

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestVerifyTellsWhoSigned(t *testing.T) {
	alice := Caller{SecretID: aliceID, Type: "user", ID: "7", Account: 1, IP: netip.MustParseAddr("192.0.2.7")}
	guest := Caller{SecretID: guestID, Type: "user", ID: "7", Account: 1, SessionName: guestToken, IP: alice.IP}
	for _, tc := range []struct {
		name   string
		change func(*signed)
		config func(*Config)
		want   Caller
	}{
		{"a POST", func(*signed) {}, nil, alice},
		{"a temporary key", asGuest, nil, guest},
		{"a POST without body", func(s *signed) { s.body = "" }, nil, alice},
		{"a GET with a query", func(s *signed) {
			s.method, s.target, s.body = http.MethodGet, "http://orders.test:8080/?b=2&a=%20x", ""
		}, nil, alice},
		{"a host without its port", func(s *signed) { s.host = "orders.test" }, nil, alice},
		{"a host that a proxy changed", func(s *signed) { s.host = "orders.example.com" }, func(c *Config) { c.Hosts = []string{"orders.example.com"} }, alice},
		{"a path, signed as /", func(s *signed) { s.target = "http://orders.test:8080/v1/orders" }, nil, alice},
		{"a path, signed as it is", func(s *signed) { s.target, s.uri = "http://orders.test:8080/v1/a%2Fb", "/v1/a%2Fb" }, nil, alice},
		{"further signed headers", func(s *signed) { s.headers = []string{"X-TC-Action", "Refund"} }, nil, alice},
		{"the oldest timestamp", func(s *signed) { s.at = s.at.Add(-300 * time.Second) }, nil, alice},
		{"the newest timestamp", func(s *signed) { s.at = s.at.Add(300 * time.Second) }, nil, alice},
		{"strictly: a path that is signed", func(s *signed) {
			s.target, s.uri, s.headers = "http://orders.test:8080/v1", "/v1", []string{"X-TC-Action", "Refund"}
		}, func(c *Config) { c.Strict = true }, alice},
		{"strictly: the query of a GET", func(s *signed) {
			s.method, s.target, s.body = http.MethodGet, "http://orders.test:8080/?a=1", ""
		}, func(c *Config) { c.Strict = true }, alice},
		{"an address that the service knows", func(*signed) {}, func(c *Config) {
			c.ClientIP = func(r *http.Request) netip.Addr { return netip.MustParseAddr("10.0.0.1") }
		}, Caller{SecretID: aliceID, Type: "user", ID: "7", Account: 1, IP: netip.MustParseAddr("10.0.0.1")}},
		{"the longest body", func(*signed) {}, func(c *Config) { c.MaxBody = int64(len(`{"Order":42}`)) }, alice},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHufu(t)
			e := h.enforcer(func(c *Config) {
				if tc.config != nil {
					tc.config(c)
				}
			})
			for range 2 {
				r := h.request(tc.change)
				want, _ := io.ReadAll(r.Body)
				r.Body = io.NopCloser(bytes.NewReader(want))
				got, err := e.Verify(r)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(&tc.want, got, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
					t.Error(diff)
				}
				if body, err := io.ReadAll(r.Body); err != nil || string(body) != string(want) || r.ContentLength != int64(len(want)) {
					t.Errorf("the handler reads %q, %v", body, err)
				}
			}
			if n := h.count(); n != 2 {
				t.Errorf("%d calls, want one for the revision and one for the key", n)
			}
		})
	}
}

// broken is a body that ends before it should.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the client hung up") }
func (broken) Close() error             { return nil }

func TestVerifyRefuses(t *testing.T) {
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	twice := func(name string) func(*http.Request) {
		return func(r *http.Request) { r.Header[name] = append(r.Header[name], r.Header[name]...) }
	}
	replace := func(old, with string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, with, 1))
		}
	}
	strictly := func(c *Config) { c.Strict = true }
	for _, tc := range []struct {
		name   string
		sign   func(*signed)
		after  func(*http.Request)
		config func(*Config)
		status int
		code   string
	}{
		{"no signature", nil, func(r *http.Request) { r.Header.Del("Authorization") }, nil, 401, codeMissingParameter},
		{"an empty one", nil, header("Authorization", ""), nil, 401, codeMissingParameter},
		{"two signatures", nil, twice("Authorization"), nil, 401, codeInvalidAuthorization},
		{"another scheme", nil, header("Authorization", "Basic YTpi"), nil, 401, codeInvalidAuthorization},
		{"SKIP", nil, header("Authorization", "SKIP"), nil, 401, codeInvalidAuthorization},
		{"half a signature", nil, header("Authorization", "TC3-HMAC-SHA256 Credential=x"), nil, 401, codeInvalidAuthorization},
		{"no timestamp", nil, func(r *http.Request) { r.Header.Del("X-TC-Timestamp") }, nil, 401, codeMissingParameter},
		{"two timestamps", nil, twice("X-Tc-Timestamp"), nil, 401, codeInvalidAuthorization},
		{"a timestamp that is none", nil, header("X-TC-Timestamp", "soon"), nil, 401, codeInvalidValue},
		{"a negative timestamp", nil, header("X-TC-Timestamp", "-1"), nil, 401, codeInvalidValue},
		{"a timestamp far away", nil, header("X-TC-Timestamp", "9000000000000000000"), nil, 401, codeInvalidValue},
		{"two tokens", asGuest, twice("X-Tc-Token"), nil, 401, codeInvalidAuthorization},
		{"another method", nil, func(r *http.Request) { r.Method = http.MethodPut }, nil, 401, codeInvalidAuthorization},
		{"another service", func(s *signed) { s.service = "bills" }, nil, nil, 401, codeInvalidAuthorization},
		{"the service in capitals", func(s *signed) { s.service = "Orders" }, nil, nil, 401, codeInvalidAuthorization},
		{"the date of another day", nil, func(r *http.Request) { r.Header.Set("X-TC-Timestamp", "86400") }, nil, 401, codeInvalidAuthorization},
		{"a signed header that is not there", func(s *signed) { s.headers = []string{"X-TC-Action", "Refund"} }, func(r *http.Request) { r.Header.Del("X-TC-Action") }, nil, 401, codeInvalidAuthorization},
		{"an old signature", func(s *signed) { s.at = s.at.Add(-301 * time.Second) }, nil, nil, 401, codeExpired},
		{"one of the future", func(s *signed) { s.at = s.at.Add(301 * time.Second) }, nil, nil, 401, codeExpired},
		{"a key that nobody knows", func(s *signed) { s.id = "AKIDnobody" }, nil, nil, 401, codeNotFound},
		{"an id that is too long", func(s *signed) { s.id = strings.Repeat("A", 129) }, nil, nil, 401, codeNotFound},
		{"a temporary key without its token", func(s *signed) { asGuest(s); s.token = "" }, nil, nil, 401, codeNotFound},
		{"a temporary key with another token", func(s *signed) { asGuest(s); s.token = "other" }, nil, nil, 401, codeToken},
		{"a token that is too long", func(s *signed) { asGuest(s); s.token = strings.Repeat("x", 4097) }, nil, nil, 401, codeToken},
		{"a permanent key with a token", func(s *signed) { s.token = guestToken }, nil, nil, 401, codeToken},
		{"another secret", func(s *signed) { s.key = "other" }, nil, nil, 401, codeSignature},
		{"the secret of another", func(s *signed) { s.key = guestKey }, nil, nil, 401, codeSignature},
		{"another body", nil, func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(`{"Order":43}`)) }, nil, 401, codeSignature},
		{"another type of body", nil, header("Content-Type", "text/plain"), nil, 401, codeSignature},
		{"another host", nil, func(r *http.Request) { r.Host = "bills.test:8080" }, nil, 401, codeSignature},
		{"another query of a GET", func(s *signed) { s.method, s.body, s.target = "GET", "", "http://orders.test:8080/?a=1" }, func(r *http.Request) { r.URL.RawQuery = "a=2" }, nil, 401, codeSignature},
		{"a POST turned into a GET", nil, func(r *http.Request) { r.Method = http.MethodGet }, nil, 401, codeSignature},
		{"another signature", nil, replace("Signature=", "Signature=0"), nil, 401, codeInvalidAuthorization},
		{"another signed header", func(s *signed) { s.headers = []string{"X-TC-Action", "Refund"} }, header("X-TC-Action", "Cancel"), nil, 401, codeSignature},
		{"an unsigned body", nil, func(r *http.Request) {
			r.Header.Set("X-TC-Content-SHA256", "UNSIGNED-PAYLOAD")
			r.Body = io.NopCloser(strings.NewReader("x"))
		}, nil, 401, codeSignature},
		{"a path that is not the signed one", func(s *signed) { s.uri = "/v1" }, func(r *http.Request) { r.URL.Path = "/v2" }, nil, 401, codeSignature},
		{"a body that ends early", nil, func(r *http.Request) { r.Body = broken{} }, nil, 400, codeInvalidRequest},
		{"a body that is too large", nil, nil, func(c *Config) { c.MaxBody = 5 }, 413, codeTooLarge},
		{"a body of unknown length that is too large", nil, func(r *http.Request) { r.ContentLength = -1 }, func(c *Config) { c.MaxBody = 5 }, 413, codeTooLarge},
		{"strictly: / for a path", func(s *signed) { s.target = "http://orders.test:8080/v1" }, nil, strictly, 401, codeSignature},
		{"strictly: the query of a POST", func(s *signed) { s.target = "http://orders.test:8080/?a=1" }, nil, strictly, 401, codeInvalidAuthorization},
		{"strictly: an action that is not signed", func(s *signed) { s.extras = []string{"X-TC-Action", "Refund"} }, nil, strictly, 401, codeInvalidAuthorization},
		{"strictly: a version that is not signed", func(s *signed) { s.extras = []string{"X-TC-Version", "1"} }, nil, strictly, 401, codeInvalidAuthorization},
		{"strictly: a region that is not signed", func(s *signed) { s.extras = []string{"X-TC-Region", "1"} }, nil, strictly, 401, codeInvalidAuthorization},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHufu(t)
			e := h.enforcer(func(c *Config) {
				if tc.config != nil {
					tc.config(c)
				}
			})
			for range 2 { // the second one from memory
				r := h.request(func(s *signed) {
					if tc.sign != nil {
						tc.sign(s)
					}
				})
				if tc.after != nil {
					tc.after(r)
				}
				caller, err := e.Verify(r)
				if caller != nil {
					t.Errorf("it is taken for %+v", caller)
				}
				fails(t, err, tc.status, tc.code)
				for _, secret := range []string{aliceKey, guestKey, ownKey, guestToken} {
					if err != nil && strings.Contains(err.Error(), secret) {
						t.Errorf("the error tells a secret: %v", err)
					}
				}
			}
		})
	}
}

func TestAnAnnouncedBodyMakesNoRoom(t *testing.T) {
	h := newHufu(t)
	e := h.enforcer(func(c *Config) { c.MaxBody = 1 << 40 })
	r := h.request()
	r.ContentLength = 1 << 39
	if _, err := e.Verify(r); err != nil { // what came is what was signed; a server would have told that it ends early
		t.Error(err)
	}
}
