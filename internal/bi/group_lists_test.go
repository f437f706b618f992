package bi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/apitest"
)

func TestGroupMembers(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newCorp(t, w), newCorp(t, w)
		ann := x.named(t, "ann")
		x.named(t, "bob")
		x.person(t, "nobody")
		stranger := other.user(t, "stranger")
		foreign := other.group(t, "foreign", -1)
		g := x.group(t, "g", -1)
		members := func() string {
			return pluck(x.Root.Must(t, "bi:DescribeUserGroupMemberList", P{"GroupIds": []int64{g}, "CreatedOnOrder": "asc"}), "Data.List", "UserId")
		}
		many := make([]string, 101)
		for i := range many {
			many[i] = "ann"
		}
		for _, tc := range []struct {
			name    string
			caller  *apitest.Client
			action  string
			in      P
			code    string
			members string
		}{
			{"no group", ann, "Create", P{"UserIdList": []string{"ann"}}, "MissingParameter.MissingParam", ""},
			{"nobody", ann, "Create", P{"GroupId": g}, "MissingParameter.MissingParam", ""},
			{"an empty list", ann, "Delete", P{"GroupId": g, "UserIdList": []string{}}, "MissingParameter.MissingParam", ""},
			{"a caller who administers nothing", ann, "Create", P{"GroupId": 5, "UserIdList": []string{"zz"}}, refused, ""},
			{"101 users", x.Root, "Create", P{"GroupId": g, "UserIdList": many}, "LimitExceeded", ""},
			{"an unknown group goes before an unknown user", x.Root, "Create", P{"GroupId": 5, "UserIdList": []string{"zz"}}, "UnsupportedOperation.BIError", ""},
			{"a group of another account", x.Root, "Create", P{"GroupId": foreign, "UserIdList": []string{"ann"}}, "UnsupportedOperation.BIError", ""},
			{"one of them is unknown", x.Root, "Create", P{"GroupId": g, "UserIdList": []string{"ann", "zz"}}, "UnauthorizedOperation.UserNotExist", ""},
			{"one of them is not in BI", x.Root, "Create", P{"GroupId": g, "UserIdList": []string{"ann", "nobody"}}, "UnauthorizedOperation.UserNotExist", ""},
			{"one of them is another account's", x.Root, "Create", P{"GroupId": g, "UserIdList": []string{"ann", fmt.Sprint(stranger.UIN)}}, "UnauthorizedOperation.UserNotExist", ""},
			{"by uin and by name", x.Root, "Create", P{"GroupId": g, "UserIdList": []string{fmt.Sprint(ann.UIN), "bob"}}, "", "ann bob"},
			{"who is in already", x.Root, "Create", P{"GroupId": g, "UserIdList": []string{"bob", "bob"}}, "", "ann bob"},
			{"taking out of an unknown group", x.Root, "Delete", P{"GroupId": 5, "UserIdList": []string{"ann"}}, "UnsupportedOperation.BIError", "ann bob"},
			{"taking out, one of them is unknown", x.Root, "Delete", P{"GroupId": g, "UserIdList": []string{"ann", "zz"}}, "UnauthorizedOperation.UserNotExist", "ann bob"},
			{"taking out", x.Root, "Delete", P{"GroupId": g, "UserIdList": []string{"ann"}}, "", "bob"},
			{"taking out who is out", x.Root, "Delete", P{"GroupId": g, "UserIdList": []string{"ann"}}, "", "bob"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				a := tc.caller.Fails(t, tc.code, "bi:"+tc.action+"UserGroupMember", tc.in)
				if tc.code == "" && !strings.Contains(a.Raw, `"Data":null`) {
					t.Error(a.Raw)
				}
				if got := members(); got != tc.members {
					t.Errorf("in it are %q, want %q", got, tc.members)
				}
			})
		}
		w.Quotas[account.BIUsersPerGroup] = 1
		x.Root.Must(t, "bi:CreateUserGroupMember", P{"GroupId": g, "UserIdList": []string{"bob"}})
		x.Root.Fails(t, "LimitExceeded", "bi:CreateUserGroupMember", P{"GroupId": g, "UserIdList": []string{"ann"}})
		x.Root.Must(t, "bi:DeleteUserRole", P{"UserId": "bob"})
		if got := members(); got != "" {
			t.Errorf("who left BI is still in the group: %s", got)
		}
	})
}

// readers is a corp with a tree of groups and members of them, one a second.
//
//	top: ann      a: bob, ann      a1: cat      b: dan, bob
type readers struct {
	*corp
	top, a, a1, b int64
}

