package credential

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func TestProve(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		ctx := context.Background()
		for range 2 { // the first marks the database, the second recognizes it
			if err := k.Prove(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if err := NewKeys(k.db, ring(t, k.ring.path)).Prove(ctx); err != nil {
			t.Errorf("the right key file is refused after a restart: %v", err)
		}
		wrong := NewKeys(k.db, ring(t, t.TempDir()+"/master.key"))
		if err := wrong.Prove(ctx); !errors.Is(err, ErrWrongMasterKey) {
			t.Errorf("got %v, want ErrWrongMasterKey", err)
		}
		if err := k.Prove(ctx); err != nil {
			t.Errorf("after the wrong key file was tried, the right one is refused: %v", err)
		}
	})
}

// secrets maps the ids of keys and sessions to what they must open to.
type secrets map[string]string

func (s secrets) check(t *testing.T, k *Keys) {
	t.Helper()
	finder := NewFinder(k, 10_000)
	for id, want := range s {
		h, err := finder.Find(context.Background(), id)
		if err != nil || h.Secret != want {
			t.Fatalf("%s does not open any more: %v", id, err)
		}
	}
}

// fill makes keys and sessions; enough of them that a rotation takes several batches.
func fill(t *testing.T, k *Keys, keys, sessions int) secrets {
	t.Helper()
	ctx, all := context.Background(), secrets{}
	write(t, k.db, func(tx *store.Tx) error {
		for range keys {
			id, secret, err := k.Create(ctx, tx, us, alice, "", "", nil, noon)
			if err != nil {
				return err
			}
			all[id] = secret
		}
		for range sessions {
			s, err := k.Issue(ctx, tx, Issue{Account: us, UIN: alice, Parent: "p", Session: federation(noon.Add(time.Hour))})
			if err != nil {
				return err
			}
			all[s.SecretID] = s.SecretKey
		}
		return nil
	})
	if err := k.Prove(ctx); err != nil {
		t.Fatal(err)
	}
	return all
}

func lines(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func TestRotateSealsManyRowsAndForgetsTheOldKey(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		all := fill(t, k, 2*rotateBatch+7, rotateBatch)
		before := lines(t, k.ring.path)
		old := k.ring.Seal(nil, "x")
		var told []int
		n, err := k.Rotate(context.Background(), func(done int) { told = append(told, done) })
		if err != nil {
			t.Fatal(err)
		}
		if want := len(all) + 1; n != want || told[len(told)-1] != want {
			t.Errorf("sealed %d values and told %v, want %d with the canary", n, told, want)
		}
		for i := 1; i < len(told); i++ {
			if told[i] < told[i-1] {
				t.Errorf("progress went back: %v", told)
			}
		}
		after := lines(t, k.ring.path)
		if len(after) != 1 || after[0] == before[0] {
			t.Errorf("the key file holds %d keys, want one new one", len(after))
		}
		if _, err := k.ring.Open(old, "x"); !errors.Is(err, ErrUnknownKey) {
			t.Errorf("got %v: the old key still opens", err)
		}
		all.check(t, k)
		restarted := NewKeys(k.db, ring(t, k.ring.path))
		if err := restarted.Prove(context.Background()); err != nil {
			t.Fatal(err)
		}
		all.check(t, restarted)
	})
}

