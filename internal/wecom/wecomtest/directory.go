package wecomtest

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/wecom/callback"
)

// Status is what WeCom says of a member's account.
type Status int

// The statuses of members. One that left is still known to user/get if it was only marked so; see Server.Leave.
const (
	Active       Status = 1
	Disabled     Status = 2
	NotActivated Status = 4
	Left         Status = 5
)

// Corp is an enterprise.
type Corp struct{ ID, Name string }

// Department is a node of the tree, whose root has the id 1. The larger order comes first.
type Department struct {
	ID, ParentID, Order int
	Name, NameEN        string
	Leaders             []string `json:",omitempty"`
}

// Member is a person of the enterprise. UserID is 1 to 64 letters, digits and _-@. and ignores case.
type Member struct {
	UserID, Name                                 string
	Departments                                  []int
	Status                                       Status // 0 = Active
	Position, Alias, Telephone                   string `json:",omitempty"`
	Mobile, Gender, Email, BizMail, Avatar, Home string `json:",omitempty"`
	Leads                                        bool   `json:",omitempty"` // its departments
}

// Tag is a label of members and departments.
type Tag struct {
	ID          int
	Name        string
	Users       []string
	Departments []int
}

// Scope is who may use an app, and whom the app may see: members, departments with all below them, tags.
type Scope struct {
	Users             []string
	Departments, Tags []int
}

// App is an application that the enterprise built itself, or with ContactSync the access of directory synchronization.
type App struct {
	AgentID                   int
	Name, Description, Secret string
	TrustedDomain, HomeURL    string    // the host, with its port if it has one, that redirect_uri must have
	Created                   time.Time // those made after June 20th 2022 do not see private data
	Scope                     Scope
	ContactSync, Closed       bool
	IPs                       []string // that may call; empty = any
	Callback                  Callback
}

// Callback is where an app wants to be told of changes. A zero URL is nowhere.
type Callback struct{ URL, Token, EncodingAESKey string }

type corp struct {
	Corp
	departments map[int]*Department
	members     map[string]*Member // by lower-case userid
	inside      map[int]map[string]*Member
	tags        map[int]*Tag
	apps        map[int]*app
	revision    int // of everything that ranges are made of
}

type app struct {
	App
	visible  map[int]bool    // departments in range
	users    map[string]bool // named one by one, or by a tag
	revision int             // of the corp that visible and users were made at
}

// ErrUnknown is of methods that name an enterprise, member, department, app or tag that is not there.
var ErrUnknown = errors.New("wecomtest: there is no such enterprise, member, department, app or tag")

// AddCorp founds an enterprise with the root department 1, named as itself.
func (s *Server) AddCorp(c Corp) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.corps[c.ID] = &corp{Corp: c, members: map[string]*Member{}, inside: map[int]map[string]*Member{}, tags: map[int]*Tag{}, apps: map[int]*app{},
		departments: map[int]*Department{1: {ID: 1, Name: c.Name}}, revision: 1}
}

// change runs a change of an enterprise and pushes what it says happened, when the lock is free again.
func (s *Server) change(corpID string, do func(*corp) ([]event, error)) error {
	s.mu.Lock()
	c := s.corps[corpID]
	if c == nil {
		s.mu.Unlock()
		return ErrUnknown
	}
	events, err := do(c)
	c.revision++
	var sent []*Push
	for _, e := range events {
		sent = append(sent, s.address(c, e)...)
	}
	s.mu.Unlock()
	for _, p := range sent {
		s.send(p)
	}
	if s.config.Changed != nil {
		s.config.Changed()
	}
	return err
}

// SetDepartment adds a department, or changes the one with that id.
func (s *Server) SetDepartment(corpID string, d Department) error {
	return s.change(corpID, func(c *corp) ([]event, error) {
		if d.ID < 1 || d.Name == "" || (d.ID != 1) != (c.departments[d.ParentID] != nil) || d.ID != 1 && slices.Contains(c.below(d.ID), d.ParentID) {
			return nil, fmt.Errorf("wecomtest: department %d below %d cannot be", d.ID, d.ParentID)
		}
		kind := "update_party"
		if c.departments[d.ID] == nil {
			kind = "create_party"
		}
		c.departments[d.ID] = &d
		return []event{partyEvent(kind, d)}, nil
	})
}

// RemoveDepartment removes a department without departments below it. Its members stay in their others, or come into the root.
func (s *Server) RemoveDepartment(corpID string, id int) error {
	return s.change(corpID, func(c *corp) ([]event, error) {
		d := c.departments[id]
		if d == nil || id == 1 {
			return nil, ErrUnknown
		}
		if len(c.below(id)) > 1 {
			return nil, fmt.Errorf("wecomtest: department %d has departments below it", id)
		}
		events := []event{partyEvent("delete_party", *d)}
		for _, m := range c.listed(id) {
			changed := *m
			changed.Departments = slices.DeleteFunc(slices.Clone(m.Departments), func(d int) bool { return d == id })
			if len(changed.Departments) == 0 {
				changed.Departments = []int{1}
			}
			events = append(events, c.replace(m, changed))
		}
		delete(c.departments, id)
		return events, nil
	})
}

