package contract

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const goodREST = `service: toy
version: v2
title: Toys
style: rest
base: /api/v2/toys
rate: 100
common: [COM.0002, COM.0601]
types:
  Owner:
    doc: Who has it.
    members:
      - {name: user_id, type: string, nullable: true}
      - {name: extension, type: json}
      - {name: tag_names, type: [string], omitEmpty: true}
actions:
  BindToy:
    doc: Gives a toy to somebody.
    access: write
    permission: toy_box
    method: PUT
    path: /boxes/{box_id}/toys/{toyId}
    status: 200
    input:
      - {name: box_id, in: path, type: string, code: BOX.0001}
      - {name: toyId, in: path, type: string}
      - {name: dry_run, in: query, type: bool, default: false}
      - {name: user_name, type: string, required: true, code: BOX.0001}
      - {name: account_Ids, type: [string], max: 50, alias: accountIds}
      - {name: extension, type: json}
    output:
      - {name: owner, type: Owner, nullable: true}
    errors: [BOX.0001, Idaas.BOX-COMMON-0005]
  DeleteToy:
    doc: Deletes a toy.
    access: write
    permission: toy_box
    method: DELETE
    path: /boxes/{box_id}
    status: 204
    input:
      - {name: box_id, in: path, type: string}
  ListToys:
    doc: Lists toys.
    access: read
    permission: toy_log_read
    method: GET
    path: /boxes
    status: 200
    paging: wide
    input:
      - {name: kind, type: string}
    output:
      - {name: total, type: int64}
    errors: [ZOO.0001]
  MakeToken:
    doc: Answers a token.
    access: write
    permission: none
    method: POST
    path: /token
    status: 201
    input:
      - {name: grant_type, in: form, type: string, required: true}
    output:
      - {name: token, type: string}
`

func loadREST(file string) (*Contract, error) {
	return Load(fstest.MapFS{
		"common.yaml": {Data: []byte(goodCommon)},
		"toy/v2.yaml": {Data: []byte(file)},
	})
}

func TestLoadFillsInEndpoints(t *testing.T) {
	c, err := loadREST(goodREST)
	if err != nil {
		t.Fatal(err)
	}
	actions := c.Services[0].Actions
	var places []string
	for _, m := range actions["BindToy"].Input {
		places = append(places, m.In+" "+m.GoName())
	}
	want := "path BoxId,path ToyId,query DryRun,body UserName,body AccountIds,body Extension"
	if got := strings.Join(places, ","); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	list := actions["ListToys"]
	if got := strings.Join(list.Errors, " "); got != "OAP.PAGE.0001 OAP.PAGE.0002 OAP.PAGE.0003 ZOO.0001" {
		t.Error(got)
	}
	if n := len(list.Input); n != 3 || list.Input[0].In != "query" || list.Input[1].Name != "offset" || list.Input[2].Name != "limit" {
		t.Errorf("%+v", list.Input)
	}
	if list.Rate != 100 || !actions["DeleteToy"].Input[0].Required {
		t.Error("a rate or what the path needs is not filled in")
	}
	for action, want := range map[string]string{
		"BindToy":   "toy_box_all all",
		"ListToys":  "toy_log_read all read",
		"MakeToken": "",
	} {
		if got := strings.Join(actions[action].Codes(), " "); got != want {
			t.Errorf("%s needs %q, want %q", action, got, want)
		}
	}
	if !slices.Contains(c.Codes(), "COM.0002") || !slices.Contains(c.Codes(), "OAP.PAGE.0003") {
		t.Errorf("codes are missing: %v", c.Codes())
	}
	if got := strings.Join((&Action{Access: "read", Permission: "toy_box"}).Codes(), " "); got != "toy_box_all toy_box_read all read" {
		t.Error(got)
	}
	if got := actions["ListToys"].Family(); got != "toy_log" {
		t.Error(got)
	}
	if got := ConstantName("Idaas.BOX-COMMON-0005"); got != "IdaasBOXCOMMON0005" {
		t.Error(got)
	}
}

