package policy_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/policy"
)

// Random policies for the comparison of engine and oracle. They are made of
// few words, so that statements, callers and resources meet often; the
// questions about them are in world_question_test.go.

// choices is what a generator takes its decisions from: rapid, which can then
// look for a smaller world, a seeded source, or the bytes of a fuzzer.
type choices interface {
	IntN(n int) int // from 0 to n-1; the first is the simplest
}

func pick[T any](c choices, list []T) T { return list[c.IntN(len(list))] }

// often reports true in about p of 100 cases.
func often(c choices, p int) bool { return c.IntN(100) >= 100-p }

// someOf picks from min to max elements, possibly one twice.
func someOf[T any](c choices, lo, hi int, one func(choices) T) []T {
	var list []T
	for range lo + c.IntN(hi-lo+1) {
		list = append(list, one(c))
	}
	return list
}

// A worldSet is a set in both forms, with the texts that it was made from.
type worldSet struct {
	texts  []string // "" for a policy that cannot be read
	oracle *oracleSet
	engine *policy.Set
}

// A world is a pool of sets for every layer, from which questions choose.
type world struct {
	env     policy.Env
	pool    map[policy.Layer][]*worldSet
	trust   []*worldSet
	general *worldSet
	full    *worldSet // allows everything
	big     *worldSet // takes part in every question
	layer   policy.Layer
	lastID  int64
}

func (w *world) set(texts ...string) *worldSet {
	s := &worldSet{texts: texts, oracle: &oracleSet{}}
	var sources []policy.Source
	for _, text := range texts {
		w.lastID++
		source := policy.Source{ID: w.lastID, Name: fmt.Sprintf("policy %d", w.lastID), Version: 1 + w.lastID%3}
		p := oraclePolicy{ref: policy.Ref{PolicyID: source.ID, PolicyName: source.Name, Version: source.Version, Index: -1}, broken: text == ""}
		if !p.broken {
			document, err := policy.Parse(text)
			if err != nil {
				panic(fmt.Sprintf("%v\n%s", err, text))
			}
			source.Document, p.statements = document, readPolicy(text, w.env.Features)
		}
		sources = append(sources, source)
		s.oracle.policies = append(s.oracle.policies, p)
	}
	s.engine = policy.Compile(sources, w.env)
	return s
}

// newWorld makes a small world: every kind of statement in few policies, and
// as many sets for each layer.
func newWorld(c choices, sets int) *world {
	w := emptyWorld()
	if often(c, 30) {
		w.env.Features = policy.Features{"permid/1": {"cvm:Describe*", "p:*"}, "permid/280655": {"cos:Head*", "cos:Get*"}}
	}
	for range sets {
		for _, layer := range []policy.Layer{policy.LayerIdentity, policy.LayerResource, policy.LayerBoundary, policy.LayerControl, policy.LayerSession} {
			w.pool[layer] = append(w.pool[layer], w.set(someOf(c, 0, 3, func(c choices) string {
				if often(c, 3) {
					return ""
				}
				return drawPolicy(c, layer)
			})...))
		}
	}
	w.trust = append(w.trust, w.set(someOf(c, 1, 2, drawTrust)...))
	return w
}

// emptyWorld has what every world has.
func emptyWorld() *world {
	w := &world{pool: map[policy.Layer][]*worldSet{}}
	w.full = w.set(`{"version":"2.0","statement":` + everything + `}`)
	w.general = &worldSet{texts: []string{generalText}, engine: policy.General(),
		oracle: &oracleSet{policies: []oraclePolicy{{ref: policy.Ref{PolicyName: "general", Version: 1}, statements: readPolicy(generalText, nil)}}}}
	return w
}

// Texts.

// A member is a member of a JSON object, its value as JSON.
type member struct{ name, value string }

func quote(s string) string {
	b, err := json.Marshal(s)
	must(err)
	return string(b)
}

