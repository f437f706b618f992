package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/operator"
	"github.com/hufu-iam/hufu/internal/store"
)

type policyExplain struct {
	databaseFlags
	productFlags
	RequestID string `arg:"" optional:"" name:"request-id" help:"Explain this call, by what the policies said when it was made."`

	Account  int64    `help:"Root account that the caller is of; of a call by its request id, it makes finding it quick." placeholder:"UIN"`
	User     string   `help:"Explain for this user, by uin or name." placeholder:"USER" xor:"who"`
	Role     string   `help:"Explain for this role, by id or name." placeholder:"ROLE" xor:"who"`
	Root     bool     `help:"Explain for the root user of the account." xor:"who"`
	Action   string   `help:"What is asked for, as cvm:StopInstances." placeholder:"SERVICE:NAME"`
	Resource string   `help:"On which object, by its six-segment name; an empty account is that of --account. Without it: no particular object." placeholder:"QCS"`
	Context  []string `help:"A fact that conditions ask about, as qcs:ip=10.0.0.1 or qcs:mfa=1; repeatable. The time is now unless qcs:current_time is given." sep:"none" placeholder:"KEY=VALUE"`

	JSON bool `help:"Print JSON." name:"json"`
}

// Help is what stands under the flags.
func (policyExplain) Help() string {
	return `Why was that call denied?
  hufu policy explain 953be3ce-5c21-4b62-8b2b-e28d239c5db6

May alice do this now, and by which policy?
  hufu policy explain --account 100000000001 --user alice --action cvm:StopInstances \
      --resource qcs::cvm:ap-guangzhou::instance/ins-1 --context qcs:ip=10.0.0.7

It asks the running server, or opens the database itself. Exit status: 0 if the answer is yes, or no policy was asked;
1 if it is no; 2 if there is none.`
}

// Run explains.
func (p *policyExplain) Run(ctx context.Context) error {
	ask, err := p.question()
	if err != nil {
		return trouble{err}
	}
	var answer *operator.Explained
	err = p.knowing(ctx, p.productFlags, func(c operator.Commands) (err error) {
		if p.RequestID != "" {
			answer, err = c.Recorded(ctx, store.Account(p.Account), p.RequestID)
		} else {
			answer, err = c.Explain(ctx, ask)
		}
		return err
	})
	if err != nil {
		return trouble{err}
	}
	if p.JSON {
		err = printJSON(answer)
	} else {
		fmt.Print(explainedText(answer))
	}
	if err == nil && saysNo(answer) {
		err = exitStatus(statusNo)
	}
	return err
}

// saysNo reports whether policies refused, be it one of several questions.
func saysNo(e *operator.Explained) bool {
	for i := range e.Questions {
		if !e.Questions[i].Decision.Allowed {
			return true
		}
	}
	return len(e.Questions) == 0 && !e.Decision.Allowed && asked(e)
}

// question reads the flags of a question. Of a call by its request id the zero question is the answer.
func (p *policyExplain) question() (q operator.Question, err error) {
	who := p.User != "" || p.Role != "" || p.Root
	if p.RequestID != "" {
		if who || p.Action != "" || p.Resource != "" || len(p.Context) > 0 {
			return q, fmt.Errorf("a recorded call says itself who asked for what: only --account goes with a request id")
		}
		return q, nil
	}
	switch {
	case p.Account == 0:
		return q, fmt.Errorf("name a call by its request id, or ask with --account, a caller and --action")
	case !who:
		return q, fmt.Errorf("say who asks, with --user, --role or --root")
	case p.Action == "":
		return q, fmt.Errorf("say what is asked for, with --action")
	}
	q = operator.Question{Account: store.Account(p.Account), User: p.User, Role: p.Role, Root: p.Root, Action: p.Action, Resource: p.Resource,
		Facts: []operator.Fact{{Key: "qcs:current_time", Value: time.Now().UTC().Format(time.RFC3339)}}}
	for _, text := range p.Context {
		key, value, ok := strings.Cut(text, "=")
		if !ok {
			return q, fmt.Errorf("--context %q is not KEY=VALUE", text)
		}
		q.Facts = append(q.Facts, operator.Fact{Key: key, Value: value})
	}
	return q, nil
}

// asked reports whether policies had a say: not about a call that failed before, and not about an application.
func asked(e *operator.Explained) bool {
	return e.Call == nil || e.Call.Decision.Effect != "none" && e.Call.CallerKind != call.Application.String()
}

// explainedText prints an answer for people.
func explainedText(e *operator.Explained) string {
	var b strings.Builder
	if r := e.Call; r != nil {
		fmt.Fprintf(&b, "%s  %s %d", r.At.Format(time.DateTime), r.CallerKind, r.CallerID)
		if r.CallerName != "" {
			fmt.Fprintf(&b, " (%s)", printable(r.CallerName))
		}
		fmt.Fprintf(&b, " of %d from %s: %s\n", r.Account, r.IP, r.Outcome)
	}
	switch {
	case !asked(e):
		fmt.Fprintf(&b, "no policy was asked  %s\n", e.Action)
		if d := e.Call.Decision; d.Effect != "none" {
			fmt.Fprintf(&b, "  by its permission codes: %s\n", decided(d))
		}
	case len(e.Questions) == 0:
		b.WriteString(answeredText(e))
	}
	for i := range e.Questions {
		b.WriteString(answeredText(&e.Questions[i]))
	}
	return b.String()
}

// answeredText prints a decision with its explanation.
func answeredText(e *operator.Explained) string {
	var b strings.Builder
	word := verdict(e.Decision)
	if e.Failed != "" {
		word = "not answered"
	}
	fmt.Fprintf(&b, "%s  %s  %s", word, printable(e.Action), printable(e.Resource))
	if e.Caller != "" {
		fmt.Fprintf(&b, "  for %s", printable(e.Caller))
	}
	b.WriteByte('\n')
	if e.Failed != "" {
		fmt.Fprintf(&b, "  %s\n", e.Failed)
		return b.String()
	}
	t := texts{of: map[place]string{}, versions: true, trust: e.AssumeRole}
	for _, d := range e.Documents {
		t.of[place{d.Layer, 0, d.ID, d.Version}] = d.Text
	}
	if e.Explanation == nil {
		fmt.Fprintf(&b, "  %s: %s\n", e.Decision.Effect, t.reason(e.Decision))
		return b.String()
	}
	b.WriteString(t.explanation(e.Explanation))
	return b.String()
}
