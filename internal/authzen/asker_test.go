package authzen_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/audit"
)

func TestWhoMayAsk(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		question := about("user", c.alice.UIN, "cvm:StartInstances", c.instance("ins-1"))
		session := c.pep.Must(t, "sts:GetFederationToken", apitest.P{"Name": "guest", "Policy": document("allow hufu:Evaluate *")})
		temporary := w.Client(session.Str("Credentials.TmpSecretId"), session.Str("Credentials.TmpSecretKey"), session.Str("Credentials.Token"))
		useless := c.pep.Must(t, "sts:GetFederationToken", apitest.P{"Name": "guest", "Policy": document("allow cvm:* *")})
		bearer := func(token string) func(r *http.Request) {
			return func(r *http.Request) {
				r.Header = http.Header{"Content-Type": r.Header["Content-Type"], "Authorization": {"Bearer " + token}}
			}
		}
		nothing := func(*http.Request) {}
		for _, tc := range []struct {
			name   string
			as     *apitest.Client
			change func(r *http.Request)
			status int
			want   string
		}{
			{"whoever holds hufu:Evaluate", c.pep, nothing, 200, `"decision":true`},
			{"the root user", c.Root, nothing, 200, `"decision":true`},
			{"a temporary credential", temporary, nothing, 200, `"decision":true`},
			{"a temporary credential by its token alone", temporary, bearer(temporary.Token), 200, `"decision":true`},
			{"the scheme in other letters", temporary, func(r *http.Request) {
				bearer(temporary.Token)(r)
				r.Header.Set("Authorization", "bearer  "+temporary.Token)
			}, 200, `"decision":true`},
			{"somebody without it", c.alice, nothing, 403, "hufu:Evaluate"},
			{"a session without it", w.Client(useless.Str("Credentials.TmpSecretId"), useless.Str("Credentials.TmpSecretKey"), useless.Str("Credentials.Token")), nothing, 403, "hufu:Evaluate"},
			{"a session without it, by its token", c.pep, bearer(useless.Str("Credentials.Token")), 403, "hufu:Evaluate"},
			{"a token that is none", c.pep, bearer("x"), 401, "AuthFailure.TokenFailure"},
			{"no token", c.pep, bearer(""), 401, "AuthFailure.TokenFailure"},
			{"nobody", c.pep, func(r *http.Request) { r.Header.Del("Authorization") }, 401, "Authorization"},
			{"another scheme", c.pep, func(r *http.Request) { r.Header.Set("Authorization", "Basic YTpi") }, 401, "AuthFailure.InvalidAuthorization"},
			{"half a signature", c.pep, func(r *http.Request) { r.Header.Set("Authorization", "TC3-HMAC-SHA256 Credential=x") }, 401, "AuthFailure.InvalidAuthorization"},
			{"no timestamp", c.pep, func(r *http.Request) { r.Header.Del("X-TC-Timestamp") }, 401, "X-TC-Timestamp"},
			{"another body than signed", c.pep, func(r *http.Request) { r.Body = http.NoBody; r.ContentLength = 0 }, 401, "AuthFailure.SignatureFailure"},
			{"a key that is not there", w.Client("AKIDnobody", "secret", ""), nothing, 401, "AuthFailure.SecretIdNotFound"},
			{"another secret", w.Client(c.pep.ID, "secret", ""), nothing, 401, "AuthFailure.SignatureFailure"},
			{"a temporary credential without token", w.Client(temporary.ID, temporary.Key, ""), nothing, 401, "AuthFailure.TokenFailure"},
			{"a signature for another service", c.pep, func(r *http.Request) { sign(t, r, w.Now(), c.pep, "cam", "/", question) }, 401, "AuthFailure.InvalidAuthorization"},
			{"a signature over the path", c.pep, func(r *http.Request) { sign(t, r, w.Now(), c.pep, "hufu", single, question) }, 200, `"decision":true`},
			{"an old signature", c.pep, func(r *http.Request) { sign(t, r, w.Now().Add(-301*time.Second), c.pep, "hufu", "/", question) }, 401, "AuthFailure.SignatureExpire"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				r := request(t, w, tc.as, single, question)
				tc.change(r)
				got := send(t, w, r).wants(t, tc.status, tc.want)
				if challenge := got.header.Values("WWW-Authenticate"); (tc.status == 401) != (len(challenge) == 2) {
					t.Errorf("challenges %q", challenge)
				}
				if tc.status != 200 && !strings.Contains(got.raw, "(request "+got.header.Get("X-TC-RequestId")+")") {
					t.Errorf("no request id: %s", got.raw)
				}
			})
		}
		w.Sleep(3 * time.Hour)
		r := request(t, w, temporary, single, question)
		bearer(temporary.Token)(r)
		send(t, w, r).wants(t, 401, "AuthFailure.TokenFailure")
	})
}

