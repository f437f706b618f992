package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"go.uber.org/goleak"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

// A server that has closed a connection gives the client half a second to read the rest; that is no leak.
func TestMain(m *testing.M) {
	storetest.Main(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

func actions(t *testing.T, db *store.DB) *Actions {
	t.Helper()
	ring, err := credential.OpenKeyring(t.TempDir()+"/master.key", true)
	if err != nil {
		t.Fatal(err)
	}
	return &Actions{DB: db, Keys: credential.NewKeys(db, ring)}
}

// dir is a directory whose path is short enough for a socket.
func dir(t *testing.T) string {
	t.Helper()
	d, err := os.MkdirTemp("", "hufu")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(d); err != nil {
			t.Error(err)
		}
	})
	return d
}

// serve answers the socket of a directory until the test ends.
func serve(t *testing.T, d string, h http.Handler) {
	t.Helper()
	l, err := Listen(d, false)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: h}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
}

func dial(t *testing.T, d string) *Client {
	t.Helper()
	c, err := Dial(d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.http.CloseIdleConnections)
	return c
}

// Every command does the same in this process and through the socket.
func TestCommandsOnBothWays(t *testing.T) {
	for _, way := range []struct {
		name string
		open func(t *testing.T, a *Actions) Commands
	}{
		{"in this process", func(_ *testing.T, a *Actions) Commands { return a.Commands() }},
		{"through the socket", func(t *testing.T, a *Actions) Commands {
			d := dir(t)
			serve(t, d, a.Handler())
			return dial(t, d).Commands()
		}},
	} {
		t.Run(way.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				ctx := context.Background()
				c := way.open(t, actions(t, db))
				if all, err := c.ListAccounts(ctx); err != nil || all == nil || len(all) != 0 {
					t.Fatalf("an empty installation lists %v, %v, want an empty list", all, err)
				}
				made, err := c.CreateAccount(ctx, account.New{Name: "生产", Unverified: true, SecretID: "AKIDchosen", SecretKey: "0123456789abcdef"})
				if err != nil {
					t.Fatal(err)
				}
				want := Created{UIN: 100000000001, AppID: 1250000001, Name: "生产", SecretID: "AKIDchosen", SecretKey: "0123456789abcdef"}
				if d := cmp.Diff(want, made); d != "" {
					t.Errorf("created (-want +got):\n%s", d)
				}
				if _, err := c.CreateAccount(ctx, account.New{Name: "two", SecretID: "AKIDchosen", SecretKey: "0123456789abcdef"}); err == nil || !strings.Contains(err.Error(), "AKIDchosen exists already") {
					t.Errorf("got %v, want that the id is taken", err)
				}
				for _, step := range []struct {
					name                string
					do                  func() error
					verified, suspended bool
				}{
					{"verify", func() error { return c.Verify(ctx, made.UIN) }, true, false},
					{"suspend", func() error { return c.Suspend(ctx, made.UIN) }, true, true},
					{"resume", func() error { return c.Resume(ctx, made.UIN) }, true, false},
				} {
					if err := step.do(); err != nil {
						t.Fatalf("%s: %v", step.name, err)
					}
					all, err := c.ListAccounts(ctx)
					if err != nil || len(all) != 1 || all[0].Verified != step.verified || all[0].Suspended != step.suspended || all[0].Created.IsZero() {
						t.Errorf("%s: the list is %+v, %v", step.name, all, err)
					}
				}
				for name, do := range map[string]func() error{
					"verify":  func() error { return c.Verify(ctx, 42) },
					"suspend": func() error { return c.Suspend(ctx, 42) },
					"resume":  func() error { return c.Resume(ctx, 42) },
				} {
					if err := do(); err == nil || err.Error() != account.ErrNotFound.Error() {
						t.Errorf("%s of an unknown account: got %v, want %v", name, err, account.ErrNotFound)
					}
				}

				const elsewhere store.Account = 42 // the account has the records of the steps above
				records := []audit.Record{
					{ID: 1000 << 20, Account: elsewhere, At: time.UnixMilli(1000), Action: "cam:AddUser", Outcome: "ok"},
					{ID: 2000 << 20, Account: elsewhere, At: time.UnixMilli(2000), Action: "cam:GetUser", Outcome: "ok"},
				}
				if err := db.Write(ctx, func(tx *store.Tx) error {
					return errors.Join(audit.Insert(ctx, tx, &records[0]), audit.Insert(ctx, tx, &records[1]))
				}); err != nil {
					t.Fatal(err)
				}
				got, err := c.Audit(ctx, audit.Filter{Account: elsewhere, Action: "cam:AddUser", Limit: 10})
				if err != nil || len(got) != 1 || got[0].ID != records[0].ID || !got[0].At.Equal(records[0].At) {
					t.Errorf("the audit trail answers %+v, %v", got, err)
				}
				if got, err := c.Audit(ctx, audit.Filter{Account: elsewhere, Since: time.UnixMilli(2000), Limit: 10}); err != nil || len(got) != 1 || got[0].ID != records[1].ID {
					t.Errorf("the audit trail since then answers %+v, %v", got, err)
				}

				var told []int
				n, err := c.RotateSecrets(ctx, func(done int) { told = append(told, done) })
				if err != nil || n != 1 || len(told) != 1 || told[0] != 1 {
					t.Errorf("the rotation sealed %d and told %v, %v; want the one key", n, told, err)
				}
			})
		})
	}
}

