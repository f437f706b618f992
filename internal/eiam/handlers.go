package eiam

import (
	"context"
	"errors"
	"fmt"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/qcs"
)

// look is a handler's look for what its path names; the error is the code of what is not there.
type look func(q store.Queryer) error

// write runs the write of a call. What the path names is looked for first, then the parameters are judged, then fn acts,
// look and act in one transaction. Parameters that are wrong cost no turn on the writer.
func (p *Product) write(ctx context.Context, c *call.Call, named look, fn func(tx *store.Tx) error) error {
	if err := p.judge(c, named); err != nil {
		return err
	}
	return c.Write(ctx, func(tx *store.Tx) error {
		if err := named(tx); err != nil {
			return err
		}
		return fn(tx)
	})
}

// read runs the reads of a call at one moment, in the order of write.
func (p *Product) read(ctx context.Context, c *call.Call, named look, fn func(q store.Queryer) error) error {
	if err := p.judge(c, named); err != nil {
		return err
	}
	return p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		if err := named(q); err != nil {
			return err
		}
		return fn(q)
	})
}

// judge answers what is wrong with the parameters, unless what the path names is not there, which is told before.
func (p *Product) judge(c *call.Call, named look) error {
	if invalid := c.Valid(); invalid != nil {
		if err := named(p.db.Read()); err != nil {
			return err
		}
		return invalid
	}
	return nil
}

// nothing is the look of a path that names nothing.
func nothing(store.Queryer) error { return nil }

// touched notes a new object for the audit record.
func touched(c *call.Call, kind, id string) {
	c.Touched(qcs.Resource{Service: "eiam", Account: fmt.Sprintf("uin/%d", c.Account()), Path: kind + "/" + id}.String())
}

// one reads the row of a query; missing is the code where there is none.
func one[T any](ctx context.Context, q store.Queryer, missing string, scan func(store.Row) (T, error), query string, args ...any) (T, error) {
	v, err := scan(q.QueryRowContext(ctx, query, args...))
	if errors.Is(err, store.ErrNotFound) {
		return v, fault.New(missing)
	}
	return v, err
}

// count answers how many rows a condition on tables has.
func count(ctx context.Context, q store.Queryer, from string, args ...any) (n int64, err error) {
	if err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+from, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count: %w", err)
	}
	return n, nil
}

// refuseIfAny is the error of that code if a condition on tables has a row.
func refuseIfAny(ctx context.Context, q store.Queryer, refusal, from string, args ...any) error {
	var n int
	err := q.QueryRowContext(ctx, `SELECT 1 FROM `+from+` LIMIT 1`, args...).Scan(&n)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("look for rows: %w", err)
	}
	return fault.New(refusal)
}

// run runs the statements of a change with the same arguments.
func run(ctx context.Context, tx *store.Tx, what string, statements []string, args ...any) error {
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, statement, args...); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	return nil
}

// nullable is a text of an answer, nil for none.
func nullable(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// given is a text of a request, "" where it is absent.
func given(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
