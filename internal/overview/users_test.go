package overview_test

import (
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
)

const search = "hufu:SearchUsers"

func TestSearchUsers(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		c := a.Root
		other.Root.Must(t, "cam:AddUser", apitest.P{"Name": "Zhang-elsewhere", "Remark": "finance"})
		add := func(name string, more apitest.P) int64 {
			p := apitest.P{"Name": name}
			for k, v := range more {
				p[k] = v
			}
			return c.Must(t, "cam:AddUser", p).Int("Uin")
		}
		zhang := add("Zhang", apitest.P{"Remark": "100%_Finance", "PhoneNum": "13800138000", "Email": "Zhang@example.com", "UseApi": 1})
		li := add("li", nil)
		member := add("wang", nil)
		leaver := add("zhao", nil)
		helper := add("helper", nil)
		contact := add("contact", nil)
		write(t, w, `UPDATE users SET kind = 3, wework_userid = 'WangWu', console_login = 0 WHERE uin IN ($1, $2)`, member, leaver)
		write(t, w, `UPDATE users SET kind = 4 WHERE uin = $1`, helper)
		write(t, w, `UPDATE users SET kind = 5 WHERE uin = $1`, contact)
		write(t, w, `UPDATE users SET last_login_at = $2, last_login_ip = '192.0.2.1' WHERE uin = $1`, li, w.Now().UnixMilli())
		for uin, state := range map[int64]string{member: "Active", leaver: "Departed"} {
			write(t, w, `INSERT INTO wecom_users (account, uin, corp, corp_id, userid, userid_key, state, state_at, checked_at) VALUES ($1, $2, 1, 'ww1', 'u' || $3, $3, $4, 5000, 5000)`,
				a.UIN, uin, digits(uin), state)
		}
		for _, uin := range []int64{helper, leaver} { // both are of disabled persons; the leaver is that because he left
			write(t, w, `INSERT INTO person_links (account, uin, person, linked_at) VALUES ($1, $2, 'gone', 0)`, a.UIN, uin)
		}
		group := c.Must(t, "cam:CreateGroup", apitest.P{"GroupName": "g"}).Int("GroupId")
		c.Must(t, "cam:AddUserToGroup", apitest.P{"Info": []apitest.P{{"GroupId": group, "Uin": zhang}, {"GroupId": group, "Uin": helper}}})
		c.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": zhang, "PolicyId": administrator})

		c.Must(t, "cam:UpdatePasswordRules", apitest.P{"Rules": apitest.P{"RetryPasswordLimit": 3}})
		for uin, tries := range map[int64]int{li: 3, zhang: 2, helper: 9} { // the helper is out for another reason
			write(t, w, `INSERT INTO signin_failures (scope, at, n, kind, account, uin) VALUES ($1, $2, $3, 11, $4, $5)`, []byte(digits(uin)), w.Now().UnixMilli(), tries, a.UIN, uin)
		}
		write(t, w, `INSERT INTO totp_devices (id, account, uin, pending, secret, last_step, created_at) VALUES (1, $1, $2, 0, $4, 0, 0), (2, $1, $3, 1, $4, 0, 0)`, a.UIN, li, zhang, []byte("x"))
		for _, tc := range []struct {
			name string
			ask  apitest.P
			want []string
		}{
			{"everybody but contacts, the newest first", apitest.P{}, []string{"helper", "zhao", "wang", "li", "Zhang"}},
			{"by name", apitest.P{"Sort": "Name"}, []string{"helper", "li", "wang", "Zhang", "zhao"}},
			{"by last sign-in, those without one behind", apitest.P{"Sort": "LastLoginTime"}, []string{"li", "helper", "zhao", "wang", "Zhang"}},
			{"one type", apitest.P{"UserType": "WeComUser"}, []string{"zhao", "wang"}},
			{"one type by name", apitest.P{"UserType": "SubUser", "Sort": "Name"}, []string{"li", "Zhang"}},
			{"part of a name", apitest.P{"Keyword": "ZHA"}, []string{"zhao", "Zhang"}},
			{"part of a remark, with signs that mean something to LIKE", apitest.P{"Keyword": "0%_fin"}, []string{"Zhang"}},
			{"such a sign alone stands for itself", apitest.P{"Keyword": "%"}, []string{"Zhang"}},
			{"part of an email", apitest.P{"Keyword": "@EXAMPLE"}, []string{"Zhang"}},
			{"part of a phone number", apitest.P{"Keyword": "0138"}, []string{"Zhang"}},
			{"part of a userid", apitest.P{"Keyword": "ngw"}, []string{"zhao", "wang"}},
			{"a whole uin", apitest.P{"Keyword": digits(li)}, []string{"li"}},
			{"members of a group", apitest.P{"GroupId": group}, []string{"helper", "Zhang"}},
			{"members of a group of nobody", apitest.P{"GroupId": group + 1}, nil},
			{"who may act", apitest.P{"State": "Active"}, []string{"wang", "Zhang"}},
			{"who is locked out", apitest.P{"State": "Locked"}, []string{"li"}},
			{"whose person is disabled", apitest.P{"State": "PersonDisabled"}, []string{"helper"}},
			{"who left", apitest.P{"State": "Departed"}, []string{"zhao"}},
			{"in a state that nobody is in", apitest.P{"State": "Hidden"}, nil},
			{"all at once", apitest.P{"State": "Active", "UserType": "SubUser", "GroupId": group, "Keyword": "zh", "Sort": "LastLoginTime"}, []string{"Zhang"}},
		} {
			t.Run(tc.name, func(t *testing.T) {
				x := c.Must(t, search, tc.ask)
				same(t, x, "Users", "Name", tc.want...)
				if x.Int("TotalCount") != int64(len(tc.want)) {
					t.Error(x.Raw)
				}
			})
		}
		for _, sort := range []string{"CreateTime", "Name", "LastLoginTime"} {
			whole := c.Must(t, search, apitest.P{"Sort": sort}).Pluck("Users", "Name")
			for i := range whole {
				if x := c.Must(t, search, apitest.P{"Sort": sort, "Offset": i, "Limit": 1}); x.Len("Users") != 1 || x.Str("Users.0.Name") != whole[i] || x.Int("TotalCount") != 5 {
					t.Errorf("%s, page %d: %s", sort, i, x.Raw)
				}
			}
			if x := c.Must(t, search, apitest.P{"Sort": sort, "Offset": 5}); x.Len("Users") != 0 || x.Int("TotalCount") != 5 {
				t.Errorf("%s behind the end: %s", sort, x.Raw)
			}
		}
		t.Run("what a row shows", func(t *testing.T) {
			x := c.Must(t, search, apitest.P{"Sort": "Name"})
			z := x.At("Users.3").(map[string]any)
			for member, want := range map[string]any{"UserType": "SubUser", "Remark": "100%_Finance", "PhoneNum": "13800138000", "CountryCode": "86", "Email": "Zhang@example.com", "ConsoleLogin": false,
				"State": "Active", "StateTime": nil, "Mfa": false, "LastLoginTime": nil, "CorpId": ""} {
				if z[member] != want {
					t.Errorf("%s is %v, want %v", member, z[member], want)
				}
			}
			if x.Int("Users.3.Uin") != zhang || x.Int("Users.3.ActiveKeys") != 1 || x.Int("Users.3.Keys") != 1 || x.Int("Users.3.Groups") != 1 || x.Int("Users.3.Policies") != 1 || x.Int("Users.3.CreateTime") == 0 {
				t.Error(z)
			}
			if x.Int("Users.1.LastLoginTime") != w.Now().Unix() || x.Str("Users.1.LastLoginIp") != "192.0.2.1" {
				t.Error(x.At("Users.1"))
			}
			if x.Str("Users.4.State") != "Departed" || x.Int("Users.4.StateTime") != 5 || x.Str("Users.4.CorpId") != "ww1" || x.Str("Users.4.WeComUserId") != "u"+digits(leaver) || x.At("Users.4.ConsoleLogin") != true {
				t.Error(x.At("Users.4"))
			}
			if x.Str("Users.1.State") != "Locked" || x.Int("Users.1.StateTime") != w.Now().Unix() || x.At("Users.1.Mfa") != true {
				t.Error(x.At("Users.1"))
			}
			if x.Str("Users.0.State") != "PersonDisabled" {
				t.Error(x.At("Users.0"))
			}
		})
		t.Run("where nobody is ever locked", func(t *testing.T) {
			c.Must(t, "cam:UpdatePasswordRules", apitest.P{"Rules": apitest.P{"RetryPasswordLimit": 0}})
			same(t, c.Must(t, search, apitest.P{"State": "Locked"}), "Users", "Name")
			same(t, c.Must(t, search, apitest.P{"State": "Active"}), "Users", "Name", "wang", "li", "Zhang")
		})
		t.Run("an account without users", func(t *testing.T) {
			if x := w.Account(t).Root.Must(t, search, nil); x.Int("TotalCount") != 0 || x.Len("Users") != 0 {
				t.Error(x.Raw)
			}
		})
		c.User(t, "nosy").Fails(t, denied, search, nil)
		c.Fails(t, "InvalidParameterValue", search, apitest.P{"State": "Sleeping"})
	})
}

