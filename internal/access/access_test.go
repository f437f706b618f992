package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const a, b store.Account = 100000000001, 100000000002

// world is a source whose rows are maps, and an engine over it.
type world struct {
	t      *testing.T
	db     *store.DB
	engine *Engine

	mu         sync.Mutex
	principals map[holder]Effective
	policies   map[policyKey]string
	attached   map[policyKey][]int64 // to groups
	over       map[store.Account]*Control
	read       []string // what was read, in order
	between    func()   // runs once, before documents are read
}

func newWorld(t *testing.T, db *store.DB, maxSize int) *world {
	w := &world{t: t, db: db, principals: map[holder]Effective{}, policies: map[policyKey]string{}, attached: map[policyKey][]int64{}, over: map[store.Account]*Control{}}
	t.Cleanup(func() { w.engine.Close() })
	w.engine = New(db, Config{Source: w, Controls: w, MaxPrincipals: 10_000, MaxSize: maxSize})
	return w
}

func (w *world) Effective(_ context.Context, of store.Account, kind call.PrincipalKind, id int64) (*Effective, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.read = append(w.read, fmt.Sprintf("%s %d", kind, id))
	e := w.principals[holder{of, kind, id}]
	e.Policies, e.Groups = slices.Clone(e.Policies), slices.Clone(e.Groups)
	return &e, nil
}

