package authzen

import (
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/policy"
)

// maxRecorded bounds how much of a question's resource and context its audit record keeps, in bytes of JSON each. A
// resource's policy is not kept: the explanation has what it said.
const maxRecorded = 4096

// Describe puts the questions and their decisions into the audit record: of one question as the call's own, of several as
// a list. A call that did not get to ask keeps the record that the pipeline made, with what it wanted to ask.
func (e *evaluation) Describe(r *audit.Record) {
	if e.root == nil {
		return // not readable
	}
	for i := range e.verdicts {
		if u := e.verdicts[i].used; u.Kind != "" {
			r.Uses = append(r.Uses, u)
		}
	}
	if e.questions != nil {
		r.Parameters = e.appendVerdicts(make([]byte, 0, 128+160*len(e.verdicts)))
		return
	}
	r.Parameters = appendQuestion(make([]byte, 0, 384), e.root)
	if len(e.verdicts) == 0 || e.verdicts[0].failed != nil {
		return
	}
	v := &e.verdicts[0]
	r.Resources = []string{v.resource}
	r.Decision, r.Explanation = recorded(v.decision), v.kept
}

// used is what a user or role was allowed, for the trail to keep: the service that asks is about to let it. Not ok for whom
// no policy is needed, and for a denial.
func used(who *call.Principal, action policy.Action, d policy.Decision) (u audit.Use, ok bool) {
	if !d.Allowed || who.Kind != call.User && who.Kind != call.Role {
		return u, false
	}
	u = audit.Use{Account: who.Account, Kind: who.Kind.String(), ID: who.ID(), Action: action}
	if d.Layer == policy.LayerIdentity && d.Statement != nil {
		u.PolicyID = d.Statement.PolicyID
	}
	return u, true
}

// recorded is a decision as audit records keep it.
func recorded(from policy.Decision) audit.Decision {
	d := audit.Decision{Effect: from.Effect.String(), Layer: from.Layer.String()}
	if s := from.Statement; s != nil {
		d.PolicyID, d.Policy, d.Version, d.Statement = s.PolicyID, s.PolicyName, s.Version, s.Index+1
	}
	return d
}

// appendQuestion prints a question such that it can be asked again.
func appendQuestion(b []byte, q *wire.Value) []byte {
	b = append(b, '{')
	first := true
	for _, name := range [...]string{"subject", "action", "resource", "context"} {
		v := q.Get(name)
		if v == nil {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(append(append(b, '"'), name...), `":`...)
		b = appendCut(b, v)
	}
	return append(b, '}')
}

// appendCut prints an entity, without a policy; of one that is too large, only what names it.
func appendCut(b []byte, v *wire.Value) []byte {
	start := len(b)
	if v.Kind() != wire.ObjectValue {
		return append(b, "null"...)
	}
	if b = appendObject(b, v, true); len(b)-start <= maxRecorded {
		return b
	}
	return appendObject(b[:start], v, false)
}

// appendObject prints the members of an entity: all of them, or only the texts that name it.
func appendObject(b []byte, v *wire.Value, all bool) []byte {
	b = append(b, '{')
	first := true
	for i := range v.Len() {
		m := v.At(i)
		naming := m.Kind() == wire.StringValue && (m.Name() == "type" || m.Name() == "id" || m.Name() == "name") && len(m.Str()) <= maxText
		if m.Name() == "policy" || !all && !naming {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(wire.AppendString(b, m.Name()), ':')
		if m.Name() == "properties" && m.Kind() == wire.ObjectValue {
			b = appendObject(b, m, true)
		} else {
			b = m.AppendJSON(b)
		}
	}
	return append(b, '}')
}

func (e *evaluation) appendVerdicts(b []byte) []byte {
	b = append(b, `{"semantic":"`...)
	b = append(append(b, e.semantic...), `","questions":`...)
	b = wire.AppendInt(b, int64(e.weight()))
	b = append(b, `,"evaluations":[`...)
	for i := range e.verdicts {
		if i > 0 {
			b = append(b, ',')
		}
		b = e.verdicts[i].appendRecord(b)
	}
	return append(b, `]}`...)
}

func (v *verdict) appendRecord(b []byte) []byte {
	b = wire.AppendString(append(b, `{"subject":`...), v.subject)
	b = wire.AppendString(append(b, `,"action":`...), v.action)
	b = wire.AppendString(append(b, `,"resource":`...), v.resource)
	if v.failed != nil {
		b = wire.AppendString(append(b, `,"outcome":`...), v.failed.Code)
		return append(b, '}')
	}
	d := recorded(v.decision)
	b = append(append(append(b, `,"effect":"`...), d.Effect...), `","layer":"`...)
	b = append(append(b, d.Layer...), '"')
	if v.decision.Statement != nil {
		b = wire.AppendInt(append(b, `,"policyId":`...), d.PolicyID)
		b = wire.AppendString(append(b, `,"policy":`...), d.Policy)
		b = wire.AppendInt(append(b, `,"version":`...), d.Version)
		b = wire.AppendInt(append(b, `,"statement":`...), int64(d.Statement))
	}
	if v.kept != nil {
		b = append(append(b, `,"explanation":`...), v.kept...)
	}
	return append(b, '}')
}
