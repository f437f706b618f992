package catalogue

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// reader walks the nodes of a manifest and collects its faults. Nodes, because the library's own decoding into structs
// knows neither lines nor lists of allowed values, and lets aliases multiply.
type reader struct {
	*manifest
	seen   map[string]bool // what is declared, "action GetUser"
	faults []error
}

// maxFaults is how many faults are told at once.
const maxFaults = 20

func (r *reader) fault(n *yaml.Node, format string, args ...any) {
	switch len(r.faults) {
	case maxFaults:
		return
	case maxFaults - 1:
		format, args = "and so on: too many faults", nil
	}
	r.faults = append(r.faults, r.errorAt(n.Line, format, args...))
}

var syntaxError = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// parseYAML reads the one document of a file.
func parseYAML(file string, text []byte) (*yaml.Node, error) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	var document, more yaml.Node
	err := d.Decode(&document)
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: the file is empty", file)
	}
	if err == nil {
		if err = d.Decode(&more); err == nil {
			return nil, fmt.Errorf("%s:%d: a second document: a file holds one product", file, more.Line)
		}
	}
	if !errors.Is(err, io.EOF) {
		parts := syntaxError.FindStringSubmatch(err.Error())
		if parts == nil || parts[1] == "" {
			return nil, fmt.Errorf("%s: not YAML: %w", file, err)
		}
		return nil, fmt.Errorf("%s:%s: not YAML: %s", file, parts[1], parts[2])
	}
	return document.Content[0], nil
}

// fields are the members of a mapping.
type fields struct {
	node    *yaml.Node // the mapping
	members map[string]*yaml.Node
}

// get is a member, or nil.
func (f fields) get(name string) *yaml.Node { return f.members[name] }

// at is where to complain about a member: where it stands, or where it should.
func (f fields) at(name string) *yaml.Node {
	if n := f.members[name]; n != nil {
		return n
	}
	return f.node
}

// fields reads a mapping that may have these members.
func (r *reader) fields(n *yaml.Node, known ...string) fields {
	f := fields{n, map[string]*yaml.Node{}}
	if n.Kind != yaml.MappingNode {
		r.fault(n, "%s where a mapping with %s was expected", form(n), strings.Join(known, ", "))
		return f
	}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch name := key.Value; {
		case key.Kind != yaml.ScalarNode || !slices.Contains(known, name):
			r.fault(key, "unknown key %s: there are %s", form(key), strings.Join(known, ", "))
		case f.members[name] != nil:
			r.fault(key, "%s is given twice", name)
		default:
			f.members[name] = value
		}
	}
	return f
}

// list reads a list, which may be absent.
func (r *reader) list(n *yaml.Node) []*yaml.Node {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		r.fault(n, "%s where a list was expected", form(n))
		return nil
	}
	return n.Content
}

// maxText bounds every text of a manifest, in bytes.
const maxText = 512

// scalar reads a text.
func (r *reader) scalar(n *yaml.Node, what string) string {
	switch {
	case n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str":
		r.fault(n, "%s is %s, not a text", what, form(n))
	case strings.TrimSpace(n.Value) == "":
		r.fault(n, "%s is empty", what)
	case len(n.Value) > maxText:
		r.fault(n, "%s is longer than %d bytes", what, maxText)
	case strings.ContainsFunc(n.Value, func(c rune) bool { return !unicode.IsPrint(c) || c == utf8.RuneError }):
		r.fault(n, "%s has a character that cannot be printed", what)
	default:
		return n.Value
	}
	return ""
}

// text reads a member that must be there.
func (r *reader) text(f fields, name string) string {
	if f.get(name) == nil {
		r.fault(f.node, "%s is missing", name)
		return ""
	}
	return r.scalar(f.get(name), name)
}

// matching reads a member that must be there, of a form.
func (r *reader) matching(f fields, name string, form *regexp.Regexp, want string) string {
	text := r.text(f, name)
	if text != "" && !form.MatchString(text) {
		r.fault(f.get(name), "%s %s is not %s", name, quote(text), want)
		return ""
	}
	return text
}

// oneOf reads a member that has one of few values; "" where it is absent.
func (r *reader) oneOf(f fields, name string, values ...string) string {
	if f.get(name) == nil {
		return ""
	}
	text := r.scalar(f.get(name), name)
	if text != "" && !slices.Contains(values, text) {
		r.fault(f.get(name), "%s %s is none of %s", name, quote(text), strings.Join(values, ", "))
		return ""
	}
	return text
}

// flag reads a member that is true or false.
func (r *reader) flag(f fields, name string, absent bool) bool {
	n := f.get(name)
	if n == nil {
		return absent
	}
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" || n.Value != "true" && n.Value != "false" {
		r.fault(n, "%s is neither true nor false", name)
	}
	return n.Value == "true"
}

// title reads a title, which may be absent.
func (r *reader) title(f fields) *Title {
	if f.get("title") == nil {
		return nil
	}
	names := r.fields(f.get("title"), "en", "zh")
	t := &Title{English: r.text(names, "en")}
	if n := names.get("zh"); n != nil {
		t.Chinese = r.scalar(n, "zh")
	}
	return t
}

// form names what a node is.
func form(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	}
	if n.ShortTag() == "!!null" {
		return "nothing"
	}
	return quote(n.Value)
}

// quote prints what stands in a file, cut short.
func quote(text string) string {
	if len(text) > 64 {
		text = text[:64] + "..."
	}
	return fmt.Sprintf("%q", text)
}
