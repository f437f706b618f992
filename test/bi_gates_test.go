package test

import (
	"fmt"
	"strings"
	"testing"
)

// cast are the callers that BI tells apart.
type cast struct {
	*corp
	project int64
	keys    map[string]credential
	uins    map[string]string
	made    int
}

func newCast(t testing.TB, c *corp) *cast {
	p := &cast{corp: c, project: c.project(t, "sales"), keys: map[string]credential{"root": c.root}, uins: map[string]string{"root": c.id}}
	roles := c.roles(t, p.project)
	add := func(name string, global int64, inProject ...int64) {
		p.uins[name], p.keys[name] = c.member(t, strings.ReplaceAll(name, " ", "-"), global)
		if inProject != nil {
			c.enlist(t, p.project, inProject, p.uins[name])
		}
	}
	add("enterprise administrator", c.global[corpAdmin])
	add("permission administrator", c.global[corpAuthAdmin])
	add("general user", c.global[commonUser])
	add("project administrator", c.global[commonUser], roles[projectAdmin])
	add("editor", c.global[commonUser], roles[projectEditor])
	add("viewer", c.global[commonUser], roles[projectViewer])
	add("disabled administrator", c.global[corpAdmin])
	c.setStatus(t, 0, p.uins["disabled administrator"])
	p.uins["outsider"], p.keys["outsider"] = c.outsider(t, "outsider")
	uin, key := c.user(t, c.root, "unprivileged")
	c.join(t, []int64{c.global[corpAdmin]}, number(uin))
	p.uins["administrator without permission"], p.keys["administrator without permission"] = number(uin), key
	return p
}

func (p *cast) next(prefix string) string { p.made++; return fmt.Sprint(prefix, "-", p.made) }

