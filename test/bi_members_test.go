package test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestBICreateUserRoleProject(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		project, foreign := c.project(t, "sales"), c.project(t, "stock")
		roles, others := c.roles(t, project), c.roles(t, foreign)
		create := func(t *testing.T, in params) int64 {
			t.Helper()
			in["ProjectId"] = project
			return hasID(t, shape(t, c.must(t, c.root, "bi:CreateUserRoleProject", in)))
		}
		t.Run("without roles the user becomes a viewer, and a general user of the corp", func(t *testing.T) {
			uin := c.person(t, "default")
			id := create(t, params{"UserInfoList": users(uin)})
			r := c.entry(t, uin)
			equal(t, "Id", r.number("Id"), id)
			equal(t, "RoleList", roleIDs(r), ids(c.global[commonUser], roles[projectViewer]))
			equal(t, "RoleIdList", len(r.numbers("RoleIdList")), 0)
			m := of(c.members(t, project), uin)
			equal(t, "roles in the project", roleIDs(m), ids(roles[projectViewer]))
			equal(t, "RoleIdList in the project", m.numbers("RoleIdList"), ids(roles[projectViewer]))
		})
		t.Run("roles add up, and are of this project alone", func(t *testing.T) {
			p := c.persons(t, "batch", 2)
			create(t, params{"RoleIdList": []int64{roles[projectEditor]}, "UserInfoList": users(p...)})
			create(t, params{"RoleIdList": []int64{roles[projectMember], roles[projectMember]}, "UserInfoList": users(p[0])})
			c.must(t, c.root, "bi:CreateUserRoleProject", params{"ProjectId": foreign, "UserInfoList": users(p[0])})
			equal(t, "the first", roleIDs(of(c.members(t, project), p[0])), ids(roles[projectEditor], roles[projectMember]))
			equal(t, "the second", roleIDs(of(c.members(t, project), p[1])), ids(roles[projectEditor]))
			equal(t, "in the other project", roleIDs(of(c.members(t, foreign), p[0])), ids(others[projectViewer]))
		})
		t.Run("who is in BI keeps what he has, and his one profile changes", func(t *testing.T) {
			uin := c.person(t, "known")
			c.must(t, c.root, "bi:CreateUserRole", params{"RoleIdList": []int64{c.global[corpAuthAdmin]}, "UserInfoList": []params{details(uin, "known@example.com")}})
			create(t, params{"UserInfoList": []params{{"UserId": uin, "UserName": "renamed"}}})
			r := c.entry(t, uin)
			equal(t, "RoleIdList", r.numbers("RoleIdList"), ids(c.global[corpAuthAdmin]))
			equal(t, "UserName", r["UserName"], "renamed")
			equal(t, "Email", r["Email"], "known@example.com")
		})
		t.Run("the old list of users is taken too", func(t *testing.T) {
			uin := c.person(t, "older")
			create(t, params{"UserList": []params{{"UserId": uin, "UserName": "x", "Status": 0, "CorpId": "other"}}})
			equal(t, "Status", c.entry(t, uin)["Status"], 1)
			equal(t, "CorpId", c.entry(t, uin)["CorpId"], c.id)
		})
		uin := c.person(t, "nobody-yet")
		in := func(project any, roles []int64, p ...string) params {
			return params{"ProjectId": project, "RoleIdList": roles, "UserInfoList": users(p...)}
		}
		c.refuses(t, c.root, []wrong{
			{"no project", "CreateUserRoleProject", params{"UserInfoList": users(uin)}, missingParam, []string{"ProjectId"}},
			{"nobody", "CreateUserRoleProject", in(project, nil), missingParam, []string{"UserInfoList"}},
			{"an element that names nobody", "CreateUserRoleProject", params{"ProjectId": project, "UserInfoList": []params{{"UserName": "x"}}}, missingParam, []string{"UserInfoList.0.UserId"}},
			{"an unknown project", "CreateUserRoleProject", in(noID, nil, uin), biError, nil},
			{"an unknown role", "CreateUserRoleProject", in(project, ids(noID), uin), badValue, []string{number(noID)}},
			{"a role of another project", "CreateUserRoleProject", in(project, ids(others[projectViewer]), uin), badValue, []string{number(others[projectViewer])}},
			{"a role of the corp", "CreateUserRoleProject", in(project, ids(c.global[commonUser]), uin), badValue, []string{number(c.global[commonUser])}},
			{"an unknown user", "CreateUserRoleProject", in(project, nil, uin, "unknown-1"), noUser, []string{"unknown-1"}},
			{"a bad mailbox", "CreateUserRoleProject", params{"ProjectId": project, "UserInfoList": []params{{"UserId": uin, "Email": "x"}}}, badValue, nil},
			{"groups are not taken", "CreateUserRoleProject", params{"ProjectId": project, "UserGroups": []int64{1}, "UserInfoList": users(uin)}, "UnknownParameter", nil},
		})
	})
}