func (w *world) Documents(_ context.Context, of store.Account, policies, groups []int64) (all []Document, _ error) {
	if f := w.between; f != nil {
		w.between = nil
		f()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	ids := slices.Clone(policies)
	for _, g := range groups {
		ids = append(ids, w.attached[policyKey{of, GroupChange, g}]...)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if text, ok := w.policies[policyKey{of, PolicyChange, id}]; ok {
			w.read = append(w.read, fmt.Sprintf("policy %d", id))
			all = append(all, Document{ID: id, Version: 1, Name: fmt.Sprint("p", id), Text: text})
		}
	}
	return all, nil
}

func (w *world) Over(_ context.Context, of store.Account) (*Control, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.over[of], nil
}

// change writes rows and tells of it, as a product does in one transaction.
func (w *world) change(rows func(), changes ...store.Change) {
	w.t.Helper()
	err := w.db.Write(context.Background(), func(tx *store.Tx) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		rows()
		for _, c := range changes {
			tx.Changed(c)
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func user(of store.Account, uin int64) *call.Principal {
	return &call.Principal{Kind: call.User, Account: of, UIN: uin}
}

var act = policy.Action{Service: "cvm", Name: "StopInstances"}

func (w *world) decide(p *call.Principal) policy.Decision {
	w.t.Helper()
	d, err := w.engine.Decide(context.Background(), Question{Caller: p, Action: act})
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// reads is what was read since it was last asked, when nothing is built any more.
func (w *world) reads() []string {
	for w.engine.sets.rebuilding.Load() {
		time.Sleep(time.Millisecond)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.read
	w.read = nil
	return out
}

const (
	allow = `{"version":"2.0","statement":{"effect":"allow","action":"cvm:*","resource":"*"}}`
	deny  = `{"version":"2.0","statement":{"effect":"deny","action":"cvm:*","resource":"*"}}`
	idle  = `{"version":"2.0","statement":{"effect":"allow","action":"cos:*","resource":"*"}}`
)

func id(n int64) string { return strconv.FormatInt(n, 10) }

// peopled has two users of a with policy 1, one of whom is in group 7 with policy 2, a role with policy 1 and a boundary,
// and a user of b.
func peopled(t *testing.T, db *store.DB, maxSize int) *world {
	w := newWorld(t, db, maxSize)
	w.principals = map[holder]Effective{
		{a, call.User, 11}: {Policies: []int64{1}}, {a, call.User, 12}: {Policies: []int64{1}}, {a, call.User, 13}: {Policies: []int64{1}, Groups: []int64{7}},
		{a, call.Role, 21}: {Policies: []int64{1}, Boundary: 3, RoleName: "ops", Tags: []policy.Tag{policy.NewTag("k", "v")}}, {b, call.User, 31}: {Policies: []int64{1}},
	}
	for _, of := range []store.Account{a, b} {
		for n, text := range map[int64]string{1: allow, 2: idle, 3: allow} {
			w.policies[policyKey{of, PolicyChange, n}] = text
		}
	}
	w.attached[policyKey{a, GroupChange, 7}] = []int64{2}
	for _, p := range []*call.Principal{user(a, 11), user(a, 12), user(a, 13), {Kind: call.Role, Account: a, RoleID: 21}, user(b, 31)} {
		if d := w.decide(p); !d.Allowed {
			t.Fatalf("%+v: %+v", p, d)
		}
	}
	return w
}

func TestPrincipalsWithTheSamePoliciesShareOneSet(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := peopled(t, db, 1000)
		layers := func(p *call.Principal) policy.Layers {
			q, err := w.engine.Prepare(context.Background(), Question{Caller: p, Action: act})
			if err != nil {
				t.Fatal(err)
			}
			return q.Layers
		}
		one := layers(user(a, 11))
		role := layers(&call.Principal{Kind: call.Role, Account: a, RoleID: 21})
		if one.Identity != layers(user(a, 12)).Identity || one.Identity != role.Identity {
			t.Error("equal policies are compiled twice")
		}
		if one.Identity == layers(user(a, 13)).Identity || one.Identity == layers(user(b, 31)).Identity {
			t.Error("other policies, or those of another account, are taken for the same")
		}
		if one.Boundary != nil || role.Boundary == nil {
			t.Error("the boundary is on the wrong one")
		}
		principals, sets, size := w.engine.Cached()
		if one := emptySize + 3 + 1; principals != 5 || sets != 4 || size != 4*one+3+1 { // a statement, an action, a resource, a place
			t.Errorf("%d principals, %d sets of size %d", principals, sets, size)
		}
	})
}

func TestAChangeIsSeenAtOnceAndDropsOnlyWhatItConcerns(t *testing.T) {
	for _, tc := range []struct {
		name    string
		rows    func(w *world)
		changes []store.Change
		who     *call.Principal
		effect  policy.Effect
		reads   []string // by the change and the decision together
	}{
		{"a policy's text", func(w *world) { w.policies[policyKey{a, PolicyChange, 1}] = deny },
			[]store.Change{{Account: a, Kind: PolicyChange, ID: "1"}}, user(a, 12), policy.ExplicitDeny, []string{"policy 1", "policy 1", "policy 2"}},
		{"a deleted policy", func(w *world) { delete(w.policies, policyKey{a, PolicyChange, 1}) },
			[]store.Change{{Account: a, Kind: PolicyChange, ID: "1"}}, user(a, 12), policy.ImplicitDeny, []string{"policy 2"}},
		{"a group's policies", func(w *world) {
			w.policies[policyKey{a, PolicyChange, 9}] = deny
			w.attached[policyKey{a, GroupChange, 7}] = []int64{2, 9}
		},
			[]store.Change{{Account: a, Kind: GroupChange, ID: "7"}}, user(a, 13), policy.ExplicitDeny, []string{"policy 1", "policy 2", "policy 9"}},
		{"a boundary's text", func(w *world) { w.policies[policyKey{a, PolicyChange, 3}] = idle },
			[]store.Change{{Account: a, Kind: PolicyChange, ID: "3"}}, &call.Principal{Kind: call.Role, Account: a, RoleID: 21}, policy.ImplicitDeny, []string{"policy 3"}},
		{"what a user has", func(w *world) { w.principals[holder{a, call.User, 11}] = Effective{} },
			[]store.Change{{Account: a, Kind: PrincipalChange, ID: "user/11"}}, user(a, 11), policy.ImplicitDeny, []string{"user 11"}},
		{"what a role has", func(w *world) { w.principals[holder{a, call.Role, 21}] = Effective{Policies: []int64{2}} },
			[]store.Change{{Account: a, Kind: PrincipalChange, ID: "role/21"}}, &call.Principal{Kind: call.Role, Account: a, RoleID: 21}, policy.ImplicitDeny, []string{"policy 2", "role 21"}},
		{"a policy of the same number in another account", func(w *world) { w.policies[policyKey{b, PolicyChange, 1}] = deny },
			[]store.Change{{Account: b, Kind: PolicyChange, ID: "1"}}, user(a, 11), policy.Allow, []string{"policy 1"}},
		{"a key", func(*world) {}, []store.Change{{Account: a, Kind: "key", ID: "AKIDx"}}, user(a, 11), policy.Allow, nil},
		{"everything, after another node was lost sight of", func(w *world) { w.principals[holder{a, call.User, 11}] = Effective{Policies: []int64{2}} },
			[]store.Change{{Kind: store.KindEverything}}, user(a, 11), policy.ImplicitDeny,
			[]string{"policy 1", "policy 1", "policy 1", "policy 2", "policy 2", "policy 3", "user 11"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				w := peopled(t, db, 1000)
				w.reads()
				revisions := [2]string{w.engine.Revision(a), w.engine.Revision(b)}
				w.change(func() { tc.rows(w) }, tc.changes...)
				if d := w.decide(tc.who); d.Effect != tc.effect {
					t.Errorf("decided %+v, want %s", d, tc.effect)
				}
				got := w.reads()
				slices.Sort(got)
				if !slices.Equal(got, tc.reads) {
					t.Errorf("read %q, want %q", got, tc.reads)
				}
				for i, of := range []store.Account{a, b} {
					concerned := tc.changes[0].Account == of || tc.changes[0].Kind == store.KindEverything
					if changed := w.engine.Revision(of) != revisions[i]; changed != concerned {
						t.Errorf("account %d: its revision changed: %t", of, changed)
					}
				}
			})
		})
	}
}

// Who reads a new revision must decide by the new state whatever is cached elsewhere, so it comes after all the others.
func TestTheRevisionChangesAfterEveryCache(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, 1000)
		before, during := w.engine.Revision(a), ""
		db.Subscribe(func([]store.Change) { during = w.engine.Revision(a) })
		w.change(func() {}, store.Change{Account: a, Kind: "key", ID: "AKIDx"})
		if during != before || w.engine.Revision(a) == before {
			t.Errorf("before %s, while others are told %s, then %s", before, during, w.engine.Revision(a))
		}
	})
}

