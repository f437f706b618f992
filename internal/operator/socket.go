package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/store"
)

// SocketName is the socket's file in the data directory.
const SocketName = "operator.sock"

// Listen opens the operator socket of a running server. On PostgreSQL the commands open the database themselves,
// so a data directory that is not there is no reason not to start: then the answer is nil.
func Listen(dir string, optional bool) (net.Listener, error) {
	path, done, err := socketPath(dir)
	if err != nil {
		if optional {
			return nil, nil
		}
		return nil, fmt.Errorf("operator socket: %w", err)
	}
	defer done()
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) { // left by a crash; the directory lock says it is ours
		return nil, fmt.Errorf("operator socket: %w", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		if optional {
			return nil, nil
		}
		return nil, fmt.Errorf("operator socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("operator socket: %w", err), l.Close())
	}
	return l, nil
}

// maxSocketPath is what a socket address holds.
const maxSocketPath = 100

// socketPath is the socket's path, by way of the directory's descriptor where it is too long for a socket address.
// done ends the path's life; a listener or connection made before keeps working.
func socketPath(dir string) (path string, done func(), err error) {
	if path = filepath.Join(dir, SocketName); len(path) <= maxSocketPath {
		return path, func() {}, nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", d.Fd(), SocketName), func() { _ = d.Close() }, nil // read-only: nothing to lose
}

// request is a command on its way through the socket. Op names the method of Actions.
type request struct {
	Op     string        `json:"op"`
	New    account.New   `json:"new,omitzero"`
	UIN    store.Account `json:"uin,omitempty"`
	Filter audit.Filter  `json:"filter,omitzero"`
}

// reply is one line of the answer: progress while it goes on, then a result or an error.
type reply struct {
	Done   int             `json:"done,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  string          `json:"error,omitempty"`
}

// run does what a request names.
func (a *Actions) run(ctx context.Context, in request, progress func(int)) (any, error) {
	switch in.Op {
	case "account.create":
		return a.CreateAccount(ctx, in.New)
	case "account.list":
		return a.ListAccounts(ctx)
	case "account.key":
		return a.CreateKey(ctx, in.UIN)
	case "account.verify":
		return struct{}{}, a.Verify(ctx, in.UIN)
	case "account.suspend":
		return struct{}{}, a.Suspend(ctx, in.UIN)
	case "account.resume":
		return struct{}{}, a.Resume(ctx, in.UIN)
	case "audit.query":
		return a.Audit(ctx, in.Filter)
	case "secrets.rotate":
		return a.RotateSecrets(ctx, progress)
	}
	return nil, fmt.Errorf("the server does not know the operation %q: are both of the same version?", in.Op)
}

// Handler answers the socket.
func (a *Actions) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := json.NewEncoder(w)
		send := func(m reply) {
			_ = out.Encode(m) // the command was stopped: what it asked for still happens
			_ = http.NewResponseController(w).Flush()
		}
		var in request
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
		d.DisallowUnknownFields()
		if err := d.Decode(&in); err != nil {
			send(reply{Error: "malformed request"})
			return
		}
		result, err := a.run(context.WithoutCancel(r.Context()), in, func(n int) { send(reply{Done: n}) })
		if err != nil {
			send(reply{Error: err.Error()})
			return
		}
		text, err := json.Marshal(result)
		if err != nil {
			send(reply{Error: err.Error()})
			return
		}
		send(reply{Result: text})
	})
}

// ErrNotRunning is a data directory that no server has open.
var ErrNotRunning = errors.New("no server is running on this data directory")

// Client hands commands to the running server of a data directory.
type Client struct{ http *http.Client }

// Dial finds the server's socket.
func Dial(dir string) (*Client, error) {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		path, done, err := socketPath(dir)
		if err != nil {
			return nil, err
		}
		defer done()
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	probe, err := dial(ctx, "", "")
	if err != nil {
		return nil, ErrNotRunning
	}
	_ = probe.Close() // it answered, which is all that was asked
	return &Client{http: &http.Client{Transport: &http.Transport{DialContext: dial}}}, nil
}
