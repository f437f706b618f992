package credential

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
)

// A call may still be under way when its key ends. What it would issue then must not come to be: nothing would end it.
func TestNothingHangsOnAKeyThatHasEnded(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		key, _ := newKey(t, k, us, alice)
		chained := func() *call.Principal {
			s := issue(t, k, Issue{Account: them, UIN: alice, RoleID: 77, Parent: key, Session: federation(noon.Add(time.Hour))})
			return &call.Principal{KeyID: s.SecretID, Session: &call.Session{}}
		}
		login := issue(t, k, Issue{Account: us, RoleID: 78, Session: federation(noon.Add(time.Hour))})
		permanent, temporary := &call.Principal{KeyID: key}, chained()
		check := func(when string, want error) {
			t.Helper()
			for _, p := range []*call.Principal{permanent, temporary} {
				got, err := parentOf(k, p)
				if !errors.Is(err, want) || err == nil && got != key {
					t.Errorf("%s: %q, %v; want %v", when, got, err, want)
				}
			}
		}
		suspended := func(flag int) {
			t.Helper()
			write(t, k.db, func(tx *store.Tx) error {
				_, err := tx.ExecContext(context.Background(), `UPDATE accounts SET suspended = $2 WHERE uin = $1`, us, flag)
				return err
			})
		}
		check("active", nil)
		setStatus(t, k, us, key, Inactive)
		check("disabled", ErrEnded)
		setStatus(t, k, us, key, Active)
		if _, err := parentOf(k, temporary); !errors.Is(err, ErrEnded) {
			t.Errorf("enabled again: %v, but the session ended with the key", err)
		}
		temporary = chained()
		check("enabled again", nil)
		suspended(1)
		check("account suspended", ErrEnded)
		suspended(0)
		check("account resumed", nil)
		setStatus(t, k, us, key, Deleted)
		check("deleted", ErrEnded)

		got, err := parentOf(k, &call.Principal{KeyID: login.SecretID, Session: &call.Session{}})
		if got != "" || err != nil {
			t.Errorf("a federated login hangs on no key: %q, %v", got, err)
		}
	})
}

// The key goes on, and the caller's own session has ended: by its role, by its account, or by itself.
func TestNothingHangsOnASessionThatHasEnded(t *testing.T) {
	end := func(revoke func(ctx context.Context, k *Keys, tx *store.Tx) error) func(t *testing.T, k *Keys) {
		return func(t *testing.T, k *Keys) {
			write(t, k.db, func(tx *store.Tx) error { return revoke(context.Background(), k, tx) })
		}
	}
	for _, tc := range []struct {
		name    string
		expires time.Time
		end     func(t *testing.T, k *Keys)
		want    error
	}{
		{"nothing has ended", noon.Add(time.Millisecond), func(*testing.T, *Keys) {}, nil},
		{"another role", noon.Add(time.Hour), end(func(ctx context.Context, k *Keys, tx *store.Tx) error { return k.RevokeByRole(ctx, tx, them, 78, noon) }), nil},
		{"the role", noon.Add(time.Hour), end(func(ctx context.Context, k *Keys, tx *store.Tx) error { return k.RevokeByRole(ctx, tx, them, 77, noon) }), ErrEnded},
		{"the account of the key", noon.Add(time.Hour), end(func(ctx context.Context, k *Keys, tx *store.Tx) error { return k.RevokeByAccount(ctx, tx, us, noon) }), ErrEnded},
		{"it ran out", noon, func(*testing.T, *Keys) {}, ErrEnded},
		{"it was purged", noon.Add(-8 * 24 * time.Hour), func(t *testing.T, k *Keys) {
			if err := k.Purge(context.Background(), noon); err != nil {
				t.Fatal(err)
			}
		}, ErrEnded},
	} {
		t.Run(tc.name, func(t *testing.T) {
			each(t, func(t *testing.T, k *Keys) {
				key, _ := newKey(t, k, us, alice)
				for _, parent := range []string{key, ""} { // a federated login hangs on no key, so no account of one ends it
					s := issue(t, k, Issue{Account: them, UIN: alice, RoleID: 77, Parent: parent, Session: federation(tc.expires)})
					tc.end(t, k)
					want := tc.want
					if parent == "" && tc.name == "the account of the key" {
						want = nil
					}
					got, err := parentOf(k, &call.Principal{KeyID: s.SecretID, Session: &call.Session{}})
					if !errors.Is(err, want) || err == nil && got != parent {
						t.Errorf("parent %q: got %q, %v; want %v", parent, got, err, want)
					}
				}
			})
		})
	}
}
