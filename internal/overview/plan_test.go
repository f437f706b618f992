package overview

import (
	"context"
	"database/sql"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
)

// wide is a step that reads through all rows of an account.
var wide = regexp.MustCompile(`USING (?:COVERING )?INDEX (\w+) \(account=\?\)`)

// ordered are the indexes that are read through for their order, until a bounded number of rows is found, and one of a table
// with a row an account.
var ordered = []string{"sqlite_autoindex_password_rules_1", "sqlite_autoindex_users_3", "users_by_login", "access_keys_by_age", "sqlite_autoindex_policies_2"}

// planned looks at how each query would be answered.
type planned struct {
	store.Queryer
	t *testing.T
}

func (p planned) look(ctx context.Context, query string, args []any) {
	rows, err := p.Queryer.QueryContext(ctx, `EXPLAIN QUERY PLAN `+query, args...)
	if err != nil {
		p.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			p.t.Fatal(err)
		}
		if m := wide.FindStringSubmatch(step); m != nil && !slices.Contains(ordered, m[1]) {
			p.t.Errorf("%s\nis answered by %s", query, step)
		}
	}
}

func (p planned) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	p.look(ctx, query, args)
	return p.Queryer.QueryContext(ctx, query, args...)
}

func (p planned) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	p.look(ctx, query, args)
	return p.Queryer.QueryRowContext(ctx, query, args...)
}

// An account may have a million users: what looks some of them up, or is asked on every visit, does not read through all.
func TestNothingReadsThroughAnAccount(t *testing.T) {
	ctx, db := context.Background(), storetest.Open(t, storetest.SQLite(t))
	q, keys := planned{db.Read(), t}, credential.NewKeys(db, nil)
	keyword, group := "zhang", int64(7)
	try := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	for _, sort := range []string{"CreateTime", "Name", "LastLoginTime"} {
		for _, in := range []*hufu20261201.SearchUsersRequest{{}, {Keyword: &keyword}, {GroupId: &group}} {
			try(newUserSearch(1, in).few(ctx, q, sort))
			try(newUserSearch(1, in).many(ctx, q, sort, 0, 20))
		}
	}
	uins := make([]int64, 200)
	for i := range uins {
		uins[i] = int64(i)
	}
	try(foundUsers(ctx, q, 1, uins))
	found := credential.KeyFilter{}
	found.Holders, found.HolderArgs = holders(1, keyword)
	for _, f := range []credential.KeyFilter{{}, {Status: credential.Inactive}, {SecretID: "AKID"}, found} {
		_, _, err := keys.ListAll(ctx, q, 1, f, 0, 20)
		try(nil, err)
	}
	try(keys.List(ctx, q, 1, 2, false))
	_, _, err := keys.ListRoleSessions(ctx, q, 1, 2, time.Now(), 0, 20)
	try(nil, err)
	v := &adviser{q: q, owner: account.Account{UIN: 1}, now: time.Now()}
	for _, check := range checks {
		try(check.find(v, ctx))
	}
}
