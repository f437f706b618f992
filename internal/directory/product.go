package directory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
)

// Users knows sub-users; the product that owns them implements it.
type Users interface {
	// UserName is the name of a sub-user of the account; not ok where there is none.
	UserName(ctx context.Context, q store.Queryer, a store.Account, uin int64) (name string, ok bool, err error)
}

// BIUser is a sub-user as BI knows it.
type BIUser struct {
	UserID, UserName string
	Enabled          bool // with the person's own status counted in
}

// BI knows which sub-users are users of BI; the product that owns those implements it.
type BI interface {
	// BIUser is the user of BI that a sub-user of the account is; not ok where it is none.
	BIUser(ctx context.Context, q store.Queryer, a store.Account, uin int64) (u BIUser, ok bool, err error)
}

// Config is what the product stands on.
type Config struct {
	DB    *store.DB
	Keys  *credential.Keys // seals markers
	Users Users
	BI    BI // nil where there is none
}

// Product serves the actions of hufu 2026-12-01 about persons.
type Product struct{ config Config }

// New makes the product.
func New(c Config) *Product { return &Product{config: c} }

// UserDeleted makes the product one of the rooms that hear of deleted sub-users.
func (p *Product) UserDeleted(ctx context.Context, tx *store.Tx, a store.Account, uin int64) error {
	return UserDeleted(ctx, tx, a, uin)
}

// The values of Status and DisabledBy on the wire.
const (
	statusEnabled   = "Enabled"
	statusDisabled  = "Disabled"
	byAdministrator = "Administrator"
	byEIAM          = "EIAM"
)

var (
	errNoPerson = fault.New(code.ResourceNotFoundPersonNotExist)
	errNoUser   = fault.New(code.ResourceNotFoundUserNotExist)
)

// personFault puts what the directory answers into the terms of this service.
func personFault(err error) error {
	if errors.Is(err, ErrNotFound) {
		return errNoPerson
	}
	return err
}

// personResource is a person's name in the audit trail.
func personResource(a store.Account, id string) string {
	return fmt.Sprintf("qcs::hufu::uin/%d:person/%s", a, id)
}

// LinkIdentity links a sub-user to a person.
func (p *Product) LinkIdentity(ctx context.Context, c *call.Call, in *hufu20261201.LinkIdentityRequest) (*hufu20261201.LinkIdentityResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		if err := p.linkable(ctx, tx, c, in.Uin); err != nil {
			return err
		}
		err := LinkUser(ctx, tx, c.Account(), in.PersonId, in.Uin, c.At)
		if errors.Is(err, ErrLinked) {
			return linkedElsewhere(ctx, tx, c.Account(), in.Uin)
		}
		c.Touched(personResource(c.Account(), in.PersonId))
		return personFault(err)
	})
}

// linkable refuses what is no sub-user of the account. The root belongs to no person: whatever happens to persons, there is
// one who can undo it.
func (p *Product) linkable(ctx context.Context, q store.Queryer, c *call.Call, uin int64) error {
	if uin == int64(c.Account()) {
		return fault.New(code.InvalidParameterValue, "Uin", uin).WithDetail("Uin: the root account belongs to no person.")
	}
	_, ok, err := p.config.Users.UserName(ctx, q, c.Account(), uin)
	if err == nil && !ok {
		err = errNoUser
	}
	return err
}

// linkedElsewhere tells the person that has a sub-user, whom a caller must know to unlink it.
func linkedElsewhere(ctx context.Context, q store.Queryer, a store.Account, uin int64) error {
	l, _, err := LinkOf(ctx, q, a, uin)
	if err != nil {
		return err
	}
	return fault.New(code.ResourceInUseUserLinked, l.Person)
}

// UnlinkIdentity takes a sub-user from its person, which may have been deleted.
func (p *Product) UnlinkIdentity(ctx context.Context, c *call.Call, in *hufu20261201.UnlinkIdentityRequest) (*hufu20261201.UnlinkIdentityResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		a := c.Account()
		c.Touched(personResource(a, in.PersonId))
		if err := UnlinkUser(ctx, tx, a, in.PersonId, in.Uin); !errors.Is(err, ErrNotLinked) {
			return err
		}
		if _, err := Get(ctx, tx, a, in.PersonId); err != nil {
			return personFault(err)
		}
		if err := p.linkable(ctx, tx, c, in.Uin); err != nil {
			return err
		}
		if _, linked, err := LinkOf(ctx, tx, a, in.Uin); err != nil || !linked {
			return err
		}
		return linkedElsewhere(ctx, tx, a, in.Uin)
	})
}

