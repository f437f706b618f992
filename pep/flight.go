package pep

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// maxFlights bounds the different things that are asked at one time. Beyond, requests fail rather than pile up.
const maxFlights = 4096

var (
	errClosed   = errors.New("pep: the Enforcer is closed")
	errOverload = errors.New("pep: too many calls to hufu are under way")
)

// flights are calls under way. Who wants the same at the same time waits for the same call.
type flights[K comparable, V any] struct {
	mu    sync.Mutex
	under map[K]*flight[V]
}

type flight[V any] struct {
	began time.Time
	done  chan struct{}
	value V // once done
	err   error
}

// join is the call under way for a key, or a new one. One that began more than the given time ago is not joined: what it
// answers may be older than whoever joins would believe.
func (f *flights[K, V]) join(w *workers, k K, now time.Time, young time.Duration, call func(context.Context) (V, error)) *flight[V] {
	f.mu.Lock()
	defer f.mu.Unlock()
	if under := f.under[k]; under != nil && now.Sub(under.began) <= young {
		return under
	}
	mine := &flight[V]{began: now, done: make(chan struct{})}
	if len(f.under) >= maxFlights {
		return mine.end(errOverload)
	}
	started := w.start(func(ctx context.Context) {
		defer close(mine.done)
		defer f.remove(k, mine)
		defer func() {
			if v := recover(); v != nil { // of the service's Client or Credentials: here it would end the process
				mine.err = fmt.Errorf("pep: a call to hufu panicked: %v", v)
			}
		}()
		mine.value, mine.err = call(ctx)
	})
	if !started {
		return mine.end(errClosed)
	}
	if f.under == nil {
		f.under = map[K]*flight[V]{}
	}
	f.under[k] = mine
	return mine
}

func (f *flights[K, V]) remove(k K, mine *flight[V]) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.under[k] == mine {
		delete(f.under, k)
	}
}

// end is a flight that never began.
func (f *flight[V]) end(err error) *flight[V] {
	f.err = err
	close(f.done)
	return f
}

// wait waits for the answer, or for the end of the context.
func (f *flight[V]) wait(ctx context.Context) (v V, err error) {
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		return v, context.Cause(ctx)
	}
}
