package lint

import "github.com/hufu-iam/hufu/policy"

// near is how much of the limit a policy may have without a warning.
const near = 0.9

// document looks at the document as a whole.
func (l *linter) document() {
	limit := l.o.Rules.MaxLength
	if limit == 0 {
		limit = policy.MaxLength
	}
	if n := policy.Length(l.doc.Text); limit > 0 && float64(n) > near*float64(limit) {
		l.warn(nil, "W502", "", "", "%d of at most %d characters are used", n, limit)
	}
	switch l.kind {
	case policy.IdentityPolicy:
		l.attached()
	case policy.BoundaryPolicy, policy.SessionPolicy, policy.ControlPolicy:
		if !some(l.statements, func(s statement) bool { return s.Effect == policy.Allow }) {
			l.warn(nil, "W503", "statement", "", "nothing is allowed here, and what limits must allow: add a statement that allows all that it should not stop")
		}
	}
}

const attaches = "a principal counts when the policy is created, which attaches it; after that it is ignored"

// attached warns of principals in a policy that binds whom it is attached to.
func (l *linter) attached() {
	if l.doc.Principal != nil {
		l.warn(nil, "W501", "principal", "", attaches)
	}
	for i := range l.statements {
		if s := &l.statements[i]; s.Principal != nil {
			l.warn(s, "W501", s.path+".principal", "", attaches)
		}
	}
}
