package component

import (
	"context"
	"errors"
	"strconv"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/gateway"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

const (
	// maxResources are asked about in one call.
	maxResources = 1000
	// maxText bounds the name of an action or a resource, in bytes.
	maxText = 2048
)

// question is what a product asks about somebody: one action on some resources.
type question struct {
	subject   *call.Principal
	name      string // of the action, as asked
	action    policy.Action
	resources []string // as asked
	facts     policy.Context

	verdicts []verdict
}

// verdict is the decision about one resource.
type verdict struct {
	decision policy.Decision
	kept     []byte // the explanation of a denial
}

// readQuestion reads an action and its resources. No resource, and an empty one, is none in particular.
func (q *question) readQuestion(para *wire.Value) error {
	q.name = str(para, "action")
	var ok bool
	if q.action, ok = policy.ParseAction(q.name); !ok || len(q.name) > maxText {
		return fault.New(code.InvalidParameter, "action").WithDetail("The parameter `action` must be service:Name, without wildcards.")
	}
	q.resources = []string{"*"}
	if v := para.Get("resource"); v != nil && v.Len() > 0 {
		q.resources = v.Strs()
	}
	if len(q.resources) > maxResources {
		return wrongValue("resource", "One call may ask about at most 1000 resources.")
	}
	for i, r := range q.resources {
		if r == "" {
			q.resources[i] = "*"
		}
		if _, err := qcs.Parse(q.resources[i]); err != nil || len(r) > maxText {
			return fault.New(code.InvalidParameter, "resource").WithDetail("The parameter `resource` holds what is no six-segment resource name.")
		}
	}
	return nil
}

// findSubject finds the user, or the root user, that a product asks about, and whether he may act at all. Only those of the
// caller's own account are there for it: of any other uin it learns no more than of one that nobody has.
func (d *Door) findSubject(ctx context.Context, a store.Account, uin, owner int64) (*call.Principal, call.Standing, error) {
	unknown := fault.New(code.ResourceNotFoundUserNotExist)
	kind := call.User
	if uin == int64(a) {
		kind = call.Root
	}
	if uin <= 0 || owner != int64(a) {
		return nil, call.Good, unknown
	}
	p, standing, err := d.directory.PrincipalByNumber(ctx, kind, uin)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && p.Account != a:
		return nil, call.Good, unknown
	case err != nil:
		return nil, call.Good, err
	}
	return &p, standing, nil
}

// barred is the refusal of who may not act at all; nil of anybody else.
func barred(s call.Standing) error {
	switch s {
	case call.Good:
		return nil
	case call.Disabled:
		return gateway.ErrPersonDisabled
	default:
		return gateway.ErrSuspended
	}
}

// nobodyTrusts is the trust policy of a role of which nothing is known here.
var nobodyTrusts = policy.Compile(nil, policy.Env{})

// decide answers the question for each of its resources.
func (d *Door) decide(ctx context.Context, q *question) error {
	level := policy.ResourceLevel
	if d.granularity != nil {
		level = d.granularity(q.action.Service, q.action.Name)
	}
	for _, text := range q.resources {
		asked := access.Question{Caller: q.subject, Action: q.action, Granularity: level, Context: q.facts}
		if err := d.name(&asked, text); err != nil {
			return err
		}
		if q.action.Service == "sts" && q.action.Name == "AssumeRole" {
			asked.Trust = nobodyTrusts
		}
		prepared, err := d.engine.Prepare(ctx, asked)
		if err != nil {
			return err
		}
		v := verdict{decision: policy.Decide(prepared)}
		d.metrics.Decided(v.decision.Effect.String())
		if !v.decision.Allowed && q.denied() == nil { // one explanation a record
			x := policy.Explain(prepared)
			if v.kept, err = audit.Explain(&x); err != nil {
				return err
			}
		}
		q.verdicts = append(q.verdicts, v)
	}
	return nil
}

