package questions

import (
	"strings"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// What a principal may do is read off decisions, and a decision is about one object. The object that stands for a pattern
// is the pattern itself, its stars taken as characters: the statements that match it are those that cover everything the
// pattern does. What a statement says about a part of it only is found by comparing patterns.

// covers reports whether every text that inner matches is one that outer matches.
func covers(outer, inner string) bool { return qcs.NewGlob(outer).Match(inner) }

// overlap reports whether some text matches both patterns. Where both have a star they do unless their fixed ends differ:
// between the longer two ends there is room for all that stands in the middle of either.
func overlap(a, b string) bool {
	switch {
	case !strings.Contains(a, "*"):
		return covers(b, a)
	case !strings.Contains(b, "*"):
		return covers(a, b)
	}
	aHead, bHead := a[:strings.Index(a, "*")], b[:strings.Index(b, "*")]
	aTail, bTail := a[strings.LastIndex(a, "*")+1:], b[strings.LastIndex(b, "*")+1:]
	return (strings.HasPrefix(aHead, bHead) || strings.HasPrefix(bHead, aHead)) &&
		(strings.HasSuffix(aTail, bTail) || strings.HasSuffix(bTail, aTail))
}

// meet is a pattern of texts that match both: all of them where one pattern covers the other, else those that have the
// middle of the one before that of the other. Not ok where there are none.
func meet(a, b string) (string, bool) {
	switch {
	case covers(a, b):
		return b, true
	case covers(b, a):
		return a, true
	case !overlap(a, b):
		return "", false
	case !strings.Contains(a, "*"):
		return a, true
	case !strings.Contains(b, "*"):
		return b, true
	}
	aHead, aRest, _ := strings.Cut(a, "*")
	bHead, bRest, _ := strings.Cut(b, "*")
	cutTail := func(s string) (middle, tail string) {
		i := strings.LastIndex("*"+s, "*")
		return s[:max(i-1, 0)], s[i:]
	}
	aMiddle, aTail := cutTail(aRest)
	bMiddle, bTail := cutTail(bRest)
	parts := []string{longer(aHead, bHead)}
	for _, middle := range []string{aMiddle, bMiddle} {
		if middle != "" {
			parts = append(parts, middle)
		}
	}
	return strings.Join(append(parts, longer(aTail, bTail)), "*"), true
}

func longer(a, b string) string {
	if len(a) > len(b) {
		return a
	}
	return b
}

// objects is a pattern of resources, cut into its segments, as it is meant for one principal.
type objects struct {
	project, service, region, account, path string // "*" for all; of the project ""
}

var everything = objects{service: "*", region: "*", account: "*", path: "*"}

// objectsOf reads a resource of a statement. What its variables stand for is filled in; a variable with a value for each
// tag of the principal makes a pattern for each.
func objectsOf(text string, p *policy.Principal) []objects {
	if text == "*" || text == "" {
		return []objects{everything}
	}
	seg := strings.SplitN(text, ":", 6)
	if len(seg) < 6 {
		return nil // no statement that was checked
	}
	o := objects{project: seg[1], service: orAll(strings.ToLower(seg[2])), region: orAll(qcs.Region(strings.ToLower(seg[3]))), path: seg[5]}
	if strings.HasPrefix(o.path, "*") && strings.HasSuffix(o.path, "*") && strings.Trim(o.path, "*") == "/" {
		o.path = "*" // every type, every object
	}
	switch o.project {
	case "*", "id/*", "id/0":
		o.project = ""
	}
	switch o.account = seg[4]; o.account {
	case "", "uin/", "uid/", "uin/-1", "uid/-1", "uid/" + p.Account.AppID:
		o.account = "uin/" + p.Account.UIN
	case "uin/*", "uid/*":
		o.account = "*"
	}
	var all []objects
	for _, path := range fill(o.path, p) {
		o.path = path
		all = append(all, o)
	}
	return all
}

func orAll(s string) string {
	if s == "" {
		return "*"
	}
	return s
}

// fill replaces the variables of a text by what they stand for.
func fill(text string, p *policy.Principal) []string {
	if !strings.Contains(text, "${") {
		return []string{text}
	}
	uin := p.UIN
	if p.Kind == policy.Role {
		uin = p.RoleID
	}
	text = strings.NewReplacer("${uin}", uin, "${owner_uin}", p.Account.UIN, "${app_id}", p.Account.AppID).Replace(text)
	if !strings.Contains(text, "${") {
		return []string{text}
	}
	var all []string
	for _, t := range p.Tags {
		all = append(all, strings.NewReplacer("${qcs:principal_tag_key}", t.Key(), "${qcs:principal_tag_value}", t.Value()).Replace(text))
	}
	return all
}

// meet are the objects of both patterns.
func (o objects) meet(p objects) (objects, bool) {
	m := o
	for _, s := range [...]struct {
		to   *string
		with string
	}{{&m.service, p.service}, {&m.region, p.region}, {&m.account, p.account}, {&m.path, p.path}} {
		var ok bool
		if *s.to, ok = meet(*s.to, s.with); !ok {
			return m, false
		}
	}
	if m.project == "" {
		m.project = p.project
	}
	return m, p.project == "" || p.project == m.project
}

// String is the pattern as statements write it.
func (o objects) String() string {
	if o == everything {
		return "*"
	}
	region := o.region
	if region == "*" {
		region = ""
	}
	return strings.Join([]string{"qcs", o.project, o.service, region, o.account, o.path}, ":")
}

// meant is the pattern as an action of a service has it. Where it takes any service its objects are the action's, and of any
// account the principal's: there is next to nothing else that could be asked about.
func (o objects) meant(service string, p *policy.Principal) objects {
	if o.service == "*" {
		o.service = service
	}
	if o.account == "*" {
		o.account = "uin/" + p.Account.UIN
	}
	return o
}

// object stands for the pattern in a decision about an action of a service.
func (o objects) object(service string, p *policy.Principal) qcs.Resource {
	o = o.meant(service, p)
	return qcs.Resource{Project: o.project, Service: o.service, Region: o.region, Account: o.account, Path: o.path}
}
