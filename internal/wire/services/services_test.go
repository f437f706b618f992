package services_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/wire"
	cam "github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/services"
	sts "github.com/hufu-iam/hufu/internal/wire/sts20180813"
)

func TestEveryActionIsDeclared(t *testing.T) {
	counts := map[string]int{}
	for _, s := range services.Services {
		counts[s.Name] = len(s.Actions)
		for _, a := range s.Actions {
			if s.Action(a.Name) != a || a.Service != s.Name || a.Version != s.Version {
				t.Errorf("%s is not found under its own name", a.Name)
			}
			a.New().Decode(wire.NewObject())
		}
	}
	if diff := cmp.Diff(map[string]int{"bi": 55, "cam": 95, "hufu": 42, "sts": 7}, counts); diff != "" {
		t.Error(diff)
	}
	if cam.Service.Action("addUser") != nil || cam.Service.Action("") != nil || cam.Service.Action("ZZ") != nil {
		t.Error("an unknown action is found")
	}
}

// TestSecretsAreMarked holds every member whose name speaks of a secret to be masked.
func TestSecretsAreMarked(t *testing.T) {
	var walk func(s *wire.Struct, seen map[*wire.Struct]bool)
	walk = func(s *wire.Struct, seen map[*wire.Struct]bool) {
		if seen[s] {
			return
		}
		seen[s] = true
		for i := range s.Members {
			m := &s.Members[i]
			if m.Struct != nil {
				walk(m.Struct, seen)
			}
			if m.Secret || m.Kind != wire.String {
				continue
			}
			for _, word := range []string{"Password", "SecretKey", "SecretAccess", "Token", "Assertion"} {
				if strings.Contains(m.Name, word) {
					t.Errorf("%s.%s is not secret", s.Name, m.Name)
				}
			}
		}
	}
	for _, s := range services.Services {
		for _, a := range s.Actions {
			walk(a.Input, map[*wire.Struct]bool{})
			walk(a.Output, map[*wire.Struct]bool{})
		}
	}
}

const addUser = `{"Name":"jack","Remark":"jack account","ConsoleLogin":"1","UseApi":1,"Password":"Test123456!x",` +
	`"NeedResetPassword":0,"PhoneNum":"10086","CountryCode":"86","Email":"123@qq.com"}`

func TestAddUserFromBodyToRequest(t *testing.T) {
	a := cam.Service.Action("AddUser")
	v, err := wire.ParseJSON([]byte(addUser))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(wire.Check(a.Input, v), wire.CheckValues(a.Input, v, a.ErrorListed)); err != nil {
		t.Fatal(err)
	}
	in := a.New()
	in.Decode(v)
	want := &cam.AddUserRequest{Name: "jack", Remark: new("jack account"), ConsoleLogin: 1, UseApi: 1, Password: new("Test123456!x"),
		PhoneNum: new("10086"), CountryCode: new("86"), Email: new("123@qq.com")}
	if diff := cmp.Diff(want, in); diff != "" {
		t.Error(diff)
	}
	wantRecord := `{"Name":"jack","Remark":"jack account","ConsoleLogin":1,"UseApi":1,"Password":"***","NeedResetPassword":0,` +
		`"PhoneNum":"10086","CountryCode":"86","Email":"123@qq.com"}`
	if got := wire.Redact(a.Input, v, 64); got != wantRecord {
		t.Error(got)
	}
}

