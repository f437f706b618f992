package access

import (
	"sync"

	"github.com/hufu-iam/hufu/policy"
)

// sessions keeps compiled session policies by the SecretId of their credential, which fixed them when it was issued,
// bounded by their sizes.
type sessions struct {
	documents *documents
	max       int

	mu   sync.RWMutex
	all  map[string]*policy.Set
	size int
}

func (s *sessions) compiled(secretID, text string) *policy.Set {
	s.mu.RLock()
	known := s.all[secretID]
	s.mu.RUnlock()
	if known != nil {
		return known
	}
	set := s.documents.compile([]Document{{Name: "session", Version: 1, Text: text}})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all[secretID] != nil {
		return set // another call was first
	}
	s.all[secretID] = set
	s.size += emptySize + set.Size()
	for id, old := range s.all { // in the order of a map, as good as random
		if s.size <= s.max {
			break
		}
		delete(s.all, id)
		s.size -= emptySize + old.Size()
	}
	return set
}
