package eiam

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
)

// newAccount is what the three ways to create an account have in common.
type newAccount struct {
	app, kind     string
	user          *string // basic accounts only
	login, name   *string
	org, password *string
	disabled      bool
	extension     json.RawMessage
}

// CreateBasicAccount makes a user's account. Without an account name it has the user's login, without a name the user's.
func (p *Product) CreateBasicAccount(ctx context.Context, c *call.Call, in *eiamv2.CreateBasicAccountRequest) (*eiamv2.CreateBasicAccountResponse, error) {
	id, err := p.createAccount(ctx, c, newAccount{app: in.AppId, kind: BasicAccount, user: in.UserId, login: in.AccountName, name: in.Name,
		org: in.OrgCode, password: in.Password, disabled: in.Disabled, extension: in.Extension})
	return &eiamv2.CreateBasicAccountResponse{AccountId: id}, err
}

// CreateOrphanAccount makes an account that is nobody's.
func (p *Product) CreateOrphanAccount(ctx context.Context, c *call.Call, in *eiamv2.CreateOrphanAccountRequest) (*eiamv2.CreateOrphanAccountResponse, error) {
	id, err := p.createAccount(ctx, c, newAccount{app: in.AppId, kind: OrphanAccount, login: in.AccountName, name: in.Name,
		org: in.OrgCode, password: in.Password, disabled: in.Disabled, extension: in.Extension})
	return &eiamv2.CreateOrphanAccountResponse{AccountId: id}, err
}

// CreatePublicAccount makes an account for several users; it has none yet, and no owner.
func (p *Product) CreatePublicAccount(ctx context.Context, c *call.Call, in *eiamv2.CreatePublicAccountRequest) (*eiamv2.CreatePublicAccountResponse, error) {
	id, err := p.createAccount(ctx, c, newAccount{app: in.AppId, kind: PublicAccount, login: in.AccountName, name: in.Name,
		org: in.OrgCode, password: in.Password, disabled: in.Disabled, extension: in.Extension})
	return &eiamv2.CreatePublicAccountResponse{AccountId: id}, err
}

func (p *Product) createAccount(ctx context.Context, c *call.Call, in newAccount) (id string, err error) {
	password, err := p.accountPassword(ctx, c.Account(), in.password)
	if err != nil {
		return "", err
	}
	var app *Application
	err = p.write(ctx, c, func(q store.Queryer) (err error) {
		app, err = p.Application(ctx, q, c, in.app)
		return err
	}, func(tx *store.Tx) error {
		x, person, err := in.account(ctx, tx, c, app)
		if err != nil {
			return err
		}
		if err := password.judge(x, person); err != nil {
			return err
		}
		made, err := CreateAccount(ctx, tx, c.Account(), *x, c.At)
		if err != nil {
			return err
		}
		touched(c, "account", made.ID)
		id = made.ID
		return nil
	})
	return id, err
}

// account is what is to be created, once everything is found that it refers to, and the person whose it is to be.
func (in *newAccount) account(ctx context.Context, tx *store.Tx, c *call.Call, app *Application) (*Account, *directory.Person, error) {
	x := &Account{App: app.ID, Type: in.kind, Login: given(in.login), Name: given(in.name), Disabled: in.disabled}
	var err error
	if x.Extension, err = accountExtension(ctx, tx, c, nil, in.extension); err != nil {
		return nil, nil, err
	}
	var person *directory.Person
	if in.kind == BasicAccount {
		if person, err = getUser(ctx, tx, c.Account(), given(in.user)); err != nil {
			return nil, nil, err
		}
		x.Person = person.ID
		if in.login == nil {
			x.Login = person.Login
		}
		if x.Name == "" {
			x.Name = person.Name
		}
	}
	if x.Org, err = orgOfCode(ctx, tx, c.Account(), app, in.org, ""); err != nil {
		return nil, nil, err
	}
	return x, person, x.check()
}

// accountExtension lays the values of a request over those that an account has. COM.0601 for one that the tenant did not
// define.
func accountExtension(ctx context.Context, q store.Queryer, c *call.Call, base map[string]string, raw json.RawMessage) (map[string]string, error) {
	if base != nil && raw == nil {
		return base, nil
	}
	attributes, err := definitionsOf(ctx, q, c.Account(), ScopeAccount)
	if err != nil {
		return nil, err
	}
	values, err := attributes.extension(raw, base == nil)
	return overlaid(base, values), err
}

