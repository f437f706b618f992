package cam

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/qcs"
)

// Group is a row of a group of sub-accounts.
type Group struct {
	ID           int64
	Name, Remark string
	Created      int64 // unix milliseconds
}

// firstGroupID is where the numbers of groups start.
const firstGroupID = 2000

const groupColumns = `id, name, remark, created_at`

func scanGroup(r store.Row) (g Group, err error) {
	err = r.Scan(&g.ID, &g.Name, &g.Remark, &g.Created)
	return g, err
}

// ErrNoGroup is the answer for a group that is not in the account, whether it exists elsewhere or not.
var ErrNoGroup = fault.New(code.ResourceNotFoundGroupNotExist)

// GroupByID finds a group of the account.
func GroupByID(ctx context.Context, q store.Queryer, a store.Account, id int64) (Group, error) {
	return store.One(ctx, q, scanGroup, ErrNoGroup, `SELECT `+groupColumns+` FROM user_groups WHERE id = $2 AND account = $1`, a, id)
}

// NewGroup makes a group within the account's quota.
func (p *Product) NewGroup(ctx context.Context, tx *store.Tx, a store.Account, name, remark string, at time.Time) (Group, error) {
	g := Group{Name: name, Remark: remark, Created: at.UnixMilli()}
	if err := checkGroupName(ctx, tx, a, 0, name); err != nil {
		return g, err
	}
	n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM user_groups WHERE account = $1`, a)
	if err != nil {
		return g, fmt.Errorf("count groups: %w", err)
	}
	if p.quotas.Exceeded(account.Groups, int(n)+1) {
		return g, fault.New(code.InvalidParameterGroupFull)
	}
	if g.ID, err = tx.NextID(ctx, "group", firstGroupID); err != nil {
		return g, fmt.Errorf("create group: %w", err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO user_groups (id, account, name, name_key, remark, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		g.ID, a, g.Name, fold(g.Name), g.Remark, g.Created)
	if err != nil {
		return g, fmt.Errorf("create group: %w", err)
	}
	return g, nil
}

// checkGroupName refuses a name that another group of the account has; the group's own is no conflict.
func checkGroupName(ctx context.Context, tx *store.Tx, a store.Account, own int64, name string) error {
	n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM user_groups WHERE account = $1 AND name_key = $2 AND id <> $3`, a, fold(name), own)
	if err != nil {
		return fmt.Errorf("check group name: %w", err)
	}
	if n > 0 {
		return fault.New(code.InvalidParameterGroupNameInUse, name)
	}
	return nil
}

// removeGroup deletes a group with its memberships, attachments and tags; its users and policies stay.
func removeGroup(ctx context.Context, tx *store.Tx, a store.Account, id int64) error {
	if _, err := GroupByID(ctx, tx, a, id); err != nil {
		return err
	}
	members, err := store.Collect(ctx, tx, scanInt, `SELECT uin FROM group_members WHERE account = $1 AND group_id = $2`, a, id)
	if err != nil {
		return fmt.Errorf("list members: %w", err)
	}
	for _, statement := range [...]string{
		`DELETE FROM group_members WHERE account = $1 AND group_id = $2`,
		`DELETE FROM attachments WHERE account = $1 AND target_kind = 2 AND target_id = $2`,
		`DELETE FROM tags WHERE account = $1 AND object_kind = 2 AND object_id = $2`,
		`DELETE FROM user_groups WHERE account = $1 AND id = $2`,
	} {
		if _, err := tx.ExecContext(ctx, statement, a, id); err != nil {
			return fmt.Errorf("delete group: %w", err)
		}
	}
	changedGroup(tx, a, id)
	for _, uin := range members {
		changedUser(tx, a, uin)
	}
	return nil
}

// groupResource is a group's name in the audit trail.
func groupResource(a store.Account, id int64) string {
	return qcs.Group(strconv.FormatInt(int64(a), 10), strconv.FormatInt(id, 10)).String()
}

func groupInfo(g Group) cam20190116.GroupInfo {
	return cam20190116.GroupInfo{GroupId: g.ID, GroupName: g.Name, CreateTime: wireTime(g.Created), Remark: g.Remark}
}

