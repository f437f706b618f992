package cam_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/apitest"
)

func TestTrustPolicies(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		here, other := w.Account(t), w.Account(t)
		root := here.Root
		user, theirs := root.User(t, "alice").UIN, other.Root.User(t, "bob").UIN
		role := newRole(t, root, "target", here.UIN)

		statement := func(members string) string { return `{"version":"2.0","statement":[{` + members + `}]}` }
		allow := func(principal string) string {
			return statement(`"effect":"allow","action":"sts:AssumeRole","principal":` + principal)
		}
		qcs := func(name string, args ...any) string {
			return allow(fmt.Sprintf(`{"qcs":"`+name+`"}`, args...))
		}
		long := allow(fmt.Sprintf(`{"qcs":["qcs::cam::uin/%d:root"]},"condition":{"string_equal":{"sts:external_id":"%s"}}`, here.UIN, strings.Repeat("x", 6100)))

		cases := []struct{ name, document, created, updated string }{ // one code, or those of creating and of updating
			{"the own account", qcs("qcs::cam::uin/%d:root", here.UIN), "", ""},
			{"the own account by its uin", qcs("qcs::cam::uin/%d:uin/%d", here.UIN, here.UIN), "", ""},
			{"a sub-user", qcs("qcs::cam::uin/%d:uin/%d", here.UIN, user), "", ""},
			{"a role by name", qcs("qcs::cam::uin/%d:roleName/target", here.UIN), "", ""},
			{"a role by id", qcs("qcs::cam::uin/%d:role/%s", here.UIN, role), "", ""},
			{"another account", qcs("qcs::cam::uin/%d:root", other.UIN), "", ""},
			{"a user of another account", qcs("qcs::cam::uin/%d:uin/%d", other.UIN, theirs), "", ""},
			{"a user that another account does not have", qcs("qcs::cam::uin/%d:uin/999", other.UIN), "", ""},
			{"products", allow(`{"service":["cvm.qcloud.com","cls.cloud.tencent.com","COSAcc.COS.cloud.tencent.com"]}`), "", ""},
			{"the prefixed and the federated actions", statement(fmt.Sprintf(`"effect":"allow","action":["name/sts:AssumeRole","sts:AssumeRoleWithSAML",
				"name/sts:AssumeRoleWithWebIdentity"],"principal":{"qcs":["qcs::cam::uin/%d:root"]}`, here.UIN)), "", ""},
			{"a condition", allow(fmt.Sprintf(`{"qcs":"qcs::cam::uin/%d:root"},"condition":{"string_equal":{"sts:external_id":"e"}}`, here.UIN)), "", ""},
			{"every resource", statement(fmt.Sprintf(`"effect":"allow","action":"sts:AssumeRole","resource":"*","principal":{"qcs":"qcs::cam::uin/%d:root"}`, here.UIN)), "", ""},

			{"no text", "", "PolicyDocumentError", ""},
			{"blanks", " \n", "PolicyDocumentError", ""},
			{"no JSON", "{", "ParamError", ""},
			{"too many characters", long, "ParamError", "PolicyDocumentLengthOverLimit"},
			{"no version", `{"statement":[]}`, "VersionError", ""},
			{"the wrong version", strings.Replace(trusting(here.UIN), "2.0", "1.0", 1), "VersionError", ""},
			{"no statement", `{"version":"2.0"}`, "StatementError", ""},
			{"an empty list of statements", `{"version":"2.0","statement":[]}`, "StatementError", ""},
			{"no principal", statement(`"effect":"allow","action":"sts:AssumeRole"`), "PrincipalError", ""},
			{"everyone", allow(`"*"`), "PrincipalError", ""},
			{"anyone by name", allow(`{"qcs":"qcs::cam::anyone:anyone"}`), "PrincipalError", ""},
			{"an empty principal", allow(`{}`), "PrincipalError", ""},
			{"an unknown kind of principal", allow(`{"aws":"x"}`), "PrincipalError", ""},
			{"a group", qcs("qcs::cam::uin/%d:groupid/2000", here.UIN), "PrincipalError", ""},
			{"a name that is none", qcs("alice"), "PrincipalQcsError", ""},
			{"a user as federated", allow(fmt.Sprintf(`{"federated":"qcs::cam::uin/%d:uin/%d"}`, here.UIN, user)), "PrincipalQcsError", ""},
			{"an account that does not exist", qcs("qcs::cam::uin/999:root"), "PrincipalQcsNotExist", ""},
			{"an account beyond all numbers", qcs("qcs::cam::uin/99999999999999999999:root"), "PrincipalQcsNotExist", ""},
			{"a sub-user that does not exist", qcs("qcs::cam::uin/%d:uin/999", here.UIN), "PrincipalQcsNotExist", ""},
			{"a sub-user of another account as one's own", qcs("qcs::cam::uin/%d:uin/%d", here.UIN, theirs), "PrincipalQcsNotExist", ""},
			{"a role name that does not exist", qcs("qcs::cam::uin/%d:roleName/none", here.UIN), "PrincipalQcsNotExist", ""},
			{"a role id that does not exist", qcs("qcs::cam::uin/%d:role/1", here.UIN), "PrincipalQcsNotExist", ""},
			{"a provider that does not exist", allow(fmt.Sprintf(`{"federated":"qcs::cam::uin/%d:saml-provider/idp"}`, here.UIN)), "PrincipalQcsNotExist", ""},
			{"a host of no product", allow(`{"service":"example.com"}`), "PrincipalServiceNotExist", ""},
			{"no effect", statement(fmt.Sprintf(`"action":"sts:AssumeRole","principal":{"qcs":"qcs::cam::uin/%d:root"}`, here.UIN)), "EffectError", ""},
			{"no action", statement(fmt.Sprintf(`"effect":"allow","principal":{"qcs":"qcs::cam::uin/%d:root"}`, here.UIN)), "ActionMiss", ""},
			{"an action that assumes nothing", strings.Replace(trusting(here.UIN), "AssumeRole", "GetFederationToken", 1), "ActionError", ""},
			{"a pattern of actions", strings.Replace(trusting(here.UIN), "AssumeRole", "*", 1), "ActionError", ""},
			{"a resource", statement(fmt.Sprintf(`"effect":"allow","action":"sts:AssumeRole","resource":"qcs::cam::uin/%d:roleName/x","principal":{"qcs":"qcs::cam::uin/%d:root"}`, here.UIN, here.UIN)), "ParamError", ""},
			{"a resource that is none", statement(fmt.Sprintf(`"effect":"allow","action":"sts:AssumeRole","resource":"x","principal":{"qcs":"qcs::cam::uin/%d:root"}`, here.UIN)), "ParamError", ""},
			{"a condition that is none", allow(fmt.Sprintf(`{"qcs":"qcs::cam::uin/%d:root"},"condition":[]`, here.UIN)), "ConditionError", ""},
			{"an unknown operator", allow(fmt.Sprintf(`{"qcs":"qcs::cam::uin/%d:root"},"condition":{"equal":{"a":"b"}}`, here.UIN)), "ConditionTypeError", ""},
			{"a condition without values", allow(fmt.Sprintf(`{"qcs":"qcs::cam::uin/%d:root"},"condition":{"string_equal":{"a":[]}}`, here.UIN)), "ConditionContentError", ""},
			{"two faults, of which the missing principal comes first", `{"version":"2.0","statement":[{"effect":"maybe","principal":{"qcs":"qcs::cam::uin/999:root"}}]}`, "PrincipalQcsNotExist", ""},
		}
		for i, tt := range cases {
			t.Run("trusting "+tt.name, func(t *testing.T) {
				if tt.updated == "" {
					tt.updated = tt.created
				}
				created, updated := tt.created, tt.updated
				if created != "" {
					created, updated = "InvalidParameter."+created, "InvalidParameter."+updated
				}
				root.Fails(t, created, "cam:CreateRole", apitest.P{"RoleName": fmt.Sprintf("r%d", i), "PolicyDocument": tt.document})
				root.Fails(t, updated, "cam:UpdateAssumeRolePolicy", apitest.P{"RoleName": "target", "PolicyDocument": tt.document})
			})
		}
		t.Run("the quota of characters is the operator's", func(t *testing.T) {
			w.Quotas[account.PolicyCharacters] = 0
			root.Must(t, "cam:CreateRole", apitest.P{"RoleName": "long", "PolicyDocument": long})
		})
	})
}
