package tc3

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
)

func TestVerifyTriesCandidates(t *testing.T) {
	const (
		boundary = "multipart/form-data; boundary=AbCdEf"
		port     = "cam.hufu.local:8443"
		bare     = "cam.hufu.local"
	)
	body := HashPayload([]byte("body"))
	request := func(change func(*Request)) *Request {
		r := &Request{Method: "POST", Timestamp: 1760000000, Host: []string{port, StripPort(port)}, PayloadHash: [][sha256.Size]byte{body},
			Header: map[string][]string{"Content-Type": {jsonType}, "X-Tc-Action": {"AddUser"}}}
		change(r)
		return r
	}
	const (
		lowerValues = true
		rawValues   = false
	)
	for _, tt := range []struct {
		name    string
		uri     string
		headers []Header // as the client signed them
		lower   bool     // whether the client lowers the values that it signs
		query   string
		payload [sha256.Size]byte
		request func(*Request)
		want    bool
	}{
		{"the host with its port, as Go, Python and Java sign it", "/", []Header{{"content-type", jsonType}, {"host", port}}, rawValues, "", body,
			func(*Request) {}, true},
		{"the host without its port, as Node.js signs it", "/", []Header{{"content-type", jsonType}, {"host", bare}}, rawValues, "", body,
			func(*Request) {}, true},
		{"another name of the server that the caller lists", "/", []Header{{"content-type", jsonType}, {"host", "cam.tencentcloudapi.com"}}, rawValues, "", body,
			func(r *Request) { r.Host = append(r.Host, "cam.tencentcloudapi.com") }, true},
		{"another name of the server that nobody lists", "/", []Header{{"content-type", jsonType}, {"host", "cam.tencentcloudapi.com"}}, rawValues, "", body,
			func(*Request) {}, false},
		{"no host candidate at all", "/", []Header{{"content-type", jsonType}, {"host", ""}}, rawValues, "", body,
			func(r *Request) { r.Host = nil }, false},
		{"a host header in the map does not count", "/", []Header{{"content-type", jsonType}, {"host", "evil"}}, rawValues, "", body,
			func(r *Request) { r.Header["Host"] = []string{"evil"} }, false},

		{"the root although the path has a prefix", "/", []Header{{"content-type", jsonType}, {"host", port}}, rawValues, "", body,
			func(r *Request) { r.URIs = []string{"/", "/cam/"} }, true},
		{"the path as received", "/cam/", []Header{{"content-type", jsonType}, {"host", port}}, rawValues, "", body,
			func(r *Request) { r.URIs = []string{"/", "/cam/"} }, true},
		{"a path that nobody lists", "/cam/", []Header{{"content-type", jsonType}, {"host", port}}, rawValues, "", body,
			func(*Request) {}, false},

		{"a capital in the boundary, values lowered", "/", []Header{{"content-type", boundary}, {"host", port}}, lowerValues, "", body,
			func(r *Request) { r.Header["Content-Type"] = []string{boundary} }, true},
		{"a capital in the boundary, values as sent", "/", []Header{{"content-type", boundary}, {"host", port}}, rawValues, "", body,
			func(r *Request) { r.Header["Content-Type"] = []string{boundary} }, true},
		{"a capital in the host, values lowered", "/", []Header{{"content-type", jsonType}, {"host", "Cam.Hufu.Local"}}, lowerValues, "", body,
			func(r *Request) { r.Host = []string{"Cam.Hufu.Local"} }, true},
		{"a capital in the host, values as sent", "/", []Header{{"content-type", jsonType}, {"host", "Cam.Hufu.Local"}}, rawValues, "", body,
			func(r *Request) { r.Host = []string{"Cam.Hufu.Local"} }, true},
		{"a signed action, lowered", "/", []Header{{"content-type", jsonType}, {"host", port}, {"x-tc-action", "AddUser"}}, lowerValues, "", body,
			func(*Request) {}, true},
		{"a signed action, as sent", "/", []Header{{"content-type", jsonType}, {"host", port}, {"x-tc-action", "AddUser"}}, rawValues, "", body,
			func(*Request) {}, true},
		{"a lowered action beside a boundary as sent, as the sample code does", "/", []Header{{"content-type", boundary}, {"host", port}, {"x-tc-action", "adduser"}}, rawValues, "", body,
			func(r *Request) { r.Header["Content-Type"] = []string{boundary} }, true},
		{"a lowered boundary beside an action as sent is no known form", "/", []Header{{"content-type", strings.ToLower(boundary)}, {"host", port}, {"x-tc-action", "AddUser"}}, rawValues, "", body,
			func(r *Request) { r.Header["Content-Type"] = []string{boundary} }, false},
		{"blanks around a value are not signed", "/", []Header{{"content-type", jsonType}, {"host", port}}, rawValues, "", body,
			func(r *Request) { r.Header["Content-Type"] = []string{" \t" + jsonType + " "} }, true},
		{"blanks inside a value are signed", "/", []Header{{"content-type", jsonType}, {"host", port}}, rawValues, "", body,
			func(r *Request) { r.Header["Content-Type"] = []string{"application / json"} }, false},
		{"a charset that was not signed", "/", []Header{{"content-type", jsonType}, {"host", port}}, rawValues, "", body,
			func(r *Request) { r.Header["Content-Type"] = []string{jsonTypeUTF8} }, false},
		{"another order of the signed headers", "/", []Header{{"x-tc-action", "AddUser"}, {"host", port}, {"content-type", jsonType}}, rawValues, "", body,
			func(*Request) {}, true},

		{"the query of a POST is not signed", "/", []Header{{"content-type", jsonType}, {"host", port}}, rawValues, "", body,
			func(r *Request) { r.RawQuery = "anything=1" }, true},
		{"the payload unsigned, where the server allows it", "/", []Header{{"content-type", jsonType}, {"host", port}}, rawValues, "", UnsignedPayloadHash(),
			func(r *Request) { r.PayloadHash = append(r.PayloadHash, UnsignedPayloadHash()) }, true},
		{"the payload unsigned, where the server does not", "/", []Header{{"content-type", jsonType}, {"host", port}}, rawValues, "", UnsignedPayloadHash(),
			func(*Request) {}, false},
		{"no payload candidate at all", "/", []Header{{"content-type", jsonType}, {"host", port}}, rawValues, "", body,
			func(r *Request) { r.PayloadHash = nil }, false},
		{"repeated candidates", "/", []Header{{"content-type", jsonType}, {"host", bare}}, rawValues, "", body,
			func(r *Request) { r.Host = []string{port, port, bare}; r.URIs = []string{"/a", "/a", "/"} }, true},

		{"a line break in a host candidate", "/", []Header{{"content-type", jsonType}, {"host", "a\nb:c"}}, rawValues, "", body,
			func(r *Request) { r.Host = []string{"a\nb:c"} }, false},
		{"a line break in a URI candidate", "/\n", []Header{{"content-type", jsonType}, {"host", port}}, rawValues, "", body,
			func(r *Request) { r.URIs = []string{"/\n"} }, false},
		{"a line break in the query", "/", []Header{{"content-type", jsonType}, {"host", port}}, rawValues, "", body,
			func(r *Request) { r.RawQuery = "\n" }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := &Message{Service: "cam", Timestamp: 1760000000, Method: "POST", URI: tt.uri, RawQuery: tt.query, Headers: tt.headers, PayloadHash: tt.payload}
			a := Authorization{SecretID: ownID, Date: "2025-10-09", Service: "cam", Signature: plainSignature(m, ownKey, tt.lower)}
			for _, h := range tt.headers {
				a.SignedHeaders = append(a.SignedHeaders, h.Name)
			}
			if got := Verify(a, request(tt.request), ownKey); got != tt.want {
				t.Errorf("Verify = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestVerifyRefusesWhatWasAltered(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Authorization, *Request, *string)
	}{
		{"the method", func(_ *Authorization, r *Request, _ *string) { r.Method = "POST" }},
		{"a method that is never verified", func(_ *Authorization, r *Request, _ *string) { r.Method = "PUT" }},
		{"the path", func(_ *Authorization, r *Request, _ *string) { r.URIs = []string{"/cam"} }},
		{"the order of the query", func(_ *Authorization, r *Request, _ *string) { r.RawQuery = "Page=1&Rp=20&Keyword=a+b" }},
		{"the encoding of the query", func(_ *Authorization, r *Request, _ *string) { r.RawQuery = "Rp=20&Page=1&Keyword=a%20b" }},
		{"the content type", func(_ *Authorization, r *Request, _ *string) { r.Header["Content-Type"][0] = jsonType }},
		{"the content type by appending", func(_ *Authorization, r *Request, _ *string) {
			r.Header["Content-Type"] = append(r.Header["Content-Type"], jsonType)
		}},
		{"the content type by leaving it out", func(_ *Authorization, r *Request, _ *string) { delete(r.Header, "Content-Type") }},
		{"the content type by a line break", func(_ *Authorization, r *Request, _ *string) { r.Header["Content-Type"][0] += "\nx:y" }},
		{"the host", func(_ *Authorization, r *Request, _ *string) { r.Host[0] = "sts.hufu.local" }},
		{"the body", func(_ *Authorization, r *Request, _ *string) { r.PayloadHash[0] = HashPayload([]byte("x")) }},
		{"the timestamp by a second", func(_ *Authorization, r *Request, _ *string) { r.Timestamp++ }},
		{"the timestamp by a day", func(_ *Authorization, r *Request, _ *string) { r.Timestamp += 86400 }},
		{"the date", func(a *Authorization, _ *Request, _ *string) { a.Date = "2025-10-08" }},
		{"the service", func(a *Authorization, _ *Request, _ *string) { a.Service = "sts" }},
		{"the order of the signed headers", func(a *Authorization, _ *Request, _ *string) { slices.Reverse(a.SignedHeaders) }},
		{"the signed headers by adding one", func(a *Authorization, r *Request, _ *string) {
			a.SignedHeaders = append(a.SignedHeaders, "x-tc-action")
			r.Header["X-Tc-Action"] = []string{"a"}
		}},
		{"the signed headers by leaving out host", func(a *Authorization, _ *Request, _ *string) { a.SignedHeaders = a.SignedHeaders[:1] }},
		{"the signed headers by leaving out content-type", func(a *Authorization, _ *Request, _ *string) { a.SignedHeaders = a.SignedHeaders[1:] }},
		{"everything", func(a *Authorization, _ *Request, _ *string) { *a = Authorization{} }},
		{"the signature", func(a *Authorization, _ *Request, _ *string) {
			a.Signature = a.Signature[:63] + string("10"[a.Signature[63]&1])
		}},
		{"the signature by cutting it", func(a *Authorization, _ *Request, _ *string) { a.Signature = a.Signature[:63] }},
		{"the signature by leaving it out", func(a *Authorization, _ *Request, _ *string) { a.Signature = "" }},
		{"the key", func(_ *Authorization, _ *Request, key *string) { *key += "0" }},
		{"the key by leaving it out", func(_ *Authorization, _ *Request, key *string) { *key = "" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := tc3Vectors[4].message
			m.PayloadHash = HashPayload(nil)
			a, err := m.Sign(ownID, ownKey)
			if err != nil {
				t.Fatal(err)
			}
			r, key := received(&m), ownKey
			if !Verify(a, r, key) {
				t.Fatal("the request is refused before it is altered")
			}
			tt.change(&a, r, &key)
			if Verify(a, r, key) {
				t.Error("it still verifies")
			}
		})
	}
}

// A server whose lookup found no key must not accept whoever signs with none.
func TestNothingVerifiesWithoutAKey(t *testing.T) {
	m := addUser()
	a, err := m.Sign(ownID, ownKey)
	if err != nil {
		t.Fatal(err)
	}
	a.Signature = plainSignature(m, "", true)
	if Verify(a, received(m), "") {
		t.Error("Verify accepts an empty key")
	}
	mac := plainHMAC(sha256.New, make([]byte, sha256.Size), m.StringToSign())
	a.Signature = hex.EncodeToString(mac)
	if VerifyWithKey(a, received(m), [sha256.Size]byte{}) {
		t.Error("VerifyWithKey accepts a key of zeros")
	}
	params := pairs("Action=A")
	r := &RequestV1{Method: "GET", Host: []string{"h"}, Params: withSignature(params, plainSignatureV1("", "GET", "h", "/", params))}
	if ok, _ := VerifyV1(r, ""); ok {
		t.Error("VerifyV1 accepts an empty key")
	}
}

func TestCheckNamesTheFault(t *testing.T) {
	for _, tt := range []struct {
		name          string
		change        func(*Authorization, *Request)
		field, reason string
	}{
		{"a signed header that is absent", func(a *Authorization, _ *Request) { a.SignedHeaders = append(a.SignedHeaders, "x-tc-action") }, "SignedHeaders", "`x-tc-action`, which the request does not"},
		{"a signed header that is repeated", func(_ *Authorization, r *Request) { r.Header["Content-Type"] = []string{"a", "b"} }, "SignedHeaders", "`content-type`, which the request carries more"},
		{"a signed header with a line break", func(_ *Authorization, r *Request) { r.Header["Content-Type"] = []string{"a\nb"} }, "SignedHeaders", "`content-type`, whose value"},
		{"an authorization made by hand", func(a *Authorization, _ *Request) { a.SignedHeaders = nil }, "SignedHeaders", "`host`"},
		{"yesterday's date", func(a *Authorization, _ *Request) { a.Date = "2025-10-08" }, "Date", "X-TC-Timestamp"},
		{"a timestamp far out", func(_ *Authorization, r *Request) { r.Timestamp = 1<<63 - 1 }, "Date", "X-TC-Timestamp"},
		{"a timestamp far back", func(_ *Authorization, r *Request) { r.Timestamp = -1 << 63 }, "Date", "X-TC-Timestamp"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := addUser()
			a, err := m.Sign(ownID, ownKey)
			if err != nil {
				t.Fatal(err)
			}
			r := received(m)
			if err := Check(a, r); err != nil {
				t.Fatal(err)
			}
			tt.change(&a, r)
			wantError(t, Check(a, r), tt.field, tt.reason)
			if Verify(a, r, ownKey) {
				t.Error("Verify accepts it")
			}
		})
	}
}

func TestManySignedHeadersVerify(t *testing.T) {
	m := addUser()
	for i := range 20 {
		m.Headers = append(m.Headers, Header{"x-header-" + strings.Repeat("long-", 20) + string(rune('a'+i)), "value"})
	}
	a, err := m.Sign(ownID, ownKey)
	if err != nil {
		t.Fatal(err)
	}
	if !Verify(a, received(m), ownKey) {
		t.Error("refused")
	}
}

func TestLongQueriesVerify(t *testing.T) {
	m := addUser()
	m.Method, m.RawQuery = "GET", strings.Repeat("Name=value&", 3000)
	a, err := m.Sign(ownID, ownKey)
	if err != nil {
		t.Fatal(err)
	}
	if !Verify(a, received(m), ownKey) {
		t.Error("refused")
	}
}

func TestStripPort(t *testing.T) {
	for _, tt := range []struct{ name, host, want string }{
		{"a name with a port", "cam.hufu.local:8443", "cam.hufu.local"},
		{"a name without a port", "cam.hufu.local", "cam.hufu.local"},
		{"an empty port", "cam.hufu.local:", "cam.hufu.local"},
		{"a port that is no number", "cam.hufu.local:http", "cam.hufu.local:http"},
		{"a name that ends in digits", "cam1", "cam1"},
		{"an IPv4 address with a port", "127.0.0.1:80", "127.0.0.1"},
		{"an IPv4 address without a port", "127.0.0.1", "127.0.0.1"},
		{"an IPv6 address with a port", "[::1]:80", "[::1]"},
		{"an IPv6 address without a port", "[::1]", "[::1]"},
		{"an IPv6 address without brackets", "fe80::1:80", "fe80::1:80"},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) { same(t, "host", StripPort(tt.host), tt.want) })
	}
}
