package credential

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/hufu-iam/hufu/internal/store"
)

// canary is a sealed constant in the database: it opens only under the master key that the secrets were sealed with.
const canary = "master-key-canary"

// ErrWrongMasterKey is a key file that does not belong to the database.
var ErrWrongMasterKey = errors.New("the master key file does not fit this database: its secrets cannot be read with it")

// Prove checks that the keyring fits the database, or, on a database without secrets, marks it as its own.
// Without this a wrong key file would show as failed signatures, one caller at a time.
func (k *Keys) Prove(ctx context.Context) error {
	return k.db.Write(ctx, func(tx *store.Tx) error {
		rows, err := readSettings(ctx, tx)
		if err != nil {
			return err
		}
		if sealed, ok := rows[canary]; ok {
			if _, err := k.ring.Open(sealed, canary); err != nil {
				return ErrWrongMasterKey
			}
			return nil
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2)`, canary, k.ring.Seal([]byte("hufu"), canary))
		return err
	})
}

// HasSecrets reports whether a master key was proven on the database before.
func HasSecrets(ctx context.Context, q store.Queryer) (bool, error) {
	settings, err := readSettings(ctx, q)
	return len(settings[canary]) > 0, err
}

// ErrStaleKey is a key file that a rotation elsewhere has left behind: what is sealed with it would be lost.
var ErrStaleKey = errors.New("the master key was rotated elsewhere, and this node's key file was not brought up to date")

// seal seals a secret for its row, inside the write that stores it. The canary tells under which key the database is
// now; a node whose file does not hold that key has an old copy, and must not seal.
func (k *Keys) seal(ctx context.Context, tx *store.Tx, plain, bind string) ([]byte, error) {
	var sealed []byte
	err := tx.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, canary).Scan(&sealed)
	if errors.Is(err, store.ErrNotFound) {
		return k.ring.Seal([]byte(plain), bind), nil // not proven yet: nothing was rotated either
	}
	if err == nil {
		_, err = k.ring.Open(sealed, canary)
	}
	if errors.Is(err, ErrUnknownKey) {
		err = ErrStaleKey
	}
	if err != nil {
		return nil, fmt.Errorf("seal secret: %w", err)
	}
	return k.ring.Seal([]byte(plain), bind), nil
}

func readSettings(ctx context.Context, q store.Queryer) (map[string][]byte, error) {
	rows, err := q.QueryContext(ctx, `SELECT name, value FROM settings`)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	defer rows.Close()
	all := map[string][]byte{}
	for rows.Next() {
		var name string
		var value []byte
		if err := rows.Scan(&name, &value); err != nil {
			return nil, fmt.Errorf("read settings: %w", err)
		}
		all[name] = value
	}
	return all, rows.Err()
}

// sealedColumn is one place in the database that holds sealed values.
type sealedColumn struct {
	table, key, column string
	bind               func(key string) string
	numbered           bool // the key is a number, from 1
}

// first is a key before all others.
func (c *sealedColumn) first() string {
	if c.numbered {
		return "0"
	}
	return ""
}

// argument is a key as the database compares it.
func (c *sealedColumn) argument(key string) any {
	if n, err := strconv.ParseInt(key, 10, 64); c.numbered && err == nil {
		return n
	}
	return key
}

// Every sealed column. A new one belongs here, or a rotation would leave it unreadable.
var sealedColumns = []sealedColumn{
	{table: "settings", key: "name", column: "value", bind: func(name string) string { return name }},
	{table: "access_keys", key: "secret_id", column: "secret", bind: bindKey},
	{table: "sessions", key: "secret_id", column: "secret", bind: bindSession},
	products("bi_api_keys", "sealed"),
	products("bi_datasources", "password"),
	products("wecom_corps", "secret"),
	products("wecom_tokens", "token"),
	products("totp_devices", "secret"),
}

// products is a column that SealRow fills.
func products(table, column string) sealedColumn {
	return sealedColumn{table: table, key: "id", column: column, numbered: true, bind: func(id string) string { return bindRow(table, id) }}
}

func bindRow(table, id string) string { return table + "/" + id }

// SealRow seals a secret that a product must be able to read again, for the row of a table, inside the write that stores
// it. The table's column must be among the sealed ones.
func (k *Keys) SealRow(ctx context.Context, tx *store.Tx, table string, id int64, plain string) ([]byte, error) {
	if !slices.ContainsFunc(sealedColumns, func(c sealedColumn) bool { return c.table == table && c.numbered }) {
		return nil, fmt.Errorf("%s has no sealed column: a rotation would lose what is in it", table)
	}
	return k.seal(ctx, tx, plain, bindRow(table, strconv.FormatInt(id, 10)))
}

// OpenRow reads what SealRow has sealed for the row.
func (k *Keys) OpenRow(table string, id int64, sealed []byte) (string, error) {
	plain, err := k.ring.Open(sealed, bindRow(table, strconv.FormatInt(id, 10)))
	return string(plain), err
}

// rotateBatch rows are sealed again in one transaction, so that callers never wait long.
const rotateBatch = 500

// Rotate makes a new master key, seals every secret again under it, and then forgets the old keys. It may be
// interrupted anywhere and run again; a second one at the same time is refused. Progress is told after each batch; it
// returns how many values it sealed.
//
// Other nodes seal under the new key from the moment it is in the file; what they wrote just before is found by the
// walk, whose writes wait for theirs. The old keys go only after a walk that found nothing left under them.
func (k *Keys) Rotate(ctx context.Context, progress func(done int)) (int, error) {
	unlock, err := k.ring.lockRotation()
	if err != nil {
		return 0, err
	}
	defer unlock()
	if err := k.ring.append(); err != nil {
		return 0, err
	}
	done := 0
	for {
		n, err := k.resealAll(ctx, func(n int) { progress(done + n) })
		done += n
		if err != nil {
			return done, err
		}
		if n == 0 {
			return done, k.ring.retire()
		}
	}
}

// resealAll walks every sealed column once.
func (k *Keys) resealAll(ctx context.Context, progress func(done int)) (done int, err error) {
	for _, c := range sealedColumns {
		after := c.first()
		for {
			n, last, err := k.resealBatch(ctx, c, after)
			if err != nil {
				return done, fmt.Errorf("rotate %s: %w", c.table, err)
			}
			if last == "" {
				break
			}
			done, after = done+n, last
			if n > 0 {
				progress(done)
			}
		}
	}
	return done, nil
}

// resealBatch walks the rows after one key; last is "" at the end.
func (k *Keys) resealBatch(ctx context.Context, c sealedColumn, after string) (n int, last string, err error) {
	err = k.db.Write(ctx, func(tx *store.Tx) error {
		n, last = 0, ""
		batch, err := k.sealedRows(ctx, tx, c, after)
		if err != nil {
			return err
		}
		for _, row := range batch {
			last = row.key
			if k.ring.isCurrent(row.sealed) {
				continue
			}
			plain, err := k.ring.Open(row.sealed, c.bind(row.key))
			if err != nil {
				return fmt.Errorf("%s: %w", row.key, err)
			}
			_, err = tx.ExecContext(ctx, `UPDATE `+c.table+` SET `+c.column+` = $2 WHERE `+c.key+` = $1`, c.argument(row.key), k.ring.Seal(plain, c.bind(row.key)))
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, last, err
}

type sealedRow struct {
	key    string
	sealed []byte
}

func (k *Keys) sealedRows(ctx context.Context, tx *store.Tx, c sealedColumn, after string) ([]sealedRow, error) {
	rows, err := tx.QueryContext(ctx, fmt.Sprintf(`SELECT %s, %s FROM %s WHERE %s > $1 ORDER BY %s LIMIT %d`, c.key, c.column, c.table, c.key, c.key, rotateBatch), c.argument(after))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var batch []sealedRow
	for rows.Next() {
		var r sealedRow
		if err := rows.Scan(&r.key, &r.sealed); err != nil {
			return nil, err
		}
		batch = append(batch, r)
	}
	return batch, rows.Err()
}
