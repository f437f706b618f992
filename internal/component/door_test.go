package component_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/component"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/tc3"
)

// with is the draft with another body.
func (d *draft) with(body string) *draft {
	d.body = body
	return d
}

func TestEnvelopes(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		for _, c := range []struct {
			name, body     string
			version, event string // as JSON
			code           int64
			desc           string
		}{
			{"numbers", `{"version":1,"eventId":123456,"componentName":"MC","interface":{"interfaceName":"ListCamStrategy","para":{}}}`, "1", "123456", 0, ""},
			{"texts", `{"version":"2.0","eventId":"a-b\"c","interface":{"interfaceName":"ListCamStrategy","para":{}}}`, `"2.0"`, `"a-b\"c"`, 0, ""},
			{"neither, and no para", `{"interface":{"interfaceName":"ListCamStrategy"}}`, "1", "0", 0, ""},
			{"a number beyond floats", `{"eventId":1982493789748932123456,"interface":{"interfaceName":"ListCamStrategy"}}`, "1", "1982493789748932123456", 0, ""},
			{"members of the caller's own", `{"seqId":1,"interface":{"interfaceName":"ListCamStrategy","x":1}}`, "1", "0", 0, ""},
			{"a timestamp of now", fmt.Sprintf(`{"timestamp":%d,"interface":{"interfaceName":"ListCamStrategy"}}`, w.Now().Unix()), "1", "0", 0, ""},
			{"a timestamp in a text, just in time", fmt.Sprintf(`{"timestamp":"%d","interface":{"interfaceName":"ListCamStrategy"}}`, w.Now().Unix()-300), "1", "0", 0, ""},
			{"a timestamp of the past", fmt.Sprintf(`{"eventId":7,"timestamp":%d,"interface":{"interfaceName":"ListCamStrategy"}}`, w.Now().Unix()-301), "1", "7", 4200, "AuthFailure.SignatureExpire"},
			{"a timestamp of the future", fmt.Sprintf(`{"timestamp":"%d","interface":{"interfaceName":"ListCamStrategy"}}`, w.Now().Unix()+301), "1", "0", 4200, "AuthFailure.SignatureExpire"},
			{"a timestamp that is none", `{"eventId":7,"timestamp":"now","interface":{"interfaceName":"ListCamStrategy"}}`, "1", "7", 4000, "InvalidParameter"},
			{"no body", ``, "1", "0", 4000, "InvalidParameter"},
			{"no JSON", `{"eventId":7`, "1", "0", 4000, "InvalidParameter"},
			{"no object", `[]`, "1", "0", 4000, "InvalidParameter"},
			{"a member that is given twice", `{"eventId":7,"eventId":8,"interface":{"interfaceName":"ListCamStrategy"}}`, "1", "0", 4000, "InvalidParameter"},
			{"a member of the para that is given twice", `{"eventId":7,"interface":{"interfaceName":"ListCamStrategy","para":{"rp":1,"rp":2}}}`, "1", "0", 4000, "InvalidParameter"},
			{"an eventId that is an object", `{"version":3,"eventId":{},"interface":{"interfaceName":"ListCamStrategy"}}`, "1", "0", 4000, "InvalidParameter"},
			{"a version that is a list", `{"version":[],"eventId":7,"interface":{"interfaceName":"ListCamStrategy"}}`, "1", "7", 4000, "InvalidParameter"},
			{"an eventId that is too long", `{"eventId":"` + strings.Repeat("x", 129) + `","interface":{"interfaceName":"ListCamStrategy"}}`, "1", "0", 4000, "InvalidParameter"},
			{"no interface", `{"eventId":7}`, "1", "7", 4000, "MissingParameter"},
			{"an interface that is a text", `{"eventId":7,"interface":"ListCamStrategy"}`, "1", "7", 4000, "InvalidParameter"},
			{"no interfaceName", `{"eventId":7,"interface":{}}`, "1", "7", 4000, "MissingParameter"},
			{"an interfaceName that is a number", `{"eventId":7,"interface":{"interfaceName":7}}`, "1", "7", 4000, "InvalidParameter"},
			{"an interfaceName that nobody knows", `{"eventId":7,"interface":{"interfaceName":"DropTables"}}`, "1", "7", 4000, "InvalidAction"},
			{"a para that is a list", `{"eventId":7,"interface":{"interfaceName":"ListCamStrategy","para":[]}}`, "1", "7", 4000, "InvalidParameter"},
			{"too large a body", `{"eventId":7,"x":"` + strings.Repeat("x", 1<<20) + `"}`, "1", "0", 4000, "RequestSizeLimitExceeded"},
		} {
			t.Run(c.name, func(t *testing.T) {
				got := send(t, w, call(w, "", nil).with(c.body).request(t, a.Root))
				if !strings.HasPrefix(got.Raw, `{"version":`+c.version+`,"eventId":`+c.event+`,"componentName"`) {
					t.Errorf("the echo is %s", got.Raw)
				}
				if c.code == 0 {
					if got.code != 0 || got.message != "OK" {
						t.Error(got.Raw)
					}
					return
				}
				got.wants(t, c.code, c.desc)
			})
		}
	})
}

