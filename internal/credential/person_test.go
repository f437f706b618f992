package credential

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
)

// A credential is in force while no flag of the person behind it is set, and again as soon as none is. A link to a person
// who is gone counts as disabled.
func TestCredentialsFollowThePersonBehindThem(t *testing.T) {
	each(t, func(t *testing.T, k *Keys) {
		ctx := context.Background()
		key, _ := newKey(t, k, us, alice)
		other, _ := newKey(t, k, us, alice+1)
		root, _ := newKey(t, k, us, int64(us))
		abroad := issue(t, k, Issue{Account: them, UIN: alice, RoleID: 77, Parent: key, Session: federation(noon.Add(time.Hour))}).SecretID
		home := issue(t, k, Issue{Account: us, UIN: alice, Parent: key, Session: federation(noon.Add(time.Hour))}).SecretID
		login := issue(t, k, Issue{Account: us, RoleID: 78, Session: federation(noon.Add(time.Hour))}).SecretID
		finder := NewFinder(k, 100)
		change := func(statement string, args ...any) {
			t.Helper()
			write(t, k.db, func(tx *store.Tx) error {
				tx.Changed(store.Change{Account: us, Kind: PersonChangeKind, ID: "100000000011"})
				_, err := tx.ExecContext(ctx, statement, args...)
				return err
			})
		}
		check := func(when string, disabled bool) {
			t.Helper()
			for id, concerned := range map[string]bool{key: true, home: true, abroad: true, other: false, root: false, login: false} {
				h := find(t, finder, id)
				if want := disabled && concerned; h.Disabled != want || h.InForce(noon) == want || h.OnlyDisabled(noon) != want || !h.Active {
					t.Errorf("%s: %s disabled is %t, want %t", when, id, h.Disabled, want)
				}
			}
			if got, err := UserDisabled(ctx, k.db.Read(), us, alice); err != nil || got != disabled {
				t.Errorf("%s: the user is disabled: %t, %v", when, got, err)
			}
			for _, p := range []*call.Principal{{KeyID: key}, {KeyID: home, Session: &call.Session{}}, {KeyID: abroad, Session: &call.Session{}}} {
				if _, err := parentOf(k, p); disabled != errors.Is(err, ErrDisabled) || !disabled && err != nil {
					t.Errorf("%s: a session of %s: %v", when, p.KeyID, err)
				}
			}
		}
		check("without a person", false)
		change(`INSERT INTO persons (account, id, login, login_key, name, name_key, first_name, middle_name, last_name, mobile, mobile_number, email,
				email_key, employee_id, external_id, attributes, extension, grade, password, pwd_must_modify, created_at, updated_at)
			VALUES ($1, 'p', 'p', 'p', '', '', '', '', '', '', '', '', '', '', '', '{}', '{}', 0, '', 0, 0, 0)`, us)
		change(`INSERT INTO person_links (account, uin, person, linked_at) VALUES ($1, $2, 'p', 0)`, us, alice)
		check("linked", false)
		change(`UPDATE persons SET disabled = 1 WHERE account = $1`, us)
		check("disabled by one", true)
		change(`UPDATE persons SET eiam_disabled = 1 WHERE account = $1`, us)
		check("disabled by both", true)
		change(`UPDATE persons SET disabled = 0 WHERE account = $1`, us)
		check("enabled by one", true)
		change(`UPDATE persons SET eiam_disabled = 0 WHERE account = $1`, us)
		check("enabled by both", false)
		change(`DELETE FROM persons WHERE account = $1`, us)
		check("gone", true)
		change(`DELETE FROM person_links WHERE account = $1`, us)
		check("unlinked", false)

		if h := find(t, finder, home); !h.ToldBy(us) || h.ToldBy(them) {
			t.Error("whoever watches the account hears of it")
		}
		if h := find(t, finder, abroad); h.ToldBy(us) || h.ToldBy(them) {
			t.Error("nobody hears of all that ends a session of two accounts")
		}
	})
}
