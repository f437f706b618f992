package bi

import (
	"context"
	"errors"

	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/store"
)

var _ directory.BI = (*Product)(nil)

// BIUser tells who shows a person what one of its sub-accounts is in BI; not ok where it is no user of BI.
func (p *Product) BIUser(ctx context.Context, q store.Queryer, a store.Account, uin int64) (directory.BIUser, bool, error) {
	u, err := userByUIN(ctx, q, a, uin)
	if errors.Is(err, errNoUser) {
		return directory.BIUser{}, false, nil
	}
	return directory.BIUser{UserID: u.UserID, UserName: u.name, Enabled: u.status() == enabled}, err == nil, err
}
