package directory_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/tc3"
)

// figures are the credentials that hang on a sub-user, and who looks at them.
type figures struct {
	w        *apitest.World
	a, b     *apitest.Account
	ann      *apitest.Client // the sub-user, who may do everything
	sessions map[string]*apitest.Client
	pep      *apitest.Client // who asks about her
}

var federation = apitest.P{"Name": "guest", "Policy": `{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}`}

func cast(t *testing.T, w *apitest.World) *figures {
	t.Helper()
	f := &figures{w: w, a: w.Account(t), b: w.Account(t), sessions: map[string]*apitest.Client{}}
	f.ann, f.pep = f.a.Root.User(t, "ann", administrator), f.a.Root.User(t, "pep", administrator)
	trust := fmt.Sprintf(`{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":["qcs::cam::uin/%d:root"]}}]}`, f.a.UIN)
	client := func(x *apitest.Answer) *apitest.Client {
		return w.Client(x.Str("Credentials.TmpSecretId"), x.Str("Credentials.TmpSecretKey"), x.Str("Credentials.Token"))
	}
	assume := func(by *apitest.Client, owner *apitest.Account) *apitest.Client {
		return client(by.Must(t, "sts:AssumeRole", apitest.P{"RoleArn": fmt.Sprintf("qcs::cam::uin/%d:roleName/ops", owner.UIN), "RoleSessionName": "session"}))
	}
	for _, owner := range []*apitest.Account{f.a, f.b} {
		id := owner.Root.Must(t, "cam:CreateRole", apitest.P{"RoleName": "ops", "PolicyDocument": trust}).Str("RoleId")
		owner.Root.Must(t, "cam:AttachRolePolicy", apitest.P{"AttachRoleId": id, "PolicyId": administrator})
	}
	f.sessions["a federation token"] = client(f.ann.Must(t, "sts:GetFederationToken", federation))
	f.sessions["a role session"] = assume(f.ann, f.a)
	f.sessions["a chained role session"] = assume(f.sessions["a role session"], f.a)
	f.sessions["a role session of another account"] = assume(f.ann, f.b)
	return f
}

// check holds every door to whether the person behind ann is disabled.
func (f *figures) check(t *testing.T, disabled bool) {
	t.Helper()
	want := map[bool]string{true: denied}[disabled]
	api := func(what string, by *apitest.Client, action string, p any) {
		t.Helper()
		if got := by.Call(t, action, p); got.Code != want || disabled && got.Message != english {
			t.Errorf("%s: %s: %q %s", what, action, got.Code, got.Message)
		}
	}
	api("her key", f.ann, "sts:GetCallerIdentity", nil)
	api("her key", f.ann, "cam:ListUsers", nil)
	api("her key, which writes", f.ann, "cam:UpdateUser", apitest.P{"Name": "pep", "Remark": "x"})
	api("her key, for a new session", f.ann, "sts:GetFederationToken", federation)
	api("her key, for a role", f.ann, "sts:AssumeRole", apitest.P{"RoleArn": fmt.Sprintf("qcs::cam::uin/%d:roleName/ops", f.a.UIN), "RoleSessionName": "session"})
	for what, s := range f.sessions {
		api(what, s, "sts:GetCallerIdentity", nil)
	}
	f.ann.Language = "zh-CN"
	if got := f.ann.Call(t, "cam:ListUsers", nil); disabled && got.Message != chinese {
		t.Errorf("in Chinese: %s", got.Message)
	}
	f.ann.Language = "en-US"
	f.checkQuestions(t, disabled)
	f.checkKeys(t, disabled)
	f.checkComponent(t, disabled)

	f.pep.Must(t, "cam:ListUsers", nil) // another sub-user
	f.b.Root.Must(t, "cam:ListUsers", nil)
}

