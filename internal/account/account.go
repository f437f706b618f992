// Package account owns the root accounts: their numbers (uin, uid, appid), their state, and the quotas that bound
// what an account may hold.
package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
)

// Where the sequences start. uins stay below 2^53, so that JavaScript clients can hold them.
const (
	firstUIN   = 100000000001
	firstUID   = 1001000
	firstAppID = 1250000001
)

// Account is a root account.
type Account struct {
	UIN       store.Account
	AppID     int64
	UID       int64
	Name      string
	Verified  bool // real-name verification; an unverified root may create few sub-users a day
	Suspended bool
	Created   time.Time
}

// ErrNotFound is a uin that is no root account.
var ErrNotFound = errors.New("no such root account")

// NextUIN draws from the one sequence of root accounts and sub-accounts.
func NextUIN(ctx context.Context, tx *store.Tx) (int64, error) {
	return tx.NextID(ctx, "uin", firstUIN)
}

// NextUID draws the console's number for an account or sub-account.
func NextUID(ctx context.Context, tx *store.Tx) (int64, error) {
	return tx.NextID(ctx, "uid", firstUID)
}

// New says what account to make. Without a key pair one is drawn.
type New struct {
	Name                string
	Unverified          bool
	SecretID, SecretKey string
	PasswordHash        string // of the console login, "" = none
}

// Create makes a root account with its first access key.
func Create(ctx context.Context, tx *store.Tx, keys *credential.Keys, in New, at time.Time) (a Account, secretID, secretKey string, err error) {
	uin, err1 := NextUIN(ctx, tx)
	uid, err2 := NextUID(ctx, tx)
	appid, err3 := tx.NextID(ctx, "appid", firstAppID)
	if err := errors.Join(err1, err2, err3); err != nil {
		return a, "", "", fmt.Errorf("create account: %w", err)
	}
	a = Account{UIN: store.Account(uin), AppID: appid, UID: uid, Name: in.Name, Verified: !in.Unverified, Created: at}
	_, err = tx.ExecContext(ctx, `INSERT INTO accounts (uin, appid, uid, name, verified, password, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		a.UIN, a.AppID, a.UID, a.Name, flag(a.Verified), in.PasswordHash, at.UnixMilli())
	if err != nil {
		return a, "", "", fmt.Errorf("create account: %w", err)
	}
	secretID, secretKey, err = keys.Create(ctx, tx, a.UIN, uin, in.SecretID, in.SecretKey, nil, at)
	return a, secretID, secretKey, err
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

const selectAccounts = `SELECT uin, appid, uid, name, verified, suspended, created_at FROM accounts `

// Get finds one root account.
func Get(ctx context.Context, q store.Queryer, uin store.Account) (Account, error) {
	a, err := scan(q.QueryRowContext(ctx, selectAccounts+`WHERE uin = $1`, uin).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return a, ErrNotFound
	}
	return a, err
}

// ByAppID finds the root account with an AppId; ErrNotFound if there is none.
func ByAppID(ctx context.Context, q store.Queryer, appid int64) (Account, error) {
	a, err := scan(q.QueryRowContext(ctx, selectAccounts+`WHERE appid = $1`, appid).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return a, ErrNotFound
	}
	return a, err
}

// ByName finds the root account with a name, which is not unique: ErrNotFound also where several have it.
func ByName(ctx context.Context, q store.Queryer, name string) (Account, error) {
	rows, err := store.Collect(ctx, q, func(r store.Row) (Account, error) { return scan(r.Scan) }, selectAccounts+`WHERE name = $1 LIMIT 2`, name)
	if err != nil {
		return Account{}, fmt.Errorf("find account: %w", err)
	}
	if len(rows) != 1 {
		return Account{}, ErrNotFound
	}
	return rows[0], nil
}

// Password is the hash of the root's console password, "" where there is none.
func Password(ctx context.Context, q store.Queryer, uin store.Account) (hash string, err error) {
	err = q.QueryRowContext(ctx, `SELECT password FROM accounts WHERE uin = $1`, uin).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) {
		return "", ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	return hash, nil
}

// SetPassword changes the root's console password. Whoever does it ends the root's sessions too.
func SetPassword(ctx context.Context, tx *store.Tx, uin store.Account, hash string) error {
	if _, err := tx.ExecContext(ctx, `UPDATE accounts SET password = $2 WHERE uin = $1`, uin, hash); err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return nil
}

// List is every root account, oldest first.
func List(ctx context.Context, q store.Queryer) ([]Account, error) {
	rows, err := q.QueryContext(ctx, selectAccounts+`ORDER BY uin`)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	defer rows.Close()
	all := []Account{}
	for rows.Next() {
		a, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, rows.Err()
}

func scan(scan func(...any) error) (Account, error) {
	var a Account
	var created int64
	err := scan(&a.UIN, &a.AppID, &a.UID, &a.Name, &a.Verified, &a.Suspended, &created)
	if err != nil {
		return a, fmt.Errorf("read account: %w", err)
	}
	a.Created = time.UnixMilli(created)
	return a, nil
}

// Verify marks the account as verified.
func Verify(ctx context.Context, tx *store.Tx, uin store.Account) error {
	return update(ctx, tx, uin, `UPDATE accounts SET verified = 1 WHERE uin = $1`)
}

// Suspend stops every login and signed call of the account and ends the sessions issued with its keys. Its data stays.
func Suspend(ctx context.Context, tx *store.Tx, keys *credential.Keys, uin store.Account, at time.Time) error {
	if err := update(ctx, tx, uin, `UPDATE accounts SET suspended = 1 WHERE uin = $1`); err != nil {
		return err
	}
	return keys.RevokeByAccount(ctx, tx, uin, at)
}

// Resume undoes Suspend, but for the sessions that it ended.
func Resume(ctx context.Context, tx *store.Tx, uin store.Account) error {
	return update(ctx, tx, uin, `UPDATE accounts SET suspended = 0 WHERE uin = $1`)
}

func update(ctx context.Context, tx *store.Tx, uin store.Account, statement string) error {
	r, err := tx.ExecContext(ctx, statement, uin)
	if err != nil {
		return fmt.Errorf("change account: %w", err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return errors.Join(ErrNotFound, err)
	}
	tx.Changed(store.Change{Account: uin, Kind: credential.AccountChangeKind})
	return nil
}
