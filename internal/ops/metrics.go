// Package ops is what an operator sees of a running server: metrics, health and readiness, on a listener of its own.
package ops

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Metrics are the counters of one server, in a registry of its own.
type Metrics struct {
	Registry *prometheus.Registry

	calls      *prometheus.CounterVec
	latency    *prometheus.HistogramVec
	decisions  *prometheus.CounterVec
	undeclared *prometheus.CounterVec
	commits    prometheus.Histogram
	groups     prometheus.Histogram
}

// NewMetrics registers everything that is counted.
func NewMetrics() *Metrics {
	m := &Metrics{
		Registry: prometheus.NewPedanticRegistry(),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "hufu_calls_total",
			Help: "API calls by service, action and outcome (ok or the error code)."}, []string{"service", "action", "outcome"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "hufu_call_seconds",
			Help: "Time from the arrival of a call to its answer.", Buckets: prometheus.ExponentialBuckets(0.0001, 2, 16)}, []string{"service"}),
		decisions: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "hufu_decisions_total",
			Help: "Access decisions by effect."}, []string{"effect"}),
		undeclared: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "hufu_undeclared_codes_total",
			Help: "Answers with an error code that the action's contract does not list; always a bug."}, []string{"service", "action", "code"}),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "hufu_commit_seconds",
			Help: "Time of one durable commit, from the first call in its group.", Buckets: prometheus.ExponentialBuckets(0.0001, 2, 16)}),
		groups: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "hufu_commit_calls",
			Help: "Calls that shared one durable commit.", Buckets: prometheus.ExponentialBuckets(1, 2, 10)}),
	}
	m.Registry.MustRegister(m.calls, m.latency, m.decisions, m.undeclared, m.commits, m.groups,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// unknown stands for a name that a client made up: labels must not grow with what strangers send.
const unknown = "unknown"

// Called counts one call.
func (m *Metrics) Called(service, action, outcome string, took time.Duration) {
	if service == "" {
		service = unknown
	}
	m.calls.WithLabelValues(service, action, outcome).Inc()
	m.latency.WithLabelValues(service).Observe(took.Seconds())
}

// Decided counts one access decision.
func (m *Metrics) Decided(effect string) { m.decisions.WithLabelValues(effect).Inc() }

// Undeclared counts an answer that the contract does not list.
func (m *Metrics) Undeclared(service, action, code string) {
	m.undeclared.WithLabelValues(service, action, code).Inc()
}

// Committed counts one group commit.
func (m *Metrics) Committed(jobs int, took time.Duration) {
	m.commits.Observe(took.Seconds())
	m.groups.Observe(float64(jobs))
}

// Gauge registers a number that is read when asked for.
func (m *Metrics) Gauge(name, help string, read func() float64) {
	m.Registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
}
