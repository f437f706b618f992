package questions

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// texts are all texts of a and b up to a length.
func texts(length int) []string {
	all, last := []string{""}, []string{""}
	for range length {
		var next []string
		for _, s := range last {
			next = append(next, s+"a", s+"b")
		}
		all, last = append(all, next...), next
	}
	return all
}

func TestPatternsMeet(t *testing.T) {
	all := texts(8) // longer than two of the patterns together
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringOfN(rapid.SampledFrom([]rune("ab*")), 0, 4, -1)
		a, b := pattern.Draw(t, "a"), pattern.Draw(t, "b")
		both, inner := false, true
		for _, s := range all {
			inA, inB := qcs.NewGlob(a).Match(s), qcs.NewGlob(b).Match(s)
			both = both || inA && inB
			inner = inner && (!inB || inA)
		}
		if got := overlap(a, b); got != both {
			t.Fatalf("%q and %q overlap: %t, found %t", a, b, got, both)
		}
		if got := covers(a, b); got && !inner {
			t.Fatalf("%q does not cover %q", a, b)
		}
		m, ok := meet(a, b)
		if ok != both {
			t.Fatalf("%q and %q meet in %q: %t, overlap: %t", a, b, m, ok, both)
		}
		if ok && (!covers(a, m) || !covers(b, m)) {
			t.Fatalf("%q and %q meet in %q, which is not of both", a, b, m)
		}
		if ok && (covers(a, b) && m != b || covers(b, a) && !covers(a, b) && m != a) {
			t.Fatalf("%q and %q meet in %q, which is less than the inner one", a, b, m)
		}
	})
}

func TestObjects(t *testing.T) {
	user := &policy.Principal{Kind: policy.User, UIN: "11", Account: qcs.Account{UIN: "1", AppID: "125"}, Tags: []policy.Tag{policy.NewTag("team", "sea"), policy.NewTag("env", "dev")}}
	role := &policy.Principal{Kind: policy.Role, RoleID: "46", Account: user.Account}
	for _, tc := range []struct {
		name, text string
		of         *policy.Principal
		want       []string
	}{
		{"all", "*", user, []string{"*"}},
		{"an empty account is one's own", "qcs::cvm:::instance/*", user, []string{"qcs::cvm::uin/1:instance/*"}},
		{"the account by its APPID", "qcs::cos:gz:uid/125:b/*", user, []string{"qcs::cos:ap-guangzhou:uin/1:b/*"}},
		{"another account by its APPID", "qcs::cos:gz:uid/126:b/*", user, []string{"qcs::cos:ap-guangzhou:uid/126:b/*"}},
		{"every account", "qcs:id/0::*:uin/*:*", user, []string{"*"}},
		{"every type and object", "qcs::cvm:::*/*", user, []string{"qcs::cvm::uin/1:*"}},
		{"a project", "qcs:id/7:CVM:*::*", user, []string{"qcs:id/7:cvm::uin/1:*"}},
		{"the caller", "qcs::cam:::uin/${uin}", user, []string{"qcs::cam::uin/1:uin/11"}},
		{"the caller of a role", "qcs::cam:::x/${uin}/${owner_uin}/${app_id}", role, []string{"qcs::cam::uin/1:x/46/1/125"}},
		{"tags", "qcs::cam:::x/${qcs:principal_tag_key}/${qcs:principal_tag_value}", user, []string{"qcs::cam::uin/1:x/team/sea", "qcs::cam::uin/1:x/env/dev"}},
		{"tags of whom has none", "qcs::cam:::x/${qcs:principal_tag_key}", role, nil},
	} {
		var got []string
		for _, o := range objectsOf(tc.text, tc.of) {
			got = append(got, o.String())
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
		}
	}

	for _, tc := range []struct{ name, a, b, want string }{
		{"all and one", "*", "qcs::cvm:::instance/*", "qcs::cvm::uin/1:instance/*"},
		{"a region and a kind", "qcs::cvm:gz::*", "qcs::cvm:::instance/*", "qcs::cvm:ap-guangzhou:uin/1:instance/*"},
		{"two ends of a path", "qcs::cos:::b/*", "qcs::cos:::*/log", "qcs::cos::uin/1:b/*/log"},
		{"two regions", "qcs::cvm:gz::*", "qcs::cvm:sh::*", ""},
		{"two services", "qcs::cvm:::*", "qcs::cos:::*", ""},
		{"a project and any", "qcs:id/7:cvm:::*", "qcs::cvm:::*", "qcs:id/7:cvm::uin/1:*"},
		{"two projects", "qcs:id/7:cvm:::*", "qcs:id/8:cvm:::*", ""},
	} {
		for _, order := range [][2]string{{tc.a, tc.b}, {tc.b, tc.a}} {
			m, ok := objectsOf(order[0], user)[0].meet(objectsOf(order[1], user)[0])
			if ok != (tc.want != "") || ok && m.String() != tc.want {
				t.Errorf("%s: got %s, %t, want %q", tc.name, m, ok, tc.want)
			}
		}
	}
}

// The object that stands for a pattern is matched by a pattern of a statement if and only if that covers it.
func TestThePatternStandsForItself(t *testing.T) {
	user := &policy.Principal{Kind: policy.User, UIN: "11", Account: qcs.Account{UIN: "1"}}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(what string) string {
			return strings.Join([]string{"qcs", "", rapid.SampledFrom([]string{"", "cvm", "cos", "c*"}).Draw(t, what+" service"),
				rapid.SampledFrom([]string{"", "gz", "ap-*"}).Draw(t, what+" region"), rapid.SampledFrom([]string{"", "uin/1", "*"}).Draw(t, what+" account"),
				rapid.SampledFrom([]string{"*", "*/*", "a/*", "a/b*", "a/b", "*b"}).Draw(t, what+" path")}, ":")
		}
		outer, inner := draw("outer"), draw("inner")
		p, err := qcs.ParsePattern(outer)
		if err != nil {
			t.Fatal(err)
		}
		a, b := objectsOf(outer, user)[0], objectsOf(inner, user)[0].meant("cvm", user)
		m, ok := a.meet(b)
		within := ok && m == b
		if got := p.Match(b.object("cvm", user), qcs.Scope{Self: user.Account}); got != within {
			t.Fatalf("%s covers %s: %t, but matches what stands for it: %t", outer, inner, within, got)
		}
	})
}
