package component_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/tc3"
)

// signedBy is the para of sigAndAuth about a request that a client signed for a service.
func signedBy(w *apitest.World, c *apitest.Client, method, address, service, body string) P {
	return signedAt(w.Now().Unix(), c, method, address, service, body)
}

func signedAt(now int64, c *apitest.Client, method, address, service, body string) P {
	host, rest, _ := strings.Cut(address, "/")
	path, query, _ := strings.Cut(rest, "?")
	sum := tc3.HashPayload([]byte(body))
	m := tc3.Message{Service: service, Timestamp: now, Method: method, URI: "/" + path, RawQuery: query, PayloadHash: sum,
		Headers: []tc3.Header{{Name: "content-type", Value: "application/json"}, {Name: "host", Value: host}}}
	a, err := m.Sign(c.ID, c.Key)
	if err != nil {
		panic(err) // a correct message
	}
	return P{"version": "2.0", "method": method, "url": address, "q-token": c.Token, "condition": P{}, "camContext": P{"clientIP": "192.0.2.1"},
		"header": fmt.Sprintf("content-type:application/json\nhost:%s\nauthorization:q-sign-algorithm=api_sha256_v4&q-ak=%s&q-sign-time=%d;%d&q-key-time=%[3]d;%[4]d"+
			"&q-header-list=content-type;host&q-url-param-list=&q-signature=%s&q-sign-time-api-v4=%d;%s\nq-payload:%s\nq-credential-scope:%[7]s/%[9]s/tc3_request",
			host, c.ID, now-300, now+300, a.Signature, now, tc3.Date(now), hex.EncodeToString(sum[:]), service)}
}

// signedV1 is the para of sigAndAuth about a source text that a client signed with V1.
func signedV1(now int64, c *apitest.Client, algorithm, source string) P {
	method := map[string]string{"cdp_sha1": "HmacSHA1", "cdp_sha256": "HmacSHA256"}[algorithm]
	return P{"version": "2.0", "url": "/", "q-token": c.Token,
		"header": fmt.Sprintf("authorization:q-sign-algorithm=%s&q-plaintext=%s&q-ak=%s&q-sign-time=%d;%d&q-key-time=%[4]d;%[5]d&q-url-param-list=&q-header-list=&q-signature=%s",
			algorithm, base64.StdEncoding.EncodeToString([]byte(source)), c.ID, now-10, now+10, tc3.SignSourceV1(c.Key, source, method))}
}

func source(c *apitest.Client, now int64) string {
	return fmt.Sprintf("POSTcmq.example.com/v2/index.php?Action=ListQueue&Nonce=1&SecretId=%s&Timestamp=%d", c.ID, now)
}

func replaced(p P, name, old, with string) P {
	p[name] = strings.ReplaceAll(p[name].(string), old, with)
	return p
}

