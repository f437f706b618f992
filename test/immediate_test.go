package test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/store/pgtest"
)

// change is something that an administrator does and takes back: after done somebody may do something that he may not
// do after undone.
type change struct {
	name         string
	done, undone func(s *server)
	// asks put the same question in different ways: the principal's own call, and the decision door. They may be asked of
	// any node.
	asks []func(s *server) bool
}

// actors are those that changes are about.
type actors struct {
	*server
	t           testing.TB
	root, asker credential
	account     string
	made        int // policies
}

// watched is the action that everybody is asked about.
const watched = "cam:ListGroups"

func newActors(t testing.TB, s *server) *actors {
	a := &actors{server: s, t: t, root: bootstrap}
	a.account = s.must(t, a.root, whoami, nil).str("AccountId")
	a.asker = a.user("asker", a.policy(allow("hufu:Evaluate", "hufu:ExplainDecision"))).key
	return a
}

// policy makes a policy.
func (a *actors) policy(text string) int64 {
	a.t.Helper()
	a.made++
	return a.must(a.t, a.root, "cam:CreatePolicy", params{"PolicyName": fmt.Sprint("p", a.made), "PolicyDocument": text}).number("PolicyId")
}

// user makes a user with these policies.
func (a *actors) user(name string, policies ...int64) person {
	a.t.Helper()
	uin, key := a.server.user(a.t, a.root, name)
	for _, id := range policies {
		a.must(a.t, a.root, "cam:AttachUserPolicy", params{"AttachUin": uin, "PolicyId": id})
	}
	return person{uin, key}
}

// as is a call of the administrator, on any node.
func (a *actors) as(action string, in params) func(s *server) {
	return func(s *server) { a.t.Helper(); s.must(a.t, a.root, action, in) }
}

// calls asks by the principal's own call.
func (a *actors) calls(key credential) func(s *server) bool {
	return a.callsFor(key, watched, nil)
}

func (a *actors) callsFor(key credential, action string, in params) func(s *server) bool {
	return func(s *server) bool {
		a.t.Helper()
		answer := s.call(a.t, key, action, in)
		refused := strings.HasPrefix(answer.code, "AuthFailure.") || answer.code == "UnauthorizedOperation"
		if answer.code != "" && !refused {
			a.t.Errorf("%s: %s: %s", action, answer.code, answer.message)
		}
		return !refused
	}
}

// door asks the decision door.
func (a *actors) door(typ, id string) func(s *server) bool {
	return func(s *server) bool {
		a.t.Helper()
		return s.evaluate(a.t, a.asker, about(entity{Type: typ, ID: id}, watched, "*")).Decision
	}
}

// ways are both ways to ask about a user.
func (a *actors) ways(p person) []func(s *server) bool {
	return []func(s *server) bool{a.calls(p.key), a.door("user", number(p.uin))}
}

// ofPolicies are the changes of policies and of who has them.
func (a *actors) ofPolicies() []change {
	list, other := a.policy(allow(watched)), a.policy(allow("cam:GetUser"))
	attached, denied, edited, versioned := a.user("attached"), a.user("denied", list), a.user("edited"), a.user("versioned")
	text := a.policy(allow("cam:GetUser"))
	a.as("cam:AttachUserPolicy", params{"AttachUin": edited.uin, "PolicyId": text})(a.server)
	two := a.policy(allow("cam:GetUser"))
	a.as("cam:CreatePolicyVersion", params{"PolicyId": two, "PolicyDocument": allow(watched), "SetAsDefault": false})(a.server)
	a.as("cam:AttachUserPolicy", params{"AttachUin": versioned.uin, "PolicyId": two})(a.server)
	never := a.policy(deny(watched))
	a.as("cam:AttachUserPolicy", params{"AttachUin": denied.uin, "PolicyId": never})(a.server)
	deleted, bounded := a.user("deleted"), a.user("bounded", list)
	a.as("cam:PutUserPermissionsBoundary", params{"TargetUin": bounded.uin, "PolicyId": other})(a.server)
	var gone int64
	return []change{
		{"a policy is attached and detached", a.as("cam:AttachUserPolicy", params{"AttachUin": attached.uin, "PolicyId": list}),
			a.as("cam:DetachUserPolicy", params{"DetachUin": attached.uin, "PolicyId": list}), a.ways(attached)},
		{"a deny is detached and attached", a.as("cam:DetachUserPolicy", params{"DetachUin": denied.uin, "PolicyId": never}),
			a.as("cam:AttachUserPolicy", params{"AttachUin": denied.uin, "PolicyId": never}), a.ways(denied)},
		{"a document is replaced", a.as("cam:UpdatePolicy", params{"PolicyId": text, "PolicyDocument": allow(watched)}),
			a.as("cam:UpdatePolicy", params{"PolicyId": text, "PolicyDocument": allow("cam:GetUser")}), a.ways(edited)},
		{"another version becomes the default", a.as("cam:SetDefaultPolicyVersion", params{"PolicyId": two, "VersionId": 2}),
			a.as("cam:SetDefaultPolicyVersion", params{"PolicyId": two, "VersionId": 1}), a.ways(versioned)},
		{"a policy is made for somebody and deleted",
			func(s *server) {
				text := strings.Replace(allow(watched), `"2.0",`, fmt.Sprintf(`"2.0","principal":{"qcs":["qcs::cam::uin/%s:uin/%d"]},`, a.account, deleted.uin), 1)
				gone = s.must(a.t, a.root, "cam:CreatePolicy", params{"PolicyName": "for-somebody", "PolicyDocument": text}).number("PolicyId")
			},
			func(s *server) { s.must(a.t, a.root, "cam:DeletePolicy", params{"PolicyId": []int64{gone}}) }, a.ways(deleted)},
		{"a boundary is removed and put", a.as("cam:DeleteUserPermissionsBoundary", params{"TargetUin": bounded.uin}),
			a.as("cam:PutUserPermissionsBoundary", params{"TargetUin": bounded.uin, "PolicyId": other}), a.ways(bounded)},
	}
}

