package component_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/tc3"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// P are the parameters of a call.
type P = apitest.P

// events gives every call an eventId of its own, so that two equal calls in one second have two signatures.
var events atomic.Int64

// draft is a call before it is sent: a correct one to begin with, whose parts a test changes.
type draft struct {
	path, host, contentType, body string
	service, uri                  string // that are signed
	at                            int64
	method                        string
	header                        map[string]string
	after                         func(h http.Header)
	alter                         func(body string) string // what is sent in place of what was signed
}

// call is a correct call of an interface.
func call(w *apitest.World, name string, para any) *draft {
	text, err := json.Marshal(para)
	if err != nil {
		panic(err) // maps of this package
	}
	body := fmt.Sprintf(`{"version":1,"componentName":"MC","eventId":%d,"interface":{"interfaceName":"%s","para":%s}}`, events.Add(1), name, text)
	return &draft{path: "/component", host: "hufu.test", contentType: "application/json", body: body, service: "cam", uri: "/component",
		at: w.Now().Unix(), method: http.MethodPost, header: map[string]string{"X-TC-Language": "en-US"}}
}

// request signs the draft.
func (d *draft) request(t testing.TB, c *apitest.Client) *http.Request {
	t.Helper()
	sent := d.body
	if d.alter != nil {
		sent = d.alter(sent)
	}
	r := httptest.NewRequest(d.method, "http://"+d.host+d.path, strings.NewReader(sent))
	r.Header.Set("Content-Type", d.contentType)
	for name, value := range d.header {
		r.Header.Set(name, value)
	}
	r.RemoteAddr = "127.0.0.1:40000"
	if c != nil {
		r.RemoteAddr = c.RemoteAddr
		r.Header.Set("X-TC-Timestamp", strconv.FormatInt(d.at, 10))
		if c.Token != "" {
			r.Header.Set("X-TC-Token", c.Token)
		}
		m := tc3.Message{Service: d.service, Timestamp: d.at, Method: http.MethodPost, URI: d.uri, PayloadHash: tc3.HashPayload([]byte(d.body)),
			Headers: []tc3.Header{{Name: "content-type", Value: d.contentType}, {Name: "host", Value: d.host}}}
		if d.header["X-TC-Content-SHA256"] == tc3.UnsignedPayload {
			m.PayloadHash = tc3.UnsignedPayloadHash()
		}
		a, err := m.Sign(c.ID, c.Key)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", a.Header())
	}
	if d.after != nil {
		d.after(r.Header)
	}
	return r
}

// answer is what came back.
type answer struct {
	*apitest.Answer // of data
	envelope        map[string]any
	code            int64
	message         string
	request         string
}

// send sends a request as it is, and holds the answer to what all answers have in common.
func send(t testing.TB, w *apitest.World, r *http.Request) *answer {
	t.Helper()
	out := httptest.NewRecorder()
	w.Component.ServeHTTP(out, r)
	a := &answer{Answer: &apitest.Answer{Raw: out.Body.String()}, request: out.Header().Get("X-TC-RequestId")}
	d := json.NewDecoder(strings.NewReader(a.Raw))
	d.UseNumber()
	if err := d.Decode(&a.envelope); err != nil || out.Code != http.StatusOK || out.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("status %d, %v: %s", out.Code, err, a.Raw)
	}
	a.Body, _ = a.envelope["data"].(map[string]any)
	n, _ := a.envelope["returnCode"].(json.Number)
	a.code, _ = n.Int64()
	a.message, _ = a.envelope["returnMessage"].(string)
	switch {
	case len(a.envelope) != 7 || a.envelope["componentName"] != "CONSOLE_LOGICAL_SERVER" || a.envelope["returnValue"] != a.envelope["returnCode"] || a.Body == nil:
		t.Errorf("the envelope is not complete: %s", a.Raw)
	case a.code != 0 && len(a.Body) > 0:
		t.Errorf("an error with data: %s", a.Raw)
	case a.code == 0 && (a.Str("uinStr") != fmt.Sprint(a.At("uin")) || a.Str("ownerUinStr") != fmt.Sprint(a.At("ownerUin")) || a.Str("ownerAppidStr") != fmt.Sprint(a.At("ownerAppid"))):
		t.Errorf("the identity is not complete: %s", a.Raw)
	}
	return a
}

// do makes a call.
func do(t testing.TB, w *apitest.World, c *apitest.Client, name string, para any) *answer {
	t.Helper()
	return send(t, w, call(w, name, para).request(t, c))
}

// must makes a call that has to succeed.
func must(t testing.TB, w *apitest.World, c *apitest.Client, name string, para any) *answer {
	t.Helper()
	a := do(t, w, c, name, para)
	if a.code != 0 {
		t.Fatalf("%s %v: %s", name, para, a.Raw)
	}
	return a
}

// wants holds an answer to its return code, and to the codeDesc and pieces of its message.
func (a *answer) wants(t testing.TB, code int64, desc string, pieces ...string) *answer {
	t.Helper()
	if a.code != code || !strings.HasPrefix(a.message, desc+": ") {
		t.Errorf("got %s, want %d %s", a.Raw, code, desc)
	}
	for _, p := range pieces {
		if !strings.Contains(a.message, p) {
			t.Errorf("no %q in %s", p, a.message)
		}
	}
	return a
}

func document(effect, actions, resource string) string {
	return fmt.Sprintf(`{"version":"2.0","statement":[{"effect":"%s","action":["%s"],"resource":"%s"}]}`, effect, strings.ReplaceAll(actions, ",", `","`), resource)
}

// grants gives a user of the account the actions on everything.
func grants(t testing.TB, root *apitest.Client, uin int64, name, actions string) int64 {
	t.Helper()
	id := root.Must(t, "cam:CreatePolicy", P{"PolicyName": name, "PolicyDocument": document("allow", actions, "*")}).Int("PolicyId")
	root.Must(t, "cam:AttachUserPolicy", P{"AttachUin": uin, "PolicyId": id})
	return id
}

// attached are the ids of the policies of a user.
func attached(t testing.TB, root *apitest.Client, uin int64) []int64 {
	t.Helper()
	a := root.Must(t, "cam:ListAttachedUserPolicies", P{"TargetUin": uin, "Rp": 200})
	var all []int64
	for _, id := range a.Pluck("List", "PolicyId") {
		n, _ := id.(json.Number).Int64()
		all = append(all, n)
	}
	slices.Sort(all)
	return all
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
