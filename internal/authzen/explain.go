package authzen

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/hufu-iam/hufu/policy"
)

// Why a question was denied without any policy being asked.
const (
	reasonUnknown   = "The account has no such subject, or its key is not in force."
	reasonForeign   = "The account has no such subject, and nothing gives outsiders access to this resource."
	reasonSuspended = "The subject's account is suspended."
)

const (
	// explained statements of each layer stand in an explanation.
	explained = 50
	// maxKept bounds the explanations in the audit record of one call, in bytes; beyond it a denial is recorded with the
	// layer and the statement that made it.
	maxKept = 256 << 10
)

// explain adds the explanation that was asked for, and that of a denial for the audit record.
func (e *evaluation) explain(ctx context.Context, asked *policy.Question, q *question, v *verdict) error {
	keep := !v.decision.Allowed && e.kept < maxKept
	if !q.explain && !keep {
		return nil
	}
	x, full, err := explanation(asked)
	if err != nil {
		return err
	}
	if keep {
		v.kept = full
		e.kept += len(full)
	}
	if !q.explain {
		return nil
	}
	v.shown = full
	if !e.mayRead(ctx) {
		veil(&x)
		v.shown, err = jsonText(&x)
	}
	return err
}

// explanation explains a question, as a tree and as JSON.
func explanation(asked *policy.Question) (policy.Explanation, []byte, error) {
	x := policy.Explain(asked)
	x.Cut(explained)
	text, err := jsonText(&x)
	return x, text, err
}

// veil removes which policies there are from an explanation; what they say about the question stays.
func veil(x *policy.Explanation) {
	x.Decision.Statement = nil
	for i := range x.Layers {
		l := &x.Layers[i]
		if l.Layer == policy.LayerGeneral || l.Layer == policy.LayerResource {
			continue // everybody's, and the asker's own
		}
		l.Broken = make([]policy.Ref, len(l.Broken))
		for j := range l.Statements {
			s := &l.Statements[j]
			s.Ref, s.Offset, s.End = policy.Ref{}, 0, 0
		}
	}
	if x.Remedy != nil {
		r := *x.Remedy
		r.Denies = slices.Clone(r.Denies)
		for i := range r.Denies {
			r.Denies[i].Ref = policy.Ref{}
		}
		x.Remedy = &r
	}
}

// jsonText prints an explanation; people copy from it, so & stays &.
func jsonText(x *policy.Explanation) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(x); err != nil {
		return nil, fmt.Errorf("print an explanation: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}
