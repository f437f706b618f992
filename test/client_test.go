package test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	cam "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cam/v20190116"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	sts "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sts/v20180813"

	"github.com/hufu-iam/hufu/tc3"
)

// observer is the transport of every client. It leads any host name to the server, holds each answer to what all
// answers have in common, and remembers the secrets and the denials that were answered.
type observer struct {
	t         testing.TB
	server    *server
	transport *http.Transport
}

func newObserver(t testing.TB, s *server) *observer {
	o := &observer{t: t, server: s, transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	o.transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.api)
	}
	t.Cleanup(o.transport.CloseIdleConnections)
	return o
}

func (o *observer) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := o.transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	switch {
	case strings.HasPrefix(r.URL.Path, "/component"):
		o.checkComponent(answer, body)
	case strings.HasPrefix(r.URL.Path, "/bi/v1/"): // the verification for engines has a shape of its own
	case !strings.HasPrefix(r.URL.Path, "/access/"):
		o.check(answer, body)
	case answer.StatusCode >= http.StatusBadRequest:
		o.checkFailure(answer, body)
	case strings.HasPrefix(r.URL.Path, "/access/v1/evaluation"):
		o.checkDecisions(answer, body)
	}
	return answer, nil
}

var requestIDSyntax = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// check is what SDKs rely on in every answer, success or error.
func (o *observer) check(answer *http.Response, body []byte) {
	var envelope map[string]struct {
		RequestID string `json:"RequestId"`
		Error     *struct{ Code, Message string }
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		o.t.Errorf("the body is not an envelope: %v: %s", err, body)
		return
	}
	response, ok := envelope["Response"]
	switch {
	case !ok || len(envelope) != 1:
		o.t.Errorf("the envelope must have the one member Response: %s", body)
	case answer.StatusCode != http.StatusOK:
		o.t.Errorf("status %d, want 200 for every answer: %s", answer.StatusCode, body)
	case answer.Header.Get("Content-Type") != "application/json" || len(answer.Header["Content-Type"]) != 1:
		o.t.Errorf("Content-Type %q, want exactly application/json", answer.Header["Content-Type"])
	case !requestIDSyntax.MatchString(response.RequestID):
		o.t.Errorf("RequestId %q is not a lower-case UUIDv4", response.RequestID)
	case answer.Header.Get("X-TC-RequestId") != response.RequestID:
		o.t.Errorf("X-TC-RequestId %q, RequestId %q: want the same", answer.Header.Get("X-TC-RequestId"), response.RequestID)
	case response.Error != nil && (response.Error.Code == "" || response.Error.Message == ""):
		o.t.Errorf("an error without code or message: %s", body)
	}
	if e := response.Error; e != nil {
		o.server.refused(refusal{request: response.RequestID, question: -1, code: e.Code, message: e.Message})
	}
	var all any
	if err := json.Unmarshal(body, &all); err == nil {
		o.remember(all)
	}
}

// remember finds the secrets in an answer.
func (o *observer) remember(v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			text, _ := member.(string)
			switch name {
			case "SecretKey", "SecretAccessKey", "TmpSecretKey", "Password", "Token", "SigningKey", "ApiKey":
				o.server.secret(text)
			case "BIToken": // several tokens of one user come joined
				for token := range strings.SplitSeq(text, ",") {
					o.server.secret(token)
				}
			}
			o.remember(member)
		}
	case []any:
		for _, element := range v {
			o.remember(element)
		}
	}
}

// message is a request made by hand: a correct one to begin with, whose parts a test changes before or after signing.
type message struct {
	method, path, query, host, contentType, body string
	signedHost                                   string // where it is not the one that is sent

	key     credential // "" = TC3 does not sign it
	service string     // of the credential scope
	at      int64
	header  map[string]string // beside those of the signature
	after   func(h http.Header)
}

var versions = map[string]string{"cam": "2019-01-16", "sts": "2018-08-13", "hufu": "2026-12-01", "bi": "2022-01-05"}

// ask is a correct POST of the first root account: "cam:GetUser" with this body.
func (s *server) ask(action, body string) *message {
	service, name, _ := strings.Cut(action, ":")
	return &message{method: http.MethodPost, path: "/", host: s.api, contentType: "application/json", body: body, key: bootstrap, service: service,
		at: time.Now().Unix(), header: map[string]string{"X-TC-Action": name, "X-TC-Version": versions[service], "X-TC-Language": "en-US"}}
}

// set changes a header; "" removes it.
func (m *message) set(name, value string) *message {
	m.header[name] = value
	return m
}

