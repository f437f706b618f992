package test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/hufu-iam/hufu/internal/store/pgtest"
)

// credential signs calls. The token is for temporary ones.
type credential struct{ id, key, token string }

// bootstrap is the key of every server's first root account.
var bootstrap = credential{id: "AKIDhufuTESTbootstrap00000000000000001", key: "hufuTESTbootstrapKey000000000001"}

const bootstrapPassword = "hufuTEST-bootstrap-passw0rd"

// deadline bounds each start, stop and command: generous, since a machine that builds and tests at once is slow.
const deadline = 60 * time.Second

// place is a database and the data directory beside it; servers come and go on it.
type place struct {
	t        testing.TB
	data     string
	database string // postgres://..., "" = embedded

	mu      sync.Mutex
	secrets []string // all that was ever answered
}

// onEachEngine runs body on a fresh place of every engine, side by side: most of the time they wait, for a disk, a clock or
// each other's processes. What body uses from outside of itself it may only read.
func onEachEngine(t *testing.T, body func(t *testing.T, p *place)) {
	t.Helper()
	t.Run("on", func(t *testing.T) { // waits for both
		t.Run("sqlite", func(t *testing.T) {
			t.Parallel()
			body(t, newPlace(t, ""))
		})
		t.Run("postgres", func(t *testing.T) {
			t.Parallel()
			body(t, newPlace(t, pgtest.URL(t)))
		})
	})
}

// onServer runs body against a server on a fresh place of every engine.
func onServer(t *testing.T, flags []string, body func(t *testing.T, s *server)) {
	t.Helper()
	onEachEngine(t, func(t *testing.T, p *place) { body(t, p.start(t, flags...)) })
}

// unlimited switches the rates off, where they are not what is tested.
var unlimited = []string{"--rate-limit", "off"}

func newPlace(t testing.TB, database string) *place {
	p := &place{t: t, data: t.TempDir(), database: database}
	p.secret(bootstrap.key)
	p.secret(bootstrapPassword)
	return p
}

// secret remembers text that must never lie on a disk as it is.
func (p *place) secret(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(text) >= 8 && !slices.Contains(p.secrets, text) {
		p.secrets = append(p.secrets, text)
	}
}

// flags name the place to any command.
func (p *place) flags() []string {
	flags := []string{"--data", p.data}
	if p.database != "" {
		flags = append(flags, "--database", p.database)
	}
	return flags
}

// environment is this process's without what would change the program's behaviour.
func environment(more ...string) []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "HUFU_") })
	return append(env, more...)
}

// program runs the binary to its end.
func program(t testing.TB, env []string, args ...string) (stdout, stderr string, exit int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, binary(t), args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = environment(env...), &out, &errs
	if err := cmd.Run(); err != nil {
		if _, ended := errors.AsType[*exec.ExitError](err); !ended || ctx.Err() != nil {
			t.Fatalf("hufu %s: %v\n%s", strings.Join(args, " "), err, errs.String())
		}
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// run is a command on the place that must succeed; the answer is what it prints.
func (p *place) run(t testing.TB, args ...string) string {
	t.Helper()
	out, errs, exit := program(t, nil, append(args, p.flags()...)...)
	if exit != 0 {
		t.Fatalf("hufu %s exits %d: %s", strings.Join(args, " "), exit, errs)
	}
	return out
}

// account is what "hufu account create" prints.
type account struct {
	UIN       int64  `json:"uin"`
	AppID     int64  `json:"appid"`
	Name      string `json:"name"`
	SecretID  string `json:"secretId"`
	SecretKey string `json:"secretKey"`
}

func (a account) credential() credential { return credential{id: a.SecretID, key: a.SecretKey} }

// createAccount makes a root account with the command line.
func (p *place) createAccount(t testing.TB, name string, flags ...string) account {
	t.Helper()
	out := p.run(t, append([]string{"account", "create", "--name", name}, flags...)...)
	var a account
	d := json.NewDecoder(strings.NewReader(out))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil || strings.Count(out, "\n") != 1 {
		t.Fatalf("account create prints %q, want one JSON object: %v", out, err)
	}
	if a.UIN == 0 || a.AppID == 0 || a.Name != name || a.SecretID == "" || a.SecretKey == "" {
		t.Fatalf("account create prints %s", out)
	}
	p.secret(a.SecretKey)
	return a
}

// server is a running binary.
type server struct {
	*place
	api, ops string // addresses
	client   *http.Client

	cmd            *exec.Cmd
	stdout, stderr *output
	done           chan struct{} // closed when the process ended
	stopped        bool

	started  time.Time
	refusals []refusal // by policies, guarded by place.mu
}

// output keeps what a process prints, and tells when there is more.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.more <- struct{}{}:
	default:
	}
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

var announcement = regexp.MustCompile(`hufu \S+ serves the API on https?://(\S+) and health and metrics on http://(\S+)\n`)

// start starts a server and waits until it is ready. It is stopped, and looked at, at the end of the test.
func (p *place) start(t testing.TB, flags ...string) *server {
	t.Helper()
	return p.startWith(t, []string{"HUFU_BOOTSTRAP_SECRET_ID=" + bootstrap.id, "HUFU_BOOTSTRAP_SECRET_KEY=" + bootstrap.key,
		"HUFU_BOOTSTRAP_PASSWORD=" + bootstrapPassword},
		append(append([]string{"serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"}, p.flags()...), flags...)...)
}

// startWith starts a server with exactly these flags and variables.
func (p *place) startWith(t testing.TB, env []string, args ...string) *server {
	t.Helper()
	s := &server{place: p, started: time.Now(), done: make(chan struct{}), stdout: &output{more: make(chan struct{}, 1)}, stderr: &output{more: make(chan struct{}, 1)}}
	s.cmd = exec.Command(binary(t), args...)
	s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = environment(env...), s.stdout, s.stderr
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(s.done)
		_ = s.cmd.Wait() // stop looks at how it ended
	}()
	t.Cleanup(func() {
		s.stop(t)
		if t.Failed() {
			t.Logf("the server's log:\n%s", s.stderr)
		}
	})
	late := time.After(deadline)
	for {
		if m := announcement.FindStringSubmatch(s.stdout.String()); m != nil {
			s.api, s.ops = m[1], m[2]
			break
		}
		select {
		case <-s.stdout.more:
		case <-s.done:
			s.stopped = true
			t.Fatalf("the server ended: %s", s.stderr)
		case <-late:
			t.Fatalf("the server announces no addresses: %s\n%s", s.stdout, s.stderr)
		}
	}
	s.client = &http.Client{Transport: newObserver(t, s)}
	for status := 0; status != http.StatusOK; {
		select {
		case <-late:
			t.Fatalf("the server is not ready: %d", status)
		default:
			status, _ = s.probe(t, "/readyz")
		}
	}
	return s
}

