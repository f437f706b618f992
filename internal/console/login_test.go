package console_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/console"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
)

// enterprise is a WeCom that knows codes.
type enterprise struct {
	owner store.Account
	corps []console.Corp
	codes map[string]int64
	begun console.WeComLogin
}

func (e *enterprise) Corps(_ context.Context, owner store.Account) ([]console.Corp, error) {
	if owner != e.owner {
		return nil, nil
	}
	return e.corps, nil
}

func (e *enterprise) Begin(_ context.Context, in console.WeComLogin) (string, error) {
	e.begun = in
	return "https://wecom.test/?state=" + in.State, nil
}

func (e *enterprise) Finish(_ context.Context, _ store.Account, corp, code string) (int64, error) {
	uin, ok := e.codes[corp+"/"+code]
	if !ok {
		return 0, errors.New("secret detail")
	}
	delete(e.codes, corp+"/"+code)
	return uin, nil
}

// visitor goes through the door by its addresses.
type visitor struct {
	door    *console.Door
	cookies map[string]string
}

func (v *visitor) get(path string) (*httptest.ResponseRecorder, url.Values) {
	r := httptest.NewRequest(http.MethodGet, "https://console.hufu.test"+path, nil)
	r.Header.Set("Accept-Language", "en")
	for name, value := range v.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	out := httptest.NewRecorder()
	v.door.ServeHTTP(out, r)
	for _, c := range out.Result().Cookies() {
		v.cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		}
	}
	to, _ := url.Parse(out.Header().Get("Location"))
	return out, to.Query()
}

func TestSignInByWeCom(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		owner := strconv.FormatInt(a.UIN, 10)
		ann := a.Root.User(t, "ann").UIN
		exec(t, w, `UPDATE users SET kind = 3, console_login = 1, wework_userid = 'ann' WHERE uin = $1`, ann)
		bob := a.Root.Must(t, "cam:AddUser", apitest.P{"Name": "bob", "ConsoleLogin": 1, "Password": password}).Int("Uin")
		e := &enterprise{owner: store.Account(a.UIN), corps: []console.Corp{{ID: "ww1", Name: "One <b>"}}, codes: map[string]int64{}}
		door := console.New(console.Dependencies{Gateway: w.Gateway, Store: w.DB, Finder: credential.NewFinder(w.Keys, 10), SignIn: w.SignIn, WeCom: e,
			Log: slog.New(slog.DiscardHandler), Now: w.Now})
		fresh := func() *visitor { return &visitor{door: door, cookies: map[string]string{}} }
		// go begins a login and answers its state.
		begin := func(v *visitor) string {
			out, to := v.get("/login/wecom/" + owner)
			if out.Code != http.StatusSeeOther || to.Get("state") == "" {
				t.Fatalf("begin: %d %s", out.Code, out.Body)
			}
			if e.begun.Callback != "https://console.hufu.test/login/wecom/callback" || e.begun.Corp != "ww1" || len(to.Get("state")) != 32 {
				t.Errorf("begun: %+v", e.begun)
			}
			return to.Get("state")
		}
		finish := func(v *visitor, state, code string) string {
			out, to := v.get("/login/wecom/callback?code=" + code + "&state=" + state)
			if out.Code == http.StatusSeeOther {
				if strings.Contains(out.Header().Get("Location"), "secret") {
					t.Errorf("the reason goes to the browser: %s", out.Header().Get("Location"))
				}
				return to.Get("error")
			}
			return out.Header().Get("Refresh")
		}

		v := fresh()
		e.codes["ww1/good"] = ann
		state := begin(v)
		kept := v.cookies["hufu_wecom"]
		if got := finish(v, state, "good"); got != "0; url=/console/" || v.cookies["hufu_session"] == "" || v.cookies["hufu_wecom"] != "" {
			t.Fatalf("got %s, %v", got, v.cookies)
		}
		b := w.Browser()
		b.Cookies["hufu_session"] = v.cookies["hufu_session"]
		if me := b.Send(t, http.MethodGet, "/console/session", nil); me.Str("Principal.Name") != "ann" || me.At("Principal.WeCom") != true {
			t.Error(me.Raw)
		}
		if s := b.Must(t, "hufu:ListConsoleSessions", nil); s.Str("Sessions.0.Method") != "wecom" {
			t.Error(s.Raw)
		}

		const failed, notUser = "AuthFailure.WeComFailed", "AuthFailure.WeComNotUser"
		for _, tt := range []struct {
			name string
			run  func() string
			want string
		}{
			{"the same login again, with another code", func() string {
				e.codes["ww1/second"] = ann
				again := fresh()
				again.cookies["hufu_wecom"] = kept
				return finish(again, state, "second")
			}, failed},
			{"the same code again", func() string { v := fresh(); return finish(v, begin(v), "good") }, "InternalError"},
			{"the state of another browser", func() string {
				e.codes["ww1/third"] = ann
				theirs := begin(fresh())
				v := fresh()
				begin(v)
				return finish(v, theirs, "third")
			}, failed},
			{"no cookie", func() string { return finish(fresh(), begin(fresh()), "third") }, failed},
			{"a state that nobody drew", func() string { v := fresh(); begin(v); return finish(v, "nonsense", "third") }, failed},
			{"no code: he said no", func() string { v := fresh(); return finish(v, begin(v), "") }, failed},
			{"too late", func() string {
				v := fresh()
				state := begin(v)
				w.Sleep(600e9)
				return finish(v, state, "third")
			}, failed},
			{"a user who has a password instead", func() string {
				e.codes["ww1/bob"] = bob
				v := fresh()
				return finish(v, begin(v), "bob")
			}, notUser},
			{"nobody", func() string {
				e.codes["ww1/nobody"] = 1
				v := fresh()
				return finish(v, begin(v), "nobody")
			}, notUser},
			{"a device has to be bound first", func() string {
				a.Root.Must(t, "cam:SetMfaFlag", apitest.P{"OpUin": ann, "LoginFlag": apitest.P{"Stoken": 1}})
				v := fresh()
				got := finish(v, begin(v), "third")
				if v.cookies["hufu_session"] != "" || v.cookies["hufu_signin"] == "" {
					t.Errorf("cookies: %v", v.cookies)
				}
				return got
			}, "0; url=/console/sign-in?step=bind"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				if got := tt.run(); got != tt.want {
					t.Errorf("got %s, want %s", got, tt.want)
				}
			})
		}

		for _, who := range []string{"1", "nobody"} {
			if _, to := fresh().get("/login/wecom/" + who); to.Get("error") != notUser {
				t.Errorf("an account without enterprises: %v", to)
			}
		}
		e.corps = append(e.corps, console.Corp{ID: "ww2", Name: "Two"})
		out, _ := fresh().get("/login/wecom/" + owner)
		if page := out.Body.String(); out.Code != http.StatusOK || !strings.Contains(page, `?corp=ww2">Two`) || !strings.Contains(page, "One &lt;b&gt;") {
			t.Errorf("the chooser: %d %s", out.Code, page)
		}
		if policy := out.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "; style-src 'sha256-") {
			t.Errorf("the chooser's policy: %s", policy)
		}
		if _, to := fresh().get("/login/wecom/" + owner + "?corp=ww2"); to.Get("state") == "" || e.begun.Corp != "ww2" {
			t.Errorf("the chosen one: %v", to)
		}
		if out, _ := fresh().get("/login/wecom/" + owner + "?corp=ww3"); out.Code != http.StatusOK {
			t.Errorf("one that is not there: %d", out.Code)
		}
	})
}

