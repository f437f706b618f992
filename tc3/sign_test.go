package tc3

import (
	"crypto/sha1"
	"crypto/sha256"
	"strings"
	"testing"
)

func TestSignRefusesWhatNoServerCouldVerify(t *testing.T) {
	for _, tt := range []struct {
		name          string
		change        func(*Message)
		id            string
		field, reason string
	}{
		{"another method", func(m *Message) { m.Method = "PUT" }, ownID, "Method", "POST"},
		{"a line break in the URI", func(m *Message) { m.URI = "/\n" }, ownID, "URI", "line break"},
		{"a line break in the query", func(m *Message) { m.RawQuery = "a=\n" }, ownID, "RawQuery", "line break"},
		{"a line break in a header", func(m *Message) { m.Headers[0].Value = "a\nb" }, ownID, "Headers", "line break"},
		{"a header name that is no name", func(m *Message) { m.Headers = append(m.Headers, Header{"a b", ""}) }, ownID, "SignedHeaders", "names"},
		{"a header twice", func(m *Message) { m.Headers = append(m.Headers, Header{"HOST", "x"}) }, ownID, "SignedHeaders", "twice"},
		{"no host", func(m *Message) { m.Headers = m.Headers[:1] }, ownID, "SignedHeaders", "host"},
		{"a service with a slash", func(m *Message) { m.Service = "a/b" }, ownID, "Service", "characters"},
		{"an id that would end the item", func(*Message) {}, "AKID, Signature=0", "Credential", "SecretId"},
		{"a year of five digits", func(m *Message) { m.Timestamp = 1 << 40 }, ownID, "Date", "YYYY-MM-DD"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := addUser()
			tt.change(m)
			_, err := m.Sign(tt.id, ownKey)
			wantError(t, err, tt.field, tt.reason)
		})
	}
}

func TestSignRefusesAnEmptyKey(t *testing.T) {
	_, err := addUser().Sign(ownID, "")
	wantError(t, err, "SecretKey", "empty")
	_, err = SignV1("", "GET", "cam.hufu.local", "/", pairs("Action=A"))
	wantError(t, err, "SecretKey", "empty")
}

func TestHeaderNamesAreSignedInLowerCase(t *testing.T) {
	m := addUser()
	want, err := m.Sign(ownID, ownKey)
	if err != nil {
		t.Fatal(err)
	}
	m.Headers[0].Name, m.Headers[1].Name = "Content-Type", "HOST"
	got, err := m.Sign(ownID, ownKey)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "header", got.Header(), want.Header())
}

func TestDate(t *testing.T) {
	for _, tt := range []struct {
		name      string
		timestamp int64
		want      string
	}{
		{"the epoch", 0, "1970-01-01"},
		{"the last second of a day", 1760054399, "2025-10-09"},
		{"the first second of a day", 1760054400, "2025-10-10"},
		{"a leap day", 1709164800, "2024-02-29"},
		{"a time before the epoch", -1, "1969-12-31"},
	} {
		t.Run(tt.name, func(t *testing.T) { same(t, "date", Date(tt.timestamp), tt.want) })
	}
}

// Keys of all lengths around the block size: longer ones are hashed first.
func TestHMACAgreesWithTheStandardLibrary(t *testing.T) {
	for _, length := range []int{0, 1, 35, 63, 64, 65, 128, 500} {
		key, text := strings.Repeat("k", length), strings.Repeat("text", length)
		in := func() []byte { return append(make([]byte, hmacBlock), text...) }
		sum := hmacSHA256([]byte(key), in())
		same(t, "HMAC-SHA256", string(sum[:]), string(plainHMAC(sha256.New, []byte(key), text)))
		old := hmacSHA1([]byte(key), in())
		same(t, "HMAC-SHA1", string(old[:]), string(plainHMAC(sha1.New, []byte(key), text)))
	}
}

// addUser is a fresh copy of the message of a vector.
func addUser() *Message {
	return &Message{Service: "cam", Timestamp: 1760000000, Method: "POST", PayloadHash: HashPayload([]byte(addUserBody)),
		Headers: []Header{{"content-type", jsonType}, {"host", "cam.hufu.local:8443"}}}
}
