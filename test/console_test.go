package test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/store/pgtest"
)

// consolePassword is that of the users of these tests, and newPassword another.
const (
	consolePassword = "hufuTEST-console-passw0rd"
	newPassword     = "hufuTEST-another-passw0rd"
)

// browser is a browser in front of a server's console.
type browser struct {
	*server
	scheme  string
	cookies map[string]*http.Cookie
	header  http.Header
	client  *http.Client
}

func (s *server) browser(t testing.TB) *browser {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	t.Cleanup(transport.CloseIdleConnections)
	return &browser{server: s, scheme: "http", cookies: map[string]*http.Cookie{}, header: http.Header{"Sec-Fetch-Site": {"same-origin"}},
		client: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// page is what a browser got.
type page struct {
	status int
	header http.Header
	body   map[string]any
	text   string
}

func (p *page) code() string {
	response, _ := p.body["Response"].(map[string]any)
	e, _ := response["Error"].(map[string]any)
	code, _ := e["Code"].(string)
	return code
}

func (b *browser) send(t testing.TB, method, path string, body any) *page {
	t.Helper()
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		content = bytes.NewReader(text)
	}
	r, err := http.NewRequest(method, b.scheme+"://"+b.api+path, content)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = b.header.Clone()
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	answer, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range answer.Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
			continue
		}
		b.cookies[c.Name] = c
		_, secret, split := strings.Cut(c.Value, ".")
		if !split {
			secret = c.Value
		}
		b.secret(secret)
	}
	p := &page{status: answer.StatusCode, header: answer.Header, text: string(text)}
	_ = json.Unmarshal(text, &p.body) // pages and empty answers are none
	return p
}

func (b *browser) signIn(t testing.TB, uin int64, name, password string) string {
	t.Helper()
	in := params{"Type": "user", "Account": strconv.FormatInt(uin, 10), "Name": name, "Password": password}
	if name == "" {
		in = params{"Type": "root", "Account": strconv.FormatInt(uin, 10), "Password": password}
	}
	p := b.send(t, "POST", "/console/session", in)
	if p.status != http.StatusOK {
		return p.code()
	}
	step, _ := p.body["Step"].(string)
	return step
}

// do makes a call of the session.
func (b *browser) do(t testing.TB, action string, in params) *page {
	t.Helper()
	if in == nil {
		in = params{}
	}
	service, name, _ := strings.Cut(action, ":")
	return b.send(t, "POST", "/console/api/"+service+"/"+consoleVersions[service]+"/"+name, in)
}

var consoleVersions = map[string]string{"cam": "2019-01-16", "sts": "2018-08-13", "hufu": "2026-12-01"}

// member is a text of the answer of a call.
func (p *page) member(t testing.TB, name string) string {
	t.Helper()
	response, _ := p.body["Response"].(map[string]any)
	text, ok := response[name].(string)
	if !ok {
		t.Fatalf("no %s in %s", name, p.text)
	}
	return text
}

// consoleUser makes a user that may sign in, and do everything.
func (s *server) consoleUser(t testing.TB, root credential, name string) int64 {
	t.Helper()
	s.secret(consolePassword)
	uin := s.must(t, root, "cam:AddUser", params{"Name": name, "ConsoleLogin": 1, "Password": consolePassword}).number("Uin")
	s.must(t, root, "cam:AttachUserPolicy", params{"AttachUin": uin, "PolicyId": administrator})
	return uin
}

