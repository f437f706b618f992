package wecom

import (
	"context"
	"errors"
	"fmt"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wecom/callback"
	"github.com/hufu-iam/hufu/internal/wecom/qyapi"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
)

// maxCorps is how many enterprises an account may have. Our decision.
const maxCorps = 20

// proof is what WeCom answered to the credentials of a link.
type proof struct {
	token qyapi.Token
	agent *qyapi.Agent
	name  string // of the top department, "" where it is out of scope
}

// prove asks WeCom whether corp id, agent id and secret belong together. InvalidParameterValue.WeComCredentials.
func (p *Product) prove(ctx context.Context, in *hufu20261201.LinkWeComCorpRequest) (*proof, error) {
	token, err := p.Client.GetToken(ctx, in.CorpId, in.Secret)
	var of proof
	session := p.Client.Session(in.CorpId, fixed(token.Text))
	if err == nil {
		of.token = token
		of.agent, err = session.Agent(ctx, in.AgentId)
	}
	switch {
	case qyapi.HandlingOf(err) == qyapi.Rejected:
		return nil, fault.New(code.InvalidParameterValueWeComCredentials).WithCause(err)
	case err != nil:
		return nil, asFault(err)
	case of.agent.Closed:
		return nil, asFault(&qyapi.Error{Code: errClosed, Call: "agent/get"})
	}
	if top, err := session.Department(ctx, topDepartment); err == nil {
		of.name = top.Name // the name is for display: that it is out of scope is no failure
	}
	return &of, nil
}

// errClosed is WeCom's errcode for an application that is disabled; topDepartment the id of the one above all others.
const (
	errClosed     = 50003
	topDepartment = 1
)

// checkCallback refuses a callback's token without key or key without token.
func checkCallback(in *hufu20261201.LinkWeComCorpRequest) error {
	token, key := value(in.CallbackToken), value(in.CallbackKey)
	switch {
	case token == "" && key == "":
		return nil
	case token == "":
		return fault.New(code.InvalidParameterValue, "CallbackToken", "")
	}
	if _, err := callback.New(token, key, in.CorpId); err != nil {
		return fault.New(code.InvalidParameterValue, "CallbackKey", "") // never the value
	}
	return nil
}

