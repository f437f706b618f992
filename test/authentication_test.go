package test

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/tc3"
)

// whoami is a call that any identity may make.
const whoami = "sts:GetCallerIdentity"

// flip changes one hexadecimal digit.
func flip(b byte) string {
	if b == '0' {
		return "1"
	}
	return "0"
}

// spoilSignature changes the last digit of the Authorization header.
func spoilSignature(a string) string { return a[:len(a)-1] + flip(a[len(a)-1]) }

func TestRequestsThatProveNothing(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		now := time.Now().Unix()
		date := tc3.Date(now)
		ask := func() *message { return s.ask(whoami, "{}").time(now) }
		expired := "AuthFailure.SignatureExpire"
		badHeader := "AuthFailure.InvalidAuthorization"
		badSignature := "AuthFailure.SignatureFailure"
		unknownKey := "AuthFailure.SecretIdNotFound"
		for _, tt := range []struct {
			name    string
			message *message
			code    string
			pieces  []string
		}{
			{"a correct request passes", ask(), "", nil},
			{"upper-case hexadecimal digits pass", ask().authorization(func(a string) string {
				head, digits, _ := strings.Cut(a, "Signature=")
				return head + "Signature=" + strings.ToUpper(digits)
			}), "", nil},
			{"items without blanks between them pass", ask().authorization(func(a string) string { return strings.ReplaceAll(a, ", ", ",") }), "", nil},
			{"items in another order pass", ask().authorization(func(a string) string {
				items := strings.Split(strings.TrimPrefix(a, tc3.Algorithm+" "), ", ")
				return tc3.Algorithm + " " + items[2] + ", " + items[0] + ", " + items[1]
			}), "", nil},
			{"a content type with a charset passes", ask().form("application/json; charset=utf-8", "{}"), "", nil},
			{"an unsigned payload passes on loopback", ask().set("X-TC-Content-SHA256", "UNSIGNED-PAYLOAD"), "", nil},

			{"a wrong secret", ask().as(credential{id: bootstrap.id, key: "hufuTESTanotherSecretKey00000000"}), badSignature, nil},
			{"an altered signature", ask().authorization(spoilSignature), badSignature, nil},
			{"a payload hash of another body", ask().set("X-TC-Content-SHA256", strings.Repeat("0", 64)), badSignature, nil},
			{"an unknown SecretId", ask().as(credential{id: "AKIDnobody", key: bootstrap.key}), unknownKey, nil},
			{"a SecretId with a letter of the wrong case", ask().as(credential{id: "akid" + bootstrap.id[4:], key: bootstrap.key}), unknownKey, nil},
			{"a SecretId with a quote in it", ask().as(credential{id: "AKID'OR'1'='1", key: bootstrap.key}), unknownKey, nil},
			{"a SecretId in a body of JSON is no signature", ask().form("application/json", `{"SecretId":"AKIDnobody","Signature":"x"}`).as(credential{}), "MissingParameter", []string{"`Authorization`"}},
			{"a token with a permanent key", ask().set("X-TC-Token", "leftover"), "AuthFailure.TokenFailure", nil},
			{"a wrong signature and a token: the token is not looked at", ask().set("X-TC-Token", "leftover").authorization(spoilSignature), badSignature, nil},

			{"a day in the past", ask().time(now - 86400), expired, []string{"`"}},
			{"an hour in the future", ask().time(now + 3600), expired, []string{"`"}},
			{"the beginning of time", ask().time(0), expired, []string{"`"}},
			{"no timestamp", ask().spoil(func(h http.Header) { h.Del("X-TC-Timestamp") }), "MissingParameter", []string{"`X-TC-Timestamp`"}},
			{"a timestamp in words", ask().spoil(func(h http.Header) { h.Set("X-TC-Timestamp", "now") }), "InvalidParameterValue", []string{"`X-TC-Timestamp`", "`now`"}},
			{"a timestamp with a fraction", ask().spoil(func(h http.Header) { h.Set("X-TC-Timestamp", "1.5") }), "InvalidParameterValue", []string{"`X-TC-Timestamp`"}},
			{"a negative timestamp", ask().spoil(func(h http.Header) { h.Set("X-TC-Timestamp", "-1") }), "InvalidParameterValue", []string{"`X-TC-Timestamp`"}},
			{"another second than the signed one", ask().spoil(func(h http.Header) { h.Set("X-TC-Timestamp", strconv.FormatInt(now+1, 10)) }), badSignature, nil},

			{"no Authorization", ask().spoil(func(h http.Header) { h.Del("Authorization") }), "MissingParameter", []string{"`Authorization`"}},
			{"SKIP on a signed action", ask().authorization(func(string) string { return "SKIP" }), badHeader, []string{"`Authorization`"}},
			{"another scheme", ask().replace("TC3-HMAC-SHA256", "AWS4-HMAC-SHA256"), badHeader, []string{"`Authorization`"}},
			{"basic authentication", ask().authorization(func(string) string { return "Basic dXNlcjpwYXNz" }), badHeader, []string{"`Authorization`"}},
			{"the scheme alone", ask().authorization(func(string) string { return "TC3-HMAC-SHA256" }), badHeader, []string{"`Authorization`"}},
			{"no credential", ask().replace("Credential=", "Nonsense="), badHeader, []string{"`"}},
			{"an empty SecretId", ask().replace(bootstrap.id, ""), badHeader, []string{"`Credential`"}},
			{"a credential of three parts", ask().replace("/tc3_request", ""), badHeader, []string{"`Credential`"}},
			{"a credential of five parts", ask().replace("/tc3_request", "/tc3_request/more"), badHeader, []string{"`Credential`"}},
			{"a credential with another end", ask().replace("/tc3_request", "/aws4_request"), badHeader, []string{"`Credential`"}},
			{"a date of another form", ask().replace(date, strings.ReplaceAll(date, "-", "")), badHeader, []string{"`Date`"}},
			{"a date that is not the timestamp's", ask().replace(date, "2001-02-03"), badHeader, []string{"`Date`"}},
			{"the service of another product", ask().replace("/sts/", "/cam/").toHost("sts.hufu.localhost"), badHeader, []string{"`Service`"}},
			{"an empty service", ask().replace("/sts/", "//"), badHeader, []string{"`Service`"}},
			{"no signed headers", ask().replace("SignedHeaders=content-type;host, ", ""), badHeader, []string{"`SignedHeaders`"}},
			{"the host is not signed", ask().replace("content-type;host", "content-type"), badHeader, []string{"`SignedHeaders`"}},
			{"the content type is not signed", ask().replace("content-type;host", "host"), badHeader, []string{"`SignedHeaders`"}},
			{"a signed header in capitals", ask().replace("content-type;host", "Content-Type;Host"), badHeader, []string{"`SignedHeaders`"}},
			{"a signed header that is not sent", ask().replace("content-type;host", "content-type;host;x-tc-nothing"), badHeader, []string{"`SignedHeaders`"}},
			{"the content type is signed and not sent", ask().spoil(func(h http.Header) { h.Set("Content-Type", "application/json;charset=utf-8") }), badSignature, nil},
			{"no signature", ask().authorization(func(a string) string { return a[:strings.LastIndex(a, ", ")] }), badHeader, []string{"`Signature`"}},
			{"a signature that is too short", ask().authorization(func(a string) string { return a[:len(a)-1] }), badHeader, []string{"`Signature`"}},
			{"a signature with another letter", ask().authorization(func(a string) string { return a[:len(a)-1] + "g" }), badHeader, []string{"`Signature`"}},
		} {
			t.Run(tt.name, func(t *testing.T) { s.send(t, tt.message).wants(t, tt.code, tt.pieces...) })
		}

		t.Run("an altered body", func(t *testing.T) {
			r := s.ask("cam:AddUser", `{"Name":"alice"}`).request(t)
			forged := s.ask("cam:AddUser", `{"Name":"mallory"}`)
			forged.key = credential{}
			forged.after = func(h http.Header) {
				h.Set("Authorization", r.Header.Get("Authorization"))
				h.Set("X-TC-Timestamp", r.Header.Get("X-TC-Timestamp"))
			}
			s.send(t, forged).wants(t, badSignature)
		})
		t.Run("an altered query", func(t *testing.T) {
			m := s.ask("cam:GetUser", "").get("Name=alice")
			a := m.request(t).Header.Get("Authorization")
			m.query = "Name=mallory"
			s.send(t, m.authorization(func(string) string { return a })).wants(t, badSignature)
		})
		t.Run("the query of a POST is not read", func(t *testing.T) {
			m := s.ask("cam:GetUser", "{}")
			m.query = "Name=alice"
			s.send(t, m).wants(t, "MissingParameter", "`Name`")
		})
		t.Run("the answer to an old timestamp tells the server's time", func(t *testing.T) {
			before := time.Now().Unix()
			a := s.send(t, ask().time(now-1000)).wants(t, expired)
			for at := before; at <= time.Now().Unix(); at++ {
				if strings.Contains(a.message, fmt.Sprintf("`%d`", at)) {
					return
				}
			}
			t.Errorf("%q does not name the time %d", a.message, before)
		})
		for _, tt := range []struct {
			name string
			skew int64
			code string
		}{
			{"300 seconds late is in time", -300, ""},
			{"301 seconds late is not", -301, expired},
			{"300 seconds early is in time", 300, ""},
			{"301 seconds early is not", 301, expired},
		} {
			t.Run(tt.name, func(t *testing.T) {
				var a *answer
				withinOneSecond(func(now int64) { a = s.send(t, s.ask(whoami, "{}").time(now+tt.skew)) })
				a.wants(t, tt.code)
				withinOneSecond(func(now int64) {
					a = s.send(t, s.askV1(whoami, "HmacSHA256").set("Timestamp", strconv.FormatInt(now+tt.skew, 10)).sign(s, http.MethodGet, bootstrap.key))
				})
				a.wants(t, tt.code)
			})
		}
	})
}

