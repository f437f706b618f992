package wecomtest

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Since when WeCom keeps things back: private data from apps, lists with names from the access of synchronization.
var (
	privateCut = time.Date(2022, 6, 20, 20, 0, 0, 0, time.FixedZone("CST", 8*3600))
	syncCut    = time.Date(2022, 8, 15, 10, 0, 0, 0, time.FixedZone("CST", 8*3600))
)

// read reads a body of JSON.
func (q *request) read(into any) error {
	d := json.NewDecoder(q.Body)
	if err := d.Decode(into); err != nil {
		return errBody
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errBody
	}
	return nil
}

// number reads a parameter; absent is 0.
func (q *request) number(name string) (int, error) {
	text := q.URL.Query().Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, errParameter
	}
	return int(n), nil
}

// lists refuses what the access of synchronization may not call any more.
func (q *request) lists() error {
	if q.app.ContactSync && q.app.Created.After(syncCut) {
		return errForbidden
	}
	return nil
}

// departments are those at and below the parameter id that the app sees.
func (q *request) departments() ([]*Department, error) {
	id, err := q.number("id")
	if err != nil {
		return nil, err
	}
	q.app.reach(q.corp)
	var found []*Department
	if id == 0 {
		for _, d := range q.corp.departments {
			found = append(found, d)
		}
	} else {
		if q.corp.departments[id] == nil {
			return nil, errNoDepartment
		}
		if !q.app.visible[id] {
			return nil, errOutside
		}
		for _, d := range q.corp.below(id) {
			found = append(found, q.corp.departments[d])
		}
	}
	found = slices.DeleteFunc(found, func(d *Department) bool { return !q.app.visible[d.ID] })
	slices.SortFunc(found, func(a, b *Department) int {
		return cmp.Or(cmp.Compare(a.ParentID, b.ParentID), cmp.Compare(b.Order, a.Order), cmp.Compare(a.ID, b.ID))
	})
	return found, nil
}

func (d *Department) wire() answer {
	leaders := d.Leaders
	if leaders == nil {
		leaders = []string{}
	}
	return answer{"id": d.ID, "name": d.Name, "name_en": d.NameEN, "department_leader": leaders, "parentid": d.ParentID, "order": d.Order}
}

func (s *Server) departmentList(q *request) (answer, error) {
	if err := q.lists(); err != nil {
		return nil, err
	}
	found, err := q.departments()
	if err != nil {
		return nil, err
	}
	rows := []answer{}
	for _, d := range found {
		rows = append(rows, d.wire())
	}
	return answer{"department": rows}, nil
}

func (s *Server) departmentSimpleList(q *request) (answer, error) {
	found, err := q.departments()
	if err != nil {
		return nil, err
	}
	rows := []answer{}
	for _, d := range found {
		rows = append(rows, answer{"id": d.ID, "parentid": d.ParentID, "order": d.Order})
	}
	return answer{"department_id": rows}, nil
}

func (s *Server) departmentGet(q *request) (answer, error) {
	if err := q.lists(); err != nil {
		return nil, err
	}
	id, err := q.number("id")
	if err != nil {
		return nil, err
	}
	d := q.corp.departments[id]
	if d == nil {
		return nil, errNoDepartment2
	}
	if q.app.reach(q.corp); !q.app.visible[id] {
		return nil, errOutside
	}
	return answer{"department": d.wire()}, nil
}

func (s *Server) userGet(q *request) (answer, error) {
	if err := q.lists(); err != nil {
		return nil, err
	}
	id := q.URL.Query().Get("userid")
	if id == "" {
		return nil, errNoUserID
	}
	if !userIDs.MatchString(id) {
		return nil, errUserID
	}
	m := q.corp.members[strings.ToLower(id)]
	if m == nil {
		return nil, errNoUser
	}
	if !q.app.sees(q.corp, m) {
		return nil, errOutside
	}
	return q.member(m), nil
}

// member is what the app may see of a member: of its departments those in range, of private data nothing if it is a newer app.
func (q *request) member(m *Member) answer {
	q.app.reach(q.corp)
	departments, order, leads := []int{}, []int{}, []int{}
	for _, d := range m.Departments {
		if q.app.visible[d] {
			departments, order = append(departments, d), append(order, 0)
			leads = append(leads, map[bool]int{true: 1}[m.Leads])
		}
	}
	a := answer{"userid": m.UserID, "name": m.Name, "department": departments, "order": order, "position": m.Position, "is_leader_in_dept": leads,
		"direct_leader": []string{}, "telephone": m.Telephone, "alias": m.Alias, "status": int(m.Status), "extattr": answer{"attrs": []answer{}},
		"external_position": "", "external_profile": answer{"external_attr": []answer{}}}
	if q.app.visible[m.Departments[0]] {
		a["main_department"] = m.Departments[0]
	}
	if q.app.Created.Before(privateCut) {
		a["avatar"], a["thumb_avatar"], a["qr_code"] = m.Avatar, m.Avatar, ""
		a["gender"], a["mobile"], a["email"], a["biz_mail"], a["address"] = orZero(m.Gender), m.Mobile, m.Email, m.BizMail, m.Home
	}
	return a
}

