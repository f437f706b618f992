package tc3

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"slices"
	"strings"
)

// Request is what a server received. Where the SDKs disagree it holds candidates, tried in their order; repeated ones
// cost nothing. Keep the lists short: a wrong signature is tried against all combinations.
type Request struct {
	Method    string // GET or POST, no other is ever verified
	Timestamp int64  // X-TC-Timestamp, Unix seconds

	// Host lists the values under which the client may have signed the host: the Host header as received, the same
	// without its port (StripPort), and other names of this server.
	Host []string

	// URIs lists the paths that the client may have signed; none means "/", which most SDKs sign whatever the path is.
	URIs []string

	// RawQuery is the query exactly as received, neither decoded nor sorted. It is not signed for POST: do not read it.
	RawQuery string

	// Header holds the headers under their canonical names, as in net/http. Its Host, if any, is not looked at.
	Header map[string][]string

	// PayloadHash lists what may stand for the body: HashPayload of the bytes received, for every method, and
	// UnsignedPayloadHash instead of it where the request asks for that and the server allows it.
	PayloadHash [][sha256.Size]byte
}

// StripPort returns host without its port, "[::1]:80" as "[::1]". A host without port is returned as it is.
func StripPort(host string) string {
	name := strings.TrimRight(host, "0123456789")
	if !strings.HasSuffix(name, ":") {
		return host
	}
	name = name[:len(name)-1]
	if strings.Contains(name, ":") && !strings.HasSuffix(name, "]") {
		return host // an IPv6 address without brackets: its last group is no port
	}
	return name
}

// Check finds what is wrong with a request before its signature is looked at: a signed header that the request does
// not carry, or carries twice, and a credential date that is not the UTC date of the timestamp. The error is an *Error
// with Field SignedHeaders or Date. Verify refuses the same requests, without saying why.
func Check(a Authorization, r *Request) error {
	var few [8]Header
	_, _, err := signedHeaders(few[:0], a, r)
	return err
}

// Verify reports whether the request was signed with the secret key under one combination of candidates.
// The authorization must come from ParseAuthorization. With an empty key nothing verifies: anyone can sign with that,
// and it is what a lookup that found nothing tends to return.
func Verify(a Authorization, r *Request, secretKey string) bool {
	return secretKey != "" && VerifyWithKey(a, r, SigningKey(secretKey, a.Date, a.Service))
}

// VerifyWithKey is Verify with a key that was derived before. It must be the SigningKey of the authorization's own
// date and service; with a key of zeros nothing verifies.
func VerifyWithKey(a Authorization, r *Request, signingKey [sha256.Size]byte) bool {
	var few [8]Header
	headers, host, err := signedHeaders(few[:0], a, r)
	if err != nil || !isMethod(r.Method) || hasBreak(r.RawQuery) || signingKey == [sha256.Size]byte{} {
		return false
	}
	root := [...]string{"/"}
	uris := r.URIs
	if len(uris) == 0 {
		uris = root[:]
	}

	var textRoom [384]byte
	text := appendStringToSign(textRoom[:hmacBlock], r.Timestamp, a.Date, a.Service)
	prefix := len(text)
	var requestRoom [1024]byte // a long query moves to the heap
	request := requestRoom[:0]
	m := Message{Method: r.Method, RawQuery: r.RawQuery, Headers: headers}
	for i := range r.Host {
		if hasBreak(r.Host[i]) || slices.Contains(r.Host[:i], r.Host[i]) {
			continue
		}
		headers[host].Value = r.Host[i]
		cases, n := letterCases(headers)
		for j := range uris {
			if hasBreak(uris[j]) || slices.Contains(uris[:j], uris[j]) {
				continue
			}
			m.URI = uris[j]
			for k := range r.PayloadHash {
				m.PayloadHash = r.PayloadHash[k]
				for _, values := range cases[:n] {
					request = appendCanonicalRequest(request[:0], &m, values)
					sum := sha256.Sum256(request)
					text = hex.AppendEncode(text[:prefix], sum[:])
					if equalHex(a.Signature, hmacSHA256(signingKey[:], text)) {
						return true
					}
				}
			}
		}
	}
	return false
}

// signedHeaders appends the headers that the authorization lists to into and returns them with the index of the host,
// whose value is left to the candidates.
func signedHeaders(into []Header, a Authorization, r *Request) (headers []Header, host int, err error) {
	host = -1
	typed := false
	var room [64]byte
	for i, name := range a.SignedHeaders {
		if name == "host" {
			host = i
			into = append(into, Header{Name: name})
			continue
		}
		typed = typed || name == "content-type"
		values := r.Header[string(appendCanonicalName(room[:0], name))]
		switch {
		case len(values) == 0:
			return nil, 0, &Error{"SignedHeaders", "lists `" + name + "`, which the request does not carry"}
		case len(values) > 1:
			// Our decision: which of the values counts would depend on who reads them.
			return nil, 0, &Error{"SignedHeaders", "lists `" + name + "`, which the request carries more than once"}
		case hasBreak(values[0]):
			return nil, 0, &Error{"SignedHeaders", "lists `" + name + "`, whose value has a line break"}
		}
		into = append(into, Header{name, values[0]})
	}
	if host < 0 || !typed {
		// ParseAuthorization has refused this; an Authorization made by hand must not get further.
		return nil, 0, &Error{"SignedHeaders", "does not list `content-type` and `host`"}
	}
	if string(appendDate(room[:0], r.Timestamp)) != a.Date {
		return nil, 0, &Error{"Date", "is not the UTC date of X-TC-Timestamp"}
	}
	return into, host, nil
}

// appendCanonicalName spells a lower-case header name as net/http stores it: content-type as Content-Type. It does not
// use net/textproto, which would link the network stack into programs that only sign.
func appendCanonicalName(b []byte, name string) []byte {
	upper := true
	for i := range len(name) {
		c := name[i]
		if upper && 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		b = append(b, c)
		upper = c == '-'
	}
	return b
}

// letterCases returns the forms of the header values that differ from each other.
func letterCases(headers []Header) (cases [3]letterCase, n int) {
	var action, other bool
	for _, h := range headers {
		if hasUpper(h.Value) {
			if isAction(h.Name) {
				action = true
			} else {
				other = true
			}
		}
	}
	switch {
	case action && other:
		return [3]letterCase{lowered, asSent, actionLowered}, 3
	case action || other:
		return [3]letterCase{lowered, asSent}, 2
	}
	return [3]letterCase{lowered}, 1
}

// equalHex compares in constant time. The signature is copied because converting it would allocate.
func equalHex(signature string, sum [sha256.Size]byte) bool {
	var want, got [2 * sha256.Size]byte
	if len(signature) != len(want) {
		return false
	}
	copy(want[:], signature)
	hex.Encode(got[:], sum[:])
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1
}
