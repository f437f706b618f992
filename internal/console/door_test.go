package console_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
)

const password = "Correct-horse-1"

// withUser makes an account with a user ann, who may do everything, and signs her in.
func withUser(t testing.TB, w *apitest.World) (*apitest.Account, *apitest.Browser) {
	t.Helper()
	a := w.Account(t)
	uin := a.Root.Must(t, "cam:AddUser", apitest.P{"Name": "ann", "ConsoleLogin": 1, "Password": password}).Int("Uin")
	a.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": uin, "PolicyId": 1})
	b := w.Browser()
	if got := b.SignIn(t, "user", strconv.FormatInt(a.UIN, 10), "ann", password); got != "done" {
		t.Fatalf("sign-in: %s", got)
	}
	return a, b
}

func TestCallsOfASessionGoThePipelinesWay(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, b := withUser(t, w)
		b.Must(t, "cam:AddUser", apitest.P{"Name": "bob"})
		a.Root.Must(t, "cam:GetUser", apitest.P{"Name": "bob"})
		for _, tt := range []struct {
			name, path string
			body       any
			status     int
			code       string
		}{
			{"an error of the action", "cam/2019-01-16/GetUser", apitest.P{"Name": "nobody"}, 200, "ResourceNotFound.UserNotExist"},
			{"an unknown parameter", "cam/2019-01-16/GetUser", apitest.P{"Name": "bob", "Nam": 1}, 200, "UnknownParameter"},
			{"a missing parameter", "cam/2019-01-16/GetUser", apitest.P{}, 200, "MissingParameter"},
			{"no body", "cam/2019-01-16/GetUserAppId", "", 200, ""},
			{"broken JSON", "cam/2019-01-16/GetUser", `{"Name":`, 200, "InvalidParameter"},
			{"a name twice", "cam/2019-01-16/GetUser", `{"Name":"bob","Name":"ann"}`, 200, "InvalidParameter"},
			{"an unknown action", "cam/2019-01-16/Nonsense", apitest.P{}, 200, "InvalidAction"},
			{"an unknown version", "cam/2000-01-01/GetUser", apitest.P{}, 200, "NoSuchVersion"},
			{"an unknown service", "nonsense/2019-01-16/GetUser", apitest.P{}, 200, "NoSuchProduct"},
			{"a service with a door of its own", "eiam/v2/GetUser", apitest.P{}, 200, "NoSuchProduct"},
			{"a path with more", "cam/2019-01-16/GetUser/x", apitest.P{}, 200, "InvalidAction"},
			{"a path with less", "cam", apitest.P{}, 200, "NoSuchVersion"},
			{"too large a body", "cam/2019-01-16/GetUser", `{"Name":"` + strings.Repeat("x", 3<<20) + `"}`, 413, "RequestSizeLimitExceeded"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				if p := b.Send(t, http.MethodPost, "/console/api/"+tt.path, tt.body); p.Status != tt.status || p.Code != tt.code || p.Str("RequestId") == "" {
					t.Errorf("status %d, %s", p.Status, p.Raw)
				}
			})
		}
		other := w.Account(t)
		uin := other.Root.User(t, "carol").UIN
		b.Fails(t, "ResourceNotFound.UserNotExist", "cam:GetUser", apitest.P{"Name": "carol"})
		b.Fails(t, "ResourceNotFound.UserNotExist", "hufu:EndConsoleSessions", apitest.P{"Uin": uin})
	})
}

func TestAnswersAreInTheLanguageOfTheConsole(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		b := w.Browser()
		for _, tt := range []struct{ console, browser, want string }{
			{"zh-CN", "en", "用户名或密码错误。"},
			{"en-US", "zh-CN", "Wrong user or password."},
			{"", "zh-Hans-CN,zh;q=0.9,en;q=0.8", "用户名或密码错误。"},
			{"", "fr-FR,en-GB;q=0.5", "Wrong user or password."},
			{"", "", "Wrong user or password."},
		} {
			b.Header["X-Hufu-Language"], b.Header["Accept-Language"] = []string{tt.console}, []string{tt.browser}
			if p := b.Send(t, http.MethodPost, "/console/session", apitest.P{"Type": "root", "Account": "1", "Password": "x"}); p.Message != tt.want {
				t.Errorf("%q, %q: %s", tt.console, tt.browser, p.Message)
			}
		}
	})
}

