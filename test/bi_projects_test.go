package test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestBIProjects(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		describe := func(t *testing.T, key credential, id int64) row {
			t.Helper()
			return c.must(t, key, "bi:DescribeProjectInfo", params{"Id": id}).data()
		}
		var id int64
		t.Run("a new project has what was sent, four roles and its maker", func(t *testing.T) {
			in := params{"Name": "sales", "ColorCode": "#2864D7", "Logo": "bar", "Mark": "words 中文", "IsApply": true, "DefaultPanelType": 1}
			data := c.must(t, c.root, "bi:CreateProject", in).data()
			id = data.number("Id")
			if edit, there := data["EditUrl"]; id < 10_000_001 || !there || edit != nil {
				t.Errorf("Data is %v", data)
			}
			p := describe(t, c.root, id)
			for name, want := range map[string]any{"Id": id, "Name": "sales", "ColorCode": "#2864D7", "Logo": "bar", "Mark": "words 中文", "Apply": true, "CorpId": c.id,
				"CreatedUser": c.id, "UpdatedUser": c.id, "Owner": c.id, "Source": "", "MemberCount": 1, "PageCount": 0, "NormalCount": 0, "FreeCount": 0,
				"AdhocCount": 0, "BriefingCount": 0, "ConfigList": []any{}} {
				equal(t, name, p[name], want)
			}
			if p.str("Seed") == "" || !clockTime.MatchString(p.str("CreatedAt")) {
				t.Errorf("Seed %q, CreatedAt %q", p.str("Seed"), p.str("CreatedAt"))
			}
			roles := c.roles(t, id)
			equal(t, "roles", len(roles), 4)
			for _, code := range []string{projectAdmin, projectEditor, projectMember, projectViewer} {
				if roles[code] == 0 {
					t.Errorf("no role %s in %v", code, roles)
				}
			}
			equal(t, "the maker's role", roleIDs(of(c.members(t, id), c.id)), ids(roles[projectAdmin]))
		})
		t.Run("the rights of the caller are listed", func(t *testing.T) {
			rights := func(key credential) string { return text(t, describe(t, key, id)["AuthList"]) }
			if all := rights(c.root); !strings.Contains(all, "bi_project_read") || !strings.Contains(all, "bi_project_write") {
				t.Errorf("the root has %s", all)
			}
			uin, key := c.member(t, "reader")
			c.enlist(t, id, nil, uin)
			if all := rights(key); !strings.Contains(all, "bi_project_read") || strings.Contains(all, "bi_project_write") {
				t.Errorf("a viewer has %s", all)
			}
			equal(t, "MemberCount", describe(t, c.root, id)["MemberCount"], 2)
		})
		t.Run("one who is not in BI makes a project of the root", func(t *testing.T) {
			_, key := c.outsider(t, "automaton")
			made := c.must(t, key, "bi:CreateProject", params{"Name": "automatic", "ColorCode": "#fff"}).data().number("Id")
			equal(t, "Owner", describe(t, c.root, made)["Owner"], c.id)
			equal(t, "members", column(c.members(t, made), "UserId"), []string{c.id})
			c.must(t, c.root, "bi:DeleteProject", params{"Id": made})
		})
		t.Run("an administrator makes one of his own", func(t *testing.T) {
			uin, key := c.member(t, "manager", c.global[corpAdmin])
			made := c.must(t, key, "bi:CreateProject", params{"Name": "own", "ColorCode": "#fff"}).data().number("Id")
			p := describe(t, c.root, made)
			equal(t, "Owner", p["Owner"], uin)
			equal(t, "CreatedUser", p["CreatedUser"], uin)
			equal(t, "members", column(c.members(t, made), "UserId"), []string{uin})
			c.must(t, c.root, "bi:DeleteProject", params{"Id": made})
		})
		t.Run("what is absent or empty stays", func(t *testing.T) {
			before := describe(t, c.root, id)
			c.must(t, c.root, "bi:ModifyProject", params{"Id": id, "Name": "", "Mark": "", "ColorCode": "", "Logo": nil})
			after := describe(t, c.root, id)
			delete(before, "UpdatedAt")
			delete(after, "UpdatedAt")
			equal(t, "the project", after, before)
		})
		t.Run("one field changes alone", func(t *testing.T) {
			c.must(t, c.root, "bi:ModifyProject", params{"Id": id, "Mark": "changed"})
			p := describe(t, c.root, id)
			equal(t, "the project", []any{p["Name"], p["Mark"], p["Logo"], p["Apply"]}, []any{"sales", "changed", "bar", true})
		})
		t.Run("a project that is not there is no error but no data", func(t *testing.T) {
			equal(t, "Data", shape(t, c.must(t, c.root, "bi:DescribeProjectInfo", params{"Id": noID})), nil)
		})
		c.project(t, "taken")
		c.refuses(t, c.root, []wrong{
			{"no name", "CreateProject", params{"ColorCode": "#fff"}, "MissingParameter", []string{"Name"}},
			{"no color", "CreateProject", params{"Name": "x"}, "MissingParameter", []string{"ColorCode"}},
			{"a name that is too long", "CreateProject", params{"Name": strings.Repeat("项", 65), "ColorCode": "#fff"}, badValue, nil},
			{"a name that is taken", "CreateProject", params{"Name": "sales", "ColorCode": "#fff"}, badValue, nil},
			{"nothing to modify", "ModifyProject", params{"Name": "x"}, "MissingParameter", []string{"Id"}},
			{"another's name", "ModifyProject", params{"Id": id, "Name": "taken"}, badValue, nil},
			{"an unknown project to modify", "ModifyProject", params{"Id": noID, "Name": "x"}, biError, nil},
			{"nothing to delete", "DeleteProject", nil, "MissingParameter", []string{"Id"}},
			{"an unknown project to delete", "DeleteProject", params{"Id": noID}, unauthorized, nil},
			{"nothing to look at", "DescribeProjectInfo", nil, "MissingParameter", []string{"Id"}},
			{"a negative id", "DescribeProjectInfo", params{"Id": -1}, badValue, nil},
			{"the roles of an unknown project", "DescribePermissionRoleInfo", params{"ProjectId": noID}, biError, nil},
			{"the roles of no project", "DescribePermissionRoleInfo", nil, "MissingParameter", []string{"ProjectId"}},
		})
		t.Run("a deleted project takes with it what was in it, and leaves users and groups", func(t *testing.T) {
			uin, group := c.person(t, "stays"), c.group(t, "stays")
			roles := c.roles(t, id)
			c.join(t, []int64{c.global[commonUser], roles[projectViewer]}, uin)
			c.enlist(t, id, []int64{roles[projectEditor]}, uin)
			c.must(t, c.root, "bi:CreateDatasource", datasource(id, "db"))
			token := c.embed(t, c.root, params{"ProjectId": id, "PageId": 1}).str("BIToken")
			equal(t, "Data", shape(t, c.must(t, c.root, "bi:DeleteProject", params{"Id": id, "Seed": "x", "DefaultPanelType": 1})), nil)
			equal(t, "RoleList", roleIDs(c.entry(t, uin)), ids(c.global[commonUser]))
			equal(t, "Data", shape(t, c.must(t, c.root, "bi:DescribeProjectInfo", params{"Id": id})), nil)
			c.call(t, c.root, "bi:DescribeDatasourceList", params{"ProjectId": id}).wants(t, biError)
			equal(t, "its token", c.verifies(t, c.root, token)["active"], false)
			equal(t, "the group is there", find(c.tree(t, nil), group) != nil, true)
			c.call(t, c.root, "bi:CreateUserRole", params{"RoleIdList": ids(roles[projectViewer]), "UserInfoList": users(uin)}).wants(t, badValue)
			c.call(t, c.root, "bi:DeleteProject", params{"Id": id}).wants(t, unauthorized)
			c.project(t, "sales") // the name is free again
		})
	})
}

