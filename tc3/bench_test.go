package tc3

import (
	"crypto/sha256"
	"testing"
)

// Verification is on the path of every call: it works on the stack. Parsing allocates the list of signed headers.
func TestVerificationDoesNotAllocate(t *testing.T) {
	header, r := arrived(t, "cam.hufu.local")
	a, err := ParseAuthorization(header)
	if err != nil {
		t.Fatal(err)
	}
	key := SigningKey(ownKey, a.Date, a.Service)
	v := v1Vectors[7]
	old := &RequestV1{Method: v.method, Host: []string{v.host}, URIs: []string{v.path}, Params: withSignature(v.params, v.signature)}
	for _, tt := range []struct {
		name string
		want float64
		do   func() bool
	}{
		{"ParseAuthorization", 1, func() bool { _, err := ParseAuthorization(header); return err == nil }},
		{"Check", 0, func() bool { return Check(a, r) == nil }},
		{"Verify", 0, func() bool { return Verify(a, r, ownKey) }},
		{"VerifyWithKey", 0, func() bool { return VerifyWithKey(a, r, key) }},
		{"VerifyV1", 0, func() bool { ok, _ := VerifyV1(old, ownKey); return ok }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := testing.AllocsPerRun(100, func() {
				if !tt.do() {
					t.Fatal("refused")
				}
			}); got != tt.want {
				t.Errorf("%v allocations, want %v", got, tt.want)
			}
		})
	}
}

func BenchmarkParseAuthorization(b *testing.B) {
	header, _ := arrived(b, "cam.hufu.local")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseAuthorization(header); err != nil {
			b.Fatal(err)
		}
	}
}

// The whole work on one request, without hashing its body: Go signs the first candidate, Node.js the second.
func BenchmarkAuthenticate(b *testing.B) {
	for _, bm := range []struct{ name, signedHost string }{
		{"host with port", "cam.hufu.local:8443"},
		{"host without port", "cam.hufu.local"},
	} {
		b.Run(bm.name, func(b *testing.B) {
			header, r := arrived(b, bm.signedHost)
			b.ReportAllocs()
			for b.Loop() {
				a, err := ParseAuthorization(header)
				if err != nil || Check(a, r) != nil || !Verify(a, r, ownKey) {
					b.Fatal("refused")
				}
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	for _, bm := range []struct {
		name, signedHost string
		want             bool
	}{
		{"host with port", "cam.hufu.local:8443", true},
		{"host without port", "cam.hufu.local", true},
		{"wrong signature", "sts.hufu.local", false},
	} {
		header, r := arrived(b, bm.signedHost)
		a, err := ParseAuthorization(header)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if Verify(a, r, ownKey) != bm.want {
					b.Fatal("wrong answer")
				}
			}
		})
		b.Run(bm.name+" and a kept key", func(b *testing.B) {
			key := SigningKey(ownKey, a.Date, a.Service)
			b.ReportAllocs()
			for b.Loop() {
				if VerifyWithKey(a, r, key) != bm.want {
					b.Fatal("wrong answer")
				}
			}
		})
	}
}

func BenchmarkSigningKey(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		SigningKey(ownKey, "2025-10-09", "cam")
	}
}

func BenchmarkSign(b *testing.B) {
	m := addUser()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Sign(ownID, ownKey); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyV1(b *testing.B) {
	for _, v := range v1Vectors {
		b.Run(v.name, func(b *testing.B) {
			r := &RequestV1{Method: v.method, Host: []string{v.host}, URIs: []string{v.path}, Params: withSignature(v.params, v.signature)}
			b.ReportAllocs()
			for b.Loop() {
				if ok, _ := VerifyV1(r, v.key); !ok {
					b.Fatal("refused")
				}
			}
		})
	}
}

// arrived is a small POST as a server sees it, signed for one of the hosts.
func arrived(tb testing.TB, signedHost string) (header string, r *Request) {
	tb.Helper()
	m := addUser()
	m.Headers[1].Value = signedHost
	a, err := m.Sign(ownID, ownKey)
	if err != nil {
		tb.Fatal(err)
	}
	const host = "cam.hufu.local:8443"
	return a.Header(), &Request{Method: "POST", Timestamp: m.Timestamp, Host: []string{host, StripPort(host)},
		Header: map[string][]string{"Content-Type": {jsonType}, "X-Tc-Action": {"AddUser"}}, PayloadHash: [][sha256.Size]byte{m.PayloadHash}}
}
