package test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/wecom/wecomtest"
)

const (
	wecomCorp   = "wwaaaaaaaaaaaaaaaa"
	wecomAgent  = 1000002
	wecomSecret = "hufuTESTwecomSecret00000000000000000000000001"
)

// newWeCom is a server that stands in for WeCom, with an enterprise of so many members in two departments.
func newWeCom(t testing.TB, members int) (*wecomtest.Server, *httptest.Server) {
	t.Helper()
	w := wecomtest.New(wecomtest.Config{Seed: 1})
	w.AddCorp(wecomtest.Corp{ID: wecomCorp, Name: "Acme"})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(w.SetDepartment(wecomCorp, wecomtest.Department{ID: 2, ParentID: 1, Name: "Engineering"}))
	must(w.SetDepartment(wecomCorp, wecomtest.Department{ID: 3, ParentID: 1, Name: "Sales"}))
	var all []wecomtest.Member
	for i := range members {
		all = append(all, wecomtest.Member{UserID: fmt.Sprintf("m%04d", i), Name: fmt.Sprintf("Member %d", i), Departments: []int{2 + i%2}})
	}
	must(w.Join(wecomCorp, all...))
	must(w.SetApp(wecomCorp, wecomtest.App{AgentID: wecomAgent, Name: "hufu", Secret: wecomSecret, Created: time.Now(), Scope: wecomtest.Scope{Departments: []int{1}}}))
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	return w, server
}

// startWithWeCom starts a server whose first account is linked to the enterprise, and waits until the directory is read.
func (p *place) startWithWeCom(t testing.TB, wecom *httptest.Server) *server {
	t.Helper()
	p.secret(wecomSecret)
	s := p.start(t, append([]string{"--wecom-api-base", wecom.URL, "--quota", "sub-accounts=0", "--quota", "users-per-group=0"}, unlimited...)...)
	s.must(t, bootstrap, "hufu:LinkWeComCorp", params{"CorpId": wecomCorp, "AgentId": wecomAgent, "Secret": wecomSecret})
	if out, errs, exit := s.wecom(t, "sync"); exit != 0 {
		t.Fatalf("sync: %s%s", out, errs)
	}
	return s
}

// wecom runs "hufu wecom" as the root account.
func (s *server) wecom(t testing.TB, args ...string) (stdout, stderr string, exit int) {
	t.Helper()
	return program(t, []string{"HUFU_SECRET_ID=" + bootstrap.id, "HUFU_SECRET_KEY=" + bootstrap.key, "HUFU_ENDPOINT=http://" + s.api}, append([]string{"wecom"}, args...)...)
}

