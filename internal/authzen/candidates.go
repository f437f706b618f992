package authzen

import (
	"context"
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/policy"
)

// statements are those that allow something in the policies of a subject, groups' and session's included. The root user
// has none, and may do everything.
func (s *search) statements(ctx context.Context, who *subject) ([]policy.Statement, error) {
	p := &who.principal
	var texts []string
	if p.Kind == call.User || p.Kind == call.Role {
		e, err := s.directory.Effective(ctx, p.Account, p.Kind, p.ID())
		if err != nil {
			return nil, err
		}
		documents, err := s.directory.Documents(ctx, p.Account, e.Policies, e.Groups)
		if err != nil {
			return nil, err
		}
		for _, d := range documents {
			texts = append(texts, d.Text)
		}
	}
	if p.Session != nil && p.Session.Policy != "" {
		texts = append(texts, p.Session.Policy)
	}
	var all []policy.Statement
	for _, text := range texts {
		d, err := policy.Parse(text)
		if err != nil {
			continue // it allows nothing
		}
		for _, st := range d.Statements {
			if st.Effect == policy.Allow {
				all = append(all, st)
			}
		}
	}
	return all, nil
}

// namedResources are the names of resources in a subject's policies, as names that can be asked about.
func (s *search) namedResources(ctx context.Context, who *subject) ([]string, error) {
	statements, err := s.statements(ctx, who)
	if err != nil {
		return nil, err
	}
	var names []string
	if who.principal.Kind == call.Root {
		names = append(names, s.everything())
	}
	for _, st := range statements {
		for _, pattern := range st.Resources {
			if name, ok := s.name(pattern); ok {
				names = append(names, name)
			}
		}
	}
	return sorted(names), nil
}

// everything is the name of all resources of the action's product in the account.
func (s *search) everything() string {
	return "qcs::" + s.question.action.Service + "::" + s.asker.uin + ":*"
}

// name makes a name of a pattern: the account, the region and the service that a pattern leaves open are those of the
// question. Not ok for one that leaves open more than its last segment.
func (s *search) name(pattern string) (string, bool) {
	if pattern == "*" {
		return s.everything(), true
	}
	segments := strings.SplitN(pattern, ":", 6)
	if len(segments) != 6 {
		return "", false
	}
	if segments[1] == "*" {
		segments[1] = ""
	}
	if segments[2] == "" || segments[2] == "*" {
		segments[2] = s.question.action.Service
	}
	if segments[3] == "*" {
		segments[3] = ""
	}
	if a := segments[4]; a == "" || a == "*" || a == "uin/" || a == "uid/" || a == "uin/-1" || a == s.asker.appID {
		segments[4] = s.asker.uin
	}
	name := strings.Join(segments, ":")
	return name, !strings.Contains(strings.Join(segments[:5], ":"), "*") && !strings.Contains(name, "${")
}

// isPattern reports whether a name that name made stands for more than one resource.
func isPattern(name string) bool { return strings.Contains(name, "*") }

// namedActions are the actions that may be done to the resource that is asked about: those of its product, and those that
// the subject's policies name in full.
func (s *search) namedActions(ctx context.Context, who *subject) ([]string, error) {
	statements, err := s.statements(ctx, who)
	if err != nil {
		return nil, err
	}
	var names []string
	for service := range s.actions.Titles() {
		if of := s.question.resource.name; !of.IsAny() && of.Service != service {
			continue
		}
		for name := range s.actions.Actions(service) {
			names = append(names, service+":"+name)
		}
	}
	for _, st := range statements {
		for _, text := range st.Actions {
			if action, ok := policy.ParseAction(text); ok {
				names = append(names, action.String())
			}
		}
	}
	return sorted(names), nil
}

// sorted puts names in an order that the pages of a search share, once each.
func sorted(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
