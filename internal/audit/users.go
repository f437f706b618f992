package audit

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hufu-iam/hufu/internal/store"
)

// UserActions are those that are about one person each. The index audit_of_users is of this list, word for word: without it
// the log would be read through everything that an account does.
const UserActions = `'eiam:ChangePassword', 'eiam:ChangePasswordVerified', 'eiam:CreateUser', 'eiam:DeleteUser', 'eiam:DisableUser', 'eiam:EnableUser', 'eiam:GrantAccount', 'eiam:ResetPassword', 'eiam:UpdateUser', 'hufu:SetPersonStatus'`

// UserEvents are the records of an account's window that are about persons, the newest first: so many after the first skip,
// and how many there are. Most of the window is not used.
func UserEvents(ctx context.Context, q store.Queryer, a store.Account, w Window, skip, size int64) (page []Record, total int64, err error) {
	from, to := w.ids()
	const of = ` FROM audit WHERE account = $1 AND id BETWEEN $2 AND $3 AND action IN (` + UserActions + `)`
	if err := q.QueryRowContext(ctx, `SELECT COUNT(*)`+of, a, from, to).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count audit records: %w", err)
	}
	rows, err := q.QueryContext(ctx, `SELECT record`+of+` ORDER BY id DESC LIMIT $4 OFFSET $5`, a, from, to, size, skip)
	if err != nil {
		return nil, 0, fmt.Errorf("read audit records: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r Record
		var text []byte
		err := rows.Scan(&text)
		if err == nil {
			err = json.Unmarshal(text, &r)
		}
		if err != nil {
			return nil, 0, fmt.Errorf("read audit record: %w", err)
		}
		page = append(page, r)
	}
	return page, total, rows.Err()
}
