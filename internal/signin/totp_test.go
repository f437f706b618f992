package signin

import (
	"strings"
	"testing"
	"time"
)

// The vectors of RFC 6238, appendix B, for SHA-1.
func TestCodesAreThoseOfRFC6238(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130"} {
		if got := totp(secret, at/totpPeriod, 8); got != want {
			t.Errorf("at %d: got %s, want %s", at, got, want)
		}
	}
}

func TestACodeCountsAroundItsTimeAndOnce(t *testing.T) {
	raw := []byte("12345678901234567890")
	secret := base32Text.EncodeToString(raw)
	at := time.Unix(1111111111, 0)
	now := at.Unix() / totpPeriod
	for _, tt := range []struct {
		name string
		code string
		last int64
		ok   bool
	}{
		{"the code of now", totp(raw, now, 6), 0, true},
		{"that of the step before", totp(raw, now-1, 6), 0, true},
		{"that of the step after", totp(raw, now+1, 6), 0, true},
		{"one of two steps before", totp(raw, now-2, 6), 0, false},
		{"one of two steps after", totp(raw, now+2, 6), 0, false},
		{"one that was used", totp(raw, now, 6), now, false},
		{"one before the one that was used", totp(raw, now-1, 6), now, false},
		{"the next after the one that was used", totp(raw, now+1, 6), now, true},
		{"a longer code", totp(raw, now, 8), 0, false},
		{"no code", "", 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, ok := matchTOTP(secret, tt.code, at, tt.last); ok != tt.ok {
				t.Errorf("%q: %t", tt.code, ok)
			}
		})
	}
}

func TestSecretsAndRecoveryCodes(t *testing.T) {
	if s := newSecret(); len(s) != 32 || s == newSecret() {
		t.Errorf("secret %q", s)
	}
	code := newRecoveryCode()
	if len(code) != 19 || strings.Count(code, "-") != 3 || code == newRecoveryCode() {
		t.Errorf("recovery code %q", code)
	}
	if plainRecoveryCode(strings.ToUpper(" "+code)) != strings.ReplaceAll(code, "-", "") {
		t.Errorf("%q is read otherwise than it was written", code)
	}
	if got := totpURI("SECRET", "100", "a b/ü"); got != "otpauth://totp/hufu:a%20b%2F%C3%BC@100?secret=SECRET&issuer=hufu&algorithm=SHA1&digits=6&period=30" {
		t.Error(got)
	}
}
