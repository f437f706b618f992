package bi

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/bi20220105"
)

// person is a BI user with what is printed of it: its profile, completed by the directory.
type person struct {
	User
	directory cam.Profile
	shown     profile
}

// messenger is the profile's id in the connected messenger, of BI or of the directory; nil without a binding.
func (x *person) messenger() *string { return orNull(x.shown.appUserID) }

// inRange tells that a bound user is in the range of the messenger's application; null for others.
func (x *person) inRange() *bool {
	if x.shown.appUserID == "" {
		return nil
	}
	return new(true)
}

// lastLogin prints when the directory saw the user log in; null for never.
func (x *person) lastLogin() *string {
	if x.directory.LastLogin == nil {
		return nil
	}
	return new(isoTime(*x.directory.LastLogin))
}

// matches reports whether a keyword, in lower case, is part of what people know a user by.
func (x *person) matches(keyword string) bool {
	return slices.ContainsFunc([]string{x.UserID, x.shown.name, x.shown.email, x.shown.phone, x.shown.appUserName},
		func(s string) bool { return strings.Contains(strings.ToLower(s), keyword) })
}

func scanPerson(r store.Row) (x person, err error) {
	err = r.Scan(append(x.fields(), x.directory.Fields()...)...)
	return x, err
}

const newestFirst = ` ORDER BY b.created_at DESC, b.id DESC`

// people are BI users, the newest first. and is a further condition on "b", with arguments from $2.
func people(ctx context.Context, q store.Queryer, a store.Account, and string, args ...any) ([]person, error) {
	return peopleFrom(ctx, q, a, `bi_users b`, and, args...)
}

