package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/tc3"
)

// floor is the least that any server of this protocol does: read the body, verify its signature, answer JSON.
func floor(listen string) error {
	return http.ListenAndServe(listen, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		a, err2 := tc3.ParseAuthorization(r.Header.Get("Authorization"))
		timestamp, err3 := strconv.ParseInt(r.Header.Get("X-TC-Timestamp"), 10, 64)
		if err != nil || err2 != nil || err3 != nil || !tc3.Verify(a, &tc3.Request{Method: r.Method, Timestamp: timestamp, Host: []string{r.Host},
			Header: r.Header, PayloadHash: [][32]byte{tc3.HashPayload(body)}}, secretKey) {
			http.Error(w, `{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure"}}}`, http.StatusOK)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"Response":{"Echo":%s,"RequestId":"00000000-0000-4000-8000-000000000000"}}`, body)
	}))
}

// signedRead is GetUser end to end: signed, authorized by policy, read, audited.
type signedRead struct {
	clients     int
	floor, hufu measured
}

func (s signedRead) ratio() float64 { return s.hufu.rate() / s.floor.rate() }

func measureSignedRead(ctx context.Context, self, binary, dir string, d time.Duration) ([]signedRead, error) {
	base, err := serve(ctx, self, "floor")
	if err != nil {
		return nil, err
	}
	server, err := serve(ctx, binary, "serve", "--data", dir, "--rate-limit", "off")
	if err != nil {
		return nil, err
	}
	if err := call(server, "AddUser", `{"Name":"bench"}`); err != nil {
		return nil, err
	}
	const body = `{"Name":"bench"}`
	var all []signedRead
	for _, clients := range []int{1, 16, 64} {
		s := signedRead{clients: clients}
		// One after the other, twice, the better of both: the machine is the same but never quite still.
		for range 2 {
			for of, into := range map[*process]*measured{base: &s.floor, server: &s.hufu} {
				make := signed(of.base, "cam", "2019-01-16", "GetUser", body)
				m, err := load(clients, d, func(int, int) *http.Request { return make() })
				if err != nil {
					return nil, err
				}
				if m.rate() > into.rate() || into.calls == 0 {
					*into = m
				}
			}
		}
		all = append(all, s)
	}
	if err := server.stop(); err != nil {
		return nil, err
	}
	_ = base.stop() // it knows no signals: ended is ended
	return all, nil
}

// call makes one call that must succeed.
func call(p *process, action, body string) error {
	make := signed(p.base, "cam", "2019-01-16", action, body)
	_, err := load(1, time.Nanosecond, func(int, int) *http.Request { return make() })
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	return nil
}