func TestRequestsOfOtherSitesAreRefused(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		_, b := withUser(t, w)
		session := b.Cookies["hufu_session"]
		for _, tt := range []struct {
			name   string
			header http.Header
			ok     bool
		}{
			{"the console", http.Header{"Sec-Fetch-Site": {"same-origin"}, "Origin": {"http://console.hufu.test"}}, true},
			{"another site", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.test"}}, false},
			{"a neighbour of the same site", http.Header{"Sec-Fetch-Site": {"same-site"}, "Origin": {"http://other.hufu.test"}}, false},
			{"another site in an old browser", http.Header{"Origin": {"https://evil.test"}}, false},
			{"a sandboxed frame", http.Header{"Origin": {"null"}}, false},
			{"the console in an old browser", http.Header{"Origin": {"http://console.hufu.test"}}, true},
			{"no browser", http.Header{}, true},
		} {
			t.Run(tt.name, func(t *testing.T) {
				b.Header = tt.header
				for _, at := range []struct{ method, path string }{
					{http.MethodPost, "/console/api/cam/2019-01-16/GetUserAppId"}, {http.MethodPost, "/console/session"}, {http.MethodPost, "/console/session/totp"},
					{http.MethodDelete, "/console/session"},
				} {
					b.Cookies = map[string]string{"hufu_session": session}
					if at.method == http.MethodDelete && tt.ok {
						continue
					}
					if p := b.Send(t, at.method, at.path, apitest.P{}); (p.Code != "AuthFailure.CrossOrigin") != tt.ok || !tt.ok && p.Status != http.StatusForbidden {
						t.Errorf("%s %s: %d %s", at.method, at.path, p.Status, p.Raw)
					}
				}
			})
		}
	})
}

func TestStepsAreReadStrictly(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		b := w.Browser()
		for _, tt := range []struct {
			name, method, path string
			body               any
			contentType        string
			status             int
			code               string
		}{
			{"a form", "POST", "/console/session", "Type=root", "application/x-www-form-urlencoded", 415, "UnsupportedProtocol"},
			{"text", "POST", "/console/session", `{}`, "text/plain", 415, "UnsupportedProtocol"},
			{"no content type", "POST", "/console/session", `{}`, "", 415, "UnsupportedProtocol"},
			{"another encoding", "POST", "/console/session", `{}`, "application/json; charset=gbk", 415, "UnsupportedProtocol"},
			{"a name that is not known", "POST", "/console/session", `{"Type":"root","Account":"1","Password":"x","Admin":"1"}`, "application/json", 400, "UnknownParameter"},
			{"a name twice", "POST", "/console/session", `{"Type":"root","Type":"user"}`, "application/json", 400, "InvalidParameter"},
			{"a number", "POST", "/console/session", `{"Type":"root","Account":1}`, "application/json", 400, "InvalidParameter"},
			{"a list", "POST", "/console/session", `[]`, "application/json", 400, "InvalidParameter"},
			{"nothing", "POST", "/console/session", ``, "application/json", 400, "InvalidParameterValue"},
			{"another type", "POST", "/console/session", `{"Type":"admin"}`, "application/json", 400, "InvalidParameterValue"},
			{"a long password", "POST", "/console/session", `{"Type":"root","Password":"` + strings.Repeat("x", 513) + `"}`, "application/json", 400, "InvalidParameter"},
			{"a large body", "POST", "/console/session", `{"Type":"` + strings.Repeat("x", 5000) + `"}`, "application/json", 413, "RequestSizeLimitExceeded"},
			{"another method", "PUT", "/console/session", `{}`, "application/json", 405, "UnsupportedProtocol"},
			{"a call by GET", "GET", "/console/api/cam/2019-01-16/GetUserAppId", nil, "", 405, "UnsupportedProtocol"},
			{"a step that is not there", "POST", "/console/session/nonsense", `{}`, "application/json", 404, ""},
			{"a step without a ticket", "POST", "/console/session/totp", `{"Code":"123456"}`, "application/json", 401, "AuthFailure.TicketFailure"},
			{"the secret of a device without a ticket", "GET", "/console/session/bind", nil, "", 401, "AuthFailure.TicketFailure"},
			{"a call without a session", "POST", "/console/api/cam/2019-01-16/GetUserAppId", `{}`, "application/json", 401, "AuthFailure.SessionEnded"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				b.Header["Content-Type"] = []string{tt.contentType}
				if p := b.Send(t, tt.method, tt.path, tt.body); p.Status != tt.status || p.Code != tt.code {
					t.Errorf("status %d, %s", p.Status, p.Raw)
				}
			})
		}
	})
}

