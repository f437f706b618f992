package credential

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
)

// usage remembers when each key last signed, so that a call never waits for a disk to note it. Flush writes it down.
type usage struct {
	mu    sync.Mutex
	dirty map[string]int64 // since the last flush
}

func newUsage() *usage { return &usage{dirty: map[string]int64{}} }

func (u *usage) note(secretID string, at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.dirty[secretID] = max(u.dirty[secretID], at.UnixMilli())
}

func (u *usage) last(secretID string) int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.dirty[secretID]
}

// Used notes that a permanent key signed a call.
func (k *Keys) Used(secretID string, at time.Time) { k.used.note(secretID, at) }

// Flush writes down which keys signed since the last time. Call it every few seconds and before a stop; what a
// crash loses is some seconds of "last used", nothing that decides.
func (k *Keys) Flush(ctx context.Context) error {
	k.used.mu.Lock()
	batch := make(map[string]int64, len(k.used.dirty))
	for id, at := range k.used.dirty {
		batch[id] = at
	}
	k.used.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	err := k.db.Write(ctx, func(tx *store.Tx) error {
		for id, at := range batch {
			_, err := tx.ExecContext(ctx, `UPDATE access_keys SET last_used = $2 WHERE secret_id = $1 AND (last_used IS NULL OR last_used < $2)`, id, at)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write down key usage: %w", err)
	}
	k.used.mu.Lock()
	defer k.used.mu.Unlock()
	for id, at := range batch {
		if k.used.dirty[id] == at {
			delete(k.used.dirty, id)
		}
	}
	return nil
}
