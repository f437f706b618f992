package component

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/gateway"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/tc3"
)

// Dependencies are what the door stands on.
type Dependencies struct {
	Gateway    *gateway.Gateway // who calls, and the pipeline
	Store      *store.DB
	Access     *access.Engine
	Finder     *credential.Finder
	Handlers   map[string]gateway.Handler // of cam
	Strategies Strategies
	Directory  Directory
	// Granularity is how finely an action can be granted; nil: every action names the resources that it touches.
	Granularity func(service, action string) policy.Granularity
	// Own tells the services that hufu serves itself, whose signatures are for nobody else to examine.
	Own     func(service string) bool
	Metrics gateway.Metrics
	Log     *slog.Logger
	Now     func() time.Time
}

// Strategies does with policies what no action of API 3.0 does.
type Strategies interface {
	// CreateStrategy makes a policy and attaches it to whom the principal of in.PolicyDocument names; stored is the document
	// without the principal.
	CreateStrategy(ctx context.Context, c *call.Call, in *cam20190116.CreatePolicyRequest, stored string) (*cam20190116.CreatePolicyResponse, error)
	CreateMode(ctx context.Context, a store.Account, id int64) (int64, error)
	AttachToUsers(ctx context.Context, c *call.Call, policies, users []int64) error
	DetachFromUsers(ctx context.Context, c *call.Call, policies, users []int64) error
}

// Directory finds the root user or sub-account with a uin, of any account; store.ErrNotFound where there is none. Its
// standing says whether it may act at all.
type Directory interface {
	PrincipalByNumber(ctx context.Context, kind call.PrincipalKind, id int64) (call.Principal, call.Standing, error)
}

// Door answers component calls. It is safe for concurrent use.
type Door struct {
	*gateway.Pipeline
	authenticator *gateway.Authenticator
	db            *store.DB
	engine        *access.Engine
	finder        *credential.Finder
	handlers      map[string]gateway.Handler
	strategies    Strategies
	directory     Directory
	granularity   func(service, action string) policy.Granularity
	own           func(service string) bool
	metrics       gateway.Metrics
	log           *slog.Logger
	now           func() time.Time
}

// New makes the door.
func New(d Dependencies) *Door {
	return &Door{Pipeline: d.Gateway.Pipeline, authenticator: d.Gateway.Authenticator, db: d.Store, engine: d.Access, finder: d.Finder,
		handlers: d.Handlers, strategies: d.Strategies, directory: d.Directory, granularity: d.Granularity, own: d.Own,
		metrics: d.Metrics, log: d.Log, now: d.Now}
}

// Path is where the door is.
const Path = "/component"

// Serves reports whether a path is the door's.
func Serves(path string) bool { return path == Path || path == Path+"/" }

// exchange is one request at the door.
type exchange struct {
	*Door
	facts    call.Call
	envelope envelope
	row      *interfaceRow
	ask      gateway.Ask
	once     *once // of a call that changes something

	who     *call.Principal // whom the answer is about
	success string          // the message of success
	code    int             // the return code of a failure, 0: that of its error code
	desc    string          // the codeDesc of a failure, "": that of its error code

	document string // strategyInfo
}

// ServeHTTP answers one call.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{Door: d, success: "OK", envelope: envelope{version: "1", eventID: "0"},
		facts: call.Call{RequestID: call.NewRequestID(), Door: "component", Service: "cam", Version: cam20190116.Service.Version, At: d.now(),
			IP: d.authenticator.Peer(r), Language: fault.ParseLanguage(r.Header.Get("X-Tc-Language"))}}
	data, failed := x.guarded(w, r)
	answer := &reply{message: x.success, who: x.who, data: data}
	if failed != nil {
		answer = x.failure(failed)
	}
	answer.write(w, x)
}

// failure is the answer of a call that failed.
func (x *exchange) failure(failed *fault.Error) *reply {
	returnCode, desc := describe(failed.Code)
	text := failed.Message(x.facts.Language)
	switch {
	case failed == errReplayed:
		returnCode, desc, text = replayed, "SignatureReplayed", replayedText[x.facts.Language]
	case gateway.Barred(failed):
		returnCode = blocked
	case returnCode == noRight && x.ask.Action != nil && x.ask.Action.Resource != "*":
		returnCode = noResource
	}
	if x.code != 0 {
		returnCode = x.code
	}
	if x.desc != "" {
		desc = x.desc
	}
	if returnCode == badParameters && x.row != nil {
		desc, text = missing(desc, x.document), x.row.renames.Replace(text)
	}
	if returnCode == noResource {
		desc = "SecretidNotAuthAccessResource"
	}
	return &reply{returnCode: returnCode, message: desc + ": " + text}
}

