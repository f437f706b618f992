package lint

import (
	"slices"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/policy/reach"
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
		case !hold(conds, tried) && len(conds) == 1:
			l.warn(s, "W303", path, "", "no request meets this condition on %s", key)
		case !hold(conds, tried):
			l.warn(s, "W303", path, "", "no request meets these conditions on %s", key)
		case key == "qcs:current_time" && !l.o.Now.IsZero() && !hold(conds, after(l.o.Now, tried)):
			if s.Effect == policy.ExplicitDeny {
				l.warn(s, "W304", path, "", "the time is over: this denies nothing any more")
			} else {
				l.warn(s, "W304", path, "", "the time is over: this allows nothing any more")
			}
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
		if len(c.Values) > maxTried || c.op.Qualified {
			return nil, false // whoever writes a qualifier knows of several values
		}
		families[c.op.Family] = true
	}
	tried = []attempt{{absent: true}, {value: ""}}
	for _, v := range reach.Values(plain(conds)) {
		tried = append(tried, attempt{value: v})
	}
	wrongType := key == "qcs:ip" && !within(families, "ip", "null", "string", "fold", "like") ||
		key == "qcs:current_time" && !within(families, "date", "null", "string", "fold", "like")
	switch delete(families, "null"); {
	case wrongType:
		// Whatever the address or the time is, it is of another type.
		return append(tried, attempt{value: "192.0.2.1"}, attempt{value: "2000-01-01T00:00:00Z"}), true
	case len(families) == 0, only(families, "ip"), only(families, "date"):
		return tried, true
	case only(families, "numeric"):
		return tried, all(conds, func(c *condition) bool { return c.op.Family != "numeric" || all(c.Values, reach.PlainNumber) })
	case key == "qcs:ip" || key == "qcs:current_time":
		return nil, false // looked at as text, which has many forms
	}
	return tried, finite(conds)
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

// finite reports whether an equality must hold: then no other values come
// into question.
func finite(conds []*condition) bool {
	variable := func(v string) bool { return strings.Contains(v, "${") }
	if some(conds, func(c *condition) bool { return some(c.Values, variable) }) {
		return false
	}
	return some(conds, func(c *condition) bool {
		// That a key is absent or empty is an equality too.
		return c.op.Family == "string" && !c.op.Negated && !c.op.IfExist && !strings.HasSuffix(c.Key, ":region") ||
			c.op.Family == "null" && !some(c.Values, func(v string) bool { return strings.EqualFold(v, "false") })
	})
}

// after are the moments from now on: of what was tried, and now.
func after(now time.Time, tried []attempt) []attempt {
	list := []attempt{{value: now.UTC().Format(time.RFC3339)}}
	for _, a := range tried {
		var c policy.Context
		if c.Add("qcs:current_time", a.value) == nil && c.Time.After(now) {
			list = append(list, a)
		}
	}
	return list
}

// hold reports whether all conditions on a key hold for any of the attempts.
func hold(conds []*condition, tried []attempt) bool {
	compiled, ok := reach.CompileConditions(plain(conds))
	if !ok {
		return true
	}
	somebody := policy.Principal{Kind: policy.User, Account: qcs.Account{UIN: "1"}, UIN: "2"}
	return some(tried, func(a attempt) bool {
		var facts policy.Context
		if !a.absent && facts.Add(conds[0].Key, a.value) != nil {
			return false
		}
		return compiled.Hold(somebody, facts)
	})
}

func plain(conds []*condition) []policy.Condition {
	list := make([]policy.Condition, len(conds))
	for i, c := range conds {
		list[i] = c.Condition
	}
	return list
}
