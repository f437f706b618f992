// Package verify is the door for BI engines: they ask whether an embed token or an API key that somebody showed them is good,
// and whether a user may do something on a page.
//
//	POST /bi/v1/embed/verify   {"token": "..."}
//	POST /bi/v1/apikey/verify  {"apiKey": "..."}
//	POST /bi/v1/page/allowed   {"userId": "...", "projectId": "...", "pageId": "...", "right": "PageView"}
//
// Requests are signed with TC3 for the service bi; the caller needs bi:VerifyToken. A good token answers what it is for,
// and has lost one ticket by then; anything else answers {"active":false}, whatever the reason. What is wrong with the
// request itself is {"code", "message", "requestId"} with a status that fits.
package verify

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/bi"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/gateway"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// maxBody bounds a request: a token is 36 bytes.
const maxBody = 4 << 10

// service is what the credential scope of a request names.
const service = "bi"

// rate is per second and principal: one for every page that is shown.
const rate = 1000

// endpoint is one question: the members that it needs, and who answers.
type endpoint struct {
	action  *wire.Action
	members []string
	answer  func(ctx context.Context, p *bi.Product, c *call.Call, in []string) (wire.Response, error)
}

func action(name string, write bool) *wire.Action {
	return &wire.Action{Service: service, Name: name, Permission: "bi:VerifyToken", Resource: "*", Write: write, Rate: rate}
}

var endpoints = map[string]*endpoint{
	"/bi/v1/embed/verify": {action("VerifyToken", true), []string{"token"}, func(ctx context.Context, p *bi.Product, c *call.Call, in []string) (wire.Response, error) {
		return p.VerifyToken(ctx, c, in[0])
	}},
	"/bi/v1/apikey/verify": {action("VerifyApiKey", false), []string{"apiKey"}, func(ctx context.Context, p *bi.Product, c *call.Call, in []string) (wire.Response, error) {
		return p.VerifyKey(ctx, c, in[0])
	}},
	"/bi/v1/page/allowed": {action("VerifyPageRight", false), []string{"userId", "projectId", "pageId", "right"}, func(ctx context.Context, p *bi.Product, c *call.Call, in []string) (wire.Response, error) {
		return p.PageAllowed(ctx, c, in[0], in[1], in[2], in[3])
	}},
}

// Serves reports whether a path is the door's.
func Serves(path string) bool { return strings.HasPrefix(path, "/bi/v1/") }

// Door answers engines. It is safe for concurrent use.
type Door struct {
	*gateway.Pipeline
	authenticator *gateway.Authenticator
	product       *bi.Product
	log           *slog.Logger
	now           func() time.Time
}

// New makes the door.
func New(g *gateway.Gateway, product *bi.Product, log *slog.Logger, now func() time.Time) *Door {
	return &Door{Pipeline: g.Pipeline, authenticator: g.Authenticator, product: product, log: log, now: now}
}

// ServeHTTP answers one request.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := endpoints[r.URL.Path]
	switch {
	case at == nil:
		http.NotFound(w, r)
		return
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "Use POST.", http.StatusMethodNotAllowed)
		return
	}
	facts := &call.Call{RequestID: call.NewRequestID(), Door: "bi-engine", Service: service, Action: at.action.Name,
		At: d.now(), IP: d.authenticator.Peer(r), Language: fault.ParseLanguage(r.Header.Get("X-Tc-Language"))}
	answer, failed := d.guarded(w, r, at, facts)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Request-Id", facts.RequestID)
	w.Header().Set("Cache-Control", "no-store")
	var body []byte
	if failed != nil {
		body = wire.AppendString([]byte(`{"code":`), failed.Code)
		body = wire.AppendString(append(body, `,"message":`...), failed.Message(facts.Language))
		body = append(wire.AppendString(append(body, `,"requestId":`...), facts.RequestID), '}')
		w.WriteHeader(status(failed.Code))
	} else {
		body = answer.AppendJSON(body)
	}
	_, _ = w.Write(body) // a client that is gone needs no answer
}

// guarded turns a panic at the door into an answer; the pipeline guards what is behind it by itself.
func (d *Door) guarded(w http.ResponseWriter, r *http.Request, at *endpoint, facts *call.Call) (answer wire.Response, failed *fault.Error) {
	defer func() {
		if v := recover(); v != nil {
			d.log.Error("a request panicked", "request_id", facts.RequestID, "panic", v, "stack", string(debug.Stack()))
			answer, failed = nil, fault.New(code.InternalError)
		}
	}()
	return d.ask(w, r, at, facts)
}

// ask takes a call to its end.
func (d *Door) ask(w http.ResponseWriter, r *http.Request, at *endpoint, facts *call.Call) (wire.Response, *fault.Error) {
	if failed := d.Blocked(facts); failed != nil {
		return nil, failed
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	facts.At = d.now()
	if err != nil {
		failed := fault.New(code.InvalidRequest).WithCause(err)
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			failed = fault.New(code.RequestSizeLimitExceeded)
		}
		return nil, d.Reject(facts, failed)
	}
	signed, err := gateway.ReadSigned(r.Header)
	if err != nil {
		return nil, d.Refuse(facts, "", err)
	}
	signed.Request = d.authenticator.Received(r, body, facts.IP)
	signed.Accepts = func(scope string) bool { return scope == service }
	holder, err := d.authenticator.TC3(r.Context(), signed, facts.At)
	if err != nil {
		return nil, d.Refuse(facts, gateway.NamedID(signed.Authorization.SecretID), err)
	}
	facts.Caller = &holder.Principal
	task := &question{at: at, product: d.product}
	task.in, task.invalid = read(body, at.members)
	return d.Run(r.Context(), gateway.Ask{Facts: *facts, Holder: holder, Action: at.action, Task: task})
}

// read reads the members of a request, all of which are needed.
func read(body []byte, members []string) ([]string, error) {
	v, err := wire.ParseJSON(body)
	if err != nil {
		return nil, fault.New(code.InvalidParameter, "body") // it is no fault of ours, and in no log
	}
	in := make([]string, len(members))
	for i, name := range members {
		member := v.Get(name)
		if member == nil || member.Str() == "" {
			return nil, fault.New(code.MissingParameter, name)
		}
		in[i] = member.Str()
	}
	return in, nil
}

// question is one request, as the pipeline runs it.
type question struct {
	at      *endpoint
	product *bi.Product
	in      []string
	invalid error
}

// Run implements gateway.Task.
func (q *question) Run(ctx context.Context, c *call.Call) (wire.Response, error) {
	if q.invalid != nil {
		return nil, q.invalid
	}
	return q.at.answer(ctx, q.product, c, q.in)
}

// Describe implements gateway.Task. A secret is no part of a record.
func (q *question) Describe(*audit.Record) {}

// status is the HTTP status of an error code.
func status(c string) int {
	family, _, _ := strings.Cut(c, ".")
	switch {
	case c == code.AuthFailureUnauthorizedOperation:
		return http.StatusForbidden
	case family == "AuthFailure":
		return http.StatusUnauthorized
	case family == code.RequestLimitExceeded:
		return http.StatusTooManyRequests
	case c == code.RequestSizeLimitExceeded:
		return http.StatusRequestEntityTooLarge
	case family == code.InternalError:
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}
