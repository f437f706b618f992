package test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// TestBIOtherAccounts: nothing of one account can be seen, used or changed by another, and ids of the other are answered
// as ids of nothing.
func TestBIOtherAccounts(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		a, b := newCorp(t, s, "A"), newCorp(t, s, "B")
		uin := a.person(t, "zhangsan")
		a.must(t, a.root, "bi:CreateUserRole", params{"UserInfoList": []params{{"UserId": uin, "UserName": "secret name", "Email": "secret@example.com", "AppUserId": "wecom-1"}}})
		project, group := a.project(t, "secret project"), a.group(t, "secret group")
		roles := a.roles(t, project)
		a.enlist(t, project, nil, uin)
		a.must(t, a.root, "bi:CreateUserGroupMember", params{"GroupId": group, "UserIdList": []string{uin}})
		apiKey := a.must(t, a.root, "bi:CreateAuthApiKey", nil).data().str("ApiKey")
		source := a.must(t, a.root, "bi:CreateDatasource", datasource(project, "secret source")).data().number("Id")
		tag := a.must(t, a.root, "bi:CreateCorpTag", params{"Name": "secret tag"}).data().number("Id")
		token := a.embed(t, a.root, params{"ProjectId": project, "PageId": 7}).str("BIToken")

		local := b.person(t, "lisi")
		b.join(t, nil, local)
		own, ownGroup := b.project(t, "own"), b.group(t, "own")
		b.must(t, b.root, "bi:CreateCorpTag", params{"Name": "own"})
		page := func(more ...any) params { return mapsWith(params{"PageNo": 1, "PageSize": 20}, more...) }
		for _, tt := range []struct {
			action   string
			foreign  params // ids of A
			invented params // ids of nothing, in their places
			harmless bool   // may succeed with nothing
		}{
			{"CreateUserRole", params{"UserInfoList": users(uin)}, params{"UserInfoList": users("100000000099")}, false},
			{"CreateUserRole", params{"RoleIdList": ids(a.global[commonUser]), "UserInfoList": users(local)}, params{"RoleIdList": ids(noID), "UserInfoList": users(local)}, false},
			{"CreateUserRole", params{"RoleIdList": ids(roles[projectViewer]), "UserInfoList": users(local)}, params{"RoleIdList": ids(noID), "UserInfoList": users(local)}, false},
			{"CreateUserRole", params{"UserGroups": ids(group), "UserInfoList": users(local)}, params{"UserGroups": ids(noID), "UserInfoList": users(local)}, false},
			{"ModifyUserRole", params{"UserId": uin, "UserName": "x"}, params{"UserId": "100000000099", "UserName": "x"}, false},
			{"ModifyUserDetailInfo", params{"UserId": uin, "UserName": "x"}, params{"UserId": "100000000099", "UserName": "x"}, false},
			{"ModifyUserDetailInfo", params{"UserId": local, "UserGroupIdList": ids(group)}, params{"UserId": local, "UserGroupIdList": ids(noID)}, false},
			{"DeleteUserRole", params{"UserId": uin}, params{"UserId": "100000000099"}, false},
			{"DeleteUserRole", params{"UserId": a.id}, params{"UserId": "100000000099"}, false},
			{"DescribeUserRoleList", page("ProjectId", number(project)), page("ProjectId", number(noID)), true},
			{"CreateUserRoleProject", params{"ProjectId": project, "UserInfoList": users(local)}, params{"ProjectId": noID, "UserInfoList": users(local)}, false},
			{"CreateUserRoleProject", params{"ProjectId": own, "RoleIdList": ids(roles[projectViewer]), "UserInfoList": users(local)}, params{"ProjectId": own, "RoleIdList": ids(noID), "UserInfoList": users(local)}, false},
			{"CreateUserRoleProject", params{"ProjectId": own, "UserInfoList": users(uin)}, params{"ProjectId": own, "UserInfoList": users("100000000099")}, false},
			{"ModifyUserRoleProject", params{"ProjectId": project, "UserId": uin}, params{"ProjectId": noID, "UserId": uin}, false},
			{"DeleteUserRoleProject", params{"ProjectId": project, "UserId": uin}, params{"ProjectId": noID, "UserId": uin}, false},
			{"DescribeUserRoleProjectList", page("ProjectId", project), page("ProjectId", noID), false},
			{"DescribePermissionRoleInfo", params{"ProjectId": project}, params{"ProjectId": noID}, false},
			{"DescribeProjectInfo", params{"Id": project}, params{"Id": noID}, true},
			{"ModifyProject", params{"Id": project, "Name": "x"}, params{"Id": noID, "Name": "x"}, false},
			{"DeleteProject", params{"Id": project}, params{"Id": noID}, false},
			{"CreateUserGroup", params{"GroupName": "x", "ParentId": group}, params{"GroupName": "x", "ParentId": noID}, false},
			{"CreateUserGroup", params{"GroupName": "x", "AdminUserId": uin}, params{"GroupName": "x", "AdminUserId": "100000000099"}, false},
			{"ModifyUserGroup", params{"UpdateList": []params{{"Id": group, "GroupName": "x"}}}, params{"UpdateList": []params{{"Id": noID, "GroupName": "x"}}}, false},
			{"DeleteUserGroup", params{"Id": group}, params{"Id": noID}, false},
			{"DescribeUserGroupInfo", params{"Id": group}, params{"Id": noID}, false},
			{"CreateUserGroupMember", params{"GroupId": group, "UserIdList": []string{local}}, params{"GroupId": noID, "UserIdList": []string{local}}, false},
			{"CreateUserGroupMember", params{"GroupId": ownGroup, "UserIdList": []string{uin}}, params{"GroupId": ownGroup, "UserIdList": []string{"100000000099"}}, false},
			{"DeleteUserGroupMember", params{"GroupId": group, "UserIdList": []string{local}}, params{"GroupId": noID, "UserIdList": []string{local}}, false},
			{"DescribeUserGroupMemberList", params{"GroupIds": ids(group)}, params{"GroupIds": ids(noID)}, true},
			{"QueryUserGroupMember", params{"GroupIds": ids(group)}, params{"GroupIds": ids(noID)}, true},
			{"CreateAuthApiKey", params{"DefaultUser": uin}, params{"DefaultUser": "100000000099"}, false},
			{"ModifyAuthApiKey", params{"ApiKey": apiKey, "DefaultUser": local}, params{"ApiKey": strings.Repeat("0", 32), "DefaultUser": local}, false},
			{"DescribeAuthApiKeyInfo", params{"ApiKey": apiKey}, params{"ApiKey": strings.Repeat("0", 32)}, false},
			{"DeleteAuthApiKey", params{"ApiKey": apiKey}, params{"ApiKey": strings.Repeat("0", 32)}, false},
			{"EditCorpTag", params{"Id": tag, "Name": "x", "ImportType": "manual"}, params{"Id": noID, "Name": "x", "ImportType": "manual"}, false},
			{"ModifyUserTag", params{"UserId": local, "TagList": []params{{"Id": tag, "Value": "x"}}}, params{"UserId": local, "TagList": []params{{"Id": noID, "Value": "x"}}}, false},
			{"CreatePermissionRanks", params{"ProjectId": project, "TableId": 7}, params{"ProjectId": noID, "TableId": 7}, false},
			{"CreatePermissionRanks", params{"ProjectId": own, "TableId": 7, "RoleType": "ROLES", "RoleId": roles[projectViewer]}, params{"ProjectId": own, "TableId": 7, "RoleType": "ROLES", "RoleId": noID}, false},
			{"CreateEmbedToken", params{"ProjectId": project, "PageId": 7}, params{"ProjectId": noID, "PageId": 7}, false},
			{"CreateEmbedToken", params{"ProjectId": own, "PageId": 7, "TokenType": 200, "UserCorpId": a.id, "UserId": uin}, params{"ProjectId": own, "PageId": 7, "TokenType": 200, "UserCorpId": "100000000099", "UserId": uin}, false},
			{"ApplyEmbedInterval", params{"ProjectId": project, "PageId": 7, "BIToken": token, "Scope": "page"}, params{"ProjectId": project, "PageId": 7, "BIToken": "30672eed-81e6-4d8f-a630-3d472531490b", "Scope": "page"}, true},
			{"ClearEmbedToken", params{"ProjectId": number(own), "UserCorpId": a.id, "Scope": "page"}, params{"ProjectId": number(own), "UserCorpId": "100000000099", "Scope": "page"}, false},
			{"CreateDatasource", datasource(project, "x"), datasource(noID, "x"), false},
			{"ModifyDatasource", mapsWith(datasource(own, "x"), "Id", source), mapsWith(datasource(own, "x"), "Id", noID), false},
			{"DeleteDatasource", params{"Id": source, "ProjectId": own}, params{"Id": noID, "ProjectId": own}, false},
			{"DeleteDatasource", params{"Id": source, "ProjectId": project}, params{"Id": source, "ProjectId": noID}, false},
			{"DescribeDatasourceList", params{"ProjectId": project}, params{"ProjectId": noID}, false},
		} {
			t.Run(tt.action+" "+text(t, tt.foreign), func(t *testing.T) {
				before := b.picture(t)
				a.unchanged(t, func() {
					foreign, invented := b.call(t, b.root, "bi:"+tt.action, tt.foreign), b.call(t, b.root, "bi:"+tt.action, tt.invented)
					if foreign.code != invented.code || foreign.code == "" && !tt.harmless {
						t.Errorf("a foreign id answers %q (%s), one of nothing %q (%s)", foreign.code, foreign.message, invented.code, invented.message)
					}
					equal(t, "Data", foreign.body["Data"], invented.body["Data"])
					if all := text(t, foreign.body); strings.Contains(all, "secret") {
						t.Errorf("the answer tells: %s", all)
					}
				})
				if after := b.picture(t); after != before {
					t.Errorf("the caller's own account changed, from\n%s\nto\n%s", before, after)
				}
			})
		}
		t.Run("no list of one account has anything of the other", func(t *testing.T) {
			if all := b.picture(t); strings.Contains(all, "secret") || strings.Contains(all, a.id) || strings.Contains(all, uin) {
				t.Errorf("it has: %s", all)
			}
		})
		t.Run("the same names and WeCom ids are free in the other account", func(t *testing.T) {
			b.must(t, b.root, "bi:CreateUserRole", params{"UserInfoList": []params{{"UserId": local, "AppUserId": "wecom-1"}}})
			b.project(t, "secret project")
			b.group(t, "secret group")
			b.must(t, b.root, "bi:CreateCorpTag", params{"Name": "secret tag"})
		})
		t.Run("its token still lives", func(t *testing.T) { equal(t, "active", a.verifies(t, a.root, token)["active"], true) })
	})
}

