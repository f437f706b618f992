package questions_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
)

const whatMay = "hufu:ListAllowedActions"

// rows are the entries of an answer as texts: service:actions on resources, with a ? where there are conditions, and what is
// excepted.
func rows(a *apitest.Answer) []string {
	out := []string{}
	for i := range a.Len("List") {
		at := fmt.Sprintf("List.%d.", i)
		actions := fmt.Sprint(a.At(at + "Actions"))
		if a.Len(at+"Actions") > 3 {
			actions = fmt.Sprintf("(%d)", a.Len(at+"Actions"))
		}
		row := a.Str(at+"Service") + ":" + strings.Trim(actions, "[]") + " on " + strings.Trim(fmt.Sprint(a.At(at+"Resources")), "[]")
		if a.At(at+"Conditional") == true {
			row += " ?"
		}
		for j := range a.Len(at + "Except") {
			row += " not " + a.Str(fmt.Sprintf("%sExcept.%d.Action", at, j)) + " on " + a.Str(fmt.Sprintf("%sExcept.%d.Resource", at, j))
		}
		out = append(out, row)
	}
	return out
}

func TestListAllowedActions(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		c := a.Root
		own := fmt.Sprintf("uin/%d", a.UIN)
		users := newPolicy(t, c, "users", "allow cam:ListUsers,cam:GetUser *", "deny cam:GetUser *")
		cvm := newPolicy(t, c, "cvm", "allow cvm:Describe*,cvm:Stop* *", "deny cvm:StopAll *", "deny cvm:Stop* qcs::cvm:::instance/ins-7")
		home := newPolicy(t, c, "home", "allow cos:Get* qcs::cos:::b/* "+atHome)
		keys := newPolicy(t, c, "keys", "allow cam:*AccessKey* qcs::cam:::uin/${uin}", "allow cam:*AccessKeys *")
		gz := newPolicy(t, c, "gz", "allow cvm:*Instances qcs::cvm:gz::*", "allow cos:* *")
		mixed := newPolicy(t, c, "mixed", "allow cvm:* qcs::cvm:::instance/*", "allow cos:GetObject *", "allow cam:GetGroup *")
		plain, bounded := c.User(t, "plain", users, cvm, home), c.User(t, "bounded", mixed)
		c.Must(t, "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": bounded.UIN, "PolicyId": gz})
		owner := c.User(t, "owner", keys)
		newRole(t, a, "ops", administrator)
		s := session(t, w, c, roleName(a, "ops"), document("allow cvm:Run*,cam:GetUser *"))
		instance := "qcs::cvm:ap-guangzhou:" + own + ":instance/ins-7"

		for _, tc := range []struct {
			name string
			ask  apitest.P
			want []string
		}{
			{"actions that are known by name, patterns of others", about("user", plain.UIN, ""), []string{
				"cam:ListUsers on *",
				"cos:Get* on qcs::cos::" + own + ":b/* ?",
				"cvm:Describe* on *", "cvm:Stop* on * not cvm:StopAll on * not cvm:Stop* on qcs::cvm::" + own + ":instance/ins-7"}},
			{"with an address", about("user", plain.UIN, "", "Service", "COS", "Context", []apitest.P{key("qcs:ip", "10.0.0.1")}), []string{"cos:Get* on qcs::cos::" + own + ":b/*"}},
			{"with another address", about("user", plain.UIN, "", "Service", "cos", "Context", []apitest.P{key("qcs:ip", "11.0.0.1")}), nil},
			{"what policies and boundary have in common", about("user", bounded.UIN, ""), []string{
				"cos:GetObject on *", "cvm:*Instances on qcs::cvm:ap-guangzhou:" + own + ":instance/*"}},
			{"one service", about("user", plain.UIN, "", "Service", "cam"), []string{"cam:ListUsers on *"}},
			{"a service that no policy is about", about("user", plain.UIN, "", "Service", "vpc"), nil},
			{"a resource", about("user", plain.UIN, "", "Resource", instance), []string{"cvm:Describe* on " + instance}},
			{"another resource", about("user", plain.UIN, "", "Resource", strings.Replace(instance, "ins-7", "ins-8", 1)), []string{
				"cvm:Describe* on " + strings.Replace(instance, "ins-7", "ins-8", 1), "cvm:Stop* on " + strings.Replace(instance, "ins-7", "ins-8", 1) + " not cvm:StopAll on *"}},
			{"one's own keys, as far as the actions are about one", about("user", owner.UIN, ""), []string{
				fmt.Sprintf("cam:CreateAccessKey on qcs::cam::%s:uin/%d", own, owner.UIN), "cam:ListAccessKeys on *"}},
			{"a session's key", about("key", s.ID, ""), []string{"cam:GetUser on *", "cvm:Run* on *"}},
			{"a role", about("role", "ops", "", "Service", "vpc"), []string{"vpc:* on *"}},
			{"the root user", about("root", a.UIN, "", "Service", "vpc"), []string{"vpc:* on *"}},
			{"nobody", about("user", c.User(t, "nobody").UIN, ""), nil},
		} {
			t.Run(tc.name, func(t *testing.T) {
				delete(tc.ask, "Action")
				x := c.Must(t, whatMay, tc.ask)
				if got := rows(x); !slices.Equal(got, tc.want) && len(got)+len(tc.want) > 0 || x.At("IsTruncated") != false {
					t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
				}
			})
		}
		t.Run("everything", func(t *testing.T) {
			x := c.Must(t, whatMay, apitest.P{"PrincipalType": "role", "PrincipalId": "ops"})
			same(t, x, "List.0.Grants", "PolicyName", "AdministratorAccess")
			if got := rows(x); got[0] != "*:* on *" || !slices.Contains(plucked(x, "List", "Service"), "cam") {
				t.Error(got)
			}
		})
		t.Run("through which policy", func(t *testing.T) {
			x := c.Must(t, whatMay, apitest.P{"PrincipalType": "user", "PrincipalId": digits(plain.UIN)})
			same(t, x, "List.0.Grants", "PolicyName", "users")
			same(t, x, "List.0.Grants", "Direct", "true")
			same(t, x, "List.1.Conditions", "Key", "qcs:ip")
		})
		t.Run("what the caller may not read is not told", func(t *testing.T) {
			blind := c.User(t, "blind", newPolicy(t, c, "asks", "allow hufu:ListAllowedActions *"))
			x := blind.Must(t, whatMay, apitest.P{"PrincipalType": "user", "PrincipalId": digits(plain.UIN)})
			hides(t, x, `"users"`, `"cvm"}`, "PolicyName", "StopAll", "ins-7", "10.0.0.0")
			same(t, x, "List", "Redacted", "true", "true", "true")
			want := []string{"cam:ListUsers on *", "cos:Get* on qcs::cos::" + own + ":b/* ?", "cvm:Describe* Stop* on *"}
			if got := rows(x); !slices.Equal(got, want) {
				t.Error(got)
			}
		})
		for _, tc := range []struct {
			name, code string
			caller     *apitest.Client
			ask        apitest.P
		}{
			{"without the permission", denied, plain, apitest.P{"PrincipalType": "user", "PrincipalId": "4711"}},
			{"a user of another account", noPrincipal, w.Account(t).Root, apitest.P{"PrincipalType": "user", "PrincipalId": digits(plain.UIN)}},
			{"a resource that is none", badValue, c, apitest.P{"PrincipalType": "root", "PrincipalId": digits(a.UIN), "Resource": "ins-7"}},
		} {
			t.Run(tc.name, func(t *testing.T) { tc.caller.Fails(t, tc.code, whatMay, tc.ask) })
		}
	})
}
