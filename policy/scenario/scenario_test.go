package scenario_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/policy/scenario"
)

// cast stands before the cases of the tests. It is one line, so that the lines
// of a case count from 2.
const cast = `{accounts: {A: {uin: 1, appid: 125}, B: {uin: 2}}, principals: {a: {kind: user, account: A, uin: "11", groups: [71], tags: "t&1"}}, `

func read(t testing.TB, text string) *scenario.File {
	t.Helper()
	f, err := scenario.Read("test.yaml", []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// In these the decision tells whether the reader understood the case.
func TestCasesAreUnderstood(t *testing.T) {
	for _, c := range []struct{ name, file string }{
		{"statements in short", `cases: [{name: x, who: a, action: "cvm:Stop", identity: [[{allow: ["cvm:*", "cos:*"]}]], want: allow}]}`},
		{"a whole document", `cases: [{name: x, who: a, action: "cvm:Stop", identity: [{version: "2.0", statement: {effect: allow, action: "*", resource: "*"}}], want: "allow(identity)"}]}`},
		{"a named policy", `policies: {p: [{allow: "cvm:*"}]}, cases: [{name: x, who: a, action: "cvm:Stop", identity: [p], want: ok}]}`},
		{"a denial of any kind", `cases: [{name: x, who: a, action: "cvm:Stop", want: deny}]}`},
		{"an explicit denial", `cases: [{name: x, who: a, action: "cvm:Stop", boundary: [{deny: "*"}], want: "explicit_deny(boundary)"}]}`},
		{"an empty boundary lets nothing through", `cases: [{name: x, who: a, action: "cvm:Stop", identity: [[{allow: "*"}]], boundary: [], want: "implicit_deny(boundary)"}]}`},
		{"a group's policies", `cases: [{name: x, who: a, action: "cvm:Stop", identity: [[{allow: "*"}]], groups: {"71": [[{allow: "*"}], [{deny: "cvm:*"}]]}, want: "xd(identity)"}]}`},
		{"a principal in place", `cases: [{name: x, who: {kind: root, account: A}, action: "cvm:Stop", want: "ok(root)"}]}`},
		{"the unsigned caller needs no entry", `cases: [{name: x, who: anonymous, action: "cvm:Stop", policy: [{allow: "*", for: "*"}], want: ok}]}`},
		{"tags of the principal", `cases: [{name: x, who: a, action: "x:Y", resource: "qcs::x::uin/1:t/1", identity: [[{allow: "*", on: "qcs::x:::t/${qcs:principal_tag_value}"}]], want: ok}]}`},
		{"tags of the case replace them", `cases: [{name: x, who: a, tags: ["t&2"], action: "x:Y", resource: "qcs::x::uin/1:t/1", identity: [[{allow: "*", on: "qcs::x:::t/${qcs:principal_tag_value}"}]], want: deny}]}`},
		{"a level of one policy in short", `cases: [{name: x, who: a, action: "x:Y", identity: [[{allow: "*"}]], control: [[{allow: "*"}, {deny: "x:*"}]], want: "xd(control)"}]}`},
		{"a level of several policies", `policies: {no: [{deny: "x:*"}]}, cases: [{name: x, who: a, action: "x:Y", identity: [[{allow: "*"}]], control: [[{version: "2.0", statement: {effect: allow, action: "*", resource: "*"}}, no]], want: "xd(control)"}]}`},
		{"a level without policies allows nothing", `cases: [{name: x, who: a, action: "x:Y", identity: [[{allow: "*"}]], control: [[]], want: "xd(control)"}]}`},
		{"the general rules are there", `cases: [{name: x, who: a, action: "account:BindToken", identity: [[{allow: "*"}]], context: {mfa: false}, want: "xd(general)"}]}`},
		{"the general rules can be left out", `cases: [{name: x, who: a, general: false, action: "account:BindToken", identity: [[{allow: "*"}]], context: {mfa: false}, want: ok}]}`},
		{"the owner of the file", `owner: B, cases: [{name: x, who: a, action: "x:Y", resource: "qcs::x::uin/2:y", identity: [[{allow: "*"}]], want: "id(resource)"}]}`},
		{"an owner that is read off the name", `owner: B, cases: [{name: x, who: a, owner: none, action: "x:Y", identity: [[{allow: "*"}]], want: ok}]}`},
		{"facts under their full names", `cases: [{name: x, who: a, action: "x:Y", identity: [[{allow: "*", if: {ip_equal: {"qcs:ip": 10.0.0.0/8}, string_equal: {"k:k": "1e3"}}}]], context: {values: {"qcs:ip": 10.1.1.1, "k:k": 1e3}}, want: ok}]}`},
		{"numbers stay as they are written", `cases: [{name: x, who: a, action: "x:Y", identity: [[{allow: "*", if: {numeric_equal: {"k:n": 9007199254740993000000.1}}}]], context: {values: {"k:n": "9007199254740993000000.1"}}, want: ok}]}`},
		{"dates stay text", `cases: [{name: x, who: a, action: "x:Y", identity: [[{allow: "*", if: {date_less_than: {"qcs:current_time": 2022-05-31}}}]], context: {time: 2022-05-30}, want: ok}]}`},
		{"a role by name alone", `cases: [{name: x, who: {kind: role, account: A, name: ops}, action: "x:Y", policy: [{allow: "*", for: {qcs: "qcs::cam::uin/1:roleName/ops"}}], want: ok}]}`},
		{"an action of any level", `cases: [{name: x, who: a, level: service, action: "x:Y", identity: [[{allow: "x:Y"}]], want: deny}]}`},
		{"several objects, of which the second is refused", `cases: [{name: x, who: a, action: "x:Y", resources: ["qcs::x::uin/1:y", "qcs::x::uin/1:z"], identity: [[{allow: "*", on: "qcs::x:::y"}]], want: deny, refused: 1}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, c := range read(t, cast+c.file).Cases {
				if r := c.Run(); r.Failure != "" {
					t.Error(r.Failure)
				}
			}
		})
	}
}

func TestFailures(t *testing.T) {
	f := read(t, cast+`cases: [
		{n: 7, name: is allowed, who: a, action: "x:Y", identity: [[{allow: "*"}]], want: "xd(boundary)"},
		{name: another is refused, who: a, action: "x:Y", resources: ["qcs::x::uin/1:y", "qcs::x::uin/1:z"], want: deny, refused: 1},
	]}`)
	for i, want := range []string{"decided allow(identity), want explicit_deny(boundary)", "object 0 was refused, want 1"} {
		r := f.Cases[i].Run()
		if r.Failure != want {
			t.Errorf("%s: %q, want %q", r.Case.Title(), r.Failure, want)
		}
		if q := r.Question(); policy.Decide(q) != r.Decision && policy.Decide(q).Effect != r.Decision.Effect {
			t.Errorf("%s: the question is another one", r.Case.Title())
		}
	}
	if title, line := f.Cases[0].Title(), f.Cases[1].Line; title != "7 is allowed" || line != 3 {
		t.Errorf("title %q, line %d", title, line)
	}
	if r := (&scenario.Case{}).Run(); r.Decision.Allowed || r.Question() != nil {
		t.Errorf("a case without objects: %+v", r)
	}
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	one := func(rest string) string { return cast + "\ncases: [{" + rest + "}]}" }
	const good = `name: x, who: a, action: "x:Y", want: ok, `
	for _, c := range []struct{ name, file, want string }{
		{"no YAML", "{", "test.yaml: not YAML: "},
		{"nothing at all", "", "test.yaml: not YAML: EOF"},
		{"two documents", "cases: []\n---\ncases: []", "test.yaml: there is more than one document"},
		{"a list", "[]", "test.yaml:1:1: a scenario is an object, not a list"},
		{"no cases", "{}", "test.yaml:1:1: there are no cases"},
		{"cases that are no list", "cases: x", `test.yaml:1:8: a list is wanted, not "x"`},
		{"a misspelt member", one(good + "boundry: []"), `test.yaml:2:52: a case has no member "boundry"`},
		{"a member twice", one(good + "name: y"), `"name" occurs twice`},
		{"a case without action", one("name: x, who: a, want: ok"), "test.yaml:2:9: a case needs name, who, action and want"},
		{"no known person", one(`name: x, who: b, action: "x:Y", want: ok`), `there is no principal "b"`},
		{"no known account", one(good + "owner: C"), `there is no account "C"`},
		{"a group that the caller is not in", one(good + `groups: {"72": []}`), `the caller is in no group "72"`},
		{"a bad policy of a group", one(good + `groups: {"71": [p]}`), `there is no policy "p"`},
		{"no known policy", one(good + "identity: [p]"), `there is no policy "p"`},
		{"no action", one(`name: x, who: a, action: "x:*", want: ok`), `"x:*" is no action like cvm:StopInstances`},
		{"no resource", one(good + `resource: "qcs::x"`), `name "qcs::x" has not got six segments`},
		{"two kinds of resources", one(good + `resource: "*", names: []`), "only one of resource, names and resources can be given"},
		{"an empty list of objects", one(good + "resources: []"), "the list is empty"},
		{"no level", one(good + "level: high"), `"high" is none of resource, operation and service`},
		{"no expectation", one(`name: x, who: a, action: "x:Y", want: yes`), `"yes" is none of allow, deny, implicit_deny and explicit_deny`},
		{"an open bracket", one(`name: x, who: a, action: "x:Y", want: "ok(root"`), "lacks a bracket"},
		{"no layer", one(`name: x, who: a, action: "x:Y", want: "ok(roof)"`), `unknown layer "roof"`},
		{"no flag", one(good + "assume: 1"), `true or false is wanted, not "1"`},
		{"no number", one(good + "refused: -1"), `"-1" is no number`},
		{"no address", one(good + "context: {ip: home}"), `qcs:ip: "home" is no IP address`},
		{"no fact", one(good + "context: {weather: fine}"), `a context has no member "weather"`},
		{"a statement that does neither", one(good + `identity: [[{on: "*"}]]`), "a statement needs allow or deny"},
		{"a statement that does both", one(good + `identity: [[{allow: "*", deny: "*"}]]`), "a statement either allows or denies"},
		{"a statement with an unknown member", one(good + `identity: [[{allow: "*", notAction: "*"}]]`), `a statement has no member "notAction"`},
		{"a policy that is refused", one(good + `identity: [[{allow: "x"}]]`), `identity[0]: ActionError: statement[0].action: "x" is no action`},
		{"a boundary with a principal", one(good + `boundary: [{allow: "*", for: "*"}]`), "boundary: PrincipalError: "},
		{"a trust policy with a resource", one(good + `assume: true, policy: [{allow: "sts:AssumeRole", on: "qcs::x:::y", for: {service: x.y}}]`), "policy: ParamError: "},
		{"files where there are none", one(good + `identity: [{file: x.json}]`), "policies in files cannot be read here"},
		{"a policy named by a policy", cast + `policies: {p: q}, cases: [{` + good + `identity: [p]}]}`, "a policy cannot be another one's name"},
		{"an account without uin", `{accounts: {A: {appid: "1"}}, cases: []}`, `an account needs a uin, and a name other than "none"`},
		{"an id that is none", `{accounts: {A: {uin: "x"}}, cases: []}`, `"x" is no id: it has digits only`},
		{"no kind", `{principals: {a: {kind: boss}}, cases: []}`, `the kind of a principal is anonymous, federated, role, root, service, user, not "boss"`},
		{"a user without uin", `{accounts: {A: {uin: "1"}}, principals: {a: {kind: user, account: A}}, cases: []}`, "a principal of kind user needs a uin"},
		{"a root without account", `{principals: {a: {kind: root}}, cases: []}`, "a principal of kind root needs an account"},
		{"a nameless role", `{principals: {a: {kind: role}}, cases: []}`, "a principal of kind role needs an"},
		{"a nameless service", `{principals: {a: {kind: service}}, cases: []}`, "a principal of kind service needs a name"},
		{"a federated identity without provider", `{principals: {a: {kind: federated}}, cases: []}`, "a principal of kind federated needs a provider"},
		{"a bad provider", `{principals: {a: {kind: federated, provider: x}}, cases: []}`, `test.yaml:1:46: name "x" has not got`},
		{"a text that is null", `{principals: {a: {kind: null}}, cases: []}`, "a text is wanted, not null"},
		{"endless aliases", "{cases: [&a [*a]]}", "a case is an object, not a list"},
		{"a policy inside itself", one(good + "identity: [[{allow: &a [*a]}]]"), "nested more than 64 deep"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := scenario.Read("test.yaml", []byte(c.file), nil)
			if _, ok := errors.AsType[*scenario.Error](err); !ok || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// A small file can stand for a huge tree. It must cost what it is, not that.
func TestAliasesHaveABound(t *testing.T) {
	text := "x: &a0 [y]\n"
	for _, level := range strings.Split("abcdefgh", "") {
		text += "x" + level + ": &" + level + " [" + strings.TrimSuffix(strings.Repeat("*PREVIOUS, ", 10), ", ") + "]\n"
		text = strings.ReplaceAll(text, "*PREVIOUS", "*"+previous(level))
	}
	text = "policies:\n  p:\n  - allow: [x:y]\n    if:\n      " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n      ") +
		"\nprincipals: {a: {kind: anonymous}}\ncases: [{name: x, who: a, action: 'x:y', identity: [p], want: ok}]\n"
	_, err := scenario.Read("test.yaml", []byte(text), nil)
	if err == nil || !strings.Contains(err.Error(), "too large once its aliases are filled in") {
		t.Errorf("got %v", err)
	}
}

func previous(level string) string {
	if level == "a" {
		return "a0"
	}
	return string(level[0] - 1)
}

func TestPoliciesInFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("p.json", `{"version":"2.0","statement":[{"effect":"allow","action":"x:*","resource":"*"}]}`)
	file := filepath.Join(dir, "s.yaml")
	write("s.yaml", cast+`policies: {named: {file: p.json}}, cases: [{name: x, who: a, action: "x:Y", identity: [named, {file: p.json}], boundary: {file: p.json}, control: [{file: p.json}, [{file: p.json}, named]], want: ok}]}`)
	f, err := scenario.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if r := f.Cases[0].Run(); r.Failure != "" {
		t.Error(r.Failure)
	}
	identity := f.Cases[0].Layers.Identity
	if identity[0].Name != "named" || identity[1].Name != "p.json" || identity[0].Document.Text[0] != '{' {
		t.Errorf("the policies are named %s and %s", identity[0].Name, identity[1].Name)
	}
	write("s.yaml", cast+`cases: [{name: x, who: a, action: "x:Y", identity: [{file: q.json}], want: ok}]}`)
	if _, err := scenario.ReadFile(file); err == nil || !strings.Contains(err.Error(), "q.json: no such file") {
		t.Errorf("got %v", err)
	}
	if _, err := scenario.ReadFile(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	write("huge.yaml", strings.Repeat("#", scenario.MaxBytes+1))
	if _, err := scenario.ReadFile(filepath.Join(dir, "huge.yaml")); err == nil || !strings.Contains(err.Error(), "more than 4194304 bytes") {
		t.Errorf("got %v", err)
	}
}

// FuzzRead reads anything: it answers with a file whose cases can be decided,
// or an Error.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"../testdata/worked.yaml", "../testdata/further.yaml"} {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(line, "- {") {
				f.Add([]byte(cast + "cases: [" + strings.TrimSpace(strings.TrimPrefix(line, "- ")) + "]}"))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := scenario.Read("fuzz", text, nil)
		if err != nil {
			if _, ok := errors.AsType[*scenario.Error](err); !ok {
				t.Errorf("the error is %T", err)
			}
			return
		}
		for i := range file.Cases {
			c := &file.Cases[i]
			r := c.Run()
			again, err := scenario.ParseWant(c.Want.String())
			if err != nil || again.Met(r.Decision) != c.Want.Met(r.Decision) {
				t.Errorf("the expectation %s is read as %s, %v", c.Want, again, err)
			}
		}
	})
}
