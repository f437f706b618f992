package bi

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/bi20220105"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// noParent is the parent of groups at the top of the tree.
const noParent = -1

// maxGroupDepth is how many levels the tree of groups has at most.
const maxGroupDepth = 10

// Group is a row of a user group. The groups below one parent are at the locations 1, 2, 3 and so on, without gaps.
type Group struct {
	ID, Parent        int64
	Name, Description string
	Default           bool
	Admin             int64  // a BI user, 0 for nobody
	AdminID           string // of that user, "" for nobody
	Location          int64
}

func scanGroup(r store.Row) (g Group, err error) {
	err = r.Scan(&g.ID, &g.Parent, &g.Name, &g.Description, &g.Default, &g.Admin, &g.AdminID, &g.Location)
	return g, err
}

// errNoGroup is the answer for a group that an action is about and that is not there.
var errNoGroup = conflict("There is no such user group.")

// check refuses what a group cannot hold.
func (g *Group) check(where string) error {
	switch n := utf8.RuneCountInString(g.Name); {
	case n < 1 || n > 64:
		return invalid(where+"GroupName", g.Name)
	case utf8.RuneCountInString(g.Description) > 255:
		return invalid(where+"Description", g.Description)
	case g.Location < lastPlace:
		return invalid(where+"Location", g.Location)
	}
	return nil
}

// lastPlace is the location that stands for the one after all siblings.
const lastPlace = -1

// forest is all groups of a corp, of which a quota keeps the number low enough to look at them in memory.
type forest struct {
	groups   map[int64]*Group
	children map[int64][]*Group // of a group or of noParent, by location
}

func readForest(ctx context.Context, q store.Queryer, a store.Account) (*forest, error) {
	all, err := store.Collect(ctx, q, scanGroup, `SELECT g.id, g.parent, g.name, g.description, g.is_default, g.admin, COALESCE(b.user_id, ''), g.location
		FROM bi_groups g LEFT JOIN bi_users b ON b.account = g.account AND b.id = g.admin WHERE g.account = $1 ORDER BY g.location, g.id`, a)
	if err != nil {
		return nil, fmt.Errorf("read groups: %w", err)
	}
	f := &forest{groups: map[int64]*Group{}, children: map[int64][]*Group{}}
	for i := range all {
		g := &all[i]
		f.groups[g.ID] = g
		f.children[g.Parent] = append(f.children[g.Parent], g)
	}
	return f, nil
}

// below visits a group and all below it, from the top down in the tree's order. of noParent it visits all groups.
func (f *forest) below(of int64, visit func(*Group)) {
	if g := f.groups[of]; g != nil {
		visit(g)
	}
	for _, c := range f.children[of] {
		f.below(c.ID, visit)
	}
}

// subtrees are the ids of groups and of all below them.
func (f *forest) subtrees(ids []int64) map[int64]bool {
	all := map[int64]bool{}
	for _, id := range ids {
		if !all[id] {
			f.below(id, func(g *Group) { all[g.ID] = true })
		}
	}
	return all
}

// path is a group and those above it, the group first.
func (f *forest) path(id int64) []*Group {
	var all []*Group
	for g := f.groups[id]; g != nil; g = f.groups[g.Parent] {
		all = append(all, g)
	}
	return all
}

// height is how many levels a group and what is below it take.
func (f *forest) height(id int64) int {
	most := 0
	for _, c := range f.children[id] {
		most = max(most, f.height(c.ID))
	}
	return most + 1
}

// move tells the forest that a group is below another one now. Locations are those of the database and do not change here.
func (f *forest) move(g *Group, parent int64) {
	f.children[g.Parent] = slices.DeleteFunc(f.children[g.Parent], func(c *Group) bool { return c == g })
	f.children[parent] = append(f.children[parent], g)
	g.Parent = parent
}

// checkParent refuses a parent that is not there.
func (f *forest) checkParent(name string, parent int64) error {
	if parent != noParent && f.groups[parent] == nil {
		return invalid(name, parent)
	}
	return nil
}

