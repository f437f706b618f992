package audit

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/policy"
)

func TestAnExplanationIsCutToItsBound(t *testing.T) {
	wide := make([]string, 30)
	for i := range wide {
		wide[i] = strings.Repeat("<", 300)
	}
	statement := func(applies bool) policy.StatementTrace {
		return policy.StatementTrace{Effect: policy.Allow, Applies: applies, Held: []policy.ConditionTrace{{Operator: "string_equal", Key: "a:b", Values: wide, Seen: wide}}}
	}
	layer := func(applying, others int) []policy.LayerTrace {
		l := policy.LayerTrace{Layer: policy.LayerIdentity, Statements: []policy.StatementTrace{}}
		for range others {
			l.Statements = append(l.Statements, statement(false))
		}
		for range applying {
			l.Statements = append(l.Statements, statement(true))
		}
		return []policy.LayerTrace{l}
	}
	remedy := func(bytes int) *policy.Remedy {
		text, _ := json.Marshal(strings.Repeat("x", bytes))
		return &policy.Remedy{Additions: []policy.Addition{{Layer: policy.LayerIdentity, Statement: text}}}
	}
	for _, tc := range []struct {
		name                         string
		layers                       []policy.LayerTrace
		remedy                       *policy.Remedy
		statements, more, layersLeft int
		remedied                     bool
	}{
		{"a small one is whole", layer(1, 1), remedy(10), 2, 0, 1, true},
		{"of too many the first stay", layer(0, 5), remedy(10), 5, 0, 1, true},
		{"a large one keeps what applies", layer(3, 40), remedy(10), 3, 40, 1, true},
		{"what applies is too large too", layer(40, 40), remedy(10), 0, 0, 0, true},
		{"the remedy is too large too", layer(40, 40), remedy(MaxExplanation), 0, 0, 0, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x := policy.Explanation{Decision: policy.Decision{Effect: policy.ImplicitDeny, Layer: policy.LayerIdentity}, Layers: tc.layers, Remedy: tc.remedy}
			whole := fmt.Sprintf("%+v", tc.layers)
			text, err := Explain(&x)
			if err != nil || len(text) > MaxExplanation || !strings.Contains(string(text), `"effect":"implicit_deny"`) {
				t.Fatalf("%d bytes, %v", len(text), err)
			}
			var back policy.Explanation
			if err := json.Unmarshal(text, &back); err != nil || back.Layers == nil || len(back.Layers) != tc.layersLeft || len(x.Layers) != tc.layersLeft || (back.Remedy != nil) != tc.remedied {
				t.Fatalf("%v: %s", err, text)
			}
			if tc.layersLeft > 0 && (len(back.Layers[0].Statements) != tc.statements || back.Layers[0].More != tc.more) {
				t.Errorf("%d statements and %d more", len(back.Layers[0].Statements), back.Layers[0].More)
			}
			if fmt.Sprintf("%+v", tc.layers) != whole {
				t.Error("the explanation that it was copied from is cut too")
			}
		})
	}
}
