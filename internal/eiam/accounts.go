package eiam

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// The types of accounts, which are for good.
const (
	BasicAccount  = "BASIC_ACCOUNT"  // one person's
	OrphanAccount = "ORPHAN_ACCOUNT" // nobody's
	PublicAccount = "PUBLIC_ACCOUNT" // used by several persons
)

// maxAccountName bounds the logins and names of accounts, in characters.
const maxAccountName = 100

// Account is an account in an application.
type Account struct {
	ID        string
	App       string
	Type      string
	Login     string // unique in the application, without regard to case
	Name      string
	Person    string // whose a basic one is, "" for the other types
	Owner     string // the person who answers for a public one, "" for nobody
	Org       string // an organization of the application, "" for none
	Disabled  bool
	Extension map[string]string
}

const accountColumns = `x.id, x.app, x.type, x.login, x.name, COALESCE(x.person, ''), COALESCE(x.owner, ''), x.app_org, x.disabled, x.extension`

func scanAccount(r store.Row) (*Account, error) {
	var x Account
	var extension string
	err := r.Scan(&x.ID, &x.App, &x.Type, &x.Login, &x.Name, &x.Person, &x.Owner, &x.Org, &x.Disabled, &extension)
	if err != nil {
		return nil, fmt.Errorf("read account: %w", err)
	}
	if err := json.Unmarshal([]byte(extension), &x.Extension); err != nil {
		return nil, fmt.Errorf("read extension of %s: %w", x.ID, err)
	}
	return &x, nil
}

// GetAccount finds an account of an application. APP.ACCOUNT.0028 where there is none, also if another application has it.
func GetAccount(ctx context.Context, q store.Queryer, a store.Account, app, id string) (*Account, error) {
	return one(ctx, q, code.APPACCOUNT0028, scanAccount, `SELECT `+accountColumns+` FROM eiam_accounts x WHERE x.account = $1 AND x.app = $2 AND x.id = $3`, a, app, id)
}

// Accounts are a page of the accounts of an application, oldest first, and how many there are in all; kind is one of the
// types, "" for all.
func Accounts(ctx context.Context, q store.Queryer, a store.Account, app, kind string, page Page) ([]*Account, int64, error) {
	from, args := `eiam_accounts x WHERE x.account = $1 AND x.app = $2`, []any{a, app}
	if kind != "" {
		from, args = from+` AND x.type = $3`, append(args, kind)
	}
	return list(ctx, q, scanAccount, accountColumns, from, `x.id`, page, args...)
}

// AccountsOf are the accounts that a person has, and the public ones that it uses, oldest first, in the applications that a
// client may manage.
func AccountsOf(ctx context.Context, q store.Queryer, a store.Account, person, client string) ([]*Account, error) {
	return store.Collect(ctx, q, scanAccount, `SELECT `+accountColumns+` FROM eiam_accounts x WHERE x.account = $1 AND x.id IN (
			SELECT h.id FROM eiam_accounts h WHERE h.account = $1 AND h.person = $2
			UNION SELECT u.app_account FROM eiam_account_users u WHERE u.account = $1 AND u.person = $2)
		AND (EXISTS (SELECT 1 FROM eiam_clients c WHERE c.account = $1 AND c.client_id = $3 AND c.limited = 0)
			OR x.app IN (SELECT t.app FROM eiam_targets t WHERE t.account = $1 AND t.client_id = $3))
		ORDER BY x.id`, a, person, client)
}

// CreateAccount makes an account and answers it with its id. What it refers to is the caller's to look for. COM.0601 or
// APP.ACCOUNT.0001 for a name that none can have, APP.ACC.0029 if the person has a basic one there, APP.ACC.0013 if the
// login is taken.
func CreateAccount(ctx context.Context, tx *store.Tx, a store.Account, in Account, at time.Time) (*Account, error) {
	made := in
	if err := made.check(); err != nil {
		return nil, err
	}
	if made.Person != "" {
		if err := refuseIfAny(ctx, tx, code.APPACC0029, `eiam_accounts WHERE account = $1 AND person = $2 AND app = $3`, a, made.Person, made.App); err != nil {
			return nil, err
		}
	}
	if err := loginTaken(ctx, tx, a, &made); err != nil {
		return nil, err
	}
	extension, err := encodeTexts(made.Extension)
	if err == nil {
		made.ID, err = directory.NextID(ctx, tx, "eiam_accounts", a, at)
	}
	if err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO eiam_accounts (account, id, app, type, login, login_key, name, person, owner, app_org, disabled, extension, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)`, a, made.ID, made.App, made.Type, made.Login, loginKey(made.Login), made.Name,
		nullable(made.Person), nullable(made.Owner), made.Org, made.Disabled, extension, at.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("create account: %w", err)
	}
	return &made, nil
}

// check takes blanks around the names away and judges them.
func (x *Account) check() error {
	x.Login, x.Name = strings.TrimSpace(x.Login), strings.TrimSpace(x.Name)
	switch {
	case x.Login == "":
		return fault.New(code.APPACCOUNT0001)
	case !isPlain(x.Login, maxAccountName), !isPlain(x.Name, maxAccountName):
		return fault.New(codeParameter)
	}
	return nil
}

// loginTaken is APP.ACC.0013 if another account of the application has the login.
func loginTaken(ctx context.Context, q store.Queryer, a store.Account, x *Account) error {
	return refuseIfAny(ctx, q, code.APPACC0013, `eiam_accounts WHERE account = $1 AND app = $2 AND login_key = $3 AND id <> $4`, a, x.App, loginKey(x.Login), x.ID)
}

// loginKey is the form in which logins are equal without regard to case.
func loginKey(login string) string { return strings.ToLower(login) }

// UpdateAccount writes the names, the organization, the state and the extension of an account that is there. COM.0601,
// APP.ACCOUNT.0001, APP.ACC.0013.
func UpdateAccount(ctx context.Context, tx *store.Tx, a store.Account, x *Account, at time.Time) error {
	if err := x.check(); err != nil {
		return err
	}
	if err := loginTaken(ctx, tx, a, x); err != nil {
		return err
	}
	extension, err := encodeTexts(x.Extension)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE eiam_accounts SET login = $4, login_key = $5, name = $6, app_org = $7, disabled = $8, extension = $9, updated_at = $10
		WHERE account = $1 AND app = $2 AND id = $3`, a, x.App, x.ID, x.Login, loginKey(x.Login), x.Name, x.Org, x.Disabled, extension, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("update account: %w", err)
	}
	return nil
}

// SetAccountDisabled disables or enables an account that is there.
func SetAccountDisabled(ctx context.Context, tx *store.Tx, a store.Account, id string, disabled bool, at time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE eiam_accounts SET disabled = $3, updated_at = $4 WHERE account = $1 AND id = $2`, a, id, disabled, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("set the state of an account: %w", err)
	}
	return nil
}

// DeleteAccount deletes an account with its roles, permissions, users and owner.
func DeleteAccount(ctx context.Context, tx *store.Tx, a store.Account, id string) error {
	return run(ctx, tx, "delete account", []string{
		`DELETE FROM eiam_role_members WHERE account = $1 AND app_account = $2`,
		`DELETE FROM eiam_permission_holders WHERE account = $1 AND holder_kind = 'account' AND holder = $2`,
		`DELETE FROM eiam_account_users WHERE account = $1 AND app_account = $2`,
		`DELETE FROM eiam_accounts WHERE account = $1 AND id = $2`,
	}, a, id)
}
