package eiam

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
)

// The bounds of what applications' organizations and roles are called, in characters.
const (
	maxCode = 64
	maxName = 100
)

// AppOrganization is an organization of an application.
type AppOrganization struct {
	ID        string
	App       string
	Code      string // unique in the application
	Name      string
	Parent    string // "" for a root
	Virtual   bool   // made for the application, which may change it; else it mirrors one of the tenant
	Disabled  bool
	Extension string // a JSON object
}

const appOrganizationColumns = `o.id, o.app, o.code, o.name, o.parent, o.virtual, o.disabled, o.extension`

const selectAppOrganization = `SELECT ` + appOrganizationColumns + ` FROM eiam_app_orgs o WHERE o.account = $1 AND o.app = $2 AND `

func scanAppOrganization(r store.Row) (*AppOrganization, error) {
	var o AppOrganization
	if err := r.Scan(&o.ID, &o.App, &o.Code, &o.Name, &o.Parent, &o.Virtual, &o.Disabled, &o.Extension); err != nil {
		return nil, fmt.Errorf("read application organization: %w", err)
	}
	return &o, nil
}

// GetAppOrganization finds an organization of an application. APP.ORG.0024 where there is none, also if another application
// has it.
func GetAppOrganization(ctx context.Context, q store.Queryer, a store.Account, app, id string) (*AppOrganization, error) {
	return one(ctx, q, code.APPORG0024, scanAppOrganization, selectAppOrganization+`o.id = $3`, a, app, id)
}

func appOrganizationByCode(ctx context.Context, q store.Queryer, a store.Account, app, orgCode string) (*AppOrganization, error) {
	return one(ctx, q, code.APPORG0024, scanAppOrganization, selectAppOrganization+`o.code = $3`, a, app, orgCode)
}

// CreateAppOrganization makes an organization of an application and answers its id. COM.0601, APP.ORG.0040, APP.0009.
func CreateAppOrganization(ctx context.Context, tx *store.Tx, a store.Account, in AppOrganization, at time.Time) (id string, err error) {
	in.Code, in.Name = strings.TrimSpace(in.Code), strings.TrimSpace(in.Name)
	if !isTitle(in.Code, maxCode) || !isTitle(in.Name, maxName) {
		return "", fault.New(codeParameter)
	}
	if err := checkParent(ctx, tx, a, &in); err != nil {
		return "", err
	}
	if err := refuseIfAny(ctx, tx, code.APP0009, `eiam_app_orgs WHERE account = $1 AND app = $2 AND code = $3`, a, in.App, in.Code); err != nil {
		return "", err
	}
	if id, err = directory.NextID(ctx, tx, "eiam_app_orgs", a, at); err != nil {
		return "", err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO eiam_app_orgs (account, id, app, code, name, parent, virtual, extension, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '{}', $8, $8)`, a, id, in.App, in.Code, in.Name, in.Parent, in.Virtual, at.UnixMilli())
	if err != nil {
		return "", fmt.Errorf("create application organization: %w", err)
	}
	return id, nil
}

// isTitle accepts texts that are not blank, of so many characters, none of which is a control character.
func isTitle(s string, most int) bool { return strings.TrimSpace(s) != "" && isPlain(s, most) }

// checkParent is APP.ORG.0040 unless the parent, if there is to be one, is another organization of the application that is
// not below the organization itself.
func checkParent(ctx context.Context, q store.Queryer, a store.Account, o *AppOrganization) error {
	if o.Parent == "" {
		return nil
	}
	if _, err := one(ctx, q, code.APPORG0040, scanAppOrganization, selectAppOrganization+`o.id = $3`, a, o.App, o.Parent); err != nil {
		return err
	}
	above, err := lineage(ctx, q, "eiam_app_orgs", a, o.Parent)
	if err != nil {
		return err
	}
	if len(above) >= maxLevels || slices.Contains(above, o.ID) {
		return fault.New(code.APPORG0040)
	}
	return nil
}

// UpdateAppOrganization writes the name and the parent of an organization that is there. COM.0601, APP.ORG.0041 for one that
// mirrors the tenant's, APP.ORG.0040.
func UpdateAppOrganization(ctx context.Context, tx *store.Tx, a store.Account, o *AppOrganization, at time.Time) error {
	if !isTitle(o.Name, maxName) {
		return fault.New(codeParameter)
	}
	if !o.Virtual {
		return fault.New(code.APPORG0041)
	}
	if err := checkParent(ctx, tx, a, o); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE eiam_app_orgs SET name = $3, parent = $4, updated_at = $5 WHERE account = $1 AND id = $2`,
		a, o.ID, o.Name, o.Parent, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("update application organization: %w", err)
	}
	return nil
}

// DeleteAppOrganization deletes an organization that has nothing below it, and no account in it. APP.ORG.0041, APP.ORG.0027,
// APP.ORG.0028.
func DeleteAppOrganization(ctx context.Context, tx *store.Tx, a store.Account, o *AppOrganization) error {
	if !o.Virtual {
		return fault.New(code.APPORG0041)
	}
	if err := refuseIfAny(ctx, tx, code.APPORG0027, `eiam_app_orgs WHERE account = $1 AND parent = $2 AND parent <> ''`, a, o.ID); err != nil {
		return err
	}
	if err := refuseIfAny(ctx, tx, code.APPORG0028, `eiam_accounts WHERE account = $1 AND app_org = $2 AND app_org <> ''`, a, o.ID); err != nil {
		return err
	}
	return run(ctx, tx, "delete application organization", []string{`DELETE FROM eiam_app_orgs WHERE account = $1 AND id = $2`}, a, o.ID)
}