// A decision may not see a later change and not the one before it: here the user was denied before its group was allowed.
func TestADecisionDoesNotMixTwoMoments(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, 1000)
		w.principals[holder{a, call.User, 11}] = Effective{Groups: []int64{7}}
		w.policies[policyKey{a, PolicyChange, 1}], w.policies[policyKey{a, PolicyChange, 2}] = allow, deny
		w.between = func() {
			w.change(func() { w.principals[holder{a, call.User, 11}] = Effective{Policies: []int64{2}, Groups: []int64{7}} },
				store.Change{Account: a, Kind: PrincipalChange, ID: "user/11"})
			w.change(func() { w.attached[policyKey{a, GroupChange, 7}] = []int64{1} }, store.Change{Account: a, Kind: GroupChange, ID: "7"})
		}
		if d := w.decide(user(a, 11)); d.Effect != policy.ExplicitDeny {
			t.Errorf("decided %+v", d)
		}
	})
}

// Whoever asks after a change was acknowledged decides by it, whatever others load, drop and rebuild meanwhile.
func TestADecisionIsNeverOlderThanTheLastAcknowledgedChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := peopled(t, db, 4) // so small that sets are dropped all the time
		w.reads()              // nothing is built any more
		versioned := &versions{world: w}
		w.engine.sets.source = versioned
		var acknowledged, stale atomic.Int64
		done := make(chan struct{})
		var readers sync.WaitGroup
		for _, uin := range []int64{11, 12, 13} {
			readers.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
					}
					before := acknowledged.Load()
					d := w.decide(user(a, uin))
					if v := d.Statement; v == nil || v.Version < before {
						stale.Add(1)
					}
				}
			})
		}
		for v := range int64(60) {
			w.change(func() { versioned.current = v + 1 }, store.Change{Account: a, Kind: PolicyChange, ID: "1"})
			acknowledged.Store(v + 1)
		}
		close(done)
		readers.Wait()
		if n := stale.Load(); n > 0 {
			t.Errorf("%d decisions were older than what had been acknowledged", n)
		}
		w.reads()
	})
}

