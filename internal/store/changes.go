package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Change names something that a write has changed. What Kind and ID mean is
// between the room that writes and those that listen.
type Change struct {
	Account  Account
	Kind, ID string
}

// KindEverything is the kind of a change that a node makes up if it cannot know
// what has changed: whoever caches must forget all of it.
const KindEverything = "everything"

const (
	// pollLimit is how long a node may go without news before it tells its
	// subscribers to forget everything.
	pollLimit = time.Second
	// pollBatch bounds one answer of a poll.
	pollBatch = 4096
	// Changes are kept for ten minutes. A node that was away for longer than
	// pollLimit starts afresh, so even a hundredth of it would do.
	pruneEvery = time.Minute
	pruneAge   = 10 * time.Minute
)

// feed carries changes to subscribers: those of this node straight from the
// writer, those of other nodes by polling.
type feed struct {
	log *slog.Logger

	// node marks the changes of this node among the others'. It is a new one after
	// every commit whose outcome is unknown.
	node atomic.Pointer[string]

	delivering sync.Mutex // one delivery at a time, so subscribers see an order
	mu         sync.Mutex // guards subscribers
	subscriber []*subscriber
	last       []*subscriber // told after all of those

	// Of the poller.
	pool     *sql.DB
	interval time.Duration
	prune    func(func(*Tx) error)
	seen     int64
	stop     context.CancelFunc
	stopping context.Context
	ended    chan struct{}
}

type subscriber struct{ fn func([]Change) }

func newFeed(log *slog.Logger) *feed {
	f := &feed{log: log}
	f.rename()
	return f
}

// rename makes the changes recorded so far those of another node.
func (f *feed) rename() {
	node := rand.Text()
	f.node.Store(&node)
}

// unknown is told of a commit whose outcome is unknown. What was cached from
// before it may be wrong now, or become so: the server may finish the commit
// later, and caches have read the old rows again by then. So besides forgetting
// everything at once, the node lets go of its name: should the commit come, the
// poll brings its changes like those of any other node. A poll that has read them
// before and took them for its own has seen the commit, and so has whatever is
// read after everything was forgotten.
//
// Delivering every change of its own a second time would be as right, and would
// make each write forget what was read in the quarter of a second after it.
func (f *feed) unknown() {
	f.rename()
	f.deliver([]Change{{Kind: KindEverything}})
}

// Subscribe registers fn for all changes from now on, of this node and of the
// others. Those of this node arrive before the Write that made them returns,
// those of other nodes within a second; a change of Kind [KindEverything] means
// that the node has lost sight of the others. One call of fn ends before the
// next begins, and a change may arrive more than once.
//
// fn runs on the writer: it must be quick, must not call Write and must not keep
// the slice. A cache must also see to it that a value it read before the change
// is not put in after fn has returned.
//
// The returned function ends the subscription.
func (db *DB) Subscribe(fn func([]Change)) (cancel func()) {
	f, s := db.feed, &subscriber{fn}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.subscriber = append(slices.Clip(f.subscriber), s)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.subscriber = slices.DeleteFunc(slices.Clone(f.subscriber), func(o *subscriber) bool { return o == s })
	}
}

// SubscribeLast is [DB.Subscribe] for who must not hear of a change before every
// subscriber has dealt with it. It cannot be ended.
func (db *DB) SubscribeLast(fn func([]Change)) {
	f := db.feed
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last = append(slices.Clip(f.last), &subscriber{fn})
}

func (f *feed) deliver(changes []Change) {
	f.delivering.Lock()
	defer f.delivering.Unlock()
	f.mu.Lock()
	all, last := f.subscriber, f.last
	f.mu.Unlock()
	for _, s := range all {
		f.call(s, changes)
	}
	for _, s := range last {
		f.call(s, changes)
	}
}

