package call

import (
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
)

// PrincipalKind says what kind of identity calls.
type PrincipalKind uint8

// The identities that can sign or, for Anonymous, need not.
const (
	Anonymous   PrincipalKind = iota
	Root                      // the root account itself
	User                      // a sub-user or collaborator
	Role                      // a role session
	Application               // an application with a token of its own; no policy of CAM is about it
)

// String is the spelling of audit records.
func (k PrincipalKind) String() string {
	return [...]string{"anonymous", "root", "user", "role", "application"}[k]
}

// Standing says whether a principal may act at all, whatever its policies say.
type Standing uint8

// The standings; who is not there has none.
const (
	Good      Standing = iota
	Suspended          // its account is suspended
	Disabled           // the person to whom it belongs is disabled
)

// Principal is the authenticated identity behind a call.
type Principal struct {
	Kind    PrincipalKind
	Account store.Account // the root account it acts in
	AppID   int64         // of that account
	UIN     int64         // root: the account's uin; user: its own; role: the uin that assumed it, 0 for federated logins
	RoleID  int64         // role sessions only
	KeyID   string        // the SecretId that signed; in the console the id of the session; application: the client id that its token was issued to
	AppKey  string        // application: its id
	Session *Session      // nil for permanent keys and in the console
	Console *Console      // of whoever calls from the console, where he is himself, as with a permanent key
}

// Console is what a session in the console fixed when it was opened.
type Console struct {
	MFA     bool
	Created time.Time
	Expires time.Time     // at the latest
	Idle    time.Duration // after so long without a call it ends
}

// Session is what a temporary credential fixed when it was issued. Permissions are not among it: they are read
// at every decision, only the session policy and the session tags stay.
type Session struct {
	Kind           SessionKind
	Name           string
	Policy         string // session policy text, "" = none
	Tags           []Tag
	SourceIdentity string
	MFA            bool
	Depth          int // how many sessions stand between this one and a permanent key
	Issued         time.Time
	Expires        time.Time
}

// Tag is one key and value.
type Tag struct{ Key, Value string }

// SessionKind tells the STS calls apart.
type SessionKind uint8

// The kinds of temporary credentials.
const (
	AssumedRole SessionKind = iota + 1
	Federation
	MFASession
)

// ID is the number a principal is counted and cached under: the role's id for role sessions, else the uin.
func (p *Principal) ID() int64 {
	if p.Kind == Role {
		return p.RoleID
	}
	return p.UIN
}

// Resource is the principal's own six-segment name, for audit records and trust policies.
func (p *Principal) Resource() string {
	switch owner := strconv.FormatInt(int64(p.Account), 10); p.Kind {
	case Root, User:
		return "qcs::cam::uin/" + owner + ":uin/" + strconv.FormatInt(p.UIN, 10)
	case Role:
		return "qcs::sts:" + owner + ":assumed-role/" + strconv.FormatInt(p.RoleID, 10)
	case Application:
		return "qcs::eiam::uin/" + owner + ":application/" + p.AppKey
	default:
		return "qcs::cam::anonymous:anonymous"
	}
}

// MFA reports whether this caller proved a second factor in this session.
func (p *Principal) MFA() bool {
	return p.Session != nil && p.Session.MFA || p.Console != nil && p.Console.MFA
}
