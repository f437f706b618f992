package access

import (
	"crypto/rand"
	"strconv"
	"sync"

	"github.com/hufu-iam/hufu/internal/store"
)

// revisions count, for each account, the changes that its decisions may rest on.
type revisions struct {
	node string // two nodes count differently, and so does one that was started anew

	mu    sync.RWMutex
	epoch uint64 // counts what concerned every account
	of    map[store.Account]uint64
}

func newRevisions() *revisions {
	return &revisions{node: rand.Text()[:8], of: map[store.Account]uint64{}}
}

func (r *revisions) changed(changes []store.Change) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range changes {
		if c.Kind == store.KindEverything || c.Account == 0 {
			r.epoch++
			clear(r.of)
			continue
		}
		r.of[c.Account]++
	}
}

// Revision names the state of what an account's decisions rest on: its policies, principals and credentials. Decisions
// with equal revisions, asked in the same words at the same time, are equal, if the revision was read before they were made.
// It compares for equality only, and only among the answers of one node.
func (e *Engine) Revision(a store.Account) string {
	r := e.revisions
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.node + "-" + strconv.FormatUint(r.epoch, 36) + "-" + strconv.FormatUint(r.of[a], 36)
}
