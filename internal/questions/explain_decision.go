package questions

import (
	"context"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
)

// ExplainDecision answers one question with all that bears on it, as far as the caller may read it.
func (p *Product) ExplainDecision(ctx context.Context, c *call.Call, in *hufu20261201.ExplainDecisionRequest) (*hufu20261201.ExplainDecisionResponse, error) {
	who, err := p.subject(ctx, c, in.PrincipalType, in.PrincipalId)
	if err != nil {
		return nil, err
	}
	a, err := p.read(ctx, c, words{in.Action, in.Resource, in.ResourcePolicy, in.ResourceTags, in.Context})
	if err != nil {
		return nil, err
	}
	x, err := p.engine.Explain(ctx, a.of(who))
	if err != nil {
		return nil, err
	}
	see := p.sight(c, a)
	out := &hufu20261201.ExplainDecisionResponse{Allowed: x.Decision.Allowed, Effect: x.Decision.Effect.String(), Layer: x.Decision.Layer.String()}
	if out.Statement, err = see.statementRef(ctx, x.Decision.Layer, x.Decision.Statement); err != nil {
		return nil, err
	}
	if out.Layers, err = see.layers(ctx, &x); err != nil {
		return nil, err
	}
	out.Remedy, err = see.remedy(ctx, x.Remedy)
	return out, err
}
