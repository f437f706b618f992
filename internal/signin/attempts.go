package signin

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
)

// Wrong attempts are counted before it is known that they are wrong, in a transaction of their own: whoever sends a
// thousand at once has had a thousand. A right one is taken out of the counts again. What is counted:
//
//   - against one user from one place: a network, or a browser from which the user has signed in before. Over the limit of
//     the account's password rules the place is locked for an hour. Since each place has its own count, nobody can lock
//     the user out of his own.
//   - against one user from all places but known browsers: over crowdLimit the next attempt has to wait for crowdPause
//     after the last, so that many networks together do not guess faster, and the lock is never long.
//   - from one address, whoever it tries; a known browser counts apart here too, so that nobody is kept out by those who share his
//     address, which behind a proxy may be everybody.
//   - right ones of one user: who signs in over and over costs others their hashes.
const (
	window       = time.Hour // that failures count in, and that a lock lasts for
	crowdLimit   = 60
	crowdPause   = 30 * time.Second
	addressLimit = 100
	rootLimit    = 10 // of the root, for which there are no password rules
	codeLimit    = 10 // of one-time passwords, where the rules have no limit
	choiceLimit  = 30 // of new passwords at sign-in: each is compared with many earlier ones
)

// openedLimit is how often one user may be let in within an hour. A variable for tests.
var openedLimit int64 = 300

// factor is what is tried.
type factor int64

// The factors; each has its own counts.
const (
	byPassword factor = 1
	byCode     factor = 2
	byChoice   factor = 3 // of a new password
	byLogin    factor = 4 // of a login by another server
)

// The kinds of counts, as the rows have them beside the factor.
const (
	ofPlace   = 10
	ofCrowd   = 20
	ofAddress = 30
	ofOpened  = 40
)

// count is one of the counts of an attempt.
type count struct {
	kind  int64
	scope []byte
}

// counted is an attempt as it is counted.
type counted struct {
	account store.Account // 0 where there is no such user
	uin     int64
	limit   int // from one place, 0 = none
	place   count
	crowd   *count // nil from a known browser
	address count
	opened  *count // nil where there is no such user
	at      time.Time
}

// verdict is whether an attempt may succeed.
type verdict uint8

const (
	open    verdict = iota
	locked          // too many from this place, or too soon after others
	flooded         // too many from this address, or too many right ones
)

// counted says how an attempt counts. who is nil where there is no such user: then what was typed stands for it.
func (p *Product) counted(ctx context.Context, who *state, typed string, f factor, o *Origin) (*counted, error) {
	key, err := p.scopeKey(ctx)
	if err != nil {
		return nil, err
	}
	c := &counted{at: o.At, limit: codeLimit}
	if who != nil {
		c.account, c.uin = who.account.UIN, who.user.UIN
		typed = "uin " + strconv.FormatInt(c.uin, 10)
		switch {
		case f == byChoice:
			c.limit = choiceLimit
		case who.isRoot() && f == byPassword:
			c.limit = rootLimit
		case f == byPassword || who.rules.RetryLimit > 0:
			c.limit = who.rules.RetryLimit
		}
	}
	known := false
	if who != nil && o.Device != "" {
		if known, err = isKnown(ctx, p.db.Read(), c.account, c.uin, o.Device); err != nil {
			return nil, err
		}
	}
	scope := func(kind int64, parts ...string) count {
		h := hmac.New(sha256.New, key)
		fmt.Fprintf(h, "%d/%d", kind, f)
		for _, part := range parts {
			fmt.Fprintf(h, "/%d:%s", len(part), part)
		}
		return count{kind + int64(f), h.Sum(nil)}
	}
	if who != nil {
		opened := scope(ofOpened, typed)
		c.opened = &opened
	}
	if known {
		c.place, c.address = scope(ofPlace, typed, "browser", o.Device), scope(ofAddress, "browser", o.Device)
		return c, nil
	}
	network, crowd := networkOf(o.IP), scope(ofCrowd, typed)
	c.place, c.crowd, c.address = scope(ofPlace, typed, "network", network), &crowd, scope(ofAddress, network)
	return c, nil
}

// Try is an attempt at something that a further server is asked about.
type Try struct{ counted *counted }

// TryLogin counts a login that another server is to be asked about, until it opens a session: strangers must not use up what
// that server answers in an hour. ErrAddress after too many from one address.
func (p *Product) TryLogin(ctx context.Context, o Origin) (*Try, error) {
	c, err := p.counted(ctx, nil, "", byLogin, &o)
	if err != nil {
		return nil, err
	}
	c.limit, c.crowd = 0, nil // whose it is nobody knows yet
	v, err := p.reserve(ctx, c)
	switch {
	case err != nil:
		return nil, err
	case v == flooded:
		return nil, ErrAddress
	}
	return &Try{c}, nil
}

