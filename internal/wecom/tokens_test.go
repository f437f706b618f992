package wecom_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/catalogue"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wecom"
	"github.com/hufu-iam/hufu/internal/wecom/qyapi"
	"github.com/hufu-iam/hufu/internal/wecom/wecomtest"
	"github.com/hufu-iam/hufu/internal/wire/services"
)

const getToken = "/cgi-bin/gettoken"

// Nodes share the access token of an application: it is fetched once for all of them, and again when four fifths of its life
// are over, or when WeCom does not take it any more.
func TestTheAccessTokenIsShared(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		x.imported(t, x.in(P{"Members": wants("bob")}))
		client, err := qyapi.New(qyapi.Config{Base: "http://127.0.0.1:1", Transport: apitest.Direct(x.server), Now: w.Now, Sleep: func(context.Context, time.Duration) error { return nil }})
		x.must(t, err)
		node := wecom.New(wecom.Config{DB: w.DB, Keys: w.Keys, Users: cam.New(w.DB, w.Keys, w.Quotas, catalogue.New(services.Services)), Client: client, Log: quiet, Now: w.Now})
		signIns := func() {
			t.Helper()
			var all sync.WaitGroup
			for i := range 8 {
				all.Go(func() {
					p := []*wecom.Product{w.WeCom, node}[i%2]
					if _, err := p.SignedIn(t.Context(), store.Account(x.UIN), corpID, x.server.Code(corpID, agentID, "bob", false)); err != nil {
						t.Errorf("sign-in: %v", err)
					}
				})
			}
			all.Wait()
		}
		for _, tc := range []struct {
			name  string
			do    func()
			calls int // of gettoken
		}{
			{"the one that the link has brought", func() {}, 0},
			{"most of its life is over", func() { w.Sleep(97 * time.Minute) }, 1},
			{"all of it is", func() { w.Sleep(3 * time.Hour) }, 1},
			{"WeCom does not take it any more", func() { x.server.VoidTokens(corpID, agentID) }, 1},
			{"it is to be fetched early, and cannot be", func() {
				w.Sleep(97 * time.Minute)
				x.server.FailNext(wecomtest.Fault{Path: getToken, Times: 1000, Status: 500})
			}, -1},
			{"and then it can", func() { x.server.ClearFaults() }, 1},
		} {
			t.Run(tc.name, func(t *testing.T) {
				tc.do()
				before := x.server.Calls(getToken)
				signIns()
				if n := x.server.Calls(getToken) - before; tc.calls >= 0 && n != tc.calls {
					t.Errorf("gettoken was called %d times, not %d", n, tc.calls)
				}
			})
		}
	})
}
