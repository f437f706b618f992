package sts

import (
	"context"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/sts20180813"
)

// showDeleted is how long a deleted key is still listed. Our decision.
const showDeleted = 30 * 24 * time.Hour

// QueryApiKey lists the keys of a user of the account, deleted ones included for a while. About itself a user may
// always ask; a role session has no keys of its own.
func (p *Product) QueryApiKey(ctx context.Context, c *call.Call, in *sts20180813.QueryApiKeyRequest) (*sts20180813.QueryApiKeyResponse, error) {
	who := c.Caller
	uin, own := who.UIN, who.Kind != call.Role
	if in.TargetUin != nil && *in.TargetUin != 0 {
		own = own && *in.TargetUin == uin
		uin = *in.TargetUin
	} else if !own {
		return nil, fault.New(code.InvalidParameterParamError, "TargetUin")
	}
	if !own {
		if err := c.May(ctx, "cam:ListAccessKeys"); err != nil {
			return nil, err
		}
	}
	if uin == int64(who.Account) && who.Kind == call.User {
		return nil, fault.New(code.InvalidParameterParamError, "TargetUin") // as in cam: a sub-user has no business with the root's keys
	}
	out := &sts20180813.QueryApiKeyResponse{}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		found, err := p.directory.Has(ctx, q, who.Account, uin)
		if err != nil {
			return err
		}
		if !found {
			return fault.New(code.InvalidParameterParamError, "TargetUin")
		}
		keys, err := p.keys.List(ctx, q, who.Account, uin, true)
		for _, k := range keys {
			if k.Status != credential.Deleted || c.At.Sub(k.Updated) < showDeleted {
				out.IdKeys = append(out.IdKeys, sts20180813.ApiKey{SecretId: k.SecretID, CreateTime: k.Created.Unix(), Status: int64(k.Status)})
			}
		}
		return err
	})
	return out, err
}
