package door

import (
	"context"

	"github.com/hufu-iam/hufu/internal/console"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wecom"
)

// Login is sign-in by WeCom, as the console's door has it.
type Login struct{ Members *wecom.Product }

var _ console.WeCom = Login{}

// Corps implements console.WeCom.
func (l Login) Corps(ctx context.Context, owner store.Account) ([]console.Corp, error) {
	list, err := l.Members.Choices(ctx, owner)
	corps := make([]console.Corp, len(list))
	for i, c := range list {
		corps[i] = console.Corp{ID: c.CorpID, Name: c.Name}
	}
	return corps, err
}

// Begin implements console.WeCom.
func (l Login) Begin(ctx context.Context, in console.WeComLogin) (string, error) {
	return l.Members.Address(ctx, wecom.SignIn{Owner: in.Owner, CorpID: in.Corp, State: in.State, Callback: in.Callback, UserAgent: in.UserAgent, English: in.Language == fault.English})
}

// Finish implements console.WeCom.
func (l Login) Finish(ctx context.Context, owner store.Account, corp, code string) (uin int64, err error) {
	return l.Members.SignedIn(ctx, owner, corp, code)
}
