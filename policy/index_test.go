package policy

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/qcs"
)

// scan is what a search finds, found by looking at every statement.
func scan(e *evaluation, l Layer, set *Set) (deny, named, anyone bool) {
	scope := e.scope(l)
	for _, st := range set.statements {
		n, a := true, false
		if l == LayerResource {
			n, a = e.concerns(st)
		}
		if (n || a) && st.action(e) && st.resource(e, &scope) && st.condition(e.q) {
			deny = deny || st.effect == ExplicitDeny
			named = named || n && st.effect == Allow
			anyone = anyone || a && st.effect == Allow
		}
	}
	return deny, named, anyone
}

func pick(r *rand.Rand, words ...string) string { return words[r.IntN(len(words))] }

func pickSome(r *rand.Rand, most int, one func() string) []string {
	list := make([]string, 1+r.IntN(most))
	for i := range list {
		list[i] = one()
	}
	return list
}

// crowd makes statements that meet in few places: shared paths, actions,
// prefixes and accounts, patterns that are prefixes of each other.
func crowd(r *rand.Rand, n int) *Document {
	resource := func() string {
		if r.IntN(12) == 0 {
			return "*"
		}
		account := pick(r, "", "uin/1", "uin/2", fmt.Sprint("uin/", r.IntN(30)), "uid/125", "*", "anonymous")
		path := pick(r, "*", "*/*", "b/*", "b/x", "b/x*", "b/", "b*", "*x", "*/x", "b/${uin}", "b/${uin}/*", "${uin}*",
			fmt.Sprint("instance/ins-", r.IntN(40)), fmt.Sprint("instance/ins-", r.IntN(40), "*"), fmt.Sprint("b/", r.IntN(40), "/*/", r.IntN(3)))
		return "qcs::" + pick(r, "", "cos", "cvm") + ":" + pick(r, "", "gz", "sh") + ":" + account + ":" + path
	}
	action := func() string {
		service := pick(r, "cos", "cos", "cvm", "*", "c*", fmt.Sprint("svc", r.IntN(20)))
		return service + ":" + pick(r, "*", "Get*", "GetObject", "GetObjectTagging", "*Object", "Put*", "PutObject", fmt.Sprint("Do", r.IntN(30)))
	}
	list := make([]any, n)
	for i := range list {
		effect := "allow"
		if r.IntN(8) == 0 {
			effect = "deny"
		}
		s := map[string]any{"effect": effect, "action": pickSome(r, 3, action), "resource": pickSome(r, 3, resource),
			"principal": map[string]any{"qcs": []string{pick(r, "qcs::cam::anyone:anyone", "qcs::cam::uin/1:uin/11", "qcs::cam::uin/1:root", "qcs::cam::uin/2:root")}}}
		if r.IntN(40) == 0 { // too many of both to be indexed by action
			s["action"], s["resource"] = pickSome(r, 1, action), pickSome(r, 1, resource)
			for range 40 {
				s["action"], s["resource"] = append(s["action"].([]string), action()), append(s["resource"].([]string), resource())
			}
		}
		if r.IntN(3) == 0 {
			s["condition"] = map[string]any{"string_equal": map[string]any{"my:key": pick(r, "a", "b")}}
		}
		list[i] = s
	}
	text, _ := json.Marshal(map[string]any{"version": "2.0", "statement": list})
	d, err := Parse(string(text))
	if err != nil {
		panic(err)
	}
	return d
}

func crowdQuestion(r *rand.Rand) *Question {
	q := &Question{
		Principal: Principal{Kind: User, Account: qcs.Account{UIN: pick(r, "1", "2"), AppID: "125"}, UIN: pick(r, "11", "12")},
		Action: Action{pick(r, "cos", "cvm", fmt.Sprint("svc", r.IntN(20)), "other"),
			pick(r, "GetObject", "GetObjectTagging", "PutObject", "Get", fmt.Sprint("Do", r.IntN(30)))},
		Granularity: Granularity(max(0, r.IntN(6)-3)),
		Context:     Context{Values: map[string][]string{"my:key": {pick(r, "a", "b", "c")}}},
	}
	for range 1 + r.IntN(2) {
		q.Resource = append(q.Resource, qcs.Resource{Service: pick(r, "cos", "cvm"), Region: pick(r, "ap-guangzhou", "ap-shanghai", ""),
			Account: pick(r, "uin/1", "uin/2", fmt.Sprint("uin/", r.IntN(30)), "anyone", ""),
			Path:    pick(r, "b/x", "b/", "b", "b/11", "b/11/y", "b/xx", "11", "b/*", fmt.Sprint("instance/ins-", r.IntN(45)), fmt.Sprint("b/", r.IntN(45), "/y/", r.IntN(3)))})
	}
	if r.IntN(10) == 0 {
		q.Resource = []qcs.Resource{qcs.Any}
	}
	return q
}

