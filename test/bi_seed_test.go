package test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// published is the request that the documentation of CreateUserRole prints: every member that it has, with a value of
// its kind instead of the description.
const published = `{
"RoleIdList": [%d],
"UserInfoList": [{"UserId": "%[2]s", "UserName": "Username", "Email": "mailbox@example.com", "PhoneNumber": "13470010000", "AreaCode": "+86",
  "AppUserId": "WeCom-account-ID", "AppUserName": "WeCom account name"}],
"UserList": [{"UserId": "%[2]s", "UserName": "Another name", "CorpId": "Enterprise ID", "Email": "other@example.com", "Status": 1982493789748932,
  "FirstModify": 1982493789748932, "PhoneNumber": "13470010001", "AreaCode": "86", "CreatedUser": "Creator", "UpdatedUser": "Modifier",
  "GlobalUserName": "Global role", "Mobile": "Mobile number", "AppId": "1", "AppUserId": "1", "AppUserAliasName": "1", "AppUserName": "1",
  "InValidateAppRange": false}]
}`

// asPrinted is the request with the placeholders of the documentation.
const asPrinted = `{
"RoleIdList": [1982493789748932],
"UserInfoList": [{"UserId": "User ID", "UserName": "Username", "Email": "Mailbox", "PhoneNumber": "Mobile number", "AreaCode": "Telephone country code",
  "AppUserId": "WeCom account ID", "AppUserName": "WeCom account name"}],
"UserList": [{"UserId": "User ID", "UserName": "Username", "CorpId": "Enterprise ID", "Email": "Mailbox", "Status": 1982493789748932,
  "FirstModify": 1982493789748932, "PhoneNumber": "Mobile number", "AreaCode": "Telephone country code", "CreatedUser": "Creator", "UpdatedUser": "Modifier",
  "GlobalUserName": "Global role", "Mobile": "Mobile number", "AppId": "1", "AppUserId": "1", "AppUserAliasName": "1", "AppUserName": "1",
  "InValidateAppRange": false}]
}`

// shape holds an answer to the members that the documentation declares, and returns Data.
func shape(t testing.TB, a *answer) any {
	t.Helper()
	a.wants(t, "")
	want := []string{"Data", "ErrorInfo", "Extra", "Msg", "RequestId"}
	if got := slices.Sorted(maps.Keys(a.body)); !slices.Equal(got, want) {
		t.Errorf("the answer has %v, want %v", got, want)
	}
	if a.body["Msg"] != "success" || a.body["Extra"] != "" || a.body["ErrorInfo"] != nil {
		t.Errorf("Msg %v, Extra %v, ErrorInfo %v", a.body["Msg"], a.body["Extra"], a.body["ErrorInfo"])
	}
	return a.body["Data"]
}

// hasID holds Data to {"Id": n} and returns n.
func hasID(t testing.TB, data any) int64 {
	t.Helper()
	object, _ := data.(map[string]any)
	n, ok := object["Id"].(json.Number)
	id, err := n.Int64()
	if len(object) != 1 || !ok || err != nil || id < 10_000_001 {
		t.Errorf("Data is %v, want the one member Id, an integer from 10000001 on", data)
	}
	return id
}

