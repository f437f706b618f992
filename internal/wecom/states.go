package wecom

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wecom/qyapi"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// The states of a sub-user that is a member; see the package's description.
const (
	userActive       = "Active"
	userNotActivated = "NotActivated"
	userDisabled     = "WeComDisabled"
	userHidden       = "Hidden"
	userDeparted     = "Departed"
	userUnlinked     = "Unlinked"
)

// stateOf is the state of a member as WeCom answered it. Any other error says nothing about the member, and is answered.
func stateOf(m *qyapi.Member, err error) (string, error) {
	switch h := qyapi.HandlingOf(err); {
	case h == qyapi.Gone:
		return userDeparted, nil
	case h == qyapi.Hidden:
		return userHidden, nil
	case err != nil:
		return "", err
	case m.Status == 0:
		return "", errNoStatus
	}
	return stateOfStatus(m.Status), nil
}

// errNoStatus is an answer about a member without his status. It must not pass for news: were all answers so, all would be locked out.
var errNoStatus = errors.New("WeCom does not tell the status of the member")

// alone reports whether an error is about one member alone.
func alone(err error) bool { return qyapi.Alone(err) || errors.Is(err, errNoStatus) }

// stateOfStatus reads a status. One that is not known keeps the member out: it is not known to be well.
func stateOfStatus(s qyapi.Status) string {
	switch s {
	case qyapi.Active:
		return userActive
	case qyapi.NotActivated:
		return userNotActivated
	case qyapi.Left:
		return userDeparted
	}
	return userDisabled
}

// user is a sub-user that is a member.
type user struct {
	account store.Account
	uin     int64
	corp    int64
	userID  string
	state   string
	stateAt int64
}

const userColumns = `u.account, u.uin, u.corp, u.userid, u.state, u.state_at`

func scanUser(r store.Row) (u user, err error) {
	err = r.Scan(&u.account, &u.uin, &u.corp, &u.userID, &u.state, &u.stateAt)
	return u, err
}

// Absent reports whether a sub-user is a member who may not sign in now. Asked in the transaction that opens a session it sees
// what became of him since WeCom was asked.
func Absent(ctx context.Context, q store.Queryer, a store.Account, uin int64) (bool, error) {
	n, err := store.Count(ctx, q, `SELECT COUNT(*) FROM wecom_users WHERE account = $1 AND uin = $2 AND state <> $3`, a, uin, userActive)
	if err != nil {
		return false, fmt.Errorf("look for an absent member: %w", err)
	}
	return n > 0, nil
}

// errNoMember is a member who was not imported.
var errNoMember = fault.New(code.ResourceNotFoundUserNotExist)

// userOf finds the sub-user that a member was imported as. errNoMember.
func userOf(ctx context.Context, q store.Queryer, o *corp, userID string) (user, error) {
	return store.One(ctx, q, scanUser, errNoMember, `SELECT `+userColumns+` FROM wecom_users u WHERE u.account = $1 AND u.corp = $2 AND u.userid_key = $3`,
		o.account, o.id, fold(userID))
}

// settle brings a sub-user into a state. Who may no longer sign in is signed out with it, and whoever left loses the use of the
// keys; they stay inactive when somebody comes back, until an administrator says otherwise. asked is when WeCom was asked: what became
// known later stands.
func (p *Product) settle(ctx context.Context, tx *store.Tx, u *user, state string, asked time.Time) error {
	now := p.Now()
	// Read again: since it was asked for, the enterprise may have been unlinked, or the user deleted or renamed, and then the
	// answer is about somebody else.
	is, err := store.One(ctx, tx, scanUser, errNoMember, `SELECT `+userColumns+` FROM wecom_users u WHERE u.account = $1 AND u.uin = $2`, u.account, u.uin)
	if fault.Is(err, code.ResourceNotFoundUserNotExist) || err == nil && (is.state == userUnlinked || is.stateAt > asked.UnixMilli() || fold(is.userID) != fold(u.userID)) {
		return nil
	}
	if err != nil {
		return err
	}
	changed := now.UnixMilli()
	_, err = tx.ExecContext(ctx, `UPDATE wecom_users SET state = $3, state_at = CASE WHEN state = $3 THEN state_at ELSE $4 END, checked_at = $4 WHERE account = $1 AND uin = $2`,
		u.account, u.uin, state, changed)
	if err != nil {
		return fmt.Errorf("settle member: %w", err)
	}
	if state != userActive { // also where it was so before: a sign-in may have come in between
		if err := p.endSessions(ctx, tx, u.account, u.uin); err != nil {
			return err
		}
	}
	if is.state == state {
		return nil
	}
	if state == userDeparted {
		if err := p.stopKeys(ctx, tx, u, now); err != nil {
			return err
		}
	}
	return p.record(ctx, tx, u.account, "hufu:WeComMemberChanged", map[string]string{"UserId": is.userID, "State": state, "Before": is.state}, userResource(u.account, u.uin))
}

