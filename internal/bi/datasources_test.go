package bi_test

import (
	"bytes"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/apitest"
)

const databasePassword = "pa55 of a database"

// plainSource and cloudSource are requests for a data source; more are further parameters.
func plainSource(project int64, name string, more P) P {
	return with(P{"DbHost": "db.example.com", "DbPort": 3306, "ServiceType": `{"Type":"Own"}`, "DbType": "MYSQL", "Charset": "utf8", "DbUser": "reader",
		"DbPwd": databasePassword, "DbName": name + "_db", "SourceName": name, "ProjectId": project}, more)
}

func cloudSource(project, name string, more P) P {
	return with(P{"ServiceType": `{"Type":"Cloud"}`, "DbType": "POSTGRE", "Charset": "utf8", "DbUser": "reader", "DbPwd": databasePassword, "DbName": name + "_db",
		"SourceName": name, "ProjectId": project, "Vip": "10.0.0.7", "Vport": "5432"}, more)
}

func with(p, more P) P {
	maps.Copy(p, more)
	return p
}

func TestDatasources(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		project, roles := x.project(t, x.Root, "sales")
		owner := x.user(t, "owner")
		x.Root.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": project, "UserInfoList": []P{{"UserId": fmt.Sprint(owner.UIN)}}, "RoleIdList": []int64{roles["sys_project_admin"]}})
		made := owner.Must(t, "bi:CreateDatasource", plainSource(project, "first", P{"Catalog": "c", "VpcId": "v", "UniqVpcId": "u", "UseVPC": true, "OperationAuthLimit": []string{"a", "b"},
			"ExtraParam": "{}", "Schema": "s", "DbVersion": "8", "RegionId": "gz", "DataOrigin": "o", "DataOriginProjectId": "op", "DataOriginDatasourceId": "os"}))
		id := made.Int("Data.Id")
		if want := fmt.Sprintf(`"Data":{"Id":%d,"AccessKey":"","ProjectId":%d,"TranId":"","TranStatus":2}`, id, project); !strings.Contains(made.Raw, want) {
			t.Errorf("%s has no %s", made.Raw, want)
		}
		a := owner.Must(t, "bi:DescribeDatasourceList", P{"ProjectId": project})
		for path, want := range map[string]any{"Id": id, "DbHost": "db.example.com", "DbPort": 3306, "ServiceType": `{"Type":"Own"}`, "DbType": "MYSQL", "Charset": "utf8", "DbUser": "reader",
			"DbName": "first_db", "SourceName": "first", "ProjectId": project, "ProjectName": "sales", "Status": "UNVERIFIED", "Catalog": "c", "VpcId": "v", "UniqVpcId": "u", "UseVPC": true,
			"ExtraParam": "{}", "Schema": "s", "DbVersion": "8", "RegionId": "gz", "DataOrigin": "o", "DataOriginProjectId": "op", "DataOriginDatasourceId": "os",
			"CreatedUser": owner.UIN, "UpdatedUser": owner.UIN, "Owner": owner.UIN, "CreatedAt": wireTime(w), "AuthList": "[bi_datasource_read bi_datasource_write]",
			"StateAction.IsEdit": true, "StateAction.ShowDel": true, "PermissionList": "[]"} {
			if got := a.At("Data.List.0." + path); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s is %v, want %v", path, got, want)
			}
		}
		cloud := x.Root.Must(t, "bi:CreateDatasourceCloud", cloudSource(fmt.Sprint(project), "second", P{"InstanceId": "i", "ProdDbName": "p", "ClusterId": "k"})).Int("Data.Id")
		a = x.Root.Must(t, "bi:DescribeDatasourceList", P{"ProjectId": project})
		if got := fmt.Sprintf("%s:%d %s %s", a.Str("Data.List.0.DbHost"), a.Int("Data.List.0.DbPort"), a.Str("Data.List.0.ClusterId"), a.Str("Data.List.0.Owner")); got != "10.0.0.7:5432 k "+x.id() {
			t.Errorf("the one in the cloud is %s", got)
		}

		sealed := passwords(t, w, id)
		if strings.Contains(a.Raw, databasePassword) || bytes.Contains(sealed, []byte(databasePassword)) {
			t.Error("a password can be read")
		}
		x.Root.Must(t, "bi:ModifyDatasource", plainSource(project, "renamed", P{"Id": id, "DbPwd": "", "DbPort": 65535, "DbHost": "", "Catalog": ""}))
		a = x.Root.Must(t, "bi:DescribeDatasourceList", P{"ProjectId": project, "Keyword": "RENAMED"})
		if got := fmt.Sprint(a.At("Data.List.0.SourceName"), a.At("Data.List.0.DbHost"), a.At("Data.List.0.DbPort"), a.At("Data.List.0.Catalog"), a.At("Data.List.0.UseVPC"),
			a.At("Data.List.0.CreatedUser"), a.At("Data.List.0.UpdatedUser")); got != fmt.Sprint("renamed", "db.example.com", "65535", "c", true, fmt.Sprint(owner.UIN), x.id()) {
			t.Errorf("changed to %s", got)
		}
		if !bytes.Equal(sealed, passwords(t, w, id)) {
			t.Error("a change without a password changed the password")
		}
		x.Root.Must(t, "bi:ModifyDatasourceCloud", cloudSource(fmt.Sprint(project), "moved", P{"Id": cloud, "Vip": "10.0.0.8"}))
		x.Root.Must(t, "bi:ModifyDatasource", plainSource(project, "first", P{"Id": id, "DbPwd": "another"}))
		if bytes.Equal(sealed, passwords(t, w, id)) {
			t.Error("the password did not change")
		}
		if plain, err := w.Keys.OpenRow("bi_datasources", id, passwords(t, w, id)); err != nil || plain != "another" {
			t.Errorf("the password is %q, %v", plain, err)
		}

		x.Root.Must(t, "bi:DeleteUserRole", P{"UserId": fmt.Sprint(owner.UIN)})
		if a = x.Root.Must(t, "bi:DescribeDatasourceList", P{"ProjectId": project, "DbName": "first"}); a.Str("Data.List.0.Owner") != x.id() {
			t.Errorf("the source of a user who has gone is of %s", a.Str("Data.List.0.Owner"))
		}
		if a = x.Root.Must(t, "bi:DeleteDatasource", P{"Id": id, "ProjectId": project}); !strings.Contains(a.Raw, `"Data":null`) {
			t.Error(a.Raw)
		}
		x.Root.Fails(t, "UnsupportedOperation.BIError", "bi:DeleteDatasource", P{"Id": id, "ProjectId": project})
		x.Root.Must(t, "bi:DeleteProject", P{"Id": project})
		if n := rows(t, w.DB, `SELECT COUNT(*) FROM bi_datasources WHERE account = $1`, x.UIN)[0][0]; n != "0" {
			t.Errorf("the project has gone and left %s sources", n)
		}
	})
}

