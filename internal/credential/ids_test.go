package credential

import (
	"math"
	"regexp"
	"strings"
	"testing"
)

func TestShapesOfIdentifiersAndSecrets(t *testing.T) {
	for _, tc := range []struct {
		name  string
		draw  func() string
		shape string
	}{
		{"a SecretId", NewSecretID, `^AKID[A-Za-z0-9]{32}$`},
		{"a SecretKey", NewSecretKey, `^[A-Za-z0-9]{32}$`},
		{"a password", NewPassword, `^[A-HJ-NP-Za-km-z2-9!@#$%^*()_+=-]{32}$`},
		{"a temporary SecretId", newTmpSecretID, `^AKID[A-Za-z0-9_-]{64}$`},
		{"a temporary SecretKey", newTmpSecretKey, `^[A-Za-z0-9+/]{43}=$`},
		{"a token", newToken, `^[A-Za-z0-9_-]{608}$`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			shape, seen := regexp.MustCompile(tc.shape), map[string]bool{}
			for range 200 {
				s := tc.draw()
				if !shape.MatchString(s) {
					t.Fatalf("%q has not the shape %s", s, tc.shape)
				}
				if seen[s] {
					t.Fatalf("%q was drawn twice", s)
				}
				seen[s] = true
			}
		})
	}
}

func TestDrawnPasswordsMeetTheStrictestRules(t *testing.T) {
	strict := PasswordRules{MinimumLength: 32, MustContain: "Aa0!"}
	for range 500 {
		if p := NewPassword(); !strict.Allows(p) {
			t.Fatalf("%q does not meet the rules", p)
		}
	}
}

// The statistic is chi-square distributed with one degree of freedom less than there are characters. Eight standard
// deviations above its mean do not happen by chance; the bias of a plain modulo (some characters 25 % more often with
// 62 of them) lies far beyond.
func TestRandomTextHasNoFavourites(t *testing.T) {
	for _, alphabet := range []string{alphanumerics, alphanumerics + "-_", lower + upper + digits + special, digits, "ab"} {
		t.Run(alphabet[:2]+"…", func(t *testing.T) {
			const draws = 200_000
			text := randomText(alphabet, draws)
			if len(text) != draws {
				t.Fatalf("drew %d characters, want %d", len(text), draws)
			}
			expected := float64(draws) / float64(len(alphabet))
			sum := 0.0
			for _, c := range alphabet {
				d := float64(strings.Count(text, string(c))) - expected
				sum += d * d / expected
			}
			freedom := float64(len(alphabet) - 1)
			if bound := freedom + 8*math.Sqrt(2*freedom); sum > bound {
				t.Errorf("chi-square is %.1f, want at most %.1f: some characters are favoured", sum, bound)
			}
		})
	}
}

func TestAlphabetsHaveNoCharacterTwice(t *testing.T) {
	for _, alphabet := range []string{alphanumerics + "-_", lower + upper + digits + special} {
		for _, c := range alphabet {
			if strings.Count(alphabet, string(c)) != 1 {
				t.Errorf("%q stands more than once in %q", c, alphabet)
			}
		}
	}
}
