package eiam

import (
	"context"
	"fmt"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
)

// Who can have a permission.
const (
	holderRole    = "role"
	holderAccount = "account"
)

// held is what a role or an account has been given itself. What an account has through its roles is not repeated with it:
// an application that copied that would keep it when the role is taken away.
type held struct {
	roles, functions, data []eiamv2.PermissionReference // never nil
}

// heldBy is what some roles or accounts have been given, by their ids, oldest first. Roles of accounts are asked for alone
// where the application has roles.
func heldBy(ctx context.Context, q store.Queryer, a store.Account, kind string, ids []string, roles bool) (map[string]*held, error) {
	all := map[string]*held{}
	for _, id := range ids {
		all[id] = &held{roles: []eiamv2.PermissionReference{}, functions: []eiamv2.PermissionReference{}, data: []eiamv2.PermissionReference{}}
	}
	err := store.Batches(ids, func(batch []any) error {
		in := ` IN (` + store.Placeholders(3, len(batch)) + `)`
		args := append([]any{a, kind}, batch...)
		err := references(ctx, q, all, `SELECT h.holder, p.kind, p.id, p.remote_id FROM eiam_permission_holders h
			JOIN eiam_permissions p ON p.account = h.account AND p.id = h.permission
			WHERE h.account = $1 AND h.holder_kind = $2 AND h.holder`+in+` ORDER BY p.id`, args...)
		if err != nil || !roles {
			return err
		}
		return references(ctx, q, all, `SELECT m.app_account, $2, r.id, r.remote_id FROM eiam_role_members m
			JOIN eiam_roles r ON r.account = m.account AND r.id = m.role
			WHERE m.account = $1 AND m.app_account`+in+` ORDER BY r.id`, append([]any{a, holderRole}, batch...)...)
	})
	if err != nil {
		return nil, fmt.Errorf("read permissions: %w", err)
	}
	return all, nil
}

// references reads rows of a holder, a kind (holderRole for roles), an id and a remote id.
func references(ctx context.Context, q store.Queryer, all map[string]*held, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var holder, kind, id, remote string
		if err := rows.Scan(&holder, &kind, &id, &remote); err != nil {
			return err
		}
		h := all[holder]
		group := map[string]*[]eiamv2.PermissionReference{holderRole: &h.roles, kindFunction: &h.functions, kindData: &h.data}[kind]
		*group = append(*group, eiamv2.PermissionReference{Id: id, RemoteId: nullable(remote)})
	}
	return rows.Err()
}

// GetAccountPermissions shows the roles of an account, and the permissions that it has been given itself.
func (p *Product) GetAccountPermissions(ctx context.Context, c *call.Call, in *eiamv2.GetAccountPermissionsRequest) (*eiamv2.GetAccountPermissionsResponse, error) {
	out := &eiamv2.GetAccountPermissionsResponse{}
	var app *Application
	err := p.read(ctx, c, func(q store.Queryer) (err error) {
		if app, err = p.Application(ctx, q, c, in.AppId); err == nil {
			_, err = GetAccount(ctx, q, c.Account(), in.AppId, in.AccountId)
		}
		return err
	}, func(q store.Queryer) error {
		all, err := heldBy(ctx, q, c.Account(), holderAccount, []string{in.AccountId}, app.RoleModel)
		if err != nil {
			return err
		}
		h := all[in.AccountId]
		out.Roles, out.FuncPerms, out.DataPerms = h.roles, h.functions, h.data
		return nil
	})
	return out, err
}

// ListAccountPermissions lists the accounts of an application, each with what GetAccountPermissions shows; groups that are
// empty are left out.
func (p *Product) ListAccountPermissions(ctx context.Context, c *call.Call, in *eiamv2.ListAccountPermissionsRequest) (*eiamv2.ListAccountPermissionsResponse, error) {
	out := &eiamv2.ListAccountPermissionsResponse{Number: in.Offset, Size: in.Limit, List: []eiamv2.AccountPermissions{}}
	var app *Application
	err := p.read(ctx, c, func(q store.Queryer) (err error) {
		app, err = p.Application(ctx, q, c, in.AppId)
		return err
	}, func(q store.Queryer) error {
		page, total, err := Accounts(ctx, q, c.Account(), in.AppId, "", PageOf(in.Offset, in.Limit))
		if err != nil {
			return err
		}
		ids := make([]string, len(page))
		for i, x := range page {
			ids[i] = x.ID
		}
		all, err := heldBy(ctx, q, c.Account(), holderAccount, ids, app.RoleModel)
		out.Total = total
		for _, id := range ids {
			if h := all[id]; h != nil {
				out.List = append(out.List, eiamv2.AccountPermissions{AccountId: id, Roles: h.roles, FuncPerms: h.functions, DataPerms: h.data})
			}
		}
		return err
	})
	return out, err
}

// GetRolePermissions shows the permissions that a role has been given.
func (p *Product) GetRolePermissions(ctx context.Context, c *call.Call, in *eiamv2.GetRolePermissionsRequest) (*eiamv2.GetRolePermissionsResponse, error) {
	out := &eiamv2.GetRolePermissionsResponse{}
	var r *Role
	err := p.read(ctx, c, p.role(ctx, c, in.AppId, in.RoleId, &r), func(q store.Queryer) error {
		all, err := heldBy(ctx, q, c.Account(), holderRole, []string{r.ID}, false)
		if err != nil {
			return err
		}
		out.FuncPerms, out.DataPerms = all[r.ID].functions, all[r.ID].data
		return nil
	})
	return out, err
}

// ListRolePermissions lists the roles of an application, each with what GetRolePermissions shows; groups that are empty are
// left out.
func (p *Product) ListRolePermissions(ctx context.Context, c *call.Call, in *eiamv2.ListRolePermissionsRequest) (*eiamv2.ListRolePermissionsResponse, error) {
	out := &eiamv2.ListRolePermissionsResponse{Number: in.Offset, Size: in.Limit, List: []eiamv2.RolePermissions{}}
	err := p.read(ctx, c, p.roles(ctx, c, in.AppId), func(q store.Queryer) error {
		page, total, err := listRoles(ctx, q, c.Account(), in.AppId, PageOf(in.Offset, in.Limit))
		if err != nil {
			return err
		}
		ids := make([]string, len(page))
		for i, r := range page {
			ids[i] = r.ID
		}
		all, err := heldBy(ctx, q, c.Account(), holderRole, ids, false)
		out.Total = total
		for _, id := range ids {
			if h := all[id]; h != nil {
				out.List = append(out.List, eiamv2.RolePermissions{RoleId: id, FuncPerms: h.functions, DataPerms: h.data})
			}
		}
		return err
	})
	return out, err
}