// passwords is the password of a source as it is kept.
func passwords(t *testing.T, w *apitest.World, id int64) (sealed []byte) {
	t.Helper()
	if err := w.DB.Read().QueryRowContext(t.Context(), `SELECT password FROM bi_datasources WHERE id = $1`, id).Scan(&sealed); err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestDatasourceLists(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		project, roles := x.project(t, x.Root, "sales")
		viewer := x.user(t, "viewer")
		x.Root.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": project, "UserInfoList": []P{{"UserId": fmt.Sprint(viewer.UIN)}}, "RoleIdList": []int64{roles["sys_project_viewer"]}})
		for _, name := range []string{"alpha", "beta", "gamma"} {
			x.Root.Must(t, "bi:CreateDatasource", plainSource(project, name, nil))
		}
		const everything = "gamma beta alpha"
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			in     P
			want   string
			total  int64
			rights string
		}{
			{"the newest is first", x.Root, P{}, everything, 3, "[bi_datasource_read bi_datasource_write]"},
			{"a viewer reads all", viewer, P{}, everything, 3, "[bi_datasource_read]"},
			{"all permissions", viewer, P{"PermissionType": 0}, everything, 3, "[bi_datasource_read]"},
			{"those that a viewer may use", viewer, P{"PermissionType": 1}, everything, 3, "[bi_datasource_read]"},
			{"those that a viewer may edit", viewer, P{"PermissionType": 2}, "", 0, "<nil>"},
			{"those that the root may edit", x.Root, P{"PermissionType": 2}, everything, 3, "[bi_datasource_read bi_datasource_write]"},
			{"a part of the database's name", x.Root, P{"DbName": "ETA_d"}, "beta", 1, "[bi_datasource_read bi_datasource_write]"},
			{"a word in a name", x.Root, P{"Keyword": "MM"}, "gamma", 1, "[bi_datasource_read bi_datasource_write]"},
			{"a word in the name of all databases", x.Root, P{"Keyword": "_db"}, everything, 3, "[bi_datasource_read bi_datasource_write]"},
			{"a word in none", x.Root, P{"Keyword": "%"}, "", 0, "<nil>"},
			{"the second page", x.Root, P{"PageNo": 2, "PageSize": 2}, "alpha", 3, "[bi_datasource_read bi_datasource_write]"},
			{"everything in one page", x.Root, P{"AllPage": true, "PageSize": 1}, everything, 3, "[bi_datasource_read bi_datasource_write]"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				tc.in["ProjectId"] = project
				a := tc.caller.Must(t, "bi:DescribeDatasourceList", tc.in)
				if got := pluck(a, "Data.List", "SourceName"); got != tc.want || a.Int("Data.Total") != tc.total {
					t.Errorf("got %s of %d", got, a.Int("Data.Total"))
				}
				if tc.total > 0 {
					if got := fmt.Sprint(a.At("Data.List.0.AuthList")); got != tc.rights {
						t.Errorf("rights %s", got)
					}
				}
			})
		}
	})
}