func TestBIModifyAndDeleteUserRoleProject(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		project, foreign := c.project(t, "sales"), c.project(t, "stock")
		roles, others := c.roles(t, project), c.roles(t, foreign)
		uin, bystander := c.person(t, "zhangsan"), c.person(t, "lisi")
		c.must(t, c.root, "bi:CreateUserRole", params{"RoleIdList": []int64{c.global[commonUser], roles[projectMember]}, "UserInfoList": []params{details(uin, "z@example.com")}})
		c.enlist(t, project, []int64{roles[projectEditor]}, uin)
		c.enlist(t, foreign, []int64{others[projectEditor]}, uin, bystander)
		modify := func(t *testing.T, in params) row {
			t.Helper()
			in["UserId"], in["ProjectId"] = uin, project
			equal(t, "Data", shape(t, c.must(t, c.root, "bi:ModifyUserRoleProject", in)), nil)
			return of(c.members(t, project), uin)
		}
		t.Run("what is absent or empty stays", func(t *testing.T) {
			before := of(c.members(t, project), uin)
			after := modify(t, params{"RoleIdList": []int64{}, "Email": "", "UserName": ""})
			delete(before, "UpdatedAt")
			delete(after, "UpdatedAt")
			equal(t, "the member", after, before)
		})
		t.Run("roles in this project are replaced, all others stay", func(t *testing.T) {
			r := modify(t, params{"RoleIdList": []int64{roles[projectViewer], roles[projectAdmin]}})
			equal(t, "RoleIdList", r.numbers("RoleIdList"), ids(roles[projectViewer], roles[projectAdmin]))
			equal(t, "RoleList of the corp", roleIDs(c.entry(t, uin)), ids(c.global[commonUser], roles[projectViewer], roles[projectAdmin], others[projectEditor]))
		})
		t.Run("the one profile changes", func(t *testing.T) {
			modify(t, params{"Email": "new@example.com", "UserName": "new"})
			r := c.entry(t, uin)
			equal(t, "profile", []any{r["Email"], r["UserName"], r["PhoneNumber"], r["AreaCode"]}, []any{"new@example.com", "new", "13470010000", "086"})
		})
		c.refuses(t, c.root, []wrong{
			{"no project", "ModifyUserRoleProject", params{"UserId": uin}, missingParam, []string{"ProjectId"}},
			{"no user", "ModifyUserRoleProject", params{"ProjectId": project}, missingParam, []string{"UserId"}},
			{"an unknown project to modify in", "ModifyUserRoleProject", params{"ProjectId": noID, "UserId": uin}, biError, nil},
			{"one who is no member", "ModifyUserRoleProject", params{"ProjectId": project, "UserId": bystander}, noUser, nil},
			{"an unknown user", "ModifyUserRoleProject", params{"ProjectId": project, "UserId": "unknown"}, noUser, nil},
			{"a role of another project", "ModifyUserRoleProject", params{"ProjectId": project, "UserId": uin, "RoleIdList": ids(others[projectViewer])}, badValue, nil},
			{"a role of the corp", "ModifyUserRoleProject", params{"ProjectId": project, "UserId": uin, "RoleIdList": ids(c.global[corpAdmin])}, badValue, nil},
			{"a bad mailbox", "ModifyUserRoleProject", params{"ProjectId": project, "UserId": uin, "Email": "x"}, badValue, nil},
			{"a phone number, which is not changed here", "ModifyUserRoleProject", params{"ProjectId": project, "UserId": uin, "PhoneNumber": "13470010001"}, "UnknownParameter", nil},
			{"no project to delete from", "DeleteUserRoleProject", params{"UserId": uin}, "MissingParameter", []string{"ProjectId"}},
			{"no user to delete", "DeleteUserRoleProject", params{"ProjectId": project}, "MissingParameter", []string{"UserId"}},
			{"an unknown project to delete from", "DeleteUserRoleProject", params{"ProjectId": noID, "UserId": uin}, biError, nil},
			{"one who is no member to delete", "DeleteUserRoleProject", params{"ProjectId": project, "UserId": bystander}, noUser, nil},
		})
		t.Run("who leaves a project loses all that he had in it, and nothing else", func(t *testing.T) {
			bound := params{"PageId": 1, "TokenType": 300, "UserCorpId": c.id, "UserId": uin}
			bound["ProjectId"] = project
			here := c.embed(t, c.root, bound).str("BIToken")
			bound["ProjectId"] = foreign
			there := c.embed(t, c.root, bound).str("BIToken")
			equal(t, "Data", shape(t, c.must(t, c.root, "bi:DeleteUserRoleProject", params{"ProjectId": project, "UserId": uin})), nil)
			equal(t, "in the project", of(c.members(t, project), uin) != nil, false)
			equal(t, "RoleList", roleIDs(c.entry(t, uin)), ids(c.global[commonUser], others[projectEditor]))
			equal(t, "his token here", c.verifies(t, c.root, here)["active"], false)
			equal(t, "his token there", c.verifies(t, c.root, there)["active"], true)
			c.call(t, c.root, "bi:DeleteUserRoleProject", params{"ProjectId": project, "UserId": uin}).wants(t, noUser)
		})
		t.Run("the last administrator of a project may go", func(t *testing.T) {
			c.must(t, c.root, "bi:DeleteUserRoleProject", params{"ProjectId": project, "UserId": c.id})
			equal(t, "members", len(c.members(t, project)), 0)
			c.must(t, c.root, "bi:ModifyProject", params{"Id": project, "Mark": "still managed"})
		})
	})
}

