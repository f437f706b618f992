package qcs_test

import (
	"fmt"

	"github.com/hufu-iam/hufu/qcs"
)

func ExamplePattern_Match() {
	pattern, _ := qcs.ParsePattern("qcs::cos:gz:uid/1250000001:photos-1250000001/2026/*")
	photo, _ := qcs.Parse("qcs::cos:ap-guangzhou:uin/100000000001:photos-1250000001/2026/05/cat.jpg")
	scope := qcs.Scope{Self: qcs.Account{UIN: "100000000001", AppID: "1250000001"}}
	fmt.Println(pattern.Match(photo, scope))
	fmt.Println(pattern.Match(qcs.User("100000000001", "100000000011"), scope))
	// Output:
	// true
	// false
}

func ExampleParseEntity() {
	e, _ := qcs.ParseEntity("qcs::cam::uin/100000000001:roleName/ops")
	fmt.Println(e.Kind, e.Account, e.Name)
	_, err := qcs.ParseEntity("qcs::cam::uin/100000000001:roleName/*")
	fmt.Println(err)
	// Output:
	// role 100000000001 ops
	// resource segment "roleName/*" names no object of the access manager
}
