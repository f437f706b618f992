package gateway_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/audit"
)

// The records of real actions: what stands in them, and what does not.
func TestSecretsOfRealActionsAreNotInTheTrail(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		const password = "Tiger-Tally-7"
		made := a.Root.Must(t, "cam:AddUser", apitest.P{"Name": "alice", "UseApi": 1, "ConsoleLogin": 1, "Password": password})
		a.Root.Must(t, "cam:GetUser", apitest.P{"Name": "alice"})
		alice := w.Client(made.Str("SecretId"), made.Str("SecretKey"), "")
		alice.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:GetUser", apitest.P{"Name": "alice"})
		w.Trail.Close()
		records, err := audit.Query(context.Background(), w.DB.Read(), audit.Filter{After: 1, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		type line struct{ action, kind, effect, outcome string }
		var got []line
		for _, r := range records {
			got = append(got, line{r.Action, r.CallerKind, r.Decision.Effect, r.Outcome})
			for _, secret := range []string{password, made.Str("SecretKey")} {
				if strings.Contains(string(r.Parameters), secret) {
					t.Errorf("the record of %s holds a secret", r.Action)
				}
			}
			if int64(r.Account) != a.UIN {
				t.Errorf("the record of %s is in account %d, want %d", r.Action, r.Account, a.UIN)
			}
		}
		want := []line{
			{"hufu:CreateAccount", "operator", "none", "ok"},
			{"cam:AddUser", "root", "allow", "ok"}, {"cam:GetUser", "root", "allow", "ok"},
			{"cam:GetUser", "user", "implicit_deny", "AuthFailure.UnauthorizedOperation"},
		}
		if !slices.Equal(got, want) {
			t.Errorf("the trail holds %v, want %v", got, want)
		}
		if !strings.Contains(string(records[1].Parameters), `"Password":"***"`) {
			t.Errorf("the parameters are %s, want the password masked", records[1].Parameters)
		}
	})
}
