package tc3

import (
	"slices"
	"strings"
)

const (
	// Algorithm is the scheme of the Authorization header and the first line of the string to sign.
	Algorithm = "TC3-HMAC-SHA256"

	// terminator ends the credential scope and is the last link of the key derivation.
	terminator = "tc3_request"

	// maxSignedHeaders bounds the work that an unauthenticated header can ask for. Clients sign two or three.
	maxSignedHeaders = 64
)

// Error says which part of a request cannot be used, and why. Its text is meant for the caller: it holds names that
// the caller sent, never values.
type Error struct {
	Field  string // the wrong part as the caller knows it: Credential, SignedHeaders, Signature, Date, Service, ...
	Reason string // the rest of a sentence that begins with the field
}

func (e *Error) Error() string { return "`" + e.Field + "` " + e.Reason }

// Authorization is the content of an Authorization header. The values that ParseAuthorization and Message.Sign return
// are well formed; nothing else in the package makes one.
type Authorization struct {
	SecretID      string
	Date          string // YYYY-MM-DD, UTC
	Service       string
	SignedHeaders []string // lower case, in the order in which they were signed
	Signature     string   // 64 lower-case hexadecimal digits
}

// ParseAuthorization reads the value of an Authorization header:
//
//	TC3-HMAC-SHA256 Credential=<SecretId>/<Date>/<service>/tc3_request, SignedHeaders=<a;b>, Signature=<hex>
//
// The three items may come in any order and the blanks after commas may be missing; hexadecimal digits may be upper
// case. Everything else is strict: one item of each kind and no other, four parts in the credential, lower-case header
// names without repetition, content-type and host among them. The error is always an *Error.
func ParseAuthorization(header string) (Authorization, error) {
	var a Authorization
	rest, ok := strings.CutPrefix(header, Algorithm+" ")
	if !ok {
		return a, &Error{"Authorization", "does not begin with " + Algorithm}
	}

	var credential, names string
	for more := true; more; {
		var item string
		item, rest, more = strings.Cut(rest, ",")
		name, value, ok := strings.Cut(strings.TrimLeft(item, " "), "=")
		var into *string
		switch name {
		case "Credential":
			into = &credential
		case "SignedHeaders":
			into = &names
		case "Signature":
			into = &a.Signature
		default:
			return Authorization{}, &Error{"Authorization", "has an item other than Credential, SignedHeaders and Signature"}
		}
		if !ok || value == "" {
			return Authorization{}, &Error{name, "is empty"}
		}
		if *into != "" {
			return Authorization{}, &Error{name, "is given twice"}
		}
		*into = value
	}
	switch "" {
	case credential:
		return Authorization{}, &Error{"Credential", "is missing"}
	case names:
		return Authorization{}, &Error{"SignedHeaders", "is missing"}
	case a.Signature:
		return Authorization{}, &Error{"Signature", "is missing"}
	}

	// Four cuts instead of a split: this runs for every request and a split would allocate.
	var scope, end string
	a.SecretID, scope, _ = strings.Cut(credential, "/")
	a.Date, scope, _ = strings.Cut(scope, "/")
	a.Service, end, _ = strings.Cut(scope, "/")
	if end != terminator {
		return Authorization{}, &Error{"Credential", "is not <SecretId>/<Date>/<service>/" + terminator}
	}
	if strings.Count(names, ";") >= maxSignedHeaders {
		return Authorization{}, &Error{"SignedHeaders", "lists too many headers"}
	}
	a.SignedHeaders = strings.Split(names, ";")
	a.Signature = strings.ToLower(a.Signature)
	if err := a.check(); err != nil {
		return Authorization{}, err
	}
	return a, nil
}

// Header returns the value of the Authorization header in its usual form. It is not called String, so that a log line
// does not print a signature by accident.
func (a Authorization) Header() string {
	const credential, names, signature = " Credential=", ", SignedHeaders=", ", Signature="
	size := len(Algorithm) + len(credential) + len(a.SecretID) + 1 + len(a.Date) + 1 + len(a.Service) + 1 + len(terminator) +
		len(names) + len(signature) + len(a.Signature)
	for _, name := range a.SignedHeaders {
		size += len(name) + 1
	}
	b := make([]byte, 0, size)
	b = append(b, Algorithm+credential...)
	b = append(b, a.SecretID...)
	b = append(b, '/')
	b = appendScope(b, a.Date, a.Service)
	b = append(b, names...)
	for i, name := range a.SignedHeaders {
		if i > 0 {
			b = append(b, ';')
		}
		b = append(b, name...)
	}
	b = append(b, signature...)
	b = append(b, a.Signature...)
	return string(b)
}

// check holds the rules for the single fields; what ParseAuthorization accepts and what Message.Sign returns pass it.
func (a *Authorization) check() error {
	switch {
	case !isCredentialPart(a.SecretID):
		return &Error{"Credential", "has no usable SecretId"}
	case !isDate(a.Date):
		return &Error{"Date", "is not YYYY-MM-DD"}
	case !isCredentialPart(a.Service):
		return &Error{"Service", "is empty or has characters that are not allowed"}
	case !isSignature(a.Signature):
		return &Error{"Signature", "is not 64 hexadecimal digits"}
	}
	for i, name := range a.SignedHeaders {
		if !isHeaderName(name) {
			return &Error{"SignedHeaders", "is not a list of lower-case header names"}
		}
		if slices.Contains(a.SignedHeaders[:i], name) {
			return &Error{"SignedHeaders", "lists `" + name + "` twice"}
		}
	}
	for _, name := range [...]string{"content-type", "host"} {
		if !slices.Contains(a.SignedHeaders, name) {
			return &Error{"SignedHeaders", "does not list `" + name + "`"}
		}
	}
	return nil
}

// isCredentialPart accepts visible ASCII without the two separators. It asks for no more: an id that looks odd is an
// unknown id, and clients that take the first label of their endpoint for the service send things like "127" and
// "localhost:8080".
func isCredentialPart(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || c == '/' || c == ',' {
			return false
		}
	}
	return s != ""
}

// isDate looks at the shape only: a date that does not exist cannot be the date of a timestamp.
func isDate(s string) bool {
	if len(s) != len("2006-01-02") {
		return false
	}
	for i := range len(s) {
		if i == 4 || i == 7 {
			if s[i] != '-' {
				return false
			}
		} else if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func isSignature(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(s) == 64
}

// isHeaderName accepts the token characters of RFC 9110 but for upper-case letters.
func isHeaderName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return s != ""
}
