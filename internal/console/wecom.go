package console

import (
	"context"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
)

// WeCom is the part of sign-in by WeCom that needs its server. What ties a login to one browser (state, cookie, single use,
// ten minutes) is the door's, and so is the session.
type WeCom interface {
	// Corps are the enterprises of the account by which its users can sign in, none where it has none or is not there.
	Corps(ctx context.Context, owner store.Account) ([]Corp, error)
	// Begin answers the address at WeCom to send the browser to. A *fault.Error is told to the user.
	Begin(ctx context.Context, in WeComLogin) (address string, err error)
	// Finish answers which user of the account the code is about, after WeCom was asked who it is and whether he may still
	// sign in. A *fault.Error is told to the user.
	Finish(ctx context.Context, owner store.Account, corp, code string) (uin int64, err error)
}

// Corp is an enterprise to choose.
type Corp struct{ ID, Name string }

// WeComLogin is a login that begins.
type WeComLogin struct {
	Owner     store.Account
	Corp      string // corpid
	State     string // to come back with the code
	Callback  string // absolute address to come back to
	UserAgent string // of the browser; WeCom's own is sent to another page
	Language  fault.Language
}
