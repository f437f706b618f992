package bi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
)

func TestDescribeUserRoleListPrintsAllMembers(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		x.Root.Must(t, "cam:AddUser", P{"Name": "ann", "PhoneNum": "13800138000", "CountryCode": "86", "Email": "ann@directory"})
		group := rows(t, w.DB, `SELECT id FROM bi_groups WHERE account = $1`, x.UIN)[0][0]
		id, roles := x.project(t, x.Root, "Sales")
		x.Root.Must(t, "bi:CreateUserRole", P{"UserInfoList": []P{{"UserId": "ann", "UserName": "Ann", "AppUserId": "a1"}}, "UserGroups": []string{group},
			"RoleIdList": []int64{roles["sys_project_viewer"], x.roles["sys_common_user"]}})
		x.Root.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": id, "RoleIdList": []int64{roles["sys_project_admin"], roles["sys_project_viewer"]}, "UserInfoList": []P{{"UserId": "ann"}}})
		a := x.Root.Must(t, "bi:DescribeUserRoleList", P{"PageNo": 1, "PageSize": 20})
		at := wireTime(w)
		want := fmt.Sprintf(`"Data":{"Total":2,"TotalPages":1,"List":[{"Id":%[1]d,"RoleList":[`+
			`{"RoleName":"General user","RoleId":%[2]d,"ProjectId":0,"ProjectName":"","ScopeType":1,"ModuleCollection":"sys_common_user"},`+
			`{"RoleName":"Project administrator","RoleId":%[3]d,"ProjectId":%[4]d,"ProjectName":"Sales","ScopeType":0,"ModuleCollection":"sys_project_admin"},`+
			`{"RoleName":"Project viewer","RoleId":%[5]d,"ProjectId":%[4]d,"ProjectName":"Sales","ScopeType":0,"ModuleCollection":"sys_project_viewer"}],`+
			`"RoleIdList":[%[2]d,%[5]d],"UserId":"ann","UserName":"Ann","CorpId":"%[6]d","Email":"ann@directory","CreatedUser":"%[6]d","CreatedAt":"%[7]s",`+
			`"UpdatedUser":"%[6]d","UpdatedAt":"%[7]s","LastLogin":null,"Status":1,"PhoneNumber":"13800138000","AreaCode":"86","RootAccount":false,"CorpAdmin":false,`+
			`"AppUserId":"a1","AppUserAliasName":null,"AppUserName":null,"InValidateAppRange":true,"AppOpenUserId":null,"EmailActivationStatus":-1,`+
			`"UserGroupList":[{"Id":%[8]s,"GroupName":"默认组","ParentId":-1,"IsDefault":1,"AdminUserId":"","Description":"","Location":1}]},`,
			a.Int("Data.List.0.Id"), x.roles["sys_common_user"], roles["sys_project_admin"], id, roles["sys_project_viewer"], x.UIN, at, group)
		if !strings.Contains(a.Raw, want) {
			t.Errorf("got %s\nwant %s", a.Raw, want)
		}
		for path, want := range map[string]string{"UserId": x.id(), "UserName": "root", "RootAccount": "true", "CorpAdmin": "true", "AppUserId": "<nil>", "InValidateAppRange": "<nil>",
			"RoleIdList": fmt.Sprintf("[%d]", x.roles["sys_corp_admin"]), "UserGroupList": "[]"} {
			if got := fmt.Sprint(a.At("Data.List.1." + path)); got != want {
				t.Errorf("%s of the root is %s, want %s", path, got, want)
			}
		}
	})
}

