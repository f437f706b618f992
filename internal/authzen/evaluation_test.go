package authzen_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/operator"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/policy"
)

func TestWhoMayDoWhat(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		mine, other := c.instance("ins-1"), "qcs::cvm:ap-guangzhou:uin/999:instance/ins-1"
		id := c.alice.UIN
		role := c.Root.Must(t, "cam:CreateRole", apitest.P{"RoleName": "robot", "PolicyDocument": fmt.Sprintf(
			`{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":["qcs::cam::uin/%d:root"]}}]}`, c.UIN)}).Str("RoleId")
		c.Root.Must(t, "cam:AttachRolePolicy", apitest.P{"AttachRoleId": role, "PolicyId": c.policy(t, "stop", "allow cvm:StopInstances *")})
		session := c.Root.Must(t, "sts:GetFederationToken", apitest.P{"Name": "guest", "Policy": document("allow cvm:StartInstances " + mine)})
		temporary := session.Str("Credentials.TmpSecretId")
		for _, tc := range []struct {
			name, question string
			want           bool
		}{
			{"a user on what its policy names", about("user", id, "cvm:StartInstances", mine), true},
			{"a user with another action", about("user", id, "cvm:StopInstances", mine), false},
			{"an action in the old spelling", about("user", id, "name/cvm:StartInstances", mine), true},
			{"a name without account is one of the asker's", about("user", id, "cvm:StartInstances", "qcs::cvm:gz::instance/ins-1"), true},
			{"a name by the asker's AppId too", about("user", id, "cvm:StartInstances", fmt.Sprintf("qcs::cvm:gz:uid/%d:instance/ins-1", c.AppID)), true},
			{"a resource of another account", about("user", id, "cvm:StartInstances", other), false},
			{"a call that touches no object", about("user", id, "cvm:StartInstances", "*"), false},
			{"the root user on its own", about("root", c.UIN, "cvm:StopInstances", mine), true},
			{"the root user on another account's", about("root", c.UIN, "cvm:StopInstances", other), false},
			{"a role by its id", about("role", role, "cvm:StopInstances", mine), true},
			{"a role by its name", about("role", fmt.Sprintf("qcs::cam::uin/%d:roleName/robot", c.UIN), "cvm:StopInstances", mine), true},
			{"a role with another action", about("role", role, "cvm:StartInstances", mine), false},
			{"the key of a user", about("key", c.alice.ID, "cvm:StartInstances", mine), true},
			{"a temporary key, within its policy", about("key", temporary, "cvm:StartInstances", mine), true},
			{"a temporary key, beyond it", about("key", temporary, "cvm:StopInstances", mine), false},
			{"nobody", about("anonymous", "anonymous", "cvm:StartInstances", mine), false},
			{"a user who is not there", about("user", 999999999999, "cvm:StartInstances", mine), false},
			{"a user who is not there, with no object", about("user", 999999999999, "cvm:StartInstances", "*"), false},
			{"a user by a name", about("user", "alice", "cvm:StartInstances", mine), false},
			{"a uin with a zero before it", about("user", fmt.Sprint("0", id), "cvm:StartInstances", mine), false},
			{"a uin as the root user's", about("root", id, "cvm:StartInstances", mine), false},
			{"a role that is not there", about("role", fmt.Sprintf("qcs::cam::uin/%d:roleName/nobody", c.UIN), "cvm:StartInstances", mine), false},
			{"a role by a user's name", about("role", fmt.Sprintf("qcs::cam::uin/%d:uin/%d", c.UIN, id), "cvm:StartInstances", mine), false},
			{"a key that is not there", about("key", "AKIDnobody", "cvm:StartInstances", mine), false},
		} {
			t.Run(tc.name, func(t *testing.T) { c.decides(t, tc.want, tc.question) })
		}
	})
}

