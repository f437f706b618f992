package cam_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
)

// Terraform's provider reads these members without looking whether they are there.
func TestMembersThatClientsReadBlindlyAreNeverNull(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		root := a.Root
		uin := root.Must(t, "cam:AddUser", apitest.P{"Name": "bare"}).Int("Uin")
		g, r, own := group(t, root, "g"), role(t, a, "r"), newPolicy(t, root, "p", allowText("cvm:*"))
		root.Must(t, "cam:AddUserToGroup", pairs(inGroup(g, uin)))
		root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": uin, "PolicyId": own})
		root.Must(t, "cam:AttachGroupPolicy", apitest.P{"AttachGroupId": g, "PolicyId": administrator})
		root.Must(t, "cam:AttachRolePolicy", apitest.P{"AttachRoleId": r, "PolicyId": own})

		const attachment = "PolicyId PolicyName AddTime CreateMode PolicyType"
		const roleInfo = "RoleId RoleName PolicyDocument Description AddTime UpdateTime ConsoleLogin"
		const policyInfo = "PolicyName PolicyDocument Type AddTime UpdateTime Description"
		for _, c := range []struct {
			action  string
			params  apitest.P
			at      string // where the members are, with a dot
			members string
		}{
			{"AddUser", apitest.P{"Name": "again"}, "", "Uin Uid Name Password SecretId SecretKey"},
			{"GetUser", apitest.P{"Name": "bare"}, "", "Uin Uid ConsoleLogin Name Remark PhoneNum CountryCode Email"},
			{"ListUsers", apitest.P{}, "Data.0.", "Uin Name Uid Remark ConsoleLogin PhoneNum CountryCode Email CreateTime NickName"},
			{"ListUsersForGroup", apitest.P{"GroupId": g}, "UserInfo.0.", "Uid Uin Name"},
			{"GetRole", apitest.P{"RoleId": r}, "RoleInfo.", roleInfo},
			{"DescribeRoleList", apitest.P{"Page": 1, "Rp": 200}, "List.0.", roleInfo},
			{"GetPolicy", apitest.P{"PolicyId": own}, "", policyInfo},
			{"GetPolicy", apitest.P{"PolicyId": administrator}, "", policyInfo},
			{"ListPolicies", apitest.P{"Scope": "Local"}, "List.0.", "PolicyId PolicyName AddTime Type CreateMode Attachments ServiceType"},
			{"ListPolicies", apitest.P{"Scope": "QCS"}, "List.0.", "PolicyId PolicyName AddTime Type CreateMode Attachments ServiceType"},
			{"ListAttachedUserPolicies", apitest.P{"TargetUin": uin}, "List.0.", attachment},
			{"ListAttachedGroupPolicies", apitest.P{"TargetGroupId": g}, "List.0.", attachment},
			{"ListAttachedRolePolicies", apitest.P{"RoleId": r, "Page": 1, "Rp": 200}, "List.0.", attachment},
			{"ListGroups", apitest.P{}, "GroupInfo.0.", "GroupId GroupName CreateTime Remark"},
			{"GetGroup", apitest.P{"GroupId": g}, "", "GroupId GroupName CreateTime Remark GroupNum"},
			{"ListAccessKeys", apitest.P{}, "AccessKeys.0.", "AccessKeyId Status CreateTime"},
		} {
			answer := root.Must(t, "cam:"+c.action, c.params)
			for member := range strings.FieldsSeq(c.members) {
				if answer.At(c.at+member) == nil {
					t.Errorf("%s %v: %s is null or missing: %s", c.action, c.params, c.at+member, answer.Raw)
				}
			}
		}
	})
}

// Terraform's provider asks for pages of 200 and stops at the first one that is shorter.
func TestPagesOfTwoHundredHoldTwoHundred(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		for i := range 201 {
			group(t, root, fmt.Sprint("g", i))
		}
		for page, want := range map[int]int{1: 200, 2: 1, 3: 0} {
			total(t, root.Must(t, "cam:ListGroups", apitest.P{"Page": page, "Rp": 200}), "GroupInfo", 201, want)
		}
	})
}
