// Package cache keeps what was read from the store until a commit changes it. It is not a cache by age: an entry
// is right until it is dropped, and whoever changes the row drops the entry before the change is acknowledged.
//
// The race that such a cache must win: a load reads the old row, the row changes and the entry is dropped, then the
// load puts the old value. Each shard counts its drops; a load whose shard dropped anything meanwhile hands its
// value out but does not keep it.
package cache

import (
	"hash/maphash"
	"sync"
)

const shards = 64

// Cache maps K to V. The zero value is not usable; make it with New.
type Cache[K comparable, V any] struct {
	perShard int
	seed     maphash.Seed
	shard    [shards]shard[K, V]
}

type shard[K comparable, V any] struct {
	mu      sync.RWMutex
	entries map[K]V
	drops   uint64
	_       [24]byte // keeps two shards' locks off one cache line
}

// New makes a cache of at most about max entries.
func New[K comparable, V any](max int) *Cache[K, V] {
	c := &Cache[K, V]{perShard: max/shards + 1, seed: maphash.MakeSeed()}
	for i := range c.shard {
		c.shard[i].entries = map[K]V{}
	}
	return c
}

func (c *Cache[K, V]) shardOf(k K) *shard[K, V] {
	return &c.shard[maphash.Comparable(c.seed, k)%shards]
}

// Get answers the kept value, or loads it. Values are shared: callers must not change them. Loads of one key may
// run side by side; an error is not kept.
func (c *Cache[K, V]) Get(k K, load func() (V, error)) (V, error) {
	s := c.shardOf(k)
	s.mu.RLock()
	v, ok := s.entries[k]
	drops := s.drops
	s.mu.RUnlock()
	if ok {
		return v, nil
	}
	v, err := load()
	if err != nil {
		return v, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drops != drops {
		return v, nil
	}
	for old := range s.entries {
		if len(s.entries) < c.perShard {
			break
		}
		delete(s.entries, old) // any entry: map order is as good as random
	}
	s.entries[k] = v
	return v, nil
}

// Drop forgets one key.
func (c *Cache[K, V]) Drop(k K) {
	s := c.shardOf(k)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.entries, k)
	s.drops++
}

// DropAll forgets the entries that match, in every shard; a nil match forgets everything.
func (c *Cache[K, V]) DropAll(match func(K, V) bool) {
	for i := range c.shard {
		c.shard[i].dropWhere(match)
	}
}

func (s *shard[K, V]) dropWhere(match func(K, V) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drops++
	if match == nil {
		clear(s.entries)
		return
	}
	for k, v := range s.entries {
		if match(k, v) {
			delete(s.entries, k)
		}
	}
}

// Len is the number of kept entries, for metrics.
func (c *Cache[K, V]) Len() int {
	n := 0
	for i := range c.shard {
		c.shard[i].mu.RLock()
		n += len(c.shard[i].entries)
		c.shard[i].mu.RUnlock()
	}
	return n
}