func TestBITheSeed(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		post := func(body string) *answer { return c.send(t, c.ask("bi:CreateUserRole", body).as(c.root)) }
		t.Run("the request as printed names a role that is not there", func(t *testing.T) {
			c.unchanged(t, func() { post(asPrinted).wants(t, badValue, "1982493789748932") })
		})
		uin := c.person(t, "zhangsan")
		var id int64
		t.Run("the request with values is answered as printed", func(t *testing.T) {
			id = hasID(t, shape(t, post(fmt.Sprintf(published, c.global[commonUser], uin))))
		})
		t.Run("the new list wins over the old one, and extra members do nothing", func(t *testing.T) {
			r := c.entry(t, uin)
			equal(t, "Id", r.number("Id"), id)
			for name, want := range map[string]any{"UserName": "Username", "Email": "mailbox@example.com", "PhoneNumber": "13470010000", "AreaCode": "+86",
				"AppUserId": "WeCom-account-ID", "AppUserName": "WeCom account name", "CorpId": c.id, "CreatedUser": c.id, "UpdatedUser": c.id,
				"Status": 1, "EmailActivationStatus": -1, "RootAccount": false, "CorpAdmin": false} {
				equal(t, name, r[name], want)
			}
			equal(t, "RoleIdList", r.numbers("RoleIdList"), ids(c.global[commonUser]))
		})
		t.Run("the same request again answers the same Id and makes no second user", func(t *testing.T) {
			before := c.everybody(t)
			equal(t, "Id", hasID(t, shape(t, post(fmt.Sprintf(published, c.global[commonUser], uin)))), id)
			after := c.everybody(t)
			for _, r := range append(before, after...) {
				delete(r, "UpdatedAt") // he was written once more
			}
			equal(t, "the users", after, before)
		})
		t.Run("flattened parameters mean the same", func(t *testing.T) {
			other := c.person(t, "lisi")
			q := url.Values{"RoleIdList.0": {number(c.global[corpAdmin])}, "UserInfoList.0.UserId": {other}, "UserInfoList.0.UserName": {"李四"},
				"UserList.0.UserId": {uin}, "UserList.0.Status": {"0"}}
			hasID(t, shape(t, c.send(t, c.ask("bi:CreateUserRole", "").get(q.Encode()).as(c.root))))
			r := c.entry(t, other)
			equal(t, "UserName", r.str("UserName"), "李四")
			equal(t, "RoleIdList", r.numbers("RoleIdList"), ids(c.global[corpAdmin]))
			equal(t, "Status of the one in UserList", c.entry(t, uin).number("Status"), 1)
		})
		t.Run("numbers may come as text", func(t *testing.T) {
			hasID(t, shape(t, post(fmt.Sprintf(`{"RoleIdList":["%d"],"UserInfoList":[{"UserId":"%s"}]}`, c.global[commonUser], uin))))
		})
		for _, tt := range []struct{ name, body, code, piece string }{
			{"a list for a text", `{"UserInfoList":[{"UserId":["x"]}]}`, "InvalidParameter", "UserInfoList.0.UserId"},
			{"a number for a text", `{"UserInfoList":[{"UserId":1}]}`, "InvalidParameter", "UserInfoList.0.UserId"},
			{"words for a role", `{"RoleIdList":["admin"],"UserInfoList":[{"UserId":"1"}]}`, "InvalidParameter", "RoleIdList.0"},
			{"an object for a list", `{"UserInfoList":{"UserId":"1"}}`, "InvalidParameter", "UserInfoList"},
			{"a negative group", `{"UserGroups":[-1],"UserInfoList":[{"UserId":"1"}]}`, badValue, "UserGroups"},
			{"an unknown member", `{"UserInfoList":[{"UserId":"1","Nickname":"x"}]}`, "UnknownParameter", "UserInfoList.0.Nickname"},
			{"an unknown parameter", `{"Users":[]}`, "UnknownParameter", "Users"},
		} {
			t.Run(tt.name, func(t *testing.T) { post(tt.body).wants(t, tt.code, tt.piece) })
		}
		t.Run("an action of another version is none", func(t *testing.T) {
			c.send(t, c.ask("bi:CreateUserRole", "{}").set("X-TC-Version", "2022-01-06").as(c.root)).wants(t, "NoSuchVersion")
		})
		t.Run("permissions without an action are none on the wire", func(t *testing.T) {
			for _, name := range []string{"BindingUser", "CreateEmbedUrl"} {
				c.call(t, c.root, "bi:"+name, nil).wants(t, "InvalidAction", name)
			}
		})
		t.Run("the host of the documentation names the service", func(t *testing.T) {
			m := c.ask("bi:DescribeUserRoleList", `{"PageNo":1,"PageSize":20}`).as(c.root)
			r := m.toHost("bi.intl.tencentcloudapi.com").request(t)
			if r.Method != http.MethodPost || !strings.HasPrefix(r.URL.String(), "http://bi.intl.") {
				t.Fatalf("%s %s", r.Method, r.URL)
			}
			shape(t, c.send(t, m))
		})
	})
}

