package questions

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
	"github.com/hufu-iam/hufu/policy"
)

// maxUses bounds the uses that are read of one principal or policy.
const maxUses = 50_000

// idle looks for what is granted and not used.
type idle struct {
	*Product
	call  *call.Call
	sight *sight
	since time.Time // what was used from then on counts
	steps int
	out   *hufu20261201.ListUnusedActionsResponse
}

// ListUnusedActions compares what is granted with what the audit trail has seen used.
func (p *Product) ListUnusedActions(ctx context.Context, c *call.Call, in *hufu20261201.ListUnusedActionsRequest) (*hufu20261201.ListUnusedActionsResponse, error) {
	v := &idle{Product: p, call: c, sight: p.sight(c, nil), since: c.At.AddDate(0, 0, -int(in.Days)), out: &hufu20261201.ListUnusedActionsResponse{}}
	tracked, err := p.trackedSince(ctx, c.At)
	if err != nil {
		return nil, err
	}
	v.out.Since, v.out.TrackedSince = v.since.Unix(), tracked.Unix()
	switch {
	case in.PolicyId != nil && (in.PrincipalId != nil || in.PrincipalType != nil):
		err = fault.New(code.InvalidParameterValue, "PolicyId").WithDetail("Ask about a principal or about a policy, not about both.")
	case in.PolicyId != nil:
		err = v.policy(ctx, *in.PolicyId)
	case in.PrincipalId != nil && in.PrincipalType != nil:
		var who *call.Principal
		if who, err = p.subject(ctx, c, *in.PrincipalType, *in.PrincipalId); err == nil {
			err = v.principal(ctx, who)
		}
	case in.PrincipalId != nil:
		err = fault.New(code.MissingParameter, "PrincipalType")
	case in.PrincipalType != nil:
		err = fault.New(code.MissingParameter, "PrincipalId")
	default:
		err = v.everybody(ctx, in.Marker, int(in.MaxItems))
	}
	return v.out, err
}

// trackedSince is the moment from which all uses are known.
func (p *Product) trackedSince(ctx context.Context, now time.Time) (time.Time, error) {
	since, ok, err := audit.UsesSince(ctx, p.db.Read())
	if err != nil {
		return since, err
	}
	if !ok {
		return now, nil
	}
	kept := audit.MaxUseAge
	if p.retention > 0 {
		kept = min(kept, p.retention)
	}
	if oldest := now.Add(-kept); since.Before(oldest) {
		return oldest, nil
	}
	return since, nil
}

// everybody looks at one principal after the other.
func (v *idle) everybody(ctx context.Context, marker *string, most int) error {
	at, err := v.openMarker(v.call, marker)
	if err != nil {
		return err
	}
	at.stage = max(at.stage, 1) // the root user needs no policy
	began := time.Now()
	for left := most; at.stage < len(stages); at = (place{stage: at.stage + 1}) {
		kind := stages[at.stage].kind
		next, err := v.directory.PrincipalsAfter(ctx, v.call.Account(), kind, at.id, left+1)
		if err != nil {
			return err
		}
		for _, id := range next {
			if left == 0 || v.steps > maxSteps || time.Since(began) > maxDuration {
				v.out.IsTruncated, v.out.Marker = true, v.sealMarker(v.call, at)
				return nil
			}
			who := &call.Principal{Kind: kind, Account: v.call.Account(), AppID: v.call.Caller.AppID, UIN: id}
			if kind == call.Role {
				who.UIN, who.RoleID = 0, id
			}
			if err := v.principal(ctx, who); err != nil {
				return err
			}
			at.id = id
			left--
		}
	}
	return nil
}

// principal looks at one user or role.
func (v *idle) principal(ctx context.Context, who *call.Principal) error {
	uses, err := audit.UsesOf(ctx, v.db.Read(), v.call.Account(), who.Kind.String(), who.ID(), time.Time{}, maxUses)
	if err != nil {
		return err
	}
	a := &ask{action: policy.Action{Service: "*", Name: "*"}}
	if a.facts, err = known(v.call, nil, nil); err != nil {
		return err
	}
	prepared, err := v.engine.Prepare(ctx, a.of(who))
	if err != nil {
		return err
	}
	s, err := v.survey(ctx, v.call, who, prepared)
	if err != nil {
		return err
	}
	name, err := v.name(ctx, v.call, who.Kind, who.ID())
	if err != nil {
		return err
	}
	found := len(v.out.List)
	v.compare(s, uses, func(service string) []string { return s.granted(prepared, a.open(who), service) })
	for i := range v.out.List[found:] {
		e := &v.out.List[found+i]
		e.PrincipalType, e.PrincipalId, e.Name = who.Kind.String(), strconv.FormatInt(who.ID(), 10), name
	}
	return v.policies(ctx, who, uses)
}

