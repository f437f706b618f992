package bi

import (
	"context"

	"github.com/hufu-iam/hufu/internal/store"
)

// Project is a row of a project.
type Project struct {
	ID                          int64
	Name, ColorCode, Logo, Mark string
	Apply                       bool
	DefaultPanel                int64
	ManagePlatform              string
	Seed, PanelScope            string
	Owner                       int64 // a BI user
	CreatedBy                   string
	Created                     int64 // unix milliseconds
	UpdatedBy                   string
	Updated                     int64
}

const projectColumns = `id, name, color_code, logo, mark, is_apply, default_panel, manage_platform, seed, panel_scope, owner, created_by, created_at, updated_by, updated_at`

func scanProject(r row) (x Project, err error) {
	err = r.Scan(&x.ID, &x.Name, &x.ColorCode, &x.Logo, &x.Mark, &x.Apply, &x.DefaultPanel, &x.ManagePlatform, &x.Seed, &x.PanelScope, &x.Owner,
		&x.CreatedBy, &x.Created, &x.UpdatedBy, &x.Updated)
	return x, err
}

// projectByID finds a project; errNoProject if there is none.
func projectByID(ctx context.Context, q store.Queryer, a store.Account, id int64) (Project, error) {
	return one(ctx, q, scanProject, errNoProject, `SELECT `+projectColumns+` FROM bi_projects WHERE account = $1 AND id = $2`, a, id)
}