// SetPersonStatus sets or clears the administrator's flag.
func (p *Product) SetPersonStatus(ctx context.Context, c *call.Call, in *hufu20261201.SetPersonStatusRequest) (*hufu20261201.SetPersonStatusResponse, error) {
	var person *Person
	err := c.Write(ctx, func(tx *store.Tx) (err error) {
		c.Touched(personResource(c.Account(), in.PersonId))
		if err := SetDisabled(ctx, tx, c.Account(), in.PersonId, in.Status == statusDisabled, c.At); err != nil {
			return personFault(err)
		}
		person, err = Get(ctx, tx, c.Account(), in.PersonId)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &hufu20261201.SetPersonStatusResponse{Status: status(person.Enabled()), DisabledBy: disabledBy(person)}, nil
}

// DescribePerson shows a person with its facets, all of one moment.
func (p *Product) DescribePerson(ctx context.Context, c *call.Call, in *hufu20261201.DescribePersonRequest) (*hufu20261201.DescribePersonResponse, error) {
	var out *hufu20261201.DescribePersonResponse
	err := p.config.DB.Read().Snapshot(ctx, func(q store.Queryer) error {
		person, err := Get(ctx, q, c.Account(), in.PersonId)
		if err != nil {
			return personFault(err)
		}
		out = &hufu20261201.DescribePersonResponse{Person: described(person, c.At), Users: []hufu20261201.PersonUser{}, BiUsers: []hufu20261201.BiUser{},
			EiamUser: hufu20261201.EiamUser{UserId: person.ID, UserName: person.Login, Status: status(person.Enabled())}}
		links, err := Links(ctx, q, c.Account(), person.ID)
		for i := 0; err == nil && i < len(links); i++ {
			err = p.describeUser(ctx, q, c.Account(), person, &links[i], out)
		}
		return err
	})
	return out, err
}

// describeUser adds a sub-user, and what it is elsewhere.
func (p *Product) describeUser(ctx context.Context, q store.Queryer, a store.Account, person *Person, l *Link, out *hufu20261201.DescribePersonResponse) error {
	name, _, err := p.config.Users.UserName(ctx, q, a, l.UIN)
	if err != nil {
		return err
	}
	out.Users = append(out.Users, hufu20261201.PersonUser{Uin: l.UIN, Name: name, Status: status(person.Enabled()), LinkTime: l.Linked.Unix()})
	if p.config.BI == nil {
		return nil
	}
	u, ok, err := p.config.BI.BIUser(ctx, q, a, l.UIN)
	if err == nil && ok {
		if u.UserName == "" { // BI has no other name for it
			u.UserName = name
		}
		out.BiUsers = append(out.BiUsers, hufu20261201.BiUser{UserId: u.UserID, UserName: u.UserName, Uin: l.UIN, Status: status(u.Enabled)})
	}
	return err
}

// ListPersons lists persons in the order of their creation.
func (p *Product) ListPersons(ctx context.Context, c *call.Call, in *hufu20261201.ListPersonsRequest) (*hufu20261201.ListPersonsResponse, error) {
	list := fmt.Sprintf("%s/%d", c.Action, c.Account())
	after, f := "", filterOf(in)
	if in.Marker != nil && *in.Marker != "" {
		var ok bool
		if after, ok = p.config.Keys.OpenMarker(list, *in.Marker); !ok {
			return nil, fault.New(code.InvalidParameterPaginationTokenInvalid)
		}
	}
	out := &hufu20261201.ListPersonsResponse{Persons: []hufu20261201.PersonSummary{}}
	err := p.config.DB.Read().Snapshot(ctx, func(q store.Queryer) error {
		page, total, err := ListAfter(ctx, q, c.Account(), f, after, in.MaxItems+1)
		if err != nil {
			return err
		}
		out.TotalCount = total
		if int64(len(page)) > in.MaxItems {
			page = page[:in.MaxItems]
			out.IsTruncated, out.Marker = true, p.config.Keys.SealMarker(list, page[len(page)-1].ID)
		}
		for _, person := range page {
			s, err := summary(ctx, q, c.Account(), person)
			if err != nil {
				return err
			}
			out.Persons = append(out.Persons, s)
		}
		return nil
	})
	return out, err
}

func filterOf(in *hufu20261201.ListPersonsRequest) (f Filter) {
	if in.Keyword != nil {
		f.Keyword = *in.Keyword
	}
	if in.Status != nil {
		f.Enabled = new(*in.Status == statusEnabled)
	}
	if in.Uin != nil {
		f.Within, f.WithinArgs = `SELECT l.person FROM person_links l WHERE l.account = $1 AND l.uin = $2`, []any{*in.Uin}
	}
	return f
}

func summary(ctx context.Context, q store.Queryer, a store.Account, p *Person) (hufu20261201.PersonSummary, error) {
	s := hufu20261201.PersonSummary{PersonId: p.ID, Status: status(p.Enabled()), DisabledBy: disabledBy(p), UserName: p.Login, Name: p.Name,
		Mobile: p.Mobile, Email: p.Email, Uins: []int64{}, UpdateTime: p.Modified.Unix()}
	links, err := Links(ctx, q, a, p.ID)
	for _, l := range links {
		s.Uins = append(s.Uins, l.UIN)
	}
	return s, err
}

func described(p *Person, at time.Time) hufu20261201.Person {
	return hufu20261201.Person{
		PersonId: p.ID, Status: status(p.Enabled()), DisabledBy: disabledBy(p), UserName: p.Login, Name: p.Name,
		FirstName: p.FirstName, MiddleName: p.MiddleName, LastName: p.LastName, Mobile: p.Mobile, Email: p.Email,
		EmployeeId: p.EmployeeID, ExternalId: p.ExternalID, Grade: p.Grade,
		Attributes: attributes(p.Attributes), Extension: attributes(p.Extension),
		Locked: p.Locked(at), MustModifyPassword: p.MustModify, PasswordChangedTime: seconds(p.PasswordChanged),
		LastLoginTime: seconds(p.LastLogin), LastLoginIp: p.LastLoginIP, CreateTime: p.Created.Unix(), UpdateTime: p.Modified.Unix(),
	}
}

func attributes(m map[string]string) []hufu20261201.PersonAttribute {
	all := []hufu20261201.PersonAttribute{}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		all = append(all, hufu20261201.PersonAttribute{Key: key, Value: m[key]})
	}
	return all
}

func seconds(at time.Time) *int64 {
	if at.IsZero() {
		return nil
	}
	return new(at.Unix())
}

func status(enabled bool) string {
	if enabled {
		return statusEnabled
	}
	return statusDisabled
}

func disabledBy(p *Person) []string {
	by := []string{}
	if p.Disabled {
		by = append(by, byAdministrator)
	}
	if p.EIAMDisabled {
		by = append(by, byEIAM)
	}
	return by
}
