package bi_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/store"
)

// TestModifyUser is of ModifyUserRole and ModifyUserDetailInfo, which share all but the groups.
func TestModifyUser(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		id, roles := x.project(t, x.Root, "p")
		ann := x.user(t, "ann", "sys_common_user")
		x.Root.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": id, "UserInfoList": []P{{"UserId": "ann"}}})
		stored := func() string {
			return strings.Join(rows(t, w.DB, `SELECT user_name, email, phone, area_code, app_user_id, login_security_status, reset_password_tip, force_reset_password, password_expired
				FROM bi_users WHERE account = $1 AND uin = $2`, x.UIN, ann.UIN)[0], "|")
		}
		for _, tc := range []struct {
			name           string
			in             P
			grants, stored string
		}{
			{"nothing", P{}, "sys_common_user/1 sys_project_viewer/2", "|||||0|0|0|90"},
			{"a profile", P{"UserName": " Ann ", "Email": "a@b", "PhoneNumber": "+8613800138000", "AreaCode": "+86", "AppUserId": "app"},
				"sys_common_user/1 sys_project_viewer/2", "Ann|a@b|+8613800138000|+86|app|0|0|0|90"},
			{"empty texts and lists change nothing", P{"UserName": "", "Email": "", "RoleIdList": []int64{}}, "sys_common_user/1 sys_project_viewer/2", "Ann|a@b|+8613800138000|+86|app|0|0|0|90"},
			{"null changes nothing", P{"UserName": nil, "RoleIdList": nil}, "sys_common_user/1 sys_project_viewer/2", "Ann|a@b|+8613800138000|+86|app|0|0|0|90"},
			{"what BI's own login would look at", P{"LoginSecurityStatus": 1, "ResetPassWordTip": 1, "ForceResetPassWord": 1, "PasswordExpired": 30},
				"sys_common_user/1 sys_project_viewer/2", "Ann|a@b|+8613800138000|+86|app|1|1|1|30"},
			{"roles replace those of the enterprise's actions alone", P{"RoleIdList": []int64{x.roles["sys_corp_auth_admin"], roles["sys_project_editor"]}},
				"sys_corp_auth_admin/1 sys_project_editor/1 sys_project_viewer/2", "Ann|a@b|+8613800138000|+86|app|1|1|1|30"},
			{"the same once more", P{"RoleIdList": []int64{x.roles["sys_corp_auth_admin"], roles["sys_project_editor"]}},
				"sys_corp_auth_admin/1 sys_project_editor/1 sys_project_viewer/2", "Ann|a@b|+8613800138000|+86|app|1|1|1|30"},
			{"a user may lose all roles of the enterprise", P{"RoleIdList": []int64{roles["sys_project_viewer"]}},
				"sys_project_viewer/1 sys_project_viewer/2", "Ann|a@b|+8613800138000|+86|app|1|1|1|30"},
		} {
			for i, action := range []string{"bi:ModifyUserRole", "bi:ModifyUserDetailInfo"} {
				t.Run(tc.name+" "+action, func(t *testing.T) {
					tc.in["UserId"] = []string{"ann", fmt.Sprint(ann.UIN)}[i]
					if a := x.Root.Must(t, action, tc.in); !strings.Contains(a.Raw, `{"ErrorInfo":null,"Extra":"","Msg":"success","Data":null,`) {
						t.Error(a.Raw)
					}
					if got := x.grants(t, ann.UIN); got != tc.grants {
						t.Errorf("roles %q, want %q", got, tc.grants)
					}
					if got := stored(); got != tc.stored {
						t.Errorf("stored %q, want %q", got, tc.stored)
					}
				})
			}
		}
	})
}