func TestDescribeUserRoleListFinds(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		id, _ := x.project(t, x.Root, "Sales")
		for _, name := range []string{"ann", "bob", "wec"} {
			u := x.person(t, name)
			if name == "wec" {
				setWeCom(t, w, u.UIN, "WeComWec")
			}
			x.add(t, name, nil)
		}
		x.Root.Must(t, "bi:ModifyUserRole", P{"UserId": "bob", "UserName": "Robert", "Email": "bob@x.com", "PhoneNumber": "+8613900001111"})
		x.Root.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": id, "UserInfoList": []P{{"UserId": "ann"}}})
		auth, common := x.user(t, "auth", "sys_corp_auth_admin"), x.user(t, "common")
		everybody := fmt.Sprintf("%d %d wec bob ann %d", common.UIN, auth.UIN, x.UIN)
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			in     P
			want   string // UserIds, or a code
			total  int64
		}{
			{"all, the newest first", x.Root, P{}, everybody, 6},
			{"for who administers permissions", auth, P{}, everybody, 6},
			{"not for everybody", common, P{}, "UnauthorizedOperation.Authorize", 0},
			{"users of the enterprise", x.Root, P{"UserType": "0"}, everybody, 6},
			{"visitors", x.Root, P{"UserType": "1"}, "", 0},
			{"another kind", x.Root, P{"UserType": "2"}, "InvalidParameterValue", 0},
			{"by a part of the name", x.Root, P{"Keyword": "ROB"}, "bob", 1},
			{"by a part of the address", x.Root, P{"Keyword": "@X.c"}, "bob", 1},
			{"by a part of the number", x.Root, P{"Keyword": "00001111"}, "bob", 1},
			{"by the name that the directory has", x.Root, P{"Keyword": "AUTH"}, fmt.Sprint(auth.UIN), 1},
			{"by a part of the id", x.Root, P{"Keyword": "wec"}, "wec", 1},
			{"nobody", x.Root, P{"Keyword": "zzz"}, "", 0},
			{"of a project", x.Root, P{"ProjectId": fmt.Sprint(id)}, fmt.Sprintf("ann %d", x.UIN), 2},
			{"of an unknown project", x.Root, P{"ProjectId": "5"}, "", 0},
			{"of a project that is no number", x.Root, P{"ProjectId": "x"}, "InvalidParameterValue", 0},
			{"of a negative project", x.Root, P{"ProjectId": "-1"}, "InvalidParameterValue", 0},
			{"bound to a messenger", x.Root, P{"IsOnlyBindAppUser": true}, "wec", 1},
			{"the first page", x.Root, P{"PageSize": 2}, fmt.Sprintf("%d %d", common.UIN, auth.UIN), 6},
			{"page 0 is the first", x.Root, P{"PageNo": 0, "PageSize": 2}, fmt.Sprintf("%d %d", common.UIN, auth.UIN), 6},
			{"a later page", x.Root, P{"PageNo": 2, "PageSize": 2}, "wec bob", 6},
			{"behind the end", x.Root, P{"PageNo": 9, "PageSize": 2}, "", 6},
			{"far behind the end", x.Root, P{"PageNo": int64(1)<<62 + 1, "PageSize": 1000}, "", 6},
			{"a size that is none means the usual", x.Root, P{"PageSize": -5}, everybody, 6},
			{"a size beyond the greatest is that", x.Root, P{"PageSize": 5000}, everybody, 6},
			{"a negative page", x.Root, P{"PageNo": -1}, "InvalidParameterValue", 0},
			{"all pages", x.Root, P{"PageSize": 2, "AllPage": true}, everybody, 6},
			{"all pages, again", x.Root, P{"PageNo": 2, "PageSize": 2, "AllPage": true}, "", 6},
		} {
			t.Run(tc.name, func(t *testing.T) {
				in := P{"PageNo": 1, "PageSize": 20}
				for k, v := range tc.in {
					in[k] = v
				}
				a := tc.caller.Call(t, "bi:DescribeUserRoleList", in)
				got := pluck(a, "Data.List", "UserId")
				if a.Code != "" {
					got = a.Code
				}
				if got != tc.want || a.Int("Data.Total") != tc.total {
					t.Errorf("got %q of %d, want %q of %d", got, a.Int("Data.Total"), tc.want, tc.total)
				}
			})
		}
		if a := x.Root.Must(t, "bi:DescribeUserRoleList", P{"PageNo": 1, "PageSize": 20, "Keyword": "zzz"}); !strings.Contains(a.Raw, `"Data":{"Total":0,"TotalPages":0,"List":[]}`) {
			t.Errorf("nobody: %s", a.Raw)
		}
		if a := x.Root.Must(t, "bi:DescribeUserRoleList", P{"PageNo": 1, "PageSize": 4}); a.Int("Data.TotalPages") != 2 {
			t.Errorf("6 users are %d pages of 4", a.Int("Data.TotalPages"))
		}
		if got := x.Root.Must(t, "bi:DescribeUserRoleList", P{"PageNo": 1, "PageSize": 20, "Keyword": "wec"}).Str("Data.List.0.AppUserId"); got != "WeComWec" {
			t.Errorf("the directory's messenger id is printed as %q", got)
		}
	})
}

