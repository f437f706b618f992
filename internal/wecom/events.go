package wecom

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wecom/callback"
	"github.com/hufu-iam/hufu/internal/wecom/qyapi"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// This file is what WeCom tells by callbacks. An event is stored and answered at once; what it is about is then read from
// WeCom: the order of events means nothing, and their words are not taken for true.

// ErrNoCallback is a callback to an address that no enterprise has, or none that is linked and has a callback.
var ErrNoCallback = errors.New("no enterprise has this callback")

// receiver is the enterprise with a callback's address, and what its messages are sealed with.
func (p *Product) receiver(ctx context.Context, id string) (corp, *callback.Secret, error) {
	o, err := store.One(ctx, p.DB.Read(), scanCorp, ErrNoCallback, `SELECT `+corpColumns+` FROM wecom_corps c WHERE c.callback = $1 AND c.has_callback = 1`, id)
	if err != nil {
		return o, nil, err
	}
	keys, err := p.credentials(ctx, p.DB.Read(), o.id)
	if err != nil {
		return o, nil, err
	}
	secret, err := callback.New(keys.CallbackToken, keys.CallbackKey, o.corpID)
	return o, secret, err
}

// Echo answers WeCom's check of a callback's address. ErrNoCallback, or a *callback.Error for what is not WeCom's.
func (p *Product) Echo(ctx context.Context, id string, q callback.Query, text string) ([]byte, error) {
	_, secret, err := p.receiver(ctx, id)
	if err != nil {
		return nil, err
	}
	return secret.Echo(q, text, p.Now())
}

// Receive stores the event of a callback. One that came before, as WeCom sends it again where it had no answer, changes
// nothing. ErrNoCallback, or a *callback.Error.
func (p *Product) Receive(ctx context.Context, id string, q callback.Query, body []byte) error {
	o, secret, err := p.receiver(ctx, id)
	if err != nil {
		return err
	}
	m, err := secret.Open(q, body, p.Now())
	if err != nil {
		return err
	}
	if m.Get("ToUserName") != o.corpID || m.Get("Event") != "change_contact" {
		return nil // of the application, such as a message to it: none of ours
	}
	now := p.Now()
	err = p.DB.Write(ctx, func(tx *store.Tx) error {
		id, err := tx.NextID(ctx, "wecom_events", 1)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO wecom_events (id, account, corp, fingerprint, change_type, userid, new_userid, received_at, due_at, attempts, done)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 0, 0) ON CONFLICT (corp, fingerprint) DO NOTHING`,
			id, o.account, o.id, fingerprint(m), cut(m.Get("ChangeType")), cut(m.Get("UserID")), cut(m.Get("NewUserID")), now.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("keep event: %w", err)
	}
	p.kick(events)
	return nil
}

// fingerprint is what an event is known by when it comes again.
func fingerprint(m callback.Message) string {
	var b strings.Builder
	for _, name := range []string{"FromUserName", "CreateTime", "ChangeType", "UserID", "NewUserID", "Id", "TagId"} {
		fmt.Fprintf(&b, "%d:%s,", len(m.Get(name)), m.Get(name))
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

// cut is a text of an event as it may be stored; what cannot be a userid is none.
func cut(s string) string {
	if !qyapi.IsUserID(s) {
		return ""
	}
	return s
}

// event is one that is to be dealt with.
type event struct {
	id, corp, attempts         int64
	changeType, userID, renown string
}

const (
	// eventLease is how long dealing with an event may take.
	eventLease = time.Minute
	// eventAttempts are made, the pause before each twice as long; after them the next reading of the directory makes up for it.
	eventAttempts = 6
	// eventsKept is how long events are known again: longer than a callback's time may be off.
	eventsKept = time.Hour
	// changedSoon is how long after an event the directory is read: one change of the tree comes with many.
	changedSoon = 20 * time.Second
)

// eventDue deals with the event that is the longest overdue; false if there is none.
func (p *Product) eventDue(ctx context.Context) (bool, error) {
	now := p.Now().UnixMilli()
	due := `SELECT id, corp, attempts, change_type, userid, new_userid FROM wecom_events WHERE done = 0 AND due_at <= $1 ORDER BY due_at, id LIMIT 1`
	scan := func(r store.Row) (e event, err error) {
		err = r.Scan(&e.id, &e.corp, &e.attempts, &e.changeType, &e.userID, &e.renown)
		return e, err
	}
	if _, err := store.One(ctx, p.DB.Read(), scan, store.ErrNotFound, due, now); err != nil {
		return false, none(err)
	}
	var e event
	err := p.DB.Write(ctx, func(tx *store.Tx) (err error) {
		if e, err = store.One(ctx, tx, scan, store.ErrNotFound, due, now); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE wecom_events SET due_at = $2, attempts = attempts + 1 WHERE id = $1`, e.id, now+eventLease.Milliseconds())
		return err
	})
	if err != nil {
		return false, none(err)
	}
	failure := p.handle(ctx, &e)
	if failure != nil && ctx.Err() == nil {
		p.Log.Warn("an event of WeCom was not dealt with", "event", e.id, "change", e.changeType, "attempt", e.attempts+1, "error", failure)
	}
	return true, p.DB.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		done, again := failure == nil || e.attempts+1 >= eventAttempts, now+(time.Second<<e.attempts).Milliseconds()
		if e, ok := errors.AsType[*qyapi.Error](failure); ok {
			again = max(again, now+e.Wait.Milliseconds())
		}
		_, err := tx.ExecContext(ctx, `UPDATE wecom_events SET done = $2, due_at = $3 WHERE id = $1`, e.id, done, again)
		return err
	})
}

