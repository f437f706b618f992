package reach

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/policy"
)

// A Statement of a set, with its policy.
type Statement struct {
	*policy.Statement
	Ref policy.Ref
	// Text is the statement as it was written.
	Text string
}

// Statements returns the statements that only one of two sets has. In which
// policy one stands, in which order, and how its lists are ordered and its
// names prefixed makes no difference.
func Statements(old, new []policy.Source) (removed, added []Statement) {
	has := map[string]int{}
	before := list(old)
	for _, s := range before {
		has[s.fingerprint]++
	}
	for _, s := range list(new) {
		if has[s.fingerprint] > 0 {
			has[s.fingerprint]--
			continue
		}
		added = append(added, s.Statement)
	}
	for _, s := range slices.Backward(before) {
		if has[s.fingerprint] > 0 {
			has[s.fingerprint]--
			removed = append(removed, s.Statement)
		}
	}
	slices.Reverse(removed)
	return removed, added
}

type fingerprinted struct {
	Statement
	fingerprint string
}

func list(sources []policy.Source) []fingerprinted {
	var all []fingerprinted
	for _, source := range sources {
		if source.Document == nil {
			continue
		}
		for i := range source.Document.Statements {
			s := &source.Document.Statements[i]
			principal := s.Principal
			if principal == nil {
				principal = source.Document.Principal
			}
			all = append(all, fingerprinted{
				Statement{s, policy.Ref{PolicyID: source.ID, PolicyName: source.Name, Version: source.Version, Index: i}, source.Document.Text[s.Offset:s.End]},
				fingerprint(s, principal),
			})
		}
	}
	return all
}

// fingerprint is equal for statements that say the same in other words.
func fingerprint(s *policy.Statement, principal *policy.Principals) string {
	type condition struct {
		Operator, Key string
		Values        []string
	}
	var f struct {
		Effect             policy.Effect
		Actions, Resources []string
		Conditions         []condition
		Anyone             bool
		Principals         []string
	}
	f.Effect = s.Effect
	for _, text := range s.Actions {
		if a, ok := ParseAction(text); ok {
			text = a.String()
		}
		f.Actions = append(f.Actions, text)
	}
	f.Actions = set(f.Actions)
	if s.Resources != nil {
		f.Resources = set(s.Resources)
	}
	for _, c := range s.Conditions {
		f.Conditions = append(f.Conditions, condition{c.Operator, c.Key, set(c.Values)})
	}
	slices.SortFunc(f.Conditions, func(a, b condition) int {
		return cmp.Or(strings.Compare(a.Operator, b.Operator), strings.Compare(a.Key, b.Key))
	})
	if principal != nil {
		f.Anyone = principal.Anyone
		for _, e := range principal.Entries {
			f.Principals = append(f.Principals, string(e.Class)+" "+e.Text)
		}
		f.Principals = set(f.Principals)
	}
	text, _ := json.Marshal(f) // texts and a few numbers: cannot fail
	return string(text)
}

func set(texts []string) []string {
	sorted := slices.Clone(texts)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}