func TestModifyUserDetailInfoReplacesGroups(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		ann := x.user(t, "ann")
		first := rows(t, w.DB, `SELECT id FROM bi_groups WHERE account = $1`, x.UIN)[0][0]
		execute(t, w, `INSERT INTO bi_groups (id, account, parent, name, location, created_by, created_at, updated_by, updated_at) VALUES (77, $1, -1, 'more', 2, '', 0, '', 0)`, x.UIN)
		groups := func() string {
			return fmt.Sprint(rows(t, w.DB, `SELECT m.group_id FROM bi_group_members m JOIN bi_users u ON u.id = m.bi_user WHERE u.uin = $1 ORDER BY m.group_id`, ann.UIN))
		}
		for _, tc := range []struct {
			name string
			in   []string
			want string
		}{
			{"the first", []string{first}, "[[" + first + "]]"},
			{"none is no change", []string{}, "[[" + first + "]]"},
			{"another and the same", []string{"77", first, first}, "[[77] [" + first + "]]"},
			{"the other alone", []string{"77"}, "[[77]]"},
		} {
			x.Root.Must(t, "bi:ModifyUserDetailInfo", P{"UserId": "ann", "UserGroupIdList": tc.in})
			if got := groups(); got != tc.want {
				t.Errorf("%s: in %s, want %s", tc.name, got, tc.want)
			}
		}
		x.Root.Fails(t, "InvalidParameterValue", "bi:ModifyUserDetailInfo", P{"UserId": "ann", "UserGroupIdList": []int64{5}})
		w.Quotas[account.BIUsersPerGroup] = 1
		x.user(t, "bob")
		x.Root.Fails(t, "LimitExceeded", "bi:ModifyUserDetailInfo", P{"UserId": "bob", "UserGroupIdList": []string{"77"}})
	})
}

func TestModifyUserRefuses(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newCorp(t, w), newCorp(t, w)
		ann, admin := x.user(t, "ann"), x.user(t, "admin", "sys_corp_admin")
		x.person(t, "nobody")
		stranger := other.user(t, "stranger")
		x.Root.Must(t, "bi:ModifyUserRole", P{"UserId": "admin", "AppUserId": "taken"})
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			in     P
			code   string
		}{
			{"no user", x.Root, P{}, "MissingParameter.MissingParam"},
			{"an empty user", x.Root, P{"UserId": ""}, "MissingParameter.MissingParam"},
			{"an unknown user", x.Root, P{"UserId": "zz"}, "UnauthorizedOperation.UserNotExist"},
			{"a sub-account that is no BI user", x.Root, P{"UserId": "nobody"}, "UnauthorizedOperation.UserNotExist"},
			{"a user of another account", x.Root, P{"UserId": fmt.Sprint(stranger.UIN)}, "UnauthorizedOperation.UserNotExist"},
			{"a caller who administers nothing", ann, P{"UserId": "zz"}, "UnauthorizedOperation.Authorize"},
			{"roles go before users", x.Root, P{"UserId": "zz", "RoleIdList": []int64{5}}, "InvalidParameterValue"},
			{"demoting the root", admin, P{"UserId": x.id(), "RoleIdList": []int64{x.roles["sys_common_user"]}}, "UnauthorizedOperation.Authorize"},
			{"giving the root more", x.Root, P{"UserId": x.id(), "RoleIdList": []int64{x.roles["sys_corp_admin"], x.roles["sys_common_user"]}}, "UnauthorizedOperation.Authorize"},
			{"the root's own role", x.Root, P{"UserId": x.id(), "RoleIdList": []int64{x.roles["sys_corp_admin"]}, "UserName": "Boss"}, ""},
			{"a flag of 2", x.Root, P{"UserId": "ann", "LoginSecurityStatus": 2}, "InvalidParameterValue"},
			{"an expiry that is not offered", x.Root, P{"UserId": "ann", "PasswordExpired": 45}, "InvalidParameterValue"},
			{"a malformed address", x.Root, P{"UserId": "ann", "Email": "x"}, "InvalidParameterValue"},
			{"a messenger id of somebody else", x.Root, P{"UserId": "ann", "AppUserId": "taken"}, "UnsupportedOperation.BIError"},
			{"one's own messenger id", x.Root, P{"UserId": "admin", "AppUserId": "taken"}, ""},
		} {
			t.Run(tc.name, func(t *testing.T) { tc.caller.Fails(t, tc.code, "bi:ModifyUserRole", tc.in) })
		}
	})
}

