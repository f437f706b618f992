package sts_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
)

func TestQueryApiKey(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		root := a.Root
		alice := root.User(t, "alice")
		reader := root.User(t, "reader", newPolicy(t, root, "keys", "allow cam:ListAccessKeys *"))
		stranger := other.Root.User(t, "stranger")
		of := func(uin int64) apitest.P { return apitest.P{"TargetUin": uin} }
		created := w.Now().Unix()

		t.Run("everybody may ask about oneself", func(t *testing.T) {
			for _, p := range []any{nil, of(0), of(alice.UIN)} {
				got := alice.Must(t, "sts:QueryApiKey", p)
				if got.Len("IdKeys") != 1 || got.Str("IdKeys.0.SecretId") != alice.ID || got.Int("IdKeys.0.Status") != 2 || got.Int("IdKeys.0.CreateTime") != created {
					t.Error(got.Raw)
				}
			}
			if got := root.Must(t, "sts:QueryApiKey", nil); got.Str("IdKeys.0.SecretId") != root.ID {
				t.Error(got.Raw)
			}
		})
		t.Run("about others of the account whoever may list keys", func(t *testing.T) {
			for _, c := range []*apitest.Client{root, reader} {
				if got := c.Must(t, "sts:QueryApiKey", of(alice.UIN)); got.Str("IdKeys.0.SecretId") != alice.ID {
					t.Error(got.Raw)
				}
			}
			alice.Fails(t, denied, "sts:QueryApiKey", of(reader.UIN))
			alice.Fails(t, denied, "sts:QueryApiKey", of(a.UIN))
			alice.Fails(t, denied, "sts:QueryApiKey", of(stranger.UIN))
		})
		t.Run("about nobody of another account", func(t *testing.T) {
			for _, uin := range []int64{stranger.UIN, other.UIN, 999} {
				root.Fails(t, "InvalidParameter.ParamError", "sts:QueryApiKey", of(uin))
			}
		})
		t.Run("a role session has no keys of its own", func(t *testing.T) {
			newRole(t, root, "ops", trust("", rootName(a.UIN)), 1)
			newRole(t, root, "bare", trust("", rootName(a.UIN)))
			s := assume(t, w, root, roleName(a.UIN, "ops"))
			s.Fails(t, "InvalidParameter.ParamError", "sts:QueryApiKey", nil)
			s.Must(t, "sts:QueryApiKey", of(a.UIN))
			assume(t, w, root, roleName(a.UIN, "bare")).Fails(t, denied, "sts:QueryApiKey", of(a.UIN))
		})
		t.Run("keys are in the order of their age, and deleted ones stay for thirty days", func(t *testing.T) {
			w.Sleep(time.Second)
			second := root.Must(t, "cam:CreateAccessKey", apitest.P{"TargetUin": alice.UIN}).Str("AccessKey.AccessKeyId")
			root.Must(t, "cam:UpdateAccessKey", apitest.P{"AccessKeyId": second, "Status": "Inactive", "TargetUin": alice.UIN})
			w.Sleep(time.Second)
			root.Must(t, "cam:DeleteAccessKey", apitest.P{"AccessKeyId": alice.ID, "TargetUin": alice.UIN})
			keys := func() string {
				got := root.Must(t, "sts:QueryApiKey", of(alice.UIN))
				return fmt.Sprint(got.Pluck("IdKeys", "SecretId"), got.Pluck("IdKeys", "Status"))
			}
			if got, want := keys(), fmt.Sprintf("[%s %s] [4 3]", alice.ID, second); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			w.Sleep(30*24*time.Hour - time.Second)
			if got, want := keys(), fmt.Sprintf("[%s %s] [4 3]", alice.ID, second); got != want {
				t.Errorf("on the last day: got %s, want %s", got, want)
			}
			w.Sleep(time.Second)
			if got, want := keys(), fmt.Sprintf("[%s] [3]", second); got != want {
				t.Errorf("after: got %s, want %s", got, want)
			}
		})
	})
}

func TestGetCallerIdentityOfPermanentKeys(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		alice := a.Root.User(t, "alice")
		for _, c := range []struct {
			client *apitest.Client
			uin    int64
		}{{a.Root, a.UIN}, {alice, alice.UIN}} {
			who := c.client.Must(t, "sts:GetCallerIdentity", nil)
			for member, want := range map[string]string{"Type": "CAMUser", "AccountId": fmt.Sprint(a.UIN), "UserId": fmt.Sprint(c.uin),
				"PrincipalId": fmt.Sprint(c.uin), "Arn": fmt.Sprintf("qcs::cam:%d:uin/%d", a.UIN, c.uin)} {
				if got := who.Str(member); got != want {
					t.Errorf("%s is %q, want %q", member, got, want)
				}
			}
		}
	})
}
