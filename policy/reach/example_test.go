package reach_test

import (
	"fmt"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/policy/reach"
)

func ExampleDocuments() {
	old, _ := policy.Parse(`{"version":"2.0","statement":{"effect":"allow","action":"cvm:Describe*","resource":"*"}}`)
	draft, _ := policy.Parse(`{"version":"2.0","statement":{"effect":"allow","action":"cvm:*","resource":"qcs::cvm:gz::*"}}`)
	for _, c := range reach.Documents(old, draft, reach.Options{})[0].Changes {
		fmt.Printf("%s on %s: %s, then %s\n", c.Action, c.Resource, c.Before.Effect, c.After.Effect)
		for _, e := range c.Except {
			fmt.Printf("  not %s on %s\n", e.Action, e.Resource)
		}
	}
	// Output:
	// cvm:Describe* on *: allow, then implicit_deny
	//   not cvm:Describe* on qcs::cvm:gz::*
	// cvm:* on qcs::cvm:gz::*: implicit_deny, then allow
	//   not cvm:Describe* on qcs::cvm:gz::*
}
