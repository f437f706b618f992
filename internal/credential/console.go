package credential

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
)

// ConsoleSession is somebody's session in the console. It is a credential like a key, but for one thing: it signs nothing.
// What shows it is a token that only the browser has.
type ConsoleSession struct {
	ID      string
	Account store.Account
	UIN     int64
	Method  string // by which it was opened: password or wecom
	MFA     bool
	IP      string
	Client  string // user agent
	Idle    time.Duration
	Created time.Time
	Seen    time.Time // last call, to the minute
	Expires time.Time
}

// ConsoleChangeKind names the end or change of a console session (ID = its id), or of all of an account (ID = "").
const ConsoleChangeKind = "console-session"

// consolePrefix begins the id of every console session, and of nothing that signs.
const consolePrefix = "CSID"

// maxConsoleSessions is how many one user has at once; one more ends the oldest.
const maxConsoleSessions = 50

// OpenConsole opens a session and answers its token, which is kept nowhere. ID and Seen of in are not read.
func (k *Keys) OpenConsole(ctx context.Context, tx *store.Tx, in ConsoleSession) (s ConsoleSession, token string, err error) {
	s = in
	s.ID, s.Seen = consolePrefix+randomText(alphanumerics, 32), s.Created
	secret := base64.RawURLEncoding.EncodeToString(randomBytes(32))
	hash := sha256.Sum256([]byte(secret))
	_, err = tx.ExecContext(ctx, `INSERT INTO console_sessions (id, account, uin, token_hash, method, mfa, ip, client, idle, created_at, last_seen, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11)`,
		s.ID, s.Account, s.UIN, hash[:], s.Method, flag(s.MFA), s.IP, s.Client, s.Idle.Milliseconds(), s.Created.UnixMilli(), s.Expires.UnixMilli())
	if err != nil {
		return s, "", fmt.Errorf("open console session: %w", err)
	}
	surplus, err := store.Collect(ctx, tx, scanID, `SELECT id FROM console_sessions WHERE account = $1 AND uin = $2 AND id <> $3
		ORDER BY created_at DESC, id LIMIT 1000 OFFSET $4`, s.Account, s.UIN, s.ID, maxConsoleSessions-1)
	if err == nil {
		err = k.endConsoles(ctx, tx, s.Account, surplus, s.Created)
	}
	return s, s.ID + "." + secret, err
}

func scanID(r store.Row) (id string, err error) {
	err = r.Scan(&id)
	return id, err
}

// Consoles are the sessions of one user, the newest first, those that have run out included until they are swept.
func (k *Keys) Consoles(ctx context.Context, q store.Queryer, a store.Account, uin int64) ([]ConsoleSession, error) {
	return store.Collect(ctx, q, func(r store.Row) (s ConsoleSession, err error) {
		var idle, created, seen, expires int64
		err = r.Scan(&s.ID, &s.Account, &s.UIN, &s.Method, &s.MFA, &s.IP, &s.Client, &idle, &created, &seen, &expires)
		s.Idle, s.Created, s.Expires = time.Duration(idle)*time.Millisecond, time.UnixMilli(created), time.UnixMilli(expires)
		s.Seen = time.UnixMilli(max(seen, k.present.last(s.ID)))
		return s, err
	}, `SELECT id, account, uin, method, mfa, ip, client, idle, created_at, last_seen, expires_at FROM console_sessions
		WHERE account = $1 AND uin = $2 ORDER BY created_at DESC, id`, a, uin)
}

// Runs reports whether the session has neither run out nor been left alone for too long.
func (s *ConsoleSession) Runs(at time.Time) bool {
	return at.Before(s.Expires) && at.Before(s.Seen.Add(s.Idle))
}

// EndConsole ends one session of an account with everything that was issued from it; not found is no error.
func (k *Keys) EndConsole(ctx context.Context, tx *store.Tx, a store.Account, id string, at time.Time) error {
	return k.endConsoles(ctx, tx, a, []string{id}, at)
}

// ConsoleOf finds the session with a token, ErrNotFound where there is none; one that has run out is found until it is swept.
func (k *Keys) ConsoleOf(ctx context.Context, q store.Queryer, token string) (s ConsoleSession, err error) {
	id, secret, ok := splitConsoleToken(token)
	if !ok {
		return s, ErrNotFound
	}
	hash := sha256.Sum256([]byte(secret))
	err = q.QueryRowContext(ctx, `SELECT id, account, uin FROM console_sessions WHERE id = $1 AND token_hash = $2`, id, hash[:]).Scan(&s.ID, &s.Account, &s.UIN)
	if errors.Is(err, store.ErrNotFound) {
		return s, ErrNotFound
	}
	if err != nil {
		return s, fmt.Errorf("find console session: %w", err)
	}
	return s, nil
}

