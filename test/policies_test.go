package test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// document is a policy of one statement that allows cvm:* on *, with these members instead.
func document(members string) string {
	var m map[string]any
	if err := json.Unmarshal([]byte("{"+members+"}"), &m); err != nil {
		panic(err)
	}
	parts := []string{}
	for _, d := range [][2]string{{"effect", `"allow"`}, {"action", `"cvm:*"`}, {"resource", `"*"`}} {
		if _, given := m[d[0]]; !given {
			parts = append(parts, `"`+d[0]+`":`+d[1])
		}
	}
	if members != "" {
		parts = append(parts, members)
	}
	return `{"version":"2.0","statement":{` + strings.Join(parts, ",") + `}}`
}

// sized is a document of exactly n characters that count, and some blanks that do not.
func sized(n int) string {
	const head, tail = `{"version":"2.0","statement":[{"effect":"allow","action":"cvm:*","resource":["qcs::cvm:::instance/`, `"]}]}`
	return head + strings.Repeat("中", n-len(head)-len(tail)) + tail + strings.Repeat(" \t\r\n", 1000)
}

func TestPolicyDocuments(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		uin, user := s.user(t, bootstrap, "alice")
		root := s.must(t, bootstrap, whoami, nil).str("AccountId")
		n := 0
		create := func(t *testing.T, text string) *answer {
			t.Helper()
			n++
			return s.call(t, bootstrap, "cam:CreatePolicy", params{"PolicyName": fmt.Sprint("policy", n), "PolicyDocument": text})
		}
		for _, tt := range []struct{ name, text, code string }{
			{"small letters", document(""), ""},
			{"capital letters", `{"Version":"2.0","Statement":[{"Effect":"Allow","Action":["cvm:*"],"Resource":["*"]}]}`, ""},
			{"the version as a number", `{"version":2.0,"statement":{"effect":"allow","action":"cvm:*","resource":"*"}}`, "VersionError"},
			{"another version", `{"version":"1.0","statement":{"effect":"allow","action":"cvm:*","resource":"*"}}`, "VersionError"},
			{"no version", `{"statement":{"effect":"allow","action":"cvm:*","resource":"*"}}`, "VersionError"},
			{"a member in two cases", document(`"action":"cvm:*","Action":"cvm:*"`), "StatementError"},
			{"notAction", document(`"notAction":"cvm:*"`), "StatementError"},
			{"not_resource", document(`"not_resource":"*"`), "StatementError"},
			{"no statement", `{"version":"2.0"}`, "StatementError"},
			{"no statements", `{"version":"2.0","statement":[]}`, "StatementError"},
			{"another effect", document(`"effect":"permit"`), "EffectError"},
			{"no actions", document(`"action":[]`), "ActionMiss"},
			{"an action without service", document(`"action":"DescribeInstances"`), "ActionError"},
			{"an action with a blank", document(`"action":"cos: GetObject"`), "ActionError"},
			{"an action that a known service does not have", document(`"action":"cam:GetUsr"`), "ActionNotExist"},
			{"a pattern of actions", document(`"action":"cam:Get*"`), ""},
			{"an action of an unknown service", document(`"action":"newproduct:Do"`), ""},
			{"permissions that are no API", document(`"action":["cam:DeleteApiKey","hufu:Evaluate"]`), ""},
			{"a resource of five segments", document(`"resource":"qcs::cvm:gz:instance/*"`), "ResourceQcsError"},
			{"a resource of another project form", document(`"resource":"qcs:p1:cvm:::*"`), "ResourceProjectError"},
			{"a resource of another account form", document(`"resource":"qcs::cvm::100:*"`), "ResourceUinError"},
			{"a resource without content", document(`"resource":"qcs::cvm:::"`), "ResourceContentError"},
			{"any account", document(`"resource":["qcs::cam::*:*","qcs::cam:ap-x:uin/:policy/1"]`), ""},
			{"an unknown variable", document(`"resource":"qcs::cvm:::x/${user}"`), "ResourceContentError"},
			{"an operator of another name", document(`"condition":{"string_equals":{"qcs:ip":"x"}}`), "ConditionTypeError"},
			{"an operator in capitals", document(`"condition":{"StringEquals":{"qcs:ip":"x"}}`), "ConditionTypeError"},
			{"the null operator with if_exist", document(`"condition":{"null_equal_if_exist":{"qcs:ip":"true"}}`), "ConditionTypeError"},
			{"an address that is none", document(`"condition":{"ip_equal":{"qcs:ip":"10.0.0.300"}}`), "ConditionContentError"},
			{"a key with a blank", document(`"condition":{"ip_equal":{"qcs:ip ":"10.0.0.1"}}`), "ConditionContentError"},
			{"an operator without keys", document(`"condition":{"string_equal":"x"}`), "ConditionError"},
			{"6144 characters and many blanks", sized(6144), ""},
			{"6145 characters", sized(6145), "PolicyDocumentLengthOverLimit"},
			{"no JSON", "allow all", "PolicyDocumentError"},
			{"empty text", "", "PolicyDocumentError"},
			{"a list", "[]", "PolicyDocumentError"},
			{"a member twice", `{"version":"2.0","version":"2.0","statement":{"effect":"allow","action":"cvm:*","resource":"*"}}`, "PolicyDocumentError"},
			{"an unknown member", `{"version":"2.0","id":"x","statement":{"effect":"allow","action":"cvm:*","resource":"*"}}`, "PolicyDocumentError"},
			{"a foreign principal", document(`"principal":{"qcs":["qcs::cam::uin/999:uin/998"]}`), "PrincipalQcsNotExist"},
			{"everyone as principal", document(`"principal":"*"`), "PrincipalError"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				code := tt.code
				if code != "" {
					code = "InvalidParameter." + code
				}
				create(t, tt.text).wants(t, code)
			})
		}
		stored := func(t *testing.T, a *answer) string {
			t.Helper()
			return s.must(t, bootstrap, "cam:GetPolicy", params{"PolicyId": a.number("PolicyId")}).str("PolicyDocument")
		}
		t.Run("a document is kept as it was sent", func(t *testing.T) {
			text := " " + document(`"condition":{"string_like":{"qcs:request_tag":"a\u0026b/*"}}`) + "\n"
			if got := stored(t, create(t, text).wants(t, "")); got != text {
				t.Errorf("got %q, want %q", got, text)
			}
		})
		t.Run("percent encoding is undone once", func(t *testing.T) {
			text := document(`"resource":"qcs::cvm:::instance/a+b%20c"`)
			if got := stored(t, create(t, url.PathEscape(text)).wants(t, "")); got != text {
				t.Errorf("got %q, want %q", got, text)
			}
		})
		t.Run("a wrapped document is taken", func(t *testing.T) { create(t, `{"strategyInfo":`+document("")+`}`).wants(t, "") })
		t.Run("no document at all", func(t *testing.T) {
			s.call(t, bootstrap, "cam:CreatePolicy", params{"PolicyName": "none"}).wants(t, "MissingParameter", "`PolicyDocument`")
		})
		t.Run("a principal is attached in the same step", func(t *testing.T) {
			text := `{"version":"2.0","statement":{"effect":"allow","action":"cam:ListUsers","resource":"*"},"principal":{"qcs":["qcs::cam::uin/` + root + fmt.Sprintf(`:uin/%d"]}}`, uin)
			s.call(t, user, "cam:ListUsers", nil).wants(t, denied)
			create(t, text).wants(t, "")
			s.call(t, user, "cam:ListUsers", nil).wants(t, "")
		})
		t.Run("what was refused left nothing", func(t *testing.T) {
			before := s.must(t, bootstrap, "cam:ListPolicies", params{"Scope": "Local"}).number("TotalNum")
			create(t, document(`"effect":"permit"`)).wants(t, "InvalidParameter.EffectError")
			if after := s.must(t, bootstrap, "cam:ListPolicies", params{"Scope": "Local"}).number("TotalNum"); after != before {
				t.Errorf("%d policies, then %d", before, after)
			}
		})
	})
}

