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
	"strings"
	"syscall"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/store"
)

// SocketName is the socket's file in the data directory.
const SocketName = "operator.sock"

// Listen opens the operator socket of a running server. With shared, on PostgreSQL, the commands open the database
// themselves, so a socket that cannot be had is no reason not to start: if the directory is not there, or another server
// that shares it answers already, the answer is nil. A directory that others may write to is refused in any case: they
// could put their own socket, or their own master key, in the place of ours.
func Listen(dir string, shared bool) (net.Listener, error) {
	l, err := listen(dir, shared)
	if shared && !errors.Is(err, errWritable) {
		return l, nil
	}
	if err != nil {
		return nil, fmt.Errorf("operator socket: %w", err)
	}
	return l, nil
}

// errWritable is a data directory that is not the operator's alone.
var errWritable = errors.New("can be written by others")

func listen(dir string, shared bool) (net.Listener, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = d.Close() }() // read-only: nothing to lose
	info, err := d.Stat()
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o022 != 0 {
		return nil, fmt.Errorf("the data directory %s %w (mode %04o): chmod go-w it", dir, errWritable, info.Mode().Perm())
	}
	if shared { // otherwise the database's own lock says that the directory is ours
		// One server at a time looks whether the place is taken, and takes it. The kernel drops the lock with d.
		if err := syscall.Flock(int(d.Fd()), syscall.LOCK_EX); err != nil {
			return nil, err
		}
		if taken(dir) {
			return nil, nil
		}
	}
	// The socket is made where nobody else can reach it, since until the chmod its mode is what the umask leaves. Moving
	// it to its place replaces what a crash left there.
	private, err := os.MkdirTemp(dir, ".socket-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(private) }() // it is empty by now, and harms nobody
	short, done, err := socketPath(private, "s")
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("unix", short)
	done()
	if err != nil {
		return nil, err
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // it would look where the socket was
	s := &socket{Listener: l, path: filepath.Join(dir, SocketName)}
	made := filepath.Join(private, "s")
	if err = os.Chmod(made, 0o600); err == nil {
		err = os.Rename(made, s.path)
	}
	if err == nil {
		s.info, err = os.Lstat(s.path)
	}
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return s, nil
}

// taken reports whether something answers on the socket of a directory, or may do: what nobody listens on refuses.
func taken(dir string) bool {
	c, err := connect(context.Background(), dir)
	if err == nil {
		_ = c.Close() // it answered, which is all that was asked
	}
	return !errors.Is(err, syscall.ECONNREFUSED) && !errors.Is(err, fs.ErrNotExist)
}

// socket is a listener that takes its file away when it is closed, if it is its own.
type socket struct {
	net.Listener
	path string
	info fs.FileInfo
}

// Close ends the listener.
func (s *socket) Close() error {
	var err error
	if now, e := os.Lstat(s.path); e == nil && os.SameFile(now, s.info) {
		err = os.Remove(s.path)
	}
	return errors.Join(err, s.Listener.Close())
}

// maxSocketPath is what a socket address holds.
const maxSocketPath = 100

// socketPath is the path of a socket, by way of the directory's descriptor where it is too long for a socket address.
// done ends the path's life; a listener or connection made before keeps working.
func socketPath(dir, name string) (path string, done func(), err error) {
	if path = filepath.Join(dir, name); len(path) <= maxSocketPath {
		return path, func() {}, nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", d.Fd(), name), func() { _ = d.Close() }, nil // read-only: nothing to lose
}

// connect opens a connection to the socket of a directory.
func connect(ctx context.Context, dir string) (net.Conn, error) {
	path, done, err := socketPath(dir, SocketName)
	if err != nil {
		return nil, err
	}
	defer done()
	return new(net.Dialer).DialContext(ctx, "unix", path)
}

// request is a command on its way through the socket. Op names the method of Actions.
type request struct {
	Op     string        `json:"op"`
	New    account.New   `json:"new,omitzero"`
	UIN    store.Account `json:"uin,omitempty"`
	Device bool          `json:"device,omitempty"`
	Filter audit.Filter  `json:"filter,omitzero"`
	Ask    Question      `json:"ask,omitzero"`
	EIAM   *EIAM         `json:"eiam,omitempty"`
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
	case "account.password":
		return a.NewPassword(ctx, in.UIN, in.Device)
	case "account.verify":
		return struct{}{}, a.Verify(ctx, in.UIN)
	case "account.suspend":
		return struct{}{}, a.Suspend(ctx, in.UIN)
	case "account.resume":
		return struct{}{}, a.Resume(ctx, in.UIN)
	case "audit.query":
		return a.Audit(ctx, in.Filter)
	case "policy.explain":
		return a.Explain(ctx, in.Ask)
	case "policy.recorded":
		return a.Recorded(ctx, in.UIN, in.Filter.RequestID)
	case "secrets.rotate":
		return a.RotateSecrets(ctx, progress)
	}
	if op, ok := strings.CutPrefix(in.Op, eiamPrefix); ok && in.EIAM != nil {
		return a.runEIAM(ctx, op, *in.EIAM)
	}
	return nil, unknownOperation(in.Op)
}

func unknownOperation(op string) error {
	return fmt.Errorf("the server does not know the operation %q: are both of the same version?", op)
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
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	probe, err := connect(ctx, dir)
	if err != nil {
		return nil, ErrNotRunning
	}
	_ = probe.Close() // it answered, which is all that was asked
	return &Client{http: &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return connect(ctx, dir) },
	}}}, nil
}
