package policy

import (
	"strings"

	"github.com/hufu-iam/hufu/qcs"
)

type variable uint8

const (
	varNone variable = iota
	varUIN
	varOwnerUIN
	varAppID
	varTagKey
	varTagValue
)

func parseVariable(name string) variable {
	switch name {
	case "uin":
		return varUIN
	case "owner_uin":
		return varOwnerUIN
	case "app_id":
		return varAppID
	case "qcs:principal_tag_key":
		return varTagKey
	case "qcs:principal_tag_value":
		return varTagValue
	}
	return varNone
}

// value returns what a variable stands for; tag is the tag being tried.
// Without a value (an anonymous caller) whatever uses it matches nothing.
func (p *Principal) value(v variable, tag int) (string, bool) {
	var s string
	switch v {
	case varUIN:
		s = p.self()
	case varOwnerUIN:
		s = p.Account.UIN
	case varAppID:
		s = p.Account.AppID
	case varTagKey:
		return p.Tags[tag].Key(), true
	case varTagValue:
		return p.Tags[tag].Value(), true
	}
	return s, s != ""
}

// self is the value of ${uin}. For a role session it is the role's id: the
// account's uin would hand sessions everything that the root user created.
func (p *Principal) self() string {
	switch p.Kind {
	case Root:
		return p.Account.UIN
	case User:
		return p.UIN
	case Role:
		return p.RoleID
	}
	return ""
}

// A fragment is literal text, or a variable.
type fragment struct {
	text string
	v    variable
}

// A template is text that may hold wildcards and variables. What a variable
// brings in is literal: a * in it is no wildcard.
type template struct {
	text string
	wild bool
	glob qcs.Glob // when there are wildcards but no variables
	// chunks are the parts around the wildcards, each a row of fragments;
	// nil without variables.
	chunks [][]fragment
	tags   bool // a variable with one value per tag of the principal occurs
}

// parseTemplate reads text; bad is the first unknown ${...}, if any.
func parseTemplate(text string, wild bool) (t template, bad string) {
	t = template{text: text, wild: wild}
	if !strings.Contains(text, "${") {
		if wild {
			t.glob = qcs.NewGlob(text)
		}
		return t, ""
	}
	chunk := []fragment{}
	literal := func(s string) {
		if !wild {
			chunk = append(chunk, fragment{text: s})
			return
		}
		for i, part := range strings.Split(s, "*") {
			if i > 0 {
				t.chunks = append(t.chunks, chunk)
				chunk = []fragment{}
			}
			chunk = append(chunk, fragment{text: part})
		}
	}
	rest := text
	for {
		head, tail, ok := strings.Cut(rest, "${")
		literal(head)
		if !ok {
			break
		}
		name, after, closed := strings.Cut(tail, "}")
		v := parseVariable(name)
		if !closed || v == varNone {
			return t, "${" + tail[:len(tail)-len(after)]
		}
		t.tags = t.tags || v == varTagKey || v == varTagValue
		chunk = append(chunk, fragment{v: v})
		rest = after
	}
	t.chunks = append(t.chunks, chunk)
	return t, ""
}

// match reports whether the whole of s matches, for any of the principal's
// tags where tag variables occur.
func (t *template) match(s string, p *Principal) bool {
	if t.chunks == nil {
		if t.wild {
			return t.glob.Match(s)
		}
		return s == t.text
	}
	if !t.tags {
		return t.matchOne(s, p, 0)
	}
	for i := range p.Tags {
		if t.matchOne(s, p, i) {
			return true
		}
	}
	return false
}

// matchOne is Glob.Match over fragments: nothing is joined, so nothing is
// allocated.
func (t *template) matchOne(s string, p *Principal, tag int) bool {
	for _, c := range t.chunks {
		for _, f := range c {
			if f.v != varNone {
				if _, ok := p.value(f.v, tag); !ok {
					return false
				}
			}
		}
	}
	last := len(t.chunks) - 1
	n, ok := cutChunk(s, t.chunks[0], p, tag)
	if !ok || last == 0 {
		return ok && n == len(s)
	}
	s = s[n:]
	size := chunkLen(t.chunks[last], p, tag)
	if size > len(s) {
		return false
	}
	if _, ok := cutChunk(s[len(s)-size:], t.chunks[last], p, tag); !ok {
		return false
	}
	s = s[:len(s)-size]
	for _, c := range t.chunks[1:last] {
		n, ok := cutChunk(s, c, p, tag)
		for ; !ok; n, ok = cutChunk(s, c, p, tag) {
			if s == "" {
				return false
			}
			s = s[1:]
		}
		s = s[n:]
	}
	return true
}

// cutChunk reports whether s starts with the chunk, and how long it is.
func cutChunk(s string, chunk []fragment, p *Principal, tag int) (int, bool) {
	n := 0
	for _, f := range chunk {
		text := f.text
		if f.v != varNone {
			text, _ = p.value(f.v, tag)
		}
		if !strings.HasPrefix(s[n:], text) {
			return 0, false
		}
		n += len(text)
	}
	return n, true
}

func chunkLen(chunk []fragment, p *Principal, tag int) int {
	n := 0
	for _, f := range chunk {
		text := f.text
		if f.v != varNone {
			text, _ = p.value(f.v, tag)
		}
		n += len(text)
	}
	return n
}

// equalFold compares without regard to case. Variables are filled in first.
func (t *template) equalFold(s string, p *Principal) bool {
	if t.chunks == nil {
		return strings.EqualFold(s, t.text)
	}
	tags := 1
	if t.tags {
		tags = len(p.Tags)
	}
	for i := range tags {
		if text, ok := t.expand(p, i); ok && strings.EqualFold(s, text) {
			return true
		}
	}
	return false
}

// expand fills in the variables of a template without wildcards.
func (t *template) expand(p *Principal, tag int) (string, bool) {
	var b strings.Builder
	for _, f := range t.chunks[0] {
		text := f.text
		if f.v != varNone {
			var ok bool
			if text, ok = p.value(f.v, tag); !ok {
				return "", false
			}
		}
		b.WriteString(text)
	}
	return b.String(), true
}
