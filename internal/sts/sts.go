// Package sts is the Security Token Service: temporary credentials, and who a caller is.
//
//	sts.go           who a caller is, and the one place that issues credentials
//	assume_role.go   AssumeRole: may the caller become the role
//	role_session.go  AssumeRole: what the session of the role is fixed to
//	federation.go    GetFederationToken, GetSessionToken
//	keys.go          QueryApiKey
//
// A credential carries no permissions: those of its identity are read at every decision. What it fixes is the session
// policy, the session tags and when it ends; it ends earlier with the permanent key at the root of its chain, and with
// its role.
package sts

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/sts20180813"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// Directory knows the identities that credentials are for. The product that owns users and roles implements it.
type Directory interface {
	// Role finds a role of any account by its id, or by its name where the id is 0; nil if there is none.
	Role(ctx context.Context, q store.Queryer, owner store.Account, id int64, name string) (*access.Role, error)
	// Has reports whether a uin is the account's own or one of its sub-accounts.
	Has(ctx context.Context, q store.Queryer, a store.Account, uin int64) (bool, error)
}

// Devices knows the one-time password devices of users. The product that binds them implements it.
type Devices interface {
	// TryCode counts an attempt of the caller at a code of his own device, as a sign-in does, and answers the check, which uses
	// the code up in the transaction that rests on it. Errors are API errors of sts: no device, a wrong code, too many of them.
	TryCode(ctx context.Context, c *call.Call, code string) (check func(ctx context.Context, tx *store.Tx) error, err error)
}

// Product serves the actions of sts 2018-08-13.
type Product struct {
	db        *store.DB
	keys      *credential.Keys
	directory Directory
	devices   Devices
}

// New makes the product.
func New(db *store.DB, keys *credential.Keys, directory Directory, devices Devices) *Product {
	return &Product{db: db, keys: keys, directory: directory, devices: devices}
}

// GetCallerIdentity tells the caller who it is. Unlike the names of CAM, the fourth segment of these is the bare uin.
func (p *Product) GetCallerIdentity(_ context.Context, c *call.Call, _ *sts20180813.GetCallerIdentityRequest) (*sts20180813.GetCallerIdentityResponse, error) {
	who := c.Caller
	owner, uin := strconv.FormatInt(int64(who.Account), 10), strconv.FormatInt(who.UIN, 10)
	out := &sts20180813.GetCallerIdentityResponse{
		Type: "CAMUser", AccountId: owner, Arn: fmt.Sprintf("qcs::cam:%s:uin/%s", owner, uin), UserId: uin, PrincipalId: uin,
	}
	switch s := who.Session; {
	case who.Kind == call.Role:
		role := strconv.FormatInt(who.RoleID, 10)
		out.Type, out.Arn, out.UserId = "CAMRole", fmt.Sprintf("qcs::sts:%s:assumed-role/%s", owner, role), role+":"+s.Name
		if who.UIN == 0 {
			out.PrincipalId = owner // Our decision: a federated login has no uin of its own.
		}
	case s != nil && s.Kind == call.Federation:
		out.Arn, out.UserId = fmt.Sprintf("qcs::sts:%s:federated-user/%s", owner, uin), uin+":"+s.Name
	}
	return out, nil
}

// issue makes a credential in the call's transaction. What the credential ends with must still be there: the key that
// the caller's own credential hangs on, and the role (nil for sessions of none), with the trust policy that was asked. The
// second factor, where there is one, is used up.
func (p *Product) issue(ctx context.Context, c *call.Call, in credential.Issue, role *access.Role, factor secondFactor) (made *credential.Temporary, err error) {
	err = c.Write(ctx, func(tx *store.Tx) error {
		if factor != nil {
			if err := factor(ctx, tx); err != nil {
				return err
			}
		}
		if role != nil {
			now, err := p.directory.Role(ctx, tx, in.Account, role.ID, "")
			if err != nil {
				return err
			}
			if now == nil {
				return errNoRole
			}
			if now.Document != role.Document {
				return errNotTrusted // not by the document that was decided on; the next call reads the new one
			}
			in.RoleID = role.ID
			c.Concerns(in.Account)
		}
		in.Parent, err = p.keys.Parent(ctx, tx, c.Caller)
		if errors.Is(err, credential.ErrEnded) {
			return ended(c.Caller)
		}
		if errors.Is(err, credential.ErrDisabled) {
			return fault.PersonDisabled()
		}
		if err != nil {
			return err
		}
		made, err = p.keys.Issue(ctx, tx, in)
		if err == nil {
			c.Touched(qcs.Resource{Service: "sts", Account: "uin/" + strconv.FormatInt(int64(in.Account), 10), Path: "session/" + made.SecretID}.String())
		}
		return err
	})
	return made, err
}

// ended is the answer to a caller whose credential ended while its call was under way: that of the next call.
func ended(who *call.Principal) error {
	if who.Session != nil || who.Console != nil {
		return fault.New(code.AuthFailureTokenFailure)
	}
	return fault.New(code.AuthFailureSecretIdNotFound)
}

// sessionPolicy validates the Policy of a call and returns the text to keep. holder is who the session will be: a
// session policy names no other account, and counts its length with holder's variables filled in.
func sessionPolicy(text string, holder policy.Principal) (string, error) {
	d, err := policy.Check(text, policy.Rules{Kind: policy.SessionPolicy, Account: holder.Account, Principal: &holder})
	if e, ok := errors.AsType[*policy.Error](err); ok {
		detail := e.Detail
		if e.Path != "" {
			detail = e.Path + ": " + detail
		}
		return "", fault.New("InvalidParameter." + string(e.Code)).WithDetail(detail + ".")
	}
	if err != nil {
		return "", err
	}
	return d.Text, nil
}

// credentials is a new credential as answers carry it, the one time that its secrets are shown.
func credentials(t *credential.Temporary) (of sts20180813.Credentials, expires int64, expiration string) {
	of = sts20180813.Credentials{Token: t.Token, TmpSecretId: t.SecretID, TmpSecretKey: t.SecretKey}
	return of, t.Expires.Unix(), t.Expires.UTC().Format(time.RFC3339)
}
