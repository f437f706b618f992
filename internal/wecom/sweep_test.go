package wecom_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wecom/callback"
	"github.com/hufu-iam/hufu/internal/wecom/wecomtest"
)

const getUser = "/cgi-bin/user/get"

// One sub-user whom WeCom does not tell about, or none at all, keeps nobody else from being looked at.
func TestTheSweepReachesEverybody(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		ann, bob, cid := x.employ(t, "ann"), x.employ(t, "bob"), x.employ(t, "cid")
		x.must(t, x.server.Leave(corpID, "ann"))
		x.must(t, x.server.Leave(corpID, "bob"))
		sweep := func(f wecomtest.Fault) {
			f.Path, f.After = getUser, 1 // that of dora, who is in the scope by herself
			x.server.FailNext(f)
			w.Sleep(31 * time.Minute)
			x.settle(t)
		}
		sweep(wecomtest.Fault{ErrCode: 40058})
		if got := x.standing(t, ann); !strings.HasPrefix(got, "Active,") {
			t.Errorf("whom WeCom does not tell about: %s", got)
		}
		if got := x.standing(t, bob); !strings.HasPrefix(got, "Departed,") {
			t.Errorf("who comes after: %s", got)
		}
		x.must(t, x.server.SetStatus(corpID, "cid", wecomtest.Disabled))
		sweep(wecomtest.Fault{Times: 4, Status: 500})
		if got := x.standing(t, cid); !strings.HasPrefix(got, "WeComDisabled,") {
			t.Errorf("whom the reading shows disabled while WeCom does not answer about another: %s", got)
		}
		w.Sleep(3 * time.Minute)
		x.settle(t)
		if got := x.standing(t, ann); !strings.HasPrefix(got, "Departed,") {
			t.Errorf("asked about once more: %s", got)
		}
	})
}

// WeCom is asked about somebody under the old userid while it becomes known that he has another one.
func TestWhoIsRenamedMeanwhileHasNotLeft(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		bob := x.employ(t, "bob")
		path := x.callbackOf(t)
		x.must(t, x.server.Rename(corpID, "bob", "robert"))
		x.server.FailNext(wecomtest.Fault{Path: getUser, After: 1, Do: func() {
			q, body := x.event(t, "update_user", "bob", callback.Member{Name: "NewUserID", Value: "robert"})
			x.post(t, path, q, body)
			x.settle(t)
		}})
		w.Sleep(31 * time.Minute)
		x.settle(t)
		if got := x.standing(t, bob); !strings.HasPrefix(got, "Active, key works") {
			t.Errorf("got %s", got)
		}
	})
}

// The new userid is that of another sub-user, who has left: the two stay apart, and neither stands for the other.
func TestARenameOntoAnotherSubUser(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		ann, bob := x.employ(t, "ann"), x.employ(t, "bob")
		x.must(t, x.server.Leave(corpID, "ann"))
		x.must(t, x.server.Rename(corpID, "bob", "ann"))
		q, body := x.event(t, "update_user", "bob", callback.Member{Name: "NewUserID", Value: "ann"})
		x.post(t, x.callbackOf(t), q, body)
		x.settle(t)
		if got := x.standing(t, bob); !strings.HasPrefix(got, "Departed,") || !strings.HasSuffix(got, " 0 sessions") {
			t.Errorf("nobody has this userid any more: %s", got)
		}
		if n := count(t, w, `SELECT COUNT(*) FROM wecom_users WHERE account = $1 AND uin = $2 AND userid_key = 'ann'`, x.UIN, ann.UIN); n != 1 {
			t.Errorf("%d mappings", n)
		}
	})
}

// WeCom tells that somebody left and then does not answer for longer than the event is tried: the next reading is soon all the same.
func TestALeaverIsFoundSoonAfterAnOutage(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		bob := x.employ(t, "bob")
		x.must(t, x.server.Leave(corpID, "bob"))
		q, body := x.event(t, "delete_user", "bob")
		x.server.FailNext(wecomtest.Fault{Path: getUser, Times: 1000, Status: 502})
		x.post(t, x.callbackOf(t), q, body)
		for range 8 {
			x.settle(t)
			w.Sleep(20 * time.Second)
		}
		x.server.ClearFaults()
		w.Sleep(3 * time.Minute)
		x.settle(t)
		if got := x.standing(t, bob); got != "Departed, AuthFailure.SecretIdNotFound, 0 sessions" {
			t.Errorf("got %s", got)
		}
	})
}

// Answers without statuses say nothing: they do not lock everybody out.
func TestAMissingStatusIsNoNews(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		ann := x.employ(t, "ann")
		x.server.FailNext(wecomtest.Fault{Path: "/cgi-bin/user/list", Body: `{"errcode":0,"userlist":[{"userid":"ann","name":"Ann Li"},{"userid":"bOb"}]}`})
		x.server.FailNext(wecomtest.Fault{Path: getUser, After: 1, Body: `{"errcode":0,"userid":"ann","name":"Ann Li"}`})
		w.Sleep(31 * time.Minute)
		x.settle(t)
		if got := x.standing(t, ann); got != "Active, key works, 1 sessions" {
			t.Errorf("got %s", got)
		}
		if got := x.members(t, P{}); got != "4 ann bOb cid dora" {
			t.Errorf("the picture: %s", got)
		}
	})
}

// WeCom answers that somebody is well, and before that is written down he leaves, which a callback tells.
func TestALateAnswerDoesNotBringALeaverBack(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		for _, tc := range []struct {
			name  string
			fault wecomtest.Fault
			do    func(x *company)
		}{
			{"in a reading", wecomtest.Fault{Path: "/cgi-bin/user/list", After: 1}, func(x *company) { w.Sleep(31 * time.Minute); x.settle(t) }},
			{"at a sign-in", wecomtest.Fault{Path: getUser, Body: `{"errcode":0,"userid":"bOb","status":1}`}, func(x *company) {
				_, _ = w.WeCom.SignedIn(t.Context(), store.Account(x.UIN), corpID, x.server.Code(corpID, agentID, "bob", false))
			}},
		} {
			t.Run(tc.name, func(t *testing.T) {
				x := newCompany(t, w).link(t)
				bob := x.employ(t, "bob")
				tc.fault.Do = func() {
					w.Sleep(time.Second)
					x.must(t, x.server.Leave(corpID, "bob"))
					q, body := x.event(t, "delete_user", "bob")
					x.post(t, x.callbackOf(t), q, body)
					x.settle(t)
				}
				x.server.FailNext(tc.fault)
				tc.do(x)
				if got := x.standing(t, bob); got != "Departed, AuthFailure.SecretIdNotFound, 0 sessions" {
					t.Errorf("got %s", got)
				}
			})
		}
	})
}
