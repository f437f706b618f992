package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

// essence is what a record of the operator says.
type essence struct {
	Account        store.Account
	Action, Params string
	Resources      []string
	Outcome, Kind  string
	Door, Effect   string
	CallerID       int64
}

// Whoever runs the installation leaves traces like everybody else.
func TestTheOperatorIsInTheTrail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, a := context.Background(), actions(t, db)
		first, err := a.Bootstrap(ctx, account.New{Name: "first"}, "Tiger-Tally-7")
		if err != nil {
			t.Fatal(err)
		}
		made, err := a.CreateAccount(ctx, account.New{Name: "生产", Unverified: true, SecretID: "AKIDchosen", SecretKey: "0123456789abcdef"})
		if err != nil {
			t.Fatal(err)
		}
		key, err := a.CreateKey(ctx, made.UIN)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(a.Verify(ctx, made.UIN), a.Suspend(ctx, made.UIN), a.Resume(ctx, made.UIN)); err != nil {
			t.Fatal(err)
		}
		if _, err := a.RotateSecrets(ctx, func(int) {}); err != nil {
			t.Fatal(err)
		}
		// What does not happen leaves no record.
		_, again := a.CreateAccount(ctx, account.New{Name: "two", SecretID: "AKIDchosen", SecretKey: "0123456789abcdef"})
		_, nobody := a.CreateKey(ctx, 42)
		second, bootstrapped := a.Bootstrap(ctx, account.New{Name: "first"}, "x")
		if again == nil || nobody == nil || a.Suspend(ctx, 42) == nil || second != nil || bootstrapped != nil {
			t.Fatal("something was done that cannot be")
		}

		records, err := a.Audit(ctx, audit.Filter{After: 1, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		var got []essence
		ids := map[string]bool{}
		for _, r := range records {
			got = append(got, essence{r.Account, r.Action, string(r.Parameters), r.Resources, r.Outcome, r.CallerKind, r.Door, r.Decision.Effect, r.CallerID})
			ids[r.RequestID] = true
			if text, _ := json.Marshal(r); strings.Contains(string(text), first.SecretKey) || strings.Contains(string(text), made.SecretKey) ||
				strings.Contains(string(text), key.SecretKey) || strings.Contains(string(text), "Tiger") || r.At.IsZero() || len(r.RequestID) != 36 {
				t.Errorf("the record %s", text)
			}
		}
		if len(ids) != len(records) {
			t.Error("two actions have one request id")
		}
		is := func(uin store.Account, action, params string, keys ...string) essence {
			e := essence{uin, action, params, []string{}, "ok", "operator", "operator", "none", int64(os.Getuid())}
			for _, id := range keys {
				e.Resources = append(e.Resources, fmt.Sprintf("qcs::cam::uin/%d:accesskey/%s", uin, id))
			}
			return e
		}
		want := []essence{
			is(first.UIN, "hufu:CreateAccount", `{"Name":"first"}`, first.SecretID),
			is(made.UIN, "hufu:CreateAccount", `{"Name":"生产"}`, "AKIDchosen"),
			is(made.UIN, "hufu:CreateKey", `{"Name":"生产"}`, key.SecretID),
			is(made.UIN, "hufu:VerifyAccount", `{"Name":"生产"}`),
			is(made.UIN, "hufu:SuspendAccount", `{"Name":"生产"}`),
			is(made.UIN, "hufu:ResumeAccount", `{"Name":"生产"}`),
			is(0, "hufu:RotateSecrets", `{"Sealed":3}`),
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("the trail (-want +got):\n%s", d)
		}
	})
}

func TestARotationThatFailedOnItsWayIsInTheTrail(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	a := actions(t, db)
	if _, err := a.CreateAccount(context.Background(), account.New{Name: "root"}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := a.RotateSecrets(ctx, func(int) {}); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want that it was given up", err)
	}
	got, err := a.Audit(context.Background(), audit.Filter{Action: "hufu:RotateSecrets", Limit: 10})
	if err != nil || len(got) != 1 || got[0].Outcome != "InternalError" {
		t.Errorf("the trail answers %+v, %v", got, err)
	}
}
