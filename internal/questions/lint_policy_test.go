package questions_test

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/hufu-iam/hufu/internal/apitest"
)

const lintPolicy = "hufu:LintPolicy"

func TestLintPolicy(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		u := a.Root.User(t, "anybody")
		for _, tc := range []struct {
			name, text       string
			code, path, part string // of the first finding, and the part of the document that it is about
		}{
			{"a document without faults", `{"version":"2.0","statement":[{"effect":"allow","action":"cam:GetUser","resource":"*"}]}`, "", "", ""},
			{"a version that is not there", `{"version":"1.0","statement":[{"effect":"allow","action":"cam:GetUser","resource":"*"}]}`, "VersionError", "/version", `"1.0"`},
			{"an action behind letters of two units", `{"version":"2.0","statement":[{"effect":"allow","action":["cam:GetUser","cam:😀"],"resource":"*"}]}`, "ActionError", "/statement/0/action/1", `"cam:😀"`},
			{"an item behind such letters", `{"version":"2.0","statement":[{"effect":"allow","action":"x:Y","resource":["qcs::x:::a/😀*","qcs::x:::a/😀b"]}]}`, "W104", "/statement/0/resource/1", `"qcs::x:::a/😀b"`},
			{"a condition", `{"version":"2.0","statement":[{"effect":"allow","action":"cam:GetUser","resource":"*","condition":{"ip_equal":{"qcs:ip":["0.0.0.0/0"]}}}]}`, "W307",
				"/statement/0/condition/ip_equal/qcs:ip/0", `"0.0.0.0/0"`},
			{"no JSON", `{"version":`, "PolicyDocumentError", "", ""},
			{"percent encoding", `%7B%22version%22:%221.0%22,%22statement%22:[]%7D`, "VersionError", "/version", ""},
			{"nothing", ``, "PolicyDocumentError", "", ""},
		} {
			t.Run(tc.name, func(t *testing.T) {
				x := u.Must(t, lintPolicy, apitest.P{"PolicyDocument": tc.text})
				if tc.code == "" {
					if x.Len("Findings") != 0 {
						t.Error(x.Raw)
					}
					return
				}
				for i := range x.Len("Findings") {
					at := "Findings." + digits(int64(i)) + "."
					if x.Str(at+"Code") != tc.code {
						continue
					}
					if x.Str(at+"Path") != tc.path || x.Str(at+"Message") == "" || strings.Contains(x.Str(at+"Message"), "%!") {
						t.Error(x.Raw)
					}
					units := utf16.Encode([]rune(tc.text))
					from, to := x.Int(at+"From"), x.Int(at+"To")
					if tc.part != "" && string(utf16.Decode(units[from:to])) != tc.part {
						t.Errorf("%d to %d is %s", from, to, string(utf16.Decode(units[from:to])))
					}
					return
				}
				t.Errorf("no %s: %s", tc.code, x.Raw)
			})
		}
	})
}

func TestLintingTrustPolicies(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		nosy, author := a.Root.User(t, "nosy"), a.Root.User(t, "author", administrator)
		user := func(uin int64) apitest.P {
			return apitest.P{"Kind": "trust", "PolicyDocument": trust("qcs::cam::uin/" + digits(a.UIN) + ":uin/" + digits(uin))}
		}
		same(t, author.Must(t, lintPolicy, user(nosy.UIN)), "Findings", "Code")
		same(t, author.Must(t, lintPolicy, user(7)), "Findings", "Code", "PrincipalQcsNotExist")
		same(t, nosy.Must(t, lintPolicy, user(7)), "Findings", "Code") // who exists is not for everybody
		wrong := apitest.P{"Kind": "trust", "PolicyDocument": document("allow cam:GetUser *")}
		if x := nosy.Must(t, lintPolicy, wrong); x.Len("Findings") == 0 || x.Str("Findings.0.Severity") != "error" {
			t.Error(x.Raw)
		}
		if x := nosy.Must(t, "hufu:DescribeProduct", apitest.P{"Service": "cam"}); x.Len("Actions") < 50 {
			t.Error(x.Raw)
		}
	})
}
