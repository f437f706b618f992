package bi_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/store"
)

// TestTwoLayersDecide holds that CAM goes first, and BI roles after it.
func TestTwoLayersDecide(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		id, roles := x.project(t, x.Root, "p")
		nobody := x.Root.User(t, "nobody")
		x.add(t, "nobody", nil, x.roles["sys_corp_admin"])
		reader := x.Root.User(t, "reader", cam.PresetByName("QcloudBIReadOnlyAccess").ID)
		admin, auth, common := x.user(t, "admin", "sys_corp_admin"), x.user(t, "auth", "sys_corp_auth_admin"), x.user(t, "common", "sys_common_user")
		member, manager := x.user(t, "member"), x.user(t, "manager")
		x.Root.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": id, "UserInfoList": []P{{"UserId": "member"}}})
		x.Root.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": id, "UserInfoList": []P{{"UserId": "manager"}}, "RoleIdList": []int64{roles["sys_project_admin"]}})
		automaton := x.person(t, "automaton")
		const denied, gate = "AuthFailure.UnauthorizedOperation", "UnauthorizedOperation.Authorize"
		for _, tc := range []struct {
			name                     string
			caller                   *apitest.Client
			users, write, read, edit string // of the enterprise: its list, its users; of the project: its members, itself
		}{
			{"the root", x.Root, "", "", "", ""},
			{"an enterprise administrator", admin, "", "", "", ""},
			{"one whom CAM does not allow it", nobody, denied, denied, denied, denied},
			{"one whom CAM lets read, and BI does not know", reader, "", denied, "", denied},
			{"one who administers permissions", auth, "", gate, "", gate},
			{"a general user", common, gate, gate, gate, gate},
			{"a member of the project", member, gate, gate, "", gate},
			{"an administrator of the project", manager, gate, gate, "", ""},
			{"one whom CAM lets do all, and BI does not know", automaton, "", "", "", ""},
		} {
			t.Run(tc.name, func(t *testing.T) {
				tc.caller.Fails(t, tc.users, "bi:DescribeUserRoleList", P{"PageNo": 1, "PageSize": 1})
				tc.caller.Fails(t, tc.write, "bi:ModifyUserRole", P{"UserId": "member", "UserName": "M"})
				tc.caller.Fails(t, tc.read, "bi:DescribeUserRoleProjectList", P{"ProjectId": id, "PageNo": 1, "PageSize": 1})
				tc.caller.Fails(t, tc.edit, "bi:ModifyProject", P{"Id": id, "Mark": "m"})
			})
		}
	})
}

func TestRoleSessionsAreNoUsers(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		admin := x.user(t, "admin", "sys_corp_admin")
		made := x.Root.Must(t, "cam:CreateRole", P{"RoleName": "bot", "PolicyDocument": fmt.Sprintf(`{"version":"2.0","statement":[{"effect":"allow","action":"name/sts:AssumeRole","principal":{"qcs":["qcs::cam::uin/%d:root"]}}]}`, x.UIN)})
		x.Root.Must(t, "cam:AttachRolePolicy", P{"AttachRoleId": made.Str("RoleId"), "PolicyId": administratorAccess})
		a := admin.Must(t, "sts:AssumeRole", P{"RoleArn": fmt.Sprintf("qcs::cam::uin/%d:roleName/bot", x.UIN), "RoleSessionName": "session"})
		session := w.Client(a.Str("Credentials.TmpSecretId"), a.Str("Credentials.TmpSecretKey"), a.Str("Credentials.Token"))
		id := session.Must(t, "bi:CreateProject", P{"Name": "p", "ColorCode": "c"}).Int("Data.Id")
		d := session.Must(t, "bi:DescribeProjectInfo", P{"Id": id})
		if d.Str("Data.CreatedUser") != made.Str("RoleId") || d.Str("Data.Owner") != x.id() {
			t.Errorf("made by %s, owned by %s; want the role %s and the root", d.Str("Data.CreatedUser"), d.Str("Data.Owner"), made.Str("RoleId"))
		}
	})
}

func TestDisabledUsersAreInactive(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		admin := x.user(t, "admin", "sys_corp_admin")
		status := func() string {
			return pluck(x.Root.Must(t, "bi:DescribeUserRoleList", P{"PageNo": 1, "PageSize": 20, "Keyword": fmt.Sprint(admin.UIN)}), "Data.List", "Status") +
				pluck(x.Root.Must(t, "bi:DescribeUserProjectList", P{"Keyword": fmt.Sprint(admin.UIN)}), "Data.List", "Status")
		}
		ctx, owner := context.Background(), store.Account(x.UIN)
		person := ""
		change := func(fn func(tx *store.Tx) error) {
			t.Helper()
			if err := w.DB.Write(ctx, fn); err != nil {
				t.Fatal(err)
			}
		}
		change(func(tx *store.Tx) (err error) {
			p, err := directory.Create(ctx, tx, owner, directory.Profile{Login: "admin", Name: "Admin"}, "", false, w.Now())
			if err != nil {
				return err
			}
			person = p.ID
			return directory.LinkUser(ctx, tx, owner, p.ID, admin.UIN, w.Now())
		})
		for _, tc := range []struct {
			name, want string
			change     func()
		}{
			{"at first", "11", func() {}},
			{"disabled in BI", "00", func() { execute(t, w, `UPDATE bi_users SET status = 0 WHERE uin = $1`, admin.UIN) }},
			{"and enabled", "11", func() { execute(t, w, `UPDATE bi_users SET status = 1 WHERE uin = $1`, admin.UIN) }},
			{"the person disabled", "00", func() {
				change(func(tx *store.Tx) error { return directory.SetDisabled(ctx, tx, owner, person, true, w.Now()) })
			}},
			{"and enabled", "11", func() {
				change(func(tx *store.Tx) error { return directory.SetDisabled(ctx, tx, owner, person, false, w.Now()) })
			}},
		} {
			tc.change()
			if got := status(); got != tc.want {
				t.Errorf("%s: the status is %s, want %s", tc.name, got, tc.want)
			}
			if tc.name == "disabled in BI" {
				admin.Fails(t, "UnauthorizedOperation.Inactive", "bi:DescribeProjectList", P{})
				admin.Fails(t, "UnauthorizedOperation.Inactive", "bi:CreateProject", P{"Name": "p", "ColorCode": "c"})
				admin.Fails(t, "MissingParameter", "bi:CreateProject", P{"Name": "p"})
			} else if tc.want == "11" {
				admin.Must(t, "bi:DescribeProjectList", P{})
			}
		}
	})
}

func TestADeletedSubAccountIsNoUserAnyMore(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		id, _ := x.project(t, x.Root, "p")
		boss := x.user(t, "boss", "sys_corp_admin")
		owned, _ := x.project(t, boss, "owned")
		bossID := rows(t, w.DB, `SELECT id FROM bi_users WHERE uin = $1`, boss.UIN)[0][0]
		hangOn(t, w, x.UIN, bossID, id)
		x.Root.Must(t, "cam:DeleteUser", P{"Name": "boss", "Force": 1})
		nothingHangsOn(t, w, bossID)
		if got := x.Root.Must(t, "bi:DescribeProjectInfo", P{"Id": owned}).Str("Data.Owner"); got != x.id() {
			t.Errorf("the project is %s's now", got)
		}
		x.person(t, "never")
		x.Root.Must(t, "cam:DeleteUser", P{"Name": "never", "Force": 1})
	})
}