// probe asks the ops listener.
func (s *server) probe(t testing.TB, path string) (status int, body string) {
	t.Helper()
	r, err := http.Get("http://" + s.ops + path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(text)
}

// stop ends the server as an operator does, and holds what it leaves to what every run must keep: no undeclared code,
// no internal error, exit 0, no secret on the disk, neither before nor after the end, and a reason for every denial.
func (s *server) stop(t testing.TB) {
	t.Helper()
	if s.stopped {
		return
	}
	s.stopped = true
	if s.ops != "" {
		_, metrics := s.probe(t, "/metrics")
		for line := range strings.Lines(metrics) {
			if strings.HasPrefix(line, "hufu_undeclared_codes_total{") || strings.HasPrefix(line, "hufu_calls_total{") && strings.Contains(line, `outcome="InternalError`) {
				t.Errorf("metrics: %s", line)
			}
		}
		s.searchSecrets(t)
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
	select {
	case <-s.done:
	case <-time.After(deadline):
		_ = s.cmd.Process.Kill() // it is reported below
		<-s.done
		t.Error("the server did not end after SIGTERM")
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("the server exits %d after SIGTERM", code)
	}
	for line := range strings.Lines(s.stderr.String()) {
		if strings.Contains(line, "level=ERROR") || strings.HasPrefix(line, "panic:") || strings.Contains(line, "DATA RACE") {
			t.Errorf("log: %s", line)
		}
	}
	s.mu.Lock()
	for _, secret := range s.secrets {
		if strings.Contains(s.stderr.String(), secret) {
			t.Errorf("the log holds the secret %.4s…", secret)
		}
	}
	s.mu.Unlock()
	if s.ops != "" {
		s.searchSecrets(t)
		s.checkExplanations(t)
	}
}

// searchSecrets fails the test for every secret that lies on a disk in the open.
func (p *place) searchSecrets(t testing.TB) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, where := range p.find(t, p.secrets) {
		t.Error(where)
	}
}

// find looks for texts, plain or encoded, in every file of the data directory and in every table of the database.
func (p *place) find(t testing.TB, texts []string) (found []string) {
	t.Helper()
	search := func(where string, text []byte) {
		for _, s := range texts {
			for _, form := range []string{s, hex.EncodeToString([]byte(s)), base64.StdEncoding.EncodeToString([]byte(s))} {
				if bytes.Contains(text, []byte(form)) {
					found = append(found, where+" holds the secret "+s[:4]+"…")
				}
			}
		}
	}
	files := 0
	err := filepath.WalkDir(p.data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a journal that just went away
		}
		files++
		search(filepath.Base(path), text)
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("search the data directory: %d files, %v", files, err)
	}
	if p.database != "" {
		for table, text := range dump(t, p.database) {
			search("table "+table, []byte(text))
		}
	}
	return found
}

// dump reads every table of a PostgreSQL database as text.
func dump(t testing.TB, url string) map[string]string {
	t.Helper()
	ctx := context.Background()
	db, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(ctx)
	list := func(query string) []string {
		rows, err := db.Query(ctx, query)
		if err != nil {
			t.Fatal(err)
		}
		all, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	tables := map[string]string{}
	for _, table := range list(`SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`) {
		tables[table] = strings.Join(list(`SELECT x::text FROM `+pgx.Identifier{table}.Sanitize()+` x`), "\n")
	}
	if len(tables) == 0 {
		t.Error("the database has no tables")
	}
	return tables
}

// pause is the step of a test that waits for something to come, and looks again.
func pause() { time.Sleep(50 * time.Millisecond) }
