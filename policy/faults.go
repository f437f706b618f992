package policy

import (
	"cmp"
	"fmt"
	"slices"
)

// MaxFaults bounds what [Faults] returns: a document that is wrong in more
// places is wrong in one way.
const MaxFaults = 100

// Faults checks like [Check], and returns all that is wrong, in the order of
// the text and of the codes. What cannot be read as JSON has one fault, and so
// has a text of more than [MaxBytes].
func Faults(text string, rules Rules) []*Error {
	if len(text) > MaxBytes {
		return []*Error{rules.translate(oversized(len(text)))}
	}
	d, root, probs := open(text)
	var all []*Error
	if probs.first != nil {
		all = append(all, rules.translate(probs.first))
		return all
	}
	probs.each = func(e *Error) {
		if len(all) < MaxFaults {
			all = append(all, e)
		}
	}
	(&documentReader{d, probs}).document(root)
	d.validate(rules, probs)
	slices.SortStableFunc(all, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Code.rank(), b.Code.rank()))
	})
	for i, e := range all {
		all[i] = rules.translate(e)
	}
	return slices.CompactFunc(all, func(a, b *Error) bool { return *a == *b })
}

// A Place is where a part of a document stands in its text.
type Place struct {
	Offset, End int // in bytes
}

// Places returns where the parts of a document stand in [Document.Text], under
// the paths that [Error.Path] uses, such as "statement[1].resource[0]" and
// `statement[0].condition.ip_equal["qcs:ip"]`. The one value that stands for a
// list is found under the list's own path, and so is a single statement.
// Member names are in lower case, those of operators and condition keys as
// they are written. A text that is no document has no places.
//
// Inside a strategyInfo wrapper that holds text every place is that of the
// text.
func Places(text string) map[string]Place {
	p := placer{}
	if len(text) > MaxBytes {
		return p
	}
	_, root, probs := open(text)
	if probs.first != nil {
		return p
	}
	for _, m := range root.members {
		name := lower(m.name)
		p.note(&m.value, name)
		if name != "statement" {
			continue
		}
		for _, s := range list(m.value, name) {
			p.statement(&s.node, s.path())
		}
	}
	return p
}

type placer map[string]Place

func (p placer) note(n *node, path string) { p[path] = Place{n.off, n.end} }

// statement notes a statement with its members, their items and conditions.
func (p placer) statement(n *node, path string) {
	p.note(n, path)
	for _, m := range n.members {
		at := path + "." + lower(m.name)
		p.values(&m.value, at)
		if lower(m.name) != "condition" {
			continue
		}
		for _, op := range m.value.members {
			at := at + "." + short(op.name)
			p.note(&op.value, at)
			for _, k := range op.value.members {
				p.values(&k.value, fmt.Sprintf("%s[%q]", at, short(k.name)))
			}
		}
	}
}

func (p placer) values(n *node, path string) {
	p.note(n, path)
	for i := range n.items {
		p.note(&n.items[i], fmt.Sprintf("%s[%d]", path, i))
	}
}
