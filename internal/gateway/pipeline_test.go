package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/qcs"
)

// eachDoor runs body with a door on every engine.
func eachDoor(t *testing.T, body func(t *testing.T, d *door)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { body(t, open(t, db, Config{NoLimits: true})) })
}

func statement(effect, action, resource, rest string) string {
	return fmt.Sprintf(`{"version":"2.0","statement":[{"effect":%q,"action":[%q],"resource":[%q]%s}]}`, effect, action, resource, rest)
}

func TestDenialText(t *testing.T) {
	mayRead := statement("allow", "cam:GetPolicy", "*", "")
	ipCondition := `,"condition":{"ip_equal":{"qcs:ip":["10.0.0.0/8"]}}`
	const begin, end = "The request is not authorized. [[request id:%s]you are not authorized to perform operation (", "]"
	for _, tc := range []struct {
		name           string
		policies       []string
		action, params string
		language       string
		want           string // with %s for the request id
	}{
		{"nothing allows it", nil, "Read", "{}", "en-US",
			begin + "tiny:Read)\nresource (*) has no permission\nstrategy:{\"result\":\"implicit_deny\"}\n" + end},
		{"in Chinese", nil, "Read", "{}", "zh-CN",
			"请求未授权，请联系主账号或管理员授权。 [[request id:%s]you are not authorized to perform operation (tiny:Read)\nresource (*) has no permission\nstrategy:{\"result\":\"implicit_deny\"}\n]"},
		{"on a named object", nil, "Named", `{"Name":"x"}`, "en-US",
			begin + "tiny:Named)\nresource (qcs::tiny::uin/100000000001:thing/x) has no permission\nstrategy:{\"result\":\"implicit_deny\"}\n" + end},
		{"a statement whose condition fails", []string{statement("allow", "tiny:Read", "*", ipCondition)}, "Read", "{}", "en-US",
			begin + "tiny:Read)\nresource (*) has no permission\ncondition:[{\"effect\":\"allow\",\"key\":\"qcs:ip\",\"ope\":\"ip_equal\",\"value\":[\"10.0.0.0/8\"]}]\nstrategy:{\"result\":\"implicit_deny\"}\n" + end},
		{"text of a condition is not escaped for HTML", []string{statement("allow", "tiny:Read", "*", `,"condition":{"for_any_value:string_equal":{"qcs:request_tag":["team&<blue>"]}}`)}, "Read", "{}", "en-US",
			begin + "tiny:Read)\nresource (*) has no permission\ncondition:[{\"effect\":\"allow\",\"key\":\"qcs:request_tag\",\"ope\":\"for_any_value:string_equal\",\"value\":[\"team&<blue>\"]}]\nstrategy:{\"result\":\"implicit_deny\"}\n" + end},
		{"an explicit denial does not name its policy to everyone", []string{statement("deny", "tiny:Read", "*", "")}, "Read", "{}", "en-US",
			begin + "tiny:Read)\nresource (*) has no permission\nstrategy:{\"result\":\"explicit_deny\"}\n" + end},
		{"it names its policy to who may read policies", []string{statement("deny", "tiny:Read", "*", ""), mayRead}, "Read", "{}", "en-US",
			begin + "tiny:Read)\nresource (*) has no permission\nstrategy:{\"result\":\"explicit_deny\",\"strategyId\":100000000,\"strategyName\":\"policy-0\"}\n" + end},
		{"it names its policy to who may read this one", []string{statement("deny", "tiny:Read", "*", ""), statement("allow", "cam:GetPolicy", "qcs::cam::uin/100000000001:policyid/100000000", "")}, "Read", "{}", "en-US",
			begin + "tiny:Read)\nresource (*) has no permission\nstrategy:{\"result\":\"explicit_deny\",\"strategyId\":100000000,\"strategyName\":\"policy-0\"}\n" + end},
		{"not to who may read all but this one", []string{statement("deny", "tiny:Read", "*", ""), mayRead, statement("deny", "cam:GetPolicy", "qcs::cam::uin/100000000001:policyid/100000000", "")}, "Read", "{}", "en-US",
			begin + "tiny:Read)\nresource (*) has no permission\nstrategy:{\"result\":\"explicit_deny\"}\n" + end},
		{"a denial with a condition that held", []string{statement("deny", "tiny:Read", "*", `,"condition":{"ip_equal":{"qcs:ip":["127.0.0.1"]}}`), mayRead}, "Read", "{}", "en-US",
			begin + "tiny:Read)\nresource (*) has no permission\ncondition:[{\"effect\":\"deny\",\"key\":\"qcs:ip\",\"ope\":\"ip_equal\",\"value\":[\"127.0.0.1\"]}]\nstrategy:{\"result\":\"explicit_deny\",\"strategyId\":100000000,\"strategyName\":\"policy-0\"}\n" + end},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := open(t, storetest.Open(t, storetest.SQLite(t)), Config{NoLimits: true})
			got := d.user(200, tc.policies...).language(tc.language).call(tc.action, tc.params)
			got.want(t, "AuthFailure.UnauthorizedOperation")
			if d := cmp.Diff(fmt.Sprintf(tc.want, got.requestID), got.message); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestAuditRecords(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		allowed := statement("allow", "tiny:*", "*", "")
		alice, bob := d.user(200, allowed), d.user(201)
		d.serve("Write", func(ctx context.Context, c *call.Call, _ wire.Request) (wire.Response, error) {
			return nothing{}, c.Write(ctx, func(*store.Tx) error { c.Touched("qcs::tiny::uin/1:thing/made"); return nil })
		})
		d.serve("Named", func(context.Context, *call.Call, wire.Request) (wire.Response, error) {
			return nil, fault.New("ResourceNotFound")
		})
		secret := `{"Name":"x","Password":"hunter2","Nested":[{"Pin":"1234","N":5}]}`
		requests := []*http.Request{
			alice.request("Read", secret), alice.request("Write", secret), bob.request("Read", secret), alice.request("Named", `{"Name":"x"}`),
			alice.signingWith("wrong").request("Read", secret), alice.request("Read", `{"Colour":"hunter2"}`), d.root.request("Read", "{}"),
		}
		requests[0].Header.Set("X-TC-Region", "ap-guangzhou")
		requests[0].Header.Add("X-TC-RequestClient", "SDK_GO")
		requests[0].Header.Add("X-TC-RequestClient", "Terraform-1.5.7")
		masked := `{"Name":"x","Password":"***","Nested":[{"Pin":"***","N":5}]}`
		by := func(effect, layer string, statement int) audit.Decision {
			r := audit.Decision{Effect: effect, Layer: layer, Statement: statement}
			if statement > 0 {
				r.PolicyID, r.Policy, r.Version = 100_000_000, "policy-0", 1
			}
			return r
		}
		want := []audit.Record{
			{Action: "tiny:Read", CallerKind: "user", CallerID: 200, KeyID: alice.id, Resources: []string{"*"}, Decision: by("allow", "identity", 1), Outcome: "ok",
				Parameters: []byte(masked), Region: "ap-guangzhou", Client: "SDK_GO; Terraform-1.5.7"},
			{Action: "tiny:Write", CallerKind: "user", CallerID: 200, KeyID: alice.id, Resources: []string{"*", "qcs::tiny::uin/1:thing/made"}, Decision: by("allow", "identity", 1), Outcome: "ok",
				Parameters: []byte(masked)},
			{Action: "tiny:Read", CallerKind: "user", CallerID: 201, KeyID: bob.id, Resources: []string{"*"}, Decision: by("implicit_deny", "identity", 0), Outcome: "AuthFailure.UnauthorizedOperation",
				Parameters: []byte(masked), Explanation: []byte(`{"decision":{"allowed":false,"effect":"implicit_deny","layer":"identity"},` +
					`"layers":[{"layer":"general","statements":[]},{"layer":"identity","statements":[]}],` +
					`"remedy":{"additions":[{"layer":"identity","statement":{"effect":"allow","action":"tiny:Read","resource":"*"}}]}}`)},
			{Action: "tiny:Named", CallerKind: "user", CallerID: 200, KeyID: alice.id, Resources: []string{"qcs::tiny::uin/100000000001:thing/x"}, Decision: by("allow", "identity", 1), Outcome: "ResourceNotFound",
				Parameters: []byte(`{"Name":"x"}`)},
			{Action: "tiny:Read", CallerKind: "anonymous", KeyID: alice.id, Decision: by("none", "", 0), Outcome: "AuthFailure.SignatureFailure",
				Parameters: []byte("{}")},
			{Action: "tiny:Read", CallerKind: "user", CallerID: 200, KeyID: alice.id, Decision: by("none", "", 0), Outcome: "UnknownParameter",
				Parameters: []byte(`{"Colour":"***"}`)},
			{Action: "tiny:Read", CallerKind: "root", CallerID: int64(d.account), KeyID: d.root.id, Resources: []string{"*"}, Decision: by("allow", "root", 0), Outcome: "ok",
				Parameters: []byte("{}")},
		}
		byRequest := map[string]*audit.Record{}
		for i, r := range requests {
			got := d.do(r)
			w := &want[i]
			outcome := got.code
			if outcome == "" {
				outcome = "ok"
			}
			if outcome != w.Outcome {
				t.Errorf("%s: got %s (%s), want %s", w.Action, outcome, got.message, w.Outcome)
			}
			w.RequestID, w.At, w.Door, w.IP, w.Account = got.requestID, d.now, "api3", "127.0.0.1", d.account
			if w.CallerKind == "anonymous" {
				w.Account = 0
			}
			byRequest[got.requestID] = w
		}
		records := d.records()
		if len(records) != len(want) {
			t.Errorf("%d records, want one a call: %d", len(records), len(want))
		}
		for _, got := range records {
			w := byRequest[got.RequestID]
			if w == nil {
				t.Errorf("a record of nothing: %+v", got)
				continue
			}
			got.ID, got.Duration = 0, 0
			if len(got.Resources) == 0 {
				got.Resources = nil
			}
			if diff := cmp.Diff(*w, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", w.Action, diff)
			}
		}
		if strings.Contains(d.log.String(), "hunter2") {
			t.Error("a secret stands in the log")
		}
	})
}

