// Package pgtest gives tests a PostgreSQL of their own.
//
// The first call of [URL] in a test process makes a cluster from the binaries of
// this machine and starts it on a socket in a temporary directory: no port, no
// account and no configuration outside of it. Later calls share the server and
// get databases of their own. If the binaries are missing the test fails; it is
// never skipped, because a store that was tested on one engine only was not
// tested.
//
// The server is a child of a small shell that waits for the test process to end,
// in whatever way, then kills the server and removes the directory. So there is
// nothing to clean up, after kill -9 neither; [Stop] only makes it happen earlier.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// startLimit is generous: a machine that builds and tests at once is slow.
const startLimit = 90 * time.Second

type server struct {
	dir  string
	pipe io.Closer // the shell ends when this does
	cmd  *exec.Cmd

	mu     sync.Mutex
	admin  *pgx.Conn // creates and drops databases, one at a time
	number int
	ready  map[string]bool // templates
}

var (
	mu       sync.Mutex
	running  *server
	startErr error
)

// URL returns the address of a new, empty database, which is dropped at the end
// of the test.
func URL(t testing.TB) string {
	t.Helper()
	return fromTemplate(t, "template0")
}

// Template is like URL, but the database is a copy of one that prepare has been
// run on, once per process and name. Copying costs less than migrating again.
// prepare must leave no connection behind.
func Template(t testing.TB, name string, prepare func(url string) error) string {
	t.Helper()
	s := get(t)
	s.mu.Lock()
	if !s.ready[name] {
		err := s.exec("CREATE DATABASE " + quote(name) + " TEMPLATE template0")
		if err == nil {
			err = prepare(s.url(name))
		}
		if err != nil {
			s.mu.Unlock()
			t.Fatalf("prepare the database template %s: %v", name, err)
		}
		s.ready[name] = true
	}
	s.mu.Unlock()
	return fromTemplate(t, name)
}

// Stop ends the server, if one was started. A TestMain that looks for leaked
// goroutines calls it before it looks.
func Stop() {
	mu.Lock()
	defer mu.Unlock()
	if running == nil {
		return
	}
	running.stop()
	running, startErr = nil, errors.New("pgtest was stopped")
}

func fromTemplate(t testing.TB, template string) string {
	t.Helper()
	s := get(t)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.number++
	name := "test_" + strconv.Itoa(s.number)
	if err := s.exec("CREATE DATABASE " + quote(name) + " TEMPLATE " + quote(template)); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	t.Cleanup(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		// FORCE: a test that failed may have left connections.
		if err := s.exec("DROP DATABASE " + quote(name) + " WITH (FORCE)"); err != nil {
			t.Errorf("drop a database: %v", err)
		}
	})
	return s.url(name)
}

func get(t testing.TB) *server {
	t.Helper()
	mu.Lock()
	defer mu.Unlock()
	if running == nil && startErr == nil {
		running, startErr = start()
	}
	if startErr != nil {
		t.Fatalf("PostgreSQL for the tests: %v", startErr)
	}
	return running
}

func start() (_ *server, err error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	credential, err := unprivileged()
	if err != nil {
		return nil, err
	}
	// Short, since the path of a socket is limited to about 100 bytes.
	dir, err := os.MkdirTemp("", "hufu-pg-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	if credential != nil {
		if err := os.Chown(dir, int(credential.Uid), int(credential.Gid)); err != nil {
			return nil, err
		}
	}
	data, logFile := filepath.Join(dir, "data"), filepath.Join(dir, "log")

	// No collation of the machine: C is the same everywhere. Nothing is synced,
	// the cluster does not outlive the process.
	initdb := exec.Command(filepath.Join(bin, "initdb"), "--pgdata", data, "--username", "hufu", "--auth", "trust",
		"--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions")
	initdb.Dir = dir
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}

	// The shell reads from a pipe that only this process holds open. It runs in
	// a session of its own, so that Ctrl-C reaches the tests and not the cleaning
	// up. Output goes to a file: a pipe to "go test" would keep that waiting.
	shell := exec.Command("/bin/sh", "-c", `
		"$0" -D "$2" -k "$1" -c listen_addresses= -c fsync=off -c full_page_writes=off -c autovacuum=off \
			-c jit=off -c max_connections=300 -c shared_buffers=64MB -c logging_collector=off >"$3" 2>&1 </dev/null &
		read -r _
		kill -QUIT $! 2>/dev/null
		wait
		cd /
		rm -rf "$1"`, filepath.Join(bin, "postgres"), dir, data, logFile)
	shell.Dir = dir
	shell.SysProcAttr = &syscall.SysProcAttr{Credential: credential, Setsid: true}
	pipe, err := shell.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := shell.Start(); err != nil {
		return nil, err
	}
	s := &server{dir: dir, pipe: pipe, cmd: shell, ready: map[string]bool{}}
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	for {
		if s.admin, err = pgx.Connect(ctx, s.url("postgres")); err == nil {
			return s, nil
		}
		select {
		case <-ctx.Done():
			text, _ := os.ReadFile(logFile) // the connection's error is told in any case
			s.stop()
			return nil, fmt.Errorf("no answer within %s: %w\n%s", startLimit, err, text)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (s *server) stop() {
	if s.admin != nil {
		_ = s.admin.Close(context.Background()) // it is going away with the server
	}
	_ = s.pipe.Close() // the signal to end
	_ = s.cmd.Wait()   // the shell's own status says nothing
}

func (s *server) exec(statement string) error {
	_, err := s.admin.Exec(context.Background(), statement)
	return err
}

func (s *server) url(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User("hufu"), Path: "/" + database,
		RawQuery: url.Values{"host": {s.dir}, "sslmode": {"disable"}}.Encode()}
	return u.String()
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

// binaries returns the directory of initdb and postgres. Debian keeps them out
// of PATH, a directory per version.
func binaries() (string, error) {
	var dirs []string
	if p, err := exec.LookPath("initdb"); err == nil {
		dirs = append(dirs, filepath.Dir(p))
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			return "", err
		}
		slices.Reverse(found)
		dirs = append(dirs, found...)
	}
	for _, d := range dirs {
		if executable(filepath.Join(d, "initdb")) && executable(filepath.Join(d, "postgres")) {
			return d, nil
		}
	}
	return "", errors.New("initdb and postgres are neither in PATH nor in /usr/lib/postgresql/*/bin: " +
		"install PostgreSQL (apt-get install postgresql, brew install postgresql); these tests are not skipped without it")
}

func executable(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// unprivileged is who the server runs as: PostgreSQL refuses to run as root.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("the tests run as root, PostgreSQL does not, and there is no user postgres or nobody to run it as")
}