// versions numbers the policies that are read.
type versions struct {
	*world
	current int64
}

func (v *versions) Documents(ctx context.Context, of store.Account, policies, groups []int64) ([]Document, error) {
	all, err := v.world.Documents(ctx, of, policies, groups)
	v.mu.Lock()
	defer v.mu.Unlock()
	for i := range all {
		all[i].Version = v.current
	}
	return all, err
}

func TestSetsAreBoundedByTheirStatements(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const most = 400
		w := newWorld(t, db, most)
		for n := int64(1); n <= 200; n++ {
			w.policies[policyKey{a, PolicyChange, n}] = allow
			w.principals[holder{a, call.User, 1000 + n}] = Effective{Policies: []int64{n}, Groups: []int64{n}}
			w.attached[policyKey{a, GroupChange, n}] = []int64{n}
		}
		for range 3 {
			for n := int64(1); n <= 200; n++ {
				if d := w.decide(user(a, 1000+n)); !d.Allowed || d.Statement.PolicyID != n {
					t.Fatalf("user %d: %+v", n, d)
				}
				if _, sets, size := w.engine.Cached(); size > most || sets > most/emptySize {
					t.Fatalf("%d sets of size %d are kept", sets, size)
				}
			}
		}
		if _, sets, size := w.engine.Cached(); size < most-2*emptySize || len(w.engine.sets.holding) != 2*sets {
			t.Errorf("%d sets of size %d are kept, %d are waited for", sets, size, len(w.engine.sets.holding))
		}
		// Those that were dropped see changes too.
		for n := int64(1); n <= 200; n++ {
			w.change(func() { w.policies[policyKey{a, PolicyChange, n}] = deny }, store.Change{Account: a, Kind: PolicyChange, ID: id(n)})
			if d := w.decide(user(a, 1000+n)); d.Effect != policy.ExplicitDeny {
				t.Fatalf("user %d: %+v", n, d)
			}
		}
		w.reads()
	})
}

func TestControlPolicies(t *testing.T) {
	level := func(texts ...string) (all []Document) {
		for i, text := range texts {
			all = append(all, Document{ID: int64(i + 1), Version: 1, Text: text})
		}
		return all
	}
	everything := `{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*"}}`
	root := &call.Principal{Kind: call.Root, Account: a, UIN: int64(a)}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := peopled(t, db, 1000)
		for _, tc := range []struct {
			name string
			over *Control
			who  *call.Principal
			want string
		}{
			{"an account in no organization", nil, user(a, 11), "allow identity"},
			{"control policies that are switched off", &Control{}, user(a, 11), "allow identity"},
			{"levels that all allow", &Control{Levels: [][]Document{level(everything), level(everything)}}, user(a, 11), "allow identity"},
			{"a level that denies", &Control{Levels: [][]Document{level(everything), level(everything, deny)}}, user(a, 11), "explicit_deny control"},
			{"a level that neither denies nor allows", &Control{Levels: [][]Document{level(everything), level(idle)}}, user(a, 11), "explicit_deny control"},
			{"a level without policies", &Control{Levels: [][]Document{level(everything), nil}}, user(a, 11), "explicit_deny control"},
			{"a level that cannot be read", &Control{Levels: [][]Document{level("{")}}, user(a, 11), "explicit_deny control"},
			{"the admin account is exempt", &Control{Levels: [][]Document{nil}, Admin: a}, user(a, 11), "allow identity"},
			{"another account's admin is not", &Control{Levels: [][]Document{nil}, Admin: b}, user(a, 11), "explicit_deny control"},
			{"the root user of a member is exempt", &Control{Levels: [][]Document{nil}}, root, "allow root"},
			{"unless the organization says otherwise", &Control{Levels: [][]Document{nil}, LimitMemberRoot: true}, root, "explicit_deny control"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				w.change(func() { w.over[a] = tc.over }, store.Change{Account: a, Kind: ControlChange})
				if d := w.decide(tc.who); d.Effect.String()+" "+d.Layer.String() != tc.want {
					t.Errorf("decided %+v, want %s", d, tc.want)
				}
			})
		}
		t.Run("the levels over the owner of the resource count", func(t *testing.T) {
			w.change(func() { w.over[a], w.over[b] = nil, &Control{Levels: [][]Document{nil}} }, store.Change{Kind: ControlChange})
			for _, tc := range []struct{ resource, want string }{
				{"qcs::cvm::uin/100000000002:instance/i", "explicit_deny control"}, {"qcs::cvm::uin/100000000001:instance/i", "allow identity"}, {"qcs::cvm::nobody:instance/i", "implicit_deny resource"},
			} {
				r, err := qcs.Parse(tc.resource)
				if err != nil {
					t.Fatal(err)
				}
				d, err := w.engine.Decide(context.Background(), Question{Caller: user(a, 11), Action: act, Names: []qcs.Resource{r}})
				if err != nil || d.Effect.String()+" "+d.Layer.String() != tc.want {
					t.Errorf("%s: decided %+v (%v), want %s", tc.resource, d, err, tc.want)
				}
			}
		})
	})
}

