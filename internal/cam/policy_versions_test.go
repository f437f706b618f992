package cam_test

import (
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/apitest"
)

// newVersion adds a version to a policy and answers its number.
func newVersion(t *testing.T, c *apitest.Client, id int64, text string, inForce bool) int64 {
	t.Helper()
	return c.Must(t, "cam:CreatePolicyVersion", apitest.P{"PolicyId": id, "PolicyDocument": text, "SetAsDefault": inForce}).Int("VersionId")
}

func TestVersionInForceDecidesAtOnce(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		id := newPolicy(t, root, "mine", allowText("cam:GetUser"))
		ann := root.User(t, "ann", id)
		gets := func() { t.Helper(); ann.Must(t, "cam:GetUser", apitest.P{"Name": "ann"}) }
		gets()
		if v := newVersion(t, root, id, allowText("cam:ListUsers"), false); v != 2 {
			t.Errorf("the second version is %d", v)
		}
		gets()
		w.Sleep(time.Hour)
		newVersion(t, root, id, allowText("cam:ListGroups"), true)
		ann.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:GetUser", apitest.P{"Name": "ann"})
		ann.Must(t, "cam:ListGroups", nil)
		root.Must(t, "cam:SetDefaultPolicyVersion", apitest.P{"PolicyId": id, "VersionId": 2})
		ann.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:ListGroups", nil)
		ann.Must(t, "cam:ListUsers", nil)
		root.Must(t, "cam:UpdatePolicy", apitest.P{"PolicyId": id, "PolicyDocument": allowText("cam:ListPolicies")})
		ann.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:ListUsers", nil)
		ann.Must(t, "cam:ListPolicies", nil)
		root.Must(t, "cam:SetDefaultPolicyVersion", apitest.P{"PolicyId": id, "VersionId": 1})
		gets()
		root.Must(t, "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": ann.UIN, "PolicyId": id})
		gets()
		root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": ann.UIN, "PolicyId": administrator})
		ann.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:ListPolicies", nil)
		root.Must(t, "cam:SetDefaultPolicyVersion", apitest.P{"PolicyId": id, "VersionId": 2})
		ann.Must(t, "cam:ListPolicies", nil)
		ann.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:GetUser", apitest.P{"Name": "ann"})
		if got := root.Must(t, "cam:GetPolicy", apitest.P{"PolicyId": id}).Str("PolicyDocument"); got != allowText("cam:ListPolicies") {
			t.Errorf("GetPolicy shows %s, not the version in force", got)
		}
	})
}

func TestVersionsAreListedAndShown(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		first := w.Now().UTC().Format(time.RFC3339)
		id := newPolicy(t, root, "mine", allowText("a:b"))
		w.Sleep(time.Hour)
		newVersion(t, root, id, "%7B"+allowText("a:c")[1:], true)
		list := root.Must(t, "cam:ListPolicyVersions", apitest.P{"PolicyId": id})
		same(t, list, "Versions", "VersionId", 1, 2)
		same(t, list, "Versions", "IsDefaultVersion", 0, 1)
		same(t, list, "Versions", "CreateDate", first, w.Now().UTC().Format(time.RFC3339))
		if list.At("Versions.0.Document") != nil {
			t.Error("the list shows documents")
		}
		got := root.Must(t, "cam:GetPolicyVersion", apitest.P{"PolicyId": id, "VersionId": 2})
		if got.Int("PolicyVersion.VersionId") != 2 || got.Int("PolicyVersion.IsDefaultVersion") != 1 || got.Str("PolicyVersion.Document") != allowText("a:c") ||
			got.Str("PolicyVersion.CreateDate") != w.Now().UTC().Format(time.RFC3339) {
			t.Errorf("version 2 is %s", got.Raw)
		}
		if got := root.Must(t, "cam:GetPolicyVersion", apitest.P{"PolicyId": id, "VersionId": 1}); got.Int("PolicyVersion.IsDefaultVersion") != 0 {
			t.Errorf("version 1 is %s", got.Raw)
		}
		preset := root.Must(t, "cam:GetPolicyVersion", apitest.P{"PolicyId": administrator, "VersionId": 1})
		if preset.Str("PolicyVersion.CreateDate") != "2016-06-02T11:40:09Z" || preset.Str("PolicyVersion.Document") == "" {
			t.Errorf("the version of a preset is %s", preset.Raw)
		}
		if n := root.Must(t, "cam:ListPolicyVersions", apitest.P{"PolicyId": administrator}).Len("Versions"); n != 0 {
			t.Errorf("%d versions of a preset are listed", n)
		}
	})
}

func TestVersionNumbersAreNeverGivenOutAgain(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		id := newPolicy(t, root, "mine", allowText("a:b"))
		for want := int64(2); want <= 5; want++ {
			if v := newVersion(t, root, id, allowText("a:b"), false); v != want {
				t.Errorf("version %d, want %d", v, want)
			}
		}
		root.Fails(t, "FailedOperation.PolicyVersionFull", "cam:CreatePolicyVersion", apitest.P{"PolicyId": id, "PolicyDocument": allowText("a:b"), "SetAsDefault": false})
		root.Must(t, "cam:DeletePolicyVersion", apitest.P{"PolicyId": id, "VersionId": []int64{5, 3, 5}})
		same(t, root.Must(t, "cam:ListPolicyVersions", apitest.P{"PolicyId": id}), "Versions", "VersionId", 1, 2, 4)
		if v := newVersion(t, root, id, allowText("a:b"), false); v != 6 {
			t.Errorf("after 5 was deleted comes %d, want 6", v)
		}
		w.Quotas[account.PolicyVersions] = 0
		newVersion(t, root, id, allowText("a:b"), false)
		newVersion(t, root, id, allowText("a:b"), false)
	})
}