func TestWeComCommands(t *testing.T) {
	onEachEngine(t, func(t *testing.T, p *place) {
		_, wecom := newWeCom(t, 430)
		s := p.startWithWeCom(t, wecom)
		s.must(t, bootstrap, "cam:CreateGroup", params{"GroupName": "developers"})
		s.must(t, bootstrap, "cam:AddUser", params{"Name": "m0001"})
		for _, tc := range []struct {
			name  string
			args  []string
			exit  int
			shows []string
		}{
			{"the enterprises", []string{"corps"}, 0, []string{"CORP", wecomCorp, "linked", "430"}},
			{"members who are searched for", []string{"members", "--search", "m000"}, 0, []string{"m0000", "m0009", "Engineering"}},
			{"nobody was named", []string{"import"}, 2, []string{"--user, --department or --all"}},
			{"a group that is not there", []string{"import", "--all", "--group", "nobody"}, 2, []string{`there is no group "nobody"`}},
			{"an enterprise that is not there", []string{"import", "--all", "--corp", "ww9"}, 2, []string{"not linked to ww9", wecomCorp}},
			{"what would be done", []string{"import", "--department", "2", "--policy", "ReadOnlyAccess", "--dry-run"}, 0, []string{"215 members to import", "policy ReadOnlyAccess (", "215 would be imported, nothing was done"}},
			{"some", []string{"import", "--user", "m0000,m0001,nobody", "--policy", "2"}, 1, []string{"3 members to import", "1 sub-users were created", "m0001", "InvalidParameter.SubUserNameInUse", "nobody", "out_of_scope"}},
			{"a department in two batches", []string{"import", "--department", "2", "--group", "developers"}, 0, []string{"214 members to import, 1 are sub-users already", "214 of 214", "214 sub-users were created"}},
			{"once more", []string{"import", "--department", "2", "--group", "developers"}, 0, []string{"0 members to import, 215 are sub-users already", "0 sub-users were created"}},
			{"as others are", []string{"import", "--user", "m0003", "--copy-from", "m0000"}, 0, []string{"1 sub-users were created"}},
			{"a server that is not there", []string{"import", "--all", "--endpoint", "http://127.0.0.1:1"}, 2, []string{"refused"}},
		} {
			t.Run(tc.name, func(t *testing.T) {
				out, errs, exit := s.wecom(t, tc.args...)
				for _, text := range tc.shows {
					if !strings.Contains(out+errs, text) {
						t.Errorf("it does not say %q:\n%s%s", text, out, errs)
					}
				}
				if exit != tc.exit {
					t.Errorf("it exits %d, not %d: %s", exit, tc.exit, errs)
				}
			})
		}
		_, errs, exit := program(t, nil, "wecom", "corps", "--endpoint", "http://"+s.api)
		if exit == 0 || !strings.Contains(errs, "HUFU_SECRET_ID") {
			t.Errorf("without a key it exits %d: %s", exit, errs)
		}
	})
}

// The server is killed in the middle of an import; what it had begun it finishes after the next start, nobody half and nobody
// twice.
func TestAnImportOutlivesTheServer(t *testing.T) {
	onEachEngine(t, func(t *testing.T, p *place) {
		w, wecom := newWeCom(t, 60)
		s := p.startWithWeCom(t, wecom)
		var members []params
		for i := range 60 {
			members = append(members, params{"UserId": fmt.Sprintf("m%04d", i)})
		}
		in := params{"CorpId": wecomCorp, "IdempotencyKey": "import-of-all", "Members": members, "PolicyIds": []int{2}}
		w.FailNext(wecomtest.Fault{Path: "/cgi-bin/user/get", After: 20, Times: 1000, Delay: deadline})
		id := s.must(t, bootstrap, "hufu:ImportWeComMembers", in).str("ImportId")
		look := func(s *server) (a *answer) {
			return s.must(t, bootstrap, "hufu:DescribeWeComImport", params{"ImportId": id})
		}
		until := func(s *server, done func(a *answer) bool) {
			for late := time.Now().Add(deadline); !done(look(s)); time.Sleep(50 * time.Millisecond) {
				if time.Now().After(late) {
					t.Fatalf("it does not go on: %s", look(s).body)
				}
			}
		}
		until(s, func(a *answer) bool { return a.number("Finished") == 20 })
		_ = s.cmd.Process.Kill()
		<-s.done
		s.stopped = true
		w.ClearFaults()
		s = p.start(t, append([]string{"--wecom-api-base", wecom.URL, "--quota", "sub-accounts=0"}, unlimited...)...)
		if again := s.must(t, bootstrap, "hufu:ImportWeComMembers", in).str("ImportId"); again != id {
			t.Errorf("it is another import: %s", again)
		}
		until(s, func(a *answer) bool { return a.str("State") == "done" })
		if a := look(s); a.number("Created") != 60 {
			t.Errorf("created %d", a.number("Created"))
		}
		if n := s.must(t, bootstrap, "cam:ListWeChatWorkSubAccounts", params{"Offset": 0, "Limit": 100}).number("TotalCount"); n != 60 {
			t.Errorf("%d users", n)
		}
		if n := s.must(t, bootstrap, "cam:ListEntitiesForPolicy", params{"PolicyId": 2, "Rp": 1, "Page": 1}).number("TotalNum"); n != 60 {
			t.Errorf("%d attachments", n)
		}
	})
}
