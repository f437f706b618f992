package test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// tree is what DescribeUserGroupTreeList answers, all pages of it.
func (c *corp) tree(t testing.TB, in params) []row {
	t.Helper()
	if in == nil {
		in = params{}
	}
	in["AllPage"] = 1
	return rowsOf(c.must(t, c.root, "bi:DescribeUserGroupTreeList", in).body["Data"])
}

// find looks for a group in a tree, at any depth.
func find(tree []row, id int64) row {
	for _, r := range tree {
		if r.number("Id") == id {
			return r
		}
		if deeper := find(r.rows("Children"), id); deeper != nil {
			return deeper
		}
	}
	return nil
}

// known are the names of a tree's groups among these, in the tree's order; there is a default group besides.
func known(tree []row, names ...string) []string {
	all := []string{}
	for _, name := range column(tree, "GroupName") {
		if slices.Contains(names, name) {
			all = append(all, name)
		}
	}
	return all
}

func TestBIUserGroups(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		top := c.group(t, "top")
		child := c.groupIn(t, "child", top)
		grandchild := c.groupIn(t, "grandchild", child)
		uin := c.person(t, "zhangsan")
		c.join(t, nil, uin)
		var standard int64
		t.Run("there is a default group", func(t *testing.T) {
			for _, g := range c.tree(t, nil) {
				if g.number("IsDefault") == 1 {
					standard = g.number("Id")
				}
			}
			if standard == 0 {
				t.Error("there is none")
			}
		})
		t.Run("a new group is answered as it is", func(t *testing.T) {
			in := params{"GroupName": "full", "Description": "words", "AdminUserId": uin, "ParentId": top, "Location": -1}
			g := c.must(t, c.root, "bi:CreateUserGroup", in).data()
			for name, want := range map[string]any{"GroupName": "full", "Description": "words", "AdminUserId": uin, "ParentId": top, "IsDefault": 0, "ParentName": nil, "UserList": nil} {
				equal(t, name, g[name], want)
			}
			if g.number("Location") < 0 {
				t.Errorf("Location is %v, want its place", g["Location"])
			}
		})
		t.Run("the same name is good under another parent", func(t *testing.T) { c.groupIn(t, "child", grandchild) })
		t.Run("a group goes where its place is, and shifts the others", func(t *testing.T) {
			parent := c.group(t, "ordered")
			first := c.must(t, c.root, "bi:CreateUserGroup", params{"GroupName": "a", "ParentId": parent}).data()
			c.groupIn(t, "b", parent)
			c.must(t, c.root, "bi:CreateUserGroup", params{"GroupName": "c", "ParentId": parent, "Location": first.number("Location")})
			equal(t, "order", known(c.tree(t, params{"ParentIds": []int64{parent}}), "a", "b", "c"), []string{"c", "a", "b"})
		})
		t.Run("ten levels are not too deep, eleven are", func(t *testing.T) {
			id := c.group(t, "level 1")
			for i := 2; i <= 10; i++ {
				id = c.groupIn(t, fmt.Sprint("level ", i), id)
			}
			c.call(t, c.root, "bi:CreateUserGroup", params{"GroupName": "level 11", "ParentId": id}).wants(t, overQuota)
		})
		c.refuses(t, c.root, []wrong{
			{"no name", "CreateUserGroup", params{"ParentId": top}, missingParam, []string{"GroupName"}},
			{"a name that is too long", "CreateUserGroup", params{"GroupName": strings.Repeat("组", 65)}, badValue, nil},
			{"a sibling's name", "CreateUserGroup", params{"GroupName": "child", "ParentId": top}, biError, nil},
			{"an unknown parent", "CreateUserGroup", params{"GroupName": "x", "ParentId": noID}, badValue, nil},
			{"an administrator who is not in BI", "CreateUserGroup", params{"GroupName": "x", "AdminUserId": c.person(t, "outside")}, noUser, nil},
			{"nothing to modify", "ModifyUserGroup", nil, missingParam, []string{"UpdateList"}},
			{"an unknown group to modify", "ModifyUserGroup", params{"UpdateList": []params{{"Id": top, "GroupName": "renamed"}, {"Id": noID, "GroupName": "x"}}}, biError, nil},
			{"a group below itself", "ModifyUserGroup", params{"UpdateList": []params{{"Id": top, "ParentId": top}}}, biError, nil},
			{"a group below its grandchild", "ModifyUserGroup", params{"UpdateList": []params{{"Id": top, "ParentId": grandchild}}}, biError, nil},
			{"two groups below each other", "ModifyUserGroup", params{"UpdateList": []params{{"Id": child, "ParentId": -1}, {"Id": top, "ParentId": child}, {"Id": child, "ParentId": top}}}, biError, nil},
			{"a parent that is not there", "ModifyUserGroup", params{"UpdateList": []params{{"Id": child, "ParentId": noID}}}, badValue, nil},
			{"an administrator who is nobody", "ModifyUserGroup", params{"UpdateList": []params{{"Id": child, "AdminUserId": "unknown"}}}, noUser, nil},
			{"deleting a group that has children", "DeleteUserGroup", params{"Id": top}, biError, nil},
			{"deleting the default group", "DeleteUserGroup", params{"Id": standard}, biError, nil},
			{"deleting an unknown group", "DeleteUserGroup", params{"Id": noID}, biError, nil},
			{"looking at an unknown group", "DescribeUserGroupInfo", params{"Id": noID}, biError, nil},
		})
		t.Run("groups are modified together, and answered in the order of the request", func(t *testing.T) {
			a := c.must(t, c.root, "bi:ModifyUserGroup", params{"UpdateList": []params{{"Id": grandchild, "ParentId": top}, {"Id": child, "GroupName": "renamed"}}})
			rows := rowsOf(shape(t, a))
			if len(rows) != 2 || rows[0].number("Id") != grandchild || rows[1].number("Id") != child {
				t.Fatalf("Data is %v", rows)
			}
			equal(t, "what moved", []any{rows[0]["ParentId"], rows[0]["GroupName"]}, []any{top, "grandchild"})
			equal(t, "what was renamed", []any{rows[1]["ParentId"], rows[1]["GroupName"]}, []any{top, "renamed"})
		})
		t.Run("a group without children is deleted, and its members are in it no more", func(t *testing.T) {
			id := c.group(t, "leaving")
			c.must(t, c.root, "bi:CreateUserGroupMember", params{"GroupId": id, "UserIdList": []string{uin}})
			c.must(t, c.root, "bi:DeleteUserGroup", params{"Id": id})
			equal(t, "there", find(c.tree(t, params{"QueryAllNode": true}), id) != nil, false)
			equal(t, "groups of the user", known(c.entry(t, uin).rows("UserGroupList"), "leaving"), []string{})
		})
	})
}

