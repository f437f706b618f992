package qcs

import "strings"

// A Glob is a compiled pattern in which * matches any run of characters, the
// empty one included, and every other character matches itself. The zero Glob
// matches only the empty string.
type Glob struct {
	// parts are the literal texts around the stars: n stars leave n+1 parts,
	// the first anchored at the start, the last at the end. nil for a pattern
	// without a star, which is text alone.
	parts []string
	text  string
}

// NewGlob compiles a pattern. Every string is a valid pattern.
func NewGlob(pattern string) Glob {
	if !strings.Contains(pattern, "*") {
		return Glob{text: pattern}
	}
	split := strings.Split(pattern, "*")
	// Runs of stars match what one star matches: keep no empty middle part.
	parts := split[:1]
	for _, p := range split[1 : len(split)-1] {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return Glob{parts: append(parts, split[len(split)-1]), text: pattern}
}

// String returns the pattern as written.
func (g Glob) String() string { return g.text }

// Literal reports whether the pattern has no star.
func (g Glob) Literal() bool { return g.parts == nil }

// All reports whether the pattern matches every string.
func (g Glob) All() bool { return len(g.parts) == 2 && g.parts[0] == "" && g.parts[1] == "" }

// Match reports whether the whole of s matches.
func (g Glob) Match(s string) bool {
	if g.parts == nil {
		return s == g.text
	}
	last := len(g.parts) - 1
	if !strings.HasPrefix(s, g.parts[0]) {
		return false
	}
	s = s[len(g.parts[0]):]
	if !strings.HasSuffix(s, g.parts[last]) {
		return false
	}
	s = s[:len(s)-len(g.parts[last])]
	// Taking the first place where each middle part fits leaves the most room
	// for those after it, so no backtracking is needed.
	for _, p := range g.parts[1:last] {
		i := strings.Index(s, p)
		if i < 0 {
			return false
		}
		s = s[i+len(p):]
	}
	return true
}
