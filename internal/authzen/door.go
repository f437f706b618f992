package authzen

import (
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/cache"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/gateway"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/tc3"
)

// Dependencies are what the door stands on.
type Dependencies struct {
	Gateway   *gateway.Gateway // who asks, and the pipeline
	Store     *store.DB
	Access    *access.Engine
	Keys      *credential.Keys
	Finder    *credential.Finder
	Directory Directory
	Actions   Actions
	// Granularity is how finely an action can be granted; nil: every action names the resources that it touches.
	Granularity func(service, action string) policy.Granularity
	Metrics     gateway.Metrics
	Log         *slog.Logger
	Now         func() time.Time
	Cached      int // principals that are kept in memory at most
}

// Actions knows the actions of registered products.
type Actions interface {
	// Titles has the service names of the products.
	Titles() map[string]string
	// Actions are the names of a product's actions.
	Actions(service string) map[string]bool
}

// Door answers questions. It is safe for concurrent use.
type Door struct {
	*gateway.Pipeline
	authenticator *gateway.Authenticator
	db            *store.DB
	engine        *access.Engine
	keys          *credential.Keys
	directory     Directory
	actions       Actions
	subjects      *subjects
	policies      *policies
	granularity   func(service, action string) policy.Granularity
	metrics       gateway.Metrics
	log           *slog.Logger
	now           func() time.Time
}

// New makes the door.
func New(d Dependencies) *Door {
	return &Door{Pipeline: d.Gateway.Pipeline, authenticator: d.Gateway.Authenticator, db: d.Store, engine: d.Access,
		keys: d.Keys, directory: d.Directory, actions: d.Actions,
		subjects: newSubjects(d.Store, d.Directory, d.Finder, d.Cached), policies: cache.New[[sha256.Size]byte, *policy.Set](cachedPolicies),
		granularity: d.Granularity, metrics: d.Metrics, log: d.Log, now: d.Now}
}

// Serves reports whether a path is one of the door's.
func Serves(path string) bool {
	return strings.HasPrefix(path, "/access/v1/") || path == metadataPath
}

// task is what a call asks, read from its body.
type task interface {
	gateway.Task
	cost() int // in questions
}

// endpoint is one of the calls with a body.
type endpoint struct {
	action *wire.Action
	read   func(d *Door, contentType string, body []byte) task
}

var endpoints = map[string]endpoint{
	"/access/v1/evaluation":  {evaluate, func(d *Door, typ string, body []byte) task { return d.readEvaluation(typ, body) }},
	"/access/v1/evaluations": {evaluate, func(d *Door, typ string, body []byte) task { return d.readEvaluations(typ, body) }},

	"/access/v1/search/subject":  {searching, func(d *Door, typ string, body []byte) task { return d.readSearch("subject", typ, body) }},
	"/access/v1/search/resource": {searching, func(d *Door, typ string, body []byte) task { return d.readSearch("resource", typ, body) }},
	"/access/v1/search/action":   {searching, func(d *Door, typ string, body []byte) task { return d.readSearch("action", typ, body) }},
}

// ServeHTTP answers one request.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case metadataPath:
		d.describe(w, r)
		return
	case forwardPath:
		d.forward(w, r)
		return
	}
	at, ok := endpoints[r.URL.Path]
	switch {
	case r.URL.Path == revisionPath:
		d.tellRevision(w, r)
	case !ok:
		http.NotFound(w, r)
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "Use POST.", http.StatusMethodNotAllowed)
	default:
		d.serve(w, r, &at)
	}
}

func (d *Door) serve(w http.ResponseWriter, r *http.Request, at *endpoint) {
	facts := call.Call{RequestID: call.NewRequestID(), Door: "authzen", Service: at.action.Service, Action: at.action.Name,
		At: d.now(), IP: d.authenticator.Peer(r), Language: language(r)}
	identify(w, r, facts.RequestID)
	answer, failed := d.guarded(w, r, at, &facts)
	if failed != nil {
		fail(w, failed, &facts)
		return
	}
	reply(w, answer.AppendJSON(make([]byte, 0, 512)))
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
	body, err := read(w, r)
	facts.At = d.now() // a body may be long on its way
	if err != nil {
		return nil, d.Reject(facts, err)
	}
	holder, keyID, err := d.authenticate(r, body, facts)
	if err != nil {
		return nil, unauthenticated(d.Refuse(facts, keyID, err))
	}
	facts.Caller = &holder.Principal
	asked := at.read(d, r.Header.Get("Content-Type"), body)
	return d.Run(r.Context(), gateway.Ask{Facts: *facts, Holder: holder, Action: at.action, Task: asked, Weight: asked.cost(), Quiet: at == &poll})
}

