package bi

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/bi20220105"
)

// CreateUserGroupMember puts BI users into a group, all or none. Who is in it stays as he is.
func (p *Product) CreateUserGroupMember(ctx context.Context, c *call.Call, in *bi20220105.CreateUserGroupMemberRequest) (*bi20220105.CreateUserGroupMemberResponse, error) {
	err := p.changeMembers(ctx, c, in.GroupId, in.UserIdList, func(tx *store.Tx, user int64, by string) error {
		return p.join(ctx, tx, c.Account(), user, []int64{*in.GroupId}, by, c.At)
	})
	return &bi20220105.CreateUserGroupMemberResponse{Msg: success}, err
}

// DeleteUserGroupMember takes BI users out of a group, all or none. Who is not in it stays out.
func (p *Product) DeleteUserGroupMember(ctx context.Context, c *call.Call, in *bi20220105.DeleteUserGroupMemberRequest) (*bi20220105.DeleteUserGroupMemberResponse, error) {
	err := p.changeMembers(ctx, c, in.GroupId, in.UserIdList, func(tx *store.Tx, user int64, _ string) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM bi_group_members WHERE account = $1 AND group_id = $2 AND bi_user = $3`, c.Account(), *in.GroupId, user)
		return err
	})
	return &bi20220105.DeleteUserGroupMemberResponse{Msg: success}, err
}

func (p *Product) changeMembers(ctx context.Context, c *call.Call, group *int64, userIDs []string, change func(tx *store.Tx, user int64, by string) error) error {
	switch {
	case group == nil:
		return missing("GroupId")
	case len(userIDs) == 0:
		return missing("UserIdList")
	}
	return p.write(ctx, c, need{right: writeCorp}, func(tx *store.Tx, who *caller) error {
		if err := checkLength("users", len(userIDs), maxUsersPerCall); err != nil {
			return err
		}
		if err := checkGroup(ctx, tx, c.Account(), *group); err != nil {
			return err
		}
		var users []int64
		for _, id := range userIDs {
			u, err := userByID(ctx, tx, c.Account(), id)
			if err != nil {
				return err
			}
			users = append(users, u.ID)
		}
		for _, u := range users {
			if err := change(tx, u, who.by); err != nil {
				return err
			}
		}
		return nil
	})
}

// membership is that a user is in a group.
type membership struct {
	group, user int64
	by          string
	since       int64
}

func scanMembership(r store.Row) (m membership, err error) {
	err = r.Scan(&m.group, &m.user, &m.by, &m.since)
	return m, err
}

// membershipsOf are the memberships in groups that of says, the oldest first.
func membershipsOf(ctx context.Context, q store.Queryer, a store.Account, of func(group int64) bool) ([]membership, error) {
	all, err := store.Collect(ctx, q, scanMembership, `SELECT group_id, bi_user, created_by, created_at FROM bi_group_members WHERE account = $1
		ORDER BY created_at, bi_user, group_id`, a)
	if err != nil {
		return nil, fmt.Errorf("read memberships: %w", err)
	}
	return slices.DeleteFunc(all, func(m membership) bool { return !of(m.group) }), nil
}

// DescribeUserGroupMemberList lists the members of any of the groups, or without groups of all of them, each user once: as
// of the day on which he came into the first of them. Those who came last are first, unless the order says otherwise.
func (p *Product) DescribeUserGroupMemberList(ctx context.Context, c *call.Call, in *bi20220105.DescribeUserGroupMemberListRequest) (*bi20220105.DescribeUserGroupMemberListResponse, error) {
	out := &bi20220105.DescribeUserGroupMemberListResponse{Msg: success}
	w := p.window(c, fromZero, value(in.PageNo), value(in.PageSize), value(in.AllPage))
	return out, p.read(ctx, c, need{right: readCorp}, func(q store.Queryer, _ *caller) error {
		ascending := false
		switch strings.ToLower(value(in.CreatedOnOrder)) {
		case "asc":
			ascending = true
		case "", "desc":
		default:
			return invalid("CreatedOnOrder", *in.CreatedOnOrder)
		}
		asked := setOf(in.GroupIds)
		members, err := membershipsOf(ctx, q, c.Account(), func(g int64) bool { return len(asked) == 0 || asked[g] })
		if err != nil {
			return err
		}
		everybody, err := people(ctx, q, c.Account(), "")
		if err != nil {
			return err
		}
		users := map[int64]person{}
		for _, x := range everybody {
			users[x.ID] = x
		}
		keyword, seen := strings.ToLower(value(in.Keyword)), map[int64]bool{}
		var all []bi20220105.UserGroupMemberVO
		for _, m := range members {
			x := users[m.user]
			if !seen[m.user] && x.matches(keyword) {
				all = append(all, x.member(&m))
			}
			seen[m.user] = true
		}
		if !ascending {
			slices.Reverse(all)
		}
		out.Data = memberPage(all, w)
		return nil
	})
}

func memberPage(all []bi20220105.UserGroupMemberVO, w window) bi20220105.DescribeUserGroupMemberPageListContainer {
	total := int64(len(all))
	return bi20220105.DescribeUserGroupMemberPageListContainer{Total: total, TotalPages: w.pages(total), List: cut(all, w)}
}

// member is the user as lists of members print it. A user that no group brought there was put there by nobody, when he
// came into BI.
func (x *person) member(m *membership) bi20220105.UserGroupMemberVO {
	v := bi20220105.UserGroupMemberVO{UserName: x.shown.name, UserId: x.UserID, CreatedOn: wireTime(x.Created)}
	if m != nil {
		v.CreatedBy, v.CreatedOn = &m.by, wireTime(m.since)
	}
	return v
}

// QueryUserGroupMember finds users of the corp, the newest first: those in any of the groups and nodes, if some are named;
// not those in groups that are to be filtered out; with the tags and the keyword that are asked for.
func (p *Product) QueryUserGroupMember(ctx context.Context, c *call.Call, in *bi20220105.QueryUserGroupMemberRequest) (*bi20220105.QueryUserGroupMemberResponse, error) {
	if err := checkTagFilter(in.TagValueList); err != nil {
		return nil, err
	}
	out := &bi20220105.QueryUserGroupMemberResponse{Msg: success}
	w := p.window(c, fromZero, value(in.PageNo), value(in.PageSize), value(in.AllPage))
	return out, p.read(ctx, c, need{right: readCorp}, func(q store.Queryer, _ *caller) error {
		f, err := readForest(ctx, q, c.Account())
		if err != nil {
			return err
		}
		asked := f.named(in.GroupIds, in.Nodes)
		all, err := membershipsOf(ctx, q, c.Account(), func(int64) bool { return true })
		if err != nil {
			return err
		}
		within, excluded, filtered := map[int64]*membership{}, map[int64]bool{}, setOf(in.FilterGroupIds)
		for i := range all {
			m := &all[i]
			if asked[m.group] && within[m.user] == nil {
				within[m.user] = m
			}
			excluded[m.user] = excluded[m.user] || filtered[m.group]
		}
		tagged, err := taggedUsers(ctx, q, c.Account(), in.TagValueList)
		if err != nil {
			return err
		}
		users, err := people(ctx, q, c.Account(), "")
		if err != nil {
			return err
		}
		anywhere := len(in.GroupIds) == 0 && len(in.Nodes) == 0
		var list []bi20220105.UserGroupMemberVO
		keyword := strings.ToLower(value(in.Keyword))
		for _, x := range users {
			if (anywhere || within[x.ID] != nil) && !excluded[x.ID] && tagged(x.ID) && x.matches(keyword) {
				list = append(list, x.member(within[x.ID]))
			}
		}
		out.Data = memberPage(list, w)
		return nil
	})
}

// named are the groups that a request names: by their ids, and as nodes with or without what is below.
func (f *forest) named(ids []int64, nodes []bi20220105.UserGroupTreeNodeDTO) map[int64]bool {
	var whole []int64
	for _, n := range nodes {
		if value(n.QueryChildNodes) {
			whole = append(whole, value(n.GroupId))
		} else {
			ids = append(ids, value(n.GroupId))
		}
	}
	all := f.subtrees(whole)
	for _, id := range ids {
		all[id] = true
	}
	return all
}
