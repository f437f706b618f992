package overview

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/signin"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
)

// userKinds are the kinds of sub-user by their names; message receivers are contacts.
var userKinds = []struct {
	kind cam.UserKind
	name string
}{{cam.SubUser, "SubUser"}, {cam.WeComUser, "WeComUser"}, {cam.Collaborator, "Collaborator"}}

// The states of a user beside those that WeCom makes.
const (
	stateActive         = "Active"
	stateLocked         = "Locked"
	statePersonDisabled = "PersonDisabled"
)

// Queries for the uins of users in a state, in which $1 is the account. What WeCom says goes before all else, since it is why
// a person is disabled and not the other way round, and a lock, which passes by itself, behind all.
const (
	ofDisabledPersons = `SELECT l.uin FROM person_links l LEFT JOIN persons d ON d.account = l.account AND d.id = l.person
		WHERE l.account = $1 AND COALESCE(d.disabled + d.eiam_disabled, 1) > 0`
	notActiveInWeCom = `SELECT w.uin FROM wecom_users w WHERE w.account = $1 AND w.state <> 'Active'`
)

const (
	mostSearched = 30_000 // users of each kind that a keyword is looked for in, the newest
	lastRune     = "\U0010FFFF"
)

// userSearch is a query for users u in the making.
type userSearch struct {
	kinds      []string // numbers
	conditions []string
	args       []any // the first is the account
}

func (s *userSearch) next(v any) string {
	s.args = append(s.args, v)
	return "$" + strconv.Itoa(len(s.args))
}

func (s *userSearch) where(conditions ...string) string {
	return strings.Join(slices.Concat([]string{`u.account = $1`}, conditions, s.conditions), ` AND `)
}

func newUserSearch(a store.Account, in *hufu20261201.SearchUsersRequest) *userSearch {
	s := &userSearch{args: []any{a}}
	for _, k := range userKinds {
		if in.UserType == nil || *in.UserType == k.name {
			s.kinds = append(s.kinds, strconv.FormatInt(int64(k.kind), 10))
		}
	}
	if in.GroupId != nil {
		s.conditions = append(s.conditions, `u.uin IN (SELECT m.uin FROM group_members m WHERE m.account = $1 AND m.group_id = `+s.next(*in.GroupId)+`)`)
	}
	if keyword := value(in.Keyword); keyword != "" {
		s.conditions = append(s.conditions, `u.uin IN (`+s.named(keyword, "name_key", "remark", "email", "phone", "wework_userid")+`)`)
	}
	return s
}

// named is a query for the uins that a keyword finds: any part of some columns of the newest users, the beginning of any
// name, or a whole uin. What looks into every row would take seconds where there are a million.
func (s *userSearch) named(keyword string, columns ...string) string {
	like := ` LIKE ` + s.next(store.LikePattern(keyword)) + ` ESCAPE '\'`
	part := `lower(n.` + strings.Join(columns, `)`+like+` OR lower(n.`) + `)` + like
	var found []string
	for _, kind := range s.kinds {
		found = append(found, `SELECT n.uin FROM (SELECT uin, `+strings.Join(columns, `, `)+` FROM users WHERE account = $1 AND kind = `+kind+`
			ORDER BY uin DESC LIMIT `+strconv.Itoa(mostSearched)+`) AS n WHERE `+part)
	}
	begin := strings.ToLower(keyword)
	found = append(found, `SELECT b.uin FROM (SELECT uin FROM users WHERE account = $1 AND name_key >= `+s.next(begin)+` AND name_key < `+s.next(begin+lastRune)+`
		ORDER BY name_key LIMIT `+strconv.Itoa(mostCounted+1)+`) AS b`)
	if uin, err := strconv.ParseInt(keyword, 10, 64); err == nil {
		found = append(found, `SELECT uin FROM users WHERE account = $1 AND uin = `+s.next(uin))
	}
	return strings.Join(found, ` UNION `)
}

