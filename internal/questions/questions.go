// Package questions answers what is asked about policies rather than of them: why, who else, what else, what if.
//
//	subject.go              whom a question is about
//	ask.go, context.go      a question of the wire as the policy engine takes it
//	sight.go                what the caller may read: the rest is not told
//	trace.go                explanations on the wire
//	explain_decision.go     why is this allowed, or not
//	audit_records.go        what was called
//	describe_decision.go    why was that call allowed, or not
//	allowed_principals.go   who may do this
//	allowed_actions.go      what may this one do
//	unused_actions.go       what may this one do that it does not
//	preview_policy.go       what would change with this draft
//	lint_policy.go          what is wrong or surprising in this document
//	products.go             what can policies name
//	replay.go               recorded calls as questions
//	difference.go           all that holders of a policy could do, with it and with a draft
//	marker.go               where a list goes on
//	survey.go, patterns.go  what there is to decide about, read off the statements that allow
//	signing_key.go          who signed this: for services that verify signatures by themselves
//
// What may be done is read off real decisions of the policy engine, never off the text of a policy. Every question is about
// the caller's own account.
package questions

import (
	"context"
	"time"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/catalogue"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/policy"
)

// Directory knows principals and policies. The product that owns them implements it; see there for the contracts.
type Directory interface {
	access.Source
	Role(ctx context.Context, q store.Queryer, owner store.Account, id int64, name string) (*access.Role, error)
	UserName(ctx context.Context, q store.Queryer, a store.Account, uin int64) (name string, ok bool, err error)
	PrincipalsAfter(ctx context.Context, a store.Account, kind call.PrincipalKind, after int64, limit int) ([]int64, error)
	UsersWithAny(ctx context.Context, q store.Queryer, a store.Account, policies []int64, after int64, limit int) ([]int64, error)
	RolesWithAny(ctx context.Context, q store.Queryer, a store.Account, policies []int64, after int64, limit int) ([]int64, error)
	Holdings(ctx context.Context, q store.Queryer, a store.Account, kind call.PrincipalKind, id int64) (map[int64]cam.Holding, error)
	BoundedBy(ctx context.Context, q store.Queryer, a store.Account, policyID int64, kind call.PrincipalKind, limit int) ([]int64, error)
	GroupsWith(ctx context.Context, q store.Queryer, a store.Account, policyID int64) ([]int64, error)
	CheckDraft(text string) (*policy.Document, error)
	PolicyRules() policy.Rules
	TrustRules(ctx context.Context, q store.Queryer, a store.Account) (rules policy.Rules, failed func() error)
	Names(ctx context.Context, q store.Queryer, a store.Account, kind call.PrincipalKind, numbers []int64) (map[int64]string, error)
	AttachedPolicies(ctx context.Context, q store.Queryer, a store.Account, limit int) ([]int64, error)
}

var _ Directory = (*cam.Product)(nil)

// Catalogue knows the registered products and their actions; see catalogue.Catalogue for the contracts.
type Catalogue interface {
	Products() []*catalogue.Product
	Product(service string) (*catalogue.Product, bool)
	// Registered reports whether the operator registered the product, and hufu does not serve it.
	Registered(service string) bool
	Titles() map[string]string
	Actions(service string) map[string]bool
	Complete(service string) bool
	Granularity(service, action string) policy.Granularity
	ResourceServices(service, action string) []string
}

// Config is what the product stands on.
type Config struct {
	DB        *store.DB
	Engine    *access.Engine
	Directory Directory
	Keys      *credential.Keys
	Finder    *credential.Finder
	Products  Catalogue
	Retention time.Duration // of the audit trail, 0 = for ever
}

// Product serves the actions of hufu 2026-12-01 that ask.
type Product struct {
	db        *store.DB
	engine    *access.Engine
	directory Directory
	keys      *credential.Keys
	finder    *credential.Finder
	products  Catalogue
	retention time.Duration
}

// New makes the product.
func New(c Config) *Product {
	return &Product{db: c.DB, engine: c.Engine, directory: c.Directory, keys: c.Keys, finder: c.Finder, products: c.Products, retention: c.Retention}
}
