package credential

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
)

func ids(keys []AccessKey) []string {
	var out []string
	for _, k := range keys {
		out = append(out, k.SecretID)
	}
	return out
}

func list(t *testing.T, k *Keys, a store.Account, uin int64, deleted bool) []AccessKey {
	t.Helper()
	keys, err := k.List(context.Background(), k.db.Read(), a, uin, deleted)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func get(t *testing.T, k *Keys, a store.Account, id string) *AccessKey {
	t.Helper()
	key, err := k.Get(context.Background(), k.db.Read(), a, id)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestKeysAreListedAndFoundInTheirAccountAlone(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		ctx := context.Background()
		note := "for the pipeline"
		var first, second string
		write(t, k.db, func(tx *store.Tx) (err error) {
			if first, _, err = k.Create(ctx, tx, us, alice, "", "", &note, noon); err != nil {
				return err
			}
			second, _, err = k.Create(ctx, tx, us, alice, "AKIDchosen", "a secret of our own", nil, noon.Add(time.Second))
			return err
		})
		root, _ := newKey(t, k, us, int64(us))
		newKey(t, k, them, int64(them))

		if got, want := ids(list(t, k, us, alice, false)), []string{first, second}; !slices.Equal(got, want) {
			t.Errorf("alice has %v, want %v, oldest first", got, want)
		}
		if got := ids(list(t, k, us, int64(us), false)); !slices.Equal(got, []string{root}) {
			t.Errorf("the root has %v, want %s alone", got, root)
		}
		if got := list(t, k, them, alice, true); got != nil {
			t.Errorf("another account sees %v", got)
		}
		want := &AccessKey{SecretID: first, UIN: alice, Status: Active, Description: &note, Created: noon, Updated: noon}
		if d := cmp.Diff(want, get(t, k, us, first)); d != "" {
			t.Errorf("Get (-want +got):\n%s", d)
		}
		if second != "AKIDchosen" {
			t.Errorf("the key has the id %s, want the given one", second)
		}
		for _, a := range []store.Account{them, 0, store.Account(alice)} {
			if got := get(t, k, a, first); got != nil {
				t.Errorf("account %d finds %v", a, got)
			}
		}
		err := k.db.Write(ctx, func(tx *store.Tx) error {
			_, _, err := k.Create(ctx, tx, them, int64(them), "AKIDchosen", "another secret", nil, noon)
			return err
		})
		if !store.IsUniqueViolation(err) {
			t.Errorf("got %v, want that an id is issued once over all accounts", err)
		}
	})
}

func TestStatesOfAKey(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		ctx := context.Background()
		id, secret := newKey(t, k, us, alice)
		finder := NewFinder(k, 100)

		h := find(t, finder, id)
		if h.Secret != secret || !h.Active || h.Temporary() || h.Suspended {
			t.Fatalf("a fresh key is found as %+v", h)
		}
		want := call.Principal{Kind: call.User, Account: us, AppID: 1250000001, UIN: alice, KeyID: id}
		if d := cmp.Diff(want, h.Principal); d != "" {
			t.Errorf("principal (-want +got):\n%s", d)
		}
		setStatus(t, k, them, id, Deleted)
		if !find(t, finder, id).Active {
			t.Fatal("another account has changed the key")
		}
		setStatus(t, k, us, id, Inactive)
		if h := find(t, finder, id); h.Active {
			t.Error("a disabled key is still active")
		}
		if got := get(t, k, us, id); got == nil || got.Status != Inactive {
			t.Errorf("Get answers %+v, want the disabled key", got)
		}
		setStatus(t, k, us, id, Active)
		if h := find(t, finder, id); !h.Active {
			t.Error("a key that was enabled again is not active")
		}
		setStatus(t, k, us, id, Deleted)
		if _, err := finder.Find(ctx, id); !errors.Is(err, ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound for a deleted key", err)
		}
		if got := get(t, k, us, id); got != nil {
			t.Errorf("Get answers the deleted key %+v", got)
		}
		setStatus(t, k, us, id, Active)
		if _, err := finder.Find(ctx, id); !errors.Is(err, ErrNotFound) {
			t.Errorf("got %v: a deleted key came back", err)
		}
		if got := list(t, k, us, alice, false); got != nil {
			t.Errorf("the list holds %v", got)
		}
		if got := ids(list(t, k, us, alice, true)); !slices.Equal(got, []string{id}) {
			t.Errorf("the list with deleted keys holds %v, want %s", got, id)
		}
		if _, err := finder.Find(ctx, "AKIDnever"); !errors.Is(err, ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound for an id that never was", err)
		}
	})
}

