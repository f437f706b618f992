package lint

import (
	"slices"

	"github.com/hufu-iam/hufu/policy"
)

// maxItems bounds what is compared each with each.
const maxItems = 3000

// covered finds statements that others make pointless.
func (l *linter) covered() {
	items := 0
	for i := range l.statements {
		items += len(l.statements[i].actions) + len(l.statements[i].resources)
	}
	if items > maxItems {
		return
	}
	for i := range l.statements {
		if s := &l.statements[i]; !l.unreachable(s) {
			l.shadowed(s)
		}
	}
}

func (l *linter) unreachable(s *statement) bool {
	if s.Effect != policy.Allow {
		return false
	}
	for i := range l.statements {
		if d := &l.statements[i]; d.Effect == policy.ExplicitDeny && l.covers(d, s) {
			l.warn(s, "W101", s.path, "", "this allow never counts: %s denies all of it", d.path)
			return true
		}
	}
	return false
}

func (l *linter) shadowed(s *statement) {
	for i := range l.statements {
		o := &l.statements[i]
		if o.index == s.index || o.Effect != s.Effect || !l.covers(o, s) {
			continue
		}
		if l.covers(s, o) {
			if o.index < s.index {
				l.warn(s, "W103", s.path, "", "this says the same as %s", o.path)
				return
			}
			continue // the other one is the repetition
		}
		l.warn(s, "W102", s.path, "", "this adds nothing to %s, which covers it", o.path)
		return
	}
}

// covers reports whether a counts wherever b does.
func (l *linter) covers(a, b *statement) bool {
	return l.principalCovers(a, b) && conditionsCover(a, b) &&
		all(b.actions, func(y actionItem) bool {
			return some(a.actions, func(x actionItem) bool { return x.Covers(&y.Action) })
		}) &&
		resourcesCover(a, b)
}

func resourcesCover(a, b *statement) bool {
	if a.Resources == nil || b.Resources == nil { // the role of a trust policy
		return true
	}
	return all(b.resources, func(y resourceItem) bool {
		return some(a.resources, func(x resourceItem) bool { return x.Covers(&y.Resource) })
	})
}

// conditionsCover reports whether the conditions of a hold when those of b do.
func conditionsCover(a, b *statement) bool {
	return all(a.conds, func(x condition) bool {
		return some(b.conds, func(y condition) bool {
			return x.Operator == y.Operator && x.Key == y.Key && slices.Equal(x.Values, y.Values)
		})
	})
}

func (l *linter) principalCovers(a, b *statement) bool {
	if l.kind != policy.ResourcePolicy && l.kind != policy.TrustPolicy {
		return true // attachment says for whom it is
	}
	p, q := a.principal, b.principal
	if p == nil || q == nil {
		return false
	}
	if a.Effect == policy.ExplicitDeny && b.Effect == policy.Allow && anyone(q) {
		return false // a deny for everyone is for unsigned callers, an allow for all
	}
	if p.Anyone {
		return a.Effect == policy.Allow || q.Anyone
	}
	return !q.Anyone && all(q.Entries, func(y policy.PrincipalEntry) bool {
		return some(p.Entries, func(x policy.PrincipalEntry) bool { return x.Class == y.Class && x.Text == y.Text })
	})
}

// lists finds items of a list that others of the list cover.
func (l *linter) lists(s *statement) {
	if len(s.actions)+len(s.resources) > maxItems {
		return
	}
	redundant(s.actions, func(i, j int) bool { return s.actions[i].Covers(&s.actions[j].Action) }, func(i, j int) {
		a, b := s.actions[i], s.actions[j]
		if a.path != b.path && !a.feature && !b.feature {
			l.warn(s, "W104", b.path, "", "%s covers %s", a.text, b.text)
		}
	})
	redundant(s.resources, func(i, j int) bool { return s.resources[i].Covers(&s.resources[j].Resource) }, func(i, j int) {
		l.warn(s, "W104", s.resources[j].path, "", "%q covers %q", s.resources[i].String(), s.resources[j].String())
	})
}

// redundant calls found for each item that another one covers: of two equal
// ones for the later.
func redundant[T any](items []T, covers func(i, j int) bool, found func(i, j int)) {
	for j := range items {
		for i := range items {
			if i != j && covers(i, j) && (i < j || !covers(j, i)) {
				found(i, j)
				break
			}
		}
	}
}

func all[T any](list []T, ok func(T) bool) bool {
	return !slices.ContainsFunc(list, func(x T) bool { return !ok(x) })
}

func some[T any](list []T, ok func(T) bool) bool { return slices.ContainsFunc(list, ok) }