// granted are the actions of a service that a principal may do on something, under some conditions.
func (s *survey) granted(prepared *policy.Question, open func(string) bool, service string) []string {
	may := map[string]bool{}
	for _, p := range s.pairs(service) {
		if may[p.name] {
			continue
		}
		if s.steps += s.weight(); s.spent() {
			break
		}
		_, verdict := policy.Judge(s.question(prepared, service, p, s.products.Granularity(service, p.name)), open)
		may[p.name] = verdict != policy.Refused
	}
	maps.DeleteFunc(may, func(_ string, allowed bool) bool { return !allowed })
	return slices.Sorted(maps.Keys(may))
}

// compare lists what is granted on each service and was not used.
func (v *idle) compare(s *survey, uses []audit.Used, granted func(service string) []string) {
	services := s.services()
	for _, service := range services {
		names := granted(service)
		e := hufu20261201.UnusedActions{Service: service, Granted: int64(len(names))}
		for _, name := range names {
			last := lastUse(uses, func(a policy.Action) bool {
				ofService := a.Service == service || covers(service, a.Service) && !slices.Contains(services, a.Service)
				return ofService && covers(name, a.Name)
			})
			if unused, at := v.unused(last); unused {
				e.Actions = append(e.Actions, hufu20261201.UnusedAction{Name: name, LastUsed: at})
			}
		}
		if len(e.Actions) > 0 {
			v.out.List = append(v.out.List, e)
		}
	}
	v.steps += s.steps
	v.out.IsPartial = v.out.IsPartial || s.spent() || len(uses) == maxUses
}

// lastUse is when some actions were last allowed; zero if they were not.
func lastUse(uses []audit.Used, of func(policy.Action) bool) (last time.Time) {
	for _, u := range uses {
		if allowed := u.Action.Name != ""; allowed && u.At.After(last) && of(u.Action) {
			last = u.At
		}
	}
	return last
}

// unused reports whether a last use is none that counts, and when it was. One that is known of may have been followed by
// another within the grain.
func (v *idle) unused(last time.Time) (unused bool, at *int64) {
	if !last.IsZero() {
		at = new(last.Unix())
	}
	return last.Add(audit.Grain).Before(v.since), at
}

// policies lists what a principal holds that decided nothing.
func (v *idle) policies(ctx context.Context, who *call.Principal, uses []audit.Used) error {
	held, err := v.directory.Holdings(ctx, v.db.Read(), v.call.Account(), who.Kind, who.ID())
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(held)) {
		var last time.Time
		for _, u := range uses {
			if u.PolicyID == id && u.At.After(last) {
				last = u.At
			}
		}
		unused, at := v.unused(last)
		if !unused {
			continue
		}
		ok, err := v.sight.Policy(ctx, policy.LayerIdentity, id)
		if err != nil {
			return err
		}
		if !ok {
			v.out.Redacted = true
			continue
		}
		denies, err := v.denies(ctx, id)
		if err != nil {
			return err
		}
		h := held[id]
		v.out.UnusedPolicies = append(v.out.UnusedPolicies, hufu20261201.UnusedPolicy{PrincipalType: who.Kind.String(), PrincipalId: strconv.FormatInt(who.ID(), 10),
			PolicyId: id, PolicyName: h.Name, Direct: h.Direct, Groups: groupRefs(h.Groups), LastUsed: at, Denies: denies})
	}
	return nil
}

// denies reports whether a policy denies anything.
func (v *idle) denies(ctx context.Context, id int64) (bool, error) {
	found, err := v.directory.Documents(ctx, v.call.Account(), []int64{id}, nil)
	if err != nil || len(found) == 0 {
		return false, err
	}
	d, err := policy.Parse(found[0].Text)
	if err != nil {
		return false, nil // it says nothing to anybody
	}
	return slices.ContainsFunc(d.Statements, func(s policy.Statement) bool { return s.Effect == policy.ExplicitDeny }), nil
}

// policy looks at what one policy grants and nobody used by it. What else binds its holders does not count.
func (v *idle) policy(ctx context.Context, id int64) error {
	if err := v.mayGet(ctx, v.call, id); err != nil {
		return err
	}
	found, err := v.directory.Documents(ctx, v.call.Account(), []int64{id}, nil)
	if err != nil {
		return err
	}
	uses, err := audit.UsesThrough(ctx, v.db.Read(), v.call.Account(), id, time.Time{}, maxUses)
	if err != nil {
		return err
	}
	s := &survey{products: v.products, who: &policy.Principal{}}
	for _, d := range found {
		s.allows = s.read(policy.LayerIdentity, d)
	}
	v.compare(s, uses, func(service string) []string {
		names := map[string]bool{}
		for _, sp := range s.allows {
			if covers(sp.service, service) {
				for _, name := range s.names(service, sp.name) {
					names[name] = true
				}
			}
		}
		return slices.Sorted(maps.Keys(names))
	})
	return nil
}
