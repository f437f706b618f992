package pep

import (
	"net/netip"
	"testing"
)

// The time that a service pays for each request once hufu's answers are known.

func BenchmarkVerify(b *testing.B) {
	h := newHufu(b)
	e := h.enforcer()
	r := h.request()
	body := newMemory([]byte(`{"Order":42}`))
	verify := func() {
		body.Reset(body.all)
		r.Body = body
		if _, err := e.Verify(r); err != nil {
			b.Fatal(err)
		}
	}
	verify()
	h.count()
	b.ReportAllocs()
	for b.Loop() {
		verify()
	}
	b.ReportMetric(float64(h.count()), "calls") // one a MaxStale
}

func BenchmarkAllow(b *testing.B) {
	h := newHufu(b)
	e := h.enforcer()
	caller := &Caller{SecretID: aliceID, IP: netip.MustParseAddr("192.0.2.7")}
	for name, q := range map[string]Question{
		"plain": refund(42),
		"tags and context": {Action: "Refund", Resource: "qcs::orders:::order/42", Tags: map[string]string{"env": "dev", "team": "shop"},
			Context: map[string][]string{"orders:amount": {"12"}, "orders:channel": {"web"}}},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if d, err := e.Allow(b.Context(), caller, q); err != nil || !d.Allowed {
					b.Fatal(d, err)
				}
			}
		})
		b.Run(name+", in parallel", func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if d, err := e.Allow(b.Context(), caller, q); err != nil || !d.Allowed {
						b.Error(d, err)
					}
				}
			})
		})
	}
}
