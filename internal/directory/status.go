package directory

import (
	"context"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
)

// SetDisabled sets or clears an administrator's flag. To set what is set changes nothing but the time of the person's last
// change. ErrNotFound.
func SetDisabled(ctx context.Context, tx *store.Tx, a store.Account, id string, disabled bool, at time.Time) error {
	return setFlag(ctx, tx, `disabled`, a, id, disabled, at)
}

// SetEIAMDisabled is SetDisabled for the flag of the EIAM door.
func SetEIAMDisabled(ctx context.Context, tx *store.Tx, a store.Account, id string, disabled bool, at time.Time) error {
	return setFlag(ctx, tx, `eiam_disabled`, a, id, disabled, at)
}

func setFlag(ctx context.Context, tx *store.Tx, column string, a store.Account, id string, disabled bool, at time.Time) error {
	err := set(ctx, tx, `UPDATE persons SET `+column+` = $3, updated_at = $4 WHERE account = $1 AND id = $2`, a, id, disabled, at.UnixMilli())
	if err != nil {
		return err
	}
	return changed(ctx, tx, a, id)
}

// changed tells every cache that a person's state may be another, and so that of the sub-users linked to it. No decision
// rests on a person without any: answers that services keep outlive what is done to it.
func changed(ctx context.Context, tx *store.Tx, a store.Account, id string) error {
	links, err := Links(ctx, tx, a, id)
	if err != nil {
		return err
	}
	for _, l := range links {
		changedUser(tx, a, l.UIN)
	}
	return nil
}

// changedUser is of whether a sub-user is that of a disabled person.
func changedUser(tx *store.Tx, a store.Account, uin int64) {
	tx.Changed(store.Change{Account: a, Kind: credential.PersonChangeKind, ID: strconv.FormatInt(uin, 10)})
}
