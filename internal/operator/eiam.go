package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/eiam"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/qcs"
)

// EIAM is what a command about employee identity says; which members count is up to the command. Account is the tenant.
type EIAM struct {
	Account     store.Account `json:"account"`
	Application string        `json:"application,omitempty"` // its id or name
	Settings    AppSettings   `json:"settings,omitzero"`
	Codes       []string      `json:"codes,omitempty"`   // permission codes
	Targets     *[]string     `json:"targets,omitempty"` // ids or names of applications; nil lifts the limit

	Hosts *[]string `json:"hosts,omitempty"` // of the tenant; nil leaves them
	Zone  *string   `json:"zone,omitempty"`
	Jobs  *bool     `json:"jobs,omitempty"`

	Attribute eiam.Attribute `json:"attribute,omitzero"`
	Trees     *eiam.Trees    `json:"trees,omitempty"`
	Orphan    string         `json:"orphan,omitempty"` // id of an account
	User      string         `json:"user,omitempty"`   // id or login
}

// AppSettings are what to set of an application; nil leaves a setting.
type AppSettings struct {
	Name         *string `json:"name,omitempty"`
	OrgModel     *bool   `json:"orgModel,omitempty"`
	RoleModel    *bool   `json:"roleModel,omitempty"`
	SingleRole   *bool   `json:"singleRole,omitempty"`
	API          *bool   `json:"api,omitempty"`
	TokenSeconds *int64  `json:"tokenSeconds,omitempty"`
}

// apply lays the settings over an application.
func (s AppSettings) apply(app *eiam.Application) {
	if s.Name != nil {
		app.Name = *s.Name
	}
	for _, flag := range []struct {
		to   *bool
		from *bool
	}{{&app.OrgModel, s.OrgModel}, {&app.RoleModel, s.RoleModel}, {&app.SingleRole, s.SingleRole}, {&app.API, s.API}} {
		if flag.from != nil {
			*flag.to = *flag.from
		}
	}
}

// Application is an application as the commands print it. The names are those that scripts read.
type Application struct {
	ID           string    `json:"app_id"`
	Name         string    `json:"name"`
	ClientID     string    `json:"client_id"`
	Secret       string    `json:"client_secret,omitempty"` // once, when it is made
	Permissions  []string  `json:"permissions"`
	API          bool      `json:"api"`
	OrgModel     bool      `json:"org_model"`
	RoleModel    bool      `json:"role_model"`
	SingleRole   bool      `json:"single_role"`
	Disabled     bool      `json:"disabled"`
	TokenSeconds int64     `json:"token_seconds"`
	Limited      bool      `json:"limited"` // to the applications in targets
	Targets      []string  `json:"targets"`
	Created      time.Time `json:"created_at"`
}

// Tenant is a tenant as the commands print it.
type Tenant struct {
	Account       store.Account    `json:"account"`
	Hosts         []string         `json:"hosts"`
	Zone          string           `json:"zone"`
	JobManagement bool             `json:"job_management"`
	Attributes    []eiam.Attribute `json:"attributes"`
}

// errNoApplication is an id or name that no application of the tenant has.
var errNoApplication = errors.New("the tenant has no such application")

// findApplication finds an application by its id, or by its name.
func findApplication(ctx context.Context, q store.Queryer, a store.Account, idOrName string) (*eiam.Application, error) {
	app, err := eiam.GetApplication(ctx, q, a, idOrName)
	if !errors.Is(err, eiam.ErrNotFound) {
		return app, err
	}
	all, err := eiam.Applications(ctx, q, a)
	if err != nil {
		return nil, err
	}
	for _, app := range all {
		if app.Name == idOrName {
			return app, nil
		}
	}
	return nil, fmt.Errorf("%w: %q", errNoApplication, idOrName)
}

// shown puts an application together with its client.
func shown(ctx context.Context, q store.Queryer, a store.Account, app *eiam.Application) (*Application, error) {
	c, err := eiam.GetClient(ctx, q, a, app.ID)
	if err != nil {
		return nil, err
	}
	return &Application{ID: app.ID, Name: app.Name, ClientID: c.ID, Permissions: c.Codes, API: app.API, OrgModel: app.OrgModel, RoleModel: app.RoleModel,
		SingleRole: app.SingleRole, Disabled: app.Disabled, TokenSeconds: int64(c.TokenLife / time.Second), Limited: c.Limited, Targets: c.Targets, Created: app.Created}, nil
}

// applicationName is the name of an application in a record.
func applicationName(a store.Account, id string) string {
	return qcs.Resource{Service: "eiam", Account: fmt.Sprintf("uin/%d", a), Path: "application/" + id}.String()
}

