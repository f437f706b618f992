package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/server"
)

// allocated is what one call costs inside the process, the test's own request and recorder included.
type allocated struct {
	action      string
	allocations uint64
	bytes       uint64
	time        time.Duration
}

func measureAllocations(ctx context.Context, dir string) ([]allocated, error) {
	quotas := account.DefaultQuotas()
	quotas[account.SubAccounts] = 0
	s, err := server.Open(ctx, server.Config{Data: filepath.Join(dir, "allocations"), Quotas: quotas, NoLimits: true, Log: slog.New(slog.DiscardHandler),
		Bootstrap: account.New{Name: "bench", SecretID: secretID, SecretKey: secretKey}})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if _, err := s.Bootstrap(ctx); err != nil {
		return nil, err
	}
	handler := s.Handler()
	handler.ServeHTTP(httptest.NewRecorder(), inside(signed("http://127.0.0.1", "cam", "2019-01-16", "AddUser", `{"Name":"bench"}`)))
	var all []allocated
	for _, c := range []struct{ service, version, action, body string }{
		{"sts", "2018-08-13", "GetCallerIdentity", `{}`},
		{"cam", "2019-01-16", "GetUser", `{"Name":"bench"}`},
	} {
		make := signed("http://127.0.0.1", c.service, c.version, c.action, c.body)
		const times = 2000
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		start := time.Now()
		for range times {
			handler.ServeHTTP(httptest.NewRecorder(), inside(make))
		}
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		all = append(all, allocated{c.service + ":" + c.action, (after.Mallocs - before.Mallocs) / times, (after.TotalAlloc - before.TotalAlloc) / times, took / times})
	}
	return all, nil
}

// inside makes a client's request one that a server received.
func inside(make func() *http.Request) *http.Request {
	r := make()
	r.Host, r.RemoteAddr = r.URL.Host, "127.0.0.1:1"
	return r
}