func list(values []string) string { return "[" + strings.Join(values, ",") + "]" }

// oneOrList writes a list of one as either.
func oneOrList(c choices, values []string) string {
	if len(values) == 1 && often(c, 50) {
		return values[0]
	}
	return list(values)
}

// object writes members in any order; capital ones begin with a capital.
func object(c choices, capital bool, members ...member) string {
	for i := len(members) - 1; i > 0; i-- {
		j := i - c.IntN(i+1)
		members[i], members[j] = members[j], members[i]
	}
	var b strings.Builder
	for i, m := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		if capital {
			m.name = strings.ToUpper(m.name[:1]) + m.name[1:]
		}
		b.WriteString(quote(m.name) + ":" + m.value)
	}
	return "{" + b.String() + "}"
}

// writePolicy writes a whole policy, in any of the ways that are accepted.
func writePolicy(c choices, capital bool, statements []string, members ...member) string {
	members = append(members, member{"version", `"2.0"`}, member{"statement", oneOrList(c, statements)})
	text := object(c, capital, members...)
	switch c.IntN(12) {
	case 9:
		return `{"strategyInfo":` + text + `}`
	case 10:
		return `{"version":"2.0","strategyInfo":` + quote(text) + `}`
	case 11:
		return url.PathEscape(text)
	}
	return text
}

func drawPolicy(c choices, layer policy.Layer) string {
	capital := often(c, 10)
	var top []member
	inStatements := layer == policy.LayerResource
	if inStatements && often(c, 20) {
		top, inStatements = []member{{"principal", drawPrincipal(c)}}, false
	}
	// The principal of an identity policy means nothing to decisions.
	ignored := layer == policy.LayerIdentity && often(c, 5)
	statements := someOf(c, 1, 4, func(c choices) string {
		members := drawStatement(c, 33, drawAction, drawResources)
		if often(c, 40) {
			members = append(members, member{"condition", drawConditions(c)})
		}
		if inStatements && !often(c, 3) || ignored {
			members = append(members, member{"principal", drawPrincipal(c)})
		}
		return object(c, capital, members...)
	})
	limits := layer == policy.LayerBoundary || layer == policy.LayerSession || layer == policy.LayerControl
	if limits && often(c, 40) || layer == policy.LayerIdentity && often(c, 10) {
		statements = append(statements, everything)
	}
	return writePolicy(c, capital, statements, top...)
}

// drawStatement makes what every statement has; denies is how many in a
// hundred are denials.
func drawStatement(c choices, denies int, action, resources func(choices) string) []member {
	effect := "allow"
	if often(c, denies) {
		effect = "deny"
	}
	if often(c, 10) {
		effect = strings.ToUpper(effect[:1]) + effect[1:]
	}
	members := []member{
		{"effect", quote(effect)},
		{"action", oneOrList(c, someOf(c, 1, 3, func(c choices) string { return quote(action(c)) }))},
		{"resource", resources(c)},
	}
	if often(c, 5) {
		members = append(members, member{"sid", `"named"`})
	}
	return members
}

// everything is a statement that a set of limits needs to let anything pass.
const everything = `{"effect":"allow","action":"*","resource":"*"}`

func drawResources(c choices) string {
	switch c.IntN(10) {
	case 7:
		return `"*"`
	case 8:
		return pick(c, []string{`""`, `[]`, `null`, `["*"]`})
	}
	return oneOrList(c, someOf(c, 1, 3, func(c choices) string { return quote(drawResource(c)) }))
}

// Actions.

var (
	services = []string{"cos", "cvm", "p", "account", "sts"}
	apiNames = []string{"GetObject", "PutObject", "GetBucket", "HeadObject", "OptionsObject", "DescribeInstances", "DoX", "BindToken", "AssumeRole", "ModifyMail"}
)