// TestBIAnswers holds an answer of every action that serves to the declared members.
func TestBIAnswers(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		uin, project := c.person(t, "zhangsan"), c.project(t, "answers")
		c.join(t, nil, uin)
		c.enlist(t, project, nil, uin)
		group := c.group(t, "readers")
		key := c.must(t, c.root, "bi:CreateAuthApiKey", nil).data().str("ApiKey")
		source := c.must(t, c.root, "bi:CreateDatasource", datasource(project, "sales")).data().number("Id")
		page := params{"PageNo": 1, "PageSize": 20}
		for _, tt := range []struct {
			action string
			in     params
			data   string // kind of Data: "null", "list" of objects, "page" of a list, "object", or a value as JSON
		}{
			{"CreateUserRole", params{"UserInfoList": users(uin)}, "object"},
			{"ModifyUserRole", params{"UserId": uin, "UserName": "x"}, "null"},
			{"ModifyUserDetailInfo", params{"UserId": uin, "UserName": "x"}, "null"},
			{"DescribeUserRoleList", page, "page"},
			{"CreateUserRoleProject", params{"ProjectId": project, "UserInfoList": users(uin)}, "object"},
			{"ModifyUserRoleProject", params{"ProjectId": project, "UserId": uin, "UserName": "y"}, "null"},
			{"DescribeUserRoleProjectList", mapsWith(page, "ProjectId", project), "page"},
			{"DescribeUserProjectList", nil, "page"},
			{"CreateProject", params{"Name": "another", "ColorCode": "#fff"}, "object"},
			{"ModifyProject", params{"Id": project, "Mark": "x"}, "null"},
			{"DescribeProjectInfo", params{"Id": project}, "object"},
			{"DescribeProjectInfo", params{"Id": noID}, "null"},
			{"DescribeProjectList", nil, "page"},
			{"CreateUserGroup", params{"GroupName": "writers"}, "object"},
			{"ModifyUserGroup", params{"UpdateList": []params{{"Id": group, "Description": "x"}}}, "list"},
			{"CreateUserGroupMember", params{"GroupId": group, "UserIdList": []string{uin}}, "null"},
			{"DescribeUserGroupMemberList", params{"GroupIds": []int64{group}}, "page"},
			{"QueryUserGroupMember", params{"GroupIds": []int64{group}}, "page"},
			{"DescribeUserGroupTreeList", nil, "list"},
			{"DeleteUserGroupMember", params{"GroupId": group, "UserIdList": []string{uin}}, "null"},
			{"CreateAuthApiKey", nil, "object"},
			{"ModifyAuthApiKey", params{"ApiKey": key, "DefaultUser": uin}, "object"},
			{"DescribeAuthApiKeyInfo", params{"ApiKey": key}, "object"},
			{"DescribeAuthApiKeyList", nil, "page"},
			{"DeleteAuthApiKey", params{"ApiKey": key}, `"success"`},
			{"CreateCorpTag", params{"Name": "region"}, "object"},
			{"ModifyUserTag", params{"UserId": uin, "TagList": []params{{"Name": "region", "Value": "south"}}}, "null"},
			{"DescribePermissionRoleInfo", params{"ProjectId": project}, "list"},
			{"CreatePermissionRanks", params{"ProjectId": project, "TableId": 7}, "null"},
			{"DescribePermissionRanksInfo", params{"ProjectId": project, "TableId": 8}, "null"},
			{"DescribePermissionStatusInfo", params{"ProjectId": number(project), "TableId": 8}, "object"},
			{"DescribeResourceUserGroupPageList", params{"ProjectId": project, "PageId": 1, "ResourceType": "page"}, "page"},
			{"CreateEmbedToken", params{"ProjectId": project, "PageId": 1}, "object"},
			{"ClearEmbedToken", params{"ProjectId": number(project), "UserCorpId": c.id, "Scope": "page"}, "true"},
			{"DescribeDatasourceList", params{"ProjectId": project}, "page"},
			{"ModifyDatasource", mapsWith(datasource(project, "sales"), "Id", source), "null"},
			{"DeleteDatasource", params{"Id": source, "ProjectId": project}, "null"},
			{"DeleteUserRoleProject", params{"ProjectId": project, "UserId": uin}, "null"},
			{"DeleteProject", params{"Id": project}, "null"},
			{"DeleteUserGroup", params{"Id": group}, "null"},
			{"DeleteUserRole", params{"UserId": uin}, "null"},
		} {
			t.Run(tt.action+" answers "+tt.data, func(t *testing.T) {
				a := c.call(t, c.root, "bi:"+tt.action, tt.in)
				data := shape(t, a)
				_, object := data.(map[string]any)
				_, list := data.([]any)
				switch {
				case tt.data == "object" && object, tt.data == "list" && list:
				case tt.data == "page":
					a.list(t)
					_, total := a.data()["Total"].(json.Number)
					_, pages := a.data()["TotalPages"].(json.Number)
					if !total || !pages {
						t.Errorf("Data is %v", data)
					}
				default:
					equal(t, "Data", data, json.RawMessage(tt.data))
				}
			})
		}
		t.Run("DescribeUserGroupInfo has no more than RequestId and ErrorInfo", func(t *testing.T) {
			a := c.must(t, c.root, "bi:DescribeUserGroupInfo", params{"Id": c.group(t, "short")})
			if got := slices.Sorted(maps.Keys(a.body)); !slices.Equal(got, []string{"ErrorInfo", "RequestId"}) || a.body["ErrorInfo"] != nil {
				t.Errorf("it answers %v", a.body)
			}
		})
	})
}
