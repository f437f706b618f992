package catalogue

import (
	"testing"

	"github.com/hufu-iam/hufu/internal/wire/services"
)

func TestWhatHostedServicesHave(t *testing.T) {
	c := New(services.Services)
	for _, tc := range []struct {
		name string
		got  bool
		want bool
	}{
		{"a hosted service", c.Service("cam"), true},
		{"a service of somebody else", c.Service("cvm"), false},
		{"an action", c.HasAction("cam", "AddUser"), true},
		{"an action that is not built yet", c.HasAction("cam", "CreateSAMLProvider"), true},
		{"an action in other letters", c.HasAction("cam", "adduser"), false},
		{"a misspelt action", c.HasAction("cam", "GetUsr"), false},
		{"an action of another hosted service", c.HasAction("sts", "AddUser"), false},
		{"a permission that is no action", c.HasAction("cam", "DeleteApiKey"), true},
		{"a permission of the component interface", c.HasAction("cam", "SigAndAuth"), true},
		{"a type of resource", c.HasResourceType("cam", "roleName"), true},
		{"a type that the service has not", c.HasResourceType("cam", "instance"), false},
		{"any type of a service that is not hosted", c.HasResourceType("cvm", "instance"), true},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: %t, want %t", tc.name, tc.got, tc.want)
		}
	}
}
