package authzen_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/tc3"
)

// held is a request that a proxy holds back.
type held struct {
	method, path, query, host, contentType, service string
	body                                            []byte
}

// signedBy are the headers of the request as its client signs it.
func (o held) signedBy(t testing.TB, now time.Time, c *apitest.Client, payload [32]byte) http.Header {
	t.Helper()
	m := tc3.Message{Service: o.service, Timestamp: now.Unix(), Method: o.method, RawQuery: o.query, PayloadHash: payload,
		Headers: []tc3.Header{{Name: "content-type", Value: o.contentType}, {Name: "host", Value: o.host}}}
	a, err := m.Sign(c.ID, c.Key)
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{}
	h.Set("Content-Type", o.contentType)
	h.Set("X-TC-Timestamp", fmt.Sprint(now.Unix()))
	h.Set("Authorization", a.Header())
	if c.Token != "" {
		h.Set("X-TC-Token", c.Token)
	}
	return h
}

// The headers in which proxies describe the request.
func nginx(h http.Header, o held) {
	h.Set("X-Original-Method", o.method)
	h.Set("X-Original-URI", uri(o))
	h.Set("X-Forwarded-Host", o.host)
}

func traefik(h http.Header, o held) {
	h.Set("X-Forwarded-Method", o.method)
	h.Set("X-Forwarded-Uri", uri(o))
	h.Set("X-Forwarded-Host", o.host)
	h.Set("X-Forwarded-Proto", "http")
}

func ingress(h http.Header, o held) {
	h.Set("X-Original-Method", o.method)
	h.Set("X-Original-URL", "http://"+o.host+uri(o))
}

func uri(o held) string {
	if o.query == "" {
		return o.path
	}
	return o.path + "?" + o.query
}

// forwarded is the question of a proxy.
func forwarded(action, resource string, h http.Header) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "http://hufu:9800/access/v1/forward?"+url.Values{"action": {action}, "resource": {resource}}.Encode(), nil)
	r.RemoteAddr = apitest.Proxy + ":40000"
	r.Header = h
	if h.Get("X-Forwarded-For") == "" {
		h.Set("X-Forwarded-For", "203.0.113.9")
	}
	return r
}

