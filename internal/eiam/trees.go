package eiam

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/store"
)

// Trees are the permissions of an application and who has them, as its administrator writes them down. The application
// enforces them; employee identity only keeps and tells them.
type Trees struct {
	Functions []Permission       `json:"func"`
	Data      []Permission       `json:"data"`
	Roles     map[string]Holding `json:"roles"`    // by code
	Accounts  map[string]Holding `json:"accounts"` // by name
}

// Permission is one permission with those below it.
type Permission struct {
	Code        string            `json:"code"` // unique in its tree
	Name        string            `json:"name"`
	Type        string            `json:"type"`  // of a function: MENU, the default, or OPERATE
	Model       string            `json:"model"` // of a data permission: the object model that it is about
	Description string            `json:"description"`
	Sequence    int64             `json:"sequence"`
	RemoteID    string            `json:"remote_id"`
	Extension   map[string]string `json:"extension"`
	Children    []Permission      `json:"children"`
}

// Holding are the permissions that a role or an account has, by code.
type Holding struct {
	Functions []string `json:"func"`
	Data      []string `json:"data"`
}

// The kinds of permissions.
const (
	kindFunction = "func"
	kindData     = "data"
)

// The bounds of trees.
const (
	maxPermissions = 10_000
	maxDepth       = 10
	maxLabel       = 100 // characters of a code, name or model
)

// Imported counts what an import has written.
type Imported struct {
	Functions int `json:"func"`
	Data      int `json:"data"`
	Holdings  int `json:"holdings"` // permissions of roles and accounts
}

// importer writes the trees of an application.
type importer struct {
	tx      *store.Tx
	account store.Account
	app     string
	at      time.Time
	known   map[string]map[string]string // ids by kind and code, from before
	made    map[string]map[string]string // and now
}

// ImportPermissions makes the permissions of an application, and who has them, what in says. A permission keeps its id as
// long as it keeps its code; one that is not named is deleted. ErrNotFound for an application that is not there; any other
// error is a sentence about the first thing that is wrong, or a failure of the database.
func ImportPermissions(ctx context.Context, tx *store.Tx, a store.Account, app string, in *Trees, at time.Time) (*Imported, error) {
	if _, err := GetApplication(ctx, tx, a, app); err != nil {
		return nil, err
	}
	x := &importer{tx: tx, account: a, app: app, at: at, known: map[string]map[string]string{}, made: map[string]map[string]string{kindFunction: {}, kindData: {}}}
	for _, tree := range []struct {
		kind string
		all  []Permission
	}{{kindFunction, in.Functions}, {kindData, in.Data}} {
		var err error
		if x.known[tree.kind], err = x.index(ctx, `SELECT id, code FROM eiam_permissions WHERE account = $1 AND app = $2 AND kind = $3`, tree.kind); err != nil {
			return nil, err
		}
		if err := x.write(ctx, tree.kind, tree.all, &place{}); err != nil {
			return nil, err
		}
	}
	if err := x.clean(ctx); err != nil {
		return nil, err
	}
	held, err := x.hold(ctx, in)
	if err != nil {
		return nil, err
	}
	return &Imported{Functions: len(x.made[kindFunction]), Data: len(x.made[kindData]), Holdings: held}, nil
}

// index reads ids by a code.
func (x *importer) index(ctx context.Context, query string, more ...any) (map[string]string, error) {
	rows, err := x.tx.QueryContext(ctx, query, append([]any{x.account, x.app}, more...)...)
	if err != nil {
		return nil, fmt.Errorf("read permissions: %w", err)
	}
	defer rows.Close()
	all := map[string]string{}
	for rows.Next() {
		var id, code string
		if err := rows.Scan(&id, &code); err != nil {
			return nil, fmt.Errorf("read permissions: %w", err)
		}
		all[code] = id
	}
	return all, rows.Err()
}

// place is where permissions stand in their tree.
type place struct {
	parent, path, display string
	level                 int64
}

