package authzen

import (
	"context"
	"errors"
	"slices"

	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/policy"
)

// Why a question was denied without any policy being asked.
const (
	reasonUnknown   = "The account has no such subject, or its key is not in force."
	reasonForeign   = "The account has no such subject, and nothing gives outsiders access to this resource."
	reasonSuspended = "The subject's account is suspended."
	reasonDisabled  = "The person to whom the subject belongs is disabled."
)

// reasonOf is why a principal of a standing may do nothing.
var reasonOf = map[call.Standing]string{call.Suspended: reasonSuspended, call.Disabled: reasonDisabled}

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
		seen, failed := e.sight.Policy(ctx, layer, ref.PolicyID)
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

// look sets what the asker may read of the policies behind a question: that of the resource came with it, but for the trust
// policy of a role.
func (e *evaluation) look(asked *policy.Question) {
	if e.sight == nil {
		c := e.call
		e.sight = e.engine.Sight(c.Caller, policy.Context{IP: c.IP, Time: c.At, MFA: c.Caller.MFA()})
	}
	e.sight.Given, e.sight.Role = !asked.AssumeRole, nil
	if asked.AssumeRole {
		e.sight.Role = asked.Resource
	}
}
