package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

var errTxDone = errors.New("the write has ended")

// Tx is one call inside the writer's transaction. It is valid until its function
// returns, for one goroutine.
//
// The first statement that fails ends the call: every later one fails with the
// same error and Write returns it even if the function does not. PostgreSQL
// leaves no choice, and on SQLite a call that went on after a failure could
// commit half of what it meant.
//
// The ctx of a statement carries no cancellation here: the transaction is shared
// with other calls, and stopping one statement would take it away from all.
type Tx struct {
	writer *writer
	ctx    context.Context // of the group
	now    time.Time
	failed error
	done   bool

	rows    []*sql.Rows // to close when the function returns
	drawn   []*sequence // one entry a number
	hooks   []func()
	changes []Change
}

// QueryContext runs a query that sees what this call has written so far.
func (tx *Tx) QueryContext(_ context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := tx.usable(); err != nil {
		return nil, err
	}
	args = plain(args)
	var rows *sql.Rows
	s, err := tx.writer.statement(query)
	switch {
	case err != nil:
	case s != nil:
		rows, err = s.QueryContext(tx.ctx, args...)
	default:
		rows, err = tx.writer.conn.QueryContext(tx.ctx, query, args...)
	}
	if err != nil {
		tx.failed = err
		return nil, err
	}
	tx.rows = append(tx.rows, rows)
	return rows, nil
}

// QueryRowContext runs a query for one row; Scan gives ErrNotFound if there is
// none, and that alone does not end the call.
func (tx *Tx) QueryRowContext(_ context.Context, query string, args ...any) *sql.Row {
	ctx := tx.ctx
	if tx.done {
		// A Row cannot be made from an error, but a query can be kept from running.
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		cancel()
	}
	args = plain(args)
	var row *sql.Row
	if s, err := tx.writer.statement(query); err == nil && s != nil {
		row = s.QueryRowContext(ctx, args...)
	} else {
		row = tx.writer.conn.QueryRowContext(ctx, query, args...)
	}
	if err := row.Err(); err != nil && tx.failed == nil {
		tx.failed = err
	}
	return row
}

// ExecContext runs a statement.
func (tx *Tx) ExecContext(_ context.Context, query string, args ...any) (sql.Result, error) {
	if err := tx.usable(); err != nil {
		return nil, err
	}
	result, err := tx.writer.exec(tx.ctx, query, plain(args)...)
	if err != nil {
		tx.failed = err
		return nil, err
	}
	return result, nil
}

func (tx *Tx) usable() error {
	if tx.done {
		return errTxDone
	}
	return tx.failed
}

// Now is the time of this call: the same for everything that it writes.
func (tx *Tx) Now() time.Time { return tx.now }

// OnCommit registers fn to run once the call is durable, before Write returns.
// It does not run if the call fails. It runs on the writer, which waits: it must
// be quick and must not call Write.
func (tx *Tx) OnCommit(fn func()) { tx.hooks = append(tx.hooks, fn) }

// Changed records what this call changes, for the subscribers of this node and
// of all others. See [DB.Subscribe]. Its texts must be valid UTF-8 without NUL:
// they are written together with those of other calls, which must not fail for it.
func (tx *Tx) Changed(c Change) {
	for _, s := range []string{c.Kind, c.ID} {
		if tx.failed == nil && (!utf8.ValidString(s) || strings.Contains(s, "\x00")) {
			tx.failed = fmt.Errorf("the change %q is not a text", s)
		}
	}
	tx.changes = append(tx.changes, c)
}

// end closes what the function left open and returns the error of the call. An
// error in the middle of reading rows counts like that of any statement.
func (tx *Tx) end(err error) error {
	tx.done = true
	for _, rows := range tx.rows {
		_ = rows.Close() // rows.Err has the error, if it is one of the database
		if e := rows.Err(); e != nil && tx.failed == nil {
			tx.failed = e
		}
	}
	if err != nil {
		return err
	}
	return tx.failed
}

// NextID gives out the next number of the sequence name: first, then first+1,
// and so on. A number that was acknowledged is never given out again, on any
// node. A call that fails gives its numbers back; nobody has seen them.
func (tx *Tx) NextID(ctx context.Context, name string, first int64) (int64, error) {
	if err := tx.usable(); err != nil {
		return 0, err
	}
	s := tx.writer.sequences[name]
	if s == nil {
		s = &sequence{}
		err := tx.QueryRowContext(ctx, `SELECT value FROM sequences WHERE name = $1`, name).Scan(&s.last)
		if errors.Is(err, sql.ErrNoRows) {
			s.last = first - 1
		} else if err != nil {
			return 0, fmt.Errorf("next number of %s: %w", name, err)
		}
		s.stored = s.last
		tx.writer.sequences[name] = s
	}
	tx.drawn = append(tx.drawn, s)
	s.last++
	return s.last, nil
}

// sequence is where a sequence stands within a group. It is read once a group and
// written once, before the commit: the writers' lock keeps others out meanwhile.
type sequence struct{ last, stored int64 }

// giveBack returns the numbers of a call that failed. No later call has drawn any yet.
func (tx *Tx) giveBack() {
	for _, s := range tx.drawn {
		s.last--
	}
	tx.drawn = nil
}

// saveSequences writes down how far the group's calls have counted.
func (w *writer) saveSequences(ctx context.Context) error {
	for name, s := range w.sequences {
		if s.last == s.stored {
			continue
		}
		_, err := w.exec(ctx, `INSERT INTO sequences (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2`, name, s.last)
		if err != nil {
			return fmt.Errorf("write down the sequence %s: %w", name, err)
		}
	}
	return nil
}
