package policy

import (
	"cmp"
	"slices"
	"strings"
)

// An index finds the patterns that can match a text without looking at the
// others. It is a radix tree over the literal text with which each pattern
// starts, up to its first wildcard or variable: on the way down along a text
// lie all patterns that start like it, and none else but those whose rest
// must still be compared. The cost of a search grows with the text, not with
// the number of patterns.
//
// Statements are indexed by the paths of their resources. Where many meet in
// one place (most are on "*", or on "instance/*") they are indexed again by
// the names of their actions, and where many are left even then, by the
// account that their resources name.
type index struct {
	nodes []branch // the root first; the children of a node lie side by side
}

type branch struct {
	label string  // the text that leads here from the parent
	keys  string  // the first bytes of the children's labels
	first int32   // the first child
	exact *bucket // patterns that are this text; nil without
	open  *bucket // patterns that go on with something that is not literal; nil without
}

// A bucket holds patterns that start with the same text.
type bucket struct {
	postings []posting
	actions  *index               // instead of postings: by the names of actions
	accounts map[string][]posting // besides postings: by the uin of the resource's account
}

// A posting is one pattern of a statement.
type posting struct {
	st  *statement
	res *resource // nil: any resource of the statement, or the role in question where it has none
	act *action   // nil: any action of the statement
}

const (
	// So many postings are looked at one after the other faster than through
	// a further index.
	fewByAction  = 4
	fewByAccount = 8
)

// An indexer builds the indexes of a set. Statements with many actions on many
// resources that meet in many places could take the product of both: some
// kilobytes of text would make gigabytes. So what indexing by action may take
// is bounded by the size of what is indexed, and places beyond that stay lists.
type indexer struct {
	postings int // made so far
	budget   int // of postings by action that are still to be had
}

// An entry is a posting on its way into an index.
type entry struct {
	key   string
	open  bool
	order int32
	posting
}

// literalPrefix is the text before the first wildcard or variable.
func literalPrefix(pattern string, variables bool) (prefix string, open bool) {
	i := strings.IndexByte(pattern, '*')
	if variables {
		if j := strings.Index(pattern, "${"); j >= 0 && (i < 0 || j < i) {
			i = j
		}
	}
	if i < 0 {
		return pattern, false
	}
	return pattern[:i], true
}

// index builds the tree of some entries; finish makes a bucket of what has come
// together in one place.
func (b *indexer) index(entries []entry, finish func([]posting) *bucket) *index {
	b.postings += len(entries)
	for i := range entries {
		entries[i].order = int32(i)
	}
	slices.SortFunc(entries, func(a, b entry) int { // stable, and faster so
		return cmp.Or(strings.Compare(a.key, b.key), int(a.order-b.order))
	})
	// Each node waits for its entries, which follow each other and share the
	// depth bytes that lead to it.
	type task struct{ node, from, to, depth int }
	x := &index{nodes: []branch{{}}}
	for tasks := []task{{0, 0, len(entries), 0}}; len(tasks) > 0; tasks = tasks[1:] {
		t := tasks[0]
		at, exact, open := t.from, []posting(nil), []posting(nil)
		for ; at < t.to && len(entries[at].key) == t.depth; at++ {
			if entries[at].open {
				open = append(open, entries[at].posting)
			} else {
				exact = append(exact, entries[at].posting)
			}
		}
		n := branch{label: x.nodes[t.node].label, first: int32(len(x.nodes))}
		if exact != nil {
			n.exact = finish(exact)
		}
		if open != nil {
			n.open = finish(open)
		}
		var keys []byte
		for at < t.to {
			start, key := at, entries[at].key
			for at < t.to && entries[at].key[t.depth] == key[t.depth] {
				at++
			}
			end := t.depth + shared(key[t.depth:], entries[at-1].key[t.depth:])
			tasks = append(tasks, task{len(x.nodes), start, at, end})
			keys = append(keys, key[t.depth])
			x.nodes = append(x.nodes, branch{label: key[t.depth:end]})
		}
		n.keys = string(keys)
		x.nodes[t.node] = n
	}
	return x
}

