package bi

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/bi20220105"
)

// profile is what BI itself knows of a user. It is kept and printed as it was sent; "" is what was not given.
type profile struct {
	name, email, phone, areaCode       string
	appUserID, appUserName, larkOpenID string
}

// overlay takes over what another profile gives.
func (p *profile) overlay(with profile) {
	for _, f := range []struct{ into, from *string }{{&p.name, &with.name}, {&p.email, &with.email}, {&p.phone, &with.phone}, {&p.areaCode, &with.areaCode},
		{&p.appUserID, &with.appUserID}, {&p.appUserName, &with.appUserName}, {&p.larkOpenID, &with.larkOpenID}} {
		if *f.from != "" {
			*f.into = *f.from
		}
	}
}

var (
	emailForm = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)
	phoneForm = regexp.MustCompile(`^\+?[0-9]{4,20}$`)
	areaForm  = regexp.MustCompile(`^\+?[0-9]{1,6}$`)
)

// check refuses what a profile cannot hold, and trims the name. where is the parameter that the profile stands in, with
// its dot, or "".
func (p *profile) check(where string) error {
	if p.name != "" {
		name := strings.TrimSpace(p.name)
		if n := utf8.RuneCountInString(name); n < 1 || n > 64 {
			return invalid(where+"UserName", p.name)
		}
		p.name = name
	}
	for _, f := range []struct {
		name, value string
		ok          bool
	}{
		{"Email", p.email, emailForm.MatchString(p.email) && utf8.RuneCountInString(p.email) <= 128},
		{"PhoneNumber", p.phone, phoneForm.MatchString(p.phone)},
		{"AreaCode", p.areaCode, areaForm.MatchString(p.areaCode)},
		{"AppUserId", p.appUserID, utf8.RuneCountInString(p.appUserID) <= 64},
		{"AppUserName", p.appUserName, utf8.RuneCountInString(p.appUserName) <= 64},
		{"LarkOpenId", p.larkOpenID, utf8.RuneCountInString(p.larkOpenID) <= 64},
	} {
		if f.value != "" && !f.ok {
			return invalid(where+f.name, f.value)
		}
	}
	return nil
}

// candidate is a user that a request wants to add or complete.
type candidate struct {
	where  string // the parameter that brought it first, "UserInfoList.0"
	userID string
	profile
	who identity
}

// candidates reads the users of a request: those of UserInfoList, then those of the older UserList. Of an element of the
// latter, what describes an existing user is ignored.
func candidates(infos []bi20220105.UserInfo, old []bi20220105.UserIdAndUserName) ([]candidate, error) {
	var all []candidate
	for i, u := range infos {
		all = append(all, candidate{where: "UserInfoList." + strconv.Itoa(i), userID: value(u.UserId), profile: profile{
			name: value(u.UserName), email: value(u.Email), phone: value(u.PhoneNumber), areaCode: value(u.AreaCode),
			appUserID: value(u.AppUserId), appUserName: value(u.AppUserName), larkOpenID: value(u.LarkOpenId)}})
	}
	for i, u := range old {
		all = append(all, candidate{where: "UserList." + strconv.Itoa(i), userID: value(u.UserId), profile: profile{
			name: value(u.UserName), email: value(u.Email), phone: value(u.PhoneNumber), areaCode: value(u.AreaCode),
			appUserID: value(u.AppUserId), appUserName: value(u.AppUserName), larkOpenID: value(u.LarkOpenId)}})
	}
	if len(all) == 0 {
		return nil, missing("UserInfoList")
	}
	for _, u := range all {
		if u.userID == "" && u.appUserID == "" {
			return nil, missing(u.where + ".UserId")
		}
	}
	return all, nil
}

// identify finds the people behind candidates and makes one of those that are the same person: within a list what
// comes later wins, field by field, and UserInfoList wins over UserList.
func identify(ctx context.Context, q store.Queryer, a store.Account, all []candidate) ([]candidate, error) {
	var people []candidate
	place := map[int64]int{}
	for _, u := range all {
		var err error
		if u.userID != "" {
			u.who, err = identityByID(ctx, q, a, u.userID)
		} else {
			u.who, err = identityByApp(ctx, q, a, u.appUserID)
			u.userID = strconv.FormatInt(u.who.uin, 10)
		}
		if err != nil {
			return nil, err
		}
		i, again := place[u.who.uin]
		switch {
		case !again:
			place[u.who.uin] = len(people)
			people = append(people, u)
		case list(u.where) != list(people[i].where): // UserList completes what UserInfoList has said
			earlier := people[i].profile
			people[i].profile = u.profile
			people[i].overlay(earlier)
		default:
			people[i].overlay(u.profile)
		}
	}
	return people, nil
}

// list is the name of the list that a candidate stands in.
func list(where string) string {
	name, _, _ := strings.Cut(where, ".")
	return name
}

// complete takes over what a request gives of the profile of u, whose identity is own.
func (u *User) complete(ctx context.Context, q store.Queryer, a store.Account, own identity, where string, given profile) error {
	if err := checkApp(ctx, q, a, own, where, given.appUserID); err != nil {
		return err
	}
	u.overlay(given)
	if u.appUserID == own.wecomID {
		u.appUserID = "" // it is the directory's, and goes with the link there
	}
	return nil
}

// checkApp holds the messenger id of a profile against the directory and the other users: a user who was imported from
// WeCom has his own, and no two users share one. own is the identity whose profile it is.
func checkApp(ctx context.Context, q store.Queryer, a store.Account, own identity, where, appUserID string) error {
	if appUserID == "" || appUserID == own.wecomID {
		return nil
	}
	if own.wecomID != "" {
		return invalid(where+"AppUserId", appUserID)
	}
	taken, err := cam.WeComIDTaken(ctx, q, a, appUserID, own.uin)
	if err != nil {
		return err
	}
	if taken {
		return conflict("The messenger id is bound to another user.")
	}
	n, err := store.Count(ctx, q, `SELECT COUNT(*) FROM bi_users WHERE account = $1 AND app_user_id = $2 AND uin <> $3`, a, appUserID, own.uin)
	if err == nil && n > 0 {
		err = conflict("The messenger id is bound to another user.")
	}
	return err
}

// sameReach reports whether two profiles have the same addresses: what an engine may know by who logs in, or writes to.
func (p *profile) sameReach(as profile) bool {
	return p.email == as.email && p.phone == as.phone && p.areaCode == as.areaCode &&
		p.appUserID == as.appUserID && p.appUserName == as.appUserName && p.larkOpenID == as.larkOpenID
}

// mayReach refuses new addresses of somebody who administers the enterprise to callers who do not: profiles are shared by
// all projects, and an administrator of one of them could make himself known as the administrator of all.
func (w *caller) mayReach(ctx context.Context, q store.Queryer, a store.Account, u *User, before profile) error {
	if w.admin || u.sameReach(before) {
		return nil
	}
	held, err := heldBy(ctx, q, a, u.ID)
	if err != nil {
		return err
	}
	if x := (&caller{held: held, admin: u.isRoot(a)}); x.seesAll() || x.has(corpAdmin) {
		return errNotAuthorized
	}
	return nil
}
