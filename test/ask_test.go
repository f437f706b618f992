package test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// reply is the answer of a door that has no envelope.
type reply struct {
	status int
	header http.Header
	text   string
	body   map[string]any // of JSON
}

// plain is the client for what is no API 3.0.
var plain = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func listen(t testing.TB, r *http.Request) *reply {
	t.Helper()
	return answered(t, plain, r)
}

func answered(t testing.TB, by *http.Client, r *http.Request) *reply {
	t.Helper()
	answer, err := by.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := &reply{status: answer.StatusCode, header: answer.Header, text: string(text)}
	if answer.Header.Get("Content-Type") == "application/json" {
		if err := json.Unmarshal(text, &a.body); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	return a
}

// puts sends a question, signed.
func (s *server) puts(t testing.TB, c credential, what, body string) *reply {
	t.Helper()
	return answered(t, s.client, s.decisionCall(t, c, "/access/v1/"+what, json.RawMessage(body)).request(t))
}

// asking is one question as JSON.
func asking(subject, action, resource string) string {
	typ, id, _ := strings.Cut(subject, "/")
	return fmt.Sprintf(`{"subject":{"type":"%s","id":"%s"},"action":{"name":"%s"},"resource":{"type":"qcs","id":"%s"}}`, typ, id, action, resource)
}

func (a *reply) wants(t testing.TB, status int, pieces ...string) *reply {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d: %s", a.status, status, a.text)
	}
	for _, p := range pieces {
		if !strings.Contains(a.text, p) {
			t.Errorf("no %q in %s", p, a.text)
		}
	}
	return a
}

// decides holds the decision of one question to what is wanted.
func (s *server) decides(t testing.TB, c credential, want bool, q string) *reply {
	t.Helper()
	a := s.puts(t, c, "evaluation", q).wants(t, http.StatusOK)
	if a.body["decision"] != want {
		t.Errorf("%s: %s, want %t", q, a.text, want)
	}
	return a
}

// grants makes a policy of one statement and attaches it to a user.
func (s *server) grants(t testing.TB, root credential, uin int64, name, action, resource, condition string) int64 {
	t.Helper()
	document := fmt.Sprintf(`{"version":"2.0","statement":[{"effect":"allow","action":"%s","resource":"%s"%s}]}`, action, resource, condition)
	id := s.must(t, root, "cam:CreatePolicy", params{"PolicyName": name, "PolicyDocument": document}).number("PolicyId")
	s.must(t, root, "cam:AttachUserPolicy", params{"AttachUin": uin, "PolicyId": id})
	return id
}

func TestAServiceAsksAndIsAnswered(t *testing.T) {
	onServer(t, nil, func(t *testing.T, s *server) {
		asker, pep := s.user(t, bootstrap, "pep")
		uin, alice := s.user(t, bootstrap, "alice")
		s.grants(t, bootstrap, asker, "ask", "hufu:Evaluate", "*", "")
		start := s.grants(t, bootstrap, uin, "start", "cvm:StartInstances", "qcs::cvm:::instance/*", "")
		q := asking(fmt.Sprint("user/", uin), "cvm:StartInstances", "qcs::cvm:ap-guangzhou::instance/ins-1")
		by := asking("key/"+alice.id, "cvm:StartInstances", "qcs::cvm:ap-guangzhou::instance/ins-1")

		s.decides(t, pep, true, q)
		s.decides(t, pep, true, by)
		s.puts(t, alice, "evaluation", q).wants(t, http.StatusForbidden, "hufu:Evaluate")
		s.puts(t, credential{id: pep.id, key: "wrong"}, "evaluation", q).wants(t, http.StatusUnauthorized, "AuthFailure.SignatureFailure")
		stranger := s.createAccount(t, "stranger").credential()
		s.puts(t, stranger, "evaluation", q).wants(t, http.StatusOK, `"decision":false`) // the name has no account: it is the stranger's
		s.puts(t, stranger, "evaluation", asking(fmt.Sprint("user/", uin), "cvm:StartInstances", "qcs::cvm::uin/100000000001:instance/ins-1")).wants(t, http.StatusForbidden)

		// What is revoked is revoked for the very next decision.
		s.must(t, bootstrap, "cam:DetachUserPolicy", params{"DetachUin": uin, "PolicyId": start})
		denied := s.decides(t, pep, false, q)
		id, _ := denied.body["context"].(map[string]any)["id"].(string)
		if denied.header.Get("X-TC-RequestId") != id {
			t.Errorf("%v, %s", denied.header, denied.text)
		}
		s.must(t, bootstrap, "cam:UpdateAccessKey", params{"TargetUin": uin, "AccessKeyId": alice.id, "Status": "Inactive"})
		s.decides(t, pep, false, by)

		// The audit trail tells why, by the decision's id.
		var record struct {
			Action, Door string
			CallerID     int64 `json:"callerId"`
			Resources    []string
			Parameters   map[string]any
			Decision     struct{ Effect, Layer string }
			Explanation  struct {
				Remedy struct{ Additions []any }
			}
		}
		for range 100 {
			out := s.run(t, "audit", "query", "--json", "--request-id", id)
			if out == "" {
				pause() // it is written a moment later
				continue
			}
			if err := json.Unmarshal([]byte(out), &record); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			break
		}
		if record.Action != "hufu:Evaluate" || record.Door != "authzen" || record.CallerID != asker || record.Decision.Effect != "implicit_deny" || record.Decision.Layer != "identity" ||
			len(record.Explanation.Remedy.Additions) != 1 || record.Parameters["action"].(map[string]any)["name"] != "cvm:StartInstances" {
			t.Errorf("%+v", record)
		}
	})
}

