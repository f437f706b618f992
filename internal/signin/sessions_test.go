package signin_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/signin"
	"github.com/hufu-iam/hufu/internal/store"
)

func TestWhatEndsASession(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		for _, tt := range []struct {
			name string
			end  func(b *apitest.Browser)
			ends bool
		}{
			{"signing out", func(b *apitest.Browser) { b.Send(t, http.MethodDelete, "/console/session", nil) }, true},
			{"no call for half an hour", func(*apitest.Browser) { w.Sleep(30 * time.Minute) }, true},
			{"not a shorter pause", func(*apitest.Browser) { w.Sleep(30*time.Minute - time.Second) }, false},
			{"half a day of calls", func(b *apitest.Browser) {
				for range 36 {
					w.Sleep(20 * time.Minute)
					b.Call(t, "cam:GetUserAppId", nil)
				}
			}, true},
			{"not a little less", func(b *apitest.Browser) {
				for range 35 {
					w.Sleep(20 * time.Minute)
					b.Must(t, "cam:GetUserAppId", nil)
				}
			}, false},
			{"a pause, while a page that nobody touches goes on calling", func(b *apitest.Browser) {
				b.Header["X-Hufu-Unattended"] = []string{"1"}
				for range 2 {
					w.Sleep(16 * time.Minute)
					b.Call(t, "cam:GetUserAppId", nil)
				}
			}, true},
			{"a new password by an administrator", func(*apitest.Browser) {
				h.Root.Must(t, "cam:UpdateUser", apitest.P{"Name": "ann", "Password": password2})
				w.Sleep(time.Second)
				h.Root.Must(t, "cam:UpdateUser", apitest.P{"Name": "ann", "Password": password})
			}, true},
			{"no more console login", func(*apitest.Browser) {
				h.Root.Must(t, "cam:UpdateUser", apitest.P{"Name": "ann", "ConsoleLogin": 0})
				h.Root.Must(t, "cam:UpdateUser", apitest.P{"Name": "ann", "ConsoleLogin": 1})
			}, true},
			{"not another remark", func(*apitest.Browser) { h.Root.Must(t, "cam:UpdateUser", apitest.P{"Name": "ann", "Remark": "x"}) }, false},
			{"an administrator who ends them", func(*apitest.Browser) {
				if got := h.Root.Must(t, "hufu:EndConsoleSessions", apitest.P{"Uin": h.user}); got.Int("Ended") < 1 {
					t.Error(got.Raw)
				}
			}, true},
			{"signing in again in the same browser", func(b *apitest.Browser) {
				again := w.Browser()
				again.Cookies = map[string]string{"hufu_session": b.Cookies["hufu_session"]}
				h.signIn(t, again)
			}, true},
			{"not signing in elsewhere", func(*apitest.Browser) { h.signIn(t, w.Browser()) }, false},
			{"a shorter life by the settings", func(*apitest.Browser) {
				w.Sleep(16 * time.Minute)
				h.Root.Must(t, "hufu:UpdateConsoleSettings", apitest.P{"MaximumMinutes": 15})
				h.Root.Must(t, "hufu:UpdateConsoleSettings", apitest.P{"IdleMinutes": 30})
			}, true},
			{"a shorter pause by the settings", func(*apitest.Browser) {
				h.Root.Must(t, "hufu:UpdateConsoleSettings", apitest.P{"IdleMinutes": 5, "MaximumMinutes": 720})
				w.Sleep(5 * time.Minute)
				h.Root.Must(t, "hufu:UpdateConsoleSettings", apitest.P{"IdleMinutes": 5})
			}, true},
		} {
			t.Run(tt.name, func(t *testing.T) {
				b := w.Browser()
				h.signIn(t, b)
				stolen := w.Browser()
				stolen.Cookies["hufu_session"] = b.Cookies["hufu_session"]
				tt.end(b)
				if p := stolen.Call(t, "cam:GetUserAppId", nil); (p.Status == http.StatusUnauthorized) != tt.ends {
					t.Errorf("status %d, %s", p.Status, p.Raw)
				}
			})
		}
	})
}

