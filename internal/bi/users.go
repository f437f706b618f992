package bi

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/qcs"
)

// States of a BI user.
const (
	disabled = 0
	enabled  = 1
)

// User is a row of a BI user. Texts of the profile that are "" fall back to the directory when they are printed.
type User struct {
	ID, UIN int64
	UserID  string // as the one who added the user spelt it
	profile
	Status                                                          int64 // as BI's administrators have set it
	personDisabled                                                  bool
	LoginSecurityStatus, ResetPasswordTip, ForceReset, PasswordDays int64 // kept without effect: BI has no login of its own
	CreatedBy                                                       string
	Created                                                         int64 // unix milliseconds
	UpdatedBy                                                       string
	Updated                                                         int64
}

func (u *User) isRoot(a store.Account) bool { return u.UIN == int64(a) }

var userColumns = `b.id, b.uin, b.user_id, b.user_name, b.email, b.phone, b.area_code, b.app_user_id, b.app_user_name, b.lark_open_id, b.status,
	b.login_security_status, b.reset_password_tip, b.force_reset_password, b.password_expired, b.created_by, b.created_at, b.updated_by, b.updated_at, ` + credential.DisabledPerson("b.account", "b.uin")

// fields are where the columns of a user go.
func (u *User) fields() []any {
	return []any{&u.ID, &u.UIN, &u.UserID, &u.name, &u.email, &u.phone, &u.areaCode, &u.appUserID, &u.appUserName, &u.larkOpenID, &u.Status,
		&u.LoginSecurityStatus, &u.ResetPasswordTip, &u.ForceReset, &u.PasswordDays, &u.CreatedBy, &u.Created, &u.UpdatedBy, &u.Updated, &u.personDisabled}
}

func scanUser(r store.Row) (u User, err error) {
	err = r.Scan(u.fields()...)
	return u, err
}

// touched notes a user for the audit record, by the identity behind it: requests may name him by name.
func touched(c *call.Call, u *User) {
	owner := corpID(c.Account())
	if u.isRoot(c.Account()) {
		c.Touched("qcs::cam::uin/" + owner + ":root")
		return
	}
	c.Touched(qcs.User(owner, strconv.FormatInt(u.UIN, 10)).String())
}

// errNoUser tells functions of this package that a person is no BI user. Callers learn noUser.
var errNoUser = errors.New("no such BI user")

// noUser is the answer for a user that is not there.
func noUser(userID string) error { return fault.New(code.UnauthorizedOperationUserNotExist, userID) }

// userByUIN finds the BI user of an identity; errNoUser if it is none.
func userByUIN(ctx context.Context, q store.Queryer, a store.Account, uin int64) (User, error) {
	return store.One(ctx, q, scanUser, errNoUser, `SELECT `+userColumns+` FROM bi_users b WHERE b.account = $1 AND b.uin = $2`, a, uin)
}

// userByID finds the BI user that a UserId means, uin or name, however the user was added.
func userByID(ctx context.Context, q store.Queryer, a store.Account, userID string) (User, error) {
	who, err := identityByID(ctx, q, a, userID)
	if err != nil {
		return User{}, err
	}
	u, err := userByUIN(ctx, q, a, who.uin)
	if errors.Is(err, errNoUser) {
		err = noUser(userID)
	}
	return u, err
}

// rootUser is the BI user of the root, which every corp has.
func rootUser(ctx context.Context, q store.Queryer, a store.Account) (User, error) {
	return userByUIN(ctx, q, a, int64(a))
}

// identity is what the directory knows of a person: a sub-account, or the root.
type identity struct {
	uin     int64
	wecomID string // of a sub-user that was imported from WeCom, else ""
}

func identityOf(u cam.User) identity {
	who := identity{uin: u.UIN}
	if u.Kind == cam.WeComUser {
		who.wecomID = u.WeComUserID
	}
	return who
}

// identityByID finds whom a UserId means: the uin of a sub-account or of the root, or the name of a sub-account. A name
// that could be a uin is one. The error is noUser.
func identityByID(ctx context.Context, q store.Queryer, a store.Account, userID string) (identity, error) {
	u, err := cam.User{}, error(cam.ErrNoUser)
	if uin, bad := strconv.ParseInt(userID, 10, 64); bad == nil {
		if uin == int64(a) {
			return identity{uin: uin}, nil
		}
		u, err = cam.UserByUIN(ctx, q, a, uin)
	}
	if errors.Is(err, cam.ErrNoUser) {
		u, err = cam.UserByName(ctx, q, a, userID)
	}
	if errors.Is(err, cam.ErrNoUser) || err == nil && u.Kind == cam.Receiver {
		return identity{}, noUser(userID)
	}
	return identityOf(u), err
}