// typed is what an attempt on nobody is counted under, with names folded as they are looked up.
func (in *Attempt) typed() string {
	return fmt.Sprintf("%t %d:%s %s", in.Root, len(in.Account), cam.FoldName(in.Account), cam.FoldName(in.Name))
}

// networkOf is the network that counts as one place: of IPv6 the /64 that one line has.
func networkOf(ip netip.Addr) string {
	if ip.Is6() && !ip.Is4In6() {
		prefix, _ := ip.Prefix(64) // cannot fail: 64 bits fit
		return prefix.String()
	}
	return ip.String()
}

// scoping is the setting that holds the key of the counts' names: what people type by mistake, such as a password in the place
// of a name, must not be found out from a copy of the database.
const scoping = "signin-scopes"

func (p *Product) scopeKey(ctx context.Context) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.scoping != nil {
		return p.scoping, nil
	}
	key, err := p.keys.Setting(ctx, p.db.Read(), scoping)
	if errors.Is(err, credential.ErrNotFound) {
		err = p.db.Write(ctx, func(tx *store.Tx) error {
			var err error
			if key, err = p.keys.Setting(ctx, tx, scoping); !errors.Is(err, credential.ErrNotFound) {
				return err
			}
			key = make([]byte, sha256.Size)
			rand.Read(key)
			return p.keys.KeepSetting(ctx, tx, scoping, key)
		})
	}
	if err != nil {
		return nil, err
	}
	p.scoping = key
	return key, nil
}

// reserve counts an attempt before it is made, unless it may not succeed anyway. A flood is turned away before it waits for the
// one writer.
func (p *Product) reserve(ctx context.Context, c *counted) (v verdict, err error) {
	of, err := failures(ctx, p.db.Read(), c.address, c.at)
	if err != nil {
		return open, fmt.Errorf("read attempts: %w", err)
	}
	if of.n >= addressLimit {
		return flooded, nil
	}
	if c.opened != nil {
		if of, err = failures(ctx, p.db.Read(), *c.opened, c.at); err != nil {
			return open, fmt.Errorf("read attempts: %w", err)
		}
		if of.n >= openedLimit {
			return flooded, nil
		}
	}
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		v = open
		of, err := failures(ctx, tx, c.address, c.at)
		switch {
		case err != nil:
			return err
		case of.n >= addressLimit:
			v = flooded
			return nil
		}
		if of, err = failures(ctx, tx, c.place, c.at); err != nil {
			return err
		}
		if c.limit > 0 && of.n >= int64(c.limit) {
			v = locked
			return c.note(ctx, tx, c.address) // it costs a hash too
		}
		if c.crowd != nil {
			if of, err = failures(ctx, tx, *c.crowd, c.at); err != nil {
				return err
			}
			if of.n >= crowdLimit && c.at.Before(of.last.Add(crowdPause)) {
				v = locked
				return c.note(ctx, tx, c.address)
			}
		}
		return c.note(ctx, tx, c.counts()...)
	})
	if err != nil {
		return open, fmt.Errorf("count attempt: %w", err)
	}
	return v, nil
}

// failed is how many failures there were in the hour that ended with the last of them, if that is less than an hour ago.
type failed struct {
	n    int64
	last time.Time
}

func failures(ctx context.Context, q store.Queryer, c count, at time.Time) (f failed, err error) {
	var last int64
	err = q.QueryRowContext(ctx, `SELECT COALESCE(SUM(f.n), 0), COALESCE(MAX(f.at), 0) FROM signin_failures f
		WHERE f.scope = $1 AND f.at > (SELECT MAX(l.at) FROM signin_failures l WHERE l.scope = $1) - $2`, c.scope, window.Milliseconds()).Scan(&f.n, &last)
	f.last = time.UnixMilli(last)
	if !at.Before(f.last.Add(window)) {
		f.n = 0
	}
	return f, err
}

func (c *counted) counts() []count {
	all := []count{c.place, c.address}
	if c.crowd != nil {
		all = append(all, *c.crowd)
	}
	return all
}

