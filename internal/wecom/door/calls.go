package door

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"time"

	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/gateway"
	"github.com/hufu-iam/hufu/internal/wecom"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// addMember is the call that imports one member. It has no rate: that of the import is the caller's.
var addMember = &wire.Action{Service: "cam", Version: "2019-01-16", Name: "AddQywxSubAccount", Permission: "cam:AddQywxSubAccount", Resource: "*", Write: true,
	Errors: []string{
		code.FailedOperationCorpUnlinked,
		code.InvalidParameterAttachmentFull,
		code.InvalidParameterGroupNotExist,
		code.InvalidParameterGroupUserFull,
		code.InvalidParameterParamError,
		code.InvalidParameterPolicyIdNotExist,
		code.InvalidParameterSubUserFull,
		code.InvalidParameterSubUserNameInUse,
		code.InvalidParameterUserGroupFull,
		code.InvalidParameterUserNameIllegal,
		code.RequestLimitExceededCreateUser,
	}}

// Calls makes the calls of imports. It implements wecom.Calls.
type Calls struct {
	pipeline *gateway.Pipeline
	finder   *credential.Finder
	now      func() time.Time
}

// NewCalls makes calls through a pipeline.
func NewCalls(p *gateway.Pipeline, finder *credential.Finder, now func() time.Time) *Calls {
	return &Calls{p, finder, now}
}

// Call implements wecom.Calls.
func (d *Calls) Call(ctx context.Context, in wecom.AddMember) error {
	at := d.now()
	holder, err := d.finder.FindID(ctx, in.KeyID, at)
	if errors.Is(err, credential.ErrNotFound) || err == nil && (!holder.InForce(at) || holder.Principal.Account != in.Account) {
		return wecom.ErrNoCaller
	}
	if err != nil {
		return err
	}
	ip, _ := netip.ParseAddr(in.IP) // where it is none, conditions on it do not hold
	facts := call.Call{RequestID: call.NewRequestID(), Door: "import", Service: addMember.Service, Version: addMember.Version, Action: addMember.Name,
		At: at, IP: ip, Caller: &holder.Principal}
	if _, failed := d.pipeline.Run(ctx, gateway.Ask{Facts: facts, Holder: holder, Action: addMember, Task: &task{in}, Unattended: true}); failed != nil {
		return failed
	}
	return nil
}

// task is one member, as the pipeline runs it.
type task struct{ in wecom.AddMember }

// Run implements gateway.Task.
func (t *task) Run(ctx context.Context, c *call.Call) (wire.Response, error) {
	return nothing{}, t.in.Do(ctx, c)
}

// Describe implements gateway.Task.
func (t *task) Describe(r *audit.Record) {
	r.Parameters, _ = json.Marshal(t.in.Parameters) // texts alone
}

// nothing is an answer that nobody reads.
type nothing struct{}

// AppendJSON implements wire.Response.
func (nothing) AppendJSON(dst []byte) []byte { return append(dst, '{', '}') }
