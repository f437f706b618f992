package eiam

import (
	"context"

	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/store"
)

// accountPassword is a password for an account. It belongs to the application and never signs in here, so nothing is kept of
// it once it was judged.
type accountPassword struct {
	text  string // "" for none
	rules credential.PasswordRules
}

// accountPassword prepares to judge a password, before the transaction. A blank one is none.
func (p *Product) accountPassword(ctx context.Context, a store.Account, password *string) (w accountPassword, err error) {
	if w.text = given(password); w.text != "" {
		w.rules, err = p.passwordRules(ctx, a)
	}
	return w, err
}

// judge holds the password against the rules of the tenant: it must not be made of the account's login, nor of what is
// known of the person whose it is, nil for nobody's. PWD.0002 to PWD.0006, PWD.0008.
func (w *accountPassword) judge(x *Account, person *directory.Person) error {
	if w.text == "" {
		return nil
	}
	s := &subject{}
	if person != nil {
		s = subjectOfUser(person)
	}
	s.login, s.details = x.Login, append(s.details, x.Login)
	return checkPassword(&w.rules, s, w.text)
}
