// Package apitest runs the whole API in a test process: real products behind the real gateway on a fresh database, on
// every engine, with a clock that the test moves. Calls are signed HTTP requests, so a test sees what a client sees.
//
//	apitest.Each(t, func(t testing.TB, w *apitest.World) {
//		root := w.Account(t).Root
//		root.Must(t, "cam:AddUser", apitest.P{"Name": "alice"})
//		root.Fails(t, "InvalidParameter.SubUserNameInUse", "cam:AddUser", apitest.P{"Name": "alice"})
//	})
//
// At the end of each test the harness fails it if any answer had an error code that the action's contract does not
// list, or an internal error.
package apitest

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/authzen"
	"github.com/hufu-iam/hufu/internal/bi"
	"github.com/hufu-iam/hufu/internal/bi/verify"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/catalogue"
	"github.com/hufu-iam/hufu/internal/component"
	"github.com/hufu-iam/hufu/internal/console"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/eiam"
	"github.com/hufu-iam/hufu/internal/eiam/rest"
	"github.com/hufu-iam/hufu/internal/gateway"
	"github.com/hufu-iam/hufu/internal/operator"
	"github.com/hufu-iam/hufu/internal/overview"
	"github.com/hufu-iam/hufu/internal/questions"
	"github.com/hufu-iam/hufu/internal/server"
	"github.com/hufu-iam/hufu/internal/signin"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/internal/sts"
	"github.com/hufu-iam/hufu/internal/wecom"
	"github.com/hufu-iam/hufu/internal/wecom/door"
	"github.com/hufu-iam/hufu/internal/wecom/wecomtest"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
	"github.com/hufu-iam/hufu/internal/wire/services"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/tc3"
)

// Proxy is the address of the one proxy whose headers are believed.
const Proxy = "198.51.100.1"

// WrongPassword begins passwords that are nobody's, and that sign-in need not hash to see it: tests of limits try many.
const WrongPassword = "Wrong-"

// P are the parameters of a call.
type P map[string]any

// World is one installation.
type World struct {
	DB      *store.DB
	Keys    *credential.Keys
	Quotas  account.Quotas // change them before the calls that should meet them
	Gateway *gateway.Gateway
	AuthZEN *authzen.Door
	EIAM    *rest.Door
	People  *eiam.Product
	Trail   *audit.Trail
	// Engines is the door for BI engines.
	Engines *verify.Door
	// Component is the door of the component interface.
	Component *component.Door
	// Console is the door of the web console, and SignIn what lets people in there.
	Console *console.Door
	SignIn  *signin.Product
	// Hashed counts the passwords that were compared with a hash at sign-in.
	Hashed atomic.Int64
	// NoPasswords makes every password at sign-in a wrong one that need not be hashed.
	NoPasswords bool
	// Operator is what the operator of the installation may do beside the API.
	Operator *operator.Actions
	// WeCom is the room of sub-users who are members of enterprises in WeCom, and WeComServer the server that stands in for WeCom. Nothing
	// is done beside calls but by WeCom.Settle.
	WeCom       *wecom.Product
	WeComServer *wecomtest.Server
	// Callbacks is the door for what WeCom tells.
	Callbacks *door.Callbacks
	// Granularity is how finely actions can be granted, as the door for questions is told; nil: all by resource.
	Granularity func(service, action string) policy.Granularity

	mu         sync.Mutex
	now        time.Time
	undeclared []string
}

// Each runs body on a fresh world of every engine. A test that registers products hands over their catalogue.
func Each(t *testing.T, body func(t *testing.T, w *World), products ...*catalogue.Catalogue) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { body(t, New(t, db, products...)) })
}

