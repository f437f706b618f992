package lint_test

import (
	"fmt"

	"github.com/hufu-iam/hufu/policy/lint"
)

func ExampleCheck() {
	text := `{"version": "2.0", "statement": [
  {"effect": "allow", "action": "cvm:*", "resource": "qcs::cvm:::instance/ins-1*"}
]}`
	for _, f := range lint.Check(text, lint.Options{}) {
		fmt.Printf("%d:%d %s %s: %s\n", f.Line, f.Column, f.Severity, f.Code, f.Message)
	}
	// Output:
	// 2:54 warning W203: instance/ins-1* also matches longer ids, such as instance/ins-10
}
