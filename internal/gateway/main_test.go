package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/tc3"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// door is a gateway in front of a service that is as small as can be, whose handlers a test chooses.
type door struct {
	*Gateway
	t        testing.TB
	db       *store.DB
	trail    *audit.Trail
	handlers map[string]Handler
	policies map[int64][]access.Document // by uin
	root     client
	account  store.Account
	log      *bytes.Buffer

	mu         sync.Mutex
	now        time.Time
	undeclared []string
	outcomes   []string
}

// tiny is the service. Its actions differ in what the contract says about them.
func tiny() *wire.Service {
	input := &wire.Struct{Name: "Request", Members: []wire.Member{
		{Name: "Name", Kind: wire.String, Max: 16, HasMax: true},
		{Name: "Password", Kind: wire.String, Secret: true},
		{Name: "Nested", Kind: wire.Object, List: true, Struct: &wire.Struct{Name: "Nested", Members: []wire.Member{{Name: "Pin", Kind: wire.String, Secret: true}, {Name: "N", Kind: wire.Int}}}},
		{Name: "Tags", Kind: wire.Object, List: true, Struct: &wire.Struct{Name: "Tag", Members: []wire.Member{{Name: "Key", Kind: wire.String}, {Name: "Value", Kind: wire.String}}}},
	}}
	var actions []*wire.Action
	for _, a := range []wire.Action{
		{Name: "Any", Resource: "*"},
		{Name: "Limited", Resource: "*", Rate: 2},
		{Name: "Named", Permission: "tiny:Named", Resource: "qcs::tiny::uin/{owner}:thing/{Name|caller}", Errors: []string{"ResourceNotFound"}},
		{Name: "Planned", Permission: "tiny:Planned", Resource: "*", Planned: true},
		{Name: "Read", Permission: "tiny:Read", Resource: "*"},
		{Name: "Resolved", Permission: "tiny:Resolved", Resource: wire.ResourceResolved, Write: true},
		{Name: "Unsigned", Resource: "*", Unsigned: true},
		{Name: "Unsupported", Permission: "tiny:Unsupported", Resource: "*", Unsupported: "There is no engine."},
		{Name: "Write", Permission: "tiny:Write", Resource: "*", Write: true},
	} {
		a.Service, a.Version, a.Input, a.Output = "tiny", "2020-01-01", input, &wire.Struct{Name: "Response"}
		a.New = func() wire.Request { return &parameters{} }
		actions = append(actions, &a)
	}
	slices.SortFunc(actions, func(a, b *wire.Action) int { return strings.Compare(a.Name, b.Name) })
	return &wire.Service{Name: "tiny", Version: "2020-01-01", Title: "Tiny", Actions: actions}
}

type parameters struct{ name string }

func (p *parameters) Decode(v *wire.Value) {
	if name := v.Get("Name"); name != nil {
		p.name = name.Str()
	}
}

// nothing is an empty answer.
type nothing struct{}

func (nothing) AppendJSON(dst []byte) []byte { return append(dst, "{}"...) }

func succeed(context.Context, *call.Call, wire.Request) (wire.Response, error) { return nothing{}, nil }

// Effective makes the door the source of policies: each user has one list of them, under the number of its first.
func (d *door) Effective(_ context.Context, _ store.Account, _ call.PrincipalKind, id int64) (*access.Effective, error) {
	if len(d.policies[id]) == 0 {
		return &access.Effective{}, nil
	}
	return &access.Effective{Policies: []int64{id}}, nil
}

// Documents reads the list of a user.
func (d *door) Documents(_ context.Context, _ store.Account, policies, _ []int64) (all []access.Document, _ error) {
	for _, id := range policies {
		all = append(all, d.policies[id]...)
	}
	return all, nil
}

// Called, Decided and Undeclared make the door its own metrics.
func (d *door) Called(_, _, outcome string, _ time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.outcomes = append(d.outcomes, outcome)
}

func (d *door) Decided(string) {}

func (d *door) Undeclared(service, action, code string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.undeclared = append(d.undeclared, service+":"+action+" "+code)
}

