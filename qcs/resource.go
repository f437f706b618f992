package qcs

import (
	"strconv"
	"strings"
)

// A Resource names one object of a request. Its fields are literal and
// normalised as [Parse] leaves them: Service lower-cased, Region the long id
// or empty, Account "uin/<root uin>", Project empty or "id/<n>" with n > 0.
//
// Code that builds a Resource by hand keeps to the same spelling; nothing
// normalises it again when it is matched.
type Resource struct {
	Project, Service, Region, Account, Path string
}

// Any is the resource of a call that touches no object, written "*".
// It is a value to copy; matching compares contents, never this variable.
var Any = Resource{Path: "*"}

// IsAny reports whether r stands for no particular object.
func (r Resource) IsAny() bool { return r == Resource{Path: "*"} }

// String prints the six segments, or "*" for [Any].
func (r Resource) String() string {
	if r.IsAny() {
		return "*"
	}
	return strings.Join([]string{"qcs", r.Project, r.Service, r.Region, r.Account, r.Path}, ":")
}

// Owner returns the uin in the account segment, or "" when there is none.
func (r Resource) Owner() string {
	uin, ok := strings.CutPrefix(r.Account, "uin/")
	if !ok {
		return ""
	}
	return uin
}

// Segment numbers a part of a name from 1, as the documentation counts them.
type Segment int

// The segments. SegmentPrefix also stands for a name that has not got six.
const (
	SegmentPrefix Segment = iota + 1
	SegmentProject
	SegmentService
	SegmentRegion
	SegmentAccount
	SegmentPath
)

// String names the segment for messages.
func (s Segment) String() string {
	names := [...]string{"prefix", "project", "service", "region", "account", "resource"}
	if s < SegmentPrefix || s > SegmentPath {
		return "segment " + strconv.Itoa(int(s))
	}
	return names[s-1]
}

// An Error says which segment of a name is wrong and why.
type Error struct {
	Segment Segment
	Text    string // the offending segment, or the whole name for SegmentPrefix
	Reason  string
}

func (e *Error) Error() string {
	what := "name"
	if e.Segment != SegmentPrefix {
		what = e.Segment.String() + " segment"
	}
	return what + " " + strconv.Quote(e.Text) + " " + e.Reason
}

// split cuts a name at its first five colons.
func split(name string) (seg [6]string, err error) {
	rest := name
	for i := range 5 {
		head, tail, ok := strings.Cut(rest, ":")
		if !ok {
			return seg, &Error{SegmentPrefix, name, "has not got six segments"}
		}
		seg[i], rest = head, tail
	}
	seg[5] = rest
	if seg[0] != "qcs" {
		return seg, &Error{SegmentPrefix, name, `does not start with "qcs"`}
	}
	return seg, nil
}

// Parse reads a request resource. "*" and "" are [Any]. The account segment
// is kept as written, so a uid stays one: only a caller that knows the
// accounts can turn it into a uin.
func Parse(name string) (Resource, error) {
	if name == "*" || name == "" {
		return Any, nil
	}
	seg, err := split(name)
	if err != nil {
		return Resource{}, err
	}
	r := Resource{
		Service: strings.ToLower(seg[2]),
		Region:  Region(strings.ToLower(seg[3])),
		Account: seg[4],
		Path:    seg[5],
	}
	// Project 0 and no project are one thing: the messages of the original
	// print id/0 for a resource that was sent without project.
	if id, ok := strings.CutPrefix(seg[1], "id/"); ok && digits(id) {
		if id = strings.TrimLeft(id, "0"); id != "" {
			r.Project = "id/" + id
		}
	} else if seg[1] != "" {
		return Resource{}, &Error{SegmentProject, seg[1], "is neither empty nor id/<n>"}
	}
	if !legal(r.Service, serviceChar) {
		return Resource{}, &Error{SegmentService, seg[2], "has an illegal character"}
	}
	if !legal(r.Region, regionChar) {
		return Resource{}, &Error{SegmentRegion, seg[3], "has an illegal character"}
	}
	if control(r.Account) {
		return Resource{}, &Error{SegmentAccount, seg[4], "has a control character"}
	}
	if err := checkPath(r.Path); err != nil {
		return Resource{}, err
	}
	return r, nil
}

func checkPath(path string) error {
	if path == "" {
		return &Error{SegmentPath, path, "is empty"}
	}
	if control(path) {
		return &Error{SegmentPath, path, "has a control character"}
	}
	return nil
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func control(s string) bool {
	return strings.ContainsFunc(s, func(c rune) bool { return c < 0x20 || c >= 0x7f && c < 0xa0 })
}

func legal(s string, ok func(rune) bool) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return !ok(c) })
}

func regionChar(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '*'
}

func serviceChar(c rune) bool { return regionChar(c) || c == '_' || c == '.' }
