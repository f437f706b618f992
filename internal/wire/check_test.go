package wire

import (
	"regexp"
	"strings"
	"testing"
)

var testTag = &Struct{Name: "Tag", Members: []Member{
	{Name: "Key", Kind: String, Required: true, Min: 1, HasMin: true, Max: 4, HasMax: true, Code: "InvalidParameter.TagError"},
	{Name: "Value", Kind: String},
	{Name: "Pin", Kind: String, Secret: true, Max: 4, HasMax: true},
}}

var testStruct = &Struct{Name: "TestRequest", Members: []Member{
	{Name: "Name", Kind: String, Required: true, Min: 1, HasMin: true, Max: 8, HasMax: true, Pattern: regexp.MustCompile(`^(?:[a-z中]*)$`), Code: "InvalidParameter.NameError"},
	{Name: "Id", Kind: Uint, Min: 1, HasMin: true},
	{Name: "Offset", Kind: Int, Max: 200, HasMax: true},
	{Name: "Flag", Kind: Uint, EnumInt: []int64{0, 1}},
	{Name: "On", Kind: Bool},
	{Name: "Weight", Kind: Float, Min: 0, HasMin: true, Max: 1, HasMax: true},
	{Name: "Tags", Kind: Object, List: true, Struct: testTag, Max: 3, HasMax: true},
	{Name: "Tag", Kind: Object, Struct: testTag},
	{Name: "Ids", Kind: Uint, List: true, Min: 1, HasMin: true, Max: 3, HasMax: true, Code: "InvalidParameter"},
	{Name: "Words", Kind: String, List: true, Enum: []string{"a", "b"}},
	{Name: "Password", Kind: String, Secret: true, MaxBytes: 6},
	{Name: "Need", Kind: String, Required: true},
	{Name: "Region", Kind: String},
}}

