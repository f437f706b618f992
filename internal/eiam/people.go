package eiam

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/store"
)

// personal is what goes with a person, in an order in which nothing hangs on what is gone already: its basic accounts with
// their roles and permissions, its use of public accounts, its jobs and organizations. Public accounts that it answered for,
// and organizations that it led, stay without.
var personal = [...]string{
	`DELETE FROM eiam_role_members WHERE account = $1 AND app_account IN (SELECT id FROM eiam_accounts WHERE account = $1 AND person = $2)`,
	`DELETE FROM eiam_permission_holders WHERE account = $1 AND holder_kind = 'account' AND holder IN (SELECT id FROM eiam_accounts WHERE account = $1 AND person = $2)`,
	`DELETE FROM eiam_accounts WHERE account = $1 AND person = $2`,
	`DELETE FROM eiam_account_users WHERE account = $1 AND person = $2`,
	`UPDATE eiam_accounts SET owner = NULL WHERE account = $1 AND owner = $2`,
	`UPDATE eiam_orgs SET leader = NULL WHERE account = $1 AND leader = $2`,
	`DELETE FROM eiam_jobs WHERE account = $1 AND person = $2`,
	`DELETE FROM eiam_person_orgs WHERE account = $1 AND person = $2`,
}

// PersonDeleted implements directory.Dependents.
func (p *Product) PersonDeleted(ctx context.Context, tx *store.Tx, a store.Account, person string, at time.Time) error {
	for _, statement := range personal {
		if _, err := tx.ExecContext(ctx, statement, a, person); err != nil {
			return fmt.Errorf("forget person: %w", err)
		}
	}
	managed, err := texts(ctx, tx, `SELECT id FROM persons WHERE account = $1 AND attributes LIKE $2 ESCAPE '\' ORDER BY id`, a,
		`%"`+strings.ReplaceAll(managerAttribute, "_", `\_`)+`":"`+person+`"%`)
	if err != nil {
		return fmt.Errorf("forget person: %w", err)
	}
	for _, id := range managed {
		other, err := directory.Get(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if other.Attributes[managerAttribute] != person {
			continue // it stands in another attribute's text
		}
		if _, err := directory.Update(ctx, tx, a, id, directory.Change{Attributes: map[string]string{managerAttribute: ""}}, at); err != nil {
			return err
		}
	}
	return nil
}
