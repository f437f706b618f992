package lint

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/policy"
)

// always are keys that requests have, or nearly always have.
var always = map[string]bool{"qcs:ip": true, "qcs:current_time": true, "qcs:mfa": true, "mfa": true, "qcs:BindToken": true, "qcs:uin": true, "qcs:owner_uin": true}

// conditions looks at the conditions of a statement one by one.
func (l *linter) conditions(s *statement) {
	for i := range s.conds {
		c := &s.conds[i]
		if known := misspelt(c.Key); known != "" {
			l.warn(s, "W306", c.path, known, "no request has the key %q", c.Key)
		}
		switch c.op.Family {
		case "string", "fold":
			l.exact(s, c)
		case "like":
			l.like(s, c)
		case "ip":
			l.network(s, c)
		}
		if s.Effect == policy.ExplicitDeny && c.op.Negated && !c.op.IfExist && !always[c.Key] && !l.deniesMissing(s, c.Key) {
			l.warn(s, "W301", c.path, c.Operator+"_if_exist", "this denies no request that has no %s; with %s_if_exist it would", c.Key, c.Operator)
		}
	}
	if s.Effect == policy.ExplicitDeny {
		l.both(s)
	}
}

// exact looks at comparisons without wildcards.
func (l *linter) exact(s *statement, c *condition) {
	for i, v := range c.Values {
		path := l.item(c.path, i)
		if strings.Contains(v, "*") && c.op.Base != "binary_equal" {
			like := "string_like"
			if c.op.Negated {
				like = "string_not_like"
			}
			l.warn(s, "W208", path, like, "%s compares letter by letter, so the star of %q is a star; %s has wildcards", c.Operator, v, like)
		}
		if tagList(c.Key) && !strings.Contains(v, "&") && !strings.Contains(v, "${") {
			l.tagText(s, c, path, v)
		}
	}
}

func (l *linter) like(s *statement, c *condition) {
	for i, v := range c.Values {
		path := l.item(c.path, i)
		switch {
		case strings.Contains(v, "?"):
			l.warn(s, "W207", path, "", "the ? of %q is a letter, no wildcard", v)
		case brackets(v):
			l.warn(s, "W207", path, "", "the brackets of %q are letters: there are no sets of characters", v)
		case strings.HasPrefix(v, "^") || strings.HasPrefix(v, ".*") || strings.HasSuffix(v, ".*$"):
			l.warn(s, "W207", path, "", "%q is no regular expression: the star alone is special", v)
		case !strings.Contains(v, "*") && len(v) > 1 && (v[0] == '%' || v[len(v)-1] == '%'):
			l.warn(s, "W207", path, "", "the %% of %q is a letter: the wildcard is *", v)
		}
		if tagList(c.Key) && !strings.ContainsAny(v, "&*") && !strings.Contains(v, "${") {
			l.tagText(s, c, path, v)
		}
	}
}

func (l *linter) tagText(s *statement, c *condition, path, v string) {
	key, _, _ := strings.Cut(c.Key, "/")
	l.warn(s, "W305", path, fmt.Sprintf("%s/%s", key, v), "tags are compared as key&value, which %q never is; null_equal asks for a key, %s/%s for its value", v, key, v)
}

// tagList reports whether a key has every tag as one of its values.
func tagList(key string) bool {
	return key == "qcs:resource_tag" || key == "qcs:request_tag" || key == "qcs:tag"
}

func (l *linter) network(s *statement, c *condition) {
	for i, v := range c.Values {
		if p, err := netip.ParsePrefix(v); err == nil && p.Bits() == 0 {
			l.warn(s, "W307", l.item(c.path, i), "", "every address is in %s", v)
		}
	}
}

