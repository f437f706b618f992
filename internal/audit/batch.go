package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/internal/store"
)

// A Batch is what the Parameters of a call hold that asked several questions for others.
type Batch struct {
	// Subject, Action and Resource are those of questions that have none of their own.
	Subject, Action, Resource string
	Evaluations               []Evaluation
}

// An Evaluation is one question of a batch, and what came of it.
type Evaluation struct {
	Subject, Action, Resource string // as asked; "" where the question was not read so far, or Cut
	Decision
	Explanation json.RawMessage // of a denial, as far as there was room
	Outcome     string          // error code of a question that got no answer, else ""
	Cut         bool            // there was no room for what it was about
}

// evaluation reads which names a question has of its own.
type evaluation struct {
	Evaluation
	Subject, Action, Resource *string
}

// UnmarshalJSON reads a batch and fills in what its questions share.
func (b *Batch) UnmarshalJSON(text []byte) error {
	var from struct {
		Subject, Action, Resource sharedName
		Evaluations               []evaluation
	}
	if err := json.Unmarshal(text, &from); err != nil {
		return err
	}
	b.Subject, b.Action, b.Resource = string(from.Subject), string(from.Action), string(from.Resource)
	b.Evaluations = make([]Evaluation, len(from.Evaluations))
	for i := range from.Evaluations {
		e := &b.Evaluations[i]
		*e = from.Evaluations[i].Evaluation
		if e.Cut {
			continue
		}
		for _, name := range [...]struct {
			to     *string
			own    *string
			shared string
		}{{&e.Subject, from.Evaluations[i].Subject, b.Subject}, {&e.Action, from.Evaluations[i].Action, b.Action}, {&e.Resource, from.Evaluations[i].Resource, b.Resource}} {
			*name.to = name.shared
			if name.own != nil {
				*name.to = *name.own
			}
		}
	}
	return nil
}

// sharedName is a text; what a single question has in its place is an object, and none.
type sharedName string

// UnmarshalJSON reads a text.
func (s *sharedName) UnmarshalJSON(text []byte) error {
	if len(text) == 0 || text[0] != '"' {
		return nil
	}
	return json.Unmarshal(text, (*string)(s))
}

// Evaluation is the record of the n-th question that a call asked for others, from 0, as if it had been a call of its own:
// who asked is the caller, what was asked its parameters. Nil if the call asked no such question.
func (r *Record) Evaluation(n int) (*Record, error) {
	var b Batch
	if err := json.Unmarshal(r.Parameters, &b); err != nil {
		return nil, fmt.Errorf("parameters of an audit record: %w", err)
	}
	if n < 0 || n >= len(b.Evaluations) {
		return nil, nil
	}
	return r.evaluation(n, &b.Evaluations[n])
}

// Evaluations are the records of all questions that a call asked for others; none if it was one question, which is the
// record itself, or none.
func (r *Record) Evaluations() ([]*Record, error) {
	var b Batch
	if err := json.Unmarshal(r.Parameters, &b); err != nil {
		return nil, fmt.Errorf("parameters of an audit record: %w", err)
	}
	all := make([]*Record, len(b.Evaluations))
	for i := range all {
		var err error
		if all[i], err = r.evaluation(i, &b.Evaluations[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (r *Record) evaluation(n int, e *Evaluation) (*Record, error) {
	one := *r
	one.RequestID = r.RequestID + "/" + strconv.Itoa(n)
	one.Resources, one.Decision, one.Explanation = []string{}, e.Decision, e.Explanation
	if e.Resource != "" {
		one.Resources = []string{e.Resource}
	}
	if e.Outcome != "" {
		one.Outcome, one.Decision.Effect = e.Outcome, "none"
	}
	var err error
	one.Parameters, err = json.Marshal(e.asked())
	return &one, err
}

// asked prints a question as the records of single ones do.
func (e *Evaluation) asked() map[string]map[string]string {
	asked := map[string]map[string]string{}
	if kind, id, ok := strings.Cut(e.Subject, "/"); ok {
		asked["subject"] = map[string]string{"type": kind, "id": id}
	}
	if e.Action != "" {
		asked["action"] = map[string]string{"name": e.Action}
	}
	if e.Resource != "" {
		asked["resource"] = map[string]string{"id": e.Resource}
	}
	return asked
}

// ByDecision finds what an id is the id of: a call, by its request id, or one question of a call that asked several, by
// both numbers ("<request id>/<n>", from 0); nil if there is none. A denial is found at once, anything else by looking
// through the window.
func ByDecision(ctx context.Context, q store.Queryer, a store.Account, id string, w Window) (*Record, error) {
	request, place, one := strings.Cut(id, "/")
	n := 0
	if one {
		var err error
		if n, err = strconv.Atoi(place); err != nil || strconv.Itoa(n) != place {
			return nil, nil
		}
	}
	r, err := ByRequest(ctx, q, a, request, w)
	if r == nil || err != nil || !one {
		return r, err
	}
	return r.Evaluation(n)
}
