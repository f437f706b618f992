package directory

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
)

// Get finds a person by its id. ErrNotFound.
func Get(ctx context.Context, q store.Queryer, a store.Account, id string) (*Person, error) {
	return one(ctx, q, `p.id = $2`, a, id)
}

// ByLogin finds a person by its login, without regard to case. ErrNotFound.
func ByLogin(ctx context.Context, q store.Queryer, a store.Account, login string) (*Person, error) {
	return one(ctx, q, `p.login_key = $2`, a, fold(login))
}

// ByEmail finds a person by its email, without regard to case. ErrNotFound.
func ByEmail(ctx context.Context, q store.Queryer, a store.Account, email string) (*Person, error) {
	return one(ctx, q, `p.email_key = $2 AND p.email_key <> ''`, a, fold(email))
}

// ByMobile finds a person by its mobile. Without a country code the one with the default code is meant, and where nobody has
// it, the only one that there is with any other. ErrNotFound, also where several would be meant.
func ByMobile(ctx context.Context, q store.Queryer, a store.Account, mobile string) (*Person, error) {
	whole, ok := ParseMobile(mobile)
	if !ok {
		return nil, ErrNotFound
	}
	p, err := one(ctx, q, `p.mobile = $2 AND p.mobile <> ''`, a, whole)
	if !errors.Is(err, ErrNotFound) || strings.HasPrefix(mobile, "+") {
		return p, err
	}
	all, err := store.Collect(ctx, q, scanPerson, `SELECT `+personColumns+` FROM persons p
		WHERE p.account = $1 AND p.mobile_number = $2 AND p.mobile_number <> '' LIMIT 2`, a, mobile)
	if err != nil || len(all) != 1 {
		return nil, errors.Join(err, ErrNotFound)
	}
	return all[0], nil
}

// OfUser finds the person that a sub-user is linked to. ErrNotFound.
func OfUser(ctx context.Context, q store.Queryer, a store.Account, uin int64) (*Person, error) {
	return one(ctx, q, `p.id = (SELECT l.person FROM person_links l WHERE l.account = $1 AND l.uin = $2)`, a, uin)
}

func one(ctx context.Context, q store.Queryer, where string, a store.Account, key any) (*Person, error) {
	p, err := scanPerson(q.QueryRowContext(ctx, `SELECT `+personColumns+` FROM persons p WHERE p.account = $1 AND `+where, a, key))
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read person: %w", err)
	}
	return p, nil
}

// Filter says which persons to list; the zero value means all.
type Filter struct {
	Keyword       string // part of the login, name, mobile or email, without regard to case
	Enabled       *bool
	ModifiedAfter time.Time // strictly
	// Within is a query of another room for the ids of the persons that may be listed. In it $1 is the account, and the
	// WithinArgs begin at $2.
	Within     string
	WithinArgs []any
}

// where is the condition on persons p, and its arguments, the first of which is the account.
func (f *Filter) where(a store.Account) (string, []any) {
	conditions, args := []string{`p.account = $1`}, append([]any{a}, f.WithinArgs...)
	next := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	if f.Within != "" {
		conditions = append(conditions, `p.id IN (`+f.Within+`)`)
	}
	if f.Keyword != "" {
		like := ` LIKE ` + next(store.LikePattern(f.Keyword)) + ` ESCAPE '\'`
		conditions = append(conditions, `(p.login_key`+like+` OR p.name_key`+like+` OR p.mobile`+like+` OR p.email_key`+like+`)`)
	}
	if f.Enabled != nil {
		flags := `p.disabled + p.eiam_disabled > 0`
		if *f.Enabled {
			flags = `p.disabled + p.eiam_disabled = 0`
		}
		conditions = append(conditions, flags)
	}
	if !f.ModifiedAfter.IsZero() {
		conditions = append(conditions, `p.updated_at > `+next(f.ModifiedAfter.UnixMilli()))
	}
	return strings.Join(conditions, ` AND `), args
}

// Any reports whether a filter lets somebody through. It stops at the first.
func Any(ctx context.Context, q store.Queryer, a store.Account, f Filter) (bool, error) {
	where, args := f.where(a)
	var n int
	err := q.QueryRowContext(ctx, `SELECT 1 FROM persons p WHERE `+where+` LIMIT 1`, args...).Scan(&n)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for persons: %w", err)
	}
	return true, nil
}

// List is a window of the persons, in the order of their creation, and how many there are in all. Nothing is between the two
// where q is a snapshot.
func List(ctx context.Context, q store.Queryer, a store.Account, f Filter, offset, limit int64) (page []*Person, total int64, err error) {
	if total, err = count(ctx, q, a, &f); err != nil || offset >= total {
		return []*Person{}, total, err
	}
	where, args := f.where(a)
	page, err = pageOf(ctx, q, where, args, offset, limit)
	return page, total, err
}

// ListAfter is List from the person behind one on, whether that one is still there or not; all of them behind "".
func ListAfter(ctx context.Context, q store.Queryer, a store.Account, f Filter, after string, limit int64) (page []*Person, total int64, err error) {
	if total, err = count(ctx, q, a, &f); err != nil {
		return nil, total, err
	}
	where, args := f.where(a)
	args = append(args, after)
	page, err = pageOf(ctx, q, where+` AND p.id > $`+strconv.Itoa(len(args)), args, 0, limit)
	return page, total, err
}

func count(ctx context.Context, q store.Queryer, a store.Account, f *Filter) (total int64, err error) {
	where, args := f.where(a)
	if err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM persons p WHERE `+where, args...).Scan(&total); err != nil {
		return 0, fmt.Errorf("count persons: %w", err)
	}
	return total, nil
}

func pageOf(ctx context.Context, q store.Queryer, where string, args []any, offset, limit int64) ([]*Person, error) {
	n := len(args)
	page, err := store.Collect(ctx, q, scanPerson, `SELECT `+personColumns+` FROM persons p WHERE `+where+
		` ORDER BY p.id LIMIT $`+strconv.Itoa(n+1)+` OFFSET $`+strconv.Itoa(n+2), append(args, limit, offset)...)
	if err != nil {
		return nil, fmt.Errorf("list persons: %w", err)
	}
	return page, nil
}
