package bi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/apitest"
)

func TestPermissionRanks(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		project, roles := x.project(t, x.Root, "p")
		second, _ := x.project(t, x.Root, "second")
		viewer := roles["sys_project_viewer"]
		region := x.tag(t, "region")
		about := func(more P) P {
			p := P{"ProjectId": project, "TableId": -7}
			for k, v := range more {
				p[k] = v
			}
			return p
		}
		rule := func(in P) string {
			a := x.Root.Must(t, "bi:DescribePermissionRanksInfo", about(in))
			if a.At("Data") == nil {
				return "none"
			}
			return fmt.Sprintf("%s %s %s %d %s", a.Str("Data.Type"), a.Str("Data.Mode"), a.Str("Data.RoleType"), a.Int("Data.RoleId"), a.Str("Data.RulerInfo"))
		}
		status := func(kind string) string {
			a := x.Root.Must(t, "bi:DescribePermissionStatusInfo", P{"ProjectId": fmt.Sprint(project), "TableId": -7, "Type": kind})
			return fmt.Sprintf("%d %s %s %s %s %d", a.Int("Data.TableId"), a.Str("Data.Type"), a.Str("Data.Mode"), a.Str("Data.OpenStatus"), a.Str("Data.RoleType"), a.Int("Data.RoleId"))
		}
		if rule(nil) != "none" || status("") != "-7 row all close others 0" {
			t.Errorf("before there is a rule there is %s, %s", rule(nil), status(""))
		}
		ofViewers := P{"RoleType": "roles", "RoleId": viewer}
		for _, tc := range []struct {
			name       string
			set        P
			ask        P
			rule       string
			row, colum string // states
		}{
			{"nothing but what is needed", nil, nil, "row all others 0 ", "-7 row all close others 0", "-7 column all close others 0"},
			{"a rule that is open", P{"OpenStatus": "Open", "RulerInfo": `{"a":1}`}, nil, `row all others 0 {"a":1}`, "-7 row all open others 0", "-7 column all close others 0"},
			{"it is replaced as a whole", P{"Mode": "Specify"}, nil, "row specify others 0 ", "-7 row specify close others 0", "-7 column all close others 0"},
			{"columns", P{"Type": "COLUMN", "Mode": "TAG", "OpenStatus": "OPEN"}, P{"Type": "Column"}, "column tag others 0 ", "-7 row specify close others 0", "-7 column tag open others 0"},
			{"a role", P{"RoleType": "ROLES", "RoleId": viewer, "OpenStatus": "open"}, ofViewers, fmt.Sprintf("row all roles %d ", viewer),
				fmt.Sprintf("-7 row all open roles %d", viewer), "-7 column tag open others 0"},
			{"the others beside the role", P{"RulerInfo": "[]"}, nil, "row all others 0 []", fmt.Sprintf("-7 row all open roles %d", viewer), "-7 column tag open others 0"},
			{"a role that is closed, the others changed last", P{"RoleType": "roles", "RoleId": viewer}, ofViewers, fmt.Sprintf("row all roles %d ", viewer),
				fmt.Sprintf("-7 row all close roles %d", viewer), "-7 column tag open others 0"},
			{"the role's number means nothing for others", P{"RoleType": "Others", "RoleId": 5}, P{"RoleId": 6}, "row all others 0 ", "-7 row all close others 0", "-7 column tag open others 0"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				w.Sleep(time.Second)
				if a := x.Root.Must(t, "bi:CreatePermissionRanks", about(tc.set)); !strings.Contains(a.Raw, `"Data":null`) {
					t.Error(a.Raw)
				}
				if got := rule(tc.ask); got != tc.rule {
					t.Errorf("the rule is %q, want %q", got, tc.rule)
				}
				if got := status("row") + ", " + status("COLUMN"); got != tc.row+", "+tc.colum {
					t.Errorf("the states are %q, want %q, %q", got, tc.row, tc.colum)
				}
			})
		}
		if rule(P{"Mode": "TAG"}) != "none" || rule(P{"Mode": "ALL"}) == "none" || rule(P{"TableId": 8}) != "none" || rule(P{"ProjectId": second}) != "none" {
			t.Error("a rule is found by another mode, table or project")
		}

		x.Root.Must(t, "bi:CreatePermissionRanks", about(P{"Mode": "tag", "RowColumnConfigList": []P{
			{"RulerInfo": "{}", "TagValueList": []P{{"Name": "region", "Values": []string{"south", "west"}}}}, {"TagValueList": []P{{"Id": region}}}}}))
		x.Root.Must(t, "bi:EditCorpTag", P{"Id": region, "Name": "area"})
		a := x.Root.Must(t, "bi:DescribePermissionRanksInfo", about(nil))
		want := fmt.Sprintf(`"RowColumnConfigList":[{"RulerInfo":"{}","TagValueList":[{"Id":%d,"Name":"area","Values":["south","west"]}]},`+
			`{"RulerInfo":null,"TagValueList":[{"Id":%d,"Name":"area","Values":[]}]}]`, region, region)
		if !strings.Contains(a.Raw, want) {
			t.Errorf("%s has no %s", a.Raw, want)
		}
		x.Root.Must(t, "bi:DeleteProject", P{"Id": project})
		if n := len(rows(t, w.DB, `SELECT project FROM bi_ranks WHERE account = $1`, x.UIN)); n != 0 {
			t.Errorf("%d rules stay of a project that is deleted", n)
		}
	})
}

