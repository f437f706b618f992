package bi

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/bi20220105"
)

// Project is a row of a project.
type Project struct {
	ID                          int64
	Name, ColorCode, Logo, Mark string
	Apply                       bool
	DefaultPanel                int64
	ManagePlatform              string
	Seed, PanelScope            string // opaque
	Owner                       int64  // a BI user
	CreatedBy                   string
	Created                     int64 // unix milliseconds
	UpdatedBy                   string
	Updated                     int64
}

const projectColumns = `id, name, color_code, logo, mark, is_apply, default_panel, manage_platform, seed, panel_scope, owner, created_by, created_at, updated_by, updated_at`

func scanProject(r store.Row) (x Project, err error) {
	err = r.Scan(&x.ID, &x.Name, &x.ColorCode, &x.Logo, &x.Mark, &x.Apply, &x.DefaultPanel, &x.ManagePlatform, &x.Seed, &x.PanelScope, &x.Owner,
		&x.CreatedBy, &x.Created, &x.UpdatedBy, &x.Updated)
	return x, err
}

// projectByID finds a project; errNoProject if there is none.
func projectByID(ctx context.Context, q store.Queryer, a store.Account, id int64) (Project, error) {
	return store.One(ctx, q, scanProject, errNoProject, `SELECT `+projectColumns+` FROM bi_projects WHERE account = $1 AND id = $2`, a, id)
}

// check refuses what a project cannot hold, and a name that another one has.
func (x *Project) check(ctx context.Context, q store.Queryer, a store.Account) error {
	for _, f := range []struct {
		name, value string
		most        int
	}{{"Name", x.Name, 64}, {"ColorCode", x.ColorCode, 64}, {"Logo", x.Logo, 1024}, {"Mark", x.Mark, 255}, {"ManagePlatform", x.ManagePlatform, 64},
		{"Seed", x.Seed, 255}, {"PanelScope", x.PanelScope, 255}} {
		if utf8.RuneCountInString(f.value) > f.most {
			return invalid(f.name, f.value)
		}
	}
	switch {
	case x.Name == "":
		return invalid("Name", x.Name)
	case x.DefaultPanel != 1 && x.DefaultPanel != 2:
		return invalid("DefaultPanelType", x.DefaultPanel)
	}
	n, err := store.Count(ctx, q, `SELECT COUNT(*) FROM bi_projects WHERE account = $1 AND name = $2 AND id <> $3`, a, x.Name, x.ID)
	if err == nil && n > 0 {
		err = invalid("Name", x.Name)
	}
	return err
}

// projectResource names a project in audit records.
func projectResource(a store.Account, id int64) string {
	return fmt.Sprintf("qcs::bi::uin/%d:project/%d", int64(a), id)
}

// take overwrites a text with one that is given.
func take(into *string, given *string) {
	if s := value(given); s != "" {
		*into = s
	}
}

// CreateProject makes a project with its roles. The caller owns and administers it; the root does, for a caller that is no
// BI user.
func (p *Product) CreateProject(ctx context.Context, c *call.Call, in *bi20220105.CreateProjectRequest) (*bi20220105.CreateProjectResponse, error) {
	out := &bi20220105.CreateProjectResponse{Msg: success}
	return out, p.write(ctx, c, need{right: writeCorp}, func(tx *store.Tx, who *caller) error {
		x := Project{Name: strings.TrimSpace(in.Name), ColorCode: in.ColorCode, Logo: value(in.Logo), Mark: value(in.Mark), Apply: value(in.IsApply), DefaultPanel: 1,
			ManagePlatform: value(in.ManagePlatform), Seed: newSeed(), CreatedBy: who.by, Created: c.At.UnixMilli(), UpdatedBy: who.by, Updated: c.At.UnixMilli()}
		if in.DefaultPanelType != nil {
			x.DefaultPanel = *in.DefaultPanelType
		}
		if err := x.check(ctx, tx, c.Account()); err != nil {
			return err
		}
		owner, err := who.orRoot(ctx, tx, c.Account())
		if err != nil {
			return err
		}
		x.Owner = owner.ID
		if x.ID, err = p.insertProject(ctx, tx, c.Account(), x); err != nil {
			return err
		}
		roles, err := createRoles(ctx, tx, c.Account(), x.ID, who.by, c.At)
		if err != nil {
			return err
		}
		out.Data.Id = x.ID
		c.Touched(projectResource(c.Account(), x.ID))
		return grant(ctx, tx, c.Account(), owner.ID, roles[:1], viaProject, c.At)
	})
}

// orRoot is the caller's BI user, or the root's for a caller who is none.
func (w *caller) orRoot(ctx context.Context, q store.Queryer, a store.Account) (User, error) {
	if w.user != nil {
		return *w.user, nil
	}
	return rootUser(ctx, q, a)
}

