package policy

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDecimalsAgreeWithRationals(t *testing.T) {
	number := rapid.StringMatching(`[+-]?[0-9]{1,5}(\.[0-9]{1,5})?([eE][+-]?[0-9]{1,2})?`)
	rapid.Check(t, func(t *rapid.T) {
		a := number.Draw(t, "a")
		// The same digits in another spelling are drawn often.
		b := rapid.OneOf(number, rapid.Just("0"+strings.TrimLeft(a, "+-")), rapid.Just(a)).Draw(t, "b")
		x, ok1 := parseDecimal(a)
		y, ok2 := parseDecimal(b)
		if !ok1 || !ok2 {
			t.Fatalf("%q %v, %q %v", a, ok1, b, ok2)
		}
		p, _ := new(big.Rat).SetString(a)
		q, _ := new(big.Rat).SetString(b)
		if got, want := x.compare(y), p.Cmp(q); got != want {
			t.Fatalf("%s and %s compare %d, want %d", a, b, got, want)
		}
	})
}

func TestDecimalOrder(t *testing.T) {
	sorted := []string{"-10", "-1.23", "-1.2", "0", "0.0012", "1.2", "1.23", "12", "120", "1.2e100"}
	for i, a := range sorted {
		for j, b := range sorted {
			x, _ := parseDecimal(a)
			y, _ := parseDecimal(b)
			if got := x.compare(y); got != order(int64(i), int64(j)) {
				t.Errorf("%s and %s compare %d", a, b, got)
			}
		}
	}
}

func TestNumbersThatAreNone(t *testing.T) {
	for _, s := range []string{"", "-", "+", "abc", "1.", ".1", "1e", "e1", "1e9999999999", "1e-9999999999", "1e99999999999999999999",
		"0x10", "1_000", " 1", "1 ", "--1", "1.2.3", "٣", "Infinity", "NaN"} {
		if d, ok := parseDecimal(s); ok {
			t.Errorf("%q is read as %+v", s, d)
		}
	}
}

func TestNetworks(t *testing.T) {
	for text, want := range map[string]string{
		"10.217.182.3/24": "10.217.182.0/24", "10.0.0.1": "10.0.0.1/32", "::1": "::1/128", "2001:db8::1/32": "2001:db8::/32",
		"::ffff:10.1.2.3": "10.1.2.3/32", "::ffff:10.1.2.3/104": "10.0.0.0/8", "::ffff:0:0/90": "::ffc0:0:0/90",
		"10.0.0.300": "", "10.0.0.0/33": "", "10.0.0.0/": "", "10.0.0": "", "fe80::1%eth0": "", "fe80::1%eth0/64": "", "010.0.0.1": "",
	} {
		p, ok := parseNetwork(text)
		if got := fmt.Sprint(p); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %s %v, want %q", text, got, ok, want)
		}
	}
}

func TestLowerFoldsASCIIOnly(t *testing.T) {
	for text, want := range map[string]string{"": "", "abc": "abc", "aBC-Z": "abc-z", "ſtatement": "ſtatement", "ÄB": "Äb"} {
		if got := lower(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// slowExpand fills in a template for one tag; stars that variables bring in
// become a mark that nothing else contains, so that they stay letters.
func slowExpand(text string, p *Principal, tag int) string {
	mark := func(s string) string { return strings.ReplaceAll(s, "*", "\x00") }
	pairs := []string{"${uin}", mark(p.UIN), "${owner_uin}", p.Account.UIN, "${app_id}", p.Account.AppID}
	if tag < len(p.Tags) {
		pairs = append(pairs, "${qcs:principal_tag_key}", mark(p.Tags[tag].Key()), "${qcs:principal_tag_value}", mark(p.Tags[tag].Value()))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// slowGlob is what a star means, said as plainly as possible.
func slowGlob(pattern, s string) bool {
	if pattern == "" {
		return s == ""
	}
	if pattern[0] == '*' {
		return slowGlob(pattern[1:], s) || s != "" && slowGlob(pattern, s[1:])
	}
	return s != "" && s[0] == pattern[0] && slowGlob(pattern[1:], s[1:])
}

func TestTemplatesAgreeWithTheObviousMatcher(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Principal{Kind: User, UIN: rapid.SampledFrom([]string{"a", "ab", "*"}).Draw(t, "uin"), Tags: []Tag{}}
		p.Account.UIN, p.Account.AppID = "b", "ba"
		for range rapid.IntRange(0, 2).Draw(t, "tags") {
			p.Tags = append(p.Tags, NewTag(rapid.SampledFrom([]string{"a", "b*"}).Draw(t, "key"), rapid.SampledFrom([]string{"", "ab", "*"}).Draw(t, "value")))
		}
		var b strings.Builder
		for range rapid.IntRange(0, 5).Draw(t, "parts") {
			b.WriteString(rapid.SampledFrom([]string{"a", "b", "*", "${uin}", "${owner_uin}", "${app_id}", "${qcs:principal_tag_key}", "${qcs:principal_tag_value}"}).Draw(t, "part"))
		}
		wild := rapid.Bool().Draw(t, "wild")
		text, s := b.String(), rapid.StringMatching(`[ab*]{0,8}`).Draw(t, "text")
		tmpl, bad := parseTemplate(text, wild)
		if bad != "" {
			t.Fatal(bad)
		}
		tries := 1
		if strings.Contains(text, "principal_tag") {
			tries = len(p.Tags)
		}
		want, fold := false, false
		marked := strings.ReplaceAll(s, "*", "\x00")
		for i := range tries {
			full := slowExpand(text, &p, i)
			plain := strings.ReplaceAll(full, "\x00", "*")
			if wild {
				// A star of the text meets a star of the pattern too.
				want = want || slowGlob(full, marked)
			} else {
				want = want || plain == s
				fold = fold || strings.EqualFold(plain, s)
			}
		}
		if got := tmpl.match(s, &p); got != want {
			t.Fatalf("%q on %q with %+v: %v", text, s, p, got)
		}
		if !wild && tmpl.equalFold(strings.ToUpper(s), &p) != fold {
			t.Fatalf("%q on %q without case: want %v", text, s, fold)
		}
	})
}