func (f *feed) call(s *subscriber, changes []Change) {
	defer func() {
		if p := recover(); p != nil {
			f.log.Error("a subscriber to changes panicked", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	s.fn(changes)
}

// record writes changes for the other nodes, as the last thing before the
// commit. The writers' lock is held, so the numbers become visible in order and
// a poll never steps over one that comes later. The time is the server's: the
// clocks of two nodes may differ by more than changes are kept.
func (f *feed) record(ctx context.Context, conn *sql.Conn, changes []Change) error {
	if len(changes) == 0 {
		return nil
	}
	accounts := make([]int64, len(changes))
	kinds := make([]string, len(changes))
	ids := make([]string, len(changes))
	for i, c := range changes {
		accounts[i], kinds[i], ids[i] = int64(c.Account), c.Kind, c.ID
	}
	_, err := conn.ExecContext(ctx, `
		WITH s AS (
			INSERT INTO sequences (name, value) VALUES ('store.changes', $1)
			ON CONFLICT (name) DO UPDATE SET value = sequences.value + $1
			RETURNING value
		)
		INSERT INTO changes (seq, account, kind, id, node, at)
		SELECT s.value - $1 + c.n, c.account, c.kind, c.id, $2, (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT
		FROM s, unnest($3::BIGINT[], $4::TEXT[], $5::TEXT[]) WITH ORDINALITY AS c (account, kind, id, n)`,
		int64(len(changes)), *f.node.Load(), accounts, kinds, ids)
	if err != nil {
		return fmt.Errorf("record changes: %w", err)
	}
	return nil
}

// start notes the last change so far: nothing was cached yet, so nothing of
// before needs to be heard.
func (f *feed) start(ctx context.Context, pool *sql.DB, interval time.Duration) error {
	f.pool, f.interval = pool, interval
	f.stopping, f.stop = context.WithCancel(context.Background())
	f.ended = make(chan struct{})
	return f.skip(ctx)
}

func (f *feed) skip(ctx context.Context) error {
	if err := f.pool.QueryRowContext(ctx, "SELECT COALESCE(MAX(seq), 0) FROM changes").Scan(&f.seen); err != nil {
		return fmt.Errorf("read the last change: %w", err)
	}
	return nil
}

func (f *feed) close() {
	f.stop()
	<-f.ended
}

// run polls until close.
func (f *feed) run() {
	defer close(f.ended)
	tick := time.NewTicker(f.interval)
	defer tick.Stop()
	heard, pruned := time.Now(), time.Now()
	lost := false
	for {
		select {
		case <-f.stopping.Done():
			return
		case <-tick.C:
		}
		err := f.listen(lost)
		now := time.Now()
		switch {
		case f.stopping.Err() != nil:
			return
		case err == nil:
			if lost {
				f.log.Info("changes of other nodes are heard again")
			}
			heard, lost = now, false
		case now.Sub(heard) > pollLimit:
			if !lost {
				f.log.Error("changes of other nodes cannot be read, nothing is cached", "error", err)
			}
			lost = true
			// Every time, not once: what is read meanwhile is cached again.
			f.deliver([]Change{{Kind: KindEverything}})
		}
		if err == nil && now.Sub(pruned) > pruneEvery {
			pruned = now
			f.prune(pruneChanges)
		}
	}
}

// listen delivers what other nodes have changed. After the node was lost it may
// have missed changes that are pruned by now, so it starts afresh.
func (f *feed) listen(lost bool) error {
	ctx, cancel := context.WithTimeout(f.stopping, pollLimit)
	defer cancel()
	if lost {
		if err := f.skip(ctx); err != nil {
			return err
		}
		f.deliver([]Change{{Kind: KindEverything}})
		return nil
	}
	for {
		changes, n, err := f.fetch(ctx)
		if err != nil {
			return err
		}
		if len(changes) > 0 {
			f.deliver(changes)
		}
		if n < pollBatch {
			return nil
		}
	}
}

// fetch reads the next changes, leaves out those of this node, and returns how
// many there were in all.
func (f *feed) fetch(ctx context.Context) (changes []Change, n int, err error) {
	rows, err := f.pool.QueryContext(ctx,
		"SELECT seq, account, kind, id, node FROM changes WHERE seq > $1 ORDER BY seq LIMIT $2", f.seen, pollBatch)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = rows.Close() }() // rows.Err has told
	last := f.seen
	for rows.Next() {
		var c Change
		var node string
		if err := rows.Scan(&last, &c.Account, &c.Kind, &c.ID, &node); err != nil {
			return nil, 0, err
		}
		n++
		if node != *f.node.Load() { // loaded after the row was read; see unknown
			changes = append(changes, c)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, 0, err
	}
	f.seen = last
	return changes, n, nil
}

func pruneChanges(tx *Tx) error {
	_, err := tx.ExecContext(context.Background(),
		"DELETE FROM changes WHERE at < (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT - $1", pruneAge.Milliseconds())
	return err
}
