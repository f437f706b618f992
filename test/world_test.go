package test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/policy/scenario"
)

// person is a sub-user with a key.
type person struct {
	uin int64
	key credential
}

// side is an account with someone who asks for it.
type side struct {
	account
	root, asker credential
	policies    map[string]int64 // made so far, by text
}

// world is what the worked cases are about: the accounts A and B, the users a1, a2 and b1, the group g1 of a2 and the
// role ops of A.
type world struct {
	*server
	a, b    *side
	people  map[string]person // by their names in the cases
	keeper  person            // of A, an administrator
	group   int64
	role    string // id
	trusted string // the role's trust policy as it is now
	assumed map[string]policy.Decision
}

func newWorld(t testing.TB, s *server) *world {
	t.Helper()
	w := &world{server: s, people: map[string]person{}, assumed: map[string]policy.Decision{}}
	w.a, w.b = w.newSide(t, "A"), w.newSide(t, "B")
	for name, side := range map[string]*side{"a1": w.a, "a2": w.a, "b1": w.b} {
		uin, key := s.user(t, side.root, name)
		w.people[name] = person{uin, key}
	}
	uin, key := s.user(t, w.a.root, "keeper")
	w.keeper = person{uin, key}
	s.must(t, w.a.root, "cam:AttachUserPolicy", params{"AttachUin": uin, "PolicyId": administrator})
	w.group = s.must(t, w.a.root, "cam:CreateGroup", params{"GroupName": "g1"}).number("GroupId")
	s.must(t, w.a.root, "cam:AddUserToGroup", params{"Info": []params{{"GroupId": w.group, "Uin": w.people["a2"].uin}}})
	w.trusted = w.trustA()
	w.role = s.must(t, w.a.root, "cam:CreateRole", params{"RoleName": "ops", "PolicyDocument": w.trusted}).str("RoleId")
	return w
}

// administrator is the id of the preset AdministratorAccess.
const administrator = 1

// newSide makes an account, and the user in it that puts questions and may see whose policy decided.
func (w *world) newSide(t testing.TB, name string) *side {
	t.Helper()
	made := w.createAccount(t, name)
	s := &side{account: made, root: made.credential(), policies: map[string]int64{}}
	uin, key := w.user(t, s.root, "asker")
	s.asker = key
	id := w.policy(t, s, allow("hufu:Evaluate", "hufu:ExplainDecision", "cam:GetPolicy"))
	w.must(t, s.root, "cam:AttachUserPolicy", params{"AttachUin": uin, "PolicyId": id})
	return s
}

// policy is the id of a custom policy of this text.
func (w *world) policy(t testing.TB, s *side, text string) int64 {
	t.Helper()
	id, ok := s.policies[text]
	if !ok {
		in := params{"PolicyName": fmt.Sprint("policy-", len(s.policies)), "PolicyDocument": text}
		id = w.must(t, s.root, "cam:CreatePolicy", in).number("PolicyId")
		s.policies[text] = id
	}
	return id
}

// trustA trusts the whole account of the role.
func (w *world) trustA() string {
	return trusting(fmt.Sprintf(`"qcs":["qcs::cam::uin/%d:root"]`, w.a.UIN))
}

func trusting(principal string) string {
	return `{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole","principal":{` + principal + `}}]}`
}

// trust gives the role a trust policy.
func (w *world) trust(t testing.TB, text string) {
	t.Helper()
	if text != w.trusted {
		w.must(t, w.a.root, "cam:UpdateAssumeRolePolicy", params{"RoleId": w.role, "PolicyDocument": text})
		w.trusted = text
	}
}

// setting is a case in the world: what is attached for it, and how to take it off again.
type setting struct {
	*world
	*scenario.Case
	t       testing.TB
	undone  []func()
	ids     map[string]int64 // policies of the server, by the names that the case has for them
	session *credential      // that the principal acts in
}

// undo leaves the world as it was before.
func (s *setting) undo() {
	for _, f := range slices.Backward(s.undone) {
		f()
	}
}

// do makes a call, and keeps the one that takes it back.
func (s *setting) do(c credential, action string, in params, back string, out params) {
	s.t.Helper()
	s.must(s.t, c, action, in)
	s.undone = append(s.undone, func() { s.must(s.t, c, back, out) })
}

// up starts the session, if there is one, and then gives everybody what he has in the case: a credential must not know
// what was there when it was made.
func (s *setting) up() {
	l := &s.Layers
	switch s.Principal.Kind {
	case policy.Role:
		s.startSession()
	case policy.User, policy.Root:
		if l.Session != nil {
			s.federated()
		}
	}
	for i, p := range l.Identity {
		s.attach(l.Group[i], s.id(p))
	}
	if l.Boundary != nil {
		s.bound(s.id(l.Boundary[0]))
	}
	if s.AssumeRole {
		s.trust(s.t, l.Resource[0].Document.Text)
	}
}

