package test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/policy/scenario"
	"github.com/hufu-iam/hufu/qcs"
)

// chance makes random policies and questions about the accounts of a world. They are of few words, so that they meet.
type chance struct {
	*rand.Rand
	*world
}

func pick[T any](c *chance, from ...T) T { return from[c.IntN(len(from))] }

// some are one to three of a list.
func some(c *chance, from ...string) []string {
	var all []string
	for range 1 + c.IntN(3) {
		all = append(all, pick(c, from...))
	}
	return all
}

// statement is a random statement; of the policy of a resource, with a principal.
func (c *chance) statement(principal bool) map[string]any {
	a, b := c.a, c.b
	s := map[string]any{"effect": pick(c, "allow", "allow", "allow", "deny"),
		"action": some(c, "x:Get", "x:Put", "x:*", "X:G*", "name/y:*", "*:Get", "*", "y:Put", "z:*t"),
		"resource": some(c, "*", "qcs::x:::t/*", "qcs::x:gz::t/1", fmt.Sprintf("qcs::x::uin/%d:t/*/b", a.UIN), fmt.Sprintf("qcs::x::uid/%d:*", a.AppID),
			"qcs::y::uin/-1:*", "qcs:id/5:x:::*", "qcs::x:::u/${uin}/*", "qcs::*:ap-*::*", "qcs::x:::t/1", fmt.Sprintf("qcs::x::uin/%d:t/*", b.UIN), "qcs::x::*:t/2"),
	}
	if principal {
		s["principal"] = pick[any](c, "*", map[string]any{"qcs": []string{fmt.Sprintf("qcs::cam::uin/%d:uin/%d", a.UIN, c.people["a1"].uin)}},
			map[string]any{"qcs": fmt.Sprintf("qcs::cam::uin/%d:root", a.UIN)}, map[string]any{"qcs": fmt.Sprintf("qcs::cam::uin/%d:groupid/%d", a.UIN, c.group)},
			map[string]any{"qcs": fmt.Sprintf("qcs::cam::uin/%d:role/%s", a.UIN, c.role)})
	}
	if c.IntN(2) == 0 {
		s["condition"] = c.condition()
	}
	return s
}

func (c *chance) condition() map[string]any {
	exist := pick(c, "", "", "_if_exist")
	return pick(c,
		map[string]any{pick(c, "ip_equal", "ip_not_equal") + exist: map[string]any{"qcs:ip": some(c, "10.0.0.0/8", "10.1.2.3", "2001:db8::/32")}},
		map[string]any{pick(c, "", "for_any_value:", "for_all_value:") + pick(c, "string_equal", "string_not_equal", "string_like") + exist: map[string]any{"qcs:resource_tag": some(c, "k&1", "k&2", "k&*")}},
		map[string]any{"string_equal" + exist: map[string]any{"qcs:request_tag/k": some(c, "1", "2")}, "numeric_less_than" + exist: map[string]any{"x:size": 10}},
		map[string]any{"null_equal": map[string]any{pick(c, "qcs:resource_tag/k", "x:size", "qcs:ip"): pick(c, "true", "false")}},
		map[string]any{"bool_equal": map[string]any{"qcs:BindToken": pick(c, true, false)}, "string_equal": map[string]any{"qcs:mfa": pick(c, "0", "1")}},
		map[string]any{pick(c, "date_less_than", "date_greater_than") + exist: map[string]any{"qcs:current_time": "2026-06-01T00:00:00Z"}},
		map[string]any{"string_equal": map[string]any{"qcs:create_uin": "${uin}"}},
	)
}

// source is a random policy; id is 0 for one that the server does not keep.
func (c *chance) source(t testing.TB, kind policy.DocumentKind) policy.Source {
	t.Helper()
	var all []any
	for range 1 + c.IntN(4) {
		all = append(all, c.statement(kind == policy.ResourcePolicy))
	}
	d, err := policy.Check(text(t, map[string]any{"version": "2.0", "statement": all}), policy.Rules{Kind: kind})
	if err != nil {
		t.Fatal(err)
	}
	if kind == policy.ResourcePolicy {
		return policy.Source{Name: "resource policy", Version: 1, Document: d}
	}
	id := c.policy(t, c.a, d.Text)
	return policy.Source{ID: id, Name: number(id), Version: 1, Document: d}
}

// holder gives somebody random policies, in the world and in the cases about him.
func (c *chance) holder(t testing.TB, who string) scenario.Case {
	t.Helper()
	account := qcs.Account{UIN: number(c.a.UIN), AppID: number(c.a.AppID)}
	k := scenario.Case{Who: who, Owner: qcs.Account{}, Refused: -1, Layers: scenario.Layers{General: true, Identity: []policy.Source{}}}
	if who == "ops" {
		k.Principal = policy.Principal{Kind: policy.Role, Account: account, RoleID: c.role, RoleName: "ops"}
	} else {
		k.Principal = policy.Principal{Kind: policy.User, Account: account, UIN: number(c.people[who].uin)}
	}
	set := &setting{world: c.world, Case: &k, t: t, ids: map[string]int64{}}
	give := func(group string) {
		for range 1 + c.IntN(3) {
			p := c.source(t, policy.IdentityPolicy)
			k.Layers.Identity = append(k.Layers.Identity, p)
			set.attach(group, p.ID)
		}
	}
	give("")
	if who == "a2" {
		k.Principal.Groups = []string{number(c.group)}
		give(number(c.group))
	}
	if c.IntN(2) == 0 {
		p := c.source(t, policy.BoundaryPolicy)
		k.Layers.Boundary = []policy.Source{p}
		set.bound(p.ID)
	}
	return k
}