func TestDeleteAllTakesTheKeysOfOneUIN(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		active, _ := newKey(t, k, us, alice)
		disabled, _ := newKey(t, k, us, alice)
		setStatus(t, k, us, disabled, Inactive)
		other, _ := newKey(t, k, us, alice+1)
		theirs, _ := newKey(t, k, them, alice) // no such row can be, but the account alone must decide
		session := issue(t, k, Issue{Account: us, UIN: alice, Parent: active, Session: federation(noon.Add(time.Hour))})

		write(t, k.db, func(tx *store.Tx) error { return k.DeleteAll(context.Background(), tx, us, alice, noon) })

		finder := NewFinder(k, 100)
		for _, id := range []string{active, disabled} {
			if _, err := finder.Find(context.Background(), id); !errors.Is(err, ErrNotFound) {
				t.Errorf("%s: got %v, want ErrNotFound", id, err)
			}
		}
		for _, id := range []string{other, theirs} {
			if !find(t, finder, id).Active {
				t.Errorf("%s is not active any more", id)
			}
		}
		if find(t, finder, session.SecretID).Active {
			t.Error("the session of a deleted key goes on")
		}
	})
}

func issue(t *testing.T, k *Keys, in Issue) *Temporary {
	t.Helper()
	var out *Temporary
	write(t, k.db, func(tx *store.Tx) (err error) {
		out, err = k.Issue(context.Background(), tx, in)
		return err
	})
	return out
}

func federation(expires time.Time) call.Session {
	return call.Session{Kind: call.Federation, Name: "fed", Depth: 1, Issued: noon, Expires: expires}
}

func TestASessionIsFoundAsItWasIssued(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		parent, _ := newKey(t, k, us, alice)
		full := call.Session{Kind: call.AssumedRole, Name: "build-7", Policy: `{"version":"2.0"}`, Tags: []call.Tag{{Key: "team", Value: "blue"}, {Key: "", Value: "空"}},
			SourceIdentity: "someone", MFA: true, Depth: 3, Issued: noon, Expires: noon.Add(time.Hour)}
		plain := federation(noon.Add(time.Minute))
		finder := NewFinder(k, 100)
		for _, tc := range []struct {
			name string
			in   Issue
			want call.Principal
		}{
			{"a role session in another account", Issue{Account: them, UIN: alice, RoleID: 77, Parent: parent, Session: full},
				call.Principal{Kind: call.Role, Account: them, AppID: 1250000002, UIN: alice, RoleID: 77, Session: &full}},
			{"a federation session of a sub-user", Issue{Account: us, UIN: alice, Parent: parent, Session: plain},
				call.Principal{Kind: call.User, Account: us, AppID: 1250000001, UIN: alice, Session: &plain}},
			{"a federation session of the root", Issue{Account: us, UIN: int64(us), Parent: parent, Session: plain},
				call.Principal{Kind: call.Root, Account: us, AppID: 1250000001, UIN: int64(us), Session: &plain}},
		} {
			t.Run(tc.name, func(t *testing.T) {
				made := issue(t, k, tc.in)
				h := find(t, finder, made.SecretID)
				tc.want.KeyID = made.SecretID
				if d := cmp.Diff(tc.want, h.Principal); d != "" {
					t.Errorf("principal (-want +got):\n%s", d)
				}
				if h.Secret != made.SecretKey || !h.Active || !h.Temporary() || !made.Expires.Equal(tc.in.Session.Expires) {
					t.Errorf("found %+v for %+v", h, made)
				}
				root, err := parentOf(k, &h.Principal)
				if err != nil || root != parent {
					t.Errorf("the parent is %s, %v, want %s", root, err, parent)
				}
			})
		}
	})
}

