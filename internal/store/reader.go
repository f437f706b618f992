package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Queryer is what a query needs; a Reader, a snapshot and a Tx are one. A room
// writes its reads against it and so can use them inside a write too.
type Queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

var (
	_ Queryer = (*Reader)(nil)
	_ Queryer = (*Tx)(nil)
	_ Queryer = (*snapshot)(nil)
)

// statementLimit bounds the prepared statements that are kept, per pool. Texts
// that are put together (IN lists, filters) could otherwise grow without end;
// what does not fit runs unprepared.
const statementLimit = 1000

// Reader queries without waiting for the writer. It cannot write.
type Reader struct {
	pool       *sql.DB
	engine     *engine
	statements sync.Map // query text -> *sql.Stmt
	kept       atomic.Int32
}

func newReader(pool *sql.DB, e *engine) *Reader { return &Reader{pool: pool, engine: e} }

// Read returns the readers' side of the database. It sees what every Write that
// returned before has written.
func (db *DB) Read() *Reader { return db.reader }

// QueryContext runs a query. The rows must be closed: they hold one of
// Config.Readers connections.
func (r *Reader) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	args = plain(args)
	if s := r.statement(ctx, query); s != nil {
		return s.QueryContext(ctx, args...)
	}
	return r.pool.QueryContext(ctx, query, args...)
}

// QueryRowContext runs a query for one row; Scan gives ErrNotFound if there is
// none. On SQLite it is not interrupted once it runs: it is for lookups by a key
// and for counts.
func (r *Reader) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	args = plain(args)
	if s := r.statement(ctx, query); s != nil {
		return s.QueryRowContext(r.lookup(ctx), args...)
	}
	return r.pool.QueryRowContext(ctx, query, args...)
}

// lookup takes the cancellation off a lookup in the embedded database. For a ctx
// that can end, database/sql and the driver each start a goroutine per query,
// which costs more than the lookup itself. Waiting for a connection can still be
// given up: only a query that finds one free goes without.
func (r *Reader) lookup(ctx context.Context) context.Context {
	if ctx.Done() == nil || ctx.Err() != nil {
		return ctx
	}
	if s := r.pool.Stats(); s.InUse >= s.MaxOpenConnections {
		return ctx
	}
	return context.Background()
}

// Snapshot gives fn a view in which all queries see the same moment. fn must
// not keep the Queryer, and it must not ask Read: it already holds a connection.
func (r *Reader) Snapshot(ctx context.Context, fn func(Queryer) error) error {
	o := &sql.TxOptions{ReadOnly: true}
	if r.engine.shared {
		// SQLite's only level is what PostgreSQL calls this one.
		o.Isolation = sql.LevelRepeatableRead
	}
	tx, err := r.pool.BeginTx(ctx, o)
	if err != nil {
		return fmt.Errorf("begin a snapshot: %w", err)
	}
	s := &snapshot{tx: tx, reader: r}
	defer s.end(ctx)
	return fn(s)
}

type snapshot struct {
	tx     *sql.Tx
	reader *Reader
	novel  []string // texts that are not prepared yet
}

// end gives the connection back, and only then prepares what was new: that takes a connection too, and snapshots that hold
// them all would wait for each other.
func (s *snapshot) end(ctx context.Context) {
	_ = s.tx.Rollback() // nothing was written; after a cancelled ctx it is gone already
	for _, query := range s.novel {
		s.reader.statement(ctx, query)
	}
}

// statement is the prepared statement of a text, nil where there is none yet.
func (s *snapshot) statement(query string) *sql.Stmt {
	if !s.reader.engine.prepare {
		return nil
	}
	if st, ok := s.reader.statements.Load(query); ok {
		return st.(*sql.Stmt)
	}
	s.novel = append(s.novel, query)
	return nil
}

func (s *snapshot) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	args = plain(args)
	if st := s.statement(query); st != nil {
		return s.tx.StmtContext(ctx, st).QueryContext(ctx, args...)
	}
	return s.tx.QueryContext(ctx, query, args...)
}

func (s *snapshot) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	args = plain(args)
	if st := s.statement(query); st != nil {
		return s.tx.StmtContext(ctx, st).QueryRowContext(ctx, args...)
	}
	return s.tx.QueryRowContext(ctx, query, args...)
}

// statement returns the prepared statement of a text, or nil if there is none
// and the text has to be run as it is: the engine prepares by itself, there are
// too many, or the text is wrong and running it will say so.
func (r *Reader) statement(ctx context.Context, query string) *sql.Stmt {
	if !r.engine.prepare {
		return nil
	}
	if s, ok := r.statements.Load(query); ok {
		return s.(*sql.Stmt)
	}
	if r.kept.Load() >= statementLimit {
		return nil
	}
	s, err := r.pool.PrepareContext(ctx, query)
	if err != nil {
		return nil
	}
	if first, ok := r.statements.LoadOrStore(query, s); ok {
		_ = s.Close() // another goroutine was faster; nobody has used this one
		return first.(*sql.Stmt)
	}
	r.kept.Add(1)
	return s
}

// plain turns bool arguments into 0 and 1: SQLite has no other booleans, and
// PostgreSQL would not take a bool for a SMALLINT.
func plain(args []any) []any {
	for i := range args {
		if _, ok := args[i].(bool); ok {
			return withoutBools(args)
		}
	}
	return args
}

// withoutBools works on a copy: the slice may be the caller's own.
func withoutBools(args []any) []any {
	args = slices.Clone(args)
	for i, a := range args {
		switch a {
		case true:
			args[i] = int64(1)
		case false:
			args[i] = int64(0)
		}
	}
	return args
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// LikePattern is the pattern for texts that contain keyword, for
//
//	name_lower LIKE $1 ESCAPE '\'
//
// It is in lower case, as the column must be (strings.ToLower).
func LikePattern(keyword string) string {
	return "%" + EscapeLike(strings.ToLower(keyword)) + "%"
}

// EscapeLike makes a text stand for itself in a pattern of LIKE ... ESCAPE '\'. SQLite compares ASCII letters there
// without regard to case, PostgreSQL with it.
func EscapeLike(text string) string { return likeEscaper.Replace(text) }