func TestLoadRefusesEndpoints(t *testing.T) {
	for _, tc := range []struct{ name, old, new, want string }{
		{"another style", "style: rest", "style: soap", "style is rest or absent"},
		{"a version that is a date", "version: v2", "version: 2", "service and version say"},
		{"no base", "base: /api/v2/toys", "base: ''", "base is a path"},
		{"a base that ends in a slash", "base: /api/v2/toys", "base: /api/", "base is a path"},
		{"common errors that are not sorted", "[COM.0002, COM.0601]", "[COM.0601, COM.0002]", "not sorted"},
		{"common errors without the one for parameters", "[COM.0002, COM.0601]", "[COM.0002]", "must have COM.0601"},
		{"a malformed error code", "[ZOO.0001]", "[ZOO.x]", "malformed error code"},
		{"errors that are not sorted", "[BOX.0001, Idaas.BOX-COMMON-0005]", "[Idaas.BOX-COMMON-0005, BOX.0001]", "not sorted"},
		{"an error that is common", "[ZOO.0001]", "[COM.0002]", "COM.0002 is among the common errors"},
		{"a code that is not listed", "toyId, in: path, type: string", "toyId, in: path, type: string, code: BOX.0002", "not among the errors"},
		{"a resource", "permission: none", "permission: none\n    resource: '*'", "not for REST"},
		{"an unsigned endpoint", "permission: none", "permission: none\n    unsigned: true", "not for REST"},
		{"no permission", "    permission: none\n", "", "permission is the family"},
		{"a permission of another kind", "permission: none", "permission: toy:Make", "permission is the family"},
		{"another method", "method: PUT", "method: PATCH", "method is GET"},
		{"a GET that writes", "access: read", "access: write", "a GET writes nothing"},
		{"another status", "status: 201", "status: 202", "status is 200, 201 or 204"},
		{"a GET that creates", "status: 200\n    paging", "status: 201\n    paging", "a GET creates nothing"},
		{"no content with members", "status: 201", "status: 204", "except with status 204"},
		{"an empty answer", "status: 204", "status: 200", "except with status 204"},
		{"a malformed path", "path: /boxes/{box_id}\n", "path: boxes/{box_id}\n", "malformed path"},
		{"half a segment as a parameter", "path: /boxes/{box_id}\n", "path: /boxes/x{box_id}\n", "malformed path"},
		{"a path that names no member", "path: /boxes\n", "path: /boxes/{id}\n", "members of the path come first"},
		{"a member that the path does not name", "path: /boxes/{box_id}\n", "path: /boxes\n", "members of the path come first"},
		{"members of the path in another order", "path: /boxes/{box_id}/toys/{toyId}", "path: /boxes/{toyId}/toys/{box_id}", "members of the path come first"},
		{"a number in the path", "toyId, in: path, type: string", "toyId, in: path, type: int64", "a string without a default"},
		{"a structure in the query", "{name: account_Ids, ", "{name: owner, in: query, type: Owner}\n      - {name: account_Ids, ", "is a scalar"},
		{"an unknown place", "in: query, type: bool", "in: header, type: bool", "in is path, query, body or form"},
		{"a body of a GET", "{name: kind, type", "{name: kind, in: body, type", "a GET has no body"},
		{"a form and a body", "{name: user_name, type", "{name: user, in: form, type: string}\n      - {name: user_name, type", "takes the place of"},
		{"a place in a type", "{name: user_id, type", "{name: user_id, in: query, type", "is in no place"},
		{"a place in an answer", "{name: total, type", "{name: total, in: query, type", "is in no place"},
		{"another paging", "paging: wide", "paging: huge", "paging is wide or narrow"},
		{"paging of something else than a list", "status: 204", "status: 204\n    paging: narrow", "only a GET is paged"},
		{"paging that is declared twice", "{name: kind, type: string}", "{name: limit, type: int64}", "come with paging"},
		{"two names of one field", "{name: account_Ids, ", "{name: userName, type: string}\n      - {name: account_Ids, ", "declared twice"},
		{"a member that begins with a capital", "name: total", "name: Total", "cannot have this name"},
		{"a list of JSON objects", "{name: extension, type: json}\n    output", "{name: extension, type: [json]}\n    output", "never null nor in a list"},
		{"a JSON object that may be null", "{name: extension, type: json}\n      - {name: tag", "{name: extension, type: json, nullable: true}\n      - {name: tag", "never null nor in a list"},
		{"a parameter that may be left out of an answer", "{name: account_Ids, type: [string]", "{name: account_Ids, omitEmpty: true, type: [string]", "omitEmpty is for"},
		{"a first member that may be left out", "{name: user_id, type: string, ", "{name: user_id, omitEmpty: true, type: string, ", "omitEmpty is for"},
		{"a number that may be left out", "{name: total, type: int64}", "{name: a, type: bool}\n      - {name: total, type: int64, omitEmpty: true}", "omitEmpty is for"},
		{"an alias that another member has", "alias: accountIds", "alias: user_name", "the name of another member"},
		{"an alias in an answer", "{name: total, type", "{name: total, alias: sum, type", "another name of a member of a body"},
		{"an alias in the query", "{name: kind, type", "{name: kind, alias: sort, type", "another name of a member of a body"},
		{"a code for reading on what writes", "permission: toy_box\n    method: DELETE", "permission: toy_box_read\n    method: DELETE", "does not open what writes"},
		{"a code without a rule", "{name: kind, type: string}", "{name: kind, type: string, code: ZOO.0001}", "a code without a rule"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if !strings.Contains(goodREST, tc.old) {
				t.Fatalf("the good file has no %q", tc.old)
			}
			_, err := loadREST(strings.Replace(goodREST, tc.old, tc.new, 1))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want something with %q", err, tc.want)
			}
		})
	}
}

func TestTwoEndpointsOfOneRouteAreRefusedWhateverTheirSegmentsAreCalled(t *testing.T) {
	again := strings.Replace(goodREST[strings.Index(goodREST, "  DeleteToy:"):strings.Index(goodREST, "  ListToys:")], "DeleteToy", "DropToy", 1)
	_, err := loadREST(goodREST + strings.ReplaceAll(again, "box_id", "id"))
	if err == nil || !strings.Contains(err.Error(), "DeleteToy and DropToy are both DELETE /boxes/{id}") {
		t.Error(err)
	}
}

func TestWhatIsForRESTIsRefusedElsewhere(t *testing.T) {
	for _, tc := range []struct{ name, old, new, want string }{
		{"a base", "rate: 20", "rate: 20\nbase: /api", "base and common are for REST"},
		{"a path", "access: write", "access: write\n    path: /toys", "are for REST"},
		{"a place", "{name: Tags, type: [Tag]}\n    output", "{name: Tags, in: query, type: [Tag]}\n    output", "are for REST"},
		{"a JSON object", "name: Size, type: uint64, default: 1, enum: [1, 2]", "name: Size, type: json", "are for REST"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := load(goodCommon, strings.Replace(goodFile, tc.old, tc.new, 1))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want something with %q", err, tc.want)
			}
		})
	}
}
