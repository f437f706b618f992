package tc3

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	goodCredential = "Credential=AKID1/2025-10-09/cam/tc3_request"
	goodNames      = "SignedHeaders=content-type;host"
	goodDigits     = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	goodSignature  = "Signature=" + goodDigits
	goodHeader     = "TC3-HMAC-SHA256 " + goodCredential + ", " + goodNames + ", " + goodSignature
)

func TestParseAuthorizationAccepts(t *testing.T) {
	want := Authorization{SecretID: "AKID1", Date: "2025-10-09", Service: "cam",
		SignedHeaders: []string{"content-type", "host"}, Signature: goodDigits}
	with := func(change func(*Authorization)) Authorization {
		a := want
		change(&a)
		return a
	}
	for _, tt := range []struct {
		name, header string
		want         Authorization
	}{
		{"the usual form", goodHeader, want},
		{"no blanks after commas", "TC3-HMAC-SHA256 " + goodCredential + "," + goodNames + "," + goodSignature, want},
		{"many blanks after commas", "TC3-HMAC-SHA256   " + goodCredential + ",   " + goodNames + ",  " + goodSignature, want},
		{"items in another order", "TC3-HMAC-SHA256 " + goodSignature + ", " + goodCredential + ", " + goodNames, want},
		{"upper-case hexadecimal digits", strings.Replace(goodHeader, goodDigits, strings.ToUpper(goodDigits), 1), want},
		{"signed headers in another order and with a third one", strings.Replace(goodHeader, "content-type;host", "host;x-tc-action;content-type", 1),
			with(func(a *Authorization) { a.SignedHeaders = []string{"host", "x-tc-action", "content-type"} })},
		{"an odd id", strings.Replace(goodHeader, "AKID1", "user=a;b:c", 1), with(func(a *Authorization) { a.SecretID = "user=a;b:c" })},
		{"the service of a client that split localhost:8080 at its dots", strings.Replace(goodHeader, "/cam/", "/localhost:8080/", 1),
			with(func(a *Authorization) { a.Service = "localhost:8080" })},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseAuthorization(tt.header)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			again, err := ParseAuthorization(got.Header())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, again); diff != "" {
				t.Error("its own header reads differently: " + diff)
			}
		})
	}
}

