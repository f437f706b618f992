package ops

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Health is what /healthz and /readyz answer from.
type Health struct {
	Ping     func(ctx context.Context) error // asks the database
	draining atomic.Bool
}

// Drain makes the server not ready: load balancers stop sending before it stops answering.
func (h *Health) Drain() { h.draining.Store(true) }

// pingTimeout bounds how long readiness waits for the database.
const pingTimeout = 2 * time.Second

// Handler serves /healthz (the process lives), /readyz (it can answer calls) and /metrics.
func Handler(h *Health, m *Metrics) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), pingTimeout)
		defer cancel()
		switch {
		case h.draining.Load():
			plain(w, http.StatusServiceUnavailable, "draining")
		case h.Ping(ctx) != nil:
			plain(w, http.StatusServiceUnavailable, "the database does not answer")
		default:
			plain(w, http.StatusOK, "ready")
		}
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.Registry, promhttp.HandlerOpts{}))
	return mux
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // the prober hung up
}
