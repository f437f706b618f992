package tc3

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A header that is accepted says the same when it is written and read again, and differs from what is written only in
// the order of its items, blanks before them and the case of hexadecimal digits.
func FuzzParseAuthorization(f *testing.F) {
	f.Add(goodHeader)
	f.Add("TC3-HMAC-SHA256   Signature=" + strings.ToUpper(goodDigits) + ",SignedHeaders=host;content-type,  " + goodCredential)
	f.Add("TC3-HMAC-SHA256 Credential=a=b/2025-10-09/127/tc3_request, SignedHeaders=content-type;host;x-tc-action, " + goodSignature)
	f.Add("TC3-HMAC-SHA256 Credential=/, SignedHeaders=;, Signature=,")
	f.Add("SKIP")
	f.Fuzz(func(t *testing.T, header string) {
		a, err := ParseAuthorization(header)
		if err != nil {
			if wrong, ok := errors.AsType[*Error](err); !ok || wrong.Field == "" || wrong.Reason == "" {
				t.Fatalf("error is %#v", err)
			}
			return
		}
		again, err := ParseAuthorization(a.Header())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(a, again); diff != "" {
			t.Error("reads differently the second time: " + diff)
		}
		same(t, "normal form", normalHeader(header), normalHeader(a.Header()))
	})
}

// normalHeader removes the freedom that ParseAuthorization grants, without using any of its code.
func normalHeader(header string) string {
	items := strings.Split(strings.TrimPrefix(header, "TC3-HMAC-SHA256 "), ",")
	for i := range items {
		items[i] = strings.TrimLeft(items[i], " ")
		if strings.HasPrefix(items[i], "Signature=") {
			items[i] = "Signature=" + asciiLower(strings.TrimPrefix(items[i], "Signature="))
		}
	}
	slices.Sort(items)
	return strings.Join(items, ",")
}

// What is signed verifies, whatever it is, agrees with the plain reference, and does not verify with one bit changed.
func FuzzVerify(f *testing.F) {
	f.Add(true, "cam.hufu.local:8443", "/", "Rp=20&Page=1", jsonType, "AddUser", "{}", ownKey, "cam", int64(1760000000), uint32(3))
	f.Add(false, "CAM.hufu.local", "/cam/", "", "multipart/form-data; boundary=AbC", " x ", addUserBody, "", "127", int64(-1), uint32(70001))
	f.Add(true, "", "", "\n", "a\nb", "\xff", "", strings.Repeat("k", 100), "a/b", int64(1)<<62, uint32(0))
	f.Fuzz(func(t *testing.T, get bool, host, uri, query, contentType, action, body, key, service string, timestamp int64, flip uint32) {
		// An authorization that nobody signed never verifies, nor does it do harm.
		forged := Authorization{SecretID: host, Date: query, Service: service, SignedHeaders: strings.Split(contentType, ";"), Signature: body}
		m := &Message{Service: service, Timestamp: timestamp, Method: "POST", URI: uri, RawQuery: query, PayloadHash: HashPayload([]byte(body)),
			Headers: []Header{{"Content-Type", contentType}, {"Host", host}, {"X-TC-Action", action}}}
		if get {
			m.Method = "GET"
		}
		if Verify(forged, received(m), key) {
			t.Fatal("a forged authorization verifies")
		}
		forged.Date = Date(timestamp)
		forged.SignedHeaders = []string{"content-type", "host"}
		if Verify(forged, received(m), key) {
			t.Fatal("a forged authorization verifies")
		}

		a, err := m.Sign(ownID, key)
		if err != nil {
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Fatalf("error is %#v", err)
			}
			return
		}
		same(t, "signature", a.Signature, plainSignature(m, key, true))
		parsed, err := ParseAuthorization(a.Header())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(a, parsed); diff != "" {
			t.Fatal(diff)
		}
		if err := Check(a, received(m)); err != nil {
			t.Fatal(err)
		}
		if !Verify(a, received(m), key) {
			t.Fatal("refused")
		}
		raw := a
		raw.Signature = plainSignature(m, key, false)
		if !Verify(raw, received(m), key) {
			t.Fatal("refused with values as sent")
		}

		// The part that is changed, the place of the byte and of the bit come from one number.
		part, place := flip%8, int(flip/8)
		r, want := received(m), false
		switch part {
		case 0:
			r.Host[0] = flipped(host, place)
			want = asciiLower(strings.Trim(r.Host[0], " \t")) == asciiLower(strings.Trim(host, " \t"))
		case 1:
			r.Header["Content-Type"][0] = flipped(contentType, place)
			want = asciiLower(strings.Trim(r.Header["Content-Type"][0], " \t")) == asciiLower(strings.Trim(contentType, " \t"))
		case 2:
			r.RawQuery = flipped(query, place)
			want = r.RawQuery == query || !get && !hasBreak(r.RawQuery)
		case 3:
			r.URIs = []string{flipped(uri, place)}
			want = uri == ""
		case 4:
			r.PayloadHash[0][place%32] ^= 1 << (place / 32 % 8)
		case 5:
			r.Timestamp ^= 1 << (place % 64)
		case 6:
			a.Signature = flipped(a.Signature, place)
		case 7:
			a.Service = flipped(a.Service, place)
		}
		if got := Verify(a, r, key); got != want {
			t.Errorf("Verify = %v after changing part %d, want %v", got, part, want)
		}
		// Nul bytes at the end of a key vanish in the padding of HMAC: such a key is not another one.
		other := flipped(key, place)
		if strings.TrimRight(other, "\x00") != strings.TrimRight(key, "\x00") && Verify(parsed, received(m), other) {
			t.Error("verifies with another key")
		}
	})
}

