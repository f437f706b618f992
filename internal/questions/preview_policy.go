package questions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

const (
	maxSamples   = 20     // of each kind of change
	maxSets      = 1000   // compiled with the draft, kept at once
	mostReplayed = 50_000 // records, and questions in them
)

// A preview decides with a draft in the place of a policy.
type preview struct {
	*replayer
	policyID int64
	draft    *policy.Document
	boundary *policy.Set      // the draft as one
	groups   map[int64]bool   // that have the policy
	bound    map[int64]*bound // users and roles that were looked at: their numbers do not meet
	sets     map[string]*policy.Set
	out      *hufu20261201.PreviewPolicyResponse
}

// bound is how the policy binds one principal.
type bound struct {
	holds, bounds    bool
	policies, groups []int64
	boundary         int64 // 0 = none
}

// PreviewPolicy asks recorded questions again, with the policy and with the draft.
func (p *Product) PreviewPolicy(ctx context.Context, c *call.Call, in *hufu20261201.PreviewPolicyRequest) (*hufu20261201.PreviewPolicyResponse, error) {
	if err := p.mayGet(ctx, c, in.PolicyId); err != nil {
		return nil, err
	}
	v := &preview{replayer: &replayer{Product: p, call: c, found: map[string]*call.Principal{}}, policyID: in.PolicyId,
		groups: map[int64]bool{}, bound: map[int64]*bound{}, sets: map[string]*policy.Set{}, out: &hufu20261201.PreviewPolicyResponse{}}
	var err error
	if v.draft, err = p.directory.CheckDraft(in.PolicyDocument); err != nil {
		return nil, err
	}
	v.boundary = policy.Compile([]policy.Source{{ID: v.policyID, Document: v.draft}}, policy.Env{})
	groups, err := p.directory.GroupsWith(ctx, p.db.Read(), c.Account(), v.policyID)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		v.groups[g] = true
	}
	if err := v.calls(ctx, int(in.Days)); err != nil {
		return nil, err
	}
	return v.out, v.differences(ctx)
}

// mayGet answers the denial of a caller who may not get a policy, and then whether there is one.
func (p *Product) mayGet(ctx context.Context, c *call.Call, id int64) error {
	name := qcs.Policy(strconv.FormatInt(int64(c.Account()), 10), strconv.FormatInt(id, 10))
	if _, err := c.Ask(ctx, call.Question{Action: "cam:GetPolicy", Names: []qcs.Resource{name}, Aside: true}); err != nil {
		return err
	}
	found, err := p.directory.Documents(ctx, c.Account(), []int64{id}, nil)
	if err == nil && len(found) == 0 {
		err = fault.New(code.ResourceNotFoundPolicyIdNotFound)
	}
	return err
}

// calls goes through the records of some days.
func (v *preview) calls(ctx context.Context, days int) error {
	w := audit.Window{Since: v.call.At.AddDate(0, 0, -days), Most: mostReplayed}
	v.out.Since = w.Since.Unix()
	oldest, questions := v.call.At, 0
	whole, err := audit.Walk(ctx, v.db.Read(), v.call.Account(), w, func(r *audit.Record) (bool, error) {
		if r.At.Before(w.Since) {
			return false, nil // a clock that was set back gives ids of a later time
		}
		list, err := v.questions(ctx, r)
		if questions += len(list); questions > mostReplayed {
			err = errTooMany
		}
		for i := 0; i < len(list) && err == nil; i++ {
			err = v.again(ctx, r, &list[i])
		}
		if errors.Is(err, errTooMany) {
			v.out.IsTruncated = true
			return true, nil
		}
		v.out.Scanned++
		oldest = r.At
		return false, err
	})
	if v.out.IsTruncated = v.out.IsTruncated || !whole; v.out.IsTruncated {
		v.out.Since = oldest.Unix()
	}
	return err
}

// again asks a recorded question again, if it is about somebody whom the policy binds.
func (v *preview) again(ctx context.Context, r *audit.Record, a *asked) error {
	b, err := v.binds(ctx, a.who)
	if err != nil || !b.holds && !b.bounds {
		return err
	}
	if a.lost {
		v.out.Outdated++
		return nil
	}
	now, err := v.engine.Prepare(ctx, a.question)
	if err != nil {
		return err
	}
	before := policy.Decide(now)
	if before.Allowed != a.allowed {
		v.out.Outdated++
		return nil
	}
	v.out.Replayed++
	then, err := v.drafted(ctx, now, b)
	if err != nil {
		return err
	}
	after := policy.Decide(then)
	count := &v.out.NewlyAllowed
	if before.Allowed == after.Allowed {
		return nil
	}
	if before.Allowed {
		count = &v.out.NewlyDenied
	}
	if *count++; *count <= maxSamples {
		v.out.Samples = append(v.out.Samples, hufu20261201.ChangedCall{RequestId: a.request, Time: r.At.UnixMilli(), Action: a.action, Resource: a.resource,
			PrincipalType: a.who.Kind.String(), PrincipalId: strconv.FormatInt(a.who.ID(), 10), Before: before.Effect.String(), After: after.Effect.String()})
	}
	return nil
}

// binds tells how the policy binds a principal.
func (v *preview) binds(ctx context.Context, who *call.Principal) (*bound, error) {
	if b := v.bound[who.ID()]; b != nil {
		return b, nil
	}
	if len(v.bound) == maxFound {
		return nil, errTooMany
	}
	e, err := v.directory.Effective(ctx, v.call.Account(), who.Kind, who.ID())
	if err != nil {
		return nil, err
	}
	b := &bound{bounds: e.Boundary == v.policyID, boundary: e.Boundary, policies: e.Policies, groups: e.Groups}
	b.holds = slices.Contains(e.Policies, v.policyID) || slices.ContainsFunc(e.Groups, func(g int64) bool { return v.groups[g] })
	v.bound[who.ID()] = b
	return b, nil
}

// drafted is the question with the draft in the place of the policy.
func (v *preview) drafted(ctx context.Context, q *policy.Question, b *bound) (*policy.Question, error) {
	then := *q
	if b.bounds {
		then.Layers.Boundary = v.boundary
	}
	if !b.holds {
		return &then, nil
	}
	key := fmt.Sprint(b.policies, b.groups)
	set := v.sets[key]
	if set == nil {
		documents, err := v.directory.Documents(ctx, v.call.Account(), b.policies, b.groups)
		if err != nil {
			return nil, err
		}
		set = policy.Compile(v.replaced(documents), policy.Env{})
		if len(v.sets) == maxSets {
			clear(v.sets)
		}
		v.sets[key] = set
	}
	then.Layers.Identity = set
	return &then, nil
}

// replaced are policies with the draft among them.
func (v *preview) replaced(documents []access.Document) []policy.Source {
	all := sources(documents)
	for i := range all {
		if all[i].ID == v.policyID {
			all[i].Document = v.draft
		}
	}
	return all
}
