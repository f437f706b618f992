package wecomtest

import (
	"sync"
	"time"
)

// Limits are how often a call may be made, and how much one answer lists.
type Limits struct {
	CorpMinute, CorpHour int // of one call, by one enterprise: 10 000 and 150 000
	IPMinute, IPHour     int // of one call, from one address: 20 000 and 600 000
	Concurrent           int // calls of one kind from one address at a time: 500, our own number
	WrongSecrets         int // gettoken with wrong data in an hour: 2 000, then it is locked for an hour
	Listed               int // members in an answer of user/list and user/simplelist: 10 000, our own number
}

func (l *Limits) fill() {
	for _, f := range []struct {
		n  *int
		to int
	}{{&l.CorpMinute, 10_000}, {&l.CorpHour, 150_000}, {&l.IPMinute, 20_000}, {&l.IPHour, 600_000}, {&l.Concurrent, 500}, {&l.WrongSecrets, 2000}, {&l.Listed, 10_000}} {
		if *f.n == 0 {
			*f.n = f.to
		}
	}
}

// limiter counts calls in fixed windows. Whoever breaks a rule is blocked for as long as its window is.
type limiter struct {
	limits  Limits
	windows map[string]*window

	mu    sync.Mutex // of under, which changes outside of the server's lock
	under map[string]int
}

type window struct {
	start time.Time
	n     int
	until time.Time // blocked
}

func newLimiter(l Limits) limiter {
	return limiter{limits: l, windows: map[string]*window{}, under: map[string]int{}}
}

// count counts a call and fails with 45009 when it is one too many, or comes before a block ended.
func (l *limiter) count(corp, ip, path string, now time.Time) error {
	var failed error
	for _, rule := range []struct {
		key    string
		length time.Duration
		max    int
	}{
		{"corp minute " + corp + path, time.Minute, l.limits.CorpMinute}, {"corp hour " + corp + path, time.Hour, l.limits.CorpHour},
		{"ip minute " + ip + path, time.Minute, l.limits.IPMinute}, {"ip hour " + ip + path, time.Hour, l.limits.IPHour},
	} {
		if !l.take(rule.key, rule.length, rule.max, now) {
			failed = errRate
		}
	}
	return failed
}

func (l *limiter) take(key string, length time.Duration, limit int, now time.Time) bool {
	w := l.window(key, length, now)
	if now.Before(w.until) {
		return false
	}
	if w.n++; w.n > limit {
		w.until = now.Add(length)
		return false
	}
	return true
}

func (l *limiter) window(key string, length time.Duration, now time.Time) *window {
	start := now.Truncate(length)
	w := l.windows[key]
	if w == nil {
		w = &window{start: start}
		l.windows[key] = w
	}
	if !w.start.Equal(start) {
		w.start, w.n = start, 0
	}
	return w
}

// wrong counts a wrong secret of an enterprise; locked reports whether there were too many.
func (l *limiter) wrong(corp string, now time.Time) {
	l.take("wrong "+corp, time.Hour, l.limits.WrongSecrets, now)
}

func (l *limiter) isLocked(corp string, now time.Time) bool {
	return now.Before(l.window("wrong "+corp, time.Hour, now).until)
}

// enter notes a call that is under way; the answer notes its end.
func (l *limiter) enter(key string) func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.under[key]++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.under[key]--; l.under[key] == 0 {
			delete(l.under, key)
		}
	}
}

func (l *limiter) crowded(key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.under[key] > l.limits.Concurrent
}