func TestTokenFits(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		parent, _ := newKey(t, k, us, alice)
		expires := noon.Add(time.Hour)
		made := issue(t, k, Issue{Account: us, UIN: alice, Parent: parent, Session: federation(expires)})
		other := issue(t, k, Issue{Account: us, UIN: alice, Parent: parent, Session: federation(expires)})
		finder := NewFinder(k, 100)
		for _, tc := range []struct {
			name, id, token string
			at              time.Time
			want            bool
		}{
			{"a session with its token", made.SecretID, made.Token, noon, true},
			{"the last millisecond of a session", made.SecretID, made.Token, expires.Add(-time.Millisecond), true},
			{"the moment of its end", made.SecretID, made.Token, expires, false},
			{"after its end", made.SecretID, made.Token, expires.Add(time.Second), false},
			{"no token", made.SecretID, "", noon, false},
			{"another session's token", made.SecretID, other.Token, noon, false},
			{"a token that was cut", made.SecretID, made.Token[:600], noon, false},
			{"a token with text behind it", made.SecretID, made.Token + "A", noon, false},
			{"a permanent key without token", parent, "", noon, true},
			{"a permanent key with a token that is left over", parent, made.Token, noon, false},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if got := find(t, finder, tc.id).TokenFits(tc.token, tc.at); got != tc.want {
					t.Errorf("got %t, want %t", got, tc.want)
				}
			})
		}
		setStatus(t, k, us, parent, Inactive)
		if find(t, finder, made.SecretID).TokenFits(made.Token, noon) {
			t.Error("the token of a revoked session fits")
		}
	})
}

