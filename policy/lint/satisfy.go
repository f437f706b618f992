package lint

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

// Whether conditions can hold is tried: from the values that the conditions of
// one key name, the few follow that can tell, and the engine is asked about
// each. That is done only where those few are enough to be certain.

// maxTried bounds the values that are tried for one key.
const maxTried = 500

// contradictions finds keys whose conditions no request can meet.
func (l *linter) contradictions(s *statement) {
	byKey := map[string][]*condition{}
	for i := range s.conds {
		if c := &s.conds[i]; !several[c.Key] && !tagList(c.Key) {
			key := c.Key
			if key == "mfa" {
				key = "qcs:mfa" // two names of one key
			}
			byKey[key] = append(byKey[key], c)
		}
	}
	for key, conds := range byKey {
		tried, certain := candidates(key, conds)
		if !certain || len(tried) > maxTried {
			continue
		}
		path := conds[len(conds)-1].path
		switch {
		case !holds(conds, tried):
			what := "these conditions on"
			if len(conds) == 1 {
				what = "this condition on"
			}
			l.warn(s, "W303", path, "", "no request meets %s %s", what, key)
		case key == "qcs:current_time" && !l.o.Now.IsZero() && !holds(conds, after(l.o.Now, tried)):
			word := "allows nothing any more"
			if s.Effect == policy.ExplicitDeny {
				word = "denies nothing any more"
			}
			l.warn(s, "W304", path, "", "the time is over: this %s", word)
		}
	}
}

// several are keys that may have several values at once. Of those each
// condition may look at another one.
var several = map[string]bool{"oidc:aud": true, "saml:aud": true}

// An attempt is the value of a key in one request; absent: it has none.
type attempt struct {
	value  string
	absent bool
}

// candidates returns the values that can tell whether conditions on a key hold
// together, and whether they are enough to be certain that they do not.
func candidates(key string, conds []*condition) (tried []attempt, certain bool) {
	tried = []attempt{{absent: true}}
	add := func(values ...string) {
		for _, v := range values {
			tried = append(tried, attempt{value: v})
		}
	}
	switch key {
	case "qcs:mfa":
		return []attempt{{value: "0"}, {value: "1"}}, true
	case "qcs:BindToken":
		return []attempt{{value: "true"}, {value: "false"}}, true
	case "qcs:uin", "qcs:owner_uin":
		return nil, false // the caller's: not for a context to say
	}
	families := map[string]bool{}
	for _, c := range conds {
		if len(c.Values) > maxTried || strings.Contains(c.Operator, ":") {
			return nil, false // whoever writes a qualifier knows of several values
		}
		families[c.family] = true
	}
	switch {
	case key == "qcs:ip" && !within(families, "ip", "null", "string", "fold", "like"):
		add("192.0.2.1") // of another type than the address is, whatever it is
		return tried, true
	case key == "qcs:current_time" && !within(families, "date", "null", "string", "fold", "like"):
		add("2000-01-01T00:00:00Z")
		return tried, true
	}
	delete(families, "null")
	add("")
	switch {
	case len(families) == 0:
		add("x")
		return tried, true
	case only(families, "ip"):
		add(addresses(conds)...)
		return tried, true
	case only(families, "date"):
		add(moments(conds)...)
		return tried, true
	case only(families, "numeric"):
		values, ok := numbers(conds)
		add(values...)
		return tried, ok
	}
	if key == "qcs:ip" || key == "qcs:current_time" {
		return nil, false // looked at as text, which has many forms
	}
	values, ok := finite(conds)
	add(values...)
	return tried, ok
}

// within reports whether every family is one of those.
func within(families map[string]bool, of ...string) bool {
	for f := range families {
		if !slices.Contains(of, f) {
			return false
		}
	}
	return true
}

func only(families map[string]bool, family string) bool {
	return len(families) == 1 && families[family]
}

// of returns the conditions of one family.
func of(conds []*condition, family string) []*condition {
	return slices.DeleteFunc(slices.Clone(conds), func(c *condition) bool { return c.family != family })
}