// withinOneSecond repeats do until the clock did not tick meanwhile, so that both sides counted from the same second.
func withinOneSecond(do func(now int64)) {
	for {
		now := time.Now().Unix()
		do(now)
		if time.Now().Unix() == now {
			return
		}
	}
}

// toHost sends and signs another host name; the connection is the same.
func (m *message) toHost(host string) *message {
	m.host = host
	return m
}

func TestSignatureV1(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		root := func(f v1) *message { return f.sign(s, http.MethodGet, bootstrap.key) }
		post := func(f v1) *message { return f.sign(s, http.MethodPost, bootstrap.key) }
		ask := func() v1 { return s.askV1(whoami, "HmacSHA256") }
		for _, tt := range []struct {
			name    string
			message *message
			code    string
			pieces  []string
		}{
			{"HmacSHA256 by GET", root(ask()), "", nil},
			{"HmacSHA256 by POST", post(ask()), "", nil},
			{"HmacSHA1 by GET", root(s.askV1(whoami, "HmacSHA1")), "", nil},
			{"HmacSHA1 by POST", post(s.askV1(whoami, "HmacSHA1")), "", nil},
			{"no method means HmacSHA1", root(s.askV1(whoami, "")), "", nil},
			{"an unknown method means HmacSHA1", root(s.askV1(whoami, "HmacMD5")), "", nil},
			{"an empty parameter is signed", root(ask().set("Region", "")), "", nil},
			{"an empty parameter is left out of the signature", root(ask()).also("Region="), "", nil},
			{"nonce 0", root(ask().set("Nonce", "0")), "", nil},

			{"a wrong secret", ask().sign(s, http.MethodGet, "hufuTESTanotherSecretKey00000000"), "AuthFailure.SignatureFailure", nil},
			{"a parameter that is not signed", root(ask()).also("Limit=1"), "AuthFailure.SignatureFailure", nil},
			{"an unknown SecretId", root(ask().set("SecretId", "AKIDnobody")), "AuthFailure.SecretIdNotFound", nil},
			{"a token with a permanent key", root(ask().set("Token", "leftover")), "AuthFailure.TokenFailure", nil},
			{"an old timestamp", root(ask().set("Timestamp", "1465185768")), "AuthFailure.SignatureExpire", []string{"`"}},
			{"a timestamp in words", root(ask().set("Timestamp", "now")), "InvalidParameterValue", []string{"`Timestamp`", "`now`"}},
			{"a nonce in words", root(ask().set("Nonce", "x")), "InvalidParameterValue", []string{"`Nonce`", "`x`"}},
			{"a negative nonce", root(ask().set("Nonce", "-1")), "InvalidParameterValue", []string{"`Nonce`"}},
			{"no action", root(ask().without("Action")), "MissingParameter", []string{"`Action`"}},
			{"no version", root(ask().without("Version")), "MissingParameter", []string{"`Version`"}},
			{"no timestamp", root(ask().without("Timestamp")), "MissingParameter", []string{"`Timestamp`"}},
			{"no nonce", root(ask().without("Nonce")), "MissingParameter", []string{"`Nonce`"}},
			{"no SecretId", root(ask().without("SecretId")), "MissingParameter", []string{"`SecretId`"}},
			{"no signature", ask().message(s, http.MethodGet), "MissingParameter", []string{"`Signature`"}},
			{"no timestamp and no nonce: the timestamp is asked for", root(ask().without("Nonce").without("Timestamp")), "MissingParameter", []string{"`Timestamp`"}},
			{"a name twice", root(append(ask(), tc3.Param{Name: "Nonce", Value: "7"})), "InvalidParameter", []string{"`Nonce`"}},
			{"the SecretId twice", root(append(ask(), tc3.Param{Name: "SecretId", Value: "AKIDnobody"})), "InvalidParameter", []string{"`SecretId`"}},
			{"a name with a blank", root(append(ask(), tc3.Param{Name: "Na me", Value: "x"})), "InvalidParameter", []string{"`Na me`"}},
			{"a name with an equal sign", root(append(ask(), tc3.Param{Name: "Na=me", Value: "x"})), "InvalidParameter", []string{"`Na=me`"}},
		} {
			t.Run(tt.name, func(t *testing.T) { s.send(t, tt.message).wants(t, tt.code, tt.pieces...) })
		}
		t.Run("a nonce may come again", func(t *testing.T) {
			m := root(ask())
			s.send(t, m).wants(t, "")
			s.send(t, m).wants(t, "")
		})
		t.Run("a parameter that only the unsigned form holds is not used", func(t *testing.T) {
			f := s.askV1("cam:AddUser", "HmacSHA1").set("Name", "empty-remark")
			s.send(t, root(f).also("Remark=")).wants(t, "")
		})
	})
}

