package bi

import (
	"context"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/bi20220105"
)

// CreateUserRoleProject adds users to a project and grants each of them the roles there, or that of a viewer. Who is
// no BI user yet becomes one, as a general user. All or nothing.
func (p *Product) CreateUserRoleProject(ctx context.Context, c *call.Call, in *bi20220105.CreateUserRoleProjectRequest) (*bi20220105.CreateUserRoleProjectResponse, error) {
	if in.ProjectId == nil {
		return nil, missing("ProjectId")
	}
	project := *in.ProjectId
	users, err := candidates(in.UserInfoList, in.UserList)
	if err != nil {
		return nil, err
	}
	out := &bi20220105.CreateUserRoleProjectResponse{Msg: success}
	return out, p.write(ctx, c, need{writeProject, project}, func(tx *store.Tx, who *caller) error {
		if err := checkLengths(users, in.RoleIdList, nil); err != nil {
			return err
		}
		roles, err := rolesByID(ctx, tx, c.Account(), project, in.RoleIdList)
		if err != nil {
			return err
		}
		if len(roles) == 0 {
			viewer, err := roleOf(ctx, tx, c.Account(), project, projectViewer)
			if err != nil {
				return err
			}
			roles = []Role{viewer}
		}
		people, err := identify(ctx, tx, c.Account(), users)
		if err != nil {
			return err
		}
		users, err := p.addUsers(ctx, tx, c, who, people)
		if err != nil {
			return err
		}
		general, err := roleOf(ctx, tx, c.Account(), enterprise, commonUser)
		if err != nil {
			return err
		}
		for _, u := range users {
			granted := roles
			if u.isNew {
				granted = append([]Role{general}, roles...)
			}
			if err := grant(ctx, tx, c.Account(), u.ID, granted, viaProject, c.At); err != nil {
				return err
			}
		}
		out.Data.Id = users[0].ID
		return nil
	})
}

// memberByID finds a user with a role in a project. The error is noUser.
func memberByID(ctx context.Context, q store.Queryer, a store.Account, project int64, userID string) (User, error) {
	u, err := userByID(ctx, q, a, userID)
	if err != nil {
		return u, err
	}
	n, err := store.Count(ctx, q, `SELECT COUNT(*) FROM bi_grants WHERE account = $1 AND bi_user = $2 AND project = $3`, a, u.ID, project)
	if err == nil && n == 0 {
		err = noUser(userID)
	}
	return u, err
}

// ModifyUserRoleProject changes what is given of a member of a project. Roles replace all that he has in the project.
func (p *Product) ModifyUserRoleProject(ctx context.Context, c *call.Call, in *bi20220105.ModifyUserRoleProjectRequest) (*bi20220105.ModifyUserRoleProjectResponse, error) {
	switch {
	case in.ProjectId == nil:
		return nil, missing("ProjectId")
	case value(in.UserId) == "":
		return nil, missing("UserId")
	}
	project := *in.ProjectId
	with := changes{profile: profile{name: value(in.UserName), email: value(in.Email), appUserID: value(in.AppUserId)}}
	return &bi20220105.ModifyUserRoleProjectResponse{Msg: success}, p.write(ctx, c, need{writeProject, project}, func(tx *store.Tx, who *caller) error {
		if err := checkLengths(nil, in.RoleIdList, nil); err != nil {
			return err
		}
		roles, err := rolesByID(ctx, tx, c.Account(), project, in.RoleIdList)
		if err != nil {
			return err
		}
		u, err := memberByID(ctx, tx, c.Account(), project, *in.UserId)
		if err != nil {
			return err
		}
		touched(c, &u)
		before := u.profile
		if err := with.apply(ctx, tx, c.Account(), &u); err != nil {
			return err
		}
		if err := who.mayReach(ctx, tx, c.Account(), &u, before); err != nil {
			return err
		}
		u.UpdatedBy, u.Updated = who.by, c.At.UnixMilli()
		if err := saveUser(ctx, tx, c.Account(), u); err != nil || len(roles) == 0 {
			return err
		}
		return replaceRoles(ctx, tx, c, u.ID, func(h held) bool { return h.project == project }, roles, viaProject)
	})
}

// DeleteUserRoleProject removes a member from a project: his roles there, his rights on its pages, and the tokens with
// which he was shown it. He stays a BI user. The last administrator of a project may go: its owner and the enterprise's
// administrators remain.
func (p *Product) DeleteUserRoleProject(ctx context.Context, c *call.Call, in *bi20220105.DeleteUserRoleProjectRequest) (*bi20220105.DeleteUserRoleProjectResponse, error) {
	return &bi20220105.DeleteUserRoleProjectResponse{Msg: success}, p.write(ctx, c, need{writeProject, in.ProjectId}, func(tx *store.Tx, _ *caller) error {
		u, err := memberByID(ctx, tx, c.Account(), in.ProjectId, in.UserId)
		if err != nil {
			return err
		}
		touched(c, &u)
		for _, s := range []string{
			`bi_grants WHERE account = $1 AND project = $2 AND bi_user = $3`,
			`bi_page_rights WHERE account = $1 AND project = $2 AND holder_kind = 1 AND holder = $3`,
			`bi_embed_tokens WHERE account = $1 AND embed IN (SELECT id FROM bi_embeds WHERE account = $1 AND project = $2 AND bi_user = $3)`,
			`bi_embeds WHERE account = $1 AND project = $2 AND bi_user = $3`,
		} {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+s, c.Account(), in.ProjectId, u.ID); err != nil {
				return err
			}
		}
		return nil
	})
}
