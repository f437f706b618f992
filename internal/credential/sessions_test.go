package credential

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/tc3"
)

// copies adds n rows that differ from a session's in their id alone. Their secrets do not open: they are there to be many.
func copies(t *testing.T, k *Keys, of *Temporary, n int, expires time.Time) {
	t.Helper()
	const columns = "account, kind, uin, role_id, name, secret, token_hash, policy, tags, source_identity, mfa, depth, parent, parent_account, number, issued_at"
	write(t, k.db, func(tx *store.Tx) error {
		_, err := tx.ExecContext(context.Background(), `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
			INSERT INTO sessions (secret_id, expires_at, `+columns+`) SELECT secret_id || '-' || CAST(i AS TEXT), $3, `+columns+` FROM sessions, n WHERE secret_id = $1`,
			of.SecretID, n, expires.UnixMilli())
		return err
	})
}

func count(t *testing.T, k *Keys, query string) (n int) {
	t.Helper()
	if err := k.db.Read().QueryRowContext(context.Background(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// A key may have hundreds of thousands of live sessions, and disabling it is an emergency.
func TestTheEndOfManySessionsIsOneRowAndOneChange(t *testing.T) {
	for _, tc := range []struct {
		name   string
		many   int
		revoke func(ctx context.Context, k *Keys, tx *store.Tx, key string) error
		change store.Change // ID "" = the key's
	}{
		{"of a key", 20_000, func(ctx context.Context, k *Keys, tx *store.Tx, key string) error {
			return k.RevokeByParent(ctx, tx, us, key, noon)
		}, store.Change{Account: us, Kind: KeySessionsChangeKind}},
		{"of a role", 100, func(ctx context.Context, k *Keys, tx *store.Tx, _ string) error {
			return k.RevokeByRole(ctx, tx, them, 77, noon)
		}, store.Change{Account: them, Kind: RoleSessionsChangeKind, ID: "77"}},
		{"of an account", 100, func(ctx context.Context, k *Keys, tx *store.Tx, _ string) error {
			return k.RevokeByAccount(ctx, tx, us, noon)
		}, store.Change{Account: us, Kind: AccountSessionsChangeKind}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			each(t, func(t *testing.T, k *Keys) {
				key, _ := newKey(t, k, us, alice)
				otherKey, _ := newKey(t, k, them, int64(them))
				in := Issue{Account: them, UIN: alice, RoleID: 77, Parent: key, Session: federation(noon.Add(time.Hour))}
				first := issue(t, k, in)
				copies(t, k, first, tc.many, noon.Add(time.Hour))
				last := issue(t, k, in)
				other := issue(t, k, Issue{Account: them, UIN: int64(them), RoleID: 78, Parent: otherKey, Session: in.Session})
				finder := NewFinder(k, 100)
				for _, s := range []*Temporary{first, last, other} {
					if !find(t, finder, s.SecretID).Active {
						t.Fatal("not active to begin with")
					}
				}
				const all = `SELECT CAST(SUM(number + expires_at + parent_account + LENGTH(parent)) AS BIGINT) FROM sessions`
				before := count(t, k, all)
				var heard []store.Change
				defer k.db.Subscribe(func(c []store.Change) { heard = append(heard, c...) })()

				for range 2 { // once more changes the row
					write(t, k.db, func(tx *store.Tx) error { return tc.revoke(context.Background(), k, tx, key) })
				}

				want := tc.change
				if want.Kind == KeySessionsChangeKind {
					want.ID = key
				}
				if d := cmp.Diff([]store.Change{want, want}, heard); d != "" {
					t.Errorf("the nodes hear (-want +got):\n%s", d)
				}
				if n := count(t, k, `SELECT COUNT(*) FROM revocations`); n != 1 || count(t, k, all) != before {
					t.Errorf("%d rows tell of it, want one; or the sessions were touched", n)
				}
				for _, f := range []*Finder{finder, NewFinder(k, 100)} {
					for _, s := range []*Temporary{first, last} {
						if find(t, f, s.SecretID).TokenFits(s.Token, noon) {
							t.Error("a session goes on")
						}
					}
					if !find(t, f, other.SecretID).TokenFits(other.Token, noon) {
						t.Error("another session has ended")
					}
					if fresh := issue(t, k, in); !find(t, f, fresh.SecretID).TokenFits(fresh.Token, noon) {
						t.Error("a session that was issued afterwards, in the same millisecond, does not work")
					}
				}
			})
		})
	}
}

// What counts is which commit came first, not what the clocks said: a call that arrived after the revocation may commit
// before it, and two nodes have two clocks.
func TestARevocationEndsWhatWasThereWhateverTheClocksSay(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		key, _ := newKey(t, k, us, alice)
		at := func(issued time.Time) *Temporary {
			s := federation(noon.Add(time.Hour))
			s.Issued = issued
			return issue(t, k, Issue{Account: us, UIN: alice, Parent: key, Session: s})
		}
		finder := NewFinder(k, 100)
		fits := func(s *Temporary) bool { return find(t, finder, s.SecretID).TokenFits(s.Token, noon) }
		ahead := at(noon.Add(time.Minute))
		setStatus(t, k, us, key, Inactive)
		if fits(ahead) {
			t.Error("a session from a node whose clock is ahead outlives its key")
		}
		setStatus(t, k, us, key, Active)
		if fits(ahead) {
			t.Error("enabling the key brings its old session back")
		}
		if s := at(noon.Add(-time.Minute)); !fits(s) {
			t.Error("a new session from a node whose clock is behind does not work")
		}
	})
}

