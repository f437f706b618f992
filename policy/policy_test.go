package policy_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

func parse(t testing.TB, text string) *policy.Document {
	t.Helper()
	d, err := policy.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestUnreadablePolicies(t *testing.T) {
	full := policy.Source{ID: 1, Document: parse(t, `{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*","principal":"*"}}`)}
	broken := policy.Source{ID: 7, Name: "broken", Version: 3}
	all := policy.Compile([]policy.Source{full}, policy.Env{})
	bad := policy.Compile([]policy.Source{full, broken}, policy.Env{})
	ref := policy.Ref{PolicyID: 7, PolicyName: "broken", Version: 3, Index: -1}
	if diff := cmp.Diff([]policy.Ref{ref}, bad.Broken()); diff != "" {
		t.Error(diff)
	}
	for _, c := range []struct {
		name   string
		layers policy.Layers
		want   policy.Layer
	}{
		{"an identity policy grants nothing and hinders nothing", policy.Layers{Identity: bad}, policy.LayerNone},
		{"a boundary denies everything", policy.Layers{Identity: all, Boundary: bad}, policy.LayerBoundary},
		{"a session policy denies everything", policy.Layers{Identity: all, Session: bad}, policy.LayerSession},
		{"a control policy denies everything", policy.Layers{Identity: all, Control: []*policy.Set{all, bad}}, policy.LayerControl},
		{"a resource policy denies everything", policy.Layers{Identity: all, Resource: bad}, policy.LayerResource},
		{"a level without set denies everything", policy.Layers{Identity: all, Control: []*policy.Set{nil}}, policy.LayerControl},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := &policy.Question{Principal: people["a1"], Action: policy.Action{Service: "cvm", Name: "X"}, Resource: []qcs.Resource{qcs.Any}, Layers: c.layers}
			x := policy.Explain(q)
			d := x.Decision
			if c.want == policy.LayerNone {
				if !d.Allowed {
					t.Errorf("%+v", d)
				}
				return
			}
			if d.Effect != policy.ExplicitDeny || d.Layer != c.want || d.Statement != nil && *d.Statement != ref {
				t.Errorf("%+v", d)
			}
		})
	}
}

// What validation refuses can still reach a set: it must not grant.
func TestStatementsThatWereNotValidated(t *testing.T) {
	question := func(l policy.Layers) *policy.Question {
		return &policy.Question{Principal: people["a1"], Action: policy.Action{Service: "STS", Name: "AssumeRole"},
			Resource: []qcs.Resource{qcs.RoleByName("100000000001", "ops")}, AssumeRole: true, Layers: l}
	}
	compile := func(text string) *policy.Set {
		return policy.Compile([]policy.Source{{Document: parse(t, text)}}, policy.Env{})
	}
	trust := compile(`{"version":"2.0","principal":{"qcs":"qcs::cam::uin/100000000001:root"},"statement":{"effect":"allow","action":"sts:*"}}`)
	all := compile(`{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*"}}`)
	if d := policy.Decide(question(policy.Layers{Identity: all, Resource: trust})); !d.Allowed {
		t.Errorf("a principal above the statements does not count: %+v", d)
	}
	if d := policy.Decide(question(policy.Layers{Identity: trust, Resource: trust})); d.Allowed {
		t.Errorf("an identity policy without resource grants: %+v", d)
	}
	if d := policy.Decide(question(policy.Layers{Identity: all, Resource: all})); d.Allowed || d.Effect != policy.ImplicitDeny {
		t.Errorf("a trust policy without principal allows: %+v", d)
	}
	deny := compile(`{"version":"2.0","statement":{"effect":"deny","action":"*","resource":"*"}}`)
	if d := policy.Decide(question(policy.Layers{Identity: all, Resource: deny})); d.Effect != policy.ExplicitDeny {
		t.Errorf("a deny without principal does not deny: %+v", d)
	}
	everyone := compile(`{"version":"2.0","statement":{"effect":"deny","action":"*","resource":"*","principal":"*"}}`)
	if d := policy.Decide(question(policy.Layers{Identity: all, Resource: everyone})); d.Effect != policy.ExplicitDeny {
		t.Errorf("a trust policy's deny for everyone does not deny: %+v", d)
	}
}

