package policy_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// A question about a world, in both forms.
type question struct {
	policy.Question // as the engine gets it
	names           []string
	sets            map[policy.Layer]*worldSet // nil: the layer is not there
	control         []*worldSet
	oracle          *oracle
}

var callers = []policy.Principal{
	people["a1"], people["a2"], people["b1"], people["ops"], people["rootA"], people["rootB"], people["slr"], people["tempA"], people["o1"],
	people["cvm"], people["oidc"], people["anonymous"],
	// A collaborator: the root user of another account.
	{Kind: policy.User, Account: accounts["A"], UIN: "100000000002", Groups: []string{"70", "71"}},
	{Kind: policy.User, Account: accounts["B"], UIN: "100000000022", Groups: []string{"71"}},
	{Kind: policy.Role, Account: accounts["B"], RoleID: "4611686018427397999", RoleName: "ops"},
	{Kind: policy.Role, Account: accounts["B"], RoleID: "4611686018427397998", RoleName: "CVM_QCSLinkedRole", ServiceLinked: true},
	{Kind: policy.Federated, Account: accounts["A"], Provider: qcs.Entity{Kind: qcs.KindSAMLProvider, Account: accounts["A"].UIN, Name: "okta"}},
	{Kind: policy.Federated, Account: accounts["B"], Provider: qcs.Entity{Kind: qcs.KindOIDCProvider, Account: accounts["B"].UIN, Name: "ci"}},
	// A role with the numbers of a user, which mean nothing.
	{Kind: policy.Role, Account: accounts["A"], UIN: "100000000011", Groups: []string{"71"}, RoleID: opsID, RoleName: "ops"},
	// An account whose AppId nobody knows.
	{Kind: policy.User, Account: qcs.Account{UIN: "100000000003"}, UIN: "100000000031"},
}

// drawQuestion makes a question, most often aimed at a statement of one of the
// layers that it chose: without aim, few questions of a big set meet anything.
func (w *world) drawQuestion(c choices) *question {
	q := &question{sets: map[policy.Layer]*worldSet{}}
	q.Principal = pick(c, callers)
	if often(c, 40) {
		q.Principal = pick(c, callers[:4]) // of whom the policies speak
	}
	if k := q.Principal.Kind; k == policy.User || k == policy.Role || k == policy.Root {
		q.Principal.Tags = drawTags(c)
		q.Principal.Temporary = q.Principal.Temporary || k == policy.Role
	}
	q.AssumeRole = often(c, 10)
	w.drawLayers(c, q)
	aim := q.drawAim(c)
	q.drawAction(c, aim)
	q.drawNames(c, aim)
	if often(c, 20) {
		q.Granularity = pick(c, []policy.Granularity{policy.OperationLevel, policy.ServiceLevel})
	}
	q.Context = drawContext(c)
	q.finish()
	return q
}

// finish fills in what follows from the rest.
func (q *question) finish() {
	q.Resource = nil
	for _, n := range q.names {
		r, err := qcs.Parse(n)
		must(err)
		q.Resource = append(q.Resource, r)
	}
	layers := oracleLayers{sets: map[policy.Layer]*oracleSet{}}
	for layer, s := range q.sets {
		layers.sets[layer] = s.oracle
	}
	q.Layers.Control = nil
	for _, s := range q.control {
		if s == nil {
			layers.control = append(layers.control, nil)
			q.Layers.Control = append(q.Layers.Control, nil)
			continue
		}
		layers.control = append(layers.control, s.oracle)
		q.Layers.Control = append(q.Layers.Control, s.engine)
	}
	engine := func(layer policy.Layer) *policy.Set {
		if s := q.sets[layer]; s != nil {
			return s.engine
		}
		return nil
	}
	q.Layers.General, q.Layers.Boundary, q.Layers.Session = engine(policy.LayerGeneral), engine(policy.LayerBoundary), engine(policy.LayerSession)
	q.Layers.Identity, q.Layers.Resource = engine(policy.LayerIdentity), engine(policy.LayerResource)
	q.oracle = newOracle(&q.Question, q.names, layers)
}

