package policy

import (
	"cmp"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// A decimal is an exact number: 0.digits times ten to the power of exp, where
// the digits are those of whole followed by those of frac. Zero has no
// digits. Nothing is rounded, and nothing is allocated: the digits stay
// where they were read.
type decimal struct {
	neg         bool
	whole, frac string
	exp         int64
}

// maxExponent bounds exponents so that adding to them cannot overflow.
const maxExponent = 1_000_000_000

// parseDecimal reads [+-]digits[.digits][e[+-]digits].
func parseDecimal(s string) (d decimal, ok bool) {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		d.neg = s[0] == '-'
		s = s[1:]
	}
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		exp, err := strconv.ParseInt(s[i+1:], 10, 64)
		if err != nil || exp > maxExponent || exp < -maxExponent {
			return decimal{}, false
		}
		d.exp, s = exp, s[:i]
	}
	whole, frac, point := strings.Cut(s, ".")
	if !isDigits(whole) || point && !isDigits(frac) {
		return decimal{}, false
	}
	whole = strings.TrimLeft(whole, "0")
	d.exp += int64(len(whole))
	frac = strings.TrimRight(frac, "0")
	if whole == "" {
		significant := strings.TrimLeft(frac, "0")
		d.exp -= int64(len(frac) - len(significant))
		frac = significant
	}
	if frac == "" {
		whole = strings.TrimRight(whole, "0")
	}
	if whole == "" && frac == "" {
		return decimal{}, true // no negative zero, no exponent of nothing
	}
	d.whole, d.frac = whole, frac
	return d, true
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func (d decimal) len() int { return len(d.whole) + len(d.frac) }

func (d decimal) digit(i int) byte {
	switch {
	case i < len(d.whole):
		return d.whole[i]
	case i < d.len():
		return d.frac[i-len(d.whole)]
	}
	return '0'
}

func (d decimal) sign() int {
	switch {
	case d.len() == 0:
		return 0
	case d.neg:
		return -1
	}
	return 1
}

// compare returns -1, 0 or +1.
func (d decimal) compare(e decimal) int {
	sign := d.sign()
	if c := cmp.Compare(sign, e.sign()); c != 0 || sign == 0 {
		return c
	}
	if c := cmp.Compare(d.exp, e.exp); c != 0 {
		return sign * c
	}
	for i := range max(d.len(), e.len()) {
		if c := cmp.Compare(d.digit(i), e.digit(i)); c != 0 {
			return sign * c
		}
	}
	return 0
}

// parseDate reads a moment as seconds since 1970. A text without zone is UTC,
// a bare date its first second; fractions of a second are dropped, since
// moments are compared to the second.
func parseDate(s string) (int64, bool) {
	for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Unix(), true
		}
	}
	return 0, false
}

// parseBool reads true or false in any letter case.
func parseBool(s string) (value, ok bool) {
	switch lower(s) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}

// parseNetwork reads an address or a CIDR block. Host bits are masked off,
// as the documentation's own examples need, and an IPv4 address inside IPv6
// becomes plain IPv4.
func parseNetwork(s string) (netip.Prefix, bool) {
	if !strings.Contains(s, "/") {
		a, ok := parseAddress(s)
		if !ok {
			return netip.Prefix{}, false
		}
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, false
	}
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked(), true
}

// parseAddress reads an address without zone.
func parseAddress(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(s)
	return a.Unmap(), err == nil && a.Zone() == ""
}

// lower folds ASCII letters only. Unicode folding would let the Kelvin sign
// and the long s spell member names.
func lower(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for j := i; j < len(b); j++ {
				if 'A' <= b[j] && b[j] <= 'Z' {
					b[j] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}
