package wire

import (
	"net/url"
	"strings"
	"testing"
)

// bindToys is an endpoint with a member of every kind and place.
var bindToys = &Action{
	Service: "toy", Version: "v2", Name: "BindToys", Method: "POST", Path: "/boxes/{box_id}/toys", Status: 200, Late: true,
	Paging: Wide, Common: []string{"COM.0601"}, Errors: []string{"BOX.0001", "BOX.0002", "OAP.PAGE.0001"},
	New: func() Request { return new(toyRequest) },
	Input: &Struct{Name: "BindToysRequest", Members: []Member{
		{Name: "box_id", Kind: String, In: InPath, Required: true, Code: "BOX.0001"},
		{Name: "shelf", Kind: String, In: InPath, Required: true, Code: "BOX.0404"},
		{Name: "kind", Kind: String, In: InQuery, Enum: []string{"", "BEAR"}, Code: "BOX.0002"},
		{Name: "size", Kind: Int, In: InQuery},
		{Name: "all", Kind: Bool, In: InQuery},
		{Name: "grant", Kind: String, In: InForm},
		{Name: "names", Kind: String, List: true, Required: true, Min: 1, HasMin: true, Max: 3, HasMax: true, Code: "BOX.0002"},
		{Name: "owner", Kind: String, Required: true, Min: 1, HasMin: true, Code: "BOX.0404"},
		{Name: "count", Kind: Uint, Alias: "Count"},
		{Name: "open", Kind: Bool},
		{Name: "extension", Kind: JSON},
		{Name: "parts", Kind: Object, List: true, Struct: &Struct{Name: "Part", Members: []Member{
			{Name: "id", Kind: String, Required: true},
			{Name: "new", Kind: Bool},
			{Name: "part_kind", Kind: String, Alias: "partKind"},
		}}},
		{Name: "offset", Kind: Int, In: InQuery, Required: true},
		{Name: "limit", Kind: Int, In: InQuery, Required: true},
	}},
}

// toyRequest keeps what Decode brings as JSON, once it went through every getter, as a generated request does.
type toyRequest struct{ text string }

func (r *toyRequest) Decode(v *Value) {
	for i := range v.Len() {
		f := v.At(i)
		_, _, _, _, _, _ = f.Str(), f.Int(), f.Bool(), f.Float(), f.Strs(), f.Ints()
	}
	r.text = string(v.AppendJSON(nil))
}