// checkDepth refuses to put so many levels below a parent that the tree becomes too deep.
func (f *forest) checkDepth(parent int64, levels int) error {
	if len(f.path(parent))+levels > maxGroupDepth {
		return fault.New(code.LimitExceeded).WithDetail(fmt.Sprintf("User groups have at most %d levels.", maxGroupDepth))
	}
	return nil
}

// checkName refuses a name that a sibling has.
func (f *forest) checkName(g *Group) error {
	if slices.ContainsFunc(f.children[g.Parent], func(c *Group) bool { return c.ID != g.ID && c.Name == g.Name }) {
		return conflict("A user group of this name is there already.")
	}
	return nil
}

// takePlace makes room below a parent for a group that stands nowhere, and answers the location: the one that is asked
// for, or the last.
func takePlace(ctx context.Context, tx *store.Tx, a store.Account, parent, location int64) (int64, error) {
	siblings, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM bi_groups WHERE account = $1 AND parent = $2 AND location > 0`, a, parent)
	if err != nil {
		return 0, err
	}
	if location == lastPlace || location > siblings {
		return siblings + 1, nil
	}
	location = max(location, 1)
	_, err = tx.ExecContext(ctx, `UPDATE bi_groups SET location = location + 1 WHERE account = $1 AND parent = $2 AND location >= $3`, a, parent, location)
	return location, err
}

// leavePlace takes a group from among its siblings and closes the gap; until it takes a place again its location is 0.
func leavePlace(ctx context.Context, tx *store.Tx, a store.Account, id int64) error {
	return exec(ctx, tx, a, id,
		`UPDATE bi_groups SET location = location - 1 WHERE account = $1 AND parent = (SELECT parent FROM bi_groups WHERE account = $1 AND id = $2)
			AND location > (SELECT location FROM bi_groups WHERE account = $1 AND id = $2)`,
		`UPDATE bi_groups SET location = 0 WHERE account = $1 AND id = $2`)
}

func (p *Product) insertGroup(ctx context.Context, tx *store.Tx, a store.Account, g Group, by string, at int64) (int64, error) {
	n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM bi_groups WHERE account = $1`, a)
	if err == nil {
		err = p.exceeded(account.BIGroups, n+1)
	}
	if err != nil {
		return 0, err
	}
	id, err := nextID(ctx, tx)
	if err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO bi_groups (id, account, parent, name, admin, description, location, created_by, created_at, updated_by, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $9)`, id, a, g.Parent, g.Name, g.Admin, g.Description, g.Location, by, at)
	if err != nil {
		return 0, fmt.Errorf("make group: %w", err)
	}
	return id, nil
}

func saveGroup(ctx context.Context, tx *store.Tx, a store.Account, g Group, by string, at int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE bi_groups SET parent = $3, name = $4, admin = $5, description = $6, location = $7, updated_by = $8, updated_at = $9
		WHERE account = $1 AND id = $2`, a, g.ID, g.Parent, g.Name, g.Admin, g.Description, g.Location, by, at)
	if err != nil {
		return fmt.Errorf("change group: %w", err)
	}
	return nil
}

// removeGroup removes a group that nothing is below, its memberships and its rights on pages.
func removeGroup(ctx context.Context, tx *store.Tx, a store.Account, id int64) error {
	return errors.Join(leavePlace(ctx, tx, a, id), exec(ctx, tx, a, id,
		`DELETE FROM bi_group_members WHERE account = $1 AND group_id = $2`,
		`DELETE FROM bi_page_rights WHERE account = $1 AND holder_kind = 2 AND holder = $2`,
		`DELETE FROM bi_groups WHERE account = $1 AND id = $2`))
}

// print is the group as the actions that change it show it. They name neither its parent nor its users.
func (g *Group) print() bi20220105.UserGroupVO {
	return bi20220105.UserGroupVO{Id: g.ID, GroupName: g.Name, ParentId: g.Parent, IsDefault: flag(g.Default),
		AdminUserId: g.AdminID, Description: g.Description, Location: g.Location}
}
