package bi_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
)

// rights are elements of a ResourceList: a name with a + is given, with a - taken away.
func rights(list ...string) []P {
	all := []P{}
	for _, r := range list {
		all = append(all, P{"ResourceName": r[1:], "ResourceValue": r[0] == '+', "CanChange": true, "Tips": ""})
	}
	return all
}

// pages prints the groups of a page list, with what is below them and with their rights: own ones as they are, those from
// above in brackets.
func pages(a *apitest.Answer, list string) string {
	var all []string
	for i := range a.Len(list) {
		at := fmt.Sprintf("%s.%d.", list, i)
		var has []string
		for j := range a.Len(at + "ResourceList") {
			r := fmt.Sprintf("%sResourceList.%d.", at, j)
			name := strings.TrimPrefix(a.Str(r+"ResourceName"), "Page")
			switch {
			case a.At(r+"ResourceValue") != true:
				continue
			case a.At(r+"CanChange") == true && a.Str(r+"Tips") == "":
			case a.At(r+"CanChange") == false && a.Str(r+"Tips") != "":
				name = "[" + name + "]"
			default:
				name += "?"
			}
			has = append(has, name)
		}
		s := a.Str(at + "GroupName")
		if len(has) > 0 {
			s += ":" + strings.Join(has, ",")
		}
		if a.At(at+"Children") != nil {
			s += "(" + pages(a, at+"Children") + ")"
		}
		all = append(all, s)
	}
	return strings.Join(all, " ")
}

// building is a corp with a project and some groups:
//
//	top( a( a1 ) b )    side
type building struct {
	*corp
	project             int64
	roles               map[string]int64
	top, a, a1, b, side int64
}

func newBuilding(t *testing.T, w *apitest.World) *building {
	x := &building{corp: newCorp(t, w)}
	x.project, x.roles = x.corp.project(t, x.Root, "p")
	x.top, x.side = x.group(t, "top", -1), x.group(t, "side", -1)
	x.a, x.b = x.group(t, "a", x.top), x.group(t, "b", x.top)
	x.a1 = x.group(t, "a1", x.a)
	return x
}

// enlist makes a user of BI who has a role in the project.
func (x *building) enlist(t *testing.T, name, role string) *apitest.Client {
	t.Helper()
	u := x.named(t, name)
	x.Root.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": x.project, "UserInfoList": []P{{"UserId": name}}, "RoleIdList": []int64{x.roles[role]}})
	return u
}

// page is the tree of groups with their rights on a page.
func (x *building) page(t *testing.T, page int64, more P) string {
	t.Helper()
	p := P{"ProjectId": x.project, "PageId": page, "AllPage": 1}
	maps.Copy(p, more)
	return strings.TrimPrefix(pages(x.Root.Must(t, "bi:DescribeResourceUserGroupPageList", p), "Data.List"), "默认组 ")
}