func TestDeleteUserRole(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		id, roles := x.project(t, x.Root, "p")
		boss, ann := x.user(t, "boss", "sys_corp_admin"), x.user(t, "ann")
		x.user(t, "bob")
		owned, _ := x.project(t, boss, "owned")
		group := rows(t, w.DB, `SELECT id FROM bi_groups WHERE account = $1`, x.UIN)[0][0]
		x.Root.Must(t, "bi:ModifyUserDetailInfo", P{"UserId": "boss", "UserGroupIdList": []string{group}})
		x.Root.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": id, "UserInfoList": []P{{"UserId": "boss"}}, "RoleIdList": []int64{roles["sys_project_editor"]}})
		bossID := rows(t, w.DB, `SELECT id FROM bi_users WHERE uin = $1`, boss.UIN)[0][0]
		hangOn(t, w, x.UIN, bossID, id)

		ann.Fails(t, "UnauthorizedOperation.Authorize", "bi:DeleteUserRole", P{"UserId": "boss"})
		boss.Fails(t, "UnauthorizedOperation.Authorize", "bi:DeleteUserRole", P{"UserId": x.id()})
		x.Root.Fails(t, "UnauthorizedOperation.UserNotExist", "bi:DeleteUserRole", P{"UserId": "zz"})
		x.Root.Fails(t, "MissingParameter", "bi:DeleteUserRole", P{})
		if a := boss.Must(t, "bi:DeleteUserRole", P{"UserId": "boss"}); !strings.Contains(a.Raw, `"Data":null`) { // himself
			t.Error(a.Raw)
		}
		x.Root.Fails(t, "UnauthorizedOperation.UserNotExist", "bi:DeleteUserRole", P{"UserId": "boss"})
		nothingHangsOn(t, w, bossID)
		if got := x.Root.Must(t, "bi:DescribeProjectInfo", P{"Id": owned}).Str("Data.Owner"); got != x.id() {
			t.Errorf("the project is %s's now", got)
		}
		x.Root.Must(t, "cam:GetUser", P{"Name": "boss"})
		if got := x.grants(t, ann.UIN); got != "sys_common_user/1" {
			t.Errorf("somebody else has %s", got)
		}
	})
}

// hangOn puts a row of every table that knows users on one.
func hangOn(t *testing.T, w *apitest.World, account int64, user string, project int64) {
	t.Helper()
	execute(t, w, `UPDATE bi_groups SET admin = $1 WHERE account = $2`, user, account)
	execute(t, w, `INSERT INTO bi_tag_values (account, bi_user, tag, value) VALUES ($1, $2, 5, 'v')`, account, user)
	execute(t, w, `INSERT INTO bi_page_rights (account, project, resource_type, entity, holder_kind, holder, name, value, updated_by, updated_at)
		VALUES ($1, $2, 'page', 1, 1, $3, 'PageView', 1, '', 0)`, account, project, user)
	execute(t, w, `INSERT INTO bi_api_keys (id, account, lookup, sealed, bi_user, created_by, created_at, updated_by, updated_at) VALUES (71, $1, $2, $2, $3, '', 0, '', 0)`, account, []byte("x"), user)
	execute(t, w, `INSERT INTO bi_embeds (id, account, project, page, scope, intention, token_type, token_num, expire_time, ticket_num, bi_user, user_id, created_by, created_at, updated_by, updated_at)
		VALUES (72, $1, $2, 0, 'panel', 'embed', 200, 1, 240, 0, $3, 'u', '', 0, '', 0)`, account, project, user)
	execute(t, w, `INSERT INTO bi_embed_tokens (hash, account, embed, remaining, expires_at, last_at) VALUES ($2, $1, 72, -1, 0, 0)`, account, []byte("t"))
}