// ofGroups are the changes of groups.
func (a *actors) ofGroups() []change {
	list := a.policy(allow(watched))
	member, sitting := a.user("member"), a.user("sitting")
	group := func(name string) int64 {
		return a.must(a.t, a.root, "cam:CreateGroup", params{"GroupName": name}).number("GroupId")
	}
	open, idle := group("open"), group("idle")
	a.as("cam:AttachGroupPolicy", params{"AttachGroupId": open, "PolicyId": list})(a.server)
	a.as("cam:AddUserToGroup", params{"Info": []params{{"GroupId": idle, "Uin": sitting.uin}}})(a.server)
	info := params{"Info": []params{{"GroupId": open, "Uin": member.uin}}}
	return []change{
		{"a user joins a group and leaves it", a.as("cam:AddUserToGroup", info), a.as("cam:RemoveUserFromGroup", info), a.ways(member)},
		{"a group gets a policy and loses it", a.as("cam:AttachGroupPolicy", params{"AttachGroupId": idle, "PolicyId": list}),
			a.as("cam:DetachGroupPolicy", params{"DetachGroupId": idle, "PolicyId": list}), a.ways(sitting)},
	}
}

// ofRoles are the changes of a role and its sessions.
func (a *actors) ofRoles() []change {
	list, assume := a.policy(allow(watched)), a.policy(allow("sts:AssumeRole"))
	visitor, holder := a.user("visitor", assume), a.user("holder", assume)
	trust := func(uin int64) string {
		return trusting(fmt.Sprintf(`"qcs":["qcs::cam::uin/%s:uin/%d"]`, a.account, uin))
	}
	role := func(name string, policies ...int64) string {
		id := a.must(a.t, a.root, "cam:CreateRole", params{"RoleName": name, "PolicyDocument": trust(holder.uin)}).str("RoleId")
		for _, p := range policies {
			a.as("cam:AttachRolePolicy", params{"AttachRoleId": id, "PolicyId": p})(a.server)
		}
		return id
	}
	arn := func(name string) string { return fmt.Sprintf("qcs::cam::uin/%s:roleName/%s", a.account, name) }
	session := func(s *server, name string) credential {
		return *temporary(s.must(a.t, holder.key, "sts:AssumeRole", params{"RoleArn": arn(name), "RoleSessionName": "holder"}))
	}
	ways := func(key credential, id string) []func(s *server) bool {
		return []func(s *server) bool{a.calls(key), a.door("key", key.id), a.door("role", id)}
	}
	tagged := a.policy(`{"version":"2.0","statement":[{"effect":"allow","action":"` + watched + `","resource":"*",
		"condition":{"string_equal":{"qcs:mfa":"${qcs:principal_tag_value}"}}}]}`)
	bare, bound, labelled, gate := role("bare"), role("bound", list), role("labelled", tagged), role("gate")
	held, within, label := session(a.server, "bare"), session(a.server, "bound"), session(a.server, "labelled")
	a.as("cam:PutRolePermissionsBoundary", params{"RoleId": bound, "PolicyId": assume})(a.server)
	return []change{
		{"a role gets a policy and loses it", a.as("cam:AttachRolePolicy", params{"AttachRoleId": bare, "PolicyId": list}),
			a.as("cam:DetachRolePolicy", params{"DetachRoleId": bare, "PolicyId": list}), ways(held, bare)},
		{"a role loses its boundary and gets one", a.as("cam:DeleteRolePermissionsBoundary", params{"RoleId": bound}),
			a.as("cam:PutRolePermissionsBoundary", params{"RoleId": bound, "PolicyId": assume}), ways(within, bound)},
		{"a role gets a tag and loses it", a.as("cam:TagRole", params{"RoleId": labelled, "Tags": []params{{"Key": "k", "Value": "0"}}}),
			a.as("cam:UntagRole", params{"RoleId": labelled, "TagKeys": []string{"k"}}), ways(label, labelled)},
		{"a role trusts somebody and does not", a.as("cam:UpdateAssumeRolePolicy", params{"RoleId": gate, "PolicyDocument": trust(visitor.uin)}),
			a.as("cam:UpdateAssumeRolePolicy", params{"RoleId": gate, "PolicyDocument": trust(holder.uin)}),
			[]func(s *server) bool{
				a.callsFor(visitor.key, "sts:AssumeRole", params{"RoleArn": arn("gate"), "RoleSessionName": "visitor"}),
				func(s *server) bool {
					return s.evaluate(a.t, a.asker, about(entity{Type: "user", ID: number(visitor.uin)}, "sts:AssumeRole", arn("gate"))).Decision
				},
				func(s *server) bool {
					in := params{"PrincipalType": "user", "PrincipalId": number(visitor.uin), "Action": "sts:AssumeRole", "Resource": arn("gate")}
					return explained(a.t, s.must(a.t, a.asker, "hufu:ExplainDecision", in)).Allowed
				},
			}},
	}
}