// id is the policy of the server that a policy of the case is: the preset of its name, or one with its text.
func (s *setting) id(p policy.Source) int64 {
	id := int64(administrator)
	if p.Name != "AdministratorAccess" {
		id = s.policy(s.t, s.side(s.Principal.Account.UIN), p.Document.Text)
	}
	s.ids[p.Name] = id
	return id
}

// side is the account with a uin.
func (w *world) side(uin string) *side {
	if uin == number(w.b.UIN) {
		return w.b
	}
	return w.a
}

// attach gives a policy to the principal, or to a group of his.
func (s *setting) attach(group string, id int64) {
	s.t.Helper()
	root := s.side(s.Principal.Account.UIN).root
	switch {
	case group != "":
		g, _ := strconv.ParseInt(group, 10, 64)
		s.do(root, "cam:AttachGroupPolicy", params{"AttachGroupId": g, "PolicyId": id}, "cam:DetachGroupPolicy", params{"DetachGroupId": g, "PolicyId": id})
	case s.Principal.Kind == policy.Role:
		s.do(root, "cam:AttachRolePolicy", params{"AttachRoleId": s.role, "PolicyId": id}, "cam:DetachRolePolicy", params{"DetachRoleId": s.role, "PolicyId": id})
	default:
		uin := s.people[s.Who].uin
		s.do(root, "cam:AttachUserPolicy", params{"AttachUin": uin, "PolicyId": id}, "cam:DetachUserPolicy", params{"DetachUin": uin, "PolicyId": id})
	}
}

// bound puts a boundary around the principal.
func (s *setting) bound(id int64) {
	s.t.Helper()
	root := s.side(s.Principal.Account.UIN).root
	if s.Principal.Kind == policy.Role {
		s.do(root, "cam:PutRolePermissionsBoundary", params{"RoleId": s.role, "PolicyId": id}, "cam:DeleteRolePermissionsBoundary", params{"RoleId": s.role})
		return
	}
	uin := s.people[s.Who].uin
	s.do(root, "cam:PutUserPermissionsBoundary", params{"TargetUin": uin, "PolicyId": id}, "cam:DeleteUserPermissionsBoundary", params{"TargetUin": uin})
}

// startSession starts a session of the role: by an administrator, and inside of a boundary that is removed afterwards.
func (s *setting) startSession() {
	s.t.Helper()
	s.trust(s.t, s.trustA())
	narrow := s.policy(s.t, s.a, allow("cvm:*"))
	s.must(s.t, s.a.root, "cam:PutRolePermissionsBoundary", params{"RoleId": s.role, "PolicyId": narrow})
	in := params{"RoleArn": fmt.Sprintf("qcs::cam::uin/%d:roleName/ops", s.a.UIN), "RoleSessionName": "worked"}
	if p := s.Layers.Session; p != nil {
		in["Policy"] = p[0].Document.Text
	}
	var tags []params
	for _, tag := range s.Principal.Tags {
		tags = append(tags, params{"Key": tag.Key(), "Value": tag.Value()})
	}
	if tags != nil {
		in["Tags"] = tags
	}
	s.session = temporary(s.must(s.t, s.keeper.key, "sts:AssumeRole", in))
	s.must(s.t, s.a.root, "cam:DeleteRolePermissionsBoundary", params{"RoleId": s.role})
}

// federated makes a federation token: of a root user, or of a user who is an administrator at that moment.
func (s *setting) federated() {
	s.t.Helper()
	in := params{"Name": "worked", "Policy": s.Layers.Session[0].Document.Text}
	root := s.side(s.Principal.Account.UIN).root
	if s.Principal.Kind == policy.Root {
		s.session = temporary(s.must(s.t, root, "sts:GetFederationToken", in))
		return
	}
	who := s.people[s.Who]
	s.must(s.t, root, "cam:AttachUserPolicy", params{"AttachUin": who.uin, "PolicyId": administrator})
	s.session = temporary(s.must(s.t, who.key, "sts:GetFederationToken", in))
	s.must(s.t, root, "cam:DetachUserPolicy", params{"DetachUin": who.uin, "PolicyId": administrator})
}

// temporary is the credential in the answer of STS.
func temporary(a *answer) *credential {
	c, _ := a.body["Credentials"].(map[string]any)
	text := func(name string) string { v, _ := c[name].(string); return v }
	return &credential{id: text("TmpSecretId"), key: text("TmpSecretKey"), token: text("Token")}
}

// key is the credential that the principal signs with.
func (s *setting) key() credential {
	switch {
	case s.session != nil:
		return *s.session
	case s.Principal.Kind == policy.Root:
		return s.side(s.Principal.Account.UIN).root
	}
	return s.people[s.Who].key
}