// stopKeys makes the keys of a sub-user inactive, which ends the sessions that were issued with them.
func (p *Product) stopKeys(ctx context.Context, tx *store.Tx, u *user, at time.Time) error {
	keys, err := p.Keys.List(ctx, tx, u.account, u.uin, false)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.Status != credential.Active {
			continue
		}
		if err := p.Keys.SetStatus(ctx, tx, u.account, k.SecretID, credential.Inactive, at); err != nil {
			return err
		}
	}
	return nil
}

// check asks WeCom about a sub-user's member and settles its state, which it answers.
func (p *Product) check(ctx context.Context, o *corp, u *user) (string, error) {
	asked := p.Now()
	state, err := stateOf(p.session(o).Member(ctx, u.userID))
	if err != nil {
		return "", err
	}
	return state, p.DB.Write(ctx, func(tx *store.Tx) error { return p.settle(ctx, tx, u, state, asked) })
}

// checkBatch sub-users are settled in one transaction.
const checkBatch = 200

// seenUser is a sub-user with what the picture says of its member: nil where he is not in it, or it does not say.
type seenUser struct {
	user
	status *int64
}

// checkUsers settles the sub-users of an enterprise after a reading. Who is in the picture is as it says; WeCom is asked about
// the others, because the picture does not tell who left from who is out of sight. began is when the reading did.
func (p *Product) checkUsers(ctx context.Context, o *corp, began time.Time) error {
	for after := int64(0); ; {
		batch, err := store.Collect(ctx, p.DB.Read(), func(r store.Row) (s seenUser, err error) {
			err = r.Scan(&s.account, &s.uin, &s.corp, &s.userID, &s.state, &s.stateAt, &s.status)
			return s, err
		}, `SELECT `+userColumns+`, NULLIF(m.status, 0) FROM wecom_users u LEFT JOIN wecom_members m
				ON m.account = u.account AND m.corp = u.corp AND m.generation = $3 AND m.userid_key = u.userid_key
			WHERE u.account = $1 AND u.corp = $2 AND u.uin > $4 ORDER BY u.uin LIMIT $5`, o.account, o.id, o.generation, after, checkBatch)
		if err != nil {
			return fmt.Errorf("list members that were imported: %w", err)
		}
		if len(batch) == 0 {
			return nil
		}
		after = batch[len(batch)-1].uin
		if err := p.settleSeen(ctx, o, batch, began); err != nil {
			return err
		}
	}
}

func (p *Product) settleSeen(ctx context.Context, o *corp, batch []seenUser, began time.Time) error {
	err := p.DB.Write(ctx, func(tx *store.Tx) error {
		for i := range batch {
			s := &batch[i]
			if s.status == nil {
				continue
			}
			if err := p.settle(ctx, tx, &s.user, stateOfStatus(qyapi.Status(*s.status)), began); err != nil {
				return err
			}
		}
		return nil
	})
	for i := 0; err == nil && i < len(batch); i++ {
		if s := &batch[i]; s.status == nil {
			err = p.checkUnseen(ctx, o, &s.user)
		}
	}
	return err
}

// checkUnseen asks about a sub-user who is not in the picture. An errcode that is about him alone leaves him as he is until the
// next reading, and must not keep those after him from being asked about.
func (p *Product) checkUnseen(ctx context.Context, o *corp, u *user) error {
	_, err := p.check(ctx, o, u)
	if alone(err) {
		p.Log.Warn("WeCom does not tell what became of a member", "account", int64(u.account), "uin", u.uin, "error", err)
		return nil
	}
	return err
}

// rename keeps which sub-user a member is after his userid was changed, which u then has; the sub-user's name stays.
func (p *Product) rename(ctx context.Context, tx *store.Tx, o *corp, u *user, to string) error {
	if _, err := userOf(ctx, tx, o, to); fold(to) != fold(u.userID) && !fault.Is(err, code.ResourceNotFoundUserNotExist) {
		return err // somebody else was imported under the new userid: nothing to do
	}
	_, err := tx.ExecContext(ctx, `UPDATE wecom_users SET userid = $3, userid_key = $4 WHERE account = $1 AND uin = $2`, o.account, u.uin, to, fold(to))
	if err == nil {
		_, err = tx.ExecContext(ctx, `DELETE FROM wecom_persons WHERE account = $1 AND corp = $2 AND userid_key = $3 AND $3 <> $4`, o.account, o.id, fold(to), fold(u.userID))
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, `UPDATE wecom_persons SET userid_key = $4 WHERE account = $1 AND corp = $2 AND userid_key = $3`, o.account, o.id, fold(u.userID), fold(to))
	}
	if err != nil {
		return fmt.Errorf("rename member: %w", err)
	}
	if err := cam.RenameMember(ctx, tx, o.account, u.uin, to); err != nil {
		return err
	}
	was := u.userID
	u.userID = to
	return p.record(ctx, tx, o.account, "hufu:WeComMemberChanged", map[string]string{"UserId": was, "NewUserId": to}, userResource(o.account, u.uin))
}
