package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
)

// Window bounds a look through the records of an account, the newest first: those from Since to Until, zero times for no
// bound, and no more than Most of them.
type Window struct {
	Since, Until time.Time
	Most         int
}

// ids are the bounds of the window as ids, both of which are in it.
func (w Window) ids() (from, to int64) {
	to = 1<<63 - 1
	if !w.Since.IsZero() {
		from = idAt(w.Since)
	}
	if !w.Until.IsZero() {
		to = idAt(w.Until.Add(time.Millisecond)) - 1
	}
	return from, to
}

// ByRequest finds the record of a call of an account by its request id, a UUID; nil if there is none. That of a denied call
// is found at once, any other by looking through the window.
func ByRequest(ctx context.Context, q store.Queryer, a store.Account, requestID string, w Window) (*Record, error) {
	found, err := one(ctx, q, requestID, `SELECT record FROM audit WHERE account = $1 AND denied = $2`, a, denialKey(requestID))
	if found != nil || err != nil {
		return found, err
	}
	from, to := w.ids()
	return one(ctx, q, requestID, `SELECT record FROM (SELECT record FROM audit WHERE account = $1 AND id BETWEEN $2 AND $3 ORDER BY id DESC LIMIT $4) AS newest
		WHERE record LIKE $5`, a, from, to, w.Most, `%"requestId":"`+requestID+`"%`)
}

// one is the first record of a query that is of the request.
func one(ctx context.Context, q store.Queryer, requestID, query string, args ...any) (*Record, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("find audit record: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var text []byte
		var r Record
		err := rows.Scan(&text)
		if err == nil {
			err = json.Unmarshal(text, &r)
		}
		if err != nil {
			return nil, fmt.Errorf("read audit record: %w", err)
		}
		if r.RequestID == requestID {
			return &r, nil
		}
	}
	return nil, rows.Err()
}
