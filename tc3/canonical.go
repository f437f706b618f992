package tc3

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// UnsignedPayload is the value of X-TC-Content-SHA256 that leaves the body out of the signature. Its hash, not the
// word itself, then stands in the canonical request.
const UnsignedPayload = "UNSIGNED-PAYLOAD"

// Header is a header that is signed.
type Header struct{ Name, Value string }

// Message is a request in the one form that a client signs.
type Message struct {
	Service   string
	Timestamp int64 // X-TC-Timestamp, Unix seconds

	Method      string            // GET or POST
	URI         string            // empty means "/"
	RawQuery    string            // exactly as sent after "?"; not signed for POST
	Headers     []Header          // in the order of SignedHeaders; content-type and host must be among them
	PayloadHash [sha256.Size]byte // HashPayload of the body, for GET that of no bytes
}

// HashPayload returns the payload hash of a body.
func HashPayload(body []byte) [sha256.Size]byte { return sha256.Sum256(body) }

// UnsignedPayloadHash returns the payload hash of a request whose body is not signed.
func UnsignedPayloadHash() [sha256.Size]byte { return sha256.Sum256([]byte(UnsignedPayload)) }

// Date returns the UTC date of a timestamp, as it stands in the credential scope.
func Date(timestamp int64) string {
	var buf [16]byte
	return string(appendDate(buf[:0], timestamp))
}

// CanonicalRequest returns the text whose hash is signed, in its documented form: header values without outer blanks
// and in lower case.
func (m *Message) CanonicalRequest() string {
	return string(appendCanonicalRequest(make([]byte, 0, 512), m, lowered))
}

// StringToSign returns the text that is signed.
func (m *Message) StringToSign() string {
	sum := sha256.Sum256(appendCanonicalRequest(make([]byte, 0, 512), m, lowered))
	b := appendStringToSign(make([]byte, 0, 192), m.Timestamp, Date(m.Timestamp), m.Service)
	return string(hex.AppendEncode(b, sum[:]))
}

// letterCase is how header values enter the canonical request.
type letterCase uint8

const (
	lowered       letterCase = iota // as documented
	asSent                          // as every SDK does: matters for a capital in the host or in a multipart boundary
	actionLowered                   // as the documentation's sample code does: x-tc-action lowered, the others as sent
)

func appendCanonicalRequest(b []byte, m *Message, values letterCase) []byte {
	b = append(b, m.Method...)
	b = append(b, '\n')
	if m.URI == "" {
		b = append(b, '/')
	}
	b = append(b, m.URI...)
	b = append(b, '\n')
	if m.Method == "GET" {
		b = append(b, m.RawQuery...)
	}
	b = append(b, '\n')
	for i := range m.Headers {
		h := &m.Headers[i]
		b = appendLower(b, h.Name)
		b = append(b, ':')
		value := strings.Trim(h.Value, " \t")
		if values == lowered || values == actionLowered && isAction(h.Name) {
			b = appendLower(b, value)
		} else {
			b = append(b, value...)
		}
		b = append(b, '\n')
	}
	b = append(b, '\n')
	for i := range m.Headers {
		if i > 0 {
			b = append(b, ';')
		}
		b = appendLower(b, m.Headers[i].Name)
	}
	b = append(b, '\n')
	return hex.AppendEncode(b, m.PayloadHash[:])
}

// appendStringToSign appends the string to sign up to the hash of the canonical request, which is the only part that
// differs between candidates.
func appendStringToSign(b []byte, timestamp int64, date, service string) []byte {
	b = append(b, Algorithm+"\n"...)
	b = strconv.AppendInt(b, timestamp, 10)
	b = append(b, '\n')
	b = appendScope(b, date, service)
	return append(b, '\n')
}

func appendScope(b []byte, date, service string) []byte {
	b = append(b, date...)
	b = append(b, '/')
	b = append(b, service...)
	return append(b, "/"+terminator...)
}

func appendDate(b []byte, timestamp int64) []byte {
	return time.Unix(timestamp, 0).UTC().AppendFormat(b, time.DateOnly)
}

// appendLower lowers ASCII letters only: header values are bytes of no declared encoding, and clients that lower other
// letters do not agree on how.
func appendLower(b []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	return b
}

func hasUpper(s string) bool {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			return true
		}
	}
	return false
}

func isAction(name string) bool { return name == "x-tc-action" }

// hasBreak finds the one character that would make the canonical request ambiguous. HTTP servers let none through;
// the check is here so that the guarantee does not depend on them.
func hasBreak(s string) bool { return strings.IndexByte(s, '\n') >= 0 }

func isMethod(method string) bool { return method == "GET" || method == "POST" }
