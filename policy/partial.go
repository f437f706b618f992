package policy

import "slices"

// A Verdict answers a question of which not every fact is known.
type Verdict uint8

// The verdicts.
const (
	Refused     Verdict = iota // whatever the open facts turn out to be
	Conditional                // it may depend on them
	Granted                    // whatever the open facts turn out to be
)

// Judge explains a question of which some facts are open: it does not know
// what the request will have for the condition keys that open reports, full
// names each. The explanation is of the question as it stands; the verdict
// holds for every request that differs from it in those keys alone.
//
// Each condition counts alone. Conditions that exclude each other, such as
// two addresses at once, are not noticed, so that Conditional may stand where
// a closer look would come to one of the others; they are never wrong.
func Judge(q *Question, open func(key string) bool) (Explanation, Verdict) {
	x := Explain(q)
	e := evaluation{q: q}
	switch {
	case !e.prepare(), q.AssumeRole && q.Principal.Kind == Anonymous:
		return x, Refused // [evaluation.remedy] knows no help for these
	case !e.passes(x.Layers, open, true):
		return x, Refused
	case e.passes(x.Layers, open, false):
		return x, Granted
	}
	return x, Conditional
}

// passes reports whether the question is allowed if every condition on an open
// key turns out for the caller, or against him.
func (e *evaluation) passes(layers []LayerTrace, open func(string) bool, favour bool) bool {
	settled := slices.Clone(layers)
	for i := range settled {
		settled[i].Statements = slices.Clone(settled[i].Statements)
		for j := range settled[i].Statements {
			if s := &settled[i].Statements[j]; s.Open(open) {
				s.Applies = favour == (s.Effect == Allow)
			}
		}
	}
	r := e.remedy(settled)
	return len(r.Denies) == 0 && len(r.Additions) == 0
}

// Open reports whether it depends on open keys whether the statement applies:
// it has conditions on some, and those on other keys hold.
func (s *StatementTrace) Open(open func(key string) bool) bool {
	some := slices.ContainsFunc(s.Held, func(c ConditionTrace) bool { return open(c.Key) })
	for i := range s.Failed {
		if !open(s.Failed[i].Key) {
			return false
		}
		some = true
	}
	return some
}
