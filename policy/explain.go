package policy

import (
	"slices"
	"unicode/utf8"
)

// An Explanation is a decision with everything that was said about the
// question, in every layer, also where the decision needed none of it. It
// reads well as JSON, and is the same wherever it is shown.
type Explanation struct {
	Decision Decision     `json:"decision"`
	Layers   []LayerTrace `json:"layers"`
	// Remedy says what would turn a denial into an allow; nil if it is none.
	Remedy *Remedy `json:"remedy,omitempty"`
}

// A LayerTrace is what one set said.
type LayerTrace struct {
	Layer Layer `json:"layer"`
	// Level counts the organization's levels from 0, the account's own.
	Level int `json:"level,omitempty"`
	// Skipped says why the layer had no say: "exempt", "root" or "".
	Skipped string `json:"skipped,omitempty"`
	// Broken lists policies that cannot be read.
	Broken []Ref `json:"broken,omitempty"`
	// MoreBroken counts those that [Explanation.Cut] left out.
	MoreBroken int `json:"moreBroken,omitempty"`
	// Statements are those whose action and resource match, and whose
	// principal does where there is one.
	Statements []StatementTrace `json:"statements"`
	// More counts the statements that [Explanation.Cut] left out.
	More int `json:"more,omitempty"`
}

// A StatementTrace is a statement that is about the question.
type StatementTrace struct {
	Ref    Ref    `json:"ref"`
	Effect Effect `json:"effect"`
	// Offset and End are its place in the document's text, in bytes.
	Offset int `json:"offset"`
	End    int `json:"end"`
	// Applies reports whether its conditions held.
	Applies bool `json:"applies"`
	// Named marks a statement for the caller, his groups or his account, and
	// Anyone one for everyone. Only resource policies have the latter.
	Named  bool `json:"named"`
	Anyone bool `json:"anyone,omitempty"`
	// Held and Failed are its conditions.
	Held   []ConditionTrace `json:"held,omitempty"`
	Failed []ConditionTrace `json:"failed,omitempty"`
}

// A ConditionTrace is a condition with what it looked at.
type ConditionTrace struct {
	Operator string   `json:"operator"`
	Key      string   `json:"key"`
	Values   []string `json:"values"`            // of the policy
	Seen     []string `json:"seen,omitempty"`    // of the request
	Missing  bool     `json:"missing,omitempty"` // the request has no such key
	// More and MoreSeen count the Values and those Seen that
	// [Explanation.Cut] left out.
	More     int `json:"more,omitempty"`
	MoreSeen int `json:"moreSeen,omitempty"`
}

// A ConditionNote is a condition as denial messages print it.
type ConditionNote struct {
	Effect string   `json:"effect"`
	Key    string   `json:"key"`
	Ope    string   `json:"ope"`
	Value  []string `json:"value"`
}

// Explain decides a question and tells all that bears on it. It is slower
// than [Decide], which it calls, and shares the matching with it.
func Explain(q *Question) Explanation {
	x := Explanation{Decision: Decide(q), Layers: []LayerTrace{}}
	e := evaluation{q: q}
	if !e.prepare() {
		return x
	}
	skipped := ""
	if e.isOwnerRoot() {
		skipped = "root"
	}
	l := &q.Layers
	for i, level := range l.Control {
		t := e.trace(LayerControl, level)
		t.Level = i
		if e.controlExempt() {
			t.Skipped = "exempt"
		}
		x.Layers = append(x.Layers, t)
	}
	for _, c := range [...]struct {
		layer Layer
		set   *Set
	}{
		{LayerGeneral, l.General}, {LayerBoundary, l.Boundary}, {LayerSession, l.Session},
		{LayerIdentity, l.Identity}, {LayerResource, l.Resource},
	} {
		if c.set == nil {
			continue
		}
		t := e.trace(c.layer, c.set)
		t.Skipped = skipped
		if c.layer == LayerGeneral && q.Principal.Kind != User {
			t.Skipped = "exempt"
		}
		x.Layers = append(x.Layers, t)
	}
	if !x.Decision.Allowed {
		x.Remedy = e.remedy(x.Layers)
	}
	return x
}

func (e *evaluation) trace(l Layer, set *Set) LayerTrace {
	t := LayerTrace{Layer: l, Statements: []StatementTrace{}}
	if set == nil {
		return t
	}
	t.Broken = set.Broken()
	scope := e.scope(l)
	for _, st := range set.statements {
		named, anyone := true, false
		if l == LayerResource {
			if named, anyone = e.concerns(st); !named && !anyone {
				continue
			}
		}
		if st.action(e) && st.resource(e, &scope) {
			s := e.traceStatement(st)
			s.Named, s.Anyone = named, anyone
			t.Statements = append(t.Statements, s)
		}
	}
	return t
}

