package wire

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// params reads "A.0=x&A.1=y"; a name that ends in ! has a JSON value.
func params(text string) []Param {
	var out []Param
	if text == "" {
		return nil
	}
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, isJSON := strings.CutSuffix(name, "!")
		out = append(out, Param{Name: name, Value: value, JSON: isJSON})
	}
	return out
}

func TestParseFlattenedAccepts(t *testing.T) {
	var many []string
	for i := range 1000 {
		many = append(many, fmt.Sprintf("A.%d.B=x&A.%d.C=x", i, i))
	}
	for _, tc := range []struct{ name, in, want string }{
		{"nothing", "", `{}`},
		{"scalars", "B=2&A=1", `{"A":"1","B":"2"}`},
		{"empty values", "A=", `{"A":""}`},
		{"a list", "A.0=x&A.1=y", `{"A":["x","y"]}`},
		{"a list in any order", "A.10=c&A.9=b&A.1=a", `{"A":["a","b","c"]}`},
		{"a list that starts at one", "A.1=x&A.2=y", `{"A":["x","y"]}`},
		{"gaps are closed", "A.5=x&A.700=y", `{"A":["x","y"]}`},
		{"indexes beyond any integer", "A.99999999999999999999999=y&A.1=x", `{"A":["x","y"]}`},
		{"a structure", "A.B=1&A.C=2", `{"A":{"B":"1","C":"2"}}`},
		{"a list of structures", "A.0.K=a&A.1.K=c&A.0.V=b", `{"A":[{"K":"a","V":"b"},{"K":"c"}]}`},
		{"an index with leading zeros is the same element", "A.00.K=a&A.0.V=b", `{"A":[{"K":"a","V":"b"}]}`},
		{"digits at the top are a name", "0=a", `{"0":"a"}`},
		{"two thousand parameters", strings.Join(many, "&"), `{"A":[` + strings.Repeat(`{"B":"x","C":"x"},`, 999) + `{"B":"x","C":"x"}]}`},
		{"a name of 1024 bytes", strings.Repeat("A", 1024) + "=1", `{"` + strings.Repeat("A", 1024) + `":"1"}`},
		{"a JSON part", `A!=[{"K":1}]&B=x`, `{"A":[{"K":1}],"B":"x"}`},
		{"a JSON part that is null", `A!=null`, `{}`},
		{"a JSON part inside a list", `A.0!={"K":1}&A.1!={"K":2}`, `{"A":[{"K":1},{"K":2}]}`},
		{"sixteen levels", "A" + strings.Repeat(".B", 15) + "=1", `{"A":` + strings.Repeat(`{"B":`, 15) + `"1"` + strings.Repeat("}", 16)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v, err := ParseFlattened(params(tc.in))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(v.AppendJSON(nil)); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestParseFlattenedRefuses(t *testing.T) {
	var long, many []string
	for i := range 2001 {
		many = append(many, fmt.Sprintf("A%d=x", i))
	}
	for i := range 1001 {
		long = append(long, fmt.Sprintf("A.%d=x", i))
	}
	tooMany := "A!=[" + strings.Repeat("1,", maxValues/2) + "1]&B!=[" + strings.Repeat("1,", maxValues/2) + "1]"
	for _, tc := range []struct{ name, in, path string }{
		{"the same name twice", "A=1&A=1", "A"},
		{"the same element twice", "A.0=1&A.0=2", "A.0"},
		{"the same element written twice", "A.00=1&A.0=2", "A.00"},
		{"a value that is a prefix", "A=1&A.B=2", "A"},
		{"an element that is a prefix", "A.0=1&A.0.B=2", "A.0"},
		{"elements mixed with members", "A.0=1&A.B=2", "A.B"},
		{"more than a thousand elements", strings.Join(long, "&"), "A.1000"},
		{"seventeen levels", "A" + strings.Repeat(".B", 16) + "=1", "A" + strings.Repeat(".B", 16)},
		{"two thousand parameters and one", strings.Join(many, "&"), ""},
		{"a name of more than 1024 bytes", strings.Repeat("A", 1025) + "=1", strings.Repeat("A", 128) + "…"},
		{"an empty name", "=1", ""},
		{"an empty part", "A..B=1", "A..B"},
		{"a leading dot", ".A=1", ".A"},
		{"a trailing dot", "A.=1", "A."},
		{"bytes that are not UTF-8", "A=\xff", ""},
		{"a NUL character", "A=a\x00b", ""},
		{"malformed JSON in a part", "A!={", "A"},
		{"nesting beyond the bound in a part", "A.B!=" + strings.Repeat("[", 31) + strings.Repeat("]", 31), "A.B"},
		{"too many values in all parts", tooMany, ""},
		{"duplicate names in a part", `A!={"B":1,"B":1}`, "A"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := ParseFlattened(params(tc.in))
			if got := code(t, err); got != "InvalidParameter" {
				t.Fatalf("code %q", got)
			}
			if got := err.(*Error).Path; got != tc.path {
				t.Errorf("path %q, want %q", got, tc.path)
			}
		})
	}
}

// flatten is the slow and obvious inverse of ParseFlattened.
func flatten(v *Value, prefix string, out []Param) []Param {
	if v.Kind() != ListValue && v.Kind() != ObjectValue {
		return append(out, Param{Name: prefix, Value: v.Str()})
	}
	for i := range v.Len() {
		name := v.At(i).Name()
		if v.Kind() == ListValue {
			name = fmt.Sprint(i)
		}
		if prefix != "" {
			name = prefix + "." + name
		}
		out = flatten(v.At(i), name, out)
	}
	return out
}

func drawValue(t *rapid.T, depth int) Value {
	if depth == 0 || rapid.Bool().Draw(t, "leaf") {
		return Value{kind: Text, text: rapid.StringMatching(`[a-z]{0,4}`).Draw(t, "text")}
	}
	n := rapid.IntRange(1, 4).Draw(t, "n")
	v := Value{kind: ListValue}
	if rapid.Bool().Draw(t, "object") {
		v.kind = ObjectValue
	}
	for i := range n {
		kid := drawValue(t, depth-1)
		if v.kind == ObjectValue {
			kid.name = string(rune('A' + i))
		}
		v.kids = append(v.kids, kid)
	}
	return v
}

func TestFlattenedTreesComeBackWhateverTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		root := NewObject()
		for i := range rapid.IntRange(0, 4).Draw(t, "members") {
			root.Set(string(rune('A'+i)), drawValue(t, 4))
		}
		list := flatten(root, "", nil)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		got, err := ParseFlattened(list)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := string(got.AppendJSON(nil)), string(root.AppendJSON(nil)); a != b {
			t.Fatalf("got %s, want %s", a, b)
		}
	})
}

func FuzzParseFlattened(f *testing.F) {
	for _, seed := range []string{"", "A=1", "A.0=x&A.1=y", "A.0.K=a&A.00.V=b", "A=1&A.B=2", `A!=[1]`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := ParseFlattened(params(text))
		if err != nil {
			code(t, err)
			return
		}
		if _, err := ParseJSON(v.AppendJSON(nil)); err != nil {
			t.Fatalf("%q gives a tree that does not print: %v", text, err)
		}
		if err := Check(testStruct, v); err == nil {
			_ = CheckValues(testStruct, v, func(string) bool { return true })
		}
		Redact(testStruct, v, 8)
	})
}
