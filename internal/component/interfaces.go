package component

import (
	"context"
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
)

// interfaceRow is one interface: its names, what it takes, and the action that does it.
type interfaceRow struct {
	names      []string
	mutates    bool         // its signatures are good for one request
	action     *wire.Action // under which a call is authorized, counted and recorded
	parameters []parameter
	// prepare completes the ask of a call where renaming its parameters is not enough.
	prepare func(x *exchange, para *wire.Value) error
	// answer renames what the action answered; nil: there is nothing to answer.
	answer func(in wire.Request, out wire.Response) *wire.Value

	schema  *wire.Struct
	renames *strings.Replacer // of the action's names for parameters in messages
}

func action(name string) *wire.Action {
	a := cam20190116.Service.Action(name)
	if a == nil {
		panic("cam has no action " + name) // a constant of this file
	}
	return a
}

// Groups of parameters that several interfaces have.
var (
	creating = []parameter{
		{name: "strategyName", to: "PolicyName", kind: wire.String, required: true},
		{name: "strategyInfo", to: "PolicyDocument", kind: wire.String, text: true, required: true},
		{name: "remark", to: "Description", kind: wire.String},
		{name: "resource"}, // a part of strategyInfo; samples repeat it beside
	}
	one    = []parameter{{name: "strategyId", to: "PolicyId", kind: wire.Int, required: true}, {name: "ownerUin", kind: wire.Int}}
	window = []parameter{{name: "page", to: "Page", kind: wire.Int}, {name: "rp", to: "Rp", kind: wire.Int}}
)

// interfaces is everything that the door serves.
var interfaces = []*interfaceRow{
	{
		names: []string{"CreateCamStrategy"}, mutates: true, action: action("CreatePolicy"),
		parameters: creating, prepare: (*exchange).prepareStrategy, answer: created,
	},
	{
		names: []string{"CreateStrategy"}, mutates: true, action: action("CreatePolicy"),
		parameters: slices.Concat(creating, []parameter{{name: "loginUin", kind: wire.Int}, {name: "isPreset", kind: wire.Int}}),
		prepare:    (*exchange).prepareOldStrategy, answer: created,
	},
	{
		names: []string{"UpdateCamStrategy"}, mutates: true, action: action("UpdatePolicy"),
		parameters: []parameter{
			{name: "strategyId", to: "PolicyId", kind: wire.Int, required: true},
			{name: "strategyName", to: "PolicyName", kind: wire.String},
			{name: "strategyInfo", to: "PolicyDocument", kind: wire.String, text: true},
			{name: "remark", to: "Description", kind: wire.String},
		},
		answer: func(_ wire.Request, out wire.Response) *wire.Value {
			return object(member{"strategyId", wire.NewInt(out.(*cam20190116.UpdatePolicyResponse).PolicyId)})
		},
	},
	{
		names: []string{"DelCamStrategy"}, mutates: true, action: action("DeletePolicy"),
		parameters: []parameter{{name: "strategyId", to: "PolicyId", kind: wire.Int, list: true, required: true}},
	},
	{
		names: []string{"OperateCamStrategy"}, mutates: true, action: action("AttachUserPolicy"),
		parameters: []parameter{
			{name: "groupId", kind: wire.Int}, {name: "relateUin", kind: wire.Int},
			{name: "strategyId", kind: wire.Int, required: true}, {name: "actionType", kind: wire.Int, required: true},
		},
		prepare: (*exchange).prepareOperation,
	},
	{
		names: []string{"BatchOperateCamStrategy"}, mutates: true, action: action("AttachUserPolicy"),
		parameters: []parameter{
			{name: "strategyId", kind: wire.Int, list: true, required: true}, {name: "relateUin", kind: wire.Int, list: true, required: true},
			{name: "actionType", kind: wire.Int, required: true}, {name: "lang"},
		},
		prepare: (*exchange).prepareBatch,
	},
	{
		names:  []string{"GetCamStrategy", "DescribeCamStrategyDetail", "DescribeStrategyDetail"},
		action: action("GetPolicy"), parameters: one, prepare: (*exchange).prepareDetail,
	},
	{
		names: []string{"ListCamStrategy", "DescribeStrategyList"}, action: action("ListPolicies"),
		parameters: slices.Concat(window, []parameter{{name: "keyword", to: "Keyword", kind: wire.String}, {name: "type", kind: wire.Int}, {name: "filterInfo"}}),
		prepare:    (*exchange).prepareList, answer: listed,
	},
	{
		names: []string{"DescribeCamRelatedStrategyList"}, action: action("ListAttachedUserPolicies"),
		parameters: slices.Concat(window, []parameter{{name: "groupId", kind: wire.Int}, {name: "relateUin", kind: wire.Int}}),
		prepare:    (*exchange).prepareRelated, answer: related,
	},
	{
		names: []string{"checkResource"}, action: checkResource,
		parameters: []parameter{
			{name: "uin", kind: wire.Int, required: true}, {name: "ownerUin", kind: wire.Int},
			{name: "action", kind: wire.String, required: true}, {name: "resource", kind: wire.String, list: true, required: true},
		},
		prepare: (*exchange).prepareCheck,
	},
	{
		names: []string{"logic.cam.sigAndAuth", "sigAndAuth"}, action: sigAndAuth,
		parameters: []parameter{
			{name: "version"}, {name: "mode", kind: wire.Int}, {name: "mod", kind: wire.Int},
			{name: "action", kind: wire.String}, {name: "resource", kind: wire.String, list: true},
			{name: "uin", kind: wire.Int}, {name: "ownerUin", kind: wire.Int},
			{name: "url", kind: wire.String}, {name: "method", kind: wire.String}, {name: "header", kind: wire.String}, {name: "q-token", kind: wire.String},
			{name: "condition", kind: wire.String, text: true}, {name: "sub_condition", kind: wire.String, text: true},
			{name: "camContext", kind: wire.String, text: true}, {name: "new_check_resource"},
		},
		prepare: (*exchange).prepareSigned,
	},
}

// byName finds an interface.
var byName = func() map[string]*interfaceRow {
	all := map[string]*interfaceRow{}
	for _, i := range interfaces {
		i.schema, i.renames = schema(i.parameters), renames(i.parameters)
		for _, name := range i.names {
			all[name] = i
		}
	}
	return all
}()

// handler does the action of a row, and renames its answer.
func (x *exchange) handler(a *wire.Action, answer func(wire.Request, wire.Response) *wire.Value) func(context.Context, *call.Call, wire.Request) (wire.Response, error) {
	do := x.handlers[a.Name]
	return func(ctx context.Context, c *call.Call, in wire.Request) (wire.Response, error) {
		out, err := do(ctx, c, in)
		switch {
		case err != nil:
			return nil, err
		case answer == nil:
			return wire.NewObject(), nil
		}
		return answer(in, out), nil
	}
}