func TestBIGroupMembers(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		top, other := c.group(t, "top"), c.group(t, "other")
		child := c.groupIn(t, "child", top)
		p := c.persons(t, "person", 4)
		for i, name := range []string{"Alpha", "beta", "gamma", "delta"} {
			c.must(t, c.root, "bi:CreateUserRole", params{"UserInfoList": []params{{"UserId": p[i], "UserName": name}}})
		}
		outside := c.person(t, "outside")
		put := func(group int64, uins ...string) {
			equal(t, "Data", shape(t, c.must(t, c.root, "bi:CreateUserGroupMember", params{"GroupId": group, "UserIdList": uins})), nil)
		}
		put(top, p[0])
		put(child, p[1], p[0])
		put(other, p[2])
		c.refuses(t, c.root, []wrong{
			{"adding without a group", "CreateUserGroupMember", params{"UserIdList": p}, missingParam, []string{"GroupId"}},
			{"adding nobody", "CreateUserGroupMember", params{"GroupId": top}, missingParam, []string{"UserIdList"}},
			{"adding to an unknown group", "CreateUserGroupMember", params{"GroupId": noID, "UserIdList": p}, biError, nil},
			{"adding one who is not in BI, and all others stay out", "CreateUserGroupMember", params{"GroupId": top, "UserIdList": []string{p[3], outside}}, noUser, nil},
			{"removing without a group", "DeleteUserGroupMember", params{"UserIdList": p}, missingParam, []string{"GroupId"}},
			{"removing nobody", "DeleteUserGroupMember", params{"GroupId": top}, missingParam, []string{"UserIdList"}},
			{"removing from an unknown group", "DeleteUserGroupMember", params{"GroupId": noID, "UserIdList": p}, biError, nil},
			{"removing one who is not in BI, and all others stay in", "DeleteUserGroupMember", params{"GroupId": top, "UserIdList": []string{p[0], outside}}, noUser, nil},
		})
		t.Run("adding who is in and removing who is out change nothing", func(t *testing.T) {
			c.unchanged(t, func() {
				put(top, p[0], p[0])
				c.must(t, c.root, "bi:DeleteUserGroupMember", params{"GroupId": top, "UserIdList": []string{p[3]}})
			})
		})
		c.must(t, c.root, "bi:CreateCorpTag", params{"Name": "region"})
		c.must(t, c.root, "bi:CreateCorpTag", params{"Name": "level"})
		tag := func(uin string, pairs ...string) {
			var list []params
			for i := 0; i < len(pairs); i += 2 {
				list = append(list, params{"Name": pairs[i], "Value": pairs[i+1]})
			}
			c.must(t, c.root, "bi:ModifyUserTag", params{"UserId": uin, "TagList": list})
		}
		tag(p[0], "region", "south", "level", "1")
		tag(p[1], "region", "north", "level", "1")
		tagged := func(pairs ...any) []params {
			var list []params
			for i := 0; i < len(pairs); i += 2 {
				list = append(list, params{"Name": pairs[i], "Values": pairs[i+1]})
			}
			return list
		}
		one := func(id int64) []int64 { return []int64{id} }
		for _, tt := range []struct {
			name, action string
			in           params
			want         []string
		}{
			{"members of one group", "DescribeUserGroupMemberList", params{"GroupIds": one(child)}, p[:2]},
			{"members of several, each once", "DescribeUserGroupMemberList", params{"GroupIds": []int64{top, child, other}}, p[:3]},
			{"members with a word in the name", "DescribeUserGroupMemberList", params{"GroupIds": []int64{top, child}, "Keyword": "ALPHA"}, p[:1]},
			{"members of a group", "QueryUserGroupMember", params{"GroupIds": one(top)}, p[:1]},
			{"members of a node alone", "QueryUserGroupMember", params{"Nodes": []params{{"GroupId": top, "QueryChildNodes": false}}}, p[:1]},
			{"members of a node and what is below", "QueryUserGroupMember", params{"Nodes": []params{{"GroupId": top, "QueryChildNodes": true}}}, p[:2]},
			{"members of a node but for those of a group", "QueryUserGroupMember", params{"Nodes": []params{{"GroupId": other}, {"GroupId": top, "QueryChildNodes": true}}, "FilterGroupIds": one(child)}, p[2:3]},
			{"users with a tag's value", "QueryUserGroupMember", params{"TagValueList": tagged("region", []string{"south", "west"})}, p[:1]},
			{"users with any value of one and all of two tags", "QueryUserGroupMember", params{"TagValueList": tagged("region", []string{"south", "north"}, "level", []string{"1"})}, p[:2]},
			{"users with a value that nobody has", "QueryUserGroupMember", params{"TagValueList": tagged("region", []string{"west"}, "level", []string{"1"})}, nil},
			{"users with a word", "QueryUserGroupMember", params{"Keyword": "delt"}, p[3:]},
		} {
			t.Run(tt.action+": "+tt.name, func(t *testing.T) {
				tt.in["AllPage"] = true
				a := c.must(t, c.root, "bi:"+tt.action, tt.in)
				got := column(a.list(t), "UserId")
				slices.Sort(got)
				equal(t, "users", got, slices.Sorted(slices.Values(tt.want)))
				equal(t, "Total", a.data().number("Total"), len(tt.want))
			})
		}
		t.Run("who was put in, by whom", func(t *testing.T) {
			rows := c.must(t, c.root, "bi:DescribeUserGroupMemberList", params{"GroupIds": one(other)}).list(t)
			if len(rows) != 1 || rows[0]["UserName"] != "gamma" || rows[0]["CreatedBy"] != c.id || rows[0].str("CreatedOn") == "" {
				t.Errorf("the members are %v", rows)
			}
		})
		t.Run("the order can be turned", func(t *testing.T) {
			order := c.group(t, "order")
			for _, uin := range p {
				put(order, uin)
				nextSecond() // times are told by the second
			}
			list := func(in params) []string {
				in["GroupIds"] = one(order)
				return column(c.must(t, c.root, "bi:DescribeUserGroupMemberList", in).list(t), "UserId")
			}
			up := list(params{"CreatedOnOrder": "asc"})
			equal(t, "ascending", up, p)
			slices.Reverse(up)
			equal(t, "descending", list(params{"CreatedOnOrder": "desc"}), up)
			equal(t, "without a word", list(params{}), up)
			c.call(t, c.root, "bi:DescribeUserGroupMemberList", params{"GroupIds": one(order), "CreatedOnOrder": "sideways"}).wants(t, badValue)
		})
	})
}

