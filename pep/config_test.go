package pep

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestNewRefuses(t *testing.T) {
	good := Config{Endpoint: "https://hufu.test", SecretID: "a", SecretKey: "b", Service: "orders"}
	for name, change := range map[string]func(*Config){
		"no endpoint":                          func(c *Config) { c.Endpoint = "" },
		"an endpoint without host":             func(c *Config) { c.Endpoint = "https:///x" },
		"an endpoint that is no URL":           func(c *Config) { c.Endpoint = "https://hufu.test:x" },
		"another scheme":                       func(c *Config) { c.Endpoint = "ftp://hufu.test" },
		"a secret in the endpoint":             func(c *Config) { c.Endpoint = "https://a:b@hufu.test" },
		"a query":                              func(c *Config) { c.Endpoint = "https://hufu.test/?x=1" },
		"keys in the clear":                    func(c *Config) { c.Endpoint = "http://hufu.test" },
		"keys in the clear, on a near address": func(c *Config) { c.Endpoint = "http://10.0.0.1:9800" },
		"no service":                           func(c *Config) { c.Service = "" },
		"a service in capitals":                func(c *Config) { c.Service = "Orders" },
		"no key":                               func(c *Config) { c.SecretKey = "" },
		"no id":                                func(c *Config) { c.SecretID = "" },
		"a negative time":                      func(c *Config) { c.MaxStale = -1 },
		"an hour":                              func(c *Config) { c.MaxStale = time.Hour },
		"a negative bound of bodies":           func(c *Config) { c.MaxBody = -1 },
		"a negative bound of entries":          func(c *Config) { c.MaxEntries = -1 },
		"a negative timeout":                   func(c *Config) { c.Timeout = -1 },
	} {
		c := good
		change(&c)
		if _, err := New(c); err == nil || !strings.HasPrefix(err.Error(), "pep: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, change := range map[string]func(*Config){
		"https":                       func(*Config) {},
		"a path":                      func(c *Config) { c.Endpoint = "https://hufu.test:9800/iam/" },
		"this machine":                func(c *Config) { c.Endpoint = "http://127.0.0.1:9800" },
		"this machine by name":        func(c *Config) { c.Endpoint = "http://localhost:9800" },
		"this machine by IPv6":        func(c *Config) { c.Endpoint = "http://[::1]:9800" },
		"keys in the clear on demand": func(c *Config) { c.Endpoint, c.PlainHTTP = "http://hufu.test", true },
		"credentials that rotate": func(c *Config) {
			c.SecretID, c.SecretKey = "", ""
			c.Credentials = func(context.Context) (Credential, error) { return Credential{}, nil }
		},
	} {
		c := good
		change(&c)
		e, err := New(c)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		e.Close()
	}
}

func TestNothingIsLeftAfterClose(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	h := newHufu(t)
	h.latency = 10 * time.Millisecond
	asked := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	defer server.Close()
	e, err := New(Config{Endpoint: server.URL, SecretID: ownID, SecretKey: ownKey, Service: "orders"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = e.Allow(ctx, &Caller{SecretID: aliceID}, Question{Action: "Refund"}) // leaves its poll to others
	fails(t, err, 503, codeUnavailable)
	<-asked
	e.Close()
	e.Close()
	for name, ask := range map[string]func() error{
		"Allow": func() error {
			_, err := e.Allow(t.Context(), &Caller{SecretID: aliceID}, Question{Action: "Refund"})
			return err
		},
		"AllowAll": func() error {
			_, err := e.AllowAll(t.Context(), &Caller{SecretID: aliceID}, Question{Action: "Refund"}, Question{Action: "Cancel"})
			return err
		},
		"Verify": func() error { _, err := e.Verify(h.request()); return err },
		"Ping":   func() error { return e.Ping(t.Context()) },
	} {
		if err := ask(); err == nil {
			t.Errorf("%s works after the end", name)
		} else {
			fails(t, err, 503, codeUnavailable)
		}
	}
}

func TestWhatIsKnownIsNotUsedAfterClose(t *testing.T) {
	h := newHufu(t)
	e := h.enforcer()
	may(t, e, true)
	e.Close()
	_, err := e.Allow(t.Context(), alice, refund(1))
	fails(t, err, 503, codeUnavailable)
}

func TestCredentialsAreAskedForBeforeEachCall(t *testing.T) {
	h := newHufu(t)
	given := Credential{SecretID: ownID, SecretKey: ownKey, Token: "token"}
	var failure error
	e := h.enforcer(func(c *Config) {
		c.SecretID, c.SecretKey, c.MaxStale = "", "", time.Nanosecond
		c.Credentials = func(context.Context) (Credential, error) { return given, failure }
	})
	ask := func() error { _, err := e.Allow(t.Context(), alice, refund(1)); return err }
	if err := ask(); err != nil || h.token != "token" {
		t.Errorf("%v, with the token %q", err, h.token)
	}
	failure = errors.New("there is none")
	fails(t, ask(), 503, codeUnavailable)
	if err := ask(); !errors.Is(err, failure) {
		t.Errorf("the cause is %v", err)
	}
	failure, given = nil, Credential{}
	fails(t, ask(), 503, codeUnavailable)
	given = Credential{SecretID: ownID, SecretKey: ownKey}
	if err := ask(); err != nil || h.token != "" {
		t.Errorf("%v, with the token %q", err, h.token)
	}
}

func TestTheCauseOfAFailureIsForTheLog(t *testing.T) {
	h := newHufu(t)
	h.broken = func(string) (*http.Response, error) {
		return answer(500, "InternalError: x"+strings.Repeat(" y", 1000)), nil
	}
	err := h.enforcer().Ping(t.Context())
	cause := errors.Unwrap(err)
	if cause == nil || !strings.Contains(cause.Error(), "status 500: InternalError: x y") || len(cause.Error()) > 600 {
		t.Errorf("the log is told %v", cause)
	}
	if strings.Contains(err.Error(), "InternalError") {
		t.Errorf("the client is told %v", err)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, given := range []*http.Client{nil, {}} {
		seen := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			seen++
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}))
		e, err := New(Config{Endpoint: server.URL, SecretID: ownID, SecretKey: ownKey, Service: "orders", Client: given})
		if err != nil {
			t.Fatal(err)
		}
		fails(t, e.Ping(t.Context()), 503, codeUnavailable)
		if seen != 1 {
			t.Errorf("%d requests", seen)
		}
		if given != nil && given.CheckRedirect != nil {
			t.Error("the client of the service was changed")
		}
		e.Close()
		server.Close()
	}
}

func TestPing(t *testing.T) {
	h := newHufu(t)
	e := h.enforcer()
	if err := e.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	h.off[ownID] = true // as without the permission: the same is told
	fails(t, e.Ping(t.Context()), 503, codeUnavailable)
	wrong := h.enforcer(func(c *Config) { c.SecretKey = "other" })
	fails(t, wrong.Ping(t.Context()), 503, codeUnavailable)
	failing := h.enforcer(func(c *Config) {
		c.Credentials = func(context.Context) (Credential, error) { panic("on purpose") }
	})
	fails(t, failing.Ping(t.Context()), 503, codeUnavailable)
}
