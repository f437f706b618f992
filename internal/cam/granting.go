package cam

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// granting is a policy with what its allow statements name. Denials, conditions and boundaries are not subtracted: the
// question is which policies grant, not what is allowed.
type granting struct {
	attached
	actions []actionPattern
}

// actionPattern is one action of a statement. Services are compared in lower case, names as they are.
type actionPattern struct{ service, name qcs.Glob }

// grantsOf reads the actions that a document allows. One that no longer parses grants nothing.
func grantsOf(text string) []actionPattern {
	d, err := policy.Parse(text)
	if err != nil {
		return nil
	}
	var all []actionPattern
	for _, s := range d.Statements {
		if s.Effect != policy.Allow {
			continue
		}
		for _, action := range s.Actions {
			for _, a := range expandFeature(action) {
				all = append(all, patternOf(a))
			}
		}
	}
	return all
}

// expandFeature replaces the name of a feature set by its actions; one that is not known stands for nothing.
func expandFeature(action string) []string {
	if action == "*" || strings.Contains(action, ":") {
		return []string{action}
	}
	return policy.DefaultFeatures()[action]
}

func patternOf(action string) actionPattern {
	service, name, ok := strings.Cut(strings.TrimPrefix(action, "name/"), ":")
	if !ok {
		name = "*" // the bare star
	}
	return actionPattern{qcs.NewGlob(strings.ToLower(service)), qcs.NewGlob(name)}
}

// on are the patterns that reach a service.
func (g granting) on(service string) []actionPattern {
	var on []actionPattern
	for _, a := range g.actions {
		if a.service.Match(service) {
			on = append(on, a)
		}
	}
	return on
}

// services are all that a star can mean: those that are registered, those that presets spread over, and whatever else
// the policies themselves name.
func (p *Product) services(policies []granting) []string {
	all := map[string]bool{}
	for service := range p.actions.Titles() {
		all[service] = true
	}
	for _, service := range resourceServices {
		all[service] = true
	}
	for _, g := range policies {
		for _, a := range g.actions {
			if a.service.Literal() {
				all[a.service.String()] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// actionsOn names what patterns reach of a service. Where not all of its actions are known, the names are those of the
// policies too, stars included. Our decision.
func (p *Product) actionsOn(service string, patterns []actionPattern) []string {
	names := map[string]bool{}
	for _, a := range patterns {
		if !p.actions.Complete(service) {
			names[a.name.String()] = true
		}
		for action := range p.actions.Actions(service) {
			if a.name.Match(action) {
				names[action] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// node tells what policies grant on one service; false if they grant nothing there.
func (p *Product) node(service string, policies []granting, actions bool) (cam20190116.ListGrantServiceAccessNode, bool) {
	n := cam20190116.ListGrantServiceAccessNode{
		Service: cam20190116.ListGrantServiceAccessService{ServiceType: service, ServiceName: service},
		Action:  []cam20190116.ListGrantServiceAccessActionNode{},
	}
	if title, ok := p.actions.Titles()[service]; ok {
		n.Service.ServiceName = title
	}
	var patterns []actionPattern
	for _, g := range policies {
		on := g.on(service)
		if len(on) == 0 {
			continue
		}
		patterns = append(patterns, on...)
		n.Policy = append(n.Policy, grantingPolicy(g))
	}
	if actions {
		for _, name := range p.actionsOn(service, patterns) {
			n.Action = append(n.Action, cam20190116.ListGrantServiceAccessActionNode{Name: name})
		}
	}
	return n, len(n.Policy) > 0
}

func grantingPolicy(g granting) cam20190116.ListGrantServiceAccessPolicy {
	kind := "Custom"
	if g.kind() == presetPolicy {
		kind = "Presetting"
	}
	return cam20190116.ListGrantServiceAccessPolicy{PolicyId: strconv.FormatInt(g.policyID, 10), PolicyName: g.name,
		PolicyType: kind, PolicyDescription: g.description}
}

// granteeOf reads the one selector that must be there.
func granteeOf(in *cam20190116.ListPoliciesGrantingServiceAccessRequest) (holder, error) {
	given := slices.DeleteFunc([]holder{{toUser, number(in.TargetUin)}, {toRole, number(in.RoleId)}, {toGroup, number(in.GroupId)}},
		func(h holder) bool { return h.id == 0 })
	if len(given) != 1 {
		return holder{}, fault.New(code.InvalidParameterParamError, "TargetUin, RoleId, GroupId")
	}
	return given[0], nil
}

// policiesOf are the policies of a holder, newest first; of a user also those of its groups.
func policiesOf(ctx context.Context, q store.Queryer, a store.Account, h holder) ([]attached, error) {
	if h.kind != toUser {
		return attachedTo(ctx, q, a, h.kind, h.id)
	}
	list, err := heldBy(ctx, q, a, h.id, true, true)
	all := make([]attached, len(list))
	for i, held := range list {
		all[i] = held.attached
	}
	return all, err
}

// ListPoliciesGrantingServiceAccess tells on which services the policies of a user, role or group grant something. An
// identity that does not exist has none.
func (p *Product) ListPoliciesGrantingServiceAccess(ctx context.Context, c *call.Call, in *cam20190116.ListPoliciesGrantingServiceAccessRequest) (*cam20190116.ListPoliciesGrantingServiceAccessResponse, error) {
	to, err := granteeOf(in)
	if err != nil {
		return nil, err
	}
	var policies []granting
	err = p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		list, err := policiesOf(ctx, q, c.Account(), to)
		if err != nil {
			return err
		}
		for _, t := range list {
			d, err := p.source(ctx, q, c.Account(), t.policyID)
			if err != nil {
				return err
			}
			policies = append(policies, granting{t, grantsOf(d.Text)})
		}
		return nil
	})
	out := &cam20190116.ListPoliciesGrantingServiceAccessResponse{List: []cam20190116.ListGrantServiceAccessNode{}}
	only := strings.ToLower(value(in.ServiceType))
	for _, service := range p.services(policies) {
		if only != "" && service != only {
			continue
		}
		if n, ok := p.node(service, policies, only != ""); ok {
			out.List = append(out.List, n)
		}
	}
	return out, err
}
