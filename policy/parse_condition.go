package policy

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/hufu-iam/hufu/qcs"
)

func (r *documentReader) conditions(s *Statement, n node, path string) {
	if n.kind != kindObject {
		r.probs.add(CodeConditionError, n.off, path, "condition is %s, not an object", n.kind)
		return
	}
	r.unique(n, path, CodeStatementError)
	for _, op := range n.members {
		at := path + "." + short(op.name)
		_, known := parseOperator(op.name)
		if !known {
			r.probs.add(CodeConditionTypeError, op.off, at, "unknown operator %q", op.name)
		}
		if op.value.kind != kindObject || len(op.value.members) == 0 {
			r.probs.add(CodeConditionError, op.value.off, at, "an operator needs an object with at least one key")
			continue
		}
		r.unique(op.value, at, CodeStatementError)
		for _, k := range op.value.members {
			r.condition(s, op.name, known, k, fmt.Sprintf("%s[%q]", at, short(k.name)))
		}
	}
}

func (r *documentReader) condition(s *Statement, op string, known bool, k member, path string) {
	if k.name == "" || strings.TrimSpace(k.name) != k.name {
		r.probs.add(CodeConditionContentError, k.off, path, "the key is empty or padded with blanks")
	}
	c := Condition{Operator: op, Key: k.name, offset: k.off}
	for _, item := range list(k.value, path) {
		switch item.kind {
		case kindString, kindNumber, kindBool:
			c.Values = append(c.Values, item.text)
		default:
			r.probs.add(CodeConditionContentError, item.off, item.path(), "a value is %s", item.kind)
			known = false
		}
	}
	if k.value.kind == kindArray && len(k.value.items) == 0 {
		r.probs.add(CodeConditionContentError, k.value.off, path, "the key has no values")
	}
	s.Conditions = append(s.Conditions, c)
	if !known {
		return // its values cannot be judged
	}
	compiled, why := compileCondition(c)
	if why != "" {
		r.probs.add(CodeConditionContentError, k.value.off, path, "%s", why)
	}
	s.compiled = append(s.compiled, compiled)
}

// short cuts a name from the text for a path. Every path below the name
// repeats it: a long one with many values would cost their product.
func short(name string) string {
	const most = 64
	if len(name) <= most {
		return name
	}
	end := most
	for !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end] + "…"
}

// unique refuses repeated members where names keep their case.
func (r *documentReader) unique(n node, path string, code Code) {
	seen := map[string]bool{}
	for _, m := range n.members {
		if seen[m.name] {
			r.probs.add(code, m.off, path, "member %q occurs twice", m.name)
		}
		seen[m.name] = true
	}
}

// principal reads "*" or an object of lists. twice is the code of repeated
// members, which depends on where the principal stands.
func (r *documentReader) principal(n node, path string, twice Code) *Principals {
	p := &Principals{Offset: n.off}
	if n.kind == kindString && n.text == "*" {
		p.Anyone = true
		return p
	}
	if n.kind != kindObject || len(n.members) == 0 {
		r.probs.add(CodePrincipalError, n.off, path, `principal must be "*" or an object with members`)
		return p
	}
	r.unique(n, path, twice)
	for _, m := range n.members {
		at := path + "." + short(m.name)
		class := PrincipalClass(m.name)
		if class != ClassQCS && class != ClassService && class != ClassFederated {
			r.probs.add(CodePrincipalError, m.off, at, "unknown kind of principal %q", m.name)
			continue
		}
		if m.value.kind == kindArray && len(m.value.items) == 0 {
			r.probs.add(CodePrincipalError, m.value.off, at, "the list is empty")
		}
		for _, item := range list(m.value, at) {
			r.principalEntry(p, class, item)
		}
	}
	return p
}

func (r *documentReader) principalEntry(p *Principals, class PrincipalClass, n item) {
	if n.kind != kindString || strings.TrimSpace(n.text) == "" {
		r.probs.add(CodePrincipalError, n.off, n.path(), "a principal must be a string that is not empty")
		return
	}
	e := PrincipalEntry{Class: class, Text: n.text, Offset: n.off, Path: n.path()}
	if class != ClassService {
		entity, err := qcs.ParseEntity(n.text)
		provider := entity.Kind == qcs.KindSAMLProvider || entity.Kind == qcs.KindOIDCProvider
		switch {
		case err != nil:
			r.probs.add(CodePrincipalQcsError, n.off, e.Path, "%s", err)
		case provider != (class == ClassFederated):
			r.probs.add(CodePrincipalQcsError, n.off, e.Path, "%s cannot be a %s principal", entity.Kind, class)
		}
		e.Entity = entity
	}
	p.Entries = append(p.Entries, e)
}
