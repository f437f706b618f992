package wecom

import (
	"context"

	"github.com/hufu-iam/hufu/internal/store"
)

// EraseBelow erases the pictures of an enterprise with numbers below one, as a reading of that number does.
func (p *Product) EraseBelow(ctx context.Context, a store.Account, corp, below int64) error {
	return p.erasePictures(ctx, a, corp, 0, below)
}