// orgOfCode is the id of the organization of an application that a request names by its code; a blank one stands for what
// there was. APP.ORG.0024.
func orgOfCode(ctx context.Context, q store.Queryer, a store.Account, app *Application, orgCode *string, was string) (string, error) {
	text := strings.TrimSpace(given(orgCode))
	if text == "" {
		return was, nil
	}
	if !app.OrgModel {
		return "", fault.New(code.APPORG0024)
	}
	o, err := appOrganizationByCode(ctx, q, a, app.ID, text)
	if err != nil {
		return "", err
	}
	return o.ID, nil
}

// GrantAccount makes a user's account with nothing but names: the user is looked for before the application.
func (p *Product) GrantAccount(ctx context.Context, c *call.Call, in *eiamv2.GrantAccountRequest) (*eiamv2.GrantAccountResponse, error) {
	var person *directory.Person
	out := &eiamv2.GrantAccountResponse{}
	err := p.write(ctx, c, func(q store.Queryer) (err error) {
		if person, err = getUser(ctx, q, c.Account(), in.UserId); err == nil {
			_, err = p.Application(ctx, q, c, in.AppId)
		}
		return err
	}, func(tx *store.Tx) error {
		x := Account{App: in.AppId, Type: BasicAccount, Person: person.ID, Login: strings.TrimSpace(given(in.AccountName)), Name: person.Name}
		if x.Login == "" {
			x.Login = person.Login
		}
		made, err := CreateAccount(ctx, tx, c.Account(), x, c.At)
		if err != nil {
			return err
		}
		touched(c, "account", made.ID)
		out.AccountId = made.ID
		return nil
	})
	return out, err
}

// account is the look for the account that a path names, in the application that it names before.
func (p *Product) account(ctx context.Context, c *call.Call, app, id string) look {
	return func(q store.Queryer) error {
		if _, err := p.Application(ctx, q, c, app); err != nil {
			return err
		}
		_, err := GetAccount(ctx, q, c.Account(), app, id)
		return err
	}
}

// UpdateAccount changes what is given of an account, whose name has to be. A blank organization or password says nothing, an
// empty name takes the name away.
func (p *Product) UpdateAccount(ctx context.Context, c *call.Call, in *eiamv2.UpdateAccountRequest) (*eiamv2.UpdateAccountResponse, error) {
	password, err := p.accountPassword(ctx, c.Account(), in.Password)
	if err != nil {
		return nil, err
	}
	var app *Application
	var x *Account
	err = p.write(ctx, c, func(q store.Queryer) (err error) {
		if app, err = p.Application(ctx, q, c, in.AppId); err == nil {
			x, err = GetAccount(ctx, q, c.Account(), in.AppId, in.AppUserId)
		}
		return err
	}, func(tx *store.Tx) error {
		if err := changeAccount(ctx, tx, c, app, x, in); err != nil {
			return err
		}
		var person *directory.Person
		if x.Person != "" {
			if person, err = getUser(ctx, tx, c.Account(), x.Person); err != nil {
				return err
			}
		}
		if err := password.judge(x, person); err != nil {
			return err
		}
		return UpdateAccount(ctx, tx, c.Account(), x, c.At)
	})
	return &eiamv2.UpdateAccountResponse{AccountId: in.AppUserId}, err
}

// changeAccount lays a request over an account, once everything is found that it refers to.
func changeAccount(ctx context.Context, q store.Queryer, c *call.Call, app *Application, x *Account, in *eiamv2.UpdateAccountRequest) (err error) {
	if x.Extension, err = accountExtension(ctx, q, c, x.Extension, in.Extension); err != nil {
		return err
	}
	if x.Org, err = orgOfCode(ctx, q, c.Account(), app, in.OrgCode, x.Org); err != nil {
		return err
	}
	x.Login = given(in.AccountName)
	if in.Name != nil {
		x.Name = *in.Name
	}
	if in.Disabled != nil {
		x.Disabled = *in.Disabled
	}
	return x.check()
}

