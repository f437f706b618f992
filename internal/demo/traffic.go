package demo

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// externalID is what the partner agreed on.
const externalID = "beichen-2026"

// text is a value as JSON.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // of maps, lists and texts only
	}
	return string(b)
}

// an act is something that somebody does.
type act struct {
	who, ip, action string
	in              func(s *story) params // nil: no parameters
}

// acts are the calls of ordinary days. Some are refused: by missing grants, boundaries, addresses.
var acts = []act{
	{"svc-monitor", servers, "cam:GetAccountSummary", nil},
	{"svc-monitor", servers, "sts:GetCallerIdentity", nil},
	{"svc-monitor", servers, "cam:ListUsers", nil},
	{"svc-backup", servers, "sts:GetCallerIdentity", nil},
	{"svc-order-events", servers, "sts:GetCallerIdentity", nil},
	{"svc-ci", servers, "sts:AssumeRole", assume("ci-deployer")},
	{"hanmeimei", office, "cam:ListUsers", nil},
	{"hanmeimei", office, "cam:GetUser", aUser},
	{"hanmeimei", office, "cam:ListGroups", func(*story) params { return params{"Page": 1, "Rp": 20} }},
	{"lilei", office, "cam:ListPolicies", nil},
	{"lilei", home, "cam:GetAccountSummary", nil},
	{"songyi", office, "cam:ListPolicies", nil},
	{"songyi", office, "cam:GetPolicy", aPolicy},
	{"songyi", office, "cam:ListAccessKeys", theUser},
	{"songyi", office, "cam:CreateGroup", func(*story) params { return params{"GroupName": "audit-helpers"} }},
	{"zhangwei", office, "cam:ListAccessKeys", nil},
	{"zhangwei", office, "sts:AssumeRole", assume("oncall-operator")},
	{"chenyu", office, "sts:AssumeRole", assume("oncall-operator")},
	{"liuyang", office, "sts:AssumeRole", assume("oncall-operator")},
	{"liuyang", office, "cam:ListAccessKeys", nil},
	{"liuyang", home, "cam:AttachUserPolicy", func(s *story) params {
		return params{"AttachUin": s.callers["liuyang"].uin, "PolicyId": s.policies["AdministratorAccess"]}
	}},
	{"zhoujie", office, "cam:ListAccessKeys", nil},
	{"wujing", office, "sts:GetCallerIdentity", nil},
	{"xuxin", office, "cam:ListAccessKeys", nil},
	{"mali", office, "sts:GetCallerIdentity", nil},
	{"guoqiang", home, "cam:ListUsers", nil},
	{"luofei", office, "sts:GetCallerIdentity", nil},
	{"pengbo", office, "cam:ListPolicies", nil},
	{"fengli", office, "cam:GetAccountSummary", nil},
	{"yuanwen", office, "cam:GetUser", aUser},
	{"dongmei", office, "cam:GetUser", aUser},
	{"dongmei", home, "cam:UpdateUser", func(*story) params { return params{"Name": "panting", "Remark": "潘婷 · 技术支持工程师"} }},
	{"dongmei", office, "cam:UpdateUser", func(*story) params { return params{"Name": "panting", "Remark": "潘婷 · 技术支持工程师"} }},
	{"kenji.sato", elsewhere, "sts:GetCallerIdentity", nil},
	{"wb-lihua", office, "cam:ListUsers", nil},
	{"wb-gaofeng", elsewhere, "cam:ListAccessKeys", nil},
}

func aUser(s *story) params { return params{"Name": users[s.random.IntN(20)].name} }

func theUser(s *story) params {
	if c := s.callers[users[s.random.IntN(20)].name]; c != nil {
		return params{"TargetUin": c.uin}
	}
	return nil
}

func aPolicy(s *story) params {
	return params{"PolicyId": s.policies[policies[s.random.IntN(len(policies))].name]}
}

func assume(role string) func(*story) params {
	return func(s *story) params {
		return params{"RoleArn": fmt.Sprintf("qcs::cam::uin/%d:roleName/%s", s.owner.UIN, role), "RoleSessionName": "session-" + s.clock.Now().In(beijing).Format("0102")}
	}
}