func nothingHangsOn(t *testing.T, w *apitest.World, user string) {
	t.Helper()
	for table, where := range map[string]string{
		"bi_users": "id = $1", "bi_grants": "bi_user = $1", "bi_group_members": "bi_user = $1", "bi_tag_values": "bi_user = $1", "bi_page_rights": "holder_kind = 1 AND holder = $1",
		"bi_api_keys": "bi_user = $1", "bi_embeds": "bi_user = $1", "bi_embed_tokens": "embed = 72 AND $1 > 0", "bi_groups": "admin = $1", "bi_projects": "owner = $1",
	} {
		if n := rows(t, w.DB, `SELECT COUNT(*) FROM `+table+` WHERE `+where, user)[0][0]; n != "0" {
			t.Errorf("%s still has %s rows", table, n)
		}
	}
}

func TestMembersOfAProject(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		id, roles := x.project(t, x.Root, "p")
		second, others := x.project(t, x.Root, "q")
		manager := x.user(t, "manager")
		ann, bob := x.person(t, "ann"), x.user(t, "bob", "sys_corp_auth_admin")
		x.Root.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": id, "UserInfoList": []P{{"UserId": "manager"}}, "RoleIdList": []int64{roles["sys_project_admin"]}})

		// A manager of the project adds people: ann becomes a general user of BI by that.
		a := manager.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": fmt.Sprint(id), "UserInfoList": []P{{"UserId": "ann", "UserName": "Ann"}, {"UserId": "bob"}}})
		if a.Int("Data.Id") == 0 {
			t.Error(a.Raw)
		}
		want := func(what string, uin int64, grants string) {
			t.Helper()
			if got := x.grants(t, uin); got != grants {
				t.Errorf("%s: %q, want %q", what, got, grants)
			}
		}
		want("a newcomer", ann.UIN, "sys_common_user/2 sys_project_viewer/2")
		want("a BI user", bob.UIN, "sys_corp_auth_admin/1 sys_project_viewer/2")
		manager.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": id, "UserList": []P{{"UserId": "ann"}}, "RoleIdList": []int64{roles["sys_project_editor"]}})
		want("one role more", ann.UIN, "sys_common_user/2 sys_project_editor/2 sys_project_viewer/2")
		x.Root.Must(t, "bi:CreateUserRole", P{"UserInfoList": []P{{"UserId": "ann"}}, "RoleIdList": []int64{roles["sys_project_admin"], others["sys_project_viewer"]}})

		list := func(in P) string {
			in["ProjectId"], in["PageNo"], in["PageSize"] = id, 1, 20
			return pluck(ann.Must(t, "bi:DescribeUserRoleProjectList", in), "Data.List", "UserId")
		}
		for name, tc := range map[string]struct {
			in   P
			want string
		}{
			"all":               {P{}, fmt.Sprintf("ann %d %d %d", bob.UIN, manager.UIN, x.UIN)},
			"by role":           {P{"RoleCode": "sys_project_admin"}, fmt.Sprintf("ann %d %d", manager.UIN, x.UIN)},
			"by user":           {P{"UserIdList": []string{"ann", "zz", x.id()}}, "ann " + x.id()},
			"by nobody's id":    {P{"UserIdList": []string{"zz"}}, ""},
			"by keyword":        {P{"Keyword": "AN"}, fmt.Sprintf("ann %d", manager.UIN)},
			"bound users alone": {P{"IsOnlyBindAppUser": true}, ""},
		} {
			if got := list(tc.in); got != tc.want {
				t.Errorf("%s: %q, want %q", name, got, tc.want)
			}
		}
		a = ann.Must(t, "bi:DescribeUserRoleProjectList", P{"ProjectId": id, "PageNo": 1, "PageSize": 1})
		ofProject := fmt.Sprintf("[%d %d %d]", roles["sys_project_admin"], roles["sys_project_editor"], roles["sys_project_viewer"])
		if got := fmt.Sprint(a.At("Data.List.0.RoleIdList")); got != ofProject || fmt.Sprintf("[%s]", pluck(a, "Data.List.0.RoleList", "RoleId")) != ofProject || a.Int("Data.TotalPages") != 4 {
			t.Errorf("roles of the project are %s, want %s: %s", got, ofProject, a.Raw)
		}

		manager.Must(t, "bi:ModifyUserRoleProject", P{"ProjectId": id, "UserId": "ann", "Email": "ann@x"})
		manager.Must(t, "bi:ModifyUserRoleProject", P{"ProjectId": id, "UserId": "ann", "RoleIdList": []int64{roles["sys_project_member"]}})
		want("roles replaced", ann.UIN, "sys_common_user/2 sys_project_member/2 sys_project_viewer/1")
		annID := rows(t, w.DB, `SELECT id, email FROM bi_users WHERE uin = $1`, ann.UIN)[0]
		if annID[1] != "ann@x" {
			t.Errorf("her address is %s", annID[1])
		}
		hangOn(t, w, x.UIN, annID[0], id)
		manager.Must(t, "bi:DeleteUserRoleProject", P{"ProjectId": id, "UserId": "ann"})
		want("removed", ann.UIN, "sys_common_user/2 sys_project_viewer/1")
		for table, where := range map[string]string{"bi_page_rights": "holder = $1", "bi_embeds": "bi_user = $1", "bi_embed_tokens": "embed = 72 AND $1 > 0"} {
			if n := rows(t, w.DB, `SELECT COUNT(*) FROM `+table+` WHERE `+where, annID[0])[0][0]; n != "0" {
				t.Errorf("%s still has %s rows", table, n)
			}
		}
		if n := rows(t, w.DB, `SELECT COUNT(*) FROM bi_api_keys WHERE bi_user = $1`, annID[0])[0][0]; n != "1" {
			t.Error("her key, which is of no project, is gone")
		}
		ann.Fails(t, "UnauthorizedOperation.Authorize", "bi:DescribeUserRoleProjectList", P{"ProjectId": id, "PageNo": 1, "PageSize": 1})
		ann.Must(t, "bi:DescribeUserRoleProjectList", P{"ProjectId": second, "PageNo": 1, "PageSize": 1})
		manager.Must(t, "bi:DeleteUserRoleProject", P{"ProjectId": id, "UserId": fmt.Sprint(manager.UIN)}) // the last but for the owner
	})
}

