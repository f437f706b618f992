package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/policy/lint"
	"github.com/hufu-iam/hufu/policy/scenario"
)

// A place is where a policy takes part in a decision.
type place struct {
	layer   policy.Layer
	level   int // of the organization
	id      int64
	version int64
}

// texts are the documents behind an explanation, as far as they are known: they turn positions into lines.
type texts struct {
	of       map[place]string
	versions bool // policies have versions worth naming
	trust    bool // the resource's policy is a trust policy
}

func newTexts(l *scenario.Layers) texts {
	t := texts{of: map[place]string{}}
	add := func(layer policy.Layer, level int, sources []policy.Source) {
		for _, s := range sources {
			if s.Document != nil {
				t.of[place{layer, level, s.ID, s.Version}] = s.Document.Text
			}
		}
	}
	for i, level := range l.Control {
		add(policy.LayerControl, i, level)
	}
	add(policy.LayerBoundary, 0, l.Boundary)
	add(policy.LayerSession, 0, l.Session)
	add(policy.LayerIdentity, 0, l.Identity)
	add(policy.LayerResource, 0, l.Resource)
	return t
}

// statement names a statement: its policy and its number from 1.
func (t texts) statement(ref *policy.Ref) string {
	name := ref.PolicyName
	if t.versions {
		name = fmt.Sprintf("%s v%d", name, ref.Version)
	}
	if ref.Index < 0 {
		return name
	}
	return fmt.Sprintf("%s #%d", name, ref.Index+1)
}

// at names a statement with its line, where the text is known.
func (t texts) at(layer policy.Layer, level int, s *policy.StatementTrace) string {
	text, ok := t.of[place{layer, level, s.Ref.PolicyID, s.Ref.Version}]
	if !ok || !strings.Contains(strings.TrimSpace(text), "\n") {
		return t.statement(&s.Ref) // that it is in the first of one line is no news
	}
	line, _ := lint.Position(text, s.Offset)
	return fmt.Sprintf("%s, line %d", t.statement(&s.Ref), line)
}

// reason says in a few words why a decision is as it is.
func (t texts) reason(d policy.Decision) string {
	where := t.layer(d.Layer)
	switch {
	case d.Layer == policy.LayerRoot:
		return "the root user of the owner needs no policy"
	case d.Layer == policy.LayerNone:
		return "the question names no resource"
	case d.Statement != nil && d.Statement.Index < 0:
		return fmt.Sprintf("%s cannot be read, and then denies everything (%s)", t.statement(d.Statement), where)
	case d.Statement != nil && d.Allowed:
		return fmt.Sprintf("allowed by %s (%s)", t.statement(d.Statement), where)
	case d.Statement != nil:
		return fmt.Sprintf("denied by %s (%s)", t.statement(d.Statement), where)
	case d.Allowed:
		return "the root user has everything that its account has"
	}
	return fmt.Sprintf("nothing allows it (%s)", where)
}

// layer names a layer.
func (t texts) layer(l policy.Layer) string {
	switch l {
	case policy.LayerControl:
		return "control policies"
	case policy.LayerGeneral:
		return "general rules"
	case policy.LayerBoundary:
		return "permissions boundary"
	case policy.LayerSession:
		return "session policy"
	case policy.LayerIdentity:
		return "policies of the caller"
	case policy.LayerResource:
		if t.trust {
			return "trust policy"
		}
		return "policy of the resource"
	}
	return l.String()
}

// explanation prints an explanation for people, indented by two.
func (t texts) explanation(x *policy.Explanation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "  %s: %s\n", x.Decision.Effect, t.reason(x.Decision))
	for i := range x.Layers {
		if l := &x.Layers[i]; l.Layer != policy.LayerGeneral || len(l.Statements) > 0 { // those few rules are mostly about something else
			t.trace(&b, l)
		}
	}
	if x.Remedy != nil {
		t.remedy(&b, x.Remedy)
	}
	return b.String()
}

func (t texts) title(layer policy.Layer, level int) string {
	title := t.layer(layer)
	if layer == policy.LayerControl {
		title += fmt.Sprintf(", level %d", level)
	}
	return title
}

func (t texts) trace(b *strings.Builder, l *policy.LayerTrace) {
	fmt.Fprintf(b, "  %s", t.title(l.Layer, l.Level))
	switch l.Skipped {
	case "root":
		b.WriteString(" (not asked: the root user of the owner)")
	case "exempt":
		b.WriteString(" (not asked: the caller is exempt)")
	}
	b.WriteByte('\n')
	for i := range l.Broken {
		effect := "denies everything"
		if l.Layer == policy.LayerIdentity {
			effect = "grants nothing"
		}
		fmt.Fprintf(b, "    %s cannot be read, and %s\n", t.statement(&l.Broken[i]), effect)
	}
	if len(l.Statements) == 0 && len(l.Broken) == 0 {
		b.WriteString("    no statement is about this\n")
	}
	for i := range l.Statements {
		s := &l.Statements[i]
		effect, applies := "allow", "applies"
		if s.Effect == policy.ExplicitDeny {
			effect = "deny"
		}
		if !s.Applies {
			applies = "does not apply"
		}
		fmt.Fprintf(b, "    %s by %s: %s\n", effect, t.at(l.Layer, l.Level, s), applies)
		for _, c := range s.Failed {
			fmt.Fprintf(b, "      %s\n", condition(&c))
		}
	}
	if l.More > 0 {
		fmt.Fprintf(b, "    and %d statements more\n", l.More)
	}
}

// condition says why a condition failed.
func condition(c *policy.ConditionTrace) string {
	seen := "the request has no such key"
	if !c.Missing {
		seen = "the request has " + texted(c.Seen)
	}
	return fmt.Sprintf("%s %s %s: %s", c.Operator, c.Key, texted(c.Values), seen)
}

// texted prints one text, or a list of them, as JSON.
func texted(list []string) string {
	var v any = list
	if len(list) == 1 {
		v = list[0]
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // texts alone: cannot fail
	return strings.TrimSuffix(b.String(), "\n")
}

func (t texts) remedy(b *strings.Builder, r *policy.Remedy) {
	if len(r.Denies) > 0 {
		b.WriteString("  to allow it, first change what denies, or do not meet its conditions\n")
		for i := range r.Denies {
			d := &r.Denies[i]
			fmt.Fprintf(b, "    %s (%s)\n", t.statement(&d.Ref), t.title(d.Layer, d.Level))
		}
	}
	if len(r.Additions) == 0 {
		return
	}
	if len(r.Denies) == 0 {
		b.WriteString("  to allow it, add\n")
	} else {
		b.WriteString("  and add\n")
	}
	for _, a := range r.Additions {
		fmt.Fprintf(b, "    to the %s: %s\n", t.title(a.Layer, a.Level), a.Statement)
	}
}
