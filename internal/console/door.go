package console

import (
	"io/fs"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/gateway"
	"github.com/hufu-iam/hufu/internal/signin"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// Dependencies are what the door stands on.
type Dependencies struct {
	Gateway *gateway.Gateway // where requests come from, and the pipeline
	Store   *store.DB
	Finder  *credential.Finder
	SignIn  *signin.Product
	WeCom   WeCom // nil: there is no sign-in by WeCom
	Assets  fs.FS // the built console; nil: it was not built
	// PublicTLS tells that browsers reach the server by TLS, whatever ends it on the way.
	PublicTLS bool
	Log       *slog.Logger
	Now       func() time.Time
}

// Door serves the console. It is safe for concurrent use.
type Door struct {
	gateway *gateway.Gateway
	db      *store.DB
	finder  *credential.Finder
	signin  *signin.Product
	wecom   WeCom
	files   *files
	tls     bool
	origins *http.CrossOriginProtection
	log     *slog.Logger
	now     func() time.Time
}

// New makes the door.
func New(d Dependencies) *Door {
	return &Door{gateway: d.Gateway, db: d.Store, finder: d.Finder, signin: d.SignIn, wecom: d.WeCom, files: newFiles(d.Assets), tls: d.PublicTLS,
		origins: http.NewCrossOriginProtection(), log: d.Log, now: d.Now}
}

// Serves reports whether a path is one of the door's.
func Serves(path string) bool {
	return path == "/console" || strings.HasPrefix(path, "/console/") || strings.HasPrefix(path, "/login/")
}

// request is one request on its way through the door.
type request struct {
	*Door
	w     http.ResponseWriter
	http  *http.Request
	facts call.Call
}

// ServeHTTP answers one request.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := &request{Door: d, w: w, http: r, facts: call.Call{RequestID: call.NewRequestID(), Door: "console", At: d.now(), IP: d.gateway.Peer(r),
		Client: client(r), Language: language(r)}}
	defer func() {
		if v := recover(); v != nil {
			d.log.Error("a request panicked", "request_id", q.facts.RequestID, "panic", v, "stack", string(debug.Stack()))
			q.fail(fault.New(code.InternalError))
		}
	}()
	q.protect()
	q.route()
}

func (q *request) route() {
	switch path := q.http.URL.Path; {
	case path == "/console":
		http.Redirect(q.w, q.http, "/console/", http.StatusSeeOther)
	case path == "/console/session" || strings.HasPrefix(path, "/console/session/"):
		q.session(strings.TrimPrefix(path, "/console/session"))
	case strings.HasPrefix(path, "/console/api/"):
		q.api(strings.TrimPrefix(path, "/console/api/"))
	case strings.HasPrefix(path, "/login/"):
		q.login(strings.TrimPrefix(path, "/login/"))
	default:
		q.file(strings.TrimPrefix(path, "/console/"))
	}
}

// contentPolicy lets pages load what this server has, and nothing else, styles included: the code editor, which makes its
// own as it runs, does so without elements that this would have to allow.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// protect sets what every answer of the door has.
func (q *request) protect() {
	h := q.w.Header()
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Tc-Requestid", q.facts.RequestID)
	if q.secure() {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// secure reports whether the browser speaks TLS, to us or to a trusted proxy, or to whatever the operator knows of.
func (q *request) secure() bool {
	if q.http.TLS != nil || q.tls {
		return true
	}
	proto, _, _ := strings.Cut(q.http.Header.Get("X-Forwarded-Proto"), ",")
	return q.gateway.Trusted(q.http) && strings.EqualFold(strings.TrimSpace(proto), "https")
}

// origin is where a sign-in comes from.
func (q *request) origin() signin.Origin {
	return signin.Origin{RequestID: q.facts.RequestID, At: q.facts.At, IP: q.facts.IP, Client: q.facts.Client,
		Device: q.cookie(deviceCookie), Session: q.cookie(sessionCookie)}
}

// maxClient bounds what is kept of a user agent.
const maxClient = 256

func client(r *http.Request) string {
	agent := r.UserAgent()
	if len(agent) > maxClient {
		agent = agent[:maxClient]
	}
	return strings.ToValidUTF8(agent, "")
}

// unattendedHeader marks calls of a page that nobody has touched for a while, such as a trail that follows new calls.
const unattendedHeader = "X-Hufu-Unattended"

// languageHeader is how the console says in which language it is shown.
const languageHeader = "X-Hufu-Language"

// language is that of the console, or what the browser prefers of those that there are.
func language(r *http.Request) fault.Language {
	if said := r.Header.Get(languageHeader); said != "" {
		return fault.ParseLanguage(said)
	}
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(part)), ";")
		primary, _, _ := strings.Cut(tag, "-")
		switch primary {
		case "en":
			return fault.English
		case "zh":
			return fault.Chinese
		}
	}
	return fault.English
}

// Address is where the browser addresses this server, "https://host:port": what a trusted proxy says, else the request.
func (q *request) address() string {
	scheme, host := "http", q.http.Host
	if q.secure() {
		scheme = "https"
	}
	if forwarded := q.http.Header.Get("X-Forwarded-Host"); forwarded != "" && q.gateway.Trusted(q.http) {
		host = forwarded
	}
	return scheme + "://" + host
}
