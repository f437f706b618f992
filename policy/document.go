package policy

import (
	"fmt"

	"github.com/hufu-iam/hufu/qcs"
)

// A Document is a parsed policy. It is read-only: what it was compiled from
// must not change under a [Set].
type Document struct {
	// Text is the text to store and to give back: what was submitted, percent
	// encoding undone, otherwise byte for byte, wrapper included.
	Text string
	// Body is Text without a strategyInfo wrapper.
	Body string
	// Principal is the principal above the statements, nil if there is none.
	Principal  *Principals
	Statements []Statement
}

// Effect is what a statement, or a decision, comes to.
type Effect uint8

// The effects. Statements have Allow or ExplicitDeny only.
const (
	ImplicitDeny Effect = iota // nothing allows it
	ExplicitDeny
	Allow
)

// String returns the words used in answers and logs.
func (e Effect) String() string {
	switch e {
	case Allow:
		return "allow"
	case ExplicitDeny:
		return "explicit_deny"
	}
	return "implicit_deny"
}

// MarshalText writes the word.
func (e Effect) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText reads the word.
func (e *Effect) UnmarshalText(text []byte) error {
	for _, known := range [...]Effect{ImplicitDeny, ExplicitDeny, Allow} {
		if known.String() == string(text) {
			*e = known
			return nil
		}
	}
	return fmt.Errorf("unknown effect %q", text)
}

// A Statement as it was written.
type Statement struct {
	Offset, End int // where it stands in Document.Text
	Effect      Effect
	Actions     []string
	// Resources is nil when the member is absent, which only trust documents
	// may do, and ["*"] for every way to write "all".
	Resources  []string
	Conditions []Condition
	Principal  *Principals

	path      string
	actions   []action
	resources []resource
	compiled  []condition
}

// A Condition is one key of one operator. All conditions of a statement must
// hold.
type Condition struct {
	Operator, Key string
	Values        []string // numbers and booleans as they were written

	offset int
}

// A PrincipalClass is a member of the principal object.
type PrincipalClass string

// The classes.
const (
	ClassQCS       PrincipalClass = "qcs"
	ClassService   PrincipalClass = "service"
	ClassFederated PrincipalClass = "federated"
)

// Principals is the principal member of a document or statement.
type Principals struct {
	Offset  int
	Anyone  bool // "*"
	Entries []PrincipalEntry
}

// A PrincipalEntry is one principal.
type PrincipalEntry struct {
	Class  PrincipalClass
	Text   string
	Entity qcs.Entity // not for ClassService
	Offset int
	Path   string
}

// Principals returns every principal named anywhere in the document, in the
// order of the text. Whether they exist is for the caller to find out.
func (d *Document) Principals() []PrincipalEntry {
	var all []PrincipalEntry
	if d.Principal != nil {
		all = append(all, d.Principal.Entries...)
	}
	for i := range d.Statements {
		if p := d.Statements[i].Principal; p != nil {
			all = append(all, p.Entries...)
		}
	}
	return all
}

// A resource pattern of a statement, compiled.
type resource struct {
	pattern qcs.Pattern
	path    template // used instead of the pattern's own path
}

// parseResource returns the code of what is wrong.
func parseResource(text string) (resource, Code, string) {
	if text == "" {
		return resource{}, CodeResourceQcsError, "an empty resource in a list"
	}
	p, err := qcs.ParsePattern(text)
	if err != nil {
		e := err.(*qcs.Error)
		return resource{}, segmentCode(e.Segment), e.Error()
	}
	path, bad := parseTemplate(p.Path(), true)
	if bad != "" {
		return resource{}, CodeResourceContentError, "unknown variable " + bad
	}
	return resource{p, path}, "", ""
}

func segmentCode(s qcs.Segment) Code {
	switch s {
	case qcs.SegmentProject:
		return CodeResourceProjectError
	case qcs.SegmentService:
		return CodeResourceServiceNotExist
	case qcs.SegmentRegion:
		return CodeResourceRegionError
	case qcs.SegmentAccount:
		return CodeResourceUinError
	case qcs.SegmentPath:
		return CodeResourceContentError
	}
	return CodeResourceQcsError
}
