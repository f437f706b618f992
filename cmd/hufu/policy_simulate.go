package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/policy/scenario"
	"github.com/hufu-iam/hufu/qcs"
)

type policySimulate struct {
	productFlags
	Principal string   `help:"Who asks: user:UIN@ACCOUNT, root:ACCOUNT, role:ID@ACCOUNT, service:NAME, federated:QCS or anonymous. ACCOUNT is a uin, or uin/appid." placeholder:"WHO" group:"The caller"`
	Group     []string `help:"Id of a group of the user; repeatable." sep:"none" placeholder:"ID" group:"The caller"`
	Tag       []string `help:"Tag of the user, role or session; repeatable." sep:"none" placeholder:"KEY=VALUE" group:"The caller"`
	RoleName  string   `help:"Name of the role." group:"The caller"`
	Temporary bool     `help:"The root user has temporary credentials." group:"The caller"`

	Action   []string `help:"What is asked for, as cvm:StopInstances; repeatable." sep:"none" placeholder:"SERVICE:NAME" group:"The question"`
	Resource []string `help:"On which object, by its six-segment name; repeatable, one question each. Without it: no particular object. An empty account is the owner's." sep:"none" placeholder:"QCS" group:"The question"`
	Owner    string   `help:"Account that owns the objects, as uin or uin/appid; otherwise read off their names." placeholder:"ACCOUNT" group:"The question"`
	Level    string   `help:"How finely the actions can be granted: resource, operation or service; auto is as their products say, and resource where that is not known." enum:"auto,resource,operation,service" default:"auto" group:"The question"`
	Context  []string `help:"A fact that conditions ask about, as qcs:ip=10.0.0.1 or qcs:mfa=1; repeatable. The time is now unless qcs:current_time is given." sep:"none" placeholder:"KEY=VALUE" group:"The question"`

	Policy         []string `help:"Policy of the caller or his groups; repeatable." sep:"none" placeholder:"FILE" group:"The policies"`
	Boundary       string   `help:"Permissions boundary." placeholder:"FILE" group:"The policies"`
	Session        string   `help:"Session policy." placeholder:"FILE" group:"The policies"`
	Control        []string `help:"Control policy of a level of the organization; repeatable, the account's own level first." sep:"none" placeholder:"FILE" group:"The policies"`
	ResourcePolicy string   `help:"Policy of the resource." placeholder:"FILE" xor:"own" group:"The policies"`
	Trust          string   `help:"Trust policy of the role that --resource names: asks about assuming it." placeholder:"FILE" xor:"own" group:"The policies"`

	Scenario []string `help:"Run the cases of this file instead; repeatable." sep:"none" placeholder:"FILE" group:"Test cases"`
	Files    []string `arg:"" optional:"" name:"file" help:"Further files of cases after --scenario."`

	Explain bool `help:"Say for each question what every policy said, and what is missing."`
	JSON    bool `help:"Print JSON." name:"json"`
}

// Help is what stands under the flags.
func (policySimulate) Help() string {
	return `No server and no database is involved. Policies are JSON files, "-" is standard input.

  hufu policy simulate --policy dev.json --principal user:100000000011@100000000001 \
      --action cvm:StopInstances --resource qcs::cvm:ap-guangzhou::instance/ins-1

Exit status: 0 if everything is allowed (every case is as expected), 1 if anything is denied (a case is not), 2 if a
flag or a file is wrong. The format of test cases: docs/policy-commands.md.`
}

// Run answers the questions of the flags, or runs files of cases.
func (s *policySimulate) Run() error {
	if files := append(s.Scenario, s.Files...); len(s.Scenario) > 0 {
		return s.runFiles(files)
	}
	switch {
	case len(s.Files) > 0:
		return troublef("%s: files of cases are given with --scenario, policies with --policy", s.Files[0])
	case s.Principal == "":
		return troublef("say who asks, with --principal, or give a file of cases, with --scenario")
	case len(s.Action) == 0:
		return troublef("say what is asked for, with --action")
	}
	c := scenario.Case{AssumeRole: s.Trust != ""}
	if err := s.caller(&c); err != nil {
		return trouble{err}
	}
	if err := s.facts(&c); err != nil {
		return trouble{err}
	}
	if err := s.layers(&c); err != nil {
		return err
	}
	known, err := s.load()
	if err != nil {
		return trouble{err}
	}
	return s.ask(c, func(a policy.Action) policy.Granularity {
		if level, ok := scenario.Levels[s.Level]; ok {
			return level
		}
		return known.Granularity(a.Service, a.Name)
	})
}

// caller reads the flags about the principal.
func (s *policySimulate) caller(c *scenario.Case) (err error) {
	if c.Principal, err = parsePrincipal(s.Principal); err != nil {
		return err
	}
	p := &c.Principal
	if (len(s.Group) > 0 && p.Kind != policy.User) || (s.RoleName != "" && p.Kind != policy.Role) {
		return fmt.Errorf("--group is for users, --role-name for roles")
	}
	p.Groups, p.RoleName, p.Temporary = s.Group, s.RoleName, s.Temporary
	p.Tags, err = parseTags(s.Tag)
	return err
}

