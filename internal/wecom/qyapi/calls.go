package qyapi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Tokens are the access tokens of an application.
type Tokens interface {
	// Token is one that is in force.
	Token(ctx context.Context) (string, error)
	// Renew is one in place of a token that WeCom did not accept.
	Renew(ctx context.Context, stale string) (string, error)
}

// Token is a fresh access token.
type Token struct {
	Text string
	Life time.Duration
}

const (
	maxToken = 512
	minLife  = time.Minute
	maxLife  = 24 * time.Hour
)

// GetToken fetches a token for the secret of an application. It is not for every call: WeCom locks who asks too often.
func (c *Client) GetToken(ctx context.Context, corp, secret string) (Token, error) {
	var text string
	var seconds int64
	r := &request{call: "gettoken", query: url.Values{"corpid": {corp}, "corpsecret": {secret}}, members: members{"access_token": &text, "expires_in": &seconds}}
	// Whoever tries wrong secrets of an enterprise is stopped by himself, not those who have the right one.
	of := sha256.Sum256([]byte(corp + " " + secret))
	if err := c.retry(ctx, hex.EncodeToString(of[:]), r); err != nil {
		return Token{}, err
	}
	if text == "" || len(text) > maxToken || seconds <= 0 {
		return Token{}, &UnreachableError{Call: r.call, cause: errors.New("the answer has no token")}
	}
	life := time.Duration(min(seconds, int64(maxLife/time.Second))) * time.Second
	return Token{text, max(life, minLife)}, nil
}

// Session calls for one application of an enterprise.
type Session struct {
	client *Client
	corp   string
	tokens Tokens
}

// Session makes that of an application.
func (c *Client) Session(corp string, tokens Tokens) *Session { return &Session{c, corp, tokens} }

// call makes a call with the application's token; one that WeCom does not accept is renewed once.
func (s *Session) call(ctx context.Context, r *request) error {
	token, err := s.tokens.Token(ctx)
	if err != nil {
		return err
	}
	r.query.Set("access_token", token)
	err = s.client.retry(ctx, s.corp, r)
	if HandlingOf(err) != Renew {
		return err
	}
	if token, err = s.tokens.Renew(ctx, token); err != nil {
		return err
	}
	r.query.Set("access_token", token)
	return s.client.retry(ctx, s.corp, r)
}

// Agent is an application, with whom it may see.
type Agent struct {
	Name           string
	Closed         bool
	RedirectDomain string
	Departments    []int64
	Users          []string
	Tags           []int64
}

// Agent reads the application itself: agent/get.
func (s *Session) Agent(ctx context.Context, agentID int64) (*Agent, error) {
	var a Agent
	var closed int
	var users struct {
		User []struct {
			UserID string `json:"userid"`
		} `json:"user"`
	}
	var parties struct {
		ID []int64 `json:"partyid"`
	}
	var tags struct {
		ID []int64 `json:"tagid"`
	}
	err := s.call(ctx, &request{call: "agent/get", query: url.Values{"agentid": {strconv.FormatInt(agentID, 10)}}, members: members{
		"name": &a.Name, "close": &closed, "redirect_domain": &a.RedirectDomain, "allow_userinfos": &users, "allow_partys": &parties, "allow_tags": &tags}})
	if err != nil {
		return nil, err
	}
	a.Name, a.RedirectDomain, a.Closed, a.Departments, a.Tags = clean(a.Name, 128), clean(a.RedirectDomain, 256), closed != 0, parties.ID, tags.ID
	for _, u := range users.User {
		if IsUserID(u.UserID) {
			a.Users = append(a.Users, u.UserID)
		}
	}
	return &a, nil
}

// Department is a department. Name is "" where WeCom does not tell it.
type Department struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	ParentID int64  `json:"parentid"`
	Order    int64  `json:"order"` // the larger comes first
}

func (d *Department) usable() bool {
	d.Name = clean(d.Name, 128)
	return d.ID > 0
}

// Departments reads a department and all below it that the application may see: department/list.
func (s *Session) Departments(ctx context.Context, id int64) ([]Department, error) {
	var all []Department
	err := s.call(ctx, &request{call: "department/list", query: url.Values{"id": {strconv.FormatInt(id, 10)}}, fresh: func() { all = nil }, members: members{
		"department": each(func(d Department) error {
			if d.usable() {
				all = append(all, d)
			}
			return nil
		})}})
	return all, err
}

// DepartmentIDs reads the ids of a department and of all below it that the application may see: department/simplelist.
func (s *Session) DepartmentIDs(ctx context.Context, id int64) ([]int64, error) {
	var all []int64
	err := s.call(ctx, &request{call: "department/simplelist", query: url.Values{"id": {strconv.FormatInt(id, 10)}}, fresh: func() { all = nil }, members: members{
		"department_id": each(func(d struct {
			ID int64 `json:"id"`
		}) error {
			if d.ID > 0 {
				all = append(all, d.ID)
			}
			return nil
		})}})
	return all, err
}

