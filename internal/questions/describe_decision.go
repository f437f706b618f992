package questions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// Where a call is looked for that is not found by its request id at once.
const (
	nearby      = 15 * time.Minute // around the time that was given
	mostScanned = 100_000          // records
)

// DescribeDecision shows a recorded call, or one of the questions that a service asked in it, with the decision about it.
// What the policies said then is shown to whom may read them now.
func (p *Product) DescribeDecision(ctx context.Context, c *call.Call, in *hufu20261201.DescribeDecisionRequest) (*hufu20261201.DescribeDecisionResponse, error) {
	w := audit.Window{Most: mostScanned}
	if in.Time != nil {
		at := time.Unix(*in.Time, 0)
		w.Since, w.Until = at.Add(-nearby), at.Add(nearby)
	}
	r, err := audit.ByDecision(ctx, p.db.Read(), c.Account(), in.RequestId, w)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, fault.New(code.ResourceNotFoundRequestNotExist)
	}
	see := p.sight(c, nil)
	if about(r) == assumeRole && len(r.Resources) > 0 {
		see.Role = trustOf(r)
	}
	out := &hufu20261201.DescribeDecisionResponse{Call: recordedCall(r), Effect: r.Decision.Effect, Layer: r.Decision.Layer,
		Parameters: asSent(r), Client: r.Client, DurationMs: milliseconds(r.Duration)}
	return out, p.tell(ctx, see, r, out)
}

// about is the action that a decision is about: that of the call, or the one that a service asked about.
func about(r *audit.Record) policy.Action {
	name := r.Action
	var given struct{ Action struct{ Name string } }
	if name == evaluation && json.Unmarshal(r.Parameters, &given) == nil && given.Action.Name != "" {
		name = given.Action.Name
	}
	action, _ := policy.ParseAction(name)
	return action
}

// trustOf are the names of the role that a recorded decision is about; those of any, where it has no name of that form.
func trustOf(r *audit.Record) []qcs.Resource {
	role, err := qcs.Parse(r.Resources[0])
	if err != nil {
		role = qcs.Any
	}
	return []qcs.Resource{role}
}

// asSent are the parameters of a recorded call. Those of one that asked several questions also hold what the policies said
// to each, which the caller may read as far as Sight goes, and asks for question by question.
func asSent(r *audit.Record) string {
	var given map[string]json.RawMessage
	if r.Action != evaluation || json.Unmarshal(r.Parameters, &given) != nil || given["evaluations"] == nil {
		return string(r.Parameters)
	}
	var each []map[string]json.RawMessage
	if json.Unmarshal(given["evaluations"], &each) != nil {
		return "{}"
	}
	for _, e := range each {
		maps.DeleteFunc(e, func(member string, _ json.RawMessage) bool {
			return !slices.Contains([]string{"subject", "action", "resource", "effect", "outcome"}, member)
		})
	}
	var err1, err2 error
	given["evaluations"], err1 = json.Marshal(each)
	text, err2 := json.Marshal(given)
	if errors.Join(err1, err2) != nil {
		return "{}" // what was JSON is JSON
	}
	return string(text)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func recordedCall(r *audit.Record) hufu20261201.RecordedCall {
	return hufu20261201.RecordedCall{RequestId: r.RequestID, Time: r.At.UnixMilli(), Door: r.Door, Action: r.Action, Resources: r.Resources,
		CallerType: r.CallerKind, CallerId: strconv.FormatInt(r.CallerID, 10), CallerName: r.CallerName, SecretId: r.KeyID, Ip: r.IP, Region: r.Region,
		Outcome: r.Outcome}
}

// tell adds the decision, as far as the caller may read the policies that made it.
func (p *Product) tell(ctx context.Context, see *sight, r *audit.Record, out *hufu20261201.DescribeDecisionResponse) (err error) {
	if len(r.Explanation) == 0 {
		var layer policy.Layer
		if d := r.Decision; d.Statement > 0 && layer.UnmarshalText([]byte(d.Layer)) == nil {
			out.Statement, err = see.statementRef(ctx, layer, &policy.Ref{PolicyID: d.PolicyID, PolicyName: d.Policy, Version: d.Version, Index: d.Statement - 1})
		}
		return err
	}
	var x policy.Explanation
	if err := json.Unmarshal(r.Explanation, &x); err != nil {
		return fmt.Errorf("explanation of an audit record: %w", err)
	}
	if out.Statement, err = see.statementRef(ctx, x.Decision.Layer, x.Decision.Statement); err != nil {
		return err
	}
	if out.Layers, err = see.layers(ctx, &x); err != nil {
		return err
	}
	out.Remedy, err = see.remedy(ctx, x.Remedy)
	return err
}
