package test

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestBITags(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		uin := c.person(t, "zhangsan")
		c.join(t, nil, uin)
		id := hasID(t, shape(t, c.must(t, c.root, "bi:CreateCorpTag", params{"Name": "region"})))
		hasID(t, shape(t, c.must(t, c.root, "bi:CreateCorpTag", params{"Name": "level"})))
		has := func(t *testing.T, name, value string, want bool) {
			t.Helper()
			in := params{"TagValueList": []params{{"Name": name, "Values": []string{value}}}, "AllPage": true}
			rows := c.must(t, c.root, "bi:QueryUserGroupMember", in).list(t)
			equal(t, name+"="+value, of(rows, uin) != nil, want)
		}
		set := func(t *testing.T, list ...params) {
			t.Helper()
			equal(t, "Data", shape(t, c.must(t, c.root, "bi:ModifyUserTag", params{"UserId": uin, "TagList": list})), nil)
		}
		t.Run("tags are set by name and by id, the others stay, an empty value clears", func(t *testing.T) {
			set(t, params{"Name": "region", "Value": "south"}, params{"Name": "level", "Value": "1"})
			has(t, "region", "south", true)
			set(t, params{"Id": id, "Value": "north"})
			has(t, "region", "south", false)
			has(t, "region", "north", true)
			has(t, "level", "1", true)
			set(t, params{"Name": "level", "Value": ""})
			has(t, "level", "1", false)
			has(t, "region", "north", true)
		})
		t.Run("a tag is renamed at once, and keeps its values", func(t *testing.T) {
			a := c.must(t, c.root, "bi:EditCorpTag", params{"Id": id, "Name": "area", "ImportType": "manual"})
			shape(t, a)
			data := a.data()
			equal(t, "Data", []any{data["TranStatus"], data["Id"]}, []any{2, id})
			has(t, "area", "north", true)
		})
		c.refuses(t, c.root, []wrong{
			{"a tag without a name", "CreateCorpTag", nil, missingParam, []string{"Name"}},
			{"a tag's name that is too long", "CreateCorpTag", params{"Name": strings.Repeat("标", 65)}, badValue, nil},
			{"a tag's name that is taken", "CreateCorpTag", params{"Name": "level"}, biError, nil},
			{"an unknown tag for a user", "ModifyUserTag", params{"UserId": uin, "TagList": []params{{"Name": "area", "Value": "west"}, {"Name": "unknown", "Value": "x"}}}, badValue, nil},
			{"an unknown tag id for a user", "ModifyUserTag", params{"UserId": uin, "TagList": []params{{"Id": noID, "Value": "x"}}}, badValue, nil},
			{"a tag for an unknown user", "ModifyUserTag", params{"UserId": "unknown", "TagList": []params{{"Name": "area", "Value": "x"}}}, noUser, nil},
			{"an import from a table", "EditCorpTag", params{"Id": id, "ImportType": "auto", "AutoImportTagTableId": 1, "AutoImportField": "x"}, unsupported, nil},
		})
		t.Run("what was refused set nothing", func(t *testing.T) {
			has(t, "area", "north", true)
			has(t, "area", "west", false)
		})
	})
}