// inState narrows to users in a state.
func (s *userSearch) inState(ctx context.Context, q store.Queryer, c *call.Call, state string) error {
	in := func(of string) string { return `u.uin IN (` + of + `)` }
	not := func(of string) string { return `u.uin NOT IN (` + of + `)` }
	switch state {
	case "":
	case stateActive, stateLocked:
		s.conditions = append(s.conditions, not(notActiveInWeCom), not(ofDisabledPersons))
		locked, args, err := signin.LockedUsers(ctx, q, c.Account(), c.At, len(s.args)+1)
		if err != nil {
			return err
		}
		s.args = append(s.args, args...)
		switch {
		case locked == "" && state == stateLocked:
			s.conditions = append(s.conditions, `1 = 0`)
		case state == stateLocked:
			s.conditions = append(s.conditions, in(locked))
		case locked != "":
			s.conditions = append(s.conditions, not(locked))
		}
	case statePersonDisabled:
		s.conditions = append(s.conditions, not(notActiveInWeCom), in(ofDisabledPersons))
	default:
		s.conditions = append(s.conditions, in(notActiveInWeCom+` AND w.state = `+s.next(state)))
	}
	return nil
}

// some is the condition on the kinds.
func (s *userSearch) some() string { return `u.kind IN (` + strings.Join(s.kinds, `, `) + `)` }

// few answers the users that fit in their order, one more than are counted if there are more.
func (s *userSearch) few(ctx context.Context, q store.Queryer, sort string) ([]int64, error) {
	order := map[string]string{"Name": `f.name_key`, "LastLoginTime": `f.login DESC, f.uin DESC`}[sort]
	if order == "" {
		order = `f.uin DESC`
	}
	return store.Collect(ctx, q, scanInt, `SELECT f.uin FROM (SELECT u.uin AS uin, u.name_key AS name_key, COALESCE(u.last_login_at, 0) AS login
		FROM users u WHERE `+s.where(s.some())+` LIMIT `+strconv.Itoa(mostCounted+1)+`) AS f ORDER BY `+order, s.args...)
}

// many answers a page where more fit than are counted, so that it is soon full: in the order that an index has. Users are
// numbered in the order of their creation.
func (s *userSearch) many(ctx context.Context, q store.Queryer, sort string, offset, limit int64) ([]int64, error) {
	window := ` LIMIT ` + s.next(limit) + ` OFFSET ` + s.next(offset)
	var query string
	switch sort {
	case "Name":
		query = `SELECT u.uin FROM users u WHERE ` + s.where(s.some()) + ` ORDER BY u.name_key`
	case "LastLoginTime":
		query = `SELECT u.uin FROM users u WHERE ` + s.where(s.some()) + ` ORDER BY COALESCE(u.last_login_at, 0) DESC, u.uin DESC`
	default:
		end := s.next(offset + limit)
		var each []string
		for _, kind := range s.kinds {
			each = append(each, `SELECT uin FROM (SELECT u.uin FROM users u WHERE `+s.where(`u.kind = `+kind)+` ORDER BY u.uin DESC LIMIT `+end+`) AS of`+kind)
		}
		query = `SELECT uin FROM (` + strings.Join(each, ` UNION ALL `) + `) AS every ORDER BY uin DESC`
	}
	return store.Collect(ctx, q, scanInt, query+window, s.args...)
}

// page answers the uins of a page, and how many fit, mostCounted at most.
func (s *userSearch) page(ctx context.Context, q store.Queryer, in *hufu20261201.SearchUsersRequest) (uins []int64, total int64, err error) {
	if len(s.conditions) == 0 { // likely many, and counted by an index alone
		total, err = store.Count(ctx, q, `SELECT COUNT(*) FROM (SELECT u.uin FROM users u WHERE `+s.where(s.some())+` LIMIT `+strconv.Itoa(mostCounted+1)+`) AS f`, s.args...)
	}
	if err == nil && total <= mostCounted {
		uins, err = s.few(ctx, q, in.Sort)
		total = int64(len(uins))
	}
	if err == nil && total > mostCounted {
		uins, err = s.many(ctx, q, in.Sort, in.Offset, in.Limit)
		return uins, mostCounted, err
	}
	from := min(in.Offset, total)
	return uins[from:min(from+in.Limit, total)], total, err
}

