package authzen

import (
	"context"
	"crypto/sha256"
	"slices"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/gateway"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// evaluate is the permission, the rate and the codes of asking; each question of a call counts.
var evaluate = &wire.Action{Service: "hufu", Name: "Evaluate", Permission: "hufu:Evaluate", Resource: "*", Rate: 10_000}

// semantic says when the questions of one call have been answered.
type semantic string

// The semantics of options.evaluations_semantic.
const (
	executeAll          semantic = "execute_all"
	denyOnFirstDeny     semantic = "deny_on_first_deny"
	permitOnFirstPermit semantic = "permit_on_first_permit"
)

var _ gateway.Task = (*evaluation)(nil)

// evaluation is a call that asks one question, or several.
type evaluation struct {
	*Door
	root      *wire.Value // the body
	size      int         // of it, in bytes
	unread    error       // why it could not be read
	questions *wire.Value // nil: the body itself is the one question
	semantic  semantic

	call       *call.Call // from here on set by Run
	asker      asker
	revision   string
	began      time.Time
	contexts   map[bool]*given            // that questions share, by the second factor of their subjects
	properties *properties                // of the resource that they share
	policed    map[[sha256.Size]byte]bool // hashes of the policies that their resources have
	missing    map[reference]bool         // subjects that were looked for and are not there
	sight      *access.Sight              // of the asker, on the question at hand
	verdicts   []verdict
	kept       int // bytes of explanations for the audit record
}

// readEvaluation reads the body of one question.
func (d *Door) readEvaluation(contentType string, body []byte) *evaluation {
	e := &evaluation{Door: d, semantic: executeAll, size: len(body)}
	e.root, e.unread = parse(contentType, body)
	return e
}

// readEvaluations reads the body of several. Without any it is that of one.
func (d *Door) readEvaluations(contentType string, body []byte) *evaluation {
	e := d.readEvaluation(contentType, body)
	if e.unread == nil {
		e.unread = e.split()
	}
	return e
}

func (e *evaluation) split() error {
	list := e.root.Get("evaluations")
	switch {
	case list == nil:
		return nil
	case list.Kind() != wire.ListValue:
		return malformed("evaluations", "The member evaluations must be a list.")
	case list.Len() > maxQuestions:
		return malformed("evaluations", "One call may ask at most 1000 questions.")
	case list.Len() > 0:
		e.questions = list
	}
	options, err := object(e.root, "options", "options")
	if options == nil || err != nil {
		return err
	}
	v := options.Get("evaluations_semantic")
	if v == nil {
		return nil
	}
	e.semantic = semantic(v.Str())
	if v.Kind() != wire.StringValue || !slices.Contains([]semantic{executeAll, denyOnFirstDeny, permitOnFirstPermit}, e.semantic) {
		return malformed("options.evaluations_semantic",
			"The member options.evaluations_semantic must be execute_all, deny_on_first_deny or permit_on_first_permit.")
	}
	return nil
}

// weight is how many questions the call asks.
func (e *evaluation) weight() int {
	if e.questions == nil {
		return 1
	}
	return e.questions.Len()
}

// costly is how many bytes of a body count as one question.
const costly = 4096

// cost is what the call counts against the rate: its questions, or more where they are large.
func (e *evaluation) cost() int { return max(e.weight(), e.size/costly) }

// Run answers the questions.
func (e *evaluation) Run(ctx context.Context, c *call.Call) (wire.Response, error) {
	if e.unread != nil {
		return nil, e.unread
	}
	// The revision comes first: what changes from here on may be in the decisions already, and then has another one.
	e.call, e.revision, e.asker = c, e.engine.Revision(c.Account()), askerOf(c.Caller)
	e.verdicts, e.began = make([]verdict, 0, e.weight()), e.now()
	if e.questions == nil {
		v, err := e.answer(ctx, e.root, nil)
		if err == nil && v.failed != nil {
			err = v.failed
		}
		return e, err
	}
	for i := range e.questions.Len() {
		v, err := e.answer(ctx, e.questions.At(i), e.root)
		if err != nil {
			return nil, err
		}
		if e.semantic == denyOnFirstDeny && !v.decision.Allowed || e.semantic == permitOnFirstPermit && v.decision.Allowed {
			break
		}
	}
	return e, nil
}

// maxAnswering is how long one call may take; the questions that are left then fail.
const maxAnswering = 5 * time.Second

// answer answers one question and keeps its verdict. The error is a failure of ours.
func (e *evaluation) answer(ctx context.Context, question, shared *wire.Value) (*verdict, error) {
	if err := ctx.Err(); err != nil {
		return nil, err // the asker hung up
	}
	e.verdicts = append(e.verdicts, verdict{})
	v := &e.verdicts[len(e.verdicts)-1]
	var err error
	if e.now().Sub(e.began) > maxAnswering {
		err = fault.New(code.RequestLimitExceeded).WithDetail("The questions before this one took 5 seconds: ask it in another call.")
	} else {
		err = e.decide(ctx, question, shared, v)
	}
	if err != nil {
		failed := fault.From(err)
		if failed.Code == code.InternalError {
			return nil, err
		}
		v.failed = failed
		return v, nil
	}
	e.metrics.Decided(v.decision.Effect.String())
	return v, nil
}

// verdict is what came of one question. The zero decision denies.
type verdict struct {
	subject, action, resource string // as asked; "" where it was not got to
	decision                  policy.Decision
	failed                    *fault.Error // the question could not be put
	refused                   string       // why it was denied without any policy being asked
	cacheable                 bool
	named                     bool      // the asker may be told which policy denied
	shown, kept               []byte    // explanations, as JSON: for the asker, and of a denial for the audit record
	used                      audit.Use // by a principal of the asker's account, if there is any
	uses                      bool
	until                     time.Time // zero where it is not cacheable until some time
}

// question is one question, read.
type question struct {
	subject  reference
	action   policy.Action
	level    policy.Granularity
	resource resource
	facts    policy.Context
	policy   *policy.Set
	explain  bool
}

// decide answers one question. An error with another code than InternalError is about the question.
func (e *evaluation) decide(ctx context.Context, from, shared *wire.Value, v *verdict) error {
	var q question
	who, err := e.read(ctx, from, shared, &q, v)
	if err != nil {
		return err
	}
	own := who != nil && who.principal.Account == e.call.Account()
	if who == anonymous {
		own = q.resource.whose == ours // what it may do there follows from the resource alone, and is no secret
	}
	if !own {
		return e.decideForeign(ctx, &q, who, v)
	}
	if v.refused = reasonOf[who.standing]; v.refused != "" {
		return nil
	}
	asked, err := e.prepare(ctx, &q, &who.principal, &e.asker)
	if err != nil {
		return err
	}
	v.decision = policy.Decide(asked)
	e.look(asked)
	v.used, v.uses = used(&who.principal, q.action, v.decision)
	if q.resource.whose != theirs && q.action != assumeRole && !asked.Timed() {
		v.cacheable, v.until = who.principal.Session == nil, who.until
	}
	if s := v.decision.Statement; s != nil && !v.decision.Allowed {
		if v.named, err = e.sight.Policy(ctx, v.decision.Layer, s.PolicyID); err != nil {
			return err
		}
	}
	return e.explain(ctx, asked, &q, v)
}

// read reads a question, and finds its subject; nil if that is nobody. Nothing that is wrong with the question depends
// on whether there is such a subject.
func (e *evaluation) read(ctx context.Context, from, shared *wire.Value, q *question, v *verdict) (*subject, error) {
	if from.Kind() != wire.ObjectValue {
		return nil, malformed("evaluations", "Each of the evaluations must be an object.")
	}
	who, err := entityOf("subject", from, shared)
	if err != nil {
		return nil, err
	}
	if q.subject, err = refer(&who); err != nil {
		return nil, err
	}
	v.subject = q.subject.typ + "/" + q.subject.id
	if err := e.readAction(from, shared, q, v); err != nil {
		return nil, err
	}
	if err := e.readObject(from, shared, q, v); err != nil {
		return nil, err
	}
	found, err := e.find(ctx, &q.subject)
	if err != nil {
		return nil, err
	}
	q.facts.Time = e.call.At
	if found != nil {
		q.facts.MFA = found.principal.MFA()
	}
	return found, e.readContext(from, shared, q)
}

// find finds a subject; nil if that is nobody. Of whom is not there nothing is kept beyond the call, but he is looked for
// only once in it: the time that many questions take would tell who is there.
func (e *evaluation) find(ctx context.Context, r *reference) (*subject, error) {
	if e.missing[*r] {
		return nil, nil
	}
	found, err := e.subjects.find(ctx, r, e.call.At)
	if found == nil && err == nil {
		if e.missing == nil {
			e.missing = map[reference]bool{}
		}
		e.missing[*r] = true
	}
	return found, err
}

func (e *evaluation) readAction(from, shared *wire.Value, q *question, v *verdict) error {
	action, err := entityOf("action", from, shared)
	if err != nil {
		return err
	}
	if v.action, err = action.text("name"); err != nil {
		return err
	}
	q.action, q.level, err = e.parseAction(v.action)
	return err
}

// parseAction reads the name of an action, and tells how finely it can be granted, as far as the products are known.
func (d *Door) parseAction(name string) (a policy.Action, level policy.Granularity, err error) {
	a, ok := policy.ParseAction(name)
	if !ok {
		return a, level, malformed("action.name", "The action.name must be service:Name, without wildcards.")
	}
	if d.granularity != nil {
		level = d.granularity(a.Service, a.Name)
	}
	return a, level, nil
}

func (e *evaluation) readObject(from, shared *wire.Value, q *question, v *verdict) error {
	object, err := entityOf("resource", from, shared)
	if err != nil {
		return err
	}
	if q.resource, err = e.asker.readResource(&object); err != nil {
		return err
	}
	v.resource = q.resource.id
	q.resource.at(q.level)
	return e.readProperties(&object, q)
}

// prepare prepares a question about a principal for the policy engine; whose is the account that a resource of no other
// is owned by.
func (d *Door) prepare(ctx context.Context, q *question, who *call.Principal, whose *asker) (*policy.Question, error) {
	asked := access.Question{Caller: who, Action: q.action, Granularity: q.level, Context: q.facts, Policy: q.policy}
	if !q.resource.name.IsAny() {
		asked.Names = []qcs.Resource{q.resource.name}
		if q.resource.whose == ours {
			asked.Owner = whose.account
		}
	}
	if q.action == assumeRole {
		if err := d.assume(ctx, q, whose, &asked); err != nil {
			return nil, err
		}
	}
	prepared, err := d.engine.Prepare(ctx, asked)
	if err == nil && who.Kind == call.Anonymous {
		prepared.Principal.Account = qcs.Account{} // conditions on it must find none
	}
	return prepared, err
}

// decideForeign answers for a subject that is not of the asker's account, or is nobody. On a resource of the account it
// is allowed what the resource's policy, and its own where there are any, allow; a refusal does not tell which, nor
// whether there is such a subject.
func (e *evaluation) decideForeign(ctx context.Context, q *question, who *subject, v *verdict) error {
	named := q.subject.account // by the question itself
	switch {
	case named == e.call.Account():
		v.refused = reasonUnknown
		return nil
	case q.resource.whose == theirs, q.resource.whose == nobodys && (named != 0 || who == anonymous):
		return fault.New(code.UnauthorizedOperation).
			WithDetail("Neither the subject nor the resource is of your account.")
	case q.resource.whose == nobodys:
		v.refused = reasonUnknown
		return nil
	}
	v.refused = reasonForeign
	if who != nil && who.standing != call.Good {
		who = nil
	}
	// Of whom a key is, and whom a role trusts, there is no stranger to answer for. That a key is there tells nothing to who
	// does not have its SecretId, which nobody guesses.
	if who == nil && (q.subject.key || q.action == assumeRole) {
		return nil
	}
	asked, err := e.foreign(ctx, q, who)
	if err != nil {
		return err
	}
	if d := policy.Decide(asked); d.Allowed {
		v.decision, v.refused = d, ""
	}
	return nil
}

// foreign prepares a question about a subject of another account. One that does not exist is asked about as a stranger to
// whom nobody gave anything: were it denied where such a stranger is allowed, the answer would tell who exists.
func (e *evaluation) foreign(ctx context.Context, q *question, who *subject) (*policy.Question, error) {
	if who != nil {
		return e.prepare(ctx, q, &who.principal, &e.asker)
	}
	asked, err := e.prepare(ctx, q, &anonymous.principal, &e.asker) // the layers that bind whoever comes
	if err != nil {
		return nil, err
	}
	p := &asked.Principal
	p.UIN, p.RoleID = q.subject.id, q.subject.id
	if q.subject.account != 0 {
		p.Account.UIN = strconv.FormatInt(int64(q.subject.account), 10)
	}
	switch q.subject.kind {
	case call.Root:
		p.Kind = policy.Root
	case call.Role:
		p.Kind = policy.Role
	default:
		p.Kind, asked.Layers.General = policy.User, policy.General()
	}
	return asked, nil
}
