package wecomtest

import (
	_ "embed"
	"encoding/json"
	"errors"
	"html/template"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/internal/wecom/callback"
)

//go:embed admin.html
var adminHTML string

var adminTemplate = template.Must(template.New("admin").Parse(adminHTML))

// errRequest is of a body or path that cannot be read.
var errRequest = errors.New("wecomtest: the request cannot be read")

// admin is what an administrator does, for callers on this machine. Actions are POSTs with a JSON body or none; they answer 200
// with what was asked for or {}, 404 for what is not there, 400 with a sentence.
//
//	GET  /admin/                                             the page
//	GET  /admin/corps                                        enterprises
//	GET  /admin/corps/{corp}/departments                     departments
//	POST /admin/corps/{corp}/departments                     add or change a Department
//	POST /admin/corps/{corp}/departments/{id}/remove
//	GET  /admin/corps/{corp}/members?q=                      members
//	POST /admin/corps/{corp}/members                         a Member joins
//	POST /admin/corps/{corp}/members/{userid}/leave
//	POST /admin/corps/{corp}/members/{userid}/disable        and /enable
//	POST /admin/corps/{corp}/members/{userid}/rename         {"UserID"}
//	POST /admin/corps/{corp}/members/{userid}/move           {"Departments"}
//	GET  /admin/corps/{corp}/apps/{agent}                    an App
//	POST /admin/corps/{corp}/apps/{agent}/scope              a Scope
//	POST /admin/corps/{corp}/apps/{agent}/callback           a Callback, which is checked
//	POST /admin/corps/{corp}/apps/{agent}/secret             {"Secret"}
//	POST /admin/corps/{corp}/apps/{agent}/close              and /open
//	POST /admin/corps/{corp}/apps/{agent}/void               ends its tokens
//	POST /admin/corps/{corp}/apps/{agent}/push               sends a message: [{"Name","Value"}] from Event on
//	POST /admin/faults                                       a Fault; the Delay is nanoseconds
//	POST /admin/faults/clear
//	GET  /admin/pushes                                       pushes
//	POST /admin/pushes/{id}/again
func (s *Server) admin() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /admin/{$}", s.adminPage)
	for pattern, do := range map[string]func(*http.Request) (any, error){
		"GET /admin/corps":                    func(*http.Request) (any, error) { return s.Corps(), nil },
		"GET /admin/corps/{corp}/departments": func(r *http.Request) (any, error) { return s.Departments(r.PathValue("corp")), nil },
		"GET /admin/corps/{corp}/members": func(r *http.Request) (any, error) {
			return s.Members(r.PathValue("corp"), r.URL.Query().Get("q")), nil
		},
		"GET /admin/corps/{corp}/apps/{id}":                s.adminApp,
		"GET /admin/pushes":                                func(*http.Request) (any, error) { return s.Pushes(), nil },
		"POST /admin/corps/{corp}/departments":             with(func(r *http.Request, d Department) error { return s.SetDepartment(r.PathValue("corp"), d) }),
		"POST /admin/corps/{corp}/departments/{id}/{do}":   s.adminDepartment,
		"POST /admin/corps/{corp}/members":                 with(func(r *http.Request, m Member) error { return s.Join(r.PathValue("corp"), m) }),
		"POST /admin/corps/{corp}/members/{userid}/{do}":   s.adminMember,
		"POST /admin/corps/{corp}/members/{userid}/rename": with(s.adminRename),
		"POST /admin/corps/{corp}/members/{userid}/move":   with(s.adminMove),
		"POST /admin/corps/{corp}/apps/{id}/{do}":          s.adminAppDo,
		"POST /admin/corps/{corp}/apps/{id}/scope":         with(s.adminScope),
		"POST /admin/corps/{corp}/apps/{id}/callback":      with(s.adminCallback),
		"POST /admin/corps/{corp}/apps/{id}/secret":        with(s.adminSecret),
		"POST /admin/corps/{corp}/apps/{id}/push":          with(s.adminPush),
		"POST /admin/faults":                               with(func(_ *http.Request, f Fault) error { s.FailNext(f); return nil }),
		"POST /admin/faults/clear":                         func(*http.Request) (any, error) { s.ClearFaults(); return nil, nil },
		"POST /admin/pushes/{id}/again":                    func(r *http.Request) (any, error) { return nil, s.Again(number(r)) },
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { administer(w, r, do) })
	}
	return onlyHere(http.NewCrossOriginProtection().Handler(mux))
}