// withOrganizations finds the application that a call names, and refuses one that has no organizations.
func (p *Product) withOrganizations(ctx context.Context, q store.Queryer, c *call.Call, id string) error {
	app, err := p.Application(ctx, q, c, id)
	if err == nil && !app.OrgModel {
		err = fault.New(code.APPOBJECTMODEL0005)
	}
	return err
}

// appOrganization is the look for the organization that a path names, in the application that it names before; what is
// found is in found.
func (p *Product) appOrganization(ctx context.Context, c *call.Call, app, id string, found **AppOrganization) look {
	return func(q store.Queryer) error {
		err := p.withOrganizations(ctx, q, c, app)
		if err == nil {
			*found, err = GetAppOrganization(ctx, q, c.Account(), app, id)
		}
		return err
	}
}

// CreateAppOrganization makes an organization for an application.
func (p *Product) CreateAppOrganization(ctx context.Context, c *call.Call, in *eiamv2.CreateAppOrganizationRequest) (*eiamv2.CreateAppOrganizationResponse, error) {
	out := &eiamv2.CreateAppOrganizationResponse{}
	err := p.write(ctx, c, func(q store.Queryer) error { return p.withOrganizations(ctx, q, c, in.AppId) }, func(tx *store.Tx) (err error) {
		o := AppOrganization{App: in.AppId, Code: in.OrgCode, Name: in.Name, Parent: given(in.ParentId), Virtual: true}
		if out.OrgId, err = CreateAppOrganization(ctx, tx, c.Account(), o, c.At); err == nil {
			touched(c, "app-organization", out.OrgId)
		}
		return err
	})
	return out, err
}

// UpdateAppOrganization changes what is given of an organization. An empty name keeps the one that is there, an empty parent
// makes the organization a root.
func (p *Product) UpdateAppOrganization(ctx context.Context, c *call.Call, in *eiamv2.UpdateAppOrganizationRequest) (*eiamv2.UpdateAppOrganizationResponse, error) {
	var o *AppOrganization
	err := p.write(ctx, c, p.appOrganization(ctx, c, in.AppId, in.AppOrgId, &o), func(tx *store.Tx) error {
		if name := strings.TrimSpace(given(in.Name)); name != "" {
			o.Name = name
		}
		if in.ParentId != nil {
			o.Parent = *in.ParentId
		}
		return UpdateAppOrganization(ctx, tx, c.Account(), o, c.At)
	})
	return &eiamv2.UpdateAppOrganizationResponse{OrgId: in.AppOrgId}, err
}

// DeleteAppOrganization deletes an organization that is empty.
func (p *Product) DeleteAppOrganization(ctx context.Context, c *call.Call, in *eiamv2.DeleteAppOrganizationRequest) (*eiamv2.DeleteAppOrganizationResponse, error) {
	var o *AppOrganization
	err := p.write(ctx, c, p.appOrganization(ctx, c, in.AppId, in.AppOrgId, &o), func(tx *store.Tx) error {
		return DeleteAppOrganization(ctx, tx, c.Account(), o)
	})
	return &eiamv2.DeleteAppOrganizationResponse{}, err
}

// GetAppOrganization shows an organization of an application.
func (p *Product) GetAppOrganization(ctx context.Context, c *call.Call, in *eiamv2.GetAppOrganizationRequest) (*eiamv2.GetAppOrganizationResponse, error) {
	var out eiamv2.GetAppOrganizationResponse
	var o *AppOrganization
	err := p.read(ctx, c, p.appOrganization(ctx, c, in.AppId, in.AppOrgId, &o), func(store.Queryer) error {
		out = eiamv2.GetAppOrganizationResponse(o.show())
		return nil
	})
	return &out, err
}

// show is an organization as answers have it.
func (o *AppOrganization) show() eiamv2.ApplicationOrganization {
	return eiamv2.ApplicationOrganization{OrgId: o.ID, OrgCode: o.Code, Name: o.Name, ParentId: nullable(o.Parent), Disabled: o.Disabled, Extension: json.RawMessage(o.Extension)}
}

// ListAppOrganizations lists the organizations of an application.
func (p *Product) ListAppOrganizations(ctx context.Context, c *call.Call, in *eiamv2.ListAppOrganizationsRequest) (*eiamv2.ListAppOrganizationsResponse, error) {
	out := &eiamv2.ListAppOrganizationsResponse{Organizations: []eiamv2.ApplicationOrganization{}}
	err := p.read(ctx, c, func(q store.Queryer) error { return p.withOrganizations(ctx, q, c, in.AppId) }, func(q store.Queryer) error {
		page, total, err := list(ctx, q, scanAppOrganization, appOrganizationColumns, `eiam_app_orgs o WHERE o.account = $1 AND o.app = $2`, `o.id`,
			PageOf(in.Offset, in.Limit), c.Account(), in.AppId)
		out.Total = total
		for _, o := range page {
			out.Organizations = append(out.Organizations, o.show())
		}
		return err
	})
	return out, err
}
