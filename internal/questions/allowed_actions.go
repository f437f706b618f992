package questions

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// inventory answers ListAllowedActions.
type inventory struct {
	*survey
	sight    *sight
	held     *holdings
	prepared *policy.Question
	open     func(string) bool
	resource []qcs.Resource // the one that is asked about; none: any
}

// ListAllowedActions decides about every action that the policies of a principal say something about.
func (p *Product) ListAllowedActions(ctx context.Context, c *call.Call, in *hufu20261201.ListAllowedActionsRequest) (*hufu20261201.ListAllowedActionsResponse, error) {
	who, err := p.subject(ctx, c, in.PrincipalType, in.PrincipalId)
	if err != nil {
		return nil, err
	}
	a := &ask{action: policy.Action{Service: "*", Name: "*"}}
	if a.names, err = resource(c, in.Resource); err != nil {
		return nil, err
	}
	if a.facts, err = known(c, in.ResourceTags, in.Context); err != nil {
		return nil, err
	}
	v := &inventory{sight: p.sight(c, nil), held: &holdings{p: p, c: c, who: who}, open: a.open(who), resource: a.names}
	if v.prepared, err = p.engine.Prepare(ctx, a.of(who)); err != nil {
		return nil, err
	}
	if v.survey, err = p.survey(ctx, c, who, v.prepared); err != nil {
		return nil, err
	}
	out := &hufu20261201.ListAllowedActionsResponse{}
	for _, service := range v.wanted(in.Service) {
		list, err := v.service(ctx, service)
		if err != nil {
			return nil, err
		}
		out.List = append(out.List, list...)
	}
	out.IsTruncated = v.spent()
	return out, nil
}

// wanted are the services to list. A resource is asked about with actions of its own service, of those that the policies
// name, and roles with those of sts.
func (v *inventory) wanted(only *string) []string {
	if only != nil {
		return []string{strings.ToLower(*only)}
	}
	if len(v.resource) == 0 {
		return v.services()
	}
	own, named := v.resource[0].Service, v.named()
	return slices.DeleteFunc(v.services(), func(s string) bool {
		return s != own && !named[s] && !(own == "cam" && s == "sts")
	})
}

// cell is one pair that is allowed.
type cell struct {
	name, resource string
	how            string // all that is told about it, as a text to compare
	entry          hufu20261201.AllowedActions
}

// service lists what is allowed on one service.
func (v *inventory) service(ctx context.Context, service string) ([]hufu20261201.AllowedActions, error) {
	var cells []cell
	seen := map[pair]bool{}
	for _, p := range v.pairs(service) {
		level := v.products.Granularity(service, p.name)
		switch {
		case level != policy.ResourceLevel && len(v.resource) > 0:
			continue // says nothing about any one resource
		case level != policy.ResourceLevel:
			p.object = everything
		case len(v.resource) > 0:
			p.object = objectsOf(v.resource[0].String(), v.who)[0]
		}
		if seen[p] {
			continue
		}
		seen[p] = true
		if v.steps += v.weight(); v.spent() {
			break
		}
		c, ok, err := v.decide(ctx, service, p, level)
		if err != nil {
			return nil, err
		}
		if ok {
			cells = append(cells, c)
		}
	}
	return gathered(cells), nil
}

// decide tells whether a pair is allowed, and how.
func (v *inventory) decide(ctx context.Context, service string, p pair, level policy.Granularity) (c cell, ok bool, err error) {
	q := v.question(v.prepared, service, p, level)
	if len(v.resource) > 0 {
		q.Resource = v.resource
	}
	x, verdict := policy.Judge(q, v.open)
	if verdict == policy.Refused {
		return c, false, nil
	}
	t, err := v.sight.through(ctx, &x, v.open, v.held)
	if err != nil {
		return c, false, err
	}
	c = cell{name: p.name, resource: p.object.String()}
	c.entry = hufu20261201.AllowedActions{Service: service, Conditional: verdict == policy.Conditional, Grants: t.grants, Redacted: t.redacted}
	if c.entry.Conditional {
		c.entry.Conditions = t.conditions
	}
	if err := v.addExceptions(ctx, &c, service, p, level); err != nil {
		return c, false, err
	}
	c.how = string(c.entry.AppendJSON(nil))
	return c, true, nil
}

// addExceptions notes what of the pair is denied.
func (v *inventory) addExceptions(ctx context.Context, c *cell, service string, p pair, level policy.Granularity) error {
	for _, sp := range v.except(service, p, level != policy.ResourceLevel || len(v.resource) > 0) {
		ok, err := v.sight.Policy(ctx, sp.layer, sp.policyID)
		if err != nil {
			return err
		}
		if !ok {
			c.entry.Redacted = true
			continue
		}
		for _, o := range sp.objects {
			part := hufu20261201.DeniedPart{Action: sp.service + ":" + sp.name, Resource: o.String()}
			if !slices.Contains(c.entry.Except, part) {
				c.entry.Except = append(c.entry.Except, part)
			}
		}
	}
	return nil
}

// gathered puts what is allowed in the same way into one entry: the resources of each action, then the actions with equal
// resources.
func gathered(cells []cell) []hufu20261201.AllowedActions {
	type row struct {
		name      string
		resources []string
		of        *cell
	}
	var rows []*row
	byAction := map[[2]string]*row{}
	for i := range cells {
		c := &cells[i]
		r := byAction[[2]string{c.name, c.how}]
		if r == nil {
			r = &row{name: c.name, of: c}
			byAction[[2]string{c.name, c.how}] = r
			rows = append(rows, r)
		}
		r.resources = append(r.resources, c.resource)
	}
	var list []*hufu20261201.AllowedActions
	byHow := map[[2]string]*hufu20261201.AllowedActions{}
	for _, r := range rows {
		key := [2]string{strings.Join(r.resources, "\n"), r.of.how}
		e := byHow[key]
		if e == nil {
			e = &r.of.entry
			e.Resources = r.resources
			byHow[key] = e
			list = append(list, e)
		}
		e.Actions = append(e.Actions, r.name)
	}
	out := make([]hufu20261201.AllowedActions, len(list))
	for i, e := range list {
		out[i] = *e
	}
	slices.SortStableFunc(out, func(a, b hufu20261201.AllowedActions) int { return cmp.Compare(a.Actions[0], b.Actions[0]) })
	return out
}