func TestWhatAnAnswerHolds(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		mine := c.instance("ins-1")
		r := request(t, w, c.pep, single, about("user", c.alice.UIN, "cvm:StartInstances", mine))
		r.Header.Set("X-Request-ID", "bfe9eb29, mine")
		allowed := send(t, w, r).wants(t, 200)
		id := allowed.body.Str("context.id")
		if allowed.header.Get("X-Request-ID") != "bfe9eb29, mine" || allowed.header.Get("X-TC-RequestId") != id || len(id) != 36 {
			t.Errorf("%v %s", allowed.header, allowed.raw)
		}
		if allowed.body.At("context.cacheable") != true || allowed.body.Str("context.revision") == "" || allowed.body.At("context.reason_user") != nil {
			t.Error(allowed.raw)
		}
		denied := c.decides(t, false, about("user", c.alice.UIN, "cvm:StopInstances", mine))
		if denied.header.Get("X-Request-ID") != denied.body.Str("context.id") {
			t.Errorf("without a name of its own a request has ours: %v", denied.header)
		}
		if denied.body.Str("context.reason_user.en") != "No policy allows this action on this resource." ||
			denied.body.Str("context.reason_admin.en") != "Nothing in the identity layer allows it." || denied.body.At("context.explanation") != nil {
			t.Error(denied.raw)
		}
		if denied.body.Str("context.revision") != allowed.body.Str("context.revision") {
			t.Error("nothing changed, but the revision did")
		}
		c.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": c.alice.UIN, "PolicyId": c.policy(t, "never", "deny cvm:Stop* *")})
		denied = c.decides(t, false, about("user", c.alice.UIN, "cvm:StopInstances", mine))
		if denied.body.Str("context.reason_user.en") != "A policy denies this action on this resource." ||
			denied.body.Str("context.reason_admin.en") != "The identity layer denies it." {
			t.Error(denied.raw)
		}
		if denied.body.Str("context.revision") == allowed.body.Str("context.revision") {
			t.Error("a policy changed, but not the revision")
		}
		c.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": c.pep.UIN, "PolicyId": c.policy(t, "read", "allow cam:GetPolicy *")})
		denied = c.decides(t, false, about("user", c.alice.UIN, "cvm:StopInstances", mine))
		if got := denied.body.Str("context.reason_admin.en"); !strings.HasPrefix(got, "Statement 1 of version 1 of the policy never (1") {
			t.Errorf("whoever may read policies is told which: %s", got)
		}
	})
}

func TestWhatMayBeKept(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		c.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": c.pep.UIN,
			"PolicyId": c.policy(t, "late", `allow cos:* * {"date_less_than":{"qcs:current_time":"2099-01-01T00:00:00Z"}}`)})
		session := c.Root.Must(t, "sts:GetFederationToken", apitest.P{"Name": "guest", "Policy": document("allow cvm:* *")})
		mine := c.instance("ins-1")
		for _, tc := range []struct {
			name, question string
			want           any
		}{
			{"a decision of policies without time", about("user", c.alice.UIN, "cvm:StartInstances", mine), true},
			{"a denial of them", about("user", c.alice.UIN, "cvm:StopInstances", mine), true},
			{"one of policies that look at the time", about("user", c.pep.UIN, "cvm:StartInstances", mine), false},
			{"one about a temporary key, which ends", about("key", session.Str("Credentials.TmpSecretId"), "cvm:StartInstances", mine), false},
			{"one about a resource of another account", about("user", c.alice.UIN, "cvm:StartInstances", "qcs::cvm::uin/999:instance/1"), false},
			{"one about somebody who may come", about("user", 999999999999, "cvm:StartInstances", mine), false},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if r := c.ask(t, c.pep, single, tc.question); r.body.At("context.cacheable") != tc.want {
					t.Error(r.raw)
				}
			})
		}
	})
}