func TestIssueRefusesASessionThatWouldOutliveItsRevocation(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		key, _ := newKey(t, k, us, alice)
		issue(t, k, Issue{Account: us, UIN: alice, Parent: key, Session: federation(noon.Add(longestSession))})
		err := k.db.Write(context.Background(), func(tx *store.Tx) error {
			_, err := k.Issue(context.Background(), tx, Issue{Account: us, UIN: alice, Parent: key, Session: federation(noon.Add(longestSession + time.Millisecond))})
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "longer than 36h") {
			t.Errorf("got %v, want that it is too long", err)
		}
	})
}

func TestPurgeForgetsRevocationsThatHaveNothingLeftToEnd(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		ctx := context.Background()
		key, _ := newKey(t, k, us, alice)
		s := issue(t, k, Issue{Account: us, UIN: alice, Parent: key, Session: federation(noon.Add(longestSession))})
		write(t, k.db, func(tx *store.Tx) error { return k.RevokeByParent(ctx, tx, us, key, noon) })
		for _, tc := range []struct {
			now  time.Time
			left int
		}{
			{noon.Add(longestSession), 1},
			{noon.Add(purgeAfter), 1},
			{noon.Add(purgeAfter + time.Millisecond), 0},
		} {
			if err := k.Purge(ctx, tc.now); err != nil {
				t.Fatal(err)
			}
			if n := count(t, k, `SELECT COUNT(*) FROM revocations`); n != tc.left {
				t.Errorf("at %s %d revocations are left, want %d", tc.now.Sub(noon), n, tc.left)
			}
			if h := find(t, NewFinder(k, 1), s.SecretID); h.TokenFits(s.Token, tc.now) {
				t.Errorf("at %s the session is back", tc.now.Sub(noon))
			}
		}
	})
}

// A purge that had to catch up with a million rows must not hold the writer for all of them.
func TestPurgeLetsOtherWritersIn(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		ctx := context.Background()
		key, _ := newKey(t, k, us, alice)
		s := issue(t, k, Issue{Account: us, UIN: alice, Parent: key, Session: federation(noon)})
		copies(t, k, s, store.PurgeBatch, noon) // all at one time: a boundary by time would not split them
		write(t, k.db, func(tx *store.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO revocations (account, kind, id, upto, at) SELECT account, 'key', secret_id, 0, expires_at FROM sessions`)
			return err
		})
		before := k.db.Stats().Commits
		if err := k.Purge(ctx, noon.Add(purgeAfter+time.Hour)); err != nil {
			t.Fatal(err)
		}
		if n := k.db.Stats().Commits - before; n != 4 {
			t.Errorf("%d commits, want two for each table", n)
		}
		if n := count(t, k, `SELECT COUNT(*) FROM sessions`) + count(t, k, `SELECT COUNT(*) FROM revocations`); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}

func TestASessionIsFoundByItsToken(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		key, _ := newKey(t, k, us, alice)
		in := Issue{Account: us, UIN: alice, Parent: key, Session: federation(noon.Add(time.Hour))}
		s, other := issue(t, k, in), issue(t, k, in)
		f := NewFinder(k, 100)
		for range 2 { // from the database, then from memory
			h, err := f.FindToken(context.Background(), s.Token)
			if err != nil || h.Principal.KeyID != s.SecretID || !h.TokenFits(s.Token, noon) || !h.InForce(noon) || h.TokenFits(other.Token, noon) || h.InForce(noon.Add(time.Hour)) {
				t.Fatalf("got %+v, %v", h, err)
			}
		}
		for _, token := range []string{"", "x", s.Token + "x", s.SecretID} {
			if h, err := f.FindToken(context.Background(), token); !errors.Is(err, ErrNotFound) {
				t.Errorf("%q finds %+v, %v", token, h, err)
			}
		}
		setStatus(t, k, us, key, Inactive)
		if h, err := f.FindToken(context.Background(), s.Token); err != nil || h.TokenFits(s.Token, noon) || h.InForce(noon) {
			t.Errorf("a token outlives the key of its session: %+v, %v", h, err)
		}
		if h := find(t, f, key); h.InForce(noon) {
			t.Error("a disabled key is in force")
		}
	})
}

func TestTheSigningKeyIsThatOfTheDayAndService(t *testing.T) {
	h := &Holder{Secret: "secret"}
	for _, of := range [][2]string{{"2026-11-29", "cam"}, {"2026-11-29", "cam"}, {"2026-11-30", "cam"}, {"2026-11-30", "sts"}, {"2026-11-29", "cam"}} {
		if h.SigningKey(of[0], of[1]) != tc3.SigningKey("secret", of[0], of[1]) {
			t.Errorf("%v: another key", of)
		}
	}
	if (&Holder{}).SigningKey("2026-11-29", "cam") != [32]byte{} {
		t.Error("without a secret there is a key")
	}
}