func TestRevocations(t *testing.T) {
	const aliceInTheirRole, aliceInOurRole, aliceHerself, bob, ended = "alice in their role", "alice in our role", "alice herself", "bob", "ended"
	all := []string{aliceInTheirRole, aliceInOurRole, aliceHerself, bob}
	for _, tc := range []struct {
		name   string
		revoke func(ctx context.Context, k *Keys, tx *store.Tx, aliceKey string) error
		ends   []string
	}{
		{"nothing", func(context.Context, *Keys, *store.Tx, string) error { return nil }, nil},
		{"by role", func(ctx context.Context, k *Keys, tx *store.Tx, _ string) error {
			return k.RevokeByRole(ctx, tx, them, 77, noon)
		}, []string{aliceInTheirRole}},
		{"by a role of the same id in the wrong account", func(ctx context.Context, k *Keys, tx *store.Tx, _ string) error {
			return k.RevokeByRole(ctx, tx, us, 77, noon)
		}, nil},
		{"by parent, wherever the sessions act", func(ctx context.Context, k *Keys, tx *store.Tx, key string) error {
			return k.RevokeByParent(ctx, tx, us, key, noon)
		}, []string{aliceInTheirRole, aliceInOurRole, aliceHerself}},
		{"by the parent of another account", func(ctx context.Context, k *Keys, tx *store.Tx, key string) error {
			return k.RevokeByParent(ctx, tx, them, key, noon)
		}, nil},
		{"by account", func(ctx context.Context, k *Keys, tx *store.Tx, _ string) error {
			return k.RevokeByAccount(ctx, tx, us, noon)
		}, all},
		{"by the account that a session only acts in", func(ctx context.Context, k *Keys, tx *store.Tx, _ string) error {
			return k.RevokeByAccount(ctx, tx, them, noon)
		}, nil},
		{"by disabling the key", func(ctx context.Context, k *Keys, tx *store.Tx, key string) error {
			return k.SetStatus(ctx, tx, us, key, Inactive, noon)
		}, []string{aliceInTheirRole, aliceInOurRole, aliceHerself}},
		{"by enabling the key", func(ctx context.Context, k *Keys, tx *store.Tx, key string) error {
			return k.SetStatus(ctx, tx, us, key, Active, noon)
		}, nil},
		{"by deleting the user's keys", func(ctx context.Context, k *Keys, tx *store.Tx, _ string) error {
			return k.DeleteAll(ctx, tx, us, alice, noon)
		}, []string{aliceInTheirRole, aliceInOurRole, aliceHerself}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			each(t, func(t *testing.T, k *Keys) {
				aliceKey, _ := newKey(t, k, us, alice)
				bobKey, _ := newKey(t, k, us, alice+1)
				role := func(expires time.Time) call.Session {
					return call.Session{Kind: call.AssumedRole, Name: "s", Depth: 1, Issued: noon.Add(-time.Hour), Expires: expires}
				}
				later := noon.Add(time.Hour)
				sessions := map[string]*Temporary{
					aliceInTheirRole: issue(t, k, Issue{Account: them, UIN: alice, RoleID: 77, Parent: aliceKey, Session: role(later)}),
					aliceInOurRole:   issue(t, k, Issue{Account: us, UIN: alice, RoleID: 78, Parent: aliceKey, Session: role(later)}),
					aliceHerself:     issue(t, k, Issue{Account: us, UIN: alice, Parent: aliceKey, Session: federation(later)}),
					bob:              issue(t, k, Issue{Account: us, UIN: alice + 1, RoleID: 78, Parent: bobKey, Session: role(later)}),
					ended:            issue(t, k, Issue{Account: them, UIN: alice, RoleID: 77, Parent: aliceKey, Session: role(noon)}),
				}
				finder := NewFinder(k, 100)
				for name, s := range sessions { // so that the finder keeps them all
					if !find(t, finder, s.SecretID).Active {
						t.Fatalf("%s: not active to begin with", name)
					}
				}
				write(t, k.db, func(tx *store.Tx) error { return tc.revoke(context.Background(), k, tx, aliceKey) })
				for _, name := range all {
					s := sessions[name]
					if got, want := find(t, finder, s.SecretID).TokenFits(s.Token, noon), !slices.Contains(tc.ends, name); got != want {
						t.Errorf("%s: goes on is %t, want %t", name, got, want)
					}
				}
				if s := sessions[ended]; find(t, finder, s.SecretID).TokenFits(s.Token, noon) {
					t.Error("a session that had ended goes on")
				}
			})
		})
	}
}

func TestRevocationsThatFailDropNothing(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		id, _ := newKey(t, k, us, alice)
		finder := NewFinder(k, 100)
		before := find(t, finder, id)
		rollback := errors.New("changed my mind")
		err := k.db.Write(context.Background(), func(tx *store.Tx) error {
			if err := k.SetStatus(context.Background(), tx, us, id, Deleted, noon); err != nil {
				return err
			}
			return rollback
		})
		if !errors.Is(err, rollback) {
			t.Fatal(err)
		}
		if find(t, finder, id) != before {
			t.Error("a change that was rolled back dropped the holder")
		}
	})
}

func TestSuspendingAnAccountReachesKeptHolders(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		ours, _ := newKey(t, k, us, alice)
		theirs, _ := newKey(t, k, them, int64(them))
		finder := NewFinder(k, 100)
		before := find(t, finder, theirs)
		for _, suspended := range []bool{true, false} {
			find(t, finder, ours)
			write(t, k.db, func(tx *store.Tx) error {
				tx.Changed(store.Change{Account: us, Kind: AccountChangeKind})
				_, err := tx.ExecContext(context.Background(), `UPDATE accounts SET suspended = $2 WHERE uin = $1`, us, suspended)
				return err
			})
			if h := find(t, finder, ours); h.Suspended != suspended || !h.Active {
				t.Errorf("suspended is %t, want %t (and the key stays active: %t)", h.Suspended, suspended, h.Active)
			}
			if find(t, finder, theirs) != before {
				t.Error("the other account's holder was dropped")
			}
		}
	})
}

