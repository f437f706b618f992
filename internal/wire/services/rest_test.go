package services_test

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hufu-iam/hufu/internal/wire"
	eiam "github.com/hufu-iam/hufu/internal/wire/eiamv2"
	"github.com/hufu-iam/hufu/internal/wire/services"
)

func TestEveryEndpointIsDeclared(t *testing.T) {
	counts := map[string]int{}
	for _, s := range services.REST {
		counts[s.Name] = len(s.Actions)
		if s.Style != wire.REST || s.Base == "" || !slices.IsSorted(s.Common) {
			t.Errorf("%s is no service of methods and paths", s.Name)
		}
		for _, a := range s.Actions {
			if s.Action(a.Name) != a || a.Service != s.Name || a.Version != s.Version || !a.Late || a.Permission != "" {
				t.Errorf("%s is not found under its own name, or not as an endpoint", a.Name)
			}
			tree := a.Gather(nil, nil, nil, nil)
			a.Decode(tree)
			if err := a.CheckParameters(tree); err != nil && !a.ErrorListed(err.(*wire.Error).Code) {
				t.Errorf("%s does not list %v", a.Name, err)
			}
		}
	}
	if diff := cmp.Diff(map[string]int{"eiam": 76}, counts); diff != "" {
		t.Error(diff)
	}
	for _, s := range services.Services {
		if s.Style == wire.REST || slices.Contains(services.REST, s) {
			t.Errorf("%s is among the services of API 3.0", s.Name)
		}
	}
}

func TestPathsAreWellFormed(t *testing.T) {
	segment := regexp.MustCompile(`^([a-z-]+|\{[a-z_]+\})$`)
	for _, s := range services.REST {
		for _, a := range s.Actions {
			for part := range strings.SplitSeq(strings.TrimPrefix(a.Path, "/"), "/") {
				if !segment.MatchString(part) {
					t.Errorf("%s has the segment %q", a.Name, part)
				}
				if name, ok := strings.CutPrefix(part, "{"); ok {
					if m := a.Input.Member(strings.TrimSuffix(name, "}")); m == nil || m.In != wire.InPath {
						t.Errorf("%s has no member for %s", a.Name, part)
					}
				}
			}
		}
	}
}

func TestSecretsOfEndpointsAreMarked(t *testing.T) {
	secret := regexp.MustCompile(`(password|secret|(access|id)_token|identity_number)$`)
	for _, s := range services.REST {
		for _, a := range s.Actions {
			for _, m := range a.Input.Members {
				if secret.MatchString(m.Name) && m.Kind == wire.String && !m.Secret {
					t.Errorf("%s.%s is not secret", a.Name, m.Name)
				}
			}
		}
	}
}

