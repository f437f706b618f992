package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/internal/contract"
)

var kinds = map[string]string{"string": "String", "int64": "Int", "uint64": "Uint", "bool": "Bool", "float64": "Float", "json": "JSON"}

// goSchema writes the descriptors that Check, CheckValues, Redact and the gateway read.
func goSchema(v *contract.Service) []byte {
	var s, body source
	patterns := map[string]string{}
	var order []string
	pattern := func(re string) string {
		if _, ok := patterns[re]; !ok {
			patterns[re] = fmt.Sprintf("pattern%d", len(order)+1)
			order = append(order, re)
		}
		return patterns[re]
	}
	for _, t := range v.SortedTypes() {
		body.f("var type%[1]s = wire.Struct{Name: %[1]q, Members: []wire.Member{\n", t.Name)
		goMembers(&body, t.Name, t.Members, pattern)
		body.f("}}\n\n")
	}
	goTrees(&body, v)
	body.f("// Service describes %s, version %s.\n", v.Name, v.Version)
	body.f("var Service = &wire.Service{Name: %q, Version: %q, Title: %q, ", v.Name, v.Version, v.Title)
	if v.REST() {
		body.f("\nStyle: wire.REST, Base: %q, Common: common,\n", v.Base)
	}
	body.f("Actions: []*wire.Action{\n")
	for _, a := range v.SortedActions() {
		goAction(&body, v, a, pattern)
	}
	body.f("}}\n")
	if v.REST() {
		body.f("\nvar common = []string{%s}\n", quoted(v.Common))
	}

	s.f("%spackage %s\n\nimport (\n", header, packageName(v))
	if len(order) > 0 {
		s.f("\"regexp\"\n\n")
	}
	s.f("%q\n)\n\n", module+"/internal/wire")
	if len(order) > 0 {
		s.f("var (\n")
		for _, re := range order {
			s.f("%s = regexp.MustCompile(%s)\n", patterns[re], literal("^(?:"+re+")$"))
		}
		s.f(")\n\n")
	}
	s.Write(body.Bytes())
	return s.Bytes()
}

// goTrees completes the types that hold a list of their own kind.
func goTrees(s *source, v *contract.Service) {
	var lines []string
	for _, t := range v.SortedTypes() {
		for i, m := range t.Members {
			if m.Type.Name == t.Name {
				lines = append(lines, fmt.Sprintf("type%[1]s.Members[%[2]d].Struct = &type%[1]s\n", t.Name, i))
			}
		}
	}
	if len(lines) > 0 {
		s.f("func init() {\n%s}\n\n", strings.Join(lines, ""))
	}
}

func literal(s string) string {
	if strings.Contains(s, "`") {
		return fmt.Sprintf("%q", s)
	}
	return "`" + s + "`"
}

func goAction(s *source, v *contract.Service, a *contract.Action, pattern func(string) string) {
	permission, family := a.Permission, a.Family()
	if permission == "none" {
		permission, family = "", ""
	}
	s.f("{\nService: %q, Version: %q, Name: %q,\n", v.Name, v.Version, a.Name)
	if v.REST() {
		s.f("Method: %q, Path: %q, Status: %d, Family: %q, Late: true, ", a.Method, a.Path, a.Status, family)
		if a.Paging != "" {
			s.f("Paging: wire.%s, ", title(a.Paging))
		}
		s.f("Common: common,\nResource: \"*\", Write: %t, Planned: %t, Rate: %d,\n", a.Access == "write", a.Planned, a.Rate)
	} else {
		s.f("Permission: %q, Resource: %q, Write: %t, Planned: %t, Unsigned: %t, Rate: %d,\n",
			permission, a.Resource, a.Access == "write", a.Planned, a.Unsigned, a.Rate)
		if a.Unsupported != "" {
			s.f("Unsupported: %q,\n", a.Unsupported)
		}
	}
	s.f("New: func() wire.Request { return new(%sRequest) },\n", a.Name)
	for _, side := range []struct {
		field, suffix string
		members       []*contract.Member
	}{{"Input", "Request", a.Input}, {"Output", "Response", a.Output}} {
		s.f("%s: &wire.Struct{Name: %q", side.field, a.Name+side.suffix)
		if len(side.members) > 0 {
			s.f(", Members: []wire.Member{\n")
			goMembers(s, "", side.members, pattern)
			s.f("}")
		}
		s.f("},\n")
	}
	if len(a.Errors) > 0 {
		s.f("Errors: []string{\n")
		for _, e := range a.Errors {
			s.f("%q,\n", e)
		}
		s.f("},\n")
	}
	s.f("},\n")
}