func newReaders(t *testing.T, w *apitest.World) *readers {
	x := &readers{corp: newCorp(t, w)}
	x.top = x.group(t, "top", -1)
	x.a = x.group(t, "a", x.top)
	x.a1 = x.group(t, "a1", x.a)
	x.b = x.group(t, "b", -1)
	for _, name := range []string{"ann", "bob", "cat", "dan", "eve"} {
		x.named(t, name)
	}
	x.add(t, "cat", P{"UserInfoList": []P{{"UserId": "cat", "UserName": "Caterina", "Email": "kitty@example.com"}}})
	for _, m := range []struct {
		group int64
		name  string
	}{{x.top, "ann"}, {x.a, "bob"}, {x.a, "ann"}, {x.a1, "cat"}, {x.b, "dan"}, {x.b, "bob"}} {
		w.Sleep(time.Second)
		x.Root.Must(t, "bi:CreateUserGroupMember", P{"GroupId": m.group, "UserIdList": []string{m.name}})
	}
	region := x.Root.Must(t, "bi:CreateCorpTag", P{"Name": "region"}).Int("Data.Id")
	x.Root.Must(t, "bi:CreateCorpTag", P{"Name": "level"})
	for name, values := range map[string][2]string{"ann": {"south", "1"}, "bob": {"north", "1"}, "cat": {"south", "2"}, "eve": {"west", ""}} {
		x.Root.Must(t, "bi:ModifyUserTag", P{"UserId": name, "TagList": []P{{"Id": region, "Value": values[0]}, {"Name": "level", "Value": values[1]}}})
	}
	return x
}

func TestDescribeUserGroupMemberList(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newReaders(t, w)
		other := newCorp(t, w)
		foreign := other.group(t, "foreign", -1)
		other.user(t, "stranger")
		other.Root.Must(t, "bi:CreateUserGroupMember", P{"GroupId": foreign, "UserIdList": []string{"stranger"}})
		for _, tc := range []struct {
			name string
			in   P
			want string
		}{
			{"one group, the last first", P{"GroupIds": []int64{x.a}}, "ann bob"},
			{"the first first", P{"GroupIds": []int64{x.a}, "CreatedOnOrder": "asc"}, "bob ann"},
			{"the order in capitals", P{"GroupIds": []int64{x.a}, "CreatedOnOrder": "ASC"}, "bob ann"},
			{"several groups, each user once, as of the first", P{"GroupIds": []int64{x.b, x.a, x.top}, "CreatedOnOrder": "asc"}, "ann bob dan"},
			{"without groups all of them", P{}, "dan cat bob ann"},
			{"a part of the name, in any case", P{"Keyword": "CATER"}, "cat"},
			{"a part of the address", P{"Keyword": "kitty"}, "cat"},
			{"a word that nobody has", P{"Keyword": "zz"}, ""},
			{"an unknown group", P{"GroupIds": []int64{5}}, ""},
			{"a group of another account", P{"GroupIds": []int64{foreign}}, ""},
			{"the first page is 0", P{"PageNo": 0, "PageSize": 3}, "dan cat bob"},
			{"the second page is 1", P{"PageNo": 1, "PageSize": 3}, "ann"},
			{"behind the end", P{"PageNo": 9, "PageSize": 3}, ""},
			{"all in one page", P{"PageSize": 1, "AllPage": true}, "dan cat bob ann"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if got := pluck(x.Root.Must(t, "bi:DescribeUserGroupMemberList", tc.in), "Data.List", "UserId"); got != tc.want {
					t.Errorf("%q, want %q", got, tc.want)
				}
			})
		}
		a := x.Root.Must(t, "bi:DescribeUserGroupMemberList", P{"GroupIds": []int64{x.b}, "Keyword": "bob"})
		want := fmt.Sprintf(`"Data":{"List":[{"UserName":"bob","UserId":"bob","CreatedBy":"%d","CreatedOn":"%s"}],"Total":1,"TotalPages":1}`, x.UIN, wireTime(w))
		if !strings.Contains(a.Raw, want) {
			t.Errorf("%s has no %s", a.Raw, want)
		}
		x.Root.Fails(t, "InvalidParameterValue", "bi:DescribeUserGroupMemberList", P{"CreatedOnOrder": "sideways"})
		x.Root.Fails(t, "InvalidParameterValue", "bi:DescribeUserGroupMemberList", P{"PageNo": -1})
		x.user(t, "plain").Fails(t, refused, "bi:DescribeUserGroupMemberList", P{})
	})
}