func TestBIProjectRoles(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		project := c.project(t, "sales")
		rows := rowsOf(shape(t, c.must(t, c.root, "bi:DescribePermissionRoleInfo", params{"ProjectId": project})))
		var last int64
		for _, r := range rows {
			equal(t, "role", []any{r["CanChoose"], r["RoleType"], r["Scope"], r["ScopeType"], r["CorpId"]}, []any{true, "sys", "project", 0, c.id})
			if r.str("RoleName") == "" || r.number("Id") <= last {
				t.Errorf("role %v after %d", r, last)
			}
			last = r.number("Id")
		}
		if len(rows) != 4 {
			t.Errorf("there are %d roles", len(rows))
		}
	})
}

func TestBIProjectList(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		a, b := c.project(t, "alpha"), c.project(t, "beta")
		c.project(t, "gamma")
		uin, key := c.member(t, "member", c.global[commonUser])
		c.enlist(t, a, ids(c.roles(t, a)[projectEditor]), uin)
		c.enlist(t, b, nil, uin)
		_, auth := c.member(t, "auth", c.global[corpAuthAdmin])
		_, automaton := c.outsider(t, "automaton")
		all := []string{"alpha", "beta", "gamma"}
		for _, tt := range []struct {
			name string
			key  credential
			in   params
			want []string
		}{
			{"the root sees all", c.root, params{}, all},
			{"a permission administrator sees all", auth, params{}, all},
			{"one who is not in BI sees all", automaton, params{}, all},
			{"a general user sees his own", key, params{}, all[:2]},
			{"a word in the name", c.root, params{"Keyword": "ALPH"}, all[:1]},
			{"a word that is nowhere", c.root, params{"Keyword": "nowhere"}, nil},
			{"where the caller has a role", key, params{"ModuleCollection": projectEditor}, all[:1]},
			{"where the caller has another role", key, params{"ModuleCollection": projectViewer}, all[1:2]},
			{"a global role filters nothing", key, params{"ModuleCollection": commonUser}, all[:2]},
			{"where the caller may read", key, params{"ModuleIdList": []string{"bi_project_read"}}, all[:2]},
			{"where the caller may write", key, params{"ModuleIdList": []string{"bi_project_write"}}, nil},
			{"where the root may write", c.root, params{"ModuleIdList": []string{"bi_project_write", "other"}}, all},
		} {
			t.Run(tt.name, func(t *testing.T) {
				answer := c.must(t, tt.key, "bi:DescribeProjectList", tt.in)
				got := column(answer.list(t), "Name")
				slices.Sort(got)
				equal(t, "projects", got, tt.want)
				equal(t, "Total", answer.data().number("Total"), len(tt.want))
				equal(t, "TotalPages", answer.data().number("TotalPages"), min(1, len(tt.want)))
			})
		}
	})
}