// guarded turns a panic at the door into an answer; the pipeline guards what is behind it by itself.
func (x *exchange) guarded(w http.ResponseWriter, r *http.Request) (data []byte, failed *fault.Error) {
	defer func() {
		if v := recover(); v != nil {
			x.log.Error("a request panicked", "request_id", x.facts.RequestID, "panic", v, "stack", string(debug.Stack()))
			x.code, x.desc = 0, ""
			data, failed = nil, fault.New(code.InternalError)
		}
	}()
	return x.serve(w, r)
}

// serve takes a call to its end.
func (x *exchange) serve(w http.ResponseWriter, r *http.Request) ([]byte, *fault.Error) {
	if failed := x.Blocked(&x.facts); failed != nil {
		return nil, failed
	}
	body, err := read(w, r)
	x.facts.At = x.now() // a body may be long on its way
	if err == nil {
		err = x.find(r, body)
	}
	if err != nil {
		return nil, x.Reject(&x.facts, err)
	}
	x.facts.Action, x.facts.Client = x.row.action.Name, x.envelope.component
	signed, err := x.authenticate(r, body)
	if err != nil {
		keyID := ""
		if signed != nil {
			keyID = signed.Authorization.SecretID
		}
		return nil, unauthenticated(x.Refuse(&x.facts, keyID, err))
	}
	x.who, x.facts.Caller = &x.ask.Holder.Principal, &x.ask.Holder.Principal
	if !x.row.mutates {
		return x.run(r.Context())
	}
	return x.runOnce(r.Context(), signed)
}

// read reads a body.
func read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	switch {
	case r.Method != http.MethodPost:
		return nil, fault.New(code.UnsupportedProtocol).WithDetail("Use POST.")
	case !isJSON(r.Header.Get("Content-Type")):
		return nil, fault.New(code.UnsupportedProtocol).WithDetail("The content type must be application/json or text/plain, in UTF-8.")
	}
	if r.ContentLength > maxBody {
		w.Header().Set("Connection", "close") // the rest stays unread
		return nil, fault.New(code.RequestSizeLimitExceeded)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, fault.New(code.RequestSizeLimitExceeded)
	}
	if err != nil {
		return nil, malformed("", "The body ends early.")
	}
	return body, nil
}

// isJSON reports whether a content type may hold an envelope.
func isJSON(contentType string) bool {
	media, parameters, _ := strings.Cut(contentType, ";")
	if media = strings.TrimSpace(media); !strings.EqualFold(media, "application/json") && !strings.EqualFold(media, "text/plain") {
		return false
	}
	name, value, _ := strings.Cut(strings.TrimSpace(parameters), "=")
	return name == "" || strings.EqualFold(name, "charset") && strings.EqualFold(strings.Trim(value, `"`), "utf-8")
}

// find reads the envelope, and finds its interface.
func (x *exchange) find(r *http.Request, body []byte) (err error) {
	if x.envelope, err = readEnvelope(body); err != nil {
		return err
	}
	name := x.envelope.name
	if x.row = byName[name]; x.row == nil {
		return fault.New(code.InvalidAction, name, "cam", "component").WithDetail("There is no interface `" + clip(name) + "`.")
	}
	if said := r.Header["X-Tc-Action"]; len(said) > 0 && (len(said) > 1 || said[0] != name) {
		return malformed("X-TC-Action", "The header X-TC-Action names another interface than the body.")
	}
	x.ask.Action = x.row.action
	return nil
}

// service is what the credential scope of a signed call names.
const service = "cam"

