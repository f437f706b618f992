package cam

import (
	"context"
	"fmt"
	"strconv"
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
	n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM attachments WHERE account = $1 AND target_kind = $2 AND target_id = $3 AND policy_id = $4`,
		a, int64(to), target, policyID)
	if err != nil {
		return fmt.Errorf("find attachment: %w", err)
	}
	if n > 0 {
		return nil
	}
	n, err = store.Count(ctx, tx, `SELECT COUNT(*) FROM attachments WHERE account = $1 AND target_kind = $2 AND target_id = $3`, a, int64(to), target)
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
		changedGroup(tx, a, target)
	}
}

// attachKnown attaches a policy once it is found to exist. Those of service-linked roles are nobody else's.
func (p *Product) attachKnown(ctx context.Context, tx *store.Tx, c *call.Call, to targetKind, target, policyID int64) error {
	o, err := PolicyByID(ctx, tx, c.Account(), policyID)
	if err != nil {
		return err
	}
	if o.serviceLinked() {
		return fault.New(code.InvalidParameterParamError, o.Name)
	}
	return p.Attach(ctx, tx, c.Account(), to, target, policyID, operatorOf(c), c.At)
}

// detachKnown takes a policy away once it is found to exist.
func (p *Product) detachKnown(ctx context.Context, tx *store.Tx, c *call.Call, from targetKind, target, policyID int64) error {
	if _, err := PolicyByID(ctx, tx, c.Account(), policyID); err != nil {
		return err
	}
	return p.Detach(ctx, tx, c.Account(), from, target, policyID)
}

// AttachUserPolicy attaches a policy to a sub-user; attaching again changes nothing.
func (p *Product) AttachUserPolicy(ctx context.Context, c *call.Call, in *cam20190116.AttachUserPolicyRequest) (*cam20190116.AttachUserPolicyResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		if err := attachable(ctx, tx, c.Account(), in.AttachUin); err != nil {
			return err
		}
		return p.attachKnown(ctx, tx, c, toUser, in.AttachUin, in.PolicyId)
	})
}

// DetachUserPolicy takes a policy away from a sub-user.
func (p *Product) DetachUserPolicy(ctx context.Context, c *call.Call, in *cam20190116.DetachUserPolicyRequest) (*cam20190116.DetachUserPolicyResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		if err := attachable(ctx, tx, c.Account(), in.DetachUin); err != nil {
			return err
		}
		return p.detachKnown(ctx, tx, c, toUser, in.DetachUin, in.PolicyId)
	})
}

// attachable refuses the uins that cannot hold policies: the root's own and those of message receivers.
func attachable(ctx context.Context, q store.Queryer, a store.Account, uin int64) error {
	refused := fault.New(code.InvalidParameterParamError, strconv.FormatInt(uin, 10))
	if uin == int64(a) {
		return refused
	}
	u, err := UserByUIN(ctx, q, a, uin)
	if err == nil && u.Kind == Receiver {
		return refused
	}
	return err
}

// AttachGroupPolicy attaches a policy to a group: its members have it at once, receivers excepted.
func (p *Product) AttachGroupPolicy(ctx context.Context, c *call.Call, in *cam20190116.AttachGroupPolicyRequest) (*cam20190116.AttachGroupPolicyResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		g, err := GroupByID(ctx, tx, c.Account(), in.AttachGroupId)
		if err != nil {
			return err
		}
		return p.attachKnown(ctx, tx, c, toGroup, g.ID, in.PolicyId)
	})
}

// DetachGroupPolicy takes a policy away from a group.
func (p *Product) DetachGroupPolicy(ctx context.Context, c *call.Call, in *cam20190116.DetachGroupPolicyRequest) (*cam20190116.DetachGroupPolicyResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		g, err := GroupByID(ctx, tx, c.Account(), in.DetachGroupId)
		if err != nil {
			return err
		}
		return p.detachKnown(ctx, tx, c, toGroup, g.ID, in.PolicyId)
	})
}

// AttachRolePolicy attaches a policy to a role. Those of a service-linked role are its product's alone.
func (p *Product) AttachRolePolicy(ctx context.Context, c *call.Call, in *cam20190116.AttachRolePolicyRequest) (*cam20190116.AttachRolePolicyResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		r, err := selectOwnRole(ctx, tx, c.Account(), in.AttachRoleId, in.AttachRoleName)
		if err != nil {
			return err
		}
		id, err := policyNamed(ctx, tx, c.Account(), in.PolicyId, in.PolicyName)
		if err != nil {
			return err
		}
		return p.attachKnown(ctx, tx, c, toRole, r.ID, id)
	})
}

// DetachRolePolicy takes a policy away from a role.
func (p *Product) DetachRolePolicy(ctx context.Context, c *call.Call, in *cam20190116.DetachRolePolicyRequest) (*cam20190116.DetachRolePolicyResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		r, err := selectOwnRole(ctx, tx, c.Account(), in.DetachRoleId, in.DetachRoleName)
		if err != nil {
			return err
		}
		id, err := policyNamed(ctx, tx, c.Account(), in.PolicyId, in.PolicyName)
		if err != nil {
			return err
		}
		return p.detachKnown(ctx, tx, c, toRole, r.ID, id)
	})
}

// policyNamed is the id of the policy that an action names by PolicyId or PolicyName; the id wins where both are there.
func policyNamed(ctx context.Context, q store.Queryer, a store.Account, id *int64, name *string) (int64, error) {
	switch {
	case number(id) != 0:
		return *id, nil
	case value(name) != "":
		o, err := PolicyByName(ctx, q, a, *name)
		return o.ID, err
	}
	return 0, fault.New(code.InvalidParameterParamError, "PolicyId")
}
