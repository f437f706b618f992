package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/hufu-iam/hufu/policy"
)

const (
	// MaxExplanation bounds an explanation in a record, in bytes of JSON.
	MaxExplanation = 64 << 10
	explained      = 50 // statements of each layer; a policy has rarely as many on one action
)

// Explain cuts an explanation to what a record keeps, and prints it: what Cut leaves; where that is too large, of the
// statements only those that apply; then no layers, and last no remedy either. Whoever x was copied from keeps the whole.
func Explain(x *policy.Explanation) (json.RawMessage, error) {
	x.Cut(explained)
	for _, less := range [...]func(x *policy.Explanation){applying, func(x *policy.Explanation) { x.Layers = []policy.LayerTrace{} }, func(x *policy.Explanation) { x.Remedy = nil }} {
		text, err := explanationJSON(x)
		if err != nil || len(text) <= MaxExplanation {
			return text, err
		}
		less(x)
	}
	return explanationJSON(x)
}

// applying leaves the statements that apply, and counts the others. Cut has made the layers x's own.
func applying(x *policy.Explanation) {
	for i := range x.Layers {
		l := &x.Layers[i]
		n := len(l.Statements)
		l.Statements = slices.DeleteFunc(l.Statements, func(s policy.StatementTrace) bool { return !s.Applies })
		l.More += n - len(l.Statements)
	}
}

// explanationJSON prints an explanation; people copy from it, so & stays &.
func explanationJSON(x *policy.Explanation) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(x); err != nil {
		return nil, fmt.Errorf("print an explanation: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}
