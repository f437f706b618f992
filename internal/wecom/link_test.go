package wecom_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/wecom/wecomtest"
)

func TestLinkWeComCorp(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w)
		right := func(change P) P {
			in := P{"CorpId": corpID, "AgentId": agentID, "Secret": secret}
			for k, v := range change {
				in[k] = v
			}
			return in
		}
		for _, tc := range []struct {
			name  string
			in    P
			fault *wecomtest.Fault
			code  string
		}{
			{"a wrong secret", right(P{"Secret": "wrong"}), nil, "InvalidParameterValue.WeComCredentials"},
			{"another enterprise", right(P{"CorpId": "ww9"}), nil, "InvalidParameterValue.WeComCredentials"},
			{"another application", right(P{"AgentId": 7}), nil, "InvalidParameterValue.WeComCredentials"},
			{"a token of a callback without a key", right(P{"CallbackToken": token}), nil, "InvalidParameterValue"},
			{"a key of a callback without a token", right(P{"CallbackKey": key}), nil, "InvalidParameterValue"},
			{"an address that WeCom does not take calls from", right(nil), &wecomtest.Fault{Path: "/cgi-bin/agent/get", ErrCode: 60020}, "FailedOperation.WeComError"},
			{"too many calls", right(nil), &wecomtest.Fault{Path: "/cgi-bin/gettoken", ErrCode: 45009}, "FailedOperation.WeComError"},
			{"and none while WeCom has it stopped", right(nil), nil, "FailedOperation.WeComError"},
			{"garbage for an answer", right(nil), &wecomtest.Fault{Path: "/cgi-bin/agent/get", Times: 4, Body: "<html>"}, "FailedOperation.WeComUnreachable"},
			{"busy for a moment", right(nil), &wecomtest.Fault{Path: "/cgi-bin/gettoken", Times: 3, ErrCode: -1}, ""},
		} {
			t.Run(tc.name, func(t *testing.T) {
				w.WeComServer.ClearFaults()
				if tc.fault != nil {
					w.WeComServer.FailNext(*tc.fault)
				}
				a := x.Root.Fails(t, tc.code, "hufu:LinkWeComCorp", tc.in)
				if strings.Contains(a.Raw, secret) || strings.Contains(a.Raw, "access_token") {
					t.Errorf("a secret in the answer: %s", a.Raw)
				}
				if tc.fault != nil && tc.fault.ErrCode == 45009 && !strings.Contains(a.Message, "60 seconds") {
					t.Errorf("it does not say how long: %s", a.Message)
				}
				if strings.HasPrefix(tc.name, "and none") {
					w.Sleep(2 * time.Minute)
				}
				if n := count(t, w, `SELECT COUNT(*) FROM wecom_corps`); (n == 1) != (tc.code == "") {
					t.Errorf("there are %d enterprises", n)
				}
			})
		}
		user := x.Root.User(t, "user")
		user.Fails(t, "AuthFailure.UnauthorizedOperation", "hufu:LinkWeComCorp", right(nil))
		user.Fails(t, "AuthFailure.UnauthorizedOperation", "hufu:ListWeComCorps", nil)
	})
}

