package eiam

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/store"
)

// Application is something that people have accounts in, and that may call the API by itself.
type Application struct {
	ID         string
	Name       string // unique in the tenant
	OrgModel   bool   // it has organizations of its own
	RoleModel  bool   // it has roles
	SingleRole bool   // an account has one role at most
	Disabled   bool   // it gets no tokens; its accounts can still be managed by others
	API        bool   // it may use the tenant's API at all
	Created    time.Time
}

// Errors of applications.
var (
	ErrName      = errors.New("the name must have 1 to 100 characters, and no control characters")
	ErrNameTaken = errors.New("another application of the tenant has this name")
)

const selectApplications = `SELECT id, name, org_model, role_model, single_role, disabled, api, created_at FROM eiam_apps `

// GetApplication finds an application; ErrNotFound if there is none.
func GetApplication(ctx context.Context, q store.Queryer, a store.Account, id string) (*Application, error) {
	app, err := scanApplication(q.QueryRowContext(ctx, selectApplications+`WHERE account = $1 AND id = $2`, a, id).Scan)
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrNotFound
	}
	return app, err
}

// Applications are those of a tenant, oldest first.
func Applications(ctx context.Context, q store.Queryer, a store.Account) ([]*Application, error) {
	rows, err := q.QueryContext(ctx, selectApplications+`WHERE account = $1 ORDER BY id`, a)
	if err != nil {
		return nil, fmt.Errorf("list applications: %w", err)
	}
	defer rows.Close()
	all := []*Application{}
	for rows.Next() {
		app, err := scanApplication(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, app)
	}
	return all, rows.Err()
}

func scanApplication(scan func(...any) error) (*Application, error) {
	app := &Application{}
	var created int64
	err := scan(&app.ID, &app.Name, &app.OrgModel, &app.RoleModel, &app.SingleRole, &app.Disabled, &app.API, &created)
	if err != nil {
		return nil, fmt.Errorf("read application: %w", err)
	}
	app.Created = time.UnixMilli(created)
	return app, nil
}

// CreateApplication makes an enabled application. Of in, the id, the state and the time are given here.
func CreateApplication(ctx context.Context, tx *store.Tx, a store.Account, in Application, at time.Time) (*Application, error) {
	app := in
	app.ID, app.Disabled, app.Created = directory.NewID(at), false, time.UnixMilli(at.UnixMilli())
	if err := checkName(ctx, tx, a, &app); err != nil {
		return nil, err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO eiam_apps (account, id, name, org_model, role_model, single_role, api, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)`, a, app.ID, app.Name, app.OrgModel, app.RoleModel, app.SingleRole, app.API, at.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("create application: %w", err)
	}
	return &app, nil
}

func checkName(ctx context.Context, q store.Queryer, a store.Account, app *Application) error {
	if !utf8.ValidString(app.Name) || strings.ContainsFunc(app.Name, unicode.IsControl) || strings.TrimSpace(app.Name) == "" || utf8.RuneCountInString(app.Name) > 100 {
		return ErrName
	}
	var other string
	err := q.QueryRowContext(ctx, `SELECT id FROM eiam_apps WHERE account = $1 AND name = $2`, a, app.Name).Scan(&other)
	if err == nil && other != app.ID {
		return ErrNameTaken
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("find application: %w", err)
	}
	return nil
}

// UpdateApplication writes the name and settings of an application. Disabling it, or taking the API from it, revokes its
// tokens.
func UpdateApplication(ctx context.Context, tx *store.Tx, a store.Account, app *Application, at time.Time) error {
	if err := checkName(ctx, tx, a, app); err != nil {
		return err
	}
	r, err := tx.ExecContext(ctx, `UPDATE eiam_apps SET name = $3, org_model = $4, role_model = $5, single_role = $6, disabled = $7, api = $8, updated_at = $9
		WHERE account = $1 AND id = $2`, a, app.ID, app.Name, app.OrgModel, app.RoleModel, app.SingleRole, app.Disabled, app.API, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("update application: %w", err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return errors.Join(ErrNotFound, err)
	}
	if app.Disabled || !app.API {
		return revokeTokens(ctx, tx, a, app.ID)
	}
	return nil
}

// belongings are what goes with an application, in an order in which nothing hangs on what is gone already.
var belongings = [...]string{
	`DELETE FROM eiam_tokens WHERE account = $1 AND client_id IN (SELECT client_id FROM eiam_clients WHERE account = $1 AND app = $2)`,
	`DELETE FROM eiam_grants WHERE account = $1 AND client_id IN (SELECT client_id FROM eiam_clients WHERE account = $1 AND app = $2)`,
	`DELETE FROM eiam_targets WHERE account = $1 AND (app = $2 OR client_id IN (SELECT client_id FROM eiam_clients WHERE account = $1 AND app = $2))`,
	`DELETE FROM eiam_clients WHERE account = $1 AND app = $2`,
	`DELETE FROM eiam_permission_holders WHERE account = $1 AND permission IN (SELECT id FROM eiam_permissions WHERE account = $1 AND app = $2)`,
	`DELETE FROM eiam_permissions WHERE account = $1 AND app = $2`,
	`DELETE FROM eiam_role_members WHERE account = $1 AND role IN (SELECT id FROM eiam_roles WHERE account = $1 AND app = $2)`,
	`DELETE FROM eiam_roles WHERE account = $1 AND app = $2`,
	`DELETE FROM eiam_account_users WHERE account = $1 AND app_account IN (SELECT id FROM eiam_accounts WHERE account = $1 AND app = $2)`,
	`DELETE FROM eiam_accounts WHERE account = $1 AND app = $2`,
	`DELETE FROM eiam_app_orgs WHERE account = $1 AND app = $2`,
}

// DeleteApplication deletes an application with its accounts, roles, organizations, permissions, client and tokens.
func DeleteApplication(ctx context.Context, tx *store.Tx, a store.Account, id string) error {
	for _, statement := range belongings {
		if _, err := tx.ExecContext(ctx, statement, a, id); err != nil {
			return fmt.Errorf("delete application: %w", err)
		}
	}
	r, err := tx.ExecContext(ctx, `DELETE FROM eiam_apps WHERE account = $1 AND id = $2`, a, id)
	if err != nil {
		return fmt.Errorf("delete application: %w", err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return errors.Join(ErrNotFound, err)
	}
	return nil
}
