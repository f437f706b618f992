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
	return costs(argonMemory, argonTime, argonThreads) + base64.RawStdEncoding.EncodeToString(salt) + "$" + base64.RawStdEncoding.EncodeToString(key), nil
}

// ErrNotAHash is a stored password that is not in the form HashPassword writes.
var ErrNotAHash = errors.New("stored password is not an argon2id hash")

// CheckPassword reports whether password is the one behind hash.
func CheckPassword(ctx context.Context, hash, password string) (bool, error) {
	h, ok := parseHash(hash)
	if !ok {
		return false, ErrNotAHash
	}
	got, err := argon(ctx, password, h.salt, h.time, h.memory, h.threads)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, h.key) == 1, nil
}

// storedHash is a stored password taken apart.
type storedHash struct {
	memory, time uint32
	threads      uint8
	salt, key    []byte
}

// costs prints what a hash was made with, as it stands before salt and key.
func costs(memory, time uint32, threads uint8) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, memory, time, threads)
}

// parseHash reads what HashPassword writes, with other costs too: raising them must not lock anybody out. Bounds keep a
// row that somebody tampered with from taking the machine down.
func parseHash(hash string) (h storedHash, ok bool) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 {
		return h, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.time, &h.threads); err != nil {
		return h, false
	}
	var err1, err2 error
	h.salt, err1 = base64.RawStdEncoding.DecodeString(parts[4])
	h.key, err2 = base64.RawStdEncoding.DecodeString(parts[5])
	ok = err1 == nil && err2 == nil && len(h.salt) == argonSalt && len(h.key) == argonKey &&
		strings.HasPrefix(hash, costs(h.memory, h.time, h.threads)) && // which also rules text around the numbers out
		h.memory >= 8 && h.memory <= 1<<20 && h.time >= 1 && h.time <= 16 && h.threads >= 1
	return h, ok
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

// PasswordClasses are the letters that MustContain is made of, one a class. Our decision: the samples show "A" alone.
const PasswordClasses = "Aa0!"

// DefaultPasswordRules hold until the account sets its own.
var DefaultPasswordRules = PasswordRules{MinimumLength: 8, MustContain: PasswordClasses, ExpiredMayLogIn: true}

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
