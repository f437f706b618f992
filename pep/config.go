package pep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"sync"
	"time"
)

// Config says what to protect, and whom to ask.
type Config struct {
	// Endpoint is the URL of hufu, such as https://hufu.example.com:9800. Signing keys travel in its answers, so it must be
	// https, or a loopback address, unless PlainHTTP says that the network is safe. Where hufu has several nodes it should
	// lead to one and the same of them as a rule: each counts its own revisions.
	Endpoint  string
	PlainHTTP bool

	// SecretID and SecretKey are the service's own key; Token goes with a temporary one.
	SecretID, SecretKey, Token string
	// Credentials, where it is set, is called for the key before each call to hufu, from several goroutines: for keys that
	// rotate, and for temporary credentials. All of them are of one account.
	Credentials func(context.Context) (Credential, error)

	// Service is the name that clients sign for, and the prefix of its actions.
	Service string

	// Hosts are further names under which clients may have signed the host: where a proxy changes the Host header. The
	// header as received, with and without its port, always counts.
	Hosts []string

	// Strict refuses what a signature leaves open: one over "/" for another path, a POST with a query, and the headers
	// X-TC-Action, X-TC-Version and X-TC-Region where they are not signed. The official SDKs do not sign them.
	Strict bool

	// MaxBody bounds the body of a request, in bytes: it is read into memory to be verified. Default 10 MiB.
	MaxBody int64

	// MaxStale bounds how old the news may be that nothing has changed. Default one second, at most a minute.
	MaxStale time.Duration
	// MaxEntries bounds how many decisions, and how many signing keys, are kept. Default 10,000 each.
	MaxEntries int

	// Timeout bounds one call to hufu. Default five seconds.
	Timeout time.Duration
	// Client makes these calls; nil: one with its own connections. Redirects are never followed.
	Client *http.Client

	// ClientIP tells the address that conditions on qcs:ip look at; nil: that of the connection. Behind a proxy it is for the
	// service to say which header it trusts. An invalid address fits no condition.
	ClientIP func(*http.Request) netip.Addr

	// Fail answers what Middleware refuses; nil: FailHTTP.
	Fail func(http.ResponseWriter, *http.Request, *Error)

	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

// Credential is a key of hufu's. Token is empty for a permanent one.
type Credential struct{ SecretID, SecretKey, Token string }

const (
	defaultMaxBody    = 10 << 20
	defaultMaxStale   = time.Second
	longestMaxStale   = time.Minute
	defaultMaxEntries = 10_000
	defaultTimeout    = 5 * time.Second
	// maxConnections bounds the calls to hufu at one time; further ones wait for their turn within Timeout.
	maxConnections = 64
)

// serviceForm is the form of the names of registered products.
var serviceForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

// Enforcer protects one service. Make it with New, and end it with Close.
type Enforcer struct {
	config  Config
	hufu    *client
	state   state
	refused *lru[keyID, time.Time] // SecretIds of no use, and until when that is believed

	polls   flights[struct{}, string]
	keys    flights[keyID, *signer]
	asked   flights[digest, Decision]
	working workers
}

// New makes an Enforcer. It does not call hufu: see Ping.
func New(c Config) (*Enforcer, error) {
	base, err := endpoint(c.Endpoint, c.PlainHTTP)
	if err != nil {
		return nil, err
	}
	switch {
	case !serviceForm.MatchString(c.Service):
		return nil, fmt.Errorf("pep: the Service %q is no name of a product", c.Service)
	case c.Credentials == nil && (c.SecretID == "" || c.SecretKey == ""):
		return nil, errors.New("pep: there is no SecretID and SecretKey to ask hufu with")
	case c.MaxStale < 0 || c.MaxStale > longestMaxStale:
		return nil, fmt.Errorf("pep: MaxStale is %s, want at most %s", c.MaxStale, longestMaxStale)
	case c.MaxBody < 0 || c.MaxEntries < 0 || c.Timeout < 0:
		return nil, errors.New("pep: MaxBody, MaxEntries and Timeout cannot be negative")
	}
	if c.Credentials == nil {
		own := Credential{c.SecretID, c.SecretKey, c.Token}
		c.Credentials = func(context.Context) (Credential, error) { return own, nil }
	}
	c.MaxBody, c.MaxStale = cmp.Or(c.MaxBody, defaultMaxBody), cmp.Or(c.MaxStale, defaultMaxStale)
	c.MaxEntries, c.Timeout = cmp.Or(c.MaxEntries, defaultMaxEntries), cmp.Or(c.Timeout, defaultTimeout)
	if c.ClientIP == nil {
		c.ClientIP = peer
	}
	if c.Fail == nil {
		c.Fail = FailHTTP
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	e := &Enforcer{config: c, refused: newLRU[keyID, time.Time](c.MaxEntries)}
	e.hufu = &client{base: base, http: transport(c.Client), credentials: c.Credentials, now: c.Now, timeout: c.Timeout}
	e.working.ctx, e.working.cancel = context.WithCancel(context.Background())
	return e, nil
}

// endpoint is the URL of hufu without a slash at its end.
func endpoint(text string, plain bool) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("pep: the Endpoint must be https://host[:port][/path]")
	}
	if u.Scheme == "http" && !plain && !loopback(u.Hostname()) {
		return nil, errors.New("pep: the Endpoint is neither https nor on this machine; PlainHTTP allows it")
	}
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// transport is the client without redirects: a signature is for the place that it was made for.
func transport(of *http.Client) *http.Client {
	var own http.Client
	if of != nil {
		own = *of
	} else {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxConnsPerHost, t.MaxIdleConnsPerHost = maxConnections, maxConnections
		own.Transport = t
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// peer is the address at the other end of the connection.
func peer(r *http.Request) netip.Addr {
	address, _ := netip.ParseAddrPort(r.RemoteAddr) // the invalid address where it is none
	return address.Addr().Unmap()
}

// Close ends what is under way in the background. Whatever is asked after it fails, closed.
func (e *Enforcer) Close() {
	e.working.close()
	if e.config.Client == nil {
		e.hufu.http.CloseIdleConnections()
	}
}

// workers are the calls to hufu under way. Each outlives the request that began it, since others may wait for it too.
type workers struct {
	ctx    context.Context // ends them
	cancel context.CancelFunc

	mu     sync.Mutex
	closed bool
	all    sync.WaitGroup
}

// start runs f in the background; false after the end.
func (w *workers) start(f func(context.Context)) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false
	}
	w.all.Go(func() { f(w.ctx) })
	return true
}

func (w *workers) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.cancel()
	w.all.Wait()
}
