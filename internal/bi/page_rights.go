package bi

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/bi20220105"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// The rights on pages that BI itself knows. An engine may have more.
const (
	pageView  = "PageView" // whoever has another right has this one
	pageShare = "PageShareAndIframe"
)

// pageType is the one kind of things that rights are given on.
const pageType = "page"

// Who has rights, as bi_page_rights numbers it.
const (
	userHolder  = 1
	groupHolder = 2
)

// How far a right reaches. What a group passes on is also of groups that come below it later, and no more of those that
// leave.
const (
	rightOff   = 0
	rightOn    = 1 // for the user, or for the group itself
	rightBelow = 2 // for the group and all below it
)

// What one call may change at most.
const (
	maxPagesPerCall  = 100
	maxRightsPerCall = 20
)

// maxRightsPerPage is how many rights there are on one page at most: lists print each of them for each group.
const maxRightsPerPage = 50

// rightForm is what a right may be called.
var rightForm = regexp.MustCompile(`^[A-Za-z]{1,64}$`)

// pageRights are the rights that users or groups have on one page.
type pageRights struct {
	project, page int64
	kind          int64                      // userHolder, groupHolder
	reach         map[int64]map[string]int64 // by holder and name
	changed       map[int64]map[string]bool
}

// readRights reads the rights on a page: of one holder, or with 0 of all.
func readRights(ctx context.Context, q store.Queryer, a store.Account, project, page, kind, holder int64) (*pageRights, error) {
	type line struct {
		holder int64
		name   string
		reach  int64
	}
	lines, err := store.Collect(ctx, q, func(r store.Row) (l line, err error) {
		err = r.Scan(&l.holder, &l.name, &l.reach)
		return l, err
	}, `SELECT holder, name, value FROM bi_page_rights WHERE account = $1 AND project = $2 AND resource_type = $3 AND entity = $4 AND holder_kind = $5
		AND (holder = $6 OR $6 = 0)`, a, project, pageType, page, kind, holder)
	if err != nil {
		return nil, fmt.Errorf("read rights: %w", err)
	}
	p := &pageRights{project: project, page: page, kind: kind, reach: map[int64]map[string]int64{}, changed: map[int64]map[string]bool{}}
	for _, l := range lines {
		p.put(l.holder, l.name, l.reach)
	}
	clear(p.changed)
	return p, nil
}

func (p *pageRights) put(holder int64, name string, reach int64) {
	if old, there := p.reach[holder][name]; there && old == reach {
		return
	}
	if p.reach[holder] == nil {
		p.reach[holder] = map[string]int64{}
	}
	if p.changed[holder] == nil {
		p.changed[holder] = map[string]bool{}
	}
	p.reach[holder][name], p.changed[holder][name] = reach, true
}

// give gives a holder a right, and with it the right to view. What reaches further already stays so.
func (p *pageRights) give(holder int64, name string, reach int64) {
	for _, n := range []string{name, pageView} {
		p.put(holder, n, max(reach, p.reach[holder][n]))
	}
}

// take takes a right away that a holder has; with that to view, all of them.
func (p *pageRights) take(holder int64, name string) {
	for n := range p.reach[holder] {
		if n == name || name == pageView {
			p.put(holder, n, rightOff)
		}
	}
}

