package policy_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// mixedWorkload makes n statements over ten services, and questions of which
// some are allowed, some denied and some met by no statement. A third of the
// statements has a condition, a tenth denies.
func mixedWorkload(tb testing.TB, n int) ([]policy.Source, []policy.Question) {
	tb.Helper()
	r := rand.New(rand.NewPCG(1, uint64(n)))
	verbs := []string{"Get*", "Describe*", "PutObject", "StopInstances", "*", "List*"}
	sources := make([]policy.Source, 0, n)
	for i := range n {
		effect, condition := "allow", ""
		if i%10 == 9 {
			effect = "deny"
		}
		switch i % 6 {
		case 0:
			condition = `,"condition":{"ip_equal":{"qcs:ip":["10.0.0.0/8","192.168.0.0/16"]}}`
		case 3:
			condition = `,"condition":{"for_any_value:string_equal":{"qcs:resource_tag":["env&prod","env&test"]}}`
		}
		path := fmt.Sprintf("instance/ins-%d", i)
		if i%2 == 0 {
			path = fmt.Sprintf("bucket-%d/*", i)
		}
		text := fmt.Sprintf(`{"version":"2.0","statement":{"effect":"%s","action":"svc%d:%s","resource":"qcs::svc%d:gz::%s"%s}}`,
			effect, i%10, verbs[r.IntN(len(verbs))], i%10, path, condition)
		sources = append(sources, policy.Source{ID: int64(i), Version: 1, Document: parse(tb, text)})
	}
	questions := make([]policy.Question, 256)
	for k := range questions {
		i := r.IntN(n)
		path := fmt.Sprintf("instance/ins-%d", i)
		if i%2 == 0 {
			path = fmt.Sprintf("bucket-%d/a/b.txt", i)
		}
		if k%3 == 2 {
			path += "-missing"
		}
		questions[k] = policy.Question{
			Principal: people["a1"], Action: policy.Action{Service: fmt.Sprintf("svc%d", i%10), Name: []string{"GetObject", "DescribeInstances", "PutObject", "StopInstances"}[r.IntN(4)]},
			Resource: []qcs.Resource{{Service: fmt.Sprintf("svc%d", i%10), Region: "ap-guangzhou", Account: "uin/100000000001", Path: path}},
			Context:  policy.Context{IP: netip.MustParseAddr("10.1.2.3"), ResourceTags: []policy.Tag{policy.NewTag("team", "web"), policy.NewTag("env", "prod")}},
			Layers:   policy.Layers{General: policy.General()},
		}
	}
	return sources, questions
}

func BenchmarkDecideMixed(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			sources, questions := mixedWorkload(b, n)
			set := policy.Compile(sources, policy.Env{})
			count := map[policy.Effect]int{}
			for i := range questions {
				questions[i].Layers.Identity = set
				count[policy.Decide(&questions[i]).Effect]++
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				policy.Decide(&questions[i&255])
				i++
			}
			b.ReportMetric(float64(count[policy.Allow]), "allows")
			b.ReportMetric(float64(count[policy.ExplicitDeny]), "denies")
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	for _, n := range []int{10, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			sources, _ := mixedWorkload(b, n)
			b.ReportAllocs()
			for b.Loop() {
				policy.Compile(sources, policy.Env{})
			}
		})
	}
}
