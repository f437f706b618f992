package credential

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
)

// Status of an access key, as STS QueryApiKey numbers it.
type Status int

// The states of an access key. A deleted key keeps its row, so that its id is never issued again.
const (
	Active   Status = 2
	Inactive Status = 3
	Deleted  Status = 4
)

// AccessKey is a key without its secret.
type AccessKey struct {
	SecretID    string
	UIN         int64
	Status      Status
	Description *string
	Created     time.Time
	Updated     time.Time // of a deleted key, when it was deleted
	LastUsed    time.Time // zero = never
}

// Keys are the access keys of the database.
type Keys struct {
	db      *store.DB
	ring    *Keyring
	used    *usage
	present *presence
}

// NewKeys serves the access keys and temporary credentials in db, sealed under ring.
func NewKeys(db *store.DB, ring *Keyring) *Keys {
	return &Keys{db: db, ring: ring, used: newUsage(), present: newPresence()}
}

// ChangeKind names the change of a key or session (ID = its SecretId) to the caches of every node.
const ChangeKind = "key"

func bindKey(secretID string) string { return "access_keys/" + secretID }

// Create makes an active key for uin. Empty id and secret are drawn at random. The secret is never to be had again.
func (k *Keys) Create(ctx context.Context, tx *store.Tx, account store.Account, uin int64, id, secret string, description *string, at time.Time) (secretID, secretKey string, err error) {
	if id == "" {
		id, secret = NewSecretID(), NewSecretKey()
	}
	sealed, err := k.seal(ctx, tx, secret, bindKey(id))
	if err != nil {
		return "", "", err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO access_keys (secret_id, account, uin, secret, status, description, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`,
		id, account, uin, sealed, Active, description, at.UnixMilli())
	if err != nil {
		return "", "", fmt.Errorf("create access key: %w", err)
	}
	return id, secret, nil
}

const keyColumns = `secret_id, uin, status, description, created_at, updated_at, last_used`

const selectKeys = `SELECT ` + keyColumns + ` FROM access_keys `

// List is the keys of one uin, oldest first; deleted ones only if asked.
func (k *Keys) List(ctx context.Context, q store.Queryer, account store.Account, uin int64, deleted bool) ([]AccessKey, error) {
	last := Inactive
	if deleted {
		last = Deleted
	}
	rows, err := q.QueryContext(ctx, selectKeys+`WHERE account = $1 AND uin = $2 AND status <= $3 ORDER BY created_at, secret_id`, account, uin, last)
	if err != nil {
		return nil, fmt.Errorf("list access keys: %w", err)
	}
	defer rows.Close()
	var keys []AccessKey
	for rows.Next() {
		key, err := k.scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		keys = append(keys, *key)
	}
	return keys, rows.Err()
}

// Get finds a key of the account that is not deleted; nil if there is none.
func (k *Keys) Get(ctx context.Context, q store.Queryer, account store.Account, secretID string) (*AccessKey, error) {
	key, err := k.scan(q.QueryRowContext(ctx, selectKeys+`WHERE secret_id = $1 AND account = $2 AND status <> $3`, secretID, account, Deleted).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return key, err
}

func (k *Keys) scan(scan func(...any) error) (*AccessKey, error) {
	var key AccessKey
	var created, updated int64
	var used sql.NullInt64
	if err := scan(&key.SecretID, &key.UIN, &key.Status, &key.Description, &created, &updated, &used); err != nil {
		return nil, err
	}
	key.Created, key.Updated = time.UnixMilli(created), time.UnixMilli(updated)
	last := max(used.Int64, k.used.last(key.SecretID))
	if last > 0 {
		key.LastUsed = time.UnixMilli(last)
	}
	return &key, nil
}

// SetStatus changes a key. Anything but Active ends the sessions that were issued with it.
func (k *Keys) SetStatus(ctx context.Context, tx *store.Tx, account store.Account, secretID string, status Status, at time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE access_keys SET status = $3, updated_at = $4 WHERE account = $1 AND secret_id = $2 AND status <> 4`,
		account, secretID, status, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("set status of access key: %w", err)
	}
	tx.Changed(store.Change{Account: account, Kind: ChangeKind, ID: secretID})
	if status == Active {
		return nil
	}
	return k.RevokeByParent(ctx, tx, account, secretID, at)
}

// DeleteAll deletes every key of a uin and ends the sessions issued with them.
func (k *Keys) DeleteAll(ctx context.Context, tx *store.Tx, account store.Account, uin int64, at time.Time) error {
	// Sessions may hang on keys deleted earlier only if those ended them; so the live ones are all there is to end.
	keys, err := k.List(ctx, tx, account, uin, false)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := k.SetStatus(ctx, tx, account, key.SecretID, Deleted, at); err != nil {
			return err
		}
	}
	return nil
}

// SealMarker makes the opaque text by which a client goes on in a list. It tells nothing, and opens for this list alone.
func (k *Keys) SealMarker(list, place string) string {
	return base64.RawURLEncoding.EncodeToString(k.ring.Seal([]byte(place), bindMarker(list)))
}

// OpenMarker is the place that SealMarker was given; not ok for any other text.
func (k *Keys) OpenMarker(list, marker string) (place string, ok bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(marker)
	if err != nil {
		return "", false
	}
	plain, err := k.ring.Open(sealed, bindMarker(list))
	return string(plain), err == nil
}

func bindMarker(list string) string { return "markers/" + list }