func TestCreateAccountRefuses(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	a := actions(t, db)
	key, id := "0123456789abcdef", "AKIDxxxx"
	for _, tc := range []struct {
		name string
		in   account.New
		want string // in the error; "" = accepted
	}{
		{"a name", account.New{Name: "prod"}, ""},
		{"a name of 64 characters", account.New{Name: strings.Repeat("虎", 64)}, ""},
		{"no name", account.New{}, "1 to 64"},
		{"a name of blanks", account.New{Name: " \t"}, "1 to 64"},
		{"a name that is too long", account.New{Name: strings.Repeat("a", 65)}, "1 to 64"},
		{"a name that is no text", account.New{Name: "a\xff"}, "name"},
		{"a name with a control character", account.New{Name: "a\x00"}, "name"},
		{"a pair of keys", account.New{Name: "n", SecretID: "AKIDshort", SecretKey: key}, ""},
		{"an id alone", account.New{Name: "n", SecretID: id}, "both"},
		{"a secret alone", account.New{Name: "n", SecretKey: key}, "both"},
		{"an id that is too short", account.New{Name: "n", SecretID: "AKID123", SecretKey: key}, "8 to 128"},
		{"an id that is too long", account.New{Name: "n", SecretID: strings.Repeat("A", 129), SecretKey: key}, "8 to 128"},
		{"an id with a slash, which would end it in a signature", account.New{Name: "n", SecretID: "AKID/1234", SecretKey: key}, "slash"},
		{"an id with a comma", account.New{Name: "n", SecretID: "AKID,1234", SecretKey: key}, "comma"},
		{"an id with a blank", account.New{Name: "n", SecretID: "AKID 1234", SecretKey: key}, "blank"},
		{"an id with a line break", account.New{Name: "n", SecretID: "AKID\n1234", SecretKey: key}, "secret id"},
		{"an id that is no text", account.New{Name: "n", SecretID: "AKID\xff1234", SecretKey: key}, "secret id"},
		{"a secret that is too short", account.New{Name: "n", SecretID: id, SecretKey: key[1:]}, "16 to 128"},
		{"a secret that is too long", account.New{Name: "n", SecretID: id, SecretKey: strings.Repeat("k", 129)}, "16 to 128"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			made, err := a.CreateAccount(context.Background(), tc.in)
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tc.want == "" && (made.Name != tc.in.Name || made.SecretID == "" || made.SecretKey == ""):
				t.Errorf("made %+v", made)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("got %v, want an error with %q", err, tc.want)
			}
		})
	}
}

func TestBootstrapMakesTheFirstAccountOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, a := context.Background(), actions(t, db)
		made, err := a.Bootstrap(ctx, account.New{Name: "root"}, "")
		if err != nil || made == nil || len(made.Password) != 32 {
			t.Fatalf("made %+v, %v", made, err)
		}
		var hash string
		if err := db.Read().QueryRowContext(ctx, `SELECT password FROM accounts WHERE uin = $1`, made.UIN).Scan(&hash); err != nil {
			t.Fatal(err)
		}
		if ok, err := credential.CheckPassword(ctx, hash, made.Password); !ok || err != nil {
			t.Errorf("the password that was shown does not fit: %t, %v", ok, err)
		}
		if again, err := a.Bootstrap(ctx, account.New{Name: "root"}, "chosen"); again != nil || err != nil {
			t.Errorf("a second account was made: %+v, %v", again, err)
		}
		text, err := json.Marshal(made)
		if err != nil || strings.Contains(string(text), made.Password) {
			t.Errorf("the password stands in the JSON that scripts read: %s, %v", text, err)
		}
	})
}

