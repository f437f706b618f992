package component

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/textproto"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/tc3"
)

// Bounds of the header block.
const (
	maxBlock = 64 << 10 // bytes
	maxLines = 128
)

// The algorithms of examined signatures.
const (
	algorithmTC3    = "api_sha256_v4"
	algorithmSHA1   = "cdp_sha1"
	algorithmSHA256 = "cdp_sha256"
)

// methodsV1 are what V1 calls its algorithms.
var methodsV1 = map[string]string{algorithmSHA1: "HmacSHA1", algorithmSHA256: "HmacSHA256"}

// block is the header of an examined request: its header lines, and beside them the parts of its signature.
//
//	content-type:application/json
//	host:cmq.example.com
//	authorization:q-sign-algorithm=api_sha256_v4&q-ak=AKID…&q-sign-time=1;2&q-key-time=1;2&q-header-list=content-type;host&q-url-param-list=&q-signature=…&q-sign-time-api-v4=1760000000;2025-10-09
//	q-payload:<SHA-256 of the body>
//	q-credential-scope:2025-10-09/cmq/tc3_request
type block struct {
	header    map[string][]string // under canonical names
	parts     map[string]string   // of the authorization
	payload   string              // q-payload
	scope     string              // q-credential-scope, "" if there is none
	algorithm string
	keyID     string // q-ak
}

// malformedSignature is what keeps a signature from being examined.
func malformedSignature(what string) *fault.Error {
	return fault.New(code.AuthFailureInvalidAuthorization, "header").WithDetail("The examined header cannot be used: " + what + ".")
}

// readBlock reads a header block. The error is a *fault.Error.
func readBlock(text string) (*block, error) {
	if len(text) > maxBlock || strings.Count(text, "\n") >= maxLines {
		return nil, malformedSignature("it is too long")
	}
	b := &block{header: map[string][]string{}}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, malformedSignature("a line has no colon")
		}
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		var err error
		switch name {
		case "authorization":
			err = b.readParts(value)
		case "q-payload":
			err = onlyOnce(&b.payload, name, value)
		case "q-credential-scope":
			err = onlyOnce(&b.scope, name, value)
		default:
			name = textproto.CanonicalMIMEHeaderKey(name)
			b.header[name] = append(b.header[name], value)
		}
		if err != nil {
			return nil, err
		}
	}
	if b.parts == nil {
		return nil, malformedSignature("it has no authorization")
	}
	b.algorithm, b.keyID = b.parts["q-sign-algorithm"], b.parts["q-ak"]
	if b.keyID == "" {
		return nil, malformedSignature("it has no q-ak")
	}
	return b, nil
}

func onlyOnce(into *string, name, value string) error {
	if *into != "" {
		return malformedSignature(name + " is given twice")
	}
	*into = value
	return nil
}

func (b *block) readParts(text string) error {
	if b.parts != nil {
		return malformedSignature("authorization is given twice")
	}
	b.parts = map[string]string{}
	for part := range strings.SplitSeq(text, "&") {
		name, value, ok := strings.Cut(part, "=")
		if _, twice := b.parts[name]; !ok || twice {
			return malformedSignature("its authorization is not name=value, each name once")
		}
		b.parts[name] = value
	}
	return nil
}

// checkPeriods refuses a time outside q-sign-time and q-key-time, each start;end in seconds, where they are there.
func (b *block) checkPeriods(now int64) error {
	for _, name := range []string{"q-sign-time", "q-key-time"} {
		text := b.parts[name]
		if text == "" {
			continue
		}
		from, to, ok := strings.Cut(text, ";")
		start, err := strconv.ParseInt(from, 10, 64)
		end, err2 := strconv.ParseInt(to, 10, 64)
		switch {
		case !ok || err != nil || err2 != nil:
			return malformedSignature(name + " is not start;end")
		case now < start || now > end:
			return fault.New(code.AuthFailureSignatureExpire, strconv.FormatInt(now, 10))
		}
	}
	return nil
}