// drawLayers chooses the sets. Most layers are left out of most questions, or
// hardly anything would ever be allowed.
func (w *world) drawLayers(c choices, q *question) {
	choose := func(layer policy.Layer, percent int) {
		if pool := w.pool[layer]; len(pool) > 0 && often(c, percent) {
			q.sets[layer] = pick(c, pool)
		}
	}
	choose(policy.LayerIdentity, 85)
	choose(policy.LayerBoundary, 20)
	choose(policy.LayerSession, 20)
	choose(policy.LayerResource, 50)
	if q.AssumeRole && often(c, 95) {
		if q.sets[policy.LayerResource] = nil; len(w.trust) > 0 {
			q.sets[policy.LayerResource] = pick(c, w.trust)
		}
	}
	maps.DeleteFunc(q.sets, func(_ policy.Layer, s *worldSet) bool { return s == nil })
	if often(c, 60) {
		q.sets[policy.LayerGeneral] = w.general
	}
	if often(c, 30) {
		q.control = someOf(c, 1, 3, func(c choices) *worldSet {
			switch {
			case often(c, 2):
				return nil
			case often(c, 60) && len(w.pool[policy.LayerControl]) > 0:
				return pick(c, w.pool[policy.LayerControl])
			}
			return w.full
		})
		q.Layers.ControlExempt = often(c, 5)
		q.Layers.LimitMemberRoot = often(c, 20)
	}
	switch w.layer {
	case policy.LayerNone:
	case policy.LayerControl:
		q.control = []*worldSet{w.full, w.big}
	default:
		q.sets[w.layer] = w.big
	}
}

// drawAim picks a statement that the question is to meet, or nil.
func (q *question) drawAim(c choices) *oracleStatement {
	var candidates []*oracleSet
	for _, s := range append(slices.Clone(q.control), q.sets[policy.LayerIdentity], q.sets[policy.LayerResource], q.sets[policy.LayerBoundary], q.sets[policy.LayerSession]) {
		if s != nil {
			candidates = append(candidates, s.oracle)
		}
	}
	if len(candidates) == 0 || !often(c, 75) {
		return nil
	}
	set := pick(c, candidates)
	if len(set.policies) == 0 {
		return nil
	}
	p := &set.policies[c.IntN(len(set.policies))]
	if p.broken {
		return nil
	}
	return &p.statements[c.IntN(len(p.statements))]
}

func (q *question) drawAction(c choices, aim *oracleStatement) {
	q.Action = policy.Action{Service: pick(c, services), Name: pick(c, apiNames)}
	if aim != nil {
		service, name, ok := strings.Cut(pick(c, aim.actions), ":")
		// Actions of requests have no stars.
		service = strings.ReplaceAll(strings.ToLower(q.fill(c, service)), "*", "")
		name = strings.ReplaceAll(q.fill(c, name), "*", "")
		if ok && service != "" && name != "" {
			q.Action = policy.Action{Service: service, Name: name}
		}
	}
	switch {
	case q.AssumeRole:
		q.Action = policy.Action{Service: "sts", Name: pick(c, []string{"AssumeRole", "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"})}
	case often(c, 4):
		q.Action.Service = strings.ToUpper(q.Action.Service)
	case often(c, 4):
		q.Action.Name += "X"
	}
}

// drawNames makes the names of the resource, and its owner.
func (q *question) drawNames(c choices, aim *oracleStatement) {
	account := "A"
	if b := accounts["B"]; q.Principal.Account == b != often(c, 25) {
		account = "B"
	}
	uin := accounts[account].UIN
	switch {
	case q.AssumeRole && often(c, 80):
		q.names = namesOf(qcs.Role(uin, opsID, "ops", often(c, 20)))
	case often(c, 6):
		q.names = namesOf([]qcs.Resource{qcs.Policy(uin, "7"), qcs.PolicyAlias(uin, "7")})
	case often(c, 1):
		q.names = nil
	case often(c, 12):
		q.names = []string{"*"}
	default:
		q.names = someOf(c, 1, 1+c.IntN(2)*c.IntN(2), func(c choices) string { return q.drawName(c, aim, uin) })
	}
	q.Owner = accounts[account]
	switch {
	case often(c, 25):
		q.Owner = qcs.Account{}
		if often(c, 10) && len(q.names) == 1 && q.names[0] != "*" {
			s := strings.SplitN(q.names[0], ":", 6)
			s[4] = pick(c, []string{"", "uid/1250000077"}) // nobody's
			q.names[0] = strings.Join(s, ":")
		}
	case often(c, 10):
		q.Owner.AppID = "" // not known
	case len(q.names) == 1 && q.names[0] == "*" && often(c, 60):
		q.Owner = q.Principal.Account
	}
}

