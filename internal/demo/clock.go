package demo

import (
	"sync"
	"time"
)

// clock stands where it was set until live; it never goes back.
type clock struct {
	mu  sync.Mutex
	at  time.Time
	now func() time.Time // nil until live
}

// newClock is a clock that stands a day before the account's first one.
func newClock() *clock { return &clock{at: time.Now().AddDate(0, 0, -days-1)} }

// Now is the time of the demonstration.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now != nil {
		return c.now()
	}
	return c.at
}

// to moves the clock to a time, unless that has passed.
func (c *clock) to(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.at) {
		c.at = t
	}
}

// tick moves the clock on.
func (c *clock) tick(d time.Duration) { c.to(c.Now().Add(d)) }

// live lets the clock run with the machine's.
func (c *clock) live() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = time.Now
}
