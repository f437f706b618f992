package wecom_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/catalogue"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/wecom"
	"github.com/hufu-iam/hufu/internal/wecom/door"
	"github.com/hufu-iam/hufu/internal/wecom/qyapi"
	"github.com/hufu-iam/hufu/internal/wecom/wecomtest"
	"github.com/hufu-iam/hufu/internal/wire/services"
)

const (
	administratorAccess = 1
	resourceAccess      = 2
)

// wants are members to import, each "userid" or "userid=name".
func wants(list ...string) []P {
	var all []P
	for _, m := range list {
		userID, name, named := strings.Cut(m, "=")
		in := P{"UserId": userID}
		if named {
			in["Name"] = name
		}
		all = append(all, in)
	}
	return all
}

var keys int

// in is an import with a key of its own.
func (x *company) in(change P) P {
	keys++
	in := P{"CorpId": corpID, "IdempotencyKey": fmt.Sprintf("key-%05d", keys)}
	maps.Copy(in, change)
	return in
}

// imported begins an import, has it worked off, and answers what came of it.
func (x *company) imported(t testing.TB, in P) *apitest.Answer {
	t.Helper()
	id := x.Root.Must(t, "hufu:ImportWeComMembers", in).Str("ImportId")
	x.settle(t)
	return x.described(t, id)
}

func (x *company) described(t testing.TB, id string) *apitest.Answer {
	t.Helper()
	return x.Root.Must(t, "hufu:DescribeWeComImport", P{"ImportId": id})
}

// outcomes are those of an answer: "ann created, bob pending".
func outcomes(a *apitest.Answer) string {
	var all []string
	for i := range a.Len("Results") {
		at := fmt.Sprintf("Results.%d.", i)
		all = append(all, a.Str(at+"UserId")+" "+a.Str(at+"Outcome"))
	}
	return strings.Join(all, ", ")
}

func TestImportWeComMembers(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		group := x.Root.Must(t, "cam:CreateGroup", P{"GroupName": "developers"}).Int("GroupId")
		x.Root.Must(t, "cam:AttachGroupPolicy", P{"AttachGroupId": group, "PolicyId": resourceAccess})
		model := x.Root.User(t, "model", resourceAccess)
		for _, tc := range []struct {
			name string
			in   P
			want string
		}{
			{"without anything", P{"Members": wants("ann")}, "ann created"},
			{"once more, also in other letters", P{"Members": wants("ANN")}, "ANN already_imported"},
			{"into a group", P{"Members": wants("bob=bob.wang"), "GroupIds": []int64{group}}, "bob created"},
			{"a name that is taken", P{"Members": wants("cid=Ann")}, "cid InvalidParameter.SubUserNameInUse"},
			{"a name that none may have", P{"Members": wants("cid=a b")}, "cid InvalidParameter.UserNameIllegal"},
			{"a number that is none", P{"Members": []P{{"UserId": "cid", "PhoneNum": "x"}}}, "cid InvalidParameter.ParamError"},
			{"what others have, and a policy", P{"Members": wants("cid", "dora"), "CopyFromUins": []int64{model.UIN}, "PolicyIds": []int64{administratorAccess}}, "cid created, dora created"},
			{"nobody, and somebody out of the scope", P{"Members": wants("nobody", "root")}, "nobody out_of_scope, root out_of_scope"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				a := x.imported(t, x.in(tc.in))
				if got := outcomes(a); got != tc.want || a.Str("State") != "done" || a.Int("Total") != a.Int("Finished") {
					t.Errorf("got %s, want %s: %s", got, tc.want, a.Raw)
				}
			})
		}
		list := x.Root.Must(t, "cam:ListWeChatWorkSubAccounts", P{"Offset": 0, "Limit": 20})
		if got := fmt.Sprint(list.Pluck("Data", "WeChatWorkUserId"), list.Pluck("Data", "Name")); got != "[dora cid bOb ann] [dora cid bob.wang ann]" {
			t.Errorf("users: %s", got)
		}
		uin := func(name string) int64 { return x.Root.Must(t, "cam:GetUser", P{"Name": name}).Int("Uin") }
		policies := func(name string) string {
			return fmt.Sprint(x.Root.Must(t, "cam:ListAttachedUserAllPolicies", P{"TargetUin": uin(name), "Rp": 20, "Page": 1, "AttachType": 0}).Pluck("PolicyList", "PolicyId"))
		}
		for name, want := range map[string]string{"ann": "[]", "bob.wang": "[2]", "cid": "[2 1]", "dora": "[2 1]"} {
			if got := policies(name); got != want {
				t.Errorf("%s has %s, want %s", name, got, want)
			}
		}
		if n := count(t, w, `SELECT COUNT(*) FROM person_links l JOIN persons p ON p.account = l.account AND p.id = l.person WHERE l.account = $1`, x.UIN); n != 4 {
			t.Errorf("%d persons", n)
		}
		if got := fmt.Sprint(count(t, w, `SELECT COUNT(*) FROM audit WHERE action = 'cam:AddQywxSubAccount' AND record LIKE '%"ok"%'`)); got != "4" {
			t.Errorf("%s records of imported members", got)
		}
		if got := x.members(t, P{}); got != "4 ann bOb cid dora" {
			t.Errorf("members: %s", got)
		}
		if a := x.Root.Must(t, "hufu:ListWeComMembers", P{"CorpId": corpID, "UserIds": []string{"ann"}}); a.Int("Members.0.Uin") != uin("ann") || x.corp(t).Int("Corps.0.ImportedUsers") != 4 {
			t.Errorf("not shown as imported: %s", a.Raw)
		}
	})
}

