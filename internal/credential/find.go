package credential

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hufu-iam/hufu/internal/cache"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/tc3"
)

// Holder is what a SecretId leads to: the identity, and what a signature and a token are checked against.
// Holders are shared between calls; nobody changes one.
type Holder struct {
	Principal call.Principal
	Secret    string
	Active    bool // permanent: enabled; temporary: not revoked
	Suspended bool // the account is
	Disabled  bool // the person is whose sub-user has the permanent key, or that at the root of the chain

	tokenHash []byte
	seen      int64          // console sessions: the last call that was written down, unix milliseconds
	outdated  []store.Change // what makes it so, beside a change of the SecretId itself
	signing   atomic.Pointer[signingKey]
}

// signingKey is what the secret becomes for one day and service.
type signingKey struct {
	date, service string
	key           [sha256.Size]byte
}

// SigningKey is the key of TC3 signatures of one day and service; all zeros, under which nothing verifies, without a
// secret. The last one is kept as long as the secret it is made from: most callers sign one call after the other for the
// same service.
func (h *Holder) SigningKey(date, service string) (none [sha256.Size]byte) {
	if h.Secret == "" {
		return none
	}
	if k := h.signing.Load(); k != nil && k.date == date && k.service == service {
		return k.key
	}
	k := &signingKey{date: strings.Clone(date), service: strings.Clone(service), key: tc3.SigningKey(h.Secret, date, service)}
	h.signing.Store(k)
	return k.key
}

// Temporary reports whether the credential needs its token.
func (h *Holder) Temporary() bool { return h.Principal.Session != nil }

// TokenFits checks the token of a call, and that the session still runs at that time. A permanent key takes no token.
func (h *Holder) TokenFits(token string, at time.Time) bool {
	if !h.Temporary() {
		return token == ""
	}
	sum := sha256.Sum256([]byte(token))
	fits := subtle.ConstantTimeCompare(sum[:], h.tokenHash) == 1
	return fits && h.Active && at.Before(h.Principal.Session.Expires)
}

// InForce reports whether a signature with the credential would be accepted at that time.
func (h *Holder) InForce(at time.Time) bool {
	return h.inForce(at) && !h.Disabled
}

// OnlyDisabled reports whether it would be, were the person behind it not disabled.
func (h *Holder) OnlyDisabled(at time.Time) bool { return h.inForce(at) && h.Disabled }

func (h *Holder) inForce(at time.Time) bool {
	return h.Active && !h.Suspended && (!h.Temporary() || at.Before(h.Principal.Session.Expires))
}

// ToldBy reports whether each change that ends the credential is one of this account, so that whoever watches the account
// hears of it. The session of a role that another account's key assumed ends with that key too.
func (h *Holder) ToldBy(a store.Account) bool {
	for _, c := range h.outdated {
		if c.Account != a && c.Account != 0 { // 0: a federated login, which has no key
			return false
		}
	}
	return true
}

// ErrNotFound is a SecretId that never was, or whose key was deleted.
var ErrNotFound = errors.New("no such SecretId")

// Finder looks SecretIds up, and keeps what it found until a commit changes it.
type Finder struct {
	keys     *Keys
	cache    *cache.Cache[string, *Holder]
	consoles *cache.Cache[string, *Holder]           // apart, so that no id of a session is ever found as a SecretId
	tokens   *cache.Cache[[sha256.Size]byte, string] // SecretIds by the hash of their token: issued together, for ever
}

// AccountChangeKind names the change of a root account (suspended, resumed) to the caches of every node.
const AccountChangeKind = "account"

// NewFinder keeps at most max holders.
func NewFinder(k *Keys, max int) *Finder {
	f := &Finder{keys: k, cache: cache.New[string, *Holder](max), consoles: cache.New[string, *Holder](max), tokens: cache.New[[sha256.Size]byte, string](max)}
	k.db.Subscribe(f.forget)
	return f
}

