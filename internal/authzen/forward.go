package authzen

import (
	"context"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"

	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/gateway"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/tc3"
)

const forwardPath = "/access/v1/forward"

// forward is asked by the signer about himself, through a proxy: it needs no permission.
var forward = &wire.Action{Service: "hufu", Name: "Evaluate", Resource: "*", Rate: 10_000}

var _ gateway.Task = (*forwarding)(nil)

// forwarding is the question whether the signer of an original request may do what the proxy says that it does.
type forwarding struct {
	*Door
	original original
	action   string // as the proxy names them
	resource string

	call     *call.Call
	decision policy.Decision
	decided  bool
	kept     []byte // the explanation of a denial
}

// forward answers a proxy: 200 with who signed, 401, 403, and 500 or 503 for whatever keeps the question from being
// answered, so that no proxy takes trouble for a permission.
func (d *Door) forward(w http.ResponseWriter, r *http.Request) {
	facts := call.Call{RequestID: call.NewRequestID(), Door: "forward", Service: forward.Service, Action: forward.Name, At: d.now(), Language: fault.English}
	identify(w, r, facts.RequestID)
	w.Header()["X-Hufu-Decision-Id"] = []string{facts.RequestID}
	f := &forwarding{Door: d}
	failed := f.guarded(r, &facts)
	switch {
	case failed != nil:
		f.fail(w, failed, &facts)
	case !f.decision.Allowed:
		f.fail(w, fault.New(code.AuthFailureUnauthorizedOperation).
			WithDetail("You are not authorized to perform operation ("+f.action+") on resource ("+f.resource+")."), &facts)
	default:
		h := w.Header()
		h["X-Hufu-Account"] = []string{strconv.FormatInt(int64(f.call.Account()), 10)}
		h["X-Hufu-Principal"] = []string{f.call.Caller.Resource()}
		h["Cache-Control"] = noStore
		h["Content-Length"] = []string{"0"}
		w.WriteHeader(http.StatusOK)
	}
}

func (f *forwarding) guarded(r *http.Request, facts *call.Call) (failed *fault.Error) {
	defer func() {
		if v := recover(); v != nil {
			f.log.Error("a request panicked", "request_id", facts.RequestID, "panic", v, "stack", string(debug.Stack()))
			failed = fault.New(code.InternalError)
		}
	}()
	return f.ask(r, facts)
}

func (f *forwarding) ask(r *http.Request, facts *call.Call) *fault.Error {
	if err := f.readClient(r, facts); err != nil {
		return f.Reject(facts, err)
	}
	if failed := f.Blocked(facts); failed != nil {
		return failed
	}
	if err := f.readQuestion(r); err != nil {
		return f.Reject(facts, err)
	}
	action, _, err := f.parseAction(f.action)
	if err != nil {
		return f.Reject(facts, misconfigured("its action is not service:Name"))
	}
	if f.original, err = readOriginal(r); err != nil {
		return f.Reject(facts, err)
	}
	signed, err := gateway.ReadSigned(r.Header)
	if err != nil {
		return unauthenticated(f.Refuse(facts, "", err))
	}
	signed.Request = f.original.signed(r.Header, r.Header.Get("X-Forwarded-Proto") == "https")
	signed.Accepts = func(scope string) bool { return scope == action.Service }
	holder, err := f.authenticator.TC3(r.Context(), signed, facts.At)
	if err != nil {
		return unauthenticated(f.Refuse(facts, signed.Authorization.SecretID, err))
	}
	facts.Caller = &holder.Principal
	_, failed := f.Pipeline.Run(r.Context(), gateway.Ask{Facts: *facts, Holder: holder, Action: forward, Task: f})
	return failed
}