func (c *counted) note(ctx context.Context, tx *store.Tx, counts ...count) error {
	for _, of := range counts {
		account, uin := c.account, c.uin
		if of.kind/10*10 == ofAddress {
			account, uin = 0, 0 // it is about nobody: letting a user try again must not forget it
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO signin_failures (scope, at, n, kind, account, uin) VALUES ($1, $2, 1, $3, $4, $5)
			ON CONFLICT (scope, at) DO UPDATE SET n = signin_failures.n + 1`, of.scope, c.at.UnixMilli(), of.kind, account, uin)
		if err != nil {
			return err
		}
	}
	return nil
}

// succeeded takes an attempt that was right out of the counts, and forgives what was wrong from its place before.
func (c *counted) succeeded(ctx context.Context, tx *store.Tx) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM signin_failures WHERE scope = $1`, c.place.scope)
	for _, of := range c.counts()[1:] {
		if err == nil {
			_, err = tx.ExecContext(ctx, `UPDATE signin_failures SET n = n - 1 WHERE scope = $1 AND at = $2`, of.scope, c.at.UnixMilli())
		}
		if err == nil {
			_, err = tx.ExecContext(ctx, `DELETE FROM signin_failures WHERE scope = $1 AND at = $2 AND n <= 0`, of.scope, c.at.UnixMilli())
		}
	}
	if err == nil && c.opened != nil {
		err = c.note(ctx, tx, *c.opened)
	}
	if err != nil {
		return fmt.Errorf("forgive attempts: %w", err)
	}
	return nil
}

// Locked tells the sub-users of an account that are locked out of some place after wrong passwords, and since when.
func Locked(ctx context.Context, q store.Queryer, a store.Account, at time.Time) (map[int64]time.Time, error) {
	rules, err := cam.PasswordRules(ctx, q, a)
	if err != nil || rules.RetryLimit == 0 {
		return nil, err
	}
	type row struct{ uin, since int64 }
	rows, err := store.Collect(ctx, q, func(r store.Row) (l row, err error) {
		err = r.Scan(&l.uin, &l.since)
		return l, err
	}, `SELECT l.uin, l.last`+lockedPlaces(2), lockedArguments(a, at, rules.RetryLimit)...)
	if err != nil {
		return nil, fmt.Errorf("read locked users: %w", err)
	}
	since := map[int64]time.Time{}
	for _, l := range rows {
		if t := time.UnixMilli(l.since); t.After(since[l.uin]) {
			since[l.uin] = t
		}
	}
	return since, nil
}

// lockedPlaces are those of an account with the time of their last failure, counted as failures does.
func lockedPlaces(first int) string {
	return fmt.Sprintf(` FROM (SELECT uin, scope, MAX(at) AS last FROM signin_failures WHERE account = $1 AND uin <> $1 AND kind = $%d AND at > $%d
		GROUP BY uin, scope) AS l WHERE (SELECT SUM(f.n) FROM signin_failures f WHERE f.scope = l.scope AND f.at > l.last - $%d) >= $%d`,
		first, first+1, first+2, first+3)
}

func lockedArguments(a store.Account, at time.Time, limit int) []any {
	return []any{a, ofPlace + int64(byPassword), at.Add(-window).UnixMilli(), window.Milliseconds(), limit}
}

// LockedUsers is what Locked tells as part of another query: one for the uins, in which $1 is the account and its own
// arguments begin at $first. "" where nobody is ever locked.
func LockedUsers(ctx context.Context, q store.Queryer, a store.Account, at time.Time, first int) (query string, args []any, err error) {
	rules, err := cam.PasswordRules(ctx, q, a)
	if err != nil || rules.RetryLimit == 0 {
		return "", nil, err
	}
	return `SELECT l.uin` + lockedPlaces(first), lockedArguments(a, at, rules.RetryLimit)[1:], nil
}

// Purge forgets failed attempts that count no more. Call it now and then.
func Purge(ctx context.Context, db *store.DB, now time.Time) error {
	for _, of := range []struct {
		statement string
		before    time.Time
	}{
		{`DELETE FROM signin_failures WHERE (scope, at) IN (SELECT scope, at FROM signin_failures WHERE at < $1 ORDER BY at LIMIT $2)`, now.Add(-2 * window)},
		{`DELETE FROM known_devices WHERE (account, uin, device) IN (SELECT account, uin, device FROM known_devices WHERE seen_at < $1 LIMIT $2)`, now.Add(-deviceLife)},
		{`DELETE FROM spent_logins WHERE login IN (SELECT login FROM spent_logins WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`, now},
	} {
		if err := db.Purge(ctx, of.statement, of.before); err != nil {
			return fmt.Errorf("purge sign-in: %w", err)
		}
	}
	return nil
}
