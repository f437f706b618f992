package questions

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// Bounds of one call. Whoever is looked at costs some lookups and a decision, a policy that can be what allows costs a
// query for each page; an account has any number of both.
const (
	maxExamined = 1000
	maxPolicies = 2000 // that are read to find those that can allow
	maxNarrowed = 200  // that are asked for their holders: beyond, looking at everybody is less work
	stride      = 250  // principals, or policies, that are read together
)

// A walk goes through the principals of an account in the order root, users, roles, and stops where the answer is full.
type walk struct {
	*Product
	call     *call.Call
	ask      *ask
	sight    *sight
	types    []string
	policies []int64 // nothing else can allow it; nil: anything may
	max      int
	at       place
	began    time.Time
	out      *hufu20261201.ListAllowedPrincipalsResponse
}

// ListAllowedPrincipals decides for one principal after the other.
func (p *Product) ListAllowedPrincipals(ctx context.Context, c *call.Call, in *hufu20261201.ListAllowedPrincipalsRequest) (*hufu20261201.ListAllowedPrincipalsResponse, error) {
	w := &walk{Product: p, call: c, types: in.PrincipalTypes, max: int(in.MaxItems), began: time.Now(), out: &hufu20261201.ListAllowedPrincipalsResponse{}}
	var err error
	if w.at, err = p.openMarker(c, in.Marker); err != nil {
		return nil, err
	}
	if w.ask, err = p.read(ctx, c, words{in.Action, in.Resource, in.ResourcePolicy, in.ResourceTags, in.Context}); err != nil {
		return nil, err
	}
	w.sight = p.sight(c, w.ask)
	if err := w.narrow(ctx); err != nil {
		return nil, err
	}
	for ; w.at.stage < len(stages); w.at = (place{stage: w.at.stage + 1}) {
		done, err := w.stage(ctx)
		if err != nil {
			return nil, err
		}
		if !done {
			w.out.IsTruncated = true
			w.out.Marker = p.sealMarker(c, w.at)
			break
		}
	}
	return w.out, nil
}

// narrow finds the policies that alone can allow what is asked, so that only their holders need a look. A policy of the
// resource can allow it to anybody; and where the account has too many policies to read them all, anybody is looked at.
func (w *walk) narrow(ctx context.Context) error {
	if w.ask.policy != nil && w.ask.action != assumeRole {
		return nil
	}
	attached, err := w.directory.AttachedPolicies(ctx, w.db.Read(), w.call.Account(), maxPolicies+1)
	if err != nil || len(attached) > maxPolicies {
		return err
	}
	w.policies = []int64{}
	for some := range slices.Chunk(attached, stride) {
		documents, err := w.directory.Documents(ctx, w.call.Account(), some, nil)
		if err != nil {
			return err
		}
		for _, d := range documents {
			if w.ask.mayAllow(access.AccountOf(w.call.Caller), d) {
				w.policies = append(w.policies, d.ID)
			}
		}
		if len(w.policies) > maxNarrowed {
			w.policies = nil
			return nil
		}
	}
	return nil
}

// mayAllow reports whether a policy can allow the question to any of its holders.
func (a *ask) mayAllow(owner qcs.Account, from access.Document) bool {
	d, err := policy.Parse(from.Text)
	if err != nil {
		return false
	}
	about := func(st policy.Statement) bool {
		return st.Effect == policy.Allow && slices.ContainsFunc(actionsOf(&st), func(p policy.Action) bool {
			return covers(p.Service, a.action.Service) && covers(p.Name, a.action.Name)
		})
	}
	if !slices.ContainsFunc(d.Statements, about) {
		return false
	}
	if strings.Contains(d.Body, "${") {
		return true // what it says depends on the holder
	}
	q := &policy.Question{Principal: policy.Principal{Kind: policy.User, Account: owner}, Action: a.action, Resource: a.names, Granularity: a.level, Context: a.facts.Context,
		Layers: policy.Layers{Identity: policy.Compile([]policy.Source{{Document: d}}, policy.Env{})}}
	if len(a.names) == 0 {
		q.Resource, q.Granularity = []qcs.Resource{qcs.Any}, max(a.level, policy.OperationLevel)
	}
	return slices.ContainsFunc(policy.Explain(q).Layers[0].Statements, func(s policy.StatementTrace) bool { return s.Effect == policy.Allow })
}

// stage looks at the principals of one kind; not done if the answer is full before.
func (w *walk) stage(ctx context.Context) (done bool, err error) {
	kind := stages[w.at.stage]
	if len(w.types) > 0 && !slices.Contains(w.types, kind.name) {
		return true, nil
	}
	for {
		next, err := w.next(ctx, kind.kind)
		if err != nil || len(next) == 0 {
			return true, err
		}
		for _, id := range next {
			if len(w.out.Principals) == w.max || w.out.Examined == maxExamined || time.Since(w.began) > maxDuration {
				return false, nil
			}
			if err := w.look(ctx, kind.kind, id); err != nil {
				return false, err
			}
			w.at.id = id
			w.out.Examined++
		}
	}
}

// next are some principals of a kind after the place of the walk.
func (w *walk) next(ctx context.Context, kind call.PrincipalKind) ([]int64, error) {
	q, a, after := w.db.Read(), w.call.Account(), w.at.id
	switch {
	case kind == call.Root && after == 0:
		return []int64{int64(a)}, nil
	case kind == call.Root:
		return nil, nil
	case w.policies == nil:
		return w.directory.PrincipalsAfter(ctx, a, kind, after, stride)
	case kind == call.User:
		return w.directory.UsersWithAny(ctx, q, a, w.policies, after, stride)
	}
	return w.directory.RolesWithAny(ctx, q, a, w.policies, after, stride)
}

// look decides about one principal and lists it if it may.
func (w *walk) look(ctx context.Context, kind call.PrincipalKind, id int64) error {
	who := &call.Principal{Kind: kind, Account: w.call.Account(), AppID: w.call.Caller.AppID, UIN: id}
	if kind == call.Role {
		who.UIN, who.RoleID = 0, id
	}
	asked, err := w.engine.Prepare(ctx, w.ask.of(who))
	if err != nil {
		return err
	}
	open := w.ask.open(who)
	x, verdict := policy.Judge(asked, open)
	if verdict == policy.Refused {
		return nil
	}
	name, err := w.name(ctx, w.call, kind, id)
	if err != nil {
		return err
	}
	t, err := w.sight.through(ctx, &x, open, &holdings{p: w.Product, c: w.call, who: who})
	if err != nil {
		return err
	}
	found := hufu20261201.AllowedPrincipal{PrincipalType: kind.String(), PrincipalId: strconv.FormatInt(id, 10), Name: name,
		Conditional: verdict == policy.Conditional, Grants: t.grants, Redacted: t.redacted}
	if found.Conditional {
		found.Conditions = t.conditions
	}
	w.out.Principals = append(w.out.Principals, found)
	return nil
}
