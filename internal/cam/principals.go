package cam

import (
	"context"
	"fmt"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
)

// PrincipalByNumber finds the root user or sub-account with a uin, or the role with an id, and tells its standing;
// store.ErrNotFound where there is none. Message receivers are contacts, no users. It looks in every account, since a uin
// does not say whose it is: whether the asker may know of what it finds is for the caller to decide.
func (p *Product) PrincipalByNumber(ctx context.Context, kind call.PrincipalKind, id int64) (call.Principal, call.Standing, error) {
	switch kind {
	case call.Root:
		return p.principal(ctx, kind, `SELECT a.uin, a.uin, a.appid, a.suspended, 0 FROM accounts a WHERE a.uin = $1`, id)
	case call.User:
		return p.principal(ctx, kind, `SELECT u.uin, u.account, a.appid, a.suspended, `+credential.DisabledPerson("u.account", "u.uin")+`
			FROM users u JOIN accounts a ON a.uin = u.account
			WHERE u.uin = $1 AND u.kind <> $2`, id, int64(Receiver))
	case call.Role:
		return p.principal(ctx, kind, `SELECT r.id, r.account, a.appid, a.suspended, 0 FROM roles r JOIN accounts a ON a.uin = r.account WHERE r.id = $1`, id)
	}
	return call.Principal{}, call.Good, store.ErrNotFound
}

// RolePrincipal finds a role of the account by its exact name, as PrincipalByNumber does by its id.
func (p *Product) RolePrincipal(ctx context.Context, a store.Account, name string) (call.Principal, call.Standing, error) {
	return p.principal(ctx, call.Role, `SELECT r.id, r.account, a.appid, a.suspended, 0 FROM roles r JOIN accounts a ON a.uin = r.account
		WHERE r.account = $1 AND r.name_key = $2 AND r.name = $3`, a, fold(name), name)
}

func (p *Product) principal(ctx context.Context, kind call.PrincipalKind, query string, args ...any) (call.Principal, call.Standing, error) {
	type found struct {
		call.Principal
		id                  int64
		suspended, disabled bool
	}
	f, err := store.One(ctx, p.db.Read(), func(r store.Row) (f found, err error) {
		err = r.Scan(&f.id, &f.Account, &f.AppID, &f.suspended, &f.disabled)
		return f, err
	}, store.ErrNotFound, query, args...)
	f.Kind = kind
	if kind == call.Role {
		f.RoleID = f.id
	} else {
		f.UIN = f.id
	}
	switch {
	case f.suspended:
		return f.Principal, call.Suspended, err
	case f.disabled:
		return f.Principal, call.Disabled, err
	}
	return f.Principal, call.Good, err
}

// PrincipalsAfter lists the uins of the account's sub-accounts, or the ids of its roles, that are greater than after: at
// most limit of them, in their order. Message receivers are contacts that cannot act, and no principals.
func (p *Product) PrincipalsAfter(ctx context.Context, a store.Account, kind call.PrincipalKind, after int64, limit int) ([]int64, error) {
	query := inOrder(`uin`, `uin > $2`, ` ORDER BY uin`, `$3`, SubUser, WeComUser, Collaborator)
	if kind == call.Role {
		query = `SELECT id FROM roles WHERE account = $1 AND id > $2 ORDER BY id LIMIT $3`
	}
	ids, err := store.Collect(ctx, p.db.Read(), scanInt, query, a, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list principals: %w", err)
	}
	return ids, nil
}

// Names are those of the users or roles of the account with these numbers, as far as it has them. The account is compared in
// a way that no index serves: the planner of SQLite would rather read through all of its users than look so many up.
func (p *Product) Names(ctx context.Context, q store.Queryer, a store.Account, kind call.PrincipalKind, numbers []int64) (map[int64]string, error) {
	query := `SELECT uin, name FROM users WHERE account + 0 = $1 AND uin IN (`
	if kind == call.Role {
		query = `SELECT id, name FROM roles WHERE account + 0 = $1 AND id IN (`
	}
	names := map[int64]string{}
	err := store.Batches(numbers, func(batch []any) error {
		rows, err := q.QueryContext(ctx, query+store.Placeholders(2, len(batch))+`)`, append([]any{a}, batch...)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var number int64
			var name string
			if err := rows.Scan(&number, &name); err != nil {
				return err
			}
			names[number] = name
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("names of principals: %w", err)
	}
	return names, nil
}
