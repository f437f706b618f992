package questions

import (
	"context"
	"slices"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
	"github.com/hufu-iam/hufu/policy"
)

// through tells by which statements something is allowed, and on which conditions it hangs.
type through struct {
	grants     []hufu20261201.Grant
	conditions []hufu20261201.OpenCondition
	redacted   bool
}

// holdings are the policies of one principal, read when they are first needed.
type holdings struct {
	p   *Product
	c   *call.Call
	who *call.Principal
	all map[int64]cam.Holding
}

func (h *holdings) of(ctx context.Context, policyID int64) (cam.Holding, error) {
	if h.all == nil {
		all, err := h.p.directory.Holdings(ctx, h.p.db.Read(), h.c.Account(), h.who.Kind, h.who.ID())
		if err != nil {
			return cam.Holding{}, err
		}
		h.all = all
	}
	return h.all[policyID], nil
}

// through reads an explanation for the statements that allow, and for the conditions that what is left open decides.
func (s *sight) through(ctx context.Context, x *policy.Explanation, open func(string) bool, held *holdings) (t through, err error) {
	for i := range x.Layers {
		l := &x.Layers[i]
		if l.Skipped != "" {
			continue
		}
		for j := range l.Statements {
			if err := s.statement(ctx, l.Layer, &l.Statements[j], open, held, &t); err != nil {
				return t, err
			}
		}
	}
	return t, nil
}

// statement adds what one statement contributes.
func (s *sight) statement(ctx context.Context, l policy.Layer, st *policy.StatementTrace, open func(string) bool, held *holdings, t *through) error {
	grants := st.Effect == policy.Allow && (l == policy.LayerIdentity || l == policy.LayerResource)
	conditional := st.Open(open)
	if !conditional && !(grants && st.Applies) {
		return nil
	}
	if ok, err := s.Policy(ctx, l, st.Ref.PolicyID); err != nil || !ok {
		t.redacted = true
		return err
	}
	if conditional {
		t.add(st, open)
	}
	if !grants {
		return nil
	}
	g := hufu20261201.Grant{Layer: l.String(), PolicyId: st.Ref.PolicyID, PolicyName: st.Ref.PolicyName, Version: st.Ref.Version,
		Statement: int64(st.Ref.Index + 1), Conditional: conditional}
	if l == policy.LayerIdentity {
		h, err := held.of(ctx, st.Ref.PolicyID)
		if err != nil {
			return err
		}
		g.Direct, g.Groups = h.Direct, groupRefs(h.Groups)
	}
	t.grants = append(t.grants, g)
	return nil
}

func groupRefs(from []cam.Group) []hufu20261201.GroupRef {
	to := make([]hufu20261201.GroupRef, len(from))
	for i, g := range from {
		to[i] = hufu20261201.GroupRef{GroupId: g.ID, GroupName: g.Name}
	}
	return to
}

// add notes the open conditions of a statement, each once.
func (t *through) add(st *policy.StatementTrace, open func(string) bool) {
	for _, list := range [...][]policy.ConditionTrace{st.Held, st.Failed} {
		for _, c := range list {
			o := hufu20261201.OpenCondition{Effect: word(st.Effect), Operator: c.Operator, Key: c.Key, Values: c.Values}
			same := func(p hufu20261201.OpenCondition) bool {
				return p.Effect == o.Effect && p.Operator == o.Operator && p.Key == o.Key && slices.Equal(p.Values, o.Values)
			}
			if open(c.Key) && !slices.ContainsFunc(t.conditions, same) {
				t.conditions = append(t.conditions, o)
			}
		}
	}
}
