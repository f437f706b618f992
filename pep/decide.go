package pep

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Decision is the answer to a question. The zero Decision denies.
type Decision struct {
	Allowed bool
	// ID is the id of the question in hufu's audit trail. Questions that were answered from memory have that of the first.
	ID string
	// Reason is why not, for the caller; Detail for an administrator, who may see which policy it was. Both are empty where it
	// is allowed.
	Reason, Detail string
}

// kept is a decision in memory.
type kept struct {
	Decision
	until time.Time // zero: as long as the revision lasts
}

// The bounds of one call to /access/v1/evaluations.
const (
	maxQuestions = 1000
	maxAsked     = 3 << 20 // bytes
)

// Allow tells whether the caller may do what the question says. A denial is no error: see Decision.Allowed. The error is an
// *Error:
//
//	500 InternalError        the question cannot be put: its action or resource is malformed
//	503 ServiceUnavailable   hufu cannot be asked, or does not let the service ask
func (e *Enforcer) Allow(ctx context.Context, caller *Caller, q Question) (Decision, error) {
	if caller == nil {
		return Decision{}, internal(errNoCaller)
	}
	s, err := e.fresh(ctx)
	if err != nil {
		return Decision{}, err
	}
	var room [768]byte
	text := q.appendJSON(room[:0], e.config.Service, caller)
	id := sha256.Sum256(text)
	now := e.config.Now()
	if d, ok := s.decision(id, now); ok {
		return d, nil
	}
	return e.ask(ctx, id, now, slices.Clone(text)) // it outlives whoever put it
}

var errNoCaller = errors.New("pep: there is no caller to ask about")

// decision is one that may be used now.
func (s *snapshot) decision(id digest, now time.Time) (d Decision, ok bool) {
	if s == nil {
		return d, false
	}
	k, ok := s.decisions.get(id)
	if !ok || !k.until.IsZero() && !now.Before(k.until) {
		return d, false
	}
	return k.Decision, true
}

// ask asks one question, together with whoever asks the same.
func (e *Enforcer) ask(ctx context.Context, id digest, now time.Time, text []byte) (Decision, error) {
	d, err := e.asked.join(&e.working, id, now, e.config.MaxStale, func(ctx context.Context) (Decision, error) {
		all, err := e.evaluate(ctx, []digest{id}, [][]byte{text})
		if err != nil {
			return Decision{}, err
		}
		return all[0], nil
	}).wait(ctx)
	return d, failure(err)
}

// AllowAll is Allow for several questions about one caller: what is not known is asked in one call. The decisions are in
// the order of the questions; on an error there are none.
func (e *Enforcer) AllowAll(ctx context.Context, caller *Caller, questions ...Question) ([]Decision, error) {
	if len(questions) == 1 {
		d, err := e.Allow(ctx, caller, questions[0])
		if err != nil {
			return nil, err
		}
		return []Decision{d}, nil
	}
	if caller == nil {
		return nil, internal(errNoCaller)
	}
	s, err := e.fresh(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]Decision, len(questions))
	var open batch
	now := e.config.Now()
	for i := range questions {
		text := questions[i].appendJSON(nil, e.config.Service, caller)
		id := sha256.Sum256(text)
		d, ok := s.decision(id, now)
		if all[i] = d; ok {
			continue
		}
		if open.full(text) {
			if err := e.askBatch(ctx, &open, all); err != nil {
				return nil, err
			}
		}
		open.add(i, id, text)
	}
	if err := e.askBatch(ctx, &open, all); err != nil {
		return nil, err
	}
	return all, nil
}

// batch are questions of one call.
type batch struct {
	places []int
	ids    []digest
	texts  [][]byte
	size   int
}

func (b *batch) full(next []byte) bool {
	return len(b.texts) == maxQuestions || len(b.texts) > 0 && b.size+len(next) > maxAsked
}

func (b *batch) add(place int, id digest, text []byte) {
	b.places, b.ids, b.texts, b.size = append(b.places, place), append(b.ids, id), append(b.texts, text), b.size+len(text)+1
}

// askBatch asks the questions of a batch, puts the decisions in their places, and empties it.
func (e *Enforcer) askBatch(ctx context.Context, b *batch, into []Decision) error {
	if len(b.texts) == 0 {
		return nil
	}
	decisions, err := e.evaluate(ctx, b.ids, b.texts)
	if err != nil {
		return failure(err)
	}
	for i, place := range b.places {
		into[place] = decisions[i]
	}
	*b = batch{}
	return nil
}

// evaluate asks hufu, and keeps the answers as long as they are true.
func (e *Enforcer) evaluate(ctx context.Context, ids []digest, texts [][]byte) ([]Decision, error) {
	asked := e.config.Now()
	items, err := e.hufu.evaluate(ctx, texts...)
	if err != nil {
		return nil, err
	}
	all := make([]Decision, len(items))
	for i := range items {
		c := &items[i].Context
		all[i] = Decision{Allowed: *items[i].Decision, ID: c.ID}
		if !all[i].Allowed {
			all[i].Reason, all[i].Detail = c.ReasonUser.English, c.ReasonAdmin.English
		}
		s := e.observe(c.Revision, asked)
		switch {
		case s == nil:
		case c.Cacheable:
			s.decisions.put(ids[i], kept{Decision: all[i]})
		case c.CacheableUntil > 0:
			s.decisions.put(ids[i], kept{all[i], time.Unix(c.CacheableUntil, 0)})
		}
	}
	return all, nil
}

// failure is the *Error of a question that was not answered: the service's fault where hufu cannot read it.
func failure(err error) error {
	if err == nil {
		return nil
	}
	if s, ok := errors.AsType[*statusError](err); ok && s.status == http.StatusBadRequest {
		return internal(err)
	}
	return unavailable(err)
}

// Ping tells whether the service can do its work: hufu answers, lets it ask, and gives it the signing key of its own
// SecretId. It is for the start of the service, and for its readiness probe.
func (e *Enforcer) Ping(ctx context.Context) error {
	if _, err := e.poll().wait(ctx); err != nil {
		return unavailable(err)
	}
	own, err := e.config.Credentials(ctx)
	if err != nil {
		return unavailable(fmt.Errorf("pep: ask hufu: %w", err))
	}
	now := e.config.Now()
	if _, err := e.hufu.signingKey(ctx, own.SecretID, e.config.Service, now.UTC().Format(time.DateOnly), own.Token); err != nil {
		return unavailable(err)
	}
	return nil
}