func TestBIGates(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		p := newCast(t, c)
		page := params{"PageNo": 1, "PageSize": 20}
		rights := params{"ResourceList": []params{{"ResourceName": "PageView", "ResourceValue": true}}}
		always := func(in params) func(testing.TB) params { return func(testing.TB) params { return in } }
		for _, tt := range []struct {
			what   string
			action string
			in     func(t testing.TB) params // made anew for every caller
			may    []string                  // beside the root, an enterprise administrator and one who is not in BI
			mayNot []string
		}{
			{"bringing users into the corp", "CreateUserRole", func(t testing.TB) params { return params{"UserInfoList": users(c.person(t, p.next("new")))} },
				nil, []string{"permission administrator", "general user", "project administrator", "editor", "viewer"}},
			{"changing a user", "ModifyUserRole", always(params{"UserId": p.uins["viewer"], "UserName": "x"}),
				nil, []string{"permission administrator", "general user", "project administrator", "editor", "viewer"}},
			{"changing a user in detail", "ModifyUserDetailInfo", always(params{"UserId": p.uins["viewer"], "UserName": "x"}),
				nil, []string{"permission administrator", "general user", "project administrator", "editor", "viewer"}},
			{"listing all users", "DescribeUserRoleList", always(page),
				[]string{"permission administrator"}, []string{"general user", "project administrator", "editor", "viewer"}},
			{"making a user group", "CreateUserGroup", func(testing.TB) params { return params{"GroupName": p.next("group")} },
				nil, []string{"permission administrator", "general user", "project administrator", "viewer"}},
			{"making a tag", "CreateCorpTag", func(testing.TB) params { return params{"Name": p.next("tag")} },
				[]string{"permission administrator"}, []string{"general user", "project administrator", "viewer"}},
			{"making a rule for rows", "CreatePermissionRanks", always(params{"ProjectId": p.project, "TableId": 7}),
				[]string{"permission administrator"}, []string{"general user", "editor", "viewer"}},
			{"giving a page to a user", "ModifyResourceUser", always(params{"ProjectId": p.project, "UserId": p.uins["viewer"], "ResourceType": "page", "EntityIds": []int64{7}, "Resource": rights}),
				[]string{"permission administrator"}, []string{"general user", "editor", "viewer"}},
			{"changing a project", "ModifyProject", always(params{"Id": p.project, "Mark": "x"}),
				[]string{"project administrator"}, []string{"permission administrator", "general user", "editor", "viewer"}},
			{"bringing users into a project", "CreateUserRoleProject", always(params{"ProjectId": p.project, "UserInfoList": users(p.uins["viewer"])}),
				[]string{"project administrator"}, []string{"permission administrator", "general user", "editor", "viewer"}},
			{"changing a member", "ModifyUserRoleProject", always(params{"ProjectId": p.project, "UserId": p.uins["viewer"], "UserName": "x"}),
				[]string{"project administrator"}, []string{"permission administrator", "general user", "editor", "viewer"}},
			{"listing a project's members", "DescribeUserRoleProjectList", always(params{"PageNo": 1, "PageSize": 20, "ProjectId": p.project}),
				[]string{"project administrator", "editor", "viewer"}, []string{"general user"}},
			{"registering a datasource", "CreateDatasource", func(testing.TB) params { return datasource(p.project, p.next("source")) },
				[]string{"project administrator"}, []string{"permission administrator", "general user", "viewer"}},
			{"listing datasources", "DescribeDatasourceList", always(params{"ProjectId": p.project}),
				[]string{"project administrator", "editor", "viewer"}, []string{"general user"}},
			{"making an ApiKey", "CreateAuthApiKey", always(nil), nil, []string{"permission administrator", "general user", "project administrator", "viewer"}},
			{"listing ApiKeys", "DescribeAuthApiKeyList", always(nil), nil, []string{"permission administrator", "general user", "project administrator", "viewer"}},
			{"clearing embed tokens", "ClearEmbedToken", always(params{"ProjectId": number(p.project), "UserCorpId": c.id, "Scope": "page"}),
				nil, []string{"permission administrator", "general user", "project administrator", "viewer"}},
		} {
			check := func(who, code string, pieces ...string) {
				t.Run(tt.what+" as "+who, func(t *testing.T) { c.call(t, p.keys[who], "bi:"+tt.action, tt.in(t)).wants(t, code, pieces...) })
			}
			for _, who := range append([]string{"root", "enterprise administrator", "outsider"}, tt.may...) {
				check(who, "")
			}
			for _, who := range tt.mayNot {
				check(who, unauthorized)
			}
			check("disabled administrator", inactive)
			check("administrator without permission", denied, "operation (bi:"+tt.action+")", "resource (*)")
		}
		t.Run("changes of role and status count for the very next call", func(t *testing.T) {
			uin, key := p.uins["general user"], p.keys["general user"]
			asks := func(code string) {
				t.Helper()
				c.call(t, key, "bi:DescribeUserRoleList", page).wants(t, code)
			}
			asks(unauthorized)
			c.must(t, c.root, "bi:ModifyUserRole", params{"UserId": uin, "RoleIdList": ids(c.global[corpAdmin])})
			asks("")
			c.setStatus(t, 0, uin)
			asks(inactive)
			equal(t, "Status", c.entry(t, uin)["Status"], 0)
			c.setStatus(t, 1, uin)
			asks("")
			c.must(t, c.root, "bi:ModifyUserRole", params{"UserId": uin, "RoleIdList": ids(c.global[commonUser])})
			asks(unauthorized)
			c.must(t, c.root, "bi:DeleteUserRole", params{"UserId": uin})
			asks("") // he is no BI user any more: his policies decide
		})
		t.Run("the root cannot be disabled", func(t *testing.T) {
			if a := c.call(t, c.root, "hufu:SetBiUserStatus", params{"UserIdList": []string{c.id}, "Status": 0}); a.code == "" {
				t.Error("the root was disabled")
			}
			equal(t, "Status", c.entry(t, c.id)["Status"], 1)
			c.must(t, c.root, "bi:DescribeUserRoleList", page)
		})
	})
}

func TestBIPolicies(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		page := params{"PageNo": 1, "PageSize": 20}
		for i, tt := range []struct {
			name, policy   string
			lists, creates string // codes
		}{
			{"all of BI", allow("bi:*"), "", ""},
			{"reading", allow("bi:Describe*"), "", denied},
			{"one action", allow("bi:CreateUserRole"), denied, ""},
			{"a statement about one resource does not match", statement("allow", "qcs::cvm:::instance/ins-1", "bi:*"), denied, denied},
			{"a deny", `{"version":"2.0","statement":[{"effect":"allow","action":"bi:*","resource":"*"},{"effect":"deny","action":"bi:CreateUserRole","resource":"*"}]}`, "", denied},
			{"another product", allow("cam:*"), denied, denied},
			{"an address that is not the caller's", `{"version":"2.0","statement":[{"effect":"allow","action":"bi:*","resource":"*","condition":{"ip_equal":{"qcs:ip":"203.0.113.0/24"}}}]}`, denied, denied},
		} {
			t.Run(tt.name, func(t *testing.T) {
				uin, key := c.user(t, c.root, fmt.Sprint("user-", i))
				id := c.must(t, c.root, "cam:CreatePolicy", params{"PolicyName": fmt.Sprint("p-", i), "PolicyDocument": tt.policy}).number("PolicyId")
				c.must(t, c.root, "cam:AttachUserPolicy", params{"AttachUin": uin, "PolicyId": id})
				c.call(t, key, "bi:DescribeUserRoleList", page).wants(t, tt.lists)
				c.call(t, key, "bi:CreateUserRole", params{"UserInfoList": users(c.person(t, fmt.Sprint("new-", i)))}).wants(t, tt.creates)
			})
		}
	})
}

