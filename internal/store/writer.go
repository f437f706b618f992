package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// A group takes no more calls this long after it began, since its first call
	// waits for its last one.
	groupTime = 5 * time.Millisecond

	// groupTries is how often a group is run in all, and retryTime how long after
	// it began it may still be run again, if it loses against another transaction
	// or its connection breaks before the commit.
	groupTries = 5
	retryTime  = 10 * time.Second
)

// job is one call of Write.
type job struct {
	ctx   context.Context
	fn    func(*Tx) error
	state atomic.Int32
	done  chan struct{} // closed when err is final

	err error
	tx  *Tx
}

// The states of a job. Whoever moves it away from jobQueued answers it.
const (
	jobQueued    = iota
	jobRunning   // the writer has it
	jobAbandoned // its caller has gone
)

// writer runs all writes, on one connection and one goroutine.
type writer struct {
	pool     *sql.DB
	engine   *engine
	feed     *feed
	log      *slog.Logger
	now      func() time.Time
	onCommit func(int, time.Duration)
	maxJobs  int // in a group

	mu     sync.Mutex
	queue  []*job
	closed bool
	wake   chan struct{} // holds one signal: the queue or closed has changed
	ended  chan struct{}

	// The goroutine's own.
	conn       *sql.Conn
	statements map[string]*sql.Stmt
	sequences  map[string]*sequence // of this group
	group      []*job

	commits, jobs, failed, retries atomic.Uint64
	lastGroup, maxGroup            atomic.Int64
}

func newWriter(pool *sql.DB, e *engine, f *feed, cfg Config) *writer {
	w := &writer{
		pool: pool, engine: e, feed: f, log: cfg.Logger, now: cfg.Now, onCommit: cfg.OnCommit, maxJobs: cfg.MaxGroup,
		wake: make(chan struct{}, 1), ended: make(chan struct{}),
		statements: map[string]*sql.Stmt{}, sequences: map[string]*sequence{},
	}
	go w.run()
	return w
}

// Write runs fn in the writer's transaction and returns once it is durable, or
// with the error that kept it from being so; then nothing of it is there.
//
// fn must be safe to run again: after a lost conflict on PostgreSQL the whole
// group is run once more. It must not call Write, and it should not wait for
// anything but the database, because every other writer waits for it. A panic in
// it becomes an error that wraps ErrPanic.
//
// If ctx ends before fn has begun, fn never runs. After that Write waits for the
// outcome, so that it always tells what happened. The one exception is a
// connection to PostgreSQL that breaks during the commit: the error then says
// that the outcome is unknown.
func (db *DB) Write(ctx context.Context, fn func(tx *Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{ctx: ctx, fn: fn, done: make(chan struct{})}
	if !db.writer.push(j) {
		return ErrClosed
	}
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
		if j.state.CompareAndSwap(jobQueued, jobAbandoned) {
			return ctx.Err()
		}
		// fn may be running and using what its caller has: wait for it.
		<-j.done
		return j.err
	}
}

// Stats are counts since Open.
type Stats struct {
	Commits uint64 // transactions that were committed
	Jobs    uint64 // calls of Write that were committed
	Failed  uint64 // calls of Write that ended with an error
	Retries uint64 // groups that were run again

	LastGroup, MaxGroup int // calls per commit
	Queued              int // calls that are waiting now

	// Readers is the readers' pool; how long they waited for a connection is
	// usually the first limit that is met.
	Readers sql.DBStats
}

// Stats returns the counters.
func (db *DB) Stats() Stats {
	w := db.writer
	w.mu.Lock()
	queued := len(w.queue)
	w.mu.Unlock()
	return Stats{
		Commits: w.commits.Load(), Jobs: w.jobs.Load(), Failed: w.failed.Load(), Retries: w.retries.Load(),
		LastGroup: int(w.lastGroup.Load()), MaxGroup: int(w.maxGroup.Load()),
		Queued: queued, Readers: db.read.Stats(),
	}
}

// push hands a job to the writer, if it still takes any.
func (w *writer) push(j *job) bool {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return false
	}
	w.queue = append(w.queue, j)
	w.mu.Unlock()
	w.signal()
	return true
}

// enqueue hands over housekeeping that nobody waits for.
func (w *writer) enqueue(fn func(*Tx) error) {
	w.push(&job{ctx: context.Background(), fn: fn, done: make(chan struct{})})
}

