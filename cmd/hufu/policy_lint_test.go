package main

import (
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/policy/lint"
)

func TestFindingsOnATerminal(t *testing.T) {
	long := `{"version": "2.0", "statement": [{"effect": "allow", "action": "x:` + strings.Repeat("Y", 200) + `", "resource": "no"}]}`
	for _, c := range []struct{ name, text, want string }{
		{"a caret stands under the place", "{\n\t\"version\": 2.0}", `
f:2:13: error VersionError: version must be the string "2.0"
  	"version": 2.0}
  	           ^
  instead: "version": "2.0"
`},
		{"wide characters are wide", `{"version": "虎"}`, `
f:1:13: error VersionError: version must be the string "2.0"
  {"version": "虎"}
              ^
  instead: "version": "2.0"
`},
		{"wide characters before it too", `{"虎": 1, "version": 2}`, `
f:1:21: error VersionError: version must be the string "2.0"
  {"虎": 1, "version": 2}
                       ^
  instead: "version": "2.0"
`},
		{"of a long line a part is shown", long, `
f:1:282: error ResourceQcsError: name "no" has not got six segments
  ` + strings.Repeat("Y", 78) + `", "resource": "no"}]}
  ` + strings.Repeat(" ", 93) + `^
`},
		{"the text does not steer the terminal", "{\x1b[31m", `
f:1:2: error PolicyDocumentError: not JSON: expected a member name
  {` + "\uFFFD" + `[31m
   ^
`},
		{"what is not UTF-8 is not shown", "\xff", `
f:1:1: error PolicyDocumentError: the text is not UTF-8
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got string
			for _, f := range lint.Check(c.text, lint.Options{}) {
				if strings.Contains(c.want, ": "+f.Message) {
					got += findingText("f", c.text, f, true)
				}
			}
			if "\n"+got != c.want {
				t.Errorf("got\n%s, want%s", got, c.want)
			}
		})
	}
}
