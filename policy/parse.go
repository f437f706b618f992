package policy

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Parse reads a policy text and checks everything that does not depend on
// what the policy is for. The error is an [*Error].
//
// A writer of policies wants [Check], which also validates: Parse stops at
// the first code of its own and so cannot say which of a parsing and a
// validation fault is to be reported.
//
// Parse is for texts that Check let through once, and has no bound of its own:
// were a policy to become unreadable because a bound was lowered, its denies
// would be lost. Text from elsewhere is for Check, which has [MaxBytes].
func Parse(text string) (*Document, error) {
	d, root, probs := open(text)
	if probs.first == nil {
		(&documentReader{d, probs}).document(root)
	}
	if err := probs.err(); err != nil {
		return nil, err
	}
	return d, nil
}

// Decode undoes percent encoding once, if the first non-blank character is a
// percent sign, and refuses text that is not UTF-8. A plus sign stays one.
func Decode(text string) (string, error) {
	if strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "%") {
		decoded, err := url.PathUnescape(text)
		if err != nil {
			return "", &Error{Code: CodePolicyDocumentError, Detail: "the percent encoding is broken"}
		}
		text = decoded
	}
	if !utf8.ValidString(text) {
		return "", &Error{Code: CodePolicyDocumentError, Detail: "the text is not UTF-8"}
	}
	return text, nil
}

// Length counts the characters of a policy as the limit does: those of the
// decoded, unwrapped text other than space, tab, CR and LF. Text that cannot
// be read is counted as it is.
func Length(text string) int {
	if decoded, err := Decode(text); err == nil {
		text = decoded
		if root, err := readJSON(text); err == nil {
			if _, body, err := unwrap(root, text); err == nil {
				text = body
			}
		}
	}
	return visible(text)
}

func visible(text string) int {
	n := 0
	for _, c := range text {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			n++
		}
	}
	return n
}

// open takes a text out of its wrappings. What is inside is for a
// documentReader, which parses as much as it can, so that of several faults
// the one that is reported first can be picked. The document is usable only
// without faults.
func open(text string) (*Document, node, *problems) {
	d, probs := &Document{Text: text, Body: text}, &problems{}
	decoded, err := Decode(text)
	if err != nil {
		probs.first, probs.rank = err.(*Error), CodePolicyDocumentError.rank()
		return d, node{}, probs
	}
	d.Text, d.Body = decoded, decoded
	if strings.Trim(decoded, " \t\r\n") == "" {
		probs.add(CodePolicyDocumentError, 0, "", "the document is empty")
		return d, node{}, probs
	}
	root, syntax := readJSON(decoded)
	if syntax != nil {
		probs.add(CodePolicyDocumentError, syntax.off, "", "not JSON: %s", syntax.msg)
		return d, root, probs
	}
	body, bodyText, fault := unwrap(root, decoded)
	if fault != nil {
		probs.add(CodePolicyDocumentError, fault.off, "", "%s", fault.msg)
		return d, root, probs
	}
	d.Body = bodyText
	return d, body, probs
}

// unwrap takes a policy out of a strategyInfo wrapper, once. In a wrapper
// that holds text every position becomes that of the text's start.
func unwrap(root node, text string) (node, string, *syntaxError) {
	if root.kind != kindObject {
		return root, text, &syntaxError{root.off, "the document is " + root.kind.String() + ", not an object"}
	}
	inner := -1
	for i, m := range root.members {
		if m.name == "strategyInfo" {
			if inner >= 0 {
				return root, text, &syntaxError{m.off, "strategyInfo occurs twice"}
			}
			inner = i
		}
	}
	if inner < 0 {
		return root, text, nil
	}
	versions := 0
	for i, m := range root.members {
		if i == inner {
			continue
		}
		if versions++; lower(m.name) != "version" || versions > 1 {
			return root, text, &syntaxError{m.off, fmt.Sprintf("unexpected member %q beside strategyInfo", m.name)}
		}
	}
	v := root.members[inner].value
	switch v.kind {
	case kindObject:
		return v, text[v.off:v.end], nil
	case kindString:
		n, err := readJSON(v.text)
		if err != nil {
			return root, text, &syntaxError{v.off, "strategyInfo is not JSON: " + err.msg}
		}
		n.place(v.off, v.end)
		if n.kind != kindObject {
			return root, text, &syntaxError{v.off, "strategyInfo holds " + n.kind.String() + ", not an object"}
		}
		return n, v.text, nil
	}
	return root, text, &syntaxError{v.off, "strategyInfo is " + v.kind.String()}
}

// place moves a tree to one position.
func (n *node) place(off, end int) {
	n.off, n.end = off, end
	for i := range n.items {
		n.items[i].place(off, end)
	}
	for i := range n.members {
		n.members[i].off = off
		n.members[i].value.place(off, end)
	}
}

// A documentReader turns the tree into a Document.
type documentReader struct {
	d     *Document
	probs *problems
}

