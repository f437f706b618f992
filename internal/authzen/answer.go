package authzen

import (
	"strconv"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/policy"
)

// AppendJSON prints the answer of one question, or of each.
func (e *evaluation) AppendJSON(b []byte) []byte {
	if e.questions == nil {
		return e.appendVerdict(b, 0)
	}
	b = append(b, `{"evaluations":[`...)
	for i := range e.verdicts {
		if i > 0 {
			b = append(b, ',')
		}
		b = e.appendVerdict(b, i)
	}
	return append(b, `]}`...)
}

func (e *evaluation) appendVerdict(b []byte, i int) []byte {
	v := &e.verdicts[i]
	b = append(b, `{"decision":`...)
	b = wire.AppendBool(b, v.decision.Allowed)
	b = append(b, `,"context":{"id":"`...)
	b = append(b, e.call.RequestID...)
	if e.questions != nil {
		b = append(b, '/')
		b = strconv.AppendInt(b, int64(i), 10)
	}
	b = append(b, '"')
	if v.failed != nil {
		return append(appendFailure(b, v.failed, e.call.Language), `}}`...)
	}
	b = append(b, `,"revision":"`...)
	b = append(b, e.revision...)
	b = append(b, `","cacheable":`...)
	b = wire.AppendBool(b, v.cacheable)
	if !v.until.IsZero() {
		b = strconv.AppendInt(append(b, `,"cacheable_until":`...), v.until.Unix(), 10)
	}
	if !v.decision.Allowed {
		b = appendReason(b, "reason_user", v.reason())
		b = appendReason(b, "reason_admin", v.detail())
	}
	if v.shown != nil {
		b = append(b, `,"explanation":`...)
		b = append(b, v.shown...)
	}
	return append(b, `}}`...)
}

// appendFailure prints why a question among several could not be answered.
func appendFailure(b []byte, failed *fault.Error, language fault.Language) []byte {
	b = append(b, `,"error":{"status":`...)
	b = strconv.AppendInt(b, int64(status(failed.Code)), 10)
	b = append(b, `,"code":`...)
	b = wire.AppendString(b, failed.Code)
	b = append(b, `,"message":`...)
	b = wire.AppendString(b, failed.Message(language))
	return append(b, '}')
}

func appendReason(b []byte, name, text string) []byte {
	b = append(append(append(b, `,"`...), name...), `":{"en":`...)
	b = wire.AppendString(b, text)
	return append(b, '}')
}

// reason is why the question was denied, as a subject may be told.
func (v *verdict) reason() string {
	switch {
	case v.refused != "":
		return v.refused
	case v.decision.Effect == policy.ExplicitDeny:
		return "A policy denies this action on this resource."
	}
	return "No policy allows this action on this resource."
}

// detail is why the question was denied, as an administrator may be told. Which policy denied is for those who may read
// it, the layer for everyone.
func (v *verdict) detail() string {
	d := v.decision
	switch {
	case v.refused != "":
		return v.refused
	case d.Effect == policy.ImplicitDeny:
		return "Nothing in the " + d.Layer.String() + " layer allows it."
	case d.Statement == nil || !v.named:
		return "The " + d.Layer.String() + " layer denies it."
	}
	s := d.Statement
	return "Statement " + strconv.Itoa(s.Index+1) + " of version " + strconv.FormatInt(s.Version, 10) + " of the policy " + s.PolicyName +
		" (" + strconv.FormatInt(s.PolicyID, 10) + ") denies it, in the " + d.Layer.String() + " layer."
}
