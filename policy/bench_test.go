package policy_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// benchmarkQuestion has one statement that allows, after n-1 others on other
// services and resources, and a boundary.
func benchmarkQuestion(b testing.TB, n int) *policy.Question {
	b.Helper()
	var sources []policy.Source
	for i := range n {
		text := fmt.Sprintf(`{"version":"2.0","statement":{"effect":"allow","action":["svc%d:Get*","svc%d:List*"],"resource":"qcs::svc%d:gz::bucket-%d/*"}}`, i%50, i%50, i%50, i)
		if i == n-1 {
			text = `{"version":"2.0","statement":{"effect":"allow","action":"cos:Get*","resource":"qcs::cos:gz::photos/${uin}/*","condition":{"ip_equal":{"qcs:ip":"10.0.0.0/8"}}}}`
		}
		sources = append(sources, policy.Source{ID: int64(i), Document: parse(b, text)})
	}
	photo, err := qcs.Parse("qcs::cos:ap-guangzhou:uin/100000000001:photos/100000000011/cat.jpg")
	if err != nil {
		b.Fatal(err)
	}
	return &policy.Question{
		Principal: people["a1"], Action: policy.Action{Service: "cos", Name: "GetObject"}, Resource: []qcs.Resource{photo},
		Context: policy.Context{IP: netip.MustParseAddr("10.1.1.1")},
		Layers: policy.Layers{
			General:  policy.General(),
			Identity: policy.Compile(sources, policy.Env{}),
			Boundary: policy.Compile([]policy.Source{{Document: parse(b, `{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*"}}`)}}, policy.Env{}),
		},
	}
}

func BenchmarkDecide(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			q := benchmarkQuestion(b, n)
			b.ReportAllocs()
			for b.Loop() {
				if !policy.Decide(q).Allowed {
					b.Fatal("denied")
				}
			}
		})
	}
}

// BenchmarkDecideOneService is the hard case: every statement is about the
// service of the question.
func BenchmarkDecideOneService(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var sources []policy.Source
			for i := range n {
				sources = append(sources, policy.Source{Document: parse(b, fmt.Sprintf(
					`{"version":"2.0","statement":{"effect":"allow","action":"cos:Get*","resource":"qcs::cos:gz::bucket-%d/*"}}`, i))})
			}
			q := benchmarkQuestion(b, 1)
			q.Layers.Identity = policy.Compile(sources, policy.Env{})
			q.Resource[0].Path = fmt.Sprintf("bucket-%d/cat.jpg", n-1)
			b.ReportAllocs()
			for b.Loop() {
				if !policy.Decide(q).Allowed {
					b.Fatal("denied")
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	text := `{"version":"2.0","statement":[{"effect":"allow","action":["cos:Get*","cos:List*"],"resource":"qcs::cos:gz::photos/${uin}/*","condition":{"ip_equal":{"qcs:ip":"10.0.0.0/8"}}}]}`
	b.ReportAllocs()
	for b.Loop() {
		if _, err := policy.Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}

func TestDecideDoesNotAllocate(t *testing.T) {
	q := benchmarkQuestion(t, 100)
	if n := testing.AllocsPerRun(100, func() { policy.Decide(q) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// hostileTexts are as large as a text may be.
func hostileTexts() map[string]string {
	fill := func(head, piece, tail string) string {
		return head + strings.Repeat(piece, (64<<10-len(head)-len(tail))/len(piece)) + tail
	}
	const allow = `"effect":"allow","action":"*","resource":"*"`
	long := strings.Repeat("x", 20_000)
	return map[string]string{
		"statements":       fill(`{"version":"2.0","statement":[`, `{},`, `{}]}`),
		"whole statements": fill(`{"version":"2.0","statement":[`, `{`+allow+`},`, `{`+allow+`}]}`),
		"actions":          fill(`{"version":"2.0","statement":[{"effect":"allow","resource":"*","action":[`, `"*",`, `"*"]}]}`),
		"resources":        fill(`{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":[`, `"*",`, `"*"]}]}`),
		"principals":       fill(`{"version":"2.0","principal":{"qcs":[`, `"qcs::cam::uin/1:uin/2",`, `"x"]},"statement":{}}`),
		"conditions":       fill(`{"version":"2.0","statement":[{`+allow+`,"condition":{"string_equal":{`, `"a":"1",`, `"b":"1"}}}]}`),
		"values":           fill(`{"version":"2.0","statement":[{`+allow+`,"condition":{"string_equal":{"a":[`, `1,`, `1]}}}]}`),
		"stars":            fill(`{"version":"2.0","statement":[{`+allow+`,"condition":{"string_like":{"a":"`, `*?`, `"}}}]}`),
		"a long operator":  fill(`{"version":"2.0","statement":[{`+allow+`,"condition":{"`+long+`":{"a":[`, `1,`, `1]}}}]}`),
		"a long key":       fill(`{"version":"2.0","statement":[{`+allow+`,"condition":{"string_equal":{"`+long+`":[`, `1,`, `1]}}}]}`),
		"wrapped":          fill(`{"strategyInfo":"[`, `[],`, `[]]"}`),
		"percent":          fill("", `%5b`, ""),
		"blanks":           fill("", " ", ""),
	}
}

func BenchmarkCheckHostile(b *testing.B) {
	for name, text := range hostileTexts() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = policy.Check(text, policy.Rules{MaxLength: -1, AllowPrincipal: true})
			}
		})
	}
}
