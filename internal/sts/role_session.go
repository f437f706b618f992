package sts

import (
	"slices"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/sts20180813"
	"github.com/hufu-iam/hufu/policy"
)

// The lifetimes of role sessions, in seconds.
const (
	defaultRoleSession = 7200
	longestRoleSession = 43200
)

// maxDepth is how often a chain of roles goes on from one session to the next. Our decision.
const maxDepth = 5

// maxTags is how many tags a session carries, those that it took over included.
const maxTags = 50

// newSession fixes what the session of a role is. Depth, tags and source identity go on from the caller's own session;
// its end and its policy do not: the role was given to the caller, not cut out of what the caller holds.
func newSession(c *call.Call, in *sts20180813.AssumeRoleRequest, t target) (s call.Session, err error) {
	seconds, err := roleSeconds(in.DurationSeconds, t.role.SessionDuration)
	if err != nil {
		return s, err
	}
	s = call.Session{Kind: call.AssumedRole, Name: in.RoleSessionName, Issued: c.At, Expires: c.At.Add(time.Duration(seconds) * time.Second)}
	if from := c.Caller.Session; from != nil {
		s.Depth, s.SourceIdentity, s.Tags = from.Depth+1, from.SourceIdentity, from.Tags
	}
	if s.Depth > maxDepth {
		return s, fault.New(code.UnauthorizedOperation).WithDetail("The chain of roles is too long.")
	}
	if s.SourceIdentity, err = sourceIdentity(s.SourceIdentity, in.SourceIdentity); err != nil {
		return s, err
	}
	if s.Tags, err = sessionTags(s.Tags, in.Tags); err != nil {
		return s, err
	}
	if in.Policy != nil {
		s.Policy, err = sessionPolicy(*in.Policy, t.principal(s.Tags))
	}
	return s, err
}

// roleSeconds is how long a session runs. One that is asked to run longer than its role allows is refused, never cut.
func roleSeconds(asked, limit int64) (int64, error) {
	if limit == 0 {
		limit = longestRoleSession
	}
	if asked == 0 {
		return min(defaultRoleSession, limit), nil
	}
	if asked > limit {
		return 0, fault.New(code.InvalidParameterOverTimeError)
	}
	return asked, nil
}

// sourceIdentity goes along a chain unchanged: whoever sets it speaks for all that follows.
func sourceIdentity(inherited string, given *string) (string, error) {
	switch {
	case given == nil || *given == "":
		return inherited, nil
	case inherited != "" && inherited != *given:
		return "", fault.New(code.UnauthorizedOperation).WithDetail("The source identity of a session cannot be changed.")
	}
	return *given, nil
}

// sessionTags lays the tags of a call over those of the caller's session: the same key is replaced.
func sessionTags(inherited []call.Tag, given []sts20180813.Tag) ([]call.Tag, error) {
	var all []call.Tag
	for _, t := range given {
		if hasTag(all, t.Key) {
			return nil, fault.New(code.InvalidParameterParamError, t.Key)
		}
		all = append(all, call.Tag(t))
	}
	for _, t := range inherited {
		if !hasTag(all, t.Key) {
			all = append(all, t)
		}
	}
	if len(all) > maxTags {
		return nil, fault.New(code.InvalidParameterParamError, "Tags")
	}
	return all, nil
}

func hasTag(tags []call.Tag, key string) bool {
	return slices.ContainsFunc(tags, func(t call.Tag) bool { return t.Key == key })
}

// principal is the session to be, as policies see it.
func (t target) principal(session []call.Tag) policy.Principal {
	who := policy.Principal{Kind: policy.Role, Account: t.account(), RoleID: strconv.FormatInt(t.role.ID, 10), RoleName: t.role.Name}
	for _, tag := range session {
		who.Tags = append(who.Tags, policy.NewTag(tag.Key, tag.Value))
	}
	for _, tag := range t.role.Tags {
		if !hasTag(session, tag.Key()) {
			who.Tags = append(who.Tags, tag)
		}
	}
	return who
}
