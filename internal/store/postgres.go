package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// Codes of https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	pgUniqueViolation      = "23505"
	pgSerializationFailure = "40001"
	pgDeadlockDetected     = "40P01"
	pgFailedTransaction    = "25P02"
)

// Advisory locks have one name space per database; these are ours.
const (
	pgWriterLock    = 0x68756675_01 // "hufu", 1
	pgMigrationLock = 0x68756675_02
)

var postgresEngine = &engine{
	name: "postgres",
	// pgx keeps prepared statements per connection by itself, and not at all if
	// the URL says so, as behind a transaction pooler.
	prepare: false,
	// One round trip each. READ COMMITTED is said aloud: at a higher level the
	// snapshot would be taken before the lock is granted, and a check would not
	// see what the previous holder of the lock wrote.
	begin: []string{fmt.Sprintf(
		"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT pg_advisory_xact_lock(%d); SAVEPOINT job", int64(pgWriterLock))},
	next:       []string{"RELEASE SAVEPOINT job; SAVEPOINT job"},
	release:    "RELEASE SAVEPOINT job",
	rollbackTo: "ROLLBACK TO SAVEPOINT job",
	commit:     "COMMIT",
	rollback:   "ROLLBACK",
	// Beyond 64 subtransactions PostgreSQL has to look up on disk which of them
	// belong to a transaction, and readers pay for it:
	// https://www.postgresql.org/docs/current/subxacts.html
	groupJobs: 64,
	readers:   func(p int) int { return max(16, 4*p) },
	timeout:   time.Minute,
	shared:    true,
	retryable: func(err error) bool {
		e, ok := errors.AsType[*pgconn.PgError](err)
		return ok && (e.Code == pgSerializationFailure || e.Code == pgDeadlockDetected)
	},
	aborted: func(err error) bool {
		e, ok := errors.AsType[*pgconn.PgError](err)
		return ok && e.Code == pgFailedTransaction
	},
	// An answer of the server to COMMIT is an answer; a broken connection is not.
	definite: func(err error) bool {
		_, ok := errors.AsType[*pgconn.PgError](err)
		return ok
	},
	integrity: postgresIntegrity,
}

// postgresPools opens the writer's handle, the readers', and one for the
// poller: it must not queue behind slow readers, since it carries revocations.
func postgresPools(ctx context.Context, rawURL string, readers int) (write, read, poll *sql.DB, err error) {
	config, err := pgx.ParseConfig(rawURL)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("read the database URL: %w", err)
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "hufu"
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, closePools(poll, read, write))
			write, read, poll = nil, nil, nil
		}
	}()
	write = stdlib.OpenDB(*config, stdlib.OptionAfterConnect(postgresWriterSession))
	// Not limited to one connection yet: migrating takes two.
	if err = postgresCheck(ctx, write); err != nil {
		return write, read, poll, err
	}
	if err = postgresMigrate(ctx, write); err != nil {
		return write, read, poll, err
	}
	write.SetMaxOpenConns(1)
	readOnly := stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "SET default_transaction_read_only = on")
		return err
	})
	read = stdlib.OpenDB(*config, readOnly)
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	poll = stdlib.OpenDB(*config, readOnly)
	poll.SetMaxOpenConns(1)
	return write, read, poll, nil
}

// postgresWriterSession makes the writer's connection keep its promises.
func postgresWriterSession(ctx context.Context, c *pgx.Conn) error {
	var commit string
	if err := c.QueryRow(ctx, "SHOW synchronous_commit").Scan(&commit); err != nil {
		return err
	}
	// Acknowledged is durable, whatever the server's default. Any stronger
	// setting of the operator (remote_apply) stays.
	if commit == "off" {
		if _, err := c.Exec(ctx, "SET synchronous_commit = on"); err != nil {
			return err
		}
	}
	// A node that is cut off or stopped in the middle of a group holds the
	// writers' lock of all nodes; the server takes it back.
	_, err := c.Exec(ctx, "SET idle_in_transaction_session_timeout = '30s'")
	return err
}

func postgresCheck(ctx context.Context, pool *sql.DB) error {
	var encoding string
	if err := pool.QueryRowContext(ctx, "SHOW server_encoding").Scan(&encoding); err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	if encoding != "UTF8" {
		return fmt.Errorf("the database has the encoding %s, it must be UTF8", encoding)
	}
	return nil
}

func postgresMigrate(ctx context.Context, pool *sql.DB) (err error) {
	// goose can lock by itself but only by asking again and again; nodes that
	// start together would wait for seconds.
	c, err := pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("lock the schema: %w", err)
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if _, err := c.ExecContext(ctx, "SELECT pg_advisory_lock($1)", int64(pgMigrationLock)); err != nil {
		return fmt.Errorf("lock the schema: %w", err)
	}
	defer func() {
		_, unlock := c.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(pgMigrationLock))
		err = errors.Join(err, unlock)
	}()
	return migrate(ctx, goose.DialectPostgres, pool)
}

// postgresIntegrity asks for what the server knows to be unfinished. Pages and
// rows are the server's own business.
func postgresIntegrity(ctx context.Context, pool *sql.DB) error {
	rows, err := pool.QueryContext(ctx, `
		SELECT 'constraint ' || conname || ' was never validated' FROM pg_constraint WHERE NOT convalidated
		UNION ALL
		SELECT 'index ' || indexrelid::regclass || ' is not valid' FROM pg_index WHERE NOT indisvalid`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // a second Close after an early return; the first error is the one that counts
	var problems []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return err
		}
		problems = append(problems, line)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	if len(problems) > 0 {
		return errors.New(strings.Join(problems, "; "))
	}
	return nil
}
