// Package internal holds the test that keeps the rooms of the house apart.
package internal

import (
	"encoding/json"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/hufu-iam/hufu/"

// forbidden says which packages a package must not reach, directly or through others, and why.
var forbidden = []struct{ from, to, why string }{
	{"policy", "internal/", "the language is public and pure: others build on it"},
	{"policy", "database/sql", "decisions read nothing but their arguments"},
	{"policy", "net/http", "decisions read nothing but their arguments"},
	{"policy", "policy/", "the engine stands below the tools around it"},
	{"policy/lint", "internal/", "the tools are as public as the language"},
	{"policy/reach", "internal/", "the tools are as public as the language"},
	{"policy/scenario", "internal/", "the tools are as public as the language"},
	{"qcs", "internal/", "names are public and pure"},
	{"tc3", "internal/", "clients use it too"},
	{"tc3", "net/http", "a program that only signs should not link an HTTP stack"},
	{"pep", "internal/", "services of others are built with it"},
	{"internal/store", "internal/cam", "the store knows no domain"},
	{"internal/store", "internal/credential", "the store knows no domain"},
	{"internal/credential", "internal/cam", "products stand on credentials, not the other way"},
	{"internal/access", "internal/cam", "products implement access.Source; access never knows them"},
	{"internal/cam", "internal/gateway", "a product never sees a transport"},
	{"internal/cam", "internal/sts", "tokens are issued for roles, roles do not issue"},
	{"internal/cam", "net/http", "a product never sees a transport"},
	{"internal/questions", "internal/gateway", "a product never sees a transport"},
	{"internal/questions", "net/http", "a product never sees a transport"},
	{"internal/cam", "internal/questions", "questions are asked about users and policies, which do not know of them"},
	{"internal/directory", "internal/gateway", "a product never sees a transport"},
	{"internal/directory", "net/http", "a product never sees a transport"},
	{"internal/cam", "internal/directory", "persons know sub-users, which do not know of them"},
	{"internal/credential", "internal/directory", "persons stand on credentials, not the other way"},
	{"internal/bi", "internal/gateway", "a product never sees a transport"},
	{"internal/bi", "net/http", "a product never sees a transport"},
	{"internal/cam", "internal/bi", "BI is about users, which do not know of it"},
	{"internal/wecom", "internal/gateway", "a product never sees a transport"},
	{"internal/cam", "internal/wecom", "members of WeCom are sub-users, which do not know of it"},
	{"internal/wecom/qyapi", "internal/store", "the client of WeCom keeps nothing"},
	{"internal/eiam", "internal/gateway", "a product never sees a transport"},
	{"internal/eiam", "net/http", "a product never sees a transport"},
	{"internal/signin", "internal/gateway", "a product never sees a transport"},
	{"internal/signin", "net/http", "a product never sees a transport"},
	{"internal/cam", "internal/signin", "sign-in is about users, which do not know of it"},
	{"internal/credential", "internal/signin", "sessions are credentials; who may have one is not theirs to know"},
	{"internal/sts", "internal/signin", "tokens know devices only by what they ask of them"},
	{"internal/sts", "internal/gateway", "a product never sees a transport"},
	{"internal/sts", "net/http", "a product never sees a transport"},
	{"internal/gateway", "internal/cam", "doors know products only as handlers"},
	{"internal/gateway", "internal/sts", "doors know products only as handlers"},
	{"internal/gateway", "internal/eiam", "doors know products only as handlers"},
	{"internal/authzen", "internal/cam", "doors know products only by what they ask of them"},
	{"internal/component", "internal/cam", "doors know products only by what they ask of them"},
	{"internal/cam", "internal/component", "a product never sees a transport"},
}

// public are the packages that others build on: they bring nothing but themselves.
var public = []string{"policy", "qcs", "tc3", "pep"}

func TestPublicPackagesNeedTheStandardLibraryAlone(t *testing.T) {
	reach := reached(t)
	for _, from := range public {
		for _, dep := range reach[module+from] {
			first, _, _ := strings.Cut(dep, "/")
			if strings.Contains(first, ".") && !slices.Contains(public, strings.TrimPrefix(dep, module)) {
				t.Errorf("%s reaches %s", from, dep)
			}
		}
	}
}

func TestPackagesDoNotReachWhereTheyMustNot(t *testing.T) {
	reach := reached(t)
	for _, rule := range forbidden {
		deps, ok := reach[module+rule.from]
		if !ok {
			t.Errorf("there is no package %s", rule.from)
		}
		for _, dep := range deps {
			if dep == rule.to || dep == module+rule.to || strings.HasSuffix(rule.to, "/") && strings.HasPrefix(dep, module+rule.to) {
				t.Errorf("%s reaches %s: %s", rule.from, dep, rule.why)
			}
		}
	}
}

// TestTheStandInForWeComIsReachedByTheDemonstrationAlone because it lets anybody in whom it is asked to.
func TestTheStandInForWeComIsReachedByTheDemonstrationAlone(t *testing.T) {
	const standIn, demo, tests = module + "internal/wecom/wecomtest", module + "internal/demo", module + "internal/apitest"
	for from, deps := range reached(t) {
		if slices.Contains(deps, tests) {
			t.Errorf("%s reaches %s", from, tests)
		}
		if from != demo && from != tests && from != module+"cmd/hufu" && slices.Contains(deps, standIn) {
			t.Errorf("%s reaches %s", from, standIn)
		}
		if from != module+"cmd/hufu" && slices.Contains(deps, demo) {
			t.Errorf("%s reaches %s", from, demo)
		}
	}
	files, err := filepath.Glob("../cmd/hufu/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("the command's files: %v, %v", files, err)
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range parsed.Imports {
			if path := strings.Trim(i.Path.Value, `"`); path == standIn || path == demo && filepath.Base(file) != "demo.go" {
				t.Errorf("%s imports %s", file, path)
			}
		}
	}
}

// reached are the packages that each package reaches, directly or through others.
func reached(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", "-json=ImportPath,Deps", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	reach := map[string][]string{}
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p struct {
			ImportPath string
			Deps       []string
		}
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		reach[p.ImportPath] = p.Deps
	}
	return reach
}
