package contract

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

func TestTheContractHolds(t *testing.T) {
	c, err := Load(os.DirFS("../../api"))
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]int{}
	for _, s := range c.Services {
		declared[s.Name+" "+s.Version] = len(s.Actions)
	}
	for version, want := range map[string]int{"bi 2022-01-05": 55, "cam 2019-01-16": 95, "sts 2018-08-13": 7} {
		if declared[version] != want {
			t.Errorf("%s declares %d actions, want %d", version, declared[version], want)
		}
	}
}

const (
	goodCommon = "errors:\n  - {code: InternalError, doc: It failed.}\n"
	goodFile   = `service: toy
version: "2020-01-01"
title: Toys
rate: 20
types:
  Tag:
    doc: A tag.
    members:
      - {name: Key, type: string, required: true}
      - {name: Note, type: string, nullable: true}
actions:
  MakeToy:
    doc: Makes a toy.
    access: write
    input:
      - {name: Name, type: string, required: true, min: 1, max: 9, pattern: "[a-z]+", code: FailedOperation.Name}
      - {name: Size, type: uint64, default: 1, enum: [1, 2]}
      - {name: Tags, type: [Tag]}
    output:
      - {name: Id, type: uint64}
      - {name: Tags, type: [Tag]}
    errors: [FailedOperation.Name, InvalidParameter.Toy]
`
)

func load(common, file string) (*Contract, error) {
	return Load(fstest.MapFS{
		"common.yaml":         {Data: []byte(common)},
		"toy/2020-01-01.yaml": {Data: []byte(file)},
	})
}

