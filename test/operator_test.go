package test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/store/pgtest"
)

func TestASecondServerOnTheSameDirectoryIsRefused(t *testing.T) {
	p := newPlace(t, "")
	s := p.start(t)
	out, errs, exit := program(t, nil, append([]string{"serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"}, p.flags()...)...)
	if exit == 0 || out != "" {
		t.Errorf("it exits %d and prints %q", exit, out)
	}
	for _, piece := range []string{p.data, "process " + strconv.Itoa(s.cmd.Process.Pid)} {
		if !strings.Contains(errs, piece) {
			t.Errorf("the error %q does not name %q", errs, piece)
		}
	}
	s.must(t, bootstrap, whoami, nil)
}

// What one node acknowledged the others know within a second.
func TestTwoServersOnOneDatabase(t *testing.T) {
	p := newPlace(t, pgtest.URL(t))
	first, second := p.start(t, unlimited...), p.start(t, unlimited...)
	uin, key := first.user(t, bootstrap, "alice")
	second.must(t, key, whoami, nil)
	second.call(t, key, "cam:GetUser", params{"Name": "alice"}).wants(t, denied)
	first.must(t, bootstrap, "cam:AttachUserPolicy", params{"PolicyId": 1, "AttachUin": uin})
	second.soon(t, key, "cam:GetUser", params{"Name": "alice"}, "")
	first.must(t, bootstrap, "cam:UpdateAccessKey", params{"AccessKeyId": key.id, "Status": "Inactive", "TargetUin": uin})
	second.soon(t, key, "cam:GetUser", params{"Name": "alice"}, "AuthFailure.SecretIdNotFound")
}

func TestTheFirstStart(t *testing.T) {
	onEachEngine(t, func(t *testing.T, p *place) {
		s := p.startWith(t, nil, append([]string{"serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"}, p.flags()...)...)
		shown := map[string]string{}
		for line := range strings.Lines(s.stdout.String()) {
			if name, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
				shown[name] = strings.TrimSpace(value)
			}
		}
		key := credential{id: shown["SecretId"], key: shown["SecretKey"]}
		password := shown["password"]
		p.secret(key.key)
		p.secret(password)
		if len(key.id) != 36 || !strings.HasPrefix(key.id, "AKID") || len(key.key) != 32 || len(password) < 16 || !strings.Contains(shown["console"], "http://"+s.api+"/console/") {
			t.Errorf("it prints:\n%s", s.stdout)
		}
		a := s.must(t, key, whoami, nil)
		if a.str("AccountId") != shown["uin"] || a.str("UserId") != shown["uin"] {
			t.Errorf("uin %s, the key is of %v", shown["uin"], a.body)
		}
		uin, _ := strconv.ParseInt(shown["uin"], 10, 64)
		if got := s.browser(t).signIn(t, uin, "", password); got != "done" || shown["user"] != "root" {
			t.Errorf("user %s signs in with what was printed: %s", shown["user"], got)
		}
		if status, body := s.probe(t, "/healthz"); status != http.StatusOK {
			t.Errorf("/healthz: %d %s", status, body)
		}
		s.stop(t)
		again := p.start(t)
		if strings.Contains(again.stdout.String(), "Secret") {
			t.Errorf("the second start prints:\n%s", again.stdout)
		}
		again.must(t, key, whoami, nil)
		again.call(t, bootstrap, whoami, nil).wants(t, "AuthFailure.SecretIdNotFound")
	})
}

// listed is an account as "hufu account list --json" prints it.
type listed struct {
	UIN       int64  `json:"uin"`
	Name      string `json:"name"`
	Verified  bool   `json:"verified"`
	Suspended bool   `json:"suspended"`
}

func (p *place) accounts(t testing.TB) map[int64]listed {
	t.Helper()
	var all []listed
	if err := json.Unmarshal([]byte(p.run(t, "account", "list", "--json")), &all); err != nil {
		t.Fatal(err)
	}
	byUIN := map[int64]listed{}
	for _, a := range all {
		byUIN[a.UIN] = a
	}
	return byUIN
}

