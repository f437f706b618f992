package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/eiam"
	"github.com/hufu-iam/hufu/internal/operator"
	"github.com/hufu-iam/hufu/internal/store"
)

// eiamCommand manages what employee identity has no API for.
type eiamCommand struct {
	App         eiamAppCommand         `cmd:"" help:"Manage applications: their clients, permission codes and settings."`
	Tenant      eiamTenantCommand      `cmd:"" help:"Manage tenants: their hosts, zone and job management."`
	Attribute   eiamAttributeCommand   `cmd:"" help:"Say which attributes are mandatory, and define further ones."`
	Permissions eiamPermissionsCommand `cmd:"" help:"Bring the permissions of an application, and who has them."`
	Account     eiamAccountCommand     `cmd:"" help:"Manage accounts in applications."`
}

// tenantFlags say in which tenant a command works.
type tenantFlags struct {
	databaseFlags
	Account int64 `help:"uin of the root account that is the tenant." required:"" placeholder:"UIN"`
}

// do runs one operation and reads its answer into out.
func (t tenantFlags) do(ctx context.Context, op string, in operator.EIAM, out any) error {
	in.Account = store.Account(t.Account)
	return t.with(ctx, func(c operator.Commands) error { return c.EIAM(ctx, op, in, out) })
}

// print runs one operation and prints its answer as JSON.
func (t tenantFlags) print(ctx context.Context, op string, in operator.EIAM) error {
	var out json.RawMessage
	if err := t.do(ctx, op, in, &out); err != nil {
		return err
	}
	return printJSON(out)
}

type eiamAppCommand struct {
	Create   eiamAppCreate   `cmd:"" help:"Make an application; prints one JSON object with its client id and, once, its client secret."`
	List     eiamAppList     `cmd:"" help:"List the applications of a tenant."`
	Show     eiamAppShow     `cmd:"" help:"Print one application as JSON."`
	Grant    eiamAppGrant    `cmd:"" help:"Give an application permission codes; prints it as JSON."`
	Revoke   eiamAppRevoke   `cmd:"" help:"Take permission codes from an application, at once; prints it as JSON."`
	Rotate   eiamAppRotate   `cmd:"" help:"Make a new client secret and revoke the application's tokens; prints it as JSON, with the secret."`
	Enable   eiamAppEnable   `cmd:"" help:"Undo disable."`
	Disable  eiamAppDisable  `cmd:"" help:"Revoke the application's tokens and give it no new ones; its accounts can still be managed."`
	Delete   eiamAppDelete   `cmd:"" help:"Delete an application with its accounts, roles, organizations and permissions."`
	Settings eiamAppSettings `cmd:"" help:"Change the settings of an application; prints it as JSON."`
	Targets  eiamAppTargets  `cmd:"" help:"Limit which applications an application may manage; prints it as JSON."`
}

type eiamAppCreate struct {
	tenantFlags
	Name        string   `help:"Name of the application, unique in the tenant." required:""`
	Permissions []string `help:"Permission codes such as account_all; without one the application may not use the API." sep:","`
	OrgModel    bool     `help:"It has organizations of its own."`
	RoleModel   bool     `help:"It has roles."`
	SingleRole  bool     `help:"An account has one role at most."`
	TokenLife   int64    `help:"Seconds that a token lives, 60 to 86400." default:"1800" placeholder:"SECONDS"`
}

// Run makes the application.
func (e *eiamAppCreate) Run(ctx context.Context) error {
	return e.print(ctx, "app.create", operator.EIAM{Codes: e.Permissions, Settings: operator.AppSettings{
		Name: &e.Name, OrgModel: &e.OrgModel, RoleModel: &e.RoleModel, SingleRole: &e.SingleRole, TokenSeconds: &e.TokenLife}})
}

type eiamAppList struct {
	tenantFlags
	JSON bool `help:"Print a JSON list." name:"json"`
}

