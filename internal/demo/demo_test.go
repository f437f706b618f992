package demo

import (
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/server"
)

func TestOnlyADirectoryOfTheDemonstrationIsThrownAway(t *testing.T) {
	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, "hufu.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := prepare(foreign, true); err == nil {
		t.Error("a directory of something else was taken")
	}
	// Others have files of this name too.
	for _, text := range []string{`{}`, `{"name": "demo", "version": 1}`, `{"Complete": false}`, `[]`, ``} {
		if err := os.WriteFile(filepath.Join(foreign, note), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, fresh := range []bool{false, true} {
			if _, err := prepare(foreign, fresh); err == nil {
				t.Errorf("a directory whose %s is %q was taken", note, text)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(foreign, "hufu.db")); err != nil {
		t.Error("a foreign directory was thrown away")
	}
	own := filepath.Join(t.TempDir(), "demo")
	for _, c := range []struct {
		name     string
		complete bool
		fresh    bool
		want     bool
	}{
		{"a directory that is not there", false, false, false},
		{"one where making it was broken off", true, false, false},
		{"one that is whole", true, false, true},
		{"one that is to be made anew", false, true, false},
	} {
		made, err := prepare(own, c.fresh)
		if err != nil || made != c.want {
			t.Errorf("%s: %v, %v", c.name, made, err)
		}
		if err := writeState(own, state{Complete: c.complete}); err != nil {
			t.Fatal(err)
		}
	}
}

// Another demonstration may run, on the same directory, which is not to be taken away from it.
func TestNothingIsThrownAwayWhileAnAddressIsTaken(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	dir := t.TempDir()
	if err := writeState(dir, state{Complete: true}); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(dir, "kept")
	if err := os.WriteFile(kept, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err = Run(context.Background(), Config{Dir: dir, Listen: other.Addr().String(), OpsListen: "127.0.0.1:0", WeComListen: "127.0.0.1:0", Fresh: true, Out: io.Discard})
	if _, gone := os.Stat(kept); err == nil || gone != nil {
		t.Errorf("%v; what was there: %v", err, gone)
	}
}

func TestItListensOnLoopbackAlone(t *testing.T) {
	for address, want := range map[string]bool{"127.0.0.1:9800": true, "[::1]:0": true, "localhost:9800": true,
		"0.0.0.0:9800": false, ":9800": false, "192.0.2.1:9800": false, "hufu.example.com:9800": false, "127.0.0.1": false} {
		err := Run(context.Background(), Config{Dir: t.TempDir() + "/x", Listen: address, OpsListen: "x", WeComListen: "x", Out: io.Discard})
		if got := loopback(address) == nil; got != want || err == nil {
			t.Errorf("%s: %v, %v", address, got, err)
		}
	}
}

// syncBuffer is what Run prints, for a test that reads it while Run runs.
type syncBuffer struct {
	mu   sync.Mutex
	text strings.Builder
	said chan struct{}
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text.Write(p)
	if strings.Contains(b.text.String(), corpSecret) {
		close(b.said)
	}
	return len(p), nil
}

func TestTheDemonstrationServesTheSameAccountAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	for _, start := range []string{"the first start", "the second start"} {
		ctx, stop := context.WithCancel(t.Context())
		out := &syncBuffer{said: make(chan struct{})}
		ended := make(chan error, 1)
		go func() {
			ended <- Run(ctx, Config{Dir: dir, Listen: "127.0.0.1:0", OpsListen: "127.0.0.1:0", WeComListen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler), Out: out})
		}()
		select {
		case <-out.said:
		case err := <-ended:
			t.Fatalf("%s: %v", start, err)
		}
		stop()
		if err := <-ended; err != nil {
			t.Fatalf("%s: %v", start, err)
		}
		if made := strings.Contains(out.text.String(), "Making"); made != (start == "the first start") {
			t.Errorf("%s said %s", start, out.text.String())
		}
	}
	holds(t, dir)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	err = Run(t.Context(), Config{Dir: dir, Listen: taken.Addr().String(), OpsListen: "127.0.0.1:0", WeComListen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler), Out: io.Discard})
	if err == nil {
		t.Error("it started on an address that is taken")
	}
}

// holds checks that the account has what the company has.
func holds(t *testing.T, dir string) {
	t.Helper()
	srv, err := server.Open(t.Context(), server.Config{Data: dir, Quotas: account.DefaultQuotas(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	s := newLater(t.Context(), srv, "127.0.0.1")
	summary, err := s.do(s.root, "127.0.0.1", "cam:GetAccountSummary", params{})
	if err != nil {
		t.Fatal(err)
	}
	if summary.number("User") < int64(len(users)) || summary.number("Group") != int64(len(groups)) || summary.number("Roles") != int64(len(roles)) {
		t.Errorf("%v", summary)
	}
}
