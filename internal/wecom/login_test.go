package wecom_test

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/signin"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wecom"
	"github.com/hufu-iam/hufu/internal/wecom/wecomtest"
)

func TestWhoSignsInByWeCom(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newCompany(t, w).link(t), w.Account(t)
		bob := x.employ(t, "bob")
		x.employ(t, "dora")
		code := func(userID string) string { return x.server.Code(corpID, agentID, userID, false) }
		used := code("bob")
		const failed, notUser = "AuthFailure.WeComFailed", "AuthFailure.WeComNotUser"
		for _, tc := range []struct {
			name  string
			owner int64
			corp  string
			code  func() string
			want  string // error, "" = bob
		}{
			{"a member who was imported", x.UIN, corpID, func() string { return used }, ""},
			{"in other letters", x.UIN, corpID, func() string { return code("BOB") }, ""},
			{"a code that was used", x.UIN, corpID, func() string { return used }, failed},
			{"a code that is none", x.UIN, corpID, func() string { return "x" }, failed},
			{"a code of another application", x.UIN, corpID, func() string { return x.server.Code(corpID, 7, "bob", false) }, failed},
			{"somebody from outside", x.UIN, corpID, func() string { return code("stranger:eve") }, notUser},
			{"a member who was not imported", x.UIN, corpID, func() string { return code("ann") }, notUser},
			{"another enterprise", x.UIN, "ww9", func() string { return code("bob") }, notUser},
			{"another account", other.UIN, corpID, func() string { return code("bob") }, notUser},
			{"no account", 1, corpID, func() string { return code("bob") }, notUser},
			{"WeCom cannot say whether he is still there", x.UIN, corpID, func() string {
				x.server.FailNext(wecomtest.Fault{Path: "/cgi-bin/user/get", Times: 4, Status: 500})
				return code("bob")
			}, failed},
			{"disabled in WeCom", x.UIN, corpID, func() string { x.must(t, x.server.SetStatus(corpID, "bob", wecomtest.Disabled)); return code("bob") }, notUser},
			{"not activated", x.UIN, corpID, func() string {
				x.must(t, x.server.SetStatus(corpID, "bob", wecomtest.NotActivated))
				return code("bob")
			}, notUser},
			{"active again", x.UIN, corpID, func() string { x.must(t, x.server.SetStatus(corpID, "bob", wecomtest.Active)); return code("bob") }, ""},
			{"out of the scope", x.UIN, corpID, func() string { x.must(t, x.server.Move(corpID, "bob", 4)); return code("bob") }, notUser},
			{"back in it", x.UIN, corpID, func() string { x.must(t, x.server.Move(corpID, "bob", 2)); return code("bob") }, ""},
			{"gone", x.UIN, corpID, func() string { c := code("dora"); x.must(t, x.server.Leave(corpID, "dora")); return c }, notUser},
			{"unlinked", x.UIN, corpID, func() string { x.Root.Must(t, "hufu:UnlinkWeComCorp", P{"CorpId": corpID}); return code("bob") }, notUser},
		} {
			t.Run(tc.name, func(t *testing.T) {
				uin, err := w.WeCom.SignedIn(t.Context(), store.Account(tc.owner), tc.corp, tc.code())
				switch {
				case tc.want == "" && (err != nil || uin != bob.UIN):
					t.Errorf("got %d, %v", uin, err)
				case tc.want != "" && !fault.Is(err, tc.want):
					t.Errorf("got %d, %v, want %s", uin, err, tc.want)
				}
			})
		}
	})
}

