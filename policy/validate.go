package policy

import (
	"fmt"
	"math"
	"strings"

	"github.com/hufu-iam/hufu/qcs"
)

// DocumentKind says what a document is for.
type DocumentKind uint8

// The kinds.
const (
	IdentityPolicy DocumentKind = iota // attached to users, groups and roles
	TrustPolicy                        // who may assume a role
	SessionPolicy                      // the Policy argument of the STS calls
	ControlPolicy                      // service control policy of an organization
	BoundaryPolicy                     // permissions boundary
	ResourcePolicy                     // kept with a resource
)

// MaxLength is the documented limit of a policy; see [Length].
const MaxLength = 6144

// MaxBytes bounds a policy text as it was submitted, blanks and percent
// encoding included, whatever its limit of characters: it keeps what is costly
// to read, or to keep, from being read at all.
const MaxBytes = 64 << 10

// A Catalogue knows the services that are hosted here. Documents may name
// others too: only what a hosted service certainly has not got is refused.
type Catalogue interface {
	// Service reports whether the service (in lower case) is hosted.
	Service(name string) bool
	// HasAction reports whether a hosted service has the API.
	HasAction(service, action string) bool
	// HasResourceType reports whether a hosted service has resources whose
	// sixth segment starts with typ and a slash, or is typ.
	HasResourceType(service, typ string) bool
}

// Rules say what a document is validated against. The zero value is a custom
// policy of an account, without principal and without catalogue.
type Rules struct {
	Kind DocumentKind
	// MaxLength overrides [MaxLength]; negative means no limit but [MaxBytes].
	MaxLength int
	// AllowPrincipal admits users and groups as principals of an identity
	// policy: creating it attaches it to them.
	AllowPrincipal bool
	// Update marks a trust policy that replaces one: unlike the creation of
	// a role, that has a code of its own for too long a document.
	Update bool
	// KnownPrincipal returns "" for a principal that exists, or the code to
	// answer. It is not asked about the principals of a document that is too
	// long. nil checks nothing; see [Document.Principals].
	KnownPrincipal func(PrincipalEntry) Code
	// Catalogue may be nil: then every service is accepted.
	Catalogue Catalogue
	// Strict refuses services that the catalogue has not got.
	Strict bool
	// Features are the known feature sets; nil means [DefaultFeatures].
	Features Features
	// Account is the account that a session policy will live in; it may not
	// name another one. Not checked when its UIN is empty.
	Account qcs.Account
	// Principal is whom a session policy is for: its length counts after
	// variables are filled in. Not checked when nil.
	Principal *Principal
}

// Check parses and validates. Of all faults it reports the one that the
// documented order of codes puts first. Trust and session policies answer
// with the codes of their own APIs. A text of more than [MaxBytes] is too long,
// and nothing else about it is looked at. The error is an [*Error].
func Check(text string, rules Rules) (*Document, error) {
	if len(text) > MaxBytes {
		return nil, rules.translate(oversized(len(text)))
	}
	d, root, probs := open(text)
	// That a document is too long goes before all that is wrong inside, but in
	// a trust policy.
	if probs.first == nil && (rules.Kind == TrustPolicy || visible(d.Body) <= rules.limit()) {
		(&documentReader{d, probs}).document(root)
	}
	d.validate(rules, probs)
	if probs.first != nil {
		return nil, rules.translate(probs.first)
	}
	return d, nil
}

// Validate checks a parsed document. The error is an [*Error].
func (d *Document) Validate(rules Rules) error {
	if len(d.Text) > MaxBytes {
		return rules.translate(oversized(len(d.Text)))
	}
	probs := &problems{}
	d.validate(rules, probs)
	if probs.first != nil {
		return rules.translate(probs.first)
	}
	return nil
}

// limit is the limit of visible characters.
func (rules *Rules) limit() int {
	switch {
	case rules.MaxLength < 0:
		return math.MaxInt
	case rules.MaxLength == 0:
		return MaxLength
	}
	return rules.MaxLength
}

func oversized(bytes int) *Error {
	return &Error{Code: CodePolicyDocumentLengthOverLimit, Detail: fmt.Sprintf("%d bytes, more than %d", bytes, MaxBytes)}
}

