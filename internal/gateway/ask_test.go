package gateway

import (
	"context"
	"errors"
	"testing"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// A door may do an action in its own way: everything but the handler stays the same, and what runs first decides with the
// call's own changes whether any of it stays.
func TestADoorDoesAnActionInItsOwnWay(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		user := d.user(200, statement("allow", "tiny:Write", "*", ""))
		stranger := d.user(201)
		write := d.catalogue.versions["tiny"]["2020-01-01"].Action("Write")
		note := func(tx *store.Tx, name string) error {
			_, err := tx.ExecContext(t.Context(), `INSERT INTO sequences (name, value) VALUES ($1, 1)`, name)
			return err
		}
		refused := fault.New(code.InvalidParameter, "first")
		for _, c := range []struct {
			name          string
			who           client
			first, handle error
			want          string
			ran, stays    bool
		}{
			{"both run in one transaction", user, nil, nil, "", true, true},
			{"what runs first refuses", user, refused, nil, "InvalidParameter", false, false},
			{"the handler fails, and nothing of what ran first stays", user, nil, errors.New("broken"), "InternalError", true, false},
			{"who may not is refused before", stranger, nil, nil, "AuthFailure.UnauthorizedOperation", false, false},
		} {
			t.Run(c.name, func(t *testing.T) {
				h, err := d.Pipeline.finder.Find(t.Context(), c.who.id)
				if err != nil {
					t.Fatal(err)
				}
				ran := false
				_, failed := d.Run(t.Context(), Ask{Holder: h, Action: write, Params: wire.NewObject(),
					Facts: call.Call{RequestID: call.NewRequestID(), Door: "own", Service: "tiny", Action: "Write", At: d.now, Caller: &h.Principal},
					First: func(_ context.Context, tx *store.Tx) error {
						if err := note(tx, "first"); err != nil {
							return err
						}
						return c.first
					},
					Handler: func(ctx context.Context, call *call.Call, _ wire.Request) (wire.Response, error) {
						return nothing{}, call.Write(ctx, func(tx *store.Tx) error {
							ran = true
							if err := note(tx, "handler"); err != nil {
								return err
							}
							return c.handle
						})
					}})
				got := ""
				if failed != nil {
					got = failed.Code
				}
				if got != c.want || ran != c.ran || c.first != nil && failed != refused {
					t.Errorf("got %q, ran %t", got, ran)
				}
				var n int
				if err := d.db.Read().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM sequences WHERE name IN ('first', 'handler')`).Scan(&n); err != nil || (n == 2) != c.stays || n == 1 {
					t.Errorf("%d rows stay, %v", n, err)
				}
				err = d.db.Write(t.Context(), func(tx *store.Tx) error {
					_, err := tx.ExecContext(t.Context(), `DELETE FROM sequences WHERE name IN ('first', 'handler')`)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			})
		}
	})
}