func TestModifyResourceUserGroup(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newBuilding(t, w)
		for _, tc := range []struct {
			name   string
			groups []int64
			below  any
			list   []P
			want   string
		}{
			{"the right to view, for some groups", []int64{x.top, x.a1}, nil, rights("+PageView"), "top:View(a(a1:View) b) side"},
			{"another right brings that to view", []int64{x.side}, false, rights("+PageShareAndIframe"), "top:View(a(a1:View) b) side:ShareAndIframe,View"},
			{"a right of the engine's", []int64{x.side, x.side}, nil, rights("+PageEdit"), "top:View(a(a1:View) b) side:Edit,ShareAndIframe,View"},
			{"one right is taken away", []int64{x.side}, nil, rights("-PageShareAndIframe"), "top:View(a(a1:View) b) side:Edit,View"},
			{"what a group has not, nobody takes away", []int64{x.b}, nil, rights("-PageEdit", "-PageNothing"), "top:View(a(a1:View) b) side:Edit,View"},
			{"without that to view there is none", []int64{x.side}, nil, rights("-PageView"), "top:View(a(a1:View) b) side"},
			{"in the order of the list", []int64{x.b}, nil, rights("+PageEdit", "-PageView", "+PageShareAndIframe"), "top:View(a(a1:View) b:ShareAndIframe,View) side"},
			{"with what is below", []int64{x.a}, true, rights("+PageEdit"), "top:View(a:Edit,View(a1:[Edit],[View]) b:ShareAndIframe,View) side"},
			{"what reaches down stays so when it is given once more", []int64{x.a}, nil, rights("+PageEdit"), "top:View(a:Edit,View(a1:[Edit],[View]) b:ShareAndIframe,View) side"},
			{"from one level more", []int64{x.top}, true, rights("+PageEdit"), "top:Edit,View(a:[Edit],[View](a1:[Edit],[View]) b:[Edit],ShareAndIframe,[View]) side"},
			{"what comes from above stays", []int64{x.a, x.b}, nil, rights("-PageView"), "top:Edit,View(a:[Edit],[View](a1:[Edit],[View]) b:[Edit],[View]) side"},
			{"and ends with its source; what is a group's own stays", []int64{x.top}, nil, rights("-PageView"), "top(a(a1:View) b) side"},
			{"taken from all below", []int64{x.top}, true, rights("-PageView"), "top(a(a1) b) side"},
			{"one right taken from all below", []int64{x.top, x.b}, true, rights("+PageEdit", "+PageShareAndIframe", "-PageEdit"), "top:ShareAndIframe,View(a:[ShareAndIframe],[View](a1:[ShareAndIframe],[View]) b:[ShareAndIframe],[View]) side"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				a := x.Root.Must(t, "bi:ModifyResourceUserGroup", P{"ProjectId": fmt.Sprint(x.project), "UserGroupIds": tc.groups, "ResourceType": "page", "QueryChildren": tc.below,
					"Resource": P{"EntityId": 7, "NodeType": 2, "ResourceList": tc.list}})
				if !strings.Contains(a.Raw, `"Data":null`) {
					t.Error(a.Raw)
				}
				if got := x.page(t, 7, nil); got != tc.want {
					t.Errorf("%s, want %s", got, tc.want)
				}
			})
		}
		if got := x.page(t, 8, nil); got != "top(a(a1) b) side" {
			t.Errorf("another page: %s", got)
		}
		x.group(t, "new", x.a1)
		if got := x.page(t, 7, P{"ParentId": x.a1}); got != "new:[ShareAndIframe],[View]" {
			t.Errorf("a new group: %s", got)
		}
		x.Root.Must(t, "bi:ModifyUserGroup", P{"UpdateList": []P{{"Id": x.a1, "ParentId": x.side}}})
		if got := x.page(t, 7, P{"ParentId": x.side}); got != "a1(new)" {
			t.Errorf("a group that leaves: %s", got)
		}
		x.Root.Must(t, "bi:DeleteProject", P{"Id": x.project})
		if n := len(rows(t, w.DB, `SELECT name FROM bi_page_rights WHERE account = $1`, x.UIN)); n != 0 {
			t.Errorf("%d rights stay of a project that is deleted", n)
		}
	})
}

func TestModifyResourceUserGroupResource(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newBuilding(t, w)
		x.Root.Must(t, "bi:ModifyResourceUserGroupResource", P{"ProjectId": x.project, "UserGroupId": fmt.Sprint(x.top), "EntityIds": []int64{7, 8},
			"Resource": P{"CorpId": x.id(), "ResourceList": rights("+PageShareAndIframe")}})
		x.Root.Must(t, "bi:ModifyResourceUserGroupResource", P{"ProjectId": x.project, "UserGroupId": x.top, "EntityIds": []int64{8}, "ResourceType": "Page",
			"Resource": P{"ResourceList": rights("-PageShareAndIframe")}})
		for page, want := range map[int64]string{7: "top:ShareAndIframe,View(a(a1) b) side", 8: "top:View(a(a1) b) side", 9: "top(a(a1) b) side"} {
			if got := x.page(t, page, nil); got != want {
				t.Errorf("page %d: %s, want %s", page, got, want)
			}
		}
	})
}