// gather makes the tree of one request from its parts.
func gather(t *testing.T, action string, path map[string]string, query, body string) (*wire.Action, *wire.Value) {
	t.Helper()
	a := eiam.Service.Action(action)
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := wire.ParseJSON([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return a, a.Gather(path, values, nil, parsed)
}

func TestARequestOfAnEndpointFromItsPartsToGo(t *testing.T) {
	a, tree := gather(t, "UpdateUser", map[string]string{"user_id": "20220825141325371-0A1B-012345678"}, "", `{
		"name": "", "email": null, "extension": {"age": "18"}, "unheard_of": 1,
		"user_org_relation_list": [{"orgCode": "rd", "relationType": "1"}, {"org_code": "qa", "relation_type": 0}]}`)
	if err := a.CheckParameters(tree); err != nil {
		t.Fatal(err)
	}
	want := &eiam.UpdateUserRequest{
		UserId: "20220825141325371-0A1B-012345678", Name: new(""), Extension: json.RawMessage(`{"age":"18"}`),
		UserOrgRelationList: []eiam.UserOrganizationCode{
			{OrgCode: new("rd"), RelationType: new(int64(1))}, {OrgCode: new("qa"), RelationType: new(int64(0))},
		},
	}
	if diff := cmp.Diff(want, a.Decode(tree)); diff != "" {
		t.Error(diff)
	}
	record := `{"user_id":"20220825141325371-0A1B-012345678","name":"","user_org_relation_list":[{"org_code":"rd","relation_type":1},` +
		`{"org_code":"qa","relation_type":0}],"extension":"***"}`
	if got := wire.Redact(a.Input, tree, 100); got != record {
		t.Errorf("%s, want %s", got, record)
	}
}

func TestEndpointsAnswerTheDocumentedCodes(t *testing.T) {
	app := map[string]string{"app_id": "a1", "app_user_id": "u1"}
	for _, tc := range []struct {
		name, action string
		path         map[string]string
		query, body  string
		want         string
	}{
		{"binding users", "BindPublicAccountUsers", app, "", `{"user_names":["ann"]}`, ""},
		{"binding without an application", "BindPublicAccountUsers", map[string]string{"app_user_id": "u1"}, "", `{"user_names":["ann"]}`, "APP.0006"},
		{"binding without an account", "BindPublicAccountUsers", map[string]string{"app_id": "a1", "app_user_id": " "}, "", ``, "APP.ACCOUNT.0047"},
		{"binding one name", "BindPublicAccountUsers", app, "", `{"user_names":"ann"}`, "COM.0601"},
		{"binding nobody at all", "BindPublicAccountUsers", app, "", ``, "COM.0601"},
		{"accounts of another type", "ListAccounts", app, "account_type=X&offset=0&limit=10", "", "APP.ACCOUNT.0045"},
		{"accounts of any type", "ListAccounts", app, "account_type=&offset=0&limit=10", "", ""},
		{"accounts without a page", "ListAccounts", app, "", "", "OAP.PAGE.0001"},
		{"a page of roles that is too large", "ListRoles", app, "offset=0&limit=51", "", "Idaas.TENANT-COMMON-0005"},
		{"a password that is not there", "ChangePassword", map[string]string{"user_id": "u1"}, "", `{"pwd_must_modify":"false"}`, "PWD.0001"},
		{"another way of sending", "ResetPassword", map[string]string{"user_id": "u1"}, "send_mode=PIGEON", "", "MSG.0004"},
		{"a category that is blank", "CreateOrganization", nil, "", `{"code":"rd","name":"R&D","category":" "}`, "ORG.0011"},
		{"an organization", "CreateOrganization", nil, "", `{"code":"rd-研发","name":"R&D 研发","parent_id":"","sequence":"3"}`, ""},
		{"a user with ten organizations", "CreateUser", nil, "", `{"user_name":"ann","user_org_relation_list":[{},{},{},{},{},{},{},{},{},{}]}`, "COM.0601"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a, tree := gather(t, tc.action, tc.path, tc.query, tc.body)
			got := ""
			if err := a.CheckParameters(tree); err != nil {
				got = err.(*wire.Error).Code
			}
			if got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestAnswersOfEndpoints(t *testing.T) {
	for _, tc := range []struct {
		name   string
		answer wire.Response
		want   string
	}{
		{"what is not set is null, an extension is empty", &eiam.GetOrganizationResponse{OrgId: "o", Name: "n", Category: "c", OrgCode: "rd"},
			`{"org_id":"o","parent_id":null,"name":"n","category":"c","org_code":"rd","sequence":null,"disabled":false,"created_at":"","updated_at":"","extension":{}}`},
		{"an extension is kept as it is", &eiam.GetAppOrganizationResponse{Extension: json.RawMessage(`{"b":1.0,"a":[]}`)},
			`{"org_id":"","org_code":"","name":"","parent_id":null,"disabled":false,"extension":{"b":1.0,"a":[]}}`},
		{"empty groups are left out of a page", &eiam.ListRolePermissionsResponse{Total: 1, Size: 10, List: []eiam.RolePermissions{
			{RoleId: "r", DataPerms: []eiam.PermissionReference{{Id: "d"}}}, {RoleId: "s"},
		}}, `{"number":0,"total":1,"size":10,"list":[{"roleId":"r","dataPerms":[{"id":"d","remoteId":null}]},{"roleId":"s"}]}`},
		{"and are there in the answer about one", &eiam.GetRolePermissionsResponse{}, `{"funcPerms":[],"dataPerms":[]}`},
		{"nothing", &eiam.DeleteUserResponse{}, `{}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := string(tc.answer.AppendJSON(nil)); got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}
