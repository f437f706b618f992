package cam

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/qcs"
)

// The names of the two states of a key.
const (
	activeKey   = "Active"
	inactiveKey = "Inactive"
)

func keyStatus(s credential.Status) string {
	if s == credential.Active {
		return activeKey
	}
	return inactiveKey
}

// keyResource is a key's name in the audit trail.
func keyResource(a store.Account, secretID string) string {
	return qcs.Resource{Service: "cam", Account: fmt.Sprintf("uin/%d", a), Path: "accesskey/" + secretID}.String()
}

// keyHolder is the uin whose keys a call is about; absent or 0 means the caller. Any uin outside of the account answers
// the same, so that nobody learns which ones exist.
func keyHolder(ctx context.Context, q store.Queryer, c *call.Call, target *int64) (int64, error) {
	uin := c.Caller.UIN
	if target != nil && *target != 0 {
		uin = *target
	} else if c.Caller.Kind == call.Role {
		// Our decision: a role session is no user. Whoever assumed the role may not even be of this account.
		return 0, fault.New(code.InvalidParameterUserNotExist)
	}
	if uin == int64(c.Account()) {
		if c.Caller.Kind != call.Root {
			return 0, fault.New(code.OperationDeniedSubUin)
		}
		return uin, nil
	}
	u, err := UserByUIN(ctx, q, c.Account(), uin)
	if errors.Is(err, ErrNoUser) || err == nil && u.Kind == Receiver {
		return 0, fault.New(code.OperationDeniedUinNotMatch)
	}
	if err != nil {
		return 0, fmt.Errorf("find holder of keys: %w", err)
	}
	return uin, nil
}

// heldKey checks that a key is there, and with the holder that the call is about.
func (p *Product) heldKey(ctx context.Context, q store.Queryer, c *call.Call, target *int64, secretID string) error {
	uin, err := keyHolder(ctx, q, c, target)
	if err != nil {
		return err
	}
	key, err := p.keys.Get(ctx, q, c.Account(), secretID)
	switch {
	case err != nil:
		return fmt.Errorf("find access key: %w", err)
	case key == nil:
		return fault.New(code.ResourceNotFoundSecretNotExist)
	case key.UIN != uin:
		return fault.New(code.OperationDeniedUinNotMatch)
	}
	return nil
}

// CreateAccessKey makes a key; its secret is in this answer alone.
func (p *Product) CreateAccessKey(ctx context.Context, c *call.Call, in *cam20190116.CreateAccessKeyRequest) (*cam20190116.CreateAccessKeyResponse, error) {
	out := cam20190116.AccessKeyDetail{Status: activeKey, CreateTime: wireTime(c.At.UnixMilli()), Description: in.Description}
	err := c.Write(ctx, func(tx *store.Tx) error {
		uin, err := keyHolder(ctx, tx, c, in.TargetUin)
		if err != nil {
			return err
		}
		keys, err := p.keys.List(ctx, tx, c.Account(), uin, false)
		if err != nil {
			return err
		}
		if p.quotas.Exceeded(account.AccessKeys, len(keys)+1) {
			return fault.New(code.OperationDeniedAccessKeyOverLimit)
		}
		out.AccessKeyId, out.SecretAccessKey, err = p.keys.Create(ctx, tx, c.Account(), uin, "", "", in.Description, c.At)
		c.Touched(keyResource(c.Account(), out.AccessKeyId))
		return err
	})
	if err != nil {
		return nil, err
	}
	return &cam20190116.CreateAccessKeyResponse{AccessKey: out}, nil
}

// UpdateAccessKey switches a key on or off, at once. A key that is off takes the sessions issued with it along.
func (p *Product) UpdateAccessKey(ctx context.Context, c *call.Call, in *cam20190116.UpdateAccessKeyRequest) (*cam20190116.UpdateAccessKeyResponse, error) {
	status := credential.Inactive
	if in.Status == activeKey {
		status = credential.Active
	}
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		if err := p.heldKey(ctx, tx, c, in.TargetUin, in.AccessKeyId); err != nil {
			return err
		}
		return p.keys.SetStatus(ctx, tx, c.Account(), in.AccessKeyId, status, c.At)
	})
}

// DeleteAccessKey deletes a key for good, an active one too, and ends the sessions issued with it.
func (p *Product) DeleteAccessKey(ctx context.Context, c *call.Call, in *cam20190116.DeleteAccessKeyRequest) (*cam20190116.DeleteAccessKeyResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		if err := p.heldKey(ctx, tx, c, in.TargetUin, in.AccessKeyId); err != nil {
			return err
		}
		return p.keys.SetStatus(ctx, tx, c.Account(), in.AccessKeyId, credential.Deleted, c.At)
	})
}

// ListAccessKeys lists keys, oldest first, never with a secret.
func (p *Product) ListAccessKeys(ctx context.Context, c *call.Call, in *cam20190116.ListAccessKeysRequest) (*cam20190116.ListAccessKeysResponse, error) {
	out := &cam20190116.ListAccessKeysResponse{AccessKeys: []cam20190116.AccessKey{}}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		uin, err := keyHolder(ctx, q, c, in.TargetUin)
		if err != nil {
			return err
		}
		keys, err := p.keys.List(ctx, q, c.Account(), uin, false)
		for _, k := range keys {
			out.AccessKeys = append(out.AccessKeys, cam20190116.AccessKey{AccessKeyId: k.SecretID, Status: keyStatus(k.Status),
				CreateTime: wireTime(k.Created.UnixMilli()), Description: k.Description})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// GetSecurityLastUsed tells when keys last signed, one row an id in the order asked for. A key that was never used
// answers like one that is not the account's.
func (p *Product) GetSecurityLastUsed(ctx context.Context, c *call.Call, in *cam20190116.GetSecurityLastUsedRequest) (*cam20190116.GetSecurityLastUsedResponse, error) {
	out := &cam20190116.GetSecurityLastUsedResponse{}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		for _, id := range in.SecretIdList {
			key, err := p.keys.Get(ctx, q, c.Account(), id)
			if err != nil {
				return fmt.Errorf("find access key: %w", err)
			}
			used := cam20190116.SecretIdLastUsed{SecretId: id}
			if key != nil && !key.LastUsed.IsZero() {
				used.LastUsedDate = new(key.LastUsed.In(beijing).Format(time.DateOnly))
				used.LastSecretUsedDate = new(key.LastUsed.UnixMilli())
			}
			out.SecretIdLastUsedRows = append(out.SecretIdLastUsedRows, used)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