// value is an optional string, "" when absent.
func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// LinkWeComCorp links an enterprise, or refreshes the credentials of one that is linked or was; its sub-users stay. Where
// the callback is not mentioned, that of a linked one stays.
func (p *Product) LinkWeComCorp(ctx context.Context, c *call.Call, in *hufu20261201.LinkWeComCorpRequest) (*hufu20261201.LinkWeComCorpResponse, error) {
	if err := checkCallback(in); err != nil {
		return nil, err
	}
	asked := p.Now()
	of, err := p.prove(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &hufu20261201.LinkWeComCorpResponse{}
	err = c.Write(ctx, func(tx *store.Tx) error {
		o, err := p.saveLink(ctx, tx, c, in, of)
		if err != nil {
			return err
		}
		if err := p.keepToken(ctx, tx, &o, of.token, asked); err != nil {
			return err
		}
		c.Touched(corpResource(o.account, o.corpID))
		if o, err = corpByNumber(ctx, tx, o.id); err == nil {
			out.Corp = p.wireCorp(c, &o)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	p.kick(syncing)
	return out, nil
}

// saveLink makes or changes the row of an enterprise, which is to be read at once.
func (p *Product) saveLink(ctx context.Context, tx *store.Tx, c *call.Call, in *hufu20261201.LinkWeComCorpRequest, of *proof) (corp, error) {
	o, err := corpByID(ctx, tx, c.Account(), in.CorpId)
	switch {
	case errors.Is(err, errNoCorp):
		return p.newLink(ctx, tx, c, in, of)
	case err != nil:
		return o, err
	}
	keys, err := p.credentials(ctx, tx, o.id)
	if err != nil {
		return o, err
	}
	keys.Secret = in.Secret
	if in.CallbackToken != nil || in.CallbackKey != nil {
		keys.CallbackToken, keys.CallbackKey = value(in.CallbackToken), value(in.CallbackKey)
	}
	sealed, err := p.sealCredentials(ctx, tx, o.id, keys)
	if err != nil {
		return o, err
	}
	name := of.name
	if name == "" {
		name = of.agent.Name
	}
	_, err = tx.ExecContext(ctx, `UPDATE wecom_corps SET agent_id = $2, name = $3, app_name = $4, secret = $5, has_callback = $6, state = $7, cause = '',
			linked_at = CASE WHEN state = $8 THEN $9 ELSE linked_at END, sync_at = $9, sync_lease = 0, sync_found = 0, token_lease = 0 WHERE id = $1`,
		o.id, in.AgentId, name, of.agent.Name, sealed, keys.CallbackToken != "", stateChanged, stateUnlinked, c.At.UnixMilli())
	if err != nil {
		return o, fmt.Errorf("link enterprise: %w", err)
	}
	// Whether they are still members is asked at each sign-in, and of all of them by the reading that follows.
	_, err = tx.ExecContext(ctx, `UPDATE wecom_users SET state = $3, state_at = $4, checked_at = 0 WHERE account = $1 AND corp = $2 AND state = $5`,
		o.account, o.id, userActive, c.At.UnixMilli(), userUnlinked)
	if err != nil {
		return o, fmt.Errorf("link enterprise: %w", err)
	}
	return o, nil
}

// newLink makes the row of an enterprise.
func (p *Product) newLink(ctx context.Context, tx *store.Tx, c *call.Call, in *hufu20261201.LinkWeComCorpRequest, of *proof) (o corp, err error) {
	n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM wecom_corps WHERE account = $1`, c.Account())
	if err != nil {
		return o, fmt.Errorf("count enterprises: %w", err)
	}
	if n >= maxCorps {
		return o, fault.New(code.LimitExceededWeComCorps)
	}
	if o.id, err = tx.NextID(ctx, corpTable, 1); err != nil {
		return o, fmt.Errorf("link enterprise: %w", err)
	}
	keys := credentials{Secret: in.Secret, CallbackToken: value(in.CallbackToken), CallbackKey: value(in.CallbackKey)}
	sealed, err := p.sealCredentials(ctx, tx, o.id, keys)
	if err != nil {
		return o, err
	}
	seen := scopeOf(of.agent)
	text, err := seen.text()
	if err != nil {
		return o, err
	}
	o.account, o.corpID, o.name = c.Account(), in.CorpId, of.name
	if o.name == "" {
		o.name = of.agent.Name
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO wecom_corps (id, account, corp_id, agent_id, name, app_name, secret, callback, has_callback, state, cause, scope,
			generation, members, linked_at, sync_at, sync_lease, sync_found, sync_seen, token_lease)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11, 0, 0, $12, $12, 0, 0, 0, 0)`,
		o.id, o.account, o.corpID, in.AgentId, o.name, of.agent.Name, sealed, call.NewUUID(), keys.CallbackToken != "", stateChanged, text, c.At.UnixMilli())
	if err != nil {
		return o, fmt.Errorf("link enterprise: %w", err)
	}
	return o, nil
}

// scopeOf is the scope of an application before the names of its departments are known.
func scopeOf(a *qyapi.Agent) scope {
	s := scope{Users: a.Users, Tags: a.Tags}
	for _, id := range a.Departments {
		s.Departments = append(s.Departments, scopeDepartment{ID: id})
	}
	return s
}

// UnlinkWeComCorp unlinks an enterprise: sign-ins of its members are refused and their sessions end, the sub-users stay, and
// what was read of the directory is erased, as WeCom demands.
func (p *Product) UnlinkWeComCorp(ctx context.Context, c *call.Call, in *hufu20261201.UnlinkWeComCorpRequest) (*hufu20261201.UnlinkWeComCorpResponse, error) {
	err := c.Write(ctx, func(tx *store.Tx) error {
		o, err := corpByID(ctx, tx, c.Account(), in.CorpId)
		if err != nil {
			return err
		}
		c.Touched(corpResource(o.account, o.corpID))
		return p.unlink(ctx, tx, &o, causeAdministrator)
	})
	if err == nil {
		p.kick(erasing)
	}
	return nil, err
}

// unlink takes the credentials of an enterprise away and refuses its sub-users. Once it is unlinked nothing changes but the
// cause that an administrator gives. The directory is erased by the next work: it may be large.
func (p *Product) unlink(ctx context.Context, tx *store.Tx, o *corp, cause string) error {
	if !o.linkedNow() && cause != causeAdministrator {
		return nil
	}
	sealed, err := p.sealCredentials(ctx, tx, o.id, credentials{})
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE wecom_corps SET state = $2, cause = $3, secret = $4, has_callback = 0, generation = 0, members = 0, scope = '{}',
			sync_at = 0, sync_lease = 0, sync_found = $5, token_lease = 0 WHERE id = $1`, o.id, stateUnlinked, cause, sealed, toErase)
	if err == nil {
		_, err = tx.ExecContext(ctx, `DELETE FROM wecom_tokens WHERE id = $1 AND account = $2`, o.id, o.account)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, `DELETE FROM wecom_events WHERE corp = $1`, o.id)
	}
	if err != nil {
		return fmt.Errorf("unlink enterprise: %w", err)
	}
	return p.refuseAll(ctx, tx, o)
}

// refuseAll marks the sub-users of an enterprise that is unlinked, and ends their sessions. Who has left stays so.
func (p *Product) refuseAll(ctx context.Context, tx *store.Tx, o *corp) error {
	uins, err := store.Collect(ctx, tx, scanInt, `SELECT uin FROM wecom_users WHERE account = $1 AND corp = $2 AND state NOT IN ($3, $4)`,
		o.account, o.id, userDeparted, userUnlinked)
	if err != nil {
		return fmt.Errorf("unlink enterprise: %w", err)
	}
	_, err = tx.ExecContext(ctx, `UPDATE wecom_users SET state = $3, state_at = $4 WHERE account = $1 AND corp = $2 AND state <> $5 AND state <> $3`,
		o.account, o.id, userUnlinked, p.Now().UnixMilli(), userDeparted)
	if err != nil {
		return fmt.Errorf("unlink enterprise: %w", err)
	}
	for _, uin := range uins {
		if err := p.endSessions(ctx, tx, o.account, uin); err != nil {
			return err
		}
	}
	return nil
}

// endSessions ends the console sessions of a sub-user, and its sign-ins under way.
func (p *Product) endSessions(ctx context.Context, tx *store.Tx, a store.Account, uin int64) error {
	_, err := p.Keys.EndConsoles(ctx, tx, a, uin, "", p.Now())
	return err
}

// SyncWeComCorp has the directory of an enterprise read anew, and what became of its sub-users.
func (p *Product) SyncWeComCorp(ctx context.Context, c *call.Call, in *hufu20261201.SyncWeComCorpRequest) (*hufu20261201.SyncWeComCorpResponse, error) {
	out := &hufu20261201.SyncWeComCorpResponse{}
	err := c.Write(ctx, func(tx *store.Tx) error {
		o, err := linkedCorp(ctx, tx, c.Account(), in.CorpId)
		if err != nil {
			return err
		}
		c.Touched(corpResource(o.account, o.corpID))
		if err := markChanged(ctx, tx, o.id, c.At.UnixMilli()); err != nil {
			return err
		}
		if o, err = corpByNumber(ctx, tx, o.id); err == nil {
			out.Corp = p.wireCorp(c, &o)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	p.kick(syncing)
	return out, nil
}

// markChanged has an enterprise that is linked read at a time, unless it is to be earlier.
func markChanged(ctx context.Context, tx *store.Tx, id, at int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE wecom_corps SET state = $2, sync_at = CASE WHEN sync_at < $3 THEN sync_at ELSE $3 END WHERE id = $1 AND state <> $4`,
		id, stateChanged, at, stateUnlinked)
	if err != nil {
		return fmt.Errorf("mark enterprise: %w", err)
	}
	return nil
}
