package wecom

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
)

// work is one kind of what is done beside calls. All nodes do it: rows are leased, so that each is one node's at a time, and
// another's when that node goes away.
type work struct {
	name string
	// next does the one that is the longest due; false if there is none.
	next func(p *Product, ctx context.Context) (bool, error)
}

// The kinds of work.
const (
	syncing   = "sync"
	events    = "events"
	importing = "import"
	erasing   = "erase"
)

var works = []work{
	{syncing, (*Product).syncDue},
	{events, (*Product).eventDue},
	{importing, (*Product).importDue},
	{erasing, (*Product).eraseDue},
}

// workPoll is how often a node looks for work that another one left, or that is due by the clock.
const workPoll = 2 * time.Second

// Work does what is due until ctx ends.
func (p *Product) Work(ctx context.Context) {
	var all sync.WaitGroup
	for _, w := range works {
		all.Go(func() { p.work(ctx, w) })
	}
	all.Wait()
}

func (p *Product) work(ctx context.Context, w work) {
	poll := time.NewTicker(workPoll)
	defer poll.Stop()
	for {
		again, err := w.next(p, ctx)
		if err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrClosed) {
			p.Log.Error("work for WeCom failed", "work", w.name, "error", err)
		}
		if again && err == nil && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-p.wake[w.name]:
		case <-poll.C:
		}
	}
}

// kick has a kind of work looked for at once.
func (p *Product) kick(name string) {
	select {
	case p.wake[name] <- struct{}{}:
	default: // somebody has already
	}
}

// Settle does everything that is due now, of every kind, and returns when nothing is left. It is for tests, whose time stands
// still.
func (p *Product) Settle(ctx context.Context) error {
	for again := true; again; {
		again = false
		for _, w := range works {
			did, err := w.next(p, ctx)
			if err != nil {
				return err
			}
			again = again || did
		}
	}
	return nil
}

// Purge removes what nobody can ask for any more. Call it now and then.
func (p *Product) Purge(ctx context.Context) error {
	return errors.Join(p.purgeEvents(ctx), p.purgeImports(ctx))
}

// eraseDue erases what was read of an enterprise that is not linked any more; false if there is none. A node that goes away in
// the middle leaves the rest to the next.
func (p *Product) eraseDue(ctx context.Context) (bool, error) {
	due := `SELECT ` + corpColumns + ` FROM wecom_corps c WHERE c.state = $1 AND c.sync_found = $2 LIMIT 1`
	if _, err := store.One(ctx, p.DB.Read(), scanCorp, errNoCorp, due, stateUnlinked, toErase); err != nil {
		return false, none(err)
	}
	var o corp
	var below int64
	err := p.DB.Write(ctx, func(tx *store.Tx) (err error) {
		if o, err = store.One(ctx, tx, scanCorp, errNoCorp, due, stateUnlinked, toErase); err == nil {
			below, err = tx.NextID(ctx, pictures, 1)
		}
		return err
	})
	if err != nil {
		return false, none(err)
	}
	if err := p.erasePictures(ctx, o.account, o.id, 0, below); err != nil {
		return false, err
	}
	return true, p.DB.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE wecom_corps SET sync_found = 0 WHERE id = $1 AND state = $2 AND sync_found = $3`, o.id, stateUnlinked, toErase)
		return err
	})
}

// toErase stands in place of a picture's number where what was read of an unlinked enterprise is still to be erased.
const toErase = -1
