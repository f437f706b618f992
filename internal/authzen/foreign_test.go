package authzen_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/operator"
	"github.com/hufu-iam/hufu/internal/store"
)

// shared is a question, that ends with its resource, with a policy of the resource and further members.
func shared(question, policy string, more ...string) string {
	return strings.TrimSuffix(question, "}}") + `,"properties":{"policy":` + policy + `}}` + strings.Join(more, "") + `}`
}

// grant is the policy of a resource for some principals.
func grant(effect, action string, principals ...string) string {
	return fmt.Sprintf(`{"version":"2.0","statement":[{"effect":"%s","principal":{"qcs":["%s"]},"action":"%s","resource":"*"}]}`,
		effect, strings.Join(principals, `","`), action)
}

func userName(account, uin int64) string {
	return fmt.Sprintf("qcs::cam::uin/%d:uin/%d", account, uin)
}

const everyone = "qcs::cam::anonymous:anonymous"

func TestPoliciesOfResources(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c, b := newCast(t, w), newCast(t, w)
		b.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": b.alice.UIN, "PolicyId": b.policy(t, "out", "allow cvm:StopInstances *")})
		mine := c.instance("ins-1")
		alice, guest := about("user", c.alice.UIN, "cvm:StopInstances", mine), about("user", b.alice.UIN, "cvm:StopInstances", mine)
		for _, tc := range []struct {
			name, question string
			want           bool
		}{
			{"a user of the account by name", shared(alice, grant("allow", "cvm:Stop*", userName(c.UIN, c.alice.UIN))), true},
			{"as text", shared(alice, fmt.Sprintf("%q", grant("allow", "cvm:Stop*", userName(c.UIN, c.alice.UIN)))), true},
			{"another user of the account", shared(alice, grant("allow", "cvm:Stop*", userName(c.UIN, c.pep.UIN))), false},
			{"a deny beats the user's own policy", shared(about("user", c.alice.UIN, "cvm:StartInstances", mine), grant("deny", "cvm:*", userName(c.UIN, c.alice.UIN))), false},
			{"a guest, whom both accounts allow it", shared(guest, grant("allow", "cvm:Stop*", userName(b.UIN, b.alice.UIN))), true},
			{"a guest by his key", shared(about("key", b.alice.ID, "cvm:StopInstances", mine), grant("allow", "cvm:Stop*", userName(b.UIN, b.alice.UIN))), true},
			{"a key that is not there", shared(about("key", "AKIDnobody", "cvm:StopInstances", mine), grant("allow", "cvm:Stop*", everyone)), false},
			{"a guest, whom the resource does not name", shared(guest, grant("allow", "cvm:Stop*", userName(b.UIN, b.pep.UIN))), false},
			{"a guest, whose own account does not allow it", shared(about("user", b.pep.UIN, "cvm:StopInstances", mine), grant("allow", "cvm:Stop*", userName(b.UIN, b.pep.UIN))), false},
			{"a guest without a policy of the resource", guest, false},
			{"the other root user", shared(about("root", b.UIN, "cvm:StopInstances", mine), grant("allow", "cvm:Stop*", fmt.Sprintf("qcs::cam::uin/%d:root", b.UIN))), true},
			{"everyone: unsigned", shared(about("anonymous", "-", "cvm:StopInstances", mine), grant("allow", "cvm:Stop*", everyone)), true},
			{"everyone: a guest without any policy", shared(about("user", b.pep.UIN, "cvm:StopInstances", mine), grant("allow", "cvm:Stop*", everyone)), true},
			{"everyone: as a stranger, he who is not there", shared(about("user", 999999999999, "cvm:StopInstances", mine), grant("allow", "cvm:Stop*", everyone)), true},
			{"everyone: a key that is not there", shared(about("key", "AKIDnobody", "cvm:StopInstances", mine), grant("allow", "cvm:Stop*", everyone)), false},
			{"unsigned, where only a user is named", shared(about("anonymous", "-", "cvm:StopInstances", mine), grant("allow", "cvm:Stop*", userName(c.UIN, c.alice.UIN))), false},
		} {
			t.Run(tc.name, func(t *testing.T) { c.decides(t, tc.want, tc.question) })
		}
	})
}