// question asks something at random about a holder.
func (c *chance) question(t testing.TB, of scenario.Case, resourcePolicies []policy.Source) scenario.Case {
	t.Helper()
	a, _ := policy.ParseAction(pick(c, "x:Get", "x:Put", "y:Get", "y:Put", "z:Put"))
	object, err := qcs.Parse(pick(c, "*", fmt.Sprintf("qcs::%s:%s:uin/%d:%s", pick(c, "x", "y"), pick(c, "ap-guangzhou", "ap-shanghai", ""), pick(c, c.a.UIN, c.a.UIN, c.b.UIN),
		pick(c, "t/1", "t/2", "t/2/b", "t/*", "u/"+of.Principal.UIN+"/q", "u/"+c.role+"/q", "v")), fmt.Sprintf("qcs:id/%d:x::uin/%d:t/1", pick(c, 5, 6), c.a.UIN)))
	if err != nil {
		t.Fatal(err)
	}
	of.Action, of.Objects = a, [][]qcs.Resource{{object}}
	x := &of.Context
	*x = policy.Context{MFA: c.IntN(2) == 0, BindToken: c.IntN(2) == 0, Time: time.Date(2026, time.Month(1+c.IntN(12)), 3, 4, 5, 6, 0, time.UTC)}
	if c.IntN(2) == 0 {
		x.IP = netip.MustParseAddr(pick(c, "10.1.2.3", "11.1.1.1", "2001:db8::1"))
	}
	for _, k := range []string{"k", "other"} {
		if c.IntN(2) == 0 {
			x.ResourceTags = append(x.ResourceTags, policy.NewTag(k, pick(c, "1", "2", "")))
		}
		if c.IntN(3) == 0 {
			x.RequestTags = append(x.RequestTags, policy.NewTag(k, pick(c, "1", "3")))
		}
	}
	if c.IntN(2) == 0 {
		x.Values = map[string][]string{"x:size": {pick(c, "9", "10.0", "many")}}
	}
	if c.IntN(2) == 0 {
		x.CreateUIN = number(pick(c, c.people["a1"].uin, c.people["a2"].uin))
	}
	if c.IntN(3) == 0 {
		of.Layers.Resource = []policy.Source{pick(c, resourcePolicies...)}
	}
	return of
}

// Whatever policies there are: asked many questions at once, the server decides as the engine does from the same
// documents, by the same statement.
func TestRandomQuestionsAreDecidedAsTheEngineDoes(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if given := os.Getenv("HUFU_TEST_SEED"); given != "" {
		var err error
		if seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("HUFU_TEST_SEED=%d asks the same again", seed)
	onServer(t, unlimited, func(t *testing.T, s *server) {
		c := &chance{Rand: rand.New(rand.NewPCG(seed, 0)), world: newWorld(t, s)}
		holders := []scenario.Case{c.holder(t, "a1"), c.holder(t, "a2"), c.holder(t, "ops")}
		var resourcePolicies []policy.Source
		for range 10 {
			resourcePolicies = append(resourcePolicies, c.source(t, policy.ResourcePolicy))
		}
		var cases []scenario.Case
		var questions []question
		for range 600 {
			k := c.question(t, pick(c, holders...), resourcePolicies)
			who := entity{Type: "role", ID: c.role}
			if k.Who != "ops" {
				who = entity{Type: "user", ID: k.Principal.UIN}
			}
			cases = append(cases, k)
			questions = append(questions, (&setting{world: c.world, Case: &k, t: t}).questions(who)[0])
		}
		decided := map[string]int{}
		for i, v := range s.evaluateAll(t, c.a.asker, "", questions) {
			want, _ := policy.DecideAll(cases[i].Questions()...)
			decided[scenario.Summary(want)]++
			if v.Context.Explanation == nil {
				t.Fatalf("%s: %+v", text(t, questions[i]), v.Context)
			}
			if got := v.Context.Explanation.Decision; got.Allowed != v.Decision || scenario.Summary(got) != scenario.Summary(want) || !sameStatement(got.Statement, want.Statement) {
				t.Errorf("%s\ngot %s by %+v, want %s by %+v", text(t, questions[i]), scenario.Summary(got), got.Statement, scenario.Summary(want), want.Statement)
			}
		}
		t.Logf("decided: %v", decided)
	})
}

// sameStatement compares where two statements stand; names differ.
func sameStatement(a, b *policy.Ref) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.PolicyID == b.PolicyID && a.Index == b.Index
}
