package eiam

import (
	"slices"
	"strings"
)

// commonWords are what people make passwords of: one of these with anything but letters behind it is guessed first.
var commonWords = []string{"abc", "abcd", "abcdef", "admin", "administrator", "asdf", "asdfgh", "baby", "changeme", "china", "computer", "default",
	"dragon", "football", "guest", "hello", "huawei", "iloveyou", "letmein", "login", "love", "manager", "master", "monkey", "oracle", "pass",
	"passw", "passwd", "password", "princess", "qaz", "qazwsx", "qwe", "qwer", "qwert", "qwerty", "qwertyuiop", "root", "secret", "server",
	"shadow", "sunshine", "superman", "system", "temp", "test", "tencent", "toor", "user", "welcome", "woaini", "zaq", "zxc", "zxcv", "zxcvbn"}

// runs are what fingers walk along.
var runs = []string{"01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm"}

// substitutes are letters as people hide them.
var substitutes = strings.NewReplacer("@", "a", "4", "a", "3", "e", "1", "l", "0", "o", "$", "s", "5", "s", "7", "t")

// unshifted are the digits of the keys that signs stand on.
var unshifted = strings.NewReplacer("!", "1", "@", "2", "#", "3", "$", "4", "%", "5", "^", "6", "&", "7", "*", "8", "(", "9", ")", "0")

// isWeak reports whether a password that met the rules is among the first that somebody would guess: a common word with
// digits and signs around it, one character again and again, or a walk along the keyboard or alphabet.
func isWeak(password string) bool {
	p := strings.ToLower(password)
	word := strings.TrimRightFunc(p, func(r rune) bool { return r < 'a' || 'z' < r })
	word = strings.TrimLeft(word, "0123456789!#%^&*()-_=+.,?")
	if slices.Contains(commonWords, substitutes.Replace(word)) {
		return true
	}
	if word == "a" || word == "aa" {
		return true // Aa123456! and its like
	}
	if strings.Trim(p, p[:1]) == "" {
		return true
	}
	return walks(unshifted.Replace(p))
}

// walks reports whether a password is no more than two runs of at least three characters, forwards or backwards.
func walks(p string) bool {
	for range 2 {
		n := longestRun(p)
		if n < 3 {
			return false
		}
		if p = p[n:]; p == "" {
			return true
		}
	}
	return false
}

// longestRun is how many characters at the start of p are one run.
func longestRun(p string) int {
	for n := len(p); n >= 3; n-- {
		for _, r := range runs {
			if strings.Contains(r, p[:n]) || strings.Contains(reversed(r), p[:n]) {
				return n
			}
		}
	}
	return 0
}

func reversed(s string) string {
	r := []rune(s)
	slices.Reverse(r)
	return string(r)
}
