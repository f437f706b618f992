package wecom_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/catalogue"
	"github.com/hufu-iam/hufu/internal/wecom"
	"github.com/hufu-iam/hufu/internal/wecom/qyapi"
	"github.com/hufu-iam/hufu/internal/wecom/wecomtest"
	"github.com/hufu-iam/hufu/internal/wire/services"
)

// A large enterprise is read within a minute, in memory that does not grow with it, and tells how far it is.
func TestTenThousandMembers(t *testing.T) {
	const members, departments = 10_000, 40
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w)
		var all []wecomtest.Member
		for i := range members {
			all = append(all, wecomtest.Member{UserID: fmt.Sprintf("user%05d", i), Name: fmt.Sprintf("Member %d of the company", i), Departments: []int{100 + i%departments}, Position: "Engineer"})
		}
		for i := range departments {
			x.must(t, x.server.SetDepartment(corpID, wecomtest.Department{ID: 100 + i, ParentID: 2, Order: i, Name: fmt.Sprintf("Team %d", i)}))
		}
		x.must(t, x.server.Join(corpID, all...))
		all = nil
		// Over a real connection: what the answers of the stand-in take is none of the client's.
		server := httptest.NewServer(x.server)
		defer server.Close()
		client, err := qyapi.New(qyapi.Config{Base: server.URL, Now: w.Now})
		x.must(t, err)
		p := wecom.New(wecom.Config{DB: w.DB, Keys: w.Keys, Users: cam.New(w.DB, w.Keys, w.Quotas, catalogue.New(services.Services)), Client: client, Log: quiet, Now: w.Now})
		x.Root.Must(t, "hufu:LinkWeComCorp", P{"CorpId": corpID, "AgentId": agentID, "Secret": secret})
		var seen []int64
		var most uint64
		before := live()
		for i := range 5 {
			x.server.FailNext(wecomtest.Fault{Path: "/cgi-bin/user/list", After: 7, Do: func() {
				seen = append(seen, count(t, w, `SELECT sync_seen FROM wecom_corps WHERE account = $1`, x.UIN))
				if i == 4 {
					most = live()
				}
			}})
		}
		began := time.Now()
		x.must(t, p.Settle(context.Background()))
		took := time.Since(began)
		if got := x.members(t, P{"Keyword": "user0999", "Limit": 1}); got != "10 user09990" {
			t.Errorf("got %s", got)
		}
		if n := x.corp(t).Int("Corps.0.Members"); n != members+4 {
			t.Errorf("%d members", n)
		}
		for i, n := range seen {
			if i > 0 && n <= seen[i-1] {
				t.Errorf("progress stands still: %v", seen)
			}
		}
		grown := int64(most) - int64(before)
		t.Logf("took %s, progress %v, %d KiB more in use", took, seen, grown>>10)
		if took > time.Minute || len(seen) != 5 || grown > 16<<20 {
			t.Error("too long, too large, or without progress")
		}
	})
}

// live is the memory in use.
func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
