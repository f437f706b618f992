package gateway

import (
	"regexp"
	"time"

	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// Blocked answers the error for an address that failed to authenticate too often in this second, nil for any other.
// It is a door's first step.
func (p *Pipeline) Blocked(facts *call.Call) *fault.Error {
	if !p.limits.blocked(facts.IP, facts.At.Unix()) {
		return nil
	}
	return p.Reject(facts, fault.New(code.RequestLimitExceededIPLimitExceeded))
}

// Reject counts a request that names no call: it cannot be read, or there is no such action. It leaves no audit record,
// since whoever sends it has shown nothing but bytes, and its names are not counted by: strangers make them up.
func (p *Pipeline) Reject(facts *call.Call, err error) *fault.Error {
	failed := fault.From(err)
	p.metrics.Called("", "", failed.Code, time.Since(facts.At))
	return failed
}

// NamedID is what a record shows of what a request named as its SecretId. Of a text in the form of BI's API keys, which
// are secrets and get put in the wrong place, that is the beginning.
func NamedID(id string) string {
	if apiKeyForm.MatchString(id) {
		return id[:6] + "…"
	}
	return id
}

var apiKeyForm = regexp.MustCompile(`^[0-9a-f]{32}$`)

// Refuse leaves the traces of a request that did not authenticate, and counts it against its address. Its parameters
// are nobody's word and not kept; keyID is the SecretId it named.
func (p *Pipeline) Refuse(facts *call.Call, keyID string, err error) *fault.Error {
	failed := fault.From(err)
	if failed.Unauthenticated() { // not what is our own fault
		p.limits.failed(facts.IP, facts.At.Unix())
	}
	r := &audit.Record{
		At: facts.At, RequestID: facts.RequestID, Door: facts.Door, Action: facts.Service + ":" + facts.Action,
		CallerKind: call.Anonymous.String(), KeyID: cut(keyID, 128), IP: ipText(facts.IP), Region: cut(facts.Region, 64),
		Client: facts.Client, Decision: audit.Decision{Effect: "none"}, Outcome: failed.Code,
	}
	if err := p.trail.Append(r); err != nil {
		p.log.Error("audit record lost", "request_id", r.RequestID, "error", err)
	}
	p.metrics.Called(facts.Service, facts.Action, failed.Code, time.Since(facts.At))
	if cause := failed.Unwrap(); cause != nil {
		p.log.Error("authentication failed", "request_id", r.RequestID, "code", failed.Code, "error", cause)
	}
	return failed
}
