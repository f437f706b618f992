package wecomtest

import (
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

//go:embed sign_in.html
var signInHTML string

var signInTemplate = template.Must(template.New("sign in").Parse(signInHTML))

// signInPage is the page where one picks who signs in.
type signInPage struct {
	Error            errcode
	Corp, App, Query string
	Hidden           url.Values // parameters that a search keeps
	Members          []signInMember
	More             int
	Refuse, Stranger string
}

type signInMember struct {
	UserID, Name, Department, Link string
	Able                           bool
}

const shownMembers = 50

// authorizePage is open.weixin.qq.com/connect/oauth2/authorize.
func (s *Server) authorizePage(w http.ResponseWriter, r *http.Request) {
	v := r.URL.Query()
	scope := v.Get("scope")
	if v.Get("response_type") != "code" || scope != "snsapi_base" && scope != "snsapi_privateinfo" || scope == "snsapi_privateinfo" && v.Get("agentid") == "" {
		s.show(w, signInPage{Error: errParameter})
		return
	}
	s.signIn(w, r, scope == "snsapi_privateinfo")
}

// loginPage is login.work.weixin.qq.com/wwlogin/sso/login, and its older form.
func (s *Server) loginPage(w http.ResponseWriter, r *http.Request) {
	v := r.URL.Query()
	if strings.HasPrefix(r.URL.Path, "/wwlogin/") && v.Get("login_type") != "CorpApp" || v.Get("agentid") == "" {
		s.show(w, signInPage{Error: errParameter})
		return
	}
	s.signIn(w, r, false)
}

// signIn shows whom one can be, or sends back who was picked.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request, private bool) {
	v := r.URL.Query()
	s.mu.Lock()
	corpID, agent, failed := s.relying(v)
	s.mu.Unlock()
	if failed != 0 {
		s.show(w, signInPage{Error: failed})
		return
	}
	picked := v.Get("auto")
	switch {
	case v.Get("refuse") != "":
		sendBack(w, r, "")
	case v.Get("stranger") != "":
		sendBack(w, r, s.Code(corpID, agent, strangerPrefix+"1", private))
	case picked != "" && !s.able(corpID, picked):
		s.show(w, signInPage{Error: errNoUser})
	case picked != "":
		sendBack(w, r, s.Code(corpID, agent, picked, private))
	default:
		s.show(w, s.choice(r.URL, corpID, agent))
	}
}

// relying checks who wants to know: the enterprise, the app, and that the answer goes to its trusted domain.
func (s *Server) relying(v url.Values) (corpID string, agent int, failed errcode) {
	c := s.corps[v.Get("appid")]
	if c == nil {
		return "", 0, errCorpID
	}
	to, err := url.Parse(v.Get("redirect_uri"))
	if err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" {
		return "", 0, errRedirect
	}
	id := v.Get("agentid")
	for _, a := range c.apps {
		if id != "" && id != texts([]int{a.AgentID})[0] {
			continue
		}
		trusted := a.TrustedDomain != "" && strings.EqualFold(a.TrustedDomain, to.Host)
		switch {
		case trusted && a.Closed:
			return "", 0, errAppClosed
		case trusted && id == "":
			return c.ID, 0, 0
		case trusted:
			return c.ID, a.AgentID, 0
		case id != "":
			return "", 0, errRedirect
		}
	}
	if id != "" {
		return "", 0, errAgentID
	}
	return "", 0, errRedirect
}

// able reports whether a member can sign in to WeCom itself.
func (s *Server) able(corpID, userID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.corps[corpID].members[strings.ToLower(userID)]
	return m != nil && m.Status == Active
}

// sendBack goes back to redirect_uri with a code, or without one when the member declined.
func sendBack(w http.ResponseWriter, r *http.Request, code string) {
	v := r.URL.Query()
	to, err := url.Parse(v.Get("redirect_uri"))
	if err != nil {
		http.Error(w, "redirect_uri", http.StatusBadRequest)
		return
	}
	back := to.Query()
	if code != "" {
		back.Set("code", code)
	}
	back.Set("state", v.Get("state"))
	if id := v.Get("appid"); strings.HasPrefix(r.URL.Path, "/wwopen/") && code != "" {
		back.Set("appid", id)
	}
	to.RawQuery = back.Encode()
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, r, to.String(), http.StatusFound)
}

func (s *Server) choice(address *url.URL, corpID string, agent int) signInPage {
	v := address.Query()
	query := v.Get("q")
	v.Del("q")
	link := func(name, value string) string {
		with := url.Values{name: {value}}
		for k := range v {
			with.Set(k, v.Get(k))
		}
		return address.Path + "?" + with.Encode()
	}
	found := s.Members(corpID, query)
	found = slices.DeleteFunc(found, func(m Member) bool { return m.Status == Left })
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.corps[corpID]
	page := signInPage{Corp: c.Name, Query: query, Hidden: v, More: max(0, len(found)-shownMembers), Refuse: link("refuse", "1"), Stranger: link("stranger", "1")}
	if a := c.apps[agent]; a != nil {
		page.App = a.Name
	}
	for _, m := range found[:min(len(found), shownMembers)] {
		shown := signInMember{UserID: m.UserID, Name: m.Name, Link: link("auto", m.UserID), Able: m.Status == Active}
		if d := c.departments[m.Departments[0]]; d != nil {
			shown.Department = d.Name
		}
		page.Members = append(page.Members, shown)
	}
	return page
}

func (s *Server) show(w http.ResponseWriter, page signInPage) {
	render(w, signInTemplate, page)
}

// render writes a page that may load nothing and run nothing.
func render(w http.ResponseWriter, t *template.Template, page any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'")
	w.Header().Set("Cache-Control", "no-store")
	_ = t.Execute(w, page) // the client has gone
}