func exec(t testing.TB, w *apitest.World, statement string, args ...any) {
	t.Helper()
	err := w.DB.Write(context.Background(), func(tx *store.Tx) error {
		_, err := tx.ExecContext(context.Background(), statement, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestStrangersCannotUseUpWhatWeComAnswers(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		ann := a.Root.User(t, "ann").UIN
		exec(t, w, `UPDATE users SET kind = 3, console_login = 1, wework_userid = 'ann' WHERE uin = $1`, ann)
		e := &enterprise{owner: store.Account(a.UIN), corps: []console.Corp{{ID: "ww1", Name: "One"}}, codes: map[string]int64{}}
		v := &visitor{cookies: map[string]string{}, door: console.New(console.Dependencies{Gateway: w.Gateway, Store: w.DB, Finder: credential.NewFinder(w.Keys, 10),
			SignIn: w.SignIn, WeCom: e, Log: slog.New(slog.DiscardHandler), Now: w.Now})}
		login := func(code string) string {
			_, to := v.get("/login/wecom/" + strconv.FormatInt(a.UIN, 10))
			_, to = v.get("/login/wecom/callback?code=" + code + "&state=" + to.Get("state"))
			return to.Get("error")
		}
		for i := range 120 { // what leads to a session is no attempt too many
			e.codes["ww1/good"] = ann
			if got := login("good"); got != "" {
				t.Fatalf("login %d: %s", i, got)
			}
			w.Sleep(time.Millisecond)
		}
		for range 100 {
			if got := login("made-up"); got != "InternalError" {
				t.Fatal(got)
			}
			w.Sleep(time.Millisecond)
		}
		e.codes["ww1/good"] = ann
		if got := login("good"); got != "RequestLimitExceeded.IPLimitExceeded" || len(e.codes) != 1 {
			t.Errorf("%s, and WeCom was asked", got)
		}
		w.Sleep(time.Hour)
		if got := login("good"); got != "" {
			t.Errorf("an hour later: %s", got)
		}
	})
}

func TestTheAddressOfASubUserLeadsToTheSignInPage(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		v := &visitor{door: w.Console, cookies: map[string]string{}}
		for path, want := range map[string]string{
			"/login/subAccount/100000000001":                      "/console/sign-in?account=100000000001&type=user",
			"/login/subAccount/acme?type=subAccount&username=ann": "/console/sign-in?account=acme&name=ann&type=user",
			"/login/subAccount/%22%3E%3Cscript%3E?username=a%26b": "/console/sign-in?account=%22%3E%3Cscript%3E&name=a%26b&type=user",
			"/login/subAccount/acme?s_url=https://evil.test":      "/console/sign-in?account=acme&type=user",
		} {
			if out, _ := v.get(path); out.Code != http.StatusSeeOther || out.Header().Get("Location") != want {
				t.Errorf("%s: %d %s", path, out.Code, out.Header().Get("Location"))
			}
		}
		for _, path := range []string{"/login/", "/login/subAccount/", "/login/subAccount/a/b", "/login/nonsense/1"} {
			if out, _ := v.get(path); out.Code != http.StatusNotFound {
				t.Errorf("%s: %d", path, out.Code)
			}
		}
	})
}