// inTenant does something in a tenant and leaves its record, with what do answers as resources.
func (a *Actions) inTenant(ctx context.Context, in EIAM, action string, parameters any, do func(tx *store.Tx) (resources []string, err error)) error {
	return a.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := account.Get(ctx, tx, in.Account); err != nil {
			return err
		}
		resources, err := do(tx)
		if err != nil {
			return err
		}
		return record(ctx, tx, audit.Record{Account: in.Account, Action: action, Resources: resources, Outcome: "ok"}, parameters)
	})
}

// CreateApplication makes an application with its client. It may use the API if it is given a permission.
func (a *Actions) CreateApplication(ctx context.Context, in EIAM) (*Application, error) {
	var out *Application
	err := a.inTenant(ctx, in, "hufu:CreateApplication", struct {
		Settings    AppSettings
		Permissions []string
	}{in.Settings, in.Codes}, func(tx *store.Tx) ([]string, error) {
		app := eiam.Application{API: len(in.Codes) > 0}
		in.Settings.apply(&app)
		made, err := eiam.CreateApplication(ctx, tx, in.Account, app, tx.Now())
		if err != nil {
			return nil, err
		}
		client, secret, err := eiam.CreateClient(ctx, tx, in.Account, made.ID, tx.Now())
		if err == nil {
			err = eiam.SetCodes(ctx, tx, in.Account, client, in.Codes)
		}
		if err == nil && in.Settings.TokenSeconds != nil {
			err = eiam.SetTokenLife(ctx, tx, in.Account, client, time.Duration(*in.Settings.TokenSeconds)*time.Second)
		}
		if err == nil {
			out, err = shown(ctx, tx, in.Account, made)
		}
		if err != nil {
			return nil, err
		}
		out.Secret = secret
		return []string{applicationName(in.Account, made.ID)}, nil
	})
	return out, err
}