// question is what the API gateway asks for a user's request.
type question struct {
	who, action, resource, ip string
	tags                      map[string]string
	context                   map[string]any
}

var (
	production = map[string]string{"env": "production"}
	staging    = map[string]string{"env": "staging"}
)

var questions = []question{
	{"zhangwei", "release:Deploy", "qcs::release::uin/OWNER:service/web-portal", office, production, nil},
	{"zhangwei", "release:Deploy", "qcs::release::uin/OWNER:service/billing", office, production, map[string]any{"release:window": "open"}},
	{"chenyu", "release:Deploy", "qcs::release::uin/OWNER:service/api-orders", office, production, nil},
	{"chenyu", "release:Rollback", "qcs::release::uin/OWNER:service/api-orders", home, production, nil},
	{"liuyang", "release:Deploy", "qcs::release::uin/OWNER:service/billing", office, production, map[string]any{"release:window": "closed"}},
	{"liuyang", "release:RunPipeline", "qcs::release::uin/OWNER:pipeline/p-204", office, staging, nil},
	{"zhoujie", "release:Deploy", "qcs::release::uin/OWNER:service/web-portal", home, staging, nil},
	{"zhoujie", "release:Deploy", "qcs::release::uin/OWNER:service/web-portal", office, staging, nil},
	{"sunhao", "cvm:RebootInstances", "qcs::cvm:ap-guangzhou:uin/OWNER:instance/ins-2b90c4d1", office, staging, nil},
	{"sunhao", "cvm:TerminateInstances", "qcs::cvm:ap-guangzhou:uin/OWNER:instance/ins-7f3a01be", office, production, nil},
	{"wujing", "cvm:StopInstances", "qcs::cvm:ap-shanghai:uin/OWNER:instance/ins-51c0aa93", office, production, nil},
	{"xuxin", "cos:PutObject", "qcs::cos:ap-guangzhou:uid/APPID:datalake-APPID/raw/orders/2026-11.parquet", office, nil, nil},
	{"mali", "cos:GetObject", "qcs::cos:ap-guangzhou:uid/APPID:datalake-APPID/curated/orders/daily.parquet", office, nil, nil},
	{"mali", "cos:GetObject", "qcs::cos:ap-guangzhou:uid/APPID:datalake-APPID/restricted/payroll.csv", office, nil, nil},
	{"guoqiang", "cos:PutObject", "qcs::cos:ap-guangzhou:uid/APPID:datalake-APPID/curated/users/profile.parquet", office, nil, nil},
	{"heyun", "cos:GetObject", "qcs::cos:ap-guangzhou:uid/APPID:reports-APPID/quarter-3.pdf", home, nil, nil},
	{"heyun", "cos:DeleteObject", "qcs::cos:ap-guangzhou:uid/APPID:reports-APPID/quarter-3.pdf", home, nil, nil},
	{"caoyan", "cls:SearchLog", "*", office, nil, nil},
	{"yuanwen", "cos:GetObject", "qcs::cos:ap-guangzhou:uid/APPID:support-uploads-APPID/case-8841/trace.log", office, nil, nil},
	{"fengli", "cos:GetObject", "qcs::cos:ap-guangzhou:uid/APPID:reports-APPID/quarter-3.pdf", office, nil, nil},
	{"wb-lihua", "release:RunPipeline", "qcs::release::uin/OWNER:pipeline/p-118", office, staging, nil},
	{"wb-lihua", "release:Deploy", "qcs::release::uin/OWNER:service/web-portal", office, staging, nil},
	{"wb-gaofeng", "release:DescribeService", "qcs::release::uin/OWNER:service/web-portal", elsewhere, staging, nil},
	{"svc-ci", "cos:PutObject", "qcs::cos:ap-guangzhou:uid/APPID:artifacts-APPID/web-portal/4.2.0.tgz", servers, nil, nil},
	{"svc-ci", "cos:PutObject", "qcs::cos:ap-guangzhou:uid/APPID:artifacts-APPID/released/web-portal/4.1.9.tgz", servers, nil, nil},
	{"kenji.sato", "cvm:DescribeInstances", "qcs::cvm:ap-tokyo:uin/OWNER:instance/*", elsewhere, nil, nil},
	{"tianlei", "release:DescribeService", "qcs::release::uin/OWNER:service/web-portal", office, production, nil},
}