func TestPermissionRanksRefuse(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newCorp(t, w), newCorp(t, w)
		ann, auth := x.user(t, "ann"), x.user(t, "auth", "sys_corp_auth_admin")
		manager, viewer := x.user(t, "manager"), x.user(t, "viewer")
		project, roles := x.project(t, x.Root, "p")
		second, foreignRoles := x.project(t, x.Root, "second")
		foreign, _ := other.project(t, other.Root, "foreign")
		foreignTag := other.tag(t, "foreign")
		for name, role := range map[string]string{fmt.Sprint(manager.UIN): "sys_project_admin", fmt.Sprint(viewer.UIN): "sys_project_viewer"} {
			x.Root.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": project, "UserInfoList": []P{{"UserId": name}}, "RoleIdList": []int64{roles[role]}})
		}
		tagged := func(tag P) []P { return []P{{"TagValueList": []P{tag}}} }
		long := `"` + strings.Repeat("x", 64<<10-2) + `"`
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			in     P
			code   string
		}{
			{"no project", ann, P{"ProjectId": nil}, "MissingParameter.MissingParam"},
			{"project 0", x.Root, P{"ProjectId": 0}, "MissingParameter.MissingParam"},
			{"no table", ann, P{"TableId": nil}, "MissingParameter.MissingParam"},
			{"a caller who has nothing in the project", ann, P{"Type": "CELL"}, refused},
			{"a caller who only views it", viewer, P{}, refused},
			{"its administrator", manager, P{}, ""},
			{"its administrator in another one", manager, P{"ProjectId": second}, refused},
			{"a permission administrator", auth, P{}, ""},
			{"an unknown project", x.Root, P{"ProjectId": 5}, "UnsupportedOperation.BIError"},
			{"an unknown project, for those who may not know", auth, P{"ProjectId": 5}, refused},
			{"a project of another account", x.Root, P{"ProjectId": foreign}, "UnsupportedOperation.BIError"},
			{"a rule for roles without one", x.Root, P{"RoleType": "ROLES"}, "InvalidParameterValue"},
			{"a role of another project", x.Root, P{"RoleType": "ROLES", "RoleId": foreignRoles["sys_project_viewer"]}, "InvalidParameterValue"},
			{"a role of the enterprise", x.Root, P{"RoleType": "ROLES", "RoleId": x.roles["sys_common_user"]}, "InvalidParameterValue"},
			{"an unknown tag", x.Root, P{"RowColumnConfigList": tagged(P{"Id": 5})}, "InvalidParameterValue"},
			{"a tag of another account", x.Root, P{"RowColumnConfigList": tagged(P{"Id": foreignTag})}, "InvalidParameterValue"},
			{"a tag that is not named", x.Root, P{"RowColumnConfigList": tagged(P{"Values": []string{"x"}})}, "InvalidParameterValue"},
			{"another type", x.Root, P{"Type": "CELL"}, "InvalidParameterValue"},
			{"another mode", x.Root, P{"Mode": "SOME"}, "InvalidParameterValue"},
			{"another kind of roles", x.Root, P{"RoleType": "USERS"}, "InvalidParameterValue"},
			{"half open", x.Root, P{"OpenStatus": "ajar"}, "InvalidParameterValue"},
			{"a rule that is no JSON", x.Root, P{"RulerInfo": "{"}, "InvalidParameterValue"},
			{"a rule of 64 KiB", x.Root, P{"RulerInfo": long}, ""},
			{"a rule of one byte more", x.Root, P{"RulerInfo": long + " "}, "InvalidParameterValue"},
			{"a rule for tags that is no JSON", x.Root, P{"RowColumnConfigList": []P{{"RulerInfo": "x"}}}, "InvalidParameterValue"},
			{"rules for tags that are too large together", x.Root, P{"RowColumnConfigList": []P{{"RulerInfo": long}, {"RulerInfo": "1"}}}, "InvalidParameterValue"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				p := P{"ProjectId": project, "TableId": 7}
				for k, v := range tc.in {
					p[k] = v
				}
				tc.caller.Fails(t, tc.code, "bi:CreatePermissionRanks", p)
			})
		}
		w.Quotas[account.BIRulesPerTable] = 1
		x.Root.Must(t, "bi:CreatePermissionRanks", P{"ProjectId": project, "TableId": 7})
		x.Root.Fails(t, "LimitExceeded", "bi:CreatePermissionRanks", P{"ProjectId": project, "TableId": 7, "Type": "COLUMN"})

		text := fmt.Sprint(project)
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			action string
			in     P
			code   string
		}{
			{"a rule of no project", x.Root, "RanksInfo", P{"TableId": 7}, "MissingParameter.MissingParam"},
			{"a rule of no table", x.Root, "RanksInfo", P{"ProjectId": project}, "MissingParameter.MissingParam"},
			{"a rule, for who has nothing in the project", ann, "RanksInfo", P{"ProjectId": project, "TableId": 7}, refused},
			{"a rule, for who views it", viewer, "RanksInfo", P{"ProjectId": project, "TableId": 7}, ""},
			{"a rule of an unknown project", x.Root, "RanksInfo", P{"ProjectId": 5, "TableId": 7}, "UnsupportedOperation.BIError"},
			{"a rule of another account's project", x.Root, "RanksInfo", P{"ProjectId": foreign, "TableId": 7}, "UnsupportedOperation.BIError"},
			{"a rule of another type", x.Root, "RanksInfo", P{"ProjectId": project, "TableId": 7, "Type": "CELL"}, "InvalidParameterValue"},
			{"a rule of another mode", x.Root, "RanksInfo", P{"ProjectId": project, "TableId": 7, "Mode": "SOME"}, "InvalidParameterValue"},
			{"a state of no project", x.Root, "StatusInfo", P{"TableId": 7}, "MissingParameter.MissingParam"},
			{"a state of no table", x.Root, "StatusInfo", P{"ProjectId": text}, "MissingParameter.MissingParam"},
			{"a state of a project that is no number", x.Root, "StatusInfo", P{"ProjectId": "x", "TableId": 7}, "InvalidParameterValue"},
			{"a state of a negative project", x.Root, "StatusInfo", P{"ProjectId": "-1", "TableId": 7}, "InvalidParameterValue"},
			{"a state, for who has nothing in the project", ann, "StatusInfo", P{"ProjectId": text, "TableId": 7}, refused},
			{"a state of another account's project", x.Root, "StatusInfo", P{"ProjectId": fmt.Sprint(foreign), "TableId": 7}, "UnsupportedOperation.BIError"},
			{"a state of another type", x.Root, "StatusInfo", P{"ProjectId": text, "TableId": 7, "Type": "CELL"}, "InvalidParameterValue"},
		} {
			t.Run(tc.name, func(t *testing.T) { tc.caller.Fails(t, tc.code, "bi:DescribePermission"+tc.action, tc.in) })
		}
	})
}