// identityByUIN finds the identity behind a BI user, who has one as long as he is one.
func identityByUIN(ctx context.Context, q store.Queryer, a store.Account, uin int64) (identity, error) {
	if uin == int64(a) {
		return identity{uin: uin}, nil
	}
	u, err := cam.UserByUIN(ctx, q, a, uin)
	return identityOf(u), err
}

// identityByApp finds the sub-user that was imported for a member of WeCom. The error is noUser.
func identityByApp(ctx context.Context, q store.Queryer, a store.Account, appUserID string) (identity, error) {
	u, err := cam.UserByWeComID(ctx, q, a, appUserID)
	if errors.Is(err, cam.ErrNoUser) {
		return identity{}, noUser(appUserID)
	}
	return identityOf(u), err
}

// status is the state that counts: the one that BI's administrators have set, unless the directory has disabled the
// person.
func (u *User) status() int64 {
	if u.personDisabled {
		return disabled
	}
	return u.Status
}

// insertUser makes the row of a user, whose id is drawn.
func insertUser(ctx context.Context, tx *store.Tx, a store.Account, u User) (User, error) {
	var err error
	if u.ID, err = nextID(ctx, tx); err != nil {
		return u, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO bi_users (id, account, uin, user_id, user_name, email, phone, area_code, app_user_id, app_user_name, lark_open_id,
			status, created_by, created_at, updated_by, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		u.ID, a, u.UIN, u.UserID, u.name, u.email, u.phone, u.areaCode, u.appUserID, u.appUserName, u.larkOpenID,
		u.Status, u.CreatedBy, u.Created, u.UpdatedBy, u.Updated)
	if err != nil {
		return u, fmt.Errorf("add user: %w", err)
	}
	return u, nil
}

// saveUser writes down what can change of a user.
func saveUser(ctx context.Context, tx *store.Tx, a store.Account, u User) error {
	_, err := tx.ExecContext(ctx, `UPDATE bi_users SET user_name = $3, email = $4, phone = $5, area_code = $6, app_user_id = $7, app_user_name = $8, lark_open_id = $9,
			status = $10, login_security_status = $11, reset_password_tip = $12, force_reset_password = $13, password_expired = $14, updated_by = $15, updated_at = $16
		WHERE account = $1 AND id = $2`,
		a, u.ID, u.name, u.email, u.phone, u.areaCode, u.appUserID, u.appUserName, u.larkOpenID,
		u.Status, u.LoginSecurityStatus, u.ResetPasswordTip, u.ForceReset, u.PasswordDays, u.UpdatedBy, u.Updated)
	if err != nil {
		return fmt.Errorf("change user: %w", err)
	}
	return nil
}

// removeUser removes a user who is not the root with all that is his in BI. What others may still need passes to the
// root: groups that he administers, projects and data sources that he owns.
func removeUser(ctx context.Context, tx *store.Tx, a store.Account, u User) error {
	root, err := rootUser(ctx, tx, a)
	if err != nil {
		return err
	}
	for _, s := range []string{`bi_groups SET admin = $3 WHERE account = $1 AND admin = $2`, `bi_projects SET owner = $3 WHERE account = $1 AND owner = $2`,
		`bi_datasources SET owner = $3 WHERE account = $1 AND owner = $2`} {
		if _, err := tx.ExecContext(ctx, `UPDATE `+s, a, u.ID, root.ID); err != nil {
			return fmt.Errorf("hand over to the root: %w", err)
		}
	}
	return exec(ctx, tx, a, u.ID,
		`DELETE FROM bi_grants WHERE account = $1 AND bi_user = $2`,
		`DELETE FROM bi_group_members WHERE account = $1 AND bi_user = $2`,
		`DELETE FROM bi_tag_values WHERE account = $1 AND bi_user = $2`,
		`DELETE FROM bi_page_rights WHERE account = $1 AND holder_kind = 1 AND holder = $2`,
		`DELETE FROM bi_embed_tokens WHERE account = $1 AND embed IN (SELECT id FROM bi_embeds WHERE account = $1 AND bi_user = $2)`,
		`DELETE FROM bi_embeds WHERE account = $1 AND bi_user = $2`,
		`DELETE FROM bi_api_keys WHERE account = $1 AND bi_user = $2`,
		`DELETE FROM bi_users WHERE account = $1 AND id = $2`)
}

// UserDeleted removes the BI user of a sub-account that is being deleted, if it has one.
func (p *Product) UserDeleted(ctx context.Context, tx *store.Tx, a store.Account, uin int64) error {
	u, err := userByUIN(ctx, tx, a, uin)
	if errors.Is(err, errNoUser) {
		return nil
	}
	if err != nil {
		return err
	}
	return removeUser(ctx, tx, a, u)
}

// checkUsers refuses more users than the quota allows.
func (p *Product) checkUsers(ctx context.Context, tx *store.Tx, a store.Account) error {
	n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM bi_users WHERE account = $1`, a)
	if err != nil {
		return err
	}
	return p.exceeded(account.BIUsers, n)
}
