package eiam_test

import (
	"context"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/eiam"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// rows is one statement an entry; each has the account as $1.
type rows []struct {
	statement string
	args      []any
}

func (all rows) insert(ctx context.Context, tx *store.Tx, a store.Account) error {
	for _, r := range all {
		if _, err := tx.ExecContext(ctx, r.statement, append([]any{a}, r.args...)...); err != nil {
			return err
		}
	}
	return nil
}

const insertAccount = `INSERT INTO eiam_accounts (account, id, app, type, login, login_key, name, person, owner, app_org, extension, created_at, updated_at)
	VALUES ($1, $2, 'app', $3, $2, $2, $2, $4, $5, '', '{}', 0, 0)`

func TestADeletedPersonLeavesNothingThatNamesIt(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		ctx, a, other := context.Background(), store.Account(w.Account(t).UIN), store.Account(w.Account(t).UIN)
		var gone, stays *directory.Person
		err := w.DB.Write(ctx, func(tx *store.Tx) (err error) {
			if gone, err = directory.Create(ctx, tx, a, directory.Profile{Login: "gone"}, "", false, w.Now()); err != nil {
				return err
			}
			if stays, err = directory.Create(ctx, tx, a, directory.Profile{Login: "stays"}, "", false, w.Now()); err != nil {
				return err
			}
			for _, of := range []store.Account{a, other} { // the same rows in another account, which must stay
				err := rows{
					{insertAccount, []any{"basic", "BASIC_ACCOUNT", gone.ID, nil}},
					{insertAccount, []any{"kept", "BASIC_ACCOUNT", stays.ID, nil}},
					{insertAccount, []any{"shared", "PUBLIC_ACCOUNT", nil, gone.ID}},
					{`INSERT INTO eiam_account_users (account, app_account, person, bound_at) VALUES ($1, 'shared', $2, 0)`, []any{gone.ID}},
					{`INSERT INTO eiam_account_users (account, app_account, person, bound_at) VALUES ($1, 'shared', $2, 0)`, []any{stays.ID}},
					{`INSERT INTO eiam_role_members (account, role, app_account) VALUES ($1, 'role', 'basic')`, nil},
					{`INSERT INTO eiam_role_members (account, role, app_account) VALUES ($1, 'role', 'kept')`, nil},
					{`INSERT INTO eiam_permission_holders (account, holder_kind, holder, permission) VALUES ($1, 'account', 'basic', 'p')`, nil},
					{`INSERT INTO eiam_jobs (account, id, person, org, position, title, relation) VALUES ($1, 'job', $2, 'org', '', '', 1)`, []any{gone.ID}},
					{`INSERT INTO eiam_managers (account, person, manager) VALUES ($1, $2, $3)`, []any{stays.ID, gone.ID}},
					{`INSERT INTO eiam_person_orgs (account, person, org, relation) VALUES ($1, $2, 'org', 1)`, []any{gone.ID}},
					{`INSERT INTO eiam_orgs (account, id, code, parent, name, category, sequence, leader, extension, created_at, updated_at)
						VALUES ($1, 'org', 'org', '', 'org', 'department', 0, $2, '{}', 0, 0)`, []any{gone.ID}},
				}.insert(ctx, tx, of)
				if err != nil {
					return err
				}
			}
			return directory.Delete(ctx, tx, a, gone.ID, []directory.Dependents{eiam.New(eiam.Config{DB: w.DB, Keys: w.Keys})}, w.Now().Add(time.Minute))
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			query       string
			left, other int
		}{
			{`SELECT COUNT(*) FROM eiam_accounts WHERE account = $1`, 2, 3},
			{`SELECT COUNT(*) FROM eiam_accounts WHERE account = $1 AND owner IS NOT NULL`, 0, 1},
			{`SELECT COUNT(*) FROM eiam_account_users WHERE account = $1`, 1, 2},
			{`SELECT COUNT(*) FROM eiam_role_members WHERE account = $1`, 1, 2},
			{`SELECT COUNT(*) FROM eiam_permission_holders WHERE account = $1`, 0, 1},
			{`SELECT COUNT(*) FROM eiam_managers WHERE account = $1`, 0, 1},
			{`SELECT COUNT(*) FROM eiam_jobs WHERE account = $1`, 0, 1},
			{`SELECT COUNT(*) FROM eiam_person_orgs WHERE account = $1`, 0, 1},
			{`SELECT COUNT(*) FROM eiam_orgs WHERE account = $1 AND leader IS NOT NULL`, 0, 1},
		} {
			for of, want := range map[store.Account]int{a: tc.left, other: tc.other} {
				var n int
				if err := w.DB.Read().QueryRowContext(ctx, tc.query, of).Scan(&n); err != nil || n != want {
					t.Errorf("%s: %d, want %d, %v", tc.query, n, want, err)
				}
			}
		}
		p, err := directory.Get(ctx, w.DB.Read(), a, stays.ID)
		if err != nil || !p.Modified.After(stays.Modified) {
			t.Errorf("who lost the manager was not changed by it: %+v, %v", p, err)
		}
	})
}
