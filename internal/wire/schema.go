package wire

import (
	"regexp"
	"slices"
)

// Request is what an action takes. Decode fills it from a checked tree.
type Request interface {
	Decode(v *Value)
}

// Response is what an action answers. AppendJSON appends one JSON object without the request id, which belongs to
// the envelope.
type Response interface {
	AppendJSON(dst []byte) []byte
}

// Kind is the declared type of a member.
type Kind uint8

// The kinds. Int and Uint are both int64 in Go, because ids are; they differ in whether negatives are refused.
const (
	String Kind = iota + 1
	Int
	Uint
	Bool
	Float
	Object
)

// Member is one member of a request, an answer or a type. The fields after Secret are the value rules.
type Member struct {
	Name     string
	Kind     Kind
	List     bool    // a list of Kind
	Struct   *Struct // the members, of an Object
	Required bool
	Nullable bool
	Secret   bool // never in audit records, logs and messages

	// Min and Max bound the runes of a string, the value of a number, the count of a list.
	Min, Max       int64
	HasMin, HasMax bool
	MaxBytes       int            // of a string, 0 for no bound
	Pattern        *regexp.Regexp // anchored, of a string
	Enum           []string       // of a string
	EnumInt        []int64        // of a number
	Code           string         // for a broken rule, if the action lists it
}

// Struct is a list of members in the order of the contract, at most 64.
type Struct struct {
	Name    string
	Members []Member
}

// index finds a member by name. Clients mostly send members in the order of the contract, so the search starts at
// hint.
func (s *Struct) index(name string, hint int) int {
	for i := hint; i < len(s.Members); i++ {
		if s.Members[i].Name == name {
			return i
		}
	}
	for i := range min(hint, len(s.Members)) {
		if s.Members[i].Name == name {
			return i
		}
	}
	return -1
}

// Member finds a member by name, or nil.
func (s *Struct) Member(name string) *Member {
	if i := s.index(name, 0); i >= 0 {
		return &s.Members[i]
	}
	return nil
}

// Action is one action of a service version.
type Action struct {
	Service, Version, Name string

	Permission string // what the caller needs, "" when any authenticated identity may call
	Resource   string // "*", a template (see ResourceFor), or "resolved": the handler names it, and asks
	Write      bool   // the audit record goes into the call's own transaction
	Planned    bool   // declared but not built: UnsupportedOperation
	Unsigned   bool   // may come with Authorization: SKIP
	Rate       int    // calls per second and principal

	Input, Output *Struct
	Errors        []string // sorted: what this action may answer besides CommonErrors
	New           func() Request
}

// ErrorListed tells whether the action may answer code: it lists it, or every action may answer it.
func (a *Action) ErrorListed(code string) bool {
	if _, ok := slices.BinarySearch(a.Errors, code); ok {
		return true
	}
	_, ok := slices.BinarySearch(CommonErrors, code)
	return ok
}

// ResourceResolved is the Resource of an action whose handler alone can name the object: it must ask by itself.
const ResourceResolved = "resolved"

// Service is one version of a service.
type Service struct {
	Name, Version, Title string
	Actions              []*Action // sorted by name
}

// Action finds an action by its exact name, or nil.
func (s *Service) Action(name string) *Action {
	i, ok := slices.BinarySearchFunc(s.Actions, name, func(a *Action, name string) int {
		switch {
		case a.Name < name:
			return -1
		case a.Name > name:
			return 1
		}
		return 0
	})
	if !ok {
		return nil
	}
	return s.Actions[i]
}

// Missing names the actions that the contract calls built and for which bound says no. A product's test holds it
// empty.
func (s *Service) Missing(bound func(action string) bool) []string {
	var out []string
	for _, a := range s.Actions {
		if !a.Planned && !bound(a.Name) {
			out = append(out, a.Name)
		}
	}
	return out
}
