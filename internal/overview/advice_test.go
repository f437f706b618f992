package overview_test

import (
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
)

const advise = "hufu:DescribeSecurityAdvice"

// advised finds an advice by its code.
func advised(t testing.TB, x *apitest.Answer, code string) string {
	t.Helper()
	for i, c := range x.Pluck("Advice", "Code") {
		if c == code {
			return "Advice." + digits(int64(i))
		}
	}
	t.Fatalf("no %s: %s", code, x.Raw)
	return ""
}

func TestDescribeSecurityAdvice(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		c := a.Root
		const day = 24 * time.Hour
		ago := func(d time.Duration) int64 { return w.Now().Add(-d).UnixMilli() }
		holds := func(code, severity string, subjects ...string) {
			t.Helper()
			x := c.Must(t, advise, nil)
			at := advised(t, x, code)
			if x.Str(at+".Severity") != severity || x.Int(at+".Count") != int64(len(subjects)) {
				t.Errorf("%s is %s of %d, want %s of %d", code, x.Str(at+".Severity"), x.Int(at+".Count"), severity, len(subjects))
			}
			same(t, x, at+".Subjects", "Name", subjects...)
		}
		other.Root.User(t, "stranger", administrator)

		// An account in which only the root has done anything.
		holds("RootAccessKey", "high", "root")
		holds("RootNoMfa", "high", "root")
		holds("WeakPasswordRules", "medium", "root")
		for _, code := range []string{"NoMfa", "WildcardPolicy", "AdministratorUsers", "UnusedAccessKey", "OldAccessKey", "UnusedUser", "DirectPolicies"} {
			holds(code, "ok")
		}

		bind := func(uin int64) {
			write(t, w, `INSERT INTO totp_devices (id, account, uin, pending, secret, last_step, created_at) VALUES ($1, $2, $1, 0, $3, 0, 0)`, uin, a.UIN, []byte("x"))
		}
		bind(a.UIN)
		holds("RootNoMfa", "ok")
		c.Must(t, "cam:UpdatePasswordRules", apitest.P{"Rules": apitest.P{"MustContain": "Aa0", "RetryPasswordLimit": 5}})
		holds("WeakPasswordRules", "ok")
		c.Must(t, "cam:UpdatePasswordRules", apitest.P{"Rules": apitest.P{"MustContain": "Aa"}})
		holds("WeakPasswordRules", "medium", "root")
		c.Must(t, "cam:UpdatePasswordRules", apitest.P{"Rules": apitest.P{"MustContain": "AAAA"}})
		holds("WeakPasswordRules", "medium", "root")

		keyed := c.User(t, "keyed")
		guarded := c.User(t, "guarded")
		open := c.User(t, "open")
		for _, u := range []*apitest.Client{guarded, open} {
			write(t, w, `UPDATE users SET console_login = 1 WHERE uin = $1`, u.UIN)
		}
		bind(guarded.UIN)
		holds("NoMfa", "medium", "open")

		write(t, w, `UPDATE access_keys SET created_at = $2 WHERE uin = $1`, keyed.UIN, ago(100*day))
		holds("OldAccessKey", "low", "keyed")
		holds("UnusedAccessKey", "medium", "keyed")
		write(t, w, `UPDATE access_keys SET created_at = $2, last_used = $3 WHERE uin = $1`, keyed.UIN, ago(200*day), ago(day))
		holds("OldAccessKey", "medium", "keyed")
		holds("UnusedAccessKey", "ok")

		write(t, w, `UPDATE users SET created_at = $2 WHERE account = $1`, a.UIN, ago(100*day))
		write(t, w, `UPDATE users SET last_login_at = $2 WHERE uin = $1`, guarded.UIN, ago(2*day))
		holds("UnusedUser", "low", "open")

		c.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": open.UIN, "PolicyId": administrator})
		group := c.Must(t, "cam:CreateGroup", apitest.P{"GroupName": "admins"}).Int("GroupId")
		c.Must(t, "cam:AttachGroupPolicy", apitest.P{"AttachGroupId": group, "PolicyId": administrator})
		join := func(u *apitest.Client) {
			c.Must(t, "cam:AddUserToGroup", apitest.P{"Info": []apitest.P{{"GroupId": group, "Uin": u.UIN}}})
		}
		join(keyed)
		join(open)
		join(guarded)
		holds("AdministratorUsers", "ok", "keyed", "guarded", "open")
		join(c.User(t, "fourth"))
		holds("AdministratorUsers", "medium", "keyed", "guarded", "open", "fourth")
		holds("DirectPolicies", "low", "open")

		for name, statement := range map[string]string{
			"all":         `{"effect":"allow","action":["cam:GetUser","*"],"resource":["*"]}`,
			"conditional": `{"effect":"allow","action":"*","resource":"*","condition":{"ip_equal":{"qcs:ip":"10.0.0.0/8"}}}`,
			"deny":        `{"effect":"deny","action":"*","resource":"*"}`,
			"service":     `{"effect":"allow","action":"cam:*","resource":"*"}`,
			"unattached":  `{"effect":"allow","action":"*","resource":"*"}`,
		} {
			id := c.Must(t, "cam:CreatePolicy", apitest.P{"PolicyName": name, "PolicyDocument": `{"version":"2.0","statement":[` + statement + `]}`}).Int("PolicyId")
			if name != "unattached" {
				c.Must(t, "cam:AttachGroupPolicy", apitest.P{"AttachGroupId": group, "PolicyId": id})
			}
		}
		holds("WildcardPolicy", "high", "all")

		x := c.Must(t, advise, nil)
		rank := map[string]int{"high": 0, "medium": 1, "low": 2, "ok": 3}
		last := 0
		for _, s := range x.Pluck("Advice", "Severity") {
			if rank[s.(string)] < last {
				t.Errorf("%s comes too late: %s", s, x.Raw)
			}
			last = rank[s.(string)]
		}
		if at := advised(t, x, "RootAccessKey"); x.Str(at+".Subjects.0.AccessKeyId") != c.ID || x.Int(at+".Subjects.0.Uin") != a.UIN {
			t.Error(x.Raw)
		}
		c.User(t, "nosy").Fails(t, denied, advise, nil)
	})
}
