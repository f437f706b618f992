package signin

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238, and what every authenticator app does
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// One-time passwords as RFC 6238 has them, with the parameters that every authenticator app takes: SHA-1, six digits, thirty
// seconds. Clocks may differ by one step.
const (
	totpPeriod = 30
	totpDigits = 6
	totpDrift  = 1
)

var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)

// secretSize is that of the secret of a device in bytes: as long as the hash.
const secretSize = sha1.Size

// newSecret draws the secret of a device.
func newSecret() string {
	raw := make([]byte, secretSize)
	rand.Read(raw)
	return base32Text.EncodeToString(raw)
}

// totp is the code of one time step.
func totp(secret []byte, step int64, digits int) string {
	mac := hmac.New(sha1.New, secret)
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0x0f
	n := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	modulus := uint32(1)
	for range digits {
		modulus *= 10
	}
	return fmt.Sprintf("%0*d", digits, n%modulus)
}

// matchTOTP finds the time step whose code it is, among those around at that are later than the last one used: a code is good
// once. It compares with all of them, whichever fits.
func matchTOTP(secret, code string, at time.Time, last int64) (step int64, ok bool) {
	raw, err := base32Text.DecodeString(secret)
	if err != nil || len(code) != totpDigits {
		return 0, false
	}
	now := at.Unix() / totpPeriod
	for s := now - totpDrift; s <= now+totpDrift; s++ {
		if subtle.ConstantTimeCompare([]byte(totp(raw, s, totpDigits)), []byte(code)) == 1 && s > last {
			step, ok = s, true
		}
	}
	return step, ok
}

// totpURI is what authenticator apps read from a QR code.
func totpURI(secret, owner, name string) string {
	label := url.PathEscape("hufu:" + name + "@" + owner)
	return "otpauth://totp/" + label + "?secret=" + secret + "&issuer=hufu&algorithm=SHA1&digits=6&period=30"
}

// recoveryCodes are made at once; each is good once.
const recoveryCodes = 10

// newRecoveryCode draws 80 bits, in groups that people can copy.
func newRecoveryCode() string {
	raw := make([]byte, 10)
	rand.Read(raw)
	text := strings.ToLower(base32Text.EncodeToString(raw))
	return text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
}

// plainRecoveryCode is a code as it was drawn, from however it was typed.
func plainRecoveryCode(typed string) string {
	return strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(typed))
}
