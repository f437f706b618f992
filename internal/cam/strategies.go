package cam

import (
	"context"
	"strconv"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/qcs"
)

// What the component interface does with policies, which it calls strategies, in another way than the actions do.

// CreateStrategy is CreatePolicy of a document whose principal says whom to attach the policy to, and is not kept: stored
// is the same document without it. A user or group that is not there has a code of its own.
func (p *Product) CreateStrategy(ctx context.Context, c *call.Call, in *cam20190116.CreatePolicyRequest, stored string) (*cam20190116.CreatePolicyResponse, error) {
	_, named, err := p.checkNewDocument(ctx, c, in.PolicyDocument)
	if fault.Is(err, code.InvalidParameterPrincipalQcsNotExist) {
		if named.unknown == toGroup {
			return nil, fault.New(code.ResourceNotFoundGroupNotExist)
		}
		return nil, fault.New(code.ResourceNotFoundUserNotExist)
	}
	if err != nil {
		return nil, err
	}
	document, err := p.checkDocument(stored, nil)
	if err != nil {
		return nil, err
	}
	return p.createPolicy(ctx, c, newPolicy{Name: in.PolicyName, Description: value(in.Description), Document: document, Holders: named.holders})
}

// CreateMode tells how a policy of the account, or a preset, was made.
func (p *Product) CreateMode(ctx context.Context, a store.Account, id int64) (int64, error) {
	o, err := PolicyByID(ctx, p.db.Read(), a, id)
	return o.CreateMode, asNotFound(err)
}

// AttachToUsers attaches each of the policies to each of the sub-users, all or none.
func (p *Product) AttachToUsers(ctx context.Context, c *call.Call, policies, users []int64) error {
	return p.onUsers(ctx, c, policies, users, p.attachKnown)
}

// DetachFromUsers takes each of the policies away from each of the sub-users, all or none.
func (p *Product) DetachFromUsers(ctx context.Context, c *call.Call, policies, users []int64) error {
	return p.onUsers(ctx, c, policies, users, p.detachKnown)
}

func (p *Product) onUsers(ctx context.Context, c *call.Call, policies, users []int64, do func(ctx context.Context, tx *store.Tx, c *call.Call, kind targetKind, target, policyID int64) error) error {
	return c.Write(ctx, func(tx *store.Tx) error {
		for _, uin := range distinct(users) {
			if err := attachable(ctx, tx, c.Account(), uin); err != nil {
				return err
			}
			for _, id := range distinct(policies) {
				if err := do(ctx, tx, c, toUser, uin, id); err != nil {
					return err
				}
			}
			c.Touched(qcs.User(strconv.FormatInt(int64(c.Account()), 10), strconv.FormatInt(uin, 10)).String())
		}
		return nil
	})
}