func TestWhoSigned(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, b := w.Account(t), w.Account(t)
		user, product, stranger := a.Root.User(t, "alice"), a.Root.User(t, "cmq"), b.Root.User(t, "bob")
		grants(t, a.Root, product.UIN, "ask", "cam:SigAndAuth")
		grants(t, a.Root, user.UIN, "list", "cmqqueue:ListQueue,sts:GetFederationToken")
		session := user.Must(t, "sts:GetFederationToken", P{"Name": "s", "DurationSeconds": 1800,
			"Policy": `{"version":"2.0","statement":{"effect":"allow","action":"cmqqueue:*","resource":"*"}}`})
		temporary := w.Client(session.Str("Credentials.TmpSecretId"), session.Str("Credentials.TmpSecretKey"), session.Str("Credentials.Token"))
		off := a.Root.User(t, "off")
		a.Root.Must(t, "cam:UpdateAccessKey", P{"TargetUin": off.UIN, "AccessKeyId": off.ID, "Status": "Inactive"})
		now := w.Now().Unix()
		tc := func(c *apitest.Client) P { return signedBy(w, c, "POST", "cmq.example.com/?", "cmq", "{}") }
		v1 := func(c *apitest.Client) P { return signedV1(now, c, "cdp_sha1", source(c, now)) }
		for _, c := range []struct {
			name string
			para P
			code int64
			desc string
			uin  int64
		}{
			{"a signature of TC3", tc(user), 0, "", user.UIN},
			{"a signature of TC3 over a GET with a query", signedBy(w, user, "GET", "cmq.example.com/?b=2&a=1", "cmq", ""), 0, "", user.UIN},
			{"a path under which the request came", replaced(signedBy(w, user, "POST", "cmq.example.com/v1/x", "cmq", "{}"), "url", "cmq", "https://cmq"), 0, "", user.UIN},
			{"a host that was signed without its port", replaced(tc(user), "header", "host:cmq.example.com", "host:cmq.example.com:8443"), 0, "", user.UIN},
			{"a signature of TC3 with a temporary credential", tc(temporary), 0, "", user.UIN},
			{"a signature of V1 with SHA-1", v1(user), 0, "", user.UIN},
			{"a signature of V1 with SHA-256", signedV1(now, user, "cdp_sha256", source(user, now)), 0, "", user.UIN},
			{"a signature of V1 with a temporary credential", v1(temporary), 0, "", user.UIN},
			{"the root user's signature", tc(a.Root), 0, "", a.UIN},
			{"without a scope line the action names the service", P{"header": strings.Split(tc(user)["header"].(string), "\nq-credential")[0], "method": "POST", "url": "/", "action": "cmq:ListQueue"}, 0, "", user.UIN},
			{"without a scope line and without an action", P{"header": strings.Split(tc(user)["header"].(string), "\nq-credential")[0], "method": "POST", "url": "/"}, 4100, "AuthFailure.InvalidAuthorization", 0},
			{"another body", replaced(tc(user), "header", "q-payload:4", "q-payload:5"), 4100, "AuthFailure.SignatureFailure", 0},
			{"another host", replaced(tc(user), "header", "host:cmq", "host:cvm"), 4100, "AuthFailure.SignatureFailure", 0},
			{"another method", replaced(tc(user), "method", "POST", "GET"), 4100, "AuthFailure.SignatureFailure", 0},
			{"another service", replaced(tc(user), "header", "/cmq/", "/cvm/"), 4100, "AuthFailure.SignatureFailure", 0},
			{"a request to hufu itself", signedBy(w, user, "POST", "cam.example.com/?", "cam", "{}"), 4100, "AuthFailure.InvalidAuthorization", 0},
			{"a request to hufu itself with V1", signedV1(now, user, "cdp_sha1", strings.Replace(source(user, now), "cmq.example.com/v2/index.php", "cam.example.com/", 1)), 4100, "AuthFailure.InvalidAuthorization", 0},
			{"another source text", replaced(signedV1(now, user, "cdp_sha1", source(user, now)), "header", "q-signature=", "q-signature=A"), 4100, "AuthFailure.SignatureFailure", 0},
			{"SHA-1 for SHA-256", replaced(v1(user), "header", "cdp_sha1", "cdp_sha256"), 4100, "AuthFailure.SignatureFailure", 0},
			{"a source text of another key", signedV1(now, user, "cdp_sha1", source(product, now)), 4100, "AuthFailure.InvalidAuthorization", 0},
			{"a source text that names two keys", signedV1(now, user, "cdp_sha1", source(user, now)+"&x=1&SecretId=y"), 4100, "AuthFailure.InvalidAuthorization", 0},
			{"a source text without time", signedV1(now, user, "cdp_sha1", "POSTh/?SecretId="+user.ID), 4100, "AuthFailure.InvalidAuthorization", 0},
			{"an unknown algorithm", replaced(tc(user), "header", "api_sha256_v4", "md5"), 4100, "AuthFailure.InvalidAuthorization", 0},
			{"a temporary credential without its token", func() P { p := tc(temporary); p["q-token"] = ""; return p }(), 4100, "AuthFailure.TokenFailure", 0},
			{"a permanent key with a token", func() P { p := tc(user); p["q-token"] = "x"; return p }(), 4100, "AuthFailure.TokenFailure", 0},
			{"a signature of TC3 from long ago", signedAt(now-301, user, "POST", "h/", "cmq", ""), 4200, "AuthFailure.SignatureExpire", 0},
			{"a signature of TC3 from the future", replaced(signedAt(now+301, user, "POST", "h/", "cmq", ""), "header", fmt.Sprint(now+1, ";"), fmt.Sprint(now-1, ";")), 4200, "AuthFailure.SignatureExpire", 0},
			{"a source text from long ago", signedV1(now, user, "cdp_sha1", source(user, now-301)), 4200, "AuthFailure.SignatureExpire", 0},
			{"a period that is over", replaced(v1(user), "header", fmt.Sprint(now+10), fmt.Sprint(now-1)), 4200, "AuthFailure.SignatureExpire", 0},
			{"a period that is none", replaced(v1(user), "header", fmt.Sprint(now+10), "x"), 4100, "AuthFailure.InvalidAuthorization", 0},
			{"a key that is not there", replaced(tc(user), "header", user.ID, user.ID[:30]+"000000"), 4104, "AuthFailure.SecretIdNotFound", 0},
			{"a key that is switched off", tc(off), 4104, "AuthFailure.SecretIdNotFound", 0},
			{"a key of another account", tc(stranger), 4104, "AuthFailure.SecretIdNotFound", 0},
			{"a key of another account with V1", v1(stranger), 4104, "AuthFailure.SecretIdNotFound", 0},
			{"a header without authorization", P{"header": "host:x"}, 4100, "AuthFailure.InvalidAuthorization", 0},
			{"a header that is no lines", P{"header": "x"}, 4100, "AuthFailure.InvalidAuthorization", 0},
			{"no header", P{}, 4000, "MissingParameter", 0},
			{"a uin that is not the signer's", func() P { p := tc(user); p["uin"] = product.UIN; return p }(), 4000, "InvalidParameter", 0},
			{"the signer's uin", func() P { p := tc(user); p["uin"], p["ownerUin"] = fmt.Sprint(user.UIN), a.UIN; return p }(), 0, "", user.UIN},
		} {
			t.Run(c.name, func(t *testing.T) {
				c.para["mod"] = "1"
				got := do(t, w, product, "logic.cam.sigAndAuth", c.para)
				if c.code != 0 {
					got.wants(t, c.code, c.desc)
				} else if got.code != 0 || got.Int("uin") != c.uin || got.Int("ownerUin") != a.UIN || got.Len("permissionDetail") != 0 || got.Str("stringToSign")+got.Str("formatString") != "" || got.Len("debugInfo") != 0 {
					t.Error(got.Raw)
				}
			})
		}
		both := tc(temporary)
		both["action"], both["resource"] = "cmqqueue:ListQueue", "*"
		if got := must(t, w, product, "sigAndAuth", both); got.Int("keyType") != 1 || got.Str("permissionDetail.0.result") != "allow" {
			t.Error(got.Raw)
		}
		both["action"] = "cmqqueue:CreateQueue" // the session's policy would allow it, the user's does not
		do(t, w, product, "sigAndAuth", both).wants(t, 4102, "SecretidNotAuthAccessResource", "cmqqueue:CreateQueue")
		do(t, w, user, "sigAndAuth", tc(user)).wants(t, 4101, "AuthFailure.UnauthorizedOperation", "cam:SigAndAuth")
		w.Sleep(time.Hour)
		p := signedBy(w, temporary, "POST", "h/", "cmq", "")
		p["mode"] = 1
		do(t, w, product, "sigAndAuth", p).wants(t, 4100, "AuthFailure.TokenFailure")
	})
}
