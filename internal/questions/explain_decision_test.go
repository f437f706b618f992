package questions_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
)

const explain = "hufu:ExplainDecision"

// about are the parameters of a question about a principal.
func about(kind string, id any, action string, more ...any) apitest.P {
	p := apitest.P{"PrincipalType": kind, "PrincipalId": fmt.Sprint(id), "Action": action}
	for i := 0; i < len(more); i += 2 {
		p[more[i].(string)] = more[i+1]
	}
	return p
}

func TestExplainDecisionDecides(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		c := a.Root
		instance := fmt.Sprintf("qcs::cvm:ap-guangzhou:uin/%d:instance/ins-1", a.UIN)
		reads := newPolicy(t, c, "reads", "allow cvm:Describe* *")
		runs := newPolicy(t, c, "runs", "allow cvm:Run* *", "deny cvm:RunForever *")
		home := newPolicy(t, c, "home", "allow cvm:Stop* * "+atHome, "allow cvm:Start* * "+withMFA)
		dev := newPolicy(t, c, "dev", "allow cvm:Reboot* qcs::cvm:::instance/* "+tagged("env&dev"))
		assume := newPolicy(t, c, "assume", "allow sts:AssumeRole *")
		u := c.User(t, "user", reads, home, dev, assume)
		newGroup(t, c, "runners", []int64{runs}, u.UIN)
		bounded := c.User(t, "bounded", administrator)
		c.Must(t, "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": bounded.UIN, "PolicyId": reads})
		ops := newRole(t, a, "ops", administrator)
		newRole(t, other, "theirs")
		personal := c.Must(t, "cam:CreateRole", apitest.P{"RoleName": "personal", "PolicyDocument": trust(fmt.Sprintf("qcs::cam::uin/%d:uin/%d", a.UIN, bounded.UIN))}).Str("RoleId")
		narrow := session(t, w, c, roleName(a, "ops"), document("allow cvm:Describe* *"))
		foreign := fmt.Sprintf("qcs::cos:ap-guangzhou:uin/%d:bucket/x", other.UIN)
		shared := fmt.Sprintf(`{"version":"2.0","statement":[{"effect":"allow","action":"cos:GetObject","resource":"*","principal":{"qcs":["%s"]}}]}`, root(a))
		reader := c.User(t, "reader", newPolicy(t, c, "objects", "allow cos:GetObject qcs::cos::uin/"+digits(other.UIN)+":*"))

		for _, tc := range []struct {
			name          string
			ask           apitest.P
			effect, layer string
		}{
			{"a policy of the user", about("user", u.UIN, "cvm:DescribeInstances", "Resource", instance), "allow", "identity"},
			{"a policy of its group", about("user", u.UIN, "cvm:RunInstances", "Resource", instance), "allow", "identity"},
			{"a deny of its group", about("user", u.UIN, "cvm:RunForever", "Resource", instance), "explicit_deny", "identity"},
			{"nothing", about("user", u.UIN, "cvm:Terminate"), "implicit_deny", "identity"},
			{"the name/ before an action changes nothing", about("user", u.UIN, "name/CVM:DescribeInstances"), "allow", "identity"},
			{"an address that is not given", about("user", u.UIN, "cvm:StopInstances"), "implicit_deny", "identity"},
			{"an address that does", about("user", u.UIN, "cvm:StopInstances", "Context", []apitest.P{key("qcs:ip", "10.1.2.3")}), "allow", "identity"},
			{"an address that does not", about("user", u.UIN, "cvm:StopInstances", "Context", []apitest.P{key("qcs:ip", "11.1.2.3")}), "implicit_deny", "identity"},
			{"a second factor", about("user", u.UIN, "cvm:StartInstances", "Context", []apitest.P{key("qcs:mfa", "true")}), "allow", "identity"},
			{"no second factor", about("user", u.UIN, "cvm:StartInstances"), "implicit_deny", "identity"},
			{"the tags of the resource", about("user", u.UIN, "cvm:RebootInstances", "Resource", instance, "ResourceTags", []apitest.P{{"Key": "env", "Value": "dev"}}), "allow", "identity"},
			{"its tags as context", about("user", u.UIN, "cvm:RebootInstances", "Resource", instance, "Context", []apitest.P{key("qcs:resource_tag", "env&dev", "a&b")}), "allow", "identity"},
			{"one tag as context", about("user", u.UIN, "cvm:RebootInstances", "Resource", instance, "Context", []apitest.P{key("qcs:resource_tag/env", "dev")}), "allow", "identity"},
			{"other tags", about("user", u.UIN, "cvm:RebootInstances", "Resource", instance, "ResourceTags", []apitest.P{{"Key": "env", "Value": "prod"}}), "implicit_deny", "identity"},
			{"a resource without account is the account's own", about("user", u.UIN, "cvm:DescribeInstances", "Resource", "qcs::cvm:gz::instance/ins-1"), "allow", "identity"},
			{"a resource by the account's APPID is the account's own", about("root", a.UIN, "cvm:Do", "Resource", fmt.Sprintf("qcs::cvm:gz:uid/%d:instance/ins-1", a.AppID)), "allow", "root"},
			{"a boundary allows", about("user", bounded.UIN, "cvm:DescribeInstances"), "allow", "identity"},
			{"a boundary does not", about("user", bounded.UIN, "cvm:RunInstances"), "implicit_deny", "boundary"},
			{"a rule for every sub-user", about("user", u.UIN, "account:ModifyMail"), "explicit_deny", "general"},
			{"the root user", about("root", a.UIN, "cvm:RunForever"), "allow", "root"},
			{"the root user in another account", about("root", a.UIN, "cvm:RunForever", "Resource", foreign), "implicit_deny", "resource"},
			{"a role by its id", about("role", ops, "cvm:RunInstances"), "allow", "identity"},
			{"a role by its name", about("role", "ops", "cvm:RunInstances"), "allow", "identity"},
			{"a role by its resource name", about("role", roleName(a, "ops"), "cvm:RunInstances"), "allow", "identity"},
			{"a permanent key", about("key", u.ID, "cvm:RunInstances"), "allow", "identity"},
			{"the root's key", about("key", c.ID, "cvm:RunForever"), "allow", "root"},
			{"a session's key within its policy", about("key", narrow.ID, "cvm:DescribeInstances"), "allow", "identity"},
			{"a session's key beyond its policy", about("key", narrow.ID, "cvm:RunInstances"), "implicit_deny", "session"},
			{"another account's resource without its policy", about("user", reader.UIN, "cos:GetObject", "Resource", foreign), "implicit_deny", "resource"},
			{"another account's resource with its policy", about("user", reader.UIN, "cos:GetObject", "Resource", foreign, "ResourcePolicy", shared), "allow", "resource"},
			{"its policy alone is not enough", about("user", u.UIN, "cos:GetObject", "Resource", foreign, "ResourcePolicy", shared), "implicit_deny", "identity"},
			{"a role that trusts", about("user", u.UIN, "sts:AssumeRole", "Resource", roleName(a, "ops")), "allow", "resource"},
			{"a role that trusts, by its id", about("user", u.UIN, "sts:AssumeRole", "Resource", fmt.Sprintf("qcs::cam::uin/%d:role/%s", a.UIN, ops)), "allow", "resource"},
			{"a role that does not trust", about("user", u.UIN, "sts:AssumeRole", "Resource", roleName(a, "personal")), "implicit_deny", "resource"},
			{"a trust policy to try", about("user", u.UIN, "sts:AssumeRole", "Resource", roleName(a, "personal"), "ResourcePolicy", trust(root(a))), "allow", "resource"},
			{"a role of another account, with its trust policy", about("user", u.UIN, "sts:AssumeRole", "Resource", roleName(other, "theirs"), "ResourcePolicy", trust(root(a))), "allow", "resource"},
			{"a role that trusts without a policy to assume it", about("user", reader.UIN, "sts:AssumeRole", "Resource", roleName(a, "ops")), "implicit_deny", "identity"},
			{"nor does the root user assume a role without trust", about("root", a.UIN, "sts:AssumeRole", "Resource", fmt.Sprintf("qcs::cam::uin/%d:role/%s", a.UIN, personal)), "implicit_deny", "resource"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				x := c.Must(t, explain, tc.ask)
				if x.Str("Effect") != tc.effect || x.Str("Layer") != tc.layer || x.At("Allowed") != (tc.effect == "allow") {
					t.Errorf("got %v, %s (%s), want %s (%s)", x.At("Allowed"), x.Str("Effect"), x.Str("Layer"), tc.effect, tc.layer)
				}
				if (x.At("Remedy") == nil) != (tc.effect == "allow") {
					t.Errorf("the remedy is %v", x.At("Remedy"))
				}
			})
		}

		for _, tc := range []struct {
			name, code string
			ask        apitest.P
		}{
			{"a user of another account", noPrincipal, about("user", other.Root.User(t, "theirs").UIN, "cvm:Do")},
			{"a uin that nobody has", noPrincipal, about("user", 4711, "cvm:Do")},
			{"a uin that is none", noPrincipal, about("user", "alice", "cvm:Do")},
			{"the root user is no user", noPrincipal, about("user", a.UIN, "cvm:Do")},
			{"the root user of another account", noPrincipal, about("root", other.UIN, "cvm:Do")},
			{"a role of another account", noPrincipal, about("role", "theirs", "cvm:Do")},
			{"a role of another account by its resource name", noPrincipal, about("role", roleName(other, "theirs"), "cvm:Do")},
			{"a name of something else", noPrincipal, about("role", root(a), "cvm:Do")},
			{"a key of another account", noPrincipal, about("key", other.Root.ID, "cvm:Do")},
			{"a key that never was", noPrincipal, about("key", "AKIDxyz", "cvm:Do")},
			{"a principal of another type", badValue, about("group", 1, "cvm:Do")},
			{"an action without service", badValue, about("root", a.UIN, "Do")},
			{"a pattern of actions", badValue, about("root", a.UIN, "cvm:*")},
			{"a resource of too few segments", badValue, about("root", a.UIN, "cvm:Do", "Resource", "qcs::cvm:x")},
			{"an address that is none", badValue, about("root", a.UIN, "cvm:Do", "Context", []apitest.P{key("qcs:ip", "10.0.0.300")})},
			{"a time that is none", badValue, about("root", a.UIN, "cvm:Do", "Context", []apitest.P{key("qcs:current_time", "noon")})},
			{"a truth value that is none", badValue, about("root", a.UIN, "cvm:Do", "Context", []apitest.P{key("qcs:mfa", "maybe")})},
			{"two addresses", badValue, about("root", a.UIN, "cvm:Do", "Context", []apitest.P{key("qcs:ip", "10.0.0.1", "10.0.0.2")})},
			{"two values of a tag", badValue, about("root", a.UIN, "cvm:Do", "Context", []apitest.P{key("qcs:request_tag/a", "1", "2")})},
			{"a key twice", badValue, about("root", a.UIN, "cvm:Do", "Context", []apitest.P{key("a:b", "1"), key("a:b", "2")})},
			{"a key without values", "MissingParameter", about("root", a.UIN, "cvm:Do", "Context", []apitest.P{key("a:b")})},
			{"what follows from the principal", badValue, about("root", a.UIN, "cvm:Do", "Context", []apitest.P{key("qcs:uin", "1")})},
			{"a policy of the resource without principal", badValue, about("root", a.UIN, "cvm:Do", "ResourcePolicy", document("allow * *"))},
			{"a role that nobody names", badValue, about("root", a.UIN, "sts:AssumeRole")},
			{"a role that is no role", badValue, about("root", a.UIN, "sts:AssumeRole", "Resource", root(a))},
			{"a role that is not there", "ResourceNotFound.RoleNotFound", about("root", a.UIN, "sts:AssumeRole", "Resource", roleName(a, "none"))},
			{"a role of another account, without its trust policy", badValue, about("root", a.UIN, "sts:AssumeRole", "Resource", roleName(other, "theirs"))},
		} {
			t.Run(tc.name, func(t *testing.T) { c.Fails(t, tc.code, explain, tc.ask) })
		}

		t.Run("a key that was disabled", func(t *testing.T) {
			c.Must(t, "cam:UpdateAccessKey", apitest.P{"TargetUin": u.UIN, "AccessKeyId": u.ID, "Status": "Inactive"})
			c.Fails(t, noPrincipal, explain, about("key", u.ID, "cvm:RunInstances"))
		})
		t.Run("a session that ran out", func(t *testing.T) {
			w.Sleep(3 * time.Hour)
			c.Fails(t, noPrincipal, explain, about("key", narrow.ID, "cvm:DescribeInstances"))
		})
	})
}