func (x *importer) write(ctx context.Context, kind string, all []Permission, at *place) error {
	if len(all) > 0 && at.level == maxDepth {
		return fmt.Errorf("the permissions are nested more than %d deep", maxDepth)
	}
	for i := range all {
		p := &all[i]
		if err := x.check(kind, p); err != nil {
			return err
		}
		id := x.known[kind][p.Code]
		if id == "" {
			id = directory.NewID(x.at)
		}
		x.made[kind][p.Code] = id
		here := &place{parent: id, path: at.path + "/" + id, display: at.display + "/" + p.Name, level: at.level + 1}
		extension, err := json.Marshal(p.Extension)
		if err != nil {
			return err
		}
		if p.Extension == nil {
			extension = []byte("{}")
		}
		_, err = x.tx.ExecContext(ctx, `INSERT INTO eiam_permissions (account, id, app, kind, parent, code, name, type, model, description, sequence,
				level, path, display_path, remote_id, extension)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
			ON CONFLICT (account, id) DO UPDATE SET parent = excluded.parent, name = excluded.name, type = excluded.type, model = excluded.model,
				description = excluded.description, sequence = excluded.sequence, level = excluded.level, path = excluded.path,
				display_path = excluded.display_path, remote_id = excluded.remote_id, extension = excluded.extension`,
			x.account, id, x.app, kind, at.parent, p.Code, p.Name, p.Type, p.Model, p.Description, p.Sequence,
			here.level, here.path, here.display, p.RemoteID, string(extension))
		if err != nil {
			return fmt.Errorf("write permission: %w", err)
		}
		if err := x.write(ctx, kind, p.Children, here); err != nil {
			return err
		}
	}
	return nil
}

// check completes a permission and says what is wrong with it.
func (x *importer) check(kind string, p *Permission) error {
	if kind == kindFunction && p.Type == "" {
		p.Type = "MENU"
	}
	label := func(s string) bool {
		return s != "" && s == strings.TrimSpace(s) && utf8.ValidString(s) && !strings.Contains(s, "\x00") && utf8.RuneCountInString(s) <= maxLabel
	}
	_, twice := x.made[kind][p.Code]
	switch {
	case !label(p.Code) || !label(p.Name):
		return fmt.Errorf("the permission %q needs a code and a name of 1 to %d characters", p.Code, maxLabel)
	case twice:
		return fmt.Errorf("the code %q stands twice in the tree %s", p.Code, kind)
	case kind == kindFunction && p.Type != "MENU" && p.Type != "OPERATE":
		return fmt.Errorf("the type of the function %q is neither MENU nor OPERATE", p.Code)
	case kind == kindData && p.Type != "", kind == kindFunction && p.Model != "":
		return fmt.Errorf("the permission %q: only functions have a type, only data permissions a model", p.Code)
	case p.Model != "" && !label(p.Model):
		return fmt.Errorf("the model of the permission %q is longer than %d characters", p.Code, maxLabel)
	case len(x.made[kindFunction])+len(x.made[kindData]) >= maxPermissions:
		return fmt.Errorf("there are more than %d permissions", maxPermissions)
	}
	return nil
}

// clean deletes who had permissions, and the permissions that are no more.
func (x *importer) clean(ctx context.Context) error {
	_, err := x.tx.ExecContext(ctx, `DELETE FROM eiam_permission_holders WHERE account = $1 AND permission IN (SELECT id FROM eiam_permissions WHERE account = $1 AND app = $2)`, x.account, x.app)
	for _, kind := range []string{kindFunction, kindData} {
		for code, id := range x.known[kind] {
			if _, stays := x.made[kind][code]; !stays && err == nil {
				_, err = x.tx.ExecContext(ctx, `DELETE FROM eiam_permissions WHERE account = $1 AND id = $2`, x.account, id)
			}
		}
	}
	if err != nil {
		return fmt.Errorf("delete permissions: %w", err)
	}
	return nil
}

// hold writes who has permissions.
func (x *importer) hold(ctx context.Context, in *Trees) (n int, err error) {
	for _, of := range []struct {
		kind, query string
		all         map[string]Holding
	}{
		{"role", `SELECT id, code FROM eiam_roles WHERE account = $1 AND app = $2`, in.Roles},
		{"account", `SELECT id, login_key FROM eiam_accounts WHERE account = $1 AND app = $2`, in.Accounts},
	} {
		holders, err := x.index(ctx, of.query)
		if err != nil {
			return n, err
		}
		for _, name := range slices.Sorted(maps.Keys(of.all)) {
			key := name
			if of.kind == "account" {
				key = strings.ToLower(name)
			}
			if holders[key] == "" {
				return n, fmt.Errorf("the application has no %s %q", of.kind, name)
			}
			for kind, codes := range map[string][]string{kindFunction: of.all[name].Functions, kindData: of.all[name].Data} {
				for _, code := range codes {
					id := x.made[kind][code]
					if id == "" {
						return n, fmt.Errorf("the %s %q has the permission %q, which the tree %s has not", of.kind, name, code, kind)
					}
					_, err := x.tx.ExecContext(ctx, `INSERT INTO eiam_permission_holders (account, holder_kind, holder, permission) VALUES ($1, $2, $3, $4)
						ON CONFLICT DO NOTHING`, x.account, of.kind, holders[key], id)
					if err != nil {
						return n, fmt.Errorf("write permissions of a %s: %w", of.kind, err)
					}
					n++
				}
			}
		}
	}
	return n, nil
}
