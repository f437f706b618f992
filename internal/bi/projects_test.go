package bi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/apitest"
)

// project makes a project and answers its id and its roles by code.
func (x *corp) project(t *testing.T, by *apitest.Client, name string) (int64, map[string]int64) {
	t.Helper()
	id := by.Must(t, "bi:CreateProject", P{"Name": name, "ColorCode": "#fff"}).Int("Data.Id")
	roles := map[string]int64{}
	a := by.Must(t, "bi:DescribePermissionRoleInfo", P{"ProjectId": id})
	for i := range a.Len("Data") {
		at := fmt.Sprintf("Data.%d.", i)
		roles[a.Str(at+"ModuleCollection")] = a.Int(at + "Id")
	}
	return id, roles
}

func TestProjects(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		made := x.Root.Must(t, "bi:CreateProject", P{"Name": " Sales ", "ColorCode": "#409FFF", "Logo": "logo", "Mark": "ours", "IsApply": true, "DefaultPanelType": 2, "ManagePlatform": "p"})
		id := made.Int("Data.Id")
		if want := fmt.Sprintf(`"Data":{"Id":%d,"EditUrl":null}`, id); !strings.Contains(made.Raw, want) {
			t.Errorf("%s has no %s", made.Raw, want)
		}
		a := x.Root.Must(t, "bi:DescribeProjectInfo", P{"Id": id})
		for path, want := range map[string]any{"Name": "Sales", "ColorCode": "#409FFF", "Logo": "logo", "Mark": "ours", "Apply": true, "ManagePlatform": "p", "Source": "",
			"MemberCount": "1", "PageCount": "0", "NormalCount": "0", "FreeCount": "0", "AdhocCount": "0", "BriefingCount": "0", "LastModifyName": nil,
			"CorpId": x.id(), "CreatedUser": x.id(), "UpdatedUser": x.id(), "CreatedUserName": "root", "Owner": x.id(), "OwnerName": "root",
			"AuthList": "[bi_project_read bi_project_write]", "ConfigList": "[]", "PanelScope": "", "IsExternalManage": false, "Id": fmt.Sprint(id)} {
			if got := a.At("Data." + path); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s is %v, want %v", path, got, want)
			}
		}
		if seed := a.Str("Data.Seed"); len(seed) != 32 {
			t.Errorf("the seed is %q", seed)
		}
		if got := a.Str("Data.CreatedAt"); len(got) != len("2006-01-02 15:04:05") {
			t.Errorf("it was made at %q", got)
		}
		if _, roles := x.project(t, x.Root, "Other"); len(roles) != 4 {
			t.Errorf("its roles are %v", roles)
		}
		x.Root.Must(t, "bi:ModifyProject", P{"Id": id, "Name": "Sales 2", "Logo": "", "Mark": "theirs", "Seed": "s", "PanelScope": "all"})
		a = x.Root.Must(t, "bi:DescribeProjectInfo", P{"Id": id})
		if got := a.Str("Data.Name") + "|" + a.Str("Data.Logo") + "|" + a.Str("Data.Mark") + "|" + a.Str("Data.Seed") + "|" + a.Str("Data.PanelScope"); got != "Sales 2|logo|theirs|s|all" {
			t.Errorf("changed to %s", got)
		}
		if a = x.Root.Must(t, "bi:DeleteProject", P{"Id": id}); !strings.Contains(a.Raw, `"Data":null`) {
			t.Error(a.Raw)
		}
		if a = x.Root.Must(t, "bi:DescribeProjectInfo", P{"Id": id}); a.At("Data") != nil || !strings.Contains(a.Raw, `"Data":null`) {
			t.Errorf("a project that is gone: %s", a.Raw)
		}
		for table, column := range map[string]string{"bi_grants": "project", "bi_roles": "project", "bi_projects": "id"} {
			if n := rows(t, w.DB, `SELECT COUNT(*) FROM `+table+` WHERE `+column+` = $1`, id)[0][0]; n != "0" {
				t.Errorf("%s still has %s rows", table, n)
			}
		}
	})
}

