package eiam

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
)

// idsAmong are those of some ids that a condition on a table has; $1 and $2 are the arguments.
func idsAmong(ctx context.Context, q store.Queryer, column, from string, first, second any, ids []string) (map[string]bool, error) {
	found := map[string]bool{}
	err := store.Batches(ids, func(batch []any) error {
		all, err := texts(ctx, q, `SELECT `+column+` FROM `+from+` AND `+column+` IN (`+store.Placeholders(3, len(batch))+`)`, append([]any{first, second}, batch...)...)
		for _, id := range all {
			found[id] = true
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look which of some are there: %w", err)
	}
	return found, nil
}

// parted are ids in their order, each once: those that are good and the others.
func parted(ids []string, good func(id string) bool) (yes, no []string) {
	yes, no = []string{}, []string{}
	seen := map[string]bool{}
	for _, id := range ids {
		switch {
		case seen[id]:
		case good(id):
			yes = append(yes, id)
		default:
			no = append(no, id)
		}
		seen[id] = true
	}
	return yes, no
}

// AddRoles gives roles to an account; those that it has it keeps. All are there, and of its application.
func AddRoles(ctx context.Context, tx *store.Tx, a store.Account, account string, roles []string) error {
	return addMembers(ctx, tx, `($1, $%d, $2)`, a, account, roles)
}

// AddMembers gives a role to accounts; those that have it keep it. All are there, and of its application.
func AddMembers(ctx context.Context, tx *store.Tx, a store.Account, role string, accounts []string) error {
	return addMembers(ctx, tx, `($1, $2, $%d)`, a, role, accounts)
}

func addMembers(ctx context.Context, tx *store.Tx, values string, a store.Account, single string, many []string) error {
	return store.Batches(many, func(batch []any) error {
		rows := make([]string, len(batch))
		for i := range rows {
			rows[i] = fmt.Sprintf(values, 3+i)
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO eiam_role_members (account, role, app_account) VALUES `+strings.Join(rows, ", ")+` ON CONFLICT DO NOTHING`,
			append([]any{a, single}, batch...)...)
		if err != nil {
			return fmt.Errorf("add role members: %w", err)
		}
		return nil
	})
}

// RemoveRoles takes roles from an account; of those that it does not have nothing changes.
func RemoveRoles(ctx context.Context, tx *store.Tx, a store.Account, account string, roles []string) error {
	return removeMembers(ctx, tx, `app_account = $2 AND role`, a, account, roles)
}

// RemoveMembers takes a role from accounts; for those that do not have it nothing changes.
func RemoveMembers(ctx context.Context, tx *store.Tx, a store.Account, role string, accounts []string) error {
	return removeMembers(ctx, tx, `role = $2 AND app_account`, a, role, accounts)
}

func removeMembers(ctx context.Context, tx *store.Tx, which string, a store.Account, single string, many []string) error {
	return store.Batches(many, func(batch []any) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM eiam_role_members WHERE account = $1 AND `+which+` IN (`+store.Placeholders(3, len(batch))+`)`,
			append([]any{a, single}, batch...)...)
		if err != nil {
			return fmt.Errorf("remove role members: %w", err)
		}
		return nil
	})
}

// roleAccount is the look for the account whose roles are to change; the application is in app.
func (p *Product) roleAccount(ctx context.Context, c *call.Call, id, account string, app **Application) look {
	return func(q store.Queryer) (err error) {
		if *app, err = p.withRoles(ctx, q, c, id); err == nil {
			_, err = GetAccount(ctx, q, c.Account(), id, account)
		}
		return err
	}
}

// AddAccountRoles gives roles to an account. Roles that are not there are told and passed over; more than one where the
// application allows one refuses all. Repeating it changes nothing.
func (p *Product) AddAccountRoles(ctx context.Context, c *call.Call, in *eiamv2.AddAccountRolesRequest) (*eiamv2.AddAccountRolesResponse, error) {
	out := &eiamv2.AddAccountRolesResponse{}
	var app *Application
	err := p.write(ctx, c, p.roleAccount(ctx, c, in.AppId, in.AccountId, &app), func(tx *store.Tx) error {
		known, err := idsAmong(ctx, tx, "id", `eiam_roles WHERE account = $1 AND app = $2`, c.Account(), in.AppId, in.RoleIds)
		if err != nil {
			return err
		}
		out.SuccessList, out.FailList = parted(in.RoleIds, func(id string) bool { return known[id] })
		if app.SingleRole {
			held, err := texts(ctx, tx, `SELECT role FROM eiam_role_members WHERE account = $1 AND app_account = $2`, c.Account(), in.AccountId)
			if err != nil {
				return fmt.Errorf("read roles of an account: %w", err)
			}
			_, added := parted(out.SuccessList, func(id string) bool { return slices.Contains(held, id) })
			if len(added) > 0 && len(held)+len(added) > 1 {
				return fault.New(code.APPROLE0004)
			}
		}
		return AddRoles(ctx, tx, c.Account(), in.AccountId, out.SuccessList)
	})
	return out, err
}

// RemoveAccountRoles takes roles from an account. Roles that are not there are told and passed over.
func (p *Product) RemoveAccountRoles(ctx context.Context, c *call.Call, in *eiamv2.RemoveAccountRolesRequest) (*eiamv2.RemoveAccountRolesResponse, error) {
	out := &eiamv2.RemoveAccountRolesResponse{}
	var app *Application
	err := p.write(ctx, c, p.roleAccount(ctx, c, in.AppId, in.AccountId, &app), func(tx *store.Tx) error {
		known, err := idsAmong(ctx, tx, "id", `eiam_roles WHERE account = $1 AND app = $2`, c.Account(), in.AppId, in.RoleIds)
		if err != nil {
			return err
		}
		out.SuccessList, out.FailList = parted(in.RoleIds, func(id string) bool { return known[id] })
		return RemoveRoles(ctx, tx, c.Account(), in.AccountId, out.SuccessList)
	})
	return out, err
}

// AddRoleMembers gives a role to accounts. Accounts that are not there, and those that have another role where the
// application allows one, are told and passed over.
func (p *Product) AddRoleMembers(ctx context.Context, c *call.Call, in *eiamv2.AddRoleMembersRequest) (*eiamv2.AddRoleMembersResponse, error) {
	out := &eiamv2.AddRoleMembersResponse{}
	var app *Application
	err := p.write(ctx, c, func(q store.Queryer) (err error) {
		app, err = p.withRoles(ctx, q, c, in.AppId)
		return err
	}, func(tx *store.Tx) error {
		known, err := accountsAmong(ctx, tx, c.Account(), in.AppId, in.RoleId, in.AccountIds)
		if err != nil {
			return err
		}
		var members, others map[string]bool
		if app.SingleRole {
			if members, err = idsAmong(ctx, tx, "app_account", `eiam_role_members WHERE account = $1 AND role = $2`, c.Account(), in.RoleId, in.AccountIds); err != nil {
				return err
			}
			if others, err = idsAmong(ctx, tx, "app_account", `eiam_role_members WHERE account = $1 AND role <> $2`, c.Account(), in.RoleId, in.AccountIds); err != nil {
				return err
			}
		}
		out.SuccessList, out.FailList = parted(in.AccountIds, func(id string) bool { return known[id] && (members[id] || !others[id]) })
		return AddMembers(ctx, tx, c.Account(), in.RoleId, out.SuccessList)
	})
	return out, err
}

// accountsAmong are those of some ids that accounts of an application have, which must have the role. APP.ROLE.0002.
func accountsAmong(ctx context.Context, q store.Queryer, a store.Account, app, role string, ids []string) (map[string]bool, error) {
	if _, err := GetRole(ctx, q, a, app, role); err != nil {
		return nil, err
	}
	return idsAmong(ctx, q, "id", `eiam_accounts WHERE account = $1 AND app = $2`, a, app, ids)
}

// RemoveRoleMembers takes a role from accounts. Accounts that are not there are told and passed over.
func (p *Product) RemoveRoleMembers(ctx context.Context, c *call.Call, in *eiamv2.RemoveRoleMembersRequest) (*eiamv2.RemoveRoleMembersResponse, error) {
	out := &eiamv2.RemoveRoleMembersResponse{}
	err := p.write(ctx, c, p.roles(ctx, c, in.AppId), func(tx *store.Tx) error {
		known, err := accountsAmong(ctx, tx, c.Account(), in.AppId, in.RoleId, in.AccountIds)
		if err != nil {
			return err
		}
		out.SuccessList, out.FailList = parted(in.AccountIds, func(id string) bool { return known[id] })
		return RemoveMembers(ctx, tx, c.Account(), in.RoleId, out.SuccessList)
	})
	return out, err
}

// ListRoleMembers lists the accounts that have a role.
func (p *Product) ListRoleMembers(ctx context.Context, c *call.Call, in *eiamv2.ListRoleMembersRequest) (*eiamv2.ListRoleMembersResponse, error) {
	out := &eiamv2.ListRoleMembersResponse{Offset: in.Offset, Limit: in.Limit, RoleMembers: []eiamv2.RoleMember{}}
	var r *Role
	err := p.read(ctx, c, p.role(ctx, c, in.AppId, in.RoleId, &r), func(q store.Queryer) error {
		page, total, err := list(ctx, q, scanAccount, accountColumns,
			`eiam_role_members m JOIN eiam_accounts x ON x.account = m.account AND x.id = m.app_account WHERE m.account = $1 AND m.role = $2`, `x.id`,
			PageOf(in.Offset, in.Limit), c.Account(), r.ID)
		if err != nil {
			return err
		}
		out.Total = total
		for _, x := range page {
			extension, err := encodeTexts(x.Extension)
			if err != nil {
				return err
			}
			out.RoleMembers = append(out.RoleMembers, eiamv2.RoleMember{Id: x.ID, AccountType: x.Type, AccountName: x.Login, Name: nullable(x.Name),
				OrgId: nullable(x.Org), Disabled: x.Disabled, Extension: json.RawMessage(extension)})
		}
		return nil
	})
	return out, err
}
