package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// Metrics is told what happens, for the operator. Implementations count and return.
type Metrics interface {
	Called(service, action, outcome string, took time.Duration)
	Decided(effect string)
	// Undeclared counts an error code that the action's contract does not list: always our mistake.
	Undeclared(service, action, code string)
}

// Pipeline is the way of every call behind every door: account state, rate, region, schema, authorization, value
// rules, the product's handler, audit. Each step that fails answers; existence is never revealed before authorization.
type Pipeline struct {
	access   *access.Engine
	db       *store.DB
	trail    *audit.Trail
	keys     *credential.Keys
	finder   *credential.Finder
	limits   *limiter
	metrics  Metrics
	log      *slog.Logger
	handlers map[*wire.Action]Handler
}

// Ask is a call as a door hands it over: authenticated, its action known, its parameters read but not checked.
type Ask struct {
	Facts  call.Call // RequestID to Caller
	Holder *credential.Holder
	Action *wire.Action
	Params *wire.Value
	Task   Task // in place of Params and a product's handler
	// Authority decides in place of policies, and vouches for the caller in place of Holder: of callers who are no
	// principals of CAM.
	Authority Authority
	// Checked is a call whose door has read and checked Params by the rules of its own protocol.
	Checked *Checked
	Weight  int // how often the call counts against its rate, 0 = once
	// Handler does the action in place of the product's own: for a door that answers in another shape.
	Handler Handler
	// First runs before everything else in the call's transaction. Its error ends the call, of which nothing then stays.
	First func(ctx context.Context, tx *store.Tx) error
	// Quiet leaves no audit record of success. It is for calls that only ask whether anything has changed: every service
	// makes one a second, and what they tell is nothing that a record could be missed for.
	Quiet bool
	// Unattended is a call that a page makes by itself: it does not keep the session alive of somebody who has gone.
	Unattended bool
}

// Authority says whether a caller that no key and no policy is about may make this call. It is asked before the call runs
// and again inside the transaction of its write, so that what was taken away while the call waited is gone. The error is
// what the caller may see.
type Authority interface {
	Authorize(ctx context.Context, q store.Queryer) (audit.Decision, error)
}

// Checked are the parameters of a call as its door has made them from Params.
type Checked struct {
	Handler Handler
	Request wire.Request
	// Refusal is told as soon as the caller is authorized, Invalid when the handler asks for it (call.Call.Valid); while
	// there is any, nothing is written and nothing answered. Some protocols tell first what does not exist.
	Refusal, Invalid error
}

// Task is a call of a door whose requests and answers no contract describes; its Action has a permission, a rate and
// codes, but no schema. It is checked, authorized, recorded and counted as every other.
type Task interface {
	// Run does the work, after the caller was found to hold the action's permission.
	Run(ctx context.Context, c *call.Call) (wire.Response, error)
	// Describe completes the audit record: what the call was about, whether it ran or not.
	Describe(r *audit.Record)
}

// attempt is one call on its way down the pipeline, and what its audit record will say.
type attempt struct {
	*Pipeline
	began    time.Time // by the machine's clock: what a call takes is real whatever time it is for callers
	ask      Ask
	call     *call.Call
	request  wire.Request
	names    []string // resources it was authorized on
	decision audit.Decision
	allowed  []access.Question // what was asked so far, and granted
	used     []audit.Use       // what policies decided
	recorded bool              // the record is in the call's own transaction
	// unvouched: the authority refused, with a code of its door and not of the action
	unvouched bool
	lost      *access.Question // of those allowed, what is denied now that it is the call's turn
	// explanation is the whole trace of a denial, as JSON.
	explanation []byte
}

// Run takes a call to its end. The error is what the caller may see.
func (p *Pipeline) Run(ctx context.Context, ask Ask) (wire.Response, *fault.Error) {
	t := &attempt{Pipeline: p, began: time.Now(), ask: ask, decision: audit.Decision{Effect: "none"}}
	t.call = call.New(ask.Facts, call.Hooks{Write: t.write, Ask: t.decide, Valid: t.valid})
	response, err := t.guarded(ctx)
	var failed *fault.Error
	if err != nil {
		failed = fault.From(err)
	}
	t.finish(failed)
	return response, failed
}

