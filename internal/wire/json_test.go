package wire

import (
	"errors"
	"strings"
	"testing"
)

func code(t testing.TB, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%T is no *Error", err)
	}
	if e.Detail == "" || !strings.HasSuffix(e.Detail, ".") {
		t.Errorf("detail %q is no sentence", e.Detail)
	}
	return e.Code
}

func TestParseJSONAccepts(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"no text is an empty object", "", `{}`},
		{"blanks are an empty object", " \r\n\t", `{}`},
		{"members keep their order", ` { "B" : 1 , "A" : [ true , false ] } `, `{"B":1,"A":[true,false]}`},
		{"null members are absent", `{"A":null,"B":1,"C":null}`, `{"B":1}`},
		{"null elements stay", `{"A":[null]}`, `{"A":[null]}`},
		{"integers keep every digit", `{"A":9223372036854775807,"B":-0,"C":123456789012345678901234567890}`,
			`{"A":9223372036854775807,"B":-0,"C":123456789012345678901234567890}`},
		{"decimals keep their literal", `{"A":1.50,"B":2e+10,"C":0.1E-2}`, `{"A":1.50,"B":2e+10,"C":0.1E-2}`},
		{"escapes are read", `{"A":"\"\\\/\b\f\n\r\t\u4e2d\ud83d\ude00x"}`, "{\"A\":\"\\\"\\\\/\\u0008\\u000c\\n\\r\\t中😀x\"}"},
		{"escaped names are names", `{"\u0041":1}`, `{"A":1}`},
		{"markup is not escaped", `{"A":"<a&b>"}`, `{"A":"<a&b>"}`},
		{"as many values as may be", `{"A":[` + strings.Repeat("1,", maxValues-3) + `1]}`, `{"A":[` + strings.Repeat("1,", maxValues-3) + `1]}`},
		{"the deepest nesting", strings.Repeat(`{"A":`, 31) + `[]` + strings.Repeat("}", 31), strings.Repeat(`{"A":`, 31) + `[]` + strings.Repeat("}", 31)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v, err := ParseJSON([]byte(tc.in))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(v.AppendJSON(nil)); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestParseJSONRefuses(t *testing.T) {
	long := strings.Repeat("A", 1<<16)
	many := "{" + strings.Repeat(`"a":1,`, 20) + `"b":2}`
	for _, tc := range []struct{ name, in string }{
		{"a list", `[]`},
		{"a scalar", `1`},
		{"a byte order mark", "\xef\xbb\xbf{}"},
		{"bytes that are not UTF-8", "{\"A\":\"\xff\"}"},
		{"text after the end", `{} {}`},
		{"a duplicate name", `{"A":1,"A":1}`},
		{"a duplicate name that is null", `{"A":null,"A":1}`},
		{"a duplicate name spelt with an escape", `{"A":1,"\u0041":1}`},
		{"a long duplicate name", `{"` + long + `":1,"` + long + `":1}`},
		{"a duplicate name below the top", `{"A":[{"B":1,"B":2}]}`},
		{"a duplicate name among many", many},
		{"nesting beyond the bound", strings.Repeat(`{"A":`, 33) + `1` + strings.Repeat("}", 33)},
		{"too many values", `{"A":[` + strings.Repeat("1,", maxValues) + `1]}`},
		{"a leading zero", `{"A":01}`},
		{"a plus sign", `{"A":+1}`},
		{"a bare minus", `{"A":-}`},
		{"a point without digits", `{"A":1.}`},
		{"an exponent without digits", `{"A":1e}`},
		{"a trailing comma", `{"A":1,}`},
		{"a missing comma", `{"A":1 "B":2}`},
		{"a missing colon", `{"A" 1}`},
		{"a name without quotes", `{A:1}`},
		{"an open object", `{"A":1`},
		{"an open string", `{"A":"x`},
		{"an open escape", `{"A":"x\`},
		{"an unknown escape", `{"A":"\x41"}`},
		{"a short unicode escape", `{"A":"\u12"}`},
		{"half of a surrogate pair", `{"A":"\ud83d"}`},
		{"the wrong half of a surrogate pair", `{"A":"\ude00\ud83d"}`},
		{"two first halves", `{"A":"\ud83d\ud83d"}`},
		{"a NUL character", `{"A":"\u0000"}`},
		{"a control character", "{\"A\":\"a\nb\"}"},
		{"a control character after an escape", "{\"A\":\"\\ta\nb\"}"},
		{"an unknown word", `{"A":nil}`},
		{"a comment", `{/**/}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v, err := ParseJSON([]byte(tc.in))
			if got := code(t, err); got != "InvalidParameter" {
				t.Errorf("code %q, value %v", got, v)
			} else if e := err.(*Error); len(e.Path)+len(e.Detail) > 1000 {
				t.Errorf("an error of %d bytes", len(e.Path)+len(e.Detail))
			}
		})
	}
}

func TestParsedTreeDoesNotReferToTheBody(t *testing.T) {
	body := []byte(`{"A":"secret"}`)
	v, err := ParseJSON(body)
	if err != nil {
		t.Fatal(err)
	}
	clear(body)
	if got := v.Get("A").Str(); got != "secret" {
		t.Errorf("got %q", got)
	}
}

func TestReleaseLeavesNothingInThePool(t *testing.T) {
	p := &jsonParser{text: `{"A":{"B":"secret"}}`, most: 10}
	if _, err := p.document(); err != nil {
		t.Fatal(err)
	}
	stack := p.stack[:cap(p.stack)]
	p.release()
	for i := range stack {
		if stack[i].text != "" || stack[i].name != "" || stack[i].kids != nil {
			t.Errorf("slot %d still holds %q", i, stack[i].name)
		}
	}
}

func FuzzParseJSON(f *testing.F) {
	for _, seed := range []string{``, `{}`, `{"A":[1,"b",true,null,{"C":-1.5e3}]}`, `{"A":"\ud83d\ude00"}`, `{"A":1,"A":2}`, "{\"\xff\":1}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		v, err := ParseJSON(body)
		if err != nil {
			code(t, err)
			return
		}
		once := v.AppendJSON(nil)
		again, err := ParseJSON(once)
		if err != nil {
			t.Fatalf("%q printed as %q does not parse: %v", body, once, err)
		}
		if twice := again.AppendJSON(nil); string(twice) != string(once) {
			t.Fatalf("%q became %q", once, twice)
		}
		if err := Check(testStruct, v); err == nil {
			_ = CheckValues(testStruct, v, func(string) bool { return false })
		}
		Redact(testStruct, v, 8)
	})
}
