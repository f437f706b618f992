package store_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

// TestKillNine kills a process in the middle of 64 writers, again and again on
// one database. Each call writes a pair of rows under a number from NextID, and
// the process prints the number once Write has returned.
func TestKillNine(t *testing.T) {
	rounds := 5
	if s := os.Getenv("HUFU_CRASH_ROUNDS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		rounds = n
	}
	storetest.EachConfig(t, func(t *testing.T, cfg store.Config) {
		acknowledged := map[int64]bool{}
		for round := range rounds {
			killOnce(t, cfg, acknowledged)
			// As the next start would: the child's lock and log are what it left.
			db, err := store.Open(context.Background(), cfg)
			if err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
			check(t, db, acknowledged)
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if t.Failed() {
				t.Fatalf("in round %d", round)
			}
		}
		t.Logf("%d rounds, %d writes were acknowledged", rounds, len(acknowledged))
	})
}

func killOnce(t *testing.T, cfg store.Config, acknowledged map[int64]bool) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "HUFU_STORE_CHILD=crash", "HUFU_STORE_DIR="+cfg.Dir, "HUFU_STORE_URL="+cfg.URL)
	child.Stderr = t.Output()
	acks, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(acks)
	read := 0
	for lines.Scan() {
		id, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			t.Errorf("the child says %q", lines.Text())
			break
		}
		if acknowledged[id] {
			t.Errorf("the number %d was given out twice", id)
		}
		acknowledged[id] = true
		if read++; read == 1 {
			// From the first acknowledgement on, all writers are at it. What is
			// still in the pipe after the kill was acknowledged too.
			time.AfterFunc(time.Duration(rand.IntN(60_000))*time.Microsecond, func() {
				if err := child.Process.Kill(); err != nil {
					t.Error(err)
				}
			})
		}
	}
	if err := lines.Err(); err != nil {
		t.Error(err)
	}
	if err := child.Wait(); err == nil || read == 0 {
		t.Fatalf("the child ended by itself after %d acknowledgements: %v", read, err)
	}
}

func check(t *testing.T, db *store.DB, acknowledged map[int64]bool) {
	t.Helper()
	if err := db.IntegrityCheck(context.Background()); err != nil {
		t.Error(err)
	}
	if n := number(t, db.Read(), `SELECT
		(SELECT COUNT(*) FROM lefts l WHERE NOT EXISTS (SELECT 1 FROM rights r WHERE r.id = l.id)) +
		(SELECT COUNT(*) FROM rights r WHERE NOT EXISTS (SELECT 1 FROM lefts l WHERE l.id = r.id))`); n != 0 {
		t.Errorf("%d calls are half there", n)
	}
	rows, err := db.Read().QueryContext(context.Background(), "SELECT id FROM lefts")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	there := map[int64]bool{}
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		there[id] = true
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for id := range acknowledged {
		if !there[id] {
			t.Errorf("the acknowledged write %d is lost", id)
		}
	}
}

func crashChild() {
	ctx := context.Background()
	fail := func(err error) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	db, err := store.Open(ctx, store.Config{Dir: os.Getenv("HUFU_STORE_DIR"), URL: os.Getenv("HUFU_STORE_URL")})
	if err != nil {
		fail(err)
	}
	err = db.Write(ctx, func(tx *store.Tx) error {
		for _, table := range []string{"lefts", "rights"} {
			if _, err := tx.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS "+table+" (id BIGINT NOT NULL PRIMARY KEY, filler TEXT NOT NULL)"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		fail(err)
	}
	filler := strings.Repeat("x", 300)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for {
				var id int64
				err := db.Write(ctx, func(tx *store.Tx) (err error) {
					if id, err = tx.NextID(ctx, "crash", 1); err != nil {
						return err
					}
					for _, table := range []string{"lefts", "rights"} {
						if _, err := tx.ExecContext(ctx, "INSERT INTO "+table+" (id, filler) VALUES ($1, $2)", id, filler); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					fail(err)
				}
				// One write call per line: lines of two writers do not mix.
				if _, err := os.Stdout.WriteString(strconv.FormatInt(id, 10) + "\n"); err != nil {
					fail(err)
				}
			}
		})
	}
	wg.Wait()
}