func TestLoadFillsIn(t *testing.T) {
	c, err := load(goodCommon, goodFile)
	if err != nil {
		t.Fatal(err)
	}
	a := c.Services[0].Actions["MakeToy"]
	if a.Name != "MakeToy" || a.Permission != "toy:MakeToy" || a.Resource != "*" || a.Rate != 20 {
		t.Errorf("%+v", a)
	}
	tag := c.Services[0].Types["Tag"]
	if !tag.In || !tag.Out || tag.Name != "Tag" {
		t.Errorf("%+v", tag)
	}
	if got := strings.Join(c.Codes(), " "); got != "FailedOperation.Name InternalError InvalidParameter.Toy" {
		t.Error(got)
	}
	if got := a.Input[2].Type.String(); got != "[Tag]" {
		t.Error(got)
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, tc := range []struct{ name, old, new, want string }{
		{"an unknown key", "rate: 20", "rate: 20\nrat: 1", "field rat not found"},
		{"an unknown member key", "type: uint64, default: 1", "type: uint64, dfault: 1", "field dfault not found"},
		{"a duplicate action", "  MakeToy:\n", "  MakeToy: {}\n  MakeToy:\n", "already defined"},
		{"another service than the file says", "service: toy", "service: toys", "service and version say toys/2020-01-01.yaml"},
		{"no title", "title: Toys", "title: ''", "title and rate are needed"},
		{"no rate", "rate: 20", "rate: 0", "title and rate are needed"},
		{"no doc", "doc: Makes a toy.", "doc: ''", "no doc"},
		{"no access", "access: write", "access: maybe", "access is read or write"},
		{"an unsigned action with a permission", "access: write", "access: write\n    unsigned: true", "no identity"},
		{"a permission without a service", "access: write", "access: write\n    permission: MakeToy", "service:Name or none"},
		{"a resource that is no resource", "access: write", "access: write\n    resource: toys", "resolved or a template"},
		{"a resource template that is malformed", "access: write", "access: write\n    resource: 'qcs::toy:{owner'", "malformed resource"},
		{"a resource that names nothing", "access: write", "access: write\n    resource: 'qcs::toy:{Nmae}'", "no scalar of the input"},
		{"a resource that names a list", "access: write", "access: write\n    resource: 'qcs::toy:{Tags|owner}'", "no scalar of the input"},
		{"a resource without a fallback", "access: write", "access: write\n    resource: 'qcs::toy:{Size}'", "needs a fallback"},
		{"errors that are not sorted", "[FailedOperation.Name, InvalidParameter.Toy]", "[InvalidParameter.Toy, FailedOperation.Name]", "not sorted"},
		{"a malformed code", "InvalidParameter.Toy]", "InvalidParameter.toy]", "malformed error code"},
		{"codes with one constant", "InvalidParameter.Toy]", "FailedOperationName]", "same constant"},
		{"a code that is not listed", "code: FailedOperation.Name", "code: FailedOperation.Nmae", "not among the errors"},
		{"a code without a rule", "default: 1, enum: [1, 2]", "code: FailedOperation.Name", "a code without a rule"},
		{"an unknown type", "type: [Tag]}\n    output", "type: [Tga]}\n    output", "unknown type [Tga]"},
		{"a list of two types", "type: [Tag]}\n    output", "type: [Tag, Tag]}\n    output", "a list type has one element"},
		{"a list of decimals", "type: [Tag]}\n    output", "type: [float64]}\n    output", "a list is of"},
		{"a type that nothing uses", "types:\n", "types:\n  Idle: {doc: Nothing.}\n", "nothing uses the type"},
		{"a type without doc", "doc: A tag.", "doc: ''", "Tag: no doc"},
		{"a type named like a request", "types:\n", "types:\n  ToyRequest: {doc: Nothing.}\n", "named like the request"},
		{"a type with a name that is taken", "types:\n", "types:\n  Bind: {doc: Nothing.}\n", "cannot have this name"},
		{"a type that contains itself", "{name: Note, type: string, nullable: true}", "{name: Note, type: [Tag]}", "contains itself"},
		{"a type of answers that contains one of itself", "types:\n", "types:\n  Node: {doc: A node., members: [{name: Next, type: Node, nullable: true}]}\n", "contains itself"},
		{"a member declared twice", "name: Size", "name: Name", "declared twice"},
		{"a member with a bad name", "name: Size", "name: size", "cannot have this name"},
		{"the request id as a member", "name: Id", "name: RequestId", "is the envelope's"},
		{"a required member with a default", "default: 1, enum", "required: true, default: 1, enum", "has no default"},
		{"a default of the wrong type", "default: 1, enum", "default: one, enum", "the default is no uint64"},
		{"a negative unsigned default", "default: 1, enum: [1, 2]", "default: -1", "the default is no uint64"},
		{"a default outside the enum", "default: 1, enum", "default: 3, enum", "not among the enum"},
		{"an enum of the wrong type", "enum: [1, 2]", "enum: [1, x]", "enum value x"},
		{"required in an answer", "{name: Id, type: uint64}", "{name: Id, type: uint64, required: true}", "for requests"},
		{"rules in an answer", "{name: Id, type: uint64}", "{name: Id, type: uint64, min: 1}", "rules are for requests"},
		{"nullable in a request", "{name: Size, ", "{name: Size, nullable: true, ", "nullable is for answers"},
		{"a nullable list in a request", "type: [Tag]}\n    output", "type: [Tag], nullable: true}\n    output", "nullable is for answers"},
		{"an action that is planned and unsupported", "access: write", "access: write\n    planned: true\n    unsupported: it needs an engine", "not both"},
		{"neither optional nor required both ways", "nullable: true", "doc: note", "optional and nullable, or neither"},
		{"bounds the wrong way round", "min: 1, max: 9", "min: 10, max: 9", "min is greater"},
		{"bytes of a number", "type: uint64, default", "type: uint64, maxBytes: 3, default", "for strings"},
		{"bounds of a truth value", "type: uint64, default: 1, enum: [1, 2]", "type: bool, min: 1", "bool has no bounds"},
		{"an enum of truth values", "type: uint64, default: 1, enum: [1, 2]", "type: bool, enum: [true]", "enum is for"},
		{"a pattern that does not compile", `"[a-z]+"`, `"[a-z+"`, "missing closing ]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if !strings.Contains(goodFile, tc.old) {
				t.Fatalf("the good file has no %q", tc.old)
			}
			_, err := load(goodCommon, strings.Replace(goodFile, tc.old, tc.new, 1))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want something with %q", err, tc.want)
			}
		})
	}
}

func TestAnswersMayHoldTreesAndListsThatAreNull(t *testing.T) {
	file := strings.Replace(goodFile, "types:\n", "types:\n  Node: {doc: A node., members: [{name: Children, type: [Node], nullable: true}]}\n", 1)
	file = strings.Replace(file, "- {name: Id, type: uint64}", "- {name: Top, type: Node}", 1)
	if _, err := load(goodCommon, file); err != nil {
		t.Error(err)
	}
	file = strings.Replace(file, "- {name: Size, type: uint64", "- {name: Top, type: Node}\n      - {name: Size, type: uint64", 1)
	if _, err := load(goodCommon, file); err == nil || !strings.Contains(err.Error(), "contains itself") {
		t.Errorf("a tree in a request: %v", err)
	}
}

func TestLoadRefusesCommon(t *testing.T) {
	for name, common := range map[string]string{
		"no doc":     "errors:\n  - {code: InternalError}\n",
		"not sorted": "errors:\n  - {code: InvalidAction, doc: x}\n  - {code: InternalError, doc: x}\n",
		"malformed":  "errors:\n  - {code: internalError, doc: x}\n",
	} {
		if _, err := load(common, goodFile); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := Load(fstest.MapFS{}); err == nil {
		t.Error("an empty directory is accepted")
	}
	if _, err := Load(fstest.MapFS{"common.yaml": {Data: []byte(goodCommon)}}); err == nil {
		t.Error("a contract without services is accepted")
	}
}