func TestBIListsOfMembers(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		project := c.project(t, "sales")
		roles := c.roles(t, project)
		p := c.persons(t, "person", 3)
		c.must(t, c.root, "bi:CreateUserRole", params{"UserInfoList": []params{{"UserId": p[0], "UserName": "Alpha"}, {"UserId": p[1], "UserName": "beta", "AppUserId": "wecom-b"}, {"UserId": p[2], "UserName": "gamma"}}})
		c.enlist(t, project, []int64{roles[projectEditor]}, p[0])
		c.enlist(t, project, []int64{roles[projectViewer]}, p[1])
		admin := c.person(t, "admin")
		c.join(t, []int64{c.global[corpAdmin]}, admin)
		auth := c.person(t, "auth")
		c.join(t, []int64{c.global[corpAuthAdmin]}, auth)
		all := append([]string{c.id, admin, auth}, p...)
		for _, tt := range []struct {
			name, action string
			in           params
			want         []string
		}{
			{"all members", "DescribeUserRoleProjectList", params{}, []string{c.id, p[0], p[1]}},
			{"those with a role", "DescribeUserRoleProjectList", params{"RoleCode": projectEditor}, p[:1]},
			{"those among some users", "DescribeUserRoleProjectList", params{"UserIdList": []string{p[1], p[2], "unknown"}}, p[1:2]},
			{"those with a word in the name", "DescribeUserRoleProjectList", params{"Keyword": "alph"}, p[:1]},
			{"those with a WeCom id", "DescribeUserRoleProjectList", params{"IsOnlyBindAppUser": true}, p[1:2]},
			{"without a project all users of the corp", "DescribeUserProjectList", params{}, all},
			{"with a project its members", "DescribeUserProjectList", params{"ProjectId": project}, []string{c.id, p[0], p[1]}},
			{"without enterprise administrators", "DescribeUserProjectList", params{"IsFilterPerAuthUser": true}, append([]string{auth}, p...)},
			{"without the caller", "DescribeUserProjectList", params{"IsFilterCurrentUser": true}, append([]string{admin, auth}, p...)},
			{"with a word", "DescribeUserProjectList", params{"Keyword": "GAMMA"}, p[2:]},
		} {
			t.Run(tt.action+": "+tt.name, func(t *testing.T) {
				if tt.action == "DescribeUserRoleProjectList" {
					tt.in["ProjectId"], tt.in["PageNo"], tt.in["PageSize"] = project, 1, 20
				}
				a := c.must(t, c.root, "bi:"+tt.action, tt.in)
				got := column(a.list(t), "UserId")
				slices.Sort(got)
				equal(t, "users", got, slices.Sorted(slices.Values(tt.want)))
				equal(t, "Total", a.data().number("Total"), len(tt.want))
			})
		}
		c.refuses(t, c.root, []wrong{
			{"no page", "DescribeUserRoleProjectList", params{"PageSize": 20, "ProjectId": project}, "MissingParameter", []string{"PageNo"}},
			{"no page size", "DescribeUserRoleProjectList", params{"PageNo": 1, "ProjectId": project}, "MissingParameter", []string{"PageSize"}},
			{"no project", "DescribeUserRoleProjectList", params{"PageNo": 1, "PageSize": 20}, "MissingParameter", []string{"ProjectId"}},
			{"an unknown project", "DescribeUserRoleProjectList", params{"PageNo": 1, "PageSize": 20, "ProjectId": noID}, biError, nil},
			{"a page before the first", "DescribeUserProjectList", params{"PageNo": -1}, badValue, nil},
		})
		t.Run("the strongest global role is shown, and times carry their offset", func(t *testing.T) {
			c.join(t, []int64{c.global[corpAdmin], c.global[commonUser]}, auth)
			rows := c.must(t, c.root, "bi:DescribeUserProjectList", params{"AllPage": true}).list(t)
			for uin, code := range map[string]string{c.id: corpAdmin, admin: corpAdmin, auth: corpAdmin, p[0]: commonUser} {
				r := of(rows, uin)
				equal(t, "GlobalUserCode", r["GlobalUserCode"], code)
				if r.str("GlobalUserName") == "" {
					t.Errorf("%s has no GlobalUserName", uin)
				}
				for _, name := range []string{"CreatedAt", "UpdatedAt"} {
					if !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$`).MatchString(r.str(name)) {
						t.Errorf("%s is %q", name, r.str(name))
					}
				}
			}
		})
		t.Run("a member's roles are those of this project alone", func(t *testing.T) {
			other := c.project(t, "stock")
			c.enlist(t, other, nil, p[0])
			for _, r := range c.members(t, project) {
				for _, role := range r.rows("RoleList") {
					if role.number("ProjectId") != project || !strings.HasPrefix(role.str("ModuleCollection"), "sys_project_") {
						t.Errorf("%s has %v", r.str("UserId"), role)
					}
				}
				equal(t, "RoleIdList", r.numbers("RoleIdList"), roleIDs(r))
			}
		})
	})
}
