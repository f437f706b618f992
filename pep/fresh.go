package pep

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"
)

// digest is the hash of a question in its one spelling.
type digest = [sha256.Size]byte

// snapshot is what hufu answered under one revision. It is thrown away whole: an answer that comes late is put into one
// that nobody looks at any more.
type snapshot struct {
	revision  string
	keys      *lru[keyID, *signer]
	decisions *lru[digest, kept]
}

// state is the newest revision that is known, and how new.
type state struct {
	mu        sync.Mutex
	current   *snapshot // nil before the first answer
	confirmed time.Time // when that was asked for whose answer last named the revision: it was current then or later

	failure  error // of the last poll, nil if it succeeded
	failedAt time.Time
}

// pauses of a MaxStale after a poll that failed. Requests meanwhile fail at once rather than each trying again.
const pauses = 10

// fresh is the snapshot whose answers may be used now; nil where hufu answers, but too slowly for any to be: then everything
// must be asked. The error says that hufu cannot be asked.
func (e *Enforcer) fresh(ctx context.Context) (*snapshot, error) {
	if e.working.ctx.Err() != nil {
		return nil, unavailable(errClosed)
	}
	s, age, ok := e.state.look(e.config.Now())
	if ok && age <= e.config.MaxStale {
		if age > e.config.MaxStale/2 {
			e.poll() // soon it would be too old, and requests would wait
		}
		return s, nil
	}
	if _, err := e.poll().wait(ctx); err != nil {
		return nil, unavailable(err)
	}
	if s, age, ok = e.state.look(e.config.Now()); ok && age <= e.config.MaxStale {
		return s, nil
	}
	return nil, nil
}

// look is the current snapshot and the age of the news that it is current; not ok where there is none, or its age cannot
// be told since the clock was set back.
func (s *state) look(now time.Time) (_ *snapshot, age time.Duration, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	age = now.Sub(s.confirmed)
	return s.current, age, s.current != nil && age >= 0
}

// poll asks for the current revision, or joins whoever does.
func (e *Enforcer) poll() *flight[string] {
	now := e.config.Now()
	if err := e.state.failedLately(now, e.config.MaxStale/pauses); err != nil {
		return (&flight[string]{done: make(chan struct{})}).end(err)
	}
	return e.polls.join(&e.working, struct{}{}, now, e.config.MaxStale, func(ctx context.Context) (string, error) {
		asked := e.config.Now()
		revision, err := e.hufu.revision(ctx)
		e.state.failed(err, e.config.Now())
		if err == nil {
			e.observe(revision, asked)
		}
		return revision, err
	})
}

func (s *state) failedLately(now time.Time, pause time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if age := now.Sub(s.failedAt); s.failure != nil && age >= 0 && age < pause {
		return s.failure
	}
	return nil
}

func (s *state) failed(err error, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failure, s.failedAt = err, at
}

// observe takes in that an answer to what was asked at a time has a revision. It returns the snapshot that the answer may be
// put into; nil where a newer revision is known already.
func (e *Enforcer) observe(revision string, asked time.Time) *snapshot {
	s := &e.state
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.current != nil && s.current.revision == revision:
		if asked.After(s.confirmed) {
			s.confirmed = asked
		}
	case s.current != nil && !asked.After(s.confirmed):
		return nil // of the two it cannot be told which came later, and the other is in use
	default:
		s.current = &snapshot{revision: revision, keys: newLRU[keyID, *signer](e.config.MaxEntries), decisions: newLRU[digest, kept](e.config.MaxEntries)}
		s.confirmed = asked
	}
	return s.current
}
