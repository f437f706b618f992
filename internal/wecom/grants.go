package wecom

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
)

// wanted is what imported users are to have, as a request names it.
type wanted struct{ groups, copyFrom, policies []int64 }

func (w *wanted) sort() {
	for _, list := range []*[]int64{&w.groups, &w.copyFrom, &w.policies} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
}

// mayGrant refuses a caller who could not give this to a user one by one. It is asked before anything is looked up, and again in
// each member's call.
func (w *wanted) mayGrant(ctx context.Context, c *call.Call) error {
	for _, need := range []struct {
		needed     bool
		permission string
	}{
		{len(w.groups) > 0, "cam:AddUserToGroup"},
		{len(w.copyFrom) > 0, "cam:ListAttachedUserPolicies"},
		{len(w.policies)+len(w.copyFrom) > 0, "cam:AttachUserPolicy"},
	} {
		if !need.needed {
			continue
		}
		if err := c.May(ctx, need.permission); err != nil {
			return err
		}
	}
	return nil
}

// grant is a policy that imported users are to have, and why.
type grant struct {
	cam.PolicyName
	direct     bool
	groups     []cam.Group
	copiedFrom []int64
}

// grants are in the order in which they were asked for; direct ones have those that are attached to the user itself.
type grants []grant

func (g *grants) of(name cam.PolicyName) *grant {
	i := slices.IndexFunc(*g, func(x grant) bool { return x.ID == name.ID })
	if i < 0 {
		i = len(*g)
		*g = append(*g, grant{PolicyName: name})
	}
	return &(*g)[i]
}

func (g grants) direct() []int64 {
	ids := []int64{}
	for _, x := range g {
		if x.direct {
			ids = append(ids, x.ID)
		}
	}
	return ids
}

// resolve finds what is wanted. InvalidParameter.PolicyIdNotExist, .UserNotExist, .GroupNotExist.
func (w *wanted) resolve(ctx context.Context, q store.Queryer, a store.Account) (grants, error) {
	var all grants
	for _, id := range w.policies {
		name, err := cam.Attachable(ctx, q, a, id)
		if err != nil {
			return nil, err
		}
		all.of(name).direct = true
	}
	for _, uin := range w.copyFrom {
		list, err := cam.UserPolicies(ctx, q, a, uin)
		if errors.Is(err, cam.ErrNoUser) {
			err = fault.New(code.InvalidParameterUserNotExist, strconv.FormatInt(uin, 10))
		}
		if err != nil {
			return nil, err
		}
		for _, name := range list {
			g := all.of(name)
			g.direct, g.copiedFrom = true, append(g.copiedFrom, uin)
		}
	}
	for _, id := range w.groups {
		group, err := cam.GroupByID(ctx, q, a, id)
		if errors.Is(err, cam.ErrNoGroup) {
			err = fault.New(code.InvalidParameterGroupNotExist, strconv.FormatInt(id, 10))
		}
		if err != nil {
			return nil, err
		}
		list, err := cam.GroupPolicies(ctx, q, a, id)
		if err != nil {
			return nil, err
		}
		for _, name := range list {
			g := all.of(name)
			g.groups = append(g.groups, group)
		}
	}
	return all, nil
}

func (g *grant) wire() hufu20261201.WeComPreviewPolicy {
	w := hufu20261201.WeComPreviewPolicy{PolicyId: g.ID, PolicyName: g.Name, PolicyType: g.Kind, Direct: g.direct,
		Groups: []hufu20261201.GroupRef{}, CopiedFrom: append([]int64{}, g.copiedFrom...)}
	for _, group := range g.groups {
		w.Groups = append(w.Groups, hufu20261201.GroupRef{GroupId: group.ID, GroupName: group.Name})
	}
	return w
}
