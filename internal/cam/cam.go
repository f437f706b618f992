// Package cam is Cloud Access Management: sub-users, groups, policies, permission boundaries and roles of an account.
// A file holds one resource: its rows and rules first, as functions on a transaction that other rooms may call, then
// the handlers, each named as the action it serves.
//
// Handlers may assume that the caller is authenticated and authorized and that the parameters fit the contract
// (types, bounds, enums). What needs data is checked in the transaction that acts on it.
package cam

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/policy"
)

// Product serves the actions of cam 2019-01-16.
type Product struct {
	db      *store.DB
	keys    *credential.Keys
	quotas  account.Quotas
	actions Catalogue

	dependents []Dependents
}

// Dependents is a room that keeps something of sub-accounts.
type Dependents interface {
	// UserDeleted takes away what the room has of a sub-account, in the transaction that deletes it.
	UserDeleted(ctx context.Context, tx *store.Tx, a store.Account, uin int64) error
}

// Tell adds rooms to those that hear of deleted sub-accounts, in this order. Call it before serving.
func (p *Product) Tell(rooms ...Dependents) { p.dependents = append(p.dependents, rooms...) }

// Catalogue knows the registered products, and can tell them all.
type Catalogue interface {
	policy.Catalogue
	// Titles are the service names of the registered products with their titles.
	Titles() map[string]string
	// Actions are the names of a product's known actions and permissions.
	Actions(service string) map[string]bool
	// Complete reports whether these are all that the product has.
	Complete(service string) bool
	// Strict reports whether documents may name registered products only.
	Strict() bool
}

// New makes the product. The catalogue knows what hufu's own products and those that the operator registered have, so
// that a document that names an action they do not have is refused.
func New(db *store.DB, keys *credential.Keys, quotas account.Quotas, actions Catalogue) *Product {
	return &Product{db: db, keys: keys, quotas: quotas, actions: actions}
}

// changedUser drops what caches hold of one user: its policies, groups, boundary, tags.
func changedUser(tx *store.Tx, a store.Account, uin int64) {
	tx.Changed(store.Change{Account: a, Kind: access.PrincipalChange, ID: "user/" + strconv.FormatInt(uin, 10)})
}

func changedRole(tx *store.Tx, a store.Account, id int64) {
	tx.Changed(store.Change{Account: a, Kind: access.PrincipalChange, ID: "role/" + strconv.FormatInt(id, 10)})
}

// changedPolicy is of a policy's name, text or default version, for whoever has it or is bounded by it.
func changedPolicy(tx *store.Tx, a store.Account, id int64) {
	tx.Changed(store.Change{Account: a, Kind: access.PolicyChange, ID: strconv.FormatInt(id, 10)})
}

// changedGroup is of the policies that a group gives to its members.
func changedGroup(tx *store.Tx, a store.Account, id int64) {
	tx.Changed(store.Change{Account: a, Kind: access.GroupChange, ID: strconv.FormatInt(id, 10)})
}

// beijing is the zone of the times that CAM prints. Our decision: the samples carry no zone.
var beijing = time.FixedZone("UTC+8", 8*60*60)

// wireTime prints a time as CAM does, from unix milliseconds.
func wireTime(ms int64) string { return time.UnixMilli(ms).In(beijing).Format(time.DateTime) }

// fold is the form in which names are unique: ASCII letters without case.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, name)
}

// page is one window of a list.
type page struct{ offset, limit int64 }

// pageOf is the window of the Page/Rp style, whose first page is 1. A number beyond every list is an empty page.
func pageOf(number, size int64) page {
	if number > math.MaxInt64/size {
		return page{math.MaxInt64 - size, size}
	}
	return page{(number - 1) * size, size}
}

// cut takes the window out of a whole list.
func cut[T any](list []T, p page) []T {
	from := min(p.offset, int64(len(list)))
	return list[from:min(from+p.limit, int64(len(list)))]
}

func scanInt(r store.Row) (n int64, err error) {
	err = r.Scan(&n)
	return n, err
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// documentFault turns what is wrong with a policy document into the documented code, and tells where.
func documentFault(err error) error {
	e, ok := errors.AsType[*policy.Error](err)
	if !ok {
		return err
	}
	detail := sentence(e.Detail)
	if e.Path != "" { // spelled as in the document
		detail = e.Path + ": " + e.Detail + "."
	}
	return fault.New("InvalidParameter."+string(e.Code), "PolicyDocument").WithDetail(detail)
}

// sentence makes one of a remark.
func sentence(remark string) string {
	first, size := utf8.DecodeRuneInString(remark)
	return string(unicode.ToUpper(first)) + remark[size:] + "."
}

// policyLimit is the quota of a document's characters as policy.Rules takes it, where negative means none.
func (p *Product) policyLimit() int {
	if limit := p.quotas[account.PolicyCharacters]; limit > 0 {
		return limit
	}
	return -1
}
