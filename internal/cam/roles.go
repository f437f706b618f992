package cam

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/qcs"
)

// userRole is the kind of a role that the account made, as RoleInfo.RoleType spells it.
const userRole = "user"

// Role is a row of a role.
type Role struct {
	ID              int64
	Name, Kind      string
	Document        string // trust policy, as it was written
	Description     string
	ConsoleLogin    bool
	SessionDuration int64 // seconds; 0 = as long as any role may
	Boundary        *int64
	Created         int64 // unix milliseconds
	Updated         int64 // unix milliseconds
}

const roleColumns = `id, name, kind, document, description, console_login, session_duration, boundary, created_at, updated_at`

func scanRole(r store.Row) (o Role, err error) {
	err = r.Scan(&o.ID, &o.Name, &o.Kind, &o.Document, &o.Description, &o.ConsoleLogin, &o.SessionDuration, &o.Boundary, &o.Created, &o.Updated)
	return o, err
}

// ErrNoRole is the answer for a role that is not in the account, whether it exists elsewhere or not.
var ErrNoRole = fault.New(code.InvalidParameterRoleNotExist)

// RoleByID finds a role of the account.
func RoleByID(ctx context.Context, q store.Queryer, a store.Account, id int64) (Role, error) {
	return store.One(ctx, q, scanRole, ErrNoRole, `SELECT `+roleColumns+` FROM roles WHERE id = $2 AND account = $1`, a, id)
}

// RoleByName finds a role of the account by its exact name.
func RoleByName(ctx context.Context, q store.Queryer, a store.Account, name string) (Role, error) {
	r, err := store.One(ctx, q, scanRole, ErrNoRole, `SELECT `+roleColumns+` FROM roles WHERE account = $1 AND name_key = $2`, a, fold(name))
	if err == nil && r.Name != name {
		err = ErrNoRole
	}
	return r, err
}

// parseRoleID reads the decimal text that most actions carry a role's id in.
func parseRoleID(text string) (int64, bool) {
	id, err := strconv.ParseInt(text, 10, 64)
	return id, err == nil && id > 0
}

// selectRole finds the role that an action names by RoleId or RoleName; the id wins where both are there.
func selectRole(ctx context.Context, q store.Queryer, a store.Account, id, name *string) (Role, error) {
	switch {
	case value(id) != "":
		n, ok := parseRoleID(*id)
		if !ok {
			return Role{}, ErrNoRole
		}
		return RoleByID(ctx, q, a, n)
	case value(name) != "":
		return RoleByName(ctx, q, a, *name)
	}
	return Role{}, fault.New(code.InvalidParameterParamError, "RoleId")
}

// firstRole is where the ids of roles start: 2^62 and one, the size that published examples show.
const firstRole = 1<<62 + 1

// resource is the name that answers and the audit trail give a role.
func (r Role) resource(a store.Account) qcs.Resource {
	owner := strconv.FormatInt(int64(a), 10)
	if r.Kind == serviceLinkedRole {
		return qcs.ServiceRoleByName(owner, r.Name)
	}
	return qcs.RoleByName(owner, r.Name)
}

// AddRole makes a role within the account's quota, with tags. Its trust policy is one that checkTrust returned.
func (p *Product) AddRole(ctx context.Context, tx *store.Tx, a store.Account, r Role, tags []call.Tag, at time.Time) (Role, error) {
	taken, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM roles WHERE account = $1 AND name_key = $2`, a, fold(r.Name))
	if err != nil {
		return r, fmt.Errorf("create role: %w", err)
	}
	if taken > 0 {
		return r, fault.New(code.InvalidParameterRoleNameInUse, r.Name)
	}
	n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM roles WHERE account = $1`, a)
	if err != nil {
		return r, fmt.Errorf("count roles: %w", err)
	}
	if p.quotas.Exceeded(account.Roles, int(n)+1) {
		return r, fault.New(code.InvalidParameterRoleFull)
	}
	r.ID, err = tx.NextID(ctx, "role", firstRole)
	if err != nil {
		return r, fmt.Errorf("create role: %w", err)
	}
	r.Created, r.Updated = at.UnixMilli(), at.UnixMilli()
	_, err = tx.ExecContext(ctx, `INSERT INTO roles (id, account, name, name_key, kind, document, description, console_login, session_duration,
			created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)`,
		r.ID, a, r.Name, fold(r.Name), r.Kind, r.Document, r.Description, flag(r.ConsoleLogin), r.SessionDuration, r.Created)
	if err != nil {
		return r, fmt.Errorf("create role: %w", err)
	}
	return r, p.setTags(ctx, tx, a, TagRole, r.ID, tags)
}