func TestAWriteThatFailsLeavesARecordAndNothingElse(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		refused := fault.New("LimitExceeded")
		d.serve("Write", func(ctx context.Context, c *call.Call, _ wire.Request) (wire.Response, error) {
			return nil, c.Write(ctx, func(tx *store.Tx) error {
				if _, err := account.NextUID(ctx, tx); err != nil {
					return err
				}
				if _, err := tx.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES ('half', $1)`, []byte("x")); err != nil {
					return err
				}
				return refused
			})
		})
		d.root.call("Write", "{}").want(t, "LimitExceeded")
		var n int
		if err := d.db.Read().QueryRowContext(context.Background(), `SELECT COUNT(*) FROM settings WHERE name = 'half'`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows are left, %v", n, err)
		}
		if got := d.records(); len(got) != 1 || got[0].Outcome != "LimitExceeded" {
			t.Errorf("the records are %+v", got)
		}
	})
}

func TestAHandlerThatMustAskAndDoesNot(t *testing.T) {
	thing, err := qcs.Parse("qcs::tiny::uin/100000000001:thing/x")
	if err != nil {
		t.Fatal(err)
	}
	question := call.Question{Action: "tiny:Resolved", Names: []qcs.Resource{thing}}
	mark := func(ctx context.Context, c *call.Call) error {
		return c.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES ('mark', $1)`, []byte("x"))
			return err
		})
	}
	mayDo, mayNot := statement("allow", "tiny:Resolved", "*", ""), statement("deny", "tiny:Resolved", "*", "")
	for _, tc := range []struct {
		name, policy, code string
		handler            Handler
		written            bool
	}{
		{"it answers without asking", mayDo, "InternalError", succeed, false},
		{"it writes without asking", mayDo, "InternalError", func(ctx context.Context, c *call.Call, _ wire.Request) (wire.Response, error) {
			return nothing{}, mark(ctx, c)
		}, false},
		{"it writes without asking and hides the error", mayDo, "InternalError", func(ctx context.Context, c *call.Call, _ wire.Request) (wire.Response, error) {
			_ = mark(ctx, c)
			return nothing{}, nil
		}, false},
		{"it asks about something beside alone", mayDo, "InternalError", func(ctx context.Context, c *call.Call, _ wire.Request) (wire.Response, error) {
			if err := c.May(ctx, "tiny:Resolved"); err != nil {
				return nil, err
			}
			return nothing{}, mark(ctx, c)
		}, false},
		{"it asks, is refused and goes on", mayNot, "InternalError", func(ctx context.Context, c *call.Call, _ wire.Request) (wire.Response, error) {
			_, _ = c.Ask(ctx, question)
			_ = mark(ctx, c)
			return nothing{}, nil
		}, false},
		{"it asks and is refused", mayNot, "AuthFailure.UnauthorizedOperation", func(ctx context.Context, c *call.Call, _ wire.Request) (wire.Response, error) {
			if _, err := c.Ask(ctx, question); err != nil {
				return nil, err
			}
			return nothing{}, mark(ctx, c)
		}, false},
		{"it fails before it asks", mayDo, "LimitExceeded", func(context.Context, *call.Call, wire.Request) (wire.Response, error) {
			return nil, fault.New("LimitExceeded")
		}, false},
		{"it asks and is allowed", mayDo, "", func(ctx context.Context, c *call.Call, _ wire.Request) (wire.Response, error) {
			if _, err := c.Ask(ctx, question); err != nil {
				return nil, err
			}
			return nothing{}, mark(ctx, c)
		}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			eachDoor(t, func(t *testing.T, d *door) {
				d.serve("Resolved", tc.handler)
				d.user(200, tc.policy).call("Resolved", "{}").want(t, tc.code)
				var n int
				if err := d.db.Read().QueryRowContext(context.Background(), `SELECT COUNT(*) FROM settings WHERE name = 'mark'`).Scan(&n); err != nil {
					t.Fatal(err)
				}
				if (n == 1) != tc.written {
					t.Errorf("written is %t, want %t", n == 1, tc.written)
				}
			})
		})
	}
}

