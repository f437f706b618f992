package component

import (
	"context"

	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/gateway"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// checkResource is the permission, the rate and the codes of asking what a user may do; each resource counts.
var checkResource = &wire.Action{Service: "cam", Name: "CheckResource", Permission: "cam:CheckResource", Resource: "*", Rate: 10_000,
	Errors: []string{code.ResourceNotFoundUserNotExist}}

// checking is a call of checkResource.
type checking struct {
	*exchange
	question
	uin, owner int64
}

var _ gateway.Task = (*checking)(nil)

func (x *exchange) prepareCheck(para *wire.Value) error {
	c := &checking{exchange: x, uin: integer(para, "uin", 0)}
	c.owner = integer(para, "ownerUin", int64(x.facts.Caller.Account))
	if err := c.readQuestion(para); err != nil {
		return err
	}
	x.ask.Task, x.ask.Weight = c, len(c.resources)
	return nil
}

// Run decides about each of the resources. A denial is an answer like any other, also of who may not act at all.
func (k *checking) Run(ctx context.Context, c *call.Call) (wire.Response, error) {
	subject, standing, err := k.findSubject(ctx, c.Account(), k.uin, k.owner)
	if err != nil {
		return nil, err
	}
	k.subject, k.question.facts.Time = subject, c.At
	if standing == call.Good {
		err = k.decide(ctx, &k.question)
	} else {
		k.verdicts = make([]verdict, len(k.resources)) // each a denial
	}
	if err != nil {
		return nil, err
	}
	k.who = subject
	rows := make([]wire.Value, len(k.verdicts))
	for i, v := range k.verdicts {
		rows[i] = *object(member{"resource", wire.NewString(k.resources[i])}, member{"allow", wire.NewBool(v.decision.Allowed)})
	}
	return object(member{"list", wire.NewList(rows...)}), nil
}

// Describe tells what was asked about whom.
func (k *checking) Describe(r *audit.Record) {
	k.describe(r, member{"asked", wire.NewInt(k.uin)})
}
