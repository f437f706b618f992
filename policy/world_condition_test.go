package policy_test

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/policy"
)

// A family of keys, with the texts that policies compare them with and those
// that requests have for them. The two meet often.
type keyFamily struct {
	operators    string // the family of operators that suits it
	keys         []string
	values, seen []string
	texts        []string // further values for operators that compare texts
}

var keyFamilies = []keyFamily{
	{"string", []string{"k:s", "sts:external_id", "K:s", "k:many"},
		[]string{"a", "ab", "A", "", "a*", "*b", "*", "a*b", "${uin}", "*${uin}", "x${app_id}*", "${owner_uin}", "${qcs:principal_tag_value}", "*${qcs:principal_tag_value}",
			"${qcs:principal_tag_key}&${qcs:principal_tag_value}", "1", "true", "ÄÖ", "k", "straße"},
		[]string{"a", "ab", "A", "", "axb", "a*", "*", "100000000011", "x100000000011", "x1250000001y", "100000000001", "web", "WEB", "team&web", "TEAM&WEB", "1", "true", "äö", "\u212a", "ſtraße", opsID}, nil},
	{"string", []string{"qcs:uin", "qcs:create_uin", "qcs:owner_uin"},
		[]string{"100000000011", "${uin}", "100000000001", "1000*", "${owner_uin}", "100000000002", opsID},
		[]string{"100000000011", "100000000021", "100000000001", ""}, nil},
	{"string", []string{"qcs:resource_tag", "qcs:request_tag", "qcs:tag"},
		[]string{"env&prod", "env&dev", "env&*", "team&${qcs:principal_tag_value}", "*&prod", "ENV&PROD", "${qcs:principal_tag_key}&${qcs:principal_tag_value}", "x&"},
		nil, nil},
	{"string", []string{"qcs:resource_tag/env", "qcs:request_tag/env", "qcs:tag/team", "qcs:resource_tag/x", "qcs:request_tag/x", "qcs:resource_tag/my:region", "qcs:request_tag/a/b"},
		[]string{"prod", "dev", "", "p*", "PROD", "${qcs:principal_tag_value}", "gz"},
		[]string{"prod"}, nil},
	{"string", []string{"cvm:region", "vpc:region"},
		[]string{"gz", "ap-guangzhou", "ap-*", "AP-GuangZhou", "sh", "g*", "nowhere", "Tor", "${qcs:principal_tag_value}"},
		[]string{"ap-guangzhou", "gz", "SH", "AP-Shanghai", "nowhere", "ca", ""}, nil},
	{"numeric", []string{"k:n", "qcs:mfa", "mfa"},
		[]string{"1", "0", "10", "1.0", "1e1", "-1", "0.1", "1.50e2", "+5", "9007199254740993", "1e30", "1e-30"},
		[]string{"1", "10.0", "0", "abc", "", "150", "5", "-0", "-1.5", "1.", "0x1", "1_0", "1/2", "9007199254740992", " 1", "100e-1", "1000000000000000000000000000000", "0.000000000000000000000000000001"}, nil},
	{"date", []string{"qcs:current_time", "k:d"},
		[]string{"2022-05-31T00:00:00Z", "2022-05-31 00:00:00", "2022-05-31T08:00:00+08:00", "2022-06-01", "2022-05-31", "2022-05-30T23:59:59", "2022-05-31T00:00:01.5Z", "2022-05-31 08:00:00+08:00", "2022-05-31 00:00:00Z"},
		[]string{"2022-05-31T00:00:00Z", "2022-05-31T00:00:01Z", "2022-06-01T08:00:00+08:00", "2022-05-31", "x", "2022-05-31 00:00:00.9", "2022-05-31T24:00:00Z", "1653955200"},
		[]string{"2022-05-31T*", "2022-05-31T00:00:00Z", "*Z"}},
	{"bool", []string{"qcs:BindToken", "k:b"},
		[]string{"true", "false", "True", "FALSE"},
		[]string{"true", "false", "TRUE", "1", "", "yes"}, nil},
	{"ip", []string{"qcs:ip", "k:ip"},
		[]string{"10.0.0.0/8", "10.1.1.1", "10.1.1.9/24", "::1", "2001:db8::1/32", "::ffff:10.0.0.0/104", "0.0.0.0/0", "::/0", "fe80::/10", "::ffff:10.1.1.1", "::ffff:0:0/90"},
		[]string{"10.1.1.1", "10.1.1.200", "10.2.0.1", "::ffff:10.1.0.7", "::1", "2001:db8::7", "x", "10.1.1.1/32", "11.0.0.1"},
		[]string{"10.*", "10.2.0.1", "::ffff:*", "fe80::1", "*%eth0"}},
}