// onlyHere refuses callers from elsewhere, and pages that reach this machine under another name.
func onlyHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, err := netip.ParseAddrPort(r.RemoteAddr)
		host, _, splitErr := net.SplitHostPort(r.Host)
		if splitErr != nil {
			host = r.Host
		}
		to, hostErr := netip.ParseAddr(strings.Trim(host, "[]"))
		if err != nil || !from.Addr().Unmap().IsLoopback() || host != "localhost" && (hostErr != nil || !to.IsLoopback()) {
			http.Error(w, "only from this machine", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// administer answers with JSON; a form of the page goes back to the page.
func administer(w http.ResponseWriter, r *http.Request, do func(*http.Request) (any, error)) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	result, err := do(r)
	switch {
	case errors.Is(err, ErrUnknown):
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if back := r.URL.Query().Get("back"); r.Method == http.MethodPost && back != "" {
		http.Redirect(w, r, "/admin/?"+url.Values{"q": {strings.TrimPrefix(back, "q=")}}.Encode(), http.StatusSeeOther)
		return
	}
	if result == nil {
		result = struct{}{}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(result) // the client has gone
}

// with reads the body of an action strictly.
func with[T any](do func(*http.Request, T) error) func(*http.Request) (any, error) {
	return func(r *http.Request) (any, error) {
		var in T
		d := json.NewDecoder(r.Body)
		d.DisallowUnknownFields()
		if err := d.Decode(&in); err != nil {
			return nil, errors.Join(errRequest, err)
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return nil, errRequest
		}
		return nil, do(r, in)
	}
}

func number(r *http.Request) int {
	n, _ := strconv.Atoi(r.PathValue("id")) // 0 is nobody's id
	return n
}

func (s *Server) adminApp(r *http.Request) (any, error) { return s.App(r.PathValue("corp"), number(r)) }

func (s *Server) adminDepartment(r *http.Request) (any, error) {
	if r.PathValue("do") != "remove" {
		return nil, ErrUnknown
	}
	return nil, s.RemoveDepartment(r.PathValue("corp"), number(r))
}

func (s *Server) adminMember(r *http.Request) (any, error) {
	corpID, id := r.PathValue("corp"), r.PathValue("userid")
	switch r.PathValue("do") {
	case "leave":
		return nil, s.Leave(corpID, id)
	case "disable":
		return nil, s.SetStatus(corpID, id, Disabled)
	case "enable":
		return nil, s.SetStatus(corpID, id, Active)
	}
	return nil, ErrUnknown
}

func (s *Server) adminRename(r *http.Request, in struct{ UserID string }) error {
	return s.Rename(r.PathValue("corp"), r.PathValue("userid"), in.UserID)
}

func (s *Server) adminMove(r *http.Request, in struct{ Departments []int }) error {
	return s.Move(r.PathValue("corp"), r.PathValue("userid"), in.Departments...)
}

func (s *Server) adminScope(r *http.Request, in Scope) error {
	return s.SetScope(r.PathValue("corp"), number(r), in)
}

func (s *Server) adminCallback(r *http.Request, in Callback) error {
	return s.SetCallback(r.Context(), r.PathValue("corp"), number(r), in)
}

func (s *Server) adminSecret(r *http.Request, in struct{ Secret string }) error {
	return s.SetSecret(r.PathValue("corp"), number(r), in.Secret)
}

func (s *Server) adminPush(r *http.Request, in callback.Message) error {
	return s.Push(r.PathValue("corp"), number(r), in)
}

func (s *Server) adminAppDo(r *http.Request) (any, error) {
	corpID, id := r.PathValue("corp"), number(r)
	switch r.PathValue("do") {
	case "close":
		return nil, s.SetClosed(corpID, id, true)
	case "open":
		return nil, s.SetClosed(corpID, id, false)
	case "void":
		s.VoidTokens(corpID, id)
		return nil, nil
	}
	return nil, ErrUnknown
}

// adminPage lists the apps and members of all enterprises with what can be done to them.
func (s *Server) adminPage(w http.ResponseWriter, r *http.Request) {
	type shownCorp struct {
		Corp
		Apps    []App
		Members []Member
		More    int
	}
	page := struct {
		Query string
		Corps []shownCorp
	}{Query: r.URL.Query().Get("q")}
	for _, c := range s.Corps() {
		members := s.Members(c.ID, page.Query)
		n := min(len(members), shownMembers)
		page.Corps = append(page.Corps, shownCorp{Corp: c, Apps: s.Apps(c.ID), Members: members[:n], More: len(members) - n})
	}
	render(w, adminTemplate, page)
}
