package qcs

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var (
	accountA = Account{UIN: "100000000001", AppID: "1250000001"}
	accountB = Account{UIN: "100000000002", AppID: "1250000002"}
)

func TestMatch(t *testing.T) {
	own := Scope{Self: accountA, Owner: accountA}
	foreign := Scope{Self: accountA, Owner: accountB}
	for _, c := range []struct {
		name, pattern, resource string
		scope                   Scope
		want                    bool
	}{
		{"a star matches everything", "*", "qcs::cvm:ap-guangzhou:uin/1:x/1", own, true},
		{"an empty pattern matches everything", "", "qcs::cvm:ap-guangzhou:uin/1:x/1", own, true},
		{"empty segments match everything but the account", "qcs:::::*", "qcs:id/3:cvm:ap-guangzhou:uin/100000000001:x/1", own, true},
		{"an empty account is the own one", "qcs:::::*", "qcs::cvm::uin/100000000002:x/1", foreign, false},
		{"uin/ is the own account", "qcs::cvm::uin/:*", "qcs::cvm::uin/100000000001:x/1", own, true},
		{"uid/ is the own account", "qcs::cvm::uid/:*", "qcs::cvm::uin/100000000001:x/1", own, true},
		{"uin/-1 is the own account", "qcs::cvm::uin/-1:*", "qcs::cvm::uin/100000000001:x/1", own, true},
		{"the own account of nobody matches nothing", "qcs::cvm:::*", "qcs::cvm::uin/:x/1", Scope{}, false},
		{"an account star matches foreign accounts", "qcs::cvm::*:*", "qcs::cvm::uin/100000000002:x/1", foreign, true},
		{"uin/* matches foreign accounts", "qcs::cvm::uin/*:*", "qcs::cvm::uin/100000000002:x/1", foreign, true},
		{"uid/* matches foreign accounts", "qcs::cvm::uid/*:*", "qcs::cvm::uin/100000000002:x/1", foreign, true},
		{"an account by uin", "qcs::cvm::uin/100000000002:*", "qcs::cvm::uin/100000000002:x/1", foreign, true},
		{"the caller's account by AppID", "qcs::cos::uid/1250000001:*", "qcs::cos::uin/100000000001:b/x", own, true},
		{"the owner's account by AppID", "qcs::cos::uid/1250000002:*", "qcs::cos::uin/100000000002:b/x", foreign, true},
		{"another AppID", "qcs::cos::uid/1250000003:*", "qcs::cos::uin/100000000002:b/x", foreign, false},
		{"an AppID of the other account", "qcs::cos::uid/1250000001:*", "qcs::cos::uin/100000000002:b/x", foreign, false},
		{"an unknown AppID matches itself", "qcs::cos::uid/7:*", "qcs::cos::uid/7:b/x", own, true},
		{"anonymous and anyone are one", "qcs::cam::anonymous:*", "qcs::cam::anyone:anyone", own, true},
		{"anyone and anonymous are one", "qcs::cam::anyone:*", "qcs::cam::anonymous:anonymous", own, true},
		{"anyone is no account", "qcs::cam::anyone:*", "qcs::cam::uin/1:x", own, false},
		{"a short region in the pattern", "qcs::cvm:gz::*", "qcs::cvm:ap-guangzhou:uin/100000000001:x", own, true},
		{"a short region in the request", "qcs::cvm:ap-guangzhou::*", "qcs::cvm:GZ:uin/100000000001:x", own, true},
		{"service and region have no letter case", "qcs::CVM:AP-*::*", "qcs::cvm:ap-beijing:uin/100000000001:x", own, true},
		{"a service pattern", "qcs::c*m:::*", "qcs::cvm::uin/100000000001:x", own, true},
		{"paths have letter case", "qcs::cvm:::X/1", "qcs::cvm::uin/100000000001:x/1", own, false},
		{"project 0 is every project", "qcs:id/0:cvm:::*", "qcs:id/6:cvm::uin/100000000001:x", own, true},
		{"project star is every project", "qcs:*:cvm:::*", "qcs:id/6:cvm::uin/100000000001:x", own, true},
		{"project id star is every project", "qcs:id/*:cvm:::*", "qcs:id/6:cvm::uin/100000000001:x", own, true},
		{"a project matches itself, zeros aside", "qcs:id/06:cvm:::*", "qcs:id/006:cvm::uin/100000000001:x", own, true},
		{"a project does not match another", "qcs:id/5:cvm:::*", "qcs:id/6:cvm::uin/100000000001:x", own, false},
		{"a resource without project is in all", "qcs:id/5:cvm:::*", "qcs:id/0:cvm::uin/100000000001:x", own, true},
		{"colons in the sixth segment", "qcs::cos:::b/*:z", "qcs::cos::uin/100000000001:b/x:y:z", own, true},
		{"no implicit prefix", "qcs::cvm:::instance/ins-1", "qcs::cvm::uin/100000000001:instance/ins-10", own, false},
		{"a star in the request is a letter", "qcs::cvm:::instance/ins-1", "qcs::cvm::uin/100000000001:instance/*", own, false},
		{"a variable is text here", "qcs::cvm:::x/${uin}", "qcs::cvm::uin/100000000001:x/${uin}", own, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := ParsePattern(c.pattern)
			if err != nil {
				t.Fatal(err)
			}
			r, err := Parse(c.resource)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Match(r, c.scope); got != c.want {
				t.Errorf("%s on %s: %v", p, r, got)
			}
		})
	}
}

