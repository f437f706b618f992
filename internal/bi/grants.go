package bi

import (
	"context"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
)

// via says which family of actions made a grant. Neither takes away what the other gave, so that two tools can manage
// one user without seeing each other.
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

func scanHeld(r row) (h held, err error) {
	err = r.Scan(&h.role, &h.project, &h.code, &h.via)
	return h, err
}

// heldBy are the grants of a user: of the enterprise first, then by project and role. A role that both families have
// granted comes twice.
func heldBy(ctx context.Context, q store.Queryer, a store.Account, user int64) ([]held, error) {
	return collect(ctx, q, scanHeld, `SELECT g.role, g.project, r.code, g.via FROM bi_grants g JOIN bi_roles r ON r.account = g.account AND r.id = g.role
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

// join puts users into groups that are there; who is in one already stays as he is.
func join(ctx context.Context, tx *store.Tx, a store.Account, user int64, groups []int64, by string, at time.Time) error {
	for _, g := range groups {
		_, err := tx.ExecContext(ctx, `INSERT INTO bi_group_members (account, group_id, bi_user, created_by, created_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (account, group_id, bi_user) DO NOTHING`, a, g, user, by, at.UnixMilli())
		if err != nil {
			return fmt.Errorf("join group: %w", err)
		}
	}
	return nil
}

// checkGroups refuses ids of groups that are not there.
func checkGroups(ctx context.Context, q store.Queryer, a store.Account, name string, ids []int64) error {
	for _, id := range ids {
		n, err := count(ctx, q, `SELECT COUNT(*) FROM bi_groups WHERE account = $1 AND id = $2`, a, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return invalid(name, id)
		}
	}
	return nil
}
