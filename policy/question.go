package policy

import (
	"net/netip"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/qcs"
)

// PrincipalKind says who asks.
type PrincipalKind uint8

// The kinds of principal. The zero kind is the caller that nobody vouches for.
const (
	Anonymous PrincipalKind = iota // unsigned
	Root                           // the root user of Account
	User                           // a sub-user of Account, or a collaborator in it
	Role                           // a session of a role of Account
	Service                        // a product, by its service principal; assumes roles only
	Federated                      // an identity vouched for by a provider; assumes roles only
)

// A Principal is the caller. Only what its kind needs must be set.
type Principal struct {
	Kind    PrincipalKind
	Account qcs.Account // the account whose policies count
	UIN     string      // User: its own uin
	RoleID  string      // Role
	// RoleName is needed where a resource policy names roles by name.
	RoleName string
	// ServiceLinked marks a role that a product owns. Control policies do
	// not limit it.
	ServiceLinked bool
	// Temporary marks credentials that are neither a long-term key nor a
	// console session. A root user with them is not waved through.
	Temporary bool
	// Groups holds the ids of the groups of a User in Account.
	Groups []string
	// Tags of the user, or of the role with the session's own laid over them.
	Tags []Tag
	// ServiceName is the service principal, such as cvm.qcloud.com.
	ServiceName string
	// Provider names the identity provider of a Federated principal.
	Provider qcs.Entity
}

// A Tag is a key with a value.
type Tag struct {
	text string // key&value: the form conditions compare
	key  int    // length of the key
}

// NewTag joins a key and its value once, so that decisions need not.
func NewTag(key, value string) Tag { return Tag{key + "&" + value, len(key)} }

// ParseTag reads "key&value"; the first & separates. Without one the text is
// a key with an empty value.
func ParseTag(text string) Tag {
	key, value, _ := strings.Cut(text, "&")
	return NewTag(key, value)
}

// Key returns the tag's key.
func (t Tag) Key() string { return t.text[:t.key] }

// Value returns the tag's value.
func (t Tag) Value() string {
	if t.text == "" {
		return ""
	}
	return t.text[t.key+1:]
}

// String returns key&value.
func (t Tag) String() string { return t.text }

// An Action is one API of one service.
type Action struct {
	Service, Name string
}

// String returns service:Name.
func (a Action) String() string { return a.Service + ":" + a.Name }

// ParseAction reads "service:Name" or "name/service:Name" as a request names
// an action: without wildcards.
func ParseAction(s string) (Action, bool) {
	service, name, ok := strings.Cut(strings.TrimPrefix(s, "name/"), ":")
	if !ok || service == "" || name == "" || strings.Contains(s, "*") {
		return Action{}, false
	}
	return Action{strings.ToLower(service), name}, true
}

// Granularity says how finely an action can be granted.
type Granularity uint8

// The levels. Below the first, the resource of the question is always "*".
const (
	ResourceLevel  Granularity = iota // names the resources it touches
	OperationLevel                    // touches no particular object
	ServiceLevel                      // only the whole service can be granted
)

// A Context holds what conditions may ask about a request. A zero member is a
// key that is missing, save MFA and BindToken, which are always known.
type Context struct {
	IP           netip.Addr // qcs:ip
	Time         time.Time  // qcs:current_time
	ResourceTags []Tag      // qcs:resource_tag, qcs:resource_tag/<key>, and both as qcs:tag
	RequestTags  []Tag      // qcs:request_tag, qcs:request_tag/<key>
	CreateUIN    string     // qcs:create_uin
	MFA          bool       // qcs:mfa and mfa: whether the session passed a second factor
	BindToken    bool       // qcs:BindToken: whether the caller has a device bound
	// Values holds every other key under its full name, each with the texts
	// it has; most have one. A key without values is missing. Names of the
	// members above are not looked up here.
	Values map[string][]string
}

// Layers are the policy sets that can limit or grant. A nil set is a layer
// that is not there, which differs from an empty one: an empty boundary
// lets nothing through.
type Layers struct {
	// General holds the rules that bind every sub-user; see [General].
	General *Set
	// Control holds the organization's levels over the account that owns the
	// resource, that account's first, the root node's last. Every level must
	// allow; a nil set is a level that allows nothing. Empty: not enabled.
	Control []*Set
	// ControlExempt lifts Control: the caller is of the admin account.
	ControlExempt bool
	// LimitMemberRoot makes Control bind the root user of a member in its
	// own account too. Off by default.
	LimitMemberRoot bool
	Boundary        *Set
	Session         *Set
	Identity        *Set
	// Resource is the policy on the resource, or the role's trust policy
	// when the question is about assuming it.
	Resource *Set
}

// A Question asks whether a principal may do one action to one resource.
type Question struct {
	Principal Principal
	Action    Action
	// Resource lists the names of one object, all equally good: a policy that
	// matches any of them matches the object. A call without an object passes
	// [qcs.Any] alone. No name at all is a mistake, and denied.
	Resource []qcs.Resource
	// Owner is the account that owns the resource. When it is zero the first
	// name's account counts, and the principal's account for [qcs.Any].
	Owner       qcs.Account
	Granularity Granularity
	Context     Context
	Layers      Layers
	// AssumeRole marks the sts:AssumeRole calls: Layers.Resource is the trust
	// policy, and trust and identity must both allow.
	AssumeRole bool
}

// Timed reports whether any policy of the question looks at the time. If none
// does, the answer stays the same until a policy or the caller changes.
func (q *Question) Timed() bool {
	l := &q.Layers
	for _, set := range append([]*Set{l.General, l.Boundary, l.Session, l.Identity, l.Resource}, l.Control...) {
		if set != nil && set.timed {
			return true
		}
	}
	return false
}
