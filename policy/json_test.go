package policy

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestReaderRefuses(t *testing.T) {
	for _, text := range []string{
		"", " ", "{", "[", "[1", "[1 2]", "[1,]", "{1:2}", `{"a"}`, `{"a" 1}`, `{"a":}`, `{"a":1`, `{"a":1,}`, `{"a":1 "b":2}`,
		`{"a\x":1}`, "tru", "nul", "TRUE", "-", "01", "1.", "1.e3", "1e", "1e+", ".5", "+1", "0x1", "NaN",
		`"`, `"a`, "\"a\nb\"", `"\`, `"\x"`, "\"\\n\n\"", `"\n`, `"\u12"`, `"\u12g4"`, `"\u+123"`,
		`"\ud800"`, `"\ud800\n"`, `"\ud800\u0041"`, `"\udc00\ud800"`, `"\ud800\u12"`,
		"1 2", "{} // comment", "'a'", "\ufeff{}", "\x00", strings.Repeat("[", 33) + strings.Repeat("]", 33),
	} {
		if n, err := readJSON(text); err == nil {
			t.Errorf("%q is read as %s %q", text, n.kind, n.text)
		} else if err.off > len(text) || err.msg == "" {
			t.Errorf("%q: %q at %d", text, err.msg, err.off)
		}
	}
}

func TestReaderAccepts(t *testing.T) {
	for text, want := range map[string]string{
		`"\"\\\/\b\f\n\r\t\u0041\ud83d\udc2f虎"`: "\"\\/\b\f\n\r\tA🐯虎",
		` -0.5e+10 `:  "-0.5e+10",
		"0":           "0",
		"10E-2":       "10E-2",
		"true":        "true",
		"\t\r\nfalse": "false",
	} {
		n, err := readJSON(text)
		if err != nil || n.text != want {
			t.Errorf("%q: %q, %v", text, n.text, err)
		}
	}
	deep := strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth)
	if _, err := readJSON(deep); err != nil {
		t.Errorf("%d levels: %v", maxDepth, err)
	}
	n, err := readJSON(`{"a": [null, {}, []], "a": 1}`)
	if err != nil || len(n.members) != 2 || n.members[1].off != 22 || len(n.members[0].value.items) != 3 {
		t.Errorf("%+v, %v", n, err)
	}
	for k := kindNull; k <= kindObject; k++ {
		if k.String() == "" {
			t.Errorf("kind %d has no name", k)
		}
	}
}

// Whatever the reader accepts the standard library accepts, with the same
// meaning; what it refuses beyond that is listed above.
func TestReaderAgreesWithTheStandardLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.StringMatching(`[\[\]{}",:\\ue0-9dtrfalsn. -]{0,24}`),
			rapid.StringMatching(`\{("[a-c]":(1|true|\[\]|"x"),?){0,3}\}`),
			rapid.StringMatching(`"(\\u[0-9a-fd]{4}|\\[a-z"]|x){0,4}"`),
		).Draw(t, "text")
		n, err := readJSON(text)
		if valid := json.Valid([]byte(text)); valid != (err == nil) && !strings.Contains(text, `\ud`) {
			t.Fatalf("%q: valid %v, read %v", text, valid, err)
		}
		if err != nil || n.kind != kindString {
			return
		}
		var want string
		if err := json.Unmarshal([]byte(text), &want); err != nil || n.text != want {
			t.Fatalf("%q is %q, the library says %q, %v", text, n.text, want, err)
		}
	})
}
