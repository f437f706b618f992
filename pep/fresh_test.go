package pep

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// may asks whether alice may refund, and holds the answer to what is wanted.
func may(t *testing.T, e *Enforcer, want bool) {
	t.Helper()
	if d, err := e.Allow(t.Context(), alice, refund(1)); err != nil || d.Allowed != want {
		t.Errorf("allowed: %t, %v; want %t", d.Allowed, err, want)
	}
}

func signs(t *testing.T, h *hufu, e *Enforcer, change ...func(*signed)) {
	t.Helper()
	if _, err := e.Verify(h.request(change...)); err != nil {
		t.Error(err)
	}
}

func calls(t *testing.T, h *hufu, want int) {
	t.Helper()
	synctest.Wait() // those in the background too
	if n := h.count(); n != want {
		t.Errorf("%d calls, want %d", n, want)
	}
}

func TestAWarmCacheNeedsNoNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHufu(t)
		e := h.enforcer()
		signs(t, h, e)
		may(t, e, true)
		calls(t, h, 3)
		for range 1000 {
			signs(t, h, e)
			may(t, e, true)
		}
		calls(t, h, 0)
		e.Close()
	})
}

func TestWhileItIsUsedTheRevisionIsAskedForInTheBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHufu(t)
		e := h.enforcer()
		may(t, e, true)
		calls(t, h, 2)
		h.set(func() { h.latency = 100 * time.Millisecond })
		for range 1000 { // ten seconds
			time.Sleep(10 * time.Millisecond)
			before := time.Now()
			may(t, e, true)
			if waited := time.Since(before); waited != 0 {
				t.Fatalf("a request waited for %s", waited)
			}
		}
		if n := h.count(); n < 10 || n > 20 {
			t.Errorf("%d polls in ten seconds", n)
		}
		time.Sleep(time.Hour)
		calls(t, h, 0) // nobody asked
		e.Close()
	})
}

func TestARevocationIsSeenWithinMaxStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHufu(t)
		e := h.enforcer()
		may(t, e, true)
		signs(t, h, e)
		h.change(func() { h.denied["orders:Refund"] = true })
		time.Sleep(time.Second)
		may(t, e, true) // exactly MaxStale old
		time.Sleep(time.Nanosecond)
		may(t, e, false)
		h.change(func() { h.denied["orders:Refund"] = false })
		time.Sleep(time.Second + time.Nanosecond)
		may(t, e, true)

		signs(t, h, e)
		h.change(func() { h.off[aliceID] = true })
		time.Sleep(time.Second + time.Nanosecond)
		_, err := e.Verify(h.request())
		fails(t, err, 401, codeNotFound)
		may(t, e, false)
		h.change(func() { h.off[aliceID] = false })
		time.Sleep(time.Second + time.Nanosecond)
		signs(t, h, e)
		e.Close()
	})
}

func TestAnotherRevisionInAnAnswerEmptiesTheCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHufu(t)
		e := h.enforcer()
		may(t, e, true)
		h.change(func() { h.denied["orders:Refund"] = true })
		time.Sleep(time.Millisecond)
		if _, err := e.Allow(t.Context(), alice, refund(2)); err != nil {
			t.Error(err)
		}
		may(t, e, false) // long before it would be too old
		e.Close()
	})
}

func TestWithoutHufuNobodyPasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHufu(t)
		e := h.enforcer()
		signs(t, h, e)
		may(t, e, true)
		calls(t, h, 3)
		h.set(func() {
			h.broken = func(string) (*http.Response, error) { return nil, errors.New("connection refused") }
		})
		time.Sleep(time.Second)
		signs(t, h, e)
		may(t, e, true)
		time.Sleep(time.Nanosecond)
		for range 1000 {
			_, err := e.Verify(h.request())
			fails(t, err, 503, codeUnavailable)
			_, err = e.Allow(t.Context(), alice, refund(1))
			fails(t, err, 503, codeUnavailable)
		}
		if n := h.count(); n > 2 {
			t.Errorf("%d calls in no time", n)
		}
		h.set(func() { h.broken = nil })
		time.Sleep(100 * time.Millisecond)
		signs(t, h, e)
		may(t, e, true)
		calls(t, h, 1) // nothing has changed meanwhile
		e.Close()
	})
}

func TestAHufuThatDoesNotAnswerIsNotWaitedForLongerThanTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHufu(t)
		e := h.enforcer(func(c *Config) { c.Timeout = 2 * time.Second })
		h.set(func() { h.latency = time.Hour })
		before := time.Now()
		_, err := e.Verify(h.request())
		fails(t, err, 503, codeUnavailable)
		if waited := time.Since(before); waited != 2*time.Second {
			t.Errorf("it waited for %s", waited)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		time.Sleep(time.Second)
		before = time.Now()
		_, err = e.Allow(ctx, alice, refund(1))
		if fails(t, err, 503, codeUnavailable); time.Since(before) != 0 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a request that is over waited for %s: %v", time.Since(before), errors.Unwrap(err))
		}
		e.Close()
	})
}