func TestTheFinderKeepsHoldersUntilACommitChangesThem(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		ctx := context.Background()
		one, _ := newKey(t, k, us, alice)
		two, _ := newKey(t, k, us, alice)
		finder := NewFinder(k, 100)
		h1, h2 := find(t, finder, one), find(t, finder, two)
		if find(t, finder, one) != h1 || finder.Cached() != 2 {
			t.Fatalf("%d holders are kept, want both", finder.Cached())
		}
		setStatus(t, k, us, one, Inactive)
		if find(t, finder, one) == h1 {
			t.Error("a changed key is answered from before the change")
		}
		if find(t, finder, two) != h2 {
			t.Error("a key that nobody changed was dropped")
		}
		// An unknown id is not kept: the key may be made at any time, and guesses must not fill the cache.
		if _, err := finder.Find(ctx, "AKIDlater123"); !errors.Is(err, ErrNotFound) {
			t.Fatal(err)
		}
		write(t, k.db, func(tx *store.Tx) error {
			_, _, err := k.Create(ctx, tx, us, alice, "AKIDlater123", "its secret", nil, noon)
			return err
		})
		if find(t, finder, "AKIDlater123").Secret != "its secret" {
			t.Error("a key that was asked for before it was made is not found")
		}
	})
}

func TestPurgeDeletesSessionsThatEndedLongAgo(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		parent, _ := newKey(t, k, us, alice)
		old := issue(t, k, Issue{Account: us, UIN: alice, Parent: parent, Session: federation(noon.Add(-purgeAfter - time.Millisecond))})
		edge := issue(t, k, Issue{Account: us, UIN: alice, Parent: parent, Session: federation(noon.Add(-purgeAfter))})
		live := issue(t, k, Issue{Account: us, UIN: alice, Parent: parent, Session: federation(noon.Add(time.Hour))})
		if err := k.Purge(context.Background(), noon); err != nil {
			t.Fatal(err)
		}
		finder := NewFinder(k, 100)
		if _, err := finder.Find(context.Background(), old.SecretID); !errors.Is(err, ErrNotFound) {
			t.Errorf("got %v, want that the old session is gone", err)
		}
		find(t, finder, edge.SecretID)
		find(t, finder, live.SecretID)
		find(t, finder, parent)
	})
}

func TestUsageIsToldAtOnceAndWrittenDownByFlush(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		ctx := context.Background()
		id, _ := newKey(t, k, us, alice)
		other, _ := newKey(t, k, us, alice)
		if !get(t, k, us, id).LastUsed.IsZero() {
			t.Fatal("a fresh key was used already")
		}
		if err := k.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		commits := k.db.Stats().Commits
		if err := k.Flush(ctx); err != nil || k.db.Stats().Commits != commits {
			t.Errorf("nothing to write down made a commit: %v", err)
		}
		k.Used(id, noon)
		k.Used(id, noon.Add(-time.Minute)) // calls may end out of order
		if got := get(t, k, us, id).LastUsed; !got.Equal(noon) {
			t.Errorf("last used is %v before Flush, want %v", got, noon)
		}
		k.Used("AKIDnever", noon)
		if err := k.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		again := NewKeys(k.db, k.ring) // another process, which has not seen the calls
		if got := get(t, again, us, id).LastUsed; !got.Equal(noon) {
			t.Errorf("last used is %v after Flush, want %v", got, noon)
		}
		again.Used(id, noon.Add(-time.Hour))
		if err := again.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		if got := get(t, NewKeys(k.db, k.ring), us, id).LastUsed; !got.Equal(noon) {
			t.Errorf("last used went back to %v", got)
		}
		if !get(t, k, us, other).LastUsed.IsZero() {
			t.Error("another key counts as used")
		}
		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		k.Used(other, noon)
		if err := k.Flush(cancelled); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want that the flush was given up", err)
		}
		if err := k.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		if got := get(t, again, us, other).LastUsed; !got.Equal(noon) {
			t.Errorf("last used is %v: what a failed flush held is lost", got)
		}
	})
}