func TestProjectsAreRefused(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		w.Quotas[account.BIProjects] = 2
		x, other := newCorp(t, w), newCorp(t, w)
		id, _ := x.project(t, x.Root, "mine")
		foreign, _ := other.project(t, other.Root, "theirs")
		common, unknown := x.user(t, "common", "sys_common_user"), x.person(t, "automaton")
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			action string
			in     P
			code   string
		}{
			{"a taken name", x.Root, "CreateProject", P{"Name": "mine", "ColorCode": "c"}, "InvalidParameterValue"},
			{"no name", x.Root, "CreateProject", P{"ColorCode": "c"}, "MissingParameter"},
			{"an empty name", x.Root, "CreateProject", P{"Name": " ", "ColorCode": "c"}, "InvalidParameterValue"},
			{"a name of 65 characters", x.Root, "CreateProject", P{"Name": strings.Repeat("虎", 65), "ColorCode": "c"}, "InvalidParameterValue"},
			{"an unknown panel", x.Root, "CreateProject", P{"Name": "n", "ColorCode": "c", "DefaultPanelType": 3}, "InvalidParameterValue"},
			{"a user who administers nothing", common, "CreateProject", P{"Name": "n", "ColorCode": "c"}, "UnauthorizedOperation.Authorize"},
			{"changing an unknown project", x.Root, "ModifyProject", P{"Id": 5}, "UnsupportedOperation.BIError"},
			{"changing one of another account", x.Root, "ModifyProject", P{"Id": foreign}, "UnsupportedOperation.BIError"},
			{"changing project 0, which is the enterprise", x.Root, "ModifyProject", P{"Id": 0}, "UnsupportedOperation.BIError"},
			{"changing an unknown project as nobody special", common, "ModifyProject", P{"Id": 5}, "UnauthorizedOperation.Authorize"},
			{"changing the enterprise as nobody special", common, "ModifyProject", P{"Id": 0}, "UnauthorizedOperation.Authorize"},
			{"changing a project as a stranger to it", common, "ModifyProject", P{"Id": id}, "UnauthorizedOperation.Authorize"},
			{"deleting an unknown project", x.Root, "DeleteProject", P{"Id": 5}, "UnauthorizedOperation.Authorize"},
			{"deleting one of another account", x.Root, "DeleteProject", P{"Id": foreign}, "UnauthorizedOperation.Authorize"},
			{"describing a project as a stranger to it", common, "DescribeProjectInfo", P{"Id": id}, "UnauthorizedOperation.Authorize"},
			{"describing an unknown project as nobody special", common, "DescribeProjectInfo", P{"Id": 5}, "UnauthorizedOperation.Authorize"},
			{"roles of an unknown project", x.Root, "DescribePermissionRoleInfo", P{"ProjectId": 5}, "UnsupportedOperation.BIError"},
			{"roles of a project as a stranger to it", common, "DescribePermissionRoleInfo", P{"ProjectId": id}, "UnauthorizedOperation.Authorize"},
			{"an unknown role to filter by", x.Root, "DescribeProjectList", P{"ModuleCollection": "boss"}, "InvalidParameterValue"},
			{"a second project within the quota", unknown, "CreateProject", P{"Name": "two", "ColorCode": "c"}, ""},
			{"a third is over it", x.Root, "CreateProject", P{"Name": "three", "ColorCode": "c"}, "LimitExceeded"},
		} {
			t.Run(tc.name, func(t *testing.T) { tc.caller.Fails(t, tc.code, "bi:"+tc.action, tc.in) })
		}
		if a := x.Root.Must(t, "bi:DescribeProjectInfo", P{"Id": foreign}); a.At("Data") != nil {
			t.Error("a project of another account is described")
		}
	})
}

func TestDescribeProjectList(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		var ids []int64
		var roles []map[string]int64
		for _, name := range []string{"Alpha", "Beta", "Gamma"} {
			id, r := x.project(t, x.Root, name)
			ids, roles = append(ids, id), append(roles, r)
		}
		ann, auth := x.user(t, "ann", "sys_common_user"), x.user(t, "auth", "sys_corp_auth_admin")
		automaton := x.person(t, "automaton")
		x.Root.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": ids[0], "RoleIdList": []int64{roles[0]["sys_project_admin"]}, "UserInfoList": []P{{"UserId": "ann"}}})
		x.Root.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": ids[1], "UserInfoList": []P{{"UserId": "ann"}}})
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			in     P
			want   string
			total  int64
		}{
			{"all for the root", x.Root, P{}, "Gamma Beta Alpha", 3},
			{"all for who administers permissions", auth, P{}, "Gamma Beta Alpha", 3},
			{"all for a caller that CAM alone knows", automaton, P{}, "Gamma Beta Alpha", 3},
			{"a user's own", ann, P{}, "Beta Alpha", 2},
			{"by a part of the name", x.Root, P{"Keyword": "MM"}, "Gamma", 1},
			{"by a role that the caller has", ann, P{"ModuleCollection": "sys_project_admin"}, "Alpha", 1},
			{"a role of the enterprise filters nothing", ann, P{"ModuleCollection": "sys_common_user"}, "Beta Alpha", 2},
			{"by a right", ann, P{"ModuleIdList": []string{"bi_project_write"}}, "Alpha", 1},
			{"a page", x.Root, P{"PageNo": 2, "PageSize": 2}, "Alpha", 3},
			{"everything", x.Root, P{"AllPage": true, "PageSize": 1}, "Gamma Beta Alpha", 3},
		} {
			t.Run(tc.name, func(t *testing.T) {
				a := tc.caller.Must(t, "bi:DescribeProjectList", tc.in)
				if got := pluck(a, "Data.List", "Name"); got != tc.want || a.Int("Data.Total") != tc.total {
					t.Errorf("got %q of %d, want %q of %d", got, a.Int("Data.Total"), tc.want, tc.total)
				}
			})
		}
		empty := newCorp(t, w)
		if a := empty.Root.Must(t, "bi:DescribeProjectList", P{}); !strings.Contains(a.Raw, `"Data":{"List":[],"Total":0,"TotalPages":0}`) {
			t.Errorf("no projects: %s", a.Raw)
		}
	})
}

func TestDescribePermissionRoleInfo(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		id, roles := x.project(t, x.Root, "p")
		a := x.Root.Must(t, "bi:DescribePermissionRoleInfo", P{"ProjectId": id, "PageNo": 1, "PageSize": 3})
		if got := pluck(a, "Data", "ModuleCollection"); got != "sys_project_admin sys_project_editor sys_project_member" {
			t.Errorf("roles %s", got)
		}
		for member, want := range map[string]string{"Id": fmt.Sprint(roles["sys_project_admin"]), "RoleName": "Project administrator", "CorpId": x.id(), "RoleType": "sys",
			"Scope": "project", "ScopeType": "0", "CanChoose": "true"} {
			if got := fmt.Sprint(a.At("Data.0." + member)); got != want {
				t.Errorf("%s is %s, want %s", member, got, want)
			}
		}
		x.Root.Language = "zh-CN"
		if got := x.Root.Must(t, "bi:DescribePermissionRoleInfo", P{"ProjectId": id}).Str("Data.0.RoleName"); got != "项目管理员" {
			t.Errorf("in Chinese it is %s", got)
		}
	})
}
