package cam

import (
	"context"
	"errors"
	"fmt"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/store"
)

// Role finds a role of any account by its id, or by its name where the id is 0, for who wants to assume it; nil if
// there is none.
func (p *Product) Role(ctx context.Context, q store.Queryer, owner store.Account, id int64, name string) (*access.Role, error) {
	var r Role
	var err error
	if id != 0 {
		r, err = RoleByID(ctx, q, owner, id)
	} else {
		r, err = RoleByName(ctx, q, owner, name)
	}
	if errors.Is(err, ErrNoRole) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	tags, err := tagsOf(ctx, q, owner, TagRole, r.ID)
	if err != nil {
		return nil, fmt.Errorf("read tags: %w", err)
	}
	return &access.Role{ID: r.ID, Name: r.Name, ServiceLinked: r.Kind == serviceLinkedRole, Document: r.Document,
		SessionDuration: r.SessionDuration, Tags: tags}, nil
}

// Profile is what the directory knows of a sub-account; all is empty where there is none.
type Profile struct {
	Name, Email, Phone, CountryCode string
	WeComUserID                     string // of a sub-user that was imported from WeCom
	LastLogin                       *int64 // unix milliseconds
}

// ProfileColumns and ProfileJoin put profiles beside the rows "b" of another room, which have an account and a uin; Fields
// reads them.
const (
	ProfileColumns = `COALESCE(u.name, ''), COALESCE(u.email, ''), COALESCE(u.phone, ''), COALESCE(u.country_code, ''),
	CASE WHEN u.kind = 3 THEN u.wework_userid ELSE '' END, u.last_login_at`
	ProfileJoin = ` LEFT JOIN users u ON u.account = b.account AND u.uin = b.uin`
)

// Fields are where ProfileColumns go.
func (p *Profile) Fields() []any {
	return []any{&p.Name, &p.Email, &p.Phone, &p.CountryCode, &p.WeComUserID, &p.LastLogin}
}

// Has reports whether a uin is the account's own or one of its sub-accounts.
func (p *Product) Has(ctx context.Context, q store.Queryer, a store.Account, uin int64) (bool, error) {
	if uin == int64(a) {
		return true, nil
	}
	_, err := UserByUIN(ctx, q, a, uin)
	if errors.Is(err, ErrNoUser) {
		return false, nil
	}
	return err == nil, err
}
