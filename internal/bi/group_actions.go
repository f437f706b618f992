package bi

import (
	"context"
	"fmt"
	"strings"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/bi20220105"
)

// CreateUserGroup makes a group at the top, or below another one, at the location that is asked for or the last.
func (p *Product) CreateUserGroup(ctx context.Context, c *call.Call, in *bi20220105.CreateUserGroupRequest) (*bi20220105.CreateUserGroupResponse, error) {
	if value(in.GroupName) == "" {
		return nil, missing("GroupName")
	}
	g := Group{Parent: noParent, Name: strings.TrimSpace(*in.GroupName), Description: value(in.Description), Location: lastPlace}
	if in.ParentId != nil {
		g.Parent = *in.ParentId
	}
	if in.Location != nil {
		g.Location = *in.Location
	}
	out := &bi20220105.CreateUserGroupResponse{Msg: success}
	return out, p.write(ctx, c, need{right: writeCorp}, func(tx *store.Tx, who *caller) error {
		f, err := readForest(ctx, tx, c.Account())
		if err != nil {
			return err
		}
		if err := f.checkParent("ParentId", g.Parent); err != nil {
			return err
		}
		if err := g.setAdmin(ctx, tx, c.Account(), value(in.AdminUserId)); err != nil {
			return err
		}
		for _, check := range []func() error{
			func() error { return g.check("") },
			func() error { return f.checkName(&g) },
			func() error { return f.checkDepth(g.Parent, 1) },
		} {
			if err := check(); err != nil {
				return err
			}
		}
		if g.Location, err = takePlace(ctx, tx, c.Account(), g.Parent, g.Location); err != nil {
			return err
		}
		g.ID, err = p.insertGroup(ctx, tx, c.Account(), g, who.by, c.At.UnixMilli())
		out.Data = g.print()
		return err
	})
}

// setAdmin makes a BI user the administrator of the group; "" changes nothing.
func (g *Group) setAdmin(ctx context.Context, q store.Queryer, a store.Account, userID string) error {
	if userID == "" {
		return nil
	}
	u, err := userByID(ctx, q, a, userID)
	g.Admin, g.AdminID = u.ID, u.UserID
	return err
}

// groupChange is one element of an UpdateList.
type groupChange struct {
	where string // "UpdateList.0."
	bi20220105.UserGroupUpdateDTO
	admin Group // holds the administrator that the element names
}

// ModifyUserGroup changes what is given of groups, in order, all or nothing: absent and empty members leave what is there.
// A group that gets another parent goes to its end, unless a location is given. What is answered is how the groups are
// after all changes.
func (p *Product) ModifyUserGroup(ctx context.Context, c *call.Call, in *bi20220105.ModifyUserGroupRequest) (*bi20220105.ModifyUserGroupResponse, error) {
	if len(in.UpdateList) == 0 {
		return nil, missing("UpdateList")
	}
	var changes []groupChange
	for i, e := range in.UpdateList {
		x := groupChange{where: fmt.Sprintf("UpdateList.%d.", i), UserGroupUpdateDTO: e}
		if e.Id == nil {
			return nil, missing(x.where + "Id")
		}
		changes = append(changes, x)
	}
	out := &bi20220105.ModifyUserGroupResponse{Msg: success}
	return out, p.write(ctx, c, need{right: writeCorp}, func(tx *store.Tx, who *caller) error {
		if err := checkLength("groups", len(changes), maxGroupsPerCall); err != nil {
			return err
		}
		f, err := readForest(ctx, tx, c.Account())
		if err != nil {
			return err
		}
		if err := checkChanges(ctx, tx, c.Account(), f, changes); err != nil {
			return err
		}
		for i := range changes {
			if err := changes[i].apply(ctx, tx, c.Account(), f, who.by, c.At.UnixMilli()); err != nil {
				return err
			}
		}
		if f, err = readForest(ctx, tx, c.Account()); err != nil { // others were shifted
			return err
		}
		for _, x := range changes {
			out.Data = append(out.Data, f.groups[*x.Id].print())
		}
		return nil
	})
}

// checkChanges refuses, in the order of the codes, what can be said of changes before any of them is made.
func checkChanges(ctx context.Context, q store.Queryer, a store.Account, f *forest, changes []groupChange) error {
	for _, x := range changes {
		if f.groups[*x.Id] == nil {
			return errNoGroup
		}
		if x.ParentId != nil {
			if err := f.checkParent(x.where+"ParentId", *x.ParentId); err != nil {
				return err
			}
		}
	}
	for i := range changes {
		if err := changes[i].admin.setAdmin(ctx, q, a, value(changes[i].AdminUserId)); err != nil {
			return err
		}
	}
	for _, x := range changes {
		g := *f.groups[*x.Id]
		x.overlay(&g)
		if x.Location != nil {
			g.Location = *x.Location
		}
		if err := g.check(x.where); err != nil {
			return err
		}
	}
	return nil
}

