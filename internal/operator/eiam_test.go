package operator

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/eiam"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

// tenancy is a root account with commands about it, through the socket.
type tenancy struct {
	Commands
	t   *testing.T
	uin store.Account
}

func newTenancy(t *testing.T, db *store.DB) *tenancy {
	t.Helper()
	a, d := actions(t, db), dir(t)
	serve(t, d, a.Handler())
	made, err := a.CreateAccount(t.Context(), account.New{Name: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	return &tenancy{dial(t, d).Commands(), t, made.UIN}
}

// app does something with an application that has to succeed.
func (x *tenancy) app(op string, in EIAM) (out Application) {
	x.t.Helper()
	in.Account = x.uin
	if err := x.EIAM(x.t.Context(), op, in, &out); err != nil {
		x.t.Fatalf("%s: %v", op, err)
	}
	return out
}

// fails does something that has to answer this error.
func (x *tenancy) fails(want, op string, in EIAM) {
	x.t.Helper()
	if in.Account == 0 {
		in.Account = x.uin
	}
	if err := x.EIAM(x.t.Context(), op, in, nil); err == nil || err.Error() != want {
		x.t.Errorf("%s: %v, want %s", op, err, want)
	}
}

func TestApplicationsFromTheirMakingToTheirEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		x := newTenancy(t, db)
		yes, no, life := true, false, int64(600)
		made := x.app("app.create", EIAM{Settings: AppSettings{Name: new("crm"), OrgModel: &yes, TokenSeconds: &life}, Codes: []string{"user_read", "account_all"}})
		if len(made.Secret) != 32 || len(made.ClientID) != 32 || !made.API || !made.OrgModel || made.RoleModel || made.TokenSeconds != 600 || made.Disabled || made.Limited ||
			!slices.Equal(made.Permissions, []string{"account_all", "user_read"}) {
			t.Errorf("%+v", made)
		}
		secret := made.Secret
		made.Secret = ""
		same := func(op string, in EIAM, change func(a *Application)) {
			t.Helper()
			in.Application = "crm"
			got := x.app(op, in)
			got.Secret = ""
			change(&made)
			if d := cmp.Diff(made, got); d != "" {
				t.Errorf("%s (-want +got):\n%s", op, d)
			}
		}
		same("app.show", EIAM{}, func(*Application) {})
		same("app.grant", EIAM{Codes: []string{"org_read", "user_read"}}, func(a *Application) { a.Permissions = []string{"account_all", "org_read", "user_read"} })
		same("app.revoke", EIAM{Codes: []string{"user_read", "account_all"}}, func(a *Application) { a.Permissions = []string{"org_read"} })
		same("app.disable", EIAM{}, func(a *Application) { a.Disabled = true })
		same("app.enable", EIAM{}, func(a *Application) { a.Disabled = false })
		same("app.settings", EIAM{Settings: AppSettings{OrgModel: &no, RoleModel: &yes, SingleRole: &yes, API: &no}}, func(a *Application) {
			a.OrgModel, a.RoleModel, a.SingleRole, a.API = false, true, true, false
		})
		same("app.grant", EIAM{Codes: []string{"all"}}, func(a *Application) { a.API, a.Permissions = true, []string{"all", "org_read"} })
		same("app.targets", EIAM{Targets: &[]string{"crm"}}, func(a *Application) { a.Limited, a.Targets = true, []string{a.ID} })
		same("app.targets", EIAM{Targets: &[]string{}}, func(a *Application) { a.Targets = []string{} })
		same("app.targets", EIAM{}, func(a *Application) { a.Limited = false })
		rotated := x.app("app.rotate", EIAM{Application: made.ID})
		if rotated.ClientID != made.ClientID || len(rotated.Secret) != 32 || rotated.Secret == secret {
			t.Errorf("%+v", rotated)
		}
		other := x.app("app.create", EIAM{Settings: AppSettings{Name: new("erp")}})
		if other.API || len(other.Permissions) != 0 {
			t.Errorf("an application without permissions: %+v", other)
		}

		const none = `the tenant has no such application: "ghost"`
		x.fails("another application of the tenant has this name", "app.create", EIAM{Settings: AppSettings{Name: new("crm")}})
		x.fails("another application of the tenant has this name", "app.settings", EIAM{Application: "erp", Settings: AppSettings{Name: new("crm")}})
		x.fails(eiam.ErrName.Error(), "app.create", EIAM{Settings: AppSettings{Name: new("\n")}})
		x.fails(`there is no such permission code: "root"`, "app.create", EIAM{Settings: AppSettings{Name: new("x")}, Codes: []string{"root"}})
		x.fails(eiam.ErrTokenLife.Error(), "app.settings", EIAM{Application: "crm", Settings: AppSettings{TokenSeconds: new(int64(59))}})
		x.fails(eiam.ErrTokenLife.Error(), "app.create", EIAM{Settings: AppSettings{Name: new("x"), TokenSeconds: new(int64(86401))}})
		x.fails(`the application does not have the permission "user_all"`, "app.revoke", EIAM{Application: "crm", Codes: []string{"user_all"}})
		x.fails("no such root account", "app.create", EIAM{Account: 42, Settings: AppSettings{Name: new("x")}})
		x.fails(none, "app.targets", EIAM{Application: "crm", Targets: &[]string{"ghost"}})
		for _, op := range []string{"app.show", "app.grant", "app.rotate", "app.disable", "app.settings", "app.delete", "permissions.import"} {
			x.fails(none, op, EIAM{Application: "ghost", Trees: &eiam.Trees{}})
		}
		x.fails(`an application cannot be changed by "paint": disable, enable, grant, revoke, rotate, settings, targets`, "app.paint", EIAM{})
		x.fails(`the server does not know the operation "eiam.paint": are both of the same version?`, "paint", EIAM{})

		var all []Application
		if err := x.EIAM(t.Context(), "app.list", EIAM{Account: x.uin}, &all); err != nil || len(all) != 2 || all[0].Name != "crm" || all[1].Name != "erp" || all[0].Secret != "" {
			t.Errorf("%+v, %v", all, err)
		}
		if err := x.EIAM(t.Context(), "app.delete", EIAM{Account: x.uin, Application: made.ID}, nil); err != nil {
			t.Error(err)
		}
		x.fails(`the tenant has no such application: "crm"`, "app.show", EIAM{Application: "crm"})
		all = nil
		if err := x.EIAM(t.Context(), "app.list", EIAM{Account: x.uin}, &all); err != nil || len(all) != 1 {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

func TestTenantsAndAttributesAreSetByTheOperator(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		x := newTenancy(t, db)
		var got Tenant
		set := func(in EIAM) {
			t.Helper()
			in.Account, got = x.uin, Tenant{}
			if err := x.EIAM(t.Context(), "tenant.set", in, &got); err != nil {
				t.Fatal(err)
			}
		}
		attribute := func(op string, in eiam.Attribute) {
			t.Helper()
			if err := x.EIAM(t.Context(), op, EIAM{Account: x.uin, Attribute: in}, nil); err != nil {
				t.Fatal(err)
			}
		}
		set(EIAM{Hosts: &[]string{"ID.example.com"}, Jobs: new(false)})
		set(EIAM{Zone: new("Europe/Berlin")})
		attribute("attribute.set", eiam.Attribute{Scope: "user", Name: "email", Type: "text", Required: true})
		attribute("attribute.set", eiam.Attribute{Scope: "org", Name: "cost_center", Type: "number"})
		attribute("attribute.set", eiam.Attribute{Scope: "user", Name: "size", Type: "text"})
		attribute("attribute.remove", eiam.Attribute{Scope: "user", Name: "size"})
		var all []Tenant
		if err := x.EIAM(t.Context(), "tenant.list", EIAM{}, &all); err != nil {
			t.Fatal(err)
		}
		want := []Tenant{{Account: x.uin, Hosts: []string{"id.example.com"}, Zone: "Europe/Berlin", Attributes: []eiam.Attribute{
			{Scope: "user", Name: "email", Type: "text", Required: true}, {Scope: "org", Name: "cost_center", Type: "number", Custom: true}}}}
		if d := cmp.Diff(want, all); d != "" {
			t.Errorf("the tenants (-want +got):\n%s", d)
		}
		x.fails(eiam.ErrZone.Error(), "tenant.set", EIAM{Zone: new("Mars")})
		x.fails(eiam.ErrHost.Error(), "tenant.set", EIAM{Hosts: &[]string{"a b"}})
		x.fails(eiam.ErrScope.Error(), "attribute.set", EIAM{Attribute: eiam.Attribute{Scope: "dog", Name: "x", Type: "text"}})
		x.fails(eiam.ErrAttribute.Error(), "attribute.set", EIAM{Attribute: eiam.Attribute{Scope: "user", Name: "user_name", Type: "text"}})
		x.fails(eiam.ErrAttribute.Error(), "attribute.set", EIAM{Attribute: eiam.Attribute{Scope: "user", Name: "1x", Type: "text"}})
		x.fails(eiam.ErrAttributeType.Error(), "attribute.set", EIAM{Attribute: eiam.Attribute{Scope: "user", Name: "email", Type: "number"}})
		x.fails(`nothing is set about the attribute "size" of user`, "attribute.remove", EIAM{Attribute: eiam.Attribute{Scope: "user", Name: "size"}})
		x.fails(`the tenant has no user "bob"`, "account.bind", EIAM{Orphan: "x", User: "bob"})
	})
}

// What the operator does to a tenant stands in the tenant's trail, and no secret with it; what does not happen does not.
func TestTheOperatorOfTenantsIsInTheTrail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		x := newTenancy(t, db)
		made := x.app("app.create", EIAM{Settings: AppSettings{Name: new("crm")}, Codes: []string{"all"}})
		rotated := x.app("app.rotate", EIAM{Application: "crm"})
		x.app("app.grant", EIAM{Application: "crm", Codes: []string{"read"}})
		x.fails(`there is no such permission code: "x"`, "app.grant", EIAM{Application: "crm", Codes: []string{"x"}})
		if err := x.EIAM(t.Context(), "permissions.import", EIAM{Account: x.uin, Application: "crm", Trees: &eiam.Trees{}}, nil); err != nil {
			t.Fatal(err)
		}
		records, err := audit.Query(context.Background(), db.Read(), audit.Filter{Account: x.uin, After: 1, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range records {
			text, err := json.Marshal(r)
			if err != nil || strings.Contains(string(text), made.Secret) || strings.Contains(string(text), rotated.Secret) {
				t.Errorf("the record %s, %v", text, err)
			}
			if r.Door != "operator" || r.Outcome != "ok" {
				t.Errorf("the record %s", text)
			}
			if r.Action != "hufu:CreateAccount" && !slices.ContainsFunc(r.Resources, func(s string) bool { return strings.HasSuffix(s, ":application/"+made.ID) }) {
				t.Errorf("the record does not name the application: %s", text)
			}
			got = append(got, r.Action+" "+string(r.Parameters))
		}
		want := []string{
			`hufu:CreateAccount {"Name":"shop"}`,
			`hufu:CreateApplication {"Settings":{"name":"crm"},"Permissions":["all"]}`,
			`hufu:RotateApplicationSecret {"Application":"crm"}`,
			`hufu:GrantApplication {"Application":"crm","Permissions":["read"]}`,
			`hufu:ImportPermissions {"Application":"crm","Imported":{"func":0,"data":0,"holdings":0}}`,
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("the trail (-want +got):\n%s", d)
		}
	})
}
