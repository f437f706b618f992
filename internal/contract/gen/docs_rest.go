package main

import (
	"strings"

	"github.com/hufu-iam/hufu/internal/contract"
)

// docsREST is the reference page of a service that is addressed by method and path.
func docsREST(v *contract.Service) []byte {
	var s source
	s.f("%s# %s (`%s`), version %s\n\n", docsNote, v.Title, v.Name, v.Version)
	s.f("%d of %d endpoints are built; one that is not answers `COM.0501`. All paths are below `%s`; members are in the\n", built(v), len(v.Actions), v.Base)
	s.f("JSON body unless the place says otherwise. Members that are not named here are ignored, `null` is the same as absent, a\n")
	s.f("truth value may be sent as a string. Every endpoint may answer %s. Rates are calls per second and client.\n\n", codeList(v.Common))
	s.f("| endpoint | method and path | | built |\n| --- | --- | --- | --- |\n")
	for _, a := range v.SortedActions() {
		s.f("| [%s](#%s) | `%s %s` | %s | %s |\n", a.Name, strings.ToLower(a.Name), a.Method, a.Path, cell(a.Doc), yes(!a.Planned))
	}
	for _, a := range v.SortedActions() {
		docsEndpoint(&s, v, a)
	}
	if len(v.Types) > 0 {
		s.f("\n# Types\n")
	}
	for _, t := range v.SortedTypes() {
		s.f("\n## Type %s\n\n%s\n\n", t.Name, t.Doc)
		docsMembers(&s, v, t.Members, t.In)
	}
	return s.Bytes()
}

func docsEndpoint(s *source, v *contract.Service, a *contract.Action) {
	s.f("\n## %s\n\n%s", a.Name, a.Doc)
	if a.Planned {
		s.f(" **Not built yet.**")
	}
	s.f("\n\n- `%s %s%s`\n", a.Method, v.Base, a.Path)
	if codes := a.Codes(); codes != nil {
		s.f("- Permission: one of %s\n", codeList(codes))
	} else {
		s.f("- Permission: none\n")
	}
	s.f("- Access: %s\n- Rate: %d\n", a.Access, a.Rate)
	if len(a.Input) == 0 {
		s.f("\nNo parameters.\n")
	} else {
		s.f("\nParameters:\n\n| name | in | type | required | rules | |\n| --- | --- | --- | --- | --- | --- |\n")
	}
	for _, m := range a.Input {
		s.f("| %s | %s | %s | %s | %s | %s |\n", m.Name, m.In, docsType(v, m), yes(m.Required), cell(rules(m)), cell(m.Doc))
	}
	if a.Status == 204 {
		s.f("\nAnswer: 204 without a body.\n")
	} else {
		s.f("\nAnswer: %d with\n\n", a.Status)
		docsMembers(s, v, a.Output, false)
	}
	if len(a.Errors) > 0 {
		s.f("\nErrors: %s\n", codeList(a.Errors))
	}
}

// codeList is codes in a sentence.
func codeList(codes []string) string {
	words := make([]string, len(codes))
	for i, code := range codes {
		words[i] = "`" + code + "`"
	}
	return strings.Join(words, ", ")
}