func TestDecodeFillsDefaultsAndNesting(t *testing.T) {
	decode := func(s *wire.Service, action, query string) wire.Request {
		t.Helper()
		a := s.Action(action)
		var list []wire.Param
		for pair := range strings.SplitSeq(query, "&") {
			name, value, _ := strings.Cut(pair, "=")
			list = append(list, wire.Param{Name: name, Value: value})
		}
		v, err := wire.ParseFlattened(list)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(wire.Check(a.Input, v), wire.CheckValues(a.Input, v, a.ErrorListed)); err != nil {
			t.Fatal(err)
		}
		in := a.New()
		in.Decode(v)
		return in
	}
	for _, tc := range []struct{ name, got, want any }{
		{"defaults", decode(cam.Service, "ListPolicies", "Action=ListPolicies"), &cam.ListPoliciesRequest{Page: 1, Rp: 20, Scope: "All"}},
		{"a list of structures", decode(cam.Service, "AddUserToGroup", "Info.0.GroupId=2&Info.0.Uin=3"),
			&cam.AddUserToGroupRequest{Info: []cam.GroupIdOfUidInfo{{GroupId: 2, Uin: new(int64(3))}}}},
		{"a list of numbers", decode(cam.Service, "DeletePolicy", "PolicyId.0=1&PolicyId.1=2"), &cam.DeletePolicyRequest{PolicyId: []int64{1, 2}}},
		{"a structure", decode(cam.Service, "UpdatePasswordRules", "Rules.MinimumLength=8"), &cam.UpdatePasswordRulesRequest{Rules: cam.PassWordRule{MinimumLength: new(int64(8))}}},
		{"an optional structure", decode(cam.Service, "SetMfaFlag", "LoginFlag.Wechat=1"), &cam.SetMfaFlagRequest{LoginFlag: &cam.LoginActionMfaFlag{Wechat: new(int64(1))}}},
		{"a truth value", decode(cam.Service, "CreatePolicyVersion", "PolicyId=1&PolicyDocument=&SetAsDefault=True"), &cam.CreatePolicyVersionRequest{PolicyId: 1, SetAsDefault: true}},
		{"a list of words", decode(cam.Service, "UntagRole", "TagKeys.0=k&RoleName=r"), &cam.UntagRoleRequest{TagKeys: []string{"k"}, RoleName: new("r")}},
		{"a default of sts", decode(sts.Service, "GetFederationToken", "Name=n&Policy=p"), &sts.GetFederationTokenRequest{Name: "n", Policy: "p", DurationSeconds: 1800}},
	} {
		if diff := cmp.Diff(tc.want, tc.got); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
}

func TestAnswersHoldEveryMember(t *testing.T) {
	for _, tc := range []struct {
		name string
		out  wire.Response
		want string
	}{
		{"an empty answer", (*cam.UpdateUserResponse)(nil), `{}`},
		{"zero values and null", &cam.GetUserResponse{}, `{"Uin":0,"Name":"","Uid":0,"Remark":null,"ConsoleLogin":0,"PhoneNum":"","CountryCode":"","Email":"","RecentlyLoginIP":"","RecentlyLoginTime":""}`},
		{"a boundary that is not set", &cam.GetUserPermissionBoundaryResponse{}, `{"PolicyId":null,"PolicyName":null,"PolicyDocument":null,"PolicyType":null,"CreateMode":null}`},
		{"empty lists", &cam.ListPoliciesResponse{}, `{"TotalNum":0,"List":[],"ServiceTypeList":[]}`},
		{"a nested list", &cam.DescribeRoleListResponse{TotalNum: 1, List: []cam.RoleInfo{{RoleId: "4611686018427397905", PolicyDocument: `{"a":"<b>"}`, Tags: []cam.RoleTags{{Key: "k", Value: "v"}}}}},
			`{"List":[{"RoleId":"4611686018427397905","RoleName":"","PolicyDocument":"{\"a\":\"<b>\"}","Description":"","AddTime":"","UpdateTime":"","ConsoleLogin":0,"RoleType":null,` +
				`"SessionDuration":null,"DeletionTaskId":null,"Tags":[{"Key":"k","Value":"v"}],"RoleArn":null}],"TotalNum":1}`},
		{"a structure", &sts.AssumeRoleResponse{Credentials: sts.Credentials{Token: "t"}, ExpiredTime: 5}, `{"Credentials":{"Token":"t","TmpSecretId":"","TmpSecretKey":""},"ExpiredTime":5,"Expiration":""}`},
		{"a structure that may be null", &cam.BuildDataFlowAuthTokenResponse{}, `{"Credentials":null}`},
		{"a truth value", &cam.ListAccountsResponse{IsTruncated: true}, `{"Users":[],"Marker":"","IsTruncated":true}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := string(tc.out.AppendJSON(nil)); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

// product implements one action and has one method of a wrong shape.
type product struct{}

func (product) GetUser(_ context.Context, _ *call.Call, in *cam.GetUserRequest) (*cam.GetUserResponse, error) {
	if in.Name == "" {
		return nil, errors.New("nobody")
	}
	return &cam.GetUserResponse{Name: in.Name}, nil
}

func (product) DeleteUser(context.Context, *cam.DeleteUserRequest) error { return nil }

func TestBind(t *testing.T) {
	handlers := cam.Bind(product{})
	if len(handlers) != 1 {
		t.Fatalf("%d handlers", len(handlers))
	}
	out, err := handlers["GetUser"](t.Context(), nil, &cam.GetUserRequest{Name: "n"})
	if err != nil || out.(*cam.GetUserResponse).Name != "n" {
		t.Errorf("got %v, %v", out, err)
	}
	if out, err := handlers["GetUser"](t.Context(), nil, &cam.GetUserRequest{}); err == nil || out != nil {
		t.Errorf("an error comes with the answer %v", out)
	}
	missing := cam.Service.Missing(func(action string) bool { return handlers[action] != nil })
	if slices.Contains(missing, "GetUser") || !slices.Contains(missing, "DeleteUser") || slices.Contains(missing, "CreateSAMLProvider") {
		t.Error(missing)
	}
}

// TestRules walks the value rules that clients meet most.
func TestRules(t *testing.T) {
	for _, tc := range []struct{ service, action, body, want string }{
		{"cam", "AddUser", `{"Name":"a b"}`, code.InvalidParameterUserNameIllegal},
		{"cam", "AddUser", `{"Name":""}`, code.InvalidParameterUserNameIllegal},
		{"cam", "AddUser", `{"Name":"张三[x]&+=,.@_-"}`, ""},
		{"cam", "AddUser", `{"Name":"a","ConsoleLogin":2}`, code.InvalidParameterParamError},
		{"cam", "AddUser", `{"Name":"a","Email":"nobody"}`, code.InvalidParameterParamError},
		{"cam", "UpdateUser", `{"Name":"a","Email":"","PhoneNum":"","Remark":""}`, ""},
		{"cam", "UpdateUser", `{"Name":"a","ConsoleLogin":2}`, code.InvalidParameter},
		{"cam", "DescribeSubAccounts", `{"FilterSubAccountUin":[]}`, code.InvalidParameter},
		{"cam", "GetSecurityLastUsed", `{"SecretIdList":["1","2","3","4","5","6","7","8","9","10","11"]}`, code.InvalidParameter},
		{"cam", "CreatePolicy", `{"PolicyName":"a/b","PolicyDocument":""}`, code.InvalidParameterPolicyNameError},
		{"cam", "CreatePolicy", `{"PolicyName":"a","PolicyDocument":"","Description":"` + strings.Repeat("中", 101) + `"}`, code.InvalidParameterDescriptionLengthOverlimit},
		{"cam", "CreatePolicy", `{"PolicyName":"a","PolicyDocument":""}`, ""},
		{"cam", "GetPolicy", `{"PolicyId":0}`, code.InvalidParameterPolicyIdError},
		{"cam", "ListPolicies", `{"Rp":200,"Page":200,"Scope":"QCS"}`, ""},
		{"cam", "ListPolicies", `{"Rp":201}`, code.InvalidParameterParamError},
		{"cam", "ListPolicies", `{"Page":201}`, code.InvalidParameterParamError},
		{"cam", "ListPolicies", `{"Scope":"Mine"}`, code.InvalidParameterScopeError},
		{"cam", "ListGroups", `{"Rp":0}`, code.FailedOperation},
		{"cam", "ListGroups", `{"Rp":-1}`, code.InvalidParameterValue},
		{"cam", "ListEntitiesForPolicy", `{"PolicyId":1,"EntityFilter":"Robot"}`, code.InvalidParameterEntityFilterError},
		{"cam", "CreateRole", `{"RoleName":"a","PolicyDocument":"","SessionDuration":43201}`, code.InvalidParameterParamError},
		{"cam", "CreateRole", `{"RoleName":"a","PolicyDocument":"","Tags":[{"Key":"","Value":""}]}`, code.InvalidParameterTagParamError},
		{"cam", "DescribeRoleList", `{"Page":1,"Rp":1,"Tags":[{"Key":"","Value":""}]}`, code.InvalidParameterParamError},
		{"cam", "UpdateRoleDescription", `{"Description":""}`, ""},
		{"cam", "UpdateAccessKey", `{"AccessKeyId":"x","Status":"active"}`, code.InvalidParameterParamError},
		{"cam", "DeletePolicy", `{"PolicyId":[` + strings.Repeat("1,", 100) + `1]}`, code.InvalidParameterOperatePoliciesOverLimit},
		{"cam", "UpdatePasswordRules", `{"Rules":{"ForcePasswordChange":366}}`, code.InvalidParameterPasswordRuleError},
		{"sts", "AssumeRole", `{"RoleArn":"x","RoleSessionName":"a"}`, code.InvalidParameterParamError},
		{"sts", "AssumeRole", `{"RoleArn":"x","RoleSessionName":"ab","DurationSeconds":43201}`, code.InvalidParameterOverTimeError},
		{"sts", "GetFederationToken", `{"Name":"a","Policy":"","DurationSeconds":129601}`, code.InvalidParameterOverTimeError},
	} {
		i := slices.IndexFunc(services.Services, func(s *wire.Service) bool { return s.Name == tc.service })
		a := services.Services[i].Action(tc.action)
		v, err := wire.ParseJSON([]byte(tc.body))
		if err == nil {
			err = wire.Check(a.Input, v)
		}
		if err != nil {
			t.Fatalf("%s %s: %v", tc.action, tc.body, err)
		}
		got := ""
		if e, ok := errors.AsType[*wire.Error](wire.CheckValues(a.Input, v, a.ErrorListed)); ok {
			got = e.Code
		}
		if got != tc.want {
			t.Errorf("%s %.80s: code %q, want %q", tc.action, tc.body, got, tc.want)
		}
		if got != "" && !a.ErrorListed(got) {
			t.Errorf("%s does not list %s", tc.action, got)
		}
	}
}

func BenchmarkAddUserBodyToRequest(b *testing.B) {
	a := cam.Service.Action("AddUser")
	body := []byte(addUser)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		v, err := wire.ParseJSON(body)
		if err != nil {
			b.Fatal(err)
		}
		if err := wire.Check(a.Input, v); err != nil {
			b.Fatal(err)
		}
		a.New().Decode(v)
	}
}

func BenchmarkAddUserValueRules(b *testing.B) {
	a := cam.Service.Action("AddUser")
	v, err := wire.ParseJSON([]byte(addUser))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := wire.CheckValues(a.Input, v, a.ErrorListed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGetUserAnswer(b *testing.B) {
	out := &cam.GetUserResponse{Uin: 100000000001, Name: "jack", Uid: 1001774, Remark: new("jack account"), ConsoleLogin: 1, PhoneNum: "10086", CountryCode: "86", Email: "123@qq.com"}
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		buf = wire.AppendResponse(buf[:0], out, "3a2e7f1c-9b0d-4a53-8a77-2f1f3f0f8d55")
	}
}

func BenchmarkAddUserRedact(b *testing.B) {
	a := cam.Service.Action("AddUser")
	v, err := wire.ParseJSON([]byte(addUser))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		wire.Redact(a.Input, v, 256)
	}
}
