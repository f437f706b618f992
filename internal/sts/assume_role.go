package sts

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/sts20180813"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// AssumeRole gives a credential of a role, of the caller's account or another, to whom the role trusts and whose own
// policies allow it. Every call makes a new session.
func (p *Product) AssumeRole(ctx context.Context, c *call.Call, in *sts20180813.AssumeRoleRequest) (*sts20180813.AssumeRoleResponse, error) {
	named, err := qcs.ParseEntity(in.RoleArn)
	if err != nil || named.Kind != qcs.KindRole {
		return nil, fault.New(code.InvalidParameterParamError, in.RoleArn)
	}
	// The second factor comes first: the role may ask for it.
	factor, err := p.tryMFA(ctx, c, in.SerialNumber, in.TokenCode)
	if err != nil {
		return nil, err
	}
	target, err := p.mayAssume(ctx, c, named, in.ExternalId, factor != nil)
	if err != nil {
		return nil, err
	}
	session, err := newSession(c, in, target)
	if err != nil {
		return nil, err
	}
	session.MFA = factor != nil
	made, err := p.issue(ctx, c, credential.Issue{Account: target.owner.UIN, UIN: c.Caller.UIN, Session: session}, target.role, factor)
	if err != nil {
		return nil, err
	}
	out := &sts20180813.AssumeRoleResponse{}
	out.Credentials, out.ExpiredTime, out.Expiration = credentials(made)
	return out, nil
}

// target is a role with the account that it belongs to.
type target struct {
	owner account.Account
	role  *access.Role
}

// account is the owner by both of its numbers.
func (t target) account() qcs.Account {
	return qcs.Account{UIN: strconv.FormatInt(int64(t.owner.UIN), 10), AppID: strconv.FormatInt(t.owner.AppID, 10)}
}

// names are all names of the role, first the one that the caller used.
func (t target) names(used qcs.Entity) []qcs.Resource {
	all := qcs.Role(used.Account, strconv.FormatInt(t.role.ID, 10), t.role.Name, t.role.ServiceLinked)
	return append([]qcs.Resource{used.Resource()}, all...)
}

// mayAssume finds the role and asks whether the caller may assume it. A caller whose own policies do not let it is told
// that and nothing else, in the same words whether the role is there or not.
func (p *Product) mayAssume(ctx context.Context, c *call.Call, named qcs.Entity, externalID *string, mfa bool) (target, error) {
	q := call.Question{Action: "sts:AssumeRole", Names: []qcs.Resource{named.Resource()}, Owner: qcs.Account{UIN: named.Account}, MFA: mfa}
	if externalID != nil {
		q.Values = map[string][]string{"sts:external_id": {*externalID}}
	}
	t, missing := p.find(ctx, named)
	if missing != nil {
		q.Trust = trustOf(c.Caller)
		if _, denied := c.Ask(ctx, q); denied != nil {
			return t, denied
		}
		if fault.Is(missing, code.ResourceNotFoundRoleNotFound) && t.owner.UIN != c.Account() {
			// Which roles another account has is for those that they trust. One that is not there trusts nobody: that is
			// what the audit record says of it.
			q.Trust, q.Aside = policy.Compile(nil, policy.Env{}), true
			_, _ = c.Ask(ctx, q) // denied, in other words than the answer's
			return t, errNotTrusted
		}
		return t, missing
	}
	q.Names, q.Owner, q.Trust = t.names(named), t.account(), access.Trust(t.role.Name, t.role.Document)
	_, denied := c.Ask(ctx, q)
	if !fault.Is(denied, code.AuthFailureUnauthorizedOperation) {
		return t, denied
	}
	// That denial's text would tell the conditions of the trust policy, such as the external id that it wants.
	broken := len(q.Trust.Broken()) > 0
	q.Trust, q.Aside = trustOf(c.Caller), true
	if _, denied := c.Ask(ctx, q); denied != nil {
		return t, denied
	}
	if broken {
		return t, fault.New(code.InternalErrorIllegalRole)
	}
	return t, errNotTrusted
}

// errNotTrusted is the answer of a role to those that it does not trust, and in another account of one that is not there.
var errNotTrusted = fault.New(code.UnauthorizedOperation).WithDetail("The role does not trust the caller, or not under these conditions.")

// errNoRole is the answer for a role that is not there.
var errNoRole = fault.New(code.ResourceNotFoundRoleNotFound)

// find looks for a role that a caller named.
func (p *Product) find(ctx context.Context, named qcs.Entity) (t target, err error) {
	uin, err := strconv.ParseInt(named.Account, 10, 64)
	if err != nil {
		return t, fault.New(code.InvalidParameterAccountNotAvaliable)
	}
	t.owner, err = account.Get(ctx, p.db.Read(), store.Account(uin))
	if errors.Is(err, account.ErrNotFound) || err == nil && t.owner.Suspended {
		return t, fault.New(code.InvalidParameterAccountNotAvaliable)
	}
	if err != nil {
		return t, fmt.Errorf("find account of role: %w", err)
	}
	var id int64
	if named.ID != "" {
		if id, err = strconv.ParseInt(named.ID, 10, 64); err != nil || id == 0 {
			return t, errNoRole
		}
	}
	t.role, err = p.directory.Role(ctx, p.db.Read(), t.owner.UIN, id, named.Name)
	if err == nil && (t.role == nil || named.Service && !t.role.ServiceLinked) {
		return t, errNoRole
	}
	return t, err
}

// trustOf is the trust policy of a role that trusts the caller's whole account: a question with it asks about the
// caller's own policies alone.
func trustOf(who *call.Principal) *policy.Set {
	return access.Trust("", fmt.Sprintf(`{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":["%s"]}}]}`,
		qcs.Root(strconv.FormatInt(int64(who.Account), 10))))
}
