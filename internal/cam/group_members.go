package cam

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// Join puts a sub-account into a group, both of which the caller has found to exist, within the quotas of either;
// a member stays one.
func (p *Product) Join(ctx context.Context, tx *store.Tx, a store.Account, group, uin int64, at time.Time) error {
	n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM group_members WHERE account = $1 AND group_id = $2 AND uin = $3`, a, group, uin)
	if err != nil {
		return fmt.Errorf("find member: %w", err)
	}
	if n > 0 {
		return nil
	}
	if err := p.checkMemberQuotas(ctx, tx, a, group, uin); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO group_members (account, group_id, uin, added_at) VALUES ($1, $2, $3, $4)`, a, group, uin, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("add member: %w", err)
	}
	changedUser(tx, a, uin)
	return nil
}

func (p *Product) checkMemberQuotas(ctx context.Context, tx *store.Tx, a store.Account, group, uin int64) error {
	members, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM group_members WHERE account = $1 AND group_id = $2`, a, group)
	if err != nil {
		return fmt.Errorf("count members: %w", err)
	}
	if p.quotas.Exceeded(account.UsersPerGroup, int(members)+1) {
		return fault.New(code.InvalidParameterGroupUserFull)
	}
	groups, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM group_members WHERE account = $1 AND uin = $2`, a, uin)
	if err != nil {
		return fmt.Errorf("count memberships: %w", err)
	}
	if p.quotas.Exceeded(account.GroupsPerUser, int(groups)+1) {
		return fault.New(code.InvalidParameterUserGroupFull)
	}
	return nil
}

