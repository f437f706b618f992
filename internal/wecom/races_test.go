package wecom_test

import (
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wecom/wecomtest"
)

const listUser = "/cgi-bin/user/list"

// changeSecret gives the application another secret in WeCom, and answers the parameters that link it.
func (x *company) changeSecret(t testing.TB) P {
	t.Helper()
	app, err := x.server.App(corpID, agentID)
	x.must(t, err)
	app.Secret += "-2"
	x.must(t, x.server.SetApp(corpID, app))
	x.server.VoidTokens(corpID, agentID)
	return P{"CorpId": corpID, "AgentId": agentID, "Secret": app.Secret}
}

// What a reading is told with old credentials says nothing about the new ones, which somebody gives meanwhile.
func TestAReadingWithOldCredentialsDoesNotEndTheNewLink(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		bob := x.employ(t, "bob")
		renewed := x.changeSecret(t)
		x.server.FailNext(wecomtest.Fault{Path: getToken, Do: func() { x.Root.Must(t, "hufu:LinkWeComCorp", renewed) }})
		w.Sleep(31 * time.Minute)
		x.settle(t)
		if a := x.corp(t); a.Str("Corps.0.State") != "linked" || a.Str("Corps.0.Cause") != "" || a.Int("Corps.0.Members") != 4 {
			t.Errorf("the link: %s", a.Raw)
		}
		if got := x.standing(t, bob); got != "Active, key works, 1 sessions" {
			t.Errorf("a member: %s", got)
		}
	})
}

func TestATokenIsNotKeptOfALinkThatEnded(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		x.server.VoidTokens(corpID, agentID)
		x.server.FailNext(wecomtest.Fault{Path: getToken, Do: func() { x.Root.Must(t, "hufu:UnlinkWeComCorp", P{"CorpId": corpID}) }})
		w.Sleep(31 * time.Minute)
		x.settle(t)
		if n := count(t, w, `SELECT COUNT(*) FROM wecom_tokens`); n != 0 || x.corp(t).Str("Corps.0.Cause") != "administrator" {
			t.Errorf("%d tokens: %s", n, x.corp(t).Raw)
		}
	})
}

// A node that erases old pictures, or those of a link that ended, comes upon one that another node has begun since.
func TestWhoErasesLeavesWhatIsBeingRead(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		var id, shown int64
		x.must(t, w.DB.Read().QueryRowContext(t.Context(), `SELECT id, generation FROM wecom_corps WHERE account = $1`, x.UIN).Scan(&id, &shown))
		x.server.FailNext(wecomtest.Fault{Path: listUser, After: 1, Do: func() { x.must(t, w.WeCom.EraseBelow(t.Context(), store.Account(x.UIN), id, shown)) }})
		w.Sleep(31 * time.Minute)
		x.settle(t)
		if got := x.members(t, P{"DepartmentId": 2, "Recursive": true}); got != "3 ann bOb cid" {
			t.Errorf("the picture: %s", got)
		}
	})
}
