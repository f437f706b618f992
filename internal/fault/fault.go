// Package fault is the error that a caller of an API may see: a documented code, one sentence in the caller's
// language, and behind it the private cause that only the log gets.
//
//   - Error() prints the public half, Unwrap leads to the private one; SQL, paths and key material stay private.
//   - The sentences stand in one table (messages.go), a code a row, in en-US and zh-CN; a code without a row is a
//     failing test, not a surprise on the wire.
//   - Codes are constants of internal/wire/code, made from the contract. The pipeline counts and logs a code that
//     the action does not list, and every test harness fails on it.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Language of a message. The zero value is zh-CN, the default that the common parameters document.
type Language uint8

// The two languages that X-TC-Language can name.
const (
	Chinese Language = iota
	English
)

// ParseLanguage reads X-TC-Language; an unknown or absent value is the default.
func ParseLanguage(s string) Language {
	if strings.EqualFold(s, "en-US") {
		return English
	}
	return Chinese
}

// Error is one API error. Make it with New.
type Error struct {
	Code   string
	args   []any
	text   string // replaces the sentence of the table, in every language
	said   *text  // replaces it in each
	detail string
	cause  error
}

// New makes the error of a documented code. The arguments fill the verbs of the code's sentences in order;
// never pass a secret or another account's data.
func New(code string, args ...any) *Error { return &Error{Code: code, args: args} }

// WithText gives the whole message instead of the code's sentence: for texts with a fixed shape that tools parse.
func (e *Error) WithText(text string) *Error {
	c := *e
	c.text = text
	return &c
}

// WithDetail adds one English sentence that says more than the code's own: shown in English only, since the details
// come from parsers.
func (e *Error) WithDetail(detail string) *Error {
	c := *e
	c.detail = detail
	return &c
}

// PersonDisabled is the answer to a credential of a sub-user whose person is disabled. It has a sentence of its own: who holds
// it has done nothing wrong, and no policy would help.
func PersonDisabled() *Error {
	return &Error{Code: "AuthFailure.UnauthorizedOperation", said: &personDisabled}
}

// WithCause attaches what really happened, for the log alone.
func (e *Error) WithCause(err error) *Error {
	c := *e
	c.cause = err
	return &c
}

// Internal wraps a failure of ours: the caller learns InternalError, the log the cause.
func Internal(err error) *Error { return New("InternalError").WithCause(err) }

// From finds the API error in err; any other error is a failure of ours.
func From(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return Internal(err)
}

// Is reports whether err is an API error with this code.
func Is(err error, code string) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == code
}

// Unauthenticated reports whether the caller is not who he says, or did not prove it.
func (e *Error) Unauthenticated() bool {
	return strings.HasPrefix(e.Code, "AuthFailure.") || e.Code == "invalid_token" || e.Code == "invalid_client"
}

// Error prints the public half in English.
func (e *Error) Error() string { return e.Code + ": " + e.Message(English) }

// Unwrap leads to the private cause.
func (e *Error) Unwrap() error { return e.cause }

// Message is the sentence for the caller.
func (e *Error) Message(l Language) string {
	if e.text != "" {
		return e.text
	}
	if e.detail != "" && l == English {
		return e.detail
	}
	t, ok := messages[e.Code]
	switch {
	case e.said != nil:
		t = *e.said
	case !ok:
		// A code of a family without a row of its own (InvalidParameter.X) still says what the family means.
		family, _, _ := strings.Cut(e.Code, ".")
		t = messages[family]
	}
	format := t.zh
	if l == English {
		format = t.en
	}
	verbs := strings.Count(format, "%")
	if verbs == 0 {
		return format
	}
	args := make([]any, verbs)
	for i := range args {
		args[i] = ""
		if i < len(e.args) {
			args[i] = clip(e.args[i])
		}
	}
	// An argument that is not there leaves no empty quotes behind.
	return emptyQuotes.Replace(fmt.Sprintf(format, args...))
}

var emptyQuotes = strings.NewReplacer(": ``", "", "：``", "", " `` ", " ", " ``", "", "`` ", "", "``", "")

// Documented reports whether a code has a sentence of its own.
func Documented(code string) bool {
	_, ok := messages[code]
	return ok
}

// clip bounds what a caller's own text can add to a message: 64 characters, as the documented errors do.
func clip(v any) any {
	s := fmt.Sprint(v)
	if r := []rune(s); len(r) > 64 {
		return string(r[:64]) + "…"
	}
	return s
}