func drawAction(c choices) string {
	service, name := pick(c, services), pick(c, apiNames)
	if often(c, 10) {
		service = strings.ToUpper(service)
	}
	action := service + ":" + name
	switch c.IntN(16) {
	case 6:
		action = pick(c, []string{"*", "*:*"})
	case 7, 8:
		action = service + ":*"
	case 9:
		action = service + ":" + drawGlob(c, name)
	case 10:
		action = service + ":" + drawGlob(c, name)
	case 11:
		action = "*:" + name
	case 12:
		action = "*:" + drawGlob(c, name)
	case 13:
		action = drawGlob(c, service) + ":" + pick(c, []string{name, "*", "Get*"})
	case 14:
		action = pick(c, []string{"permid/280655", "permid/1", "permid/404"})
	case 15:
		action = service + ":" + strings.ToLower(name)
	}
	if often(c, 12) {
		action = "name/" + action
	}
	return action
}

// drawGlob replaces some run of a text by a star, or two.
func drawGlob(c choices, text string) string {
	letters := []rune(text)
	for range 1 + c.IntN(2) {
		i := c.IntN(len(letters) + 1)
		j := i + c.IntN(len(letters)-i+1)
		letters = slices.Concat(letters[:i], []rune{'*'}, letters[j:])
	}
	return string(letters)
}

// Resources.

var (
	projects        = []string{"", "", "", "", "", "id/5", "id/0", "*", "id/*", "id/6"}
	resourceService = []string{"cos", "cvm", "", "*", "cam", "c*", "COS", "*s", "p"}
	regions         = []string{"", "", "", "*", "gz", "ap-guangzhou", "ap-*", "sh", "AP-*", "*-guangzhou", "GZ", "nowhere", "ap-shanghai-fsi", "shjr"}
	accountForms    = []string{"", "", "", "*", "uin/100000000001", "uin/", "uin/100000000002", "uid/1250000001", "uin/-1", "uid/", "uin/*", "uid/1250000002", "uid/1250000077", "uid/*", "uid/-1"}
	pathWords       = []string{"b", "x", "ins-1", "ins-10", "web", "100000000011", "100000000001", "1250000001", "a:b", "instance", "*", "b?", "", "B", "虎"}
	pathVariables   = []string{"${uin}", "${owner_uin}", "${app_id}", "${qcs:principal_tag_value}", "${qcs:principal_tag_key}"}
)

func drawPath(c choices) string {
	return strings.Join(someOf(c, 1, 3, func(c choices) string { return pick(c, pathWords) }), "/")
}

// drawPathPattern makes a pattern that some path of drawPath may fit.
func drawPathPattern(c choices) string {
	words := someOf(c, 1, 3, func(c choices) string { return pick(c, pathWords) })
	switch i := c.IntN(len(words)); c.IntN(10) {
	case 3, 4:
		words[len(words)-1] = "*"
	case 5:
		words[i] = "*"
	case 6:
		words[i] = drawGlob(c, words[i])
	case 7:
		words[i] = pick(c, pathVariables)
	case 8:
		words[i] = pick(c, pathVariables) + pick(c, []string{"*", "", "x"})
		words[0] = pick(c, []string{"*", "*" + words[0], words[0]})
	case 9:
		return pick(c, []string{"*", "*/*", "*/", "/*", "**"})
	}
	path := strings.Join(words, "/")
	if path == "" {
		return "*"
	}
	return path
}

func drawResource(c choices) string {
	if often(c, 6) {
		return "*"
	}
	if often(c, 10) {
		return pick(c, roleAndPolicyPatterns)
	}
	return patternText(pick(c, projects), pick(c, resourceService), pick(c, regions), pick(c, accountForms), drawPathPattern(c))
}

// patternText joins the segments of a pattern.
func patternText(project, service, region, account, path string) string {
	return strings.Join([]string{"qcs", project, service, region, account, path}, ":")
}

const opsID = "4611686018427397919"

