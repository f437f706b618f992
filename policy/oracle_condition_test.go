package policy_test

import (
	"math/big"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/policy"
)

// Variables.

// wild stands for a star of the policy where it must be told from one that a
// variable brought in.
const wild = "\x00"

// expand fills in the variables of a text: once, or once for each tag of the
// caller where it speaks of them. A variable without value leaves nothing.
func (o *oracle) expand(text string) []string {
	if !strings.Contains(text, "${") {
		return []string{text}
	}
	p := &o.q.Principal
	var pairs []string
	for _, v := range [][2]string{{"${uin}", callerUIN(p)}, {"${owner_uin}", p.Account.UIN}, {"${app_id}", p.Account.AppID}} {
		if strings.Contains(text, v[0]) && v[1] == "" {
			return nil
		}
		pairs = append(pairs, v[0], v[1])
	}
	if !strings.Contains(text, "${qcs:principal_tag_") {
		return []string{strings.NewReplacer(pairs...).Replace(text)}
	}
	var all []string
	for _, t := range p.Tags {
		one := append(slices.Clip(pairs), "${qcs:principal_tag_key}", t.Key(), "${qcs:principal_tag_value}", t.Value())
		all = append(all, strings.NewReplacer(one...).Replace(text))
	}
	return all
}

// callerUIN is the caller's own number: of a session that of the role.
func callerUIN(p *policy.Principal) string {
	switch p.Kind {
	case policy.Root:
		return p.Account.UIN
	case policy.User:
		return p.UIN
	case policy.Role:
		return p.RoleID
	}
	return ""
}

// Keys.

// lookup returns the values that the request has for a key, as texts; none
// means that the key is missing.
func (o *oracle) lookup(key string) []string {
	c, p := &o.q.Context, &o.q.Principal
	switch key {
	case "qcs:ip":
		if !c.IP.IsValid() {
			return nil
		}
		return []string{c.IP.Unmap().String()}
	case "qcs:current_time":
		if c.Time.IsZero() {
			return nil
		}
		return []string{c.Time.UTC().Format("2006-01-02T15:04:05Z")}
	case "qcs:resource_tag", "qcs:tag":
		return tagTexts(c.ResourceTags)
	case "qcs:request_tag":
		return tagTexts(c.RequestTags)
	case "qcs:BindToken":
		return []string{map[bool]string{true: "true", false: "false"}[c.BindToken]}
	case "qcs:mfa", "mfa":
		return []string{map[bool]string{true: "1", false: "0"}[c.MFA]}
	case "qcs:uin":
		return unlessEmpty(callerUIN(p))
	case "qcs:owner_uin":
		return unlessEmpty(p.Account.UIN)
	case "qcs:create_uin":
		return unlessEmpty(c.CreateUIN)
	}
	if prefix, name, ok := tagKey(key); ok {
		tags := c.ResourceTags
		if prefix == "qcs:request_tag/" {
			tags = c.RequestTags
		}
		for _, t := range tags {
			if t.Key() == name {
				return []string{t.Value()}
			}
		}
		return nil
	}
	return c.Values[key]
}

// tagKey splits a key that asks for the value of one tag.
func tagKey(key string) (prefix, name string, ok bool) {
	for _, prefix := range []string{"qcs:resource_tag/", "qcs:request_tag/", "qcs:tag/"} {
		if name, ok := strings.CutPrefix(key, prefix); ok {
			return prefix, name, true
		}
	}
	return "", "", false
}

func tagTexts(tags []policy.Tag) []string {
	var texts []string
	for _, t := range tags {
		texts = append(texts, t.Key()+"&"+t.Value())
	}
	return texts
}

func unlessEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// Conditions.

func (o *oracle) conditionsHold(s *oracleStatement) bool {
	for _, c := range s.conditions {
		if !o.holds(c) {
			return false
		}
	}
	return true
}

