package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// authorize asks whether the caller may do this action on what its parameters name.
func (t *attempt) authorize(ctx context.Context) error {
	if t.ask.Authority != nil {
		err := t.vouched(ctx, t.db.Read())
		t.metrics.Decided(t.decision.Effect)
		return err
	}
	a := t.ask.Action
	if err := t.federated(); err != nil {
		return err
	}
	if a.Permission == "" || a.Unsigned && t.call.Caller.Kind == call.Anonymous {
		return nil // any identity may, or the identity is the handler's to establish
	}
	if a.Resource == wire.ResourceResolved {
		return nil // the handler names it, and asks; see write
	}
	p := t.call.Caller
	q := call.Question{Action: a.Permission}
	name := a.ResourceFor(t.ask.Params, strconv.FormatInt(int64(p.Account), 10), strconv.FormatInt(p.ID(), 10))
	if name != "*" {
		resource, err := qcs.Parse(name)
		if err != nil {
			return fault.New(code.InvalidParameter, name).WithCause(err)
		}
		q.Names = []qcs.Resource{resource}
	}
	_, err := t.decide(ctx, q)
	return err
}

// vouched asks the authority of a caller that no policy is about.
func (t *attempt) vouched(ctx context.Context, q store.Queryer) error {
	d, err := t.ask.Authority.Authorize(ctx, q)
	t.decision, t.unvouched = d, err != nil
	return err
}

// federated keeps the session of a federation token to what it is for, the resources of products: it may ask STS who it
// is and nothing else there, and changes nothing in CAM or of hufu's own, whatever its policies say. What is handed to somebody else must
// not be turned into something that outlives it. Our decision.
func (t *attempt) federated() error {
	a, s := t.ask.Action, t.call.Caller.Session
	if s == nil || s.Kind != call.Federation {
		return nil
	}
	refuse := ""
	switch {
	case a.Service == "sts" && a.Name == "GetCallerIdentity":
	case a.Service == "sts" && a.ErrorListed(code.FailedOperationTempKeyNotAllowed):
		refuse = code.FailedOperationTempKeyNotAllowed
	case a.Service == "sts":
		refuse = code.UnsupportedOperation
	case (a.Service == "cam" || a.Service == "hufu") && a.Write:
		refuse = code.AuthFailureUnauthorizedOperation
	}
	if refuse == "" {
		return nil
	}
	t.decision = audit.Decision{Effect: policy.ExplicitDeny.String(), Layer: policy.LayerSession.String()}
	return fault.New(refuse, a.Name).WithDetail("The session of a federation token cannot call this action.")
}

// errNotAsked is a handler that acts on an object which it named itself, without a decision about it.
var errNotAsked = errors.New("the handler did not ask whether the caller may")

// asked fails closed where the contract leaves the question to the handler.
func (t *attempt) asked() error {
	if t.ask.Action.Resource == wire.ResourceResolved && t.decision.Effect != policy.Allow.String() {
		return errNotAsked
	}
	return nil
}

// decide puts one question; the error is the denial.
func (t *attempt) decide(ctx context.Context, question call.Question) (policy.Decision, error) {
	if t.ask.Authority != nil {
		return policy.Decision{}, fault.Internal(fmt.Errorf("%s: no policy is about this caller", question.Action))
	}
	action, ok := policy.ParseAction(question.Action)
	if !ok {
		return policy.Decision{}, fault.Internal(fmt.Errorf("%q is not an action", question.Action))
	}
	q := t.question(action)
	q.Names, q.Owner, q.Trust, q.Context.Values = question.Names, question.Owner, question.Trust, question.Values
	q.Context.MFA = q.Context.MFA || question.MFA
	d, err := t.access.Decide(ctx, q)
	if err != nil {
		return d, fault.Internal(err)
	}
	t.metrics.Decided(d.Effect.String())
	if !question.Aside || !d.Allowed {
		t.decision = recorded(d)
	}
	resource := "*"
	if len(q.Names) > 0 {
		resource = q.Names[0].String()
	}
	if !question.Aside {
		t.names = append(t.names, resource)
	}
	if err := t.use(ctx, q, d); err != nil {
		return d, err
	}
	if !d.Allowed {
		return d, t.denial(ctx, q, resource, d)
	}
	t.allowed = append(t.allowed, q)
	return d, nil
}

