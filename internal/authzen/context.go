package authzen

import (
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/policy"
)

// short forms of condition keys, as members of a context.
var short = map[string]string{"ip": "qcs:ip", "time": "qcs:current_time"}

// readContext adds the members of a question's context to its facts: condition keys under their full names, with a text,
// number or truth value each, or a list of them. Other members that are no such value are for somebody else. It reports
// whether the explanation is asked for.
func readContext(question, shared *wire.Value, facts *policy.Context) (explain bool, err error) {
	of := question
	if of.Get("context") == nil && shared != nil {
		of = shared
	}
	c, err := object(of, "context", "context")
	if c == nil || err != nil {
		return false, err
	}
	for i := range c.Len() {
		v := c.At(i)
		name := v.Name()
		if name == "explain" {
			if v.Kind() != wire.BoolValue {
				return false, malformed("context.explain", "The member context.explain must be true or false.")
			}
			explain = v.Bool()
			continue
		}
		if full := short[name]; full != "" {
			if c.Get(full) != nil {
				return false, malformed("context."+name, "The context has both "+name+" and "+full+".")
			}
			name = full
		}
		if err := addFact(facts, name, v); err != nil {
			return false, err
		}
	}
	return explain, nil
}

func addFact(facts *policy.Context, name string, v *wire.Value) error {
	switch v.Kind() {
	case wire.StringValue, wire.NumberValue, wire.BoolValue:
		return addText(facts, name, v.Str())
	case wire.ListValue:
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
