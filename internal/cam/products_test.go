package cam_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/catalogue"
	"github.com/hufu-iam/hufu/internal/wire/services"
)

// registered is a product that an operator registered, complete or not.
const registered = `service: SERVICE
title: {en: The workshop}
level: resource
complete: COMPLETE
resources:
  - {prefix: tool, template: "qcs::SERVICE:${region}:uin/${owner}:tool/${id}"}
actions:
  - {name: ListTools, access: list, level: operation}
  - {name: LendTool, access: write, resources: [tool]}
permissions:
  - {name: OpenDoor, access: write, level: operation}
`

// products are those of hufu, a complete workshop, and a yard whose manifest is not complete.
func products(t *testing.T, strict bool) *catalogue.Catalogue {
	t.Helper()
	dir := t.TempDir()
	var files []string
	for service, complete := range map[string]string{"workshop": "true", "yard": "false"} {
		file := filepath.Join(dir, service+".yaml")
		if err := os.WriteFile(file, []byte(strings.NewReplacer("SERVICE", service, "COMPLETE", complete).Replace(registered)), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	c, err := catalogue.Load(services.Services, catalogue.Config{Files: files, Strict: strict})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPoliciesAreCheckedAgainstRegisteredProducts(t *testing.T) {
	cases := []struct {
		name, action, resource string
		code, strict           string // the answers without and with --strict-products
	}{
		{"an action", "workshop:LendTool", "qcs::workshop:gz::tool/1", "", ""},
		{"a permission without API", "workshop:OpenDoor", "*", "", ""},
		{"actions by pattern", "workshop:Lend*", "qcs::workshop:::*", "", ""},
		{"a misspelt action", "workshop:LendTools", "*", "ActionNotExist", "ActionNotExist"},
		{"an action in other letters", "name/workshop:lendTool", "*", "ActionNotExist", "ActionNotExist"},
		{"a type of resource that it has not", "workshop:LendTool", "qcs::workshop:::hammer/1", "NotSupportProduct", "NotSupportProduct"},
		{"an unlisted action of a product that is not complete", "yard:Sweep", "qcs::yard:::corner/1", "", ""},
		{"an unlisted action of a queue", "cmqqueue:Sendmessages", "qcs::cmqqueue:::queueName/uin/${uin}/*", "", ""},
		{"a misspelt action of the organization", "organization:CreateOrganisation", "*", "ActionNotExist", "ActionNotExist"},
		{"an action of bi on a resource, of which it has none", "bi:CreateProject", "qcs::bi:::project/1", "NotSupportProduct", "NotSupportProduct"},
		{"an action of a product that nobody registered", "garage:Park", "*", "", "ActionServiceNotExist"},
		{"a resource of a product that nobody registered", "workshop:ListTools", "qcs::garage:::car/1", "", "ResourceServiceNotExist"},
		{"everything", "*", "*", "", ""},
	}
	for _, strict := range []bool{false, true} {
		apitest.Each(t, func(t *testing.T, w *apitest.World) {
			root := w.Account(t).Root
			id := newPolicy(t, root, "mine", allowText("cam:GetUser"))
			for _, tc := range cases {
				code := tc.code
				if strict {
					code = tc.strict
				}
				if code != "" {
					code = "InvalidParameter." + code
				}
				text := statement(`"effect":"allow","action":"` + tc.action + `","resource":"` + tc.resource + `"`)
				made := root.Call(t, "cam:CreatePolicy", apitest.P{"PolicyName": "p", "PolicyDocument": text})
				updated := root.Call(t, "cam:UpdatePolicy", apitest.P{"PolicyId": id, "PolicyDocument": text})
				version := root.Call(t, "cam:CreatePolicyVersion", apitest.P{"PolicyId": id, "PolicyDocument": text, "SetAsDefault": false})
				if made.Code != code || updated.Code != code || version.Code != code {
					t.Errorf("strict %t, %s: %q, %q, %q, want %q (%s)", strict, tc.name, made.Code, updated.Code, version.Code, code, made.Message)
				}
				if made.Code == "" {
					root.Must(t, "cam:DeletePolicy", apitest.P{"PolicyId": []int64{made.Int("PolicyId")}})
				}
				if n := version.Int("VersionId"); n > 0 {
					root.Must(t, "cam:DeletePolicyVersion", apitest.P{"PolicyId": id, "VersionId": []int64{n}})
				}
			}
		}, products(t, strict))
	}
}

func TestRegisteredProductsAreListed(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		id := newPolicy(t, root, "tools", allowText("workshop:*", "yard:*", "yard:Sweep"))
		u := root.User(t, "alice", id)
		for service, want := range map[string][]any{"workshop": {"LendTool", "ListTools", "OpenDoor"}, "yard": {"*", "LendTool", "ListTools", "OpenDoor", "Sweep"}} {
			a := root.Must(t, "cam:ListPoliciesGrantingServiceAccess", apitest.P{"TargetUin": u.UIN, "ServiceType": service})
			if got := a.Pluck("List.0.Action", "Name"); !slices.Equal(got, want) || a.Str("List.0.Service.ServiceName") != "The workshop" {
				t.Errorf("%s is listed with %v: %s", service, got, a.Raw)
			}
		}
		admin := root.User(t, "admin", 1)
		all := root.Must(t, "cam:ListPoliciesGrantingServiceAccess", apitest.P{"TargetUin": admin.UIN}).Pluck("List", "Service")
		var services []any
		for _, s := range all {
			services = append(services, s.(map[string]any)["ServiceType"])
		}
		for _, want := range []any{"workshop", "yard", "organization", "cmqtopic"} {
			if !slices.Contains(services, want) {
				t.Errorf("%v is missing among %v", want, services)
			}
		}
	}, products(t, false))
}
