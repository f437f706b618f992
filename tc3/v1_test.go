package tc3

import (
	"slices"
	"strings"
	"testing"
)

func TestVerifyV1TriesCandidates(t *testing.T) {
	const (
		port = "cam.hufu.local:8443"
		bare = "cam.hufu.local"
	)
	sent := pairs("Action=A&Nonce=1")
	for _, tt := range []struct {
		name       string
		host, path string  // as signed
		signed     []Param // in the order and under the names in which they were signed
		sent       []Param
		want       bool
		dropped    []string
	}{
		{name: "the host with its port", host: port, path: "/", signed: sent, sent: sent, want: true},
		{name: "the host without its port", host: bare, path: "/", signed: sent, sent: sent, want: true},
		{name: "another host", host: "sts.hufu.local", path: "/", signed: sent, sent: sent},
		{name: "the second path", host: bare, path: "/cam/", signed: sent, sent: sent, want: true},
		{name: "another path", host: bare, path: "/sts/", signed: sent, sent: sent},
		{name: "parameters sent in another order", host: bare, path: "/", signed: sent, sent: pairs("Nonce=1&Action=A"), want: true},
		{name: "upper-case names before lower-case ones", host: bare, path: "/", signed: pairs("A=1&B=2&a=3"), sent: pairs("a=3&B=2&A=1"), want: true},

		{name: "empty values signed", host: bare, path: "/", signed: pairs("Action=A&Limit=&Region="), sent: pairs("Action=A&Limit=&Region="), want: true},
		{name: "empty values not signed", host: bare, path: "/", signed: pairs("Action=A"), sent: pairs("Action=A&Limit=&Region="), want: true,
			dropped: []string{"Limit", "Region"}},
		{name: "some empty values signed and some not", host: bare, path: "/", signed: pairs("Action=A&Limit="), sent: pairs("Action=A&Limit=&Region=")},
		{name: "a value left out that is not empty", host: bare, path: "/", signed: pairs("Action=A"), sent: pairs("Action=A&Region=gz")},
		{name: "a value that begins with an at sign left out", host: bare, path: "/", signed: pairs("Action=A"), sent: pairs("Action=A&File=@x")},

		// "." sorts before digits and letters, "_" between the two cases of letters: the three rules give three texts.
		{name: "underscores replaced, then sorted", host: bare, path: "/", signed: pairs("Action=A&a.b=2&a1=1"), sent: pairs("Action=A&a1=1&a_b=2"), want: true},
		{name: "sorted, then underscores replaced", host: bare, path: "/", signed: pairs("Action=A&a1=1&a.b=2"), sent: pairs("Action=A&a1=1&a_b=2"), want: true},
		{name: "underscores kept", host: bare, path: "/", signed: pairs("Action=A&a1=1&a_b=2"), sent: pairs("Action=A&a1=1&a_b=2"), want: true},
		{name: "underscores kept but sorted as dots", host: bare, path: "/", signed: pairs("Action=A&a_b=2&a1=1"), sent: pairs("Action=A&a1=1&a_b=2")},
		{name: "underscores in values stay", host: bare, path: "/", signed: pairs("Action=A.B"), sent: pairs("Action=A_B")},
		{name: "underscores replaced and an empty value not signed", host: bare, path: "/", signed: pairs("Action=A&a.b=2&a1=1"), sent: pairs("Action=A&Region=&a1=1&a_b=2&c_d="), want: true,
			dropped: []string{"Region", "c_d"}},
		{name: "names that become equal, replaced", host: bare, path: "/", signed: pairs("Action=A&a.b=1&a.b=2"), sent: pairs("Action=A&a.b=1&a_b=2")},
		{name: "names that become equal, kept", host: bare, path: "/", signed: pairs("Action=A&a.b=1&a_b=2"), sent: pairs("Action=A&a.b=1&a_b=2"), want: true},

		{name: "HmacSHA256 by name", host: bare, path: "/", signed: pairs("A=1&SignatureMethod=HmacSHA256"), sent: pairs("A=1&SignatureMethod=HmacSHA256"), want: true},
		{name: "an unknown algorithm means HmacSHA1", host: bare, path: "/", signed: pairs("A=1&SignatureMethod=hmacsha256"), sent: pairs("A=1&SignatureMethod=hmacsha256"), want: true},
		{name: "no parameter but the signature", host: bare, path: "/", want: true},
		{name: "many parameters", host: bare, path: "/", signed: numbered(200), sent: numbered(200), want: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			signature := plainSignatureV1(ownKey, "POST", tt.host, tt.path, tt.signed)
			if tt.signed == nil {
				signature = plainSignatureV1(ownKey, "POST", tt.host, tt.path, []Param{})
			}
			params := withSignature(tt.sent, signature)
			before := slices.Clone(params)
			r := &RequestV1{Method: "POST", Host: []string{port, port, bare}, URIs: []string{"/", "/", "/cam/"}, Params: params}
			ok, dropped := VerifyV1(r, ownKey)
			if ok != tt.want || !slices.Equal(dropped, tt.dropped) {
				t.Errorf("VerifyV1 = %v, %q, want %v, %q", ok, dropped, tt.want, tt.dropped)
			}
			if !slices.Equal(params, before) {
				t.Error("VerifyV1 changed the caller's parameters")
			}
		})
	}
}