// soon makes a call until it answers as wanted. On PostgreSQL a command is a further process, and the server has a
// second to learn of it; the embedded database is changed by the server itself, so once must do.
func (s *server) soon(t testing.TB, c credential, action string, in params, code string) *answer {
	t.Helper()
	a := s.call(t, c, action, in)
	for range 20 {
		if s.database == "" || a.code == code {
			break
		}
		pause()
		a = s.call(t, c, action, in)
	}
	return a.wants(t, code)
}

func TestAccounts(t *testing.T) {
	onEachEngine(t, func(t *testing.T, p *place) {
		s := p.start(t, unlimited...)

		// While the server runs.
		shop := p.createAccount(t, "shop")
		bank := p.createAccount(t, "bank", "--unverified", "--secret-id", "AKIDhufuTESTbank", "--secret-key", "hufuTESTbankSecretKey0000000001")
		if bank.SecretID != "AKIDhufuTESTbank" || bank.SecretKey != "hufuTESTbankSecretKey0000000001" {
			t.Errorf("%+v", bank)
		}
		if a := s.must(t, shop.credential(), whoami, nil); a.str("AccountId") != strconv.FormatInt(shop.UIN, 10) {
			t.Errorf("%v", a.body)
		}
		all := p.accounts(t)
		if len(all) != 3 || !all[shop.UIN].Verified || all[bank.UIN].Verified || all[shop.UIN].Name != "shop" || all[shop.UIN].Suspended {
			t.Errorf("the list has %+v", all)
		}
		if table := p.run(t, "account", "list"); !strings.Contains(table, "bank") || strings.Contains(table, bank.SecretKey) {
			t.Error(table)
		}

		t.Run("accounts do not see each other", func(t *testing.T) {
			uin, _ := s.user(t, shop.credential(), "alice")
			s.call(t, bootstrap, "cam:GetUser", params{"Name": "alice"}).wants(t, "ResourceNotFound.UserNotExist")
			s.call(t, bootstrap, "cam:AttachUserPolicy", params{"PolicyId": 1, "AttachUin": uin}).wants(t, "ResourceNotFound.UserNotExist")
			s.user(t, bootstrap, "alice")
		})
		t.Run("an unverified root may create ten sub-users a day", func(t *testing.T) {
			for i := range 10 {
				s.must(t, bank.credential(), "cam:AddUser", params{"Name": fmt.Sprint("user", i)})
			}
			s.must(t, bank.credential(), "cam:DeleteUser", params{"Name": "user0"})
			s.call(t, bank.credential(), "cam:AddUser", params{"Name": "user10"}).wants(t, "RequestLimitExceeded.CreateUser")
			p.run(t, "account", "verify", strconv.FormatInt(bank.UIN, 10))
			s.must(t, bank.credential(), "cam:AddUser", params{"Name": "user10"})
		})
		t.Run("a suspended root is refused", func(t *testing.T) {
			_, alice := s.user(t, shop.credential(), "bob")
			p.run(t, "account", "suspend", strconv.FormatInt(shop.UIN, 10))
			s.soon(t, shop.credential(), whoami, nil, denied)
			s.soon(t, alice, whoami, nil, denied)
			s.send(t, s.ask(whoami, `{"X":1}`).as(shop.credential()).set("X-TC-Region", "!")).wants(t, denied)
			s.call(t, credential{id: shop.SecretID, key: "wrong wrong wrong"}, whoami, nil).wants(t, "AuthFailure.SignatureFailure")
			s.must(t, bootstrap, whoami, nil)
			if !p.accounts(t)[shop.UIN].Suspended {
				t.Error("the list does not tell")
			}
			p.run(t, "account", "resume", strconv.FormatInt(shop.UIN, 10))
			s.soon(t, shop.credential(), whoami, nil, "")
			s.soon(t, alice, whoami, nil, "")
		})
		t.Run("what cannot be done says why", func(t *testing.T) {
			for _, tt := range []struct {
				args   []string
				pieces string
			}{
				{[]string{"account", "create", "--name", "thief", "--secret-id", bank.SecretID, "--secret-key", "hufuTESTbankSecretKey0000000002"}, bank.SecretID},
				{[]string{"account", "create", "--name", "half", "--secret-id", "AKIDhufuTESThalf"}, "secret-key"},
				{[]string{"account", "create", "--name", ""}, "name"},
				{[]string{"account", "suspend", "12345"}, "12345"},
				{[]string{"account", "resume", "nobody"}, "nobody"},
			} {
				out, errs, exit := program(t, nil, append(tt.args, p.flags()...)...)
				if exit == 0 || out != "" && !strings.HasPrefix(out, "Usage") || !strings.Contains(errs, tt.pieces) {
					t.Errorf("%v: exit %d, %q, %q", tt.args, exit, out, errs)
				}
			}
		})
		s.stop(t)

		// While it is stopped.
		late := p.createAccount(t, "late")
		p.run(t, "account", "suspend", strconv.FormatInt(bank.UIN, 10))
		if all := p.accounts(t); len(all) != 4 || !all[bank.UIN].Suspended || !all[bank.UIN].Verified {
			t.Errorf("the list has %+v", all)
		}
		s = p.start(t, unlimited...)
		s.must(t, late.credential(), whoami, nil)
		s.call(t, bank.credential(), whoami, nil).wants(t, denied)
		s.stop(t)
		p.run(t, "account", "resume", strconv.FormatInt(bank.UIN, 10))
		s = p.start(t, unlimited...)
		s.must(t, bank.credential(), whoami, nil)
	})
}