// translate turns the codes of permission policies into those that the APIs
// taking other kinds document.
func (rules *Rules) translate(e *Error) *Error {
	t := *e
	switch rules.Kind {
	case TrustPolicy:
		if t.Code == CodePolicyDocumentError || t.Code == CodePolicyDocumentLengthOverLimit && !rules.Update {
			t.Code = CodeParamError
		}
	case SessionPolicy:
		t.Code = sessionCode(t.Code)
	}
	return &t
}

func sessionCode(c Code) Code {
	switch c {
	case CodePolicyDocumentLengthOverLimit:
		return CodePolicyTooLong
	case CodePolicyDocumentError, CodeVersionError, CodeStatementError, CodeEffectError, CodeActionMiss,
		CodeConditionError, CodeConditionContentError:
		return CodeStrategyFormatError
	case CodeExtendStrategyOverSize, CodeGrantOtherResource:
		return c
	}
	if strings.HasPrefix(string(c), "Resource") || c == CodeNotSupportProduct {
		return CodeResouceError
	}
	return CodeStrategyInvalid
}

func (d *Document) validate(rules Rules, probs *problems) {
	limit := rules.limit()
	if length := visible(d.Body); length > limit {
		probs.add(CodePolicyDocumentLengthOverLimit, 0, "", "%d characters, more than %d", length, limit)
		rules.KnownPrincipal = nil // may cost a lookup each, and their codes come later
	}
	if rules.Features == nil {
		rules.Features = DefaultFeatures()
	}
	v := validator{d, rules, probs}
	v.principals()
	for i := range d.Statements {
		s := &d.Statements[i]
		if rules.Kind == TrustPolicy {
			v.trust(s)
		} else {
			v.actions(s)
			v.resources(s)
		}
	}
	// Comes last of all, so it is not worth its cost once there is another fault.
	if probs.first == nil && rules.Kind == SessionPolicy && rules.Principal != nil && rules.MaxLength >= 0 && visible(d.expanded(rules.Principal)) > limit {
		probs.add(CodeExtendStrategyOverSize, 0, "", "longer than %d characters with its variables filled in", limit)
	}
}

// expanded is the text of a policy with the caller's values in it. A tag
// variable counts once for every tag.
func (d *Document) expanded(p *Principal) string {
	var keys, vals strings.Builder
	for _, t := range p.Tags {
		keys.WriteString(t.Key())
		vals.WriteString(t.Value())
	}
	return strings.NewReplacer("${uin}", p.self(), "${owner_uin}", p.Account.UIN, "${app_id}", p.Account.AppID,
		"${qcs:principal_tag_key}", keys.String(), "${qcs:principal_tag_value}", vals.String()).Replace(d.Body)
}

type validator struct {
	d     *Document
	rules Rules
	probs *problems
}

func (v *validator) principals() {
	all := []*Principals{v.d.Principal}
	missing := v.d.Principal == nil
	for i := range v.d.Statements {
		s := &v.d.Statements[i]
		all = append(all, s.Principal)
		if s.Principal != nil && v.d.Principal != nil {
			v.probs.add(CodePrincipalError, s.Principal.Offset, s.path+".principal", "both the document and a statement have a principal")
		}
		if missing && s.Principal == nil && v.needsPrincipal() {
			v.probs.add(CodePrincipalError, s.Offset, s.path, "the statement has no principal")
		}
	}
	for _, p := range all {
		if p == nil {
			continue
		}
		if why := v.refuses(p); why != "" {
			v.probs.add(CodePrincipalError, p.Offset, "principal", "%s", why)
		}
		for _, e := range p.Entries {
			if v.rules.KnownPrincipal == nil || e.Class != ClassService && e.Entity.Kind == 0 {
				continue
			}
			if code := v.rules.KnownPrincipal(e); code != "" {
				v.probs.add(code, e.Offset, e.Path, "%s is not known", e.Text)
			}
		}
	}
}

func (v *validator) needsPrincipal() bool {
	return v.rules.Kind == TrustPolicy || v.rules.Kind == ResourcePolicy
}