func TestQuestionsThatCannotBeRead(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		const subject, action, res = `"subject":{"type":"user","id":"1"}`, `"action":{"name":"cvm:Start"}`, `"resource":{"type":"qcs","id":"*"}`
		full := subject + "," + action + "," + res
		for _, tc := range []struct{ name, body, want string }{
			{"nothing", ``, "The body is empty."},
			{"no JSON", `{`, "a member name was expected"},
			{"a list", `[]`, "one JSON object"},
			{"text after the end", `{} {}`, "text after the end"},
			{"a member twice", `{` + full + `,"action":{"name":"cvm:Stop"}}`, "given twice"},
			{"a member twice, deep down", `{` + full + `,"context":{"a":{"b":1,"b":2}}}`, "given twice"},
			{"too deep", `{` + full + `,"context":{"a":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}}`, "nested too deeply"},
			{"no subject", `{` + action + `,` + res + `}`, "MissingParameter: The required parameter `subject` is missing."},
			{"a null subject", `{"subject":null,` + action + `,` + res + `}`, "`subject` is missing"},
			{"no action", `{` + subject + `,` + res + `}`, "`action` is missing"},
			{"no resource", `{` + subject + `,` + action + `}`, "`resource` is missing"},
			{"a subject without type", `{"subject":{"id":"1"},` + action + `,` + res + `}`, "`subject.type` is missing"},
			{"a subject without id", `{"subject":{"type":"user"},` + action + `,` + res + `}`, "`subject.id` is missing"},
			{"an action without name", `{` + subject + `,"action":{},` + res + `}`, "`action.name` is missing"},
			{"a resource without type", `{` + subject + `,` + action + `,"resource":{"id":"*"}}`, "`resource.type` is missing"},
			{"a resource without id", `{` + subject + `,` + action + `,"resource":{"type":"qcs"}}`, "`resource.id` is missing"},
			{"an empty id", `{"subject":{"type":"user","id":""},` + action + `,` + res + `}`, "subject.id is empty"},
			{"an id as a number", `{"subject":{"type":"user","id":1},` + action + `,` + res + `}`, "subject.id must be a string"},
			{"an endless id", `{"subject":{"type":"user","id":"` + strings.Repeat("1", 2049) + `"},` + action + `,` + res + `}`, "longer than 2048"},
			{"a subject as text", `{"subject":"alice",` + action + `,` + res + `}`, "The subject must be an object."},
			{"a name as a number", `{` + subject + `,"action":{"name":123},` + res + `}`, "action.name must be a string"},
			{"an unknown kind of subject", `{"subject":{"type":"spaceship","id":"1"},` + action + `,` + res + `}`, "user, root, role, key or anonymous"},
			{"an unknown kind of resource", `{` + subject + `,` + action + `,"resource":{"type":"book","id":"1"}}`, "resource.type must be qcs"},
			{"an action of no service", `{` + subject + `,"action":{"name":"read"},` + res + `}`, "service:Name"},
			{"an action with a wildcard", `{` + subject + `,"action":{"name":"cvm:*"},` + res + `}`, "without wildcards"},
			{"a resource of five segments", `{` + subject + `,` + action + `,"resource":{"type":"qcs","id":"qcs::cvm::x"}}`, "resource.id is no resource name"},
			{"properties that are none", `{` + subject + `,` + action + `,"resource":{"type":"qcs","id":"*","properties":[]}}`, "resource.properties must be an object"},
			{"tags as a list", `{` + subject + `,` + action + `,"resource":{"type":"qcs","id":"*","properties":{"tags":[]}}}`, "tags must be an object"},
			{"a tag as a number", `{` + subject + `,` + action + `,"resource":{"type":"qcs","id":"*","properties":{"tags":{"a":1}}}}`, "members are strings"},
			{"a creator who is none", `{` + subject + `,` + action + `,"resource":{"type":"qcs","id":"*","properties":{"create_uin":"me"}}}`, "create_uin must be a uin"},
			{"a policy as a list", `{` + subject + `,` + action + `,"resource":{"type":"qcs","id":"*","properties":{"policy":[]}}}`, "policy must be an object"},
			{"a policy that is none", `{` + subject + `,` + action + `,"resource":{"type":"qcs","id":"*","properties":{"policy":"{}"}}}`, "The policy cannot be used"},
			{"a policy without principal", `{` + subject + `,` + action + `,"resource":{"type":"qcs","id":"*","properties":{"policy":` + document("allow cvm:* *") + `}}}`, "Principal"},
			{"a context as a list", `{` + full + `,"context":[]}`, "context must be an object"},
			{"an explanation as text", `{` + full + `,"context":{"explain":"yes"}}`, "context.explain must be true or false"},
			{"an address that is none", `{` + full + `,"context":{"ip":"home"}}`, "is no IP address"},
			{"a time that is none", `{` + full + `,"context":{"time":"soon"}}`, "is no time"},
			{"an address in two spellings", `{` + full + `,"context":{"ip":"10.0.0.1","qcs:ip":"10.0.0.1"}}`, "both ip and qcs:ip"},
			{"who asks as a fact", `{` + full + `,"context":{"qcs:uin":"1"}}`, "read from the caller"},
			{"a condition key with a structure", `{` + full + `,"context":{"cos:acl":{}}}`, "condition key must have"},
			{"a condition key with a list of lists", `{` + full + `,"context":{"cos:acl":[[]]}}`, "condition key must have"},
		} {
			t.Run(tc.name, func(t *testing.T) { c.ask(t, c.pep, single, tc.body).wants(t, 400, tc.want) })
		}
		for name, change := range map[string]func(r *http.Request){
			"another content type":    func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") },
			"no content type":         func(r *http.Request) { r.Header.Set("Content-Type", "") },
			"another character set":   func(r *http.Request) { r.Header.Set("Content-Type", "application/json; charset=gbk") },
			"something behind it all": func(r *http.Request) { r.Header.Set("Content-Type", "application/json; a=b") },
		} {
			t.Run(name, func(t *testing.T) {
				r := httptest.NewRequest(http.MethodPost, "http://hufu.test"+single, strings.NewReader(`{`+full+`}`))
				change(r)
				sign(t, r, w.Now(), c.pep, "hufu", "/", `{`+full+`}`)
				send(t, w, r).wants(t, 400, "UnsupportedProtocol")
			})
		}
		big := strings.Repeat(" ", 4<<20)
		c.ask(t, c.pep, single, `{`+full+`}`+big).wants(t, 413, "RequestSizeLimitExceeded")
		r := request(t, w, c.pep, single, `{`+full+`}`+big)
		r.ContentLength = -1
		send(t, w, r).wants(t, 413)
	})
}