func TestWhoeverProvesNothingChangesNothing(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, b := w.Account(t), w.Account(t)
		user := a.Root.User(t, "alice")
		wrong := w.Client(a.Root.ID, "wrong-key-wrong-key-wrong", "")
		header := func(name, value string) func(http.Header) {
			return func(h http.Header) { h.Set(name, value) }
		}
		for _, c := range []struct {
			name string
			by   *apitest.Client
			edit func(d *draft)
			code int64
			desc string
		}{
			{"as it should be", a.Root, func(*draft) {}, 0, ""},
			{"signed for the path /", a.Root, func(d *draft) { d.uri = "/" }, 0, ""},
			{"with a slash behind the path", a.Root, func(d *draft) { d.path = "/component/" }, 0, ""},
			{"signed with a slash behind the path", a.Root, func(d *draft) { d.uri = "/component/" }, 0, ""},
			{"as text", a.Root, func(d *draft) { d.contentType = "text/plain; charset=UTF-8" }, 0, ""},
			{"with the interface in the header", a.Root, func(d *draft) { d.after = header("X-TC-Action", "CreateCamStrategy") }, 0, ""},
			{"with another interface in the header", a.Root, func(d *draft) { d.after = header("X-TC-Action", "DelCamStrategy") }, 4000, "InvalidParameter"},
			{"with an empty interface in the header", a.Root, func(d *draft) { d.after = header("X-TC-Action", "") }, 4000, "InvalidParameter"},
			{"without a signature", nil, func(*draft) {}, 4100, "AuthFailure.InvalidAuthorization"},
			{"unsigned on purpose", nil, func(d *draft) { d.after = header("Authorization", "SKIP") }, 4100, "AuthFailure.InvalidAuthorization"},
			{"with half a signature", a.Root, func(d *draft) { d.after = header("Authorization", "TC3-HMAC-SHA256 Credential=x") }, 4100, "AuthFailure.InvalidAuthorization"},
			{"without a time", a.Root, func(d *draft) { d.after = func(h http.Header) { h.Del("X-TC-Timestamp") } }, 4100, "AuthFailure.InvalidAuthorization"},
			{"with the wrong key", wrong, func(*draft) {}, 4100, "AuthFailure.SignatureFailure"},
			{"with an altered body", a.Root, func(d *draft) {
				d.alter = func(body string) string { return strings.Replace(body, "cvm", "cam", 1) }
			}, 4100, "AuthFailure.SignatureFailure"},
			{"with another content type than signed", a.Root, func(d *draft) { d.after = header("Content-Type", "text/plain") }, 4100, "AuthFailure.SignatureFailure"},
			{"signed for another path", a.Root, func(d *draft) { d.uri = "/x" }, 4100, "AuthFailure.SignatureFailure"},
			{"signed for another service", a.Root, func(d *draft) { d.service = "sts" }, 4100, "AuthFailure.InvalidAuthorization"},
			{"signed for a product", a.Root, func(d *draft) { d.service = "cmq" }, 4100, "AuthFailure.InvalidAuthorization"},
			{"without signing the body", a.Root, func(d *draft) { d.header["X-TC-Content-SHA256"] = tc3.UnsignedPayload }, 4100, "AuthFailure.InvalidAuthorization"},
			{"with the hash of another body", a.Root, func(d *draft) { d.header["X-TC-Content-SHA256"] = strings.Repeat("0", 64) }, 4100, "AuthFailure.SignatureFailure"},
			{"301 seconds late", a.Root, func(d *draft) { d.at -= 301 }, 4200, "AuthFailure.SignatureExpire"},
			{"301 seconds early", a.Root, func(d *draft) { d.at += 301 }, 4200, "AuthFailure.SignatureExpire"},
			{"300 seconds late", a.Root, func(d *draft) { d.at -= 300 }, 0, ""},
			{"300 seconds early", a.Root, func(d *draft) { d.at += 300 }, 0, ""},
			{"with a key that nobody has", w.Client("AKIDnobodynobodynobodynobodynobodynob", "x", ""), func(*draft) {}, 4104, "AuthFailure.SecretIdNotFound"},
			{"with a token that does not belong to the key", a.Root, func(d *draft) { d.after = header("X-TC-Token", "x") }, 4100, "AuthFailure.TokenFailure"},
			{"as a form", a.Root, func(d *draft) { d.contentType = "application/x-www-form-urlencoded" }, 4600, "UnsupportedProtocol"},
			{"in another alphabet", a.Root, func(d *draft) { d.contentType = "application/json; charset=gbk" }, 4600, "UnsupportedProtocol"},
			{"as a GET", a.Root, func(d *draft) { d.method = http.MethodGet }, 4600, "UnsupportedProtocol"},
			{"as a PUT", a.Root, func(d *draft) { d.method = http.MethodPut }, 4600, "UnsupportedProtocol"},
			{"by who may not", user, func(*draft) {}, 4101, "AuthFailure.UnauthorizedOperation"},
		} {
			t.Run(c.name, func(t *testing.T) {
				name := strings.NewReplacer(" ", "-", "/", "slash").Replace(c.name)
				d := call(w, "CreateCamStrategy", P{"strategyName": name, "strategyInfo": everything})
				c.edit(d)
				got := send(t, w, d.request(t, c.by))
				made := a.Root.Must(t, "cam:ListPolicies", P{"Scope": "Local", "Keyword": name}).Int("TotalNum")
				if c.code == 0 {
					if got.code != 0 || made != 1 {
						t.Errorf("%d made: %s", made, got.Raw)
					}
					return
				}
				if got.wants(t, c.code, c.desc); made != 0 {
					t.Error("a policy was made")
				}
			})
		}
		// Suspended is neither forbidden nor unknown.
		if err := w.Operator.Suspend(context.Background(), store.Account(b.UIN)); err != nil {
			t.Fatal(err)
		}
		do(t, w, b.Root, "ListCamStrategy", P{}).wants(t, 4300, "AuthFailure.UnauthorizedOperation")
		do(t, w, b.Root, "CreateCamStrategy", P{"strategyName": "x", "strategyInfo": everything}).wants(t, 4300, "AuthFailure.UnauthorizedOperation")
	})
}

