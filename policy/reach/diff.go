package reach

import (
	"slices"

	"github.com/hufu-iam/hufu/policy"
)

// A Change is a difference between what two sets of policies decide.
type Change struct {
	Action string `json:"action"` // pattern
	// Actions are those that the pattern stands for here, of a product whose
	// actions are all known.
	Actions  []string `json:"actions,omitempty"`
	Resource string   `json:"resource"` // pattern
	// NoObject marks calls that touch no object.
	NoObject bool            `json:"noObject,omitempty"`
	Before   policy.Decision `json:"before"`
	After    policy.Decision `json:"after"`
	// Conditional says that the answers differ for some facts only, of which
	// Facts are an example.
	Conditional bool   `json:"conditional,omitempty"`
	Facts       []Fact `json:"facts,omitempty"`
	// Example is a question with these answers.
	Example Example `json:"example"`
	// Except are narrower patterns for which it is not so.
	Except []Part `json:"except,omitempty"`
}

// An Example is one action on one object.
type Example struct {
	Action   string `json:"action"`
	Resource string `json:"resource"`
}

// A Part is a pattern of actions on a pattern of resources.
type Part struct {
	Action   string `json:"action"`
	Resource string `json:"resource"`
	NoObject bool   `json:"noObject,omitempty"`
}

// A Result is what two sets of policies differ in.
type Result struct {
	Changes []Change `json:"changes"`
	Asked   int      `json:"asked"` // questions
	// Partial says that there were more questions than the limits allow, so
	// that changes may be missing.
	Partial bool `json:"partial,omitempty"`
}

// Diff compares two sets of policies. Each witness is given to decide, which
// answers it with the layers of before and of after; it may change the
// question that it is given, and sets its principal if that is not the one of
// the options. An answer is another one if its effect is.
func Diff(old, new []policy.Source, o Options, decide func(q policy.Question) (before, after policy.Decision)) Result {
	s := newSearch(old, new, o)
	result := Result{Changes: []Change{}}
	var outcomes []outcome
	for _, c := range s.cells() {
		out := outcome{cell: c}
		for _, facts := range s.facts(&c) {
			if result.Asked == s.limit() {
				s.partial = true
				break
			}
			result.Asked++
			w := s.witness(&c, facts)
			before, after := decide(w.Question)
			out.answers = append(out.answers, answered{facts, before, after})
		}
		outcomes = append(outcomes, out)
	}
	result.Changes = s.compact(outcomes)
	result.Partial = s.partial
	return result
}

// An outcome is what became of a cell.
type outcome struct {
	cell
	answers []answered
}

type answered struct {
	facts         []Fact
	before, after policy.Decision
}

func (a *answered) differs() bool { return a.before.Effect != a.after.Effect }

// A kind of change: from which effect to which.
type turn struct{ before, after policy.Effect }

func (a *answered) turn() turn { return turn{a.before.Effect, a.after.Effect} }

// maxDrafts bounds what is compared each with each.
const maxDrafts = 2000

// A draft is a change that may be part of another one.
type draft struct {
	cell     *cell
	example  *cell // inside of it
	answer   *answered
	turn     turn
	some     bool // for some facts only
	absorbed bool
}

// compact makes changes of outcomes: one for each kind of turn, and none that
// another one covers.
func (s *search) compact(outcomes []outcome) []Change {
	var drafts []draft
	for i := range outcomes {
		drafts = append(drafts, outcomes[i].drafts()...)
	}
	if len(drafts) > maxDrafts {
		drafts, s.partial = drafts[:maxDrafts], true
	}
	for i := range drafts {
		for j := range drafts {
			a, b := &drafts[i], &drafts[j]
			if i != j && !b.absorbed && b.covers(a) && (!a.covers(b) || j < i) {
				a.absorbed = true
				if s.usual(a.example) && !s.usual(b.example) {
					b.example = a.example
				}
				break
			}
		}
	}
	changes := []Change{}
	for i := range drafts {
		if d := &drafts[i]; !d.absorbed {
			changes = append(changes, d.change(outcomes))
		}
	}
	return changes
}