// facts reads the flags about the request but for actions and objects.
func (s *policySimulate) facts(c *scenario.Case) (err error) {
	if s.Owner != "" {
		if c.Owner, err = parseAccount(s.Owner); err != nil {
			return err
		}
	}
	c.Context.Time = time.Now()
	return addContext(&c.Context, s.Context)
}

// addContext adds facts of the form KEY=VALUE.
func addContext(to *policy.Context, facts []string) error {
	for _, text := range facts {
		key, value, ok := strings.Cut(text, "=")
		if !ok {
			return fmt.Errorf("--context %q is not KEY=VALUE", text)
		}
		if err := to.Add(key, value); err != nil {
			return fmt.Errorf("--context: %w", err)
		}
	}
	return nil
}

// layers reads the policies.
func (s *policySimulate) layers(c *scenario.Case) error {
	l := &c.Layers
	l.General = true // as on a server: those rules bind every user
	var id int64
	load := func(to *[]policy.Source, kind policy.DocumentKind, names ...string) error {
		for _, name := range names {
			if name == "" {
				continue
			}
			doc, err := loadPolicy(name, kind)
			if err != nil {
				return err
			}
			id++
			*to = append(*to, policy.Source{ID: id, Name: name, Version: 1, Document: doc})
		}
		return nil
	}
	l.Identity = []policy.Source{}
	for _, one := range []struct {
		to    *[]policy.Source
		kind  policy.DocumentKind
		names []string
	}{
		{&l.Identity, policy.IdentityPolicy, s.Policy}, {&l.Boundary, policy.BoundaryPolicy, []string{s.Boundary}},
		{&l.Session, policy.SessionPolicy, []string{s.Session}}, {&l.Resource, policy.ResourcePolicy, []string{s.ResourcePolicy}},
		{&l.Resource, policy.TrustPolicy, []string{s.Trust}},
	} {
		if err := load(one.to, one.kind, one.names...); err != nil {
			return err
		}
	}
	for _, name := range s.Control {
		var level []policy.Source
		if err := load(&level, policy.ControlPolicy, name); err != nil {
			return err
		}
		l.Control = append(l.Control, level)
	}
	return nil
}

// answer is the answer to one question.
type answer struct {
	Action      string              `json:"action"`
	Resource    string              `json:"resource"`
	Decision    policy.Decision     `json:"decision"`
	Explanation *policy.Explanation `json:"explanation,omitempty"`
}

// ask puts every action to every object.
func (s *policySimulate) ask(c scenario.Case, level func(policy.Action) policy.Granularity) error {
	c.Objects = [][]qcs.Resource{{qcs.Any}}
	if len(s.Resource) > 0 {
		c.Objects = nil
	}
	for _, text := range s.Resource {
		r, err := qcs.Parse(text)
		if err != nil {
			return troublef("--resource: %w", err)
		}
		c.Objects = append(c.Objects, []qcs.Resource{ownedBy(r, &c)})
	}
	var answers []answer
	denied := false
	for _, text := range s.Action {
		action, ok := policy.ParseAction(text)
		if !ok {
			return troublef("--action %q is not SERVICE:NAME", text)
		}
		c.Action, c.Granularity = action, level(action)
		for _, q := range c.Questions() {
			a := answer{Action: action.String(), Resource: "*", Decision: policy.Decide(q)}
			if q.Granularity == policy.ResourceLevel {
				a.Resource = q.Resource[0].String()
			}
			if s.Explain {
				x := policy.Explain(q)
				a.Explanation = &x
			}
			denied = denied || !a.Decision.Allowed
			answers = append(answers, a)
		}
	}
	texts := newTexts(&c.Layers)
	texts.trust = c.AssumeRole
	if err := s.print(answers, texts); err != nil {
		return err
	}
	if denied {
		return exitStatus(statusNo)
	}
	return nil
}

// ownedBy gives an object the account that it was left out of its name. A request always names the owner, by uin: what a
// policy may leave empty, or write as an AppID, has to be filled in.
func ownedBy(r qcs.Resource, c *scenario.Case) qcs.Resource {
	own := c.Owner
	if own.UIN == "" {
		own = c.Principal.Account
	}
	known := r.Account == "" || r.Account == "uid/"+own.AppID && own.AppID != ""
	if known && !r.IsAny() && own.UIN != "" {
		r.Account = "uin/" + own.UIN
	}
	return r
}

func (s *policySimulate) print(answers []answer, texts texts) error {
	if s.JSON {
		return printJSON(answers)
	}
	if !s.Explain {
		return table(func(w io.Writer) {
			for _, a := range answers {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", verdict(a.Decision), a.Action, a.Resource, texts.reason(a.Decision))
			}
		})
	}
	for i, a := range answers {
		if i > 0 {
			fmt.Println()
		}
		fmt.Printf("%s  %s  %s\n", verdict(a.Decision), a.Action, a.Resource)
		fmt.Print(texts.explanation(a.Explanation))
	}
	return nil
}

// verdict is a decision in one word.
func verdict(d policy.Decision) string {
	if d.Allowed {
		return "allowed"
	}
	return "denied"
}
