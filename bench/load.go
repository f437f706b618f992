package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
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
	return signedTo(base, "/", service, version, action, body)
}

// signedTo signs for any path, of which the signature knows nothing. Without an action it is no call of API 3.0.
func signedTo(base, path, service, version, action, body string) func() *http.Request {
	host := strings.TrimPrefix(base, "http://")
	now := time.Now().Unix()
	m := tc3.Message{Service: service, Timestamp: now, Method: http.MethodPost, PayloadHash: tc3.HashPayload([]byte(body)),
		Headers: []tc3.Header{{Name: "content-type", Value: "application/json"}, {Name: "host", Value: host}}}
	a, err := m.Sign(secretID, secretKey)
	if err != nil {
		panic(err) // constants of this file
	}
	header := http.Header{"Content-Type": {"application/json"}, "X-Tc-Timestamp": {strconv.FormatInt(now, 10)}, "Authorization": {a.Header()}}
	if action != "" {
		header["X-Tc-Action"], header["X-Tc-Version"] = []string{action}, []string{version}
	}
	return post(base+path, header, body)
}

// post makes a POST that can be sent many times over.
func post(address string, header http.Header, body string) func() *http.Request {
	u, err := url.Parse(address)
	if err != nil {
		panic(err) // made of an address that a server listens on
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }
	return func() *http.Request {
		content, _ := open() // of a string: it never fails
		return &http.Request{Method: http.MethodPost, URL: u, Host: u.Host, Header: header, Body: content, GetBody: open,
			ContentLength: int64(len(body)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	}
}

// measured is what a load told.
type measured struct {
	calls    int
	seconds  float64
	p50, p99 time.Duration
	cpu      time.Duration // that this program spent, the clients' share of the machine
}

func (m measured) rate() float64 { return float64(m.calls) / m.seconds }

// load runs clients side by side for a while; next makes the request of a client's n-th call. No call may be refused.
func load(clients int, d time.Duration, next func(client, n int) *http.Request) (measured, error) {
	return drive(clients, d, next, func(_, _ int, body []byte) bool { return !bytes.Contains(body, []byte(`"Error"`)) })
}

// drive is load with its own idea of a good answer.
func drive(clients int, d time.Duration, next func(client, n int) *http.Request, good func(client, n int, body []byte) bool) (measured, error) {
	transport := &http.Transport{MaxIdleConnsPerHost: clients, DialContext: (&net.Dialer{}).DialContext}
	defer transport.CloseIdleConnections()
	var wg sync.WaitGroup
	var failed atomic.Pointer[error]
	times := make([][]time.Duration, clients)
	before, start := cpuTime(), time.Now()
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
				if err == nil && !good(c, n, body.Bytes()) {
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
	took, cpu := time.Since(start), cpuTime()-before
	all := slices.Concat(times...)
	slices.Sort(all)
	return measured{calls: len(all), seconds: took.Seconds(), p50: all[len(all)/2], p99: all[len(all)*99/100], cpu: cpu}, nil
}

// cpuTime is what this program has used of the processor.
func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it knows no error for oneself
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
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
	return serveAt(ctx, address, program, append(args, "--listen", address)...)
}

// serveAt does so for a program that was told its address in its own way.
func serveAt(ctx context.Context, address, program string, args ...string) (*process, error) {
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

// cpuTime is what the process has used of the processor.
func (p *process) cpuTime() (time.Duration, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "stat"))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), ") ") // behind the name, which may hold anything
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat: %d fields", p.cmd.Process.Pid, len(fields))
	}
	var ticks int64
	for _, f := range fields[11:13] { // user and system
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * (time.Second / 100), nil // Linux counts hundredths for everybody
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
