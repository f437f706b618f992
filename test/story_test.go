package test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	cam "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cam/v20190116"
	tcerr "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	sts "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sts/v20180813"
)

// TestStory is the life of one customer of an account, in each form in which the official SDK signs. Every form has
// a root account of its own, so the stories run beside each other under the published rates.
func TestStory(t *testing.T) {
	onServer(t, nil, func(t *testing.T, s *server) {
		var wait sync.WaitGroup // beside each other, not t.Parallel, which would only run as many as there are processors
		for _, f := range sdkForms {
			root := s.createAccount(t, f.name)
			wait.Go(func() { t.Run(f.name, func(t *testing.T) { tell(t, &teller{server: s, form: f, root: root}) }) })
		}
		wait.Wait()
	})
}

// teller has what the chapters of a story share.
type teller struct {
	*server
	form sdkForm
	root account
}

func ptr[T any](v T) *T { return &v }

// good holds a call to success.
func good[T any](t testing.TB) func(*T, error) *T {
	return func(answer *T, err error) *T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
}

// failure is the code and message of an SDK's error, empty for none.
func failure(t testing.TB, err error) (code, message string) {
	t.Helper()
	if err == nil {
		return "", ""
	}
	e, ok := errors.AsType[*tcerr.TencentCloudSDKError](err)
	if !ok {
		t.Fatalf("not an error of the API: %v", err)
	}
	return e.GetCode(), e.GetMessage()
}

const denied = "AuthFailure.UnauthorizedOperation"

