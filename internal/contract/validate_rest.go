package contract

import (
	"regexp"
	"slices"
	"strings"
)

var (
	restVersionForm = regexp.MustCompile(`^v[1-9]\d*$`)
	restMemberForm  = regexp.MustCompile(`^[a-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*$`)
	restCodeForm    = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*(\.[A-Z0-9]+(-[A-Z0-9]+)*)+$`)
	baseForm        = regexp.MustCompile(`^(/[a-z0-9]+)+$`)
	pathForm        = regexp.MustCompile(`^(/([a-z0-9-]+|\{[a-z][A-Za-z0-9_]*\}))+$`)
	familyForm      = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
)

// pagingCodes are what an endpoint that is paged may answer besides its own errors.
var pagingCodes = map[string][]string{
	"":       nil,
	"wide":   {"OAP.PAGE.0001", "OAP.PAGE.0002", "OAP.PAGE.0003"},
	"narrow": {"COM.0601", "Idaas.TENANT-COMMON-0005"},
}

// limits are the sizes of a page, in words.
var limits = map[string]string{"wide": "10 to 100", "narrow": "1 to 50"}

// parameterCode is what a parameter without a code of its own answers; every REST service has it in common.
const parameterCode = "COM.0601"

// style checks the keys that REST services alone have.
func (k *checker) style(s *Service) {
	if !s.REST() {
		if s.Style != "" || s.Base != "" || s.Common != nil {
			k.fault("style is rest or absent; base and common are for REST")
		}
		return
	}
	if !baseForm.MatchString(s.Base) {
		k.fault("base is a path")
	}
	k.codes(s.Common, restCodeForm)
	if !slices.Contains(s.Common, parameterCode) {
		k.fault("common must have %s", parameterCode)
	}
}

// memberStyle checks what a member's name and type may be in the style of its service.
func (k *checker) memberStyle(m *Member, in bool) {
	form := wordForm
	if k.service.REST() {
		form = restMemberForm
	} else if m.Type.Verbatim() || m.In != "" || m.Omit || m.Alias != "" {
		k.fault("json, in, omitEmpty and alias are for REST")
	}
	if m.Alias != "" && (!restMemberForm.MatchString(m.Alias) || !in || m.In != "" && m.In != "body") {
		k.fault("an alias is another name of a member of a body")
	}
	if !form.MatchString(m.Name) {
		k.fault("a member cannot have this name")
	}
}

// endpoint checks an action of a REST service and fills in the places of its members, and those of paging.
func (k *checker) endpoint(a *Action) {
	if a.Resource != "" || a.Unsigned {
		k.fault("resource and unsigned are not for REST")
	}
	if !familyForm.MatchString(a.Permission) {
		k.fault("permission is the family of the permission codes, or none")
	}
	if a.Access == "write" && a.Family() != a.Permission {
		k.fault("%s does not open what writes", a.Permission)
	}
	k.codes(a.Errors, restCodeForm)
	for _, code := range a.Errors {
		if slices.Contains(k.common, code) {
			k.fault("%s is among the common errors", code)
		}
	}
	if !slices.Contains([]string{"GET", "POST", "PUT", "DELETE"}, a.Method) {
		k.fault("method is GET, POST, PUT or DELETE")
	}
	if a.Method == "GET" && a.Access != "read" {
		k.fault("a GET writes nothing")
	}
	switch {
	case a.Status != 200 && a.Status != 201 && a.Status != 204:
		k.fault("status is 200, 201 or 204")
	case a.Status == 201 && a.Method != "POST" && a.Method != "PUT":
		k.fault("a %s creates nothing", a.Method)
	case (a.Status == 204) != (len(a.Output) == 0):
		k.fault("an answer has members, except with status 204")
	}
	k.places(a)
	k.placeless(a.Output)
	k.paging(a)
}

// placeless checks members that have no place of their own.
func (k *checker) placeless(list []*Member) {
	for _, m := range list {
		if m != nil && m.In != "" {
			k.fault("%s is no parameter, so it is in no place", m.Name)
		}
	}
}

// places fills in where the members of an endpoint are, and holds those of the path against it.
func (k *checker) places(a *Action) {
	var path []string
	form, body := false, false
	for _, m := range a.Input {
		if m == nil {
			continue
		}
		if m.In == "" {
			m.In = "body"
			if a.Method == "GET" {
				m.In = "query"
			}
		}
		switch m.In {
		case "path":
			path = append(path, m.Name)
			if m.Type != (TypeRef{Name: "string"}) || m.Default != nil {
				k.fault("%s is in the path, so it is a string without a default", m.Name)
			}
			m.Required = true
		case "query", "form":
			form = form || m.In == "form"
			if !m.Type.Scalar() {
				k.fault("%s is in the %s, so it is a scalar", m.Name, m.In)
			}
		case "body":
			body = true
		default:
			k.fault("in is path, query, body or form, not %s", m.In)
		}
	}
	if body && a.Method == "GET" || form && a.Method != "POST" || form && body {
		k.fault("a GET has no body, a form is posted and takes the place of the JSON body")
	}
	var segments []string
	for _, match := range templateWord.FindAllStringSubmatch(a.Path, -1) {
		segments = append(segments, match[1])
	}
	switch {
	case !pathForm.MatchString(a.Path):
		k.fault("malformed path")
	case !slices.Equal(segments, path) || len(path) > len(a.Input) || slices.ContainsFunc(a.Input[:len(path)], func(m *Member) bool { return m == nil || m.In != "path" }):
		k.fault("the members of the path come first, in its order")
	}
}

// paging adds what every paged endpoint takes and may answer.
func (k *checker) paging(a *Action) {
	codes, ok := pagingCodes[a.Paging]
	if !ok {
		k.fault("paging is wide or narrow")
	}
	if a.Paging == "" {
		return
	}
	if a.Method != "GET" {
		k.fault("only a GET is paged")
	}
	if slices.ContainsFunc(a.Input, func(m *Member) bool { return m != nil && (m.Name == "offset" || m.Name == "limit") }) {
		k.fault("offset and limit come with paging and are not declared")
		return
	}
	a.Input = append(a.Input,
		&Member{Name: "offset", Type: TypeRef{Name: "int64"}, In: "query", Required: true, Doc: "number of the page, from 0"},
		&Member{Name: "limit", Type: TypeRef{Name: "int64"}, In: "query", Required: true, Doc: "rows of a page, " + limits[a.Paging]})
	for _, code := range codes {
		if !slices.Contains(k.common, code) {
			a.Errors = append(a.Errors, code)
		}
	}
	slices.Sort(a.Errors)
	a.Errors = slices.Compact(a.Errors)
}

// routes refuses two endpoints that one request could mean, whatever the names of their segments.
func (k *checker) routes(s *Service) {
	k.where = s.File
	seen := map[string]string{}
	for _, a := range s.SortedActions() {
		if !s.REST() {
			return
		}
		route := a.Method + " " + templateWord.ReplaceAllString(a.Path, "{}")
		if other := seen[route]; other != "" {
			k.fault("%s and %s are both %s %s", other, a.Name, a.Method, a.Path)
		}
		seen[route] = a.Name
	}
}

// Family is what the permission codes of an endpoint of a REST service begin with.
func (a *Action) Family() string { return strings.TrimSuffix(a.Permission, "_read") }

// Codes are the permission codes of which one opens an endpoint of a REST service; none for one that needs no token. A
// family of which only the code for reading exists is written with it.
func (a *Action) Codes() []string {
	switch {
	case a.Permission == "none":
		return nil
	case a.Access == "write":
		return []string{a.Permission + "_all", "all"}
	case a.Family() != a.Permission:
		return []string{a.Permission, "all", "read"}
	}
	return []string{a.Permission + "_all", a.Permission + "_read", "all", "read"}
}
