package contract

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	wordForm     = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)
	codeForm     = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*(\.[A-Z][A-Za-z0-9]*)?$`)
	serviceForm  = regexp.MustCompile(`^[a-z][a-z0-9]*$`)
	versionForm  = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	templateForm = regexp.MustCompile(`^[^{}]*(\{[^{}]+\}[^{}]*)+$`)
	templateWord = regexp.MustCompile(`\{([^{}]+)\}`)
)

// taken are names that the generated packages use themselves.
var taken = []string{"Service", "Bind", "Handler"}

// checker collects every fault, so that one run shows them all.
type checker struct {
	service *Service
	where   string
	faults  []error
	common  []string
}

func (k *checker) fault(format string, args ...any) {
	k.faults = append(k.faults, fmt.Errorf("%s: %s", k.where, fmt.Sprintf(format, args...)))
}

// validate fills in defaults and refuses what does not hold together.
func (c *Contract) validate() error {
	k := &checker{where: "common.yaml"}
	for _, e := range c.Common {
		if e.Doc == "" {
			k.fault("%s has no doc", e.Code)
		}
	}
	k.codes(codesOf(c.Common), codeForm)
	for _, s := range c.Services {
		k.service, k.where, k.common = s, s.File, codesOf(c.Common)
		if s.REST() {
			k.common = s.Common
		}
		k.file(s)
	}
	k.constants(c.Codes())
	return errors.Join(k.faults...)
}

func codesOf(common []Code) []string {
	out := make([]string, len(common))
	for i := range common {
		out[i] = common[i].Code
	}
	return out
}

func (k *checker) codes(list []string, form *regexp.Regexp) {
	for i, code := range list {
		if !form.MatchString(code) {
			k.fault("malformed error code %q", code)
		}
		if i > 0 && list[i-1] >= code {
			k.fault("error codes are not sorted at %s", code)
		}
	}
}

var marks = strings.NewReplacer(".", "", "-", "")

// ConstantName is the Go name of an error code: the code without its dots and dashes.
func ConstantName(code string) string { return marks.Replace(code) }

// constants makes sure that no two codes get the same Go name.
func (k *checker) constants(list []string) {
	k.where = "error codes"
	seen := map[string]string{}
	for _, code := range list {
		name := ConstantName(code)
		if other, ok := seen[name]; ok {
			k.fault("%s and %s give the same constant", other, code)
		}
		seen[name] = code
	}
}

func (k *checker) file(s *Service) {
	version := versionForm
	if s.REST() {
		version = restVersionForm
	}
	if !serviceForm.MatchString(s.Name) || !version.MatchString(s.Version) || s.Title == "" || s.Rate <= 0 {
		k.fault("service, version, title and rate are needed")
	}
	k.style(s)
	for name, t := range s.Types {
		if t == nil {
			k.fault("type %s is empty", name)
			delete(s.Types, name)
			continue
		}
		t.Name = name
	}
	for name, a := range s.Actions {
		if a == nil {
			k.fault("action %s is empty", name)
			delete(s.Actions, name)
			continue
		}
		a.Name = name
	}
	typeCodes := map[*Type][]string{} // what the actions that reach a type may answer
	for _, a := range s.SortedActions() {
		k.where = s.File + ": " + a.Name
		k.action(s, a)
		k.reach(a.Input, map[string]bool{}, func(t *Type) { t.In = true; typeCodes[t] = append(typeCodes[t], a.Errors...) })
		k.reach(a.Output, map[string]bool{}, func(t *Type) { t.Out = true })
	}
	for _, t := range s.SortedTypes() {
		k.where = s.File + ": " + t.Name
		k.typ(t, typeCodes[t])
	}
	k.routes(s)
}

func (k *checker) action(s *Service, a *Action) {
	if a.Doc == "" {
		k.fault("no doc")
	}
	if !wordForm.MatchString(a.Name) {
		k.fault("malformed name")
	}
	if a.Access != "read" && a.Access != "write" {
		k.fault("access is read or write")
	}
	if a.Rate == 0 {
		a.Rate = s.Rate
	}
	if a.Rate < 0 {
		k.fault("negative rate")
	}
	if s.REST() {
		k.endpoint(a)
	} else {
		k.named(s, a)
	}
	k.members(a.Input, true, false, a.Errors)
	k.members(a.Output, false, true, nil)
}

// named checks what only an action of API 3.0 has.
func (k *checker) named(s *Service, a *Action) {
	if a.Method != "" || a.Path != "" || a.Status != 0 || a.Paging != "" {
		k.fault("method, path, status and paging are for REST")
	}
	if a.Permission == "" {
		a.Permission = s.Name + ":" + a.Name
	} else if a.Permission != "none" && !strings.Contains(a.Permission, ":") {
		k.fault("permission is service:Name or none")
	}
	if a.Unsupported != "" && a.Planned {
		k.fault("an action is planned or unsupported, not both")
	}
	if a.Unsigned && a.Permission != "none" {
		k.fault("an unsigned action has no identity that could hold a permission")
	}
	if a.Resource == "" {
		a.Resource = "*"
	}
	k.resource(a)
	k.codes(a.Errors, codeForm)
	if slices.ContainsFunc(a.Output, func(m *Member) bool { return m != nil && m.Name == "RequestId" }) {
		k.fault("RequestId is the envelope's")
	}
}

// resource checks a template: what it names is a required or optional scalar of the input.
func (k *checker) resource(a *Action) {
	if !strings.ContainsAny(a.Resource, "{}") {
		if a.Resource != "*" && a.Resource != "resolved" && !strings.HasPrefix(a.Resource, "qcs:") {
			k.fault("resource is *, resolved or a template")
		}
		return
	}
	if !templateForm.MatchString(a.Resource) {
		k.fault("malformed resource template")
		return
	}
	for _, match := range templateWord.FindAllStringSubmatch(a.Resource, -1) {
		words := strings.Split(match[1], "|")
		for i, word := range words {
			if word == "owner" || word == "caller" {
				continue
			}
			at := slices.IndexFunc(a.Input, func(m *Member) bool { return m.Name == word })
			if at < 0 || a.Input[at].Type.List || !a.Input[at].Type.Scalar() {
				k.fault("resource names %s, which is no scalar of the input", word)
			} else if i == len(words)-1 && !a.Input[at].Required {
				k.fault("resource needs a fallback for the optional %s", word)
			}
		}
	}
}

// reach visits every type that members lead to.
func (k *checker) reach(members []*Member, seen map[string]bool, visit func(*Type)) {
	for _, m := range members {
		t := k.service.Types[m.Type.Name]
		if t == nil || seen[m.Type.Name] {
			continue
		}
		seen[m.Type.Name] = true
		visit(t)
		k.reach(t.Members, seen, visit)
	}
}

func (k *checker) typ(t *Type, errors []string) {
	if t.Doc == "" {
		k.fault("no doc")
	}
	switch {
	case !wordForm.MatchString(t.Name) || slices.Contains(taken, t.Name):
		k.fault("a type cannot have this name")
	case strings.HasSuffix(t.Name, "Request") || strings.HasSuffix(t.Name, "Response"):
		k.fault("a type cannot be named like the request or answer of an action")
	case !t.In && !t.Out:
		k.fault("nothing uses the type")
	}
	if k.recursive(t, t, map[*Type]bool{}) {
		k.fault("the type contains itself other than as a list in answers")
	}
	k.placeless(t.Members)
	k.members(t.Members, t.In, t.Out, errors)
}

// recursive finds a way from t back to goal, but for a list of its own kind in a type of answers: a tree.
func (k *checker) recursive(t, goal *Type, seen map[*Type]bool) bool {
	for _, m := range t.Members {
		next := k.service.Types[m.Type.Name]
		if next == nil || seen[next] || next == t && m.Type.List && !t.In {
			continue
		}
		seen[next] = true
		if next == goal || k.recursive(next, goal, seen) {
			return true
		}
	}
	return false
}

// members checks a list of members that occurs in requests, in answers, or in both.
func (k *checker) members(list []*Member, in, out bool, errors []string) {
	where := k.where
	defer func() { k.where = where }()
	seen := map[string]bool{}
	if len(list) > 64 {
		k.fault("more than 64 members")
	}
	for i, m := range list {
		if m == nil {
			k.fault("an empty member")
			continue
		}
		k.where = where + "." + m.Name
		if seen[m.GoName()] {
			k.fault("declared twice")
		}
		seen[m.GoName()] = true
		if slices.ContainsFunc(list, func(other *Member) bool { return other != nil && other.Name == m.Alias }) {
			k.fault("the alias is the name of another member")
		}
		k.memberStyle(m, in)
		if m.Omit && (i == 0 || !out || !m.Type.List && !m.Nullable) {
			k.fault("omitEmpty is for lists and nullable members of answers that stand behind another member")
		}
		if !m.Type.Scalar() && !m.Type.Verbatim() && k.service.Types[m.Type.Name] == nil {
			k.fault("unknown type %s", m.Type)
		}
		k.shape(m, in, out)
		k.rules(m, in, errors)
	}
}

// shape checks what decides the Go type of a member.
func (k *checker) shape(m *Member, in, out bool) {
	switch {
	case m.Required && m.Default != nil:
		k.fault("a required member has no default")
	case !in && (m.Required || m.Default != nil):
		k.fault("required and default are for requests")
	case !out && m.Nullable:
		k.fault("nullable is for answers")
	case m.Type.Verbatim() && (m.Type.List || m.Nullable):
		k.fault("a JSON object is never null nor in a list, it is empty")
	case in && out && !m.Type.List && !m.Type.Verbatim() && m.Plain() == m.Nullable:
		k.fault("a type of requests and answers is either optional and nullable, or neither")
	case m.Type.List && (m.Type.Name == "bool" || m.Type.Name == "float64"):
		k.fault("a list is of strings, integers or a type")
	case m.Default != nil && (m.Type.List || !m.Type.Scalar()):
		k.fault("only a scalar has a default")
	case m.Default != nil && !m.matches(m.Default):
		k.fault("the default is no %s", m.Type)
	}
}

// matches tells whether a YAML value is one of the member's type.
func (m *Member) matches(v any) bool {
	switch v := v.(type) {
	case string:
		return m.Type.Name == "string"
	case bool:
		return m.Type.Name == "bool"
	case int:
		return m.Type.Integer() && (v >= 0 || m.Type.Name == "int64")
	}
	return false
}

func (k *checker) rules(m *Member, in bool, errors []string) {
	ruled := m.Min != nil || m.Max != nil || m.MaxBytes != 0 || m.Pattern != "" || m.Enum != nil
	if !in && (ruled || m.Code != "") {
		k.fault("rules are for requests")
	}
	if m.Code != "" && !ruled && !(k.service.REST() && m.Required) {
		k.fault("a code without a rule")
	}
	if m.Code != "" && !slices.Contains(errors, m.Code) && !slices.Contains(k.common, m.Code) {
		k.fault("code %s is not among the errors", m.Code)
	}
	if (m.Min != nil || m.Max != nil) && !m.Type.List && (!m.Type.Scalar() || m.Type.Name == "bool") {
		k.fault("%s has no bounds", m.Type)
	}
	if m.Min != nil && m.Max != nil && *m.Min > *m.Max {
		k.fault("min is greater than max")
	}
	if (m.MaxBytes != 0 || m.Pattern != "") && m.Type.Name != "string" || m.MaxBytes < 0 {
		k.fault("maxBytes and pattern are for strings")
	}
	if _, err := regexp.Compile(m.Pattern); err != nil {
		k.fault("pattern: %v", err)
	}
	if m.Enum != nil && m.Type.Name != "string" && !m.Type.Integer() {
		k.fault("enum is for strings and integers")
	}
	for _, v := range m.Enum {
		if !m.matches(v) {
			k.fault("enum value %v is no %s", v, m.Type.Name)
		}
	}
	if m.Default != nil && m.Enum != nil && !slices.Contains(m.Enum, m.Default) {
		k.fault("the default is not among the enum")
	}
}