// SearchUsers lists sub-users of every kind. The number of those that fit is of the same moment as the page.
func (p *Product) SearchUsers(ctx context.Context, c *call.Call, in *hufu20261201.SearchUsersRequest) (*hufu20261201.SearchUsersResponse, error) {
	out := &hufu20261201.SearchUsersResponse{}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		s := newUserSearch(c.Account(), in)
		if err := s.inState(ctx, q, c, value(in.State)); err != nil {
			return err
		}
		uins, total, err := s.page(ctx, q, in)
		if err != nil {
			return err
		}
		locked, err := signin.Locked(ctx, q, c.Account(), c.At)
		if err != nil {
			return err
		}
		out.TotalCount = total
		out.Users, err = foundUsers(ctx, q, c.Account(), uins)
		for i := range out.Users {
			if u := &out.Users[i]; u.State == stateActive && !locked[u.Uin].IsZero() {
				u.State, u.StateTime = stateLocked, new(locked[u.Uin].Unix())
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("search users: %w", err)
	}
	return out, nil
}

func scanInt(r store.Row) (n int64, err error) {
	err = r.Scan(&n)
	return n, err
}

// foundColumns are what a row shows of user u, member w of WeCom and person d.
var foundColumns = `u.uin, u.uid, u.name, u.kind, u.remark, u.console_login, u.phone, u.country_code, u.email, COALESCE(w.corp_id, ''),
	COALESCE(w.userid, u.wework_userid), COALESCE(w.state, ''), w.state_at, ` + credential.DisabledPerson("u.account", "u.uin") + `, d.updated_at,
	(SELECT COUNT(*) FROM totp_devices o WHERE o.account = u.account AND o.uin = u.uin AND o.pending = 0),
	(SELECT COUNT(*) FROM access_keys k WHERE k.account = u.account AND k.uin = u.uin AND k.status = 2),
	(SELECT COUNT(*) FROM access_keys k WHERE k.account = u.account AND k.uin = u.uin AND k.status <> 4),
	(SELECT COUNT(*) FROM group_members m WHERE m.account = u.account AND m.uin = u.uin),
	(SELECT COUNT(*) FROM attachments t WHERE t.account = u.account AND t.target_kind = 1 AND t.target_id = u.uin),
	u.last_login_at, u.last_login_ip, u.created_at`

func scanFound(r store.Row) (f hufu20261201.FoundUser, err error) {
	var kind cam.UserKind
	var wecom string
	var wecomSince, personSince, lastLogin *int64
	var created, devices int64
	var disabled bool
	err = r.Scan(&f.Uin, &f.Uid, &f.Name, &kind, &f.Remark, &f.ConsoleLogin, &f.PhoneNum, &f.CountryCode, &f.Email, &f.CorpId, &f.WeComUserId,
		&wecom, &wecomSince, &disabled, &personSince, &devices, &f.ActiveKeys, &f.Keys, &f.Groups, &f.Policies, &lastLogin, &f.LastLoginIp, &created)
	for _, k := range userKinds {
		if k.kind == kind {
			f.UserType = k.name
		}
	}
	f.ConsoleLogin = f.ConsoleLogin || kind == cam.WeComUser // cannot be taken from them
	f.State, f.Mfa = stateActive, devices > 0
	switch {
	case wecom != "" && wecom != stateActive:
		f.State, f.StateTime = wecom, unix(wecomSince)
	case disabled:
		f.State, f.StateTime = statePersonDisabled, unix(personSince)
	}
	f.LastLoginTime, f.CreateTime = unix(lastLogin), created/1000
	return f, err
}

// foundUsers are the rows of users, in the order of their uins here. The account is compared in a way that no index serves:
// the planner of SQLite would rather read through all of its users than look so many up.
func foundUsers(ctx context.Context, q store.Queryer, a store.Account, uins []int64) ([]hufu20261201.FoundUser, error) {
	byUIN := map[int64]hufu20261201.FoundUser{}
	err := store.Batches(uins, func(batch []any) error {
		rows, err := store.Collect(ctx, q, scanFound, `SELECT `+foundColumns+` FROM users u
			LEFT JOIN wecom_users w ON w.account = u.account AND w.uin = u.uin
			LEFT JOIN person_links l ON l.account = u.account AND l.uin = u.uin
			LEFT JOIN persons d ON d.account = l.account AND d.id = l.person
			WHERE u.account + 0 = $1 AND u.uin IN (`+store.Placeholders(2, len(batch))+`)`, append([]any{a}, batch...)...)
		for _, f := range rows {
			byUIN[f.Uin] = f
		}
		return err
	})
	found := make([]hufu20261201.FoundUser, 0, len(uins))
	for _, uin := range uins {
		found = append(found, byUIN[uin])
	}
	return found, err
}
