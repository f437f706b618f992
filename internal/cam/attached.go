package cam

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
)

// attached is a policy as something has it.
type attached struct {
	policyID          int64
	name, description string
	createMode        int64
	by                operator
	at                int64 // unix milliseconds
}

// The kinds of policy, as PolicyType of the lists spells them; StrategyType has numbers for the same.
const (
	customPolicy = "User"
	presetPolicy = "QCS"

	strategyCustom = 1
	strategyPreset = 2
)

func (t attached) kind() string {
	if PresetByID(t.policyID) != nil {
		return presetPolicy
	}
	return customPolicy
}

// newest orders attachments, those made last first.
func newest(s, t attached) int {
	return cmp.Or(cmp.Compare(t.at, s.at), cmp.Compare(t.policyID, s.policyID))
}

func scanAttached(r store.Row) (t attached, err error) {
	err = r.Scan(&t.policyID, &t.at, &t.by.kind, &t.by.id, &t.name, &t.description, &t.createMode)
	if preset := PresetByID(t.policyID); preset != nil {
		t.name, t.description, t.createMode = preset.Name, preset.Description, createdBySyntax
	}
	return t, err
}

// attachedTo lists the policies attached to one user, group or role itself, newest first. The names of presets are not
// in the database, so filters and pages apply to this list.
func attachedTo(ctx context.Context, q store.Queryer, a store.Account, kind targetKind, target int64) ([]attached, error) {
	list, err := store.Collect(ctx, q, scanAttached, `SELECT t.policy_id, t.attached_at, t.operator_kind, t.operator_id,
			COALESCE(p.name, ''), COALESCE(p.description, ''), COALESCE(p.create_mode, 0)
		FROM attachments t LEFT JOIN policies p ON p.id = t.policy_id AND p.account = t.account
		WHERE t.account = $1 AND t.target_kind = $2 AND t.target_id = $3 ORDER BY t.attached_at DESC, t.policy_id DESC`, a, int64(kind), target)
	if err != nil {
		return nil, fmt.Errorf("list attached policies: %w", err)
	}
	return list, nil
}

// held is a policy of a user with the ways it comes.
type held struct {
	attached
	groups []Group
}

// heldBy lists the policies of a user, one row a policy, newest first: its own, those of its groups, or both. The time
// of a policy that comes several ways is the first: so attaching it once more moves no row behind one that a reader
// of pages has seen.
func heldBy(ctx context.Context, q store.Queryer, a store.Account, uin int64, own, byGroup bool) ([]held, error) {
	all := map[int64]held{}
	add := func(list []attached, from ...Group) {
		for _, t := range list {
			h, ok := all[t.policyID]
			if !ok || t.at < h.at {
				h.attached = t
			}
			h.groups = append(h.groups, from...)
			all[t.policyID] = h
		}
	}
	if own {
		list, err := attachedTo(ctx, q, a, toUser, uin)
		if err != nil {
			return nil, err
		}
		add(list)
	}
	if byGroup {
		groups, err := groupsOf(ctx, q, a, uin)
		if err != nil {
			return nil, err
		}
		for _, g := range groups {
			list, err := attachedTo(ctx, q, a, toGroup, g.ID)
			if err != nil {
				return nil, err
			}
			add(list, g)
		}
	}
	list := make([]held, 0, len(all))
	for _, h := range all {
		list = append(list, h)
	}
	slices.SortFunc(list, func(s, t held) int { return newest(s.attached, t.attached) })
	return list, nil
}

// asked reports whether a policy is one that a list is asked for: with the keyword in its name, and of the kind, each
// "" for any.
func (t attached) asked(keyword, kind string) bool {
	return (kind == "" || t.kind() == kind) && strings.Contains(fold(t.name), fold(keyword))
}

