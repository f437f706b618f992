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
	JSON // any JSON object, kept as it is
)

// Place is where a request of a REST service carries a member.
type Place uint8

// The places. Everything is in the body of an API 3.0 request, whatever its form.
const (
	InBody  Place = iota // a member of the JSON object
	InPath               // a segment of the path
	InQuery              // the query string
	InForm               // a form body or the query string
)

// Paging is how the answers of a REST endpoint are paged: the members offset, a page number from 0, and limit.
type Paging uint8

// The ways of paging.
const (
	NotPaged Paging = iota
	Wide            // limit is 10 to 100
	Narrow          // limit is 1 to 50
)

// Member is one member of a request, an answer or a type. The fields after Secret are the value rules.
type Member struct {
	Name     string
	Kind     Kind
	List     bool    // a list of Kind
	Struct   *Struct // the members, of an Object
	In       Place   // of a REST request
	Alias    string  // another name that the body of a REST request may use
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
	// Unsupported says why the action is refused with UnsupportedOperation, after everything else was checked; "" for the rest.
	Unsupported string
	Unsigned    bool // may come with Authorization: SKIP
	Rate        int  // calls per second and principal

	// An action of a REST service is an endpoint.
	Method string
	Path   string // below the service's Base; a {member} is one segment
	Status int    // of a success; 204 has no body
	Family string // of the permission codes: writing needs Family_all; "" when no token is needed
	Paging Paging
	Late   bool     // only its path is checked before the handler, which asks for the rest: what it names must exist first
	Common []string // sorted: what every endpoint of the service may answer, in place of CommonErrors

	Input, Output *Struct
	Errors        []string // sorted: what this action may answer besides the common ones
	New           func() Request
}

// ErrorListed tells whether the action may answer code: it lists it, or every action of the service may answer it.
func (a *Action) ErrorListed(code string) bool {
	common := CommonErrors
	if a.Method != "" {
		common = a.Common
	}
	for _, list := range [...][]string{a.Errors, common} {
		if _, ok := slices.BinarySearch(list, code); ok {
			return true
		}
	}
	return false
}

// ResourceResolved is the Resource of an action whose handler alone can name the object: it must ask by itself.
const ResourceResolved = "resolved"

// Style is how clients address the actions of a service.
type Style uint8

// The styles. A service of style REST is no API 3.0 service: it has its own door, and nobody reaches it by naming an
// action, a host or the scope of a signature.
const (
	ByAction Style = iota // API 3.0: X-TC-Action names it
	REST                  // method and path
)

// Service is one version of a service.
type Service struct {
	Name, Version, Title string

	Style  Style
	Base   string   // of a REST service: what all paths begin with
	Common []string // of a REST service, sorted: what every endpoint may answer

	Actions []*Action // sorted by name
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
		if !a.Planned && a.Unsupported == "" && !bound(a.Name) {
			out = append(out, a.Name)
		}
	}
	return out
}
