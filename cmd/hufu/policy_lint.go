package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/hufu-iam/hufu/internal/catalogue"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/policy/lint"
)

type policyLint struct {
	productFlags
	Files  []string `arg:"" name:"file" help:"Policy documents; - is standard input."`
	Kind   string   `help:"What the documents are for: identity, trust, session, control, boundary or resource." enum:"identity,trust,session,control,boundary,resource" default:"identity"`
	Strict bool     `help:"Exit with 1 for warnings too."`
	Ignore []string `help:"Leave out this code; repeatable." placeholder:"CODE"`
	JSON   bool     `help:"Print a JSON list." name:"json"`
}

// Help is what stands under the flags.
func (policyLint) Help() string {
	return `Errors are what the server refuses a document for, under the same codes; warnings have codes of their own, W101 and
so on: docs/policy-commands.md. A document may stand in a strategyInfo wrapper, and be percent-encoded.

Exit status: 0 without findings, or with warnings alone; 1 with an error, or any finding with --strict; 2 if a flag or
a file is wrong.`
}

// finding is a finding with its file.
type finding struct {
	File string `json:"file"`
	lint.Finding
}

// Run checks the files.
func (p *policyLint) Run() error {
	for _, code := range p.Ignore {
		if _, ok := lint.Codes[code]; !ok {
			return troublef("--ignore %q is the code of no warning", code)
		}
	}
	known, err := p.load()
	if err != nil {
		return trouble{err}
	}
	options := lint.Options{Rules: policy.Rules{Kind: policyKinds[p.Kind], Catalogue: known}, Products: products{known}, Now: time.Now()}
	found := []finding{}
	bad, people := false, onTerminal()
	for _, name := range p.Files {
		text, err := readPolicy(name)
		if err != nil {
			return err
		}
		for _, f := range lint.Check(text, options) {
			if slices.Contains(p.Ignore, f.Code) {
				continue
			}
			bad = bad || p.Strict || f.Severity == lint.Error
			found = append(found, finding{name, f})
			if !p.JSON {
				fmt.Print(findingText(name, text, f, people))
			}
		}
	}
	if p.JSON {
		if err := printJSON(found); err != nil {
			return err
		}
	}
	if bad {
		return exitStatus(statusNo)
	}
	return nil
}

// onTerminal reports whether people read what is printed.
func onTerminal() bool {
	info, err := os.Stdout.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// findingText prints a finding as compilers do. People see the place too.
func findingText(name, text string, f lint.Finding, people bool) string {
	line := fmt.Sprintf("%s:%d:%d: %s %s: %s\n", name, f.Line, f.Column, f.Severity, f.Code, printable(f.Message))
	if !people {
		return line
	}
	if decoded, err := policy.Decode(text); err == nil {
		line += excerpt(decoded, f.Line, f.Column)
	}
	if f.Suggestion != "" {
		line += "  instead: " + printable(f.Suggestion) + "\n"
	}
	return line
}

// excerptWidth is how much of a line is shown: a document may be one line.
const excerptWidth = 100

// excerpt is a line of a text with a caret under one of its characters.
func excerpt(text string, line, column int) string {
	lines := strings.Split(text, "\n")
	runes := []rune(strings.TrimSuffix(lines[line-1], "\r"))
	at := min(column-1, len(runes))
	from := max(0, min(at-excerptWidth/2, len(runes)-excerptWidth))
	to := min(len(runes), from+excerptWidth)
	var under strings.Builder
	for _, r := range runes[from:at] {
		switch {
		case r == '\t':
			under.WriteByte('\t')
		case r >= 0x1100: // most of these are twice as wide
			under.WriteString("  ")
		default:
			under.WriteByte(' ')
		}
	}
	return fmt.Sprintf("  %s\n  %s^\n", printable(string(runes[from:to])), under.String())
}

// printable keeps a document from steering the terminal that it is shown on.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// products is what the catalogue knows, as lint asks for it.
type products struct{ *catalogue.Catalogue }

var _ lint.Products = products{}

// Actions are all actions of a product, if all of them are known.
func (p products) Actions(service string) []string {
	if !p.Complete(service) {
		return nil
	}
	return slices.Sorted(maps.Keys(p.Catalogue.Actions(service)))
}

// Granularity is known of registered actions, and of products that can be granted as a whole only.
func (p products) Granularity(service, action string) (policy.Granularity, bool) {
	product, ok := p.Product(service)
	if !ok || product.Action(action) == nil && product.Level != catalogue.Service {
		return 0, false
	}
	return p.Catalogue.Granularity(service, action), true
}