// holds evaluates one key of one operator,
// [for_any_value:|for_all_value:]base[_if_exist].
func (o *oracle) holds(c oracleCondition) bool {
	base, ifExist := strings.CutSuffix(c.operator, "_if_exist")
	qualifier := ""
	for _, q := range []string{"for_any_value", "for_all_value"} {
		if rest, ok := strings.CutPrefix(base, q+":"); ok {
			qualifier, base = q, rest
		}
	}
	seen := o.lookup(c.key)
	if base == "null_equal" {
		return o.isNull(c, seen)
	}
	if len(seen) == 0 {
		return ifExist // whether it is negated or not
	}

	negated := strings.Contains(base, "_not_")
	base = strings.Replace(base, "_not_", "_", 1)
	satisfies := func(s string) bool {
		hit, typed := o.anyValue(c, base, s)
		return typed && hit != negated
	}
	some := slices.ContainsFunc(seen, satisfies)
	every := !slices.ContainsFunc(seen, func(s string) bool { return !satisfies(s) })
	switch qualifier {
	case "for_any_value":
		return some
	case "for_all_value":
		return every
	}
	if negated {
		return every
	}
	return some
}

// isNull: a key is null that is absent or an empty text, but a tag is there
// even when its value is empty.
func (o *oracle) isNull(c oracleCondition, seen []string) bool {
	null := !slices.ContainsFunc(seen, func(s string) bool { return s != "" })
	if _, _, tag := tagKey(c.key); tag {
		null = len(seen) == 0
	}
	return slices.ContainsFunc(c.values, func(v string) bool { return (strings.ToLower(v) == "true") == null })
}

// anyValue reports whether one value of the request agrees with any value of
// the policy, and whether it can be read as what the operator compares.
func (o *oracle) anyValue(c oracleCondition, base, seen string) (hit, typed bool) {
	_, _, tag := tagKey(c.key)
	region := strings.HasSuffix(c.key, ":region") && !tag
	if region {
		seen = longRegion(seen)
	}
	family, comparison, _ := strings.Cut(base, "_")
	typed = readable(family, seen)
	for _, value := range c.values {
		if region {
			value = longRegion(value) // not what a variable brings in
		}
		if comparison == "like" {
			value = strings.ReplaceAll(value, "*", wild)
		}
		for _, v := range o.expand(value) {
			hit = hit || typed && compare(family, comparison, seen, v)
		}
	}
	return hit, typed
}

// readable reports whether a value of the request is of an operator's family.
func readable(family, seen string) bool {
	ok := true
	switch family {
	case "numeric":
		_, ok = readNumber(seen)
	case "date":
		_, ok = readDate(seen)
	case "bool":
		ok = isBool(seen)
	case "ip":
		_, err := netip.ParseAddr(seen)
		ok = err == nil
	}
	return ok
}

// compare compares a readable value of the request with one of the policy.
func compare(family, comparison, seen, value string) bool {
	switch family {
	case "string", "binary":
		switch comparison {
		case "like":
			return glob(value, seen, wild[0])
		case "equal_ignore_case":
			return strings.EqualFold(seen, value)
		}
		return seen == value
	case "bool":
		return strings.EqualFold(seen, value)
	case "ip":
		return inNetwork(value, seen)
	}
	var sign int
	if family == "numeric" {
		a, _ := readNumber(seen)
		b, _ := readNumber(value)
		sign = a.Cmp(b)
	} else {
		a, _ := readDate(seen)
		b, _ := readDate(value)
		sign = a.Compare(b)
	}
	switch comparison {
	case "less_than":
		return sign < 0
	case "less_than_equal":
		return sign <= 0
	case "greater_than":
		return sign > 0
	case "greater_than_equal":
		return sign >= 0
	}
	return sign == 0
}

func isBool(s string) bool {
	s = strings.ToLower(s)
	return s == "true" || s == "false"
}

// decimal is what counts as a number: big.Rat alone would read fractions,
// hexadecimals and underscores too.
var decimal = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

func readNumber(s string) (*big.Rat, bool) {
	if !decimal.MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// readDate reads a moment to the second; without a zone it is UTC, without a
// time it is the first second of the day.
func readDate(s string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return time.Unix(t.Unix(), 0), true
		}
	}
	return time.Time{}, false
}

// inNetwork: host bits of the network are masked, an IPv4 address written as
// IPv6 is IPv4 on both sides, and the zone of an address does not count.
func inNetwork(network, address string) bool {
	a := netip.MustParseAddr(address).Unmap().WithZone("")
	if !strings.Contains(network, "/") {
		return netip.MustParseAddr(network).Unmap() == a
	}
	p := netip.MustParsePrefix(network)
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked().Contains(a)
}
