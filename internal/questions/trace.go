package questions

import (
	"context"
	"slices"

	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
	"github.com/hufu-iam/hufu/policy"
)

// maxTraced bounds the statements of one layer in an answer.
const maxTraced = 200

// layers are the traces of an explanation as the caller may read them.
func (s *sight) layers(ctx context.Context, x *policy.Explanation) ([]hufu20261201.LayerTrace, error) {
	out := make([]hufu20261201.LayerTrace, 0, len(x.Layers))
	for i := range x.Layers {
		l, err := s.layer(ctx, &x.Layers[i])
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

func (s *sight) layer(ctx context.Context, from *policy.LayerTrace) (hufu20261201.LayerTrace, error) {
	l := hufu20261201.LayerTrace{Layer: from.Layer.String(), Level: int64(from.Level), Skipped: from.Skipped, Result: result(from)}
	for _, ref := range from.Broken {
		ok, err := s.Policy(ctx, from.Layer, ref.PolicyID)
		switch {
		case err != nil:
			return l, err
		case ok:
			l.Broken = append(l.Broken, hufu20261201.PolicyRef{PolicyId: ref.PolicyID, PolicyName: ref.PolicyName, Version: ref.Version})
		default:
			l.Redacted = true
		}
	}
	more := int64(from.More)
	for i := range from.Statements {
		ok, err := s.Policy(ctx, from.Layer, from.Statements[i].Ref.PolicyID)
		switch {
		case err != nil:
			return l, err
		case !ok:
			l.Redacted = true
		case len(l.Statements) == maxTraced:
			more++
		default:
			l.Statements = append(l.Statements, statement(&from.Statements[i]))
		}
	}
	if !l.Redacted { // of how many is not for who may not read them all
		l.More = more
	}
	return l, nil
}

// result is what a layer comes to by itself.
func result(l *policy.LayerTrace) string {
	denies, allows := len(l.Broken) > 0 && l.Layer != policy.LayerIdentity, false
	for i := range l.Statements {
		if s := &l.Statements[i]; s.Applies {
			denies = denies || s.Effect == policy.ExplicitDeny
			allows = allows || s.Effect == policy.Allow
		}
	}
	switch {
	case denies:
		return "deny"
	case allows:
		return "allow"
	}
	return "none"
}

func statement(s *policy.StatementTrace) hufu20261201.StatementTrace {
	return hufu20261201.StatementTrace{PolicyId: s.Ref.PolicyID, PolicyName: s.Ref.PolicyName, Version: s.Ref.Version, Statement: int64(s.Ref.Index + 1),
		Offset: int64(s.Offset), End: int64(s.End), Effect: word(s.Effect), Applies: s.Applies, Anyone: s.Anyone,
		Held: conditions(s.Held), Failed: conditions(s.Failed)}
}

// word is an effect as statements spell it.
func word(e policy.Effect) string {
	if e == policy.Allow {
		return "allow"
	}
	return "deny"
}

func conditions(from []policy.ConditionTrace) []hufu20261201.ConditionTrace {
	to := make([]hufu20261201.ConditionTrace, len(from))
	for i, c := range from {
		to[i] = hufu20261201.ConditionTrace{Operator: c.Operator, Key: c.Key, Values: c.Values, Seen: c.Seen, Missing: c.Missing}
	}
	return to
}

// statementRef names a statement, or nothing where the caller may not read it.
func (s *sight) statementRef(ctx context.Context, layer policy.Layer, ref *policy.Ref) (*hufu20261201.StatementRef, error) {
	if ref == nil {
		return nil, nil
	}
	if ok, err := s.Policy(ctx, layer, ref.PolicyID); err != nil || !ok {
		return nil, err
	}
	return &hufu20261201.StatementRef{PolicyId: ref.PolicyID, PolicyName: ref.PolicyName, Version: ref.Version, Statement: int64(ref.Index + 1)}, nil
}

func (s *sight) remedy(ctx context.Context, from *policy.Remedy) (*hufu20261201.Remedy, error) {
	if from == nil {
		return nil, nil
	}
	r := &hufu20261201.Remedy{}
	for i := range from.Denies {
		d := &from.Denies[i]
		ref, err := s.statementRef(ctx, d.Layer, &d.Ref)
		if err != nil {
			return nil, err
		}
		told := func(o hufu20261201.RemedyDeny) bool {
			return o.Statement == nil && o.Layer == d.Layer.String() && o.Level == int64(d.Level)
		}
		if ref == nil && slices.ContainsFunc(r.Denies, told) {
			continue // how many there are is not told either
		}
		r.Denies = append(r.Denies, hufu20261201.RemedyDeny{Layer: d.Layer.String(), Level: int64(d.Level), Statement: ref})
	}
	for _, a := range from.Additions {
		r.Additions = append(r.Additions, hufu20261201.RemedyAddition{Layer: a.Layer.String(), Level: int64(a.Level), Statement: string(a.Statement)})
	}
	return r, nil
}
