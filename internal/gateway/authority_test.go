package gateway

import (
	"context"
	"testing"

	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire"
)

// voucher allows as often as it says, and counts.
type voucher struct{ allows, asked int }

func (v *voucher) Authorize(context.Context, store.Queryer) (audit.Decision, error) {
	if v.asked++; v.asked > v.allows {
		return audit.Decision{Effect: "implicit_deny", Layer: "application"}, fault.New("insufficient_scope", "odd_all")
	}
	return audit.Decision{Effect: "allow", Layer: "application", Policy: "odd_all"}, nil
}

func TestAnAuthorityDecidesInPlaceOfPolicies(t *testing.T) {
	writes := func(ran *bool, ask bool) Handler {
		return func(ctx context.Context, c *call.Call, _ wire.Request) (wire.Response, error) {
			return nothing{}, c.Write(ctx, func(tx *store.Tx) error {
				*ran = true
				if ask {
					return c.Valid()
				}
				return nil
			})
		}
	}
	invalid, refused := fault.New("COM.0601"), fault.New("APP.0006")
	eachDoor(t, func(t *testing.T, d *door) {
		defer func() { d.trail.Close() }()
		for _, tc := range []struct {
			name             string
			allows           int
			refusal, invalid error
			handler          func(ran *bool) Handler
			want             string
			ran, written     bool
			asked            int
			effect           string
		}{
			{"a write asks again in its transaction", 2, nil, nil, func(r *bool) Handler { return writes(r, false) }, "", true, true, 2, "allow"},
			{"a right that is gone by then writes nothing", 1, nil, nil, func(r *bool) Handler { return writes(r, false) }, "insufficient_scope", false, false, 2, "implicit_deny"},
			{"no right at all", 0, refused, invalid, func(r *bool) Handler { return writes(r, false) }, "insufficient_scope", false, false, 1, "implicit_deny"},
			{"a refusal comes right after the decision", 2, refused, invalid, func(r *bool) Handler { return writes(r, false) }, "APP.0006", false, false, 1, "allow"},
			{"a fault that the handler asks for", 2, nil, invalid, func(r *bool) Handler { return writes(r, true) }, "COM.0601", true, false, 2, "allow"},
			{"a fault that the handler forgets writes nothing", 2, nil, invalid, func(r *bool) Handler { return writes(r, false) }, "COM.0601", true, false, 2, "allow"},
			{"a fault that the handler forgets answers nothing", 2, nil, invalid, func(r *bool) Handler {
				return func(context.Context, *call.Call, wire.Request) (wire.Response, error) {
					*r = true
					return nothing{}, nil
				}
			}, "COM.0601", true, false, 1, "allow"},
			{"what does not exist comes before the fault", 2, nil, invalid, func(r *bool) Handler {
				return func(ctx context.Context, c *call.Call, _ wire.Request) (wire.Response, error) {
					return nothing{}, c.Write(ctx, func(*store.Tx) error { *r = true; return fault.New("APP.0001") })
				}
			}, "APP.0001", true, false, 2, "allow"},
			{"policies are not asked about such a caller", 2, nil, nil, func(r *bool) Handler {
				return func(ctx context.Context, c *call.Call, _ wire.Request) (wire.Response, error) {
					*r = true
					return nothing{}, c.May(ctx, "cam:AddUser")
				}
			}, "InternalError", true, false, 1, "allow"},
			{"an endpoint that is not built", 2, nil, nil, func(*bool) Handler { return nil }, "UnsupportedOperation", false, false, 0, "none"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				var ran bool
				v := &voucher{allows: tc.allows}
				action := &wire.Action{Service: "odd", Name: "Do", Method: "POST", Input: &wire.Struct{}, Errors: []string{"APP.0001", "APP.0006", "COM.0601"}}
				facts := call.Call{RequestID: call.NewRequestID(), Door: "odd", Service: "odd", Action: "Do", At: d.now,
					Caller: &call.Principal{Kind: call.Application, Account: d.account, AppKey: "app", KeyID: "client"}}
				_, failed := d.Run(t.Context(), Ask{Facts: facts, Action: action, Params: wire.NewObject(), Authority: v,
					Checked: &Checked{Handler: tc.handler(&ran), Request: &parameters{}, Refusal: tc.refusal, Invalid: tc.invalid}})
				got := ""
				if failed != nil {
					got = failed.Code
				}
				if got != tc.want || ran != tc.ran || v.asked != tc.asked {
					t.Errorf("got %q, ran %t, asked %d times", got, ran, v.asked)
				}
				if len(d.undeclared) > 0 {
					t.Errorf("undeclared: %v", d.undeclared)
				}
				all, err := audit.Query(t.Context(), d.db.Read(), audit.Filter{RequestID: facts.RequestID, Limit: 2})
				if written := len(all) == 1; err != nil || written != tc.written {
					t.Errorf("in the write's own transaction: %t, %v", written, err)
				}
				d.trail.Close()
				d.trail = audit.NewTrail(d.db, d.Pipeline.log)
				d.Pipeline.trail = d.trail
				all, err = audit.Query(t.Context(), d.db.Read(), audit.Filter{RequestID: facts.RequestID, Limit: 2})
				if err != nil || len(all) != 1 {
					t.Fatalf("%d records, %v", len(all), err)
				}
				if r := all[0]; r.CallerKind != "application" || r.CallerName != "app" || r.KeyID != "client" || r.Account != d.account || r.Decision.Effect != tc.effect {
					t.Errorf("%+v", r)
				}
			})
		}
	})
}

func TestApplicationsHaveRatesOfTheirOwn(t *testing.T) {
	l, a := newLimiter(false), &wire.Action{Rate: 2}
	one, two := &call.Principal{Kind: call.Application, Account: 1, AppKey: "one"}, &call.Principal{Kind: call.Application, Account: 1, AppKey: "two"}
	for i, step := range []struct {
		who  *call.Principal
		over bool
	}{{one, false}, {one, false}, {one, true}, {two, false}, {two, false}, {two, true}} {
		if over := l.call(a, step.who, 1, 1) != nil; over != step.over {
			t.Errorf("step %d: over its rate: %t", i, over)
		}
	}
}