func TestFeatureSetsAreConfigured(t *testing.T) {
	d := parse(t, `{"version":"2.0","statement":{"effect":"allow","action":"permid/1","resource":"*"}}`)
	q := &policy.Question{Principal: people["a1"], Action: policy.Action{Service: "x", Name: "Do"}, Resource: []qcs.Resource{qcs.Any}}
	features := policy.Features{"permid/1": {"x:Do", "permid/1", "nonsense"}}
	if err := d.Validate(policy.Rules{Features: features}); err != nil {
		t.Error(err)
	}
	q.Layers.Identity = policy.Compile([]policy.Source{{Document: d}}, policy.Env{Features: features})
	if d := policy.Decide(q); !d.Allowed {
		t.Errorf("%+v", d)
	}
	q.Layers.Identity = policy.Compile([]policy.Source{{Document: d}}, policy.Env{})
	if d := policy.Decide(q); d.Allowed {
		t.Errorf("an unknown feature set grants: %+v", d)
	}
}

func TestDocumentsKeepTheirText(t *testing.T) {
	const inner = `{ "version":"2.0", "statement":{"effect":"allow","action":"a:b","resource":"*"} }`
	d := parse(t, ` {"strategyInfo":`+inner+`}`)
	if d.Body != inner || d.Text != ` {"strategyInfo":`+inner+`}` {
		t.Errorf("body %q", d.Body)
	}
	s := d.Statements[0]
	if got := d.Text[s.Offset:s.End]; got != `{"effect":"allow","action":"a:b","resource":"*"}` {
		t.Errorf("the statement stands at %q", got)
	}
	quoted, _ := json.Marshal(inner)
	d = parse(t, `{"strategyInfo":`+string(quoted)+`}`)
	s = d.Statements[0]
	if got := d.Text[s.Offset:s.End]; d.Body != inner || got != string(quoted) {
		t.Errorf("the statement stands at %q", got)
	}
	if n := policy.Length(d.Text); n != policy.Length(inner) {
		t.Errorf("the wrapper is counted: %d", n)
	}
	if n := policy.Length("{ 虎"); n != 2 {
		t.Errorf("broken text counts %d", n)
	}
	if n := policy.Length("%zz"); n != 3 {
		t.Errorf("broken percent encoding counts %d", n)
	}
	if err := parse(t, inner).Validate(policy.Rules{MaxLength: -1}); err != nil {
		t.Error(err)
	}
	if got, _ := policy.Decode("%7B+%7D"); got != "{+}" {
		t.Errorf("a plus sign became %q", got)
	}
}

func TestErrorsSayWhere(t *testing.T) {
	_, err := policy.Parse(`{"version":"2.0","statement":[{"effect":"allow","action":"x","resource":"*"}]}`)
	e, ok := errors.AsType[*policy.Error](err)
	if !ok || e.Code != policy.CodeActionError || e.Offset != 57 {
		t.Fatalf("%+v", e)
	}
	if got, want := err.Error(), `ActionError: statement[0].action: "x" is no action`; got != want {
		t.Error(got)
	}
	_, err = policy.Parse("")
	if got, want := err.Error(), `PolicyDocumentError: the document is empty`; got != want {
		t.Error(got)
	}
	d := parse(t, `{"version":"2.0","statement":[{"effect":"allow","action":"x:y"}]}`)
	if err := d.Validate(policy.Rules{}); err == nil || err.Error() != "ResourceError: statement[0]: resource is missing" {
		t.Error(err)
	}
}

// A caller's hook may answer a code that no table knows.
func TestUnknownCodesComeLast(t *testing.T) {
	d := `{"version":"2.0","principal":{"qcs":"qcs::cam::uin/1:uin/2"},"statement":[{"effect":"x"}]}`
	hook := func(policy.PrincipalEntry) policy.Code { return "UserNotExist" }
	_, err := policy.Check(d, policy.Rules{AllowPrincipal: true, KnownPrincipal: hook})
	if e, ok := errors.AsType[*policy.Error](err); !ok || e.Code != policy.CodeEffectError {
		t.Error(err)
	}
}

func TestExpandedLength(t *testing.T) {
	who := people["a1"]
	who.Tags = []policy.Tag{policy.NewTag("team", "web"), policy.NewTag("x", "y")}
	text := `{"version":"2.0","statement":{"effect":"allow","action":"a:b","resource":"qcs::a:::${qcs:principal_tag_key}/${qcs:principal_tag_value}"}}`
	rules := policy.Rules{Kind: policy.SessionPolicy, Principal: &who, MaxLength: policy.Length(text)}
	if _, err := policy.Check(text, rules); err != nil {
		t.Errorf("short values: %v", err)
	}
	who.Tags = append(who.Tags, policy.NewTag(strings.Repeat("k", 50), ""))
	_, err := policy.Check(text, rules)
	if e, ok := errors.AsType[*policy.Error](err); !ok || e.Code != policy.CodeExtendStrategyOverSize {
		t.Error(err)
	}
}

