package credential

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// Argon2id with the memory and time that the password storage recommendations of 2024 give as the first choice.
const (
	argonMemory  = 19 * 1024 // KiB
	argonTime    = 2
	argonThreads = 1
	argonKey     = 32
	argonSalt    = 16
)

// hashing bounds how many hashes run at once: each holds 19 MiB, and a flood of logins must not starve the rest.
var hashing = make(chan struct{}, max(1, runtime.GOMAXPROCS(0)))

// HashPassword makes the stored form of a password. It takes about 30 ms of a core: never call it in a transaction.
func HashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, argonSalt)
	rand.Read(salt)
	key, err := argon(ctx, password, salt, argonTime, argonMemory, argonThreads)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// ErrNotAHash is a stored password that is not in the form HashPassword writes.
var ErrNotAHash = errors.New("stored password is not an argon2id hash")

// CheckPassword reports whether password is the one behind hash.
func CheckPassword(ctx context.Context, hash, password string) (bool, error) {
	var version, memory, time int
	var threads uint8
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, ErrNotAHash
	}
	_, err1 := fmt.Sscanf(parts[2], "v=%d", &version)
	_, err2 := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &time, &threads)
	salt, err3 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err4 := base64.RawStdEncoding.DecodeString(parts[5])
	if errors.Join(err1, err2, err3, err4) != nil || version != argon2.Version || memory < 8 || memory > 1<<20 || time < 1 || time > 16 || threads < 1 {
		return false, ErrNotAHash
	}
	got, err := argon(ctx, password, salt, uint32(time), uint32(memory), threads)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

func argon(ctx context.Context, password string, salt []byte, time, memory uint32, threads uint8) ([]byte, error) {
	select {
	case hashing <- struct{}{}:
		defer func() { <-hashing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(password), salt, time, memory, threads, argonKey), nil
}

// PasswordRules is what an account asks of its sub-users' passwords.
type PasswordRules struct {
	MinimumLength   int    // characters, 8 to 32
	MustContain     string // classes: A upper, a lower, 0 digit, ! special
	ExpireDays      int    // 0 = never
	ReuseLimit      int    // the last n passwords are refused
	RetryLimit      int    // wrong tries an hour, 0 = no lock
	ExpiredMayLogIn bool   // an expired password still logs in, to be changed at once
}

// DefaultPasswordRules hold until the account sets its own.
var DefaultPasswordRules = PasswordRules{MinimumLength: 8, MustContain: "Aa0!", ExpiredMayLogIn: true}

// MaxPasswordLength bounds every password, whatever the rules.
const MaxPasswordLength = 32

// Allows reports whether a new password meets the rules; reuse is the caller's to check.
func (r PasswordRules) Allows(password string) bool {
	if n := utf8.RuneCountInString(password); n < max(r.MinimumLength, 8) || n > MaxPasswordLength {
		return false
	}
	has := map[rune]bool{}
	for _, c := range password {
		switch {
		case unicode.IsSpace(c) || unicode.IsControl(c) || c == utf8.RuneError:
			return false
		case 'A' <= c && c <= 'Z':
			has['A'] = true
		case 'a' <= c && c <= 'z':
			has['a'] = true
		case '0' <= c && c <= '9':
			has['0'] = true
		default:
			has['!'] = true
		}
	}
	for _, class := range r.MustContain {
		if !has[class] {
			return false
		}
	}
	return true
}