// What must not work at the console, against the real program.
func TestConsoleSecurity(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		uin := s.bootstrapUIN(t)
		s.consoleUser(t, bootstrap, "ann")
		b := s.browser(t)
		b.cookies["hufu_session"] = &http.Cookie{Name: "hufu_session", Value: "CSID" + strings.Repeat("f", 32) + "." + strings.Repeat("f", 43)}
		planted := b.cookies["hufu_session"].Value
		if got := b.signIn(t, uin, "ann", consolePassword); got != "done" {
			t.Fatalf("sign-in: %s", got)
		}
		session := b.cookies["hufu_session"]

		t.Run("a session is not the one that was planted", func(t *testing.T) {
			if session.Value == planted {
				t.Error("it is")
			}
			thief := s.browser(t)
			thief.cookies["hufu_session"] = &http.Cookie{Name: "hufu_session", Value: planted}
			if p := thief.do(t, "cam:GetUserAppId", nil); p.status != http.StatusUnauthorized {
				t.Errorf("status %d: %s", p.status, p.text)
			}
		})
		t.Run("another site cannot post", func(t *testing.T) {
			for _, from := range []http.Header{{"Sec-Fetch-Site": {"cross-site"}}, {"Origin": {"https://evil.test"}}} {
				evil := s.browser(t)
				evil.cookies, evil.header = b.cookies, from
				for _, path := range []string{"/console/api/cam/2019-01-16/AddUser", "/console/session"} {
					if p := evil.send(t, "POST", path, params{"Name": "mallory"}); p.status != http.StatusForbidden {
						t.Errorf("%s: status %d: %s", path, p.status, p.text)
					}
				}
			}
			form, err := http.PostForm("http://"+s.api+"/console/session", url.Values{"Type": {"root"}})
			if err != nil {
				t.Fatal(err)
			}
			_ = form.Body.Close()
			if form.StatusCode != http.StatusUnsupportedMediaType {
				t.Errorf("a form: status %d", form.StatusCode)
			}
		})
		t.Run("another account's objects are not there", func(t *testing.T) {
			other := s.createAccount(t, "other")
			theirs := s.consoleUser(t, other.credential(), "bob")
			for action, in := range map[string]params{"cam:GetUser": {"Name": "bob"}, "hufu:EndConsoleSessions": {"Uin": theirs}, "hufu:UnlockUser": {"Uin": theirs},
				"hufu:DescribeTotpDevice": {"Uin": theirs}} {
				if p := b.do(t, action, in); p.code() != "ResourceNotFound.UserNotExist" {
					t.Errorf("%s: %s", action, p.text)
				}
			}
			stranger := s.browser(t)
			if got := stranger.signIn(t, other.UIN, "ann", consolePassword); got != "AuthFailure.LoginFailed" {
				t.Errorf("ann in the other account: %s", got)
			}
		})
		t.Run("a session signs nothing", func(t *testing.T) {
			id, secret, _ := strings.Cut(session.Value, ".")
			for _, c := range []credential{{id: id, key: secret}, {id: id, key: secret, token: secret}, {id: id, key: session.Value}} {
				if got := s.call(t, c, "sts:GetCallerIdentity", nil); got.code != "AuthFailure.SecretIdNotFound" {
					t.Errorf("got %s", got.code)
				}
			}
		})
		t.Run("a cookie that was stolen ends with the session", func(t *testing.T) {
			thief := s.browser(t)
			thief.cookies["hufu_session"] = session
			if p := thief.do(t, "cam:GetUserAppId", nil); p.status != http.StatusOK {
				t.Errorf("before: %s", p.text)
			}
			if p := b.send(t, "DELETE", "/console/session", nil); p.status != http.StatusNoContent {
				t.Errorf("sign-out: %d", p.status)
			}
			if p := thief.do(t, "cam:GetUserAppId", nil); p.status != http.StatusUnauthorized || p.code() != "AuthFailure.SessionEnded" {
				t.Errorf("after: %d %s", p.status, p.text)
			}
		})
		t.Run("a ticket is good for its step alone", func(t *testing.T) {
			s.secret(newPassword)
			s.must(t, bootstrap, "cam:UpdateUser", params{"Name": "ann", "NeedResetPassword": 1})
			b := s.browser(t)
			if got := b.signIn(t, uin, "ann", consolePassword); got != "password" {
				t.Fatalf("sign-in: %s", got)
			}
			ticket := b.cookies["hufu_signin"].Value
			forged := s.browser(t)
			for name, value := range map[string]string{"hufu_session": ticket, "hufu_signin": strings.Repeat("A", 43)} {
				forged.cookies = map[string]*http.Cookie{name: {Name: name, Value: value}}
				if p := forged.do(t, "cam:GetUserAppId", nil); p.status != http.StatusUnauthorized {
					t.Errorf("a call: %s", p.text)
				}
				if p := forged.send(t, "POST", "/console/session/password", params{"Password": newPassword}); p.status != http.StatusUnauthorized {
					t.Errorf("a new password: %s", p.text)
				}
			}
			if p := b.send(t, "POST", "/console/session/password", params{"Password": newPassword}); p.body["Step"] != "done" {
				t.Errorf("with the ticket: %s", p.text)
			}
		})
		t.Run("secrets of devices lie nowhere in the open", func(t *testing.T) {
			b := s.browser(t)
			if got := b.signIn(t, uin, "ann", newPassword); got != "done" {
				t.Fatalf("sign-in: %s", got)
			}
			s.secret(b.do(t, "hufu:CreateTotpDevice", params{"Password": newPassword}).member(t, "Secret"))
		})
		t.Run("the operator lets a root in that lost its password", func(t *testing.T) {
			other := s.createAccount(t, "lost")
			b := s.browser(t)
			password := ""
			for _, flags := range [][]string{nil, {"--remove-device"}} {
				var made struct {
					UIN      int64  `json:"uin"`
					Password string `json:"password"`
				}
				out := s.run(t, append([]string{"account", "password", strconv.FormatInt(other.UIN, 10)}, flags...)...)
				if err := json.Unmarshal([]byte(out), &made); err != nil || made.UIN != other.UIN || made.Password == password {
					t.Fatalf("the command prints %q: %v", out, err)
				}
				s.secret(made.Password)
				if p := b.do(t, "cam:GetUserAppId", nil); p.status != http.StatusUnauthorized {
					t.Errorf("a session from before: %s", p.text)
				}
				if password != "" && s.browser(t).signIn(t, other.UIN, "", password) == "done" {
					t.Error("the password before still signs in")
				}
				password = made.Password
				if got := b.signIn(t, other.UIN, "", password); got != "done" {
					t.Errorf("sign-in: %s", got)
				}
			}
		})
		t.Run("what is issued from a session ends with it", func(t *testing.T) {
			b := s.browser(t)
			if got := b.signIn(t, uin, "", bootstrapPassword); got != "done" {
				t.Fatalf("the root signs in: %s", got)
			}
			p := b.do(t, "sts:GetFederationToken", params{"Name": "from-console", "Policy": allow("cam:*")})
			response, _ := p.body["Response"].(map[string]any)
			made, _ := response["Credentials"].(map[string]any)
			c := credential{}
			c.id, _ = made["TmpSecretId"].(string)
			c.key, _ = made["TmpSecretKey"].(string)
			c.token, _ = made["Token"].(string)
			s.must(t, c, "sts:GetCallerIdentity", nil)
			b.send(t, "DELETE", "/console/session", nil)
			if got := s.call(t, c, "sts:GetCallerIdentity", nil); got.code != "AuthFailure.TokenFailure" {
				t.Errorf("after: %s", got.code)
			}
		})
	})
}