func TestNames(t *testing.T) {
	trust := `{"version":"2.0","statement":[{"effect":"allow","action":"name/sts:AssumeRole","principal":{"service":["cvm.qcloud.com"]}}]}`
	onServer(t, unlimited, func(t *testing.T, s *server) {
		for _, kind := range []struct {
			what, action, member, bad, taken string
			more                             params
			max                              int
			chinese                          bool
		}{
			{"user", "cam:AddUser", "Name", "InvalidParameter.UserNameIllegal", "InvalidParameter.SubUserNameInUse", nil, 64, true},
			{"group", "cam:CreateGroup", "GroupName", "InvalidParameter.ParamError", "InvalidParameter.GroupNameInUse", nil, 64, true},
			{"policy", "cam:CreatePolicy", "PolicyName", "InvalidParameter.PolicyNameError", "FailedOperation.PolicyNameInUse", params{"PolicyDocument": document("")}, 128, false},
			{"role", "cam:CreateRole", "RoleName", "InvalidParameter.RoleNameError", "InvalidParameter.RoleNameInUse", params{"PolicyDocument": trust}, 128, false},
		} {
			create := func(name string) *answer {
				t.Helper()
				in := params{kind.member: name}
				for k, v := range kind.more {
					in[k] = v
				}
				return s.call(t, bootstrap, kind.action, in)
			}
			letter := "x"
			chinese := kind.bad
			if kind.chinese {
				letter, chinese = "中", ""
			}
			for _, tt := range []struct{ name, value, code string }{
				{"one character", "a", ""},
				{"as long as it may be", strings.Repeat(letter, kind.max), ""},
				{"a character longer", strings.Repeat(letter, kind.max+1), kind.bad},
				{"very long", strings.Repeat("x", 100_000), kind.bad},
				{"empty", "", kind.bad},
				{"every sign", "+=,.@_-", ""},
				{"Chinese", "名字", chinese},
				{"taken", "a", kind.taken},
			} {
				t.Run(kind.what+"/"+tt.name, func(t *testing.T) { create(tt.value).wants(t, tt.code) })
			}
			if kind.what == "group" {
				continue // their names are free text
			}
			for _, name := range []string{"a b", "a/b", "a:b", "a*", "a\n", "a\tb", "😀", "<b>", "a'b", `a"b`, "a;b", "a%b", "${x}"} {
				t.Run(fmt.Sprintf("%s/the name %q", kind.what, name), func(t *testing.T) { create(name).wants(t, kind.bad) })
			}
			t.Run(kind.what+"/taken in another case", func(t *testing.T) {
				create("Mixed").wants(t, "")
				if kind.what == "policy" {
					return // nothing is written about their letter case
				}
				create("mIXED").wants(t, kind.taken)
			})
		}
		t.Run("policy/the name of a preset", func(t *testing.T) {
			s.call(t, bootstrap, "cam:CreatePolicy", params{"PolicyName": "AdministratorAccess", "PolicyDocument": document("")}).wants(t, "FailedOperation.PolicyNameInUse")
		})
		t.Run("descriptions are bounded in bytes", func(t *testing.T) {
			for length, code := range map[int]string{100: "", 101: "InvalidParameter.DescriptionLengthOverlimit"} {
				in := params{"PolicyName": fmt.Sprint("described", length), "PolicyDocument": document(""), "Description": strings.Repeat("中", length)}
				s.call(t, bootstrap, "cam:CreatePolicy", in).wants(t, code)
			}
		})
	})
}