// also sends more of a query than was signed.
func (m *message) also(query string) *message {
	m.query += "&" + query
	return m
}

func TestKeysThatAreSwitchedOff(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		uin, key := s.user(t, bootstrap, "alice")
		s.must(t, key, whoami, nil)
		set := func(status string) {
			t.Helper()
			s.must(t, bootstrap, "cam:UpdateAccessKey", params{"AccessKeyId": key.id, "Status": status, "TargetUin": uin})
		}
		set("Inactive")
		s.call(t, key, whoami, nil).wants(t, "AuthFailure.SecretIdNotFound")
		s.send(t, s.ask(whoami, "{}").as(credential{id: key.id, key: "wrong"})).wants(t, "AuthFailure.SecretIdNotFound")
		set("Inactive")
		set("Active")
		s.must(t, key, whoami, nil)
		s.must(t, bootstrap, "cam:DeleteAccessKey", params{"AccessKeyId": key.id, "TargetUin": uin})
		s.call(t, key, whoami, nil).wants(t, "AuthFailure.SecretIdNotFound")
		s.call(t, bootstrap, "cam:UpdateAccessKey", params{"AccessKeyId": key.id, "Status": "Active", "TargetUin": uin}).wants(t, "ResourceNotFound.SecretNotExist")
	})
}