func TestMembersThatNobodyKnowsAreIgnored(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		c.decides(t, true, fmt.Sprintf(`{"foo":"bar","futureField":{"nested":true},
			"subject":{"type":"user","id":"%d","properties":{"department":"Sales","age":7}},
			"action":{"name":"cvm:StartInstances","properties":{"method":"GET"}},
			"resource":{"type":"qcs","id":"%s","properties":{"status":"active","owner":{"name":"bob"}}},
			"context":{"time":"2025-06-27T18:03-07:00","ip":"192.168.1.1","source":"batch","more":{"deep":[1]},"list":[{}]}}`, c.alice.UIN, c.instance("x")))
	})
}

func TestConditionsLookAtTheContext(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		on := func(n int) string { return c.instance(fmt.Sprint(n)) }
		conditions := []string{
			`{"ip_equal":{"qcs:ip":"10.0.0.0/8"}}`,
			`{"date_less_than":{"qcs:current_time":"2020-01-01T00:00:00Z"}}`,
			`{"bool_equal":{"qcs:BindToken":"true"}}`,
			`{"string_equal":{"qcs:mfa":"1"}}`,
			`{"for_any_value:string_equal":{"qcs:request_tag":["env&dev"]}}`,
			`{"string_equal":{"qcs:resource_tag/env":"dev"}}`,
			`{"numeric_less_than":{"cos:max-keys":"100"}}`,
			`{"for_all_value:string_equal":{"vpc:subnet":["a","b"]}}`,
			`{"string_equal":{"qcs:create_uin":"7"}}`,
			`{"bool_equal":{"my:flag":"true"}}`,
			`{"string_equal":{"qcs:uin":"${uin}"}}`,
		}
		var statements []string
		for n, condition := range conditions {
			statements = append(statements, "allow cvm:Try "+on(n)+" "+condition)
		}
		bob := c.Root.User(t, "bob", c.policy(t, "conditional", statements...))
		for _, tc := range []struct {
			name     string
			n        int
			context  string
			resource string // properties
			want     bool
		}{
			{"an address", 0, `"ip":"10.1.2.3"`, ``, true},
			{"an address by its full name", 0, `"qcs:ip":"10.1.2.3"`, ``, true},
			{"another address", 0, `"ip":"192.0.2.1"`, ``, false},
			{"no address: the asker's does not count", 0, ``, ``, false},
			{"a time", 1, `"time":"2019-12-31T23:59:59Z"`, ``, true},
			{"a time without seconds", 1, `"time":"2019-12-31T23:59Z"`, ``, true},
			{"a time by its full name", 1, `"qcs:current_time":"2019-12-31T23:59:59Z"`, ``, true},
			{"no time: it is now", 1, ``, ``, false},
			{"a truth value", 2, `"qcs:BindToken":true`, ``, true},
			{"a second factor", 3, `"qcs:mfa":true`, ``, true},
			{"no second factor", 3, ``, ``, false},
			{"a tag of the request", 4, `"qcs:request_tag":["a&b","env&dev"]`, ``, true},
			{"no tag of the request", 4, `"qcs:request_tag":[]`, ``, false},
			{"a tag of the resource", 5, ``, `"tags":{"env":"dev","a":"b"}`, true},
			{"another tag of the resource", 5, ``, `"tags":{"env":"prod"}`, false},
			{"a number of a service's own key", 6, `"cos:max-keys":99`, ``, true},
			{"a greater number", 6, `"cos:max-keys":100.0`, ``, false},
			{"a list", 7, `"vpc:subnet":["a","b","a"]`, ``, true},
			{"a list with one too many", 7, `"vpc:subnet":["a","c"]`, ``, false},
			{"who created it", 8, ``, `"create_uin":"7"`, true},
			{"who created it, as a number", 8, ``, `"create_uin":7`, true},
			{"a truth value of a service's own key", 9, `"my:flag":true`, ``, true},
			{"who is asked about", 10, ``, ``, true},
		} {
			t.Run(tc.name, func(t *testing.T) {
				c.decides(t, tc.want, fmt.Sprintf(`{"subject":{"type":"user","id":"%d"},"action":{"name":"cvm:Try"},
					"resource":{"type":"qcs","id":"%s","properties":{%s}},"context":{%s}}`, bob.UIN, on(tc.n), tc.resource, tc.context))
			})
		}
	})
}

