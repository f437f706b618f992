package eiam

import (
	"context"
	"encoding/json"
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

// initialGrade is the level of trust that users begin with.
const initialGrade = 1

// draft is what a request says of a user: every predefined attribute by its name, nil where it says nothing.
type draft struct {
	members   map[string]*string
	extension json.RawMessage
}

func draftOf(in *eiamv2.CreateUserRequest) *draft {
	return &draft{extension: in.Extension, members: map[string]*string{"user_name": &in.UserName, "name": in.Name, "mobile": in.Mobile, "email": in.Email,
		"employee_id": in.EmployeeId, "external_id": in.ExternalId, "first_name": in.FirstName, "middle_name": in.MiddleName, "last_name": in.LastName,
		"attr_city": in.AttrCity, "attr_nick_name": in.AttrNickName, "attr_area": in.AttrArea, "attr_gender": in.AttrGender,
		"attr_work_place": in.AttrWorkPlace, "attr_identity_type": in.AttrIdentityType, "attr_identity_number": in.AttrIdentityNumber,
		"attr_birthday": in.AttrBirthday, "attr_user_type": in.AttrUserType, "attr_hire_date": in.AttrHireDate, managerAttribute: in.AttrManagerId}}
}

// draftOfUpdate is draftOf of a request that changes a user.
func draftOfUpdate(in *eiamv2.UpdateUserRequest) *draft {
	d := draftOf(&eiamv2.CreateUserRequest{Name: in.Name, Mobile: in.Mobile, Email: in.Email, EmployeeId: in.EmployeeId,
		ExternalId: in.ExternalId, FirstName: in.FirstName, MiddleName: in.MiddleName, LastName: in.LastName,
		AttrCity: in.AttrCity, AttrNickName: in.AttrNickName, AttrArea: in.AttrArea, AttrGender: in.AttrGender,
		AttrWorkPlace: in.AttrWorkPlace, AttrIdentityType: in.AttrIdentityType, AttrIdentityNumber: in.AttrIdentityNumber,
		AttrBirthday: in.AttrBirthday, AttrUserType: in.AttrUserType, AttrHireDate: in.AttrHireDate, AttrManagerId: in.AttrManagerId,
		Extension: in.Extension})
	d.members["user_name"] = in.UserName
	return d
}

// settle checks the syntax of what is said, and brings mobile and days into the form in which they are kept. USER.0037,
// USER.0038, COM.0601.
func (d *draft) settle() error {
	for _, name := range profileMembers {
		if text := d.members[name]; text != nil && strings.ContainsFunc(*text, isControl) {
			return fault.New(d.codeOf(name))
		}
	}
	if name := given(d.members["name"]); name != "" && strings.TrimSpace(name) == "" {
		return fault.New(code.USER0037)
	}
	if mobile := given(d.members["mobile"]); mobile != "" {
		whole, ok := directory.ParseMobile(mobile)
		if !ok {
			return fault.New(code.USER0038)
		}
		d.members["mobile"] = &whole
	}
	if email := given(d.members["email"]); email != "" && !isEmail(email) {
		return fault.New(codeParameter)
	}
	for _, name := range textAttributes {
		text := given(d.members[name])
		if strings.ContainsFunc(text, isControl) {
			return fault.New(codeParameter)
		}
		if text != "" && slices.Contains(dateAttributes, name) {
			if _, err := time.Parse(time.DateOnly, text); err != nil {
				return fault.New(codeParameter)
			}
		}
	}
	return nil
}

func isControl(r rune) bool { return r < ' ' || 0x7f <= r && r < 0xa0 }

// codeOf is the code of what is wrong with an attribute.
func (d *draft) codeOf(name string) string {
	switch name {
	case "name":
		return code.USER0037
	case "mobile":
		return code.USER0038
	}
	return codeParameter
}

// isEmail accepts addresses that have a local part and a domain, and no blanks.
func isEmail(s string) bool {
	local, domain, found := strings.Cut(s, "@")
	return found && local != "" && domain != "" && !strings.ContainsAny(domain, "@") && !strings.ContainsAny(s, " \t\"<>(),;:\\") &&
		!strings.HasPrefix(domain, ".") && !strings.HasSuffix(domain, ".")
}

// require refuses a draft without an attribute that is mandatory in the tenant: where it says that there is none, or, of a
// new user, where it says nothing. USER.0011, USER.0012, COM.0601.
func (d *draft) require(names []string, complete bool) error {
	for _, name := range names {
		text := d.members[name]
		if given(text) != "" || text == nil && !complete {
			continue
		}
		switch name {
		case "mobile":
			return fault.New(code.USER0011)
		case "email":
			return fault.New(code.USER0012)
		}
		return fault.New(codeParameter)
	}
	return nil
}

// judge holds a draft against the attributes of the tenant, and answers it as a change of a person.
func (d *draft) judge(ctx context.Context, q store.Queryer, a store.Account, complete bool) (*directory.Change, error) {
	attributes, err := definitionsOf(ctx, q, a, ScopeUser)
	if err != nil {
		return nil, err
	}
	if err := d.require(attributes.mandatory(), complete); err != nil {
		return nil, err
	}
	extension, err := attributes.extension(d.extension, complete)
	if err != nil {
		return nil, err
	}
	m := d.members
	change := &directory.Change{Login: m["user_name"], Name: m["name"], Mobile: m["mobile"], Email: m["email"], EmployeeID: m["employee_id"],
		ExternalID: m["external_id"], FirstName: m["first_name"], MiddleName: m["middle_name"], LastName: m["last_name"],
		Attributes: map[string]string{}, Extension: extension}
	for _, name := range textAttributes {
		if m[name] != nil {
			change.Attributes[name] = *m[name]
		}
	}
	return change, nil
}

// profile is the profile of a new person of which a change says everything.
func profile(c *directory.Change) directory.Profile {
	return directory.Profile{Login: given(c.Login), Name: given(c.Name), FirstName: given(c.FirstName), MiddleName: given(c.MiddleName), LastName: given(c.LastName),
		Mobile: given(c.Mobile), Email: given(c.Email), EmployeeID: given(c.EmployeeID), ExternalID: given(c.ExternalID), Grade: initialGrade,
		Attributes: overlaid(nil, c.Attributes), Extension: overlaid(nil, c.Extension)}
}

// CreateUser makes an enabled user. One without a password has to set one before anything else.
func (p *Product) CreateUser(ctx context.Context, c *call.Call, in *eiamv2.CreateUserRequest) (*eiamv2.CreateUserResponse, error) {
	if err := c.Valid(); err != nil {
		return nil, err
	}
	d := draftOf(in)
	if err := d.settle(); err != nil {
		return nil, err
	}
	t, err := p.Tenant(ctx, c.Account())
	if err != nil {
		return nil, err
	}
	if len(in.Jobs) > 0 && !t.JobManagement {
		return nil, fault.New(code.ENTCONFIG0031)
	}
	hash, err := p.initialPassword(ctx, c.Account(), in.Password, d)
	if err != nil {
		return nil, err
	}
	out := &eiamv2.CreateUserResponse{}
	err = p.write(ctx, c, nothing, func(tx *store.Tx) error {
		change, err := d.judge(ctx, tx, c.Account(), true)
		if err != nil {
			return err
		}
		where, err := placesOf(ctx, tx, c.Account(), in.OrgCode, in.UserOrgRelationList, in.Jobs)
		if err != nil {
			return err
		}
		if err := checkManager(ctx, tx, c.Account(), d.members[managerAttribute]); err != nil {
			return err
		}
		u, err := directory.Create(ctx, tx, c.Account(), profile(change), hash, in.PwdMustModify || in.Password == nil, c.At)
		if err != nil {
			return userFault(err)
		}
		if err := where.give(ctx, tx, c.Account(), u.ID, c.At); err != nil {
			return err
		}
		if err := setManager(ctx, tx, c.Account(), u.ID, d.members[managerAttribute]); err != nil {
			return err
		}
		touched(c, "user", u.ID)
		out.UserId = u.ID
		return nil
	})
	return out, err
}

// UpdateUser changes what is given of a user. An empty text takes a value away, where it is not mandatory.
func (p *Product) UpdateUser(ctx context.Context, c *call.Call, in *eiamv2.UpdateUserRequest) (*eiamv2.UpdateUserResponse, error) {
	d := draftOfUpdate(in)
	err := p.write(ctx, c, user(ctx, c, in.UserId), func(tx *store.Tx) error {
		if err := d.settle(); err != nil {
			return err
		}
		change, err := d.judge(ctx, tx, c.Account(), false)
		if err != nil {
			return err
		}
		where, err := placesAfter(ctx, tx, c.Account(), in.UserId, in.OrgCode, in.UserOrgRelationList)
		if err != nil {
			return err
		}
		if err := checkManager(ctx, tx, c.Account(), d.members[managerAttribute]); err != nil {
			return err
		}
		if _, err := directory.Update(ctx, tx, c.Account(), in.UserId, *change, c.At); err != nil {
			return userFault(err)
		}
		if where != nil {
			if err := where.move(ctx, tx, c.Account(), in.UserId); err != nil {
				return err
			}
		}
		return setManager(ctx, tx, c.Account(), in.UserId, d.members[managerAttribute])
	})
	return &eiamv2.UpdateUserResponse{UserId: in.UserId}, err
}

// DeleteUser deletes a user with everything that hangs on it.
func (p *Product) DeleteUser(ctx context.Context, c *call.Call, in *eiamv2.DeleteUserRequest) (*eiamv2.DeleteUserResponse, error) {
	err := p.write(ctx, c, nothing, func(tx *store.Tx) error {
		return userFault(directory.Delete(ctx, tx, c.Account(), in.UserId, []directory.Dependents{p}, c.At))
	})
	return &eiamv2.DeleteUserResponse{}, err
}

// EnableUser clears the flag of this protocol; the user stays disabled where an administrator has disabled the person.
func (p *Product) EnableUser(ctx context.Context, c *call.Call, in *eiamv2.EnableUserRequest) (*eiamv2.EnableUserResponse, error) {
	return &eiamv2.EnableUserResponse{UserId: in.UserId}, p.setDisabled(ctx, c, in.UserId, false)
}

// DisableUser disables the person of a user everywhere. Accounts stay as they are.
func (p *Product) DisableUser(ctx context.Context, c *call.Call, in *eiamv2.DisableUserRequest) (*eiamv2.DisableUserResponse, error) {
	return &eiamv2.DisableUserResponse{UserId: in.UserId}, p.setDisabled(ctx, c, in.UserId, true)
}

func (p *Product) setDisabled(ctx context.Context, c *call.Call, id string, disabled bool) error {
	return p.write(ctx, c, nothing, func(tx *store.Tx) error {
		return userFault(directory.SetEIAMDisabled(ctx, tx, c.Account(), id, disabled, c.At))
	})
}
