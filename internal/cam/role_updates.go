package cam

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
)

// updateRole writes the members of a role that can change. Sessions that run go on as they are: what a role may do is
// in its policies, and the rest is read when a session starts.
func updateRole(ctx context.Context, tx *store.Tx, a store.Account, r Role, at time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE roles SET document = $3, description = $4, console_login = $5, session_duration = $6, updated_at = $7
		WHERE id = $2 AND account = $1`, a, r.ID, r.Document, r.Description, flag(r.ConsoleLogin), r.SessionDuration, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("update role: %w", err)
	}
	return nil
}

// roleNumber is a RoleId of the two actions that take it as a number, in the form of all others; 0 names none.
func roleNumber(id *int64) *string {
	if id == nil || *id == 0 {
		return nil
	}
	text := strconv.FormatInt(*id, 10)
	return &text
}

// UpdateAssumeRolePolicy replaces the trust policy of a role; sessions that run go on.
func (p *Product) UpdateAssumeRolePolicy(ctx context.Context, c *call.Call, in *cam20190116.UpdateAssumeRolePolicyRequest) (*cam20190116.UpdateAssumeRolePolicyResponse, error) {
	document, err := p.checkTrust(ctx, p.db.Read(), c.Account(), in.PolicyDocument, true)
	if err != nil {
		return nil, err
	}
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		r, err := selectOwnRole(ctx, tx, c.Account(), in.RoleId, in.RoleName)
		if err != nil {
			return err
		}
		r.Document = document
		return updateRole(ctx, tx, c.Account(), r, c.At)
	})
}

// UpdateRoleDescription changes the description of any role, also of one that a product owns; "" clears it.
func (p *Product) UpdateRoleDescription(ctx context.Context, c *call.Call, in *cam20190116.UpdateRoleDescriptionRequest) (*cam20190116.UpdateRoleDescriptionResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		r, err := selectRole(ctx, tx, c.Account(), in.RoleId, in.RoleName)
		if err != nil {
			return err
		}
		r.Description = in.Description
		return updateRole(ctx, tx, c.Account(), r, c.At)
	})
}

// UpdateRoleConsoleLogin allows or forbids console login with a role.
func (p *Product) UpdateRoleConsoleLogin(ctx context.Context, c *call.Call, in *cam20190116.UpdateRoleConsoleLoginRequest) (*cam20190116.UpdateRoleConsoleLoginResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		r, err := selectOwnRole(ctx, tx, c.Account(), roleNumber(in.RoleId), in.RoleName)
		if err != nil {
			return err
		}
		r.ConsoleLogin = in.ConsoleLogin == 1
		return updateRole(ctx, tx, c.Account(), r, c.At)
	})
}

// UpdateRoleSessionDuration changes how long new sessions of a role may last.
func (p *Product) UpdateRoleSessionDuration(ctx context.Context, c *call.Call, in *cam20190116.UpdateRoleSessionDurationRequest) (*cam20190116.UpdateRoleSessionDurationResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		r, err := selectOwnRole(ctx, tx, c.Account(), roleNumber(in.RoleId), in.RoleName)
		if err != nil {
			return err
		}
		r.SessionDuration = in.SessionDuration
		return updateRole(ctx, tx, c.Account(), r, c.At)
	})
}