// ListApplications is every application of a tenant, oldest first.
func (a *Actions) ListApplications(ctx context.Context, in EIAM) ([]*Application, error) {
	q := a.DB.Read()
	if _, err := account.Get(ctx, q, in.Account); err != nil {
		return nil, err
	}
	all, err := eiam.Applications(ctx, q, in.Account)
	if err != nil {
		return nil, err
	}
	out := []*Application{}
	for _, app := range all {
		x, err := shown(ctx, q, in.Account, app)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// ShowApplication is one application.
func (a *Actions) ShowApplication(ctx context.Context, in EIAM) (*Application, error) {
	app, err := findApplication(ctx, a.DB.Read(), in.Account, in.Application)
	if err != nil {
		return nil, err
	}
	return shown(ctx, a.DB.Read(), in.Account, app)
}

// appChange is a change of an application: secret is one that it makes, "" for none.
type appChange func(ctx context.Context, tx *store.Tx, in EIAM, app *eiam.Application, c *eiam.Client) (secret string, err error)

// appChanges are the changes by the last word of their commands, with the actions of their records.
var appChanges = map[string]struct {
	action string
	do     appChange
}{
	"grant": {"hufu:GrantApplication", func(ctx context.Context, tx *store.Tx, in EIAM, app *eiam.Application, c *eiam.Client) (string, error) {
		app.API = true
		if err := eiam.UpdateApplication(ctx, tx, in.Account, app, tx.Now()); err != nil {
			return "", err
		}
		return "", eiam.SetCodes(ctx, tx, in.Account, c, append(slices.Clone(c.Codes), in.Codes...))
	}},
	"revoke": {"hufu:RevokeApplication", func(ctx context.Context, tx *store.Tx, in EIAM, _ *eiam.Application, c *eiam.Client) (string, error) {
		for _, code := range in.Codes {
			if !slices.Contains(c.Codes, code) {
				return "", fmt.Errorf("the application does not have the permission %q", code)
			}
		}
		return "", eiam.SetCodes(ctx, tx, in.Account, c, slices.DeleteFunc(slices.Clone(c.Codes), func(code string) bool { return slices.Contains(in.Codes, code) }))
	}},
	"rotate": {"hufu:RotateApplicationSecret", func(ctx context.Context, tx *store.Tx, in EIAM, _ *eiam.Application, c *eiam.Client) (string, error) {
		return eiam.RotateSecret(ctx, tx, in.Account, c, tx.Now())
	}},
	"enable":  {"hufu:EnableApplication", setDisabled(false)},
	"disable": {"hufu:DisableApplication", setDisabled(true)},
	"settings": {"hufu:UpdateApplication", func(ctx context.Context, tx *store.Tx, in EIAM, app *eiam.Application, c *eiam.Client) (string, error) {
		in.Settings.apply(app)
		err := eiam.UpdateApplication(ctx, tx, in.Account, app, tx.Now())
		if err == nil && in.Settings.TokenSeconds != nil {
			err = eiam.SetTokenLife(ctx, tx, in.Account, c, time.Duration(*in.Settings.TokenSeconds)*time.Second)
		}
		return "", err
	}},
	"targets": {"hufu:LimitApplication", func(ctx context.Context, tx *store.Tx, in EIAM, _ *eiam.Application, c *eiam.Client) (string, error) {
		if in.Targets == nil {
			return "", eiam.SetTargets(ctx, tx, in.Account, c, nil)
		}
		ids := []string{}
		for _, name := range *in.Targets {
			target, err := findApplication(ctx, tx, in.Account, name)
			if err != nil {
				return "", err
			}
			ids = append(ids, target.ID)
		}
		return "", eiam.SetTargets(ctx, tx, in.Account, c, ids)
	}},
}

func setDisabled(disabled bool) appChange {
	return func(ctx context.Context, tx *store.Tx, in EIAM, app *eiam.Application, _ *eiam.Client) (string, error) {
		app.Disabled = disabled
		return "", eiam.UpdateApplication(ctx, tx, in.Account, app, tx.Now())
	}
}

// ChangeApplication does one of the changes, by name, and answers the application as it is then.
func (a *Actions) ChangeApplication(ctx context.Context, change string, in EIAM) (*Application, error) {
	how, ok := appChanges[change]
	if !ok {
		return nil, fmt.Errorf("an application cannot be changed by %q: %s", change, strings.Join(slices.Sorted(maps.Keys(appChanges)), ", "))
	}
	var out *Application
	err := a.inTenant(ctx, in, how.action, struct {
		Application string
		Settings    AppSettings `json:",omitzero"`
		Permissions []string    `json:",omitempty"`
		Targets     *[]string   `json:",omitempty"`
	}{in.Application, in.Settings, in.Codes, in.Targets}, func(tx *store.Tx) ([]string, error) {
		app, err := findApplication(ctx, tx, in.Account, in.Application)
		if err != nil {
			return nil, err
		}
		client, err := eiam.GetClient(ctx, tx, in.Account, app.ID)
		if err != nil {
			return nil, err
		}
		secret, err := how.do(ctx, tx, in, app, client)
		if err == nil {
			out, err = shown(ctx, tx, in.Account, app)
		}
		if err != nil {
			return nil, err
		}
		out.Secret = secret
		return []string{applicationName(in.Account, app.ID)}, nil
	})
	return out, err
}

// DeleteApplication deletes an application with everything in it.
func (a *Actions) DeleteApplication(ctx context.Context, in EIAM) error {
	return a.inTenant(ctx, in, "hufu:DeleteApplication", struct{ Application string }{in.Application}, func(tx *store.Tx) ([]string, error) {
		app, err := findApplication(ctx, tx, in.Account, in.Application)
		if err != nil {
			return nil, err
		}
		return []string{applicationName(in.Account, app.ID)}, eiam.DeleteApplication(ctx, tx, in.Account, app.ID)
	})
}

// SetTenant changes what is given of a tenant and answers it as it is then.
func (a *Actions) SetTenant(ctx context.Context, in EIAM) (*Tenant, error) {
	var out *Tenant
	err := a.inTenant(ctx, in, "hufu:SetTenant", struct {
		Hosts *[]string `json:",omitempty"`
		Zone  *string   `json:",omitempty"`
		Jobs  *bool     `json:",omitempty"`
	}{in.Hosts, in.Zone, in.Jobs}, func(tx *store.Tx) ([]string, error) {
		t, err := eiam.GetTenant(ctx, tx, in.Account)
		if err != nil {
			return nil, err
		}
		hosts, zone, jobs := t.Hosts, t.Zone.String(), t.JobManagement
		if in.Hosts != nil {
			hosts = *in.Hosts
		}
		if in.Zone != nil {
			zone = *in.Zone
		}
		if in.Jobs != nil {
			jobs = *in.Jobs
		}
		if err = eiam.SetTenant(ctx, tx, in.Account, hosts, zone, jobs); err == nil {
			out, err = shownTenant(ctx, tx, in.Account)
		}
		return nil, err
	})
	return out, err
}

func shownTenant(ctx context.Context, q store.Queryer, a store.Account) (*Tenant, error) {
	t, err := eiam.GetTenant(ctx, q, a)
	if err != nil {
		return nil, err
	}
	out := &Tenant{Account: a, Hosts: t.Hosts, Zone: t.Zone.String(), JobManagement: t.JobManagement, Attributes: []eiam.Attribute{}}
	for _, scope := range []string{eiam.ScopeUser, eiam.ScopeOrg, eiam.ScopeAccount, eiam.ScopeAppOrg} {
		all, err := eiam.Attributes(ctx, q, a, scope)
		if err != nil {
			return nil, err
		}
		out.Attributes = append(out.Attributes, all...)
	}
	return out, nil
}

// ListTenants is what every root account has set as a tenant, or the defaults.
func (a *Actions) ListTenants(ctx context.Context) ([]*Tenant, error) {
	all, err := account.List(ctx, a.DB.Read())
	if err != nil {
		return nil, err
	}
	out := []*Tenant{}
	for _, of := range all {
		t, err := shownTenant(ctx, a.DB.Read(), of.UIN)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// SetAttribute says something about an attribute of a tenant's objects.
func (a *Actions) SetAttribute(ctx context.Context, in EIAM) error {
	return a.inTenant(ctx, in, "hufu:SetAttribute", in.Attribute, func(tx *store.Tx) ([]string, error) {
		return nil, eiam.SetAttribute(ctx, tx, in.Account, in.Attribute)
	})
}

// RemoveAttribute takes it back.
func (a *Actions) RemoveAttribute(ctx context.Context, in EIAM) error {
	return a.inTenant(ctx, in, "hufu:RemoveAttribute", in.Attribute, func(tx *store.Tx) ([]string, error) {
		err := eiam.RemoveAttribute(ctx, tx, in.Account, in.Attribute.Scope, in.Attribute.Name)
		if errors.Is(err, eiam.ErrNotFound) {
			err = fmt.Errorf("nothing is set about the attribute %q of %s", in.Attribute.Name, in.Attribute.Scope)
		}
		return nil, err
	})
}

// ImportPermissions makes the permissions of an application what the trees say.
func (a *Actions) ImportPermissions(ctx context.Context, in EIAM) (*eiam.Imported, error) {
	if in.Trees == nil {
		return nil, errors.New("there is nothing to import")
	}
	var out *eiam.Imported
	parameters := map[string]any{"Application": in.Application} // the trees may be long
	err := a.inTenant(ctx, in, "hufu:ImportPermissions", parameters, func(tx *store.Tx) ([]string, error) {
		app, err := findApplication(ctx, tx, in.Account, in.Application)
		if err != nil {
			return nil, err
		}
		out, err = eiam.ImportPermissions(ctx, tx, in.Account, app.ID, in.Trees, tx.Now())
		parameters["Imported"] = out
		return []string{applicationName(in.Account, app.ID)}, err
	})
	return out, err
}

// BindOrphan gives an account that is nobody's to a user.
func (a *Actions) BindOrphan(ctx context.Context, in EIAM) error {
	return a.inTenant(ctx, in, "hufu:BindOrphan", struct{ Account, User string }{in.Orphan, in.User}, func(tx *store.Tx) ([]string, error) {
		person, err := directory.Get(ctx, tx, in.Account, in.User)
		if errors.Is(err, directory.ErrNotFound) {
			person, err = directory.ByLogin(ctx, tx, in.Account, in.User)
		}
		if errors.Is(err, directory.ErrNotFound) {
			return nil, fmt.Errorf("the tenant has no user %q", in.User)
		}
		if err != nil {
			return nil, err
		}
		err = eiam.BindOrphan(ctx, tx, in.Account, in.Orphan, person.ID, tx.Now())
		if errors.Is(err, eiam.ErrNotFound) {
			err = fmt.Errorf("the tenant has no account %q", in.Orphan)
		}
		return nil, err
	})
}

// runEIAM does what a request about employee identity names.
func (a *Actions) runEIAM(ctx context.Context, op string, in EIAM) (any, error) {
	switch op {
	case "app.create":
		return a.CreateApplication(ctx, in)
	case "app.list":
		return a.ListApplications(ctx, in)
	case "app.show":
		return a.ShowApplication(ctx, in)
	case "app.delete":
		return struct{}{}, a.DeleteApplication(ctx, in)
	case "tenant.set":
		return a.SetTenant(ctx, in)
	case "tenant.list":
		return a.ListTenants(ctx)
	case "attribute.set":
		return struct{}{}, a.SetAttribute(ctx, in)
	case "attribute.remove":
		return struct{}{}, a.RemoveAttribute(ctx, in)
	case "permissions.import":
		return a.ImportPermissions(ctx, in)
	case "account.bind":
		return struct{}{}, a.BindOrphan(ctx, in)
	}
	if change, ok := strings.CutPrefix(op, "app."); ok {
		return a.ChangeApplication(ctx, change, in)
	}
	return nil, unknownOperation("eiam." + op)
}

// EIAM does what a command about employee identity names ("app.create"), and reads its answer into out, which may be nil.
func (c Commands) EIAM(ctx context.Context, op string, in EIAM, out any) error {
	text, err := ask[json.RawMessage](ctx, c, request{Op: eiamPrefix + op, EIAM: &in}, silent)
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(text, out)
}

// eiamPrefix is what the operations about employee identity begin with.
const eiamPrefix = "eiam."
