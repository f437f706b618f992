package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// A File is a file of cases.
type File struct {
	Name       string
	Accounts   map[string]qcs.Account
	Principals map[string]policy.Principal
	Cases      []Case
}

// A Case is one question with everything that bears on it, and the decision
// that is expected.
type Case struct {
	Number int    // 0 where there is none
	Name   string // a sentence
	Line   int    // of the file

	Who       string // name of the principal in the file; empty if it has none
	Principal policy.Principal
	Action    policy.Action
	// Objects are what the call touches, each by all its names. Every one of
	// them must be allowed.
	Objects     [][]qcs.Resource
	Owner       qcs.Account // zero: read off the names
	Granularity policy.Granularity
	AssumeRole  bool
	Context     policy.Context
	Layers      Layers

	Want Want
	// Refused is the index of the object that is expected to be refused
	// first, or -1 if nothing is said of it.
	Refused int
}

// Layers are the policies of a case. A nil list is a layer that is not there;
// a list without policies is one that allows nothing.
type Layers struct {
	General         bool // the rules that bind every user
	Control         [][]policy.Source
	ControlExempt   bool
	LimitMemberRoot bool
	Boundary        []policy.Source
	Session         []policy.Source
	Identity        []policy.Source // of the caller and of his groups
	// Group has the group of each policy of Identity that comes by one, by the
	// policy's index.
	Group    map[int]string
	Resource []policy.Source // of the resource, or the role's trust policy
}

// Compile makes the layers that policy.Decide reads.
func (l *Layers) Compile() policy.Layers {
	compiled := policy.Layers{
		ControlExempt: l.ControlExempt, LimitMemberRoot: l.LimitMemberRoot,
		Boundary: compile(l.Boundary), Session: compile(l.Session), Identity: compile(l.Identity), Resource: compile(l.Resource),
	}
	if l.General {
		compiled.General = policy.General()
	}
	for _, level := range l.Control {
		compiled.Control = append(compiled.Control, policy.Compile(level, policy.Env{}))
	}
	return compiled
}

func compile(sources []policy.Source) *policy.Set {
	if sources == nil {
		return nil
	}
	return policy.Compile(sources, policy.Env{})
}

// Questions are the questions of the case, one for each object.
func (c *Case) Questions() []*policy.Question {
	layers := c.Layers.Compile()
	questions := make([]*policy.Question, len(c.Objects))
	for i, names := range c.Objects {
		questions[i] = &policy.Question{
			Principal: c.Principal, Action: c.Action, Resource: names, Owner: c.Owner, Granularity: c.Granularity,
			Context: c.Context, Layers: layers, AssumeRole: c.AssumeRole,
		}
	}
	return questions
}

// Title is the name of the case, with its number if it has one.
func (c *Case) Title() string {
	if c.Number == 0 {
		return c.Name
	}
	return fmt.Sprintf("%d %s", c.Number, c.Name)
}

// A Want is the decision that is expected of a case.
type Want struct {
	Effects []policy.Effect // any of these
	Layer   policy.Layer
	AtLayer bool // Layer counts
}

var wants = map[string][]policy.Effect{
	"ok": {policy.Allow}, "allow": {policy.Allow},
	"id": {policy.ImplicitDeny}, "implicit_deny": {policy.ImplicitDeny},
	"xd": {policy.ExplicitDeny}, "explicit_deny": {policy.ExplicitDeny},
	"deny": {policy.ImplicitDeny, policy.ExplicitDeny},
}

// ParseWant reads "allow", "deny", "implicit_deny" or "explicit_deny", or the
// short forms "ok", "id" and "xd", with a layer in brackets or without.
func ParseWant(text string) (Want, error) {
	word, layer, layered := strings.Cut(text, "(")
	w := Want{Effects: wants[word], AtLayer: layered}
	if w.Effects == nil {
		return Want{}, fmt.Errorf("%q is none of allow, deny, implicit_deny and explicit_deny", text)
	}
	if !layered {
		return w, nil
	}
	layer, closed := strings.CutSuffix(layer, ")")
	if !closed {
		return Want{}, fmt.Errorf("%q lacks a bracket", text)
	}
	return w, w.Layer.UnmarshalText([]byte(layer))
}

// Met reports whether a decision is the one that is expected.
func (w Want) Met(d policy.Decision) bool {
	return slices.Contains(w.Effects, d.Effect) && (!w.AtLayer || w.Layer == d.Layer)
}

// String prints what ParseWant reads, in full words.
func (w Want) String() string {
	text := "deny"
	if len(w.Effects) == 1 {
		text = w.Effects[0].String()
	}
	if w.AtLayer {
		text += "(" + w.Layer.String() + ")"
	}
	return text
}

// Summary prints a decision as a Want does, with its layer.
func Summary(d policy.Decision) string { return d.Effect.String() + "(" + d.Layer.String() + ")" }

// A Result is what became of a case.
type Result struct {
	Case     *Case
	Decision policy.Decision // the first refusal, or the last decision
	Refused  int             // index of the object that was refused, -1 if none was
	// Failure says what is not as expected; empty if all is.
	Failure string
}

// Run decides the case.
func (c *Case) Run() Result {
	r := Result{Case: c}
	r.Decision, r.Refused = policy.DecideAll(c.Questions()...)
	switch {
	case !c.Want.Met(r.Decision):
		r.Failure = fmt.Sprintf("decided %s, want %s", Summary(r.Decision), c.Want)
	case r.Refused >= 0 && c.Refused >= 0 && c.Refused != r.Refused:
		r.Failure = fmt.Sprintf("object %d was refused, want %d", r.Refused, c.Refused)
	}
	return r
}

// Question is the question that was decided: about the object that was
// refused, or the last one. It is nil for a case without objects.
func (r *Result) Question() *policy.Question {
	questions := r.Case.Questions()
	switch {
	case len(questions) == 0:
		return nil
	case r.Refused >= 0:
		return questions[r.Refused]
	}
	return questions[len(questions)-1]
}