// authenticate finds who signed.
func (x *exchange) authenticate(r *http.Request, body []byte) (*gateway.Signed, error) {
	signed, err := gateway.ReadSigned(r.Header)
	if err != nil {
		return nil, err
	}
	if r.Header.Get("X-Tc-Content-Sha256") == tc3.UnsignedPayload {
		// Nothing but the body says what is to be done.
		return signed, fault.New(code.AuthFailureInvalidAuthorization, "X-TC-Content-SHA256").WithDetail("The body must be signed.")
	}
	signed.Request = x.authenticator.Received(r, body, x.facts.IP)
	signed.Request.URIs = []string{Path, "/", Path + "/"}
	signed.Accepts = func(scope string) bool { return scope == service }
	x.ask.Holder, err = x.authenticator.TC3(r.Context(), signed, x.facts.At)
	return signed, err
}

// unauthenticated makes whatever keeps a call from being authenticated the failure of that.
func unauthenticated(failed *fault.Error) *fault.Error {
	if failed != errReplayed && returnCodeOf(failed.Code) == badParameters {
		return fault.New(code.AuthFailureInvalidAuthorization, "Authorization").WithDetail(failed.Message(fault.English))
	}
	return failed
}

// maxSkew is how far the envelope's timestamp may be from ours, in seconds; exactly this much still passes.
const maxSkew = 300

// checkTimestamp refuses an envelope that was made long ago, or will be.
func (x *exchange) checkTimestamp() error {
	if d := x.facts.At.Unix() - x.envelope.timestamp; x.envelope.timed && (d > maxSkew || d < -maxSkew) {
		return fault.New(code.AuthFailureSignatureExpire, strconv.FormatInt(x.facts.At.Unix(), 10))
	}
	return nil
}

// run reads the parameters, and runs what the interface stands for. A call whose parameters are wrong goes the same way, so
// that it is authorized, counted and recorded before its caller is told.
func (x *exchange) run(ctx context.Context) ([]byte, *fault.Error) {
	err := x.checkTimestamp()
	if err == nil {
		err = x.prepare()
	}
	if err != nil {
		x.ask.Task = &refusal{err}
	}
	x.facts.Service, x.facts.Action = x.ask.Action.Service, x.ask.Action.Name
	x.ask.Facts = x.facts
	response, failed := x.Run(ctx, x.ask)
	if failed != nil {
		if failed != err {
			x.desc = "" // it is about something else than the parameters
		}
		return nil, failed
	}
	return response.AppendJSON(nil), nil
}

// prepare makes the ask of a call from its parameters.
func (x *exchange) prepare() error {
	para, err := x.row.read(x.envelope.para)
	if e, ok := errors.AsType[*wire.Error](err); ok {
		var failed *fault.Error
		failed, x.desc = parameterFault(e)
		return failed
	}
	if err != nil {
		return err
	}
	x.ask.Params, x.document = x.row.rename(para), str(para, "strategyInfo")
	if x.row.prepare != nil {
		if err := x.row.prepare(x, para); err != nil {
			return err
		}
	}
	if x.ask.Task == nil && x.ask.Handler == nil {
		x.ask.Handler = x.handler(x.ask.Action, x.row.answer)
	}
	return nil
}

// runOnce runs a call that changes something, if its signature was not used before. When the answer leaves, the signature
// is spent.
func (x *exchange) runOnce(ctx context.Context, signed *gateway.Signed) ([]byte, *fault.Error) {
	timestamp, err := strconv.ParseInt(signed.Timestamp, 10, 64)
	if err == nil {
		x.once, err = newOnce(x.facts.Caller.Account, signed.Authorization.Signature, timestamp)
	}
	var spent bool
	if err == nil {
		spent, err = x.once.spent(ctx, x.db.Read())
	}
	if err == nil && spent {
		x.log.Info("a signature was used again", "request_id", x.facts.RequestID, "account", int64(x.facts.Caller.Account))
		err = errReplayed
	}
	if err != nil {
		return nil, x.Refuse(&x.facts, signed.Authorization.SecretID, err)
	}
	x.ask.First = x.once.spend
	data, failed := x.run(ctx)
	if failed == nil || failed == errReplayed {
		return data, failed
	}
	// The caller may have hung up: its signature is spent all the same.
	err = x.db.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { return x.once.spend(ctx, tx) })
	if err != nil && !errors.Is(err, errReplayed) {
		x.log.Error("a signature is not spent", "request_id", x.facts.RequestID, "error", err)
		x.code, x.desc = 0, ""
		return nil, fault.Internal(err)
	}
	return nil, failed
}