// ofCredentials are the changes of keys, users and temporary credentials.
func (a *actors) ofCredentials() []change {
	list := a.policy(allow(watched))
	keyed, sender := a.user("keyed", list), a.user("sender", a.policy(allow("sts:GetFederationToken")))
	status := func(p person, to string) func(s *server) {
		return a.as("cam:UpdateAccessKey", params{"TargetUin": p.uin, "AccessKeyId": p.key.id, "Status": to})
	}
	token := func(s *server, p person) credential {
		return *temporary(s.must(a.t, p.key, "sts:GetFederationToken", params{"Name": "guest", "Policy": allow(watched)}))
	}
	guest := token(a.server, sender)
	giver := a.user("giver", list, a.policy(allow("sts:GetFederationToken")))
	var passing person
	var given credential
	return []change{
		{"a key is enabled and disabled", status(keyed, "Active"), status(keyed, "Inactive"),
			[]func(s *server) bool{a.calls(keyed.key), a.door("key", keyed.key.id)}},
		{"who made a federation token gets a policy and loses it", a.as("cam:AttachUserPolicy", params{"AttachUin": sender.uin, "PolicyId": list}),
			a.as("cam:DetachUserPolicy", params{"DetachUin": sender.uin, "PolicyId": list}), []func(s *server) bool{a.calls(guest), a.door("key", guest.id)}},
		{"a token is made, and revoked with the key that made it",
			func(s *server) { status(giver, "Active")(s); given = token(s, giver) }, status(giver, "Inactive"),
			[]func(s *server) bool{
				func(s *server) bool { return a.calls(given)(s) }, func(s *server) bool { return a.door("key", given.id)(s) },
			}},
		{"a user is made and deleted",
			func(s *server) { passing = a.user("passing", list) },
			func(s *server) { s.must(a.t, a.root, "cam:DeleteUser", params{"Name": "passing", "Force": 1}) },
			[]func(s *server) bool{
				func(s *server) bool { return a.calls(passing.key)(s) }, func(s *server) bool { return a.door("key", passing.key.id)(s) },
				func(s *server) bool { return a.door("user", number(passing.uin))(s) },
			}},
	}
}

func (a *actors) all() []change {
	return slices.Concat(a.ofPolicies(), a.ofGroups(), a.ofRoles(), a.ofCredentials())
}

// check asks in every way.
func (c *change) check(t testing.TB, s *server, want bool) {
	t.Helper()
	for i, may := range c.asks {
		if got := may(s); got != want {
			t.Errorf("way %d to ask: got %t, want %t", i, got, want)
		}
	}
}

// What was acknowledged counts for the very next decision, however it is asked for.
func TestAChangeIsSeenByTheNextDecision(t *testing.T) {
	const rounds = 50
	onServer(t, unlimited, func(t *testing.T, s *server) {
		a := newActors(t, s)
		for _, c := range a.all() {
			t.Run(c.name, func(t *testing.T) {
				a.t = t
				for range rounds {
					c.done(s)
					c.check(t, s, true)
					c.undone(s)
					c.check(t, s, false)
				}
			})
		}
	})
}

// On the other nodes it counts within a second.
func TestAChangeIsSeenByTheOtherNodeWithinASecond(t *testing.T) {
	const rounds = 2
	p := newPlace(t, pgtest.URL(t))
	first, second := p.start(t, unlimited...), p.start(t, unlimited...)
	a := newActors(t, first)
	var slowest time.Duration
	for _, c := range a.all() {
		t.Run(c.name, func(t *testing.T) {
			a.t = t
			sees := func(want bool) {
				t.Helper()
				told := time.Now()
				c.check(t, first, want)
				for i, may := range c.asks {
					for may(second) != want {
						if time.Since(told) > time.Second {
							t.Fatalf("way %d to ask the other node: a second later it is not yet %t", i, want)
						}
						pause()
					}
				}
				slowest = max(slowest, time.Since(told))
			}
			for range rounds {
				c.done(first)
				sees(true)
				c.undone(first)
				sees(false)
			}
		})
	}
	t.Logf("the slowest change was seen after %s", slowest)
}
