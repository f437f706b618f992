package cam_test

import (
	"context"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/store"
)

func TestHowLoginsAreProtected(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		ann, bob := a.Root.User(t, "ann", 1), a.Root.User(t, "bob")
		on := func(methods ...string) apitest.P {
			flag := apitest.P{}
			for _, m := range methods {
				flag[m] = 1
			}
			return flag
		}
		for _, tt := range []struct {
			name   string
			by     *apitest.Client
			in     apitest.P
			code   string
			login  int64 // Stoken of ann's flags afterwards
			action int64
		}{
			{"off at first", ann, apitest.P{"OpUin": bob.UIN, "LoginFlag": on()}, "", 0, 0},
			{"a device", a.Root, apitest.P{"OpUin": ann.UIN, "LoginFlag": on("Stoken")}, "", 1, 0},
			{"the other flag alone", a.Root, apitest.P{"OpUin": ann.UIN, "ActionFlag": on("Stoken")}, "", 1, 1},
			{"again", a.Root, apitest.P{"OpUin": ann.UIN, "LoginFlag": on("Stoken")}, "", 1, 1},
			{"two methods at once", a.Root, apitest.P{"OpUin": ann.UIN, "LoginFlag": on("Stoken", "Phone")}, "InvalidParameter", 1, 1},
			{"a phone that is not verified", a.Root, apitest.P{"OpUin": ann.UIN, "LoginFlag": on("Phone")}, "FailedOperation.UserNotBindPhone", 1, 1},
			{"WeChat", a.Root, apitest.P{"OpUin": ann.UIN, "ActionFlag": on("Wechat")}, "FailedOperation.UserNotBindWechat", 1, 1},
			{"all zeros", a.Root, apitest.P{"OpUin": ann.UIN, "LoginFlag": apitest.P{"Stoken": 0, "Phone": 0}}, "", 0, 1},
			{"one's own", ann, apitest.P{"LoginFlag": on("Stoken")}, "", 1, 1},
			{"the root's by a user", ann, apitest.P{"OpUin": a.UIN, "LoginFlag": on("Stoken")}, "FailedOperation.UserUnbindNoPermission", 1, 1},
			{"without the permission", bob, apitest.P{"OpUin": ann.UIN, "LoginFlag": on()}, "AuthFailure.UnauthorizedOperation", 1, 1},
			{"nobody's", a.Root, apitest.P{"OpUin": 1, "LoginFlag": on()}, "ResourceNotFound.UserNotExist", 1, 1},
			{"another account's", w.Account(t).Root, apitest.P{"OpUin": ann.UIN, "LoginFlag": on()}, "ResourceNotFound.UserNotExist", 1, 1},
		} {
			t.Run(tt.name, func(t *testing.T) {
				tt.by.Fails(t, tt.code, "cam:SetMfaFlag", tt.in)
				own, intl := ann.Must(t, "cam:DescribeSafeAuthFlag", nil), ann.Must(t, "cam:DescribeSafeAuthFlagIntl", nil)
				coll := a.Root.Must(t, "cam:DescribeSafeAuthFlagColl", apitest.P{"SubUin": ann.UIN})
				for _, got := range []*apitest.Answer{own, intl, coll} {
					if got.Int("LoginFlag.Stoken") != tt.login || got.Int("ActionFlag.Stoken") != tt.action || got.Int("OffsiteFlag.NotifyPhone") != 1 || got.Int("OffsiteFlag.VerifyFlag") != 0 {
						t.Error(got.Raw)
					}
				}
			})
		}
		_, err := storeExec(w, `UPDATE users SET phone = '13800000000', phone_verified = 1 WHERE uin = $1`, bob.UIN)
		if err != nil {
			t.Fatal(err)
		}
		a.Root.Must(t, "cam:SetMfaFlag", apitest.P{"OpUin": bob.UIN, "LoginFlag": on("Phone")})
		a.Root.Must(t, "cam:SetMfaFlag", apitest.P{"LoginFlag": on("Stoken")})
		if got := a.Root.Must(t, "cam:DescribeSafeAuthFlag", nil); got.Int("LoginFlag.Stoken") != 1 {
			t.Error(got.Raw)
		}
		a.Root.Fails(t, "ResourceNotFound.UserNotExist", "cam:DescribeSafeAuthFlagColl", apitest.P{"SubUin": 1})
		a.Root.Must(t, "cam:DeleteUser", apitest.P{"Name": "bob", "Force": 1})
		if n, err := store.Count(context.Background(), w.DB.Read(), `SELECT COUNT(*) FROM safe_auth_flags WHERE uin = $1`, bob.UIN); n != 0 || err != nil {
			t.Errorf("%d flags of a deleted user, %v", n, err)
		}
	})
}

func storeExec(w *apitest.World, statement string, args ...any) (n int64, err error) {
	err = w.DB.Write(context.Background(), func(tx *store.Tx) error {
		r, err := tx.ExecContext(context.Background(), statement, args...)
		if err == nil {
			n, err = r.RowsAffected()
		}
		return err
	})
	return n, err
}