func TestTheLife(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w)
		other := w.Account(t)
		show := func() string {
			a := x.corp(t)
			c := func(name string) string { return fmt.Sprint(a.At("Corps.0." + name)) }
			return fmt.Sprintf("%s %s %s/%s members %s callback %s syncing %s", c("State"), c("Cause"), c("Name"), c("AppName"), c("Members"), c("HasCallback"), c("Syncing"))
		}
		for _, tc := range []struct {
			name string
			do   func(t *testing.T)
			want string
		}{
			{"an enterprise that was just linked is to be read", func(t *testing.T) {
				x.Root.Must(t, "hufu:LinkWeComCorp", P{"CorpId": corpID, "AgentId": agentID, "Secret": secret, "CallbackToken": token, "CallbackKey": key})
			}, "scope_changed  hufu/hufu members 0 callback true syncing false"},
			{"it is read", x.settleIn, "linked  hufu/hufu members 4 callback true syncing false"},
			{"another account has none of it", func(t *testing.T) {
				other.Root.Fails(t, "ResourceNotFound.CorpNotExist", "hufu:SyncWeComCorp", P{"CorpId": corpID})
				other.Root.Fails(t, "ResourceNotFound.CorpNotExist", "hufu:UnlinkWeComCorp", P{"CorpId": corpID})
				other.Root.Fails(t, "ResourceNotFound.CorpNotExist", "hufu:ListWeComMembers", P{"CorpId": corpID})
				if n := other.Root.Must(t, "hufu:ListWeComCorps", nil).Len("Corps"); n != 0 {
					t.Errorf("it sees %d", n)
				}
			}, "linked  hufu/hufu members 4 callback true syncing false"},
			{"nothing is read before its time", func(t *testing.T) {
				x.must(t, x.server.SetScope(corpID, agentID, wecomtest.Scope{Departments: []int{1}}))
				w.Sleep(29 * time.Minute)
				x.settle(t)
			}, "linked  hufu/hufu members 4 callback true syncing false"},
			{"half an hour later the scope is read anew", func(t *testing.T) { w.Sleep(2 * time.Minute); x.settle(t) }, "linked  Acme/hufu members 4 callback true syncing false"},
			{"an administrator has it read", func(t *testing.T) {
				x.must(t, x.server.SetScope(corpID, agentID, wecomtest.Scope{Departments: []int{4}}))
				x.Root.Must(t, "hufu:SyncWeComCorp", P{"CorpId": corpID})
			}, "scope_changed  Acme/hufu members 4 callback true syncing false"},
			{"and it is", x.settleIn, "linked  hufu/hufu members 1 callback true syncing false"},
			{"credentials are refreshed, the callback stays", func(t *testing.T) {
				x.Root.Must(t, "hufu:LinkWeComCorp", P{"CorpId": corpID, "AgentId": agentID, "Secret": secret})
				x.settle(t)
			}, "linked  hufu/hufu members 1 callback true syncing false"},
			{"WeCom does not answer", func(t *testing.T) {
				x.server.FailNext(wecomtest.Fault{Path: "/cgi-bin/agent/get", Times: 4, Status: 502})
				w.Sleep(time.Hour)
				x.settle(t)
			}, "linked unreachable hufu/hufu members 1 callback true syncing false"},
			{"it answers again", func(t *testing.T) { w.Sleep(3 * time.Minute); x.settle(t) }, "linked  hufu/hufu members 1 callback true syncing false"},
			{"the application is disabled", func(t *testing.T) {
				x.must(t, x.server.SetClosed(corpID, agentID, true))
				w.Sleep(time.Hour)
				x.settle(t)
			}, "unlinked app_disabled hufu/hufu members 0 callback false syncing false"},
			{"what was read is erased", func(t *testing.T) {
				for _, table := range []string{"wecom_departments", "wecom_members", "wecom_placements", "wecom_tokens"} {
					if n := count(t, w, `SELECT COUNT(*) FROM `+table); n != 0 {
						t.Errorf("%d rows in %s", n, table)
					}
				}
				x.Root.Fails(t, "FailedOperation.CorpUnlinked", "hufu:ListWeComMembers", P{"CorpId": corpID})
				x.Root.Fails(t, "FailedOperation.CorpUnlinked", "hufu:ListWeComDepartments", P{"CorpId": corpID})
				x.Root.Fails(t, "FailedOperation.CorpUnlinked", "hufu:SyncWeComCorp", P{"CorpId": corpID})
			}, "unlinked app_disabled hufu/hufu members 0 callback false syncing false"},
			{"it is linked again", func(t *testing.T) {
				x.must(t, x.server.SetClosed(corpID, agentID, false))
				x.Root.Must(t, "hufu:LinkWeComCorp", P{"CorpId": corpID, "AgentId": agentID, "Secret": secret})
				x.settle(t)
			}, "linked  hufu/hufu members 1 callback false syncing false"},
			{"the secret is another one", func(t *testing.T) {
				app, err := x.server.App(corpID, agentID)
				x.must(t, err)
				app.Secret = "another"
				x.must(t, x.server.SetApp(corpID, app))
				w.Sleep(time.Hour)
				x.settle(t)
			}, "unlinked secret_rejected hufu/hufu members 0 callback false syncing false"},
			{"an administrator unlinks it", func(t *testing.T) { x.Root.Must(t, "hufu:UnlinkWeComCorp", P{"CorpId": corpID}) }, "unlinked administrator hufu/hufu members 0 callback false syncing false"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				tc.do(t)
				if got := show(); got != tc.want {
					t.Errorf("got  %s\nwant %s", got, tc.want)
				}
			})
		}
	})
}

func (x *company) settleIn(t *testing.T) { x.settle(t) }