func TestDatasourcesAreRefused(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		w.Quotas[account.BIDatasourcesPerProject] = 2
		x, other := newCorp(t, w), newCorp(t, w)
		project, _ := x.project(t, x.Root, "sales")
		second, _ := x.project(t, x.Root, "stock")
		foreign, _ := other.project(t, other.Root, "theirs")
		id := x.Root.Must(t, "bi:CreateDatasource", plainSource(project, "mine", nil)).Int("Data.Id")
		cloud := x.Root.Must(t, "bi:CreateDatasourceCloud", cloudSource(fmt.Sprint(project), "cloudy", nil)).Int("Data.Id")
		common, auth := x.user(t, "common"), x.user(t, "auth", "sys_corp_auth_admin")
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			action string
			in     P
			code   string
		}{
			{"port 0", x.Root, "CreateDatasource", plainSource(second, "x", P{"DbPort": 0}), "InvalidParameterValue"},
			{"port 65536", x.Root, "CreateDatasource", plainSource(second, "x", P{"DbPort": 65536}), "InvalidParameterValue"},
			{"no host", x.Root, "CreateDatasource", plainSource(second, "x", P{"DbHost": ""}), "InvalidParameterValue"},
			{"no name", x.Root, "CreateDatasource", plainSource(second, "", P{"DbName": ""}), "InvalidParameterValue"},
			{"a name of 256 bytes", x.Root, "CreateDatasource", plainSource(second, "x", P{"SourceName": strings.Repeat("n", 256)}), "InvalidParameterValue"},
			{"a type in small letters", x.Root, "CreateDatasource", plainSource(second, "x", P{"DbType": "mysql"}), "InvalidParameterValue"},
			{"a password beyond all bounds", x.Root, "CreateDatasource", plainSource(second, "x", P{"DbPwd": strings.Repeat("p", 1025)}), "InvalidParameterValue"},
			{"a port that is no number", x.Root, "CreateDatasourceCloud", cloudSource(fmt.Sprint(second), "x", P{"Vport": "+1"}), "InvalidParameterValue"},
			{"a project that is no number", x.Root, "CreateDatasourceCloud", cloudSource("x", "x", nil), "InvalidParameterValue"},
			{"no password", x.Root, "CreateDatasource", with(plainSource(second, "x", nil), P{"DbPwd": nil}), "MissingParameter"},
			{"one too many", x.Root, "CreateDatasource", plainSource(project, "x", nil), "LimitExceeded"},
			{"an unknown project", x.Root, "CreateDatasource", plainSource(5, "x", nil), "UnsupportedOperation.BIError"},
			{"another enterprise's project", x.Root, "CreateDatasource", plainSource(foreign, "x", nil), "UnsupportedOperation.BIError"},
			{"another enterprise's project in the cloud", x.Root, "CreateDatasourceCloud", cloudSource(fmt.Sprint(foreign), "x", nil), "UnsupportedOperation.BIError"},
			{"a stranger to the project", common, "CreateDatasource", plainSource(project, "x", nil), "UnauthorizedOperation.Authorize"},
			{"a permission administrator", auth, "CreateDatasource", plainSource(project, "x", nil), "UnauthorizedOperation.Authorize"},
			{"changing as a permission administrator", auth, "ModifyDatasource", plainSource(project, "x", P{"Id": id}), "UnauthorizedOperation.Authorize"},
			{"deleting as a stranger", common, "DeleteDatasource", P{"Id": id, "ProjectId": project}, "UnauthorizedOperation.Authorize"},
			{"listing as a stranger", common, "DescribeDatasourceList", P{"ProjectId": project}, "UnauthorizedOperation.Authorize"},
			{"changing one that is not there", x.Root, "ModifyDatasource", plainSource(project, "x", P{"Id": 5}), "UnsupportedOperation.BIError"},
			{"changing one of another project", x.Root, "ModifyDatasource", plainSource(second, "x", P{"Id": id}), "UnsupportedOperation.BIError"},
			{"changing another enterprise's", other.Root, "ModifyDatasource", plainSource(foreign, "x", P{"Id": id}), "UnsupportedOperation.BIError"},
			{"changing one of the cloud as one that has a host", x.Root, "ModifyDatasource", plainSource(project, "x", P{"Id": cloud}), "UnsupportedOperation.BIError"},
			{"changing one that has a host as one of the cloud", x.Root, "ModifyDatasourceCloud", cloudSource(fmt.Sprint(project), "x", P{"Id": id}), "UnsupportedOperation.BIError"},
			{"changing the project into no number", x.Root, "ModifyDatasourceCloud", cloudSource("-1", "x", P{"Id": cloud}), "InvalidParameterValue"},
			{"changing the port to 0", x.Root, "ModifyDatasource", plainSource(project, "x", P{"Id": id, "DbPort": 0}), "InvalidParameterValue"},
			{"deleting one of another project", x.Root, "DeleteDatasource", P{"Id": id, "ProjectId": second}, "UnsupportedOperation.BIError"},
			{"an unknown permission", x.Root, "DescribeDatasourceList", P{"ProjectId": project, "PermissionType": 3}, "InvalidParameterValue"},
			{"listing an unknown project", x.Root, "DescribeDatasourceList", P{"ProjectId": 5}, "UnsupportedOperation.BIError"},
		} {
			t.Run(tc.name, func(t *testing.T) { tc.caller.Fails(t, tc.code, "bi:"+tc.action, tc.in) })
		}
		if got := rows(t, w.DB, `SELECT name FROM bi_datasources WHERE account = $1 ORDER BY id`, x.UIN); fmt.Sprint(got) != "[[mine] [cloudy]]" {
			t.Errorf("what was refused left %v", got)
		}
	})
}