func TestASecondWriteIsRefused(t *testing.T) {
	d := open(t, storetest.Open(t, storetest.SQLite(t)), Config{NoLimits: true})
	d.serve("Write", func(ctx context.Context, c *call.Call, _ wire.Request) (wire.Response, error) {
		if err := c.Write(ctx, func(*store.Tx) error { return nil }); err != nil {
			return nil, err
		}
		err := c.Write(ctx, func(*store.Tx) error { return nil })
		if !errors.Is(err, call.ErrSecondWrite) {
			t.Errorf("got %v, want ErrSecondWrite", err)
		}
		return nothing{}, nil
	})
	d.root.call("Write", "{}").want(t, "")
	if got := d.records(); len(got) != 1 {
		t.Errorf("%d records, want 1", len(got))
	}
}

// unprintable is an answer whose encoding panics.
type unprintable struct{}

func (unprintable) AppendJSON([]byte) []byte { panic("no such row") }

// Whatever panics, the caller gets an answer, the trail a record that says so, and the log the cause.
func TestPanics(t *testing.T) {
	for _, tc := range []struct {
		name    string
		action  string
		handler Handler
	}{
		{"in a handler", "Read", func(context.Context, *call.Call, wire.Request) (wire.Response, error) { panic("no such row") }},
		{"in a transaction", "Write", func(ctx context.Context, c *call.Call, _ wire.Request) (wire.Response, error) {
			return nothing{}, c.Write(ctx, func(*store.Tx) error { panic("no such row") })
		}},
		{"in encoding the answer", "Read", func(context.Context, *call.Call, wire.Request) (wire.Response, error) { return unprintable{}, nil }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			eachDoor(t, func(t *testing.T, d *door) {
				d.serve(tc.action, tc.handler)
				w := httptest.NewRecorder()
				func() {
					defer func() {
						if v := recover(); v != nil {
							t.Errorf("the server would drop the connection: %v", v)
						}
					}()
					d.ServeHTTP(w, d.root.request(tc.action, "{}"))
					got := envelope(t, w)
					got.want(t, "InternalError")
					if strings.Contains(got.message, "row") {
						t.Errorf("the message %q tells the cause", got.message)
					}
				}()
				if got := d.records(); len(got) != 1 || got[0].Outcome != "InternalError" {
					t.Errorf("the records are %+v, want one InternalError", got)
				}
			})
		})
	}
}