// refuses says why a document of this kind cannot have the principal.
func (v *validator) refuses(p *Principals) string {
	switch v.rules.Kind {
	case ResourcePolicy:
		return ""
	case TrustPolicy:
		if p.Anyone {
			return "a role cannot trust everyone"
		}
		for _, e := range p.Entries {
			switch e.Entity.Kind {
			case qcs.KindAnyone, qcs.KindGroup, qcs.KindPolicy:
				return "a role cannot trust " + e.Text
			}
		}
		return ""
	case IdentityPolicy:
		if !v.rules.AllowPrincipal {
			break
		}
		if p.Anyone {
			return "the policy can be attached to users and groups only"
		}
		for _, e := range p.Entries {
			if e.Class != ClassService && e.Entity.Kind == 0 {
				continue // malformed, which has a code of its own
			}
			if e.Class != ClassQCS || e.Entity.Kind != qcs.KindUser && e.Entity.Kind != qcs.KindGroup {
				return "the policy can be attached to users and groups only, not to " + e.Text
			}
		}
		return ""
	}
	return "a policy of this kind has no principal"
}

// trust checks a statement of a trust policy. Its resource is the role.
func (v *validator) trust(s *Statement) {
	for i := range s.actions {
		switch a := &s.actions[i]; {
		case a.service.String() == "sts" && (a.name.String() == "AssumeRole" ||
			a.name.String() == "AssumeRoleWithSAML" || a.name.String() == "AssumeRoleWithWebIdentity"):
		default:
			v.probs.add(CodeActionError, s.Offset, s.path+".action", "%q does not assume a role", s.Actions[i])
		}
	}
	for _, r := range s.Resources {
		if r != "*" {
			v.probs.add(CodeParamError, s.Offset, s.path+".resource", "the resource of a trust policy is the role itself")
		}
	}
}

func (v *validator) actions(s *Statement) {
	cat := v.rules.Catalogue
	for i := range s.actions {
		a, text := &s.actions[i], s.Actions[i]
		if a.feature != "" {
			if _, ok := v.rules.Features[a.feature]; !ok {
				v.probs.add(CodeActionNotExist, s.Offset, s.path+".action", "unknown feature set %q", text)
			}
			continue
		}
		service := a.service.String()
		if cat == nil || service == "" || !a.service.Literal() {
			continue
		}
		switch {
		case !cat.Service(service):
			if v.rules.Strict {
				v.probs.add(CodeActionServiceNotExist, s.Offset, s.path+".action", "unknown service %q", service)
			}
		case a.name.Literal() && !cat.HasAction(service, a.name.String()):
			v.probs.add(CodeActionNotExist, s.Offset, s.path+".action", "%s has no action %q", service, a.name)
		}
	}
}

func (v *validator) resources(s *Statement) {
	if s.Resources == nil {
		v.probs.add(CodeResourceError, s.Offset, s.path, "resource is missing")
	}
	for i := range s.resources {
		p := &s.resources[i].pattern
		if v.rules.Kind == SessionPolicy && v.rules.Account.UIN != "" && p.Foreign(v.rules.Account) {
			v.probs.add(CodeGrantOtherResource, s.Offset, s.path+".resource", "%s is of another account", p)
		}
		v.product(s, p)
	}
}

// product checks the service and the type of a resource with the catalogue.
func (v *validator) product(s *Statement, p *qcs.Pattern) {
	cat, service := v.rules.Catalogue, p.Service()
	if cat == nil || service == "" || strings.Contains(service, "*") {
		return
	}
	if !cat.Service(service) {
		if v.rules.Strict {
			v.probs.add(CodeResourceServiceNotExist, s.Offset, s.path+".resource", "unknown service %q", service)
		}
		return
	}
	typ, _, _ := strings.Cut(p.Path(), "/")
	if !strings.ContainsAny(typ, "*$") && !cat.HasResourceType(service, typ) {
		v.probs.add(CodeNotSupportProduct, s.Offset, s.path+".resource", "%s has no resources of type %q", service, typ)
	}
}