// deniesMissing reports whether the document says something about requests
// without the key: then silence about them is meant.
func (l *linter) deniesMissing(s *statement, key string) bool {
	return some(l.statements, func(o statement) bool {
		return some(o.conds, func(c condition) bool {
			return c.Key == key && (c.op.Family == "null" || c.op.IfExist) && (o.index != s.index || c.op.Family == "null")
		})
	})
}

// both finds denials of which the author seems to mean "either": two keys of
// one operator that are to have the same values.
func (l *linter) both(s *statement) {
	for i := range s.conds {
		for j := range i {
			a, b := &s.conds[j], &s.conds[i]
			if a.Operator == b.Operator && !a.op.Negated && slices.Equal(a.Values, b.Values) {
				l.warn(s, "W302", b.path, "", "this denies only requests for which %s and %s hold both; two statements deny either", a.Key, b.Key)
				return
			}
		}
	}
}

// keys are the condition keys that are known by name.
var keys = []string{
	"qcs:ip", "qcs:current_time", "qcs:resource_tag", "qcs:request_tag", "qcs:tag", "qcs:BindToken", "qcs:mfa", "mfa",
	"qcs:uin", "qcs:owner_uin", "qcs:create_uin", "qcs:vpc", "sts:external_id",
	"saml:aud", "saml:iss", "saml:sub", "saml:sub_type", "oidc:iss", "oidc:aud", "oidc:sub",
	"vpc:requester_vpc", "vpc:vpc", "vpc:accepter_vpc", "vpc:region", "cvm:region", "cvm:instance_type",
	"cos:secure-transport", "cos:tls-version", "cos:x-cos-acl", "cos:x-cos-storage-class", "cos:versionid", "cos:prefix",
	"cos:content-length", "cos:content-type", "cos:response-content-type", "cos:x-cos-forbid-overwrite",
}

// elsewhere are keys of another system that people bring along.
var elsewhere = map[string]string{
	"aws:sourceip": "qcs:ip", "acs:sourceip": "qcs:ip", "qcs:sourceip": "qcs:ip", "qcs:source_ip": "qcs:ip",
	"aws:currenttime": "qcs:current_time", "acs:currenttime": "qcs:current_time",
	"aws:multifactorauthpresent": "qcs:mfa", "acs:mfapresent": "qcs:mfa", "sts:externalid": "sts:external_id",
}

var notLetters = regexp.MustCompile(`[^a-z0-9]`)

// misspelt returns the known key that was meant, "" for what is known or like
// nothing that is. A key of a service that is unknown here may well exist, so
// it is only compared with keys of the same service.
func misspelt(key string) string {
	name, tag, isTag := strings.Cut(key, "/")
	if slices.Contains(keys, key) || isTag && tagList(name) {
		return ""
	}
	if known, ok := elsewhere[strings.ToLower(key)]; ok {
		return known
	}
	service, rest, ok := strings.Cut(strings.ToLower(name), ":")
	if !ok {
		return ""
	}
	for _, known := range keys {
		knownService, knownRest, _ := strings.Cut(strings.ToLower(known), ":")
		if service != knownService || isTag && !tagList(known) {
			continue
		}
		// One letter more, less or other; but short names differ by that
		// anyway, and only in the global ones is nothing else there.
		plain, knownPlain := notLetters.ReplaceAllString(rest, ""), notLetters.ReplaceAllString(knownRest, "")
		if plain == knownPlain || len(knownRest) >= 5 && distance(rest, knownRest) == 1 || service == "qcs" && len(knownRest) >= 5 && distance(rest, knownRest) == 2 {
			if isTag {
				return known + "/" + tag
			}
			return known
		}
	}
	return ""
}

// distance is the number of letters to add, remove, change or swap with their
// neighbour, to get from one text to the other. It is at most 3.
func distance(a, b string) int {
	const most = 3
	if len(a) > len(b)+2 || len(b) > len(a)+2 {
		return most
	}
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row := rows[0], rows[1], rows[2]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		rows = [3][]int{last, row, before}
	}
	return min(rows[1][len(b)], most)
}
