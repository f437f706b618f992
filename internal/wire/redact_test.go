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

// TestRedactIsBounded: no shape of parameters makes a long record, and every one is JSON.
func TestRedactIsBounded(t *testing.T) {
	const size = 1 << 20
	digits := strings.Repeat("7", size)
	text := strings.Repeat("x", size)
	control := strings.Repeat(`\u001f`, size/6)
	list := func(element string, n int) string { return "[" + strings.Repeat(element+",", n-1) + element + "]" }
	var unknown strings.Builder
	for i := range 11 {
		unknown.WriteString(`,"` + strings.Repeat("y", 100_000+i) + `":1`)
	}
	for name, in := range map[string]string{
		"digits for a string":     `{"Name":` + digits + `}`,
		"digits for an integer":   `{"Id":` + digits + `}`,
		"digits for a number":     `{"Weight":` + digits + `}`,
		"digits for a truth":      `{"On":-` + digits + `}`,
		"digits in a string":      `{"Id":"` + digits + `"}`,
		"a fraction":              `{"Id":0.` + digits + `}`,
		"digits in a list":        `{"Words":` + list(digits[:90_000], 100) + `}`,
		"digits in a structure":   `{"Tag":{"Key":` + digits + `}}`,
		"a string":                `{"Name":"` + text + `"}`,
		"control characters":      `{"Name":"` + control + `"}`,
		"strings in a list":       `{"Words":` + list(`"`+text[:90_000]+`"`, 100) + `}`,
		"control in a list":       `{"Words":` + list(`"`+control[:6*9_000]+`"`, 100) + `}`,
		"structures in a list":    `{"Tags":` + list(`{"Key":"`+control[:6*9_000]+`","Value":1`+digits[:9_000]+`}`, 50) + `}`,
		"many lists":              `{"Words":` + list(`"`+text[:300]+`"`, 5000) + `,"Tags":` + list(`{"Key":"`+text[:300]+`"}`, 2000) + `}`,
		"an unknown name":         `{"` + text + `":1}`,
		"unknown names":           `{` + unknown.String()[1:] + `}`,
		"unknown names all along": `{"Tags":` + list(`{`+unknown.String()[1:100_010]+`":1,"`+control[:6*500]+`":1}`, 80) + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			v := parse(t, in)
			for _, limit := range []int{8192, 300, 8, 0} {
				got := Redact(testStruct, v, limit)
				if limit == 0 {
					limit = RedactSpare
				}
				if len(got) > 6*limit+RedactSpare || !json.Valid([]byte(got)) {
					t.Errorf("limit %d: %d bytes, valid %v: %.200s", limit, len(got), json.Valid([]byte(got)), got)
				}
			}
		})
	}
}

// TestRedactCutsEverywhere: a long parameter does not push what follows out of the record.
func TestRedactCutsEverywhere(t *testing.T) {
	words := `["` + strings.Repeat("w", 8000) + `"` + strings.Repeat(`,"`+strings.Repeat("w", 8000)+`"`, 99) + `]`
	got := Redact(testStruct, parse(t, `{"Words":`+words+`,"Tag":{"Key":"k","Value":"`+strings.Repeat("v", 9000)+`"},"Name":"jack","Password":"x","Id":7}`), 8192)
	if len(got) > 6*8192+RedactSpare || !strings.Contains(got, `"… 80 more"],"Tag":{"Key":"k","Value":"`+strings.Repeat("v", 256)+"…") ||
		!strings.HasSuffix(got, `"Name":"jack","Password":"***","Id":7}`) {
		t.Errorf("%d bytes, ends %q", len(got), got[max(0, len(got)-400):])
	}
	whole := strings.Repeat(`\"`, 8192)
	if got := Redact(testStruct, parse(t, `{"Name":"`+whole+`","Need":"n"}`), 8192); got != `{"Name":"`+whole+`","Need":"n"}` {
		t.Errorf("one string of the limit is not whole: %d bytes", len(got))
	}
}

// wide is a contract that reaches the last cut of Redact, and its end.
func TestRedactOfAWideContract(t *testing.T) {
	wide := &Struct{}
	for i := range 32 {
		wide.Members = append(wide.Members, Member{Name: "M" + strings.Repeat("x", i), Kind: String, List: true})
	}
	nested := &Struct{Members: []Member{{Name: "A", Kind: Object, List: true, Struct: wide}, {Name: "B", Kind: Object, Struct: wide}}}
	body := func(n, length int) string {
		var s strings.Builder
		for i := range 32 {
			s.WriteString(`,"M` + strings.Repeat("x", i) + `":["a"` + strings.Repeat(`,"`+strings.Repeat("v", length)+`"`, n) + `]`)
		}
		return "{" + s.String()[1:] + "}"
	}
	got := Redact(wide, parse(t, body(100, 500)), 300)
	if len(got) > 6*300+RedactSpare || !strings.HasSuffix(got, strings.Repeat("v", 32)+`…","… 97 more"]}`) {
		t.Errorf("%d bytes, ends %q", len(got), got[len(got)-200:])
	}
	many := strings.Repeat(body(4, 40)+",", 50)
	got = Redact(nested, parse(t, `{"A":[`+many+body(4, 40)+`],"B":`+body(4, 40)+`}`), 300)
	if len(got) > 6*300+RedactSpare || !json.Valid([]byte(got)) || !strings.HasSuffix(got, `,"…":"***"}`) {
		t.Errorf("%d bytes, ends %q", len(got), got[len(got)-200:])
	}
}

func TestErrorsAreShort(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for _, in := range []string{`{"` + long + `":1}`, `{"Tag":{"` + long + `":1}}`, `{"Name":"` + long + `","Need":"n"}`, `{"Name":"a","Need":"n","Id":1` + strings.Repeat("0", 1<<20) + `}`} {
		v := parse(t, in)
		err := Check(testStruct, v)
		if err == nil {
			err = CheckValues(testStruct, v, func(string) bool { return true })
		}
		if e, ok := err.(*Error); !ok || len(e.Path)+len(e.Value)+len(e.Detail) > 1000 {
			t.Errorf("%.300s", err)
		}
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
