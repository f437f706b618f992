package bi

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
)

// Codes of the preset roles. There are no others: no action makes roles.
const (
	corpAdmin     = "sys_corp_admin"
	corpAuthAdmin = "sys_corp_auth_admin"
	commonUser    = "sys_common_user"
	projectAdmin  = "sys_project_admin"
	projectEditor = "sys_project_editor"
	projectMember = "sys_project_member"
	projectViewer = "sys_project_viewer"
)

// enterprise stands for the project of a role that is of the whole enterprise.
const enterprise = 0

var (
	corpRoles    = []string{corpAdmin, corpAuthAdmin, commonUser}
	projectRoles = []string{projectAdmin, projectEditor, projectMember, projectViewer}
)

var roleNames = map[string]struct{ en, zh string }{
	corpAdmin:     {"Enterprise administrator", "企业管理员"},
	corpAuthAdmin: {"Enterprise permission administrator", "企业权限管理员"},
	commonUser:    {"General user", "普通用户"},
	projectAdmin:  {"Project administrator", "项目管理员"},
	projectEditor: {"Project editor", "项目编辑"},
	projectMember: {"Project member", "项目普通成员"},
	projectViewer: {"Project viewer", "项目查看者"},
}

// roleName is what people call a role.
func roleName(code string, l fault.Language) string {
	if n := roleNames[code]; l == fault.English {
		return n.en
	} else {
		return n.zh
	}
}

// Role is a row of a role.
type Role struct {
	ID, Project int64
	Code        string
	CreatedBy   string
	Created     int64 // unix milliseconds
}

// scopeType is how the API numbers the reach of a role: 1 the enterprise, 0 a project.
func scopeType(project int64) int64 { return flag(project == enterprise) }

const roleColumns = `id, project, code, created_by, created_at`

func scanRole(r store.Row) (x Role, err error) {
	err = r.Scan(&x.ID, &x.Project, &x.Code, &x.CreatedBy, &x.Created)
	return x, err
}

// rolesOf are the roles of a project, or those of the enterprise, by id.
func rolesOf(ctx context.Context, q store.Queryer, a store.Account, project int64) ([]Role, error) {
	return store.Collect(ctx, q, scanRole, `SELECT `+roleColumns+` FROM bi_roles WHERE account = $1 AND project = $2 ORDER BY id`, a, project)
}

// createRoles makes the preset roles of a project, or those of the enterprise.
func createRoles(ctx context.Context, tx *store.Tx, a store.Account, project int64, by string, at time.Time) ([]Role, error) {
	codes := projectRoles
	if project == enterprise {
		codes = corpRoles
	}
	var roles []Role
	for _, code := range codes {
		id, err := nextID(ctx, tx)
		if err != nil {
			return nil, err
		}
		r := Role{ID: id, Project: project, Code: code, CreatedBy: by, Created: at.UnixMilli()}
		_, err = tx.ExecContext(ctx, `INSERT INTO bi_roles (id, account, project, code, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			r.ID, a, r.Project, r.Code, r.CreatedBy, r.Created)
		if err != nil {
			return nil, fmt.Errorf("make role: %w", err)
		}
		roles = append(roles, r)
	}
	return roles, nil
}

// roleOf is the preset role with a code, of a project or of the enterprise.
func roleOf(ctx context.Context, q store.Queryer, a store.Account, project int64, code string) (Role, error) {
	return store.One(ctx, q, scanRole, fmt.Errorf("the role %s is not there", code),
		`SELECT `+roleColumns+` FROM bi_roles WHERE account = $1 AND project = $2 AND code = $3`, a, project, code)
}

// rolesByID finds the roles that a request names, each once. With a project they must be of it; without, of the
// account.
func rolesByID(ctx context.Context, q store.Queryer, a store.Account, project int64, ids []int64) ([]Role, error) {
	var roles []Role
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			continue
		}
		r, err := store.One(ctx, q, scanRole, invalid("RoleIdList", id), `SELECT `+roleColumns+` FROM bi_roles WHERE account = $1 AND id = $2`, a, id)
		if err != nil {
			return nil, err
		}
		if project != enterprise && r.Project != project {
			return nil, invalid("RoleIdList", id)
		}
		roles = append(roles, r)
	}
	return roles, nil
}
