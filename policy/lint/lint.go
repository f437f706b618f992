// Package lint reads policy documents as a careful colleague would. It finds
// what a document must not have, under the documented codes of package policy,
// and what it may have but hardly means: statements that can never count,
// wildcards that grant more than they seem to, conditions that cannot hold.
//
// A warning is given where it is certain that the text does something else
// than it looks like, and not merely unusual: a document without warnings is
// no proof of anything, but a warning is worth reading. The codes of warnings
// are stable; [Codes] lists them.
package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/policy/reach"
)

// Severity says how bad a finding is.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // the document is refused
	Warning Severity = "warning" // the document is accepted, and says something surprising
)

// A Finding is one thing that was found.
type Finding struct {
	Code     string   `json:"code"` // a policy.Code, or one of Codes
	Severity Severity `json:"severity"`
	Offset   int      `json:"offset"` // in bytes, into the document with its percent encoding undone
	End      int      `json:"-"`      // of what is meant there, likewise
	Line     int      `json:"line"`   // from 1
	Column   int      `json:"column"` // in characters, from 1
	Path     string   `json:"path,omitempty"`
	Message  string   `json:"message"` // one sentence without a period
	// Chinese is the same in Chinese. What a document is refused for has none: what the parser says is in English.
	Chinese string `json:"-"`
	// Suggestion is what to write instead, where that is clear.
	Suggestion string `json:"suggestion,omitempty"`
}

// Codes are the codes of warnings, each with what it warns of.
var Codes = map[string]string{
	"W101": "an allow that a deny without further conditions covers",
	"W102": "a statement that another one covers",
	"W103": "a statement that is there twice",
	"W104": "an item that another one of its list covers",
	"W105": "an action that never touches the resources of its statement",
	"W106": "an action that is granted as a whole, on particular resources",
	"W201": "every action on everything",
	"W202": "a wildcard with which the holder can grant himself more",
	"W203": "a wildcard after an id, which matches longer ids too",
	"W204": "a wildcard between slashes, which crosses slashes",
	"W205": "a wildcard for reading that covers reading secrets",
	"W206": "the resources of every account",
	"W207": "a letter that is a wildcard elsewhere",
	"W208": "a wildcard in a comparison that has none",
	"W301": "a deny that is silent about requests without the key",
	"W302": "a deny that needs two keys to have the same value",
	"W303": "conditions that can never hold",
	"W304": "conditions that can no longer hold",
	"W305": "a tag that is not written key&value",
	"W306": "a condition key that looks misspelt",
	"W307": "a network that has every address",
	"W401": "a pattern that matches no action of its product",
	"W501": "a principal in a policy that is attached",
	"W502": "a policy near the limit of its size",
	"W503": "a policy that limits, and allows nothing",
	"W504": "a deny for everyone, which is for unsigned callers only",
	"W505": "a grant to everyone, unsigned callers included",
}

// Products says what is known of products. Any method may answer that nothing
// is.
type Products = reach.Products

// Options say what to check against.
type Options struct {
	// Rules are those of the document's purpose. An identity policy may have
	// principals here, since creating it may.
	Rules policy.Rules
	// Products may be nil: then nothing is known of any.
	Products Products
	// Now is the time at which conditions that have run out are warned of. A
	// zero time warns of none.
	Now time.Time
}

// Check returns what there is to find, in the order of the text. Of a document
// that is refused it returns what it is refused for, and no warnings.
func Check(text string, o Options) []Finding {
	if o.Rules.Kind == policy.IdentityPolicy {
		o.Rules.AllowPrincipal = true
	}
	l := &linter{o: o, kind: o.Rules.Kind, text: text, places: policy.Places(text)}
	if decoded, err := policy.Decode(text); err == nil {
		l.text = decoded
	}
	if faults := policy.Faults(text, o.Rules); len(faults) > 0 {
		for _, f := range faults {
			l.fault(f)
		}
		return l.sorted()
	}
	doc, err := policy.Parse(text)
	if err != nil {
		return nil // it has no faults, so this cannot be
	}
	l.doc = doc
	for i := range doc.Statements {
		l.statements = append(l.statements, l.read(i))
	}
	l.document()
	for i := range l.statements {
		s := &l.statements[i]
		l.wildcards(s)
		l.products(s)
		l.conditions(s)
		l.contradictions(s)
		l.lists(s)
	}
	l.covered()
	return l.sorted()
}