// leave takes a sub-account out of a group; one that is not in it is no error.
func leave(ctx context.Context, tx *store.Tx, a store.Account, group, uin int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM group_members WHERE account = $1 AND group_id = $2 AND uin = $3`, a, group, uin)
	if err != nil {
		return fmt.Errorf("remove member: %w", err)
	}
	changedUser(tx, a, uin)
	return nil
}

// number is an optional uin or uid, 0 when absent; nobody has the number 0.
func number(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

// memberNamed finds the sub-account of one row; the uin wins where both numbers are there.
func memberNamed(ctx context.Context, q store.Queryer, a store.Account, info cam20190116.GroupIdOfUidInfo) (User, error) {
	switch {
	case number(info.Uin) != 0:
		return UserByUIN(ctx, q, a, *info.Uin)
	case number(info.Uid) != 0:
		return UserByUID(ctx, q, a, *info.Uid)
	}
	return User{}, fault.New(code.InvalidParameterUserUinAndUinNotAllNull)
}

// AddUserToGroup puts users into groups, all or none of the pairs. Receivers may be members too; permissions they
// get none, since nobody can call as one.
func (p *Product) AddUserToGroup(ctx context.Context, c *call.Call, in *cam20190116.AddUserToGroupRequest) (*cam20190116.AddUserToGroupResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		for _, info := range in.Info {
			u, err := memberNamed(ctx, tx, c.Account(), info)
			if err != nil {
				return err
			}
			g, err := GroupByID(ctx, tx, c.Account(), info.GroupId)
			if errors.Is(err, ErrNoGroup) {
				return fault.New(code.InvalidParameterGroupNotExist)
			}
			if err != nil {
				return err
			}
			if err := p.Join(ctx, tx, c.Account(), g.ID, u.UIN, c.At); err != nil {
				return err
			}
		}
		return nil
	})
}

// RemoveUserFromGroup takes users out of groups, all or none of the pairs. A group that does not exist has no member
// to lose: success, as the action lists no code for it.
func (p *Product) RemoveUserFromGroup(ctx context.Context, c *call.Call, in *cam20190116.RemoveUserFromGroupRequest) (*cam20190116.RemoveUserFromGroupResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		for _, info := range in.Info {
			u, err := memberNamed(ctx, tx, c.Account(), info)
			if err != nil {
				return err
			}
			if err := leave(ctx, tx, c.Account(), info.GroupId, u.UIN); err != nil {
				return err
			}
		}
		return nil
	})
}

// ListGroupsForUser lists the groups of a user, newest first.
func (p *Product) ListGroupsForUser(ctx context.Context, c *call.Call, in *cam20190116.ListGroupsForUserRequest) (*cam20190116.ListGroupsForUserResponse, error) {
	out := &cam20190116.ListGroupsForUserResponse{}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		u, err := userListed(ctx, q, c.Account(), in)
		if err != nil {
			return err
		}
		groups, err := groupsOf(ctx, q, c.Account(), u.UIN)
		if err != nil {
			return err
		}
		out.TotalNum, out.GroupInfo = int64(len(groups)), []cam20190116.GroupInfo{}
		for _, g := range cut(groups, pageOf(in.Page, in.Rp)) {
			out.GroupInfo = append(out.GroupInfo, groupInfo(g))
		}
		return nil
	})
	return out, err
}

// userListed finds the user whose groups to list; the uid wins where both numbers are there.
func userListed(ctx context.Context, q store.Queryer, a store.Account, in *cam20190116.ListGroupsForUserRequest) (User, error) {
	switch {
	case number(in.Uid) != 0:
		return UserByUID(ctx, q, a, *in.Uid)
	case number(in.SubUin) != 0:
		return UserByUIN(ctx, q, a, *in.SubUin)
	}
	return User{}, fault.New(code.FailedOperation)
}

// groupsOf are the groups of a sub-account, newest first.
func groupsOf(ctx context.Context, q store.Queryer, a store.Account, uin int64) ([]Group, error) {
	groups, err := store.Collect(ctx, q, scanGroup, `SELECT `+groupColumns+` FROM user_groups
		WHERE account = $1 AND id IN (SELECT group_id FROM group_members WHERE account = $1 AND uin = $2) ORDER BY id DESC`, a, uin)
	if err != nil {
		return nil, fmt.Errorf("list groups of a user: %w", err)
	}
	return groups, nil
}

// ListUsersForGroup lists the members of a group, who joined last first.
func (p *Product) ListUsersForGroup(ctx context.Context, c *call.Call, in *cam20190116.ListUsersForGroupRequest) (*cam20190116.ListUsersForGroupResponse, error) {
	out := &cam20190116.ListUsersForGroupResponse{}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		g, err := GroupByID(ctx, q, c.Account(), in.GroupId)
		if err != nil {
			return err
		}
		out.TotalNum, err = store.Count(ctx, q, `SELECT COUNT(*) FROM group_members WHERE account = $1 AND group_id = $2`, c.Account(), g.ID)
		if err != nil {
			return fmt.Errorf("count members: %w", err)
		}
		out.UserInfo, err = membersOf(ctx, q, c.Account(), g.ID, pageOf(in.Page, in.Rp))
		return err
	})
	return out, err
}

func membersOf(ctx context.Context, q store.Queryer, a store.Account, group int64, p page) ([]cam20190116.GroupMemberInfo, error) {
	list, err := store.Collect(ctx, q, func(r store.Row) (cam20190116.GroupMemberInfo, error) {
		u, err := scanUser(r)
		return memberInfo(u), err
	}, `SELECT `+userColumns+` FROM group_members JOIN users USING (account, uin)
		WHERE account = $1 AND group_id = $2 ORDER BY added_at DESC, uin DESC LIMIT $3 OFFSET $4`, a, group, p.limit, p.offset)
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	return list, nil
}

// The values of GroupMemberInfo.UserType. Our decision: whoever has an account is 1, whatever its kind.
const (
	memberAccount  = 1
	memberReceiver = 3
)

func memberInfo(u User) cam20190116.GroupMemberInfo {
	info := cam20190116.GroupMemberInfo{Uid: u.UID, Uin: u.UIN, Name: u.Name, PhoneNum: u.Phone, CountryCode: u.CountryCode,
		PhoneFlag: flag(u.PhoneVerified), Email: u.Email, EmailFlag: flag(u.EmailVerified), UserType: memberAccount,
		CreateTime: wireTime(u.Created), Remark: &u.Remark}
	if u.Kind == Receiver {
		info.Uin, info.UserType = 0, memberReceiver
	}
	return info
}