func TestBIPermissionRanks(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		project, other := c.project(t, "sales"), c.project(t, "stock")
		role, foreign := c.roles(t, project)[projectViewer], c.roles(t, other)[projectViewer]
		about := func(more params) params {
			in := params{"ProjectId": project, "TableId": 7}
			maps.Copy(in, more)
			return in
		}
		const rule = `{"conditions":[{"field":"region","operator":"eq","value":"south"}]}`
		info := func(t *testing.T, in params) any {
			t.Helper()
			return shape(t, c.must(t, c.root, "bi:DescribePermissionRanksInfo", in))
		}
		create := func(t *testing.T, in params) {
			t.Helper()
			equal(t, "Data", shape(t, c.must(t, c.root, "bi:CreatePermissionRanks", in)), nil)
		}
		status := func(t *testing.T, kind string) row {
			t.Helper()
			return c.must(t, c.root, "bi:DescribePermissionStatusInfo", params{"ProjectId": number(project), "TableId": 7, "Type": kind}).data()
		}
		t.Run("where there is no rule there is none, and it is closed", func(t *testing.T) {
			equal(t, "Data", info(t, about(params{"Type": "ROW"})), nil)
			equal(t, "OpenStatus", status(t, "ROW")["OpenStatus"], "close")
		})
		t.Run("a rule is kept, in lower case", func(t *testing.T) {
			create(t, about(params{"Type": "ROW", "Mode": "Specify", "RoleType": "ROLES", "RoleId": role, "RulerInfo": rule, "OpenStatus": "Open"}))
			r, _ := info(t, about(params{"Type": "row", "RoleType": "roles", "RoleId": role})).(map[string]any)
			equal(t, "the rule", []any{r["Type"], r["Mode"], r["RoleType"], r["RoleId"], r["TableId"], r["RulerInfo"]}, []any{"row", "specify", "roles", role, 7, rule})
			equal(t, "OpenStatus", status(t, "ROW")["OpenStatus"], "open")
		})
		t.Run("the same again changes it, another kind is another rule", func(t *testing.T) {
			create(t, about(params{"Type": "row", "Mode": "all", "RoleType": "roles", "RoleId": role, "RulerInfo": "{}", "OpenStatus": "close"}))
			create(t, about(params{"Type": "COLUMN", "Mode": "TAG", "RulerInfo": rule, "OpenStatus": "open"}))
			r, _ := info(t, about(params{"Type": "ROW", "RoleType": "ROLES", "RoleId": role})).(map[string]any)
			equal(t, "the row rule", []any{r["Mode"], r["RulerInfo"]}, []any{"all", "{}"})
			r, _ = info(t, about(params{"Type": "COLUMN"})).(map[string]any)
			equal(t, "the column rule", []any{r["Type"], r["Mode"], r["RoleType"]}, []any{"column", "tag", "others"})
			equal(t, "OpenStatus of rows", status(t, "ROW")["OpenStatus"], "close")
			equal(t, "OpenStatus of columns", status(t, "COLUMN")["OpenStatus"], "open")
		})
		t.Run("another table and another project have rules of their own", func(t *testing.T) {
			equal(t, "Data", info(t, params{"ProjectId": project, "TableId": 8, "Type": "COLUMN"}), nil)
			equal(t, "Data", info(t, params{"ProjectId": other, "TableId": 7, "Type": "COLUMN"}), nil)
		})
		bad := func(name string, more params, code string) wrong {
			return wrong{name, "CreatePermissionRanks", about(more), code, nil}
		}
		c.refuses(t, c.root, []wrong{
			bad("a rule of an unknown project", params{"ProjectId": noID}, biError),
			bad("a rule of another type", params{"Type": "CELL"}, badValue),
			bad("a rule of another mode", params{"Mode": "SOME"}, badValue),
			bad("a rule of another kind of roles", params{"RoleType": "USERS"}, badValue),
			bad("a rule that is half open", params{"OpenStatus": "ajar"}, badValue),
			bad("a rule that is no JSON", params{"RulerInfo": "{"}, badValue),
			bad("a rule that is too large", params{"RulerInfo": `"` + strings.Repeat("x", 64<<10) + `"`}, badValue),
			bad("a rule for another project's role", params{"RoleType": "ROLES", "RoleId": foreign}, badValue),
			bad("a rule for an unknown role", params{"RoleType": "ROLES", "RoleId": noID}, badValue),
		})
	})
}