// What an unsigned caller may do rests on the asker's own resource, so the asker is told why, and the audit trail keeps it.
func TestAnUnsignedCallersDenialIsExplained(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		ask := func(policy string) *reply {
			return c.decides(t, false, shared(about("anonymous", "-", "cvm:StopInstances", c.instance("ins-1")), policy, `,"context":{"explain":true}`))
		}
		ask(grant("deny", "cvm:*", everyone)).wants(t, 200, "in the resource layer", `"effect":"explicit_deny","layer":"resource"`)
		ask(grant("allow", "cvm:*", userName(c.UIN, c.alice.UIN))).wants(t, 200, "Nothing in the resource layer allows it.", `"remedy"`)
		got := records(t, w, c.UIN, "hufu:Evaluate")
		if len(got) != 2 {
			t.Fatalf("%d records", len(got))
		}
		for i, effect := range []string{"explicit_deny", "implicit_deny"} {
			if r := got[i]; r.Decision.Effect != effect || r.Decision.Layer != "resource" || !strings.Contains(string(r.Explanation), `"remedy"`) {
				t.Errorf("%+v %s", r.Decision, r.Explanation)
			}
		}
	})
}

func TestNothingIsToldOfOtherAccounts(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c, b := newCast(t, w), newCast(t, w)
		mine, theirs := c.instance("ins-1"), b.instance("ins-1")
		role := b.Root.Must(t, "cam:CreateRole", apitest.P{"RoleName": "robot", "PolicyDocument": fmt.Sprintf(
			`{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":["qcs::cam::uin/%d:root"]}}]}`, b.UIN)}).Str("RoleId")
		b.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": b.alice.UIN, "PolicyId": b.policy(t, "never", "deny cvm:* *")})
		const nobody = 999999999999
		arn := func(name string) string { return fmt.Sprintf("qcs::cam::uin/%d:roleName/%s", b.UIN, name) }
		const neither = "UnauthorizedOperation: Neither the subject nor the resource is of your account."
		for _, tc := range []struct {
			name     string
			typ      string
			real, no any // one who is there, and one who is not
			resource string
			status   int
			want     string
		}{
			{"a user on his account's resource", "user", b.alice.UIN, nobody, theirs, 403, neither},
			{"a user on a resource of the asker", "user", b.alice.UIN, nobody, mine, 200, "nothing gives outsiders access"},
			{"a user on nothing in particular", "user", b.alice.UIN, nobody, "*", 200, "The account has no such subject"},
			{"a root user on its resource", "root", b.UIN, nobody, theirs, 403, neither},
			{"a root user on a resource of the asker", "root", b.UIN, nobody, mine, 200, "nothing gives outsiders access"},
			{"a root user on nothing in particular", "root", b.UIN, nobody, "*", 403, neither},
			{"a role by name, on its account's resource", "role", arn("robot"), arn("nobody"), theirs, 403, neither},
			{"a role by name, on a resource of the asker", "role", arn("robot"), arn("nobody"), mine, 200, "nothing gives outsiders access"},
			{"a role by name, on nothing in particular", "role", arn("robot"), arn("nobody"), "*", 403, neither},
			{"a role by id, on its account's resource", "role", role, "4611686018427999999", theirs, 403, neither},
			{"a role by id, on a resource of the asker", "role", role, "4611686018427999999", mine, 200, "nothing gives outsiders access"},
			{"a role by id, on nothing in particular", "role", role, "4611686018427999999", "*", 200, "The account has no such subject"},
			{"a key on a resource of the asker", "key", b.alice.ID, "AKIDnobody", mine, 200, "nothing gives outsiders access"},
			{"a key on its account's resource", "key", b.alice.ID, "AKIDnobody", theirs, 403, neither},
			{"unsigned, on another account's resource", "anonymous", "-", "-", theirs, 403, neither},
			{"unsigned, on nothing in particular", "anonymous", "-", "-", "*", 403, neither},
		} {
			t.Run(tc.name, func(t *testing.T) {
				var texts []string
				for _, id := range []any{tc.real, tc.no} {
					r := c.ask(t, c.pep, single, about(tc.typ, id, "cvm:StopInstances", tc.resource, `,"context":{"explain":true}`)).wants(t, tc.status, tc.want)
					id := r.header.Get("X-TC-RequestId")
					texts = append(texts, strings.ReplaceAll(r.raw, id, "ID"))
				}
				if texts[0] != texts[1] {
					t.Errorf("the answers differ:\n%s\n%s", texts[0], texts[1])
				}
			})
		}
		for _, r := range records(t, w, c.UIN, "hufu:Evaluate") {
			if r.Decision.Effect == "explicit_deny" || len(r.Explanation) > 0 {
				t.Errorf("a record tells what the other account's policies say: %+v", r)
			}
		}
	})
}

