package reach

import (
	"slices"
	"strings"
)

// maxParts bounds the patterns that the meeting of two is made of. Two
// patterns with many stars meet in very many ways.
const maxParts = 16

// A meter bounds the work on all meetings of a comparison.
type meter struct{ left int }

// meet returns patterns that together match what both a and b match: none if
// nothing is. It may leave some out where there would be very many, or when
// the meter has run out.
func (w *meter) meet(a, b string) []string {
	m := meeting{left: min(w.left, 4096)}
	before := m.left
	m.walk("", squeeze(a), squeeze(b))
	w.left -= before - m.left
	return widest(m.found)
}

// squeeze takes runs of stars for one.
func squeeze(s string) string {
	for strings.Contains(s, "**") {
		s = strings.ReplaceAll(s, "**", "*")
	}
	return s
}

type meeting struct {
	found []string
	left  int // steps
}

// walk goes through both patterns at once. What was matched so far is done.
func (m *meeting) walk(done, a, b string) {
	if m.left == 0 || len(m.found) >= 4*maxParts {
		return
	}
	m.left--
	switch {
	case a == "" || b == "":
		if strings.Trim(a+b, "*") == "" {
			m.found = append(m.found, done)
		}
	case a[0] == '*' && b[0] == '*':
		// The one that ends first goes on inside the other.
		m.walk(done+"*", a[1:], b)
		m.walk(done+"*", a, b[1:])
	case a[0] == '*':
		m.walk(done, a[1:], b)
		m.walk(done+b[:1], a, b[1:])
	case b[0] == '*':
		m.walk(done, a, b[1:])
		m.walk(done+a[:1], a[1:], b)
	case a[0] == b[0]:
		m.walk(done+a[:1], a[1:], b[1:])
	}
}

// widest keeps the patterns that no other one covers.
func widest(patterns []string) []string {
	for i, p := range patterns {
		patterns[i] = squeeze(p)
	}
	slices.Sort(patterns)
	patterns = slices.Compact(patterns)
	globs := make([]glob, len(patterns))
	for i, p := range patterns {
		globs[i] = newGlob(p, false)
	}
	var kept []string
	for i := range globs {
		covered := false
		for j := range globs {
			covered = covered || i != j && globs[j].covers(&globs[i]) && (j < i || !globs[i].covers(&globs[j]))
		}
		if !covered {
			kept = append(kept, patterns[i])
		}
	}
	return kept[:min(len(kept), maxParts)]
}