func TestAProxyAsks(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		session := c.Root.Must(t, "sts:GetFederationToken", apitest.P{"Name": "guest", "Policy": document("allow cvm:StartInstances *")})
		guest := w.Client(session.Str("Credentials.TmpSecretId"), session.Str("Credentials.TmpSecretKey"), session.Str("Credentials.Token"))
		get := held{method: "GET", path: "/v1/instances", query: "id=ins-1&x=%20", host: "cvm.example.com", contentType: "application/x-www-form-urlencoded", service: "cvm"}
		post := held{method: "POST", path: "/v1/instances", host: "cvm.example.com", contentType: "application/json", service: "cvm", body: []byte(`{"a":1}`)}
		empty := tc3.HashPayload(nil)
		mine := c.instance("ins-1")
		start, stop := "cvm:StartInstances", "cvm:StopInstances"
		declared := fmt.Sprintf("%x", tc3.HashPayload(post.body))
		by := func(who *apitest.Client, o held, payload [32]byte, describe func(http.Header, held), more ...string) http.Header {
			h := o.signedBy(t, w.Now(), who, payload)
			describe(h, o)
			for i := 0; i < len(more); i += 2 {
				h.Set(more[i], more[i+1])
			}
			return h
		}
		for _, tc := range []struct {
			name   string
			r      *http.Request
			status int
			want   string
		}{
			{"nginx", forwarded(start, mine, by(c.alice, get, empty, nginx)), 200, ""},
			{"Traefik and Caddy", forwarded(start, mine, by(c.alice, get, empty, traefik)), 200, ""},
			{"the ingress of nginx", forwarded(start, mine, by(c.alice, get, empty, ingress)), 200, ""},
			{"a resource of the signer's account", forwarded(start, "qcs::cvm:::instance/ins-1", by(c.alice, get, empty, nginx)), 200, ""},
			{"a temporary credential", forwarded(start, mine, by(guest, get, empty, nginx)), 200, ""},
			{"a POST without body", forwarded(start, mine, by(c.alice, post, empty, nginx)), 200, ""},
			{"a POST whose body is declared", forwarded(start, mine, by(c.alice, post, tc3.HashPayload(post.body), nginx, "X-TC-Content-SHA256", declared)), 200, ""},
			{"another action", forwarded(stop, mine, by(c.alice, get, empty, nginx)), 403, "not authorized to perform operation (cvm:StopInstances)"},
			{"a session beyond its policy", forwarded(stop, mine, by(guest, get, empty, nginx)), 403, ""},
			{"no particular object", forwarded(start, "*", by(c.alice, get, empty, nginx)), 403, ""},
			{"another account's resource", forwarded(start, "qcs::cvm::uin/999:instance/ins-1", by(c.alice, get, empty, nginx)), 403, ""},
			{"nobody", forwarded(start, mine, by(c.alice, get, empty, nginx, "Authorization", "")), 401, "Authorization"},
			{"a token alone", forwarded(start, mine, by(guest, get, empty, nginx, "Authorization", "Bearer "+guest.Token)), 401, "AuthFailure.InvalidAuthorization"},
			{"a POST with a body that is not declared", forwarded(start, mine, by(c.alice, post, tc3.HashPayload(post.body), nginx)), 401, "AuthFailure.SignatureFailure"},
			{"another body than declared", forwarded(start, mine, by(c.alice, post, empty, nginx, "X-TC-Content-SHA256", declared)), 401, "AuthFailure.SignatureFailure"},
			{"a declaration that is no hash", forwarded(start, mine, by(c.alice, post, empty, nginx, "X-TC-Content-SHA256", strings.Repeat("z", 64))), 401, "AuthFailure.SignatureFailure"},
			{"a declaration that is too long", forwarded(start, mine, by(c.alice, post, empty, nginx, "X-TC-Content-SHA256", fmt.Sprintf("%x00", empty))), 401, "AuthFailure.SignatureFailure"},
			{"an unsigned body over TLS", forwarded(start, mine, by(c.alice, post, tc3.UnsignedPayloadHash(), nginx, "X-TC-Content-SHA256", tc3.UnsignedPayload, "X-Forwarded-Proto", "https")), 200, ""},
			{"an unsigned body without", forwarded(start, mine, by(c.alice, post, tc3.UnsignedPayloadHash(), nginx, "X-TC-Content-SHA256", tc3.UnsignedPayload, "X-Forwarded-Proto", "http")), 401, "AuthFailure.SignatureFailure"},
			{"another method than signed", forwarded(start, mine, by(c.alice, get, empty, nginx, "X-Original-Method", "POST")), 401, "AuthFailure.SignatureFailure"},
			{"a method that nobody can sign", forwarded(start, mine, by(c.alice, get, empty, nginx, "X-Original-Method", "DELETE")), 401, "AuthFailure.SignatureFailure"},
			{"another query than signed", forwarded(start, mine, by(c.alice, get, empty, nginx, "X-Original-URI", "/v1/instances?id=ins-2")), 401, "AuthFailure.SignatureFailure"},
			{"another host than signed", forwarded(start, mine, by(c.alice, get, empty, nginx, "X-Forwarded-Host", "cos.example.com")), 401, "AuthFailure.SignatureFailure"},
			{"a signature for another service", forwarded("cos:GetObject", mine, by(c.alice, get, empty, nginx)), 401, "Service"},
			{"a method in two ways", forwarded(start, mine, by(c.alice, get, empty, nginx, "X-Forwarded-Method", "POST")), 401, "method of the original request is told in two ways"},
			{"a URI in two ways", forwarded(start, mine, by(c.alice, get, empty, nginx, "X-Forwarded-Uri", "/")), 401, "told in two ways"},
			{"a URL in another way", forwarded(start, mine, by(c.alice, get, empty, nginx, "X-Original-URL", "http://cvm.example.com/")), 401, "told in two ways"},
			{"a host in another way", forwarded(start, mine, by(c.alice, get, empty, ingress, "X-Forwarded-Host", "cos.example.com")), 401, "told in two ways"},
			{"a URL that is none", forwarded(start, mine, by(c.alice, get, empty, ingress, "X-Original-URL", "/v1")), 401, "told in two ways"},
			{"a description that is not complete", forwarded(start, mine, by(c.alice, get, empty, func(http.Header, held) {})), 500, "must send the method and the URI"},
			{"an action that is none", forwarded("start", mine, by(c.alice, get, empty, nginx)), 500, "service:Name"},
			{"a resource that is none", forwarded(start, "ins-1", by(c.alice, get, empty, nginx)), 500, "no resource name"},
			{"no resource", forwarded(start, "", by(c.alice, get, empty, nginx)), 500, "resource is empty"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				got := send(t, w, tc.r).wants(t, tc.status, tc.want)
				h := got.header
				if h.Get("X-Hufu-Decision-Id") == "" || (tc.status == 401) != (h.Get("WWW-Authenticate") == "TC3-HMAC-SHA256") {
					t.Errorf("%v", h)
				}
				if tc.status != 200 && (h.Get("X-Hufu-Account") != "" || h.Get("X-Hufu-Principal") != "") {
					t.Errorf("who it is, without an allow: %v", h)
				}
			})
		}
		got := send(t, w, forwarded(start, mine, by(c.alice, get, empty, nginx)))
		if h := got.header; h.Get("X-Hufu-Account") != fmt.Sprint(c.UIN) || h.Get("X-Hufu-Principal") != userName(c.UIN, c.alice.UIN) || got.raw != "" {
			t.Errorf("%v %q", h, got.raw)
		}
	})
}

