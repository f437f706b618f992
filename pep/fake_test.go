package pep

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/tc3"
)

const (
	ownID, ownKey = "AKIDpepTEST", "pepTESTsecret"
	aliceID       = "AKIDaliceTEST"
	aliceKey      = "aliceTESTsecret"
	guestID       = "AKIDguestTEST" // of a temporary credential
	guestKey      = "guestTESTsecret"
	guestToken    = "guestTESTtoken"
)

// hufu is a stand-in for the server, as the transport of the client: it holds each call to what the real one would, and
// counts them.
type hufu struct {
	t testing.TB

	mu       sync.Mutex
	now      func() time.Time
	revision int
	off      map[string]bool // keys that are of no use
	denied   map[string]bool // actions that are not allowed
	until    int64           // of decisions about guests
	foreign  bool            // nothing is to be kept
	calls    map[string]int  // by path
	token    string          // of the last call
	asked    []string        // bodies of questions
	broken   func(path string) (*http.Response, error)
	latency  time.Duration // before and after the moment of the answer
	slow     string        // the path that the latency is for, "" for all
}

func newHufu(t testing.TB) *hufu {
	return &hufu{t: t, now: time.Now, off: map[string]bool{}, denied: map[string]bool{}, calls: map[string]int{}}
}

// enforcer makes one that asks the stand-in.
func (h *hufu) enforcer(change ...func(*Config)) *Enforcer {
	h.t.Helper()
	c := Config{Endpoint: "https://hufu.test", SecretID: ownID, SecretKey: ownKey, Service: "orders", Client: &http.Client{Transport: h}, Now: h.now}
	for _, f := range change {
		f(&c)
	}
	e, err := New(c)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(e.Close)
	return e
}

// change changes the state, which makes it another revision.
func (h *hufu) change(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
	h.revision++
}

// set changes how the stand-in behaves.
func (h *hufu) set(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
}

// count is how many calls there were since the last time.
func (h *hufu) count() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for path := range h.calls {
		n += h.calls[path]
	}
	clear(h.calls)
	return n
}

func (h *hufu) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	h.calls[r.URL.Path]++
	h.token = r.Header.Get("X-TC-Token")
	broken, latency := h.broken, h.latency
	if h.slow != "" && h.slow != r.URL.Path {
		latency = 0
	}
	h.mu.Unlock()
	if err := wait(r.Context(), latency); err != nil {
		return nil, err
	}
	if broken != nil {
		if answer, err := broken(r.URL.Path); answer != nil || err != nil {
			return answer, err
		}
	}
	if err := h.signature(r, body); err != nil {
		return answer(http.StatusUnauthorized, err.Error()), nil
	}
	text := h.answer(r, body)
	if err := wait(r.Context(), latency); err != nil {
		return nil, err
	}
	return answer(http.StatusOK, text), nil
}

func wait(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return ctx.Err()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func answer(status int, text string) *http.Response {
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(text)), Header: http.Header{}}
}

// signature checks that a call is signed as hufu wants it.
func (h *hufu) signature(r *http.Request, body []byte) error {
	a, err := tc3.ParseAuthorization(r.Header.Get("Authorization"))
	if err != nil {
		return err
	}
	at, err := strconv.ParseInt(r.Header.Get("X-TC-Timestamp"), 10, 64)
	if err != nil {
		return err
	}
	in := &tc3.Request{Method: r.Method, Timestamp: at, Host: []string{r.Host}, Header: r.Header, PayloadHash: [][sha256.Size]byte{tc3.HashPayload(body)}}
	if a.SecretID != ownID || a.Service != "hufu" || !tc3.Verify(a, in, ownKey) {
		return errors.New("the call is not signed by the service")
	}
	return nil
}

func (h *hufu) answer(r *http.Request, body []byte) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	revision := fmt.Sprintf("node-%d", h.revision)
	switch r.Method + " " + r.URL.Path {
	case "GET /access/v1/revision":
		return fmt.Sprintf(`{"revision":%q}`, revision)
	case "POST /hufu":
		return h.key(r, body, revision)
	case "POST /access/v1/evaluation":
		return h.decide(body, revision)
	case "POST /access/v1/evaluations":
		var in struct{ Evaluations []json.RawMessage }
		if err := json.Unmarshal(body, &in); err != nil {
			h.t.Error(err)
		}
		var all []string
		for _, q := range in.Evaluations {
			all = append(all, h.decide(q, revision))
		}
		return `{"evaluations":[` + strings.Join(all, ",") + `]}`
	}
	h.t.Errorf("a call of %s %s", r.Method, r.URL)
	return ""
}

