package authzen_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
)

const revision = "/access/v1/revision"

// poll asks for the revision as a client.
func (c *cast) poll(t testing.TB, as *apitest.Client, change ...func(*http.Request)) *reply {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://hufu.test"+revision, nil)
	r.Header.Set("Content-Type", "application/json")
	sign(t, r, c.World.Now(), as, "hufu", "/", "")
	for _, f := range change {
		f(r)
	}
	return send(t, c.World, r)
}

func TestTheRevisionIsThatOfTheAnswers(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c, other := newCast(t, w), newCast(t, w)
		question := about("user", c.alice.UIN, "cvm:StartInstances", c.instance("ins-1"))
		now := c.poll(t, c.pep).wants(t, 200).body.Str("revision")
		same := func(want bool) {
			t.Helper()
			before := now
			if now = c.poll(t, c.pep).wants(t, 200).body.Str("revision"); now == "" || (now == before) != want {
				t.Errorf("the revision is %q after %q", now, before)
			}
			if answered := c.decides(t, true, question).body.Str("context.revision"); answered != now {
				t.Errorf("an answer has the revision %q, not %q", answered, now)
			}
		}
		same(true)
		other.policy(t, "theirs", "allow cvm:* *")
		same(true)
		c.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": c.alice.UIN, "PolicyId": c.policy(t, "more", "allow cvm:* *")})
		same(false)
		c.Root.Must(t, "cam:UpdateAccessKey", apitest.P{"TargetUin": c.alice.UIN, "AccessKeyId": c.alice.ID, "Status": "Inactive"})
		same(false)
	})
}

func TestWhoMayPoll(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		session := c.pep.Must(t, "sts:GetFederationToken", apitest.P{"Name": "guest", "Policy": document("allow hufu:Evaluate *")})
		temporary := w.Client(session.Str("Credentials.TmpSecretId"), session.Str("Credentials.TmpSecretKey"), session.Str("Credentials.Token"))
		for _, tc := range []struct {
			name   string
			as     *apitest.Client
			change func(*http.Request)
			status int
			want   string
		}{
			{"whoever may ask", c.pep, func(*http.Request) {}, 200, "revision"},
			{"a temporary credential", temporary, func(*http.Request) {}, 200, "revision"},
			{"a temporary credential by its token", temporary, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+temporary.Token) }, 200, "revision"},
			{"somebody who may not", c.alice, func(*http.Request) {}, 403, "hufu:Evaluate"},
			{"nobody", c.pep, func(r *http.Request) { r.Header.Del("Authorization") }, 401, "Authorization"},
			{"another secret", w.Client(c.pep.ID, "secret", ""), func(*http.Request) {}, 401, "AuthFailure.SignatureFailure"},
			{"a POST", c.pep, func(r *http.Request) { r.Method = http.MethodPost }, 405, "Use GET."},
		} {
			t.Run(tc.name, func(t *testing.T) { c.poll(t, tc.as, tc.change).wants(t, tc.status, tc.want) })
		}
		if all := records(t, w, c.UIN, "hufu:GetRevision"); len(all) != 1 || all[0].KeyID != c.alice.ID || all[0].Outcome != "AuthFailure.UnauthorizedOperation" {
			t.Errorf("polls leave the records %+v, want that of the denial", all)
		}
	})
}