// together makes calls at once, each n times, and answers how often which code came.
func (c *corp) together(t testing.TB, n int, calls ...func() *answer) map[string]int {
	t.Helper()
	var wait sync.WaitGroup
	var mu sync.Mutex
	codes := map[string]int{}
	start := make(chan struct{})
	for range n {
		for _, call := range calls {
			wait.Go(func() {
				<-start
				a := call()
				mu.Lock()
				defer mu.Unlock()
				codes[a.code]++
			})
		}
	}
	close(start)
	wait.Wait()
	return codes
}

func TestBIAtOnce(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		_, other := c.member(t, "manager", c.global[corpAdmin])
		project, group := c.project(t, "sales"), c.group(t, "readers")
		roles := c.roles(t, project)
		by := func(key credential, action string, in params) func() *answer {
			return func() *answer { t.Helper(); return c.call(t, key, "bi:"+action, in) }
		}
		only := func(t *testing.T, codes map[string]int, allowed ...string) {
			t.Helper()
			for code, n := range codes {
				found := false
				for _, a := range allowed {
					found = found || a == code
				}
				if !found {
					t.Errorf("%d times %q", n, code)
				}
			}
		}
		const n = 8
		t.Run("the same new user, with different roles", func(t *testing.T) {
			uin := c.person(t, "new")
			create := func(key credential, role int64) func() *answer {
				return by(key, "CreateUserRole", params{"RoleIdList": ids(role), "UserInfoList": users(uin)})
			}
			only(t, c.together(t, n, create(c.root, c.global[commonUser]), create(other, c.global[corpAuthAdmin])), "")
			var found []row
			for _, r := range c.everybody(t) {
				if r.str("UserId") == uin {
					found = append(found, r)
				}
			}
			if len(found) != 1 {
				t.Fatalf("he is there %d times", len(found))
			}
			equal(t, "RoleIdList", found[0].numbers("RoleIdList"), ids(c.global[commonUser], c.global[corpAuthAdmin]))
			equal(t, "RoleList", roleIDs(found[0]), ids(c.global[commonUser], c.global[corpAuthAdmin]))
		})
		t.Run("the same member of a project and of a group", func(t *testing.T) {
			uin := c.person(t, "member")
			c.join(t, nil, uin)
			only(t, c.together(t, n, by(c.root, "CreateUserRoleProject", params{"ProjectId": project, "RoleIdList": ids(roles[projectEditor]), "UserInfoList": users(uin)}),
				by(other, "CreateUserRoleProject", params{"ProjectId": project, "RoleIdList": ids(roles[projectViewer]), "UserInfoList": users(uin)}),
				by(other, "CreateUserGroupMember", params{"GroupId": group, "UserIdList": []string{uin}})), "")
			equal(t, "roles", roleIDs(of(c.members(t, project), uin)), ids(roles[projectEditor], roles[projectViewer]))
			equal(t, "members of the group", len(c.must(t, c.root, "bi:DescribeUserGroupMemberList", params{"GroupIds": ids(group)}).list(t)), 1)
		})
		t.Run("two roles take turns, and one of them is left", func(t *testing.T) {
			uin := c.person(t, "turns")
			c.join(t, nil, uin)
			turn := func(key credential, role string) func() *answer {
				return by(key, "ModifyUserRole", params{"UserId": uin, "RoleIdList": ids(c.global[role])})
			}
			only(t, c.together(t, n, turn(c.root, corpAuthAdmin), turn(other, commonUser)), "")
			equal(t, "roles", len(c.entry(t, uin).numbers("RoleIdList")), 1)
		})
		t.Run("two fields are changed by two callers, and both changes are there", func(t *testing.T) {
			uin := c.person(t, "fields")
			c.join(t, nil, uin)
			only(t, c.together(t, n, by(c.root, "ModifyUserRole", params{"UserId": uin, "Email": "both@example.com"}), by(other, "ModifyUserRole", params{"UserId": uin, "PhoneNumber": "13470010000"})), "")
			r := c.entry(t, uin)
			equal(t, "the fields", []any{r["Email"], r["PhoneNumber"]}, []any{"both@example.com", "13470010000"})
		})
		t.Run("one WeCom id is bound to one user", func(t *testing.T) {
			p := c.persons(t, "bound", 2)
			c.join(t, nil, p...)
			codes := c.together(t, 1, by(c.root, "ModifyUserRole", params{"UserId": p[0], "AppUserId": "wecom-1"}), by(other, "ModifyUserRole", params{"UserId": p[1], "AppUserId": "wecom-1"}))
			equal(t, "codes", codes, map[string]int{"": 1, biError: 1})
		})
		t.Run("one name is had by one project, one group and one tag", func(t *testing.T) {
			equal(t, "projects", c.together(t, n, by(c.root, "CreateProject", params{"Name": "same", "ColorCode": "#fff"}))[""], 1)
			equal(t, "groups", c.together(t, n, by(other, "CreateUserGroup", params{"GroupName": "same"}))[""], 1)
			equal(t, "tags", c.together(t, n, by(other, "CreateCorpTag", params{"Name": "same"}))[""], 1)
		})
		t.Run("a user is deleted once, whoever is first", func(t *testing.T) {
			uin := c.person(t, "leaver")
			c.join(t, nil, uin)
			codes := c.together(t, n, by(c.root, "DeleteUserRole", params{"UserId": uin}), by(other, "DeleteUserRole", params{"UserId": uin}))
			equal(t, "codes", codes, map[string]int{"": 1, noUser: 2*n - 1})
		})
		t.Run("creating and deleting, and all is whole in the end", func(t *testing.T) {
			uin := c.person(t, "comes-and-goes")
			create := by(c.root, "CreateUserRole", params{"UserGroups": ids(group), "UserInfoList": users(uin)})
			only(t, c.together(t, n, create, by(other, "DeleteUserRole", params{"UserId": uin}), by(other, "ModifyUserRole", params{"UserId": uin, "UserName": "x"})), "", noUser)
			create().wants(t, "")
			r := c.entry(t, uin)
			equal(t, "RoleList", roleIDs(r), ids(c.global[commonUser]))
			equal(t, "groups", column(r.rows("UserGroupList"), "GroupName"), []string{"readers"})
			c.must(t, c.root, "bi:DeleteUserRole", params{"UserId": uin})
			equal(t, "there", c.entry(t, uin) != nil, false)
		})
		t.Run("a project goes while members come, and leaves nothing behind", func(t *testing.T) {
			id, uin := c.project(t, "short-lived"), c.person(t, "late")
			c.join(t, nil, uin)
			only(t, c.together(t, n, by(c.root, "CreateUserRoleProject", params{"ProjectId": id, "UserInfoList": users(uin)}), by(other, "DeleteProject", params{"Id": id})), "", biError, unauthorized)
			equal(t, "RoleList", roleIDs(c.entry(t, uin)), ids(c.global[commonUser]))
		})
		t.Run("the first calls of a new account make one root of it", func(t *testing.T) {
			made := c.createAccount(t, "fresh")
			fresh := &corp{server: c.server, root: made.credential(), id: number(made.UIN)}
			list := func() *answer {
				return fresh.call(t, fresh.root, "bi:DescribeUserRoleList", params{"PageNo": 1, "PageSize": 20})
			}
			only(t, fresh.together(t, n, list), "")
			equal(t, "users", column(fresh.everybody(t), "UserId"), []string{fresh.id})
		})
	})
}

func TestBIRates(t *testing.T) {
	onServer(t, nil, func(t *testing.T, s *server) {
		for action, rate := range map[string]int{"CreateUserRole": 100, "CreateEmbedToken": 20} {
			t.Run(fmt.Sprintf("%s: call %d within a second is refused", action, rate+1), func(t *testing.T) {
				c := &corp{server: s}
				var codes map[string]int
				var last *answer
				call := func() *answer { return s.call(t, bootstrap, "bi:"+action, nil) } // malformed calls count
				inOneSecond(t, func() {
					codes = map[string]int{}
					for range 10 {
						for code, n := range c.together(t, rate/10, call) {
							codes[code] += n
						}
					}
					last = call()
				})
				equal(t, "codes", codes, map[string]int{missingParam: rate})
				if count, limit := limited(t, last, "RequestLimitExceeded"); count != rate+1 || limit != rate {
					t.Errorf("count %d, limit %d", count, limit)
				}
			})
		}
	})
}