// tc3 makes of the block what a signature of TC3 is checked by. fallback is the service of the scope where the block has no
// line that tells it.
func (b *block) tc3(method, address, fallback string) (a tc3.Authorization, timestamp string, r tc3.Request, err error) {
	timestamp, date, _ := strings.Cut(b.parts["q-sign-time-api-v4"], ";")
	scope := b.scope
	if scope == "" {
		scope = date + "/" + fallback + "/tc3_request"
	}
	if !strings.HasPrefix(scope, date+"/") {
		return a, "", r, malformedSignature("q-credential-scope and q-sign-time-api-v4 have different dates")
	}
	a, err = tc3.ParseAuthorization(tc3.Algorithm + " Credential=" + b.keyID + "/" + scope +
		", SignedHeaders=" + b.parts["q-header-list"] + ", Signature=" + b.parts["q-signature"])
	if err != nil {
		return a, "", r, malformedSignature("its signature is not one of TC3: " + err.Error())
	}
	var sum [sha256.Size]byte
	if n, err := hex.Decode(sum[:], []byte(b.payload[:min(len(b.payload), 2*sha256.Size)])); err != nil || n != sha256.Size || len(b.payload) != 2*sha256.Size {
		return a, "", r, malformedSignature("q-payload is not the SHA-256 of a body")
	}
	path, query := splitAddress(address)
	r = tc3.Request{Method: strings.ToUpper(method), Host: b.header["Host"], URIs: []string{path, "/"}, RawQuery: query,
		Header: b.header, PayloadHash: [][sha256.Size]byte{sum}}
	if len(r.Host) != 1 {
		return a, "", r, malformedSignature("it must have one host")
	}
	r.Host = []string{r.Host[0], tc3.StripPort(r.Host[0])} // clients differ in whether they sign the port
	return a, timestamp, r, nil
}

// splitAddress takes path and query out of host/path?query, with or without a scheme.
func splitAddress(address string) (path, query string) {
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	}
	address, query, _ = strings.Cut(address, "?")
	_, path, _ = strings.Cut(address, "/")
	return "/" + path, query
}

// v1 is a signature V1: the text that was signed, and what it says.
type v1 struct {
	source, method, signature string
	timestamp                 string
}

// v1 reads the signature of V1. The text is what the asking product says that was signed, so the two things in it that
// matter here must stand in it exactly once: a value may hold anything, another parameter too.
func (b *block) v1() (s v1, err error) {
	s.method, s.signature = methodsV1[b.algorithm], b.parts["q-signature"]
	source, err := base64.StdEncoding.DecodeString(b.parts["q-plaintext"])
	if err != nil || len(source) == 0 || s.signature == "" {
		return s, malformedSignature("q-plaintext is not base64 of what was signed, or q-signature is missing")
	}
	s.source = string(source)
	_, query, _ := strings.Cut(s.source, "?")
	said := map[string][]string{}
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		said[name] = append(said[name], value)
	}
	if id := said["SecretId"]; len(id) != 1 || id[0] != b.keyID {
		return s, malformedSignature("what was signed must name the SecretId of q-ak once")
	}
	if len(said["Timestamp"]) != 1 {
		return s, malformedSignature("what was signed must have one Timestamp")
	}
	s.timestamp = said["Timestamp"][0]
	return s, nil
}

// service is the first label of the host that the text names behind the method: the service, where the host is one of an API
// that names services.
func (s *v1) service() string {
	rest := strings.TrimPrefix(strings.TrimPrefix(s.source, "GET"), "POST")
	label, _, _ := strings.Cut(rest, ".")
	return strings.ToLower(label)
}

// verifies reports whether the text was signed with a key.
func (s *v1) verifies(secretKey string) bool {
	if secretKey == "" {
		return false
	}
	expected := tc3.SignSourceV1(secretKey, s.source, s.method)
	return subtle.ConstantTimeCompare([]byte(expected), []byte(s.signature)) == 1
}
