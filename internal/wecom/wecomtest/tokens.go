package wecomtest

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"
)

const (
	tokenLife  = 2 * time.Hour
	tokenSame  = 5 * time.Minute // left, for gettoken to answer the same token again
	codeLife   = 5 * time.Minute
	ticketLife = 30 * time.Minute
)

// token is an access token of an app.
type token struct {
	text, corp string
	agent      int
	secret     string // that it was got for
	expires    time.Time
	void       bool
}

// code is what a member's consent to sign in is exchanged for.
type code struct {
	corp    string
	agent   int // 0 = the address named no app
	userID  string
	private bool // snsapi_privateinfo
	expires time.Time
	used    bool
}

// ticket is for the private data of a member who signed in.
type ticket struct {
	corp, userID string
	agent        int
	expires      time.Time
}

// draw makes an opaque text; the lock is held.
func (s *Server) draw(bytes int) string {
	b := make([]byte, bytes)
	for i := range b {
		b[i] = byte(s.random.Uint32())
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func (s *Server) getToken(q *request) (answer, error) {
	v := q.URL.Query()
	id, secret := v.Get("corpid"), v.Get("corpsecret")
	switch {
	case id == "":
		return nil, errNoCorpID
	case secret == "":
		return nil, errNoSecret
	case s.limits.isLocked(id, q.now):
		return nil, errRate
	}
	c := s.corps[id]
	if c == nil {
		return nil, errCorpID
	}
	a := c.bySecret(secret)
	if a == nil {
		s.limits.wrong(id, q.now)
		return nil, errSecret
	}
	if !a.admits(q.ip) {
		return nil, errIP
	}
	if err := s.limits.count(id, q.ip, q.URL.Path, q.now); err != nil {
		return nil, err
	}
	t := s.current(id, a, q.now)
	return answer{"access_token": t.text, "expires_in": int(t.expires.Sub(q.now).Seconds())}, nil
}

// current is the app's token while it has some minutes left, or else a new one. The old one stays good until its end.
func (s *Server) current(corpID string, a *app, now time.Time) *token {
	for _, t := range s.tokens {
		if t.corp == corpID && t.agent == a.AgentID && t.secret == a.Secret && !t.void && t.expires.Sub(now) > tokenSame {
			return t
		}
	}
	t := &token{text: s.draw(160), corp: corpID, agent: a.AgentID, secret: a.Secret, expires: now.Add(tokenLife)}
	s.tokens[t.text] = t
	return t
}

func (c *corp) bySecret(secret string) *app {
	for _, a := range c.apps {
		if a.Secret == secret {
			return a
		}
	}
	return nil
}

func (a *app) admits(ip string) bool { return len(a.IPs) == 0 || slices.Contains(a.IPs, ip) }

// authenticate finds whose token the address has. A token ends with the secret that it was got for.
func (s *Server) authenticate(q *request) error {
	text := q.URL.Query().Get("access_token")
	if text == "" {
		return errNoToken
	}
	t := s.tokens[text]
	if t == nil || t.void {
		return errToken
	}
	q.corp = s.corps[t.corp]
	if q.app = q.corp.apps[t.agent]; q.app == nil || q.app.Secret != t.secret {
		return errToken
	}
	switch {
	case !q.now.Before(t.expires):
		return errTokenExpired
	case !q.app.admits(q.ip):
		return errIP
	case q.app.Closed && !strings.HasSuffix(q.URL.Path, "/agent/get"):
		return errAppClosed
	}
	return nil
}

// VoidTokens ends the tokens of an app before their time, as WeCom reserves to do.
func (s *Server) VoidTokens(corpID string, agentID int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		if t.corp == corpID && t.agent == agentID {
			t.void = true
		}
	}
}

// Code makes a code for a member's sign-in to an app as the pages do, but for whoever is asked: also one who cannot sign in. A
// userID that begins with "stranger:" is of somebody outside.
func (s *Server) Code(corpID string, agentID int, userID string, private bool) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.draw(32)
	s.codes[text] = &code{corp: corpID, agent: agentID, userID: userID, private: private, expires: s.config.Now().Add(codeLife)}
	return text
}

// redeem takes a code for a member; calls with a good one are not counted by the limits.
func (s *Server) redeem(q *request) (*code, error) {
	text := q.URL.Query().Get("code")
	c := s.codes[text]
	var failed error
	switch {
	case text == "":
		failed = errNoCode
	case c == nil || c.corp != q.corp.ID || c.agent != 0 && c.agent != q.app.AgentID || !q.now.Before(c.expires):
		failed = errCode
	case c.used:
		failed = errCodeUsed
	}
	if failed == nil {
		c.used = true
		return c, nil
	}
	if err := s.limits.count(q.corp.ID, q.ip, q.URL.Path, q.now); err != nil {
		return nil, err
	}
	return nil, failed
}

const strangerPrefix = "stranger:"

func (s *Server) getUserInfo(q *request) (answer, error) {
	c, err := s.redeem(q)
	if err != nil {
		return nil, err
	}
	if stranger, ok := strings.CutPrefix(c.userID, strangerPrefix); ok {
		return answer{"openid": "oAAAA" + stranger, "external_userid": "wmAAAA" + stranger}, nil
	}
	// The userid comes whether or not the app sees the member.
	a := answer{"userid": c.userID}
	if m := q.corp.members[strings.ToLower(c.userID)]; c.private && m != nil && q.app.sees(q.corp, m) {
		text := s.draw(96)
		s.ticket[text] = &ticket{corp: q.corp.ID, userID: m.UserID, agent: q.app.AgentID, expires: q.now.Add(ticketLife)}
		a["user_ticket"] = text
	}
	return a, nil
}

// getUserInfoOld is the older spelling of getUserInfo.
func (s *Server) getUserInfoOld(q *request) (answer, error) {
	c, err := s.redeem(q)
	if err != nil {
		return nil, err
	}
	if stranger, ok := strings.CutPrefix(c.userID, strangerPrefix); ok {
		return answer{"OpenId": "oAAAA" + stranger, "DeviceId": ""}, nil
	}
	return answer{"UserId": c.userID, "DeviceId": ""}, nil
}

func (s *Server) getUserDetail(q *request) (answer, error) {
	var in struct {
		Ticket string `json:"user_ticket"`
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	t := s.ticket[in.Ticket]
	if t == nil || t.corp != q.corp.ID || t.agent != q.app.AgentID {
		return nil, errTicket
	}
	if !q.now.Before(t.expires) {
		return nil, errTicketExpired
	}
	m := q.corp.members[strings.ToLower(t.userID)]
	if m == nil {
		return nil, errNoUser
	}
	return answer{"userid": m.UserID, "gender": orZero(m.Gender), "avatar": m.Avatar, "qr_code": "", "mobile": m.Mobile, "email": m.Email,
		"biz_mail": m.BizMail, "address": m.Home}, nil
}

func orZero(gender string) string {
	if gender == "" {
		return "0"
	}
	return gender
}
