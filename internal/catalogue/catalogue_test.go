package catalogue

import (
	"slices"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/services"
	"github.com/hufu-iam/hufu/policy"
)

func TestWhatProductsHave(t *testing.T) {
	c := New(services.Services)
	for _, tc := range []struct {
		name string
		got  bool
		want bool
	}{
		{"a served product", c.Service("cam"), true},
		{"a product that is known from a manifest", c.Service("cmqqueue"), true},
		{"a product of somebody else", c.Service("cvm"), false},
		{"an action", c.HasAction("cam", "AddUser"), true},
		{"an action that is not built yet", c.HasAction("cam", "CreateSAMLProvider"), true},
		{"an action in other letters", c.HasAction("cam", "adduser"), false},
		{"a misspelt action", c.HasAction("cam", "GetUsr"), false},
		{"an action of another served product", c.HasAction("sts", "AddUser"), false},
		{"a permission that is no action", c.HasAction("cam", "DeleteApiKey"), true},
		{"a permission of the component interface", c.HasAction("cam", "SigAndAuth"), true},
		{"the permission to ask for decisions", c.HasAction("hufu", "Evaluate"), true},
		{"an action of the organization's newer API", c.HasAction("organization", "DescribeOrganization"), true},
		{"one of its older API", c.HasAction("organization", "GetOrganization"), true},
		{"one that it has not got", c.HasAction("organization", "GetOrganisation"), false},
		{"an action of bi", c.HasAction("bi", "CreateEmbedToken"), true},
		{"a permission of bi", c.HasAction("bi", "VerifyToken"), true},
		{"an action that an incomplete manifest lists", c.HasAction("cmqqueue", "SendMessage"), true},
		{"one that it does not list", c.HasAction("cmqqueue", "PeekMessage"), true},
		{"whether all actions of a served product are known", c.Complete("cam"), true},
		{"whether all of one that is not complete are", c.Complete("cmqtopic"), false},
		{"whether all of an unknown one are", c.Complete("cvm"), false},
		{"a type of resource", c.HasResourceType("cam", "roleName"), true},
		{"every resource", c.HasResourceType("cam", "*"), true},
		{"a type that the product has not", c.HasResourceType("cam", "instance"), false},
		{"any type of a product without types", c.HasResourceType("bi", "project"), false},
		{"any type of a product that is not complete", c.HasResourceType("cmqqueue", "deadLetter"), true},
		{"any type of a product that is not known", c.HasResourceType("cvm", "instance"), true},
		{"strictness, unless it was asked for", c.Strict(), false},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: %t, want %t", tc.name, tc.got, tc.want)
		}
	}
	if c.Titles()["cam"] != "Cloud Access Management" || !c.Actions("sts")["AssumeRole"] || c.Actions("cvm") != nil {
		t.Errorf("titles %v, actions of sts %v, of cvm %v", c.Titles(), c.Actions("sts"), c.Actions("cvm"))
	}
}

func TestWhatTheOperatorRegistered(t *testing.T) {
	c := load(t, workshop, "service: cmqqueue\ntitle: {en: Queues}\nlevel: resource\n")
	for _, tc := range []struct {
		name, service string
		want          bool
	}{
		{"a product of a file", "workshop", true},
		{"a built-in product that a file describes anew", "cmqqueue", true},
		{"a built-in product", "cmqtopic", false},
		{"one that hufu serves", "cam", false},
		{"hufu itself", "hufu", false},
		{"one that nobody knows", "cvm", false},
		{"a name in other letters", "Workshop", false},
		{"no name", "", false},
	} {
		if got := c.Registered(tc.service); got != tc.want {
			t.Errorf("%s: %t, want %t", tc.name, got, tc.want)
		}
	}
}

