package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/policy/lint"
)

type policyCommand struct {
	Lint     policyLint     `cmd:"" help:"Find errors and surprises in policies."`
	Simulate policySimulate `cmd:"" help:"Decide questions by policies in files, or run files of test cases."`
	Explain  policyExplain  `cmd:"" help:"Say why a call was allowed or denied, or would be now."`
	Diff     policyDiff     `cmd:"" help:"Say what two policies decide differently."`
}

// The exit statuses of the policy commands, as scripts rely on them.
const (
	statusNo      = 1 // denied, differs, has findings, a case failed
	statusTrouble = 2 // wrong usage, or a file that cannot be read
)

// exitStatus ends the program with a status and without a message: what there is to say was printed.
type exitStatus int

// Error is for whoever prints it nevertheless.
func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// ExitCode is the status.
func (s exitStatus) ExitCode() int { return int(s) }

// trouble is an error of the kind that diff and grep exit with 2 for: there is no answer.
type trouble struct{ error }

func (t trouble) Unwrap() error { return t.error }

// ExitCode is the status.
func (trouble) ExitCode() int { return statusTrouble }

func troublef(format string, args ...any) error { return trouble{fmt.Errorf(format, args...)} }

// policyKinds are the words of --kind.
var policyKinds = map[string]policy.DocumentKind{
	"identity": policy.IdentityPolicy, "trust": policy.TrustPolicy, "session": policy.SessionPolicy,
	"control": policy.ControlPolicy, "boundary": policy.BoundaryPolicy, "resource": policy.ResourcePolicy,
}

// readPolicy reads the text of a policy file; "-" is standard input. It reads no more than shows that a text is too large.
func readPolicy(name string) (string, error) {
	in := io.Reader(os.Stdin)
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return "", trouble{err}
		}
		defer func() { _ = f.Close() }() // read-only: nothing to lose
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, policy.MaxBytes+1))
	if err != nil {
		return "", troublef("%s: %w", name, err)
	}
	return string(text), nil
}

// loadPolicy reads a policy file that must be good.
func loadPolicy(name string, kind policy.DocumentKind) (*policy.Document, error) {
	text, err := readPolicy(name)
	if err != nil {
		return nil, err
	}
	doc, err := policy.Check(text, policy.Rules{Kind: kind})
	if e, ok := errors.AsType[*policy.Error](err); ok {
		decoded, _ := policy.Decode(text) // what cannot be decoded has its fault at 0
		line, column := lint.Position(decoded, e.Offset)
		return nil, troublef("%s:%d:%d: %w", name, line, column, err)
	}
	return doc, err
}
