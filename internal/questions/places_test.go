package questions

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

// Whatever stands in a document, a place in UTF-16 units leads to what the place in bytes does.
func FuzzPlaces(f *testing.F) {
	f.Add(`{"version":"😀"}`, 12, 16)
	f.Add("a\U0010FFFFb", 1, 5)
	f.Fuzz(func(t *testing.T, text string, from, to int) {
		if !utf8.ValidString(text) || from < 0 || to < from || to > len(text) || !boundary(text, from) || !boundary(text, to) {
			return
		}
		at := units{text: text}
		at.of(from / 2) // findings come in the order of the text
		start := at.of(from)
		end := start + unitsIn(between(text, from, to))
		if got := string(utf16.Decode(utf16.Encode([]rune(text))[start:end])); boundary(text, from/2) && got != text[from:to] {
			t.Errorf("%d to %d of %q is %q", start, end, text, got)
		}
	})
}

func boundary(text string, at int) bool { return at == len(text) || utf8.RuneStart(text[at]) }

func TestPointer(t *testing.T) {
	for path, want := range map[string]string{
		"": "", "version": "/version", "statement[0]": "/statement/0", "statement[12].action": "/statement/12/action", "statement.resource[3]": "/statement/resource/3",
		`statement[0].condition.for_any_value:ip_equal["qcs:ip"][1]`: "/statement/0/condition/for_any_value:ip_equal/qcs:ip/1",
		`statement[0].condition.x["a/b~\"].c"]`:                      `/statement/0/condition/x/a~1b~0"].c`,
	} {
		if got := pointer(path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}

func FuzzPointer(f *testing.F) {
	f.Add(`statement[0].condition.ip_equal["qcs:ip"]`)
	f.Add(`[" [ ]].[`)
	f.Fuzz(func(t *testing.T, path string) {
		if got := pointer(path); got != "" && !strings.HasPrefix(got, "/") {
			t.Errorf("%q is %q", path, got)
		}
	})
}
