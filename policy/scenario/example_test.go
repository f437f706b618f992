package scenario_test

import (
	"fmt"

	"github.com/hufu-iam/hufu/policy/scenario"
)

func ExampleRead() {
	file, err := scenario.Read("cases.yaml", []byte(`
accounts: {A: {uin: "100000000001"}}
principals: {alice: {kind: user, account: A, uin: "100000000011"}}
cases:
- {name: alice may look, who: alice, action: "cvm:DescribeInstances", identity: [[{allow: "cvm:Describe*"}]], want: allow}
- {name: alice may stop, who: alice, action: "cvm:StopInstances", identity: [[{allow: "cvm:Describe*"}]], want: allow}
`), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range file.Cases {
		r := file.Cases[i].Run()
		fmt.Printf("%s: %q\n", r.Case.Title(), r.Failure)
	}
	// Output:
	// alice may look: ""
	// alice may stop: "decided implicit_deny(identity), want allow"
}