// name puts the resource of a question: one without an account is the subject's.
func (d *Door) name(asked *access.Question, text string) error {
	r, err := qcs.Parse(text)
	if err != nil {
		return err
	}
	if asked.Granularity != policy.ResourceLevel || r.IsAny() {
		return nil
	}
	account := access.AccountOf(asked.Caller)
	switch r.Account {
	case "", "uin/", "uid/" + account.AppID, "uin/" + account.UIN:
		r.Account, asked.Owner = "uin/"+account.UIN, account
	}
	asked.Names = []qcs.Resource{r}
	return nil
}

// denied is the first denial, nil if there is none.
func (q *question) denied() *verdict {
	for i := range q.verdicts {
		if !q.verdicts[i].decision.Allowed {
			return &q.verdicts[i]
		}
	}
	return nil
}

const (
	// maxRecorded is how many resources of a question its audit record names.
	maxRecorded = 100
	// cutText bounds each of their names there, in bytes.
	cutText = 256
)

// describe puts the question and its decisions into the audit record; the decision of the record is the first denial, or
// else the first.
func (q *question) describe(r *audit.Record, more ...member) {
	parameters := append([]member{{"action", wire.NewString(cut(q.name))}}, more...)
	if s := q.subject; s != nil {
		parameters = append(parameters, member{"ownerUin", wire.NewInt(int64(s.Account))}, member{"uin", wire.NewInt(s.ID())})
	}
	var rows []wire.Value
	for i := range min(len(q.resources), maxRecorded) {
		row := []member{{"resource", wire.NewString(cut(q.resources[i]))}}
		if i < len(q.verdicts) {
			row = append(row, member{"effect", wire.NewString(q.verdicts[i].decision.Effect.String())})
		}
		rows = append(rows, *object(row...))
	}
	parameters = append(parameters, member{"questions", wire.NewInt(int64(len(q.resources)))}, member{"list", wire.NewList(rows...)})
	r.Parameters = object(parameters...).AppendJSON(nil)
	for i := range q.verdicts {
		if u, ok := used(q.subject, q.action, q.verdicts[i].decision); ok {
			r.Uses = append(r.Uses, u)
		}
	}
	if len(q.verdicts) == 0 {
		return
	}
	v := q.denied()
	r.Denied = v != nil
	if v == nil {
		v = &q.verdicts[0]
	}
	r.Decision, r.Explanation = recorded(v.decision), v.kept
}

// used is what a decision about a user or role used, for the trail to keep: the product that asks is about to act by it.
func used(who *call.Principal, a policy.Action, d policy.Decision) (u audit.Use, ok bool) {
	if who.Kind != call.User && who.Kind != call.Role {
		return u, false
	}
	return audit.UseOf(who.Account, who.Kind.String(), who.ID(), a, d)
}

// recorded is a decision as audit records keep it.
func recorded(from policy.Decision) audit.Decision {
	d := audit.Decision{Effect: from.Effect.String(), Layer: from.Layer.String()}
	if s := from.Statement; s != nil {
		d.PolicyID, d.Policy, d.Version, d.Statement = s.PolicyID, s.PolicyName, s.Version, s.Index+1
	}
	return d
}

func cut(s string) string { return clipTo(s, cutText) }

// refuse is the denial of the first resource that the subject may not use, in the words of every other denial.
func (q *question) refuse(requestID string, l fault.Language) *fault.Error {
	for i := range q.verdicts {
		if q.verdicts[i].decision.Allowed {
			continue
		}
		base := fault.New(code.AuthFailureUnauthorizedOperation)
		return base.WithText(base.Message(l) + " [[request id:" + requestID + "]you are not authorized to perform operation (" + cut(q.name) +
			")\nresource (" + cut(q.resources[i]) + ") has no permission\n" + `strategy:{"result":` + strconv.Quote(q.verdicts[i].decision.Result()) + "}\n]")
	}
	return nil
}
