package qyapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// script is a server that answers texts one after the other, and the last one for ever.
type script struct {
	answers []string
	asked   []string
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked = append(s.asked, strings.TrimPrefix(r.URL.Path, "/cgi-bin/")+"?"+r.URL.RawQuery)
	answer := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	if status, rest, ok := strings.Cut(answer, "!"); ok {
		var code int
		_, _ = fmt.Sscan(status, &code)
		if to, ok := strings.CutPrefix(rest, "->"); ok {
			w.Header().Set("Location", to)
		}
		w.WriteHeader(code)
		return
	}
	_, _ = w.Write([]byte(answer))
}

// one is a token and the one that follows it.
type one struct{ renewed int }

func (o *one) Token(context.Context) (string, error) { return "the-token", nil }

func (o *one) Renew(_ context.Context, stale string) (string, error) {
	if stale != "the-token" {
		return "", errors.New("another token was refused")
	}
	o.renewed++
	return "the-next-token", nil
}

const userGet = `{"errcode":0,"errmsg":"ok","userid":"ann","name":"Ann","status":1}`

func TestWhatBecomesOfAnErrcode(t *testing.T) {
	for _, tc := range []struct {
		name    string
		answers []string
		calls   int
		renewed int
		failed  string // "" = the member is there
	}{
		{"success", []string{userGet}, 1, 0, ""},
		{"an answer without errcode", []string{`{"userid":"ann","status":1}`}, 1, 0, ""},
		{"busy is tried again", []string{`{"errcode":-1}`, `{"errcode":-1}`, `{"errcode":-1}`, userGet}, 4, 0, ""},
		{"but not for ever", []string{`{"errcode":-1}`}, 4, 0, "WeCom answered user/get with errcode -1"},
		{"a token that ended is renewed", []string{`{"errcode":42001}`, userGet}, 2, 1, ""},
		{"one that is wrong too", []string{`{"errcode":40014}`, userGet}, 2, 1, ""},
		{"and one that is missing", []string{`{"errcode":41001}`, userGet}, 2, 1, ""},
		{"but once", []string{`{"errcode":42001}`}, 2, 1, "WeCom answered user/get with errcode 42001"},
		{"nobody is final", []string{`{"errcode":60111,"errmsg":"from ip 10.0.0.1"}`}, 1, 0, "WeCom answered user/get with errcode 60111"},
		{"what is not known too", []string{`{"errcode":99999}`}, 1, 0, "WeCom answered user/get with errcode 99999"},
		{"a server that is broken is tried again", []string{"502!", userGet}, 2, 0, ""},
		{"and given up", []string{"502!"}, 4, 0, "WeCom did not answer user/get: HTTP status 502"},
		{"a redirection is not followed", []string{"302!->http://127.0.0.1:1/?access_token=x"}, 4, 0, "WeCom did not answer user/get: HTTP status 302"},
		{"no JSON", []string{"<html>"}, 4, 0, "WeCom did not answer user/get: invalid character '<' looking for beginning of value"},
		{"a list in place of an object", []string{"[]"}, 4, 0, "WeCom did not answer user/get: the answer has no \"{\" where one must be"},
		{"a member twice", []string{`{"errcode":0,"userid":"ann","userid":"bob"}`}, 4, 0, `WeCom did not answer user/get: the answer has "userid" twice`},
		{"something behind", []string{userGet + "x"}, 4, 0, "WeCom did not answer user/get: the answer has something behind its object"},
		{"an end too early", []string{`{"errcode":0`}, 4, 0, "WeCom did not answer user/get: unexpected EOF"},
		{"a number for a text", []string{`{"userid":7}`}, 4, 0, "WeCom did not answer user/get: the answer has a string where none can be"},
		{"no userid", []string{`{"errcode":0}`}, 1, 0, "WeCom did not answer user/get: the answer has no userid, or another one"},
		{"a userid that is none", []string{`{"userid":"a b"}`}, 1, 0, "WeCom did not answer user/get: the answer has no userid, or another one"},
		{"another member", []string{`{"errcode":0,"userid":"bob","status":5}`}, 1, 0, "WeCom did not answer user/get: the answer has no userid, or another one"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, tokens := &script{answers: tc.answers}, &one{}
			_, err := newClient(t, s, time.Now).Session("ww1", tokens).Member(t.Context(), "ann")
			if got := fmt.Sprint(err); tc.failed == "" && err != nil || tc.failed != "" && got != tc.failed {
				t.Errorf("got %q, want %q", got, tc.failed)
			}
			if len(s.asked) != tc.calls || tokens.renewed != tc.renewed {
				t.Errorf("%d calls, want %d; %d tokens renewed, want %d", len(s.asked), tc.calls, tokens.renewed, tc.renewed)
			}
		})
	}
}

