package test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// tenantAPI is what all paths of the employee identity API begin with.
const tenantAPI = "/api/v2/tenant"

var (
	eiamID   = regexp.MustCompile(`^[0-9]{17}-[0-9A-F]{4}-[0-9A-F]{9}$`)
	eiamTime = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}$`)
)

// eiamApp is what "hufu eiam app create" prints, as far as clients need it.
type eiamApp struct {
	AppID        string `json:"app_id"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
}

// eiamApp makes an application of a root account with the command line.
func (p *place) eiamApp(t testing.TB, uin int64, name, permissions string, flags ...string) eiamApp {
	t.Helper()
	args := []string{"eiam", "app", "create", "--account", fmt.Sprint(uin), "--name", name}
	if permissions != "" {
		args = append(args, "--permissions", permissions)
	}
	out := p.run(t, append(args, flags...)...)
	var a eiamApp
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatalf("eiam app create prints %q: %v", out, err)
	}
	if !eiamID.MatchString(a.AppID) || len(a.ClientID) != 32 || len(a.ClientSecret) != 32 {
		t.Fatalf("eiam app create prints %s", out)
	}
	p.secret(a.ClientSecret)
	return a
}

// bootstrapUIN is the number of the first root account.
func (s *server) bootstrapUIN(t testing.TB) int64 {
	t.Helper()
	var uin int64
	if _, err := fmt.Sscan(s.must(t, bootstrap, whoami, nil).str("AccountId"), &uin); err != nil {
		t.Fatal(err)
	}
	return uin
}

// eiamCaller sends requests with one token.
type eiamCaller struct {
	*server
	http   *http.Client
	host   string // "" = the server's address
	token  string
	header map[string]string // "" removes one
}

