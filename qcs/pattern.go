package qcs

import (
	"slices"
	"strings"
)

// An Account is a root account by its two numbers. AppID may be empty where
// it is not known; then patterns that name the account by it do not match.
type Account struct {
	UIN, AppID string
}

// A Scope says what the account segment of a pattern means for one question.
type Scope struct {
	// Self is the account being evaluated: what an empty account segment,
	// "uin/", "uid/" and "uin/-1" stand for.
	Self Account
	// Owner is the account that owns the resource. It is here only so that
	// uid/<AppID> can be told to be that account.
	Owner Account
}

type accountForm uint8

const (
	accountSelf accountForm = iota
	accountAll
	accountUIN // one account by uin, or the anonymous account: text compares equal
	accountAppID
)

// A Pattern is the resource of a policy statement, compiled. Use
// [ParsePattern]; the zero Pattern is not meaningful.
type Pattern struct {
	text    string
	all     bool   // "*" or "": every resource
	project string // "" every project, else "id/<n>"
	service Glob
	region  Glob
	form    accountForm
	account string // "uin/N", "anonymous" or "uid/N", as form says
	path    Glob
}

// ParsePattern reads the resource of a policy statement. "*" and "" match
// every resource. The error is an [*Error].
//
// The sixth segment may hold ${variables}; they are not known here and are
// matched as text.
func ParsePattern(text string) (Pattern, error) {
	p := Pattern{text: text}
	if text == "*" || text == "" {
		p.all = true
		p.path = NewGlob("*")
		return p, nil
	}
	seg, err := split(text)
	if err != nil {
		return Pattern{}, err
	}
	if p.project, err = parseProject(seg[1]); err != nil {
		return Pattern{}, err
	}
	if !legal(seg[2], serviceChar) {
		return Pattern{}, &Error{SegmentService, seg[2], "has an illegal character"}
	}
	p.service = globOrAll(strings.ToLower(seg[2]))
	if !legal(seg[3], regionChar) {
		return Pattern{}, &Error{SegmentRegion, seg[3], "has an illegal character"}
	}
	p.region = globOrAll(Region(strings.ToLower(seg[3])))
	if p.form, p.account, err = parseAccount(seg[4]); err != nil {
		return Pattern{}, err
	}
	if err := checkPath(seg[5]); err != nil {
		return Pattern{}, err
	}
	if p.path = NewGlob(seg[5]); slices.Equal(p.path.parts, []string{"", "/", ""}) {
		p.path = NewGlob("*") // every type, every object: also one without a type
	}
	return p, nil
}

// globOrAll compiles a segment in which emptiness means everything.
func globOrAll(s string) Glob {
	if s == "" {
		s = "*"
	}
	return NewGlob(s)
}

// parseProject accepts the four legacy forms only: the current documentation
// forbids filling the segment at all.
func parseProject(s string) (string, error) {
	switch s {
	case "", "*", "id/*":
		return "", nil
	}
	id, ok := strings.CutPrefix(s, "id/")
	if !ok || !digits(id) {
		return "", &Error{SegmentProject, s, "is none of empty, *, id/* and id/<n>"}
	}
	if id = strings.TrimLeft(id, "0"); id == "" {
		return "", nil
	}
	return "id/" + id, nil
}

func parseAccount(s string) (accountForm, string, error) {
	switch s {
	case "", "uin/", "uid/", "uin/-1", "uid/-1":
		return accountSelf, "", nil
	case "*", "uin/*", "uid/*":
		return accountAll, "", nil
	case "anonymous", "anyone":
		return accountUIN, "anonymous", nil
	}
	if id, ok := strings.CutPrefix(s, "uin/"); ok && digits(id) {
		return accountUIN, s, nil
	}
	if id, ok := strings.CutPrefix(s, "uid/"); ok && digits(id) {
		return accountAppID, s, nil
	}
	return 0, "", &Error{SegmentAccount, s, "is none of empty, *, uin/<uin> and uid/<AppID>"}
}

// String returns the pattern as written.
func (p Pattern) String() string { return p.text }

