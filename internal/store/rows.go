package store

import (
	"context"
	"errors"
	"fmt"
)

// Row is what one line of an answer is read from: *sql.Row or *sql.Rows.
type Row interface{ Scan(...any) error }

// Collect runs a query and reads each row with scan. The answer is never nil: lists are [] on the wire.
func Collect[T any](ctx context.Context, q Queryer, scan func(Row) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// One reads the one row of a query; missing is the error where there is none.
func One[T any](ctx context.Context, q Queryer, scan func(Row) (T, error), missing error, query string, args ...any) (T, error) {
	v, err := scan(q.QueryRowContext(ctx, query, args...))
	if errors.Is(err, ErrNotFound) {
		return v, missing
	}
	if err != nil {
		return v, fmt.Errorf("read one row: %w", err)
	}
	return v, nil
}

// Count answers the one number of a query.
func Count(ctx context.Context, q Queryer, query string, args ...any) (n int64, err error) {
	err = q.QueryRowContext(ctx, query, args...).Scan(&n)
	return n, err
}
