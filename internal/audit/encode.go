package audit

import (
	"time"

	"github.com/hufu-iam/hufu/internal/wire"
)

// appendJSON prints the record as encoding/json would read it back. By hand, because every call pays for it; a test
// holds it to the struct.
func (r *Record) appendJSON(b []byte) []byte {
	b = append(b, `{"id":`...)
	b = wire.AppendInt(b, r.ID)
	b = append(b, `,"account":`...)
	b = wire.AppendInt(b, int64(r.Account))
	b = append(b, `,"at":"`...)
	b = r.At.AppendFormat(b, time.RFC3339Nano)
	b = appendText(append(b, '"'), "requestId", r.RequestID)
	b = appendText(b, "door", r.Door)
	b = appendText(b, "action", r.Action)
	b = appendText(b, "callerKind", r.CallerKind)
	b = append(b, `,"callerId":`...)
	b = wire.AppendInt(b, r.CallerID)
	b = appendOptional(b, "callerName", r.CallerName)
	b = appendOptional(b, "keyId", r.KeyID)
	b = appendText(b, "ip", r.IP)
	b = appendOptional(b, "region", r.Region)
	b = appendOptional(b, "client", r.Client)
	b = append(b, `,"resources":`...)
	b = wire.AppendList(b, r.Resources, wire.AppendString)
	b = append(b, `,"parameters":`...)
	b = append(b, r.Parameters...)
	b = append(b, `,"decision":`...)
	b = r.Decision.appendJSON(b)
	if len(r.Explanation) > 0 {
		b = append(append(b, `,"explanation":`...), r.Explanation...)
	}
	b = appendText(b, "outcome", r.Outcome)
	b = append(b, `,"durationNs":`...)
	return append(wire.AppendInt(b, int64(r.Duration)), '}')
}

func (d *Decision) appendJSON(b []byte) []byte {
	b = append(b, `{"effect":`...)
	b = wire.AppendString(b, d.Effect)
	b = appendOptional(b, "layer", d.Layer)
	b = appendNumber(b, "policyId", d.PolicyID)
	b = appendOptional(b, "policy", d.Policy)
	b = appendNumber(b, "version", d.Version)
	b = appendNumber(b, "statement", int64(d.Statement))
	return append(b, '}')
}

func appendText(b []byte, name, value string) []byte {
	b = append(append(append(b, `,"`...), name...), `":`...)
	return wire.AppendString(b, value)
}

// appendOptional leaves an empty text out, as omitempty does.
func appendOptional(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	return appendText(b, name, value)
}

// appendNumber leaves a zero out.
func appendNumber(b []byte, name string, value int64) []byte {
	if value == 0 {
		return b
	}
	b = append(append(append(b, `,"`...), name...), `":`...)
	return wire.AppendInt(b, value)
}
