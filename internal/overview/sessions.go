package overview

import (
	"context"
	"strconv"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
	"github.com/hufu-iam/hufu/qcs"
)

// findRole finds the role that an action names by its id.
func findRole(ctx context.Context, q store.Queryer, a store.Account, text string) (cam.Role, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return cam.Role{}, cam.ErrNoRole // a number that no role has
	}
	return cam.RoleByID(ctx, q, a, id)
}

// ListRoleSessions lists the sessions of a role that still run or would, had they not been ended.
func (p *Product) ListRoleSessions(ctx context.Context, c *call.Call, in *hufu20261201.ListRoleSessionsRequest) (*hufu20261201.ListRoleSessionsResponse, error) {
	out := &hufu20261201.ListRoleSessionsResponse{}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		role, err := findRole(ctx, q, c.Account(), in.RoleId)
		if err != nil {
			return err
		}
		sessions, total, err := p.keys.ListRoleSessions(ctx, q, c.Account(), role.ID, c.At, in.Offset, in.Limit)
		out.TotalCount, out.Sessions = total, make([]hufu20261201.RoleSession, len(sessions))
		for i, s := range sessions {
			out.Sessions[i] = hufu20261201.RoleSession{SessionName: s.Name, AccessKeyId: s.SecretID, AssumedByUin: s.UIN, AssumedByAccount: int64(s.Account),
				SourceIdentity: s.SourceIdentity, IssueTime: s.Issued.Unix(), ExpireTime: s.Expires.Unix(), IsRevoked: s.Ended}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// RevokeRoleSessions ends the sessions of a role, in whatever account their callers are.
func (p *Product) RevokeRoleSessions(ctx context.Context, c *call.Call, in *hufu20261201.RevokeRoleSessionsRequest) (*hufu20261201.RevokeRoleSessionsResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		role, err := findRole(ctx, tx, c.Account(), in.RoleId)
		if err != nil {
			return err
		}
		c.Touched(qcs.RoleByID(strconv.FormatInt(int64(c.Account()), 10), strconv.FormatInt(role.ID, 10)).String())
		return p.keys.RevokeByRole(ctx, tx, c.Account(), role.ID, c.At)
	})
}
