package main

import (
	"fmt"
	"strings"

	"github.com/hufu-iam/hufu/internal/contract"
)

func docsName(v *contract.Service) string { return v.Name + "-" + v.Version + ".md" }

const docsNote = "<!-- Made by internal/contract/gen from api/. Do not edit. -->\n\n"

// cell makes text safe inside a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func docsIndex(c *contract.Contract) []byte {
	var s source
	s.f("%s# API reference\n\n", docsNote)
	s.f("Every service version, made from the files in [api/](../../api/README.md).\n\n")
	s.f("| service | version | title | built | unsupported | declared |\n| --- | --- | --- | ---: | ---: | ---: |\n")
	for _, v := range c.Services {
		s.f("| [%s](%s) | %s | %s | %d | %d | %d |\n", v.Name, docsName(v), v.Version, v.Title, built(v), unsupported(v), len(v.Actions))
	}
	s.f("\nA version that is a number (`v2`) is addressed by method and path; its page names the errors that all its endpoints share.\n")
	s.f("\n## Errors that every action may answer\n\n| code | when |\n| --- | --- |\n")
	for _, e := range c.Common {
		s.f("| `%s` | %s |\n", e.Code, cell(e.Doc))
	}
	return s.Bytes()
}

func built(v *contract.Service) int {
	n := 0
	for _, a := range v.Actions {
		if !a.Planned && a.Unsupported == "" {
			n++
		}
	}
	return n
}

func unsupported(v *contract.Service) int {
	n := 0
	for _, a := range v.Actions {
		if a.Unsupported != "" {
			n++
		}
	}
	return n
}

func docsService(v *contract.Service) []byte {
	var s source
	s.f("%s# %s (`%s`), version %s\n\n", docsNote, v.Title, v.Name, v.Version)
	s.f("%d of %d actions are built. One that is not answers `UnsupportedOperation`. Besides the errors named here every action may answer\n", built(v), len(v.Actions))
	s.f("the [common ones](README.md#errors-that-every-action-may-answer). Rates are calls per second and principal.\n\n")
	s.f("| action | | built |\n| --- | --- | --- |\n")
	for _, a := range v.SortedActions() {
		s.f("| [%s](#%s) | %s | %s |\n", a.Name, strings.ToLower(a.Name), cell(a.Doc), state(a))
	}
	for _, a := range v.SortedActions() {
		docsAction(&s, v, a)
	}
	s.f("\n# Types\n")
	for _, t := range v.SortedTypes() {
		s.f("\n## Type %s\n\n%s\n\n", t.Name, t.Doc)
		docsMembers(&s, v, t.Members, t.In)
	}
	return s.Bytes()
}

func state(a *contract.Action) string {
	if a.Unsupported != "" {
		return "unsupported"
	}
	return yes(!a.Planned)
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func docsAction(s *source, v *contract.Service, a *contract.Action) {
	s.f("\n## %s\n\n%s", a.Name, a.Doc)
	if a.Planned {
		s.f(" **Not built yet.**")
	}
	if a.Unsupported != "" {
		s.f(" **Unsupported**, answers `UnsupportedOperation` to whoever may call it: %s", a.Unsupported)
	}
	permission := "`" + a.Permission + "` on `" + a.Resource + "`"
	switch {
	case a.Unsigned:
		permission = "none, the call may be unsigned"
	case a.Permission == "none":
		permission = "none, any authenticated identity"
	case a.Resource == "resolved":
		permission = "`" + a.Permission + "` on the resource that the parameters name"
	}
	s.f("\n\n- Permission: %s\n- Access: %s\n- Rate: %d\n", permission, a.Access, a.Rate)
	if len(a.Input) == 0 {
		s.f("\nNo parameters.\n")
	} else {
		s.f("\nParameters:\n\n")
		docsMembers(s, v, a.Input, true)
	}
	if len(a.Output) == 0 {
		s.f("\nThe answer holds the request id only.\n")
	} else {
		s.f("\nAnswer:\n\n")
		docsMembers(s, v, a.Output, false)
	}
	if len(a.Errors) > 0 {
		s.f("\nErrors: %s\n", codeList(a.Errors))
	}
}

func docsMembers(s *source, v *contract.Service, members []*contract.Member, in bool) {
	if in {
		s.f("| name | type | required | rules | |\n| --- | --- | --- | --- | --- |\n")
	} else {
		s.f("| name | type | |\n| --- | --- | --- |\n")
	}
	for _, m := range members {
		typ := docsType(v, m)
		if in {
			s.f("| %s | %s | %s | %s | %s |\n", m.Name, typ, yes(m.Required), cell(rules(m)), cell(m.Doc))
		} else {
			s.f("| %s | %s | %s |\n", m.Name, typ, cell(m.Doc))
		}
	}
}

// docsType is the type of a member in words.
func docsType(v *contract.Service, m *contract.Member) string {
	typ := m.Type.Name
	switch {
	case m.Type.Verbatim():
		typ = "object"
	case v.Types[typ] != nil:
		typ = fmt.Sprintf("[%s](#type-%s)", typ, strings.ToLower(typ))
	}
	if m.Type.List {
		typ = "list of " + typ
	}
	if m.Nullable {
		typ += " or null"
	}
	if m.Omit {
		typ += ", left out when there is none"
	}
	return typ
}

// rules says in words what the value rules are.
func rules(m *contract.Member) string {
	var out []string
	if m.Default != nil {
		out = append(out, fmt.Sprintf("default %v", m.Default))
	}
	unit := ""
	switch {
	case m.Type.List:
		unit = " elements"
	case m.Type.Name == "string":
		unit = " characters"
	}
	switch {
	case m.Min != nil && m.Max != nil:
		out = append(out, fmt.Sprintf("%d to %d%s", *m.Min, *m.Max, unit))
	case m.Min != nil:
		out = append(out, fmt.Sprintf("at least %d%s", *m.Min, unit))
	case m.Max != nil:
		out = append(out, fmt.Sprintf("at most %d%s", *m.Max, unit))
	}
	if m.MaxBytes > 0 {
		out = append(out, fmt.Sprintf("at most %d bytes", m.MaxBytes))
	}
	if m.Pattern != "" {
		out = append(out, "`"+m.Pattern+"`")
	}
	if len(m.Enum) > 0 {
		words := make([]string, len(m.Enum))
		for i, v := range m.Enum {
			words[i] = fmt.Sprint(v)
		}
		out = append(out, "one of "+strings.Join(words, ", "))
	}
	if m.Code != "" {
		out = append(out, "else `"+m.Code+"`")
	}
	if m.Secret {
		out = append(out, "secret")
	}
	if m.Alias != "" {
		out = append(out, "also as "+m.Alias)
	}
	return strings.Join(out, "; ")
}
