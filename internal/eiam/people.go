package eiam

import (
	"context"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/store"
)

// personal is what goes with a person, in an order in which nothing hangs on what is gone already: its basic accounts with
// their roles and permissions, its use of public accounts, its jobs and organizations. Public accounts that it answered for
// stay without an owner.
var personal = []string{
	`DELETE FROM eiam_role_members WHERE account = $1 AND app_account IN (SELECT id FROM eiam_accounts WHERE account = $1 AND person = $2)`,
	`DELETE FROM eiam_permission_holders WHERE account = $1 AND holder_kind = 'account' AND holder IN (SELECT id FROM eiam_accounts WHERE account = $1 AND person = $2)`,
	`DELETE FROM eiam_accounts WHERE account = $1 AND person = $2`,
	`DELETE FROM eiam_account_users WHERE account = $1 AND person = $2`,
	`UPDATE eiam_accounts SET owner = NULL WHERE account = $1 AND owner = $2`,
	`DELETE FROM eiam_managers WHERE account = $1 AND person = $2`,
	`DELETE FROM eiam_managers WHERE account = $1 AND manager = $2`,
	`DELETE FROM eiam_jobs WHERE account = $1 AND person = $2`,
	`DELETE FROM eiam_person_orgs WHERE account = $1 AND person = $2`,
}

// PersonDeleted takes away what a person was here. Organizations that it led and people that it managed stay without, which
// changes them. It implements directory.Dependents.
func (p *Product) PersonDeleted(ctx context.Context, tx *store.Tx, a store.Account, person string, at time.Time) error {
	err := directory.TouchAll(ctx, tx, a, `SELECT m.person FROM eiam_managers m WHERE m.account = $1 AND m.manager = $3`, at, person)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE eiam_orgs SET leader = NULL, updated_at = $3 WHERE account = $1 AND leader = $2`, a, person, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("take leaders away: %w", err)
	}
	return run(ctx, tx, "take a person away", personal, a, person)
}