func TestCommandsWithoutDatabase(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nothing")
	for _, args := range [][]string{{"account", "list"}, {"audit", "query"}, {"secrets", "rotate"}} {
		_, errs, exit := program(t, nil, append(args, "--data", dir)...)
		if exit == 0 || !strings.Contains(errs, dir) {
			t.Errorf("%v: exit %d, %q", args, exit, errs)
		}
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a directory was made")
	}
}

// record is a line of "hufu audit query --json".
type record struct {
	Account    int64           `json:"account"`
	RequestID  string          `json:"requestId"`
	Action     string          `json:"action"`
	CallerKind string          `json:"callerKind"`
	CallerID   int64           `json:"callerId"`
	KeyID      string          `json:"keyId"`
	IP         string          `json:"ip"`
	Region     string          `json:"region"`
	Resources  []string        `json:"resources"`
	Parameters json.RawMessage `json:"parameters"`
	Outcome    string          `json:"outcome"`
	Decision   said            `json:"decision"`
	// Explanation is of a denial.
	Explanation json.RawMessage `json:"explanation"`
}

// records asks for the audit trail, newest first.
func (p *place) records(t testing.TB, flags ...string) []record {
	t.Helper()
	var all []record
	for line := range strings.Lines(p.run(t, append([]string{"audit", "query", "--json"}, flags...)...)) {
		var r record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		all = append(all, r)
	}
	return all
}