func TestModifyResourceUser(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newBuilding(t, w)
		x.enlist(t, "ann", "sys_project_viewer")
		has := func() string {
			var all []string
			for _, r := range rows(t, w.DB, `SELECT r.entity, r.name FROM bi_page_rights r JOIN bi_users u ON u.id = r.holder
				WHERE r.account = $1 AND r.holder_kind = 1 AND u.user_id = 'ann' AND r.value = 1 ORDER BY r.entity, r.name`, x.UIN) {
				all = append(all, r[0]+r[1])
			}
			return strings.Join(all, " ")
		}
		for _, tc := range []struct {
			name string
			in   P
			want string
		}{
			{"a right on two pages", P{"UserId": "ann", "EntityIds": []int64{7, 8}, "Resource": P{"ResourceList": rights("+PageShareAndIframe")}},
				"7PageShareAndIframe 7PageView 8PageShareAndIframe 8PageView"},
			{"without that to view there is none", P{"UserId": "ann", "EntityIds": []int64{7}, "Resource": P{"ResourceList": rights("-PageView")}}, "8PageShareAndIframe 8PageView"},
			{"the user inside the resource", P{"EntityIds": []int64{8}, "Resource": P{"UserId": "ann", "UserName": "x", "ResourceList": rights("-PageShareAndIframe")}}, "8PageView"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				tc.in["ProjectId"], tc.in["ResourceType"] = x.project, "page"
				if a := x.Root.Must(t, "bi:ModifyResourceUser", tc.in); !strings.Contains(a.Raw, `"Data":null`) {
					t.Error(a.Raw)
				}
				if got := has(); got != tc.want {
					t.Errorf("the user has %q, want %q", got, tc.want)
				}
			})
		}
		if got := x.page(t, 8, nil); got != "top(a(a1) b) side" {
			t.Errorf("groups have a user's rights: %s", got)
		}
		x.Root.Must(t, "bi:DeleteUserRoleProject", P{"ProjectId": x.project, "UserId": "ann"})
		if got := has(); got != "" {
			t.Errorf("who left the project has %q", got)
		}
	})
}

