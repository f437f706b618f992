package reach

import (
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/policy"
)

// The facts of a request are chosen so that the conditions of each statement
// hold in one question and fail in another. Whether they do, the engine says.

// maxTries bounds the values that are tried for the conditions on one key.
const maxTries = 300

// conditions finds facts with which the conditions of a rule hold, and facts
// with which they do not.
func (s *search) conditions(r *rule) {
	if len(r.statement.Conditions) == 0 {
		r.canMeet = true
		return
	}
	for _, group := range grouped(r.statement.Conditions) {
		met, ok := s.try(group, true)
		if !ok {
			r.met = nil
			break
		}
		r.met = append(r.met, met...)
	}
	compiled, ok := CompileConditions(r.statement.Conditions)
	r.canMeet = ok && compiled.Hold(s.o.Principal, s.context(r.met))
	if !ok || !compiled.Hold(s.o.Principal, s.o.Facts) {
		return // without any fact they fail
	}
	for _, group := range grouped(r.statement.Conditions) {
		if unmet, ok := s.try(group, false); ok {
			r.unmet = unmet
			return
		}
	}
}

// grouped puts conditions together that look at the same facts.
func grouped(conditions []policy.Condition) [][]policy.Condition {
	var order []string
	groups := map[string][]policy.Condition{}
	for _, c := range conditions {
		key, _, _ := strings.Cut(c.Key, "/")
		switch key {
		case "qcs:tag":
			key = "qcs:resource_tag"
		case "mfa":
			key = "qcs:mfa"
		case "qcs:resource_tag", "qcs:request_tag":
		default:
			key = c.Key
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], c)
	}
	var list [][]policy.Condition
	for _, key := range order {
		list = append(list, groups[key])
	}
	return list
}

// try finds facts with which all conditions of a group hold, or with which
// not all do.
func (s *search) try(group []policy.Condition, hold bool) ([]Fact, bool) {
	compiled, ok := CompileConditions(group)
	if !ok {
		return nil, false
	}
	for _, facts := range s.attempts(group) {
		if compiled.Hold(s.o.Principal, s.context(facts)) == hold {
			return facts, true
		}
	}
	return nil, false
}

// attempts are facts that may be worth a try: none, one value for all
// conditions, all values of a condition, one value for each condition.
func (s *search) attempts(group []policy.Condition) [][]Fact {
	all := [][]Fact{nil}
	var own [][]Fact // of each condition
	for _, c := range group {
		var one []Fact
		for _, v := range s.values(c) {
			one = append(one, Fact{c.Key, v})
			all = append(all, []Fact{{c.Key, v}})
		}
		own = append(own, one)
	}
	for _, c := range group {
		var facts []Fact
		for _, v := range c.Values {
			for _, filled := range s.fill(v) {
				facts = append(facts, Fact{c.Key, strings.ReplaceAll(filled, "*", s.filler)})
			}
		}
		all = append(all, facts)
	}
	if len(group) > 1 {
		all = append(all, combined(own, maxTries)...)
	}
	return all[:min(len(all), 2*maxTries)]
}

func (s *search) values(c policy.Condition) []string {
	filled := c
	filled.Values = nil
	for _, v := range c.Values {
		filled.Values = append(filled.Values, s.fill(v)...)
	}
	values := Values([]policy.Condition{filled})
	switch c.Key {
	case "qcs:mfa", "mfa":
		return []string{"1", "0"}
	case "qcs:BindToken":
		return []string{"true", "false"}
	case "qcs:resource_tag", "qcs:request_tag", "qcs:tag":
		values = append(values, s.filler+"&"+s.filler)
	}
	return values
}

// combined takes one of each list, in as many ways as the bound allows.
func combined(lists [][]Fact, most int) [][]Fact {
	all := [][]Fact{nil}
	for _, list := range lists {
		var next [][]Fact
		for _, prefix := range all {
			for _, f := range list {
				if len(next) < most {
					next = append(next, append(slices.Clone(prefix), f))
				}
			}
		}
		all = next
	}
	return all
}

// context adds facts to those of every request. What cannot be added, because
// it is the caller's, is left out: the engine says what follows.
func (s *search) context(facts []Fact) policy.Context {
	c := s.o.Facts
	c.ResourceTags, c.RequestTags = slices.Clone(c.ResourceTags), slices.Clone(c.RequestTags)
	values := map[string][]string{}
	for k, v := range c.Values {
		values[k] = slices.Clone(v)
	}
	c.Values = values
	for _, f := range facts {
		_ = c.Add(f.Key, f.Value)
	}
	return c
}

// facts are the combinations to ask a cell with.
func (s *search) facts(c *cell) [][]Fact {
	var changed, others []*rule
	for _, r := range c.rules {
		switch {
		case len(r.statement.Conditions) == 0:
		case r.changed:
			changed = append(changed, r)
		default:
			others = append(others, r)
		}
	}
	all := [][]Fact{nil}
	add := func(facts ...Fact) {
		if len(all) >= maxFacts {
			s.partial = true
			return
		}
		if len(facts) > 0 && !slices.ContainsFunc(all, func(f []Fact) bool { return slices.Equal(f, facts) }) {
			all = append(all, facts)
		}
	}
	for _, r := range append(slices.Clone(changed), others...) {
		if r.canMeet {
			add(r.met...)
		}
		add(r.unmet...)
	}
	for _, r := range changed {
		for _, o := range append(slices.Clone(changed), others...) {
			if r != o && r.canMeet {
				if o.canMeet {
					add(append(slices.Clone(o.met), r.met...)...)
				}
				add(append(slices.Clone(o.unmet), r.met...)...)
			}
		}
	}
	return all
}

func (s *search) witness(c *cell, facts []Fact) Witness {
	return Witness{
		Action: c.action.String(), Actions: c.actions, Resource: c.label, Facts: facts,
		Question: policy.Question{
			Principal: s.o.Principal, Action: c.asked, Resource: c.objects, Owner: s.ownerOf(c), Granularity: c.level,
			Context: s.context(facts), AssumeRole: s.o.Kind == policy.TrustPolicy,
		},
	}
}
