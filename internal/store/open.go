package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Account is the uin of the root account that owns a row. It is a type of its
// own so that it is never swapped with the uin of a user: a query that takes a
// user's number for the account would look into somebody else's rows.
type Account int64

// Scan makes reading an account as cheap as reading an int64; without it
// database/sql would print the number and parse it again.
func (a *Account) Scan(value any) error {
	n, ok := value.(int64)
	if !ok {
		return fmt.Errorf("an account is a number, not %T", value)
	}
	*a = Account(n)
	return nil
}

// Config says which database to open. The zero value of every field but Dir is
// a good default.
type Config struct {
	// Dir is the data directory, made with mode 0700 if it is not there. The
	// embedded database lives in it. Unused with URL.
	Dir string
	// URL is postgres://..., or empty for the embedded database in Dir.
	URL string
	// Logger gets what nobody is there to be told: panics of writes and of
	// subscribers, a broken poll. Nothing is logged without it.
	Logger *slog.Logger
	// Readers is how many queries run at once; the others wait. By default twice
	// the processors and at least 8, on PostgreSQL twice as many.
	Readers int
	// MaxGroup is how many calls share a commit at most; the engine's own bound by
	// default. 1 gives each call a commit of its own, to measure what sharing is worth.
	MaxGroup int
	// PollInterval is how often a node asks PostgreSQL for the changes of the
	// other nodes; 250 ms by default. The promise of a second needs it well
	// below half a second.
	PollInterval time.Duration
	// Now is the clock behind Tx.Now; time.Now by default. Waiting and measuring
	// inside the store use the machine's monotonic clock in any case.
	Now func() time.Time
	// OnCommit is told after each commit how many calls shared it and how long
	// it took from the first of them to the disk. It runs on the writer: count
	// and return.
	OnCommit func(jobs int, d time.Duration)
}

// engine is what differs between the two databases.
type engine struct {
	name string
	// prepare: keep prepared statements ourselves.
	prepare bool
	// The statements around a group of calls and around a call. Lists because
	// one engine wants few round trips and the other single statements.
	begin, next                           []string
	release, rollbackTo, commit, rollback string
	// groupJobs is how many calls share a commit at most.
	groupJobs int
	// readers is the default of Config.Readers for p processors.
	readers func(p int) int
	// timeout bounds a group, so that a database that went away cannot hold the
	// writer for ever. 0 is no bound.
	timeout time.Duration
	// shared: other processes write to this database.
	shared bool
	// retryable: the transaction lost against another one, running it again helps.
	retryable func(error) bool
	// aborted: a savepoint was not released because a statement inside it had
	// failed; rolling back to it is still possible.
	aborted func(error) bool
	// definite: this error of a commit says for certain that nothing was committed.
	definite func(error) bool
	// integrity returns what is broken.
	integrity func(context.Context, *sql.DB) error
}

// DB is an open database. All methods may be called concurrently.
type DB struct {
	engine *engine
	write  *sql.DB
	read   *sql.DB
	poll   *sql.DB // PostgreSQL only
	reader *Reader
	writer *writer
	feed   *feed
	lock   *os.File // the embedded database only

	closeOnce sync.Once
	closeErr  error
}

