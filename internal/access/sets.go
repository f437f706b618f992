package access

import (
	"context"
	"encoding/binary"
	"hash/maphash"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/policy"
)

// shared is the compiled policies of one combination, for all principals of an account that have just these. Its set is
// built when it is first asked for, and again in the background when one of its policies has changed.
type shared struct {
	account store.Account
	ids     []int64
	groups  []int64

	building sync.Mutex // one build at a time; who waits finds it done
	set      atomic.Pointer[policy.Set]
	dropped  atomic.Bool // no longer among the sets: nobody would tell it of changes

	// Guarded by sets.mu.
	has     []int64 // policies whose changes it is told of
	changes uint64  // of those and of its groups, so far
	size    int

	// plain is what all principals share that have nothing but this.
	plain atomic.Pointer[compiled]
}

type setKey struct {
	account  store.Account
	policies string // ids of policies and of groups, eight bytes each, with a separator between
}

func newSetKey(a store.Account, policies, groups []int64) setKey {
	b := make([]byte, 0, 8*(len(policies)+len(groups)+1))
	for _, id := range policies {
		b = binary.BigEndian.AppendUint64(b, uint64(id))
	}
	b = binary.BigEndian.AppendUint64(b, 0) // no policy has the number 0
	for _, id := range groups {
		b = binary.BigEndian.AppendUint64(b, uint64(id))
	}
	return setKey{a, string(b)}
}

// policyKey names a policy or a group of an account. Presets are every account's, but never change.
type policyKey struct {
	account store.Account
	kind    string
	id      int64
}

// sets keeps compiled policies, shared between principals and bounded by their sizes.
type sets struct {
	source    Source
	documents *documents
	max       int // the sizes of all together

	mu      sync.RWMutex
	all     map[setKey]*shared
	holding map[policyKey]map[*shared]struct{} // who must be told of a change
	size    int
	stale   []*shared
	changes generations // of policies and groups by account

	rebuilding atomic.Bool
	background context.Context // of what goes on by itself
	end        context.CancelFunc
	running    sync.WaitGroup
}

func newSets(source Source, documents *documents, max int) *sets {
	s := &sets{source: source, documents: documents, max: max, all: map[setKey]*shared{}, holding: map[policyKey]map[*shared]struct{}{},
		changes: generations{seed: maphash.MakeSeed()}}
	s.background, s.end = context.WithCancel(context.Background())
	return s
}

