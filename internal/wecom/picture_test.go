package wecom_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/wecom/wecomtest"
)

func TestTheDirectoryIsListed(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		departments := func(parent int64) string {
			a := x.Root.Must(t, "hufu:ListWeComDepartments", P{"CorpId": corpID, "ParentId": parent})
			var all []string
			for i := range a.Len("Departments") {
				at := fmt.Sprintf("Departments.%d.", i)
				all = append(all, fmt.Sprintf("%d %s %v %d", a.Int(at+"DepartmentId"), a.Str(at+"Name"), a.At(at+"HasChildren"), a.Int(at+"Members")))
			}
			return strings.Join(all, ", ")
		}
		for parent, want := range map[int64]string{0: "2 Engineering true 2", 2: "3 Platform false 2", 3: "", 99: ""} {
			if got := departments(parent); got != want {
				t.Errorf("below %d: got %q, want %q", parent, got, want)
			}
		}
		for _, tc := range []struct {
			name string
			in   P
			want string
		}{
			{"all", P{}, "4 ann bOb cid dora"},
			{"those of a department", P{"DepartmentId": 2}, "2 ann bOb"},
			{"and those below it", P{"DepartmentId": 2, "Recursive": true}, "3 ann bOb cid"},
			{"those of no department", P{"DepartmentId": 4}, "0 "},
			{"a part of the name, without case", P{"Keyword": "wANG"}, "1 bOb"},
			{"a part of the userid", P{"Keyword": "id"}, "1 cid"},
			{"a name in Chinese", P{"Keyword": "希"}, "1 cid"},
			{"what looks like a pattern is none", P{"Keyword": "%"}, "1 dora"},
			{"nor this", P{"Keyword": "_x"}, "1 dora"},
			{"some by their userids, without case", P{"UserIds": []string{"ANN", "dora", "nobody"}}, "2 ann dora"},
			{"none by their userids", P{"UserIds": []string{}}, "0 "},
			{"a page", P{"Offset": 1, "Limit": 2}, "4 bOb cid"},
			{"the page behind the last", P{"Offset": 4}, "4 "},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if got := x.members(t, tc.in); got != tc.want {
					t.Errorf("got %q, want %q", got, tc.want)
				}
			})
		}
		a := x.Root.Must(t, "hufu:ListWeComMembers", P{"CorpId": corpID, "UserIds": []string{"ann", "bob", "cid"}})
		for path, want := range map[string]string{"Members.0.Name": "Ann Li", "Members.0.Position": "Director", "Members.0.PhoneNum": "13800000001", "Members.0.Email": "ann@acme.test",
			"Members.0.Status": "Active", "Members.1.Departments.0.Name": "Engineering", "Members.1.Departments.1.Name": "Platform", "Members.2.Status": "NotActivated"} {
			if got := a.Str(path); got != want {
				t.Errorf("%s: got %q, want %q", path, got, want)
			}
		}
	})
}

// An application that was made after WeCom began to keep things back still has all that an import needs.
func TestWhatWeComDoesNotTellIsEmpty(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w)
		app, err := x.server.App(corpID, agentID)
		x.must(t, err)
		app.Created = w.Now()
		x.must(t, x.server.SetApp(corpID, app))
		x.link(t)
		a := x.Root.Must(t, "hufu:ListWeComMembers", P{"CorpId": corpID, "UserIds": []string{"ann"}})
		if got := a.Str("Members.0.PhoneNum") + a.Str("Members.0.Email"); got != "" || a.Str("Members.0.UserId") != "ann" {
			t.Errorf("got %s", a.Raw)
		}
	})
}

func TestAReadingThatFailsLeavesThePictureBefore(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		for _, tc := range []struct {
			name  string
			fault wecomtest.Fault
			want  string // after the reading
		}{
			{"the token ends in the middle", wecomtest.Fault{Path: "/cgi-bin/user/list", After: 1, Do: func() { w.WeComServer.VoidTokens(corpID, agentID) }}, "5 ann bOb cid eve dora"},
			{"a token that is refused twice", wecomtest.Fault{Path: "/cgi-bin/user/list", After: 1, Times: 2, ErrCode: 42001}, "4 ann bOb cid dora"},
			{"too many calls", wecomtest.Fault{Path: "/cgi-bin/user/list", After: 1, ErrCode: 45009}, "4 ann bOb cid dora"},
			{"busy", wecomtest.Fault{Path: "/cgi-bin/user/list", Times: 3, ErrCode: -1}, "5 ann bOb cid eve dora"},
			{"busy for too long", wecomtest.Fault{Path: "/cgi-bin/user/list", Times: 4, ErrCode: -1}, "4 ann bOb cid dora"},
			{"the connection breaks in the middle of an answer", wecomtest.Fault{Path: "/cgi-bin/user/list", Cut: true}, "5 ann bOb cid eve dora"},
			{"an answer that ends too early", wecomtest.Fault{Path: "/cgi-bin/user/list", Times: 4, Body: `{"errcode":0,"userlist":[{"userid":"mallory"`}, "4 ann bOb cid dora"},
			{"a member twice in one object", wecomtest.Fault{Path: "/cgi-bin/user/list", Times: 4, Body: `{"errcode":0,"errcode":0,"userlist":[{"userid":"mallory"}]}`}, "4 ann bOb cid dora"},
			{"a department is removed while it is read", wecomtest.Fault{Path: "/cgi-bin/user/list", After: 1, Do: func() { _ = w.WeComServer.RemoveDepartment(corpID, 3) }}, "3 ann bOb dora"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				x := newCompany(t, w).link(t)
				x.must(t, x.server.Join(corpID, wecomtest.Member{UserID: "eve", Name: "Eve", Departments: []int{3}}))
				w.WeComServer.ClearFaults()
				w.WeComServer.FailNext(tc.fault)
				x.Root.Must(t, "hufu:SyncWeComCorp", P{"CorpId": corpID})
				x.settle(t)
				if got := x.members(t, P{}); got != tc.want {
					t.Errorf("got %q, want %q", got, tc.want)
				}
				if got := x.corp(t).At("Corps.0.Syncing"); got != false {
					t.Error("it is still being read")
				}
				x.Sleep(3600e9)
				x.settle(t)
				if n := count(t, w, `SELECT COUNT(DISTINCT generation) FROM wecom_members WHERE account = $1`, x.UIN); n != 1 {
					t.Errorf("%d pictures are left", n)
				}
			})
		}
	})
}
