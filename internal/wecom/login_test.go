package wecom_test

import (
	"net/url"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/fault"
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