func TestAnImportIsRefused(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newCompany(t, w).link(t), w.Account(t)
		group := other.Root.Must(t, "cam:CreateGroup", P{"GroupName": "theirs"}).Int("GroupId")
		stranger := other.Root.User(t, "stranger")
		own := x.Root.User(t, "own")
		used := x.in(P{"Members": wants("ann")})
		x.imported(t, used)
		for _, tc := range []struct {
			name string
			in   P
			code string
		}{
			{"a group of somebody else", P{"GroupIds": []int64{group}}, "InvalidParameter.GroupNotExist"},
			{"a user of somebody else", P{"CopyFromUins": []int64{stranger.UIN}}, "InvalidParameter.UserNotExist"},
			{"a policy that is not there", P{"PolicyIds": []int64{999_999_999}}, "InvalidParameter.PolicyIdNotExist"},
			{"an enterprise that is not there", P{"CorpId": "ww9"}, "ResourceNotFound.CorpNotExist"},
			{"a member twice", P{"Members": wants("cid", "CID")}, "InvalidParameterValue"},
			{"what cannot be a userid", P{"Members": wants("a b")}, "InvalidParameterValue"},
			{"nobody", P{"Members": []P{}}, "InvalidParameterValue"},
			{"a key that is none", P{"IdempotencyKey": "short"}, "InvalidParameterValue"},
			{"a key of another import", P{"IdempotencyKey": used["IdempotencyKey"]}, "InvalidParameter.IdempotencyKeyConflict"},
			{"an own user is fine", P{"CopyFromUins": []int64{own.UIN}}, ""},
		} {
			t.Run(tc.name, func(t *testing.T) {
				in := x.in(P{"Members": wants("bob")})
				maps.Copy(in, tc.in)
				x.Root.Fails(t, tc.code, "hufu:ImportWeComMembers", in)
				if strings.Contains(tc.name, "key") {
					return
				}
				delete(in, "IdempotencyKey")
				x.Root.Fails(t, tc.code, "hufu:PreviewWeComImport", in)
			})
		}
		id := x.Root.Must(t, "hufu:ImportWeComMembers", used).Str("ImportId")
		other.Root.Fails(t, "ResourceNotFound.ImportNotExist", "hufu:DescribeWeComImport", P{"ImportId": id})
		x.Root.Must(t, "hufu:UnlinkWeComCorp", P{"CorpId": corpID})
		x.Root.Fails(t, "FailedOperation.CorpUnlinked", "hufu:ImportWeComMembers", x.in(P{"Members": wants("bob")}))
		x.Root.Fails(t, "", "hufu:ImportWeComMembers", used)
	})
}

