package cam

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/qcs"
)

// UserKind tells sub-accounts apart, with the numbers of DescribeSubAccounts.UserType.
type UserKind int64

// The kinds of sub-account.
const (
	SubUser      UserKind = 2
	WeComUser    UserKind = 3
	Collaborator UserKind = 4
	Receiver     UserKind = 5
)

// User is a row of a sub-account.
type User struct {
	UIN, UID           int64
	Kind               UserKind
	Name, Remark       string
	ConsoleLogin       bool
	NeedReset          bool
	PasswordHash       string
	Phone, CountryCode string
	PhoneVerified      bool
	Email              string
	EmailVerified      bool
	Boundary           *int64
	WeComUserID        string
	LastLoginIP        string
	LastLogin          *int64 // unix milliseconds
	Created            int64  // unix milliseconds
}

const userColumns = `uin, uid, kind, name, remark, console_login, need_reset, password, phone, country_code, phone_verified,
	email, email_verified, boundary, wework_userid, last_login_ip, last_login_at, created_at`

func scanUser(r store.Row) (u User, err error) {
	err = r.Scan(&u.UIN, &u.UID, &u.Kind, &u.Name, &u.Remark, &u.ConsoleLogin, &u.NeedReset, &u.PasswordHash, &u.Phone, &u.CountryCode,
		&u.PhoneVerified, &u.Email, &u.EmailVerified, &u.Boundary, &u.WeComUserID, &u.LastLoginIP, &u.LastLogin, &u.Created)
	return u, err
}

// ErrNoUser is the answer for a sub-account that is not in the account, whether it exists elsewhere or not.
var ErrNoUser = fault.New(code.ResourceNotFoundUserNotExist)

// UserByName finds a sub-user by its exact name.
func UserByName(ctx context.Context, q store.Queryer, a store.Account, name string) (User, error) {
	u, err := store.One(ctx, q, scanUser, ErrNoUser, `SELECT `+userColumns+` FROM users WHERE account = $1 AND name_key = $2`, a, fold(name))
	if err == nil && u.Name != name {
		err = ErrNoUser
	}
	return u, err
}

// UserByUIN finds a sub-account by its uin.
func UserByUIN(ctx context.Context, q store.Queryer, a store.Account, uin int64) (User, error) {
	return store.One(ctx, q, scanUser, ErrNoUser, `SELECT `+userColumns+` FROM users WHERE uin = $2 AND account = $1`, a, uin)
}

// UserByUID finds a sub-account by its uid, which receivers have too.
func UserByUID(ctx context.Context, q store.Queryer, a store.Account, uid int64) (User, error) {
	return store.One(ctx, q, scanUser, ErrNoUser, `SELECT `+userColumns+` FROM users WHERE uid = $2 AND account = $1`, a, uid)
}

// UserByWeComID finds the sub-user that was imported for a member of WeCom. Members of several enterprises may have one userid: which of
// them is meant it does not tell, so that it names nobody.
func UserByWeComID(ctx context.Context, q store.Queryer, a store.Account, id string) (User, error) {
	u, err := store.One(ctx, q, scanUser, ErrNoUser, `SELECT `+userColumns+` FROM users WHERE account = $1 AND kind = 3 AND wework_userid = $2 ORDER BY uin LIMIT 1`, a, id)
	if err != nil {
		return u, err
	}
	shared, err := WeComIDTaken(ctx, q, a, id, u.UIN)
	if shared {
		return User{}, ErrNoUser
	}
	return u, err
}

// WeComIDTaken reports whether a sub-user but for one was imported for a member of WeCom with this userid.
func WeComIDTaken(ctx context.Context, q store.Queryer, a store.Account, id string, but int64) (bool, error) {
	n, err := store.Count(ctx, q, `SELECT COUNT(*) FROM users WHERE account = $1 AND kind = 3 AND wework_userid = $2 AND uin <> $3`, a, id, but)
	if err != nil {
		return false, fmt.Errorf("look for a member of WeCom: %w", err)
	}
	return n > 0, nil
}

// namedUser is the user that an action selects by name. Message receivers share the name space, but are contacts and no
// users: they have actions of their own.
func namedUser(ctx context.Context, q store.Queryer, a store.Account, name string) (User, error) {
	u, err := UserByName(ctx, q, a, name)
	if err == nil && u.Kind == Receiver {
		return User{}, ErrNoUser
	}
	return u, err
}

// day is the window of the quota of unverified roots.
const day = 24 * time.Hour