// shared is the length of the common start of two texts.
func shared(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// statements indexes statements for those of their actions that belong.
func (b *indexer) statements(statements []*statement, belongs func(*statement, *action) bool) *index {
	entries := make([]entry, 0, len(statements))
	for _, st := range statements {
		for i := range st.resources {
			r := &st.resources[i]
			key, open := literalPrefix(r.path.text, true)
			entries = append(entries, entry{key: key, open: open, posting: posting{st: st, res: r}})
		}
		if len(st.resources) == 0 {
			entries = append(entries, entry{open: true, posting: posting{st: st}})
		}
	}
	return b.index(entries, func(p []posting) *bucket { return b.byAction(p, belongs) })
}

// byAction makes a bucket that is found by path.
func (b *indexer) byAction(postings []posting, belongs func(*statement, *action) bool) *bucket {
	postings = together(postings)
	cost := 0
	for _, p := range postings {
		cost += len(p.st.actions)
	}
	if len(postings) <= fewByAction || cost > b.budget {
		return &bucket{postings: postings}
	}
	b.budget -= cost
	entries := make([]entry, 0, cost)
	for _, p := range postings {
		for i := range p.st.actions {
			if a := &p.st.actions[i]; belongs(p.st, a) {
				key, open := literalPrefix(a.name.String(), false)
				entries = append(entries, entry{key: key, open: open, posting: posting{p.st, p.res, a}})
			}
		}
	}
	return &bucket{actions: b.index(entries, byAccount)}
}

// together makes one posting of all those of a statement in a place, but for
// those that name an account, by which they can be told apart.
func together(postings []posting) []posting {
	kept := postings[:0]
	var last *statement // of the last posting that stands for several, or may
	for _, p := range postings {
		switch {
		case p.res == nil || p.res.pattern.AccountUIN() != "":
			kept = append(kept, p)
		case p.st != last:
			kept, last = append(kept, p), p.st
		default:
			i := len(kept) - 1
			for kept[i].st != p.st || kept[i].res != nil && kept[i].res.pattern.AccountUIN() != "" {
				i--
			}
			kept[i].res = nil
		}
	}
	return kept
}

// byAccount makes a bucket that is found by path and action.
func byAccount(postings []posting) *bucket {
	if len(postings) <= fewByAccount {
		return &bucket{postings: postings}
	}
	b := &bucket{accounts: map[string][]posting{}}
	for _, p := range postings {
		uin := ""
		if p.res != nil {
			uin = p.res.pattern.AccountUIN()
		}
		if uin == "" {
			b.postings = append(b.postings, p)
		} else {
			b.accounts[uin] = append(b.accounts[uin], p)
		}
	}
	return b
}

// A search is the way of one question through the indexes of one layer. It
// ends with the first deny; without one it finds an allow for the caller, and
// in a resource policy one for everyone, if there are.
type search struct {
	*evaluation
	scope  *scope
	layer  Layer
	at     int     // of the resource's names, the one that is looked for
	grants *grants // apart, so that what is returned does not drag the rest onto the heap
}

// index searches an index, which may be nil, for every name of the resource.
func (s *search) index(x *index) {
	switch {
	case x == nil:
	case s.any:
		if b := x.nodes[0].open; b != nil {
			s.bucket(b)
		}
	default:
		for s.at = range s.q.Resource {
			s.walk(x, s.q.Resource[s.at].Path)
		}
	}
}

// walk goes down along a text.
func (s *search) walk(x *index, text string) {
	n := &x.nodes[0]
	for {
		if n.open != nil {
			s.bucket(n.open)
		}
		if text == "" {
			if n.exact != nil {
				s.bucket(n.exact)
			}
			return
		}
		i := strings.IndexByte(n.keys, text[0])
		if i < 0 {
			return
		}
		n = &x.nodes[int(n.first)+i]
		if !strings.HasPrefix(text, n.label) {
			return
		}
		text = text[len(n.label):]
	}
}

func (s *search) bucket(b *bucket) {
	switch {
	case s.grants.deny != nil:
		return
	case b.actions != nil:
		s.walk(b.actions, s.q.Action.Name)
		return
	}
	s.postings(b.postings)
	if b.accounts != nil {
		uin := s.scope.Self.UIN
		if !s.any {
			uin = s.q.Resource[s.at].Owner()
		}
		s.postings(b.accounts[uin])
	}
}

func (s *search) postings(postings []posting) {
	for i := range postings {
		if s.grants.deny != nil {
			return // in this list, or in one before it
		}
		p := &postings[i]
		st := p.st
		if st.effect == Allow && s.grants.named != nil && (s.layer != LayerResource || s.grants.anyone != nil) {
			continue
		}
		if !s.action(p) || !s.resource(p) {
			continue
		}
		named, anyone := true, false
		if s.layer == LayerResource {
			if named, anyone = s.concerns(st); !named && !anyone {
				continue
			}
		}
		if !st.condition(s.q) {
			continue
		}
		if st.effect == ExplicitDeny {
			*s.grants = grants{deny: &st.ref}
			continue
		}
		if named && s.grants.named == nil {
			s.grants.named = &st.ref
		}
		if anyone && s.grants.anyone == nil {
			s.grants.anyone = &st.ref
		}
	}
}

func (s *search) action(p *posting) bool {
	if p.act != nil {
		return s.isAction(p.act)
	}
	return p.st.action(s.evaluation)
}

func (s *search) resource(p *posting) bool {
	switch {
	case p.res == nil:
		return p.st.resource(s.evaluation, s.scope)
	case s.any:
		return p.res.pattern.MatchAny(s.service, s.scope.Scope)
	}
	return s.isResource(p.res, &s.q.Resource[s.at], s.scope)
}