// Run lists the applications.
func (e *eiamAppList) Run(ctx context.Context) error {
	if e.JSON {
		return e.print(ctx, "app.list", operator.EIAM{})
	}
	var all []operator.Application
	if err := e.do(ctx, "app.list", operator.EIAM{}, &all); err != nil {
		return err
	}
	return table(func(w io.Writer) {
		fmt.Fprintln(w, "ID\tNAME\tCLIENT\tSTATE\tPERMISSIONS\tCREATED")
		for _, x := range all {
			state := "enabled"
			if x.Disabled {
				state = "disabled"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", x.ID, x.Name, x.ClientID, state, strings.Join(x.Permissions, ","), x.Created.Format(time.DateTime))
		}
	})
}

// appFlags are those of a command about one application.
type appFlags struct {
	tenantFlags
	Application string `arg:"" help:"Id or name of the application."`
}

type eiamAppShow struct{ appFlags }

// Run prints the application.
func (e *eiamAppShow) Run(ctx context.Context) error {
	return e.print(ctx, "app.show", operator.EIAM{Application: e.Application})
}

type eiamAppGrant struct {
	appFlags
	Codes []string `arg:"" help:"Permission codes." name:"code"`
}

// Run grants.
func (e *eiamAppGrant) Run(ctx context.Context) error {
	return e.print(ctx, "app.grant", operator.EIAM{Application: e.Application, Codes: e.Codes})
}

type eiamAppRevoke struct {
	appFlags
	Codes []string `arg:"" help:"Permission codes." name:"code"`
}

// Run revokes.
func (e *eiamAppRevoke) Run(ctx context.Context) error {
	return e.print(ctx, "app.revoke", operator.EIAM{Application: e.Application, Codes: e.Codes})
}

type eiamAppRotate struct{ appFlags }

// Run makes the new secret.
func (e *eiamAppRotate) Run(ctx context.Context) error {
	return e.print(ctx, "app.rotate", operator.EIAM{Application: e.Application})
}

type eiamAppEnable struct{ appFlags }

// Run enables the application.
func (e *eiamAppEnable) Run(ctx context.Context) error {
	return e.print(ctx, "app.enable", operator.EIAM{Application: e.Application})
}

type eiamAppDisable struct{ appFlags }

// Run disables the application.
func (e *eiamAppDisable) Run(ctx context.Context) error {
	return e.print(ctx, "app.disable", operator.EIAM{Application: e.Application})
}

type eiamAppDelete struct{ appFlags }

// Run deletes the application.
func (e *eiamAppDelete) Run(ctx context.Context) error {
	if err := e.do(ctx, "app.delete", operator.EIAM{Application: e.Application}, nil); err != nil {
		return err
	}
	fmt.Printf("application %s is deleted\n", e.Application)
	return nil
}

type eiamAppSettings struct {
	appFlags
	Name       *string `help:"Rename it."`
	OrgModel   *bool   `help:"Whether it has organizations of its own." negatable:""`
	RoleModel  *bool   `help:"Whether it has roles." negatable:""`
	SingleRole *bool   `help:"Whether an account has one role at most." negatable:""`
	API        *bool   `help:"Whether it may use the API at all." name:"api" negatable:""`
	TokenLife  *int64  `help:"Seconds that a new token lives, 60 to 86400." placeholder:"SECONDS"`
}

// Run changes what is given.
func (e *eiamAppSettings) Run(ctx context.Context) error {
	return e.print(ctx, "app.settings", operator.EIAM{Application: e.Application, Settings: operator.AppSettings{
		Name: e.Name, OrgModel: e.OrgModel, RoleModel: e.RoleModel, SingleRole: e.SingleRole, API: e.API, TokenSeconds: e.TokenLife}})
}

type eiamAppTargets struct {
	appFlags
	Only []string `help:"Ids or names of the applications that it may manage." placeholder:"APP" xor:"limit" sep:"none"`
	None bool     `help:"It may manage no application." xor:"limit"`
	All  bool     `help:"It may manage every application of the tenant." xor:"limit"`
}

// Run changes the limit.
func (e *eiamAppTargets) Run(ctx context.Context) error {
	in := operator.EIAM{Application: e.Application}
	switch {
	case len(e.Only) > 0:
		in.Targets = &e.Only
	case e.None:
		in.Targets = &[]string{}
	case !e.All:
		return errors.New("say which applications it may manage: --only APP, which may be given several times, --none or --all")
	}
	return e.print(ctx, "app.targets", in)
}

type eiamTenantCommand struct {
	Set  eiamTenantSet  `cmd:"" help:"Change what is given of a tenant; prints it as JSON."`
	List eiamTenantList `cmd:"" help:"Print all tenants as a JSON list."`
}

type eiamTenantSet struct {
	tenantFlags
	Host          []string `help:"Host whose requests are for this tenant, in place of those before; may be given several times." xor:"host" sep:"none"`
	NoHost        bool     `help:"The tenant has no host of its own." xor:"host"`
	Zone          *string  `help:"Zone of the times in requests and answers." placeholder:"Asia/Shanghai"`
	JobManagement *bool    `help:"Whether users have jobs." negatable:""`
}

// Run changes the tenant.
func (e *eiamTenantSet) Run(ctx context.Context) error {
	in := operator.EIAM{Zone: e.Zone, Jobs: e.JobManagement}
	if len(e.Host) > 0 || e.NoHost {
		in.Hosts = &e.Host
	}
	if in.Hosts != nil && *in.Hosts == nil {
		in.Hosts = &[]string{}
	}
	return e.print(ctx, "tenant.set", in)
}

type eiamTenantList struct{ databaseFlags }

// Run prints the tenants.
func (e *eiamTenantList) Run(ctx context.Context) error {
	return tenantFlags{databaseFlags: e.databaseFlags}.print(ctx, "tenant.list", operator.EIAM{})
}

type eiamAttributeCommand struct {
	Set    eiamAttributeSet    `cmd:"" help:"Make a built-in attribute mandatory, or define a further one."`
	Remove eiamAttributeRemove `cmd:"" help:"Take back what was set about an attribute; values stay."`
}

// attributeFlags name an attribute.
type attributeFlags struct {
	tenantFlags
	Name  string `arg:"" help:"Name of the attribute: a built-in one such as email, or one of your own."`
	Scope string `help:"Whose attribute it is: user, org, account or apporg." enum:"user,org,account,apporg" default:"user"`
}

type eiamAttributeSet struct {
	attributeFlags
	Type     string `help:"Type of an attribute of your own: text, number, switch or multi." enum:"text,number,switch,multi" default:"text"`
	Required bool   `help:"It is mandatory."`
}

// Run sets the attribute.
func (e *eiamAttributeSet) Run(ctx context.Context) error {
	return e.do(ctx, "attribute.set", operator.EIAM{Attribute: eiam.Attribute{Scope: e.Scope, Name: e.Name, Type: e.Type, Required: e.Required}}, nil)
}

type eiamAttributeRemove struct{ attributeFlags }

// Run takes it back.
func (e *eiamAttributeRemove) Run(ctx context.Context) error {
	return e.do(ctx, "attribute.remove", operator.EIAM{Attribute: eiam.Attribute{Scope: e.Scope, Name: e.Name}}, nil)
}

type eiamPermissionsCommand struct {
	Import eiamPermissionsImport `cmd:"" help:"Make the permissions of an application, and who has them, what a file says; prints what there is as JSON."`
}

type eiamPermissionsImport struct {
	tenantFlags
	Application string `help:"Id or name of the application." required:"" name:"app" placeholder:"APP"`
	File        string `arg:"" help:"JSON file with the members func, data, roles and accounts; - is the standard input."`
}

// Run imports the file.
func (e *eiamPermissionsImport) Run(ctx context.Context) error {
	text, err := readFile(e.File)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var trees eiam.Trees
	if err := d.Decode(&trees); err != nil {
		return fmt.Errorf("%s: %w", e.File, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: there is text after the JSON object", e.File)
	}
	return e.print(ctx, "permissions.import", operator.EIAM{Application: e.Application, Trees: &trees})
}

func readFile(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(name)
}

type eiamAccountCommand struct {
	Bind eiamAccountBind `cmd:"" help:"Give an account that is nobody's (an orphan) to a user."`
}

type eiamAccountBind struct {
	tenantFlags
	ID   string `arg:"" help:"Id of the account."`
	User string `arg:"" help:"Id or login of the user."`
}

// Run binds the account.
func (e *eiamAccountBind) Run(ctx context.Context) error {
	if err := e.do(ctx, "account.bind", operator.EIAM{Orphan: e.ID, User: e.User}, nil); err != nil {
		return err
	}
	fmt.Printf("account %s is %s's\n", e.ID, e.User)
	return nil
}
