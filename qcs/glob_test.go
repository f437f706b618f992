package qcs

import "testing"

func TestTheMiddlePartsOfAGlobStandInOrder(t *testing.T) {
	for _, tc := range []struct {
		pattern, text string
		want          bool
	}{
		{"a*b*c*d", "a-b-c-d", true},
		{"a*b*c*d", "a-c-b-d", false},
		{"a*b*d", "a-d", false},
		{"a*b*b*d", "a-b-d", false},
		{"*b*", "abc", true},
		{"*b*", "acd", false},
	} {
		if got := NewGlob(tc.pattern).Match(tc.text); got != tc.want {
			t.Errorf("%q on %q: %t, want %t", tc.pattern, tc.text, got, tc.want)
		}
	}
}
