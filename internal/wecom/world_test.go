package wecom_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/internal/wecom/wecomtest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var quiet = slog.New(slog.DiscardHandler)

// P are the parameters of a call.
type P = apitest.P

const (
	corpID  = "ww0123456789abcdef"
	agentID = 1000002
	secret  = "the-secret-of-the-application-0123456789abc"
	token   = "CallbackToken1"
	key     = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
)

// company is an account beside an enterprise in WeCom with these departments and members:
//
//	1 Acme
//	├ 2 Engineering   ann, bob
//	│ └ 3 Platform    bob, cid
//	└ 4 Sales         dora
//
// The application sees Engineering with what is below it, and dora by herself.
type company struct {
	*apitest.World
	*apitest.Account
	server *wecomtest.Server
}

func newCompany(t testing.TB, w *apitest.World) *company {
	t.Helper()
	return found(t, w, w.Account(t))
}

func found(t testing.TB, w *apitest.World, a *apitest.Account) *company {
	t.Helper()
	x := &company{World: w, Account: a, server: w.WeComServer}
	x.server.AddCorp(wecomtest.Corp{ID: corpID, Name: "Acme"})
	for _, d := range []wecomtest.Department{{ID: 2, ParentID: 1, Order: 100, Name: "Engineering"}, {ID: 3, ParentID: 2, Order: 100, Name: "Platform"},
		{ID: 4, ParentID: 1, Order: 50, Name: "Sales"}} {
		x.must(t, x.server.SetDepartment(corpID, d))
	}
	x.must(t, x.server.Join(corpID,
		wecomtest.Member{UserID: "ann", Name: "Ann Li", Departments: []int{2}, Position: "Director", Mobile: "13800000001", Email: "ann@acme.test"},
		wecomtest.Member{UserID: "bOb", Name: "Bob Wang", Departments: []int{2, 3}},
		wecomtest.Member{UserID: "cid", Name: "希德", Departments: []int{3}, Status: wecomtest.NotActivated},
		wecomtest.Member{UserID: "dora", Name: "Dora 100%_x", Departments: []int{4}}))
	x.must(t, x.server.SetApp(corpID, wecomtest.App{AgentID: agentID, Name: "hufu", Secret: secret, Created: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		TrustedDomain: "hufu.test", Scope: wecomtest.Scope{Departments: []int{2}, Users: []string{"dora"}}}))
	return x
}

func (x *company) must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// link links the enterprise and reads its directory.
func (x *company) link(t testing.TB) *company {
	t.Helper()
	x.Root.Must(t, "hufu:LinkWeComCorp", P{"CorpId": corpID, "AgentId": agentID, "Secret": secret, "CallbackToken": token, "CallbackKey": key})
	x.settle(t)
	return x
}

// settle has everything done that is due.
func (x *company) settle(t testing.TB) {
	t.Helper()
	x.must(t, x.WeCom.Settle(context.Background()))
}

// corp is the enterprise as ListWeComCorps has it.
func (x *company) corp(t testing.TB) *apitest.Answer {
	t.Helper()
	return x.Root.Must(t, "hufu:ListWeComCorps", nil)
}

// members lists the userids that a list of members answers, and how many it counts.
func (x *company) members(t testing.TB, in P) string {
	t.Helper()
	in["CorpId"] = corpID
	a := x.Root.Must(t, "hufu:ListWeComMembers", in)
	return fmt.Sprintf("%d %s", a.Int("TotalCount"), strings.Join(texts(a.Pluck("Members", "UserId")), " "))
}

func texts(list []any) []string {
	var out []string
	for _, v := range list {
		out = append(out, fmt.Sprint(v))
	}
	return out
}

func count(t testing.TB, w *apitest.World, query string, args ...any) int64 {
	t.Helper()
	n, err := store.Count(context.Background(), w.DB.Read(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
