package audit

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/policy"
)

func use(a store.Account, id int64, action string, policyID int64) Use {
	parsed, _ := policy.ParseAction(action)
	return Use{Account: a, Kind: "user", ID: id, Action: parsed, PolicyID: policyID}
}

func used(t *testing.T, at time.Time, uses ...Use) *Record {
	t.Helper()
	r := sample(1, "cam:GetUser", at)
	r.Uses = uses
	return r
}

// seen are uses as texts: action, policy, minutes after noon.
func seen(t *testing.T, list []Used, err error) []string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, u := range list {
		out = append(out, fmt.Sprintf("%s %d %.0f", u.Action, u.PolicyID, u.At.Sub(noon).Minutes()))
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Compare(a, b) })
	return out
}

func TestUsesAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		if _, ok, err := UsesSince(ctx, db.Read()); ok || err != nil {
			t.Fatalf("uses are known before there was any: %v", err)
		}
		at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
		trail := NewTrail(db, quiet)
		for _, r := range []*Record{
			used(t, at(0)), used(t, at(1), use(1, 11, "cam:GetUser", 5), use(1, 11, "cam:GetUser", 5)), used(t, at(2), use(1, 11, "cam:GetUser", 5)),
			used(t, at(3), use(1, 11, "cam:GetUser", 6), use(1, 12, "cam:GetUser", 5), use(2, 11, "cam:GetUser", 5)),
			used(t, at(70), use(1, 12, "cam:GetUser", 5), use(1, 12, "cvm:Stop", 0)),
		} {
			if err := db.Write(ctx, func(tx *store.Tx) error { return trail.Insert(ctx, tx, r) }); err != nil {
				t.Fatal(err)
			}
		}
		if err := trail.Append(used(t, at(71), use(1, 14, "cvm:Stop", 7))); err != nil {
			t.Fatal(err)
		}
		trail.Close()
		again := NewTrail(db, quiet) // as on another node, which remembers nothing
		err := db.Write(ctx, func(tx *store.Tx) error {
			return again.Insert(ctx, tx, used(t, at(-5), use(1, 11, "cam:GetUser", 5), use(1, 11, "cam:Other", 5)))
		})
		if err != nil {
			t.Fatal(err)
		}
		again.Close()

		read := func(id int64, since, most int) []string {
			list, err := UsesOf(ctx, db.Read(), 1, "user", id, at(since), most)
			return seen(t, list, err)
		}
		through := func(a store.Account, id int64) []string {
			list, err := UsesThrough(ctx, db.Read(), a, id, at(-60), 10)
			return seen(t, list, err)
		}
		for _, tc := range []struct {
			name      string
			got, want []string
		}{
			{"a use is kept once, with its last time", read(11, -60, 10), []string{"cam:GetUser 5 1", "cam:GetUser 6 3", "cam:Other 5 -5"}},
			{"after the grain it is written again", read(12, -60, 10), []string{"cam:GetUser 5 70", "cvm:Stop 0 70"}},
			{"since a moment", read(11, 2, 10), []string{"cam:GetUser 6 3"}},
			{"through a policy, by anybody of the account", through(1, 5), []string{"cam:GetUser 5 70", "cam:Other 5 -5"}},
			{"through a policy, in another account", through(2, 5), []string{"cam:GetUser 5 3"}},
			{"of a call without a transaction of its own", read(14, -60, 10), []string{"cvm:Stop 7 71"}},
			{"of a principal that used nothing", read(13, -60, 10), []string{}},
		} {
			if d := gocmp.Diff(tc.want, tc.got); d != "" {
				t.Errorf("%s (-want +got):\n%s", tc.name, d)
			}
		}
		if got := read(11, -60, 2); len(got) != 2 {
			t.Errorf("%d uses, two were asked for", len(got))
		}
		if since, ok, err := UsesSince(ctx, db.Read()); err != nil || !ok || since.Before(at(0)) || since.After(at(3)) {
			t.Errorf("uses are known since %v, %t, %v", since, ok, err)
		}
		if err := PruneUses(ctx, db, at(3)); err != nil {
			t.Fatal(err)
		}
		if got, want := read(11, -60, 10), []string{"cam:GetUser 6 3"}; !slices.Equal(got, want) {
			t.Errorf("after pruning %v, want %v", got, want)
		}
	})
}

func TestAUseOfACallThatFailedIsNotRemembered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail, ctx := NewTrail(db, quiet), context.Background()
		defer trail.Close()
		fail := true
		write := func() error {
			return db.Write(ctx, func(tx *store.Tx) error {
				if err := trail.Insert(ctx, tx, used(t, noon, use(1, 11, "cam:GetUser", 5))); err != nil || !fail {
					return err
				}
				return context.Canceled
			})
		}
		if err := write(); err == nil {
			t.Fatal("the call did not fail")
		}
		fail = false
		if err := write(); err != nil {
			t.Fatal(err)
		}
		list, err := UsesOf(ctx, db.Read(), 1, "user", 11, noon, 10)
		if got := seen(t, list, err); len(got) != 1 {
			t.Errorf("got %v", got)
		}
	})
}

func TestTheMemoryOfUsesHasABound(t *testing.T) {
	var m memory
	for i := range maxRemembered + 10 {
		m.remember(map[Use]int64{use(1, int64(i), "cam:GetUser", 5): noon.UnixMilli()})
		if len(m.written) > maxRemembered {
			t.Fatalf("%d uses are remembered", len(m.written))
		}
	}
	last := use(1, maxRemembered+9, "cam:GetUser", 5)
	if len(m.stale([]Use{last}, noon)) != 0 || len(m.stale([]Use{last}, noon.Add(Grain))) != 1 || len(m.stale([]Use{use(1, 1, "cam:GetUser", 5)}, noon)) != 1 {
		t.Error("what is remembered is not what was written last")
	}
}

func TestWhatADecisionUses(t *testing.T) {
	action, by := policy.Action{Service: "cvm", Name: "Stop"}, &policy.Ref{PolicyID: 5}
	whose := Use{Account: 1, Kind: "role", ID: 7}
	for _, tc := range []struct {
		name   string
		d      policy.Decision
		policy int64
		action policy.Action
		ok     bool
	}{
		{"an allow by a policy", policy.Decision{Allowed: true, Effect: policy.Allow, Layer: policy.LayerIdentity, Statement: by}, 5, action, true},
		{"an allow by the policy of the resource", policy.Decision{Allowed: true, Effect: policy.Allow, Layer: policy.LayerResource, Statement: by}, 0, action, true},
		{"a deny by a policy", policy.Decision{Effect: policy.ExplicitDeny, Layer: policy.LayerIdentity, Statement: by}, 5, policy.Action{}, true},
		{"a deny by the boundary", policy.Decision{Effect: policy.ExplicitDeny, Layer: policy.LayerBoundary, Statement: by}, 0, policy.Action{}, false},
		{"nothing that allows", policy.Decision{Layer: policy.LayerIdentity}, 0, policy.Action{}, false},
	} {
		want := whose
		want.PolicyID, want.Action = tc.policy, tc.action
		if got, ok := UseOf(1, "role", 7, action, tc.d); ok != tc.ok || got != want {
			t.Errorf("%s: got %+v, %t", tc.name, got, ok)
		}
	}
}