func TestADeletedUserHasNoSessions(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.signIn(t, h.browser)
		h.Root.Must(t, "cam:DeleteUser", apitest.P{"Name": "ann"})
		if p := h.browser.Call(t, "cam:GetUserAppId", nil); p.Status != http.StatusUnauthorized {
			t.Errorf("status %d, %s", p.Status, p.Raw)
		}
	})
}

func TestEverySignInHasASessionOfItsOwn(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		fixed := "CSID00000000000000000000000000000000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		h.browser.Cookies["hufu_session"], h.browser.Cookies["hufu_device"], h.browser.Cookies["hufu_signin"] = fixed, "planted", "planted"
		h.signIn(t, h.browser)
		first := h.browser.Cookies["hufu_session"]
		if first == fixed || h.browser.Cookies["hufu_device"] == "planted" || h.browser.Cookies["hufu_signin"] != "" {
			t.Errorf("cookies after sign-in: %v", h.browser.Cookies)
		}
		h.signIn(t, h.browser)
		if h.browser.Cookies["hufu_session"] == first {
			t.Error("the second sign-in has the session of the first")
		}
	})
}

func TestSessionsAreListedAndEndedOneByOne(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.addUser(t, "bob")
		here, there, bobs := h.browser, h.from("203.0.113.5"), w.Browser()
		h.signIn(t, here)
		w.Sleep(time.Minute)
		h.signIn(t, there)
		bobs.SignIn(t, "user", h.uin, "bob", password)
		list := here.Must(t, "hufu:ListConsoleSessions", nil)
		if list.Len("Sessions") != 2 || list.Str("Sessions.0.Ip") != "203.0.113.5" || list.At("Sessions.0.IsCurrent") != false || list.At("Sessions.1.IsCurrent") != true {
			t.Fatal(list.Raw)
		}
		of := bobs.Must(t, "hufu:ListConsoleSessions", nil).Str("Sessions.0.SessionId")
		if got := here.Must(t, "hufu:EndConsoleSessions", apitest.P{"SessionIds": []string{of}}); got.Int("Ended") != 0 || !signedIn(t, bobs) {
			t.Errorf("bob's session: %s", got.Raw)
		}
		if got := here.Must(t, "hufu:EndConsoleSessions", nil); got.Int("Ended") != 1 || signedIn(t, there) || !signedIn(t, here) {
			t.Errorf("all others: %s", got.Raw)
		}
		w.Sleep(time.Second)
		h.signIn(t, there)
		here.Must(t, "hufu:ChangeOwnPassword", apitest.P{"OldPassword": password, "NewPassword": password2})
		if signedIn(t, there) || !signedIn(t, here) {
			t.Error("a new password ends the other sessions, and not this one")
		}
		for _, tt := range []struct{ old, fresh, code string }{
			{password, "Another-horse-3", "OperationDenied.WrongPassword"},
			{password2, password2, "InvalidParameter.PasswordViolatedRules"},
			{password2, "short", "InvalidParameter.PasswordViolatedRules"},
		} {
			here.Fails(t, tt.code, "hufu:ChangeOwnPassword", apitest.P{"OldPassword": tt.old, "NewPassword": tt.fresh})
		}
	})
}