// overlay takes over what a change gives, but for the place in the tree.
func (x *groupChange) overlay(g *Group) {
	if name := value(x.GroupName); name != "" {
		g.Name = strings.TrimSpace(name)
	}
	take(&g.Description, x.Description)
	if x.admin.Admin != 0 {
		g.Admin, g.AdminID = x.admin.Admin, x.admin.AdminID
	}
}

// apply makes one change.
func (x *groupChange) apply(ctx context.Context, tx *store.Tx, a store.Account, f *forest, by string, at int64) error {
	g := f.groups[*x.Id]
	x.overlay(g)
	parent := g.Parent
	if x.ParentId != nil {
		parent = *x.ParentId
	}
	moved := parent != g.Parent
	if moved {
		if f.subtrees([]int64{g.ID})[parent] {
			return conflict("A user group cannot be below itself.")
		}
		f.move(g, parent)
	}
	if err := f.checkName(g); err != nil {
		return err
	}
	if moved {
		if err := f.checkDepth(parent, f.height(g.ID)); err != nil {
			return err
		}
	}
	if err := x.place(ctx, tx, a, g, moved); err != nil {
		return err
	}
	return saveGroup(ctx, tx, a, *g, by, at)
}

// place gives the group its location below its parent, if that changes.
func (x *groupChange) place(ctx context.Context, tx *store.Tx, a store.Account, g *Group, moved bool) error {
	var err error
	if !moved && x.Location == nil {
		// Changes before this one may have shifted the group.
		g.Location, err = store.Count(ctx, tx, `SELECT location FROM bi_groups WHERE account = $1 AND id = $2`, a, g.ID)
		return err
	}
	wanted := int64(lastPlace)
	if x.Location != nil {
		wanted = *x.Location
	}
	if err := leavePlace(ctx, tx, a, g.ID); err != nil {
		return err
	}
	g.Location, err = takePlace(ctx, tx, a, g.Parent, wanted)
	return err
}

// groupByID finds the group that an action is about; errNoGroup if there is none.
func (f *forest) groupByID(id *int64) (*Group, error) {
	if g := f.groups[*id]; g != nil {
		return g, nil
	}
	return nil, errNoGroup
}

// DeleteUserGroup deletes a group that has none below it and is not the default one. Its members stay in BI; its rights on
// pages go with it.
func (p *Product) DeleteUserGroup(ctx context.Context, c *call.Call, in *bi20220105.DeleteUserGroupRequest) (*bi20220105.DeleteUserGroupResponse, error) {
	if in.Id == nil {
		return nil, missing("Id")
	}
	return &bi20220105.DeleteUserGroupResponse{Msg: success}, p.write(ctx, c, need{right: writeCorp}, func(tx *store.Tx, _ *caller) error {
		f, err := readForest(ctx, tx, c.Account())
		if err != nil {
			return err
		}
		g, err := f.groupByID(in.Id)
		switch {
		case err != nil:
			return err
		case g.Default:
			return conflict("The default user group cannot be deleted.")
		case len(f.children[g.ID]) > 0:
			return conflict("There are user groups below this one.")
		}
		return removeGroup(ctx, tx, c.Account(), g.ID)
	})
}

// DescribeUserGroupInfo tells whether there is such a group: its answer has no room for more.
func (p *Product) DescribeUserGroupInfo(ctx context.Context, c *call.Call, in *bi20220105.DescribeUserGroupInfoRequest) (*bi20220105.DescribeUserGroupInfoResponse, error) {
	if in.Id == nil {
		return nil, missing("Id")
	}
	return &bi20220105.DescribeUserGroupInfoResponse{}, p.read(ctx, c, need{right: readCorp}, func(q store.Queryer, _ *caller) error {
		return checkGroup(ctx, q, c.Account(), *in.Id)
	})
}

// checkGroup is errNoGroup if there is no such group.
func checkGroup(ctx context.Context, q store.Queryer, a store.Account, id int64) error {
	_, err := store.One(ctx, q, scanInt, errNoGroup, `SELECT id FROM bi_groups WHERE account = $1 AND id = $2`, a, id)
	return err
}
