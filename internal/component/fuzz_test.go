package component_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

// Whatever a body holds, an authenticated caller gets an envelope with one of the return codes, and what he gave to be
// answered comes back as JSON.
func FuzzEnvelope(f *testing.F) {
	w := apitest.New(f, storetest.Open(f, storetest.SQLite(f)))
	a := w.Account(f)
	for _, seed := range []string{
		`{"version":1,"componentName":"MC","eventId":123456,"timestamp":1760000000,"interface":{"interfaceName":"ListCamStrategy","para":{"rp":"3","Page":1,"type":""}}}`,
		`{"version":"2.0","eventId":"x","interface":{"interfaceName":"CreateCamStrategy","para":{"strategyName":"a","strategyInfo":{"version":"2.0","principal":{"qcs":["qcs::cam::uin/1:uin/2/x",""]},"statement":[{"effect":"allow","principal":{}}]},"remark":"r","resource":[1]}}}`,
		`{"interface":{"interfaceName":"OperateCamStrategy","para":{"groupId":-1,"relateUin":9223372036854775808,"strategyId":"1","actionType":1}}}`,
		`{"interface":{"interfaceName":"BatchOperateCamStrategy","para":{"StrategyId":[1,2],"RelateUin":3,"ActionType":2,"Lang":"x"}}}`,
		`{"interface":{"interfaceName":"DelCamStrategy","para":{"strategyId":[]}}}`,
		`{"interface":{"interfaceName":"checkResource","para":{"uin":1,"ownerUin":"2","action":"a:b","resource":["*","","qcs::a:::b"]}}}`,
		`{"interface":{"interfaceName":"sigAndAuth","para":{"mode":2,"uin":1,"action":"a:b","condition":{"qcs:ip":["1.2.3.4"]},"camContext":{"clientIP":"::1"},"sub_condition":[]}}}`,
		`{"eventId":{},"a":1,"a":2}`, `[]`, ``, "\x00", `{"interface":null}`, `{"interface":{"interfaceName":"GetCamStrategy","para":{"strategyId":1,"StrategyId":1}}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		got := send(t, w, call(w, "", nil).with(body).request(t, a.Root))
		switch got.code {
		case 0, 4000, 4200, 4500:
		default:
			t.Errorf("%s is answered %s", body, got.Raw)
		}
		if strings.Contains(got.message, "InternalError") {
			t.Errorf("%s is answered %s", body, got.Raw)
		}
	})
}

// Whatever a header block holds, nobody is taken for the signer but with his signature.
func FuzzSignedHeader(f *testing.F) {
	w := apitest.New(f, storetest.Open(f, storetest.SQLite(f)))
	a := w.Account(f)
	user := a.Root.User(f, "alice")
	now := w.Now().Unix()
	good := signedBy(w, user, http.MethodPost, "cmq.example.com/v1?", "cmq", "{}")["header"].(string)
	v1 := signedV1(now, user, "cdp_sha1", source(user, now))["header"].(string)
	forged := func(s string) string { return strings.Replace(s, "q-signature=", "q-signature=0", 1) }
	f.Add(forged(good), "POST", "cmq.example.com/v1?")
	f.Add(forged(v1), "", "/")
	f.Add("authorization:q-ak="+user.ID+"&q-sign-algorithm=api_sha256_v4&q-sign-time-api-v4=1;1970-01-01&q-header-list=content-type;host\nq-payload:00\nq-credential-scope:1970-01-01/a/tc3_request", "GET", "x?")
	f.Add(fmt.Sprintf("authorization:q-ak=%s&q-sign-algorithm=cdp_sha256&q-plaintext=PyZTZWNyZXRJZD0=&q-signature=\r\nhost:a\r\nhost:b", user.ID), "", "://")
	f.Add("authorization:&\nauthorization:=", "\x00", "")
	f.Fuzz(func(t *testing.T, header, method, address string) {
		if strings.Contains(header, signatureOf(good)) || strings.Contains(header, signatureOf(v1)) {
			return // signed, after all
		}
		got := send(t, w, call(w, "sigAndAuth", P{"mode": 1, "header": header, "method": method, "url": address}).request(t, a.Root))
		switch got.code {
		case 4000, 4100, 4104, 4200:
		default:
			t.Errorf("%q is answered %s", header, got.Raw)
		}
	})
}

func signatureOf(header string) string {
	_, rest, _ := strings.Cut(header, "q-signature=")
	end := strings.IndexAny(rest, "&\n")
	if end < 0 {
		end = len(rest)
	}
	return rest[:end]
}
