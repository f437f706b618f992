package wecomtest

import (
	"encoding/json"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"
)

// Config says how the stand-in behaves.
type Config struct {
	Seed   uint64           // of all that is drawn
	Now    func() time.Time // nil = time.Now
	Limits Limits           // members that are 0 are WeCom's own
	Retry  time.Duration    // between the tries of a push; 0 = 5 s, as WeCom
	Client *http.Client     // sends pushes; nil = one that waits 5 s, as WeCom
	// Changed is told after each change of an enterprise, to keep State.
	Changed func()
}

// Server is the stand-in: an http.Handler and the enterprises it knows. Its methods may be called concurrently.
type Server struct {
	config Config
	mux    *http.ServeMux

	mu     sync.Mutex
	random *rand.Rand
	corps  map[string]*corp
	tokens map[string]*token
	codes  map[string]*code
	ticket map[string]*ticket
	limits limiter
	faults []*Fault
	calls  map[string]int

	pushes pushes
}

// New makes a stand-in without any enterprise.
func New(c Config) *Server {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Retry == 0 {
		c.Retry = 5 * time.Second
	}
	if c.Client == nil {
		c.Client = &http.Client{Timeout: 5 * time.Second}
	}
	c.Limits.fill()
	s := &Server{config: c, mux: http.NewServeMux(), random: rand.New(rand.NewPCG(c.Seed, 11)),
		corps: map[string]*corp{}, tokens: map[string]*token{}, codes: map[string]*code{}, ticket: map[string]*ticket{}, calls: map[string]int{}}
	s.limits = newLimiter(c.Limits)
	s.pushes.room = make(chan struct{}, 8)
	for path, e := range endpoints {
		s.mux.HandleFunc("/cgi-bin/"+path, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, e) })
	}
	s.mux.HandleFunc("GET /connect/oauth2/authorize", s.authorizePage)
	s.mux.HandleFunc("GET /wwlogin/sso/login", s.loginPage)
	s.mux.HandleFunc("GET /wwopen/sso/qrConnect", s.loginPage)
	s.mux.Handle("/admin/", s.admin())
	return s
}

// ServeHTTP answers all of WeCom's hosts.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Calls is how often the endpoint of that path (/cgi-bin/...) was called, whatever was answered.
func (s *Server) Calls(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[path]
}

const maxBody = 1 << 20

// answer is the members of a success beside errcode and errmsg.
type answer map[string]any

// endpoint is a call of /cgi-bin/.
type endpoint struct {
	method string
	// open is of calls without an access token, free of those that count their own rate.
	open, free bool
	do         func(*Server, *request) (answer, error)
}

var endpoints = map[string]endpoint{
	"gettoken":              {method: http.MethodGet, open: true, free: true, do: (*Server).getToken},
	"department/list":       {method: http.MethodGet, do: (*Server).departmentList},
	"department/simplelist": {method: http.MethodGet, do: (*Server).departmentSimpleList},
	"department/get":        {method: http.MethodGet, do: (*Server).departmentGet},
	"user/get":              {method: http.MethodGet, do: (*Server).userGet},
	"user/list":             {method: http.MethodGet, do: (*Server).userList},
	"user/simplelist":       {method: http.MethodGet, do: (*Server).userSimpleList},
	"user/list_id":          {method: http.MethodPost, do: (*Server).userListID},
	"agent/get":             {method: http.MethodGet, do: (*Server).agentGet},
	"tag/get":               {method: http.MethodGet, do: (*Server).tagGet},
	"auth/getuserinfo":      {method: http.MethodGet, free: true, do: (*Server).getUserInfo},
	"user/getuserinfo":      {method: http.MethodGet, free: true, do: (*Server).getUserInfoOld},
	"auth/getuserdetail":    {method: http.MethodPost, do: (*Server).getUserDetail},
}

// request is a call whose token, if it needs one, was good.
type request struct {
	*http.Request
	now  time.Time
	ip   string
	corp *corp
	app  *app
}

// serve answers a call: injected faults first, then what the real one would say.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, e endpoint) {
	fault := s.nextFault(r.URL.Path)
	if fault.Do != nil {
		fault.Do()
	}
	if !fault.stand(w, r) {
		return
	}
	body, err := json.Marshal(s.answer(w, r, e, fault))
	if err != nil {
		panic(err) // of the types in this package only
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	_, _ = w.Write(body) // the client has gone
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, e endpoint, fault Fault) answer {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	ip, _, _ := net.SplitHostPort(r.RemoteAddr)
	q := &request{Request: r, now: s.config.Now(), ip: ip}
	defer s.limits.enter(ip + r.URL.Path)()
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.call(q, e, fault)
	if err != nil {
		return s.failure(err, ip)
	}
	if a == nil {
		a = answer{}
	}
	a["errcode"], a["errmsg"] = 0, "ok"
	return a
}

func (s *Server) call(q *request, e endpoint, fault Fault) (answer, error) {
	if fault.ErrCode != 0 {
		return nil, errcode(fault.ErrCode)
	}
	if q.Method != e.method {
		if e.method == http.MethodGet {
			return nil, errNeedGet
		}
		return nil, errNeedPost
	}
	if s.limits.crowded(q.ip + q.URL.Path) {
		return nil, errConcurrent
	}
	if !e.open {
		if err := s.authenticate(q); err != nil {
			return nil, err
		}
	}
	if !e.free {
		if err := s.limits.count(q.corp.ID, q.ip, q.URL.Path, q.now); err != nil {
			return nil, err
		}
	}
	return e.do(s, q)
}
