package lint_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/policy/lint"
	"github.com/hufu-iam/hufu/policy/scenario"
)

// known is what is known of products in the tests: cam and sts as a whole, of
// cvm some actions, and p can be granted as a whole only.
type known struct{}

func (known) Service(name string) bool { return name == "cam" || name == "sts" }
func (known) HasAction(service, action string) bool {
	return slices.Contains(known{}.Actions(service), action)
}
func (known) HasResourceType(string, string) bool { return true }

func (known) Actions(service string) []string {
	switch service {
	case "cam":
		return []string{"AddUser", "AttachUserPolicy", "CreateAccessKey", "GetUser", "ListUsers", "UpdatePolicy"}
	case "sts":
		return []string{"AssumeRole", "GetCallerIdentity"}
	}
	return nil
}

func (known) Granularity(service, action string) (policy.Granularity, bool) {
	switch {
	case service == "p":
		return policy.ServiceLevel, true
	case service == "cam" && action == "ListUsers", service == "cvm" && action == "DescribeZones":
		return policy.OperationLevel, true
	case service == "cam" || service == "sts" || service == "cvm" && action == "StopInstances":
		return policy.ResourceLevel, true
	}
	return 0, false
}

func (known) ResourceServices(service, action string) []string {
	switch service + ":" + action {
	case "sts:AssumeRole", "cam:GetUser":
		return []string{"cam"}
	case "cvm:StopInstances":
		return []string{"cvm"}
	}
	return nil
}

var kinds = map[string]policy.DocumentKind{"": policy.IdentityPolicy, "trust": policy.TrustPolicy, "session": policy.SessionPolicy,
	"control": policy.ControlPolicy, "boundary": policy.BoundaryPolicy, "resource": policy.ResourcePolicy}

func options(kind string) lint.Options {
	return lint.Options{Rules: policy.Rules{Kind: kinds[kind], Catalogue: known{}}, Products: known{}, Now: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)}
}

func statements(list ...string) string {
	return `{"version":"2.0","statement":[` + strings.Join(list, ",") + `]}`
}