// Department reads one department: department/get.
func (s *Session) Department(ctx context.Context, id int64) (*Department, error) {
	var d Department
	err := s.call(ctx, &request{call: "department/get", query: url.Values{"id": {strconv.FormatInt(id, 10)}}, members: members{"department": &d}})
	if err != nil {
		return nil, err
	}
	if !d.usable() || d.ID != id {
		return nil, &UnreachableError{Call: "department/get", cause: errors.New("the answer has no such department")}
	}
	return &d, nil
}

// Status is what WeCom says of a member's account.
type Status int

// The statuses.
const (
	Active       Status = 1
	Disabled     Status = 2
	NotActivated Status = 4
	Left         Status = 5
)

// Member is a member. Texts are "" where WeCom does not tell them.
type Member struct {
	UserID      string  `json:"userid"`
	Name        string  `json:"name"`
	Departments []int64 `json:"department"`
	Position    string  `json:"position"`
	Mobile      string  `json:"mobile"`
	Email       string  `json:"email"`
	BizMail     string  `json:"biz_mail"`
	Status      Status  `json:"status"`
}

// maxDepartments is how many departments a member can be in (https://developer.work.weixin.qq.com/document/path/90195).
const maxDepartments = 100

// usable brings texts into bounds; a member that cannot be one is not usable.
func (m *Member) usable() bool {
	m.Name, m.Position, m.Mobile = clean(m.Name, 128), clean(m.Position, 128), clean(m.Mobile, 32)
	m.Email, m.BizMail = clean(m.Email, 128), clean(m.BizMail, 128)
	m.Departments = m.Departments[:min(len(m.Departments), maxDepartments)]
	return IsUserID(m.UserID)
}

// Mail is the address of a member: its own, else that of its work.
func (m *Member) Mail() string {
	if m.Email != "" {
		return m.Email
	}
	return m.BizMail
}

// Members reads the members of one department, not of those below it, and hands them over one by one: user/list. After a try
// that broke off it begins anew, so that take sees some twice.
func (s *Session) Members(ctx context.Context, department int64, take func(*Member) error) error {
	return s.call(ctx, &request{call: "user/list", query: url.Values{"department_id": {strconv.FormatInt(department, 10)}}, members: members{
		"userlist": each(func(m Member) error {
			if !m.usable() {
				return nil
			}
			if err := take(&m); err != nil {
				return takeError{err}
			}
			return nil
		})}})
}

// Member reads one member: user/get.
func (s *Session) Member(ctx context.Context, userID string) (*Member, error) {
	var m Member
	err := s.call(ctx, &request{call: "user/get", query: url.Values{"userid": {userID}}, members: members{
		"userid": &m.UserID, "name": &m.Name, "department": &m.Departments, "position": &m.Position, "mobile": &m.Mobile, "email": &m.Email,
		"biz_mail": &m.BizMail, "status": &m.Status}})
	if err != nil {
		return nil, err
	}
	if !m.usable() || !strings.EqualFold(m.UserID, userID) {
		return nil, &UnreachableError{Call: "user/get", cause: errors.New("the answer has no userid, or another one")}
	}
	return &m, nil
}

// Tag is a tag's members and departments.
type Tag struct {
	Users       []string
	Departments []int64
}

// Tag reads a tag: tag/get.
func (s *Session) Tag(ctx context.Context, id int64) (*Tag, error) {
	var t Tag
	err := s.call(ctx, &request{call: "tag/get", query: url.Values{"tagid": {strconv.FormatInt(id, 10)}}, fresh: func() { t = Tag{} }, members: members{
		"userlist": each(func(u struct {
			UserID string `json:"userid"`
		}) error {
			if IsUserID(u.UserID) {
				t.Users = append(t.Users, u.UserID)
			}
			return nil
		}), "partylist": &t.Departments}})
	if err != nil {
		return nil, err
	}
	return &t, nil
}

// SignedIn exchanges the code of a sign-in, which is good once, for the userid of the member who signed in; "" for somebody who
// is no member. WeCom answers the userid whether or not the application may see the member: auth/getuserinfo.
func (s *Session) SignedIn(ctx context.Context, code string) (userID string, err error) {
	err = s.call(ctx, &request{call: "auth/getuserinfo", query: url.Values{"code": {code}}, members: members{"userid": &userID}, once: true})
	if err != nil || !IsUserID(userID) {
		return "", err
	}
	return userID, nil
}
