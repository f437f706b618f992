package reach

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

func TestPatternsOfActions(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"*", "cvm:*", true},
		{"*:*", "*", true},
		{"cvm:*", "*", false},
		{"cvm:*", "name/CVM:Describe*", true},
		{"cvm:Describe*", "cvm:DescribeInstances", true},
		{"cvm:Describe*", "cvm:*", false},
		{"cvm:*e*", "cvm:Describe*", true},
		{"cvm:D*s", "cvm:Describe*", false},
		{"*:Describe*", "cvm:Describe*Status", true},
		{"cvm:describe*", "cvm:DescribeInstances", false},
		{"cvm:**", "cvm:*", true},
		{"c*:*", "cvm:*", false}, // of a service that is granted as a whole the second is everything, the first is nothing
		{"c*:*", "cvm:Describe*", true},
		{"*", "c*:*", true},
		{"cvm:\uE000", "cvm:*", false}, // the character that stands for a star is a letter here
	} {
		a, _ := ParseAction(c.a)
		b, _ := ParseAction(c.b)
		if got := a.Covers(&b); got != c.want {
			t.Errorf("%s covers %s: %t", c.a, c.b, got)
		}
	}
}

func TestPatternsOfResources(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"*", "qcs::cvm:::instance/*", true},
		{"*", "*", true},
		{"qcs:::::*", "*", false}, // an empty account is the own one
		{"qcs::*:*:*:*", "*", true},
		{"qcs::*:*:*:*/*", "*", true},
		{"qcs::cvm:::*", "qcs::cvm:gz::instance/ins-1", true},
		{"qcs::cvm:ap-*::*", "qcs::cvm:gz::instance/ins-1", true},
		{"qcs::cvm:gz::instance/*", "qcs::cvm:::instance/*", false},
		{"qcs::cvm:::instance/*", "qcs::cvm::uin/7:instance/*", false},
		{"qcs::cvm::*:instance/*", "qcs::cvm::uin/7:instance/*", true},
		{"qcs::cvm::uin/7:instance/*", "qcs::cvm::uin/7:instance/ins-1", true},
		{"qcs::cvm::uin/8:instance/*", "qcs::cvm::uin/7:instance/ins-1", false},
		{"qcs::cvm::uin/-1:*", "qcs::cvm:::*", true},
		{"qcs:id/5:cvm:::*", "qcs::cvm:::*", false},
		{"qcs:id/5:cvm:::*", "qcs:id/5:cvm:::x", true},
		{"qcs::cvm:::*", "qcs:id/5:cvm:::x", true},
		{"qcs::cos:::b/*", "qcs::cos:::b/a/*", true},
		{"qcs::cos:::b/*", "qcs::cos:::b", false},
		{"qcs::x:::q/${uin}/*", "qcs::x:::q/${uin}/a", true},
		{"qcs::x:::q/*", "qcs::x:::q/${uin}", true},
		{"qcs::x:::q/${uin}", "qcs::x:::q/*", false},
		{"qcs::x:::q/${uin}", "qcs::x:::q/${owner_uin}", false},
		{"qcs::x:::*{uin}", "qcs::x:::${uin}", false}, // a variable is one thing
		{"qcs::x:::*/*", "qcs::x:::*", true},          // it means the same
		{"qcs::x:::**/*", "qcs::x:::*/*", true},
		{"qcs::x:::*", "qcs::x:::*/*", true},
	} {
		a, err := ParseResource(c.a)
		if err != nil {
			t.Fatal(err)
		}
		b, err := ParseResource(c.b)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Covers(&b); got != c.want {
			t.Errorf("%s covers %s: %t", c.a, c.b, got)
		}
	}
}

// small is a little alphabet: patterns over it meet often.
var small = rapid.StringOfN(rapid.SampledFrom([]rune("ab*")), 0, 6, -1)

