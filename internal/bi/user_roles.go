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
		if err := checkLength(l.what, l.have, l.at); err != nil {
			return err
		}
	}
	return nil
}

// checkLength refuses a call that names more of something than it may.
func checkLength(what string, have, most int) error {
	if have > most {
		return fault.New(code.LimitExceeded).WithDetail("A call takes at most " + strconv.Itoa(most) + " " + what + ".")
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
		users, err := p.addUsers(ctx, tx, c, who, people)
		if err != nil {
			return err
		}
		for _, u := range users {
			granted := roles
			if len(granted) == 0 && !u.isRoot(c.Account()) {
				granted = []Role{general}
			}
			if err := grant(ctx, tx, c.Account(), u.ID, granted, viaCorp, c.At); err != nil {
				return err
			}
			if err := p.join(ctx, tx, c.Account(), u.ID, in.UserGroups, who.by, c.At); err != nil {
				return err
			}
		}
		out.Data.Id = users[0].ID
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

// added is a user that a call has added or completed.
type added struct {
	User
	isNew bool
}

// addUsers makes BI users of people, or completes those that are BI users already, in order.
func (p *Product) addUsers(ctx context.Context, tx *store.Tx, c *call.Call, who *caller, people []candidate) ([]added, error) {
	for i := range people {
		if err := people[i].check(people[i].where + "."); err != nil {
			return nil, err
		}
	}
	var users []added
	for _, x := range people {
		u, err := addUser(ctx, tx, c.Account(), x, who, c.At)
		if err != nil {
			return nil, err
		}
		touched(c, &u.User)
		users = append(users, u)
	}
	if !slices.ContainsFunc(users, func(u added) bool { return u.isNew }) {
		return users, nil
	}
	return users, p.checkUsers(ctx, tx, c.Account())
}

func addUser(ctx context.Context, tx *store.Tx, a store.Account, x candidate, who *caller, at time.Time) (added, error) {
	u, err := userByUIN(ctx, tx, a, x.who.uin)
	isNew := errors.Is(err, errNoUser)
	if err != nil && !isNew {
		return added{}, err
	}
	before := u.profile
	if err := u.complete(ctx, tx, a, x.who, x.where+".", x.profile); err != nil {
		return added{}, err
	}
	u.UpdatedBy, u.Updated = who.by, at.UnixMilli()
	if !isNew {
		if err := who.mayReach(ctx, tx, a, &u, before); err != nil {
			return added{}, err
		}
		return added{User: u}, saveUser(ctx, tx, a, u)
	}
	u.UIN, u.UserID, u.Status = x.who.uin, x.userID, enabled
	u.CreatedBy, u.Created = who.by, at.UnixMilli()
	u, err = insertUser(ctx, tx, a, u)
	return added{User: u, isNew: true}, err
}

// changes is what an action changes of one user; absent texts and lists leave what is there.
type changes struct {
	profile
	roles                                          []int64
	groups                                         []int64
	loginSecurity, resetTip, forceReset, expiresIn *int64
}

// ModifyUserRole changes what is given of a user. Roles replace those that the actions on the enterprise's users have
// granted; those that a project has given stay.
func (p *Product) ModifyUserRole(ctx context.Context, c *call.Call, in *bi20220105.ModifyUserRoleRequest) (*bi20220105.ModifyUserRoleResponse, error) {
	return &bi20220105.ModifyUserRoleResponse{Msg: success}, p.changeUser(ctx, c, value(in.UserId), changes{
		profile: profile{name: value(in.UserName), email: value(in.Email), phone: value(in.PhoneNumber), areaCode: value(in.AreaCode), appUserID: value(in.AppUserId)},
		roles:   in.RoleIdList, loginSecurity: in.LoginSecurityStatus, resetTip: in.ResetPassWordTip, forceReset: in.ForceResetPassWord, expiresIn: in.PasswordExpired,
	})
}

// ModifyUserDetailInfo is ModifyUserRole, and replaces the groups of the user by those that are given.
func (p *Product) ModifyUserDetailInfo(ctx context.Context, c *call.Call, in *bi20220105.ModifyUserDetailInfoRequest) (*bi20220105.ModifyUserDetailInfoResponse, error) {
	return &bi20220105.ModifyUserDetailInfoResponse{Msg: success}, p.changeUser(ctx, c, value(in.UserId), changes{
		profile: profile{name: value(in.UserName), email: value(in.Email), phone: value(in.PhoneNumber), areaCode: value(in.AreaCode), appUserID: value(in.AppUserId)},
		roles:   in.RoleIdList, groups: in.UserGroupIdList,
		loginSecurity: in.LoginSecurityStatus, resetTip: in.ResetPassWordTip, forceReset: in.ForceResetPassWord, expiresIn: in.PasswordExpired,
	})
}

func (p *Product) changeUser(ctx context.Context, c *call.Call, userID string, with changes) error {
	if userID == "" {
		return missing("UserId")
	}
	return p.write(ctx, c, need{right: writeCorp}, func(tx *store.Tx, who *caller) error {
		if err := checkLengths(nil, with.roles, with.groups); err != nil {
			return err
		}
		roles, err := rolesByID(ctx, tx, c.Account(), enterprise, with.roles)
		if err != nil {
			return err
		}
		if err := checkGroups(ctx, tx, c.Account(), "UserGroupIdList", with.groups); err != nil {
			return err
		}
		u, err := userByID(ctx, tx, c.Account(), userID)
		if err != nil {
			return err
		}
		touched(c, &u)
		if u.isRoot(c.Account()) && len(roles) > 0 && (len(roles) > 1 || roles[0].Code != corpAdmin) {
			return errNotAuthorized
		}
		if err := with.apply(ctx, tx, c.Account(), &u); err != nil {
			return err
		}
		u.UpdatedBy, u.Updated = who.by, c.At.UnixMilli()
		if err := saveUser(ctx, tx, c.Account(), u); err != nil {
			return err
		}
		if len(roles) > 0 {
			err = replaceRoles(ctx, tx, c, u.ID, func(h held) bool { return h.via == viaCorp }, roles, viaCorp)
		}
		if err == nil && len(with.groups) > 0 {
			err = p.replaceGroups(ctx, tx, c, u.ID, with.groups, who.by)
		}
		return err
	})
}

// apply checks the changes and makes them in u.
func (with *changes) apply(ctx context.Context, tx *store.Tx, a store.Account, u *User) error {
	if err := with.check(""); err != nil {
		return err
	}
	for _, f := range []struct {
		name  string
		given *int64
		into  *int64
		takes []int64
	}{
		{"LoginSecurityStatus", with.loginSecurity, &u.LoginSecurityStatus, []int64{0, 1}},
		{"ResetPassWordTip", with.resetTip, &u.ResetPasswordTip, []int64{0, 1}},
		{"ForceResetPassWord", with.forceReset, &u.ForceReset, []int64{0, 1}},
		{"PasswordExpired", with.expiresIn, &u.PasswordDays, []int64{30, 60, 90, 180}},
	} {
		if f.given == nil {
			continue
		}
		if !slices.Contains(f.takes, *f.given) {
			return invalid(f.name, *f.given)
		}
		*f.into = *f.given
	}
	own, err := identityByUIN(ctx, tx, a, u.UIN)
	if err != nil {
		return err
	}
	return u.complete(ctx, tx, a, own, "", with.profile)
}

// replaceGroups makes groups the only ones that a user is in; those that he is in already keep the day he joined.
func (p *Product) replaceGroups(ctx context.Context, tx *store.Tx, c *call.Call, user int64, groups []int64, by string) error {
	current, err := store.Collect(ctx, tx, scanInt, `SELECT group_id FROM bi_group_members WHERE account = $1 AND bi_user = $2`, c.Account(), user)
	if err != nil {
		return err
	}
	for _, g := range current {
		if slices.Contains(groups, g) {
			continue
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM bi_group_members WHERE account = $1 AND group_id = $2 AND bi_user = $3`, c.Account(), g, user); err != nil {
			return err
		}
	}
	return p.join(ctx, tx, c.Account(), user, groups, by, c.At)
}

// DeleteUserRole removes a user from BI with all that he has there. The identity stays: it is the directory's.
func (p *Product) DeleteUserRole(ctx context.Context, c *call.Call, in *bi20220105.DeleteUserRoleRequest) (*bi20220105.DeleteUserRoleResponse, error) {
	return &bi20220105.DeleteUserRoleResponse{Msg: success}, p.write(ctx, c, need{right: writeCorp}, func(tx *store.Tx, _ *caller) error {
		u, err := userByID(ctx, tx, c.Account(), in.UserId)
		if err != nil {
			return err
		}
		if u.isRoot(c.Account()) {
			return errNotAuthorized
		}
		touched(c, &u)
		return removeUser(ctx, tx, c.Account(), u)
	})
}