// TestTerraformReadsWholeLists walks lists as Terraform's provider does: page numbers are row offsets, and it stops at the
// first page that is not full.
func TestTerraformReadsWholeLists(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		const size = 3
		for i := range 7 {
			name := fmt.Sprintf("u%d", i)
			x.Root.Must(t, "cam:AddUser", P{"Name": name})
			x.add(t, name, nil)
		}
		walk := func(client string, more P) (ids []string, calls int) {
			for offset := 0; calls < 10; offset += size {
				in := P{"PageNo": offset, "PageSize": size}
				for k, v := range more {
					in[k] = v
				}
				r := x.Root.Request(t, "bi:DescribeUserRoleList", in)
				setClient(r, client)
				a := w.Do(t, r)
				calls++
				ids = append(ids, strings.Fields(pluck(a, "Data.List", "UserId"))...)
				if a.Len("Data.List") < size {
					return ids, calls
				}
			}
			return ids, calls
		}
		want := "u6 u5 u4 u3 u2 u1 u0 " + x.id()
		if ids, calls := walk("SDK_GO_1.0;Terraform-1.5", nil); strings.Join(ids, " ") != want || calls != 3 {
			t.Errorf("%d calls find %v", calls, ids)
		}
		if ids, calls := walk("SDK_GO_1.0;Terraform-1.5", P{"AllPage": true}); strings.Join(ids, " ") != want || calls != 2 {
			t.Errorf("%d calls for everything find %v", calls, ids)
		}
		if ids, _ := walk("SDK_GO_1.0", nil); strings.Join(ids, " ") == want {
			t.Error("page numbers of others are offsets too")
		}
	})
}

func setClient(r *http.Request, name string) { r.Header.Set("X-TC-RequestClient", name) }

func TestDescribeUserProjectList(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		id, _ := x.project(t, x.Root, "Sales")
		ann, admin := x.user(t, "ann", "sys_common_user"), x.user(t, "admin", "sys_corp_admin", "sys_common_user")
		x.Root.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": id, "UserInfoList": []P{{"UserId": "ann"}}})
		a1, a2, root := fmt.Sprint(ann.UIN), fmt.Sprint(admin.UIN), x.id()
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			in     P
			want   string
		}{
			{"everybody", x.Root, P{}, a2 + " " + a1 + " " + root},
			{"project 0 is none", x.Root, P{"ProjectId": 0}, a2 + " " + a1 + " " + root},
			{"of a project", ann, P{"ProjectId": id}, a1 + " " + root},
			{"everybody is not for everybody", ann, P{}, "UnauthorizedOperation.Authorize"},
			{"of an unknown project", ann, P{"ProjectId": 5}, "UnauthorizedOperation.Authorize"},
			{"of an unknown project, to who may know", admin, P{"ProjectId": 5}, "UnsupportedOperation.BIError"},
			{"without administrators", x.Root, P{"IsFilterPerAuthUser": true}, a1},
			{"without the caller", admin, P{"IsFilterCurrentUser": true}, a1 + " " + root},
			{"by name", x.Root, P{"Keyword": "ADM"}, a2},
			{"a page", x.Root, P{"PageNo": 2, "PageSize": 2}, root},
		} {
			t.Run(tc.name, func(t *testing.T) {
				a := tc.caller.Call(t, "bi:DescribeUserProjectList", tc.in)
				got := pluck(a, "Data.List", "UserId")
				if a.Code != "" {
					got = a.Code
				}
				if got != tc.want {
					t.Errorf("got %q, want %q", got, tc.want)
				}
			})
		}
		a := x.Root.Must(t, "bi:DescribeUserProjectList", P{"Keyword": "adm"})
		for member, want := range map[string]string{"GlobalUserCode": "sys_corp_admin", "GlobalUserName": "Enterprise administrator", "Status": "1", "FirstModify": "0",
			"EmailActivationStatus": "-1", "CorpId": root, "CreatedAt": isoTime(w), "LastLogin": "<nil>", "AppUserId": "<nil>", "LarkOpenId": "<nil>"} {
			if got := fmt.Sprint(a.At("Data.List.0." + member)); got != want {
				t.Errorf("%s is %s, want %s", member, got, want)
			}
		}
	})
}