// goMembers leaves out what a tree is made of: a variable cannot name itself. See goTrees.
func goMembers(s *source, owner string, members []*contract.Member, pattern func(string) string) {
	for _, m := range members {
		kind, ok := kinds[m.Type.Name]
		if !ok {
			kind = "Object"
		}
		s.f("{Name: %q, Kind: wire.%s", m.Name, kind)
		if m.Type.List {
			s.f(", List: true")
		}
		if !ok && m.Type.Name != owner {
			s.f(", Struct: &type%s", m.Type.Name)
		}
		if m.In != "" && m.In != "body" {
			s.f(", In: wire.In%s", title(m.In))
		}
		if m.Alias != "" {
			s.f(", Alias: %q", m.Alias)
		}
		for _, flag := range []struct {
			name string
			set  bool
		}{{"Required", m.Required}, {"Nullable", m.Nullable}, {"Secret", m.Secret}} {
			if flag.set {
				s.f(", %s: true", flag.name)
			}
		}
		if m.Min != nil {
			s.f(", Min: %d, HasMin: true", *m.Min)
		}
		if m.Max != nil {
			s.f(", Max: %d, HasMax: true", *m.Max)
		}
		if m.MaxBytes > 0 {
			s.f(", MaxBytes: %d", m.MaxBytes)
		}
		if m.Pattern != "" {
			s.f(", Pattern: %s", pattern(m.Pattern))
		}
		if len(m.Enum) > 0 && m.Type.Name == "string" {
			s.f(", Enum: []string{%s}", join(m.Enum, "%q"))
		} else if len(m.Enum) > 0 {
			s.f(", EnumInt: []int64{%s}", join(m.Enum, "%d"))
		}
		if m.Code != "" {
			s.f(", Code: %q", m.Code)
		}
		s.f("},\n")
	}
}

func title(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

func quoted(list []string) string {
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = strconv.Quote(v)
	}
	return strings.Join(words, ", ")
}

func join(list []any, verb string) string {
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = fmt.Sprintf(verb, v)
	}
	return strings.Join(words, ", ")
}

// goBind writes what connects a product's methods with the actions they are named after.
func goBind(v *contract.Service) []byte {
	var s source
	s.f("%spackage %s\n\nimport (\n\"context\"\n\n%q\n%q\n)\n\n", header, packageName(v), module+"/internal/call", module+"/internal/wire")
	s.f(`// Handler runs one action.
type Handler = func(ctx context.Context, c *call.Call, in wire.Request) (wire.Response, error)

func handler[I wire.Request, O wire.Response](f func(context.Context, *call.Call, I) (O, error)) Handler {
	return func(ctx context.Context, c *call.Call, in wire.Request) (wire.Response, error) {
		out, err := f(ctx, c, in.(I))
		if err != nil {
			return nil, err
		}
		return out, nil
	}
}

// Bind finds the methods of impl that are named as an action and take and answer its types:
//
//	AddUser(context.Context, *call.Call, *AddUserRequest) (*AddUserResponse, error)
//
// A method of another shape is not found; Service.Missing shows that. A method may answer nil for an empty answer.
func Bind(impl any) map[string]Handler {
	handlers := make(map[string]Handler)
`)
	for _, a := range v.SortedActions() {
		s.f("if x, ok := impl.(interface {\n%[1]s(context.Context, *call.Call, *%[1]sRequest) (*%[1]sResponse, error)\n}); ok {\n", a.Name)
		s.f("handlers[%[1]q] = handler(x.%[1]s)\n}\n", a.Name)
	}
	s.f("return handlers\n}\n")
	return s.Bytes()
}