// as signs with another credential.
func (m *message) as(c credential) *message {
	m.key = c
	if c.token != "" {
		m.header["X-TC-Token"] = c.token
	}
	return m
}

// get turns the message into a GET with these flattened parameters.
func (m *message) get(query string) *message {
	m.method, m.query, m.body, m.contentType = http.MethodGet, query, "", "application/x-www-form-urlencoded"
	return m
}

// form turns the message into a POST of this type.
func (m *message) form(contentType, body string) *message {
	m.contentType, m.body = contentType, body
	return m
}

// time signs at another time.
func (m *message) time(at int64) *message {
	m.at = at
	return m
}

// spoil changes headers after signing.
func (m *message) spoil(after func(h http.Header)) *message {
	m.after = after
	return m
}

// authorization spoils that header.
func (m *message) authorization(change func(string) string) *message {
	return m.spoil(func(h http.Header) { h.Set("Authorization", change(h.Get("Authorization"))) })
}

// replace spoils a piece of the Authorization header.
func (m *message) replace(old, with string) *message {
	return m.authorization(func(a string) string { return strings.Replace(a, old, with, 1) })
}

func (m *message) request(t testing.TB) *http.Request {
	t.Helper()
	target := "http://" + m.host + m.path
	if m.query != "" {
		target += "?" + m.query
	}
	r, err := http.NewRequest(m.method, target, strings.NewReader(m.body))
	if err != nil {
		t.Fatal(err)
	}
	if m.contentType != "" {
		r.Header.Set("Content-Type", m.contentType)
	}
	for name, value := range m.header {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	if m.key.id != "" {
		signedHost := cmp.Or(m.signedHost, m.host)
		r.Header.Set("X-TC-Timestamp", strconv.FormatInt(m.at, 10))
		sign := tc3.Message{Service: m.service, Timestamp: m.at, Method: m.method, RawQuery: m.query, PayloadHash: tc3.HashPayload([]byte(m.body)),
			Headers: []tc3.Header{{Name: "content-type", Value: m.contentType}, {Name: "host", Value: signedHost}}}
		if m.header["X-TC-Content-SHA256"] == tc3.UnsignedPayload {
			sign.PayloadHash = tc3.UnsignedPayloadHash()
		}
		if sign.Method != http.MethodGet { // tc3 signs nothing but these two
			sign.Method = http.MethodPost
		}
		a, err := sign.Sign(m.key.id, m.key.key)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", a.Header())
	}
	if m.after != nil {
		m.after(r.Header)
	}
	return r
}

// answer is what came back.
type answer struct {
	header        http.Header
	code, message string // "" on success
	body          map[string]any
}

// send sends a message as it is.
func (s *server) send(t testing.TB, m *message) *answer {
	t.Helper()
	r, err := s.client.Do(m.request(t))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var envelope struct{ Response map[string]any }
	d := json.NewDecoder(r.Body)
	d.UseNumber()
	if err := d.Decode(&envelope); err != nil {
		t.Fatal(err)
	}
	a := &answer{header: r.Header, body: envelope.Response}
	if e, ok := envelope.Response["Error"].(map[string]any); ok {
		a.code, _ = e["Code"].(string)
		a.message, _ = e["Message"].(string)
	}
	return a
}

// wants holds an answer to a code, "" for success, and to pieces of the message.
func (a *answer) wants(t testing.TB, code string, pieces ...string) *answer {
	t.Helper()
	if a.code != code {
		t.Errorf("got code %q (%s), want %q", a.code, a.message, code)
		return a
	}
	for _, piece := range pieces {
		if !strings.Contains(a.message, piece) {
			t.Errorf("%s: the message %q does not contain %q", code, a.message, piece)
		}
	}
	return a
}

func (a *answer) str(name string) string {
	s, _ := a.body[name].(string)
	return s
}

func (a *answer) number(name string) int64 {
	n, _ := a.body[name].(json.Number)
	i, _ := n.Int64()
	return i
}

// params are a call's parameters.
type params map[string]any

// call makes one correctly signed call.
func (s *server) call(t testing.TB, c credential, action string, in params) *answer {
	t.Helper()
	if in == nil {
		in = params{}
	}
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	return s.send(t, s.ask(action, string(body)).as(c))
}

// must makes a call that has to succeed.
func (s *server) must(t testing.TB, c credential, action string, in params) *answer {
	t.Helper()
	a := s.call(t, c, action, in)
	if a.code != "" {
		t.Fatalf("%s %v: %s: %s", action, in, a.code, a.message)
	}
	return a
}

// user makes a sub-user with a key.
func (s *server) user(t testing.TB, root credential, name string) (uin int64, key credential) {
	t.Helper()
	a := s.must(t, root, "cam:AddUser", params{"Name": name, "UseApi": 1})
	return a.number("Uin"), credential{id: a.str("SecretId"), key: a.str("SecretKey")}
}

// v1 are the parameters of a request in signature V1, in the order they are sent.
type v1 []tc3.Param

// askV1 are the parameters of a correct call of the first root account.
func (s *server) askV1(action, algorithm string, more ...tc3.Param) v1 {
	service, name, _ := strings.Cut(action, ":")
	f := v1{{Name: "Action", Value: name}, {Name: "Version", Value: versions[service]}, {Name: "Timestamp", Value: strconv.FormatInt(time.Now().Unix(), 10)},
		{Name: "Nonce", Value: "11886"}, {Name: "SecretId", Value: bootstrap.id}, {Name: "Language", Value: "en-US"}}
	if algorithm != "" {
		f = append(f, tc3.Param{Name: "SignatureMethod", Value: algorithm})
	}
	return append(f, more...)
}

// set changes a parameter or adds it.
func (f v1) set(name, value string) v1 {
	for i := range f {
		if f[i].Name == name {
			f[i].Value = value
			return f
		}
	}
	return append(f, tc3.Param{Name: name, Value: value})
}

// without drops a parameter.
func (f v1) without(name string) v1 {
	var kept v1
	for _, p := range f {
		if p.Name != name {
			kept = append(kept, p)
		}
	}
	return kept
}

// encode is the flattened text of the parameters.
func (f v1) encode() string {
	var pairs []string
	for _, p := range f {
		pairs = append(pairs, url.QueryEscape(p.Name)+"="+url.QueryEscape(p.Value))
	}
	return strings.Join(pairs, "&")
}

// sign is the message with these parameters. What the signer refuses to sign gets a signature all the same.
func (f v1) sign(s *server, method, key string) *message {
	signature, err := tc3.SignV1(key, method, s.api, "/", f)
	if err != nil {
		signature = tc3.SignSourceV1(key, f.encode(), "")
	}
	return f.set("Signature", signature).message(s, method)
}

// message sends the parameters as they are.
func (f v1) message(s *server, method string) *message {
	m := &message{method: method, path: "/", host: s.api, header: map[string]string{}}
	if method == http.MethodGet {
		m.query = f.encode()
	} else {
		m.contentType, m.body = "application/x-www-form-urlencoded", f.encode()
	}
	return m
}

// sdkForm is one way in which the official Go SDK signs and sends.
type sdkForm struct {
	name, method, algorithm string
	unsigned                bool // UNSIGNED-PAYLOAD
	byHost                  bool // the host's first label names the service
}

var sdkForms = []sdkForm{
	{name: "TC3 POST", method: "POST", algorithm: "TC3-HMAC-SHA256"},
	{name: "TC3 GET", method: "GET", algorithm: "TC3-HMAC-SHA256"},
	{name: "TC3 POST unsigned payload", method: "POST", algorithm: "TC3-HMAC-SHA256", unsigned: true},
	{name: "TC3 POST by host name", method: "POST", algorithm: "TC3-HMAC-SHA256", byHost: true},
	{name: "HmacSHA1 GET", method: "GET", algorithm: "HmacSHA1"},
	{name: "HmacSHA1 POST", method: "POST", algorithm: "HmacSHA1"},
	{name: "HmacSHA256 GET", method: "GET", algorithm: "HmacSHA256"},
	{name: "HmacSHA256 POST by host name", method: "POST", algorithm: "HmacSHA256", byHost: true},
}

// sdk are the SDK's clients of one credential.
type sdk struct {
	cam *cam.Client
	sts *sts.Client
}

func (s *server) sdk(t testing.TB, f sdkForm, c credential) sdk {
	t.Helper()
	p := profile.NewClientProfile()
	p.SignMethod, p.UnsignedPayload, p.Language = f.algorithm, f.unsigned, "en-US"
	p.HttpProfile.Scheme, p.HttpProfile.ReqMethod, p.HttpProfile.Endpoint = "HTTP", f.method, s.api
	if f.byHost {
		_, port, _ := net.SplitHostPort(s.api)
		p.HttpProfile.Endpoint, p.HttpProfile.RootDomain = "", "hufu.localhost:"+port
	}
	key := common.NewTokenCredential(c.id, c.key, c.token)
	identity, err := cam.NewClient(key, "ap-guangzhou", p)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := sts.NewClient(key, "ap-guangzhou", p)
	if err != nil {
		t.Fatal(err)
	}
	identity.WithHttpTransport(s.client.Transport)
	tokens.WithHttpTransport(s.client.Transport)
	return sdk{identity, tokens}
}
