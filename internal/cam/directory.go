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
