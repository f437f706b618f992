package cam_test

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/apitest"
)

// Presets that the tests attach.
const (
	administrator    = 1
	camReadOnly      = 596170
	clbFinance       = 450021
	ofAServiceLinked = 15000001
)

// role makes a role that everybody with the right permission in the account may assume and answers its id.
func role(t *testing.T, a *apitest.Account, name string) string {
	t.Helper()
	return a.Root.Must(t, "cam:CreateRole", apitest.P{"RoleName": name, "PolicyDocument": fmt.Sprintf(
		`{"version":"2.0","statement":[{"effect":"allow","action":"name/sts:AssumeRole","principal":{"qcs":["qcs::cam::uin/%d:root"]}}]}`, a.UIN)}).Str("RoleId")
}

// with is a copy of parameters with others laid over it.
func with(p apitest.P, more apitest.P) apitest.P {
	all := maps.Clone(p)
	maps.Copy(all, more)
	return all
}

func TestAttachAndDetach(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, b := w.Account(t), w.Account(t)
		root, foreignPolicy := a.Root, newPolicy(t, b.Root, "foreign", allowText("cvm:*"))
		uin := root.Must(t, "cam:AddUser", apitest.P{"Name": "user"}).Int("Uin")
		receiver, _ := receiver(t, w, root, "contact")
		g, r := group(t, root, "group"), role(t, a, "Role")
		linked := role(t, a, "linked")
		execute(t, w, `UPDATE roles SET kind = 'service_linked' WHERE name = 'linked'`)
		stranger := b.Root.Must(t, "cam:AddUser", apitest.P{"Name": "stranger"}).Int("Uin")
		foreignGroup, foreignRole := group(t, b.Root, "group"), role(t, b, "Foreign")
		own := newPolicy(t, root, "own", allowText("cvm:*"))

		for _, kind := range []struct {
			name, member, list, target string
			id                         any
			bad                        map[string][]any // code: ids that answer it
		}{
			{"user", "Uin", "cam:ListAttachedUserPolicies", "TargetUin", uin, map[string][]any{
				"ResourceNotFound.UserNotExist": {0, 1, stranger}, "InvalidParameter.ParamError": {a.UIN, receiver}}},
			{"group", "GroupId", "cam:ListAttachedGroupPolicies", "TargetGroupId", g, map[string][]any{"ResourceNotFound.GroupNotExist": {0, 1, foreignGroup}}},
			{"role", "RoleId", "cam:ListAttachedRolePolicies", "RoleId", r, map[string][]any{
				"InvalidParameter.RoleNotExist": {"1", "x", "-1", foreignRole}, "InvalidParameter.ParamError": {"", linked}}},
		} {
			name := strings.ToUpper(kind.name[:1]) + kind.name[1:]
			attach, detach := "cam:Attach"+name+"Policy", "cam:Detach"+name+"Policy"
			onto, from := apitest.P{"Attach" + kind.member: kind.id}, apitest.P{"Detach" + kind.member: kind.id}
			attachedNow := func(t *testing.T, want ...any) *apitest.Answer {
				t.Helper()
				list := root.Must(t, kind.list, apitest.P{kind.target: kind.id, "Page": 1, "Rp": 200})
				same(t, list, "List", "PolicyId", want...)
				return list
			}
			t.Run("a "+kind.name+" has what is attached until it is detached, however often", func(t *testing.T) {
				root.Must(t, attach, with(onto, apitest.P{"PolicyId": own}))
				first := attachedNow(t, own).Str("List.0.AddTime")
				w.Sleep(time.Hour)
				root.Must(t, attach, with(onto, apitest.P{"PolicyId": camReadOnly}))
				root.Must(t, attach, with(onto, apitest.P{"PolicyId": own}))
				if again := attachedNow(t, camReadOnly, own).Str("List.1.AddTime"); again != first {
					t.Errorf("attached at %s and then at %s", first, again)
				}
				for range 2 {
					root.Must(t, detach, with(from, apitest.P{"PolicyId": own}))
					attachedNow(t, camReadOnly)
				}
				root.Must(t, detach, with(from, apitest.P{"PolicyId": camReadOnly}))
				attachedNow(t)
			})
			t.Run("a policy that the account has not cannot be attached to a "+kind.name+" or detached", func(t *testing.T) {
				for _, id := range []int64{4, 99_999_999, foreignPolicy} {
					root.Fails(t, "InvalidParameter.PolicyIdNotExist", attach, with(onto, apitest.P{"PolicyId": id}))
					root.Fails(t, "InvalidParameter.PolicyIdNotExist", detach, with(from, apitest.P{"PolicyId": id}))
				}
				none := "InvalidParameter.PolicyIdError"
				if kind.name == "role" {
					none = "InvalidParameter.ParamError"
				}
				root.Fails(t, none, attach, with(onto, apitest.P{"PolicyId": 0}))
				root.Fails(t, none, detach, with(from, apitest.P{"PolicyId": 0}))
			})
			t.Run("a policy of service-linked roles is not for a "+kind.name, func(t *testing.T) {
				root.Fails(t, "InvalidParameter.ParamError", attach, with(onto, apitest.P{"PolicyId": ofAServiceLinked}))
			})
			t.Run("only a "+kind.name+" of the account can have policies", func(t *testing.T) {
				for code, ids := range kind.bad {
					for _, id := range ids {
						root.Fails(t, code, attach, apitest.P{"PolicyId": own, "Attach" + kind.member: id})
						root.Fails(t, code, detach, apitest.P{"PolicyId": own, "Detach" + kind.member: id})
					}
				}
			})
			t.Run("a "+kind.name+" has as many policies as the quota allows", func(t *testing.T) {
				w.Quotas[account.AttachmentsPerPrincipal] = 1
				defer func() { w.Quotas[account.AttachmentsPerPrincipal] = 200 }()
				root.Must(t, attach, with(onto, apitest.P{"PolicyId": own}))
				root.Fails(t, "InvalidParameter.AttachmentFull", attach, with(onto, apitest.P{"PolicyId": administrator}))
				root.Must(t, attach, with(onto, apitest.P{"PolicyId": own}))
				root.Must(t, detach, with(from, apitest.P{"PolicyId": own}))
				root.Must(t, attach, with(onto, apitest.P{"PolicyId": administrator}))
			})
		}
	})
}

