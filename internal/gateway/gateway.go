package gateway

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// Config is what an operator may set about the door.
type Config struct {
	SigningHosts   []string       // further names under which clients may have signed the host
	TrustedProxies []netip.Prefix // peers whose X-Forwarded headers count
	NoLimits       bool           // --rate-limit off
	// Registered tells the products that somebody else serves; nil: there are none. Whoever serves one can be given the
	// keys that verify signatures for it, so such a signature proves nothing here.
	Registered func(service string) bool
}

// Lookup names an action for a door that addresses it by service, version and name. The error is a *fault.Error.
func (g *Gateway) Lookup(service, version, action string) (*wire.Action, error) {
	versions := g.catalogue.versions[service]
	if versions == nil {
		return nil, fault.New(code.NoSuchProduct, service)
	}
	s := versions[version]
	if s == nil {
		return nil, fault.New(code.NoSuchVersion, version, service)
	}
	a := s.Action(action)
	if a == nil {
		return nil, fault.New(code.InvalidAction, action, service, version)
	}
	return a, nil
}

// ParseParameters reads the parameters of a call as JSON; an empty body is none. The error is a *fault.Error.
func ParseParameters(body []byte) (*wire.Value, error) {
	if len(body) == 0 {
		return wire.NewObject(), nil
	}
	v, err := wire.ParseJSON(body)
	return v, parameterFault(err)
}

// Handler runs one action of a product. The generated Bind of a service version makes them from methods.
type Handler = func(ctx context.Context, c *call.Call, in wire.Request) (wire.Response, error)

// Product is one service version with the handlers of the actions that are built.
type Product struct {
	Service  *wire.Service
	Handlers map[string]Handler
}

// Dependencies are what the pipeline stands on.
type Dependencies struct {
	Store   *store.DB
	Access  *access.Engine
	Keys    *credential.Keys
	Finder  *credential.Finder
	Trail   *audit.Trail
	Metrics Metrics
	Log     *slog.Logger
	Now     func() time.Time
}

// Gateway answers API 3.0 requests.
type Gateway struct {
	*Pipeline
	*Authenticator
	catalogue *catalogue
	now       func() time.Time
}

// New makes the gateway of these products.
func New(config Config, d Dependencies, products []Product) *Gateway {
	p := &Pipeline{
		access: d.Access, db: d.Store, trail: d.Trail, keys: d.Keys, finder: d.Finder, metrics: d.Metrics, log: d.Log,
		limits: newLimiter(config.NoLimits), handlers: map[*wire.Action]Handler{},
	}
	var services []*wire.Service
	for _, product := range products {
		services = append(services, product.Service)
		for _, a := range product.Service.Actions {
			p.handlers[a] = product.Handlers[a.Name]
			if a.Unsupported != "" {
				p.handlers[a] = unsupported(a)
			}
		}
	}
	return &Gateway{Pipeline: p, Authenticator: &Authenticator{config: config, finder: d.Finder}, catalogue: newCatalogue(services, config.Registered), now: d.Now}
}

// unsupported refuses an action that is none of hufu's, to callers who may call it and do so correctly: whether it is
// there is nobody else's to learn, and a caller can tell it from an action that found nothing.
func unsupported(a *wire.Action) Handler {
	return func(context.Context, *call.Call, wire.Request) (wire.Response, error) {
		return nil, fault.New(code.UnsupportedOperation, a.Name).WithDetail(a.Unsupported)
	}
}

// ServeHTTP answers one API 3.0 request.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !g.catalogue.endpoint(r.URL.Path) {
		http.NotFound(w, r)
		return
	}
	if r.Method == http.MethodOptions {
		w.Header().Set("Allow", "GET, POST, OPTIONS")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if trace := r.Header.Get("X-TC-TraceId"); trace != "" && len(trace) <= 128 {
		w.Header().Set("X-TC-TraceId", trace)
	}
	e := &exchange{Gateway: g, facts: call.Call{RequestID: call.NewRequestID(), Door: "api3", At: g.now(), IP: g.Peer(r)}}
	response, failed := e.guarded(r.Context(), w, r)
	answer(w, e.facts.RequestID, response, failed, e.facts.Language)
}

// exchange is one request at the door: its facts grow until the pipeline takes the call over.
type exchange struct {
	*Gateway
	facts call.Call
}

// guarded turns a panic at the door into an answer; the pipeline guards what is behind it by itself.
func (e *exchange) guarded(ctx context.Context, w http.ResponseWriter, r *http.Request) (response wire.Response, failed *fault.Error) {
	defer func() {
		if v := recover(); v != nil {
			e.log.Error("a request panicked", "request_id", e.facts.RequestID, "panic", v, "stack", string(debug.Stack()))
			response, failed = nil, fault.New(code.InternalError)
		}
	}()
	return e.serve(ctx, w, r)
}

func (e *exchange) serve(ctx context.Context, w http.ResponseWriter, r *http.Request) (wire.Response, *fault.Error) {
	if err := e.Blocked(&e.facts); err != nil {
		return nil, err
	}
	q, err := read(w, r)
	e.facts.At = e.now() // a body may be long on its way: skew, expiry and conditions count from here
	e.facts.Action, e.facts.Version, e.facts.Region = q.action, q.version, q.region
	e.facts.Language, e.facts.Client = fault.ParseLanguage(q.language), q.client
	if err != nil {
		return nil, e.Reject(&e.facts, err)
	}
	t, action, err := e.find(q)
	if err != nil {
		return nil, e.Reject(&e.facts, err)
	}
	holder, err := e.authenticate(ctx, q, t, action, e.facts.At, e.facts.IP)
	if err != nil {
		return nil, e.refuse(q, err)
	}
	e.facts.Caller = &holder.Principal
	return e.Run(ctx, Ask{Facts: e.facts, Holder: holder, Action: action, Params: q.params})
}

// find names the action of a request.
func (e *exchange) find(q *request) (target, *wire.Action, error) {
	switch {
	case q.action == "":
		return target{}, nil, fault.New(code.MissingParameter, "Action")
	case q.version == "":
		return target{}, nil, fault.New(code.MissingParameter, "Version")
	}
	t := e.catalogue.resolve(q.http.Host, q.http.URL.Path, q.authorization.Service, q.version, q.action)
	e.facts.Service = t.service
	if t.service == "" {
		name := q.authorization.Service
		if name == "" {
			name = t.hostLabel
		}
		return t, nil, fault.New(code.NoSuchProduct, name)
	}
	action, err := e.Lookup(t.service, q.version, q.action)
	return t, action, err
}

// refuse leaves the traces of a request that did not authenticate.
func (e *exchange) refuse(q *request, err error) *fault.Error {
	keyID := q.authorization.SecretID
	if q.signing == signedV1 {
		keyID = q.param("SecretId")
	}
	return e.Refuse(&e.facts, NamedID(keyID), err)
}

func cut(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "")
	}
	return s
}
