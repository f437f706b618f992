package cam_test

import (
	"context"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/catalogue"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/services"
)

// Console login is switched on, and the user comes in, between what the update read first and what it writes.
func TestSwitchingConsoleLoginOffEndsTheSessionsThatThereAreThen(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		ctx := context.Background()
		a := w.Account(t)
		owner := store.Account(a.UIN)
		uin := a.Root.Must(t, "cam:AddUser", apitest.P{"Name": "ann"}).Int("Uin")
		meanwhile := func(tx *store.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE users SET console_login = 1 WHERE uin = $1`, uin)
			if err == nil {
				_, _, err = w.Keys.OpenConsole(ctx, tx, credential.ConsoleSession{Account: owner, UIN: uin, Method: "password", Idle: time.Hour,
					Created: w.Now(), Expires: w.Now().Add(time.Hour)})
			}
			return err
		}
		c := call.New(call.Call{Caller: &call.Principal{Kind: call.Root, Account: owner, UIN: a.UIN}, At: w.Now()}, call.Hooks{
			Write: func(ctx context.Context, fn func(tx *store.Tx) error) error {
				if err := w.DB.Write(ctx, meanwhile); err != nil {
					return err
				}
				return w.DB.Write(ctx, fn)
			}})
		product := cam.New(w.DB, w.Keys, w.Quotas, catalogue.New(services.Services))
		if _, err := product.UpdateUser(ctx, c, &cam20190116.UpdateUserRequest{Name: "ann", ConsoleLogin: new(int64(0))}); err != nil {
			t.Fatal(err)
		}
		if left, err := w.Keys.Consoles(ctx, w.DB.Read(), owner, uin); err != nil || len(left) != 0 {
			t.Errorf("%d sessions go on, %v", len(left), err)
		}
	})
}
