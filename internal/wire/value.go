package wire

import (
	"encoding/json"
	"math"
	"strconv"
)

// ValueKind is what a Value holds.
type ValueKind uint8

// The value kinds. A Text is a scalar from the flattened form, which does not tell "1" from 1.
const (
	Null ValueKind = iota
	Text
	StringValue
	NumberValue
	BoolValue
	ListValue
	ObjectValue
)

// Value is a parameter tree. Numbers keep their literal, so that no digit is lost.
type Value struct {
	kind ValueKind
	name string // inside an object
	text string // a string's contents, a number's literal, "true" or "false"
	kids []Value
}

// Kind tells what v holds.
func (v *Value) Kind() ValueKind { return v.kind }

// Name is the member name of v inside an object.
func (v *Value) Name() string { return v.name }

// Len counts members or elements.
func (v *Value) Len() int { return len(v.kids) }

// At is the i-th member or element.
func (v *Value) At(i int) *Value { return &v.kids[i] }

// Get is the member of that name, or nil.
func (v *Value) Get(name string) *Value {
	for i := range v.kids {
		if v.kids[i].name == name {
			return &v.kids[i]
		}
	}
	return nil
}

// Set adds or replaces a member of an object. It is for doors that rename or add parameters before Check.
func (v *Value) Set(name string, x Value) {
	x.name = name
	if old := v.Get(name); old != nil {
		*old = x
		return
	}
	v.kids = append(v.kids, x)
}

// NewString makes a string value.
func NewString(s string) Value { return Value{kind: StringValue, text: s} }

// NewInt makes a number value.
func NewInt(n int64) Value { return Value{kind: NumberValue, text: strconv.FormatInt(n, 10)} }

// NewBool makes a truth value.
func NewBool(b bool) Value { return Value{kind: BoolValue, text: strconv.FormatBool(b)} }

// NewList makes a list.
func NewList(elements ...Value) Value { return Value{kind: ListValue, kids: elements} }

// NewObject makes an object without members.
func NewObject() *Value { return &Value{kind: ObjectValue} }

// Str is the text of a scalar.
func (v *Value) Str() string { return v.text }

// Int is the number of an integer literal; one beyond int64 gives the nearest int64, which CheckValues refuses.
func (v *Value) Int() int64 {
	n, _ := strconv.ParseInt(v.text, 10, 64) // Check saw an integer literal; a range error saturates
	return n
}

// Bool is the truth value of true, True and 1.
func (v *Value) Bool() bool { return v.text == "true" || v.text == "True" || v.text == "1" }

// Float is the number of a decimal literal.
func (v *Value) Float() float64 {
	f, _ := strconv.ParseFloat(v.text, 64) // Check saw a decimal literal
	if math.IsInf(f, 0) {
		return math.Copysign(math.MaxFloat64, f)
	}
	return f
}

// StrPtr points at the text of v, which must not be changed.
func (v *Value) StrPtr() *string { return &v.text }

// IntPtr is Int for an optional member.
func (v *Value) IntPtr() *int64 { return new(v.Int()) }

// BoolPtr is Bool for an optional member.
func (v *Value) BoolPtr() *bool { return new(v.Bool()) }

// FloatPtr is Float for an optional member.
func (v *Value) FloatPtr() *float64 { return new(v.Float()) }

// Raw is v as JSON text of its own, for a member that is kept as it is.
func (v *Value) Raw() json.RawMessage { return v.AppendJSON(nil) }

// Strs is a list of strings, not nil.
func (v *Value) Strs() []string {
	out := make([]string, len(v.kids))
	for i := range v.kids {
		out[i] = v.kids[i].text
	}
	return out
}

// Ints is a list of integers, not nil.
func (v *Value) Ints() []int64 {
	out := make([]int64, len(v.kids))
	for i := range v.kids {
		out[i] = v.kids[i].Int()
	}
	return out
}

// AppendJSON prints v as compact JSON. A Text is printed as a string.
func (v *Value) AppendJSON(dst []byte) []byte {
	switch v.kind {
	case Text, StringValue:
		return AppendString(dst, v.text)
	case NumberValue, BoolValue:
		return append(dst, v.text...)
	case ListValue:
		dst = append(dst, '[')
		for i := range v.kids {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = v.kids[i].AppendJSON(dst)
		}
		return append(dst, ']')
	case ObjectValue:
		dst = append(dst, '{')
		for i := range v.kids {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(AppendString(dst, v.kids[i].name), ':')
			dst = v.kids[i].AppendJSON(dst)
		}
		return append(dst, '}')
	}
	return append(dst, "null"...)
}

// slab hands out runs of values, so that a body with many small objects costs few allocations.
type slab struct {
	free []Value
	last int
}

func (s *slab) keep(values []Value) []Value {
	n := len(values)
	if n == 0 {
		return nil
	}
	if n > len(s.free) {
		s.last = max(n, min(2*s.last, 256))
		s.free = make([]Value, s.last)
	}
	out := s.free[:n:n]
	s.free = s.free[n:]
	copy(out, values)
	return out
}