// TestBITwoFaults: of two faults in a call the earlier step answers.
func TestBITwoFaults(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		p := newCast(t, c)
		uin, bound, group := c.person(t, "new"), c.person(t, "bound"), c.group(t, "readers")
		c.must(t, c.root, "bi:CreateUserRole", params{"UserInfoList": []params{{"UserId": bound, "AppUserId": "wecom-1"}}})
		admin, disabled, general, unprivileged := "enterprise administrator", "disabled administrator", "general user", "administrator without permission"
		for _, tt := range []struct {
			name, who, action string
			in                params
			code              string
			pieces            []string
		}{
			{"the schema before the permission", unprivileged, "DeleteUserRole", nil, "MissingParameter", nil},
			{"the permission before what is missing", unprivileged, "CreateUserRole", nil, denied, nil},
			{"what is missing before the caller's status", disabled, "CreateUserRole", nil, missingParam, nil},
			{"what is missing before the caller's role", general, "CreateUserRole", nil, missingParam, nil},
			{"the caller's status before an unknown user", disabled, "DeleteUserRole", params{"UserId": "unknown"}, inactive, nil},
			{"the caller's role before an unknown user", general, "DeleteUserRole", params{"UserId": "unknown"}, unauthorized, nil},
			{"the caller's role before an unknown project", general, "CreateUserRoleProject", params{"ProjectId": noID, "UserInfoList": users("unknown")}, unauthorized, nil},
			{"the project before its roles", admin, "CreateUserRoleProject", params{"ProjectId": noID, "RoleIdList": ids(noID), "UserInfoList": users("unknown")}, biError, nil},
			{"roles before users", admin, "CreateUserRole", params{"RoleIdList": ids(noID), "UserInfoList": users("unknown")}, badValue, []string{number(noID)}},
			{"groups before users", admin, "CreateUserRole", params{"UserGroups": ids(group, noID), "UserInfoList": users("unknown")}, badValue, []string{number(noID)}},
			{"a project's roles before users", admin, "CreateUserRoleProject", params{"ProjectId": p.project, "RoleIdList": ids(noID), "UserInfoList": users("unknown")}, badValue, []string{number(noID)}},
			{"users before their fields", admin, "CreateUserRole", params{"UserInfoList": []params{{"UserId": uin, "Email": "x"}, {"UserId": "unknown"}}}, noUser, []string{"unknown"}},
			{"roles before users, when modifying", admin, "ModifyUserRole", params{"UserId": "unknown", "RoleIdList": ids(noID)}, badValue, []string{number(noID)}},
			{"users before their fields, when modifying", admin, "ModifyUserRole", params{"UserId": "unknown", "Email": "x"}, noUser, nil},
			{"fields before conflicts", admin, "CreateUserRole", params{"UserInfoList": []params{{"UserId": uin, "AppUserId": "wecom-1", "Email": "x"}}}, badValue, nil},
			{"fields before conflicts, when modifying", admin, "ModifyUserRole", params{"UserId": p.uins["viewer"], "AppUserId": "wecom-1", "Email": "x"}, badValue, nil},
		} {
			t.Run(tt.name, func(t *testing.T) {
				c.unchanged(t, func() { c.call(t, p.keys[tt.who], "bi:"+tt.action, tt.in).wants(t, tt.code, tt.pieces...) })
			})
		}
		t.Run("an unknown project and a foreign one look alike to who manages neither", func(t *testing.T) {
			hidden := c.project(t, "hidden")
			for _, who := range []string{general, "project administrator", "viewer"} {
				for action, in := range map[string]func(int64) params{
					"CreateUserRoleProject":       func(id int64) params { return params{"ProjectId": id, "UserInfoList": users(uin)} },
					"ModifyUserRoleProject":       func(id int64) params { return params{"ProjectId": id, "UserId": uin} },
					"DeleteUserRoleProject":       func(id int64) params { return params{"ProjectId": id, "UserId": uin} },
					"ModifyProject":               func(id int64) params { return params{"Id": id, "Mark": "x"} },
					"DeleteProject":               func(id int64) params { return params{"Id": id} },
					"DescribeUserRoleProjectList": func(id int64) params { return params{"PageNo": 1, "PageSize": 20, "ProjectId": id} },
					"DescribeDatasourceList":      func(id int64) params { return params{"ProjectId": id} },
				} {
					known, unknown := c.call(t, p.keys[who], "bi:"+action, in(hidden)), c.call(t, p.keys[who], "bi:"+action, in(noID))
					equal(t, action+" as "+who, []string{known.code, unknown.code}, []string{unauthorized, unauthorized})
				}
			}
		})
	})
}
