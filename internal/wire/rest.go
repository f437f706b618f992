package wire

import (
	"math"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// codeREST is what a REST service answers for a parameter that is missing or of a wrong type, and for every broken
// rule without a code of its own.
const codeREST = "COM.0601"

// Gather makes the parameter tree of one request for a REST endpoint: each declared member from its own place, so that
// a body cannot say what the path says. What is not declared is left out, blanks around a segment of the path are
// too, and so is a number or truth value that a query names without giving it. In a body a member may be sent under its
// alias, and a truth value as "true" or "false". Any of the sources may be nil; the tree shares the values of body, which Gather may change.
//
// The tree is not checked: a value that a query repeats, or that holds what no text may hold, has the wrong type.
func (a *Action) Gather(path map[string]string, query, form url.Values, body *Value) *Value {
	tree := NewObject()
	for i := range a.Input.Members {
		m := &a.Input.Members[i]
		switch m.In {
		case InPath:
			tree.add(m.Name, newText(strings.TrimSpace(path[m.Name])))
		case InQuery:
			tree.addTexts(m, query[m.Name])
		case InForm:
			tree.addTexts(m, slices.Concat(form[m.Name], query[m.Name]))
		case InBody:
			if body == nil {
				continue
			}
			if kid := m.find(body); kid != nil {
				settle(m, kid)
				tree.add(m.Name, *kid)
			}
		}
	}
	return tree
}

func (v *Value) add(name string, x Value) {
	x.name = name
	v.kids = append(v.kids, x)
}

// addTexts adds what a query or a form says about m, if it says something.
func (v *Value) addTexts(m *Member, values []string) {
	switch {
	case len(values) == 0 || len(values) == 1 && values[0] == "" && m.Kind != String:
	case len(values) == 1 && !m.List:
		v.add(m.Name, newText(values[0]))
	default:
		list := make([]Value, len(values))
		for i := range values {
			list[i] = newText(values[i])
		}
		v.add(m.Name, NewList(list...))
	}
}

// newText is a value outside JSON. One that is no text, which the parser of JSON refuses by itself, fits no type.
func newText(s string) Value {
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		return Value{}
	}
	return Value{kind: Text, text: s}
}

// find is the member of an object under its name, or else under its alias.
func (m *Member) find(v *Value) *Value {
	kid := v.Get(m.Name)
	if kid == nil && m.Alias != "" {
		kid = v.Get(m.Alias)
	}
	return kid
}

// settle makes truth values of the strings that are sent for them, and names of aliases, at any depth.
func settle(m *Member, v *Value) {
	switch {
	case m.List && v.kind == ListValue:
		element := *m
		element.List = false
		for i := range v.kids {
			settle(&element, &v.kids[i])
		}
	case m.List:
	case m.Kind == Bool && v.kind == StringValue && (v.text == "true" || v.text == "false"):
		v.kind = BoolValue
	case m.Kind == Object && v.kind == ObjectValue:
		for i := range m.Struct.Members {
			inner := &m.Struct.Members[i]
			if kid := inner.find(v); kid != nil {
				kid.name = inner.Name
				settle(inner, kid)
			}
		}
	}
}

// CheckPath refuses a tree of Gather in which a segment of the path is blank, with the code of that segment. It comes
// before anything that the path names is looked for.
func (a *Action) CheckPath(v *Value) error {
	for i := range a.Input.Members {
		m := &a.Input.Members[i]
		if m.In != InPath {
			continue
		}
		if kid := v.Get(m.Name); kid == nil || kid.kind == Text && kid.text == "" {
			return (&fault{code: a.codeOf(m), what: "must not be blank"}).in(m.Name).err()
		}
	}
	return nil
}

// CheckParameters holds a tree of Gather against everything that the contract says: the path, then types and missing
// members, then the value rules, then paging. Each pass goes in the order of the contract. A wrong type is COM.0601; a
// missing member or a broken rule has the code of the member if the action lists it, else COM.0601. Unknown members
// are no fault.
func (a *Action) CheckParameters(v *Value) error {
	if err := a.CheckPath(v); err != nil {
		return err
	}
	s := a.Input
	if a.Paging != NotPaged {
		s = &Struct{Name: s.Name, Members: s.Members[:len(s.Members)-pagingMembers]}
	}
	if f := mistyped(s, v, true); f != nil {
		f.code = codeREST
		return f.err()
	}
	if f := missing(s, v, true); f != nil {
		f.code = a.codeOf(f.member)
		return f.err()
	}
	if f := (rules{listed: a.ErrorListed, fallback: codeREST}).object(s, v); f != nil {
		return f.err()
	}
	return a.checkPaging(v).err()
}

// codeOf is the code of what is wrong with m.
func (a *Action) codeOf(m *Member) string {
	if m.Code != "" && a.ErrorListed(m.Code) {
		return m.Code
	}
	return codeREST
}

// pagingMembers are offset and limit, which stand behind all other members of a paged endpoint.
const pagingMembers = 2

// maxPage bounds offset: no list has a page of this number, and its first row can still be counted.
const maxPage = math.MaxInt32

// pagings are the bounds of limit and what breaking them answers.
var pagings = [...]struct {
	min, max                     int64
	malformed, low, high, number string
}{
	Wide:   {10, 100, "OAP.PAGE.0001", "OAP.PAGE.0002", "OAP.PAGE.0002", "OAP.PAGE.0003"},
	Narrow: {1, 50, codeREST, codeREST, "Idaas.TENANT-COMMON-0005", codeREST},
}

func (a *Action) checkPaging(v *Value) *fault {
	if a.Paging == NotPaged {
		return nil
	}
	p := &pagings[a.Paging]
	integer := &Member{Kind: Int}
	for _, name := range [...]string{"offset", "limit"} {
		if kid := v.Get(name); kid == nil || !fits(integer, kid) {
			return (&fault{code: p.malformed, what: "must be an integer"}).in(name)
		}
	}
	limit, offset := v.Get("limit").Int(), v.Get("offset").Int()
	bounds := (&Member{Min: p.min, HasMin: true, Max: p.max, HasMax: true}).bounds("")
	switch {
	case limit < p.min:
		return (&fault{code: p.low, what: "must be " + bounds}).in("limit")
	case limit > p.max:
		return (&fault{code: p.high, what: "must be " + bounds}).in("limit")
	case offset < 0 || offset > maxPage:
		return (&fault{code: p.number, what: "must be the number of a page"}).in("offset")
	}
	return nil
}

// Decode makes the request of a tree of Gather that need not have been checked: a member of the wrong type is absent.
// A handler may so look for what the path names before it asks for CheckParameters.
func (a *Action) Decode(v *Value) Request {
	in := a.New()
	fitting := fitting(a.Input, v)
	in.Decode(&fitting)
	return in
}

// fitting is the part of an object that has the declared types.
func fitting(s *Struct, v *Value) Value {
	out := Value{kind: ObjectValue, name: v.name}
	for i := range v.kids {
		kid := &v.kids[i]
		m := s.Member(kid.name)
		if m == nil || misfit(m, kid) != nil {
			continue
		}
		switch {
		case m.Kind != Object:
			out.kids = append(out.kids, *kid)
		case m.List:
			list := Value{kind: ListValue, name: kid.name, kids: make([]Value, len(kid.kids))}
			for j := range kid.kids {
				list.kids[j] = fitting(m.Struct, &kid.kids[j])
			}
			out.kids = append(out.kids, list)
		default:
			out.kids = append(out.kids, fitting(m.Struct, kid))
		}
	}
	return out
}
