// Package sts is the Security Token Service: temporary credentials, and who a caller is.
package sts

import (
	"context"
	"fmt"
	"strconv"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/sts20180813"
)

// Product serves the actions of sts 2018-08-13.
type Product struct {
	db   *store.DB
	keys *credential.Keys
}

// New makes the product.
func New(db *store.DB, keys *credential.Keys) *Product { return &Product{db: db, keys: keys} }

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
