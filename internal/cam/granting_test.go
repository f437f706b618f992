package cam_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
)

func TestListPoliciesGrantingServiceAccess(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		root := a.Root
		uin := root.Must(t, "cam:AddUser", apitest.P{"Name": "user"}).Int("Uin")
		g, r := group(t, root, "group"), role(t, a, "role")
		roleID, _ := strconv.ParseInt(r, 10, 64)
		root.Must(t, "cam:AddUserToGroup", pairs(inGroup(g, uin)))
		own := root.Must(t, "cam:CreatePolicy", apitest.P{"PolicyName": "own", "Description": "mixed", "PolicyDocument": `{"version":"2.0","statement":[
			{"effect":"allow","action":["name/CVM:Describe*","cvm:RunInstances","workshop:*","cam:ListU*","cam:GetUser","permid/280655"],"resource":"*"},
			{"effect":"deny","action":["cvm:*","secret:*"],"resource":"*"}]}`}).Int("PolicyId")
		root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": uin, "PolicyId": own})
		w.Sleep(time.Minute)
		root.Must(t, "cam:AttachGroupPolicy", apitest.P{"AttachGroupId": g, "PolicyId": clbFinance})
		root.Must(t, "cam:AttachGroupPolicy", apitest.P{"AttachGroupId": g, "PolicyId": 596169})
		root.Must(t, "cam:AttachRolePolicy", apitest.P{"AttachRoleId": r, "PolicyId": administrator})
		list := func(t *testing.T, p apitest.P) *apitest.Answer {
			t.Helper()
			return root.Must(t, "cam:ListPoliciesGrantingServiceAccess", p)
		}
		services := func(a *apitest.Answer) (names []any) {
			for i := range a.Len("List") {
				names = append(names, a.At("List."+strconv.Itoa(i)+".Service.ServiceType"))
			}
			return names
		}
		t.Run("a user has a node for each service that its policies and those of its groups allow", func(t *testing.T) {
			all := list(t, apitest.P{"TargetUin": uin})
			if got := services(all); !slices.Equal(got, []any{"cam", "cos", "cvm", "finance", "workshop"}) {
				t.Errorf("services are %v", got)
			}
			same(t, all, "List.0.Policy", "PolicyId", "596169", own)
			same(t, all, "List.0.Policy", "PolicyName", "QcloudCamFullAccess", "own")
			same(t, all, "List.0.Policy", "PolicyType", "Presetting", "Custom")
			same(t, all, "List.0.Policy", "PolicyDescription", "Manages users and permissions.", "mixed")
			same(t, all, "List.3.Policy", "PolicyName", "QcloudCLBFinanceAccess")
			if all.Str("List.0.Service.ServiceName") != "Cloud Access Management" || all.Str("List.4.Service.ServiceName") != "workshop" || all.Len("List.0.Action") != 0 {
				t.Errorf("nodes are not as documented: %s", all.Raw)
			}
		})
		t.Run("a group has its own policies", func(t *testing.T) {
			if got := services(list(t, apitest.P{"GroupId": g})); !slices.Equal(got, []any{"cam", "finance"}) {
				t.Errorf("services are %v", got)
			}
		})
		t.Run("a star is the whole catalogue", func(t *testing.T) {
			got := services(list(t, apitest.P{"RoleId": roleID}))
			for _, service := range []any{"cam", "sts", "cos", "cvm", "tag"} {
				if !slices.Contains(got, service) {
					t.Errorf("%v is missing among %v", service, got)
				}
			}
			if slices.Contains(got, any("workshop")) {
				t.Errorf("a service that nobody knows is in the catalogue")
			}
		})
		t.Run("one service is shown with its actions", func(t *testing.T) {
			actions := func(service string, p apitest.P) []any {
				t.Helper()
				one := list(t, with(p, apitest.P{"ServiceType": service}))
				if one.Len("List") != 1 || one.Str("List.0.Action.0.Name") == "" || one.At("List.0.Action.0.Description") != "" {
					t.Fatalf("%s is answered %s", service, one.Raw)
				}
				return one.Pluck("List.0.Action", "Name")
			}
			root.Must(t, "cam:DetachGroupPolicy", apitest.P{"DetachGroupId": g, "PolicyId": 596169})
			user := apitest.P{"TargetUin": uin}
			for service, want := range map[string][]any{
				"cam": {"GetUser", "ListUsers", "ListUsersForGroup"}, "CVM": {"Describe*", "RunInstances"}, "workshop": {"*"},
				"cos": {"Get*", "Head*", "List*", "OptionsObject"},
			} {
				if got := actions(service, user); !slices.Equal(got, want) {
					t.Errorf("actions of %s are %v, want %v", service, got, want)
				}
			}
			if got := actions("cam", apitest.P{"RoleId": roleID}); !slices.Contains(got, any("AddUser")) || !slices.Contains(got, any("DeleteApiKey")) {
				t.Errorf("an administrator's actions are %v", got)
			}
		})
		t.Run("nothing is granted on other services, or to who does not exist", func(t *testing.T) {
			for _, p := range []apitest.P{{"TargetUin": uin, "ServiceType": "secret"}, {"RoleId": roleID, "ServiceType": "nonsense"}, {"TargetUin": 1}, {"GroupId": 1}} {
				if n := list(t, p).Len("List"); n != 0 {
					t.Errorf("%v has %d nodes", p, n)
				}
			}
			if n := w.Account(t).Root.Must(t, "cam:ListPoliciesGrantingServiceAccess", apitest.P{"TargetUin": uin}).Len("List"); n != 0 {
				t.Errorf("another account sees %d nodes", n)
			}
		})
		t.Run("a document that can no longer be read grants nothing", func(t *testing.T) {
			execute(t, w, `UPDATE policy_versions SET document = '{' WHERE policy_id = $1`, own)
			if got := services(list(t, apitest.P{"TargetUin": uin})); !slices.Equal(got, []any{"finance"}) {
				t.Errorf("services are %v", got)
			}
		})
		t.Run("exactly one of user, role and group is asked about", func(t *testing.T) {
			for _, p := range []apitest.P{{}, {"ServiceType": "cam"}, {"TargetUin": 0}, {"TargetUin": uin, "GroupId": g}, {"TargetUin": uin, "GroupId": g, "RoleId": roleID}} {
				root.Fails(t, "InvalidParameter.ParamError", "cam:ListPoliciesGrantingServiceAccess", p)
			}
		})
	})
}
