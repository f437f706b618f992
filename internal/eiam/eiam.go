package eiam

import (
	"context"
	"crypto/rsa"
	"errors"
	"sync"

	"github.com/hufu-iam/hufu/internal/cache"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
)

// Config is what the product stands on.
type Config struct {
	DB   *store.DB
	Keys *credential.Keys
	// DefaultTenant is the tenant of hosts that no tenant has; 0: the first root account.
	DefaultTenant store.Account
	// PasswordRules are what an account asks of passwords; nil: the defaults.
	PasswordRules func(ctx context.Context, q store.Queryer, a store.Account) (credential.PasswordRules, error)
}

// Product serves the actions of eiam v2.
type Product struct {
	db      *store.DB
	keys    *credential.Keys
	initial store.Account
	rules   func(ctx context.Context, q store.Queryer, a store.Account) (credential.PasswordRules, error)
	hosts   *cache.Cache[string, store.Account]
	tenants *cache.Cache[store.Account, *Tenant]

	signing sync.Mutex
	signer  *rsa.PrivateKey // nil until it is asked for
}

// cachedHosts bounds the memory for hosts, which clients make up.
const cachedHosts = 4096

// New makes the product.
func New(c Config) *Product {
	p := &Product{db: c.DB, keys: c.Keys, initial: c.DefaultTenant, rules: c.PasswordRules,
		hosts: cache.New[string, store.Account](cachedHosts), tenants: cache.New[store.Account, *Tenant](cachedHosts)}
	c.DB.Subscribe(p.forget)
	return p
}

// What handlers answer about what a path names.
const (
	codeNoApplication = "APP.0001"
)

// Application finds the application that a call names. One that is not on the caller's list is not there for it: the
// error is APP.0001 then too.
func (p *Product) Application(ctx context.Context, q store.Queryer, c *call.Call, id string) (*Application, error) {
	app, err := GetApplication(ctx, q, c.Account(), id)
	if errors.Is(err, ErrNotFound) {
		return nil, fault.New(codeNoApplication)
	}
	if err != nil {
		return nil, err
	}
	within, err := withinTargets(ctx, q, c.Account(), c.Caller.KeyID, id)
	if err != nil {
		return nil, err
	}
	if !within {
		return nil, fault.New(codeNoApplication)
	}
	return app, nil
}
