package reach

import (
	"encoding/json"
	"math/big"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// Values returns values of a condition key that tell conditions on it apart.
// Of conditions of one family that compare by order or by network, any
// combination that a value meets is met by one of these, or by an empty text,
// or by none at all; numbers that are not written plainly are left out. Of
// conditions on texts these are the texts themselves and some others.
func Values(conditions []policy.Condition) []string {
	var list []string
	byFamily := map[string][]policy.Condition{}
	for _, c := range conditions {
		family := ParseOperator(c.Operator).Family
		byFamily[family] = append(byFamily[family], c)
	}
	list = append(list, texts(byFamily["string"])...)
	list = append(list, texts(byFamily["fold"])...)
	list = append(list, texts(byFamily["like"])...)
	if len(byFamily["numeric"]) > 0 {
		list = append(list, numbers(byFamily["numeric"])...)
	}
	list = append(list, moments(byFamily["date"])...)
	if len(byFamily["ip"]) > 0 {
		list = append(list, addresses(byFamily["ip"])...)
	}
	if len(byFamily["bool"]) > 0 {
		list = append(list, "true", "false")
	}
	return append(list, "other")
}

// texts are those of the conditions, stars left out and filled in.
func texts(conditions []policy.Condition) []string {
	var list []string
	for _, c := range conditions {
		for _, v := range c.Values {
			list = append(list, strings.ReplaceAll(v, "*", ""))
			if strings.Contains(v, "*") {
				list = append(list, strings.ReplaceAll(v, "*", "x"), v)
			}
		}
	}
	return list
}

// addresses are where the networks of conditions begin, and what follows
// their ends: in between nothing changes.
func addresses(conditions []policy.Condition) []string {
	var list []string
	for _, c := range conditions {
		for _, v := range c.Values {
			p, err := netip.ParsePrefix(v)
			if a, e := netip.ParseAddr(v); e == nil {
				p, err = netip.PrefixFrom(a, a.BitLen()), nil
			}
			if err != nil {
				continue
			}
			p = p.Masked()
			list = append(list, p.Addr().Unmap().String())
			if next := following(p); next.IsValid() {
				list = append(list, next.Unmap().String())
			}
		}
	}
	return append(list, "192.0.2.1", "2001:db8::1")
}

// following is the first address after a network, invalid if there is none.
func following(p netip.Prefix) netip.Addr {
	bytes := p.Addr().AsSlice()
	for i := p.Bits(); i < len(bytes)*8; i++ {
		bytes[i/8] |= 0x80 >> (i % 8)
	}
	last, _ := netip.AddrFromSlice(bytes) // of the length of an address
	return last.Next()
}

// moments are those of the conditions, with a second before and after.
func moments(conditions []policy.Condition) []string {
	var list []string
	for _, c := range conditions {
		for _, v := range c.Values {
			var read policy.Context
			if read.Add("qcs:current_time", v) != nil {
				continue
			}
			for _, d := range [...]time.Duration{0, -time.Second, time.Second} {
				list = append(list, read.Time.UTC().Add(d).Format(time.RFC3339))
			}
		}
	}
	return list
}

// plainNumber is a number that can be computed with at no cost.
var plainNumber = regexp.MustCompile(`^[+-]?[0-9]{1,30}(\.[0-9]{1,30})?$`)

// PlainNumber reports whether a number is written so that [Values] reads it.
func PlainNumber(text string) bool { return plainNumber.MatchString(text) }

// numbers are those of the conditions, and one between each two.
func numbers(conditions []policy.Condition) []string {
	var all []*big.Rat
	for _, c := range conditions {
		for _, v := range c.Values {
			if r, ok := new(big.Rat).SetString(v); PlainNumber(v) && ok {
				all = append(all, r)
			}
		}
	}
	if len(all) == 0 {
		return []string{"0"}
	}
	slices.SortFunc(all, (*big.Rat).Cmp)
	one, half := big.NewRat(1, 1), big.NewRat(1, 2)
	list := []string{new(big.Rat).Sub(all[0], one).FloatString(40)}
	for i, r := range append(all, new(big.Rat).Add(all[len(all)-1], one)) {
		list = append(list, r.FloatString(40))
		if i > 0 {
			middle := new(big.Rat).Add(r, all[i-1])
			list = append(list, middle.Mul(middle, half).FloatString(40))
		}
	}
	return list
}

// Conditions is what conditions ask, apart from any statement.
type Conditions struct{ set *policy.Set }

// CompileConditions prepares conditions of a document that was accepted. It
// says no of others.
func CompileConditions(conditions []policy.Condition) (Conditions, bool) {
	byOperator := map[string]map[string][]string{}
	for _, c := range conditions {
		if byOperator[c.Operator] == nil {
			byOperator[c.Operator] = map[string][]string{}
		}
		byOperator[c.Operator][c.Key] = c.Values
	}
	text, err := json.Marshal(byOperator)
	if err != nil {
		return Conditions{}, false
	}
	d, err := policy.Parse(`{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*","condition":` + string(text) + `}}`)
	if err != nil {
		return Conditions{}, false
	}
	return Conditions{policy.Compile([]policy.Source{{Document: d}}, policy.Env{})}, true
}

// Hold reports whether all of the conditions hold for a caller and the facts
// of a request.
func (c Conditions) Hold(p policy.Principal, facts policy.Context) bool {
	// A boundary binds every kind of caller, and says by itself what of it
	// applies; who asks for what does not matter.
	q := policy.Question{Principal: p, Action: policy.Action{Service: "x", Name: "X"}, Resource: []qcs.Resource{qcs.Any}, Context: facts,
		Layers: policy.Layers{Boundary: c.set}}
	for _, layer := range policy.Explain(&q).Layers {
		for _, s := range layer.Statements {
			if s.Applies {
				return true
			}
		}
	}
	return false
}
