package cam

import (
	"context"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// operator is who attached a policy, as answers name it: a uin, or the id of a role.
type operator struct{ kind, id int64 }

// The values of OperateUinType.
const (
	operatorUIN  = 0
	operatorRole = 1
)

func operatorOf(c *call.Call) operator {
	if c.Caller.Kind == call.Role {
		return operator{operatorRole, c.Caller.RoleID}
	}
	return operator{operatorUIN, c.Caller.UIN}
}

// Attach attaches a policy to a principal or group that the caller has found to exist; what is attached already stays
// as it was. The policy must be a preset or one of the account's own.
func (p *Product) Attach(ctx context.Context, tx *store.Tx, a store.Account, to targetKind, target, policyID int64, by operator, at time.Time) error {
	n, err := count(ctx, tx, `SELECT COUNT(*) FROM attachments WHERE account = $1 AND target_kind = $2 AND target_id = $3 AND policy_id = $4`,
		a, int64(to), target, policyID)
	if err != nil || n > 0 {
		return err
	}
	n, err = count(ctx, tx, `SELECT COUNT(*) FROM attachments WHERE account = $1 AND target_kind = $2 AND target_id = $3`, a, int64(to), target)
	if err != nil {
		return fmt.Errorf("count attachments: %w", err)
	}
	if p.quotas.Exceeded(account.AttachmentsPerPrincipal, int(n)+1) {
		return fault.New(code.InvalidParameterAttachmentFull)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO attachments (account, target_kind, target_id, policy_id, operator_kind, operator_id, attached_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, a, int64(to), target, policyID, by.kind, by.id, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("attach policy: %w", err)
	}
	changedTarget(tx, a, to, target)
	return nil
}

// Detach takes a policy away; one that is not attached is no error.
func (p *Product) Detach(ctx context.Context, tx *store.Tx, a store.Account, from targetKind, target, policyID int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM attachments WHERE account = $1 AND target_kind = $2 AND target_id = $3 AND policy_id = $4`,
		a, int64(from), target, policyID)
	if err != nil {
		return fmt.Errorf("detach policy: %w", err)
	}
	changedTarget(tx, a, from, target)
	return nil
}

func changedTarget(tx *store.Tx, a store.Account, kind targetKind, target int64) {
	switch kind {
	case toUser:
		changedUser(tx, a, target)
	case toRole:
		changedRole(tx, a, target)
	default:
		changedPolicies(tx, a)
	}
}

// policyExists answers missing for an id that is neither a preset nor a policy of the account.
func policyExists(ctx context.Context, q store.Queryer, a store.Account, id int64, missing *fault.Error) error {
	if id == 0 {
		return fault.New(code.InvalidParameterPolicyIdError)
	}
	if PresetByID(id) != nil {
		return nil
	}
	n, err := count(ctx, q, `SELECT COUNT(*) FROM policies WHERE id = $2 AND account = $1`, a, id)
	if err != nil {
		return fmt.Errorf("find policy: %w", err)
	}
	if n == 0 {
		return missing
	}
	return nil
}

// errNoPolicy is the answer of the actions that list it; the others answer InvalidParameter.PolicyIdNotExist.
var errNoPolicy = fault.New(code.ResourceNotFoundPolicyIdNotFound)

// AttachUserPolicy attaches a policy to a sub-user; attaching again changes nothing.
func (p *Product) AttachUserPolicy(ctx context.Context, c *call.Call, in *cam20190116.AttachUserPolicyRequest) (*cam20190116.AttachUserPolicyResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		if err := attachable(ctx, tx, c.Account(), in.AttachUin); err != nil {
			return err
		}
		if err := policyExists(ctx, tx, c.Account(), in.PolicyId, errNoPolicy); err != nil {
			return err
		}
		return p.Attach(ctx, tx, c.Account(), toUser, in.AttachUin, in.PolicyId, operatorOf(c), c.At)
	})
}

// attachable refuses the uins that cannot hold policies: the root's own and those of message receivers.
func attachable(ctx context.Context, q store.Queryer, a store.Account, uin int64) error {
	if uin == int64(a) {
		return fault.New(code.InvalidParameterParamError, "AttachUin")
	}
	u, err := UserByUIN(ctx, q, a, uin)
	if err == nil && u.Kind == Receiver {
		return fault.New(code.InvalidParameterParamError, "AttachUin")
	}
	return err
}
