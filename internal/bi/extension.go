package bi

import (
	"context"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
)

// Extension is the part of hufu's own service that is about BI.
type Extension struct{ product *Product }

// Extension is what the product offers beside its published API.
func (p *Product) Extension() *Extension { return &Extension{product: p} }

// SetBiUserStatus enables or disables BI users, all or none. Who is in that state already stays as he is.
func (e *Extension) SetBiUserStatus(ctx context.Context, c *call.Call, in *hufu20261201.SetBiUserStatusRequest) (*hufu20261201.SetBiUserStatusResponse, error) {
	return nil, e.product.write(ctx, c, need{right: writeCorp}, func(tx *store.Tx, who *caller) error {
		for _, userID := range in.UserIdList {
			u, err := userByID(ctx, tx, c.Account(), userID)
			if err != nil {
				return err
			}
			if u.isRoot(c.Account()) {
				return errNotAuthorized
			}
			touched(c, &u)
			if u.Status == in.Status {
				continue
			}
			u.Status, u.UpdatedBy, u.Updated = in.Status, who.by, c.At.UnixMilli()
			if err := saveUser(ctx, tx, c.Account(), u); err != nil {
				return err
			}
		}
		return nil
	})
}