// forget drops what changes have made outdated. The holders are walked once, not once a change: other nodes' changes come
// in by the thousand.
func (f *Finder) forget(changes []store.Change) {
	told := map[store.Change]bool{}
	for _, c := range changes {
		switch c.Kind {
		case ChangeKind:
			f.cache.Drop(c.ID)
		case ConsoleChangeKind:
			if c.ID == "" {
				told[c] = true
			} else {
				f.consoles.Drop(c.ID)
			}
		case AccountChangeKind, PersonChangeKind, KeySessionsChangeKind, RoleSessionsChangeKind, AccountSessionsChangeKind:
			told[c] = true
		case store.KindEverything:
			f.cache.DropAll(nil)
			f.consoles.DropAll(nil)
		}
	}
	if len(told) > 0 {
		outdated := func(_ string, h *Holder) bool {
			return slices.ContainsFunc(h.outdated, func(c store.Change) bool { return told[c] })
		}
		f.cache.DropAll(outdated)
		f.consoles.DropAll(outdated)
	}
}

// Find answers ErrNotFound for an id that is not there. It does not check the state; the caller does, in the
// order that the protocol documents.
func (f *Finder) Find(ctx context.Context, secretID string) (*Holder, error) {
	return f.cache.Get(secretID, func() (*Holder, error) {
		h, err := f.permanent(ctx, secretID)
		if errors.Is(err, sql.ErrNoRows) {
			h, err = f.temporary(ctx, secretID)
		}
		if errors.Is(err, sql.ErrNoRows) {
			return nil, ErrNotFound
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return nil, fmt.Errorf("find SecretId: %w", err)
		}
		return h, err
	})
}

// FindToken finds the holder of a temporary credential by its token, ErrNotFound where there is none. As with Find the
// state is for the caller to check, and so is the token: see TokenFits.
func (f *Finder) FindToken(ctx context.Context, token string) (*Holder, error) {
	hash := sha256.Sum256([]byte(token))
	id, err := f.tokens.Get(hash, func() (id string, err error) {
		err = f.keys.db.Read().QueryRowContext(ctx, `SELECT secret_id FROM sessions WHERE token_hash = $1`, hash[:]).Scan(&id)
		return id, err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find token: %w", err)
	}
	return f.Find(ctx, id)
}

// Cached is the number of holders kept, for metrics.
func (f *Finder) Cached() int { return f.cache.Len() + f.consoles.Len() }

func (f *Finder) permanent(ctx context.Context, secretID string) (*Holder, error) {
	h := &Holder{Principal: call.Principal{Kind: call.User, KeyID: secretID}}
	p := &h.Principal
	var sealed []byte
	var status Status
	err := f.keys.db.Read().QueryRowContext(ctx, `SELECT k.account, k.uin, k.secret, k.status, a.appid, a.suspended, `+DisabledPerson("k.account", "k.uin")+`
		FROM access_keys k JOIN accounts a ON a.uin = k.account WHERE k.secret_id = $1`, secretID).
		Scan(&p.Account, &p.UIN, &sealed, &status, &p.AppID, &h.Suspended, &h.Disabled)
	if err != nil {
		return nil, err
	}
	if status == Deleted {
		return nil, ErrNotFound
	}
	if p.UIN == int64(p.Account) {
		p.Kind = call.Root
	}
	h.Active = status == Active
	h.outdated = []store.Change{{Account: p.Account, Kind: AccountChangeKind}, personChange(p.Account, p.UIN)}
	return h, f.unseal(h, sealed, bindKey(secretID))
}

func (f *Finder) temporary(ctx context.Context, secretID string) (*Holder, error) {
	s := &call.Session{}
	h := &Holder{Principal: call.Principal{KeyID: secretID, Session: s}}
	p := &h.Principal
	var sealed []byte
	var tags string
	var issued, expires, revocations, parentUIN, parentExpires int64
	var parent string
	var parentAccount store.Account
	err := f.keys.db.Read().QueryRowContext(ctx, `SELECT s.account, s.kind, s.uin, s.role_id, s.name, s.secret, s.token_hash, s.policy, s.tags,
			s.source_identity, s.mfa, s.depth, s.issued_at, s.expires_at, s.parent, s.parent_account, `+ended+`, a.appid, a.suspended,
			COALESCE(k.uin, c.uin, 0), COALESCE(c.expires_at, s.expires_at), `+DisabledPerson("COALESCE(k.account, c.account)", "COALESCE(k.uin, c.uin)")+`
		FROM sessions s JOIN accounts a ON a.uin = s.account LEFT JOIN access_keys k ON k.secret_id = s.parent
		LEFT JOIN console_sessions c ON c.id = s.parent WHERE s.secret_id = $1`, secretID).
		Scan(&p.Account, &s.Kind, &p.UIN, &p.RoleID, &s.Name, &sealed, &h.tokenHash, &s.Policy, &tags,
			&s.SourceIdentity, &s.MFA, &s.Depth, &issued, &expires, &parent, &parentAccount, &revocations, &p.AppID, &h.Suspended, &parentUIN, &parentExpires, &h.Disabled)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(tags), &s.Tags); err != nil {
		return nil, fmt.Errorf("session tags: %w", err)
	}
	s.Issued, s.Expires = time.UnixMilli(issued), time.UnixMilli(min(expires, parentExpires))
	h.Active = revocations == 0
	h.outdated = []store.Change{
		{Account: p.Account, Kind: AccountChangeKind},
		{Account: p.Account, Kind: RoleSessionsChangeKind, ID: strconv.FormatInt(p.RoleID, 10)},
		{Account: parentAccount, Kind: KeySessionsChangeKind, ID: parent},
		{Account: parentAccount, Kind: AccountSessionsChangeKind},
		{Account: parentAccount, Kind: ConsoleChangeKind},
		personChange(parentAccount, parentUIN),
	}
	switch {
	case p.RoleID != 0:
		p.Kind = call.Role
	case p.UIN == int64(p.Account):
		p.Kind = call.Root
	default:
		p.Kind = call.User
	}
	return h, f.unseal(h, sealed, bindSession(secretID))
}

