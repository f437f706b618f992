package wecomtest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/wecom/callback"
	"github.com/hufu-iam/hufu/internal/wecom/wecomtest"
)

const encodingAESKey = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"

// receiver is an address that takes callbacks as it should; the first refuse of them it refuses.
type receiver struct {
	w      *world
	secret *callback.Secret
	mu     sync.Mutex
	refuse int
	got    []callback.Message
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v := q.URL.Query()
	query := callback.Query{Signature: v.Get("msg_signature"), Timestamp: v.Get("timestamp"), Nonce: v.Get("nonce")}
	if q.Method == http.MethodGet {
		plain, err := r.secret.Echo(query, v.Get("echostr"), r.w.now)
		if err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		_, _ = w.Write(plain)
		return
	}
	if r.refuse > 0 {
		r.refuse--
		http.Error(w, "", http.StatusServiceUnavailable)
		return
	}
	body, err := io.ReadAll(q.Body)
	if err != nil {
		r.w.t.Error(err)
	}
	m, err := r.secret.Open(query, body, r.w.now)
	if err != nil {
		r.w.t.Error(err)
	}
	r.got = append(r.got, m)
}

// listen configures a callback of the app new, and of synchronization.
func listen(w *world) *receiver {
	w.t.Helper()
	secret, err := callback.New("token", encodingAESKey, corpID)
	w.must(err)
	r := &receiver{w: w, secret: secret}
	web := httptest.NewServer(r)
	w.t.Cleanup(web.Close)
	w.t.Cleanup(w.s.Wait)
	w.must(w.s.SetCallback(w.t.Context(), corpID, 1000002, wecomtest.Callback{URL: web.URL + "/hook?a=b", Token: "token", EncodingAESKey: encodingAESKey}))
	return r
}

// next are the events that came since, as "ChangeType UserID-or-Id".
func (r *receiver) next() string {
	r.w.s.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for _, m := range r.got {
		all = append(all, m.Get("ChangeType")+" "+m.Get("UserID")+m.Get("Id"))
	}
	r.got = nil
	return strings.Join(all, ", ")
}

