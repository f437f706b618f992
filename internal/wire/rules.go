package wire

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// codeParam is what most CAM and STS actions list for a value they do not take.
const codeParam = "InvalidParameter.ParamError"

// CheckValues holds a tree that passed Check against the value rules of the contract, in the order of the contract.
// listed is the action's ErrorListed: a broken rule answers the rule's own code if the action lists it, else
// InvalidParameter.ParamError if the action lists that, else InvalidParameterValue. A negative number for an
// unsigned member, or one beyond int64, is always InvalidParameterValue.
func CheckValues(in *Struct, v *Value, listed func(code string) bool) error {
	return (rules{listed: listed}).object(in, v).err()
}

type rules struct {
	listed   func(code string) bool
	fallback string // for a rule without a code that is listed; "" for what API 3.0 answers
}

func (r rules) object(s *Struct, v *Value) *fault {
	for i := range s.Members {
		m := &s.Members[i]
		kid := v.Get(m.Name)
		if kid == nil {
			continue
		}
		var f *fault
		if m.List {
			f = r.list(m, kid)
		} else {
			f = r.value(m, kid)
		}
		if f != nil {
			return f.in(m.Name)
		}
	}
	return nil
}

func (r rules) list(m *Member, v *Value) *fault {
	if what := m.outside(int64(len(v.kids)), "elements"); what != "" {
		return r.broken(m, nil, "must have "+what)
	}
	for i := range v.kids {
		if f := r.value(m, &v.kids[i]); f != nil {
			return f.at(i)
		}
	}
	return nil
}

// value applies the rules of one value; the bounds of a list were applied to its count.
func (r rules) value(m *Member, v *Value) *fault {
	switch m.Kind {
	case String:
		return r.str(m, v)
	case Int, Uint:
		return r.integer(m, v)
	case Object:
		return r.object(m.Struct, v)
	case Float:
		if f := v.Float(); m.HasMin && f < float64(m.Min) || m.HasMax && f > float64(m.Max) {
			return r.broken(m, v, "must be "+m.bounds(""))
		}
	}
	return nil
}

func (r rules) str(m *Member, v *Value) *fault {
	s := v.text
	if !m.List && (m.HasMin || m.HasMax) {
		if what := m.outside(int64(utf8.RuneCountInString(s)), "characters"); what != "" {
			return r.broken(m, v, "must have "+what)
		}
	}
	switch {
	case m.MaxBytes > 0 && len(s) > m.MaxBytes:
		return r.broken(m, v, "must not be longer than "+strconv.Itoa(m.MaxBytes)+" bytes")
	case m.Enum != nil && !slices.Contains(m.Enum, s):
		return r.broken(m, v, "must be one of "+strings.Join(m.Enum, ", "))
	case m.Pattern != nil && !m.Pattern.MatchString(s):
		return r.broken(m, v, "must have the documented form")
	}
	return nil
}

func (r rules) integer(m *Member, v *Value) *fault {
	n, err := strconv.ParseInt(v.text, 10, 64)
	switch {
	case err != nil:
		return fail(cmp.Or(r.fallback, codeValue), m, v, "must be less than 2^63")
	case m.Kind == Uint && n < 0:
		return fail(cmp.Or(r.fallback, codeValue), m, v, "must not be negative")
	case m.EnumInt != nil && !slices.Contains(m.EnumInt, n):
		return r.broken(m, v, "must be one of "+strings.Trim(fmt.Sprint(m.EnumInt), "[]"))
	}
	if !m.List && m.outside(n, "") != "" {
		return r.broken(m, v, "must be "+m.bounds(""))
	}
	return nil
}

// outside describes the bounds that n breaks, or is empty.
func (m *Member) outside(n int64, unit string) string {
	if m.HasMin && n < m.Min || m.HasMax && n > m.Max {
		return m.bounds(unit)
	}
	return ""
}

func (m *Member) bounds(unit string) string {
	var s string
	switch {
	case m.HasMin && m.HasMax:
		s = fmt.Sprintf("%d to %d", m.Min, m.Max)
	case m.HasMin:
		s = fmt.Sprintf("%d or more", m.Min)
	default:
		s = fmt.Sprintf("%d or less", m.Max)
	}
	return strings.TrimSpace(s + " " + unit)
}

func (r rules) broken(m *Member, v *Value, what string) *fault {
	code := m.Code
	if code == "" || !r.listed(code) {
		switch {
		case r.fallback != "":
			code = r.fallback
		case r.listed(codeParam):
			code = codeParam
		default:
			code = codeValue
		}
	}
	return fail(code, m, v, what)
}