func TestListAccountAccessKeys(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		c := a.Root
		other.Root.User(t, "alice-elsewhere", administrator)
		w.Sleep(time.Second)
		alice := c.User(t, "Alice", administrator)
		w.Sleep(time.Second)
		bob := c.User(t, "bob")
		alice.Must(t, "cam:ListUsers", nil)
		bob.Fails(t, denied, "cam:ListUsers", nil)
		used := w.Now().Unix()
		c.Must(t, "cam:UpdateAccessKey", apitest.P{"TargetUin": bob.UIN, "AccessKeyId": bob.ID, "Status": "Inactive"})
		w.Sleep(time.Second)
		gone := c.Must(t, "cam:CreateAccessKey", apitest.P{"TargetUin": alice.UIN, "Description": "gone"}).Str("AccessKey.AccessKeyId")
		c.Must(t, "cam:UpdateAccessKey", apitest.P{"TargetUin": alice.UIN, "AccessKeyId": gone, "Status": "Inactive"})
		c.Must(t, "cam:DeleteAccessKey", apitest.P{"TargetUin": alice.UIN, "AccessKeyId": gone})
		for _, tc := range []struct {
			name string
			ask  apitest.P
			want []string
		}{
			{"everybody's, the newest first, without deleted ones", apitest.P{}, []string{bob.ID, alice.ID, c.ID}},
			{"enabled ones", apitest.P{"Status": "Active"}, []string{alice.ID, c.ID}},
			{"disabled ones", apitest.P{"Status": "Inactive"}, []string{bob.ID}},
			{"of a part of a name", apitest.P{"Keyword": "LIC"}, []string{alice.ID}},
			{"of the account's name", apitest.P{"Keyword": "Root"}, []string{c.ID}},
			{"of the account's uin", apitest.P{"Keyword": digits(a.UIN)}, []string{c.ID}},
			{"a SecretId of another status", apitest.P{"Keyword": alice.ID, "Status": "Inactive"}, nil},
			{"of a uin", apitest.P{"Keyword": digits(bob.UIN)}, []string{bob.ID}},
			{"a SecretId", apitest.P{"Keyword": alice.ID}, []string{alice.ID}},
			{"another account's", apitest.P{"Keyword": other.Root.ID}, nil},
			{"a page", apitest.P{"Offset": 1, "Limit": 1}, []string{alice.ID}},
			{"behind the end", apitest.P{"Offset": 7}, nil},
		} {
			t.Run(tc.name, func(t *testing.T) {
				same(t, c.Must(t, "hufu:ListAccountAccessKeys", tc.ask), "Keys", "AccessKeyId", tc.want...)
			})
		}
		x := c.Must(t, "hufu:ListAccountAccessKeys", apitest.P{"Limit": 2})
		same(t, x, "Keys", "UserName", "bob", "Alice")
		same(t, x, "Keys", "Status", "Inactive", "Active")
		if x.Int("TotalCount") != 3 || x.Int("Keys.1.Uin") != alice.UIN || x.Int("Keys.1.LastUsedTime") != used || x.Int("Keys.0.CreateTime") != used {
			t.Error(x.Raw)
		}
		if x := c.Must(t, "hufu:ListAccountAccessKeys", apitest.P{"Offset": 2}); x.Str("Keys.0.UserName") != "root" || x.Int("Keys.0.Uin") != a.UIN {
			t.Error(x.Raw)
		}
		bob.Fails(t, "AuthFailure.SecretIdNotFound", "hufu:ListAccountAccessKeys", nil)
	})
}

