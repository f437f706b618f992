package wecomtest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hufu-iam/hufu/internal/wecom/callback"
)

// Push is a callback that was sent, or is being sent.
type Push struct {
	ID, AgentID     int
	Corp, URL, Body string
	Query           callback.Query
	Message         callback.Message // what is inside
	Attempts        []Attempt
}

// Attempt is a try of a push: the status it was answered with, or why there is none.
type Attempt struct {
	At     time.Time
	Status int
	Error  string `json:",omitempty"`
}

const tries = 3

type pushes struct {
	mu   sync.Mutex // may be taken while the server's lock is held, never the other way round
	sent []*Push
	wait sync.WaitGroup
	room chan struct{} // pushes that are under way at a time
}

// event is a change, as change_contact words it.
type event struct {
	message callback.Message // from ChangeType on
	member  *Member          // whom it is about; nil: every app is told
	seen    []int            // apps that saw the member before
}

func memberEvent(kind string, m Member) event {
	var departments []string
	for _, d := range m.Departments {
		departments = append(departments, strconv.Itoa(d))
	}
	leads := slices.Repeat([]string{strconv.Itoa(map[bool]int{true: 1}[m.Leads])}, len(departments))
	return event{member: &m, message: callback.Message{
		{Name: "ChangeType", Value: kind}, {Name: "UserID", Value: m.UserID}, {Name: "Department", Value: strings.Join(departments, ",")},
		{Name: "Name", Value: m.Name}, {Name: "MainDepartment", Value: departments[0]}, {Name: "IsLeaderInDept", Value: strings.Join(leads, ",")},
		{Name: "DirectLeader", Value: ""}, {Name: "Mobile", Value: m.Mobile}, {Name: "Position", Value: m.Position}, {Name: "Gender", Value: orZero(m.Gender)},
		{Name: "Email", Value: m.Email}, {Name: "BizMail", Value: m.BizMail}, {Name: "Status", Value: strconv.Itoa(int(m.Status))}, {Name: "Avatar", Value: m.Avatar},
		{Name: "Alias", Value: m.Alias}, {Name: "Telephone", Value: m.Telephone}, {Name: "Address", Value: m.Home},
	}}
}

func partyEvent(kind string, d Department) event {
	return event{message: callback.Message{{Name: "ChangeType", Value: kind}, {Name: "Id", Value: strconv.Itoa(d.ID)}, {Name: "Name", Value: d.Name},
		{Name: "ParentId", Value: strconv.Itoa(d.ParentID)}, {Name: "Order", Value: strconv.Itoa(d.Order)}}}
}

func tagEvent(old, t Tag) event {
	missing := func(a, b []string) string {
		return strings.Join(slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) }), ",")
	}
	oldParties, parties := texts(old.Departments), texts(t.Departments)
	return event{message: callback.Message{{Name: "ChangeType", Value: "update_tag"}, {Name: "TagId", Value: strconv.Itoa(t.ID)},
		{Name: "AddUserItems", Value: missing(t.Users, old.Users)}, {Name: "DelUserItems", Value: missing(old.Users, t.Users)},
		{Name: "AddPartyItems", Value: missing(parties, oldParties)}, {Name: "DelPartyItems", Value: missing(oldParties, parties)}}}
}

func texts(ids []int) []string {
	var list []string
	for _, id := range ids {
		list = append(list, strconv.Itoa(id))
	}
	return list
}

// What an app is not told, by its age.
var (
	private = []string{"Mobile", "Gender", "Email", "BizMail", "Avatar", "Address"}
	least   = []string{"ChangeType", "UserID", "NewUserID", "Department"}
)

// cut is a message as an app may have it.
func (a *app) cut(m callback.Message) callback.Message {
	return slices.DeleteFunc(slices.Clone(m), func(member callback.Member) bool {
		if a.ContactSync {
			return a.Created.After(syncCut) && m.Get("UserID") != "" && !slices.Contains(least, member.Name)
		}
		return !a.Created.Before(privateCut) && slices.Contains(private, member.Name)
	})
}

// address makes the pushes of an event: to every app that saw or sees whom it is about.
func (s *Server) address(c *corp, e event) []*Push {
	var sent []*Push
	for id, a := range c.apps {
		if a.Callback.URL == "" || a.Closed || e.member != nil && !slices.Contains(e.seen, id) && !a.sees(c, e.member) {
			continue
		}
		if p, err := s.seal(c, a, append(callback.Message{{Name: "Event", Value: "change_contact"}}, a.cut(e.message)...)); err == nil {
			sent = append(sent, p)
		}
	}
	slices.SortFunc(sent, func(a, b *Push) int { return cmp.Compare(a.AgentID, b.AgentID) })
	return sent
}

