package eiam

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
)

// GetPublicAccount finds a public account of an application. APP.ACCOUNT.0038 where there is none, also if the account is of
// another type.
func GetPublicAccount(ctx context.Context, q store.Queryer, a store.Account, app, id string) (*Account, error) {
	x, err := GetAccount(ctx, q, a, app, id)
	if fault.Is(err, code.APPACCOUNT0028) || err == nil && x.Type != PublicAccount {
		return nil, fault.New(code.APPACCOUNT0038)
	}
	return x, err
}

// BindUsers lets persons use a public account. Who uses it already keeps doing so.
func BindUsers(ctx context.Context, tx *store.Tx, a store.Account, id string, persons []string, at time.Time) error {
	return store.Batches(persons, func(batch []any) error {
		rows := make([]string, len(batch))
		for i := range rows {
			rows[i] = fmt.Sprintf("($1, $2, $%d, $3)", 4+i)
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO eiam_account_users (account, app_account, person, bound_at) VALUES `+strings.Join(rows, ", ")+` ON CONFLICT DO NOTHING`,
			append([]any{a, id, at.UnixMilli()}, batch...)...)
		if err != nil {
			return fmt.Errorf("bind users: %w", err)
		}
		return nil
	})
}

// UnbindUsers ends the use of a public account by persons; of those who do not use it nothing changes.
func UnbindUsers(ctx context.Context, tx *store.Tx, a store.Account, id string, persons []string) error {
	return store.Batches(persons, func(batch []any) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM eiam_account_users WHERE account = $1 AND app_account = $2 AND person IN (`+store.Placeholders(3, len(batch))+`)`,
			append([]any{a, id}, batch...)...)
		if err != nil {
			return fmt.Errorf("unbind users: %w", err)
		}
		return nil
	})
}