func TestHostsAndProxies(t *testing.T) {
	signed := func(m *message, host string) *message {
		m.signedHost = host
		return m
	}
	through := func(m *message) *message {
		return m.set("X-Forwarded-Host", "outside.example.com").set("X-Forwarded-For", "203.0.113.9, 198.51.100.7")
	}
	// ip is the address that the audit trail has for an answer.
	ip := func(t *testing.T, s *server, a *answer) string {
		t.Helper()
		for range 20 {
			for _, r := range s.records(t) {
				if r.RequestID == a.str("RequestId") {
					return r.IP
				}
			}
			pause()
		}
		t.Fatal("the call is not in the audit trail")
		return ""
	}
	t.Run("by default nobody's word is taken", func(t *testing.T) {
		onServer(t, unlimited, func(t *testing.T, s *server) {
			bare, _, _ := net.SplitHostPort(s.api)
			s.send(t, signed(s.ask(whoami, "{}"), bare)).wants(t, "")
			s.send(t, signed(s.ask(whoami, "{}"), "api.example.com")).wants(t, "AuthFailure.SignatureFailure")
			s.send(t, signed(through(s.ask(whoami, "{}")), "outside.example.com")).wants(t, "AuthFailure.SignatureFailure")
			if got := ip(t, s, s.send(t, through(s.ask(whoami, "{}"))).wants(t, "")); got != "127.0.0.1" {
				t.Errorf("the address is %s", got)
			}
		})
	})
	t.Run("a proxy is believed where the operator says so", func(t *testing.T) {
		flags := append([]string{"--trusted-proxy", "127.0.0.0/8", "--signing-host", "api.example.com"}, unlimited...)
		onServer(t, flags, func(t *testing.T, s *server) {
			s.send(t, signed(s.ask(whoami, "{}"), "api.example.com")).wants(t, "")
			s.send(t, signed(through(s.ask(whoami, "{}")), "outside.example.com")).wants(t, "")
			s.send(t, through(s.ask(whoami, "{}")).set("X-TC-Content-SHA256", tc3.UnsignedPayload)).wants(t, "AuthFailure.SignatureFailure")
			if got := ip(t, s, s.send(t, through(s.ask(whoami, "{}"))).wants(t, "")); got != "198.51.100.7" {
				t.Errorf("the address is %s, want the nearest that is no proxy of ours", got)
			}
			uin, key := s.user(t, bootstrap, "alice")
			at := func(address string) *answer {
				return s.send(t, s.ask("cam:ListUsers", "{}").as(key).set("X-Forwarded-For", address))
			}
			policy := s.must(t, bootstrap, "cam:CreatePolicy", params{"PolicyName": "office",
				"PolicyDocument": document(`"action":"cam:ListUsers","condition":{"ip_equal":{"qcs:ip":"192.0.2.0/24"}}`)}).number("PolicyId")
			s.must(t, bootstrap, "cam:AttachUserPolicy", params{"PolicyId": policy, "AttachUin": uin})
			at("192.0.2.77").wants(t, "")
			at("203.0.113.9").wants(t, denied, `condition:[{"effect":"allow","key":"qcs:ip","ope":"ip_equal","value":["192.0.2.0/24"]}]`)
		})
	})
}
