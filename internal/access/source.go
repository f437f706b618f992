package access

import (
	"context"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/policy"
)

// Document is a stored policy on its way to the compiler.
type Document struct {
	ID, Version int64
	Name, Text  string
}

// Effective is what binds one principal. The zero value grants nothing.
type Effective struct {
	Policies      []int64 // attached to it directly; without repeats
	Groups        []int64 // whose policies it has too; without repeats
	Boundary      int64   // policy id, 0 = none
	Tags          []policy.Tag
	RoleName      string
	ServiceLinked bool
}

// Source reads what decisions rest on. The product that owns users and roles implements it.
type Source interface {
	// Effective reads what binds a user or role. One that does not exist has nothing.
	Effective(ctx context.Context, a store.Account, kind call.PrincipalKind, id int64) (*Effective, error)
	// Documents reads the default versions of these policies and of those attached to these groups, each policy once and
	// in the order of their ids, in one snapshot. What does not exist is left out.
	Documents(ctx context.Context, a store.Account, policies, groups []int64) ([]Document, error)
}

// Control is what an organization puts over one of its accounts.
type Control struct {
	// Levels are the control policies of the account, then of each node above it up to the root. Every level must allow;
	// one without policies does not.
	Levels [][]Document
	// Admin is the organization's admin account: its identities are exempt wherever they call.
	Admin store.Account
	// LimitMemberRoot binds the root user of the account too.
	LimitMemberRoot bool
}

// Controls reads control policies. The organization implements it.
type Controls interface {
	// Over reads what stands over an account; nil for one that is in no organization, or whose organization has control
	// policies switched off.
	Over(ctx context.Context, a store.Account) (*Control, error)
}

// Changes that sources tell of, as the kinds of store.Change. Whoever writes what a decision rests on names it in the
// same transaction.
const (
	// PrincipalChange is of what a principal has: attachments, groups, boundary, tags, name. The ID is "user/<uin>" or
	// "role/<id>".
	PrincipalChange = "principal"
	// PolicyChange is of a policy's name, text or default version. The ID is that of the policy.
	PolicyChange = "policy"
	// GroupChange is of a group's policies. The ID is that of the group.
	GroupChange = "group"
	// ControlChange is of what an organization puts over accounts: one account, or all if it is 0.
	ControlChange = "control"
)