func TestExplainDecisionTellsWhy(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		c := a.Root
		home := newPolicy(t, c, "home", "allow cvm:Run* *", "allow cvm:Stop* qcs::cvm:::instance/* "+atHome, "deny cvm:StopAll *")
		u := c.User(t, "user", home)
		c.Must(t, "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": u.UIN, "PolicyId": administrator})
		instance := fmt.Sprintf("qcs::cvm:ap-guangzhou:uin/%d:instance/ins-1", a.UIN)

		t.Run("the statement that allowed, and what the others said", func(t *testing.T) {
			x := c.Must(t, explain, about("user", u.UIN, "cvm:RunInstances"))
			same(t, x, "Layers", "Layer", "general", "boundary", "identity")
			same(t, x, "Layers", "Result", "none", "allow", "allow")
			if x.Int("Statement.PolicyId") != home || x.Str("Statement.PolicyName") != "home" || x.Int("Statement.Version") != 1 || x.Int("Statement.Statement") != 1 {
				t.Error(x.Raw)
			}
			same(t, x, "Layers.1.Statements", "PolicyName", "AdministratorAccess")
		})
		t.Run("the condition that failed, and what it saw", func(t *testing.T) {
			x := c.Must(t, explain, about("user", u.UIN, "cvm:StopInstances", "Resource", instance, "Context", []apitest.P{key("qcs:ip", "192.0.2.1")}))
			at := "Layers.2.Statements.0."
			if x.Int(at+"Statement") != 2 || x.At(at+"Applies") != false || x.Str(at+"Effect") != "allow" || x.Str(at+"Failed.0.Key") != "qcs:ip" ||
				x.Str(at+"Failed.0.Operator") != "ip_equal" || x.Str(at+"Failed.0.Values.0") != "10.0.0.0/8" || x.Str(at+"Failed.0.Seen.0") != "192.0.2.1" || x.At("Statement") != nil {
				t.Error(x.Raw)
			}
			text := document("allow cvm:Run* *", "allow cvm:Stop* qcs::cvm:::instance/* "+atHome, "deny cvm:StopAll *")
			if got := text[x.Int(at+"Offset"):x.Int(at+"End")]; got != text[len(document("allow cvm:Run* *"))-1:][:len(got)] || got[0] != '{' {
				t.Errorf("the statement is said to be %s", got)
			}
			same(t, x, "Remedy.Additions", "Statement", fmt.Sprintf(`{"effect":"allow","action":"cvm:StopInstances","resource":%q}`, instance))
			same(t, x, "Remedy.Additions", "Layer", "identity")
		})
		t.Run("a key that the question does not have", func(t *testing.T) {
			x := c.Must(t, explain, about("user", u.UIN, "cvm:StopInstances", "Resource", instance))
			if x.At("Layers.2.Statements.0.Failed.0.Missing") != true || x.Len("Layers.2.Statements.0.Failed.0.Seen") != 0 {
				t.Error(x.Raw)
			}
		})
		t.Run("the statement that denied", func(t *testing.T) {
			x := c.Must(t, explain, about("user", u.UIN, "cvm:StopAll"))
			if x.Int("Remedy.Denies.0.Statement.Statement") != 3 || x.Str("Remedy.Denies.0.Statement.PolicyName") != "home" || x.Str("Remedy.Additions.0.Layer") != "identity" {
				t.Error(x.Raw)
			}
			same(t, x, "Layers", "Result", "none", "allow", "deny")
		})
	})
}

