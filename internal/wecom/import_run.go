package wecom

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wecom/qyapi"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// This file works imports off. Each member is one transaction that makes the sub-user, its person, memberships and attachments, and
// notes the outcome: a crash leaves him imported or not, and never is he imported twice.

// Calls makes calls in the name of whoever asked for an import.
type Calls interface {
	// Call runs in.Do as a call of cam:AddQywxSubAccount, which is authorized, recorded and counted as every other. ErrNoCaller
	// where the credential is not in force any more, else what the caller may see.
	Call(ctx context.Context, in AddMember) error
}

// AddMember is a call that imports one member.
type AddMember struct {
	Account    store.Account
	KeyID, IP  string            // of the call that asked for the import
	Parameters map[string]string // for the audit record
	Do         func(ctx context.Context, c *call.Call) error
}

// errTaken is a member whom another node has imported meanwhile. The call that comes to nothing leaves its record.
var errTaken = fault.New(code.ServiceUnavailable)

// ErrNoCaller is a credential that is not in force any more.
var ErrNoCaller = errors.New("the credential that asked for the import is not in force any more")

const (
	// importLease is how long a node may take for one member before another one goes on. That it comes back then does no harm:
	// a member's outcome is looked at in his own transaction.
	importLease = 15 * time.Second
	// importAgain is when an import goes on that could not ask WeCom.
	importAgain = 30 * time.Second
)

// importDue works off the import that waits the longest; false if there is none.
func (p *Product) importDue(ctx context.Context) (bool, error) {
	j, err := p.claimImport(ctx)
	if j == nil || err != nil {
		return false, err
	}
	o, err := corpByNumber(ctx, p.DB.Read(), j.corp)
	if err != nil {
		return false, err
	}
	members, err := j.members(ctx, p.DB.Read(), ` AND outcome = ''`)
	if err != nil {
		return false, err
	}
	for i := range members {
		state, wait, err := p.importMember(ctx, j, &o, &members[i])
		switch {
		case ctx.Err() != nil: // the next node, or the next start, goes on at once
			return false, p.release(context.WithoutCancel(ctx), j, importRunning, 0)
		case errors.Is(err, errLost):
			return true, p.release(ctx, j, importRunning, importAgain)
		case err != nil:
			p.Log.Error("an import stopped", "account", int64(j.account), "import", j.id, "error", err)
			return true, p.release(ctx, j, importRunning, importAgain)
		case state != importRunning || wait > 0:
			return true, p.release(ctx, j, state, wait)
		}
	}
	return true, p.release(ctx, j, importDone, 0)
}

// claimImport takes the lease of an import.
func (p *Product) claimImport(ctx context.Context) (*job, error) {
	now := p.Now()
	due := `SELECT ` + jobColumns + ` FROM wecom_imports WHERE state = $1 AND lease <= $2 ORDER BY lease LIMIT 1`
	if _, err := store.One(ctx, p.DB.Read(), scanJob, store.ErrNotFound, due, importRunning, now.UnixMilli()); err != nil {
		return nil, none(err)
	}
	var j job
	err := p.DB.Write(ctx, func(tx *store.Tx) (err error) {
		if j, err = store.One(ctx, tx, scanJob, store.ErrNotFound, due, importRunning, now.UnixMilli()); err != nil {
			return err
		}
		return j.extend(ctx, tx, now)
	})
	if err != nil {
		return nil, none(err)
	}
	return &j, nil
}

// extend keeps the lease of an import that is still running. errLost.
func (j *job) extend(ctx context.Context, tx *store.Tx, now time.Time) error {
	r, err := tx.ExecContext(ctx, `UPDATE wecom_imports SET lease = $3 WHERE account = $1 AND id = $2 AND state = $4`, j.account, j.id, now.Add(importLease).UnixMilli(), importRunning)
	if err != nil {
		return fmt.Errorf("extend lease of an import: %w", err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errLost, err)
	}
	return nil
}