func TestSessionsOfARole(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, guest := w.Account(t), w.Account(t)
		role := func(name string) string {
			return a.Root.Must(t, "cam:CreateRole", apitest.P{"RoleName": name, "PolicyDocument": `{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole",
				"principal":{"qcs":["qcs::cam::uin/` + digits(guest.UIN) + `:root"]}}]}`}).Str("RoleId")
		}
		id := role("shared")
		role("other")
		u := guest.Root.User(t, "visitor", administrator)
		assume := func(name, session string) *apitest.Client {
			x := u.Must(t, "sts:AssumeRole", apitest.P{"RoleArn": "qcs::cam::uin/" + digits(a.UIN) + ":roleName/" + name, "RoleSessionName": session, "DurationSeconds": 900, "SourceIdentity": "1"})
			return w.Client(x.Str("Credentials.TmpSecretId"), x.Str("Credentials.TmpSecretKey"), x.Str("Credentials.Token"))
		}
		const list, revoke = "hufu:ListRoleSessions", "hufu:RevokeRoleSessions"
		of := apitest.P{"RoleId": id}
		assume("shared", "expires")
		w.Sleep(10 * time.Minute)
		first := assume("shared", "first")
		assume("other", "elsewhere")
		second := assume("shared", "second")
		same(t, a.Root.Must(t, list, of), "Sessions", "SessionName", "second", "first", "expires")
		w.Sleep(6 * time.Minute)
		x := a.Root.Must(t, list, of)
		same(t, x, "Sessions", "SessionName", "second", "first")
		if x.Int("TotalCount") != 2 || x.Str("Sessions.1.AccessKeyId") != first.ID || x.Int("Sessions.1.AssumedByUin") != u.UIN || x.Int("Sessions.1.AssumedByAccount") != guest.UIN ||
			x.Int("Sessions.1.ExpireTime")-x.Int("Sessions.1.IssueTime") != 900 || x.Str("Sessions.1.SourceIdentity") != "1" || x.At("Sessions.1.IsRevoked") != false {
			t.Error(x.Raw)
		}
		same(t, a.Root.Must(t, list, apitest.P{"RoleId": id, "Offset": 1, "Limit": 1}), "Sessions", "SessionName", "first")
		second.Must(t, "sts:GetCallerIdentity", nil)
		a.Root.Must(t, revoke, of)
		second.Fails(t, "AuthFailure.TokenFailure", "sts:GetCallerIdentity", nil)
		same(t, a.Root.Must(t, list, of), "Sessions", "IsRevoked", "true", "true")
		assume("shared", "third").Must(t, "sts:GetCallerIdentity", nil)
		same(t, a.Root.Must(t, list, of), "Sessions", "IsRevoked", "false", "true", "true")
		for _, action := range []string{list, revoke} {
			guest.Root.Fails(t, "InvalidParameter.RoleNotExist", action, of)
			a.Root.Fails(t, "InvalidParameter.RoleNotExist", action, apitest.P{"RoleId": "9999999999999999999"})
			a.Root.Fails(t, "InvalidParameterValue", action, apitest.P{"RoleId": "shared"})
			a.Root.User(t, "nosy"+action[5:8]).Fails(t, denied, action, of)
		}
	})
}
