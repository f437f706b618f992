package wire

import (
	"strconv"
	"strings"
)

// Codes that this package answers by itself.
const (
	codeInvalid = "InvalidParameter"
	codeUnknown = "UnknownParameter"
	codeMissing = "MissingParameter"
	codeValue   = "InvalidParameterValue"
)

// Error says what is wrong with the parameters of a call. All of it may be shown to the caller.
type Error struct {
	Code   string // a documented error code
	Path   string // the parameter, as in Tags.0.Key, shortened; "" when it is about the whole
	Value  string // the offending value, shortened; "" for a secret or where there is none
	Detail string // one sentence
}

func (e *Error) Error() string { return e.Code + ": " + e.Detail }

// maxPath bounds the names of the caller's that errors repeat, in characters.
const maxPath = 128

// shorten cuts s to n runes for a message or a record.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	count := 0
	for i := range s {
		if count == n {
			return s[:i] + "…"
		}
		count++
	}
	return s
}

// quote puts a name in back-quotes: tools that read messages look for them.
func quote(s string) string { return "`" + strings.ReplaceAll(shorten(s, maxPath), "`", "'") + "`" }

// fault is an Error in the making. A walk that finds one names the way to it from the inside out, so that a walk
// without faults costs nothing.
type fault struct {
	code, path, value, what string
	member                  *Member // that is missing
}

// in puts a fault under the member or element it was found in.
func (f *fault) in(name string) *fault {
	switch {
	case f == nil:
	case f.path == "":
		f.path = name
	default:
		f.path = name + "." + f.path
	}
	return f
}

// at is in for an element.
func (f *fault) at(i int) *fault {
	if f == nil {
		return nil
	}
	return f.in(strconv.Itoa(i))
}

// err is the finished error, nil for no fault.
func (f *fault) err() error {
	if f == nil {
		return nil
	}
	return &Error{Code: f.code, Path: shorten(f.path, maxPath), Value: f.value, Detail: "The parameter " + quote(f.path) + " " + f.what + "."}
}