// permit makes a sub-user that may do these actions.
func (x *company) permit(t testing.TB, name string, actions ...string) (*apitest.Client, int64) {
	t.Helper()
	document := `{"version":"2.0","statement":[{"effect":"allow","action":["` + strings.Join(actions, `","`) + `"],"resource":"*"}]}`
	id := x.Root.Must(t, "cam:CreatePolicy", P{"PolicyName": name, "PolicyDocument": document}).Int("PolicyId")
	return x.Root.User(t, name, id), id
}

func TestWhoImportsNeedsTheRightsToGrant(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		group := x.Root.Must(t, "cam:CreateGroup", P{"GroupName": "developers"}).Int("GroupId")
		model := x.Root.User(t, "model", resourceAccess)
		nobody := x.Root.User(t, "nobody")
		plain, _ := x.permit(t, "plain", "cam:AddQywxSubAccount")
		grouping, _ := x.permit(t, "grouping", "cam:AddQywxSubAccount", "cam:AddUserToGroup")
		attaching, _ := x.permit(t, "attaching", "cam:AddQywxSubAccount", "cam:AttachUserPolicy")
		copying, _ := x.permit(t, "copying", "cam:AddQywxSubAccount", "cam:AttachUserPolicy", "cam:ListAttachedUserPolicies")
		const denied = "AuthFailure.UnauthorizedOperation"
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			in     P
			code   string
		}{
			{"nobody may", nobody, P{}, denied},
			{"who may import", plain, P{}, ""},
			{"but not into groups", plain, P{"GroupIds": []int64{group}}, denied},
			{"nor with policies", plain, P{"PolicyIds": []int64{resourceAccess}}, denied},
			{"who may put into groups", grouping, P{"GroupIds": []int64{group}}, ""},
			{"does not attach", grouping, P{"PolicyIds": []int64{resourceAccess}}, denied},
			{"who attaches", attaching, P{"PolicyIds": []int64{resourceAccess}}, ""},
			{"does not see what others have", attaching, P{"CopyFromUins": []int64{model.UIN}}, denied},
			{"who may see it copies", copying, P{"CopyFromUins": []int64{model.UIN}}, ""},
		} {
			t.Run(tc.name, func(t *testing.T) {
				in := P{"CorpId": corpID, "Members": wants("nobody.there")}
				maps.Copy(in, tc.in)
				tc.caller.Fails(t, tc.code, "hufu:PreviewWeComImport", in)
				tc.caller.Fails(t, tc.code, "hufu:ImportWeComMembers", x.in(in))
			})
		}
	})
}

// The right goes between two members: the first is imported, the second is not, and whoever may takes it up.
func TestAnImportIsInterruptedAndTakenUp(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		clerk, policy := x.permit(t, "clerk", "cam:AddQywxSubAccount")
		in := x.in(P{"Members": wants("ann", "bob", "cid")})
		x.server.FailNext(wecomtest.Fault{Path: "/cgi-bin/user/get", After: 1, Do: func() {
			x.Root.Must(t, "cam:DetachUserPolicy", P{"DetachUin": clerk.UIN, "PolicyId": policy})
		}})
		id := clerk.Must(t, "hufu:ImportWeComMembers", in).Str("ImportId")
		x.settle(t)
		if a := x.described(t, id); outcomes(a) != "ann created, bob pending, cid pending" || a.Str("State") != "interrupted" {
			t.Fatalf("after the right went: %s", a.Raw)
		}
		clerk.Fails(t, "AuthFailure.UnauthorizedOperation", "hufu:ImportWeComMembers", in)
		x.settle(t)
		if n := count(t, w, `SELECT COUNT(*) FROM users WHERE account = $1 AND kind = 3`, x.UIN); n != 1 {
			t.Errorf("%d users", n)
		}
		if got := x.Root.Must(t, "hufu:ImportWeComMembers", in).Str("ImportId"); got != id {
			t.Errorf("it is another import: %s", got)
		}
		x.settle(t)
		if a := x.described(t, id); outcomes(a) != "ann created, bob created, cid created" || a.Str("State") != "done" {
			t.Errorf("after it was taken up: %s", a.Raw)
		}
	})
}

