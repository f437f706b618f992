package reach

import (
	"strings"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// A glob is a pattern in which * matches any run of characters, prepared for
// comparison with others. Variables stand for text that nobody knows yet: a
// variable in one pattern is matched by a star, or by the same variable.
type glob struct {
	text string   // as it is written
	glob qcs.Glob // with variables as single characters
	// generic is what the pattern matches and a literal cannot hit by chance:
	// its stars and variables are characters that no pattern has.
	generic string
}

// The characters that stand for stars and variables; one that occurs in a
// pattern is escaped.
const (
	starMark   = '\uE000'
	escapeMark = '\uE00F'
)

var marks = strings.NewReplacer(
	"${uin}", "\uE001", "${owner_uin}", "\uE002", "${app_id}", "\uE003",
	"${qcs:principal_tag_key}", "\uE004", "${qcs:principal_tag_value}", "\uE005",
)

// newGlob prepares a pattern. With variables, ${...} is one; otherwise it is
// text like any other.
func newGlob(text string, variables bool) glob {
	marked := text
	if strings.ContainsFunc(text, isMark) {
		var b strings.Builder
		for _, c := range text {
			if isMark(c) {
				b.WriteRune(escapeMark)
			}
			b.WriteRune(c)
		}
		marked = b.String()
	}
	if variables {
		marked = marks.Replace(marked)
	}
	return glob{text, qcs.NewGlob(marked), strings.ReplaceAll(marked, "*", string(starMark))}
}

func isMark(c rune) bool { return starMark <= c && c <= escapeMark }

// covers reports whether g matches everything that h matches. What stands for
// a star of h can be hit by a star of g only, and such a star then hits
// whatever else may stand there: so one text of h decides for all.
func (g *glob) covers(h *glob) bool { return g.glob.Match(h.generic) }

// An Action is the pattern of an action, prepared for comparison.
type Action struct{ service, name glob }

// ParseAction reads an action of a statement. It knows no feature sets; see
// [ExpandActions].
func ParseAction(text string) (Action, bool) {
	text = strings.TrimPrefix(text, "name/")
	if text == "*" {
		text = "*:*"
	}
	service, name, ok := strings.Cut(text, ":")
	if !ok || service == "" || name == "" {
		return Action{}, false
	}
	return Action{newGlob(strings.ToLower(service), false), newGlob(name, false)}, true
}

// ExpandActions reads the actions of a statement, feature sets replaced by
// what they stand for. nil means [policy.DefaultFeatures].
func ExpandActions(texts []string, features policy.Features) []Action {
	if features == nil {
		features = policy.DefaultFeatures()
	}
	var all []Action
	for _, text := range texts {
		of, ok := features[strings.TrimPrefix(text, "name/")]
		if !ok {
			of = []string{text}
		}
		for _, text := range of {
			if a, ok := ParseAction(text); ok {
				all = append(all, a)
			}
		}
	}
	return all
}

// Service returns the service as a pattern, in lower case.
func (a *Action) Service() string { return a.service.text }

// Name returns the API name as a pattern.
func (a *Action) Name() string { return a.name.text }

// String returns service:name.
func (a *Action) String() string { return a.service.text + ":" + a.name.text }

// Literal reports whether the pattern is one action.
func (a *Action) Literal() bool { return a.service.glob.Literal() && a.name.glob.Literal() }

// Match reports whether an action is one of the pattern's.
func (a *Action) Match(action policy.Action) bool {
	return a.name.glob.Match(action.Name) && a.service.glob.Match(action.Service)
}

// Covers reports whether a stands for everything that b stands for. A service
// that can only be granted as a whole counts as b's when b is the whole of it.
func (a *Action) Covers(b *Action) bool {
	if !a.service.covers(&b.service) || !a.name.covers(&b.name) {
		return false
	}
	return !b.whole() || a.whole()
}

// whole reports whether the pattern grants services as a whole.
func (a *Action) whole() bool {
	return a.name.glob.All() && (a.service.glob.All() || a.service.glob.Literal())
}

// A Resource is the pattern of a resource, prepared for comparison.
type Resource struct {
	text            string
	everything      bool
	project         string
	service, region glob
	account         string // "*", "" for the one being evaluated, or one account
	path            glob
}

// ParseResource reads a resource of a statement.
func ParseResource(text string) (Resource, error) {
	p, err := qcs.ParsePattern(text)
	if err != nil {
		return Resource{}, err
	}
	return Resource{
		text: text, everything: p.Everything(), project: p.Project(), account: p.Account(),
		service: newGlob(p.Service(), false), region: newGlob(p.Region(), false), path: newGlob(p.Path(), true),
	}, nil
}

// String returns the pattern as it is written.
func (r *Resource) String() string { return r.text }

// Service returns the service as a pattern, in lower case.
func (r *Resource) Service() string { return r.service.text }

// Everything reports whether the pattern is every resource.
func (r *Resource) Everything() bool { return r.everything }

// Account returns "*" for every account, "" for the one being evaluated, or
// the one account as it is named.
func (r *Resource) Account() string { return r.account }

// Path returns the sixth segment as it is written.
func (r *Resource) Path() string { return r.path.text }

// Any reports whether the pattern is about calls that touch no object, if
// they are made to its service.
func (r *Resource) Any() bool {
	return r.everything || r.region.glob.All() && r.path.glob.All() &&
		(r.service.glob.All() || r.service.glob.Literal())
}

// Covers reports whether r matches everything that o matches, whoever is
// evaluated. It may say no where only the accounts' numbers would tell.
func (r *Resource) Covers(o *Resource) bool {
	switch {
	case r.everything:
		return true
	case o.everything:
		return r.project == "" && r.account == "*" && r.service.glob.All() && r.region.glob.All() && r.path.glob.All()
	case r.project != "" && r.project != o.project:
		return false
	case r.account != "*" && r.account != o.account:
		return false
	case o.Any() && !r.Any():
		return false
	}
	return r.service.covers(&o.service) && r.region.covers(&o.region) && r.path.covers(&o.path)
}