func TestVerifyV1RefusesWhatWasAltered(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*RequestV1, *string)
	}{
		{"the method", func(r *RequestV1, _ *string) { r.Method = "POST" }},
		{"a method that is never verified", func(r *RequestV1, _ *string) { r.Method = "PUT" }},
		{"the host", func(r *RequestV1, _ *string) { r.Host[0] = "sts.tencentcloudapi.com" }},
		{"the host by leaving it out", func(r *RequestV1, _ *string) { r.Host = nil }},
		{"the border between host and path", func(r *RequestV1, _ *string) { r.Host[0] += "/"; r.URIs = []string{""} }},
		{"the border between path and parameters", func(r *RequestV1, _ *string) {
			r.URIs = []string{"/?Action=DescribeInstances"}
			r.Params = r.Params[1:]
		}},
		{"a value", func(r *RequestV1, _ *string) { r.Params[2].Value = "21" }},
		{"a name", func(r *RequestV1, _ *string) { r.Params[2].Name = "limit" }},
		{"the parameters by leaving one out", func(r *RequestV1, _ *string) { r.Params = r.Params[1:] }},
		{"the parameters by adding one", func(r *RequestV1, _ *string) { r.Params = append(r.Params, Param{"X", "1"}) }},
		{"the parameters by repeating one", func(r *RequestV1, _ *string) { r.Params = append(r.Params, r.Params[0]) }},
		{"the algorithm", func(r *RequestV1, _ *string) { r.Params = append(r.Params, Param{"SignatureMethod", HmacSHA256}) }},
		{"the signature", func(r *RequestV1, _ *string) { r.Params[len(r.Params)-1].Value = "FliP9YW3pW28FpsEdkXt/+WcGeI=" }},
		{"the spare bits of the signature", func(r *RequestV1, _ *string) { r.Params[len(r.Params)-1].Value = "EliP9YW3pW28FpsEdkXt/+WcGeJ=" }},
		{"the padding of the signature", func(r *RequestV1, _ *string) { r.Params[len(r.Params)-1].Value = "EliP9YW3pW28FpsEdkXt/+WcGeI" }},
		{"the signature by leaving it out", func(r *RequestV1, _ *string) { r.Params = r.Params[:len(r.Params)-1] }},
		{"the key", func(_ *RequestV1, key *string) { *key += "0" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := v1Vectors[0]
			r := &RequestV1{Method: v.method, Host: []string{v.host}, Params: withSignature(v.params, v.signature)}
			key := v.key
			if ok, _ := VerifyV1(r, key); !ok {
				t.Fatal("the request is refused before it is altered")
			}
			tt.change(r, &key)
			if ok, dropped := VerifyV1(r, key); ok || dropped != nil {
				t.Errorf("VerifyV1 = %v, %q", ok, dropped)
			}
		})
	}
}

