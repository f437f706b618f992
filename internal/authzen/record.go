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

const (
	// maxBatch bounds what the record of several questions says of them, in bytes of JSON. The decisions come first, each in
	// no more than maxBare, then what the questions were about, then explanations, as far as there is room.
	maxBatch = 256 << 10
	maxBare  = 180
)

// Describe puts the questions and their decisions into the audit record: of one question as the call's own, of several as
// a list. A call that did not get to ask keeps the record that the pipeline made, with what it wanted to ask.
func (e *evaluation) Describe(r *audit.Record) {
	if e.root == nil {
		return // not readable
	}
	for i := range e.verdicts {
		if v := &e.verdicts[i]; v.uses {
			r.Uses = append(r.Uses, v.used)
		}
		r.Denied = r.Denied || e.questions != nil && !e.verdicts[i].decision.Allowed
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

// used is what a decision about a user or role used, for the trail to keep: the service that asks is about to act by it.
func used(who *call.Principal, action policy.Action, d policy.Decision) (u audit.Use, ok bool) {
	if who.Kind != call.User && who.Kind != call.Role {
		return u, false
	}
	return audit.UseOf(who.Account, who.Kind.String(), who.ID(), action, d)
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

// appendVerdicts prints several questions; [audit.Batch] reads them.
func (e *evaluation) appendVerdicts(b []byte) []byte {
	b = append(b, `{"semantic":"`...)
	b = append(append(b, e.semantic...), `","questions":`...)
	b = wire.AppendInt(b, int64(e.weight()))
	shared := e.sharedNames()
	b = shared.appendNames(b, &verdict{})
	b = append(b, `,"evaluations":[`...)
	ends := make([]int, len(e.verdicts))
	for i := range e.verdicts {
		if i > 0 {
			b = append(b, ',')
		}
		start, rest := len(b), maxBare*(len(e.verdicts)-i-1)
		if b = e.verdicts[i].appendRecord(b, shared); len(b)+rest > maxBatch {
			b = e.verdicts[i].appendBare(b[:start])
		}
		ends[i] = len(b)
	}
	return e.insertExplanations(append(b, `]}`...), ends)
}

// insertExplanations adds the explanations for which there is room to a list of verdicts, each of which has its end.
func (e *evaluation) insertExplanations(b []byte, ends []int) []byte {
	room := maxBatch - len(b)
	if e.kept == 0 || room <= 0 {
		return b
	}
	const member = `,"explanation":`
	all, from := make([]byte, 0, len(b)+min(room, e.kept+len(member)*len(ends))), 0
	for i, end := range ends {
		kept := e.verdicts[i].kept
		if n := len(member) + len(kept); kept != nil && n <= room {
			room -= n
			all = append(append(append(all, b[from:end-1]...), member...), kept...)
			from = end - 1
		}
	}
	return append(all, b[from:]...)
}

// sharedNames are the names of what the questions have in common, as verdicts have them. They are written once: a short
// body can ask a thousand times about the same long names.
func (e *evaluation) sharedNames() *verdict {
	name := func(of, member string) string {
		v := e.root.Get(of)
		if v == nil || v.Kind() != wire.ObjectValue {
			return ""
		}
		if v = v.Get(member); v == nil || v.Kind() != wire.StringValue || len(v.Str()) > maxText {
			return ""
		}
		return v.Str()
	}
	shared := &verdict{action: name("action", "name"), resource: name("resource", "id")}
	if kind, id := name("subject", "type"), name("subject", "id"); kind != "" && id != "" {
		shared.subject = kind + "/" + id
	}
	return shared
}

// appendNames prints the names that are not those which a reader goes by where there are none.
func (v *verdict) appendNames(b []byte, known *verdict) []byte {
	for _, n := range [...]struct{ member, name, known string }{
		{"subject", v.subject, known.subject}, {"action", v.action, known.action}, {"resource", v.resource, known.resource},
	} {
		if n.name != n.known {
			b = append(append(append(b, `,"`...), n.member...), `":`...)
			b = wire.AppendString(b, n.name)
		}
	}
	return b
}

// appendRecord prints one of several questions, and its decision.
func (v *verdict) appendRecord(b []byte, shared *verdict) []byte {
	b = v.appendDecision(b)
	if v.failed == nil && v.decision.Statement != nil {
		b = wire.AppendString(append(b, `,"policy":`...), v.decision.Statement.PolicyName)
	}
	return append(v.appendNames(b, shared), '}')
}

// appendBare prints a decision without what it was about.
func (v *verdict) appendBare(b []byte) []byte {
	return append(v.appendDecision(b), `,"cut":true}`...)
}

func (v *verdict) appendDecision(b []byte) []byte {
	if v.failed != nil {
		return wire.AppendString(append(b, `{"outcome":`...), v.failed.Code)
	}
	d := recorded(v.decision)
	b = append(append(append(b, `{"effect":"`...), d.Effect...), `","layer":"`...)
	b = append(append(b, d.Layer...), '"')
	if v.decision.Statement != nil {
		b = wire.AppendInt(append(b, `,"policyId":`...), d.PolicyID)
		b = wire.AppendInt(append(b, `,"version":`...), d.Version)
		b = wire.AppendInt(append(b, `,"statement":`...), int64(d.Statement))
	}
	return b
}