// Where policies would have to be compiled, a recheck says so; it does not.
func TestARecheckBuildsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := peopled(t, db, 100_000)
		w.over[a] = &Control{Levels: [][]Document{{{ID: 1, Text: `{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*"}}`}}}}
		q := Question{Caller: user(a, 11), Action: act}
		if d, err := w.engine.Recheck(context.Background(), q); err != nil || !d.Allowed {
			t.Fatalf("%+v, %v", d, err)
		}
		w.engine.Close() // nothing is built in the background any more
		w.reads()
		for _, c := range []store.Change{{Account: a, Kind: PolicyChange, ID: "1"}, {Account: a, Kind: ControlChange}} {
			w.change(func() {}, c)
			if _, err := w.engine.Recheck(context.Background(), q); !errors.Is(err, ErrNotReady) {
				t.Errorf("%s: %v", c.Kind, err)
			}
			if got := w.reads(); len(got) > 0 {
				t.Errorf("%s: it read %q", c.Kind, got)
			}
			w.decide(user(a, 11))
			if d, err := w.engine.Recheck(context.Background(), q); err != nil || !d.Allowed {
				t.Errorf("%s: %+v, %v", c.Kind, d, err)
			}
			w.reads()
		}
	})
}

// Changes of other policies of the account do not keep a set from being stored.
func TestASetIsStoredWhileOtherPoliciesChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := peopled(t, db, 100_000)
		w.engine.Close()
		w.reads()
		w.change(func() {}, store.Change{Account: a, Kind: PolicyChange, ID: "2"}) // of user 13's group
		w.between = func() { w.change(func() {}, store.Change{Account: a, Kind: PolicyChange, ID: "3"}) }
		w.decide(user(a, 13))
		if got := w.reads(); !slices.Equal(got, []string{"policy 1", "policy 2"}) {
			t.Errorf("a change of another policy: read %q", got)
		}
		w.change(func() {}, store.Change{Account: a, Kind: GroupChange, ID: "7"})
		w.between = func() { w.change(func() {}, store.Change{Account: a, Kind: PolicyChange, ID: "2"}) }
		w.decide(user(a, 13))
		if got := w.reads(); !slices.Equal(got, []string{"policy 1", "policy 2", "policy 1", "policy 2"}) {
			t.Errorf("a change of an own policy: read %q", got)
		}
	})
}

func TestSessionPoliciesAreBoundedByTheirSizes(t *testing.T) {
	s := &sessions{documents: &documents{}, max: 100, all: map[string]*policy.Set{}}
	for i := range 100 {
		if set := s.compiled(fmt.Sprint(i), allow); set != s.compiled(fmt.Sprint(i), allow) && s.size <= s.max-8 {
			t.Errorf("session %d is compiled twice", i)
		}
		if s.size > s.max || len(s.all)*(emptySize+4) != s.size {
			t.Fatalf("%d sets of size %d", len(s.all), s.size)
		}
	}
}