// roleAndPolicyPatterns meet the objects that have several names.
var roleAndPolicyPatterns = []string{
	"qcs::cam::uin/100000000001:roleName/ops", "qcs::cam:::role/" + opsID, "qcs::cam:::roleName/*", "qcs::cam:::role/*",
	"qcs::cam::uin/100000000001:policyid/*", "qcs::cam:::policy/7", "qcs::cam:::*/7",
}

// Principals.

var principalEntries = []string{
	"qcs::cam::uin/100000000001:uin/100000000011", "qcs::cam::uin/100000000001:root", "qcs::cam::uin/100000000002:root",
	"qcs::cam::anyone:anyone", "qcs::cam::uin/100000000001:uin/100000000001", "qcs::cam::uin/100000000002:uin/100000000021",
	"qcs::cam::uin/100000000001:groupid/71", "qcs::cam::uin/100000000001:roleName/ops", "qcs::cam::uin/100000000001:role/" + opsID,
	"qcs::cam::anonymous:anonymous", "qcs::cam::uin/100000000002:uin/100000000002", "qcs::cam::uin/100000000002:groupid/71",
	"qcs::cam::uin/100000000001:uin/100000000002", "qcs::cam::uin/100000000002:roleName/ops",
	"qcs::cam::uin/100000000001:role/tencentcloudServiceRoleName/CVM_QCSLinkedRole",
	"qcs::cam::uin/100000000001:role/tencentcloudServiceRole/4611686018427397920", "qcs::cam::uin/100000000001:role/4611686018427397920",
	"qcs::cam::uin/100000000001:roleName/CVM_QCSLinkedRole", "qcs::cam::uin/100000000001:role/tencentcloudServiceRoleName/ops",
	"qcs::cam::uin/100000000001:role/tencentcloudServiceRole/" + opsID, "qcs::cam::uin/100000000001:policyid/7",
}

func drawPrincipal(c choices) string {
	if often(c, 12) {
		return `"*"`
	}
	return drawNamed(c, principalEntries)
}

func drawNamed(c choices, entries []string) string {
	var members []member
	quoted := func(list []string) string {
		return oneOrList(c, someOf(c, 1, 3, func(c choices) string { return quote(pick(c, list)) }))
	}
	if often(c, 15) {
		members = append(members, member{"service", quoted([]string{"cvm.qcloud.com", "clb.qcloud.com"})})
	}
	if often(c, 15) {
		members = append(members, member{"federated", quoted([]string{"qcs::cam::uin/100000000001:oidc-provider/ci", "qcs::cam::uin/100000000001:saml-provider/okta",
			"qcs::cam::uin/100000000002:oidc-provider/ci", "qcs::cam::uin/100000000001:saml-provider/ci"})})
	}
	if len(members) == 0 || often(c, 40) {
		members = append(members, member{"qcs", quoted(entries)})
	}
	return object(c, false, members...)
}

// drawTrust makes a trust policy, now and then one that no validation would
// let through: whatever reaches a set must not grant too much.
func drawTrust(c choices) string {
	statements := someOf(c, 1, 3, func(c choices) string {
		members := []member{
			{"effect", pick(c, []string{`"allow"`, `"allow"`, `"deny"`})},
			{"action", oneOrList(c, someOf(c, 1, 2, func(c choices) string {
				return quote(pick(c, []string{"sts:AssumeRole", "name/sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:*", "sts:AssumeRoleWith*", "*"}))
			}))},
		}
		if often(c, 20) {
			members = append(members, member{"resource", `"*"`})
		}
		if often(c, 30) {
			members = append(members, member{"condition", drawConditions(c)})
		}
		switch {
		case often(c, 4):
			members = append(members, member{"principal", `"*"`})
		case !often(c, 3):
			members = append(members, member{"principal", drawNamed(c, slices.DeleteFunc(slices.Clone(principalEntries), func(e string) bool {
				return strings.Contains(e, "groupid")
			}))})
		}
		return object(c, false, members...)
	})
	return writePolicy(c, false, statements)
}