// operators by family; those of a family take the same values.
var operators = map[string][]string{
	"string": {"string_equal", "string_not_equal", "string_like", "string_equal_ignore_case", "string_not_like", "string_not_equal_ignore_case", "binary_equal"},
	"numeric": {"numeric_equal", "numeric_not_equal", "numeric_less_than", "numeric_less_than_equal", "numeric_greater_than",
		"numeric_greater_than_equal"},
	"date": {"date_equal", "date_not_equal", "date_less_than", "date_less_than_equal", "date_greater_than", "date_greater_than_equal"},
	"bool": {"bool_equal"},
	"ip":   {"ip_equal", "ip_not_equal"},
	"null": {"null_equal"},
}

// familyOf returns keys whose values suit a family of operators.
func familyOf(name string) *keyFamily {
	i := slices.IndexFunc(keyFamilies, func(f keyFamily) bool { return f.operators == name })
	return &keyFamilies[i]
}

func drawConditions(c choices) string {
	if often(c, 3) {
		return "{}"
	}
	var names []string // in the order they were drawn
	keys := map[string][]member{}
	for range 1 + c.IntN(2) {
		family := pick(c, keyFamilies)
		key := pick(c, family.keys)
		op, values := family.operators, family.values
		switch c.IntN(13) {
		case 9: // keys may be looked at as text whatever they are
			op, values = "string", append(family.texts, values...)
		case 10: // or as anything else
			op = pick(c, []string{"numeric", "date", "bool", "ip"})
			values = familyOf(op).values
		case 11, 12:
			op, values = "null", familyOf("bool").values
		}
		operator := pick(c, operators[op])
		if op != "null" && often(c, 30) {
			operator += "_if_exist"
		}
		operator = pick(c, []string{"", "", "for_any_value:", "for_all_value:"}) + operator
		condition := member{key, oneOrList(c, someOf(c, 1, 3, func(c choices) string { return drawValue(c, pick(c, values)) }))}
		if keys[operator] == nil {
			names = append(names, operator)
		}
		if !slices.ContainsFunc(keys[operator], func(m member) bool { return m.name == key }) {
			keys[operator] = append(keys[operator], condition)
		}
	}
	var members []member
	for _, operator := range names {
		members = append(members, member{operator, object(c, false, keys[operator]...)})
	}
	return object(c, false, members...)
}

// drawValue writes a value as text or, where it is one, as a number or boolean.
func drawValue(c choices, text string) string {
	if (json.Valid([]byte(text)) && !strings.HasPrefix(text, "+")) && often(c, 50) {
		return text
	}
	return quote(text)
}

// Contexts.

var (
	tagPool   = []string{"env&prod", "env&dev", "team&web", "x&", "env&", "team&*", "my:region&ap-guangzhou", "a/b&prod", "Env&prod", "team&${uin}", "region&gz", "region&ap-guangzhou"}
	addresses = []string{"10.1.1.1", "10.1.1.200", "::ffff:10.2.0.1", "11.1.1.1", "::1", "2001:db8::7", "fe80::1%eth0"}
)

// drawTags picks tags with different keys.
func drawTags(c choices) []policy.Tag {
	var tags []policy.Tag
	for range c.IntN(4) {
		t := policy.ParseTag(pick(c, tagPool))
		if !slices.ContainsFunc(tags, func(other policy.Tag) bool { return other.Key() == t.Key() }) {
			tags = append(tags, t)
		}
	}
	return tags
}

func drawContext(c choices) policy.Context {
	x := policy.Context{ResourceTags: drawTags(c), RequestTags: drawTags(c), MFA: often(c, 50), BindToken: often(c, 50), Values: map[string][]string{}}
	if often(c, 75) {
		x.IP = netip.MustParseAddr(pick(c, addresses))
	}
	if often(c, 75) {
		x.Time = pick(c, moments)
	}
	x.CreateUIN = pick(c, []string{"", "100000000011", "100000000001", opsID})
	for i := range keyFamilies {
		f := &keyFamilies[i]
		for _, key := range f.keys {
			switch {
			case builtIn(key):
				if often(c, 3) { // must not be looked up here
					x.Values[key] = []string{pick(c, append(f.seen, "env&prod"))}
				}
			case often(c, 60):
				most := 1
				if key == "k:many" || often(c, 15) {
					most = 3
				}
				x.Values[key] = someOf(c, 0, most, func(c choices) string { return pick(c, f.seen) })
				if most == 1 && len(x.Values[key]) == 0 && often(c, 70) {
					x.Values[key] = []string{pick(c, f.seen)}
				}
			}
		}
	}
	return x
}

var moments = []time.Time{
	time.Date(2022, 5, 31, 0, 0, 0, 0, time.UTC), time.Date(2022, 5, 31, 0, 0, 0, 900_000_000, time.UTC),
	time.Date(2022, 6, 1, 8, 0, 0, 0, time.FixedZone("", 8*3600)), time.Date(2022, 5, 30, 23, 59, 59, 1, time.UTC),
}

// builtIn reports whether a key is one that the engine fills in itself.
func builtIn(key string) bool { return key == "mfa" || strings.HasPrefix(key, "qcs:") }
