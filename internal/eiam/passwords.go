package eiam

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
)

// subject is whose password it is to be: a password must not be made of what others know of its owner.
type subject struct {
	login   string
	details []string // mobile number, local part of the e-mail address, names
}

func subjectOf(d *draft) *subject {
	s := &subject{login: given(d.members["user_name"])}
	_, number, _ := strings.Cut(given(d.members["mobile"]), "-")
	local, _, _ := strings.Cut(given(d.members["email"]), "@")
	s.details = []string{s.login, number, local, given(d.members["name"]), given(d.members["first_name"]), given(d.members["last_name"])}
	return s
}

func subjectOfUser(u *directory.Person) *subject {
	return subjectOf(&draft{members: map[string]*string{"user_name": &u.Login, "mobile": &u.Mobile, "email": &u.Email,
		"name": &u.Name, "first_name": &u.FirstName, "last_name": &u.LastName}})
}

// minDetail is how many bytes of a detail make it recognizable in a password: three letters, or one ideograph.
const minDetail = 3

// checkPassword holds a new password against the rules of the tenant, in the order of their codes. PWD.0001 to PWD.0006,
// PWD.0008.
func checkPassword(r *credential.PasswordRules, s *subject, password string) error {
	least := max(r.MinimumLength, credential.DefaultPasswordRules.MinimumLength)
	p, login := strings.ToLower(password), strings.ToLower(s.login)
	n := utf8.RuneCountInString(password)
	switch {
	case password == "":
		return fault.New(code.PWD0001)
	case n < least || n > credential.MaxPasswordLength:
		return fault.New(code.PWD0002, strconv.Itoa(least), strconv.Itoa(credential.MaxPasswordLength))
	case p == login:
		return fault.New(code.PWD0003)
	case p == reversed(login):
		return fault.New(code.PWD0004)
	case !r.Allows(password):
		return fault.New(code.PWD0005, described(r.MustContain))
	case isWeak(password):
		return fault.New(code.PWD0006)
	}
	for _, detail := range s.details {
		if len(detail) >= minDetail && strings.Contains(p, strings.ToLower(detail)) {
			return fault.New(code.PWD0008)
		}
	}
	return nil
}

// described tells the classes of characters that a password must have, in a form that needs no language.
func described(classes string) string {
	var parts []string
	for _, class := range classes {
		switch class {
		case 'A':
			parts = append(parts, "A-Z")
		case 'a':
			parts = append(parts, "a-z")
		case '0':
			parts = append(parts, "0-9")
		case '!':
			parts = append(parts, "!@#$%^&*")
		}
	}
	return strings.Join(parts, " + ")
}

// passwordRules are those of the root account: a person has one credential, whatever door it is set through.
func (p *Product) passwordRules(ctx context.Context, a store.Account) (credential.PasswordRules, error) {
	if p.rules == nil {
		return credential.DefaultPasswordRules, nil
	}
	return p.rules(ctx, p.db.Read(), a)
}

// initialPassword checks the password of a new user and hashes it: never in a transaction. Without one the user has none,
// and nothing fits it until one is set: a random one would be known to nobody either, and cost a hash.
func (p *Product) initialPassword(ctx context.Context, a store.Account, password *string, d *draft) (hash string, err error) {
	if password == nil {
		return "", nil
	}
	r, err := p.passwordRules(ctx, a)
	if err != nil {
		return "", err
	}
	if err := checkPassword(&r, subjectOf(d), *password); err != nil {
		return "", err
	}
	return credential.HashPassword(ctx, *password)
}

// newPassword checks a user's new password, also against the present one and, by the rules, earlier ones, and hashes it:
// never in a transaction. PWD.*.
func (p *Product) newPassword(ctx context.Context, a store.Account, u *directory.Person, password string) (hash string, err error) {
	r, err := p.passwordRules(ctx, a)
	if err != nil {
		return "", err
	}
	if err := checkPassword(&r, subjectOfUser(u), password); err != nil {
		return "", err
	}
	used, err := directory.UsedPassword(ctx, p.db.Read(), a, u.ID, password, max(1, r.ReuseLimit))
	if err != nil {
		return "", err
	}
	if used {
		return "", fault.New(code.PWD0007)
	}
	return credential.HashPassword(ctx, password)
}

// ChangePassword sets a user's password.
func (p *Product) ChangePassword(ctx context.Context, c *call.Call, in *eiamv2.ChangePasswordRequest) (*eiamv2.ChangePasswordResponse, error) {
	u, err := getUser(ctx, p.db.Read(), c.Account(), in.UserId)
	if err != nil {
		return nil, err
	}
	if err := c.Valid(); err != nil {
		return nil, err
	}
	hash, err := p.newPassword(ctx, c.Account(), u, in.Password)
	if err != nil {
		return nil, err
	}
	err = c.Write(ctx, func(tx *store.Tx) error {
		return userFault(directory.SetPassword(ctx, tx, c.Account(), u.ID, hash, in.PwdMustModify, c.At))
	})
	return &eiamv2.ChangePasswordResponse{UserId: u.ID}, err
}

// ChangePasswordVerified sets a user's password for one who knows the present one, and does not ask for another change.
func (p *Product) ChangePasswordVerified(ctx context.Context, c *call.Call, in *eiamv2.ChangePasswordVerifiedRequest) (*eiamv2.ChangePasswordVerifiedResponse, error) {
	u, err := getUser(ctx, p.db.Read(), c.Account(), in.UserId)
	if err != nil {
		return nil, err
	}
	if err := c.Valid(); err != nil {
		return nil, err
	}
	right, err := credential.CheckPassword(ctx, u.PasswordHash, in.OldPassword)
	if u.PasswordHash != "" && err != nil {
		return nil, err
	}
	if !right {
		return nil, fault.New(code.PWD0010)
	}
	hash, err := p.newPassword(ctx, c.Account(), u, in.Password)
	if err != nil {
		return nil, err
	}
	err = c.Write(ctx, func(tx *store.Tx) error {
		now, err := getUser(ctx, tx, c.Account(), u.ID)
		if err != nil {
			return err
		}
		if now.PasswordHash != u.PasswordHash {
			return fault.New(code.PWD0010) // it was changed while this call hashed
		}
		return userFault(directory.SetPassword(ctx, tx, c.Account(), u.ID, hash, false, c.At))
	})
	return &eiamv2.ChangePasswordVerifiedResponse{UserId: u.ID}, err
}

// ResetPassword would send a new password to the user. There is no gateway for messages, so nothing can be delivered, and
// what could not be delivered is not changed: MSG.0001.
func (p *Product) ResetPassword(ctx context.Context, c *call.Call, in *eiamv2.ResetPasswordRequest) (*eiamv2.ResetPasswordResponse, error) {
	u, err := getUser(ctx, p.db.Read(), c.Account(), in.UserId)
	if err != nil {
		return nil, err
	}
	if err := c.Valid(); err != nil {
		return nil, err
	}
	switch {
	case in.SendMode == "SMS" && u.Mobile == "":
		return nil, fault.New(code.USER0011)
	case in.SendMode == "EMAIL" && u.Email == "":
		return nil, fault.New(code.USER0012)
	}
	return nil, fault.New(code.MSG0001)
}