func TestRolePoliciesBySelectors(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		root, r := a.Root, role(t, a, "Role")
		other := role(t, a, "other")
		own := newPolicy(t, root, "own", allowText("cvm:*"))
		expect := func(t *testing.T, role string, want ...any) {
			t.Helper()
			same(t, root.Must(t, "cam:ListAttachedRolePolicies", apitest.P{"RoleId": role, "Page": 1, "Rp": 20}), "List", "PolicyId", want...)
		}
		t.Run("role and policy may be named", func(t *testing.T) {
			for _, name := range []string{"own", "AdministratorAccess"} {
				root.Must(t, "cam:AttachRolePolicy", apitest.P{"AttachRoleName": "Role", "PolicyName": name})
				w.Sleep(time.Second)
			}
			expect(t, r, administrator, own)
			root.Must(t, "cam:DetachRolePolicy", apitest.P{"DetachRoleName": "Role", "PolicyName": "own"})
			expect(t, r, administrator)
		})
		t.Run("ids win over names", func(t *testing.T) {
			root.Must(t, "cam:AttachRolePolicy", apitest.P{"AttachRoleId": other, "AttachRoleName": "Role", "PolicyId": own, "PolicyName": "AdministratorAccess"})
			expect(t, other, own)
			expect(t, r, administrator)
			root.Must(t, "cam:DetachRolePolicy", apitest.P{"DetachRoleId": other, "DetachRoleName": "Role", "PolicyId": own, "PolicyName": "AdministratorAccess"})
			expect(t, other)
		})
		t.Run("names are exact", func(t *testing.T) {
			root.Fails(t, "InvalidParameter.PolicyIdNotExist", "cam:AttachRolePolicy", apitest.P{"AttachRoleName": "Role", "PolicyName": "OWN"})
			root.Fails(t, "InvalidParameter.PolicyIdNotExist", "cam:DetachRolePolicy", apitest.P{"DetachRoleName": "Role", "PolicyName": "nothing"})
			root.Fails(t, "InvalidParameter.RoleNotExist", "cam:AttachRolePolicy", apitest.P{"AttachRoleName": "role", "PolicyName": "own"})
		})
		t.Run("both are needed", func(t *testing.T) {
			root.Fails(t, "InvalidParameter.ParamError", "cam:AttachRolePolicy", apitest.P{"AttachRoleId": r})
			root.Fails(t, "InvalidParameter.ParamError", "cam:AttachRolePolicy", apitest.P{"PolicyId": own})
			root.Fails(t, "InvalidParameter.ParamError", "cam:DetachRolePolicy", apitest.P{"DetachRoleId": r, "PolicyName": ""})
			root.Fails(t, "InvalidParameter.ParamError", "cam:DetachRolePolicy", apitest.P{"PolicyId": own})
		})
		t.Run("what cannot be the name of a policy is a PolicyNameError", func(t *testing.T) {
			for _, name := range []string{"", "a b", "策略", strings.Repeat("x", 129)} {
				root.Fails(t, "InvalidParameter.PolicyNameError", "cam:AttachRolePolicy", apitest.P{"AttachRoleId": r, "PolicyName": name})
			}
		})
		t.Run("a role's sessions have its policies at once and are named as operators", func(t *testing.T) {
			user := root.User(t, "user", administrator)
			made := user.Must(t, "sts:AssumeRole", apitest.P{"RoleArn": fmt.Sprintf("qcs::cam::uin/%d:roleName/Role", a.UIN), "RoleSessionName": "session"})
			session := w.Client(made.Str("Credentials.TmpSecretId"), made.Str("Credentials.TmpSecretKey"), made.Str("Credentials.Token"))
			session.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": user.UIN, "PolicyId": own})
			list := root.Must(t, "cam:ListAttachedUserPolicies", apitest.P{"TargetUin": user.UIN})
			if list.Int("List.0.OperateUinType") != 1 || list.Str("List.0.OperateUin") != r || list.Str("List.0.OperateOwnerUin") != strconv.FormatInt(a.UIN, 10) {
				t.Errorf("the operator is not the role: %s", list.Raw)
			}
			root.Must(t, "cam:DetachRolePolicy", apitest.P{"DetachRoleId": r, "PolicyId": administrator})
			session.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:ListGroups", nil)
			root.Must(t, "cam:AttachRolePolicy", apitest.P{"AttachRoleId": r, "PolicyId": camReadOnly})
			session.Must(t, "cam:ListGroups", nil)
		})
	})
}