// New makes a world on an open database.
func New(t testing.TB, db *store.DB, products ...*catalogue.Catalogue) *World {
	t.Helper()
	known := catalogue.New(services.Services)
	if len(products) > 0 {
		known = products[0]
	}
	ring, err := credential.OpenKeyring(t.TempDir()+"/master.key", true)
	if err != nil {
		t.Fatal(err)
	}
	w := &World{DB: db, Keys: credential.NewKeys(db, ring), Quotas: account.DefaultQuotas(), now: time.Now().Truncate(time.Second)}
	log := slog.New(slog.NewTextHandler(testWriter{t}, nil))
	identity := cam.New(db, w.Keys, w.Quotas, known)
	engine := access.New(db, access.Config{Source: identity, MaxPrincipals: 10_000, MaxSize: 1_000_000})
	business := bi.New(bi.Config{DB: db, Keys: w.Keys, Quotas: w.Quotas, TerraformPaging: true})
	persons := directory.New(directory.Config{DB: db, Keys: w.Keys, Users: identity, BI: business})
	w.members(t, identity)
	w.Trail = audit.NewTrail(db, log)
	w.SignIn = signin.New(signin.Config{DB: db, Keys: w.Keys, Users: identity, Trail: w.Trail, Absent: wecom.Absent, CheckPassword: func(ctx context.Context, hash, password string) (bool, error) {
		w.Hashed.Add(1)
		if w.NoPasswords || strings.HasPrefix(password, WrongPassword) {
			return false, nil
		}
		return credential.CheckPassword(ctx, hash, password)
	}})
	identity.Tell(persons, business, w.WeCom, w.SignIn)
	finder := credential.NewFinder(w.Keys, 10_000)
	w.Gateway = gateway.New(gateway.Config{NoLimits: true, TrustedProxies: []netip.Prefix{netip.MustParsePrefix(Proxy + "/32")}, Registered: known.Registered}, gateway.Dependencies{Store: db, Access: engine, Keys: w.Keys,
		Finder: finder, Trail: w.Trail, Metrics: w, Log: log, Now: w.Now},
		server.Products(server.Rooms{
			Identity: identity, Tokens: sts.New(db, w.Keys, identity, w.SignIn), Persons: persons, Business: business, Members: w.WeCom, SignIn: w.SignIn,
			Overview: overview.New(overview.Config{DB: db, Keys: w.Keys, Directory: identity}),
			Asked:    questions.New(questions.Config{DB: db, Engine: engine, Directory: identity, Keys: w.Keys, Finder: finder, Products: known}),
		}))
	w.WeCom.UseCalls(door.NewCalls(w.Gateway.Pipeline, finder, w.Now))
	w.Callbacks = door.NewCallbacks(w.WeCom, log)
	w.AuthZEN = authzen.New(authzen.Dependencies{Gateway: w.Gateway, Store: db, Access: engine, Keys: w.Keys, Finder: finder, Directory: identity,
		Actions: known, Granularity: w.granularity, Metrics: w, Log: log, Now: w.Now, Cached: 10_000})
	w.People = eiam.New(eiam.Config{DB: db, Keys: w.Keys, PasswordRules: cam.PasswordRules})
	w.EIAM = rest.New(rest.Dependencies{Gateway: w.Gateway, Product: w.People, Service: eiamv2.Service, Handlers: eiamv2.Bind(w.People), Log: log, Now: w.Now})
	w.Engines = verify.New(w.Gateway, business, log, w.Now)
	w.Component = component.New(component.Dependencies{Gateway: w.Gateway, Store: db, Access: engine, Finder: finder,
		Handlers: cam20190116.Bind(identity), Strategies: identity, Directory: identity, Granularity: w.granularity, Own: server.Serves,
		Metrics: w, Log: log, Now: w.Now})
	w.Console = console.New(console.Dependencies{Gateway: w.Gateway, Store: db, Finder: finder, SignIn: w.SignIn, WeCom: door.Login{Members: w.WeCom}, Log: log, Now: w.Now})
	w.Operator = &operator.Actions{DB: db, Keys: w.Keys,
		Policies: &operator.Policies{Access: engine, Directory: identity, Granularity: known.Granularity}}
	t.Cleanup(func() {
		w.Trail.Close()
		engine.Close()
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, u := range w.undeclared {
			t.Errorf("answered a code that the contract does not list: %s", u)
		}
	})
	return w
}

func (w *World) granularity(service, action string) policy.Granularity {
	if w.Granularity == nil {
		return policy.ResourceLevel
	}
	return w.Granularity(service, action)
}

// testWriter sends the log to the test.
type testWriter struct{ t testing.TB }

