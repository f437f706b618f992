package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/policy/lint"
	"github.com/hufu-iam/hufu/policy/reach"
)

type policyDiff struct {
	productFlags
	Old       string   `arg:"" help:"The policy as it is; - is standard input."`
	New       string   `arg:"" help:"The policy as it shall be."`
	Kind      string   `help:"What the documents are for: identity, trust, session, control, boundary or resource." enum:"identity,trust,session,control,boundary,resource" default:"identity"`
	Principal string   `help:"Compare for this caller, as simulate takes it: his numbers and tags fill in variables. Otherwise: some user." placeholder:"WHO"`
	Tag       []string `help:"Tag of the caller; repeatable." sep:"none" placeholder:"KEY=VALUE"`
	JSON      bool     `help:"Print JSON." name:"json"`
}

// Help is what stands under the flags.
func (policyDiff) Help() string {
	return `First come the statements that only one of the documents has, then what they decide differently, each document taken
by itself: as if no other policy stopped or granted what it is about.

Exit status: 0 if the documents decide alike, whatever they look like; 1 if they do not; 2 if a flag or a file is
wrong, or there is more to compare than can be.`
}

// writtenStatement is a statement that one of the documents has.
type writtenStatement struct {
	Index     int             `json:"index"` // from 0
	Line      int             `json:"line"`
	Statement json.RawMessage `json:"statement"`
}

// policyDifference is a comparison, for machines.
type policyDifference struct {
	Same        bool               `json:"same"` // they decide alike
	Removed     []writtenStatement `json:"removed"`
	Added       []writtenStatement `json:"added"`
	Comparisons []reach.Comparison `json:"comparisons"`
}

// Run compares the documents.
func (p *policyDiff) Run() error {
	if p.Old == "-" && p.New == "-" {
		return troublef("only one of the documents can be standard input")
	}
	kind := policyKinds[p.Kind]
	before, err := loadPolicy(p.Old, kind)
	if err != nil {
		return err
	}
	after, err := loadPolicy(p.New, kind)
	if err != nil {
		return err
	}
	options, err := p.options(kind)
	if err != nil {
		return trouble{err}
	}
	d := policyDifference{Same: true, Comparisons: reach.Documents(before, after, options)}
	removed, added := reach.Statements([]policy.Source{{Document: before}}, []policy.Source{{Document: after}})
	d.Removed, d.Added = written(before, removed), written(after, added)
	partial := false
	for _, c := range d.Comparisons {
		d.Same = d.Same && len(c.Changes) == 0
		partial = partial || c.Partial
	}
	if err := p.print(&d); err != nil {
		return err
	}
	switch {
	case !d.Same:
		return exitStatus(statusNo)
	case partial:
		return troublef("the documents have more statements that meet each other than can be compared; no difference was found among %d questions", questionsOf(&d))
	}
	return nil
}

func (p *policyDiff) options(kind policy.DocumentKind) (o reach.Options, err error) {
	known, err := p.load()
	if err != nil {
		return o, err
	}
	o = reach.Options{Kind: kind, Products: products{known}}
	if p.Principal != "" {
		if kind == policy.TrustPolicy || kind == policy.ResourcePolicy {
			return o, fmt.Errorf("--principal: policies of this kind are compared for the principals that they name")
		}
		if o.Principal, err = parsePrincipal(p.Principal); err != nil {
			return o, err
		}
	} else if len(p.Tag) > 0 {
		return o, fmt.Errorf("--tag needs --principal")
	}
	o.Principal.Tags, err = parseTags(p.Tag)
	return o, err
}

func questionsOf(d *policyDifference) int {
	n := 0
	for _, c := range d.Comparisons {
		n += c.Asked
	}
	return n
}

func written(d *policy.Document, list []reach.Statement) []writtenStatement {
	all := []writtenStatement{}
	for _, s := range list {
		line, _ := lint.Position(d.Text, s.Offset)
		text := json.RawMessage(s.Text)
		if !json.Valid(text) {
			text = json.RawMessage("null") // in a wrapper that holds text there is no such piece
		}
		all = append(all, writtenStatement{s.Ref.Index, line, text})
	}
	return all
}

func (p *policyDiff) print(d *policyDifference) error {
	if p.JSON {
		return printJSON(d)
	}
	if len(d.Removed)+len(d.Added) == 0 {
		fmt.Println("the documents have the same statements")
		return nil
	}
	fmt.Printf("--- %s\n+++ %s\n", p.Old, p.New)
	for _, s := range d.Removed {
		fmt.Printf("-%d: %s\n", s.Line, oneLine(s.Statement))
	}
	for _, s := range d.Added {
		fmt.Printf("+%d: %s\n", s.Line, oneLine(s.Statement))
	}
	if d.Same {
		fmt.Printf("\nthey decide alike, by %d questions\n", questionsOf(d))
		return nil
	}
	for _, c := range d.Comparisons {
		if len(c.Changes) == 0 {
			continue
		}
		fmt.Println()
		if c.Principal != "" {
			fmt.Printf("for %s\n", c.Principal)
		}
		for i := range c.Changes {
			printChange(&c.Changes[i])
		}
	}
	return nil
}

// oneLine is a statement without its line breaks.
func oneLine(text json.RawMessage) string {
	var v any
	if json.Unmarshal(text, &v) != nil || v == nil {
		return "(a statement of a wrapped document)"
	}
	return strings.Join(strings.Fields(string(text)), " ")
}

// printChange prints a change in a line, and what is special about it below.
func printChange(c *reach.Change) {
	action := c.Action
	if n := len(c.Actions); n > 5 {
		action = fmt.Sprintf("%d actions of %s", n, action)
	} else if n > 0 {
		action = strings.Join(c.Actions, ", ")
	}
	on := c.Resource
	if c.NoObject {
		on = "no particular object"
	}
	fmt.Printf("%-22s %s on %s\n", turned(c), action, on)
	if c.Conditional {
		facts := make([]string, len(c.Facts))
		for i, f := range c.Facts {
			facts[i] = printable(f.Key + "=" + f.Value)
		}
		such := "with " + strings.Join(facts, ", ")
		if len(facts) == 0 {
			such = "without the facts that conditions ask for"
		}
		fmt.Printf("%22s for some requests, such as one %s\n", "", such)
	}
	for _, e := range c.Except {
		on := e.Resource
		if e.NoObject {
			on = "no particular object"
		}
		fmt.Printf("%22s except %s on %s\n", "", e.Action, on)
	}
}

// turned says in words what became of an effect.
func turned(c *reach.Change) string {
	switch {
	case c.After.Allowed:
		return "now allowed"
	case c.Before.Allowed:
		return "no longer allowed"
	case c.After.Effect == policy.ExplicitDeny:
		return "now denied explicitly"
	}
	return "no longer denied" // explicitly; nothing allows it either
}