// handle reads from WeCom what an event is about. Whatever it is, and whether or not WeCom tells, the picture is not as it was.
func (p *Product) handle(ctx context.Context, e *event) error {
	o, err := corpByNumber(ctx, p.DB.Read(), e.corp)
	if err != nil || !o.linkedNow() {
		return none(err)
	}
	if err := p.DB.Write(ctx, func(tx *store.Tx) error { return markChanged(ctx, tx, o.id, p.Now().Add(changedSoon).UnixMilli()) }); err != nil {
		return err
	}
	if e.userID != "" && strings.HasSuffix(e.changeType, "_user") {
		return p.handleMember(ctx, &o, e)
	}
	return nil
}

// handleMember settles the sub-user that an event is about. That he has another userid is believed when WeCom knows the new
// one and not the old one.
func (p *Product) handleMember(ctx context.Context, o *corp, e *event) error {
	u, err := userOf(ctx, p.DB.Read(), o, e.userID)
	if fault.Is(err, code.ResourceNotFoundUserNotExist) && e.renown != "" {
		u, err = userOf(ctx, p.DB.Read(), o, e.renown) // it was renamed before: events are in no order
	}
	if fault.Is(err, code.ResourceNotFoundUserNotExist) {
		return nil // not imported
	}
	if err != nil {
		return err
	}
	if e.renown != "" && e.renown != u.userID {
		if err := p.followRename(ctx, o, &u, e.renown); err != nil {
			return err
		}
	}
	_, err = p.check(ctx, o, &u)
	return err
}

func (p *Product) followRename(ctx context.Context, o *corp, u *user, to string) error {
	session := p.session(o)
	m, err := session.Member(ctx, to)
	if qyapi.HandlingOf(err) == qyapi.Gone || qyapi.HandlingOf(err) == qyapi.Hidden {
		return nil
	}
	if err != nil {
		return err
	}
	if fold(to) != fold(u.userID) {
		_, err = session.Member(ctx, u.userID)
		if qyapi.HandlingOf(err) != qyapi.Gone {
			return err // nil: both are there, so they are two
		}
	}
	renamed := *u
	err = p.DB.Write(ctx, func(tx *store.Tx) error {
		renamed = *u // an earlier run of this was not written
		return p.rename(ctx, tx, o, &renamed, m.UserID)
	})
	if err == nil {
		*u = renamed
	}
	return err
}

// purgeEvents forgets events that cannot come again.
func (p *Product) purgeEvents(ctx context.Context) error {
	return p.DB.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM wecom_events WHERE id IN (SELECT id FROM wecom_events WHERE done = 1 AND received_at < $1 LIMIT $2)`,
			p.Now().Add(-eventsKept).UnixMilli(), eraseBatch)
		return err
	})
}