func (w testWriter) Write(p []byte) (int, error) {
	if _, fuzzing := w.t.(*testing.F); fuzzing {
		return len(p), nil // whose log is closed while its target runs
	}
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// Now is the world's time.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// Sleep moves the clock.
func (w *World) Sleep(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// Called, Decided and Undeclared make the world the gateway's metrics.
func (w *World) Called(string, string, string, time.Duration) {}

// Decided is not counted.
func (w *World) Decided(string) {}

// Undeclared remembers our mistakes for the end of the test.
func (w *World) Undeclared(service, action, code string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.undeclared = append(w.undeclared, service+":"+action+" "+code)
}

// Account is a root account of the world.
type Account struct {
	UIN   int64
	AppID int64
	Root  *Client
}

// Account makes a verified root account.
func (w *World) Account(t testing.TB) *Account { return w.account(t, account.New{Name: "root"}) }

// Unverified makes a root account that is not verified.
func (w *World) Unverified(t testing.TB) *Account {
	return w.account(t, account.New{Name: "root", Unverified: true})
}

func (w *World) account(t testing.TB, in account.New) *Account {
	t.Helper()
	made, err := w.Operator.CreateAccount(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return &Account{UIN: int64(made.UIN), AppID: made.AppID, Root: w.Client(made.SecretID, made.SecretKey, "")}
}

// Client signs with one credential.
type Client struct {
	world          *World
	ID, Key, Token string
	UIN            int64  // of a sub-user made by User
	RemoteAddr     string // where calls come from
	Language       string
}

// Client makes a client of a credential; token is for temporary ones.
func (w *World) Client(id, key, token string) *Client {
	return &Client{world: w, ID: id, Key: key, Token: token, RemoteAddr: "127.0.0.1:40000", Language: "en-US"}
}

// User adds a sub-user with a key and attaches the named policies (presets by name, or the account's own) to it.
func (c *Client) User(t testing.TB, name string, policyIDs ...int64) *Client {
	t.Helper()
	made := c.Must(t, "cam:AddUser", P{"Name": name, "UseApi": 1})
	for _, id := range policyIDs {
		c.Must(t, "cam:AttachUserPolicy", P{"AttachUin": made.Int("Uin"), "PolicyId": id})
	}
	u := c.world.Client(made.Str("SecretId"), made.Str("SecretKey"), "")
	u.UIN = made.Int("Uin")
	return u
}

var versions = map[string]string{"bi": "2022-01-05", "cam": "2019-01-16", "sts": "2018-08-13", "hufu": "2026-12-01"}

// Answer is the content of Response.
type Answer struct {
	Code, Message string
	Body          map[string]any
	Raw           string
}

// Call makes one call, "cam:AddUser", with JSON parameters.
func (c *Client) Call(t testing.TB, action string, params any) *Answer {
	t.Helper()
	return c.world.Do(t, c.Request(t, action, params))
}

// Request is the signed request of a call.
func (c *Client) Request(t testing.TB, action string, params any) *http.Request {
	t.Helper()
	if params == nil {
		params = P{}
	}
	body, err := json.Marshal(params)
	if err != nil {
		t.Fatal(err)
	}
	service, name, _ := strings.Cut(action, ":")
	host := service + ".hufu.test"
	r := httptest.NewRequest(http.MethodPost, "http://"+host+"/", bytes.NewReader(body))
	now := c.world.Now().Unix()
	for k, v := range map[string]string{"Content-Type": "application/json", "X-TC-Action": name, "X-TC-Version": versions[service],
		"X-TC-Timestamp": strconv.FormatInt(now, 10), "X-TC-Token": c.Token, "X-TC-Language": c.Language} {
		r.Header.Set(k, v)
	}
	r.RemoteAddr = c.RemoteAddr
	m := tc3.Message{Service: service, Timestamp: now, Method: http.MethodPost, PayloadHash: tc3.HashPayload(body),
		Headers: []tc3.Header{{Name: "content-type", Value: "application/json"}, {Name: "host", Value: host}}}
	a, err := m.Sign(c.ID, c.Key)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", a.Header())
	return r
}

// Do sends a request as it is.
func (w *World) Do(t testing.TB, r *http.Request) *Answer {
	t.Helper()
	out := httptest.NewRecorder()
	w.Gateway.ServeHTTP(out, r)
	var envelope struct{ Response map[string]any }
	d := json.NewDecoder(out.Body)
	raw := out.Body.String()
	d.UseNumber()
	if err := d.Decode(&envelope); err != nil || out.Code != http.StatusOK {
		t.Fatalf("status %d, body %s: %v", out.Code, raw, err)
	}
	a := &Answer{Body: envelope.Response, Raw: raw}
	if e, ok := envelope.Response["Error"].(map[string]any); ok {
		a.Code, a.Message = e["Code"].(string), e["Message"].(string)
	}
	return a
}

// Must makes a call that has to succeed.
func (c *Client) Must(t testing.TB, action string, params any) *Answer {
	t.Helper()
	a := c.Call(t, action, params)
	if a.Code != "" {
		t.Fatalf("%s %v: %s: %s", action, params, a.Code, a.Message)
	}
	return a
}

// Fails makes a call that has to answer this error code.
func (c *Client) Fails(t testing.TB, code, action string, params any) *Answer {
	t.Helper()
	a := c.Call(t, action, params)
	if a.Code != code {
		t.Errorf("%s %v: got %q (%s), want %q", action, params, a.Code, a.Message, code)
	}
	return a
}

// At follows a path of members and indexes, "List.0.PolicyName"; nil where it leads nowhere.
func (a *Answer) At(path string) any {
	var v any = a.Body
	for step := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

// Str is the string at a path, "" if there is none.
func (a *Answer) Str(path string) string {
	s, _ := a.At(path).(string)
	return s
}

// Int is the number at a path, 0 if there is none.
func (a *Answer) Int(path string) int64 {
	n, _ := a.At(path).(json.Number)
	i, _ := n.Int64()
	return i
}

// Len is the length of the list at a path; -1 where there is none.
func (a *Answer) Len(path string) int {
	list, ok := a.At(path).([]any)
	if !ok {
		return -1
	}
	return len(list)
}

// Pluck collects one member of each element of a list.
func (a *Answer) Pluck(list, member string) []any {
	var out []any
	for i := range a.Len(list) {
		out = append(out, a.At(list+"."+strconv.Itoa(i)+"."+member))
	}
	return out
}
