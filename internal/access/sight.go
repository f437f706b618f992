package access

import (
	"context"
	"strconv"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// The permissions that it takes to be told what a policy says.
var (
	getPolicy = policy.Action{Service: "cam", Name: "GetPolicy"}
	getRole   = policy.Action{Service: "cam", Name: "GetRole"}
)

// A Sight is what one caller may be told of the policies behind decisions about its account, at one moment. Of a policy
// that it could not get it learns neither the name nor the words. It is for one goroutine.
type Sight struct {
	// Role has the names of the role whose trust policy is that of the resource. It takes GetRole, since its conditions may
	// be half a secret.
	Role []qcs.Resource
	// Given says that the policy of the resource came with the question: its words are the caller's own.
	Given bool

	engine *Engine
	caller *call.Principal
	facts  policy.Context
	asked  map[string]bool
}

// Sight makes that of a caller. Facts are those of its call that say who calls from where: whatever else the call says of
// itself must not open a policy.
func (e *Engine) Sight(caller *call.Principal, facts policy.Context) *Sight {
	return &Sight{engine: e, caller: caller, facts: policy.Context{IP: facts.IP, Time: facts.Time, MFA: facts.MFA}, asked: map[string]bool{}}
}

// Policy reports whether the caller may be told the name and the words of a policy in a layer. Everybody knows the general
// rules; control policies are the organization's, which are not for its accounts. What has no id, the policy of a session
// or a resource, no action shows: it is for who may get any.
func (s *Sight) Policy(ctx context.Context, layer policy.Layer, id int64) (bool, error) {
	switch {
	case layer == policy.LayerGeneral:
		return true, nil
	case layer == policy.LayerControl:
		return false, nil
	case layer == policy.LayerResource && s.Given:
		return true, nil
	case layer == policy.LayerResource && s.Role != nil:
		return s.trust(ctx)
	case id == 0:
		return s.may(ctx, getPolicy, nil)
	}
	owner, number := AccountOf(s.caller).UIN, strconv.FormatInt(id, 10)
	return s.may(ctx, getPolicy, []qcs.Resource{qcs.Policy(owner, number), qcs.PolicyAlias(owner, number)})
}

// trust reports whether the caller may get the role. That of another account shows its trust policy to nobody here.
func (s *Sight) trust(ctx context.Context) (bool, error) {
	if owner := s.Role[0].Owner(); owner != "" && owner != AccountOf(s.caller).UIN {
		return false, nil
	}
	return s.may(ctx, getRole, s.Role)
}

// may reports whether the caller may do an action on what these are the names of. It asks once for each object.
func (s *Sight) may(ctx context.Context, action policy.Action, names []qcs.Resource) (bool, error) {
	key := action.String()
	if len(names) > 0 {
		key += " " + names[0].String()
	}
	if may, ok := s.asked[key]; ok {
		return may, nil
	}
	d, err := s.engine.Decide(ctx, Question{Caller: s.caller, Action: action, Names: names, Context: s.facts})
	if err != nil {
		return false, err
	}
	s.asked[key] = d.Allowed
	return d.Allowed, nil
}
