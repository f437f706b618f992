package demo

import (
	"context"
	"embed"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/operator"
	"github.com/hufu-iam/hufu/internal/server"
)

//go:embed policies/*.json
var documents embed.FS

// Where calls come from.
const (
	office    = "203.0.113.24"
	home      = "198.51.100.77"
	servers   = "10.20.4.18"
	elsewhere = "192.0.2.141"
)

// days is how long the account has been there: at first for a migration. For rollout days everybody has been using it.
const days, rollout = 200, 61

// story makes the account's life. The first failure ends it; what comes after does nothing.
type story struct {
	ctx     context.Context
	handler http.Handler
	flush   func() // writes down what calls left to be written later, so that it is in order
	host    string // that calls are signed for
	clock   *clock
	random  *rand.Rand
	now     time.Time // when the story ends
	err     error

	owner, partner   *operator.Created
	root, stranger   *caller // the two accounts' root users
	callers          map[string]*caller
	policies, groups map[string]int64
	roles            map[string]string // ids of those that are there
	devices          map[string]string // secrets of second factors
}

func newStory(ctx context.Context, srv *server.Server, c *clock, owner, partner *operator.Created) *story {
	rootOf := func(a *operator.Created) *caller {
		return &caller{name: a.Name, uin: int64(a.UIN), id: a.SecretID, key: a.SecretKey}
	}
	return &story{ctx: ctx, handler: srv.Handler(), flush: srv.Flush, host: "127.0.0.1", clock: c, random: rand.New(rand.NewPCG(2026, 11)), now: time.Now(), owner: owner, partner: partner,
		root: rootOf(owner), stranger: rootOf(partner), callers: map[string]*caller{}, policies: map[string]int64{}, groups: map[string]int64{}, roles: map[string]string{}, devices: map[string]string{}}
}

// newLater goes on with an account that is there, on a server that runs.
func newLater(ctx context.Context, srv *server.Server, host string) *story {
	c := newClock()
	c.live()
	return &story{ctx: ctx, handler: srv.Handler(), flush: srv.Flush, host: host, clock: c, random: rand.New(rand.NewPCG(2026, 12)), root: &caller{id: SecretID, key: SecretKey}}
}

// must is a call that has to succeed, by an administrator in the office.
func (s *story) must(action string, in params) params {
	return s.mustBy(s.root, office, action, in)
}

func (s *story) mustBy(c *caller, ip, action string, in params) params {
	if s.err == nil {
		s.err = s.ctx.Err()
	}
	if s.err != nil {
		return nil
	}
	s.clock.tick(time.Duration(3+s.random.IntN(25)) * time.Second)
	out, err := s.do(c, ip, action, in)
	s.err = err
	return out
}

// try is a call that may be refused.
func (s *story) try(c *caller, ip, action string, in params) params {
	if c == nil || s.err != nil {
		return nil
	}
	s.clock.tick(time.Duration(1+s.random.IntN(20)) * time.Second)
	out, _ := s.do(c, ip, action, in) // a refusal is part of the story
	return out
}

// live tells all days, ending now.
func (s *story) live() error {
	day := s.now.In(beijing)
	morning := time.Date(day.Year(), day.Month(), day.Day(), 9, 30, 0, 0, beijing).AddDate(0, 0, -days)
	s.clock.to(morning)
	s.found()
	for ago := days; ago > 0; ago-- {
		s.clock.to(morning.AddDate(0, 0, days-ago).Add(time.Duration(s.random.IntN(90)) * time.Minute))
		s.change(ago)
		if w := s.clock.Now().In(beijing).Weekday(); ago < rollout && w != time.Saturday && w != time.Sunday {
			s.workday(ago)
		}
	}
	s.lastHour()
	return s.err
}

var beijing = time.FixedZone("CST", 8*3600)

// found sets up what was there from the first day.
func (s *story) found() {
	s.must("cam:UpdatePasswordRules", params{"Rules": params{"MinimumLength": 10, "MustContain": "Aa0", "ForcePasswordChange": 365,
		"ReusePasswordLimit": 5, "RetryPasswordLimit": 5}})
	s.must("hufu:UpdateConsoleSettings", params{"Alias": alias})
	presets := s.must("cam:ListPolicies", params{"Scope": "QCS", "Rp": 200, "Page": 1})
	rows, _ := presets["List"].([]any)
	for _, row := range rows {
		p, _ := row.(map[string]any)
		s.policies[params(p).text("PolicyName")] = params(p).number("PolicyId")
	}
	for _, g := range groups {
		s.groups[g.name] = s.must("cam:CreateGroup", params{"GroupName": g.name, "Remark": g.remark}).number("GroupId")
		s.grantGroup(g, slices.DeleteFunc(slices.Clone(g.policies), func(p string) bool { return s.policies[p] == 0 }))
	}
}

func (s *story) grantGroup(g group, names []string) {
	for _, name := range names {
		s.must("cam:AttachGroupPolicy", params{"AttachGroupId": s.groups[g.name], "PolicyId": s.policies[name]})
	}
}

