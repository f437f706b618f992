package gateway

import (
	"context"
	"testing"

	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/wire"
)

// errand is a task of a door without a contract.
type errand struct {
	run func(c *call.Call) (wire.Response, error)
	ran bool
}

func (e *errand) Run(_ context.Context, c *call.Call) (wire.Response, error) {
	e.ran = true
	return e.run(c)
}

func (e *errand) Describe(r *audit.Record) { r.Parameters = []byte(`{"ran":true}`) }

func TestTasksGoTheWayOfEveryCall(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		d.Pipeline.limits = newLimiter(false)
		alice, bob := d.user(200, statement("allow", "odd:Errand", "*", "")), d.user(201)
		action := &wire.Action{Service: "odd", Name: "Errand", Permission: "odd:Errand", Resource: "*", Rate: 10}
		succeeds := func(*call.Call) (wire.Response, error) { return nothing{}, nil }
		panics := func(*call.Call) (wire.Response, error) { panic("at the disco") }
		for i, step := range []struct {
			who    client
			weight int
			run    func(c *call.Call) (wire.Response, error)
			ran    bool
			want   string
		}{
			{alice, 0, succeeds, true, ""},
			{bob, 1, succeeds, false, "AuthFailure.UnauthorizedOperation"},
			{alice, 9, succeeds, true, ""},
			{alice, 1, succeeds, false, "RequestLimitExceeded"},
			{d.root, 1, panics, true, "InternalError"},
		} {
			h, err := d.Pipeline.finder.Find(t.Context(), step.who.id)
			if err != nil {
				t.Fatal(err)
			}
			task := &errand{run: step.run}
			facts := call.Call{RequestID: call.NewRequestID(), Door: "odd", Service: "odd", Action: "Errand", At: d.now, Caller: &h.Principal}
			_, failed := d.Run(t.Context(), Ask{Facts: facts, Holder: h, Action: action, Task: task, Weight: step.weight})
			got := ""
			if failed != nil {
				got = failed.Code
			}
			if got != step.want || task.ran != step.ran {
				t.Errorf("step %d: got %q, ran %t", i, got, task.ran)
			}
		}
		d.trail.Close()
		records, err := audit.Query(t.Context(), d.db.Read(), audit.Filter{Action: "odd:Errand", Limit: 10})
		if err != nil || len(records) != 5 {
			t.Fatalf("%d records, %v", len(records), err)
		}
		for _, r := range records {
			if string(r.Parameters) != `{"ran":true}` || r.Door != "odd" {
				t.Errorf("%+v", r)
			}
		}
	})
}