// DeleteAccount deletes an account.
func (p *Product) DeleteAccount(ctx context.Context, c *call.Call, in *eiamv2.DeleteAccountRequest) (*eiamv2.DeleteAccountResponse, error) {
	err := p.write(ctx, c, p.account(ctx, c, in.AppId, in.AppUserId), func(tx *store.Tx) error {
		return DeleteAccount(ctx, tx, c.Account(), in.AppUserId)
	})
	return &eiamv2.DeleteAccountResponse{}, err
}

// EnableAccount enables an account; again changes nothing.
func (p *Product) EnableAccount(ctx context.Context, c *call.Call, in *eiamv2.EnableAccountRequest) (*eiamv2.EnableAccountResponse, error) {
	err := p.write(ctx, c, p.account(ctx, c, in.AppId, in.AppUserId), func(tx *store.Tx) error {
		return SetAccountDisabled(ctx, tx, c.Account(), in.AppUserId, false, c.At)
	})
	return &eiamv2.EnableAccountResponse{AccountId: in.AppUserId}, err
}

// DisableAccount disables an account; again changes nothing.
func (p *Product) DisableAccount(ctx context.Context, c *call.Call, in *eiamv2.DisableAccountRequest) (*eiamv2.DisableAccountResponse, error) {
	err := p.write(ctx, c, p.account(ctx, c, in.AppId, in.AppUserId), func(tx *store.Tx) error {
		return SetAccountDisabled(ctx, tx, c.Account(), in.AppUserId, true, c.At)
	})
	return &eiamv2.DisableAccountResponse{AccountId: in.AppUserId}, err
}

// GetAccount shows an account.
func (p *Product) GetAccount(ctx context.Context, c *call.Call, in *eiamv2.GetAccountRequest) (*eiamv2.GetAccountResponse, error) {
	var out *eiamv2.GetAccountResponse
	err := p.read(ctx, c, p.account(ctx, c, in.AppId, in.AccountId), func(q store.Queryer) error {
		x, err := GetAccount(ctx, q, c.Account(), in.AppId, in.AccountId)
		if err != nil {
			return err
		}
		shown, err := x.show()
		out = (*eiamv2.GetAccountResponse)(&shown)
		return err
	})
	return out, err
}

// show is an account as answers have it.
func (x *Account) show() (eiamv2.Account, error) {
	extension, err := encodeTexts(x.Extension)
	return eiamv2.Account{Id: x.ID, AccountType: x.Type, AccountName: x.Login, Name: nullable(x.Name), OrgId: nullable(x.Org), Disabled: x.Disabled,
		AttrManagerId: nullable(x.Owner), Extension: json.RawMessage(extension)}, err
}

// showUnderUser is an account as the list of a user's accounts has it.
func (x *Account) showUnderUser() (eiamv2.UserAccount, error) {
	extension, err := encodeTexts(x.Extension)
	return eiamv2.UserAccount{Id: x.ID, ApplicationId: x.App, AccountType: x.Type, AccountName: x.Login, Name: nullable(x.Name),
		AttrManagerId: nullable(x.Owner), Extension: json.RawMessage(extension)}, err
}

// application is the look for the application that a path names.
func (p *Product) application(ctx context.Context, c *call.Call, id string) look {
	return func(q store.Queryer) error {
		_, err := p.Application(ctx, q, c, id)
		return err
	}
}

// ListAccounts lists the accounts of an application, of one type or of all.
func (p *Product) ListAccounts(ctx context.Context, c *call.Call, in *eiamv2.ListAccountsRequest) (*eiamv2.ListAccountsResponse, error) {
	out := &eiamv2.ListAccountsResponse{Accounts: []eiamv2.Account{}}
	err := p.read(ctx, c, p.application(ctx, c, in.AppId), func(q store.Queryer) error {
		page, total, err := Accounts(ctx, q, c.Account(), in.AppId, given(in.AccountType), PageOf(in.Offset, in.Limit))
		if err != nil {
			return err
		}
		out.Total = total
		for _, x := range page {
			shown, err := x.show()
			if err != nil {
				return err
			}
			out.Accounts = append(out.Accounts, shown)
		}
		return nil
	})
	return out, err
}