// Everyone is granted something on a resource of the asker: whether he who is asked about is there must not show.
func TestGrantsToEveryoneTellNobodyWhoExists(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c, b, gone, off := newCast(t, w), newCast(t, w), newCast(t, w), newCast(t, w)
		off.disablePerson(t, off.pep.UIN)
		if err := (&operator.Actions{DB: w.DB, Keys: w.Keys}).Suspend(t.Context(), store.Account(gone.UIN)); err != nil {
			t.Fatal(err)
		}
		const nobody = 999999999999
		mine := c.instance("ins-1")
		conditioned := func(condition string) string {
			return strings.TrimSuffix(grant("allow", "*:*", everyone), "}]}") + `,"condition":` + condition + `}]}`
		}
		for _, tc := range []struct {
			name, typ string
			real, no  any
			action    string
			policy    string
			want      bool
		}{
			{"a user", "user", b.pep.UIN, nobody, "cvm:StopInstances", grant("allow", "*:*", everyone), true},
			{"a user, to what needs a second factor", "user", b.pep.UIN, nobody, "account:BindToken", grant("allow", "*:*", everyone), false},
			{"a root user, to what needs a second factor of others", "root", b.UIN, nobody, "account:BindToken", grant("allow", "*:*", everyone), true},
			{"a user of a suspended account", "user", gone.pep.UIN, nobody, "cvm:StopInstances", grant("allow", "*:*", everyone), true},
			{"the key of one", "key", gone.pep.ID, "AKIDnobody", "cvm:StopInstances", grant("allow", "*:*", everyone), false},
			{"a suspended root user", "root", gone.UIN, nobody, "cvm:StopInstances", grant("allow", "*:*", everyone), true},
			{"a user of a disabled person", "user", off.pep.UIN, nobody, "cvm:StopInstances", grant("allow", "*:*", everyone), true},
			{"the key of a disabled person", "key", off.pep.ID, "AKIDnobody", "cvm:StopInstances", grant("allow", "*:*", everyone), false},
			{"unsigned, whom no account is said of", "anonymous", "-", "-", "cvm:StopInstances", conditioned(`{"string_equal":{"qcs:owner_uin":"0"}}`), false},
			{"unsigned, by no number of an account", "anonymous", "-", "-", "cvm:StopInstances", conditioned(`{"string_equal":{"cvm:a":"${app_id}${owner_uin}"}}`), false},
		} {
			t.Run(tc.name, func(t *testing.T) {
				var texts []string
				for _, id := range []any{tc.real, tc.no} {
					r := c.decides(t, tc.want, shared(about(tc.typ, id, tc.action, mine), tc.policy, `,"context":{"cvm:a":"00"}`))
					texts = append(texts, strings.ReplaceAll(r.raw, r.header.Get("X-TC-RequestId"), "ID"))
				}
				if texts[0] != texts[1] {
					t.Errorf("the answers differ:\n%s\n%s", texts[0], texts[1])
				}
			})
		}
	})
}