func TestQueryUserGroupMember(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newReaders(t, w)
		everybody := "eve dan cat bob ann " + x.id()
		values := func(more ...any) []P {
			var all []P
			for i := 0; i < len(more); i += 2 {
				all = append(all, P{"Name": more[i], "Values": more[i+1]})
			}
			return all
		}
		for _, tc := range []struct {
			name string
			in   P
			want string
		}{
			{"all users, the newest first", P{}, everybody},
			{"members of a group", P{"GroupIds": []int64{x.a}}, "bob ann"},
			{"members of several", P{"GroupIds": []int64{x.a, x.b}}, "dan bob ann"},
			{"a node alone", P{"Nodes": []P{{"GroupId": x.top}}}, "ann"},
			{"a node and what is below", P{"Nodes": []P{{"GroupId": x.top, "QueryChildNodes": true}}}, "cat bob ann"},
			{"a node and a group", P{"Nodes": []P{{"GroupId": x.a, "QueryChildNodes": true}}, "GroupIds": []int64{x.b}}, "dan cat bob ann"},
			{"not those in a group", P{"FilterGroupIds": []int64{x.a}}, "eve dan cat " + x.id()},
			{"in one group and not in another", P{"GroupIds": []int64{x.b}, "FilterGroupIds": []int64{x.a}}, "dan"},
			{"an unknown group", P{"GroupIds": []int64{5}}, ""},
			{"an unknown node", P{"Nodes": []P{{"GroupId": 5, "QueryChildNodes": true}}}, ""},
			{"not those in an unknown group", P{"FilterGroupIds": []int64{5}}, everybody},
			{"a word", P{"Keyword": "Kitty"}, "cat"},
			{"one value of a tag", P{"TagValueList": values("region", []string{"south"})}, "cat ann"},
			{"any of the values", P{"TagValueList": values("region", []string{"south", "west"})}, "eve cat ann"},
			{"all of the tags", P{"TagValueList": values("region", []string{"south", "north"}, "level", []string{"1"})}, "bob ann"},
			{"any value at all", P{"TagValueList": values("level", nil)}, "cat bob ann"},
			{"a value that nobody has", P{"TagValueList": values("region", []string{"east"})}, ""},
			{"a tag that is not there", P{"TagValueList": values("zz", []string{"south"})}, ""},
			{"a tag, a group and a word", P{"TagValueList": values("level", []string{"1"}), "GroupIds": []int64{x.a}, "Keyword": "b"}, "bob"},
			{"a page", P{"PageNo": 1, "PageSize": 4}, "ann " + x.id()},
			{"all in one page", P{"PageSize": 1, "AllPage": true}, everybody},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if got := pluck(x.Root.Must(t, "bi:QueryUserGroupMember", tc.in), "Data.List", "UserId"); got != tc.want {
					t.Errorf("%q, want %q", got, tc.want)
				}
			})
		}
		a := x.Root.Must(t, "bi:QueryUserGroupMember", P{"Keyword": "bob"})
		if a.At("Data.List.0.CreatedBy") != nil || a.Str("Data.List.0.CreatedOn") == wireTime(w) {
			t.Errorf("a user that no group brought: %s", a.Raw)
		}
		a = x.Root.Must(t, "bi:QueryUserGroupMember", P{"Keyword": "bob", "GroupIds": []int64{x.b}})
		if a.Str("Data.List.0.CreatedBy") != x.id() || a.Str("Data.List.0.CreatedOn") != wireTime(w) {
			t.Errorf("a member: %s", a.Raw)
		}
		x.Root.Fails(t, "MissingParameter.MissingParam", "bi:QueryUserGroupMember", P{"TagValueList": []P{{"Values": []string{"x"}}}})
		x.user(t, "plain").Fails(t, refused, "bi:QueryUserGroupMember", P{})
	})
}

// tree prints nodes with what is below them; a + is for groups that have some below them.
func tree(a *apitest.Answer, list string) string {
	var all []string
	for i := range a.Len(list) {
		at := fmt.Sprintf("%s.%d.", list, i)
		s := a.Str(at + "GroupName")
		if a.At(at+"HasChildren") == true {
			s += "+"
		}
		if a.At(at+"Children") != nil {
			s += "(" + tree(a, at+"Children") + ")"
		}
		all = append(all, s)
	}
	return strings.Join(all, " ")
}

