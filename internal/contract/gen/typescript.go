package main

import (
	"fmt"
	"strings"

	"github.com/hufu-iam/hufu/internal/contract"
)

// tsName is the file of a service's types. The console speaks API 3.0 alone, so there is none for REST.
func tsName(v *contract.Service) string { return "console/src/api/" + v.Name + ".gen.ts" }

// typeScript makes the types of a service for the console: an interface a structure, and Actions, which maps the name of an
// action to what it takes and answers.
func typeScript(v *contract.Service) []byte {
	var s source
	s.f("// Made by internal/contract/gen from api/. Do not edit.\n\n")
	s.f("export const version = %q;\n", v.Version)
	for _, t := range v.SortedTypes() {
		s.f("\n/** %s */\nexport interface %s {\n", tsText(t.Doc), t.Name)
		for _, m := range t.Members {
			// What only requests have may be left out; what answers have is always there.
			tsMember(&s, m, t.In && !t.Out && !m.Required || t.In && t.Out && m.Nullable)
		}
		s.f("}\n")
	}
	for _, a := range v.SortedActions() {
		s.f("\nexport interface %sRequest {\n", a.Name)
		for _, m := range a.Input {
			tsMember(&s, m, !m.Required)
		}
		s.f("}\n\nexport interface %sResponse {\n", a.Name)
		for _, m := range a.Output {
			tsMember(&s, m, false)
		}
		s.f("}\n")
	}
	s.f("\nexport interface Actions {\n")
	for _, a := range v.SortedActions() {
		s.f("  /** %s */\n  %s: { in: %sRequest; out: %sResponse };\n", tsText(a.Doc), a.Name, a.Name, a.Name)
	}
	s.f("}\n")
	return s.Bytes()
}

func tsMember(s *source, m *contract.Member, optional bool) {
	mark, null := "", ""
	if optional {
		mark = "?"
	}
	if m.Nullable && !optional {
		null = " | null"
	}
	s.f("  /** %s */\n  %s%s: %s%s;\n", tsText(m.Doc), m.Name, mark, tsType(m), null)
}

func tsType(m *contract.Member) string {
	t := m.Type.Name
	switch t {
	case "int64", "uint64", "float64":
		t = "number"
	case "bool":
		t = "boolean"
	case "json":
		t = "Record<string, unknown>"
	}
	if len(m.Enum) > 0 && t == "string" {
		values := make([]string, len(m.Enum))
		for i, e := range m.Enum {
			values[i] = fmt.Sprintf("%q", e)
		}
		t = strings.Join(values, " | ")
		if m.Type.List {
			t = "(" + t + ")"
		}
	}
	if m.Type.List {
		t += "[]"
	}
	return t
}

// tsText keeps a text inside its comment.
func tsText(doc string) string { return strings.ReplaceAll(doc, "*/", "*\\/") }