func TestGranularityAndAccess(t *testing.T) {
	c := load(t, "service: blob\ntitle: {en: Blobs}\nlevel: service\nactions:\n  - {name: GetBlob, access: read}\n")
	for _, tc := range []struct {
		name   string
		action policy.Action
		level  policy.Granularity
		access Access
	}{
		{"an action whose contract names its resource", policy.Action{Service: "cam", Name: "CreateAccessKey"}, policy.ResourceLevel, Write},
		{"an action whose handler finds its resource", policy.Action{Service: "sts", Name: "AssumeRole"}, policy.ResourceLevel, Write},
		{"an action whose contract names none", policy.Action{Service: "cam", Name: "GetUser"}, policy.OperationLevel, Read},
		{"a permission without API", policy.Action{Service: "cam", Name: "DeleteApiKey"}, policy.OperationLevel, Write},
		{"a message of a queue", policy.Action{Service: "cmqqueue", Name: "SendMessage"}, policy.ResourceLevel, Write},
		{"the list of queues", policy.Action{Service: "cmqqueue", Name: "ListQueue"}, policy.OperationLevel, List},
		{"a topic", policy.Action{Service: "cmqtopic", Name: "GetTopicAttributes"}, policy.ResourceLevel, Read},
		{"an action of a product granted action by action", policy.Action{Service: "organization", Name: "ListUsers"}, policy.OperationLevel, List},
		{"one that such a product does not list", policy.Action{Service: "organization", Name: "Unheard"}, policy.OperationLevel, ""},
		{"one that an incomplete product does not list", policy.Action{Service: "cmqqueue", Name: "Unheard"}, policy.ResourceLevel, ""},
		{"an action of a product granted as a whole", policy.Action{Service: "blob", Name: "GetBlob"}, policy.ServiceLevel, Read},
		{"one that such a product does not list", policy.Action{Service: "blob", Name: "Unheard"}, policy.ServiceLevel, ""},
		{"a product that nobody registered", policy.Action{Service: "cvm", Name: "RunInstances"}, policy.ResourceLevel, ""},
	} {
		if level, access := c.Granularity(tc.action.Service, tc.action.Name), c.Access(tc.action.Service, tc.action.Name); level != tc.level || access != tc.access {
			t.Errorf("%s: level %d access %q, want %d %q", tc.name, level, access, tc.level, tc.access)
		}
	}
}

func TestProductsAreSortedAndComplete(t *testing.T) {
	c := New(services.Services)
	var names []string
	for _, p := range c.Products() {
		names = append(names, p.Service)
		if found, ok := c.Product(p.Service); !ok || found != p {
			t.Errorf("%s is not found by its name", p.Service)
		}
		if p.Source != own || p.Title.English == "" || p.Title.Chinese == "" {
			t.Errorf("%s has source %q, title %+v", p.Service, p.Source, p.Title)
		}
		if !slices.IsSortedFunc(p.Actions, func(a, b *Action) int { return compare(a.Name, b.Name) }) {
			t.Errorf("the actions of %s are not sorted, or one is there twice", p.Service)
		}
		for _, a := range p.Actions {
			if p.Action(a.Name) != a || a.Access == "" || a.Level == "" {
				t.Errorf("%s:%s is %+v", p.Service, a.Name, a)
			}
			for _, typ := range a.ResourceTypes {
				if !known(c, p.Service, typ) {
					t.Errorf("%s:%s is about %s, which no product declares", p.Service, a.Name, typ)
				}
			}
		}
	}
	for _, want := range []string{"bi", "cam", "cmqqueue", "cmqtopic", "hufu", "organization", "sts"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is missing among %v", want, names)
		}
	}
	if !slices.IsSorted(names) {
		t.Errorf("the products are not sorted: %v", names)
	}
	if _, ok := c.Product("cvm"); ok {
		t.Error("a product is found that nobody registered")
	}
}

func compare(a, b string) int {
	if a < b {
		return -1
	}
	return 1 // equal names count as out of order
}

func known(c *Catalogue, service, typ string) bool {
	if other, prefix, ok := strings.Cut(typ, ":"); ok {
		service, typ = other, prefix
	}
	p, ok := c.Product(service)
	return ok && typeIn(p.ResourceTypes, typ) != nil
}

