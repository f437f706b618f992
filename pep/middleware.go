package pep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

type contextKey struct{}

// CallerFrom is who called, in a handler behind Middleware.
func CallerFrom(ctx context.Context) (*Caller, bool) {
	c, ok := ctx.Value(contextKey{}).(*Caller)
	return c, ok
}

// Middleware lets a request through to a handler if its signature is good and its caller may do all that resolve says the
// request wants to do. The others are answered by Config.Fail: see Verify and Allow for the errors, and 403
// AuthFailure.UnauthorizedOperation for who may not.
//
// resolve maps a request to its questions, one for each resource. It may read the body, of which the handler gets a fresh
// copy, and ask CallerFrom who calls. Where it fails the request does not pass: with its error where that is an *Error, else
// with 500. A request with no question does not pass either; what everybody may do who can sign is for Verify.
func (e *Enforcer) Middleware(resolve func(*http.Request) ([]Question, error)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r, err := e.enforce(r, resolve)
			if err != nil {
				failed, ok := errors.AsType[*Error](err)
				if !ok {
					failed = internal(err)
				}
				e.config.Fail(w, r, failed)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// enforce is the request with its caller, or an error.
func (e *Enforcer) enforce(r *http.Request, resolve func(*http.Request) ([]Question, error)) (*http.Request, error) {
	r = r.WithContext(r.Context()) // a copy: Verify changes the body
	caller, err := e.Verify(r)
	if err != nil {
		return r, err
	}
	r = r.WithContext(context.WithValue(r.Context(), contextKey{}, caller))
	body := r.Body
	questions, err := resolve(r)
	if err != nil {
		return r, err
	}
	if b, ok := body.(*memory); ok {
		b.Reset(b.all)
	}
	r.Body = body
	if len(questions) == 0 {
		return r, internal(errNoQuestion)
	}
	decisions, err := e.AllowAll(r.Context(), caller, questions...)
	if err != nil {
		return r, err
	}
	return r, e.denial(questions, decisions)
}

var errNoQuestion = errors.New("pep: the service asks nothing about this request")

// memory is a body that was read.
type memory struct {
	bytes.Reader
	all []byte
}

func newMemory(all []byte) *memory {
	m := &memory{all: all}
	m.Reset(all)
	return m
}

// Close has nothing to do.
func (*memory) Close() error { return nil }

// maxNamed bounds the resources that a denial names.
const maxNamed = 10

// denial is the refusal of what is not allowed, nil where all of it is. Operation and resource are named as hufu does in
// its own denials: people copy them into policies.
func (e *Enforcer) denial(questions []Question, decisions []Decision) error {
	var message, detail strings.Builder
	action, denied := "", 0
	for i, d := range decisions {
		if d.Allowed {
			continue
		}
		if denied++; denied > maxNamed {
			continue
		}
		if named := questions[i].action(e.config.Service); named != action {
			action = named
			fmt.Fprintf(&message, "you are not authorized to perform operation (%s)\n", action)
		}
		fmt.Fprintf(&message, "resource (%s) has no permission\n", questions[i].resource())
		fmt.Fprintf(&detail, " decision %s: %s", d.ID, d.Detail)
	}
	if denied == 0 {
		return nil
	}
	if denied > maxNamed {
		fmt.Fprintf(&message, "%d further resources have no permission\n", denied-maxNamed)
	}
	return &Error{Status: http.StatusForbidden, Code: codeDenied, Message: message.String(), cause: errors.New("pep: denied:" + detail.String())}
}
