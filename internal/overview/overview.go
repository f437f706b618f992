// Package overview reads for people who administer an account: lists across users, keys and roles, with what one looks for
// in them, and what in the account should be looked at.
//
//	users.go      sub-users of every kind, with their state
//	keys.go       access keys of everybody
//	sessions.go   sessions of a role, and their end
//	advice.go     what should be looked at
//
// Unlike other rooms it reads their tables, because a list of a million users cannot be put together from questions about
// one. It changes nothing that is theirs but through them.
package overview

import (
	"context"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
)

// Directory knows users and roles; the product that owns them implements it, see there for the contracts.
type Directory interface {
	Names(ctx context.Context, q store.Queryer, a store.Account, kind call.PrincipalKind, numbers []int64) (map[int64]string, error)
}

var _ Directory = (*cam.Product)(nil)

// mostCounted bounds every number of rows that fit: nobody turns so many pages, and a count reads every row.
const mostCounted = 10_000

// Config is what the product stands on.
type Config struct {
	DB        *store.DB
	Keys      *credential.Keys
	Directory Directory
}

// Product serves the actions of hufu 2026-12-01 that list and advise.
type Product struct {
	db        *store.DB
	keys      *credential.Keys
	directory Directory
}

// New makes the product.
func New(c Config) *Product { return &Product{db: c.DB, keys: c.Keys, directory: c.Directory} }

// unix is a time in seconds, as the actions of this service tell it.
func unix(milliseconds *int64) *int64 {
	if milliseconds == nil {
		return nil
	}
	return new(*milliseconds / 1000)
}

// value is an optional string, "" when absent.
func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