func peopleFrom(ctx context.Context, q store.Queryer, a store.Account, table, and string, args ...any) ([]person, error) {
	all, err := store.Collect(ctx, q, scanPerson, `SELECT `+userColumns+`, `+cam.ProfileColumns+` FROM `+table+cam.ProfileJoin+`
		WHERE b.account = $1 `+and+newestFirst, append([]any{a}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	for i := range all {
		x := &all[i]
		d := x.directory
		if x.isRoot(a) {
			owner, err := account.Get(ctx, q, a)
			if err != nil {
				return nil, err
			}
			d.Name = owner.Name
		}
		x.shown = profile{name: d.Name, email: d.Email, phone: d.Phone, areaCode: d.CountryCode, appUserID: d.WeComUserID}
		if x.phone != "" {
			x.shown.areaCode = "" // that of the directory belongs to its own number
		}
		x.shown.overlay(x.profile)
	}
	return all, nil
}

// namer finds users by what rows keep of them, each once.
type namer struct {
	q     store.Queryer
	a     store.Account
	found map[string]person
}

func newNamer(q store.Queryer, a store.Account) *namer {
	return &namer{q: q, a: a, found: map[string]person{}}
}

// byID is a user by its number.
func (n *namer) byID(ctx context.Context, id int64) (person, error) {
	return n.find(ctx, "b.id", strconv.FormatInt(id, 10))
}

// byUIN is the user who made or changed a row, by the uin in digits that the row keeps. It is empty where that was nobody
// whom BI knows, or he has gone.
func (n *namer) byUIN(ctx context.Context, uin string) (person, error) {
	return n.find(ctx, "b.uin", uin)
}

func (n *namer) find(ctx context.Context, column, number string) (person, error) {
	if x, again := n.found[column+number]; again {
		return x, nil
	}
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return person{}, nil
	}
	all, err := people(ctx, n.q, n.a, `AND `+column+` = $2`, id)
	if err != nil || len(all) == 0 {
		return person{}, err
	}
	n.found[column+number] = all[0]
	return all[0], nil
}

// selection says which users a list is about: conditions of the database, and what is only known of a user who is
// completed by the directory.
type selection struct {
	and       string
	args      []any
	keyword   string
	boundOnly bool           // to a messenger
	only      map[int64]bool // uins; nil for everybody
}

// where adds a condition on "b", whose arguments stand as $? in it.
func (s *selection) where(condition string, args ...any) {
	for _, x := range args {
		s.args = append(s.args, x)
		condition = strings.Replace(condition, "$?", "$"+strconv.Itoa(len(s.args)+1), 1) // $1 is the account
	}
	s.and += " AND " + condition
}

// inProject keeps users with a role in a project; with a code, with that role.
func (s *selection) inProject(project int64, code string) {
	if code == "" {
		s.where(`EXISTS (SELECT 1 FROM bi_grants g WHERE g.account = b.account AND g.bi_user = b.id AND g.project = $? AND g.project > 0)`, project)
		return
	}
	s.where(`EXISTS (SELECT 1 FROM bi_grants g JOIN bi_roles r ON r.account = g.account AND r.id = g.role
		WHERE g.account = b.account AND g.bi_user = b.id AND g.project = $? AND r.code = $?)`, project, code)
}

// page reads a window of the users, and how many there are. What the database can tell is counted and cut there: a corp
// may have ten thousand users, and a page has twenty.
func (s *selection) page(ctx context.Context, q store.Queryer, a store.Account, w window) ([]person, int64, error) {
	if s.keyword == "" && !s.boundOnly && s.only == nil && !w.all {
		total, err := store.Count(ctx, q, `SELECT COUNT(*) FROM bi_users b WHERE b.account = $1`+s.and, append([]any{a}, s.args...)...)
		if err != nil {
			return nil, 0, err
		}
		// Cut before the directory is joined: PostgreSQL does not know how many rows a parameter of LIMIT means.
		n := len(s.args)
		table := fmt.Sprintf(`(SELECT * FROM bi_users b WHERE b.account = $1%s%s LIMIT $%d OFFSET $%d) b`, s.and, newestFirst, n+2, n+3)
		users, err := peopleFrom(ctx, q, a, table, "", append(slices.Clone(s.args), w.limit, w.offset)...)
		return users, total, err
	}
	users, err := people(ctx, q, a, s.and, s.args...)
	if err != nil {
		return nil, 0, err
	}
	keyword := strings.ToLower(s.keyword)
	users = slices.DeleteFunc(users, func(x person) bool {
		return s.boundOnly && x.shown.appUserID == "" || keyword != "" && !x.matches(keyword) || s.only != nil && !s.only[x.UIN]
	})
	return cut(users, w), int64(len(users)), nil
}

// details are what lists print beside the users themselves.
type details struct {
	roles  map[int64][]held
	groups map[int64][]bi20220105.UserGroupDTO
	titles map[int64]string // of projects
}

// detailsOf reads the roles and groups of users: the rows between the least and the greatest of their ids, which are
// seldom many more than theirs.
func detailsOf(ctx context.Context, q store.Queryer, a store.Account, users []person) (details, error) {
	d := details{roles: map[int64][]held{}, groups: map[int64][]bi20220105.UserGroupDTO{}, titles: map[int64]string{}}
	if len(users) == 0 {
		return d, nil
	}
	from, to := users[0].ID, users[0].ID
	for _, x := range users {
		from, to = min(from, x.ID), max(to, x.ID)
	}
	type line struct {
		user  int64
		held  held
		title *string
	}
	lines, err := store.Collect(ctx, q, func(r store.Row) (l line, err error) {
		err = r.Scan(&l.user, &l.held.role, &l.held.project, &l.held.code, &l.held.via, &l.title)
		return l, err
	}, `SELECT g.bi_user, g.role, g.project, r.code, g.via, p.name FROM bi_grants g JOIN bi_roles r ON r.account = g.account AND r.id = g.role
		LEFT JOIN bi_projects p ON p.account = g.account AND p.id = r.project
		WHERE g.account = $1 AND g.bi_user BETWEEN $2 AND $3 ORDER BY g.bi_user, r.project, g.role, g.via`, a, from, to)
	if err != nil {
		return d, fmt.Errorf("read grants: %w", err)
	}
	for _, l := range lines {
		d.roles[l.user] = append(d.roles[l.user], l.held)
		d.titles[l.held.project] = value(l.title)
	}
	return d, d.readGroups(ctx, q, a, from, to)
}

func (d *details) readGroups(ctx context.Context, q store.Queryer, a store.Account, from, to int64) error {
	type line struct {
		user  int64
		group bi20220105.UserGroupDTO
	}
	lines, err := store.Collect(ctx, q, func(r store.Row) (l line, err error) {
		err = r.Scan(&l.user, &l.group.Id, &l.group.GroupName, &l.group.ParentId, &l.group.IsDefault, &l.group.AdminUserId, &l.group.Description, &l.group.Location)
		return l, err
	}, `SELECT m.bi_user, g.id, g.name, g.parent, g.is_default, COALESCE(b.user_id, ''), g.description, g.location FROM bi_group_members m
		JOIN bi_groups g ON g.account = m.account AND g.id = m.group_id LEFT JOIN bi_users b ON b.account = g.account AND b.id = g.admin
		WHERE m.account = $1 AND m.bi_user BETWEEN $2 AND $3 ORDER BY m.bi_user, g.id`, a, from, to)
	if err != nil {
		return fmt.Errorf("read memberships: %w", err)
	}
	for _, l := range lines {
		d.groups[l.user] = append(d.groups[l.user], l.group)
	}
	return nil
}

// printedRoles are roles as lists of users print them, each once; only those that keep says.
func (d *details) printedRoles(user int64, l fault.Language, keep func(held) bool) []bi20220105.UserRoleListDataRoleInfo {
	roles := []bi20220105.UserRoleListDataRoleInfo{}
	for _, h := range d.roles[user] {
		if !keep(h) || len(roles) > 0 && roles[len(roles)-1].RoleId == h.role {
			continue
		}
		roles = append(roles, bi20220105.UserRoleListDataRoleInfo{RoleName: roleName(h.code, l), RoleId: h.role, ProjectId: h.project,
			ProjectName: d.titles[h.project], ScopeType: scopeType(h.project), ModuleCollection: h.code})
	}
	return roles
}