func (e *evaluation) traceStatement(st *statement) StatementTrace {
	s := StatementTrace{Ref: st.ref, Effect: st.effect, Offset: st.source.Offset, End: st.source.End, Applies: true}
	for i := range st.conds {
		c := &st.conds[i]
		t := ConditionTrace{Operator: c.source.Operator, Key: c.source.Key, Values: c.source.Values}
		v := c.key.look(e.q)
		for j := range v.len() {
			if one, ok := v.at(j); ok {
				t.Seen = append(t.Seen, v.text(one))
			}
		}
		t.Missing = len(t.Seen) == 0
		if c.holds(e.q) {
			s.Held = append(s.Held, t)
		} else {
			s.Applies = false
			s.Failed = append(s.Failed, t)
		}
	}
	return s
}

const (
	maxCutValues = 20  // of a condition, and as many of the request
	maxCutText   = 256 // bytes of each, and of a condition's key
)

// Cut leaves at most n statements in each layer, those that deny first and
// then the others that apply, and as many of the denials of the remedy; of
// each condition at most 20 values and 20 of the request, and of each of
// these the first 256 bytes. What is left out is counted. What x shares with
// copies of it stays as it is.
func (x *Explanation) Cut(n int) {
	x.Layers = slices.Clone(x.Layers)
	for i := range x.Layers {
		l := &x.Layers[i]
		all := slices.Clone(l.Statements)
		slices.SortStableFunc(all, func(a, b StatementTrace) int { return b.weight() - a.weight() })
		if len(all) > n {
			l.More += len(all) - n
			all = all[:n]
		} else {
			copy(all, l.Statements) // all of them: in their order
		}
		for j := range all {
			all[j].Held, all[j].Failed = cutConditions(all[j].Held), cutConditions(all[j].Failed)
		}
		l.Statements = all
		if len(l.Broken) > n {
			l.MoreBroken += len(l.Broken) - n
			l.Broken = l.Broken[:n]
		}
	}
	if r := x.Remedy; r != nil && len(r.Denies) > n {
		cut := *r
		cut.Denies, cut.More = r.Denies[:n], r.More+len(r.Denies)-n
		x.Remedy = &cut
	}
}

// weight orders statements by what they did to the decision.
func (s *StatementTrace) weight() int {
	return bit(s.Applies) + bit(s.Applies && s.Effect == ExplicitDeny)
}

func cutConditions(from []ConditionTrace) []ConditionTrace {
	to := slices.Clone(from)
	for i := range to {
		c := &to[i]
		var more, moreSeen int
		c.Key = cutText(c.Key)
		c.Values, more = cutValues(c.Values)
		c.Seen, moreSeen = cutValues(c.Seen)
		c.More, c.MoreSeen = c.More+more, c.MoreSeen+moreSeen
	}
	return to
}

func cutValues(from []string) (kept []string, more int) {
	if len(from) > maxCutValues {
		from, more = from[:maxCutValues], len(from)-maxCutValues
	}
	kept = slices.Clone(from)
	for i := range kept {
		kept[i] = cutText(kept[i])
	}
	return kept, more
}

// cutText is the start of a text, up to a whole character.
func cutText(s string) string {
	if len(s) <= maxCutText {
		return s
	}
	n := maxCutText
	for n > maxCutText-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// Notes lists the conditions that a denied caller can act on: of statements
// that would have allowed but for a condition, those that failed; of the
// statements that denied, those that held.
func (x *Explanation) Notes() []ConditionNote {
	if x.Decision.Allowed {
		return nil
	}
	var notes []ConditionNote
	for _, l := range x.Layers {
		if l.Skipped != "" {
			continue
		}
		for _, s := range l.Statements {
			conds := s.Failed
			if s.Effect == ExplicitDeny {
				conds = nil
				if s.Applies {
					conds = s.Held
				}
			}
			for _, c := range conds {
				notes = append(notes, ConditionNote{s.Effect.word(), c.Key, c.Operator, c.Values})
			}
		}
	}
	return notes
}

// word is the effect as a statement spells it.
func (e Effect) word() string {
	if e == Allow {
		return "allow"
	}
	return "deny"
}

// Result is the decision as the "result" of a denial message.
func (d Decision) Result() string {
	switch {
	case d.Layer == LayerControl:
		return "scp"
	case d.Layer == LayerBoundary && d.Effect == ImplicitDeny:
		return "boundary"
	case d.Layer == LayerSession && d.Effect == ImplicitDeny:
		return "session_policy"
	}
	return d.Effect.String()
}