// CreateUser makes a sub-account within the account's quotas: the number of sub-accounts, and for a root that is not
// verified those of the last 24 hours, which deleting one does not give back.
func (p *Product) CreateUser(ctx context.Context, tx *store.Tx, a store.Account, u User, at time.Time) (User, error) {
	uin, err1 := account.NextUIN(ctx, tx)
	uid, err2 := account.NextUID(ctx, tx)
	if err := errors.Join(err1, err2); err != nil {
		return u, fmt.Errorf("create user: %w", err)
	}
	u.UIN, u.UID, u.Created = uin, uid, at.UnixMilli()
	var passwordAt *int64
	if u.PasswordHash != "" {
		passwordAt = &u.Created
	}
	made, err := tx.ExecContext(ctx, `INSERT INTO users (uin, account, uid, kind, name, name_key, remark, console_login, need_reset, password, password_at,
			phone, country_code, email, wework_userid, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT (account, name_key) DO NOTHING`,
		u.UIN, a, u.UID, int64(u.Kind), u.Name, fold(u.Name), u.Remark, flag(u.ConsoleLogin), flag(u.NeedReset), u.PasswordHash, passwordAt,
		u.Phone, u.CountryCode, u.Email, u.WeComUserID, u.Created)
	if err != nil {
		return u, fmt.Errorf("create user: %w", err)
	}
	if rows, _ := made.RowsAffected(); rows == 0 { // both drivers know the number
		return u, fault.New(code.InvalidParameterSubUserNameInUse, u.Name)
	}
	// A name in use goes before a full quota, so the new row is among those that are counted.
	if err := p.countUser(ctx, tx, a, u.UIN, at); err != nil {
		return u, err
	}
	return u, rememberPassword(ctx, tx, a, u.UIN, u.PasswordHash, at)
}