// department is the parameter department_id, if the app sees it.
func (s *Server) department(q *request) ([]*Member, error) {
	if err := q.lists(); err != nil {
		return nil, err
	}
	id, err := q.number("department_id")
	if err != nil {
		return nil, err
	}
	if id == 0 {
		return nil, errParameter
	}
	if q.corp.departments[id] == nil {
		return nil, errNoDepartment
	}
	if q.app.reach(q.corp); !q.app.visible[id] {
		return nil, errOutside
	}
	members := q.corp.listed(id)
	if len(members) > s.config.Limits.Listed {
		return nil, errTooLarge
	}
	return members, nil
}

func (s *Server) userList(q *request) (answer, error) {
	members, err := s.department(q)
	if err != nil {
		return nil, err
	}
	rows := []answer{}
	for _, m := range members {
		rows = append(rows, q.member(m))
	}
	return answer{"userlist": rows}, nil
}

func (s *Server) userSimpleList(q *request) (answer, error) {
	members, err := s.department(q)
	if err != nil {
		return nil, err
	}
	rows := []answer{}
	for _, m := range members {
		rows = append(rows, answer{"userid": m.UserID, "name": m.Name, "department": q.member(m)["department"]})
	}
	return answer{"userlist": rows}, nil
}

const maxIDs = 10_000

// userListID walks all members by their userids; the cursor is the last one that was answered.
func (s *Server) userListID(q *request) (answer, error) {
	in := struct {
		Cursor string `json:"cursor"`
		Limit  *int   `json:"limit"`
	}{}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if !q.app.ContactSync {
		return nil, errForbidden
	}
	limit := maxIDs
	if in.Limit != nil {
		limit = *in.Limit
	}
	if limit < 1 || limit > maxIDs {
		return nil, errParameter
	}
	type row struct {
		UserID     string `json:"userid"`
		Department int    `json:"department"`
	}
	var rows []row
	for _, m := range q.corp.members {
		for _, d := range m.Departments {
			if m.Status != Left {
				rows = append(rows, row{m.UserID, d})
			}
		}
	}
	key := func(r row) string { return r.UserID + "/" + strconv.Itoa(r.Department) }
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(key(a), key(b)) })
	start, _ := slices.BinarySearchFunc(rows, in.Cursor+"\x00", func(r row, c string) int { return strings.Compare(key(r), c) })
	if in.Cursor == "" {
		start = 0
	}
	rows = rows[start:]
	next := ""
	if len(rows) > limit {
		rows = rows[:limit]
		next = key(rows[limit-1])
	}
	if rows == nil {
		rows = []row{}
	}
	return answer{"next_cursor": next, "dept_user": rows}, nil
}

func (s *Server) agentGet(q *request) (answer, error) {
	if q.app.ContactSync {
		return nil, errForbidden
	}
	if q.URL.Query().Get("agentid") == "" {
		return nil, errNoAgentID
	}
	id, err := q.number("agentid")
	if err != nil || id != q.app.AgentID {
		return nil, errAgentID
	}
	users := []answer{}
	for _, u := range q.app.Scope.Users {
		users = append(users, answer{"userid": u})
	}
	return answer{"agentid": id, "name": q.app.Name, "square_logo_url": "", "description": q.app.Description,
		"allow_userinfos": answer{"user": users}, "allow_partys": answer{"partyid": orEmpty(q.app.Scope.Departments)}, "allow_tags": answer{"tagid": orEmpty(q.app.Scope.Tags)},
		"close": map[bool]int{true: 1}[q.app.Closed], "redirect_domain": q.app.TrustedDomain, "report_location_flag": 0, "isreportenter": 0, "home_url": q.app.HomeURL}, nil
}

func orEmpty(ids []int) []int {
	if ids == nil {
		return []int{}
	}
	return ids
}

func (s *Server) tagGet(q *request) (answer, error) {
	id, err := q.number("tagid")
	if err != nil {
		return nil, err
	}
	t := q.corp.tags[id]
	if t == nil {
		return nil, errTagID
	}
	if !q.app.ContactSync && !slices.Contains(q.app.Scope.Tags, id) {
		return nil, errOutside
	}
	users := []answer{}
	for _, u := range t.Users {
		if m := q.corp.members[strings.ToLower(u)]; m != nil && m.Status != Left {
			users = append(users, answer{"userid": m.UserID, "name": m.Name})
		}
	}
	return answer{"tagname": t.Name, "userlist": users, "partylist": orEmpty(t.Departments)}, nil
}