func (h *hufu) key(r *http.Request, body []byte, revision string) string {
	var in struct{ AccessKeyId, Service, Date, SessionToken string }
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil || r.Header.Get("X-TC-Action") != "GetSigningKey" || r.Header.Get("X-TC-Version") != "2026-12-01" {
		h.t.Errorf("asks for a key with %v, %s: %v", r.Header, body, err)
	}
	secret, token := map[string]string{aliceID: aliceKey, guestID: guestKey, ownID: ownKey}[in.AccessKeyId], ""
	if in.AccessKeyId == guestID {
		token = guestToken
	}
	if secret == "" || token != in.SessionToken || h.off[in.AccessKeyId] {
		return `{"Response":{"Error":{"Code":"ResourceNotFound.SecretNotExist","Message":"The access key does not exist."},"RequestId":"x"}}`
	}
	key := tc3.SigningKey(secret, in.Date, in.Service)
	return fmt.Sprintf(`{"Response":{"SigningKey":%q,"ExpiredTime":%d,"PrincipalType":"user","PrincipalId":"7","AccountUin":1,"SessionName":%q,"Revision":%q,"Cacheable":%t,"RequestId":"x"}}`,
		base64.StdEncoding.EncodeToString(key[:]), h.now().Add(time.Hour).Unix(), token, revision, !h.foreign)
}

func (h *hufu) decide(body []byte, revision string) string {
	var in struct {
		Subject  struct{ Type, ID string }
		Action   struct{ Name string }
		Resource struct{ Type, ID string }
	}
	if err := json.Unmarshal(body, &in); err != nil || in.Subject.Type != "key" || in.Resource.Type != "qcs" {
		h.t.Errorf("asks %s: %v", body, err)
	}
	h.asked = append(h.asked, string(body))
	until := ""
	if in.Subject.ID == guestID && h.until > 0 {
		until = fmt.Sprintf(`,"cacheable_until":%d`, h.until)
	}
	cacheable := in.Subject.ID == aliceID && !h.foreign
	if h.denied[in.Action.Name] || h.off[in.Subject.ID] {
		return fmt.Sprintf(`{"decision":false,"context":{"id":"id-%d","revision":%q,"cacheable":%t%s,"reason_user":{"en":"no policy"},"reason_admin":{"en":"policy 5"}}}`, h.revision, revision, cacheable, until)
	}
	return fmt.Sprintf(`{"decision":true,"context":{"id":"id-%d","revision":%q,"cacheable":%t%s}}`, h.revision, revision, cacheable, until)
}

// signed is a request to the service as a client makes it, whose parts a test changes.
type signed struct {
	id, key, token  string
	service         string
	method, target  string
	uri, host       string // as signed
	body            string
	at              time.Time
	headers, extras []string // signed beside the usual, as name, value; and not signed
}

func (h *hufu) request(change ...func(*signed)) *http.Request {
	h.t.Helper()
	s := &signed{id: aliceID, key: aliceKey, service: "orders", method: http.MethodPost, target: "http://orders.test:8080/", uri: "/", host: "orders.test:8080", body: `{"Order":42}`, at: h.now()}
	for _, f := range change {
		f(s)
	}
	r := httptest.NewRequest(s.method, s.target, strings.NewReader(s.body))
	r.RemoteAddr = "192.0.2.7:4000"
	r.Header.Set("Content-Type", "application/json")
	m := tc3.Message{Service: s.service, Timestamp: s.at.Unix(), Method: s.method, URI: s.uri, RawQuery: r.URL.RawQuery, PayloadHash: tc3.HashPayload([]byte(s.body)),
		Headers: []tc3.Header{{Name: "content-type", Value: "application/json"}, {Name: "host", Value: s.host}}}
	for i := 0; i < len(s.headers); i += 2 {
		r.Header.Set(s.headers[i], s.headers[i+1])
		m.Headers = append(m.Headers, tc3.Header{Name: strings.ToLower(s.headers[i]), Value: s.headers[i+1]})
	}
	a, err := m.Sign(s.id, s.key)
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Authorization", a.Header())
	r.Header.Set("X-TC-Timestamp", strconv.FormatInt(s.at.Unix(), 10))
	if s.token != "" {
		r.Header.Set("X-TC-Token", s.token)
	}
	for i := 0; i < len(s.extras); i += 2 {
		r.Header.Set(s.extras[i], s.extras[i+1])
	}
	return r
}

func asGuest(s *signed) { s.id, s.key, s.token = guestID, guestKey, guestToken }

// fails holds an error to a status and a code.
func fails(t testing.TB, err error, status int, code string) {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Status != status || e.Code != code || e.Message == "" {
		t.Errorf("got the error %v, want %d %s", err, status, code)
	}
}
