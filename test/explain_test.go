package test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What the operator is told about decisions, by the running server and without it.
func TestTheOperatorAsksWhy(t *testing.T) {
	onEachEngine(t, func(t *testing.T, p *place) {
		s := p.start(t, unlimited...)
		uin := s.must(t, bootstrap, whoami, nil).str("AccountId")
		_, alice := s.user(t, bootstrap, "alice")
		made := s.must(t, bootstrap, "cam:CreatePolicy", params{"PolicyName": "stop", "PolicyDocument": "{\n \"version\": \"2.0\",\n \"statement\": [\n" +
			`  {"effect": "allow", "action": "cvm:Stop*", "resource": "*", "condition": {"ip_equal": {"qcs:ip": "10.0.0.0/8"}}}` + "\n ]\n}"})
		id := made.number("PolicyId")
		user := s.must(t, bootstrap, "cam:GetUser", params{"Name": "alice"}).number("Uin")
		s.must(t, bootstrap, "cam:AttachUserPolicy", params{"PolicyId": id, "AttachUin": user})
		refused := s.call(t, alice, "cam:CreateGroup", params{"GroupName": "mine"})
		refused.wants(t, denied)
		written := s.must(t, bootstrap, "cam:CreateGroup", params{"GroupName": "ours"})

		explain := func(exit int, args ...string) string {
			t.Helper()
			for range 50 { // the record of a refused call comes a moment later
				out, errs, got := program(t, nil, append(append([]string{"policy", "explain"}, args...), p.flags()...)...)
				if got == exit {
					return out
				}
				if !strings.Contains(errs, "the audit trail has no call") {
					t.Fatalf("explain %v exits %d, want %d: %s%s", args, got, exit, out, errs)
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Fatalf("explain %v: the record does not come", args)
			return ""
		}
		wants := func(text string, pieces ...string) {
			t.Helper()
			for _, piece := range pieces {
				if !strings.Contains(text, piece) {
					t.Errorf("%q is not in\n%s", piece, text)
				}
			}
		}
		check := func() {
			wants(explain(1, refused.str("RequestId")),
				"user "+strconv.FormatInt(user, 10)+" of "+uin+" from 127.0.0.1: AuthFailure.UnauthorizedOperation\n",
				"denied  cam:CreateGroup  *", "implicit_deny: nothing allows it (policies of the caller)", "no statement is about this",
				`to the policies of the caller: {"effect":"allow","action":"cam:CreateGroup","resource":"*"}`)
			wants(explain(1, refused.str("RequestId"), "--account", uin), "denied  cam:CreateGroup  *")
			wants(explain(0, written.str("RequestId")), "root "+uin, "allowed  cam:CreateGroup  *", "allow: the root user of the owner needs no policy")

			question := []string{"--account", uin, "--user", "alice", "--action", "cvm:StopInstances"}
			wants(explain(1, append(question, "--context", "qcs:ip=11.0.0.1")...),
				"denied  cvm:StopInstances  *", "allow by stop v1 #1, line 4: does not apply", `ip_equal qcs:ip "10.0.0.0/8": the request has "11.0.0.1"`)
			wants(explain(0, append(question, "--context", "qcs:ip=10.0.0.1")...), "allow: allowed by stop v1 #1 (policies of the caller)")
			wants(explain(0, "--account", uin, "--root", "--action", "cvm:StopInstances", "--resource", "qcs::cvm:ap-guangzhou::instance/ins-1"),
				"allowed  cvm:StopInstances  qcs::cvm:ap-guangzhou:uin/"+uin+":instance/ins-1")
			var answer struct {
				Decision struct{ Allowed bool }
				Caller   string
			}
			if err := json.Unmarshal([]byte(explain(1, append(question, "--json")...)), &answer); err != nil || answer.Decision.Allowed || !strings.HasSuffix(answer.Caller, "uin/"+strconv.FormatInt(user, 10)) {
				t.Errorf("%+v, %v", answer, err)
			}
			if _, errs, exit := program(t, nil, append([]string{"policy", "explain", "--account", uin, "--user", "bob", "--action", "a:B"}, p.flags()...)...); exit != 2 || !strings.Contains(errs, `has no user "bob"`) {
				t.Errorf("exit %d: %s", exit, errs)
			}
		}
		check()
		s.stop(t)
		check()
	})
}

// Of a call that asks for others, each question is explained.
func TestTheOperatorAsksAboutQuestionsOfServices(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		user, _ := s.user(t, bootstrap, "alice")
		who := entity{Type: "user", ID: strconv.FormatInt(user, 10)}
		answers := s.evaluateAll(t, bootstrap, "", []question{about(who, "cvm:StopInstances", "*"), about(who, "cvm:StartInstances", "*")})
		one := s.evaluate(t, bootstrap, about(who, "cvm:RebootInstances", "*"))
		s.stop(t)
		request, _, _ := strings.Cut(answers[0].Context.ID, "/")
		for id, pieces := range map[string][]string{
			request:               {"denied  cvm:StopInstances  *  for user/" + who.ID, "denied  cvm:StartInstances  *  for user/" + who.ID, `{"effect":"allow","action":"cvm:StartInstances","resource":"*"}`},
			answers[1].Context.ID: {"denied  cvm:StartInstances  *  for user/" + who.ID},
			one.Context.ID:        {"denied  cvm:RebootInstances  *  for user/" + who.ID},
		} {
			out, errs, exit := program(t, nil, append([]string{"policy", "explain", id}, s.flags()...)...)
			for _, piece := range pieces {
				if exit != 1 || !strings.Contains(out, piece) {
					t.Errorf("exit %d: %q is not in\n%s%s", exit, piece, out, errs)
				}
			}
		}
	})
}