// open makes a door with one root account on a database.
func open(t testing.TB, db *store.DB, config Config) *door {
	t.Helper()
	ring, err := credential.OpenKeyring(t.TempDir()+"/master.key", true)
	if err != nil {
		t.Fatal(err)
	}
	d := &door{t: t, db: db, handlers: map[string]Handler{}, policies: map[int64][]access.Document{}, now: time.Unix(1_760_000_000, 0), log: &bytes.Buffer{}}
	keys := credential.NewKeys(db, ring)
	log := slog.New(slog.NewTextHandler(d.log, nil))
	d.trail = audit.NewTrail(db, log)
	t.Cleanup(d.trail.Close)
	service := tiny()
	for _, a := range service.Actions {
		if !a.Planned && a.Unsupported == "" {
			d.handlers[a.Name] = func(ctx context.Context, c *call.Call, in wire.Request) (wire.Response, error) {
				return succeed(ctx, c, in)
			}
		}
	}
	var made account.Account
	var id, secret string
	err = db.Write(context.Background(), func(tx *store.Tx) (err error) {
		made, id, secret, err = account.Create(context.Background(), tx, keys, account.New{Name: "root"}, d.now)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	d.account, d.root = made.UIN, client{d, id, secret, "", ""}
	d.Gateway = New(config, Dependencies{Store: db, Access: access.New(db, access.Config{Source: d, MaxPrincipals: 100, MaxSize: 100_000}), Keys: keys, Finder: credential.NewFinder(keys, 100),
		Trail: d.trail, Metrics: d, Log: log, Now: func() time.Time { d.mu.Lock(); defer d.mu.Unlock(); return d.now }},
		[]Product{{Service: service, Handlers: d.handlers}})
	return d
}

// serve sets what an action does.
func (d *door) serve(action string, h Handler) {
	d.Gateway.handlers[d.catalogue.versions["tiny"]["2020-01-01"].Action(action)] = h
}

// user is a sub-user with a key and these policies.
func (d *door) user(uin int64, policies ...string) client {
	d.t.Helper()
	var id, secret string
	err := d.db.Write(context.Background(), func(tx *store.Tx) (err error) {
		id, secret, err = d.keys.Create(context.Background(), tx, d.account, uin, "", "", nil, d.now)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	for i, text := range policies {
		d.policies[uin] = append(d.policies[uin], access.Document{ID: 100_000_000 + int64(i), Name: "policy-" + strconv.Itoa(i), Version: 1, Text: text})
	}
	return client{d, id, secret, "", ""}
}

// client signs with one key.
type client struct {
	d                    *door
	id, secret           string
	remote, languageCode string
}

func (c client) from(remote string) client     { c.remote = remote; return c }
func (c client) language(code string) client   { c.languageCode = code; return c }
func (c client) signingWith(key string) client { c.secret = key; return c }

// request is a signed call of the tiny service.
func (c client) request(action, body string) *http.Request {
	c.d.t.Helper()
	const host = "tiny.hufu.test"
	r := httptest.NewRequest(http.MethodPost, "http://"+host+"/", strings.NewReader(body))
	at := c.d.now.Unix()
	m := tc3.Message{Service: "tiny", Timestamp: at, Method: http.MethodPost, PayloadHash: tc3.HashPayload([]byte(body)),
		Headers: []tc3.Header{{Name: "content-type", Value: "application/json"}, {Name: "host", Value: host}}}
	a, err := m.Sign(c.id, c.secret)
	if err != nil {
		c.d.t.Fatal(err)
	}
	language := c.languageCode
	if language == "" {
		language = "en-US"
	}
	for name, value := range map[string]string{"Content-Type": "application/json", "X-TC-Action": action, "X-TC-Version": "2020-01-01",
		"X-TC-Timestamp": strconv.FormatInt(at, 10), "X-TC-Language": language, "Authorization": a.Header()} {
		r.Header.Set(name, value)
	}
	r.RemoteAddr = "127.0.0.1:40000"
	if c.remote != "" {
		r.RemoteAddr = c.remote
	}
	return r
}

func (c client) call(action, body string) reply { return c.d.do(c.request(action, body)) }

// reply is what a client sees.
type reply struct{ code, message, requestID string }

// do sends a request and holds the answer to the envelope.
func (d *door) do(r *http.Request) reply {
	d.t.Helper()
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return envelope(d.t, w)
}

func envelope(t testing.TB, w *httptest.ResponseRecorder) reply {
	t.Helper()
	var body struct {
		Response *struct {
			RequestId string
			Error     *struct{ Code, Message string }
		}
	}
	text, err := io.ReadAll(w.Body)
	if err == nil {
		err = json.Unmarshal(text, &body)
	}
	if err != nil || body.Response == nil || w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("status %d, %v, body %q, %v: want an envelope", w.Code, w.Header(), text, err)
	}
	out := reply{requestID: body.Response.RequestId}
	if len(out.requestID) != 36 || w.Header().Get("X-Tc-Requestid") != out.requestID {
		t.Fatalf("RequestId %q, in the header %q", out.requestID, w.Header().Get("X-Tc-Requestid"))
	}
	if e := body.Response.Error; e != nil {
		out.code, out.message = e.Code, e.Message
		if e.Code == "" || e.Message == "" {
			t.Fatalf("an error without code or message: %s", text)
		}
	}
	return out
}

// want holds a reply to a code, "" for success.
func (r reply) want(t testing.TB, code string) {
	t.Helper()
	if r.code != code {
		t.Errorf("got %q (%s), want %q", r.code, r.message, code)
	}
}

// records are all audit records so far, oldest first. The trail is closed: no call comes after it.
func (d *door) records() []audit.Record {
	d.t.Helper()
	d.trail.Close()
	all, err := audit.Query(context.Background(), d.db.Read(), audit.Filter{After: 1, Limit: 1000})
	if err != nil {
		d.t.Fatal(err)
	}
	return all
}