// RemoveRole deletes a role with its attachments and tags; its sessions end at once. Whether it may be deleted is the
// caller's to check.
func (p *Product) RemoveRole(ctx context.Context, tx *store.Tx, a store.Account, id int64, at time.Time) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM attachments WHERE account = $1 AND target_kind = $2 AND target_id = $3`, a, int64(toRole), id)
	if err == nil {
		_, err = tx.ExecContext(ctx, `DELETE FROM roles WHERE id = $2 AND account = $1`, a, id)
	}
	if err != nil {
		return fmt.Errorf("delete role: %w", err)
	}
	changedRole(tx, a, id)
	if err := removeAllTags(ctx, tx, a, TagRole, id); err != nil {
		return err
	}
	return p.keys.RevokeByRole(ctx, tx, a, id, at)
}

// CreateRole makes a role that whoever its trust policy names may assume.
func (p *Product) CreateRole(ctx context.Context, c *call.Call, in *cam20190116.CreateRoleRequest) (*cam20190116.CreateRoleResponse, error) {
	document, err := p.checkTrust(ctx, p.db.Read(), c.Account(), in.PolicyDocument, false)
	if err != nil {
		return nil, err
	}
	r := Role{Kind: userRole, Name: in.RoleName, Document: document, Description: value(in.Description),
		ConsoleLogin: in.ConsoleLogin == 1, SessionDuration: in.SessionDuration}
	err = c.Write(ctx, func(tx *store.Tx) (err error) {
		r, err = p.AddRole(ctx, tx, c.Account(), r, roleTags(in.Tags), c.At)
		return err
	})
	return &cam20190116.CreateRoleResponse{RoleId: strconv.FormatInt(r.ID, 10)}, err
}

// DeleteRole deletes a role that no product owns. Policies attached to it do not keep it.
func (p *Product) DeleteRole(ctx context.Context, c *call.Call, in *cam20190116.DeleteRoleRequest) (*cam20190116.DeleteRoleResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		r, err := selectOwnRole(ctx, tx, c.Account(), in.RoleId, in.RoleName)
		if err != nil {
			return err
		}
		return p.RemoveRole(ctx, tx, c.Account(), r.ID, c.At)
	})
}

// selectOwnRole is selectRole for what an account may not do to a role that a product owns.
func selectOwnRole(ctx context.Context, q store.Queryer, a store.Account, id, name *string) (Role, error) {
	r, err := selectRole(ctx, q, a, id, name)
	if err == nil && r.Kind == serviceLinkedRole {
		return r, fault.New(code.InvalidParameterParamError, r.Name)
	}
	return r, err
}

// GetRole describes one role.
func (p *Product) GetRole(ctx context.Context, c *call.Call, in *cam20190116.GetRoleRequest) (*cam20190116.GetRoleResponse, error) {
	out := &cam20190116.GetRoleResponse{}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		r, err := selectRole(ctx, q, c.Account(), in.RoleId, in.RoleName)
		if err != nil {
			return err
		}
		infos, err := roleInfos(ctx, q, c.Account(), []Role{r})
		if err == nil {
			out.RoleInfo = infos[0]
		}
		return err
	})
	return out, err
}

// DescribeRoleList lists the roles that carry all of the given tags, newest first.
func (p *Product) DescribeRoleList(ctx context.Context, c *call.Call, in *cam20190116.DescribeRoleListRequest) (*cam20190116.DescribeRoleListResponse, error) {
	out := &cam20190116.DescribeRoleListResponse{}
	where, args := taggedRoles(c.Account(), roleTags(in.Tags))
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) (err error) {
		if out.TotalNum, err = store.Count(ctx, q, `SELECT COUNT(*) FROM roles WHERE `+where, args...); err != nil {
			return fmt.Errorf("count roles: %w", err)
		}
		window := pageOf(in.Page, in.Rp)
		roles, err := store.Collect(ctx, q, scanRole, fmt.Sprintf(`SELECT `+roleColumns+` FROM roles WHERE `+where+` ORDER BY id DESC LIMIT $%d OFFSET $%d`,
			len(args)+1, len(args)+2), append(args, window.limit, window.offset)...)
		if err != nil {
			return fmt.Errorf("list roles: %w", err)
		}
		out.List, err = roleInfos(ctx, q, c.Account(), roles)
		return err
	})
	return out, err
}

// taggedRoles is the condition on a role that carries all of the tags, with its arguments.
func taggedRoles(a store.Account, tags []call.Tag) (where string, args []any) {
	where, args = `account = $1`, []any{a}
	for _, t := range tags {
		args = append(args, t.Key, t.Value)
		where += fmt.Sprintf(` AND EXISTS (SELECT 1 FROM tags t WHERE t.account = $1 AND t.object_kind = %d AND t.object_id = roles.id
			AND t.tag_key = $%d AND t.tag_value = $%d)`, TagRole, len(args)-1, len(args))
	}
	return where, args
}

// roleInfos describes roles, which are in the order of their ids.
func roleInfos(ctx context.Context, q store.Queryer, a store.Account, roles []Role) ([]cam20190116.RoleInfo, error) {
	infos := make([]cam20190116.RoleInfo, len(roles))
	if len(roles) == 0 {
		return infos, nil
	}
	tags, err := tagsBetween(ctx, q, a, TagRole, roles[len(roles)-1].ID, roles[0].ID)
	if err != nil {
		return nil, err
	}
	for i, r := range roles {
		infos[i] = roleInfo(a, r)
		for _, t := range tags[r.ID] {
			infos[i].Tags = append(infos[i].Tags, cam20190116.RoleTags(t))
		}
	}
	return infos, nil
}

func roleInfo(a store.Account, r Role) cam20190116.RoleInfo {
	arn := r.resource(a).String()
	return cam20190116.RoleInfo{
		RoleId: strconv.FormatInt(r.ID, 10), RoleName: r.Name, RoleArn: &arn, RoleType: &r.Kind, PolicyDocument: r.Document,
		Description: r.Description, ConsoleLogin: flag(r.ConsoleLogin), SessionDuration: &r.SessionDuration,
		AddTime: wireTime(r.Created), UpdateTime: wireTime(r.Updated),
	}
}
