package eiam

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
)

// organization is the look for the organization that a path names.
func organization(ctx context.Context, c *call.Call, id string) look {
	return func(q store.Queryer) error {
		_, err := GetOrganization(ctx, q, c.Account(), id)
		return err
	}
}

// CreateOrganization makes an organization.
func (p *Product) CreateOrganization(ctx context.Context, c *call.Call, in *eiamv2.CreateOrganizationRequest) (*eiamv2.CreateOrganizationResponse, error) {
	out := &eiamv2.CreateOrganizationResponse{}
	err := p.write(ctx, c, nothing, func(tx *store.Tx) error {
		attributes, err := definitionsOf(ctx, tx, c.Account(), ScopeOrg)
		if err != nil {
			return err
		}
		extension, err := attributes.extension(in.Extension, true)
		if err != nil {
			return err
		}
		o := Organization{Code: in.Code, Name: in.Name, Parent: given(in.ParentId), Category: in.Category, Extension: overlaid(nil, extension)}
		if in.Sequence != nil {
			o.Sequence = *in.Sequence
		}
		made, err := CreateOrganization(ctx, tx, c.Account(), o, c.At)
		if err != nil {
			return err
		}
		touched(c, "organization", made.ID)
		out.OrgId = made.ID
		return nil
	})
	return out, err
}

// UpdateOrganization changes what is given of an organization. An empty code or name keeps what is there; an empty parent
// makes the organization a root.
func (p *Product) UpdateOrganization(ctx context.Context, c *call.Call, in *eiamv2.UpdateOrganizationRequest) (*eiamv2.UpdateOrganizationResponse, error) {
	err := p.write(ctx, c, organization(ctx, c, in.OrgId), func(tx *store.Tx) error {
		o, err := GetOrganization(ctx, tx, c.Account(), in.OrgId)
		if err != nil {
			return err
		}
		attributes, err := definitionsOf(ctx, tx, c.Account(), ScopeOrg)
		if err != nil {
			return err
		}
		extension, err := attributes.extension(in.Extension, false)
		if err != nil {
			return err
		}
		o.Extension = overlaid(o.Extension, extension)
		replace(&o.Code, in.Code)
		replace(&o.Name, in.Name)
		replace(&o.Category, in.Category)
		if in.ParentId != nil {
			o.Parent = *in.ParentId
		}
		if in.Sequence != nil {
			o.Sequence = *in.Sequence
		}
		return UpdateOrganization(ctx, tx, c.Account(), o, c.At)
	})
	return &eiamv2.UpdateOrganizationResponse{OrgId: in.OrgId}, err
}

// replace changes a text to one that is given and not empty.
func replace(to *string, from *string) {
	if given(from) != "" {
		*to = *from
	}
}

// DeleteOrganization deletes an organization that is empty.
func (p *Product) DeleteOrganization(ctx context.Context, c *call.Call, in *eiamv2.DeleteOrganizationRequest) (*eiamv2.DeleteOrganizationResponse, error) {
	err := p.write(ctx, c, nothing, func(tx *store.Tx) error { return DeleteOrganization(ctx, tx, c.Account(), in.OrgId) })
	return &eiamv2.DeleteOrganizationResponse{}, err
}

// EnableOrganization enables an organization; again changes nothing.
func (p *Product) EnableOrganization(ctx context.Context, c *call.Call, in *eiamv2.EnableOrganizationRequest) (*eiamv2.EnableOrganizationResponse, error) {
	err := p.write(ctx, c, nothing, func(tx *store.Tx) error {
		return EnableOrganization(ctx, tx, c.Account(), in.OrgId, c.At)
	})
	return &eiamv2.EnableOrganizationResponse{OrgId: in.OrgId}, err
}

// DisableOrganization disables an organization in which nothing is enabled; again changes nothing.
func (p *Product) DisableOrganization(ctx context.Context, c *call.Call, in *eiamv2.DisableOrganizationRequest) (*eiamv2.DisableOrganizationResponse, error) {
	err := p.write(ctx, c, nothing, func(tx *store.Tx) error {
		return DisableOrganization(ctx, tx, c.Account(), in.OrgId, c.At)
	})
	return &eiamv2.DisableOrganizationResponse{OrgId: in.OrgId}, err
}

