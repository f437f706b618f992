package authzen_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/tc3"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const (
	single = "/access/v1/evaluation"
	many   = "/access/v1/evaluations"
)

// cast is an account with someone who asks and someone who is asked about.
type cast struct {
	*apitest.World
	*apitest.Account
	pep   *apitest.Client // holds hufu:Evaluate and hufu:Search, and may make sessions of it
	alice *apitest.Client // may cvm:Start* on instances of the account
}

func newCast(t testing.TB, w *apitest.World) *cast {
	t.Helper()
	c := &cast{World: w, Account: w.Account(t)}
	c.pep = c.Root.User(t, "pep", c.policy(t, "ask", "allow hufu:Evaluate,hufu:Search,sts:GetFederationToken *"))
	c.alice = c.Root.User(t, "alice", c.policy(t, "start", "allow cvm:Start* qcs::cvm:::instance/*"))
	return c
}

// disablePerson makes a sub-user that of a disabled person.
func (c *cast) disablePerson(t testing.TB, uin int64) {
	t.Helper()
	ctx, a := t.Context(), store.Account(c.UIN)
	err := c.DB.Write(ctx, func(tx *store.Tx) error {
		p, err := directory.Create(ctx, tx, a, directory.Profile{Login: "somebody"}, "", false, c.Now())
		if err != nil {
			return err
		}
		return errors.Join(directory.LinkUser(ctx, tx, a, p.ID, uin, c.Now()), directory.SetDisabled(ctx, tx, a, p.ID, true, c.Now()))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// policy makes a policy of statements such as "allow cam:List* *", with JSON of conditions behind them.
func (c *cast) policy(t testing.TB, name string, statements ...string) int64 {
	t.Helper()
	return c.Root.Must(t, "cam:CreatePolicy", apitest.P{"PolicyName": name, "PolicyDocument": document(statements...)}).Int("PolicyId")
}

func document(statements ...string) string {
	var all []string
	for _, s := range statements {
		f := strings.SplitN(s, " ", 4)
		condition := ""
		if len(f) == 4 {
			condition = `,"condition":` + f[3]
		}
		all = append(all, fmt.Sprintf(`{"effect":"%s","action":["%s"],"resource":"%s"%s}`, f[0], strings.ReplaceAll(f[1], ",", `","`), f[2], condition))
	}
	return `{"version":"2.0","statement":[` + strings.Join(all, ",") + `]}`
}

// instance is the name of one of the account's instances.
func (c *cast) instance(id string) string {
	return fmt.Sprintf("qcs::cvm:ap-guangzhou:uin/%d:instance/%s", c.UIN, id)
}

// about is a question as JSON; more are further members.
func about(typ string, id any, action, resource string, more ...string) string {
	return fmt.Sprintf(`{"subject":{"type":"%s","id":"%v"},"action":{"name":"%s"},"resource":{"type":"qcs","id":"%s"}%s}`,
		typ, id, action, resource, strings.Join(more, ""))
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	raw    string
	body   *apitest.Answer // of JSON
}

// send sends a request as it is.
func send(t testing.TB, w *apitest.World, r *http.Request) *reply {
	t.Helper()
	out := httptest.NewRecorder()
	w.AuthZEN.ServeHTTP(out, r)
	a := &reply{status: out.Code, header: out.Header(), raw: out.Body.String(), body: &apitest.Answer{Body: map[string]any{}}}
	if a.status == http.StatusOK && a.raw != "" {
		d := json.NewDecoder(strings.NewReader(a.raw))
		d.UseNumber()
		if err := d.Decode(&a.body.Body); err != nil || out.Header().Get("Content-Type") != "application/json" {
			t.Fatalf("%s: %v", a.raw, err)
		}
	}
	return a
}

// request is a signed POST.
func request(t testing.TB, w *apitest.World, c *apitest.Client, path, body string) *http.Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://hufu.test"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	sign(t, r, w.Now(), c, "hufu", "/", body)
	return r
}

// sign signs a request as the SDKs do.
func sign(t testing.TB, r *http.Request, now time.Time, c *apitest.Client, service, uri, body string) {
	t.Helper()
	r.Header.Set("X-TC-Timestamp", strconv.FormatInt(now.Unix(), 10))
	if c.Token != "" {
		r.Header.Set("X-TC-Token", c.Token)
	}
	m := tc3.Message{Service: service, Timestamp: now.Unix(), Method: r.Method, URI: uri, RawQuery: r.URL.RawQuery, PayloadHash: tc3.HashPayload([]byte(body)),
		Headers: []tc3.Header{{Name: "content-type", Value: r.Header.Get("Content-Type")}, {Name: "host", Value: r.Host}}}
	a, err := m.Sign(c.ID, c.Key)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", a.Header())
}

// ask puts a body as a client.
func (c *cast) ask(t testing.TB, as *apitest.Client, path, body string) *reply {
	t.Helper()
	return send(t, c.World, request(t, c.World, as, path, body))
}

// wants holds a reply to a status, and to pieces of its text.
func (r *reply) wants(t testing.TB, status int, pieces ...string) *reply {
	t.Helper()
	if r.status != status {
		t.Errorf("status %d, want %d: %s", r.status, status, r.raw)
	}
	for _, p := range pieces {
		if !strings.Contains(r.raw, p) {
			t.Errorf("no %q in %s", p, r.raw)
		}
	}
	return r
}

// decides asks one question as the pep and holds the decision to what is wanted.
func (c *cast) decides(t testing.TB, want bool, question string) *reply {
	t.Helper()
	r := c.ask(t, c.pep, single, question)
	if got, ok := r.body.At("decision").(bool); !ok || got != want {
		t.Errorf("%s: got %d %s, want %t", question, r.status, r.raw, want)
	}
	return r
}

// decisions are those of a reply to several questions, "1" for an allow.
func (r *reply) decisions() string {
	var b strings.Builder
	for _, d := range r.body.Pluck("evaluations", "decision") {
		b.WriteString(map[any]string{true: "1", false: "0"}[d])
	}
	return b.String()
}

// records are the account's audit records of an action, oldest first.
func records(t testing.TB, w *apitest.World, account int64, action string) []audit.Record {
	t.Helper()
	w.Trail.Close()
	found, err := audit.Query(context.Background(), w.DB.Read(), audit.Filter{Account: store.Account(account), Action: action, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(found)
	return found
}
