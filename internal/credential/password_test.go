package credential

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func hash(t testing.TB, password string) string {
	t.Helper()
	h, err := HashPassword(context.Background(), password)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHashAndCheck(t *testing.T) {
	ctx := context.Background()
	one, two := hash(t, "Correct-Horse-1"), hash(t, "Correct-Horse-1")
	if one == two {
		t.Error("the same password has the same hash twice: there is no salt")
	}
	for _, tc := range []struct {
		name, password string
		want           bool
	}{
		{"the password", "Correct-Horse-1", true},
		{"another one", "Correct-Horse-2", false},
		{"other letters", "correct-horse-1", false},
		{"a blank behind it", "Correct-Horse-1 ", false},
		{"none", "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if ok, err := CheckPassword(ctx, one, tc.password); ok != tc.want || err != nil {
				t.Errorf("got %t, %v, want %t", ok, err, tc.want)
			}
		})
	}
	if h := hash(t, ""); !strings.HasPrefix(h, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("the hash %q names other costs than documented", h)
	}
}

func TestMalformedHashesAreErrorsAndNeverMatch(t *testing.T) {
	good := hash(t, "x")
	parts := strings.Split(good, "$")
	with := func(i int, s string) string {
		p := append([]string(nil), parts...)
		p[i] = s
		return strings.Join(p, "$")
	}
	zero := base64.RawStdEncoding.EncodeToString(make([]byte, 32))
	for _, tc := range []struct{ name, hash string }{
		{"nothing", ""},
		{"plain text", "x"},
		{"another algorithm", with(1, "argon2i")},
		{"another version", with(2, "v=16")},
		{"no version", with(2, "19")},
		{"no memory", with(3, "t=2,p=1")},
		{"memory of an attack", with(3, "m=4294967295,t=2,p=1")},
		{"memory that is too little", with(3, "m=1,t=2,p=1")},
		{"negative memory", with(3, "m=-19456,t=2,p=1")},
		{"no time", with(3, "m=19456,t=0,p=1")},
		{"time of an attack", with(3, "m=19456,t=4294967295,p=1")},
		{"no threads", with(3, "m=19456,t=2,p=0")},
		{"too many threads", with(3, "m=19456,t=2,p=256")},
		{"text behind the costs", with(3, "m=19456,t=2,p=1,x=1")},
		{"text behind the version", with(2, "v=19x")},
		{"a salt that is no base64", with(4, "#")},
		{"a hash that is no base64", with(5, "#")},
		{"an empty hash", with(5, "")},
		{"a hash that was cut", with(5, parts[5][:22])},
		{"one part more", good + "$" + zero},
		{"one part less", strings.Join(parts[:5], "$")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if ok, err := CheckPassword(context.Background(), tc.hash, "x"); ok || !errors.Is(err, ErrNotAHash) {
				t.Errorf("got %t, %v, want ErrNotAHash", ok, err)
			}
		})
	}
}

func TestHashingWaitsForItsTurnOnlyAsLongAsTheCaller(t *testing.T) {
	for range cap(hashing) {
		hashing <- struct{}{}
	}
	defer func() {
		for range cap(hashing) {
			<-hashing
		}
	}()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := HashPassword(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that the caller gave up", err)
	}
}

func TestPasswordRules(t *testing.T) {
	only := func(classes string) PasswordRules { return PasswordRules{MinimumLength: 8, MustContain: classes} }
	for _, tc := range []struct {
		name     string
		rules    PasswordRules
		password string
		want     bool
	}{
		{"all four classes", DefaultPasswordRules, "aB3!aB3!", true},
		{"no upper case", DefaultPasswordRules, "ab3!ab3!", false},
		{"no lower case", DefaultPasswordRules, "AB3!AB3!", false},
		{"no digit", DefaultPasswordRules, "aBc!aBc!", false},
		{"no special character", DefaultPasswordRules, "aB3caB3c", false},
		{"one character short", DefaultPasswordRules, "aB3!aB3", false},
		{"as long as can be", DefaultPasswordRules, strings.Repeat("aB3!", 8), true},
		{"one too long", DefaultPasswordRules, strings.Repeat("aB3!", 8) + "a", false},
		{"characters count, not bytes", DefaultPasswordRules, "aB3!密码密码", true},
		{"a letter of another script is a special character", only("!"), "密码密码密码密码", true},
		{"a blank", DefaultPasswordRules, "aB3! aB3!", false},
		{"an ideographic blank", DefaultPasswordRules, "aB3!　aB3!", false},
		{"a control character", DefaultPasswordRules, "aB3!\x00aB3!", false},
		{"bytes that are no text", DefaultPasswordRules, "aB3!\xffaB3!", false},
		{"nothing", DefaultPasswordRules, "", false},
		{"only lower case is asked for", only("a"), "aaaaaaaa", true},
		{"no class is asked for", only(""), "12345678", true},
		{"a longer minimum", PasswordRules{MinimumLength: 12, MustContain: "a"}, "aaaaaaaaaaa", false},
		{"a longer minimum is met", PasswordRules{MinimumLength: 12, MustContain: "a"}, "aaaaaaaaaaaa", true},
		{"rules that were never set still ask for eight", PasswordRules{}, "aaaaaaa", false},
		{"rules that were never set", PasswordRules{}, "aaaaaaaa", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.rules.Allows(tc.password); got != tc.want {
				t.Errorf("%q: got %t, want %t", tc.password, got, tc.want)
			}
		})
	}
}

// A stored hash never makes CheckPassword panic, match by accident, or work for longer than its own bounds allow.
func FuzzCheckPassword(f *testing.F) {
	salt := base64.RawStdEncoding.EncodeToString([]byte("0123456789abcdef"))
	cheap := func(costs, key string) string { return "$argon2id$v=19$" + costs + "$" + salt + "$" + key }
	for _, s := range []string{
		"", "$", "$$$$$", "$argon2id$v=19$m=8,t=1,p=1$$", cheap("m=8,t=1,p=1", salt), cheap("m=64,t=1,p=8", ""),
		cheap("m=8,t=1,p=255", salt), cheap("m=+8,t=01,p=1", salt), cheap("m=8,t=1,p=1 ", salt), cheap("m=0x8,t=1,p=1", salt),
		"$argon2id$v=19$m=8,t=1,p=1$" + salt + "$" + strings.Repeat("A", 43),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		// Hashes as dear as the bounds allow are right, but would make each run last seconds.
		var m, n, p int
		if parts := strings.Split(text, "$"); len(parts) == 6 {
			_, _ = fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &n, &p) // what cannot be read is refused
			if m*n > 1<<12 {
				return
			}
		}
		ok, err := CheckPassword(context.Background(), text, "password")
		if err != nil && !errors.Is(err, ErrNotAHash) {
			t.Errorf("%q: %v", text, err)
		}
		if ok {
			t.Errorf("%q matches a password that it was not made of", text)
		}
	})
}
