package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/hufu-iam/hufu/tc3"
)

// The key of the first account of every server that is started here.
const (
	secretID  = "AKIDbenchmarkbenchmarkbenchmark00000"
	secretKey = "benchmarkbenchmarkbenchmark00000"
)

// signed makes a TC3 POST. A signature stays good for 300 seconds and may be sent again, so that the client's own
// work does not blur what the server can do.
func signed(base, service, version, action, body string) func() *http.Request {
	host := strings.TrimPrefix(base, "http://")
	now := time.Now().Unix()
	m := tc3.Message{Service: service, Timestamp: now, Method: http.MethodPost, PayloadHash: tc3.HashPayload([]byte(body)),
		Headers: []tc3.Header{{Name: "content-type", Value: "application/json"}, {Name: "host", Value: host}}}
	a, err := m.Sign(secretID, secretKey)
	if err != nil {
		panic(err) // constants of this file
	}
	header := http.Header{"Content-Type": {"application/json"}, "X-Tc-Action": {action}, "X-Tc-Version": {version},
		"X-Tc-Timestamp": {strconv.FormatInt(now, 10)}, "Authorization": {a.Header()}}
	return func() *http.Request {
		r, err := http.NewRequest(http.MethodPost, base+"/", strings.NewReader(body))
		if err != nil {
			panic(err) // as above
		}
		r.Header = header
		return r
	}
}

// measured is what a load told.
type measured struct {
	calls    int
	seconds  float64
	p50, p99 time.Duration
}

func (m measured) rate() float64 { return float64(m.calls) / m.seconds }

// load runs clients side by side for a while; next makes the request of a client's n-th call.
func load(clients int, d time.Duration, next func(client, n int) *http.Request) (measured, error) {
	transport := &http.Transport{MaxIdleConnsPerHost: clients, DialContext: (&net.Dialer{}).DialContext}
	defer transport.CloseIdleConnections()
	var wg sync.WaitGroup
	var failed atomic.Pointer[error]
	times := make([][]time.Duration, clients)
	start := time.Now()
	end := start.Add(d)
	for c := range clients {
		wg.Go(func() {
			var body bytes.Buffer
			for n := 0; (n == 0 || time.Now().Before(end)) && failed.Load() == nil; n++ {
				began := time.Now()
				answer, err := transport.RoundTrip(next(c, n))
				if err == nil {
					body.Reset()
					_, err = body.ReadFrom(answer.Body)
					_ = answer.Body.Close()
				}
				if err == nil && bytes.Contains(body.Bytes(), []byte(`"Error"`)) {
					err = fmt.Errorf("the server answered %s", body.Bytes())
				}
				if err != nil {
					failed.Store(&err)
					return
				}
				times[c] = append(times[c], time.Since(began))
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return measured{}, *err
	}
	all := slices.Concat(times...)
	slices.Sort(all)
	return measured{calls: len(all), seconds: time.Since(start).Seconds(), p50: all[len(all)/2], p99: all[len(all)*99/100]}, nil
}

// process is a server under load.
type process struct {
	cmd   *exec.Cmd
	base  string
	start time.Duration // from exec to ready
}

// serve starts this program again in another role, or the hufu binary, and waits until it takes connections.
func serve(ctx context.Context, program string, args ...string) (*process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	args = append(args, "--listen", address)
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), "HUFU_BOOTSTRAP_SECRET_ID="+secretID, "HUFU_BOOTSTRAP_SECRET_KEY="+secretKey, "HUFU_OPS_LISTEN=127.0.0.1:0")
	cmd.Stdout, cmd.Stderr = io.Discard, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	for time.Since(began) < 2*time.Minute {
		c, err := net.DialTimeout("tcp", address, 100*time.Millisecond)
		if err == nil {
			return &process{cmd: cmd, base: "http://" + address, start: time.Since(began)}, c.Close()
		}
		time.Sleep(2 * time.Millisecond)
	}
	return nil, fmt.Errorf("%s does not listen", program)
}

func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return p.cmd.Wait()
}

// memory is the resident set of the process in MiB.
func (p *process) memory() (float64, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "status"))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	var kib float64
	_, err = fmt.Sscan(rest, &kib)
	return kib / 1024, err
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