// of finds the set of a combination, or makes room for one.
func (s *sets) of(a store.Account, policies, groups []int64) *shared {
	k := newSetKey(a, policies, groups)
	s.mu.RLock()
	found := s.all[k]
	s.mu.RUnlock()
	if found != nil {
		return found
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.all[k]; found != nil {
		return found
	}
	made := &shared{account: a, ids: policies, groups: groups, size: emptySize}
	s.all[k] = made
	s.size += made.size
	for _, g := range groups {
		s.hold(policyKey{a, GroupChange, g}, made)
	}
	s.follow(made, policies)
	s.evict(made)
	return made
}

// emptySize is what a combination takes without its set, in the measure of sets.
const emptySize = 4

// follow has a combination told of the changes of these policies.
func (s *sets) follow(of *shared, policies []int64) {
	for _, id := range of.has {
		s.release(policyKey{of.account, PolicyChange, id}, of)
	}
	of.has = slices.Clone(policies)
	for _, id := range of.has {
		s.hold(policyKey{of.account, PolicyChange, id}, of)
	}
}

func (s *sets) hold(k policyKey, by *shared) {
	if s.holding[k] == nil {
		s.holding[k] = map[*shared]struct{}{}
	}
	s.holding[k][by] = struct{}{}
}

func (s *sets) release(k policyKey, by *shared) {
	delete(s.holding[k], by)
	if len(s.holding[k]) == 0 {
		delete(s.holding, k)
	}
}

// evict makes room by dropping some sets, any but keep. What is dropped is built again when it is asked for.
func (s *sets) evict(keep *shared) {
	for k, old := range s.all { // in the order of a map, as good as random
		if s.size <= s.max {
			return
		}
		if old == keep {
			continue
		}
		delete(s.all, k)
		for _, g := range old.groups {
			s.release(policyKey{old.account, GroupChange, g}, old)
		}
		for _, id := range old.has {
			s.release(policyKey{old.account, PolicyChange, id}, old)
		}
		s.size -= old.size
		old.dropped.Store(true)
		old.set.Store(nil)
	}
}

// ready is the set as of now, nil if it must be built first.
func (s *sets) ready(of *shared) *policy.Set {
	if set := of.set.Load(); set != nil || !of.dropped.Load() {
		return set
	}
	return s.of(of.account, of.ids, of.groups).set.Load()
}

// compiled is the set as of now, built if need be.
func (s *sets) compiled(ctx context.Context, of *shared) (*policy.Set, error) {
	if set := s.ready(of); set != nil {
		return set, nil
	}
	if of.dropped.Load() {
		of = s.of(of.account, of.ids, of.groups)
	}
	of.building.Lock()
	defer of.building.Unlock()
	if set := of.set.Load(); set != nil {
		return set, nil
	}
	s.mu.RLock()
	own, account := of.changes, s.changes.at(of.account).Load()
	s.mu.RUnlock()
	read, err := s.source.Documents(ctx, of.account, of.ids, of.groups)
	if err != nil {
		return nil, err
	}
	set := s.documents.compile(read)
	s.keep(of, read, set, own, account)
	return set, nil
}

// keep stores what was built, unless one of its policies changed meanwhile: the set is as good as the moment it was read,
// but the change has been told already. Of a policy that came with a group for the first time nobody would have told, so
// then no change of the account will do; from now on it is told, and the next build is not kept back by others' changes.
func (s *sets) keep(of *shared, from []Document, set *policy.Set, own, account uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if of.dropped.Load() {
		return
	}
	told := of.changes == own
	ids := make([]int64, len(from))
	for i, d := range from {
		ids[i] = d.ID
		told = told && (slices.Contains(of.has, d.ID) || s.changes.at(of.account).Load() == account)
	}
	s.follow(of, union(of.ids, ids))
	if !told {
		return
	}
	s.size += emptySize + set.Size() - of.size
	of.size = emptySize + set.Size()
	of.set.Store(set)
	s.evict(of)
}

// union is two sorted lists as one.
func union(a, b []int64) []int64 {
	all := append(slices.Clone(a), b...)
	slices.Sort(all)
	return slices.Compact(all)
}

// forget takes the sets out of force that changes concern, and has them built again. It reports whether there were any.
func (s *sets) forget(changes []store.Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range changes {
		switch c.Kind {
		case PolicyChange, GroupChange:
			s.changes.changed([]store.Change{c})
			id, _ := strconv.ParseInt(c.ID, 10, 64) // our own text
			for of := range s.holding[policyKey{c.Account, c.Kind, id}] {
				s.outdate(of)
			}
		case store.KindEverything:
			s.changes.changed([]store.Change{c})
			for _, of := range s.all {
				s.outdate(of)
			}
		}
	}
	if len(s.stale) > 0 && s.background.Err() == nil && s.rebuilding.CompareAndSwap(false, true) {
		s.running.Go(s.rebuild)
	}
}

// close ends what goes on in the background.
func (s *sets) close() {
	s.mu.Lock()
	s.end() // under the lock: nothing is started any more
	s.mu.Unlock()
	s.running.Wait()
}

// maxStale bounds what is built again in advance; the rest waits until it is asked for.
const maxStale = 256

func (s *sets) outdate(of *shared) {
	of.changes++
	if of.set.Swap(nil) != nil && len(s.stale) < maxStale {
		s.stale = append(s.stale, of)
	}
}

// rebuild builds what changes have outdated, so that the decisions after them find it done. It ends when nothing is left.
func (s *sets) rebuild() {
	for {
		s.mu.Lock()
		if len(s.stale) == 0 || s.background.Err() != nil {
			s.rebuilding.Store(false) // under the lock: whoever adds sees it
			s.mu.Unlock()
			return
		}
		of := s.stale[0]
		s.stale = s.stale[1:]
		s.mu.Unlock()
		if !of.dropped.Load() {
			_, _ = s.compiled(s.background, of) // whoever asks next tries again, and is told
		}
	}
}

// kept is the number of sets and their size.
func (s *sets) kept() (n, size int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.all), s.size
}