// What is explained for a call must be what happens to it.
func TestExplanationsAgreeWithCalls(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		c := a.Root
		users := []*apitest.Client{
			c.User(t, "none"), c.User(t, "admin", administrator),
			c.User(t, "lists", newPolicy(t, c, "lists", "allow cam:List* *", "deny cam:ListPolicies *", "allow cam:GetUser * "+atHome)),
			c.User(t, "bounded", administrator),
		}
		c.Must(t, "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": users[3].UIN, "PolicyId": newPolicy(t, c, "boundary", "allow cam:ListUsers *")})
		newRole(t, a, "ops", administrator)
		users = append(users, session(t, w, c, roleName(a, "ops"), document("allow cam:ListUsers,cam:GetUser *")))
		for _, u := range users {
			for action, params := range map[string]apitest.P{"cam:ListUsers": {}, "cam:ListPolicies": {}, "cam:GetUser": {"Name": "admin"}} {
				for _, ip := range []string{"10.0.0.7", "192.0.2.1"} {
					u.RemoteAddr = ip + ":4000"
					allowed := u.Call(t, action, params).Code == ""
					x := c.Must(t, explain, about("key", u.ID, action, "Context", []apitest.P{key("qcs:ip", ip)}))
					if x.At("Allowed") != allowed {
						t.Errorf("%s by %s from %s: the call says %t, the explanation %v", action, u.ID, ip, allowed, x.At("Allowed"))
					}
				}
			}
		}
	})
}