func TestAudit(t *testing.T) {
	onEachEngine(t, func(t *testing.T, p *place) {
		s := p.start(t, unlimited...)
		root, err := strconv.ParseInt(s.must(t, bootstrap, whoami, nil).str("AccountId"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		const password = "Passw0rd-of-alice!"
		p.secret(password)
		made := s.must(t, bootstrap, "cam:AddUser", params{"Name": "alice", "UseApi": 1, "ConsoleLogin": 1, "Password": password})
		uin, key := made.number("Uin"), credential{id: made.str("SecretId"), key: made.str("SecretKey")}
		refused := s.call(t, key, "cam:GetUser", params{"Name": "alice"}).wants(t, denied)
		s.must(t, bootstrap, "cam:AttachUserPolicy", params{"PolicyId": 1, "AttachUin": uin})
		allowed := s.send(t, s.ask("cam:GetUser", `{"Name":"alice"}`).as(key).set("X-TC-Region", "ap-guangzhou"))
		allowed.wants(t, "")
		unknown := s.call(t, key, "cam:GetUser", params{"Name": "bob"}).wants(t, "ResourceNotFound.UserNotExist")
		forged := s.call(t, credential{id: key.id, key: "wrong wrong wrong"}, "cam:GetUser", params{"Name": "alice"}).wants(t, "AuthFailure.SignatureFailure")
		other := p.createAccount(t, "other")
		s.must(t, other.credential(), "cam:AddUser", params{"Name": "alice"})

		check := func(t *testing.T) {
			byID := map[string]record{}
			for _, r := range p.records(t, "--since", "1h") {
				byID[r.RequestID] = r
			}
			type essence struct {
				account, caller       int64
				kind, action, outcome string
				effect, layer, policy string
				statement             int
				key                   string
			}
			for name, tt := range map[string]struct {
				answer *answer
				want   essence
			}{
				"a write of the root":    {made, essence{root, root, "root", "cam:AddUser", "ok", "allow", "root", "", 0, bootstrap.id}},
				"a denial":               {refused, essence{root, uin, "user", "cam:GetUser", denied, "implicit_deny", "identity", "", 0, key.id}},
				"a read":                 {allowed, essence{root, uin, "user", "cam:GetUser", "ok", "allow", "identity", "AdministratorAccess", 1, key.id}},
				"a failure":              {unknown, essence{root, uin, "user", "cam:GetUser", "ResourceNotFound.UserNotExist", "allow", "identity", "AdministratorAccess", 1, key.id}},
				"a call of nobody known": {forged, essence{0, 0, "anonymous", "cam:GetUser", "AuthFailure.SignatureFailure", "none", "", "", 0, key.id}},
			} {
				r, ok := byID[tt.answer.str("RequestId")]
				got := essence{r.Account, r.CallerID, r.CallerKind, r.Action, r.Outcome, r.Decision.Effect, r.Decision.Layer, r.Decision.Policy, r.Decision.Statement, r.KeyID}
				if !ok || got != tt.want || r.IP != "127.0.0.1" {
					t.Errorf("%s: got  %+v from %s\nwant %+v", name, got, r.IP, tt.want)
				}
			}
			if r := byID[allowed.str("RequestId")]; r.Region != "ap-guangzhou" || !strings.Contains(string(r.Parameters), "alice") {
				t.Errorf("%+v", r)
			}
			write := string(byID[made.str("RequestId")].Parameters)
			if !strings.Contains(write, `"Password"`) || strings.Contains(write, password) {
				t.Errorf("parameters of the write: %s", write)
			}
		}
		// Reads are written down in groups of a few milliseconds.
		for range 20 {
			if len(p.records(t, "--action", "cam:GetUser")) == 4 {
				break
			}
			pause()
		}
		check(t)
		for name, tt := range map[string]struct {
			flags []string
			want  int
		}{
			"of an account":       {[]string{"--account", strconv.FormatInt(other.UIN, 10)}, 2}, // its own making too
			"of an action":        {[]string{"--action", "cam:AddUser"}, 2},
			"of both":             {[]string{"--action", "cam:AddUser", "--account", strconv.FormatInt(root, 10)}, 1},
			"a limit":             {[]string{"--limit", "3"}, 3},
			"of the last instant": {[]string{"--since", "1ns"}, 0},
		} {
			if got := p.records(t, tt.flags...); len(got) != tt.want {
				t.Errorf("%s: %d records, want %d", name, len(got), tt.want)
			}
		}
		if table := p.run(t, "audit", "query", "--action", "cam:GetUser"); !strings.Contains(table, "AdministratorAccess") || !strings.Contains(table, refused.str("RequestId")) {
			t.Error(table)
		}
		s.stop(t)
		check(t)
	})
}

func TestAuditTail(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		s.must(t, bootstrap, "cam:AddUser", params{"Name": "before"})
		tail := &server{done: make(chan struct{}), stdout: &output{more: make(chan struct{}, 1)}}
		tail.cmd = exec.Command(binary(t), append([]string{"audit", "tail", "--json", "--action", "cam:AddUser"}, s.flags()...)...)
		tail.cmd.Env, tail.cmd.Stdout = environment(), tail.stdout
		if err := tail.cmd.Start(); err != nil {
			t.Fatal(err)
		}
		go func() {
			defer close(tail.done)
			_ = tail.cmd.Wait() // its exit code is looked at below
		}()
		shows := func(name string) {
			t.Helper()
			late := time.After(deadline)
			for !strings.Contains(tail.stdout.String(), `"Name":"`+name+`"`) {
				select {
				case <-tail.stdout.more:
				case <-tail.done:
					t.Fatal("tail ended")
				case <-late:
					t.Fatalf("tail does not show %s: %s", name, tail.stdout)
				}
			}
		}
		shows("before")
		s.must(t, bootstrap, "cam:AddUser", params{"Name": "after"})
		shows("after")
		if err := tail.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		<-tail.done
		if code := tail.cmd.ProcessState.ExitCode(); code != 0 || strings.Count(tail.stdout.String(), "\n") != 2 {
			t.Errorf("exit %d, %s", code, tail.stdout)
		}
	})
}