func (f *figures) checkQuestions(t *testing.T, disabled bool) {
	t.Helper()
	status, allowed := 200, fmt.Sprintf(`{"decision":%t`, !disabled)
	if disabled {
		status = 403
	}
	evaluation := "/access/v1/evaluation"
	if got := ask(t, f.w, f.ann, evaluation, question("user", f.pep.UIN, "cam:ListUsers")); got.status != status || disabled && !strings.Contains(got.text, english) {
		t.Errorf("she asks: %d %s", got.status, got.text)
	}
	if got := forward(t, f.w, f.ann); got.status != status {
		t.Errorf("a proxy asks about what she signed: %d %s", got.status, got.text)
	}
	subjects := map[string]string{"she": question("user", f.ann.UIN, "cam:ListUsers"), "her key": question("key", f.ann.ID, "cam:ListUsers"),
		"her role session": question("key", f.sessions["a role session"].ID, "cam:ListUsers")}
	for what, q := range subjects {
		got := ask(t, f.w, f.pep, evaluation, q)
		if got.status != 200 || !strings.HasPrefix(got.text, allowed) || disabled != strings.Contains(got.text, "The person to whom the subject belongs is disabled.") {
			t.Errorf("%s is asked about: %d %s", what, got.status, got.text)
		}
	}
	got := ask(t, f.w, f.b.Root, evaluation, question("key", f.sessions["a role session of another account"].ID, "cam:ListUsers"))
	if !strings.HasPrefix(got.text, allowed) || strings.Contains(got.text, "erson") {
		t.Errorf("her session in another account is asked about there: %s", got.text)
	}
	found := ask(t, f.w, f.pep, "/access/v1/search/subject", `{"subject":{"type":"user"},"action":{"name":"cam:ListUsers"},"resource":{"type":"qcs","id":"*"}}`)
	if found.status != 200 || strings.Contains(found.text, fmt.Sprint(f.ann.UIN)) == disabled || !strings.Contains(found.text, fmt.Sprint(f.pep.UIN)) {
		t.Errorf("a search finds %s", found.text)
	}
}

// checkComponent calls as she, which is refused, and asks about her, which is denied.
func (f *figures) checkComponent(t *testing.T, disabled bool) {
	t.Helper()
	about := func(uin int64) string { return fmt.Sprintf(`{"uin":%d,"action":"orders:List","resource":["*"]}`, uin) }
	returnCode, answer := component(t, f.w, f.ann, "checkResource", about(f.pep.UIN))
	if disabled && (returnCode != 4300 || !strings.Contains(answer, english)) || !disabled && returnCode != 0 {
		t.Errorf("component interface: she asks: %s", answer)
	}
	returnCode, answer = component(t, f.w, f.pep, "checkResource", about(f.ann.UIN))
	if returnCode != 0 || !strings.Contains(answer, fmt.Sprintf(`"allow":%t`, !disabled)) {
		t.Errorf("component interface: she is asked about: %s", answer)
	}
}

// checkKeys asks for what a service verifies signatures with, and whether it would hear of a change.
func (f *figures) checkKeys(t *testing.T, disabled bool) {
	t.Helper()
	for what, c := range map[string]*apitest.Client{"her key": f.ann, "her role session": f.sessions["a role session"]} {
		p := apitest.P{"AccessKeyId": c.ID, "Service": "orders", "Date": tc3.Date(f.w.Now().Unix())}
		if c.Token != "" {
			p["SessionToken"] = c.Token
		}
		got := f.pep.Call(t, "hufu:GetSigningKey", p)
		if disabled && got.Code != "ResourceNotFound.SecretNotExist" || !disabled && (got.Code != "" || got.At("Cacheable") != true) {
			t.Errorf("%s for a service: %s", what, got.Raw)
		}
	}
}

// checkBI makes her a user of BI, and looks at her there.
func (f *figures) checkBI(t *testing.T, id string) {
	t.Helper()
	f.a.Root.Must(t, "bi:CreateUserRole", apitest.P{"UserInfoList": []apitest.P{{"UserId": "ann"}}})
	for _, status := range []string{"Disabled", "Enabled"} {
		setStatus(t, f.a.Root, id, status)
		x := f.a.Root.Must(t, "hufu:DescribePerson", apitest.P{"PersonId": id})
		if x.Str("BiUsers.0.UserId") != "ann" || x.Str("BiUsers.0.UserName") != "ann" || x.Int("BiUsers.0.Uin") != f.ann.UIN || x.Str("BiUsers.0.Status") != status {
			t.Error(x.Raw)
		}
	}
}

func (f *figures) revision(t *testing.T) string {
	t.Helper()
	return f.pep.Must(t, "hufu:GetSigningKey", apitest.P{"AccessKeyId": f.pep.ID, "Service": "orders", "Date": tc3.Date(f.w.Now().Unix())}).Str("Revision")
}