func TestMembersOfAProjectAreRefused(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newCorp(t, w), newCorp(t, w)
		id, roles := x.project(t, x.Root, "p")
		second, others := x.project(t, x.Root, "q")
		_, foreign := other.project(t, other.Root, "p")
		ann, manager := x.user(t, "ann"), x.user(t, "manager")
		x.Root.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": id, "UserInfoList": []P{{"UserId": "manager"}}, "RoleIdList": []int64{roles["sys_project_admin"]}})
		someone := []P{{"UserId": "ann"}}
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			action string
			in     P
			code   string
		}{
			{"adding to no project", x.Root, "CreateUserRoleProject", P{"UserInfoList": someone}, "MissingParameter.MissingParam"},
			{"adding nobody", x.Root, "CreateUserRoleProject", P{"ProjectId": id}, "MissingParameter.MissingParam"},
			{"adding to an unknown project", x.Root, "CreateUserRoleProject", P{"ProjectId": 5, "UserInfoList": someone}, "UnsupportedOperation.BIError"},
			{"adding to an unknown project as nobody special", manager, "CreateUserRoleProject", P{"ProjectId": 5, "UserInfoList": someone}, "UnauthorizedOperation.Authorize"},
			{"adding to another project", manager, "CreateUserRoleProject", P{"ProjectId": second, "UserInfoList": someone}, "UnauthorizedOperation.Authorize"},
			{"adding to a project without administering it", ann, "CreateUserRoleProject", P{"ProjectId": id, "UserInfoList": someone}, "UnauthorizedOperation.Authorize"},
			{"a role of the enterprise", manager, "CreateUserRoleProject", P{"ProjectId": id, "UserInfoList": someone, "RoleIdList": []int64{x.roles["sys_corp_admin"]}}, "InvalidParameterValue"},
			{"a role of another project", x.Root, "CreateUserRoleProject", P{"ProjectId": id, "UserInfoList": someone, "RoleIdList": []int64{others["sys_project_admin"]}}, "InvalidParameterValue"},
			{"a role of another account", x.Root, "CreateUserRoleProject", P{"ProjectId": id, "UserInfoList": someone, "RoleIdList": []int64{foreign["sys_project_admin"]}}, "InvalidParameterValue"},
			{"an unknown user", manager, "CreateUserRoleProject", P{"ProjectId": id, "UserInfoList": []P{{"UserId": "zz"}}}, "UnauthorizedOperation.UserNotExist"},
			{"101 users", manager, "CreateUserRoleProject", P{"ProjectId": id, "UserInfoList": slices.Repeat(someone, 101)}, "LimitExceeded"},
			{"changing without a project", x.Root, "ModifyUserRoleProject", P{"UserId": "ann"}, "MissingParameter.MissingParam"},
			{"changing without a user", x.Root, "ModifyUserRoleProject", P{"ProjectId": id}, "MissingParameter.MissingParam"},
			{"changing one who is no member", x.Root, "ModifyUserRoleProject", P{"ProjectId": id, "UserId": "ann"}, "UnauthorizedOperation.UserNotExist"},
			{"changing a phone number", x.Root, "ModifyUserRoleProject", P{"ProjectId": id, "UserId": "manager", "PhoneNumber": "10086"}, "UnknownParameter"},
			{"changing to a role of another project", x.Root, "ModifyUserRoleProject", P{"ProjectId": id, "UserId": "manager", "RoleIdList": []int64{others["sys_project_admin"]}}, "InvalidParameterValue"},
			{"removing one who is no member", x.Root, "DeleteUserRoleProject", P{"ProjectId": id, "UserId": "ann"}, "UnauthorizedOperation.UserNotExist"},
			{"removing from the enterprise, which is no project", x.Root, "DeleteUserRoleProject", P{"ProjectId": 0, "UserId": "ann"}, "UnsupportedOperation.BIError"},
			{"removing without administering the project", ann, "DeleteUserRoleProject", P{"ProjectId": id, "UserId": "manager"}, "UnauthorizedOperation.Authorize"},
			{"a list of an unknown role", x.Root, "DescribeUserRoleProjectList", P{"ProjectId": id, "PageNo": 1, "PageSize": 1, "RoleCode": "sys_corp_admin"}, "InvalidParameterValue"},
			{"a list of more users than a page has", x.Root, "DescribeUserRoleProjectList", P{"ProjectId": id, "PageNo": 1, "PageSize": 1, "UserIdList": make([]string, 1001)}, "LimitExceeded"},
			{"a list of a project that one is not in", ann, "DescribeUserRoleProjectList", P{"ProjectId": id, "PageNo": 1, "PageSize": 1}, "UnauthorizedOperation.Authorize"},
		} {
			t.Run(tc.name, func(t *testing.T) { tc.caller.Fails(t, tc.code, "bi:"+tc.action, tc.in) })
		}
	})
}