// readClient finds the address of the client, which only a proxy of ours can tell. Without it a policy that denies all but
// some addresses would deny nobody, and what a stranger says of a request's host would count.
func (f *forwarding) readClient(r *http.Request, facts *call.Call) error {
	switch {
	case !f.authenticator.Trusted(r):
		return misconfigured("the proxy is not in --trusted-proxy")
	case r.Header.Get("X-Forwarded-For") == "":
		return misconfigured("it must send the address of the client in X-Forwarded-For")
	}
	if facts.IP = f.authenticator.Peer(r); !facts.IP.IsValid() {
		return misconfigured("what it sends in X-Forwarded-For is no address")
	}
	return nil
}

// readQuestion reads what the proxy asks: both from the query of its URL, or else both from headers. What the query has
// is the proxy's word alone; clients can send headers, so they are not looked at beside it.
func (f *forwarding) readQuestion(r *http.Request) error {
	if r.URL.RawQuery != "" {
		query, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil || len(query) != 2 || len(query["action"]) != 1 || len(query["resource"]) != 1 {
			return misconfigured("the query must have one action and one resource, and nothing else")
		}
		f.action, f.resource = query.Get("action"), query.Get("resource")
	} else {
		actions, resources := r.Header["X-Hufu-Action"], r.Header["X-Hufu-Resource"]
		if len(actions) != 1 || len(resources) != 1 {
			return misconfigured("it must name one action and one resource, in the query or in X-Hufu-Action and X-Hufu-Resource")
		}
		f.action, f.resource = actions[0], resources[0]
	}
	if f.resource == "" || len(f.resource) > maxText || len(f.action) > maxText {
		return misconfigured("the resource is empty, or a name is too long")
	}
	return nil
}

// Run decides.
func (f *forwarding) Run(ctx context.Context, c *call.Call) (wire.Response, error) {
	f.call = c
	whose := askerOf(c.Caller)
	q := question{resource: resource{id: f.resource}, facts: policy.Context{IP: c.IP, Time: c.At, MFA: c.Caller.MFA()}}
	var err error
	if q.action, q.level, err = f.parseAction(f.action); err != nil {
		return nil, err
	}
	if err := whose.parseResource(&q.resource); err != nil {
		return nil, misconfigured("its resource is no resource name")
	}
	q.resource.at(q.level)
	asked, err := f.prepare(ctx, &q, c.Caller, &whose)
	if err != nil {
		return nil, err
	}
	f.decision, f.decided = policy.Decide(asked), true
	f.metrics.Decided(f.decision.Effect.String())
	if !f.decision.Allowed {
		x := policy.Explain(asked)
		f.kept, err = audit.Explain(&x)
	}
	return f, err
}

// AppendJSON prints nothing: the answer is in the status and the headers.
func (f *forwarding) AppendJSON(b []byte) []byte { return b }

// Describe puts the question and the decision into the audit record. The query of the original request is not kept: it
// is whatever the client sends to somebody else.
func (f *forwarding) Describe(r *audit.Record) {
	b := wire.AppendString([]byte(`{"action":{"name":`), f.action)
	b = wire.AppendString(append(b, `},"resource":{"type":"qcs","id":`...), f.resource)
	b = wire.AppendString(append(b, `},"method":`...), f.original.method)
	b = wire.AppendString(append(b, `,"path":`...), f.original.path[:min(len(f.original.path), maxText)])
	r.Parameters = append(b, '}')
	if f.decided {
		r.Resources, r.Decision, r.Explanation = []string{f.resource}, recorded(f.decision), f.kept
		action, _, _ := f.parseAction(f.action) // Run has read it too
		if u, ok := used(f.call.Caller, action, f.decision); ok {
			r.Uses = []audit.Use{u}
		}
	}
}

func (f *forwarding) fail(w http.ResponseWriter, failed *fault.Error, facts *call.Call) {
	h := w.Header()
	at := status(failed.Code)
	switch at {
	case http.StatusUnauthorized:
		h["Www-Authenticate"] = []string{tc3.Algorithm}
	case http.StatusForbidden:
	case http.StatusTooManyRequests:
		at = http.StatusServiceUnavailable
		h["Retry-After"] = []string{"1"}
	default:
		at = http.StatusInternalServerError
	}
	write(w, at, failed, facts)
}