func newClient(t testing.TB, h http.Handler, now func() time.Time) *Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	c, err := New(Config{Base: server.URL, Now: now, Sleep: func(context.Context, time.Duration) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Another account may try secrets of an enterprise until WeCom has enough of it: that does not stop the one that has the right one.
func TestWrongSecretsStopNobodyElse(t *testing.T) {
	s := &script{answers: []string{`{"errcode":45009}`, `{"access_token":"t","expires_in":7200}`}}
	c := newClient(t, s, time.Now)
	for _, tc := range []struct {
		name, secret string
		stopped      bool
		asked        int
	}{
		{"wrong ones are stopped by WeCom", "guess", true, 1},
		{"and then not sent", "guess", true, 1},
		{"the right one is", "right", false, 2},
	} {
		_, err := c.GetToken(t.Context(), "ww1", tc.secret)
		if got := HandlingOf(err) == Wait; got != tc.stopped || len(s.asked) != tc.asked {
			t.Errorf("%s: %v after %d calls", tc.name, err, len(s.asked))
		}
	}
}

// The code of a sign-in is good once: when it is not known what became of it, it is not sent again.
func TestACodeIsSentOnce(t *testing.T) {
	s := &script{answers: []string{"502!"}}
	if _, err := newClient(t, s, time.Now).Session("ww1", &one{}).SignedIn(t.Context(), "the-code"); err == nil || len(s.asked) != 1 {
		t.Errorf("%v after %d calls", err, len(s.asked))
	}
}

func TestNoErrorHoldsAnAddress(t *testing.T) {
	c, err := New(Config{Base: "http://127.0.0.1:1", Now: time.Now, Sleep: func(context.Context, time.Duration) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	_, failed := c.GetToken(t.Context(), "ww1", "the-secret")
	_, failed2 := c.Session("ww1", &one{}).Member(t.Context(), "ann")
	for _, err := range []error{failed, failed2} {
		for e := err; e != nil; e = errors.Unwrap(e) {
			if text := fmt.Sprintf("%v %+v", e, e); strings.Contains(text, "the-") || strings.Contains(text, "cgi-bin") {
				t.Errorf("the error says %s", text)
			}
		}
	}
}

func TestACallThatCameTooOftenIsStopped(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := &script{}
	c := newClient(t, s, func() time.Time { return now })
	member := func(corp, userID string) error {
		_, err := c.Session(corp, &one{}).Member(t.Context(), userID)
		return err
	}
	for _, tc := range []struct {
		name   string
		later  time.Duration
		answer string
		corp   string
		wait   time.Duration // 0 = it succeeds
		calls  int
	}{
		{"the rule of a minute", 0, `{"errcode":45009}`, "ww1", time.Minute, 1},
		{"stopped", 20 * time.Second, userGet, "ww1", 40 * time.Second, 0},
		{"another enterprise is not", 0, userGet, "ww2", 0, 1},
		{"a minute later", 40 * time.Second, userGet, "ww1", 0, 1},
		{"again at once: the rule of the hour", 0, `{"errcode":45009}`, "ww1", time.Hour, 1},
		{"still", 59 * time.Minute, userGet, "ww1", time.Minute, 0},
		{"an hour later", time.Minute, userGet, "ww1", 0, 1},
		{"too many at once", 2 * time.Hour, `{"errcode":45033}`, "ww1", 5 * time.Second, 1},
		{"soon over", 5 * time.Second, userGet, "ww1", 0, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			now, s.answers, s.asked = now.Add(tc.later), []string{tc.answer}, nil
			err := member(tc.corp, "ann")
			var wait time.Duration
			if e, ok := errors.AsType[*Error](err); ok {
				wait = e.Wait
			}
			if (err == nil) != (tc.wait == 0) || wait != tc.wait || len(s.asked) != tc.calls {
				t.Errorf("%v, wait %s, %d calls", err, wait, len(s.asked))
			}
		})
	}
}

func TestCheckBase(t *testing.T) {
	for base, want := range map[string]string{
		"https://qyapi.weixin.qq.com":  "https://qyapi.weixin.qq.com",
		"https://proxy.example/wecom/": "https://proxy.example/wecom",
		"http://127.0.0.1:9900":        "http://127.0.0.1:9900",
		"http://[::1]:9900":            "http://[::1]:9900",
		"http://localhost":             "http://localhost",
		"http://qyapi.weixin.qq.com":   "",
		"http://localhost.evil.test":   "",
		"ftp://127.0.0.1":              "",
		"qyapi.weixin.qq.com":          "",
		"https://user:pw@host":         "",
		"https://host?x=1":             "",
		"https://host#x":               "",
		"":                             "",
		"https://":                     "",
	} {
		if got, err := CheckBase(base); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v, want %q", base, got, err, want)
		}
	}
}

func TestTokens(t *testing.T) {
	for _, tc := range []struct {
		name, answer string
		life         time.Duration // 0 = refused
	}{
		{"a token", `{"errcode":0,"access_token":"t","expires_in":7200}`, 2 * time.Hour},
		{"one that is said to live for years", `{"access_token":"t","expires_in":999999999999}`, 24 * time.Hour},
		{"one that ends at once", `{"access_token":"t","expires_in":1}`, time.Minute},
		{"none", `{"errcode":0,"expires_in":7200}`, 0},
		{"one that has ended", `{"access_token":"t","expires_in":0}`, 0},
		{"one that is too long", `{"access_token":"` + strings.Repeat("t", 513) + `","expires_in":7200}`, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := newClient(t, &script{answers: []string{tc.answer}}, time.Now).GetToken(t.Context(), "ww1", "secret")
			if got.Life != tc.life || (err == nil) != (tc.life > 0) {
				t.Errorf("got %v, %v", got.Life, err)
			}
		})
	}
}

func TestListsAreReadOneByOne(t *testing.T) {
	s := &script{answers: []string{`{"errcode":0,"userlist":[{"userid":"ann","name":"An\u0000n\nLi","department":[1,2],"extattr":{"attrs":[{"a":[1,{"b":2}]}]}},` +
		`{"userid":"not one"},{"userid":"bob","biz_mail":"bob@x"}],"more":[[{}]]}`}}
	c := newClient(t, s, time.Now).Session("ww1", &one{})
	var got []string
	err := c.Members(t.Context(), 7, func(m *Member) error {
		got = append(got, fmt.Sprint(m.UserID, "/", m.Name, "/", m.Departments, "/", m.Mail()))
		return nil
	})
	if want := "[ann/AnnLi/[1 2]/ bob//[]/bob@x]"; err != nil || fmt.Sprint(got) != want {
		t.Errorf("got %v, %v, want %s", got, err, want)
	}
	stop := errors.New("enough")
	s.asked = nil
	if err := c.Members(t.Context(), 7, func(*Member) error { return stop }); !errors.Is(err, stop) || len(s.asked) != 1 {
		t.Errorf("got %v after %d calls", err, len(s.asked))
	}
}

// Whatever WeCom, or somebody in its place, answers, reading it ends and what is read is within bounds.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{userGet, `{"errcode":42001}`, `{"department":[{"id":1,"name":"x","parentid":0,"order":4294967295}]}`, `{"userlist":[{"userid":"a","department":[1]}]}`,
		`{"name":"app","close":1,"allow_userinfos":{"user":[{"userid":"a"}]},"allow_partys":{"partyid":[1]},"allow_tags":{"tagid":[1]}}`, `{"userlist":null}`, `[`, `{"a":{"b":[1,{"c":null}]}}`,
		`{"access_token":"t","expires_in":7200}`, `{"errcode":0,"errcode":1}`, "\xff", `{"userid":"\ud800"}`} {
		f.Add(seed)
	}
	var answer string
	c, err := New(Config{Base: "http://127.0.0.1:1", Now: time.Now, Sleep: func(context.Context, time.Duration) error { return nil }, Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		out := httptest.NewRecorder()
		_, _ = out.WriteString(answer)
		return out.Result(), nil
	})})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		answer = text
		clear(c.stopped)
		s := c.Session("ww1", &one{})
		if m, err := s.Member(t.Context(), "a"); err == nil && (!IsUserID(m.UserID) || len([]rune(m.Name)) > 128 || len(m.Departments) > maxDepartments) {
			t.Errorf("out of bounds: %+v", m)
		}
		_ = s.Members(t.Context(), 1, func(m *Member) error {
			if !IsUserID(m.UserID) || strings.ContainsRune(m.Name, 0) {
				t.Errorf("out of bounds: %+v", m)
			}
			return nil
		})
		if d, err := s.Departments(t.Context(), 1); err == nil {
			for _, d := range d {
				if d.ID <= 0 {
					t.Errorf("a department with the id %d", d.ID)
				}
			}
		}
		_, _ = s.DepartmentIDs(t.Context(), 1)
		_, _ = s.Department(t.Context(), 1)
		_, _ = s.Agent(t.Context(), 1)
		_, _ = s.Tag(t.Context(), 1)
		if id, err := s.SignedIn(t.Context(), "code"); err == nil && id != "" && !IsUserID(id) {
			t.Errorf("userid %q", id)
		}
		if token, err := c.GetToken(t.Context(), "ww1", "secret"); err == nil && (token.Text == "" || len(token.Text) > maxToken) {
			t.Errorf("token %q", token.Text)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
