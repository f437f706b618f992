package cam

import (
	"context"
	"errors"
	"fmt"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/policy"
)

// errNoBoundedUser is what the boundary actions list for a user that is not there.
var errNoBoundedUser = fault.New(code.InvalidParameterUserNotExist)

// boundableUser finds a user that permissions can bound: the root is not, and message receivers have none.
func boundableUser(ctx context.Context, q store.Queryer, a store.Account, uin int64) (User, error) {
	u, err := UserByUIN(ctx, q, a, uin)
	if errors.Is(err, ErrNoUser) || err == nil && u.Kind == Receiver {
		return u, errNoBoundedUser
	}
	return u, err
}

// boundableRole finds the role that an action names. What a product's own role may do is the product's business.
func boundableRole(ctx context.Context, q store.Queryer, a store.Account, id, name *string) (Role, error) {
	r, err := selectRole(ctx, q, a, id, name)
	if err == nil && r.Kind == serviceLinkedRole {
		return r, fault.New(code.InvalidParameterServiceLinkedRoleCantUsePermissionBoundary)
	}
	return r, err
}

// checkBoundary refuses policies that cannot be a boundary.
func checkBoundary(ctx context.Context, q store.Queryer, a store.Account, policyID int64) error {
	o, err := PolicyByID(ctx, q, a, policyID)
	if err == nil && o.serviceLinked() {
		return fault.New(code.InvalidParameterServiceLinkedPolicyCantInPermissionBoundary)
	}
	return err
}

// setUserBoundary bounds a user by a policy, nil by none.
func setUserBoundary(ctx context.Context, tx *store.Tx, a store.Account, uin int64, policyID *int64) error {
	if _, err := tx.ExecContext(ctx, `UPDATE users SET boundary = $3 WHERE uin = $2 AND account = $1`, a, uin, policyID); err != nil {
		return fmt.Errorf("set boundary: %w", err)
	}
	changedUser(tx, a, uin)
	return nil
}

// setRoleBoundary bounds a role by a policy, nil by none.
func setRoleBoundary(ctx context.Context, tx *store.Tx, a store.Account, id int64, policyID *int64) error {
	if _, err := tx.ExecContext(ctx, `UPDATE roles SET boundary = $3 WHERE id = $2 AND account = $1`, a, id, policyID); err != nil {
		return fmt.Errorf("set boundary: %w", err)
	}
	changedRole(tx, a, id)
	return nil
}

// PutUserPermissionsBoundary sets or replaces the boundary of a user.
func (p *Product) PutUserPermissionsBoundary(ctx context.Context, c *call.Call, in *cam20190116.PutUserPermissionsBoundaryRequest) (*cam20190116.PutUserPermissionsBoundaryResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		u, err := boundableUser(ctx, tx, c.Account(), in.TargetUin)
		if err != nil {
			return err
		}
		if err := checkBoundary(ctx, tx, c.Account(), in.PolicyId); err != nil {
			return err
		}
		return setUserBoundary(ctx, tx, c.Account(), u.UIN, &in.PolicyId)
	})
}

// DeleteUserPermissionsBoundary removes the boundary of a user, if there is one.
func (p *Product) DeleteUserPermissionsBoundary(ctx context.Context, c *call.Call, in *cam20190116.DeleteUserPermissionsBoundaryRequest) (*cam20190116.DeleteUserPermissionsBoundaryResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		u, err := boundableUser(ctx, tx, c.Account(), in.TargetUin)
		if err != nil {
			return err
		}
		return setUserBoundary(ctx, tx, c.Account(), u.UIN, nil)
	})
}

// PutRolePermissionsBoundary sets or replaces the boundary of a role.
func (p *Product) PutRolePermissionsBoundary(ctx context.Context, c *call.Call, in *cam20190116.PutRolePermissionsBoundaryRequest) (*cam20190116.PutRolePermissionsBoundaryResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		r, err := boundableRole(ctx, tx, c.Account(), in.RoleId, in.RoleName)
		if err != nil {
			return err
		}
		if err := checkBoundary(ctx, tx, c.Account(), in.PolicyId); err != nil {
			return err
		}
		return setRoleBoundary(ctx, tx, c.Account(), r.ID, &in.PolicyId)
	})
}

// DeleteRolePermissionsBoundary removes the boundary of a role, if there is one.
func (p *Product) DeleteRolePermissionsBoundary(ctx context.Context, c *call.Call, in *cam20190116.DeleteRolePermissionsBoundaryRequest) (*cam20190116.DeleteRolePermissionsBoundaryResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		r, err := boundableRole(ctx, tx, c.Account(), in.RoleId, in.RoleName)
		if err != nil {
			return err
		}
		return setRoleBoundary(ctx, tx, c.Account(), r.ID, nil)
	})
}

// boundary is what both reads answer. All of it is null where there is none.
type boundary struct {
	PolicyID, PolicyType, CreateMode *int64
	PolicyName, PolicyDocument       *string
}

func readBoundary(ctx context.Context, q store.Queryer, a store.Account, policyID *int64) (b boundary, err error) {
	if policyID == nil {
		return b, nil
	}
	o, err := PolicyByID(ctx, q, a, *policyID)
	if err != nil {
		return b, err
	}
	v, err := versionOf(ctx, q, a, o, o.Default)
	if err != nil {
		return b, err
	}
	return boundary{&o.ID, new(o.wireType()), &o.CreateMode, &o.Name, new(wrapped(v.Document))}, nil
}

// wrapped puts a policy into the envelope that boundaries are shown in, unless it was written in one.
func wrapped(document string) string {
	if d, err := policy.Parse(document); err == nil {
		document = d.Body
	}
	return `{"strategyInfo":` + document + `}`
}

// GetUserPermissionBoundary shows the boundary of a user.
func (p *Product) GetUserPermissionBoundary(ctx context.Context, c *call.Call, in *cam20190116.GetUserPermissionBoundaryRequest) (*cam20190116.GetUserPermissionBoundaryResponse, error) {
	var b boundary
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		u, err := boundableUser(ctx, q, c.Account(), in.TargetUin)
		if errors.Is(err, errNoBoundedUser) {
			return fault.New(code.InvalidParameterParamError, "TargetUin")
		}
		if err != nil {
			return err
		}
		b, err = readBoundary(ctx, q, c.Account(), u.Boundary)
		return err
	})
	return &cam20190116.GetUserPermissionBoundaryResponse{PolicyId: b.PolicyID, PolicyName: b.PolicyName, PolicyDocument: b.PolicyDocument,
		PolicyType: b.PolicyType, CreateMode: b.CreateMode}, err
}

// GetRolePermissionBoundary shows the boundary of a role.
func (p *Product) GetRolePermissionBoundary(ctx context.Context, c *call.Call, in *cam20190116.GetRolePermissionBoundaryRequest) (*cam20190116.GetRolePermissionBoundaryResponse, error) {
	var b boundary
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		r, err := selectRole(ctx, q, c.Account(), &in.RoleId, nil)
		if errors.Is(err, ErrNoRole) {
			return fault.New(code.InvalidParameterParamError, "RoleId")
		}
		if err != nil {
			return err
		}
		b, err = readBoundary(ctx, q, c.Account(), r.Boundary)
		return err
	})
	return &cam20190116.GetRolePermissionBoundaryResponse{PolicyId: b.PolicyID, PolicyName: b.PolicyName, PolicyDocument: b.PolicyDocument,
		PolicyType: b.PolicyType, CreateMode: b.CreateMode}, err
}