// use notes what the caller used: a permission, and which of its policies gave it, or the policy that denied.
func (t *attempt) use(ctx context.Context, q access.Question, d policy.Decision) error {
	who := q.Caller
	if who.Kind != call.User && who.Kind != call.Role {
		return nil
	}
	u, ok := audit.UseOf(who.Account, who.Kind.String(), who.ID(), q.Action, d)
	if !ok {
		return nil
	}
	if d.Allowed && q.Trust != nil { // the decision names the trust policy
		x, err := t.access.Explain(ctx, q)
		if err != nil {
			return fault.Internal(err)
		}
		u.PolicyID = grantedBy(&x)
	}
	t.used = append(t.used, u)
	return nil
}

// grantedBy is the identity policy that an explanation names first among those that allow; 0 if none does.
func grantedBy(x *policy.Explanation) int64 {
	for _, l := range x.Layers {
		for _, s := range l.Statements {
			if l.Layer == policy.LayerIdentity && s.Effect == policy.Allow && s.Applies {
				return s.Ref.PolicyID
			}
		}
	}
	return 0
}

func (t *attempt) question(action policy.Action) access.Question {
	return access.Question{Caller: t.call.Caller, Action: action,
		Context: policy.Context{IP: t.call.IP, Time: t.call.At, MFA: t.call.Caller.MFA(), RequestTags: t.requestTags()}}
}

// requestTags are the tags that the call passes, in the one form that the actions declare: Tags, a list of Key and Value.
func (t *attempt) requestTags() []policy.Tag {
	if t.ask.Params == nil {
		return nil
	}
	list := t.ask.Params.Get("Tags")
	if list == nil {
		return nil
	}
	var tags []policy.Tag
	for i := range list.Len() {
		if key, value := list.At(i).Get("Key"), list.At(i).Get("Value"); key != nil && value != nil {
			tags = append(tags, policy.NewTag(key.Str(), value.Str()))
		}
	}
	return tags
}

func recorded(d policy.Decision) audit.Decision {
	r := audit.Decision{Effect: d.Effect.String(), Layer: d.Layer.String()}
	if s := d.Statement; s != nil {
		r.PolicyID, r.Policy, r.Version, r.Statement = s.PolicyID, s.PolicyName, s.Version, s.Index+1
	}
	return r
}

// denial is the refusal with the three things that people copy into a policy: operation, resource, condition. Which
// policy refused is for callers who may read it; the layer's kind is for everyone.
func (t *attempt) denial(ctx context.Context, q access.Question, resource string, d policy.Decision) error {
	x, err := t.explain(ctx, q)
	if err != nil {
		return fault.Internal(err)
	}
	var detail strings.Builder
	if notes := x.Notes(); len(notes) > 0 {
		fmt.Fprintf(&detail, "condition:%s\n", jsonText(notes))
	}
	strategy := map[string]any{"result": d.Result()}
	if s := d.Statement; s != nil && t.mayRead(ctx, &q, d) {
		strategy["strategyId"], strategy["strategyName"] = s.PolicyID, s.PolicyName
	}
	fmt.Fprintf(&detail, "strategy:%s\n", jsonText(strategy))
	base := fault.New(code.AuthFailureUnauthorizedOperation)
	return base.WithText(fmt.Sprintf("%s [[request id:%s]you are not authorized to perform operation (%s)\nresource (%s) has no permission\n%s]",
		base.Message(t.call.Language), t.call.RequestID, q.Action, resource, detail.String()))
}

// explain asks why, for the caller and for the audit record.
func (t *attempt) explain(ctx context.Context, q access.Question) (policy.Explanation, error) {
	x, err := t.access.Explain(ctx, q)
	if err != nil {
		return x, err
	}
	kept := x
	t.explanation, err = audit.Explain(&kept)
	return x, err
}

// jsonText prints strings and numbers as they are: people copy them into policies, so & stays &.
func jsonText(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // strings and numbers alone: cannot fail
	return strings.TrimSuffix(b.String(), "\n")
}

// mayRead reports whether the caller may be told which policy refused. What has no id is none that it could look up.
func (t *attempt) mayRead(ctx context.Context, q *access.Question, d policy.Decision) bool {
	if d.Statement.PolicyID == 0 {
		return false
	}
	ok, err := t.access.Sight(q.Caller, q.Context).Policy(ctx, d.Layer, d.Statement.PolicyID)
	return err == nil && ok
}
