package audit

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
)

const (
	queueLength = 8192
	batchLength = 1024
	gather      = 25 * time.Millisecond // how long the first record of a batch waits for company
)

// Trail writes the records of calls that have no transaction of their own.
type Trail struct {
	db    *store.DB
	log   *slog.Logger
	queue chan *Record
	flush chan chan struct{} // closed once all that was queued before is durable
	done  chan struct{}

	mu      sync.RWMutex // held for reading while a record enters the queue, so that Close cannot overtake it
	closed  bool
	closing atomic.Bool // for the writer, which must not wait for mu

	uses memory
}

// NewTrail starts the queue. Close it before the store.
func NewTrail(db *store.DB, log *slog.Logger) *Trail {
	t := &Trail{db: db, log: log, queue: make(chan *Record, queueLength), flush: make(chan chan struct{}), done: make(chan struct{})}
	go t.run()
	return t
}

// Insert writes the record of a call, and what it used, into the call's own transaction.
func (t *Trail) Insert(ctx context.Context, tx *store.Tx, r *Record) error {
	if err := Insert(ctx, tx, r); err != nil {
		return err
	}
	return t.uses.note(ctx, tx, []*Record{r})
}

// Append queues a record; it waits while the queue is full.
func (t *Trail) Append(r *Record) error {
	r.Uses = t.uses.stale(r.Uses, r.At) // most are none: let the writer have nothing to do
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.closed {
		return ErrClosed
	}
	t.queue <- r
	return nil
}

// Close writes down what is queued and stops.
func (t *Trail) Close() {
	t.closing.Store(true)
	t.mu.Lock()
	already := t.closed
	t.closed = true
	t.mu.Unlock()
	if !already {
		close(t.queue)
	}
	<-t.done
}

// Flush returns when all records that were queued before are written down.
func (t *Trail) Flush() {
	written := make(chan struct{})
	select {
	case t.flush <- written:
		<-written
	case <-t.done:
	}
}

func (t *Trail) run() {
	defer close(t.done)
	for {
		select {
		case first, ok := <-t.queue:
			if !ok {
				return
			}
			batch, flushed := t.gather(first)
			t.write(batch)
			if flushed != nil {
				t.empty(flushed)
			}
		case flushed := <-t.flush:
			t.empty(flushed)
		}
	}
}

// gather takes what comes within a moment of the first record, or until somebody waits for it.
func (t *Trail) gather(first *Record) (batch []*Record, flushed chan struct{}) {
	batch = []*Record{first}
	timer := time.NewTimer(gather)
	defer timer.Stop()
	for len(batch) < batchLength {
		select {
		case r, ok := <-t.queue:
			if !ok {
				return batch, nil
			}
			batch = append(batch, r)
		case flushed := <-t.flush:
			return batch, flushed
		case <-timer.C:
			return batch, nil
		}
	}
	return batch, nil
}

// empty writes what is in the queue at this moment, then tells who waits.
func (t *Trail) empty(flushed chan struct{}) {
	defer close(flushed)
	var batch []*Record
	for range len(t.queue) {
		if r, ok := <-t.queue; ok {
			batch = append(batch, r)
		}
	}
	for part := range slices.Chunk(batch, batchLength) {
		t.write(part)
	}
}

// write tries until the records are durable: a full disk must not lose them while the process lives, and meanwhile
// the full queue stops the calls.
func (t *Trail) write(batch []*Record) {
	ctx := context.Background()
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := t.db.Write(ctx, func(tx *store.Tx) error {
			if err := insertAll(ctx, tx, batch); err != nil {
				return err
			}
			return t.uses.note(ctx, tx, batch)
		})
		if err == nil {
			return
		}
		t.log.Error("audit records cannot be written", "records", len(batch), "error", err)
		if t.closing.Load() {
			return // the store is going away with us; there is nobody left to wait for
		}
		time.Sleep(wait)
	}
}
