package wire

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestRedact(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"nothing", `{}`, `{}`},
		{"values stay", `{"Name":"a","Id":"12","On":true,"Weight":0.5,"Ids":[1,"2"]}`, `{"Name":"a","Id":12,"On":true,"Weight":0.5,"Ids":[1,2]}`},
		{"flattened values get their type", "Id=007&Name=a&On=1", `{"Id":7,"Name":"a","On":true}`},
		{"secrets are masked", `{"Password":"hunter2","Tag":{"Key":"k","Pin":"1234"},"Tags":[{"Pin":"1"}]}`, `{"Password":"***","Tag":{"Key":"k","Pin":"***"},"Tags":[{"Pin":"***"}]}`},
		{"a secret of the wrong shape is masked", `{"Password":{"x":"hunter2"}}`, `{"Password":"***"}`},
		{"what the contract does not know is masked", `{"Passwrod":"hunter2","Tag":{"Pni":"1"}}`, `{"Passwrod":"***","Tag":{"Pni":"***"}}`},
		{"a value of the wrong shape is masked", `{"Name":{"Password":"x"},"Tag":[{"Pin":"1"}]}`, `{"Name":"***","Tag":"***"}`},
		{"a value of the wrong type stays", `{"Name":5,"Id":"x","Ids":3}`, `{"Name":5,"Id":"x","Ids":3}`},
		{"long strings are cut", `{"Name":"abcdefghijkl中文"}`, `{"Name":"abcdefgh…"}`},
		{"common parameters are left out", "Action=A&Name=a&SecretId=AKID&Signature=s&Token=t", `{"Name":"a"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := Redact(testStruct, parse(t, tc.in), 8); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestRedactBoundsLists(t *testing.T) {
	in := `{"Ids":[` + strings.Repeat("1,", 5000) + `1]}`
	got := Redact(testStruct, parse(t, in), 0)
	if !strings.HasSuffix(got, `1,"… 4901 more"]}`) || len(got) > 300 {
		t.Errorf("got %s", got)
	}
	var many strings.Builder
	for i := range 500 {
		many.WriteString(",\"x")
		many.WriteString(strings.Repeat("y", i))
		many.WriteString(`":1`)
	}
	got = Redact(testStruct, parse(t, "{"+many.String()[1:]+"}"), 8)
	if len(got) > 3000 || !json.Valid([]byte(got)) {
		t.Errorf("%d bytes: %s", len(got), got)
	}
}

func TestResourceFor(t *testing.T) {
	in := &Struct{Members: []Member{{Name: "TargetUin", Kind: Uint}, {Name: "Name", Kind: String}}}
	for _, tc := range []struct{ name, template, in, want string }{
		{"no template", "*", `{}`, "*"},
		{"resolved stays", ResourceResolved, `{}`, "resolved"},
		{"both uins", "qcs::cam::uin/{owner}:uin/{caller}", `{}`, "qcs::cam::uin/1:uin/2"},
		{"a parameter", "uin/{TargetUin|caller}", `{"TargetUin":7}`, "uin/7"},
		{"a parameter in a string", "uin/{TargetUin|caller}", `{"TargetUin":"7"}`, "uin/7"},
		{"leading zeros do not make another resource", "uin/{TargetUin|caller}", "TargetUin=007", "uin/7"},
		{"an absent parameter", "uin/{TargetUin|caller}", `{}`, "uin/2"},
		{"a parameter that is 0", "uin/{TargetUin|caller}", `{"TargetUin":"00"}`, "uin/2"},
		{"an empty parameter", "x/{Name|owner}/y", `{"Name":""}`, "x/1/y"},
		{"text behind", "x/{Name|owner}/y", `{"Name":"n"}`, "x/n/y"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := &Action{Resource: tc.template, Input: in}
			if got := a.ResourceFor(parse(t, tc.in), "1", "2"); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}
