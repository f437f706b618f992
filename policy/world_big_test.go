package policy_test

import (
	"fmt"
	"strings"

	"github.com/hufu-iam/hufu/policy"
)

// Big sets: thousands of statements that share actions and resources, and a
// few that cut across them. What an index gets wrong shows here.

var (
	verbs  = []string{"Get", "Put", "List", "Delete", "Describe"}
	nouns  = []string{"Object", "Bucket", "Instance", "Disk", "User", "ObjectTagging"}
	suffix = []string{".txt", ".log", "/meta", ""}
)

func bigService(c choices) string { return fmt.Sprint("svc", c.IntN(6)) }
func bigName(c choices) string    { return pick(c, verbs) + pick(c, nouns) }

func bigAction(c choices) string {
	switch c.IntN(40) {
	case 30, 31:
		return bigService(c) + ":*"
	case 32, 33, 34:
		return bigService(c) + ":" + pick(c, verbs) + "*"
	case 35:
		return bigService(c) + ":*" + pick(c, nouns)
	case 36:
		return "*:" + bigName(c)
	case 37:
		return pick(c, []string{"*", "svc*:" + bigName(c), "*:" + pick(c, verbs) + "*", "name/*:*", "sv*1:*"})
	case 38:
		return "SVC1:" + bigName(c)
	case 39:
		return bigService(c) + ":" + drawGlob(c, bigName(c))
	}
	return bigService(c) + ":" + bigName(c)
}

// bigPath is the path of an object: some few are met by many statements.
func bigPath(c choices) string {
	switch c.IntN(4) {
	case 0:
		return fmt.Sprint("instance/ins-", c.IntN(3000))
	case 1:
		return fmt.Sprintf("bucket-%d/%s/%d%s", c.IntN(20), pick(c, []string{"a", "b", "a/b", "100000000011"}), c.IntN(30), pick(c, suffix))
	case 2:
		return fmt.Sprint("hot/", c.IntN(8))
	}
	return fmt.Sprintf("d%d/d%d/d%d/d%d", c.IntN(3), c.IntN(3), c.IntN(3), c.IntN(3))
}

func bigPathPattern(c choices) string {
	path := bigPath(c)
	i := 1 + c.IntN(len(path))
	switch c.IntN(20) {
	case 10, 11, 12:
		return path[:i] + "*"
	case 13:
		return path[:strings.LastIndex(path, "/")] + "/*"
	case 14:
		return "*" + path[i-1:]
	case 15:
		return path[:i-1] + "*" + path[i:] // one letter
	case 16:
		return drawGlob(c, path)
	case 17:
		return path[:strings.Index(path, "/")+1] + pick(c, pathVariables) + pick(c, []string{"", "/*", "*", "/1.txt"})
	case 18:
		return pick(c, []string{"*/", "", path[:i]}) + pick(c, pathVariables) + pick(c, []string{"", "/*", "*" + path[i:]})
	}
	return path
}

func bigResources(c choices) string {
	if often(c, 2) {
		return `"*"`
	}
	return oneOrList(c, someOf(c, 1, 3, func(c choices) string {
		service := bigService(c)
		if often(c, 20) {
			service = pick(c, []string{"", "*", "svc*", "SVC2"})
		}
		region, account := "", ""
		if often(c, 20) {
			region = pick(c, regions)
		}
		if often(c, 20) {
			account = pick(c, accountForms)
		}
		path := bigPathPattern(c)
		if often(c, 3) {
			path = "*"
		}
		return quote(patternText("", service, region, account, path))
	}))
}

func bigPolicy(c choices, layer policy.Layer, statements int) string {
	var list []string
	for range statements {
		members := drawStatement(c, 12, bigAction, bigResources)
		if often(c, 25) {
			members = append(members, member{"condition", drawConditions(c)})
		}
		if layer == policy.LayerResource {
			members = append(members, member{"principal", drawPrincipal(c)})
		}
		list = append(list, object(c, false, members...))
	}
	return writePolicy(c, false, list)
}

// newBigWorld has one set of that many statements in some layer; the others
// allow everything, or are not there.
func newBigWorld(c choices, statements int) *world {
	w := emptyWorld()
	w.layer = pick(c, []policy.Layer{policy.LayerIdentity, policy.LayerIdentity, policy.LayerIdentity, policy.LayerResource,
		policy.LayerBoundary, policy.LayerSession, policy.LayerControl})
	var texts []string
	for statements > 0 {
		n := 1
		if often(c, 50) {
			n = min(statements, 1+c.IntN(40))
		}
		texts = append(texts, bigPolicy(c, w.layer, n))
		statements -= n
	}
	w.big = w.set(texts...)
	for _, layer := range []policy.Layer{policy.LayerIdentity, policy.LayerBoundary, policy.LayerSession, policy.LayerControl} {
		w.pool[layer] = []*worldSet{w.full}
	}
	w.pool[policy.LayerResource] = []*worldSet{w.set(`{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*","principal":` + drawPrincipal(c) + `}}`)}
	return w
}

// reduce looks for a part of the big set's policies about which the question
// is still disagreed, as small as can be found by leaving out.
func (w *world) reduce(q *question, disagrees func(*question) bool) {
	with := func(texts []string) {
		w.big = w.set(texts...)
		if w.layer == policy.LayerControl {
			q.control = []*worldSet{w.full, w.big}
		} else {
			q.sets[w.layer] = w.big
		}
		q.finish()
	}
	texts := w.big.texts
	for part := len(texts) / 2; part > 0; part /= 2 {
		for i := 0; i < len(texts); {
			fewer := append(append([]string{}, texts[:i]...), texts[min(i+part, len(texts)):]...)
			if with(fewer); disagrees(q) {
				texts = fewer
			} else {
				i += part
			}
		}
	}
	with(texts)
}
