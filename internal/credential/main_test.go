package credential

import (
	"context"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// each runs body on every engine, with the keys of a fresh database that has two root accounts, at noon.
func each(t *testing.T, body func(t *testing.T, k *Keys)) {
	t.Helper()
	storetest.EachConfig(t, func(t *testing.T, cfg store.Config) {
		cfg.Now = func() time.Time { return noon }
		db := storetest.Open(t, cfg)
		k := NewKeys(db, ring(t, t.TempDir()+"/master.key"))
		addAccount(t, db, us, 1250000001)
		addAccount(t, db, them, 1250000002)
		body(t, k)
	})
}

const (
	us   store.Account = 100000000001
	them store.Account = 100000000002

	alice int64 = 100000000011 // a sub-user of us
)

// noon is when everything happens unless a test says otherwise.
var noon = time.UnixMilli(1_760_000_000_000)

func ring(t *testing.T, path string) *Keyring {
	t.Helper()
	r, err := OpenKeyring(path, true)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func addAccount(t *testing.T, db *store.DB, a store.Account, appid int64) {
	t.Helper()
	write(t, db, func(tx *store.Tx) error {
		_, err := tx.ExecContext(context.Background(), `INSERT INTO accounts (uin, appid, uid, name, verified, created_at) VALUES ($1, $2, $3, 'root', 1, 0)`, a, appid, appid)
		return err
	})
}

func write(t *testing.T, db *store.DB, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := db.Write(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

// newKey makes a key and answers its id and secret.
func newKey(t *testing.T, k *Keys, a store.Account, uin int64) (id, secret string) {
	t.Helper()
	write(t, k.db, func(tx *store.Tx) (err error) {
		id, secret, err = k.Create(context.Background(), tx, a, uin, "", "", nil, noon)
		return err
	})
	return id, secret
}

func setStatus(t *testing.T, k *Keys, a store.Account, id string, s Status) {
	t.Helper()
	write(t, k.db, func(tx *store.Tx) error { return k.SetStatus(context.Background(), tx, a, id, s, noon) })
}

func find(t *testing.T, f *Finder, id string) *Holder {
	t.Helper()
	h, err := f.Find(context.Background(), id)
	if err != nil {
		t.Fatalf("find %s: %v", id, err)
	}
	return h
}

// parentOf asks for the root of the chain that a caller's credential hangs on.
func parentOf(k *Keys, p *call.Principal) (parent string, err error) {
	err = k.db.Write(context.Background(), func(tx *store.Tx) (err error) {
		parent, err = k.Parent(context.Background(), tx, p)
		return err
	})
	return parent, err
}
