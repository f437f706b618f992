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
		session := issue(t, k, Issue{Account: them, UIN: alice, RoleID: 77, Parent: key, Session: federation(noon.Add(time.Hour))})
		login := issue(t, k, Issue{Account: us, RoleID: 78, Session: federation(noon.Add(time.Hour))})
		permanent, temporary := &call.Principal{KeyID: key}, &call.Principal{KeyID: session.SecretID, Session: &call.Session{}}
		check := func(when string, want error) {
			t.Helper()
			for _, p := range []*call.Principal{permanent, temporary} {
				got, err := k.Parent(context.Background(), k.db.Read(), p)
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
		suspended(1)
		check("account suspended", ErrEnded)
		suspended(0)
		check("account resumed", nil)
		setStatus(t, k, us, key, Deleted)
		check("deleted", ErrEnded)

		got, err := k.Parent(context.Background(), k.db.Read(), &call.Principal{KeyID: login.SecretID, Session: &call.Session{}})
		if got != "" || err != nil {
			t.Errorf("a federated login hangs on no key: %q, %v", got, err)
		}
	})
}
