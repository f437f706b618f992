package test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/hufu-iam/hufu/policy/scenario"
)

// The simulator is the third path of the worked decisions: no server, no database.
func TestTheSimulatorDecidesTheWorkedCases(t *testing.T) {
	out, errs, exit := program(t, nil, append([]string{"policy", "simulate", "--json", "--scenario"}, caseFiles...)...)
	var sum struct {
		Cases, Failed int
		Results       []struct {
			File, Name, Failure string
			N                   int
			OK                  bool
			Decision            struct{ Effect, Layer string }
		}
	}
	if err := json.Unmarshal([]byte(out), &sum); err != nil || exit != 0 {
		t.Fatalf("exit %d, %v: %s", exit, err, errs)
	}
	i := 0
	for _, name := range caseFiles {
		file, err := scenario.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range file.Cases {
			r, want := sum.Results[i], c.Run()
			i++
			got := r.Decision.Effect + "(" + r.Decision.Layer + ")"
			if r.N != c.Number || r.Name != c.Name || !r.OK || r.Failure != "" || got != scenario.Summary(want.Decision) {
				t.Errorf("%s: %+v, want %s", c.Title(), r, scenario.Summary(want.Decision))
			}
		}
	}
	if i != sum.Cases || sum.Failed != 0 {
		t.Errorf("%d cases, %d failed; the files have %d", sum.Cases, sum.Failed, i)
	}
}

// Why lint cannot say of a document what a server says.
const (
	knowsPeople   = "only a server knows who is there"
	knowsHolder   = "only a server knows whose credentials they will be"
	knowsProducts = "only a server may take registered products alone"
	takesAsNew    = "lint takes each document for a new one"
)

// beyondLint are the cases of documents that lint cannot decide, by name.
var beyondLint = map[string]string{
	"a principal that is not known": knowsPeople, "a user that is not known": knowsPeople,
	"a session policy that names another account": knowsHolder, "a session policy that grows too long": knowsHolder,
	"strictly a service must be known": knowsProducts, "strictly the service of a resource must be known": knowsProducts,
	"a principal is not for updates": takesAsNew, "too long a trust policy of an existing role": takesAsNew,
}

// lint says of the worked documents what the server does.
func TestLintRefusesTheWorkedDocuments(t *testing.T) {
	dir := t.TempDir()
	files, cases := map[string][]string{}, map[string]documentCase{} // by kind, by name
	for i, c := range readDocuments(t, func(text string) string { return text }) {
		kind := cmp.Or(c.Kind, "identity")
		name := filepath.Join(dir, fmt.Sprintf("%03d.json", i))
		if err := os.WriteFile(name, []byte(c.document()), 0o600); err != nil {
			t.Fatal(err)
		}
		files[kind] = append(files[kind], name)
		cases[name] = c
	}
	errors := map[string][]string{}
	for kind, names := range files {
		out, errs, exit := program(t, nil, append([]string{"policy", "lint", "--json", "--kind", kind}, names...)...)
		var found []struct{ File, Code, Severity string }
		if err := json.Unmarshal([]byte(out), &found); err != nil || exit > 1 {
			t.Fatalf("exit %d, %v: %s", exit, err, errs)
		}
		for _, f := range found {
			if f.Severity == "error" {
				errors[f.File] = append(errors[f.File], f.Code)
			}
		}
	}
	for name, c := range cases {
		got := errors[name]
		agrees := c.Want == "" && len(got) == 0 || c.Want != "" && slices.Contains(got, c.Want)
		if excused := beyondLint[c.Name] != ""; agrees == excused {
			t.Errorf("%s: lint finds %q, the server answers %q; excused: %t", c.title(), got, c.Want, excused)
		}
	}
}