// TestAProjectsAdministratorCannotPoseAsTheEnterprises holds that the addresses by which an engine knows somebody who
// administers the enterprise are for their like to change, and those of others for administrators of projects too.
func TestAProjectsAdministratorCannotPoseAsTheEnterprises(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		id, roles := x.project(t, x.Root, "p")
		x.user(t, "admin", "sys_corp_admin")
		x.user(t, "auth", "sys_corp_auth_admin")
		x.user(t, "common")
		manager := x.user(t, "manager")
		x.Root.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": id, "UserInfoList": []P{{"UserId": "manager"}}, "RoleIdList": []int64{roles["sys_project_admin"]}})
		const gate = "UnauthorizedOperation.Authorize"
		for i, tc := range []struct{ name, user, code string }{
			{"of the root", x.id(), gate},
			{"of an enterprise administrator", "admin", gate},
			{"of one who administers permissions", "auth", gate},
			{"of a general user", "common", ""},
		} {
			t.Run(tc.name, func(t *testing.T) {
				app := fmt.Sprintf("messenger%d", i)
				manager.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": id, "UserInfoList": []P{{"UserId": tc.user, "UserName": "Somebody"}}})
				for _, with := range []P{{"Email": app + "@example.com"}, {"PhoneNumber": fmt.Sprintf("1390000000%d", i)}, {"AppUserId": app}, {"LarkOpenId": app}} {
					with["UserId"] = tc.user
					manager.Fails(t, tc.code, "bi:CreateUserRoleProject", P{"ProjectId": id, "UserInfoList": []P{with}})
				}
				manager.Fails(t, tc.code, "bi:ModifyUserRoleProject", P{"ProjectId": id, "UserId": tc.user, "Email": app + "@example.org"})
				manager.Fails(t, tc.code, "bi:ModifyUserRoleProject", P{"ProjectId": id, "UserId": tc.user, "AppUserId": app + "x"})
				x.Root.Must(t, "bi:ModifyUserRoleProject", P{"ProjectId": id, "UserId": tc.user, "AppUserId": app + "y", "Email": app + "@example.net"})
				manager.Must(t, "bi:ModifyUserRoleProject", P{"ProjectId": id, "UserId": tc.user, "AppUserId": app + "y", "UserName": "The same"})
			})
		}
	})
}

