package test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/hufu-iam/hufu/policy"
)

// documentCase is a document with the code of the answer to it, as package policy reads them too.
type documentCase struct {
	N          int      `yaml:"n"`
	Name       string   `yaml:"name"`
	Kind       string   `yaml:"kind"`
	Attach     bool     `yaml:"attach"`
	Strict     bool     `yaml:"strict"`
	Update     bool     `yaml:"update"`
	Account    string   `yaml:"account"`
	Who        string   `yaml:"who"`
	Text       string   `yaml:"text"`
	Pad        int      `yaml:"pad"`    // lengthen to this many visible characters
	Blanks     int      `yaml:"blanks"` // and this many blanks
	Same       bool     `yaml:"same"`
	Stored     string   `yaml:"stored"`
	Principals []string `yaml:"principals"`
	Want       string   `yaml:"want"`
	At         string   `yaml:"at"` // the path in the error
}

const documentFile = "../policy/testdata/documents.yaml"

// noBoundaryText is why a document cannot be sent as a boundary.
const noBoundaryText = "a boundary is a custom policy that there is already: no call takes its text"

// excusedDocuments are the cases of documents that the wire cannot carry, by number or name.
var excusedDocuments = map[string]string{"124": noOrganization, "a boundary has no principal": noBoundaryText}

func (c *documentCase) excuse() string {
	switch c.Kind {
	case "control":
		return noOrganization
	case "boundary":
		return noBoundaryText
	}
	return ""
}

func (c *documentCase) key() string {
	if c.N > 0 {
		return fmt.Sprint(c.N)
	}
	return c.Name
}

func (c *documentCase) title() string {
	if c.N > 0 {
		return fmt.Sprint(c.N, " ", c.Name)
	}
	return c.Name
}

// code is what the answer has.
func (c *documentCase) code() string {
	if c.Want == "" {
		return ""
	}
	return "InvalidParameter." + c.Want
}

// document is the text that is sent.
func (c *documentCase) document() string {
	s := strings.ReplaceAll(c.Text, "STATEMENT", "{OK}")
	s = strings.ReplaceAll(s, "OK", `"effect":"allow","action":"cvm:*","resource":"*"`)
	if c.Pad > 0 {
		s = strings.Replace(s, `"effect"`, `"sid":"PAD","effect"`, 1)
		s = strings.Replace(s, "PAD", strings.Repeat("虎", c.Pad-policy.Length(s)+3), 1)
		s += strings.Repeat(" \t\r\n", c.Blanks/4)
	}
	return s
}

// readDocuments reads the cases, after their text was translated.
func readDocuments(t testing.TB, translate func(string) string) []documentCase {
	t.Helper()
	text, err := os.ReadFile(documentFile)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []documentCase `yaml:"cases"`
	}
	d := yaml.NewDecoder(strings.NewReader(translate(string(text))))
	d.KnownFields(true)
	if err := d.Decode(&file); err != nil {
		t.Fatal(err)
	}
	return file.Cases
}

func TestWorkedDocuments(t *testing.T) {
	onEachEngine(t, func(t *testing.T, p *place) {
		w := newWorld(t, p.start(t, unlimited...))
		all, seen := readDocuments(t, func(text string) string { return w.translated(t, text) }), map[int]bool{}
		for name := range excusedDocuments {
			found := false
			for _, c := range all {
				found = found || c.key() == name
			}
			if !found {
				t.Errorf("there is no case %s to excuse", name)
			}
		}
		var strict []documentCase
		for _, c := range all {
			seen[c.N] = true
			why := c.excuse()
			switch {
			case why != excusedDocuments[c.key()]:
				t.Errorf("%s: the wire cannot carry it: %q; the table says %q", c.key(), why, excusedDocuments[c.key()])
			case why != "":
			case c.Strict:
				strict = append(strict, c)
			default:
				t.Run(c.title(), func(t *testing.T) { w.send(t, &c) })
			}
		}
		for n := 106; n <= 125; n++ {
			if !seen[n] {
				t.Errorf("case %d is missing", n)
			}
		}
		w.stop(t)
		w.server = p.start(t, append([]string{"--strict-products"}, unlimited...)...)
		for _, c := range strict {
			t.Run(c.Name, func(t *testing.T) { w.send(t, &c) })
		}
	})
}

// send sends a document to every call that takes one of its kind.
func (w *world) send(t *testing.T, c *documentCase) {
	text := c.document()
	switch c.Kind {
	case "trust":
		w.sendTrust(t, c, text)
	case "session":
		w.sendSession(t, c, text)
	case "resource":
		w.sendResource(t, c, text)
	default:
		w.sendPolicy(t, c, text)
	}
}