func (r *documentReader) document(n node) {
	seen := r.fields(n, "", CodePolicyDocumentError, "version", "principal", "statement")
	if v, ok := seen.get("version"); !ok {
		r.probs.add(CodeVersionError, n.off, "", "version is missing")
	} else if v.kind != kindString || v.text != "2.0" {
		r.probs.add(CodeVersionError, v.off, "version", `version must be the string "2.0"`)
	}
	if p, ok := seen.get("principal"); ok {
		r.d.Principal = r.principal(p, "principal", CodePolicyDocumentError)
	}
	s, ok := seen.get("statement")
	switch {
	case !ok:
		r.probs.add(CodeStatementError, n.off, "", "statement is missing")
	case s.kind == kindObject:
		r.statement(s, "statement")
	case s.kind != kindArray:
		r.probs.add(CodeStatementError, s.off, "statement", "statement is %s", s.kind)
	case len(s.items) == 0:
		r.probs.add(CodeStatementError, s.off, "statement", "statement is empty")
	}
	for i, item := range s.items {
		r.statement(item, fmt.Sprintf("statement[%d]", i))
	}
}

// fields collects the members of an object whose names are compared without
// regard to case. Unknown and repeated ones are faults: ignoring a member
// such as notAction would widen what the statement says.
func (r *documentReader) fields(n node, path string, code Code, names ...string) fields {
	seen := make(fields, 0, len(names))
	for i := range n.members {
		m := &n.members[i]
		name := lower(m.name)
		if !slices.Contains(names, name) {
			r.probs.add(code, m.off, path, "unknown member %q", m.name)
		} else if _, twice := seen.get(name); twice {
			r.probs.add(code, m.off, path, "member %q occurs twice", name)
		} else {
			seen = append(seen, m)
		}
	}
	return seen
}

// fields are members with different names that are known: so few that looking
// at each beats a map.
type fields []*member

func (f fields) get(name string) (node, bool) {
	for _, m := range f {
		if lower(m.name) == name {
			return m.value, true
		}
	}
	return node{}, false
}

func (r *documentReader) statement(n node, path string) {
	if n.kind != kindObject {
		r.probs.add(CodeStatementError, n.off, path, "a statement is %s, not an object", n.kind)
		return
	}
	s := Statement{Offset: n.off, End: n.end, path: path}
	seen := r.fields(n, path, CodeStatementError, "effect", "action", "resource", "condition", "principal", "sid", "id")
	for _, name := range [...]string{"sid", "id"} {
		if v, ok := seen.get(name); ok && v.kind != kindString {
			r.probs.add(CodeStatementError, v.off, path+"."+name, "%s is %s, not a string", name, v.kind)
		}
	}
	effect, ok := seen.get("effect")
	switch {
	case ok && effect.kind == kindString && lower(effect.text) == "allow":
		s.Effect = Allow
	case ok && effect.kind == kindString && lower(effect.text) == "deny":
		s.Effect = ExplicitDeny
	default:
		r.probs.add(CodeEffectError, max(effect.off, n.off), path, "effect must be allow or deny")
	}
	if p, ok := seen.get("principal"); ok {
		s.Principal = r.principal(p, path+".principal", CodeStatementError)
	}
	r.actions(&s, seen, n.off, path)
	if v, ok := seen.get("resource"); ok {
		r.resources(&s, v, path+".resource")
	}
	if v, ok := seen.get("condition"); ok {
		r.conditions(&s, v, path+".condition")
	}
	r.d.Statements = append(r.d.Statements, s)
}

func (r *documentReader) actions(s *Statement, seen fields, off int, path string) {
	v, ok := seen.get("action")
	if !ok || v.kind == kindNull || v.kind == kindString && v.text == "" || v.kind == kindArray && len(v.items) == 0 {
		r.probs.add(CodeActionMiss, max(v.off, off), path, "action is missing or empty")
		return
	}
	path += ".action"
	for _, item := range list(v, path) {
		if item.kind != kindString {
			r.probs.add(CodeActionError, item.off, item.path(), "an action is %s, not a string", item.kind)
			continue
		}
		a, ok := parseAction(item.text)
		if !ok {
			r.probs.add(CodeActionError, item.off, item.path(), "%q is no action", item.text)
		}
		s.Actions = append(s.Actions, item.text)
		s.actions = append(s.actions, a)
	}
}

func (r *documentReader) resources(s *Statement, v node, path string) {
	s.Resources = []string{}
	if v.kind == kindNull || v.kind == kindString && v.text == "" || v.kind == kindArray && len(v.items) == 0 {
		v = node{kind: kindString, off: v.off, text: "*"}
	}
	for _, item := range list(v, path) {
		if item.kind != kindString {
			r.probs.add(CodeResourceError, item.off, item.path(), "a resource is %s, not a string", item.kind)
			continue
		}
		res, code, why := parseResource(item.text)
		if code != "" {
			r.probs.add(code, item.off, item.path(), "%s", why)
		}
		s.Resources = append(s.Resources, item.text)
		s.resources = append(s.resources, res)
	}
}

// An item is a value with its place. The path is made when it is asked for:
// a text may have many items, and few of them have a fault.
type item struct {
	node
	list  string // path of the list
	index int    // -1 for the one value that stands for a list
}

func (i *item) path() string {
	if i.index < 0 {
		return i.list
	}
	return fmt.Sprintf("%s[%d]", i.list, i.index)
}

// list returns the elements of an array, or the one value that stands for it.
func list(v node, path string) []item {
	if v.kind != kindArray {
		return []item{{v, path, -1}}
	}
	items := make([]item, len(v.items))
	for i, n := range v.items {
		items[i] = item{n, path, i}
	}
	return items
}