func TestVersionActionsRefuse(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root, other := w.Account(t).Root, w.Account(t).Root
		id := newPolicy(t, root, "mine", allowText("a:b"))
		newVersion(t, root, id, allowText("a:c"), false)
		broken := newVersion(t, root, id, allowText("a:d"), false)
		execute(t, w, `UPDATE policy_versions SET document = '{' WHERE policy_id = $1 AND version = $2`, id, broken)
		create := func(id int64) apitest.P {
			return apitest.P{"PolicyId": id, "PolicyDocument": allowText("a:b"), "SetAsDefault": true}
		}
		one := func(id, version int64) apitest.P { return apitest.P{"PolicyId": id, "VersionId": version} }
		some := func(id int64, versions ...int64) apitest.P { return apitest.P{"PolicyId": id, "VersionId": versions} }
		for name, c := range map[string]struct {
			code, action string
			params       apitest.P
		}{
			"a version of policy 0":                     {"InvalidParameter.PolicyIdError", "cam:CreatePolicyVersion", create(0)},
			"a version of no policy":                    {"InvalidParameter.PolicyIdNotExist", "cam:CreatePolicyVersion", create(id + 1)},
			"a version of a preset":                     {"InvalidParameter.ParamError", "cam:CreatePolicyVersion", create(administrator)},
			"a version without saying whether in force": {"MissingParameter", "cam:CreatePolicyVersion", apitest.P{"PolicyId": id, "PolicyDocument": allowText("a:b")}},
			"putting what is in force into force":       {"FailedOperation.PolicyVersionAlreadyDefault", "cam:SetDefaultPolicyVersion", one(id, 1)},
			"putting an unknown version into force":     {"InvalidParameter.PolicyVersionNotExists", "cam:SetDefaultPolicyVersion", one(id, 9)},
			"putting an unreadable version into force":  {"InvalidParameter.PolicyDocumentError", "cam:SetDefaultPolicyVersion", one(id, broken)},
			"switching a preset":                        {"InvalidParameter.ParamError", "cam:SetDefaultPolicyVersion", one(administrator, 1)},
			"switching policy 0":                        {"InvalidParameter.PolicyIdError", "cam:SetDefaultPolicyVersion", one(0, 1)},
			"switching no policy":                       {"InvalidParameter.PolicyIdNotExist", "cam:SetDefaultPolicyVersion", one(id+1, 1)},
			"deleting the version in force":             {"FailedOperation.PolicyVersionAlreadyDefault", "cam:DeletePolicyVersion", some(id, 2, 1)},
			"deleting an unknown version":               {"InvalidParameter.PolicyVersionNotExists", "cam:DeletePolicyVersion", some(id, 2, 9)},
			"deleting no version":                       {"InvalidParameter.ParamError", "cam:DeletePolicyVersion", apitest.P{"PolicyId": id, "VersionId": []int64{}}},
			"deleting the version of a preset":          {"InvalidParameter.ParamError", "cam:DeletePolicyVersion", some(administrator, 1)},
			"deleting a version of no policy":           {"InvalidParameter.PolicyIdNotExist", "cam:DeletePolicyVersion", some(id+1, 1)},
			"deleting a version of policy 0":            {"InvalidParameter.PolicyIdError", "cam:DeletePolicyVersion", some(0, 1)},
			"showing an unknown version":                {"InvalidParameter.PolicyVersionNotExists", "cam:GetPolicyVersion", one(id, 9)},
			"showing another version of a preset":       {"InvalidParameter.PolicyVersionNotExists", "cam:GetPolicyVersion", one(administrator, 2)},
			"showing a version of no policy":            {"ResourceNotFound.PolicyIdNotFound", "cam:GetPolicyVersion", one(id+1, 1)},
			"showing a version of policy 0":             {"InvalidParameter.PolicyIdError", "cam:GetPolicyVersion", one(0, 1)},
			"listing the versions of no policy":         {"InvalidParameter.PolicyIdNotExist", "cam:ListPolicyVersions", apitest.P{"PolicyId": id + 1}},
		} {
			t.Run(name, func(t *testing.T) { root.Fails(t, c.code, c.action, c.params) })
		}
		t.Run("to another account the policy is not there", func(t *testing.T) {
			other.Fails(t, "InvalidParameter.PolicyIdNotExist", "cam:CreatePolicyVersion", create(id))
			other.Fails(t, "InvalidParameter.PolicyIdNotExist", "cam:SetDefaultPolicyVersion", one(id, 2))
			other.Fails(t, "InvalidParameter.PolicyIdNotExist", "cam:DeletePolicyVersion", some(id, 2))
			other.Fails(t, "InvalidParameter.PolicyIdNotExist", "cam:ListPolicyVersions", apitest.P{"PolicyId": id})
			other.Fails(t, "ResourceNotFound.PolicyIdNotFound", "cam:GetPolicyVersion", one(id, 1))
		})
		same(t, root.Must(t, "cam:ListPolicyVersions", apitest.P{"PolicyId": id}), "Versions", "VersionId", 1, 2, 3)
	})
}
