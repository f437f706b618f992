package cam

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// The values of ListPolicies.Scope other than All.
const (
	scopePreset = "QCS"
	scopeCustom = "Local"
)

// ListPolicies lists the account's own policies, newest first, and then the presets.
func (p *Product) ListPolicies(ctx context.Context, c *call.Call, in *cam20190116.ListPoliciesRequest) (*cam20190116.ListPoliciesResponse, error) {
	keyword := fold(value(in.Keyword))
	if strings.ContainsFunc(keyword, unicode.IsControl) {
		return nil, fault.New(code.InvalidParameterKeywordError)
	}
	out := &cam20190116.ListPoliciesResponse{}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		list, total, err := findPolicies(ctx, q, c.Account(), in.Scope, keyword, pageOf(in.Page, in.Rp))
		if err != nil {
			return fmt.Errorf("list policies: %w", err)
		}
		out.TotalNum = total
		out.List, err = describePolicies(ctx, q, c.Account(), list)
		return err
	})
	return out, err
}

// findPolicies answers one page, and the number of policies on all pages.
func findPolicies(ctx context.Context, q store.Queryer, a store.Account, scope, keyword string, window page) (list []Policy, total int64, err error) {
	if scope != scopePreset {
		const found = ` FROM policies WHERE account = $1 AND name_key LIKE $2 ESCAPE '\'`
		pattern := store.LikePattern(keyword)
		if total, err = store.Count(ctx, q, `SELECT COUNT(*)`+found, a, pattern); err != nil {
			return nil, 0, err
		}
		list, err = store.Collect(ctx, q, scanPolicy, `SELECT `+policyColumns+found+` ORDER BY id DESC LIMIT $3 OFFSET $4`,
			a, pattern, window.limit, window.offset)
		if err != nil {
			return nil, 0, err
		}
	}
	if scope == scopeCustom {
		return list, total, nil
	}
	for i := range presets { // on the places after the account's own
		if !strings.Contains(fold(presets[i].Name), keyword) {
			continue
		}
		if total >= window.offset && total-window.offset < window.limit {
			list = append(list, presets[i].policy())
		}
		total++
	}
	return list, total, nil
}

// policyUse is how many users, groups and roles have a policy, and how many users and roles have it as their boundary.
type policyUse struct{ attached, bounding int64 }

// usesBetween counts for the policies whose ids lie in a range: for a page of a list at once.
func usesBetween(ctx context.Context, q store.Queryer, a store.Account, lowest, highest int64) (map[int64]policyUse, error) {
	uses := map[int64]policyUse{}
	for _, source := range []struct{ query, what string }{
		{`SELECT policy_id, COUNT(*), 0 FROM attachments WHERE account = $1 AND policy_id BETWEEN $2 AND $3 GROUP BY policy_id`, "attachments"},
		{`SELECT boundary, 0, COUNT(*) FROM users WHERE account = $1 AND boundary BETWEEN $2 AND $3 GROUP BY boundary`, "bounded users"},
		{`SELECT boundary, 0, COUNT(*) FROM roles WHERE account = $1 AND boundary BETWEEN $2 AND $3 GROUP BY boundary`, "bounded roles"},
	} {
		_, err := store.Collect(ctx, q, func(r store.Row) (id int64, err error) {
			var u policyUse
			err = r.Scan(&id, &u.attached, &u.bounding)
			uses[id] = policyUse{uses[id].attached + u.attached, uses[id].bounding + u.bounding}
			return id, err
		}, source.query, a, lowest, highest)
		if err != nil {
			return nil, fmt.Errorf("count %s: %w", source.what, err)
		}
	}
	return uses, nil
}

// describePolicies is a page of policies as the answer has it.
func describePolicies(ctx context.Context, q store.Queryer, a store.Account, list []Policy) ([]cam20190116.StrategyInfo, error) {
	out := make([]cam20190116.StrategyInfo, len(list))
	if len(list) == 0 {
		return out, nil
	}
	lowest, highest := list[0].ID, list[0].ID
	for _, o := range list {
		lowest, highest = min(lowest, o.ID), max(highest, o.ID)
	}
	uses, err := usesBetween(ctx, q, a, lowest, highest)
	if err != nil {
		return nil, err
	}
	tags, err := tagsBetween(ctx, q, a, TagPolicy, lowest, highest)
	if err != nil {
		return nil, err
	}
	for i, o := range list {
		use := uses[o.ID]
		out[i] = cam20190116.StrategyInfo{
			PolicyId: o.ID, PolicyName: o.Name, AddTime: wireTime(o.Created), UpdateTime: new(wireTime(o.Updated)), Type: o.wireType(),
			Description: new(o.Description), CreateMode: o.CreateMode, Deactived: new(int64(0)), IsServiceLinkedPolicy: new(flag(o.serviceLinked())),
			Attachments: use.attached, AttachEntityCount: new(use.attached), AttachEntityBoundaryCount: new(use.bounding), Tags: wireTags(tags[o.ID]),
		}
		if o.Preset != nil {
			out[i].ServiceType, out[i].PermissionLevel = o.Preset.ServiceType, o.Preset.PermissionLevel
		}
	}
	return out, nil
}