func TestWords(t *testing.T) {
	var zero policy.Tag
	if zero.Key() != "" || zero.Value() != "" {
		t.Error("the zero tag is not empty")
	}
	if tag := policy.ParseTag("k&a&b"); tag.Key() != "k" || tag.Value() != "a&b" || tag.String() != "k&a&b" {
		t.Errorf("%q", tag)
	}
	if tag := policy.NewTag("a&b", "c"); tag.Key() != "a&b" || tag.Value() != "c" {
		t.Errorf("%q", tag)
	}
	if a, ok := policy.ParseAction("name/CVM:Do"); !ok || a.String() != "cvm:Do" {
		t.Error(a)
	}
	for _, s := range []string{"*", "cvm", ":x", "cvm:", "cvm:Get*"} {
		if a, ok := policy.ParseAction(s); ok {
			t.Errorf("%q is read as %v", s, a)
		}
	}
	if d, i := policy.DecideAll(); d.Allowed || i != -1 {
		t.Errorf("%+v %d", d, i)
	}
	for want, d := range map[string]policy.Decision{
		"allow": {Allowed: true, Effect: policy.Allow}, "implicit_deny": {}, "explicit_deny": {Effect: policy.ExplicitDeny, Layer: policy.LayerSession},
		"boundary": {Layer: policy.LayerBoundary}, "session_policy": {Layer: policy.LayerSession}, "scp": {Effect: policy.ExplicitDeny, Layer: policy.LayerControl},
	} {
		if got := d.Result(); got != want {
			t.Errorf("%+v is %q, want %q", d, got, want)
		}
	}
}

func TestExplanations(t *testing.T) {
	identity := policy.Compile([]policy.Source{{ID: 5, Name: "office", Version: 2, Document: parse(t, `{"version":"2.0","statement":[
		{"effect":"allow","action":"cos:*","resource":"*","condition":{"ip_equal":{"qcs:ip":"10.0.0.0/8"},"string_equal":{"qcs:mfa":"1","my:key":"x"}}},
		{"effect":"allow","action":"cvm:*","resource":"*"},
		{"effect":"deny","action":"cos:Put*","resource":"*","condition":{"string_equal":{"qcs:mfa":"0"}}},
		{"effect":"deny","action":"cos:*","resource":"*","condition":{"string_equal":{"qcs:mfa":"7"}}}]}`)}}, policy.Env{})
	q := &policy.Question{Principal: people["a1"], Action: policy.Action{Service: "cos", Name: "GetObject"}, Resource: []qcs.Resource{qcs.Any},
		Context: policy.Context{MFA: true, IP: netip.MustParseAddr("11.1.1.1")}, Layers: policy.Layers{Identity: identity, General: policy.General()}}
	x := policy.Explain(q)
	want := []policy.StatementTrace{{
		Ref: policy.Ref{PolicyID: 5, PolicyName: "office", Version: 2}, Effect: policy.Allow, Named: true,
		Held: []policy.ConditionTrace{{Operator: "string_equal", Key: "qcs:mfa", Values: []string{"1"}, Seen: []string{"1"}}},
		Failed: []policy.ConditionTrace{
			{Operator: "ip_equal", Key: "qcs:ip", Values: []string{"10.0.0.0/8"}, Seen: []string{"11.1.1.1"}},
			{Operator: "string_equal", Key: "my:key", Values: []string{"x"}, Missing: true},
		},
	}, {
		Ref: policy.Ref{PolicyID: 5, PolicyName: "office", Version: 2, Index: 3}, Effect: policy.ExplicitDeny, Named: true,
		Failed: []policy.ConditionTrace{{Operator: "string_equal", Key: "qcs:mfa", Values: []string{"7"}, Seen: []string{"1"}}},
	}}
	places := cmpopts.IgnoreFields(policy.StatementTrace{}, "Offset", "End")
	if diff := cmp.Diff(want, x.Layers[1].Statements, places); diff != "" {
		t.Error(diff)
	}
	notes, _ := json.Marshal(x.Notes())
	if got, want := string(notes), `[{"effect":"allow","key":"qcs:ip","ope":"ip_equal","value":["10.0.0.0/8"]},{"effect":"allow","key":"my:key","ope":"string_equal","value":["x"]}]`; got != want {
		t.Errorf("notes %s", got)
	}

	q.Action.Name, q.Context.MFA = "PutObject", false
	x = policy.Explain(q)
	notes, _ = json.Marshal(x.Notes()[3:])
	if got, want := string(notes), `[{"effect":"deny","key":"qcs:mfa","ope":"string_equal","value":["0"]}]`; got != want {
		t.Errorf("notes %s", got)
	}

	// Layers that had no say are shown, and give no notes.
	q.Principal = people["rootA"]
	q.Layers.Control = []*policy.Set{nil, identity}
	x = policy.Explain(q)
	if !x.Decision.Allowed || x.Notes() != nil || x.Layers[0].Skipped != "exempt" || x.Layers[1].Level != 1 || x.Layers[3].Skipped != "root" {
		t.Errorf("%+v", x)
	}
	q.Principal = people["slr"]
	if n := policy.Explain(q); len(n.Notes()) == 0 || n.Layers[2].Skipped != "exempt" {
		t.Errorf("%+v", n)
	}
	if x := policy.Explain(&policy.Question{}); x.Decision.Allowed || len(x.Layers) != 0 {
		t.Errorf("%+v", x)
	}

	// A resource policy's statement shows only where it is for the caller.
	q.Layers.Resource = policy.Compile([]policy.Source{{Document: parse(t, `{"version":"2.0","statement":[
		{"effect":"allow","action":"*","resource":"*","principal":"*"},
		{"effect":"allow","action":"*","resource":"*","principal":{"qcs":"qcs::cam::uin/1:root"}}]}`)}}, policy.Env{})
	x = policy.Explain(q)
	if last := x.Layers[len(x.Layers)-1]; len(last.Statements) != 1 || !last.Statements[0].Anyone {
		t.Errorf("%+v", last)
	}
}