func TestAnActionOfTheOperationLevelHasNoResource(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		w.Granularity = func(service, action string) policy.Granularity {
			if service == "cvm" && action == "StartInstances" {
				return policy.OperationLevel
			}
			return policy.ResourceLevel
		}
		c.decides(t, false, about("user", c.alice.UIN, "cvm:StartInstances", c.instance("ins-1")))
		c.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": c.alice.UIN, "PolicyId": c.policy(t, "all", "allow cvm:StartInstances *")})
		c.decides(t, true, about("user", c.alice.UIN, "cvm:StartInstances", c.instance("ins-1")))
		stranger := w.Account(t).Root
		c.ask(t, c.pep, single, about("root", stranger.UIN, "cvm:StartInstances", c.instance("ins-1"))).wants(t, 200)
	})
}

func TestRevocationIsSeenByTheNextDecision(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		mine := c.instance("ins-1")
		user, key := about("user", c.alice.UIN, "cvm:StartInstances", mine), about("key", c.alice.ID, "cvm:StartInstances", mine)
		start := c.Root.Must(t, "cam:ListPolicies", apitest.P{"Keyword": "start"}).Int("List.0.PolicyId")
		revision := c.decides(t, true, user).body.Str("context.revision")
		changed := func(r *reply) {
			t.Helper()
			if now := r.body.Str("context.revision"); now == revision {
				t.Error("the revision is the old one")
			} else {
				revision = now
			}
		}
		c.Root.Must(t, "cam:DetachUserPolicy", apitest.P{"DetachUin": c.alice.UIN, "PolicyId": start})
		changed(c.decides(t, false, user))
		c.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": c.alice.UIN, "PolicyId": start})
		changed(c.decides(t, true, user))
		c.decides(t, true, key)
		c.Root.Must(t, "cam:UpdateAccessKey", apitest.P{"TargetUin": c.alice.UIN, "AccessKeyId": c.alice.ID, "Status": "Inactive"})
		changed(c.decides(t, false, key))
		c.decides(t, true, user)
		c.Root.Must(t, "cam:DeleteUser", apitest.P{"Name": "alice", "Force": 1})
		changed(c.decides(t, false, user))
		if got := c.decides(t, false, user).body.Str("context.reason_user.en"); !strings.HasPrefix(got, "The account has no such subject") {
			t.Error(got)
		}
		c.Root.Must(t, "cam:DetachUserPolicy", apitest.P{"DetachUin": c.pep.UIN, "PolicyId": c.Root.Must(t, "cam:ListPolicies", apitest.P{"Keyword": "ask"}).Int("List.0.PolicyId")})
		c.ask(t, c.pep, single, user).wants(t, 403, "hufu:Evaluate")
	})
}

func TestASuspendedAccountAsksNothing(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c, b := newCast(t, w), newCast(t, w)
		grant := fmt.Sprintf(`{"version":"2.0","statement":[{"effect":"allow","principal":{"qcs":["qcs::cam::uin/%d:uin/%d"]},"action":"cvm:StartInstances","resource":"*"}]}`, b.UIN, b.alice.UIN)
		b.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": b.alice.UIN, "PolicyId": b.policy(t, "out", "allow cvm:* *")})
		question := shared(about("user", b.alice.UIN, "cvm:StartInstances", c.instance("ins-1")), grant)
		c.decides(t, true, question)
		actions := operator.Actions{DB: w.DB, Keys: w.Keys}
		if err := actions.Suspend(t.Context(), store.Account(b.UIN)); err != nil {
			t.Fatal(err)
		}
		c.decides(t, false, question)
		b.ask(t, b.pep, single, about("user", b.alice.UIN, "cvm:StartInstances", b.instance("ins-1"))).wants(t, 403, "AuthFailure.UnauthorizedOperation")
		if err := actions.Resume(t.Context(), store.Account(b.UIN)); err != nil {
			t.Fatal(err)
		}
		c.decides(t, true, question)
	})
}