func TestChangesArePushedToWhoSeesThem(t *testing.T) {
	w := newWorld(t, wecomtest.Config{Retry: time.Millisecond})
	r := listen(w)
	for _, c := range []struct {
		name string
		do   func() error
		want string
	}{
		{"somebody joins in range", func() error {
			return w.s.Join(corpID, wecomtest.Member{UserID: "new", Name: "新", Departments: []int{2}})
		}, "create_user new"},
		{"somebody joins elsewhere", func() error {
			return w.s.Join(corpID, wecomtest.Member{UserID: "far", Name: "远", Departments: []int{4}})
		}, ""},
		{"moving out of range", func() error { return w.s.Move(corpID, "new", 4) }, "update_user new"},
		{"a change out of range", func() error { return w.s.SetStatus(corpID, "new", wecomtest.Disabled) }, ""},
		{"moving into range", func() error { return w.s.Move(corpID, "new", 3) }, "update_user new"},
		{"leaving", func() error { return w.s.Leave(corpID, "lina") }, "delete_user lina"},
		{"a department", func() error {
			return w.s.SetDepartment(corpID, wecomtest.Department{ID: 3, ParentID: 2, Name: "后端组"})
		}, "update_party 3"},
		{"a tag", func() error {
			return w.s.SetTag(corpID, wecomtest.Tag{ID: 7, Name: "值班", Users: []string{"off"}})
		}, "update_tag "},
		{"the scope of an app that the enterprise built", func() error {
			return w.s.SetScope(corpID, 1000002, wecomtest.Scope{Departments: []int{1}})
		}, ""},
	} {
		w.must(c.do())
		if got := r.next(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	w.must(w.s.Rename(corpID, "ZhangWei", "zhang.wei"))
	w.s.Wait()
	m := r.got[0]
	if m.Get("UserID") != "ZhangWei" || m.Get("NewUserID") != "zhang.wei" || m.Get("Mobile") != "" || m.Get("FromUserName") != "sys" || m.Get("ToUserName") != corpID {
		t.Errorf("%v", m)
	}
}

func TestPushesAreTriedThreeTimes(t *testing.T) {
	w := newWorld(t, wecomtest.Config{Retry: time.Millisecond})
	r := listen(w)
	r.refuse = 2
	w.must(w.s.Leave(corpID, "lina"))
	if got := r.next(); got != "delete_user lina" {
		t.Errorf("after two refusals: %q", got)
	}
	r.refuse = 3
	w.must(w.s.Leave(corpID, "off"))
	if got := r.next(); got != "" {
		t.Errorf("after three refusals: %q", got)
	}
	w.must(w.s.Again(2))
	if got := r.next(); got != "delete_user off" {
		t.Errorf("sent again: %q", got)
	}
	pushes := w.s.Pushes()
	if len(pushes) != 3 || len(pushes[1].Attempts) != 3 || pushes[1].Attempts[2].Status != 503 || pushes[2].Body != pushes[1].Body {
		t.Errorf("%+v", pushes)
	}
}

func TestACallbackIsConfiguredOnlyIfItsAddressAnswersTheCheck(t *testing.T) {
	w := newWorld(t, wecomtest.Config{})
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { _, _ = w.Write([]byte("success")) }))
	defer web.Close()
	for name, to := range map[string]wecomtest.Callback{
		"another answer": {URL: web.URL, Token: "token", EncodingAESKey: encodingAESKey},
		"nobody there":   {URL: "http://127.0.0.1:1", Token: "token", EncodingAESKey: encodingAESKey},
		"a short key":    {URL: web.URL, Token: "token", EncodingAESKey: "short"},
	} {
		if err := w.s.SetCallback(t.Context(), corpID, 1000002, to); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestTheAdministratorsInterfaceIsForThisMachine(t *testing.T) {
	w := newWorld(t, wecomtest.Config{})
	for _, c := range []struct {
		name, method, path, body, from, host, origin string
		want                                         int
	}{
		{"the page", "GET", "/admin/?q=li", "", "127.0.0.1:1", "localhost:1", "", 200},
		{"from elsewhere", "GET", "/admin/", "", "192.0.2.1:1", "localhost:1", "", 403},
		{"under another name", "GET", "/admin/", "", "127.0.0.1:1", "evil.example.com", "", 403},
		{"from another page", "POST", "/admin/corps/" + corpID + "/members/lina/leave", "", "127.0.0.1:1", "localhost:1", "http://evil.example.com", 403},
		{"joining", "POST", "/admin/corps/" + corpID + "/members", `{"UserID":"x","Name":"新"}`, "[::1]:1", "127.0.0.1:1", "", 200},
		{"joining twice", "POST", "/admin/corps/" + corpID + "/members", `{"UserID":"X","Name":"新"}`, "[::1]:1", "127.0.0.1:1", "", 400},
		{"a body with another member", "POST", "/admin/corps/" + corpID + "/members", `{"Uin":"X"}`, "[::1]:1", "127.0.0.1:1", "", 400},
		{"renaming", "POST", "/admin/corps/" + corpID + "/members/x/rename", `{"UserID":"y"}`, "[::1]:1", "127.0.0.1:1", "", 200},
		{"moving", "POST", "/admin/corps/" + corpID + "/members/y/move", `{"Departments":[3]}`, "[::1]:1", "127.0.0.1:1", "", 200},
		{"disabling", "POST", "/admin/corps/" + corpID + "/members/y/disable", "", "[::1]:1", "127.0.0.1:1", "", 200},
		{"leaving, from the page", "POST", "/admin/corps/" + corpID + "/members/y/leave?back=q%3Dy", "", "[::1]:1", "127.0.0.1:1", "http://127.0.0.1:1", 303},
		{"leaving twice", "POST", "/admin/corps/" + corpID + "/members/y/leave", "", "[::1]:1", "127.0.0.1:1", "", 404},
		{"a scope", "POST", "/admin/corps/" + corpID + "/apps/1000002/scope", `{"Users":["lina"]}`, "[::1]:1", "127.0.0.1:1", "", 200},
		{"another secret", "POST", "/admin/corps/" + corpID + "/apps/1000002/secret", `{"Secret":"another"}`, "[::1]:1", "127.0.0.1:1", "", 200},
		{"closing an app", "POST", "/admin/corps/" + corpID + "/apps/1000002/close", "", "[::1]:1", "127.0.0.1:1", "", 200},
		{"an app", "GET", "/admin/corps/" + corpID + "/apps/1000002", "", "[::1]:1", "127.0.0.1:1", "", 200},
		{"an unknown app", "GET", "/admin/corps/" + corpID + "/apps/9", "", "[::1]:1", "127.0.0.1:1", "", 404},
		{"a fault", "POST", "/admin/faults", `{"Path":"/cgi-bin/user/get","ErrCode":-1}`, "[::1]:1", "127.0.0.1:1", "", 200},
		{"pushes", "GET", "/admin/pushes", "", "[::1]:1", "127.0.0.1:1", "", 200},
	} {
		q := httptest.NewRequest(c.method, "http://"+c.host+c.path, strings.NewReader(c.body))
		q.RemoteAddr = c.from
		if c.origin != "" {
			q.Header.Set("Origin", c.origin)
		}
		rec := httptest.NewRecorder()
		w.s.ServeHTTP(rec, q)
		if rec.Code != c.want {
			t.Errorf("%s: %d %s, want %d", c.name, rec.Code, rec.Body, c.want)
		}
	}
	a, err := w.s.App(corpID, 1000002)
	if err != nil || !a.Closed || len(a.Scope.Users) != 1 || a.Secret != "another" {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestAPopulatedEnterpriseIsTheSameForTheSameSeedAndSurvivesARestart(t *testing.T) {
	make := func(seed uint64) *wecomtest.Server {
		s := wecomtest.New(wecomtest.Config{Seed: seed})
		s.AddCorp(wecomtest.Corp{ID: corpID, Name: "远山科技"})
		if err := s.Populate(corpID, 600); err != nil {
			t.Fatal(err)
		}
		return s
	}
	state := func(s *wecomtest.Server) string {
		text, err := s.State()
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	one := make(1)
	if state(one) != state(make(1)) || state(one) == state(make(2)) {
		t.Error("the enterprise does not come from the seed")
	}
	if n := len(one.Members(corpID, "")); n != 600 {
		t.Errorf("%d members", n)
	}
	back := wecomtest.New(wecomtest.Config{})
	if err := back.Restore([]byte(state(one))); err != nil || state(back) != state(one) {
		t.Errorf("it came back otherwise: %v", err)
	}
	if !json.Valid([]byte(state(one))) {
		t.Error("the state is not JSON")
	}
}