func TestATokenEndsWithItsSession(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		question := about("user", c.alice.UIN, "cvm:StartInstances", c.instance("ins-1"))
		session := c.pep.Must(t, "sts:GetFederationToken", apitest.P{"Name": "guest", "Policy": document("allow hufu:Evaluate *")})
		by := func() *reply {
			r := httptest.NewRequest(http.MethodPost, "http://hufu.test"+single, strings.NewReader(question))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", "Bearer "+session.Str("Credentials.Token"))
			return send(t, w, r)
		}
		by().wants(t, 200)
		c.Root.Must(t, "cam:UpdateAccessKey", apitest.P{"TargetUin": c.pep.UIN, "AccessKeyId": c.pep.ID, "Status": "Inactive"})
		by().wants(t, 401, "AuthFailure.TokenFailure")
	})
}

func TestPathsAndMethods(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		for _, tc := range []struct {
			method, path string
			status       int
			want         string
		}{
			{http.MethodGet, single, 405, "Use POST."},
			{http.MethodPost, "/.well-known/authzen-configuration", 405, "Use GET."},
			{http.MethodPost, "/access/v1/", 404, ""},
			{http.MethodPost, "/access/v1/evaluation/", 404, ""},
			{http.MethodPost, "/access/v2/evaluation", 404, ""},
			{http.MethodGet, "/.well-known/authzen-configuration", 200, `{"policy_decision_point":"http://hufu.test:9800","access_evaluation_endpoint":"http://hufu.test:9800/access/v1/evaluation","access_evaluations_endpoint":"http://hufu.test:9800/access/v1/evaluations"`},
		} {
			send(t, w, httptest.NewRequest(tc.method, "http://hufu.test:9800"+tc.path, nil)).wants(t, tc.status, tc.want)
		}
		r := httptest.NewRequest(http.MethodGet, "/.well-known/authzen-configuration", nil)
		r.Host, r.RemoteAddr = "a\"b", "192.0.2.1:1"
		r.Header.Set("X-Request-ID", "7")
		r.Header.Set("X-Forwarded-Host", "elsewhere.example.com")
		send(t, w, r).wants(t, 400, "no host")
		r.Host = "[::1]:9800"
		if got := send(t, w, r).wants(t, 200, `"http://[::1]:9800"`); got.header.Get("X-Request-ID") != "7" {
			t.Errorf("%v", got.header)
		}
	})
}