func (w *writer) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// close waits for the queue to empty.
func (w *writer) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.signal()
	<-w.ended
}

// take returns the next job that still has a caller, or nil if there is none
// now; the second result is false if there will never be one.
func (w *writer) take() (*job, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.queue) > 0 {
		j := w.queue[0]
		w.queue[0] = nil
		w.queue = w.queue[1:]
		if !j.state.CompareAndSwap(jobQueued, jobRunning) {
			continue
		}
		if err := j.ctx.Err(); err != nil {
			j.err = err
			close(j.done)
			continue
		}
		return j, true
	}
	return nil, !w.closed
}

func (w *writer) run() {
	clean := false
	defer func() {
		if clean {
			w.drop()
			close(w.ended)
			return
		}
		// A function has ended this goroutine with runtime.Goexit, as a test's
		// FailNow does. Its neighbours must not wait for ever.
		w.drop()
		w.answer(fmt.Errorf("%w: it ended the writer's goroutine", ErrPanic))
		go w.run()
	}()
	for {
		j, open := w.take()
		switch {
		case j != nil:
			w.commitGroup(j)
		case open:
			<-w.wake
		default:
			clean = true
			return
		}
	}
}

// commitGroup runs first and whatever is waiting behind it, commits, and
// answers all of them.
func (w *writer) commitGroup(first *job) {
	start := time.Now()
	w.group = append(w.group[:0], first)
	for try := 1; ; try++ {
		again, err := w.tryGroup(start, try < groupTries && time.Since(start) < retryTime)
		if again {
			w.retries.Add(1)
			time.Sleep(time.Duration(try*try) * time.Millisecond)
			continue
		}
		w.settle(start, err)
		return
	}
}

// tryGroup runs the group in one transaction. It returns again if it should be
// run once more, which it never asks for without mayRetry, or the error that
// every call of it shares.
func (w *writer) tryGroup(start time.Time, mayRetry bool) (again bool, err error) {
	ctx := context.Background()
	if w.engine.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, w.engine.timeout)
		defer cancel()
	}
	clear(w.sequences)
	if err := w.begin(ctx); err != nil {
		w.drop()
		return mayRetry && w.engine.shared, fmt.Errorf("begin: %w", err)
	}
	good := 0
	// last is the call that went well and whose savepoint is still open.
	var last *job
	// release keeps what last has done, with the statements for it. If a statement
	// of it had failed without anybody noticing, it is last that failed.
	release := func(statements ...string) error {
		if last == nil {
			return nil
		}
		err := w.control(ctx, statements...)
		if err != nil && w.engine.aborted(err) {
			last.err = err
			last.tx.giveBack()
			good--
			err = w.control(ctx, w.engine.rollbackTo)
		}
		last = nil
		return err
	}
	for i := 0; ; i++ {
		if i == len(w.group) {
			if i == w.maxJobs || time.Since(start) > groupTime {
				break
			}
			j, _ := w.take()
			if j == nil {
				break
			}
			w.group = append(w.group, j)
		}
		if err := release(w.engine.next...); err != nil {
			return w.broken(err, mayRetry)
		}
		j := w.group[i]
		if j.err = w.call(ctx, j); j.err == nil {
			good++
			last = j
			continue
		}
		j.tx.giveBack()
		if mayRetry && w.engine.retryable(j.err) {
			w.undo(ctx)
			return true, nil
		}
		if err := w.control(ctx, w.engine.rollbackTo); err != nil {
			return w.broken(err, mayRetry)
		}
	}
	if err := release(w.engine.release); err != nil {
		return w.broken(err, mayRetry)
	}
	if good == 0 {
		w.undo(ctx)
		return false, nil
	}
	if err := w.saveSequences(ctx); err != nil {
		return w.broken(err, mayRetry)
	}
	if w.engine.shared {
		if err := w.feed.record(ctx, w.conn, w.changes()); err != nil {
			return w.broken(err, mayRetry)
		}
	}
	if err := w.control(ctx, w.engine.commit); err != nil {
		w.drop()
		if mayRetry && w.engine.retryable(err) {
			return true, nil
		}
		if w.engine.definite(err) {
			return false, fmt.Errorf("commit: %w", err)
		}
		// It may be on the disk although we were not told, or get there later.
		w.feed.unknown()
		return false, fmt.Errorf("commit, the outcome is unknown: %w", err)
	}
	return false, nil
}