func TestPageRightsRefuse(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newBuilding(t, w), newBuilding(t, w)
		auth, manager, viewer := x.user(t, "auth", "sys_corp_auth_admin"), x.enlist(t, "manager", "sys_project_admin"), x.enlist(t, "viewer", "sys_project_viewer")
		plain, stranger := x.named(t, "plain"), other.enlist(t, "stranger", "sys_project_viewer")
		var pages, groups []int64
		for i := range 101 {
			pages, groups = append(pages, int64(i+1)), append(groups, x.top)
		}
		view := P{"ResourceList": rights("+PageView")}
		list := func(items ...P) P { return P{"Resource": P{"ResourceList": items}} }
		many := make([]string, 21)
		for i := range many {
			many[i] = "+PageView"
		}
		type refusal struct {
			name   string
			caller *apitest.Client
			in     P
			code   string
		}
		shared := []refusal{
			{"no project", plain, P{"ProjectId": nil}, "MissingParameter.MissingParam"},
			{"no resource", plain, P{"Resource": nil}, "MissingParameter.MissingParam"},
			{"no rights", plain, list(), "MissingParameter.MissingParam"},
			{"a right without a name", plain, list(P{"ResourceValue": true}), "MissingParameter.MissingParam"},
			{"a right without a value", plain, list(P{"ResourceName": "PageView"}), "MissingParameter.MissingParam"},
			{"a caller who is not in the project", plain, nil, refused},
			{"a caller who views it", viewer, P{"ResourceType": "table"}, refused},
			{"its administrator", manager, nil, ""},
			{"a permission administrator", auth, nil, ""},
			{"an unknown project", x.Root, P{"ProjectId": 5}, "UnsupportedOperation.BIError"},
			{"an unknown project, for those who may not know", auth, P{"ProjectId": 5}, refused},
			{"a project of another account", x.Root, P{"ProjectId": other.project}, "UnsupportedOperation.BIError"},
			{"21 rights", x.Root, list(rights(many...)...), "LimitExceeded"},
			{"what is no page", x.Root, P{"ResourceType": "table"}, "InvalidParameterValue"},
			{"a right whose name is none", x.Root, list(P{"ResourceName": "Page View", "ResourceValue": true}), "InvalidParameterValue"},
			{"a right of 65 letters", x.Root, list(P{"ResourceName": strings.Repeat("x", 65), "ResourceValue": true}), "InvalidParameterValue"},
			{"a right of 64 letters", x.Root, list(P{"ResourceName": strings.Repeat("x", 64), "ResourceValue": true}), ""},
		}
		for action, of := range map[string]struct {
			in   P
			more []refusal
		}{
			"ModifyResourceUser": {P{"UserId": "viewer", "EntityIds": []int64{7}}, []refusal{
				{"no user", plain, P{"UserId": nil}, "MissingParameter.MissingParam"},
				{"no page", plain, P{"EntityIds": nil}, "MissingParameter.MissingParam"},
				{"101 pages", x.Root, P{"EntityIds": pages}, "LimitExceeded"},
				{"100 pages", x.Root, P{"EntityIds": pages[:100]}, ""},
				{"an unknown user goes before a bad type", x.Root, P{"UserId": "zz", "ResourceType": "table"}, "UnauthorizedOperation.UserNotExist"},
				{"a user who is not in the project", x.Root, P{"UserId": "plain"}, "UnauthorizedOperation.UserNotExist"},
				{"a user of another account", x.Root, P{"UserId": fmt.Sprint(stranger.UIN)}, "UnauthorizedOperation.UserNotExist"},
				{"another corp", x.Root, P{"Resource": P{"CorpId": other.id(), "ResourceList": rights("+PageView")}}, "InvalidParameterValue"},
				{"page 0", x.Root, P{"EntityIds": []int64{0}}, "InvalidParameterValue"},
			}},
			"ModifyResourceUserGroup": {P{"UserGroupIds": []int64{x.top}, "Resource": P{"EntityId": 7, "ResourceList": rights("+PageView")}}, []refusal{
				{"no group", plain, P{"UserGroupIds": nil}, "MissingParameter.MissingParam"},
				{"no page", plain, P{"Resource": view}, "MissingParameter.MissingParam"},
				{"51 groups", x.Root, P{"UserGroupIds": groups[:51]}, "LimitExceeded"},
				{"an unknown group goes before a bad type", x.Root, P{"UserGroupIds": []int64{x.top, 5}, "ResourceType": "table"}, "InvalidParameterValue"},
				{"a group of another account", x.Root, P{"UserGroupIds": []int64{other.top}}, "InvalidParameterValue"},
				{"page -1", x.Root, P{"Resource": P{"EntityId": -1, "ResourceList": rights("+PageView")}}, "InvalidParameterValue"},
			}},
			"ModifyResourceUserGroupResource": {P{"UserGroupId": x.top, "EntityIds": []int64{7}}, []refusal{
				{"no group", plain, P{"UserGroupId": nil}, "MissingParameter.MissingParam"},
				{"no page", plain, P{"EntityIds": nil}, "MissingParameter.MissingParam"},
				{"101 pages", x.Root, P{"EntityIds": pages}, "LimitExceeded"},
				{"an unknown group", x.Root, P{"UserGroupId": 5}, "InvalidParameterValue"},
				{"a group of another account", x.Root, P{"UserGroupId": other.top}, "InvalidParameterValue"},
				{"another corp", x.Root, P{"Resource": P{"CorpId": other.id(), "ResourceList": rights("+PageView")}}, "InvalidParameterValue"},
			}},
		} {
			for _, tc := range append(of.more, shared...) {
				t.Run(action+" "+tc.name, func(t *testing.T) {
					p := P{"ProjectId": x.project, "Resource": view}
					maps.Copy(p, of.in)
					maps.Copy(p, tc.in)
					if r, ok := p["Resource"].(P); ok && action == "ModifyResourceUserGroup" && tc.name != "no page" && r["EntityId"] == nil {
						p["Resource"] = P{"EntityId": 7, "ResourceList": r["ResourceList"]}
					}
					tc.caller.Fails(t, tc.code, "bi:"+action, p)
				})
			}
		}
		if n := len(rows(t, w.DB, `SELECT name FROM bi_page_rights WHERE account = $1`, other.UIN)); n != 0 {
			t.Errorf("%d rights in another account", n)
		}
	})
}