// seal makes a push of a message from its Event on; the lock is held.
func (s *Server) seal(c *corp, a *app, m callback.Message) (*Push, error) {
	secret, err := callback.New(a.Callback.Token, a.Callback.EncodingAESKey, c.ID)
	if err != nil {
		return nil, err
	}
	now := strconv.FormatInt(s.config.Now().Unix(), 10)
	m = append(callback.Message{{Name: "ToUserName", Value: c.ID}, {Name: "FromUserName", Value: "sys"}, {Name: "CreateTime", Value: now}, {Name: "MsgType", Value: "event"}}, m...)
	agent := strconv.Itoa(a.AgentID)
	if a.ContactSync {
		agent = ""
	}
	p := &Push{AgentID: a.AgentID, Corp: c.ID, URL: a.Callback.URL, Message: m}
	query, body := secret.Seal(s.sixteen(), now, s.nonce(), agent, m)
	p.Query, p.Body = query, string(body)
	return p, nil
}

func (s *Server) sixteen() (random [16]byte) {
	copy(random[:], s.draw(16))
	return random
}

func (s *Server) nonce() string { return strconv.Itoa(s.random.IntN(1e9)) }

// Push sends an app a message of the caller's, from its Event on.
func (s *Server) Push(corpID string, agentID int, m callback.Message) error {
	s.mu.Lock()
	c := s.corps[corpID]
	if c == nil || c.apps[agentID] == nil {
		s.mu.Unlock()
		return ErrUnknown
	}
	p, err := s.seal(c, c.apps[agentID], m)
	s.mu.Unlock()
	if err == nil {
		s.send(p)
	}
	return err
}

// Again sends the bytes of an earlier push once more.
func (s *Server) Again(id int) error {
	s.pushes.mu.Lock()
	if id < 1 || id > len(s.pushes.sent) {
		s.pushes.mu.Unlock()
		return ErrUnknown
	}
	p := *s.pushes.sent[id-1]
	s.pushes.mu.Unlock()
	p.Attempts = nil
	s.send(&p)
	return nil
}

// Pushes are all pushes so far, with their attempts, oldest first.
func (s *Server) Pushes() []Push {
	s.pushes.mu.Lock()
	defer s.pushes.mu.Unlock()
	var all []Push
	for _, p := range s.pushes.sent {
		copied := *p
		copied.Attempts = slices.Clone(p.Attempts)
		all = append(all, copied)
	}
	return all
}

// Wait waits until no push is under way.
func (s *Server) Wait() { s.pushes.wait.Wait() }

// send delivers in the background. Pushes overtake each other, as WeCom's do.
func (s *Server) send(p *Push) {
	s.pushes.mu.Lock()
	p.ID = len(s.pushes.sent) + 1
	s.pushes.sent = append(s.pushes.sent, p)
	s.pushes.mu.Unlock()
	s.pushes.wait.Go(func() {
		for try := range tries {
			if try > 0 {
				time.Sleep(s.config.Retry)
			}
			if s.attempt(p) {
				return
			}
		}
	})
}

// attempt reports whether the receiver took a push.
func (s *Server) attempt(p *Push) bool {
	s.pushes.room <- struct{}{}
	status, err := s.post(p)
	<-s.pushes.room
	made := Attempt{At: s.config.Now(), Status: status}
	if err != nil {
		made.Error = err.Error()
	}
	s.pushes.mu.Lock()
	defer s.pushes.mu.Unlock()
	p.Attempts = append(p.Attempts, made)
	return status == http.StatusOK
}

func (s *Server) post(p *Push) (int, error) {
	address, err := withQuery(p.URL, p.Query, "")
	if err != nil {
		return 0, err
	}
	response, err := s.config.Client.Post(address, "text/xml", bytes.NewReader([]byte(p.Body)))
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

func withQuery(address string, q callback.Query, echo string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	v := u.Query()
	v.Set("msg_signature", q.Signature)
	v.Set("timestamp", q.Timestamp)
	v.Set("nonce", q.Nonce)
	if echo != "" {
		v.Set("echostr", echo)
	}
	u.RawQuery = v.Encode()
	return u.String(), nil
}

// SetCallback configures where an app is told of changes, if the address answers WeCom's check of it. The zero Callback ends it.
func (s *Server) SetCallback(ctx context.Context, corpID string, agentID int, to Callback) error {
	if to.URL != "" {
		if err := s.checkCallback(ctx, corpID, to); err != nil {
			return err
		}
	}
	return s.updateApp(corpID, agentID, func(a *App) { a.Callback = to })
}

func (s *Server) checkCallback(ctx context.Context, corpID string, to Callback) error {
	secret, err := callback.New(to.Token, to.EncodingAESKey, corpID)
	if err != nil {
		return err
	}
	s.mu.Lock()
	plain, nonce, random := strconv.FormatUint(s.random.Uint64(), 10), s.nonce(), s.sixteen()
	s.mu.Unlock()
	now := strconv.FormatInt(s.config.Now().Unix(), 10)
	echo := secret.Encrypt(random, []byte(plain))
	address, err := withQuery(to.URL, callback.Query{Signature: secret.Signature(now, nonce, echo), Timestamp: now, Nonce: nonce}, echo)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	response, err := s.config.Client.Do(r)
	if err != nil {
		return fmt.Errorf("wecomtest: the callback's address does not answer: %w", err)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<10))
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK || string(body) != plain {
		return fmt.Errorf("wecomtest: the callback's address answered %d with %d bytes, not the decrypted text", response.StatusCode, len(body))
	}
	return nil
}
