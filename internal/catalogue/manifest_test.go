package catalogue

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/wire/services"
	"github.com/hufu-iam/hufu/policy"
)

// write puts manifests into files.
func write(t testing.TB, manifests ...string) []string {
	t.Helper()
	dir := t.TempDir()
	var files []string
	for i, text := range manifests {
		file := filepath.Join(dir, string(rune('a'+i))+".yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// load makes a catalogue with these products of an operator.
func load(t testing.TB, manifests ...string) *Catalogue {
	t.Helper()
	c, err := Load(services.Services, Config{Files: write(t, manifests...)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const workshop = `# Tools.
service: workshop
title: {en: Workshop, zh: 车间}
level: resource
complete: true
tags: true
ip: false
resources:
  - {prefix: tool, template: "qcs::workshop:${region}:uin/${owner}:tool/${toolId}", title: {en: Tool}}
  - {prefix: bench, template: "qcs::workshop::uin/${owner}:bench/${room}/${benchId}"}
actions:
  - {name: ListTools, access: list, level: operation, tags: false}
  - name: LendTool
    access: write
    title: {en: Lend a tool}
    ip: true
    resources: [tool, "cam:uin"]
permissions:
  - {name: OpenDoor, access: write, level: operation}
conditions:
  - {key: "workshop:weight", type: number, title: {en: Weight in grams}}
`

func TestAManifestIsRead(t *testing.T) {
	c := load(t, workshop)
	p, ok := c.Product("workshop")
	if !ok || p.Title != (Title{"Workshop", "车间"}) || p.Level != Resource || !p.Complete || p.Versions != nil || !strings.HasSuffix(p.Source, "a.yaml") {
		t.Fatalf("%+v", p)
	}
	for _, tc := range []struct {
		action                      string
		level                       Level
		access                      Access
		permission, tags, ip, title bool
		types                       string
	}{
		{"LendTool", Resource, Write, false, true, true, true, "tool cam:uin"},
		{"ListTools", Operation, List, false, false, false, false, ""},
		{"OpenDoor", Operation, Write, true, true, false, false, ""},
	} {
		a := p.Action(tc.action)
		if a == nil || a.Level != tc.level || a.Access != tc.access || a.Permission != tc.permission || a.Tags != tc.tags || a.IP != tc.ip ||
			(a.Title != nil) != tc.title || strings.Join(a.ResourceTypes, " ") != tc.types {
			t.Errorf("%s is %+v", tc.action, a)
		}
	}
	if len(p.Actions) != 3 || len(p.ResourceTypes) != 2 || p.ResourceTypes[0].Title.English != "Tool" || p.ResourceTypes[1].Template != "qcs::workshop::uin/${owner}:bench/${room}/${benchId}" {
		t.Errorf("actions %v, types %v", p.Actions, p.ResourceTypes)
	}
	if len(p.ConditionKeys) != 1 || p.ConditionKeys[0].Type != "number" {
		t.Errorf("condition keys %v", p.ConditionKeys)
	}
}

// Every line of the broken manifests is replaced in the one above.
func TestBrokenManifestsAreRefusedWithTheLine(t *testing.T) {
	for _, tc := range []struct{ name, old, new, want string }{
		{"an empty file", workshop, "", "the file is empty"},
		{"a file with comments alone", workshop, "# nothing\n", "the file is empty"},
		{"bad syntax", "level: resource", "level: [resource", "not YAML"},
		{"a tab", "level: resource", "level:\tx: y", "4: not YAML"},
		{"bytes that are no text", workshop, "service: \xff\xfe\n", "not YAML"},
		{"a list instead of a product", workshop, "- workshop\n", "1: a list where a mapping"},
		{"a second document", workshop, workshop + "---\nservice: x\n", "22: a second document"},
		{"bad syntax in a second document", workshop, workshop + "---\n[", "not YAML"},
		{"an unknown key", "complete: true", "completed: true", `5: unknown key "completed"`},
		{"an unknown key of an action", "access: list", "axess: list", `12: unknown key "axess"`},
		{"an unknown key of a title", "en: Workshop", "en: Workshop, de: Werkstatt", `3: unknown key "de"`},
		{"a key that is a list", "complete: true", "[complete]: true", "5: unknown key a list"},
		{"a merge key", "complete: true", "<<: {complete: true}", `5: unknown key "<<"`},
		{"a key twice", "complete: true", "complete: true\ncomplete: true", "6: complete is given twice"},
		{"no service", "service: workshop\n", "", "service is missing"},
		{"a service in capitals", "service: workshop", "service: Workshop", `2: service "Workshop" is not a name`},
		{"a service with a wildcard", "service: workshop", "service: work*", `2: service "work*" is not a name`},
		{"a service that is a number", "service: workshop", "service: 7", `2: service is "7", not a text`},
		{"a long service", "service: workshop", "service: " + strings.Repeat("w", 513), "2: service is longer than 512 bytes"},
		{"no title", "title: {en: Workshop, zh: 车间}\n", "", "title is missing"},
		{"a title that is one text", "{en: Workshop, zh: 车间}", "Workshop", `3: "Workshop" where a mapping with en, zh`},
		{"a title without English", "en: Workshop, ", "", "3: en is missing"},
		{"an empty title", "en: Workshop", `en: " "`, "3: en is empty"},
		{"a title with a line break", "en: Workshop", `en: "a\nb"`, "3: en has a character that cannot be printed"},
		{"a Chinese title that is none", "zh: 车间", "zh: []", "3: zh is a list, not a text"},
		{"no level", "level: resource\n", "", "level is missing"},
		{"another level", "level: resource", "level: account", `4: level "account" is none of resource, operation, service`},
		{"a flag that is a word", "complete: true", "complete: yes", "5: complete is neither true nor false"},
		{"a flag that is a text", "complete: true", `complete: "true"`, "5: complete is neither true nor false"},
		{"a flag that is a mapping", "complete: true", "complete: {}", "5: complete is neither true nor false"},
		{"a list that is a mapping", "permissions:\n  - {name: OpenDoor, access: write, level: operation}", "permissions: {}", "18: a mapping where a list"},
		{"a list that is empty by accident", "permissions:\n  - {name: OpenDoor, access: write, level: operation}", "permissions:", "18: nothing where a list"},
		{"an alias", "zh: 车间}", "zh: &x 车间}\ntags: *x", "4: tags is neither true nor false"},
		{"an alias for a list", "permissions:\n  - {name: OpenDoor, access: write, level: operation}", "permissions: &p []\nconditions: *p", "19: an alias where a list"},
		{"an action that is a name alone", "- {name: OpenDoor, access: write, level: operation}", "- OpenDoor", `19: "OpenDoor" where a mapping`},
		{"an action without name", "name: OpenDoor, ", "", "19: name is missing"},
		{"an action with a wildcard", "name: OpenDoor", `name: "Open*"`, `19: name "Open*" is not a name`},
		{"an action with its service", "name: OpenDoor", `name: "workshop:OpenDoor"`, "19: name"},
		{"an action twice", "name: OpenDoor", "name: LendTool", "19: action LendTool is declared twice"},
		{"an action without access", "access: write, level: operation", "level: operation", "19: access is missing"},
		{"another access", "access: list", "access: delete", `12: access "delete" is none of read, write, list`},
		{"another level of an action", "access: list, level: operation", "access: list, level: service", `12: level "service" is none of resource, operation`},
		{"an action finer than its product", "level: resource\n", "level: operation\n", "17: LendTool touches no single resource"},
		{"an action with a level in a product without", "level: resource\n", "level: service\n", "12: the product has level service"},
		{"a resource type that is not declared", "resources: [tool, ", "resources: [hammer, ", `17: resource type "hammer" is not declared`},
		{"a resource type that is an action's twice", "resources: [tool, ", "resources: [tool, tool, ", "17: resource type tool is given twice"},
		{"a resource type of the product as of another", `"cam:uin"`, `"workshop:tool"`, `17: "workshop:tool" is no type of another product`},
		{"a malformed type of another product", `"cam:uin"`, `"cam:"`, `17: "cam:" is no type of another product`},
		{"a resource type that is no text", `"cam:uin"`, `{}`, "17: a resource type is a mapping"},
		{"too many resource types", `"cam:uin"`, manyTypes(), "17: LendTool has more than 64 resource types"},
		{"an operation with a resource", "level: operation, tags: false", "level: operation, resources: [tool]", "12: ListTools touches no single resource"},
		{"a resource type twice", "prefix: bench, template: \"qcs::workshop::uin/${owner}:bench/", "prefix: tool, template: \"qcs::workshop::uin/${owner}:tool/", "10: resource type tool is declared twice"},
		{"a prefix with a slash", "prefix: bench", "prefix: bench/", "10: prefix"},
		{"a prefix that the template has not", "prefix: bench", "prefix: table", "10: template has a resource that does not start with table"},
		{"no template", `, template: "qcs::workshop::uin/${owner}:bench/${room}/${benchId}"`, "", "10: template is missing"},
		{"a template of five segments", "qcs::workshop::uin/${owner}:bench/", "qcs::workshop:uin/${owner}:bench/", "10: template is not of the form"},
		{"a template of another service", "qcs::workshop::uin", "qcs::cam::uin", "10: template is not of service workshop"},
		{"a template of one region", "qcs::workshop::uin", "qcs::workshop:gz:uin", "10: template has a region"},
		{"a template of one account", "qcs::workshop::uin/${owner}", "qcs::workshop::uin/1", "10: template has an account"},
		{"a template with a wildcard", "${room}", "*", "10: template has no resource, a wildcard"},
		{"a template with half a variable", "${room}", "${room", "10: template has no resource, a wildcard"},
		{"a template with a malformed variable", "${room}", "${a b}", "10: template has no resource, a wildcard"},
		{"a condition key without type", "type: number, ", "", "21: type is missing"},
		{"a condition key of another type", "type: number", "type: float", `21: type "float" is none of`},
		{"a condition key without service", "workshop:weight", "weight", `21: key "weight" is not service:name`},
		{"a global condition key", "workshop:weight", "qcs:ip", "21: keys that start with qcs: are hufu's own"},
		{"a condition key twice", "conditions:\n", "conditions:\n  - {key: \"workshop:weight\", type: string}\n", "22: condition key workshop:weight is declared twice"},
		{"a product of hufu's own", "service: workshop", "service: cam", "2: cam is one of hufu's own products"},
		{"a product that hufu knows completely", "service: workshop", "service: organization", "2: organization is one of hufu's own products"},
		{"more than a megabyte", workshop, "#" + strings.Repeat(" ", maxManifest), "larger than 1048576 bytes"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if !strings.Contains(workshop, tc.old) {
				t.Fatalf("%q is not in the manifest", tc.old)
			}
			text := strings.Replace(workshop, tc.old, tc.new, 1)
			if tc.old == "service: workshop" { // of a name that is taken nothing else is wrong
				text = strings.ReplaceAll(text, "qcs::workshop", "qcs::"+strings.TrimPrefix(tc.new, "service: "))
				text = strings.NewReplacer("tool, \"cam:uin\"", "tool").Replace(text)
			}
			files := write(t, text)
			_, err := Load(services.Services, Config{Files: files})
			if err == nil {
				t.Fatalf("accepted:\n%s", text)
			}
			if !strings.Contains(err.Error(), tc.want) || !strings.HasPrefix(err.Error(), files[0]+":") {
				t.Errorf("got %v\nwant %s", err, tc.want)
			}
		})
	}
}

func manyTypes() string {
	var types []string
	for i := range 64 {
		types = append(types, `"cam:t`+strings.Repeat("x", i)+`"`)
	}
	return strings.Join(types, ", ")
}

func TestAllFaultsAreTold(t *testing.T) {
	_, err := Load(services.Services, Config{Files: write(t,
		strings.NewReplacer("access: list", "access: lost", "prefix: bench", "prefix: table").Replace(workshop),
		"service: x\ntitle: {en: X}\nlevel: resource\nactions:\n"+strings.Repeat("  - {}\n", 50),
		strings.Replace(workshop, "service: workshop", "service: 1", 1))})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{`a.yaml:12: access "lost"`, "a.yaml:10: template", "b.yaml:5: name is missing", "b.yaml:14: and so on", "c.yaml:2: service"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is missing in %v", want, err)
		}
	}
	if lines := strings.Count(err.Error(), "b.yaml"); lines != maxFaults {
		t.Errorf("%d faults of one file are told", lines)
	}
}

func TestManifestsOfOneProduct(t *testing.T) {
	queue := strings.ReplaceAll(workshop, "workshop", "cmqqueue")
	c := load(t, queue)
	if p, _ := c.Product("cmqqueue"); p.Title.English != "Workshop" || p.Action("SendMessage") != nil || !p.Complete || !strings.HasSuffix(p.Source, "a.yaml") {
		t.Errorf("the operator's own queue is %+v", p)
	}
	files := write(t, workshop, workshop)
	if _, err := Load(services.Services, Config{Files: files}); err == nil || err.Error() != files[1]+":2: workshop is registered by "+files[0]+" already" {
		t.Errorf("two manifests of one product: %v", err)
	}
	for _, file := range []string{filepath.Join(t.TempDir(), "nothing.yaml"), t.TempDir()} {
		if _, err := Load(services.Services, Config{Files: []string{file}}); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("a file that cannot be read: %v", err)
		}
	}
}

func TestProductsWhoseNamesStartWithWhatUsersChose(t *testing.T) {
	c := load(t, "service: box\ntitle: {en: Boxes}\nlevel: resource\ncomplete: true\nresources:\n"+
		"  - {prefix: \"*\", template: \"qcs::box:${region}:uid/${appid}:${box}-${appid}/${path}\"}\nactions:\n  - {name: GetBox, access: read, resources: [\"*\"]}\n")
	if !c.HasResourceType("box", "photos-1250000001") || c.HasAction("box", "PutBox") {
		t.Error("a type that users chose is not taken, or the product is not complete")
	}
}

// The example of the documentation is one that works.
func TestTheDocumentedManifest(t *testing.T) {
	page, err := os.ReadFile("../../docs/register-a-product.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "```yaml\n")
	text, _, _ = strings.Cut(text, "```")
	if c := load(t, text); !c.HasAction("workshop", "LendTool") || c.HasAction("workshop", "LendTools") {
		t.Errorf("it does not declare what it should:\n%s", text)
	}
}

// Whatever is in a manifest, reading it neither panics nor takes long; each fault names the file. What a manifest
// declares can stand in a policy.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(workshop))
	for _, m := range []string{"cam", "sts", "organization", "bi", "cmqqueue", "cmqtopic", "hufu"} {
		text, err := manifestFiles.ReadFile("manifests/" + m + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text[:min(len(text), 3000)])
	}
	for _, text := range []string{"", "---", "a: &a [*a]", "? [x]\n: y", "service: !!binary eA==", "%YAML 9.9\n---\n", "{<<: {}}", "service: x\ntitle: {en: x}\nlevel: service\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := readManifest("f.yaml", text)
		if err != nil {
			for line := range strings.Lines(err.Error()) {
				if !strings.HasPrefix(line, "f.yaml:") && !strings.Contains(err.Error(), "not YAML") {
					t.Errorf("a fault without its file: %q", line)
				}
			}
			return
		}
		m.Complete = true
		declared(t, merge(m, nil))
	})
}

// declared validates a policy for each action and each type of resource of a product.
func declared(t *testing.T, p *Product) {
	t.Helper()
	rules := policy.Rules{Catalogue: &Catalogue{products: map[string]*Product{p.Service: p}}, Strict: true}
	fill := strings.NewReplacer("${region}", "ap-guangzhou", "${owner}", "100000000001", "${appid}", "1250000001")
	resources := []string{"*"}
	for _, typ := range p.ResourceTypes {
		resources = append(resources, variableForm.ReplaceAllString(fill.Replace(typ.Template), "x"))
	}
	for i := range max(len(p.Actions), len(resources)) {
		action := "*"
		if len(p.Actions) > 0 {
			action = p.Service + ":" + p.Actions[i%len(p.Actions)].Name
		}
		resource, err := json.Marshal(resources[i%len(resources)])
		if err != nil {
			t.Fatal(err)
		}
		text := `{"version":"2.0","statement":{"effect":"allow","action":"` + action + `","resource":` + string(resource) + `}}`
		if _, err := policy.Check(text, rules); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
}

func TestWhatIsBuiltInCanStandInPolicies(t *testing.T) {
	for _, p := range New(services.Services).Products() {
		declared(t, p)
	}
}