// A rotation that is killed leaves the file and the database as they were after its last batch. Every secret opens at
// each of those points, and the next rotation finishes the work.
func TestARotationThatWasInterruptedCanBeRunAgain(t *testing.T) {
	const steps = 4 // settings, two batches of keys, sessions
	for stop := range steps + 1 {
		t.Run(fmt.Sprintf("after %d batches", stop), func(t *testing.T) {
			each(t, func(t *testing.T, k *Keys) {
				all := fill(t, k, rotateBatch+3, 5)
				if stop == 0 {
					if err := k.ring.append(); err != nil { // killed right after the key was added
						t.Fatal(err)
					}
				} else {
					stopAfter(t, k, stop)
				}
				restarted := NewKeys(k.db, ring(t, k.ring.path))
				if err := restarted.Prove(context.Background()); err != nil {
					t.Fatal(err)
				}
				all.check(t, restarted)
				n, err := restarted.Rotate(context.Background(), func(int) {})
				if err != nil {
					t.Fatal(err)
				}
				if want := len(all) + 1; n != want {
					t.Errorf("the second rotation sealed %d values, want %d: it has a key of its own", n, want)
				}
				if got := lines(t, k.ring.path); len(got) != 1 {
					t.Errorf("%d keys are left, want 1", len(got))
				}
				all.check(t, NewKeys(k.db, ring(t, k.ring.path)))
			})
		})
	}
}

// stopAfter runs a rotation that dies in its progress function, as a process does that is killed there.
func stopAfter(t *testing.T, k *Keys, batches int) {
	t.Helper()
	type killed struct{}
	defer func() {
		if v := recover(); v != (killed{}) {
			t.Fatalf("the rotation was not stopped: %v", v)
		}
	}()
	calls := 0
	_, err := k.Rotate(context.Background(), func(int) {
		if calls++; calls == batches {
			panic(killed{})
		}
	})
	t.Fatalf("the rotation ended: %v", err)
}

func TestARotationThatTheCallerGivesUpKeepsBothKeys(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		all := fill(t, k, 3, 3)
		ctx, cancel := context.WithCancel(context.Background())
		if _, err := k.Rotate(ctx, func(int) { cancel() }); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want that it was given up", err)
		}
		if got := lines(t, k.ring.path); len(got) != 2 {
			t.Errorf("%d keys are left, want both", len(got))
		}
		all.check(t, NewKeys(k.db, ring(t, k.ring.path)))
	})
}

// A value that no key opens must stop the rotation before the old keys are forgotten.
func TestARotationStopsAtAValueThatDoesNotOpen(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		all := fill(t, k, 3, 0)
		stranger := ring(t, t.TempDir()+"/master.key")
		write(t, k.db, func(tx *store.Tx) error {
			_, err := tx.ExecContext(context.Background(), `INSERT INTO access_keys (secret_id, account, uin, secret, status, created_at, updated_at) VALUES ('AKIDstray', $1, $2, $3, 2, 0, 0)`,
				us, alice, stranger.Seal([]byte("x"), bindKey("AKIDstray")))
			return err
		})
		if _, err := k.Rotate(context.Background(), func(int) {}); !errors.Is(err, ErrUnknownKey) || !strings.Contains(err.Error(), "AKIDstray") {
			t.Errorf("got %v, want that it names the value that does not open", err)
		}
		if got := lines(t, k.ring.path); len(got) != 2 {
			t.Errorf("%d keys are left, want both", len(got))
		}
		all.check(t, k)
	})
}

// Calls go on while the master key is rotated: what they seal meanwhile is not lost.
func TestKeysThatAreMadeDuringARotationSurviveIt(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		ctx := context.Background()
		all := fill(t, k, rotateBatch+10, 10)
		var mu sync.Mutex
		var work sync.WaitGroup
		stop := make(chan struct{})
		for range 4 {
			work.Go(func() {
				for {
					err := k.db.Write(ctx, func(tx *store.Tx) error {
						id, secret, err := k.Create(ctx, tx, us, alice, "", "", nil, noon)
						mu.Lock()
						defer mu.Unlock()
						all[id] = secret
						return err
					})
					if err != nil {
						t.Error(err)
					}
					select {
					case <-stop:
						return
					default:
					}
				}
			})
		}
		_, err := k.Rotate(ctx, func(int) {})
		close(stop)
		work.Wait()
		if err != nil {
			t.Fatal(err)
		}
		all.check(t, NewKeys(k.db, ring(t, k.ring.path)))
	})
}