// A policy that denies all but some addresses denies nobody where there is none, and a host that anybody may name makes a
// signature for one service good for another.
func TestOnlyATrustedProxyTellsOfAClient(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		c.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": c.alice.UIN,
			"PolicyId": c.policy(t, "inside", `deny cvm:* * {"ip_not_equal":{"qcs:ip":"10.0.0.0/8"}}`)})
		get := held{method: "GET", path: "/", host: "a.example.com", contentType: "text/plain", service: "cvm"}
		for _, tc := range []struct {
			name, peer string
			describe   func(http.Header, held)
			header     []string
			status     int
			want       string
		}{
			{"a proxy of ours, of a client inside", apitest.Proxy, nginx, []string{"X-Forwarded-For", "10.0.0.1"}, 200, ""},
			{"a proxy of ours, of a client outside", apitest.Proxy, nginx, []string{"X-Forwarded-For", "203.0.113.9"}, 403, ""},
			{"a proxy of ours, of nobody", apitest.Proxy, nginx, nil, 500, "address of the client in X-Forwarded-For"},
			{"a proxy of ours, of what is no address", apitest.Proxy, nginx, []string{"X-Forwarded-For", "unknown"}, 500, "no address"},
			{"somebody, of a client inside", "203.0.113.9", nginx, []string{"X-Forwarded-For", "10.0.0.1"}, 500, "the proxy is not in --trusted-proxy"},
			{"somebody, of nobody", "203.0.113.9", nginx, nil, 500, "the proxy is not in --trusted-proxy"},
			{"somebody inside", "10.0.0.1", nginx, nil, 500, "the proxy is not in --trusted-proxy"},
			{"somebody, of another host by a URL", "10.0.0.1", ingress, nil, 500, "the proxy is not in --trusted-proxy"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				h := get.signedBy(t, w.Now(), c.alice, tc3.HashPayload(nil))
				tc.describe(h, get)
				for i := 0; i < len(tc.header); i += 2 {
					h.Set(tc.header[i], tc.header[i+1])
				}
				r := forwarded("cvm:StartInstances", c.instance("ins-1"), h)
				r.RemoteAddr, r.Host = tc.peer+":40000", "b.example.com"
				if tc.header == nil {
					h.Del("X-Forwarded-For")
				}
				send(t, w, r).wants(t, tc.status, tc.want)
			})
		}
	})
}