func TestCookiesAndHeadersFitTheTransport(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, b := withUser(t, w)
		for _, tt := range []struct {
			name   string
			remote string
			proto  string
			tls    bool
			secure bool
		}{
			{"plain", "192.0.2.1:1", "", false, false},
			{"TLS", "192.0.2.1:1", "", true, true},
			{"a trusted proxy with TLS", apitest.Proxy + ":1", "https", false, true},
			{"a trusted proxy without", apitest.Proxy + ":1", "http", false, false},
			{"somebody who says so", "192.0.2.1:1", "https", false, false},
		} {
			t.Run(tt.name, func(t *testing.T) {
				b.RemoteAddr, b.TLS = tt.remote, tt.tls
				b.Header["X-Forwarded-Proto"] = []string{tt.proto}
				b.Cookies = map[string]string{}
				p := b.Send(t, http.MethodPost, "/console/session", apitest.P{"Type": "user", "Account": strconv.FormatInt(a.UIN, 10), "Name": "ann", "Password": password})
				if len(p.SetCookies) != 2 {
					t.Errorf("cookies: %v", p.SetCookies)
				}
				for _, c := range p.SetCookies {
					if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || c.Secure != tt.secure || (c.Name == "hufu_session") != (c.MaxAge == 0) {
						t.Errorf("cookie %s", c)
					}
				}
				if hsts := p.Header.Get("Strict-Transport-Security"); (hsts != "") != tt.secure {
					t.Errorf("HSTS %q", hsts)
				}
				for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin"} {
					if got := p.Header.Get(name); got != want {
						t.Errorf("%s: %q", name, got)
					}
				}
				policy := p.Header.Get("Content-Security-Policy")
				for _, part := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
					if !strings.Contains(policy, part) {
						t.Errorf("%q lacks %s", policy, part)
					}
				}
			})
		}
	})
}

// Somebody who controls a neighbouring host may put a cookie beside ours: then it is not known which is which.
func TestASessionThatComesTwiceIsNone(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		_, b := withUser(t, w)
		b.Header["Cookie"] = []string{"hufu_session=planted"}
		if p := b.Call(t, "cam:GetUserAppId", nil); p.Status != http.StatusUnauthorized {
			t.Errorf("status %d", p.Status)
		}
	})
}

func TestWhoIsSignedIn(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, b := withUser(t, w)
		a.Root.Must(t, "hufu:UpdateConsoleSettings", apitest.P{"Alias": "acme"})
		p := b.Send(t, http.MethodGet, "/console/session", nil)
		if p.Str("Account.Uin") != strconv.FormatInt(a.UIN, 10) || p.Str("Account.AppId") != strconv.FormatInt(a.AppID, 10) || p.Str("Account.Alias") != "acme" ||
			p.Str("Principal.Type") != "user" || p.Str("Principal.Name") != "ann" || p.At("Mfa") != false || p.Int("IdleSeconds") != 1800 ||
			p.Int("CreatedTime") != w.Now().Unix() || p.Int("ExpireTime") != w.Now().Unix()+43200 {
			t.Error(p.Raw)
		}
		out := b.Send(t, http.MethodDelete, "/console/session", nil)
		if out.Status != http.StatusNoContent || b.Cookies["hufu_session"] != "" || b.Cookies["hufu_device"] == "" {
			t.Errorf("sign-out: %d, %v", out.Status, b.Cookies)
		}
		if again := b.Send(t, http.MethodDelete, "/console/session", nil); again.Status != http.StatusNoContent {
			t.Errorf("sign-out without a session: %d", again.Status)
		}
	})
}
