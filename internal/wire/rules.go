package wire

import (
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
	r := rules{listed: listed}
	return r.object(in, v).err()
}

type rules struct {
	listed func(code string) bool
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
		return r.broken(m, v, "must have only characters that are allowed, in the form that is documented")
	}
	return nil
}

func (r rules) integer(m *Member, v *Value) *fault {
	n, err := strconv.ParseInt(v.text, 10, 64)
	switch {
	case err != nil:
		return fail(codeValue, m, v, "must be less than 2^63")
	case m.Kind == Uint && n < 0:
		return fail(codeValue, m, v, "must not be negative")
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
		code = codeValue
		if r.listed(codeParam) {
			code = codeParam
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

// Bounds of a redacted record, whatever the caller sends.
const redactElements = 100

// Redact prints the parameters of a call for the audit record: compact JSON, members in the order sent, secrets as
// "***", strings cut to limit characters, lists to 100 elements. It takes trees that did not pass Check: what the
// contract does not know is masked, since it may be a misspelt secret, and common parameters are left out.
func Redact(in *Struct, v *Value, limit int) string {
	if limit <= 0 {
		limit = math.MaxInt
	}
	return string(redactObject(nil, in, v, limit, true))
}

func redactObject(dst []byte, s *Struct, v *Value, limit int, top bool) []byte {
	dst = append(dst, '{')
	comma := false
	for i := range v.kids {
		kid := &v.kids[i]
		m := s.Member(kid.name)
		if m == nil && top && common(kid.name) {
			continue
		}
		if comma {
			dst = append(dst, ',')
		}
		if i == redactElements {
			dst = append(dst, `"…":"***"`...)
			break
		}
		comma = true
		dst = append(AppendString(dst, shorten(kid.name, limit)), ':')
		dst = redactMember(dst, m, kid, limit)
	}
	return append(dst, '}')
}

func redactMember(dst []byte, m *Member, v *Value, limit int) []byte {
	if m == nil || m.Secret {
		return append(dst, `"***"`...)
	}
	if !m.List || v.kind != ListValue {
		return redactValue(dst, m, v, limit)
	}
	dst = append(dst, '[')
	for i := range v.kids {
		if i > 0 {
			dst = append(dst, ',')
		}
		if i == redactElements {
			dst = AppendString(dst, fmt.Sprintf("… %d more", len(v.kids)-i))
			break
		}
		dst = redactValue(dst, m, &v.kids[i], limit)
	}
	return append(dst, ']')
}

func redactValue(dst []byte, m *Member, v *Value, limit int) []byte {
	switch {
	case m.Kind == Object && v.kind == ObjectValue:
		return redactObject(dst, m.Struct, v, limit, false)
	case v.kind == ObjectValue || v.kind == ListValue:
		return append(dst, `"***"`...)
	case fits(m, v) && (m.Kind == Int || m.Kind == Uint):
		return AppendInt(dst, v.Int())
	case fits(m, v) && m.Kind == Bool:
		return AppendBool(dst, v.Bool())
	case v.kind == Text || v.kind == StringValue:
		return AppendString(dst, shorten(v.text, limit))
	}
	return v.AppendJSON(dst)
}