func TestAnImportOutlivesACrash(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		ctx, crash := context.WithCancel(context.Background())
		x.server.FailNext(wecomtest.Fault{Path: "/cgi-bin/user/get", After: 1, Do: crash})
		in := x.in(P{"Members": wants("ann", "bob", "cid"), "PolicyIds": []int64{resourceAccess}})
		id := x.Root.Must(t, "hufu:ImportWeComMembers", in).Str("ImportId")
		_ = w.WeCom.Settle(ctx)
		if a := x.described(t, id); outcomes(a) != "ann created, bob pending, cid pending" || a.Str("State") != "running" {
			t.Fatalf("after the crash: %s", a.Raw)
		}
		if got := x.Root.Must(t, "hufu:ImportWeComMembers", in).Str("ImportId"); got != id {
			t.Errorf("it is another import: %s", got)
		}
		x.settle(t)
		if a := x.described(t, id); outcomes(a) != "ann created, bob created, cid created" || a.Str("State") != "done" {
			t.Errorf("after the start: %s", a.Raw)
		}
		for query, want := range map[string]int64{`SELECT COUNT(*) FROM users WHERE account = $1 AND kind = 3`: 3, `SELECT COUNT(*) FROM wecom_users WHERE account = $1`: 3,
			`SELECT COUNT(*) FROM attachments WHERE account = $1`: 3, `SELECT COUNT(*) FROM person_links WHERE account = $1`: 3} {
			if n := count(t, w, query, x.UIN); n != want {
				t.Errorf("%s: %d", query, n)
			}
		}
	})
}

func TestWhatWeComAnswersDuringAnImport(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		for _, tc := range []struct {
			name  string
			fault wecomtest.Fault
			first string // right after
			later string // some minutes later
		}{
			{"the token ended", wecomtest.Fault{Path: "/cgi-bin/user/get", After: 1, ErrCode: 42001}, "ann created, bob created", "ann created, bob created"},
			{"too many calls", wecomtest.Fault{Path: "/cgi-bin/user/get", After: 1, ErrCode: 45009}, "ann created, bob pending", "ann created, bob created"},
			{"nothing", wecomtest.Fault{Path: "/cgi-bin/user/get", After: 1, Times: 4, Cut: true}, "ann created, bob pending", "ann created, bob created"},
			{"that the member is gone", wecomtest.Fault{Path: "/cgi-bin/user/get", After: 1, Do: func() { _ = w.WeComServer.Leave(corpID, "bob") }}, "ann created, bob out_of_scope", "ann created, bob out_of_scope"},
			{"an errcode about one member", wecomtest.Fault{Path: "/cgi-bin/user/get", ErrCode: 40058}, "ann FailedOperation.WeComError, bob created", "ann FailedOperation.WeComError, bob created"},
			{"that the application is disabled", wecomtest.Fault{Path: "/cgi-bin/user/get", After: 1, Do: func() { _ = w.WeComServer.SetClosed(corpID, agentID, true) }},
				"ann created, bob FailedOperation.CorpUnlinked", "ann created, bob FailedOperation.CorpUnlinked"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				x := newCompany(t, w).link(t)
				x.server.ClearFaults()
				x.server.FailNext(tc.fault)
				id := x.Root.Must(t, "hufu:ImportWeComMembers", x.in(P{"Members": wants("ann", "bob")})).Str("ImportId")
				x.settle(t)
				if got := outcomes(x.described(t, id)); got != tc.first {
					t.Errorf("at first: %s, want %s", got, tc.first)
				}
				w.Sleep(5 * time.Minute)
				x.settle(t)
				if got := outcomes(x.described(t, id)); got != tc.later {
					t.Errorf("later: %s, want %s", got, tc.later)
				}
			})
		}
	})
}