// askAbout has the gateway ask about somebody's request.
func (s *story) askAbout(q question) {
	gateway, subject := s.callers["svc-gateway"], s.callers[q.who]
	if gateway == nil || subject == nil || s.err != nil {
		return
	}
	s.clock.tick(time.Duration(1+s.random.IntN(12)) * time.Second)
	resource := strings.NewReplacer("OWNER", fmt.Sprint(s.owner.UIN), "APPID", fmt.Sprint(s.owner.AppID)).Replace(q.resource)
	context := params{"qcs:ip": q.ip}
	for key, value := range q.context {
		context[key] = value
	}
	of := params{"type": "qcs", "id": resource}
	if q.tags != nil {
		of["properties"] = params{"tags": q.tags}
	}
	s.err = s.ask(gateway, servers, params{"subject": params{"type": "user", "id": fmt.Sprint(subject.uin)}, "action": params{"name": q.action}, "resource": of, "context": context})
}

// perform does an act, if whoever does it is there and has a key.
func (s *story) perform(a act) {
	c := s.callers[a.who]
	if c == nil || c.key == "" {
		return
	}
	in := params{}
	if a.in != nil {
		in = a.in(s)
	}
	if in != nil {
		s.try(c, a.ip, a.action, in)
	}
}

// workday is a day's calls.
func (s *story) workday(ago int) {
	for range 4 {
		s.clock.tick(time.Duration(20+s.random.IntN(70)) * time.Minute)
		s.perform(acts[s.random.IntN(len(acts))])
		s.askAbout(questions[s.random.IntN(len(questions))])
	}
	if ago%2 == 0 {
		s.drop(visits[ago/2%len(visits)])
	}
	switch {
	case ago == 10:
		s.perform(act{"wb-tianye", office, "sts:GetCallerIdentity", nil})
	case ago%9 == 0 && s.roles["partner-readonly"] != "":
		s.partnerReads(ago%2 == 0)
	}
}

// partnerReads is the partner coming, with or without the agreed id.
func (s *story) partnerReads(agreed bool) {
	in := assume("partner-readonly")(s)
	if agreed {
		in["ExternalId"] = externalID
	}
	s.try(s.stranger, elsewhere, "sts:AssumeRole", in)
}

// lastHour is what happened just now: everything once, then people at work. The clock must not come past the machine's, so the
// second part has a quarter of an hour, which is more than its calls take.
func (s *story) lastHour() {
	const hour, rest = time.Hour, 15 * time.Minute
	steps := len(questions) + len(acts)
	for i := range steps {
		s.clock.to(s.now.Add(-hour + (hour-rest)*time.Duration(i)/time.Duration(steps)))
		if i%2 == 0 && i/2 < len(questions) {
			s.askAbout(questions[i/2])
		} else {
			s.perform(acts[(i*7)%len(acts)])
		}
	}
	s.clock.to(s.now.Add(-rest))
	for range guesses {
		s.drop(visit{guessed, elsewhere, firefox, "Spring-2026", nil})
	}
	for _, v := range visits[:7] {
		s.drop(v)
	}
	s.onCall()
	s.partnerReads(true)
}

// Somebody guesses at the password of a user, until the user is locked.
const (
	guessed = "emma.clark"
	guesses = 5
)

// onCall is somebody at work in a role, so that a session is there to be seen.
func (s *story) onCall() {
	c := s.callers["zhangwei"]
	out := s.try(c, office, "sts:AssumeRole", assume("oncall-operator")(s))
	credential := out.object("Credentials")
	if credential == nil {
		return
	}
	session := &caller{name: "oncall-operator", id: credential.text("TmpSecretId"), key: credential.text("TmpSecretKey"), token: credential.text("Token")}
	s.try(session, office, "sts:GetCallerIdentity", params{})
	s.try(session, office, "cam:ListUsers", params{})
}
