package questions

import (
	"context"
	"fmt"
	"strconv"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// ask is a question without the one that it is about.
type ask struct {
	action policy.Action
	names  []qcs.Resource // of one object; none for an action that touches no object
	level  policy.Granularity
	facts  facts
	policy *policy.Set // of the resource, or the trust policy of the role
	// own marks a trust policy that was not handed in with the question but read from the account.
	own bool
}

// words are the members of a request that make a question.
type words struct {
	Action           string
	Resource, Policy *string
	Tags             []hufu20261201.ResourceTag
	Context          []hufu20261201.ContextKey
}

var assumeRole = policy.Action{Service: "sts", Name: "AssumeRole"}

// read makes a question of the words of a request.
func (p *Product) read(ctx context.Context, c *call.Call, w words) (*ask, error) {
	a := &ask{}
	var ok bool
	if a.action, ok = policy.ParseAction(w.Action); !ok {
		return nil, fault.New(code.InvalidParameterValue, "Action", w.Action)
	}
	a.level = p.products.Granularity(a.action.Service, a.action.Name)
	var err error
	if a.names, err = resource(c, w.Resource); err != nil {
		return nil, err
	}
	if a.facts, err = known(c, w.Tags, w.Context); err != nil {
		return nil, err
	}
	if len(a.names) == 0 || a.level != policy.ResourceLevel {
		a.facts.said[family("qcs:resource_tag")] = true // what touches no object has no tags of one
	}
	return a, p.resourcePolicy(ctx, c, a, w.Policy)
}

// resource reads the name of a resource. Without an account it is the caller's, as in a policy.
func resource(c *call.Call, name *string) ([]qcs.Resource, error) {
	if name == nil {
		return nil, nil
	}
	r, err := qcs.Parse(*name)
	if err != nil {
		return nil, fault.New(code.InvalidParameterValue, "Resource", *name).WithDetail("Resource: the " + err.Error() + ".")
	}
	if r.IsAny() {
		return nil, nil
	}
	own := access.AccountOf(c.Caller)
	switch r.Account {
	case "", "uin/", "uid/", "uid/" + own.AppID:
		r.Account = "uin/" + own.UIN
	}
	return []qcs.Resource{r}, nil
}

// known takes in what a question says of the request. Unless it says otherwise the request comes now.
func known(c *call.Call, tags []hufu20261201.ResourceTag, keys []hufu20261201.ContextKey) (facts, error) {
	f := facts{said: map[string]bool{}}
	f.Time = c.At
	for _, t := range tags {
		f.said[family("qcs:resource_tag")] = true
		f.ResourceTags = append(f.ResourceTags, policy.NewTag(t.Key, t.Value))
	}
	given := map[string]bool{}
	for _, k := range keys {
		err := f.say(k.Key, k.Values)
		if given[k.Key] {
			err = fmt.Errorf("%s is given twice", k.Key)
		}
		if given[k.Key] = true; err != nil {
			return f, fault.New(code.InvalidParameterValue, "Context", k.Key).WithDetail("Context: " + err.Error() + ".")
		}
	}
	return f, nil
}

// resourcePolicy finds the policy on the other side of a question: the one that was handed in, or of a role of the
// account, which nobody assumes without its trust policy, that.
func (p *Product) resourcePolicy(ctx context.Context, c *call.Call, a *ask, text *string) error {
	kind := policy.ResourcePolicy
	if a.action == assumeRole {
		kind = policy.TrustPolicy
	}
	if text != nil {
		d, err := policy.Check(*text, policy.Rules{Kind: kind})
		if err != nil {
			return fault.New(code.InvalidParameterValue, "ResourcePolicy").WithDetail("ResourcePolicy: " + err.Error() + ".")
		}
		a.policy = access.Trust("", d.Text)
	}
	if a.action != assumeRole {
		return nil
	}
	if len(a.names) == 0 {
		return fault.New(code.InvalidParameterValue, "Resource").WithDetail("Resource: sts:AssumeRole is about a role.")
	}
	e, err := qcs.ParseEntity(a.names[0].String())
	if err != nil || e.Kind != qcs.KindRole {
		return fault.New(code.InvalidParameterValue, "Resource", a.names[0].String()).WithDetail("Resource: sts:AssumeRole is about a role.")
	}
	if e.Account == strconv.FormatInt(int64(c.Account()), 10) {
		return p.ownRole(ctx, c, a, e)
	}
	if text == nil {
		return fault.New(code.InvalidParameterValue, "Resource", a.names[0].String()).
			WithDetail("Resource: the trust policy of another account's role is not known here; hand it in as ResourcePolicy.")
	}
	return nil
}

// ownRole takes all names of a role of the account, and its trust policy unless another was handed in to try.
func (p *Product) ownRole(ctx context.Context, c *call.Call, a *ask, e qcs.Entity) error {
	id, _ := strconv.ParseInt(e.ID, 10, 64)
	missing := fault.New(code.ResourceNotFoundRoleNotFound)
	if id == 0 && e.Name == "" {
		return missing
	}
	role, err := p.directory.Role(ctx, p.db.Read(), c.Account(), id, e.Name)
	if err == nil && (role == nil || e.Service && !role.ServiceLinked) {
		err = missing
	}
	if err != nil {
		return err
	}
	a.names = append(a.names, qcs.Role(e.Account, strconv.FormatInt(role.ID, 10), role.Name, role.ServiceLinked)...)
	if a.policy == nil {
		a.policy, a.own = access.Trust(role.Name, role.Document), true
	}
	return nil
}

// of is the question about one principal.
func (a *ask) of(who *call.Principal) access.Question {
	q := access.Question{Caller: who, Action: a.action, Names: a.names, Granularity: a.level, Context: a.facts.Context, Policy: a.policy}
	if who.MFA() && !a.facts.said["qcs:mfa"] {
		q.Context.MFA = true // the session of a key has passed it or not
	}
	if a.action == assumeRole {
		q.Policy, q.Trust = nil, a.policy
	}
	return q
}

// open reports what the question leaves open about one principal.
func (a *ask) open(who *call.Principal) func(key string) bool {
	return func(key string) bool {
		if family(key) == "qcs:mfa" && (who.KeyID != "" || who.Session != nil) {
			return false
		}
		return a.facts.open(key)
	}
}
