package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// wildcards finds patterns that match something else than they seem to.
func (l *linter) wildcards(s *statement) {
	for i := range s.actions {
		if a := &s.actions[i]; strings.Contains(a.text, ".*") {
			l.warn(s, "W207", a.path, strings.ReplaceAll(a.text, ".*", "*"), "the dot of %q is a letter: the star alone matches any characters", a.text)
		}
	}
	for i := range s.resources {
		l.path(s, &s.resources[i])
	}
	if s.Effect == policy.Allow && l.kind == policy.IdentityPolicy {
		l.grants(s)
	}
	l.everyone(s)
}

// idPrefix is a pattern that goes on after an id such as ins-1.
var idPrefix = regexp.MustCompile(`/[a-z]{2,8}-[0-9a-z]*[0-9][0-9a-z]*\*$`)

// path looks at the sixth segment of a resource.
func (l *linter) path(s *statement, r *resourceItem) {
	path := r.Path()
	switch {
	case strings.Contains(path, "?"):
		l.warn(s, "W207", r.path, "", "the ? of %q is a letter, no wildcard", path)
	case brackets(path):
		l.warn(s, "W207", r.path, "", "the brackets of %q are letters: there are no sets of characters", path)
	case strings.HasPrefix(path, ".*") || strings.Contains(path, "/.*"):
		l.warn(s, "W207", r.path, "", "the dot of %q is a letter: the star alone matches any characters", path)
	}
	if r.Service() != "cos" && idPrefix.MatchString("/"+path) { // names of objects may well go on
		without := strings.TrimSuffix(path, "*")
		l.warn(s, "W203", r.path, strings.TrimSuffix(r.String(), "*"), "%s also matches longer ids, such as %s0", path, without)
	}
	if s.Effect == policy.Allow && strings.Contains(path, "/*/") {
		l.warn(s, "W204", r.path, "", "the star of %q crosses slashes: it also matches %q", path, strings.Replace(path, "/*/", "/a/b/", 1))
	}
	if s.Effect == policy.Allow && l.kind == policy.IdentityPolicy && !r.Everything() && r.Account() == "*" {
		l.warn(s, "W206", r.path, "", "this is about the resources of every account; an empty account is the own one")
	}
}

func brackets(text string) bool {
	open := strings.IndexByte(text, '[')
	return open >= 0 && strings.IndexByte(text[open:], ']') > 1
}

// raises are actions with which their holder can get any right: they change
// what is attached to him, what those policies say, or who he is.
var raises = []policy.Action{
	{Service: "cam", Name: "AttachUserPolicy"}, {Service: "cam", Name: "AttachGroupPolicy"}, {Service: "cam", Name: "AttachRolePolicy"},
	{Service: "cam", Name: "UpdatePolicy"}, {Service: "cam", Name: "CreatePolicyVersion"}, {Service: "cam", Name: "SetDefaultPolicyVersion"},
	{Service: "cam", Name: "AddUserToGroup"}, {Service: "cam", Name: "UpdateAssumeRolePolicy"}, {Service: "cam", Name: "CreateAccessKey"},
	{Service: "cam", Name: "DeleteUserPermissionsBoundary"},
}

var assumeRole = policy.Action{Service: "sts", Name: "AssumeRole"}

// secrets are actions that look like any other reading, and answer secrets.
var secrets = []policy.Action{
	{Service: "account", Name: "QueryKeyBySecretId"}, {Service: "ssm", Name: "GetSecretValue"}, {Service: "tke", Name: "DescribeClusterKubeconfig"},
}

// grants looks at what an identity policy allows without conditions.
func (l *linter) grants(s *statement) {
	if len(s.conds) > 0 {
		return
	}
	whole := slices.ContainsFunc(s.resources, func(r resourceItem) bool { return r.Everything() })
	for i := range s.actions {
		a := &s.actions[i]
		if whole && a.Service() == "*" && a.Name() == "*" {
			l.warn(s, "W201", a.path, "", "this allows every action on everything, users and permissions included")
			return
		}
	}
	for i := range s.actions {
		l.grant(s, &s.actions[i])
	}
}

func (l *linter) grant(s *statement, a *actionItem) {
	on := func(service string) bool {
		return some(s.resources, func(r resourceItem) bool { return r.Any() && (r.Service() == "*" || r.Service() == service) })
	}
	roles := some(s.resources, func(r resourceItem) bool {
		return (r.Service() == "*" || r.Service() == "cam") && slices.Contains([]string{"*", "*/*", "role/*", "roleName/*"}, r.Path())
	})
	if a.Match(assumeRole) && roles {
		l.warn(s, "W202", a.path, "", "%s allows to assume every role that trusts the caller or his account", a.text)
	}
	if a.Literal() || a.feature {
		return
	}
	if i := slices.IndexFunc(raises, a.Match); i >= 0 && on("cam") {
		l.warn(s, "W202", a.path, "", "%s covers %s, with which the caller can give himself any right", a.text, raises[i])
	}
	if i := slices.IndexFunc(secrets, a.Match); i >= 0 && a.Name() != "*" && on(secrets[i].Service) {
		l.warn(s, "W205", a.path, "", "%s covers %s, which answers a secret", a.text, secrets[i])
	}
}

// everyone looks at statements of resource policies that are for everyone.
func (l *linter) everyone(s *statement) {
	if l.kind != policy.ResourcePolicy || !anyone(s.principal) {
		return
	}
	path := s.path + ".principal"
	if _, ok := l.places[path]; !ok {
		path = "principal"
	}
	switch {
	case s.Effect == policy.ExplicitDeny:
		l.warn(s, "W504", path, "", "a deny for everyone stops unsigned callers only; name the accounts or users that it is for")
	case len(s.conds) == 0:
		l.warn(s, "W505", path, "", "this is for everyone, callers without a signature included")
	}
}

func anyone(p *policy.Principals) bool {
	return p != nil && (p.Anyone || some(p.Entries, func(e policy.PrincipalEntry) bool { return e.Entity.Kind == qcs.KindAnyone }))
}