// Open opens the database, brings its schema up to date and starts the writer.
// ctx bounds only the opening.
func Open(ctx context.Context, cfg Config) (_ *DB, err error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if cfg.PollInterval <= 0 {
		cfg.PollInterval = 250 * time.Millisecond
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	db := &DB{engine: sqliteEngine}
	if cfg.URL != "" {
		db.engine = postgresEngine
	}
	if cfg.Readers <= 0 {
		cfg.Readers = db.engine.readers(runtime.GOMAXPROCS(0))
	}
	if cfg.MaxGroup <= 0 {
		cfg.MaxGroup = db.engine.groupJobs
	}
	switch {
	case cfg.URL != "":
		if db.write, db.read, db.poll, err = postgresPools(ctx, cfg.URL, cfg.Readers); err != nil {
			return nil, fmt.Errorf("open the database: %w", err)
		}
	case cfg.Dir != "":
		dir, err := filepath.Abs(cfg.Dir)
		if err != nil {
			return nil, fmt.Errorf("open the database: %w", err)
		}
		if db.lock, err = lockDir(dir); err != nil {
			return nil, fmt.Errorf("open the database: %w", err)
		}
		if db.write, db.read, err = sqlitePools(ctx, dir, cfg.Readers); err != nil {
			return nil, fmt.Errorf("open the database: %w", errors.Join(err, db.lock.Close()))
		}
	default:
		return nil, errors.New("open the database: neither a directory nor a URL is given")
	}
	db.reader = newReader(db.read, db.engine)
	db.feed = newFeed(cfg.Logger)
	if db.engine.shared {
		// Where to listen from is settled before anything can be read, and so
		// before anything can be cached.
		if err := db.feed.start(ctx, db.poll, cfg.PollInterval); err != nil {
			return nil, fmt.Errorf("open the database: %w", errors.Join(err, closePools(db.poll, db.read, db.write)))
		}
	}
	db.writer = newWriter(db.write, db.engine, db.feed, cfg)
	if db.engine.shared {
		db.feed.prune = db.writer.enqueue
		go db.feed.run()
	}
	return db, nil
}

// lockDir makes the directory and takes it for this process. The kernel drops
// the lock when the process ends, however it ends.
func lockDir(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create the data directory: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "hufu.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer func() { _ = f.Close() }() // nothing was written
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock the data directory: %w", err)
		}
		return nil, fmt.Errorf("%w: %s is open in %s", ErrLocked, dir, lockHolder(f))
	}
	// The number is only for the message above; the lock is the kernel's.
	if err := errors.Join(f.Truncate(0), writeAt(f, strconv.Itoa(os.Getpid())+"\n")); err != nil {
		return nil, fmt.Errorf("lock the data directory: %w", errors.Join(err, f.Close()))
	}
	return f, nil
}

func writeAt(f *os.File, text string) error {
	_, err := f.WriteAt([]byte(text), 0)
	return err
}

func lockHolder(f *os.File) string {
	text := make([]byte, 32)
	n, err := f.ReadAt(text, 0)
	if pid := strings.TrimSpace(string(text[:n])); pid != "" && (err == nil || errors.Is(err, io.EOF)) {
		return "process " + pid
	}
	return "another process"
}

// Engine is "sqlite" or "postgres".
func (db *DB) Engine() string { return db.engine.name }

// Ping asks the database for an answer.
func (db *DB) Ping(ctx context.Context) error {
	var one int
	if err := db.read.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return fmt.Errorf("ping the database: %w", err)
	}
	return nil
}

// IntegrityCheck reads the whole database and returns what is broken. It does
// not stop writers, but it takes a while on a large database.
func (db *DB) IntegrityCheck(ctx context.Context) error {
	if err := db.engine.integrity(ctx, db.read); err != nil {
		return fmt.Errorf("check the database: %w", err)
	}
	return nil
}

// Close lets everything that was handed to Write come to its end, then closes
// the database. A Write that comes later gets ErrClosed. Calling it again
// returns what the first call returned.
func (db *DB) Close() error {
	db.closeOnce.Do(func() { db.closeErr = db.close() })
	return db.closeErr
}

func (db *DB) close() error {
	db.writer.close()
	if db.engine.shared {
		db.feed.close()
	}
	errs := []error{closePools(db.poll, db.read)}
	if !db.engine.shared {
		// The next start has no log to replay. Not an error if a reader is still
		// busy: the log is then simply kept.
		if _, err := db.write.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			errs = append(errs, fmt.Errorf("checkpoint: %w", err))
		}
	}
	errs = append(errs, closePools(db.write))
	if db.lock != nil {
		errs = append(errs, db.lock.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}

func closePools(pools ...*sql.DB) error {
	var errs []error
	for _, p := range pools {
		if p != nil {
			errs = append(errs, p.Close())
		}
	}
	return errors.Join(errs...)
}