func TestWarnings(t *testing.T) {
	allow := func(action, resource, more string) string {
		return fmt.Sprintf(`{"effect":"allow","action":%s,"resource":%s%s}`, action, resource, more)
	}
	deny := func(action, resource, more string) string {
		return strings.Replace(allow(action, resource, more), "allow", "deny", 1)
	}
	when := func(condition string) string {
		return statements(allow(`"x:Do"`, `"*"`, `,"condition":`+condition))
	}
	unless := func(condition string) string {
		return statements(allow(`"x:*"`, `"*"`, ""), deny(`"x:Do"`, `"*"`, `,"condition":`+condition))
	}
	const everyone = `,"principal":"*"`
	for _, c := range []struct {
		name, kind, text string
		want             []string // code and path
	}{
		{"a plain policy", "", statements(allow(`"cvm:Describe*"`, `"*"`, ""), deny(`"cvm:DescribeVnc"`, `"*"`, "")), nil},

		{"an allow that is denied as a whole", "", statements(allow(`"cvm:StopInstances"`, `"qcs::cvm:gz::instance/*"`, ""), deny(`"cvm:*"`, `"*"`, "")), []string{"W101 statement[0]"}},
		{"an allow that is denied in part", "", statements(allow(`"cvm:*"`, `"*"`, ""), deny(`"cvm:Stop*"`, `"*"`, "")), nil},
		{"an allow that is denied under conditions", "", statements(allow(`"cvm:*"`, `"*"`, ""), deny(`"cvm:*"`, `"*"`, `,"condition":{"string_equal":{"qcs:mfa":"0"}}`)), nil},
		{"an allow that is denied under its own condition", "", statements(allow(`"cvm:*"`, `"*"`, `,"condition":{"string_equal":{"qcs:mfa":"0"}}`), deny(`"cvm:*"`, `"*"`, `,"condition":{"string_equal":{"qcs:mfa":"0"}}`)), []string{"W101 statement[0]"}},
		{"an allow for operation-level calls that a deny on objects does not reach", "", statements(allow(`"cvm:*"`, `"*"`, ""), deny(`"cvm:*"`, `"qcs::cvm:::instance/*"`, "")), nil},
		{"an allow for everyone and a deny for everyone", "resource", statements(allow(`"cos:*"`, `"*"`, everyone), deny(`"cos:*"`, `"*"`, everyone)), []string{"W505 statement[0].principal", "W504 statement[1].principal"}},
		{"an allow and a deny for one user", "resource", statements(allow(`"cos:Get*"`, `"*"`, `,"principal":{"qcs":"qcs::cam::uin/1:uin/2"}`), deny(`"cos:*"`, `"*"`, `,"principal":{"qcs":["qcs::cam::uin/1:uin/2","qcs::cam::uin/1:uin/3"]}`)), []string{"W101 statement[0]"}},
		{"an allow for one and a deny for another", "resource", statements(allow(`"cos:*"`, `"*"`, `,"principal":{"qcs":"qcs::cam::uin/1:uin/2"}`), deny(`"cos:*"`, `"*"`, `,"principal":{"qcs":"qcs::cam::uin/1:uin/3"}`)), nil},

		{"an allow inside another one", "", statements(allow(`"cvm:StopInstances"`, `"qcs::cvm:::instance/ins-1"`, ""), allow(`["cos:*","cvm:*"]`, `"*"`, "")), []string{"W102 statement[0]"}},
		{"an allow inside another one that has conditions", "", statements(allow(`"cvm:StopInstances"`, `"*"`, ""), allow(`"cvm:*"`, `"*"`, `,"condition":{"bool_equal":{"qcs:BindToken":true}}`)), nil},
		{"a deny inside another one", "", statements(allow(`"*"`, `"qcs::cvm:::*"`, ""), deny(`"cvm:Stop*"`, `"*"`, ""), deny(`"cvm:*"`, `"*"`, "")), []string{"W102 statement[1]"}},
		{"the same statement twice", "", statements(allow(`"cvm:*"`, `"*"`, ""), allow(`["name/CVM:*"]`, `""`, "")), []string{"W103 statement[1]"}},
		{"trust in one of two that are trusted", "trust", `{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":"qcs::cam::uin/1:uin/2"}},{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":["qcs::cam::uin/1:uin/2","qcs::cam::uin/3:root"]}}]}`, []string{"W102 statement[0]"}},
		{"an action inside another one of its list", "", statements(allow(`["cvm:StopInstances","cos:GetObject","cvm:*"]`, `"*"`, "")), []string{"W104 statement[0].action[0]"}},
		{"an action twice in a list", "", statements(allow(`["cvm:StopInstances","cvm:StopInstances"]`, `"*"`, "")), []string{"W104 statement[0].action[1]"}},
		{"a resource inside another one of its list", "", statements(allow(`"cvm:*"`, `["qcs::cvm:::instance/*","qcs::cvm:gz::instance/ins-1"]`, "")), []string{"W104 statement[0].resource[1]"}},
		{"a feature set beside its actions is no repetition", "", statements(allow(`["permid/280655","cos:GetObject"]`, `"*"`, "")), nil},

		{"an action on resources of another product", "", statements(allow(`["cvm:StopInstances","cos:GetObject"]`, `["qcs::cos:::b/*"]`, "")), []string{"W105 statement[0].action[0]"}},
		{"an action whose resources are another product's", "", statements(allow(`"sts:AssumeRole"`, `"qcs::cam::uin/1:roleName/ops"`, "")), nil},
		{"an unknown action on resources of another product", "", statements(allow(`"finance:trade"`, `"qcs::clb:::*"`, "")), nil},
		{"an operation on a resource", "", statements(allow(`["cam:ListUsers","cam:GetUser"]`, `"qcs::cam:::uin/5"`, "")), []string{"W106 statement[0].action[0]"}},
		{"an operation on everything of its service", "", statements(allow(`"cam:ListUsers"`, `"qcs::cam:::*"`, "")), nil},
		{"a deny of an operation on a resource", "", statements(allow(`"x:*"`, `"*"`, ""), deny(`"cvm:DescribeZones"`, `"qcs::cvm:::zone/1"`, "")), []string{"W106 statement[1].action"}},
		{"an action of a product that is granted as a whole", "", statements(allow(`["p:DoX","p:*"]`, `"*"`, "")), []string{"W104 statement[0].action[0]", "W106 statement[0].action[0]"}},
		{"a product as a whole on one resource", "", statements(allow(`"p:Do"`, `"qcs::p:::x/1"`, "")), []string{"W106 statement[0].action"}},

		{"everything", "", statements(allow(`"*"`, `"*"`, "")), []string{"W201 statement[0].action"}},
		{"everything, to devices", "", statements(allow(`"*:*"`, `"*"`, `,"condition":{"bool_equal":{"qcs:BindToken":true}}`)), nil},
		{"a boundary of everything", "boundary", statements(allow(`"*"`, `"*"`, "")), nil},
		{"all rights on users", "", statements(allow(`"cam:*"`, `"*"`, "")), []string{"W202 statement[0].action"}},
		{"all rights on one user", "", statements(allow(`"cam:*"`, `"qcs::cam:::uin/5"`, "")), nil},
		{"a right on users by name", "", statements(allow(`"cam:AttachUserPolicy"`, `"*"`, "")), nil},
		{"every role", "", statements(allow(`"sts:AssumeRole"`, `"*"`, "")), []string{"W202 statement[0].action"}},
		{"every role by name", "", statements(allow(`"sts:*"`, `"qcs::cam::uin/1:roleName/*"`, "")), []string{"W202 statement[0].action"}},
		{"one role", "", statements(allow(`"sts:AssumeRole"`, `"qcs::cam::uin/1:roleName/ops"`, "")), nil},
		{"longer ids", "", statements(allow(`"cvm:*"`, `["qcs::cvm:::instance/ins-1*","qcs::cvm:::instance/ins-*","qcs::cvm:::instance/*","qcs::x:::queue/prod*"]`, "")), []string{"W104 statement[0].resource[0]", "W203 statement[0].resource[0]", "W104 statement[0].resource[1]"}},
		{"longer names of objects", "", statements(allow(`"cos:*"`, `"qcs::cos:::b-125/logs-2024*"`, "")), nil},
		{"a star between slashes", "", statements(allow(`"cos:GetObject"`, `"qcs::cos:::b-125/*/public"`, "")), []string{"W204 statement[0].resource"}},
		{"a denied star between slashes", "", statements(allow(`"cos:*"`, `"*"`, ""), deny(`"cos:GetObject"`, `"qcs::cos:::b-125/*/private"`, "")), nil},
		{"reading of secrets", "", statements(allow(`["*:Query*","*:Get*"]`, `"*"`, "")), []string{"W205 statement[0].action[0]", "W205 statement[0].action[1]"}},
		{"reading of machines", "", statements(allow(`"cvm:Get*"`, `"*"`, "")), nil},
		{"every account", "", statements(allow(`"cos:*"`, `"qcs::cos::uin/*:b/*"`, "")), []string{"W206 statement[0].resource"}},
		{"every account, denied", "", statements(allow(`"cos:*"`, `"*"`, ""), deny(`"cos:Put*"`, `"qcs::cos::*:b/*"`, "")), nil},
		{"wildcards of other languages", "", statements(allow(`["cvm:Describe.*"]`, `["qcs::x:::a?","qcs::x:::b[0-9]","qcs::x:::c/.*","qcs::x:::d.*"]`, "")), []string{"W207 statement[0].action[0]", "W207 statement[0].resource[0]", "W207 statement[0].resource[1]", "W207 statement[0].resource[2]"}},
		{"patterns of other languages", "", when(`{"string_like":{"k:a":["a?","[ab]","^a$","%a%","a%20b","a*"]}}`), []string{
			`W207 statement[0].condition.string_like["k:a"][0]`, `W207 statement[0].condition.string_like["k:a"][1]`, `W207 statement[0].condition.string_like["k:a"][2]`, `W207 statement[0].condition.string_like["k:a"][3]`}},
		{"a star in an exact comparison", "", when(`{"string_equal":{"k:a":"a*"}}`), []string{`W208 statement[0].condition.string_equal["k:a"]`}},

		{"a deny that needs the key", "", unless(`{"string_not_equal":{"k:a":"b"}}`), []string{`W301 statement[1].condition.string_not_equal["k:a"]`}},
		{"a deny that does not need the key", "", unless(`{"string_not_equal_if_exist":{"k:a":"b"}}`), nil},
		{"a deny that needs an address", "", unless(`{"ip_not_equal":{"qcs:ip":"10.0.0.0/8"}}`), nil},
		{"a deny that asks for the key too", "", unless(`{"string_not_equal":{"k:a":"b"},"null_equal":{"k:a":"false"}}`), nil},
		{"a pair of denials", "", statements(allow(`"x:*"`, `"*"`, ""), deny(`"*"`, `"*"`, `,"condition":{"string_not_equal":{"k:a":"b"}}`), deny(`"x:Do"`, `"*"`, `,"condition":{"null_equal":{"k:a":true}}`)), nil},
		{"a deny of two missing tags", "", unless(`{"null_equal":{"qcs:request_tag/a":"true","qcs:request_tag/b":"true"}}`), []string{`W302 statement[1].condition.null_equal["qcs:request_tag/b"]`}},
		{"a deny of two different values", "", unless(`{"string_equal":{"k:a":"x","k:b":"y"}}`), nil},
		{"an allow of two keys", "", when(`{"string_equal":{"k:a":"x","k:b":"x"}}`), nil},

		{"networks that are apart", "", when(`{"ip_equal":{"qcs:ip":"10.0.0.0/8"},"ip_equal_if_exist":{"qcs:ip":["11.0.0.0/8","2001:db8::/32"]}}`), []string{`W303 statement[0].condition.ip_equal_if_exist["qcs:ip"]`}},
		{"networks that touch", "", when(`{"ip_equal":{"qcs:ip":"10.0.0.0/8"},"ip_equal_if_exist":{"qcs:ip":"10.255.255.255/32"}}`), nil},
		{"a network less itself", "", when(`{"ip_equal":{"qcs:ip":"10.1.0.0/16"},"ip_not_equal":{"qcs:ip":"10.0.0.0/8"}}`), []string{`W303 statement[0].condition.ip_not_equal["qcs:ip"]`}},
		{"a network less a part", "", when(`{"ip_equal":{"qcs:ip":"10.0.0.0/8"},"ip_not_equal":{"qcs:ip":["10.0.0.0/9","10.128.0.0/10"]}}`), nil},
		{"a network less all its parts", "", when(`{"ip_equal":{"qcs:ip":"10.0.0.0/8"},"ip_not_equal":{"qcs:ip":["10.0.0.0/9","10.128.0.0/9"]}}`), []string{`W303 statement[0].condition.ip_not_equal["qcs:ip"]`}},
		{"dates the wrong way round", "", when(`{"date_less_than":{"qcs:current_time":"2027-01-01"},"date_greater_than":{"qcs:current_time":"2028-01-01"}}`), []string{`W303 statement[0].condition.date_greater_than["qcs:current_time"]`}},
		{"a second between two dates", "", when(`{"date_less_than":{"qcs:current_time":"2028-01-01T00:00:02Z"},"date_greater_than":{"qcs:current_time":"2028-01-01T00:00:00Z"}}`), nil},
		{"no second between two dates", "", when(`{"date_less_than":{"qcs:current_time":"2028-01-01T00:00:01Z"},"date_greater_than":{"qcs:current_time":"2028-01-01T00:00:00Z"}}`), []string{`W303 statement[0].condition.date_greater_than["qcs:current_time"]`}},
		{"a date that is over", "", when(`{"date_less_than":{"qcs:current_time":"2026-01-01"}}`), []string{`W304 statement[0].condition.date_less_than["qcs:current_time"]`}},
		{"a date to come", "", when(`{"date_greater_than":{"qcs:current_time":"2026-12-01"}}`), nil},
		{"numbers with room between them", "", when(`{"numeric_less_than":{"k:n":"1.1"},"numeric_greater_than":{"k:n":1}}`), nil},
		{"numbers without room", "", when(`{"numeric_less_than":{"k:n":1},"numeric_greater_than_equal":{"k:n":"1.0"}}`), []string{`W303 statement[0].condition.numeric_greater_than_equal["k:n"]`}},
		{"numbers that cost too much", "", when(`{"numeric_less_than":{"k:n":"1e999999999"},"numeric_greater_than":{"k:n":"2e999999999"}}`), nil},
		{"an equality outside of a pattern", "", when(`{"string_equal":{"k:a":["x1","x2"]},"string_like":{"k:a":"y*"}}`), []string{`W303 statement[0].condition.string_like["k:a"]`}},
		{"an equality inside of a pattern", "", when(`{"string_equal":{"k:a":["x1","y2"]},"string_like":{"k:a":"y*"}}`), nil},
		{"two patterns", "", when(`{"string_like":{"k:a":"x*"},"string_like_if_exist":{"k:a":"y*"}}`), nil},
		{"a value that the key never has", "", when(`{"string_equal":{"qcs:mfa":"true"}}`), []string{`W303 statement[0].condition.string_equal["qcs:mfa"]`}},
		{"a boolean that is none", "", when(`{"bool_equal":{"mfa":true}}`), []string{`W303 statement[0].condition.bool_equal["mfa"]`}},
		{"two names of one key", "", when(`{"string_equal":{"mfa":"1"},"numeric_equal":{"qcs:mfa":0}}`), []string{`W303 statement[0].condition.numeric_equal["qcs:mfa"]`}},
		{"a number of a time", "", when(`{"numeric_less_than":{"qcs:current_time":5}}`), []string{`W303 statement[0].condition.numeric_less_than["qcs:current_time"]`}},
		{"a number of an address", "", when(`{"numeric_less_than":{"qcs:ip":5}}`), []string{`W303 statement[0].condition.numeric_less_than["qcs:ip"]`}},
		{"a key that is absent and equal to something", "", when(`{"null_equal":{"k:a":"true"},"string_equal":{"k:a":"x"}}`), []string{`W303 statement[0].condition.string_equal["k:a"]`}},
		{"a key that is absent or equal to something", "", when(`{"null_equal":{"k:a":"true"},"string_equal_if_exist":{"k:a":"x"}}`), nil},
		{"the device key is always there", "", when(`{"null_equal":{"qcs:BindToken":"true"}}`), []string{`W303 statement[0].condition.null_equal["qcs:BindToken"]`}},
		{"a key of several values", "", when(`{"for_any_value:string_equal":{"k:a":"x"},"string_equal":{"k:a":"y"}}`), nil},
		{"tags may be many", "", when(`{"string_equal":{"qcs:resource_tag":"a&1"},"string_like":{"qcs:resource_tag":"b&*"}}`), nil},
		{"a variable may be anything", "", when(`{"string_equal":{"qcs:create_uin":"${uin}"},"string_like":{"qcs:create_uin":"1*"}}`), nil},

		{"a tag without value", "", when(`{"for_any_value:string_equal":{"qcs:resource_tag":["team","team&web"]}}`), []string{`W305 statement[0].condition.for_any_value:string_equal["qcs:resource_tag"][0]`}},
		{"a pattern of a tag without value", "", when(`{"string_like":{"qcs:request_tag":["team","team*"]}}`), []string{`W305 statement[0].condition.string_like["qcs:request_tag"][0]`}},
		{"misspelt keys", "", when(`{"string_equal":{"qcs:resourcetag":"a&b","qcs:curent_time":"x","qcs:bindtoken":"true","aws:SourceIp":"1.1.1.1","cos:x-cos-acls":"y","qcs:request_tags/a":"b"}}`), []string{
			`W306 statement[0].condition.string_equal["qcs:resourcetag"]`, `W306 statement[0].condition.string_equal["qcs:curent_time"]`, `W306 statement[0].condition.string_equal["qcs:bindtoken"]`,
			`W306 statement[0].condition.string_equal["aws:SourceIp"]`, `W306 statement[0].condition.string_equal["cos:x-cos-acls"]`, `W306 statement[0].condition.string_equal["qcs:request_tags/a"]`}},
		{"keys of other products", "", when(`{"string_equal":{"cbs:region":"ap-guangzhou","my:key":"x","cvm:zone":"y","key":"z","qcs:resource_tag/a":"b"}}`), nil},
		{"every address", "", when(`{"ip_equal":{"qcs:ip":["0.0.0.0/0"]}}`), []string{`W307 statement[0].condition.ip_equal["qcs:ip"][0]`}},

		{"a pattern that matches nothing", "", statements(allow(`["cam:get*","cam:Put*","cam:Get*","other:get*"]`, `"*"`, "")), []string{"W401 statement[0].action[0]", "W401 statement[0].action[1]"}},

		{"a principal", "", statements(allow(`"x:*"`, `"*"`, `,"principal":{"qcs":"qcs::cam::uin/1:uin/2"}`)), []string{"W501 statement[0].principal"}},
		{"a principal above", "", `{"version":"2.0","principal":{"qcs":"qcs::cam::uin/1:uin/2"},"statement":{"effect":"allow","action":"x:*","resource":"*"}}`, []string{"W501 principal"}},
		{"a policy near its limit", "", statements(allow(`"x:*"`, `"*"`, `,"sid":"`+strings.Repeat("x", 5500)+`"`)), []string{"W502 "}},
		{"a limit that allows nothing", "control", statements(deny(`"cam:*"`, `"*"`, "")), []string{"W503 statement"}},
		{"a policy that only denies", "", statements(deny(`"cam:*"`, `"*"`, "")), nil},
		{"a grant to everyone", "resource", `{"version":"2.0","principal":{"qcs":["qcs::cam::anyone:anyone"]},"statement":{"effect":"allow","action":"cos:GetObject","resource":"*"}}`, []string{"W505 principal"}},
		{"a grant to everyone in an office", "resource", statements(allow(`"cos:GetObject"`, `"*"`, everyone+`,"condition":{"ip_equal":{"qcs:ip":"192.0.2.0/24"}}`)), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range lint.Check(c.text, options(c.kind)) {
				if f.Severity != lint.Warning || lint.Codes[f.Code] == "" {
					t.Errorf("%+v", f)
				}
				got = append(got, f.Code+" "+f.Path)
			}
			if diff := cmp.Diff(c.want, got, cmpopts.SortSlices(strings.Compare), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	text := `{
  "version": 2.0,
  "statement": [
    {"effect": "allow", "action": ["cam:GetUser", "cam:Getuser"], "resource": "qcs::x"},
    {"effect": "allow", "action": "cam:GetUser", "resource": "*", "condition": {"StringEquals": {"虎": 1}, "string_equals_if_exist": {"a": "b"}}}
  ]
}`
	var got []string
	for _, f := range lint.Check(text, options("")) {
		got = append(got, fmt.Sprintf("%d:%d %s %s | %s", f.Line, f.Column, f.Severity, f.Code, f.Suggestion))
	}
	want := []string{
		`2:14 error VersionError | "version": "2.0"`,
		"4:51 error ActionNotExist | cam:GetUser",
		"4:79 error ResourceQcsError | ",
		"5:81 error ConditionTypeError | string_equal",
		"5:107 error ConditionTypeError | string_equal_if_exist",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for operator, want := range map[string]string{
		"StringEquals": "string_equal", "for_any_value:StringLike": "for_any_value:string_like", "string_not_equals": "string_not_equal", "NumericLessThanEquals": "numeric_less_than_equal",
		"StringEqualsIgnoreCase": "string_equal_ignore_case", "IpAddress": "ip_equal", "null_equal_if_exist": "", "Bool": "", "string_eqaul": "string_equal", "DateGreaterThan": "date_greater_than",
	} {
		text := statements(`{"effect":"allow","action":"x:Y","resource":"*","condition":{"` + operator + `":{"a":"1"}}}`)
		if found := lint.Check(text, options("")); len(found) != 1 || found[0].Suggestion != want {
			t.Errorf("%s: %+v, want %s", operator, found, want)
		}
	}
}

func TestPositions(t *testing.T) {
	for _, c := range []struct {
		text         string
		offset       int
		line, column int
	}{
		{"", 0, 1, 1}, {"ab\ncd", 4, 2, 2}, {"虎b\n", 3, 1, 2}, {"a", 9, 1, 2}, {"a", -1, 1, 1},
	} {
		if line, column := lint.Position(c.text, c.offset); line != c.line || column != c.column {
			t.Errorf("%q at %d: %d:%d", c.text, c.offset, line, column)
		}
	}
	// In a wrapper, and percent-encoded, positions are those of the decoded text.
	wrapped := `{"strategyInfo":` + statements(`{"effect":"allow","action":"*","resource":"*"}`) + `}`
	found := lint.Check("%7B"+wrapped[1:], options(""))
	if len(found) != 1 || wrapped[found[0].Offset:found[0].Offset+3] != `"*"` {
		t.Errorf("%+v", found)
	}
}

// The documents of the worked cases say what they mean. What is warned of is
// what those cases are about.
func TestThereAreNoFalseAlarms(t *testing.T) {
	about := map[string]string{
		"31 a question mark is a letter":                                         "W207",
		"47 a missing key makes a negated condition false so the deny is silent": "W301",
		"50 a deny with two keys needs both":                                     "W302",
		"66 a product that passes no address cannot be granted by address":       "W307",
		"a pattern that happens to fit is not the whole service":                 "W104",
		"a wildcard may stand in the service":                                    "W205",
		"a star in a text that is compared as it is stays a letter":              "W208",
		"an address is no number and no date and no boolean":                     "W303",
		"owner uin and AppID are those of the caller's account":                  "W204",
		"variables between stars are found anywhere":                             "W204",
		"text after a variable must fit":                                         "W204",
		"text after a variable must be the end":                                  "W204",
	}
	for _, name := range []string{"../testdata/worked.yaml", "../testdata/further.yaml"} {
		f, err := scenario.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range f.Cases {
			for _, s := range c.Layers.Identity {
				for _, found := range lint.Check(s.Document.Text, lint.Options{}) {
					// Administrators, and rules that others cover, are everywhere.
					if !slices.Contains([]string{"W101", "W102", "W201"}, found.Code) && about[c.Title()] != found.Code {
						t.Errorf("%s: %s: %s %s", c.Title(), s.Document.Text, found.Code, found.Message)
					}
				}
			}
		}
	}
}

// The examples of the documentation are examples of good policies too.
func TestTheExamplesOfTheDocumentation(t *testing.T) {
	text, err := os.ReadFile("../../docs/write-a-policy.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := 0
	for _, block := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		kind := ""
		if strings.Contains(block[1], `"principal"`) {
			kind = "trust"
		}
		for _, f := range lint.Check(block[1], lint.Options{Rules: policy.Rules{Kind: kinds[kind]}}) {
			t.Errorf("%s\n%+v", block[1], f)
		}
		examples++
	}
	if examples < 5 {
		t.Errorf("only %d examples were found", examples)
	}
}

// Every warning is in the documentation.
func TestCodesAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/policy-commands.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := regexp.MustCompile("`(W[0-9]{3})`").FindAllStringSubmatch(string(text), -1)
	for code := range lint.Codes {
		if !slices.ContainsFunc(documented, func(m []string) bool { return m[1] == code }) {
			t.Errorf("%s is not documented", code)
		}
	}
	for _, m := range documented {
		if lint.Codes[m[1]] == "" {
			t.Errorf("%s is documented, and there is no such code", m[1])
		}
	}
}