// Every door answers by the two flags, whichever way they came to be as they are, at once, and nothing else is changed: what
// was inactive before stays so.
func TestEveryDoorFollowsThePerson(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		f := cast(t, w)
		id := person(t, w, f.a, "ann")
		second := f.a.Root.Must(t, "cam:CreateAccessKey", apitest.P{"TargetUin": f.ann.UIN})
		f.a.Root.Must(t, "cam:UpdateAccessKey", apitest.P{"TargetUin": f.ann.UIN, "AccessKeyId": second.Str("AccessKey.AccessKeyId"), "Status": "Inactive"})
		inactive := w.Client(second.Str("AccessKey.AccessKeyId"), second.Str("AccessKey.SecretAccessKey"), "")
		f.check(t, false)
		link(t, f.a.Root, id, f.ann.UIN)
		var admin, byEIAM bool
		for _, step := range []struct {
			name  string
			do    func()
			admin bool
			eiam  bool
		}{
			{"linked", func() {}, false, false},
			{"the administrator disables", func() { setStatus(t, f.a.Root, id, "Disabled") }, true, false},
			{"again", func() { setStatus(t, f.a.Root, id, "Disabled") }, true, false},
			{"EIAM enables, which it had not disabled", func() { eiam(t, w, f.a, id, false) }, true, false},
			{"the administrator enables", func() { setStatus(t, f.a.Root, id, "Enabled") }, false, false},
			{"EIAM disables", func() { eiam(t, w, f.a, id, true) }, false, true},
			{"the administrator enables, who had not disabled", func() { setStatus(t, f.a.Root, id, "Enabled") }, false, true},
			{"the administrator disables too", func() { setStatus(t, f.a.Root, id, "Disabled") }, true, true},
			{"EIAM enables", func() { eiam(t, w, f.a, id, false) }, true, false},
			{"EIAM disables too", func() { eiam(t, w, f.a, id, true) }, true, true},
			{"the administrator enables alone", func() { setStatus(t, f.a.Root, id, "Enabled") }, false, true},
			{"EIAM enables at last", func() { eiam(t, w, f.a, id, false) }, false, false},
		} {
			t.Run(step.name, func(t *testing.T) {
				before := f.revision(t)
				step.do()
				if changed := admin != step.admin || byEIAM != step.eiam; changed && f.revision(t) == before {
					t.Error("services that keep answers do not hear of it")
				}
				admin, byEIAM = step.admin, step.eiam
				f.check(t, admin || byEIAM)
				inactive.Fails(t, "AuthFailure.SecretIdNotFound", "cam:ListUsers", nil)
			})
		}
		t.Run("as a user of BI", func(t *testing.T) { f.checkBI(t, id) })
		t.Run("unlinking restores at once", func(t *testing.T) {
			setStatus(t, f.a.Root, id, "Disabled")
			f.check(t, true)
			f.a.Root.Must(t, "hufu:UnlinkIdentity", apitest.P{"PersonId": id, "Uin": f.ann.UIN})
			f.check(t, false)
		})
		t.Run("and linking cuts off", func(t *testing.T) {
			link(t, f.a.Root, id, f.ann.UIN)
			f.check(t, true)
		})
	}, withProduct(t, "orders"))
}

// The signature comes first: who only knows a SecretId learns nothing about its person.
func TestOnlyTheSignerHearsThatThePersonIsDisabled(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		u := a.Root.User(t, "u")
		id := person(t, w, a, "u")
		link(t, a.Root, id, u.UIN)
		setStatus(t, a.Root, id, "Disabled")
		w.Client(u.ID, "wrong", "").Fails(t, "AuthFailure.SignatureFailure", "cam:ListUsers", nil)
		if got := u.Fails(t, denied, "cam:ListUsers", nil); got.Message != english {
			t.Error(got.Message)
		}
	})
}

// A whole deletion of a user goes on while its person is disabled, and leaves no link behind.
func TestADeletedUserLeavesItsPerson(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		u := a.Root.User(t, "u")
		id := person(t, w, a, "u")
		link(t, a.Root, id, u.UIN)
		setStatus(t, a.Root, id, "Disabled")
		a.Root.Must(t, "cam:DeleteUser", apitest.P{"Name": "u", "Force": 1})
		if got := a.Root.Must(t, "hufu:DescribePerson", apitest.P{"PersonId": id}); got.Len("Users") != 0 {
			t.Error(got.Raw)
		}
		var left int
		if err := w.DB.Read().QueryRowContext(ctx, `SELECT COUNT(*) FROM person_links WHERE account = $1`, store.Account(a.UIN)).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d links, %v", left, err)
		}
	})
}
