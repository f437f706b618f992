package wire

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestAppendStringReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		got := AppendString(nil, s)
		var back string
		if err := json.Unmarshal(got, &back); err != nil {
			t.Fatalf("%q gives %s: %v", s, got, err)
		}
		var want strings.Builder
		for _, r := range s {
			want.WriteRune(r)
		}
		if back != want.String() || !utf8.Valid(got) {
			t.Fatalf("%q came back as %q", s, back)
		}
	})
}

type answer string

func (a answer) AppendJSON(dst []byte) []byte { return append(dst, a...) }

func TestAppend(t *testing.T) {
	name := "n"
	for _, tc := range []struct {
		name string
		got  []byte
		want string
	}{
		{"markup stays", AppendString(nil, "<a href='x'>&\u2028"), "\"<a href='x'>&\u2028\""},
		{"control characters are escaped", AppendString(nil, "\x00\x1f\n\r\t\"\\\x7f"), `"\u0000\u001f\n\r\t\"\\` + "\x7f\""},
		{"broken bytes are replaced", AppendString(nil, "a\xffb\xe4\xb8"), `"a` + "\uFFFD" + `b` + "\uFFFD\uFFFD" + `"`},
		{"a nil list is empty", AppendList(nil, nil, AppendInt), `[]`},
		{"a list", AppendList(nil, []string{"a", "b"}, AppendString), `["a","b"]`},
		{"nothing is null", AppendNull(nil, (*string)(nil), AppendString), `null`},
		{"something is not", AppendNull(nil, &name, AppendString), `"n"`},
		{"a number", AppendInt(nil, 4611686018427397905), `4611686018427397905`},
		{"a decimal", AppendFloat(nil, 0.1), `0.1`},
		{"a large decimal", AppendFloat(nil, 1e21), `1e+21`},
		{"no number", AppendFloat(AppendFloat(nil, math.NaN()), math.Inf(1)), `00`},
		{"a truth value", AppendBool(nil, true), `true`},
		{"an answer in its envelope", AppendResponse(nil, answer(`{"A":1}`), "id"), `{"Response":{"A":1,"RequestId":"id"}}`},
		{"an empty answer in its envelope", AppendResponse(nil, answer(`{}`), "id"), `{"Response":{"RequestId":"id"}}`},
		{"an error in its envelope", AppendError(nil, "InternalError", `a "b"`, "id"),
			`{"Response":{"Error":{"Code":"InternalError","Message":"a \"b\""},"RequestId":"id"}}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if string(tc.got) != tc.want {
				t.Errorf("got  %s\nwant %s", tc.got, tc.want)
			}
		})
	}
}

func TestValues(t *testing.T) {
	v := NewObject()
	v.Set("A", NewString("x"))
	v.Set("B", NewInt(-5))
	v.Set("C", NewList(NewBool(true), NewString("y")))
	v.Set("A", NewString("z"))
	if got := string(v.AppendJSON(nil)); got != `{"A":"z","B":-5,"C":[true,"y"]}` {
		t.Error(got)
	}
	if v.Get("B").Int() != -5 || v.Get("D") != nil || v.At(2).Name() != "C" || v.Get("C").At(0).Kind() != BoolValue {
		t.Error("values do not read back")
	}
	if got := *v.Get("B").IntPtr(); got != -5 {
		t.Error(got)
	}
	if got := *v.Get("C").At(0).BoolPtr(); !got {
		t.Error(got)
	}
	if f := NewString("2.5"); *f.FloatPtr() != 2.5 {
		t.Error("a decimal does not read back")
	}
	big := Value{kind: NumberValue, text: "-1e999"}
	if big.Float() != -math.MaxFloat64 {
		t.Error("a decimal beyond everything is not the last one")
	}
	if n := (&Value{text: "99999999999999999999"}).Int(); n != math.MaxInt64 {
		t.Errorf("saturates at %d", n)
	}
}

func TestActionErrorListed(t *testing.T) {
	a := &Action{Errors: []string{"FailedOperation.A", "InvalidParameter.B"}}
	for code, want := range map[string]bool{"FailedOperation.A": true, "InvalidParameter.B": true, "InternalError": true, "InvalidParameter.C": false, "": false} {
		if a.ErrorListed(code) != want {
			t.Errorf("%q: want %v", code, want)
		}
	}
}

func TestErrorIsAnError(t *testing.T) {
	var e *Error
	err := Check(testStruct, NewObject())
	if !errors.As(err, &e) || err.Error() != "MissingParameter: The parameter `Name` is required." {
		t.Error(err)
	}
}