// change makes what came about that many days ago.
func (s *story) change(ago int) {
	for _, p := range policies {
		if p.day == ago {
			s.makePolicy(p)
		}
		for i, day := range p.versions {
			if day == ago {
				s.must("cam:CreatePolicyVersion", params{"PolicyId": s.policies[p.name], "PolicyDocument": s.document(p.name, i+2), "SetAsDefault": true})
			}
		}
	}
	for _, u := range users {
		if u.day == ago {
			s.makeUser(u)
		}
	}
	for _, r := range roles {
		if r.day == ago {
			s.makeRole(r)
		}
	}
	if ago == 50 {
		s.bindDevice("lilei")
	}
	if ago == 120 {
		s.perform(act{"svc-legacy-sync", servers, "sts:GetCallerIdentity", nil})
	}
	if ago == 7 { // the contractor who left keeps his user, but not his key
		s.disableKey("wb-tianye")
	}
}

// document is the text of a policy's version with the account's numbers in it.
func (s *story) document(name string, version int) string {
	text, err := documents.ReadFile("policies/" + name + "." + strconv.Itoa(version) + ".json")
	if err != nil && s.err == nil {
		s.err = err
	}
	end := s.now.AddDate(0, 1, 0).UTC().Format("2006-01-02T15:04:05Z")
	return strings.NewReplacer("OWNER", fmt.Sprint(s.owner.UIN), "APPID", fmt.Sprint(s.owner.AppID), "CONTRACTEND", end).Replace(string(text))
}

// makePolicy makes a policy, and attaches it to who waits for it.
func (s *story) makePolicy(p policyText) {
	s.policies[p.name] = s.must("cam:CreatePolicy", params{"PolicyName": p.name, "PolicyDocument": s.document(p.name, 1), "Description": p.about}).number("PolicyId")
	for _, g := range groups {
		if slices.Contains(g.policies, p.name) {
			s.grantGroup(g, []string{p.name})
		}
	}
	for _, u := range users {
		if s.callers[u.name] != nil {
			s.grantUser(u, p.name)
		}
	}
	for _, r := range roles {
		if s.roles[r.name] != "" && slices.Contains(r.policies, p.name) {
			s.must("cam:AttachRolePolicy", params{"AttachRoleName": r.name, "PolicyId": s.policies[p.name]})
		}
	}
}

// grantUser gives a user one policy, if it is his: attached, as his boundary, or both.
func (s *story) grantUser(u user, name string) {
	if s.policies[name] == 0 {
		return
	}
	uin := s.callers[u.name].uin
	if slices.Contains(u.policies, name) {
		s.must("cam:AttachUserPolicy", params{"AttachUin": uin, "PolicyId": s.policies[name]})
	}
	if u.boundary == name {
		s.must("cam:PutUserPermissionsBoundary", params{"TargetUin": uin, "PolicyId": s.policies[name]})
	}
}

func (s *story) makeUser(u user) {
	in := params{"Name": u.name, "Remark": u.remark, "PhoneNum": u.phone, "Email": u.name + "@example.com"}
	if u.phone != "" {
		in["CountryCode"] = "86"
	}
	if u.console {
		in["ConsoleLogin"], in["Password"] = 1, UserPassword
	}
	if u.name == mustChange {
		in["NeedResetPassword"] = 1
	}
	if u.api {
		in["UseApi"] = 1
	}
	made := s.must("cam:AddUser", in)
	s.callers[u.name] = &caller{name: u.name, uin: made.number("Uin"), id: made.text("SecretId"), key: made.text("SecretKey")}
	var pairs []params
	for _, g := range u.groups {
		pairs = append(pairs, params{"GroupId": s.groups[g], "Uin": made.number("Uin")})
	}
	s.must("cam:AddUserToGroup", params{"Info": pairs})
	for _, name := range u.policies {
		s.grantUser(u, name)
	}
	if u.boundary != "" {
		s.grantUser(u, u.boundary)
	}
}

func (s *story) makeRole(r role) {
	principal := params{"service": []string{r.trusts}}
	var condition any
	switch {
	case r.trusts == "account":
		principal = params{"qcs": []string{fmt.Sprintf("qcs::cam::uin/%d:root", s.owner.UIN)}}
	case r.trusts == "partner":
		principal = params{"qcs": []string{fmt.Sprintf("qcs::cam::uin/%d:root", s.partner.UIN)}}
		condition = params{"string_equal": params{"sts:external_id": []string{externalID}}}
	case s.callers[r.trusts] != nil:
		principal = params{"qcs": []string{fmt.Sprintf("qcs::cam::uin/%d:uin/%d", s.owner.UIN, s.callers[r.trusts].uin)}}
	}
	statement := params{"effect": "allow", "action": "name/sts:AssumeRole", "principal": principal}
	if condition != nil {
		statement["condition"] = condition
	}
	var tags []params
	for key, value := range r.tags {
		tags = append(tags, params{"Key": key, "Value": value})
	}
	in := params{"RoleName": r.name, "Description": r.about, "SessionDuration": r.session, "PolicyDocument": text(params{"version": "2.0", "statement": []params{statement}})}
	if tags != nil {
		in["Tags"] = tags
	}
	s.roles[r.name] = s.must("cam:CreateRole", in).text("RoleId")
	for _, name := range r.policies {
		if s.policies[name] != 0 {
			s.must("cam:AttachRolePolicy", params{"AttachRoleName": r.name, "PolicyId": s.policies[name]})
		}
	}
}

// disableKey disables a user's key, which then signs nothing any more.
func (s *story) disableKey(name string) {
	if c := s.callers[name]; c != nil {
		s.must("cam:UpdateAccessKey", params{"AccessKeyId": c.id, "Status": "Inactive", "TargetUin": c.uin})
		c.key = ""
	}
}
