package authzen

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/cache"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/qcs"
)

// Directory knows principals and what binds them; the product that owns users and roles implements it. What is not there
// is store.ErrNotFound.
type Directory interface {
	// PrincipalByNumber finds the root user or sub-account with a uin, or the role with an id, of any account.
	PrincipalByNumber(ctx context.Context, kind call.PrincipalKind, id int64) (call.Principal, call.Standing, error)
	// RolePrincipal finds a role of the account by its name.
	RolePrincipal(ctx context.Context, a store.Account, name string) (call.Principal, call.Standing, error)
	// Role finds a role by its id, or by its name where the id is 0; nil if there is none.
	Role(ctx context.Context, q store.Queryer, owner store.Account, id int64, name string) (*access.Role, error)
	// PrincipalsAfter are the next sub-accounts or roles of an account in the order of their uins or ids.
	PrincipalsAfter(ctx context.Context, a store.Account, kind call.PrincipalKind, after int64, limit int) ([]int64, error)
	access.Source
}

// reference is what a question names its subject by.
type reference struct {
	typ, id string // as asked

	kind    call.PrincipalKind
	key     bool          // id is a SecretId
	number  int64         // uin or role id, 0 = none
	name    string        // of a role
	account store.Account // that the reference itself names, 0 = none
}

// refer reads a subject. An id that cannot be one of its type refers to nobody, which is no error: it is denied.
func refer(e *entity) (r reference, err error) {
	if r.typ, err = e.text("type"); err != nil {
		return r, err
	}
	if r.id, err = e.text("id"); err != nil {
		return r, err
	}
	if !r.read() {
		return r, fault.New(code.InvalidParameterValue, "subject.type", r.typ).
			WithDetail("The subject.type must be user, root, role, key or anonymous.")
	}
	return r, nil
}

// read tells what type and id mean; false for a type that is not known.
func (r *reference) read() bool {
	switch r.typ {
	case "user":
		r.kind, r.number = call.User, number(r.id)
	case "root":
		r.kind, r.number = call.Root, number(r.id)
		r.account = store.Account(r.number)
	case "role":
		r.kind, r.number = call.Role, number(r.id)
		if strings.HasPrefix(r.id, "qcs:") {
			r.readRole()
		}
	case "key":
		r.key = true
	case "anonymous":
		r.kind = call.Anonymous
	default:
		return false
	}
	return true
}

func (r *reference) readRole() {
	e, err := qcs.ParseEntity(r.id)
	if err != nil || e.Kind != qcs.KindRole {
		return
	}
	r.account = store.Account(number(e.Account))
	r.number, r.name = number(e.ID), e.Name
}

// number reads a uin or an id in its one spelling; 0 for anything else.
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 || text[0] == '+' || text[0] == '0' {
		return 0
	}
	return n
}

// subject is a principal that was found. Subjects are shared between calls; nobody changes one.
type subject struct {
	principal call.Principal
	standing  call.Standing
	// until is when the credential that the question names ends by itself; zero: it does not, or whoever watches its account
	// does not hear of everything that may end it before.
	until time.Time
}

var anonymous = &subject{principal: call.Principal{Kind: call.Anonymous}}

// roleName is a role as its name names it.
type roleName struct {
	account store.Account
	name    string
}

type numbered struct {
	kind call.PrincipalKind
	id   int64
}

// subjects finds the principals that questions name, and keeps what it found until a commit changes it. Who is not there
// is not kept: he may come.
type subjects struct {
	directory Directory
	finder    *credential.Finder
	byNumber  *cache.Cache[numbered, *subject]
	byName    *cache.Cache[roleName, *subject]
}

func newSubjects(db *store.DB, directory Directory, finder *credential.Finder, max int) *subjects {
	s := &subjects{directory: directory, finder: finder,
		byNumber: cache.New[numbered, *subject](max), byName: cache.New[roleName, *subject](max)}
	db.Subscribe(s.forget)
	return s
}

// forget drops what changes concern. What is kept is walked once, not once a change: other nodes' changes come in by the
// thousand.
func (s *subjects) forget(changes []store.Change) {
	accounts, renamed := map[store.Account]bool{}, map[store.Account]bool{}
	for _, c := range changes {
		switch c.Kind {
		case access.PrincipalChange:
			kind, id, _ := strings.Cut(c.ID, "/")
			n := numbered{call.User, number(id)}
			if kind == "role" {
				n.kind, renamed[c.Account] = call.Role, true
			}
			s.byNumber.Drop(n)
		case credential.PersonChangeKind:
			s.byNumber.Drop(numbered{call.User, number(c.ID)})
		case credential.AccountChangeKind:
			accounts[c.Account], renamed[c.Account] = true, true
		case store.KindEverything:
			s.byName.DropAll(nil)
			s.byNumber.DropAll(nil)
		}
	}
	if len(renamed) > 0 {
		s.byName.DropAll(func(r roleName, _ *subject) bool { return renamed[r.account] })
	}
	if len(accounts) > 0 {
		s.byNumber.DropAll(func(_ numbered, s *subject) bool { return accounts[s.principal.Account] })
	}
}

// find finds whom a reference means at a time; nil where there is nobody, or where it is a key that is not in force.
func (s *subjects) find(ctx context.Context, r *reference, at time.Time) (*subject, error) {
	var found *subject
	var err error
	switch {
	case r.key:
		return s.holder(ctx, r.id, at)
	case r.kind == call.Anonymous:
		return anonymous, nil
	case r.number != 0:
		found, err = s.byNumber.Get(numbered{r.kind, r.number}, func() (*subject, error) {
			p, standing, err := s.directory.PrincipalByNumber(ctx, r.kind, r.number)
			return &subject{principal: p, standing: standing}, err
		})
	case r.name != "":
		found, err = s.byName.Get(roleName{r.account, r.name}, func() (*subject, error) {
			p, standing, err := s.directory.RolePrincipal(ctx, r.account, r.name)
			return &subject{principal: p, standing: standing}, err
		})
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if found != nil && r.account != 0 && found.principal.Account != r.account {
		return nil, nil // an id that the named account has not got
	}
	return found, nil
}

// holder finds the identity behind a SecretId, with the session policy where the credential is a temporary one.
func (s *subjects) holder(ctx context.Context, secretID string, at time.Time) (*subject, error) {
	h, err := s.finder.Find(ctx, secretID)
	if errors.Is(err, credential.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	found := &subject{principal: h.Principal}
	if h.OnlyDisabled(at) && h.ToldBy(h.Principal.Account) { // else the person is another account's, whose business it is
		found.standing = call.Disabled
		return found, nil
	}
	if !h.InForce(at) {
		return nil, nil
	}
	if h.Temporary() && h.ToldBy(h.Principal.Account) {
		found.until = h.Principal.Session.Expires
	}
	return found, nil
}