var userIDs = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$`)

// Join adds a member. Without departments it is in the root.
func (s *Server) Join(corpID string, members ...Member) error {
	return s.change(corpID, func(c *corp) ([]event, error) {
		var events []event
		for _, m := range members {
			if err := c.check(&m); err != nil {
				return events, err
			}
			if c.members[strings.ToLower(m.UserID)] != nil {
				return events, fmt.Errorf("wecomtest: %s is a member already", m.UserID)
			}
			c.put(&m)
			events = append(events, memberEvent("create_user", m))
		}
		return events, nil
	})
}

// Leave removes a member: user/get does not know it any more.
func (s *Server) Leave(corpID, userID string) error {
	return s.change(corpID, func(c *corp) ([]event, error) {
		m := c.members[strings.ToLower(userID)]
		if m == nil {
			return nil, ErrUnknown
		}
		e := memberEvent("delete_user", *m)
		e.seen = c.seers(m)
		c.drop(m)
		return []event{e}, nil
	})
}

// Update changes a member, also its UserID: change is given a copy of what is there.
func (s *Server) Update(corpID, userID string, change func(*Member)) error {
	return s.change(corpID, func(c *corp) ([]event, error) {
		m := c.members[strings.ToLower(userID)]
		if m == nil {
			return nil, ErrUnknown
		}
		changed := *m
		change(&changed)
		if err := c.check(&changed); err != nil {
			return nil, err
		}
		if other := c.members[strings.ToLower(changed.UserID)]; other != nil && other != m {
			return nil, fmt.Errorf("wecomtest: %s is a member already", changed.UserID)
		}
		return []event{c.replace(m, changed)}, nil
	})
}

// Rename gives a member another userid.
func (s *Server) Rename(corpID, userID, to string) error {
	return s.Update(corpID, userID, func(m *Member) { m.UserID = to })
}

// SetStatus enables or disables a member, or marks one as gone.
func (s *Server) SetStatus(corpID, userID string, status Status) error {
	return s.Update(corpID, userID, func(m *Member) { m.Status = status })
}

// Move puts a member into other departments.
func (s *Server) Move(corpID, userID string, departments ...int) error {
	return s.Update(corpID, userID, func(m *Member) { m.Departments = departments })
}

// SetTag adds a tag, or changes the one with that id.
func (s *Server) SetTag(corpID string, t Tag) error {
	return s.change(corpID, func(c *corp) ([]event, error) {
		old := c.tags[t.ID]
		if old == nil {
			old = &Tag{}
		}
		c.tags[t.ID] = &t
		return []event{tagEvent(*old, t)}, nil
	})
}

// SetApp adds an app, or changes the one with that id: its secret, scope, domain, or whether it is closed. Tokens stay good.
func (s *Server) SetApp(corpID string, a App) error {
	return s.change(corpID, func(c *corp) ([]event, error) {
		c.apps[a.AgentID] = &app{App: a}
		return nil, nil
	})
}

// App is an app as it is.
func (s *Server) App(corpID string, agentID int) (App, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.corps[corpID]; c != nil && c.apps[agentID] != nil {
		return c.apps[agentID].App, nil
	}
	return App{}, ErrUnknown
}

// Apps are the apps of an enterprise, ordered by agentid.
func (s *Server) Apps(corpID string) []App {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.corps[corpID]
	if c == nil {
		return nil
	}
	var all []App
	for _, id := range slices.Sorted(maps.Keys(c.apps)) {
		all = append(all, c.apps[id].App)
	}
	return all
}

// SetScope says who may use an app. WeCom does not push this to apps that an enterprise built itself.
func (s *Server) SetScope(corpID string, agentID int, scope Scope) error {
	return s.updateApp(corpID, agentID, func(a *App) { a.Scope = scope })
}

// SetClosed disables an app, or enables it again.
func (s *Server) SetClosed(corpID string, agentID int, closed bool) error {
	return s.updateApp(corpID, agentID, func(a *App) { a.Closed = closed })
}

// SetSecret gives an app another secret, as an administrator does who withdraws the former one, whose tokens end.
func (s *Server) SetSecret(corpID string, agentID int, secret string) error {
	return s.updateApp(corpID, agentID, func(a *App) { a.Secret = secret })
}

func (s *Server) updateApp(corpID string, agentID int, change func(*App)) error {
	return s.change(corpID, func(c *corp) ([]event, error) {
		a := c.apps[agentID]
		if a == nil {
			return nil, ErrUnknown
		}
		change(&a.App)
		return nil, nil
	})
}

// Corps are the enterprises, ordered by id.
func (s *Server) Corps() []Corp {
	s.mu.Lock()
	defer s.mu.Unlock()
	var corps []Corp
	for _, c := range s.corps {
		corps = append(corps, c.Corp)
	}
	slices.SortFunc(corps, func(a, b Corp) int { return strings.Compare(a.ID, b.ID) })
	return corps
}

// Members are those whose userid or name contains text, ordered by userid.
func (s *Server) Members(corpID, text string) []Member {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.corps[corpID]
	if c == nil {
		return nil
	}
	text = strings.ToLower(text)
	var found []Member
	for key, m := range c.members {
		if strings.Contains(key, text) || strings.Contains(strings.ToLower(m.Name), text) {
			found = append(found, *m)
		}
	}
	slices.SortFunc(found, func(a, b Member) int { return strings.Compare(a.UserID, b.UserID) })
	return found
}

// Departments are all departments, ordered by id.
func (s *Server) Departments(corpID string) []Department {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.corps[corpID]
	if c == nil {
		return nil
	}
	var all []Department
	for _, id := range slices.Sorted(maps.Keys(c.departments)) {
		all = append(all, *c.departments[id])
	}
	return all
}

func (c *corp) check(m *Member) error {
	if m.Status == 0 {
		m.Status = Active
	}
	if len(m.Departments) == 0 {
		m.Departments = []int{1}
	}
	if !userIDs.MatchString(m.UserID) || m.Name == "" {
		return fmt.Errorf("wecomtest: a member needs a name, and a userid of letters, digits and _-@. (%q)", m.UserID)
	}
	for _, d := range m.Departments {
		if c.departments[d] == nil {
			return ErrUnknown
		}
	}
	return nil
}

func (c *corp) put(m *Member) {
	key := strings.ToLower(m.UserID)
	c.members[key] = m
	for _, d := range m.Departments {
		if c.inside[d] == nil {
			c.inside[d] = map[string]*Member{}
		}
		c.inside[d][key] = m
	}
}

func (c *corp) drop(m *Member) {
	key := strings.ToLower(m.UserID)
	delete(c.members, key)
	for _, d := range m.Departments {
		delete(c.inside[d], key)
	}
}

// replace puts a changed member in the place of m, also in tags and scopes that name its userid.
func (c *corp) replace(m *Member, changed Member) event {
	e := memberEvent("update_user", changed)
	e.seen = c.seers(m)
	c.drop(m)
	c.put(&changed)
	if changed.UserID != m.UserID {
		e.message = append(e.message, callback.Member{Name: "NewUserID", Value: changed.UserID})
		e.message[1].Value = m.UserID // by which it was known
		rename := func(names []string) []string {
			names = slices.Clone(names)
			for i, n := range names {
				if strings.EqualFold(n, m.UserID) {
					names[i] = changed.UserID
				}
			}
			return names
		}
		for _, t := range c.tags {
			t.Users = rename(t.Users)
		}
		for _, a := range c.apps {
			a.Scope.Users = rename(a.Scope.Users)
		}
	}
	c.revision++
	return e
}

// below are a department and all departments below it.
func (c *corp) below(id int) []int {
	found := []int{id}
	for i := 0; i < len(found); i++ {
		for _, d := range c.departments {
			if d.ParentID == found[i] && d.ID != found[i] {
				found = append(found, d.ID)
			}
		}
	}
	return found
}

// listed are the members of a department itself, ordered by userid, without those that left.
func (c *corp) listed(department int) []*Member {
	var found []*Member
	for _, m := range c.inside[department] {
		if m.Status != Left {
			found = append(found, m)
		}
	}
	slices.SortFunc(found, func(a, b *Member) int { return cmp.Compare(a.UserID, b.UserID) })
	return found
}

// seers are the apps that see a member.
func (c *corp) seers(m *Member) []int {
	var ids []int
	for id, a := range c.apps {
		if a.sees(c, m) {
			ids = append(ids, id)
		}
	}
	return ids
}

// reach makes what the app's range is, unless nothing has changed since.
func (a *app) reach(c *corp) {
	if a.visible != nil && a.revision == c.revision {
		return
	}
	a.revision, a.visible, a.users = c.revision, map[int]bool{}, map[string]bool{}
	departments, users := slices.Clone(a.Scope.Departments), slices.Clone(a.Scope.Users)
	if a.ContactSync {
		departments = []int{1}
	}
	for _, id := range a.Scope.Tags {
		if t := c.tags[id]; t != nil {
			departments, users = append(departments, t.Departments...), append(users, t.Users...)
		}
	}
	for _, d := range departments {
		if c.departments[d] != nil {
			for _, id := range c.below(d) {
				a.visible[id] = true
			}
		}
	}
	for _, u := range users {
		a.users[strings.ToLower(u)] = true
	}
}

// sees reports whether a member is in the app's range.
func (a *app) sees(c *corp, m *Member) bool {
	a.reach(c)
	return a.users[strings.ToLower(m.UserID)] || slices.ContainsFunc(m.Departments, func(d int) bool { return a.visible[d] })
}