func namesOf(resources []qcs.Resource) []string {
	var names []string
	for _, r := range resources {
		names = append(names, r.String())
	}
	return names
}

func (q *question) drawName(c choices, aim *oracleStatement, uin string) string {
	project, service, region, path := pick(c, []string{"", "", "", "id/5", "id/6", "id/0"}), pick(c, []string{"cos", "cvm", "cam", "p", "COS"}), pick(c, []string{"", "ap-guangzhou", "gz", "ap-shanghai", "nowhere", "SH"}), drawPath(c)
	if aim != nil && len(aim.resources) > 0 {
		p := pick(c, aim.resources)
		if !p.everything {
			if service = q.fill(c, p.service); service == "" {
				service = "cos"
			}
			region = q.fill(c, p.region)
			path = q.fill(c, p.path)
			if strings.HasPrefix(p.project, "id/") && p.project != "id/*" {
				project = p.project
			}
		}
		switch c.IntN(8) {
		case 6:
			path += pick(c, []string{"x", "/", "0"})
		case 7:
			path = path[:len(path)-min(1, len(path))]
		}
	}
	if path == "" {
		path = "x"
	}
	return strings.Join([]string{"qcs", project, service, region, "uin/" + uin, path}, ":")
}

// fill makes a text that a pattern matches, most of the time.
func (q *question) fill(c choices, pattern string) string {
	if strings.Contains(pattern, "${") {
		p, tag := &q.Principal, policy.NewTag("env", "prod")
		if len(p.Tags) > 0 {
			tag = pick(c, p.Tags)
		}
		pattern = strings.NewReplacer("${uin}", callerUIN(p), "${owner_uin}", p.Account.UIN, "${app_id}", p.Account.AppID,
			"${qcs:principal_tag_key}", tag.Key(), "${qcs:principal_tag_value}", tag.Value()).Replace(pattern)
	}
	var b strings.Builder
	for _, r := range pattern {
		if r == '*' {
			b.WriteString(pick(c, []string{"", "x", "Get", "b", "100000000011", "a-b", "*"}))
			continue
		}
		b.WriteRune(r)
	}
	s := b.String()
	if strings.Contains(pattern, "/") && often(c, 30) {
		s = strings.Replace(s, "x", pick(c, []string{"x/y", "x:y", "/"}), 1)
	}
	return s
}

// String prints everything that one decision depends on.
func (q *question) String() string {
	var b strings.Builder
	p := q.Principal
	fmt.Fprintf(&b, "principal: %+v\naction: %s granularity %d assume %v\nresource: %q owner %+v\ncontext: %+v\n",
		p, q.Action, q.Granularity, q.AssumeRole, q.names, q.Owner, q.Context)
	fmt.Fprintf(&b, "control exempt %v, limit member root %v\n", q.Layers.ControlExempt, q.Layers.LimitMemberRoot)
	show := func(layer policy.Layer, level string, s *worldSet) {
		if s == nil {
			fmt.Fprintf(&b, "%s%s: nil\n", layer, level)
			return
		}
		fmt.Fprintf(&b, "%s%s: %d policies\n", layer, level, len(s.texts))
		for i, p := range s.oracle.policies {
			switch text := s.texts[i]; {
			case p.broken:
				fmt.Fprintf(&b, "    %d cannot be read\n", p.ref.PolicyID)
			case len(p.statements) <= 4:
				fmt.Fprintf(&b, "    %d %s\n", p.ref.PolicyID, text)
			default: // its statements that matter follow
				fmt.Fprintf(&b, "    %d with %d statements\n", p.ref.PolicyID, len(p.statements))
			}
		}
		for _, m := range q.oracle.matches(layer, s.oracle) {
			i := slices.IndexFunc(s.oracle.policies, func(p oraclePolicy) bool { return p.ref.PolicyID == m.ref.PolicyID })
			fmt.Fprintf(&b, "    match: %+v\n        %s\n", m, statementText(s.texts[i], m.ref.Index))
		}
	}
	for i, s := range q.control {
		show(policy.LayerControl, fmt.Sprint(" level ", i), s)
	}
	for _, layer := range slices.Sorted(maps.Keys(q.sets)) {
		show(layer, "", q.sets[layer])
	}
	return b.String()
}

// statementText cuts a statement out of a document.
func statementText(document string, index int) string {
	d, err := policy.Parse(document)
	must(err)
	s := d.Statements[index]
	return d.Text[s.Offset:s.End]
}