// One test for the hole that is known, documented and why V1 is only for old clients.
func TestV1CannotTellAValueFromTwoParameters(t *testing.T) {
	signature, err := SignV1(ownKey, "GET", "cam.hufu.local", "/", []Param{{"Action", "A"}, {"Name", "x&Note=y"}})
	if err != nil {
		t.Fatal(err)
	}
	split := withSignature(pairs("Action=A&Name=x&Note=y"), signature)
	if ok, _ := VerifyV1(&RequestV1{Method: "GET", Host: []string{"cam.hufu.local"}, Params: split}, ownKey); !ok {
		t.Error("the scheme got better than its documentation: correct the package comment")
	}
}

func TestCheckV1(t *testing.T) {
	for _, tt := range []struct {
		name          string
		params        []Param
		field, reason string
	}{
		{"an equal sign in a name", []Param{{"a=b", "1"}}, "a=b", "characters"},
		{"an ampersand in a name", []Param{{"a&b", "1"}}, "a&b", "characters"},
		{"a blank in a name", []Param{{"a b", "1"}}, "a b", "characters"},
		{"brackets in a name", []Param{{"a[0]", "1"}}, "a[0]", "characters"},
		{"a name that is not ASCII", []Param{{"名", "1"}}, `\u540d`, "characters"},
		{"a line break in a name", []Param{{"a\nb", "1"}}, `a\nb`, "characters"},
		{"an empty name", []Param{{"", "1"}}, "", "characters"},
		{"a very long bad name", []Param{{strings.Repeat("=", 1000), ""}}, strings.Repeat("=", 64), "characters"},
		{"a name given twice", pairs("a=1&b=2&a=1"), "a", "twice"},
		{"two signatures", pairs("Signature=1&b=2&Signature=2"), "Signature", "twice"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantError(t, CheckV1(tt.params), tt.field, tt.reason)
			if ok, _ := VerifyV1(&RequestV1{Method: "GET", Host: []string{"h"}, Params: tt.params}, ownKey); ok {
				t.Error("VerifyV1 accepts it")
			}
			_, err := SignV1(ownKey, "GET", "h", "/", tt.params)
			wantError(t, err, tt.field, tt.reason)
		})
	}
	if err := CheckV1(pairs("Filters.0.Name=a&x-y_Z=&A9=%")); err != nil {
		t.Error(err)
	}
}

func TestSignV1Refuses(t *testing.T) {
	for _, tt := range []struct{ name, method, host, path, query, field string }{
		{"another method", "PUT", "h", "/", "a=1", "Method"},
		{"a slash in the host", "GET", "h/x", "/", "a=1", "Host"},
		{"a question mark in the host", "GET", "h?x", "/", "a=1", "Host"},
		{"a question mark in the path", "GET", "h", "/?x", "a=1", "Path"},
		{"a path that does not begin with a slash", "GET", "h", "", "a=1", "Path"},
		{"names that become equal", "GET", "h", "/", "a_b=1&a.b=2", "Params"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := SignV1(ownKey, tt.method, tt.host, tt.path, pairs(tt.query))
			wantError(t, err, tt.field, "")
		})
	}
}

func TestSignV1LeavesOutAnOldSignature(t *testing.T) {
	for _, v := range v1Vectors[:2] {
		got, err := SignV1(v.key, v.method, v.host, v.path, withSignature(v.params, "old"))
		if err != nil {
			t.Fatal(err)
		}
		same(t, "signature", got, v.signature)
	}
}

// numbered returns n parameters sorted by name.
func numbered(n int) (params []Param) {
	for i := range n {
		params = append(params, Param{"P." + string(rune('a'+i/26)) + string(rune('a'+i%26)), strings.Repeat("v", 20)})
	}
	return params
}