func TestDescribeResourceUserGroupPageList(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newBuilding(t, w), newBuilding(t, w)
		viewer, plain := x.enlist(t, "viewer", "sys_project_viewer"), x.named(t, "plain")
		x.tag(t, "region")
		x.Root.Must(t, "bi:ModifyUserTag", P{"UserId": "plain", "TagList": []P{{"Name": "region", "Value": "south"}}})
		x.Root.Must(t, "bi:CreateUserGroupMember", P{"GroupId": x.a1, "UserIdList": []string{"viewer"}})
		x.Root.Must(t, "bi:CreateUserGroupMember", P{"GroupId": x.b, "UserIdList": []string{"plain"}})
		x.Root.Must(t, "bi:ModifyResourceUserGroup", P{"ProjectId": x.project, "UserGroupIds": []int64{x.a}, "QueryChildren": true, "Resource": P{"EntityId": 7, "ResourceList": rights("+PageEdit")}})
		for _, tc := range []struct {
			name string
			in   P
			want string
		}{
			{"the whole tree", nil, "top(a:Edit,View(a1:[Edit],[View]) b) side"},
			{"from the top", P{"ParentId": -1}, "top(a:Edit,View(a1:[Edit],[View]) b) side"},
			{"below a group", P{"ParentId": x.top}, "a:Edit,View(a1:[Edit],[View]) b"},
			{"below an unknown group", P{"ParentId": 5}, ""},
			{"below a group of another account", P{"ParentId": other.top}, ""},
			{"EntityId counts before PageId", P{"EntityId": 8}, "top(a(a1) b) side"},
			{"EntityId 0 is none", P{"EntityId": 0}, "top(a:Edit,View(a1:[Edit],[View]) b) side"},
			{"a word, flat", P{"Keyword": "A1"}, "a1:[Edit],[View]"},
			{"a tag of members", P{"TagValueList": []P{{"Name": "region", "Values": []string{"south"}}}}, "b"},
			{"a role of members", P{"ModuleCollection": "sys_project_viewer"}, "a1:[Edit],[View]"},
			{"a role of the enterprise", P{"ModuleCollection": "sys_common_user"}, "a1:[Edit],[View] b"},
			{"who may view", P{"ResourceValue": "true"}, "a:Edit,View a1:[Edit],[View]"},
			{"who may edit", P{"ResourceName": "PageEdit", "ResourceValue": "TRUE"}, "a:Edit,View a1:[Edit],[View]"},
			{"who may not share, and has a word", P{"ResourceName": "PageShareAndIframe", "ResourceValue": "false", "Keyword": "a"}, "a:Edit,View a1:[Edit],[View]"},
			{"who may not view", P{"ResourceValue": "false", "ParentId": x.top}, "b"},
			{"a right alone filters nothing", P{"ResourceName": "PageEdit", "ParentId": x.top}, "a:Edit,View(a1:[Edit],[View]) b"},
			{"a page", P{"AllPage": 0, "PageNo": 1, "PageSize": 2}, "side"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if got := x.page(t, 7, tc.in); got != tc.want {
					t.Errorf("%s, want %s", got, tc.want)
				}
			})
		}
		a := x.Root.Must(t, "bi:DescribeResourceUserGroupPageList", P{"ProjectId": x.project, "PageId": 7, "Keyword": "side"})
		want := fmt.Sprintf(`"Data":{"List":[{"Id":%d,"GroupName":"side","ParentId":-1,"ParentName":null,"IsDefault":0,"AdminUserId":"","UserList":null,"Description":null,"Location":3,`+
			`"Children":null,"HasChildren":false,"ResourceList":[{"ResourceName":"PageEdit","ResourceValue":false,"CanChange":true,"Tips":""},`+
			`{"ResourceName":"PageShareAndIframe","ResourceValue":false,"CanChange":true,"Tips":""},{"ResourceName":"PageView","ResourceValue":false,"CanChange":true,"Tips":""}]}],"Total":1,"TotalPages":1}`, x.side)
		if !strings.Contains(a.Raw, want) {
			t.Errorf("%s has no %s", a.Raw, want)
		}
		x.Root.Language = "zh-CN"
		if a := x.Root.Must(t, "bi:DescribeResourceUserGroupPageList", P{"ProjectId": x.project, "PageId": 7, "Keyword": "a1"}); a.Str("Data.List.0.ResourceList.0.Tips") != "继承自上级用户组" {
			t.Error(a.Raw)
		}
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			in     P
			code   string
		}{
			{"no project", plain, P{"ProjectId": nil}, "MissingParameter.MissingParam"},
			{"no page", plain, P{"PageId": nil}, "MissingParameter.MissingParam"},
			{"a tag that is not named", plain, P{"TagValueList": []P{{"Values": []string{"x"}}}}, "MissingParameter.MissingParam"},
			{"who is not in the project", plain, nil, refused},
			{"who views it", viewer, nil, ""},
			{"an unknown project", x.Root, P{"ProjectId": 5}, "UnsupportedOperation.BIError"},
			{"a project of another account", x.Root, P{"ProjectId": other.project}, "UnsupportedOperation.BIError"},
			{"what is no page", x.Root, P{"ResourceType": "table"}, "InvalidParameterValue"},
			{"an unknown role", x.Root, P{"ModuleCollection": "sys_zz"}, "InvalidParameterValue"},
			{"a value that is none", x.Root, P{"ResourceValue": "maybe"}, "InvalidParameterValue"},
			{"a page before the first", x.Root, P{"PageNo": -1}, "InvalidParameterValue"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				p := P{"ProjectId": x.project, "PageId": 7}
				maps.Copy(p, tc.in)
				tc.caller.Fails(t, tc.code, "bi:DescribeResourceUserGroupPageList", p)
			})
		}
	})
}

// TestAPageHasFewRights holds that names of rights do not pile up on a page, whoever is given them.
func TestAPageHasFewRights(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		id, _ := x.project(t, x.Root, "p")
		group := x.Root.Must(t, "bi:CreateUserGroup", P{"GroupName": "g"}).Int("Data.Id")
		letters := 0
		give := func(n int, code string, page int64) {
			t.Helper()
			var list []P
			for range n {
				letters++
				list = append(list, P{"ResourceName": "R" + strings.Repeat("x", letters), "ResourceValue": true})
			}
			x.Root.Fails(t, code, "bi:ModifyResourceUserGroupResource", P{"ProjectId": id, "UserGroupId": group, "ResourceType": "page", "EntityIds": []int64{page}, "Resource": P{"ResourceList": list}})
		}
		give(20, "", 7)
		give(20, "", 7)
		give(10, "LimitExceeded", 7) // with that to view these were 51
		give(9, "", 7)
		letters = 0
		give(1, "", 7) // it is there already
		give(1, "", 8)
	})
}