// SetOwner makes a person answer for a public account, in place of the former owner.
func SetOwner(ctx context.Context, tx *store.Tx, a store.Account, id, person string, at time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE eiam_accounts SET owner = $3, updated_at = $4 WHERE account = $1 AND id = $2`, a, id, person, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("set owner: %w", err)
	}
	return nil
}

// usersOf are the persons who use a public account.
func usersOf(account string) directory.Filter {
	return directory.Filter{Within: `SELECT u.person FROM eiam_account_users u WHERE u.account = $1 AND u.app_account = $2`, WithinArgs: []any{account}}
}

// publicAccount is the look for the public account that a path names, in the application that it names before.
func (p *Product) publicAccount(ctx context.Context, c *call.Call, app, id string) look {
	return func(q store.Queryer) error {
		if _, err := p.Application(ctx, q, c, app); err != nil {
			return err
		}
		_, err := GetPublicAccount(ctx, q, c.Account(), app, id)
		return err
	}
}

// userNames are the names in a list of users, without the blanks around them. APP.ACCOUNT.0001 if there is none, or one is
// blank.
func userNames(list []string) ([]string, error) {
	if len(list) == 0 {
		return nil, fault.New(code.APPACCOUNT0001)
	}
	names := make([]string, len(list))
	for i, name := range list {
		if names[i] = strings.TrimSpace(name); names[i] == "" {
			return nil, fault.New(code.APPACCOUNT0001)
		}
	}
	return names, nil
}

// BindPublicAccountUsers lets users use a public account. A name that nobody has refuses the whole call: its answer could not
// say who was left out.
func (p *Product) BindPublicAccountUsers(ctx context.Context, c *call.Call, in *eiamv2.BindPublicAccountUsersRequest) (*eiamv2.BindPublicAccountUsersResponse, error) {
	err := p.write(ctx, c, p.publicAccount(ctx, c, in.AppId, in.AppUserId), func(tx *store.Tx) error {
		names, err := userNames(in.UserNames)
		if err != nil {
			return err
		}
		persons, err := directory.IDsByLogin(ctx, tx, c.Account(), names)
		if err != nil {
			return err
		}
		for _, id := range persons {
			if id == "" {
				return fault.New(code.USER0001)
			}
		}
		return BindUsers(ctx, tx, c.Account(), in.AppUserId, persons, c.At)
	})
	return &eiamv2.BindPublicAccountUsersResponse{AccountId: in.AppUserId}, err
}

// UnbindPublicAccountUsers ends the use of a public account by users. Names that nobody has are passed over: whoever had
// them does not use the account any more.
func (p *Product) UnbindPublicAccountUsers(ctx context.Context, c *call.Call, in *eiamv2.UnbindPublicAccountUsersRequest) (*eiamv2.UnbindPublicAccountUsersResponse, error) {
	err := p.write(ctx, c, p.publicAccount(ctx, c, in.AppId, in.AppUserId), func(tx *store.Tx) error {
		names, err := userNames(in.UserNames)
		if err != nil {
			return err
		}
		persons, err := directory.IDsByLogin(ctx, tx, c.Account(), names)
		if err != nil {
			return err
		}
		return UnbindUsers(ctx, tx, c.Account(), in.AppUserId, persons)
	})
	return &eiamv2.UnbindPublicAccountUsersResponse{AccountId: in.AppUserId}, err
}

// ListPublicAccountUsers lists who uses a public account.
func (p *Product) ListPublicAccountUsers(ctx context.Context, c *call.Call, in *eiamv2.ListPublicAccountUsersRequest) (*eiamv2.ListPublicAccountUsersResponse, error) {
	out := &eiamv2.ListPublicAccountUsersResponse{AssociatedUsers: []eiamv2.AssociatedUser{}}
	err := p.read(ctx, c, p.publicAccount(ctx, c, in.AppId, in.AppUserId), func(q store.Queryer) error {
		page := PageOf(in.Offset, in.Limit)
		persons, total, err := directory.List(ctx, q, c.Account(), usersOf(in.AppUserId), page.Skip, page.Size)
		out.Total = total
		for _, u := range persons {
			out.AssociatedUsers = append(out.AssociatedUsers, eiamv2.AssociatedUser{Id: u.ID, UserName: u.Login, Disabled: !u.Enabled()})
		}
		return err
	})
	return out, err
}

// SetPublicAccountOwner makes a user answer for a public account.
func (p *Product) SetPublicAccountOwner(ctx context.Context, c *call.Call, in *eiamv2.SetPublicAccountOwnerRequest) (*eiamv2.SetPublicAccountOwnerResponse, error) {
	err := p.write(ctx, c, p.publicAccount(ctx, c, in.AppId, in.AppUserId), func(tx *store.Tx) error {
		persons, err := directory.IDsByLogin(ctx, tx, c.Account(), []string{strings.TrimSpace(given(in.UserName))})
		if err != nil {
			return err
		}
		if persons[0] == "" {
			return fault.New(code.APPACCOUNT0037)
		}
		return SetOwner(ctx, tx, c.Account(), in.AppUserId, persons[0], c.At)
	})
	return &eiamv2.SetPublicAccountOwnerResponse{AccountId: in.AppUserId}, err
}

// GetPublicAccountOwner shows who answers for a public account; APP.ACCOUNT.0037 if nobody does.
func (p *Product) GetPublicAccountOwner(ctx context.Context, c *call.Call, in *eiamv2.GetPublicAccountOwnerRequest) (*eiamv2.GetPublicAccountOwnerResponse, error) {
	var out *eiamv2.GetPublicAccountOwnerResponse
	err := p.read(ctx, c, p.publicAccount(ctx, c, in.AppId, in.AppUserId), func(q store.Queryer) error {
		x, err := GetPublicAccount(ctx, q, c.Account(), in.AppId, in.AppUserId)
		if err != nil {
			return err
		}
		if x.Owner == "" {
			return fault.New(code.APPACCOUNT0037)
		}
		u, err := directory.Get(ctx, q, c.Account(), x.Owner)
		if errors.Is(err, directory.ErrNotFound) {
			return fault.New(code.APPACCOUNT0037)
		}
		if err != nil {
			return err
		}
		out = &eiamv2.GetPublicAccountOwnerResponse{UserId: u.ID, UserName: u.Login, Disabled: !u.Enabled()}
		return nil
	})
	return out, err
}