func (f *Finder) unseal(h *Holder, sealed []byte, bind string) error {
	secret, err := f.keys.ring.Open(sealed, bind)
	h.Secret = string(secret)
	return err
}

func personChange(a store.Account, uin int64) store.Change {
	return store.Change{Account: a, Kind: PersonChangeKind, ID: strconv.FormatInt(uin, 10)}
}

// ErrEnded is a credential that was disabled, deleted, revoked or suspended, or ran out, while its call was under way.
var ErrEnded = errors.New("the credential has ended")

// ErrDisabled is a credential whose person was disabled while its call was under way.
var ErrDisabled = errors.New("the person behind the credential is disabled")

// Parent is the permanent key, or the console session, at the root of the chain that a caller's credential hangs on, ""
// where a federated login is. Asked in the transaction that issues a credential it makes sure that the caller's own and the key are still in
// force: a session that missed the end of its key would never end with it. ErrEnded if they are not, ErrDisabled where only
// the person behind the key keeps them from it.
func (k *Keys) Parent(ctx context.Context, tx *store.Tx, p *call.Principal) (string, error) {
	parent := p.KeyID
	if p.Session != nil {
		var expires, revocations int64
		err := tx.QueryRowContext(ctx, `SELECT s.parent, s.expires_at, `+ended+` FROM sessions s WHERE s.secret_id = $1`, p.KeyID).
			Scan(&parent, &expires, &revocations)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return "", fmt.Errorf("find parent key: %w", err)
		}
		if err != nil || revocations > 0 || tx.Now().UnixMilli() >= expires {
			return "", ErrEnded
		}
		if parent == "" {
			return "", nil
		}
	}
	var disabled bool
	var err error
	if strings.HasPrefix(parent, consolePrefix) {
		err = tx.QueryRowContext(ctx, `SELECT `+DisabledPerson("c.account", "c.uin")+` FROM console_sessions c JOIN accounts a ON a.uin = c.account
			WHERE c.id = $1 AND c.expires_at > $2 AND a.suspended = 0`, parent, tx.Now().UnixMilli()).Scan(&disabled)
	} else {
		err = tx.QueryRowContext(ctx, `SELECT `+DisabledPerson("k.account", "k.uin")+` FROM access_keys k JOIN accounts a ON a.uin = k.account
			WHERE k.secret_id = $1 AND k.status = $2 AND a.suspended = 0`, parent, Active).Scan(&disabled)
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		return "", ErrEnded
	case err != nil:
		return "", fmt.Errorf("check parent key: %w", err)
	case disabled:
		return "", ErrDisabled
	}
	return parent, nil
}
