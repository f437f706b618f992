package credential

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
)

const (
	alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	lower         = "abcdefghijkmnopqrstuvwxyz"
	upper         = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	digits        = "23456789"
	special       = "!@#$%^*()_+-="
)

// randomText draws n characters of an alphabet, each equally likely.
func randomText(alphabet string, n int) string {
	var out strings.Builder
	limit := 256 - 256%len(alphabet) // bytes from here on would favour the alphabet's start
	buf := make([]byte, 2*n)
	for out.Len() < n {
		rand.Read(buf)
		for _, b := range buf {
			if int(b) < limit && out.Len() < n {
				out.WriteByte(alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return out.String()
}

// NewSecretID is AKID and 32 alphanumerics.
func NewSecretID() string { return "AKID" + randomText(alphanumerics, 32) }

// NewSecretKey is 32 alphanumerics.
func NewSecretKey() string { return randomText(alphanumerics, 32) }

// NewPassword is a random password of 32 characters with all four classes, easy to tell apart when read aloud.
func NewPassword() string {
	for {
		p := randomText(lower+upper+digits+special, 32)
		if strings.ContainsAny(p, lower) && strings.ContainsAny(p, upper) && strings.ContainsAny(p, digits) && strings.ContainsAny(p, special) {
			return p
		}
	}
}

// The shapes of a temporary credential: 68, 44 and 608 characters.
func newTmpSecretID() string { return "AKID" + randomText(alphanumerics+"-_", 64) }

func newTmpSecretKey() string { return base64.StdEncoding.EncodeToString(randomBytes(32)) }

func newToken() string { return base64.RawURLEncoding.EncodeToString(randomBytes(456)) }

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}
