package test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/tc3"
)

// nginx starts the server block of docs/ask-a-decision.md, with other addresses, and answers where it listens.
func nginx(t testing.TB, hufu, upstream string) string {
	t.Helper()
	program, err := exec.LookPath("nginx")
	if err != nil {
		program = "/usr/sbin/nginx" // where Debian has it, and few have their path
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	site := ""
	for _, b := range blocks(t, "ask-a-decision.md") {
		if b[0] == "nginx" {
			site = strings.NewReplacer("listen 8080", "listen "+address, "127.0.0.1:9800", hufu, "127.0.0.1:3000", upstream).Replace(b[1])
		}
	}
	dir := t.TempDir()
	var temporary strings.Builder
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&temporary, "%s_temp_path %s;\n", kind, filepath.Join(dir, kind))
	}
	config := filepath.Join(dir, "nginx.conf")
	text := "daemon off;\nmaster_process off;\npid " + filepath.Join(dir, "pid") + ";\nevents {}\nhttp {\naccess_log off;\n" + temporary.String() + site + "\n}\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	log := &output{more: make(chan struct{}, 1)}
	cmd := exec.Command(program, "-p", dir, "-c", config, "-e", "stderr")
	cmd.Stderr = log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v; .ci/run says how to install nginx", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it holds nothing
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("nginx says:\n%s", log)
		}
	})
	for end := time.Now().Add(deadline); ; pause() {
		c, err := net.Dial("tcp", address)
		if err == nil {
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
			return address
		}
		if time.Now().After(end) {
			t.Fatalf("nginx does not listen: %s", log)
		}
	}
}

// visit is a request through the proxy, signed as a client of the service does.
func visit(t testing.TB, c credential, method, proxy, path, body string, header map[string]string) *reply {
	t.Helper()
	r, err := http.NewRequest(method, "http://"+proxy+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	if c.id != "" {
		now := time.Now().Unix()
		m := tc3.Message{Service: "cvm", Timestamp: now, Method: method, RawQuery: r.URL.RawQuery, PayloadHash: tc3.HashPayload([]byte(body)),
			Headers: []tc3.Header{{Name: "content-type", Value: "application/json"}, {Name: "host", Value: r.Host}}}
		a, err := m.Sign(c.id, c.key)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", a.Header())
		r.Header.Set("X-TC-Timestamp", strconv.FormatInt(now, 10))
	}
	return listen(t, r)
}

func TestNginxAsksBeforeItPassesOn(t *testing.T) {
	onServer(t, []string{"--trusted-proxy", "127.0.0.1/32"}, func(t *testing.T, s *server) {
		reached := make(chan http.Header, 100)
		service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			reached <- r.Header
			w.WriteHeader(http.StatusTeapot)
		}))
		t.Cleanup(service.Close)
		proxy := nginx(t, s.api, strings.TrimPrefix(service.URL, "http://"))
		uin, alice := s.user(t, bootstrap, "alice")
		_, bob := s.user(t, bootstrap, "bob")
		start := s.grants(t, bootstrap, uin, "start", "cvm:StartInstances", "qcs::cvm:::instance/ins-*", `,"condition":{"ip_equal":{"qcs:ip":"127.0.0.0/8"}}`)
		body := `{"force":true}`
		declared := map[string]string{"X-TC-Content-SHA256": fmt.Sprintf("%x", tc3.HashPayload([]byte(body)))}
		for _, tc := range []struct {
			name               string
			who                credential
			method, path, body string
			header             map[string]string
			status             int
		}{
			{"who may", alice, "GET", "/instances/ins-1/start", "", nil, http.StatusTeapot},
			{"who may, with a query", alice, "GET", "/instances/ins-1/start?force=1&x=%20", "", nil, http.StatusTeapot},
			{"a body whose hash is declared", alice, "POST", "/instances/ins-1/start", body, declared, http.StatusTeapot},
			{"a body whose hash is not", alice, "POST", "/instances/ins-1/start", body, nil, http.StatusUnauthorized},
			{"another object", alice, "GET", "/instances/web-1/start", "", nil, http.StatusForbidden},
			{"who may not", bob, "GET", "/instances/ins-1/start", "", nil, http.StatusForbidden},
			{"who may not, and says that it is about something else", bob, "GET", "/instances/ins-1/start", "",
				map[string]string{"X-Hufu-Action": "sts:GetCallerIdentity", "X-Hufu-Resource": "*"}, http.StatusForbidden},
			{"another method in a header", alice, "GET", "/instances/ins-1/start", "", map[string]string{"X-Forwarded-Method": "POST", "X-Original-Method": "POST"}, http.StatusTeapot},
			{"another address in a header", alice, "GET", "/instances/ins-1/start", "", map[string]string{"X-Forwarded-For": "192.0.2.1"}, http.StatusTeapot},
			{"nobody", credential{}, "GET", "/instances/ins-1/start", "", nil, http.StatusUnauthorized},
			{"another secret", credential{id: alice.id, key: "wrong"}, "GET", "/instances/ins-1/start", "", nil, http.StatusUnauthorized},
			{"a place that is nowhere", alice, "GET", "/instances/ins-1/stop", "", nil, http.StatusNotFound},
		} {
			t.Run(tc.name, func(t *testing.T) {
				header := map[string]string{"X-Hufu-Principal": "qcs::cam::uin/1:root", "X-Hufu-Account": "1"}
				for name, value := range tc.header {
					header[name] = value
				}
				a := visit(t, tc.who, tc.method, proxy, tc.path, tc.body, header).wants(t, tc.status)
				select {
				case got := <-reached:
					if tc.status != http.StatusTeapot {
						t.Error("it got through")
					}
					if got.Get("X-Hufu-Principal") != fmt.Sprintf("qcs::cam::uin/100000000001:uin/%d", uin) || got.Get("X-Hufu-Account") != "100000000001" {
						t.Errorf("the service is told %v", got)
					}
				default:
					if tc.status == http.StatusTeapot {
						t.Error("it did not get through")
					}
				}
				if tc.status == http.StatusForbidden && !requestIDSyntax.MatchString(a.header.Get("X-Hufu-Decision-Id")) {
					t.Errorf("a denial without id: %v", a.header)
				}
			})
		}
		s.must(t, bootstrap, "cam:DetachUserPolicy", params{"DetachUin": uin, "PolicyId": start})
		visit(t, alice, "GET", proxy, "/instances/ins-1/start", "", nil).wants(t, http.StatusForbidden)
		s.stop(t)
		visit(t, alice, "GET", proxy, "/instances/ins-1/start", "", nil).wants(t, http.StatusInternalServerError)
		if len(reached) > 0 {
			t.Error("without hufu it got through")
		}
	})
}
