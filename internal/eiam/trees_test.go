package eiam_test

import (
	"context"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/eiam"
	"github.com/hufu-iam/hufu/internal/operator"
	"github.com/hufu-iam/hufu/internal/store"
)

func TestImportsSayWhatIsWrongWithThem(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		ctx := context.Background()
		app := w.Application(t, w.Account(t), "crm")
		good := eiam.Permission{Code: "a", Name: "A"}
		deep := eiam.Permission{Code: "leaf", Name: "leaf"}
		for i := range 10 {
			deep = eiam.Permission{Code: "n" + strings.Repeat("x", i), Name: "n", Children: []eiam.Permission{deep}}
		}
		for _, tc := range []struct {
			name  string
			trees *eiam.Trees
			want  string
		}{
			{"nothing", nil, "there is nothing to import"},
			{"no code", &eiam.Trees{Functions: []eiam.Permission{{Name: "A"}}}, `the permission "" needs a code and a name of 1 to 100 characters`},
			{"a long name", &eiam.Trees{Data: []eiam.Permission{{Code: "a", Name: strings.Repeat("虎", 101)}}}, `the permission "a" needs a code and a name of 1 to 100 characters`},
			{"a code twice", &eiam.Trees{Functions: []eiam.Permission{good, good}}, `the code "a" stands twice in the tree func`},
			{"an unknown type", &eiam.Trees{Functions: []eiam.Permission{{Code: "a", Name: "A", Type: "menu"}}}, `the type of the function "a" is neither MENU nor OPERATE`},
			{"a function with a model", &eiam.Trees{Functions: []eiam.Permission{{Code: "a", Name: "A", Model: "m"}}}, `the permission "a": only functions have a type, only data permissions a model`},
			{"a data permission with a type", &eiam.Trees{Data: []eiam.Permission{{Code: "a", Name: "A", Type: "MENU"}}}, `the permission "a": only functions have a type, only data permissions a model`},
			{"too deep", &eiam.Trees{Data: []eiam.Permission{deep}}, "the permissions are nested more than 10 deep"},
			{"a role that is not there", &eiam.Trees{Roles: map[string]eiam.Holding{"x": {}}}, `the application has no role "x"`},
			{"an account that is not there", &eiam.Trees{Accounts: map[string]eiam.Holding{"x": {}}}, `the application has no account "x"`},
			{"a permission that is not there", &eiam.Trees{Functions: []eiam.Permission{good}, Roles: map[string]eiam.Holding{"boss": {Functions: []string{"b"}}}}, `the role "boss" has the permission "b", which the tree func has not`},
		} {
			if tc.name == "a permission that is not there" {
				err := w.DB.Write(ctx, func(tx *store.Tx) error {
					return rows{{`INSERT INTO eiam_roles (account, id, app, code, name) VALUES ($1, 'role', $2, 'boss', 'Boss')`, []any{app.ID}}}.insert(ctx, tx, app.Account)
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			_, err := w.Operator.ImportPermissions(ctx, operator.EIAM{Account: app.Account, Application: app.ID, Trees: tc.trees})
			if err == nil || err.Error() != tc.want {
				t.Errorf("%s: %v", tc.name, err)
			}
		}
		var n int
		if err := w.DB.Read().QueryRowContext(ctx, `SELECT COUNT(*) FROM eiam_permissions`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d permissions were written, %v", n, err)
		}
		got, err := w.Operator.ImportPermissions(ctx, operator.EIAM{Account: app.Account, Application: "crm", Trees: &eiam.Trees{
			Functions: []eiam.Permission{good}, Data: []eiam.Permission{good}, Roles: map[string]eiam.Holding{"boss": {Functions: []string{"a", "a"}, Data: []string{"a"}}}}})
		if err != nil || got.Functions != 1 || got.Data != 1 || got.Holdings != 3 {
			t.Errorf("%+v, %v", got, err)
		}
		if err := w.DB.Read().QueryRowContext(ctx, `SELECT COUNT(*) FROM eiam_permission_holders WHERE holder = 'role'`).Scan(&n); err != nil || n != 2 {
			t.Errorf("%d rows say what the role has, %v", n, err)
		}
		if _, err := w.Operator.ImportPermissions(ctx, operator.EIAM{Account: app.Account, Application: "crm", Trees: &eiam.Trees{}}); err != nil {
			t.Fatal(err)
		}
		if err := w.DB.Read().QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM eiam_permissions) + (SELECT COUNT(*) FROM eiam_permission_holders)`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows are left, %v", n, err)
		}
	})
}

func TestAnOrphanGetsAnOwnerOnce(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		ctx := context.Background()
		a, other := store.Account(w.Account(t).UIN), store.Account(w.Account(t).UIN)
		var alice *directory.Person
		err := w.DB.Write(ctx, func(tx *store.Tx) (err error) {
			if alice, err = directory.Create(ctx, tx, a, directory.Profile{Login: "alice"}, "", false, w.Now()); err != nil {
				return err
			}
			return rows{
				{insertAccount, []any{"one", "ORPHAN_ACCOUNT", nil, nil}},
				{insertAccount, []any{"two", "ORPHAN_ACCOUNT", nil, nil}},
				{insertAccount, []any{"shared", "PUBLIC_ACCOUNT", nil, nil}},
			}.insert(ctx, tx, a)
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			name          string
			of            store.Account
			account, user string
			want          string
		}{
			{"an unknown account", a, "three", "alice", `the tenant has no account "three"`},
			{"an unknown user", a, "one", "bob", `the tenant has no user "bob"`},
			{"another tenant's account", other, "one", "alice", `the tenant has no user "alice"`},
			{"a public account", a, "shared", "alice", eiam.ErrNotOrphan.Error()},
			{"an orphan", a, "one", "Alice", ""},
			{"the same again", a, "one", alice.ID, eiam.ErrNotOrphan.Error()},
			{"a second one in the application", a, "two", alice.ID, eiam.ErrHasAccount.Error()},
		} {
			err := w.Operator.BindOrphan(ctx, operator.EIAM{Account: tc.of, Orphan: tc.account, User: tc.user})
			if got := errorText(err); got != tc.want {
				t.Errorf("%s: %s", tc.name, got)
			}
		}
		var typ, person string
		if err := w.DB.Read().QueryRowContext(ctx, `SELECT type, person FROM eiam_accounts WHERE account = $1 AND id = 'one'`, a).Scan(&typ, &person); err != nil || typ != "BASIC_ACCOUNT" || person != alice.ID {
			t.Errorf("%s of %s, %v", typ, person, err)
		}
	})
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
