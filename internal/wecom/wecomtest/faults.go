package wecomtest

import (
	"net/http"
	"slices"
	"time"
)

// Fault is what goes wrong with calls of a path: the first After of them pass, the next Times fail. Of what a fault says, the
// wait comes first, then a cut connection, a status, an errcode. A fault that says nothing of these only calls Do.
type Fault struct {
	Path    string        // such as /cgi-bin/user/list
	After   int           // calls that pass before it
	Times   int           // calls that it concerns; 0 = 1
	Delay   time.Duration // wait so long first
	Cut     bool          // close the connection in the middle of the answer
	Status  int           // answer this HTTP status, with Body
	Body    string        // with Status 0: answer 200 and this text, which may be garbage
	ErrCode int           // answer this errcode
	Do      func()        `json:"-"` // called before the call is looked at; may change the enterprise
}

// FailNext adds a fault. Faults of one path follow each other.
func (s *Server) FailNext(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults = append(s.faults, &f)
}

// ClearFaults forgets the faults that are left.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// nextFault counts a call and takes what is to go wrong with it.
func (s *Server) nextFault(path string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[path]++
	i := slices.IndexFunc(s.faults, func(f *Fault) bool { return f.Path == path })
	if i < 0 {
		return Fault{}
	}
	f := s.faults[i]
	if f.After > 0 {
		f.After--
		return Fault{}
	}
	if f.Times--; f.Times == 0 {
		s.faults = slices.Delete(s.faults, i, i+1)
	}
	return *f
}

// stand does what a fault does instead of an answer, and reports whether the call goes on.
func (f Fault) stand(w http.ResponseWriter, r *http.Request) bool {
	if f.Delay > 0 {
		timer := time.NewTimer(f.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
		}
	}
	switch {
	case f.Cut:
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte(`{"errcode":`))
		panic(http.ErrAbortHandler) // net/http's way to break off
	case f.Status != 0 || f.Body != "":
		if f.Status == 0 {
			f.Status = http.StatusOK
		}
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body))
	default:
		return true
	}
	return false
}