func TestTheSocketIsTheOperatorsAlone(t *testing.T) {
	d := dir(t)
	path := filepath.Join(d, SocketName)
	for _, tc := range []struct {
		name  string
		leave func() error
	}{
		{"nothing was there", func() error { return nil }},
		{"a crash left a socket", func() error {
			l, err := net.Listen("unix", path)
			if err != nil {
				return err
			}
			l.(*net.UnixListener).SetUnlinkOnClose(false)
			return l.Close()
		}},
		{"somebody left a file", func() error { return os.WriteFile(path, []byte("x"), 0o666) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if err := tc.leave(); err != nil {
				t.Fatal(err)
			}
			if _, err := Dial(d); !errors.Is(err, ErrNotRunning) {
				t.Errorf("got %v, want ErrNotRunning while nobody listens", err)
			}
			l, err := Listen(d, false)
			if err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(path)
			if err != nil || info.Mode().Perm() != 0o600 || info.Mode().Type() != os.ModeSocket {
				t.Errorf("the socket has mode %v, %v, want 0600", info.Mode(), err)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("a clean stop leaves the socket behind: %v", err)
			}
		})
	}
}

// Between its making and its chmod a socket has the mode that the umask leaves. Whoever connects then, stays connected.
func TestTheSocketIsNeverWiderThanTheOperator(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	d := dir(t)
	stop, watched := make(chan struct{}), make(chan error, 1)
	go func() { // looks all the time for a socket that others could reach
		for {
			select {
			case <-stop:
				watched <- nil
				return
			default:
			}
			entries, err := os.ReadDir(d)
			if err != nil {
				watched <- err
				return
			}
			for _, e := range entries {
				if info, err := e.Info(); err == nil && info.Mode().Perm()&0o077 != 0 {
					watched <- fmt.Errorf("%s has mode %v", e.Name(), info.Mode())
					return
				}
			}
		}
	}()
	for range 300 {
		l, err := Listen(d, false)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	if err := <-watched; err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(d); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestListenRefusesADirectoryThatOthersMayWriteTo(t *testing.T) {
	for _, tc := range []struct {
		mode os.FileMode
		ok   bool
	}{{0o700, true}, {0o755, true}, {0o770, false}, {0o702, false}, {0o777, false}} {
		for _, shared := range []bool{false, true} {
			d := dir(t)
			if err := os.Chmod(d, tc.mode); err != nil {
				t.Fatal(err)
			}
			l, err := Listen(d, shared)
			if (err == nil) != tc.ok || (l != nil) != tc.ok {
				t.Errorf("%04o, shared %t: %v, %v", tc.mode, shared, l, err)
			}
			if err != nil && (!strings.Contains(err.Error(), d) || !strings.Contains(err.Error(), "chmod go-w")) {
				t.Errorf("%04o: the error does not help: %v", tc.mode, err)
			}
			if l != nil {
				if err := l.Close(); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

// Replicas on one machine may share a directory. The commands go to the database, so one socket is enough.
func TestASecondServerLeavesTheFirstsSocketAlone(t *testing.T) {
	for name, deep := range map[string]string{"a short path": "", "a path too long for a socket": strings.Repeat("long/", 25)} {
		t.Run(name, func(t *testing.T) {
			d := filepath.Join(dir(t), deep)
			if err := os.MkdirAll(d, 0o700); err != nil {
				t.Fatal(err)
			}
			first, err := Listen(d, true)
			if err != nil || first == nil {
				t.Fatal(first, err)
			}
			if second, err := Listen(d, true); second != nil || err != nil {
				t.Errorf("the second got %v, %v; want neither", second, err)
			}
			if _, err := Dial(d); err != nil {
				t.Errorf("the first does not answer any more: %v", err)
			}
			// Killed: its file is there, and nobody listens.
			if err := first.(*socket).Listener.Close(); err != nil {
				t.Fatal(err)
			}
			second, err := Listen(d, true)
			if err != nil || second == nil {
				t.Fatalf("after the first has gone: %v, %v", second, err)
			}
			if err := first.Close(); err == nil || !errors.Is(err, net.ErrClosed) {
				t.Errorf("closing again: %v", err)
			}
			if _, err := Dial(d); err != nil {
				t.Errorf("the first took the second's socket away when it was closed: %v", err)
			}
			if err := second.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestListenInADirectoryThatIsNotThere(t *testing.T) {
	missing := filepath.Join(dir(t), "missing")
	if l, err := Listen(missing, true); l != nil || err != nil {
		t.Errorf("optional: got %v, %v, want neither", l, err)
	}
	if l, err := Listen(missing, false); l != nil || err == nil {
		t.Errorf("needed: got %v, %v, want an error", l, err)
	}
	if _, err := Dial(missing); !errors.Is(err, ErrNotRunning) {
		t.Errorf("got %v, want ErrNotRunning", err)
	}
}

func TestWhatTheServerDoesNotUnderstandIsToldAsSuch(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	d := dir(t)
	serve(t, d, actions(t, db).Handler())
	c := dial(t, d)
	for _, tc := range []struct{ name, body, want string }{
		{"an unknown operation", `{"op":"account.rename"}`, `operation "account.rename"`},
		{"no operation", `{}`, `operation ""`},
		{"a member of a later version", `{"op":"account.list","color":"red"}`, "malformed request"},
		{"no JSON", `account.list`, "malformed request"},
		{"nothing", ``, "malformed request"},
		{"a body without end", `{"op":"` + strings.Repeat("a", 2<<20) + `"}`, "malformed request"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := c.http.Post("http://operator/", "application/json", strings.NewReader(tc.body))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Body.Close()
			var m reply
			text, err := io.ReadAll(r.Body)
			if err == nil {
				err = json.Unmarshal(text, &m)
			}
			if err != nil || !strings.Contains(m.Error, tc.want) || m.Result != nil {
				t.Errorf("got %q, %v, want an error with %q", text, err, tc.want)
			}
		})
	}
	if _, err := ask[int](context.Background(), c.Commands(), request{Op: "account.rename"}, silent); err == nil || !strings.Contains(err.Error(), "same version") {
		t.Errorf("got %v, want the server's own words", err)
	}
}

// Progress comes while the work goes on, one line each, and the command hears what the server says.
func TestAnswersLineByLine(t *testing.T) {
	next := make(chan struct{})
	for _, tc := range []struct {
		name  string
		serve http.HandlerFunc
		want  int
		told  []int
		err   string
	}{
		{"progress, then the result", func(w http.ResponseWriter, _ *http.Request) {
			for _, line := range []string{`{"done":500}`, `{"done":1000}`} {
				_, _ = io.WriteString(w, line+"\n")
				_ = http.NewResponseController(w).Flush()
				<-next // the next line comes only after this one was told
			}
			_, _ = io.WriteString(w, `{"result":1003}`+"\n")
		}, 1003, []int{500, 1000}, ""},
		{"progress, then an error", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"done":500}`+"\n")
			_ = http.NewResponseController(w).Flush()
			<-next
			_, _ = io.WriteString(w, `{"error":"disk full"}`+"\n")
		}, 0, []int{500}, "disk full"},
		{"the server dies", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"done":500}`+"\n")
			_ = http.NewResponseController(w).Flush()
			<-next
			panic(http.ErrAbortHandler)
		}, 0, []int{500}, "the server broke off"},
		{"the server says nothing", func(http.ResponseWriter, *http.Request) {}, 0, nil, "the server broke off"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := dir(t)
			serve(t, d, tc.serve)
			var told []int
			n, err := dial(t, d).Commands().RotateSecrets(context.Background(), func(done int) {
				told = append(told, done)
				next <- struct{}{}
			})
			if n != tc.want || !cmp.Equal(told, tc.told) {
				t.Errorf("got %d after %v, want %d after %v", n, told, tc.want, tc.told)
			}
			if tc.err == "" && err != nil || tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)) {
				t.Errorf("got %v, want %q", err, tc.err)
			}
		})
	}
}

// Whoever stops the command does not stop what it asked for: a suspension must not depend on a terminal.
func TestACommandThatIsStoppedStillHappens(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	a := actions(t, db)
	made, err := a.CreateAccount(context.Background(), account.New{Name: "root"})
	if err != nil {
		t.Fatal(err)
	}
	d := dir(t)
	ended := make(chan struct{})
	handler := a.Handler()
	serve(t, d, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		handler.ServeHTTP(w, r)
	}))
	holding, release := make(chan struct{}), make(chan struct{})
	held := make(chan error, 1)
	go func() {
		held <- db.Write(context.Background(), func(*store.Tx) error {
			close(holding)
			<-release
			return nil
		})
	}()
	<-holding
	ctx, cancel := context.WithCancel(context.Background())
	client := dial(t, d)
	stopped := make(chan error, 1)
	go func() { stopped <- client.Commands().Suspend(ctx, made.UIN) }()
	for db.Stats().Queued == 0 { // until the suspension waits for the writer
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-stopped; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that the command was stopped", err)
	}
	close(release)
	<-ended
	if err := <-held; err != nil {
		t.Fatal(err)
	}
	if got, err := account.Get(context.Background(), db.Read(), made.UIN); err != nil || !got.Suspended {
		t.Errorf("the account is %+v, %v, want it suspended", got, err)
	}
}
