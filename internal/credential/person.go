package credential

import (
	"context"
	"fmt"

	"github.com/hufu-iam/hufu/internal/store"
)

// PersonChangeKind names the change of whether a sub-user (ID = its uin in digits) is that of a disabled person.
const PersonChangeKind = "person-of-user"

// DisabledPerson is a condition of a query: that the sub-user whose account and uin stand in these columns is linked to a
// person who is disabled, or was when he was deleted. It is the one rule for every door.
func DisabledPerson(account, uin string) string {
	return `EXISTS (SELECT 1 FROM person_links l LEFT JOIN persons d ON d.account = l.account AND d.id = l.person
		WHERE l.account = ` + account + ` AND l.uin = ` + uin + ` AND COALESCE(d.disabled + d.eiam_disabled, 1) > 0)`
}

// UserDisabled reports whether a sub-user is that of a disabled person. Whatever lets one in without a key, such as a login,
// asks this; of a key its Holder tells.
func UserDisabled(ctx context.Context, q store.Queryer, a store.Account, uin int64) (disabled bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT `+DisabledPerson("CAST($1 AS BIGINT)", "CAST($2 AS BIGINT)"), a, uin).Scan(&disabled)
	if err != nil {
		return false, fmt.Errorf("look for the person of a user: %w", err)
	}
	return disabled, nil
}
