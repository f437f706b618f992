package audit

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/policy"
)

// Beside its records the trail keeps when each principal was last allowed each action, and by which policy, and which
// policies denied it something: what was never used cannot be read off millions of records while somebody waits. The same
// use again within the grain writes nothing.

// Use is an action that a user or role was allowed, or a policy that denied it something.
type Use struct {
	Account  store.Account // of the principal
	Kind     string        // user or role
	ID       int64         // uin, or the role's id
	Action   policy.Action // the permission that was allowed; zero for a denial, however many actions it was about
	PolicyID int64         // of the identity policy that decided, 0 = not one
}

// UseOf is what a decision about a user or role uses; not ok where it is a denial that no policy made.
func UseOf(a store.Account, kind string, id int64, action policy.Action, d policy.Decision) (u Use, ok bool) {
	u = Use{Account: a, Kind: kind, ID: id}
	if d.Layer == policy.LayerIdentity && d.Statement != nil {
		u.PolicyID = d.Statement.PolicyID
	}
	if d.Allowed {
		u.Action = action
	}
	return u, d.Allowed || u.PolicyID != 0
}

const (
	// Grain is how much later than it is known the last use may have been.
	Grain = time.Hour
	// MaxUseAge is how long uses are kept at most.
	MaxUseAge = 400 * 24 * time.Hour
	// maxRemembered uses are known to be written down; beyond it, they are all forgotten and written down anew.
	maxRemembered = 1 << 16
	usesSince     = "uses_since" // the setting that holds when uses began to be written down, Unix milliseconds
)

// memory holds which uses were written down and when, so that most are not again.
type memory struct {
	mu      sync.Mutex
	written map[Use]int64 // Unix milliseconds
	begun   atomic.Bool   // uses_since is there
}

// stale are the uses that have to be written down.
func (m *memory) stale(uses []Use, at time.Time) []Use {
	if len(uses) == 0 {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var stale []Use
	for _, u := range uses {
		if last, ok := m.written[u]; !ok || at.UnixMilli()-last >= Grain.Milliseconds() {
			stale = append(stale, u)
		}
	}
	return stale
}

func (m *memory) remember(uses map[Use]int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.written == nil || len(m.written)+len(uses) > maxRemembered {
		m.written = map[Use]int64{}
	}
	for u, at := range uses {
		u.Action = policy.Action{Service: strings.Clone(u.Action.Service), Name: strings.Clone(u.Action.Name)} // of a request, maybe
		m.written[u] = at
	}
	m.begun.Store(true)
}

// note writes uses down with the records of their calls.
func (m *memory) note(ctx context.Context, tx *store.Tx, records []*Record) error {
	uses := map[Use]int64{}
	for _, r := range records {
		for _, u := range m.stale(r.Uses, r.At) {
			uses[u] = max(uses[u], r.At.UnixMilli())
		}
	}
	if len(uses) == 0 {
		return nil
	}
	if !m.begun.Load() {
		_, err := tx.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`,
			usesSince, []byte(strconv.FormatInt(records[0].At.UnixMilli(), 10)))
		if err != nil {
			return fmt.Errorf("write down uses: %w", err)
		}
	}
	for u, at := range uses {
		_, err := tx.ExecContext(ctx, `INSERT INTO uses (account, kind, principal, service, action, policy_id, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (account, kind, principal, service, action, policy_id) DO UPDATE SET used_at = excluded.used_at WHERE uses.used_at < excluded.used_at`,
			u.Account, u.Kind, u.ID, u.Action.Service, u.Action.Name, u.PolicyID, at)
		if err != nil {
			return fmt.Errorf("write down uses: %w", err)
		}
	}
	tx.OnCommit(func() { m.remember(uses) })
	return nil
}

// Used is a use with the last time that is known of it: the last time was then, or at most a Grain later.
type Used struct {
	Action   policy.Action
	PolicyID int64
	At       time.Time
}

// UsesOf are the uses of a user or role, by action and policy, since a moment and at most so many.
func UsesOf(ctx context.Context, q store.Queryer, a store.Account, kind string, id int64, since time.Time, most int) ([]Used, error) {
	return uses(ctx, q, `SELECT service, action, policy_id, used_at FROM uses WHERE account = $1 AND kind = $2 AND principal = $3 AND used_at >= $4 LIMIT $5`,
		a, kind, id, since.UnixMilli(), most)
}

// UsesThrough are the uses of a policy by anybody, by action, since a moment and at most so many.
func UsesThrough(ctx context.Context, q store.Queryer, a store.Account, policyID int64, since time.Time, most int) ([]Used, error) {
	return uses(ctx, q, `SELECT service, action, policy_id, MAX(used_at) FROM uses WHERE account = $1 AND policy_id = $2 AND used_at >= $3
		GROUP BY service, action, policy_id LIMIT $4`, a, policyID, since.UnixMilli(), most)
}

func uses(ctx context.Context, q store.Queryer, query string, args ...any) ([]Used, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read uses: %w", err)
	}
	defer rows.Close()
	var all []Used
	for rows.Next() {
		var u Used
		var at int64
		if err := rows.Scan(&u.Action.Service, &u.Action.Name, &u.PolicyID, &at); err != nil {
			return nil, fmt.Errorf("read uses: %w", err)
		}
		u.At = time.UnixMilli(at)
		all = append(all, u)
	}
	return all, rows.Err()
}

// UsesSince is the moment from which uses are written down; not ok if there was none yet.
func UsesSince(ctx context.Context, q store.Queryer) (since time.Time, ok bool, err error) {
	var value []byte
	err = q.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, usesSince).Scan(&value)
	if errors.Is(err, store.ErrNotFound) {
		return since, false, nil
	}
	var ms int64
	if err == nil {
		ms, err = strconv.ParseInt(string(value), 10, 64)
	}
	if err != nil {
		return since, false, fmt.Errorf("read since when uses are known: %w", err)
	}
	return time.UnixMilli(ms), true, nil
}

// PruneUses deletes uses that were last seen before a moment, in batches that let other writers in.
func PruneUses(ctx context.Context, db *store.DB, before time.Time) error {
	for {
		var n int64
		err := db.Write(ctx, func(tx *store.Tx) error {
			r, err := tx.ExecContext(ctx, `DELETE FROM uses WHERE used_at < COALESCE((SELECT used_at FROM uses WHERE used_at < $1 ORDER BY used_at LIMIT 1 OFFSET $2), $1)`,
				before.UnixMilli(), pruneBatch)
			if err != nil {
				return err
			}
			n, err = r.RowsAffected()
			return err
		})
		if err != nil {
			return fmt.Errorf("prune uses: %w", err)
		}
		if n < pruneBatch {
			return nil
		}
	}
}