func TestTheDayOfAnUnverifiedRoot(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := found(t, w, w.Unverified(t))
		var members []string
		for i := range 12 {
			members = append(members, fmt.Sprintf("m%02d", i))
			x.must(t, x.server.Join(corpID, wecomtest.Member{UserID: members[i], Name: members[i], Departments: []int{2}}))
		}
		x.link(t)
		x.Root.Must(t, "cam:AddUser", P{"Name": "first"})
		preview := x.Root.Must(t, "hufu:PreviewWeComImport", P{"CorpId": corpID, "Members": wants(members...)})
		if preview.Int("RemainingToday") != 9 {
			t.Errorf("preview: %s", preview.Raw)
		}
		a := x.imported(t, x.in(P{"Members": wants(members...)}))
		if a.Str("State") != "done" || a.Int("Created") != 9 || a.Int("Finished") != 12 || a.Str("Results.9.Outcome") != "RequestLimitExceeded.CreateUser" || a.Str("Results.11.Outcome") != "RequestLimitExceeded.CreateUser" || a.Str("Results.9.Message") == "" {
			t.Errorf("got %s", a.Raw)
		}
		if n := count(t, w, `SELECT COUNT(*) FROM audit WHERE account = $1 AND action = 'cam:AddQywxSubAccount'`, x.UIN); n != 9 {
			t.Errorf("%d records of calls: after the quota is used up there is none to make", n)
		}
		w.Sleep(25 * time.Hour)
		if a := x.imported(t, x.in(P{"Members": wants(members...)})); a.Int("Created") != 3 {
			t.Errorf("the day after: %s", a.Raw)
		}
	})
}

func TestPreviewWeComImport(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		group := x.Root.Must(t, "cam:CreateGroup", P{"GroupName": "developers"}).Int("GroupId")
		x.Root.Must(t, "cam:AttachGroupPolicy", P{"AttachGroupId": group, "PolicyId": resourceAccess})
		model := x.Root.User(t, "model", resourceAccess)
		x.imported(t, x.in(P{"Members": wants("ann")}))
		a := x.Root.Must(t, "hufu:PreviewWeComImport", P{"CorpId": corpID, "Members": wants("ann", "bob=model", "cid=same", "dora=SAME", "nobody"),
			"GroupIds": []int64{group, group}, "CopyFromUins": []int64{model.UIN}, "PolicyIds": []int64{administratorAccess}})
		want := "ann already_imported, bob InvalidParameter.SubUserNameInUse, cid pending, dora InvalidParameter.SubUserNameInUse, nobody out_of_scope"
		if got := outcomes(a); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if got := fmt.Sprint(a.Pluck("Policies", "PolicyId"), a.Pluck("Policies", "Direct"), a.Pluck("Policies", "PolicyType"), a.Len("Policies.1.Groups"), a.Len("Policies.1.CopiedFrom"), a.At("RemainingToday")); got != "[1 2] [true true] [QCS QCS] 1 1 <nil>" {
			t.Errorf("policies: %s: %s", got, a.Raw)
		}
		if n := count(t, w, `SELECT COUNT(*) FROM users WHERE account = $1 AND kind = 3`, x.UIN); n != 1 {
			t.Errorf("a preview has made somebody: %d", n)
		}
	})
}