// EndConsoles ends the sessions of one user but for one, "" for none, and the sign-ins that are under way. It belongs into
// the transaction of whatever a session must not outlive: a new password, a login that is switched off. The answer is how
// many sessions ended.
func (k *Keys) EndConsoles(ctx context.Context, tx *store.Tx, a store.Account, uin int64, except string, at time.Time) (int, error) {
	ids, err := store.Collect(ctx, tx, scanID, `SELECT id FROM console_sessions WHERE account = $1 AND uin = $2 AND id <> $3`, a, uin, except)
	if err == nil {
		_, err = tx.ExecContext(ctx, `DELETE FROM signin_tickets WHERE account = $1 AND uin = $2`, a, uin)
	}
	if err != nil {
		return 0, fmt.Errorf("end console sessions: %w", err)
	}
	return len(ids), k.endConsoles(ctx, tx, a, ids, at)
}

func (k *Keys) endConsoles(ctx context.Context, tx *store.Tx, a store.Account, ids []string, at time.Time) error {
	for _, id := range ids {
		ended, err := tx.ExecContext(ctx, `DELETE FROM console_sessions WHERE id = $1 AND account = $2`, id, a)
		if err != nil {
			return fmt.Errorf("end console session: %w", err)
		}
		if n, _ := ended.RowsAffected(); n == 0 { // both drivers know the number
			continue
		}
		tx.Changed(store.Change{Account: a, Kind: ConsoleChangeKind, ID: id})
		if err := k.RevokeByParent(ctx, tx, a, id, at); err != nil {
			return err
		}
	}
	return nil
}

// SetConsoleLimits makes the sessions of an account that are open run by new limits.
func (k *Keys) SetConsoleLimits(ctx context.Context, tx *store.Tx, a store.Account, idle, longest time.Duration) error {
	_, err := tx.ExecContext(ctx, `UPDATE console_sessions SET idle = $2, expires_at = created_at + $3 WHERE account = $1`, a, idle.Milliseconds(), longest.Milliseconds())
	if err != nil {
		return fmt.Errorf("set limits of console sessions: %w", err)
	}
	tx.Changed(store.Change{Account: a, Kind: ConsoleChangeKind})
	return nil
}

// sweepGrace is how long a session is left that seems to be idle: another node may be about to write down its last call.
const sweepGrace = 2 * time.Minute

