package signin_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/store"
)

func TestWhoMaySignInByPassword(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.rootPassword(t)
		h.Root.Must(t, "hufu:UpdateConsoleSettings", apitest.P{"Alias": "acme"})
		h.Root.Must(t, "cam:AddUser", apitest.P{"Name": "nologin"})
		h.Root.Must(t, "cam:AddUser", apitest.P{"Name": "off", "ConsoleLogin": 1, "Password": password})
		h.Root.Must(t, "cam:UpdateUser", apitest.P{"Name": "off", "ConsoleLogin": 0})
		other := w.Account(t) // its root has the same name, so that the name alone tells nobody
		for _, tt := range []struct {
			name, kind, account, user, password string
			want                                string
		}{
			{"a user by the uin of the account", "user", h.uin, "ann", password, "done"},
			{"by its alias", "user", "acme", "ann", password, "done"},
			{"whatever the case of alias and name", "user", "ACME", "Ann", password, "done"},
			{"the root by uin", "root", h.uin, "", password, "done"},
			{"the root by alias", "root", "acme", "", password, "done"},
			{"the root by a name that two have", "root", "root", "", password, loginFailed},
			{"a wrong password", "user", h.uin, "ann", wrong, loginFailed},
			{"a wrong password of the root", "root", h.uin, "", wrong, loginFailed},
			{"no password", "user", h.uin, "ann", "", loginFailed},
			{"a user that is not there", "user", h.uin, "bob", password, loginFailed},
			{"a user of another account", "user", number(other.UIN), "ann", password, loginFailed},
			{"an account that is not there", "user", "100999999999", "ann", password, loginFailed},
			{"an alias that is not there", "user", "nobody", "ann", password, loginFailed},
			{"a root without a password", "root", number(other.UIN), "", password, loginFailed},
			{"the root as a user", "user", h.uin, "root", password, loginFailed},
			{"a user without console login", "user", h.uin, "nologin", password, loginFailed},
			{"one that it was taken from", "user", h.uin, "off", password, loginFailed},
		} {
			t.Run(tt.name, func(t *testing.T) {
				before := w.Hashed.Load()
				if got := w.Browser().SignIn(t, tt.kind, tt.account, tt.user, tt.password); got != tt.want {
					t.Errorf("got %s, want %s", got, tt.want)
				}
				if n := w.Hashed.Load() - before; n != 1 {
					t.Errorf("%d passwords were hashed", n)
				}
			})
		}
	})
}

func TestASuspendedAccountAndADisabledPersonDoNotSignIn(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.signIn(t, h.browser)
		if err := w.Operator.Suspend(context.Background(), store.Account(h.UIN)); err != nil {
			t.Fatal(err)
		}
		if got := w.Browser().SignIn(t, "user", h.uin, "ann", password); got != loginFailed {
			t.Errorf("a suspended account: %s", got)
		}
		h.browser.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:GetUserAppId", nil)
		if signedIn(t, h.browser) {
			t.Error("the session shows who is signed in")
		}
		if err := w.Operator.Resume(context.Background(), store.Account(h.UIN)); err != nil {
			t.Fatal(err)
		}
		h.browser.Must(t, "cam:GetUserAppId", nil)
	})
}

func TestTheForcedChangeOfAPassword(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.Root.Must(t, "cam:UpdateUser", apitest.P{"Name": "ann", "NeedResetPassword": 1})
		b := h.browser
		if got := b.SignIn(t, "user", h.uin, "ann", password); got != "password" {
			t.Fatalf("got %s", got)
		}
		if b.Cookies["hufu_session"] != "" {
			t.Error("there is a session before the password was changed")
		}
		if p := b.Call(t, "cam:GetUserAppId", nil); p.Status != http.StatusUnauthorized {
			t.Errorf("the ticket makes calls: %d", p.Status)
		}
		b.Cookies["hufu_session"] = b.Cookies["hufu_signin"]
		if p := b.Call(t, "cam:GetUserAppId", nil); p.Status != http.StatusUnauthorized {
			t.Errorf("the ticket is a session: %d", p.Status)
		}
		for body, want := range map[string]string{
			"short":  "InvalidParameter.PasswordViolatedRules",
			password: "InvalidParameter.PasswordViolatedRules",
		} {
			if p := b.Send(t, http.MethodPost, "/console/session/password", apitest.P{"Password": body}); p.Code != want {
				t.Errorf("%s: %s", body, p.Code)
			}
		}
		for _, step := range []string{"totp", "bind"} {
			if p := b.Send(t, http.MethodPost, "/console/session/"+step, apitest.P{"Code": "123456"}); p.Code != "AuthFailure.TicketFailure" {
				t.Errorf("the ticket is good for %s: %s", step, p.Code)
			}
		}
		again := b.Send(t, http.MethodPost, "/console/session", apitest.P{"Type": "user", "Account": h.uin, "Name": "ann", "Password": password})
		if again.Str("Step") != "password" {
			t.Fatalf("again: %s", again.Raw)
		}
		if want := `"PasswordRules":{"MinimumLength":8,"MustContain":"Aa0!"}`; !strings.Contains(again.Raw, want) {
			t.Errorf("%s does not say the rules %s", again.Raw, want)
		}
		used := b.Cookies["hufu_signin"]
		if p := b.Send(t, http.MethodPost, "/console/session/password", apitest.P{"Password": password2}); p.Str("Step") != "done" {
			t.Fatalf("change: %s", p.Raw)
		}
		b.Must(t, "cam:GetUserAppId", nil)
		late := w.Browser()
		late.Cookies["hufu_signin"] = used
		if p := late.Send(t, http.MethodPost, "/console/session/password", apitest.P{"Password": "Another-horse-3"}); p.Code != "AuthFailure.TicketFailure" {
			t.Errorf("a ticket twice: %s", p.Code)
		}
		if got := w.Browser().SignIn(t, "user", h.uin, "ann", password); got != loginFailed {
			t.Errorf("the old password: %s", got)
		}
		if got := w.Browser().SignIn(t, "user", h.uin, "ann", password2); got != "done" {
			t.Errorf("the new one: %s", got)
		}
	})
}

