package authzen_test

import (
	"encoding/json"
	"fmt"
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

// What is decided about a session holds until its end, unless something happens of which the asker's account hears.
func TestUntilWhenAnAnswerAboutASessionMayBeKept(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c, other := newCast(t, w), newCast(t, w)
		federated := c.Root.Must(t, "sts:GetFederationToken", apitest.P{"Name": "guest", "Policy": document("allow cvm:* *"), "DurationSeconds": 1800})
		timed := c.Root.Must(t, "sts:GetFederationToken", apitest.P{"Name": "guest", "Policy": document(`allow cvm:* * {"date_less_than":{"qcs:current_time":"2099-01-01T00:00:00Z"}}`)})
		role := func(trusts int64) string {
			name := fmt.Sprint("for-", trusts)
			c.Root.Must(t, "cam:CreateRole", apitest.P{"RoleName": name, "PolicyDocument": fmt.Sprintf(
				`{"version":"2.0","statement":[{"effect":"allow","action":"name/sts:AssumeRole","principal":{"qcs":["qcs::cam::uin/%d:root"]}}]}`, trusts)})
			return fmt.Sprintf("qcs::cam::uin/%d:roleName/%s", c.UIN, name)
		}
		assumer := c.Root.User(t, "assumer", c.policy(t, "assume", "allow sts:* *"))
		own := assumer.Must(t, "sts:AssumeRole", apitest.P{"RoleArn": role(c.UIN), "RoleSessionName": "night", "DurationSeconds": 3600})
		visitor := other.Root.User(t, "visitor", other.policy(t, "assume", "allow sts:* *"))
		foreign := visitor.Must(t, "sts:AssumeRole", apitest.P{"RoleArn": role(other.UIN), "RoleSessionName": "night"})
		mine := c.instance("ins-1")
		of := func(a *apitest.Answer, resource string) string {
			return about("key", a.Str("Credentials.TmpSecretId"), "cvm:StartInstances", resource)
		}
		for _, tc := range []struct {
			name, question string
			want           any
		}{
			{"a federated session", of(federated, mine), json.Number(fmt.Sprint(w.Now().Unix() + 1800))},
			{"the session of a role", of(own, mine), json.Number(fmt.Sprint(w.Now().Unix() + 3600))},
			{"the session of a role that another account's key assumed", of(foreign, mine), nil},
			{"a session whose policy looks at the time", of(timed, mine), nil},
			{"a resource of another account", of(federated, other.instance("1")), nil},
			{"a permanent key", about("key", c.alice.ID, "cvm:StartInstances", mine), nil},
			{"a user", about("user", c.alice.UIN, "cvm:StartInstances", mine), nil},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if r := c.ask(t, c.pep, single, tc.question); r.body.At("context.cacheable_until") != tc.want {
					t.Error(r.raw)
				}
			})
		}
		before := c.poll(t, c.pep).body.Str("revision")
		c.Root.Must(t, "cam:UpdateAccessKey", apitest.P{"TargetUin": assumer.UIN, "AccessKeyId": assumer.ID, "Status": "Inactive"})
		if after := c.poll(t, c.pep).body.Str("revision"); after == before {
			t.Error("the end of a session is no new revision")
		}
		r := c.decides(t, false, of(own, mine))
		if r.body.At("context.cacheable_until") != nil || r.body.At("context.cacheable") != false {
			t.Errorf("what is over may be kept: %s", r.raw)
		}
	})
}