var keySyntax = regexp.MustCompile(`^[0-9a-f]{32}$`)

func TestBIApiKeys(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		uin, key := c.member(t, "manager", c.global[corpAdmin])
		other, resting := c.person(t, "other"), c.person(t, "resting")
		c.join(t, nil, other, resting)
		create := func(t *testing.T, key credential, in params) row {
			t.Helper()
			return c.must(t, key, "bi:CreateAuthApiKey", in).data()
		}
		info := func(t *testing.T, apiKey string) row {
			t.Helper()
			return c.must(t, c.root, "bi:DescribeAuthApiKeyInfo", params{"ApiKey": apiKey}).data()
		}
		var first, second, third row
		t.Run("a key acts as the one who is named, else as the caller", func(t *testing.T) {
			first, second, third = create(t, c.root, nil), create(t, key, nil), create(t, c.root, params{"DefaultUser": other})
			_, automaton := c.outsider(t, "automaton")
			fourth := create(t, automaton, nil)
			equal(t, "DefaultUser", []any{first["DefaultUser"], second["DefaultUser"], third["DefaultUser"], fourth["DefaultUser"]}, []any{c.id, uin, other, c.id})
			for _, k := range []row{first, second, third, fourth} {
				if !keySyntax.MatchString(k.str("ApiKey")) || k.number("Id") < 10_000_001 || k["CorpId"] != c.id {
					t.Errorf("the key is %v", k)
				}
			}
			c.must(t, c.root, "bi:DeleteAuthApiKey", params{"ApiKey": fourth.str("ApiKey")})
		})
		t.Run("a key is shown in full", func(t *testing.T) {
			k := info(t, second.str("ApiKey"))
			equal(t, "the key", []any{k["Id"], k["ApiKey"], k["DefaultUser"], k["CreatedUser"], k["UpdatedUser"]}, []any{second["Id"], second["ApiKey"], uin, uin, uin})
			if k.str("CreatedAt") == "" || k.str("UpdatedAt") == "" {
				t.Errorf("the key is %v", k)
			}
		})
		t.Run("the newest is listed first, a word is looked for in keys and users", func(t *testing.T) {
			list := func(in params) []string {
				return column(c.must(t, c.root, "bi:DescribeAuthApiKeyList", in).list(t), "ApiKey")
			}
			equal(t, "all", list(nil), []string{third.str("ApiKey"), second.str("ApiKey"), first.str("ApiKey")})
			equal(t, "by user", list(params{"Keyword": other}), []string{third.str("ApiKey")})
			equal(t, "by key", list(params{"Keyword": first.str("ApiKey")[4:20]}), []string{first.str("ApiKey")})
		})
		t.Run("another user is put in", func(t *testing.T) {
			c.must(t, c.root, "bi:ModifyAuthApiKey", params{"ApiKey": third.str("ApiKey"), "DefaultUser": uin})
			equal(t, "DefaultUser", info(t, third.str("ApiKey"))["DefaultUser"], uin)
			c.must(t, c.root, "bi:ModifyAuthApiKey", params{"ApiKey": third.str("ApiKey")})
			equal(t, "DefaultUser", info(t, third.str("ApiKey"))["DefaultUser"], uin)
			c.must(t, c.root, "bi:ModifyAuthApiKey", params{"ApiKey": third.str("ApiKey"), "DefaultUser": other})
		})
		c.setStatus(t, 0, resting)
		unknown := strings.Repeat("0", 32)
		c.refuses(t, c.root, []wrong{
			{"a key for nobody", "CreateAuthApiKey", params{"DefaultUser": "unknown"}, noUser, nil},
			{"a key for one who is not in BI", "CreateAuthApiKey", params{"DefaultUser": c.person(t, "outside")}, noUser, nil},
			{"a key for one who is disabled", "CreateAuthApiKey", params{"DefaultUser": resting}, noUser, nil},
			{"a key given to nobody", "ModifyAuthApiKey", params{"ApiKey": first.str("ApiKey"), "DefaultUser": "unknown"}, noUser, nil},
			{"no key to modify", "ModifyAuthApiKey", params{"DefaultUser": uin}, "MissingParameter", []string{"ApiKey"}},
			{"an unknown key to modify", "ModifyAuthApiKey", params{"ApiKey": unknown, "DefaultUser": uin}, biError, nil},
			{"no key to look at", "DescribeAuthApiKeyInfo", nil, "MissingParameter", []string{"ApiKey"}},
			{"an unknown key to look at", "DescribeAuthApiKeyInfo", params{"ApiKey": unknown}, biError, nil},
			{"no key to delete", "DeleteAuthApiKey", nil, "MissingParameter", []string{"ApiKey"}},
			{"an unknown key to delete", "DeleteAuthApiKey", params{"ApiKey": unknown}, biError, nil},
		})
		t.Run("a key is no SecretId", func(t *testing.T) {
			k := first.str("ApiKey")
			if code := c.call(t, credential{id: k, key: k}, "bi:DescribeUserProjectList", nil).code; !strings.HasPrefix(code, "AuthFailure.") {
				t.Errorf("the code is %q", code)
			}
		})
		t.Run("an engine learns who a key stands for, as long as he is enabled", func(t *testing.T) {
			k := third.str("ApiKey")
			a := c.verifiesKey(t, c.root, k)
			equal(t, "answer", []any{a["active"], a["corpId"], a["userId"]}, []any{true, c.id, other})
			c.setStatus(t, 0, other)
			equal(t, "active while disabled", c.verifiesKey(t, c.root, k)["active"], false)
			c.setStatus(t, 1, other)
			equal(t, "active when enabled", c.verifiesKey(t, c.root, k)["active"], true)
			equal(t, "an unknown key", text(t, c.verifiesKey(t, c.root, unknown)), `{"active":false}`)
		})
		t.Run("a deleted key is gone", func(t *testing.T) {
			k := second.str("ApiKey")
			equal(t, "Data", shape(t, c.must(t, c.root, "bi:DeleteAuthApiKey", params{"ApiKey": k})), "success")
			c.call(t, c.root, "bi:DescribeAuthApiKeyInfo", params{"ApiKey": k}).wants(t, biError)
			equal(t, "active", c.verifiesKey(t, c.root, k)["active"], false)
		})
	})
}
