package bi

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/bi20220105"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// What one call may name at most.
const (
	maxUsersPerCall  = 100
	maxRolesPerCall  = 50
	maxGroupsPerCall = 50
)

// checkLengths refuses calls that name too much, before anything of it is looked up.
func checkLengths(users []candidate, roles, groups []int64) error {
	for _, l := range []struct {
		what     string
		have, at int
	}{{"users", len(users), maxUsersPerCall}, {"roles", len(roles), maxRolesPerCall}, {"groups", len(groups), maxGroupsPerCall}} {
		if l.have > l.at {
			return fault.New(code.LimitExceeded).WithDetail("A call takes at most " + strconv.Itoa(l.at) + " " + l.what + ".")
		}
	}
	return nil
}

// CreateUserRole adds sub-accounts, or the root, to BI and grants each of them the roles. Somebody who is a BI user
// already keeps what he has: roles and groups are added, and what the call gives of the profile replaces it, so that a
// call may be made again. All or nothing.
func (p *Product) CreateUserRole(ctx context.Context, c *call.Call, in *bi20220105.CreateUserRoleRequest) (*bi20220105.CreateUserRoleResponse, error) {
	out := &bi20220105.CreateUserRoleResponse{Msg: success}
	users, err := candidates(in.UserInfoList, in.UserList)
	if err != nil {
		return nil, err
	}
	return out, p.write(ctx, c, need{right: writeCorp}, func(tx *store.Tx, who *caller) error {
		if err := checkLengths(users, in.RoleIdList, in.UserGroups); err != nil {
			return err
		}
		roles, err := rolesByID(ctx, tx, c.Account(), enterprise, in.RoleIdList)
		if err != nil {
			return err
		}
		if err := checkGroups(ctx, tx, c.Account(), "UserGroups", in.UserGroups); err != nil {
			return err
		}
		people, err := identify(ctx, tx, c.Account(), users)
		if err != nil {
			return err
		}
		general, err := roleOf(ctx, tx, c.Account(), enterprise, commonUser)
		if err != nil {
			return err
		}
		if err := protectRoot(c.Account(), people, roles); err != nil {
			return err
		}
		added, err := p.addUsers(ctx, tx, c, who, people)
		if err != nil {
			return err
		}
		for _, u := range added {
			granted := roles
			if len(granted) == 0 && !u.isRoot(c.Account()) {
				granted = []Role{general}
			}
			err := errors.Join(grant(ctx, tx, c.Account(), u.ID, granted, viaCorp, c.At), join(ctx, tx, c.Account(), u.ID, in.UserGroups, who.by, c.At))
			if err != nil {
				return err
			}
		}
		out.Data.Id = added[0].ID
		return nil
	})
}

// protectRoot refuses to give the root another role than the one that it has: it is the enterprise's administrator,
// always and no less.
func protectRoot(a store.Account, people []candidate, roles []Role) error {
	root := slices.ContainsFunc(people, func(u candidate) bool { return u.who.uin == int64(a) })
	if root && slices.ContainsFunc(roles, func(r Role) bool { return r.Code != corpAdmin }) {
		return errNotAuthorized
	}
	return nil
}

// addUsers makes BI users of people, or completes those that are BI users already, in order.
func (p *Product) addUsers(ctx context.Context, tx *store.Tx, c *call.Call, who *caller, people []candidate) ([]User, error) {
	for i := range people {
		if err := people[i].check(people[i].where + "."); err != nil {
			return nil, err
		}
	}
	var users []User
	for _, x := range people {
		if err := checkApp(ctx, tx, c.Account(), x.who, x.where+".", x.appUserID); err != nil {
			return nil, err
		}
		u, err := addUser(ctx, tx, c.Account(), x, who.by, c.At)
		if err != nil {
			return nil, err
		}
		users = append(users, u)
	}
	return users, p.checkUsers(ctx, tx, c.Account())
}

func addUser(ctx context.Context, tx *store.Tx, a store.Account, x candidate, by string, at time.Time) (User, error) {
	u, err := userByUIN(ctx, tx, a, x.who.uin)
	isNew := errors.Is(err, errNoUser)
	if err != nil && !isNew {
		return u, err
	}
	u.overlay(x.profile)
	if u.appUserID == x.who.wecomID {
		u.appUserID = "" // the directory's own, which goes when the directory unlinks it
	}
	u.UpdatedBy, u.Updated = by, at.UnixMilli()
	if !isNew {
		return u, saveUser(ctx, tx, a, u)
	}
	u.UIN, u.UserID, u.Status = x.who.uin, x.userID, enabled
	u.CreatedBy, u.Created = by, at.UnixMilli()
	return insertUser(ctx, tx, a, u)
}
