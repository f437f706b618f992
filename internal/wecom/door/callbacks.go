package door

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"

	"github.com/hufu-iam/hufu/internal/wecom"
	"github.com/hufu-iam/hufu/internal/wecom/callback"
)

// Callbacks answers WeCom. It is safe for concurrent use.
type Callbacks struct {
	members *wecom.Product
	log     *slog.Logger
}

// NewCallbacks makes the handler of what WeCom tells a product.
func NewCallbacks(members *wecom.Product, log *slog.Logger) *Callbacks {
	return &Callbacks{members, log}
}

// Serves reports whether a path is that of a callback.
func Serves(path string) bool { return strings.HasPrefix(path, wecom.CallbackPath) }

// ServeHTTP answers one callback.
func (d *Callbacks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if v := recover(); v != nil {
			d.log.Error("a callback panicked", "panic", v, "stack", string(debug.Stack()))
			w.WriteHeader(http.StatusInternalServerError)
		}
	}()
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	id := strings.TrimPrefix(r.URL.Path, wecom.CallbackPath)
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	q := callback.Query{Signature: query.Get("msg_signature"), Timestamp: query.Get("timestamp"), Nonce: query.Get("nonce")}
	var answer []byte
	switch r.Method {
	case http.MethodGet:
		answer, err = d.members.Echo(r.Context(), id, q, query.Get("echostr"))
	case http.MethodPost:
		err = d.receive(w, r, id, q)
	default:
		w.Header().Set("Allow", "GET, POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	if err != nil {
		d.refuse(w, id, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(answer) // WeCom sends again what it has no answer to
}

func (d *Callbacks) receive(w http.ResponseWriter, r *http.Request, id string, q callback.Query) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, callback.MaxSize))
	if err != nil {
		return callback.ErrXML
	}
	return d.members.Receive(r.Context(), id, q, body)
}

func (d *Callbacks) refuse(w http.ResponseWriter, id string, err error) {
	e, ok := errors.AsType[*callback.Error](err)
	switch {
	case errors.Is(err, wecom.ErrNoCallback):
		w.WriteHeader(http.StatusNotFound)
	case ok:
		d.log.Warn("a callback was refused", "callback", id, "error", e)
		w.WriteHeader(http.StatusForbidden)
	default:
		d.log.Error("a callback failed", "callback", id, "error", err)
		w.WriteHeader(http.StatusInternalServerError)
	}
}
