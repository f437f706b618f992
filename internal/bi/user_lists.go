package bi

import (
	"context"
	"slices"
	"strconv"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/bi20220105"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// Kinds of users in DescribeUserRoleList.
const (
	enterpriseUsers = "0"
	visitors        = "1" // of whom there are none: no action makes them
)

// DescribeUserRoleList lists the BI users, the newest first, the root among them. RoleList is all that a user has;
// RoleIdList is what the actions on the enterprise's users have granted, and can take away.
func (p *Product) DescribeUserRoleList(ctx context.Context, c *call.Call, in *bi20220105.DescribeUserRoleListRequest) (*bi20220105.DescribeUserRoleListResponse, error) {
	out := &bi20220105.DescribeUserRoleListResponse{Msg: success}
	w := p.window(c, fromOne, in.PageNo, in.PageSize, value(in.AllPage))
	return out, p.read(ctx, c, need{right: readCorp}, func(q store.Queryer, _ *caller) (err error) {
		s := selection{keyword: value(in.Keyword), boundOnly: value(in.IsOnlyBindAppUser)}
		switch value(in.UserType) {
		case "", enterpriseUsers:
		case visitors:
			s.where(`1 = 0`)
		default:
			return invalid("UserType", *in.UserType)
		}
		if text := value(in.ProjectId); text != "" {
			project, bad := strconv.ParseUint(text, 10, 63)
			if bad != nil {
				return invalid("ProjectId", text)
			}
			s.inProject(int64(project), "")
		}
		out.Data, err = printUsers(ctx, q, c, s, w, everyRole, func(h held) bool { return h.via == viaCorp })
		return err
	})
}

// DescribeUserRoleProjectList lists the users of a project, with their roles in it alone.
func (p *Product) DescribeUserRoleProjectList(ctx context.Context, c *call.Call, in *bi20220105.DescribeUserRoleProjectListRequest) (*bi20220105.DescribeUserRoleProjectListResponse, error) {
	out := &bi20220105.DescribeUserRoleProjectListResponse{Msg: success}
	w := p.window(c, fromOne, in.PageNo, in.PageSize, value(in.AllPage))
	return out, p.read(ctx, c, need{readProject, in.ProjectId}, func(q store.Queryer, _ *caller) (err error) {
		s := selection{keyword: value(in.Keyword), boundOnly: value(in.IsOnlyBindAppUser)}
		role := value(in.RoleCode)
		if role != "" && !slices.Contains(projectRoles, role) {
			return invalid("RoleCode", role)
		}
		s.inProject(in.ProjectId, role)
		if len(in.UserIdList) > 0 {
			if err := checkLength("users", len(in.UserIdList), maxPageSize); err != nil {
				return err
			}
			if s.only, err = uins(ctx, q, c.Account(), in.UserIdList); err != nil {
				return err
			}
		}
		ofProject := func(h held) bool { return h.project == in.ProjectId }
		out.Data, err = printUsers(ctx, q, c, s, w, ofProject, ofProject)
		return err
	})
}

func everyRole(held) bool { return true }

// uins are the people that UserIds mean; who is not there is left out.
func uins(ctx context.Context, q store.Queryer, a store.Account, ids []string) (map[int64]bool, error) {
	found := map[int64]bool{}
	for _, id := range ids {
		who, err := identityByID(ctx, q, a, id)
		if fault.Is(err, code.UnauthorizedOperationUserNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		found[who.uin] = true
	}
	return found, nil
}

// printUsers is a page of users. shown says which roles RoleList has, ids which RoleIdList has.
func printUsers(ctx context.Context, q store.Queryer, c *call.Call, s selection, w window, shown, ids func(held) bool) (out bi20220105.UserRoleListData, err error) {
	users, total, err := s.page(ctx, q, c.Account(), w)
	if err != nil {
		return out, err
	}
	out.Total, out.TotalPages = total, w.pages(total)
	d, err := detailsOf(ctx, q, c.Account(), users)
	if err != nil {
		return out, err
	}
	for _, x := range users {
		item := bi20220105.UserRoleListDataUserRoleInfo{
			Id: x.ID, UserId: x.UserID, UserName: x.shown.name, CorpId: corpID(c.Account()), Email: x.shown.email,
			RoleList: d.printedRoles(x.ID, c.Language, shown), RoleIdList: []int64{}, UserGroupList: d.groups[x.ID],
			CreatedUser: x.CreatedBy, CreatedAt: wireTime(x.Created), UpdatedUser: x.UpdatedBy, UpdatedAt: wireTime(x.Updated), LastLogin: x.lastLogin(),
			Status: x.status(), PhoneNumber: x.shown.phone, AreaCode: x.shown.areaCode, RootAccount: x.isRoot(c.Account()),
			CorpAdmin: slices.ContainsFunc(d.roles[x.ID], func(h held) bool { return h.code == corpAdmin }),
			AppUserId: x.messenger(), AppUserName: orNull(x.shown.appUserName), InValidateAppRange: x.inRange(), EmailActivationStatus: noActivation,
		}
		for _, h := range d.roles[x.ID] {
			if ids(h) && !slices.Contains(item.RoleIdList, h.role) {
				item.RoleIdList = append(item.RoleIdList, h.role)
			}
		}
		out.List = append(out.List, item)
	}
	return out, nil
}

// noActivation is the EmailActivationStatus of everybody: nobody logs in with an address that would have to be proved.
const noActivation = -1

// DescribeUserProjectList lists the users of a project, or without one all of the enterprise, as those who pick users see
// them.
func (p *Product) DescribeUserProjectList(ctx context.Context, c *call.Call, in *bi20220105.DescribeUserProjectListRequest) (*bi20220105.DescribeUserProjectListResponse, error) {
	out := &bi20220105.DescribeUserProjectListResponse{Msg: success}
	w := p.window(c, fromOne, value(in.PageNo), value(in.PageSize), value(in.AllPage))
	needed := need{right: readCorp}
	project := value(in.ProjectId)
	if project != enterprise {
		needed = need{readProject, project}
	}
	return out, p.read(ctx, c, needed, func(q store.Queryer, who *caller) error {
		s := selection{keyword: value(in.Keyword)}
		if project != enterprise {
			s.inProject(project, "")
		}
		if value(in.IsFilterPerAuthUser) {
			s.where(`NOT EXISTS (SELECT 1 FROM bi_grants g JOIN bi_roles r ON r.account = g.account AND r.id = g.role
				WHERE g.account = b.account AND g.bi_user = b.id AND r.code = $?)`, corpAdmin)
		}
		if value(in.IsFilterCurrentUser) && who.user != nil {
			s.where(`b.id <> $?`, who.user.ID)
		}
		users, total, err := s.page(ctx, q, c.Account(), w)
		if err != nil {
			return err
		}
		d, err := detailsOf(ctx, q, c.Account(), users)
		if err != nil {
			return err
		}
		out.Data.Total, out.Data.TotalPages = total, w.pages(total)
		for _, x := range users {
			out.Data.List = append(out.Data.List, printUser(c, x, strongest(d.roles[x.ID])))
		}
		return nil
	})
}

// strongest is the code of the strongest role of the enterprise that is among roles: who has none is a general user.
func strongest(roles []held) string {
	for _, code := range corpRoles {
		if slices.ContainsFunc(roles, func(h held) bool { return h.code == code }) {
			return code
		}
	}
	return commonUser
}

func printUser(c *call.Call, x person, role string) bi20220105.UserIdAndUserName {
	return bi20220105.UserIdAndUserName{
		UserId: &x.UserID, UserName: &x.shown.name, CorpId: new(corpID(c.Account())), Email: &x.shown.email, LastLogin: x.lastLogin(),
		Status: new(x.status()), FirstModify: new(int64(0)), PhoneNumber: &x.shown.phone, AreaCode: &x.shown.areaCode,
		CreatedUser: &x.CreatedBy, CreatedAt: new(isoTime(x.Created)), UpdatedUser: &x.UpdatedBy, UpdatedAt: new(isoTime(x.Updated)),
		GlobalUserName: new(roleName(role, c.Language)), GlobalUserCode: &role, Mobile: &x.shown.phone,
		AppUserId: x.messenger(), AppUserName: orNull(x.shown.appUserName), InValidateAppRange: x.inRange(),
		EmailActivationStatus: new(int64(noActivation)), Id: &x.ID, LarkOpenId: orNull(x.shown.larkOpenID),
	}
}
