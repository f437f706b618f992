package tc3

import (
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// Values of the parameter SignatureMethod. Every other value, and its absence, means HmacSHA1.
const (
	HmacSHA1   = "HmacSHA1"
	HmacSHA256 = "HmacSHA256"
)

// Param is a request parameter, its name flattened (Filters.0.Name) and its value decoded.
type Param struct{ Name, Value string }

// RequestV1 is what a server received. Host and URIs are candidates as in Request.
type RequestV1 struct {
	Method string   // GET or POST, no other is ever verified
	Host   []string // the Host header as received, the same without its port (StripPort), other names of this server
	URIs   []string // the paths that the client may have signed; none means "/"

	// Params are all parameters of the request in any order, Signature included.
	Params []Param
}

// SignV1 returns the value of the parameter Signature, before URL encoding. The algorithm is the one that the
// parameter SignatureMethod names; a parameter Signature is left out. The error is an *Error.
func SignV1(secretKey, method, host, path string, params []Param) (string, error) {
	switch {
	case !isMethod(method):
		return "", &Error{"Method", "is neither GET nor POST"}
	case !isHostV1(host):
		return "", &Error{"Host", "has a slash or a question mark"}
	case !isPathV1(path):
		return "", &Error{"Path", "does not begin with a slash or has a question mark"}
	case secretKey == "":
		return "", &Error{"SecretKey", "is empty"}
	}
	if err := CheckV1(params); err != nil {
		return "", err
	}
	if _, clash := sortDotted(nil, params); clash {
		return "", &Error{"Params", "has two names that become equal when _ is replaced by ."}
	}
	var algorithm string
	for _, p := range params {
		if p.Name == "SignatureMethod" {
			algorithm = p.Value
		}
	}
	return SignSourceV1(secretKey, SourceV1(method, host, path, params), algorithm), nil
}

// SourceV1 returns the text that is signed, in its documented form: "_" in names replaced by "." before sorting, empty
// values kept, Signature left out.
func SourceV1(method, host, path string, params []Param) string {
	sorted, _ := sortDotted(nil, params)
	sorted = slices.DeleteFunc(sorted, func(p Param) bool { return p.Name == "Signature" })
	return string(appendSourceV1(nil, method, host, path, formV1{params: sorted, dots: true}))
}

// SignSourceV1 returns the signature of a source text under the algorithm that SignatureMethod names. Compare it with
// crypto/hmac.Equal where a source arrives ready-made, and distrust such a source: a signature proves who made it, not
// where one parameter ends and the next begins.
func SignSourceV1(secretKey, source, signatureMethod string) string {
	text := append(make([]byte, hmacBlock, hmacBlock+len(source)), source...)
	return string(appendSignatureV1(nil, secretKey, text, signatureMethod))
}

// CheckV1 refuses parameters that V1 cannot protect: a name with characters outside [A-Za-z0-9._-], which could pass
// for a part of its neighbours in the source text, and a name given twice. The error is an *Error whose Field is the
// name, made printable and cut to 64 characters. VerifyV1 refuses the same parameters, without saying why.
func CheckV1(params []Param) error {
	var few [48]Param
	_, err := sortV1(few[:0], params)
	return err
}

// VerifyV1 reports whether the request was signed with the secret key under one combination of candidates. With an
// empty key nothing verifies.
//
// Some clients send parameters with empty values without signing them. If only that form matches, dropped names these
// parameters: nobody vouches for them, and the server must act as if they had not been sent.
//
// The documentation and most Python SDKs replace "_" by "." in names, so renaming a_b to a.b on the way is not
// noticed. Names that become equal in this way are verified only as they were sent.
func VerifyV1(r *RequestV1, secretKey string) (ok bool, dropped []string) {
	var few [48]Param
	params, err := sortV1(few[:0], r.Params)
	if err != nil || !isMethod(r.Method) || secretKey == "" {
		return false, nil
	}
	root := [...]string{"/"}
	uris := r.URIs
	if len(uris) == 0 {
		uris = root[:]
	}
	params, signature := take(params, "Signature")
	_, algorithm := find(params, "SignatureMethod")

	var dottedRoom [48]Param
	forms, n := formsV1(dottedRoom[:0], params)
	var textRoom [1024]byte // a long source moves to the heap
	var signatureRoom [64]byte
	text := textRoom[:hmacBlock]
	for _, form := range forms[:n] {
		for i, host := range r.Host {
			if !isHostV1(host) || slices.Contains(r.Host[:i], host) {
				continue
			}
			for j, uri := range uris {
				if !isPathV1(uri) || slices.Contains(uris[:j], uri) {
					continue
				}
				text = appendSourceV1(text[:hmacBlock], r.Method, host, uri, form)
				if equalText(signature, appendSignatureV1(signatureRoom[:0], secretKey, text, algorithm)) {
					return true, form.dropped()
				}
			}
		}
	}
	return false, nil
}

// formV1 is one way in which clients turn parameters into the source text.
type formV1 struct {
	params    []Param // in the order of the text
	dots      bool    // "_" in names is written as "."
	dropEmpty bool    // parameters without value are left out
}

// formsV1 returns the forms of the sorted parameters that differ from each other.
func formsV1(dotted, params []Param) (forms [6]formV1, n int) {
	add := func(params []Param, dots, dropEmpty bool) {
		forms[n] = formV1{params, dots, dropEmpty}
		n++
	}
	var underscore, empty bool
	for _, p := range params {
		underscore = underscore || strings.IndexByte(p.Name, '_') >= 0
		empty = empty || p.Value == ""
	}
	clash := false
	if underscore {
		dotted, clash = sortDotted(dotted, params)
	}
	for _, dropEmpty := range [...]bool{false, true} {
		if dropEmpty && !empty {
			break
		}
		if underscore && !clash {
			add(dotted, true, dropEmpty) // the documented rule, Python SDKs
			if !slices.Equal(dotted, params) {
				add(params, true, dropEmpty) // qcloudcli sorts first and replaces then
			}
		}
		add(params, false, dropEmpty) // Node.js SDK
	}
	return forms, n
}

// dropped returns the names that the form leaves out.
func (f formV1) dropped() (names []string) {
	for _, p := range f.params {
		if f.dropEmpty && p.Value == "" {
			names = append(names, p.Name)
		}
	}
	return names
}

// sortV1 appends the parameters to into, sorted by name, and refuses what CheckV1 promises.
func sortV1(into, params []Param) ([]Param, error) {
	sorted := append(into, params...)
	slices.SortFunc(sorted, func(a, b Param) int { return strings.Compare(a.Name, b.Name) })
	for i, p := range sorted {
		if !isNameV1(p.Name) {
			return nil, &Error{printable(p.Name), "has characters that are not allowed in a parameter name"}
		}
		if i > 0 && sorted[i-1].Name == p.Name {
			return nil, &Error{printable(p.Name), "is given twice"}
		}
	}
	return sorted, nil
}

// find returns the index and the value of a sorted parameter, -1 and "" if there is none.
func find(sorted []Param, name string) (int, string) {
	i := slices.IndexFunc(sorted, func(p Param) bool { return p.Name == name })
	if i < 0 {
		return i, ""
	}
	return i, sorted[i].Value
}

// take is find that removes what it found.
func take(sorted []Param, name string) ([]Param, string) {
	i, value := find(sorted, name)
	if i < 0 {
		return sorted, ""
	}
	return slices.Delete(sorted, i, i+1), value
}

// sortDotted appends the parameters to into, sorted as if "_" were ".", and reports whether two names are then equal.
// If so, the source text would not say which value belongs to which of them.
func sortDotted(into, params []Param) (sorted []Param, clash bool) {
	sorted = append(into, params...)
	slices.SortStableFunc(sorted, compareDotted)
	for i := 1; i < len(sorted); i++ {
		clash = clash || compareDotted(sorted[i-1], sorted[i]) == 0
	}
	return sorted, clash
}

// compareDotted compares names as if "_" were ".".
func compareDotted(a, b Param) int {
	for i := range min(len(a.Name), len(b.Name)) {
		if c, d := dot(a.Name[i]), dot(b.Name[i]); c != d {
			return int(c) - int(d)
		}
	}
	return len(a.Name) - len(b.Name)
}

func dot(c byte) byte {
	if c == '_' {
		return '.'
	}
	return c
}

func appendSourceV1(b []byte, method, host, path string, form formV1) []byte {
	b = append(b, method...)
	b = append(b, host...)
	b = append(b, path...)
	b = append(b, '?')
	first := len(b)
	for _, p := range form.params {
		if form.dropEmpty && p.Value == "" {
			continue
		}
		if len(b) > first {
			b = append(b, '&')
		}
		if form.dots {
			for i := range len(p.Name) {
				b = append(b, dot(p.Name[i]))
			}
		} else {
			b = append(b, p.Name...)
		}
		b = append(b, '=')
		b = append(b, p.Value...)
	}
	return b
}

// appendSignatureV1 signs text[hmacBlock:]; the first hmacBlock bytes of text are overwritten.
func appendSignatureV1(b []byte, secretKey string, text []byte, signatureMethod string) []byte {
	var room [128]byte
	key := append(room[:0], secretKey...)
	if signatureMethod == HmacSHA256 {
		sum := hmacSHA256(key, text)
		return base64.StdEncoding.AppendEncode(b, sum[:])
	}
	sum := hmacSHA1(key, text)
	return base64.StdEncoding.AppendEncode(b, sum[:])
}

// hmacSHA1 is hmacSHA256 with the other hash.
func hmacSHA1(key, text []byte) [sha1.Size]byte {
	var short [sha1.Size]byte
	if len(key) > hmacBlock {
		short = sha1.Sum(key)
		key = short[:]
	}
	pad(text[:hmacBlock], key, 0x36)
	inner := sha1.Sum(text)
	var outer [hmacBlock + sha1.Size]byte
	pad(outer[:hmacBlock], key, 0x5c)
	copy(outer[hmacBlock:], inner[:])
	return sha1.Sum(outer[:])
}

// equalText compares in constant time, as text: decoding base64 would let several spellings of a signature pass.
func equalText(signature string, expected []byte) bool {
	var room [64]byte
	return len(signature) == len(expected) && subtle.ConstantTimeCompare(append(room[:0], signature...), expected) == 1
}

func isNameV1(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return s != ""
}

// Method, host, path and parameters stand next to each other in the source text. These two rules keep the borders
// where they are.
func isHostV1(host string) bool { return !strings.ContainsAny(host, "/?") }
func isPathV1(path string) bool { return strings.HasPrefix(path, "/") && !strings.Contains(path, "?") }

// printable makes a name that anyone could have sent fit for an error message.
func printable(name string) string {
	name = name[:min(len(name), 64)]
	quoted := strconv.QuoteToASCII(name)
	return quoted[1 : len(quoted)-1]
}
