package wire

import (
	"strconv"
	"strings"
)

// ResourceFor expands the resource template of the action for one call: {owner} and {caller} are uins, {Member} is a
// parameter, {Member|caller} falls back when the parameter is absent, empty or 0. The contract's loader has checked
// the template, so what it names exists. A parameter may not bring a wildcard into the question: * and ? in it
// are printed as they are and match nothing special, because patterns live in policies only.
func (a *Action) ResourceFor(v *Value, owner, caller string) string {
	if !strings.Contains(a.Resource, "{") {
		return a.Resource
	}
	var out strings.Builder
	rest := a.Resource
	for {
		before, after, more := strings.Cut(rest, "{")
		out.WriteString(before)
		if !more {
			return out.String()
		}
		name, tail, _ := strings.Cut(after, "}")
		rest = tail
		for word := range strings.SplitSeq(name, "|") {
			if s := a.templateWord(v, word, owner, caller); s != "" {
				out.WriteString(s)
				break
			}
		}
	}
}

// templateWord prints integers in their one canonical form: "007" must ask about the same resource as 7.
func (a *Action) templateWord(v *Value, word, owner, caller string) string {
	switch word {
	case "owner":
		return owner
	case "caller":
		return caller
	}
	kid := v.Get(word)
	if kid == nil {
		return ""
	}
	if m := a.Input.Member(word); m.Kind != Int && m.Kind != Uint {
		return kid.text
	}
	if n := kid.Int(); n != 0 {
		return strconv.FormatInt(n, 10)
	}
	return ""
}