// Path returns the sixth segment as written; "*" for a pattern that is "*",
// and for "*/*", which means the same.
func (p Pattern) Path() string { return p.path.String() }

// Service returns the service segment in lower case; "*" where it is empty.
func (p Pattern) Service() string {
	if p.all {
		return "*"
	}
	return p.service.String()
}

// Everything reports whether the pattern is "*" (or empty).
func (p Pattern) Everything() bool { return p.all }

// Foreign reports whether the pattern names an account that is not self.
// "Every account" names none.
func (p Pattern) Foreign(self Account) bool {
	switch p.form {
	case accountUIN:
		return p.account != "anonymous" && p.account[len("uin/"):] != self.UIN
	case accountAppID:
		return p.account[len("uid/"):] != self.AppID
	}
	return false
}

// AccountUIN returns the uin of the one account that the pattern names by it,
// or "" where its account segment says anything else.
func (p *Pattern) AccountUIN() string {
	if p.form != accountUIN {
		return ""
	}
	uin, _ := strings.CutPrefix(p.account, "uin/")
	if uin == p.account {
		return "" // the anonymous account
	}
	return uin
}

// Match reports whether the pattern covers a request resource. r must not be
// [Any]: a call without an object is matched by [Pattern.MatchAny], which
// needs to know the service of the action.
func (p Pattern) Match(r Resource, s Scope) bool {
	return p.MatchHead(&r, &s) && p.path.Match(r.Path)
}

// MatchHead compares segments 2 to 5 and leaves the sixth to the caller, who
// may have variables to fill in. It takes pointers because a decision calls
// it for many patterns in a row; it changes nothing.
func (p *Pattern) MatchHead(r *Resource, s *Scope) bool {
	if p.all {
		return true
	}
	// A resource without project is in all of them.
	if p.project != "" && r.Project != "" && p.project != r.Project {
		return false
	}
	return p.service.Match(r.Service) && p.region.Match(r.Region) && p.matchAccount(r.Account, s)
}

func (p *Pattern) matchAccount(account string, s *Scope) bool {
	switch p.form {
	case accountAll:
		return true
	case accountUIN:
		return account == p.account || account == "anyone" && p.account == "anonymous"
	case accountAppID:
		// An AppID nobody has stays text and matches only itself.
		return account == p.account || p.isAppID(&s.Owner, account) || p.isAppID(&s.Self, account)
	}
	return isUIN(account, s.Self.UIN)
}

func (p *Pattern) isAppID(a *Account, account string) bool {
	return a.AppID != "" && p.account[len("uid/"):] == a.AppID && isUIN(account, a.UIN)
}

// isUIN reports whether an account segment is "uin/"+uin, without building it.
func isUIN(account, uin string) bool {
	rest, ok := strings.CutPrefix(account, "uin/")
	return ok && uin != "" && rest == uin
}

// MatchAny reports whether the pattern covers a call that touches no object,
// made to the given service (in lower case). Only patterns that leave service,
// region, account and path open do: a statement about particular objects says
// nothing about such a call, neither allowing nor denying it. A project does
// not matter: what is in no project is in all of them.
func (p Pattern) MatchAny(service string, s Scope) bool {
	if p.all {
		return true
	}
	if !p.region.All() {
		return false
	}
	if !p.service.All() && !(p.service.Literal() && p.service.Match(service)) {
		return false
	}
	if !p.path.All() {
		return false
	}
	switch p.form {
	case accountUIN:
		return isUIN(p.account, s.Self.UIN)
	case accountAppID:
		return s.Self.AppID != "" && p.account[len("uid/"):] == s.Self.AppID
	}
	return true
}

// PatternOf returns the text of the narrowest pattern that covers a request
// resource. It covers more than the one where a name cannot be written as a
// pattern: a star in it is a wildcard then, and what no pattern can hold (an
// account of unknown form, the start of a variable) becomes one.
func PatternOf(r Resource) string {
	if form, _, err := parseAccount(r.Account); err != nil || form != accountUIN && form != accountAppID {
		r.Account = "*"
	}
	r.Path = strings.ReplaceAll(r.Path, "${", "*{")
	return r.String()
}
