package apitest_test

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/wire"
)

// settleBusiness gives an account some users of business intelligence, and a project.
func (x *tenants) settleBusiness(n *tenant) {
	root := n.callers[0]
	root.Call(x.t, "bi:CreateUserRole", apitest.P{"UserInfoList": []apitest.P{{"UserId": x.draw(n, "user name")}, {"UserId": fmt.Sprint(n.callers[1].UIN)}}})
	project := root.Call(x.t, "bi:CreateProject", apitest.P{"Name": x.name(n), "ColorCode": "#fff"}).Int("Data.Id")
	root.Call(x.t, "bi:CreateUserRoleProject", apitest.P{"ProjectId": project, "UserInfoList": []apitest.P{{"UserId": fmt.Sprint(n.callers[1].UIN)}}})
}

// businessKinds says what a member of a call about business intelligence names.
var businessKinds = map[string]string{
	"UserId": "bi user", "UserIdList": "bi user", "DefaultUser": "bi user", "AdminUserId": "bi user",
	"RoleId": "bi role", "RoleIdList": "bi role", "ProjectId": "bi project",
	"GroupId": "bi group", "GroupIds": "bi group", "UserGroups": "bi group", "UserGroupIds": "bi group", "UserGroupId": "bi group", "UserGroupIdList": "bi group",
	"ParentIds": "bi group", "FilterGroupIds": "bi group",
}

// businessIDs says what the member Id names, by a part of the action's name.
var businessIDs = []struct{ part, kind string }{{"Project", "bi project"}, {"UserGroup", "bi group"}, {"CorpTag", "bi tag"}, {"UserTag", "bi tag"}, {"Datasource", "bi datasource"}}

// businessTexts are texts that have a form.
var businessTexts = map[string]string{"UserType": "0", "PhoneNumber": "13800138000", "AreaCode": "86", "RoleCode": "sys_project_admin", "ModuleCollection": "sys_common_user",
	"ColorCode": "#fff", "ModuleIdList": "bi_project_read", "CreatedOnOrder": "asc", "ResourceType": "page", "ResourceName": "PageView", "ImportType": "manual", "RulerInfo": "[]",
	"Mode": "ALL", "RoleType": "Others", "Type": "ROW", "OpenStatus": "Open", "ExpireTime": "60", "Scope": "page", "Intention": "embed", "GlobalParam": "[]", "DbType": "MYSQL", "DbHost": "db.example.com"}

// businessNumbers are numbers that have a meaning.
var businessNumbers = map[string]int{"PageSize": 1000, "PasswordExpired": 90, "TokenType": 100, "DbPort": 3306, "ParentId": -1, "Location": -1}

// business draws a member of a call about business intelligence.
func (x *tenants) business(n, other *tenant, a *wire.Action, m *wire.Member) (any, bool) {
	kind := businessKinds[m.Name]
	for _, id := range businessIDs {
		if kind == "" && m.Name == "Id" && strings.Contains(a.Name, id.part) {
			kind = id.kind
		}
	}
	switch {
	case kind == "bi user" && x.number(0, 3, "a sub-account") == 0:
		return x.draw(other, "user name"), true
	case kind != "" && m.Kind == wire.String:
		return x.draw(other, kind), true
	case kind != "":
		return json.Number(x.draw(other, kind)), true
	case businessTexts[m.Name] != "":
		return businessTexts[m.Name], true
	case businessNumbers[m.Name] != 0:
		return businessNumbers[m.Name], true
	case m.Name == "PageNo":
		return x.number(0, 1, "page"), true
	case m.Name == "Status":
		return min(x.number(0, 9, "state"), 1), true // seldom disabled: little succeeds then
	case m.Kind == wire.String && m.Name != "Email":
		return x.name(n), true
	}
	return nil, false
}