func TestExplainDecisionHidesWhatTheCallerMayNotRead(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		c := a.Root
		secret := newPolicy(t, c, "secretname", "allow cvm:Run* * "+atHome, "deny cvm:StopAll *")
		open := newPolicy(t, c, "openname", "allow cvm:Run* * "+withMFA)
		bound := newPolicy(t, c, "boundname", "allow cvm:* *")
		u := c.User(t, "user", secret, open)
		c.Must(t, "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": u.UIN, "PolicyId": bound})
		may := "allow hufu:ExplainDecision *"
		blind := c.User(t, "blind", newPolicy(t, c, "asks", may))
		partly := c.User(t, "partly", newPolicy(t, c, "one", may, fmt.Sprintf("allow cam:GetPolicy qcs::cam:::policyid/%d", open)))
		most := c.User(t, "most", newPolicy(t, c, "most", may, "allow cam:GetPolicy *", fmt.Sprintf("deny cam:GetPolicy qcs::cam:::policy/%d", secret)))
		newRole(t, a, "ops", administrator)
		s := session(t, w, c, roleName(a, "ops"), document("allow cvm:Secretive* *"))

		c.User(t, "mute").Fails(t, denied, explain, about("user", u.UIN, "cvm:RunInstances"))
		c.User(t, "mute2").Fails(t, denied, explain, about("user", 4711, "cvm:RunInstances")) // before existence

		run, stop := about("user", u.UIN, "cvm:RunInstances"), about("user", u.UIN, "cvm:StopAll")
		x := blind.Must(t, explain, run)
		hides(t, x, "name", digits(secret), digits(open), digits(bound), "10.0.0.0", "qcs:mfa", "qcs:ip")
		same(t, x, "Layers", "Result", "none", "allow", "none")
		same(t, x, "Layers", "Redacted", "false", "true", "true")
		x = blind.Must(t, explain, stop)
		hides(t, x, "name", digits(secret))
		if x.Str("Effect") != "explicit_deny" || x.Str("Layer") != "identity" || x.At("Statement") != nil || x.At("Remedy.Denies.0.Statement") != nil || x.Len("Remedy.Denies") != 1 {
			t.Error(x.Raw)
		}
		x = partly.Must(t, explain, run)
		hides(t, x, "secretname", "boundname", digits(secret), "10.0.0.0")
		same(t, x, "Layers.2.Statements", "PolicyName", "openname")
		x = most.Must(t, explain, run)
		hides(t, x, "secretname", digits(secret), "10.0.0.0")
		same(t, x, "Layers.2.Statements", "PolicyName", "openname")
		same(t, x, "Layers.1.Statements", "PolicyName", "boundname")
		x = c.Must(t, explain, run)
		same(t, x, "Layers.2.Statements", "PolicyName", "secretname", "openname")

		t.Run("a session's policy", func(t *testing.T) {
			ask := about("key", s.ID, "cvm:SecretiveDo")
			if x := blind.Must(t, explain, ask); x.Len("Layers.0.Statements") != 0 || x.At("Layers.0.Redacted") != true || x.Str("Layers.0.Result") != "allow" {
				t.Error(x.Raw)
			}
			same(t, most.Must(t, explain, ask), "Layers.0.Statements", "PolicyName", "session")
		})
		t.Run("a trust policy", func(t *testing.T) {
			ask := about("root", a.UIN, "sts:AssumeRole", "Resource", roleName(a, "ops"))
			if x := blind.Must(t, explain, ask); x.Len("Layers.0.Statements") != 0 || x.At("Layers.0.Redacted") != true || x.At("Statement") != nil {
				t.Error(x.Raw)
			}
			reader := c.User(t, "reader", newPolicy(t, c, "roles", may, "allow cam:GetRole "+roleName(a, "ops")))
			if x := reader.Must(t, explain, ask); x.Len("Layers.0.Statements") != 1 {
				t.Error(x.Raw)
			}
		})
		t.Run("the policy of a resource is the caller's own", func(t *testing.T) {
			shared := `{"version":"2.0","statement":[{"effect":"allow","action":"cvm:Do","resource":"*","principal":"*"}]}`
			x := blind.Must(t, explain, about("user", u.UIN, "cvm:Do", "Resource", "qcs::cvm:::x/1", "ResourcePolicy", shared))
			if x.At("Allowed") != true || x.Int("Statement.Statement") != 1 || x.At("Layers.3.Statements.0.Anyone") != true {
				t.Error(x.Raw)
			}
		})
	})
}