// parse reads JSON when text starts with a brace, the flattened form otherwise.
func parse(t testing.TB, text string) *Value {
	t.Helper()
	var v *Value
	var err error
	if strings.HasPrefix(text, "{") {
		v, err = ParseJSON([]byte(text))
	} else {
		v, err = ParseFlattened(params(text))
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestCheck(t *testing.T) {
	for _, tc := range []struct{ name, in, code, path string }{
		{"complete", `{"Name":"a","Need":"b"}`, "", ""},
		{"an empty string is present", `{"Name":"","Need":""}`, "", ""},
		{"an integer in a string", `{"Name":"a","Need":"b","Id":"12","Offset":"-3","Ids":["1",2]}`, "", ""},
		{"everything flattened", "Name=a&Need=b&Id=1&Offset=-1&On=True&Weight=0.5&Tags.0.Key=k&Ids.0=3", "", ""},
		{"truth values flattened", "Name=a&Need=b&On=0", "", ""},
		{"common parameters are ignored", "Name=a&Need=b&Action=X&Version=1&Timestamp=1&Token=t&Nonce=1&SecretId=s&Signature=s&SignatureMethod=m&Language=l&RequestClient=c", "", ""},
		{"a number beyond int64 is a value matter", `{"Name":"a","Need":"b","Id":99999999999999999999}`, "", ""},
		{"a negative number is a value matter", `{"Name":"a","Need":"b","Id":-1}`, "", ""},

		{"an unknown name", `{"Name":"a","Need":"b","Nmae":1}`, "UnknownParameter", "Nmae"},
		{"names are case-sensitive", `{"name":"a","Need":"b"}`, "UnknownParameter", "name"},
		{"an unknown name in a list", `{"Name":"a","Need":"b","Tags":[{"Key":"a"},{"Keyy":"b"}]}`, "UnknownParameter", "Tags.1.Keyy"},
		{"an unknown name in a structure", `Name=a&Need=b&Tag.Keyy=1`, "UnknownParameter", "Tag.Keyy"},
		{"common names are unknown below the top", `{"Name":"a","Need":"b","Tag":{"Key":"a","Action":"b"}}`, "UnknownParameter", "Tag.Action"},
		{"a declared common name is no common parameter", `{"Name":"a","Need":"b","Region":1}`, "InvalidParameter", "Region"},
		{"unknown beats mistyped", `{"Name":1,"Nmae":1}`, "UnknownParameter", "Nmae"},
		{"unknown deep down beats mistyped at the top", `{"Name":1,"Tags":[{"Keyy":1}]}`, "UnknownParameter", "Tags.0.Keyy"},

		{"a number for a string", `{"Name":1,"Need":"b"}`, "InvalidParameter", "Name"},
		{"a fraction for an integer", `{"Name":"a","Need":"b","Id":1.0}`, "InvalidParameter", "Id"},
		{"an exponent for an integer", `{"Name":"a","Need":"b","Id":1e3}`, "InvalidParameter", "Id"},
		{"a word for an integer", `Name=a&Need=b&Id=one`, "InvalidParameter", "Id"},
		{"an empty string for an integer", `Name=a&Need=b&Id=`, "InvalidParameter", "Id"},
		{"a bare minus for an integer", `Name=a&Need=b&Id=-`, "InvalidParameter", "Id"},
		{"a string for a truth value", `{"Name":"a","Need":"b","On":"true"}`, "InvalidParameter", "On"},
		{"a number for a truth value", `{"Name":"a","Need":"b","On":1}`, "InvalidParameter", "On"},
		{"a loud word for a truth value", `Name=a&Need=b&On=TRUE`, "InvalidParameter", "On"},
		{"a string for a decimal", `{"Name":"a","Need":"b","Weight":"1"}`, "InvalidParameter", "Weight"},
		{"infinity for a decimal", `Name=a&Need=b&Weight=inf`, "InvalidParameter", "Weight"},
		{"a scalar for a list", `Name=a&Need=b&Ids=1`, "InvalidParameter", "Ids"},
		{"a structure for a list", `{"Name":"a","Need":"b","Ids":{}}`, "InvalidParameter", "Ids"},
		{"a list for a scalar", `{"Name":["a"],"Need":"b"}`, "InvalidParameter", "Name"},
		{"a list for a structure", `Name=a&Need=b&Tag.0=x`, "InvalidParameter", "Tag"},
		{"null in a list", `{"Name":"a","Need":"b","Ids":[1,null]}`, "InvalidParameter", "Ids.1"},
		{"a scalar in a list of structures", `{"Name":"a","Need":"b","Tags":["x"]}`, "InvalidParameter", "Tags.0"},
		{"mistyped deep down", `{"Name":"a","Need":"b","Tags":[{"Key":"k","Value":1}]}`, "InvalidParameter", "Tags.0.Value"},
		{"mistyped beats missing", `{"Id":"x"}`, "InvalidParameter", "Id"},
		{"mistyped in the order of the contract", `{"Offset":"x","Id":"x"}`, "InvalidParameter", "Id"},

		{"missing in the order of the contract", `{}`, "MissingParameter", "Name"},
		{"null is missing", `{"Name":null,"Need":"b"}`, "MissingParameter", "Name"},
		{"missing deep down", `{"Name":"a","Need":"b","Tags":[{"Key":"k"},{"Value":"v"}]}`, "MissingParameter", "Tags.1.Key"},
		{"missing deep down comes before missing later", `{"Name":"a","Tags":[{}]}`, "MissingParameter", "Tags.0.Key"},
		{"missing at the end", `{"Name":"a"}`, "MissingParameter", "Need"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := Check(testStruct, parse(t, tc.in))
			if got := code(t, err); got != tc.code {
				t.Fatalf("code %q, want %q", got, tc.code)
			}
			if err == nil {
				return
			}
			e := err.(*Error)
			if e.Path != tc.path {
				t.Errorf("path %q, want %q", e.Path, tc.path)
			}
			if !strings.Contains(e.Detail, "`"+tc.path+"`") {
				t.Errorf("%q does not name the path", e.Detail)
			}
		})
	}
	if got := code(t, Check(testStruct, &Value{kind: ListValue})); got != "InvalidParameter" {
		t.Errorf("a list at the top: code %q", got)
	}
}

func TestCheckNamesAttackersCarefully(t *testing.T) {
	v := NewObject()
	v.Set(strings.Repeat("x`", 500), NewString("y"))
	err := Check(testStruct, v).(*Error)
	if len(err.Detail) > 250 || strings.Count(err.Detail, "`") != 2 {
		t.Errorf("detail is %d bytes: %s", len(err.Detail), err.Detail)
	}
}

func TestCheckValues(t *testing.T) {
	own := func(string) bool { return true }
	param := func(c string) bool { return c == "InvalidParameter.ParamError" }
	none := func(string) bool { return false }
	for _, tc := range []struct {
		name, in   string
		listed     func(string) bool
		code, path string
	}{
		{"all in order", `{"Name":"abc","Need":"","Id":1,"Offset":200,"Flag":1,"Weight":1,"Tags":[{"Key":"k"}],"Ids":[1,2,3],"Words":["a","b"],"Password":"sechs!"}`, own, "", ""},
		{"characters are not bytes", `{"Name":"中中中中中中中中"}`, own, "", ""},
		{"too long", `{"Name":"abcdefghi"}`, own, "InvalidParameter.NameError", "Name"},
		{"too short", `{"Name":""}`, own, "InvalidParameter.NameError", "Name"},
		{"the wrong form", `{"Name":"A"}`, own, "InvalidParameter.NameError", "Name"},
		{"a newline at the end is the wrong form", `{"Name":"a\n"}`, own, "InvalidParameter.NameError", "Name"},
		{"a code that the action does not list", `{"Name":"A"}`, param, "InvalidParameter.ParamError", "Name"},
		{"no code at all", `{"Name":"A"}`, none, "InvalidParameterValue", "Name"},
		{"below the minimum", `{"Id":0}`, param, "InvalidParameter.ParamError", "Id"},
		{"negative", `{"Id":-1}`, param, "InvalidParameterValue", "Id"},
		{"beyond int64", `{"Id":9223372036854775808}`, param, "InvalidParameterValue", "Id"},
		{"beyond int64 in a string", `{"Offset":"-99999999999999999999"}`, param, "InvalidParameterValue", "Offset"},
		{"above the maximum", `{"Offset":201}`, none, "InvalidParameterValue", "Offset"},
		{"a number that is not there", `{"Flag":2}`, none, "InvalidParameterValue", "Flag"},
		{"a decimal out of bounds", `{"Weight":1.01}`, none, "InvalidParameterValue", "Weight"},
		{"a decimal beyond everything", `{"Weight":1e999}`, none, "InvalidParameterValue", "Weight"},
		{"a list too long", `{"Tags":[{"Key":"k"},{"Key":"k"},{"Key":"k"},{"Key":"k"}]}`, none, "InvalidParameterValue", "Tags"},
		{"an empty list", `{"Ids":[]}`, own, "InvalidParameter", "Ids"},
		{"an element is negative", `{"Ids":[1,-1]}`, own, "InvalidParameterValue", "Ids.1"},
		{"bounds of a list do not bound its elements", `{"Ids":[1000]}`, own, "", ""},
		{"an element that is not there", `{"Words":["a","c"]}`, none, "InvalidParameterValue", "Words.1"},
		{"a member of an element", `{"Tags":[{"Key":"k"},{"Key":""}]}`, own, "InvalidParameter.TagError", "Tags.1.Key"},
		{"a member of a structure", `Tag.Key=toolong`, own, "InvalidParameter.TagError", "Tag.Key"},
		{"too many bytes", `{"Password":"中中中"}`, none, "InvalidParameterValue", "Password"},
		{"in the order of the contract", `{"Flag":2,"Id":0,"Name":""}`, own, "InvalidParameter.NameError", "Name"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := CheckValues(testStruct, parse(t, tc.in), tc.listed)
			if got := code(t, err); got != tc.code {
				t.Fatalf("code %q, want %q", got, tc.code)
			}
			if err != nil && err.(*Error).Path != tc.path {
				t.Errorf("path %q, want %q", err.(*Error).Path, tc.path)
			}
		})
	}
}

func TestMessagesQuoteValuesButNotSecrets(t *testing.T) {
	none := func(string) bool { return false }
	for _, tc := range []struct{ name, in, want, not string }{
		{"a value is quoted", `{"Flag":7}`, "`7`", ""},
		{"a long value is cut", `{"Name":"` + strings.Repeat("x", 500) + `"}`, strings.Repeat("x", 64) + "…", strings.Repeat("x", 65)},
		{"a secret is not", `{"Password":"hunter2hunter2"}`, "`Password`", "hunter"},
		{"a secret in a structure is not", `{"Tag":{"Key":"k","Pin":"123456"}}`, "`Tag.Pin`", "123"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := CheckValues(testStruct, parse(t, tc.in), none)
			if err == nil {
				t.Fatal("no error")
			}
			if s := err.Error(); !strings.Contains(s, tc.want) || tc.not != "" && strings.Contains(s, tc.not) {
				t.Error(s)
			}
		})
	}
}
