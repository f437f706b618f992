package test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const workshopManifest = `service: workshop
title: {en: Workshop, zh: 车间}
level: resource
complete: true
resources:
  - {prefix: tool, template: "qcs::workshop:${region}:uin/${owner}:tool/${toolId}", title: {en: Tool}}
actions:
  - {name: ListTools, access: list, level: operation}
  - {name: LendTool, access: write, resources: [tool], title: {en: Lend a tool}}
conditions:
  - {key: "workshop:weight", type: number}
`

// manifest writes a manifest of this text.
func manifest(t testing.TB, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "workshop.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestProductCommands(t *testing.T) {
	good := manifest(t, workshopManifest)
	bad := manifest(t, strings.Replace(workshopManifest, "access: list", "access: lost", 1))
	for _, tc := range []struct {
		name  string
		args  []string
		exit  int
		shows []string // on standard output, or on standard error where the exit is not 0
	}{
		{"the list has what is built in", []string{"product", "list"}, 0, []string{"SERVICE", "cam ", "organization ", "cmqqueue ", "hufu"}},
		{"and what is registered", []string{"product", "list", "--product", good}, 0, []string{"workshop ", good, "Workshop"}},
		{"a product is shown with its actions", []string{"product", "show", "cmqqueue"}, 0, []string{"SendMessage", "BatchDeleteMessage", "qcs::cmqqueue:${region}:uin/${owner}:queueName/uin/${creator}/${name}"}},
		{"its permissions are told apart", []string{"product", "show", "CAM"}, 0, []string{"DeleteApiKey (no API)", "AddUser "}},
		{"a registered one is shown too", []string{"product", "show", "workshop", "--product", good}, 0, []string{"LendTool", "Lend a tool", "workshop:weight"}},
		{"a product that is not there is an error", []string{"product", "show", "workshop"}, 1, []string{`no product "workshop" is registered`}},
		{"a good manifest is good", []string{"product", "check", good}, 0, []string{good + ": workshop is good; actions: 2, resource types: 1"}},
		{"a bad one is told with its line", []string{"product", "check", bad}, 1, []string{bad + `:8: access "lost"`}},
		{"two of one product do not go together", []string{"product", "check", good, good}, 1, []string{"already"}},
		{"one that is not there is an error", []string{"product", "check", good + ".old"}, 1, []string{good + ".old"}},
		{"a bad manifest cannot be listed", []string{"product", "list", "--product", bad}, 1, []string{bad + ":8:"}},
		{"check needs a file", []string{"product", "check"}, 2, []string{"file"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out, errs, exit := program(t, nil, tc.args...)
			text := out
			if tc.exit != 0 {
				text = errs
			}
			if exit != tc.exit {
				t.Errorf("exit %d: %s%s", exit, out, errs)
			}
			for _, piece := range tc.shows {
				if !strings.Contains(text, piece) {
					t.Errorf("%q is missing in:\n%s", piece, text)
				}
			}
		})
	}
	t.Run("JSON", func(t *testing.T) {
		env := []string{"HUFU_PRODUCT=" + good}
		out, errs, exit := program(t, env, "product", "list", "--json")
		var all []struct {
			Service, Level, Source string
			Complete               bool
			Actions                int
		}
		if err := json.Unmarshal([]byte(out), &all); err != nil || exit != 0 {
			t.Fatalf("exit %d, %v, %s", exit, err, errs)
		}
		if last := all[len(all)-1]; last.Service != "workshop" || last.Level != "resource" || last.Source != good || !last.Complete || last.Actions != 2 {
			t.Errorf("%+v", all)
		}
		out, _, _ = program(t, env, "product", "show", "workshop", "--json")
		var one struct {
			Title   struct{ En, Zh string }
			Actions []struct {
				Name, Access, Level string
				ResourceTypes       []string
			}
			ResourceTypes []struct{ Prefix, Template string }
			ConditionKeys []struct{ Key, Type string }
		}
		if err := json.Unmarshal([]byte(out), &one); err != nil || one.Title.Zh != "车间" || len(one.Actions) != 2 || one.Actions[0].Name != "LendTool" ||
			one.Actions[0].ResourceTypes[0] != "tool" || one.ResourceTypes[0].Prefix != "tool" || one.ConditionKeys[0].Type != "number" {
			t.Errorf("%v: %s", err, out)
		}
	})
}

func TestTheServerKnowsRegisteredProducts(t *testing.T) {
	file := manifest(t, workshopManifest)
	create := func(t *testing.T, s *server, name, action, code string) {
		t.Helper()
		s.call(t, bootstrap, "cam:CreatePolicy", params{"PolicyName": name,
			"PolicyDocument": `{"version":"2.0","statement":{"effect":"allow","action":"` + action + `","resource":"*"}}`}).wants(t, code)
	}
	for name, start := range map[string]func(t *testing.T, p *place) *server{
		"flags": func(t *testing.T, p *place) *server {
			return p.start(t, "--product", file, "--strict-products")
		},
		"a file": func(t *testing.T, p *place) *server {
			config := filepath.Join(t.TempDir(), "hufu.json")
			if err := os.WriteFile(config, []byte(`{"product": ["`+file+`"], "strict-products": true}`), 0o600); err != nil {
				t.Fatal(err)
			}
			return p.start(t, "--config", config)
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEachEngine(t, func(t *testing.T, p *place) {
				s := start(t, p)
				create(t, s, "good", "workshop:LendTool", "")
				create(t, s, "misspelt", "workshop:LendTools", "InvalidParameter.ActionNotExist")
				create(t, s, "foreign", "garage:Park", "InvalidParameter.ActionServiceNotExist")
				s.stop(t)

				// Without the manifest the policy stays, and anything may be written about the product.
				s = p.start(t)
				create(t, s, "misspelt", "workshop:LendTools", "")
				create(t, s, "foreign", "garage:Park", "")
				s.stop(t)
			})
		})
	}
	t.Run("a bad manifest fails the start", func(t *testing.T) {
		bad := manifest(t, strings.Replace(workshopManifest, "level: resource", "level: some", 1))
		data := filepath.Join(t.TempDir(), "data")
		out, errs, exit := program(t, []string{"HUFU_PRODUCT=" + bad}, "serve", "--data", data, "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0")
		if exit == 0 || out != "" || !strings.Contains(errs, bad+`:3: level "some" is none of resource, operation, service`) {
			t.Errorf("exit %d, %q, %q", exit, out, errs)
		}
		if _, err := os.Stat(data); err == nil {
			t.Error("it made a database all the same")
		}
	})
}
