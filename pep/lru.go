package pep

import "sync"

// lru keeps the entries that were used last, at most max.
type lru[K comparable, V any] struct {
	max int

	mu      sync.Mutex
	entries map[K]*entry[K, V]
	ring    entry[K, V] // before and after all: next is the one used last, prev the one used longest ago
}

type entry[K comparable, V any] struct {
	key        K
	value      V
	prev, next *entry[K, V]
}

func newLRU[K comparable, V any](max int) *lru[K, V] {
	l := &lru[K, V]{max: max, entries: map[K]*entry[K, V]{}}
	l.ring.prev, l.ring.next = &l.ring, &l.ring
	return l
}

func (l *lru[K, V]) get(k K) (v V, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.entries[k]
	if e == nil {
		return v, false
	}
	l.unlink(e)
	l.first(e)
	return e.value, true
}

func (l *lru[K, V]) put(k K, v V) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.entries[k]
	switch {
	case e != nil:
		l.unlink(e)
	case len(l.entries) >= l.max:
		e = l.ring.prev
		l.unlink(e)
		delete(l.entries, e.key)
	default:
		e = &entry[K, V]{}
	}
	e.key, e.value = k, v
	l.entries[k] = e
	l.first(e)
}

func (l *lru[K, V]) len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.entries)
}

func (l *lru[K, V]) unlink(e *entry[K, V]) { e.prev.next, e.next.prev = e.next, e.prev }

func (l *lru[K, V]) first(e *entry[K, V]) {
	e.prev, e.next = &l.ring, l.ring.next
	e.prev.next, e.next.prev = e, e
}