// CreateGroup makes an empty group.
func (p *Product) CreateGroup(ctx context.Context, c *call.Call, in *cam20190116.CreateGroupRequest) (*cam20190116.CreateGroupResponse, error) {
	var g Group
	err := c.Write(ctx, func(tx *store.Tx) (err error) {
		g, err = p.NewGroup(ctx, tx, c.Account(), in.GroupName, value(in.Remark), c.At)
		if err == nil {
			c.Touched(groupResource(c.Account(), g.ID))
		}
		return err
	})
	return &cam20190116.CreateGroupResponse{GroupId: g.ID}, err
}

// GetGroup shows a group with all of its members.
func (p *Product) GetGroup(ctx context.Context, c *call.Call, in *cam20190116.GetGroupRequest) (*cam20190116.GetGroupResponse, error) {
	var g Group
	var members []cam20190116.GroupMemberInfo
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) (err error) {
		if g, err = GroupByID(ctx, q, c.Account(), in.GroupId); err != nil {
			return err
		}
		members, err = membersOf(ctx, q, c.Account(), g.ID, page{limit: math.MaxInt64})
		return err
	})
	return &cam20190116.GetGroupResponse{GroupId: g.ID, GroupName: g.Name, GroupNum: int64(len(members)), Remark: g.Remark,
		CreateTime: wireTime(g.Created), UserInfo: members}, err
}

// UpdateGroup changes what is given of a group's name and remark. Permissions hang on neither.
func (p *Product) UpdateGroup(ctx context.Context, c *call.Call, in *cam20190116.UpdateGroupRequest) (*cam20190116.UpdateGroupResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		g, err := GroupByID(ctx, tx, c.Account(), in.GroupId)
		if err != nil {
			return err
		}
		if in.GroupName != nil {
			g.Name = *in.GroupName
			if err := checkGroupName(ctx, tx, c.Account(), g.ID, g.Name); err != nil {
				return err
			}
		}
		if in.Remark != nil {
			g.Remark = *in.Remark
		}
		_, err = tx.ExecContext(ctx, `UPDATE user_groups SET name = $3, name_key = $4, remark = $5 WHERE id = $2 AND account = $1`,
			c.Account(), g.ID, g.Name, fold(g.Name), g.Remark)
		if err != nil {
			return fmt.Errorf("update group: %w", err)
		}
		return nil
	})
}

// DeleteGroup deletes a group, also one that has members and policies.
func (p *Product) DeleteGroup(ctx context.Context, c *call.Call, in *cam20190116.DeleteGroupRequest) (*cam20190116.DeleteGroupResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error { return removeGroup(ctx, tx, c.Account(), in.GroupId) })
}

// ListGroups lists groups, newest first.
func (p *Product) ListGroups(ctx context.Context, c *call.Call, in *cam20190116.ListGroupsRequest) (*cam20190116.ListGroupsResponse, error) {
	// What is left of a name without the keyword is the name itself unless it holds the keyword. Unlike LIKE, that
	// needs no pattern and folds no more than name_key does.
	const found = ` FROM user_groups WHERE account = $1 AND ($2 = '' OR REPLACE(name_key, $2, '') <> name_key)`
	keyword, window := fold(value(in.Keyword)), pageOf(in.Page, in.Rp)
	out := &cam20190116.ListGroupsResponse{}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) (err error) {
		if out.TotalNum, err = store.Count(ctx, q, `SELECT COUNT(*)`+found, c.Account(), keyword); err != nil {
			return fmt.Errorf("count groups: %w", err)
		}
		out.GroupInfo, err = listGroups(ctx, q, found+` ORDER BY id DESC LIMIT $3 OFFSET $4`, c.Account(), keyword, window.limit, window.offset)
		return err
	})
	return out, err
}

// listGroups runs a query that starts after the columns.
func listGroups(ctx context.Context, q store.Queryer, from string, args ...any) ([]cam20190116.GroupInfo, error) {
	list, err := store.Collect(ctx, q, func(r store.Row) (cam20190116.GroupInfo, error) {
		g, err := scanGroup(r)
		return groupInfo(g), err
	}, `SELECT `+groupColumns+from, args...)
	if err != nil {
		return nil, fmt.Errorf("list groups: %w", err)
	}
	return list, nil
}