// save writes down what has changed.
func (p *pageRights) save(ctx context.Context, tx *store.Tx, a store.Account, by string, at int64) error {
	for holder, names := range p.changed {
		for name := range names {
			_, err := tx.ExecContext(ctx, `INSERT INTO bi_page_rights (account, project, resource_type, entity, holder_kind, holder, name, value, updated_by, updated_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (account, project, resource_type, entity, holder_kind, holder, name)
				DO UPDATE SET value = excluded.value, updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
				a, p.project, pageType, p.page, p.kind, holder, name, p.reach[holder][name], by, at)
			if err != nil {
				return fmt.Errorf("set right: %w", err)
			}
		}
	}
	n, err := store.Count(ctx, tx, `SELECT COUNT(DISTINCT name) FROM bi_page_rights WHERE account = $1 AND project = $2 AND resource_type = $3 AND entity = $4`,
		a, p.project, pageType, p.page)
	if err == nil && n > maxRightsPerPage {
		err = fault.New(code.LimitExceeded).WithDetail(fmt.Sprintf("A page has at most %d rights.", maxRightsPerPage))
	}
	return err
}

// names are the rights that are listed on the page: those that BI knows, and those that somebody was ever given.
func (p *pageRights) names() []string {
	all := map[string]bool{pageView: true, pageShare: true}
	for _, names := range p.reach {
		for n := range names {
			all[n] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// ofGroup tells whether a group has a right on the page, and whether it has it from a group above.
func (p *pageRights) ofGroup(f *forest, group int64, name string) (has, inherited bool) {
	for _, g := range f.path(group) {
		inherited = inherited || g.ID != group && p.reach[g.ID][name] == rightBelow
	}
	return inherited || p.reach[group][name] != rightOff, inherited
}

// rightsChange is what a request changes of rights on pages.
type rightsChange struct {
	project int64
	kind    *string
	pages   []int64
	where   string // the parameter that names the pages
	list    []bi20220105.ResourceItem
}

// required refuses a request that leaves out what the change needs.
func (x *rightsChange) required(project *int64) error {
	var err error
	if x.project, err = neededProject(project); err != nil {
		return err
	}
	if len(x.pages) == 0 {
		return missing(x.where)
	}
	if len(x.list) == 0 {
		return missing("Resource.ResourceList")
	}
	for i, r := range x.list {
		where := fmt.Sprintf("Resource.ResourceList.%d.", i)
		switch {
		case value(r.ResourceName) == "":
			return missing(where + "ResourceName")
		case r.ResourceValue == nil:
			return missing(where + "ResourceValue")
		}
	}
	return nil
}

func (x *rightsChange) checkLengths() error {
	if err := checkLength("pages", len(x.pages), maxPagesPerCall); err != nil {
		return err
	}
	return checkLength("rights", len(x.list), maxRightsPerCall)
}

// check refuses what are no pages and no rights.
func (x *rightsChange) check() error {
	if err := checkPageType(x.kind); err != nil {
		return err
	}
	for _, p := range x.pages {
		if p <= 0 {
			return invalid(x.where, p)
		}
	}
	for i, r := range x.list {
		if !rightForm.MatchString(*r.ResourceName) {
			return invalid(fmt.Sprintf("Resource.ResourceList.%d.ResourceName", i), *r.ResourceName)
		}
	}
	return nil
}

func checkPageType(kind *string) error {
	_, err := word("ResourceType", kind, pageType)
	return err
}

// apply makes the change for holders. Rights that are given to a group with reach rightBelow, and those that are taken from
// it then, are those of the groups below it too.
func (x *rightsChange) apply(ctx context.Context, tx *store.Tx, a store.Account, f *forest, kind int64, holders []int64, reach int64, by string, at int64) error {
	for _, page := range x.pages {
		all := int64(0)
		if len(holders) == 1 && reach != rightBelow {
			all = holders[0]
		}
		p, err := readRights(ctx, tx, a, x.project, page, kind, all)
		if err != nil {
			return err
		}
		for _, h := range holders {
			for _, r := range x.list {
				switch {
				case *r.ResourceValue:
					p.give(h, *r.ResourceName, reach)
				case reach == rightBelow:
					f.below(h, func(g *Group) { p.take(g.ID, *r.ResourceName) })
				default:
					p.take(h, *r.ResourceName)
				}
			}
		}
		if err := p.save(ctx, tx, a, by, at); err != nil {
			return err
		}
	}
	return nil
}

// ModifyResourceUser gives a user rights on pages, or takes away what he was given himself: what he has from his groups
// stays. The user has to have a role in the project.
func (p *Product) ModifyResourceUser(ctx context.Context, c *call.Call, in *bi20220105.ModifyResourceUserRequest) (*bi20220105.ModifyResourceUserResponse, error) {
	resource := value(in.Resource)
	userID := value(in.UserId)
	if userID == "" {
		userID = value(resource.UserId)
	}
	x := rightsChange{kind: in.ResourceType, pages: in.EntityIds, where: "EntityIds", list: resource.ResourceList}
	if err := x.required(in.ProjectId); err != nil {
		return nil, err
	}
	if userID == "" {
		return nil, missing("UserId")
	}
	return &bi20220105.ModifyResourceUserResponse{Msg: success}, p.write(ctx, c, need{writePermissions, x.project}, func(tx *store.Tx, who *caller) error {
		if err := x.checkLengths(); err != nil {
			return err
		}
		u, err := memberByID(ctx, tx, c.Account(), x.project, userID)
		if err != nil {
			return err
		}
		if err := checkCorp(c.Account(), resource.CorpId); err != nil {
			return err
		}
		if err := x.check(); err != nil {
			return err
		}
		return x.apply(ctx, tx, c.Account(), nil, userHolder, []int64{u.ID}, rightOn, who.by, c.At.UnixMilli())
	})
}

// checkCorp refuses the id of another corp.
func checkCorp(a store.Account, corp *string) error {
	if given := value(corp); given != "" && given != corpID(a) {
		return invalid("Resource.CorpId", given)
	}
	return nil
}

// ModifyResourceUserGroup gives groups rights on a page, or takes them away. With QueryChildren they are rights of all
// groups below, too, and are taken from all below; without, what groups below have stays.
func (p *Product) ModifyResourceUserGroup(ctx context.Context, c *call.Call, in *bi20220105.ModifyResourceUserGroupRequest) (*bi20220105.ModifyResourceUserGroupResponse, error) {
	resource := value(in.Resource)
	x := rightsChange{kind: in.ResourceType, where: "Resource.EntityId", list: resource.ResourceList}
	if resource.EntityId != nil {
		x.pages = []int64{*resource.EntityId}
	}
	if err := x.required(in.ProjectId); err != nil {
		return nil, err
	}
	if len(in.UserGroupIds) == 0 {
		return nil, missing("UserGroupIds")
	}
	reach := int64(rightOn)
	if value(in.QueryChildren) {
		reach = rightBelow
	}
	return &bi20220105.ModifyResourceUserGroupResponse{Msg: success}, p.changeGroupRights(ctx, c, x, "UserGroupIds", in.UserGroupIds, nil, reach)
}

// ModifyResourceUserGroupResource gives a group rights on pages, or takes away what it was given itself: what it has from
// groups above stays.
func (p *Product) ModifyResourceUserGroupResource(ctx context.Context, c *call.Call, in *bi20220105.ModifyResourceUserGroupResourceRequest) (*bi20220105.ModifyResourceUserGroupResourceResponse, error) {
	resource := value(in.Resource)
	x := rightsChange{kind: in.ResourceType, pages: in.EntityIds, where: "EntityIds", list: resource.ResourceList}
	if err := x.required(in.ProjectId); err != nil {
		return nil, err
	}
	if in.UserGroupId == nil {
		return nil, missing("UserGroupId")
	}
	return &bi20220105.ModifyResourceUserGroupResourceResponse{Msg: success}, p.changeGroupRights(ctx, c, x, "UserGroupId", []int64{*in.UserGroupId}, resource.CorpId, rightOn)
}

func (p *Product) changeGroupRights(ctx context.Context, c *call.Call, x rightsChange, name string, groups []int64, corp *string, reach int64) error {
	return p.write(ctx, c, need{writePermissions, x.project}, func(tx *store.Tx, who *caller) error {
		if err := checkLength("groups", len(groups), maxGroupsPerCall); err != nil {
			return err
		}
		if err := x.checkLengths(); err != nil {
			return err
		}
		f, err := readForest(ctx, tx, c.Account())
		if err != nil {
			return err
		}
		for _, g := range groups {
			if f.groups[g] == nil {
				return invalid(name, g)
			}
		}
		if err := checkCorp(c.Account(), corp); err != nil {
			return err
		}
		if err := x.check(); err != nil {
			return err
		}
		return x.apply(ctx, tx, c.Account(), f, groupHolder, groups, reach, who.by, c.At.UnixMilli())
	})
}

// DescribeResourceUserGroupPageList lists the groups below one, or from the top, as a tree with the rights of each on a page.
// What a group has from one above cannot be changed where it is. A keyword, tags, a role of members, or whether a right is
// given find groups at any depth, as a flat list.
func (p *Product) DescribeResourceUserGroupPageList(ctx context.Context, c *call.Call, in *bi20220105.DescribeResourceUserGroupPageListRequest) (*bi20220105.DescribeResourceUserGroupPageListResponse, error) {
	project, err := neededProject(in.ProjectId)
	if err != nil {
		return nil, err
	}
	page := value(in.EntityId)
	if page == 0 {
		page = value(in.PageId)
	}
	if page == 0 {
		return nil, missing("EntityId")
	}
	if err := checkTagFilter(in.TagValueList); err != nil {
		return nil, err
	}
	out := &bi20220105.DescribeResourceUserGroupPageListResponse{Msg: success}
	w := p.window(c, fromZero, value(in.PageNo), value(in.PageSize), value(in.AllPage) == 1)
	return out, p.read(ctx, c, need{readProject, project}, func(q store.Queryer, _ *caller) error {
		if err := checkPageType(in.ResourceType); err != nil {
			return err
		}
		f, err := readForest(ctx, q, c.Account())
		if err != nil {
			return err
		}
		rights, err := readRights(ctx, q, c.Account(), project, page, groupHolder, 0)
		if err != nil {
			return err
		}
		keep, err := matching(ctx, q, c.Account(), groupFilter{value(in.Keyword), in.TagValueList, value(in.ModuleCollection), project})
		if err != nil {
			return err
		}
		if keep, err = rights.matching(f, keep, value(in.ResourceName), value(in.ResourceValue)); err != nil {
			return err
		}
		parent := int64(noParent)
		if in.ParentId != nil {
			parent = *in.ParentId
		}
		names := rights.names()
		v := &view{forest: f, rights: func(group int64) []bi20220105.ResourceDTO { return rights.print(f, group, names, c) }}
		nodes := v.level([]int64{parent}, true)
		if keep != nil {
			nodes = v.flat(nodes, keep)
		}
		out.Data.List, out.Data.Total = v.page(nodes, w)
		out.Data.TotalPages = w.pages(out.Data.Total)
		return nil
	})
}

// matching narrows a test of groups to those that have a right, or have it not. Without a name it is the right to view.
func (p *pageRights) matching(f *forest, keep func(*Group) bool, name, given string) (func(*Group) bool, error) {
	switch strings.ToLower(given) {
	case "":
		return keep, nil
	case "true", "false":
	default:
		return nil, invalid("ResourceValue", given)
	}
	if name == "" {
		name = pageView
	}
	wanted := strings.EqualFold(given, "true")
	return func(g *Group) bool {
		has, _ := p.ofGroup(f, g.ID, name)
		return has == wanted && (keep == nil || keep(g))
	}, nil
}

// inheritedTip says why a right cannot be changed where it is.
func inheritedTip(l fault.Language) string {
	if l == fault.English {
		return "Inherited from a user group above."
	}
	return "继承自上级用户组"
}

func (p *pageRights) print(f *forest, group int64, names []string, c *call.Call) []bi20220105.ResourceDTO {
	var all []bi20220105.ResourceDTO
	for _, n := range names {
		has, inherited := p.ofGroup(f, group, n)
		r := bi20220105.ResourceDTO{ResourceName: n, ResourceValue: has, CanChange: !inherited}
		if inherited {
			r.Tips = inheritedTip(c.Language)
		}
		all = append(all, r)
	}
	return all
}