func TestWhereAProxyNamesItsQuestion(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		get := held{method: "GET", path: "/", host: "cvm.example.com", contentType: "text/plain", service: "cvm"}
		ask := func(query string, headers ...string) *reply {
			h := get.signedBy(t, w.Now(), c.alice, tc3.HashPayload(nil))
			nginx(h, get)
			for i := 0; i < len(headers); i += 2 {
				h.Add(headers[i], headers[i+1])
			}
			r := httptest.NewRequest(http.MethodGet, "http://hufu:9800/access/v1/forward"+query, nil)
			r.RemoteAddr, r.Header = apitest.Proxy+":40000", h
			h.Set("X-Forwarded-For", "203.0.113.9")
			return send(t, w, r)
		}
		mine := c.instance("ins-1")
		allowed := "?action=cvm:StartInstances&resource=" + url.QueryEscape(mine)
		ask("", "X-Hufu-Action", "cvm:StartInstances", "X-Hufu-Resource", mine).wants(t, 200)
		ask(allowed).wants(t, 200)
		// What a client adds in headers does not change what the query of the proxy says.
		ask("?action=cvm:StopInstances&resource="+url.QueryEscape(mine), "X-Hufu-Action", "cvm:StartInstances").wants(t, 403)
		ask(allowed, "X-Hufu-Action", "cvm:StopInstances", "X-Hufu-Resource", "*").wants(t, 200)
		ask("", "X-Hufu-Action", "cvm:StartInstances", "X-Hufu-Resource", mine, "X-Hufu-Action", "cvm:StopInstances").wants(t, 500)
		ask("", "X-Hufu-Action", "cvm:StartInstances").wants(t, 500, "one action and one resource")
		ask("").wants(t, 500)
		ask(allowed+"&resource=*").wants(t, 500)
		ask(allowed+"&more=1").wants(t, 500)
		ask("?action=cvm:StartInstances", "X-Hufu-Resource", mine).wants(t, 500)
		ask("?action=cvm:StartInstances&resource=%zz").wants(t, 500)
	})
}

func TestWhatIsRecordedOfAProxysQuestion(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		get := held{method: "GET", path: "/v1/instances", query: "password=hunter2", host: "cvm.example.com", contentType: "text/plain", service: "cvm"}
		h := get.signedBy(t, w.Now(), c.alice, tc3.HashPayload(nil))
		nginx(h, get)
		mine := c.instance("ins-1")
		got := send(t, w, forwarded("cvm:StopInstances", mine, h)).wants(t, 403)
		all := records(t, w, c.UIN, "hufu:Evaluate")
		if len(all) != 1 {
			t.Fatalf("%+v", all)
		}
		r := all[0]
		want := fmt.Sprintf(`{"action":{"name":"cvm:StopInstances"},"resource":{"type":"qcs","id":"%s"},"method":"GET","path":"/v1/instances"}`, mine)
		if r.RequestID != got.header.Get("X-Hufu-Decision-Id") || r.Door != "forward" || r.CallerID != c.alice.UIN || r.Decision.Effect != "implicit_deny" ||
			r.Outcome != "ok" || string(r.Parameters) != want || !strings.Contains(string(r.Explanation), "cvm:StopInstances") || r.IP != "203.0.113.9" {
			t.Errorf("%+v %s", r, r.Parameters)
		}
	})
}