func TestConfiguration(t *testing.T) {
	t.Run("environment", func(t *testing.T) {
		onEachEngine(t, func(t *testing.T, p *place) {
			env := []string{"HUFU_LISTEN=127.0.0.1:0", "HUFU_OPS_LISTEN=127.0.0.1:0", "HUFU_DATA=" + p.data, "HUFU_RATE_LIMIT=off", "HUFU_QUOTA=sub-accounts=2",
				"HUFU_BOOTSTRAP_SECRET_ID=" + bootstrap.id, "HUFU_BOOTSTRAP_SECRET_KEY=" + bootstrap.key}
			if p.database != "" {
				env = append(env, "HUFU_DATABASE="+p.database)
			}
			s := p.startWith(t, env, "serve")
			s.holdsQuota(t)
			out, errs, exit := program(t, env, "account", "list", "--json")
			if exit != 0 || strings.Count(out, `"uin"`) != 1 {
				t.Errorf("exit %d, %q, %q", exit, out, errs)
			}
		})
	})
	t.Run("file", func(t *testing.T) {
		onEachEngine(t, func(t *testing.T, p *place) {
			settings := map[string]any{"listen": "127.0.0.1:0", "ops-listen": "127.0.0.1:0", "data": p.data, "rate-limit": "off", "quota": "sub-accounts=2"}
			if p.database != "" {
				settings["database"] = p.database
			}
			text, err := json.Marshal(settings)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "hufu.json")
			if err := os.WriteFile(file, text, 0o600); err != nil {
				t.Fatal(err)
			}
			env := []string{"HUFU_BOOTSTRAP_SECRET_ID=" + bootstrap.id, "HUFU_BOOTSTRAP_SECRET_KEY=" + bootstrap.key}
			s := p.startWith(t, env, "--config", file, "serve")
			s.holdsQuota(t)
			out, errs, exit := program(t, nil, "account", "list", "--json", "--config", file)
			if exit != 0 || strings.Count(out, `"uin"`) != 1 {
				t.Errorf("exit %d, %q, %q", exit, out, errs)
			}
		})
	})
	t.Run("what makes no sense is refused", func(t *testing.T) {
		for _, args := range [][]string{
			{"serve", "--rate-limit", "some"}, {"serve", "--quota", "wishes=3"}, {"serve", "--quota", "sub-accounts=-1"}, {"serve", "--trusted-proxy", "home"},
			{"serve", "--listen", "nowhere"}, {"serve", "--tls-cert", "cert.pem"}, {"serve", "--unknown"}, {"reign"}, {},
			{"serve", "--config", "/nothing/here.json"}, {"serve", "--database", "mysql://x"},
		} {
			_, errs, exit := program(t, nil, append(args, "--data", t.TempDir())...)
			if exit == 0 || errs == "" {
				t.Errorf("%v: exit %d, %q", args, exit, errs)
			}
		}
	})
}

// holdsQuota tells a server with the quota of two sub-accounts.
func (s *server) holdsQuota(t testing.TB) {
	t.Helper()
	s.must(t, bootstrap, "cam:AddUser", params{"Name": "one"})
	s.must(t, bootstrap, "cam:AddUser", params{"Name": "two"})
	s.call(t, bootstrap, "cam:AddUser", params{"Name": "three"}).wants(t, "InvalidParameter.SubUserFull")
}