// SweepConsoles ends the sessions that have run out, so that what was issued from them ends too, and forgets sign-ins that
// were not finished. Call it every minute.
func (k *Keys) SweepConsoles(ctx context.Context, now time.Time) error {
	type row struct {
		account store.Account
		id      string
	}
	over, err := store.Collect(ctx, k.db.Read(), func(r store.Row) (o row, err error) {
		err = r.Scan(&o.account, &o.id)
		return o, err
	}, `SELECT account, id FROM console_sessions WHERE expires_at <= $1 OR last_seen + idle <= $2 LIMIT $3`,
		now.UnixMilli(), now.Add(-sweepGrace).UnixMilli(), store.PurgeBatch)
	if err != nil {
		return fmt.Errorf("sweep console sessions: %w", err)
	}
	if len(over) > 0 {
		err = k.db.Write(ctx, func(tx *store.Tx) error {
			for _, o := range over {
				var idle bool // a call may have come since
				err := tx.QueryRowContext(ctx, `SELECT COUNT(*) > 0 FROM console_sessions WHERE id = $1 AND (expires_at <= $2 OR last_seen + idle <= $3)`,
					o.id, now.UnixMilli(), now.Add(-sweepGrace).UnixMilli()).Scan(&idle)
				if err == nil && idle {
					err = k.EndConsole(ctx, tx, o.account, o.id, now)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err == nil {
		err = k.db.Purge(ctx, `DELETE FROM signin_tickets WHERE token_hash IN (SELECT token_hash FROM signin_tickets WHERE expires_at < $1 LIMIT $2)`, now)
	}
	if err != nil {
		return fmt.Errorf("sweep console sessions: %w", err)
	}
	return nil
}

// splitConsoleToken takes a token apart; not ok for a text that none could be.
func splitConsoleToken(token string) (id, secret string, ok bool) {
	id, secret, _ = strings.Cut(token, ".")
	rest, ok := strings.CutPrefix(id, consolePrefix)
	return id, secret, ok && len(rest) == 32 && strings.Trim(rest, alphanumerics) == "" && len(secret) == 43
}

// FindConsole finds the holder of a console session by its token, ErrNotFound where there is none or it has run out.
// Whether its account or person may do anything is for the caller to check, as with Find.
func (f *Finder) FindConsole(ctx context.Context, token string, at time.Time) (*Holder, error) {
	id, secret, ok := splitConsoleToken(token)
	if !ok {
		return nil, ErrNotFound
	}
	h, err := f.console(ctx, id)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(secret))
	if subtle.ConstantTimeCompare(sum[:], h.tokenHash) != 1 {
		return nil, ErrNotFound
	}
	return f.running(ctx, h, at)
}

// running is the holder of a console session that has not run out, else ErrNotFound.
func (f *Finder) running(ctx context.Context, h *Holder, at time.Time) (*Holder, error) {
	if f.runs(h, at) {
		return h, nil
	}
	// Its last call may have come to another node, which has written it down.
	id := h.Principal.KeyID
	f.consoles.Drop(id)
	h, err := f.console(ctx, id)
	if err != nil {
		return nil, err
	}
	if !f.runs(h, at) {
		return nil, ErrNotFound
	}
	return h, nil
}

// FindID finds the holder of a credential by the KeyID of its principal, for work that goes on after the call that asked for it:
// a key by its SecretId as Find does, a session in the console by its id, ErrNotFound where that has run out. It proves nothing
// about who asks.
func (f *Finder) FindID(ctx context.Context, id string, at time.Time) (*Holder, error) {
	if !strings.HasPrefix(id, consolePrefix) {
		return f.Find(ctx, id)
	}
	h, err := f.console(ctx, id)
	if err != nil {
		return nil, err
	}
	return f.running(ctx, h, at)
}

func (f *Finder) runs(h *Holder, at time.Time) bool {
	c := h.Principal.Console
	seen := time.UnixMilli(max(h.seen, f.keys.present.last(h.Principal.KeyID)))
	return at.Before(c.Expires) && at.Before(seen.Add(c.Idle))
}

// Recall finds the credential of a caller again, ErrNotFound where it is gone: a key by its SecretId, a session in the
// console by its id.
func (f *Finder) Recall(ctx context.Context, p *call.Principal) (*Holder, error) {
	if p.Console != nil {
		return f.console(ctx, p.KeyID)
	}
	return f.Find(ctx, p.KeyID)
}

func (f *Finder) console(ctx context.Context, id string) (*Holder, error) {
	return f.consoles.Get(id, func() (*Holder, error) {
		c := &call.Console{}
		h := &Holder{Principal: call.Principal{Kind: call.User, KeyID: id, Console: c}, Active: true}
		p := &h.Principal
		var idle, created, expires int64
		err := f.keys.db.Read().QueryRowContext(ctx, `SELECT s.account, s.uin, s.token_hash, s.mfa, s.idle, s.created_at, s.last_seen, s.expires_at,
				a.appid, a.suspended, `+DisabledPerson("s.account", "s.uin")+`
			FROM console_sessions s JOIN accounts a ON a.uin = s.account WHERE s.id = $1`, id).
			Scan(&p.Account, &p.UIN, &h.tokenHash, &c.MFA, &idle, &created, &h.seen, &expires, &p.AppID, &h.Suspended, &h.Disabled)
		if errors.Is(err, store.ErrNotFound) {
			return nil, ErrNotFound
		}
		if err != nil {
			return nil, fmt.Errorf("find console session: %w", err)
		}
		c.Idle, c.Created, c.Expires = time.Duration(idle)*time.Millisecond, time.UnixMilli(created), time.UnixMilli(expires)
		if p.UIN == int64(p.Account) {
			p.Kind = call.Root
		}
		h.outdated = []store.Change{{Account: p.Account, Kind: AccountChangeKind}, {Account: p.Account, Kind: ConsoleChangeKind}, personChange(p.Account, p.UIN)}
		return h, nil
	})
}

// presence remembers when each console session last called. It is written down once a minute at most.
type presence struct {
	mu sync.Mutex
	at map[string]noticed
}

// noticed are the last call and the last that was written down, in unix milliseconds.
type noticed struct{ seen, written int64 }

func newPresence() *presence { return &presence{at: map[string]noticed{}} }

// presenceStep is how often a session's last call is written down at most.
const presenceStep = time.Minute

func (p *presence) note(id string, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.at[id]
	n.seen = max(n.seen, at.UnixMilli())
	p.at[id] = n
}

func (p *presence) last(id string) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at[id].seen
}

// due are the sessions whose last call is to be written down: those that call, once in a while, and those that have stopped.
// What was written long ago is forgotten: the row has it.
func (p *presence) due() map[string]int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	newest := int64(0)
	for _, n := range p.at {
		newest = max(newest, n.seen)
	}
	due := map[string]int64{}
	for id, n := range p.at {
		switch {
		case n.seen-n.written >= presenceStep.Milliseconds(), n.seen != n.written && newest-n.seen >= presenceStep.Milliseconds():
			due[id] = n.seen
		case n.seen == n.written && newest-n.seen > 2*presenceStep.Milliseconds():
			delete(p.at, id)
		}
	}
	return due
}

func (p *presence) wrote(due map[string]int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, at := range due {
		if n, ok := p.at[id]; ok {
			n.written = at
			p.at[id] = n
		}
	}
}

// Seen notes that a console session made a call.
func (k *Keys) Seen(id string, at time.Time) { k.present.note(id, at) }

// FlushConsoles writes down when console sessions last called. Call it every few seconds; what a crash loses is a minute
// at most, by which a session ends too early.
func (k *Keys) FlushConsoles(ctx context.Context) error {
	due := k.present.due()
	if len(due) == 0 {
		return nil
	}
	err := k.db.Write(ctx, func(tx *store.Tx) error {
		for id, at := range due {
			if _, err := tx.ExecContext(ctx, `UPDATE console_sessions SET last_seen = $2 WHERE id = $1 AND last_seen < $2`, id, at); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write down console usage: %w", err)
	}
	k.present.wrote(due)
	return nil
}