func TestASearchFindsWhatLookingAtEveryStatementFinds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	denied, allowed, questions := 0, 0, 0
	for _, n := range []int{1, 3, 5, 9, 20, 100, 1000} {
		for range 4 {
			set := Compile([]Source{{Document: crowd(r, n)}}, Env{})
			for range 20_000 / (20 + n) {
				q := crowdQuestion(r)
				e := evaluation{q: q}
				e.prepare()
				for _, l := range []Layer{LayerIdentity, LayerControl, LayerResource} {
					deny, named, anyone := scan(&e, l, set)
					g := e.search(l, set)
					questions++
					if (g.deny != nil) != deny || (g.named != nil) != (named && !deny) || (g.anyone != nil) != (anyone && !deny) {
						t.Fatalf("%s of %d statements, %v on %v: search found %+v, looking at all %v %v %v", l, n, q.Action, q.Resource, g, deny, named, anyone)
					}
					if deny {
						denied++
					} else if named {
						allowed++
					}
				}
			}
		}
	}
	if denied < questions/50 || allowed < questions/50 {
		t.Errorf("of %d questions %d were denied and %d allowed: too few to tell anything", questions, denied, allowed)
	}
}

// looked counts the postings that a search looks at.
func (x *index) looked(text, action string) int {
	n, total := &x.nodes[0], 0
	count := func(b *bucket) {
		switch {
		case b == nil:
		case b.actions != nil:
			total += b.actions.looked(action, "")
		default:
			total += len(b.postings) + len(b.accounts["1"])
		}
	}
	for {
		count(n.open)
		if text == "" {
			count(n.exact)
			return total
		}
		i := strings.IndexByte(n.keys, text[0])
		if i < 0 {
			return total
		}
		n = &x.nodes[int(n.first)+i]
		if !strings.HasPrefix(text, n.label) {
			return total
		}
		text = text[len(n.label):]
	}
}

// However many statements there are, few are looked at.
func TestTheNumberOfCandidatesDoesNotGrow(t *testing.T) {
	const n = 10_000
	for _, tc := range []struct {
		name      string
		statement func(i int) (action, resource string)
	}{
		{"each its own resource", func(i int) (string, string) { return "cos:Get*", fmt.Sprintf("qcs::cos:::bucket-%d/*", i) }},
		{"each its own object", func(i int) (string, string) { return "cos:Get*", fmt.Sprintf("qcs::cos:::bucket-%d/a", i) }},
		{"each its own action on everything", func(i int) (string, string) { return fmt.Sprintf("cos:Get%d", i), "*" }},
		{"each its own pattern of actions on one path", func(i int) (string, string) { return fmt.Sprintf("cos:Get%d*", i), "qcs::cos:::bucket-1/*" }},
		{"actions and resources by the hundred", func(i int) (string, string) {
			return fmt.Sprintf("cos:Get%d", i%100), fmt.Sprintf("qcs::cos:::bucket-%d/*", i/100)
		}},
		{"one action on one path in each account", func(i int) (string, string) {
			return "cos:Get1", fmt.Sprintf("qcs::cos::uin/%d:bucket-1/a", i)
		}},
	} {
		var list []string
		for i := range n {
			action, resource := tc.statement(i)
			list = append(list, fmt.Sprintf(`{"effect":"allow","action":"%s","resource":"%s"}`, action, resource))
		}
		set := Compile([]Source{{Document: must(t, "["+strings.Join(list, ",")+"]")}}, Env{})
		if set.Len() != n {
			t.Errorf("%d statements", set.Len())
		}
		if looked := set.services.find("cos").looked("bucket-1/a", "Get1"); looked == 0 || looked > 16 {
			t.Errorf("%s: %d of %d are looked at", tc.name, looked, n)
		}
	}
}

// What a set takes grows with its text, not with the product of what a
// statement names: policies of an account's quota, each as large as may be, of
// statements with as many actions as resources.
func TestTheSizeOfASetIsBoundedByItsText(t *testing.T) {
	list := func(n int, word func(i int) string) string {
		words := make([]string, n)
		for i := range words {
			words[i] = `"` + word(i) + `"`
		}
		return strings.Join(words, ",")
	}
	for _, tc := range []struct {
		name             string
		action, resource func(i int) string
	}{
		{"one action and one resource, repeated", func(int) string { return "a:b" }, func(int) string { return "*" }},
		{"actions on objects", func(i int) string { return fmt.Sprint("a:b", i) }, func(i int) string { return fmt.Sprint("qcs::::", ":", i) }},
		{"actions on suffixes", func(i int) string { return fmt.Sprint("a:b", i) }, func(i int) string { return fmt.Sprint("qcs:::::*", i) }},
		{"actions of many services", func(i int) string { return fmt.Sprint("a", i, ":b") }, func(i int) string { return fmt.Sprint("qcs:::::", i) }},
		{"actions on one object of many accounts", func(i int) string { return fmt.Sprint("a:b", i) }, func(i int) string { return fmt.Sprint("qcs::::uin/", i, ":x") }},
	} {
		statement := fmt.Sprintf(`{"effect":"allow","action":[%s],"resource":[%s]}`, list(32, tc.action), list(32, tc.resource))
		document := must(t, "["+statement+strings.Repeat(","+statement, 7)+"]")
		var sources []Source
		for i := range int64(300) {
			sources = append(sources, Source{ID: i, Document: document})
		}
		set := Compile(sources, Env{})
		if most := 4 * len(sources) * 8 * (1 + 32 + 32); set.Size() > most {
			t.Errorf("%s: the size is %d, more than %d", tc.name, set.Size(), most)
		}
	}
}