// fail names the offending value, unless it is a secret.
func fail(code string, m *Member, v *Value, what string) *fault {
	f := &fault{code: code, what: what}
	if v != nil && !m.Secret {
		f.value = shorten(v.text, 64)
		f.what += ", not " + quote(f.value)
	}
	return f
}

// RedactSpare is how much longer than one printed string of the limit the text of Redact may be.
const RedactSpare = 16 << 10

// redactions are the cuts that Redact tries in turn, until what it prints is within its bound: the first keep what
// people read, the last keeps the names of everything.
var redactions = [...]struct{ text, elements int }{{math.MaxInt, 100}, {256, 20}, {32, 4}}

const (
	redactName    = 128 // characters of a name that the contract does not know
	redactMembers = 100 // of an object: more than an object of the contract has
)

// Redact prints the parameters of a call for the audit record: compact JSON, members in the order sent, secrets as
// "***", scalars cut to limit characters, lists to 100 elements. What is still longer than one string of limit
// characters and RedactSpare is cut further, everywhere rather than at the end, where the members that matter may be.
// It takes trees that did not pass Check: what the contract does not know is masked, since it may be a misspelt
// secret, and common parameters are left out. The text is JSON whatever the tree.
func Redact(in *Struct, v *Value, limit int) string {
	if limit <= 0 {
		limit = RedactSpare
	}
	// A character costs six bytes at most, \u001f.
	most := 6*limit + RedactSpare
	var r redactor
	for _, cut := range redactions {
		// Where the last cut is not enough, it stops this side of the bound, by more than what is open may take.
		r = redactor{dst: r.dst[:0], limit: min(limit, cut.text), elements: cut.elements, most: most - RedactSpare/2}
		r.object(in, v, true)
		if !r.stopped && len(r.dst) <= most {
			break
		}
	}
	return string(r.dst)
}

// redactor is one try to print a tree within most bytes.
type redactor struct {
	dst             []byte
	limit, elements int
	most            int
	stopped         bool
}

// full tells whether the rest is left out: it is the i-th of a container that may have n, or the text is too long.
func (r *redactor) full(i, n int) bool {
	r.stopped = r.stopped || len(r.dst) > r.most
	return r.stopped || i >= n
}

func (r *redactor) object(s *Struct, v *Value, top bool) {
	r.dst = append(r.dst, '{')
	comma := false
	for i := range v.kids {
		kid := &v.kids[i]
		m := s.Member(kid.name)
		if m == nil && top && common(kid.name) {
			continue
		}
		if comma {
			r.dst = append(r.dst, ',')
		}
		comma = true
		if r.full(i, redactMembers) {
			r.dst = append(r.dst, `"…":"***"`...)
			break
		}
		name := kid.name
		if m == nil {
			name = shorten(name, min(r.limit, redactName))
		}
		r.dst = append(AppendString(r.dst, name), ':')
		r.member(m, kid)
	}
	r.dst = append(r.dst, '}')
}

func (r *redactor) member(m *Member, v *Value) {
	switch {
	case m == nil || m.Secret:
		r.dst = append(r.dst, `"***"`...)
		return
	case !m.List || v.kind != ListValue:
		r.value(m, v)
		return
	}
	r.dst = append(r.dst, '[')
	for i := range v.kids {
		if i > 0 {
			r.dst = append(r.dst, ',')
		}
		if r.full(i, r.elements) {
			r.dst = AppendString(r.dst, fmt.Sprintf("… %d more", len(v.kids)-i))
			break
		}
		r.value(m, &v.kids[i])
	}
	r.dst = append(r.dst, ']')
}

func (r *redactor) value(m *Member, v *Value) {
	switch {
	case m.Kind == Object && v.kind == ObjectValue:
		r.object(m.Struct, v, false)
	case v.kind == ObjectValue || v.kind == ListValue:
		r.dst = append(r.dst, `"***"`...)
	case fits(m, v) && (m.Kind == Int || m.Kind == Uint):
		r.dst = AppendInt(r.dst, v.Int())
	case fits(m, v) && m.Kind == Bool:
		r.dst = AppendBool(r.dst, v.Bool())
	case v.kind == Text || v.kind == StringValue || len(v.text) > r.limit: // half of a number is no number
		r.dst = AppendString(r.dst, shorten(v.text, r.limit))
	default:
		r.dst = v.AppendJSON(r.dst)
	}
}