// read reads a body.
func read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > maxBody {
		w.Header().Set("Connection", "close") // the rest stays unread
		return nil, fault.New(code.RequestSizeLimitExceeded)
	}
	if n := r.ContentLength; n >= 0 {
		body := make([]byte, n)
		if _, err := io.ReadFull(r.Body, body); err != nil {
			return nil, malformed("", "The body ends early.").WithCause(err)
		}
		return body, nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, fault.New(code.RequestSizeLimitExceeded)
	}
	if err != nil {
		return nil, malformed("", "The body ends early.").WithCause(err)
	}
	return body, nil
}

// service is what the credential scope of a signed question names.
const service = "hufu"

// authenticate answers who asks: the signer, or the owner of a temporary credential's token. keyID is for the record of
// a refusal.
func (d *Door) authenticate(r *http.Request, body []byte, facts *call.Call) (holder *credential.Holder, keyID string, err error) {
	header := r.Header.Get("Authorization")
	if scheme, token, ok := strings.Cut(header, " "); ok && strings.EqualFold(scheme, "Bearer") {
		holder, err = d.authenticator.Bearer(r.Context(), strings.TrimSpace(token), facts.At)
		return holder, "", err
	}
	signed, err := gateway.ReadSigned(r.Header)
	if err != nil {
		return nil, "", err
	}
	signed.Request = d.authenticator.Received(r, body, facts.IP)
	signed.Accepts = func(scope string) bool { return scope == service }
	holder, err = d.authenticator.TC3(r.Context(), signed, facts.At)
	return holder, signed.Authorization.SecretID, err
}

// unauthenticated makes whatever keeps a request from being authenticated the failure of that.
func unauthenticated(failed *fault.Error) *fault.Error {
	if status(failed.Code) == http.StatusBadRequest {
		return fault.New(code.AuthFailureInvalidAuthorization).WithDetail(failed.Message(fault.English))
	}
	return failed
}

// language is that of X-TC-Language, else English: whoever uses this door reads its specification.
func language(r *http.Request) fault.Language {
	if header := r.Header.Get("X-Tc-Language"); header != "" {
		return fault.ParseLanguage(header)
	}
	return fault.English
}

// identify answers the asker's own name for the request, or ours, and ours in any case.
func identify(w http.ResponseWriter, r *http.Request, requestID string) {
	h := w.Header()
	h["X-Tc-Requestid"] = []string{requestID}
	if own := r.Header["X-Request-Id"]; len(own) > 0 {
		h["X-Request-Id"] = own[:1]
	} else {
		h["X-Request-Id"] = h["X-Tc-Requestid"]
	}
}

func reply(w http.ResponseWriter, body []byte) {
	h := w.Header()
	h["Content-Type"] = jsonType
	h["Cache-Control"] = noStore
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	_, _ = w.Write(body) // the asker hung up: there is nobody left to tell
}

var jsonType, noStore = []string{"application/json"}, []string{"no-store"}

func fail(w http.ResponseWriter, failed *fault.Error, facts *call.Call) {
	at := status(failed.Code)
	if at == http.StatusUnauthorized {
		w.Header()["Www-Authenticate"] = []string{tc3.Algorithm, "Bearer"}
	}
	write(w, at, failed, facts)
}

// write answers an error: its code, a sentence, and the id of the request.
func write(w http.ResponseWriter, status int, failed *fault.Error, facts *call.Call) {
	h := w.Header()
	h["Content-Type"] = []string{"text/plain; charset=utf-8"}
	h["X-Content-Type-Options"] = []string{"nosniff"}
	h["Cache-Control"] = noStore
	w.WriteHeader(status)
	_, _ = io.WriteString(w, failed.Code+": "+failed.Message(facts.Language)+" (request "+facts.RequestID+")\n")
}

// status is the HTTP status of an error code.
func status(c string) int {
	family, _, _ := strings.Cut(c, ".")
	switch {
	case c == code.AuthFailureUnauthorizedOperation || family == code.UnauthorizedOperation:
		return http.StatusForbidden
	case family == "AuthFailure":
		return http.StatusUnauthorized
	case family == code.RequestLimitExceeded:
		return http.StatusTooManyRequests
	case family == code.RequestSizeLimitExceeded:
		return http.StatusRequestEntityTooLarge
	case family == code.InternalError || family == code.ServiceUnavailable:
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}
