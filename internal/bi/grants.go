package bi

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
)

// via says which family of actions made a grant. What the actions on the enterprise's users replace is theirs alone, so
// that two tools can manage one user without seeing each other; only those on a project take away all of its roles.
type via int64

const (
	viaCorp    via = 1 // CreateUserRole and its kin
	viaProject via = 2 // CreateUserRoleProject and its kin
)

// held is a role that a user has.
type held struct {
	role    int64
	project int64
	code    string
	via     via
}

func scanHeld(r store.Row) (h held, err error) {
	err = r.Scan(&h.role, &h.project, &h.code, &h.via)
	return h, err
}

// heldBy are the grants of a user: of the enterprise first, then by project and role. A role that both families have
// granted comes twice.
func heldBy(ctx context.Context, q store.Queryer, a store.Account, user int64) ([]held, error) {
	return store.Collect(ctx, q, scanHeld, `SELECT g.role, g.project, r.code, g.via FROM bi_grants g JOIN bi_roles r ON r.account = g.account AND r.id = g.role
		WHERE g.account = $1 AND g.bi_user = $2 ORDER BY g.project, g.role, g.via`, a, user)
}

// grant gives roles to a user; those it has stay.
func grant(ctx context.Context, tx *store.Tx, a store.Account, user int64, roles []Role, by via, at time.Time) error {
	for _, r := range roles {
		_, err := tx.ExecContext(ctx, `INSERT INTO bi_grants (account, bi_user, role, via, project, created_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (account, bi_user, role, via) DO NOTHING`, a, user, r.ID, int64(by), r.Project, at.UnixMilli())
		if err != nil {
			return fmt.Errorf("grant role: %w", err)
		}
	}
	return nil
}

// replaceRoles makes roles the only ones that a user has among those that of says; those that he has already keep the day
// that they were granted. The audit record names those that are taken away.
func replaceRoles(ctx context.Context, tx *store.Tx, c *call.Call, user int64, of func(held) bool, roles []Role, by via) error {
	current, err := heldBy(ctx, tx, c.Account(), user)
	if err != nil {
		return err
	}
	for _, h := range current {
		if !of(h) || slices.ContainsFunc(roles, func(r Role) bool { return r.ID == h.role }) {
			continue
		}
		c.Touched(fmt.Sprintf("qcs::bi::uin/%d:role/%d", int64(c.Account()), h.role))
		_, err := tx.ExecContext(ctx, `DELETE FROM bi_grants WHERE account = $1 AND bi_user = $2 AND role = $3 AND via = $4`, c.Account(), user, h.role, int64(h.via))
		if err != nil {
			return fmt.Errorf("take role away: %w", err)
		}
	}
	return grant(ctx, tx, c.Account(), user, roles, by, c.At)
}

// join puts a user into groups that are there; where he is in one already, he stays as he is. A group that is full is
// LimitExceeded.
func (p *Product) join(ctx context.Context, tx *store.Tx, a store.Account, user int64, groups []int64, by string, at time.Time) error {
	for _, g := range groups {
		made, err := tx.ExecContext(ctx, `INSERT INTO bi_group_members (account, group_id, bi_user, created_by, created_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (account, group_id, bi_user) DO NOTHING`, a, g, user, by, at.UnixMilli())
		if err != nil {
			return fmt.Errorf("join group: %w", err)
		}
		if rows, _ := made.RowsAffected(); rows == 0 { // both drivers know the number
			continue
		}
		n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM bi_group_members WHERE account = $1 AND group_id = $2`, a, g)
		if err != nil {
			return err
		}
		if err := p.exceeded(account.BIUsersPerGroup, n); err != nil {
			return err
		}
	}
	return nil
}

// checkGroups refuses ids of groups that are not there.
func checkGroups(ctx context.Context, q store.Queryer, a store.Account, name string, ids []int64) error {
	for _, id := range ids {
		n, err := store.Count(ctx, q, `SELECT COUNT(*) FROM bi_groups WHERE account = $1 AND id = $2`, a, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return invalid(name, id)
		}
	}
	return nil
}
