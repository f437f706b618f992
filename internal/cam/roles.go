package cam

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// The kinds of role, as RoleInfo.RoleType spells them; serviceLinkedRole is the third.
const (
	userRole   = "user"
	systemRole = "system" // made by a product's role authorization page
)

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

func scanRole(r row) (o Role, err error) {
	err = r.Scan(&o.ID, &o.Name, &o.Kind, &o.Document, &o.Description, &o.ConsoleLogin, &o.SessionDuration, &o.Boundary, &o.Created, &o.Updated)
	return o, err
}

// ErrNoRole is the answer for a role that is not in the account, whether it exists elsewhere or not.
var ErrNoRole = fault.New(code.InvalidParameterRoleNotExist)

// RoleByID finds a role of the account.
func RoleByID(ctx context.Context, q store.Queryer, a store.Account, id int64) (Role, error) {
	r, err := scanRole(q.QueryRowContext(ctx, `SELECT `+roleColumns+` FROM roles WHERE id = $2 AND account = $1`, a, id))
	return r, roleError(err)
}

// RoleByName finds a role of the account by its exact name.
func RoleByName(ctx context.Context, q store.Queryer, a store.Account, name string) (Role, error) {
	r, err := scanRole(q.QueryRowContext(ctx, `SELECT `+roleColumns+` FROM roles WHERE account = $1 AND name_key = $2`, a, fold(name)))
	if err == nil && r.Name != name {
		return r, ErrNoRole
	}
	return r, roleError(err)
}

func roleError(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNoRole
	}
	if err != nil {
		return fmt.Errorf("find role: %w", err)
	}
	return nil
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
