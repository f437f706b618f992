package authzen

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// Why a question was denied without any policy being asked.
const (
	reasonUnknown   = "The account has no such subject, or its key is not in force."
	reasonForeign   = "The account has no such subject, and nothing gives outsiders access to this resource."
	reasonSuspended = "The subject's account is suspended."
)

// explain adds the explanation that was asked for, and that of a denial for the audit record.
func (e *evaluation) explain(ctx context.Context, asked *policy.Question, q *question, v *verdict) error {
	keep := !v.decision.Allowed && e.kept < maxBatch
	if !q.explain && !keep {
		return nil
	}
	x := policy.Explain(asked)
	text, err := audit.Explain(&x)
	if err != nil {
		return err
	}
	if keep && e.kept+len(text) <= maxBatch {
		v.kept = text
		e.kept += len(text)
	}
	if !q.explain {
		return nil
	}
	v.shown = text
	veiled, err := e.veil(ctx, &x)
	if veiled && err == nil {
		v.shown, err = audit.Explain(&x)
	}
	return err
}

// veil removes from an explanation what the asker may not read: the statements of a policy that it could not get are
// only counted, as those are that there were too many of.
func (e *evaluation) veil(ctx context.Context, x *policy.Explanation) (veiled bool, err error) {
	hidden := func(layer policy.Layer, ref policy.Ref) bool {
		seen, failed := e.mayRead(ctx, layer, ref.PolicyID)
		err = errors.Join(err, failed)
		veiled = veiled || !seen
		return !seen
	}
	if d := &x.Decision; d.Statement != nil && hidden(d.Layer, *d.Statement) {
		d.Statement = nil
	}
	for i := range x.Layers {
		l := &x.Layers[i]
		n := len(l.Statements)
		l.Statements = slices.DeleteFunc(l.Statements, func(s policy.StatementTrace) bool { return hidden(l.Layer, s.Ref) })
		l.More += n - len(l.Statements)
		l.Broken = slices.Clone(l.Broken) // the set's own
		for j := range l.Broken {
			if hidden(l.Layer, l.Broken[j]) {
				l.Broken[j] = policy.Ref{Index: -1}
			}
		}
	}
	if r := x.Remedy; r != nil {
		for i := range r.Denies {
			if hidden(r.Denies[i].Layer, r.Denies[i].Ref) {
				r.Denies[i].Ref = policy.Ref{Index: -1}
			}
		}
	}
	return veiled, err
}

// mayRead reports whether the asker may be told what a policy says: one that it could get. Everybody knows the general
// rules, and the policy of the resource came with the question, but for the trust policy of a role, whose conditions may
// be half a secret; control policies are the organization's.
func (e *evaluation) mayRead(ctx context.Context, layer policy.Layer, policyID int64) (bool, error) {
	switch {
	case layer == policy.LayerGeneral, layer == policy.LayerResource && !e.trusts:
		return true, nil
	case layer == policy.LayerControl, layer == policy.LayerResource:
		return false, nil
	}
	if seen, ok := e.readable[policyID]; ok {
		return seen, nil
	}
	c := e.call
	q := access.Question{Caller: c.Caller, Action: getPolicy, Context: policy.Context{IP: c.IP, Time: c.At, MFA: c.Caller.MFA()}}
	if policyID != 0 { // that of a session has no id, and is for those who may get any
		owner, id := e.asker.account.UIN, strconv.FormatInt(policyID, 10)
		q.Names = []qcs.Resource{qcs.Policy(owner, id), qcs.PolicyAlias(owner, id)}
	}
	d, err := e.engine.Decide(ctx, q)
	if err != nil {
		return false, err
	}
	if e.readable == nil {
		e.readable = map[int64]bool{}
	}
	e.readable[policyID] = d.Allowed
	return d.Allowed, nil
}

var getPolicy = policy.Action{Service: "cam", Name: "GetPolicy"}