// With three letters and short texts, all that a pattern matches can be tried.
func TestCoverageOfGlobsAgreesWithTryingAll(t *testing.T) {
	var all []string
	level := []string{""}
	for range 8 {
		all = append(all, level...)
		var next []string
		for _, s := range level {
			next = append(next, s+"a", s+"b", s+"c")
		}
		level = next
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := small.Draw(t, "a"), small.Draw(t, "b")
		ga, gb := newGlob(a, true), newGlob(b, true)
		tried := true
		for _, s := range all {
			if gb.glob.Match(s) && !ga.glob.Match(s) {
				tried = false
				break
			}
		}
		if got := ga.covers(&gb); got != tried {
			t.Errorf("%q covers %q: %t, but trying says %t", a, b, got, tried)
		}
	})
}

// What covers a statement decides what that statement decides, whatever is
// asked: resources that are covered match what the coverer matches.
func TestCoveredResourcesAreMatched(t *testing.T) {
	segment := func(options ...string) *rapid.Generator[string] { return rapid.SampledFrom(options) }
	pattern := rapid.Custom(func(t *rapid.T) string {
		if rapid.IntRange(0, 9).Draw(t, "all") == 0 {
			return "*"
		}
		return strings.Join([]string{"qcs", segment("", "id/5", "id/6", "*").Draw(t, "project"), segment("", "x", "y", "x*", "*").Draw(t, "service"),
			segment("", "gz", "ap-*", "ap-guangzhou", "*").Draw(t, "region"), segment("", "*", "uin/1", "uin/2", "uid/11", "uin/-1").Draw(t, "account"),
			segment("*", "*/*", "a/*", "a/b", "a*", "a/${uin}", "*/${uin}", "**/*").Draw(t, "path")}, ":")
	})
	name := rapid.Custom(func(t *rapid.T) qcs.Resource {
		if rapid.IntRange(0, 4).Draw(t, "any") == 0 {
			return qcs.Any
		}
		return qcs.Resource{Project: segment("", "id/5", "id/6").Draw(t, "project"), Service: segment("x", "y", "xy").Draw(t, "service"),
			Region: segment("", "ap-guangzhou", "ap-shanghai").Draw(t, "region"), Account: segment("uin/1", "uin/2").Draw(t, "account"),
			Path: segment("*", "a/b", "a", "a/21", "a/", "b/21", "/").Draw(t, "path")}
	})
	matches := func(pattern string, action string, q policy.Question) bool {
		text := `{"version":"2.0","statement":{"effect":"allow","action":"` + action + `","resource":"` + pattern + `"}}`
		d, err := policy.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		q.Layers.Session = policy.Compile([]policy.Source{{Document: d}}, policy.Env{})
		x := policy.Explain(&q)
		return len(x.Layers[0].Statements) > 0
	}
	actions := segment("*", "x:*", "x*:*", "*:Do*", "x:Do", "y:Do", "x:D*")
	rapid.Check(t, func(t *rapid.T) {
		pa, pb := pattern.Draw(t, "a"), pattern.Draw(t, "b")
		aa, ab := actions.Draw(t, "action a"), actions.Draw(t, "action b")
		ra, _ := ParseResource(pa)
		rb, _ := ParseResource(pb)
		na, _ := ParseAction(aa)
		nb, _ := ParseAction(ab)
		if !ra.Covers(&rb) || !na.Covers(&nb) {
			return
		}
		q := policy.Question{Principal: policy.Principal{Kind: policy.User, Account: qcs.Account{UIN: "1", AppID: "11"}, UIN: "21"},
			Action: policy.Action{Service: segment("x", "y").Draw(t, "of"), Name: "Do"}, Resource: []qcs.Resource{name.Draw(t, "resource")},
			Owner: qcs.Account{UIN: segment("1", "2").Draw(t, "owner")}, Granularity: policy.Granularity(rapid.IntRange(0, 2).Draw(t, "level"))}
		if matches(pb, ab, q) && !matches(pa, aa, q) {
			t.Errorf("%s on %s is said to cover %s on %s, but not for %+v", aa, pa, ab, pb, q)
		}
	})
}