func TestDescribeUserGroupTreeList(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newReaders(t, w)
		foreign := newCorp(t, w).group(t, "foreign", -1)
		x.group(t, "last", x.top)
		x.Root.Must(t, "bi:CreateUserGroup", P{"GroupName": "first", "ParentId": x.top, "Location": 1})
		for _, tc := range []struct {
			name string
			in   P
			want string
		}{
			{"the top", P{}, "默认组 top+ b"},
			{"the top, with all below", P{"QueryAllNode": true}, "默认组 top+(first a+(a1) last) b"},
			{"below a group", P{"ParentIds": []int64{x.top}}, "first a+ last"},
			{"below several, each once, by their places", P{"ParentIds": []int64{x.top, x.a, x.top}}, "a1 first a+ last"},
			{"below a group, with all below", P{"ParentIds": []int64{x.top}, "QueryAllNode": true}, "first a+(a1) last"},
			{"below the top", P{"ParentIds": []int64{-1}}, "默认组 top+ b"},
			{"below an unknown group", P{"ParentIds": []int64{5}}, ""},
			{"below a group of another account", P{"ParentIds": []int64{foreign}}, ""},
			{"groups by their ids", P{"GroupIds": []int64{x.a, x.b, x.a, 5, foreign}}, "a+ b"},
			{"the level below a group", P{"GroupIds": []int64{x.top}, "QueryNextNode": true}, "first a+ last"},
			{"the next level without a group is the top", P{"QueryNextNode": true}, "默认组 top+ b"},
			{"a node alone", P{"Nodes": []P{{"GroupId": x.a}}}, "a+"},
			{"a node with what is below", P{"Nodes": []P{{"GroupId": x.a, "QueryChildNodes": true}}}, "a+(a1)"},
			{"a word finds groups at any depth, flat", P{"Keyword": "A"}, "a1 a+ last"},
			{"a word below a group", P{"Keyword": "a1", "ParentIds": []int64{x.top}}, "a1"},
			{"a word that is only elsewhere", P{"Keyword": "b", "ParentIds": []int64{x.top}}, ""},
			{"a tag finds groups with such members", P{"TagValueList": []P{{"Name": "region", "Values": []string{"south"}}}}, "a1 top+ a+"},
			{"a tag and a word", P{"TagValueList": []P{{"Name": "region", "Values": []string{"south"}}}, "Keyword": "top"}, "top+"},
			{"without a group and what is below", P{"QueryAllNode": true, "FilterGroupIds": []int64{x.a}}, "默认组 top+(first last) b"},
			{"a word, without a group and what is below", P{"Keyword": "a", "FilterGroupIds": []int64{x.a}}, "last"},
			{"a page", P{"PageNo": 1, "PageSize": 2}, "b"},
			{"all in one page", P{"PageSize": 1, "AllPage": 1}, "默认组 top+ b"},
			{"0 is not all", P{"PageSize": 1, "AllPage": 0}, "默认组"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if got := tree(x.Root.Must(t, "bi:DescribeUserGroupTreeList", tc.in), "Data"); got != tc.want {
					t.Errorf("%q, want %q", got, tc.want)
				}
			})
		}
		a := x.Root.Must(t, "bi:DescribeUserGroupTreeList", P{"GroupIds": []int64{x.b}})
		want := fmt.Sprintf(`"Data":[{"Id":%d,"GroupName":"b","ParentId":-1,"ParentName":null,"IsDefault":0,"AdminUserId":"","UserList":null,"Description":null,`+
			`"Location":3,"Children":null,"HasChildren":false,"ResourceList":null}]`, x.b)
		if !strings.Contains(a.Raw, want) {
			t.Errorf("%s has no %s", a.Raw, want)
		}
	})
}

func TestWhoSeesTheTreeOfGroups(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		project, _ := x.project(t, x.Root, "p")
		viewer, plain, auth := x.user(t, "viewer"), x.user(t, "plain"), x.user(t, "auth", "sys_corp_auth_admin")
		x.Root.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": project, "UserInfoList": []P{{"UserId": "viewer"}}})
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			in     P
			code   string
		}{
			{"a permission administrator", auth, P{}, ""},
			{"a general user", plain, P{}, refused},
			{"who has a role in some project, without it", viewer, P{}, refused},
			{"who has a role in the project", viewer, P{"ProjectId": project}, ""},
			{"who has none in it", plain, P{"ProjectId": project}, refused},
			{"who asks about no project", plain, P{"ProjectId": 5}, refused},
			{"an administrator who asks about no project", x.Root, P{"ProjectId": 5}, "UnsupportedOperation.BIError"},
		} {
			t.Run(tc.name, func(t *testing.T) { tc.caller.Fails(t, tc.code, "bi:DescribeUserGroupTreeList", tc.in) })
		}
	})
}
