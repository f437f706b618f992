package reach

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/hufu-iam/hufu/qcs"
)

func TestMeet(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want []string
	}{
		{"a", "a", []string{"a"}},
		{"a", "b", nil},
		{"a*", "b*", nil},
		{"*", "a*b", []string{"a*b"}},
		{"a*", "*b", []string{"a*b"}},
		{"ab*", "*bc", []string{"ab*bc", "abc"}},
		{"Describe*", "*Instances", []string{"Describe*Instances"}},
		{"*a*", "*b*", []string{"*a*b*", "*b*a*"}},
		{"", "*", []string{""}},
		{"**", "***", []string{"*"}},
	} {
		if diff := cmp.Diff(c.want, newMeter().meet(c.a, c.b), cmpopts.SortSlices(strings.Compare)); diff != "" {
			t.Errorf("%q and %q: %s", c.a, c.b, diff)
		}
	}
}

func TestAMeetingIsWhatBothMatch(t *testing.T) {
	text := rapid.StringOfN(rapid.SampledFrom([]rune("abc")), 0, 8, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b, s := small.Draw(t, "a"), small.Draw(t, "b"), text.Draw(t, "text")
		in := false
		for _, p := range newMeter().meet(a, b) {
			in = in || qcs.NewGlob(p).Match(s)
		}
		if both := qcs.NewGlob(a).Match(s) && qcs.NewGlob(b).Match(s); in != both {
			t.Errorf("%q and %q meet in %q, and both match %q: %t", a, b, newMeter().meet(a, b), s, both)
		}
	})
}

func TestMeetingsHaveABound(t *testing.T) {
	if n := len(newMeter().meet(strings.Repeat("a*", 500), strings.Repeat("*b", 500))); n > maxParts {
		t.Errorf("%d parts", n)
	}
}

func newMeter() *meter { return &meter{left: 1 << 20} }
