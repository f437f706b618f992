package apitest

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Browser is a browser in front of the console: it keeps cookies, and says of its requests where they come from.
type Browser struct {
	world      *World
	Cookies    map[string]string
	RemoteAddr string
	Header     http.Header // sent with every request
	TLS        bool
}

// Browser opens one without cookies.
func (w *World) Browser() *Browser {
	return &Browser{world: w, Cookies: map[string]string{}, RemoteAddr: "192.0.2.1:40000", Header: http.Header{"Sec-Fetch-Site": {"same-origin"}, "X-Hufu-Language": {"en-US"}}}
}

// Page is what a browser got: the answer's members stand at the top, or in the Response of an envelope.
type Page struct {
	Answer
	Status     int
	Header     http.Header
	SetCookies []*http.Cookie
}

// Send makes one request; a nil body is none, a string goes as it is, all else as JSON.
func (b *Browser) Send(t testing.TB, method, path string, body any) *Page {
	t.Helper()
	text, ok := body.(string)
	if !ok && body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		text = string(raw)
	}
	r := httptest.NewRequest(method, path, strings.NewReader(text))
	r.Host, r.RemoteAddr = "console.hufu.test", b.RemoteAddr
	if b.TLS {
		r.TLS = &tls.ConnectionState{}
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, values := range b.Header {
		r.Header[name] = values
	}
	for name, value := range b.Cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	out := httptest.NewRecorder()
	b.world.Console.ServeHTTP(out, r)
	return b.received(t, out)
}

func (b *Browser) received(t testing.TB, out *httptest.ResponseRecorder) *Page {
	t.Helper()
	p := &Page{Status: out.Code, Header: out.Header(), SetCookies: out.Result().Cookies()}
	p.Raw = out.Body.String()
	for _, c := range p.SetCookies {
		if c.MaxAge < 0 {
			delete(b.Cookies, c.Name)
		} else {
			b.Cookies[c.Name] = c.Value
		}
	}
	if out.Header().Get("Content-Type") != "application/json" || out.Code == http.StatusNoContent {
		return p
	}
	d := json.NewDecoder(strings.NewReader(p.Raw))
	d.UseNumber()
	if err := d.Decode(&p.Body); err != nil {
		t.Fatalf("status %d, body %s: %v", out.Code, p.Raw, err)
	}
	if inner, ok := p.Body["Response"].(map[string]any); ok {
		p.Body = inner
	}
	if e, ok := p.Body["Error"].(map[string]any); ok {
		p.Code, p.Message = e["Code"].(string), e["Message"].(string)
	}
	return p
}

// SignIn takes the first step of a sign-in and answers its outcome: the next step, or an error code.
func (b *Browser) SignIn(t testing.TB, kind, account, name, password string) string {
	t.Helper()
	p := b.Send(t, http.MethodPost, "/console/session", P{"Type": kind, "Account": account, "Name": name, "Password": password})
	if p.Code != "" {
		return p.Code
	}
	return p.Str("Step")
}

// Call makes one call of the session, "cam:AddUser".
func (b *Browser) Call(t testing.TB, action string, params any) *Page {
	t.Helper()
	if params == nil {
		params = P{}
	}
	service, name, _ := strings.Cut(action, ":")
	return b.Send(t, http.MethodPost, "/console/api/"+service+"/"+versions[service]+"/"+name, params)
}

// Must makes a call of the session that has to succeed.
func (b *Browser) Must(t testing.TB, action string, params any) *Page {
	t.Helper()
	p := b.Call(t, action, params)
	if p.Code != "" || p.Status != http.StatusOK {
		t.Fatalf("%s %v: status %d, %s: %s", action, params, p.Status, p.Code, p.Message)
	}
	return p
}

// Fails makes a call of the session that has to answer this error code.
func (b *Browser) Fails(t testing.TB, code, action string, params any) {
	t.Helper()
	if p := b.Call(t, action, params); p.Code != code {
		t.Errorf("%s %v: got %q (%s), want %q", action, params, p.Code, p.Message, code)
	}
}
