package questions

import (
	"context"
	"strconv"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// The permissions that what an answer shows is bound to.
var (
	readPolicy = policy.Action{Service: "cam", Name: "GetPolicy"}
	readRole   = policy.Action{Service: "cam", Name: "GetRole"}
)

// sight is what the caller of one question may read. Of a policy that it may not get with GetPolicy it learns neither
// the name nor the words: only what the layer comes to.
type sight struct {
	engine *access.Engine
	caller *call.Call
	role   []qcs.Resource // names of the role whose trust policy the decision rests on
	given  bool           // the policy of the resource is the caller's own words
	asked  map[string]bool
}

func (p *Product) sight(c *call.Call, a *ask) *sight {
	s := &sight{engine: p.engine, caller: c, asked: map[string]bool{}}
	if a != nil && a.own {
		s.role = a.names
	} else if a != nil {
		s.given = true
	}
	return s
}

// of reports whether the caller may read a policy of a layer.
func (s *sight) of(ctx context.Context, layer policy.Layer, policyID int64) (bool, error) {
	switch {
	case layer == policy.LayerGeneral:
		return true, nil // the same for everybody, and documented
	case layer == policy.LayerControl:
		return false, nil // the organization's, not the account's
	case layer == policy.LayerResource && s.given:
		return true, nil
	case layer == policy.LayerResource && s.role != nil:
		return s.may(ctx, readRole, s.role)
	case policyID == 0:
		return s.may(ctx, readPolicy, nil) // of a session or a resource, which no action shows: for who may read any policy
	}
	return s.policy(ctx, policyID)
}

// policy reports whether the caller may get a policy.
func (s *sight) policy(ctx context.Context, id int64) (bool, error) {
	owner := strconv.FormatInt(int64(s.caller.Account()), 10)
	return s.may(ctx, readPolicy, []qcs.Resource{qcs.Policy(owner, strconv.FormatInt(id, 10)), qcs.PolicyAlias(owner, strconv.FormatInt(id, 10))})
}

// may asks once for each object.
func (s *sight) may(ctx context.Context, action policy.Action, names []qcs.Resource) (bool, error) {
	key := action.String()
	if len(names) > 0 {
		key += " " + names[0].String()
	}
	if may, ok := s.asked[key]; ok {
		return may, nil
	}
	c := s.caller
	d, err := s.engine.Decide(ctx, access.Question{Caller: c.Caller, Action: action, Names: names,
		Context: policy.Context{IP: c.IP, Time: c.At, MFA: c.Caller.MFA()}})
	s.asked[key] = err == nil && d.Allowed
	return s.asked[key], err
}
