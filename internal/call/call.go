// Package call is what every door turns its bytes into: who asks, for which action, when, from where.
// Handlers get one Call beside their typed request; it carries facts and two ways back into the pipeline
// (Write and Ask), so that a product never sees a transport.
package call

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// Call is one request on its way. A Call belongs to one goroutine.
type Call struct {
	RequestID string
	Door      string // "api3", ...: which protocol it came through
	Service   string // "cam"
	Version   string // "2019-01-16"
	Action    string // "AddUser"
	Region    string // as sent; identity services are global and only record it
	Client    string // RequestClient, for the log
	Host      string // the name by which the client addressed us, where the protocol has a use for it
	Origin    string // where the caller's browser has the console, "https://hufu.example.com"; "" for every other client
	Language  fault.Language
	At        time.Time // when it arrived; every rule about time in this call uses it
	IP        netip.Addr
	Caller    *Principal

	touched   []string
	concerned []store.Account
	hooks     Hooks
}

// Hooks are the pipeline's side of a call.
type Hooks struct {
	// Write runs fn in the call's one transaction, with its audit record inside.
	Write func(ctx context.Context, fn func(tx *store.Tx) error) error
	// Ask puts a question before the caller's policies and records the decision; the error is the denial to answer.
	Ask func(ctx context.Context, q Question) (policy.Decision, error)
	// Valid answers what is wrong with the parameters, where the door leaves it to the handler when to tell; nil: nothing is
	// left.
	Valid func() error
}

// Question is what a handler asks about its caller where the contract cannot: a further permission, or an object that
// only the handler can name.
type Question struct {
	Action string         // "cam:DeleteApiKey"
	Names  []qcs.Resource // of one object; none for an action that touches no object
	Owner  qcs.Account    // of the object; zero: read off its name
	Trust  *policy.Set    // asks whether the caller may assume the role with this trust policy
	Values map[string][]string
	// MFA is that the caller proves a second factor with this call, whatever its credential says.
	MFA bool
	// Aside marks a second permission: unless it refuses, the first decision stays the call's.
	Aside bool
}

// New binds a call to the pipeline that runs it.
func New(c Call, h Hooks) *Call {
	c.hooks = h
	return &c
}

// ErrSecondWrite is a handler that tries to split one action over two transactions.
var ErrSecondWrite = errors.New("a call has one transaction")

// Account is the root account the caller acts in; every query is scoped to it.
func (c *Call) Account() store.Account { return c.Caller.Account }

// Write runs fn in the one transaction of this call and returns after it is durable. The audit record is part
// of the same transaction. fn may run more than once (the store retries a conflicting group), so it must only
// touch tx and variables that it sets anew. A second Write is an error: one action, one transaction.
func (c *Call) Write(ctx context.Context, fn func(tx *store.Tx) error) error {
	w := c.hooks.Write
	if w == nil {
		return ErrSecondWrite
	}
	c.hooks.Write = nil
	noted := len(c.touched)
	return w(ctx, func(tx *store.Tx) error {
		c.touched = c.touched[:noted] // what an earlier run noted was not written
		return fn(tx)
	})
}

// May answers nil if the caller also holds permission ("cam:DeleteApiKey"), else the denial to return. For actions
// whose documentation asks for a second permission.
func (c *Call) May(ctx context.Context, permission string) error {
	_, err := c.hooks.Ask(ctx, Question{Action: permission, Aside: true})
	return err
}

// Ask decides about the caller; the error is the denial to answer. An action whose contract says that its handler names
// the resource must ask before it acts.
func (c *Call) Ask(ctx context.Context, q Question) (policy.Decision, error) {
	return c.hooks.Ask(ctx, q)
}

// Valid answers what is wrong with the parameters beside those of the path, nil if nothing is. For actions whose contract
// is late: their handler first says whether what the path names exists, then asks this, also inside Write, and only then
// reads the other parameters. One that does not ask can neither commit nor answer.
func (c *Call) Valid() error {
	if c.hooks.Valid == nil {
		return nil
	}
	return c.hooks.Valid()
}

// Touched notes an object for the audit record, as a resource name, where the parameters do not name it
// (the uin that AddUser allocated).
func (c *Call) Touched(resource string) { c.touched = append(c.touched, resource) }

// Objects are the noted objects.
func (c *Call) Objects() []string { return c.touched }

// Concerns notes, inside Write, another account that the call acted in: it gets the audit record too.
func (c *Call) Concerns(a store.Account) {
	if a != c.Account() {
		c.concerned = append(c.concerned, a)
	}
}

// Concerned are the noted accounts.
func (c *Call) Concerned() []store.Account { return c.concerned }