// What stands in a manifest until the contract has it must not contradict it, or be there twice, once it does.
func TestTheContractWins(t *testing.T) {
	action := func(name, permission, resource string, write bool) *wire.Action {
		return &wire.Action{Service: "organization", Name: name, Permission: permission, Resource: resource, Write: write}
	}
	c := New([]*wire.Service{
		{Name: "organization", Version: "2018-12-25", Title: "Old organization", Actions: []*wire.Action{
			action("ListOrganizationNodes", "organization:ListOrganizationNodes", "*", false),
			action("UpdateOrganizationNode", "organization:UpdateOrganizationNode", "*", true),
		}},
		{Name: "organization", Version: "2021-03-31", Title: "Organization", Actions: []*wire.Action{
			action("BrandNew", "organization:Peek", "*", false),
			action("ListUsers", "organization:Peek", "qcs::cam::uin/{owner}:uin/{Uin|caller}", true),
			action("UpdateOrganizationNode", "organization:UpdateOrganizationNode", "qcs::organization::uin/{owner}:node/{NodeId}", false),
			action("MoveShare", "cam:ShareEverything", "qcs::organization::uin/{owner}:shareUnit/{UnitId|caller}", true),
			action("Whoami", "", "resolved", false),
		}},
		{Name: "tiny", Version: "2020-01-01", Title: "Tiny", Actions: []*wire.Action{{Service: "tiny", Name: "Do", Permission: "tiny:Do", Resource: "*"}}},
	})
	p, _ := c.Product("organization")
	if p.Title.English != "Tencent Cloud Organization" || !slices.Equal(p.Versions, []string{"2018-12-25", "2021-03-31"}) || p.Level != Resource {
		t.Errorf("title %+v, versions %v, level %s", p.Title, p.Versions, p.Level)
	}
	if !slices.IsSortedFunc(p.Actions, func(a, b *Action) int { return compare(a.Name, b.Name) }) {
		t.Error("an action is there twice")
	}
	for _, tc := range []struct {
		about  string
		action string
		want   Action
	}{
		{"what only the manifest has stays", "GetOrganization", Action{Level: Operation, Access: Read}},
		{"the contract says what an action does", "ListOrganizationNodes", Action{Level: Operation, Access: Read}},
		{"what several versions have goes as far as any of them", "UpdateOrganizationNode", Action{Level: Resource, Access: Write, ResourceTypes: []string{"node"}}},
		{"an action may be about a resource of another product", "ListUsers", Action{Level: Resource, Access: Write, ResourceTypes: []string{"cam:uin"}}},
		{"a permission goes as far as the actions that need it", "Peek", Action{Level: Resource, Access: Write, Permission: true, ResourceTypes: []string{"cam:uin"}}},
		{"a handler that finds its resource keeps it to itself", "Whoami", Action{Level: Resource, Access: Read}},
	} {
		a := p.Action(tc.action)
		if a == nil || a.Level != tc.want.Level || a.Access != tc.want.Access || a.Permission != tc.want.Permission || !slices.Equal(a.ResourceTypes, tc.want.ResourceTypes) {
			t.Errorf("%s: %s is %+v", tc.about, tc.action, a)
		}
	}
	if typ := typeIn(p.ResourceTypes, "shareUnit"); typ == nil || typ.Template != "qcs::organization::uin/${owner}:shareUnit/${UnitId}" || !c.HasResourceType("organization", "shareUnit") {
		t.Errorf("the type of resource that only the contract has is %+v", typ)
	}
	if typ := typeIn(p.ResourceTypes, "node"); typ == nil || typ.Title == nil {
		t.Errorf("the type of resource that both have is %+v", typ)
	}
	if a := c.products["cam"].Action("ShareEverything"); a == nil || !a.Permission || a.Access != Write {
		t.Errorf("the permission of another product is %+v", a)
	}
	tiny, ok := c.Product("tiny")
	if !ok || tiny.Title.English != "Tiny" || tiny.Level != Operation || !tiny.Complete || c.HasAction("tiny", "Undo") || !c.HasResourceType("tiny", "thing") {
		t.Errorf("a product without manifest is %+v", tiny)
	}
	if New(services.Services).products["organization"].Action("BrandNew") != nil {
		t.Error("one catalogue changed what another one has")
	}
}
