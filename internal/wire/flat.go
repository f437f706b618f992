package wire

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds of the flattened form. No action has nearly as many parameters, nor names as long: parameters are sorted by
// name, so what a name costs is paid for every other one.
const (
	maxFlatDepth = 16
	maxFlatName  = 1024
	maxParams    = 2000
	maxElements  = 1000
)

// Param is one name and value of a query, a form or a multipart body.
type Param struct {
	Name  string // flattened: Tags.0.Key
	Value string
	JSON  bool // Value is JSON text, as in a multipart part of type application/json
}

// ParseFlattened builds the tree that flattened names describe: A.0 is an element, A.B a member. Indexes are sorted
// as numbers and gaps are closed, so lists may start anywhere. The same name twice, a name that is both a value and
// a prefix, and members mixed with elements are refused. It sorts params.
func ParseFlattened(params []Param) (*Value, error) {
	if len(params) > maxParams {
		return nil, syntax("there are too many values")
	}
	for i := range params {
		if err := checkName(&params[i]); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(params, func(a, b Param) int { return compareNames(a.Name, b.Name) })
	b := flatBuilder{params: params}
	root := &Value{}
	if err := b.container(root, 0, len(params), 0); err != nil {
		return nil, err
	}
	root.kind = ObjectValue
	return root, nil
}

func badName(name, why string) error {
	return &Error{Code: codeInvalid, Path: shorten(name, maxPath), Detail: "The parameter " + quote(name) + " " + why + "."}
}

func checkName(p *Param) error {
	switch {
	case len(p.Name) > maxFlatName:
		return badName(p.Name, "has too long a name")
	case !utf8.ValidString(p.Name) || !utf8.ValidString(p.Value):
		return syntax("the text is not UTF-8")
	case strings.IndexByte(p.Name, 0) >= 0 || strings.IndexByte(p.Value, 0) >= 0:
		return syntax("a string holds a NUL character")
	case strings.Count(p.Name, ".") >= maxFlatDepth:
		return badName(p.Name, "is nested too deeply")
	}
	if p.Name == "" || p.Name[0] == '.' || p.Name[len(p.Name)-1] == '.' || strings.Contains(p.Name, "..") {
		return badName(p.Name, "has an empty part in its name")
	}
	return nil
}

// isIndex tells whether a segment is a list index.
func isIndex(segment string) bool {
	for i := range len(segment) {
		if segment[i] < '0' || segment[i] > '9' {
			return false
		}
	}
	return segment != ""
}

// compareSegments sorts indexes as numbers, before names. Indexes of the same value are equal however written.
func compareSegments(a, b string) int {
	ai, bi := isIndex(a), isIndex(b)
	switch {
	case ai && bi:
		a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
		return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
	case ai:
		return -1
	case bi:
		return 1
	}
	return strings.Compare(a, b)
}

func compareNames(a, b string) int {
	for {
		as, ar, am := strings.Cut(a, ".")
		bs, br, bm := strings.Cut(b, ".")
		if c := compareSegments(as, bs); c != 0 {
			return c
		}
		if !am || !bm {
			return cmp.Compare(b2i(am), b2i(bm))
		}
		a, b = ar, br
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// flatBuilder turns the sorted parameters into a tree, one level at a time.
type flatBuilder struct {
	params []Param
	stack  []Value
	slab   slab
	count  int // of values in JSON parts
}

// skip is what follows the first depth segments of a name; ok is false when there are no more.
func skip(name string, depth int) (rest string, ok bool) {
	for range depth {
		if _, name, ok = strings.Cut(name, "."); !ok {
			return "", false
		}
	}
	return name, true
}

// segment is the segment of a name at depth.
func segment(name string, depth int) string {
	rest, _ := skip(name, depth)
	s, _, _ := strings.Cut(rest, ".")
	return s
}

// container builds the object or list of params[lo:hi], which share their first depth segments.
func (b *flatBuilder) container(v *Value, lo, hi, depth int) error {
	mark := len(b.stack)
	v.kind = ObjectValue
	if depth > 0 && isIndex(segment(b.params[lo].Name, depth)) {
		v.kind = ListValue
	}
	for lo < hi {
		s := segment(b.params[lo].Name, depth)
		if depth > 0 && isIndex(s) != (v.kind == ListValue) {
			return badName(b.params[lo].Name, "is used both as a list and as a structure")
		}
		end := lo + 1
		for end < hi && compareSegments(s, segment(b.params[end].Name, depth)) == 0 {
			end++
		}
		kid := Value{name: s}
		if v.kind == ListValue {
			kid.name = ""
		}
		if err := b.value(&kid, lo, end, depth+1); err != nil {
			return err
		}
		if kid.kind != Null || v.kind == ListValue {
			b.stack = append(b.stack, kid)
		}
		if v.kind == ListValue && len(b.stack)-mark > maxElements {
			return badName(b.params[lo].Name, "is in a list of more than 1000 elements")
		}
		lo = end
	}
	v.kids = b.slab.keep(b.stack[mark:])
	b.stack = b.stack[:mark]
	return nil
}

// value builds the value of params[lo:hi], which share their first depth segments: a scalar if there is one name
// and nothing below it.
func (b *flatBuilder) value(v *Value, lo, hi, depth int) error {
	p := &b.params[lo] // the shortest name sorts first
	if _, more := skip(p.Name, depth); more {
		return b.container(v, lo, hi, depth)
	}
	if hi-lo > 1 {
		if _, more := skip(b.params[lo+1].Name, depth); more {
			return badName(p.Name, "is used both as a value and as a prefix")
		}
		return badName(p.Name, "is given twice")
	}
	if !p.JSON {
		v.kind, v.text = Text, p.Value
		return nil
	}
	part, err := parseJSONPart(p.Value, depth)
	if err != nil {
		e := err.(*Error)
		return badName(p.Name, "holds malformed JSON ("+e.Detail+")")
	}
	name := v.name
	*v, v.name = part, name
	if b.count += part.size(); b.count > maxValues {
		return syntax("there are too many values")
	}
	return nil
}

// size counts the values of a tree.
func (v *Value) size() int {
	n := 1
	for i := range v.kids {
		n += v.kids[i].size()
	}
	return n
}