func TestMatchAny(t *testing.T) {
	scope := Scope{Self: accountA}
	for pattern, want := range map[string]bool{
		"*": true, "": true, "qcs::cvm:::*": true, "qcs:::::*": true, "qcs::*:*:*:*/*": true, "qcs:id/0:cvm::uin/-1:**": true,
		"qcs::cvm::uin/100000000001:*": true, "qcs::cvm::uid/1250000001:*": true, "qcs::cvm::*:*": true,
		"qcs::cvm::uin/100000000002:*": false, "qcs::cvm::uid/1250000002:*": false, "qcs::cam::anyone:*": false,
		"qcs::cos:::*": false, "qcs::cv*:::*": false, "qcs::cvm:gz::*": false, "qcs:id/5:cvm:::*": true,
		"qcs::cvm:::instance/*": false, "qcs::cvm:::x": false,
	} {
		p, err := ParsePattern(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.MatchAny("cvm", scope); got != want {
			t.Errorf("%q: %v", pattern, got)
		}
	}
	p, _ := ParsePattern("qcs::cvm::uid/1250000001:*")
	if p.MatchAny("cvm", Scope{Self: Account{UIN: "100000000001"}}) {
		t.Error("an account without known AppID matches an AppID")
	}
}

func TestErrorsNameTheSegment(t *testing.T) {
	for _, c := range []struct {
		text    string
		pattern Segment // 0: accepted
		request Segment
	}{
		{"qcs::cvm:gz:x/1", SegmentPrefix, SegmentPrefix},
		{"QCS::cvm:gz::x/1", SegmentPrefix, SegmentPrefix},
		{"x", SegmentPrefix, SegmentPrefix},
		{"qcs:p1:cvm:::*", SegmentProject, SegmentProject},
		{"qcs:id/:cvm:::*", SegmentProject, SegmentProject},
		{"qcs:id/-1:cvm:::*", SegmentProject, SegmentProject},
		{"qcs:id/*:cvm:::*", 0, SegmentProject},
		{"qcs::c vm:::*", SegmentService, SegmentService},
		{"qcs::cvm:ap_x::*", SegmentRegion, SegmentRegion},
		{"qcs::cvm::100:*", SegmentAccount, 0},
		{"qcs::cvm::uin/1*:*", SegmentAccount, 0},
		{"qcs::cvm::uid/x:*", SegmentAccount, 0},
		{"qcs::cvm::\x01:*", SegmentAccount, SegmentAccount},
		{"qcs::cvm:::", SegmentPath, SegmentPath},
		{"qcs::cvm:::a\nb", SegmentPath, SegmentPath},
		{"qcs::cvm:::a\u0085b", SegmentPath, SegmentPath},
		{"qcs::cvm:::虎/*", 0, 0},
	} {
		check := func(what string, err error, want Segment) {
			e, ok := errors.AsType[*Error](err)
			switch {
			case want == 0 && err != nil:
				t.Errorf("%s %q: %v", what, c.text, err)
			case want != 0 && (!ok || e.Segment != want):
				t.Errorf("%s %q: %v, want the %s segment", what, c.text, err, want)
			}
		}
		_, err := ParsePattern(c.text)
		check("pattern", err, c.pattern)
		_, err = Parse(c.text)
		check("request", err, c.request)
	}
	for s, want := range map[Segment]string{SegmentPrefix: "prefix", SegmentPath: "resource", 9: "segment 9"} {
		if got := s.String(); got != want {
			t.Errorf("segment %d is called %q", s, got)
		}
	}
	_, err := ParsePattern("x")
	if got, want := err.Error(), `name "x" has not got six segments`; got != want {
		t.Error(got)
	}
}

func TestRequestResources(t *testing.T) {
	for text, want := range map[string]Resource{
		"*": Any, "": Any,
		"qcs:id/0:CVM:gz:uin/1:x/1": {"", "cvm", "ap-guangzhou", "uin/1", "x/1"},
		"qcs:id/07:cvm:::*":         {"id/7", "cvm", "", "", "*"},
	} {
		got, err := Parse(text)
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
		if again, err := Parse(got.String()); err != nil || again != got {
			t.Errorf("%q prints as %q", text, got)
		}
	}
	if r := (Resource{Account: "uid/3", Path: "x"}); r.Owner() != "" || r.IsAny() {
		t.Errorf("%v has owner %q", r, r.Owner())
	}
	if got := Root("7").Owner(); got != "7" {
		t.Error(got)
	}
}

func TestPatternParts(t *testing.T) {
	for _, c := range []struct {
		text, service, path string
		everything, foreign bool
	}{
		{"*", "*", "*", true, false},
		{"qcs:::::x/*", "*", "x/*", false, false},
		{"qcs::COS::uin/100000000002:x", "cos", "x", false, true},
		{"qcs::cos::uin/100000000001:x", "cos", "x", false, false},
		{"qcs::cos::uid/1250000002:x", "cos", "x", false, true},
		{"qcs::cos::uid/1250000001:x", "cos", "x", false, false},
		{"qcs::cam::anyone:anyone", "cam", "anyone", false, false},
	} {
		p, err := ParsePattern(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if p.String() != c.text || p.Service() != c.service || p.Path() != c.path || p.Everything() != c.everything || p.Foreign(accountA) != c.foreign {
			t.Errorf("%q: %q %q %v %v", p, p.Service(), p.Path(), p.Everything(), p.Foreign(accountA))
		}
	}
}

func TestRegions(t *testing.T) {
	const table = `gz ap-guangzhou sg ap-singapore use na-ashburn sh ap-shanghai hk ap-hongkong usw na-siliconvalley
		bj ap-beijing jp ap-tokyo ca na-toronto tor na-toronto cd ap-chengdu kr ap-seoul de eu-frankfurt
		cq ap-chongqing th ap-bangkok ru eu-moscow nj ap-nanjing in ap-mumbai sao sa-saopaulo tj ap-tianjin
		tsn ap-tianjin jkt ap-jakarta shjr ap-shanghai-fsi sz ap-shenzhen szx ap-shenzhen tpe ap-taipei
		szjr ap-shenzhen-fsi gzopen ap-guangzhou-open osa ap-osaka bjjr ap-beijing-fsi st st ap-x ap-x`
	words := strings.Fields(table)
	for i := 0; i < len(words); i += 2 {
		if got := Region(words[i]); got != words[i+1] {
			t.Errorf("%s is %s, want %s", words[i], got, words[i+1])
		}
	}
}

func TestEntities(t *testing.T) {
	for _, c := range []struct {
		text  string
		want  Entity
		other string // how it prints, when not as it was written
	}{
		{"qcs::cam::uin/1:uin/1", Entity{Kind: KindAccount, Account: "1"}, ""},
		{"qcs::cam::uin/1:root", Entity{Kind: KindAccount, Account: "1"}, "qcs::cam::uin/1:uin/1"},
		{"qcs::cam::uin/1:uin/2", Entity{Kind: KindUser, Account: "1", ID: "2"}, ""},
		{"qcs::cam::uin/1:groupid/3", Entity{Kind: KindGroup, Account: "1", ID: "3"}, ""},
		{"qcs::cam::uin/1:policyid/4", Entity{Kind: KindPolicy, Account: "1", ID: "4"}, ""},
		{"qcs::cam::uin/1:policy/4", Entity{Kind: KindPolicy, Account: "1", ID: "4"}, "qcs::cam::uin/1:policyid/4"},
		{"qcs::cam::uin/1:roleName/ops", Entity{Kind: KindRole, Account: "1", Name: "ops"}, ""},
		{"qcs::cam::uin/1:role/46", Entity{Kind: KindRole, Account: "1", ID: "46"}, ""},
		{"qcs::cam::uin/1:role/tencentcloudServiceRole/46", Entity{Kind: KindRole, Account: "1", ID: "46", Service: true}, ""},
		{"qcs::cam::uin/1:role/tencentcloudServiceRoleName/CVM_Role", Entity{Kind: KindRole, Account: "1", Name: "CVM_Role", Service: true}, ""},
		{"qcs::cam::uin/1:saml-provider/okta", Entity{Kind: KindSAMLProvider, Account: "1", Name: "okta"}, ""},
		{"qcs::cam::uin/1:oidc-provider/ci", Entity{Kind: KindOIDCProvider, Account: "1", Name: "ci"}, ""},
		{"qcs::cam::anonymous:anonymous", Entity{Kind: KindAnyone}, ""},
		{"qcs::cam::anyone:anyone", Entity{Kind: KindAnyone}, "qcs::cam::anonymous:anonymous"},
		{"qcs:id/0:CAM::uin/1:role/46", Entity{Kind: KindRole, Account: "1", ID: "46"}, "qcs::cam::uin/1:role/46"},
	} {
		got, err := ParseEntity(c.text)
		if err != nil || got != c.want {
			t.Errorf("%s: %+v, %v", c.text, got, err)
		}
		if c.other == "" {
			c.other = c.text
		}
		if got := got.Resource().String(); got != c.other {
			t.Errorf("%s prints as %s", c.text, got)
		}
	}
	for _, text := range []string{
		"*", "qcs::cam::uin/1", "qcs:id/5:cam::uin/1:root", "qcs::cvm::uin/1:root", "qcs::cam:gz:uin/1:root",
		"qcs::cam::uid/1:root", "qcs::cam::uin/:root", "qcs::cam::uin/*:root", "qcs::cam::uin/1:Root", "qcs::cam::uin/1:*",
		"qcs::cam::uin/1:uin/", "qcs::cam::uin/1:uin/*", "qcs::cam::uin/1:groupid/g1", "qcs::cam::uin/1:policyid/x",
		"qcs::cam::uin/1:roleName/", "qcs::cam::uin/1:roleName/a*", "qcs::cam::uin/1:role/ops",
		"qcs::cam::uin/1:role/tencentcloudServiceRole/x", "qcs::cam::uin/1:role/tencentcloudServiceRoleName/",
		"qcs::cam::uin/1:saml-provider/", "qcs::cam::uin/1:oidc-provider/a/b", "qcs::cam::uin/1:secret/1",
		"qcs::cam::anyone:anonymous",
	} {
		if e, err := ParseEntity(text); err == nil {
			t.Errorf("%s is taken for %+v", text, e)
		}
	}
	if KindUser.String() != "user" || Kind(0).String() != "unknown" {
		t.Error("kinds print wrong")
	}
}

func TestNamesOfOneObject(t *testing.T) {
	if got := len(Role("1", "46", "ops", false)); got != 2 {
		t.Errorf("a role has %d names", got)
	}
	if got := len(Role("1", "46", "ops", true)); got != 4 {
		t.Errorf("a role of a product has %d names", got)
	}
	if got := PolicyAlias("1", "4").Path; got != "policy/4" {
		t.Error(got)
	}
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

func TestGlobAgreesWithTheObviousMatcher(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*]{0,8}`).Draw(t, "pattern")
		s := rapid.StringMatching(`[ab*]{0,10}`).Draw(t, "text")
		g := NewGlob(pattern)
		if g.Match(s) != slowGlob(pattern, s) {
			t.Fatalf("%q on %q: %v", pattern, s, g.Match(s))
		}
		if g.String() != pattern || g.Literal() == strings.Contains(pattern, "*") {
			t.Fatalf("%q: literal %v", g, g.Literal())
		}
		if all := pattern != "" && strings.Trim(pattern, "*") == ""; g.All() != all {
			t.Fatalf("%q: all %v", pattern, g.All())
		}
	})
}

// A resource, written as a pattern, matches itself.
func TestLiteralPatternsMatchThemselves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Resource{
			Project: rapid.SampledFrom([]string{"", "id/3"}).Draw(t, "project"),
			Service: rapid.StringMatching(`[a-z]{1,5}`).Draw(t, "service"),
			Region:  Region(rapid.SampledFrom([]string{"", "gz", "ap-x"}).Draw(t, "region")),
			Account: "uin/" + rapid.StringMatching(`[0-9]{1,12}`).Draw(t, "account"),
			Path:    rapid.StringMatching(`[a-zA-Z0-9:/?.\[\]-]{1,12}`).Draw(t, "path"),
		}
		p, err := ParsePattern(r.String())
		if err != nil {
			t.Fatal(err)
		}
		if !p.Match(r, Scope{}) {
			t.Fatalf("%s does not match itself", r)
		}
		if other := (Resource{r.Project, r.Service, r.Region, r.Account, r.Path + "x"}); p.Match(other, Scope{}) {
			t.Fatalf("%s matches %s", p, other)
		}
	})
}

func FuzzParsePattern(f *testing.F) {
	for _, s := range []string{"*", "", "qcs::cvm:gz::instance/*", "qcs:id/5:cos::uid/1:b/a?:c", "qcs:::::", "qcs::cam::uin/:policy/${uin}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if p, err := ParsePattern(text); err == nil {
			if p.String() != text {
				t.Errorf("%q prints as %q", text, p)
			}
			if again, err := ParsePattern(p.String()); err != nil || again.Path() != p.Path() {
				t.Errorf("%q is read differently again: %v", text, err)
			}
			p.Match(Root("1"), Scope{Self: accountA})
			p.MatchAny("cvm", Scope{Self: accountA})
			p.Foreign(accountA)
		}
		if r, err := Parse(text); err == nil {
			if again, err := Parse(r.String()); err != nil || again != r {
				t.Errorf("%q prints as %q", text, r)
			}
		}
		if e, err := ParseEntity(text); err == nil {
			if again, err := ParseEntity(e.Resource().String()); err != nil || again != e {
				t.Errorf("%q prints as %q", text, e.Resource())
			}
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	p, _ := ParsePattern("qcs::cos:gz:uid/1250000001:b-1250000001/a/*/x")
	r, _ := Parse("qcs::cos:ap-guangzhou:uin/100000000001:b-1250000001/a/1/2/x")
	scope := Scope{Self: accountA, Owner: accountA}
	b.ReportAllocs()
	for b.Loop() {
		if !p.Match(r, scope) {
			b.Fatal("no match")
		}
	}
}

func TestPatternOfCoversItsResource(t *testing.T) {
	self := Account{UIN: "9"}
	for name, want := range map[string]string{
		"qcs::cvm:gz:uin/1:instance/ins-1": "qcs::cvm:ap-guangzhou:uin/1:instance/ins-1",
		"qcs:id/6:cvm::uin/1:x":            "qcs:id/6:cvm::uin/1:x",
		"qcs::cos:gz:uid/125:b/x":          "qcs::cos:ap-guangzhou:uid/125:b/x",
		"qcs::cos:::b/*":                   "qcs::cos::*:b/*",
		"qcs::cos::uin/-1:b":               "qcs::cos::*:b",
		"qcs::cos::somebody:b/${user}":     "qcs::cos::*:b/*{user}",
	} {
		r, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		text := PatternOf(r)
		p, err := ParsePattern(text)
		if text != want || err != nil || !p.Match(r, Scope{Self: self}) {
			t.Errorf("%s: got %s (%v), want %s", name, text, err, want)
		}
	}
}

func TestAccountUINIsOfPatternsThatNameOneAccount(t *testing.T) {
	for name, want := range map[string]string{
		"qcs::cvm::uin/7:x": "7", "qcs::cvm:::x": "", "qcs::cvm::uin/-1:x": "", "qcs::cvm::uin/*:x": "",
		"qcs::cvm::uid/125:x": "", "qcs::cam::anonymous:anonymous": "", "*": "",
	} {
		p, err := ParsePattern(name)
		if got := p.AccountUIN(); err != nil || got != want {
			t.Errorf("%s: got %q (%v), want %q", name, got, err, want)
		}
	}
}