func TestUndeclaredCodesAreCountedAndStillAnswered(t *testing.T) {
	d := open(t, storetest.Open(t, storetest.SQLite(t)), Config{NoLimits: true})
	answerWith := func(code string) Handler {
		return func(context.Context, *call.Call, wire.Request) (wire.Response, error) { return nil, fault.New(code) }
	}
	d.serve("Named", answerWith("ResourceNotFound"))
	d.serve("Read", answerWith("ResourceNotFound"))
	d.serve("Any", answerWith("LimitExceeded"))
	for _, action := range []string{"Named", "Read", "Any"} {
		d.root.call(action, "{}")
	}
	if want := []string{"tiny:Read ResourceNotFound"}; !slices.Equal(d.undeclared, want) {
		t.Errorf("undeclared are %v, want %v", d.undeclared, want)
	}
	if want := []string{"ResourceNotFound", "ResourceNotFound", "LimitExceeded"}; !slices.Equal(d.outcomes, want) {
		t.Errorf("outcomes are %v, want %v", d.outcomes, want)
	}
	if !strings.Contains(d.log.String(), "undeclared error code") {
		t.Error("the log does not say so")
	}
}

func TestWhatIsUnsupportedIsRefusedToThoseWhoMayCallIt(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		d.user(200).call("Unsupported", "{}").want(t, "AuthFailure.UnauthorizedOperation")
		d.root.call("Unsupported", `{"Nmae":"x"}`).want(t, "UnknownParameter")
		got := d.root.call("Unsupported", "{}")
		got.want(t, "UnsupportedOperation")
		if got.message != "There is no engine." {
			t.Errorf("the message is %q", got.message)
		}
	})
}