// The same for V1, from the raw text of a query.
func FuzzVerifyV1(f *testing.F) {
	f.Add(true, "cvm.tencentcloudapi.com", "/", instancesQuery, publishedKey, uint32(11))
	f.Add(false, "cam.hufu.local:8443", "/", attachQuery, ownKey, uint32(12345))
	f.Add(true, "cam.hufu.local", "/v2/index.php", federationWire, ownKey, uint32(2))
	f.Add(false, "h", "/", "Signature=x", "k", uint32(2))
	f.Add(true, "h?", "x", "a_b=1&a.b=2&a_b=&=&Signature=x", strings.Repeat("k", 100), uint32(1))
	f.Fuzz(func(t *testing.T, get bool, host, path, query, key string, flip uint32) {
		method := "POST"
		if get {
			method = "GET"
		}
		params := pairs(query)
		request := func(signature string) *RequestV1 {
			return &RequestV1{Method: method, Host: []string{host}, URIs: []string{path}, Params: withSignature(params, signature)}
		}
		// As it came: Signature may be among the parameters.
		if ok, _ := VerifyV1(&RequestV1{Method: method, Host: []string{host}, URIs: []string{path}, Params: params}, key); ok {
			t.Fatal("a forged signature verifies")
		}
		params = slices.DeleteFunc(params, func(p Param) bool { return p.Name == "Signature" })
		signature, err := SignV1(key, method, host, path, params)
		if err != nil {
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Fatalf("error is %#v", err)
			}
			if ok, _ := VerifyV1(request(SignSourceV1(key, SourceV1(method, host, path, params), "")), key); ok {
				t.Fatal("verifies what cannot be signed")
			}
			return
		}
		plain := slices.Clone(params)
		for i := range plain {
			plain[i].Name = strings.ReplaceAll(plain[i].Name, "_", ".")
		}
		slices.SortFunc(plain, func(a, b Param) int { return strings.Compare(a.Name, b.Name) })
		same(t, "signature", signature, plainSignatureV1(key, method, host, path, plain))
		if ok, dropped := VerifyV1(request(signature), key); !ok || dropped != nil {
			t.Fatalf("VerifyV1 = %v, %q", ok, dropped)
		}

		part, place := flip%5, int(flip/5)
		r, changed := request(signature), true
		param := &r.Params[place%len(r.Params)]
		switch part {
		case 0:
			r.Host[0], changed = flipped(host, place), host != ""
		case 1:
			r.URIs[0] = flipped(path, place)
		case 2:
			param.Name = flipped(param.Name, place)
		case 3:
			changed = param.Value != ""
			param.Value = flipped(param.Value, place)
		case 4:
			r.Params[len(params)].Value = flipped(signature, place)
		}
		if ok, _ := VerifyV1(r, key); ok == changed {
			t.Errorf("VerifyV1 = %v after changing part %d", ok, part)
		}
	})
}

// flipped returns s with one bit changed; an empty s cannot be changed.
func flipped(s string, place int) string {
	if s == "" {
		return s
	}
	b := []byte(s)
	b[place%len(b)] ^= 1 << (place / len(b) % 8)
	return string(b)
}