// release gives the lease back and leaves the import in a state; one that is running goes on after a while.
func (p *Product) release(ctx context.Context, j *job, state string, wait time.Duration) error {
	return p.DB.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE wecom_imports SET state = $3, lease = $4 WHERE account = $1 AND id = $2 AND state = $5`,
			j.account, j.id, state, p.Now().Add(wait).UnixMilli(), importRunning)
		return err
	})
}

// importMember imports one member. The state is that of the import afterwards; wait is when it goes on where WeCom could not be
// asked.
func (p *Product) importMember(ctx context.Context, j *job, o *corp, m *candidate) (state string, wait time.Duration, err error) {
	if u, err := userOf(ctx, p.DB.Read(), o, m.userID); err == nil {
		return importRunning, 0, p.note(ctx, j, m, outcomeImported, u.uin)
	}
	seen, err := p.session(o).Member(ctx, m.userID)
	is, failure := stateOf(seen, err)
	switch {
	case failure == nil && (is == userDeparted || is == userHidden):
		return importRunning, 0, p.note(ctx, j, m, outcomeOutOfScope, 0)
	case fault.Is(failure, code.FailedOperationCorpUnlinked) || endsLink(failure) != "":
		return importRunning, 0, p.note(ctx, j, m, code.FailedOperationCorpUnlinked, 0)
	case alone(failure):
		p.Log.Warn("WeCom does not tell about a member to import", "account", int64(j.account), "import", j.id, "error", failure)
		return importRunning, 0, p.note(ctx, j, m, code.FailedOperationWeComError, 0)
	case failure != nil:
		p.Log.Warn("an import waits for WeCom", "account", int64(j.account), "import", j.id, "error", failure)
		wait = importAgain
		if e, ok := errors.AsType[*qyapi.Error](failure); ok {
			wait = max(wait, e.Wait)
		}
		return importRunning, wait, nil
	}
	m.userID = seen.UserID // as WeCom spells it
	err = p.calls.Call(ctx, AddMember{Account: j.account, KeyID: j.keyID, IP: j.ip,
		Parameters: map[string]string{"ImportId": j.id, "CorpId": o.corpID, "UserId": m.userID, "Name": m.user.Name},
		Do:         func(ctx context.Context, c *call.Call) error { return p.add(ctx, c, j, o, m, is) }})
	return p.outcome(ctx, j, m, err)
}

// outcome notes what came of a member's call.
func (p *Product) outcome(ctx context.Context, j *job, m *candidate, failure error) (state string, wait time.Duration, err error) {
	failed := fault.From(failure)
	switch {
	case failure == nil:
		return importRunning, 0, nil
	case errors.Is(failure, errTaken) || errors.Is(failure, errLost):
		return importRunning, 0, errLost
	case ctx.Err() != nil:
		return importRunning, 0, ctx.Err()
	case errors.Is(failure, ErrNoCaller) || strings.HasPrefix(failed.Code, "AuthFailure."):
		return importInterrupted, 0, nil // whoever may, has it go on by asking for it once more
	case failed.Code == code.RequestLimitExceededCreateUser || failed.Code == code.InvalidParameterSubUserFull:
		return importDone, 0, p.noteAll(ctx, j, failed.Code)
	case failed.Code == code.InternalError:
		p.Log.Error("a member was not imported", "account", int64(j.account), "import", j.id, "error", errors.Join(failed, failed.Unwrap()))
	}
	return importRunning, 0, p.note(ctx, j, m, failed.Code, 0)
}

// note keeps the outcome of a member.
func (p *Product) note(ctx context.Context, j *job, m *candidate, outcome string, uin int64) error {
	return p.DB.Write(ctx, func(tx *store.Tx) error { return j.note(ctx, tx, p.Now(), m, outcome, uin) })
}

func (j *job) note(ctx context.Context, tx *store.Tx, now time.Time, m *candidate, outcome string, uin int64) error {
	if err := j.extend(ctx, tx, now); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE wecom_import_members SET outcome = $4, uin = $5 WHERE account = $1 AND import_id = $2 AND number = $3 AND outcome = ''`,
		j.account, j.id, m.number, outcome, uin)
	if err != nil {
		return fmt.Errorf("note outcome: %w", err)
	}
	return nil
}

// noteAll gives all members that are left one outcome: a quota is used up, so that it is theirs too.
func (p *Product) noteAll(ctx context.Context, j *job, outcome string) error {
	return p.DB.Write(ctx, func(tx *store.Tx) error {
		if err := j.extend(ctx, tx, p.Now()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE wecom_import_members SET outcome = $3 WHERE account = $1 AND import_id = $2 AND outcome = ''`, j.account, j.id, outcome)
		return err
	})
}

// add makes the sub-user of a member with all that belongs to it.
func (p *Product) add(ctx context.Context, c *call.Call, j *job, o *corp, m *candidate, state string) error {
	if err := j.mayGrant(ctx, c); err != nil {
		return err
	}
	u := m.user
	if err := u.Check(); err != nil {
		return err
	}
	u.WeComUserID = m.userID
	return c.Write(ctx, func(tx *store.Tx) error {
		left, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM wecom_import_members WHERE account = $1 AND import_id = $2 AND number = $3 AND outcome = ''`, j.account, j.id, m.number)
		if err != nil {
			return fmt.Errorf("find member of an import: %w", err)
		}
		if left == 0 {
			return errTaken
		}
		now, err := corpByNumber(ctx, tx, o.id)
		if err == nil && !now.linkedNow() {
			err = errUnlinked
		}
		if err != nil {
			return err
		}
		switch is, err := userOf(ctx, tx, o, m.userID); {
		case err == nil:
			return j.note(ctx, tx, p.Now(), m, outcomeImported, is.uin)
		case !errors.Is(err, errNoMember):
			return err
		}
		made, err := p.make(ctx, tx, c, j, o, u, state)
		if err != nil {
			return err
		}
		c.Touched(userResource(c.Account(), made.UIN))
		return j.note(ctx, tx, p.Now(), m, outcomeCreated, made.UIN)
	})
}

