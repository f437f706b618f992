package gateway

import (
	"context"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/tc3"
)

const allowAll = `{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}`

// A write that waited past the answer of the call that took its right away must not happen.
func TestAWriteThatLostItsRightWhileItWaitedIsRefused(t *testing.T) {
	ctx := context.Background()
	for _, tc := range []struct {
		name, code string
		take       func(t *testing.T, d *door, c client, tx *store.Tx) error
	}{
		{"the key was disabled", "AuthFailure.SecretIdNotFound", func(_ *testing.T, d *door, c client, tx *store.Tx) error {
			return d.keys.SetStatus(ctx, tx, d.account, c.id, credential.Inactive, d.now)
		}},
		{"the key was deleted", "AuthFailure.SecretIdNotFound", func(_ *testing.T, d *door, c client, tx *store.Tx) error {
			return d.keys.SetStatus(ctx, tx, d.account, c.id, credential.Deleted, d.now)
		}},
		{"the account was suspended", "AuthFailure.UnauthorizedOperation", func(_ *testing.T, d *door, _ client, tx *store.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE accounts SET suspended = 1 WHERE uin = $1`, d.account)
			tx.Changed(store.Change{Account: d.account, Kind: credential.AccountChangeKind})
			return err
		}},
		{"the person was disabled", "AuthFailure.UnauthorizedOperation", func(_ *testing.T, d *door, _ client, tx *store.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO person_links (account, uin, person, linked_at) VALUES ($1, 200, 'gone', 0)`, d.account)
			tx.Changed(store.Change{Account: d.account, Kind: credential.PersonChangeKind, ID: "200"})
			return err
		}},
		{"the policy was detached", "AuthFailure.UnauthorizedOperation", func(_ *testing.T, d *door, _ client, tx *store.Tx) error {
			delete(d.policies, 200)
			tx.Changed(store.Change{Account: d.account, Kind: access.PrincipalChange, ID: "user/200"})
			return nil
		}},
		{"the policy was replaced", "AuthFailure.UnauthorizedOperation", func(_ *testing.T, d *door, _ client, tx *store.Tx) error {
			d.policies[200] = []access.Document{{ID: 200, Version: 2, Text: `{"version":"2.0","statement":[{"effect":"deny","action":"*","resource":"*"}]}`}}
			tx.Changed(store.Change{Account: d.account, Kind: access.PolicyChange, ID: "200"})
			return nil
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				d := open(t, db, Config{NoLimits: true})
				user := d.user(200, allowAll)
				wrote := false
				d.serve("Write", func(ctx context.Context, c *call.Call, _ wire.Request) (wire.Response, error) {
					// What the handler waits for, such as a password being hashed, lets another call go first.
					if err := db.Write(ctx, func(tx *store.Tx) error { return tc.take(t, d, user, tx) }); err != nil {
						return nil, err
					}
					return nothing{}, c.Write(ctx, func(*store.Tx) error { wrote = true; return nil })
				})
				user.call("Write", "{}").want(t, tc.code)
				if wrote {
					t.Error("it wrote")
				}
			})
		})
	}
}

// slowBody moves the clock when it is read.
type slowBody struct {
	io.Reader
	read func()
}

func (b *slowBody) Read(p []byte) (int, error) {
	b.read()
	return b.Reader.Read(p)
}

func (b *slowBody) Close() error { return nil }

func TestTheTimeOfACallIsThatOfItsLastByte(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := open(t, db, Config{NoLimits: true})
		r := d.root.request("Any", "{}")
		r.Body = &slowBody{strings.NewReader("{}"), func() {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.now = d.now.Add(time.Hour)
		}}
		d.do(r).want(t, "AuthFailure.SignatureExpire")
	})
}

func TestAnOlderSecondDoesNotEmptyTheWindow(t *testing.T) {
	l := newLimiter(false)
	a := &wire.Action{Name: "Any", Rate: 5}
	p := &call.Principal{Kind: call.User, UIN: 7, Account: 1}
	passed := 0
	for i := range 100 {
		if l.call(a, p, 1000-int64(i%2), 1) == nil {
			passed++
		}
	}
	if passed != a.Rate {
		t.Errorf("%d calls passed at a rate of %d", passed, a.Rate)
	}
}

func TestFormsHaveABoundedNumberOfParameters(t *testing.T) {
	pairs := make([]string, maxParts)
	for i := range pairs {
		pairs[i] = "p" + strconv.Itoa(i) + "="
	}
	if _, err := splitForm(strings.Join(pairs, "&")); err != nil {
		t.Errorf("the largest form is refused: %v", err)
	}
	if _, err := splitForm(strings.Join(append(pairs, "one="), "&")); err == nil {
		t.Error("a form of one more is taken")
	}
}

func TestUnsignedPayloadNeedsATransportThatProtectsIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := open(t, db, Config{NoLimits: true})
		for _, tc := range []struct {
			name, remote, header, code string
		}{
			{"on this machine", "127.0.0.1:1", "", ""},
			{"from elsewhere", "192.0.2.1:1", "", "AuthFailure.SignatureFailure"},
			{"through a proxy on this machine", "127.0.0.1:1", "X-Forwarded-For", "AuthFailure.SignatureFailure"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				r := d.root.from(tc.remote).request("Any", "{}")
				m := tc3.Message{Service: "tiny", Timestamp: d.now.Unix(), Method: "POST", PayloadHash: tc3.UnsignedPayloadHash(),
					Headers: []tc3.Header{{Name: "content-type", Value: "application/json"}, {Name: "host", Value: r.Host}}}
				a, err := m.Sign(d.root.id, d.root.secret)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Authorization", a.Header())
				r.Header.Set("X-TC-Content-SHA256", tc3.UnsignedPayload)
				if tc.header != "" {
					r.Header.Set(tc.header, "192.0.2.1")
				}
				d.do(r).want(t, tc.code)
			})
		}
	})
}