func TestASignatureIsGoodOnce(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		user := a.Root.User(t, "alice")
		create := call(w, "CreateCamStrategy", P{"strategyName": "p", "strategyInfo": everything})
		id := send(t, w, create.request(t, a.Root)).Int("strategyId")
		must(t, w, a.Root, "DelCamStrategy", P{"strategyId": id})
		send(t, w, create.request(t, a.Root)).wants(t, 4500, "SignatureReplayed")
		w.Sleep(300 * time.Second)
		send(t, w, create.request(t, a.Root)).wants(t, 4500, "SignatureReplayed")

		// One that failed is not kept for later.
		early := call(w, "OperateCamStrategy", P{"strategyId": id + 1, "relateUin": user.UIN, "actionType": 1})
		send(t, w, early.request(t, a.Root)).wants(t, 4000, "InvalidParameter.policyId.NotExist")
		if got := must(t, w, a.Root, "CreateCamStrategy", P{"strategyName": "p", "strategyInfo": everything}).Int("strategyId"); got != id+1 {
			t.Fatalf("the id is %d", got)
		}
		send(t, w, early.request(t, a.Root)).wants(t, 4500, "SignatureReplayed")
		denied := call(w, "OperateCamStrategy", P{"strategyId": id + 1, "relateUin": user.UIN, "actionType": 1})
		send(t, w, denied.request(t, user)).wants(t, 4101, "AuthFailure.UnauthorizedOperation")
		grants(t, a.Root, user.UIN, "may", "cam:AttachUserPolicy")
		send(t, w, denied.request(t, user)).wants(t, 4500, "SignatureReplayed")
		future := call(w, "DelCamStrategy", P{"strategyId": id + 1})
		future.body = strings.Replace(future.body, `"interface"`, fmt.Sprintf(`"timestamp":%d,"interface"`, w.Now().Unix()+310), 1)
		send(t, w, future.request(t, a.Root)).wants(t, 4200, "AuthFailure.SignatureExpire")
		w.Sleep(20 * time.Second)
		send(t, w, future.request(t, a.Root)).wants(t, 4500, "SignatureReplayed")

		// What reads may be repeated, and a signature that did not verify is nobody's.
		read := call(w, "ListCamStrategy", P{})
		for range 2 {
			if got := send(t, w, read.request(t, a.Root)); got.code != 0 {
				t.Error(got.Raw)
			}
		}
		spoilt := call(w, "DelCamStrategy", P{"strategyId": id + 1})
		r := spoilt.request(t, a.Root)
		r.Host = "elsewhere"
		send(t, w, r).wants(t, 4100, "AuthFailure.SignatureFailure")
		if got := send(t, w, spoilt.request(t, a.Root)); got.code != 0 {
			t.Error(got.Raw)
		}

		// It is forgotten when no node accepts it any more, and not before.
		count := func() (n int) {
			if err := w.DB.Read().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM component_signatures`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := count()
		if err := component.Purge(t.Context(), w.DB, w.Now().Add(9*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if after := count(); after == 0 || after == before {
			t.Errorf("%d of %d signatures are kept", after, before)
		}
		if err := component.Purge(t.Context(), w.DB, w.Now().Add(11*time.Minute)); err != nil || count() != 0 {
			t.Errorf("%d signatures are kept, %v", count(), err)
		}
	})
}

func TestAtOnce(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		user := a.Root.User(t, "alice")
		atOnce := func(n int, body func(i int) *answer) map[int64]int {
			var mu sync.Mutex
			codes := map[int64]int{}
			var wg sync.WaitGroup
			for i := range n {
				wg.Go(func() {
					got := body(i)
					mu.Lock()
					defer mu.Unlock()
					codes[got.code]++
				})
			}
			wg.Wait()
			return codes
		}
		one := call(w, "CreateCamStrategy", P{"strategyName": "one", "strategyInfo": everything})
		if got := atOnce(8, func(int) *answer { return send(t, w, one.request(t, a.Root)) }); got[0] != 1 || got[4500] != 7 {
			t.Errorf("the same request eight times: %v", got)
		}
		same := P{"strategyName": "same", "strategyInfo": everything}
		if got := atOnce(8, func(int) *answer { return do(t, w, a.Root, "CreateCamStrategy", same) }); got[0] != 1 || got[4000] != 7 {
			t.Errorf("the same name eight times: %v", got)
		}
		id := must(t, w, a.Root, "ListCamStrategy", P{"keyword": "same"}).Int("list.0.strategyId")
		operate := P{"strategyId": id, "relateUin": user.UIN, "actionType": 1}
		if got := atOnce(8, func(int) *answer { return do(t, w, a.Root, "OperateCamStrategy", operate) }); got[0] != 8 || len(attached(t, a.Root, user.UIN)) != 1 {
			t.Errorf("attached eight times: %v", got)
		}
		got := atOnce(12, func(i int) *answer {
			switch i % 3 {
			case 0:
				return do(t, w, a.Root, "OperateCamStrategy", operate)
			case 1:
				return do(t, w, a.Root, "OperateCamStrategy", P{"strategyId": id, "relateUin": user.UIN, "actionType": 2})
			}
			return do(t, w, a.Root, "DelCamStrategy", P{"strategyId": id})
		})
		if got[0]+got[4000] != 12 || got[0] == 0 || len(attached(t, a.Root, user.UIN)) != 0 {
			t.Errorf("attached, removed and deleted: %v", got)
		}
	})
}

func TestCallsAreRecordedUnderTheirActions(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		user, product := a.Root.User(t, "alice"), a.Root.User(t, "cmq")
		grants(t, a.Root, product.UIN, "ask", "cam:CheckResource,cam:SigAndAuth")
		id := must(t, w, a.Root, "CreateCamStrategy", P{"strategyName": "p", "strategyInfo": everything}).Int("strategyId")
		replay := call(w, "DelCamStrategy", P{"strategyId": id})
		must(t, w, a.Root, "BatchOperateCamStrategy", P{"strategyId": id, "relateUin": user.UIN, "actionType": 1})
		must(t, w, product, "checkResource", P{"uin": user.UIN, "action": "cvm:Start", "resource": []string{"*", "qcs::cos:::x"}})
		must(t, w, product, "checkResource", P{"uin": user.UIN, "action": "cos:Get", "resource": "*"})
		signed := signedBy(w, user, "POST", "h/", "cmq", "")
		signed["action"] = "cos:Get"
		do(t, w, product, "sigAndAuth", signed).wants(t, 4102, "SecretidNotAuthAccessResource")
		send(t, w, replay.request(t, a.Root))
		send(t, w, replay.request(t, a.Root)).wants(t, 4500, "SignatureReplayed")
		for _, want := range []struct{ action, outcome, parameters string }{
			{"cam:CreatePolicy", "ok", `"PolicyName":"p"`},
			{"cam:AttachUserPolicy", "ok", fmt.Sprintf(`{"PolicyId":[%d],"Uin":[%d]}`, id, user.UIN)},
			{"cam:DeletePolicy", "ok", fmt.Sprint(id)},
			{"cam:CheckResource", "ok", `"action":"cvm:Start"`},
			{"cam:SigAndAuth", "AuthFailure.UnauthorizedOperation", `"keyId":"` + user.ID + `"`},
		} {
			found := false
			for _, r := range records(t, w, a.UIN, want.action) {
				found = found || r.Door == "component" && r.Outcome == want.outcome && strings.Contains(string(r.Parameters), want.parameters)
				if strings.Contains(string(r.Parameters), "q-signature") {
					t.Errorf("a signature is recorded: %s", r.Parameters)
				}
			}
			if !found {
				t.Errorf("no record of %s: %+v", want.action, records(t, w, a.UIN, want.action))
			}
		}
		checks := records(t, w, a.UIN, "cam:CheckResource")
		if last := checks[len(checks)-1]; len(checks) != 2 || last.Decision.Effect != "implicit_deny" || len(last.Explanation) == 0 || last.Client != "MC" || last.KeyID != product.ID {
			t.Errorf("%+v", checks)
		}
	})
}

func TestADisabledPersonMayNothing(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		user, product := a.Root.User(t, "alice"), a.Root.User(t, "cmq")
		grants(t, a.Root, user.UIN, "may", "cos:Get,cam:ListPolicies,cam:CreatePolicy")
		grants(t, a.Root, product.UIN, "ask", "cam:CheckResource,cam:SigAndAuth")
		id := person(t, w, a, user.UIN)
		asks := func(allow bool, code int64) {
			t.Helper()
			para := P{"uin": user.UIN, "action": "cos:Get", "resource": []string{"*", "qcs::cos:::x"}}
			if got := must(t, w, product, "checkResource", para); got.At("list.0.allow") != allow || got.At("list.1.allow") != allow || got.Int("uin") != user.UIN {
				t.Error(got.Raw)
			}
			para["mode"] = 2
			for _, got := range []*answer{do(t, w, product, "sigAndAuth", para), do(t, w, user, "ListCamStrategy", P{}),
				do(t, w, product, "sigAndAuth", func() P { p := signedBy(w, user, "POST", "h/", "cmq", ""); p["mode"] = 1; return p }()),
				do(t, w, product, "sigAndAuth", func() P {
					p := signedV1(w.Now().Unix(), user, "cdp_sha1", source(user, w.Now().Unix()))
					p["mode"] = 1
					return p
				}())} {
				if got.code != code {
					t.Errorf("got %s, want %d", got.Raw, code)
				}
			}
		}
		asks(true, 0)
		a.Root.Must(t, "hufu:SetPersonStatus", P{"PersonId": id, "Status": "Disabled"})
		asks(false, 4300)
		do(t, w, user, "CreateCamStrategy", P{"strategyName": "x", "strategyInfo": everything}).wants(t, 4300, "AuthFailure.UnauthorizedOperation")
		a.Root.Must(t, "hufu:SetPersonStatus", P{"PersonId": id, "Status": "Enabled"})
		asks(true, 0)

		// A session that a person of another account began has ended, as far as this account can tell.
		b := w.Account(t)
		bob := b.Root.User(t, "bob")
		grants(t, b.Root, bob.UIN, "assume", "sts:AssumeRole")
		theirs := person(t, w, b, bob.UIN)
		a.Root.Must(t, "cam:CreateRole", P{"RoleName": "guest", "PolicyDocument": fmt.Sprintf(
			`{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":["qcs::cam::uin/%d:root"]}}]}`, b.UIN)})
		s := bob.Must(t, "sts:AssumeRole", P{"RoleArn": fmt.Sprintf("qcs::cam::uin/%d:roleName/guest", a.UIN), "RoleSessionName": "visit"})
		session := w.Client(s.Str("Credentials.TmpSecretId"), s.Str("Credentials.TmpSecretKey"), s.Str("Credentials.Token"))
		examine := func() *answer {
			p := signedBy(w, session, "POST", "h/", "cmq", "")
			p["mode"] = 1
			return do(t, w, product, "sigAndAuth", p)
		}
		if got := examine(); got.code != 0 || got.Int("ownerUin") != a.UIN || got.Int("keyType") != 1 {
			t.Error(got.Raw)
		}
		b.Root.Must(t, "hufu:SetPersonStatus", P{"PersonId": theirs, "Status": "Disabled"})
		examine().wants(t, 4100, "AuthFailure.TokenFailure")
	})
}

// person makes a person to whom a user belongs.
func person(t testing.TB, w *apitest.World, a *apitest.Account, uin int64) string {
	t.Helper()
	var made *directory.Person
	err := w.DB.Write(context.Background(), func(tx *store.Tx) (err error) {
		made, err = directory.Create(context.Background(), tx, store.Account(a.UIN), directory.Profile{Login: "alice", Name: "Alice"}, "", false, w.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	a.Root.Must(t, "hufu:LinkIdentity", P{"PersonId": made.ID, "Uin": uin})
	return made.ID
}