// countUser refuses a new sub-account where it is one more than a quota allows. For a root that is not verified it
// counts among those of its day.
func (p *Product) countUser(ctx context.Context, tx *store.Tx, a store.Account, uin int64, at time.Time) error {
	if p.quotas[account.SubAccounts] > 0 {
		n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM users WHERE account = $1`, a)
		if err != nil {
			return fmt.Errorf("count users: %w", err)
		}
		if p.quotas.Exceeded(account.SubAccounts, int(n)) {
			return fault.New(code.InvalidParameterSubUserFull)
		}
	}
	owner, err := account.Get(ctx, tx, a)
	if err != nil || owner.Verified {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO user_creations (account, uin, created_at) VALUES ($1, $2, $3)`, a, uin, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("count created user: %w", err)
	}
	n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM user_creations WHERE account = $1 AND created_at > $2`, a, at.Add(-day).UnixMilli())
	if err != nil {
		return fmt.Errorf("count created users: %w", err)
	}
	if p.quotas.Exceeded(account.UnverifiedUsersPerDay, int(n)) {
		return fault.New(code.RequestLimitExceededCreateUser)
	}
	return nil
}

// userResource is a sub-account's name in the audit trail.
func userResource(a store.Account, uin int64) string {
	return qcs.User(fmt.Sprint(int64(a)), fmt.Sprint(uin)).String()
}

// AddUser creates a sub-user, with a password and a first key if asked. Both secrets are in this answer alone. A password
// that comes without console login has no effect, but is answered too: Terraform compares the answer with what it sent.
func (p *Product) AddUser(ctx context.Context, c *call.Call, in *cam20190116.AddUserRequest) (*cam20190116.AddUserResponse, error) {
	out := &cam20190116.AddUserResponse{Name: in.Name, Password: value(in.Password)}
	u := User{Kind: SubUser, Name: in.Name, Remark: value(in.Remark), ConsoleLogin: in.ConsoleLogin == 1,
		Phone: value(in.PhoneNum), CountryCode: value(in.CountryCode), Email: value(in.Email)}
	u.completePhone()
	if u.ConsoleLogin {
		u.NeedReset = in.NeedResetPassword == 1
		var err error
		out.Password, u.PasswordHash, err = p.newPassword(ctx, c.Account(), nobody, value(in.Password))
		if err != nil {
			return nil, err
		}
	}
	err := c.Write(ctx, func(tx *store.Tx) (err error) {
		u, err = p.CreateUser(ctx, tx, c.Account(), u, c.At)
		if err != nil {
			return err
		}
		c.Touched(userResource(c.Account(), u.UIN))
		if in.UseApi == 1 {
			out.SecretId, out.SecretKey, err = p.keys.Create(ctx, tx, c.Account(), u.UIN, "", "", nil, c.At)
			c.Touched(keyResource(c.Account(), out.SecretId))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	out.Uin, out.Uid = u.UIN, u.UID
	return out, nil
}

// defaultCountryCode stands with a phone number that came without one.
const defaultCountryCode = "86"

func (u *User) completePhone() {
	if u.Phone != "" && u.CountryCode == "" {
		u.CountryCode = defaultCountryCode
	}
}

// value is an optional string, "" when absent.
func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// GetUser describes one sub-user by name. It is the read that is asked for most, and what a lookup costs grows with its
// columns, so it reads only those that it tells.
func (p *Product) GetUser(ctx context.Context, c *call.Call, in *cam20190116.GetUserRequest) (*cam20190116.GetUserResponse, error) {
	var u User
	err := p.db.Read().QueryRowContext(ctx, `SELECT uin, uid, kind, name, remark, console_login, phone, country_code, email, last_login_ip, last_login_at
		FROM users WHERE account = $1 AND name_key = $2`, c.Account(), fold(in.Name)).
		Scan(&u.UIN, &u.UID, &u.Kind, &u.Name, &u.Remark, &u.ConsoleLogin, &u.Phone, &u.CountryCode, &u.Email, &u.LastLoginIP, &u.LastLogin)
	if errors.Is(err, sql.ErrNoRows) || err == nil && (u.Name != in.Name || u.Kind == Receiver) {
		return nil, ErrNoUser
	}
	if err != nil {
		return nil, fmt.Errorf("get user: %w", err)
	}
	out := &cam20190116.GetUserResponse{
		Uin: u.UIN, Uid: u.UID, Name: u.Name, Remark: &u.Remark, ConsoleLogin: flag(u.ConsoleLogin),
		PhoneNum: u.Phone, CountryCode: u.CountryCode, Email: u.Email, RecentlyLoginIP: u.LastLoginIP,
	}
	if u.LastLogin != nil {
		out.RecentlyLoginTime = wireTime(*u.LastLogin)
	}
	return out, nil
}

// UpdateUser changes the members that are present; "" clears a text. A new password, and the end of console login, end the
// user's sessions in the console. A password counts only where console login is on
// afterwards. Switching it on for a user without a password sets a random one that nobody is told: an administrator
// has to set another.
func (p *Product) UpdateUser(ctx context.Context, c *call.Call, in *cam20190116.UpdateUserRequest) (*cam20190116.UpdateUserResponse, error) {
	before, err := namedUser(ctx, p.db.Read(), c.Account(), in.Name)
	if err != nil {
		return nil, err
	}
	hash, err := p.updatedPassword(ctx, c.Account(), before, in)
	if err != nil {
		return nil, err
	}
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		u, err := namedUser(ctx, tx, c.Account(), in.Name)
		if err != nil {
			return err
		}
		if u.UIN != before.UIN {
			return ErrNoUser // deleted, and the name taken again, since it was read
		}
		mayLogIn := u.ConsoleLogin // now: somebody may have switched it on since before was read, and the user have come in
		u.update(in)
		if err := saveUser(ctx, tx, c.Account(), u); err != nil {
			return err
		}
		if mayLogIn && !u.ConsoleLogin || hash != "" {
			if _, err := p.keys.EndConsoles(ctx, tx, c.Account(), u.UIN, "", c.At); err != nil {
				return err
			}
		}
		if hash == "" || !u.ConsoleLogin {
			return nil
		}
		if u.PasswordHash == before.PasswordHash {
			return setPassword(ctx, tx, c.Account(), u.UIN, hash, c.At)
		}
		if value(in.Password) != "" {
			// It was not compared with the one that somebody else has set meanwhile.
			return fault.New(code.FailedOperation).WithDetail("The password of the user was changed at the same time; try again.")
		}
		return nil
	})
}

// updatedPassword is the hash of the password that an update sets, "" for none.
func (p *Product) updatedPassword(ctx context.Context, a store.Account, u User, in *cam20190116.UpdateUserRequest) (string, error) {
	if u.Kind != SubUser {
		// WeCom users always log in, through WeCom; collaborators as the root that they are.
		if in.Password != nil || in.NeedResetPassword != nil || in.ConsoleLogin != nil && *in.ConsoleLogin == 0 {
			return "", fault.New(code.FailedOperationUnmodifiable, in.Name)
		}
		return "", nil
	}
	given := value(in.Password)
	u.update(in)
	if !u.ConsoleLogin || given == "" && (in.ConsoleLogin == nil || u.PasswordHash != "") {
		return "", nil
	}
	_, hash, err := p.newPassword(ctx, a, u.UIN, given)
	return hash, err
}

// update changes all but the password. A phone number or address that is new has yet to be verified.
func (u *User) update(in *cam20190116.UpdateUserRequest) {
	old := *u
	replace(&u.Remark, in.Remark)
	replace(&u.Phone, in.PhoneNum)
	replace(&u.CountryCode, in.CountryCode)
	replace(&u.Email, in.Email)
	u.completePhone()
	if u.Phone != old.Phone || u.CountryCode != old.CountryCode {
		u.PhoneVerified = false
	}
	if u.Email != old.Email {
		u.EmailVerified = false
	}
	if in.ConsoleLogin != nil {
		u.ConsoleLogin = *in.ConsoleLogin == 1
	}
	if in.NeedResetPassword != nil && u.ConsoleLogin {
		u.NeedReset = *in.NeedResetPassword == 1
	}
}

func replace(text *string, with *string) {
	if with != nil {
		*text = *with
	}
}

func saveUser(ctx context.Context, tx *store.Tx, a store.Account, u User) error {
	_, err := tx.ExecContext(ctx, `UPDATE users SET remark = $3, console_login = $4, need_reset = $5, phone = $6, country_code = $7, phone_verified = $8,
			email = $9, email_verified = $10 WHERE uin = $2 AND account = $1`,
		a, u.UIN, u.Remark, flag(u.ConsoleLogin), flag(u.NeedReset), u.Phone, u.CountryCode, flag(u.PhoneVerified), u.Email, flag(u.EmailVerified))
	if err != nil {
		return fmt.Errorf("update user: %w", err)
	}
	return nil
}

// DeleteUser deletes a user with all that hangs on it. Keys go along only if the caller says so and may delete keys.
func (p *Product) DeleteUser(ctx context.Context, c *call.Call, in *cam20190116.DeleteUserRequest) (*cam20190116.DeleteUserResponse, error) {
	keysToo := false
	if in.Force == 1 {
		var err error
		if keysToo, err = p.mayDeleteKeys(ctx, c, in.Name); err != nil {
			return nil, err
		}
	}
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		u, err := namedUser(ctx, tx, c.Account(), in.Name)
		if err != nil {
			return err
		}
		keys, err := p.keys.List(ctx, tx, c.Account(), u.UIN, false)
		if err != nil {
			return err
		}
		if len(keys) > 0 && !keysToo {
			return fault.New(code.OperationDeniedHaveKeys, in.Name) // also for one that was made since they were looked for
		}
		c.Touched(userResource(c.Account(), u.UIN))
		return p.RemoveUser(ctx, tx, c.Account(), u.UIN, c.At)
	})
}

// mayDeleteKeys reports whether the user has keys that the caller may delete; that it may not is the error. The
// permission is asked for only where there are keys.
func (p *Product) mayDeleteKeys(ctx context.Context, c *call.Call, name string) (bool, error) {
	u, err := namedUser(ctx, p.db.Read(), c.Account(), name)
	if err != nil {
		return false, err
	}
	keys, err := p.keys.List(ctx, p.db.Read(), c.Account(), u.UIN, false)
	if err != nil || len(keys) == 0 {
		return false, err
	}
	if err := c.May(ctx, "cam:DeleteApiKey"); err != nil {
		if fault.Is(err, code.AuthFailureUnauthorizedOperation) {
			err = fault.New(code.UnauthorizedOperationDeleteApiKey)
		}
		return false, err
	}
	return true, nil
}

// RemoveUser deletes a sub-account with its keys and the sessions issued with them, its sessions in the console, memberships, attachments, boundary,
// passwords and tags, and what other rooms have of it. What it made stays, and so does its place in the day of an unverified root.
func (p *Product) RemoveUser(ctx context.Context, tx *store.Tx, a store.Account, uin int64, at time.Time) error {
	if err := p.keys.DeleteAll(ctx, tx, a, uin, at); err != nil {
		return err
	}
	if _, err := p.keys.EndConsoles(ctx, tx, a, uin, "", at); err != nil {
		return err
	}
	for _, room := range p.dependents {
		if err := room.UserDeleted(ctx, tx, a, uin); err != nil {
			return fmt.Errorf("delete user: %w", err)
		}
	}
	for _, of := range []string{
		`group_members WHERE account = $1 AND uin = $2`,
		`attachments WHERE target_kind = 1 AND account = $1 AND target_id = $2`,
		`tags WHERE object_kind = 1 AND account = $1 AND object_id = $2`,
		`password_history WHERE account = $1 AND uin = $2`,
		`safe_auth_flags WHERE account = $1 AND uin = $2`,
		`users WHERE account = $1 AND uin = $2`,
	} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+of, a, uin); err != nil {
			return fmt.Errorf("delete user: %w", err)
		}
	}
	changedUser(tx, a, uin)
	return nil
}