func TestCoverage(t *testing.T) {
	out, errs, exit := program(t, nil, "api", "coverage", "--json")
	var all []struct{ Service, Version, Action, Status, Endpoint string }
	if err := json.Unmarshal([]byte(out), &all); err != nil || exit != 0 {
		t.Fatalf("exit %d, %v, %s", exit, err, errs)
	}
	status := map[string]string{}
	for _, a := range all {
		status[a.Service+" "+a.Version+" "+a.Action] = a.Status
	}
	for _, name := range []string{"cam 2019-01-16 AddUser", "cam 2019-01-16 CreatePolicy", "sts 2018-08-13 AssumeRole", "sts 2018-08-13 GetCallerIdentity"} {
		if status[name] != "implemented" {
			t.Errorf("%s is %q", name, status[name])
		}
	}
	table, _, exit := program(t, nil, "api", "coverage")
	if exit != 0 || strings.Count(table, "\n") < len(all) || !strings.Contains(table, "CreatePolicy") {
		t.Errorf("exit %d, %s", exit, table)
	}

	s := newPlace(t, "").start(t, unlimited...)
	for _, a := range all {
		if a.Status != "missing" || a.Endpoint != "" {
			continue
		}
		m := s.ask(a.Service+":"+a.Action, "{}").set("X-TC-Version", a.Version)
		if got := s.send(t, m); got.code != "UnsupportedOperation" {
			t.Errorf("%s:%s is not built and answers %q: %s", a.Service, a.Action, got.code, got.message)
		}
	}
	if out, _, exit := program(t, nil, "version"); exit != 0 || !strings.HasPrefix(out, "hufu ") {
		t.Errorf("version: exit %d, %q", exit, out)
	}
}

// The search for secrets means something only if it would find them.
func TestTheSearchForSecretsFindsWhatIsThere(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		_, key := s.user(t, bootstrap, "alice")
		for _, text := range []string{bootstrap.id, key.id, "alice"} {
			if len(s.find(t, []string{text})) == 0 {
				t.Errorf("%s is not found", text)
			}
		}
		if found := s.find(t, []string{bootstrap.key, key.key}); len(found) > 0 || key.key == "" {
			t.Error(found)
		}
	})
}

// A call that is under way when the server is told to stop still gets its answer; new ones get none.
func TestStopping(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		body := `{"Name":"at-the-last-moment"}`
		r := s.ask("cam:AddUser", body).request(t)
		connection, err := net.Dial("tcp", s.api)
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		head := fmt.Sprintf("POST / HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\nConnection: close\r\n", s.api, len(body))
		for name, values := range r.Header {
			head += name + ": " + values[0] + "\r\n"
		}
		if _, err := io.WriteString(connection, head+"\r\n"+body[:5]); err != nil {
			t.Fatal(err)
		}
		s.must(t, bootstrap, whoami, nil) // by now the other call has arrived, too
		s.client.CloseIdleConnections()
		if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		for status, _ := s.probe(t, "/readyz"); status != http.StatusServiceUnavailable; status, _ = s.probe(t, "/readyz") {
			pause()
		}
		for {
			c, err := net.Dial("tcp", s.api)
			if err != nil {
				break
			}
			c.Close()
			pause()
		}
		if _, err := io.WriteString(connection, body[5:]); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(connection)
		if err != nil || !strings.Contains(string(answer), `"Name":"at-the-last-moment"`) {
			t.Errorf("%v: %s", err, answer)
		}
		<-s.done
		s.stopped = true
		if code := s.cmd.ProcessState.ExitCode(); code != 0 {
			t.Errorf("exit %d: %s", code, s.stderr)
		}
		if n := len(s.records(t, "--action", "cam:AddUser")); n != 1 {
			t.Errorf("%d audit records of the last call", n)
		}
		s.start(t).must(t, bootstrap, "cam:GetUser", params{"Name": "at-the-last-moment"})
	})
}