// usual reports whether a cell asks for an object as people know them: of the
// action's own service, in the own account.
func (s *search) usual(c *cell) bool {
	return len(c.objects) > 0 && c.objects[0].Service == c.asked.Service && c.objects[0].Account == "uin/"+s.owner.UIN
}

func (o *outcome) drafts() []draft {
	var list []draft
	for i := range o.answers {
		a := &o.answers[i]
		if !a.differs() || slices.ContainsFunc(list, func(d draft) bool { return d.turn == a.turn() }) {
			continue
		}
		d := draft{cell: &o.cell, example: &o.cell, answer: a, turn: a.turn()}
		d.some = slices.ContainsFunc(o.answers, func(b answered) bool { return b.turn() != d.turn })
		list = append(list, d)
	}
	return list
}

func (d *draft) covers(e *draft) bool {
	return d.turn == e.turn && d.some == e.some && d.cell.covers(e.cell) && (!d.some || slices.Equal(d.answer.facts, e.answer.facts))
}

// covers reports whether a cell's patterns cover those of another.
func (c *cell) covers(o *cell) bool {
	if c.noObject && !o.noObject || o.noObject && !c.noObject && !c.resource.aboutNone(o.asked.Service) {
		return false
	}
	return c.coversActions(o) && (c.noObject || o.noObject || c.resource.Covers(&o.resource))
}

// coversActions compares actions by their names where those are known, since
// two patterns may stand for the same ones.
func (c *cell) coversActions(o *cell) bool {
	if c.actions != nil && o.actions != nil {
		return !slices.ContainsFunc(o.actions, func(name string) bool { return !slices.Contains(c.actions, name) })
	}
	return c.actions == nil && c.action.Covers(&o.action)
}

// change prints a draft. What is inside of it and has another outcome is an
// exception, as far as another exception does not cover it.
func (d *draft) change(outcomes []outcome) Change {
	c := d.cell
	change := Change{
		Action: c.shown(), Actions: c.actions, Resource: c.label, NoObject: c.noObject,
		Before: d.answer.before, After: d.answer.after, Conditional: d.some, Facts: d.answer.facts,
		Example: Example{Action: d.example.asked.String(), Resource: "*"},
	}
	if len(c.actions) == 1 {
		change.Actions = nil
	}
	if len(d.example.objects) > 0 {
		change.Example.Resource = d.example.objects[0].String()
	}
	if d.some {
		return change
	}
	var inside []*cell
	for i := range outcomes {
		o := &outcomes[i]
		same := !slices.ContainsFunc(o.answers, func(a answered) bool { return a.turn() != d.turn })
		if same || &o.cell == c || !d.contains(&o.cell) {
			continue
		}
		inside = append(inside, &o.cell)
	}
	for i, x := range inside {
		covered := false
		for j, y := range inside {
			covered = covered || i != j && y.shows(x) && (j < i || !x.shows(y))
		}
		part := Part{x.shown(), x.label, x.noObject}
		if !covered && !slices.Contains(change.Except, part) {
			change.Except = append(change.Except, part)
		}
	}
	return change
}

// contains reports whether a cell is inside of a change, by the patterns that
// the change shows.
func (d *draft) contains(o *cell) bool { return d.cell.shows(o) && !o.shows(d.cell) }

// shows reports whether the patterns of c, as they are shown, cover those of
// o.
func (c *cell) shows(o *cell) bool {
	if c.actions != nil && !c.coversActions(o) || c.actions == nil && !c.action.Covers(&o.action) {
		return false
	}
	return c.resource.Covers(&o.resource) && (c.noObject == o.noObject || !c.noObject && c.resource.aboutNone(o.asked.Service))
}

// shown is the pattern of the action, or the one action that it stands for.
func (c *cell) shown() string {
	if len(c.actions) == 1 {
		return c.actions[0]
	}
	if text := c.action.String(); text != "*:*" {
		return text
	}
	return "*"
}