// sendPolicy makes a policy of the text, and puts it in the place of another one's and beside that.
func (w *world) sendPolicy(t *testing.T, c *documentCase, text string) {
	stored := text
	if c.Stored != "" {
		stored = c.Stored
	}
	isStored := func(action string, in params, member string) {
		t.Helper()
		if a := w.must(t, w.a.root, action, in); a.str(member) != stored {
			t.Errorf("%s answers %q, want %q", action, a.str(member), stored)
		}
	}
	if c.Attach || !strings.Contains(text, `"principal"`) {
		a := w.call(t, w.a.root, "cam:CreatePolicy", params{"PolicyName": "sent", "PolicyDocument": text})
		if a.wants(t, c.code(), c.At); a.code == "" {
			id := a.number("PolicyId")
			isStored("cam:GetPolicy", params{"PolicyId": id}, "PolicyDocument")
			for _, p := range c.Principals {
				w.isAttached(t, id, p)
			}
			w.must(t, w.a.root, "cam:DeletePolicy", params{"PolicyId": []int64{id}})
		}
	}
	if c.Attach {
		return // the other calls take no principal at all
	}
	id := w.must(t, w.a.root, "cam:CreatePolicy", params{"PolicyName": "other", "PolicyDocument": allow("cam:GetUser")}).number("PolicyId")
	a := w.call(t, w.a.root, "cam:CreatePolicyVersion", params{"PolicyId": id, "PolicyDocument": text, "SetAsDefault": false})
	if a.wants(t, c.code(), c.At); a.code == "" {
		version := w.must(t, w.a.root, "cam:GetPolicyVersion", params{"PolicyId": id, "VersionId": 2}).body["PolicyVersion"].(map[string]any)
		if version["Document"] != stored {
			t.Errorf("GetPolicyVersion answers %q, want %q", version["Document"], stored)
		}
	}
	if w.call(t, w.a.root, "cam:UpdatePolicy", params{"PolicyId": id, "PolicyDocument": text}).wants(t, c.code(), c.At).code == "" {
		isStored("cam:GetPolicy", params{"PolicyId": id}, "PolicyDocument")
	}
	w.must(t, w.a.root, "cam:DeletePolicy", params{"PolicyId": []int64{id}})
}

// isAttached looks for a new policy among those of a principal, "user 1" or "group 2".
func (w *world) isAttached(t testing.TB, id int64, principal string) {
	t.Helper()
	var number int64
	var kind string
	if _, err := fmt.Sscan(principal, &kind, &number); err != nil {
		t.Fatal(err)
	}
	action, target := "cam:ListAttachedUserPolicies", "TargetUin"
	if kind == "group" {
		action, target = "cam:ListAttachedGroupPolicies", "TargetGroupId"
	}
	list := text(t, w.must(t, w.a.root, action, params{target: number}).body["List"])
	if !strings.Contains(list, fmt.Sprintf(`"PolicyId":%d,`, id)) {
		t.Errorf("%s has %s, not policy %d", principal, list, id)
	}
}

// sendTrust makes a role with this trust policy, or gives it to one that is there.
func (w *world) sendTrust(t *testing.T, c *documentCase, text string) {
	if !c.Update {
		a := w.call(t, w.a.root, "cam:CreateRole", params{"RoleName": "sent", "PolicyDocument": text})
		if a.wants(t, c.code(), c.At); a.code == "" {
			w.must(t, w.a.root, "cam:DeleteRole", params{"RoleName": "sent"})
		}
	}
	if c.Update || c.Pad == 0 { // what is too long has another code for a role that is there
		w.call(t, w.a.root, "cam:UpdateAssumeRolePolicy", params{"RoleId": w.role, "PolicyDocument": text}).wants(t, c.code(), c.At)
		w.must(t, w.a.root, "cam:UpdateAssumeRolePolicy", params{"RoleId": w.role, "PolicyDocument": w.trusted})
	}
}

// sendSession asks for temporary credentials with this policy: of a user and, unless the case is about him, of a role.
func (w *world) sendSession(t *testing.T, c *documentCase, text string) {
	w.call(t, w.keeper.key, "sts:GetFederationToken", params{"Name": "worked", "Policy": text}).wants(t, c.code(), c.At)
	if c.Who == "" {
		in := params{"RoleArn": fmt.Sprintf("qcs::cam::uin/%d:roleName/ops", w.a.UIN), "RoleSessionName": "worked", "Policy": text}
		w.call(t, w.keeper.key, "sts:AssumeRole", in).wants(t, c.code(), c.At)
	}
}

// sendResource asks for a decision about a resource with this policy.
func (w *world) sendResource(t *testing.T, c *documentCase, text string) {
	q := about(entity{Type: "user", ID: number(w.keeper.uin)}, "cvm:StopInstances", "qcs::cvm:::instance/ins-1")
	q.Resource.Properties = map[string]any{"policy": text}
	status, body := w.decisions(t, w.a.asker, single, q)
	if want := "InvalidParameter: The policy cannot be used, " + c.Want; status != http.StatusBadRequest || !strings.HasPrefix(string(body), want) {
		t.Errorf("%d %s, want %s", status, body, want)
	}
}
