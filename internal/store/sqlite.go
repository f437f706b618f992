package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite" // and it registers the driver
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteOldest is the first version in which a commit and a checkpoint that
// coincide cannot corrupt a WAL database: https://sqlite.org/wal.html#walresetbug
var sqliteOldest = [3]int{3, 51, 3}

const databaseFile = "hufu.db"

var sqliteEngine = &engine{
	name:       "sqlite",
	prepare:    true,
	begin:      []string{"BEGIN IMMEDIATE", "SAVEPOINT job"},
	next:       []string{"RELEASE SAVEPOINT job", "SAVEPOINT job"},
	release:    "RELEASE SAVEPOINT job",
	rollbackTo: "ROLLBACK TO SAVEPOINT job",
	commit:     "COMMIT",
	rollback:   "ROLLBACK",
	groupJobs:  256,
	readers:    func(p int) int { return max(8, 2*p) },
	// There is one writer and it takes its lock at BEGIN: nothing to retry.
	retryable: func(error) bool { return false },
	// A statement that failed does not spoil a transaction.
	aborted: func(error) bool { return false },
	// After these the log has no commit record. A failed write or sync of it is
	// another matter: what the disk kept is seen at the next start.
	definite: func(err error) bool {
		e, ok := errors.AsType[*sqlite.Error](err)
		if !ok {
			return false
		}
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL:
			return true
		}
		return false
	},
	integrity: sqliteIntegrity,
}

// sqlitePools opens the two handles on the embedded database. The first
// connection, which makes the file a WAL database, is the writer's.
func sqlitePools(ctx context.Context, dir string, readers int) (write, read *sql.DB, err error) {
	file := filepath.Join(dir, databaseFile)
	if err := createDatabaseFile(dir, file); err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, closePools(read, write))
			write, read = nil, nil
		}
	}()
	if write, err = sql.Open("sqlite", sqliteDSN(file, "_txlock=immediate",
		// FULL, not NORMAL: in WAL mode NORMAL does not sync at commit, and what
		// was acknowledged could be gone after a power cut.
		"_synchronous=FULL", "_pragma=fullfsync(1)",
		"_foreign_keys=1",
		"_pragma=cache_size(-32768)",
		// A checkpoint every 16 MiB instead of every 4: under load the same pages
		// are written again and again, and each of them is copied once per
		// checkpoint. The file is cut back to 64 MiB after a burst.
		"_pragma=wal_autocheckpoint(4000)", "_pragma=journal_size_limit(67108864)",
	)); err != nil {
		return write, read, fmt.Errorf("open %s: %w", file, err)
	}
	write.SetMaxOpenConns(1)
	if err = sqliteCheck(ctx, write); err != nil {
		return write, read, fmt.Errorf("open %s: %w", file, err)
	}
	if read, err = sql.Open("sqlite", sqliteDSN(file, "_query_only=1",
		"_pragma=cache_size(-"+strconv.Itoa(max(2<<10, readersCacheKiB/readers))+")",
	)); err != nil {
		return write, read, fmt.Errorf("open %s: %w", file, err)
	}
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	if err = migrate(ctx, goose.DialectSQLite3, write); err != nil {
		return write, read, err
	}
	return write, read, nil
}

// readersCacheKiB is the page cache of all readers together. There is no memory
// map: every reader would map the whole file, and each map counts as resident
// memory.
const readersCacheKiB = 64 << 10

func sqliteDSN(file string, parameters ...string) string {
	parameters = append([]string{
		// The driver applies this one before all others, as it must be: turning
		// WAL on needs a lock that another connection may hold for a moment.
		"_busy_timeout=10000",
		"_pragma=journal_mode(WAL)",
		"_pragma=temp_store(MEMORY)",
		// LIKE compares bytes, as it does on PostgreSQL.
		"_pragma=case_sensitive_like(1)",
		"_pragma=trusted_schema(0)",
		// "name" is a column or an error, never silently a string.
		"_dqs=0",
		"_defensive=1",
	}, parameters...)
	u := url.URL{Scheme: "file", Path: file, RawQuery: strings.Join(parameters, "&")}
	return u.String()
}

// createDatabaseFile makes the file ourselves: SQLite would use the umask, and
// it gives the -wal and -shm files the mode of the main file. The directory is
// synced, because SQLite does so for its journals but not for the database.
func createDatabaseFile(dir, file string) error {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("create the database: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("create the database: %w", err)
	}
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := syncDir(d); err != nil {
			return fmt.Errorf("create the database: %w", err)
		}
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// sqliteCheck refuses to run on an engine or a file system that cannot keep
// what Write promises, rather than to find out after a crash.
func sqliteCheck(ctx context.Context, pool *sql.DB) error {
	var version, journal string
	var synchronous int
	if err := pool.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return err
	}
	if !sqliteAtLeast(version, sqliteOldest) {
		return fmt.Errorf("SQLite %s can corrupt a database under load, %d.%d.%d is the oldest that is safe",
			version, sqliteOldest[0], sqliteOldest[1], sqliteOldest[2])
	}
	if err := pool.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&journal); err != nil {
		return err
	}
	if err := pool.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&synchronous); err != nil {
		return err
	}
	if journal != "wal" || synchronous != 2 {
		return fmt.Errorf("the file system gives journal mode %q and synchronous %d instead of wal and 2: use a local disk",
			journal, synchronous)
	}
	return nil
}

func sqliteAtLeast(version string, oldest [3]int) bool {
	parts := strings.Split(version, ".")
	for i, want := range oldest {
		if i >= len(parts) {
			return false
		}
		n, err := strconv.Atoi(parts[i])
		if err != nil || n < want {
			return false
		}
		if n > want {
			return true
		}
	}
	return true
}

func sqliteIntegrity(ctx context.Context, pool *sql.DB) error {
	var problems []string
	rows, err := pool.QueryContext(ctx, "PRAGMA integrity_check")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // a second Close after an early return; the first error is the one that counts
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return err
		}
		if line != "ok" {
			problems = append(problems, line)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	orphans, err := pool.QueryContext(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return err
	}
	defer func() { _ = orphans.Close() }()
	for orphans.Next() {
		var table, parent string
		var row, key sql.NullInt64
		if err := orphans.Scan(&table, &row, &parent, &key); err != nil {
			return err
		}
		problems = append(problems, fmt.Sprintf("row %d of %s has no parent in %s", row.Int64, table, parent))
	}
	if err := errors.Join(orphans.Err(), orphans.Close()); err != nil {
		return err
	}
	if len(problems) > 0 {
		return errors.New(strings.Join(problems, "; "))
	}
	return nil
}