// guarded turns a panic into InternalError: the caller gets an answer, the trail its record, the log the stack.
func (t *attempt) guarded(ctx context.Context) (response wire.Response, err error) {
	defer func() {
		if v := recover(); v != nil {
			response, err = nil, fault.Internal(fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
		}
	}()
	if response, err = t.run(ctx); err != nil {
		return nil, err
	}
	return encoded(response.AppendJSON(make([]byte, 0, 512))), nil
}

// encoded is an answer that is JSON already: printing it is a step of the call that can fail, not one of the door.
type encoded []byte

// AppendJSON appends the text.
func (e encoded) AppendJSON(dst []byte) []byte { return append(dst, e...) }

func (t *attempt) run(ctx context.Context) (wire.Response, error) {
	switch {
	case t.ask.Task != nil:
		return t.runTask(ctx)
	case t.ask.Checked != nil:
		return t.runChecked(ctx)
	}
	steps := [...]func(context.Context) error{t.checkAccount, t.checkRate, t.checkRegion, t.checkSchema, t.authorize, t.checkValues}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	handle := t.ask.Handler
	if handle == nil {
		handle = t.handlers[t.ask.Action]
	}
	response, err := handle(ctx, t.call, t.request)
	if err == nil {
		err = t.asked()
	}
	return response, err
}

func (t *attempt) runTask(ctx context.Context) (wire.Response, error) {
	steps := [...]func(context.Context) error{t.checkAccount, t.checkRate, t.authorize}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return t.ask.Task.Run(ctx, t.call)
}

func (t *attempt) runChecked(ctx context.Context) (wire.Response, error) {
	in := t.ask.Checked
	if in.Handler == nil {
		return nil, fault.New(code.UnsupportedOperation, t.ask.Action.Name)
	}
	steps := [...]func(context.Context) error{t.checkAccount, t.checkRate, t.authorize}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	if in.Refusal != nil {
		return nil, in.Refusal
	}
	response, err := in.Handler(ctx, t.call, in.Request)
	if err == nil {
		err = errors.Join(t.asked(), t.valid())
	}
	return response, err
}

// valid answers what a door found wrong with the parameters and left to the handler to tell.
func (t *attempt) valid() error {
	if t.ask.Checked == nil {
		return nil
	}
	return t.ask.Checked.Invalid
}

func (t *attempt) checkAccount(context.Context) error {
	if t.ask.Authority != nil {
		return nil // it knows of the account by itself
	}
	return barred(t.ask.Holder)
}

// ErrSuspended refuses the identities of a root account that is suspended.
var ErrSuspended = fault.New(code.AuthFailureUnauthorizedOperation)

// ErrPersonDisabled refuses the sub-users of a person that is disabled.
var ErrPersonDisabled = fault.PersonDisabled()

// Barred reports whether an error of Run is the answer to somebody who may do nothing at all, whatever the policies say. The
// code is that of a denial; other protocols have one of their own for it.
func Barred(failed *fault.Error) bool { return failed == ErrSuspended || failed == ErrPersonDisabled }

// barred is why whoever signed may do nothing at all, whatever the policies say; nil if he is not. Only the signature tells
// that it is he, so nobody else learns of it.
func barred(h *credential.Holder) error {
	switch {
	case h.Suspended:
		return ErrSuspended
	case h.Disabled:
		return ErrPersonDisabled
	}
	return nil
}

func (t *attempt) checkRate(context.Context) error {
	if t.call.Caller.Kind == call.Anonymous {
		if !t.limits.unsigned(t.ask.Action, t.call.IP, t.call.At.Unix()) {
			return fault.New(code.RequestLimitExceeded, strconv.Itoa(unsignedPerAddress+1), strconv.Itoa(unsignedPerAddress))
		}
		return nil
	}
	over := t.limits.call(t.ask.Action, t.call.Caller, t.call.At.Unix(), max(1, t.ask.Weight))
	if over == nil {
		return nil
	}
	c := code.RequestLimitExceeded
	if over.account {
		c = code.RequestLimitExceededUinLimitExceeded
	}
	return fault.New(c, strconv.Itoa(over.count), strconv.Itoa(over.limit))
}

var regionSyntax = regexp.MustCompile(`^[a-z0-9-]{0,64}$`)

func (t *attempt) checkRegion(context.Context) error {
	if !regionSyntax.MatchString(t.call.Region) {
		return fault.New(code.InvalidParameterValue, "Region", t.call.Region)
	}
	return nil
}

func (t *attempt) checkSchema(context.Context) error {
	a := t.ask.Action
	if t.handlers[a] == nil {
		return fault.New(code.UnsupportedOperation, a.Name)
	}
	if err := wire.Check(a.Input, t.ask.Params); err != nil {
		return parameterFault(err)
	}
	t.request = a.New()
	t.request.Decode(t.ask.Params)
	return nil
}

// checkValues runs after authorization: bounds and enums that the contract states. What needs data is the handler's.
func (t *attempt) checkValues(context.Context) error {
	return parameterFault(wire.CheckValues(t.ask.Action.Input, t.ask.Params, t.ask.Action.ErrorListed))
}

// write is the call's one transaction: the handler's changes and the audit record, or neither.
func (t *attempt) write(ctx context.Context, fn func(tx *store.Tx) error) error {
	if err := t.asked(); err != nil {
		return err
	}
	for try := 1; ; try++ {
		err := t.db.Write(ctx, func(tx *store.Tx) error {
			if err := t.recheck(ctx, tx); err != nil {
				return err
			}
			return t.commit(ctx, tx, fn)
		})
		t.recorded = err == nil
		if t.lost != nil {
			if _, failed := t.explain(ctx, *t.lost); failed != nil {
				return failed
			}
		}
		if !errors.Is(err, access.ErrNotReady) || try == maxRechecks {
			return err
		}
		// The writer is everybody's: what takes long is done here, and then it is this call's turn again.
		for _, q := range t.allowed {
			if _, err := t.access.Prepare(ctx, q); err != nil {
				return err
			}
		}
	}
}

// maxRechecks bounds how often a write gives its turn away because policies that let it in have changed just then.
const maxRechecks = 16

func (t *attempt) commit(ctx context.Context, tx *store.Tx, fn func(tx *store.Tx) error) error {
	if t.ask.First != nil {
		if err := t.ask.First(ctx, tx); err != nil {
			return err
		}
	}
	if err := fn(tx); err != nil {
		return err
	}
	if err := t.valid(); err != nil {
		return err // not before: what fn did not find comes first
	}
	for _, other := range t.call.Concerned() {
		r := t.record("ok")
		r.Account = other
		if err := t.trail.Insert(ctx, tx, r); err != nil {
			return err
		}
	}
	return t.trail.Insert(ctx, tx, t.record("ok"))
}

// recheck asks again, now that it is this call's turn to write, whether the credential and the policies that let it in
// still do: a call may have waited (for a password to be hashed, in the queue) past the answer of the one that took its
// right away. What did not change is in memory, so this reads nothing.
func (t *attempt) recheck(ctx context.Context, tx *store.Tx) error {
	if t.ask.Authority != nil {
		return t.vouched(ctx, tx)
	}
	if t.call.Caller.Kind == call.Anonymous {
		return nil
	}
	h, err := t.finder.Recall(ctx, t.call.Caller)
	if errors.Is(err, credential.ErrNotFound) && t.call.Caller.Console != nil {
		return fault.New(code.AuthFailureTokenFailure)
	}
	if errors.Is(err, credential.ErrNotFound) {
		return fault.New(code.AuthFailureSecretIdNotFound)
	}
	if err != nil {
		return err
	}
	if err := barred(h); err != nil {
		return err
	}
	switch {
	case !h.Active && h.Temporary():
		return fault.New(code.AuthFailureTokenFailure)
	case !h.Active:
		return fault.New(code.AuthFailureSecretIdNotFound)
	}
	for _, q := range t.allowed {
		d, err := t.access.Recheck(ctx, q)
		if err != nil {
			return err
		}
		if !d.Allowed {
			t.decision, t.lost = recorded(d), &q
			return fault.New(code.AuthFailureUnauthorizedOperation)
		}
	}
	return nil
}

// hungUp is the outcome of a call whose caller did not wait for the answer: a browser that went to another page, say. No code is
// documented for it, since nobody is there to be told.
const hungUp = "Canceled"

// finish leaves the audit record of everything that was not recorded with its own changes, counts, and logs.
func (t *attempt) finish(failed *fault.Error) {
	outcome := "ok"
	switch {
	case failed == nil:
	case errors.Is(failed.Unwrap(), context.Canceled):
		outcome = hungUp
	default:
		outcome = failed.Code
	}
	if !t.recorded && (failed != nil || !t.ask.Quiet) {
		if err := t.trail.Append(t.record(outcome)); err != nil {
			t.log.Error("audit record lost", "request_id", t.call.RequestID, "error", err)
		}
	}
	switch c := t.call.Caller; {
	case c.Console != nil && t.ask.Unattended:
	case c.Console != nil:
		t.keys.Seen(c.KeyID, t.call.At)
	case c.KeyID != "" && c.Session == nil && t.ask.Authority == nil:
		t.keys.Used(c.KeyID, t.call.At)
	}
	took := time.Since(t.began)
	t.metrics.Called(t.call.Service, t.call.Action, outcome, took)
	if failed == nil {
		return
	}
	if !t.declared(failed.Code) {
		t.metrics.Undeclared(t.call.Service, t.call.Action, failed.Code)
		t.log.Error("undeclared error code", "request_id", t.call.RequestID, "action", t.call.Action, "code", failed.Code)
	}
	if cause := failed.Unwrap(); cause != nil {
		level := slog.LevelError
		if errors.Is(cause, context.Canceled) {
			level = slog.LevelDebug // the caller hung up while its write was queued
		}
		t.log.Log(context.Background(), level, "call failed", "request_id", t.call.RequestID, "account", int64(t.call.Account()), "action", t.call.Action, "code", failed.Code, "error", cause)
	}
}

// declared reports whether a code is one that the call may end with: its action lists it, or it is one of the pipeline's
// own, which a door with a protocol of its own puts in its own terms.
func (t *attempt) declared(c string) bool {
	if t.unvouched || t.ask.Action.ErrorListed(c) {
		return true
	}
	_, common := slices.BinarySearch(wire.CommonErrors, c)
	return common && t.ask.Checked != nil
}

// maxParameter bounds how much of each string among a call's parameters its audit record keeps, in characters: a whole
// policy document fits.
const maxParameter = 8192

func (t *attempt) record(outcome string) *audit.Record {
	c := t.call
	r := &audit.Record{
		Account: c.Caller.Account, At: c.At, RequestID: c.RequestID, Door: c.Door, Action: c.Service + ":" + c.Action,
		CallerKind: c.Caller.Kind.String(), CallerID: c.Caller.ID(), KeyID: c.Caller.KeyID, IP: ipText(c.IP), Region: cut(c.Region, 64), Client: c.Client,
		Resources: append(append([]string(nil), t.names...), c.Objects()...),
		Decision:  t.decision, Explanation: t.explanation, Outcome: outcome, Duration: time.Since(t.began), Uses: t.used,
	}
	switch s := c.Caller.Session; {
	case s != nil:
		r.CallerName = s.Name
	case c.Caller.Kind == call.Application:
		r.CallerName = c.Caller.AppKey
	}
	switch {
	case t.ask.Task != nil:
		t.ask.Task.Describe(r)
	case c.Caller.Kind != call.Anonymous: // what nobody signed is nobody's word
		r.Parameters = []byte(wire.Redact(t.ask.Action.Input, t.ask.Params, maxParameter))
	}
	return r
}

func ipText(ip netip.Addr) string {
	if !ip.IsValid() {
		return ""
	}
	return ip.String()
}