func (p *Product) make(ctx context.Context, tx *store.Tx, c *call.Call, j *job, o *corp, u cam.User, state string) (cam.User, error) {
	made, err := p.Users.CreateUser(ctx, tx, o.account, u, c.At)
	if err != nil {
		return made, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO wecom_users (account, uin, corp, corp_id, userid, userid_key, state, state_at, checked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)`,
		o.account, made.UIN, o.id, o.corpID, u.WeComUserID, fold(u.WeComUserID), state, c.At.UnixMilli())
	if err != nil {
		return made, fmt.Errorf("keep which member it is: %w", err)
	}
	for _, id := range j.groups {
		if _, err := cam.GroupByID(ctx, tx, o.account, id); errors.Is(err, cam.ErrNoGroup) {
			return made, fault.New(code.InvalidParameterGroupNotExist)
		} else if err != nil {
			return made, err
		}
		if err := p.Users.Join(ctx, tx, o.account, id, made.UIN, c.At); err != nil {
			return made, err
		}
	}
	for _, id := range j.policies {
		if err := p.Users.AttachToUser(ctx, tx, c, made.UIN, id); err != nil {
			return made, err
		}
	}
	return made, person(ctx, tx, o, &made, c.At)
}

// person links a sub-user to the person that was made for the member before, or to a new one. Nobody else's person is taken,
// whatever it is called.
func person(ctx context.Context, tx *store.Tx, o *corp, u *cam.User, at time.Time) error {
	key := fold(u.WeComUserID)
	var id string
	err := tx.QueryRowContext(ctx, `SELECT person FROM wecom_persons WHERE account = $1 AND corp = $2 AND userid_key = $3`, o.account, o.id, key).Scan(&id)
	if err == nil {
		err = directory.LinkUser(ctx, tx, o.account, id, u.UIN, at)
	}
	if err == nil || !errors.Is(err, store.ErrNotFound) && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	made, err := newPerson(ctx, tx, o, u, at)
	if err != nil {
		return fmt.Errorf("make person: %w", err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO wecom_persons (account, corp, userid_key, person) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, corp, userid_key) DO UPDATE SET person = excluded.person`, o.account, o.id, key, made.ID)
	if err != nil {
		return fmt.Errorf("keep person: %w", err)
	}
	return directory.LinkUser(ctx, tx, o.account, made.ID, u.UIN, at)
}

// newPerson makes a person. What another one has already, which must be one's own, it goes without; its login is then one
// that names the enterprise too, or at last the uin.
func newPerson(ctx context.Context, tx *store.Tx, o *corp, u *cam.User, at time.Time) (*directory.Person, error) {
	in := directory.Profile{Name: u.Name, Email: u.Email, ExternalID: o.corpID + "/" + u.WeComUserID}
	if u.Phone != "" {
		in.Mobile, _ = directory.ParseMobile("+" + strings.TrimPrefix(u.CountryCode, "+") + "-" + u.Phone)
	}
	logins := []string{u.WeComUserID, u.WeComUserID + "@" + o.corpID, fmt.Sprintf("wecom-%d", u.UIN)}
	in.Login = logins[0]
	for {
		made, err := directory.Create(ctx, tx, o.account, in, "", false, at)
		switch {
		case errors.Is(err, directory.ErrLoginTaken) && len(logins) > 1:
			logins = logins[1:]
			in.Login = logins[0]
		case errors.Is(err, directory.ErrMobileTaken):
			in.Mobile = ""
		case errors.Is(err, directory.ErrEmailTaken):
			in.Email = ""
		case errors.Is(err, directory.ErrExternalIDTaken):
			in.ExternalID = ""
		default:
			return made, err
		}
	}
}
