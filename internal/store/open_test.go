package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/pgtest"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func TestTheEmbeddedDatabaseHasOneOwner(t *testing.T) {
	cfg := storetest.SQLite(t)
	db := storetest.Open(t, cfg)
	_, err := store.Open(context.Background(), cfg)
	if !errors.Is(err, store.ErrLocked) {
		t.Errorf("a second DB of this process: %v", err)
	}
	if pid := fmt.Sprint("process ", os.Getpid()); err == nil || !strings.Contains(err.Error(), pid) || !strings.Contains(err.Error(), cfg.Dir) {
		t.Errorf("the error names neither who nor what: %v", err)
	}
	if out := openInChild(t, cfg); !strings.Contains(out, store.ErrLocked.Error()) {
		t.Errorf("another process: %s", out)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if out := openInChild(t, cfg); out != "ok" {
		t.Errorf("another process, after Close: %s", out)
	}
}

func openInChild(t *testing.T, cfg store.Config) string {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "HUFU_STORE_CHILD=open", "HUFU_STORE_DIR="+cfg.Dir)
	out, err := child.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func openChild() {
	db, err := store.Open(context.Background(), store.Config{Dir: os.Getenv("HUFU_STORE_DIR")})
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		fmt.Print(err)
		return
	}
	fmt.Print("ok")
}

func TestFilesAreTheOwnersOnly(t *testing.T) {
	cfg := storetest.SQLite(t)
	// With characters that mean something in the URI that the driver gets.
	cfg.Dir = filepath.Join(cfg.Dir, "a b", "50%?#x")
	db := storetest.Open(t, cfg)
	must(t, db, itemsTable)
	for name, want := range map[string]os.FileMode{"": os.ModeDir | 0o700, "hufu.db": 0o600, "hufu.db-wal": 0o600, "hufu.db-shm": 0o600, "hufu.lock": 0o600} {
		info, err := os.Stat(filepath.Join(cfg.Dir, name))
		if err != nil {
			t.Error(err)
		} else if info.Mode() != want {
			t.Errorf("%q has the mode %s", name, info.Mode())
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(cfg.Dir, "hufu.db-wal")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Close left the log: %v", err)
	}
}

func TestOpeningTwiceMigratesOnce(t *testing.T) {
	for name, cfg := range map[string]store.Config{
		"sqlite":   storetest.SQLite(t),
		"postgres": {URL: pgtest.URL(t)}, // not the template: from empty
	} {
		t.Run(name, func(t *testing.T) {
			var versions [2]int64
			for i := range versions {
				db := storetest.Open(t, cfg)
				if db.Engine() != name {
					t.Errorf("the engine is %s", db.Engine())
				}
				versions[i] = number(t, db.Read(), "SELECT COUNT(*) FROM schema_migrations")
				if err := db.IntegrityCheck(context.Background()); err != nil {
					t.Error(err)
				}
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if versions[0] < 2 || versions[0] != versions[1] {
				t.Errorf("rows of the version table: %v", versions)
			}
		})
	}
}

func TestNodesThatStartTogetherMigrateOnce(t *testing.T) {
	cfg := store.Config{URL: pgtest.URL(t)}
	var waits []func() error
	for range 4 {
		waits = append(waits, later(func() error {
			db, err := store.Open(context.Background(), cfg)
			if err != nil {
				return err
			}
			return db.Close()
		}))
	}
	for _, wait := range waits {
		if err := wait(); err != nil {
			t.Error(err)
		}
	}
}

func TestADatabaseOfANewerVersionIsRefused(t *testing.T) {
	storetest.EachConfig(t, func(t *testing.T, cfg store.Config) {
		db := storetest.Open(t, cfg)
		// The version table has the types that goose gives it.
		if db.Engine() == "postgres" {
			must(t, db, "INSERT INTO schema_migrations (version_id, is_applied) VALUES (99999, TRUE)")
		} else {
			must(t, db, "INSERT INTO schema_migrations (version_id, is_applied) VALUES (99999, 1)")
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Open(context.Background(), cfg); !errors.Is(err, store.ErrNewerSchema) {
			t.Errorf("answered %v", err)
		}
	})
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	if _, err := store.Open(context.Background(), store.Config{}); err == nil {
		t.Error("opened nothing")
	}
	if _, err := store.Open(context.Background(), store.Config{URL: "postgres://u:hunter2@127.0.0.1:1/none?connect_timeout=1"}); err == nil {
		t.Error("connected to nobody")
	} else if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the error tells the password: %v", err)
	}
	if _, err := store.Open(context.Background(), store.Config{URL: "postgres://u:hunter2@[::1/none"}); err == nil {
		t.Error("took a wrong URL")
	} else if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the error tells the password: %v", err)
	}
	cfg := storetest.SQLite(t)
	if err := os.WriteFile(filepath.Join(cfg.Dir, "hufu.db"), []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the first one must not keep the lock
		if _, err := store.Open(context.Background(), cfg); err == nil || errors.Is(err, store.ErrLocked) {
			t.Errorf("answered %v", err)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(context.Background(), store.Config{Dir: file}); err == nil {
		t.Error("took a file for a directory")
	}
}

func TestIntegrityCheckFindsWhatIsBroken(t *testing.T) {
	storetest.EachConfig(t, func(t *testing.T, cfg store.Config) {
		db := storetest.Open(t, cfg)
		must(t, db, "CREATE TABLE parents (id BIGINT NOT NULL PRIMARY KEY)",
			"CREATE TABLE children (id BIGINT NOT NULL PRIMARY KEY, parent BIGINT NOT NULL REFERENCES parents (id))")
		if err := db.IntegrityCheck(context.Background()); err != nil {
			t.Fatal(err)
		}
		if db.Engine() == "postgres" {
			must(t, db, "ALTER TABLE children ADD CONSTRAINT unchecked CHECK (id > 0) NOT VALID")
		} else {
			// A handle that does not check keys, as the sqlite3 shell is.
			raw, err := sql.Open("sqlite", filepath.Join(cfg.Dir, "hufu.db"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := raw.Exec("INSERT INTO children (id, parent) VALUES (1, 2)"); err != nil {
				t.Fatal(err)
			}
			if err := raw.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.IntegrityCheck(context.Background()); err == nil {
			t.Error("nothing was found")
		}
	})
}

func TestSQLiteVersions(t *testing.T) {
	for version, want := range map[string]bool{
		"3.51.3": true, "3.51.10": true, "3.52.0": true, "4.0.0": true,
		"3.51.2": false, "3.46.1": false, "2.99.99": false, "3.51": false, "": false, "x.y.z": false,
	} {
		if got := store.SQLiteAtLeast(version); got != want {
			t.Errorf("%q: %t", version, got)
		}
	}
}
