package eiam

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
)

// showUsers are persons as answers have them. at is the time of the call.
func showUsers(ctx context.Context, q store.Queryer, t *Tenant, persons []*directory.Person, at time.Time) ([]eiamv2.User, error) {
	ids := make([]string, len(persons))
	for i, u := range persons {
		ids[i] = u.ID
	}
	where, err := relations(ctx, q, t.Account, ids)
	if err != nil {
		return nil, err
	}
	managers, err := managersOf(ctx, q, t.Account, ids)
	if err != nil {
		return nil, err
	}
	users := make([]eiamv2.User, len(persons))
	for i, u := range persons {
		extension, err := json.Marshal(u.Extension)
		if err != nil {
			return nil, err
		}
		users[i] = showUser(t, u, at)
		users[i].Extension, users[i].AttrManagerId = extension, nullable(managers[u.ID])
		users[i].UserOrgRelationList = where[u.ID]
		if own := where[u.ID]; len(own) > 0 && own[0].RelationType == primary {
			users[i].OrgId = &own[0].OrgId
		}
	}
	return users, nil
}

// showUser is what the directory alone knows of a user.
func showUser(t *Tenant, u *directory.Person, at time.Time) eiamv2.User {
	attribute := func(name string) *string { return nullable(u.Attributes[name]) }
	return eiamv2.User{UserId: u.ID, UserName: u.Login, Name: nullable(u.Name), Mobile: nullable(u.Mobile), Email: nullable(u.Email),
		FirstName: nullable(u.FirstName), MiddleName: nullable(u.MiddleName), LastName: nullable(u.LastName),
		EmployeeId: nullable(u.EmployeeID), ExternalId: nullable(u.ExternalID),
		AttrCity: attribute("attr_city"), AttrNickName: attribute("attr_nick_name"), AttrArea: attribute("attr_area"), AttrGender: attribute("attr_gender"),
		AttrWorkPlace: attribute("attr_work_place"), AttrIdentityType: attribute("attr_identity_type"), AttrIdentityNumber: attribute("attr_identity_number"),
		AttrUserType: attribute("attr_user_type"), AttrBirthday: day(u.Attributes["attr_birthday"]), AttrHireDate: day(u.Attributes["attr_hire_date"]),
		PwdMustModify: u.MustModify, Disabled: !u.Enabled(), Locked: u.Locked(at), Grade: u.Grade,
		CreatedAt: t.Time(u.Created.UnixMilli()), UpdatedAt: t.Time(u.Modified.UnixMilli()), PwdChangeAt: moment(t, u.PasswordChanged),
		LastLoginIp: nullable(u.LastLoginIP), LastLoginAt: moment(t, u.LastLogin)}
}

// day is a day of an answer: the form of a time, at midnight of whatever zone.
func day(s string) *string {
	if s == "" {
		return nil
	}
	return new(s + " 00:00:00.000")
}

// moment is a time of an answer, nil for the zero time.
func moment(t *Tenant, at time.Time) *string {
	if at.IsZero() {
		return nil
	}
	return new(t.Time(at.UnixMilli()))
}

func managersOf(ctx context.Context, q store.Queryer, a store.Account, persons []string) (map[string]string, error) {
	all := map[string]string{}
	if len(persons) == 0 {
		return all, nil
	}
	_, err := store.Collect(ctx, q, func(r store.Row) (none struct{}, err error) {
		var person, manager string
		if err = r.Scan(&person, &manager); err == nil {
			all[person] = manager
		}
		return none, err
	}, `SELECT person, manager FROM eiam_managers WHERE account = $1 AND person IN (`+store.Placeholders(2, len(persons))+`)`, idArgs(a, persons)...)
	if err != nil {
		return nil, fmt.Errorf("read managers: %w", err)
	}
	return all, nil
}

// lookUp shows the user that find finds.
func (p *Product) lookUp(ctx context.Context, c *call.Call, find func(q store.Queryer) (*directory.Person, error)) (*eiamv2.User, error) {
	t, err := p.Tenant(ctx, c.Account())
	if err != nil {
		return nil, err
	}
	var out *eiamv2.User
	err = p.read(ctx, c, nothing, func(q store.Queryer) error {
		u, err := find(q)
		if err != nil {
			return userFault(err)
		}
		shown, err := showUsers(ctx, q, t, []*directory.Person{u}, c.At)
		if err != nil {
			return err
		}
		out = &shown[0]
		return nil
	})
	return out, err
}

