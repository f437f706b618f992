package authzen

import (
	"slices"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/policy"
)

// short forms of condition keys, as members of a context.
var short = map[string]string{"ip": "qcs:ip", "time": "qcs:current_time"}

// given is what a context says.
type given struct {
	facts   policy.Context
	explain bool // the explanation is asked for
	err     error
}

// readContext adds the members of a question's context to its facts. The context that questions share is read once a call,
// or twice: for subjects with a second factor and for those without.
func (e *evaluation) readContext(question, shared *wire.Value, q *question) error {
	of, common := question, false
	if of.Get("context") == nil && shared != nil {
		of, common = shared, true
	}
	var g given
	if kept := e.contexts[q.facts.MFA]; common && kept != nil {
		g = *kept
	} else {
		g.facts.Time, g.facts.MFA = q.facts.Time, q.facts.MFA
		g.err = g.read(of)
		if common {
			e.keepContext(q.facts.MFA, g)
		}
	}
	if g.err != nil {
		return g.err
	}
	return q.add(&g)
}

func (e *evaluation) keepContext(mfa bool, g given) {
	if e.contexts == nil {
		e.contexts = map[bool]*given{}
	}
	e.contexts[mfa] = &g
}

// add adds what a context says to what the question knows of its resource.
func (q *question) add(g *given) error {
	own := q.facts
	q.facts, q.explain = g.facts, g.explain
	if q.facts.CreateUIN == "" {
		q.facts.CreateUIN = own.CreateUIN
	}
	q.facts.ResourceTags = slices.Concat(own.ResourceTags, g.facts.ResourceTags) // what others share stays as it is
	if len(q.facts.ResourceTags) > maxTags || len(q.facts.RequestTags) > maxTags {
		return malformed("context", "A resource and a request may have at most 50 tags each.")
	}
	return nil
}

// read reads condition keys under their full names, with a text, number or truth value each, or a list of them. Other
// members that are no such value are for somebody else.
func (g *given) read(of *wire.Value) error {
	c, err := object(of, "context", "context")
	if c == nil || err != nil {
		return err
	}
	for i := range c.Len() {
		v := c.At(i)
		name := v.Name()
		if name == "explain" {
			if v.Kind() != wire.BoolValue {
				return malformed("context.explain", "The member context.explain must be true or false.")
			}
			g.explain = v.Bool()
			continue
		}
		if full := short[name]; full != "" {
			if c.Get(full) != nil {
				return malformed("context."+name, "The context has both "+name+" and "+full+".")
			}
			name = full
		}
		if err := addFact(&g.facts, name, v); err != nil {
			return err
		}
	}
	return nil
}

func addFact(facts *policy.Context, name string, v *wire.Value) error {
	switch v.Kind() {
	case wire.StringValue, wire.NumberValue, wire.BoolValue:
		return addText(facts, name, v.Str())
	case wire.ListValue:
		if v.Len() > maxKeyValues {
			return malformed("context."+name, "A condition key may have at most 100 values.")
		}
		for i := range v.Len() {
			switch e := v.At(i); e.Kind() {
			case wire.StringValue, wire.NumberValue, wire.BoolValue:
				if err := addText(facts, name, e.Str()); err != nil {
					return err
				}
			default:
				return notScalar(name)
			}
		}
		return nil
	}
	return notScalar(name)
}

// notScalar is the error for a condition key with a structure; other members may hold anything.
func notScalar(name string) error {
	if !strings.Contains(name, ":") {
		return nil
	}
	return malformed("context."+name, "A condition key must have a string, number or truth value, or a list of them.")
}

func addText(facts *policy.Context, name, text string) error {
	if name == "qcs:current_time" {
		// The examples of the specification have times without seconds.
		if t, err := time.Parse("2006-01-02T15:04Z07:00", text); err == nil {
			facts.Time = t
			return nil
		}
	}
	if err := facts.Add(name, text); err != nil {
		return malformed("context."+name, "The context cannot be read: "+err.Error()+".")
	}
	return nil
}
