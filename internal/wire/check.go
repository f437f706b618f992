package wire

import "strings"

// Check holds a tree against what an action takes: unknown names first, at any depth, then wrong types, then missing
// required members, the last two in the order of the contract. What passes can be decoded. At the top level the
// names of common parameters are ignored, because the signed forms carry them among the parameters.
//
// A string that is sent empty is present. An integer may be sent as a string, a truth value of the flattened form as
// true, false, True, False, 1 or 0; every other mismatch is refused.
func Check(in *Struct, v *Value) error {
	if v.kind != ObjectValue {
		return syntax("the parameters must be an object")
	}
	if valid(in, v, true) {
		return nil
	}
	for _, pass := range [...]func(*Struct, *Value, bool) *fault{unknown, mistyped, missing} {
		if f := pass(in, v, true); f != nil {
			return f.err()
		}
	}
	return nil
}

// valid is all of Check in one pass, without saying what is wrong.
func valid(s *Struct, v *Value, top bool) bool {
	var seen uint64
	hint := 0
	for i := range v.kids {
		kid := &v.kids[i]
		x := s.index(kid.name, hint)
		if x < 0 {
			if top && common(kid.name) {
				continue
			}
			return false
		}
		hint = x + 1
		seen |= 1 << x
		m := &s.Members[x]
		if !m.List {
			if !fits(m, kid) || m.Kind == Object && !valid(m.Struct, kid, false) {
				return false
			}
			continue
		}
		if kid.kind != ListValue {
			return false
		}
		for j := range kid.kids {
			if e := &kid.kids[j]; !fits(m, e) || m.Kind == Object && !valid(m.Struct, e, false) {
				return false
			}
		}
	}
	for i := range s.Members {
		if s.Members[i].Required && seen&(1<<i) == 0 {
			return false
		}
	}
	return true
}

// common tells the names of API 3.0's common parameters, which queries and forms carry beside the action's own.
func common(name string) bool {
	switch name {
	case "Action", "Version", "Region", "Timestamp", "Nonce", "Token", "Language", "RequestClient",
		"SecretId", "Signature", "SignatureMethod":
		return true
	}
	return false
}

// fits tells whether v can be read as one value of m's kind.
func fits(m *Member, v *Value) bool {
	switch m.Kind {
	case String:
		return v.kind == StringValue || v.kind == Text
	case Int, Uint:
		return (v.kind == NumberValue || v.kind == StringValue || v.kind == Text) && isInteger(v.text)
	case Bool:
		return v.kind == BoolValue || v.kind == Text && isBool(v.text)
	case Float:
		return v.kind == NumberValue || v.kind == Text && isDecimal(v.text)
	case Object, JSON:
		return v.kind == ObjectValue
	}
	return false
}

func isInteger(s string) bool { return isIndex(strings.TrimPrefix(s, "-")) }

func isBool(s string) bool {
	switch s {
	case "true", "false", "True", "False", "1", "0":
		return true
	}
	return false
}

// isDecimal accepts what a JSON number may look like; ParseFloat alone would take inf and hexadecimal.
func isDecimal(s string) bool {
	p := jsonParser{text: s}
	_, err := p.number()
	return err == nil && p.pos == len(s)
}

func unknown(s *Struct, v *Value, top bool) *fault {
	for i := range v.kids {
		kid := &v.kids[i]
		x := s.index(kid.name, 0)
		if x < 0 {
			if top && common(kid.name) {
				continue
			}
			return (&fault{code: codeUnknown, what: "is not known to this action"}).in(kid.name)
		}
		if f := each(&s.Members[x], kid, unknown); f != nil {
			return f.in(kid.name)
		}
	}
	return nil
}

func mistyped(s *Struct, v *Value, _ bool) *fault {
	for i := range s.Members {
		m := &s.Members[i]
		kid := v.Get(m.Name)
		if kid == nil {
			continue
		}
		f := misfit(m, kid)
		if f == nil {
			f = each(m, kid, mistyped)
		}
		if f != nil {
			return f.in(m.Name)
		}
	}
	return nil
}

// misfit looks at one member without its own members.
func misfit(m *Member, v *Value) *fault {
	if !m.List {
		if fits(m, v) {
			return nil
		}
		return &fault{code: codeInvalid, what: "must be " + m.Kind.words()}
	}
	if v.kind != ListValue {
		return &fault{code: codeInvalid, what: "must be a list"}
	}
	for i := range v.kids {
		if !fits(m, &v.kids[i]) {
			return (&fault{code: codeInvalid, what: "must be " + m.Kind.words()}).at(i)
		}
	}
	return nil
}

func missing(s *Struct, v *Value, _ bool) *fault {
	for i := range s.Members {
		m := &s.Members[i]
		var f *fault
		if kid := v.Get(m.Name); kid != nil {
			f = each(m, kid, missing)
		} else if m.Required {
			f = &fault{code: codeMissing, what: "is required", member: m}
		}
		if f != nil {
			return f.in(m.Name)
		}
	}
	return nil
}

// each runs a pass on the object, or on the objects of the list, that v is. What has another shape is left to the
// pass that looks for it.
func each(m *Member, v *Value, pass func(s *Struct, v *Value, top bool) *fault) *fault {
	switch {
	case m.Kind != Object:
	case !m.List && v.kind == ObjectValue:
		return pass(m.Struct, v, false)
	case m.List && v.kind == ListValue:
		for i := range v.kids {
			if v.kids[i].kind != ObjectValue {
				continue
			}
			if f := pass(m.Struct, &v.kids[i], false); f != nil {
				return f.at(i)
			}
		}
	}
	return nil
}

func (k Kind) words() string {
	switch k {
	case String:
		return "a string"
	case Int, Uint:
		return "an integer"
	case Bool:
		return "true or false"
	case Float:
		return "a number"
	}
	return "a structure"
}