// GetOrganization shows an organization.
func (p *Product) GetOrganization(ctx context.Context, c *call.Call, in *eiamv2.GetOrganizationRequest) (*eiamv2.GetOrganizationResponse, error) {
	t, err := p.Tenant(ctx, c.Account())
	if err != nil {
		return nil, err
	}
	var out *eiamv2.GetOrganizationResponse
	err = p.read(ctx, c, nothing, func(q store.Queryer) error {
		o, err := GetOrganization(ctx, q, c.Account(), in.OrgId)
		if err != nil {
			return err
		}
		shown, err := o.show(t)
		out = (*eiamv2.GetOrganizationResponse)(&shown)
		return err
	})
	return out, err
}

// show is an organization as answers have it.
func (o *Organization) show(t *Tenant) (eiamv2.Organization, error) {
	extension, err := json.Marshal(o.Extension)
	return eiamv2.Organization{OrgId: o.ID, ParentId: nullable(o.Parent), Name: o.Name, Category: o.Category, OrgCode: o.Code,
		Sequence: &o.Sequence, Disabled: o.Disabled, CreatedAt: t.Time(o.Created), UpdatedAt: t.Time(o.Updated), Extension: extension}, err
}

// ListOrganizations lists the roots, what is right below an organization, or everything below it.
func (p *Product) ListOrganizations(ctx context.Context, c *call.Call, in *eiamv2.ListOrganizationsRequest) (*eiamv2.ListOrganizationsResponse, error) {
	t, err := p.Tenant(ctx, c.Account())
	if err != nil {
		return nil, err
	}
	out := &eiamv2.ListOrganizationsResponse{Organizations: []eiamv2.Organization{}}
	err = p.read(ctx, c, nothing, func(q store.Queryer) error {
		after, err := t.since(in.UpdatedAtGreater)
		if err != nil {
			return err
		}
		f := OrganizationFilter{Under: given(in.OrgId), Deep: in.AllChild, ModifiedAfter: after}
		if f.Under != "" {
			if _, err := GetOrganization(ctx, q, c.Account(), f.Under); err != nil {
				return err
			}
		}
		page, total, err := Organizations(ctx, q, c.Account(), f, PageOf(in.Offset, in.Limit))
		out.Total = total
		for _, o := range page {
			shown, failed := o.show(t)
			out.Organizations, err = append(out.Organizations, shown), errors.Join(err, failed)
		}
		return err
	})
	return out, err
}

// since is the time after which something must have changed to be listed, 0 for none. COM.0601.
func (t *Tenant) since(after *string) (ms int64, err error) {
	if given(after) == "" {
		return 0, nil
	}
	return t.ParseTime(*after)
}

// SetOrganizationLeader makes a user the leader of an organization. The user is looked for first.
func (p *Product) SetOrganizationLeader(ctx context.Context, c *call.Call, in *eiamv2.SetOrganizationLeaderRequest) (*eiamv2.SetOrganizationLeaderResponse, error) {
	err := p.write(ctx, c, nothing, func(tx *store.Tx) error {
		u, err := getUser(ctx, tx, c.Account(), given(in.LeaderId))
		if err != nil {
			return err
		}
		if !u.Enabled() {
			return fault.New(code.USER0004)
		}
		return SetLeader(ctx, tx, c.Account(), in.OrgId, u.ID, c.At)
	})
	return &eiamv2.SetOrganizationLeaderResponse{Result: true}, err
}

// GetOrganizationLeader shows the leader of an organization; every member is null while it has none.
func (p *Product) GetOrganizationLeader(ctx context.Context, c *call.Call, in *eiamv2.GetOrganizationLeaderRequest) (*eiamv2.GetOrganizationLeaderResponse, error) {
	out := &eiamv2.GetOrganizationLeaderResponse{}
	err := p.read(ctx, c, nothing, func(q store.Queryer) error {
		o, err := GetOrganization(ctx, q, c.Account(), in.OrgId)
		if err != nil || o.Leader == "" {
			return err
		}
		u, err := directory.Get(ctx, q, c.Account(), o.Leader)
		if err != nil {
			return err
		}
		out.LeaderId, out.LeaderUserName, out.LeaderName, out.LeaderStatus = &u.ID, &u.Login, nullable(u.Name), new(!u.Enabled())
		return nil
	})
	return out, err
}