// Two operators may ask at once. The second may be refused or wait for the first, but no secret may be lost.
func TestTwoRotationsAtOnceLoseNothing(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		all := fill(t, k, rotateBatch+3, 2)
		// The second begins when the first has sealed a batch of keys, and stands still until the first has ended.
		second, underway, firstEnded := make(chan error, 1), make(chan struct{}), make(chan struct{})
		calls, begun := 0, false
		_, err := k.Rotate(context.Background(), func(int) {
			if calls++; calls != 2 {
				return
			}
			begun = true
			go func() {
				told := 0
				_, err := k.Rotate(context.Background(), func(int) {
					if told++; told == 1 {
						close(underway)
						<-firstEnded
					}
				})
				second <- err
			}()
			select {
			case <-underway:
			case err := <-second:
				second <- err
			case <-time.After(time.Second): // it waits for us
			}
		})
		close(firstEnded)
		if !begun {
			t.Fatal("the first rotation had no second batch")
		}
		t.Logf("first: %v, second: %v", err, <-second)
		all.check(t, NewKeys(k.db, ring(t, k.ring.path)))
	})
}

// A node of a shared database that seals while another process rotates the key file that both use must not seal under
// a key that is about to go.
func TestASecondNodeSealsNothingThatARotationLoses(t *testing.T) {
	cfg := storetest.Postgres(t)
	rotating, serving := storetest.Open(t, cfg), storetest.Open(t, cfg)
	path := t.TempDir() + "/master.key"
	r, s := NewKeys(rotating, ring(t, path)), NewKeys(serving, ring(t, path))
	addAccount(t, rotating, us, 1250000001)
	all := fill(t, r, 3, 0)
	calls := 0
	_, err := r.Rotate(context.Background(), func(int) {
		if calls++; calls == 2 { // the access keys are done
			id, secret := newKey(t, s, us, alice)
			all[id] = secret
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	id, secret := newKey(t, s, us, alice)
	all[id] = secret
	all.check(t, NewKeys(rotating, ring(t, path)))
}

// TestRotateSealsRowsOfProducts has rows whose keys are numbers of different lengths: they are walked as numbers.
func TestRotateSealsRowsOfProducts(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		ctx := context.Background()
		write(t, k.db, func(tx *store.Tx) error {
			for id := int64(1); id <= 1200; id++ {
				sealed, err := k.SealRow(ctx, tx, "bi_api_keys", id, fmt.Sprint("key ", id))
				if err != nil {
					return err
				}
				_, err = tx.ExecContext(ctx, `INSERT INTO bi_api_keys (id, account, lookup, sealed, bi_user, created_by, created_at, updated_by, updated_at)
					VALUES ($1, $2, $3, $4, 1, '', 0, '', 0)`, id, us, []byte(fmt.Sprint(id)), sealed)
				if err != nil {
					return err
				}
			}
			if _, err := k.SealRow(ctx, tx, "bi_tags", 1, "secret"); err == nil {
				t.Error("a column that no rotation walks was sealed")
			}
			return nil
		})
		if _, err := k.Rotate(ctx, func(int) {}); err != nil {
			t.Fatal(err)
		}
		for id := int64(1); id <= 1200; id++ {
			var sealed []byte
			if err := k.db.Read().QueryRowContext(ctx, `SELECT sealed FROM bi_api_keys WHERE id = $1`, id).Scan(&sealed); err != nil {
				t.Fatal(err)
			}
			if got, err := k.OpenRow("bi_api_keys", id, sealed); err != nil || got != fmt.Sprint("key ", id) || !k.ring.isCurrent(sealed) {
				t.Fatalf("%d opens to %q, %v", id, got, err)
			}
			if _, err := k.OpenRow("bi_api_keys", id+1, sealed); err == nil {
				t.Fatalf("the secret of row %d opens in another row", id)
			}
		}
	})
}