func TestTheQuotaOfUsers(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		w.Quotas[account.BIUsers] = 2
		x := newCorp(t, w)
		x.user(t, "ann")
		x.person(t, "bob")
		x.add(t, "ann", nil) // one more call, not one more user
		x.Root.Fails(t, "LimitExceeded", "bi:CreateUserRole", P{"UserInfoList": []P{{"UserId": "bob"}}})
		if n := len(rows(t, w.DB, `SELECT id FROM bi_users WHERE account = $1`, x.UIN)); n != 2 {
			t.Errorf("there are %d users", n)
		}
	})
}

// TestTheRecordOfAWriteNamesWhomAndWhat looks at the audit record of a change of roles: it names the user, however the
// request did, and the role that was taken away.
func TestTheRecordOfAWriteNamesWhomAndWhat(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		ann := x.user(t, "ann", "sys_common_user")
		a := x.Root.Must(t, "bi:ModifyUserRole", P{"UserId": "ann", "RoleIdList": []int64{x.roles["sys_corp_auth_admin"]}})
		r := x.record(t, a)
		want := fmt.Sprintf("* qcs::cam::uin/%[1]d:uin/%[2]d qcs::bi::uin/%[1]d:role/%[3]d", x.UIN, ann.UIN, x.roles["sys_common_user"])
		if got := strings.Join(r.Resources, " "); got != want || r.Action != "bi:ModifyUserRole" || !strings.Contains(string(r.Parameters), fmt.Sprint(x.roles["sys_corp_auth_admin"])) {
			t.Errorf("%s on %s with %s, want it on %s", r.Action, got, r.Parameters, want)
		}
	})
}

// record is the audit record of a call: that of a read is written soon after it.
func (x *corp) record(t testing.TB, of *apitest.Answer) audit.Record {
	t.Helper()
	for range 100 {
		records, err := audit.Query(context.Background(), x.DB.Read(), audit.Filter{Account: store.Account(x.UIN), Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			if r.RequestID == of.Str("RequestId") {
				return r
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("there is no record")
	return audit.Record{}
}