// GetUser shows a user.
func (p *Product) GetUser(ctx context.Context, c *call.Call, in *eiamv2.GetUserRequest) (*eiamv2.GetUserResponse, error) {
	u, err := p.lookUp(ctx, c, func(q store.Queryer) (*directory.Person, error) { return directory.Get(ctx, q, c.Account(), in.UserId) })
	return (*eiamv2.GetUserResponse)(u), err
}

// GetUserByName shows the user with a login, in whatever case.
func (p *Product) GetUserByName(ctx context.Context, c *call.Call, in *eiamv2.GetUserByNameRequest) (*eiamv2.GetUserByNameResponse, error) {
	u, err := p.lookUp(ctx, c, func(q store.Queryer) (*directory.Person, error) {
		return directory.ByLogin(ctx, q, c.Account(), in.UserName)
	})
	return (*eiamv2.GetUserByNameResponse)(u), err
}

// GetUserByMobile shows the user with a mobile number, with or without its country code.
func (p *Product) GetUserByMobile(ctx context.Context, c *call.Call, in *eiamv2.GetUserByMobileRequest) (*eiamv2.GetUserByMobileResponse, error) {
	u, err := p.lookUp(ctx, c, func(q store.Queryer) (*directory.Person, error) {
		if given(in.Mobile) == "" {
			return nil, fault.New(code.USER0011)
		}
		return directory.ByMobile(ctx, q, c.Account(), *in.Mobile)
	})
	return (*eiamv2.GetUserByMobileResponse)(u), err
}

// GetUserByEmail shows the user with an e-mail address, in whatever case.
func (p *Product) GetUserByEmail(ctx context.Context, c *call.Call, in *eiamv2.GetUserByEmailRequest) (*eiamv2.GetUserByEmailResponse, error) {
	u, err := p.lookUp(ctx, c, func(q store.Queryer) (*directory.Person, error) {
		if given(in.Email) == "" {
			return nil, fault.New(code.USER0012)
		}
		return directory.ByEmail(ctx, q, c.Account(), *in.Email)
	})
	return (*eiamv2.GetUserByEmailResponse)(u), err
}

// ListUsers lists the users of the tenant, or those in one organization itself, oldest first.
func (p *Product) ListUsers(ctx context.Context, c *call.Call, in *eiamv2.ListUsersRequest) (*eiamv2.ListUsersResponse, error) {
	t, err := p.Tenant(ctx, c.Account())
	if err != nil {
		return nil, err
	}
	out := &eiamv2.ListUsersResponse{}
	err = p.read(ctx, c, nothing, func(q store.Queryer) error {
		after, err := t.since(in.UpdatedAtGreater)
		if err != nil {
			return err
		}
		var f directory.Filter
		if org := given(in.OrgId); org != "" {
			if _, err := GetOrganization(ctx, q, c.Account(), org); err != nil {
				return err
			}
			f = members(org)
		}
		if after != 0 {
			f.ModifiedAfter = time.UnixMilli(after)
		}
		page := PageOf(in.Offset, in.Limit)
		persons, total, err := directory.List(ctx, q, c.Account(), f, page.Skip, page.Size)
		if err != nil {
			return err
		}
		out.Total = total
		out.Users, err = showUsers(ctx, q, t, persons, c.At)
		return err
	})
	return out, err
}

// ListUserAccounts lists the accounts that a user has, and the public ones that the user uses, oldest first, in the
// applications that the caller may manage.
func (p *Product) ListUserAccounts(ctx context.Context, c *call.Call, in *eiamv2.ListUserAccountsRequest) (*eiamv2.ListUserAccountsResponse, error) {
	out := &eiamv2.ListUserAccountsResponse{Accounts: []eiamv2.UserAccount{}}
	err := p.read(ctx, c, user(ctx, c, in.UserId), func(q store.Queryer) error {
		all, err := AccountsOf(ctx, q, c.Account(), in.UserId, c.Caller.KeyID)
		if err != nil {
			return err
		}
		out.Total = int64(len(all))
		for _, x := range all {
			shown, err := x.showUnderUser()
			if err != nil {
				return err
			}
			out.Accounts = append(out.Accounts, shown)
		}
		return nil
	})
	return out, err
}