func TestAMemberWhoIsImportedAgainIsTheSamePerson(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		person := func(uin int64) (id string) {
			x.must(t, w.DB.Read().QueryRowContext(t.Context(), `SELECT person FROM person_links WHERE account = $1 AND uin = $2`, x.UIN, uin).Scan(&id))
			return id
		}
		first := x.imported(t, x.in(P{"Members": wants("ann")})).Int("Results.0.Uin")
		was := person(first)
		x.Root.Must(t, "cam:DeleteUser", P{"Name": "ann"})
		second := x.imported(t, x.in(P{"Members": wants("ann")})).Int("Results.0.Uin")
		if first == second || first == 0 || person(second) != was {
			t.Errorf("uins %d and %d, persons %s and %s", first, second, was, person(second))
		}
		if n := count(t, w, `SELECT COUNT(*) FROM wecom_users WHERE account = $1`, x.UIN); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}

// An import that was asked for in the console goes on with the rights of that session, and no longer than it runs.
func TestAnImportOfTheConsole(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		const password = "Console-Import-1"
		uin := x.Root.Must(t, "cam:AddUser", P{"Name": "admin", "ConsoleLogin": 1, "Password": password}).Int("Uin")
		x.Root.Must(t, "cam:AttachUserPolicy", P{"AttachUin": uin, "PolicyId": administratorAccess})
		b := w.Browser()
		if step := b.SignIn(t, "user", fmt.Sprint(x.UIN), "admin", password); step != "done" {
			t.Fatalf("sign-in: %s", step)
		}
		id := b.Must(t, "hufu:ImportWeComMembers", x.in(P{"Members": wants("ann")})).Str("ImportId")
		x.settle(t)
		if got := outcomes(x.described(t, id)); got != "ann created" {
			t.Errorf("while the session runs: %s", got)
		}
		id = b.Must(t, "hufu:ImportWeComMembers", x.in(P{"Members": wants("bob")})).Str("ImportId")
		b.Send(t, "DELETE", "/console/session", nil)
		x.settle(t)
		if got := x.described(t, id); got.Str("State") != "interrupted" || outcomes(got) != "bob pending" {
			t.Errorf("after its end: %s, %s", got.Str("State"), outcomes(got))
		}
	})
}

// A node that comes back from a long pause finds that another one has taken its import over, and does nothing twice.
func TestTwoNodesDoNotImportAMemberTwice(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		client, err := qyapi.New(qyapi.Config{Base: "http://127.0.0.1:1", Transport: apitest.Direct(x.server), Now: w.Now})
		x.must(t, err)
		other := wecom.New(wecom.Config{DB: w.DB, Keys: w.Keys, Users: cam.New(w.DB, w.Keys, w.Quotas, catalogue.New(services.Services)), Client: client, Log: quiet, Now: w.Now})
		other.UseCalls(door.NewCalls(w.Gateway.Pipeline, credential.NewFinder(w.Keys, 100), w.Now))
		x.server.FailNext(wecomtest.Fault{Path: "/cgi-bin/user/get", After: 1, Do: func() {
			w.Sleep(time.Minute)
			x.must(t, other.Settle(t.Context()))
		}})
		a := x.imported(t, x.in(P{"Members": wants("ann", "bob", "cid", "dora"), "PolicyIds": []int64{resourceAccess}}))
		if got := outcomes(a); got != "ann created, bob created, cid created, dora created" || a.Str("State") != "done" {
			t.Errorf("got %s, %s", got, a.Str("State"))
		}
		for query, want := range map[string]int64{`SELECT COUNT(*) FROM users WHERE account = $1 AND kind = 3`: 4, `SELECT COUNT(*) FROM persons WHERE account = $1`: 4,
			`SELECT COUNT(*) FROM audit WHERE account = $1 AND action = 'cam:AddQywxSubAccount' AND record LIKE '%"outcome":"ok"%'`: 4} {
			if n := count(t, w, query, x.UIN); n != want {
				t.Errorf("%s: %d", query, n)
			}
		}
	})
}