// subjects are the ways in which a question can name the principal: by what it is, and by the key that it signs with.
func (s *setting) subjects() []entity {
	key := entity{Type: "key", ID: s.key().id}
	fixed := s.Layers.Session != nil || len(s.Principal.Tags) > 0 // what only the session's key knows
	switch {
	case s.Principal.Kind == policy.Anonymous:
		return []entity{{Type: "anonymous", ID: "-"}}
	case fixed:
		return []entity{key}
	case s.Principal.Kind == policy.Role:
		return []entity{{Type: "role", ID: s.role}, key}
	case s.Principal.Kind == policy.Root:
		return []entity{{Type: "root", ID: s.Principal.Account.UIN}, key}
	}
	return []entity{{Type: "user", ID: number(s.people[s.Who].uin)}, key}
}

// owner is the account that owns the objects; empty where there are none.
func (s *setting) owner() string {
	if s.Granularity != policy.ResourceLevel || len(s.Objects[0]) == 0 || s.Objects[0][0].IsAny() {
		return ""
	}
	return s.Objects[0][0].Owner()
}

// questions are those of the case about one subject, one for each object.
func (s *setting) questions(who entity) []question {
	s.t.Helper()
	c := &s.Context
	facts := map[string]any{"explain": true, "qcs:mfa": c.MFA, "qcs:BindToken": c.BindToken}
	if c.IP.IsValid() {
		facts["qcs:ip"] = c.IP.String()
	}
	if !c.Time.IsZero() {
		facts["qcs:current_time"] = c.Time.Format("2006-01-02T15:04:05.999999999Z07:00")
	}
	if len(c.RequestTags) > 0 {
		var tags []string
		for _, tag := range c.RequestTags {
			tags = append(tags, tag.String())
		}
		facts["qcs:request_tag"] = tags
	}
	for name, values := range c.Values {
		facts[name] = values
	}
	object := map[string]any{}
	if len(c.ResourceTags) > 0 {
		tags := map[string]string{}
		for _, tag := range c.ResourceTags {
			tags[tag.Key()] = tag.Value()
		}
		object["tags"] = tags
	}
	if c.CreateUIN != "" {
		object["create_uin"] = c.CreateUIN
	}
	if p := s.Layers.Resource; p != nil {
		object["policy"] = json.RawMessage(p[0].Document.Text)
	}
	var all []question
	for _, names := range s.Objects {
		name := "*"
		if len(names) > 0 {
			name = names[0].String()
		}
		q := about(who, s.Action.String(), name)
		q.Resource.Properties, q.Context = object, facts
		all = append(all, q)
	}
	return all
}

// explainParams are the parameters of ExplainDecision for a question.
func explainParams(t testing.TB, q question) params {
	t.Helper()
	in := params{"PrincipalType": q.Subject.Type, "PrincipalId": q.Subject.ID, "Action": q.Action.Name, "Resource": q.Resource.ID}
	var facts []params
	for name, v := range q.Context {
		values, several := v.([]string)
		if !several {
			values = []string{fmt.Sprint(v)}
		}
		if name != "explain" {
			facts = append(facts, params{"Key": name, "Values": values})
		}
	}
	if by := q.Resource.Properties["create_uin"]; by != nil {
		facts = append(facts, params{"Key": "qcs:create_uin", "Values": []any{by}})
	}
	in["Context"] = facts
	if tags, ok := q.Resource.Properties["tags"].(map[string]string); ok {
		var list []params
		for k, v := range tags {
			list = append(list, params{"Key": k, "Value": v})
		}
		in["ResourceTags"] = list
	}
	if p := q.Resource.Properties["policy"]; p != nil {
		in["ResourcePolicy"] = text(t, p)
	}
	return in
}

// explained is the decision in an answer of ExplainDecision.
func explained(t testing.TB, a *answer) policy.Decision {
	t.Helper()
	var d policy.Decision
	d.Allowed, _ = a.body["Allowed"].(bool)
	if err := d.Effect.UnmarshalText([]byte(a.str("Effect"))); err != nil {
		t.Fatal(err)
	}
	if err := d.Layer.UnmarshalText([]byte(a.str("Layer"))); err != nil {
		t.Fatal(err)
	}
	if s, ok := a.body["Statement"].(map[string]any); ok {
		var ref struct {
			PolicyId, Version, Statement int64
			PolicyName                   string
		}
		if err := json.Unmarshal([]byte(strings.TrimSpace(text(t, s))), &ref); err != nil {
			t.Fatal(err)
		}
		d.Statement = &policy.Ref{PolicyID: ref.PolicyId, PolicyName: ref.PolicyName, Version: ref.Version, Index: int(ref.Statement) - 1}
	}
	return d
}