// addresses are where the networks of conditions begin, and what follows
// their ends: in between nothing changes.
func addresses(conds []*condition) []string {
	list := []string{"192.0.2.1", "2001:db8::1"}
	for _, c := range of(conds, "ip") {
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
	return list
}

// following is the first address after a network, invalid if there is none.
func following(p netip.Prefix) netip.Addr {
	bytes := p.Addr().AsSlice()
	for i := p.Bits(); i < len(bytes)*8; i++ {
		bytes[i/8] |= 0x80 >> (i % 8)
	}
	last, _ := netip.AddrFromSlice(bytes)
	return last.Next()
}

// moments are those of the conditions, with a second before and after.
func moments(conds []*condition) []string {
	var list []string
	for _, c := range of(conds, "date") {
		for _, v := range c.Values {
			if t, ok := moment(v); ok {
				for _, d := range [...]time.Duration{-time.Second, 0, time.Second} {
					list = append(list, t.Add(d).Format(time.RFC3339))
				}
			}
		}
	}
	return list
}

// moment reads a time as the engine does.
func moment(v string) (time.Time, bool) {
	var c policy.Context
	err := c.Add("qcs:current_time", v)
	return c.Time.UTC().Truncate(time.Second), err == nil
}

// after are the moments from now on: of what was tried, and now.
func after(now time.Time, tried []attempt) []attempt {
	list := []attempt{{value: now.UTC().Format(time.RFC3339)}}
	for _, a := range tried {
		if t, ok := moment(a.value); ok && t.After(now) {
			list = append(list, a)
		}
	}
	return list
}

// plainNumber is a number that can be computed with at no cost.
var plainNumber = regexp.MustCompile(`^[+-]?[0-9]{1,30}(\.[0-9]{1,30})?$`)

// numbers are those of the conditions, and one between each two.
func numbers(conds []*condition) (list []string, ok bool) {
	var all []*big.Rat
	for _, c := range of(conds, "numeric") {
		for _, v := range c.Values {
			r, ok := new(big.Rat).SetString(v)
			if !plainNumber.MatchString(v) || !ok {
				return nil, false
			}
			all = append(all, r)
		}
	}
	slices.SortFunc(all, (*big.Rat).Cmp)
	one, half := big.NewRat(1, 1), big.NewRat(1, 2)
	all = append(all, new(big.Rat).Add(all[len(all)-1], one))
	list = append(list, new(big.Rat).Sub(all[0], one).FloatString(40))
	for i, r := range all {
		list = append(list, r.FloatString(40))
		if i > 0 {
			middle := new(big.Rat).Add(r, all[i-1])
			list = append(list, middle.Mul(middle, half).FloatString(40))
		}
	}
	return list, true
}

// finite returns the values of an equality that must hold: no others come into
// question.
func finite(conds []*condition) ([]string, bool) {
	variable := func(v string) bool { return strings.Contains(v, "${") }
	if some(conds, func(c *condition) bool { return some(c.Values, variable) }) {
		return nil, false
	}
	for _, c := range conds {
		if c.family == "string" && !c.negated && !c.ifExist && !strings.HasSuffix(c.Key, ":region") {
			return c.Values, true
		}
	}
	// That a key is absent or empty is an equality too.
	for _, c := range conds {
		if c.family == "null" && !some(c.Values, func(v string) bool { return strings.EqualFold(v, "false") }) {
			return nil, true
		}
	}
	return nil, false
}

// holds reports whether all conditions on a key hold for any of the attempts.
func holds(conds []*condition, tried []attempt) bool {
	set := compile(conds)
	if set == nil {
		return true
	}
	return some(tried, func(a attempt) bool {
		q := policy.Question{
			Principal: policy.Principal{Kind: policy.User, Account: qcs.Account{UIN: "1"}, UIN: "2"},
			Action:    policy.Action{Service: "x", Name: "X"}, Resource: []qcs.Resource{qcs.Any}, Layers: policy.Layers{Identity: set},
		}
		if !a.absent && q.Context.Add(conds[0].Key, a.value) != nil {
			return false
		}
		return policy.Decide(&q).Allowed
	})
}

// compile makes a policy that allows where the conditions hold.
func compile(conds []*condition) *policy.Set {
	byOperator := map[string]map[string][]string{}
	for _, c := range conds {
		if byOperator[c.Operator] == nil {
			byOperator[c.Operator] = map[string][]string{}
		}
		byOperator[c.Operator][c.Key] = c.Values
	}
	condition, err := json.Marshal(byOperator)
	if err != nil {
		return nil
	}
	d, err := policy.Parse(`{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*","condition":` + string(condition) + `}}`)
	if err != nil {
		return nil
	}
	return policy.Compile([]policy.Source{{Document: d}}, policy.Env{})
}