// broken ends a transaction whose state is not known any more: the connection
// was lost, or the disk failed. Nothing of it was committed.
func (w *writer) broken(err error, mayRetry bool) (bool, error) {
	w.drop()
	return mayRetry && w.engine.shared, fmt.Errorf("run a group of writes: %w", err)
}

// call runs one function inside the savepoint.
func (w *writer) call(ctx context.Context, j *job) (err error) {
	tx := &Tx{writer: w, ctx: ctx, now: w.now()}
	j.tx = tx
	defer func() {
		if p := recover(); p != nil {
			w.log.Error("a write panicked", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: %v", ErrPanic, p)
		}
		err = tx.end(err)
	}()
	return j.fn(tx)
}

// changes are those of all calls that went well, in order.
func (w *writer) changes() []Change {
	var all []Change
	for _, j := range w.group {
		if j.err == nil {
			all = append(all, j.tx.changes...)
		}
	}
	return all
}

// settle tells everybody: the subscribers, then the hooks, then the callers.
func (w *writer) settle(start time.Time, err error) {
	good := 0
	for _, j := range w.group {
		if j.err == nil && err == nil {
			good++
		}
	}
	w.failed.Add(uint64(len(w.group) - good))
	if good > 0 {
		w.commits.Add(1)
		w.jobs.Add(uint64(good))
		w.lastGroup.Store(int64(good))
		w.maxGroup.Store(max(w.maxGroup.Load(), int64(good)))
		if w.onCommit != nil {
			w.guard("OnCommit", func() { w.onCommit(good, time.Since(start)) })
		}
		if c := w.changes(); len(c) > 0 {
			w.feed.deliver(c)
		}
		for _, j := range w.group {
			if j.err == nil {
				for _, h := range j.tx.hooks {
					w.guard("a hook of a write", h)
				}
			}
		}
	}
	w.answer(err)
}

// guard keeps a panic of somebody else's function from ending the process: the
// write it belongs to is committed, and other callers are waiting.
func (w *writer) guard(what string, fn func()) {
	defer func() {
		if p := recover(); p != nil {
			w.log.Error(what+" panicked", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	fn()
}

// answer ends the group. A call that failed by itself keeps its own error.
func (w *writer) answer(err error) {
	for i, j := range w.group {
		if j.err == nil {
			j.err = err
		}
		close(j.done)
		w.group[i] = nil
	}
	w.group = w.group[:0]
}

// begin starts a transaction, on a new connection if there is none.
func (w *writer) begin(ctx context.Context) error {
	if w.conn == nil {
		c, err := w.pool.Conn(ctx)
		if err != nil {
			return err
		}
		w.conn = c
	}
	return w.control(ctx, w.engine.begin...)
}

func (w *writer) control(ctx context.Context, statements ...string) error {
	for _, s := range statements {
		if _, err := w.exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// undo rolls the transaction back.
func (w *writer) undo(ctx context.Context) {
	if err := w.control(ctx, w.engine.rollback); err != nil {
		w.drop()
	}
}

// drop gives up the connection and with it the transaction that may be open.
func (w *writer) drop() {
	for _, s := range w.statements {
		_ = s.Close() // the connection goes away with it
	}
	clear(w.statements)
	if w.conn == nil {
		return
	}
	// Said to be bad, it is closed instead of going back to the pool.
	if err := w.conn.Raw(func(any) error { return driver.ErrBadConn }); err != nil && !errors.Is(err, driver.ErrBadConn) && !errors.Is(err, sql.ErrConnDone) {
		w.log.Warn("the writer's connection did not close", "error", err)
	}
	_ = w.conn.Close() // ErrConnDone
	w.conn = nil
}

func (w *writer) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := w.statement(query)
	if err != nil {
		return nil, err
	}
	if s != nil {
		return s.ExecContext(ctx, args...)
	}
	return w.conn.ExecContext(ctx, query, args...)
}

// statement returns the prepared statement of a text, or nil if it is to be run
// as it is.
func (w *writer) statement(query string) (*sql.Stmt, error) {
	if !w.engine.prepare {
		return nil, nil
	}
	if s, ok := w.statements[query]; ok {
		return s, nil
	}
	if len(w.statements) >= statementLimit {
		return nil, nil
	}
	s, err := w.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	w.statements[query] = s
	return s, nil
}
