package scenario

import (
	"encoding/json"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// An Error says what is wrong with a file, and where.
type Error struct {
	File         string
	Line, Column int // from 1; 0 where the file as a whole is meant
	Detail       string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Detail
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Detail)
}

// A walker goes through the tree of one file. Aliases make the tree larger
// than the file, without bound: so steps are counted.
type walker struct {
	file  string
	steps int
}

const (
	maxSteps = 1 << 20
	maxDepth = 64
)

func (w *walker) fail(n *yaml.Node, format string, args ...any) error {
	return &Error{w.file, n.Line, n.Column, fmt.Sprintf(format, args...)}
}

// follow follows an alias, and counts a step.
func (w *walker) follow(n *yaml.Node) (*yaml.Node, error) {
	if w.steps++; w.steps > maxSteps {
		return nil, w.fail(n, "the file is too large once its aliases are filled in")
	}
	if n.Kind == yaml.AliasNode {
		return n.Alias, nil // an alias is never of an alias
	}
	return n, nil
}

// fields hands each member of an object to the reader of its name. Members
// without a reader, and repeated ones, are errors: what is misspelt must not
// be a test that passes.
func (w *walker) fields(n *yaml.Node, what string, readers map[string]func(*yaml.Node) error) error {
	return w.members(n, what, func(name string, key, value *yaml.Node) error {
		read, ok := readers[name]
		if !ok {
			return w.fail(key, "%s has no member %q", what, name)
		}
		return read(value)
	})
}

// members goes through an object.
func (w *walker) members(n *yaml.Node, what string, visit func(name string, key, value *yaml.Node) error) error {
	n, err := w.follow(n)
	if err != nil {
		return err
	}
	if n.Kind != yaml.MappingNode {
		return w.fail(n, "%s is an object, not %s", what, kind(n))
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		name, err := w.text(key)
		if err != nil {
			return err
		}
		if seen[name] {
			return w.fail(key, "%q occurs twice", name)
		}
		seen[name] = true
		if err := visit(name, key, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// items goes through a list.
func (w *walker) items(n *yaml.Node, visit func(i int, item *yaml.Node) error) error {
	n, err := w.follow(n)
	if err != nil {
		return err
	}
	if n.Kind != yaml.SequenceNode {
		return w.fail(n, "a list is wanted, not %s", kind(n))
	}
	for i, item := range n.Content {
		if err := visit(i, item); err != nil {
			return err
		}
	}
	return nil
}

// text reads a scalar as it is written: 010 and 1e3 and 2022-05-31 are text
// here, whatever else they may be in YAML.
func (w *walker) text(n *yaml.Node) (string, error) {
	n, err := w.follow(n)
	if err != nil {
		return "", err
	}
	if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" {
		return "", w.fail(n, "a text is wanted, not %s", kind(n))
	}
	return n.Value, nil
}

// texts reads a list of texts, or one text that stands for a list.
func (w *walker) texts(n *yaml.Node) ([]string, error) {
	if opened, err := w.follow(n); err != nil {
		return nil, err
	} else if opened.Kind == yaml.ScalarNode {
		one, err := w.text(opened)
		return []string{one}, err
	}
	list := []string{}
	err := w.items(n, func(_ int, item *yaml.Node) error {
		s, err := w.text(item)
		list = append(list, s)
		return err
	})
	return list, err
}

func (w *walker) flag(n *yaml.Node) (bool, error) {
	s, err := w.text(n)
	if err == nil && s != "true" && s != "false" {
		err = w.fail(n, "true or false is wanted, not %q", s)
	}
	return s == "true", err
}

// json prints a tree as JSON. Numbers stay as they are written where JSON has
// the same form.
func (w *walker) json(b *strings.Builder, n *yaml.Node, depth int) error {
	n, err := w.follow(n)
	if err != nil {
		return err
	}
	if depth > maxDepth {
		return w.fail(n, "nested more than %d deep", maxDepth)
	}
	switch n.Kind {
	case yaml.MappingNode:
		separator := "{"
		err := w.members(n, "a part of a policy", func(name string, _, value *yaml.Node) error {
			b.WriteString(separator + quote(name) + ":")
			separator = ","
			return w.json(b, value, depth+1)
		})
		if separator == "{" {
			b.WriteByte('{')
		}
		b.WriteByte('}')
		return err
	case yaml.SequenceNode:
		b.WriteByte('[')
		for i, item := range n.Content {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := w.json(b, item, depth+1); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	}
	b.WriteString(scalar(n))
	return nil
}

// scalar prints a scalar as JSON: what YAML takes for a number, a boolean or
// null and JSON writes in the same way stays one, everything else is text.
func scalar(n *yaml.Node) string {
	switch n.ShortTag() {
	case "!!null":
		return "null"
	case "!!bool", "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			return n.Value
		}
	}
	return quote(n.Value)
}

// quote leaves <, > and & as they are: documents are shown to people.
func quote(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a text: cannot fail
	return strings.TrimSuffix(b.String(), "\n")
}

// kind names what a node is, for messages.
func kind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "an object"
	case yaml.SequenceNode:
		return "a list"
	}
	if n.ShortTag() == "!!null" {
		return "null"
	}
	return fmt.Sprintf("%q", n.Value)
}
