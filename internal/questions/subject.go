package questions

import (
	"context"
	"errors"
	"strconv"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/qcs"
)

// The values of PrincipalType.
const (
	typeRoot = "root"
	typeUser = "user"
	typeRole = "role"
	typeKey  = "key"
)

// errNoPrincipal is the answer for a principal that is not in the account, whether it exists elsewhere or not, and for a
// key that is of no use any more.
var errNoPrincipal = fault.New(code.ResourceNotFoundPrincipalNotExist)

// subject finds the principal that a question is about, as it would call now: a key with what its session fixed, the
// others without any session.
func (p *Product) subject(ctx context.Context, c *call.Call, kind, id string) (*call.Principal, error) {
	who := &call.Principal{Account: c.Account(), AppID: c.Caller.AppID}
	switch kind {
	case typeKey:
		return p.keyHolder(ctx, c, id)
	case typeRole:
		role, err := p.roleID(ctx, c, id)
		who.Kind, who.RoleID = call.Role, role
		return who, err
	}
	uin, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return nil, errNoPrincipal
	}
	who.Kind, who.UIN = call.Root, uin
	ok := uin == int64(c.Account())
	if kind == typeUser {
		who.Kind = call.User
		_, ok, err = p.directory.UserName(ctx, p.db.Read(), c.Account(), uin)
	}
	if err == nil && !ok {
		err = errNoPrincipal
	}
	return who, err
}

// keyHolder is the principal that signs with a key now.
func (p *Product) keyHolder(ctx context.Context, c *call.Call, id string) (*call.Principal, error) {
	h, err := p.finder.Find(ctx, id)
	if errors.Is(err, credential.ErrNotFound) {
		return nil, errNoPrincipal
	}
	if err != nil {
		return nil, err
	}
	if h.Principal.Account != c.Account() || !h.InForce(c.At) {
		return nil, errNoPrincipal
	}
	return &h.Principal, nil
}

// roleID finds a role by its id, its name or its resource name.
func (p *Product) roleID(ctx context.Context, c *call.Call, text string) (int64, error) {
	name := text
	id, _ := strconv.ParseInt(text, 10, 64)
	if e, err := qcs.ParseEntity(text); err == nil {
		if e.Kind != qcs.KindRole || e.Account != strconv.FormatInt(int64(c.Account()), 10) {
			return 0, errNoPrincipal
		}
		name = e.Name
		id, _ = strconv.ParseInt(e.ID, 10, 64)
	}
	if id == 0 && name == "" {
		return 0, errNoPrincipal
	}
	role, err := p.directory.Role(ctx, p.db.Read(), c.Account(), id, name)
	if err == nil && role == nil && id != 0 && name != "" { // a role may be named with digits
		role, err = p.directory.Role(ctx, p.db.Read(), c.Account(), 0, name)
	}
	if err == nil && role == nil {
		err = errNoPrincipal
	}
	if err != nil {
		return 0, err
	}
	return role.ID, nil
}

// name is what people call a principal of the account; the root user has no name of its own.
func (p *Product) name(ctx context.Context, c *call.Call, kind call.PrincipalKind, id int64) (string, error) {
	switch kind {
	case call.User:
		name, _, err := p.directory.UserName(ctx, p.db.Read(), c.Account(), id)
		return name, err
	case call.Role:
		role, err := p.directory.Role(ctx, p.db.Read(), c.Account(), id, "")
		if err != nil || role == nil {
			return "", err
		}
		return role.Name, nil
	}
	return "", nil
}
