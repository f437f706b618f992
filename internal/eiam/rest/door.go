package rest

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/eiam"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/gateway"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// Dependencies are what the door stands on.
type Dependencies struct {
	Gateway  *gateway.Gateway // the pipeline, and who a peer is
	Product  *eiam.Product
	Service  *wire.Service
	Handlers map[string]gateway.Handler
	Log      *slog.Logger
	Now      func() time.Time
}

// Door answers the requests of applications. It is safe for concurrent use.
type Door struct {
	*gateway.Pipeline
	authenticator *gateway.Authenticator
	product       *eiam.Product
	service       *wire.Service
	handlers      map[string]gateway.Handler
	routes        *routes
	token         *wire.Action
	log           *slog.Logger
	now           func() time.Time
}

// New makes the door.
func New(d Dependencies) *Door {
	return &Door{Pipeline: d.Gateway.Pipeline, authenticator: d.Gateway.Authenticator, product: d.Product, service: d.Service,
		handlers: d.Handlers, routes: newRoutes(d.Service), token: d.Service.Action("CreateToken"), log: d.Log, now: d.Now}
}

const (
	prefix = "/api/v2/tenant"
	// tokenAlias is where mobile back ends ask for a token.
	tokenAlias = "/api/oap/oauth/token"
)

// Serves reports whether a path, as it was sent, is one of the door's.
func Serves(escaped string) bool {
	return escaped == prefix || strings.HasPrefix(escaped, prefix+"/") || escaped == tokenAlias
}

// exchange is one request at the door.
type exchange struct {
	*Door
	w        http.ResponseWriter
	r        *http.Request
	facts    call.Call
	endpoint *endpoint
	segments []string
}

// ServeHTTP answers one request.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e := &exchange{Door: d, w: w, r: r, facts: call.Call{RequestID: call.NewRequestID(), Door: "eiam", Service: d.service.Name, Version: d.service.Version,
		At: d.now(), IP: d.authenticator.Peer(r), Host: d.authenticator.Host(r), Language: language(r.Header)}}
	w.Header()["X-Request-Id"] = []string{e.facts.RequestID}
	response, failed := e.guarded(r.Context())
	if failed != nil {
		fail(w, failed, e.facts.Language)
		return
	}
	reply(w, e.endpoint.action.Status, response.AppendJSON(make([]byte, 0, 512)))
}

// guarded turns a panic at the door into an answer; the pipeline guards what is behind it by itself.
func (e *exchange) guarded(ctx context.Context) (response wire.Response, failed *fault.Error) {
	defer func() {
		if v := recover(); v != nil {
			e.log.Error("a request panicked", "request_id", e.facts.RequestID, "panic", v, "stack", string(debug.Stack()))
			response, failed = nil, fault.New(code.InternalError)
		}
	}()
	return e.serve(ctx)
}

func (e *exchange) serve(ctx context.Context) (wire.Response, *fault.Error) {
	if failed := e.Blocked(&e.facts); failed != nil {
		return nil, failed
	}
	if err := e.route(); err != nil {
		return nil, e.Reject(&e.facts, err)
	}
	e.facts.Action = e.endpoint.action.Name
	var body []byte
	if e.endpoint.action == e.token || takesBody(e.endpoint.action) {
		var err error
		if body, err = readBody(e.w, e.r); err != nil {
			return nil, e.Reject(&e.facts, err)
		}
	}
	e.facts.At = e.now() // a body may be long on its way: expiry counts from here
	if len(e.r.URL.RawQuery) > maxQuery {
		return nil, e.Reject(&e.facts, fault.New(codeTooLarge))
	}
	tenant, err := e.product.TenantOf(ctx, e.facts.Host)
	if err != nil && !errors.Is(err, eiam.ErrNotFound) {
		return nil, e.Reject(&e.facts, err)
	}
	if e.endpoint.action == e.token {
		return e.serveToken(ctx, tenant, body)
	}
	caller, err := e.authenticate(ctx, tenant)
	if err != nil {
		return nil, e.Refuse(&e.facts, "", err)
	}
	params, in := parameters(e.endpoint, e.segments, e.r.Header, e.r.URL.RawQuery, body)
	return e.run(ctx, caller, params, in)
}

// route finds the endpoint of the request.
func (e *exchange) route() error {
	path := e.r.URL.EscapedPath()
	if path == tokenAlias {
		path = prefix + "/token"
	}
	all, ok := segments(path, prefix)
	if !ok {
		return fault.New(codeNoRoute)
	}
	end := e.routes.find(all)
	if end == nil {
		return fault.New(codeNoRoute)
	}
	if e.endpoint = end.methods[e.r.Method]; e.endpoint == nil {
		e.w.Header().Set("Allow", end.allowed())
		return fault.New(codeNoMethod)
	}
	e.segments = all
	return nil
}

// authenticate answers which application of the tenant asks.
func (e *exchange) authenticate(ctx context.Context, tenant store.Account) (*eiam.Caller, error) {
	token, ok := bearer(e.r.Header)
	if !ok {
		return nil, fault.New(codeToken)
	}
	return e.product.Bearer(ctx, tenant, e.endpoint.action, token, e.facts.At)
}

// run hands the call to the pipeline.
func (e *exchange) run(ctx context.Context, caller *eiam.Caller, params *wire.Value, in *gateway.Checked) (wire.Response, *fault.Error) {
	in.Handler = e.handlers[e.endpoint.action.Name]
	e.facts.Caller = caller.Principal()
	return e.Run(ctx, gateway.Ask{Facts: e.facts, Action: e.endpoint.action, Params: params, Authority: caller, Checked: in})
}
