package lint

import (
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/policy"
)

// products looks at a statement with what is known of products.
func (l *linter) products(s *statement) {
	if l.o.Products == nil || l.kind == policy.TrustPolicy {
		return
	}
	for i := range s.actions {
		a := &s.actions[i]
		if strings.Contains(a.Service(), "*") || a.feature {
			continue
		}
		if a.Literal() {
			l.scope(s, a)
		} else {
			l.pattern(s, a)
		}
	}
}

// scope finds actions that are never asked for on what the statement names.
func (l *linter) scope(s *statement, a *actionItem) {
	if some(s.resources, func(r resourceItem) bool { return r.Any() && (r.Service() == "*" || r.Service() == a.Service()) }) {
		level, known := l.o.Products.Granularity(a.Service(), a.Name())
		if known && level == policy.ServiceLevel {
			l.warn(s, "W106", a.path, a.Service()+":*", "%s can be granted as a whole only, so the statement says nothing about %s", a.Service(), a.text)
		}
		return
	}
	switch level, known := l.o.Products.Granularity(a.Service(), a.Name()); {
	case known && level == policy.ServiceLevel:
		l.warn(s, "W106", a.path, a.Service()+":*", "%s can be granted as a whole only, on every resource", a.Service())
		return
	case known && level == policy.OperationLevel:
		l.warn(s, "W106", a.path, `"resource": "*"`, "%s is granted as a whole: on particular resources the statement says nothing about it", a.text)
		return
	}
	services := l.o.Products.ResourceServices(a.Service(), a.Name())
	if len(services) == 0 || some(s.resources, func(r resourceItem) bool {
		return strings.Contains(r.Service(), "*") || slices.Contains(services, r.Service())
	}) {
		return
	}
	l.warn(s, "W105", a.path, "", "%s touches resources of %s, and the statement has none", a.text, strings.Join(services, ", "))
}

// pattern finds patterns that match nothing.
func (l *linter) pattern(s *statement, a *actionItem) {
	names := l.o.Products.Actions(a.Service())
	if len(names) == 0 {
		return
	}
	folded := ""
	for _, name := range names {
		action := policy.Action{Service: a.Service(), Name: name}
		if a.Match(action) {
			return
		}
		if folded == "" && foldedMatch(a.Name(), name) {
			folded = name
		}
	}
	if folded != "" {
		l.warn(s, "W401", a.path, "", "%s matches no action of %s; names are compared with their case, as in %s", a.text, a.Service(), folded)
		return
	}
	l.warn(s, "W401", a.path, "", "%s matches no action of %s", a.text, a.Service())
}

// foldedMatch matches a pattern without regard to case.
func foldedMatch(pattern, name string) bool {
	parts := strings.Split(strings.ToLower(pattern), "*")
	name, ok := strings.CutPrefix(strings.ToLower(name), parts[0])
	last := len(parts) - 1
	if !ok || !strings.HasSuffix(name, parts[last]) {
		return false
	}
	name = name[:len(name)-len(parts[last])]
	for _, part := range parts[1:last] {
		_, after, ok := strings.Cut(name, part)
		if !ok {
			return false
		}
		name = after
	}
	return true
}

// operators are the names that conditions can have, but for qualifiers and
// _if_exist.
var operators = []string{
	"string_equal", "string_not_equal", "string_equal_ignore_case", "string_not_equal_ignore_case", "string_like", "string_not_like",
	"numeric_equal", "numeric_not_equal", "numeric_less_than", "numeric_less_than_equal", "numeric_greater_than", "numeric_greater_than_equal",
	"date_equal", "date_not_equal", "date_less_than", "date_less_than_equal", "date_greater_than", "date_greater_than_equal",
	"bool_equal", "ip_equal", "ip_not_equal", "binary_equal", "null_equal",
}

// better suggests what was meant by something that is refused.
func (l *linter) better(e *policy.Error) string {
	switch e.Code {
	case policy.CodeActionNotExist:
		return l.action(e)
	case policy.CodeConditionTypeError:
		_, name, _ := strings.Cut(e.Path, ".condition.")
		return nearOperator(name)
	case policy.CodeVersionError:
		return `"version": "2.0"`
	}
	return ""
}

func nearOperator(name string) string {
	qualifier := ""
	if q, rest, ok := strings.Cut(name, ":"); ok {
		qualifier, name = q+":", rest
	}
	if suffix := "_if_exist"; strings.HasSuffix(name, suffix) {
		if known := nearOperator(strings.TrimSuffix(name, suffix)); known != "" && known != "null_equal" {
			return qualifier + known + suffix
		}
		return ""
	}
	plain := func(s string) string {
		s = notLetters.ReplaceAllString(strings.ToLower(s), "")
		s = strings.ReplaceAll(strings.ReplaceAll(s, "equals", "equal"), "ipaddress", "ipequal")
		return strings.ReplaceAll(s, "ignorecase", "equalignorecase")
	}
	want := strings.ReplaceAll(plain(name), "equalequal", "equal")
	for _, known := range operators {
		if strings.ReplaceAll(plain(known), "equalequal", "equal") == want {
			return qualifier + known
		}
	}
	for _, known := range operators {
		if distance(name, known) <= 2 {
			return qualifier + known
		}
	}
	return ""
}

// action finds an action that is written a little differently.
func (l *linter) action(e *policy.Error) string {
	quoted := strings.Split(e.Detail, `"`)
	service, _, ok := strings.Cut(e.Detail, " has no action ")
	if l.o.Products == nil || !ok || len(quoted) != 3 {
		return ""
	}
	best, least := "", 3
	for _, name := range l.o.Products.Actions(service) {
		d := distance(strings.ToLower(name), strings.ToLower(quoted[1]))
		if d < least {
			best, least = name, d
		}
	}
	if best == "" {
		return ""
	}
	return service + ":" + best
}
