package eiam

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
)

// Role is a role of an application, which it enforces itself.
type Role struct {
	ID          string
	App         string
	Code        string // unique in the application
	Name        string
	Parent      string // "" at the top
	Sequence    int64
	Description string
	Disabled    bool
	RemoteID    string // its id in the application, "" if it has none
}

const roleColumns = `r.id, r.app, r.code, r.name, r.parent, r.sequence, r.description, r.disabled, r.remote_id`

func scanRole(s store.Row) (*Role, error) {
	var r Role
	if err := s.Scan(&r.ID, &r.App, &r.Code, &r.Name, &r.Parent, &r.Sequence, &r.Description, &r.Disabled, &r.RemoteID); err != nil {
		return nil, fmt.Errorf("read role: %w", err)
	}
	return &r, nil
}

// GetRole finds a role of an application. APP.ROLE.0002 where there is none, also if another application has it.
func GetRole(ctx context.Context, q store.Queryer, a store.Account, app, id string) (*Role, error) {
	return one(ctx, q, code.APPROLE0002, scanRole, `SELECT `+roleColumns+` FROM eiam_roles r WHERE r.account = $1 AND r.app = $2 AND r.id = $3`, a, app, id)
}

// CreateRole makes a role and answers its id. What it refers to is the caller's to look for. COM.0601, APP.ROLE.0001.
func CreateRole(ctx context.Context, tx *store.Tx, a store.Account, in Role, at time.Time) (id string, err error) {
	in.Code, in.Name = strings.TrimSpace(in.Code), strings.TrimSpace(in.Name)
	if !isTitle(in.Code, maxCode) || !isTitle(in.Name, maxName) {
		return "", fault.New(codeParameter)
	}
	if err := refuseIfAny(ctx, tx, code.APPROLE0001, `eiam_roles WHERE account = $1 AND app = $2 AND code = $3`, a, in.App, in.Code); err != nil {
		return "", err
	}
	if id, err = directory.NextID(ctx, tx, "eiam_roles", a, at); err != nil {
		return "", err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO eiam_roles (account, id, app, code, name, parent, sequence, description, disabled, remote_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, a, id, in.App, in.Code, in.Name, in.Parent, in.Sequence, in.Description, in.Disabled, in.RemoteID)
	if err != nil {
		return "", fmt.Errorf("create role: %w", err)
	}
	return id, nil
}

// RenameRole changes the name of a role that is there. COM.0601.
func RenameRole(ctx context.Context, tx *store.Tx, a store.Account, id, name string) error {
	if name = strings.TrimSpace(name); !isTitle(name, maxName) {
		return fault.New(codeParameter)
	}
	return run(ctx, tx, "rename role", []string{`UPDATE eiam_roles SET name = $3 WHERE account = $1 AND id = $2`}, a, id, name)
}

// DeleteRole takes a role from whoever has it and deletes it, with what it permits. Roles below it come to the top.
func DeleteRole(ctx context.Context, tx *store.Tx, a store.Account, id string) error {
	return run(ctx, tx, "delete role", []string{
		`DELETE FROM eiam_role_members WHERE account = $1 AND role = $2`,
		`DELETE FROM eiam_permission_holders WHERE account = $1 AND holder_kind = 'role' AND holder = $2`,
		`UPDATE eiam_roles SET parent = '' WHERE account = $1 AND parent = $2`,
		`DELETE FROM eiam_roles WHERE account = $1 AND id = $2`,
	}, a, id)
}

// withRoles finds the application that a call names, and refuses one that has no roles.
func (p *Product) withRoles(ctx context.Context, q store.Queryer, c *call.Call, id string) (*Application, error) {
	app, err := p.Application(ctx, q, c, id)
	if err == nil && !app.RoleModel {
		return nil, fault.New(code.APPOBJECTMODEL0006)
	}
	return app, err
}

// roles is the look for the application that a path names, which must have roles.
func (p *Product) roles(ctx context.Context, c *call.Call, app string) look {
	return func(q store.Queryer) error {
		_, err := p.withRoles(ctx, q, c, app)
		return err
	}
}

// role is the look for the role that a path names, in the application that it names before; what is found is in found.
func (p *Product) role(ctx context.Context, c *call.Call, app, id string, found **Role) look {
	return func(q store.Queryer) error {
		_, err := p.withRoles(ctx, q, c, app)
		if err == nil {
			*found, err = GetRole(ctx, q, c.Account(), app, id)
		}
		return err
	}
}

// CreateRole makes a role of an application.
func (p *Product) CreateRole(ctx context.Context, c *call.Call, in *eiamv2.CreateRoleRequest) (*eiamv2.CreateRoleResponse, error) {
	out := &eiamv2.CreateRoleResponse{}
	err := p.write(ctx, c, p.roles(ctx, c, in.AppId), func(tx *store.Tx) (err error) {
		if out.RoleId, err = CreateRole(ctx, tx, c.Account(), Role{App: in.AppId, Code: in.Code, Name: in.Name}, c.At); err == nil {
			touched(c, "role", out.RoleId)
		}
		return err
	})
	return out, err
}

// UpdateRole changes the name of a role.
func (p *Product) UpdateRole(ctx context.Context, c *call.Call, in *eiamv2.UpdateRoleRequest) (*eiamv2.UpdateRoleResponse, error) {
	var r *Role
	err := p.write(ctx, c, p.role(ctx, c, in.AppId, in.RoleId, &r), func(tx *store.Tx) error {
		return RenameRole(ctx, tx, c.Account(), r.ID, in.Name)
	})
	return &eiamv2.UpdateRoleResponse{RoleId: in.RoleId}, err
}

// DeleteRole deletes a role.
func (p *Product) DeleteRole(ctx context.Context, c *call.Call, in *eiamv2.DeleteRoleRequest) (*eiamv2.DeleteRoleResponse, error) {
	var r *Role
	err := p.write(ctx, c, p.role(ctx, c, in.AppId, in.RoleId, &r), func(tx *store.Tx) error {
		return DeleteRole(ctx, tx, c.Account(), r.ID)
	})
	return &eiamv2.DeleteRoleResponse{}, err
}

// GetRole shows a role.
func (p *Product) GetRole(ctx context.Context, c *call.Call, in *eiamv2.GetRoleRequest) (*eiamv2.GetRoleResponse, error) {
	var out eiamv2.GetRoleResponse
	var r *Role
	err := p.read(ctx, c, p.role(ctx, c, in.AppId, in.RoleId, &r), func(store.Queryer) error {
		out = eiamv2.GetRoleResponse(r.show())
		return nil
	})
	return &out, err
}

// show is a role as answers have it.
func (r *Role) show() eiamv2.Role {
	return eiamv2.Role{Id: r.ID, Code: r.Code, Name: r.Name, ParentId: nullable(r.Parent), Sequence: &r.Sequence, Description: nullable(r.Description),
		Disabled: r.Disabled, RemoteId: nullable(r.RemoteID)}
}

// ListRoles lists the roles of an application.
func (p *Product) ListRoles(ctx context.Context, c *call.Call, in *eiamv2.ListRolesRequest) (*eiamv2.ListRolesResponse, error) {
	out := &eiamv2.ListRolesResponse{Offset: in.Offset, Limit: in.Limit, Roles: []eiamv2.Role{}}
	err := p.read(ctx, c, p.roles(ctx, c, in.AppId), func(q store.Queryer) error {
		page, total, err := listRoles(ctx, q, c.Account(), in.AppId, PageOf(in.Offset, in.Limit))
		out.Total = total
		for _, r := range page {
			out.Roles = append(out.Roles, r.show())
		}
		return err
	})
	return out, err
}

func listRoles(ctx context.Context, q store.Queryer, a store.Account, app string, page Page) ([]*Role, int64, error) {
	return list(ctx, q, scanRole, roleColumns, `eiam_roles r WHERE r.account = $1 AND r.app = $2`, `r.id`, page, a, app)
}