func TestAThousandQuestionsInOneCall(t *testing.T) {
	onServer(t, nil, func(t *testing.T, s *server) {
		uin, _ := s.user(t, bootstrap, "alice")
		s.grants(t, bootstrap, uin, "even", "cvm:StartInstances", "qcs::cvm:::instance/*0", "")
		body := func(n int) string {
			list := make([]string, n)
			for i := range list {
				list[i] = fmt.Sprintf(`{"resource":{"type":"qcs","id":"qcs::cvm:::instance/%d"}}`, i)
			}
			return fmt.Sprintf(`{"subject":{"type":"user","id":"%d"},"action":{"name":"cvm:StartInstances"},"evaluations":[%s]}`, uin, strings.Join(list, ","))
		}
		a := s.puts(t, bootstrap, "evaluations", body(1000)).wants(t, http.StatusOK)
		list, _ := a.body["evaluations"].([]any)
		if len(list) != 1000 {
			t.Fatalf("%d answers", len(list))
		}
		for i, e := range list {
			if got := e.(map[string]any)["decision"]; got != (i%10 == 0) {
				t.Errorf("question %d: %v", i, got)
			}
		}
		s.puts(t, bootstrap, "evaluations", body(1001)).wants(t, http.StatusBadRequest, "at most 1000")
		// Searches have a rate of their own, in seconds of the server's clock.
		var wg sync.WaitGroup
		var over atomic.Int64
		for range 100 {
			wg.Go(func() {
				if s.puts(t, bootstrap, "search/subject", asking("user/1", "cvm:StartInstances", "*")).status == http.StatusTooManyRequests {
					over.Add(1)
				}
			})
		}
		wg.Wait()
		if over.Load() == 0 {
			t.Error("a hundred searches at once are not over their rate")
		}
	})
}

func TestWhereTheDoorIs(t *testing.T) {
	onServer(t, []string{"--trusted-proxy", "127.0.0.1/32"}, func(t *testing.T, s *server) {
		r, err := http.NewRequest(http.MethodGet, "http://"+s.api+"/.well-known/authzen-configuration", nil)
		if err != nil {
			t.Fatal(err)
		}
		a := listen(t, r).wants(t, http.StatusOK)
		if a.body["policy_decision_point"] != "http://"+s.api || a.body["access_evaluation_endpoint"] != "http://"+s.api+"/access/v1/evaluation" || len(a.body) != 6 {
			t.Error(a.text)
		}
		r.Header.Set("X-Forwarded-Proto", "https")
		r.Header.Set("X-Forwarded-Host", "pdp.example.com")
		if a := listen(t, r); a.body["search_action_endpoint"] != "https://pdp.example.com/access/v1/search/action" {
			t.Error(a.text)
		}
	})
}

var (
	block    = regexp.MustCompile("(?s)\n```([a-z]+)\n(.*?)\n```\n")
	variable = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|"revision":"[^"]*"`)
)

// blocks are the examples of a page.
func blocks(t testing.TB, page string) [][2]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", page))
	if err != nil {
		t.Fatal(err)
	}
	var all [][2]string
	for _, m := range block.FindAllStringSubmatch(string(text), -1) {
		all = append(all, [2]string{m[1], m[2]})
	}
	return all
}

// The examples of docs/ask-a-decision.md are sent as they stand, and answered as it says.
func TestThePageOnAskingIsTrue(t *testing.T) {
	s := newPlace(t, "").start(t)
	dir := t.TempDir()
	examples := blocks(t, "ask-a-decision.md")
	for name, text := range map[string]string{"ask.sh": examples[0][1], "call.sh": blocks(t, "sign-a-request.md")[0][1]} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil || !strings.Contains(text, "# "+name) {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
	}
	compared := 0
	for i, example := range examples[1:] {
		if example[0] != "bash" {
			continue
		}
		cmd := exec.Command("bash", "-euo", "pipefail", "-c", example[1])
		cmd.Dir = dir
		cmd.Env = environment("HUFU_ENDPOINT=http://"+s.api, "HUFU_SECRET_ID="+bootstrap.id, "HUFU_SECRET_KEY="+bootstrap.key)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s\n%v: %s", example[1], err, out)
		}
		got := strings.TrimSpace(string(out))
		if strings.Contains(got, `"Error"`) {
			t.Errorf("%s\nis answered %s", example[1], got)
		}
		if next := examples[min(i+2, len(examples)-1)]; next[0] == "json" {
			compared++
			if got, want := variable.ReplaceAllString(got, "…"), variable.ReplaceAllString(next[1], "…"); got != want {
				t.Errorf("%s\nis answered\n%s\nnot\n%s", example[1], got, want)
			}
		}
	}
	if compared != 5 {
		t.Errorf("%d answers were compared", compared)
	}
}
