package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
)

// opaEngine says each statement as a rule of comparisons with constants, which OPA's compiler indexes. Data with one rule
// that walks it would be shorter and is several times slower.
var opaEngine = engine{name: "OPA", module: "github.com/open-policy-agent/opa", write: writeOPA, build: buildOPA}

func writeOPA(statements []statement) ([]string, error) {
	var b strings.Builder
	b.WriteString("package bench\n\ndefault allow := false\n\nallow if {\n\tpermitted\n\tnot denied\n}\n")
	compare := func(member, pattern string) {
		if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
			fmt.Fprintf(&b, "\tstartswith(input.%s, %q)\n", member, prefix)
		} else {
			fmt.Fprintf(&b, "\tinput.%s == %q\n", member, pattern)
		}
	}
	for _, s := range statements {
		b.WriteString(map[bool]string{false: "\npermitted if {\n", true: "\ndenied if {\n"}[s.deny])
		compare("service", s.service)
		compare("action", s.action)
		compare("resource", s.resource)
		if s.network.IsValid() {
			fmt.Fprintf(&b, "\tnet.cidr_contains(%q, input.address)\n", s.network)
		}
		if s.env != "" {
			compare("env", s.env)
		}
		b.WriteString("}\n")
	}
	return []string{b.String()}, nil
}

type opaDecider struct{ query rego.PreparedEvalQuery }

func buildOPA(texts []string) (decider, error) {
	q, err := rego.New(rego.Query("data.bench.allow"), rego.Module("bench.rego", texts[0])).PrepareForEval(context.Background())
	return opaDecider{q}, err
}

func (d opaDecider) ask(r request) (func() (bool, error), error) {
	input, err := ast.InterfaceToValue(map[string]any{"service": r.service, "action": r.action, "resource": r.resource, "address": r.address.String(), "env": r.env})
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	return func() (bool, error) {
		answer, err := d.query.Eval(ctx, rego.EvalParsedInput(input))
		return answer.Allowed(), err
	}, nil
}
