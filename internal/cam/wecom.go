package cam

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// This file is for the room that imports members of WeCom as sub-users.

// Check refuses a profile that AddUser would refuse: InvalidParameter.UserNameIllegal for a name, InvalidParameter.ParamError
// for the rest.
func (u *User) Check() error {
	in := cam20190116.Service.Action("AddUser").Input
	for _, m := range []struct{ name, text string }{
		{"Name", u.Name}, {"Remark", u.Remark}, {"PhoneNum", u.Phone}, {"CountryCode", u.CountryCode}, {"Email", u.Email},
	} {
		rule := in.Member(m.name)
		n := int64(len([]rune(m.text)))
		if rule.HasMin && n < rule.Min || rule.HasMax && n > rule.Max || rule.Pattern != nil && !rule.Pattern.MatchString(m.text) {
			if rule.Code != "" {
				return fault.New(rule.Code, m.text)
			}
			return fault.New(code.InvalidParameterParamError, m.name)
		}
	}
	u.completePhone()
	return nil
}

// NameTaken reports whether a sub-account has a name, without regard to case.
func NameTaken(ctx context.Context, q store.Queryer, a store.Account, name string) (bool, error) {
	n, err := store.Count(ctx, q, `SELECT COUNT(*) FROM users WHERE account = $1 AND name_key = $2`, a, fold(name))
	if err != nil {
		return false, fmt.Errorf("look for a name: %w", err)
	}
	return n > 0, nil
}

// Fold is the form in which the names of users are unique.
func Fold(name string) string { return fold(name) }

// UsersLeft is how many more sub-accounts a root that is not verified may make within the day; ok is false where there is no
// such limit.
func (p *Product) UsersLeft(ctx context.Context, q store.Queryer, a store.Account, at time.Time) (left int64, ok bool, err error) {
	owner, err := account.Get(ctx, q, a)
	limit := p.quotas[account.UnverifiedUsersPerDay]
	if err != nil || owner.Verified || limit == 0 {
		return 0, false, err
	}
	n, err := store.Count(ctx, q, `SELECT COUNT(*) FROM user_creations WHERE account = $1 AND created_at > $2`, a, at.Add(-day).UnixMilli())
	if err != nil {
		return 0, false, fmt.Errorf("count created users: %w", err)
	}
	return max(0, int64(limit)-n), true, nil
}

// AttachToUser attaches a policy to a sub-account that the caller has found to exist, as AttachUserPolicy does.
func (p *Product) AttachToUser(ctx context.Context, tx *store.Tx, c *call.Call, uin, policyID int64) error {
	return p.attachKnown(ctx, tx, c, toUser, uin, policyID)
}

// Attachable finds a policy that can be attached to users. ErrNoPolicy, also for those that only service-linked roles can have.
func Attachable(ctx context.Context, q store.Queryer, a store.Account, policyID int64) (PolicyName, error) {
	o, err := PolicyByID(ctx, q, a, policyID)
	if err == nil && o.serviceLinked() {
		err = ErrNoPolicy
	}
	return PolicyName{ID: o.ID, Name: o.Name, Kind: kindOf(o.ID)}, err
}

// PolicyName is a policy in a list. Kind is User or QCS, as PolicyType of lists has it.
type PolicyName struct {
	ID         int64
	Name, Kind string
}

func kindOf(policyID int64) string { return attached{policyID: policyID}.kind() }

// UserPolicies are the policies that are attached to a user itself. ErrNoUser, also for message receivers, who have none.
func UserPolicies(ctx context.Context, q store.Queryer, a store.Account, uin int64) ([]PolicyName, error) {
	u, err := UserByUIN(ctx, q, a, uin)
	if err == nil && u.Kind == Receiver {
		err = ErrNoUser
	}
	if err != nil {
		return nil, err
	}
	return policyNames(ctx, q, a, toUser, uin)
}

// GroupPolicies are the policies of a group that the caller has found to exist.
func GroupPolicies(ctx context.Context, q store.Queryer, a store.Account, id int64) ([]PolicyName, error) {
	return policyNames(ctx, q, a, toGroup, id)
}

func policyNames(ctx context.Context, q store.Queryer, a store.Account, kind targetKind, id int64) ([]PolicyName, error) {
	list, err := attachedTo(ctx, q, a, kind, id)
	names := make([]PolicyName, len(list))
	for i, t := range list {
		names[i] = PolicyName{ID: t.policyID, Name: t.name, Kind: t.kind()}
	}
	return names, err
}

// RenameMember keeps the userid of a sub-user that was imported from WeCom as it is there now. ErrNoUser.
func RenameMember(ctx context.Context, tx *store.Tx, a store.Account, uin int64, userID string) error {
	r, err := tx.ExecContext(ctx, `UPDATE users SET wework_userid = $3 WHERE account = $1 AND uin = $2 AND kind = 3`, a, uin, userID)
	if err != nil {
		return fmt.Errorf("rename a member: %w", err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return errors.Join(ErrNoUser, err)
	}
	return nil
}