// ListAttachedUserPolicies lists the policies of a user itself. A user that does not exist has none.
func (p *Product) ListAttachedUserPolicies(ctx context.Context, c *call.Call, in *cam20190116.ListAttachedUserPoliciesRequest) (*cam20190116.ListAttachedUserPoliciesResponse, error) {
	list, err := attachedTo(ctx, p.db.Read(), c.Account(), toUser, in.TargetUin)
	return &cam20190116.ListAttachedUserPoliciesResponse{TotalNum: int64(len(list)),
		List: attachPolicyInfos(c.Account(), cut(list, pageOf(in.Page, in.Rp)))}, err
}

// ListAttachedGroupPolicies lists the policies of a group. A group that does not exist has none.
func (p *Product) ListAttachedGroupPolicies(ctx context.Context, c *call.Call, in *cam20190116.ListAttachedGroupPoliciesRequest) (*cam20190116.ListAttachedGroupPoliciesResponse, error) {
	list, err := attachedTo(ctx, p.db.Read(), c.Account(), toGroup, in.TargetGroupId)
	list = slices.DeleteFunc(list, func(t attached) bool { return !t.asked(value(in.Keyword), "") })
	return &cam20190116.ListAttachedGroupPoliciesResponse{TotalNum: int64(len(list)),
		List: attachPolicyInfos(c.Account(), cut(list, pageOf(in.Page, in.Rp)))}, err
}

func attachPolicyInfos(a store.Account, list []attached) []cam20190116.AttachPolicyInfo {
	owner := strconv.FormatInt(int64(a), 10)
	infos := make([]cam20190116.AttachPolicyInfo, len(list))
	for i, t := range list {
		by := strconv.FormatInt(t.by.id, 10)
		infos[i] = cam20190116.AttachPolicyInfo{PolicyId: t.policyID, PolicyName: t.name, AddTime: wireTime(t.at), CreateMode: t.createMode,
			PolicyType: t.kind(), Remark: t.description, OperateOwnerUin: &owner, OperateUin: &by, OperateUinType: &t.by.kind,
			DeactivedDetail: []string{}}
	}
	return infos
}

// ListAttachedRolePolicies lists the policies of a role.
func (p *Product) ListAttachedRolePolicies(ctx context.Context, c *call.Call, in *cam20190116.ListAttachedRolePoliciesRequest) (*cam20190116.ListAttachedRolePoliciesResponse, error) {
	out := &cam20190116.ListAttachedRolePoliciesResponse{}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		r, err := selectRole(ctx, q, c.Account(), in.RoleId, in.RoleName)
		if err != nil {
			return err
		}
		list, err := attachedTo(ctx, q, c.Account(), toRole, r.ID)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(t attached) bool { return !t.asked(value(in.Keyword), value(in.PolicyType)) })
		out.TotalNum, out.List = int64(len(list)), []cam20190116.AttachedPolicyOfRole{}
		for _, t := range cut(list, pageOf(in.Page, in.Rp)) {
			out.List = append(out.List, cam20190116.AttachedPolicyOfRole{PolicyId: t.policyID, PolicyName: t.name, AddTime: wireTime(t.at),
				PolicyType: t.kind(), CreateMode: t.createMode, DeactivedDetail: []string{}, Description: t.description})
		}
		return nil
	})
	return out, err
}

// The values of AttachType; 0 is both.
const (
	attachedDirectly = 1
	attachedByGroup  = 2
)

// ListAttachedUserAllPolicies lists the policies of a user, its own and those that its groups hand on.
func (p *Product) ListAttachedUserAllPolicies(ctx context.Context, c *call.Call, in *cam20190116.ListAttachedUserAllPoliciesRequest) (*cam20190116.ListAttachedUserAllPoliciesResponse, error) {
	kind := map[int64]string{strategyCustom: customPolicy, strategyPreset: presetPolicy}[number(in.StrategyType)]
	out := &cam20190116.ListAttachedUserAllPoliciesResponse{PolicyList: []cam20190116.AttachedUserPolicy{}}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		u, err := UserByUIN(ctx, q, c.Account(), in.TargetUin)
		if err != nil {
			return err
		}
		list, err := heldBy(ctx, q, c.Account(), u.UIN, in.AttachType != attachedByGroup, in.AttachType != attachedDirectly)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(h held) bool { return !h.asked(value(in.Keyword), kind) })
		out.TotalNum = int64(len(list))
		for _, h := range cut(list, pageOf(in.Page, in.Rp)) {
			out.PolicyList = append(out.PolicyList, attachedUserPolicy(h))
		}
		return nil
	})
	return out, err
}