func TestParseAuthorizationRefuses(t *testing.T) {
	swap := func(old, new string) string { return strings.Replace(goodHeader, old, new, 1) }
	many := make([]string, maxSignedHeaders-1)
	for i := range many {
		many[i] = strings.Repeat("x", i+1)
	}
	for _, tt := range []struct{ name, header, field, reason string }{
		{"an empty header", "", "Authorization", "TC3-HMAC-SHA256"},
		{"the word for unsigned calls", "SKIP", "Authorization", "TC3-HMAC-SHA256"},
		{"another scheme", swap("TC3-HMAC-SHA256", "AWS4-HMAC-SHA256"), "Authorization", "TC3-HMAC-SHA256"},
		{"the scheme in lower case", swap("TC3-HMAC-SHA256", "tc3-hmac-sha256"), "Authorization", "TC3-HMAC-SHA256"},
		{"the scheme alone", "TC3-HMAC-SHA256", "Authorization", "TC3-HMAC-SHA256"},
		{"the scheme and a blank", "TC3-HMAC-SHA256 ", "Authorization", "item"},
		{"no blank after the scheme", swap("256 ", "256"), "Authorization", "TC3-HMAC-SHA256"},
		{"a blank before the scheme", " " + goodHeader, "Authorization", "TC3-HMAC-SHA256"},
		{"an item of no known name", goodHeader + ", Nonce=1", "Authorization", "item"},
		{"an item name in lower case", swap("Credential", "credential"), "Authorization", "item"},
		{"a comma at the end", goodHeader + ",", "Authorization", "item"},
		{"two commas", swap(", ", ",,"), "Authorization", "item"},
		{"a blank before an equal sign", swap("Credential=", "Credential ="), "Authorization", "item"},
		{"a tab after a comma", swap(", ", ",\t"), "Authorization", "item"},
		{"semicolons between the items", strings.ReplaceAll(goodHeader, ", ", "; "), "SignedHeaders", "missing"},

		{"no credential", swap(goodCredential+", ", ""), "Credential", "missing"},
		{"no signed headers", swap(goodNames+", ", ""), "SignedHeaders", "missing"},
		{"no signature", swap(", "+goodSignature, ""), "Signature", "missing"},
		{"an empty credential", swap(goodCredential, "Credential="), "Credential", "empty"},
		{"empty signed headers", swap(goodNames, "SignedHeaders="), "SignedHeaders", "empty"},
		{"an empty signature", swap(goodDigits, ""), "Signature", "empty"},
		{"an item name without equal sign", swap(goodNames, "SignedHeaders"), "SignedHeaders", "empty"},
		{"two credentials", goodHeader + ", " + goodCredential, "Credential", "twice"},
		{"two lists of signed headers", goodHeader + ", " + goodNames, "SignedHeaders", "twice"},
		{"two signatures", goodHeader + ", " + goodSignature, "Signature", "twice"},

		{"a credential of three parts", swap("/tc3_request", ""), "Credential", "tc3_request"},
		{"a credential of five parts", swap("/tc3_request", "/tc3_request/x"), "Credential", "tc3_request"},
		{"a credential with a slash at the end", swap("/tc3_request", "/tc3_request/"), "Credential", "tc3_request"},
		{"a credential that ends in another word", swap("tc3_request", "aws4_request"), "Credential", "tc3_request"},
		{"a blank after the credential", swap("tc3_request", "tc3_request "), "Credential", "tc3_request"},
		{"an empty SecretId", swap("AKID1", ""), "Credential", "SecretId"},
		{"a SecretId with a blank", swap("AKID1", "AK ID"), "Credential", "SecretId"},
		{"a SecretId with a line break", swap("AKID1", "AK\nID"), "Credential", "SecretId"},
		{"a SecretId that is not ASCII", swap("AKID1", "密钥"), "Credential", "SecretId"},
		{"an empty date", swap("2025-10-09", ""), "Date", "YYYY-MM-DD"},
		{"a date without dashes", swap("2025-10-09", "20251009"), "Date", "YYYY-MM-DD"},
		{"a date with slots of the wrong kind", swap("2025-10-09", "2025+10-09"), "Date", "YYYY-MM-DD"},
		{"a date with letters", swap("2025-10-09", "2O25-10-09"), "Date", "YYYY-MM-DD"},
		{"an empty service", swap("/cam/", "//"), "Service", "empty"},
		{"a service with a blank", swap("/cam/", "/c am/"), "Service", "characters"},

		{"signed headers without host", swap(";host", ""), "SignedHeaders", "`host`"},
		{"signed headers without content-type", swap("content-type;", ""), "SignedHeaders", "`content-type`"},
		{"an upper-case header name", swap("content-type", "Content-Type"), "SignedHeaders", "lower-case"},
		{"an empty header name", swap(";host", ";;host"), "SignedHeaders", "lower-case"},
		{"a semicolon at the end of the signed headers", swap(";host", ";host;"), "SignedHeaders", "lower-case"},
		{"a header name with a colon", swap(";host", ";host;a:b"), "SignedHeaders", "lower-case"},
		{"a header listed twice", swap(";host", ";host;content-type"), "SignedHeaders", "`content-type` twice"},
		{"too many signed headers", swap(";host", ";host;"+strings.Join(many, ";")), "SignedHeaders", "too many"},

		{"a signature that is too short", swap(goodDigits, goodDigits[1:]), "Signature", "64"},
		{"a signature that is too long", swap(goodDigits, goodDigits+"0"), "Signature", "64"},
		{"a signature with another letter", swap(goodDigits, "g"+goodDigits[1:]), "Signature", "64"},
		{"a blank after the signature", goodHeader + " ", "Signature", "64"},
		{"a letter that becomes ASCII in lower case", swap("aabb", "aabb\u212a"), "Signature", "64"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := ParseAuthorization(tt.header)
			wantError(t, err, tt.field, tt.reason)
			if diff := cmp.Diff(Authorization{}, a); diff != "" {
				t.Error("the result is not empty: " + diff)
			}
		})
	}
}

func TestMostSignedHeadersAreAccepted(t *testing.T) {
	names := []string{"content-type", "host"}
	for len(names) < maxSignedHeaders {
		names = append(names, "x-"+strings.Repeat("y", len(names)))
	}
	a, err := ParseAuthorization(strings.Replace(goodHeader, "content-type;host", strings.Join(names, ";"), 1))
	if err != nil || !slices.Equal(a.SignedHeaders, names) {
		t.Errorf("got %v, %v", a.SignedHeaders, err)
	}
}

func TestErrorTextNamesTheField(t *testing.T) {
	_, err := ParseAuthorization(strings.Replace(goodHeader, ";host", "", 1))
	same(t, "text", err.Error(), "`SignedHeaders` does not list `host`")
}

func wantError(t *testing.T, err error, field, reason string) {
	t.Helper()
	wrong, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("error is %v, want an *Error for %s", err, field)
	}
	if wrong.Field != field || !strings.Contains(wrong.Reason, reason) {
		t.Errorf("error is %q, want field %s and a reason with %q", wrong, field, reason)
	}
}
