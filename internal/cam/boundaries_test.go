package cam_test

import (
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
)

func TestBoundaryOfAUserLimitsAtOnce(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		reads := newPolicy(t, root, "reads", allowText("cam:List*"))
		ann := root.User(t, "ann", administrator)
		get := func() *apitest.Answer {
			return root.Must(t, "cam:GetUserPermissionBoundary", apitest.P{"TargetUin": ann.UIN})
		}
		if a := get(); a.At("PolicyId") != nil || a.At("PolicyName") != nil || a.At("PolicyDocument") != nil || a.At("PolicyType") != nil || a.At("CreateMode") != nil {
			t.Errorf("without a boundary all members are null: %s", a.Raw)
		}
		put := func(id int64) {
			t.Helper()
			root.Must(t, "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": ann.UIN, "PolicyId": id})
		}
		ann.Must(t, "cam:GetUser", apitest.P{"Name": "ann"})
		put(reads)
		ann.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:GetUser", apitest.P{"Name": "ann"})
		ann.Must(t, "cam:ListUsers", nil)
		put(reads) // again
		if a := get(); a.Int("PolicyId") != reads || a.Str("PolicyName") != "reads" || a.Int("PolicyType") != 1 || a.Int("CreateMode") != 2 ||
			a.Str("PolicyDocument") != `{"strategyInfo":`+allowText("cam:List*")+`}` {
			t.Errorf("the boundary is %s", a.Raw)
		}
		root.Must(t, "cam:UpdatePolicy", apitest.P{"PolicyId": reads, "PolicyDocument": `{"strategyInfo":` + allowText("cam:GetUser") + `}`})
		ann.Must(t, "cam:GetUser", apitest.P{"Name": "ann"})
		ann.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:ListUsers", nil)
		if a := get(); a.Str("PolicyDocument") != `{"strategyInfo":`+allowText("cam:GetUser")+`}` {
			t.Errorf("what was written in the envelope is shown as %s", a.Raw)
		}
		put(camReadOnly)
		ann.Must(t, "cam:ListUsers", nil)
		ann.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:CreateGroup", apitest.P{"GroupName": "g"})
		if a := get(); a.Int("PolicyId") != camReadOnly || a.Int("PolicyType") != 2 || a.Str("PolicyName") != "QcloudCamReadOnlyAccess" {
			t.Errorf("a preset as boundary is %s", a.Raw)
		}
		root.Must(t, "cam:DetachUserPolicy", apitest.P{"DetachUin": ann.UIN, "PolicyId": administrator})
		ann.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:ListUsers", nil) // a boundary grants nothing
		root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": ann.UIN, "PolicyId": administrator})
		for range 2 {
			root.Must(t, "cam:DeleteUserPermissionsBoundary", apitest.P{"TargetUin": ann.UIN})
		}
		ann.Must(t, "cam:CreateGroup", apitest.P{"GroupName": "g"})
		if a := get(); a.At("PolicyId") != nil {
			t.Errorf("the boundary is still %s", a.Raw)
		}
	})
}

func TestBoundaryOfARoleLimitsItsSessionsAtOnce(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		root := a.Root
		reads := newPolicy(t, root, "reads", allowText("cam:List*"))
		id := role(t, a, "worker")
		root.Must(t, "cam:AttachRolePolicy", apitest.P{"AttachRoleId": id, "PolicyId": administrator})
		s := root.User(t, "ann", administrator).Must(t, "sts:AssumeRole", apitest.P{"RoleArn": "qcs::cam::uin/" + text(a.UIN) + ":roleName/worker", "RoleSessionName": "shift"})
		session := w.Client(s.Str("Credentials.TmpSecretId"), s.Str("Credentials.TmpSecretKey"), s.Str("Credentials.Token"))
		session.Must(t, "cam:ListGroups", nil)
		session.Must(t, "cam:GetUser", apitest.P{"Name": "ann"})
		root.Must(t, "cam:PutRolePermissionsBoundary", apitest.P{"RoleName": "worker", "PolicyId": reads})
		session.Must(t, "cam:ListGroups", nil)
		session.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:GetUser", apitest.P{"Name": "ann"})
		if b := root.Must(t, "cam:GetRolePermissionBoundary", apitest.P{"RoleId": id}); b.Int("PolicyId") != reads || b.Str("PolicyDocument") != `{"strategyInfo":`+allowText("cam:List*")+`}` {
			t.Errorf("the boundary is %s", b.Raw)
		}
		root.Fails(t, "InvalidParameter.ParamError", "cam:DeletePolicy", apitest.P{"PolicyId": []int64{reads}})
		for range 2 {
			root.Must(t, "cam:DeleteRolePermissionsBoundary", apitest.P{"RoleId": id})
		}
		session.Must(t, "cam:GetUser", apitest.P{"Name": "ann"})
		if b := root.Must(t, "cam:GetRolePermissionBoundary", apitest.P{"RoleId": id}); b.At("PolicyId") != nil || b.At("PolicyDocument") != nil {
			t.Errorf("the boundary is still %s", b.Raw)
		}
		root.Must(t, "cam:DeletePolicy", apitest.P{"PolicyId": []int64{reads}})
	})
}