func tell(t *testing.T, s *teller) {
	root := s.sdk(t, s.form, s.root.credential())
	const (
		mayRead   = `{"version":"2.0","statement":[{"effect":"allow","action":["cam:GetUser","cam:ListUsers"],"resource":"*"}]}`
		mayList   = `{"version":"2.0","statement":[{"effect":"allow","action":"cam:ListUsers","resource":"*"}]}`
		mayAssume = `{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole","resource":"qcs::cam::uin/%d:roleName/reader"}]}`
		trust     = `{"version":"2.0","statement":[{"effect":"allow","action":"name/sts:AssumeRole","principal":{"qcs":["qcs::cam::uin/%d:root"]}}]}`
	)
	createPolicy := func(name, document string) *uint64 {
		t.Helper()
		r := cam.NewCreatePolicyRequest()
		r.PolicyName, r.PolicyDocument, r.Description = &name, &document, ptr("a story, with & and = and 中文")
		return good[cam.CreatePolicyResponse](t)(root.cam.CreatePolicy(r)).Response.PolicyId
	}
	attach := func(policy, uin *uint64) {
		t.Helper()
		r := cam.NewAttachUserPolicyRequest()
		r.PolicyId, r.AttachUin = policy, uin
		good[cam.AttachUserPolicyResponse](t)(root.cam.AttachUserPolicy(r))
	}
	detach := func(policy, uin *uint64) {
		t.Helper()
		r := cam.NewDetachUserPolicyRequest()
		r.PolicyId, r.DetachUin = policy, uin
		good[cam.DetachUserPolicyResponse](t)(root.cam.DetachUserPolicy(r))
	}

	// A user with a key, who may do nothing.
	add := cam.NewAddUserRequest()
	add.Name, add.Remark, add.UseApi, add.ConsoleLogin = ptr("alice"), ptr("爱丽丝 & co = 1"), ptr(uint64(1)), ptr(uint64(1))
	made := good[cam.AddUserResponse](t)(root.cam.AddUser(add)).Response
	if *made.Name != "alice" || *made.SecretId == "" || *made.SecretKey == "" || *made.Password == "" || *made.Uin == 0 || *made.Uid == 0 {
		t.Errorf("AddUser answers %+v", made)
	}
	uin := made.Uin
	alice := s.sdk(t, s.form, credential{id: *made.SecretId, key: *made.SecretKey})
	get := func() *cam.GetUserRequest { // a new one for each call: the SDK keeps a session's token in the request
		r := cam.NewGetUserRequest()
		r.Name = ptr("alice")
		return r
	}
	may := func(who sdk, code string, pieces ...string) {
		t.Helper()
		answer, err := who.cam.GetUser(get())
		got, message := failure(t, err)
		switch {
		case got != code:
			t.Fatalf("GetUser: got %q (%s), want %q", got, message, code)
		case code == "" && (*answer.Response.Uin != *uin || *answer.Response.Remark != *add.Remark):
			t.Errorf("GetUser answers %+v", answer.Response)
		}
		for _, piece := range pieces {
			if !strings.Contains(message, piece) {
				t.Errorf("the denial %q does not contain %q", message, piece)
			}
		}
	}
	may(alice, denied, "operation (cam:GetUser)", "resource (*) has no permission", `"result":"implicit_deny"`)
	me := good[sts.GetCallerIdentityResponse](t)(alice.sts.GetCallerIdentity(sts.NewGetCallerIdentityRequest())).Response
	if want := fmt.Sprintf("qcs::cam:%d:uin/%d", s.root.UIN, *uin); *me.Arn != want || *me.Type != "CAMUser" {
		t.Errorf("GetCallerIdentity answers %s %s, want %s", *me.Type, *me.Arn, want)
	}

	// A policy gives the permission at once.
	reading := createPolicy("reading", mayRead)
	attach(reading, uin)
	may(alice, "")

	// The permission moves to a group.
	group := cam.NewCreateGroupRequest()
	group.GroupName = ptr("readers")
	groupID := good[cam.CreateGroupResponse](t)(root.cam.CreateGroup(group)).Response.GroupId
	toGroup := cam.NewAttachGroupPolicyRequest()
	toGroup.PolicyId, toGroup.AttachGroupId = reading, groupID
	good[cam.AttachGroupPolicyResponse](t)(root.cam.AttachGroupPolicy(toGroup))
	join := cam.NewAddUserToGroupRequest()
	join.Info = []*cam.GroupIdOfUidInfo{{GroupId: groupID, Uin: uin}}
	good[cam.AddUserToGroupResponse](t)(root.cam.AddUserToGroup(join))
	detach(reading, uin)
	may(alice, "")
	rows := cam.NewListAttachedUserAllPoliciesRequest()
	rows.TargetUin, rows.Page, rows.Rp, rows.AttachType = uin, ptr(uint64(1)), ptr(uint64(20)), ptr(uint64(0))
	if all := good[cam.ListAttachedUserAllPoliciesResponse](t)(root.cam.ListAttachedUserAllPolicies(rows)).Response; *all.TotalNum != 1 ||
		*all.PolicyList[0].PolicyId != strconv.FormatUint(*reading, 10) || len(all.PolicyList[0].Groups) != 1 || *all.PolicyList[0].Groups[0].GroupName != "readers" {
		t.Errorf("ListAttachedUserAllPolicies answers %+v", all)
	}

	// A permissions boundary shrinks it.
	listing := createPolicy("listing", mayList)
	bound := cam.NewPutUserPermissionsBoundaryRequest()
	bound.TargetUin, bound.PolicyId = ptr(int64(*uin)), ptr(int64(*listing))
	good[cam.PutUserPermissionsBoundaryResponse](t)(root.cam.PutUserPermissionsBoundary(bound))
	may(alice, denied, `"result":"boundary"`)
	good[cam.ListUsersResponse](t)(alice.cam.ListUsers(cam.NewListUsersRequest()))
	unbound := cam.NewDeleteUserPermissionsBoundaryRequest()
	unbound.TargetUin = ptr(int64(*uin))
	good[cam.DeleteUserPermissionsBoundaryResponse](t)(root.cam.DeleteUserPermissionsBoundary(unbound))
	may(alice, "")

	// What is taken away is gone at once.
	fromGroup := cam.NewDetachGroupPolicyRequest()
	fromGroup.PolicyId, fromGroup.DetachGroupId = reading, groupID
	good[cam.DetachGroupPolicyResponse](t)(root.cam.DetachGroupPolicy(fromGroup))
	may(alice, denied)
	_, err := alice.cam.ListUsers(cam.NewListUsersRequest())
	if code, _ := failure(t, err); code != denied {
		t.Errorf("ListUsers: %v", err)
	}

	// A role: whoever assumes it reads. The user must be trusted, and must be allowed.
	create := cam.NewCreateRoleRequest()
	create.RoleName, create.PolicyDocument = ptr("reader"), ptr(fmt.Sprintf(trust, s.root.UIN))
	create.Tags = []*cam.RoleTags{{Key: ptr("team"), Value: ptr("平台")}, {Key: ptr("cost"), Value: ptr("a=b&c")}}
	roleID := good[cam.CreateRoleResponse](t)(root.cam.CreateRole(create)).Response.RoleId
	roleGets := cam.NewAttachRolePolicyRequest()
	roleGets.PolicyId, roleGets.AttachRoleId = reading, roleID
	good[cam.AttachRolePolicyResponse](t)(root.cam.AttachRolePolicy(roleGets))
	const duration = 2
	assume := sts.NewAssumeRoleRequest()
	assume.RoleArn, assume.RoleSessionName, assume.DurationSeconds = ptr(fmt.Sprintf("qcs::cam::uin/%d:roleName/reader", s.root.UIN)), ptr("alice-at-work"), ptr(uint64(duration))
	_, err = alice.sts.AssumeRole(assume)
	if code, _ := failure(t, err); code != denied {
		t.Errorf("AssumeRole without permission: %v, want %s", err, denied)
	}
	assuming := createPolicy("assuming", fmt.Sprintf(mayAssume, s.root.UIN))
	attach(assuming, uin)
	began := time.Now()
	token := good[sts.AssumeRoleResponse](t)(alice.sts.AssumeRole(assume)).Response
	if ends, err := time.Parse(time.RFC3339, *token.Expiration); err != nil || ends.Unix() != *token.ExpiredTime || !strings.HasSuffix(*token.Expiration, "Z") {
		t.Errorf("AssumeRole answers Expiration %s, ExpiredTime %d", *token.Expiration, *token.ExpiredTime)
	}
	if left := *token.ExpiredTime - began.Unix(); left < duration || left > duration+5 {
		t.Errorf("the session ends in %d seconds, want %d", left, duration)
	}
	key := credential{id: *token.Credentials.TmpSecretId, key: *token.Credentials.TmpSecretKey, token: *token.Credentials.Token}
	session := s.sdk(t, s.form, key)
	who := good[sts.GetCallerIdentityResponse](t)(session.sts.GetCallerIdentity(sts.NewGetCallerIdentityRequest())).Response
	if want := fmt.Sprintf("qcs::sts:%d:assumed-role/%s", s.root.UIN, *roleID); *who.Arn != want || *who.Type != "CAMRole" || *who.UserId != *roleID+":alice-at-work" {
		t.Errorf("GetCallerIdentity answers %s %s %s, want %s", *who.Type, *who.Arn, *who.UserId, want)
	}
	may(session, "")
	more := cam.NewAddUserRequest()
	more.Name = ptr("bob")
	_, err = session.cam.AddUser(more)
	if code, _ := failure(t, err); code != denied {
		t.Errorf("AddUser of the session: %v", err)
	}
	for name, c := range map[string]credential{"without its token": {id: key.id, key: key.key}, "with another token": {id: key.id, key: key.key, token: key.token[:len(key.token)-1]}} {
		_, err := s.sdk(t, s.form, c).cam.GetUser(get())
		if code, _ := failure(t, err); code != "AuthFailure.TokenFailure" {
			t.Errorf("the session %s: %v", name, err)
		}
	}
	for code := ""; code == ""; {
		pause()
		asked := time.Now()
		_, err := session.cam.GetUser(get())
		switch code, _ = failure(t, err); {
		case code != "" && code != "AuthFailure.TokenFailure":
			t.Fatalf("the session ends with %v", err)
		case code == "" && asked.Unix() > *token.ExpiredTime:
			t.Fatalf("the session lives on at %v, %d", asked, *token.ExpiredTime)
		case code != "" && time.Now().Unix() < *token.ExpiredTime:
			t.Fatalf("the session ended before its time, at %v, %d", asked, *token.ExpiredTime)
		}
	}

	// A session dies with its role.
	assume.DurationSeconds = ptr(uint64(3600))
	again := good[sts.AssumeRoleResponse](t)(alice.sts.AssumeRole(assume)).Response.Credentials
	orphan := s.sdk(t, s.form, credential{id: *again.TmpSecretId, key: *again.TmpSecretKey, token: *again.Token})
	may(orphan, "")
	gone := cam.NewDeleteRoleRequest()
	gone.RoleName = ptr("reader")
	good[cam.DeleteRoleResponse](t)(root.cam.DeleteRole(gone))
	_, err = orphan.cam.GetUser(get())
	if code, _ := failure(t, err); code != "AuthFailure.TokenFailure" {
		t.Errorf("a session of a deleted role: %v", err)
	}
	_, err = root.cam.DeleteRole(gone)
	if code, _ := failure(t, err); code != "InvalidParameter.RoleNotExist" {
		t.Errorf("DeleteRole again: %v", err)
	}

	// Everything goes.
	policies := cam.NewDeletePolicyRequest()
	policies.PolicyId = []*uint64{reading, listing, assuming}
	good[cam.DeletePolicyResponse](t)(root.cam.DeletePolicy(policies))
	leave := cam.NewDeleteGroupRequest()
	leave.GroupId = groupID
	good[cam.DeleteGroupResponse](t)(root.cam.DeleteGroup(leave))
	remove := cam.NewDeleteUserRequest()
	remove.Name = ptr("alice")
	_, err = root.cam.DeleteUser(remove)
	if code, _ := failure(t, err); code != "OperationDenied.HaveKeys" {
		t.Errorf("DeleteUser with a key: %v", err)
	}
	remove.Force = ptr(uint64(1))
	good[cam.DeleteUserResponse](t)(root.cam.DeleteUser(remove))
	_, err = alice.sts.GetCallerIdentity(sts.NewGetCallerIdentityRequest())
	if code, _ := failure(t, err); code != "AuthFailure.SecretIdNotFound" {
		t.Errorf("the key of a deleted user: %v", err)
	}
	may(root, "ResourceNotFound.UserNotExist")
	if left := good[cam.GetAccountSummaryResponse](t)(root.cam.GetAccountSummary(cam.NewGetAccountSummaryRequest())).Response; *left.Policies != 0 || *left.Roles != 0 || *left.User != 0 || *left.Group != 0 || *left.Member != 0 {
		t.Errorf("there is still %+v", left)
	}
}