func TestAUserHasABoundedNumberOfSessions(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.signIn(t, h.browser)
		err := w.DB.Write(context.Background(), func(tx *store.Tx) error {
			for i := range 50 {
				at := w.Now().Add(time.Duration(i+1) * time.Millisecond)
				_, _, err := w.Keys.OpenConsole(context.Background(), tx, credential.ConsoleSession{Account: store.Account(h.UIN), UIN: h.user,
					Method: signin.ByPassword, Idle: time.Hour, Created: at, Expires: at.Add(time.Hour)})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if signedIn(t, h.browser) {
			t.Error("the oldest session goes on")
		}
	})
}

// The console's session stands where a key does: whoever switches to a role in it, or makes a token, has that as long as the
// session.
func TestWhatIsIssuedFromASessionEndsWithIt(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.Root.Must(t, "cam:CreateRole", apitest.P{"RoleName": "ops", "PolicyDocument": `{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":["qcs::cam::uin/` + h.uin + `:root"]}}]}`})
		for name, end := range map[string]func(b *apitest.Browser){
			"by signing out": func(b *apitest.Browser) { b.Send(t, http.MethodDelete, "/console/session", nil) },
			"by its longest life": func(*apitest.Browser) {
				w.Sleep(12 * time.Hour)
			},
			"by being left alone": func(*apitest.Browser) {
				w.Sleep(40 * time.Minute)
				if err := w.Keys.SweepConsoles(context.Background(), w.Now()); err != nil {
					t.Fatal(err)
				}
			},
		} {
			t.Run(name, func(t *testing.T) {
				b := w.Browser()
				h.signIn(t, b)
				role := b.Must(t, "sts:AssumeRole", apitest.P{"RoleArn": "qcs::cam::uin/" + h.uin + ":roleName/ops", "RoleSessionName": "ann", "DurationSeconds": 43200})
				token := b.Must(t, "sts:GetFederationToken", apitest.P{"Name": "f", "Policy": `{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}`})
				for _, made := range []*apitest.Page{role, token} {
					c := w.Client(made.Str("Credentials.TmpSecretId"), made.Str("Credentials.TmpSecretKey"), made.Str("Credentials.Token"))
					c.Must(t, "sts:GetCallerIdentity", nil)
				}
				end(b)
				for _, made := range []*apitest.Page{role, token} {
					c := w.Client(made.Str("Credentials.TmpSecretId"), made.Str("Credentials.TmpSecretKey"), made.Str("Credentials.Token"))
					c.Fails(t, "AuthFailure.TokenFailure", "sts:GetCallerIdentity", nil)
				}
			})
		}
	})
}

func TestAnIdOfASessionIsNoSecretId(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.signIn(t, h.browser)
		id := h.browser.Must(t, "hufu:ListConsoleSessions", nil).Str("Sessions.0.SessionId")
		for _, key := range []string{h.browser.Cookies["hufu_device"], h.browser.Cookies["hufu_session"], h.browser.Cookies["hufu_session"][37:]} {
			w.Client(id, key, "").Fails(t, "AuthFailure.SecretIdNotFound", "sts:GetCallerIdentity", nil)
			w.Client(id, key, key).Fails(t, "AuthFailure.SecretIdNotFound", "sts:GetCallerIdentity", nil)
		}
		if _, err := credential.NewFinder(w.Keys, 10).Find(context.Background(), id); err != credential.ErrNotFound {
			t.Errorf("found as a key: %v", err)
		}
	})
}

// Another node has not heard the calls of this one, but reads what was written down.
func TestASessionIsInUseOnEveryNode(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.signIn(t, h.browser)
		other := credential.NewFinder(credential.NewKeys(w.DB, nil), 10)
		token := h.browser.Cookies["hufu_session"]
		if _, err := other.FindConsole(context.Background(), token, w.Now()); err != nil {
			t.Fatal(err)
		}
		w.Sleep(29 * time.Minute)
		h.browser.Must(t, "cam:GetUserAppId", nil)
		if err := w.Keys.FlushConsoles(context.Background()); err != nil {
			t.Fatal(err)
		}
		w.Sleep(29 * time.Minute)
		if _, err := other.FindConsole(context.Background(), token, w.Now()); err != nil {
			t.Errorf("after calls to the other node: %v", err)
		}
		w.Sleep(time.Minute)
		if _, err := other.FindConsole(context.Background(), token, w.Now()); err != credential.ErrNotFound {
			t.Errorf("after half an hour: %v", err)
		}
	})
}

// The old password is right: what the rules say of the new one is no reason to lock anybody out.
func TestANewPasswordThatTheRulesRefuseIsNoWrongAttempt(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.limit(t, 2)
		h.signIn(t, h.browser)
		for range 3 {
			w.Sleep(time.Second)
			h.browser.Fails(t, "InvalidParameter.PasswordViolatedRules", "hufu:ChangeOwnPassword", apitest.P{"OldPassword": password, "NewPassword": "short"})
		}
		h.browser.Must(t, "hufu:ChangeOwnPassword", apitest.P{"OldPassword": password, "NewPassword": password2})
	})
}