func TestAnExplanation(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c, b := newCast(t, w), newCast(t, w)
		c.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": c.alice.UIN, "PolicyId": c.policy(t, "never", "deny cvm:Stop* *")})
		mine := c.instance("ins-1")
		question := func(action string) string {
			return about("user", c.alice.UIN, action, mine, `,"context":{"explain":true}`)
		}
		denied := c.decides(t, false, question("cvm:StopInstances"))
		if denied.body.Str("context.explanation.decision.effect") != "explicit_deny" || denied.body.Str("context.explanation.decision.layer") != "identity" {
			t.Error(denied.raw)
		}
		if strings.Contains(denied.raw, "never") {
			t.Errorf("whoever may not read policies is told which there are: %s", denied.raw)
		}
		if allowed := c.decides(t, true, question("cvm:StartInstances")); allowed.body.At("context.explanation.decision.allowed") != true {
			t.Error(allowed.raw)
		}
		missing := c.decides(t, false, question("cvm:RunInstances"))
		if missing.body.Str("context.explanation.remedy.additions.0.statement.action") != "cvm:RunInstances" {
			t.Error(missing.raw)
		}
		c.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": c.pep.UIN, "PolicyId": c.policy(t, "read", "allow cam:GetPolicy *")})
		denied = c.decides(t, false, question("cvm:StopInstances"))
		if denied.body.Str("context.explanation.decision.statement.policyName") != "never" {
			t.Error(denied.raw)
		}
		b.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": b.alice.UIN, "PolicyId": b.policy(t, "secret", "allow cvm:Stop* *")})
		guest := c.decides(t, true, shared(about("user", b.alice.UIN, "cvm:StopInstances", mine), grant("allow", "cvm:Stop*", userName(b.UIN, b.alice.UIN)), `,"context":{"explain":true}`))
		if guest.body.At("context.explanation") != nil || strings.Contains(guest.raw, "secret") {
			t.Errorf("the policies of another account are explained: %s", guest.raw)
		}
	})
}

func TestAssumingARoleAsksItsTrustPolicy(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c, b := newCast(t, w), newCast(t, w)
		for _, x := range []*cast{c, b} {
			x.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": x.alice.UIN, "PolicyId": x.policy(t, "assume", "allow sts:AssumeRole *")})
		}
		role := func(name, principal, condition string) string {
			id := c.Root.Must(t, "cam:CreateRole", apitest.P{"RoleName": name, "PolicyDocument": fmt.Sprintf(
				`{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":["%s"]}%s}]}`, principal, condition)}).Str("RoleId")
			return fmt.Sprintf("qcs::cam::uin/%d:role/%s", c.UIN, id)
		}
		named := func(name string) string { return fmt.Sprintf("qcs::cam::uin/%d:roleName/%s", c.UIN, name) }
		byID := role("own", userName(c.UIN, c.alice.UIN), "")
		role("guests", fmt.Sprintf("qcs::cam::uin/%d:root", b.UIN), `,"condition":{"string_equal":{"sts:external_id":"half-a-secret"}}`)
		role("secret", userName(c.UIN, c.alice.UIN), `,"condition":{"string_equal":{"sts:external_id":"half-a-secret"}}`)
		assume := func(uin int64, arn, more string) string {
			return about("user", uin, "sts:AssumeRole", arn, more)
		}
		external := `,"context":{"sts:external_id":"half-a-secret"}`
		for _, tc := range []struct {
			name, question string
			want           bool
		}{
			{"one whom it trusts", assume(c.alice.UIN, named("own"), ""), true},
			{"by its id", assume(c.alice.UIN, byID, ""), true},
			{"one whom it does not trust", assume(c.pep.UIN, named("own"), ""), false},
			{"the root user, whom it does not trust either", about("root", c.UIN, "sts:AssumeRole", named("own")), false},
			{"one of an account that it trusts", assume(b.alice.UIN, named("guests"), external), true},
			{"without the condition", assume(b.alice.UIN, named("guests"), ""), false},
			{"one who may not on his own side", assume(b.pep.UIN, named("guests"), external), false},
			{"a role that is not there", assume(c.alice.UIN, named("nobody"), ""), false},
			{"no role", assume(c.alice.UIN, c.instance("x"), ""), false},
			{"a role elsewhere", assume(c.alice.UIN, fmt.Sprintf("qcs::cam::uin/%d:roleName/x", b.UIN), ""), false},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if r := c.decides(t, tc.want, tc.question); r.body.At("context.cacheable") != false {
					t.Errorf("who trusts whom is no part of the revision: %s", r.raw)
				}
			})
		}
		r := c.decides(t, false, assume(c.alice.UIN, named("secret"), `,"context":{"explain":true}`))
		if strings.Contains(r.raw, "half-a-secret") || !strings.Contains(r.raw, `"layer":"resource","statements":[],"more":1`) {
			t.Error(r.raw)
		}
	})
}
