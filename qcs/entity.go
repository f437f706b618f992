package qcs

import "strings"

// Kind says what an [Entity] is.
type Kind uint8

// The objects of the access manager that have names of their own.
const (
	KindAnyone       Kind = iota + 1 // everybody, signed or not
	KindAccount                      // a root account, and its root user
	KindUser                         // a sub-user or collaborator
	KindGroup                        // a user group
	KindPolicy                       // a policy
	KindRole                         // a role, by id or by name
	KindSAMLProvider                 // a SAML identity provider
	KindOIDCProvider                 // an OpenID Connect identity provider
)

// String names the kind for messages.
func (k Kind) String() string {
	names := [...]string{"anyone", "account", "user", "group", "policy", "role", "saml-provider", "oidc-provider"}
	if k < KindAnyone || k > KindOIDCProvider {
		return "unknown"
	}
	return names[k-1]
}

// An Entity is an object of the access manager, read from its name.
type Entity struct {
	Kind    Kind
	Account string // uin of the owning root account; empty for KindAnyone
	ID      string // uin of a user, id of a group, policy or role
	Name    string // name of a role or provider
	Service bool   // the role is one that a product owns
}

// Resource returns the name of the entity as the constructors below build it.
func (e Entity) Resource() Resource {
	switch e.Kind {
	case KindAccount:
		return Root(e.Account)
	case KindUser:
		return User(e.Account, e.ID)
	case KindGroup:
		return Group(e.Account, e.ID)
	case KindPolicy:
		return Policy(e.Account, e.ID)
	case KindRole:
		switch {
		case e.Service && e.ID != "":
			return ServiceRoleByID(e.Account, e.ID)
		case e.Service:
			return ServiceRoleByName(e.Account, e.Name)
		case e.ID != "":
			return RoleByID(e.Account, e.ID)
		}
		return RoleByName(e.Account, e.Name)
	case KindSAMLProvider:
		return SAMLProvider(e.Account, e.Name)
	case KindOIDCProvider:
		return OIDCProvider(e.Account, e.Name)
	}
	return Resource{Service: "cam", Account: "anonymous", Path: "anonymous"}
}

func cam(owner, path string) Resource {
	return Resource{Service: "cam", Account: "uin/" + owner, Path: path}
}

// Root names the root user of an account, and by it the account.
func Root(owner string) Resource { return cam(owner, "uin/"+owner) }

// User names a sub-user or collaborator.
func User(owner, uin string) Resource { return cam(owner, "uin/"+uin) }

// Group names a user group.
func Group(owner, id string) Resource { return cam(owner, "groupid/"+id) }

// Policy names a policy.
func Policy(owner, id string) Resource { return cam(owner, "policyid/"+id) }

// PolicyAlias is the second name of a policy, used by tag calls.
func PolicyAlias(owner, id string) Resource { return cam(owner, "policy/"+id) }

// RoleByName names a role by its name.
func RoleByName(owner, name string) Resource { return cam(owner, "roleName/"+name) }

// RoleByID names a role by its id.
func RoleByID(owner, id string) Resource { return cam(owner, "role/"+id) }

// ServiceRoleByName names a role that a product owns by its name.
func ServiceRoleByName(owner, name string) Resource {
	return cam(owner, "role/tencentcloudServiceRoleName/"+name)
}

// ServiceRoleByID names a role that a product owns by its id.
func ServiceRoleByID(owner, id string) Resource {
	return cam(owner, "role/tencentcloudServiceRole/"+id)
}

// SAMLProvider names a SAML identity provider.
func SAMLProvider(owner, name string) Resource { return cam(owner, "saml-provider/"+name) }

// OIDCProvider names an OpenID Connect identity provider.
func OIDCProvider(owner, name string) Resource { return cam(owner, "oidc-provider/"+name) }

// Role returns every name of one role: a policy that matches any of them
// matches the role. Use it as the names of a question's resource.
func Role(owner, id, name string, service bool) []Resource {
	names := []Resource{RoleByID(owner, id), RoleByName(owner, name)}
	if service {
		names = append(names, ServiceRoleByID(owner, id), ServiceRoleByName(owner, name))
	}
	return names
}

// ParseEntity reads the name of an object of the access manager. It accepts
// no wildcards: it is for principals and for arguments that name one object.
// The error is an [*Error].
func ParseEntity(name string) (Entity, error) {
	seg, err := split(name)
	if err != nil {
		return Entity{}, err
	}
	switch {
	case seg[1] != "" && seg[1] != "id/0":
		return Entity{}, &Error{SegmentProject, seg[1], "is not empty"}
	case !strings.EqualFold(seg[2], "cam"):
		return Entity{}, &Error{SegmentService, seg[2], "is not cam"}
	case seg[3] != "":
		return Entity{}, &Error{SegmentRegion, seg[3], "is not empty"}
	}
	if seg[4] == seg[5] && (seg[4] == "anonymous" || seg[4] == "anyone") {
		return Entity{Kind: KindAnyone}, nil
	}
	account, ok := strings.CutPrefix(seg[4], "uin/")
	if !ok || !digits(account) {
		return Entity{}, &Error{SegmentAccount, seg[4], "is not uin/<uin>"}
	}
	e := Entity{Account: account}
	if !e.parsePath(seg[5]) {
		return Entity{}, &Error{SegmentPath, seg[5], "names no object of the access manager"}
	}
	return e, nil
}

func (e *Entity) parsePath(path string) bool {
	typ, rest, ok := strings.Cut(path, "/")
	if !ok {
		e.Kind = KindAccount
		return path == "root"
	}
	switch typ {
	case "uin":
		e.Kind, e.ID = KindUser, rest
		if rest == e.Account {
			e.Kind, e.ID = KindAccount, ""
		}
		return digits(rest)
	case "groupid":
		e.Kind, e.ID = KindGroup, rest
		return digits(rest)
	case "policyid", "policy":
		e.Kind, e.ID = KindPolicy, rest
		return digits(rest)
	case "roleName":
		e.Kind, e.Name = KindRole, rest
		return plain(rest)
	case "role":
		return e.parseRole(rest)
	case "saml-provider":
		e.Kind, e.Name = KindSAMLProvider, rest
		return plain(rest)
	case "oidc-provider":
		e.Kind, e.Name = KindOIDCProvider, rest
		return plain(rest)
	}
	return false
}

func (e *Entity) parseRole(rest string) bool {
	e.Kind = KindRole
	if id, ok := strings.CutPrefix(rest, "tencentcloudServiceRole/"); ok {
		e.Service, e.ID = true, id
		return digits(id)
	}
	if name, ok := strings.CutPrefix(rest, "tencentcloudServiceRoleName/"); ok {
		e.Service, e.Name = true, name
		return plain(name)
	}
	e.ID = rest
	return digits(rest)
}

// plain reports whether s can be the name of a role or provider.
func plain(s string) bool {
	return s != "" && !control(s) && !strings.ContainsAny(s, "*/${} \t")
}