func TestTicketsRunOutAndEndWithWhatTheyRestOn(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		for name, end := range map[string]func(){
			"time":            func() { w.Sleep(10 * time.Minute) },
			"another reset":   func() { h.Root.Must(t, "cam:UpdateUser", apitest.P{"Name": "ann", "Password": "Some-other-1"}) },
			"no more console": func() { h.Root.Must(t, "cam:UpdateUser", apitest.P{"Name": "ann", "ConsoleLogin": 0}) },
		} {
			t.Run(name, func(t *testing.T) {
				w.Sleep(time.Second)
				h.Root.Must(t, "cam:UpdateUser", apitest.P{"Name": "ann", "ConsoleLogin": 1, "Password": password, "NeedResetPassword": 1})
				b := w.Browser()
				if got := b.SignIn(t, "user", h.uin, "ann", password); got != "password" {
					t.Fatalf("got %s", got)
				}
				w.Sleep(time.Second)
				end()
				if p := b.Send(t, http.MethodPost, "/console/session/password", apitest.P{"Password": password2}); p.Code != "AuthFailure.TicketFailure" || p.Status != http.StatusUnauthorized {
					t.Errorf("got %s", p.Raw)
				}
			})
		}
		forged := w.Browser()
		forged.Cookies["hufu_signin"] = strings.Repeat("A", 43)
		if p := forged.Send(t, http.MethodPost, "/console/session/password", apitest.P{"Password": password2}); p.Code != "AuthFailure.TicketFailure" {
			t.Errorf("a forged ticket: %s", p.Code)
		}
	})
}

func TestPasswordsExpireAsTheRulesSay(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		for _, tt := range []struct {
			name          string
			days, invalid int
			after         time.Duration
			want          string
		}{
			{"they do not unless the rules say so", 0, 2, 1000 * 24 * time.Hour, "done"},
			{"not yet", 30, 1, 30*24*time.Hour - time.Second, "done"},
			{"to be changed", 30, 2, 30 * 24 * time.Hour, "password"},
			{"or of no use", 30, 1, 30 * 24 * time.Hour, loginFailed},
		} {
			t.Run(tt.name, func(t *testing.T) {
				h.Root.Must(t, "cam:UpdatePasswordRules", apitest.P{"Rules": apitest.P{"ForcePasswordChange": tt.days, "PasswordExpirationInvalidation": tt.invalid}})
				h.Root.Must(t, "cam:UpdateUser", apitest.P{"Name": "ann", "Password": password})
				w.Sleep(tt.after)
				if got := w.Browser().SignIn(t, "user", h.uin, "ann", password); got != tt.want {
					t.Errorf("got %s, want %s", got, tt.want)
				}
			})
		}
	})
}

func TestEveryAttemptLeavesARecord(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.browser.SignIn(t, "user", h.uin, "ann", wrong)
		h.browser.SignIn(t, "user", h.uin, "S3cret-typed-here", wrong)
		h.signIn(t, h.browser)
		h.browser.Send(t, http.MethodDelete, "/console/session", nil)
		w.Trail.Close()
		got := map[string]int{}
		all, err := audit.Query(context.Background(), w.DB.Read(), audit.Filter{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			if r.Door != "console" {
				continue
			}
			whose := "nobody"
			if int64(r.Account) == h.UIN && r.CallerID == h.user {
				whose = "ann"
			}
			got[strings.Join([]string{r.Action, whose, r.Outcome, string(r.Parameters)}, " ")]++
			if strings.Contains(string(r.Parameters), "S3cret") || r.IP != "192.0.2.1" {
				t.Errorf("%+v", r)
			}
		}
		for _, want := range []string{
			`hufu:SignIn ann OperationDenied.WrongPassword {"Method":"password"}`,
			`hufu:SignIn nobody OperationDenied.WrongPassword {"Method":"password"}`,
			`hufu:SignIn ann ok {"Method":"password","Step":"done"}`,
			`hufu:SignOut ann ok {}`,
		} {
			if got[want] != 1 {
				t.Errorf("%s: %d of %v", want, got[want], got)
			}
		}
	})
}

func TestTheLastSignInIsShown(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.signIn(t, h.browser)
		got := h.Root.Must(t, "cam:GetUser", apitest.P{"Name": "ann"})
		if got.Str("RecentlyLoginIP") != "192.0.2.1" || got.Str("RecentlyLoginTime") != w.Now().In(time.FixedZone("", 8*60*60)).Format(time.DateTime) {
			t.Error(got.Raw)
		}
	})
}
