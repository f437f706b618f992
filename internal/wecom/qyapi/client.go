package qyapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"
)

// DefaultBase is where the API is.
const DefaultBase = "https://qyapi.weixin.qq.com"

const (
	// maxAnswer bounds what is read of an answer. The largest are the members of a department, some hundred bytes each.
	maxAnswer = 32 << 20
	// attemptTime is how long one try may take, with all that it answers.
	attemptTime = 30 * time.Second
	// retries after the first try, and the pause before the first of them, which doubles.
	retries    = 3
	firstPause = 200 * time.Millisecond
)

// Config says how to reach WeCom.
type Config struct {
	Base      string            // see CheckBase
	Transport http.RoundTripper // nil: one with short timeouts and no proxies but those of the environment
	Now       func() time.Time
	Sleep     func(ctx context.Context, d time.Duration) error // nil: real pauses; for tests
}

// Client calls WeCom for any enterprise. It is safe for concurrent use.
type Client struct {
	base  string
	http  *http.Client
	now   func() time.Time
	sleep func(ctx context.Context, d time.Duration) error

	mu      sync.Mutex
	stopped map[stop]window
}

// New makes a client. The error says what is wrong with the base address.
func New(c Config) (*Client, error) {
	base, err := CheckBase(c.Base)
	if err != nil {
		return nil, err
	}
	if c.Transport == nil {
		c.Transport = &http.Transport{Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 20 * time.Second, MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true}
	}
	if c.Sleep == nil {
		c.Sleep = pause
	}
	return &Client{base: base, now: c.Now, sleep: c.Sleep, stopped: map[stop]window{},
		// A redirection would carry the token of the query to wherever it leads.
		http: &http.Client{Transport: c.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

// CheckBase reads the address of a server of WeCom, or of what stands in for it, and answers it without a slash at its end. Secrets are sent
// there, so it must be https, unless it is on this machine.
func CheckBase(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("%q is not an address like %s", text, DefaultBase)
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return "", fmt.Errorf("%q must begin with https://: secrets are sent there", text)
	}
	return strings.TrimRight(u.String(), "/"), nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// request is one call. What it answers goes into members, see read.
type request struct {
	call    string // "user/get"
	query   url.Values
	members members
	once    bool   // not to be tried again when it is unknown whether it was done
	fresh   func() // empties what a try before has left in lists; nil where there are none
}

// takeError is the error of who takes the elements of a list, not of the list.
type takeError struct{ error }

// retry makes tries of a call until one succeeds, or there is no use in another.
func (c *Client) retry(ctx context.Context, corp string, r *request) error {
	for try := 0; ; try++ {
		err := c.attempt(ctx, corp, r)
		_, unreachable := errors.AsType[*UnreachableError](err)
		again := HandlingOf(err) == Again || unreachable && !r.once
		if err == nil || !again || try == retries || ctx.Err() != nil {
			return err
		}
		wait := firstPause << try
		if e := c.sleep(ctx, wait/2+rand.N(wait)); e != nil {
			return err
		}
	}
}

// attempt makes one try.
func (c *Client) attempt(ctx context.Context, corp string, r *request) error {
	if err := c.mayCall(corp, r.call); err != nil {
		return err
	}
	if r.fresh != nil {
		r.fresh()
	}
	limited, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	errcode, err := c.get(limited, r)
	taken, ended := errors.AsType[takeError](err)
	switch {
	case ended:
		return taken.error
	case err != nil && ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // its text has the address, and that the token
		}
		return &UnreachableError{Call: r.call, cause: err}
	case errcode == 0:
		return nil
	}
	return &Error{Code: errcode, Call: r.call, Wait: c.exceeded(corp, r.call, errcode)}
}

func (c *Client) get(ctx context.Context, r *request) (errcode int, err error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/cgi-bin/"+r.call+"?"+r.query.Encode(), nil)
	if err != nil {
		return 0, err
	}
	answer, err := c.http.Do(q)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("HTTP status %d", answer.StatusCode)
	}
	return read(io.LimitReader(answer.Body, maxAnswer), r.members)
}

// stop names what is stopped when a rate was exceeded: WeCom counts each call of an enterprise by itself.
type stop struct{ corp, call string }

// window is until when it is stopped, and for how long that was.
type window struct {
	until time.Time
	long  time.Duration
}

// WeCom blocks for a minute after the rule of a minute is broken, and for an hour after that of an hour; which one it was
// it does not say. Too many calls at once are over in a moment.
const (
	minuteRule  = time.Minute
	hourRule    = time.Hour
	atOnce      = 5 * time.Second
	errAtOnce   = 45033
	errTooOften = 45009
)

// mayCall refuses a call that is stopped.
func (c *Client) mayCall(corp, call string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	w, ok := c.stopped[stop{corp, call}]
	if left := w.until.Sub(c.now()); ok && left > 0 {
		return &Error{Code: errTooOften, Call: call, Wait: left}
	}
	return nil
}

// exceeded stops a call where an errcode asks for it, and answers for how long. Who is refused again soon after a minute was
// over has broken the rule of the hour.
func (c *Client) exceeded(corp, call string, errcode int) time.Duration {
	if handlings[errcode] != Wait {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now, key, long := c.now(), stop{corp, call}, minuteRule
	switch before, ok := c.stopped[key]; {
	case errcode == errAtOnce:
		long = atOnce
	case ok && before.long >= minuteRule && now.Sub(before.until) < minuteRule:
		long = hourRule
	}
	for k, w := range c.stopped { // few, and only while somebody is over a limit
		if now.Sub(w.until) > hourRule {
			delete(c.stopped, k)
		}
	}
	c.stopped[key] = window{now.Add(long), long}
	return long
}
