package directory_test

import (
	"context"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const (
	us   store.Account = 100000000001
	them store.Account = 100000000002
)

// noon is when everything happens unless a test says otherwise: 20251009165320000 in Beijing.
var noon = time.UnixMilli(1_760_000_000_000)

var ctx = context.Background()

func write(t testing.TB, db *store.DB, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := db.Write(ctx, fn); err != nil {
		t.Fatal(err)
	}
}

// create makes a person of us.
func create(t testing.TB, db *store.DB, p directory.Profile) *directory.Person {
	t.Helper()
	return createIn(t, db, us, p)
}

func createIn(t testing.TB, db *store.DB, a store.Account, p directory.Profile) (made *directory.Person) {
	t.Helper()
	write(t, db, func(tx *store.Tx) (err error) {
		made, err = directory.Create(ctx, tx, a, p, "", false, noon)
		return err
	})
	return made
}
