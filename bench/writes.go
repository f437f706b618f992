package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/server"
)

// grouped serves hufu with at most group calls a commit; 1 is what every server does that commits each call by itself.
func grouped(listen, dir string, group int) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	quotas := account.DefaultQuotas()
	quotas[account.SubAccounts] = 0
	s, err := server.Open(ctx, server.Config{Listen: listen, OpsListen: "127.0.0.1:0", Data: dir, MaxGroup: group, Quotas: quotas, NoLimits: true,
		DrainTimeout: 5 * time.Second, Log: slog.New(slog.DiscardHandler),
		Bootstrap: account.New{Name: "bench", SecretID: secretID, SecretKey: secretKey}})
	if err != nil {
		return err
	}
	if _, err := s.Bootstrap(ctx); err != nil {
		return err
	}
	return s.Run(ctx, func(net.Addr, net.Addr) {})
}

// durableWrite is AddUser: a row, its audit record, on the disk before the answer.
type durableWrite struct {
	clients        int
	alone, grouped measured
}

func (d durableWrite) ratio() float64 { return d.grouped.rate() / d.alone.rate() }

func measureWrites(ctx context.Context, self, dir string, d time.Duration) ([]durableWrite, error) {
	var all []durableWrite
	for _, clients := range []int{1, 64} {
		w := durableWrite{clients: clients}
		for group, into := range map[int]*measured{1: &w.alone, 0: &w.grouped} {
			data := filepath.Join(dir, fmt.Sprintf("writes-%d-%d", clients, group))
			p, err := serve(ctx, self, "serve", "--data", data, "--group", strconv.Itoa(group))
			if err != nil {
				return nil, err
			}
			*into, err = load(clients, d, func(client, n int) *http.Request {
				return signed(p.base, "cam", "2019-01-16", "AddUser", fmt.Sprintf(`{"Name":"u-%d-%d"}`, client, n))()
			})
			if err != nil {
				return nil, err
			}
			if err := p.stop(); err != nil {
				return nil, err
			}
		}
		all = append(all, w)
	}
	return all, nil
}

// syncTime is what one durable append of 4 KiB costs on the disk of dir: the floor under one commit per call.
func syncTime(dir string) (time.Duration, error) {
	f, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	block := make([]byte, 4096)
	const times = 500
	start := time.Now()
	for range times {
		if _, err := f.Write(block); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
	}
	return time.Since(start) / times, nil
}