func TestBIGroupTree(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		a, b := c.group(t, "a"), c.group(t, "b")
		a1, a2 := c.groupIn(t, "a1", a), c.groupIn(t, "a2", a)
		c.groupIn(t, "a11", a1)
		names := []string{"a", "b", "a1", "a2", "a11"}
		t.Run("the top level, which knows whether there is more", func(t *testing.T) {
			tree := c.tree(t, nil)
			equal(t, "names", known(tree, names...), []string{"a", "b"})
			equal(t, "a has children", find(tree, a)["HasChildren"], true)
			equal(t, "b has children", find(tree, b)["HasChildren"], false)
			equal(t, "Children", find(tree, a)["Children"], nil)
		})
		t.Run("the level below a group", func(t *testing.T) {
			tree := c.tree(t, params{"ParentIds": []int64{a}})
			equal(t, "names", known(tree, names...), []string{"a1", "a2"})
			equal(t, "a1 has children", find(tree, a1)["HasChildren"], true)
			equal(t, "a2 has children", find(tree, a2)["HasChildren"], false)
			equal(t, "their parent", find(tree, a1)["ParentId"], a)
		})
		t.Run("the whole tree", func(t *testing.T) {
			tree := c.tree(t, params{"QueryAllNode": true})
			equal(t, "top", known(tree, names...), []string{"a", "b"})
			equal(t, "below a", column(find(tree, a).rows("Children"), "GroupName"), []string{"a1", "a2"})
			equal(t, "below a1", column(find(tree, a1).rows("Children"), "GroupName"), []string{"a11"})
		})
		t.Run("a word finds groups at any depth", func(t *testing.T) {
			got := known(c.tree(t, params{"Keyword": "A1"}), names...)
			slices.Sort(got)
			equal(t, "names", got, []string{"a1", "a11"})
		})
	})
}