func TestWhatIsRecorded(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		never := c.policy(t, "never", "deny cvm:Stop* *")
		c.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": c.alice.UIN, "PolicyId": never})
		mine := c.instance("ins-1")
		context := `,"context":{"ip":"10.0.0.1"}`
		policy := grant("allow", "cvm:No", userName(c.UIN, c.pep.UIN))
		c.decides(t, true, shared(about("user", c.alice.UIN, "cvm:StartInstances", mine), policy, context))
		denied := c.decides(t, false, about("user", c.alice.UIN, "cvm:StopInstances", mine))
		batch := c.ask(t, c.pep, many, fmt.Sprintf(`{"subject":{"type":"user","id":"%d"},"resource":{"type":"qcs","id":"%s"},"evaluations":[
			{"action":{"name":"cvm:StartInstances"}},{"action":{"name":"cvm:StopInstances"}},{}]}`, c.alice.UIN, mine)).wants(t, 200)
		c.ask(t, c.alice, single, about("user", c.alice.UIN, "cvm:StartInstances", mine)).wants(t, 403)
		c.ask(t, c.pep, single, `{"subject":7}`).wants(t, 400)
		c.ask(t, c.pep, single, `{`).wants(t, 400)
		c.ask(t, w.Client(c.pep.ID, "wrong", ""), single, `{}`).wants(t, 401)

		got := records(t, w, c.UIN, "hufu:Evaluate")
		if len(got) != 6 {
			t.Fatalf("%d records: %+v", len(got), got)
		}
		subject := fmt.Sprintf(`{"type":"user","id":"%d"}`, c.alice.UIN)
		start := fmt.Sprintf(`{"subject":%s,"action":{"name":"cvm:StartInstances"},"resource":{"type":"qcs","id":"%s","properties":{}},"context":{"ip":"10.0.0.1"}}`, subject, mine)
		if r := got[0]; r.Door != "authzen" || r.CallerID != c.pep.UIN || r.KeyID != c.pep.ID || r.Outcome != "ok" || !slices.Equal(r.Resources, []string{mine}) ||
			r.Decision.Effect != "allow" || r.Decision.Policy != "start" || r.Decision.Statement != 1 || string(r.Parameters) != start || len(r.Explanation) != 0 {
			t.Errorf("an allow: %+v %s", r, r.Parameters)
		}
		want := audit.Decision{Effect: "explicit_deny", Layer: "identity", PolicyID: never, Policy: "never", Version: 1, Statement: 1}
		if r := got[1]; r.RequestID != denied.body.Str("context.id") || r.Decision != want || !strings.Contains(string(r.Explanation), `"policyName":"never"`) {
			t.Errorf("a denial: %+v %s", r, r.Explanation)
		}
		var several audit.Batch
		if err := json.Unmarshal(got[2].Parameters, &several); err != nil || len(several.Evaluations) != 3 ||
			!strings.HasPrefix(string(got[2].Parameters), `{"semantic":"execute_all","questions":3,`) {
			t.Fatalf("%v %s", err, got[2].Parameters)
		}
		if n := strings.Count(string(got[2].Parameters), `"subject":`) + strings.Count(string(got[2].Parameters), `"resource":`); n != 4 { // and of the third, which was not read
			t.Errorf("what the questions share stands there %d times: %s", n, got[2].Parameters)
		}
		if r := got[2]; r.RequestID+"/1" != batch.body.Str("evaluations.1.context.id") {
			t.Errorf("%+v", r)
		}
		if e := several.Evaluations[1]; e.Subject != fmt.Sprint("user/", c.alice.UIN) || e.Action != "cvm:StopInstances" || e.Resource != mine || e.Effect != "explicit_deny" ||
			e.Policy != "never" || e.PolicyID != never || e.Statement != 1 || len(e.Explanation) == 0 {
			t.Errorf("%+v", e)
		}
		if e := several.Evaluations[2]; e.Outcome != "MissingParameter" || e.Effect != "" {
			t.Errorf("%+v", e)
		}
		if r := got[3]; r.CallerID != c.alice.UIN || r.Outcome != "AuthFailure.UnauthorizedOperation" || r.Decision.Effect != "implicit_deny" || !strings.Contains(string(r.Parameters), "cvm:StartInstances") {
			t.Errorf("somebody who may not ask: %+v", r)
		}
		if r := got[4]; r.Outcome != "InvalidParameter" || string(r.Parameters) != `{"subject":null}` {
			t.Errorf("a question that cannot be read: %+v %s", r, r.Parameters)
		}
		if r := got[5]; r.Outcome != "InvalidParameter" || string(r.Parameters) != `{}` {
			t.Errorf("a body that cannot be read: %+v %s", r, r.Parameters)
		}
		if nobody := records(t, w, 0, "hufu:Evaluate"); len(nobody) != 7 || nobody[6].Outcome != "AuthFailure.SignatureFailure" || nobody[6].Account != 0 || nobody[6].KeyID != c.pep.ID {
			t.Errorf("a wrong signature: %+v", nobody)
		}
	})
}
