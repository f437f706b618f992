package bi

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/bi20220105"
)

// node is a group in a list of groups.
type node struct {
	*Group
	whole bool // with what is below it
}

// view is how a list shows the tree of groups.
type view struct {
	*forest
	hidden map[int64]bool // groups that are left out, with all below them
	// rights are what a node prints of its group's rights; nil for lists that print none.
	rights func(group int64) []bi20220105.ResourceDTO
}

// print is a node of the tree. Whether there are groups below is told for the tree as it is, whatever the list leaves out.
func (v *view) print(n node) bi20220105.UserGroupTreeVO {
	t := bi20220105.UserGroupTreeVO{Id: n.ID, GroupName: n.Name, ParentId: n.Parent, IsDefault: flag(n.Default), AdminUserId: n.AdminID,
		Description: orNull(n.Description), Location: n.Location, HasChildren: len(v.children[n.ID]) > 0}
	if v.rights != nil {
		t.ResourceList = v.rights(n.ID)
	}
	if n.whole {
		for _, c := range v.children[n.ID] {
			if !v.hidden[c.ID] {
				t.Children = append(t.Children, v.print(node{c, true}))
			}
		}
	}
	return t
}

// level are the groups below parents, each once.
func (v *view) level(parents []int64, whole bool) []node {
	var all []node
	for _, p := range distinct(parents) {
		for _, g := range v.children[p] {
			all = append(all, node{g, whole})
		}
	}
	return all
}

// flat are those of the nodes, and of all that is below them, that keep says, without what is below them.
func (v *view) flat(nodes []node, keep func(*Group) bool) []node {
	var ids []int64
	for _, n := range nodes {
		ids = append(ids, n.ID)
	}
	var found []node
	for id := range v.subtrees(ids) {
		if g := v.groups[id]; keep(g) {
			found = append(found, node{g, false})
		}
	}
	return found
}

// page orders nodes by location and id, and prints those in the window. It answers how many there are in all.
func (v *view) page(nodes []node, w window) (list []bi20220105.UserGroupTreeVO, total int64) {
	nodes = slices.DeleteFunc(nodes, func(n node) bool { return v.hidden[n.ID] })
	slices.SortFunc(nodes, func(a, b node) int { return cmp.Or(cmp.Compare(a.Location, b.Location), cmp.Compare(a.ID, b.ID)) })
	for _, n := range cut(nodes, w) {
		list = append(list, v.print(n))
	}
	return list, int64(len(nodes))
}

// groupFilter is what a list of groups looks for.
type groupFilter struct {
	keyword string
	tags    []bi20220105.ResourceTagValue
	role    string // code of a role of the project or of the enterprise
	project int64
}

// matching makes the test of groups that a filter asks for: the name holds the keyword, in any case, and a member has the
// tags and the role. It is nil where nothing is asked for.
func matching(ctx context.Context, q store.Queryer, a store.Account, f groupFilter) (func(*Group) bool, error) {
	keyword := strings.ToLower(f.keyword)
	named := func(g *Group) bool { return strings.Contains(strings.ToLower(g.Name), keyword) }
	switch {
	case f.keyword == "" && len(f.tags) == 0 && f.role == "":
		return nil, nil
	case len(f.tags) == 0 && f.role == "":
		return named, nil
	}
	tagged, err := taggedUsers(ctx, q, a, f.tags)
	if err != nil {
		return nil, err
	}
	inRole, err := usersInRole(ctx, q, a, f.project, f.role)
	if err != nil {
		return nil, err
	}
	members, err := membershipsOf(ctx, q, a, func(int64) bool { return true })
	if err != nil {
		return nil, err
	}
	with := map[int64]bool{}
	for _, m := range members {
		with[m.group] = with[m.group] || tagged(m.user) && inRole(m.user)
	}
	return func(g *Group) bool { return named(g) && with[g.ID] }, nil
}

// usersInRole makes the test of users for a role of a project or of the enterprise; "" is everybody's.
func usersInRole(ctx context.Context, q store.Queryer, a store.Account, project int64, role string) (func(user int64) bool, error) {
	if role == "" {
		return func(int64) bool { return true }, nil
	}
	if _, known := roleNames[role]; !known {
		return nil, invalid("ModuleCollection", role)
	}
	all, err := store.Collect(ctx, q, scanInt, `SELECT g.bi_user FROM bi_grants g JOIN bi_roles r ON r.account = g.account AND r.id = g.role
		WHERE g.account = $1 AND (r.project = $2 OR r.project = 0) AND r.code = $3`, a, project, role)
	holders := map[int64]bool{}
	for _, user := range all {
		holders[user] = true
	}
	return func(user int64) bool { return holders[user] }, err
}

// DescribeUserGroupTreeList lists groups as a tree, in its order. Without more it is the top level; with ParentIds the level
// below those; with GroupIds and Nodes those groups, or with QueryNextNode the level below them. QueryAllNode shows all that
// is below, and so does a node that asks for its children. A keyword or tags find groups in what is asked for and below it,
// as a flat list. FilterGroupIds leaves groups out with all below them.
func (p *Product) DescribeUserGroupTreeList(ctx context.Context, c *call.Call, in *bi20220105.DescribeUserGroupTreeListRequest) (*bi20220105.DescribeUserGroupTreeListResponse, error) {
	if err := checkTagFilter(in.TagValueList); err != nil {
		return nil, err
	}
	out := &bi20220105.DescribeUserGroupTreeListResponse{Msg: success}
	w := p.window(c, fromZero, value(in.PageNo), value(in.PageSize), value(in.AllPage) == 1)
	needed := need{right: readCorp}
	if project := value(in.ProjectId); project != enterprise {
		needed = need{readProject, project} // who gives rights in a project picks groups
	}
	return out, p.read(ctx, c, needed, func(q store.Queryer, _ *caller) error {
		f, err := readForest(ctx, q, c.Account())
		if err != nil {
			return err
		}
		v := &view{forest: f, hidden: f.subtrees(in.FilterGroupIds)}
		nodes := v.asked(in)
		keep, err := matching(ctx, q, c.Account(), groupFilter{keyword: value(in.Keyword), tags: in.TagValueList})
		if err != nil {
			return err
		}
		if keep != nil {
			nodes = v.flat(nodes, keep)
		}
		out.Data, _ = v.page(nodes, w)
		return nil
	})
}

// asked are the nodes that a request for the tree is about.
func (v *view) asked(in *bi20220105.DescribeUserGroupTreeListRequest) []node {
	everything := value(in.QueryAllNode)
	switch {
	case len(in.ParentIds) > 0:
		return v.level(in.ParentIds, everything)
	case len(in.GroupIds) == 0 && len(in.Nodes) == 0:
		return v.level([]int64{noParent}, everything)
	}
	whole, ids := map[int64]bool{}, slices.Clone(in.GroupIds)
	for _, n := range in.Nodes {
		ids = append(ids, value(n.GroupId))
		whole[value(n.GroupId)] = value(n.QueryChildNodes)
	}
	if value(in.QueryNextNode) {
		return v.level(ids, everything)
	}
	var all []node
	for _, id := range distinct(ids) {
		if g := v.groups[id]; g != nil {
			all = append(all, node{g, everything || whole[id]})
		}
	}
	return all
}