func TestBoundaryActionsRefuse(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, b := w.Account(t), w.Account(t)
		root := a.Root
		own, foreign := newPolicy(t, root, "own", allowText("a:b")), newPolicy(t, b.Root, "foreign", allowText("a:b"))
		ann := root.User(t, "ann").UIN
		contact, _ := receiver(t, w, root, "contact")
		stranger := b.Root.User(t, "stranger").UIN
		r, linked, foreignRole := role(t, a, "r"), role(t, a, "linked"), role(t, b, "r")
		execute(t, w, `UPDATE roles SET kind = 'service_linked' WHERE name = 'linked'`)
		for name, c := range map[string]struct {
			code, action string
			params       apitest.P
		}{
			"the root":                            {"InvalidParameter.UserNotExist", "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": a.UIN, "PolicyId": own}},
			"a contact":                           {"InvalidParameter.UserNotExist", "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": contact, "PolicyId": own}},
			"a user of another account":           {"InvalidParameter.UserNotExist", "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": stranger, "PolicyId": own}},
			"a policy of another account":         {"InvalidParameter.PolicyIdNotExist", "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": ann, "PolicyId": foreign}},
			"policy 0":                            {"InvalidParameter.PolicyIdNotExist", "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": ann, "PolicyId": 0}},
			"the policy of a product's role":      {"InvalidParameter.ServiceLinkedPolicyCantInPermissionBoundary", "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": ann, "PolicyId": ofAServiceLinked}},
			"no role named":                       {"InvalidParameter.ParamError", "cam:PutRolePermissionsBoundary", apitest.P{"PolicyId": own}},
			"a role of another account":           {"InvalidParameter.RoleNotExist", "cam:PutRolePermissionsBoundary", apitest.P{"RoleId": foreignRole, "PolicyId": own}},
			"an unknown role name":                {"InvalidParameter.RoleNotExist", "cam:PutRolePermissionsBoundary", apitest.P{"RoleName": "R", "PolicyId": own}},
			"the role of a product":               {"InvalidParameter.ServiceLinkedRoleCantUsePermissionBoundary", "cam:PutRolePermissionsBoundary", apitest.P{"RoleId": linked, "PolicyId": own}},
			"an unknown policy for a role":        {"InvalidParameter.PolicyIdNotExist", "cam:PutRolePermissionsBoundary", apitest.P{"RoleId": r, "PolicyId": foreign}},
			"a product's policy for a role":       {"InvalidParameter.ServiceLinkedPolicyCantInPermissionBoundary", "cam:PutRolePermissionsBoundary", apitest.P{"RoleId": r, "PolicyId": ofAServiceLinked}},
			"freeing a user of another account":   {"InvalidParameter.UserNotExist", "cam:DeleteUserPermissionsBoundary", apitest.P{"TargetUin": stranger}},
			"freeing a role of another account":   {"InvalidParameter.RoleNotExist", "cam:DeleteRolePermissionsBoundary", apitest.P{"RoleId": foreignRole}},
			"freeing the role of a product":       {"InvalidParameter.ServiceLinkedRoleCantUsePermissionBoundary", "cam:DeleteRolePermissionsBoundary", apitest.P{"RoleName": "linked"}},
			"freeing no role":                     {"InvalidParameter.ParamError", "cam:DeleteRolePermissionsBoundary", apitest.P{}},
			"showing a user of another account":   {"InvalidParameter.ParamError", "cam:GetUserPermissionBoundary", apitest.P{"TargetUin": stranger}},
			"showing the root":                    {"InvalidParameter.ParamError", "cam:GetUserPermissionBoundary", apitest.P{"TargetUin": a.UIN}},
			"showing a role of another account":   {"InvalidParameter.ParamError", "cam:GetRolePermissionBoundary", apitest.P{"RoleId": foreignRole}},
			"showing a role that is not a number": {"InvalidParameter.ParamError", "cam:GetRolePermissionBoundary", apitest.P{"RoleId": "r"}},
			"showing a role without an id":        {"InvalidParameter.ParamError", "cam:GetRolePermissionBoundary", apitest.P{"RoleId": ""}},
		} {
			t.Run(name, func(t *testing.T) { root.Fails(t, c.code, c.action, c.params) })
		}
		if n := storedNumber(t, w, `SELECT (SELECT COUNT(*) FROM users WHERE boundary IS NOT NULL) + (SELECT COUNT(*) FROM roles WHERE boundary IS NOT NULL)`); n != 0 {
			t.Errorf("%d boundaries were set", n)
		}
	})
}

func TestABoundaryEndsWithWhomItBounds(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		root := a.Root
		id := newPolicy(t, root, "bound", allowText("a:b"))
		uin := root.Must(t, "cam:AddUser", apitest.P{"Name": "ann"}).Int("Uin")
		root.Must(t, "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": uin, "PolicyId": id})
		root.Must(t, "cam:PutRolePermissionsBoundary", apitest.P{"RoleId": role(t, a, "r"), "PolicyId": id})
		remove := apitest.P{"PolicyId": []int64{id}}
		root.Fails(t, "InvalidParameter.ParamError", "cam:DeletePolicy", remove)
		root.Must(t, "cam:DeleteUser", apitest.P{"Name": "ann"})
		root.Fails(t, "InvalidParameter.ParamError", "cam:DeletePolicy", remove)
		root.Must(t, "cam:DeleteRole", apitest.P{"RoleName": "r"})
		root.Must(t, "cam:DeletePolicy", apitest.P{"PolicyId": []int64{id}})
	})
}