// gather makes the tree of one request: a path box/shelf, a query and a JSON body.
func gather(t testing.TB, path, query, body string) *Value {
	t.Helper()
	box, shelf, _ := strings.Cut(path, "/")
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := ParseJSON([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return bindToys.Gather(map[string]string{"box_id": box, "shelf": shelf}, values, nil, parsed)
}

const (
	goodPath  = "b1/s1"
	goodQuery = "offset=0&limit=10"
	goodBody  = `{"names":["ted"],"owner":"ann"}`
)

func TestGatherTakesEachMemberFromItsPlace(t *testing.T) {
	for _, tc := range []struct{ name, path, query, body, want string }{
		{"all places", goodPath, "kind=BEAR&offset=1&limit=20", `{"names":["ted"]}`,
			`{"box_id":"b1","shelf":"s1","kind":"BEAR","names":["ted"],"offset":"1","limit":"20"}`},
		{"a body says nothing about the path and the query", goodPath, "", `{"box_id":"b2","kind":"BEAR","limit":7}`,
			`{"box_id":"b1","shelf":"s1"}`},
		{"a query says nothing about the body", goodPath, "names=ted&box_id=b2", "", `{"box_id":"b1","shelf":"s1"}`},
		{"unknown names are left out", goodPath, "x=1", `{"y":2,"owner":"ann"}`, `{"box_id":"b1","shelf":"s1","owner":"ann"}`},
		{"blanks around a segment", " b1 /\ts1", "", "", `{"box_id":"b1","shelf":"s1"}`},
		{"blanks in a query and a body stay", goodPath, "kind=+", `{"owner":" ann "}`, `{"box_id":"b1","shelf":"s1","kind":" ","owner":" ann "}`},
		{"an empty string is there", goodPath, "kind=", `{"owner":""}`, `{"box_id":"b1","shelf":"s1","kind":"","owner":""}`},
		{"an empty number or truth value is not", goodPath, "size=&all=&limit=", "", `{"box_id":"b1","shelf":"s1"}`},
		{"null is absent", goodPath, "", `{"owner":null,"names":null}`, `{"box_id":"b1","shelf":"s1"}`},
		{"truth values that are sent as text", goodPath, "all=true", `{"open":"false","parts":[{"id":"true","new":"true"}]}`,
			`{"box_id":"b1","shelf":"s1","all":"true","open":false,"parts":[{"id":"true","new":true}]}`},
		{"a form may be in the query", goodPath, "grant=g", "", `{"box_id":"b1","shelf":"s1","grant":"g"}`},
		{"aliases", goodPath, "", `{"Count":3,"parts":[{"partKind":"a"},{"partKind":"a","part_kind":"b"}]}`,
			`{"box_id":"b1","shelf":"s1","count":3,"parts":[{"part_kind":"a"},{"partKind":"a","part_kind":"b"}]}`},
		{"a repeated name is no single value", goodPath, "size=1&size=2", "", `{"box_id":"b1","shelf":"s1","size":["1","2"]}`},
		{"what is no text is no value", "b\x00/s1", "kind=%ff&grant=%00", "", `{"box_id":null,"shelf":"s1","kind":null,"grant":null}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := string(gather(t, tc.path, tc.query, tc.body).AppendJSON(nil)); got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
	if got := bindToys.Gather(nil, url.Values{"grant": {"q"}}, url.Values{"grant": {"f"}}, nil); got.Get("grant").Kind() != ListValue {
		t.Error("a form and a query that both name a member pass for one value")
	}
}

func TestCheckParametersAnswersTheDocumentedCodes(t *testing.T) {
	for _, tc := range []struct{ name, path, query, body, want string }{
		{"a good request", goodPath, goodQuery, goodBody, ""},
		{"everything that may be", goodPath, goodQuery + "&kind=BEAR&size=-3&all=false&grant=x",
			`{"names":["a","b"],"owner":"o","count":"5","open":"true","extension":{"a":[1]},"parts":[{"id":"","x":1}],"unknown":[]}`, ""},
		{"a blank segment", " /s1", goodQuery, goodBody, "BOX.0001"},
		{"a blank segment whose code is not listed", "b1/", goodQuery, goodBody, "COM.0601"},
		{"a blank segment before everything else", "/s1", "", `{"names":1}`, "BOX.0001"},
		{"a segment that is no text", "b\x00/s1", goodQuery, goodBody, "COM.0601"},
		{"a list that is no list", goodPath, goodQuery, `{"names":"ted","owner":"ann"}`, "COM.0601"},
		{"an element of another type", goodPath, goodQuery, `{"names":[1],"owner":"ann"}`, "COM.0601"},
		{"an element that is null", goodPath, goodQuery, `{"names":[null],"owner":"ann"}`, "COM.0601"},
		{"a string that is a number", goodPath, goodQuery, `{"names":["ted"],"owner":5}`, "COM.0601"},
		{"a truth value that is another word", goodPath, goodQuery, `{"names":["ted"],"owner":"ann","open":"yes"}`, "COM.0601"},
		{"a number that is a word", goodPath, goodQuery, `{"names":["ted"],"owner":"ann","count":"many"}`, "COM.0601"},
		{"a negative count", goodPath, goodQuery, `{"names":["ted"],"owner":"ann","count":-1}`, "COM.0601"},
		{"a count beyond 2^63", goodPath, goodQuery, `{"names":["ted"],"owner":"ann","count":9223372036854775808}`, "COM.0601"},
		{"an extension that is a list", goodPath, goodQuery, `{"names":["ted"],"owner":"ann","extension":[]}`, "COM.0601"},
		{"a missing member inside", goodPath, goodQuery, `{"names":["ted"],"owner":"ann","parts":[{}]}`, "COM.0601"},
		{"a repeated query", goodPath, goodQuery + "&kind=&kind=", goodBody, "COM.0601"},
		{"a missing member with a code", goodPath, goodQuery, `{"owner":"ann"}`, "BOX.0002"},
		{"a missing member whose code is not listed", goodPath, goodQuery, `{"names":["ted"]}`, "COM.0601"},
		{"too few elements", goodPath, goodQuery, `{"names":[],"owner":"ann"}`, "BOX.0002"},
		{"too many elements", goodPath, goodQuery, `{"names":["a","b","c","d"],"owner":"ann"}`, "BOX.0002"},
		{"a broken rule whose code is not listed", goodPath, goodQuery, `{"names":["ted"],"owner":""}`, "COM.0601"},
		{"a value that is none of the enum", goodPath, goodQuery + "&kind=CAT", goodBody, "BOX.0002"},
		{"a wrong type before a missing member", goodPath, goodQuery, `{"owner":5}`, "COM.0601"},
		{"parameters before paging", goodPath, "", `{"owner":"ann"}`, "BOX.0002"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := codeOfError(bindToys.CheckParameters(gather(t, tc.path, tc.query, tc.body))); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestPagingAnswersTheDocumentedCodes(t *testing.T) {
	for _, tc := range []struct{ name, query, wide, narrow string }{
		{"the first page", "offset=0&limit=10", "", ""},
		{"the least of a narrow page", "offset=0&limit=1", "OAP.PAGE.0002", ""},
		{"the most of a narrow page", "offset=7&limit=50", "", ""},
		{"the most of a wide page", "offset=7&limit=100", "", "Idaas.TENANT-COMMON-0005"},
		{"more than the most", "offset=0&limit=101", "OAP.PAGE.0002", "Idaas.TENANT-COMMON-0005"},
		{"more than there are numbers", "offset=0&limit=99999999999999999999", "OAP.PAGE.0002", "Idaas.TENANT-COMMON-0005"},
		{"no row", "offset=0&limit=0", "OAP.PAGE.0002", "COM.0601"},
		{"no limit", "offset=0", "OAP.PAGE.0001", "COM.0601"},
		{"no offset", "limit=10", "OAP.PAGE.0001", "COM.0601"},
		{"an empty offset", "offset=&limit=10", "OAP.PAGE.0001", "COM.0601"},
		{"a limit that is a word", "offset=0&limit=ten", "OAP.PAGE.0001", "COM.0601"},
		{"a limit with a fraction", "offset=0&limit=10.5", "OAP.PAGE.0001", "COM.0601"},
		{"two limits", "offset=0&limit=10&limit=20", "OAP.PAGE.0001", "COM.0601"},
		{"a page before the first", "offset=-1&limit=10", "OAP.PAGE.0003", "COM.0601"},
		{"a page that no list has", "offset=2147483648&limit=10", "OAP.PAGE.0003", "COM.0601"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for paging, want := range map[Paging]string{Wide: tc.wide, Narrow: tc.narrow, NotPaged: ""} {
				a := *bindToys
				a.Paging = paging
				if paging == NotPaged {
					a.Input = &Struct{Members: a.Input.Members[:len(a.Input.Members)-pagingMembers]}
				}
				if got := codeOfError(a.CheckParameters(gather(t, goodPath, tc.query, goodBody))); got != want {
					t.Errorf("paging %d: %q, want %q", paging, got, want)
				}
			}
		})
	}
}

func TestDecodeLeavesOutWhatHasTheWrongType(t *testing.T) {
	for _, tc := range []struct{ name, path, query, body, want string }{
		{"nothing is wrong", goodPath, goodQuery, goodBody, `{"box_id":"b1","shelf":"s1","names":["ted"],"owner":"ann","offset":"0","limit":"10"}`},
		{"a list that is none", goodPath, "", `{"names":{"a":1},"parts":{"id":"x"}}`, `{"box_id":"b1","shelf":"s1"}`},
		{"a list with a wrong element", goodPath, "", `{"names":["a",1],"parts":[1]}`, `{"box_id":"b1","shelf":"s1"}`},
		{"wrong scalars", goodPath, "size=x&all=maybe", `{"owner":[],"count":"x","open":1,"extension":"{}"}`, `{"box_id":"b1","shelf":"s1"}`},
		{"inside a list", goodPath, "", `{"parts":[{"id":1,"new":true,"x":2}]}`, `{"box_id":"b1","shelf":"s1","parts":[{"new":true}]}`},
		{"what is no text", "b\xff/s1", "kind=%00", "", `{"shelf":"s1"}`},
		{"an object is kept as it is", goodPath, "", `{"extension":{"b":1.50,"a":[null,{}]}}`, `{"box_id":"b1","shelf":"s1","extension":{"b":1.50,"a":[null,{}]}}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := bindToys.Decode(gather(t, tc.path, tc.query, tc.body)).(*toyRequest).text; got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}

func TestErrorListedOfAnEndpointKnowsItsServicesCommonErrorsAlone(t *testing.T) {
	for code, want := range map[string]bool{"COM.0601": true, "BOX.0001": true, "InternalError": false, "COM.0002": false} {
		if got := bindToys.ErrorListed(code); got != want {
			t.Errorf("%s: %v", code, got)
		}
	}
}

func TestAppendRaw(t *testing.T) {
	v, err := ParseJSON([]byte(`{ "a" : { "n": 1e3, "s": "é" } }`))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(AppendRaw(nil, v.Get("a").Raw())); got != `{"n":1e3,"s":"é"}` {
		t.Error(got)
	}
	if got := string(AppendRaw(nil, nil)); got != "{}" {
		t.Error(got)
	}
}

func codeOfError(err error) string {
	if err == nil {
		return ""
	}
	return err.(*Error).Code
}

// FuzzEndpoint holds whatever a request brings to a check and a decoding that do not fail, and what passes the check
// to a decoding that loses nothing.
func FuzzEndpoint(f *testing.F) {
	f.Add("b1", "s1", goodQuery, "", goodBody)
	f.Add(" ", "\xff", "kind=BEAR&size=1&all=true&limit=&offset=99999999999999999999", "grant=x", `{"parts":[{"id":"a","new":"true"}],"open":"false"}`)
	f.Add("b\x00", "s", "limit=1&limit=2&kind=%00", "grant=1&grant=2", `{"names":{"a":[]},"extension":{"a":{"b":[null]}},"count":-1}`)
	f.Fuzz(func(t *testing.T, box, shelf, query, form, body string) {
		parsed, err := ParseJSON([]byte(body))
		if err != nil {
			return
		}
		q, _ := url.ParseQuery(query) // a door may take what could be read
		p, _ := url.ParseQuery(form)
		tree := bindToys.Gather(map[string]string{"box_id": box, "shelf": shelf}, q, p, parsed)
		before := string(tree.AppendJSON(nil))
		path, all := bindToys.CheckPath(tree), bindToys.CheckParameters(tree)
		if path != nil && codeOfError(path) != codeOfError(all) {
			t.Errorf("the path alone is %v, everything %v", path, all)
		}
		if err := all; err != nil && !bindToys.ErrorListed(codeOfError(err)) && !strings.HasPrefix(codeOfError(err), "OAP.PAGE.") {
			t.Errorf("%v is not listed", err)
		}
		in := bindToys.Decode(tree).(*toyRequest)
		if got := string(tree.AppendJSON(nil)); got != before {
			t.Errorf("the tree was %s and is %s", before, got)
		}
		if _, err := ParseJSON([]byte(in.text)); err != nil {
			t.Errorf("%s: %v", in.text, err)
		}
		Redact(bindToys.Input, tree, 0)
	})
}