func attachedUserPolicy(h held) cam20190116.AttachedUserPolicy {
	strategy := strategyCustom
	if h.kind() == presetPolicy {
		strategy = strategyPreset
	}
	info := cam20190116.AttachedUserPolicy{PolicyId: strconv.FormatInt(h.policyID, 10), PolicyName: h.name, Description: h.description,
		AddTime: wireTime(h.at), StrategyType: strconv.Itoa(strategy), CreateMode: strconv.FormatInt(h.createMode, 10),
		Groups: []cam20190116.AttachedUserPolicyGroupInfo{}, DeactivedDetail: []string{}}
	for _, g := range h.groups {
		info.Groups = append(info.Groups, cam20190116.AttachedUserPolicyGroupInfo{GroupId: g.ID, GroupName: g.Name})
	}
	return info
}

// entityFilters are the values of EntityFilter; 0 is every kind.
var entityFilters = map[string]targetKind{"All": 0, "User": toUser, "Group": toGroup, "Role": toRole}

// ListEntitiesForPolicy lists what a policy is attached to, newest first. A policy that does not exist is attached to
// nothing.
func (p *Product) ListEntitiesForPolicy(ctx context.Context, c *call.Call, in *cam20190116.ListEntitiesForPolicyRequest) (*cam20190116.ListEntitiesForPolicyResponse, error) {
	a, kind, window := c.Account(), int64(entityFilters[in.EntityFilter]), pageOf(in.Page, in.Rp)
	out := &cam20190116.ListEntitiesForPolicyResponse{}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) (err error) {
		out.TotalNum, err = store.Count(ctx, q, `SELECT COUNT(*) FROM attachments
			WHERE account = $1 AND policy_id = $2 AND ($3 = 0 OR target_kind = $3)`, a, in.PolicyId, kind)
		if err != nil {
			return fmt.Errorf("count entities: %w", err)
		}
		// uid is NULL but for a user, whose answer names it by uid and uin.
		out.List, err = store.Collect(ctx, q, scanEntity, `SELECT t.target_kind, t.target_id, t.attached_at, u.uid, COALESCE(u.name, g.name, r.name, '')
			FROM attachments t
			LEFT JOIN users u ON t.target_kind = 1 AND u.uin = t.target_id AND u.account = t.account
			LEFT JOIN user_groups g ON t.target_kind = 2 AND g.id = t.target_id AND g.account = t.account
			LEFT JOIN roles r ON t.target_kind = 3 AND r.id = t.target_id AND r.account = t.account
			WHERE t.account = $1 AND t.policy_id = $2 AND ($3 = 0 OR t.target_kind = $3)
			ORDER BY t.attached_at DESC, t.target_kind, t.target_id DESC LIMIT $4 OFFSET $5`, a, in.PolicyId, kind, window.limit, window.offset)
		if err != nil {
			return fmt.Errorf("list entities: %w", err)
		}
		return nil
	})
	return out, err
}

func scanEntity(r store.Row) (e cam20190116.AttachEntityOfPolicy, err error) {
	var id, at int64
	var uid *int64
	err = r.Scan(&e.RelatedType, &id, &at, &uid, &e.Name)
	e.AttachmentTime = wireTime(at)
	if uid != nil {
		e.Uin, id = id, *uid
	}
	e.Id = strconv.FormatInt(id, 10)
	return e, err
}