// News that takes longer than MaxStale is old when it comes. Then nothing is taken from memory, and all the same everybody
// is answered.
func TestASlowHufuIsAskedEveryTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHufu(t)
		e := h.enforcer(func(c *Config) { c.MaxStale = 50 * time.Millisecond })
		h.set(func() { h.latency = 100 * time.Millisecond })
		for _, denied := range []bool{false, true, false} {
			h.change(func() { h.denied["orders:Refund"] = denied })
			may(t, e, !denied)
			signs(t, h, e)
		}
		calls(t, h, 12)
		e.Close()
	})
}

func TestWhatMayNotBeKeptIsAskedEveryTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHufu(t)
		h.foreign = true
		e := h.enforcer()
		for range 3 {
			may(t, e, true)
			signs(t, h, e)
		}
		if all, err := e.AllowAll(t.Context(), alice, refund(1), refund(2)); err != nil || allowed(all) != "11" {
			t.Error(all, err)
		}
		calls(t, h, 8)
		e.Close()
	})
}

func TestWhatMayBeKeptUntilATimeIsKeptUntilThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHufu(t)
		e := h.enforcer()
		guest := &Caller{SecretID: guestID}
		ask := func(want int) {
			t.Helper()
			if d, err := e.Allow(t.Context(), guest, refund(1)); err != nil || !d.Allowed {
				t.Error(d, err)
			}
			calls(t, h, want)
		}
		ask(2)
		ask(1)
		h.set(func() { h.until = time.Now().Unix() + 10 })
		ask(1)
		for range 19 {
			time.Sleep(500 * time.Millisecond)
			ask(0)
			time.Sleep(time.Nanosecond)
			ask(1) // the poll
		}
		time.Sleep(500 * time.Millisecond)
		ask(1)
		e.Close()
	})
}

func TestAKeyEndsWithItsSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHufu(t) // its keys end after an hour
		e := h.enforcer()
		signs(t, h, e, asGuest)
		s := e.state.current
		id := keyID{id: guestID, date: h.now().UTC().Format(time.DateOnly)}
		for k := range s.keys.entries {
			id = k
		}
		of, _ := s.keys.get(id)
		s.keys.put(id, &signer{key: of.key, caller: of.caller, expires: time.Now().Add(100 * time.Millisecond)})
		time.Sleep(99 * time.Millisecond)
		signs(t, h, e, asGuest)
		time.Sleep(time.Millisecond)
		_, err := e.Verify(h.request(asGuest))
		fails(t, err, 401, codeToken)
		e.Close()
	})
}

func TestAKeyOfNoUseIsAskedForOnceInMaxStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHufu(t)
		h.off[aliceID] = true
		e := h.enforcer()
		for range 100 {
			_, err := e.Verify(h.request())
			fails(t, err, 401, codeNotFound)
		}
		calls(t, h, 2)
		// A node of hufu that has heard of the key answers under a revision that is known already.
		h.set(func() { h.off[aliceID] = false })
		time.Sleep(time.Second)
		signs(t, h, e)
		e.Close()
	})
}

func TestMemoryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHufu(t)
		e := h.enforcer(func(c *Config) { c.MaxEntries = 10 })
		for i := range 100 {
			if _, err := e.Allow(t.Context(), alice, refund(i)); err != nil {
				t.Error(err)
			}
			_, err := e.Verify(h.request(func(s *signed) { s.id = fmt.Sprintf("AKID%d", i) }))
			fails(t, err, 401, codeNotFound)
			signs(t, h, e, func(s *signed) { s.at = s.at.Add(time.Duration(i) * time.Second) })
		}
		if n := e.state.current.decisions.len(); n != 10 {
			t.Errorf("%d decisions are kept", n)
		}
		if n := e.refused.len(); n != 10 {
			t.Errorf("%d ids of no use are kept", n)
		}
		h.count()
		for i := 90; i < 100; i++ {
			if _, err := e.Allow(t.Context(), alice, refund(i)); err != nil {
				t.Error(err)
			}
		}
		calls(t, h, 0)
		e.Close()
	})
}

func TestWhoAsksTheSameAtTheSameTimeSharesTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHufu(t)
		h.latency = 50 * time.Millisecond
		e := h.enforcer()
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				may(t, e, true)
				signs(t, h, e)
			})
		}
		all.Wait()
		calls(t, h, 3)
		e.Close()
	})
}

// A call that is under way for long may have been answered before what its new companion must not miss.
func TestAnOldCallIsNotJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHufu(t)
		e := h.enforcer()
		may(t, e, true)
		h.set(func() { h.latency, h.slow = 1200*time.Millisecond, "/access/v1/evaluation" })
		var first sync.WaitGroup
		first.Go(func() {
			if d, err := e.Allow(t.Context(), alice, refund(2)); err != nil || !d.Allowed {
				t.Error(d, err)
			}
		})
		for range 13 {
			time.Sleep(100 * time.Millisecond)
			may(t, e, true) // so that the news stays young
		}
		h.change(func() { h.denied["orders:Refund"] = true }) // the answer is on its way back
		time.Sleep(time.Millisecond)
		if err := e.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Second)
		if d, err := e.Allow(t.Context(), alice, refund(2)); err != nil || d.Allowed {
			t.Errorf("allowed by an answer of before: %+v, %v", d, err)
		}
		first.Wait()
		e.Close()
	})
}

func TestALateAnswerDoesNotEmptyTheCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHufu(t)
		e := h.enforcer()
		may(t, e, true)
		h.set(func() { h.latency, h.slow = 100*time.Millisecond, "/access/v1/evaluation" })
		var first sync.WaitGroup
		first.Go(func() {
			if _, err := e.Allow(t.Context(), alice, refund(2)); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(150 * time.Millisecond)
		h.change(func() {})
		h.set(func() { h.latency = 0 })
		if err := e.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		may(t, e, true)
		h.count()
		first.Wait()
		may(t, e, true)
		calls(t, h, 0)
		e.Close()
	})
}

func TestTooMuchUnderWayFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHufu(t)
		e := h.enforcer(func(c *Config) { c.MaxStale = time.Minute })
		may(t, e, true)
		h.set(func() { h.latency = time.Second })
		var all sync.WaitGroup
		for i := range maxFlights {
			all.Go(func() {
				if _, err := e.Allow(t.Context(), alice, refund(i+2)); err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(time.Millisecond)
		_, err := e.Allow(t.Context(), alice, refund(0))
		fails(t, err, 503, codeUnavailable)
		may(t, e, true) // is known
		all.Wait()
		e.Close()
	})
}

func TestAClockThatWasSetBackMakesNothingYoung(t *testing.T) {
	h := newHufu(t)
	now := time.Unix(1_760_000_000, 0)
	h.now = func() time.Time { return now }
	e := h.enforcer()
	may(t, e, true)
	h.change(func() { h.denied["orders:Refund"] = true })
	now = now.Add(-time.Minute)
	may(t, e, false)
}

// Whatever happens when: a request is let through only if it was allowed at some moment between MaxStale before it came
// and its answer, it is denied only if it was denied at such a moment, and it fails only if hufu did then.
func TestNoAnswerIsOlderThanMaxStale(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		type step struct {
			pause, latency time.Duration
			act            int
		}
		gen := rapid.Custom(func(r *rapid.T) step {
			return step{time.Duration(rapid.SampledFrom([]int{0, 1, 10, 60, 200, 500, 1000, 1001, 1500}).Draw(r, "pause")) * time.Millisecond,
				time.Duration(rapid.SampledFrom([]int{0, 1, 40, 400, 900}).Draw(r, "latency")) * time.Millisecond, rapid.IntRange(0, 9).Draw(r, "act")}
		})
		steps := rapid.SliceOfN(gen, 1, 200).Draw(r, "steps")
		synctest.Test(t, func(t *testing.T) {
			h := newHufu(t)
			e := h.enforcer()
			// What was true from when on.
			type moment struct {
				at              time.Time
				allowed, broken bool
			}
			var mu sync.Mutex
			history := []moment{{time.Now(), true, false}}
			became := func(f func(*moment)) {
				mu.Lock()
				defer mu.Unlock()
				m := history[len(history)-1]
				m.at = time.Now()
				f(&m)
				history = append(history, m)
			}
			was := func(from, to time.Time, what func(moment) bool) bool {
				mu.Lock()
				defer mu.Unlock()
				for i, m := range history {
					over := i+1 < len(history) && history[i+1].at.Before(from)
					if !over && !m.at.After(to) && what(m) {
						return true
					}
				}
				return false
			}
			var all sync.WaitGroup
			for _, s := range steps {
				time.Sleep(s.pause)
				switch s.act {
				case 0, 1:
					became(func(m *moment) { m.allowed = !m.allowed })
					h.change(func() { h.denied["orders:Refund"] = !h.denied["orders:Refund"] })
				case 2:
					became(func(m *moment) { m.broken = !m.broken })
					h.set(func() {
						if h.broken == nil {
							h.broken = func(string) (*http.Response, error) { return nil, errors.New("connection refused") }
						} else {
							h.broken = nil
						}
					})
				case 3:
					h.set(func() { h.latency = s.latency })
				default:
					all.Go(func() {
						came := time.Now().Add(-time.Second)
						d, err := e.Allow(t.Context(), alice, refund(s.act%2))
						now := time.Now()
						switch {
						case err != nil && !was(came, now, func(m moment) bool { return m.broken }):
							r.Errorf("it failed while hufu answered: %v", errors.Unwrap(err))
						case err == nil && !was(came, now, func(m moment) bool { return m.allowed == d.Allowed }):
							r.Errorf("the answer is %t, as it was long ago", d.Allowed)
						}
					})
				}
			}
			all.Wait()
			e.Close()
		})
	})
}
