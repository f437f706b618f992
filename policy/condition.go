package policy

import (
	"net/netip"
	"strings"

	"github.com/hufu-iam/hufu/qcs"
)

type family uint8

const (
	familyString family = iota // also binary
	familyFold
	familyLike
	familyNumeric
	familyDate
	familyBool
	familyIP
	familyNull
)

type comparison uint8

const (
	compareEqual comparison = iota
	compareLess
	compareLessEqual
	compareGreater
	compareGreaterEqual
)

type qualifier uint8

const (
	bare qualifier = iota
	forAny
	forAll
)

// An operator is a parsed operator name:
// [for_any_value:|for_all_value:]base[_if_exist].
type operator struct {
	family    family
	compare   comparison
	negated   bool
	qualifier qualifier
	ifExist   bool
}

func parseOperator(name string) (op operator, ok bool) {
	base := name
	if rest, ok := strings.CutPrefix(base, "for_any_value:"); ok {
		op.qualifier, base = forAny, rest
	} else if rest, ok := strings.CutPrefix(base, "for_all_value:"); ok {
		op.qualifier, base = forAll, rest
	}
	base, op.ifExist = strings.CutSuffix(base, "_if_exist")
	switch base {
	case "string_equal", "binary_equal":
		return op, true
	case "string_not_equal":
		op.negated = true
		return op, true
	case "string_equal_ignore_case", "string_not_equal_ignore_case":
		op.family, op.negated = familyFold, base == "string_not_equal_ignore_case"
		return op, true
	case "string_like", "string_not_like":
		op.family, op.negated = familyLike, base == "string_not_like"
		return op, true
	case "bool_equal":
		op.family = familyBool
		return op, true
	case "ip_equal", "ip_not_equal":
		op.family, op.negated = familyIP, base == "ip_not_equal"
		return op, true
	case "null_equal":
		// Whether a key is there is the very question: "if it is there" makes
		// no sense with it.
		op.family = familyNull
		return op, !op.ifExist
	}
	if rest, ok := strings.CutPrefix(base, "numeric_"); ok {
		op.family, base = familyNumeric, rest
	} else if rest, ok := strings.CutPrefix(base, "date_"); ok {
		op.family, base = familyDate, rest
	} else {
		return op, false
	}
	switch base {
	case "equal":
	case "not_equal":
		op.negated = true
	case "less_than":
		op.compare = compareLess
	case "less_than_equal":
		op.compare = compareLessEqual
	case "greater_than":
		op.compare = compareGreater
	case "greater_than_equal":
		op.compare = compareGreaterEqual
	default:
		return op, false
	}
	return op, true
}

// holds applies an ordering to the result of a three-way comparison.
func (c comparison) holds(order int) bool {
	switch c {
	case compareLess:
		return order < 0
	case compareLessEqual:
		return order <= 0
	case compareGreater:
		return order > 0
	case compareGreaterEqual:
		return order >= 0
	}
	return order == 0
}

// A condition is one operator with one key, its values read beforehand.
type condition struct {
	source Condition
	op     operator
	key    key
	// The values in the form of the operator's family; only one is filled.
	texts    []template
	numbers  []decimal
	dates    []int64
	networks []netip.Prefix
	accept   [2]bool // bool and null: whether false and true are among the values
}

// compileCondition reads the values; on failure it says why.
func compileCondition(src Condition) (c condition, why string) {
	op, _ := parseOperator(src.Operator) // checked by the parser
	c = condition{source: src, op: op, key: parseKey(src.Key)}
	for _, v := range src.Values {
		ok := true
		switch op.family {
		case familyNumeric:
			var d decimal
			d, ok = parseDecimal(v)
			c.numbers = append(c.numbers, d)
		case familyDate:
			var t int64
			t, ok = parseDate(v)
			c.dates = append(c.dates, t)
		case familyIP:
			var p netip.Prefix
			p, ok = parseNetwork(v)
			c.networks = append(c.networks, p)
		case familyBool, familyNull:
			var b bool
			b, ok = parseBool(v)
			c.accept[bit(b)] = true
		default:
			if c.key.region {
				v = region(v)
			}
			t, bad := parseTemplate(v, op.family == familyLike)
			if bad != "" {
				return c, "unknown variable " + bad
			}
			c.texts = append(c.texts, t)
		}
		if !ok {
			return c, "not a value for " + src.Operator + ": " + v
		}
	}
	return c, ""
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// region brings a region to its long id and leaves any other text alone.
func region(s string) string {
	l := lower(s)
	if long := qcs.Region(l); long != l {
		return long
	}
	return s
}

// holds reports whether the condition is true of a question.
func (c *condition) holds(q *Question) bool {
	v := c.key.look(q)
	if c.op.family == familyNull {
		return c.accept[bit(c.isNull(&v))]
	}
	// A missing key makes every operator false, the negated ones included,
	// unless it says _if_exist.
	some, every, any := false, true, false
	for i := range v.len() {
		one, ok := v.at(i)
		if !ok {
			continue
		}
		any = true
		hit, typed := c.match(&v, one, &q.Principal)
		// A value that is none of the operator's family satisfies nothing,
		// not even a negation.
		satisfied := typed && hit != c.op.negated
		some = some || satisfied
		every = every && satisfied
	}
	switch {
	case !any:
		return c.op.ifExist
	case c.op.qualifier == forAll:
		return every
	case c.op.qualifier == forAny:
		return some
	case c.op.negated:
		return every // no value of the request may equal any of the policy
	}
	return some
}

// isNull reports whether the key is absent, or there with nothing but empty
// text. A tag with an empty value is there: the key is what is asked for.
func (c *condition) isNull(v *values) bool {
	for i := range v.len() {
		if one, ok := v.at(i); ok && (one != "" || c.key.tag()) {
			return false
		}
	}
	return true
}

// match compares one value of the request with those of the policy: whether
// it equals (or is ordered against) any, and whether it is of the family.
func (c *condition) match(v *values, one string, p *Principal) (hit, typed bool) {
	switch c.op.family {
	case familyNumeric:
		d, ok := parseDecimal(one)
		for _, n := range c.numbers {
			hit = hit || c.op.compare.holds(d.compare(n))
		}
		return hit, ok
	case familyDate:
		t, ok := v.date(one)
		for _, d := range c.dates {
			hit = hit || c.op.compare.holds(order(t, d))
		}
		return hit, ok
	case familyIP:
		a, ok := v.address(one)
		for _, n := range c.networks {
			hit = hit || n.Contains(a)
		}
		return hit, ok
	case familyBool:
		b, ok := parseBool(one)
		return c.accept[bit(b)], ok
	}
	one = v.text(one)
	if c.key.region {
		one = region(one)
	}
	for i := range c.texts {
		if c.op.family == familyFold {
			hit = c.texts[i].equalFold(one, p)
		} else {
			hit = c.texts[i].match(one, p)
		}
		if hit {
			break
		}
	}
	return hit, true
}

func order(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
