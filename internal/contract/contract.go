package contract

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Contract is all of api/.
type Contract struct {
	Common   []Code // sorted: what every action may answer
	Services []*Service
}

// Code is an error code that every action may answer.
type Code struct {
	Code string `yaml:"code"`
	Doc  string `yaml:"doc"`
}

// Service is one file: one version of a service.
type Service struct {
	Name    string             `yaml:"service"`
	Version string             `yaml:"version"`
	Title   string             `yaml:"title"`
	Style   string             `yaml:"style"`  // rest, or "" for actions by name
	Base    string             `yaml:"base"`   // rest: what all paths begin with
	Common  []string           `yaml:"common"` // rest, sorted: what every endpoint may answer, in place of common.yaml's
	Rate    int                `yaml:"rate"`
	Types   map[string]*Type   `yaml:"types"`
	Actions map[string]*Action `yaml:"actions"`

	File string `yaml:"-"` // below api/
}

// Type is a structure that members refer to by name.
type Type struct {
	Doc     string    `yaml:"doc"`
	Members []*Member `yaml:"members"`

	Name    string `yaml:"-"`
	In, Out bool   `yaml:"-"` // reached from a request, from an answer
}

// Action is one action.
type Action struct {
	Doc         string    `yaml:"doc"`
	Access      string    `yaml:"access"` // read or write
	Planned     bool      `yaml:"planned"`
	Unsupported string    `yaml:"unsupported"` // why it is no action of hufu's
	Permission  string    `yaml:"permission"`  // filled in by Load; "none" for any authenticated identity
	Resource    string    `yaml:"resource"`    // filled in by Load
	Rate        int       `yaml:"rate"`        // filled in by Load
	Unsigned    bool      `yaml:"unsigned"`
	Input       []*Member `yaml:"input"`
	Output      []*Member `yaml:"output"`
	Errors      []string  `yaml:"errors"`

	Name string `yaml:"-"`

	// Of an endpoint of a REST service.
	Method string `yaml:"method"`
	Path   string `yaml:"path"` // below the service's base; a {member} is one segment
	Status int    `yaml:"status"`
	Paging string `yaml:"paging"` // "", wide or narrow
}

// Member is one member with its rules.
type Member struct {
	Name     string  `yaml:"name"`
	Type     TypeRef `yaml:"type"`
	Required bool    `yaml:"required"`
	Nullable bool    `yaml:"nullable"`
	Default  any     `yaml:"default"`
	Min      *int64  `yaml:"min"`
	Max      *int64  `yaml:"max"`
	MaxBytes int     `yaml:"maxBytes"`
	Pattern  string  `yaml:"pattern"`
	Enum     []any   `yaml:"enum"`
	Code     string  `yaml:"code"`
	Secret   bool    `yaml:"secret"`
	Doc      string  `yaml:"doc"`

	// Of a REST service.
	In    string `yaml:"in"`        // of a parameter: path, query, body or form; filled in by Load
	Alias string `yaml:"alias"`     // of a member of a body: another name that it may be sent under
	Omit  bool   `yaml:"omitEmpty"` // of an answer: left out when it is empty or null
}

// TypeRef is the type of a member: a scalar or the name of a type, or a list of either, written [T].
type TypeRef struct {
	Name string
	List bool
}

// UnmarshalYAML reads T and [T].
func (t *TypeRef) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.SequenceNode {
		if len(n.Content) != 1 || n.Content[0].Kind != yaml.ScalarNode {
			return fmt.Errorf("line %d: a list type has one element, as in [string]", n.Line)
		}
		t.List, t.Name = true, n.Content[0].Value
		return nil
	}
	return n.Decode(&t.Name)
}

func (t TypeRef) String() string {
	if t.List {
		return "[" + t.Name + "]"
	}
	return t.Name
}

// Scalar tells whether the type, or the element of the list, is built in.
func (t TypeRef) Scalar() bool { return slices.Contains(scalars, t.Name) }

// Integer tells whether the type, or the element of the list, is an integer.
func (t TypeRef) Integer() bool { return t.Name == "int64" || t.Name == "uint64" }

var scalars = []string{"string", "int64", "uint64", "bool", "float64"}

// verbatim is the type of a member that holds any JSON object.
const verbatim = "json"

// Verbatim tells whether the type is a JSON object that is kept as it is.
func (t TypeRef) Verbatim() bool { return t.Name == verbatim }

// REST tells whether the service is addressed by method and path.
func (s *Service) REST() bool { return s.Style == "rest" }

// Plain tells whether the value of a request member is always there: it is required or has a default.
func (m *Member) Plain() bool { return m.Required || m.Default != nil }

// GoName is the name of the Go field: snake_case and camelCase become CamelCase.
func (m *Member) GoName() string {
	var out strings.Builder
	for word := range strings.SplitSeq(m.Name, "_") {
		if word != "" {
			out.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return out.String()
}

// SortedTypes are the types by name.
func (s *Service) SortedTypes() []*Type {
	return slices.SortedFunc(maps.Values(s.Types), func(a, b *Type) int { return strings.Compare(a.Name, b.Name) })
}

// SortedActions are the actions by name.
func (s *Service) SortedActions() []*Action {
	return slices.SortedFunc(maps.Values(s.Actions), func(a, b *Action) int { return strings.Compare(a.Name, b.Name) })
}

// Codes are all error codes of the contract, sorted.
func (c *Contract) Codes() []string {
	var out []string
	for _, e := range c.Common {
		out = append(out, e.Code)
	}
	for _, s := range c.Services {
		out = append(out, s.Common...)
		for _, a := range s.Actions {
			out = append(out, a.Errors...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Load reads and validates api/: common.yaml and a file <service>/<version>.yaml per service version.
func Load(api fs.FS) (*Contract, error) {
	var common struct {
		Errors []Code `yaml:"errors"`
	}
	if err := read(api, "common.yaml", &common); err != nil {
		return nil, err
	}
	c := &Contract{Common: common.Errors}
	files, err := fs.Glob(api, "*/*.yaml")
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no service files")
	}
	for _, file := range files {
		s := &Service{File: file}
		if err := read(api, file, s); err != nil {
			return nil, err
		}
		if want := path.Join(s.Name, s.Version+".yaml"); file != want {
			return nil, fmt.Errorf("%s: service and version say %s", file, want)
		}
		c.Services = append(c.Services, s)
	}
	return c, c.validate()
}

func read(api fs.FS, file string, into any) error {
	text, err := fs.ReadFile(api, file)
	if err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
