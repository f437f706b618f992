package audit

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hufu-iam/hufu/internal/store"
)

// walkPage records are read at once; between pages nothing is held open.
const walkPage = 500

// Walk hands the records of an account to fn, the newest first, until fn has enough or the window ends. It holds a page of
// them in memory. whole tells that the window was not cut off by its Most.
func Walk(ctx context.Context, q store.Queryer, a store.Account, w Window, fn func(r *Record) (enough bool, err error)) (whole bool, err error) {
	from, to := w.ids()
	for left := w.Most; left > 0; {
		page, last, err := recordsBelow(ctx, q, a, from, to, min(left, walkPage))
		if err != nil {
			return false, err
		}
		for i := range page {
			if enough, err := fn(&page[i]); err != nil || enough {
				return enough, err
			}
		}
		left -= len(page)
		if last {
			return true, nil
		}
		to = page[len(page)-1].ID - 1
	}
	return false, nil
}

// recordsBelow reads a page. Two nodes may draw the same id, so a page that is not the last ends between two ids.
func recordsBelow(ctx context.Context, q store.Queryer, a store.Account, from, to int64, most int) (page []Record, last bool, err error) {
	rows, err := q.QueryContext(ctx, `SELECT id, record FROM audit WHERE account = $1 AND id BETWEEN $2 AND $3 ORDER BY id DESC LIMIT $4`, a, from, to, most+1)
	if err != nil {
		return nil, false, fmt.Errorf("walk audit records: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r Record
		var id int64
		var text []byte
		err := rows.Scan(&id, &text)
		if err == nil {
			err = json.Unmarshal(text, &r)
		}
		if err != nil {
			return nil, false, fmt.Errorf("read audit record: %w", err)
		}
		r.ID = id
		page = append(page, r)
	}
	if err := rows.Err(); err != nil {
		return nil, false, fmt.Errorf("walk audit records: %w", err)
	}
	if len(page) <= most {
		return page, true, nil
	}
	cut := most
	for cut > 1 && page[cut-1].ID == page[most].ID {
		cut--
	}
	return page[:cut], false, nil
}