func TestBIPagePermissions(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		project := c.project(t, "sales")
		top := c.group(t, "top")
		child, sibling := c.groupIn(t, "child", top), c.group(t, "sibling")
		uin := c.person(t, "zhangsan")
		c.enlist(t, project, nil, uin)
		rights := func(pairs ...any) []params {
			var list []params
			for i := 0; i < len(pairs); i += 2 {
				list = append(list, params{"ResourceName": pairs[i], "ResourceValue": pairs[i+1]})
			}
			return list
		}
		toGroups := func(t *testing.T, page int64, below bool, groups []int64, pairs ...any) {
			t.Helper()
			in := params{"ProjectId": project, "UserGroupIds": groups, "ResourceType": "page", "QueryChildren": below, "Resource": params{"EntityId": page, "ResourceList": rights(pairs...)}}
			equal(t, "Data", shape(t, c.must(t, c.root, "bi:ModifyResourceUserGroup", in)), nil)
		}
		// on are the rights that a group has on a page.
		on := func(t *testing.T, page, group int64) []string {
			t.Helper()
			in := params{"ProjectId": project, "PageId": page, "EntityId": page, "ResourceType": "page", "AllPage": 1}
			all := []string{}
			for _, parent := range []int64{0, top} {
				if parent != 0 {
					in["ParentId"] = parent
				}
				g := find(c.must(t, c.root, "bi:DescribeResourceUserGroupPageList", in).list(t), group)
				for _, r := range g.rows("ResourceList") {
					if r.is("ResourceValue") && !slices.Contains(all, r.str("ResourceName")) {
						all = append(all, r.str("ResourceName"))
					}
				}
			}
			slices.Sort(all)
			return all
		}
		t.Run("at first there is no right", func(t *testing.T) { equal(t, "top", on(t, 7, top), []string{}) })
		t.Run("viewing is given to a group, on one page", func(t *testing.T) {
			toGroups(t, 7, false, []int64{top, sibling}, "PageView", true)
			equal(t, "top", on(t, 7, top), []string{"PageView"})
			equal(t, "sibling", on(t, 7, sibling), []string{"PageView"})
			equal(t, "top, on another page", on(t, 8, top), []string{})
		})
		t.Run("any right brings viewing with it", func(t *testing.T) {
			toGroups(t, 8, false, []int64{top}, "PageShareAndIframe", true)
			equal(t, "top", on(t, 8, top), []string{"PageShareAndIframe", "PageView"})
		})
		t.Run("without viewing there is no other right", func(t *testing.T) {
			toGroups(t, 8, false, []int64{top}, "PageView", false)
			equal(t, "top", on(t, 8, top), []string{})
		})
		t.Run("the groups below get it too, where that is said", func(t *testing.T) {
			toGroups(t, 9, true, []int64{top}, "PageView", true)
			equal(t, "child", on(t, 9, child), []string{"PageView"})
		})
		t.Run("several pages at once", func(t *testing.T) {
			in := params{"ProjectId": project, "UserGroupId": sibling, "ResourceType": "page", "EntityIds": []int64{21, 22}, "Resource": params{"ResourceList": rights("PageView", true)}}
			equal(t, "Data", shape(t, c.must(t, c.root, "bi:ModifyResourceUserGroupResource", in)), nil)
			equal(t, "the first", on(t, 21, sibling), []string{"PageView"})
			equal(t, "the second", on(t, 22, sibling), []string{"PageView"})
		})
		t.Run("a user's own rights", func(t *testing.T) {
			in := params{"ProjectId": project, "UserId": uin, "ResourceType": "page", "EntityIds": []int64{7}, "Resource": params{"UserId": uin, "ResourceList": rights("PageView", true)}}
			equal(t, "Data", shape(t, c.must(t, c.root, "bi:ModifyResourceUser", in)), nil)
			equal(t, "sibling", on(t, 7, sibling), []string{"PageView"})
		})
		user := func(name string, more params, code string) wrong {
			in := params{"ProjectId": project, "UserId": uin, "ResourceType": "page", "EntityIds": []int64{7}, "Resource": params{"ResourceList": rights("PageView", true)}}
			maps.Copy(in, more)
			return wrong{name, "ModifyResourceUser", in, code, nil}
		}
		c.refuses(t, c.root, []wrong{
			user("rights in an unknown project", params{"ProjectId": noID}, biError),
			user("rights of an unknown user", params{"UserId": "unknown"}, noUser),
			user("rights on something that is no page", params{"ResourceType": "table"}, badValue),
			user("a right whose name is none", params{"Resource": params{"ResourceList": rights("Page View!", true)}}, badValue),
			user("a right whose name is too long", params{"Resource": params{"ResourceList": rights(strings.Repeat("x", 65), true)}}, badValue),
			{"rights of an unknown group", "ModifyResourceUserGroup", params{"ProjectId": project, "UserGroupIds": []int64{noID}, "ResourceType": "page",
				"Resource": params{"EntityId": 7, "ResourceList": rights("PageView", true)}}, badValue, nil},
		})
		t.Run("a deleted group's rights go with it", func(t *testing.T) {
			c.must(t, c.root, "bi:DeleteUserGroup", params{"Id": sibling})
			equal(t, "sibling", on(t, 7, sibling), []string{})
		})
	})
}
