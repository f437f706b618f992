package reach

import "strings"

// An Operator is the name of a condition's operator, taken apart.
type Operator struct {
	Base string // without qualifier and suffix
	// Family is string, fold (without case), like, numeric, date, bool, ip or
	// null.
	Family    string
	Negated   bool
	IfExist   bool
	Qualified bool // for_any_value: or for_all_value:
}

// ParseOperator reads a name that package policy accepts.
func ParseOperator(name string) Operator {
	o := Operator{Base: name}
	if _, rest, ok := strings.Cut(name, ":"); ok {
		o.Base, o.Qualified = rest, true
	}
	o.Base, o.IfExist = strings.CutSuffix(o.Base, "_if_exist")
	o.Negated = strings.Contains(o.Base, "_not_")
	o.Family, _, _ = strings.Cut(o.Base, "_")
	switch {
	case strings.HasSuffix(o.Base, "_ignore_case"):
		o.Family = "fold"
	case strings.HasSuffix(o.Base, "_like"):
		o.Family = "like"
	case o.Family == "binary":
		o.Family = "string"
	}
	return o
}