func TestWhereASignInBegins(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newCompany(t, w).link(t), w.Account(t)
		in := wecom.SignIn{Owner: store.Account(x.UIN), CorpID: corpID, State: "s&t", Callback: "http://10.0.0.1:9800/login/wecom/callback", UserAgent: "Mozilla/5.0"}
		for _, tc := range []struct {
			name        string
			change      func(*wecom.SignIn)
			path, query string
			code        string
		}{
			{"in a browser", func(*wecom.SignIn) {}, "https://login.work.weixin.qq.com/wwlogin/sso/login", "zh", ""},
			{"in English", func(s *wecom.SignIn) { s.English = true }, "https://login.work.weixin.qq.com/wwlogin/sso/login", "en", ""},
			{"inside WeCom", func(s *wecom.SignIn) { s.UserAgent = "Mozilla/5.0 wxwork/4.1" }, "https://open.weixin.qq.com/connect/oauth2/authorize", "", ""},
			{"an account without an enterprise", func(s *wecom.SignIn) { s.Owner = store.Account(other.UIN) }, "", "", "AuthFailure.WeComNotUser"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				s := in
				tc.change(&s)
				address, err := w.WeCom.Address(t.Context(), s)
				if tc.code != "" {
					if !fault.Is(err, tc.code) {
						t.Errorf("got %s, %v", address, err)
					}
					return
				}
				x.must(t, err)
				u, err := url.Parse(address)
				x.must(t, err)
				q := u.Query()
				if got := u.Scheme + "://" + u.Host + u.Path; got != tc.path || q.Get("state") != "s&t" || q.Get("appid") != corpID || q.Get("agentid") != "1000002" ||
					q.Get("redirect_uri") != apitest.Public+"/login/wecom/callback" || q.Get("lang") != tc.query {
					t.Errorf("got %s", address)
				}
			})
		}
		mine, err1 := w.WeCom.Choices(t.Context(), store.Account(x.UIN))
		none, err2 := w.WeCom.Choices(t.Context(), store.Account(other.UIN))
		if err1 != nil || err2 != nil || len(mine) != 1 || mine[0].CorpID != corpID || len(none) != 0 {
			t.Errorf("choices %v and %v", mine, none)
		}
	})
}

// A member goes to WeCom and comes back through the door of the console.
func TestAMemberSignsInToTheConsole(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		x.employ(t, "ann")
		bob := x.employ(t, "bob")
		begin := func() (*apitest.Browser, string) {
			b := w.Browser()
			page := b.Send(t, "GET", fmt.Sprintf("/login/wecom/%d", x.UIN), nil)
			u, err := url.Parse(page.Header.Get("Location"))
			x.must(t, err)
			if page.Status != 303 || u.Host != "login.work.weixin.qq.com" || u.Query().Get("redirect_uri") != apitest.Public+"/login/wecom/callback" {
				t.Fatalf("it goes to %d %s", page.Status, u)
			}
			return b, u.Query().Get("state")
		}
		back := func(b *apitest.Browser, state, code string) string {
			b.Send(t, "GET", "/login/wecom/callback?"+url.Values{"state": {state}, "code": {code}}.Encode(), nil)
			who := b.Send(t, "GET", "/console/session", nil)
			return fmt.Sprintf("%d %s", who.Status, who.Str("Principal.Uin"))
		}
		code := func(userID string) string { return x.server.Code(corpID, agentID, userID, false) }
		in, out := fmt.Sprintf("200 %d", bob.UIN), "401 "
		first, state := begin()
		used := code("bob")
		other, otherState := begin()
		for _, tc := range []struct {
			name string
			do   func() string
			want string
		}{
			{"a member", func() string { return back(first, state, used) }, in},
			{"the same address in another browser", func() string { return back(w.Browser(), state, code("bob")) }, out},
			{"with the state of somebody else", func() string { b, _ := begin(); return back(b, otherState, code("bob")) }, out},
			{"with the code once more", func() string { return back(other, otherState, used) }, out},
			{"somebody who was not imported", func() string { b, s := begin(); return back(b, s, code("dora")) }, out},
			{"without a code", func() string { b, s := begin(); return back(b, s, "") }, out},
			{"somebody who has left", func() string {
				b, s := begin()
				x.must(t, x.server.Leave(corpID, "bob"))
				return back(b, s, code("bob"))
			}, out},
			{"the session of who has left has ended too", func() string {
				who := first.Send(t, "GET", "/console/session", nil)
				return fmt.Sprintf("%d %s", who.Status, who.Str("Principal.Uin"))
			}, out},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if got := tc.do(); got != tc.want {
					t.Errorf("got %q, want %q", got, tc.want)
				}
			})
		}
		// What became of somebody since WeCom answered for him counts too.
		ann := x.imported(t, x.in(P{"Members": wants("ann")})).Int("Results.0.Uin")
		for state, want := range map[string]bool{"Active": false, "Departed": true, "Hidden": true, "Unlinked": true} {
			x.must(t, w.DB.Write(t.Context(), func(tx *store.Tx) error {
				_, err := tx.ExecContext(t.Context(), `UPDATE wecom_users SET state = $2 WHERE uin = $1`, ann, state)
				return err
			}))
			_, err := w.SignIn.OpenSession(t.Context(), signin.Opening{Account: store.Account(x.UIN), UIN: ann, Method: signin.ByWeCom}, signin.Origin{At: w.Now()})
			if refused := fault.Is(err, "AuthFailure.LoginFailed"); refused != want {
				t.Errorf("%s: %v", state, err)
			}
		}
	})
}