func newSeed() string {
	var raw [16]byte
	rand.Read(raw[:])
	return hex.EncodeToString(raw[:])
}

func (p *Product) insertProject(ctx context.Context, tx *store.Tx, a store.Account, x Project) (int64, error) {
	n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM bi_projects WHERE account = $1`, a)
	if err != nil {
		return 0, err
	}
	if err := p.exceeded(account.BIProjects, n+1); err != nil {
		return 0, err
	}
	id, err := nextID(ctx, tx)
	if err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO bi_projects (account, `+projectColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		a, id, x.Name, x.ColorCode, x.Logo, x.Mark, flag(x.Apply), x.DefaultPanel, x.ManagePlatform, x.Seed, x.PanelScope, x.Owner, x.CreatedBy, x.Created, x.UpdatedBy, x.Updated)
	if err != nil {
		return 0, fmt.Errorf("make project: %w", err)
	}
	return id, nil
}

// ModifyProject changes what is given of a project.
func (p *Product) ModifyProject(ctx context.Context, c *call.Call, in *bi20220105.ModifyProjectRequest) (*bi20220105.ModifyProjectResponse, error) {
	return &bi20220105.ModifyProjectResponse{Msg: success}, p.write(ctx, c, need{writeProject, in.Id}, func(tx *store.Tx, who *caller) error {
		x, err := projectByID(ctx, tx, c.Account(), in.Id)
		if err != nil {
			return err
		}
		c.Touched(projectResource(c.Account(), x.ID))
		take(&x.Name, new(strings.TrimSpace(value(in.Name))))
		take(&x.ColorCode, in.ColorCode)
		take(&x.Logo, in.Logo)
		take(&x.Mark, in.Mark)
		take(&x.ManagePlatform, in.ManagePlatform)
		take(&x.Seed, in.Seed)
		take(&x.PanelScope, in.PanelScope)
		if in.IsApply != nil {
			x.Apply = *in.IsApply
		}
		if in.DefaultPanelType != nil {
			x.DefaultPanel = *in.DefaultPanelType
		}
		if err := x.check(ctx, tx, c.Account()); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE bi_projects SET name = $3, color_code = $4, logo = $5, mark = $6, is_apply = $7, default_panel = $8, manage_platform = $9,
				seed = $10, panel_scope = $11, updated_by = $12, updated_at = $13 WHERE account = $1 AND id = $2`,
			c.Account(), x.ID, x.Name, x.ColorCode, x.Logo, x.Mark, flag(x.Apply), x.DefaultPanel, x.ManagePlatform, x.Seed, x.PanelScope, who.by, c.At.UnixMilli())
		return err
	})
}

// DeleteProject deletes a project with its roles and all that was granted, shown or recorded in it. Users and groups stay.
// One that is not there is UnauthorizedOperation.Authorize, whoever asks: the action has no other code for it.
func (p *Product) DeleteProject(ctx context.Context, c *call.Call, in *bi20220105.DeleteProjectRequest) (*bi20220105.DeleteProjectResponse, error) {
	err := p.write(ctx, c, need{writeProject, in.Id}, func(tx *store.Tx, _ *caller) error {
		c.Touched(projectResource(c.Account(), in.Id))
		return exec(ctx, tx, c.Account(), in.Id,
			`DELETE FROM bi_grants WHERE account = $1 AND project = $2`,
			`DELETE FROM bi_page_rights WHERE account = $1 AND project = $2`,
			`DELETE FROM bi_ranks WHERE account = $1 AND project = $2`,
			`DELETE FROM bi_embed_tokens WHERE account = $1 AND embed IN (SELECT id FROM bi_embeds WHERE account = $1 AND project = $2)`,
			`DELETE FROM bi_embeds WHERE account = $1 AND project = $2`,
			`DELETE FROM bi_datasources WHERE account = $1 AND project = $2`,
			`DELETE FROM bi_roles WHERE account = $1 AND project = $2`,
			`DELETE FROM bi_projects WHERE account = $1 AND id = $2`)
	})
	if errors.Is(err, errNoProject) {
		err = errNotAuthorized
	}
	return &bi20220105.DeleteProjectResponse{Msg: success}, err
}

// DescribeProjectInfo describes a project. Where there is none it succeeds with null, for those who may know: Terraform
// then takes the project for deleted.
func (p *Product) DescribeProjectInfo(ctx context.Context, c *call.Call, in *bi20220105.DescribeProjectInfoRequest) (*bi20220105.DescribeProjectInfoResponse, error) {
	out := &bi20220105.DescribeProjectInfoResponse{Msg: success}
	err := p.read(ctx, c, need{readProject, in.Id}, func(q store.Queryer, who *caller) error {
		x, err := projectByID(ctx, q, c.Account(), in.Id)
		if err != nil {
			return err
		}
		all, err := printProjects(ctx, q, c.Account(), who, []Project{x})
		if err == nil {
			out.Data = &all[0]
		}
		return err
	})
	if errors.Is(err, errNoProject) {
		err = nil
	}
	return out, err
}

// DescribeProjectList lists the projects that the caller has a role in, the newest first; all of them for those who
// administer the enterprise.
func (p *Product) DescribeProjectList(ctx context.Context, c *call.Call, in *bi20220105.DescribeProjectListRequest) (*bi20220105.DescribeProjectListResponse, error) {
	out := &bi20220105.DescribeProjectListResponse{Msg: success}
	w := p.window(c, fromOne, value(in.PageNo), value(in.PageSize), value(in.AllPage))
	return out, p.read(ctx, c, need{right: anyUser}, func(q store.Queryer, who *caller) error {
		role := value(in.ModuleCollection)
		if _, known := roleNames[role]; role != "" && !known {
			return invalid("ModuleCollection", role)
		}
		all, err := store.Collect(ctx, q, scanProject, `SELECT `+projectColumns+` FROM bi_projects WHERE account = $1 ORDER BY id DESC`, c.Account())
		if err != nil {
			return err
		}
		keyword := strings.ToLower(value(in.Keyword))
		all = slices.DeleteFunc(all, func(x Project) bool {
			return !who.seesAll() && !who.in(x.ID) ||
				!strings.Contains(strings.ToLower(x.Name), keyword) ||
				slices.Contains(projectRoles, role) && !who.in(x.ID, role) ||
				len(in.ModuleIdList) > 0 && !slices.ContainsFunc(who.rights(x.ID), func(right string) bool { return slices.Contains(in.ModuleIdList, right) })
		})
		out.Data.Total, out.Data.TotalPages = int64(len(all)), w.pages(int64(len(all)))
		out.Data.List, err = printProjects(ctx, q, c.Account(), who, cut(all, w))
		return err
	})
}

// rights are what the caller may do in a project, as the API names it.
func (w *caller) rights(project int64) []string {
	if w.may(need{writeProject, project}) {
		return []string{"bi_project_read", "bi_project_write"}
	}
	return []string{"bi_project_read"}
}

func printProjects(ctx context.Context, q store.Queryer, a store.Account, who *caller, projects []Project) ([]bi20220105.Project, error) {
	names := newNamer(q, a)
	var all []bi20220105.Project
	for _, x := range projects {
		members, err := store.Count(ctx, q, `SELECT COUNT(DISTINCT bi_user) FROM bi_grants WHERE account = $1 AND project = $2`, a, x.ID)
		if err != nil {
			return nil, err
		}
		owner, err := names.byID(ctx, x.Owner)
		if err != nil {
			return nil, err
		}
		maker, err := names.byUIN(ctx, x.CreatedBy)
		if err != nil {
			return nil, err
		}
		all = append(all, bi20220105.Project{
			Id: x.ID, Logo: x.Logo, Name: x.Name, ColorCode: x.ColorCode, CreatedUser: x.CreatedBy, CreatedAt: wireTime(x.Created), MemberCount: members,
			Apply: x.Apply, UpdatedUser: x.UpdatedBy, UpdatedAt: wireTime(x.Updated), CorpId: corpID(a), Mark: x.Mark, Seed: x.Seed, AuthList: who.rights(x.ID),
			PanelScope: x.PanelScope, ManagePlatform: x.ManagePlatform, CreatedUserName: maker.shown.name, Owner: owner.UserID, OwnerName: owner.shown.name,
		})
	}
	return all, nil
}

// DescribePermissionRoleInfo lists the roles of a project, which is what rules can be made for.
func (p *Product) DescribePermissionRoleInfo(ctx context.Context, c *call.Call, in *bi20220105.DescribePermissionRoleInfoRequest) (*bi20220105.DescribePermissionRoleInfoResponse, error) {
	out := &bi20220105.DescribePermissionRoleInfoResponse{Msg: success}
	w := p.window(c, fromOne, value(in.PageNo), value(in.PageSize), value(in.AllPage))
	return out, p.read(ctx, c, need{readProject, in.ProjectId}, func(q store.Queryer, _ *caller) error {
		roles, err := rolesOf(ctx, q, c.Account(), in.ProjectId)
		if err != nil {
			return err
		}
		for _, r := range cut(roles, w) {
			out.Data = append(out.Data, bi20220105.Role{Id: r.ID, RoleName: roleName(r.Code, c.Language), CorpId: corpID(c.Account()), RoleType: "sys", Scope: "project",
				Description: roleName(r.Code, c.Language), CreatedAt: wireTime(r.Created), CreatedUser: r.CreatedBy, UpdatedAt: wireTime(r.Created), UpdatedUser: r.CreatedBy,
				ScopeType: scopeType(r.Project), CanChoose: true, ModuleCollection: r.Code})
		}
		return nil
	})
}
