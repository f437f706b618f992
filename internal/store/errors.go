package store

import (
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var (
	// ErrLocked is returned by Open if another process, or another DB of this
	// one, has the embedded database open.
	ErrLocked = errors.New("the data directory is in use")

	// ErrClosed is returned by Write after Close.
	ErrClosed = errors.New("the database is closed")

	// ErrNotFound is what Scan returns for a row that is not there. It is
	// database/sql's own value, so that a room can return it from a query
	// unchanged and its caller need not know where rows come from.
	ErrNotFound = sql.ErrNoRows

	// ErrPanic is wrapped by the error of a write whose function panicked.
	ErrPanic = errors.New("a write panicked")

	// ErrNewerSchema is returned by Open if a newer hufu has migrated the
	// database: this one would not know what it is writing to.
	ErrNewerSchema = errors.New("the database belongs to a newer version")
)

// IsUniqueViolation reports whether err comes from a row that would have
// repeated a primary key or a unique index, on either engine.
func IsUniqueViolation(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == pgUniqueViolation
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() {
		case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
			return true
		}
	}
	return false
}