func TestWhatIsPlannedIsNotPretended(t *testing.T) {
	d := open(t, storetest.Open(t, storetest.SQLite(t)), Config{NoLimits: true})
	got := d.root.call("Planned", "{}")
	got.want(t, "UnsupportedOperation")
	if !strings.Contains(got.message, "`Planned`") {
		t.Errorf("the message %q does not name the action", got.message)
	}
}

func TestASuspendedAccountIsRefusedAtOnce(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		d.root.call("Any", "{}").want(t, "")
		change := func(fn func(tx *store.Tx) error) {
			t.Helper()
			if err := d.db.Write(context.Background(), fn); err != nil {
				t.Fatal(err)
			}
		}
		change(func(tx *store.Tx) error { return account.Suspend(context.Background(), tx, d.keys, d.account, d.now) })
		d.root.call("Any", "{}").want(t, "AuthFailure.UnauthorizedOperation")
		change(func(tx *store.Tx) error { return account.Resume(context.Background(), tx, d.account) })
		d.root.call("Any", "{}").want(t, "")
	})
}

// The session's token counts only after the signature: nobody without the secret learns about a session.
func TestTemporaryCredentials(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ctx := context.Background()
		var made *credential.Temporary
		err := d.db.Write(ctx, func(tx *store.Tx) (err error) {
			made, err = d.keys.Issue(ctx, tx, credential.Issue{Account: d.account, UIN: int64(d.account), RoleID: 9, Parent: d.root.id,
				Session: call.Session{Kind: call.AssumedRole, Name: "build-7", Issued: d.now, Expires: d.now.Add(time.Hour)}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		session := client{d, made.SecretID, made.SecretKey, "", ""}
		with := func(c client, token string) reply {
			r := c.request("Any", "{}")
			r.Header.Set("X-TC-Token", token)
			return d.do(r)
		}
		with(session, made.Token).want(t, "")
		with(session, "").want(t, "AuthFailure.TokenFailure")
		with(session, "guess").want(t, "AuthFailure.TokenFailure")
		with(session.signingWith("wrong"), made.Token).want(t, "AuthFailure.SignatureFailure")
		with(session.signingWith("wrong"), "guess").want(t, "AuthFailure.SignatureFailure")
		with(d.root, made.Token).want(t, "AuthFailure.TokenFailure")
		if err := d.db.Write(ctx, func(tx *store.Tx) error {
			return d.keys.SetStatus(ctx, tx, d.account, d.root.id, credential.Inactive, d.now)
		}); err != nil {
			t.Fatal(err)
		}
		with(session, made.Token).want(t, "AuthFailure.TokenFailure")
		with(d.root, "").want(t, "AuthFailure.SecretIdNotFound")
		first := d.records()[0]
		if first.CallerKind != "role" || first.CallerID != 9 || first.CallerName != "build-7" || first.KeyID != made.SecretID {
			t.Errorf("the record is %+v, want the session's", first)
		}
	})
}

func TestOtherPathsAndMethods(t *testing.T) {
	d := open(t, storetest.Open(t, storetest.SQLite(t)), Config{NoLimits: true})
	for _, tc := range []struct {
		name, method, target string
		status               int
	}{
		{"a path that is no endpoint", http.MethodPost, "/other", http.StatusNotFound},
		{"a preflight", http.MethodOptions, "/", http.StatusNoContent},
		{"another method", http.MethodDelete, "/", http.StatusOK},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(tc.method, tc.target, nil)
			r.Header.Set("X-TC-TraceId", "trace")
			d.ServeHTTP(w, r)
			if w.Code != tc.status {
				t.Errorf("status %d, want %d", w.Code, tc.status)
			}
			if tc.status == http.StatusOK {
				envelope(t, w).want(t, "UnsupportedProtocol")
				if w.Header().Get("X-TC-TraceId") != "trace" {
					t.Error("the trace id is not echoed")
				}
			}
		})
	}
}
