package test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var clockTime = regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$`)

// details are all that a caller can say about a user.
func details(uin, email string) params {
	return params{"UserId": uin, "UserName": "张三", "Email": email, "PhoneNumber": "13470010000", "AreaCode": "086"}
}

func TestBICreateUserRole(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		create := func(t *testing.T, in params) int64 {
			t.Helper()
			return hasID(t, shape(t, c.must(t, c.root, "bi:CreateUserRole", in)))
		}
		admin, common := c.global[corpAdmin], c.global[commonUser]
		project := c.project(t, "sales")
		roles := c.roles(t, project)
		group, other := c.group(t, "readers"), c.group(t, "writers")

		t.Run("without roles the user becomes a general user", func(t *testing.T) {
			uin := c.person(t, "default")
			create(t, params{"UserInfoList": users(uin)})
			equal(t, "RoleIdList", c.entry(t, uin).numbers("RoleIdList"), ids(common))
		})
		t.Run("every user gets every role, once", func(t *testing.T) {
			p := c.persons(t, "batch", 3)
			first := create(t, params{"RoleIdList": []int64{admin, roles[projectEditor], admin}, "UserInfoList": users(p...)})
			equal(t, "the Id of the first", c.entry(t, p[0]).number("Id"), first)
			for _, uin := range p {
				equal(t, "RoleIdList", c.entry(t, uin).numbers("RoleIdList"), ids(admin, roles[projectEditor]))
			}
		})
		t.Run("a new user is enabled, and has the times and the caller of his making", func(t *testing.T) {
			uin := c.person(t, "fresh")
			create(t, params{"UserInfoList": []params{details(uin, "fresh@example.com")}})
			r := c.entry(t, uin)
			for name, want := range map[string]any{"Status": 1, "EmailActivationStatus": -1, "CreatedUser": c.id, "UpdatedUser": c.id, "CorpId": c.id,
				"UserName": "张三", "Email": "fresh@example.com", "PhoneNumber": "13470010000", "AreaCode": "086", "LastLogin": nil,
				"RootAccount": false, "CorpAdmin": false, "InValidateAppRange": nil} {
				equal(t, name, r[name], want)
			}
			if !clockTime.MatchString(r.str("CreatedAt")) || !clockTime.MatchString(r.str("UpdatedAt")) {
				t.Errorf("CreatedAt %q, UpdatedAt %q", r.str("CreatedAt"), r.str("UpdatedAt"))
			}
		})
		t.Run("both lists together, united by user", func(t *testing.T) {
			p := c.persons(t, "union", 2)
			create(t, params{"UserInfoList": []params{{"UserId": p[0], "UserName": "new"}},
				"UserList": []params{{"UserId": p[0], "UserName": "old", "Email": "old@example.com"}, {"UserId": p[1], "UserName": "second"}}})
			r := c.entry(t, p[0])
			equal(t, "UserName", r.str("UserName"), "new")
			equal(t, "Email", r.str("Email"), "old@example.com")
			equal(t, "UserName of the second", c.entry(t, p[1]).str("UserName"), "second")
		})
		t.Run("the same user twice is merged in order, and empty texts say nothing", func(t *testing.T) {
			uin := c.person(t, "twice")
			create(t, params{"UserInfoList": []params{{"UserId": uin, "UserName": "one", "Email": "one@example.com"}, {"UserId": uin, "UserName": "two", "Email": ""}}})
			r := c.entry(t, uin)
			equal(t, "UserName", r.str("UserName"), "two")
			equal(t, "Email", r.str("Email"), "one@example.com")
		})
		t.Run("who is in BI keeps his roles and profile, and gets what is new", func(t *testing.T) {
			uin := c.person(t, "again")
			first := create(t, params{"RoleIdList": []int64{common}, "UserInfoList": []params{details(uin, "again@example.com")}})
			second := create(t, params{"RoleIdList": []int64{admin}, "UserGroups": []int64{group}, "UserInfoList": []params{{"UserId": uin, "UserName": "renamed"}}})
			equal(t, "Id", second, first)
			r := c.entry(t, uin)
			equal(t, "RoleIdList", r.numbers("RoleIdList"), ids(common, admin))
			equal(t, "UserName", r.str("UserName"), "renamed")
			equal(t, "Email", r.str("Email"), "again@example.com")
			equal(t, "groups", column(r.rows("UserGroupList"), "GroupName"), []string{"readers"})
		})
		t.Run("all users become members of all groups", func(t *testing.T) {
			p := c.persons(t, "grouped", 2)
			create(t, params{"UserGroups": []int64{group, other}, "UserInfoList": users(p...)})
			for _, uin := range p {
				names := column(c.entry(t, uin).rows("UserGroupList"), "GroupName")
				slices.Sort(names)
				equal(t, "groups", names, []string{"readers", "writers"})
			}
		})
		t.Run("the name of a sub-user stands for him, and is shown as it was sent", func(t *testing.T) {
			uin := c.person(t, "wangwu")
			create(t, params{"UserInfoList": users("wangwu")})
			if r := c.entry(t, "wangwu"); r == nil {
				t.Fatal("wangwu is not there")
			}
			c.must(t, c.root, "bi:ModifyUserRole", params{"UserId": uin, "UserName": "by uin"})
			c.must(t, c.root, "bi:ModifyUserRole", params{"UserId": "wangwu", "Email": "name@example.com"})
			equal(t, "UserName", c.entry(t, "wangwu").str("UserName"), "by uin")
			equal(t, "entries of the uin", c.entry(t, uin) == nil, true)
			c.must(t, c.root, "bi:DeleteUserRole", params{"UserId": uin})
			equal(t, "entries of the name", c.entry(t, "wangwu") == nil, true)
		})
		t.Run("the root is in BI from the beginning and stays an enterprise administrator", func(t *testing.T) {
			create(t, params{"UserInfoList": []params{{"UserId": c.id, "UserName": "the owner"}}})
			create(t, params{"RoleIdList": []int64{admin}, "UserInfoList": users(c.id)})
			r := c.entry(t, c.id)
			equal(t, "RoleIdList", r.numbers("RoleIdList"), ids(admin))
			equal(t, "RootAccount", r["RootAccount"], true)
			equal(t, "CorpAdmin", r["CorpAdmin"], true)
			equal(t, "UserName", r["UserName"], "the owner")
		})
		t.Run("what is nearly too long is not", func(t *testing.T) {
			uin := c.person(t, "edges")
			create(t, params{"UserInfoList": []params{{"UserId": uin, "UserName": strings.Repeat("名", 64), "Email": strings.Repeat("a", 116) + "@example.com",
				"PhoneNumber": "+12345678901234567890", "AreaCode": "+123456", "AppUserId": strings.Repeat("w", 64)}}})
			equal(t, "UserName", c.entry(t, uin).str("UserName"), strings.Repeat("名", 64))
		})

		uin, bound := c.person(t, "nobody-yet"), c.person(t, "bound")
		create(t, params{"UserInfoList": []params{{"UserId": bound, "AppUserId": "wecom-1"}}})
		with := func(name, value string) params { return params{"UserInfoList": []params{{"UserId": uin, name: value}}} }
		c.refuses(t, c.root, []wrong{
			{"no user at all", "CreateUserRole", params{"RoleIdList": []int64{common}}, missingParam, []string{"UserInfoList"}},
			{"empty lists of users", "CreateUserRole", params{"UserInfoList": []params{}, "UserList": []params{}}, missingParam, []string{"UserInfoList"}},
			{"an element that names nobody", "CreateUserRole", params{"UserInfoList": []params{{"UserId": uin}, {"UserName": "x"}}}, missingParam, []string{"UserInfoList.1.UserId"}},
			{"an element whose names are empty", "CreateUserRole", params{"UserInfoList": []params{{"UserId": "", "AppUserId": ""}}}, missingParam, []string{"UserInfoList.0.UserId"}},
			{"an unknown role", "CreateUserRole", params{"RoleIdList": []int64{common, noID}, "UserInfoList": users(uin)}, badValue, []string{number(noID)}},
			{"an unknown group", "CreateUserRole", params{"UserGroups": []int64{group, noID}, "UserInfoList": users(uin)}, badValue, []string{number(noID)}},
			{"an unknown user, the first one of them is named", "CreateUserRole", params{"UserInfoList": users(uin, "unknown-1", "unknown-2")}, noUser, []string{"unknown-1"}},
			{"a uin of nobody", "CreateUserRole", params{"UserInfoList": users("100000000099")}, noUser, []string{"100000000099"}},
			{"a WeCom id that leads to nobody", "CreateUserRole", params{"UserInfoList": []params{{"AppUserId": "wecom-9"}}}, noUser, nil},
			{"a name that is too long", "CreateUserRole", with("UserName", strings.Repeat("名", 65)), badValue, nil},
			{"a mailbox without an at sign", "CreateUserRole", with("Email", "mailbox"), badValue, []string{"Email"}},
			{"a mailbox with two at signs", "CreateUserRole", with("Email", "a@b@example.com"), badValue, []string{"Email"}},
			{"a mailbox that is too long", "CreateUserRole", with("Email", strings.Repeat("a", 117)+"@example.com"), badValue, []string{"Email"}},
			{"a phone number with letters", "CreateUserRole", with("PhoneNumber", "1347OO1OOOO"), badValue, []string{"PhoneNumber"}},
			{"a phone number that is too short", "CreateUserRole", with("PhoneNumber", "123"), badValue, []string{"PhoneNumber"}},
			{"a phone number that is too long", "CreateUserRole", with("PhoneNumber", "123456789012345678901"), badValue, []string{"PhoneNumber"}},
			{"an area code with letters", "CreateUserRole", with("AreaCode", "CN"), badValue, []string{"AreaCode"}},
			{"an area code that is too long", "CreateUserRole", with("AreaCode", "+1234567"), badValue, []string{"AreaCode"}},
			{"a WeCom id that is too long", "CreateUserRole", with("AppUserId", strings.Repeat("w", 65)), badValue, []string{"AppUserId"}},
			{"a WeCom id that is another's", "CreateUserRole", with("AppUserId", "wecom-1"), biError, nil},
			{"one bad user of three", "CreateUserRole", params{"UserInfoList": []params{{"UserId": uin}, {"UserId": bound, "UserName": "changed"}, {"UserId": c.id, "Email": "bad"}}}, badValue, nil},
			{"another role for the root", "CreateUserRole", params{"RoleIdList": []int64{common}, "UserInfoList": users(c.id)}, unauthorized, nil},
			{"more roles for the root", "CreateUserRole", params{"RoleIdList": []int64{admin, roles[projectViewer]}, "UserInfoList": users(uin, c.id)}, unauthorized, nil},
		})
	})
}

func TestBICreateUserRoleLimits(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		p := c.persons(t, "many", 101)
		t.Run("101 users in a call are too many", func(t *testing.T) {
			c.unchanged(t, func() {
				c.call(t, c.root, "bi:CreateUserRole", params{"UserInfoList": users(p...)}).wants(t, overQuota)
			})
		})
		t.Run("100 users are not", func(t *testing.T) {
			hasID(t, shape(t, c.call(t, c.root, "bi:CreateUserRole", params{"UserInfoList": users(p[:100]...)})))
			equal(t, "users", len(c.everybody(t)), 101) // with the root
		})
		t.Run("51 roles are too many, 50 are not", func(t *testing.T) {
			var roles []int64
			for i := range 13 {
				for _, id := range c.roles(t, c.project(t, fmt.Sprint("p", i))) {
					roles = append(roles, id)
				}
			}
			c.call(t, c.root, "bi:CreateUserRole", params{"RoleIdList": roles[:51], "UserInfoList": users(p[0])}).wants(t, overQuota)
			c.call(t, c.root, "bi:CreateUserRole", params{"RoleIdList": roles[:50], "UserInfoList": users(p[0])}).wants(t, "")
			equal(t, "roles", len(c.entry(t, p[0]).numbers("RoleIdList")), 51)
		})
		t.Run("51 groups are too many, 50 are not", func(t *testing.T) {
			var groups []int64
			for i := range 51 {
				groups = append(groups, c.group(t, fmt.Sprint("g", i)))
			}
			c.call(t, c.root, "bi:CreateUserRole", params{"UserGroups": groups, "UserInfoList": users(p[0])}).wants(t, overQuota)
			c.call(t, c.root, "bi:CreateUserRole", params{"UserGroups": groups[:50], "UserInfoList": users(p[0])}).wants(t, "")
			equal(t, "groups", len(c.entry(t, p[0]).rows("UserGroupList")), 50)
		})
	})
}

func TestBIModifyUserRole(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		admin, common := c.global[corpAdmin], c.global[commonUser]
		project := c.project(t, "sales")
		roles := c.roles(t, project)
		group, other := c.group(t, "readers"), c.group(t, "writers")
		uin, bound := c.person(t, "zhangsan"), c.person(t, "lisi")
		c.must(t, c.root, "bi:CreateUserRole", params{"RoleIdList": []int64{common}, "UserGroups": []int64{group}, "UserInfoList": []params{details(uin, "z@example.com")}})
		c.must(t, c.root, "bi:CreateUserRole", params{"UserInfoList": []params{{"UserId": bound, "AppUserId": "wecom-1"}}})
		c.enlist(t, project, []int64{roles[projectEditor]}, uin)
		modify := func(t *testing.T, action string, in params) row {
			t.Helper()
			in["UserId"] = uin
			equal(t, "Data", shape(t, c.must(t, c.root, "bi:"+action, in)), nil)
			return c.entry(t, uin)
		}
		for _, action := range []string{"ModifyUserRole", "ModifyUserDetailInfo"} {
			t.Run(action+": absent, null, empty text and empty list leave everything", func(t *testing.T) {
				before := c.entry(t, uin)
				delete(before, "UpdatedAt")
				for _, in := range []params{{}, {"RoleIdList": nil, "Email": nil, "UserName": nil}, {"RoleIdList": []int64{}, "Email": "", "UserName": "", "PhoneNumber": "", "AreaCode": "", "AppUserId": ""}} {
					after := modify(t, action, in)
					delete(after, "UpdatedAt")
					equal(t, "the user", after, before)
				}
			})
			t.Run(action+": one field changes alone", func(t *testing.T) {
				r := modify(t, action, params{"Email": action + "@example.com"})
				equal(t, "Email", r["Email"], action+"@example.com")
				equal(t, "UserName", r["UserName"], "张三")
				equal(t, "PhoneNumber", r["PhoneNumber"], "13470010000")
				equal(t, "RoleIdList", r.numbers("RoleIdList"), ids(common))
			})
			t.Run(action+": roles are replaced, those of the project's own members stay", func(t *testing.T) {
				r := modify(t, action, params{"RoleIdList": []int64{admin, roles[projectViewer]}})
				equal(t, "RoleIdList", r.numbers("RoleIdList"), ids(admin, roles[projectViewer]))
				equal(t, "RoleList", roleIDs(r), ids(admin, roles[projectEditor], roles[projectViewer]))
				equal(t, "CorpAdmin", r["CorpAdmin"], true)
				r = modify(t, action, params{"RoleIdList": []int64{common}})
				equal(t, "RoleList", roleIDs(r), ids(common, roles[projectEditor]))
				equal(t, "CorpAdmin", r["CorpAdmin"], false)
			})
			t.Run(action+": no global role need be left", func(t *testing.T) {
				equal(t, "RoleIdList", modify(t, action, params{"RoleIdList": []int64{roles[projectViewer]}}).numbers("RoleIdList"), ids(roles[projectViewer]))
				modify(t, action, params{"RoleIdList": []int64{common}})
			})
			t.Run(action+": the rules for passwords are taken and change nothing that is shown", func(t *testing.T) {
				before := c.entry(t, uin)
				after := modify(t, action, params{"LoginSecurityStatus": 1, "ResetPassWordTip": 0, "ForceResetPassWord": 1, "PasswordExpired": 180})
				delete(before, "UpdatedAt")
				delete(after, "UpdatedAt")
				equal(t, "the user", after, before)
			})
			t.Run(action+": the root's profile changes, his role may be named", func(t *testing.T) {
				c.must(t, c.root, "bi:"+action, params{"UserId": c.id, "UserName": action, "RoleIdList": []int64{admin}})
				equal(t, "UserName", c.entry(t, c.id)["UserName"], action)
			})
			in := func(more params) params { more["UserId"] = uin; return more }
			c.refuses(t, c.root, []wrong{
				{action + ": no user", action, params{"UserName": "x"}, missingParam, []string{"UserId"}},
				{action + ": an empty user", action, params{"UserId": "", "UserName": "x"}, missingParam, []string{"UserId"}},
				{action + ": an unknown user", action, params{"UserId": "unknown", "UserName": "x"}, noUser, nil},
				{action + ": a sub-user who is not in BI", action, params{"UserId": c.person(t, "outside-"+action), "UserName": "x"}, noUser, nil},
				{action + ": an unknown role", action, in(params{"RoleIdList": []int64{noID}}), badValue, []string{number(noID)}},
				{action + ": a bad mailbox", action, in(params{"Email": "x"}), badValue, nil},
				{action + ": a bad phone number", action, in(params{"PhoneNumber": "x"}), badValue, nil},
				{action + ": a bad area code", action, in(params{"AreaCode": "x"}), badValue, nil},
				{action + ": a name that is too long", action, in(params{"UserName": strings.Repeat("x", 65)}), badValue, nil},
				{action + ": another's WeCom id", action, in(params{"AppUserId": "wecom-1"}), biError, nil},
				{action + ": a switch that is neither on nor off", action, in(params{"LoginSecurityStatus": 2}), badValue, nil},
				{action + ": a tip that is neither", action, in(params{"ResetPassWordTip": -1}), badValue, nil},
				{action + ": a force that is neither", action, in(params{"ForceResetPassWord": 7}), badValue, nil},
				{action + ": a password's life that is none of the four", action, in(params{"PasswordExpired": 45}), badValue, nil},
				{action + ": another role for the root", action, params{"UserId": c.id, "RoleIdList": []int64{common}}, unauthorized, nil},
				{action + ": more roles for the root", action, params{"UserId": c.id, "RoleIdList": []int64{admin, common}}, unauthorized, nil},
			})
		}
		t.Run("ModifyUserDetailInfo replaces the groups, an empty list leaves them", func(t *testing.T) {
			groups := func(r row) []string { return column(r.rows("UserGroupList"), "GroupName") }
			equal(t, "groups", groups(modify(t, "ModifyUserDetailInfo", params{"UserGroupIdList": []int64{}})), []string{"readers"})
			equal(t, "groups", groups(modify(t, "ModifyUserDetailInfo", params{"UserGroupIdList": []int64{other}})), []string{"writers"})
		})
		c.refuses(t, c.root, []wrong{
			{"ModifyUserDetailInfo: an unknown group, and the roles stay too", "ModifyUserDetailInfo", params{"UserId": uin, "RoleIdList": []int64{admin}, "UserGroupIdList": []int64{group, noID}}, badValue, []string{number(noID)}},
			{"ModifyUserRole has no groups", "ModifyUserRole", params{"UserId": uin, "UserGroupIdList": []int64{group}}, "UnknownParameter", nil},
		})
	})
}

func TestBIDeleteUserRole(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		project, group := c.project(t, "sales"), c.group(t, "readers")
		roles := c.roles(t, project)
		uin, key := c.member(t, "zhangsan", c.global[corpAdmin])
		c.enlist(t, project, []int64{roles[projectEditor]}, uin)
		c.must(t, c.root, "bi:CreateUserGroupMember", params{"GroupId": group, "UserIdList": []string{uin}})
		c.must(t, c.root, "bi:ModifyUserGroup", params{"UpdateList": []params{{"Id": group, "AdminUserId": uin}}})
		apiKey := c.must(t, key, "bi:CreateAuthApiKey", nil).data().str("ApiKey")
		owned := c.must(t, key, "bi:CreateProject", params{"Name": "own", "ColorCode": "#fff"}).data().number("Id")
		token := c.embed(t, c.root, params{"ProjectId": project, "PageId": 1, "TokenType": 200, "UserCorpId": c.id, "UserId": uin}).str("BIToken")
		c.refuses(t, c.root, []wrong{
			{"no user", "DeleteUserRole", nil, "MissingParameter", []string{"UserId"}},
			{"an unknown user", "DeleteUserRole", params{"UserId": "unknown"}, noUser, nil},
			{"a sub-user who is not in BI", "DeleteUserRole", params{"UserId": c.person(t, "outside")}, noUser, nil},
			{"the root", "DeleteUserRole", params{"UserId": c.id}, unauthorized, nil},
		})
		t.Run("a user may delete himself, and all that hung on him is gone", func(t *testing.T) {
			equal(t, "Data", shape(t, c.must(t, key, "bi:DeleteUserRole", params{"UserId": uin})), nil)
			equal(t, "in BI", c.entry(t, uin) != nil, false)
			equal(t, "in the project", of(c.members(t, project), uin) != nil, false)
			members := c.must(t, c.root, "bi:DescribeUserGroupMemberList", params{"GroupIds": []int64{group}, "AllPage": true}).list(t)
			equal(t, "in the group", len(members), 0)
			c.call(t, c.root, "bi:DescribeAuthApiKeyInfo", params{"ApiKey": apiKey}).wants(t, biError)
			equal(t, "his token", c.verifies(t, c.root, token)["active"], false)
			equal(t, "the group's administrator", find(c.tree(t, nil), group)["AdminUserId"], c.id)
			equal(t, "the project's owner", c.must(t, c.root, "bi:DescribeProjectInfo", params{"Id": owned}).data().str("Owner"), c.id)
		})
		t.Run("the sub-user stays, with his permissions", func(t *testing.T) {
			c.must(t, c.root, "cam:GetUser", params{"Name": "zhangsan"})
			c.call(t, key, "bi:DescribeUserRoleList", params{"PageNo": 1, "PageSize": 20}).wants(t, "")
		})
		t.Run("deleted again he is not there", func(t *testing.T) {
			c.call(t, c.root, "bi:DeleteUserRole", params{"UserId": uin}).wants(t, noUser)
		})
		t.Run("who comes back starts from nothing", func(t *testing.T) {
			c.join(t, nil, uin)
			r := c.entry(t, uin)
			equal(t, "RoleList", roleIDs(r), ids(c.global[commonUser]))
			equal(t, "groups", len(r.rows("UserGroupList")), 0)
		})
		t.Run("a sub-user who is deleted is deleted from BI", func(t *testing.T) {
			gone := c.person(t, "leaver")
			c.join(t, nil, gone)
			c.enlist(t, project, nil, gone)
			c.must(t, c.root, "cam:DeleteUser", params{"Name": "leaver", "Force": 1})
			equal(t, "in BI", c.entry(t, gone) != nil, false)
			equal(t, "in the project", of(c.members(t, project), gone) != nil, false)
		})
	})
}

func TestBIDescribeUserRoleList(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		p := c.persons(t, "person", 4)
		project := c.project(t, "sales")
		roles := c.roles(t, project)
		c.must(t, c.root, "bi:CreateUserRole", params{"UserInfoList": []params{
			{"UserId": p[0], "UserName": "Alpha", "Email": "alpha@example.com", "PhoneNumber": "13400000001"},
			{"UserId": p[1], "UserName": "beta", "Email": "beta@example.com", "AppUserId": "wecom-b", "AppUserName": "Kirschbaum"},
			{"UserId": p[2], "UserName": "gamma_x", "Email": "gamma@example.org"},
			{"UserId": p[3], "UserName": "100%"}}})
		c.enlist(t, project, []int64{roles[projectEditor], roles[projectViewer]}, p[0])
		for _, tt := range []struct {
			name string
			in   params
			want []string // user ids, in any order
		}{
			{"everybody, with the root", params{}, append([]string{c.id}, p...)},
			{"a type that is empty is none", params{"UserType": ""}, append([]string{c.id}, p...)},
			{"enterprise users are all", params{"UserType": "0"}, append([]string{c.id}, p...)},
			{"visitors are none", params{"UserType": "1"}, nil},
			{"a word in the name, in any case", params{"Keyword": "ALPHA"}, p[:1]},
			{"a word in the mailbox", params{"Keyword": "EXAMPLE.org"}, p[2:3]},
			{"a word in the phone number", params{"Keyword": "1340000000"}, p[:1]},
			{"a word in the WeCom name", params{"Keyword": "kirsch"}, p[1:2]},
			{"a word that is a user's id", params{"Keyword": p[2]}, p[2:3]},
			{"a percent sign is itself", params{"Keyword": "0%"}, p[3:4]},
			{"an underscore is itself", params{"Keyword": "a_x"}, p[2:3]},
			{"a word that is nowhere", params{"Keyword": "nowhere"}, nil},
			{"who is in a project: the one who made it is its owner", params{"ProjectId": number(project)}, []string{c.id, p[0]}},
			{"an unknown project has nobody", params{"ProjectId": number(noID)}, nil},
			{"only who has a WeCom id", params{"IsOnlyBindAppUser": true}, p[1:2]},
		} {
			t.Run(tt.name, func(t *testing.T) {
				tt.in["PageNo"], tt.in["PageSize"] = 1, 20
				a := c.must(t, c.root, "bi:DescribeUserRoleList", tt.in)
				got := column(a.list(t), "UserId")
				slices.Sort(got)
				equal(t, "users", got, slices.Sorted(slices.Values(tt.want)))
				equal(t, "Total", a.data().number("Total"), len(tt.want))
				equal(t, "TotalPages", a.data().number("TotalPages"), min(1, len(tt.want)))
			})
		}
		c.refuses(t, c.root, []wrong{
			{"no page", "DescribeUserRoleList", params{"PageSize": 20}, "MissingParameter", []string{"PageNo"}},
			{"no page size", "DescribeUserRoleList", params{"PageNo": 1}, "MissingParameter", []string{"PageSize"}},
			{"a type that is neither", "DescribeUserRoleList", params{"PageNo": 1, "PageSize": 20, "UserType": "2"}, badValue, nil},
			{"a project that is no number", "DescribeUserRoleList", params{"PageNo": 1, "PageSize": 20, "ProjectId": "sales"}, badValue, nil},
			{"a page before the first", "DescribeUserRoleList", params{"PageNo": -1, "PageSize": 20}, badValue, nil},
		})
		t.Run("roles are listed global first, then by project and id", func(t *testing.T) {
			r := c.entry(t, p[0])
			var got []int64
			for _, role := range r.rows("RoleList") {
				got = append(got, role.number("RoleId"))
			}
			equal(t, "RoleList", got, append([]int64{c.global[commonUser]}, ids(roles[projectEditor], roles[projectViewer])...))
			if len(got) != 3 {
				return
			}
			first, last := r.rows("RoleList")[0], r.rows("RoleList")[2]
			equal(t, "the global one", []any{first["ProjectId"], first["ProjectName"], first["ScopeType"], first["ModuleCollection"]}, []any{0, "", 1, commonUser})
			equal(t, "one of the project", []any{last["ProjectId"], last["ProjectName"], last["ScopeType"]}, []any{project, "sales", 0})
			equal(t, "RoleIdList has what was given here", r.numbers("RoleIdList"), ids(c.global[commonUser]))
		})
		t.Run("newest first", func(t *testing.T) {
			var got []int64
			for _, r := range c.everybody(t) {
				got = append(got, r.number("Id"))
			}
			if !slices.IsSortedFunc(got, func(a, b int64) int { return int(b - a) }) {
				t.Errorf("the Ids are %v", got)
			}
		})
		t.Run("a sub-user's new name shows where BI has none of its own", func(t *testing.T) {
			uin := c.person(t, "nameless")
			c.join(t, nil, uin)
			if name := c.entry(t, uin).str("UserName"); name == "" {
				t.Error("there is no name")
			}
		})
	})
}