func Example() {
	doc, err := policy.Check(`{
		"version": "2.0",
		"statement": [
			{"effect": "allow", "action": "cos:Get*", "resource": "qcs::cos:gz::photos-1250000001/*"},
			{"effect": "deny", "action": "*", "resource": "*", "condition": {"ip_not_equal": {"qcs:ip": "10.0.0.0/8"}}}
		]}`, policy.Rules{Kind: policy.IdentityPolicy})
	if err != nil {
		fmt.Println(err)
		return
	}
	identity := policy.Compile([]policy.Source{{ID: 100000001, Name: "photos", Version: 1, Document: doc}}, policy.Env{})
	photo, _ := qcs.Parse("qcs::cos:ap-guangzhou:uin/100000000001:photos-1250000001/cat.jpg")
	q := &policy.Question{
		Principal: policy.Principal{Kind: policy.User, Account: qcs.Account{UIN: "100000000001", AppID: "1250000001"}, UIN: "100000000011"},
		Action:    policy.Action{Service: "cos", Name: "GetObject"},
		Resource:  []qcs.Resource{photo},
		Context:   policy.Context{IP: netip.MustParseAddr("10.1.1.1")},
		Layers:    policy.Layers{Identity: identity},
	}
	d := policy.Decide(q)
	fmt.Println(d.Effect, d.Layer, d.Statement.PolicyName, d.Statement.Index)

	q.Context.IP = netip.MustParseAddr("11.1.1.1")
	d = policy.Decide(q)
	fmt.Println(d.Effect, d.Layer, d.Statement.PolicyName, d.Statement.Index)
	// Output:
	// allow identity photos 0
	// explicit_deny identity photos 1
}

func ExampleCheck() {
	_, err := policy.Check(`{"version":"2.0","statement":[{"effect":"allow","action":"cvm:*","resource":"qcs::cvm:gz:instance/*"}]}`, policy.Rules{})
	fmt.Println(err)
	// Output:
	// ResourceQcsError: statement[0].resource: name "qcs::cvm:gz:instance/*" has not got six segments
}

func ExampleExplain() {
	doc, _ := policy.Parse(`{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*","condition":{"string_equal":{"qcs:mfa":"1"}}}}`)
	x := policy.Explain(&policy.Question{
		Principal: policy.Principal{Kind: policy.User, Account: qcs.Account{UIN: "100000000001"}, UIN: "100000000011"},
		Action:    policy.Action{Service: "cam", Name: "ListUsers"},
		Resource:  []qcs.Resource{qcs.Any},
		Layers:    policy.Layers{Identity: policy.Compile([]policy.Source{{Document: doc}}, policy.Env{})},
	})
	notes, _ := json.Marshal(x.Notes())
	fmt.Println(x.Decision.Result(), string(notes))
	// Output:
	// implicit_deny [{"effect":"allow","key":"qcs:mfa","ope":"string_equal","value":["1"]}]
}