// certificate makes one for this machine, and answers the files.
func certificate(t testing.TB) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "hufu"}, NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	raw, err1 := x509.CreateCertificate(rand.Reader, of, of, key.Public(), key)
	private, err2 := x509.MarshalPKCS8PrivateKey(key)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: raw}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

func TestConsoleCookiesFitTheTransport(t *testing.T) {
	cert, key := certificate(t)
	for _, tt := range []struct {
		name, scheme string
		flags        []string
		secure       bool
	}{
		{"plain", "http", nil, false},
		{"TLS", "https", []string{"--tls-cert", cert, "--tls-key", key}, true},
		{"TLS that ends at a proxy which nobody named", "http", []string{"--public-url", "https://hufu.example.com"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlace(t, "")
			s := p.start(t, append(tt.flags, unlimited...)...)
			b := s.browser(t)
			b.scheme = tt.scheme
			// The first account of a place has the first number.
			if got := b.signIn(t, 100000000001, "", bootstrapPassword); got != "done" {
				t.Fatalf("sign-in: %s", got)
			}
			for name, c := range b.cookies {
				if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Secure != tt.secure || c.Domain != "" || c.Path != "/" {
					t.Errorf("%s: %s", name, c)
				}
			}
			if got := b.send(t, "GET", "/console/", nil).header.Get("Strict-Transport-Security"); (got != "") != tt.secure {
				t.Errorf("HSTS %q", got)
			}
		})
	}
}

// Whoever signs out at one node is out at the others within a second.
func TestConsoleOnTwoNodes(t *testing.T) {
	p := newPlace(t, pgtest.URL(t))
	first, second := p.start(t, unlimited...), p.start(t, unlimited...)
	uin := first.bootstrapUIN(t)
	first.consoleUser(t, bootstrap, "ann")
	here, there := first.browser(t), second.browser(t)
	there.cookies = here.cookies
	for name, end := range map[string]func(){
		"sign-out":       func() { here.send(t, "DELETE", "/console/session", nil) },
		"a new password": func() { first.must(t, bootstrap, "cam:UpdateUser", params{"Name": "ann", "Password": newPassword}) },
	} {
		t.Run(name, func(t *testing.T) {
			password := consolePassword
			if got := here.signIn(t, uin, "ann", password); got != "done" {
				if got = here.signIn(t, uin, "ann", newPassword); got != "done" {
					t.Fatalf("sign-in: %s", got)
				}
			}
			stolen := second.browser(t)
			stolen.cookies["hufu_session"] = here.cookies["hufu_session"]
			if p := stolen.do(t, "cam:GetUserAppId", nil); p.status != http.StatusOK {
				t.Fatalf("at the other node: %s", p.text)
			}
			end()
			for told := time.Now(); stolen.do(t, "cam:GetUserAppId", nil).status != http.StatusUnauthorized; pause() {
				if time.Since(told) > time.Second {
					t.Fatal("a second later the session goes on at the other node")
				}
			}
		})
	}
}