func TestSessionPolicies(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		root := s.must(t, bootstrap, whoami, nil).str("AccountId")
		trust := `{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":"qcs::cam::uin/` + root + `:root"}}]}`
		role := s.must(t, bootstrap, "cam:CreateRole", params{"RoleName": "admin", "PolicyDocument": trust, "SessionDuration": 3600}).str("RoleId")
		s.must(t, bootstrap, "cam:AttachRolePolicy", params{"PolicyId": 1, "AttachRoleId": role})
		assume := func(t *testing.T, more params) *answer {
			t.Helper()
			in := params{"RoleArn": "qcs::cam::uin/" + root + ":roleName/admin", "RoleSessionName": "session"}
			for k, v := range more {
				in[k] = v
			}
			return s.call(t, bootstrap, "sts:AssumeRole", in)
		}
		session := func(t *testing.T, a *answer) credential {
			t.Helper()
			a.wants(t, "")
			c, _ := a.body["Credentials"].(map[string]any)
			text := func(name string) string { v, _ := c[name].(string); return v }
			return credential{id: text("TmpSecretId"), key: text("TmpSecretKey"), token: text("Token")}
		}
		for _, tt := range []struct {
			name string
			in   params
			code string
		}{
			{"no policy", nil, ""},
			{"a policy", params{"Policy": document("")}, ""},
			{"a percent-encoded policy", params{"Policy": url.QueryEscape(`{"version":"2.0","statement":{"effect":"allow","action":"cvm:*","resource":"*"}}`)}, ""},
			{"text that is no policy", params{"Policy": "allow all"}, "InvalidParameter.StrategyFormatError"},
			{"a policy with principal", params{"Policy": document(`"principal":{"qcs":["qcs::cam::uin/1:uin/1"]}`)}, "InvalidParameter.StrategyInvalid"},
			{"an unknown operator", params{"Policy": document(`"condition":{"string_equals":{"qcs:ip":"x"}}`)}, "InvalidParameter.StrategyInvalid"},
			{"a resource of five segments", params{"Policy": document(`"resource":"qcs::cvm:gz:instance/*"`)}, "InvalidParameter.ResouceError"},
			{"6145 characters", params{"Policy": sized(6145)}, "InvalidParameter.PolicyTooLong"},
			{"as long as the role may", params{"DurationSeconds": 3600}, ""},
			{"longer than the role may", params{"DurationSeconds": 3601}, "InvalidParameter.OverTimeError"},
			{"longer than any may", params{"DurationSeconds": 43201}, "InvalidParameter.OverTimeError"},
			{"a session name with a blank", params{"RoleSessionName": "a b"}, "InvalidParameter.ParamError"},
			{"a session name of one letter", params{"RoleSessionName": "a"}, "InvalidParameter.ParamError"},
			{"no such role", params{"RoleArn": "qcs::cam::uin/" + root + ":roleName/nobody"}, "ResourceNotFound.RoleNotFound"},
			{"a name that is no role's", params{"RoleArn": "admin"}, "InvalidParameter.ParamError"},
		} {
			t.Run(tt.name, func(t *testing.T) { assume(t, tt.in).wants(t, tt.code) })
		}
		t.Run("a session policy shrinks", func(t *testing.T) {
			all := session(t, assume(t, nil))
			s.must(t, all, "cam:ListGroups", nil)
			some := session(t, assume(t, params{"Policy": document(`"action":"cam:ListUsers"`)}))
			s.must(t, some, "cam:ListUsers", nil)
			s.call(t, some, "cam:ListGroups", nil).wants(t, denied, `"result":"session_policy"`)
		})
		t.Run("two sessions do not share a token", func(t *testing.T) {
			one, two := session(t, assume(t, nil)), session(t, assume(t, nil))
			s.call(t, credential{id: one.id, key: one.key, token: two.token}, whoami, nil).wants(t, "AuthFailure.TokenFailure")
			s.must(t, one, whoami, nil)
		})
		t.Run("a stranger is refused, and does not learn which roles there are", func(t *testing.T) {
			other := s.createAccount(t, "other").credential()
			for _, name := range []string{"admin", "nobody"} {
				in := params{"RoleArn": "qcs::cam::uin/" + root + ":roleName/" + name, "RoleSessionName": "session"}
				s.call(t, other, "sts:AssumeRole", in).wants(t, "UnauthorizedOperation")
			}
		})
		t.Run("without a policy of the role there is nothing", func(t *testing.T) {
			before := session(t, assume(t, nil))
			s.must(t, bootstrap, "cam:DetachRolePolicy", params{"PolicyId": 1, "DetachRoleId": role})
			s.call(t, before, "cam:ListUsers", nil).wants(t, denied, `"result":"implicit_deny"`)
		})
	})
}