// Position is the line and the column, in characters, of a place in a text,
// both from 1.
func Position(text string, offset int) (line, column int) {
	before := text[:max(0, min(offset, len(text)))]
	start := strings.LastIndexByte(before, '\n') + 1
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[start:])
}

type linter struct {
	o          Options
	kind       policy.DocumentKind
	text       string
	places     map[string]policy.Place
	doc        *policy.Document
	statements []statement
	findings   []Finding
}

// A statement with its parts prepared for comparison.
type statement struct {
	*policy.Statement
	index     int
	path      string
	principal *policy.Principals
	actions   []actionItem
	resources []resourceItem
	conds     []condition
}

type actionItem struct {
	path    string
	text    string
	feature bool // the text stands for a set of actions
	reach.Action
}

type resourceItem struct {
	path string
	reach.Resource
}

type condition struct {
	policy.Condition
	op   reach.Operator
	path string
}

func (l *linter) read(i int) statement {
	s := statement{Statement: &l.doc.Statements[i], index: i, path: fmt.Sprintf("statement[%d]", i)}
	if _, ok := l.places[s.path]; !ok {
		s.path = "statement"
	}
	if s.principal = s.Principal; s.principal == nil {
		s.principal = l.doc.Principal
	}
	for i, text := range s.Actions {
		for _, a := range reach.ExpandActions([]string{text}, l.o.Rules.Features) {
			s.actions = append(s.actions, actionItem{l.item(s.path+".action", i), text, !strings.Contains(text, ":") && text != "*", a})
		}
	}
	for i, text := range s.Resources {
		if r, err := reach.ParseResource(text); err == nil {
			s.resources = append(s.resources, resourceItem{l.item(s.path+".resource", i), r})
		}
	}
	for _, c := range s.Conditions {
		s.conds = append(s.conds, condition{c, reach.ParseOperator(c.Operator), fmt.Sprintf("%s.condition.%s[%q]", s.path, c.Operator, c.Key)})
	}
	return s
}

// item is the path of an item of a list, or of the one value that stands for
// the list.
func (l *linter) item(list string, i int) string {
	path := fmt.Sprintf("%s[%d]", list, i)
	if _, ok := l.places[path]; ok {
		return path
	}
	return list
}

// warn adds a warning about a part of a statement.
func (l *linter) warn(s *statement, code, path, suggestion, format string, args ...any) {
	at := policy.Place{}
	if s != nil {
		at = policy.Place{Offset: s.Offset, End: s.End}
	}
	if p, ok := l.places[path]; ok {
		at = p
	}
	l.add(Finding{Code: code, Severity: Warning, Offset: at.Offset, End: at.End, Path: path, Message: fmt.Sprintf(format, args...), Chinese: inChinese(format, args...),
		Suggestion: suggestion})
}

func (l *linter) fault(e *policy.Error) {
	at := policy.Place{Offset: e.Offset}
	if p, ok := l.places[e.Path]; ok && p.Offset == e.Offset {
		at = p
	}
	of, _, _ := strings.Cut(e.Path, ".")
	if p, ok := l.places[l.narrow(e)]; ok && l.places[of].Offset == e.Offset { // no more than the statement is known
		at = p
	}
	l.add(Finding{Code: string(e.Code), Severity: Error, Offset: at.Offset, End: at.End, Path: e.Path, Message: e.Detail, Suggestion: l.better(e)})
}

// narrow is the path of the item that an error about a list speaks of.
func (l *linter) narrow(e *policy.Error) string {
	for i := 0; ; i++ {
		path := fmt.Sprintf("%s[%d]", e.Path, i)
		p, ok := l.places[path]
		if !ok {
			return e.Path
		}
		text := strings.Trim(l.text[p.Offset:p.End], `"`)
		if _, name, ok := strings.Cut(text, ":"); strings.Contains(e.Detail, text) || ok && strings.Contains(e.Detail, `"`+name+`"`) {
			return path
		}
	}
}

func (l *linter) add(f Finding) {
	if f.End <= f.Offset { // a place without a length: one character shows it
		_, size := utf8.DecodeRuneInString(l.text[min(f.Offset, len(l.text)):])
		f.End = f.Offset + size
	}
	f.Line, f.Column = Position(l.text, f.Offset)
	l.findings = append(l.findings, f)
}

func (l *linter) sorted() []Finding {
	slices.SortStableFunc(l.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Code, b.Code))
	})
	return slices.Compact(l.findings)
}
