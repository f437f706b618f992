package cam_test

import (
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestAddUserAnswersSecretsOnceAndGetUserNever(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		made := root.Must(t, "cam:AddUser", apitest.P{"Name": "alice", "ConsoleLogin": 1, "UseApi": 1, "Remark": "first"})
		if len(made.Str("Password")) != 32 || len(made.Str("SecretId")) != 36 || len(made.Str("SecretKey")) != 32 {
			t.Fatalf("secrets are missing or of the wrong shape: %s", made.Raw)
		}
		got := root.Must(t, "cam:GetUser", apitest.P{"Name": "alice"})
		if got.Int("Uin") != made.Int("Uin") || got.Str("Remark") != "first" || got.Int("ConsoleLogin") != 1 {
			t.Errorf("GetUser tells something else than AddUser: %s", got.Raw)
		}
		root.Fails(t, "InvalidParameter.SubUserNameInUse", "cam:AddUser", apitest.P{"Name": "ALICE"})
		root.Fails(t, "ResourceNotFound.UserNotExist", "cam:GetUser", apitest.P{"Name": "ALICE"})
	})
}
