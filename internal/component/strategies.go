package component

import (
	"context"
	"fmt"
	"strings"

	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/gateway"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// refusal is a call whose parameters are wrong.
type refusal struct{ err error }

var _ gateway.Task = (*refusal)(nil)

// Run answers what is wrong.
func (r *refusal) Run(context.Context, *call.Call) (wire.Response, error) { return nil, r.err }

// Describe has nothing to tell: what the parameters mean is not known.
func (r *refusal) Describe(*audit.Record) {}

func wrongValue(name, detail string) *fault.Error {
	return fault.New(code.InvalidParameter, name).WithDetail(detail)
}

// prepareStrategy makes a policy, and attaches it to the principal of its document. Without a principal it is CreatePolicy.
func (x *exchange) prepareStrategy(para *wire.Value) error {
	document, stored, attaches := splitPrincipal(str(para, "strategyInfo"))
	x.ask.Params.Set("PolicyDocument", wire.NewString(document))
	if !attaches {
		return nil
	}
	x.ask.Handler = func(ctx context.Context, c *call.Call, in wire.Request) (wire.Response, error) {
		out, err := x.strategies.CreateStrategy(ctx, c, in.(*cam20190116.CreatePolicyRequest), stored)
		if err != nil {
			return nil, err
		}
		return created(in, out), nil
	}
	return nil
}

// prepareOldStrategy is prepareStrategy with parameters that mean nothing any more: whoever signs is logged in, and nobody
// makes presets.
func (x *exchange) prepareOldStrategy(para *wire.Value) error {
	if login := integer(para, "loginUin", 0); login != 0 && login != x.facts.Caller.ID() {
		return wrongValue("loginUin", "The parameter `loginUin` must be the caller's uin.")
	}
	if integer(para, "isPreset", 0) != 0 {
		return wrongValue("isPreset", "The parameter `isPreset` must be 0.")
	}
	return x.prepareStrategy(para)
}

// maxSplit is the longest document that is taken apart, in bytes; longer than any that is accepted.
const maxSplit = 64 << 10

// splitPrincipal takes the principal out of a document: document is what to check, in which a principal that names nobody is
// left out, and of the others what follows the number of a user or group; stored is the document without any. A text that
// is no document stays as it is: whoever checks it says what is wrong.
func splitPrincipal(text string) (document, stored string, attaches bool) {
	if len(text) > maxSplit {
		return text, text, false
	}
	root, err := wire.ParseJSON([]byte(text))
	if err != nil {
		return text, text, false
	}
	var found, named bool
	with, without := wire.NewObject(), wire.NewObject()
	split := func(v, with *wire.Value) {
		found = true
		if principal := trimPrincipal(v); principal != nil {
			named = true
			with.Set(v.Name(), *principal)
		}
	}
	for i := range root.Len() {
		v := root.At(i)
		switch {
		case isPrincipal(v):
			split(v, with)
		case strings.EqualFold(v.Name(), "statement"):
			a, b := splitStatements(v, split)
			with.Set(v.Name(), a)
			without.Set(v.Name(), b)
		default:
			with.Set(v.Name(), *v)
			without.Set(v.Name(), *v)
		}
	}
	if !found {
		return text, text, false
	}
	return string(with.AppendJSON(nil)), string(without.AppendJSON(nil)), named
}

// splitStatements does the same for one statement, or a list of them.
func splitStatements(v *wire.Value, split func(v, with *wire.Value)) (a, b wire.Value) {
	switch v.Kind() {
	case wire.ListValue:
		as, bs := make([]wire.Value, v.Len()), make([]wire.Value, v.Len())
		for i := range v.Len() {
			as[i], bs[i] = splitStatements(v.At(i), split)
		}
		return wire.NewList(as...), wire.NewList(bs...)
	case wire.ObjectValue:
		with, without := wire.NewObject(), wire.NewObject()
		for i := range v.Len() {
			if m := v.At(i); isPrincipal(m) {
				split(m, with)
			} else {
				with.Set(m.Name(), *m)
				without.Set(m.Name(), *m)
			}
		}
		return *with, *without
	}
	return *v, *v
}

func isPrincipal(v *wire.Value) bool { return strings.EqualFold(v.Name(), "principal") }

// trimPrincipal is a principal whose entries end with their number; nil if it names nobody.
func trimPrincipal(v *wire.Value) *wire.Value {
	switch v.Kind() {
	case wire.StringValue:
		if v.Str() == "" {
			return nil
		}
		trimmed := wire.NewString(trimEntry(v.Str()))
		return &trimmed
	case wire.ListValue:
		kept := make([]wire.Value, 0, v.Len())
		for i := range v.Len() {
			if e := trimPrincipal(v.At(i)); e != nil {
				kept = append(kept, *e)
			}
		}
		if len(kept) == 0 {
			return nil
		}
		trimmed := wire.NewList(kept...)
		return &trimmed
	case wire.ObjectValue:
		trimmed := wire.NewObject()
		for i := range v.Len() {
			if e := trimPrincipal(v.At(i)); e != nil {
				trimmed.Set(v.At(i).Name(), *e)
			}
		}
		if trimmed.Len() == 0 {
			return nil
		}
		return trimmed
	}
	return v
}

// trimEntry cuts what follows the number in qcs::cam::uin/1:uin/2/more, as samples have it.
func trimEntry(entry string) string {
	colon := strings.LastIndexByte(entry, ':')
	if !strings.HasPrefix(entry, "qcs::cam::uin/") || colon < 0 {
		return entry
	}
	parts := strings.SplitN(entry[colon+1:], "/", 3)
	if len(parts) < 3 || parts[0] != "uin" && parts[0] != "groupid" {
		return entry
	}
	return entry[:colon+1] + parts[0] + "/" + parts[1]
}

// target is whom a call is about: a user or a group, the other being -1 or absent.
func target(para *wire.Value) (user, group int64, err error) {
	user, group = integer(para, "relateUin", -1), integer(para, "groupId", -1)
	if user == -1 && group > 0 || group == -1 && user > 0 {
		return user, group, nil
	}
	return 0, 0, wrongValue("relateUin", "Exactly one of `relateUin` and `groupId` must name a user or a group; the other is -1.")
}

// The values of actionType.
const (
	associate = 1
	remove    = 2
)

// operation reads actionType.
func operation(para *wire.Value) (attaches bool, err error) {
	switch integer(para, "actionType", 0) {
	case associate:
		return true, nil
	case remove:
		return false, nil
	}
	return false, wrongValue("actionType", "The parameter `actionType` must be 1 to associate or 2 to remove.")
}

// operations are the actions that OperateCamStrategy stands for, by whether they attach and whether to a user, with the
// name of their target.
var operations = map[[2]bool]struct {
	action *wire.Action
	target string
}{
	{true, true}:   {action("AttachUserPolicy"), "AttachUin"},
	{false, true}:  {action("DetachUserPolicy"), "DetachUin"},
	{true, false}:  {action("AttachGroupPolicy"), "AttachGroupId"},
	{false, false}: {action("DetachGroupPolicy"), "DetachGroupId"},
}

func (x *exchange) prepareOperation(para *wire.Value) error {
	user, group, err := target(para)
	if err != nil {
		return err
	}
	attaches, err := operation(para)
	if err != nil {
		return err
	}
	o := operations[[2]bool{attaches, user > 0}]
	x.ask.Action = o.action
	x.ask.Params.Set("PolicyId", *para.Get("strategyId"))
	x.ask.Params.Set(o.target, wire.NewInt(max(user, group)))
	return nil
}

// maxPairs is how many policies times users one batch may name.
const maxPairs = 200

// batch attaches or takes away several policies at once.
type batch struct {
	strategies      Strategies
	attaches        bool
	policies, users []int64
}

var _ gateway.Task = (*batch)(nil)

func (x *exchange) prepareBatch(para *wire.Value) error {
	b := &batch{strategies: x.strategies, policies: para.Get("strategyId").Ints(), users: para.Get("relateUin").Ints()}
	attaches, err := operation(para)
	if err != nil {
		return err
	}
	b.attaches = attaches
	if n := len(b.policies) * len(b.users); n == 0 || n > maxPairs {
		return wrongValue("strategyId", fmt.Sprintf("A batch must name 1 to %d pairs of a strategy and a user.", maxPairs))
	}
	x.ask.Action, x.ask.Task = operations[[2]bool{attaches, true}].action, b
	return nil
}

// Run attaches or takes away each of the policies, or none.
func (b *batch) Run(ctx context.Context, c *call.Call) (wire.Response, error) {
	do := b.strategies.DetachFromUsers
	if b.attaches {
		do = b.strategies.AttachToUsers
	}
	return wire.NewObject(), do(ctx, c, b.policies, b.users)
}

// Describe tells what was asked for.
func (b *batch) Describe(r *audit.Record) {
	list := func(ids []int64) wire.Value {
		all := make([]wire.Value, len(ids))
		for i, id := range ids {
			all[i] = wire.NewInt(id)
		}
		return wire.NewList(all...)
	}
	r.Parameters = object(member{"PolicyId", list(b.policies)}, member{"Uin", list(b.users)}).AppendJSON(nil)
}

// prepareDetail shows one policy.
func (x *exchange) prepareDetail(para *wire.Value) error {
	if owner := integer(para, "ownerUin", 0); owner != 0 && owner != int64(x.facts.Caller.Account) {
		return fault.New(code.ResourceNotFoundPolicyIdNotFound)
	}
	get := x.handlers[x.row.action.Name]
	x.ask.Handler = func(ctx context.Context, c *call.Call, in wire.Request) (wire.Response, error) {
		out, err := get(ctx, c, in)
		if err != nil {
			return nil, err
		}
		id := in.(*cam20190116.GetPolicyRequest).PolicyId
		mode, err := x.strategies.CreateMode(ctx, c.Account(), id)
		if err != nil {
			return nil, err
		}
		p := out.(*cam20190116.GetPolicyResponse)
		return object(member{"strategyId", wire.NewInt(id)}, member{"strategyName", wire.NewString(p.PolicyName)},
			member{"strategyInfo", wire.NewString(p.PolicyDocument)}, member{"remark", wire.NewString(p.Description)},
			member{"type", wire.NewInt(p.Type)}, member{"createMode", wire.NewInt(mode)},
			member{"addTime", wire.NewString(p.AddTime)}, member{"updateTime", wire.NewString(p.UpdateTime)}), nil
	}
	return nil
}

// scopes are what the type of a list is to ListPolicies.
var scopes = []string{0: "All", custom: "Local", preset: "QCS"}

func (x *exchange) prepareList(para *wire.Value) error {
	kind := integer(para, "type", 0)
	if kind < 0 || kind >= int64(len(scopes)) {
		return wrongValue("type", "The parameter `type` must be 0 for all, 1 for custom or 2 for preset policies.")
	}
	x.ask.Params.Set("Scope", wire.NewString(scopes[kind]))
	return nil
}

func (x *exchange) prepareRelated(para *wire.Value) error {
	user, group, err := target(para)
	if err != nil {
		return err
	}
	if user > 0 {
		x.ask.Params.Set("TargetUin", wire.NewInt(user))
		return nil
	}
	x.ask.Action = action("ListAttachedGroupPolicies")
	x.ask.Params.Set("TargetGroupId", wire.NewInt(group))
	return nil
}