// eiam is a caller without a token. No redirect is followed: none may ever be answered.
func (s *server) eiam(t testing.TB) eiamCaller {
	transport := &http.Transport{MaxIdleConnsPerHost: 64, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.api)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return eiamCaller{server: s, http: &http.Client{Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// as is the caller with a new token of this application.
func (c eiamCaller) as(t testing.TB, a eiamApp) eiamCaller {
	t.Helper()
	got := c.askToken(t, a.ClientID, a.ClientSecret)
	if got.status != http.StatusOK || got.str("access_token") == "" {
		t.Fatalf("no token: %d %s", got.status, got.text)
	}
	c.token = got.str("access_token")
	c.secret(c.token)
	return c
}

// askToken asks for a token in the preferred way.
func (c eiamCaller) askToken(t testing.TB, id, secret string) *eiamAnswer {
	t.Helper()
	c.token = ""
	return c.with("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(id+":"+secret))).
		with("Content-Type", "application/x-www-form-urlencoded").do(t, "POST", "/token", "grant_type=client_credentials")
}

// with is the caller with a further header.
func (c eiamCaller) with(name, value string) eiamCaller {
	header := map[string]string{name: value}
	for n, v := range c.header {
		if n != name {
			header[n] = v
		}
	}
	c.header = header
	return c
}

// eiamAnswer is what came back.
type eiamAnswer struct {
	status int
	header http.Header
	text   string
	body   map[string]any
	code   string // error_code, or error of OAuth
}

// do sends one request. The path is below the tenant API unless it is a whole one, and goes out as it is written.
func (c eiamCaller) do(t testing.TB, method, path, body string) *eiamAnswer {
	t.Helper()
	if !strings.HasPrefix(path, "/api/") {
		path = tenantAPI + path
	}
	host := c.host
	if host == "" {
		host = c.api
	}
	r, err := http.NewRequest(method, "http://"+host+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for name, value := range c.header {
		if r.Header.Set(name, value); value == "" {
			r.Header.Del(name)
		}
	}
	answer, err := c.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := &eiamAnswer{status: answer.StatusCode, header: answer.Header, text: string(text)}
	a.read(t, method+" "+path, text)
	return a
}

// read holds an answer to what all have in common.
func (a *eiamAnswer) read(t testing.TB, what string, text []byte) {
	t.Helper()
	if !requestIDSyntax.MatchString(a.header.Get("X-Request-Id")) {
		t.Errorf("%s: X-Request-Id is %q", what, a.header.Get("X-Request-Id"))
	}
	if a.status == http.StatusNoContent {
		if len(text) != 0 {
			t.Errorf("%s: a body with status 204: %s", what, text)
		}
		return
	}
	if a.status >= http.StatusInternalServerError || a.status >= 300 && a.status < 400 {
		t.Errorf("%s: status %d: %s", what, a.status, text)
	}
	if kind := a.header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		t.Errorf("%s: Content-Type is %q", what, kind)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&a.body); err != nil {
		t.Errorf("%s: the body is no object: %v: %s", what, err, text)
		return
	}
	first, second := "error_code", "error_msg"
	if _, ok := a.body["error"]; ok {
		first, second = "error", "error_description"
	}
	a.code = a.str(first)
	if failed := a.status >= 400; failed && (a.code == "" || a.str(second) == "" || len(a.body) != 2) || !failed && a.code != "" {
		t.Errorf("%s: status %d with the body %s", what, a.status, text)
	}
	if strings.TrimSpace(a.code) != a.code {
		t.Errorf("%s: blanks around the code %q", what, a.code)
	}
}

func (a *eiamAnswer) str(name string) string {
	s, _ := a.body[name].(string)
	return s
}

func (a *eiamAnswer) number(name string) int {
	n, _ := a.body[name].(json.Number)
	i, err := n.Int64()
	if err != nil {
		return -1
	}
	return int(i)
}

// rows are the objects of a list.
func (a *eiamAnswer) rows(name string) []map[string]any {
	list, _ := a.body[name].([]any)
	rows := make([]map[string]any, len(list))
	for i := range list {
		rows[i], _ = list[i].(map[string]any)
	}
	return rows
}

// texts are the strings of a list.
func (a *eiamAnswer) texts(name string) []string {
	list, _ := a.body[name].([]any)
	all := make([]string, len(list))
	for i := range list {
		all[i], _ = list[i].(string)
	}
	return all
}

// column is one member of every row.
func eiamColumn(rows []map[string]any, name string) []string {
	all := make([]string, len(rows))
	for i := range rows {
		all[i], _ = rows[i][name].(string)
	}
	return all
}

// wants holds an answer to a status and a code, "" for success.
func (a *eiamAnswer) wants(t testing.TB, status int, code string) *eiamAnswer {
	t.Helper()
	if a.status != status || a.code != code {
		t.Errorf("got %d %s, want %d %q", a.status, a.text, status, code)
	}
	return a
}

// must makes a request that has to succeed and returns its answer.
func (c eiamCaller) must(t testing.TB, method, path, body string) *eiamAnswer {
	t.Helper()
	a := c.do(t, method, path, body)
	if a.status >= 300 {
		t.Fatalf("%s %s %s: %d %s", method, path, body, a.status, a.text)
	}
	return a
}

// create makes an object and returns its id.
func (c eiamCaller) create(t testing.TB, path, body, member string) string {
	t.Helper()
	a := c.must(t, "POST", path, body)
	if id := a.str(member); !eiamID.MatchString(id) || len(a.body) != 1 {
		t.Fatalf("POST %s answers %s, want only %s", path, a.text, member)
	}
	return a.str(member)
}

func (c eiamCaller) createUser(t testing.TB, body string) string {
	t.Helper()
	return c.create(t, "/users", body, "user_id")
}

func (c eiamCaller) createOrg(t testing.TB, body string) string {
	t.Helper()
	return c.create(t, "/organizations", body, "org_id")
}

// jsonOf is a value as JSON.
func jsonOf(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// eiamWorld is a tenant with something of everything.
type eiamWorld struct {
	eiamCaller // may do all
	uin        int64
	self       eiamApp // whose token it is
	app, plain string  // an application with both models, and one with neither
	single     string  // an application with roles that gives one to an account

	hq, dev, ops           string // organizations; dev and ops are below hq
	alice, bob, carol      string // users in dev, ops, and hq; carol is disabled
	title, position        string
	basic, orphan, public  string // accounts in app; basic is alice's
	plainPublic            string // of plain
	role, otherRole        string // of app
	singleRole, singleNext string // of single
	singleAccount          string
	appOrg                 string // of app
}

// eiamWorld makes one in the first root account.
func (s *server) eiamWorld(t testing.TB) *eiamWorld {
	t.Helper()
	uin := s.bootstrapUIN(t)
	w := &eiamWorld{uin: uin, self: s.eiamApp(t, uin, "caller", "all")}
	w.app = s.eiamApp(t, uin, "app", "read", "--org-model", "--role-model").AppID
	w.plain = s.eiamApp(t, uin, "plain", "read").AppID
	w.single = s.eiamApp(t, uin, "single", "read", "--role-model", "--single-role").AppID
	w.eiamCaller = s.eiam(t).as(t, w.self)

	w.hq = w.createOrg(t, `{"code":"HQ","name":"Headquarters"}`)
	w.dev = w.createOrg(t, `{"code":"DEV","name":"Development","parent_id":"`+w.hq+`"}`)
	w.ops = w.createOrg(t, `{"code":"OPS","name":"Operations","parent_id":"`+w.hq+`"}`)
	w.alice = w.createUser(t, `{"user_name":"alice","name":"Alice","org_code":"DEV","mobile":"15204130001","email":"alice@example.com",
		"employee_id":"E1","external_id":"X1","password":"`+alicePassword+`"}`)
	s.secret(alicePassword)
	w.bob = w.createUser(t, `{"user_name":"bob","org_code":"OPS"}`)
	w.carol = w.createUser(t, `{"user_name":"carol","org_code":"HQ","email":"carol@example.com"}`)
	w.must(t, "PUT", "/users/"+w.carol+"/disable", "")
	w.title = w.create(t, "/job-titles", `{"name":"Engineer","code":"ENG"}`, "title_id")
	w.position = w.create(t, "/job-positions", `{"org_code":"DEV","name":"Go developer","code":"GO","title_code":"ENG"}`, "position_id")

	w.appOrg = w.create(t, w.in(w.app)+"/organizations", `{"org_code":"AO","name":"Branch"}`, "org_id")
	w.basic = w.create(t, w.in(w.app)+"/accounts/basic-account", `{"user_id":"`+w.alice+`"}`, "account_id")
	w.orphan = w.create(t, w.in(w.app)+"/accounts/orphan-account", `{"account_name":"orphan"}`, "account_id")
	w.public = w.create(t, w.in(w.app)+"/accounts/public-account", `{"account_name":"shared"}`, "account_id")
	w.plainPublic = w.create(t, w.in(w.plain)+"/accounts/public-account", `{"account_name":"shared"}`, "account_id")
	w.role = w.create(t, w.in(w.app)+"/role", `{"code":"R1","name":"Reader"}`, "role_id")
	w.otherRole = w.create(t, w.in(w.app)+"/role", `{"code":"R2","name":"Writer"}`, "role_id")
	w.singleRole = w.create(t, w.in(w.single)+"/role", `{"code":"R1","name":"Reader"}`, "role_id")
	w.singleNext = w.create(t, w.in(w.single)+"/role", `{"code":"R2","name":"Writer"}`, "role_id")
	w.singleAccount = w.create(t, w.in(w.single)+"/accounts/orphan-account", `{"account_name":"one"}`, "account_id")
	return w
}

const alicePassword = "Quiet-River-2026!"

// in is the path of an application.
func (w *eiamWorld) in(app string) string { return "/applications/" + app }

// accounts is the path of the accounts of the application with both models.
func (w *eiamWorld) accounts() string { return w.in(w.app) + "/accounts" }

// shared is the path of a public account of that application.
func (w *eiamWorld) shared() string { return w.accounts() + "/public-account/" + w.public }

// nowhere has the form of an id and is nobody's.
const nowhere = "20200101000000000-0000-000000000"

// picture is all that the tenant holds, for a look at whether something has changed.
func (w *eiamWorld) picture(t testing.TB) string {
	t.Helper()
	paths := []string{"/users?offset=0&limit=100", "/organizations?offset=0&limit=100", "/organizations?all_child=true&offset=0&limit=100",
		"/job-positions?offset=0&limit=100", "/job-titles?offset=0&limit=100"}
	for _, id := range []string{w.hq, w.dev, w.ops} {
		paths = append(paths, "/organizations/"+id+"/org-leader")
	}
	for _, id := range []string{w.alice, w.bob, w.carol} {
		paths = append(paths, "/users/"+id+"/jobs?relation_type=", "/users/"+id+"/accounts")
	}
	for _, app := range []string{w.app, w.plain, w.single} {
		paths = append(paths, w.in(app)+"/accounts?offset=0&limit=100", w.in(app)+"/accounts/permissions/page?offset=0&limit=50")
	}
	for _, app := range []string{w.app, w.single} {
		paths = append(paths, w.in(app)+"/app-roles?offset=0&limit=50")
	}
	paths = append(paths, w.in(w.app)+"/organizations?offset=0&limit=100", w.shared()+"/users?offset=0&limit=100", w.shared()+"/owner")
	var all strings.Builder
	for _, path := range paths {
		fmt.Fprintf(&all, "%s: %s\n", path, w.do(t, "GET", path, "").text)
	}
	return all.String()
}

// unchanged holds the tenant to an earlier picture and returns the one of now.
func (w *eiamWorld) unchanged(t testing.TB, before string) string {
	t.Helper()
	after := w.picture(t)
	if after == before {
		return after
	}
	was, is := strings.Split(before, "\n"), strings.Split(after, "\n")
	for i := range min(len(was), len(is)) {
		if was[i] != is[i] {
			t.Errorf("it changed\n%s\nto\n%s", was[i], is[i])
		}
	}
	return after
}

// eiamCase is a request that is refused, and changes nothing.
type eiamCase struct {
	name, method, path, body string
	code                     string
}

// refuses sends every case and looks at the tenant after each.
func (w *eiamWorld) refuses(t *testing.T, cases []eiamCase) {
	t.Helper()
	before := w.picture(t)
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			w.do(t, tt.method, tt.path, tt.body).wants(t, http.StatusBadRequest, tt.code)
			before = w.unchanged(t, before)
		})
	}
}

// onEiam runs body on a fresh world of every engine.
func onEiam(t *testing.T, body func(t *testing.T, w *eiamWorld)) {
	t.Helper()
	onServer(t, unlimited, func(t *testing.T, s *server) { body(t, s.eiamWorld(t)) })
}

// sameTexts tells whether two lists hold the same in any order.
func sameTexts(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// query is a path with parameters.
func query(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return path + "?" + q.Encode()
}
