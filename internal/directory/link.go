package directory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
)

// Link is a sub-user of a person.
type Link struct {
	UIN    int64
	Person string
	Linked time.Time
}

// What linking answers.
var (
	ErrNotLinked = errors.New("the sub-user is not linked to this person")
	ErrLinked    = errors.New("the sub-user is linked to another person")
)

const selectLinks = `SELECT l.uin, l.person, l.linked_at FROM person_links l WHERE l.account = $1 AND `

func scanLink(r store.Row) (l Link, err error) {
	var at moment
	err = r.Scan(&l.UIN, &l.Person, &at)
	l.Linked = time.Time(at)
	return l, err
}

// Links are the sub-users of a person, in the order of their uins.
func Links(ctx context.Context, q store.Queryer, a store.Account, id string) ([]Link, error) {
	links, err := store.Collect(ctx, q, scanLink, selectLinks+`l.person = $2 ORDER BY l.uin`, a, id)
	if err != nil {
		return nil, fmt.Errorf("read links: %w", err)
	}
	return links, nil
}

// LinkOf is the link of a sub-user; ok tells whether there is one. Its person is gone where it was deleted while disabled.
func LinkOf(ctx context.Context, q store.Queryer, a store.Account, uin int64) (l Link, ok bool, err error) {
	l, err = scanLink(q.QueryRowContext(ctx, selectLinks+`l.uin = $2`, a, uin))
	if errors.Is(err, store.ErrNotFound) {
		return l, false, nil
	}
	if err != nil {
		return l, false, fmt.Errorf("read link: %w", err)
	}
	return l, true, nil
}

// LinkUser links a sub-user, which the caller has found in the account, to a person. Linking again changes nothing.
// ErrNotFound, or ErrLinked where it is another person's: a link is never moved.
func LinkUser(ctx context.Context, tx *store.Tx, a store.Account, id string, uin int64, at time.Time) error {
	if _, err := Get(ctx, tx, a, id); err != nil {
		return err
	}
	l, linked, err := LinkOf(ctx, tx, a, uin)
	switch {
	case err != nil:
		return err
	case linked && l.Person != id:
		return ErrLinked
	case linked:
		return nil
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO person_links (account, uin, person, linked_at) VALUES ($1, $2, $3, $4)`, a, uin, id, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("link user: %w", err)
	}
	changedUser(tx, a, uin)
	return nil
}

// UnlinkUser takes a sub-user from a person, who may be gone. ErrNotLinked.
func UnlinkUser(ctx context.Context, tx *store.Tx, a store.Account, id string, uin int64) error {
	l, linked, err := LinkOf(ctx, tx, a, uin)
	if err != nil {
		return err
	}
	if !linked || l.Person != id {
		return ErrNotLinked
	}
	return forgetUser(ctx, tx, a, l)
}

// UserDeleted takes a sub-user that is being deleted from its person, if it has one.
func UserDeleted(ctx context.Context, tx *store.Tx, a store.Account, uin int64) error {
	l, linked, err := LinkOf(ctx, tx, a, uin)
	if err != nil || !linked {
		return err
	}
	return forgetUser(ctx, tx, a, l)
}

func forgetUser(ctx context.Context, tx *store.Tx, a store.Account, l Link) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM person_links WHERE account = $1 AND uin = $2`, a, l.UIN); err != nil {
		return fmt.Errorf("unlink user: %w", err)
	}
	changedUser(tx, a, l.UIN)
	return nil
}
