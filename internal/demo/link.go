package demo

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/hufu-iam/hufu/internal/wecom/wecomtest"
)

// The contact callback of the enterprise's application.
const (
	callbackToken = "demonstrationOnly"
	callbackKey   = "demonstrationOnlyNeverAnywhereElse012345678"
)

// importing is members of one department who become sub-users.
type importing struct {
	department string
	members    int
	groups     []string
	policies   []string
	copyFrom   string // a user
}

var imports = []importing{
	{department: "客户成功部", members: 6, groups: []string{"all-staff", "customer-success"}},
	{department: "数据平台部", members: 4, groups: []string{"all-staff", "data-engineers"}, policies: []string{"reports-readonly"}},
	{department: "安全与运维部", members: 3, groups: []string{"all-staff"}, copyFrom: "sunhao"},
}

// link links the account to the enterprise, imports some of its members, and lets some of these leave, be disabled or come
// out of sight, so that each state of such a user is there to be seen. It answers the userids of the imported ones.
func (s *story) link(e *enterprise) ([]string, error) {
	linked := s.must("hufu:LinkWeComCorp", params{"CorpId": corpID, "AgentId": agentID, "Secret": corpSecret, "CallbackToken": callbackToken, "CallbackKey": callbackKey})
	if s.err != nil {
		return nil, s.err
	}
	to, err := url.Parse(linked.object("Corp").text("CallbackUrl"))
	if err != nil {
		return nil, err
	}
	callbacks := wecomtest.Callback{URL: "http://" + s.host + to.Path, Token: callbackToken, EncodingAESKey: callbackKey}
	if err := e.SetCallback(s.ctx, corpID, agentID, callbacks); err != nil {
		return nil, err
	}
	s.until("the directory to be read", func() bool {
		corps, _ := s.must("hufu:ListWeComCorps", params{})["Corps"].([]any)
		return slices.ContainsFunc(corps, func(c any) bool {
			m, _ := c.(map[string]any)
			return m["SyncTime"] != nil && m["Syncing"] == false
		})
	})
	var imported []string
	for i, in := range imports {
		imported = append(imported, s.importSome(e, i, in)...)
	}
	if s.err != nil {
		return nil, s.err
	}
	s.disablePerson(imported[5])
	return imported, errors.Join(s.err, e.Leave(corpID, imported[1]), e.SetStatus(corpID, imported[3], wecomtest.Disabled), e.Move(corpID, imported[8], executives))
}

// disablePerson disables the person that a member became.
func (s *story) disablePerson(userID string) {
	persons, _ := s.must("hufu:ListPersons", params{"Keyword": userID})["Persons"].([]any)
	if s.err == nil && len(persons) == 0 {
		s.err = fmt.Errorf("the member %s became no person", userID)
	}
	if s.err != nil {
		return
	}
	p, _ := persons[0].(map[string]any)
	s.must("hufu:SetPersonStatus", params{"PersonId": params(p).text("PersonId"), "Status": "Disabled"})
}

// executives is the department that the application does not see.
const executives = 2

// until waits for something that happens beside calls.
func (s *story) until(what string, done func() bool) {
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for tries := 0; s.err == nil && !done(); tries++ {
		if tries == 600 {
			s.err = fmt.Errorf("half a minute was not enough for %s", what)
		}
		select {
		case <-poll.C:
		case <-s.ctx.Done():
			s.err = s.ctx.Err()
		}
	}
}

// importSome imports members of a department, and answers their userids.
func (s *story) importSome(e *enterprise, number int, in importing) []string {
	var chosen []string
	var rows []params
	for _, m := range e.Members(corpID, "") {
		if len(chosen) < in.members && m.Status == wecomtest.Active && len(m.Departments) == 1 && e.department(m.Departments[0]) == in.department {
			chosen = append(chosen, m.UserID)
			rows = append(rows, params{"UserId": m.UserID, "Remark": m.Name + " · " + m.Position})
		}
	}
	call := params{"IdempotencyKey": fmt.Sprintf("demonstration-%d", number), "CorpId": corpID, "Members": rows,
		"GroupIds": s.ids("cam:ListGroups", "GroupInfo", "GroupName", "GroupId", in.groups), "PolicyIds": s.ids("cam:ListPolicies", "List", "PolicyName", "PolicyId", in.policies)}
	if in.copyFrom != "" {
		call["CopyFromUins"] = []int64{s.must("cam:GetUser", params{"Name": in.copyFrom}).number("Uin")}
	}
	id := s.must("hufu:ImportWeComMembers", call).text("ImportId")
	s.until("an import", func() bool {
		return s.must("hufu:DescribeWeComImport", params{"ImportId": id}).text("State") != "running"
	})
	return chosen
}

// ids finds the numbers of named things in a list.
func (s *story) ids(action, list, name, id string, names []string) []int64 {
	found := []int64{}
	if len(names) == 0 {
		return found
	}
	rows, _ := s.must(action, params{"Rp": 200, "Page": 1})[list].([]any)
	for _, row := range rows {
		if m, _ := row.(map[string]any); slices.Contains(names, params(m).text(name)) {
			found = append(found, params(m).number(id))
		}
	}
	if len(found) != len(names) && s.err == nil {
		s.err = fmt.Errorf("%s has not all of %v", action, names)
	}
	return found
}

// department is the name of one of the enterprise's departments.
func (e *enterprise) department(id int) string {
	for _, d := range e.Departments(corpID) {
		if d.ID == id {
			return d.Name
		}
	}
	return ""
}
